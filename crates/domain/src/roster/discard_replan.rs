//! Discard what a solve proposes.

use crate::decider::{Decision, permit};
use crate::event::{ReplanDiscarded, RosterEvent};
use crate::ids::SolveId;
use crate::refusal::{Action, Refusal};
use crate::roster::RosterState;
use crate::who::{Issued, Role};

/// Discard a proposal.
#[derive(Clone, Debug)]
pub struct DiscardReplan {
    /// Which solve's.
    pub solve: SolveId,
}

/// The lead does not want it; the roster stays as it is.
pub fn decide(
    state: &RosterState,
    command: &DiscardReplan,
    issued: &Issued,
) -> Decision<RosterEvent> {
    let solve = command.solve;
    let unknown = Refusal::ProposalUnknown { solve };
    let Some((desk, _)) = &state.of else {
        return Err(unknown);
    };
    permit(issued, &[Role::Lead], desk, Action::AmendRoster)?;
    let open = state
        .proposal
        .as_ref()
        .is_some_and(|open| open.solve == solve);
    if !open {
        return Err(unknown);
    }
    Ok(vec![
        ReplanDiscarded {
            solve,
            by: issued.by.staff.clone(),
            at: issued.at,
        }
        .into(),
    ])
}
