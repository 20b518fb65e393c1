//! Refuse a correction, with the reason.

use crate::attendance::{AttendanceState, decidable};
use crate::decider::{Decision, worded};
use crate::event::{AttendanceEvent, CorrectionRefused};
use crate::ids::CorrectionId;
use crate::policy::Policy;
use crate::who::Issued;

/// Refuse a correction.
#[derive(Clone, Debug)]
pub struct RefuseCorrection {
    /// Which.
    pub correction: CorrectionId,
    /// Why.
    pub reason: String,
}

/// Whoever might approve it may refuse it, and says why.
pub fn decide(
    state: &AttendanceState,
    command: &RefuseCorrection,
    policy: &Policy,
    issued: &Issued,
) -> Decision<AttendanceEvent> {
    decidable(state, command.correction, &policy.correction, issued)?;
    worded("reason", &command.reason)?;
    Ok(vec![
        CorrectionRefused {
            correction: command.correction,
            by: issued.by.staff.clone(),
            reason: command.reason.clone(),
            at: issued.at,
        }
        .into(),
    ])
}
