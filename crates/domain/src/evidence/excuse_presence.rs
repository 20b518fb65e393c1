//! Accept somebody's reason for being offline (特别原因, T10).

use crate::decider::{Decision, ensure, not_own, permit, worded};
use crate::event::{EvidenceEvent, PresenceExcused};
use crate::ids::StaffId;
use crate::refusal::{Action, Fault};
use crate::staff::StaffState;
use crate::who::{Issued, Role};
use chrono::{DateTime, Utc};

/// Accept a reason.
#[derive(Clone, Debug)]
pub struct ExcusePresence {
    /// Who was offline.
    pub staff: StaffId,
    /// From.
    pub from: DateTime<Utc>,
    /// Until.
    pub until: DateTime<Utc>,
    /// Why.
    pub reason: String,
}

/// The lead accepts it, never for oneself. Nothing said before stands in the way of another excuse.
pub fn decide(
    command: &ExcusePresence,
    staff: &StaffState,
    issued: &Issued,
) -> Decision<EvidenceEvent> {
    let record = staff.known(&command.staff)?;
    not_own(issued, &command.staff, Action::ExcusePresence)?;
    permit(issued, &[Role::Lead], &record.desk, Action::ExcusePresence)?;
    ensure(
        command.from < command.until,
        "until",
        Fault::EndsBeforeStart,
    )?;
    worded("reason", &command.reason)?;
    Ok(vec![
        PresenceExcused {
            staff: command.staff.clone(),
            from: command.from,
            until: command.until,
            reason: command.reason.clone(),
            by: issued.by.staff.clone(),
            at: issued.at,
        }
        .into(),
    ])
}
