//! What belongs to a single cell: requests not met, split shifts, changes from the published roster. Being off costs what it
//! costs, and every shift the difference to it.

use crate::model::{Model, Payer, PeoplePart};

pub(crate) fn charge(model: &mut Model<'_>, people: &PeoplePart) {
    for (person, rules) in model.compiled.people.iter().enumerate() {
        for day in 0..rules.days {
            let cell = |choice: usize| rules.choice_cost[day * (rules.off + 1) + choice];
            let off = cell(rules.off);
            model.charge(Payer::Person(person), off, 1.0);
            for (shift, variable) in people.shift[person][day].iter().enumerate() {
                if let Some(variable) = variable {
                    model.charge(Payer::Person(person), cell(shift) - off, *variable);
                }
            }
        }
    }
}
