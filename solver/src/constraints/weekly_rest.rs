//! One day off in every week that asks for it: `Σ_{d in week} Σ_s x[d,s] ≤ days of the week − 1`.

use good_lp::{Expression, constraint};

use crate::model::{Model, PeoplePart};

pub(crate) fn rows(model: &mut Model<'_>, people: &PeoplePart) {
    for (person, rules) in model.compiled.people.iter().enumerate() {
        for week in rules.weeks_with_rest_due() {
            let worked: Expression = week.clone().map(|day| people.works(person, day)).sum();
            model.row(constraint!(worked <= week.len() as f64 - 1.0));
        }
    }
}
