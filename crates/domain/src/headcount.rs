//! How many people of which skill a month's demand asks for, against those employed (依據人員配置標準提出人員增減需求, M9).
//!
//! Demand is person-minutes on post. A post is filled by somebody of a standard contract, of whose minutes a part is
//! spent off post (meals, breaks) and a part absent (leave, training): what is left is on post. So a skill needs its
//! demand divided by what one post gives, rounded up, and never fewer people than its busiest slot asks for at once.
//! Against it stand the people employed, their contract minutes counted for the days employed and shared evenly among
//! the skills they hold, so that nobody counts twice.

use crate::event::{DemandSet, Skill};
use crate::ids::{SkillId, StaffId};
use crate::quantities::Minutes;
use crate::work_date::Month;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The staffing standard (人員配置標準): what one post gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeadcountPolicy {
    /// Contract minutes a week of one post.
    pub week_minutes: Minutes,
    /// Of them off post for meals and breaks, in percent.
    pub off_post_percent: u8,
    /// Of them absent for leave and training, in percent.
    pub absence_percent: u8,
}

/// Somebody employed in the month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Employed {
    /// Who.
    pub staff: StaffId,
    /// What they can serve on their last day employed in the month.
    pub skills: BTreeSet<SkillId>,
    /// Contract minutes of the days employed.
    pub contract_minutes: Minutes,
}

/// One skill's need.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkillNeed {
    /// Which.
    pub skill: SkillId,
    /// Its name.
    pub name: String,
    /// Person-minutes of the minimum.
    pub minimum_minutes: Minutes,
    /// Person-minutes of the target.
    pub target_minutes: Minutes,
    /// The most people at once that the minimum asks for.
    pub minimum_peak: u16,
    /// The most people at once that the target asks for.
    pub target_peak: u16,
    /// Posts for the minimum.
    pub minimum_posts: u32,
    /// Posts for the target.
    pub target_posts: u32,
    /// People employed who hold the skill.
    pub people: u32,
    /// Posts they fill, in hundredths, rounded down.
    pub posts_hundredths: i64,
    /// Whole posts to add so that the minimum is met.
    pub short: u32,
    /// Whole posts beyond the target.
    pub spare: u32,
}

/// A month's need.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Headcount {
    /// Which month.
    pub month: Month,
    /// The standard it was reckoned by.
    pub standard: HeadcountPolicy,
    /// Contract minutes of one post in the month.
    pub post_minutes: Minutes,
    /// Of them on post.
    pub on_post_minutes: Minutes,
    /// In the desk's order.
    pub skills: Vec<SkillNeed>,
}

/// The need of `demand`, by skill.
pub fn headcount(
    month: Month,
    demand: &DemandSet,
    skills: &[Skill],
    standard: HeadcountPolicy,
    employed: &[Employed],
) -> Headcount {
    let days = i64::try_from(month.days().count()).unwrap_or(i64::MAX);
    let post_minutes = Minutes(standard.week_minutes.0.saturating_mul(days) / 7);
    let off = i64::from(standard.off_post_percent) + i64::from(standard.absence_percent);
    let on_post_minutes = Minutes(post_minutes.0.saturating_mul((100 - off).max(0)) / 100);
    let slot = i64::from(demand.slot_minutes);
    let skills = skills
        .iter()
        .map(|skill| {
            let of_skill = || demand.days.iter().filter(|day| day.skill == skill.id);
            let minutes = |slots: &mut dyn Iterator<Item = u16>| {
                Minutes(slots.map(i64::from).sum::<i64>().saturating_mul(slot))
            };
            let minimum = || of_skill().flat_map(|day| day.minimum.iter().copied());
            let target = || of_skill().flat_map(|day| day.target.iter().copied());
            let (minimum_minutes, target_minutes) =
                (minutes(&mut minimum()), minutes(&mut target()));
            let minimum_peak = minimum().max().unwrap_or(0);
            let target_peak = target().max().unwrap_or(0);
            let minimum_posts = posts(minimum_minutes, minimum_peak, on_post_minutes);
            let target_posts = posts(target_minutes, target_peak, on_post_minutes);
            let held = || {
                employed
                    .iter()
                    .filter(|person| person.skills.contains(&skill.id))
            };
            let shared = |person: &Employed| {
                let among = i64::try_from(person.skills.len()).unwrap_or(i64::MAX);
                person.contract_minutes.0.saturating_mul(100) / among.max(1)
            };
            let posts_hundredths = held().map(shared).sum::<i64>() / post_minutes.0.max(1);
            let filled = u32::try_from(posts_hundredths / 100).unwrap_or(0);
            SkillNeed {
                skill: skill.id.clone(),
                name: skill.name.clone(),
                minimum_minutes,
                target_minutes,
                minimum_peak,
                target_peak,
                minimum_posts,
                target_posts,
                people: u32::try_from(held().count()).unwrap_or(u32::MAX),
                posts_hundredths,
                short: minimum_posts.saturating_sub(filled),
                spare: filled.saturating_sub(target_posts),
            }
        })
        .collect();
    Headcount {
        month,
        standard,
        post_minutes,
        on_post_minutes,
        skills,
    }
}

fn posts(wanted: Minutes, peak: u16, on_post: Minutes) -> u32 {
    let each = on_post.0.max(1);
    let by_minutes = wanted.0.saturating_add(each - 1) / each;
    u32::try_from(by_minutes)
        .unwrap_or(u32::MAX)
        .max(u32::from(peak))
}
