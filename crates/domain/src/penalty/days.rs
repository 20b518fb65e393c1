//! What a day's record shows by itself: unarranged swaps (T9), absence (T12), missed punches (T8), long meals (T13),
//! a missed arrival lead (P4), a post left unrelieved (P5), off the post without registered work outside (D9); lateness
//! stands in its own file.

use super::{Desk, Incident, ProposedPenalty, lateness};
use crate::day::{DayRecord, EdgeState, SegmentRecord};
use crate::event::Side;
use crate::ids::RuleId;
use crate::policy::Policy;
use std::collections::BTreeSet;

pub(super) fn propose(desk: &Desk<'_>, proposed: &mut Vec<ProposedPenalty>) {
    for day in &desk.month.days {
        let Some(policy) = desk.policy_on(day.date) else {
            continue;
        };
        let mut found: Vec<Incident<'_>> = unarranged_swap(day)
            .into_iter()
            .chain(absence(day))
            .chain(missed_punches(day))
            .chain(lateness::incidents(day, policy))
            .filter(|found| found.amount.is_some() || policy.sanction.amount(found.rule).is_some())
            .collect();
        keep_first_that_applies(&mut found, policy);
        proposed.extend(found.into_iter().filter_map(|i| desk.penalty(i, policy)));
        proposed.extend(long_meals(day, policy).filter_map(|i| desk.penalty(i, policy)));
        let of_the_post = lead_missed(day, policy)
            .into_iter()
            .chain(left_unrelieved(day))
            .chain(off_post(day));
        proposed.extend(of_the_post.filter_map(|i| desk.penalty(i, policy)));
    }
}

/// One incident, one penalty: of the rules in the policy's precedence, only the first that applies to the day stays.
fn keep_first_that_applies(found: &mut Vec<Incident<'_>>, policy: &Policy) {
    let precedence = &policy.sanction.precedence;
    let first = precedence
        .iter()
        .find(|&&rule| found.iter().any(|incident| incident.rule == rule));
    if let Some(&first) = first {
        found.retain(|incident| incident.rule == first || !precedence.contains(&incident.rule));
    }
}

pub(super) fn incident(day: &DayRecord, rule: RuleId, subject: String) -> Incident<'_> {
    Incident {
        rule,
        amount: None,
        staff: &day.staff,
        work_date: day.date,
        subject,
        subject_zh: String::new(),
        subject_en: String::new(),
        evidence: day.roster_event.into_iter().collect(),
        roster: day.roster.clone(),
        quantity: 1,
    }
}

pub(super) fn shift_code(day: &DayRecord) -> &str {
    day.shift.as_ref().map_or("", |code| code.as_str())
}

/// T9 有如私自离岗未做好调班: absent, and the shift was given away without approval.
fn unarranged_swap(day: &DayRecord) -> Option<Incident<'_>> {
    if day.absent_minutes.is_zero() || day.swap_evidence.is_empty() {
        return None;
    }
    let mut found = incident(day, RuleId::T9, day.date.to_string());
    found.evidence.extend(&day.swap_evidence);
    found.quantity = day.absent_minutes.0;
    found.subject_zh = format!(
        "{} {}班未到岗,调班未经批准,缺勤{}分钟",
        day.date,
        shift_code(day),
        day.absent_minutes
    );
    found.subject_en = format!(
        "{}: absent {} min from shift {} on a swap that was not approved",
        day.date,
        day.absent_minutes,
        shift_code(day)
    );
    Some(found)
}

/// T12 旷工: absent with no approved leave. Once a work date, however many segments were missed.
fn absence(day: &DayRecord) -> Option<Incident<'_>> {
    if day.absent_minutes.is_zero() {
        return None;
    }
    let mut found = incident(day, RuleId::T12, day.date.to_string());
    found.evidence.extend(&day.absence_evidence);
    found.quantity = day.absent_minutes.0;
    found.subject_zh = format!(
        "{} {}班旷工{}分钟,无已批准的请假",
        day.date,
        shift_code(day),
        day.absent_minutes
    );
    found.subject_en = format!(
        "{}: absent {} min from shift {} without approved leave",
        day.date,
        day.absent_minutes,
        shift_code(day)
    );
    Some(found)
}

