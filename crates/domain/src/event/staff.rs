//! `staff-{staff}`: who somebody is to the desk.

use crate::event::events;
use crate::ids::{DeskId, LoanId, ShiftCode, SkillId, StaffId};
use crate::quantities::{Fen, Minutes};
use crate::who::Role;
use crate::work_date::{DayMinute, Month, WorkDate};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// How somebody is employed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Employment {
    /// 全职
    FullTime,
    /// 兼职
    PartTime,
    /// 小时工
    Hourly,
}

/// Hours and pay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contract {
    /// How employed.
    pub employment: Employment,
    /// Contract minutes a week, meals included.
    pub week_minutes: Minutes,
    /// Monthly wage, for the 20 % and minimum-wage check.
    pub month_wage: Fen,
}

/// Somebody joined a desk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hired {
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
    /// What the person can serve. Somebody without skills is never rostered.
    pub skills: BTreeSet<SkillId>,
    /// Hours and pay.
    pub contract: Contract,
    /// First day.
    pub from: WorkDate,
    /// Working life began then, for entitlements that go by years of service (工龄); none: with the first day here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_from: Option<WorkDate>,
}

/// The person's skills, all of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkillsSet {
    /// From this day.
    pub from: WorkDate,
    /// All of them.
    pub skills: BTreeSet<SkillId>,
}

/// The person's roles, all of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RolesSet {
    /// All of them.
    pub roles: BTreeSet<Role>,
    /// The desks a lead leads.
    pub leads: BTreeSet<DeskId>,
    /// Who set them.
    pub by: StaffId,
}

/// The contract changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractSet {
    /// From this day.
    pub from: WorkDate,
    /// The new one.
    pub contract: Contract,
}

/// Why the law protects somebody from nights and overtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProtectionKind {
    /// 孕期
    Pregnancy,
    /// 哺乳期
    Nursing,
}

/// Somebody is protected by law for a while: no nights, no overtime.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Protected {
    /// Why.
    pub kind: ProtectionKind,
    /// First day.
    pub from: WorkDate,
    /// Last day.
    pub until: WorkDate,
}

/// Somebody left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Left {
    /// Last day.
    pub last: WorkDate,
}

/// The names and personal texts of somebody who left are to be unreadable for good; the keys they were sealed with are
/// deleted on this. Minutes, amounts and the number stay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forgotten {
    /// Who.
    pub staff: StaffId,
    /// Matters that turned out to concern the person and were sealed with keys of their own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub matters: Vec<String>,
    /// Who asked for it.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

/// What kind of worker somebody is to the desk, for the daily check against the roster (M6).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// 员工; whoever was never said to be anything else.
    #[default]
    Regular,
    /// 助理
    Assistant,
    /// 领班
    Foreman,
    /// 促销员: sent by a supplier. Rostered by hand, with or without a skill; never by the solver without one.
    Promoter,
    /// 实习生
    Trainee,
}

impl Category {
    /// Every one, in display order.
    pub const ALL: [Self; 5] = [
        Self::Regular,
        Self::Assistant,
        Self::Foreman,
        Self::Promoter,
        Self::Trainee,
    ];
}

/// The person's category.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CategorySet {
    /// From this day.
    pub from: WorkDate,
    /// The new one.
    pub category: Category,
    /// Who set it.
    pub by: StaffId,
}

/// For how long somebody is lent (借调, D2): whole days, which the other desk rosters, or hours of a day, which stay in
/// the roster of the own desk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoanSpan {
    /// First day.
    pub first: WorkDate,
    /// Last day, `first` or later.
    pub last: WorkDate,
    /// Only these hours; then `last` is `first`.
    pub window: Option<(DayMinute, DayMinute)>,
}

impl LoanSpan {
    /// Whether any of `date` is covered.
    pub fn covers(&self, date: WorkDate) -> bool {
        self.first <= date && date <= self.last
    }
    /// Whether both cover some of the same time.
    pub fn overlaps(&self, other: &Self) -> bool {
        let days = self.first <= other.last && other.first <= self.last;
        match (self.window, other.window) {
            (Some((a, b)), Some((c, d))) => days && a < d && c < b,
            (None, _) | (_, None) => days,
        }
    }
}

/// Another desk asked for somebody (D2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoanRequested {
    /// Its id.
    pub loan: LoanId,
    /// Whom.
    pub staff: StaffId,
    /// The desk that asks.
    pub to: DeskId,
    /// When.
    pub span: LoanSpan,
    /// What the person serves there.
    pub skills: BTreeSet<SkillId>,
    /// What for.
    pub reason: String,
    /// Who asked.
    pub by: StaffId,
    /// When it was asked.
    pub at: DateTime<Utc>,
}

/// The own desk lends the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoanAgreed {
    /// Which.
    pub loan: LoanId,
    /// Who.
    pub by: StaffId,
    /// As what.
    pub role: Role,
    /// When.
    pub at: DateTime<Utc>,
}

/// The own desk does not lend the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoanDeclined {
    /// Which.
    pub loan: LoanId,
    /// Who.
    pub by: StaffId,
    /// Why.
    pub reason: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// The person comes back before the agreed end, or never goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoanEnded {
    /// Which.
    pub loan: LoanId,
    /// The last day lent; before the first one when nothing comes of the loan.
    pub last: WorkDate,
    /// Who.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

/// How much a wish matters to whoever has it; what it weighs is the policy's.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum WishStrength {
    /// Nice to have.
    Low,
    /// As wishes are.
    #[default]
    Normal,
    /// It matters.
    High,
}

/// What somebody wishes of a day.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wished {
    /// To be off.
    Off,
    /// To work, whichever shift.
    Work,
    /// To work this shift.
    Shift(ShiftCode),
    /// Not to work this shift.
    NotShift(ShiftCode),
}

/// A wish for one day of the roster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RosterWish {
    /// Which day.
    pub date: WorkDate,
    /// What.
    pub wished: Wished,
    /// How much it matters.
    #[serde(default)]
    pub strength: WishStrength,
}

/// What the person wishes of a month's roster: all of it, in place of what was wished before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WishesStated {
    /// Which month.
    pub month: Month,
    /// By date, one a day.
    pub wishes: Vec<RosterWish>,
    /// When.
    pub at: DateTime<Utc>,
}

events! {
    /// Facts of stream `staff-{staff}`.
    StaffEvent {
        "staff.hired", 1 => Hired,
        "staff.skills_set", 1 => SkillsSet,
        "staff.roles_set", 1 => RolesSet,
        "staff.contract_set", 1 => ContractSet,
        "staff.protected", 1 => Protected,
        "staff.left", 1 => Left,
        "staff.loan_requested", 1 => LoanRequested,
        "staff.loan_agreed", 1 => LoanAgreed,
        "staff.loan_declined", 1 => LoanDeclined,
        "staff.loan_ended", 1 => LoanEnded,
        "staff.category_set", 1 => CategorySet,
        "staff.forgotten", 1 => Forgotten,
        "staff.wishes_stated", 1 => WishesStated,
    }
}
