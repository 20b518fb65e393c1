//! `Σ_s x[d,s] = Σ_{stretches covering d} W`: one shift on a day of work, none on a day off.

use good_lp::constraint;

use crate::model::{Model, PeoplePart};

pub(crate) fn rows(model: &mut Model<'_>, people: &PeoplePart) {
    for (person, rules) in model.compiled.people.iter().enumerate() {
        for day in 0..rules.days {
            model.row(constraint!(
                people.works(person, day) == people.covering(person, day)
            ));
            if rules.allowed[day] >> rules.off & 1 == 0 {
                // Locked to work.
                model.row(constraint!(people.works(person, day) == 1.0));
            }
        }
    }
}
