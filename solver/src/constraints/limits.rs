//! Hard ranges of what is counted: minutes of the horizon and of each week, nights, most of a shift.

use good_lp::{Expression, constraint};

use crate::model::{Model, PeoplePart};
use crate::person::Counter;

pub(crate) fn rows(model: &mut Model<'_>, people: &PeoplePart) {
    for (person, rules) in model.compiled.people.iter().enumerate() {
        for counter in &rules.counters {
            if counter.min > 0 {
                model.row(constraint!(
                    counted(people, person, counter) >= counter.min as f64
                ));
            }
            if counter.max < counter.reach {
                model.row(constraint!(
                    counted(people, person, counter) <= counter.max as f64
                ));
            }
        }
    }
}

/// Counted units of a person: `Σ weight · x`.
pub(crate) fn counted(people: &PeoplePart, person: usize, counter: &Counter) -> Expression {
    let mut sum = Expression::default();
    for day in counter.first..=counter.last {
        for (shift, cell) in people.shift[person][day].iter().enumerate() {
            let weight = counter.weight(day, shift);
            if let (Some(cell), true) = (cell, weight != 0) {
                sum += weight as f64 * *cell;
            }
        }
    }
    sum
}
