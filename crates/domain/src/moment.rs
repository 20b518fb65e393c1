//! Who was where at one moment, from day records: the desk board, and the proof behind T10 and T14.

use crate::day::{DayRecord, DayStatus, EdgeState, MealRecord, SegmentRecord};
use crate::ids::{DeskId, EventId, ShiftCode, StaffId};
use crate::work_date::{DayMinute, WorkDate, Zone};
use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Where somebody rostered is. In the order of what a lead looks for when two work dates meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Post {
    /// 在岗
    OnPost,
    /// 用餐
    AtMeal,
    /// 外出: at registered work outside (D9).
    Outside,
    /// 借调: lent to another desk (D2).
    Lent,
    /// 离岗: was here, and has punched out before the end.
    Away,
    /// 未到: should be here and is not.
    Missing,
    /// 请假
    OnLeave,
    /// Between two segments of a split shift.
    Between,
    /// The shift is to come.
    Before,
    /// The shift is over.
    After,
}

/// One person at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonAt {
    /// Who.
    pub staff: StaffId,
    /// The work date it is about.
    pub date: WorkDate,
    /// The shift.
    pub shift: Option<ShiftCode>,
    /// Where.
    pub post: Post,
    /// No punch proves it: one is missing, or the shift has run out without one.
    pub presumed: bool,
    /// Since when, where a punch tells.
    pub since: Option<DateTime<Utc>>,
    /// The punches that tell.
    pub events: Vec<EventId>,
}

/// Everybody whom `desk` has around `instant`, one entry a person, by number: its own people, those lent marked as such,
/// and other desks' people while they are lent to it (D2).
pub fn desk_at<'a>(
    instant: DateTime<Utc>,
    zone: Zone,
    desk: &DeskId,
    days: impl IntoIterator<Item = &'a DayRecord>,
) -> Vec<PersonAt> {
    let mut people: BTreeMap<&StaffId, PersonAt> = BTreeMap::new();
    let today = zone.date(instant);
    for day in days {
        let near = day.date <= today && today <= day.date.plus_days(1);
        let lent = day
            .lent
            .iter()
            .find(|l| l.from <= instant && instant < l.until);
        let here = lent.map_or(&day.desk, |lent| &lent.to) == desk;
        if !near || (!here && day.desk != *desk) {
            continue;
        }
        let Some(mut found) = person_at(instant, zone, day) else {
            continue;
        };
        if !here {
            found.post = Post::Lent;
        }
        // Yesterday's shift, once over, says nothing about today.
        if day.date != today && found.post == Post::After {
            continue;
        }
        match people.get(&day.staff) {
            Some(known) if known.post <= found.post => {}
            _ => {
                people.insert(&day.staff, found);
            }
        }
    }
    people.into_values().collect()
}

/// Where one person is by one day's record; none on a day without a shift.
pub fn person_at(instant: DateTime<Utc>, zone: Zone, day: &DayRecord) -> Option<PersonAt> {
    let person = |post, presumed, since, events: &[EventId]| {
        Some(PersonAt {
            staff: day.staff.clone(),
            date: day.date,
            shift: day.shift.clone(),
            post,
            presumed,
            since,
            events: events.to_vec(),
        })
    };
    if day.segments.is_empty() {
        return None;
    }
    let outside = day.post.outings.iter().find(|outing| {
        let back = match (outing.returned_at, day.status) {
            (Some(back), _) => back,
            (None, DayStatus::Open) => DateTime::<Utc>::MAX_UTC,
            (None, _) => outing.expected_return_at,
        };
        let rostered = day.segments.iter().any(|segment| {
            let (from, until) = planned(day, segment, zone);
            from <= instant && instant < until
        });
        !outing.refuted && rostered && outing.from <= instant && instant < back
    });
    if let Some(outing) = outside {
        return person(Post::Outside, false, Some(outing.from), &[]);
    }
    let on_post = day.segments.iter().find_map(|segment| {
        presence(day, segment, zone)
            .filter(|(from, until, _)| *from <= instant && instant < *until)
            .map(|(_, until, proven)| (segment, until, proven))
    });
    if let Some((segment, _, proven)) = on_post {
        if let Some(meal) = day.meals.iter().find(|meal| at_meal(day, meal, instant)) {
            return person(Post::AtMeal, false, meal.started_at, &meal.events);
        }
        return person(
            Post::OnPost,
            !proven,
            segment.arrival.at(),
            segment.arrival.events(),
        );
    }
    for segment in &day.segments {
        let (from, until) = planned(day, segment, zone);
        if instant < from || until <= instant {
            continue;
        }
        // Leave inside a segment that is otherwise worked does not tell its hours here; leave of all of it does.
        if segment.leave_minutes == segment.planned_minutes {
            return person(Post::OnLeave, false, None, &[]);
        }
        return match segment.departure.at() {
            Some(left) if left <= instant => {
                person(Post::Away, false, Some(left), segment.departure.events())
            }
            _ => person(Post::Missing, false, None, &[]),
        };
    }
    let started = day
        .segments
        .iter()
        .filter(|segment| planned(day, segment, zone).0 <= instant)
        .count();
    let post = if started == 0 {
        Post::Before
    } else if started == day.segments.len() {
        Post::After
    } else {
        Post::Between
    };
    person(post, false, None, &[])
}

fn planned(day: &DayRecord, segment: &SegmentRecord, zone: Zone) -> (DateTime<Utc>, DateTime<Utc>) {
    let at = |minute: DayMinute| zone.instant(day.date, minute);
    (at(segment.planned.start), at(segment.planned.end))
}

/// From when until when somebody was on post in a segment, and whether punches prove both. A missing punch is presumed
/// at its edge of the plan, so that nobody else is blamed for a post that may have been held.
pub(crate) fn presence(
    day: &DayRecord,
    segment: &SegmentRecord,
    zone: Zone,
) -> Option<(DateTime<Utc>, DateTime<Utc>, bool)> {
    let (start, end) = planned(day, segment, zone);
    match (segment.arrival.at(), segment.departure.at()) {
        (Some(from), Some(until)) => Some((from, until, true)),
        // Still there, as far as anybody knows, until the day is closed.
        (Some(from), None) if day.status == DayStatus::Open => {
            Some((from, DateTime::<Utc>::MAX_UTC, true))
        }
        (Some(from), None) => Some((from, end.max(from), false)),
        (None, Some(until)) => Some((start.min(until), until, false)),
        (None, None) => {
            let shown = day.status != DayStatus::Open
                && !segment.unproven_minutes.is_zero()
                && day.status != DayStatus::AbsencePending
                && matches!(
                    (&segment.arrival, &segment.departure),
                    (EdgeState::Missed { .. }, EdgeState::Missed { .. })
                );
            shown.then_some((start, end, false))
        }
    }
}

fn at_meal(day: &DayRecord, meal: &MealRecord, instant: DateTime<Utc>) -> bool {
    let Some(from) = meal.started_at.filter(|from| *from <= instant) else {
        return false;
    };
    match meal.ended_at {
        Some(until) => instant < until,
        None if day.status == DayStatus::Open => true,
        // The end was never punched: at meal no longer than planned.
        None => meal.planned.is_some_and(|planned| {
            Duration::try_minutes(planned.minutes.0)
                .and_then(|length| from.checked_add_signed(length))
                .is_some_and(|until| instant < until)
        }),
    }
}
