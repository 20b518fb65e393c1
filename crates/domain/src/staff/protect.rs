//! Record that the law protects somebody from nights and overtime.

use crate::decider::{Decision, ensure};
use crate::event::{Protected, ProtectionKind, StaffEvent};
use crate::ids::StaffId;
use crate::refusal::Fault;
use crate::staff::{StaffState, may_change};
use crate::who::{Issued, Role};
use crate::work_date::WorkDate;

/// Protect somebody for a while.
#[derive(Clone, Debug)]
pub struct Protect {
    /// Whom.
    pub staff: StaffId,
    /// Why.
    pub kind: ProtectionKind,
    /// First day.
    pub from: WorkDate,
    /// Last day.
    pub until: WorkDate,
}

/// HR records it.
pub fn decide(state: &StaffState, command: &Protect, issued: &Issued) -> Decision<StaffEvent> {
    may_change(state, &command.staff, &[Role::Hr], issued)?;
    ensure(
        command.from <= command.until,
        "until",
        Fault::EndsBeforeStart,
    )?;
    Ok(vec![
        Protected {
            kind: command.kind,
            from: command.from,
            until: command.until,
        }
        .into(),
    ])
}
