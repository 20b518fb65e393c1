//! Record what a solve proposes to change in the roster in force.

use crate::decider::Decision;
use crate::event::{CostMove, ReplanProposed, RosterEvent, SolveReport};
use crate::ids::{NodeId, SolveId};
use crate::quantities::Minutes;
use crate::refusal::{Action, Refusal};
use crate::roster::solve::held_by;
use crate::roster::{RosterContext, RosterState, RosterStatus, rules, sound_cells};
use crate::shift::Cell;
use crate::who::Issued;
use crate::work_date::Month;

/// Record a proposal.
#[derive(Clone, Debug)]
pub struct RecordProposed {
    /// Which solve made it.
    pub solve: SolveId,
    /// The node that worked on it.
    pub node: NodeId,
    /// Which month.
    pub month: Month,
    /// The revision it was made of.
    pub base: u32,
    /// The cells as they shall be.
    pub cells: Vec<Cell>,
    /// What the month costs as it stands.
    pub cost_before: i64,
    /// People-minutes under the minimum as it stands.
    pub minutes_short_before: Minutes,
    /// People-minutes under the minimum as proposed.
    pub minutes_short_after: Minutes,
    /// What it changes for whom.
    pub people: Vec<CostMove>,
    /// How it went.
    pub report: SolveReport,
}

/// The node that works on the solve answers, while the roster it was made of is still in force. What breaks a hard rule
/// is not proposed: the lead could not accept it.
pub fn decide(
    state: &RosterState,
    command: &RecordProposed,
    context: &RosterContext,
    issued: &Issued,
) -> Decision<RosterEvent> {
    let solve = command.solve;
    held_by(state.solving.as_ref(), solve, &command.node)?;
    let (_, month) = state.standing(
        &[RosterStatus::Published],
        command.month,
        Action::AmendRoster,
    )?;
    still_in_force(state, solve, command.base)?;
    if !command.cells.is_empty() {
        sound_cells(month, &command.cells)?;
    }
    let changes = state.changes(&command.cells);
    rules::hold_after(month, &state.cells, &changes, context)?;
    Ok(vec![
        ReplanProposed {
            solve,
            base: command.base,
            changes,
            cost_before: command.cost_before,
            minutes_short_before: command.minutes_short_before,
            minutes_short_after: command.minutes_short_after,
            people: command.people.clone(),
            report: command.report.clone(),
            at: issued.at,
        }
        .into(),
    ])
}

/// Refuses a proposal once another revision is in force.
pub(super) fn still_in_force(
    state: &RosterState,
    solve: SolveId,
    base: u32,
) -> Result<(), Refusal> {
    let revision = state.revision();
    if base == revision {
        return Ok(());
    }
    Err(Refusal::ProposalOutdated {
        solve,
        base,
        revision,
    })
}
