//! Punches, corrections, overtime.

use crate::given::{Given, given};
use crate::world::*;
use domain::attendance::AttendanceState;
use domain::attendance::approve_correction::{self, ApproveCorrection};
use domain::attendance::approve_overtime::{self, ApproveOvertime};
use domain::attendance::file_correction::{self, FileCorrection};
use domain::attendance::punch::{self, Punch, PunchClock};
use domain::attendance::refuse_correction::{self, RefuseCorrection};
use domain::attendance::request_correction::{self, RequestCorrection};
use domain::attendance::withdraw_correction::{self, WithdrawCorrection};
use domain::day::{DayRecord, DayStatus, EdgeState, OvertimeMinutes, RequestStatus, SegmentRecord};
use domain::decider::State;
use domain::event::*;
use domain::ids::{CorrectionId, EventId, RuleId};
use domain::quantities::Minutes;
use domain::refusal::{Lang, Refusal, UsedCorrection};
use domain::staff::StaffState;
use domain::work_date::WorkDate;
use std::collections::BTreeMap;

// Punches.

fn device(serial: &str, when: &str) -> PunchClock {
    PunchClock::Device {
        serial: serial.into(),
        at: at(when),
    }
}

fn punch_of(who: &str, clock: PunchClock) -> Punch {
    Punch {
        staff: who.into(),
        kind: PunchKind::In,
        clock,
    }
}

fn punched(when: &str, received: &str, source: PunchSource) -> Punched {
    Punched {
        staff: "ann".into(),
        desk: desk(),
        kind: PunchKind::In,
        at: at(when),
        received_at: at(received),
        source,
        suspicion: None,
    }
}

fn d1() -> PunchSource {
    PunchSource::Device {
        serial: "D1".into(),
    }
}

fn punch(
    state: &AttendanceState,
    command: &Punch,
    ann: &StaffState,
    by: &str,
    now: &str,
) -> domain::decider::Decision<AttendanceEvent> {
    punch::decide(state, command, ann, &policy().punch, ZONE, &issued(by, now))
}

#[test]
fn t5_the_page_punches_by_the_servers_clock() {
    given([])
        .when(|state| {
            let command = punch_of("ann", PunchClock::Server);
            punch(state, &command, &staff("ann", []), "ann", "12-03 09:00")
        })
        .then([punched("12-03 09:00", "12-03 09:00", PunchSource::Web).into()]);
}

#[test]
fn t5_a_device_may_send_late_and_twice() {
    let command = punch_of("ann", device("D1", "12-03 09:00"));
    let ann = staff("ann", []);
    let once = given([])
        .when(|state| punch(state, &command, &ann, "feed:", "12-04 10:00"))
        .then([punched("12-03 09:00", "12-04 10:00", d1()).into()]);
    once.when(|state| punch(state, &command, &ann, "feed:", "12-04 10:01"))
        .then_nothing();
}

#[test]
fn a6_only_the_very_same_punch_is_a_duplicate() {
    let ann = staff("ann", []);
    let first = || given([punched("12-03 09:00", "12-03 09:00", d1()).into()]);
    let again = |command: Punch| {
        first()
            .when(|state: &AttendanceState| punch(state, &command, &ann, "feed:", "12-03 09:05"))
            .go_on();
    };
    again(punch_of("ann", device("D2", "12-03 09:00")));
    again(punch_of("ann", device("D1", "12-03 09:01")));
    let out = Punch {
        kind: PunchKind::Out,
        ..punch_of("ann", device("D1", "12-03 09:00"))
    };
    again(out);
}

#[test]
fn t5_a_punch_needs_somebody_employed() {
    let server = |who| punch_of(who, PunchClock::Server);
    given([])
        .when(|state| {
            let nobody = StaffState::default();
            punch(state, &server("ghost"), &nobody, "ghost", "12-03 09:00")
        })
        .refused(Refusal::StaffUnknown {
            staff: "ghost".into(),
        });
    let gone = staff("ann", [Left { last: day("12-02") }.into()]);
    given([])
        .when(|state| punch(state, &server("ann"), &gone, "ann", "12-03 09:00"))
        .refused(Refusal::StaffNotEmployed {
            staff: "ann".into(),
            date: day("12-03"),
        });
}

