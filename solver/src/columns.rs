//! The bound where people are tied together by cover by shift alone: column generation.
//!
//! With a price `y` for one more person on each shift of each day,
//!
//! `L(y) = Σ min_n (cost of n people + y · n) + Σ_p min_row (cost of the row − y · row)`
//!
//! is a lower bound on every roster. The cost of n people is convex, so the first minimum lies where its slope changes: with
//! `−over ≤ y ≤ under` at the people wanted (`Σ wanted · y`), and where a minimum makes the first people dearer, there or at the
//! minimum. The best `y` is the dual of the linear program over whole rows,
//! `min Σ cost λ + under u + over o,  Σ λ + u − o = wanted,  Σ_{rows of p} λ = 1`, whose rows are found by the shortest path as
//! they are wanted. Prices between the best so far and the master's (smoothing) spare most of the rounds; the first ones are those
//! of the linear program over stretches of work, which proves a bound by itself; [`crate::ascent`] comes near them where it is large.

use std::ops::ControlFlow;
use std::time::Instant;

use good_lp::{Expression, constraint};

use crate::model::{Nights, Resolution, RosterModel, Totals, Whole};
use crate::paths::{Paths, Query, ShiftLimits};
use crate::person::{INFINITE, Row};
use crate::program::{Outcome, Program, ProgramLimits};
use crate::search::{Compiled, Solution};
use crate::shift_cover::PRICE_PARTS;

const SCALE: i64 = PRICE_PARTS;
/// Labels a day when a row is priced: few first, to have a row to beat, then as many as a proof needs.
const LABELS_NEAR_MAX: usize = 300;
const LABELS_MAX: usize = 60_000;
/// Limits on single shifts that rows are held to, the tightest; with more, labels multiply.
const LIMITS_KEPT: usize = 2;
/// How far prices stay with the best ones so far.
const SMOOTHING: f64 = 0.6;
/// Where rows priced at the first prices prove less than their linear program by more than this part, labels are too many to tell
/// rows apart, and more rounds would be spent in vain.
const HOPELESS: f64 = 0.02;
/// Rounds without a better bound after which smoothing is left off for one.
const PATIENCE: usize = 2;

/// What is proven, and the prices that prove it.
#[derive(Clone, Debug)]
pub(crate) struct Priced {
    /// Lower bound, in thousandths of a cost unit.
    bound: i64,
    /// Another lower bound, not from these prices.
    floor: i64,
    /// Price per `day * shifts + shift`, in thousandths.
    prices: Vec<i64>,
    /// Least cost of each person at these prices, in thousandths.
    least: Vec<i64>,
}

/// Prices per `day * shifts + shift`, of the linear program over stretches of work or near them, and the lower bound they prove; both
/// in thousandths.
#[derive(Clone, Debug)]
pub(crate) struct StretchPrices {
    pub prices: Vec<i64>,
    pub floor: i64,
}

impl Priced {
    /// Price per `day * shifts + shift`, in thousandths.
    pub(crate) fn prices(&self) -> &[i64] {
        &self.prices
    }

    /// The objective is whole.
    pub(crate) fn round_up(&self) -> i64 {
        round_up(self.bound.max(self.floor))
    }
}

/// A bound in whole cost units: the objective is whole.
pub(crate) fn round_up(bound: i64) -> i64 {
    bound.div_euclid(SCALE) + i64::from(bound.rem_euclid(SCALE) > 0)
}

/// Least cost of a person, and a row that has it (if one was found).
type PricedRow = (i64, Option<Row>);

/// What may be spent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Effort {
    pub started: Instant,
    /// Wall-clock end in seconds from the start; infinite when the solve is stopped by work.
    pub until_seconds: f64,
    pub rounds_max: usize,
    pub threads: usize,
}

/// How many labels a row is priced with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Width {
    /// Few: the bound holds, and is weaker.
    Near,
    /// As many as a proof needs.
    Wide,
}

/// A row in the master.
struct Column {
    person: usize,
    row: Row,
    cost: i64,
}

