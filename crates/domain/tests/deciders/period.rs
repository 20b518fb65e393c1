//! Days and months close in order.

use crate::given::{Given, given};
use crate::world::*;
use chrono::{DateTime, Utc};
use domain::decider::Decision;
use domain::event::*;
use domain::period::adjust::{self, Adjust};
use domain::period::ask_reopening::{self, AskReopening};
use domain::period::close_day::{self, CloseDay};
use domain::period::close_period::{self, ClosePeriod};
use domain::period::confirm_sheet::{self, ConfirmSheet};
use domain::period::decide_reopening::{self, DecideReopening};
use domain::period::dispute_sheet::{self, DisputeSheet};
use domain::period::{Difference, DifferenceDue, PeriodState};
use domain::quantities::Fen;
use domain::refusal::{OpenItem, OpenKind, Refusal};

fn closed(date: &str) -> PeriodEvent {
    DayClosed {
        date: day(date),
        at: at(&format!("{date} 24:00")),
    }
    .into()
}

fn november(through: &str) -> PeriodState {
    domain::decider::State::fold(&[closed(through)])
}

fn close_on(
    state: &PeriodState,
    date: &str,
    previous: &PeriodState,
    last_shift_end: Option<DateTime<Utc>>,
    now: &str,
) -> Decision<PeriodEvent> {
    let command = CloseDay { date: day(date) };
    let by = issued("system:", now);
    close_day::decide(state, &command, previous, last_shift_end, ZONE, &by)
}

fn close(state: &PeriodState, date: &str, now: &str) -> Decision<PeriodEvent> {
    close_on(state, date, &november("11-30"), None, now)
}

#[test]
fn a_day_closes_once_it_and_its_shifts_are_over() {
    given([])
        .when(|state| close(state, "12-01", "12-01 23:59"))
        .refused(Refusal::DayNotOver {
            date: day("12-01"),
            ends: civil("12-01 24:00"),
        });
    given([])
        .when(|state| close(state, "12-01", "12-02 00:00"))
        .then([closed("12-01")])
        .when(|state| close(state, "12-01", "12-02 00:01"))
        .then_nothing();
    // A night shift lasts until 06:00.
    let night = Some(at("12-02 06:00"));
    let close = |now: &'static str| {
        given([]).when(move |state| close_on(state, "12-01", &november("11-30"), night, now))
    };
    close("12-02 05:59").refused_as("day-not-over", "06:00");
    close("12-02 06:00").go_on();
}

#[test]
fn days_close_in_order_over_months() {
    given([])
        .when(|state| close(state, "12-02", "12-31 00:00"))
        .refused(Refusal::DayOutOfOrder {
            date: day("12-02"),
            next: day("12-01"),
        });
    given([closed("12-01")])
        .when(|state| close(state, "12-02", "12-31 00:00"))
        .go_on();
    given([])
        .when(|state| close_on(state, "12-01", &november("11-29"), None, "12-31 00:00"))
        .refused_as(
            "day-out-of-order",
            "2026-11-30 is to be closed before 2026-12-01",
        );
    // A desk's first month has none before it.
    given([])
        .when(|state| close_on(state, "12-01", &PeriodState::default(), None, "12-31 00:00"))
        .go_on();
}

fn close_month(
    state: &PeriodState,
    by: &str,
    acknowledged: bool,
    open: &[OpenItem],
) -> Decision<PeriodEvent> {
    let command = ClosePeriod {
        desk: desk(),
        month: month("2026-11"),
        position: "m1:42".into(),
        seal: "ab".repeat(32),
        policy_versions: vec!["2026-1".into()],
        acknowledged,
    };
    close_period::decide(state, &command, open, &issued(by, "12-04 09:00"))
}

fn whole_november() -> Given<PeriodState> {
    given([closed("11-30")])
}

#[test]
fn a_month_closes_once_when_all_its_days_are_closed() {
    given([closed("11-29")])
        .when(|state| close_month(state, "hr:hr", true, &[]))
        .refused_as("days-not-closed", "2026-11-29");
    given([])
        .when(|state| close_month(state, "hr:hr", true, &[]))
        .refused_as("days-not-closed", "none");
    whole_november()
        .when(|state| close_month(state, "boss:lead", true, &[]))
        .refused_as("not-permitted", "close the month");
    whole_november()
        .when(|state| close_month(state, "hr:hr", false, &[]))
        .go_on()
        .when(|state| close_month(state, "hr:hr", false, &[]))
        .refused_as("month-closed", "2026-11");
}

#[test]
fn what_is_open_is_listed_and_must_be_acknowledged() {
    let open = [OpenItem {
        kind: OpenKind::Correction,
        staff: "ann".into(),
        date: day("11-30"),
    }];
    whole_november()
        .when(|state| close_month(state, "hr:hr", false, &open))
        .refused_as(
            "period-has-open-items",
            "2026-11-30 ann a correction is undecided",
        );
    whole_november()
        .when(|state| close_month(state, "hr:hr", true, &open))
        .go_on();
}

