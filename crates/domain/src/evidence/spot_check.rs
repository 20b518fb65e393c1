//! Walk the floor and note who is on post (现场巡查, D3).

use crate::decider::{Decision, not_own, permit};
use crate::event::{EvidenceEvent, SpotChecked};
use crate::ids::StaffId;
use crate::refusal::Action;
use crate::staff::StaffState;
use crate::who::{Issued, Role};
use crate::work_date::Zone;

/// Note a spot check.
#[derive(Clone, Debug)]
pub struct SpotCheck {
    /// Who was looked for.
    pub staff: StaffId,
    /// Whether on post.
    pub on_post: bool,
    /// What was seen.
    pub note: String,
}

/// The lead or HR, of somebody else who is employed, now.
pub fn decide(
    command: &SpotCheck,
    staff: &StaffState,
    zone: Zone,
    issued: &Issued,
) -> Decision<EvidenceEvent> {
    let record = staff.employed(&command.staff, zone.date(issued.at))?;
    not_own(issued, &command.staff, Action::SpotCheck)?;
    permit(
        issued,
        &[Role::Lead, Role::Hr],
        &record.desk,
        Action::SpotCheck,
    )?;
    Ok(vec![
        SpotChecked {
            staff: command.staff.clone(),
            at: issued.at,
            on_post: command.on_post,
            note: command.note.clone(),
            by: issued.by.staff.clone(),
        }
        .into(),
    ])
}
