//! `roster-{desk}-{yyyy-mm}`: the month's roster, its changes and its swaps. A swap and the cells it changes share one
//! stream, so two racing approvals cannot both win.

use super::solve::{
    Relaxed, ReplanDiscarded, ReplanProposed, ReplanScope, SolveCancelRequested, SolveClaimed,
    SolveEnd, SolveReleased,
};
use crate::event::events;
use crate::ids::{DeskId, LaneId, LeaveId, SkillId, SolveId, StaffId, SwapId};
use crate::quantities::Fen;
use crate::shift::{Cell, Shift};
use crate::who::Role;
use crate::work_date::{DayMinute, Month, WorkDate};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Planning of a month began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RosterDrafted {
    /// Whose.
    pub desk: DeskId,
    /// Which month.
    pub month: Month,
    /// Who.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

/// A solve was asked for; enough to run it again identically.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SolveRequested {
    /// Its id.
    pub solve: SolveId,
    /// SHA-256 of the problem, hex.
    pub problem_digest: String,
    /// Seed of the search.
    pub seed: u64,
    /// Threads used.
    pub threads: u16,
    /// Work limit, in units of the search; what makes it repeatable.
    pub work_limit: u64,
    /// Wall-clock limit.
    pub limit_seconds: u32,
    /// Version of the solver.
    pub solver_version: String,
    /// Which part of the roster in force is planned anew; none: a draft's whole month.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replan: Option<ReplanScope>,
    /// Who.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

/// How far a shortfall goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// Under the minimum: the desk must not be.
    Minimum,
    /// Fewer of a kind on post than the policy asks for (a senior).
    OnPost,
    /// Fewer on call than the policy asks for.
    Standby,
    /// Fewer on a shift than the policy asks for.
    Shift,
    /// Under the target: wished for.
    Target,
}

/// A stretch of a day with too few people (T1): of a skill, or as named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shortfall {
    /// The day.
    pub date: WorkDate,
    /// From.
    pub start: DayMinute,
    /// Until.
    pub end: DayMinute,
    /// The skill short of; none: what `what` names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skill: Option<SkillId>,
    /// What is short where it is no skill: a shift on call, a kind of people on post.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub what: Option<String>,
    /// Which level is missed.
    pub tier: Tier,
    /// People missing.
    pub missing: u16,
    /// Why, in Chinese.
    pub cause_zh: String,
    /// Why, in English.
    pub cause_en: String,
    /// What would free it, cheapest first, in Chinese.
    pub repairs_zh: Vec<String>,
    /// The same in English.
    pub repairs_en: Vec<String>,
}

impl Shortfall {
    /// The skill, or the name of what else is short.
    pub fn short_of(&self) -> &str {
        let skill = self.skill.as_ref().map(SkillId::as_str);
        skill.or(self.what.as_deref()).unwrap_or_default()
    }
}

/// How a solve ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SolveReport {
    /// Cost of the plan.
    pub objective: i64,
    /// Proven lower bound of any plan's cost.
    pub bound: Option<i64>,
    /// Whether the plan is proven best.
    pub proven_optimal: bool,
    /// Cost by named term.
    pub costs: Vec<(String, i64)>,
    /// Every stretch under minimum or target.
    pub shortfalls: Vec<Shortfall>,
    /// Steps of the search.
    pub iterations: u64,
    /// Why it ended; none in reports older than this field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<SolveEnd>,
    /// How long it took, in milliseconds of wall clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub milliseconds: Option<u64>,
    /// What the plan had to let go.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub relaxed: Vec<Relaxed>,
}

/// A solve made a plan for the month.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RosterGenerated {
    /// Which solve.
    pub solve: SolveId,
    /// Everybody's every day.
    pub cells: Vec<Cell>,
    /// How it went.
    pub report: SolveReport,
    /// When.
    pub at: DateTime<Utc>,
}

/// A solve ended without a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SolveFailed {
    /// Which.
    pub solve: SolveId,
    /// Why.
    pub reason: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// A cell's new content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellChange {
    /// Whose.
    pub staff: StaffId,
    /// The day.
    pub date: WorkDate,
    /// What it was.
    pub before: Option<Shift>,
    /// What it is now.
    pub after: Option<Shift>,
}

/// Cells of an unpublished roster were set by hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellsEdited {
    /// Which.
    pub changes: Vec<CellChange>,
    /// Who.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

/// A cell by whose and when.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CellKey {
    /// Whose.
    pub staff: StaffId,
    /// When.
    pub date: WorkDate,
}

/// Cells are decided: a solve keeps them as they stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellsFixed {
    /// Which.
    pub cells: Vec<CellKey>,
    /// Who.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

/// Cells are no longer decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellsFreed {
    /// Which.
    pub cells: Vec<CellKey>,
    /// Who.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

/// The roster came into force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RosterPublished {
    /// 1 for the first publication; an amendment or swap adds one.
    pub revision: u32,
    /// What it is short of, as acknowledged by the lead (T1).
    pub shortfalls: Vec<Shortfall>,
    /// Who.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

/// A shift that leave left open (请假空班).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct OpenShiftKey {
    /// The leave.
    pub leave: LeaveId,
    /// The day.
    pub date: WorkDate,
}

