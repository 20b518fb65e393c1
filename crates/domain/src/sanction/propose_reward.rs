//! Propose a reward (奖励, T16).

use crate::decider::{Decision, ensure, not_own, permit, worded};
use crate::event::{RewardProposed, SanctionEvent};
use crate::ids::{SanctionId, StaffId};
use crate::quantities::Fen;
use crate::refusal::{Action, Fault, Refusal};
use crate::sanction::SanctionState;
use crate::staff::StaffState;
use crate::who::{Issued, Role};
use crate::work_date::WorkDate;

/// Propose a reward.
#[derive(Clone, Debug)]
pub struct ProposeReward {
    /// Its id.
    pub sanction: SanctionId,
    /// For whom.
    pub staff: StaffId,
    /// For which day.
    pub work_date: WorkDate,
    /// How much.
    pub amount: Fen,
    /// Why.
    pub reason: String,
}

/// The lead, HR or the GM office proposes one for somebody else who is employed that day.
pub fn decide(
    state: &SanctionState,
    command: &ProposeReward,
    staff: &StaffState,
    issued: &Issued,
) -> Decision<SanctionEvent> {
    let record = staff.employed(&command.staff, command.work_date)?;
    not_own(issued, &command.staff, Action::ProposeReward)?;
    permit(
        issued,
        &[Role::Lead, Role::Hr, Role::GmOffice],
        &record.desk,
        Action::ProposeReward,
    )?;
    if state.sanctions.contains_key(&command.sanction) {
        let id = command.sanction.to_string();
        return Err(Refusal::IdTaken { id });
    }
    worded("reason", &command.reason)?;
    ensure(command.amount > Fen::ZERO, "amount", Fault::NotPositive)?;
    Ok(vec![
        RewardProposed {
            sanction: command.sanction.clone(),
            staff: command.staff.clone(),
            work_date: command.work_date,
            amount: command.amount,
            reason: command.reason.clone(),
            by: issued.by.staff.clone(),
            at: issued.at,
        }
        .into(),
    ])
}
