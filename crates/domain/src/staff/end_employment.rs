//! End an employment (离职).

use crate::decider::{Decision, ensure};
use crate::event::{Left, StaffEvent};
use crate::ids::StaffId;
use crate::refusal::{Fault, Refusal};
use crate::staff::{StaffState, may_change};
use crate::who::{Issued, Role};
use crate::work_date::WorkDate;

/// End somebody's employment.
#[derive(Clone, Debug)]
pub struct EndEmployment {
    /// Whose.
    pub staff: StaffId,
    /// Last day.
    pub last: WorkDate,
}

/// HR ends an open employment, not before it began.
pub fn decide(
    state: &StaffState,
    command: &EndEmployment,
    issued: &Issued,
) -> Decision<StaffEvent> {
    may_change(state, &command.staff, &[Role::Hr], issued)?;
    let Some(&(from, None)) = state.employments.last() else {
        return Err(Refusal::StaffNotEmployed {
            staff: command.staff.clone(),
            date: command.last,
        });
    };
    ensure(from <= command.last, "last", Fault::EndsBeforeStart)?;
    Ok(vec![Left { last: command.last }.into()])
}
