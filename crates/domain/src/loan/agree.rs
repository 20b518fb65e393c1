//! Lend somebody (D2).

use crate::decider::{Decision, not_own, permit};
use crate::event::{LoanAgreed, StaffEvent};
use crate::ids::LoanId;
use crate::loan::Loan;
use crate::refusal::{Action, Refusal};
use crate::roster::not_begun;
use crate::shift::Shift;
use crate::staff::StaffState;
use crate::who::{Issued, Role};
use crate::work_date::Zone;

/// Lend somebody.
#[derive(Clone, Debug)]
pub struct AgreeLoan {
    /// Which.
    pub loan: LoanId,
}

/// The lead of the own desk or the GM office, before the loan begins, for a person who is still employed then. `first`
/// is the shift in force at the own desk on the loan's first day, `zone` the own site's.
pub fn decide(
    state: &StaffState,
    command: &AgreeLoan,
    first: Option<&Shift>,
    zone: Zone,
    issued: &Issued,
) -> Decision<StaffEvent> {
    let (loan, role) = decidable(state, command.loan, issued)?;
    let asked = &loan.requested;
    for date in [asked.span.first, asked.span.last] {
        state.employed(&asked.staff, date)?;
    }
    if asked.span.first < zone.date(issued.at) {
        return Err(Refusal::LoanOver {
            loan: command.loan,
            last: asked.span.last,
        });
    }
    if let Some(shift) = first.filter(|_| asked.span.window.is_none()) {
        not_begun(shift, &asked.staff, asked.span.first, zone, issued.at)?;
    }
    Ok(vec![
        LoanAgreed {
            loan: command.loan,
            by: issued.by.staff.clone(),
            role,
            at: issued.at,
        }
        .into(),
    ])
}

/// An undecided loan, and the role in which the author may decide it: not for oneself.
pub(super) fn decidable<'a>(
    state: &'a StaffState,
    id: LoanId,
    issued: &Issued,
) -> Result<(&'a Loan, Role), Refusal> {
    let loan = state.loan(id)?;
    let record = state.known(&loan.requested.staff)?;
    let lenders = [Role::Lead, Role::GmOffice];
    let role = permit(issued, &lenders, &record.desk, Action::DecideLoan)?;
    not_own(issued, &record.staff, Action::DecideLoan)?;
    loan.pending()?;
    Ok((loan, role))
}
