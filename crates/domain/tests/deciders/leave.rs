//! Leave and its ledger (T2, T12).

use crate::given::{Given, given};
use crate::world::*;
use domain::decider::Decision;
use domain::event::*;
use domain::ids::LeaveId;
use domain::leave::approve::{self, ApprovalContext, ApproveLeave};
use domain::leave::grant::{self, GrantAnnualLeave};
use domain::leave::ledger::{Balance, Claims, Earned, LedgerBook, LineCause};
use domain::leave::move_balance::{self, MoveBalance};
use domain::leave::note_evidence::{self, NoteEvidence};
use domain::leave::refuse::{self, RefuseLeave};
use domain::leave::request::{self, LeaveContext, RequestLeave};
use domain::leave::withdraw::{self, WithdrawLeave};
use domain::leave::{LeaveState, MovementCause};
use domain::policy::LeaveUnit;
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
        half: None,
        reason: "家中有事".into(),
        evidence: None,
        emergency: None,
    }
}

/// A book of 2026 alone.
fn book(state: &LeaveState) -> LedgerBook {
    LedgerBook::empty(ZONE).with(2026, state)
}

fn balance(state: &LeaveState, kind: LeaveKind) -> Balance {
    book(state).balance(kind)
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
        book: LedgerBook::empty(ZONE),
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
    approve::decide(state, &command, &approving(), &issued(by, BEFORE))
}

fn approving() -> ApprovalContext {
    ApprovalContext {
        policy: policy().leave,
        closed: BTreeSet::new(),
        book: LedgerBook::empty(ZONE),
    }
}

fn withdraw(state: &LeaveState, n: u128, by: &str, now: &str) -> Decision<LeaveEvent> {
    let command = WithdrawLeave { leave: leave_id(n) };
    withdraw::decide(state, &command, ZONE, &issued(by, now))
}

fn earned(minutes: i64) -> LeaveEvent {
    moved(minutes).into()
}

fn moved(minutes: i64) -> BalanceMoved {
    BalanceMoved {
        staff: "ann".into(),
        kind: LeaveKind::Compensatory,
        minutes: Minutes(minutes),
        reason: "加班".into(),
        work_date: Some(day("11-29")),
        expires: None,
        by: "boss".into(),
        at: at("11-30 09:00"),
    }
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
        half: None,
        evidence: None,
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
    let figures = |state: &LeaveState| {
        let found = balance(state, kind);
        (found.minutes.0, found.pending_minutes.0)
    };
    assert_eq!(figures(&one.0), (900, 480));
    Given(one.0.clone())
        .when(|state| request(state, &lieu(2, "12-11"), "ann", BEFORE))
        .refused_as(
            "leave-balance-short",
            "420 minutes are left, 480 are wanted",
        );
    let approved = one.when(|state| approve(state, 1, "boss:lead")).go_on();
    assert_eq!(figures(&approved.0), (420, 0));
    let back = approved
        .when(|state| withdraw(state, 1, "ann", BEFORE))
        .go_on()
        .0;
    assert_eq!(figures(&back), (900, 0));
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
            // Weeks after the shift, but the month is closed.
            let closed = ApprovalContext {
                closed: [december()].into(),
                ..approving()
            };
            let by = issued("boss:lead", "12-31 09:00");
            approve::decide(state, &command, &closed, &by)
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
        year: 2026,
        minutes: Minutes(minutes),
        reason: "加班".into(),
        work_date: Some(day("11-29")),
    };
    let lieu = |minutes| command(LeaveKind::Compensatory, minutes);
    let decide = |state: &LeaveState, command: &MoveBalance, by: &str| {
        let by = issued(by, "11-30 09:00");
        let (ann, book) = (staff("ann", []), LedgerBook::empty(ZONE));
        move_balance::decide(state, command, &ann, &policy().leave, &book, &by)
    };
    let six_months_later = "2027-05-29".parse().unwrap();
    let given_until = BalanceMoved {
        expires: Some(six_months_later),
        ..moved(120)
    };
    given([])
        .when(|state| decide(state, &lieu(120), "boss:lead"))
        .then([given_until.into()]);
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

