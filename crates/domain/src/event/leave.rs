//! `leave-{staff}-{yyyy}`: requests and balances.

use crate::event::events;
use crate::ids::{DeskId, LeaveId, PolicyVersionId, StaffId};
use crate::quantities::Minutes;
use crate::who::Role;
use crate::work_date::{DayMinute, WorkDate};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A kind of leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeaveKind {
    /// 事假
    Personal,
    /// 病假
    Sick,
    /// 年假
    Annual,
    /// 调休
    Compensatory,
    /// 婚假
    Marriage,
    /// 产假
    Maternity,
    /// 陪产假
    Paternity,
    /// 丧假
    Bereavement,
}

/// A half of a day's shift.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Half {
    /// 上半班
    First,
    /// 下半班
    Second,
}

/// The time asked for: whole days, or a window of one day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaveSpan {
    /// First day.
    pub first: WorkDate,
    /// Last day, `first` or later.
    pub last: WorkDate,
    /// Only this part of the day (half-day or hours); then `last` is `first`.
    pub window: Option<(DayMinute, DayMinute)>,
}

impl LeaveSpan {
    /// Whether any of `date` is covered.
    pub fn covers(&self, date: WorkDate) -> bool {
        self.first <= date && date <= self.last
    }
}

/// Leave was asked for in writing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaveRequested {
    /// Its id.
    pub leave: LeaveId,
    /// For whom.
    pub staff: StaffId,
    /// Of which desk.
    pub desk: DeskId,
    /// What kind.
    pub kind: LeaveKind,
    /// When.
    pub span: LeaveSpan,
    /// Minutes taken from the balance, for kinds that have one.
    pub minutes: Minutes,
    /// In the person's words.
    pub reason: String,
    /// Who filed it: the person, or a lead in an emergency.
    pub filed_by: StaffId,
    /// Why a lead filed it, if so.
    pub emergency: Option<String>,
    /// A half of the day's shift; its window is that of the shift in force when it was filed, and moves with the shift.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub half: Option<Half>,
    /// The document the person names, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
    /// When it was filed.
    pub at: DateTime<Utc>,
}

/// A document was named for leave that wants one, or an office noted that it has seen it (T12).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceNoted {
    /// For which leave.
    pub leave: LeaveId,
    /// Which document, in words: 病假条 市一医院 2026-12-03.
    pub document: String,
    /// Noted by somebody who may, having seen it; else named by the person.
    pub seen: bool,
    /// Who.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

/// A year's entitlement came due by the policy, as time passed (T2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaveGranted {
    /// Whose.
    pub staff: StaffId,
    /// Of which kind.
    pub kind: LeaveKind,
    /// For which year.
    pub year: i32,
    /// Whole days.
    pub days: u16,
    /// The same in minutes.
    pub minutes: Minutes,
    /// Completed years of service on the first day.
    pub service_years: u16,
    /// First day on which it can be taken.
    pub from: WorkDate,
    /// Last day on which it can be taken.
    pub expires: WorkDate,
    /// The rules it came due by.
    pub policy: PolicyVersionId,
    /// When.
    pub at: DateTime<Utc>,
}

/// Leave was approved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaveApproved {
    /// Which.
    pub leave: LeaveId,
    /// Who.
    pub by: StaffId,
    /// As what.
    pub role: Role,
    /// When.
    pub at: DateTime<Utc>,
}

/// Leave was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaveRefused {
    /// Which.
    pub leave: LeaveId,
    /// Who.
    pub by: StaffId,
    /// Why.
    pub reason: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// Leave was taken back by its author.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaveWithdrawn {
    /// Which.
    pub leave: LeaveId,
    /// When.
    pub at: DateTime<Utc>,
}

/// A balance moved: an entitlement, or time off earned (T2). Negative takes away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BalanceMoved {
    /// Whose.
    pub staff: StaffId,
    /// Of which kind.
    pub kind: LeaveKind,
    /// How much.
    pub minutes: Minutes,
    /// Why.
    pub reason: String,
    /// The day it was earned on, if any.
    pub work_date: Option<WorkDate>,
    /// Last day on which it can be taken; none: it does not expire.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<WorkDate>,
    /// Who.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

events! {
    /// Facts of stream `leave-{staff}-{yyyy}`.
    LeaveEvent {
        "leave.requested", 1 => LeaveRequested,
        "leave.approved", 1 => LeaveApproved,
        "leave.refused", 1 => LeaveRefused,
        "leave.withdrawn", 1 => LeaveWithdrawn,
        "leave.balance_moved", 1 => BalanceMoved,
        "leave.evidence_noted", 1 => EvidenceNoted,
        "leave.granted", 1 => LeaveGranted,
    }
}