#[test]
fn p1_the_last_days_night_shift_may_end_the_morning_after() {
    let gone = staff("ann", [Left { last: day("12-02") }.into()]);
    let punch_at = |kind, when: &str| {
        let command = Punch {
            kind,
            ..punch_of("ann", device("D1", when))
        };
        given([]).when(|state| punch(state, &command, &gone, "feed:", "12-04 09:00"))
    };
    punch_at(PunchKind::Out, "12-03 06:00").go_on();
    punch_at(PunchKind::In, "12-03 06:00").refused_as("staff-not-employed", "2026-12-03");
    punch_at(PunchKind::Out, "12-04 06:00").refused_as("staff-not-employed", "2026-12-04");
}

#[test]
fn t5_nobody_punches_for_somebody_else_on_the_page() {
    given([])
        .when(|state| {
            let command = punch_of("ann", PunchClock::Server);
            punch(
                state,
                &command,
                &staff("ann", []),
                "boss:lead",
                "12-03 09:00",
            )
        })
        .refused(Refusal::PunchForOther {
            staff: "ann".into(),
        });
}

#[test]
fn t5_a_punch_in_the_future_or_too_old_is_refused() {
    let cases = [
        ("12-03 09:02", "12-03 09:00", None),
        ("12-03 09:03", "12-03 09:00", Some("punch-in-future")),
        ("11-30 09:00", "12-03 09:00", None),
        ("11-30 08:59", "12-03 09:00", Some("punch-too-old")),
    ];
    for (when, now, code) in cases {
        let command = punch_of("ann", device("D1", when));
        let then = given([]).when(|state| punch(state, &command, &staff("ann", []), "feed:", now));
        match code {
            None => drop(then.go_on()),
            Some(code) => then.refused_as(code, "minutes"),
        }
    }
}

#[test]
fn a7_a_device_that_woke_up_years_ago_is_flagged_and_filed_by_its_arrival() {
    let years_ago = "2000-01-01T00:05:00Z".parse().unwrap();
    let clock = PunchClock::Device {
        serial: "D1".into(),
        at: years_ago,
    };
    let command = punch_of("ann", clock);
    let ann = staff("ann", []);
    let now = issued("feed:", "12-03 09:00");
    assert_eq!(command.month(&ann, &policy().punch, ZONE, &now), december());
    let suspect = Punched {
        at: years_ago,
        suspicion: Some(Suspicion::DeviceClock),
        ..punched("12-03 09:00", "12-03 09:00", d1())
    };
    given([])
        .when(|state| punch(state, &command, &ann, "feed:", "12-03 09:00"))
        .then([suspect.into()])
        .when(|state| punch(state, &command, &ann, "feed:", "12-03 09:01"))
        .then_nothing();
}

#[test]
fn a7_a_punch_shortly_before_the_first_day_is_no_wrong_clock() {
    let new = Hired {
        from: day("12-03"),
        ..hired("ann")
    };
    let new = StaffState::fold(&[new.into()]);
    let command = punch_of("ann", device("D1", "12-02 09:00"));
    given([])
        .when(|state| punch(state, &command, &new, "feed:", "12-03 09:00"))
        .refused_as("staff-not-employed", "2026-12-02");
}

#[test]
fn a_punch_lies_in_the_stream_of_its_local_month() {
    let ann = staff("ann", []);
    let now = issued("feed:", "12-01 08:00");
    for (when, filed) in [("11-30 23:59", "2026-11"), ("12-01 00:00", "2026-12")] {
        let command = punch_of("ann", device("D1", when));
        assert_eq!(
            command.month(&ann, &policy().punch, ZONE, &now),
            month(filed)
        );
    }
}

// Corrections.

const FIRST_IN: Edge = Edge {
    segment: 0,
    side: Side::In,
};
const FIRST_OUT: Edge = Edge {
    segment: 0,
    side: Side::Out,
};

/// Ann's day of 09:00–17:00 with these edges.
fn record(date: &str, arrival: EdgeState, departure: EdgeState) -> DayRecord {
    let zero = Minutes::ZERO;
    let segment = SegmentRecord {
        planned: segment("09:00-17:00"),
        planned_minutes: Minutes(480),
        arrival,
        departure,
        late_minutes: zero,
        early_minutes: zero,
        present_minutes: zero,
        absent_minutes: zero,
        unproven_minutes: Minutes(480),
        leave_minutes: zero,
        beyond_minutes: zero,
    };
    DayRecord {
        staff: "ann".into(),
        desk: desk(),
        date: day(date),
        status: DayStatus::Worked,
        shift: Some("A".into()),
        night: false,
        segments: vec![segment],
        meals: vec![],
        planned_minutes: Minutes(480),
        worked_minutes: zero,
        absent_minutes: zero,
        leave_minutes: BTreeMap::new(),
        late_minutes: zero,
        severe_late: false,
        early_minutes: zero,
        overtime: OvertimeMinutes::default(),
        beyond_minutes: zero,
        time_off_earned_minutes: zero,
        meeting_minutes: zero,
        lead_missed_minutes: zero,
        unarranged_swap: None,
        swap_evidence: vec![],
        absence_evidence: vec![],
        correction_count: 0,
        unmatched: vec![],
        suspect: vec![],
        evidence: vec![],
        roster: None,
        roster_event: None,
        policy: "2026-1".into(),
        post: Default::default(),
        lent: Vec::new(),
    }
}