/// Cells of a published roster were changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RosterAmended {
    /// The revision this makes.
    pub revision: u32,
    /// Which cells.
    pub changes: Vec<CellChange>,
    /// Why.
    pub reason: String,
    /// The open shift that it covers, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub covers: Option<OpenShiftKey>,
    /// The solve whose proposal it accepts, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replan: Option<SolveId>,
    /// Who.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

/// A week's duty table was handed to the administration (T3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DutyTableSubmitted {
    /// Monday of the week.
    pub week_start: WorkDate,
    /// The revision handed in.
    pub revision: u32,
    /// Who.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

/// The roster can no longer change: its period is closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RosterLocked {
    /// When.
    pub at: DateTime<Utc>,
}

/// Somebody asked a colleague to take a shift (调班, T9).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SwapRequested {
    /// Its id.
    pub swap: SwapId,
    /// Who gives a shift away.
    pub from: StaffId,
    /// The day given away.
    pub give: WorkDate,
    /// Who is to take it.
    pub with: StaffId,
    /// The colleague's day taken in exchange, if any.
    pub take: Option<WorkDate>,
    /// In the person's words.
    pub reason: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// The colleague agreed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SwapAgreed {
    /// Which.
    pub swap: SwapId,
    /// When.
    pub at: DateTime<Utc>,
}

/// The colleague declined.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SwapDeclined {
    /// Which.
    pub swap: SwapId,
    /// When.
    pub at: DateTime<Utc>,
}

/// The swap was approved and is in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SwapApproved {
    /// Which.
    pub swap: SwapId,
    /// The revision this makes.
    pub revision: u32,
    /// The cells it changes.
    pub changes: Vec<CellChange>,
    /// Who.
    pub by: StaffId,
    /// As what.
    pub role: Role,
    /// When.
    pub at: DateTime<Utc>,
}

/// The swap was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SwapRefused {
    /// Which.
    pub swap: SwapId,
    /// Who.
    pub by: StaffId,
    /// Why.
    pub reason: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// The swap was taken back by its author.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SwapWithdrawn {
    /// Which.
    pub swap: SwapId,
    /// When.
    pub at: DateTime<Utc>,
}

/// One person at one lane for a while.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaneStint {
    /// Which lane.
    pub lane: LaneId,
    /// Who.
    pub staff: StaffId,
    /// From.
    pub start: DayMinute,
    /// Until.
    pub end: DayMinute,
}

/// A day's lanes were planned (M4); the latest plan of a day holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LanesPlanned {
    /// The day.
    pub date: WorkDate,
    /// The order in which lanes open (银台开放次序).
    pub order: Vec<LaneId>,
    /// Who is where (银台分配), by lane and time.
    pub stints: Vec<LaneStint>,
    /// Who.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

/// How many lanes are open for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaneOpening {
    /// From.
    pub start: DayMinute,
    /// Until.
    pub end: DayMinute,
    /// The first so many of the opening order.
    pub open: u16,
}

/// The number of open lanes was set by hand (M3); the latest of a day holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LanesOpened {
    /// The day.
    pub date: WorkDate,
    /// In time order, not overlapping. Where none speaks, the day's plan and demand do.
    pub openings: Vec<LaneOpening>,
    /// Why.
    pub reason: String,
    /// Who.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

/// The roster was published although it costs more than its budget, as acknowledged by the lead (M10).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetOverrun {
    /// What it costs as published.
    pub cost: Fen,
    /// What it may cost.
    pub budget: Fen,
    /// Who.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

events! {
    /// Facts of stream `roster-{desk}-{yyyy-mm}`.
    RosterEvent {
        "roster.drafted", 1 => RosterDrafted,
        "roster.solve_requested", 1 => SolveRequested,
        "roster.generated", 2 => RosterGenerated,
        "roster.solve_failed", 1 => SolveFailed,
        "roster.solve_claimed", 1 => SolveClaimed,
        "roster.solve_released", 1 => SolveReleased,
        "roster.solve_cancel_requested", 1 => SolveCancelRequested,
        "roster.replan_proposed", 1 => ReplanProposed,
        "roster.replan_discarded", 1 => ReplanDiscarded,
        "roster.cells_edited", 1 => CellsEdited,
        "roster.cells_fixed", 1 => CellsFixed,
        "roster.cells_freed", 1 => CellsFreed,
        "roster.published", 2 => RosterPublished,
        "roster.amended", 1 => RosterAmended,
        "roster.duty_table_submitted", 1 => DutyTableSubmitted,
        "roster.locked", 1 => RosterLocked,
        "roster.swap_requested", 1 => SwapRequested,
        "roster.swap_agreed", 1 => SwapAgreed,
        "roster.swap_declined", 1 => SwapDeclined,
        "roster.swap_approved", 1 => SwapApproved,
        "roster.swap_refused", 1 => SwapRefused,
        "roster.swap_withdrawn", 1 => SwapWithdrawn,
        "roster.lanes_planned", 1 => LanesPlanned,
        "roster.lanes_opened", 1 => LanesOpened,
        "roster.budget_overrun", 1 => BudgetOverrun,
    }
}
