//! Record that a solve ended without a plan.

use crate::decider::Decision;
use crate::event::{RosterEvent, SolveFailed};
use crate::ids::{NodeId, SolveId};
use crate::roster::RosterState;
use crate::roster::solve::held_by;
use crate::who::Issued;

/// Record a failure.
#[derive(Clone, Debug)]
pub struct RecordFailed {
    /// Which solve.
    pub solve: SolveId,
    /// The node that worked on it.
    pub node: NodeId,
    /// Why.
    pub reason: String,
}

/// The node that works on the solve ends it, whatever became of the roster meanwhile; a new one may begin.
pub fn decide(
    state: &RosterState,
    command: &RecordFailed,
    issued: &Issued,
) -> Decision<RosterEvent> {
    held_by(state.solving.as_ref(), command.solve, &command.node)?;
    Ok(vec![
        SolveFailed {
            solve: command.solve,
            reason: command.reason.clone(),
            at: issued.at,
        }
        .into(),
    ])
}