fn done(when: &str) -> EdgeState {
    EdgeState::Punched {
        at: at(when),
        event: EventId(id(900)),
    }
}

/// Both punches missing.
fn missing(date: &str) -> DayRecord {
    record(date, EdgeState::Pending, EdgeState::Pending)
}

fn ask(n: u128, date: &str, edge: Edge) -> RequestCorrection {
    let claimed = match edge.side {
        Side::In => "09:00",
        Side::Out => "17:00",
    };
    RequestCorrection {
        correction: CorrectionId(id(n)),
        work_date: day(date),
        edge,
        claimed_at: at(&format!("{date} {claimed}")),
        reason: "忘记打卡".into(),
    }
}

fn requested(n: u128, date: &str, edge: Edge, now: &str) -> CorrectionRequested {
    let asked = ask(n, date, edge);
    CorrectionRequested {
        correction: asked.correction,
        staff: "ann".into(),
        desk: desk(),
        work_date: asked.work_date,
        edge,
        claimed_at: asked.claimed_at,
        reason: asked.reason,
        at: at(now),
    }
}

fn request(
    state: &AttendanceState,
    command: &RequestCorrection,
    record: &DayRecord,
    now: &str,
) -> domain::decider::Decision<AttendanceEvent> {
    request_correction::decide(state, command, record, &policy(), ZONE, &issued("ann", now))
}

/// Ann's request for 1 December, pending.
fn one_pending() -> Given<AttendanceState> {
    given([requested(1, "12-01", FIRST_IN, "12-01 18:00").into()])
}

#[test]
fn t6_the_window_ends_with_the_third_day_after() {
    given([])
        .when(|state| {
            request(
                state,
                &ask(1, "12-01", FIRST_IN),
                &missing("12-01"),
                "12-04 23:59",
            )
        })
        .then([requested(1, "12-01", FIRST_IN, "12-04 23:59").into()]);
    given([])
        .when(|state| {
            request(
                state,
                &ask(1, "12-01", FIRST_IN),
                &missing("12-01"),
                "12-05 00:00",
            )
        })
        .refused(Refusal::CorrectionWindowOver {
            work_date: day("12-01"),
            window_days: 3,
            until: day("12-04"),
        });
}

#[test]
fn t6_only_a_punch_that_is_wanted_due_and_missing() {
    let second = Edge {
        segment: 1,
        side: Side::In,
    };
    let mut on_leave = missing("12-01");
    on_leave.segments[0].leave_minutes = Minutes(480);
    let came = record("12-01", done("12-01 09:02"), EdgeState::Pending);
    let mut colleagues = missing("12-01");
    colleagues.staff = "bob".into();
    let cases = [
        (
            second,
            missing("12-01"),
            "12-01 18:00",
            "correction-no-such-edge",
            "in (segment 2)",
        ),
        (
            FIRST_IN,
            colleagues,
            "12-01 18:00",
            "correction-no-such-edge",
            "in",
        ),
        (
            FIRST_IN,
            on_leave,
            "12-01 18:00",
            "correction-on-leave",
            "2026-12-01",
        ),
        (
            FIRST_IN,
            came,
            "12-01 18:00",
            "correction-not-needed",
            "09:02",
        ),
        (
            FIRST_OUT,
            missing("12-01"),
            "12-01 16:59",
            "correction-not-due",
            "17:00",
        ),
    ];
    for (edge, record, now, code, text) in cases {
        given([])
            .when(|state| request(state, &ask(1, "12-01", edge), &record, now))
            .refused_as(code, text);
    }
}

#[test]
fn t6_on_the_day_itself_while_it_is_open() {
    let open = record("12-01", EdgeState::NotWanted, EdgeState::NotWanted);
    given([])
        .when(|state| request(state, &ask(1, "12-01", FIRST_IN), &open, "12-01 14:00"))
        .go_on();
}

