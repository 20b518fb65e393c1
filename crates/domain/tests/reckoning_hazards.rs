//! Attendance as others got it wrong (HAZARDS A1–A6), one named test each.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::*;
use domain::day::{DayFacts, DayStatus, EdgeState};
use domain::quantities::Minutes;
use domain::reckoning::reckon;

/// All punches of a person over some days, reckoned day by day: what each day made of them.
fn days(zone_name: &str, days: &[(&str, &str)], punches: &str) -> Vec<String> {
    let zone = zone(zone_name);
    let pool = facts_of(zone, "s1", days[0].0, &format!("off | {punches}")).punches;
    let shifts: Vec<DayFacts> = days
        .iter()
        .map(|(on, shift)| facts_of(zone, "s1", on, shift))
        .collect();
    let bounds: Vec<_> = shifts
        .iter()
        .map(|facts| {
            let shift = facts.assignment.as_ref()?.shift.as_ref()?;
            let (first, last) = (shift.segments.first()?, shift.segments.last()?);
            Some((
                zone.instant(facts.date, first.start),
                zone.instant(facts.date, last.end),
            ))
        })
        .collect();
    shifts
        .into_iter()
        .enumerate()
        .map(|(index, mut facts)| {
            facts.previous_shift_end = bounds[..index].iter().rev().find_map(|b| Some((*b)?.1));
            facts.next_shift_start = bounds[index + 1..].iter().find_map(|b| Some((*b)?.0));
            facts.punches = pool.clone();
            words(&conserved(reckon(&facts, &rules())), zone)
        })
        .collect()
}

#[test]
fn a1_a_night_shifts_out_stays_with_the_day_it_began() {
    let found = days(
        "Asia/Shanghai",
        &[
            ("2026-12-07", "22:00-06:00+1 night"),
            ("2026-12-08", "22:00-06:00+1 night"),
            ("2026-12-09", "off"),
        ],
        // The second night's punches carry dates one day on.
        "in 21:55; out 06:04+1; in 21:58+1",
    );
    assert_eq!(
        found,
        [
            "worked [21:55 06:04 present 480]",
            "worked [21:58 missed unproven 480]",
            "day_off",
        ]
    );
}

#[test]
fn a1_an_out_the_morning_after_does_not_fall_on_a_day_off_or_the_next_shift() {
    let found = days(
        "Asia/Shanghai",
        &[("2026-12-07", "16:00-00:00+1"), ("2026-12-08", "off")],
        "in 15:50; out 00:10+1",
    );
    assert_eq!(found, ["worked [15:50 00:10 present 480]", "day_off"]);

    // An early shift follows a late one: 01:30 lies nearer to the late shift's end than to the early one's start.
    let found = days(
        "Asia/Shanghai",
        &[
            ("2026-12-07", "16:00-00:00+1"),
            ("2026-12-08", "08:00-16:00"),
        ],
        "in 15:50; out 01:30+1; in 07:55+1; out 16:01+1",
    );
    assert_eq!(
        found,
        [
            "worked [15:50 01:30 present 480]",
            "worked [07:55 16:01 present 480]"
        ]
    );
}

#[test]
fn a1_in_and_out_map_to_the_same_shift() {
    // A person between two shifts eight hours apart: each punch goes to its own side of the midpoint (04:00).
    let found = days(
        "Asia/Shanghai",
        &[
            ("2026-12-07", "16:00-00:00+1"),
            ("2026-12-08", "08:00-16:00"),
        ],
        "out 03:59+1; in 04:00+1",
    );
    assert_eq!(
        found,
        [
            "worked [missed 03:59 unproven 480]",
            "worked [04:00 missed unproven 480]"
        ]
    );
}

#[test]
fn a1_an_out_on_a_day_without_assignment_is_listed_not_dropped() {
    check_days(&[
        ("A1", "off | out 18:00", "day_off unmatched 1"),
        ("A1", "none | in 09:00; out 18:00", "unrostered unmatched 2"),
    ]);
}

#[test]
fn a2_nobody_is_absent_before_the_window_is_over() {
    check_days(&[
        (
            "A2",
            "09:00-18:00 | closed never",
            "open [- - unproven 540]",
        ),
        ("A2", "09:00-18:00 | closed -1", "open [- - unproven 540]"),
        (
            "A2",
            "09:00-18:00 | closed +0",
            "absence_pending [pending pending unproven 540]",
        ),
        (
            "A2",
            "09:00-18:00 | closed +2",
            "absence_pending [pending pending unproven 540]",
        ),
        (
            "A2",
            "09:00-18:00 | closed +3",
            "absent [absent absent absent 540]",
        ),
        (
            "A2",
            "09:00-18:00 | in 08:59; closed +2",
            "worked [08:59 pending unproven 540]",
        ),
        (
            "A2",
            "09:00-18:00 | in 08:59; closed +3",
            "worked [08:59 missed unproven 540]",
        ),
    ]);
}

