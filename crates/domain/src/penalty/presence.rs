//! T10 保持阿里旺旺在线: offline while on post and not at meal, so many times a month.

use super::{Desk, ExcuseFact, Incident, PresenceFact, ProposedPenalty};
use crate::day::DayRecord;
use crate::ids::{EventId, RuleId, StaffId};
use crate::moment::presence as on_post;
use crate::policy::Counting;
use crate::quantities::Minutes;
use crate::work_date::{WorkDate, Zone, whole_minutes};
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};

type Stretch = (DateTime<Utc>, DateTime<Utc>);

/// Once offline long enough while the desk counted on the person.
struct Occurrence {
    from: DateTime<Utc>,
    date: WorkDate,
    events: BTreeSet<EventId>,
}

/// From a report of going offline until the next report of being online.
struct Offline {
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    events: Vec<EventId>,
}

pub(super) fn propose(desk: &Desk<'_>, proposed: &mut Vec<ProposedPenalty>) {
    let mut reports: BTreeMap<&StaffId, Vec<&PresenceFact>> = BTreeMap::new();
    for report in &desk.month.presence {
        reports.entry(&report.staff).or_default().push(report);
    }
    for (staff, mut reports) in reports {
        reports.sort_by_key(|report| (report.at, report.event));
        let offline = offline(&reports);
        let mut occurrences: Vec<Occurrence> = desk
            .month
            .days
            .iter()
            .filter(|day| day.staff == *staff)
            .flat_map(|day| of_day(desk, day, &offline))
            .collect();
        occurrences.sort_by_key(|occurrence| occurrence.from);
        count(desk, staff, &occurrences, proposed);
    }
}

/// A report holds until the next one; before the first, nothing is known.
fn offline(reports: &[&PresenceFact]) -> Vec<Offline> {
    let mut found: Vec<Offline> = Vec::new();
    let mut open: Option<&PresenceFact> = None;
    for report in reports {
        if report.online {
            found.extend(open.take().map(|start| Offline {
                from: start.at,
                until: report.at,
                events: vec![start.event, report.event],
            }));
        } else {
            open = open.or(Some(report));
        }
    }
    found.extend(open.map(|start| Offline {
        from: start.at,
        until: DateTime::<Utc>::MAX_UTC,
        events: vec![start.event],
    }));
    found
}

/// The day's occurrences: each time offline counts once a day, by its longest piece on post and not at meal.
fn of_day(desk: &Desk<'_>, day: &DayRecord, offline: &[Offline]) -> Vec<Occurrence> {
    let Some(policy) = desk.policy_on(day.date) else {
        return Vec::new();
    };
    let watched = watched(day, desk.month.zone);
    offline
        .iter()
        .filter_map(|time| {
            let piece = watched
                .iter()
                .map(|&(from, until)| (from.max(time.from), until.min(time.until)))
                .filter(|(from, until)| from < until)
                .filter(|&piece| !excused(&desk.month.excuses, &day.staff, piece))
                .max_by_key(|&(from, until)| (until - from, std::cmp::Reverse(from)))?;
            let minutes: Minutes = whole_minutes(piece.0, piece.1);
            (minutes >= policy.presence.offline_minutes_min).then(|| Occurrence {
                from: piece.0,
                date: day.date,
                events: time.events.iter().copied().collect(),
            })
        })
        .collect()
}

/// An accepted reason removes the occurrence it touches.
fn excused(excuses: &[ExcuseFact], staff: &StaffId, piece: Stretch) -> bool {
    excuses
        .iter()
        .any(|excuse| excuse.staff == *staff && excuse.from < piece.1 && piece.0 < excuse.until)
}

/// When punches prove the person on post and not at meal, within the plan.
fn watched(day: &DayRecord, zone: Zone) -> Vec<Stretch> {
    let mut stretches: Vec<Stretch> = day
        .segments
        .iter()
        .filter_map(|segment| {
            let (from, until, proven) = on_post(day, segment, zone)?;
            let start = zone.instant(day.date, segment.planned.start);
            let end = zone.instant(day.date, segment.planned.end);
            proven.then_some((from.max(start), until.min(end)))
        })
        .collect();
    for meal in &day.meals {
        let Some(started) = meal.started_at else {
            continue;
        };
        // A meal whose end is missing shields the rest: nobody knows when the person came back.
        let ended = meal.ended_at.unwrap_or(DateTime::<Utc>::MAX_UTC);
        stretches = stretches
            .into_iter()
            .flat_map(|(from, until)| [(from, until.min(started)), (from.max(ended), until)])
            .filter(|(from, until)| from < until)
            .collect();
    }
    stretches
}

fn count(
    desk: &Desk<'_>,
    staff: &StaffId,
    occurrences: &[Occurrence],
    proposed: &mut Vec<ProposedPenalty>,
) {
    let Some(policy) = occurrences
        .last()
        .and_then(|last| desk.policy_on(last.date))
    else {
        return;
    };
    let size = usize::from(policy.presence.occurrences.max(1));
    let groups = occurrences.chunks_exact(size);
    let groups: Vec<&[Occurrence]> = match policy.presence.counting {
        Counting::Once => groups.take(1).collect(),
        Counting::Per => groups.collect(),
    };
    for (index, group) in groups.into_iter().enumerate() {
        let Some(date) = group.last().map(|last| last.date) else {
            continue;
        };
        let month = desk.month.month;
        let incident = Incident {
            rule: RuleId::T10,
            amount: None,
            staff,
            work_date: date,
            subject: format!("{month}#{}", index + 1),
            subject_zh: format!("{month} 在岗时旺旺离线累计{size}次,无特别原因"),
            subject_en: format!("{month}: offline on post {size} times without excuse"),
            evidence: group
                .iter()
                .flat_map(|o| o.events.iter().copied())
                .collect(),
            roster: desk.day(staff, date).and_then(|day| day.roster.clone()),
            quantity: i64::try_from(group.len()).unwrap_or(i64::MAX),
        };
        proposed.extend(desk.penalty(incident, policy));
    }
}
