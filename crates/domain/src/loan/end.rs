//! Call somebody back from a loan, or take the request back (D2).

use crate::day::RequestStatus;
use crate::decider::{Decision, ensure, permit};
use crate::event::{LoanEnded, StaffEvent};
use crate::ids::LoanId;
use crate::refusal::{Action, Fault, Refusal};
use crate::roster::not_begun;
use crate::shift::Shift;
use crate::staff::StaffState;
use crate::who::{Issued, Role};
use crate::work_date::{WorkDate, Zone};

/// End a loan.
#[derive(Clone, Debug)]
pub struct EndLoan {
    /// Which.
    pub loan: LoanId,
    /// The last day lent; before the first one, nothing comes of the loan.
    pub last: WorkDate,
}

/// The lead of either desk or the GM office, from today on: what has passed stays as it was. `zone` is that of the own
/// site, whose clock a loan's hours go by; `next` the shift in force at the desk lent to on the day after `last`.
pub fn decide(
    state: &StaffState,
    command: &EndLoan,
    next: Option<&Shift>,
    zone: Zone,
    issued: &Issued,
) -> Decision<StaffEvent> {
    let loan = state.loan(command.loan)?;
    let asked = &loan.requested;
    let record = state.known(&asked.staff)?;
    let roles = [Role::Lead, Role::GmOffice];
    permit(issued, &roles, &record.desk, Action::EndLoan)
        .or_else(|_| permit(issued, &roles, &asked.to, Action::EndLoan))?;
    match loan.status {
        RequestStatus::Pending | RequestStatus::Approved => {}
        RequestStatus::Refused | RequestStatus::Withdrawn => loan.pending()?,
    }
    ensure(command.last < asked.span.last, "last", Fault::NotShorter)?;
    let today = zone.date(issued.at);
    let begins = asked.span.window.map(|(start, _)| start);
    let begun = begins.is_some_and(|start| zone.instant(asked.span.first, start) <= issued.at);
    if asked.span.last < today || begun && loan.status == RequestStatus::Approved {
        return Err(Refusal::LoanOver {
            loan: command.loan,
            last: asked.span.last,
        });
    }
    ensure(command.last >= today.plus_days(-1), "last", Fault::Past)?;
    if let Some(shift) = next.filter(|_| asked.span.window.is_none()) {
        let date = command.last.plus_days(1);
        not_begun(shift, &asked.staff, date, zone, issued.at)?;
    }
    Ok(vec![
        LoanEnded {
            loan: command.loan,
            last: command.last,
            by: issued.by.staff.clone(),
            at: issued.at,
        }
        .into(),
    ])
}
