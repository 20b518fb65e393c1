//! Convex costs of totals (minutes away from contract, units above a fair share, days worked outside a range), as they are at the
//! whole units that can be counted and straight between them: `Σ weight · x = Σ piece`, a piece per slope, the cheap ones fill first.
//! Half a shift away from contract costs what the nearest whole numbers of shifts do, never nothing.

use good_lp::{Expression, constraint};

use super::limits::counted;
use crate::model::{Model, Payer, PeoplePart, Totals};
use crate::person::{Counter, CounterCost};

pub(crate) fn rows(model: &mut Model<'_>, people: &PeoplePart) {
    for (person, rules) in model.compiled.people.iter().enumerate() {
        for counter in &rules.counters {
            if counter.cost == CounterCost::None {
                continue;
            }
            let payer = Payer::Person(person);
            model.charge(payer, counter.cost.of(0), 1.0);
            let step = match model.totals {
                Totals::Whole => counter.unit,
                Totals::Straight => 1,
            };
            let mut total = Expression::default();
            for (cost, steps) in pieces(counter, step) {
                let piece = model.amount(steps as f64);
                model.charge(payer, cost, piece);
                total += step as f64 * piece;
            }
            let worked = counted(people, person, counter) * counter.unit as f64;
            model.row(constraint!(worked - total == 0.0));
        }
    }
}

/// What a further step costs, and how many steps cost that, from none to all that allowed choices can add up to.
fn pieces(counter: &Counter, step: i64) -> Vec<(i64, i64)> {
    let mut pieces: Vec<(i64, i64)> = Vec::new();
    for end in 1..=counter.reach * counter.unit / step {
        let cost = counter.cost.of(end * step) - counter.cost.of((end - 1) * step);
        match pieces.last_mut() {
            Some((before, steps)) if *before == cost => *steps += 1,
            _ => pieces.push((cost, 1)),
        }
    }
    pieces
}
