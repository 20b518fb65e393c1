//! Prices of cover by shift without a linear program: ascent on the Lagrangian dual.
//!
//! Besides cover, everything a person is counted for is given a price `μ` a unit too (minutes, weekends, limits on shifts), so that
//! what is left of a person is a path over the states of their [`Automaton`](crate::automaton::Automaton) alone:
//!
//! `L(y, μ) = Σ min_n (cost of n people + y · n) + Σ_p [ min_path (cost − y + μ) · path + Σ_c min_z (cost_c(z) − μ_c · z) ]`
//!
//! is a lower bound on every roster whatever the prices, and its best value is that of the linear program over stretches of work.
//! A pass over everybody takes milliseconds, so a few hundred steps with momentum (Adam; Kingma and Ba 2015) come near that value
//! where the program itself does not end in time. Tried and worse: steps along the subgradient itself, and the volume algorithm
//! (Barahona and Anbil 2000), which both stay at the kink they begin from.

use std::ops::ControlFlow;
use std::time::Instant;

use crate::automaton::FORBIDDEN;
use crate::columns::{StretchPrices, round_up};
use crate::person::{CounterCost, INFINITE, PersonModel, Row};
use crate::search::Compiled;
use crate::shift_cover::PRICE_PARTS;

const SCALE: i64 = PRICE_PARTS;
/// Steps: a price moves so much at first and at last, in parts of what a person can be worth at most.
const STEP_FIRST: f64 = 0.5;
const STEP_LAST: f64 = 0.0005;
/// How much of the past stays in the running averages of what was missed, and of its square.
const MOMENTUM: f64 = 0.97;
const SPREAD_MEMORY: f64 = 0.98;
/// Nothing is taken to be missed more steadily than this many people.
const SPREAD_MIN: f64 = 0.1;

/// What may be spent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Effort {
    pub rounds_max: usize,
    /// Wall-clock seconds; infinite when the solve is stopped by work.
    pub seconds: f64,
    pub threads: usize,
}

/// What somebody is counted for.
#[derive(Clone, Copy, Debug)]
enum Counted {
    Counter(usize),
    Weekends,
}

/// A price on what one person is counted for.
#[derive(Clone, Copy, Debug)]
struct Part {
    counted: Counted,
    /// Units of a usual day, so that prices of minutes and of weekends are steered alike.
    usual: f64,
}

/// A person as the ascent sees them.
struct Walker<'a> {
    model: &'a PersonModel,
    /// Choices between which the automaton makes no difference, bit per choice.
    groups: Vec<u64>,
    parts: Vec<Part>,
    /// Where their prices begin.
    first: usize,
}

/// What a person answers to prices.
#[derive(Clone, Debug, Default)]
struct Answer {
    value: i64,
    row: Vec<u8>,
    /// Units missed, per part.
    missed: Vec<f64>,
}

/// Scratch memory of one thread.
#[derive(Default)]
struct Scratch {
    price: Vec<i64>,
    chosen: Vec<u8>,
    to_go: [Vec<i64>; 2],
}

/// Prices as good as the effort allows, begun from the best of `starts`, and the bound they prove; `None` if somebody has no path at
/// all. `hear` is told of the bound in whole cost units, rounded up, and may break off.
pub(crate) fn prices(
    compiled: &Compiled<'_>,
    starts: &[Vec<i64>],
    effort: &Effort,
    hear: &mut dyn FnMut(i64) -> ControlFlow<()>,
) -> Option<StretchPrices> {
    let begun = Instant::now();
    let cells = compiled.wanted.len();
    let mut size = cells;
    let walkers: Vec<Walker<'_>> = compiled
        .people
        .iter()
        .map(|model| {
            let walker = Walker::new(model, size);
            size += walker.parts.len();
            walker
        })
        .collect();
    let dual = Dual {
        compiled,
        walkers: &walkers,
        threads: effort.threads,
    };
    let mut best: Option<Point> = None;
    for start in starts {
        let mut at: Vec<f64> = start.iter().map(|&price| price as f64).collect();
        at.resize(size, 0.0);
        let point = dual.at(at)?;
        if best.as_ref().is_none_or(|best| point.value > best.value) {
            best = Some(point);
        }
    }
    let mut here = best?;
    let mut best = here.clone();
    let mut steps = Steps::new(size, compiled);
    for round in 1..=effort.rounds_max {
        let by_time = begun.elapsed().as_secs_f64() / effort.seconds.max(1e-9);
        let done = by_time.max(round as f64 / effort.rounds_max as f64);
        if done > 1.0 {
            break;
        }
        steps.go(&mut here.at, &here.missed, done);
        here = dual.at(here.at)?;
        if here.value > best.value {
            best = here.clone();
        }
        if hear(round_up(best.value)).is_break() {
            break;
        }
    }
    Some(StretchPrices {
        prices: best.at.iter().take(cells).map(|&at| at as i64).collect(),
        floor: best.value,
    })
}

