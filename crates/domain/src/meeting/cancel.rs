//! Cancel a meeting before it begins (S2).

use crate::decider::{Decision, permit, worded};
use crate::event::{MeetingCancelled, MeetingEvent};
use crate::ids::{DeskId, MeetingId};
use crate::meeting::MeetingState;
use crate::refusal::{Action, Refusal};
use crate::who::{Issued, Role};
use crate::work_date::Zone;

/// Cancel a meeting.
#[derive(Clone, Debug)]
pub struct Cancel {
    /// Which.
    pub meeting: MeetingId,
    /// Why.
    pub reason: String,
}

/// The lead, HR or the GM office, before it begins.
pub fn decide(
    state: &MeetingState,
    command: &Cancel,
    desk: &DeskId,
    zone: Zone,
    issued: &Issued,
) -> Decision<MeetingEvent> {
    let roles = [Role::Lead, Role::Hr, Role::GmOffice];
    permit(issued, &roles, desk, Action::HoldMeeting)?;
    let meeting = state.standing(command.meeting)?;
    worded("reason", &command.reason)?;
    let starts = meeting.starts(zone);
    if starts <= issued.at {
        let starts = zone.civil(starts);
        return Err(Refusal::MeetingBegun { starts });
    }
    Ok(vec![
        MeetingCancelled {
            meeting: command.meeting,
            reason: command.reason.clone(),
            by: issued.by.staff.clone(),
            at: issued.at,
        }
        .into(),
    ])
}
