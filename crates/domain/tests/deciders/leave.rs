//! Leave and its ledger (T2, T12).

use crate::given::{Given, given};
use crate::world::*;
use domain::decider::Decision;
use domain::event::*;
use domain::ids::LeaveId;
use domain::leave::approve::{self, ApproveLeave};
use domain::leave::move_balance::{self, MoveBalance};
use domain::leave::refuse::{self, RefuseLeave};
use domain::leave::request::{self, LeaveContext, RequestLeave};
use domain::leave::withdraw::{self, WithdrawLeave};
use domain::leave::{LeaveState, MovementCause};
use domain::quantities::Minutes;
use domain::refusal::Refusal;
use domain::who::Role;
use domain::work_date::DayMinute;
use std::collections::{BTreeMap, BTreeSet};

const BEFORE: &str = "12-01 09:00";

fn leave_id(n: u128) -> LeaveId {
    LeaveId(id(n))
}

fn days(first: &str, last: &str) -> LeaveSpan {
    LeaveSpan {
        first: day(first),
        last: day(last),
        window: None,
    }
}

fn hours(date: &str, start: &str, end: &str) -> LeaveSpan {
    LeaveSpan {
        window: Some((start.parse().unwrap(), end.parse().unwrap())),
        ..days(date, date)
    }
}

fn ask(n: u128, kind: LeaveKind, span: LeaveSpan) -> RequestLeave {
    RequestLeave {
        leave: leave_id(n),
        staff: "ann".into(),
        kind,
        span,
        reason: "家中有事".into(),
        emergency: None,
    }
}

/// Ann works early on the 10th and 11th and is off on the 12th; later days are not rostered.
fn context() -> LeaveContext {
    LeaveContext {
        staff: staff("ann", []),
        cells: BTreeMap::from([
            (day("12-10"), Some(early())),
            (day("12-11"), Some(early())),
            (day("12-12"), None),
        ]),
        neighbours: vec![],
        closed: BTreeSet::new(),
        policy: policy().leave,
        zone: ZONE,
    }
}

fn request(
    state: &LeaveState,
    command: &RequestLeave,
    by: &str,
    now: &str,
) -> Decision<LeaveEvent> {
    request::decide(state, command, &context(), &issued(by, now))
}

fn approve(state: &LeaveState, n: u128, by: &str) -> Decision<LeaveEvent> {
    let command = ApproveLeave { leave: leave_id(n) };
    let closed = BTreeSet::new();
    approve::decide(
        state,
        &command,
        &policy().leave,
        &closed,
        &issued(by, BEFORE),
    )
}

fn withdraw(state: &LeaveState, n: u128, by: &str, now: &str) -> Decision<LeaveEvent> {
    let command = WithdrawLeave { leave: leave_id(n) };
    withdraw::decide(state, &command, ZONE, &issued(by, now))
}

fn earned(minutes: i64) -> LeaveEvent {
    BalanceMoved {
        staff: "ann".into(),
        kind: LeaveKind::Compensatory,
        minutes: Minutes(minutes),
        reason: "加班".into(),
        work_date: Some(day("11-29")),
        by: "boss".into(),
        at: at("11-30 09:00"),
    }
    .into()
}

/// Personal leave on the 10th, pending.
fn pending() -> Given<LeaveState> {
    let command = ask(1, LeaveKind::Personal, days("12-10", "12-10"));
    given([])
        .when(|state| request(state, &command, "ann", BEFORE))
        .go_on()
}

#[test]
fn t12_leave_is_asked_for_in_writing() {
    let command = ask(1, LeaveKind::Personal, days("12-10", "12-11"));
    let requested = LeaveRequested {
        leave: leave_id(1),
        staff: "ann".into(),
        desk: desk(),
        kind: LeaveKind::Personal,
        span: days("12-10", "12-11"),
        minutes: Minutes::ZERO,
        reason: "家中有事".into(),
        filed_by: "ann".into(),
        emergency: None,
        at: at(BEFORE),
    };
    given([])
        .when(|state| request(state, &command, "ann", BEFORE))
        .then([requested.into()]);
}

