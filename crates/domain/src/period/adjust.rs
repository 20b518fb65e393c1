//! Sign the difference that a late fact makes to a closed month; it counts in this one.

use crate::decider::{Decision, ensure, not_own, permit, worded};
use crate::event::{Adjusted, PeriodEvent};
use crate::ids::StaffId;
use crate::period::PeriodState;
use crate::quantities::Fen;
use crate::refusal::{Action, Fault, Refusal};
use crate::staff::StaffState;
use crate::who::{Issued, Role};
use crate::work_date::Month;

/// Adjust.
#[derive(Clone, Debug)]
pub struct Adjust {
    /// The month in which it counts.
    pub month: Month,
    /// Whose.
    pub staff: StaffId,
    /// The closed month.
    pub source_month: Month,
    /// Money off (negative) or back (positive).
    pub amount: Fen,
    /// What changed, in words.
    pub reason: String,
}

/// HR, never their own, from a closed month (`source`) into a later one that is open.
pub fn decide(
    state: &PeriodState,
    command: &Adjust,
    source: &PeriodState,
    staff: &StaffState,
    issued: &Issued,
) -> Decision<PeriodEvent> {
    let record = staff.known(&command.staff)?;
    permit(issued, &[Role::Hr], &record.desk, Action::AdjustPeriod)?;
    not_own(issued, &command.staff, Action::AdjustPeriod)?;
    worded("reason", &command.reason)?;
    ensure(!command.amount.is_zero(), "amount", Fault::Zero)?;
    let earlier = command.source_month < command.month;
    ensure(earlier, "source_month", Fault::NotEarlier)?;
    if source.closed.is_none() {
        return Err(Refusal::MonthNotClosed {
            month: command.source_month,
        });
    }
    if state.closed.is_some() {
        return Err(Refusal::MonthClosed {
            month: command.month,
        });
    }
    Ok(vec![
        Adjusted {
            staff: command.staff.clone(),
            source_month: command.source_month,
            amount: command.amount,
            reason: command.reason.clone(),
            by: issued.by.staff.clone(),
            at: issued.at,
        }
        .into(),
    ])
}
