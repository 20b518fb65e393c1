//! Convex costs of totals: minutes away from contract (over and under), and units above a fair share, where the n-th unit costs
//! n times the first (one variable per unit, or per hour of minutes, the cheap ones fill first); days worked outside a range.

use good_lp::{Expression, constraint};

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
                    over: over_cost,
                    under: under_cost,
                } => {
                    let wanted = target - carried;
                    let most = (wanted.abs() + counter.reach * counter.unit) as f64;
                    let (over, under) = (model.amount(most), model.amount(most));
                    model.row(constraint!(total - over + under == wanted as f64));
                    model.charge(per_unit + over_cost, over);
                    model.charge(per_unit + under_cost, under);
                }
                CounterCost::Range {
                    carried,
                    min,
                    max,
                    per_unit,
                } => {
                    let above = (counter.reach * counter.unit + carried).saturating_sub(max);
                    let outside = model.amount(above.max(min - carried).max(0) as f64);
                    model.charge(per_unit, outside);
                    if max < counter.reach + carried {
                        let least = total.clone() - outside;
                        model.row(constraint!(least <= (max - carried) as f64));
                    }
                    if min > carried {
                        model.row(constraint!(total + outside >= (min - carried) as f64));
                    }
                }
                CounterCost::Hours {
                    carried,
                    share,
                    per_unit,
                } => {
                    let mut room = (share - carried).max(0);
                    let mut below = (carried - share).max(0);
                    let free = room;
                    let mut above = Expression::default();
                    while room < counter.reach * counter.unit {
                        let (hour, filled) = (below / 60, below % 60);
                        let minutes = model.amount((60 - filled) as f64);
                        above += minutes;
                        model.charge(per_unit.saturating_mul(hour + 1), minutes);
                        room += 60 - filled;
                        below += 60 - filled;
                    }
                    model.row(constraint!(total - above <= free as f64));
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
                        let step = model.amount(1.0);
                        above += step;
                        model.charge(per_unit.saturating_mul(above_before + unit), step);
                    }
                    model.row(constraint!(total - above <= free as f64));
                }
            }
        }
    }
}
