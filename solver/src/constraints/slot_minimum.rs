//! Cover: at every point (or, relaxed, summed over every slot) and for every set `Q` of skills,
//! `Σ_{classes meeting Q} on post + short ≥ demand of Q`, once for the minimum and once for the target, each with its own priced
//! shortfall; likewise group demand; and `on post − over ≤ Σ targets`.

use std::collections::BTreeMap;

use good_lp::{Expression, constraint};

use crate::model::{DayPart, Model, Payer, Resolution};

/// Points with one profile whose sums make one set of rows.
struct Cell {
    profile: u16,
    points: Vec<usize>,
}

pub(crate) fn rows(model: &mut Model<'_>, part: &DayPart, before: Option<&DayPart>) {
    let compiled = model.compiled;
    let cover = &compiled.cover;
    let last = part.day + 1 == compiled.days();
    // A night shift, or demand alone, may reach beyond the last day's midnight; those points belong to the last day.
    let spilled = usize::from(last);
    let points = part.day * cover.day_points..(part.day + 1 + spilled) * cover.day_points;
    // Yesterday's shifts may reach into today.
    let before = before.filter(|_| compiled.spill_days > 0);
    let crews: Vec<&DayPart> = before.into_iter().chain([part]).collect();
    for cell in cells(model, points, &crews) {
        let profile = &cover.profiles[cell.profile as usize];
        let size = cell.points.len() as f64;
        let everybody = (crews.len() * compiled.people.len()) as f64 * size;
        let present: Vec<Option<good_lp::Variable>> = (0..cover.classes())
            .map(|class| {
                let on_post = on_post(model, &crews, class, &cell.points)?;
                let present = model.amount(everybody);
                model.row(constraint!(on_post == present));
                Some(present)
            })
            .collect();
        let sum = |classes: u64| -> Expression {
            present
                .iter()
                .enumerate()
                .filter(|(class, _)| classes >> class & 1 == 1)
                .filter_map(|(_, v)| *v)
                .sum()
        };
        for group in profile.groups.iter().filter(|group| group.cost > 0) {
            let wanted = group.rows.iter().map(|row| row.wanted).max();
            let short = model.amount(f64::from(wanted.unwrap_or(0).max(0)) * size);
            model.charge(Payer::Day(part.day), group.cost, short);
            for row in &group.rows {
                model.row(constraint!(
                    sum(row.classes) + short >= f64::from(row.wanted) * size
                ));
            }
        }
        if let Some(target) = profile.target_total
            && profile.over_cost > 0
        {
            let over = model.amount(everybody);
            model.charge(Payer::Day(part.day), profile.over_cost, over);
            model.row(constraint!(
                sum(profile.over_classes) - over <= f64::from(target) * size
            ));
        }
    }
}

/// People of a class on post, summed over points: on a shift that covers them, and not at a meal.
fn on_post(
    model: &Model<'_>,
    crews: &[&DayPart],
    class: usize,
    points: &[usize],
) -> Option<Expression> {
    let compiled = model.compiled;
    let mut sum = Expression::default();
    let mut any = false;
    for part in crews {
        let first = part.day * compiled.cover.day_points;
        let inside = |start: usize, end: usize| {
            points
                .iter()
                .filter(|&&point| (first + start..first + end).contains(&point))
                .count() as f64
        };
        for (shift, classes) in part.count.iter().enumerate() {
            let Some(count) = classes[class] else {
                continue;
            };
            let covered: f64 = compiled.shifts[shift]
                .segments
                .iter()
                .map(|&(start, end)| inside(start, end))
                .sum();
            if covered > 0.0 {
                any = true;
                sum += covered * count;
            }
        }
        for crew in part.meals.iter().filter(|crew| crew.class == class) {
            for (starts, &(_, _, length)) in
                crew.starts.iter().zip(&compiled.shifts[crew.shift].meals)
            {
                for &(start, variable) in starts {
                    let away = inside(start, start + length);
                    if away > 0.0 {
                        sum += -away * variable;
                    }
                }
            }
        }
    }
    any.then_some(sum)
}

/// Points that share rows: equal ones, or (relaxed) those of a slot with one profile and the same shifts on.
fn cells(model: &Model<'_>, points: std::ops::Range<usize>, crews: &[&DayPart]) -> Vec<Cell> {
    let compiled = model.compiled;
    let cover = &compiled.cover;
    let slot = (compiled.problem.slot_minutes / cover.grid).max(1) as usize;
    type Key = (
        u16,
        usize,
        Vec<(usize, usize)>,
        Vec<(usize, usize, usize, usize, usize)>,
    );
    let mut cells: BTreeMap<Key, Vec<usize>> = BTreeMap::new();
    for point in points {
        let profile = cover.profile_at[point];
        if profile == 0 {
            continue;
        }
        let mut on = Vec::new();
        let mut eating = Vec::new();
        for part in crews {
            let first = part.day * cover.day_points;
            for (shift, classes) in part.count.iter().enumerate() {
                if classes.iter().all(Option::is_none) {
                    continue;
                }
                let grid = &compiled.shifts[shift];
                if grid
                    .segments
                    .iter()
                    .any(|&(start, end)| (first + start..first + end).contains(&point))
                {
                    on.push((part.day, shift));
                }
                if model.resolution == Resolution::Points {
                    for (meal, &(earliest, latest, length)) in grid.meals.iter().enumerate() {
                        let low = (point + 1).saturating_sub(first + length).max(earliest);
                        let high = point.saturating_sub(first).min(latest);
                        if point >= first && low <= high {
                            eating.push((part.day, shift, meal, low, high));
                        }
                    }
                }
            }
        }
        // Points that nobody can eat at merge over the whole day; a slot's sums stay with their slot.
        let place = if model.resolution == Resolution::Slots {
            point / slot
        } else {
            0
        };
        cells
            .entry((profile, place, on, eating))
            .or_default()
            .push(point);
    }
    cells
        .into_iter()
        .map(|((profile, ..), points)| Cell { profile, points })
        .collect()
}
