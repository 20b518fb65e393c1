//! `meetings-{desk}-{yyyy-mm}`: meetings and briefings of a desk (S2, S3, M11, D4), by the meeting's date.

use crate::event::events;
use crate::ids::{MeetingId, ShiftCode, StaffId};
use crate::quantities::Minutes;
use crate::work_date::{DayMinute, WorkDate};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What kind of coming together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MeetingKind {
    /// 例会 (S2)
    Meeting,
    /// 班前会、班后会、晨会 (D4, M11)
    Briefing,
}

/// Who is to come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "who", rename_all = "snake_case")]
pub enum Expected {
    /// Everybody of the desk.
    Everybody,
    /// Whoever has this shift that day.
    Shift {
        /// Which.
        shift: ShiftCode,
    },
    /// These people.
    People {
        /// Whom.
        staff: BTreeSet<StaffId>,
    },
}

/// A meeting stands in the calendar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeetingScheduled {
    /// Its id.
    pub meeting: MeetingId,
    /// What kind.
    pub kind: MeetingKind,
    /// Its name.
    pub title: String,
    /// Which day.
    pub date: WorkDate,
    /// From.
    pub start: DayMinute,
    /// Its length.
    pub minutes: Minutes,
    /// Who is to come.
    pub expected: Expected,
    /// Put there by the desk's policy.
    pub recurring: bool,
    /// Who called it.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

/// It does not take place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeetingCancelled {
    /// Which.
    pub meeting: MeetingId,
    /// Why.
    pub reason: String,
    /// Who.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

/// Somebody who cannot come says so beforehand, in writing (提前以書面, S2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementFiled {
    /// For which meeting.
    pub meeting: MeetingId,
    /// Who.
    pub staff: StaffId,
    /// In the person's words.
    pub text: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// Who was there. Taken again, the later one holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttendanceTaken {
    /// Of which meeting.
    pub meeting: MeetingId,
    /// There.
    pub present: BTreeSet<StaffId>,
    /// Expected, and not there.
    pub absent: BTreeSet<StaffId>,
    /// Who took it.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

/// The minutes are there to be read (會議紀要, S3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MinutesPublished {
    /// Of which meeting.
    pub meeting: MeetingId,
    /// 1 for the first; a new revision is signed anew.
    pub revision: u32,
    /// What was said and decided.
    pub text: String,
    /// Who wrote them.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

/// Somebody who was there has read and signed them (傳閱並簽字, S3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MinutesSigned {
    /// Of which meeting.
    pub meeting: MeetingId,
    /// Which revision.
    pub revision: u32,
    /// Who.
    pub staff: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

events! {
    /// Facts of stream `meetings-{desk}-{yyyy-mm}`.
    MeetingEvent {
        "meeting.scheduled", 1 => MeetingScheduled,
        "meeting.cancelled", 1 => MeetingCancelled,
        "meeting.statement_filed", 1 => StatementFiled,
        "meeting.attendance_taken", 1 => AttendanceTaken,
        "meeting.minutes_published", 1 => MinutesPublished,
        "meeting.minutes_signed", 1 => MinutesSigned,
    }
}
