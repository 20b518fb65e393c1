//! Register work outside before leaving (外出登记, D9).

use crate::decider::{Decision, ensure, worded};
use crate::event::{EvidenceEvent, OutingRegistered};
use crate::evidence::EvidenceState;
use crate::ids::OutingId;
use crate::post::Duty;
use crate::refusal::{Fault, Refusal};
use crate::who::Issued;
use chrono::{DateTime, Utc};

/// Register work outside, from now.
#[derive(Clone, Debug)]
pub struct RegisterOuting {
    /// Its id.
    pub outing: OutingId,
    /// Where to.
    pub place: String,
    /// What for.
    pub purpose: String,
    /// When back.
    pub expected_return_at: DateTime<Utc>,
}

/// One's own, in the course of a shift or on the way to it, one at a time. It begins when it is registered: nobody
/// registers what has passed.
pub fn decide(
    state: &EvidenceState,
    command: &RegisterOuting,
    duty: Option<&Duty>,
    issued: &Issued,
) -> Decision<EvidenceEvent> {
    let staff = &issued.by.staff;
    let duty = duty
        .filter(|duty| issued.at < duty.until())
        .ok_or_else(|| Refusal::OutingNoShift {
            staff: staff.clone(),
        })?;
    worded("place", &command.place)?;
    worded("purpose", &command.purpose)?;
    ensure(
        command.expected_return_at > issued.at,
        "expected_return_at",
        Fault::EndsBeforeStart,
    )?;
    let open = state
        .outings
        .values()
        .find(|outing| outing.registered.staff == *staff && outing.returned.is_none());
    if let Some(open) = open {
        return Err(Refusal::OutingOpen {
            place: open.registered.place.clone(),
        });
    }
    if state.outings.contains_key(&command.outing) {
        return Err(Refusal::IdTaken {
            id: command.outing.to_string(),
        });
    }
    Ok(vec![
        OutingRegistered {
            outing: command.outing,
            staff: staff.clone(),
            work_date: duty.date,
            place: command.place.clone(),
            purpose: command.purpose.clone(),
            expected_return_at: command.expected_return_at,
            at: issued.at,
        }
        .into(),
    ])
}
