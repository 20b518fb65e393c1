//! Say that an open item is done (S4).

use crate::decider::{Decision, permit};
use crate::event::{EvidenceEvent, ItemClosed};
use crate::evidence::{EvidenceState, ItemHolder};
use crate::ids::{DeskId, ItemId};
use crate::refusal::Action;
use crate::who::{Issued, Role};

/// Close an item.
#[derive(Clone, Debug)]
pub struct CloseItem {
    /// Which.
    pub item: ItemId,
    /// What came of it.
    pub note: String,
}

/// Whoever holds it, or the lead of the desk.
pub fn decide(
    state: &EvidenceState,
    command: &CloseItem,
    holder: &ItemHolder,
    desk: &DeskId,
    issued: &Issued,
) -> Decision<EvidenceEvent> {
    state.open_item(command.item)?;
    let own = matches!(holder, ItemHolder::Staff { staff } if *staff == issued.by.staff);
    if !own {
        permit(issued, &[Role::Lead], desk, Action::CloseItem)?;
    }
    Ok(vec![
        ItemClosed {
            item: command.item,
            note: command.note.clone(),
            by: issued.by.staff.clone(),
            at: issued.at,
        }
        .into(),
    ])
}
