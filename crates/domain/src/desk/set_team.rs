//! Say who works with whom, who does not, and who rotates how.

use crate::decider::{Decision, ensure, permit, worded};
use crate::desk::DeskState;
use crate::event::{Apart, DeskEvent, Mentoring, Rotation, TeamSet};
use crate::ids::{DeskId, StaffId};
use crate::refusal::{Action, Fault};
use crate::who::{Issued, Role};
use std::collections::BTreeSet;

/// Most minutes of a shift, from its day's midnight to the end of the next.
const ALONE_MINUTES_MAX: i64 = 2_880;
/// Longest cycle of a rotation, days.
const CYCLE_DAYS_MAX: usize = 366;

/// Set all of it; it replaces what was set before.
#[derive(Clone, Debug)]
pub struct SetTeam {
    /// Whose.
    pub desk: DeskId,
    /// Who learns from whom.
    pub mentors: Vec<Mentoring>,
    /// Who is kept apart.
    pub apart: Vec<Apart>,
    /// Who rotates.
    pub rotations: Vec<Rotation>,
}

/// The lead or HR. `known` are the people of the desk, `kinds` the shift codes and kinds of shift a rotation may name.
pub fn decide(
    state: &DeskState,
    command: &SetTeam,
    known: &BTreeSet<StaffId>,
    kinds: &BTreeSet<String>,
    issued: &Issued,
) -> Decision<DeskEvent> {
    state.known(&command.desk)?;
    permit(
        issued,
        &[Role::Lead, Role::Hr],
        &command.desk,
        Action::ConfigureDesk,
    )?;
    let person = |field: String, staff: &StaffId| {
        worded(&field, staff.as_str())?;
        ensure(known.contains(staff), field, Fault::Unknown)
    };
    let mut trainees = BTreeSet::new();
    for (i, row) in command.mentors.iter().enumerate() {
        let at = |name: &str| format!("mentors[{i}].{name}");
        person(at("trainee"), &row.trainee)?;
        ensure(
            trainees.insert(&row.trainee),
            at("trainee"),
            Fault::Duplicate,
        )?;
        ensure(!row.mentors.is_empty(), at("mentors"), Fault::Blank)?;
        let mut named = BTreeSet::new();
        for (k, mentor) in row.mentors.iter().enumerate() {
            let field = at(&format!("mentors[{k}]"));
            person(field.clone(), mentor)?;
            ensure(*mentor != row.trainee, field.clone(), Fault::Oneself)?;
            ensure(named.insert(mentor), field, Fault::Duplicate)?;
        }
        ensure(
            (0..=ALONE_MINUTES_MAX).contains(&row.alone_minutes_max.0),
            at("alone_minutes_max"),
            Fault::OutOfDay,
        )?;
    }
    let mut pairs = BTreeSet::new();
    for (i, pair) in command.apart.iter().enumerate() {
        let at = |name: &str| format!("apart[{i}].{name}");
        person(at("first"), &pair.first)?;
        person(at("second"), &pair.second)?;
        ensure(pair.first != pair.second, at("second"), Fault::Oneself)?;
        let both = BTreeSet::from([&pair.first, &pair.second]);
        ensure(pairs.insert(both), at("second"), Fault::Duplicate)?;
    }
    let mut rotating = BTreeSet::new();
    for (i, rotation) in command.rotations.iter().enumerate() {
        let at = |name: &str| format!("rotations[{i}].{name}");
        person(at("staff"), &rotation.staff)?;
        ensure(
            rotating.insert(&rotation.staff),
            at("staff"),
            Fault::Duplicate,
        )?;
        ensure(!rotation.cycle.is_empty(), at("cycle"), Fault::Blank)?;
        ensure(
            rotation.cycle.len() <= CYCLE_DAYS_MAX,
            at("cycle"),
            Fault::TooLong,
        )?;
        for (k, kind) in rotation.cycle.iter().enumerate() {
            if let Some(kind) = kind {
                ensure(
                    kinds.contains(kind),
                    at(&format!("cycle[{k}]")),
                    Fault::Unknown,
                )?;
            }
        }
    }
    let set = TeamSet {
        mentors: command.mentors.clone(),
        apart: command.apart.clone(),
        rotations: command.rotations.clone(),
        by: issued.by.staff.clone(),
    };
    let same = state.team.as_ref().is_some_and(|team| {
        (&team.mentors, &team.apart, &team.rotations) == (&set.mentors, &set.apart, &set.rotations)
    });
    let nothing = state.team.is_none()
        && set.mentors.is_empty()
        && set.apart.is_empty()
        && set.rotations.is_empty();
    if same || nothing {
        return Ok(vec![]);
    }
    Ok(vec![set.into()])
}
