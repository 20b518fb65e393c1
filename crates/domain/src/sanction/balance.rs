//! Weigh a penalty or reward against the whole company (总体平衡, T16).

use crate::decider::Decision;
use crate::event::{SanctionBalanced, SanctionEvent};
use crate::ids::SanctionId;
use crate::policy::{SanctionPolicy, SanctionStep};
use crate::quantities::Fen;
use crate::refusal::Action;
use crate::sanction::{SanctionState, Step, Subject, take};
use crate::who::Issued;

/// Weigh a penalty or reward against the whole company (总体平衡, T16).
#[derive(Clone, Debug)]
pub struct BalanceSanction {
    /// Which.
    pub sanction: SanctionId,
    /// Another amount than the step before decided, if so.
    pub amount: Option<Fen>,
    /// What was found or why.
    pub note: String,
}

/// The policy's second office, usually HR. Nobody decides on a matter of their own, and no step is skipped.
pub fn decide(
    state: &SanctionState,
    command: &BalanceSanction,
    subject: Option<&Subject>,
    policy: &SanctionPolicy,
    issued: &Issued,
) -> Decision<SanctionEvent> {
    let step = Step {
        step: SanctionStep::Balance,
        action: Action::BalanceSanction,
        sanction: &command.sanction,
        amount: command.amount,
    };
    let amount = take(state, &step, subject, policy, issued)?;
    Ok(vec![
        SanctionBalanced {
            sanction: command.sanction.clone(),
            amount,
            note: command.note.clone(),
            by: issued.by.staff.clone(),
            at: issued.at,
        }
        .into(),
    ])
}