/// Prices rows until the bound meets the cost of the roster at hand, nothing is left to gain, or the effort is spent. `rows` are good
/// rows to begin with, per person.
pub(crate) fn prove(
    compiled: &Compiled<'_>,
    first: StretchPrices,
    rows: &[Vec<Row>],
    at_hand: &Solution,
    effort: &Effort,
    hear: &mut dyn FnMut(i64) -> ControlFlow<()>,
) -> Option<Priced> {
    let left = || effort.until_seconds - effort.started.elapsed().as_secs_f64();
    let mut columns: Vec<Column> = rows
        .iter()
        .enumerate()
        .flat_map(|(person, rows)| rows.iter().map(move |row| (person, row.clone())))
        .map(|(person, row)| Column {
            person,
            cost: compiled.people[person].row_cost(&row),
            row,
        })
        .collect();
    let price = |columns: &[Column], prices, width| {
        price(compiled, columns, prices, width, effort.threads, &left)
    };
    let StretchPrices { prices, floor } = first;
    // With few labels first: that is soon done, and the program's bound is not lost if the seconds end here.
    let (mut best, found) = price(&columns, prices.clone(), Width::Near)?;
    add(compiled, &mut columns, found);
    if let Some((priced, found)) = price(&columns, prices, Width::Wide) {
        add(compiled, &mut columns, found);
        best = priced;
    }
    best.floor = floor;
    let behind = floor.saturating_sub(best.bound);
    let hopeless = behind as f64 > HOPELESS * (floor as f64).abs();
    if hear(best.round_up()).is_break() || hopeless {
        return Some(best);
    }
    let mut stale = 0;
    for _ in 0..effort.rounds_max {
        if left() < 0.05 {
            break;
        }
        let Some((value, master)) = master(compiled, &columns, left()) else {
            break;
        };
        // Smoothed prices first; the master's own when they bring nothing.
        let prices = if stale < PATIENCE {
            let mixed = |(&old, &new): (&i64, &i64)| {
                (SMOOTHING * old as f64 + (1.0 - SMOOTHING) * new as f64).round() as i64
            };
            best.prices.iter().zip(&master).map(mixed).collect()
        } else {
            master
        };
        let Some((priced, found)) = price(&columns, prices, Width::Wide) else {
            break;
        };
        let added = add(compiled, &mut columns, found);
        if priced.bound > best.bound {
            stale = 0;
            best = Priced { floor, ..priced };
            if hear(best.round_up()).is_break() {
                break;
            }
        } else {
            stale += 1;
        }
        let bound = best.round_up();
        let converged = bound as f64 >= (value - 0.002).ceil();
        if bound >= at_hand.cost || converged || added == 0 && stale > PATIENCE {
            break;
        }
    }
    Some(best)
}

/// Adds the rows that are new; how many.
fn add(compiled: &Compiled<'_>, columns: &mut Vec<Column>, found: Vec<Option<Row>>) -> usize {
    let before = columns.len();
    for (person, row) in found.into_iter().enumerate() {
        let Some(row) = row else { continue };
        let known = |column: &Column| column.person == person && column.row == row;
        if !columns.iter().any(known) {
            let cost = compiled.people[person].row_cost(&row);
            columns.push(Column { person, row, cost });
        }
    }
    columns.len() - before
}

/// The linear program over stretches of work; `None` if the seconds do not suffice.
pub(crate) fn stretch_prices(compiled: &Compiled<'_>, seconds: f64) -> Option<StretchPrices> {
    let softened = Compiled {
        wanted: compiled.softened.clone(),
        ..compiled.clone()
    };
    let RosterModel { model, links, .. } = RosterModel::build(
        &softened,
        Whole::Nothing,
        Totals::Whole,
        Resolution::Points,
        Nights::Whole,
    );
    let limits = ProgramLimits {
        seconds: seconds.clamp(0.01, 1e6),
        nodes: None,
        interior_point: true,
        absolute_gap: 0.0,
    };
    let Outcome::Solved { duals, bound, .. } = model.solve(limits) else {
        return None;
    };
    let mut prices = vec![0; compiled.wanted.len()];
    for link in links {
        let cell = link.day * compiled.off() + link.half;
        let wanted = compiled.softened[cell];
        // The row says `counted − there = 0`: its dual is what one person more counted than there would cost.
        let dual = duals.get(link.row).copied().unwrap_or(0.0);
        prices[cell] = ((-dual * SCALE as f64).round() as i64)
            .clamp(-wanted.over * SCALE, wanted.worth_max() * SCALE);
    }
    Some(StretchPrices {
        prices,
        floor: (bound * SCALE as f64).floor() as i64,
    })
}

