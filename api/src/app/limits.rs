//! Changes by hand are held to the limits that a policy sets for planned rosters ([`domain::policy::RosterRules`]): the
//! solver's judge reads the roster before and after, and what is newly broken, or further than before, is refused by name.
//! Where that cannot be judged, nothing is changed. What a change costs is told of the same problem
//! ([`super::change_costs`]).

use crate::app::change_costs::fault_words;
use crate::app::problem::RosterProblem;
use crate::app::{App, AppError, Fault};
use domain::decider::State;
use domain::event::RosterEvent;
use domain::ids::{DeskId, StaffId};
use domain::policy::RosterRules;
use domain::refusal::Refusal;
use domain::roster::RosterState;
use domain::work_date::Month;
use solver::check::{Rule, Violation, broken_rules};
use std::collections::{BTreeMap, BTreeSet};

/// What a change by hand in a month's roster is judged by.
pub(crate) struct Judge {
    pub(super) basis: Basis,
    /// Whether the policy, or the team, sets limits at all.
    limits: bool,
}

/// What a desk's month is judged on.
pub(super) enum Basis {
    /// The month's problem.
    Problem(Box<RosterProblem>),
    /// Nothing can be planned yet, and the roster is kept by hand alone: why.
    Nothing(Refusal),
    /// What the desk asks for cannot be planned: what is wrong with it.
    Faulty(Vec<Fault>),
}

/// How a limit is judged.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Broken by what stands in the roster.
    Ceiling,
    /// Broken by what is missing in it: judged once somebody's month is filled in.
    Floor,
}

/// The limits of a policy, and their names. What [`domain::roster::rules`] judges is not repeated.
fn limit(rule: Rule) -> Option<(Kind, &'static str, &'static str)> {
    use Kind::{Ceiling, Floor};
    Some(match rule {
        Rule::Succession => (
            Ceiling,
            "禁止的班次衔接",
            "shifts that may not follow one another",
        ),
        Rule::KindDaysMax => (
            Ceiling,
            "同类班次连续天数上限",
            "days in a row on one kind of shift",
        ),
        Rule::ConsecutiveNightsMax => (Ceiling, "连续夜班上限", "nights in a row at most"),
        Rule::DaysOffAfterNights => (Ceiling, "夜班后的休息天数", "days off after nights"),
        Rule::MinutesWeekMax => (Ceiling, "每周工时上限", "minutes of a week at most"),
        Rule::ShiftMax => (Ceiling, "班次次数上限", "a shift in a month at most"),
        Rule::NotTogether => (Ceiling, "不同班", "people kept apart"),
        Rule::ConsecutiveDaysOffMax => (Floor, "连续休息天数上限", "days off in a row at most"),
        Rule::ConsecutiveNightsMin => (Floor, "连续夜班下限", "nights in a row at least"),
        Rule::CompleteWeekends => (
            Floor,
            "周末同上同休",
            "weekends worked in whole or not at all",
        ),
        Rule::MinutesWeekMin => (Floor, "每周工时下限", "minutes of a week at least"),
        Rule::MinutesMin => (Floor, "月工时下限", "minutes of the month at least"),
        Rule::Meeting => (Floor, "例会须在班", "at work for a meeting"),
        _ => return None,
    })
}

impl App {
    /// What changes by hand of a desk's month are judged by.
    pub(crate) async fn judge(&self, desk: &DeskId, month: Month) -> Result<Judge, AppError> {
        Ok(Judge {
            basis: self.basis(desk, month).await?,
            limits: self.has_limits(desk, month).await?,
        })
    }

    /// The same for whoever asks of limits alone; none where there are none.
    pub(crate) async fn limits(
        &self,
        desk: &DeskId,
        month: Month,
    ) -> Result<Option<Judge>, AppError> {
        if !self.has_limits(desk, month).await? {
            return Ok(None);
        }
        let basis = self.basis(desk, month).await?;
        let limits = true;
        Ok(Some(Judge { basis, limits }))
    }

    async fn basis(&self, desk: &DeskId, month: Month) -> Result<Basis, AppError> {
        match self.roster_problem(desk, month).await {
            Ok(problem) => Ok(Basis::Problem(Box::new(problem))),
            Err(AppError::Refused(refusal)) => Ok(Basis::Nothing(refusal)),
            Err(AppError::Invalid(faults)) => Ok(Basis::Faulty(faults)),
            Err(error) => Err(error),
        }
    }

    async fn has_limits(&self, desk: &DeskId, month: Month) -> Result<bool, AppError> {
        let policy = match self.policy_on(desk, month.first()).await {
            Ok(policy) => policy,
            Err(AppError::Refused(_)) => return Ok(false),
            Err(error) => return Err(error),
        };
        let rules = RosterRules {
            wishes: None,
            fair: None,
            fair_months: None,
            ..policy.roster.rules.clone()
        };
        Ok(rules != RosterRules::default() || self.desk_state(desk).await?.team.is_some())
    }
}

