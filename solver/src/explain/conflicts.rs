//! Why people are missing, as the smallest set of facts that together cause it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::blocking::Ask;
use super::neighbourhood::Neighbourhood;
use super::shortfalls::{Presence, covering, presence, serves};
use super::{Stretch, read, sound};
use crate::costs;
use crate::facts::{self, Binding};
use crate::paths::Paths;
use crate::plan::{Fact, FactKind, Roster, Shortfall, Tier, Words};
use crate::problem::{CostTerm, PersonId, Problem};
use crate::search::{Compiled, Solution};
use crate::solve::SolveError;
use crate::words;

/// How many of the others may answer when a repair is tried.
const OTHERS_MAX: usize = 4;

/// Why one stretch is short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Conflict {
    /// What is short.
    pub stretch: Stretch,
    /// The smallest set of facts that keep people from it: one set for everybody who would have to come.
    pub facts: Vec<Blocking>,
    /// At a meal when it begins.
    pub at_meal: Vec<PersonId>,
    /// Could come by every rule, but the roster needs (or wants) them more elsewhere.
    pub wanted_elsewhere: Vec<PersonId>,
    /// Could come, and the roster would be cheaper: nobody has asked them yet.
    pub could_come: Vec<PersonId>,
    /// In words.
    pub words: Words,
}

/// A fact of a conflict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Blocking {
    /// The fact.
    pub fact: Fact,
    /// Freeing it alone repairs the stretch: a roster without the stretch, and with fewer person-minutes under the minimum
    /// over all, was found. `false` says that none was found.
    pub repairs: bool,
    /// In words.
    pub words: Words,
}

/// The conflict behind each of the first `most` stretches under the minimum (a group's, a shift's), by time.
pub fn conflicts(
    problem: &Problem,
    roster: &Roster,
    most: usize,
) -> Result<Vec<Conflict>, SolveError> {
    asked(problem, roster, most, None)
}

/// The same of one day.
pub fn conflicts_of_day(
    problem: &Problem,
    roster: &Roster,
    day: usize,
) -> Result<Vec<Conflict>, SolveError> {
    asked(problem, roster, usize::MAX, Some(day))
}

fn asked(
    problem: &Problem,
    roster: &Roster,
    most: usize,
    day: Option<usize>,
) -> Result<Vec<Conflict>, SolveError> {
    sound(problem)?;
    let mut paths = Paths::default();
    let bindings: Vec<Binding> = (0..problem.people.len())
        .map(|person| facts::resolve(problem, person, &mut paths).0)
        .collect();
    let compiled = Compiled::build(problem, Some(&bindings));
    let solution = read(&compiled, roster)?;
    let mut question = Question {
        compiled: &compiled,
        bindings: &bindings,
        solution: &solution,
        under: under(&compiled, &solution),
        paths,
    };
    let shortfalls = costs::shortfalls(&compiled, &solution);
    let short = shortfalls
        .iter()
        .filter(|s| s.tier != Tier::Target && day.is_none_or(|day| s.day == day));
    Ok(short.take(most).map(|s| question.conflict(s)).collect())
}

/// Costs of what must not be short.
fn under(compiled: &Compiled<'_>, solution: &Solution) -> i64 {
    let by_term = costs::table(compiled, solution).0.by_term;
    let terms = [
        CostTerm::UnderMinimum,
        CostTerm::UnderGroup,
        CostTerm::UnderShift,
        CostTerm::UnderStandby,
    ];
    terms.iter().filter_map(|term| by_term.get(term)).sum()
}

struct Question<'a> {
    compiled: &'a Compiled<'a>,
    bindings: &'a [Binding],
    solution: &'a Solution,
    under: i64,
    paths: Paths,
}

