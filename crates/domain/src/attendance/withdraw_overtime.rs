//! Take one's own request for overtime back while it is undecided.

use crate::attendance::AttendanceState;
use crate::decider::Decision;
use crate::event::{AttendanceEvent, OvertimeWithdrawn};
use crate::ids::OvertimeId;
use crate::refusal::{Action, Refusal};
use crate::who::Issued;

/// Withdraw a request for overtime.
#[derive(Clone, Debug)]
pub struct WithdrawOvertime {
    /// Which.
    pub request: OvertimeId,
}

/// Its author, while it is pending.
pub fn decide(
    state: &AttendanceState,
    command: &WithdrawOvertime,
    issued: &Issued,
) -> Decision<AttendanceEvent> {
    let known = state.overtime_request(command.request)?;
    if known.requested.staff != issued.by.staff {
        return Err(Refusal::NotYourRequest {
            action: Action::WithdrawOvertime,
        });
    }
    known.pending()?;
    Ok(vec![
        OvertimeWithdrawn {
            request: command.request,
            at: issued.at,
        }
        .into(),
    ])
}
