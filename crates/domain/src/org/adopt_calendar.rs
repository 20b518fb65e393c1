//! Adopt a year's holiday arrangement.

use crate::decider::{Decision, ensure, worded};
use crate::event::{CalendarAdopted, CalendarDay, OrgEvent};
use crate::org::OrgState;
use crate::refusal::{Action, Fault, Refusal};
use crate::who::{Issued, Role};

/// Adopt a year's holiday arrangement; it replaces the year's earlier one.
#[derive(Clone, Debug)]
pub struct AdoptCalendar {
    /// The year.
    pub year: i32,
    /// Not announced yet.
    pub provisional: bool,
    /// Where it came from.
    pub source: String,
    /// In date order.
    pub days: Vec<CalendarDay>,
}

/// HR or the GM office adopts days of the year, in order, each once.
pub fn decide(state: &OrgState, command: &AdoptCalendar, issued: &Issued) -> Decision<OrgEvent> {
    let roles = [Role::Hr, Role::GmOffice];
    if !roles.iter().any(|&role| issued.by.is(role)) {
        return Err(Refusal::NotPermitted {
            action: Action::AdoptCalendar,
            roles: roles.to_vec(),
        });
    }
    worded("source", &command.source)?;
    for (i, day) in command.days.iter().enumerate() {
        let year = day.date.month().year();
        ensure(
            year == command.year,
            format!("days[{i}].date"),
            Fault::OtherYear,
        )?;
        worded(&format!("days[{i}].name"), &day.name)?;
    }
    for (i, pair) in command.days.windows(2).enumerate() {
        let field = format!("days[{}].date", i + 1);
        ensure(pair[0].date != pair[1].date, &field, Fault::Duplicate)?;
        ensure(pair[0].date < pair[1].date, &field, Fault::OutOfOrder)?;
    }
    let adopted = CalendarAdopted {
        year: command.year,
        provisional: command.provisional,
        source: command.source.clone(),
        days: command.days.clone(),
    };
    if state.calendars.get(&command.year) == Some(&adopted) {
        return Ok(vec![]);
    }
    Ok(vec![adopted.into()])
}
