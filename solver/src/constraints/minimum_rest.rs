//! Rest between shifts and forbidden successions. For each shift `s` with the set `F` of shifts that may not follow it, all
//! shifts that bar all of `F` join it in a clique: `Σ x[d,those] + Σ x[d+1,F] ≤ Σ W covering d or d+1`.

use good_lp::{Expression, constraint};

use crate::model::{Model, PeoplePart};

pub(crate) fn rows(model: &mut Model<'_>, people: &PeoplePart) {
    let shifts = model.compiled.off();
    for (person, rules) in model.compiled.people.iter().enumerate() {
        for gap in 1..=rules.succession_reach() {
            let barred: Vec<u64> = (0..shifts).map(|s| rules.barred_after(s, gap)).collect();
            let mut sets: Vec<u64> = barred.iter().copied().filter(|set| *set != 0).collect();
            sets.sort_unstable();
            sets.dedup();
            for set in sets {
                for day in 0..rules.days.saturating_sub(gap) {
                    let early: Expression = (0..shifts)
                        .filter(|s| barred[*s] & set == set)
                        .filter_map(|s| people.shift[person][day][s])
                        .sum();
                    let late: Expression = (0..shifts)
                        .filter(|s| set >> s & 1 == 1)
                        .filter_map(|s| people.shift[person][day + gap][s])
                        .sum();
                    if gap == 1 {
                        let either: Expression = people.stretches[person]
                            .iter()
                            .filter(|s| s.first <= day + 1 && day <= s.last)
                            .map(|s| s.variable)
                            .sum();
                        model.row(constraint!(early + late <= either));
                    } else {
                        model.row(constraint!(early + late <= 1.0));
                    }
                }
            }
        }
    }
}