#[test]
fn t6_the_time_claimed_must_be_possible() {
    let came = record("12-01", done("12-01 10:00"), EdgeState::Pending);
    let left = record("12-01", EdgeState::Pending, done("12-01 12:00"));
    let cases = [
        (FIRST_IN, missing("12-01"), "12-01 05:00", true),
        (FIRST_IN, missing("12-01"), "12-01 04:59", false),
        (FIRST_IN, missing("12-01"), "12-01 18:00", true),
        (FIRST_IN, missing("12-01"), "12-01 18:01", false), // in the future
        (FIRST_IN, left.clone(), "12-01 12:00", true),
        (FIRST_IN, left, "12-01 12:01", false), // after the out
        (FIRST_OUT, came.clone(), "12-01 10:00", true),
        (FIRST_OUT, came, "12-01 09:59", false), // before the in
    ];
    for (edge, record, claimed, fine) in cases {
        let command = RequestCorrection {
            claimed_at: at(claimed),
            ..ask(1, "12-01", edge)
        };
        let then = given([]).when(|state| request(state, &command, &record, "12-01 18:00"));
        match fine {
            true => drop(then.go_on()),
            false => then.refused_as("correction-claim-absurd", &claimed[6..]),
        }
    }
}

#[test]
fn t6_one_request_for_a_punch_at_a_time() {
    let again = ask(2, "12-01", FIRST_IN);
    let refusal = Refusal::CorrectionDuplicate {
        work_date: day("12-01"),
        edge: FIRST_IN,
        status: RequestStatus::Pending,
    };
    one_pending()
        .when(|state| request(state, &again, &missing("12-01"), "12-01 19:00"))
        .refused(refusal);
    one_pending()
        .when(|state| withdraw(state, "ann"))
        .go_on()
        .when(|state| request(state, &again, &missing("12-01"), "12-01 19:00"))
        .go_on();
    one_pending()
        .when(|state| {
            request(
                state,
                &ask(1, "12-02", FIRST_IN),
                &missing("12-02"),
                "12-02 19:00",
            )
        })
        .refused_as("id-taken", "00000001");
    let silent = RequestCorrection {
        reason: " ".into(),
        ..again
    };
    given([])
        .when(|state| request(state, &silent, &missing("12-01"), "12-01 19:00"))
        .refused_as("field-invalid", "reason");
}

/// Five requests of December: two approved, three pending; besides, one refused and one withdrawn.
fn five_used() -> Vec<AttendanceEvent> {
    let mut facts: Vec<AttendanceEvent> = Vec::new();
    for n in 1..=7_u128 {
        let date = format!("12-{n:02}");
        facts.push(requested(n, &date, FIRST_IN, &format!("{date} 18:00")).into());
    }
    let by = || "boss".into();
    for n in [1, 2] {
        facts.push(
            CorrectionApproved {
                correction: CorrectionId(id(n)),
                by: by(),
                role: domain::who::Role::Lead,
                at: at("12-08 09:00"),
            }
            .into(),
        );
    }
    facts.push(
        CorrectionRefused {
            correction: CorrectionId(id(6)),
            by: by(),
            reason: "有打卡".into(),
            at: at("12-08 09:00"),
        }
        .into(),
    );
    facts.push(
        CorrectionWithdrawn {
            correction: CorrectionId(id(7)),
            at: at("12-08 09:00"),
        }
        .into(),
    );
    facts
}

#[test]
fn t7_a_sixth_correction_of_a_month_is_refused_with_the_five_listed() {
    let sixth = ask(8, "12-08", FIRST_IN);
    let used = |n: u32, status| UsedCorrection {
        work_date: day(&format!("12-{n:02}")),
        edge: FIRST_IN,
        status,
    };
    let refusal = Refusal::CorrectionMonthCap {
        month: december(),
        month_max: 5,
        used: vec![
            used(1, RequestStatus::Approved),
            used(2, RequestStatus::Approved),
            used(3, RequestStatus::Pending),
            used(4, RequestStatus::Pending),
            used(5, RequestStatus::Pending),
        ],
    };
    assert_eq!(refusal.rule(), Some(RuleId::T7));
    assert_eq!(
        refusal.text(Lang::Zh),
        "2026-12 的补卡申请每月不得超过 5 次,已使用:2026-12-01 上班(已批准)、2026-12-02 上班(已批准)、\
         2026-12-03 上班(待审批)、2026-12-04 上班(待审批)、2026-12-05 上班(待审批)"
    );
    assert_eq!(
        refusal.text(Lang::En),
        "no more than 5 corrections a month; used in 2026-12: 2026-12-01 in (approved), 2026-12-02 in (approved), \
         2026-12-03 in (pending), 2026-12-04 in (pending), 2026-12-05 in (pending)"
    );
    given(five_used())
        .when(|state| request(state, &sixth, &missing("12-08"), "12-08 18:00"))
        .refused(refusal);
}

