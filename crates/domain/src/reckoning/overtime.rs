//! Time beyond the plan, what of it counts, and in which class.

use super::*;
use crate::day::{OvertimeMinutes, PunchFact};
use crate::event::{Compensation, DayKind};
use crate::post::PostRecord;

pub(super) struct Extra {
    pub(super) beyond_minutes: Minutes,
    pub(super) overtime: OvertimeMinutes,
    /// Of the time beyond the plan, what counts.
    pub(super) counted_minutes: Minutes,
    pub(super) time_off_earned_minutes: Minutes,
    /// Punches on a day off and approvals that it rests on.
    pub(super) events: BTreeSet<EventId>,
}

/// Stayed before a segment and after it; time of the segments beside it is theirs.
pub(super) fn stays(
    planned: &PlannedSegment,
    arrival: &EdgeState,
    departure: &EdgeState,
) -> [Minutes; 2] {
    let before = arrival.at().map_or(Minutes::ZERO, |at| {
        whole_minutes(at.max(planned.free_from), planned.span.from)
    });
    let after = departure.at().map_or(Minutes::ZERO, |at| {
        whole_minutes(planned.span.until, at.min(planned.free_until))
    });
    [before, after]
}

pub(super) fn count(
    facts: &DayFacts,
    policy: &Policy,
    plan: &DayPlan,
    punches: &[PunchFact],
    segments: &[SegmentRecord],
    worked_minutes: Minutes,
    post: &PostRecord,
) -> Extra {
    let mut events = BTreeSet::new();
    let rostered = !segments.is_empty();
    let stays: Vec<Minutes> = if rostered {
        plan.segments
            .iter()
            .zip(segments)
            .flat_map(|(planned, record)| stays(planned, &record.arrival, &record.departure))
            .collect()
    } else {
        let (stays, pairs) = pairs_on_a_day_off(punches);
        if !policy.overtime.approval_required || !facts.overtime.is_empty() {
            events.extend(pairs);
        }
        stays
    };
    let beyond_minutes = stays.iter().copied().sum();

    // Each stay by itself: ten minutes early and twenty late are not half an hour of overtime.
    let mut open: Minutes = stays
        .into_iter()
        .filter(|stay| *stay >= policy.overtime.minutes_min)
        .sum();
    let mut counted = Minutes::ZERO;
    let mut time_off_earned_minutes = Minutes::ZERO;
    for approval in &facts.overtime {
        let minutes = open.min(approval.minutes_max.at_least_zero());
        open = open - minutes;
        counted += minutes;
        if approval.compensation == Compensation::TimeOff {
            time_off_earned_minutes += minutes;
        }
        events.insert(approval.event);
    }
    if !policy.overtime.approval_required {
        counted += open;
    }
    // Who had to stay has it counted whatever was approved and however short it was (P5, S4); both reach from the
    // planned end, so the longer holds.
    let stayed = post.stayed_on.as_ref().map_or(Minutes::ZERO, |s| s.minutes);
    let owed = post.handover_wait_minutes.max(stayed).min(beyond_minutes);
    counted = counted.max(owed);

    let statutory = facts.day_kind == Some(DayKind::Statutory);
    let mut overtime = OvertimeMinutes::default();
    let class = if statutory {
        &mut overtime.statutory
    } else if rostered || (facts.assignment.is_none() && is_workday(facts)) {
        &mut overtime.workday
    } else {
        &mut overtime.rest_day
    };
    *class += counted;
    if is_paid_as_holiday(facts, policy, segments) {
        overtime.statutory += worked_minutes;
    }
    Extra {
        beyond_minutes,
        overtime,
        counted_minutes: counted,
        time_off_earned_minutes,
        events,
    }
}

/// Whether the shift itself is overtime of the holiday's class (Labour Law art. 44 (3)).
pub(super) fn is_paid_as_holiday(
    facts: &DayFacts,
    policy: &Policy,
    segments: &[SegmentRecord],
) -> bool {
    let statutory = facts.day_kind == Some(DayKind::Statutory);
    statutory && !segments.is_empty() && policy.overtime.statutory_when_rostered
}

/// What the calendar says where no roster does.
pub(super) fn is_workday(facts: &DayFacts) -> bool {
    match facts.day_kind {
        Some(DayKind::MakeUpWorkday) => true,
        Some(DayKind::Statutory | DayKind::AdjustedRest) => false,
        None => !facts.date.is_weekend(),
    }
}

/// Each in with the out that follows it.
fn pairs_on_a_day_off(punches: &[PunchFact]) -> (Vec<Minutes>, Vec<EventId>) {
    let (mut stays, mut events) = (Vec::new(), Vec::new());
    let mut came: Option<&PunchFact> = None;
    for punch in punches {
        match punch.kind {
            PunchKind::In => came = came.or(Some(punch)),
            PunchKind::Out => {
                if let Some(start) = came.take() {
                    stays.push(whole_minutes(start.at, punch.at));
                    events.extend([start.event, punch.event]);
                }
            }
            PunchKind::MealStart | PunchKind::MealEnd => {}
        }
    }
    (stays, events)
}
