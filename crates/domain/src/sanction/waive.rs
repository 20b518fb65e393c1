//! Waive a penalty or reward before it is approved, with the reason (T16).

use crate::decider::{Decision, not_own, permit, worded};
use crate::event::{SanctionEvent, SanctionWaived};
use crate::ids::SanctionId;
use crate::policy::SanctionPolicy;
use crate::refusal::Action;
use crate::sanction::{SanctionState, Subject, proposed};
use crate::who::{Issued, Role};

/// Waive a penalty or reward.
#[derive(Clone, Debug)]
pub struct WaiveSanction {
    /// Which.
    pub sanction: SanctionId,
    /// Why.
    pub reason: String,
}

/// Any office of the chain, never in a matter of its own.
pub fn decide(
    state: &SanctionState,
    command: &WaiveSanction,
    subject: Option<&Subject>,
    policy: &SanctionPolicy,
    issued: &Issued,
) -> Decision<SanctionEvent> {
    let subject = proposed(&command.sanction, subject)?;
    not_own(issued, &subject.staff, Action::WaiveSanction)?;
    let offices: Vec<Role> = policy
        .chain
        .iter()
        .flat_map(|link| link.by.clone())
        .collect();
    permit(issued, &offices, &subject.desk, Action::WaiveSanction)?;
    worded("reason", &command.reason)?;
    if let Some(decided) = state.sanctions.get(&command.sanction) {
        decided.undecided(&command.sanction)?;
    }
    Ok(vec![
        SanctionWaived {
            sanction: command.sanction.clone(),
            reason: command.reason.clone(),
            by: issued.by.staff.clone(),
            at: issued.at,
        }
        .into(),
    ])
}
