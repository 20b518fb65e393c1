//! Overtime that people ask for (加班申请).

use crate::given::{Given, given};
use crate::world::*;
use domain::attendance::AttendanceState;
use domain::attendance::approve_overtime::{self, ApproveOvertime};
use domain::attendance::refuse_overtime::{self, RefuseOvertime};
use domain::attendance::request_overtime::{self, OvertimeContext, RequestOvertime};
use domain::attendance::withdraw_overtime::{self, WithdrawOvertime};
use domain::decider::Decision;
use domain::event::*;
use domain::ids::OvertimeId;
use domain::quantities::Minutes;
use std::collections::BTreeSet;

const NOW: &str = "12-11 16:00";

fn ask(n: u128, date: &str, minutes: i64) -> RequestOvertime {
    RequestOvertime {
        request: OvertimeId(id(n)),
        work_date: day(date),
        minutes: Minutes(minutes),
        compensation: Compensation::TimeOff,
        reason: "双十二".into(),
    }
}

fn context() -> OvertimeContext {
    OvertimeContext {
        staff: staff("ann", []),
        shift: Some(early()),
        policy: policy(),
        closed: BTreeSet::new(),
        zone: ZONE,
    }
}

fn request(
    state: &AttendanceState,
    command: &RequestOvertime,
    now: &str,
) -> Decision<AttendanceEvent> {
    request_overtime::decide(state, command, &context(), &issued("ann", now))
}

fn approve(state: &AttendanceState, minutes: i64, by: &str) -> Decision<AttendanceEvent> {
    let command = ApproveOvertime {
        staff: "ann".into(),
        work_date: day("12-11"),
        minutes_max: Minutes(minutes),
        compensation: Compensation::TimeOff,
        reason: "双十二".into(),
        request: Some(OvertimeId(id(1))),
    };
    let (ann, shift, by) = (staff("ann", []), early(), issued(by, NOW));
    approve_overtime::decide(state, &command, &ann, Some(&shift), &policy(), &by)
}

fn pending() -> Given<AttendanceState> {
    given([])
        .when(|state| request(state, &ask(1, "12-11", 120), NOW))
        .go_on()
}

#[test]
fn overtime_is_asked_for_within_the_policys_window() {
    let requested = OvertimeRequested {
        request: OvertimeId(id(1)),
        staff: "ann".into(),
        desk: desk(),
        work_date: day("12-11"),
        minutes: Minutes(120),
        compensation: Compensation::TimeOff,
        reason: "双十二".into(),
        at: at(NOW),
    };
    given([])
        .when(|state| request(state, &ask(1, "12-11", 120), NOW))
        .then([requested.into()]);
    // 31 days ahead, until the end of the third day after.
    for (now, fine) in [
        ("11-10 00:00", true),
        ("11-09 23:59", false),
        ("12-14 23:59", true),
        ("12-15 00:00", false),
    ] {
        let then = given([]).when(|state| request(state, &ask(1, "12-11", 60), now));
        match fine {
            true => drop(then.go_on()),
            false => then.refused_as("overtime-request-window", "from 2026-11-10 to 2026-12-14"),
        }
    }
}