#[test]
fn t12_leave_is_taken_in_its_unit() {
    let half = |kind, half| RequestLeave {
        half: Some(half),
        ..ask(1, kind, days("12-10", "12-10"))
    };
    let window = |kind, start, end| ask(1, kind, hours("12-10", start, end));
    let (day, half_day, hour) = (LeaveUnit::Day, LeaveUnit::HalfDay, LeaveUnit::Hour);
    let cases = [
        (half(LeaveKind::Sick, Half::First), None),
        (half(LeaveKind::Personal, Half::Second), None),
        (half(LeaveKind::Marriage, Half::First), Some(day)),
        (window(LeaveKind::Sick, "09:00", "13:00"), None), // the first half of 09:00–17:00
        (window(LeaveKind::Sick, "09:00", "12:00"), Some(half_day)),
        (window(LeaveKind::Personal, "09:00", "12:00"), None),
        (window(LeaveKind::Personal, "09:00", "12:30"), Some(hour)),
        (window(LeaveKind::Maternity, "09:00", "17:00"), Some(day)),
        (ask(1, LeaveKind::Marriage, days("12-10", "12-12")), None),
    ];
    for (command, mismatch) in cases {
        let then = given([]).when(|state| request(state, &command, "ann", BEFORE));
        match mismatch {
            None => drop(then.go_on()),
            Some(unit) => then.refused(Refusal::LeaveUnitMismatch {
                kind: command.kind,
                unit,
            }),
        }
    }
}

#[test]
fn a4_half_a_day_is_a_half_of_the_shift_in_force_or_of_the_policys_day() {
    let asked = |date: &str, half, cells: Option<domain::shift::Shift>| {
        let mut context = context();
        context
            .cells
            .extend(cells.map(|shift| (day(date), Some(shift))));
        let command = RequestLeave {
            half: Some(half),
            ..ask(1, LeaveKind::Compensatory, days(date, date))
        };
        let state = given([earned(480)])
            .when(|state| request::decide(state, &command, &context, &issued("ann", BEFORE)))
            .go_on()
            .0;
        let asked = state.leaves[&leave_id(1)].requested.clone();
        let (start, end) = asked.span.window.unwrap();
        (format!("{start}–{end}"), asked.minutes.0, asked.half)
    };
    let (first, second) = (Half::First, Half::Second);
    let found = |date, half, shift| asked(date, half, shift);
    let of = |text: &str, half| (text.to_owned(), 240, Some(half));
    assert_eq!(found("12-10", first, None), of("09:00–13:00", first));
    assert_eq!(found("12-10", second, None), of("13:00–17:00", second));
    // A split shift is parted where half of its post time has passed: here in the gap.
    let split = || Some(shift("S", &["08:00-12:00", "14:00-18:00"]));
    assert_eq!(found("12-11", first, split()), of("08:00–12:00", first));
    assert_eq!(found("12-11", second, split()), of("12:00–18:00", second));
    // Half of a long day is half a day all the same.
    let long = Some(shift("L", &["09:00-21:00"]));
    assert_eq!(found("12-11", first, long), of("09:00–15:00", first));
    assert_eq!(
        found("12-11", second, Some(night())),
        of("02:00+1–06:00+1", second)
    );
    // Not rostered yet: of the policy's day, 8 hours from 09:00.
    assert_eq!(found("12-20", first, None), of("09:00–13:00", first));
    let off = RequestLeave {
        half: Some(first),
        ..ask(1, LeaveKind::Personal, days("12-12", "12-12"))
    };
    given([])
        .when(|state| request(state, &off, "ann", BEFORE))
        .refused_as("leave-half-of-nothing", "2026-12-12");
    let two_days = RequestLeave {
        half: Some(first),
        ..ask(1, LeaveKind::Personal, days("12-10", "12-11"))
    };
    given([])
        .when(|state| request(state, &two_days, "ann", BEFORE))
        .refused_as("field-invalid", "half");
}

#[test]
fn t12_a_kind_that_wants_a_document_is_approved_once_somebody_has_seen_it() {
    let note = |state: &LeaveState, by: &str, document: &str| {
        let command = NoteEvidence {
            leave: leave_id(1),
            document: document.into(),
        };
        note_evidence::decide(state, &command, &policy().leave, &issued(by, BEFORE))
    };
    let sick = RequestLeave {
        evidence: Some("病假条".into()),
        ..ask(1, LeaveKind::Sick, days("12-10", "12-10"))
    };
    let asked = || {
        given([])
            .when(|state| request(state, &sick, "ann", BEFORE))
            .go_on()
    };
    asked()
        .when(|state| approve(state, 1, "boss:lead"))
        .refused(Refusal::LeaveEvidenceMissing {
            kind: LeaveKind::Sick,
            named: Some("病假条".into()),
        });
    for by in ["bob", "eve:otherlead"] {
        asked()
            .when(|state| note(state, by, "病假条"))
            .refused_as("not-permitted", "document");
    }
    asked()
        .when(|state| note(state, "boss:lead", " "))
        .refused_as("field-invalid", "document");
    // The person may name it, also in an office of their own; that is no sight of it.
    let named = asked()
        .when(|state| note(state, "ann:hr", "病假条"))
        .go_on();
    named
        .when(|state| approve(state, 1, "boss:lead"))
        .refused_as("leave-evidence-missing", "病假条");
    let seen = |by: &str| EvidenceNoted {
        leave: leave_id(1),
        document: "病假条 市一医院".into(),
        seen: true,
        by: actor(by).staff,
        at: at(BEFORE),
    };
    for by in ["boss:lead", "gmo:gm", "hr:hr"] {
        asked()
            .when(|state| note(state, by, "病假条 市一医院"))
            .then([seen(by).into()])
            .when(|state| approve(state, 1, "boss:lead"))
            .go_on();
    }
    // Personal leave wants none.
    pending()
        .when(|state| approve(state, 1, "boss:lead"))
        .go_on();
    asked()
        .when(|state| withdraw(state, 1, "ann", BEFORE))
        .go_on()
        .when(|state| note(state, "boss:lead", "病假条"))
        .refused_as("leave-not-pending", "withdrawn");
}