/// The linear program over the rows known: its value and prices.
fn master(compiled: &Compiled<'_>, columns: &[Column], seconds: f64) -> Option<(f64, Vec<i64>)> {
    let (days, off) = (compiled.days(), compiled.off());
    let mut program = Program::default();
    let mut cover = vec![Expression::default(); days * off];
    let mut convex = vec![Expression::default(); compiled.people.len()];
    for column in columns {
        let share = program.add(f64::INFINITY);
        program.objective += column.cost as f64 * share;
        convex[column.person] += share;
        for (day, &choice) in column.row.iter().enumerate() {
            if (choice as usize) < off {
                cover[day * off + choice as usize] += share;
            }
        }
    }
    let mut cells = Vec::new();
    for (cell, mut heads) in cover.into_iter().enumerate() {
        let wanted = compiled.softened[cell];
        if wanted.is_free() {
            continue;
        }
        // As the cost is convex, the cheaper of the people missing are spent first, as far as the minimum.
        let near = if wanted.has_minimum() {
            let below = program.add(f64::INFINITY);
            program.objective += wanted.worth_max() as f64 * below;
            heads += below;
            f64::from(wanted.people - wanted.minimum)
        } else {
            f64::INFINITY
        };
        let under = program.add(near);
        let over = program.add(f64::INFINITY);
        program.objective += wanted.under as f64 * under + wanted.over as f64 * over;
        program.rows.push(constraint!(
            heads + under - over == f64::from(wanted.people)
        ));
        cells.push(cell);
    }
    for shares in convex {
        program.rows.push(constraint!(shares == 1.0));
    }
    let limits = ProgramLimits {
        seconds: seconds.clamp(0.01, 1e6),
        nodes: None,
        interior_point: true,
        absolute_gap: 0.0,
    };
    let Outcome::Solved {
        duals, objective, ..
    } = program.solve(limits)
    else {
        return None;
    };
    let mut prices = vec![0; days * off];
    for (row, cell) in cells.into_iter().enumerate() {
        let wanted = compiled.softened[cell];
        let dual = duals.get(row).copied().unwrap_or(0.0);
        prices[cell] = ((dual * SCALE as f64).round() as i64)
            .clamp(-wanted.over * SCALE, wanted.worth_max() * SCALE);
    }
    Some((objective, prices))
}

/// The bound at given prices, and every person's best row there.
fn price(
    compiled: &Compiled<'_>,
    columns: &[Column],
    prices: Vec<i64>,
    width: Width,
    threads: usize,
    left: &(dyn Fn() -> f64 + Sync),
) -> Option<(Priced, Vec<Option<Row>>)> {
    let gains = gains(compiled, &prices);
    let mut best_known: Vec<Option<(i64, &Row)>> = vec![None; compiled.people.len()];
    for column in columns {
        let cost = SCALE * column.cost - gained(compiled, &gains, &column.row);
        let known = &mut best_known[column.person];
        if known.is_none_or(|(least, _)| cost < least) {
            *known = Some((cost, &column.row));
        }
    }
    let people: Vec<usize> = (0..compiled.people.len()).collect();
    let share = people.len().div_ceil(threads.max(1)).max(1);
    let gains = &gains;
    let best_known = &best_known;
    let parts: Vec<Option<Vec<PricedRow>>> = std::thread::scope(|scope| {
        let workers: Vec<_> = people
            .chunks(share)
            .map(|people| {
                scope.spawn(move || {
                    let mut paths = Paths::default();
                    let mut found = Vec::with_capacity(people.len());
                    for &person in people {
                        if left() < 0.0 {
                            return None;
                        }
                        found.push(best_row(
                            compiled,
                            person,
                            gains,
                            best_known[person],
                            width,
                            &mut paths,
                        )?);
                    }
                    Some(found)
                })
            })
            .collect();
        workers
            .into_iter()
            .map(|worker| worker.join().ok().flatten())
            .collect()
    });
    let (mut least, mut rows) = (Vec::new(), Vec::new());
    for part in parts {
        for (lower, row) in part? {
            least.push(lower);
            rows.push(row);
        }
    }
    let wanted: i64 = compiled
        .softened
        .iter()
        .zip(&prices)
        .map(|(wanted, &price)| wanted.least(price, SCALE))
        .sum();
    let bound = wanted + least.iter().sum::<i64>();
    Some((
        Priced {
            bound,
            floor: i64::MIN,
            prices,
            least,
        },
        rows,
    ))
}

/// Prices in the layout of a path's gains.
fn gains(compiled: &Compiled<'_>, prices: &[i64]) -> Vec<i64> {
    let off = compiled.off();
    let mut gains = vec![0; compiled.days() * (off + 1)];
    for (cell, &price) in prices.iter().enumerate() {
        gains[cell / off * (off + 1) + cell % off] = price;
    }
    gains
}

