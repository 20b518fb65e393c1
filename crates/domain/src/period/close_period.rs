//! Close a month for payroll.

use crate::decider::{Decision, permit};
use crate::event::{PeriodClosed, PeriodEvent};
use crate::ids::{DeskId, PolicyVersionId};
use crate::period::PeriodState;
use crate::refusal::{Action, OpenItem, Refusal};
use crate::who::{Issued, Role};
use crate::work_date::Month;

/// Close a month.
#[derive(Clone, Debug)]
pub struct ClosePeriod {
    /// Whose.
    pub desk: DeskId,
    /// Which.
    pub month: Month,
    /// The log position exported.
    pub position: String,
    /// Hash over all stream heads at that position, hex.
    pub seal: String,
    /// The policy versions the month was reckoned by.
    pub policy_versions: Vec<PolicyVersionId>,
    /// HR has read what is still open: whatever comes of it becomes an adjustment of a later month.
    pub acknowledged: bool,
}

/// HR, once, when every day of the month is closed. `open` is what waits for a decision or for a window to end.
pub fn decide(
    state: &PeriodState,
    command: &ClosePeriod,
    open: &[OpenItem],
    issued: &Issued,
) -> Decision<PeriodEvent> {
    let month = command.month;
    permit(issued, &[Role::Hr], &command.desk, Action::ClosePeriod)?;
    if state.closed.is_some() {
        return Err(Refusal::MonthClosed { month });
    }
    if state.closed_through != Some(month.last()) {
        return Err(Refusal::DaysNotClosed {
            month,
            closed_through: state.closed_through,
        });
    }
    if !open.is_empty() && !command.acknowledged {
        return Err(Refusal::PeriodHasOpenItems {
            month,
            open: open.to_vec(),
        });
    }
    Ok(vec![
        PeriodClosed {
            month,
            position: command.position.clone(),
            seal: command.seal.clone(),
            policy_versions: command.policy_versions.clone(),
            by: issued.by.staff.clone(),
            at: issued.at,
        }
        .into(),
    ])
}
