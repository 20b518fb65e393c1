//! What differs between two rosters of one problem: cells, costs by term, person and day, shortfalls.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Stretch, read, sound};
use crate::costs;
use crate::plan::{CostTable, Roster, Shortfall, Tier, Words};
use crate::problem::{CostTerm, PersonId, Problem, ShiftId, SkillId};
use crate::search::{Compiled, Solution};
use crate::solve::SolveError;
use crate::words;

/// What differs between two rosters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Comparison {
    /// Objective of the first roster.
    pub objective_before: i64,
    /// Objective of the second.
    pub objective_after: i64,
    /// Cells that differ, by person and day.
    pub cells: Vec<CellChange>,
    /// Cost terms that differ.
    pub terms: Vec<TermChange>,
    /// People whose own costs differ.
    pub people: Vec<PersonChange>,
    /// Days whose costs differ.
    pub days: Vec<DayChange>,
    /// People missing in the second roster only.
    pub gained: Vec<Stretch>,
    /// People missing in the first roster only.
    pub lost: Vec<Stretch>,
    /// All of it, line by line.
    pub words: Vec<Words>,
}

/// A cell that differs; `None` is off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CellChange {
    /// Whose.
    pub person: PersonId,
    /// Day index.
    pub day: usize,
    /// In the first roster.
    pub before: Option<ShiftId>,
    /// In the second.
    pub after: Option<ShiftId>,
}

/// A cost term in both rosters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TermChange {
    /// Which.
    pub term: CostTerm,
    /// Cost in the first.
    pub before: i64,
    /// Cost in the second.
    pub after: i64,
}

/// Somebody's own costs in both rosters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PersonChange {
    /// Whose.
    pub person: PersonId,
    /// Cost in the first.
    pub before: i64,
    /// Cost in the second.
    pub after: i64,
    /// Which of them differ.
    pub terms: Vec<TermChange>,
}

/// A day's costs in both rosters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DayChange {
    /// Day index.
    pub day: usize,
    /// Cost in the first.
    pub before: i64,
    /// Cost in the second.
    pub after: i64,
    /// Which of them differ.
    pub terms: Vec<TermChange>,
}

/// Compares two rosters of one problem; both are costed afresh.
pub fn compare(
    problem: &Problem,
    before: &Roster,
    after: &Roster,
) -> Result<Comparison, SolveError> {
    sound(problem)?;
    let compiled = Compiled::build(problem, None);
    let (before, after) = (read(&compiled, before)?, read(&compiled, after)?);
    Ok(of_solutions(&compiled, &before, &after))
}

pub(super) fn of_solutions(
    compiled: &Compiled<'_>,
    before: &Solution,
    after: &Solution,
) -> Comparison {
    let problem = compiled.problem;
    let (was, objective_before) = costs::table(compiled, before);
    let (is, objective_after) = costs::table(compiled, after);
    let mut cells = Vec::new();
    let shift = |choice: u8| problem.shifts.get(choice as usize).map(|s| s.id.clone());
    for (person, (old, new)) in before.rows.iter().zip(&after.rows).enumerate() {
        for (day, (&old, &new)) in old.iter().zip(new).enumerate() {
            if old != new {
                cells.push(CellChange {
                    person: problem.people[person].id.clone(),
                    day,
                    before: shift(old),
                    after: shift(new),
                });
            }
        }
    }
    let sum = |terms: &BTreeMap<CostTerm, i64>| terms.values().sum::<i64>();
    let people = problem
        .people
        .iter()
        .zip(was.by_person.iter().zip(&is.by_person))
        .map(|(person, (before, after))| PersonChange {
            person: person.id.clone(),
            before: sum(before),
            after: sum(after),
            terms: changes(before, after),
        })
        .filter(|change| !change.terms.is_empty())
        .collect();
    let days = was
        .by_day
        .iter()
        .zip(&is.by_day)
        .enumerate()
        .map(|(day, (before, after))| DayChange {
            day,
            before: sum(before),
            after: sum(after),
            terms: changes(before, after),
        })
        .filter(|change| !change.terms.is_empty())
        .collect();
    let (gained, lost) = missing_changes(
        &costs::shortfalls(compiled, before),
        &costs::shortfalls(compiled, after),
        compiled.cover.grid,
    );
    let mut comparison = Comparison {
        objective_before,
        objective_after,
        cells,
        terms: term_changes(&was, &is),
        people,
        days,
        gained,
        lost,
        words: Vec::new(),
    };
    comparison.words = in_words(problem, &comparison);
    comparison
}

/// Cost terms that differ.
pub(super) fn term_changes(was: &CostTable, is: &CostTable) -> Vec<TermChange> {
    changes(&was.by_term, &is.by_term)
}

fn changes(was: &BTreeMap<CostTerm, i64>, is: &BTreeMap<CostTerm, i64>) -> Vec<TermChange> {
    let terms: BTreeSet<CostTerm> = was.keys().chain(is.keys()).copied().collect();
    let cost = |table: &BTreeMap<CostTerm, i64>, term| table.get(&term).copied().unwrap_or(0);
    terms
        .into_iter()
        .map(|term| TermChange {
            term,
            before: cost(was, term),
            after: cost(is, term),
        })
        .filter(|change| change.before != change.after)
        .collect()
}

/// Who is missing, by promise.
type Promise = (Tier, Option<SkillId>, Option<String>, Option<ShiftId>);

