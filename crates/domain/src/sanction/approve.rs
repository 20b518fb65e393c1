//! Approve a penalty or reward; from here it reaches payroll (T16).

use crate::decider::Decision;
use crate::event::{SanctionApproved, SanctionEvent};
use crate::ids::SanctionId;
use crate::policy::{SanctionPolicy, SanctionStep};
use crate::quantities::Fen;
use crate::refusal::Action;
use crate::sanction::{SanctionState, Step, Subject, take};
use crate::who::Issued;

/// Approve a penalty or reward; from here it reaches payroll (T16).
#[derive(Clone, Debug)]
pub struct ApproveSanction {
    /// Which.
    pub sanction: SanctionId,
    /// Another amount than the step before decided, if so.
    pub amount: Option<Fen>,
    /// What was found or why.
    pub note: String,
}

/// The policy's last office, usually the GM office. Nobody decides on a matter of their own, and no step is skipped.
pub fn decide(
    state: &SanctionState,
    command: &ApproveSanction,
    subject: Option<&Subject>,
    policy: &SanctionPolicy,
    issued: &Issued,
) -> Decision<SanctionEvent> {
    let step = Step {
        step: SanctionStep::Approve,
        action: Action::ApproveSanction,
        sanction: &command.sanction,
        amount: command.amount,
    };
    let amount = take(state, &step, subject, policy, issued)?;
    Ok(vec![
        SanctionApproved {
            sanction: command.sanction.clone(),
            amount,
            note: command.note.clone(),
            by: issued.by.staff.clone(),
            at: issued.at,
        }
        .into(),
    ])
}
