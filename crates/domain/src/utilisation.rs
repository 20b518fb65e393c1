//! How well people's time is used (人員使用效率、勞效分析, M7): rostered, worked, on post, idle and overtime, per person and
//! per slot.
//!
//! On post is what two punches prove, to the minute by the site's clocks, meals taken off; a segment with a punch
//! missing proves nothing and counts nothing. A slot's surplus is the on-post time beyond what its targets, of all
//! skills together, ask for; it is idle, and shared among the people on post in the slot by their minutes there (largest
//! remainder first, then by number), so the idle minutes of people add up to those of slots. Only people who can serve a
//! skill take part in slots; a promoter's day has its rostered, worked and on-post minutes and no idle ones. Slots exist
//! where the demand of a day spans them.

use crate::day::{DayRecord, DayStatus};
use crate::event::DemandSet;
use crate::ids::{DeskId, StaffId};
use crate::moment::presence;
use crate::quantities::Minutes;
use crate::work_date::{DayMinute, WorkDate, Zone};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One person's day, and whether the person can serve any skill that day.
#[derive(Clone, Copy, Debug)]
pub struct PersonDay<'a> {
    /// What became of the day.
    pub record: &'a DayRecord,
    /// Holds a skill.
    pub serves: bool,
}

/// One person's sums.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonUse {
    /// Who.
    pub staff: StaffId,
    /// Rostered post time, meals included.
    pub rostered_minutes: Minutes,
    /// Worked inside the planned time, as the attendance report has it.
    pub worked_minutes: Minutes,
    /// On post, meals taken off.
    pub on_post_minutes: Minutes,
    /// Of it, beyond what demand asked for.
    pub idle_minutes: Minutes,
    /// Counted overtime of every class.
    pub overtime_minutes: Minutes,
    /// On post and wanted there, per thousand of the rostered time, rounded half up; none: not rostered.
    pub use_permille: Option<i64>,
}

/// One slot's sums, in person-minutes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlotUse {
    /// The day.
    pub date: WorkDate,
    /// From.
    pub start: DayMinute,
    /// Until.
    pub end: DayMinute,
    /// People that must be there.
    pub minimum: u32,
    /// People wished for.
    pub target: u32,
    /// Rostered to be on post, planned meals taken off.
    pub rostered_minutes: Minutes,
    /// On post.
    pub on_post_minutes: Minutes,
    /// Beyond the target.
    pub idle_minutes: Minutes,
    /// Under the minimum.
    pub short_minutes: Minutes,
}

/// A period's use of people's time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Utilisation {
    /// First day.
    pub first: WorkDate,
    /// Last day.
    pub last: WorkDate,
    /// By number.
    pub people: Vec<PersonUse>,
    /// In order of time.
    pub slots: Vec<SlotUse>,
}

/// Civil minutes since a fixed day: comparable across days.
type Civil = i64;

/// From and until.
type Stretch = (Civil, Civil);

