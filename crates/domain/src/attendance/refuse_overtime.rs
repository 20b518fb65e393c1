//! Refuse a request for overtime, with the reason.

use crate::attendance::AttendanceState;
use crate::attendance::approve_overtime::APPROVERS;
use crate::decider::{Decision, not_own, permit, worded};
use crate::event::{AttendanceEvent, OvertimeRefused};
use crate::ids::OvertimeId;
use crate::refusal::Action;
use crate::who::Issued;

/// Refuse overtime.
#[derive(Clone, Debug)]
pub struct RefuseOvertime {
    /// Which.
    pub request: OvertimeId,
    /// Why.
    pub reason: String,
}

/// Whoever might approve it may refuse it, and says why.
pub fn decide(
    state: &AttendanceState,
    command: &RefuseOvertime,
    issued: &Issued,
) -> Decision<AttendanceEvent> {
    let known = state.overtime_request(command.request)?;
    let asked = &known.requested;
    not_own(issued, &asked.staff, Action::ApproveOvertime)?;
    permit(issued, &APPROVERS, &asked.desk, Action::ApproveOvertime)?;
    known.pending()?;
    worded("reason", &command.reason)?;
    Ok(vec![
        OvertimeRefused {
            request: command.request,
            by: issued.by.staff.clone(),
            reason: command.reason.clone(),
            at: issued.at,
        }
        .into(),
    ])
}