/// People missing after and not before, and before and not after, point by point and merged over time.
pub(super) fn missing_changes(
    before: &[Shortfall],
    after: &[Shortfall],
    grid: i64,
) -> (Vec<Stretch>, Vec<Stretch>) {
    let mut change: BTreeMap<(Promise, usize, i64), i64> = BTreeMap::new();
    for (list, sign) in [(before, -1), (after, 1)] {
        for short in list {
            let promise = (
                short.tier,
                short.skill.clone(),
                short.group.clone(),
                short.shift.clone(),
            );
            let mut at = short.start_minute;
            while at < short.end_minute {
                let count = change.entry((promise.clone(), short.day, at)).or_default();
                *count += sign * i64::from(short.missing);
                at += grid;
            }
        }
    }
    let (mut gained, mut lost): (Vec<Stretch>, Vec<Stretch>) = (Vec::new(), Vec::new());
    for (((tier, skill, group, shift), day, at), count) in change {
        let list = match count {
            0 => continue,
            1.. => &mut gained,
            _ => &mut lost,
        };
        let missing = u32::try_from(count.unsigned_abs()).unwrap_or(u32::MAX);
        if let Some(last) = list.last_mut()
            && (last.tier, &last.skill, &last.group, &last.shift) == (tier, &skill, &group, &shift)
            && (last.day, last.end_minute, last.missing) == (day, at, missing)
        {
            last.end_minute = at + grid;
        } else {
            list.push(Stretch {
                day,
                start_minute: at,
                end_minute: at + grid,
                tier,
                skill,
                group,
                shift,
                missing,
            });
        }
    }
    gained.sort();
    lost.sort();
    (gained, lost)
}

fn in_words(problem: &Problem, comparison: &Comparison) -> Vec<Words> {
    let mut lines = vec![objective_line(
        comparison.objective_before,
        comparison.objective_after,
    )];
    if comparison.cells.is_empty() {
        lines.push(Words {
            zh: "班次没有不同".into(),
            en: "no shift differs".into(),
        });
    }
    lines.extend(comparison.terms.iter().map(term_line));
    lines.extend(missing_lines(problem, &comparison.gained, &comparison.lost));
    lines.extend(comparison.cells.iter().map(|cell| cell_line(problem, cell)));
    lines.extend(owner_lines(problem, comparison));
    lines
}

impl Comparison {
    /// Of [`Comparison::words`] those that speak of costs, and of people missing: for whoever knows which cells they changed.
    #[must_use]
    pub fn cost_words(&self, problem: &Problem) -> Vec<Words> {
        let mut lines = vec![objective_line(self.objective_before, self.objective_after)];
        lines.extend(self.terms.iter().map(term_line));
        lines.extend(owner_lines(problem, self));
        lines.extend(missing_lines(problem, &self.gained, &self.lost));
        lines
    }
}

/// Whose costs differ, and on which days.
fn owner_lines(problem: &Problem, comparison: &Comparison) -> Vec<Words> {
    let mut lines = Vec::new();
    let who = |id| words::name(problem, id);
    lines.extend(comparison.people.iter().map(|change| {
        let (name, sums) = (who(&change.person), sums(change.before, change.after));
        let parts = parts(&change.terms);
        Words {
            zh: format!("{name}个人成本 {sums}:{}", parts.zh),
            en: format!("own costs of {name}: {sums}: {}", parts.en),
        }
    }));
    lines.extend(comparison.days.iter().map(|change| {
        let (date, sums) = (
            words::date(problem, change.day),
            sums(change.before, change.after),
        );
        let parts = parts(&change.terms);
        Words {
            zh: format!("{date}成本 {sums}:{}", parts.zh),
            en: format!("costs of {date}: {sums}: {}", parts.en),
        }
    }));
    lines
}

/// By how much each term rises or falls, in one line.
fn parts(terms: &[TermChange]) -> Words {
    let part = |change: &TermChange| {
        let (name, by) = (words::term(change.term), change.after - change.before);
        (format!("{} {by:+}", name.zh), format!("{} {by:+}", name.en))
    };
    let (zh, en): (Vec<String>, Vec<String>) = terms.iter().map(part).unzip();
    Words {
        zh: zh.join("、"),
        en: en.join(", "),
    }
}

fn sums(before: i64, after: i64) -> String {
    format!("{before} → {after} ({:+})", after - before)
}

pub(super) fn objective_line(before: i64, after: i64) -> Words {
    let sums = sums(before, after);
    Words {
        zh: format!("总成本 {sums}"),
        en: format!("all costs: {sums}"),
    }
}

pub(super) fn term_line(change: &TermChange) -> Words {
    let (name, sums) = (words::term(change.term), sums(change.before, change.after));
    Words {
        zh: format!("{} {sums}", name.zh),
        en: format!("{}: {sums}", name.en),
    }
}

/// What is short now and was not, and the reverse.
pub(super) fn missing_lines(problem: &Problem, gained: &[Stretch], lost: &[Stretch]) -> Vec<Words> {
    let line = |zh: &str, en: &str, stretch: &Stretch| {
        let words = words::stretch(problem, stretch);
        Words {
            zh: format!("{zh}{}", words.zh),
            en: format!("{en}{}", words.en),
        }
    };
    let gained = gained.iter().map(|s| line("新增缺口:", "newly short: ", s));
    let lost = lost.iter().map(|s| line("不再缺:", "no longer short: ", s));
    gained.chain(lost).collect()
}

fn cell_line(problem: &Problem, cell: &CellChange) -> Words {
    let (who, date) = (
        words::name(problem, &cell.person),
        words::date(problem, cell.day),
    );
    let (before, after) = (
        words::cell(problem, cell.before.as_ref()),
        words::cell(problem, cell.after.as_ref()),
    );
    Words {
        zh: format!("{who} {date}:{} → {}", before.zh, after.zh),
        en: format!("{who} on {date}: {} → {}", before.en, after.en),
    }
}
