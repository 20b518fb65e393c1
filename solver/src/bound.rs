//! Proven lower bounds.
//!
//! 1. The linear relaxation of the whole roster (`model.rs`), cover summed over slots.
//! 2. People and days apart: the rows `N[d,s,g] = Σ_p x[p,d,s]` are priced instead of kept. For any prices `y`,
//!    `Σ_p min over rows (cost + y·x) + Σ_d min over integer day patterns (cover and meals − y·N)` is a lower bound. The people's
//!    part is an exact shortest path, a day's part a small integer program with its meals point by point. Prices start from
//!    the relaxation's duals and climb along the subgradient.
//! 3. Small problems: the exact integer program.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use good_lp::constraint;

use crate::constraints;
use crate::model::{Model, Resolution, RosterModel};
use crate::paths::Paths;
use crate::person::{INFINITE, Row};
use crate::program::{Outcome, ProgramLimits};
use crate::search::{Compiled, Solution};

/// Labels a day in the bound's shortest paths; when they do not suffice the bound stays valid, only weaker.
const LABELS_MAX: usize = 120_000;
/// Labels a day in the pass before.
const LABELS_NEAR_MAX: usize = 3_000;

/// Problems with at most so many possible cells (person, day, shift) are handed to the exact integer program.
const EXACT_CELLS_MAX: usize = 400;
/// Nodes of the exact integer program.
const EXACT_NODES_MAX: i32 = 20_000;
/// Nodes of a day's integer program: its bound at the root is nearly always its value.
const DAY_NODES_MAX: i32 = 30;

/// What the bound may spend.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BoundLimits {
    /// Wall-clock end, as seconds from the start; infinite when the solve is stopped by work.
    pub until_seconds: f64,
    /// Rounds of the price search.
    pub rounds: usize,
    /// Threads for the days.
    pub threads: usize,
}

/// A proven bound and where it comes from.
#[derive(Clone, Debug)]
pub(crate) struct Bound {
    pub value: i64,
    pub from: &'static str,
    /// Rows the exact program found cheaper than those at hand.
    pub rows: Option<Vec<Row>>,
}

/// Prices per day, shift and class.
type Prices = Vec<Vec<Vec<f64>>>;

/// The best bound within the limits; `hear` is told of each better one and may end the search for more.
pub(crate) fn prove(
    compiled: &Compiled<'_>,
    best: &Solution,
    started: Instant,
    limits: BoundLimits,
    hear: &mut dyn FnMut(i64) -> ControlFlow<()>,
) -> Option<Bound> {
    let left = || limits.until_seconds - started.elapsed().as_secs_f64();
    if left() < 0.5 {
        return None;
    }
    let cells: u32 = compiled
        .people
        .iter()
        .flat_map(|p| &p.allowed)
        .map(|choices| (choices & !(1 << compiled.off())).count_ones())
        .sum();
    if cells as usize <= EXACT_CELLS_MAX
        && let Some(bound) = exact(compiled, best, left())
    {
        return Some(bound);
    }
    // A night shift ties its day to the next, so days cannot be priced apart and the relaxation itself is the bound.
    let apart = compiled.spill_days == 0;
    let relaxed = linear_relaxation(compiled, if apart { left() * 0.6 } else { left() }, apart);
    let (linear, mut top_prices) = match relaxed {
        Some(relaxed) => relaxed,
        // Out of time: any prices give a bound, if a weak one.
        None if apart => {
            let prices =
                vec![vec![vec![0.0; compiled.cover.classes()]; compiled.off()]; compiled.days()];
            (f64::NEG_INFINITY, prices)
        }
        None => return None,
    };
    if !apart {
        return Some(Bound {
            value: round_up(linear),
            from: "linear relaxation",
            rows: None,
        });
    }
    let mut bound: Option<Bound> = None;
    let mut top_value = f64::NEG_INFINITY;
    let mut top_slope = Prices::new();
    let mut prices = top_prices.clone();
    let mut agility = 0.1;
    for _ in 0..limits.rounds {
        if bound.is_some() && left() < 0.5 || bound.as_ref().is_some_and(|b| b.value >= best.cost) {
            break;
        }
        let Some((value, slope)) = people_and_days(compiled, best, &prices, limits.threads, &left)
        else {
            break;
        };
        if value > top_value {
            (top_value, top_slope) = (value, slope);
            top_prices.clone_from(&prices);
            bound = Some(Bound {
                value: round_up(value),
                from: "people and days",
                rows: None,
            });
            if hear(round_up(value)).is_break() {
                break;
            }
        } else {
            agility *= 0.4;
        }
        let length: f64 = top_slope.iter().flatten().flatten().map(|s| s * s).sum();
        if length < 0.5 {
            break;
        }
        let step = agility * (best.cost as f64 - top_value).max(1.0) / length;
        prices.clone_from(&top_prices);
        for (price, slope) in prices
            .iter_mut()
            .flatten()
            .flatten()
            .zip(top_slope.iter().flatten().flatten())
        {
            *price = (*price + step * slope).round();
        }
    }
    bound
}