#[test]
fn t12_before_the_shift_begins() {
    let whole = || days("12-10", "12-10");
    let cases = [
        (whole(), "12-10 08:59", None),
        (whole(), "12-10 09:00", Some("2026-12-10 09:00")),
        (
            hours("12-10", "14:00", "17:00"),
            "12-10 12:00",
            Some("2026-12-10 09:00"),
        ),
        (
            days("12-09", "12-11"),
            "12-10 08:00",
            Some("2026-12-10 00:00"),
        ), // the 9th has no shift and is over
        (days("12-12", "12-12"), "12-12 23:59", None), // a day off is not over
        (
            days("12-10", "12-10"),
            "12-11 08:00",
            Some("2026-12-10 09:00"),
        ),
        (
            days("12-20", "12-20"),
            "12-21 08:00",
            Some("2026-12-21 00:00"),
        ),
    ];
    for (span, now, late) in cases {
        let command = ask(1, LeaveKind::Personal, span);
        let then = given([]).when(|state| request(state, &command, "ann", now));
        match late {
            None => drop(then.go_on()),
            Some(text) => then.refused_as("leave-too-late", text),
        }
    }
}

#[test]
fn t12_a_lead_files_for_somebody_in_an_emergency_and_says_why() {
    let urgent = RequestLeave {
        emergency: Some("送医".into()),
        ..ask(1, LeaveKind::Sick, days("12-10", "12-10"))
    };
    let state = given([])
        .when(|state| request(state, &urgent, "boss:lead", "12-10 15:00"))
        .go_on()
        .0;
    let filed = &state.leaves[&leave_id(1)].requested;
    assert_eq!(filed.filed_by, "boss".into());
    assert_eq!(filed.emergency.as_deref(), Some("送医"));
    let calm = ask(1, LeaveKind::Sick, days("12-10", "12-10"));
    let wordless = RequestLeave {
        emergency: Some(" ".into()),
        ..calm.clone()
    };
    let cases = [
        (&calm, "boss:lead", "leave-for-other", "emergency"),
        (&wordless, "boss:lead", "field-invalid", "emergency"),
        (&urgent, "bob", "leave-for-other", "ann"),
        (&urgent, "hr:hr", "leave-for-other", "ann"),
        (&urgent, "eve:otherlead", "leave-for-other", "ann"),
        (
            &urgent,
            "ann:staff+lead",
            "leave-own-emergency",
            "one's own",
        ),
    ];
    for (command, by, code, text) in cases {
        given([])
            .when(|state| request(state, command, by, "12-10 15:00"))
            .refused_as(code, text);
    }
}

#[test]
fn a_request_must_make_sense() {
    let personal = |span| ask(1, LeaveKind::Personal, span);
    let many = LeaveSpan {
        last: day("12-11"),
        ..hours("12-10", "09:00", "12:00")
    };
    let cases = [
        (personal(days("12-11", "12-10")), "span.last: must end"),
        (personal(many), "span.last: a part of a day"),
        (
            personal(hours("12-10", "12:00", "12:00")),
            "span.window: must end",
        ),
        (
            personal(LeaveSpan {
                window: Some((DayMinute(-1), DayMinute(60))),
                ..days("12-10", "12-10")
            }),
            "span.window: lies outside",
        ),
        (
            RequestLeave {
                reason: String::new(),
                ..personal(days("12-10", "12-10"))
            },
            "reason",
        ),
    ];
    for (command, text) in cases {
        given([])
            .when(|state| request(state, &command, "ann", BEFORE))
            .refused_as("field-invalid", text);
    }
    pending()
        .when(|state| request(state, &personal(days("12-11", "12-11")), "ann", BEFORE))
        .refused_as("id-taken", "00000001");
    let mut gone = context();
    gone.staff = staff("ann", [Left { last: day("12-10") }.into()]);
    given([])
        .when(|state| {
            request::decide(
                state,
                &personal(days("12-10", "12-11")),
                &gone,
                &issued("ann", BEFORE),
            )
        })
        .refused_as("staff-not-employed", "2026-12-11");
    let mut closed = context();
    closed.closed = [december()].into();
    given([])
        .when(|state| {
            request::decide(
                state,
                &personal(days("12-10", "12-10")),
                &closed,
                &issued("ann", BEFORE),
            )
        })
        .refused_as("month-closed", "2026-12");
}

