//! What a solve gives back: who works when, who eats when, what it costs, what is missing and why, and what is proven.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::problem::{Assignments, Cause, CostTerm, Fault, PersonId, ShiftId, SkillId};

/// A roster with its meals, its cost and its proof.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// `assignments[person][day]`, in the problem's order.
    pub assignments: Assignments,
    /// Every meal, by person, day and start.
    pub meals: Vec<Meal>,
    /// Sum of all costs.
    pub objective: i64,
    /// Proven lower bound on the objective of every roster; `None` when nothing was proven.
    pub bound: Option<i64>,
    /// Why the solve ended.
    pub status: Status,
    /// The objective by term, person and day.
    pub costs: CostTable,
    /// Where people are missing, by day, start, tier and skill.
    pub shortfalls: Vec<Shortfall>,
    /// Hard rules that contradict each other for some person, and what was let go to have a roster at all. Usually empty;
    /// a plan with entries breaks these rules and nothing else.
    #[serde(default)]
    pub relaxed: Vec<Relaxation>,
    /// How the plan came about.
    pub report: Report,
    /// Short breaks beside the meals; none until they are placed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub breaks: Option<Breaks>,
}

/// Short breaks of a settled roster, and what they leave short beside its own shortfalls.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Breaks {
    /// Every short break, by person, day and start.
    pub taken: Vec<Meal>,
    /// Those that fit nowhere beside the meals.
    pub left_out: Vec<LeftOut>,
    /// What cover costs more with them than without; less where too many were there.
    pub cost: i64,
    /// Days on which cheaper breaks may exist; on all others none do, the roster and its meals being as they are.
    pub days_unproven: Vec<usize>,
    /// Where people are missing beyond the plan's own shortfalls.
    pub shortfalls: Vec<Shortfall>,
}

/// A short break that fits nowhere.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LeftOut {
    /// Index into the problem's people.
    pub person: usize,
    /// Day the shift starts.
    pub day: usize,
    /// Which of the shift's breaks, from 0.
    pub index: usize,
}

impl Plan {
    /// Proven gap in per cent of the objective: 0 when proven optimal, `None` without a bound.
    pub fn gap_percent(&self) -> Option<f64> {
        let bound = self.bound?;
        if bound >= self.objective {
            return Some(0.0);
        }
        Some(100.0 * (self.objective - bound) as f64 / (self.objective.max(1)) as f64)
    }
}

/// Who works when, and who eats when, without any claim about it: a roster made by hand, or the part of a [`Plan`] that
/// questions are asked about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Roster {
    /// `assignments[person][day]`, in the problem's order.
    pub assignments: Assignments,
    /// Every meal; `None` leaves them to be placed as well as can be.
    #[serde(default)]
    pub meals: Option<Vec<Meal>>,
}

impl From<&Plan> for Roster {
    fn from(plan: &Plan) -> Self {
        Self {
            assignments: plan.assignments.clone(),
            meals: Some(plan.meals.clone()),
        }
    }
}

/// Why a solve ended. Only [`Status::Optimal`] is a proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The bound meets the objective: no roster is cheaper.
    Optimal,
    /// Stopped by the time limit; see the bound for how far it may be from the best.
    TimeLimit,
    /// Stopped by the work limit (reproducible).
    WorkLimit,
    /// Stopped by the caller.
    Cancelled,
    /// Not solved: somebody's roster, costed as it is.
    Evaluated,
}

/// A meal: off post from `start_minute` for `duration_minutes`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Meal {
    /// Index into the problem's people.
    pub person: usize,
    /// Day the shift starts.
    pub day: usize,
    /// Minutes from that day's midnight.
    pub start_minute: i64,
    /// Length, minutes.
    pub duration_minutes: i64,
}

/// The objective, cut three ways. Cover costs belong to days, the others to people and (where they have one) to days.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CostTable {
    /// Per named term; the values sum to the objective.
    pub by_term: BTreeMap<CostTerm, i64>,
    /// Per person and term, personal terms only.
    pub by_person: Vec<BTreeMap<CostTerm, i64>>,
    /// Per day and term: cover terms and those personal terms that belong to one day.
    pub by_day: Vec<BTreeMap<CostTerm, i64>>,
}

/// Which promise is missed.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// Under the minimum: the desk is understaffed.
    Minimum,
    /// At or above the minimum, under the target.
    Target,
    /// A group demand (a senior on post).
    Group,
    /// People wanted on a shift.
    Shift,
    /// People wanted on call.
    Standby,
}

/// A text in both languages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

/// People missing over an interval, with the reason and what would help.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Shortfall {
    /// Day index.
    pub day: usize,
    /// Start, minutes from the day's midnight.
    pub start_minute: i64,
    /// End (exclusive).
    pub end_minute: i64,
    /// Skill missing; `None` for the tiers that have none.
    pub skill: Option<SkillId>,
    /// Group missing, for [`Tier::Group`].
    pub group: Option<String>,
    /// Shift short of people, for [`Tier::Shift`] and [`Tier::Standby`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shift: Option<ShiftId>,
    /// People missing throughout the interval.
    pub missing: u32,
    /// Which promise is missed.
    pub tier: Tier,
    /// The kind of cause that stands first.
    pub cause: CauseKind,
    /// Facts that keep people from this interval: freeing one of them may repair it.
    pub conflict: Vec<Fact>,
    /// The cause in words.
    pub words: Words,
    /// What would remove it (or part of it), cheapest first; at most five.
    pub repairs: Vec<Repair>,
}