fn closed_november() -> PeriodState {
    whole_november()
        .when(|state| close_month(state, "hr:hr", false, &[]))
        .go_on()
        .0
}

/// Money of one penalty back, and an hour of overtime more.
fn due() -> DifferenceDue {
    let mut difference = Difference {
        amount: Fen(1000),
        ..Difference::default()
    };
    difference.overtime.workday = domain::quantities::Minutes(60);
    DifferenceDue {
        difference,
        days: vec![day("11-12")],
        evidence: vec![],
    }
}

fn adjust_command() -> Adjust {
    Adjust {
        month: december(),
        staff: "ann".into(),
        source_month: month("2026-11"),
        amount: Fen(1000),
        reason: "补卡晚批".into(),
    }
}

fn adjust_to(
    state: &PeriodState,
    command: &Adjust,
    source: &PeriodState,
    due: &DifferenceDue,
    by: &str,
) -> Decision<PeriodEvent> {
    let by = issued(by, "12-10 09:00");
    adjust::decide(state, command, source, &staff("ann", []), due, &by)
}

#[test]
fn a_late_difference_counts_in_a_later_open_month() {
    let november = closed_november();
    let command = adjust_command();
    given([])
        .when(|state| adjust_to(state, &command, &november, &due(), "hr:hr"))
        .then([Adjusted {
            staff: "ann".into(),
            source_month: month("2026-11"),
            amount: Fen(1000),
            reason: "补卡晚批".into(),
            by: "hr".into(),
            at: at("12-10 09:00"),
            difference: Some(due().difference),
            days: vec![day("11-12")],
            evidence: vec![],
        }
        .into()])
        .when(|state| adjust_to(state, &command, &november, &due(), "hr:hr"))
        .refused_as("nothing-to-adjust", "2026-11");
    given([])
        .when(|state| adjust_to(state, &command, &whole_november().0, &due(), "hr:hr"))
        .refused_as("month-not-closed", "2026-11");
    Given(november.clone())
        .when(|state| adjust_to(state, &command, &november, &due(), "hr:hr"))
        .refused_as("month-closed", "2026-12");
    let cases = [
        (
            Adjust {
                reason: String::new(),
                ..command.clone()
            },
            "hr:hr",
            "field-invalid",
            "reason",
        ),
        (
            Adjust {
                source_month: december(),
                ..command.clone()
            },
            "hr:hr",
            "field-invalid",
            "source_month",
        ),
        (command.clone(), "ann:hr", "own-matter", "adjust"),
        (command, "boss:lead", "not-permitted", "adjust"),
    ];
    for (command, by, code, text) in cases {
        given([])
            .when(|state| adjust_to(state, &command, &november, &due(), by))
            .refused_as(code, text);
    }
}

#[test]
fn nobody_chooses_the_amount_of_an_adjustment() {
    let november = closed_november();
    for amount in [Fen(999), Fen(1001), Fen(-1000), Fen(0)] {
        let command = Adjust {
            amount,
            ..adjust_command()
        };
        given([])
            .when(|state| adjust_to(state, &command, &november, &due(), "hr:hr"))
            .refused_as("adjustment-differs", "1");
    }
    let nothing = DifferenceDue::default();
    given([])
        .when(|state| adjust_to(state, &adjust_command(), &november, &nothing, "hr:hr"))
        .refused_as("nothing-to-adjust", "ann");
    // Time alone is a difference too: then the money is none.
    let mut time_only = due();
    time_only.difference.amount = Fen(0);
    let command = Adjust {
        amount: Fen(0),
        ..adjust_command()
    };
    given([])
        .when(|state| adjust_to(state, &command, &november, &time_only, "hr:hr"))
        .go_on();
}

fn confirm(
    state: &PeriodState,
    digest: &str,
    now: Option<&str>,
    by: &str,
) -> Decision<PeriodEvent> {
    let command = ConfirmSheet {
        month: month("2026-11"),
        staff: "ann".into(),
        digest: digest.into(),
    };
    confirm_sheet::decide(state, &command, now, &issued(by, "12-02 09:00"))
}

fn dispute(state: &PeriodState, words: &str, by: &str) -> Decision<PeriodEvent> {
    let command = DisputeSheet {
        month: month("2026-11"),
        staff: "ann".into(),
        digest: "d1".into(),
        words: words.into(),
    };
    dispute_sheet::decide(state, &command, Some("d1"), &issued(by, "12-02 09:00"))
}