#[test]
fn t7_refused_and_withdrawn_requests_do_not_count() {
    let four = five_used().into_iter().filter(|fact| {
        !matches!(fact, AttendanceEvent::CorrectionRequested(asked) if asked.work_date == day("12-05"))
    });
    given(four)
        .when(|state| {
            request(
                state,
                &ask(8, "12-08", FIRST_IN),
                &missing("12-08"),
                "12-08 18:00",
            )
        })
        .go_on();
}

#[test]
fn t7_counts_by_the_month_of_the_work_date() {
    // Filed on 2 January for 31 December: December's cap counts.
    let late = "2027-01-02T02:00:00Z".parse().unwrap();
    let mut now = issued("ann", "12-31 18:00");
    now.at = late;
    let command = ask(8, "12-31", FIRST_IN);
    let state = AttendanceState::fold(&five_used());
    let decided =
        request_correction::decide(&state, &command, &missing("12-31"), &policy(), ZONE, &now);
    assert_eq!(decided.unwrap_err().code(), "correction-month-cap");
}

fn approve(state: &AttendanceState, by: &str) -> domain::decider::Decision<AttendanceEvent> {
    let command = ApproveCorrection {
        correction: CorrectionId(id(1)),
    };
    approve_correction::decide(state, &command, &policy(), &issued(by, "12-02 09:00"))
}

fn withdraw(state: &AttendanceState, by: &str) -> domain::decider::Decision<AttendanceEvent> {
    let command = WithdrawCorrection {
        correction: CorrectionId(id(1)),
    };
    withdraw_correction::decide(state, &command, &issued(by, "12-02 09:00"))
}

fn file(state: &AttendanceState, by: &str) -> domain::decider::Decision<AttendanceEvent> {
    let command = FileCorrection {
        correction: CorrectionId(id(1)),
    };
    file_correction::decide(state, &command, &issued(by, "12-02 10:00"))
}

#[test]
fn t6_the_lead_or_the_gm_office_approves() {
    for (by, role) in [
        ("boss:lead", domain::who::Role::Lead),
        ("gmo:gm", domain::who::Role::GmOffice),
    ] {
        let approved = CorrectionApproved {
            correction: CorrectionId(id(1)),
            by: actor(by).staff,
            role,
            at: at("12-02 09:00"),
        };
        one_pending()
            .when(|state| approve(state, by))
            .then([approved.into()]);
    }
    for by in ["bob", "hr:hr", "eve:otherlead"] {
        one_pending()
            .when(|state| approve(state, by))
            .refused_as("not-permitted", "a lead of the desk, the GM office");
    }
}

#[test]
fn e10_t6_nobody_approves_their_own_correction_in_any_role() {
    for by in ["ann:staff+lead", "ann:gm", "ann:staff+lead+hr+gm"] {
        one_pending()
            .when(|state| approve(state, by))
            .refused_as("own-matter", "their own");
        one_pending()
            .when(|state| {
                let command = RefuseCorrection {
                    correction: CorrectionId(id(1)),
                    reason: "不".into(),
                };
                refuse_correction::decide(state, &command, &policy(), &issued(by, "12-02 09:00"))
            })
            .refused_as("own-matter", "their own");
    }
}

#[test]
fn t6_a_correction_is_decided_once() {
    one_pending()
        .when(|state| approve(state, "boss:lead"))
        .go_on()
        .when(|state| approve(state, "gmo:gm"))
        .refused_as("correction-not-pending", "approved");
    given([])
        .when(|state| approve(state, "boss:lead"))
        .refused_as("correction-unknown", "00000001");
}

#[test]
fn t6_a_refusal_says_why() {
    let refuse = |state: &AttendanceState, reason: &str| {
        let command = RefuseCorrection {
            correction: CorrectionId(id(1)),
            reason: reason.into(),
        };
        let by = issued("boss:lead", "12-02 09:00");
        refuse_correction::decide(state, &command, &policy(), &by)
    };
    one_pending()
        .when(|state| refuse(state, ""))
        .refused_as("field-invalid", "reason: must not be empty");
    one_pending()
        .when(|state| refuse(state, "监控无此人"))
        .then([CorrectionRefused {
            correction: CorrectionId(id(1)),
            by: "boss".into(),
            reason: "监控无此人".into(),
            at: at("12-02 09:00"),
        }
        .into()]);
}

