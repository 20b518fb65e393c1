//! Meetings, breaches recorded by hand, and what HR noted of notices.

use chrono::{DateTime, Utc};
use domain::event::{BreachEvidence, Expected, MeetingKind};
use domain::ids::{BreachId, DeskId, EventId, MeetingId, NoticeId, RuleId, StaffId};
use domain::quantities::Minutes;
use domain::work_date::{DayMinute, WorkDate};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Somebody who cannot come said so in writing (S2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementRow {
    /// Who.
    pub staff: StaffId,
    /// 姓名; filled on reading.
    #[serde(default)]
    pub name: String,
    /// In the person's words.
    pub text: String,
    /// When.
    pub at: DateTime<Utc>,
    /// The event.
    pub event: EventId,
}

/// Who was there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttendanceRow {
    /// There.
    pub present: BTreeSet<StaffId>,
    /// Expected, and not there.
    pub absent: BTreeSet<StaffId>,
    /// Who took it.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
    /// The event.
    pub event: EventId,
}

/// The minutes of a meeting (會議紀要, S3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeetingMinutesRow {
    /// Which revision.
    pub revision: u32,
    /// What was said and decided.
    pub text: String,
    /// Who wrote them.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

/// A meeting or briefing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeetingRow {
    /// Its id.
    pub meeting: MeetingId,
    /// At which desk.
    pub desk: DeskId,
    /// What kind.
    pub kind: MeetingKind,
    /// Its name.
    pub title: String,
    /// Which day.
    pub date: WorkDate,
    /// From.
    pub start: DayMinute,
    /// Its length.
    pub length_minutes: Minutes,
    /// Who is to come.
    pub expected: Expected,
    /// Put into the calendar by the desk's policy.
    pub recurring: bool,
    /// Who called it.
    pub by: StaffId,
    /// 姓名; filled on reading.
    #[serde(default)]
    pub by_name: String,
    /// Why it does not take place, if so.
    pub cancelled: Option<String>,
    /// Statements of those who cannot come, the latest of each.
    pub statements: Vec<StatementRow>,
    /// Who was there, as taken last.
    pub attendance: Option<AttendanceRow>,
    /// The minutes, newest revision.
    pub minutes: Option<MeetingMinutesRow>,
    /// Who signed which revision last.
    pub signatures: BTreeMap<StaffId, u32>,
    /// Who was there and has not signed the newest minutes (S3); filled on reading.
    #[serde(default)]
    pub unsigned: BTreeSet<StaffId>,
    /// 姓名 of everybody named above; filled on reading.
    #[serde(default)]
    pub names: BTreeMap<StaffId, String>,
    /// Its events, the calling first.
    pub events: Vec<EventId>,
}

impl MeetingRow {
    /// Who was there and has not signed the newest minutes.
    pub(crate) fn who_is_to_sign(&self) -> BTreeSet<StaffId> {
        let (Some(minutes), Some(attendance)) = (&self.minutes, &self.attendance) else {
            return BTreeSet::new();
        };
        let signed = |staff: &StaffId| self.signatures.get(staff) == Some(&minutes.revision);
        let unsigned = attendance.present.iter().filter(|staff| !signed(staff));
        unsigned.cloned().collect()
    }
    /// Until.
    pub fn end(&self) -> DayMinute {
        let length = i32::try_from(self.length_minutes.0).unwrap_or(0);
        DayMinute(self.start.0.saturating_add(length))
    }
}

/// A breach recorded by hand (D3, D6, D7).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BreachRow {
    /// Its id.
    pub breach: BreachId,
    /// At which desk.
    pub desk: DeskId,
    /// Of which rule.
    pub rule: RuleId,
    /// By whom.
    pub staff: StaffId,
    /// 姓名; filled on reading.
    #[serde(default)]
    pub name: String,
    /// On which day.
    pub work_date: WorkDate,
    /// What happened.
    pub subject: String,
    /// What it rests on, beside the lead's word.
    pub evidence: Option<BreachEvidence>,
    /// Who recorded it.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
    /// Why it was taken back, if it was.
    pub retracted: Option<String>,
    /// Its events, the recording first.
    pub events: Vec<EventId>,
}

/// HR has taken note of a notice (D6).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeNoted {
    /// Of which.
    pub notice: NoticeId,
    /// What is to be done.
    pub note: String,
    /// Who.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
    /// The event.
    pub event: EventId,
}
