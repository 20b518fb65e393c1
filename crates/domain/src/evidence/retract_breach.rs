//! Take back a breach that turned out to be none; the penalty it proposed goes with it.

use crate::decider::{Decision, not_own, permit, worded};
use crate::event::{BreachRetracted, EvidenceEvent};
use crate::evidence::EvidenceState;
use crate::ids::{BreachId, DeskId};
use crate::refusal::{Action, Refusal};
use crate::who::{Issued, Role};

/// Retract a breach.
#[derive(Clone, Debug)]
pub struct RetractBreach {
    /// Which.
    pub breach: BreachId,
    /// Why.
    pub reason: String,
}

/// The lead or HR, never of oneself, once.
pub fn decide(
    state: &EvidenceState,
    command: &RetractBreach,
    desk: &DeskId,
    issued: &Issued,
) -> Decision<EvidenceEvent> {
    let breach = command.breach;
    let known = state.breaches.get(&breach);
    let known = known.ok_or(Refusal::BreachUnknown { breach })?;
    not_own(issued, &known.recorded.staff, Action::RecordBreach)?;
    let roles = [Role::Lead, Role::Hr];
    permit(issued, &roles, desk, Action::RecordBreach)?;
    worded("reason", &command.reason)?;
    if known.retracted.is_some() {
        return Err(Refusal::BreachIsRetracted { breach });
    }
    Ok(vec![
        BreachRetracted {
            breach,
            reason: command.reason.clone(),
            by: issued.by.staff.clone(),
            at: issued.at,
        }
        .into(),
    ])
}
