//! The states things go through, folded from their events; also the rows that queries answer with.

mod conduct;
mod period;

pub use conduct::*;
pub use period::*;

use chrono::{DateTime, Utc};
use domain::day::RequestStatus;
use domain::event::{
    CalendarDay, Category, Compensation, Complainant, ComplaintAbout, Contract, Edge,
    EvidenceNoted, Forgotten, Half, Lane, LaneOpening, LaneStint, LeaveKind, LeaveSpan, Protected,
    ReplanProposed, ReplanScope, Severity, ShiftTemplatesAdopted, Skill, SolveCancelRequested,
    SolveClaimed, SolveReport,
};
use domain::ids::{
    AlertId, ComplaintId, CorrectionId, DeskId, EventId, LaneId, LeaveId, OvertimeId,
    PolicyVersionId, SanctionId, SkillId, SolveId, StaffId, SwapId,
};
use domain::policy::PolicyDocument;
use domain::quantities::{Fen, Minutes};
use domain::shift::ShiftTemplate;
use domain::who::Role;
use domain::work_date::{DayMinute, Month, WorkDate, Zone};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A desk as it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeskRow {
    /// Its id.
    pub desk: DeskId,
    /// Its name.
    pub name: String,
    /// The site's zone.
    pub zone: Zone,
    /// Staffed from.
    pub opens: DayMinute,
    /// Staffed until.
    pub closes: DayMinute,
    /// In display order.
    pub skills: Vec<Skill>,
    /// Every adoption of shift templates, oldest first.
    pub templates: Vec<ShiftTemplatesAdopted>,
    /// The rules through time: where adopted documents overlap, the latest adopted holds.
    pub policy: Option<PolicyDocument>,
    /// Every adoption, oldest first.
    pub adoptions: Vec<PolicyAdoption>,
    /// Positions that one person holds at a time (M3), in display order.
    #[serde(default)]
    pub lanes: Vec<Lane>,
}

/// A policy document was adopted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyAdoption {
    /// Its versions.
    pub versions: Vec<PolicyVersionId>,
    /// SHA-256 of its text, hex.
    pub digest: String,
    /// Who.
    pub by: StaffId,
    /// When it was recorded.
    pub at: DateTime<Utc>,
}

impl DeskRow {
    /// The shift templates for rosters of `date`, in display order.
    pub fn templates_on(&self, date: WorkDate) -> &[ShiftTemplate] {
        self.templates
            .iter()
            .rev()
            .find(|adopted| adopted.effective_from <= date)
            .map_or(&[], |adopted| adopted.templates.as_slice())
    }
}

/// Somebody as the desk knows them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffRow {
    /// 工号
    pub staff: StaffId,
    /// 姓名
    pub name: String,
    /// 部门
    pub desk: DeskId,
    /// 岗位
    pub position: String,
    /// What the person may do.
    pub roles: BTreeSet<Role>,
    /// The desks a lead leads.
    pub leads: BTreeSet<DeskId>,
    /// What the person can serve, by the day it holds from, oldest first.
    pub skills: Vec<SkillsFrom>,
    /// Hours and pay, by the day it holds from, oldest first.
    pub contracts: Vec<ContractFrom>,
    /// Times of legal protection.
    pub protections: Vec<Protected>,
    /// First day.
    pub from: WorkDate,
    /// Last day, once known.
    pub until: Option<WorkDate>,
    /// Category (M6), by the day it holds from, oldest first; before the first, regular.
    #[serde(default)]
    pub categories: Vec<CategoryFrom>,
    /// Years of service are counted from then (工龄); none: from the first day.
    #[serde(default)]
    pub service_from: Option<WorkDate>,
    /// The person was forgotten; the name says so.
    #[serde(default)]
    pub forgotten: Option<Forgotten>,
}

/// A category from a day on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CategoryFrom {
    /// From this day.
    pub from: WorkDate,
    /// Which.
    pub category: Category,
}

/// Skills from a day on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkillsFrom {
    /// From this day.
    pub from: WorkDate,
    /// All of them.
    pub skills: BTreeSet<SkillId>,
}

/// A contract from a day on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractFrom {
    /// From this day.
    pub from: WorkDate,
    /// Hours and pay.
    pub contract: Contract,
}