/// Prices that need no program: as if somebody were missing everywhere, which is near the truth where the whole desk is too small;
/// what one more person is worth in a roster; and none at all.
pub(crate) fn simple_prices(compiled: &Compiled<'_>, rows: &[Row]) -> [Vec<i64>; 3] {
    let cells = 0..compiled.wanted.len();
    let mut heads = vec![0; cells.len()];
    let off = compiled.off();
    for row in rows {
        for (day, &choice) in row.iter().enumerate() {
            if usize::from(choice) < off {
                heads[day * off + usize::from(choice)] += 1;
            }
        }
    }
    let missing = |cell: usize| SCALE * compiled.softened[cell].worth_max();
    let worth = |cell: usize| SCALE * compiled.softened[cell].gain(heads[cell]).max(0);
    [
        cells.clone().map(missing).collect(),
        cells.clone().map(worth).collect(),
        cells.map(|_| 0).collect(),
    ]
}

/// Steps with momentum, each price at a pace of its own.
struct Steps {
    missed: Vec<f64>,
    squared: Vec<f64>,
    /// What is left of the zeros both averages began with.
    zeros: (f64, f64),
    /// The most a person can be worth, in thousandths.
    unit: f64,
}

impl Steps {
    fn new(size: usize, compiled: &Compiled<'_>) -> Self {
        let worth = compiled.softened.iter().map(|w| w.worth_max().max(w.over));
        Self {
            missed: vec![0.0; size],
            squared: vec![0.0; size],
            zeros: (1.0, 1.0),
            unit: (worth.max().unwrap_or(1).max(1) * SCALE) as f64,
        }
    }

    /// A step from `at`, where so much was missed.
    fn go(&mut self, at: &mut [f64], missed: &[f64], done: f64) {
        self.zeros = (self.zeros.0 * MOMENTUM, self.zeros.1 * SPREAD_MEMORY);
        let length = self.unit * STEP_FIRST * (STEP_LAST / STEP_FIRST).powf(done);
        let averages = self.missed.iter_mut().zip(&mut self.squared);
        for ((at, &missed), (average, square)) in at.iter_mut().zip(missed).zip(averages) {
            *average += (1.0 - MOMENTUM) * (missed - *average);
            *square += (1.0 - SPREAD_MEMORY) * (missed * missed - *square);
            let spread = (*square / (1.0 - self.zeros.1)).sqrt();
            *at += length * *average / (1.0 - self.zeros.0) / (spread + SPREAD_MIN);
        }
    }
}

/// Prices (those of cells whole and within what a person can be worth), what they prove, and what the answers to them miss.
#[derive(Clone)]
struct Point {
    at: Vec<f64>,
    value: i64,
    missed: Vec<f64>,
}

/// The function that is climbed.
struct Dual<'a> {
    compiled: &'a Compiled<'a>,
    walkers: &'a [Walker<'a>],
    threads: usize,
}

impl Dual<'_> {
    /// A cell's price, within what a person can be worth.
    fn price(&self, cell: usize, at: f64) -> i64 {
        let wanted = self.compiled.softened[cell];
        (at.round() as i64).clamp(-wanted.over * SCALE, wanted.worth_max() * SCALE)
    }

    /// What prices prove; `None` if somebody has no path.
    fn at(&self, mut at: Vec<f64>) -> Option<Point> {
        let cells = self.compiled.wanted.len();
        let off = self.compiled.off();
        let prices: Vec<i64> = (0..cells).map(|cell| self.price(cell, at[cell])).collect();
        for (at, price) in at.iter_mut().zip(&prices) {
            *at = *price as f64;
        }
        let share = self.walkers.len().div_ceil(self.threads.max(1)).max(1);
        let (prices, duals) = (&prices, &at);
        let answers: Vec<Option<Vec<Answer>>> = std::thread::scope(|scope| {
            let workers: Vec<_> = self
                .walkers
                .chunks(share)
                .map(|walkers| {
                    scope.spawn(move || {
                        let mut scratch = Scratch::default();
                        let answer = |walker: &Walker<'_>| {
                            let own = &duals[walker.first..walker.first + walker.parts.len()];
                            walker.answer(prices, own, &mut scratch)
                        };
                        walkers.iter().map(answer).collect()
                    })
                })
                .collect();
            workers
                .into_iter()
                .map(|worker| worker.join().ok().flatten())
                .collect()
        });
        let mut value = 0;
        let mut missed = vec![0.0; at.len()];
        let mut heads = vec![0i64; cells];
        let mut walkers = self.walkers.iter();
        for answer in answers
            .into_iter()
            .collect::<Option<Vec<_>>>()?
            .iter()
            .flatten()
        {
            value += answer.value;
            for (day, &choice) in answer.row.iter().enumerate() {
                if usize::from(choice) < off {
                    heads[day * off + usize::from(choice)] += 1;
                }
            }
            if let Some(walker) = walkers.next() {
                missed[walker.first..walker.first + walker.parts.len()]
                    .copy_from_slice(&answer.missed);
            }
        }
        for (cell, wanted) in self.compiled.softened.iter().enumerate() {
            value += wanted.least(prices[cell], SCALE);
            if !wanted.is_free() {
                missed[cell] = (wanted.least_at(prices[cell], SCALE) - heads[cell]) as f64;
            }
        }
        Some(Point { at, value, missed })
    }
}