#[test]
fn t12_other_leave_must_not_overlap() {
    let taken = || {
        let morning = ask(1, LeaveKind::Personal, hours("12-10", "09:00", "12:00"));
        given([])
            .when(|state| request(state, &morning, "ann", BEFORE))
            .go_on()
    };
    let cases = [
        (hours("12-10", "12:00", "15:00"), true), // back-to-back
        (hours("12-10", "11:59", "15:00"), false),
        (days("12-10", "12-10"), false),
        (days("12-09", "12-11"), false),
        (hours("12-11", "09:00", "12:00"), true),
    ];
    for (span, fine) in cases {
        let command = ask(2, LeaveKind::Personal, span);
        let then = taken().when(|state| request(state, &command, "ann", BEFORE));
        match fine {
            true => drop(then.go_on()),
            false => then.refused_as("leave-overlaps", "2026-12-10 09:00–12:00"),
        }
    }
    taken()
        .when(|state| withdraw(state, 1, "ann", BEFORE))
        .go_on()
        .when(|state| {
            request(
                state,
                &ask(2, LeaveKind::Personal, days("12-10", "12-10")),
                "ann",
                BEFORE,
            )
        })
        .go_on();
    let mut last_year = context();
    last_year.neighbours = vec![days("12-01", "12-10")];
    given([])
        .when(|state| {
            let command = ask(2, LeaveKind::Personal, days("12-10", "12-10"));
            request::decide(state, &command, &last_year, &issued("ann", BEFORE))
        })
        .refused(Refusal::LeaveOverlaps {
            span: days("12-01", "12-10"),
        });
}

#[test]
fn t2_time_off_is_taken_from_its_balance() {
    let lieu = |n, span| ask(n, LeaveKind::Compensatory, span);
    let minutes = |span| {
        let state = given([earned(100_000)])
            .when(|state| request(state, &lieu(1, span), "ann", BEFORE))
            .go_on()
            .0;
        state.leaves[&leave_id(1)].requested.minutes.0
    };
    assert_eq!(minutes(days("12-10", "12-12")), 960); // two shifts and a day off
    assert_eq!(minutes(days("12-20", "12-20")), 480); // not rostered yet: a day
    assert_eq!(minutes(hours("12-10", "08:00", "12:00")), 180); // 09:00–12:00 of the shift
    assert_eq!(minutes(hours("12-20", "09:00", "12:00")), 180);
    given([earned(479)])
        .when(|state| request(state, &lieu(1, days("12-10", "12-10")), "ann", BEFORE))
        .refused(Refusal::LeaveBalanceShort {
            kind: LeaveKind::Compensatory,
            available: Minutes(479),
            wanted: Minutes(480),
        });
}

#[test]
fn t2_pending_time_off_is_set_aside_and_approved_is_in_the_ledger() {
    let lieu = |n, date| ask(n, LeaveKind::Compensatory, days(date, date));
    let kind = LeaveKind::Compensatory;
    let one = given([earned(900)])
        .when(|state| request(state, &lieu(1, "12-10"), "ann", BEFORE))
        .go_on();
    assert_eq!((one.0.balance(kind).0, one.0.available(kind).0), (900, 420));
    Given(one.0.clone())
        .when(|state| request(state, &lieu(2, "12-11"), "ann", BEFORE))
        .refused_as(
            "leave-balance-short",
            "420 minutes are left, 480 are wanted",
        );
    let approved = one.when(|state| approve(state, 1, "boss:lead")).go_on();
    assert_eq!(
        (approved.0.balance(kind).0, approved.0.available(kind).0),
        (420, 420)
    );
    let back = approved
        .when(|state| withdraw(state, 1, "ann", BEFORE))
        .go_on()
        .0;
    assert_eq!((back.balance(kind).0, back.available(kind).0), (900, 900));
    let lines: Vec<(i64, &MovementCause)> = back
        .ledger
        .iter()
        .map(|line| (line.minutes.0, &line.why))
        .collect();
    let moved = MovementCause::Moved {
        reason: "加班".into(),
        work_date: Some(day("11-29")),
    };
    let leave = leave_id(1);
    assert_eq!(
        lines,
        [
            (900, &moved),
            (-480, &MovementCause::Taken { leave }),
            (480, &MovementCause::GivenBack { leave }),
        ]
    );
}

#[test]
fn t12_the_lead_or_the_gm_office_approves_until_the_books_close() {
    for (by, role) in [("boss:lead", Role::Lead), ("gmo:gm", Role::GmOffice)] {
        pending()
            .when(|state| approve(state, 1, by))
            .then([LeaveApproved {
                leave: leave_id(1),
                by: actor(by).staff,
                role,
                at: at(BEFORE),
            }
            .into()]);
    }
    for by in ["bob", "hr:hr", "eve:otherlead"] {
        pending()
            .when(|state| approve(state, 1, by))
            .refused_as("not-permitted", "leave");
    }
    pending()
        .when(|state| {
            let command = ApproveLeave { leave: leave_id(1) };
            let closed = [december()].into();
            // Weeks after the shift, but the month is closed.
            approve::decide(
                state,
                &command,
                &policy().leave,
                &closed,
                &issued("boss:lead", "12-31 09:00"),
            )
        })
        .refused_as("month-closed", "2026-12");
    pending()
        .when(|state| approve(state, 1, "boss:lead"))
        .go_on()
        .when(|state| approve(state, 1, "gmo:gm"))
        .refused_as("leave-not-pending", "approved");
    given([])
        .when(|state| approve(state, 1, "boss:lead"))
        .refused_as("leave-unknown", "00000001");
}