/// The kind of cause of a shortfall.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum CauseKind {
    /// Nobody on the desk holds the skill (or belongs to the group).
    NoSkill,
    /// No shift template reaches the interval.
    NoShift,
    /// Leave or another absence.
    Absence,
    /// A locked cell.
    Lock,
    /// Rest between shifts or a forbidden succession.
    Rest,
    /// A limit on runs, minutes, weekends, nights or a shift.
    Limit,
    /// Meals: enough people are at work, too few on post.
    Meal,
    /// Short breaks, likewise.
    Break,
    /// Everybody free is needed (or wanted) elsewhere: too few heads.
    Headcount,
}

/// A fact that keeps one person from an interval.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fact {
    /// Who.
    pub person: PersonId,
    /// Day index the fact is about.
    pub day: usize,
    /// What.
    pub kind: FactKind,
}

/// What a fact is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FactKind {
    /// Leave, training or another named absence.
    Unavailable(Cause),
    /// The cell is locked to a shift or to off.
    Locked(Option<ShiftId>),
    /// Rest between shifts or a forbidden succession, against a neighbouring shift.
    Rest,
    /// Most working days in a row.
    ConsecutiveWorkDaysMax,
    /// Fewest working days in a row.
    ConsecutiveWorkDaysMin,
    /// Fewest days off in a row.
    ConsecutiveDaysOffMin,
    /// One day off a week.
    WeeklyRestDay,
    /// Minutes of the horizon.
    Minutes,
    /// Minutes of a week.
    MinutesWeekMax,
    /// Weekends worked.
    WeekendsMax,
    /// Night shifts.
    NightsMax,
    /// Most of one shift.
    ShiftMax(ShiftId),
    /// Most days off in a row.
    ConsecutiveDaysOffMax,
    /// Most days in a row on shifts of one kind.
    KindDaysMax(String),
    /// Fewest or most nights in a row.
    ConsecutiveNights,
    /// Days off after nights.
    DaysOffAfterNights,
    /// Weekends in whole.
    CompleteWeekends,
    /// Fewest minutes of a week.
    MinutesWeekMin,
    /// A meeting, by id.
    Meeting(String),
    /// Not on post together with somebody.
    NotTogether(PersonId),
    /// A skill that the shift asks for and the person does not hold.
    Skill(SkillId),
}

/// Facts about one person that no row satisfies together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Relaxation {
    /// Who.
    pub person: PersonId,
    /// A smallest set of facts that contradict each other: freeing any one of them resolves this contradiction.
    pub conflict: Vec<Fact>,
    /// The one that was let go.
    pub freed: Fact,
    /// In words.
    pub words: Words,
}

/// One thing that would help.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Repair {
    /// The fact to free; `None` is one more person.
    pub fact: Option<Fact>,
    /// Person-minutes of this shortfall it removes.
    pub minutes_removed: i64,
    /// Change of the whole objective when that person's row is chosen anew (negative is better).
    pub cost_change: i64,
    /// In words.
    pub words: Words,
}

/// How a plan came about: enough to do it again.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// Wall-clock seconds; the only field that differs between two equal runs stopped by work.
    pub seconds: f64,
    /// Seed.
    pub seed: u64,
    /// Threads.
    pub threads: usize,
    /// Search moves tried.
    pub iterations: u64,
    /// Work units spent (labels extended, in thousands).
    pub work: u64,
    /// Where the bound comes from ("none", "linear relaxation", "people and days", "exact model").
    pub bound_from: String,
    /// Engine version.
    pub engine_version: String,
    /// SHA-256 of the problem.
    pub problem_digest: String,
}

/// When to stop. Whatever comes first; with neither limit the default work limit holds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Limits {
    /// Wall-clock seconds. Plans stopped by it are not reproducible.
    pub time_limit_seconds: Option<f64>,
    /// Work units of search (thousands of labels extended over all threads): the same seed and limit give the same plan.
    pub work_limit: Option<u64>,
    /// Seed of the search.
    pub seed: u64,
    /// Threads of the search (the number is part of what makes a plan reproducible).
    pub threads: usize,
}

impl Limits {
    /// What is wrong with them.
    pub fn faults(&self) -> Vec<Fault> {
        let sound = |seconds: f64| seconds.is_finite() && seconds >= 0.0;
        if self.time_limit_seconds.is_none_or(sound) {
            return Vec::new();
        }
        vec![Fault {
            field: "time_limit_seconds".into(),
            message: "not a number of seconds".into(),
        }]
    }

    /// Reproducible limits: stop by work only.
    pub fn by_work(work_limit: u64, seed: u64, threads: usize) -> Self {
        Self {
            time_limit_seconds: None,
            work_limit: Some(work_limit),
            seed,
            threads,
        }
    }

    /// Stop by wall clock.
    pub fn by_time(seconds: f64, seed: u64, threads: usize) -> Self {
        Self {
            time_limit_seconds: Some(seconds),
            work_limit: None,
            seed,
            threads,
        }
    }
}

/// What a running solve knows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Progress {
    /// Wall-clock seconds so far.
    pub seconds: f64,
    /// What it is doing ("search", "bound", "polish", "explain").
    pub phase: String,
    /// Part of the limit used, 0 to 1.
    pub done: f64,
    /// Best objective so far.
    pub objective: Option<i64>,
    /// Best bound so far.
    pub bound: Option<i64>,
    /// Search moves tried so far.
    pub iterations: u64,
}