/// What the exact integer program says.
enum Exact {
    Bounded(Bound),
    Infeasible,
    Unknown,
}

/// The bound of the exact integer program. With a roster at hand it has an answer: that it has none would be a fault of the model,
/// and proves nothing.
fn exact(compiled: &Compiled<'_>, best: &Solution, seconds: f64) -> Option<Bound> {
    match solve_exactly(compiled, best, seconds) {
        Exact::Bounded(bound) => Some(bound),
        Exact::Infeasible | Exact::Unknown => None,
    }
}

/// The bound where every roster cheaper than the one at hand is among the choices of `narrow`: what is not may cost as much as that one,
/// and if nothing is left, nothing is cheaper.
pub(crate) fn exact_among(narrow: &Compiled<'_>, best: &Solution, seconds: f64) -> Option<Bound> {
    match solve_exactly(narrow, best, seconds) {
        Exact::Bounded(bound) => Some(Bound {
            value: bound.value.min(best.cost),
            ..bound
        }),
        Exact::Infeasible => Some(Bound {
            value: best.cost,
            from: "exact model",
            rows: None,
        }),
        Exact::Unknown => None,
    }
}

/// The exact integer program, point by point.
fn solve_exactly(compiled: &Compiled<'_>, best: &Solution, seconds: f64) -> Exact {
    let RosterModel { model, people, .. } = RosterModel::build(compiled, true, Resolution::Points);
    let limits = ProgramLimits {
        seconds: seconds.min(1e6),
        nodes: Some(EXACT_NODES_MAX),
        interior_point: false,
        absolute_gap: 0.99,
    };
    match model.program.solve(limits) {
        Outcome::Solved {
            values,
            objective,
            bound,
            ..
        } => {
            let read = || -> Vec<Row> {
                let row = |days: &Vec<Vec<Option<good_lp::Variable>>>| {
                    let choice = |day: &Vec<Option<good_lp::Variable>>| {
                        let worked = day
                            .iter()
                            .position(|v| v.is_some_and(|v| values.of(v) > 0.5));
                        worked.unwrap_or(compiled.off()) as u8
                    };
                    days.iter().map(choice).collect()
                };
                people.shift.iter().map(row).collect()
            };
            let rows = (objective < best.cost as f64 - 0.5).then(read);
            Exact::Bounded(Bound {
                value: round_up(bound),
                from: "exact model",
                rows,
            })
        }
        Outcome::Unsolved { bound } if bound.is_finite() => Exact::Bounded(Bound {
            value: round_up(bound),
            from: "exact model",
            rows: None,
        }),
        Outcome::Unsolved { .. } => Exact::Unknown,
        Outcome::Infeasible => Exact::Infeasible,
    }
}

/// The objective is whole, so a bound may be rounded up (less a hair for the program's tolerances).
fn round_up(bound: f64) -> i64 {
    (bound - 1e-6 * bound.abs() - 1e-4).ceil() as i64
}

/// Objective and prices of the relaxation. With `prices_only` by interior point without crossover: central prices are
/// better starts than a vertex's (54,437 against 52,591 on 18 people), and the objective proves nothing.
fn linear_relaxation(
    compiled: &Compiled<'_>,
    seconds: f64,
    prices_only: bool,
) -> Option<(f64, Prices)> {
    let RosterModel { model, links, .. } = RosterModel::build(compiled, false, Resolution::Slots);
    let limits = ProgramLimits {
        seconds: seconds.min(1e6),
        nodes: None,
        interior_point: prices_only,
        absolute_gap: 0.0,
    };
    let Outcome::Solved { duals, bound, .. } = model.program.solve(limits) else {
        return None;
    };
    let mut prices =
        vec![vec![vec![0.0; compiled.cover.classes()]; compiled.off()]; compiled.days()];
    for (row, day, shift, class) in links {
        prices[day][shift][class] = duals.get(row).copied().unwrap_or(0.0).round();
    }
    Some((bound, prices))
}