impl StaffRow {
    /// Whether the person is with the desk on `date`.
    pub fn is_employed_on(&self, date: WorkDate) -> bool {
        self.from <= date && self.until.is_none_or(|last| date <= last)
    }
    /// The skills on `date`; none before the first day.
    pub fn skills_on(&self, date: WorkDate) -> BTreeSet<SkillId> {
        let held = self.skills.iter().rev().find(|held| held.from <= date);
        held.map(|held| held.skills.clone()).unwrap_or_default()
    }
    /// The contract on `date`; before the first day, the first one.
    pub fn contract_on(&self, date: WorkDate) -> Option<&Contract> {
        let held = self.contracts.iter().rev().find(|held| held.from <= date);
        held.or(self.contracts.first()).map(|held| &held.contract)
    }
    /// The category on `date`.
    pub fn category_on(&self, date: WorkDate) -> Category {
        let held = self.categories.iter().rev().find(|held| held.from <= date);
        held.map(|held| held.category).unwrap_or_default()
    }
    /// Whether the person is ever rostered: somebody without skills is not, unless a promoter, by hand (M6).
    pub fn is_rosterable(&self) -> bool {
        self.skills.iter().any(|held| !held.skills.is_empty())
            || self
                .categories
                .iter()
                .any(|held| held.category == Category::Promoter)
    }
}

/// A year's calendar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarRow {
    /// Which.
    pub year: i32,
    /// Not announced yet.
    pub provisional: bool,
    /// Where it came from.
    pub source: String,
    /// The days that are not simply their weekday.
    pub days: Vec<CalendarDay>,
}

/// How a request was decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestDecision {
    /// Who.
    pub by: StaffId,
    /// As what; none on a refusal.
    pub role: Option<Role>,
    /// Why, on a refusal.
    pub reason: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

/// A correction request (补卡申请).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CorrectionRow {
    /// Its id.
    pub correction: CorrectionId,
    /// Who.
    pub staff: StaffId,
    /// 姓名; filled on reading.
    #[serde(default)]
    pub name: String,
    /// At which desk.
    pub desk: DeskId,
    /// The day of the missed punch.
    pub work_date: WorkDate,
    /// Which punch.
    pub edge: Edge,
    /// When the person says it would have been.
    pub claimed_at: DateTime<Utc>,
    /// In the person's words.
    pub reason: String,
    /// When it was asked for.
    pub requested_at: DateTime<Utc>,
    /// Where it stands.
    pub status: RequestStatus,
    /// How it was decided.
    pub decision: Option<RequestDecision>,
    /// Put on file by the administration (行政留底): who and when.
    pub on_file: Option<(StaffId, DateTime<Utc>)>,
    /// Its events, request first.
    pub events: Vec<EventId>,
}

/// A leave request (请假申请).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaveRow {
    /// Its id.
    pub leave: LeaveId,
    /// Who.
    pub staff: StaffId,
    /// 姓名; filled on reading.
    #[serde(default)]
    pub name: String,
    /// At which desk.
    pub desk: DeskId,
    /// What kind.
    pub kind: LeaveKind,
    /// When.
    pub span: LeaveSpan,
    /// Minutes taken from the balance, for kinds that have one.
    pub minutes: Minutes,
    /// In the person's words.
    pub reason: String,
    /// Who filed it.
    pub filed_by: StaffId,
    /// Why a lead filed it, if so.
    pub emergency: Option<String>,
    /// A half of the day's shift.
    #[serde(default)]
    pub half: Option<Half>,
    /// Documents named, and seen by somebody who may.
    #[serde(default)]
    pub evidence: Vec<EvidenceNoted>,
    /// When it was filed.
    pub requested_at: DateTime<Utc>,
    /// Where it stands.
    pub status: RequestStatus,
    /// How it was decided.
    pub decision: Option<RequestDecision>,
    /// Its events, request first.
    pub events: Vec<EventId>,
}

/// A request for overtime (加班申请).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OvertimeRow {
    /// Its id.
    pub request: OvertimeId,
    /// Who.
    pub staff: StaffId,
    /// 姓名; filled on reading.
    #[serde(default)]
    pub name: String,
    /// At which desk.
    pub desk: DeskId,
    /// Which day.
    pub work_date: WorkDate,
    /// Asked for.
    pub minutes: Minutes,
    /// What it shall earn; once approved, what it earns.
    pub compensation: Compensation,
    /// In the person's words.
    pub reason: String,
    /// When it was filed.
    pub requested_at: DateTime<Utc>,
    /// Where it stands.
    pub status: RequestStatus,
    /// Once approved, at the most.
    pub approved_minutes: Option<Minutes>,
    /// How it was decided.
    pub decision: Option<RequestDecision>,
    /// Its events, request first.
    pub events: Vec<EventId>,
}

