//! Begin to plan a month (T4).

use crate::decider::{Decision, permit};
use crate::desk::DeskState;
use crate::event::{RosterDrafted, RosterEvent};
use crate::ids::DeskId;
use crate::refusal::{Action, Refusal};
use crate::roster::{RosterState, RosterStatus};
use crate::who::{Issued, Role};
use crate::work_date::Month;

/// Begin to plan a month.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Whose.
    pub desk: DeskId,
    /// Which month.
    pub month: Month,
}

/// The lead begins a month once.
pub fn decide(
    state: &RosterState,
    command: &Draft,
    desk: &DeskState,
    issued: &Issued,
) -> Decision<RosterEvent> {
    desk.known(&command.desk)?;
    permit(issued, &[Role::Lead], &command.desk, Action::PlanRoster)?;
    if state.status != RosterStatus::Absent {
        return Err(Refusal::RosterStands {
            month: command.month,
            status: state.status,
            action: Action::PlanRoster,
        });
    }
    Ok(vec![
        RosterDrafted {
            desk: command.desk.clone(),
            month: command.month,
            by: issued.by.staff.clone(),
            at: issued.at,
        }
        .into(),
    ])
}
