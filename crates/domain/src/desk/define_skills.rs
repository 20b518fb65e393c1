//! Name the desk's skills.

use crate::decider::{Decision, ensure, permit, worded};
use crate::desk::DeskState;
use crate::event::{DeskEvent, Skill, SkillsDefined};
use crate::ids::DeskId;
use crate::refusal::{Action, Fault, Refusal};
use crate::who::{Issued, Role};
use std::collections::BTreeSet;

/// Name the desk's skills, all of them.
#[derive(Clone, Debug)]
pub struct DefineSkills {
    /// Whose.
    pub desk: DeskId,
    /// In display order.
    pub skills: Vec<Skill>,
}

/// The lead or HR names each skill once; one that the demand names stays.
pub fn decide(state: &DeskState, command: &DefineSkills, issued: &Issued) -> Decision<DeskEvent> {
    state.known(&command.desk)?;
    permit(
        issued,
        &[Role::Lead, Role::Hr],
        &command.desk,
        Action::ConfigureDesk,
    )?;
    ensure(!command.skills.is_empty(), "skills", Fault::Blank)?;
    let mut ids = BTreeSet::new();
    for (i, skill) in command.skills.iter().enumerate() {
        worded(&format!("skills[{i}].id"), skill.id.as_str())?;
        worded(&format!("skills[{i}].name"), &skill.name)?;
        ensure(
            ids.insert(&skill.id),
            format!("skills[{i}].id"),
            Fault::Duplicate,
        )?;
    }
    for (&month, demand) in &state.demand {
        if let Some(day) = demand.days.iter().find(|day| !ids.contains(&day.skill)) {
            let skill = day.skill.clone();
            return Err(Refusal::SkillInUse { skill, month });
        }
    }
    Ok(vec![
        SkillsDefined {
            skills: command.skills.clone(),
        }
        .into(),
    ])
}