#[test]
fn what_could_not_be_approved_is_not_asked_for() {
    let asks = |context: &OvertimeContext, command: &RequestOvertime, code: &str, text: &str| {
        given([])
            .when(|state| request_overtime::decide(state, command, context, &issued("ann", NOW)))
            .refused_as(code, text);
    };
    asks(&context(), &ask(1, "12-11", 181), "overtime-day-cap", "180");
    asks(&context(), &ask(1, "12-11", 0), "field-invalid", "minutes");
    let silent = RequestOvertime {
        reason: " ".into(),
        ..ask(1, "12-11", 60)
    };
    asks(&context(), &silent, "field-invalid", "reason");
    let protected = Protected {
        kind: ProtectionKind::Nursing,
        from: day("12-01"),
        until: day("12-31"),
    };
    let nursing = OvertimeContext {
        staff: staff("ann", [protected.into()]),
        ..context()
    };
    asks(&nursing, &ask(1, "12-11", 60), "overtime-protected", "ann");
    let closed = OvertimeContext {
        closed: [december()].into(),
        ..context()
    };
    asks(&closed, &ask(1, "12-11", 60), "month-closed", "2026-12");
    let mut never = context();
    never.policy.overtime.request = None;
    asks(
        &never,
        &ask(1, "12-11", 60),
        "overtime-not-asked-for",
        "lead",
    );
    let gone = OvertimeContext {
        staff: staff("ann", [Left { last: day("12-01") }.into()]),
        ..context()
    };
    asks(
        &gone,
        &ask(1, "12-11", 60),
        "staff-not-employed",
        "2026-12-11",
    );
    pending()
        .when(|state| request(state, &ask(2, "12-11", 60), NOW))
        .refused_as("overtime-request-stands", "2026-12-11");
    pending()
        .when(|state| approve(state, 120, "boss:lead"))
        .go_on()
        .when(|state| request(state, &ask(2, "12-11", 60), NOW))
        .refused_as("overtime-approved-before", "120");
}

#[test]
fn e4_overtime_is_decided_by_the_lead_or_the_gm_office_never_by_oneself() {
    let refuse = |state: &AttendanceState, by: &str, reason: &str| {
        let command = RefuseOvertime {
            request: OvertimeId(id(1)),
            reason: reason.into(),
        };
        refuse_overtime::decide(state, &command, &issued(by, NOW))
    };
    let approved = |minutes| OvertimeApproved {
        staff: "ann".into(),
        work_date: day("12-11"),
        minutes_max: Minutes(minutes),
        compensation: Compensation::TimeOff,
        reason: "双十二".into(),
        request: Some(OvertimeId(id(1))),
        by: "boss".into(),
        at: at(NOW),
    };
    // Less than asked for may be granted, more may not.
    pending()
        .when(|state| approve(state, 90, "boss:lead"))
        .then([approved(90).into()])
        .when(|state| approve(state, 90, "gmo:gm"))
        .refused_as("overtime-not-pending", "approved");
    pending()
        .when(|state| approve(state, 121, "boss:lead"))
        .refused_as("field-invalid", "minutes_max");
    for (by, code) in [
        ("ann:staff+lead", "own-matter"),
        ("ann:gm", "own-matter"),
        ("bob", "not-permitted"),
        ("hr:hr", "not-permitted"),
        ("eve:otherlead", "not-permitted"),
    ] {
        pending()
            .when(|state| approve(state, 60, by))
            .refused_as(code, "overtime");
        pending()
            .when(|state| refuse(state, by, "不必"))
            .refused_as(code, "overtime");
    }
    pending()
        .when(|state| refuse(state, "boss:lead", ""))
        .refused_as("field-invalid", "reason");
    let refused = OvertimeRefused {
        request: OvertimeId(id(1)),
        by: "boss".into(),
        reason: "人手已够".into(),
        at: at(NOW),
    };
    pending()
        .when(|state| refuse(state, "boss:lead", "人手已够"))
        .then([refused.into()])
        .when(|state| approve(state, 60, "boss:lead"))
        .refused_as("overtime-not-pending", "refused");
    given([])
        .when(|state| approve(state, 60, "boss:lead"))
        .refused_as("overtime-unknown", "00000001");
}

#[test]
fn only_its_author_takes_a_request_for_overtime_back() {
    let withdraw = |state: &AttendanceState, by: &str| {
        let request = OvertimeId(id(1));
        withdraw_overtime::decide(state, &WithdrawOvertime { request }, &issued(by, NOW))
    };
    pending()
        .when(|state| withdraw(state, "boss:lead"))
        .refused_as("not-your-request", "overtime");
    pending()
        .when(|state| withdraw(state, "ann"))
        .go_on()
        .when(|state| withdraw(state, "ann"))
        .refused_as("overtime-not-pending", "withdrawn");
}
