//! What holds for every day: minutes are conserved, order and duplicates do not matter, no punch counts twice.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::*;
use domain::day::{DayFacts, DayRecord, EdgeState, PunchFact};
use domain::event::{PunchKind, Suspicion};
use domain::ids::EventId;
use domain::policy::Policy;
use domain::quantities::Minutes;
use domain::reckoning::reckon;
use domain::work_date::{DayMinute, Zone};
use proptest::prelude::*;
use std::collections::BTreeSet;
use uuid::Uuid;

const SHIFTS: [&str; 8] = [
    "09:00-18:00 meal 12:00",
    "08:00-12:00,12:00-16:00",
    "08:30-12:30,14:00-18:00 meal 17:00",
    "22:00-06:00+1 night meal 02:00+1",
    "00:00-08:00",
    "16:00-24:00",
    "off",
    "none",
];

const LEAVES: [&str; 7] = [
    "",
    "leave whole sick approved",
    "leave 09:00-13:00 personal approved",
    "leave 14:00-15:00 annual approved; leave 14:30-16:00 sick approved",
    "leave 15:00-23:00 annual approved emergency",
    "leave whole personal refused",
    "leave whole personal pending",
];

const OTHERS: [&str; 7] = [
    "",
    "fix in0 09:10 approved",
    "fix out0 03:00+1 approved; fix in0 05:00+1 approved",
    "fix out0 18:00 pending",
    "seen 10:00; swap",
    "overtime 90 money; statutory",
    "fix out1 18:00 refused; overtime 30 time_off",
];

prop_compose! {
    /// A punch in the three days around the work date, to the second.
    fn a_punch()(kind in 0..4_usize, second in -86_400..172_800_i64, device in 0..2_u8, odd in 0..20_u8, n in any::<u128>())
        -> (PunchKind, i64, u8, bool, u128)
    {
        let kinds = [PunchKind::In, PunchKind::Out, PunchKind::MealStart, PunchKind::MealEnd];
        (kinds[kind], second, device, odd == 0, n)
    }
}

fn real(
    zone: Zone,
    (kind, second, device, suspect, n): (PunchKind, i64, u8, bool, u128),
) -> PunchFact {
    let midnight = zone.instant(date(MONDAY), DayMinute(0));
    let at = midnight + chrono::Duration::seconds(second);
    PunchFact {
        event: EventId(Uuid::from_u128(n)),
        kind,
        at,
        received_at: at,
        device: device.to_string(),
        suspicion: suspect.then_some(Suspicion::DeviceClock),
    }
}

prop_compose! {
    fn a_day()(
        zone_index in 0..3_usize,
        shift in 0..SHIFTS.len(),
        leave in 0..LEAVES.len(),
        other in 0..OTHERS.len(),
        closed in -1..5_i64,
        punches in prop::collection::vec(a_punch(), 0..12),
        // Punches near the plan's edges, where the rules are.
        near in prop::collection::vec((0..4_usize, 0..6_usize, -70..70_i64, any::<u128>()), 0..8),
    ) -> DayFacts {
        let zone = zone(["Asia/Shanghai", "Europe/Berlin", "America/St_Johns"][zone_index]);
        let text = format!("{} | {}; {}; closed {closed}", SHIFTS[shift], LEAVES[leave], OTHERS[other]);
        let mut facts = facts_of(zone, "s1", MONDAY, &text);
        let hours = [8, 9, 12, 18, 22, 30];
        let kinds = [PunchKind::In, PunchKind::Out, PunchKind::MealStart, PunchKind::MealEnd];
        facts.punches.extend(punches.into_iter().map(|p| real(zone, p)));
        facts.punches.extend(near.into_iter().map(|(kind, hour, minutes, n)| {
            real(zone, (kinds[kind], hours[hour] * 3600 + minutes * 60, 0, false, n))
        }));
        facts
    }
}

