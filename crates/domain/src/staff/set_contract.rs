//! Set hours and pay.

use crate::decider::Decision;
use crate::event::{Contract, ContractSet, StaffEvent};
use crate::ids::StaffId;
use crate::staff::{StaffState, may_change, sound_contract};
use crate::who::{Issued, Role};
use crate::work_date::WorkDate;

/// Set somebody's contract from a day on.
#[derive(Clone, Debug)]
pub struct SetContract {
    /// Whose.
    pub staff: StaffId,
    /// From this day.
    pub from: WorkDate,
    /// The new one.
    pub contract: Contract,
}

/// HR, never for themselves, for days of employment.
pub fn decide(state: &StaffState, command: &SetContract, issued: &Issued) -> Decision<StaffEvent> {
    may_change(state, &command.staff, &[Role::Hr], issued)?;
    state.employed(&command.staff, command.from)?;
    sound_contract(&command.contract)?;
    Ok(vec![
        ContractSet {
            from: command.from,
            contract: command.contract.clone(),
        }
        .into(),
    ])
}
