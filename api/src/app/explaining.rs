//! Questions of a lead about a roster: why somebody does not work then, what differs between two of its states. Nothing is
//! changed by asking.

use crate::app::problem::RosterProblem;
use crate::app::{App, AppError, Fault};
use domain::event::{Shortfall, Tier};
use domain::ids::{DeskId, ShiftCode, StaffId};
use domain::roster::RosterState;
use domain::who::{Actor, Role};
use domain::work_date::{DayMinute, Month, WorkDate};
use serde::Serialize;
use solver::SolveError;
use solver::explain::{self, Answer, Asked, CellChange, DayChange, PersonChange, TermChange};
use solver::plan::{Roster, Words};
use tokio::sync::Semaphore;
use utoipa::ToSchema;

/// Questions worked on at once: each takes a core for a moment.
static TURNS: Semaphore = Semaphore::const_new(1);

/// What somebody is asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhyAsked {
    /// Why they do not work, whichever shift.
    Work,
    /// Why they do not work this shift.
    Shift(ShiftCode),
    /// Why they are not off.
    Off,
}

/// Why somebody does not work then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct WhyNotAnswer {
    /// `already_so`; `not_offered`: there is no such shift that day; `forbidden`: rules or leave say no; `possible`: at the
    /// price that follows.
    #[schema(value_type = String)]
    pub answer: &'static str,
    /// How all costs would change; absent unless possible.
    pub cost_change: Option<i64>,
    /// Costs that would change.
    pub terms: Vec<CostChange>,
    /// Cells that would change.
    pub cells: Vec<ChangedCell>,
    /// The answer in Chinese, line by line.
    pub lines_zh: Vec<String>,
    /// The answer in English.
    pub lines_en: Vec<String>,
}

/// What differs between two states of a roster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct RosterComparison {
    /// The earlier revision.
    pub before: u32,
    /// The later one; absent: as it stands now.
    pub after: Option<u32>,
    /// All costs of the earlier one, by today's demand, leave and rules.
    pub cost_before: i64,
    /// All costs of the later one.
    pub cost_after: i64,
    /// Costs that differ.
    pub terms: Vec<CostChange>,
    /// People whose own costs differ, and by what.
    pub people: Vec<PersonCostChange>,
    /// Days whose costs differ, and by what.
    pub days: Vec<DayCostChange>,
    /// Cells that differ.
    pub cells: Vec<ChangedCell>,
    /// All of it in Chinese, line by line.
    pub lines_zh: Vec<String>,
    /// All of it in English.
    pub lines_en: Vec<String>,
}

/// Why a stretch is short: the smallest set of facts that together cause it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ConflictAnswer {
    /// The day.
    #[schema(value_type = String, format = Date)]
    pub date: WorkDate,
    /// From, minutes from midnight.
    #[schema(value_type = i32)]
    pub start: DayMinute,
    /// Until.
    #[schema(value_type = i32)]
    pub end: DayMinute,
    /// `minimum`, `on_post` or `standby`.
    #[schema(value_type = String)]
    pub tier: Tier,
    /// The skill's name, or what else is short.
    pub short_of: String,
    /// People missing.
    pub missing: u32,
    /// Facts that keep people away.
    pub facts: Vec<ConflictFact>,
    /// Names of those at a meal when it begins.
    pub at_meal: Vec<String>,
    /// Names of those who could come by every rule, but are needed more elsewhere.
    pub wanted_elsewhere: Vec<String>,
    /// Names of those who could come at less cost than now.
    pub could_come: Vec<String>,
    /// The cheapest thing that would help, in Chinese.
    pub repair_zh: Option<String>,
    /// The same in English.
    pub repair_en: Option<String>,
    /// All of it in Chinese.
    pub words_zh: String,
    /// All of it in English.
    pub words_en: String,
}

/// A fact of a conflict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ConflictFact {
    /// Freeing it alone repairs the stretch: a roster was found.
    pub repairs: bool,
    /// In Chinese.
    pub words_zh: String,
    /// In English.
    pub words_en: String,
}

/// A cost before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CostChange {
    /// Its name, such as `under_minimum`.
    pub term: String,
    /// Before.
    pub before: i64,
    /// After.
    pub after: i64,
}

/// Somebody's own costs before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PersonCostChange {
    /// 工号
    #[schema(value_type = String)]
    pub staff: StaffId,
    /// Before.
    pub before: i64,
    /// After.
    pub after: i64,
    /// Which of them differ.
    pub terms: Vec<CostChange>,
}

/// A day's costs before and after: cover, and what people cost on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct DayCostChange {
    /// The day.
    #[schema(value_type = String, format = Date)]
    pub date: WorkDate,
    /// Before.
    pub before: i64,
    /// After.
    pub after: i64,
    /// Which of them differ.
    pub terms: Vec<CostChange>,
}

/// A cell before and after; no shift is a day off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ChangedCell {
    /// 工号
    #[schema(value_type = String)]
    pub staff: StaffId,
    /// The day.
    #[schema(value_type = String, format = Date)]
    pub date: WorkDate,
    /// Shift before.
    pub before: Option<String>,
    /// Shift after.
    pub after: Option<String>,
}

