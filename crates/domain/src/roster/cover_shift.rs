//! Give an open shift to a colleague (T1): an amendment of the roster that says which open shift it covers.

use crate::decider::{Decision, permit};
use crate::event::{OpenShiftKey, RosterEvent};
use crate::ids::StaffId;
use crate::refusal::{Action, Refusal};
use crate::roster::amend::{self, Amend};
use crate::roster::open_shifts::{OpenShift, skills_lacking};
use crate::roster::rules::{Broken, HardRule};
use crate::roster::{RosterContext, RosterState};
use crate::shift::Cell;
use crate::who::{Issued, Role};

/// Cover an open shift.
#[derive(Clone, Debug)]
pub struct CoverShift {
    /// Which.
    pub open: OpenShiftKey,
    /// By whom.
    pub with: StaffId,
    /// Why, as the amendment says.
    pub reason: String,
}

/// The lead, while the shift is open, to somebody who has the skill and the day, so that no hard rule breaks. `open` are
/// the open shifts as the roster stands.
pub fn decide(
    state: &RosterState,
    command: &CoverShift,
    open: &[OpenShift],
    context: &RosterContext,
    issued: &Issued,
) -> Decision<RosterEvent> {
    let date = command.open.date;
    if let Some((desk, _)) = &state.of {
        permit(issued, &[Role::Lead], desk, Action::AmendRoster)?;
    }
    let wanted = open
        .iter()
        .find(|open| open.leave == command.open.leave && open.date == date)
        .ok_or(Refusal::OpenShiftUnknown { date })?;
    let staff = &command.with;
    let skills = skills_lacking(wanted, staff, context);
    if !skills.is_empty() {
        return Err(Refusal::CoverSkillMissing {
            staff: staff.clone(),
            skills,
        });
    }
    if state.shift(staff, date).is_some() {
        let broken = Broken {
            staff: staff.clone(),
            date,
            rule: HardRule::OneShiftADay,
        };
        return Err(Refusal::RosterRulesBroken {
            broken: vec![broken],
        });
    }
    let amendment = Amend {
        month: date.month(),
        cells: vec![Cell {
            staff: staff.clone(),
            date,
            shift: Some(wanted.shift.clone()),
        }],
        reason: command.reason.clone(),
    };
    let mut facts = amend::decide(state, &amendment, context, issued)?;
    for fact in &mut facts {
        if let RosterEvent::RosterAmended(amended) = fact {
            amended.covers = Some(command.open.clone());
        }
    }
    Ok(facts)
}
