//! A desk's rules as data: an effective-dated document with every amount, window, cap and chain.
//!
//! The document is TOML ([`document`] reads it, naming the line of each fault) and is adopted whole by an event.

mod conduct;
pub mod document;
mod rules;

pub use conduct::*;
pub use rules::*;

use crate::event::LeaveKind;
use crate::headcount::HeadcountPolicy;
use crate::hours::HoursPolicy;
use crate::ids::{PolicyVersionId, RuleId, ShiftCode, SkillId};
use crate::quantities::{Fen, Minutes};
use crate::who::Role;
use crate::work_date::{DayMinute, WorkDate};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A desk's rules through time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyDocument {
    /// Version of the document's schema; this build reads 1.
    pub schema: u16,
    /// Its name, such as 网店客服部管理制度.
    pub title: String,
    /// Where the rules come from.
    pub source: String,
    /// Region whose law applies, such as `CN-ZJ`.
    pub region: String,
    /// In effective order, not overlapping.
    #[serde(rename = "version")]
    pub versions: Vec<Policy>,
}

impl PolicyDocument {
    /// The rules in force on `date`, if any.
    pub fn on(&self, date: WorkDate) -> Option<&Policy> {
        self.versions.iter().find(|policy| {
            policy.effective_from <= date && policy.effective_until.is_none_or(|last| date <= last)
        })
    }
}

/// The rules in force for a while.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Cited by every figure that rests on it.
    pub id: PolicyVersionId,
    /// First day.
    pub effective_from: WorkDate,
    /// Last day; none: open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_until: Option<WorkDate>,
    /// Matching of punches, and lateness (T5).
    pub punch: PunchPolicy,
    /// 补卡 (T6, T7).
    pub correction: CorrectionPolicy,
    /// 调班 (T9).
    pub swap: ApprovalPolicy,
    /// 请假 (T12).
    pub leave: LeavePolicy,
    /// 旺旺 (T10).
    pub presence: PresencePolicy,
    /// 电话 (T11).
    pub phone: PhonePolicy,
    /// 用餐 (T13, T14).
    pub meal: MealPolicy,
    /// 加班.
    pub overtime: OvertimePolicy,
    /// 奖惩 (T16).
    pub sanction: SanctionPolicy,
    /// 迟到早退 (S5); none: recorded only, no penalty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lateness: Option<LatenessPolicy>,
    /// 例会 (S2, S3); none: the desk holds no meetings by policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meeting: Option<MeetingPolicy>,
    /// 值班表 (T3).
    pub duty_table: DutyTablePolicy,
    /// What a roster must respect, and what it weighs.
    pub roster: RosterPolicy,
    /// What the law of the region asks for.
    pub law: LawPolicy,
    /// 工时制; none: the standard regime.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<HoursPolicy>,
    /// 人員配置標準 (M9); none: the desk's usual contract is the standard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub headcount: Option<HeadcountPolicy>,
    /// 交接班 (P5, P6); none: nobody waits for a relief.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handover: Option<HandoverPolicy>,
    /// 交办事项 (S4, P7); none: nobody is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open_items: Option<OpenItemsPolicy>,
    /// 代岗: people of another role who serve the desk on certain shifts (P3).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cover: Vec<CoverPolicy>,
}

/// 交接班: the person on the post stays until somebody has taken it over (P5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandoverPolicy {
    /// Shifts at whose end the post is handed over.
    pub shifts: Vec<ShiftCode>,
    /// Posts outside the desk that may take it over (P6).
    #[serde(default, rename = "post")]
    pub posts: Vec<HandoverPost>,
}

/// A post outside the desk that signs in place of a colleague (P6).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandoverPost {
    /// Its name, such as 监控中心.
    pub name: String,
    /// The shifts it takes over from.
    pub shifts: Vec<ShiftCode>,
}

/// 交办事项 (S4, P7).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenItemsPolicy {
    /// Nobody leaves while an item is theirs and open (S4).
    pub clock_out_refused: bool,
    /// Staying on to close one counts as overtime with no further approval.
    pub overtime_counts: bool,
}

