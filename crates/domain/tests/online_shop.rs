//! The online shop's rows T2–T16 as reckoning and penalties carry them out: one table per row.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::*;
use domain::day::DayRecord;
use domain::event::{Complainant, ComplaintAbout};
use domain::ids::{CallId, ComplaintId, RuleId, SanctionId, StaffId};
use domain::moment::{Post, desk_at};
use domain::penalty::*;
use domain::policy::{Counting, PolicyDocument, SanctionMode};
use domain::quantities::{Fen, Minutes};
use domain::reckoning::reckon;
use domain::summary::{DeductionCheck, PayLine, PayReason, summarise};
use domain::work_date::Month;

const DAY: &str = "09:00-18:00";

fn on(staff: &str, date: &str, day: &str) -> DayRecord {
    conserved(reckon(&facts_of(shanghai(), staff, date, day), &rules()))
}

fn month(days: Vec<DayRecord>) -> DeskMonth {
    DeskMonth {
        desk: "online-shop".into(),
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

/// A call that nobody answered.
fn rang(call: &str, date_time: (&str, &str), rings: u16, routed_to: Option<&str>) -> CallFact {
    CallFact {
        event: event(call),
        call: CallId::from(call),
        at: instant(shanghai(), date(date_time.0), date_time.1),
        rings,
        answered_by: None,
        routed_to: routed_to.map(StaffId::from),
    }
}

fn complaint(name: &str, about: Option<&str>, staff: Option<&str>, on: &str) -> ComplaintFact {
    ComplaintFact {
        event: event(name),
        complaint: ComplaintId(id(name)),
        about: about.map_or(ComplaintAbout::Discourtesy, |call| {
            ComplaintAbout::UnansweredCall { call: call.into() }
        }),
        staff: staff.map(StaffId::from),
        complainant: Complainant::Customer,
        happened_at: instant(shanghai(), date(on), "11:00"),
        verification: None,
    }
}

fn found(mut complaint: ComplaintFact, staff: &str, upheld: bool) -> ComplaintFact {
    complaint.verification = Some(VerificationFact {
        event: event(&format!("verified {}", complaint.complaint)),
        staff: staff.into(),
        upheld,
        at: complaint.happened_at,
    });
    complaint
}

fn line(staff: &str, on: &str, at: &str, online: bool) -> PresenceFact {
    PresenceFact {
        event: event(&format!("{staff} {on} {at} {online}")),
        staff: staff.into(),
        at: instant(shanghai(), date(on), at),
        online,
    }
}

fn offline(staff: &str, on: &str, from: &str, until: &str) -> [PresenceFact; 2] {
    [line(staff, on, from, false), line(staff, on, until, true)]
}

fn shown(penalties: &[ProposedPenalty]) -> Vec<String> {
    penalties
        .iter()
        .map(|p| {
            format!(
                "{} {} {} {} x{}",
                p.work_date, p.staff, p.rule, p.amount, p.quantity
            )
        })
        .collect()
}

fn derived(month: &DeskMonth) -> Vec<String> {
    shown(&derive(month, &shop()))
}

/// Rows of `(requirement, one person's day, penalties of it)`.
fn check_penalties(rows: &[(&str, &str, &[&str])]) {
    for (requirement, day, expected) in rows {
        let found = derived(&month(vec![on("s1", MONDAY, day)]));
        assert_eq!(found, *expected, "{requirement}: {day}");
    }
}

fn policy_with(change: impl FnOnce(&mut domain::policy::Policy)) -> PolicyDocument {
    let mut document = shop();
    change(&mut document.versions[0]);
    document
}

#[test]
fn t2_overtime_may_earn_time_off() {
    check_days(&[
        (
            "T2 approved as time off",
            "09:00-18:00 | in 09:00; out 20:00; overtime 120 time_off",
            "worked [09:00 20:00 present 540] workday 120 time-off 120",
        ),
        (
            "T2 no more than was approved",
            "09:00-18:00 | in 09:00; out 20:00; overtime 60 money",
            "worked [09:00 20:00 present 540] workday 60",
        ),
        (
            "T2 no more than was done",
            "09:00-18:00 | in 09:00; out 19:00; overtime 120 money",
            "worked [09:00 19:00 present 540] workday 60",
        ),
        (
            "T2 unapproved does not count",
            "09:00-18:00 | in 09:00; out 20:00",
            "worked [09:00 20:00 present 540]",
        ),
        (
            "T2 too short does not count",
            "09:00-18:00 | in 09:00; out 18:29; overtime 60 money",
            "worked [09:00 18:29 present 540]",
        ),
        (
            "T2 two short stays are no long one",
            "09:00-18:00 | in 08:40; out 18:20; overtime 60 money",
            "worked [08:40 18:20 present 540]",
        ),
        (
            "T2 the long one of two",
            "09:00-18:00 | in 08:40; out 18:30; overtime 60 money",
            "worked [08:40 18:30 present 540] workday 30",
        ),
        (
            "T2 a day off, one short stay of two",
            "off | in 09:00; out 09:29; in 10:00; out 12:00; overtime 240 money",
            "day_off rest-day 120",
        ),
        (
            "T2 a day off",
            "off | in 09:00; out 12:00; overtime 240 money",
            "day_off rest-day 180",
        ),
        (
            "T2 a day off, unapproved: listed",
            "off | in 09:00; out 12:00",
            "day_off unmatched 2",
        ),
        (
            "T2 a statutory holiday, rostered",
            "09:00-18:00 | in 09:00; out 18:00; statutory",
            "worked [09:00 18:00 present 540] statutory 540",
        ),
        (
            "T2 a statutory holiday, off",
            "off | in 09:00; out 12:00; overtime 240 time_off; statutory",
            "day_off statutory 180 time-off 180",
        ),
    ]);
}

#[test]
fn t4_a_day_is_reckoned_against_the_roster_in_force() {
    let mut facts = facts("09:00-18:00 | in 09:00; out 18:00");
    facts.assignment.as_mut().unwrap().roster.revision = 7;
    let record = reckon(&facts, &rules());
    assert_eq!(record.roster.as_ref().unwrap().revision, 7);
    assert_eq!(
        record.roster_event,
        facts.assignment.as_ref().map(|a| a.event)
    );
    assert!(record.evidence.contains(&record.roster_event.unwrap()));
}

#[test]
fn t5_lateness_counts_whole_minutes_in_the_persons_favour() {
    check_days(&[
        (
            "T5",
            "09:00-18:00 | in 09:00:59; out 18:00",
            "worked [09:00 18:00 present 540]",
        ),
        (
            "T5",
            "09:00-18:00 | in 09:01:00; out 18:00",
            "worked [09:01 18:00 present 539 late 1]",
        ),
        (
            "T5",
            "09:00-18:00 | in 09:00; out 17:59:01",
            "worked [09:00 17:59 present 540]",
        ),
        (
            "T5",
            "09:00-18:00 | in 09:00; out 17:59:00",
            "worked [09:00 17:59 present 539 early 1]",
        ),
        (
            "T5",
            "09:00-18:00 | in 09:30; out 18:00",
            "worked [09:30 18:00 present 510 late 30]",
        ),
        (
            "T5 severe",
            "09:00-18:00 | in 09:31; out 18:00",
            "worked [09:31 18:00 present 509 late 31] severe",
        ),
        (
            "T5 first in, nearest out",
            "09:00-18:00 | in 08:40; in 09:04; out 18:00",
            "worked [08:40 18:00 present 540] unmatched 1",
        ),
        (
            "T5 back for a forgotten bag",
            "09:00-18:00 | in 09:00; out 18:00; out 18:20",
            "worked [09:00 18:00 present 540] unmatched 1",
        ),
        (
            "T5 in outside the window",
            "09:00-18:00 | in 04:59; out 18:00",
            "worked [missed 18:00 unproven 540] unmatched 1",
        ),
        (
            "T5 out outside the window",
            "09:00-18:00 | in 09:00; out 23:00:01",
            "worked [09:00 missed unproven 540] unmatched 1",
        ),
        (
            "T5 a day not over",
            "09:00-18:00 | in 09:10; closed -1",
            "open [09:10 - late 10 unproven 530]",
        ),
        (
            "T5 a day not over, in forgotten",
            "09:00-18:00 | out 18:00; closed -1",
            "open [pending 18:00 unproven 540]",
        ),
    ]);
}

#[test]
fn t5_grace_and_arrival_lead_are_policy() {
    let mut policy = rules();
    policy.punch.late_grace_minutes = Minutes(5);
    policy.punch.arrival_lead_minutes = Minutes(10);
    let table = [
        ("in 08:50:59; out 18:00", "worked [08:50 18:00 present 540]"),
        (
            "in 08:51; out 18:00",
            "worked [08:51 18:00 present 540] lead 1",
        ),
        (
            "in 09:05; out 18:00",
            "worked [09:05 18:00 present 540] lead 10",
        ),
        (
            "in 09:06; out 18:00",
            "worked [09:06 18:00 present 534 late 6] lead 10",
        ),
    ];
    for (happened, expected) in table {
        let facts = facts(&format!("{DAY} | {happened}"));
        assert_eq!(
            words(&conserved(reckon(&facts, &policy)), shanghai()),
            expected
        );
    }
}

#[test]
fn t6_a_missed_punch_is_pending_until_the_window_is_over() {
    check_days(&[
        (
            "T6 third day open",
            "09:00-18:00 | in 09:00; closed +2",
            "worked [09:00 pending unproven 540]",
        ),
        (
            "T6 third day over",
            "09:00-18:00 | in 09:00; closed +3",
            "worked [09:00 missed unproven 540]",
        ),
        (
            "T6 approved",
            "09:00-18:00 | in 09:00; fix out0 18:00 approved",
            "worked [09:00 18:00c present 540]",
        ),
        (
            "T6 undecided",
            "09:00-18:00 | in 09:00; fix out0 18:00 pending",
            "worked [09:00 pending unproven 540]",
        ),
        (
            "T6 refused in the window",
            "09:00-18:00 | in 09:00; fix out0 18:00 refused; closed +2",
            "worked [09:00 pending unproven 540]",
        ),
        (
            "T6 refused",
            "09:00-18:00 | in 09:00; fix out0 18:00 refused",
            "worked [09:00 missed unproven 540]",
        ),
        (
            "T6 withdrawn",
            "09:00-18:00 | in 09:00; fix out0 18:00 withdrawn",
            "worked [09:00 missed unproven 540]",
        ),
        (
            "T6 claimed late",
            "09:00-18:00 | fix in0 09:07 approved; out 18:00",
            "worked [09:07c 18:00 present 533 late 7]",
        ),
        (
            "T6 both",
            "09:00-18:00 | fix in0 09:00 approved; fix out0 18:00 approved",
            "worked [09:00c 18:00c present 540]",
        ),
        (
            "T6 the other segment's",
            "08:00-12:00,13:00-17:00 | in 08:00; out 12:00; fix in1 13:00 approved; out 17:00",
            "worked [08:00 12:00 present 240] [13:00c 17:00 present 240]",
        ),
        (
            "T6 a decision stands over a punch",
            "09:00-18:00 | in 10:30; fix in0 09:00 approved; out 18:00",
            "worked [09:00c 18:00 present 540] unmatched 1",
        ),
    ]);
}

#[test]
fn t7_pending_and_approved_corrections_count() {
    let day = record(
        "08:00-12:00,13:00-17:00 | fix in0 08:00 approved; fix out0 12:00 pending; fix in1 13:00 refused; fix out1 17:00 withdrawn",
    );
    assert_eq!(day.correction_count, 2);
}

#[test]
fn t8_each_missed_punch_costs_ten_yuan() {
    check_penalties(&[
        (
            "T8 out",
            "09:00-18:00 | in 09:00",
            &["2026-12-07 s1 T8 10.00 x1"],
        ),
        (
            "T8 in",
            "09:00-18:00 | out 18:00",
            &["2026-12-07 s1 T8 10.00 x1"],
        ),
        ("T8 window open", "09:00-18:00 | in 09:00; closed +2", &[]),
        (
            "T8 approved",
            "09:00-18:00 | in 09:00; fix out0 18:00 approved",
            &[],
        ),
        (
            "T8 undecided",
            "09:00-18:00 | in 09:00; fix out0 18:00 pending",
            &[],
        ),
        (
            "T8 refused",
            "09:00-18:00 | in 09:00; fix out0 18:00 refused",
            &["2026-12-07 s1 T8 10.00 x1"],
        ),
        (
            "T8 both, seen at meal",
            "09:00-18:00 meal 12:00 | meal 12:00-12:30",
            &["2026-12-07 s1 T8 10.00 x1", "2026-12-07 s1 T8 10.00 x1"],
        ),
        (
            "T8 both, seen on post",
            "09:00-18:00 | seen 10:00",
            &["2026-12-07 s1 T8 10.00 x1", "2026-12-07 s1 T8 10.00 x1"],
        ),
        (
            "T8 one of four",
            "08:00-12:00,13:00-17:00 | in 08:00; out 12:00; out 17:00",
            &["2026-12-07 s1 T8 10.00 x1"],
        ),
        (
            "T8 late is no missed punch",
            "09:00-18:00 | in 11:00; out 18:00",
            &[],
        ),
        ("T8 suspect", "09:00-18:00 | in 09:00?; out 18:00", &[]),
        (
            "T8 on leave",
            "09:00-18:00 | leave whole sick approved",
            &[],
        ),
        ("T8 a day off", "off | in 09:00", &[]),
    ]);
}

#[test]
fn t8_two_missed_punches_of_a_day_are_two_penalties_with_their_own_evidence() {
    let day = on(
        "s1",
        MONDAY,
        "09:00-18:00 | seen 10:00; fix in0 09:00 refused",
    );
    let found = derive(&month(vec![day]), &shop());
    assert_eq!(found.len(), 2);
    assert_ne!(found[0].id, found[1].id);
    let mut evidence: Vec<usize> = found.iter().map(|p| p.evidence.len()).collect();
    evidence.sort_unstable();
    // The out rests on the roster; the in also on the refused request's two events. Both mention the other edge's.
    assert_eq!(evidence, [3, 3]);
}

#[test]
fn t9_absent_on_an_unarranged_swap_costs_twenty_yuan() {
    check_penalties(&[
        (
            "T9 asked",
            "09:00-18:00 | swap",
            &["2026-12-07 s1 T9 20.00 x540"],
        ),
        (
            "T9 carried out, nothing asked",
            "09:00-18:00 | colleague 09:01",
            &["2026-12-07 s1 T9 20.00 x540"],
        ),
        (
            "T9 came after all",
            "09:00-18:00 | swap; in 09:00; out 18:00",
            &[],
        ),
        ("T9 window open", "09:00-18:00 | swap; closed +2", &[]),
        (
            "T9 before T12, once",
            "09:00-18:00 | swap; leave whole personal refused",
            &["2026-12-07 s1 T9 20.00 x540"],
        ),
        (
            "T9 before T8",
            "08:00-12:00,13:00-17:00 | swap; in 13:00",
            &["2026-12-07 s1 T9 20.00 x240"],
        ),
        (
            "T9 not on leave",
            "09:00-18:00 | swap; leave whole personal approved",
            &[],
        ),
    ]);
    let found = derive(
        &month(vec![on(
            "s1",
            MONDAY,
            "09:00-18:00 | swap; colleague 09:01",
        )]),
        &shop(),
    );
    assert!(
        found[0].evidence.contains(&event("09:01")),
        "the colleague's punch is evidence"
    );
    assert_eq!(found[0].evidence.len(), 3, "roster, request, colleague");
}

#[test]
fn t12_absence_without_approved_leave_costs_thirty_yuan() {
    check_penalties(&[
        ("T12", "09:00-18:00 | ", &["2026-12-07 s1 T12 30.00 x540"]),
        ("T12 window open", "09:00-18:00 | closed +2", &[]),
        (
            "T12 window over",
            "09:00-18:00 | closed +3",
            &["2026-12-07 s1 T12 30.00 x540"],
        ),
        (
            "T12 refused",
            "09:00-18:00 | leave whole personal refused",
            &["2026-12-07 s1 T12 30.00 x540"],
        ),
        (
            "T12 withdrawn",
            "09:00-18:00 | leave whole personal withdrawn",
            &["2026-12-07 s1 T12 30.00 x540"],
        ),
        (
            "T12 approved",
            "09:00-18:00 | leave whole personal approved",
            &[],
        ),
        (
            "T12 undecided",
            "09:00-18:00 | leave whole personal pending",
            &[],
        ),
        (
            "T12 filed late",
            "09:00-18:00 | leave whole personal approved late",
            &["2026-12-07 s1 T12 30.00 x540"],
        ),
        (
            "T12 filed late, undecided",
            "09:00-18:00 | leave whole personal pending late",
            &["2026-12-07 s1 T12 30.00 x540"],
        ),
        (
            "T12 emergency",
            "09:00-18:00 | leave whole sick approved emergency",
            &[],
        ),
        (
            "T12 one segment, once",
            "08:00-12:00,13:00-17:00 | in 13:00; out 17:00",
            &["2026-12-07 s1 T12 30.00 x240"],
        ),
        (
            "T12 both segments, once",
            "08:00-12:00,13:00-17:00 | ",
            &["2026-12-07 s1 T12 30.00 x480"],
        ),
        (
            "T12 before T8",
            "08:00-12:00,13:00-17:00 | in 13:00",
            &["2026-12-07 s1 T12 30.00 x240"],
        ),
        (
            "T12 the rest of a half day",
            "09:00-18:00 | leave 09:00-13:00 personal approved",
            &["2026-12-07 s1 T12 30.00 x300"],
        ),
        (
            "T12 correction undecided",
            "09:00-18:00 | fix in0 09:00 pending",
            &[],
        ),
        (
            "T12 one punch corrected",
            "09:00-18:00 | fix in0 09:00 approved",
            &["2026-12-07 s1 T8 10.00 x1"],
        ),
        ("T12 a day off", "off | ", &[]),
        ("T12 no roster", "none | ", &[]),
    ]);
    let day = on("s1", MONDAY, "09:00-18:00 | leave whole personal refused");
    let proposed = &derive(&month(vec![day]), &shop())[0];
    assert_eq!(
        proposed.evidence.len(),
        2,
        "the roster and the refused request"
    );
    assert_eq!(proposed.roster.as_ref().unwrap().revision, 1);
    assert_eq!(proposed.policy.as_str(), "2026-1");
}

#[test]
fn precedence_is_policy() {
    let day = || month(vec![on("s1", MONDAY, "09:00-18:00 | swap")]);
    let turned = policy_with(|p| p.sanction.precedence = vec![RuleId::T12, RuleId::T9]);
    assert_eq!(
        shown(&derive(&day(), &turned)),
        ["2026-12-07 s1 T12 30.00 x540"]
    );
    let without = policy_with(|p| {
        p.sanction.amount_fen.remove(&RuleId::T9);
    });
    assert_eq!(
        shown(&derive(&day(), &without)),
        ["2026-12-07 s1 T12 30.00 x540"]
    );
}

/// Three days on post with somebody's times offline on them.
fn offline_month(times: &[(&str, &str, &str)]) -> DeskMonth {
    let days = Month::new(2026, 12)
        .unwrap()
        .days()
        .map(|day| {
            on(
                "s1",
                &day.to_string(),
                "09:00-18:00 meal 12:00 | in 09:00; out 18:00; meal 12:00-12:30",
            )
        })
        .collect();
    let mut desk = month(days);
    desk.presence = times
        .iter()
        .flat_map(|(on, from, until)| offline("s1", on, from, until))
        .collect();
    desk
}

#[test]
fn t10_the_third_time_offline_on_post_costs_ten_yuan() {
    type Row<'a> = (&'a str, &'a [(&'a str, &'a str, &'a str)], &'a [&'a str]);
    let table: &[Row<'_>] = &[
        (
            "T10 two",
            &[
                ("2026-12-01", "10:00", "10:05"),
                ("2026-12-02", "10:00", "10:05"),
            ],
            &[],
        ),
        (
            "T10 three",
            &[
                ("2026-12-01", "10:00", "10:05"),
                ("2026-12-02", "10:00", "10:05"),
                ("2026-12-02", "15:00", "15:05"),
            ],
            &["2026-12-02 s1 T10 10.00 x3"],
        ),
        (
            "T10 one of them a second short of five minutes",
            &[
                ("2026-12-01", "10:00", "10:05"),
                ("2026-12-02", "10:00", "10:05"),
                ("2026-12-03", "15:00:01", "15:05"),
            ],
            &[],
        ),
        (
            "T10 one of them at meal",
            &[
                ("2026-12-01", "10:00", "10:05"),
                ("2026-12-02", "10:00", "10:05"),
                ("2026-12-03", "11:56", "12:34"),
            ],
            &[],
        ),
        (
            "T10 one of them off post",
            &[
                ("2026-12-01", "10:00", "10:05"),
                ("2026-12-02", "10:00", "10:05"),
                ("2026-12-03", "18:00", "19:00"),
            ],
            &[],
        ),
        (
            "T10 seven make one a month",
            &[
                ("2026-12-01", "10:00", "10:05"),
                ("2026-12-02", "10:00", "10:05"),
                ("2026-12-03", "10:00", "10:05"),
                ("2026-12-04", "10:00", "10:05"),
                ("2026-12-05", "10:00", "10:05"),
                ("2026-12-06", "10:00", "10:05"),
                ("2026-12-07", "10:00", "10:05"),
            ],
            &["2026-12-03 s1 T10 10.00 x3"],
        ),
        // Offline over night: not logged in on the next morning is one occurrence of that morning.
        (
            "T10 not logged in yet",
            &[
                ("2026-12-01", "17:00", "18:00"),
                ("2026-12-02", "17:00", "17:05"),
                ("2026-12-03", "18:10", "09:20+1"),
            ],
            &["2026-12-04 s1 T10 10.00 x3"],
        ),
    ];
    for (requirement, times, expected) in table {
        assert_eq!(derived(&offline_month(times)), *expected, "{requirement}");
    }

    let seven: Vec<_> = ["01", "02", "03", "04", "05", "06", "07"]
        .iter()
        .map(|day| format!("2026-12-{day}"))
        .collect();
    let seven: Vec<_> = seven
        .iter()
        .map(|day| (day.as_str(), "10:00", "10:05"))
        .collect();
    let per = policy_with(|p| p.presence.counting = Counting::Per);
    assert_eq!(
        shown(&derive(&offline_month(&seven), &per)),
        ["2026-12-03 s1 T10 10.00 x3", "2026-12-06 s1 T10 10.00 x3"]
    );
}

