//! Days in a row of some sort beyond the stretch network: with `y_d` = 1 on days that count,
//!
//! - most `M`: over every `M + 1` days, `Σ y ≤ M`, or `Σ y − over ≤ M` where each day beyond is priced;
//! - fewest `m`: for every run of `L < m` days from s to e, `Σ_{s..e} y − y_{s−1} − y_{e+1} ≤ L − 1`, or `… ≤ L − 1 + short` at
//!   `m − L` times the price.
//!
//! Days before the horizon enter as the ones and noughts they are. Days off after nights `n_d`: for `j` up to the days owed,
//! `work_{d+j} + n_d − n_{d+1} ≤ 1`.

use good_lp::{Expression, constraint};

use crate::model::{Model, Payer, PeoplePart};
use crate::runs::RunRule;

pub(crate) fn rows(model: &mut Model<'_>, people: &PeoplePart) {
    for (person, rules) in model.compiled.people.iter().enumerate() {
        let counts = |choices: u64| -> Vec<Expression> {
            let day = |day: usize| counted(people, person, day, choices, rules.off);
            (0..rules.days).map(day).collect()
        };
        for rule in &rules.trackers.runs {
            let days = counts(rule.choices);
            most(model, person, rule, &days);
            fewest(model, person, rule, &days);
        }
        let Some(rest) = &rules.trackers.night_rest else {
            continue;
        };
        let nights = counts(rest.nights);
        let work = |day: usize| people.works(person, day);
        for day in 0..rules.days.min(rest.owed as usize) {
            model.row(constraint!(work(day) <= 0.0));
        }
        for day in -1..rules.days as i64 {
            let night = match usize::try_from(day) {
                Ok(day) => nights[day].clone(),
                Err(_) if rest.night_on_eve => 1.0.into(),
                Err(_) => continue,
            };
            let next = (day + 1) as usize;
            for later in (next..rules.days).take(rest.days as usize) {
                let ended = night.clone() - nights[next].clone();
                model.row(constraint!(work(later) + ended <= 1.0));
            }
        }
    }
}

/// 1 if a choice counts on the day, else 0.
fn counted(people: &PeoplePart, person: usize, day: usize, choices: u64, off: usize) -> Expression {
    let cells = people.shift[person][day].iter().enumerate();
    let shifts: Expression = cells
        .filter(|(shift, _)| choices >> shift & 1 == 1)
        .filter_map(|(_, cell)| *cell)
        .sum();
    if choices >> off & 1 == 1 {
        1.0 - people.works(person, day) + shifts
    } else {
        shifts
    }
}

fn most(model: &mut Model<'_>, person: usize, rule: &RunRule, days: &[Expression]) {
    let before = rule.before.unwrap_or(0) as usize;
    for (most, cost) in [(rule.max, None), (rule.wanted_max, Some(rule.cost))] {
        if most == u32::MAX {
            continue;
        }
        let most = most as usize;
        for last in 0..days.len() {
            let first = (last + 1).saturating_sub(most + 1);
            let earlier = (most + 1).saturating_sub(last + 1);
            if earlier > before {
                // A day before the horizon, or an unknown one, ends the run.
                continue;
            }
            let sum: Expression = days[first..=last].iter().cloned().sum();
            let room = (most - earlier) as f64;
            match cost {
                None => model.row(constraint!(sum <= room)),
                Some(cost) => {
                    let over = model.amount(1.0);
                    model.charge(Payer::Person(person), cost, over);
                    model.row(constraint!(sum - over <= room));
                }
            }
        }
    }
}

fn fewest(model: &mut Model<'_>, person: usize, rule: &RunRule, days: &[Expression]) {
    let before = rule.before.unwrap_or(0) as usize;
    let (hard, wanted) = (rule.min as usize, rule.wanted_min as usize);
    for first in 0..days.len() {
        if first == 0 && rule.before.is_none() {
            continue;
        }
        let carried = if first == 0 { before } else { 0 };
        for end in first..days.len() {
            let length = end - first + carried;
            if length >= hard.max(wanted) {
                break;
            }
            if length == 0 {
                continue;
            }
            let run: Expression = days[first..end].iter().cloned().sum();
            let mut alone = run - days[end].clone();
            if first > 0 {
                alone -= days[first - 1].clone();
            }
            let room = (end - first) as f64 - 1.0;
            if length < hard {
                model.row(constraint!(alone.clone() <= room));
            }
            if length < wanted {
                let short = model.amount(1.0);
                model.charge(
                    Payer::Person(person),
                    rule.cost * (wanted - length) as i64,
                    short,
                );
                model.row(constraint!(alone - short <= room));
            }
        }
    }
}
