//! Meals of a few cells, everybody else's kept.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use solver::plan::Meal;
use solver::{Assignments, Problem, place_meals};
use std::collections::BTreeSet;
use support::{desk, person, shift, want};

const H: i64 = 60;

/// Three people from nine to one, a meal of 35 minutes each from ten, two wanted all the time.
fn morning() -> (Problem, Assignments) {
    let mut problem = desk(1);
    problem
        .shifts
        .push(shift("morning", 9 * H, 13 * H, Some((10 * H, 11 * H + 10))));
    problem
        .people
        .extend(["a", "b", "c"].map(|id| person(id, &["phone"])));
    want(&mut problem, 0, 9 * H, 13 * H, "phone", 2);
    (problem, vec![vec![Some("morning".into())]; 3])
}

fn meals(starts: &[i64]) -> Vec<Meal> {
    let meal = |(person, &start_minute): (usize, &i64)| Meal {
        person,
        day: 0,
        start_minute,
        duration_minutes: 35,
    };
    starts.iter().enumerate().map(meal).collect()
}

#[test]
fn kept_meals_stay_and_the_other_finds_the_only_place_left() {
    let (problem, rows) = morning();
    let kept = meals(&[10 * H, 10 * H + 35]);
    let plan = place_meals(&problem, &rows, &kept, &BTreeSet::new()).unwrap();
    assert_eq!(plan.meals, meals(&[10 * H, 10 * H + 35, 11 * H + 10]));
    assert!(plan.shortfalls.is_empty());
}

#[test]
fn a_kept_meal_moves_only_where_that_saves_more_than_a_change_costs() {
    let (mut problem, rows) = morning();
    let together = meals(&[10 * H; 3]);
    let everybody: BTreeSet<(usize, usize)> = (0..3).map(|person| (person, 0)).collect();
    let saved = 35 * problem.costs.under_minimum.per_unit;
    problem.costs.change_per_cell.per_unit = saved - 1;
    let kept = place_meals(&problem, &rows, &together, &BTreeSet::new()).unwrap();
    assert_eq!((&kept.meals, kept.objective > 0), (&together, true));
    let moved = place_meals(&problem, &rows, &together, &everybody).unwrap();
    assert_eq!(moved.objective, 0);
    let stayed = moved.meals.iter().filter(|meal| together.contains(meal));
    assert_eq!(stayed.count(), 1, "two moves are enough");
    problem.costs.change_per_cell.per_unit = saved;
    let dear = place_meals(&problem, &rows, &together, &everybody).unwrap();
    assert_eq!(dear.meals, together);
}