#[test]
fn t10_an_accepted_reason_removes_the_occurrence() {
    let mut desk = offline_month(&[
        ("2026-12-01", "10:00", "10:05"),
        ("2026-12-02", "10:00", "10:05"),
        ("2026-12-03", "10:00", "10:05"),
    ]);
    assert_eq!(derived(&desk).len(), 1);
    desk.excuses.push(ExcuseFact {
        event: event("excuse"),
        staff: "s1".into(),
        from: instant(shanghai(), date("2026-12-02"), "10:01"),
        until: instant(shanghai(), date("2026-12-02"), "10:02"),
    });
    assert_eq!(derived(&desk), [""; 0]);
    desk.excuses[0].staff = "s2".into();
    assert_eq!(derived(&desk).len(), 1, "somebody else's excuse");
}

#[test]
fn t10_needs_proof_of_being_on_post() {
    let mut desk = offline_month(&[
        ("2026-12-01", "10:00", "10:05"),
        ("2026-12-02", "10:00", "10:05"),
        ("2026-12-03", "10:00", "10:05"),
    ]);
    desk.days[2] = on("s1", "2026-12-03", "09:00-18:00 | in 09:00");
    assert_eq!(derived(&desk), ["2026-12-03 s1 T8 10.00 x1"]);
}

