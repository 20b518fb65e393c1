//! Let somebody go without a signed handover (P5).

use crate::decider::{Decision, not_own, permit, worded};
use crate::event::{EvidenceEvent, HandoverWaived};
use crate::evidence::EvidenceState;
use crate::ids::StaffId;
use crate::refusal::Action;
use crate::staff::StaffState;
use crate::who::{Issued, Role};
use crate::work_date::WorkDate;

/// Waive a handover.
#[derive(Clone, Debug)]
pub struct WaiveHandover {
    /// Who may go.
    pub staff: StaffId,
    /// The day the shift began on.
    pub work_date: WorkDate,
    /// Why.
    pub reason: String,
}

/// The lead or the GM office, for somebody else, with a reason; once is enough.
pub fn decide(
    state: &EvidenceState,
    command: &WaiveHandover,
    staff: &StaffState,
    issued: &Issued,
) -> Decision<EvidenceEvent> {
    let record = staff.employed(&command.staff, command.work_date)?;
    not_own(issued, &command.staff, Action::WaiveHandover)?;
    permit(
        issued,
        &[Role::Lead, Role::GmOffice],
        &record.desk,
        Action::WaiveHandover,
    )?;
    worded("reason", &command.reason)?;
    let subject = (command.staff.clone(), command.work_date);
    if state.handover_waivers.contains_key(&subject) {
        return Ok(vec![]);
    }
    Ok(vec![
        HandoverWaived {
            staff: command.staff.clone(),
            work_date: command.work_date,
            reason: command.reason.clone(),
            by: issued.by.staff.clone(),
            at: issued.at,
        }
        .into(),
    ])
}
