//! `staff-{staff}`: who somebody is to the desk.

use crate::event::events;
use crate::ids::{DeskId, SkillId, StaffId};
use crate::quantities::{Fen, Minutes};
use crate::who::Role;
use crate::work_date::WorkDate;
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

events! {
    /// Facts of stream `staff-{staff}`.
    StaffEvent {
        "staff.hired", 1 => Hired,
        "staff.skills_set", 1 => SkillsSet,
        "staff.roles_set", 1 => RolesSet,
        "staff.contract_set", 1 => ContractSet,
        "staff.protected", 1 => Protected,
        "staff.left", 1 => Left,
        "staff.category_set", 1 => CategorySet,
    }
}