#[test]
fn t11_three_complaints_one_found_true_cost_five_yuan() {
    let unanswered = |number: usize, rings| {
        let day = format!("2026-12-0{number}");
        rang(&format!("c{number}"), (&day, "10:00"), rings, Some("s1"))
    };
    let about = |number: usize| {
        let (name, call, day) = (
            format!("k{number}"),
            format!("c{number}"),
            format!("2026-12-0{number}"),
        );
        complaint(&name, Some(&call), None, &day)
    };
    let case = |rings: u16, complaints: Vec<ComplaintFact>| {
        let mut desk = month(vec![]);
        desk.calls = (1..=7).map(|number| unanswered(number, rings)).collect();
        desk.complaints = complaints;
        derived(&desk)
    };
    let penalty = ["2026-12-03 s1 T11 5.00 x3"];
    assert_eq!(
        case(6, vec![about(1), about(2), found(about(3), "s1", true)]),
        penalty
    );
    assert_eq!(
        case(6, vec![found(about(1), "s1", true), about(2), about(3)]),
        penalty
    );
    assert_eq!(
        case(6, vec![about(1), about(2), about(3)]),
        [""; 0],
        "nobody verified"
    );
    assert_eq!(
        case(6, vec![about(1), found(about(2), "s1", true)]),
        [""; 0],
        "two"
    );
    assert_eq!(
        case(5, vec![about(1), about(2), found(about(3), "s1", true)]),
        [""; 0],
        "five rings"
    );
    assert_eq!(
        case(
            6,
            vec![
                found(about(1), "s1", false),
                about(2),
                found(about(3), "s1", true)
            ]
        ),
        [""; 0],
        "one dismissed"
    );
    assert_eq!(
        case(
            6,
            vec![
                found(about(1), "s2", true),
                about(2),
                found(about(3), "s1", true)
            ]
        ),
        [""; 0],
        "one found to be another's"
    );
    let seven = || {
        (1..=7)
            .map(|number| found(about(number), "s1", true))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        case(6, seven()),
        ["2026-12-03 s1 T11 5.00 x7"],
        "once a month"
    );

    let mut answered = month(vec![]);
    answered.calls = (1..=3).map(|number| unanswered(number, 6)).collect();
    answered.calls[0].answered_by = Some("s2".into());
    answered.complaints = vec![about(1), about(2), found(about(3), "s1", true)];
    assert_eq!(derived(&answered), [""; 0], "one was answered");

    let mut per = month(vec![]);
    per.calls = (1..=7).map(|number| unanswered(number, 6)).collect();
    per.complaints = seven();
    let counting = policy_with(|p| p.phone.counting = Counting::Per);
    assert_eq!(
        shown(&derive(&per, &counting)),
        ["2026-12-03 s1 T11 5.00 x3", "2026-12-06 s1 T11 5.00 x3"]
    );
}

