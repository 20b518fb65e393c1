//! Every worked shift has its meals, in their windows, of their length, one after the other.

use super::{Roster, Rule, Violation};
use crate::plan::Meal;
use crate::problem::{Problem, ShiftTemplate};

pub(super) fn check(
    problem: &Problem,
    roster: &Roster<'_>,
    meals: &[Meal],
    violations: &mut Vec<Violation>,
) {
    for meal in meals {
        let worked = roster
            .worked
            .get(meal.person)
            .and_then(|row| row.get(meal.day))
            .copied()
            .flatten();
        if worked.is_none() {
            let (person, day, minute) =
                (Some(meal.person), Some(meal.day), Some(meal.start_minute));
            let detail = "a meal without a shift".to_owned();
            violations.push(Violation {
                rule: Rule::MealCount,
                person,
                day,
                minute,
                about: None,
                by: 1,
                detail,
            });
        }
    }
    for (person, row) in roster.worked.iter().enumerate() {
        let own: Vec<&Meal> = meals.iter().filter(|meal| meal.person == person).collect();
        for (day, shift) in row.iter().enumerate() {
            let Some(shift) = shift else { continue };
            let mut taken: Vec<&Meal> =
                own.iter().copied().filter(|meal| meal.day == day).collect();
            taken.sort_by_key(|meal| meal.start_minute);
            check_shift(problem, person, day, shift, &taken, violations);
        }
    }
}

fn check_shift(
    problem: &Problem,
    person: usize,
    day: usize,
    shift: &ShiftTemplate,
    taken: &[&Meal],
    violations: &mut Vec<Violation>,
) {
    let mut broken = |rule: Rule, minute: Option<i64>, detail: String| {
        violations.push(Violation {
            rule,
            person: Some(person),
            day: Some(day),
            minute,
            about: None,
            by: 1,
            detail,
        });
    };
    if taken.len() != shift.meals.len() {
        broken(
            Rule::MealCount,
            None,
            format!(
                "{} meals, {} has {}",
                taken.len(),
                shift.id,
                shift.meals.len()
            ),
        );
    }
    for (meal, window) in taken.iter().zip(&shift.meals) {
        let (start, end) = (meal.start_minute, meal.start_minute + meal.duration_minutes);
        let (earliest, latest) = (window.earliest_start_minute, window.latest_start_minute);
        if start < earliest || start > latest {
            broken(
                Rule::MealWindow,
                Some(start),
                format!("starts at {start}, allowed {earliest} to {latest}"),
            );
        }
        if start.rem_euclid(problem.meal_grid_minutes) != 0 {
            broken(
                Rule::MealWindow,
                Some(start),
                format!(
                    "{start} is not on the {}-minute grid",
                    problem.meal_grid_minutes
                ),
            );
        }
        if !shift
            .segments
            .iter()
            .any(|post| post.start_minute <= start && end <= post.end_minute)
        {
            broken(
                Rule::MealWindow,
                Some(start),
                format!("{start} to {end} is not within one segment of {}", shift.id),
            );
        }
        if meal.duration_minutes != window.duration_minutes {
            let detail = format!(
                "{} minutes, {} has {}",
                meal.duration_minutes, shift.id, window.duration_minutes
            );
            broken(Rule::MealDuration, Some(start), detail);
        }
    }
    for first in 0..taken.len() {
        for second in first + 1..taken.len() {
            if taken[second].start_minute
                < taken[first].start_minute + taken[first].duration_minutes
            {
                let minute = taken[second].start_minute;
                broken(
                    Rule::MealOverlap,
                    Some(minute),
                    "begins before the meal before it has ended".to_owned(),
                );
            }
        }
    }
}
