//! Convex costs of totals: minutes away from contract (over and under), and units above a fair share, where the n-th unit costs
//! n times the first (one variable per unit, the cheap ones fill first).

use good_lp::{Expression, constraint, variable};

use super::limits::counted;
use crate::model::{Model, PeoplePart};
use crate::person::CounterCost;

pub(crate) fn rows(model: &mut Model<'_>, people: &PeoplePart) {
    for (person, rules) in model.compiled.people.iter().enumerate() {
        for counter in &rules.counters {
            let total = counted(people, person, counter) * counter.unit as f64;
            match counter.cost {
                CounterCost::None => {}
                CounterCost::Deviation {
                    carried,
                    target,
                    per_unit,
                } => {
                    let (over, under) = (model.amount(), model.amount());
                    model.row(constraint!(
                        total - over + under == (target - carried) as f64
                    ));
                    model.charge(per_unit, over + under);
                }
                CounterCost::Excess {
                    carried,
                    share,
                    per_unit,
                } => {
                    let above_before = (carried - share).max(0);
                    let free = (share - carried).max(0);
                    let mut above = Expression::default();
                    for unit in 1..=(counter.reach * counter.unit - free).max(0) {
                        let step = model.program.add(variable().min(0.0).max(1.0));
                        above += step;
                        model.charge(per_unit.saturating_mul(above_before + unit), step);
                    }
                    model.row(constraint!(total - above <= free as f64));
                }
            }
        }
    }
}
