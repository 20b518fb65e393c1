//! The desk at a moment: who is on post, at meal, away, missing, expected; and what the demand asks for (M1).

use super::View;
use super::lanes::MyLane;
use super::phone::CallRow;
use super::post::HandoverPending;
use crate::error::Result;
use crate::facts::policy_on;
use crate::post::OutingRow;
use crate::states::AlertRow;
use chrono::{DateTime, Duration, Utc};
use domain::day::{MealRecord, SegmentRecord};
use domain::ids::{DeskId, SkillId};
use domain::moment::{PersonAt, Post, desk_at};
use domain::quantities::Minutes;
use domain::work_date::{DayMinute, WorkDate};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Unanswered calls of this long before the moment are shown.
const CALLS_SHOWN: Duration = Duration::minutes(60);

/// One person on the board.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BoardPerson {
    /// Where, since when, and what tells.
    #[serde(flatten)]
    pub at: PersonAt,
    /// 姓名
    pub name: String,
    /// 岗位
    pub position: String,
    /// What the person can serve that day.
    pub skills: BTreeSet<SkillId>,
    /// Of those, what is served in another role's stead on this shift (P3).
    pub covers: BTreeSet<SkillId>,
    /// The shift's segments, planned and done.
    pub segments: Vec<SegmentRecord>,
    /// Its meals, planned and taken.
    pub meals: Vec<MealRecord>,
    /// Late by, today.
    pub late_minutes: Minutes,
    /// What the messenger last said that day; none: nothing.
    pub online: Option<bool>,
    /// The lane the plan has the person at, at the moment (M4).
    pub lane: Option<MyLane>,
    /// The desk that lends the person (D2); none: one of the desk's own.
    pub lent_from: Option<DeskId>,
}

/// Demand against people for one skill, in the slot of the moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DemandSlot {
    /// Which skill.
    pub skill: SkillId,
    /// Its name.
    pub skill_name: String,
    /// The slot, from.
    pub start: DayMinute,
    /// Until.
    pub end: DayMinute,
    /// People that must be there.
    pub minimum: u16,
    /// People wished for.
    pub target: u16,
    /// People on post who can serve it; somebody of several skills counts in each.
    pub on_post: u16,
    /// People at meal who can serve it.
    pub at_meal: u16,
}

/// A desk at a moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeskBoard {
    /// Which desk.
    pub desk: DeskId,
    /// Its name.
    pub desk_name: String,
    /// The moment.
    pub at: DateTime<Utc>,
    /// The site's date at the moment.
    pub date: WorkDate,
    /// The site's clock at the moment.
    pub minute: DayMinute,
    /// Everybody rostered around the moment, by number.
    pub people: Vec<BoardPerson>,
    /// How many are where.
    pub counts: BTreeMap<Post, u16>,
    /// By skill, in the desk's order; empty where no demand covers the moment.
    pub demand: Vec<DemandSlot>,
    /// Calls of the last hour that nobody answered.
    pub calls_unanswered: Vec<CallRow>,
    /// Alerts that stood at the moment (D8), oldest first.
    pub alerts: Vec<AlertRow>,
    /// Shifts that end and whose post nobody has taken over (P5).
    pub handovers_pending: Vec<HandoverPending>,
    /// Who is at registered work outside (D9).
    pub outside: Vec<OutingRow>,
}

