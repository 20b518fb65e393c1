//! The service centre's and the call centre's rows as policies, reckoning and penalties carry them out: S1, S2, S5, D3,
//! D5, D6, D7 and full attendance, one table each.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::*;
use domain::day::{AttendedMeeting, DayRecord, LeaveFact, RequestStatus};
use domain::event::{LeaveKind, LeaveSpan, MeetingKind};
use domain::ids::{BreachId, LeaveId, MeetingId, RuleId, SanctionId};
use domain::penalty::notice::{Confirmed, notices};
use domain::penalty::*;
use domain::policy::document::{CALL_CENTRE, ONLINE_SHOP, SERVICE_CENTRE};
use domain::policy::{AmountRange, PolicyDocument, SanctionMode};
use domain::quantities::{Fen, Minutes};
use domain::reckoning::reckon;
use domain::work_date::DayMinute;

const TIERS: &str = "late = [{ over_minutes = 0, amount_fen = 0 }]";

fn read(text: &str) -> PolicyDocument {
    PolicyDocument::parse(text).unwrap_or_else(|faults| panic!("{faults:?}"))
}

fn month(document: &PolicyDocument, days: &[(&str, &str, &str)]) -> DeskMonth {
    let days: Vec<DayRecord> = days
        .iter()
        .map(|(staff, on, text)| {
            let facts = facts_of(shanghai(), staff, on, text);
            conserved(reckon(&facts, document.on(date(on)).unwrap()))
        })
        .collect();
    DeskMonth {
        desk: "desk".into(),
        month: "2026-12".parse().unwrap(),
        zone: shanghai(),
        closed_through: Some(date("2027-01-05")),
        days,
        calls: Vec::new(),
        complaints: Vec::new(),
        presence: Vec::new(),
        excuses: Vec::new(),
        meetings: Vec::new(),
        breaches: Vec::new(),
        guests: Vec::new(),
    }
}

/// `S5 100 late 12` for each proposal: rule, amount, the last word of its subject in the id's stead, quantity.
fn told(document: &PolicyDocument, month: &DeskMonth) -> Vec<String> {
    derive(month, document)
        .iter()
        .map(|p| format!("{} {} {}", p.rule, p.amount.0, p.quantity))
        .collect()
}

#[test]
fn the_shipped_policies_are_whole_and_say_what_their_documents_say() {
    for text in [ONLINE_SHOP, SERVICE_CENTRE, CALL_CENTRE] {
        read(text);
    }
    let service = read(SERVICE_CENTRE).versions.remove(0);
    assert_eq!(service.punch.arrival_lead_minutes, Minutes(0));
    let meeting = service.meeting.unwrap();
    let weekly = &meeting.recurring[0];
    assert_eq!(weekly.weekdays_from_monday, [0]);
    assert_eq!(
        (weekly.start, weekly.shift.as_ref()),
        (DayMinute(540), None)
    );
    assert!(meeting.day_off_expected, "S2 全體員工");

    let call = read(CALL_CENTRE).versions.remove(0);
    assert_eq!(call.punch.arrival_lead_minutes, Minutes(10), "D5");
    assert_eq!(call.sanction.amount(RuleId::D6), Some(Fen(5000)));
    let escalation = call.sanction.escalation.as_ref().unwrap();
    assert_eq!(escalation.confirmed, 5, "D6 累计达五次");
    let range = AmountRange {
        low: Fen(10_000),
        high: Fen(30_000),
    };
    assert_eq!(call.sanction.range(RuleId::D7), Some(range), "D7");

    let shop = read(ONLINE_SHOP).versions.remove(0);
    assert!(shop.lateness.is_none() && shop.meeting.is_none());
    assert!(shop.sanction.recordable.is_empty() && shop.sanction.cites.is_empty());
}