/// Another role covers the desk (P3): on these shifts whoever holds one skill serves another as well.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CoverPolicy {
    /// The shifts; nobody else works them.
    pub shifts: Vec<ShiftCode>,
    /// The skill of the other role, such as that of the repair crew.
    pub holding: SkillId,
    /// The skill it counts as meanwhile.
    pub serves: SkillId,
}

impl Policy {
    /// What somebody of these skills stands in for on a shift, beyond them (P3).
    pub fn cover<'p>(
        &'p self,
        shift: &'p ShiftCode,
        skills: &'p BTreeSet<SkillId>,
    ) -> impl Iterator<Item = &'p SkillId> {
        self.cover
            .iter()
            .filter(move |cover| cover.shifts.contains(shift) && skills.contains(&cover.holding))
            .map(|cover| &cover.serves)
            .filter(move |serves| !skills.contains(*serves))
    }
}

/// How punches meet segments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PunchPolicy {
    /// How long before a segment's start an in-punch may lie and still be its own; inside the segment any may.
    pub window_before_minutes: Minutes,
    /// How long after a segment's end an out-punch may lie and still be its own; inside the segment any may.
    pub window_after_minutes: Minutes,
    /// Same person, kind and device within this is one punch.
    pub debounce_seconds: i64,
    /// A punch later than the server's clock by more than this is refused.
    pub future_minutes_max: Minutes,
    /// A punch older than this is refused.
    pub age_minutes_max: Minutes,
    /// Late by no more than this is on time.
    pub late_grace_minutes: Minutes,
    /// Early by no more than this is on time.
    pub early_grace_minutes: Minutes,
    /// Late by more than this is 严重迟到; none: no such tier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severe_late_minutes: Option<Minutes>,
    /// To be there before the shift (D5, P4).
    pub arrival_lead_minutes: Minutes,
}

/// 补卡.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CorrectionPolicy {
    /// Until the end of the n-th calendar day after the work date (T6).
    pub window_days: u16,
    /// At most this many in a calendar month (T7).
    pub month_max: u16,
    /// Any one of these may approve (T6).
    pub approvers: Vec<Role>,
}

/// Who may approve.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApprovalPolicy {
    /// Any one of these.
    pub approvers: Vec<Role>,
}

/// 请假.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeavePolicy {
    /// Any one of these may approve.
    pub approvers: Vec<Role>,
    /// Minutes of leave that one day counts as.
    pub day_minutes: Minutes,
    /// Kinds that are taken from a balance.
    pub balanced: Vec<LeaveKind>,
    /// Kinds that want a document.
    #[serde(default)]
    pub evidence_required: Vec<LeaveKind>,
    /// What a kind is taken in; a kind that is missing may be asked for in any part of a day.
    #[serde(default)]
    pub unit: BTreeMap<LeaveKind, LeaveUnit>,
    /// When a day begins that no roster covers, for half a day of it; none: half a day needs a roster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day_start: Option<DayMinute>,
    /// 年假; none: nothing comes due by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub annual: Option<AnnualLeavePolicy>,
    /// 调休; none: what was earned does not expire.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compensatory: Option<CompensatoryPolicy>,
}

/// What leave is taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeaveUnit {
    /// Whole days.
    Day,
    /// Days, or half of a shift.
    HalfDay,
    /// Days, half of a shift, or whole hours.
    Hour,
}

/// 年假: by years of service, pro rata by day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnnualLeavePolicy {
    /// It is granted so many days before it can be taken, so that it can be asked for ahead.
    pub ahead_days: u16,
    /// It can be taken until so many months after its year.
    pub carry_over_months: u16,
    /// Days of a whole year; a part of a year earns that part, in whole days.
    pub year_days: u16,
    /// By rising years of service.
    #[serde(rename = "tier")]
    pub tiers: Vec<AnnualTier>,
}

