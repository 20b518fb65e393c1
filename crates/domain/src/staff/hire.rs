//! Hire somebody (入职), or somebody back.

use crate::decider::{Decision, ensure, permit, worded};
use crate::desk::DeskState;
use crate::event::{Contract, Hired, StaffEvent};
use crate::ids::{DeskId, SkillId, StaffId};
use crate::refusal::{Action, Fault, Refusal};
use crate::staff::{StaffState, sound_contract, sound_roles};
use crate::who::{Issued, Role};
use crate::work_date::WorkDate;
use std::collections::BTreeSet;

/// Hire somebody.
#[derive(Clone, Debug)]
pub struct Hire {
    /// 工号
    pub staff: StaffId,
    /// 姓名
    pub name: String,
    /// 部门
    pub desk: DeskId,
    /// 岗位
    pub position: String,
    /// What the person may do.
    pub roles: BTreeSet<Role>,
    /// The desks a lead leads.
    pub leads: BTreeSet<DeskId>,
    /// What the person can serve.
    pub skills: BTreeSet<SkillId>,
    /// Hours and pay.
    pub contract: Contract,
    /// First day.
    pub from: WorkDate,
    /// Working life began then, if earlier (工龄).
    pub service_from: Option<WorkDate>,
}

/// HR hires into an open desk whose skills are named; nobody is employed twice at once.
pub fn decide(
    state: &StaffState,
    command: &Hire,
    desk: &DeskState,
    issued: &Issued,
) -> Decision<StaffEvent> {
    permit(
        issued,
        &[Role::Hr, Role::GmOffice],
        &command.desk,
        Action::Hire,
    )?;
    if state.forgotten.is_some() {
        let staff = command.staff.clone();
        return Err(Refusal::StaffForgotten { staff });
    }
    if let Some(&(from, last)) = state.employments.last()
        && last.is_none_or(|last| command.from <= last)
    {
        let staff = command.staff.clone();
        return Err(Refusal::StaffEmployed { staff, from });
    }
    worded("staff", command.staff.as_str())?;
    worded("name", &command.name)?;
    worded("position", &command.position)?;
    desk.known(&command.desk)?;
    for skill in &command.skills {
        ensure(
            desk.has_skill(skill),
            format!("skills.{skill}"),
            Fault::Unknown,
        )?;
    }
    sound_roles(&command.roles, &command.leads)?;
    sound_contract(&command.contract)?;
    let began = command
        .service_from
        .is_none_or(|began| began <= command.from);
    ensure(began, "service_from", Fault::OutOfOrder)?;
    Ok(vec![
        Hired {
            staff: command.staff.clone(),
            name: command.name.clone(),
            desk: command.desk.clone(),
            position: command.position.clone(),
            roles: command.roles.clone(),
            leads: command.leads.clone(),
            skills: command.skills.clone(),
            contract: command.contract.clone(),
            from: command.from,
            service_from: command.service_from,
        }
        .into(),
    ])
}