#[test]
fn t11_a_call_to_the_desk_is_nobodys_until_the_lead_decides() {
    let mut desk = month(vec![]);
    desk.calls = (1..=3)
        .map(|n| rang(&format!("c{n}"), (MONDAY, "10:00"), 6, None))
        .collect();
    let about = |n: usize| complaint(&format!("k{n}"), Some(&format!("c{n}")), None, MONDAY);
    desk.complaints = vec![about(1), about(2), found(about(3), "s1", true)];
    assert_eq!(derived(&desk), [""; 0]);
    desk.complaints = (1..=3).map(|n| found(about(n), "s1", true)).collect();
    assert_eq!(derived(&desk), ["2026-12-07 s1 T11 5.00 x3"]);
}

#[test]
fn t11_a_further_complaint_is_the_same_incident() {
    let mut desk = month(vec![]);
    desk.calls = (1..=4)
        .map(|n| {
            rang(
                &format!("c{n}"),
                (&format!("2026-12-0{n}"), "10:00"),
                6,
                Some("s1"),
            )
        })
        .collect();
    desk.complaints = (1..=3)
        .map(|n| {
            let k = complaint(
                &format!("k{n}"),
                Some(&format!("c{n}")),
                None,
                &format!("2026-12-0{n}"),
            );
            found(k, "s1", true)
        })
        .collect();
    let before = derive(&desk, &shop());
    desk.complaints
        .push(complaint("k4", Some("c4"), None, "2026-12-04"));
    let after = derive(&desk, &shop());
    assert_eq!(after[0].id, before[0].id);
    assert_eq!(after[0].quantity, 4);
}