#[test]
fn t2_approval_checks_the_balance_again() {
    let short = given([earned(480)])
        .when(|state| {
            request(
                state,
                &ask(1, LeaveKind::Compensatory, days("12-10", "12-10")),
                "ann",
                BEFORE,
            )
        })
        .go_on()
        .0;
    let mut moved = short;
    domain::decider::State::evolve(&mut moved, &earned(-1));
    Given(moved)
        .when(|state| approve(state, 1, "boss:lead"))
        .refused_as("leave-balance-short", "479 minutes are left");
}

#[test]
fn e10_t12_nobody_decides_on_their_own_leave() {
    let refuse = |state: &LeaveState, by: &str, reason: &str| {
        let command = RefuseLeave {
            leave: leave_id(1),
            reason: reason.into(),
        };
        refuse::decide(
            state,
            &command,
            &policy().leave,
            &BTreeSet::new(),
            &issued(by, BEFORE),
        )
    };
    for by in ["ann:staff+lead", "ann:gm"] {
        pending()
            .when(|state| approve(state, 1, by))
            .refused_as("own-matter", "leave");
        pending()
            .when(|state| refuse(state, by, "不"))
            .refused_as("own-matter", "leave");
    }
    pending()
        .when(|state| refuse(state, "boss:lead", ""))
        .refused_as("field-invalid", "reason");
    pending()
        .when(|state| refuse(state, "boss:lead", "人手不足"))
        .then([LeaveRefused {
            leave: leave_id(1),
            by: "boss".into(),
            reason: "人手不足".into(),
            at: at(BEFORE),
        }
        .into()]);
}

#[test]
fn t12_leave_is_taken_back_before_it_begins() {
    pending()
        .when(|state| withdraw(state, 1, "boss:lead", BEFORE))
        .refused_as("not-your-request", "withdraw leave");
    let approved = || {
        pending()
            .when(|state| approve(state, 1, "boss:lead"))
            .go_on()
    };
    approved()
        .when(|state| withdraw(state, 1, "ann", "12-09 23:59"))
        .go_on()
        .when(|state| withdraw(state, 1, "ann", "12-09 23:59"))
        .refused_as("leave-not-pending", "withdrawn");
    approved()
        .when(|state| withdraw(state, 1, "ann", "12-10 00:00"))
        .refused_as("leave-begun", "2026-12-10");
}

#[test]
fn e4_t2_balances_are_moved_by_hr_or_the_lead_never_ones_own() {
    let command = |kind, minutes| MoveBalance {
        staff: "ann".into(),
        kind,
        minutes: Minutes(minutes),
        reason: "加班".into(),
        work_date: Some(day("11-29")),
    };
    let lieu = |minutes| command(LeaveKind::Compensatory, minutes);
    let decide = |state: &LeaveState, command: &MoveBalance, by: &str| {
        let by = issued(by, "11-30 09:00");
        move_balance::decide(state, command, &staff("ann", []), &policy().leave, &by)
    };
    given([])
        .when(|state| decide(state, &lieu(120), "boss:lead"))
        .then([earned(120)]);
    given([])
        .when(|state| decide(state, &lieu(120), "hr:hr"))
        .go_on();
    let cases = [
        (lieu(120), "ann:hr", "own-matter", "balance"),
        (lieu(120), "bob", "not-permitted", "balance"),
        (lieu(120), "eve:otherlead", "not-permitted", "balance"),
        (lieu(0), "hr:hr", "field-invalid", "minutes"),
        (
            MoveBalance {
                reason: String::new(),
                ..lieu(1)
            },
            "hr:hr",
            "field-invalid",
            "reason",
        ),
        (
            command(LeaveKind::Personal, 1),
            "hr:hr",
            "leave-kind-unbalanced",
            "personal leave has no balance",
        ),
        (
            lieu(-1),
            "hr:hr",
            "leave-balance-short",
            "0 minutes are left",
        ),
    ];
    for (command, by, code, text) in cases {
        given([])
            .when(|state| decide(state, &command, by))
            .refused_as(code, text);
    }
}
