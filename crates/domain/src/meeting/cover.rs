//! What a meeting takes from the desk while it lasts (S2, M11): whoever sits in it holds no post, and the calls go on.

use crate::event::{DayDemand, DemandSet, Shortfall, Tier};
use crate::ids::{SkillId, StaffId};
use crate::shift::Shift;
use crate::work_date::{DayMinute, WorkDate};
use std::collections::BTreeSet;

/// A meeting and who comes.
#[derive(Clone, Debug)]
pub struct Gathering {
    /// Its name.
    pub title: String,
    /// The day.
    pub date: WorkDate,
    /// From.
    pub start: DayMinute,
    /// Until.
    pub end: DayMinute,
    /// Who is expected.
    pub expected: BTreeSet<StaffId>,
}

/// Somebody's shift of the day, or of the day before when it reaches into it.
#[derive(Clone, Debug)]
pub struct Rostered<'a> {
    /// Who.
    pub staff: &'a StaffId,
    /// The day it begins on.
    pub date: WorkDate,
    /// As rostered.
    pub shift: &'a Shift,
    /// What the person serves.
    pub skills: &'a BTreeSet<SkillId>,
}

/// Slots that the meeting leaves with fewer people on post than they must have or want, counting for each skill
/// everybody who holds it; what they lack without the meeting is not told again.
pub fn shortfalls(
    meeting: &Gathering,
    rostered: &[Rostered<'_>],
    demand: &DemandSet,
) -> Vec<Shortfall> {
    let mut found = Vec::new();
    for day in demand.days.iter().filter(|day| day.date == meeting.date) {
        for (slot, minimum, target) in slots(day, demand.slot_minutes) {
            let (start, end) = (slot.0.max(meeting.start), slot.1.min(meeting.end));
            if start >= end {
                continue;
            }
            let serves = |person: &&Rostered<'_>| {
                person.skills.contains(&day.skill) && on_post(person, meeting.date, start, end)
            };
            let without = count(rostered.iter().filter(serves));
            let stay = |person: &&Rostered<'_>| !meeting.expected.contains(person.staff);
            let with = count(rostered.iter().filter(serves).filter(stay));
            let under = without.min(minimum).saturating_sub(with);
            let wanted = without.min(target).saturating_sub(with.max(minimum));
            let tiers = [(Tier::Minimum, under), (Tier::Target, wanted)];
            for (tier, missing) in tiers.into_iter().filter(|(_, missing)| *missing > 0) {
                found.push(Shortfall {
                    date: meeting.date,
                    start,
                    end,
                    skill: Some(day.skill.clone()),
                    what: None,
                    tier,
                    missing,
                    cause_zh: format!("「{}」期间与会人员不在岗", meeting.title),
                    cause_en: format!("those at “{}” are off their posts", meeting.title),
                    repairs_zh: vec!["留人值守,或另定会议时间".to_owned()],
                    repairs_en: vec![
                        "leave somebody on post, or hold it at another time".to_owned(),
                    ],
                });
            }
        }
    }
    found
}

/// A day's slots with their minimum and target.
fn slots(
    day: &DayDemand,
    slot_minutes: u16,
) -> impl Iterator<Item = ((DayMinute, DayMinute), u16, u16)> {
    let length = i32::from(slot_minutes);
    let starts = (0..).map(move |n: i32| day.start.0.saturating_add(n.saturating_mul(length)));
    let wanted = day.minimum.iter().zip(&day.target);
    wanted.zip(starts).map(move |((&minimum, &target), start)| {
        let slot = (DayMinute(start), DayMinute(start.saturating_add(length)));
        (slot, minimum, target)
    })
}

/// Whether the roster has the person on post, and at no meal, all of that time.
fn on_post(person: &Rostered<'_>, date: WorkDate, start: DayMinute, end: DayMinute) -> bool {
    let days = i32::try_from(person.date.days_until(date)).unwrap_or(0);
    let (start, end) = (start.0 + days * 1440, end.0 + days * 1440);
    let segments = &person.shift.segments;
    let there = segments
        .iter()
        .any(|s| s.start.0 <= start && end <= s.end.0);
    let at_meal = person.shift.meals.iter().any(|meal| {
        let back = i64::from(meal.start.0) + meal.minutes.0;
        meal.start.0 < end && i64::from(start) < back
    });
    there && !at_meal
}

fn count<T>(people: impl Iterator<Item = T>) -> u16 {
    u16::try_from(people.count()).unwrap_or(u16::MAX)
}