#[test]
fn t13_a_meal_over_35_minutes_is_a_recorded_breach() {
    check_days(&[
        (
            "T13",
            "09:00-18:00 meal 12:00 | in 09:00; out 18:00; meal 12:00-12:35:59",
            "worked [09:00 18:00 present 540] meal 35",
        ),
        (
            "T13",
            "09:00-18:00 meal 12:00 | in 09:00; out 18:00; meal 12:00-12:36",
            "worked [09:00 18:00 present 540] meal 36 over 1",
        ),
        (
            "T13 not punched",
            "09:00-18:00 meal 12:00 | in 09:00; out 18:00",
            "worked [09:00 18:00 present 540] meal ?",
        ),
        (
            "T13 no end",
            "09:00-18:00 meal 12:00 | in 09:00; out 18:00; meal-start 12:00",
            "worked [09:00 18:00 present 540] meal ?",
        ),
        (
            "T13 twice",
            "09:00-18:00 meal 12:00 | in 09:00; out 18:00; meal 12:05-12:40; meal 15:00-15:10",
            "worked [09:00 18:00 present 540] meal 35 meal 10",
        ),
        (
            "T13 no meal placed",
            "09:00-18:00 | in 09:00; out 18:00; meal 12:05-12:45",
            "worked [09:00 18:00 present 540] meal 40 over 5",
        ),
        (
            "T13 across midnight",
            "20:00-04:00+1 meal 23:50 | in 20:00; out 04:00+1; meal 23:50-00:30+1",
            "worked [20:00 04:00 present 480] meal 40 over 5",
        ),
    ]);
    check_penalties(&[
        (
            "T13 35:59",
            "09:00-18:00 meal 12:00 | in 09:00; out 18:00; meal 12:00-12:35:59",
            &[],
        ),
        (
            "T13 36:00",
            "09:00-18:00 meal 12:00 | in 09:00; out 18:00; meal 12:00-12:36",
            &["2026-12-07 s1 T13 0.00 x1"],
        ),
        (
            "T13 no end",
            "09:00-18:00 meal 12:00 | in 09:00; out 18:00; meal-start 12:00",
            &[],
        ),
        (
            "T13 two long ones",
            "09:00-18:00 meal 12:00 | in 09:00; out 18:00; meal 12:00-12:40; meal 15:00-15:50",
            &["2026-12-07 s1 T13 0.00 x15", "2026-12-07 s1 T13 0.00 x5"],
        ),
    ]);
}

