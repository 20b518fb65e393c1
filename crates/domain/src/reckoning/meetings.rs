//! Meeting time outside the shift: what of it counts, and as what (S2, M11, D4).

use super::overtime::Extra;
use super::plan::{Span, overlap_minutes};
use super::*;
use crate::day::{AttendedMeeting, OvertimeMinutes, PunchFact};
use crate::event::DayKind;
use crate::policy::OutsideShift;

#[derive(Default)]
pub(super) struct Met {
    /// All of the day's meeting time outside the shift.
    pub(super) minutes: Minutes,
    /// Of it, what counts as worked.
    pub(super) worked: Minutes,
    /// Of it, what counts as overtime.
    pub(super) overtime: OvertimeMinutes,
}

/// What punches show beyond the plan and approval has counted already is not counted again.
pub(super) fn count(
    facts: &DayFacts,
    policy: &Policy,
    plan: &DayPlan,
    segments: &[SegmentRecord],
    punches: &[PunchFact],
    extra: &Extra,
) -> Met {
    let outside = outside_shift(&facts.meetings, plan);
    let minutes: Minutes = outside.iter().map(|span| span.minutes()).sum();
    let Some(meeting) = policy.meeting.as_ref().filter(|_| !minutes.is_zero()) else {
        return Met {
            minutes,
            ..Met::default()
        };
    };
    let rostered = !segments.is_empty();
    let shown: Minutes = if rostered {
        shown_beyond(&outside, plan, segments)
    } else {
        shown_on_a_day_off(&outside, punches)
    };
    let counted = minutes - shown.min(extra.counted_minutes);
    let mut met = Met {
        minutes,
        ..Met::default()
    };
    let statutory = facts.day_kind == Some(DayKind::Statutory);
    // A working day without a cell is one on which the calendar says so.
    let workday = rostered || (facts.assignment.is_none() && overtime::is_workday(facts));
    let as_overtime = if workday {
        meeting.outside_shift == OutsideShift::Overtime
    } else {
        meeting.day_off_overtime
    };
    if as_overtime {
        let class = if statutory {
            &mut met.overtime.statutory
        } else if workday {
            &mut met.overtime.workday
        } else {
            &mut met.overtime.rest_day
        };
        *class += counted;
    } else if workday && meeting.outside_shift == OutsideShift::Worked {
        met.worked = counted;
    }
    met
}

/// The meetings' time that lies in no segment, none of it twice.
fn outside_shift(meetings: &[AttendedMeeting], plan: &DayPlan) -> Vec<Span> {
    let mut outside: Vec<Span> = Vec::new();
    for meeting in meetings {
        let mut rest = vec![Span {
            from: meeting.from,
            until: meeting.until.max(meeting.from),
        }];
        let taken: Vec<Span> = plan
            .segments
            .iter()
            .map(|segment| segment.span)
            .chain(outside.iter().copied())
            .collect();
        for other in taken {
            rest = rest
                .into_iter()
                .flat_map(|span| span.without(other))
                .collect();
        }
        outside.extend(rest);
    }
    outside
}

/// Of the time outside the shift, what lies between coming and the start, or between the end and leaving.
fn shown_beyond(outside: &[Span], plan: &DayPlan, segments: &[SegmentRecord]) -> Minutes {
    plan.segments
        .iter()
        .zip(segments)
        .map(|(planned, record)| {
            let before = record.arrival.at().map_or(Minutes::ZERO, |at| {
                overlap_minutes(outside, at.max(planned.free_from), planned.span.from)
            });
            let after = record.departure.at().map_or(Minutes::ZERO, |at| {
                overlap_minutes(outside, planned.span.until, at.min(planned.free_until))
            });
            before + after
        })
        .sum()
}

fn shown_on_a_day_off(outside: &[Span], punches: &[PunchFact]) -> Minutes {
    let mut came = None;
    let mut shown = Minutes::ZERO;
    for punch in punches {
        match punch.kind {
            PunchKind::In => came = came.or(Some(punch.at)),
            PunchKind::Out => {
                if let Some(from) = came.take() {
                    shown += overlap_minutes(outside, from, punch.at);
                }
            }
            PunchKind::MealStart | PunchKind::MealEnd => {}
        }
    }
    shown
}
