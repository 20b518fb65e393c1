//! Decide an appeal (T16).

use crate::decider::{Decision, not_own, permit, worded};
use crate::event::{AppealDecided, SanctionEvent};
use crate::ids::SanctionId;
use crate::refusal::{Action, Refusal};
use crate::sanction::{SanctionState, Subject, proposed};
use crate::who::{Issued, Role};

/// Decide an appeal.
#[derive(Clone, Debug)]
pub struct DecideAppeal {
    /// Which.
    pub sanction: SanctionId,
    /// Whether the person was right: then it is not carried out.
    pub upheld: bool,
    /// Why.
    pub reason: String,
}

/// HR or the GM office, neither the person nor who approved it.
pub fn decide(
    state: &SanctionState,
    command: &DecideAppeal,
    subject: Option<&Subject>,
    issued: &Issued,
) -> Decision<SanctionEvent> {
    let subject = proposed(&command.sanction, subject)?;
    not_own(issued, &subject.staff, Action::DecideAppeal)?;
    let offices = [Role::Hr, Role::GmOffice];
    permit(issued, &offices, &subject.desk, Action::DecideAppeal)?;
    worded("reason", &command.reason)?;
    let open = state
        .sanctions
        .get(&command.sanction)
        .filter(|decided| decided.appealed.is_some() && decided.appeal_decided.is_none())
        .ok_or_else(|| Refusal::AppealUnknown {
            sanction: command.sanction.clone(),
        })?;
    if open
        .approval()
        .is_some_and(|approval| approval.by == issued.by.staff)
    {
        return Err(Refusal::AppealOfOwnApproval {
            by: issued.by.staff.clone(),
        });
    }
    Ok(vec![
        AppealDecided {
            sanction: command.sanction.clone(),
            upheld: command.upheld,
            reason: command.reason.clone(),
            by: issued.by.staff.clone(),
            at: issued.at,
        }
        .into(),
    ])
}
