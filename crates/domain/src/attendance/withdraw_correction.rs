//! Take one's own correction request back.

use crate::attendance::AttendanceState;
use crate::decider::Decision;
use crate::event::{AttendanceEvent, CorrectionWithdrawn};
use crate::ids::CorrectionId;
use crate::refusal::{Action, Refusal};
use crate::who::Issued;

/// Withdraw a correction.
#[derive(Clone, Debug)]
pub struct WithdrawCorrection {
    /// Which.
    pub correction: CorrectionId,
}

/// Its author, while it is pending.
pub fn decide(
    state: &AttendanceState,
    command: &WithdrawCorrection,
    issued: &Issued,
) -> Decision<AttendanceEvent> {
    let correction = state.correction(command.correction)?;
    if correction.requested.staff != issued.by.staff {
        return Err(Refusal::NotYourRequest {
            action: Action::WithdrawCorrection,
        });
    }
    correction.pending()?;
    Ok(vec![
        CorrectionWithdrawn {
            correction: command.correction,
            at: issued.at,
        }
        .into(),
    ])
}
