//! Set cells of a draft by hand; every hard rule is checked again.

use crate::decider::{Decision, permit};
use crate::event::{CellsEdited, RosterEvent};
use crate::refusal::Action;
use crate::roster::{RosterContext, RosterState, RosterStatus, rules, sound_cells};
use crate::shift::Cell;
use crate::who::{Issued, Role};
use crate::work_date::Month;

/// Set cells.
#[derive(Clone, Debug)]
pub struct EditCells {
    /// Which month.
    pub month: Month,
    /// The cells as they shall be.
    pub cells: Vec<Cell>,
}

/// The lead sets cells of a draft so that no hard rule breaks; the refusal names each cell and rule.
pub fn decide(
    state: &RosterState,
    command: &EditCells,
    context: &RosterContext,
    issued: &Issued,
) -> Decision<RosterEvent> {
    let (desk, month) =
        state.standing(&[RosterStatus::Draft], command.month, Action::PlanRoster)?;
    permit(issued, &[Role::Lead], desk, Action::PlanRoster)?;
    sound_cells(month, &command.cells)?;
    let changes = state.changes(&command.cells);
    if changes.is_empty() {
        return Ok(vec![]);
    }
    rules::hold_after(month, &state.cells, &changes, context)?;
    Ok(vec![
        CellsEdited {
            changes,
            by: issued.by.staff.clone(),
            at: issued.at,
        }
        .into(),
    ])
}
