//! Re-time somebody's shift or meals of the day by hand (M2, M3): the part of the day still ahead, with every hard rule
//! checked again.

use crate::decider::{Decision, ensure};
use crate::event::RosterEvent;
use crate::ids::StaffId;
use crate::refusal::{Fault, Refusal};
use crate::roster::amend::{self, Amend};
use crate::roster::{RosterContext, RosterState};
use crate::shift::{Cell, PlannedMeal, Segment, Shift};
use crate::who::Issued;
use crate::work_date::WorkDate;

/// Re-time a shift. What is none stays as it is.
#[derive(Clone, Debug)]
pub struct Retime {
    /// Whose.
    pub staff: StaffId,
    /// The day the shift starts on.
    pub date: WorkDate,
    /// All its segments as they shall be, those already worked included.
    pub segments: Option<Vec<Segment>>,
    /// All its meals as they shall be, those already taken included.
    pub meals: Option<Vec<PlannedMeal>>,
    /// Why.
    pub reason: String,
}

/// The lead re-times a shift in force. Edges that have passed stay as they were; the shift keeps its code, so that the
/// duty table still says what kind of day it is.
pub fn decide(
    state: &RosterState,
    command: &Retime,
    context: &RosterContext,
    issued: &Issued,
) -> Decision<RosterEvent> {
    let (staff, date) = (&command.staff, command.date);
    ensure(
        command.segments.is_some() || command.meals.is_some(),
        "segments",
        Fault::Blank,
    )?;
    let known = state.shift(staff, date);
    let amendment = |shift: Option<Shift>| Amend {
        month: date.month(),
        cells: vec![Cell {
            staff: staff.clone(),
            date,
            shift,
        }],
        reason: command.reason.clone(),
    };
    let Some(before) = known else {
        // Who may not amend at all learns nothing of the roster.
        amend::decide(state, &amendment(None), context, issued)?;
        return Err(Refusal::NoShiftToRetime {
            staff: staff.clone(),
            date,
        });
    };
    let mut meals = command
        .meals
        .clone()
        .unwrap_or_else(|| before.meals.clone());
    meals.sort_by_key(|meal| meal.start);
    for pair in meals.windows(2) {
        if let [first, second] = pair {
            let ends = i64::from(first.start.0).saturating_add(first.minutes.0);
            ensure(ends <= i64::from(second.start.0), "meals", Fault::Overlaps)?;
        }
    }
    let segments = command
        .segments
        .clone()
        .unwrap_or_else(|| before.segments.clone());
    // A short break that has no room any more is dropped: nothing is paid or judged by it.
    let room = |one: &&PlannedMeal| {
        one.is_inside(&segments) && !meals.iter().any(|meal| one.overlaps(meal))
    };
    let after = Shift {
        breaks: before.breaks.iter().filter(room).copied().collect(),
        segments,
        meals,
        ..before.clone()
    };
    amend::decide(state, &amendment(Some(after)), context, issued)
}
