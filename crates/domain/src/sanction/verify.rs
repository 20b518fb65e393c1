//! Look into a penalty or reward and find it true (T16).

use crate::decider::Decision;
use crate::event::{SanctionEvent, SanctionVerified, Severity};
use crate::ids::SanctionId;
use crate::policy::{SanctionPolicy, SanctionStep};
use crate::quantities::Fen;
use crate::refusal::{Action, Refusal};
use crate::sanction::{SanctionState, Step, Subject, take};
use crate::who::Issued;

/// Look into a penalty or reward and find it true (T16).
#[derive(Clone, Debug)]
pub struct VerifySanction {
    /// Which.
    pub sanction: SanctionId,
    /// Another amount than the step before decided, if so.
    pub amount: Option<Fen>,
    /// How grave, where the amount is chosen by severity (D7).
    pub severity: Option<Severity>,
    /// What was found or why.
    pub note: String,
}

/// The policy's first office, usually the lead. Nobody decides on a matter of their own, and no step is skipped. An
/// amount within a range is chosen here, with its severity and the reason.
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
    if let Some((rule, _)) = subject.and_then(|subject| subject.range) {
        let chosen = command.severity.is_some() && command.amount.is_some();
        if !chosen || command.note.trim().is_empty() {
            return Err(Refusal::SeverityMissing { rule });
        }
    }
    Ok(vec![
        SanctionVerified {
            sanction: command.sanction.clone(),
            amount,
            severity: command.severity,
            note: command.note.clone(),
            by: issued.by.staff.clone(),
            at: issued.at,
        }
        .into(),
    ])
}
