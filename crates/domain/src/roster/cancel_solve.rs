//! Ask a solve to stop.

use crate::decider::{Decision, permit};
use crate::event::{RosterEvent, SolveCancelRequested, SolveFailed};
use crate::ids::SolveId;
use crate::refusal::{Action, Refusal};
use crate::roster::RosterState;
use crate::who::{Issued, Role};

/// Ask a solve to stop.
#[derive(Clone, Debug)]
pub struct CancelSolve {
    /// Which.
    pub solve: SolveId,
}

/// The lead stops a solve. The node that works on it reads so in the log and records the best plan it has; where none
/// works on it, it ends here.
pub fn decide(
    state: &RosterState,
    command: &CancelSolve,
    issued: &Issued,
) -> Decision<RosterEvent> {
    let solve = command.solve;
    let unknown = Refusal::SolveUnknown { solve };
    let Some((desk, _)) = &state.of else {
        return Err(unknown);
    };
    permit(issued, &[Role::Lead], desk, Action::PlanRoster)?;
    let open = state
        .solving
        .as_ref()
        .filter(|open| open.solve() == solve)
        .ok_or(unknown)?;
    let mut facts = Vec::new();
    if open.cancel.is_none() {
        let cancel = SolveCancelRequested {
            solve,
            by: issued.by.staff.clone(),
            at: issued.at,
        };
        facts.push(cancel.into());
    }
    if open.live_claim(issued.at).is_none() {
        let reason = "stopped before there was a plan".to_owned();
        let at = issued.at;
        facts.push(SolveFailed { solve, reason, at }.into());
    }
    Ok(facts)
}
