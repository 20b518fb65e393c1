//! The stretch network: one path per person from the eve of the horizon to its end, alternating stretches of work `W[a..b]` of
//! legal length with rests of legal length. Isolated days are single arcs, so their cost is exact.
//!
//! Nodes: *start* `S[d]` (work begins on day d, rested enough), *end* `E[d]` (work ended on the eve of day d), *rested* `H[d]`
//! (off up to the eve of day d, long enough to start work or to stay off), and the end of the horizon.

use good_lp::{Expression, Variable, constraint};

use crate::model::{Model, Payer, PeoplePart, Stretch};
use crate::person::Eve;

/// Flow in and out of the nodes of one person.
struct Network {
    start: Vec<Expression>,
    end: Vec<Expression>,
    rested: Vec<Expression>,
    source: Expression,
}

pub(crate) fn rows(model: &mut Model<'_>, people: &mut PeoplePart) {
    for person in 0..model.compiled.people.len() {
        let stretches = network(model, person);
        people.stretches.push(stretches);
    }
}

fn network(model: &mut Model<'_>, person: usize) -> Vec<Stretch> {
    let rules = &model.compiled.people[person];
    let days = rules.days;
    let empty = || vec![Expression::default(); days + 1];
    let mut net = Network {
        start: empty(),
        end: empty(),
        rested: empty(),
        source: Expression::default(),
    };
    let off = |day: usize| rules.allowed[day] >> rules.off & 1 == 1;
    let mut stretches = Vec::new();

    for first in 0..days {
        let mut last = first;
        while last < days && rules.allowed[last] & !(1 << rules.off) != 0 {
            let length = last - first + 1;
            if rules.work_max.is_some_and(|max| length > max) {
                break;
            }
            if length >= rules.work_min || last + 1 == days {
                let arc = stretch(model, person, &mut net, &mut stretches, first, last);
                net.start[first] -= arc;
            }
            last += 1;
        }
    }
    from_the_eve(model, person, &mut net, &mut stretches);

    // Rests. Shorter than `long` they are single arcs; from `long` on a person may stay off or start at will.
    let long = rules.off_min.max(2);
    for first in 0..days {
        for length in 1..=long {
            let last = first + length - 1;
            if last >= days || !(first..=last).all(off) {
                break;
            }
            if length == long {
                let arc = model.amount(1.0);
                net.end[first] -= arc;
                net.rested[first + long] += arc;
            } else if length >= rules.off_min && last + 1 < days {
                let arc = model.amount(1.0);
                net.end[first] -= arc;
                net.start[first + length] += arc;
                if length == 1 {
                    model.charge(Payer::Person(person), rules.isolated_day_off, arc);
                }
            } else if last + 1 == days {
                // The end of the horizon cuts the rest short; nothing is owed.
                let arc = model.amount(1.0);
                net.end[first] -= arc;
            }
        }
    }
    for day in 1..days {
        let begin = model.amount(1.0);
        net.rested[day] -= begin;
        net.start[day] += begin;
        if off(day) {
            let stay = model.amount(1.0);
            net.rested[day] -= stay;
            net.rested[day + 1] += stay;
        }
    }

    let Network {
        start,
        end,
        rested,
        source,
    } = net;
    model.row(constraint!(source == 1.0));
    // Nothing flows on from the last node of each kind: it is the end of the horizon.
    for nodes in [start, end, rested] {
        for node in nodes.into_iter().take(days) {
            model.row(constraint!(node == 0.0));
        }
    }
    stretches
}

/// A stretch arc into the end node after it; the caller takes it out of where it comes from.
fn stretch(
    model: &mut Model<'_>,
    person: usize,
    net: &mut Network,
    stretches: &mut Vec<Stretch>,
    first: usize,
    last: usize,
) -> Variable {
    let rules = &model.compiled.people[person];
    let arc = model.amount(1.0);
    net.end[last + 1] += arc;
    let known_before = first > 0 || matches!(rules.eve_run(), Eve::Off(_));
    if first == last && known_before && last + 1 < rules.days {
        model.charge(Payer::Person(person), rules.isolated_day_on, arc);
    }
    stretches.push(Stretch {
        first,
        last,
        variable: arc,
    });
    arc
}

/// What the past allows on day 0.
fn from_the_eve(
    model: &mut Model<'_>,
    person: usize,
    net: &mut Network,
    stretches: &mut Vec<Stretch>,
) {
    let rules = &model.compiled.people[person];
    let days = rules.days;
    let off = |day: usize| rules.allowed[day] >> rules.off & 1 == 1;
    let works = |day: usize| rules.allowed[day] & !(1 << rules.off) != 0;
    let eve = rules.eve_run();
    // Work that goes on from, or begins without knowing, the eve.
    let before = match eve {
        Eve::Worked(days) => Some(days),
        Eve::Unknown => Some(0),
        Eve::Off(_) => None,
    };
    if let Some(before) = before {
        for last in 0..days {
            let length = before + last + 1;
            if !works(last) || rules.work_max.is_some_and(|max| length > max) {
                break;
            }
            if length >= rules.work_min || last + 1 == days || eve == Eve::Unknown {
                let arc = stretch(model, person, net, stretches, 0, last);
                net.source += arc;
            }
        }
    }
    match eve {
        Eve::Worked(before) if before >= rules.work_min => {
            let arc = model.amount(1.0);
            net.source += arc;
            net.end[0] += arc;
        }
        Eve::Worked(_) => {}
        Eve::Off(before) => {
            if before >= rules.off_min {
                let arc = model.amount(1.0);
                net.source += arc;
                net.start[0] += arc;
            }
            let length = rules.off_min.saturating_sub(before).max(1).min(days);
            if (0..length).all(off) {
                let arc = model.amount(1.0);
                net.source += arc;
                net.rested[length] += arc;
            }
        }
        Eve::Unknown => {
            if off(0) {
                let arc = model.amount(1.0);
                net.source += arc;
                net.rested[1.min(days)] += arc;
            }
        }
    }
}