#[test]
fn t13_unpaid_meals_are_off_the_worked_time() {
    let mut policy = rules();
    policy.meal.paid = false;
    let worked = |day: &str| reckon(&facts(day), &policy).worked_minutes;
    assert_eq!(
        worked("09:00-18:00 meal 12:00 | in 09:00; out 18:00; meal 12:00-12:50"),
        Minutes(490)
    );
    assert_eq!(
        worked("09:00-18:00 meal 12:00 | in 09:00; out 18:00"),
        Minutes(505),
        "as planned"
    );
    assert_eq!(
        worked("09:00-18:00 meal 12:00 | in 12:30; out 18:00"),
        Minutes(325),
        "only what was inside"
    );
    assert_eq!(worked("09:00-18:00 meal 12:00 | "), Minutes(0));
    assert_eq!(
        worked("09:00-18:00 meal 12:00 | in 09:00; out 18:00; meal-start 12:00; meal 12:02-12:40"),
        Minutes(502),
        "the start punched again is the same meal"
    );
    assert_eq!(
        worked(
            "09:00-18:00 meal 12:00 | leave 09:00-12:15 personal approved; in 11:50; out 18:00; meal 11:55-12:25"
        ),
        Minutes(335),
        "what was eaten on leave is no worked time to begin with"
    );
}

#[test]
fn t14_everybody_at_meal_while_a_call_rings_costs_five_yuan_each() {
    let day = |meal: &str| format!("09:00-18:00 meal 12:00 | in 09:00; out 18:00; meal {meal}");
    let desk = |days: &[(&str, &str)], at: &[&str]| {
        let mut desk = month(
            days.iter()
                .map(|(staff, day)| on(staff, MONDAY, day))
                .collect(),
        );
        desk.calls = at
            .iter()
            .map(|at| rang(&format!("call {at}"), (MONDAY, at), 8, None))
            .collect();
        derived(&desk)
    };
    let (noon, later) = (day("12:00-12:30"), day("12:20-12:50"));
    let both = ["2026-12-07 s1 T14 5.00 x1", "2026-12-07 s2 T14 5.00 x1"];
    assert_eq!(desk(&[("s1", &noon), ("s2", &later)], &["12:25"]), both);
    assert_eq!(
        desk(&[("s1", &noon), ("s2", &later)], &["12:10"]),
        [""; 0],
        "one is on post"
    );
    assert_eq!(
        desk(&[("s1", &noon), ("s2", &later)], &["12:30"]),
        [""; 0],
        "one has just come back"
    );
    assert_eq!(
        desk(&[("s1", &noon), ("s2", &later)], &["12:25", "12:26"]),
        both,
        "once a person a day"
    );
    assert_eq!(
        desk(&[("s1", &noon), ("s2", "off")], &["12:25"]),
        ["2026-12-07 s1 T14 5.00 x1"]
    );
    assert_eq!(
        desk(
            &[("s1", &noon), ("s2", "12:00-20:00 | in 12:30; out 20:00")],
            &["12:25"]
        ),
        ["2026-12-07 s1 T14 5.00 x1"],
        "one has not come yet"
    );
    let forgot = "09:00-18:00 | in 09:00; fix out0 18:00 pending";
    assert_eq!(
        desk(&[("s1", &noon), ("s2", forgot)], &["12:25"]),
        [""; 0],
        "one is presumed on post"
    );

    let mut answered = month(vec![on("s1", MONDAY, &noon)]);
    answered.calls = vec![rang("c", (MONDAY, "12:10"), 8, None)];
    answered.calls[0].answered_by = Some("s1".into());
    assert_eq!(derived(&answered), [""; 0]);
}