fn gained(compiled: &Compiled<'_>, gains: &[i64], row: &[u8]) -> i64 {
    let width = compiled.off() + 1;
    row.iter()
        .enumerate()
        .map(|(day, &choice)| gains[day * width + choice as usize])
        .sum()
}

/// Least cost of a person at the prices, and a row that has it (if one was found).
fn best_row(
    compiled: &Compiled<'_>,
    person: usize,
    gains: &[i64],
    known: Option<(i64, &Row)>,
    width: Width,
    paths: &mut Paths,
) -> Option<PricedRow> {
    let model = &compiled.people[person];
    let off_row = vec![model.off as u8; model.days];
    let mut query = Query {
        window: 0..model.days,
        row: known.map_or(&off_row, |(_, row)| row),
        gains,
        allowed: &model.allowed,
        cutoff: Some(known.map_or(INFINITE - 1, |(cost, _)| cost)),
        labels_max: LABELS_NEAR_MAX,
        scale: SCALE,
        any: false,
        limits: ShiftLimits::Relaxed(LIMITS_KEPT),
        tight: false,
    };
    let near = paths.best(model, &query);
    let row = near.row.clone();
    if width == Width::Wide && near.lower < near.cost {
        // Labels were dropped, so nothing is proven yet.
        if let Some(row) = &row {
            query.row = row;
            query.cutoff = Some(near.cost);
        }
        query.labels_max = LABELS_MAX;
        let wide = paths.best(model, &query);
        let lower = wide.lower.min(near.cost);
        return (lower < INFINITE).then(|| (lower, wide.row.or(row)));
    }
    (near.lower < INFINITE).then_some((near.lower, row))
}

/// Choices per person and day that some roster cheaper than `objective` may hold: all others cost too much even at their best.
pub(crate) fn choices_left(
    compiled: &Compiled<'_>,
    priced: &Priced,
    objective: i64,
) -> Vec<Vec<u64>> {
    let gains = gains(compiled, &priced.prices);
    // The objective is whole: cheaper means by one at least.
    let slack = (objective - 1) * SCALE - priced.bound;
    let mut paths = Paths::default();
    compiled
        .people
        .iter()
        .zip(&priced.least)
        .map(|(model, least)| {
            let reference = vec![model.off as u8; model.days];
            let query = Query {
                window: 0..model.days,
                row: &reference,
                gains: &gains,
                allowed: &model.allowed,
                cutoff: Some(least + slack),
                labels_max: 0,
                scale: SCALE,
                any: false,
                limits: ShiftLimits::Relaxed(LIMITS_KEPT),
                tight: false,
            };
            paths.choices_within(model, &query)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::expect_used)]

    use super::*;
    use crate::nrp;
    use crate::search::Search;

    /// Two people for a desk that wants three on each of four days.
    const SHORT: &str = "SECTION_HORIZON\n4\nSECTION_SHIFTS\nE,480,\nSECTION_STAFF\nA,E=4,960,0,4,1,1,1\n\
        B,E=4,960,0,4,1,1,1\nSECTION_DAYS_OFF\nSECTION_SHIFT_ON_REQUESTS\nSECTION_SHIFT_OFF_REQUESTS\n\
        SECTION_COVER\n0,E,3,100,1\n1,E,3,100,1\n2,E,3,100,1\n3,E,3,100,1\n";

    fn bound(rounds_max: usize) -> i64 {
        let problem = nrp::read("short", SHORT).expect("an instance");
        let compiled = Compiled::build(&problem, None);
        let mut search = Search::new(&compiled, 1);
        search.construct().expect("a roster");
        let effort = Effort {
            started: Instant::now(),
            until_seconds: f64::INFINITY,
            rounds_max,
            threads: 1,
        };
        let (solution, rows) = (search.solution(), vec![Vec::new(); 2]);
        let first = stretch_prices(&compiled, 60.0).expect("prices");
        let mut heard = None;
        let mut hear = |bound| {
            heard = Some(bound);
            ControlFlow::Continue(())
        };
        let priced =
            prove(&compiled, first, &rows, &solution, &effort, &mut hear).expect("a bound");
        assert_eq!(heard, Some(priced.round_up()));
        priced.round_up()
    }

    #[test]
    fn what_is_missing_everywhere_is_proven_at_the_first_prices() {
        // Each may work two of the four days: 12 people wanted, 4 there.
        assert_eq!(bound(0), 800);
        assert_eq!(bound(9), 800);
    }
}
