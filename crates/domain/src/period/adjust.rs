//! Sign the difference that late facts make to a closed month; it counts in this one.

use crate::decider::{Decision, ensure, not_own, permit, worded};
use crate::event::{Adjusted, PeriodEvent};
use crate::ids::StaffId;
use crate::period::{Difference, DifferenceDue, PeriodState};
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
    /// Money off (negative) or back (positive), as proposed; zero when only time differs.
    pub amount: Fen,
    /// What changed, in words.
    pub reason: String,
}

/// HR, never their own, from a closed month (`source`) into a later one that is open. The amount is what the figures
/// come to (`due`, not counting what this month's stream holds) and nobody's choice.
pub fn decide(
    state: &PeriodState,
    command: &Adjust,
    source: &PeriodState,
    staff: &StaffState,
    due: &DifferenceDue,
    issued: &Issued,
) -> Decision<PeriodEvent> {
    let record = staff.known(&command.staff)?;
    permit(issued, &[Role::Hr], &record.desk, Action::AdjustPeriod)?;
    not_own(issued, &command.staff, Action::AdjustPeriod)?;
    worded("reason", &command.reason)?;
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
    let signed_here = state.adjustments.iter().filter(|signed| {
        signed.staff == command.staff && signed.source_month == command.source_month
    });
    let difference = signed_here
        .map(Difference::signed)
        .fold(due.difference.clone(), |left, signed| left.less(&signed));
    if difference.is_zero() {
        return Err(Refusal::NothingToAdjust {
            staff: command.staff.clone(),
            month: command.source_month,
        });
    }
    if command.amount != difference.amount {
        return Err(Refusal::AdjustmentDiffers {
            staff: command.staff.clone(),
            month: command.source_month,
            asked: command.amount,
            due: difference.amount,
        });
    }
    Ok(vec![
        Adjusted {
            staff: command.staff.clone(),
            source_month: command.source_month,
            amount: difference.amount,
            reason: command.reason.clone(),
            by: issued.by.staff.clone(),
            at: issued.at,
            difference: Some(difference),
            days: due.days.clone(),
            evidence: due.evidence.clone(),
        }
        .into(),
    ])
}
