//! T14 同时用餐电话无人接听: a call goes unanswered while nobody is on post and somebody on duty is at meal.

use super::{CallFact, Desk, Incident, ProposedPenalty};
use crate::ids::{RuleId, StaffId};
use crate::moment::{PersonAt, Post, desk_at};
use crate::work_date::WorkDate;
use std::collections::BTreeSet;

pub(super) fn propose(desk: &Desk<'_>, proposed: &mut Vec<ProposedPenalty>) {
    let mut calls: Vec<&CallFact> = desk
        .month
        .calls
        .iter()
        .filter(|call| call.answered_by.is_none())
        .collect();
    calls.sort_by_key(|call| (call.at, call.event));

    // At most once a person a day: the first call of the day counts.
    let mut seen: BTreeSet<(StaffId, WorkDate)> = BTreeSet::new();
    for call in calls {
        let month = desk.month;
        let records = month.days.iter().chain(&month.guests);
        let people = desk_at(call.at, month.zone, &month.desk, records);
        if people.iter().any(|person| person.post == Post::OnPost) {
            continue;
        }
        let own = |person: &&PersonAt| desk.day(&person.staff, person.date).is_some();
        let at_meal_now = people.iter().filter(|p| p.post == Post::AtMeal);
        for person in at_meal_now.filter(own) {
            let Some(policy) = desk.policy_on(person.date) else {
                continue;
            };
            if seen.insert((person.staff.clone(), person.date)) {
                proposed.extend(desk.penalty(at_meal(desk, call, person), policy));
            }
        }
    }
}

fn at_meal<'a>(desk: &Desk<'_>, call: &CallFact, person: &'a PersonAt) -> Incident<'a> {
    let clock = desk.month.zone.civil(call.at).format("%H:%M");
    let date = person.date;
    Incident {
        rule: RuleId::T14,
        amount: None,
        staff: &person.staff,
        work_date: date,
        subject: date.to_string(),
        subject_zh: format!("{date} {clock} 同时用餐无人在岗,来电无人接听"),
        subject_en: format!("{date} {clock}: a call went unanswered, everybody on duty at meal"),
        evidence: person.events.iter().copied().chain([call.event]).collect(),
        roster: desk
            .day(&person.staff, date)
            .and_then(|day| day.roster.clone()),
        quantity: 1,
    }
}