/// Only who leads the desk plans it.
fn may_plan(actor: &Actor, desk: &DeskId) -> Result<(), AppError> {
    let leads = actor.acting_as(&[Role::Lead], desk);
    leads.map(drop).ok_or(AppError::Forbidden)
}

fn unknown(field: &'static str, zh: &str, en: &str) -> AppError {
    AppError::fault(Fault::of(field, zh, en))
}

pub(super) fn split(words: &[Words]) -> (Vec<String>, Vec<String>) {
    words
        .iter()
        .map(|line| (line.zh.clone(), line.en.clone()))
        .unzip()
}

/// A roster begun, or none at all.
fn begun(roster: &RosterState) -> Result<(), AppError> {
    if roster.cells.is_empty() {
        Err(AppError::NotFound("roster"))
    } else {
        Ok(())
    }
}

/// The roster as `revision` had it.
fn at_revision(roster: &RosterState, revision: u32) -> Result<RosterState, AppError> {
    if !roster
        .revisions
        .iter()
        .any(|past| past.revision == revision)
    {
        return Err(AppError::NotFound("revision"));
    }
    let mut past = roster.clone();
    for ((staff, date), cell) in &mut past.cells {
        *cell = roster.cell_in(revision, staff, *date).flatten().cloned();
    }
    Ok(past)
}

async fn answered<T: Send + 'static>(
    question: impl FnOnce() -> Result<T, SolveError> + Send + 'static,
) -> Result<T, AppError> {
    // Never closed; without a turn the question would only be worked on beside another.
    let _turn = TURNS.acquire().await.ok();
    tokio::task::spawn_blocking(question)
        .await
        .map_err(|_| AppError::internal("answering about the roster stopped"))?
        .map_err(|error| AppError::Internal {
            what: "the roster could not be judged".to_owned(),
            source: Some(Box::new(error)),
        })
}

impl RosterProblem {
    pub(super) fn read(&mut self, roster: &RosterState) -> Roster {
        let (assignments, meals) = self.read_roster(roster);
        Roster {
            assignments,
            meals: Some(meals),
        }
    }

    pub(super) fn terms(changes: &[TermChange]) -> Vec<CostChange> {
        let name = |term| match serde_json::to_value(term) {
            Ok(serde_json::Value::String(name)) => name,
            _ => String::new(),
        };
        changes
            .iter()
            .map(|change| CostChange {
                term: name(change.term),
                before: change.before,
                after: change.after,
            })
            .collect()
    }

    pub(super) fn people(changes: &[PersonChange]) -> Vec<PersonCostChange> {
        let of = |change: &PersonChange| PersonCostChange {
            staff: StaffId::new(change.person.as_str()),
            before: change.before,
            after: change.after,
            terms: Self::terms(&change.terms),
        };
        changes.iter().map(of).collect()
    }

    pub(super) fn by_day(&self, changes: &[DayChange]) -> Vec<DayCostChange> {
        let of = |change: &DayChange| {
            Some(DayCostChange {
                date: self.date(change.day)?,
                before: change.before,
                after: change.after,
                terms: Self::terms(&change.terms),
            })
        };
        changes.iter().filter_map(of).collect()
    }

    fn changed(&self, changes: &[CellChange]) -> Vec<ChangedCell> {
        let name = |id: &solver::problem::ShiftId| {
            let shift = self.problem.shifts.iter().find(|shift| shift.id == *id);
            shift.map_or_else(|| id.to_string(), |shift| shift.name.clone())
        };
        changes
            .iter()
            .filter_map(|change| {
                Some(ChangedCell {
                    staff: StaffId::new(change.person.as_str()),
                    date: self.date(change.day)?,
                    before: change.before.as_ref().map(name),
                    after: change.after.as_ref().map(name),
                })
            })
            .collect()
    }
}

impl App {
    /// Why somebody does not work on a day of the roster as it stands, or what it would cost if they did.
    pub async fn why_not(
        &self,
        actor: &Actor,
        desk: &DeskId,
        month: Month,
        staff: &StaffId,
        date: WorkDate,
        asked: &WhyAsked,
    ) -> Result<WhyNotAnswer, AppError> {
        may_plan(actor, desk)?;
        let roster = self.roster_state(desk, month).await?;
        begun(&roster)?;
        let mut problem = self.roster_problem(desk, month).await?;
        let state = problem.read(&roster);
        let person = problem
            .problem
            .people
            .iter()
            .find(|person| person.id.as_str() == staff.as_str())
            .map(|person| person.id.clone())
            .ok_or_else(|| unknown("staff", "不在这个部门的排班里", "not rostered at this desk"))?;
        let day = problem
            .day_of(date)
            .ok_or_else(|| unknown("date", "不在这个月里", "not in this month"))?;
        let asked = match asked {
            WhyAsked::Work => Asked::Work,
            WhyAsked::Off => Asked::Off,
            WhyAsked::Shift(code) => {
                Asked::Shift(problem.offered_as(code, day).ok_or_else(|| {
                    unknown("shift", "当天没有这个班次", "no such shift that day")
                })?)
            }
        };
        let (answer, problem) = answered(move || {
            let answer = explain::why_not(&problem.problem, &state, &person, day, &asked)?;
            Ok((answer, problem))
        })
        .await?;
        let (lines_zh, lines_en) = split(&answer.words);
        let (name, change) = match &answer.answer {
            Answer::AlreadySo => ("already_so", None),
            Answer::NotOffered => ("not_offered", None),
            Answer::Forbidden { .. } => ("forbidden", None),
            Answer::Possible(change) => ("possible", Some(change)),
        };
        Ok(WhyNotAnswer {
            answer: name,
            cost_change: change.map(|change| change.objective_after - change.objective_before),
            terms: change.map_or_else(Vec::new, |change| RosterProblem::terms(&change.terms)),
            cells: change.map_or_else(Vec::new, |change| problem.changed(&change.cells)),
            lines_zh,
            lines_en,
        })
    }

