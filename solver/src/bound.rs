//! Proven lower bounds.
//!
//! 1. The linear relaxation of the whole roster (`model.rs`), cover summed over slots.
//! 2. People and days apart, round by round ([`apart`]).
//! 3. Small problems: the exact integer program, with what the rounds have taught.

mod apart;

use std::ops::ControlFlow;
use std::time::Instant;

use crate::model::{Nights, Resolution, RosterModel, Totals, Whole};
use crate::person::Row;
use crate::program::{Outcome, ProgramLimits};
use crate::search::{Compiled, Solution};
use apart::{Effort, Learned};

pub(crate) use apart::Relaxation;

/// Problems with at most so many possible cells (person, day, shift) are handed to the exact integer program.
const EXACT_CELLS_MAX: usize = 400;
/// Nodes of the exact integer program.
const EXACT_NODES_MAX: i32 = 20_000;
/// The part of the seconds left that rounds may take before it.
const ROUNDS: f64 = 0.8;

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

/// The best bound within the limits; `hear` is told of each better one and may end the search for more.
pub(crate) fn prove(
    compiled: &Compiled<'_>,
    best: &Solution,
    relaxation: Relaxation,
    started: Instant,
    limits: BoundLimits,
    hear: &mut dyn FnMut(i64) -> ControlFlow<()>,
) -> Option<Bound> {
    let left = || limits.until_seconds - started.elapsed().as_secs_f64();
    if left() < 0.5 {
        return None;
    }
    let small = is_small(compiled);
    let mut stopped = false;
    let kept = if small { left() * (1.0 - ROUNDS) } else { 0.0 };
    let effort = Effort {
        rounds_max: limits.rounds,
        threads: limits.threads,
        left: &|| left() - kept,
    };
    let (learned, mut bound) = Learned::learn(compiled, best, relaxation, &effort, &mut |bound| {
        let flow = hear(bound);
        stopped |= flow.is_break();
        flow
    });
    // Whole meals are the truth and slow; without them nearly everything is proven.
    for whole in [Whole::People, Whole::Meals] {
        let open = bound.as_ref().is_none_or(|bound| bound.value < best.cost);
        if !small || !open || stopped || left() < 0.5 {
            break;
        }
        let exact = solve_exactly(compiled, best, &learned, whole, left());
        // With a roster at hand it has an answer: that it has none would be a fault of the model, and proves nothing.
        if let Exact::Bounded(exact) = exact {
            bound = Some(match bound {
                Some(before) if before.value > exact.value => Bound {
                    rows: exact.rows,
                    ..before
                },
                _ => exact,
            });
        }
    }
    bound
}

/// Few enough cells for the exact integer program.
pub(crate) fn is_small(compiled: &Compiled<'_>) -> bool {
    let allowed = compiled.people.iter().flat_map(|p| &p.allowed);
    let cells: u32 = allowed
        .map(|choices| (choices & !(1 << compiled.off())).count_ones())
        .sum();
    cells as usize <= EXACT_CELLS_MAX
}

/// What the exact integer program says.
enum Exact {
    Bounded(Bound),
    Infeasible,
    Unknown,
}

/// The bound where every roster cheaper than the one at hand is among the choices of `narrow`: what is not may cost as much as that one,
/// and if nothing is left, nothing is cheaper.
pub(crate) fn exact_among(narrow: &Compiled<'_>, best: &Solution, seconds: f64) -> Option<Bound> {
    match solve_exactly(narrow, best, &Learned::default(), Whole::Meals, seconds) {
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
fn solve_exactly(
    compiled: &Compiled<'_>,
    best: &Solution,
    learned: &Learned,
    whole: Whole,
    seconds: f64,
) -> Exact {
    let mut roster = RosterModel::build(
        compiled,
        whole,
        Totals::Whole,
        Resolution::Points,
        Nights::Whole,
    );
    learned.cut(&mut roster, best.cost);
    let RosterModel { model, people, .. } = roster;
    let limits = ProgramLimits {
        seconds: seconds.min(1e6),
        nodes: Some(EXACT_NODES_MAX),
        interior_point: false,
        absolute_gap: 0.99,
    };
    match model.solve(limits) {
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
