//! Take a solve to work on it: one node at a time.

use crate::decider::Decision;
use crate::event::{RosterEvent, SolveClaimed, SolveFailed};
use crate::ids::{NodeId, SolveId};
use crate::refusal::Refusal;
use crate::roster::RosterState;
use crate::who::Issued;
use chrono::Duration;

/// Take a solve.
#[derive(Clone, Debug)]
pub struct ClaimSolve {
    /// Which.
    pub solve: SolveId,
    /// Who takes it.
    pub node: NodeId,
    /// SHA-256 of the problem as it stands now, hex.
    pub problem_digest: String,
    /// Version of the solver it is solved with.
    pub solver_version: String,
    /// Beyond its wall-clock limit, until its node is taken for dead.
    pub grace_seconds: u32,
}

/// A node takes a solve that nobody works on, or whose node has not answered in time. One that was asked to stop is not
/// begun again: it ends. Nobody's role is asked: the service itself does this.
pub fn decide(state: &RosterState, command: &ClaimSolve, issued: &Issued) -> Decision<RosterEvent> {
    let solve = command.solve;
    let open = state
        .solving
        .as_ref()
        .filter(|open| open.solve() == solve)
        .ok_or(Refusal::SolveUnknown { solve })?;
    if let Some(claim) = open.live_claim(issued.at) {
        return Err(Refusal::SolveTaken {
            solve,
            node: claim.node.clone(),
        });
    }
    if open.cancel.is_some() {
        let reason = "stopped before there was a plan".to_owned();
        let at = issued.at;
        return Ok(vec![SolveFailed { solve, reason, at }.into()]);
    }
    let seconds =
        i64::from(open.request.limit_seconds).saturating_add(i64::from(command.grace_seconds));
    Ok(vec![
        SolveClaimed {
            solve,
            node: command.node.clone(),
            problem_digest: command.problem_digest.clone(),
            solver_version: command.solver_version.clone(),
            until: issued.at + Duration::seconds(seconds),
            at: issued.at,
        }
        .into(),
    ])
}
