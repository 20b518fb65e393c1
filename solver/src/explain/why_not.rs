//! "Why not this person on Friday?": it is forced, the neighbourhood answers, and the costs that rise are the reason; or no row
//! allows it, and the facts that forbid it are.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::blocking::Ask;
use super::comparison::{Comparison, of_solutions};
use super::neighbourhood::Neighbourhood;
use super::{Asked, fault, read, sound};
use crate::facts::{self, Binding};
use crate::paths::Paths;
use crate::plan::{Fact, Roster, Words};
use crate::problem::{PersonId, Problem};
use crate::search::Compiled;
use crate::solve::SolveError;
use crate::words;

/// How many of the others may answer.
const OTHERS_MAX: usize = 4;
/// The others' rows may change so many days around the day.
const WINDOW_DAYS: usize = 7;

/// The question and its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WhyNot {
    /// Who.
    pub person: PersonId,
    /// Day index.
    pub day: usize,
    /// What is asked of them.
    pub asked: Asked,
    /// The answer.
    pub answer: Answer,
    /// The answer, line by line.
    pub words: Vec<Words>,
}

/// Why not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// It is so already.
    AlreadySo,
    /// The shift is not offered on that day.
    NotOffered,
    /// No row of this person allows it.
    Forbidden {
        /// A smallest set of facts that together forbid it. Empty where only cells of other days, taken together, do.
        conflict: Vec<Fact>,
        /// Facts that allow it when freed alone, cheapest first.
        ways: Vec<Way>,
    },
    /// It can be done: this is what changes.
    Possible(Box<Comparison>),
}

/// A fact that, freed alone, allows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Way {
    /// The fact.
    pub fact: Fact,
    /// Change of the objective when this person's row is chosen anew, everybody else as they are.
    pub cost_change: i64,
    /// In words.
    pub words: Words,
}

/// Why does this person not do what is asked on that day?
pub fn why_not(
    problem: &Problem,
    roster: &Roster,
    person: &PersonId,
    day: usize,
    asked: &Asked,
) -> Result<WhyNot, SolveError> {
    sound(problem)?;
    let Some(index) = problem.person_index(person) else {
        return Err(fault("person", format!("unknown person {person}")));
    };
    if day >= problem.days.len() {
        return Err(fault("day", format!("day {day} is outside the horizon")));
    }
    let off = problem.shifts.len();
    let shift = match asked {
        Asked::Work => None,
        Asked::Off => Some(off),
        Asked::Shift(id) => Some(
            problem
                .shift_index(id)
                .ok_or_else(|| fault("shift", format!("unknown shift {id}")))?,
        ),
    };
    let wanted: u64 = match shift {
        Some(choice) => 1 << choice,
        None => (1 << off) - 1,
    };
    let mut paths = Paths::default();
    let mut bindings: Vec<Binding> = (0..problem.people.len())
        .map(|person| Binding::of(problem, person))
        .collect();
    bindings[index] = facts::resolve(problem, index, &mut paths).0;
    let compiled = Compiled::build(problem, Some(&bindings));
    let before = read(&compiled, roster)?;
    let offered = |choice: usize| {
        let days = problem.shifts.get(choice).and_then(|s| s.days.as_ref());
        days.is_none_or(|days| days.contains(&day))
    };
    let answer = if wanted >> before.rows[index][day] & 1 == 1 {
        Answer::AlreadySo
    } else if !(0..=off).any(|choice| wanted >> choice & 1 == 1 && offered(choice)) {
        Answer::NotOffered
    } else {
        let ask = Ask {
            compiled: &compiled,
            person: index,
            binding: &bindings[index],
            day,
            wanted,
        };
        let model = &compiled.people[index];
        let mut near = Neighbourhood::new(&compiled, &before);
        // Who could do better before the question is not asked to answer it: that would be another question's gain.
        let mut may = near.content();
        let mask = ask.mask(model);
        let forced = if may[index] {
            near.nearest_answer(index, model, &mask, day, None)
        } else {
            near.narrowest_answer(index, model, &mask, day)
        };
        may[index] = false;
        match forced {
            Some((row, _)) => {
                near.put(index, &row);
                let last = (day + WINDOW_DAYS + 1).min(compiled.days());
                let window = day.saturating_sub(WINDOW_DAYS)..last;
                near.others_answer(&may, day, &window, OTHERS_MAX);
                let after = near.settled();
                Answer::Possible(Box::new(of_solutions(&compiled, &before, &after)))
            }
            None => Answer::Forbidden {
                conflict: ask.smallest(&mut paths),
                ways: ways(&ask, &mut near),
            },
        }
    };
    let words = in_words(problem, index, day, asked, &answer);
    Ok(WhyNot {
        person: person.clone(),
        day,
        asked: asked.clone(),
        answer,
        words,
    })
}

