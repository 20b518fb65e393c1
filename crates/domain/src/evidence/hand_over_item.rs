//! Give an open item to a colleague, or take one over that lies with another post (S4, P7).

use crate::decider::{Decision, permit};
use crate::event::{EvidenceEvent, ItemHandedOver};
use crate::evidence::{EvidenceState, ItemHolder};
use crate::ids::{ItemId, StaffId};
use crate::refusal::{Action, Refusal};
use crate::staff::StaffState;
use crate::who::{Issued, Role};
use crate::work_date::Zone;

/// Hand an item over.
#[derive(Clone, Debug)]
pub struct HandOverItem {
    /// Which.
    pub item: ItemId,
    /// Whose it is to be.
    pub to: StaffId,
}

/// Whoever holds it, or the lead; an item that lies with a post is taken by whoever of the desk goes on with it. `to` is
/// the record of who gets it.
pub fn decide(
    state: &EvidenceState,
    command: &HandOverItem,
    holder: &ItemHolder,
    to: &StaffState,
    zone: Zone,
    issued: &Issued,
) -> Decision<EvidenceEvent> {
    state.open_item(command.item)?;
    let record = to.employed(&command.to, zone.date(issued.at))?;
    let may = match holder {
        ItemHolder::Staff { staff } => *staff == issued.by.staff,
        ItemHolder::Post { .. } => command.to == issued.by.staff,
    };
    if !may {
        permit(issued, &[Role::Lead], &record.desk, Action::HandOverItem)?;
    }
    let to = ItemHolder::Staff {
        staff: command.to.clone(),
    };
    if *holder == to {
        return Err(Refusal::ItemHeld {
            item: command.item,
            staff: command.to.clone(),
        });
    }
    Ok(vec![
        ItemHandedOver {
            item: command.item,
            to: command.to.clone(),
            by: issued.by.staff.clone(),
            at: issued.at,
        }
        .into(),
    ])
}
