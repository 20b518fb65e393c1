//! Ask at the place whether somebody is there (接受查证, D9).

use crate::decider::{Decision, not_own, permit, worded};
use crate::event::{EvidenceEvent, OutingChecked};
use crate::evidence::EvidenceState;
use crate::ids::{DeskId, OutingId};
use crate::refusal::Action;
use crate::who::{Issued, Role};

/// Check work outside.
#[derive(Clone, Debug)]
pub struct CheckOuting {
    /// Which.
    pub outing: OutingId,
    /// Whether it is as registered.
    pub confirmed: bool,
    /// What was found.
    pub note: String,
}

/// The lead or HR, of somebody else; a later check takes the place of an earlier one.
pub fn decide(
    state: &EvidenceState,
    command: &CheckOuting,
    desk: &DeskId,
    issued: &Issued,
) -> Decision<EvidenceEvent> {
    let outing = state.outing(command.outing)?;
    not_own(issued, &outing.registered.staff, Action::CheckOuting)?;
    permit(issued, &[Role::Lead, Role::Hr], desk, Action::CheckOuting)?;
    worded("note", &command.note)?;
    Ok(vec![
        OutingChecked {
            outing: command.outing,
            confirmed: command.confirmed,
            note: command.note.clone(),
            by: issued.by.staff.clone(),
            at: issued.at,
        }
        .into(),
    ])
}
