//! Fix cells before a solve, or free them again: a solve keeps what is fixed as it stands.

use crate::decider::{Decision, ensure, permit};
use crate::event::{CellKey, CellsFixed, CellsFreed, RosterEvent};
use crate::refusal::{Action, Fault, Refusal};
use crate::roster::{RosterState, RosterStatus};
use crate::who::{Issued, Role};
use crate::work_date::Month;
use std::collections::BTreeSet;

/// Fix cells, or free them.
#[derive(Clone, Debug)]
pub struct FixCells {
    /// Which month.
    pub month: Month,
    /// Which cells.
    pub cells: Vec<CellKey>,
    /// Whether they are fixed from now on, or free.
    pub fixed: bool,
}

/// The lead, for cells that stand in a draft or in the roster in force, while no solve runs. A cell keeps being fixed
/// when it is set by hand.
pub fn decide(state: &RosterState, command: &FixCells, issued: &Issued) -> Decision<RosterEvent> {
    let statuses = [RosterStatus::Draft, RosterStatus::Published];
    let (desk, _) = state.standing(&statuses, command.month, Action::PlanRoster)?;
    permit(issued, &[Role::Lead], desk, Action::PlanRoster)?;
    if let Some(open) = &state.solving {
        return Err(Refusal::SolveRunning {
            solve: open.solve(),
        });
    }
    ensure(!command.cells.is_empty(), "cells", Fault::Blank)?;
    let mut seen = BTreeSet::new();
    for (i, cell) in command.cells.iter().enumerate() {
        let stands = state.cell(&cell.staff, cell.date).is_some();
        ensure(stands, format!("cells[{i}].staff"), Fault::Unknown)?;
        ensure(
            seen.insert(cell),
            format!("cells[{i}].staff"),
            Fault::Duplicate,
        )?;
    }
    let is_fixed = |cell: &CellKey| state.fixed.contains(&(cell.staff.clone(), cell.date));
    let news = command.cells.iter();
    let cells: Vec<CellKey> = news
        .filter(|cell| is_fixed(cell) != command.fixed)
        .cloned()
        .collect();
    if cells.is_empty() {
        return Ok(vec![]);
    }
    let (by, at) = (issued.by.staff.clone(), issued.at);
    Ok(vec![if command.fixed {
        CellsFixed { cells, by, at }.into()
    } else {
        CellsFreed { cells, by, at }.into()
    }])
}