/// From so many years of service on, so many days a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnnualTier {
    /// Completed years.
    pub service_years_min: u16,
    /// Days a year.
    pub days: u16,
}

/// 调休 that was earned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CompensatoryPolicy {
    /// It can be taken until so many months after the day it was earned on.
    pub expires_months: u16,
}

/// Whether an occurrence count makes one penalty or one per so many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counting {
    /// Once a month, when the count is reached.
    Once,
    /// Each time the count is reached.
    Per,
}

/// 旺旺在线 (T10).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PresencePolicy {
    /// Offline at least so long while on post and not at meal is an occurrence.
    pub offline_minutes_min: Minutes,
    /// So many in a calendar month.
    pub occurrences: u16,
    /// How they count.
    pub counting: Counting,
}

/// 电话 (T11).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PhonePolicy {
    /// More rings than this, unanswered.
    pub rings_max: u16,
    /// So many complaints in a calendar month.
    pub complaints: u16,
    /// How they count.
    pub counting: Counting,
}

/// 用餐 (T13).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MealPolicy {
    /// Longer is a breach.
    pub minutes_max: Minutes,
    /// Whether a meal counts as worked time.
    pub paid: bool,
}

/// 加班.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OvertimePolicy {
    /// Shorter than this does not count.
    pub minutes_min: Minutes,
    /// Counts only when approved.
    pub approval_required: bool,
    /// Work rostered on a statutory holiday counts as overtime of that class, with no further approval.
    pub statutory_when_rostered: bool,
    /// 加班申请; none: overtime is approved without being asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<OvertimeRequestPolicy>,
}

/// 加班申请: when it may be filed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OvertimeRequestPolicy {
    /// At most so many days before the day.
    pub ahead_days: u16,
    /// Until the end of the n-th calendar day after it.
    pub after_days: u16,
}

/// In what a penalty is expressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SanctionMode {
    /// Money off the wage.
    Money,
    /// Points; never money.
    Points,
    /// Recorded breaches only.
    Off,
}

/// One step of the chain from proposed to payroll.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SanctionStep {
    /// The lead looks into it.
    Verify,
    /// HR balances it.
    Balance,
    /// The GM office approves it.
    Approve,
}

/// 奖惩.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SanctionPolicy {
    /// In what it is expressed.
    pub mode: SanctionMode,
    /// The steps, in order, and who may take each.
    pub chain: Vec<ChainStep>,
    /// One incident, one penalty: the first that applies.
    pub precedence: Vec<RuleId>,
    /// An appeal is in time within so many days after approval.
    pub appeal_days: u16,
    /// Amount of each rule's penalty; a rule that is missing has none. Zero is a recorded breach.
    pub amount_fen: BTreeMap<RuleId, Fen>,
    /// The same in points, for mode `points`.
    #[serde(default)]
    pub amount_points: BTreeMap<RuleId, i64>,
    /// Amounts chosen by severity within a range (D7).
    #[serde(default)]
    pub range_fen: BTreeMap<RuleId, AmountRange>,
    /// The same in points.
    #[serde(default)]
    pub range_points: BTreeMap<RuleId, AmountRange>,
    /// The desk's own rows for general rules: what a penalty cites. A rule that is missing cites itself.
    #[serde(default)]
    pub cites: BTreeMap<RuleId, RuleId>,
    /// Rules of which a lead may record a breach by hand (D3, D6, D7).
    #[serde(default)]
    pub recordable: Vec<RuleId>,
    /// After so many, a notice (D6).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalation: Option<Escalation>,
    /// 全勤奖.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full_attendance: Option<FullAttendance>,
}

impl SanctionPolicy {
    /// What a breach of `rule` costs in the mode in force: fen, points, or 0 for a recorded breach; none: the rule
    /// makes no penalty.
    pub fn amount(&self, rule: RuleId) -> Option<Fen> {
        let fixed = match self.mode {
            SanctionMode::Money => self.amount_fen.get(&rule).copied(),
            SanctionMode::Points => self.amount_points.get(&rule).map(|&points| Fen(points)),
            SanctionMode::Off => {
                let named =
                    self.amount_fen.contains_key(&rule) || self.range_fen.contains_key(&rule);
                named.then_some(Fen::ZERO)
            }
        };
        // Of a range, the least is proposed until severity is chosen.
        fixed.or_else(|| self.range(rule).map(|range| range.low))
    }
}

