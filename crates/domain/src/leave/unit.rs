//! What leave is taken in: days, halves of a shift, hours.

use crate::event::{Half, LeaveKind, LeaveSpan};
use crate::policy::{LeavePolicy, LeaveUnit};
use crate::refusal::Refusal;
use crate::shift::{Segment, Shift};
use crate::work_date::DayMinute;

const HOUR_MINUTES: i32 = 60;

/// A part of a day.
pub type Window = (DayMinute, DayMinute);

/// The window of a half: the shift is parted where half of its post time has passed.
pub fn half_window(segments: &[Segment], half: Half) -> Option<Window> {
    let (first, last) = (segments.first()?, segments.last()?);
    let total: i32 = segments.iter().map(|s| s.end.0 - s.start.0).sum();
    let mut left = total / 2;
    let mut middle = last.end;
    for segment in segments {
        let length = segment.end.0 - segment.start.0;
        if left <= length {
            middle = DayMinute(segment.start.0 + left);
            break;
        }
        left -= length;
    }
    Some(match half {
        Half::First => (first.start, middle),
        Half::Second => (middle, last.end),
    })
}

/// The span as it lies on a shift: a half moves with the shift, anything else stays.
pub fn on_shift(span: &LeaveSpan, half: Option<Half>, shift: &Shift) -> LeaveSpan {
    let window = half.and_then(|half| half_window(&shift.segments, half));
    LeaveSpan {
        window: window.or(span.window),
        ..span.clone()
    }
}

/// The day that halves are taken of where no roster is in force.
pub(super) fn policy_day(policy: &LeavePolicy) -> Option<Segment> {
    let start = policy.day_start?;
    let minutes = i32::try_from(policy.day_minutes.0).ok()?;
    Some(Segment {
        start,
        end: DayMinute(start.0.saturating_add(minutes)),
    })
}

/// Refuses a part of a day that the kind's unit does not admit; says which half it is, if it is one. `day` are the
/// segments of the day in question.
pub(super) fn fitting(
    kind: LeaveKind,
    window: Option<Window>,
    day: &[Segment],
    policy: &LeavePolicy,
) -> Result<Option<Half>, Refusal> {
    let Some((start, end)) = window else {
        return Ok(None);
    };
    let half = [Half::First, Half::Second]
        .into_iter()
        .find(|half| half_window(day, *half) == Some((start, end)));
    let fits = match policy.unit.get(&kind) {
        None => true,
        Some(LeaveUnit::Day) => false,
        Some(LeaveUnit::HalfDay) => half.is_some(),
        Some(LeaveUnit::Hour) => half.is_some() || (end.0 - start.0) % HOUR_MINUTES == 0,
    };
    match policy.unit.get(&kind) {
        Some(&unit) if !fits => Err(Refusal::LeaveUnitMismatch { kind, unit }),
        _ => Ok(half),
    }
}
