//! Take attendance of a meeting (S2, M11, D4).

use crate::decider::{Decision, ensure, permit};
use crate::event::{AttendanceTaken, MeetingEvent};
use crate::ids::{DeskId, MeetingId, StaffId};
use crate::meeting::MeetingState;
use crate::refusal::{Action, Fault, Refusal};
use crate::who::{Issued, Role};
use crate::work_date::Zone;
use std::collections::BTreeSet;

/// Take attendance.
#[derive(Clone, Debug)]
pub struct TakeAttendance {
    /// Of which meeting.
    pub meeting: MeetingId,
    /// Who is there.
    pub present: BTreeSet<StaffId>,
}

/// The lead, HR or the GM office, once it has begun. `expected` is who was to come, `people` everybody of the desk that
/// day: somebody who was not expected may have come all the same. Whoever is expected and takes attendance is there.
pub fn decide(
    state: &MeetingState,
    command: &TakeAttendance,
    desk: &DeskId,
    expected: &BTreeSet<StaffId>,
    people: &BTreeSet<StaffId>,
    zone: Zone,
    issued: &Issued,
) -> Decision<MeetingEvent> {
    let roles = [Role::Lead, Role::Hr, Role::GmOffice];
    permit(issued, &roles, desk, Action::HoldMeeting)?;
    let meeting = state.standing(command.meeting)?;
    let starts = meeting.starts(zone);
    if issued.at < starts {
        let starts = zone.civil(starts);
        return Err(Refusal::MeetingNotBegun { starts });
    }
    let known = command.present.is_subset(people);
    ensure(known, "present", Fault::Unknown)?;
    let mut present = command.present.clone();
    if expected.contains(&issued.by.staff) {
        present.insert(issued.by.staff.clone());
    }
    let absent: BTreeSet<StaffId> = expected.difference(&present).cloned().collect();
    let before = meeting.attendance.as_ref();
    if before.is_some_and(|taken| taken.present == present && taken.absent == absent) {
        return Ok(vec![]);
    }
    Ok(vec![
        AttendanceTaken {
            meeting: command.meeting,
            present,
            absent,
            by: issued.by.staff.clone(),
            at: issued.at,
        }
        .into(),
    ])
}
