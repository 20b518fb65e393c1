//! Shift-type cover: `Σ_g N[d,s,g] + under − over = wanted`, under and over priced per person, and where a minimum is asked for
//! `Σ_g N[d,s,g] + below ≥ minimum`, below priced beside under. Counts are whole, so the three need not be said to be.

use good_lp::{Expression, constraint};

use crate::model::{DayPart, Model, Payer};

pub(crate) fn rows(model: &mut Model<'_>, part: &DayPart) {
    for (shift, classes) in part.count.iter().enumerate() {
        let wanted = model.compiled.wanted[part.day * model.compiled.off() + shift];
        if wanted.is_free() {
            continue;
        }
        let heads: Expression = classes.iter().flatten().sum();
        if wanted.has_minimum() {
            let below = model.amount(f64::from(wanted.minimum));
            model.charge(Payer::Day(part.day), wanted.under_minimum, below);
            model.row(constraint!(
                heads.clone() + below >= f64::from(wanted.minimum)
            ));
        }
        let under = model.amount(f64::from(wanted.people));
        let over = model.amount(model.compiled.people.len() as f64);
        model.charge(Payer::Day(part.day), wanted.under, under);
        model.charge(Payer::Day(part.day), wanted.over, over);
        model.row(constraint!(
            heads + under - over == f64::from(wanted.people)
        ));
    }
}