/// T8 忘记打卡未填写补卡申请表: each punch that was missed and never made good.
fn missed_punches(day: &DayRecord) -> impl Iterator<Item = Incident<'_>> {
    day.segments
        .iter()
        .enumerate()
        .flat_map(move |(index, segment)| {
            [Side::In, Side::Out]
                .into_iter()
                .filter_map(move |side| missed_punch(day, index, segment, side))
        })
}

fn missed_punch<'a>(
    day: &'a DayRecord,
    index: usize,
    segment: &SegmentRecord,
    side: Side,
) -> Option<Incident<'a>> {
    let (edge, other, planned, zh, en) = match side {
        Side::In => (
            &segment.arrival,
            &segment.departure,
            segment.planned.start,
            "上班",
            "in",
        ),
        Side::Out => (
            &segment.departure,
            &segment.arrival,
            segment.planned.end,
            "下班",
            "out",
        ),
    };
    if !matches!(edge, EdgeState::Missed { .. }) {
        return None;
    }
    let mut found = incident(day, RuleId::T8, format!("{}/{index}/{en}", day.date));
    found.evidence.extend(edge.events());
    found.evidence.extend(other.events());
    found.subject_zh = format!("{} {planned} {zh}未打卡,期限内无已批准的补卡", day.date);
    found.subject_en = format!(
        "{}: no {en}-punch at {planned}, and no approved correction in time",
        day.date
    );
    Some(found)
}

/// T13 用餐时间不可超过35分钟.
fn long_meals<'a>(
    day: &'a DayRecord,
    policy: &'a Policy,
) -> impl Iterator<Item = Incident<'a>> + use<'a> {
    day.meals
        .iter()
        .filter(|meal| !meal.over_minutes.is_zero())
        .filter_map(move |meal| {
            let taken = meal.taken_minutes?;
            let evidence: BTreeSet<_> = meal.events.iter().copied().collect();
            let mut found = incident(day, RuleId::T13, day.date.to_string());
            found.evidence = evidence;
            found.quantity = meal.over_minutes.0;
            found.subject_zh = format!(
                "{} 用餐{taken}分钟,超过{}分钟上限{}分钟",
                day.date, policy.meal.minutes_max, meal.over_minutes
            );
            found.subject_en = format!(
                "{}: meal of {taken} min, {} over the limit of {}",
                day.date, meal.over_minutes, policy.meal.minutes_max
            );
            Some(found)
        })
}

/// P4 值班人员应提前15分钟到岗.
fn lead_missed<'a>(day: &'a DayRecord, policy: &Policy) -> Option<Incident<'a>> {
    if day.lead_missed_minutes.is_zero() {
        return None;
    }
    let (lead, missed) = (policy.punch.arrival_lead_minutes, day.lead_missed_minutes);
    let mut found = incident(day, RuleId::P4, day.date.to_string());
    let arrival = day.segments.first().map(|segment| &segment.arrival);
    found
        .evidence
        .extend(arrival.into_iter().flat_map(EdgeState::events));
    found.quantity = missed.0;
    found.subject_zh = format!("{} 应提前{lead}分钟到岗,少了{missed}分钟", day.date);
    found.subject_en = format!(
        "{}: to be there {lead} min before the shift, {missed} min of it missed",
        day.date
    );
    Some(found)
}

/// P5 当值人员应坚守岗位,待接班人员到达并办理交接手续后方可离开.
fn left_unrelieved(day: &DayRecord) -> Option<Incident<'_>> {
    if day.post.left_unrelieved.is_empty() {
        return None;
    }
    let mut found = incident(day, RuleId::P5, day.date.to_string());
    found.evidence.extend(&day.post.left_unrelieved);
    found.subject_zh = format!("{} {}班未办理交接即离岗", day.date, shift_code(day));
    found.subject_en = format!(
        "{}: left shift {} before the post was taken over",
        day.date,
        shift_code(day)
    );
    Some(found)
}

/// D9 做好外出登记,接受查证,无私自行动: once for each time seen.
fn off_post(day: &DayRecord) -> impl Iterator<Item = Incident<'_>> {
    day.post.off_post.iter().map(move |&event| {
        let mut found = incident(day, RuleId::D9, day.date.to_string());
        found.evidence = BTreeSet::from([event]);
        found.subject_zh = format!("{} 离岗,无外出登记可证", day.date);
        found.subject_en = format!(
            "{}: off the post, with no registered work outside to show for it",
            day.date
        );
        found
    })
}
