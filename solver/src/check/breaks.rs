//! Short breaks: every worked shift has its own, in order, in their windows, on the grid, inside one segment, beside meals and
//! each other, or says which it has not; and what they leave short, and cost, is as the plan says.

use super::cover::{self, Point};
use super::{MINUTES_A_DAY, Roster, Rule, Violation, moment, sums};
use crate::plan::{Breaks, Meal, Plan, Shortfall, Tier};
use crate::problem::{CostTerm, Problem, ShiftTemplate};

/// What cover costs.
const COVER: [CostTerm; 4] = [
    CostTerm::UnderMinimum,
    CostTerm::UnderTarget,
    CostTerm::OverTarget,
    CostTerm::UnderGroup,
];

pub(super) fn check(
    problem: &Problem,
    plan: &Plan,
    roster: &Roster<'_>,
    without: &[Point],
    violations: &mut Vec<Violation>,
) {
    let Some(breaks) = &plan.breaks else {
        return;
    };
    for taken in &breaks.taken {
        let shift = roster
            .worked
            .get(taken.person)
            .and_then(|row| row.get(taken.day));
        if shift.copied().flatten().is_none() {
            violations.push(Violation {
                rule: Rule::Break,
                person: Some(taken.person),
                day: Some(taken.day),
                minute: Some(taken.start_minute),
                about: None,
                by: 1,
                detail: "a short break without a shift".to_owned(),
            });
        }
    }
    for (person, row) in roster.worked.iter().enumerate() {
        for (day, shift) in row.iter().enumerate() {
            if let Some(shift) = shift {
                check_shift(problem, plan, breaks, (person, day), shift, violations);
            }
        }
    }
    // With breaks as further meals the cover is counted anew.
    let mut away = plan.meals.clone();
    away.extend(breaks.taken.iter().cloned());
    let with = cover::points(problem, roster, &away);
    missing(problem, breaks, without, &with, violations);
    let cost = |points: &[Point]| -> i128 {
        let costs = sums::recompute(problem, roster, points);
        COVER
            .iter()
            .filter_map(|term| costs.by_term.get(term))
            .sum()
    };
    let more = cost(&with) - cost(without);
    if more != i128::from(breaks.cost) {
        violations.push(Violation {
            rule: Rule::BreakShortfall,
            person: None,
            day: None,
            minute: None,
            about: None,
            by: 1,
            detail: format!("breaks are said to cost {}, they cost {more}", breaks.cost),
        });
    }
}

fn check_shift(
    problem: &Problem,
    plan: &Plan,
    breaks: &Breaks,
    (person, day): (usize, usize),
    shift: &ShiftTemplate,
    violations: &mut Vec<Violation>,
) {
    let mut broken = |minute: Option<i64>, detail: String| {
        violations.push(Violation {
            rule: Rule::Break,
            person: Some(person),
            day: Some(day),
            minute,
            about: None,
            by: 1,
            detail,
        });
    };
    let own = |taken: &&Meal| (taken.person, taken.day) == (person, day);
    let mut taken: Vec<&Meal> = breaks.taken.iter().filter(own).collect();
    taken.sort_by_key(|taken| taken.start_minute);
    let wanted: Vec<_> = (0..shift.breaks.len())
        .filter(|index| {
            !breaks
                .left_out
                .iter()
                .any(|left| (left.person, left.day, left.index) == (person, day, *index))
        })
        .map(|index| &shift.breaks[index])
        .collect();
    if taken.len() != wanted.len() {
        broken(
            None,
            format!(
                "{} breaks, {} wants {}",
                taken.len(),
                shift.id,
                wanted.len()
            ),
        );
    }
    for (taken, window) in taken.iter().zip(&wanted) {
        let (start, end) = (
            taken.start_minute,
            taken.start_minute + taken.duration_minutes,
        );
        if start < window.earliest_start_minute || start > window.latest_start_minute {
            broken(
                Some(start),
                format!(
                    "starts at {start}, allowed {} to {}",
                    window.earliest_start_minute, window.latest_start_minute
                ),
            );
        }
        if start.rem_euclid(problem.meal_grid_minutes) != 0 {
            broken(Some(start), format!("{start} is not on the grid"));
        }
        if taken.duration_minutes != window.duration_minutes {
            broken(
                Some(start),
                format!(
                    "{} minutes, {} wanted",
                    taken.duration_minutes, window.duration_minutes
                ),
            );
        }
        let post = |start: i64, end: i64| {
            shift
                .segments
                .iter()
                .any(|post| post.start_minute <= start && end <= post.end_minute)
        };
        if !post(start, end) {
            broken(
                Some(start),
                format!("{start} to {end} is not within one segment"),
            );
        }
        let meals = plan.meals.iter().filter(own);
        for meal in meals {
            let (from, until) = (meal.start_minute, meal.start_minute + meal.duration_minutes);
            if start < until && from < end {
                broken(Some(start), "during a meal".to_owned());
            }
        }
    }
    for pair in taken.windows(2) {
        if pair[1].start_minute < pair[0].start_minute + pair[0].duration_minutes {
            broken(
                Some(pair[1].start_minute),
                "begins before the break before it has ended".to_owned(),
            );
        }
    }
}

/// At every point the list must name as many people as breaks leave missing beyond those missing without them.
fn missing(
    problem: &Problem,
    breaks: &Breaks,
    without: &[Point],
    with: &[Point],
    violations: &mut Vec<Violation>,
) {
    let mut untrue = |day: usize, point: &Point, what: String| {
        violations.push(Violation {
            rule: Rule::BreakShortfall,
            person: None,
            day: Some(day),
            minute: Some(point.moment - moment(day, 0)),
            about: None,
            by: 1,
            detail: format!("breaks leave people missing: {what}"),
        });
    };
    let at = |entry: &Shortfall, now: i64| {
        (moment(entry.day, entry.start_minute)..moment(entry.day, entry.end_minute)).contains(&now)
    };
    for point in with {
        let day = (point.moment / MINUTES_A_DAY).clamp(0, problem.days.len() as i64 - 1) as usize;
        let before = without.iter().find(|known| known.moment == point.moment);
        let at_target = |point: &Point| point.under_target.saturating_sub(point.under_minimum);
        let minimum = before.map_or(0, |point| point.under_minimum);
        let target = before.map_or(0, at_target);
        for (tier, is) in [
            (Tier::Minimum, point.under_minimum.saturating_sub(minimum)),
            (Tier::Target, at_target(point).saturating_sub(target)),
        ] {
            let said: u32 = breaks
                .shortfalls
                .iter()
                .filter(|entry| entry.tier == tier && at(entry, point.moment))
                .map(|entry| entry.missing)
                .sum();
            if said != is {
                untrue(day, point, format!("{tier:?}: {is} more, {said} are said"));
            }
        }
        for (index, group) in problem.group_demand.iter().enumerate() {
            let of = |point: &Point| -> u32 {
                let groups = point.under_group.iter();
                groups
                    .filter(|(known, _)| *known == index)
                    .map(|(_, missing)| missing)
                    .sum()
            };
            let is = of(point).saturating_sub(before.map_or(0, of));
            let said: u32 = breaks
                .shortfalls
                .iter()
                .filter(|entry| entry.group.as_ref() == Some(&group.id) && at(entry, point.moment))
                .map(|entry| entry.missing)
                .sum();
            if said != is {
                untrue(
                    day,
                    point,
                    format!("{}: {is} more, {said} are said", group.id),
                );
            }
        }
    }
}