/// The use of people's time from `first` to `last`. `days` may begin a day earlier, for shifts across midnight; `now`
/// ends what still lasts. Time lent to another desk counts in that desk's slots, and in the person's sums at their own
/// (D2).
pub fn utilisation(
    desk: &DeskId,
    zone: Zone,
    first: WorkDate,
    last: WorkDate,
    days: &[PersonDay<'_>],
    demand: &[&DemandSet],
    now: DateTime<Utc>,
) -> Utilisation {
    let origin = first.plus_days(-2);
    let inside = |date: WorkDate| first <= date && date <= last;
    let mut people: BTreeMap<&StaffId, PersonUse> = BTreeMap::new();
    let mut planned: Vec<Stretch> = Vec::new();
    let mut present: Vec<(&StaffId, Vec<Stretch>)> = Vec::new();
    for PersonDay { record, serves } in days {
        let stretches = on_post(record, zone, origin, now);
        if inside(record.date) && record.desk == *desk {
            let sums = people
                .entry(&record.staff)
                .or_insert_with(|| empty(&record.staff));
            sums.rostered_minutes += record.planned_minutes;
            sums.worked_minutes += record.worked_minutes;
            sums.on_post_minutes += total(&stretches);
            let overtime = &record.overtime;
            sums.overtime_minutes += overtime.workday + overtime.rest_day + overtime.statutory;
        }
        if *serves {
            let here = |stretches| at_desk(desk, record, zone, origin, stretches);
            planned.extend(here(rostered(record, origin)));
            present.push((&record.staff, here(stretches)));
        }
    }
    let mut slots = Vec::new();
    for slot in slots_of(first, last, demand) {
        let at = |minute: DayMinute| civil(origin, slot.date, minute);
        let span = (at(slot.start), at(slot.end));
        let mut here: BTreeMap<&StaffId, i64> = BTreeMap::new();
        for (staff, stretches) in &present {
            let minutes: i64 = stretches.iter().map(|s| overlap(*s, span)).sum();
            if minutes > 0 {
                *here.entry(staff).or_default() += minutes;
            }
        }
        let on_post: i64 = here.values().sum();
        let length = span.1 - span.0;
        let idle = (on_post - i64::from(slot.target) * length).max(0);
        let short = (i64::from(slot.minimum) * length - on_post).max(0);
        for (staff, share) in shares(&here, idle) {
            people
                .entry(staff)
                .or_insert_with(|| empty(staff))
                .idle_minutes += Minutes(share);
        }
        slots.push(SlotUse {
            rostered_minutes: Minutes(planned.iter().map(|s| overlap(*s, span)).sum()),
            on_post_minutes: Minutes(on_post),
            idle_minutes: Minutes(idle),
            short_minutes: Minutes(short),
            ..slot
        });
    }
    let people = people.into_values().map(|mut sums| {
        let rostered = sums.rostered_minutes.0;
        let used = (sums.on_post_minutes - sums.idle_minutes).0;
        sums.use_permille = (rostered > 0)
            .then(|| used.saturating_mul(2000).saturating_add(rostered) / (rostered * 2));
        sums
    });
    Utilisation {
        first,
        last,
        people: people.collect(),
        slots,
    }
}

fn empty(staff: &StaffId) -> PersonUse {
    PersonUse {
        staff: staff.clone(),
        rostered_minutes: Minutes::ZERO,
        worked_minutes: Minutes::ZERO,
        on_post_minutes: Minutes::ZERO,
        idle_minutes: Minutes::ZERO,
        overtime_minutes: Minutes::ZERO,
        use_permille: None,
    }
}

fn civil(origin: WorkDate, date: WorkDate, minute: DayMinute) -> Civil {
    origin
        .days_until(date)
        .saturating_mul(1440)
        .saturating_add(i64::from(minute.0))
}

fn overlap(a: Stretch, b: Stretch) -> i64 {
    (a.1.min(b.1) - a.0.max(b.0)).max(0)
}

fn total(stretches: &[Stretch]) -> Minutes {
    Minutes(stretches.iter().map(|(from, until)| until - from).sum())
}

/// `from` without `hole`.
fn without(from: Vec<Stretch>, hole: Stretch) -> Vec<Stretch> {
    from.into_iter()
        .flat_map(|(start, end)| [(start, end.min(hole.0)), (start.max(hole.1), end)])
        .filter(|(start, end)| start < end)
        .collect()
}

/// Of `stretches`, those that `desk` has the person.
fn at_desk(
    desk: &DeskId,
    record: &DayRecord,
    zone: Zone,
    origin: WorkDate,
    stretches: Vec<Stretch>,
) -> Vec<Stretch> {
    let at = |instant| civil(origin, record.date, zone.day_minute(instant, record.date));
    let lent = record.lent.iter();
    let lent = lent.map(|lent| (&lent.to, (at(lent.from), at(lent.until))));
    if record.desk == *desk {
        return lent.fold(stretches, |stretches, (_, hole)| without(stretches, hole));
    }
    let here = lent.filter(|(to, _)| *to == desk);
    here.flat_map(|(_, (from, until))| {
        let inside = stretches.iter();
        inside.map(move |stretch| (stretch.0.max(from), stretch.1.min(until)))
    })
    .filter(|(from, until)| from < until)
    .collect()
}

/// When the roster has somebody on post.
fn rostered(record: &DayRecord, origin: WorkDate) -> Vec<Stretch> {
    let at = |minute: DayMinute| civil(origin, record.date, minute);
    let segments = record.segments.iter();
    let mut stretches: Vec<Stretch> = segments
        .map(|segment| (at(segment.planned.start), at(segment.planned.end)))
        .collect();
    for meal in record.meals.iter().filter_map(|meal| meal.planned) {
        let start = at(meal.start);
        stretches = without(stretches, (start, start.saturating_add(meal.minutes.0)));
    }
    stretches
}

/// When punches prove somebody on post.
fn on_post(record: &DayRecord, zone: Zone, origin: WorkDate, now: DateTime<Utc>) -> Vec<Stretch> {
    let at =
        |instant: DateTime<Utc>| civil(origin, record.date, zone.day_minute(instant, record.date));
    let mut stretches: Vec<Stretch> = Vec::new();
    for segment in &record.segments {
        if let Some((from, until, true)) = presence(record, segment, zone)
            && from < now
        {
            let here = (at(from), at(until.min(now)));
            // Out of one segment and into the next is one punch pair each; nothing counts twice.
            let news = stretches
                .iter()
                .fold(vec![here], |news, known| without(news, *known));
            stretches.extend(news);
        }
    }
    stretches.retain(|(from, until)| from < until);
    for meal in &record.meals {
        let Some(start) = meal.started_at else {
            continue;
        };
        let end = match (meal.ended_at, record.status) {
            (Some(end), _) => end,
            (None, DayStatus::Open) => now,
            // Never punched back: at meal as long as planned, as elsewhere.
            (None, _) => {
                let planned = meal.planned.map_or(0, |planned| planned.minutes.0);
                start + chrono::Duration::try_minutes(planned).unwrap_or_default()
            }
        };
        stretches = without(stretches, (at(start), at(end)));
    }
    stretches
}

/// Every slot that the demand of a day spans, with no minutes yet.
fn slots_of(first: WorkDate, last: WorkDate, demand: &[&DemandSet]) -> Vec<SlotUse> {
    let mut slots = Vec::new();
    for offset in 0..=first.days_until(last) {
        let date = first.plus_days(offset);
        let of_month = |set: &&&DemandSet| set.month.contains(date);
        let Some(set) = demand.iter().find(of_month) else {
            continue;
        };
        let length = i32::from(set.slot_minutes.max(1));
        let mut people: BTreeMap<DayMinute, (u32, u32)> = BTreeMap::new();
        for day in set.days.iter().filter(|day| day.date == date) {
            let pairs = day.minimum.iter().zip(&day.target);
            let mut start = day.start;
            for (&minimum, &target) in pairs {
                let sums = people.entry(start).or_default();
                sums.0 += u32::from(minimum);
                sums.1 += u32::from(target);
                start = DayMinute(start.0.saturating_add(length));
            }
        }
        slots.extend(
            people
                .into_iter()
                .map(|(start, (minimum, target))| SlotUse {
                    date,
                    start,
                    end: DayMinute(start.0.saturating_add(length)),
                    minimum,
                    target,
                    rostered_minutes: Minutes::ZERO,
                    on_post_minutes: Minutes::ZERO,
                    idle_minutes: Minutes::ZERO,
                    short_minutes: Minutes::ZERO,
                }),
        );
    }
    slots
}

/// `idle` shared by minutes on post: whole minutes, the largest remainders first.
fn shares<'a>(here: &BTreeMap<&'a StaffId, i64>, idle: i64) -> Vec<(&'a StaffId, i64)> {
    let on_post: i64 = here.values().sum();
    if idle == 0 || on_post == 0 {
        return Vec::new();
    }
    let mut shares: Vec<(&StaffId, i64, i64)> = here
        .iter()
        .map(|(staff, minutes)| {
            let product = minutes.saturating_mul(idle);
            (*staff, product / on_post, product % on_post)
        })
        .collect();
    let given: i64 = shares.iter().map(|(_, share, _)| share).sum();
    let rest = usize::try_from(idle - given).unwrap_or(0);
    let mut order: Vec<usize> = (0..shares.len()).collect();
    order.sort_by_key(|&n| std::cmp::Reverse(shares.get(n).map_or(0, |share| share.2)));
    for n in order.into_iter().take(rest) {
        if let Some(share) = shares.get_mut(n) {
            share.1 += 1;
        }
    }
    shares
        .into_iter()
        .map(|(staff, share, _)| (staff, share))
        .collect()
}