#[test]
fn a_sheet_is_confirmed_by_its_person_once_the_days_are_closed_and_before_the_month_is() {
    let said: PeriodEvent = SheetConfirmed {
        staff: "ann".into(),
        digest: "d1".into(),
        at: at("12-02 09:00"),
    }
    .into();
    whole_november()
        .when(|state| confirm(state, "d1", Some("d1"), "ann:staff"))
        .then([said])
        .when(|state| confirm(state, "d1", Some("d1"), "ann:staff"))
        .then_nothing();
    whole_november()
        .when(|state| dispute(state, "12 日没有迟到", "ann:staff"))
        .go_on()
        .when(|state| dispute(state, "12 日没有迟到", "ann:staff"))
        .then_nothing();
    whole_november()
        .when(|state| dispute(state, "12 日没有迟到", "ann:staff"))
        .go_on()
        .when(|state| confirm(state, "d1", Some("d1"), "ann:staff"))
        .go_on();
    for by in ["ben:staff", "boss:lead", "hr:hr", "gm:gm"] {
        whole_november()
            .when(|state| confirm(state, "d1", Some("d1"), by))
            .refused_as("sheet-not-yours", "ann");
        whole_november()
            .when(|state| dispute(state, "x", by))
            .refused_as("sheet-not-yours", "ann");
    }
    whole_november()
        .when(|state| confirm(state, "d1", Some("d2"), "ann:staff"))
        .refused_as("sheet-changed", "2026-11");
    whole_november()
        .when(|state| confirm(state, "d1", None, "ann:staff"))
        .refused_as("sheet-unknown", "2026-11");
    whole_november()
        .when(|state| dispute(state, " ", "ann:staff"))
        .refused_as("field-invalid", "words");
    given([closed("11-29")])
        .when(|state| confirm(state, "d1", Some("d1"), "ann:staff"))
        .refused_as("days-not-closed", "2026-11-29");
    Given(closed_november())
        .when(|state| confirm(state, "d1", Some("d1"), "ann:staff"))
        .refused_as("month-closed", "2026-11");
}

fn ask(state: &PeriodState, by: &str, reason: &str) -> Decision<PeriodEvent> {
    let command = AskReopening {
        desk: desk(),
        month: month("2026-11"),
        reason: reason.into(),
    };
    ask_reopening::decide(state, &command, &issued(by, "12-05 09:00"))
}

fn answer(state: &PeriodState, by: &str, agreed: bool, note: &str) -> Decision<PeriodEvent> {
    let command = DecideReopening {
        desk: desk(),
        month: month("2026-11"),
        agreed,
        note: note.into(),
    };
    decide_reopening::decide(state, &command, &issued(by, "12-05 10:00"))
}

#[test]
fn two_people_open_a_month_again_and_it_can_be_closed_again() {
    let asked = Given(closed_november())
        .when(|state| ask(state, "hr:hr+gm", "漏算夜班"))
        .go_on();
    asked
        .when(|state| answer(state, "hr:hr+gm", true, ""))
        .refused_as("own-matter", "reopen");
    let asked = Given(closed_november())
        .when(|state| ask(state, "hr:hr", "漏算夜班"))
        .go_on();
    let again = asked.0.clone();
    Given(again.clone())
        .when(|state| answer(state, "boss:lead", true, ""))
        .refused_as("not-permitted", "reopen");
    Given(again.clone())
        .when(|state| answer(state, "eve:hr", true, ""))
        .refused_as("not-permitted", "reopen");
    Given(again.clone())
        .when(|state| ask(state, "hr:hr", "再次"))
        .refused_as("reopening-asked", "hr");
    Given(again.clone())
        .when(|state| answer(state, "gm:gm", false, ""))
        .refused_as("field-invalid", "note");
    Given(again)
        .when(|state| answer(state, "gm:gm", false, "下月调整即可"))
        .go_on()
        .when(|state| close_month(state, "hr:hr", true, &[]))
        .refused_as("month-closed", "2026-11");
    asked
        .when(|state| answer(state, "gm:gm", true, "同意"))
        .go_on()
        .when(|state| confirm(state, "d1", Some("d1"), "ann:staff"))
        .go_on()
        .when(|state| ask(state, "hr:hr", "再开"))
        .refused_as("month-not-closed", "2026-11");
    Given(closed_november())
        .when(|state| ask(state, "hr:hr", "漏算夜班"))
        .go_on()
        .when(|state| answer(state, "gm:gm", true, ""))
        .go_on()
        .when(|state| close_month(state, "hr:hr", true, &[]))
        .go_on();
    Given(closed_november())
        .when(|state| answer(state, "gm:gm", true, ""))
        .refused_as("reopening-not-asked", "2026-11");
    whole_november()
        .when(|state| ask(state, "hr:hr", "x"))
        .refused_as("month-not-closed", "2026-11");
    Given(closed_november())
        .when(|state| ask(state, "boss:lead", "x"))
        .refused_as("not-permitted", "reopen");
    Given(closed_november())
        .when(|state| ask(state, "hr:hr", " "))
        .refused_as("field-invalid", "reason");
}
