//! Call a meeting (S2, M11, D4).

use crate::decider::{Decision, ensure, permit, worded};
use crate::event::{Expected, MeetingEvent, MeetingKind, MeetingScheduled};
use crate::ids::{DeskId, MeetingId, StaffId};
use crate::meeting::MeetingState;
use crate::quantities::Minutes;
use crate::refusal::{Action, Fault, Refusal};
use crate::who::{Issued, Role};
use crate::work_date::{DayMinute, WorkDate, Zone};
use std::collections::BTreeSet;

/// Call a meeting.
#[derive(Clone, Debug)]
pub struct Schedule {
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
}

/// Minutes of a day.
const DAY: i32 = 24 * 60;

/// The lead, HR or the GM office, before it begins: whoever cannot come must be able to say so. A meeting of the policy
/// that stands already is no news, even when it was cancelled.
pub fn decide(
    state: &MeetingState,
    command: &Schedule,
    desk: &DeskId,
    people: &BTreeSet<StaffId>,
    zone: Zone,
    issued: &Issued,
) -> Decision<MeetingEvent> {
    let roles = [Role::Lead, Role::Hr, Role::GmOffice];
    permit(issued, &roles, desk, Action::HoldMeeting)?;
    if state.meetings.contains_key(&command.meeting) {
        if command.recurring {
            return Ok(vec![]);
        }
        let id = command.meeting.to_string();
        return Err(Refusal::IdTaken { id });
    }
    worded("title", &command.title)?;
    let in_day = (0..DAY).contains(&command.start.0);
    ensure(in_day, "start", Fault::OutOfDay)?;
    ensure(
        command.minutes > Minutes::ZERO,
        "minutes",
        Fault::NotPositive,
    )?;
    ensure(
        command.minutes <= Minutes(i64::from(DAY)),
        "minutes",
        Fault::TooLong,
    )?;
    if let Expected::People { staff } = &command.expected {
        ensure(!staff.is_empty(), "expected.staff", Fault::Blank)?;
        ensure(staff.is_subset(people), "expected.staff", Fault::Unknown)?;
    }
    let starts = zone.instant(command.date, command.start);
    if starts <= issued.at {
        let starts = zone.civil(starts);
        return Err(Refusal::MeetingBegun { starts });
    }
    Ok(vec![
        MeetingScheduled {
            meeting: command.meeting,
            kind: command.kind,
            title: command.title.clone(),
            date: command.date,
            start: command.start,
            minutes: command.minutes,
            expected: command.expected.clone(),
            recurring: command.recurring,
            by: issued.by.staff.clone(),
            at: issued.at,
        }
        .into(),
    ])
}
