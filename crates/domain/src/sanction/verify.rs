//! Look into a penalty or reward and find it true (T16).

use crate::decider::Decision;
use crate::event::{SanctionEvent, SanctionVerified};
use crate::ids::SanctionId;
use crate::policy::{SanctionPolicy, SanctionStep};
use crate::quantities::Fen;
use crate::refusal::Action;
use crate::sanction::{SanctionState, Step, Subject, take};
use crate::who::Issued;

/// Look into a penalty or reward and find it true (T16).
#[derive(Clone, Debug)]
pub struct VerifySanction {
    /// Which.
    pub sanction: SanctionId,
    /// Another amount than the step before decided, if so.
    pub amount: Option<Fen>,
    /// What was found or why.
    pub note: String,
}

/// The policy's first office, usually the lead. Nobody decides on a matter of their own, and no step is skipped.
pub fn decide(
    state: &SanctionState,
    command: &VerifySanction,
    subject: Option<&Subject>,
    policy: &SanctionPolicy,
    issued: &Issued,
) -> Decision<SanctionEvent> {
    let step = Step {
        step: SanctionStep::Verify,
        action: Action::VerifySanction,
        sanction: &command.sanction,
        amount: command.amount,
    };
    let amount = take(state, &step, subject, policy, issued)?;
    Ok(vec![
        SanctionVerified {
            sanction: command.sanction.clone(),
            amount,
            note: command.note.clone(),
            by: issued.by.staff.clone(),
            at: issued.at,
        }
        .into(),
    ])
}
