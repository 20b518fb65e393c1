//! Shift-type cover: `Σ_g N[d,s,g] + under − over = wanted`, under and over priced per person. Counts are whole, so under and over
//! need not be said to be.

use good_lp::{Expression, constraint};

use crate::model::{DayPart, Model};

pub(crate) fn rows(model: &mut Model<'_>, part: &DayPart) {
    for (shift, classes) in part.count.iter().enumerate() {
        let wanted = model.compiled.wanted[part.day * model.compiled.off() + shift];
        if wanted.under == 0 && wanted.over == 0 {
            continue;
        }
        let heads: Expression = classes.iter().flatten().sum();
        let (under, over) = (model.amount(), model.amount());
        model.charge(wanted.under, under);
        model.charge(wanted.over, over);
        model.row(constraint!(
            heads + under - over == f64::from(wanted.people)
        ));
    }
}
