//! How a solve goes: who works on it, who stops it, and the proposal to plan part of a roster in force anew (重排).

use super::roster::{CellChange, SolveReport};
use crate::ids::{NodeId, SolveId, StaffId};
use crate::quantities::Minutes;
use crate::work_date::WorkDate;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A node works on a solve. Appended on the expectation that nobody else has, so two nodes never work on the same one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SolveClaimed {
    /// Which.
    pub solve: SolveId,
    /// Who works on it.
    pub node: NodeId,
    /// SHA-256 of the problem it solves, hex. It differs from the one asked for when facts changed in between.
    pub problem_digest: String,
    /// Version of the solver it solves with.
    pub solver_version: String,
    /// Until then nobody else takes it: its wall-clock limit and a grace.
    pub until: DateTime<Utc>,
    /// When.
    pub at: DateTime<Utc>,
}

/// A node that stops gives its solve back; another may take it at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SolveReleased {
    /// Which.
    pub solve: SolveId,
    /// Who worked on it.
    pub node: NodeId,
    /// When.
    pub at: DateTime<Utc>,
}

/// Somebody asked a solve to stop; whichever node works on it records the best plan it has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SolveCancelRequested {
    /// Which.
    pub solve: SolveId,
    /// Who.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

/// Why a solve ended with a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SolveEnd {
    /// The bound met the cost: no plan is cheaper.
    Optimal,
    /// Its wall-clock limit.
    TimeLimit,
    /// Its work limit: the same request gives the same plan.
    WorkLimit,
    /// Somebody stopped it.
    Cancelled,
}

/// A rule or fact that a plan had to let go, because facts about one person contradict each other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relaxed {
    /// About whom.
    pub staff: StaffId,
    /// The day it is about.
    pub date: WorkDate,
    /// What contradicts what, and what was let go, in Chinese.
    pub words_zh: String,
    /// The same in English.
    pub words_en: String,
}

/// Which part of a roster in force is planned anew. What has begun stays in any case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "scope", rename_all = "snake_case")]
pub enum ReplanScope {
    /// Everybody's cells of one day.
    Day {
        /// The day.
        date: WorkDate,
    },
    /// Somebody is away for a while: their cells are barred, the others' are free.
    Person {
        /// Who.
        staff: StaffId,
        /// First day away.
        first: WorkDate,
        /// Last day away.
        last: WorkDate,
        /// How far the others' cells may change.
        others: ReplanOthers,
    },
    /// Everybody's cells from a day to the end of the month.
    Rest {
        /// The first day.
        from: WorkDate,
    },
}

/// How far the others' cells may change when somebody is away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplanOthers {
    /// On the days the person is away.
    ThoseDays,
    /// From the first of them to the end of the month.
    FromThen,
}

impl ReplanScope {
    /// The first day whose cells may change.
    pub fn first(&self) -> WorkDate {
        match self {
            Self::Day { date } => *date,
            Self::Person { first, .. } => *first,
            Self::Rest { from } => *from,
        }
    }
    /// Whether cells of `date` may change. `date` is of the roster's month.
    pub fn covers(&self, date: WorkDate) -> bool {
        match self {
            Self::Day { date: only } => date == *only,
            Self::Person {
                first,
                last,
                others,
                ..
            } => *first <= date && (date <= *last || *others == ReplanOthers::FromThen),
            Self::Rest { from } => *from <= date,
        }
    }
    /// Whether somebody is away on `date`.
    pub fn bars(&self, whom: &StaffId, date: WorkDate) -> bool {
        match self {
            Self::Person {
                staff, first, last, ..
            } => staff == whom && (*first..=*last).contains(&date),
            Self::Day { .. } | Self::Rest { .. } => false,
        }
    }
}

/// What a proposal changes in the cost of one person's month, in cost units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CostMove {
    /// Whose.
    pub staff: StaffId,
    /// As the roster stands.
    pub before: i64,
    /// As proposed.
    pub after: i64,
}

/// A solve proposes changes of the roster in force; the lead accepts or discards them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReplanProposed {
    /// Which solve.
    pub solve: SolveId,
    /// The revision it changes; once another is in force, the proposal is out of date.
    pub base: u32,
    /// The cells it changes, by day and person.
    pub changes: Vec<CellChange>,
    /// What the month costs as it stands, with those away away.
    pub cost_before: i64,
    /// People-minutes under the minimum as it stands.
    pub minutes_short_before: Minutes,
    /// People-minutes under the minimum as proposed.
    pub minutes_short_after: Minutes,
    /// What it changes for whom, everybody whose row changes.
    pub people: Vec<CostMove>,
    /// How the solve went; its shortfalls are those of the proposal, on the days it is about.
    pub report: SolveReport,
    /// When.
    pub at: DateTime<Utc>,
}

/// The lead does not want a proposal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplanDiscarded {
    /// Which solve's.
    pub solve: SolveId,
    /// Who.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}