#[test]
fn t14_a_night_shift_counts_in_the_month_it_began() {
    let night = "20:00-04:00+1 meal 00:30+1 | in 20:00; out 04:00+1; meal 00:30+1-01:00+1";
    let early = "00:00-08:00 | in 00:00; out 08:00";
    let case = |number: &str, days: Vec<DayRecord>| {
        let mut desk = month(days);
        desk.month = number.parse().unwrap();
        desk.calls = vec![rang("c", ("2027-01-01", "00:40"), 8, None)];
        derived(&desk)
    };
    let alone = || vec![on("s1", "2026-12-31", night)];
    let two = || vec![on("s1", "2026-12-31", night), on("s2", "2027-01-01", early)];
    assert_eq!(case("2026-12", alone()), ["2026-12-31 s1 T14 5.00 x1"]);
    assert_eq!(case("2027-01", alone()), [""; 0], "not twice");
    assert_eq!(
        case("2026-12", two()),
        [""; 0],
        "next month's early shift held the post"
    );
}

#[test]
fn t15_discourtesy_found_true_costs_five_yuan() {
    let mut desk = month(vec![]);
    desk.complaints = vec![
        found(complaint("rude", None, Some("s1"), MONDAY), "s1", true),
        found(complaint("not so", None, Some("s1"), MONDAY), "s1", false),
        complaint("unknown", None, Some("s1"), MONDAY),
        found(complaint("another's", None, Some("s1"), MONDAY), "s2", true),
    ];
    assert_eq!(
        derived(&desk),
        ["2026-12-07 s1 T15 5.00 x1", "2026-12-07 s2 T15 5.00 x1"]
    );
    desk.complaints
        .push(found(complaint("again", None, None, MONDAY), "s1", true));
    assert_eq!(derived(&desk).len(), 3, "each complaint by itself");
}

#[test]
fn t16_a_proposal_keeps_its_id_and_hangs_on_facts() {
    let day = "09:00-18:00 | in 09:00; fix out0 18:00 refused";
    let first = derive(&month(vec![on("s1", MONDAY, day)]), &shop());
    let again = derive(
        &month(vec![on("s2", MONDAY, "off"), on("s1", MONDAY, day)]),
        &shop(),
    );
    assert_eq!(first, again);
    // 64 hex digits, so that a decision stays attached wherever it is stored.
    assert_eq!(first[0].id.as_str().len(), 64);
    // A fact about something else of that day leaves it alone; one about this punch does not.
    let id = |day: &str| {
        derive(&month(vec![on("s1", MONDAY, day)]), &shop())[0]
            .id
            .clone()
    };
    let same: SanctionId =
        id("09:00-18:00 | in 09:00; fix out0 18:00 refused; seen 10:00; meal 12:00-12:20");
    assert_eq!(same, first[0].id);
    assert_ne!(
        id("09:00-18:00 | in 09:01; fix out0 18:00 refused"),
        first[0].id
    );
    for proposed in &first {
        assert!(proposed.evidence.is_sorted());
        assert!(!proposed.subject_zh.contains("s1") && !proposed.subject_en.contains("s1"));
    }
}

#[test]
fn t16_points_and_off_are_never_money() {
    let desk = || month(vec![on("s1", MONDAY, "09:00-18:00 | in 09:00")]);
    let off = policy_with(|p| p.sanction.mode = SanctionMode::Off);
    assert_eq!(shown(&derive(&desk(), &off)), ["2026-12-07 s1 T8 0.00 x1"]);
    let points = policy_with(|p| {
        p.sanction.mode = SanctionMode::Points;
        p.sanction.amount_points.insert(RuleId::T8, 3);
    });
    let found = derive(&desk(), &points);
    assert_eq!(
        (found[0].amount, found[0].mode),
        (Fen(3), SanctionMode::Points)
    );
}

#[test]
fn nothing_is_proposed_for_days_that_are_not_closed_or_not_this_months() {
    let mut desk = month(vec![
        on("s1", "2026-11-30", "09:00-18:00 | in 09:00"),
        on("s1", MONDAY, "09:00-18:00 | in 09:00"),
        on("s1", "2027-01-01", "09:00-18:00 | in 09:00"),
    ]);
    assert_eq!(derived(&desk), ["2026-12-07 s1 T8 10.00 x1"]);
    desk.closed_through = Some(date("2026-12-06"));
    assert_eq!(derived(&desk), [""; 0]);
    desk.closed_through = None;
    assert_eq!(derived(&desk), [""; 0]);
}

#[test]
fn who_is_where_at_a_moment() {
    let days = [
        on(
            "s1",
            MONDAY,
            "09:00-18:00 meal 12:00 | in 08:50; out 16:00; meal 12:00-12:30",
        ),
        on("s2", MONDAY, "09:00-18:00 | "),
        on("s3", MONDAY, "09:00-18:00 | leave whole sick approved"),
        on(
            "s4",
            MONDAY,
            "08:00-12:00,14:00-18:00 | in 08:00; out 12:00; in 14:00; out 18:00",
        ),
        on("s5", MONDAY, "off"),
        on("s6", "2026-12-06", "22:00-06:00+1 | in 22:00; out 06:00+1"),
        on("s7", MONDAY, "09:00-18:00 | in 09:10; closed -1"),
    ];
    let at = |time: &str| -> Vec<(String, Post)> {
        desk_at(
            instant(shanghai(), date(MONDAY), time),
            shanghai(),
            &"online-shop".into(),
            &days,
        )
        .into_iter()
        .map(|person| (person.staff.to_string(), person.post))
        .collect()
    };
    use Post::*;
    let all = |posts: &[(&str, Post)]| -> Vec<(String, Post)> {
        posts
            .iter()
            .map(|(staff, post)| ((*staff).to_owned(), *post))
            .collect()
    };
    assert_eq!(
        at("05:00"),
        all(&[
            ("s1", Before),
            ("s2", Before),
            ("s3", Before),
            ("s4", Before),
            ("s6", OnPost),
            ("s7", Before)
        ])
    );
    assert_eq!(
        at("08:55"),
        all(&[
            ("s1", OnPost),
            ("s2", Before),
            ("s3", Before),
            ("s4", OnPost),
            ("s7", Before)
        ])
    );
    assert_eq!(
        at("09:05"),
        all(&[
            ("s1", OnPost),
            ("s2", Missing),
            ("s3", OnLeave),
            ("s4", OnPost),
            ("s7", Missing)
        ])
    );
    assert_eq!(
        at("12:15"),
        all(&[
            ("s1", AtMeal),
            ("s2", Missing),
            ("s3", OnLeave),
            ("s4", Between),
            ("s7", OnPost)
        ])
    );
    assert_eq!(
        at("17:00"),
        all(&[
            ("s1", Away),
            ("s2", Missing),
            ("s3", OnLeave),
            ("s4", OnPost),
            ("s7", OnPost)
        ])
    );
    assert_eq!(
        at("20:00"),
        all(&[
            ("s1", After),
            ("s2", After),
            ("s3", After),
            ("s4", After),
            ("s7", OnPost)
        ])
    );
}

