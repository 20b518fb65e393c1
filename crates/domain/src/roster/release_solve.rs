//! Give a solve back: its node stops.

use crate::decider::Decision;
use crate::event::{RosterEvent, SolveReleased};
use crate::ids::{NodeId, SolveId};
use crate::roster::RosterState;
use crate::roster::solve::held_by;
use crate::who::Issued;

/// Give a solve back.
#[derive(Clone, Debug)]
pub struct ReleaseSolve {
    /// Which.
    pub solve: SolveId,
    /// Who works on it.
    pub node: NodeId,
}

/// The node that works on a solve gives it back.
pub fn decide(
    state: &RosterState,
    command: &ReleaseSolve,
    issued: &Issued,
) -> Decision<RosterEvent> {
    held_by(state.solving.as_ref(), command.solve, &command.node)?;
    Ok(vec![
        SolveReleased {
            solve: command.solve,
            node: command.node.clone(),
            at: issued.at,
        }
        .into(),
    ])
}