#[test]
fn faults_of_conduct_are_named_with_their_line_and_rule() {
    for (from, to, rule, text) in [
        (
            TIERS,
            "late = [{ over_minutes = 5, amount_fen = 0 }, { over_minutes = 5, amount_fen = 1 }]",
            RuleId::S5,
            "rising",
        ),
        (
            "weekdays_from_monday = [0]",
            "weekdays_from_monday = [7]",
            RuleId::S2,
            "absurd",
        ),
        ("T12 = \"S5\"", "T1 = \"S5\"", RuleId::T1, "no penalty"),
        (
            "S2 = 0    #",
            "S5 = 0    #",
            RuleId::S5,
            "tiers of lateness",
        ),
    ] {
        assert_eq!(SERVICE_CENTRE.matches(from).count(), 1, "{from}");
        let faults = PolicyDocument::parse(&SERVICE_CENTRE.replace(from, to)).unwrap_err();
        let line = SERVICE_CENTRE
            .lines()
            .position(|l| l.contains(from))
            .unwrap()
            + 1;
        assert!(
            faults
                .iter()
                .any(|f| f.line == line && f.rule == Some(rule) && f.message_en.contains(text)),
            "{to}: {faults:?}"
        );
    }
    for (from, to, rule, text) in [
        (
            "D7 = [10000, 30000]",
            "D7 = [30000, 10000]",
            RuleId::D7,
            "low below high",
        ),
        (
            "D7 = [10000, 30000]",
            "D6 = [10000, 30000]",
            RuleId::D6,
            "both an amount and a range",
        ),
        (
            "recordable = [\"D3\", \"D6\", \"D7\"]",
            "recordable = [\"D9\"]",
            RuleId::D9,
            "neither",
        ),
    ] {
        let faults = PolicyDocument::parse(&CALL_CENTRE.replace(from, to)).unwrap_err();
        assert!(
            faults
                .iter()
                .any(|f| f.rule == Some(rule) && f.message_en.contains(text)),
            "{to}: {faults:?}"
        );
    }
}

/// S5 不遲到早退: whole minutes, grace and tiers as policy.
#[test]
fn s5_lateness_and_early_leaving_in_tiers() {
    let tiers = SERVICE_CENTRE
        .replace(TIERS, "late = [{ over_minutes = 0, amount_fen = 0 }, { over_minutes = 10, amount_fen = 500 }, { over_minutes = 30, amount_fen = 2000 }]")
        .replace("early = [{ over_minutes = 0, amount_fen = 0 }]", "early = [{ over_minutes = 5, amount_fen = 300 }]");
    let grace = tiers.replace("late_grace_minutes = 0 ", "late_grace_minutes = 5 ");
    let points = tiers
        .replace("mode = \"money\"", "mode = \"points\"")
        .replace(
            "over_minutes = 30, amount_fen = 2000",
            "over_minutes = 30, amount_fen = 2000, amount_points = 4",
        )
        .replace(
            "[version.sanction.cites]",
            "[version.sanction.amount_points]\nT12 = 6\n\n[version.sanction.cites]",
        );
    let none = SERVICE_CENTRE.replace("late = [", "late = [] # [");
    for (text, day, expected) in [
        (&tiers, "in 09:00:59; out 18:00", vec![]),
        (&tiers, "in 09:01; out 18:00", vec!["S5 0 1"]),
        (&tiers, "in 09:10; out 18:00", vec!["S5 0 10"]),
        (&tiers, "in 09:11; out 18:00", vec!["S5 500 11"]),
        (
            &tiers,
            "in 09:31; out 17:54",
            vec!["S5 2000 31", "S5 300 6"],
        ),
        (&tiers, "in 09:00; out 17:55", vec![]),
        (&grace, "in 09:05; out 18:00", vec![]),
        (&grace, "in 09:06; out 18:00", vec!["S5 0 6"]),
        (&points, "in 09:31; out 18:00", vec!["S5 4 31"]),
        (&points, "in 09:11; out 18:00", vec![]),
        (&none, "in 09:31; out 18:00", vec![]),
        // Absence goes by the desk's own row, too.
        (&tiers, "", vec!["S5 0 540"]),
    ] {
        let document = read(text);
        let day = format!("09:00-18:00 | {day}; closed +30");
        let day = day.replace("| ;", "|");
        let mut found = told(&document, &month(&document, &[("s1", MONDAY, &day)]));
        found.sort();
        assert_eq!(found, expected, "{day}");
    }
}