#[test]
fn the_month_sums_up_for_payroll() {
    let days = [
        on(
            "s1",
            "2026-12-01",
            "09:00-18:00 meal 12:00 | in 09:05; out 17:30; meal 12:00-12:40",
        ),
        on("s1", "2026-12-02", "09:00-18:00 | in 09:40; out 18:00"),
        on("s1", "2026-12-03", "off"),
        on(
            "s1",
            "2026-12-04",
            "22:00-06:00+1 night | in 22:00; out 06:00+1",
        ),
        on("s1", "2026-12-05", "09:00-18:00 | in 09:00"),
        on("s1", "2026-12-06", "09:00-18:00 | out 18:00"),
        on("s1", "2026-12-07", "09:00-18:00 | "),
        on(
            "s1",
            "2026-12-08",
            "09:00-18:00 | leave whole sick approved",
        ),
        on(
            "s1",
            "2026-12-09",
            "09:00-18:00 | leave 09:00-13:00 annual approved; in 13:00; out 18:00",
        ),
        on(
            "s1",
            "2026-12-10",
            "09:00-18:00 | fix in0 09:00 approved; out 20:00; overtime 120 time_off",
        ),
        on("s1", "2026-12-11", "09:00-18:00 | in 09:00; closed -1"),
        on("s1", "2026-12-12", "22:00-06:00+1 night | "),
        on("s2", "2026-12-01", "09:00-18:00 | in 09:00; out 18:00"),
        on("s1", "2027-01-01", "09:00-18:00 | in 09:00; out 18:00"),
    ];
    let line = |reason, amount| PayLine {
        sanction: None,
        reason,
        amount: Fen(amount),
    };
    let lines = [
        line(PayReason::Penalty { rule: RuleId::T8 }, 1000),
        line(PayReason::Penalty { rule: RuleId::T8 }, 1000),
        line(PayReason::Penalty { rule: RuleId::T12 }, 3000),
        line(PayReason::Reward, 5000),
        line(PayReason::Adjustment, -700),
    ];
    let sum = summarise(
        &"s1".into(),
        &"online-shop".into(),
        "2026-12".parse().unwrap(),
        &days,
        &lines,
        Some(Fen(500_000)),
        &rules().law,
    );
    assert_eq!(
        (
            sum.due_days,
            sum.attended_days,
            sum.rest_days,
            sum.undecided_days
        ),
        (11, 7, 1, 1)
    );
    assert_eq!(
        (sum.late_count, sum.late_minutes, sum.severe_late_count),
        (2, Minutes(45), 1)
    );
    assert_eq!((sum.early_count, sum.early_minutes), (1, Minutes(30)));
    assert_eq!((sum.missed_in_count, sum.missed_out_count), (1, 1));
    assert_eq!(
        (sum.absent_days, sum.absent_minutes),
        (2, Minutes(540 + 480))
    );
    assert_eq!(
        (sum.correction_count, sum.night_count, sum.meal_over_count),
        (1, 1, 1)
    );
    assert_eq!(
        sum.leave_minutes.values().copied().collect::<Vec<_>>(),
        [Minutes(540), Minutes(240)]
    );
    assert_eq!(
        (sum.overtime.workday, sum.time_off_earned_minutes),
        (Minutes(120), Minutes(120))
    );
    assert_eq!(sum.worked_minutes, Minutes(505 + 500 + 480 + 300 + 540));
    assert_eq!(
        sum.penalties.into_iter().collect::<Vec<_>>(),
        [(RuleId::T8, Fen(2000)), (RuleId::T12, Fen(3000))]
    );
    assert_eq!((sum.rewards, sum.adjustments), (Fen(5000), Fen(-700)));
    assert_eq!(sum.deduction_check.unwrap().deduction, Fen(5700));
}

#[test]
fn money_off_stays_within_the_law() {
    let law = rules().law;
    // wage | money off | at most | over 20 % | under the minimum wage (2490 yuan)
    let table = [
        (500_000, 100_000, 100_000, false, false),
        (500_000, 100_001, 100_000, true, false),
        (300_000, 51_000, 51_000, false, false),
        (300_000, 51_001, 51_000, false, true),
        (249_000, 1, 0, false, true),
        (240_000, 0, 0, false, false),
        (500_004, 100_000, 100_000, false, false),
        (500_004, 100_001, 100_000, true, false),
    ];
    for (wage, deduction, max, over, under) in table {
        let check = DeductionCheck::of(Fen(wage), Fen(deduction), &law);
        assert_eq!(
            (
                check.deduction_max,
                check.over_percent,
                check.under_wage_min,
                check.lawful()
            ),
            (Fen(max), over, under, !over && !under),
            "{wage} {deduction}"
        );
    }
}
