//! Meals of a few cells, everybody else's kept: what a small change of a published roster wants.

use crate::costs;
use crate::plan::{Meal, Plan};
use crate::problem::{Assignments, Problem};
use crate::search::{Compiled, Solution};
use crate::solve::{SolveError, evaluate, read_assignments};
use std::collections::{BTreeMap, BTreeSet};

/// Sweeps over the cells to place. Each only ever makes the roster cheaper; few cells settle in two.
const SWEEPS_MAX: usize = 4;

/// Costs a roster whose meals in `kept` stay as they are. Cells without one get theirs here: each in turn at the start
/// (inside its window, after the meal before) that makes the whole roster cheapest, until nothing gets cheaper. Then
/// cells of `movable` (person, day) move their kept meals where that saves more than [`Costs::change_per_cell`] each.
///
/// [`Costs::change_per_cell`]: crate::problem::Costs::change_per_cell
pub fn place_meals(
    problem: &Problem,
    assignments: &Assignments,
    kept: &[Meal],
    movable: &BTreeSet<(usize, usize)>,
) -> Result<Plan, SolveError> {
    let faults = problem.validate();
    if !faults.is_empty() {
        return Err(SolveError::Invalid(faults));
    }
    let compiled = Compiled::build(problem, None);
    let mut solution = read_assignments(&compiled, assignments)?;
    let grid = compiled.cover.grid;
    let mut given = BTreeMap::<(usize, usize), Vec<i64>>::new();
    for meal in kept {
        let starts = given.entry((meal.person, meal.day)).or_default();
        starts.push(meal.start_minute / grid);
    }
    let mut free = Vec::new();
    for (person, row) in solution.rows.iter().enumerate() {
        for (day, &choice) in row.iter().enumerate() {
            let shift = compiled.shifts.get(choice as usize);
            let meals = shift.map_or(0, |shift| shift.meals.len());
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
        for &cell in &free {
            best = best_meals(&compiled, &mut solution, cell, best);
        }
        if best == before {
            break;
        }
    }
    let move_cost = problem.costs.change_per_cell.per_unit;
    for &(person, day) in movable.iter().filter(|cell| !free.contains(cell)) {
        let Some(stood) = solution
            .meals
            .get(person)
            .and_then(|row| row.get(day))
            .copied()
        else {
            continue;
        };
        let moved = best_meals(&compiled, &mut solution, (person, day), best);
        if moved + move_cost < best {
            best = moved;
        } else {
            solution.meals[person][day] = stood;
        }
    }
    evaluate(
        problem,
        assignments,
        Some(&costs::meals(&compiled, &solution)),
    )
}

/// Moves one cell's meals to where the whole roster is cheapest, each after the one before, and returns what it costs
/// then. `best` is what it costs now.
fn best_meals(
    compiled: &Compiled<'_>,
    solution: &mut Solution,
    (person, day): (usize, usize),
    mut best: i64,
) -> i64 {
    let choice = solution.rows[person][day] as usize;
    let Some(shift) = compiled.shifts.get(choice) else {
        return best;
    };
    let mut earliest_free = 0;
    for (place, &(earliest, latest, length)) in shift.meals.iter().enumerate() {
        let mut chosen = solution.meals[person][day][place];
        // The meal after this one stays after it.
        let latest = match shift.meals.get(place + 1) {
            Some(_) => {
                let next = solution.meals[person][day][place + 1].max(0) as usize;
                latest.min(next.saturating_sub(length))
            }
            None => latest,
        };
        for start in earliest.max(earliest_free)..=latest {
            solution.meals[person][day][place] = start as i32;
            let cost = costs::table(compiled, solution).1;
            if cost < best {
                (best, chosen) = (cost, start as i32);
            }
        }
        solution.meals[person][day][place] = chosen;
        earliest_free = chosen.max(0) as usize + length;
    }
    best
}
