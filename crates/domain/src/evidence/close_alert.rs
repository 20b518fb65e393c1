//! Close an intraday alert (D8).

use crate::decider::{Decision, permit};
use crate::event::{AlertClosed, EvidenceEvent};
use crate::evidence::EvidenceState;
use crate::ids::{AlertId, DeskId};
use crate::refusal::{Action, Refusal};
use crate::who::{Issued, Role};

/// Close an alert.
#[derive(Clone, Debug)]
pub struct CloseAlert {
    /// Which.
    pub alert: AlertId,
    /// Where.
    pub desk: DeskId,
    /// What came of it; may be empty.
    pub note: String,
}

/// The lead closes what stands.
pub fn decide(
    state: &EvidenceState,
    command: &CloseAlert,
    issued: &Issued,
) -> Decision<EvidenceEvent> {
    let alert = command.alert;
    let known = state
        .alerts
        .get(&alert)
        .ok_or(Refusal::AlertUnknown { alert })?;
    permit(issued, &[Role::Lead], &command.desk, Action::CloseAlert)?;
    if known.closed.is_some() {
        return Err(Refusal::AlertClosed { alert });
    }
    Ok(vec![
        AlertClosed {
            alert,
            note: command.note.clone(),
            by: issued.by.staff.clone(),
            at: issued.at,
        }
        .into(),
    ])
}
