//! `attendance-{staff}-{yyyy-mm}`: punches and corrections.

use crate::event::events;
use crate::ids::{CorrectionId, DeskId, OvertimeId, StaffId};
use crate::quantities::Minutes;
use crate::who::Role;
use crate::work_date::WorkDate;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What a punch says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PunchKind {
    /// 上班
    In,
    /// 下班
    Out,
    /// 用餐开始
    MealStart,
    /// 用餐结束
    MealEnd,
}

/// Where a punch came from.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "via", rename_all = "snake_case")]
pub enum PunchSource {
    /// The punch page or the API, while online: the server's clock.
    Web,
    /// A device that keeps its own clock and may send late.
    Device {
        /// Its serial number.
        serial: String,
    },
}

/// Why a punch is not taken at face value. A suspect punch never makes a penalty by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Suspicion {
    /// The device's clock cannot be right.
    DeviceClock,
}

/// Somebody punched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Punched {
    /// Who.
    pub staff: StaffId,
    /// At which desk.
    pub desk: DeskId,
    /// What.
    pub kind: PunchKind,
    /// When, by the clock of the source.
    pub at: DateTime<Utc>,
    /// When the server learned of it.
    pub received_at: DateTime<Utc>,
    /// From where.
    pub source: PunchSource,
    /// Flagged, if anything is odd.
    pub suspicion: Option<Suspicion>,
}

/// The in or the out of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// 上班
    In,
    /// 下班
    Out,
}

/// One edge of one segment of a person's shift.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Edge {
    /// Index of the segment in the shift, from 0.
    pub segment: u8,
    /// Which side.
    pub side: Side,
}

/// A missed punch was asked to be made good (补卡申请, T6).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CorrectionRequested {
    /// Its id.
    pub correction: CorrectionId,
    /// Who.
    pub staff: StaffId,
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
    /// When it was filed.
    pub at: DateTime<Utc>,
}

/// A correction was approved by the lead or the GM office.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CorrectionApproved {
    /// Which.
    pub correction: CorrectionId,
    /// Who.
    pub by: StaffId,
    /// As what.
    pub role: Role,
    /// When.
    pub at: DateTime<Utc>,
}

/// A correction was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CorrectionRefused {
    /// Which.
    pub correction: CorrectionId,
    /// Who.
    pub by: StaffId,
    /// Why.
    pub reason: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// A correction was taken back by its author.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CorrectionWithdrawn {
    /// Which.
    pub correction: CorrectionId,
    /// When.
    pub at: DateTime<Utc>,
}

/// An approved correction was put on file by the administration (行政留底).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CorrectionFiled {
    /// Which.
    pub correction: CorrectionId,
    /// Who.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

/// What approved overtime earns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Compensation {
    /// Pay.
    Money,
    /// 调休
    TimeOff,
}

/// Overtime of a day was approved, up to so many minutes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OvertimeApproved {
    /// Whose.
    pub staff: StaffId,
    /// Which day.
    pub work_date: WorkDate,
    /// At the most.
    pub minutes_max: Minutes,
    /// What it earns.
    pub compensation: Compensation,
    /// Why.
    pub reason: String,
    /// The request it grants, if somebody asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<OvertimeId>,
    /// Who.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

/// Overtime of a day was asked for (加班申请), before it or after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OvertimeRequested {
    /// Its id.
    pub request: OvertimeId,
    /// Who.
    pub staff: StaffId,
    /// At which desk.
    pub desk: DeskId,
    /// Which day.
    pub work_date: WorkDate,
    /// At the most.
    pub minutes: Minutes,
    /// What it shall earn.
    pub compensation: Compensation,
    /// In the person's words.
    pub reason: String,
    /// When it was filed.
    pub at: DateTime<Utc>,
}

/// A request for overtime was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OvertimeRefused {
    /// Which.
    pub request: OvertimeId,
    /// Who.
    pub by: StaffId,
    /// Why.
    pub reason: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// A request for overtime was taken back by its author.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OvertimeWithdrawn {
    /// Which.
    pub request: OvertimeId,
    /// When.
    pub at: DateTime<Utc>,
}

events! {
    /// Facts of stream `attendance-{staff}-{yyyy-mm}`.
    AttendanceEvent {
        "attendance.punched", 1 => Punched,
        "attendance.correction_requested", 1 => CorrectionRequested,
        "attendance.correction_approved", 1 => CorrectionApproved,
        "attendance.correction_refused", 1 => CorrectionRefused,
        "attendance.correction_withdrawn", 1 => CorrectionWithdrawn,
        "attendance.correction_filed", 1 => CorrectionFiled,
        "attendance.overtime_approved", 1 => OvertimeApproved,
        "attendance.overtime_requested", 1 => OvertimeRequested,
        "attendance.overtime_refused", 1 => OvertimeRefused,
        "attendance.overtime_withdrawn", 1 => OvertimeWithdrawn,
    }
}
