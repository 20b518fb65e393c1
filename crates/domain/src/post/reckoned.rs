//! The post in a day's record.

use super::{OutingRecord, PostFacts, PostRecord, StayedOn};
use crate::day::{MealRecord, SegmentRecord};
use crate::ids::EventId;
use crate::policy::Policy;
use crate::quantities::Minutes;
use crate::work_date::whole_minutes;
use chrono::{DateTime, Utc};

/// What the reckoning of a day knows when it comes to the post.
pub(crate) struct PostDay<'a> {
    pub(crate) facts: &'a PostFacts,
    /// Planned time less leave, by segment.
    pub(crate) wanted: &'a [Vec<(DateTime<Utc>, DateTime<Utc>)>],
    pub(crate) segments: &'a [SegmentRecord],
    pub(crate) meals: &'a [MealRecord],
}

pub(crate) fn reckon_post(day: &PostDay<'_>, policy: &Policy) -> PostRecord {
    let mut record = PostRecord {
        kept_waiting: day.facts.kept_waiting.clone(),
        ..PostRecord::default()
    };
    let end = day.wanted.last().and_then(|spans| spans.last()).copied();
    let out = day.segments.last().map(|segment| &segment.departure);
    if let (Some((_, end)), Some(out)) = (end, out) {
        handover(day, end, out.at(), out.events(), &mut record);
        if policy
            .open_items
            .as_ref()
            .is_some_and(|p| p.overtime_counts)
        {
            record.stayed_on = out.at().and_then(|out| stayed_on(day, end, out));
        }
    }
    record.outings = outings(day);
    record.off_post = off_post(day);
    record
}

/// P5: the wait counts from the planned end until the post was taken over, and only where the relief was not there when
/// due; staying on for any other reason is ordinary overtime.
fn handover(
    day: &PostDay<'_>,
    end: DateTime<Utc>,
    out: Option<DateTime<Utc>>,
    out_events: &[EventId],
    record: &mut PostRecord,
) {
    let Some(handover) = &day.facts.handover else {
        return;
    };
    record.handover_events.clone_from(&handover.events);
    let Some(out) = out else {
        return;
    };
    if handover.released_at.is_none_or(|released| released > out) {
        record.left_unrelieved = out_events.to_vec();
    }
    let was_late = handover
        .relief_due_at
        .is_some_and(|due| handover.relief_arrived_at.is_none_or(|came| came > due));
    let until = handover
        .released_at
        .map_or(out, |released| released.min(out));
    let waited = whole_minutes(end, until);
    if was_late && !waited.is_zero() {
        record.handover_wait_minutes = waited;
        record.handover_wait_for.clone_from(&handover.relief);
    }
}

/// S4: what was closed between the planned end and the out-punch.
fn stayed_on(day: &PostDay<'_>, end: DateTime<Utc>, out: DateTime<Utc>) -> Option<StayedOn> {
    let mut closed: Vec<_> = day
        .facts
        .items_closed
        .iter()
        .filter(|item| end < item.at && item.at <= out)
        .collect();
    closed.sort_by_key(|item| (item.at, item.event));
    let minutes = whole_minutes(end, closed.last()?.at);
    let reason: Vec<&str> = closed.iter().map(|item| item.text.as_str()).collect();
    (!minutes.is_zero()).then(|| StayedOn {
        minutes,
        reason: reason.join(";"),
        events: closed.iter().map(|item| item.event).collect(),
    })
}

fn outings(day: &PostDay<'_>) -> Vec<OutingRecord> {
    let inside = |from: DateTime<Utc>, until: DateTime<Utc>| -> Minutes {
        day.wanted
            .iter()
            .flatten()
            .map(|&(start, end)| whole_minutes(from.max(start), until.min(end)))
            .sum()
    };
    day.facts
        .outings
        .iter()
        .map(|outing| OutingRecord {
            outing: outing.outing,
            place: outing.place.clone(),
            from: outing.from,
            returned_at: outing.returned_at,
            expected_return_at: outing.expected_return_at,
            minutes: if outing.refuted {
                Minutes::ZERO
            } else {
                inside(outing.from, outing.until())
            },
            refuted: outing.refuted,
        })
        .collect()
}

/// D9: not found where the person had come and not gone, was not at a meal and had registered nothing; and outings that
/// were not as registered.
fn off_post(day: &PostDay<'_>) -> Vec<EventId> {
    let on_post = |at: DateTime<Utc>| {
        day.segments.iter().zip(day.wanted).any(|(record, wanted)| {
            let planned = wanted.iter().any(|&(from, until)| from <= at && at < until);
            let come = record.arrival.at().is_some_and(|came| came <= at);
            let gone = record.departure.at().is_some_and(|left| left <= at);
            planned && come && !gone
        })
    };
    let at_meal = |at: DateTime<Utc>| {
        day.meals.iter().any(|meal| {
            meal.started_at.is_some_and(|start| start <= at)
                && meal.ended_at.is_none_or(|end| at < end)
        })
    };
    let unexplained = day.facts.not_found.iter().filter(|seen| {
        on_post(seen.at)
            && !at_meal(seen.at)
            && !day
                .facts
                .outings
                .iter()
                .any(|outing| outing.covers(seen.at))
    });
    let refuted = day.facts.outings.iter().filter(|outing| outing.refuted);
    let mut events: Vec<EventId> = unexplained
        .map(|seen| seen.event)
        .chain(refuted.filter_map(|outing| outing.events.last().copied()))
        .collect();
    events.sort();
    events.dedup();
    events
}
