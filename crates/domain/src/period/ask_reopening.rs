//! Ask to open a closed month again.

use crate::decider::{Decision, permit, worded};
use crate::event::{PeriodEvent, ReopeningRequested};
use crate::ids::DeskId;
use crate::period::PeriodState;
use crate::refusal::{Action, Refusal};
use crate::who::{Issued, Role};
use crate::work_date::Month;

/// Ask for a reopening.
#[derive(Clone, Debug)]
pub struct AskReopening {
    /// Whose.
    pub desk: DeskId,
    /// Which.
    pub month: Month,
    /// Why.
    pub reason: String,
}

/// HR, of a closed month, once at a time. Somebody else decides.
pub fn decide(
    state: &PeriodState,
    command: &AskReopening,
    issued: &Issued,
) -> Decision<PeriodEvent> {
    let month = command.month;
    permit(issued, &[Role::Hr], &command.desk, Action::AskReopening)?;
    worded("reason", &command.reason)?;
    if state.closed.is_none() {
        return Err(Refusal::MonthNotClosed { month });
    }
    if let Some(asked) = &state.reopening {
        return Err(Refusal::ReopeningAsked {
            month,
            by: asked.by.clone(),
        });
    }
    Ok(vec![
        ReopeningRequested {
            month,
            reason: command.reason.clone(),
            by: issued.by.staff.clone(),
            at: issued.at,
        }
        .into(),
    ])
}