#[test]
fn t6_its_author_withdraws_a_pending_request() {
    one_pending()
        .when(|state| withdraw(state, "boss:lead"))
        .refused_as("not-your-request", "author");
    one_pending()
        .when(|state| approve(state, "boss:lead"))
        .go_on()
        .when(|state| withdraw(state, "ann"))
        .refused_as("correction-not-pending", "approved");
    one_pending()
        .when(|state| withdraw(state, "ann"))
        .then([CorrectionWithdrawn {
            correction: CorrectionId(id(1)),
            at: at("12-02 09:00"),
        }
        .into()]);
}

#[test]
fn t6_hr_puts_an_approved_correction_on_file() {
    one_pending()
        .when(|state| file(state, "hr:hr"))
        .refused_as("correction-not-approved", "pending");
    let approved = || {
        one_pending()
            .when(|state| approve(state, "boss:lead"))
            .go_on()
    };
    approved()
        .when(|state| file(state, "boss:lead"))
        .refused_as("not-permitted", "only HR");
    let filed = CorrectionFiled {
        correction: CorrectionId(id(1)),
        by: "hr".into(),
        at: at("12-02 10:00"),
    };
    approved()
        .when(|state| file(state, "hr:hr"))
        .then([filed.into()])
        .when(|state| file(state, "hr:hr"))
        .refused_as("correction-on-file", "on file");
}

// Overtime.

fn overtime(date: WorkDate, minutes: i64) -> ApproveOvertime {
    ApproveOvertime {
        staff: "ann".into(),
        work_date: date,
        minutes_max: Minutes(minutes),
        compensation: Compensation::TimeOff,
        reason: "双十二".into(),
        request: None,
    }
}

#[test]
fn overtime_is_approved_within_the_laws_caps() {
    let decide = |state: &AttendanceState, command: &ApproveOvertime, by: &str| {
        let by = issued(by, "12-12 17:00");
        let shift = early();
        let worked = (!command.work_date.is_weekend()).then_some(&shift);
        approve_overtime::decide(state, command, &staff("ann", []), worked, &policy(), &by)
    };
    let approved = |date, minutes| OvertimeApproved {
        staff: "ann".into(),
        work_date: date,
        minutes_max: Minutes(minutes),
        compensation: Compensation::TimeOff,
        reason: "双十二".into(),
        request: None,
        by: "boss".into(),
        at: at("12-12 17:00"),
    };
    let (friday, saturday) = (day("12-11"), day("12-12"));
    given([])
        .when(|state| decide(state, &overtime(friday, 180), "boss:lead"))
        .then([approved(friday, 180).into()])
        .when(|state| decide(state, &overtime(friday, 60), "boss:lead"))
        .refused_as("overtime-approved-before", "180");
    given([])
        .when(|state| decide(state, &overtime(friday, 181), "boss:lead"))
        .refused_as("overtime-day-cap", "cap of 180");
    given([])
        .when(|state| decide(state, &overtime(saturday, 480), "gmo:gm"))
        .go_on();
    let most = || given([approved(saturday, 2000).into()]);
    most()
        .when(|state: &AttendanceState| decide(state, &overtime(friday, 160), "boss:lead"))
        .go_on();
    most()
        .when(|state| decide(state, &overtime(friday, 161), "boss:lead"))
        .refused_as("overtime-month-cap", "cap of 2160");
    given([])
        .when(|state| decide(state, &overtime(friday, 0), "boss:lead"))
        .refused_as("field-invalid", "minutes_max");
    given([])
        .when(|state| decide(state, &overtime(friday, 60), "ann:staff+lead"))
        .refused_as("own-matter", "overtime");
    given([])
        .when(|state| decide(state, &overtime(friday, 60), "hr:hr"))
        .refused_as("not-permitted", "overtime");
}

#[test]
fn the_protected_work_no_overtime() {
    let protected = Protected {
        kind: ProtectionKind::Nursing,
        from: day("12-01"),
        until: day("12-31"),
    };
    given([])
        .when(|state| {
            let ann = staff("ann", [protected.into()]);
            let by = issued("boss:lead", "12-12 17:00");
            let command = overtime(day("12-12"), 60);
            approve_overtime::decide(state, &command, &ann, None, &policy(), &by)
        })
        .refused_as("overtime-protected", "ann");
}
