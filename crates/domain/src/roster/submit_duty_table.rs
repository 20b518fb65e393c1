//! Hand next week's duty table to the administration (T3).

use crate::decider::{Decision, ensure, permit};
use crate::event::{DutyTableSubmitted, RosterEvent};
use crate::policy::DutyTablePolicy;
use crate::refusal::{Action, Fault, Refusal};
use crate::roster::{RosterState, RosterStatus};
use crate::who::{Issued, Role};
use crate::work_date::{Month, WorkDate, Zone};
use chrono::{DateTime, Utc};

/// Submit a week's duty table.
#[derive(Clone, Debug)]
pub struct SubmitDutyTable {
    /// Which month's roster it is taken from.
    pub month: Month,
    /// Monday of the week.
    pub week_start: WorkDate,
}

/// When the table of the week from `week_start` is due: in the week before, on the policy's day and hour.
pub fn due_at(week_start: WorkDate, policy: &DutyTablePolicy, zone: Zone) -> DateTime<Utc> {
    let due_on = week_start.plus_days(i64::from(policy.due_weekday_from_monday) - 7);
    zone.instant(due_on, policy.due_at)
}

/// The lead submits a week that lies in the month at least in part, again after every revision.
pub fn decide(
    state: &RosterState,
    command: &SubmitDutyTable,
    issued: &Issued,
) -> Decision<RosterEvent> {
    let in_force = [RosterStatus::Published, RosterStatus::Locked];
    let (desk, month) = state.standing(&in_force, command.month, Action::SubmitDutyTable)?;
    permit(issued, &[Role::Lead], desk, Action::SubmitDutyTable)?;
    let week_start = command.week_start;
    ensure(
        week_start.week_start() == week_start,
        "week_start",
        Fault::NotAMonday,
    )?;
    let touches = month.contains(week_start) || month.contains(week_start.plus_days(6));
    ensure(touches, "week_start", Fault::OtherMonth)?;
    let revision = state.revision();
    if state
        .submissions
        .get(&week_start)
        .is_some_and(|last| last.revision == revision)
    {
        return Err(Refusal::DutyTableSubmitted {
            week_start,
            revision,
        });
    }
    Ok(vec![
        DutyTableSubmitted {
            week_start,
            revision,
            by: issued.by.staff.clone(),
            at: issued.at,
        }
        .into(),
    ])
}