impl<'a> Walker<'a> {
    fn new(model: &'a PersonModel, first: usize) -> Self {
        let mut groups: Vec<u64> = Vec::new();
        for choice in 0..=model.off {
            let alike = |group: &&mut u64| {
                let other = group.trailing_zeros() as usize;
                // Only work counts as a weekend worked.
                choice < model.off && model.automaton.alike(choice, other)
            };
            match groups.iter_mut().find(alike) {
                Some(group) => *group |= 1 << choice,
                None => groups.push(1 << choice),
            }
        }
        let mut parts = Vec::new();
        for (index, counter) in model.counters.iter().enumerate() {
            let binds = counter.reach > counter.max || counter.min > 0;
            let weights = counter.weight[..model.off]
                .iter()
                .filter(|&&weight| weight > 0);
            let (count, sum) =
                weights.fold((0, 0), |(count, sum), &w| (count + 1, sum + i64::from(w)));
            if count > 0 && (binds || counter.cost != CounterCost::None) {
                parts.push(Part {
                    counted: Counted::Counter(index),
                    usual: sum as f64 / f64::from(count),
                });
            }
        }
        if model.weekends_counted {
            parts.push(Part {
                counted: Counted::Weekends,
                usual: 1.0,
            });
        }
        Self {
            model,
            groups,
            parts,
            first,
        }
    }

    /// The cheapest path at the prices, and what it misses; `None` if there is none.
    fn answer(&self, prices: &[i64], own: &[f64], scratch: &mut Scratch) -> Option<Answer> {
        let model = self.model;
        let (off, width) = (model.off, model.off + 1);
        let per_unit = |part: &Part, at: f64| (at / part.usual).round() as i64;
        let price = &mut scratch.price;
        price.clear();
        price.extend(model.choice_cost.iter().map(|cost| cost * SCALE));
        for day in 0..model.days {
            let gained = &prices[day * off..(day + 1) * off];
            for (price, gained) in price[day * width..].iter_mut().zip(gained) {
                *price -= gained;
            }
        }
        let mut weekend = 0;
        for (part, &at) in self.parts.iter().zip(own) {
            let each = per_unit(part, at);
            match part.counted {
                Counted::Weekends => weekend = each,
                Counted::Counter(index) if each != 0 => {
                    let counter = &model.counters[index];
                    for day in counter.first..=counter.last.min(model.days - 1) {
                        for choice in 0..off {
                            price[day * width + choice] += each * counter.weight(day, choice);
                        }
                    }
                }
                Counted::Counter(_) => {}
            }
        }
        let (mut value, row, weekends) = self.walk(weekend, scratch)?;
        let mut missed = Vec::with_capacity(self.parts.len());
        for (part, &at) in self.parts.iter().zip(own) {
            let each = per_unit(part, at);
            let (units, least) = match part.counted {
                Counted::Counter(index) => {
                    let counter = &model.counters[index];
                    let cost = |units| SCALE * counter.cost_of_units(units);
                    let most = counter.max.min(counter.reach.max(counter.min));
                    let units = model.units(counter, &row);
                    (units, least(counter.min, most, units, each, cost))
                }
                Counted::Weekends => {
                    let most = model.weekends_max.map_or(model.days as i64, i64::from);
                    let cost = |units: i64| SCALE * model.weekends_cost(units as u64);
                    (weekends, least(0, most, weekends, each, cost))
                }
            };
            value += least.0;
            missed.push((units - least.1) as f64 / part.usual);
        }
        Some(Answer { value, row, missed })
    }

