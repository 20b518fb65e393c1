//! Meetings and briefings of a desk: called, excused from in writing, attended, their minutes read and signed (S2, S3,
//! M11, D4).

pub mod cancel;
pub mod cover;
pub mod file_statement;
pub mod publish_minutes;
pub mod schedule;
pub mod sign_minutes;
pub mod take_attendance;

use crate::decider::State;
use crate::event::{
    AttendanceTaken, Expected, MeetingCancelled, MeetingEvent, MeetingScheduled, MinutesPublished,
    StatementFiled,
};
use crate::ids::{MeetingId, ShiftCode, StaffId};
use crate::refusal::Refusal;
use crate::work_date::{DayMinute, Zone};
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};

/// Folded from stream `meetings-{desk}-{yyyy-mm}`.
#[derive(Clone, Debug, Default)]
pub struct MeetingState {
    /// Every meeting of the month.
    pub meetings: BTreeMap<MeetingId, Meeting>,
}

/// One meeting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meeting {
    /// As called.
    pub scheduled: MeetingScheduled,
    /// Cancelled, if so.
    pub cancelled: Option<MeetingCancelled>,
    /// Statements of those who cannot come, the latest of each.
    pub statements: BTreeMap<StaffId, StatementFiled>,
    /// Who was there, as taken last.
    pub attendance: Option<AttendanceTaken>,
    /// The minutes, newest revision.
    pub minutes: Option<MinutesPublished>,
    /// Who signed which revision last.
    pub signatures: BTreeMap<StaffId, u32>,
}

impl Meeting {
    /// When it begins.
    pub fn starts(&self, zone: Zone) -> DateTime<Utc> {
        zone.instant(self.scheduled.date, self.scheduled.start)
    }
    /// Who was there and has not signed the newest minutes (S3); nobody before there are minutes and attendance.
    pub fn unsigned(&self) -> BTreeSet<StaffId> {
        let (Some(minutes), Some(attendance)) = (&self.minutes, &self.attendance) else {
            return BTreeSet::new();
        };
        let signed = |staff: &StaffId| self.signatures.get(staff) == Some(&minutes.revision);
        let unsigned = attendance.present.iter().filter(|staff| !signed(staff));
        unsigned.cloned().collect()
    }
}

impl MeetingState {
    /// A meeting that takes place.
    fn standing(&self, id: MeetingId) -> Result<&Meeting, Refusal> {
        let known = self.meetings.get(&id);
        let meeting = known.ok_or(Refusal::MeetingUnknown { meeting: id })?;
        match &meeting.cancelled {
            Some(_) => Err(Refusal::MeetingIsCancelled { meeting: id }),
            None => Ok(meeting),
        }
    }
}

impl State for MeetingState {
    type Event = MeetingEvent;
    fn evolve(&mut self, event: &MeetingEvent) {
        match event {
            MeetingEvent::MeetingScheduled(scheduled) => {
                let meeting = Meeting {
                    scheduled: scheduled.clone(),
                    cancelled: None,
                    statements: BTreeMap::new(),
                    attendance: None,
                    minutes: None,
                    signatures: BTreeMap::new(),
                };
                self.meetings.insert(scheduled.meeting, meeting);
            }
            MeetingEvent::MeetingCancelled(cancelled) => {
                if let Some(meeting) = self.meetings.get_mut(&cancelled.meeting) {
                    meeting.cancelled = Some(cancelled.clone());
                }
            }
            MeetingEvent::StatementFiled(filed) => {
                if let Some(meeting) = self.meetings.get_mut(&filed.meeting) {
                    meeting
                        .statements
                        .insert(filed.staff.clone(), filed.clone());
                }
            }
            MeetingEvent::AttendanceTaken(taken) => {
                if let Some(meeting) = self.meetings.get_mut(&taken.meeting) {
                    meeting.attendance = Some(taken.clone());
                }
            }
            MeetingEvent::MinutesPublished(published) => {
                if let Some(meeting) = self.meetings.get_mut(&published.meeting) {
                    meeting.minutes = Some(published.clone());
                }
            }
            MeetingEvent::MinutesSigned(signed) => {
                if let Some(meeting) = self.meetings.get_mut(&signed.meeting) {
                    meeting
                        .signatures
                        .insert(signed.staff.clone(), signed.revision);
                }
            }
        }
    }
}

/// Somebody of the desk on the meeting's day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub staff: StaffId,
    /// Works at the desk or leads it, and so belongs to everybody.
    pub of_desk: bool,
    /// The shift of that day; none: a day off, or no roster.
    pub shift: Option<ShiftCode>,
}

/// Who is to come, of the members of that day. Where people with a day off are not expected (`day_off_expected` false),
/// they are left out unless named; before any roster is in force nobody is known to be off.
pub fn expected(
    wanted: &Expected,
    members: &[Member],
    day_off_expected: bool,
    rostered: bool,
) -> BTreeSet<StaffId> {
    let comes = |member: &&Member| match wanted {
        Expected::Everybody => {
            member.of_desk && (day_off_expected || !rostered || member.shift.is_some())
        }
        Expected::Shift { shift } => member.shift.as_ref() == Some(shift),
        Expected::People { staff } => staff.contains(&member.staff),
    };
    let coming = members.iter().filter(comes);
    coming.map(|member| member.staff.clone()).collect()
}

/// The end of a meeting as a minute of its day.
pub fn ends(scheduled: &MeetingScheduled) -> DayMinute {
    let length = i32::try_from(scheduled.minutes.0).unwrap_or(0);
    DayMinute(scheduled.start.0.saturating_add(length))
}