/// Where a swap stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SwapStatus {
    /// The colleague has not answered.
    Asked,
    /// The colleague agreed; it waits for the lead or the GM office.
    Agreed,
    /// The colleague declined.
    Declined,
    /// In force.
    Approved,
    /// Not granted.
    Refused,
    /// Taken back.
    Withdrawn,
}

/// A swap request (调班申请).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SwapRow {
    /// Its id.
    pub swap: SwapId,
    /// At which desk.
    pub desk: DeskId,
    /// The roster it changes.
    pub month: Month,
    /// Who gives a shift away.
    pub from: StaffId,
    /// 姓名; filled on reading.
    #[serde(default)]
    pub from_name: String,
    /// The day given away.
    pub give: WorkDate,
    /// Who is to take it.
    pub with: StaffId,
    /// 姓名; filled on reading.
    #[serde(default)]
    pub with_name: String,
    /// The colleague's day taken in exchange, if any.
    pub take: Option<WorkDate>,
    /// In the person's words.
    pub reason: String,
    /// When it was asked for.
    pub requested_at: DateTime<Utc>,
    /// When the colleague agreed.
    pub agreed_at: Option<DateTime<Utc>>,
    /// Where it stands.
    pub status: SwapStatus,
    /// How it was decided.
    pub decision: Option<RequestDecision>,
    /// The revision it made, once approved.
    pub revision: Option<u32>,
    /// Its events, request first.
    pub events: Vec<EventId>,
}

/// Where a penalty or reward stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SanctionStatus {
    /// Nobody has looked at it.
    Proposed,
    /// The lead found it true.
    Verified,
    /// HR weighed it.
    Balanced,
    /// The GM office approved it: it reaches payroll.
    Approved,
    /// It will not be carried out.
    Waived,
    /// The person disagrees; it waits, and does not reach payroll meanwhile.
    Appealed,
    /// The appeal was upheld: it will not be carried out.
    Overturned,
    /// The facts it rested on have changed: it proposes itself no longer.
    Withdrawn,
}

/// A step somebody took on a penalty or reward.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SanctionStepRow {
    /// Where it stood afterwards.
    pub status: SanctionStatus,
    /// Who; the person, on an appeal.
    pub by: StaffId,
    /// 姓名; filled on reading.
    #[serde(default)]
    pub by_name: String,
    /// The amount as decided, if the step decides one.
    pub amount: Option<Fen>,
    /// How grave, where the amount is chosen by severity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// What was found, or why.
    pub note: String,
    /// When.
    pub at: DateTime<Utc>,
    /// The event.
    pub event: EventId,
}

/// What people decided about a sanction, whatever the facts say now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SanctionState {
    /// Which.
    pub sanction: SanctionId,
    /// Whose.
    pub staff: StaffId,
    /// The month of its stream.
    pub month: Month,
    /// For a reward: its day and reason. A penalty is derived and has none.
    pub reward: Option<RewardState>,
    /// Where it stands.
    pub status: SanctionStatus,
    /// Where it stood before an appeal.
    pub before_appeal: Option<SanctionStatus>,
    /// The amount last decided.
    pub amount: Option<Fen>,
    /// Every step, oldest first.
    pub steps: Vec<SanctionStepRow>,
}

/// What a reward is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RewardState {
    /// For which day.
    pub work_date: WorkDate,
    /// Why.
    pub reason: String,
}

/// How a complaint was looked into.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComplaintFinding {
    /// Whose it is.
    pub staff: StaffId,
    /// Whether it is true.
    pub upheld: bool,
    /// What was found.
    pub note: String,
    /// Who looked.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

/// A complaint (投诉).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComplaintRow {
    /// Its id.
    pub complaint: ComplaintId,
    /// At which desk.
    pub desk: DeskId,
    /// The date of its stream.
    pub date: WorkDate,
    /// About what.
    pub about: ComplaintAbout,
    /// About whom, if known.
    pub staff: Option<StaffId>,
    /// 姓名; filled on reading.
    #[serde(default)]
    pub name: String,
    /// Who complained.
    pub complainant: Complainant,
    /// What was said.
    pub text: String,
    /// When it happened.
    pub happened_at: DateTime<Utc>,
    /// When it was filed.
    pub filed_at: DateTime<Utc>,
    /// How it was looked into.
    pub finding: Option<ComplaintFinding>,
    /// Its events, filing first.
    pub events: Vec<EventId>,
}

