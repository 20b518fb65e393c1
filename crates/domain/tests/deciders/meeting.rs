//! Meetings: called, excused from in writing, attended, their minutes signed (S2, S3).

use crate::given::{Given, given};
use crate::world::*;
use domain::decider::Decision;
use domain::event::*;
use domain::ids::{MeetingId, StaffId};
use domain::meeting::cancel::{self, Cancel};
use domain::meeting::file_statement::{self, FileStatement};
use domain::meeting::publish_minutes::{self, PublishMinutes};
use domain::meeting::schedule::{self, Schedule};
use domain::meeting::sign_minutes::{self, SignMinutes};
use domain::meeting::take_attendance::{self, TakeAttendance};
use domain::meeting::{MeetingState, Member, expected};
use domain::quantities::Minutes;
use domain::work_date::DayMinute;
use std::collections::BTreeSet;

const BEFORE: &str = "12-06 09:00";
const AFTER: &str = "12-07 09:05";

fn meeting() -> MeetingId {
    MeetingId(id(1))
}

fn set(names: &[&str]) -> BTreeSet<StaffId> {
    names.iter().map(|&name| name.into()).collect()
}

/// Monday 09:00 for an hour, everybody.
fn monday() -> Schedule {
    Schedule {
        meeting: meeting(),
        kind: MeetingKind::Meeting,
        title: "部門例會".into(),
        date: day("12-07"),
        start: DayMinute(540),
        minutes: Minutes(60),
        expected: Expected::Everybody,
        recurring: false,
    }
}

fn call(state: &MeetingState, command: &Schedule, by: &str, now: &str) -> Decision<MeetingEvent> {
    let people = set(&["ann", "bob", "boss"]);
    schedule::decide(state, command, &desk(), &people, ZONE, &issued(by, now))
}

fn called() -> Given<MeetingState> {
    given([])
        .when(|state| call(state, &monday(), "boss:lead", BEFORE))
        .go_on()
}

fn state_of(state: &MeetingState, by: &str, now: &str) -> Decision<MeetingEvent> {
    let command = FileStatement {
        meeting: meeting(),
        text: "外出培训".into(),
    };
    let expected = set(&["ann", "boss"]);
    file_statement::decide(state, &command, &expected, ZONE, &issued(by, now))
}

fn attend(state: &MeetingState, present: &[&str], by: &str, now: &str) -> Decision<MeetingEvent> {
    let command = TakeAttendance {
        meeting: meeting(),
        present: set(present),
    };
    let (expected, people) = (
        set(&["ann", "bob", "boss"]),
        set(&["ann", "bob", "boss", "eve"]),
    );
    take_attendance::decide(
        state,
        &command,
        &desk(),
        &expected,
        &people,
        ZONE,
        &issued(by, now),
    )
}

fn publish(state: &MeetingState, text: &str, by: &str, now: &str) -> Decision<MeetingEvent> {
    let command = PublishMinutes {
        meeting: meeting(),
        text: text.into(),
    };
    publish_minutes::decide(state, &command, &desk(), ZONE, &issued(by, now))
}

fn sign(state: &MeetingState, revision: u32, by: &str) -> Decision<MeetingEvent> {
    let command = SignMinutes {
        meeting: meeting(),
        revision,
    };
    sign_minutes::decide(state, &command, &issued(by, AFTER))
}

fn held() -> Given<MeetingState> {
    called()
        .when(|state| attend(state, &["ann"], "boss:lead", AFTER))
        .go_on()
        .when(|state| publish(state, "下周安排", "boss:lead", AFTER))
        .go_on()
}

#[test]
fn s2_a_meeting_is_called_before_it_begins_by_whoever_runs_the_desk() {
    for (by, now, change, code, text) in [
        ("ann", BEFORE, None, "not-permitted", "a lead"),
        ("boss:otherlead", BEFORE, None, "not-permitted", "a lead"),
        (
            "boss:lead",
            AFTER,
            None,
            "meeting-begun",
            "2026-12-07 09:00",
        ),
        ("boss:lead", BEFORE, Some(""), "field-invalid", "title"),
    ] {
        let mut command = monday();
        if let Some(title) = change {
            command.title = title.into();
        }
        given([])
            .when(|state| call(state, &command, by, now))
            .refused_as(code, text);
    }
    called()
        .when(|state| call(state, &monday(), "boss:lead", BEFORE))
        .refused_as("id-taken", "");
    let again = Schedule {
        recurring: true,
        ..monday()
    };
    called()
        .when(|state| call(state, &again, "system:hr", BEFORE))
        .then_nothing();
    let strangers = Schedule {
        expected: Expected::People {
            staff: set(&["nobody"]),
        },
        ..monday()
    };
    given([])
        .when(|state| call(state, &strangers, "boss:lead", BEFORE))
        .refused_as("field-invalid", "expected.staff");
}