/// Annual leave of a year for Ann, hired on 2026-03-01, whose working life began at `began`.
fn entitled(began: Option<&str>, year: i32) -> Option<(u16, String, u16)> {
    let hired = Hired {
        service_from: began.map(|text| text.parse().unwrap()),
        ..hired("ann")
    };
    let ann = domain::decider::State::fold(&[StaffEvent::from(hired)]);
    let found = grant::entitlement(&ann, year, &policy().leave.annual.unwrap())?;
    Some((found.days, found.from.to_string(), found.service_years))
}

#[test]
fn t2_annual_leave_goes_by_years_of_service_and_by_day() {
    let found = |days, from: &str, years| Some((days, from.to_owned(), years));
    // Regulations art. 3: nothing in the first year, then 5, 10, 15.
    assert_eq!(entitled(None, 2026), None);
    // 306 of 365 days from the first anniversary on: 4.19 of 5 days, whole days only (Measures art. 5).
    assert_eq!(entitled(None, 2027), found(4, "2027-03-01", 1));
    assert_eq!(entitled(None, 2028), found(5, "2028-01-01", 1));
    // The tier rises in March 2036: 60 days at 5 and 306 at 10 a year.
    assert_eq!(entitled(None, 2036), found(9, "2036-01-01", 9));
    assert_eq!(entitled(None, 2037), found(10, "2037-01-01", 10));
    assert_eq!(entitled(None, 2047), found(15, "2047-01-01", 20));
    // A working life begun earlier counts; in the year of the hire for the days employed: 306 of 365.
    assert_eq!(
        entitled(Some("2004-09-01"), 2026),
        found(12, "2026-03-01", 21)
    );
    assert_eq!(entitled(Some("2026-02-28"), 2025), None);
}

#[test]
fn t2_annual_leave_is_granted_once_when_it_comes_due() {
    let decide = |state: &LeaveState, year, closed: &str| {
        let command = GrantAnnualLeave {
            staff: "ann".into(),
            year,
            closed: closed.parse().unwrap(),
        };
        let system = issued("system:", "12-01 00:10");
        grant::decide(state, &command, &staff("ann", []), &policy(), &system)
    };
    given([])
        .when(|state| decide(state, 2027, "2027-01-27"))
        .then_nothing();
    given([])
        .when(|state| decide(state, 2026, "2026-12-31"))
        .then_nothing();
    let granted = LeaveGranted {
        staff: "ann".into(),
        kind: LeaveKind::Annual,
        year: 2027,
        days: 4,
        minutes: Minutes(4 * 480),
        service_years: 1,
        from: "2027-03-01".parse().unwrap(),
        expires: "2028-03-31".parse().unwrap(),
        policy: "2026-1".into(),
        at: at("12-01 00:10"),
    };
    given([])
        .when(|state| decide(state, 2027, "2027-01-28"))
        .then([granted.into()])
        .when(|state| decide(state, 2027, "2027-01-29"))
        .then_nothing();
}

fn date(text: &str) -> domain::work_date::WorkDate {
    text.parse().unwrap()
}

/// Leave of a year, approved, as its own stream holds it.
fn taken(n: u128, kind: LeaveKind, on: &str, minutes: i64) -> [LeaveEvent; 2] {
    let requested = LeaveRequested {
        leave: leave_id(n),
        staff: "ann".into(),
        desk: desk(),
        kind,
        span: LeaveSpan {
            first: date(on),
            last: date(on),
            window: None,
        },
        minutes: Minutes(minutes),
        reason: "家中有事".into(),
        filed_by: "ann".into(),
        emergency: None,
        half: None,
        evidence: None,
        at: at("11-01 09:00"),
    };
    let approved = LeaveApproved {
        leave: leave_id(n),
        by: "boss".into(),
        role: Role::Lead,
        at: at("11-02 09:00"),
    };
    [requested.into(), approved.into()]
}

fn lot(day: &str, minutes: i64, expires: &str) -> Earned {
    Earned {
        date: date(day),
        minutes: Minutes(minutes),
        closed_minutes: None,
        expires: Some(date(expires)),
    }
}

