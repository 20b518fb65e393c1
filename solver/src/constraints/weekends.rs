//! Most weekends worked: `Σ_w y_w ≤ limit` (hard) and `Σ_w y_w − over ≤ wanted` (priced), where `y_w` is the sum of the stretches that
//! touch the weekend: two cannot touch the same one of up to two days. Of a longer one `y_w` is a variable, at least every day. What a
//! weekend looks like inside, with `w_d` work on its day d: `broken ≥ |w_d − w_{d+1}|`, and for each pair of its days and each kind
//! k, `k on d + other kinds on e ≤ 1 + mixed`.

use std::collections::BTreeSet;

use good_lp::{Expression, constraint};

use crate::model::{Model, Payer, PeoplePart};
use crate::person::PersonModel;
use crate::runs::Place;

pub(crate) fn rows(model: &mut Model<'_>, people: &PeoplePart) {
    for (person, rules) in model.compiled.people.iter().enumerate() {
        inside(model, people, person, rules);
        if !rules.weekends_counted {
            continue;
        }
        let mut worked = Expression::default();
        for weekend in rules.weekends_counted() {
            if weekend.len() <= 2 {
                let stretches = people.stretches[person].iter();
                worked += stretches
                    .filter(|s| s.first < weekend.end && weekend.start <= s.last)
                    .map(|s| s.variable)
                    .sum::<Expression>();
            } else {
                let touched = model.count(1.0);
                worked += touched;
                for day in weekend {
                    model.row(constraint!(people.works(person, day) <= touched));
                }
            }
        }
        if let Some((wanted, cost)) = rules.weekends_priced() {
            let over = model.amount(rules.weekends_counted().len() as f64);
            model.charge(Payer::Person(person), cost, over);
            model.row(constraint!(worked.clone() - over <= wanted as f64));
        }
        if let Some(most) = rules.weekends_max {
            model.row(constraint!(worked <= f64::from(most)));
        }
    }
}

/// Weekends in whole and of one kind.
fn inside(model: &mut Model<'_>, people: &PeoplePart, person: usize, rules: &PersonModel) {
    let Some(rule) = &rules.trackers.weekend else {
        return;
    };
    let mut weekends: Vec<Vec<usize>> = Vec::new();
    for (day, place) in rules.trackers.places.iter().enumerate() {
        match (place, weekends.last_mut()) {
            (Place::Middle | Place::Last, Some(weekend)) => weekend.push(day),
            (Place::Weekday, _) => {}
            _ => weekends.push(vec![day]),
        }
    }
    for weekend in weekends {
        let mut work: Vec<Expression> = Vec::new();
        if weekend[0] == 0 && rule.worked_before {
            work.push(1.0.into());
        }
        work.extend(weekend.iter().map(|&day| people.works(person, day)));
        if rule.complete || rule.broken_cost > 0 {
            let most = if rule.complete { 0.0 } else { 1.0 };
            let broken = model.amount(most);
            model.charge(Payer::Person(person), rule.broken_cost, broken);
            for pair in work.windows(2) {
                let more = pair[0].clone() - pair[1].clone();
                model.row(constraint!(more.clone() <= broken));
                model.row(constraint!(-more <= broken));
            }
        }
        if rule.mixed_cost > 0 {
            let mixed = model.amount(1.0);
            model.charge(Payer::Person(person), rule.mixed_cost, mixed);
            let on = |day: usize, of: &dyn Fn(u8) -> bool| -> Expression {
                let cells = people.shift[person][day].iter().enumerate();
                cells
                    .filter(|(shift, _)| of(rule.kinds[*shift]))
                    .filter_map(|(_, cell)| *cell)
                    .sum()
            };
            for (at, &early) in weekend.iter().enumerate() {
                for &late in &weekend[at + 1..] {
                    for kind in rule.kinds.iter().copied().collect::<BTreeSet<u8>>() {
                        let two = on(early, &|k| k == kind) + on(late, &|k| k != kind);
                        model.row(constraint!(two - mixed <= 1.0));
                    }
                }
            }
        }
    }
}
