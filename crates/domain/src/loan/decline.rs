//! Keep somebody who was asked for (D2).

use super::agree::decidable;
use crate::decider::{Decision, worded};
use crate::event::{LoanDeclined, StaffEvent};
use crate::ids::LoanId;
use crate::staff::StaffState;
use crate::who::Issued;

/// Decline to lend somebody.
#[derive(Clone, Debug)]
pub struct DeclineLoan {
    /// Which.
    pub loan: LoanId,
    /// Why.
    pub reason: String,
}

/// The lead of the own desk or the GM office, with the reason.
pub fn decide(state: &StaffState, command: &DeclineLoan, issued: &Issued) -> Decision<StaffEvent> {
    decidable(state, command.loan, issued)?;
    worded("reason", &command.reason)?;
    Ok(vec![
        LoanDeclined {
            loan: command.loan,
            by: issued.by.staff.clone(),
            reason: command.reason.clone(),
            at: issued.at,
        }
        .into(),
    ])
}
