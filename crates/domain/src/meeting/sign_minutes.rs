//! Sign a meeting's minutes (傳閱並簽字, S3).

use crate::decider::Decision;
use crate::event::{MeetingEvent, MinutesSigned};
use crate::ids::MeetingId;
use crate::meeting::MeetingState;
use crate::refusal::Refusal;
use crate::who::Issued;

/// Sign minutes.
#[derive(Clone, Debug)]
pub struct SignMinutes {
    /// Of which meeting.
    pub meeting: MeetingId,
    /// The revision that was read.
    pub revision: u32,
}

/// Everybody who was there, for oneself and the newest revision; signed already is no news.
pub fn decide(
    state: &MeetingState,
    command: &SignMinutes,
    issued: &Issued,
) -> Decision<MeetingEvent> {
    let staff = &issued.by.staff;
    let id = command.meeting;
    let meeting = state.standing(id)?;
    let Some(minutes) = &meeting.minutes else {
        return Err(Refusal::MinutesNotPublished { meeting: id });
    };
    let attended = meeting
        .attendance
        .as_ref()
        .is_some_and(|taken| taken.present.contains(staff));
    if !attended {
        return Err(Refusal::MinutesNotYours {
            staff: staff.clone(),
        });
    }
    if command.revision != minutes.revision {
        return Err(Refusal::MinutesRevised {
            revision: minutes.revision,
        });
    }
    if meeting.signatures.get(staff) == Some(&minutes.revision) {
        return Ok(vec![]);
    }
    Ok(vec![
        MinutesSigned {
            meeting: id,
            revision: minutes.revision,
            staff: staff.clone(),
            at: issued.at,
        }
        .into(),
    ])
}