    /// Backward over states, then forward along the cheapest: cost, row and weekends worked. Within a weekend states come twice,
    /// with and without a day of it worked.
    fn walk(&self, weekend: i64, scratch: &mut Scratch) -> Option<(i64, Vec<u8>, i64)> {
        let model = self.model;
        let (width, states) = (model.off + 1, model.automaton.states());
        let Scratch {
            price,
            chosen,
            to_go: [fresh, worked],
        } = scratch;
        fresh.clear();
        fresh.resize((model.days + 1) * states, 0);
        worked.clear();
        worked.resize((model.days + 1) * states, 0);
        chosen.clear();
        chosen.resize(model.days * self.groups.len(), u8::MAX);
        for day in (0..model.days).rev() {
            let chosen = &mut chosen[day * self.groups.len()..(day + 1) * self.groups.len()];
            for (chosen, group) in chosen.iter_mut().zip(&self.groups) {
                *chosen = cheapest(
                    group & model.allowed[day],
                    &price[day * width..(day + 1) * width],
                );
            }
            let place = model.weekend_day[day];
            let again = model.weekend_day.get(day + 1) == Some(&Some(false));
            let (here, after) = fresh[day * states..].split_at_mut(states);
            let (here_worked, after_worked) = worked[day * states..].split_at_mut(states);
            // Whether the weekend has been worked matters only if it goes on.
            let after_worked = if again { &*after_worked } else { &*after };
            for state in 0..states {
                let (next, cost) = model.automaton.moves(day, state);
                let (mut least, mut least_worked) = (INFINITE, INFINITE);
                for &choice in chosen.iter().filter(|&&choice| choice != u8::MAX) {
                    let choice = usize::from(choice);
                    if next[choice] == FORBIDDEN {
                        continue;
                    }
                    let state = usize::from(next[choice]);
                    let step = cost[choice] * SCALE + price[day * width + choice];
                    let works = choice != model.off;
                    let (from_fresh, from_worked) = match place {
                        None => (after[state], after[state]),
                        Some(_) if works => (after_worked[state] + weekend, after_worked[state]),
                        Some(_) => (after[state], after_worked[state]),
                    };
                    least = least.min(step + from_fresh);
                    least_worked = least_worked.min(step + from_worked);
                }
                here[state] = least.min(INFINITE);
                here_worked[state] = least_worked.min(INFINITE);
            }
        }
        self.follow(weekend, scratch)
    }

    /// The cheapest path forward.
    fn follow(&self, weekend: i64, scratch: &Scratch) -> Option<(i64, Vec<u8>, i64)> {
        let model = self.model;
        let (width, states) = (model.off + 1, model.automaton.states());
        let [fresh, worked] = &scratch.to_go;
        let mut state = usize::from(model.automaton.start);
        let mut in_weekend =
            model.weekend_worked_before && model.weekend_day.first() == Some(&Some(false));
        let value = if in_weekend {
            worked[state]
        } else {
            fresh[state]
        };
        if value >= INFINITE / 2 {
            return None;
        }
        let (mut row, mut weekends) = (Vec::with_capacity(model.days), 0);
        for day in 0..model.days {
            let wanted = if in_weekend { worked } else { fresh }[day * states + state];
            let (next, cost) = model.automaton.moves(day, state);
            let chosen = &scratch.chosen[day * self.groups.len()..(day + 1) * self.groups.len()];
            let goes_on = model.weekend_day.get(day + 1) == Some(&Some(false));
            let (choice, begins) = chosen.iter().find_map(|&choice| {
                let at = usize::from(choice);
                if choice == u8::MAX || next[at] == FORBIDDEN {
                    return None;
                }
                let works = at != model.off;
                let begins = works && model.weekend_day[day].is_some() && !in_weekend;
                let inside = goes_on && (in_weekend || begins);
                let rest = if inside { worked } else { fresh };
                let sum = cost[at] * SCALE
                    + scratch.price[day * width + at]
                    + rest[(day + 1) * states + usize::from(next[at])]
                    + if begins { weekend } else { 0 };
                (sum == wanted).then_some((choice, begins))
            })?;
            weekends += i64::from(begins);
            in_weekend = goes_on && (in_weekend || begins);
            state = usize::from(next[usize::from(choice)]);
            row.push(choice);
        }
        Some((value, row, weekends))
    }
}

/// The cheapest of some choices; `u8::MAX` where there is none.
fn cheapest(mut choices: u64, price: &[i64]) -> u8 {
    let mut best = (INFINITE, u8::MAX);
    while choices != 0 {
        let choice = choices.trailing_zeros() as usize;
        choices &= choices - 1;
        if price[choice] < best.0 {
            best = (price[choice], choice as u8);
        }
    }
    best.1
}

