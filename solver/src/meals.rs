//! Exact meals of one day, the roster fixed: a small integer program on the meal grid.
//!
//! `b[class, shift, meal, t]` people of a class on a shift start their meal at `t`; their numbers add up to the people on it;
//! at every point the cover rows of that point hold up to a shortfall with its cost. With a roster fixed its linear
//! relaxation is almost always integral. Placing the counted starts on people is arbitrary within a class and shift; the
//! people are taken in order, so equal input gives equal meals.

use std::collections::BTreeMap;

use good_lp::{Expression, Variable, constraint};

use crate::cover::{Profile, count};
use crate::program::{Outcome, Program, ProgramLimits};
use crate::search::{CellMeals, Compiled, NO_MEALS};

/// People of one class on one shift that starts on the day.
struct Crew {
    class: usize,
    shift: usize,
    people: Vec<usize>,
    /// Per meal: first start and one variable per start.
    starts: Vec<(usize, Vec<Variable>)>,
}

/// The cheapest meals of a day for everybody whose shift starts on it, everything else fixed. `None` when the program gave no
/// answer within its limits.
pub(crate) fn exact_meals(
    compiled: &Compiled<'_>,
    rows: &[Vec<u8>],
    meals: &[Vec<CellMeals>],
    day: usize,
) -> Option<Vec<(usize, CellMeals)>> {
    let cover = &compiled.cover;
    let classes = cover.classes();
    let first = day * cover.day_points;
    let span = cover.day_points * (1 + compiled.spill_days);
    let mut program = Program::default();
    let crews = crews(compiled, rows, day, &mut program);
    if crews.iter().all(|c| c.starts.is_empty()) {
        return Some(Vec::new());
    }

    // People on post before the meals of this day's shifts are taken out; other days' shifts as they are.
    let mut present = vec![0u16; span * classes];
    for (person, row) in rows.iter().enumerate() {
        let class = compiled.people[person].class;
        for other in day.saturating_sub(compiled.spill_days)
            ..=(day + compiled.spill_days).min(compiled.days() - 1)
        {
            let choice = row[other] as usize;
            let Some(shift) = compiled.shifts.get(choice) else {
                continue;
            };
            let from = other * cover.day_points;
            let mut add = |start: usize, end: usize, on: bool| {
                for point in (from + start).max(first)..(from + end).min(first + span) {
                    let cell = &mut present[(point - first) * classes + class];
                    *cell = if on {
                        *cell + 1
                    } else {
                        cell.saturating_sub(1)
                    };
                }
            };
            for &(start, end) in &shift.segments {
                add(start, end, true);
            }
            if other != day {
                for (meal, &(_, _, length)) in shift.meals.iter().enumerate() {
                    let start = meals[person][other][meal].max(0) as usize;
                    add(start, start + length, false);
                }
            }
        }
    }

    let mut objective = Expression::default();
    for crew in &crews {
        for (_, starts) in &crew.starts {
            let total: Expression = starts.iter().sum();
            program
                .rows
                .push(constraint!(total == crew.people.len() as f64));
        }
        if let [(early, first_meal), (late, second_meal)] = crew.starts.as_slice() {
            // Counted starts can be paired in order when, at every moment, no more second meals have begun than first
            // meals have ended.
            let length = compiled.shifts[crew.shift].meals[0].2;
            for (at, _) in second_meal.iter().enumerate() {
                let begun: Expression = second_meal[..=at].iter().sum();
                let ended: Expression = first_meal
                    .iter()
                    .enumerate()
                    .filter(|(k, _)| early + k + length <= late + at)
                    .map(|(_, v)| *v)
                    .sum();
                program.rows.push(constraint!(begun <= ended));
            }
        }
    }
    // Points whose profile, presence and possible meals are equal share one row set.
    let mut merged: BTreeMap<(u16, Vec<u16>, Vec<Eating>), f64> = BTreeMap::new();
    for point in 0..span {
        let profile = cover.profile_at[first + point];
        let eating: Vec<Eating> = crews
            .iter()
            .enumerate()
            .flat_map(|(c, crew)| {
                crew.starts
                    .iter()
                    .enumerate()
                    .filter_map(move |(m, (from, starts))| {
                        let length = compiled.shifts[crew.shift].meals[m].2;
                        let low = (point + 1).saturating_sub(length).max(*from);
                        let high = point.min(from + starts.len() - 1);
                        (low <= high).then(|| (c, m, low - from, high - from))
                    })
            })
            .collect();
        if profile != 0 && !eating.is_empty() {
            *merged
                .entry((
                    profile,
                    present[point * classes..(point + 1) * classes].to_vec(),
                    eating,
                ))
                .or_default() += 1.0;
        }
    }
    for ((profile, people, eating), points) in &merged {
        let away = |classes: u64| -> Expression {
            eating
                .iter()
                .filter(|(c, ..)| classes >> crews[*c].class & 1 == 1)
                .flat_map(|&(c, m, low, high)| crews[c].starts[m].1[low..=high].iter())
                .sum()
        };
        let away_most = |classes: u64| -> i32 {
            eating
                .iter()
                .map(|&(c, ..)| {
                    if classes >> crews[c].class & 1 == 1 {
                        crews[c].people.len() as i32
                    } else {
                        0
                    }
                })
                .sum()
        };
        let point = Point {
            present: people,
            points: *points,
            away: &away,
            away_most: &away_most,
        };
        add_point(
            &cover.profiles[*profile as usize],
            &point,
            &mut program,
            &mut objective,
        );
    }
    program.objective = objective;
    let Outcome::Solved { values, .. } = program.solve(ProgramLimits {
        seconds: 10.0,
        nodes: None,
        interior_point: false,
        absolute_gap: 0.99,
    }) else {
        return None;
    };

    let mut result = Vec::new();
    for crew in &crews {
        let mut cells = vec![NO_MEALS; crew.people.len()];
        for (meal, (from, starts)) in crew.starts.iter().enumerate() {
            let mut next = 0;
            for (k, start) in starts.iter().enumerate() {
                for _ in 0..values.of(*start).round() as usize {
                    if let Some(cell) = cells.get_mut(next) {
                        cell[meal] = (from + k) as i32;
                    }
                    next += 1;
                }
            }
            if next != crew.people.len() {
                return None;
            }
        }
        result.extend(crew.people.iter().copied().zip(cells));
    }
    Some(result)
}

