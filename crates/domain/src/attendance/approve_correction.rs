//! Approve a correction (T6): the lead or the GM office, never for oneself.

use crate::attendance::{AttendanceState, decidable};
use crate::decider::Decision;
use crate::event::{AttendanceEvent, CorrectionApproved};
use crate::ids::CorrectionId;
use crate::policy::Policy;
use crate::who::Issued;

/// Approve a correction.
#[derive(Clone, Debug)]
pub struct ApproveCorrection {
    /// Which.
    pub correction: CorrectionId,
}

/// Any one of the policy's approvers approves a pending request of somebody else.
pub fn decide(
    state: &AttendanceState,
    command: &ApproveCorrection,
    policy: &Policy,
    issued: &Issued,
) -> Decision<AttendanceEvent> {
    let (_, role) = decidable(state, command.correction, &policy.correction, issued)?;
    Ok(vec![
        CorrectionApproved {
            correction: command.correction,
            by: issued.by.staff.clone(),
            role,
            at: issued.at,
        }
        .into(),
    ])
}