#[test]
fn s2_a_statement_is_filed_beforehand_by_whoever_is_expected() {
    called()
        .when(|state| state_of(state, "ann", BEFORE))
        .go_on();
    called()
        .when(|state| state_of(state, "ann", "12-07 09:00"))
        .refused_as("statement-too-late", "2026-12-07 09:00");
    called()
        .when(|state| state_of(state, "eve", BEFORE))
        .refused_as("meeting-not-expected", "eve");
    let cancelled = called()
        .when(|state| {
            let command = Cancel {
                meeting: meeting(),
                reason: "停电".into(),
            };
            cancel::decide(state, &command, &desk(), ZONE, &issued("boss:lead", BEFORE))
        })
        .go_on();
    cancelled
        .when(|state| state_of(state, "ann", BEFORE))
        .refused_as("meeting-cancelled", "");
}

#[test]
fn s2_attendance_names_who_is_missing_and_counts_who_takes_it_as_there() {
    called()
        .when(|state| attend(state, &["ann", "eve"], "boss:lead", AFTER))
        .then([AttendanceTaken {
            meeting: meeting(),
            present: set(&["ann", "boss", "eve"]),
            absent: set(&["bob"]),
            by: "boss".into(),
            at: at(AFTER),
        }
        .into()])
        .when(|state| attend(state, &["ann", "eve"], "boss:lead", AFTER))
        .then_nothing();
    called()
        .when(|state| attend(state, &["ann"], "boss:lead", "12-07 08:59"))
        .refused_as("meeting-not-begun", "2026-12-07 09:00");
    called()
        .when(|state| attend(state, &["stranger"], "boss:lead", AFTER))
        .refused_as("field-invalid", "present");
    called()
        .when(|state| attend(state, &["ann"], "ann", AFTER))
        .refused_as("not-permitted", "a lead");
}

#[test]
fn s3_minutes_are_signed_by_each_who_was_there_and_anew_when_they_change() {
    let unsigned = |given: &Given<MeetingState>| given.0.meetings[&meeting()].unsigned();
    assert_eq!(unsigned(&held()), set(&["ann", "boss"]));
    let signed = held().when(|state| sign(state, 1, "ann")).go_on();
    assert_eq!(unsigned(&signed), set(&["boss"]));
    signed.when(|state| sign(state, 1, "ann")).then_nothing();
    held()
        .when(|state| sign(state, 1, "bob"))
        .refused_as("minutes-not-yours", "bob");
    called()
        .when(|state| sign(state, 1, "ann"))
        .refused_as("minutes-not-published", "");
    let revised = held()
        .when(|state| sign(state, 1, "ann"))
        .go_on()
        .when(|state| publish(state, "更正", "boss:lead", AFTER))
        .go_on();
    assert_eq!(unsigned(&revised), set(&["ann", "boss"]));
    revised
        .when(|state| sign(state, 1, "ann"))
        .refused_as("minutes-revised", "revision 2");
}

#[test]
fn s2_everybody_is_who_works_at_the_desk_and_a_shift_is_who_has_it() {
    let member = |staff: &str, of_desk: bool, shift: Option<&str>| Member {
        staff: staff.into(),
        of_desk,
        shift: shift.map(Into::into),
    };
    let members = [
        member("ann", true, Some("A")),
        member("bob", true, None),
        member("hr", false, None),
    ];
    let shift = Expected::Shift { shift: "A".into() };
    let people = Expected::People {
        staff: set(&["hr", "gone"]),
    };
    for (wanted, day_off, rostered, who) in [
        (&Expected::Everybody, true, true, &["ann", "bob"][..]),
        (&Expected::Everybody, false, true, &["ann"]),
        (&Expected::Everybody, false, false, &["ann", "bob"]),
        (&shift, true, true, &["ann"]),
        (&people, false, true, &["hr"]),
    ] {
        assert_eq!(expected(wanted, &members, day_off, rostered), set(who));
    }
}