    /// Why people are missing on a day of the roster as it stands, stretch by stretch.
    pub async fn conflicts(
        &self,
        actor: &Actor,
        desk: &DeskId,
        month: Month,
        date: WorkDate,
    ) -> Result<Vec<ConflictAnswer>, AppError> {
        may_plan(actor, desk)?;
        let roster = self.roster_state(desk, month).await?;
        begun(&roster)?;
        let mut problem = self.roster_problem(desk, month).await?;
        let day = problem
            .day_of(date)
            .ok_or_else(|| unknown("date", "不在这个月里", "not in this month"))?;
        let judged = self
            .shortfalls_in(problem.clone(), desk, month, &roster)
            .await?;
        let state = problem.read(&roster);
        let (found, problem) = answered(move || {
            let found = explain::conflicts_of_day(&problem.problem, &state, day)?;
            Ok((found, problem))
        })
        .await?;
        let skills = self.desk_state(desk).await?.skills.clone();
        let named = |short: &Shortfall| {
            let skill = skills
                .iter()
                .find(|skill| short.skill.as_ref() == Some(&skill.id));
            skill.map_or_else(|| short.short_of().to_owned(), |skill| skill.name.clone())
        };
        Ok(found
            .into_iter()
            .filter_map(|conflict| {
                let short = problem.stretch(&conflict.stretch)?;
                let same = |known: &&Shortfall| {
                    (known.date, known.start, known.end, known.tier)
                        == (short.date, short.start, short.end, short.tier)
                        && (&known.skill, &known.what) == (&short.skill, &short.what)
                };
                let repairs = judged.iter().find(same);
                let names = |ids: &[solver::problem::PersonId]| -> Vec<String> {
                    let people = problem.problem.people.iter();
                    people
                        .filter(|person| ids.contains(&person.id))
                        .map(|person| person.name.clone())
                        .collect()
                };
                Some(ConflictAnswer {
                    date: short.date,
                    start: short.start,
                    end: short.end,
                    tier: short.tier,
                    short_of: named(&short),
                    missing: conflict.stretch.missing,
                    at_meal: names(&conflict.at_meal),
                    wanted_elsewhere: names(&conflict.wanted_elsewhere),
                    could_come: names(&conflict.could_come),
                    facts: conflict
                        .facts
                        .into_iter()
                        .map(|fact| ConflictFact {
                            repairs: fact.repairs,
                            words_zh: fact.words.zh,
                            words_en: fact.words.en,
                        })
                        .collect(),
                    repair_zh: repairs.and_then(|short| short.repairs_zh.first().cloned()),
                    repair_en: repairs.and_then(|short| short.repairs_en.first().cloned()),
                    words_zh: conflict.words.zh,
                    words_en: conflict.words.en,
                })
            })
            .collect())
    }

    /// What differs between a published revision and a later one, or the roster as it stands.
    pub async fn compare_rosters(
        &self,
        actor: &Actor,
        desk: &DeskId,
        month: Month,
        before: u32,
        after: Option<u32>,
    ) -> Result<RosterComparison, AppError> {
        may_plan(actor, desk)?;
        let roster = self.roster_state(desk, month).await?;
        begun(&roster)?;
        let was = at_revision(&roster, before)?;
        let is = match after {
            Some(revision) => at_revision(&roster, revision)?,
            None => (*roster).clone(),
        };
        let mut problem = self.roster_problem(desk, month).await?;
        // Both are read before either is judged: a shift timed by hand is a template of its own.
        let (was, is) = (problem.read(&was), problem.read(&is));
        let (found, problem) = answered(move || {
            let found = explain::compare(&problem.problem, &was, &is)?;
            Ok((found, problem))
        })
        .await?;
        let (lines_zh, lines_en) = split(&found.words);
        Ok(RosterComparison {
            before,
            after,
            cost_before: found.objective_before,
            cost_after: found.objective_after,
            terms: RosterProblem::terms(&found.terms),
            people: RosterProblem::people(&found.people),
            days: problem.by_day(&found.days),
            cells: problem.changed(&found.cells),
            lines_zh,
            lines_en,
        })
    }
}
