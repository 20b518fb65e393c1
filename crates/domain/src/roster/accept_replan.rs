//! Accept what a solve proposes: an amendment of the roster in force that says whose proposal it was (T4).

use crate::decider::{Decision, permit};
use crate::event::RosterEvent;
use crate::ids::SolveId;
use crate::refusal::{Action, Refusal};
use crate::roster::amend::{self, Amend};
use crate::roster::record_proposed::still_in_force;
use crate::roster::{RosterContext, RosterState};
use crate::shift::Cell;
use crate::who::{Issued, Role};

/// Accept a proposal.
#[derive(Clone, Debug)]
pub struct AcceptReplan {
    /// Which solve's.
    pub solve: SolveId,
    /// Why, as the amendment says.
    pub reason: String,
}

/// The lead, while the roster is still the one the proposal was made of, and by the rules of any amendment.
pub fn decide(
    state: &RosterState,
    command: &AcceptReplan,
    context: &RosterContext,
    issued: &Issued,
) -> Decision<RosterEvent> {
    let solve = command.solve;
    let unknown = Refusal::ProposalUnknown { solve };
    let Some((desk, month)) = &state.of else {
        return Err(unknown);
    };
    permit(issued, &[Role::Lead], desk, Action::AmendRoster)?;
    let proposal = state
        .proposal
        .as_ref()
        .filter(|proposal| proposal.solve == solve)
        .ok_or(unknown)?;
    still_in_force(state, solve, proposal.base)?;
    let cell = |change: &crate::event::CellChange| Cell {
        staff: change.staff.clone(),
        date: change.date,
        shift: change.after.clone(),
    };
    let amendment = Amend {
        month: *month,
        cells: proposal.changes.iter().map(cell).collect(),
        reason: command.reason.clone(),
    };
    let mut facts = amend::decide(state, &amendment, context, issued)?;
    for fact in &mut facts {
        if let RosterEvent::RosterAmended(amended) = fact {
            amended.replan = Some(solve);
        }
    }
    Ok(facts)
}