impl Judge {
    /// Refuses events that make the roster break a limit it kept before, or break one further.
    pub(crate) fn hold(
        &self,
        before: &RosterState,
        events: Vec<RosterEvent>,
    ) -> Result<Vec<RosterEvent>, AppError> {
        let mut after = before.clone();
        for event in &events {
            after.evolve(event);
        }
        if after.cells == before.cells {
            return Ok(events);
        }
        let worsened = || self.held(before)?.worsened(&after);
        let refusal = self.unjudged().or_else(worsened);
        refusal.map_or(Ok(events), |refusal| Err(refusal.into()))
    }

    /// Why nothing may be changed where limits bind and cannot be judged.
    pub(crate) fn unjudged(&self) -> Option<Refusal> {
        let Basis::Faulty(faults) = &self.basis else {
            return None;
        };
        let (faults_zh, faults_en) = fault_words(faults);
        self.limits.then_some(Refusal::RosterUnjudged {
            faults_zh,
            faults_en,
        })
    }

    /// A roster to be changed, where limits bind.
    pub(crate) fn held<'r>(&self, before: &'r RosterState) -> Option<Held<'r>> {
        let Basis::Problem(problem) = &self.basis else {
            return None;
        };
        if !self.limits {
            return None;
        }
        let mut problem = (**problem).clone();
        let was = broken(&mut problem, before, before);
        Some(Held {
            problem,
            before,
            was,
        })
    }
}

/// The limits of its month that `roster` breaks; those of a filled month only for people whose month is filled in `before`.
fn broken(
    problem: &mut RosterProblem,
    before: &RosterState,
    roster: &RosterState,
) -> Vec<Violation> {
    let (cells, _) = problem.read_roster(roster);
    let mut found = broken_rules(&problem.problem, &cells);
    found.retain(|violation| {
        limit(violation.rule).is_some_and(|(kind, ..)| {
            kind == Kind::Ceiling || problem.is_filled(before, violation.person)
        })
    });
    found
}

/// A roster as it stands, and which limits it breaks already.
pub(crate) struct Held<'r> {
    problem: RosterProblem,
    before: &'r RosterState,
    was: Vec<Violation>,
}

/// How far a limit is broken, and by whom: what must not grow.
type Excess<'v> = BTreeMap<(Rule, Option<usize>, Option<usize>, Option<&'v str>), i64>;

/// How far each limit is broken over all. Runs of days and the like are summed over a person's month, for they move as
/// cells change; what has a place of its own, a week or a pair's day, is broken there or is not.
fn excess(found: &[Violation]) -> Excess<'_> {
    let mut sums = Excess::new();
    for violation in found {
        *sums.entry(limit_of(violation)).or_default() += violation.by;
    }
    sums
}

fn limit_of(violation: &Violation) -> (Rule, Option<usize>, Option<usize>, Option<&str>) {
    let has_place = matches!(
        violation.rule,
        Rule::NotTogether
            | Rule::Meeting
            | Rule::MinutesWeekMax
            | Rule::MinutesWeekMin
            | Rule::CompleteWeekends
    );
    let place = violation.day.filter(|_| has_place);
    let about = violation.about.as_deref();
    (violation.rule, violation.person, place, about)
}

impl Held<'_> {
    /// Why the roster may not become another: the limits that it would break and keeps now, or would break further.
    pub(crate) fn worsened(&mut self, after: &RosterState) -> Option<Refusal> {
        let is = broken(&mut self.problem, self.before, after);
        let (problem, was) = (&self.problem, &self.was);
        let (before, after) = (excess(was), excess(&is));
        let grown = |one: &&Violation| {
            let limit = limit_of(one);
            after.get(&limit) > before.get(&limit)
        };
        // Where one run among several grows, the others are no news.
        let worse: Vec<&Violation> = is
            .iter()
            .filter(grown)
            .filter(|one| !was.contains(one))
            .collect();
        if worse.is_empty() {
            return None;
        }
        let words = |zh: bool| -> String {
            let lines = worse.iter().filter_map(|violation| {
                let (_, name_zh, name_en) = limit(violation.rule)?;
                let who = violation.person.and_then(|person| problem.staff_at(person));
                let who = who.map_or("", StaffId::as_str);
                let date = violation.day.and_then(|day| problem.date(day));
                let date = date.map(|date| date.to_string()).unwrap_or_default();
                let limit = limit_of(violation);
                let by = before.get(&limit).zip(after.get(&limit));
                let by = by.map_or_else(String::new, |(was, is)| match zh {
                    true => format!("(偏离 {was} → {is})"),
                    false => format!(" (off by {was} → {is})"),
                });
                let name = if zh { name_zh } else { name_en };
                Some(format!("{who} {date} {name}{by}").trim().to_owned())
            });
            let lines: BTreeSet<String> = lines.collect();
            let lines: Vec<String> = lines.into_iter().collect();
            lines.join(if zh { ";" } else { "; " })
        };
        Some(Refusal::RosterLimitsBroken {
            limits_zh: words(true),
            limits_en: words(false),
        })
    }
}
