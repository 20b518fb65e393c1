//! What one person more or fewer would change. Both rosters, with and without, get the same effort: best answers from the roster
//! at hand, and a solve within the limits; the better of the two counts. So the figures are what was found, not what is best; the
//! bounds say how far they may be off.
//!
//! The published roster is left aside: the question is about heads, not about disturbing anybody.

use std::ops::ControlFlow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::comparison::{
    TermChange, missing_changes, missing_lines, objective_line, term_changes, term_line,
};
use super::neighbourhood::Neighbourhood;
use super::{Stretch, fault, read, sound};
use crate::check::broken_rules;
use crate::costs;
use crate::facts::{self, Binding};
use crate::paths::Paths;
use crate::plan::{CostTable, Limits, Roster, Shortfall, Tier, Words};
use crate::problem::{Assignments, History, PersonId, Problem, SkillId};
use crate::search::Compiled;
use crate::solve::{SolveError, solve};
use crate::words;

/// Rounds of best answers from the roster at hand.
const ROUNDS_MAX: usize = 3;

/// Who would join.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Newcomer {
    /// Somebody with these skills, otherwise bound like whoever here is most like them.
    Skills(Vec<SkillId>),
    /// Somebody with the skills and the contract of this person.
    Like(PersonId),
}

/// What one head would change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HeadChange {
    /// Who leaves, or whose contract the newcomer has.
    pub person: PersonId,
    /// As many people as now.
    pub before: Figures,
    /// With one more, or one fewer.
    pub after: Figures,
    /// Cost terms that differ.
    pub terms: Vec<TermChange>,
    /// People missing after and not before.
    pub gained: Vec<Stretch>,
    /// People missing before and not after.
    pub lost: Vec<Stretch>,
    /// All of it, line by line.
    pub words: Vec<Words>,
}

/// What was found for one number of heads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Figures {
    /// The cheapest roster found.
    pub objective: i64,
    /// No roster is cheaper than this, if anything was proven.
    pub bound: Option<i64>,
    /// Person-minutes under the minimum.
    pub under_minimum_minutes: i64,
    /// Person-minutes at or above the minimum, under the target.
    pub under_target_minutes: i64,
    /// Member-minutes missing of groups.
    pub under_group_minutes: i64,
}

/// What one more person would change.
pub fn one_more(
    problem: &Problem,
    roster: &Roster,
    newcomer: &Newcomer,
    limits: &Limits,
) -> Result<HeadChange, SolveError> {
    sound(problem)?;
    let (like, skills) = match newcomer {
        Newcomer::Like(id) => {
            let index = problem
                .person_index(id)
                .ok_or_else(|| fault("one_more.like", format!("unknown person {id}")))?;
            (index, problem.people[index].skills.clone())
        }
        Newcomer::Skills(skills) => {
            for skill in skills {
                if problem.skill_index(skill).is_none() {
                    return Err(fault("one_more.skills", format!("unknown skill {skill}")));
                }
            }
            (most_like(problem, skills), skills.clone())
        }
    };
    let now = without_published(problem);
    let mut more = now.clone();
    let mut person = problem.people[like].clone();
    let taken = |id: &PersonId| problem.person_index(id).is_some();
    let mut id = PersonId::from("newcomer");
    while taken(&id) {
        id.0.push('+');
    }
    person.name = format!("{}+", person.name);
    person.id = id;
    person.skills = skills;
    // Leave, locks, wishes and a past are the other person's own.
    person.unavailable.clear();
    person.fixed.clear();
    person.requests.clear();
    person.history = History::default();
    person.more.meetings.clear();
    person.more.pattern = None;
    more.people.push(person);
    let mut start = roster.clone();
    start.assignments.push(vec![None; problem.days.len()]);
    let before = effort(&now, roster, limits)?;
    let after = effort(&more, &start, limits)?;
    let like = problem.people[like].id.clone();
    let name = words::name(problem, &like);
    let head = Words {
        zh: format!("增加一人(合同同{name}):"),
        en: format!("one more person (contract like {name}'s):"),
    };
    Ok(change(problem, like, head, &before, &after))
}

/// What one person fewer would change.
pub fn one_fewer(
    problem: &Problem,
    roster: &Roster,
    person: &PersonId,
    limits: &Limits,
) -> Result<HeadChange, SolveError> {
    sound(problem)?;
    let index = problem
        .person_index(person)
        .ok_or_else(|| fault("one_fewer", format!("unknown person {person}")))?;
    if problem.people.len() == 1 {
        return Err(fault("one_fewer", "nobody would be left"));
    }
    let now = without_published(problem);
    let mut fewer = now.clone();
    fewer.people.remove(index);
    for group in &mut fewer.group_demand {
        group.people.retain(|member| member != person);
    }
    let mut start = roster.clone();
    if index < start.assignments.len() {
        start.assignments.remove(index);
    }
    if let Some(meals) = &mut start.meals {
        meals.retain(|meal| meal.person != index);
        for meal in meals.iter_mut().filter(|meal| meal.person > index) {
            meal.person -= 1;
        }
    }
    let before = effort(&now, roster, limits)?;
    let after = effort(&fewer, &start, limits)?;
    let name = words::name(problem, person);
    let head = Words {
        zh: format!("少一人({name}):"),
        en: format!("without {name}:"),
    };
    Ok(change(problem, person.clone(), head, &before, &after))
}

