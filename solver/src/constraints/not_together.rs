//! Two people apart: for each shift s of the first and each day e near d, with `O` the shifts of the second on e that overlap s,
//! `x[first,d,s] + Σ_{O} x[second,e] − together[d] ≤ 1`, priced per day.

use good_lp::{Expression, constraint};

use crate::model::{Model, Payer, PeoplePart};

pub(crate) fn rows(model: &mut Model<'_>, people: &PeoplePart) {
    let compiled = model.compiled;
    let team = &compiled.team;
    for pair in &team.pairs {
        for day in 0..compiled.days() {
            let together = model.amount(1.0);
            model.charge(Payer::Team, pair.cost, together);
            for (shift, mine) in people.shift[pair.first][day].iter().enumerate() {
                let Some(mine) = mine else { continue };
                for near in team.near(day) {
                    let theirs: Expression = people.shift[pair.second][near]
                        .iter()
                        .enumerate()
                        .filter(|(other, _)| team.overlap(day, shift, near, *other))
                        .filter_map(|(_, cell)| *cell)
                        .sum();
                    model.row(constraint!(*mine + theirs - together <= 1.0));
                }
            }
        }
    }
}
