//! Move a balance: an entitlement, time off earned (调休), or a correction of either (T2).

use crate::decider::{Decision, ensure, not_own, permit, worded};
use crate::event::{BalanceMoved, LeaveEvent, LeaveKind};
use crate::ids::StaffId;
use crate::leave::LeaveState;
use crate::policy::LeavePolicy;
use crate::quantities::Minutes;
use crate::refusal::{Action, Fault, Refusal};
use crate::staff::StaffState;
use crate::who::{Issued, Role};
use crate::work_date::WorkDate;

/// Move a balance.
#[derive(Clone, Debug)]
pub struct MoveBalance {
    /// Whose.
    pub staff: StaffId,
    /// Of which kind.
    pub kind: LeaveKind,
    /// How much; negative takes away.
    pub minutes: Minutes,
    /// Why.
    pub reason: String,
    /// The day it was earned on, if any.
    pub work_date: Option<WorkDate>,
}

/// HR or the lead, never their own, for a kind that has a balance, which stays at nothing or more.
pub fn decide(
    state: &LeaveState,
    command: &MoveBalance,
    staff: &StaffState,
    policy: &LeavePolicy,
    issued: &Issued,
) -> Decision<LeaveEvent> {
    let record = staff.known(&command.staff)?;
    let roles = [Role::Hr, Role::Lead];
    permit(issued, &roles, &record.desk, Action::MoveBalance)?;
    not_own(issued, &command.staff, Action::MoveBalance)?;
    worded("reason", &command.reason)?;
    let (kind, minutes) = (command.kind, command.minutes);
    ensure(!minutes.is_zero(), "minutes", Fault::Zero)?;
    if !policy.balanced.contains(&kind) {
        return Err(Refusal::LeaveKindUnbalanced { kind });
    }
    let available = state.available(kind);
    if (available + minutes).0 < 0 && minutes.0 < 0 {
        return Err(Refusal::LeaveBalanceShort {
            kind,
            available,
            wanted: -minutes,
        });
    }
    Ok(vec![
        BalanceMoved {
            staff: command.staff.clone(),
            kind,
            minutes,
            reason: command.reason.clone(),
            work_date: command.work_date,
            by: issued.by.staff.clone(),
            at: issued.at,
        }
        .into(),
    ])
}