fn without_published(problem: &Problem) -> Problem {
    let mut same = problem.clone();
    same.published = None;
    same
}

/// Whose skills differ least from these; the first of several.
fn most_like(problem: &Problem, skills: &[SkillId]) -> usize {
    let differing = |held: &[SkillId]| {
        let missing = skills.iter().filter(|skill| !held.contains(skill)).count();
        missing + held.iter().filter(|skill| !skills.contains(skill)).count()
    };
    (0..problem.people.len())
        .min_by_key(|&index| differing(&problem.people[index].skills))
        .unwrap_or(0)
}

struct Found {
    table: CostTable,
    objective: i64,
    bound: Option<i64>,
    shortfalls: Vec<Shortfall>,
}

/// The better of best answers from the roster at hand and a solve within the limits, and the solve's bound.
fn effort(problem: &Problem, start: &Roster, limits: &Limits) -> Result<Found, SolveError> {
    let plan = solve(problem, limits, &mut |_| ControlFlow::Continue(()))?;
    let mut found = Found {
        table: plan.costs,
        objective: plan.objective,
        bound: plan.bound,
        shortfalls: plan.shortfalls,
    };
    let mut paths = Paths::default();
    let bindings: Vec<Binding> = (0..problem.people.len())
        .map(|person| facts::resolve(problem, person, &mut paths).0)
        .collect();
    let compiled = Compiled::build(problem, Some(&bindings));
    let mut near = Neighbourhood::new(&compiled, &read(&compiled, start)?);
    for _ in 0..ROUNDS_MAX {
        if !near.everybody_answers() {
            break;
        }
    }
    let polished = near.settled();
    let shift = |&choice: &u8| problem.shifts.get(choice as usize).map(|s| s.id.clone());
    let rows = polished.rows.iter();
    let assignments: Assignments = rows.map(|row| row.iter().map(shift).collect()).collect();
    let legal = broken_rules(problem, &assignments).is_empty();
    let (table, objective) = costs::table(&compiled, &polished);
    if legal && objective < found.objective {
        found.shortfalls = costs::shortfalls(&compiled, &polished);
        (found.table, found.objective) = (table, objective);
    }
    Ok(found)
}

fn figures(found: &Found) -> Figures {
    let minutes = |tier| {
        let of_tier = found
            .shortfalls
            .iter()
            .filter(move |short| short.tier == tier);
        of_tier
            .map(|short| (short.end_minute - short.start_minute) * i64::from(short.missing))
            .sum()
    };
    Figures {
        objective: found.objective,
        bound: found.bound,
        under_minimum_minutes: minutes(Tier::Minimum),
        under_target_minutes: minutes(Tier::Target),
        under_group_minutes: minutes(Tier::Group),
    }
}

fn change(
    problem: &Problem,
    person: PersonId,
    head: Words,
    before: &Found,
    after: &Found,
) -> HeadChange {
    let (gained, lost) = missing_changes(
        &before.shortfalls,
        &after.shortfalls,
        problem.meal_grid_minutes,
    );
    let terms = term_changes(&before.table, &after.table);
    let (was, is) = (figures(before), figures(after));
    let mut lines = vec![head, objective_line(was.objective, is.objective)];
    lines.push(honesty(&was, &is));
    for (zh, en, was, is) in [
        (
            "低于最低人数的人分钟",
            "person-minutes under the minimum",
            was.under_minimum_minutes,
            is.under_minimum_minutes,
        ),
        (
            "低于目标人数的人分钟",
            "person-minutes under the target",
            was.under_target_minutes,
            is.under_target_minutes,
        ),
        (
            "各组缺的人分钟",
            "member-minutes missing of groups",
            was.under_group_minutes,
            is.under_group_minutes,
        ),
    ] {
        if was != is {
            lines.push(Words {
                zh: format!("{zh} {was} → {is} ({:+})", is - was),
                en: format!("{en}: {was} → {is} ({:+})", is - was),
            });
        }
    }
    lines.extend(terms.iter().map(term_line));
    lines.extend(missing_lines(problem, &gained, &lost));
    HeadChange {
        person,
        before: was,
        after: is,
        terms,
        gained,
        lost,
        words: lines,
    }
}

/// How far the figures may be trusted.
fn honesty(was: &Figures, is: &Figures) -> Words {
    let bound = |figures: &Figures| match figures.bound {
        Some(bound) if bound == figures.objective => {
            ("已证最优".to_owned(), "proven best".to_owned())
        }
        Some(bound) => (format!("不会低于{bound}"), format!("not below {bound}")),
        None => ("无下界".to_owned(), "nothing proven".to_owned()),
    };
    let (was, is) = (bound(was), bound(is));
    Words {
        zh: format!(
            "两边各用同样的搜索量求得,非必最优:之前{},之后{}",
            was.0, is.0
        ),
        en: format!(
            "found with the same effort on both sides, not necessarily best: before {}, after {}",
            was.1, is.1
        ),
    }
}
