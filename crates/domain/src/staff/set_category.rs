//! Say what kind of worker somebody is: regular, assistant, foreman, promoter, trainee (M6).

use crate::decider::Decision;
use crate::event::{Category, CategorySet, StaffEvent};
use crate::ids::StaffId;
use crate::staff::{StaffState, may_change};
use crate::who::{Issued, Role};
use crate::work_date::WorkDate;

/// Set somebody's category from a day on.
#[derive(Clone, Debug)]
pub struct SetCategory {
    /// Whose.
    pub staff: StaffId,
    /// From this day.
    pub from: WorkDate,
    /// The new one.
    pub category: Category,
}

/// The lead or HR, never for themselves, for days of employment.
pub fn decide(state: &StaffState, command: &SetCategory, issued: &Issued) -> Decision<StaffEvent> {
    may_change(state, &command.staff, &[Role::Lead, Role::Hr], issued)?;
    state.employed(&command.staff, command.from)?;
    if state
        .categories
        .last()
        .is_some_and(|known| *known == (command.from, command.category))
    {
        return Ok(vec![]);
    }
    Ok(vec![
        CategorySet {
            from: command.from,
            category: command.category,
            by: issued.by.staff.clone(),
        }
        .into(),
    ])
}
