//! Move a balance: an entitlement, time off earned (调休), or a correction of either (T2).

use crate::decider::{Decision, ensure, not_own, permit, worded};
use crate::event::{BalanceMoved, LeaveEvent, LeaveKind};
use crate::ids::StaffId;
use crate::leave::ledger::{Claims, LedgerBook};
use crate::leave::{LeaveState, grant};
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
    /// Of which year.
    pub year: i32,
    /// How much; negative takes away.
    pub minutes: Minutes,
    /// Why.
    pub reason: String,
    /// The day it was earned on, if any.
    pub work_date: Option<WorkDate>,
}

/// HR or the lead, never their own, for a kind that has a balance, which stays at nothing or more. What is given expires
/// as what comes due by itself. `book` holds the person's leave of other years, and what was earned.
pub fn decide(
    state: &LeaveState,
    command: &MoveBalance,
    staff: &StaffState,
    policy: &LeavePolicy,
    book: &LedgerBook,
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
    let today = book.zone.date(issued.at);
    let wanted = -minutes;
    let book = book.with(command.year, state);
    let available = book.room(kind, today, wanted.at_least_zero(), Claims::Standing);
    if wanted > available {
        return Err(Refusal::LeaveBalanceShort {
            kind,
            available,
            wanted,
        });
    }
    let given = minutes > Minutes::ZERO;
    let expires = expiry(command, policy, today).filter(|_| given);
    Ok(vec![
        BalanceMoved {
            staff: command.staff.clone(),
            kind,
            minutes,
            reason: command.reason.clone(),
            work_date: command.work_date,
            expires,
            by: issued.by.staff.clone(),
            at: issued.at,
        }
        .into(),
    ])
}

/// The last day on which what is given can be taken, by the rules in force.
fn expiry(command: &MoveBalance, policy: &LeavePolicy, today: WorkDate) -> Option<WorkDate> {
    match command.kind {
        LeaveKind::Annual => grant::last_day(command.year, policy.annual.as_ref()?),
        LeaveKind::Compensatory => {
            let months = policy.compensatory.as_ref()?.expires_months;
            let year_begins = grant::year_of(command.year)?.0;
            let earned = command.work_date.unwrap_or(today.max(year_begins));
            Some(earned.plus_months(months))
        }
        LeaveKind::Personal
        | LeaveKind::Sick
        | LeaveKind::Marriage
        | LeaveKind::Maternity
        | LeaveKind::Paternity
        | LeaveKind::Bereavement => None,
    }
}
