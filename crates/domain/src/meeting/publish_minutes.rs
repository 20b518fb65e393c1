//! Publish a meeting's minutes, to be read and signed (會議紀要, S3).

use crate::decider::{Decision, permit, worded};
use crate::event::{MeetingEvent, MinutesPublished};
use crate::ids::{DeskId, MeetingId};
use crate::meeting::MeetingState;
use crate::refusal::{Action, Refusal};
use crate::who::{Issued, Role};
use crate::work_date::Zone;

/// Publish minutes.
#[derive(Clone, Debug)]
pub struct PublishMinutes {
    /// Of which meeting.
    pub meeting: MeetingId,
    /// What was said and decided.
    pub text: String,
}

/// The lead, HR or the GM office, once it has begun. Other words are a new revision, to be signed anew.
pub fn decide(
    state: &MeetingState,
    command: &PublishMinutes,
    desk: &DeskId,
    zone: Zone,
    issued: &Issued,
) -> Decision<MeetingEvent> {
    let roles = [Role::Lead, Role::Hr, Role::GmOffice];
    permit(issued, &roles, desk, Action::HoldMeeting)?;
    let meeting = state.standing(command.meeting)?;
    worded("text", &command.text)?;
    let starts = meeting.starts(zone);
    if issued.at < starts {
        let starts = zone.civil(starts);
        return Err(Refusal::MeetingNotBegun { starts });
    }
    let revision = match &meeting.minutes {
        Some(minutes) if minutes.text == command.text => return Ok(vec![]),
        Some(minutes) => minutes.revision.saturating_add(1),
        None => 1,
    };
    Ok(vec![
        MinutesPublished {
            meeting: command.meeting,
            revision,
            text: command.text.clone(),
            by: issued.by.staff.clone(),
            at: issued.at,
        }
        .into(),
    ])
}
