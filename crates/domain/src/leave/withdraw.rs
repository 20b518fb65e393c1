//! Take one's own leave back: while it is undecided, or approved and not begun.

use crate::day::RequestStatus;
use crate::decider::Decision;
use crate::event::{LeaveEvent, LeaveWithdrawn};
use crate::ids::LeaveId;
use crate::leave::LeaveState;
use crate::refusal::{Action, Refusal};
use crate::who::Issued;
use crate::work_date::Zone;

/// Withdraw leave.
#[derive(Clone, Debug)]
pub struct WithdrawLeave {
    /// Which.
    pub leave: LeaveId,
}

/// The person it is for.
pub fn decide(
    state: &LeaveState,
    command: &WithdrawLeave,
    zone: Zone,
    issued: &Issued,
) -> Decision<LeaveEvent> {
    let leave = state.leave(command.leave)?;
    let asked = &leave.requested;
    if asked.staff != issued.by.staff {
        return Err(Refusal::NotYourRequest {
            action: Action::WithdrawLeave,
        });
    }
    match leave.status {
        RequestStatus::Pending => {}
        RequestStatus::Approved if zone.date(issued.at) < asked.span.first => {}
        RequestStatus::Approved => {
            return Err(Refusal::LeaveBegun {
                leave: command.leave,
                first: asked.span.first,
            });
        }
        RequestStatus::Refused | RequestStatus::Withdrawn => leave.pending()?,
    }
    Ok(vec![
        LeaveWithdrawn {
            leave: command.leave,
            at: issued.at,
        }
        .into(),
    ])
}
