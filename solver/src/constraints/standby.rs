//! People on a shift on call: `Σ_p x[p,d,s] + under ≥ wanted`, priced per person missing.

use good_lp::{Expression, constraint};

use crate::model::{Model, Payer, PeoplePart};

pub(crate) fn rows(model: &mut Model<'_>, people: &PeoplePart) {
    let team = &model.compiled.team;
    let shifts = model.compiled.off();
    for (cell, &(wanted, cost)) in team.standby.iter().enumerate() {
        if wanted == 0 || cost == 0 {
            continue;
        }
        let (day, shift) = (cell / shifts, cell % shifts);
        let there: Expression = people
            .shift
            .iter()
            .filter_map(|days| days[day][shift])
            .sum();
        let under = model.amount(wanted as f64);
        model.charge(Payer::Team, cost, under);
        model.row(constraint!(there + under >= wanted as f64));
    }
}