#[test]
fn a2_a_day_off_is_never_absent_and_an_absence_is_never_skipped() {
    check_days(&[
        ("A2", "off | ", "day_off"),
        ("A2", "none | ", "unrostered"),
        ("A2", "09:00-18:00 | ", "absent [absent absent absent 540]"),
    ]);
}

#[test]
fn a3_back_to_back_segments_are_no_conflict() {
    check_days(&[(
        "A3",
        "08:00-12:00,12:00-16:00 | in 07:59; out 12:00; in 12:00; out 16:00",
        "worked [07:59 12:00 present 240] [12:00 16:00 present 240]",
    )]);
}

#[test]
fn a4_split_shift_segments_are_each_punched() {
    let shift = "08:30-12:30,14:00-18:00";
    let row = |happened: &str, expected: &str| {
        let day = format!("{shift} | {happened}");
        assert_eq!(words(&record(&day), shanghai()), expected, "{day}");
    };
    row(
        "in 08:25; out 12:31; in 13:55; out 18:00",
        "worked [08:25 12:31 present 240] [13:55 18:00 present 240]",
    );
    row(
        "in 08:25; out 12:31; in 13:55",
        "worked [08:25 12:31 present 240] [13:55 missed unproven 240]",
    );
    // Only the second segment was come to.
    row(
        "in 13:55; out 18:00",
        "worked [absent absent absent 240] [13:55 18:00 present 240]",
    );
    // Gone early in the afternoon: the out at 15:00 is not the morning's.
    row(
        "in 08:25; out 12:30; in 14:00; out 15:00",
        "worked [08:25 12:30 present 240] [14:00 15:00 present 60 early 180]",
    );
}

#[test]
fn a4_half_day_leave_moves_the_wanted_punch() {
    check_days(&[
        (
            "A4 morning",
            "09:00-18:00 | leave 09:00-13:30 personal approved; in 13:31; out 18:00",
            "worked [13:31 18:00 present 269 late 1 leave 270]",
        ),
        (
            "A4 afternoon",
            "09:00-18:00 | leave 13:30-18:00 sick approved; in 09:00; out 13:30",
            "worked [09:00 13:30 present 270 leave 270]",
        ),
        (
            "A4 whole",
            "09:00-18:00 | leave whole annual approved",
            "on_leave [- - leave 540]",
        ),
        (
            "A4 hours in the middle, punched",
            "09:00-18:00 | leave 14:00-15:00 personal approved; in 09:00; out 14:01; in 15:20; out 18:00",
            "worked [09:00 18:00 present 460 late 20 leave 60]",
        ),
        (
            "A4 hours in the middle, not punched",
            "09:00-18:00 | leave 14:00-15:00 personal approved; in 09:00; out 18:00",
            "worked [09:00 18:00 present 480 leave 60]",
        ),
        (
            "A4 one segment of two",
            "08:30-12:30,14:00-18:00 | leave 08:30-12:30 compensatory approved; in 13:59; out 18:00",
            "worked [- - leave 240] [13:59 18:00 present 240]",
        ),
        (
            "A4 absent from the rest of the day",
            "09:00-18:00 | leave 09:00-13:00 personal approved",
            "absent [absent absent leave 240 absent 300]",
        ),
        (
            "A4 two kinds, counted once where they overlap",
            "09:00-18:00 | leave 09:00-12:00 sick approved; leave 11:00-18:00 annual approved",
            "on_leave [- - leave 540]",
        ),
    ]);
    let two =
        record("09:00-18:00 | leave 09:00-12:00 sick approved; leave 11:00-18:00 annual approved");
    assert_eq!(
        two.leave_minutes.values().copied().collect::<Vec<_>>(),
        [Minutes(180), Minutes(360)]
    );
}

#[test]
fn a5_overtime_across_utc_midnight_is_whole() {
    // 08:00 in Shanghai is midnight in UTC.
    check_days(&[(
        "A5",
        "00:00-06:00 | in 00:00; out 09:00; overtime 300 money",
        "worked [00:00 09:00 present 360] workday 180",
    )]);
}

#[test]
fn a5_reckoning_again_does_not_double_overtime() {
    let facts = facts("09:00-18:00 | in 09:00; out 20:00; overtime 90 money; overtime 60 time_off");
    let first = reckon(&facts, &rules());
    assert_eq!(first.overtime.workday, Minutes(120));
    assert_eq!(first.time_off_earned_minutes, Minutes(30));
    assert_eq!(reckon(&facts, &rules()), first);
}

