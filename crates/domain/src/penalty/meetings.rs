//! Missing from a meeting (S2) or briefing (D4, M11) without a written statement beforehand.

use super::{Desk, Incident, MeetingAbsence, MeetingFact, ProposedPenalty};
use crate::day::{DayRecord, DayStatus, LeaveFact, RequestStatus};
use crate::event::MeetingKind;
use crate::ids::{EventId, RuleId};
use crate::policy::Policy;
use std::collections::BTreeSet;

pub(super) fn propose(desk: &Desk<'_>, proposed: &mut Vec<ProposedPenalty>) {
    for meeting in &desk.month.meetings {
        let Some(policy) = desk.policy_on(meeting.date) else {
            continue;
        };
        for absence in &meeting.absent {
            if excused(desk, meeting, absence, policy) {
                continue;
            }
            let day = desk.day(&absence.staff, meeting.date);
            let missing = missing(meeting, absence, day);
            proposed.extend(desk.penalty(missing, policy));
        }
    }
}

/// A statement filed before it began, leave that covers it, or an absence from the shift itself, which counts as one
/// incident with the meeting in it. Leave in time that nobody has decided yet lets the matter wait.
fn excused(
    desk: &Desk<'_>,
    meeting: &MeetingFact,
    absence: &MeetingAbsence,
    policy: &Policy,
) -> bool {
    let starts = desk.month.zone.instant(meeting.date, meeting.start);
    let stated = absence.statement.is_some_and(|(_, at)| at < starts);
    let on_leave = |leave: &LeaveFact| {
        let decided_well = matches!(
            leave.status,
            RequestStatus::Approved | RequestStatus::Pending
        );
        let in_time = leave.emergency || leave.filed_at < starts;
        let covers = leave.span.covers(meeting.date)
            && leave
                .span
                .window
                .is_none_or(|(from, until)| from <= meeting.start && meeting.start < until);
        decided_well && in_time && covers
    };
    stated
        || absence.leaves.iter().any(on_leave)
        || desk
            .day(&absence.staff, meeting.date)
            .is_some_and(|day| absent_from_shift(day, meeting, policy))
}

fn absent_from_shift(day: &DayRecord, meeting: &MeetingFact, policy: &Policy) -> bool {
    let absence_judged = [RuleId::T9, RuleId::T12]
        .iter()
        .any(|&rule| policy.sanction.amount(rule).is_some());
    let inside = day.segments.iter().any(|segment| {
        let overlaps = segment.planned.start < meeting.end && meeting.start < segment.planned.end;
        let missing = !segment.absent_minutes.is_zero() || day.status == DayStatus::AbsencePending;
        overlaps && missing
    });
    absence_judged && inside
}

fn missing<'a>(
    meeting: &'a MeetingFact,
    absence: &'a MeetingAbsence,
    day: Option<&DayRecord>,
) -> Incident<'a> {
    let mut evidence: BTreeSet<EventId> = meeting.events.iter().copied().collect();
    evidence.extend(absence.statement.map(|(event, _)| event));
    evidence.extend(absence.leaves.iter().flat_map(|leave| leave.events.iter()));
    let (date, start, title) = (meeting.date, meeting.start, &meeting.title);
    Incident {
        rule: match meeting.kind {
            MeetingKind::Meeting => RuleId::S2,
            MeetingKind::Briefing => RuleId::D4,
        },
        amount: None,
        staff: &absence.staff,
        work_date: date,
        subject: meeting.meeting.to_string(),
        subject_zh: format!("{date} {start} 未参加{title},会前未书面说明"),
        subject_en: format!(
            "{date}: missing from {title} at {start} without a statement beforehand"
        ),
        evidence,
        roster: day.and_then(|day| day.roster.clone()),
        quantity: 1,
    }
}
