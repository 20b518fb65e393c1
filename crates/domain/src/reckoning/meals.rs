//! Meals: punched pairs beside what the roster placed (T13).

use super::plan::{Span, overlap_minutes};
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

/// Each start with the end that follows it; whole ones before half ones, the nearest planned meal first. Nothing punched
/// is dropped.
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

    // A start punched again is no meal of its own while a whole one is there.
    let mut pairs: Vec<(bool, chrono::TimeDelta, usize, usize)> = Vec::new();
    for (m, meal) in shift.meals.iter().enumerate() {
        let planned_at = facts.zone.instant(facts.date, meal.start);
        for (t, punched) in taken.iter().enumerate() {
            if let Some(at) = punched.at() {
                let is_half = punched.started_at.is_none() || punched.ended_at.is_none();
                pairs.push((is_half, (at - planned_at).abs(), m, t));
            }
        }
    }
    pairs.sort();
    let mut by_plan: BTreeMap<usize, usize> = BTreeMap::new();
    for (_, _, m, t) in pairs {
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

/// Meal time inside present time: as punched, else as planned; none of it twice, and none of it while on leave.
pub(super) fn off_work(
    facts: &DayFacts,
    plan: &DayPlan,
    segments: &[SegmentRecord],
    meals: &[MealRecord],
) -> Minutes {
    let mut eaten: Vec<Span> = Vec::new();
    for meal in meals {
        let planned = meal.planned.map(|planned| {
            let from = facts.zone.instant(facts.date, planned.start);
            (from, plan::moved(from, planned.minutes))
        });
        let Some((from, until)) = meal.started_at.zip(meal.ended_at).or(planned) else {
            continue;
        };
        let mut rest = vec![Span {
            from,
            until: until.max(from),
        }];
        for other in &eaten {
            rest = rest
                .into_iter()
                .flat_map(|span| span.without(*other))
                .collect();
        }
        eaten.extend(rest);
    }
    plan.segments
        .iter()
        .zip(segments)
        .filter(|(_, segment)| !segment.present_minutes.is_zero())
        .filter_map(|(planned, segment)| {
            let (arrived, left) = segment.arrival.at().zip(segment.departure.at())?;
            let pieces = planned.wanted.iter();
            let inside = pieces.map(|piece| {
                overlap_minutes(&eaten, piece.from.max(arrived), piece.until.min(left))
            });
            Some(inside.sum())
        })
        .sum()
}