#[test]
fn s5_an_incident_keeps_its_id_and_goes_when_the_fact_behind_it_does() {
    let document = read(SERVICE_CENTRE);
    let of = |text: &str| derive(&month(&document, &[("s1", MONDAY, text)]), &document);
    let late = of("09:00-18:00 | in 09:20; out 18:00");
    assert_eq!(late, of("09:00-18:00 | in 09:20; out 18:00"));
    assert!(late[0].subject_zh.contains("迟到20分钟"));
    assert!(late[0].subject_en.contains("20 min late"));
    // A correction says when the person came.
    assert!(of("09:00-18:00 | in 09:20; out 18:00; fix in0 09:00 approved").is_empty());
}

/// S1 排班表上的工作時間是指上、下崗時間; D5 提前10分钟到达工作岗位.
#[test]
fn s1_d5_the_arrival_lead_is_no_part_of_the_shift() {
    let (service, call) = (read(SERVICE_CENTRE), read(CALL_CENTRE));
    for (document, day, expected) in [
        (&call, "in 08:50; out 18:00", vec![]),
        (&call, "in 08:50:59; out 18:00", vec![]),
        (&call, "in 08:51; out 18:00", vec!["D5 0 1"]),
        (&call, "in 09:00; out 18:00", vec!["D5 0 10"]),
        // Late for the shift itself: told once, as lateness, which this desk cites as D5.
        (&call, "in 09:12; out 18:00", vec!["D5 0 12"]),
        (&service, "in 09:00; out 18:00", vec![]),
    ] {
        let day = format!("09:00-18:00 | {day}");
        let month = month(document, &[("s1", MONDAY, &day)]);
        assert_eq!(told(document, &month), expected, "{day}");
        assert_eq!(month.days[0].planned_minutes, Minutes(540), "{day}");
        assert_eq!(month.days[0].overtime, Default::default(), "{day}");
    }
}

fn leave(filed: &str, status: RequestStatus, window: Option<(i32, i32)>) -> LeaveFact {
    LeaveFact {
        leave: LeaveId(id("leave")),
        events: vec![event("leave")],
        kind: LeaveKind::Personal,
        span: LeaveSpan {
            first: date(MONDAY),
            last: date(MONDAY),
            window: window.map(|(from, until)| (DayMinute(from), DayMinute(until))),
        },
        filed_at: instant(shanghai(), date(MONDAY), filed),
        emergency: false,
        status,
    }
}

/// S2 不能到崗的人員,需提前以書面的形式.
#[test]
fn s2_missing_from_the_meeting_without_a_statement_beforehand() {
    use RequestStatus::{Approved, Pending, Refused};
    let document = read(SERVICE_CENTRE);
    let stated = |at: &str| Some((event("statement"), instant(shanghai(), date(MONDAY), at)));
    let worked = "09:00-18:00 | in 09:00; out 18:00";
    for (day, statement, leaves, expected) in [
        (worked, None, vec![], vec!["S2 0 1"]),
        (worked, stated("08:59"), vec![], vec![]),
        (worked, stated("09:00"), vec![], vec!["S2 0 1"]),
        ("off", None, vec![], vec!["S2 0 1"]),
        ("off", None, vec![leave("08:00", Approved, None)], vec![]),
        ("off", None, vec![leave("08:00", Pending, None)], vec![]),
        (
            "off",
            None,
            vec![leave("08:00", Refused, None)],
            vec!["S2 0 1"],
        ),
        (
            "off",
            None,
            vec![leave("09:30", Approved, None)],
            vec!["S2 0 1"],
        ),
        (
            "off",
            None,
            vec![leave("08:00", Approved, Some((780, 1080)))],
            vec!["S2 0 1"],
        ),
        (
            "off",
            None,
            vec![leave("08:00", Approved, Some((480, 720)))],
            vec![],
        ),
        // Absent from the shift that the meeting lies in: one incident.
        ("09:00-18:00 |", None, vec![], vec!["S5 0 540"]),
        // The shift is another: two incidents.
        ("13:00-18:00 |", None, vec![], vec!["S2 0 1", "S5 0 300"]),
    ] {
        let mut month = month(&document, &[("s1", MONDAY, day)]);
        month.meetings = vec![MeetingFact {
            meeting: MeetingId(id("meeting")),
            events: vec![event("called"), event("attendance")],
            kind: MeetingKind::Meeting,
            title: "部門例會".into(),
            date: date(MONDAY),
            start: DayMinute(540),
            end: DayMinute(600),
            absent: vec![MeetingAbsence {
                staff: "s1".into(),
                statement,
                leaves: leaves.clone(),
            }],
        }];
        let found = told(&document, &month);
        assert_eq!(found, expected, "{day} {statement:?} {leaves:?}");
    }
}