#[test]
fn t2_the_lot_that_expires_first_is_used_first_and_what_is_left_expires() {
    let kind = LeaveKind::Compensatory;
    let state: LeaveState = domain::decider::State::fold(&taken(1, kind, "2026-12-10", 100));
    let mut book = book(&state);
    book.earned = vec![
        lot("2026-11-20", 120, "2027-05-20"),
        lot("2026-06-11", 60, "2026-12-11"),
    ];
    let figures = |book: &LedgerBook| {
        let found = book.balance(kind);
        let lots: Vec<i64> = found.lots.iter().map(|lot| lot.left.0).collect();
        let lines: Vec<(i64, i64)> = found
            .lines
            .iter()
            .map(|line| (line.minutes.0, line.balance.0))
            .collect();
        (found.minutes.0, lots, lines)
    };
    // 60 of the lot that ends in December, 40 of the other.
    let before = (80, vec![80], vec![(60, 60), (-100, -40), (120, 80)]);
    assert_eq!(figures(&book), before);
    book.closed_through = Some(date("2026-12-31"));
    assert_eq!(figures(&book), before, "all of the first lot was used");
    book.closed_through = Some(date("2027-05-19"));
    assert_eq!(figures(&book).0, 80);
    book.closed_through = Some(date("2027-05-20"));
    let last = book.balance(kind);
    assert_eq!((last.minutes.0, last.lots.len()), (0, 0));
    let expired = last.lines.last().unwrap();
    assert_eq!(
        (expired.cause, expired.minutes.0),
        (LineCause::Expired, -80)
    );
    // A late fact takes back what the first lot held: the other bears it all.
    book.earned.pop();
    book.closed_through = Some(date("2026-12-31"));
    assert_eq!(
        figures(&book),
        (20, vec![20], vec![(-100, -100), (120, 20)])
    );
}

#[test]
fn t2_a_change_after_the_month_was_closed_is_a_line_of_its_own() {
    let mut book = LedgerBook::empty(ZONE);
    book.earned = vec![Earned {
        closed_minutes: Some(Minutes(90)),
        ..lot("2026-11-20", 60, "2027-05-20")
    }];
    let found = book.balance(LeaveKind::Compensatory);
    let lines: Vec<(LineCause, i64)> = found
        .lines
        .iter()
        .map(|line| (line.cause, line.minutes.0))
        .collect();
    assert_eq!(
        lines,
        [(LineCause::Earned, 90), (LineCause::EarnedChanged, -30)]
    );
    assert_eq!((found.minutes.0, found.lots[0].minutes.0), (60, 60));
}

#[test]
fn t2_balances_are_carried_across_the_turn_of_the_year() {
    let kind = LeaveKind::Annual;
    let granted = |year: i32, from: &str, until: &str| -> LeaveEvent {
        LeaveGranted {
            staff: "ann".into(),
            kind,
            year,
            days: 1,
            minutes: Minutes(480),
            service_years: 1,
            from: date(from),
            expires: date(until),
            policy: "2026-1".into(),
            at: at("01-01 00:10"),
        }
        .into()
    };
    let of_2026: LeaveState =
        domain::decider::State::fold(&[granted(2026, "2026-01-01", "2027-03-31")]);
    let [asked, approved] = taken(1, kind, "2027-01-05", 480);
    let of_2027: LeaveState =
        domain::decider::State::fold(&[granted(2027, "2027-01-01", "2028-03-31"), asked, approved]);
    let book = LedgerBook::empty(ZONE)
        .with(2026, &of_2026)
        .with(2027, &of_2027);
    let room = |day: &str| {
        let wanted = Minutes(480);
        book.room(kind, date(day), wanted, Claims::Standing).0
    };
    // What was carried over went first, so next year's is whole, and this year's is gone.
    assert_eq!(room("2027-06-01"), 480);
    assert_eq!(room("2028-03-31"), 480);
    assert_eq!(room("2028-04-01"), 0);
    // A day in December may have it still: January's leave then goes to next year's.
    assert_eq!(room("2026-12-30"), 480);
    let rest = book.balance(kind);
    assert_eq!((rest.minutes.0, rest.lots.len()), (480, 1));
    assert_eq!(rest.lots[0].expires, Some(date("2028-03-31")));
    // Without January's leave, December may have it; next year's is not there before the year.
    let book = LedgerBook::empty(ZONE).with(2026, &of_2026).with(
        2027,
        &domain::decider::State::fold(&[granted(2027, "2027-01-01", "2028-03-31")]),
    );
    let wanted = Minutes(960);
    assert_eq!(
        book.room(kind, date("2026-12-30"), wanted, Claims::Approved)
            .0,
        480
    );
    assert_eq!(
        book.room(kind, date("2027-01-02"), wanted, Claims::Approved)
            .0,
        960
    );
}
