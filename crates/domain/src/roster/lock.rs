//! Lock a roster for good, once its month is over.

use crate::decider::{Decision, permit};
use crate::event::{RosterEvent, RosterLocked};
use crate::refusal::{Action, Refusal};
use crate::roster::{RosterState, RosterStatus};
use crate::who::{Issued, Role};
use crate::work_date::{DayMinute, Month, Zone};

/// Lock the roster.
#[derive(Clone, Debug)]
pub struct Lock {
    /// Which month.
    pub month: Month,
}

/// HR locks a published roster whose last day is over.
pub fn decide(
    state: &RosterState,
    command: &Lock,
    zone: Zone,
    issued: &Issued,
) -> Decision<RosterEvent> {
    let (desk, month) = state.standing(
        &[RosterStatus::Published],
        command.month,
        Action::LockRoster,
    )?;
    permit(issued, &[Role::Hr], desk, Action::LockRoster)?;
    let date = month.last();
    let ends = zone.instant(date.plus_days(1), DayMinute(0));
    if issued.at < ends {
        let ends = zone.civil(ends);
        return Err(Refusal::DayNotOver { date, ends });
    }
    Ok(vec![RosterLocked { at: issued.at }.into()])
}
