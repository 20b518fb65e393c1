//! Record that a solve ended without a plan.

use crate::decider::Decision;
use crate::event::{RosterEvent, SolveFailed};
use crate::ids::SolveId;
use crate::refusal::Refusal;
use crate::roster::RosterState;
use crate::who::Issued;

/// Record a failure.
#[derive(Clone, Debug)]
pub struct RecordFailed {
    /// Which solve.
    pub solve: SolveId,
    /// Why.
    pub reason: String,
}

/// The solve that was asked for ends, whatever became of the roster meanwhile; a new one may begin.
pub fn decide(
    state: &RosterState,
    command: &RecordFailed,
    issued: &Issued,
) -> Decision<RosterEvent> {
    if state.solving != Some(command.solve) {
        return Err(Refusal::SolveUnknown {
            solve: command.solve,
        });
    }
    Ok(vec![
        SolveFailed {
            solve: command.solve,
            reason: command.reason.clone(),
            at: issued.at,
        }
        .into(),
    ])
}