/// One step and who may take it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChainStep {
    /// The step.
    pub step: SanctionStep,
    /// Any one of these.
    pub by: Vec<Role>,
}

/// 值班表 (T3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DutyTablePolicy {
    /// Next week's table is due on this weekday, Monday 0.
    pub due_weekday_from_monday: u8,
    /// At this time.
    pub due_at: DayMinute,
}

/// What a roster must respect, and the named costs it weighs (solver units).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RosterPolicy {
    /// Between two shifts.
    pub rest_minutes_min: Minutes,
    /// Working days in a row at most.
    pub consecutive_days_max: u16,
    /// Working days in a row at least.
    pub consecutive_days_min: u16,
    /// Days off in a row at least.
    pub consecutive_days_off_min: u16,
    /// Weekends worked in a month at most; none: no cap.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weekends_max: Option<u16>,
    /// Night shifts in a month at most; none: no cap.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nights_max: Option<u16>,
    /// How far monthly minutes may lie off the contract, either way.
    pub contract_slack_minutes: Minutes,
    /// Costs by name ([`COST_NAMES`]), in cost units; a name left out keeps the solver's default.
    pub cost: BTreeMap<String, i64>,
    /// Rules that not every desk asks for.
    #[serde(default)]
    pub rules: RosterRules,
}

/// The names of a roster's costs, as the solver has them.
pub const COST_NAMES: [&str; 27] = [
    "under_minimum",
    "under_target",
    "over_target",
    "under_group",
    "request",
    "fairness",
    "isolated_day_off",
    "isolated_day_on",
    "split_shift",
    "change_per_cell",
    "minutes_off_contract",
    "consecutive_work_days",
    "consecutive_days_off",
    "consecutive_kind",
    "assignments",
    "weekends",
    "broken_weekend",
    "mixed_weekend",
    "pattern",
    "meeting",
    "minutes_over",
    "minutes_under",
    "fairness_minutes",
    "under_standby",
    "mentor",
    "not_together",
    "budget",
];

/// The law of the region (HAZARDS C; every figure with its source in the document's comments).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LawPolicy {
    /// Overtime a day at most.
    pub overtime_day_minutes_max: Minutes,
    /// Overtime a month at most.
    pub overtime_month_minutes_max: Minutes,
    /// Pay of overtime on a working day, in percent of the wage.
    pub overtime_workday_percent: u16,
    /// On a rest day without time off in lieu.
    pub overtime_rest_day_percent: u16,
    /// On a statutory holiday.
    pub overtime_statutory_percent: u16,
    /// Rest days a week at least.
    pub week_rest_days_min: u16,
    /// Whether penalties may be money at all.
    pub fines_allowed: bool,
    /// Protected staff work no nights.
    pub protected_no_nights: bool,
    /// Protected staff work no overtime.
    pub protected_no_overtime: bool,
    /// Deductions a month at most, in percent of the wage.
    pub deduction_percent_max: u8,
    /// Monthly minimum wage.
    pub wage_min: Fen,
    /// How the wage of part of a month is reckoned.
    #[serde(default)]
    pub wage_share: WageShare,
    /// Paid days of an average month, in hundredths of a day: 21.75 by the notice 人社部发〔2025〕2号.
    #[serde(default = "paid_days_hundredths")]
    pub paid_days_hundredths: u16,
}

/// (365 − 104) / 12 = 21.75.
fn paid_days_hundredths() -> u16 {
    2175
}

/// What share of the month's wage is earned by who joins or leaves within it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WageShare {
    /// 月计薪天数: paid days there, of the average month's.
    #[default]
    PaidDays,
    /// Calendar days there, of the month's.
    CalendarDays,
}
