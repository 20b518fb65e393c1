//! Set what somebody can serve.

use crate::decider::{Decision, ensure};
use crate::desk::DeskState;
use crate::event::{SkillsSet, StaffEvent};
use crate::ids::{SkillId, StaffId};
use crate::refusal::Fault;
use crate::staff::{StaffState, may_change};
use crate::who::{Issued, Role};
use crate::work_date::WorkDate;
use std::collections::BTreeSet;

/// Set what somebody can serve, all of it.
#[derive(Clone, Debug)]
pub struct SetSkills {
    /// Whose.
    pub staff: StaffId,
    /// From this day.
    pub from: WorkDate,
    /// All of them.
    pub skills: BTreeSet<SkillId>,
}

/// The lead or HR names skills of the person's desk.
pub fn decide(
    state: &StaffState,
    command: &SetSkills,
    desk: &DeskState,
    issued: &Issued,
) -> Decision<StaffEvent> {
    may_change(state, &command.staff, &[Role::Lead, Role::Hr], issued)?;
    state.employed(&command.staff, command.from)?;
    for skill in &command.skills {
        ensure(
            desk.has_skill(skill),
            format!("skills.{skill}"),
            Fault::Unknown,
        )?;
    }
    Ok(vec![
        SkillsSet {
            from: command.from,
            skills: command.skills.clone(),
        }
        .into(),
    ])
}