/// M11, S2: time at a meeting outside the shift counts as the policy says, and never twice.
#[test]
fn s2_m11_meeting_time_outside_the_shift_counts_as_policy_says() {
    let worked = SERVICE_CENTRE.to_owned();
    let overtime =
        SERVICE_CENTRE.replace("outside_shift = \"worked\"", "outside_shift = \"overtime\"");
    let nothing = SERVICE_CENTRE
        .replace("outside_shift = \"worked\"", "outside_shift = \"nothing\"")
        .replace("day_off_overtime = true", "day_off_overtime = false");
    let late = "13:00-18:00 | in 13:00; out 18:00";
    let stays = "10:00-18:00 | in 08:55; out 18:00; overtime 120 money";
    // worked, overtime workday, rest-day, statutory
    for (text, day, expected) in [
        (&worked, late, (360, 0, 0, 0)),
        (&overtime, late, (300, 60, 0, 0)),
        (&nothing, late, (300, 0, 0, 0)),
        (&worked, "09:00-18:00 | in 09:00; out 18:00", (540, 0, 0, 0)),
        // On a statutory holiday the meeting is work of that day like the shift.
        (
            &worked,
            "13:00-18:00 | in 13:00; out 18:00; statutory",
            (360, 0, 0, 360),
        ),
        (&worked, "off |", (0, 0, 60, 0)),
        (&worked, "off | statutory", (0, 0, 0, 60)),
        (&nothing, "off |", (0, 0, 0, 0)),
        // Punched in for the meeting, and the stay approved: its hour is in the 65 minutes already.
        (&overtime, stays, (480, 65, 0, 0)),
        (&worked, stays, (480, 65, 0, 0)),
    ] {
        let document = read(text);
        let mut facts = facts_of(shanghai(), "s1", MONDAY, day);
        facts.meetings = vec![AttendedMeeting {
            event: event("attendance"),
            from: instant(shanghai(), date(MONDAY), "09:00"),
            until: instant(shanghai(), date(MONDAY), "10:00"),
        }];
        let record = conserved(reckon(&facts, &document.versions[0]));
        let found = (
            record.worked_minutes.0,
            record.overtime.workday.0,
            record.overtime.rest_day.0,
            record.overtime.statutory.0,
        );
        assert_eq!(found, expected, "{day} {record:#?}");
        assert!(record.evidence.contains(&event("attendance")));
    }
}

#[test]
fn d3_d6_d7_breaches_recorded_by_hand_are_proposed_once_their_day_is_closed() {
    let document = read(CALL_CENTRE);
    let mut month = month(&document, &[]);
    let breach = |name: &str, rule, on: &str| BreachFact {
        breach: BreachId(id(name)),
        events: vec![event(name)],
        rule,
        staff: "s1".into(),
        work_date: date(on),
        subject: "不在岗".into(),
    };
    month.breaches = vec![
        breach("b1", RuleId::D3, "2026-12-01"),
        breach("b2", RuleId::D6, "2026-12-02"),
        breach("b3", RuleId::D7, "2026-12-03"),
    ];
    assert_eq!(
        told(&document, &month),
        ["D3 5000 1", "D6 5000 1", "D7 10000 1"]
    );
    let ranged = &derive(&month, &document)[2];
    assert_eq!(ranged.range.map(|range| range.high), Some(Fen(30_000)));
    month.closed_through = Some(date("2026-12-01"));
    assert_eq!(told(&document, &month), ["D3 5000 1"]);
}

