//! Set how many people a month needs (T1).

use crate::decider::{Decision, ensure, permit, worded};
use crate::desk::{DAY_MINUTE_MAX, DeskState, NEXT_MIDNIGHT};
use crate::event::{DayDemand, DemandSet, DeskEvent};
use crate::ids::DeskId;
use crate::refusal::{Action, Fault, Refusal};
use crate::who::{Issued, Role};
use crate::work_date::{DayMinute, Month};
use std::collections::BTreeSet;

/// Set a month's demand; it replaces the month's earlier one.
#[derive(Clone, Debug)]
pub struct SetDemand {
    /// Whose.
    pub desk: DeskId,
    /// The month.
    pub month: Month,
    /// Length of a slot in minutes; divides a day.
    pub slot_minutes: u16,
    /// Where the figures came from.
    pub source: String,
    /// By day and skill.
    pub days: Vec<DayDemand>,
}

/// The lead or HR sets figures for days of the month and skills of the desk; the refusal names the field.
pub fn decide(state: &DeskState, command: &SetDemand, issued: &Issued) -> Decision<DeskEvent> {
    state.known(&command.desk)?;
    permit(
        issued,
        &[Role::Lead, Role::Hr],
        &command.desk,
        Action::SetDemand,
    )?;
    worded("source", &command.source)?;
    let divides = NEXT_MIDNIGHT.0.checked_rem(i32::from(command.slot_minutes)) == Some(0);
    ensure(divides, "slot_minutes", Fault::NotADivisorOfDay)?;
    ensure(!command.days.is_empty(), "days", Fault::Blank)?;
    let mut seen = BTreeSet::new();
    for (i, day) in command.days.iter().enumerate() {
        let at = format!("days[{i}].");
        let in_month = command.month.contains(day.date);
        ensure(in_month, format!("{at}date"), Fault::OtherMonth)?;
        let known = state.has_skill(&day.skill);
        ensure(known, format!("{at}skill"), Fault::Unknown)?;
        let first = seen.insert((day.date, &day.skill));
        ensure(first, format!("{at}skill"), Fault::Duplicate)?;
        sound_day(&at, day, command.slot_minutes)?;
    }
    Ok(vec![
        DemandSet {
            month: command.month,
            slot_minutes: command.slot_minutes,
            source: command.source.clone(),
            days: command.days.clone(),
        }
        .into(),
    ])
}

fn sound_day(at: &str, day: &DayDemand, slot_minutes: u16) -> Result<(), Refusal> {
    ensure(
        DayMinute(0) <= day.start,
        format!("{at}start"),
        Fault::OutOfDay,
    )?;
    let slots = i64::try_from(day.minimum.len()).unwrap_or(i64::MAX);
    let ends = slots
        .saturating_mul(i64::from(slot_minutes))
        .saturating_add(i64::from(day.start.0));
    ensure(slots > 0, format!("{at}minimum"), Fault::Blank)?;
    ensure(
        ends <= i64::from(DAY_MINUTE_MAX.0),
        format!("{at}minimum"),
        Fault::OutOfDay,
    )?;
    ensure(
        day.target.len() == day.minimum.len(),
        format!("{at}target"),
        Fault::LengthDiffers,
    )?;
    for (i, (target, minimum)) in day.target.iter().zip(&day.minimum).enumerate() {
        let field = format!("{at}target[{i}]");
        ensure(target >= minimum, field, Fault::BelowMinimum)?;
    }
    Ok(())
}
