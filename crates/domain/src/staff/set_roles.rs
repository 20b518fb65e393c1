//! Set what somebody may do.

use crate::decider::{Decision, not_own, permit};
use crate::event::{RolesSet, StaffEvent};
use crate::ids::{DeskId, StaffId};
use crate::refusal::Action;
use crate::staff::{StaffState, sound_roles};
use crate::who::{Issued, Role};
use std::collections::BTreeSet;

/// Set what somebody may do, all of it.
#[derive(Clone, Debug)]
pub struct SetRoles {
    /// Whose.
    pub staff: StaffId,
    /// All of them.
    pub roles: BTreeSet<Role>,
    /// The desks a lead leads.
    pub leads: BTreeSet<DeskId>,
}

/// HR or the GM office, never for themselves.
pub fn decide(state: &StaffState, command: &SetRoles, issued: &Issued) -> Decision<StaffEvent> {
    let record = state.known(&command.staff)?;
    permit(
        issued,
        &[Role::Hr, Role::GmOffice],
        &record.desk,
        Action::SetRoles,
    )?;
    not_own(issued, &command.staff, Action::SetRoles)?;
    sound_roles(&command.roles, &command.leads)?;
    Ok(vec![
        RolesSet {
            roles: command.roles.clone(),
            leads: command.leads.clone(),
            by: issued.by.staff.clone(),
        }
        .into(),
    ])
}