/// Where a solve stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SolveStatus {
    /// Asked for, not ended.
    Running,
    /// Made a plan.
    Done,
    /// Ended without one.
    Failed,
}

/// One run of the roster solver.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SolveRow {
    /// Its id.
    pub solve: SolveId,
    /// Whose roster.
    pub desk: DeskId,
    /// Which month.
    pub month: Month,
    /// SHA-256 of the problem, hex; empty if the request is not in the log.
    pub problem_digest: String,
    /// Seed of the search.
    pub seed: u64,
    /// Threads used.
    pub threads: u16,
    /// Work limit, in units of the search.
    pub work_limit: u64,
    /// Wall-clock limit.
    pub limit_seconds: u32,
    /// Version of the solver.
    pub solver_version: String,
    /// Who asked.
    pub by: Option<StaffId>,
    /// When it was asked for.
    pub requested_at: Option<DateTime<Utc>>,
    /// Where it stands.
    pub status: SolveStatus,
    /// How it went.
    pub report: Option<SolveReport>,
    /// Why it failed.
    pub failure: Option<String>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// Which part of the roster in force it plans anew; none: a draft's whole month.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replan: Option<ReplanScope>,
    /// Who works on it, or did last; none: nobody has taken it, or it was given back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim: Option<SolveClaimed>,
    /// Who asked it to stop, and when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancel: Option<SolveCancelRequested>,
    /// What it proposes to change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposal: Option<ReplanProposed>,
    /// What became of the proposal; none: it is open, or a later one took its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<ProposalAnswer>,
}

/// What the lead said to a proposal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposalAnswer {
    /// The revision that it made; none: it was discarded.
    pub revision: Option<u32>,
    /// Who.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

/// Where a month's roster stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RosterStatus {
    /// Being planned.
    Draft,
    /// In force.
    Published,
    /// Its period is closed.
    Locked,
}

/// A month's roster as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RosterState {
    /// Whose.
    pub desk: DeskId,
    /// Which month.
    pub month: Month,
    /// Where it stands.
    pub status: RosterStatus,
    /// The latest published revision.
    pub revision: Option<u32>,
    /// Whether the draft holds edits that are not published.
    pub has_unpublished_edits: bool,
    /// Revision of the newest event of its stream, for `If-Match`.
    pub stream_revision: u64,
}

/// A day's lanes as planned and opened by hand (M3, M4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaneDayRow {
    /// At which desk.
    pub desk: DeskId,
    /// Which day.
    pub date: WorkDate,
    /// The order in which lanes open; empty: nobody planned it.
    pub order: Vec<LaneId>,
    /// Who is where, by time.
    pub stints: Vec<LaneStint>,
    /// Who planned it and when.
    pub planned: Option<(StaffId, DateTime<Utc>)>,
    /// How many are open, where set by hand.
    pub openings: Vec<LaneOpening>,
    /// Why, who set it and when.
    pub opened: Option<(String, StaffId, DateTime<Utc>)>,
}

/// An intraday alert (D8).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertRow {
    /// Its id.
    pub alert: AlertId,
    /// At which desk.
    pub desk: DeskId,
    /// The date of its stream.
    pub date: WorkDate,
    /// What is wrong.
    pub text: String,
    /// What is to be done about it; may be empty.
    pub remedy: String,
    /// Who raised it.
    pub by: StaffId,
    /// 姓名; filled on reading.
    #[serde(default)]
    pub by_name: String,
    /// When.
    pub raised_at: DateTime<Utc>,
    /// How it ended; none: it stands.
    pub closed: Option<AlertEnd>,
    /// Its events, raising first.
    pub events: Vec<EventId>,
}

/// How an alert ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertEnd {
    /// Who closed it.
    pub by: StaffId,
    /// What came of it; may be empty.
    pub note: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// What a month's roster may cost (M10).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetRow {
    /// At which desk.
    pub desk: DeskId,
    /// Which month.
    pub month: Month,
    /// At the most.
    pub amount: Fen,
    /// Who set it.
    pub by: StaffId,
    /// When it was recorded.
    pub at: DateTime<Utc>,
}