impl Question<'_> {
    fn conflict(&mut self, short: &Shortfall) -> Conflict {
        let problem = self.compiled.problem;
        let wanted = covering(self.compiled, short, short.day);
        let mut conflict = Conflict {
            stretch: short.into(),
            facts: Vec::new(),
            at_meal: Vec::new(),
            wanted_elsewhere: Vec::new(),
            could_come: Vec::new(),
            words: Words::default(),
        };
        let mut members = 0;
        for person in 0..problem.people.len() {
            if !serves(self.compiled, person, short) {
                continue;
            }
            members += 1;
            let id = &problem.people[person].id;
            match presence(self.compiled, self.solution, person, short) {
                Presence::OnPost => {}
                Presence::Meal => conflict.at_meal.push(id.clone()),
                Presence::Away if wanted == 0 => {}
                Presence::Away => self.away(person, short, wanted, &mut conflict),
            }
        }
        conflict.words = in_words(problem, &conflict, members, wanted == 0);
        conflict
    }

    /// Somebody who is not there: by which facts, or by whose wish?
    fn away(&mut self, person: usize, short: &Shortfall, wanted: u64, conflict: &mut Conflict) {
        let (problem, binding) = (self.compiled.problem, &self.bindings[person]);
        let ask = Ask {
            compiled: self.compiled,
            person,
            binding,
            day: short.day,
            wanted,
        };
        if ask.possible(binding, &mut self.paths) {
            let model = &self.compiled.people[person];
            let mut near = Neighbourhood::new(self.compiled, self.solution);
            let change = near.answer(person, model, &ask.mask(model), None);
            let list = if change.is_some_and(|(_, change)| change < 0) {
                &mut conflict.could_come
            } else {
                &mut conflict.wanted_elsewhere
            };
            list.push(problem.people[person].id.clone());
            return;
        }
        let smallest = ask.smallest(&mut self.paths);
        let alone = smallest.len() == 1;
        for fact in smallest {
            let repairs = alone && short.missing == 1 && self.repairs(&ask, &fact, short);
            let mut words = words::fact(problem, &fact);
            if fact.kind == FactKind::Rest
                && let Some(against) = self.against(person, short)
            {
                words.zh.push_str(&against.zh);
                words.en.push_str(&against.en);
            }
            conflict.facts.push(Blocking {
                fact,
                repairs,
                words,
            });
        }
    }

    /// The neighbouring shift that a rest is kept against.
    fn against(&self, person: usize, short: &Shortfall) -> Option<Words> {
        let problem = self.compiled.problem;
        let near = [short.day.checked_sub(1), Some(short.day + 1)];
        let (day, shift) = near.into_iter().flatten().find_map(|day| {
            let cells = &self.bindings[person].person.fixed;
            let shift = cells.iter().find(|cell| cell.day == day)?.shift.as_ref()?;
            Some((day, shift))
        })?;
        let (date, shift) = (
            words::date(problem, day),
            words::cell(problem, Some(shift)).zh,
        );
        Some(Words {
            zh: format!("({date}锁定{shift})"),
            en: format!(" (locked to {shift} on {date})"),
        })
    }

    /// With this one fact freed: is there a roster in which the stretch is served, and less is missing over all?
    fn repairs(&mut self, ask: &Ask<'_>, fact: &Fact, short: &Shortfall) -> bool {
        let model = ask.model(&ask.binding.freed(fact));
        let mut mask = ask.mask(&model);
        // Whoever comes must be there for all of it.
        let shifts = &self.compiled.problem.shifts;
        let whole = |choice: &usize| {
            short.shift.as_ref() == Some(&shifts[*choice].id)
                || shifts[*choice].segments.iter().any(|segment| {
                    segment.start_minute <= short.start_minute
                        && short.end_minute <= segment.end_minute
                })
        };
        mask[short.day] &= (0..shifts.len())
            .filter(whole)
            .fold(0, |mask, choice| mask | 1 << choice);
        if mask[short.day] == 0 {
            return false;
        }
        let mut near = Neighbourhood::new(self.compiled, self.solution);
        let Some((row, _)) = near.nearest_answer(ask.person, &model, &mask, ask.day, None) else {
            return false;
        };
        near.put(ask.person, &row);
        let mut may = vec![true; self.compiled.people.len()];
        may[ask.person] = false;
        let days = self.compiled.days();
        near.others_answer(&may, ask.day, &(0..days), OTHERS_MAX);
        let after = near.settled();
        let still = costs::shortfalls(self.compiled, &after)
            .iter()
            .any(|other| {
                (other.tier, &other.skill, &other.group, &other.shift)
                    == (short.tier, &short.skill, &short.group, &short.shift)
                    && other.day == short.day
                    && other.start_minute < short.end_minute
                    && short.start_minute < other.end_minute
            });
        !still && under(self.compiled, &after) < self.under
    }
}

fn in_words(problem: &Problem, conflict: &Conflict, members: usize, no_shift: bool) -> Words {
    let head = words::stretch(problem, &conflict.stretch);
    let (mut zh, mut en) = (Vec::new(), Vec::new());
    if members == 0 {
        zh.push("无人具备该技能或属于该组".to_owned());
        en.push("nobody holds the skill or belongs to the group".to_owned());
    } else if no_shift {
        zh.push("没有班次覆盖该时段".to_owned());
        en.push("no shift reaches this time".to_owned());
    }
    for blocking in &conflict.facts {
        let (mark_zh, mark_en) = if blocking.repairs {
            ("(放开这一项即可补上)", " (freeing this repairs it)")
        } else {
            ("", "")
        };
        zh.push(format!("{}{mark_zh}", blocking.words.zh));
        en.push(format!("{}{mark_en}", blocking.words.en));
    }
    let names = |ids: &[PersonId]| {
        let names: Vec<&str> = ids.iter().map(|id| words::name(problem, id)).collect();
        (names.join("、"), names.join(", "))
    };
    for (ids, say_zh, say_en) in [
        (&conflict.at_meal, "用餐", "at a meal"),
        (
            &conflict.wanted_elsewhere,
            "可排,但别处更需要",
            "could come, but needed more elsewhere",
        ),
        (
            &conflict.could_come,
            "可排且更省,尚未安排",
            "could come at less cost, not asked yet",
        ),
    ] {
        if !ids.is_empty() {
            let (list_zh, list_en) = names(ids);
            zh.push(format!("{list_zh}{say_zh}"));
            en.push(format!("{list_en}: {say_en}"));
        }
    }
    if zh.is_empty() {
        zh.push("能排的人都已在岗,人手不够".to_owned());
        en.push("everybody who can be is on post already: too few people".to_owned());
    }
    Words {
        zh: format!("{}:{}", head.zh, zh.join(";")),
        en: format!("{}: {}", head.en, en.join("; ")),
    }
}