/// Crew, meal, first and last start of the meals that cover a point.
type Eating = (usize, usize, usize, usize);

fn crews(
    compiled: &Compiled<'_>,
    rows: &[Vec<u8>],
    day: usize,
    program: &mut Program,
) -> Vec<Crew> {
    let mut groups: BTreeMap<(usize, usize), Vec<usize>> = BTreeMap::new();
    for (person, row) in rows.iter().enumerate() {
        let choice = row[day] as usize;
        if compiled
            .shifts
            .get(choice)
            .is_some_and(|s| !s.meals.is_empty())
        {
            groups
                .entry((compiled.people[person].class, choice))
                .or_default()
                .push(person);
        }
    }
    groups
        .into_iter()
        .map(|((class, shift), people)| {
            let starts = compiled.shifts[shift]
                .meals
                .iter()
                .map(|&(earliest, latest, _)| {
                    let most = people.len() as f64;
                    let starts = (earliest..=latest)
                        .map(|_| program.add_whole(most))
                        .collect();
                    (earliest, starts)
                })
                .collect();
            Crew {
                class,
                shift,
                people,
                starts,
            }
        })
        .collect()
}

/// Equal points of a day.
pub(crate) struct Point<'a> {
    /// People per class whose shift covers it.
    pub(crate) present: &'a [u16],
    /// How many points.
    pub(crate) points: f64,
    /// People of some classes at their meal.
    pub(crate) away: &'a dyn Fn(u64) -> Expression,
    /// At most so many of them.
    pub(crate) away_most: &'a dyn Fn(u64) -> i32,
}

/// Cover rows of equal points: people of the classes that count, less those away, plus the shortfall, reach what is wanted.
pub(crate) fn add_point(
    profile: &Profile,
    point: &Point<'_>,
    program: &mut Program,
    objective: &mut Expression,
) {
    for group in profile.groups.iter().filter(|group| group.cost > 0) {
        // Rows that hold even with everybody away need not be written.
        let open: Vec<_> = group
            .rows
            .iter()
            .map(|row| (row, count(point.present, row.classes)))
            .filter(|(row, present)| present - (point.away_most)(row.classes) < row.wanted)
            .collect();
        if open.is_empty() {
            continue;
        }
        let wanted = open.iter().map(|(row, _)| row.wanted).max().unwrap_or(0);
        let short = program.add(f64::from(wanted));
        *objective += group.cost as f64 * point.points * short;
        for (row, present) in open {
            let on_post = f64::from(present) - (point.away)(row.classes);
            program
                .rows
                .push(constraint!(on_post + short >= f64::from(row.wanted)));
        }
    }
    if let Some(target) = profile.target_total
        && profile.over_cost > 0
        && count(point.present, profile.over_classes) > target
    {
        let present = f64::from(count(point.present, profile.over_classes));
        let over = program.add(present);
        *objective += profile.over_cost as f64 * point.points * over;
        let on_post = present - (point.away)(profile.over_classes);
        program
            .rows
            .push(constraint!(on_post - over <= f64::from(target)));
    }
}