/// Single facts that allow it when freed: of the day, rules, then cells of the days beside.
fn ways(ask: &Ask<'_>, near: &mut Neighbourhood<'_>) -> Vec<Way> {
    let mut facts = ask.candidates();
    let last = (ask.day + 2).min(ask.compiled.days() - 1);
    for beside in (ask.day.saturating_sub(2)..=last).filter(|day| *day != ask.day) {
        facts.extend(ask.binding.cells_as_facts(Some(beside)));
    }
    let mut ways: Vec<Way> = Vec::new();
    for fact in facts {
        if ways.iter().any(|way| way.fact == fact) {
            continue;
        }
        let model = ask.model(&ask.binding.freed(&fact));
        let mask = ask.mask(&model);
        if let Some((_, cost_change)) = near.answer(ask.person, &model, &mask, None) {
            let words = words::fact(ask.compiled.problem, &fact);
            ways.push(Way {
                fact,
                cost_change,
                words,
            });
        }
    }
    ways.sort_by(|a, b| (a.cost_change, &a.fact).cmp(&(b.cost_change, &b.fact)));
    ways
}

fn in_words(
    problem: &Problem,
    person: usize,
    day: usize,
    asked: &Asked,
    answer: &Answer,
) -> Vec<Words> {
    let (who, date) = (
        problem.people[person].name.as_str(),
        words::date(problem, day),
    );
    let what = match asked {
        Asked::Work => Words {
            zh: "上班".into(),
            en: "work".into(),
        },
        Asked::Off => words::cell(problem, None),
        Asked::Shift(id) => words::cell(problem, Some(id)),
    };
    let head = |zh: &str, en: &str| Words {
        zh: format!("{who} {date} {}:{zh}", what.zh),
        en: format!("{who} on {date}, {}: {en}", what.en),
    };
    match answer {
        Answer::AlreadySo => vec![head("已经如此", "it is so already")],
        Answer::NotOffered => vec![head(
            "当天没有这个班次",
            "the shift is not offered that day",
        )],
        Answer::Forbidden { conflict, ways } => {
            let mut lines = vec![head("不可排,因为", "not allowed, because of")];
            if conflict.is_empty() {
                lines.push(Words {
                    zh: "相邻日期已定的班次合起来不允许".into(),
                    en: "what is decided on the days beside, taken together".into(),
                });
            }
            lines.extend(conflict.iter().map(|fact| words::fact(problem, fact)));
            lines.extend(ways.iter().map(|way| Words {
                zh: format!(
                    "放开这一项即可排:{}(成本{:+})",
                    way.words.zh, way.cost_change
                ),
                en: format!(
                    "freeing this alone allows it: {} (cost {:+})",
                    way.words.en, way.cost_change
                ),
            }));
            lines
        }
        Answer::Possible(comparison) => {
            let change = comparison.objective_after - comparison.objective_before;
            let first = if change > 0 {
                head(
                    &format!("可以排,但总成本增加{change}"),
                    &format!("possible, but all costs rise by {change}"),
                )
            } else {
                head(
                    &format!("可以排,总成本变化{change}"),
                    &format!("possible; all costs change by {change}"),
                )
            };
            let mut lines = vec![first];
            lines.extend(comparison.words.iter().cloned());
            lines
        }
    }
}
