//! Name the desk's lanes: the positions that one person holds at a time (M3, M4).

use crate::decider::{Decision, ensure, permit, worded};
use crate::desk::DeskState;
use crate::event::{DeskEvent, Lane, LanesDefined};
use crate::ids::DeskId;
use crate::refusal::{Action, Fault};
use crate::who::{Issued, Role};
use std::collections::BTreeSet;

/// Name the desk's lanes, all of them.
#[derive(Clone, Debug)]
pub struct DefineLanes {
    /// Whose.
    pub desk: DeskId,
    /// In display order.
    pub lanes: Vec<Lane>,
}

/// The lead or HR names each lane once, with a skill of the desk's. None at all is a desk without lanes.
pub fn decide(state: &DeskState, command: &DefineLanes, issued: &Issued) -> Decision<DeskEvent> {
    state.known(&command.desk)?;
    permit(
        issued,
        &[Role::Lead, Role::Hr],
        &command.desk,
        Action::ConfigureDesk,
    )?;
    let mut ids = BTreeSet::new();
    for (i, lane) in command.lanes.iter().enumerate() {
        let field = |name: &str| format!("lanes[{i}].{name}");
        worded(&field("id"), lane.id.as_str())?;
        worded(&field("name"), &lane.name)?;
        ensure(ids.insert(&lane.id), field("id"), Fault::Duplicate)?;
        ensure(state.has_skill(&lane.skill), field("skill"), Fault::Unknown)?;
    }
    if state.lanes == command.lanes {
        return Ok(vec![]);
    }
    Ok(vec![
        LanesDefined {
            lanes: command.lanes.clone(),
        }
        .into(),
    ])
}
