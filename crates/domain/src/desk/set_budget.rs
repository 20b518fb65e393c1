//! Set what a month's roster may cost (M10).

use crate::decider::{Decision, ensure, permit};
use crate::desk::DeskState;
use crate::event::{BudgetSet, DeskEvent};
use crate::ids::DeskId;
use crate::quantities::Fen;
use crate::refusal::{Action, Fault};
use crate::who::{Issued, Role};
use crate::work_date::Month;

/// Set a month's budget; it replaces the month's earlier one.
#[derive(Clone, Debug)]
pub struct SetBudget {
    /// Whose.
    pub desk: DeskId,
    /// The month.
    pub month: Month,
    /// At the most.
    pub amount: Fen,
}

/// HR or the GM office; a lead keeps to it and does not set it.
pub fn decide(state: &DeskState, command: &SetBudget, issued: &Issued) -> Decision<DeskEvent> {
    state.known(&command.desk)?;
    permit(
        issued,
        &[Role::Hr, Role::GmOffice],
        &command.desk,
        Action::SetBudget,
    )?;
    ensure(command.amount > Fen::ZERO, "amount_fen", Fault::NotPositive)?;
    if state.budgets.get(&command.month) == Some(&command.amount) {
        return Ok(vec![]);
    }
    Ok(vec![
        BudgetSet {
            month: command.month,
            amount: command.amount,
            by: issued.by.staff.clone(),
        }
        .into(),
    ])
}
