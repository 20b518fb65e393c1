//! Come back from work outside (D9).

use crate::decider::Decision;
use crate::event::{EvidenceEvent, OutingReturned};
use crate::evidence::EvidenceState;
use crate::ids::OutingId;
use crate::refusal::{Action, Refusal};
use crate::who::Issued;

/// Come back.
#[derive(Clone, Copy, Debug)]
pub struct ReturnFromOuting {
    /// From which.
    pub outing: OutingId,
}

/// The person alone, once.
pub fn decide(
    state: &EvidenceState,
    command: &ReturnFromOuting,
    issued: &Issued,
) -> Decision<EvidenceEvent> {
    let outing = state.outing(command.outing)?;
    if outing.registered.staff != issued.by.staff {
        return Err(Refusal::NotYourRequest {
            action: Action::ReturnFromOuting,
        });
    }
    if outing.returned.is_some() {
        return Err(Refusal::OutingReturned {
            outing: command.outing,
        });
    }
    Ok(vec![
        OutingReturned {
            outing: command.outing,
            at: issued.at,
        }
        .into(),
    ])
}