/// The least of `cost(z) − each · z` over `min..=max`, `cost` being convex, and the z nearest to `units` that has it.
fn least(min: i64, max: i64, units: i64, each: i64, cost: impl Fn(i64) -> i64) -> (i64, i64) {
    let value = |z: i64| cost(z) - each * z;
    // The first z from which on one unit more costs at least, or more than, it brings.
    let first = |strictly: i64| {
        let (mut low, mut high) = (min, max.max(min));
        while low < high {
            let middle = low + (high - low) / 2;
            if value(middle + 1) - value(middle) >= strictly {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        low
    };
    let at = units.clamp(first(0), first(1));
    (value(at), at)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::expect_used)]

    use super::*;
    use crate::columns::stretch_prices;
    use crate::search::{Random, Search};
    use crate::{bound, nrp};

    /// Three people, two weeks and two kinds of shift; limits on minutes, runs, weekends and one kind of shift; requests.
    fn instance(seed: u64) -> String {
        let mut random = Random::new(seed);
        let mut text =
            "SECTION_HORIZON\n14\nSECTION_SHIFTS\nE,480,\nL,600,E\nSECTION_STAFF\n".to_owned();
        for person in ["A", "B", "C"] {
            let late_max = 2 + random.below(4);
            let minutes_min = 1920 + 480 * random.below(3);
            text += &format!("{person},E=14|L={late_max},4800,{minutes_min},5,2,2,1\n");
        }
        text += "SECTION_DAYS_OFF\nA,3\nSECTION_SHIFT_ON_REQUESTS\n";
        text += &format!("B,{},E,{}\n", random.below(14), 1 + random.below(3));
        text += "SECTION_SHIFT_OFF_REQUESTS\n";
        text += &format!("C,{},L,{}\n", random.below(14), 1 + random.below(3));
        text += "SECTION_COVER\n";
        for day in 0..14 {
            text += &format!(
                "{day},E,{},100,1\n{day},L,1,{},1\n",
                random.below(3),
                10 * (1 + random.below(9))
            );
        }
        text
    }

    fn ascent(
        compiled: &Compiled<'_>,
        rows: &[Row],
        rounds_max: usize,
        threads: usize,
    ) -> StretchPrices {
        let effort = Effort {
            rounds_max,
            seconds: f64::INFINITY,
            threads,
        };
        let starts = simple_prices(compiled, rows);
        prices(compiled, &starts, &effort, &mut |_| {
            ControlFlow::Continue(())
        })
        .expect("everybody has a path")
    }

    #[test]
    fn the_bound_lies_under_every_roster_and_near_the_linear_program() {
        for seed in 0..12 {
            let problem = nrp::read("weeks", &instance(seed)).expect("an instance");
            let compiled = Compiled::build(&problem, None);
            let mut search = Search::new(&compiled, seed);
            search.construct().expect("a roster");
            let roster = search.solution();
            let exact = bound::exact_among(&compiled, &roster, 60.0).expect("an optimum");
            let found = ascent(&compiled, &roster.rows, 1000, 1);
            assert!(round_up(found.floor) <= exact.value, "seed {seed}");
            let program = stretch_prices(&compiled, 60.0).expect("a program").floor;
            let behind = (program - found.floor) as f64 / program as f64;
            assert!(
                behind < 0.02,
                "seed {seed}: {} against {program}",
                found.floor
            );
        }
    }

    #[test]
    fn threads_change_nothing_and_more_steps_never_prove_less_than_none() {
        let problem = nrp::read("weeks", &instance(3)).expect("an instance");
        let compiled = Compiled::build(&problem, None);
        let mut search = Search::new(&compiled, 1);
        search.construct().expect("a roster");
        let rows = search.solution().rows;
        let (one, two) = (
            ascent(&compiled, &rows, 50, 1),
            ascent(&compiled, &rows, 50, 2),
        );
        assert_eq!((one.floor, &one.prices), (two.floor, &two.prices));
        assert!(ascent(&compiled, &rows, 0, 1).floor <= one.floor);
    }

    #[test]
    fn whoever_hears_of_the_bound_may_break_off() {
        let problem = nrp::read("weeks", &instance(5)).expect("an instance");
        let compiled = Compiled::build(&problem, None);
        let effort = Effort {
            rounds_max: 1000,
            seconds: f64::INFINITY,
            threads: 1,
        };
        let (mut heard, starts) = (0, [vec![0; compiled.wanted.len()]]);
        prices(&compiled, &starts, &effort, &mut |_| {
            heard += 1;
            if heard < 3 {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        });
        assert_eq!(heard, 3);
    }
}