/// D6 累计达五次;行政部通知.
#[test]
fn d6_five_confirmed_in_the_period_make_one_notice() {
    let document = read(CALL_CENTRE);
    let monthly = read(&CALL_CENTRE.replace("period = \"year\"", "period = \"month\""));
    let confirmed = |dates: &[&str], rule| -> Vec<Confirmed> {
        dates
            .iter()
            .map(|on| Confirmed {
                sanction: SanctionId::new(format!("p-{on}")),
                staff: "s1".into(),
                rule,
                work_date: date(on),
                event: event(on),
            })
            .collect()
    };
    let five = [
        "2026-11-01",
        "2026-11-02",
        "2026-12-01",
        "2026-12-02",
        "2026-12-03",
    ];
    let count = |document: &PolicyDocument, dates: &[&str], rule| {
        notices(&"desk".into(), &confirmed(dates, rule), document).len()
    };
    assert_eq!(count(&document, &five[..4], RuleId::D6), 0);
    assert_eq!(count(&document, &five, RuleId::D6), 1);
    assert_eq!(count(&document, &five, RuleId::D5), 0, "does not count");
    assert_eq!(count(&monthly, &five, RuleId::D6), 0);
    let found = notices(&"desk".into(), &confirmed(&five, RuleId::D6), &document);
    assert_eq!(found[0].work_date, date("2026-12-03"));
    // A sixth is the same notice.
    let six = [&five[..], &["2026-12-09"]].concat();
    let more = notices(&"desk".into(), &confirmed(&six, RuleId::D6), &document);
    assert_eq!((more.len(), more[0].count), (1, 6));
    assert_eq!(more[0].id, found[0].id);
}

#[test]
fn t16_full_attendance_is_proposed_for_a_faultless_month_only() {
    let reward = "[version.sanction.full_attendance]\namount_fen = 20000\ndue_days_min = 2\n\n[version.sanction.cites]";
    let document = read(&SERVICE_CENTRE.replace("[version.sanction.cites]", reward));
    let good = "09:00-18:00 | in 08:59; out 18:01";
    let of = |second: &str| {
        let days = [("s1", "2026-12-07", good), ("s1", "2026-12-08", second)];
        let proposed = derive(&month(&document, &days), &document);
        let rewards = proposed
            .into_iter()
            .filter(|p| p.kind == ProposalKind::Reward);
        rewards.map(|p| p.amount.0).collect::<Vec<_>>()
    };
    for (second, expected) in [
        (good, vec![20_000]),
        (
            "09:00-18:00 | fix in0 09:00 approved; out 18:00",
            vec![20_000],
        ),
        ("off", vec![]),
        ("09:00-18:00 | in 09:01; out 18:00", vec![]),
        ("09:00-18:00 | in 09:00; out 17:59", vec![]),
        ("09:00-18:00 | in 09:00", vec![]),
        ("09:00-18:00 |", vec![]),
        ("09:00-18:00 | leave whole personal approved", vec![]),
    ] {
        assert_eq!(of(second), expected, "{second}");
    }
    let mut early = month(
        &document,
        &[("s1", "2026-12-07", good), ("s1", "2026-12-08", good)],
    );
    early.closed_through = Some(date("2027-01-02"));
    assert!(
        derive(&early, &document).is_empty(),
        "a punch may still be explained"
    );
    let reward = derive(
        &month(
            &document,
            &[("s1", "2026-12-07", good), ("s1", "2026-12-08", good)],
        ),
        &document,
    )
    .remove(0);
    assert_eq!(reward.mode, SanctionMode::Money);
    assert!(reward.subject_zh.contains("全勤") && reward.id.as_str().starts_with("reward-"));
}
