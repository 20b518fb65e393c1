//! Most weekends worked: `Σ_w y_w ≤ limit`, where `y_w` is at least every stretch that touches the weekend (for weekends of up
//! to two days no two stretches touch the same one, so they may be summed).

use good_lp::{Expression, constraint};

use crate::model::{Model, PeoplePart};

pub(crate) fn rows(model: &mut Model<'_>, people: &PeoplePart) {
    for (person, rules) in model.compiled.people.iter().enumerate() {
        let Some(most) = rules.weekends_max else {
            continue;
        };
        let mut worked = Expression::default();
        for weekend in rules.weekends_counted() {
            let touched = model.whole(1.0);
            worked += touched;
            if weekend.len() <= 2 {
                let stretches: Expression = people.stretches[person]
                    .iter()
                    .filter(|s| s.first < weekend.end && weekend.start <= s.last)
                    .map(|s| s.variable)
                    .sum();
                model.row(constraint!(stretches <= touched));
            } else {
                for day in weekend {
                    model.row(constraint!(people.works(person, day) <= touched));
                }
            }
        }
        model.row(constraint!(worked <= f64::from(most)));
    }
}