/// The bound at given prices, and its slope `Σ x − N`.
fn people_and_days(
    compiled: &Compiled<'_>,
    best: &Solution,
    prices: &Prices,
    threads: usize,
    left: &(dyn Fn() -> f64 + Sync),
) -> Option<(f64, Prices)> {
    let off = compiled.off();
    let mut slope: Prices = prices
        .iter()
        .map(|day| day.iter().map(|shift| vec![0.0; shift.len()]).collect())
        .collect();
    let mut total = 0.0;
    let mut paths = Paths::default();
    for (person, rules) in compiled.people.iter().enumerate() {
        let mut gains = vec![0i64; compiled.days() * (off + 1)];
        for (day, shifts) in prices.iter().enumerate() {
            for (shift, classes) in shifts.iter().enumerate() {
                gains[day * (off + 1) + shift] = -(classes[rules.class] as i64);
            }
        }
        let row = &best.rows[person];
        let at_hand: i64 = rules.row_cost(row)
            - row
                .iter()
                .enumerate()
                .map(|(day, &choice)| gains[day * (off + 1) + choice as usize])
                .sum::<i64>();
        // A narrow pass finds a good row; with it as cutoff and reference the wide pass has few labels left to keep.
        let near = paths.best_row(rules, &gains, &rules.allowed, row, at_hand, LABELS_NEAR_MAX);
        let (row, cutoff) = match &near.row {
            Some(found) => (found, near.cost),
            None => (row, at_hand),
        };
        let found = paths.best_row(rules, &gains, &rules.allowed, row, cutoff, LABELS_MAX);
        if found.lower >= INFINITE {
            return None;
        }
        total += found.lower as f64;
        for (day, &choice) in found.row.as_ref().unwrap_or(row).iter().enumerate() {
            if let Some(shift) = slope[day].get_mut(choice as usize) {
                shift[rules.class] += 1.0;
            }
        }
    }
    // Days that want the same of the same hands at the same prices have one answer.
    let mut alike: BTreeMap<DayKey<'_>, Vec<usize>> = BTreeMap::new();
    for (day, prices) in prices.iter().enumerate() {
        alike
            .entry(DayKey::of(compiled, day, prices))
            .or_default()
            .push(day);
    }
    let alike: Vec<Vec<usize>> = alike.into_values().collect();
    let threads = threads.clamp(1, 16);
    let next = AtomicUsize::new(0);
    let by_thread: Vec<Vec<_>> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(|| {
                    let mut found = Vec::new();
                    while let Some(days) = alike.get(next.fetch_add(1, Ordering::Relaxed))
                        && let Some(&day) = days.first()
                    {
                        found.push((days, bound_of_day(compiled, day, &prices[day], left)));
                    }
                    found
                })
            })
            .collect();
        workers
            .into_iter()
            .filter_map(|worker| worker.join().ok())
            .collect()
    });
    let mut by_day: Vec<_> = by_thread.into_iter().flatten().collect();
    // One order of adding, whichever thread was quicker.
    by_day.sort_by_key(|(days, _)| days.first().copied());
    let mut priced = 0;
    for (days, found) in by_day {
        let (bound, counts) = found?;
        priced += days.len();
        total += bound * days.len() as f64;
        for &day in days {
            for (shift, classes) in counts.iter().enumerate() {
                for (class, count) in classes.iter().enumerate() {
                    slope[day][shift][class] -= count;
                }
            }
        }
    }
    if priced < compiled.days() {
        return None;
    }
    Some((total, slope))
}

/// All that tells one day's part from another's when no night shift ties them.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct DayKey<'a> {
    /// What is wanted, point by point.
    profiles: &'a [u16],
    /// What each person may work: class and choices.
    hands: Vec<(usize, u64)>,
    /// What is wanted of each shift.
    wanted: Vec<(i32, i64, i64, i32, i64)>,
    /// Whole numbers.
    prices: Vec<i64>,
}

