//! Set by hand how many lanes are open, as customers come (根據客流情況調整銀臺開啟數量, M3).

use crate::decider::{Decision, ensure, permit, worded};
use crate::desk::DAY_MINUTE_MAX;
use crate::event::{Lane, LaneOpening, LanesOpened, RosterEvent};
use crate::refusal::{Action, Fault, Refusal};
use crate::roster::plan_lanes::not_over;
use crate::roster::{RosterContext, RosterState, RosterStatus};
use crate::who::{Issued, Role};
use crate::work_date::{DayMinute, WorkDate};

/// Open so many lanes.
#[derive(Clone, Debug)]
pub struct OpenLanes {
    /// The day.
    pub date: WorkDate,
    /// The whole day as it shall be, in time order; what has passed stays as it was.
    pub openings: Vec<LaneOpening>,
    /// Why.
    pub reason: String,
}

/// The lead opens no more lanes than there are, today or on a day to come. `lanes` are the desk's. Of today only what is
/// still ahead changes: the command's past is cut off and that of the day as it stood is kept.
pub fn decide(
    state: &RosterState,
    command: &OpenLanes,
    lanes: &[Lane],
    context: &RosterContext,
    issued: &Issued,
) -> Decision<RosterEvent> {
    let date = command.date;
    let (desk, _) = state.standing(&[RosterStatus::Published], date.month(), Action::OpenLanes)?;
    permit(issued, &[Role::Lead], desk, Action::OpenLanes)?;
    not_over(date, context, issued)?;
    worded("reason", &command.reason)?;
    let mut before = DayMinute(0);
    for (i, opening) in command.openings.iter().enumerate() {
        let field = |name: &str| format!("openings[{i}].{name}");
        ensure(opening.start >= before, field("start"), Fault::Overlaps)?;
        ensure(
            opening.start < opening.end,
            field("end"),
            Fault::EndsBeforeStart,
        )?;
        ensure(opening.end <= DAY_MINUTE_MAX, field("end"), Fault::OutOfDay)?;
        if usize::from(opening.open) > lanes.len() {
            return Err(Refusal::LanesTooMany {
                open: opening.open,
                lanes: lanes.len(),
            });
        }
        before = opening.end;
    }
    let now = context.zone.day_minute(issued.at, date);
    let known = state
        .lane_openings
        .get(&date)
        .map_or(&[][..], |opened| &opened.openings);
    let openings = joined(known, &command.openings, now);
    if openings == known {
        return Ok(vec![]);
    }
    Ok(vec![
        LanesOpened {
            date,
            openings,
            reason: command.reason.clone(),
            by: issued.by.staff.clone(),
            at: issued.at,
        }
        .into(),
    ])
}

/// `before` up to `now`, `after` from then on; stretches of one count that touch become one.
fn joined(before: &[LaneOpening], after: &[LaneOpening], now: DayMinute) -> Vec<LaneOpening> {
    let past = before.iter().map(|opening| LaneOpening {
        end: opening.end.min(now),
        ..*opening
    });
    let ahead = after.iter().map(|opening| LaneOpening {
        start: opening.start.max(now),
        ..*opening
    });
    let mut joined: Vec<LaneOpening> = Vec::new();
    for opening in past
        .chain(ahead)
        .filter(|opening| opening.start < opening.end)
    {
        match joined.last_mut() {
            Some(last) if last.end == opening.start && last.open == opening.open => {
                last.end = opening.end;
            }
            _ => joined.push(opening),
        }
    }
    joined
}
