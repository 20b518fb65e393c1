//! Money: `Σ amount · x − over ≤ limit`, priced per unit beyond.

use good_lp::{Expression, constraint};

use crate::model::{Model, Payer, PeoplePart};

pub(crate) fn rows(model: &mut Model<'_>, people: &PeoplePart) {
    let team = &model.compiled.team;
    let Some((limit, cost)) = team.budget else {
        return;
    };
    let (mut spent, mut most) = (Expression::default(), -limit.min(0));
    for (person, days) in people.shift.iter().enumerate() {
        for (shift, cell) in days.iter().flat_map(|day| day.iter().enumerate()) {
            let amount = team.amount(person, shift);
            if let (Some(cell), true) = (cell, amount != 0) {
                spent += amount as f64 * *cell;
                most += amount.max(0);
            }
        }
    }
    let over = model.amount(most as f64);
    model.charge(Payer::Team, cost, over);
    model.row(constraint!(spent - over <= limit as f64));
}