impl<'a> DayKey<'a> {
    fn of(compiled: &'a Compiled<'_>, day: usize, prices: &[Vec<f64>]) -> Self {
        let points = compiled.cover.day_points;
        let mut hands: Vec<_> = compiled
            .people
            .iter()
            .map(|p| (p.class, p.allowed[day]))
            .collect();
        hands.sort_unstable();
        Self {
            // What is wanted after the last midnight belongs to the last day.
            profiles: if day + 1 == compiled.days() {
                &compiled.cover.profile_at[day * points..]
            } else {
                &compiled.cover.profile_at[day * points..(day + 1) * points]
            },
            hands,
            wanted: compiled.wanted[day * compiled.off()..(day + 1) * compiled.off()]
                .iter()
                .map(|w| (w.people, w.under, w.over, w.minimum, w.under_minimum))
                .collect(),
            prices: prices.iter().flatten().map(|&price| price as i64).collect(),
        }
    }
}

/// A day's part of the bound: summed over slots and fractional at first, which is quick, then exact if time allows.
fn bound_of_day(
    compiled: &Compiled<'_>,
    day: usize,
    prices: &[Vec<f64>],
    left: &dyn Fn() -> f64,
) -> Option<(f64, Vec<Vec<f64>>)> {
    let exact = if left() > 0.2 {
        cheapest_day(compiled, day, prices, Resolution::Points, left())
    } else {
        None
    };
    exact.or_else(|| cheapest_day(compiled, day, prices, Resolution::Slots, 5.0))
}

/// The cheapest integer pattern of one day, people bought at the given prices: how many of each class on each shift, and their
/// meals (summed over slots: the fractional relaxation). Returns its proven bound and the counts.
fn cheapest_day(
    compiled: &Compiled<'_>,
    day: usize,
    prices: &[Vec<f64>],
    resolution: Resolution,
    seconds: f64,
) -> Option<(f64, Vec<Vec<f64>>)> {
    let integer = resolution == Resolution::Points;
    let mut model = Model::new(compiled, integer, resolution);
    let part = model.day_part(day);
    let parts = [part];
    // What people cost together (`constraints::team`) is left out: it only adds.
    constraints::days(&mut model, &parts);
    let part = &parts[0];
    for class in 0..compiled.cover.classes() {
        let most = compiled
            .people
            .iter()
            .filter(|p| p.class == class && p.allowed[day] & !(1 << compiled.off()) != 0)
            .count();
        let heads: good_lp::Expression = part.count.iter().filter_map(|shift| shift[class]).sum();
        model.row(constraint!(heads <= most as f64));
    }
    for (shift, classes) in part.count.iter().enumerate() {
        for (class, count) in classes.iter().enumerate() {
            if let Some(count) = count {
                model.charge(-prices[shift][class] as i64, *count);
            }
        }
    }
    let limits = ProgramLimits {
        seconds: seconds.clamp(0.01, 1e6),
        nodes: Some(DAY_NODES_MAX),
        interior_point: false,
        absolute_gap: 1.0,
    };
    let empty = vec![vec![0.0; compiled.cover.classes()]; compiled.off()];
    match model.program.solve(limits) {
        Outcome::Solved { values, bound, .. } => {
            let mut counts = empty;
            for (shift, classes) in part.count.iter().enumerate() {
                for (class, count) in classes.iter().enumerate() {
                    if let Some(count) = count {
                        counts[shift][class] = values.of(*count).round();
                    }
                }
            }
            Some((bound, counts))
        }
        Outcome::Unsolved { bound } if bound.is_finite() => Some((bound, empty)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::desk_instance::DeskSpec;

    #[test]
    fn a_day_priced_alone_pays_for_its_own_demand_only() {
        let mut problem = DeskSpec::week(4, 1).generate();
        problem.demand.retain(|demand| demand.day == 1);
        problem.group_demand.clear();
        let compiled = Compiled::build(&problem, None);
        let free = vec![vec![0.0; compiled.cover.classes()]; compiled.off()];
        let cost = |day| {
            cheapest_day(&compiled, day, &free, Resolution::Slots, 5.0).map(|(bound, _)| bound)
        };
        assert_eq!(cost(0), Some(0.0));
        assert!(cost(1).unwrap() > 0.0);
    }
}