fn used(record: &DayRecord) -> Vec<EventId> {
    let edges = record
        .segments
        .iter()
        .flat_map(|s| [&s.arrival, &s.departure]);
    edges
        .filter_map(|edge| match edge {
            EdgeState::Punched { event, .. } => Some(*event),
            _ => None,
        })
        .chain(
            record
                .meals
                .iter()
                .flat_map(|meal| meal.events.iter().copied()),
        )
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn minutes_are_conserved(facts in a_day(), paid in any::<bool>(), grace in 0..10_i64) {
        let mut policy = rules();
        policy.meal.paid = paid;
        policy.punch.late_grace_minutes = Minutes(grace);
        let record = conserved(reckon(&facts, &policy));
        let sum = |part: fn(&domain::day::SegmentRecord) -> Minutes| -> Minutes {
            record.segments.iter().map(part).sum()
        };
        prop_assert_eq!(record.planned_minutes, sum(|s| s.planned_minutes));
        prop_assert_eq!(record.late_minutes, sum(|s| s.late_minutes));
        prop_assert_eq!(record.early_minutes, sum(|s| s.early_minutes));
        prop_assert_eq!(record.absent_minutes, sum(|s| s.absent_minutes));
        prop_assert_eq!(
            record.leave_minutes.values().copied().sum::<Minutes>(),
            sum(|s| s.leave_minutes)
        );
        prop_assert!(record.worked_minutes <= sum(|s| s.present_minutes));
        prop_assert!(record.worked_minutes >= Minutes::ZERO);
        prop_assert!(record.time_off_earned_minutes
            <= record.overtime.workday + record.overtime.rest_day + record.overtime.statutory);
    }

    #[test]
    fn the_same_facts_give_the_same_record(facts in a_day()) {
        prop_assert_eq!(reckon(&facts, &rules()), reckon(&facts.clone(), &rules()));
    }

    #[test]
    fn order_and_repetition_of_punches_do_not_matter(
        facts in a_day(),
        turn in any::<prop::sample::Index>(),
        again in prop::collection::vec(any::<prop::sample::Index>(), 0..4),
        n in any::<u128>(),
    ) {
        let expected = reckon(&facts, &rules());
        let mut other = facts.clone();
        for (copy, index) in again.iter().enumerate() {
            if facts.punches.is_empty() {
                continue;
            }
            // The device sends the same punch again: another event, received later.
            let mut punch = facts.punches[index.index(facts.punches.len())].clone();
            if punch.suspicion.is_some() {
                continue;
            }
            punch.event = EventId(Uuid::from_u128(n.wrapping_add(copy as u128)));
            punch.received_at += chrono::Duration::minutes(7);
            other.punches.push(punch);
        }
        if !other.punches.is_empty() {
            let at = turn.index(other.punches.len());
            other.punches.rotate_left(at);
            let middle = other.punches.len() / 2;
            other.punches[..middle].reverse();
        }
        prop_assert_eq!(reckon(&other, &rules()), expected);
    }

    #[test]
    fn each_punch_is_used_once_or_listed(facts in a_day()) {
        let record = reckon(&facts, &rules());
        let used = used(&record);
        let distinct: BTreeSet<EventId> = used.iter().copied().collect();
        prop_assert_eq!(distinct.len(), used.len());
        prop_assert!(record.unmatched.iter().all(|event| !distinct.contains(event)));
        prop_assert!(record.suspect.iter().all(|event| !distinct.contains(event)));
        prop_assert!(record.evidence.is_sorted());
        prop_assert!(used.iter().all(|event| record.evidence.contains(event)));
    }

    #[test]
    fn present_time_is_what_the_punches_span(facts in a_day()) {
        let record = reckon(&facts, &rules());
        for segment in &record.segments {
            let (EdgeState::Punched { at: came, .. }, EdgeState::Punched { at: left, .. }) =
                (&segment.arrival, &segment.departure)
            else {
                continue;
            };
            if !segment.leave_minutes.is_zero() {
                continue;
            }
            let edge = |minute| facts.zone.instant(facts.date, minute);
            let from = edge(segment.planned.start).max(*came);
            let until = edge(segment.planned.end).min(*left);
            let seconds = (until - from).num_seconds().max(0);
            // Started minutes at both ends are the person's.
            let given = segment.present_minutes.0 * 60 - seconds;
            prop_assert!((0..120).contains(&given), "{given} s given: {segment:?}");
        }
    }

    #[test]
    fn of_three_days_each_punch_belongs_to_exactly_one(
        shifts in prop::collection::vec(0..SHIFTS.len(), 3),
        punches in prop::collection::vec(a_punch(), 0..14),
    ) {
        let (zone, policy) = (shanghai(), rules());
        // Each from a device of its own, so that none collapses into another.
        let pool: Vec<PunchFact> = (0..)
            .zip(punches)
            .map(|(device, (kind, second, _, _, n))| real(zone, (kind, second, device, false, n)))
            .collect();
        let dates = ["2026-12-06", MONDAY, "2026-12-08"];
        let days: Vec<DayFacts> = dates
            .iter()
            .zip(&shifts)
            .map(|(on, &shift)| facts_of(zone, "s1", on, SHIFTS[shift]))
            .collect();
        let seen = three(&days, &pool, zone, &policy);
        let distinct: BTreeSet<&EventId> = seen.iter().collect();
        prop_assert_eq!(distinct.len(), seen.len());
        for punch in pool.iter().filter(|punch| zone.date(punch.at) == date(MONDAY)) {
            prop_assert!(distinct.contains(&punch.event), "dropped: {punch:?}");
        }
    }
}

/// Every punch that three days in a row used or listed.
fn three(days: &[DayFacts], pool: &[PunchFact], zone: Zone, policy: &Policy) -> Vec<EventId> {
    let bounds: Vec<_> = days
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
    let mut seen = Vec::new();
    for (index, facts) in days.iter().enumerate() {
        let mut facts = facts.clone();
        facts.previous_shift_end = bounds[..index].iter().rev().find_map(|b| Some((*b)?.1));
        facts.next_shift_start = bounds[index + 1..].iter().find_map(|b| Some((*b)?.0));
        facts.punches = pool.to_vec();
        let record = reckon(&facts, policy);
        seen.extend(used(&record));
        seen.extend(record.unmatched);
    }
    seen
}
