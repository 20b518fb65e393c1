//! Raise an intraday alert: the desk is short right now (突发话务高峰, D8).

use crate::decider::{Decision, permit, worded};
use crate::event::{AlertRaised, EvidenceEvent};
use crate::evidence::EvidenceState;
use crate::ids::{AlertId, DeskId};
use crate::refusal::{Action, Refusal};
use crate::who::{Issued, Role};

/// Raise an alert.
#[derive(Clone, Debug)]
pub struct RaiseAlert {
    /// Its id.
    pub alert: AlertId,
    /// Where.
    pub desk: DeskId,
    /// What is wrong.
    pub text: String,
    /// What is to be done about it; may be empty.
    pub remedy: String,
}

/// The lead says so in words; it stands until somebody closes it.
pub fn decide(
    state: &EvidenceState,
    command: &RaiseAlert,
    issued: &Issued,
) -> Decision<EvidenceEvent> {
    permit(issued, &[Role::Lead], &command.desk, Action::RaiseAlert)?;
    worded("text", &command.text)?;
    if state.alerts.contains_key(&command.alert) {
        return Err(Refusal::IdTaken {
            id: command.alert.to_string(),
        });
    }
    Ok(vec![
        AlertRaised {
            alert: command.alert,
            text: command.text.clone(),
            remedy: command.remedy.clone(),
            by: issued.by.staff.clone(),
            at: issued.at,
        }
        .into(),
    ])
}
