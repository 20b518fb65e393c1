//! Record the solver's plan for the month.

use crate::decider::Decision;
use crate::event::{RosterEvent, RosterGenerated, SolveReport};
use crate::ids::{NodeId, SolveId};
use crate::refusal::Action;
use crate::roster::solve::held_by;
use crate::roster::{RosterState, RosterStatus, sound_cells};
use crate::shift::Cell;
use crate::who::Issued;
use crate::work_date::Month;

/// Record a plan.
#[derive(Clone, Debug)]
pub struct RecordGenerated {
    /// Which solve made it.
    pub solve: SolveId,
    /// The node that worked on it.
    pub node: NodeId,
    /// Which month.
    pub month: Month,
    /// Everybody's every day.
    pub cells: Vec<Cell>,
    /// How it went.
    pub report: SolveReport,
}

/// The node that works on the solve answers, while the roster is still a draft. Nobody's role is asked: the service
/// itself reports.
pub fn decide(
    state: &RosterState,
    command: &RecordGenerated,
    issued: &Issued,
) -> Decision<RosterEvent> {
    let (_, month) = state.standing(&[RosterStatus::Draft], command.month, Action::PlanRoster)?;
    held_by(state.solving.as_ref(), command.solve, &command.node)?;
    sound_cells(month, &command.cells)?;
    Ok(vec![
        RosterGenerated {
            solve: command.solve,
            cells: command.cells.clone(),
            report: command.report.clone(),
            at: issued.at,
        }
        .into(),
    ])
}
