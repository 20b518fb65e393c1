//! Change a published roster (T4): each change makes a revision, and what has passed stays as it was.

use crate::decider::{Decision, permit, worded};
use crate::event::{CellChange, RosterAmended, RosterEvent};
use crate::refusal::{Action, Refusal};
use crate::roster::{
    RosterContext, RosterState, RosterStatus, begins, not_begun, rules, sound_cells,
};
use crate::shift::{Cell, Shift};
use crate::who::{Issued, Role};
use crate::work_date::{DayMinute, Month, Zone};

/// Amend the roster.
#[derive(Clone, Debug)]
pub struct Amend {
    /// Which month.
    pub month: Month,
    /// The cells as they shall be.
    pub cells: Vec<Cell>,
    /// Why.
    pub reason: String,
}

/// The lead changes cells that have not begun, or what is left of one that has (M2), so that no hard rule breaks.
pub fn decide(
    state: &RosterState,
    command: &Amend,
    context: &RosterContext,
    issued: &Issued,
) -> Decision<RosterEvent> {
    let (desk, month) = state.standing(
        &[RosterStatus::Published],
        command.month,
        Action::AmendRoster,
    )?;
    permit(issued, &[Role::Lead], desk, Action::AmendRoster)?;
    worded("reason", &command.reason)?;
    sound_cells(month, &command.cells)?;
    let changes = state.changes(&command.cells);
    if changes.is_empty() {
        return Ok(vec![]);
    }
    for change in &changes {
        leaves_the_past(change, context.zone, issued)?;
    }
    rules::hold_after(month, &state.cells, &changes, context)?;
    Ok(vec![
        RosterAmended {
            revision: state.revision() + 1,
            changes,
            reason: command.reason.clone(),
            covers: None,
            replan: None,
            by: issued.by.staff.clone(),
            at: issued.at,
        }
        .into(),
    ])
}

fn leaves_the_past(change: &CellChange, zone: Zone, issued: &Issued) -> Result<(), Refusal> {
    let (staff, date) = (&change.staff, change.date);
    let begun_before = change
        .before
        .as_ref()
        .filter(|before| begins(before, date, zone).is_some_and(|begins| begins <= issued.at));
    match (begun_before, &change.after) {
        (Some(before), Some(after)) => {
            let now = zone.day_minute(issued.at, date);
            if passed(before, now) == passed(after, now) && before.code == after.code {
                return Ok(());
            }
            not_begun(before, staff, date, zone, issued.at)
        }
        (Some(before), None) => not_begun(before, staff, date, zone, issued.at),
        (None, Some(after)) => not_begun(after, staff, date, zone, issued.at),
        (None, None) => Ok(()),
    }
}

/// The segment edges and meal edges that lie at or before `now`.
fn passed(shift: &Shift, now: DayMinute) -> Vec<(u8, DayMinute)> {
    let segments = shift
        .segments
        .iter()
        .flat_map(|segment| [(0, segment.start), (1, segment.end)]);
    let meals = shift.meals.iter().flat_map(|meal| {
        let minutes = i32::try_from(meal.minutes.0).unwrap_or(i32::MAX);
        let end = DayMinute(meal.start.0.saturating_add(minutes));
        [(2, meal.start), (3, end)]
    });
    segments
        .chain(meals)
        .filter(|(_, minute)| *minute <= now)
        .collect()
}
