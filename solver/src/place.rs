//! Meals of a few cells, everybody else's kept: what a small change of a published roster wants.

use crate::costs;
use crate::plan::{Meal, Plan};
use crate::problem::{Assignments, Problem};
use crate::search::Compiled;
use crate::solve::{SolveError, evaluate, read_assignments};

/// Sweeps over the cells to place. Each only ever makes the roster cheaper; few cells settle in two.
const SWEEPS_MAX: usize = 4;

/// Costs a roster whose meals in `kept` stay as they are. Cells without one get theirs here: each in turn at the start
/// (inside its window, after the meal before) that makes the whole roster cheapest, until nothing gets cheaper.
pub fn place_meals(
    problem: &Problem,
    assignments: &Assignments,
    kept: &[Meal],
) -> Result<Plan, SolveError> {
    let faults = problem.validate();
    if !faults.is_empty() {
        return Err(SolveError::Invalid(faults));
    }
    let compiled = Compiled::build(problem, None);
    let mut solution = read_assignments(&compiled, assignments)?;
    let grid = compiled.cover.grid;
    let mut given = std::collections::BTreeMap::<(usize, usize), Vec<i64>>::new();
    for meal in kept {
        let starts = given.entry((meal.person, meal.day)).or_default();
        starts.push(meal.start_minute / grid);
    }
    let mut free = Vec::new();
    for (person, row) in solution.rows.iter().enumerate() {
        for (day, &choice) in row.iter().enumerate() {
            let meals = compiled
                .shifts
                .get(choice as usize)
                .map_or(0, |shift| shift.meals.len());
            match given.get_mut(&(person, day)) {
                Some(starts) if starts.len() == meals => {
                    starts.sort_unstable();
                    for (place, &start) in starts.iter().enumerate() {
                        solution.meals[person][day][place] =
                            i32::try_from(start).unwrap_or(i32::MAX);
                    }
                }
                _ if meals > 0 => free.push((person, day)),
                _ => {}
            }
        }
    }
    let mut best = costs::table(&compiled, &solution).1;
    for _ in 0..SWEEPS_MAX {
        let before = best;
        for &(person, day) in &free {
            let choice = solution.rows[person][day] as usize;
            let mut earliest_free = 0;
            for (place, &(earliest, latest, length)) in
                compiled.shifts[choice].meals.iter().enumerate()
            {
                let mut chosen = solution.meals[person][day][place];
                // The meal after this one stays after it.
                let latest = match compiled.shifts[choice].meals.get(place + 1) {
                    Some(_) => {
                        let next = solution.meals[person][day][place + 1].max(0) as usize;
                        latest.min(next.saturating_sub(length))
                    }
                    None => latest,
                };
                for start in earliest.max(earliest_free)..=latest {
                    solution.meals[person][day][place] = start as i32;
                    let cost = costs::table(&compiled, &solution).1;
                    if cost < best {
                        (best, chosen) = (cost, start as i32);
                    }
                }
                solution.meals[person][day][place] = chosen;
                earliest_free = chosen.max(0) as usize + length;
            }
        }
        if best == before {
            break;
        }
    }
    evaluate(
        problem,
        assignments,
        Some(&costs::meals(&compiled, &solution)),
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::desk_instance::DeskSpec;
    use crate::{Limits, check, solve};
    use std::ops::ControlFlow;

    #[test]
    fn kept_meals_stay_and_the_others_are_placed_as_well_as_can_be() {
        let problem = DeskSpec::month(8, 3).generate();
        let limits = Limits::by_work(200, 1, 1);
        let plan = solve(&problem, &limits, &mut |_| ControlFlow::Continue(())).unwrap();
        // Two people's meals of a day are forgotten.
        let day = 4;
        let eaters: Vec<usize> = plan
            .meals
            .iter()
            .filter(|meal| meal.day == day)
            .map(|meal| meal.person)
            .take(2)
            .collect();
        assert_eq!(eaters.len(), 2);
        let forgotten = |meal: &Meal| meal.day == day && eaters.contains(&meal.person);
        let kept: Vec<Meal> = plan
            .meals
            .iter()
            .filter(|m| !forgotten(m))
            .cloned()
            .collect();
        let placed = place_meals(&problem, &plan.assignments, &kept).unwrap();
        for meal in &kept {
            assert!(placed.meals.contains(meal), "{meal:?} was moved");
        }
        assert_eq!(placed.meals.len(), plan.meals.len());
        // Neither alone could eat at a better time.
        for &person in &eaters {
            let own = |meal: &&Meal| meal.day == day && meal.person == person;
            let meal = placed.meals.iter().find(own).unwrap();
            let shift = placed.assignments[person][day].clone().unwrap();
            let window = problem.shifts.iter().find(|s| s.id == shift).unwrap().meals[0];
            let mut start = window.earliest_start_minute;
            while start <= window.latest_start_minute {
                let mut meals = placed.meals.clone();
                let index = meals.iter().position(|m| m == meal).unwrap();
                meals[index].start_minute = start;
                let moved = evaluate(&problem, &placed.assignments, Some(&meals)).unwrap();
                assert!(moved.objective >= placed.objective);
                start += problem.meal_grid_minutes;
            }
        }
        assert_eq!(check::check(&problem, &placed).violations, vec![]);
    }
}
