//! Plan a day's lanes: the order in which they open, and who is at which (M4).

use crate::decider::{Decision, ensure, permit};
use crate::desk::inside_one_segment;
use crate::event::{Lane, LaneStint, LanesPlanned, RosterEvent};
use crate::ids::LaneId;
use crate::refusal::{Action, Fault, Refusal};
use crate::roster::{RosterContext, RosterState, RosterStatus};
use crate::who::{Issued, Role};
use crate::work_date::WorkDate;
use std::collections::BTreeSet;

/// Plan a day's lanes, all of them.
#[derive(Clone, Debug)]
pub struct PlanLanes {
    /// The day.
    pub date: WorkDate,
    /// The order in which lanes open.
    pub order: Vec<LaneId>,
    /// Who is where.
    pub stints: Vec<LaneStint>,
}

/// The lead plans today or a day to come, by the roster in force: each lane and each person once at a time, each person
/// at work then and with the lane's skill. `lanes` are the desk's.
pub fn decide(
    state: &RosterState,
    command: &PlanLanes,
    lanes: &[Lane],
    context: &RosterContext,
    issued: &Issued,
) -> Decision<RosterEvent> {
    let date = command.date;
    let (desk, _) = state.standing(&[RosterStatus::Published], date.month(), Action::PlanLanes)?;
    permit(issued, &[Role::Lead], desk, Action::PlanLanes)?;
    not_over(date, context, issued)?;
    ensure(!command.order.is_empty(), "order", Fault::Blank)?;
    let mut listed = BTreeSet::new();
    for (i, lane) in command.order.iter().enumerate() {
        let field = || format!("order[{i}]");
        ensure(known(lanes, lane).is_some(), field(), Fault::Unknown)?;
        ensure(listed.insert(lane), field(), Fault::Duplicate)?;
    }
    let mut stints = command.stints.clone();
    for (i, stint) in stints.iter().enumerate() {
        let field = |name: &str| format!("stints[{i}].{name}");
        ensure(listed.contains(&stint.lane), field("lane"), Fault::Unknown)?;
        ensure(
            stint.start < stint.end,
            field("end"),
            Fault::EndsBeforeStart,
        )?;
        holds(state, stint, lanes, date, context)?;
    }
    stints.sort_by(|a, b| (a.start, &a.lane, &a.staff).cmp(&(b.start, &b.lane, &b.staff)));
    each_once_at_a_time(&stints)?;
    if state
        .lane_plans
        .get(&date)
        .is_some_and(|plan| plan.order == command.order && plan.stints == stints)
    {
        return Ok(vec![]);
    }
    Ok(vec![
        LanesPlanned {
            date,
            order: command.order.clone(),
            stints,
            by: issued.by.staff.clone(),
            at: issued.at,
        }
        .into(),
    ])
}

/// Refuses a day that is over by the site's calendar.
pub(super) fn not_over(
    date: WorkDate,
    context: &RosterContext,
    issued: &Issued,
) -> Result<(), Refusal> {
    if date < context.zone.date(issued.at) {
        return Err(Refusal::LaneDayOver { date });
    }
    Ok(())
}

fn known<'a>(lanes: &'a [Lane], lane: &LaneId) -> Option<&'a Lane> {
    lanes.iter().find(|known| known.id == *lane)
}

/// The person is at work all the while and can serve the lane.
fn holds(
    state: &RosterState,
    stint: &LaneStint,
    lanes: &[Lane],
    date: WorkDate,
    context: &RosterContext,
) -> Result<(), Refusal> {
    let LaneStint {
        staff, start, end, ..
    } = stint;
    let minutes = i64::from(end.0) - i64::from(start.0);
    let rostered = state
        .shift(staff, date)
        .is_some_and(|shift| inside_one_segment(&shift.segments, *start, *start, minutes));
    let on_leave = context.leaves.iter().any(|(whose, span)| {
        whose == staff
            && span.covers(date)
            && span
                .window
                .is_none_or(|(from, until)| from < *end && *start < until)
    });
    if !rostered || on_leave {
        return Err(Refusal::LaneNotAtWork {
            staff: staff.clone(),
            date,
            start: *start,
            end: *end,
        });
    }
    let Some(lane) = known(lanes, &stint.lane) else {
        return Ok(());
    };
    let skilled = context
        .staff
        .get(staff)
        .and_then(|person| person.skills_on(date))
        .is_some_and(|held| held.contains(&lane.skill));
    if !skilled {
        return Err(Refusal::LaneSkillMissing {
            staff: staff.clone(),
            lane: lane.id.clone(),
            skill: lane.skill.clone(),
        });
    }
    Ok(())
}

/// Back-to-back is no overlap.
fn each_once_at_a_time(stints: &[LaneStint]) -> Result<(), Refusal> {
    for (i, earlier) in stints.iter().enumerate() {
        for later in stints.iter().skip(i + 1) {
            let (start, end) = (earlier.start.max(later.start), earlier.end.min(later.end));
            if start >= end {
                continue;
            }
            if earlier.lane == later.lane {
                return Err(Refusal::LaneTaken {
                    lane: later.lane.clone(),
                    staff: later.staff.clone(),
                    other: earlier.staff.clone(),
                    start,
                    end,
                });
            }
            if earlier.staff == later.staff {
                return Err(Refusal::LanePersonTaken {
                    staff: later.staff.clone(),
                    lane: later.lane.clone(),
                    other: earlier.lane.clone(),
                    start,
                    end,
                });
            }
        }
    }
    Ok(())
}
