//! Write down what is to be done (交办事项, S4, P7).

use crate::decider::{Decision, permit, worded};
use crate::event::{EvidenceEvent, ItemRaised};
use crate::evidence::EvidenceState;
use crate::ids::{ItemId, StaffId};
use crate::refusal::{Action, Refusal};
use crate::staff::StaffState;
use crate::who::{Issued, Role};
use crate::work_date::Zone;

/// Raise an item.
#[derive(Clone, Debug)]
pub struct RaiseItem {
    /// Its id.
    pub item: ItemId,
    /// Whose it is to be.
    pub staff: StaffId,
    /// What is to be done.
    pub text: String,
}

/// Anybody for themselves; the lead for people of the desk. `staff` is the record of whose it is to be.
pub fn decide(
    state: &EvidenceState,
    command: &RaiseItem,
    staff: &StaffState,
    zone: Zone,
    issued: &Issued,
) -> Decision<EvidenceEvent> {
    let record = staff.employed(&command.staff, zone.date(issued.at))?;
    if issued.by.staff != command.staff {
        permit(issued, &[Role::Lead], &record.desk, Action::RaiseItem)?;
    }
    worded("text", &command.text)?;
    if state.items.contains_key(&command.item) {
        return Err(Refusal::IdTaken {
            id: command.item.to_string(),
        });
    }
    Ok(vec![
        ItemRaised {
            item: command.item,
            staff: command.staff.clone(),
            text: command.text.clone(),
            by: issued.by.staff.clone(),
            at: issued.at,
        }
        .into(),
    ])
}