impl View<'_> {
    /// A desk at a moment, past or present, from what is known of it now; none: no such desk.
    pub fn desk_board(&self, desk: &DeskId, at: DateTime<Utc>) -> Result<Option<DeskBoard>> {
        let Some(row) = self.facts.desk(desk)? else {
            return Ok(None);
        };
        let date = row.zone.date(at);
        let mut records = self.day_records(desk, date.plus_days(-1), date)?;
        records.extend(self.facts.guest_records(desk, date.plus_days(-1), date)?);
        let plans = [
            self.lane_plan(desk, date.plus_days(-1))?,
            self.lane_plan(desk, date)?,
        ];
        let mut people = Vec::new();
        for person_at in desk_at(at, row.zone, desk, &records) {
            let record = records
                .iter()
                .find(|r| r.staff == person_at.staff && r.date == person_at.date);
            let person = self.facts.staff(&person_at.staff)?;
            let loans = self.facts.loans_on(&person_at.staff, person_at.date)?;
            let lent_here = loans.into_iter().find(|loan| loan.to == *desk);
            let lent_from = lent_here.as_ref().map(|loan| loan.from.clone());
            let skills = match (lent_here, &person) {
                (Some(loan), _) => loan.skills,
                (None, Some(person)) => person.skills_on(person_at.date),
                (None, None) => BTreeSet::new(),
            };
            let policy = policy_on(&row, person_at.date);
            let covers: BTreeSet<SkillId> = match (policy, &person_at.shift) {
                (Some(policy), Some(shift)) => policy.cover(shift, &skills).cloned().collect(),
                _ => BTreeSet::new(),
            };
            let since = row.zone.instant(person_at.date, DayMinute(0));
            let reports =
                self.facts
                    .presence(&person_at.staff, since, at + Duration::microseconds(1))?;
            let here = row.zone.day_minute(at, person_at.date);
            let lane = plans
                .iter()
                .flatten()
                .filter(|plan| plan.date == person_at.date)
                .flat_map(|plan| plan.of(&person_at.staff))
                .find(|lane| lane.start <= here && here < lane.end);
            people.push(BoardPerson {
                lane,
                lent_from,
                name: self.name(&person_at.staff)?,
                position: person
                    .as_ref()
                    .map(|p| p.position.clone())
                    .unwrap_or_default(),
                skills: skills.union(&covers).cloned().collect(),
                covers,
                segments: record.map(|r| r.segments.clone()).unwrap_or_default(),
                meals: record.map(|r| r.meals.clone()).unwrap_or_default(),
                late_minutes: record.map_or(Minutes::ZERO, |r| r.late_minutes),
                online: reports.last().map(|&(_, _, online)| online),
                at: person_at,
            });
        }
        let mut counts: BTreeMap<Post, u16> = BTreeMap::new();
        for person in &people {
            *counts.entry(person.at.post).or_default() += 1;
        }
        let minute = row.zone.day_minute(at, date);
        let mut demand = Vec::new();
        if let Some(set) = self.facts.demand(desk, date.month())? {
            for skill in &row.skills {
                let day = set
                    .days
                    .iter()
                    .find(|day| day.date == date && day.skill == skill.id);
                let slot = i32::from(set.slot_minutes.max(1));
                let Some(day) = day else { continue };
                let Ok(index) = usize::try_from((minute.0 - day.start.0).div_euclid(slot)) else {
                    continue;
                };
                let (Some(&minimum), Some(&target)) =
                    (day.minimum.get(index), day.target.get(index))
                else {
                    continue;
                };
                let start = day.start.0 + slot * i32::try_from(index).unwrap_or(0);
                let count = |post: Post| {
                    let serving = people
                        .iter()
                        .filter(|p| p.at.post == post && p.skills.contains(&skill.id));
                    u16::try_from(serving.count()).unwrap_or(u16::MAX)
                };
                demand.push(DemandSlot {
                    skill: skill.id.clone(),
                    skill_name: skill.name.clone(),
                    start: DayMinute(start),
                    end: DayMinute(start + slot),
                    minimum,
                    target,
                    on_post: count(Post::OnPost),
                    at_meal: count(Post::AtMeal),
                });
            }
        }
        Ok(Some(DeskBoard {
            desk: desk.clone(),
            desk_name: row.name.clone(),
            at,
            date,
            minute,
            people,
            counts,
            demand,
            calls_unanswered: self.calls_unanswered(desk, at - CALLS_SHOWN, at)?,
            alerts: self.alerts_at(desk, at)?,
            handovers_pending: self.handovers_pending(desk, at)?,
            outside: self.outside_at(desk, at)?,
        }))
    }
}
