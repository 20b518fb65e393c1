//! The judge: is this plan legal, does it cost what it says, and is everything that is missing on its list?
//!
//! It shares no code with the model or the search and uses none of their arithmetic: plain loops over people, days and
//! five-minute points, written to be compared with the rules by eye. It judges solved and hand-edited rosters alike. It
//! expects a problem whose `validate` finds no fault.

mod breaks;
mod catalogue;
mod claims;
mod cover;
mod meals;
mod rows;
mod sums;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::plan::{CostTable, Plan, Tier};
use crate::problem::{Assignments, Problem, ShiftId, ShiftTemplate};

const MINUTES_A_DAY: i64 = 24 * 60;

/// What the judge says about a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// Everything wrong with it; empty for a plan that may be believed.
    pub violations: Vec<Violation>,
    /// Hard rules it breaks and says so, because they contradict each other ([`Plan::relaxed`]).
    pub admitted: Vec<Violation>,
    /// The objective as recomputed.
    pub objective: i64,
    /// The costs as recomputed, without zeros.
    pub costs: CostTable,
    /// What is missing as recomputed, point by point on the meal grid.
    pub shortfalls: Vec<PointShortfall>,
}

/// One broken rule or one untrue statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Violation {
    /// Which.
    pub rule: Rule,
    /// Index of the person, where it is about one.
    pub person: Option<usize>,
    /// Day index, where it is about one.
    pub day: Option<usize>,
    /// Minute from the midnight of `day`, where it is about a moment.
    pub minute: Option<i64>,
    /// Which shift, kind of shift, meeting or other person, where a rule has a limit for each.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// By how much: days, minutes or shifts beyond a most or short of a least; 1 where there is nothing to count.
    #[serde(default = "one")]
    pub by: i64,
    /// What is wrong, with the figures.
    pub detail: String,
}

fn one() -> i64 {
    1
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.rule)?;
        if let Some(person) = self.person {
            write!(f, ", person {person}")?;
        }
        if let Some(day) = self.day {
            write!(f, ", day {day}")?;
        }
        if let Some(minute) = self.minute {
            write!(
                f,
                ", {:02}:{:02}",
                minute.div_euclid(60),
                minute.rem_euclid(60)
            )?;
        }
        write!(f, ": {}", self.detail)
    }
}

/// The rules of a roster, and the promises a plan makes about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// One row per person, one cell per day.
    Shape,
    /// The cell names a shift that exists.
    KnownShift,
    /// The shift is offered on that day.
    ShiftOffered,
    /// The person holds every skill the shift asks for.
    Skill,
    /// No work during leave or another absence.
    Unavailable,
    /// A decided cell stays as decided.
    FixedCell,
    /// Rest between two shifts.
    Rest,
    /// Two shifts that may not follow each other.
    Succession,
    /// Most working days in a row.
    ConsecutiveWorkDaysMax,
    /// Fewest working days in a row.
    ConsecutiveWorkDaysMin,
    /// Fewest days off in a row.
    ConsecutiveDaysOffMin,
    /// One day off a week.
    WeeklyRestDay,
    /// Fewest minutes.
    MinutesMin,
    /// Most minutes.
    MinutesMax,
    /// Most minutes in a week.
    MinutesWeekMax,
    /// Most weekends.
    WeekendsMax,
    /// Most nights.
    NightsMax,
    /// Most of one shift.
    ShiftMax,
    /// Most days off in a row.
    ConsecutiveDaysOffMax,
    /// Most days in a row on shifts of one kind.
    KindDaysMax,
    /// Fewest nights in a row.
    ConsecutiveNightsMin,
    /// Most nights in a row.
    ConsecutiveNightsMax,
    /// Days off after nights.
    DaysOffAfterNights,
    /// Weekends worked in whole or not at all.
    CompleteWeekends,
    /// Fewest minutes in a week.
    MinutesWeekMin,
    /// At work for a meeting.
    Meeting,
    /// Two people who may not be on post together.
    NotTogether,
    /// A meal belongs to a worked shift, and every meal of the shift is there once.
    MealCount,
    /// A meal starts inside its window, on the grid, and lies in one segment.
    MealWindow,
    /// A meal is as long as the shift says.
    MealDuration,
    /// Two meals of one person do not overlap.
    MealOverlap,
    /// Every short break of a worked shift is there or named as left out: in order, in its window, beside meals and others.
    Break,
    /// What short breaks leave missing, and cost, is as said.
    BreakShortfall,
    /// The list of shortfalls says what is missing, no more and no less.
    Shortfall,
    /// A fact given as the cause of a shortfall is one of the problem's.
    Fact,
    /// The objective is the sum of the costs.
    Objective,
    /// Every entry of the cost table is right.
    CostTable,
    /// A lower bound is not above the objective.
    Bound,
    /// Only a plan whose bound meets its objective is called optimal.
    Optimal,
    /// The plan was made for this problem.
    ProblemDigest,
}

