//! Meals: punched pairs beside what the roster placed (T13).

use super::*;
use crate::day::{MealRecord, PunchFact};
use crate::shift::PlannedMeal;
use chrono::{DateTime, Utc};

#[derive(Clone, Default)]
struct Taken {
    started_at: Option<DateTime<Utc>>,
    ended_at: Option<DateTime<Utc>>,
    events: Vec<EventId>,
}

impl Taken {
    fn at(&self) -> Option<DateTime<Utc>> {
        self.started_at.or(self.ended_at)
    }
}

/// Each start with the end that follows it, nearest planned meal first; nothing punched is dropped.
pub(super) fn pair(facts: &DayFacts, punches: &[PunchFact], policy: &Policy) -> Vec<MealRecord> {
    let Some(shift) = facts.assignment.as_ref().and_then(|a| a.shift.as_ref()) else {
        return Vec::new();
    };
    let mut taken: Vec<Taken> = Vec::new();
    let mut open: Option<Taken> = None;
    for punch in punches {
        match punch.kind {
            PunchKind::MealStart => {
                taken.extend(open.take());
                open = Some(Taken {
                    started_at: Some(punch.at),
                    ended_at: None,
                    events: vec![punch.event],
                });
            }
            PunchKind::MealEnd => {
                let mut meal = open.take().unwrap_or_default();
                meal.ended_at = Some(punch.at);
                meal.events.push(punch.event);
                taken.push(meal);
            }
            PunchKind::In | PunchKind::Out => {}
        }
    }
    taken.extend(open);

    let mut pairs: Vec<(chrono::TimeDelta, usize, usize)> = Vec::new();
    for (m, meal) in shift.meals.iter().enumerate() {
        let planned_at = facts.zone.instant(facts.date, meal.start);
        for (t, punched) in taken.iter().enumerate() {
            if let Some(at) = punched.at() {
                pairs.push(((at - planned_at).abs(), m, t));
            }
        }
    }
    pairs.sort();
    let mut by_plan: BTreeMap<usize, usize> = BTreeMap::new();
    for (_, m, t) in pairs {
        if !by_plan.contains_key(&m) && !by_plan.values().any(|&used| used == t) {
            by_plan.insert(m, t);
        }
    }

    let record = |planned: Option<PlannedMeal>, punched: Taken| {
        let taken_minutes = punched
            .started_at
            .zip(punched.ended_at)
            .map(|(from, until)| whole_minutes(from, until));
        MealRecord {
            planned,
            started_at: punched.started_at,
            ended_at: punched.ended_at,
            taken_minutes,
            over_minutes: taken_minutes.map_or(Minutes::ZERO, |minutes| {
                (minutes - policy.meal.minutes_max).at_least_zero()
            }),
            events: punched.events,
        }
    };
    let mut records: Vec<MealRecord> = Vec::new();
    for (m, meal) in shift.meals.iter().enumerate() {
        let punched = by_plan.get(&m).and_then(|&t| taken.get(t)).cloned();
        records.push(record(Some(*meal), punched.unwrap_or_default()));
    }
    for (t, punched) in taken.into_iter().enumerate() {
        if !by_plan.values().any(|&used| used == t) {
            records.push(record(None, punched));
        }
    }
    records.sort_by_key(|meal| {
        meal.started_at.or(meal.ended_at).or_else(|| {
            meal.planned
                .map(|planned| facts.zone.instant(facts.date, planned.start))
        })
    });
    records
}

/// Meal time inside present time: as punched, else as planned.
pub(super) fn off_work(
    facts: &DayFacts,
    segments: &[SegmentRecord],
    meals: &[MealRecord],
) -> Minutes {
    meals
        .iter()
        .map(|meal| {
            let planned = meal.planned.map(|planned| {
                let from = facts.zone.instant(facts.date, planned.start);
                (from, plan::moved(from, planned.minutes))
            });
            let Some((from, until)) = meal.started_at.zip(meal.ended_at).or(planned) else {
                return Minutes::ZERO;
            };
            segments
                .iter()
                .filter(|segment| !segment.present_minutes.is_zero())
                .filter_map(|segment| segment.arrival.at().zip(segment.departure.at()))
                .map(|(arrived, left)| whole_minutes(from.max(arrived), until.min(left)))
                .sum()
        })
        .sum()
}