#[test]
fn a5_a_22_to_06_band_counts_eight_hours() {
    check_days(&[(
        "A5",
        "22:00-06:00+1 night | in 22:00; out 06:00+1",
        "worked [22:00 06:00 present 480]",
    )]);
    let night = record("22:00-06:00+1 night | in 22:00; out 06:00+1");
    assert!(night.night);
    assert_eq!(night.date, date(MONDAY));
}

#[test]
fn a5_days_on_which_the_clocks_change() {
    // Berlin: 2026-10-25 has 25 hours, 2026-03-29 has 23.
    let table = [
        ("2026-10-25", "00:00-24:00", "in 00:00; out 00:00+1", 1500),
        ("2026-03-29", "00:00-24:00", "in 00:00; out 00:00+1", 1380),
        ("2026-10-24", "22:00-06:00+1", "in 22:00; out 06:00+1", 540),
        ("2026-03-28", "22:00-06:00+1", "in 22:00; out 06:00+1", 420),
    ];
    for (on, shift, happened, minutes) in table {
        let facts = facts_of(
            zone("Europe/Berlin"),
            "s1",
            on,
            &format!("{shift} | {happened}"),
        );
        let record = conserved(reckon(&facts, &rules()));
        assert_eq!(record.planned_minutes, Minutes(minutes), "{on}");
        assert_eq!(record.worked_minutes, Minutes(minutes), "{on}");
    }
    // Two clock hours late across the change are one hour late.
    let facts = facts_of(
        zone("Europe/Berlin"),
        "s1",
        "2026-03-29",
        "01:00-09:00 | in 03:00; out 09:00",
    );
    assert_eq!(reckon(&facts, &rules()).late_minutes, Minutes(60));
}

#[test]
fn a6_the_same_punch_thrice_is_one() {
    check_days(&[
        (
            "A6 milliseconds",
            "09:00-18:00 | in 08:59; in 08:59; in 08:59; out 18:00",
            "worked [08:59 18:00 present 540]",
        ),
        (
            "A6 kiosk rescans",
            "09:00-18:00 | in 08:59; in 08:59:20; in 08:59:59; out 18:00; out 18:00:40",
            "worked [08:59 18:00 present 540]",
        ),
        (
            "A6 beyond the window: listed",
            "09:00-18:00 | in 08:59; in 09:00:01; out 18:00",
            "worked [08:59 18:00 present 540] unmatched 1",
        ),
    ]);
}

#[test]
fn a6_out_and_in_in_the_same_second_are_both_real() {
    let day = record("08:00-12:00,12:00-16:00 | in 08:00; out 12:00:00; in 12:00:00; out 16:00");
    assert_eq!(
        words(&day, shanghai()),
        "worked [08:00 12:00 present 240] [12:00 16:00 present 240]"
    );
    let (EdgeState::Punched { event: out, .. }, EdgeState::Punched { event: back, .. }) =
        (&day.segments[0].departure, &day.segments[1].arrival)
    else {
        panic!("both are punched");
    };
    assert_ne!(out, back);
}

#[test]
fn a6_the_same_person_on_two_devices_is_matched_once() {
    check_days(&[(
        "A6",
        "09:00-18:00 | in 08:59@gate; in 08:59@desk; out 18:00@gate",
        "worked [08:59 18:00 present 540] unmatched 1",
    )]);
}

#[test]
fn a7_a_suspect_punch_is_flagged_and_holds_the_penalty_back() {
    check_days(&[
        (
            "A7 the only sign of the day",
            "09:00-18:00 | in 09:05?; out 18:01?",
            "absence_pending [pending pending unproven 540] suspect 2",
        ),
        (
            "A7 beside a good punch",
            "09:00-18:00 | in 09:05?; out 18:01",
            "worked [pending 18:01 unproven 540] suspect 1",
        ),
        (
            "A7 made good by a correction",
            "09:00-18:00 | in 09:05?; fix in0 09:00 approved; out 18:01",
            "worked [09:00c 18:01 present 540] suspect 1",
        ),
    ]);
    assert_eq!(
        record("09:00-18:00 | in 09:05?").status,
        DayStatus::AbsencePending
    );
}

#[test]
fn nobody_on_call_is_missed() {
    let call = facts_of(zone("Asia/Shanghai"), "s1", "2026-12-07", "18:00-22:00 |");
    let mut rules = rules();
    let missed = reckon(&call, &rules).status;
    assert!(matches!(
        missed,
        DayStatus::AbsencePending | DayStatus::Absent
    ));
    let on_call = domain::policy::StandbyPolicy {
        counts_minutes: false,
        people: 1,
        rests: true,
    };
    rules.roster.rules.standby.insert("A".into(), on_call);
    let record = reckon(&call, &rules);
    assert_eq!(
        (record.status, record.worked_minutes),
        (DayStatus::DayOff, Minutes(0))
    );
}