/// People missing at one point of the meal grid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PointShortfall {
    /// Day index.
    pub day: usize,
    /// Minutes from that day's midnight, at most 1439 except after the last day.
    pub start_minute: i64,
    /// Under the minimum, between minimum and target, or a group.
    pub tier: Tier,
    /// The group, for [`Tier::Group`].
    pub group: Option<String>,
    /// People missing over all skills, however the ones on post are deployed.
    pub missing: u32,
}

/// Judges a plan: hard rules, meals, cover, costs, shortfalls and what it says about its own quality.
#[must_use]
pub fn check(problem: &Problem, plan: &Plan) -> Verdict {
    let mut violations = Vec::new();
    let roster = Roster::read(problem, &plan.assignments, &mut violations);
    rows::check(problem, &roster, &mut violations);
    catalogue::check(problem, &roster, &mut violations);
    let admitted = violations
        .extract_if(.., |violation| claims::admits(problem, plan, violation))
        .collect();
    meals::check(problem, &roster, &plan.meals, &mut violations);
    let points = cover::points(problem, &roster, &plan.meals);
    let costs = sums::recompute(problem, &roster, &points);
    claims::check(problem, plan, &roster, &points, &costs, &mut violations);
    breaks::check(problem, plan, &roster, &points, &mut violations);
    let objective = i64::try_from(costs.by_term.values().sum::<i128>()).unwrap_or(i64::MAX);
    Verdict {
        violations,
        admitted,
        objective,
        costs: costs.into_table(),
        shortfalls: cover::shortfalls(problem, &points),
    }
}

/// The hard rules a roster breaks, meals and costs aside: what a lead's edit or a swap is judged by.
#[must_use]
pub fn broken_rules(problem: &Problem, assignments: &Assignments) -> Vec<Violation> {
    let mut violations = Vec::new();
    let roster = Roster::read(problem, assignments, &mut violations);
    rows::check(problem, &roster, &mut violations);
    catalogue::check(problem, &roster, &mut violations);
    violations
}

/// The shifts worked: `worked[person][day]`. Cells that are missing or name no shift read as off.
struct Roster<'a> {
    worked: Vec<Vec<Option<&'a ShiftTemplate>>>,
}

impl<'a> Roster<'a> {
    fn read(
        problem: &'a Problem,
        assignments: &Assignments,
        violations: &mut Vec<Violation>,
    ) -> Self {
        if assignments.len() != problem.people.len() {
            let detail = format!(
                "{} rows for {} people",
                assignments.len(),
                problem.people.len()
            );
            violations.push(Violation {
                rule: Rule::Shape,
                person: None,
                day: None,
                minute: None,
                about: None,
                by: 1,
                detail,
            });
        }
        let mut worked = Vec::new();
        for person in 0..problem.people.len() {
            let cells: &[Option<ShiftId>] = assignments.get(person).map_or(&[], Vec::as_slice);
            if cells.len() != problem.days.len() {
                let detail = format!("{} cells for {} days", cells.len(), problem.days.len());
                violations.push(Violation {
                    rule: Rule::Shape,
                    person: Some(person),
                    day: None,
                    minute: None,
                    about: None,
                    by: 1,
                    detail,
                });
            }
            let mut row = Vec::new();
            for day in 0..problem.days.len() {
                let cell = cells.get(day).and_then(Option::as_ref);
                let shift = cell.and_then(|id| problem.shifts.iter().find(|shift| shift.id == *id));
                if let (Some(id), None) = (cell, shift) {
                    violations.push(Violation::of(
                        Rule::KnownShift,
                        person,
                        day,
                        format!("there is no shift {id}"),
                    ));
                }
                row.push(shift);
            }
            worked.push(row);
        }
        Self { worked }
    }
}

impl Violation {
    fn of(rule: Rule, person: usize, day: usize, detail: String) -> Self {
        Self {
            rule,
            person: Some(person),
            day: Some(day),
            minute: None,
            about: None,
            by: 1,
            detail,
        }
    }

    fn by(self, by: i64) -> Self {
        Self { by, ..self }
    }

    fn about(self, about: impl ToString) -> Self {
        Self {
            about: Some(about.to_string()),
            ..self
        }
    }
}

/// Minutes from the midnight of day 0.
fn moment(day: usize, minute: i64) -> i64 {
    day as i64 * MINUTES_A_DAY + minute
}
