//! The messenger's feed says somebody came online or went offline (T10).

use crate::decider::Decision;
use crate::event::{EvidenceEvent, PresenceReported};
use crate::evidence::{EvidenceState, not_in_future};
use crate::ids::StaffId;
use crate::policy::Policy;
use crate::staff::StaffState;
use crate::who::Issued;
use crate::work_date::Zone;
use chrono::{DateTime, Utc};

/// Report presence.
#[derive(Clone, Debug)]
pub struct ReportPresence {
    /// Who.
    pub staff: StaffId,
    /// When.
    pub at: DateTime<Utc>,
    /// Which way.
    pub online: bool,
}

/// A known person, not in the future; a row sent twice is one fact. The feed itself is let in by the service.
pub fn decide(
    state: &EvidenceState,
    command: &ReportPresence,
    staff: &StaffState,
    policy: &Policy,
    zone: Zone,
    issued: &Issued,
) -> Decision<EvidenceEvent> {
    staff.known(&command.staff)?;
    not_in_future(command.at, policy.punch.future_minutes_max, zone, issued)?;
    let report = (command.staff.clone(), command.at, command.online);
    if state.presence.contains(&report) {
        return Ok(vec![]);
    }
    let (staff, at, online) = report;
    Ok(vec![PresenceReported { staff, at, online }.into()])
}
