//! Take a month's demand for one further on, until it is known better (T1).

use crate::decider::Decision;
use crate::desk::DeskState;
use crate::desk::set_demand::{self, SetDemand};
use crate::event::{DayDemand, DayKind, DemandSet, DeskEvent};
use crate::ids::DeskId;
use crate::org::OrgState;
use crate::refusal::{Needed, Refusal};
use crate::who::Issued;
use crate::work_date::{Month, WorkDate};

/// Set a month's demand to what another month's days of the same kind ask for.
#[derive(Clone, Debug)]
pub struct CarryDemand {
    /// Whose.
    pub desk: DeskId,
    /// The month whose demand is known.
    pub from: Month,
    /// The month it is taken for.
    pub to: Month,
}

/// Whoever may set demand. `org` says which days are holidays.
pub fn decide(
    state: &DeskState,
    command: &CarryDemand,
    org: &OrgState,
    issued: &Issued,
) -> Decision<DeskEvent> {
    state.known(&command.desk)?;
    let known = state.demand.get(&command.from);
    let known = known.ok_or_else(|| Refusal::DeskNotReady {
        missing: vec![Needed::Demand],
    })?;
    let command = SetDemand {
        desk: command.desk.clone(),
        month: command.to,
        slot_minutes: known.slot_minutes,
        source: command.from.to_string(),
        days: carried(known, command.to, org),
    };
    set_demand::decide(state, &command, issued)
}

/// Each day asks for what the known day most like it does: of its kind, of its weekday, the latest.
fn carried(known: &DemandSet, to: Month, org: &OrgState) -> Vec<DayDemand> {
    let of_day = |date: WorkDate| {
        let likeness = |other: WorkDate| {
            (
                kind(org, other) == kind(org, date),
                other.weekday_from_monday() == date.weekday_from_monday(),
                other,
            )
        };
        let like = known
            .days
            .iter()
            .map(|day| day.date)
            .max_by_key(|&other| likeness(other));
        let asked = known.days.iter().filter(move |day| Some(day.date) == like);
        asked.map(move |day| DayDemand {
            date,
            ..day.clone()
        })
    };
    to.days().flat_map(of_day).collect()
}

/// A day as contacts see it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Workday,
    RestDay,
    Statutory,
}

fn kind(org: &OrgState, date: WorkDate) -> Kind {
    match org.day(date).map(|day| day.kind) {
        Some(DayKind::Statutory) => Kind::Statutory,
        Some(DayKind::AdjustedRest) => Kind::RestDay,
        Some(DayKind::MakeUpWorkday) => Kind::Workday,
        None if date.is_weekend() => Kind::RestDay,
        None => Kind::Workday,
    }
}
