//! Complaints: unanswered calls (T11) and discourtesy (T15).

use super::{CallFact, ComplaintFact, Desk, Incident, ProposedPenalty};
use crate::event::ComplaintAbout;
use crate::ids::{EventId, RuleId, StaffId};
use crate::policy::Counting;
use crate::work_date::WorkDate;
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn propose(desk: &Desk<'_>, proposed: &mut Vec<ProposedPenalty>) {
    unanswered_calls(desk, proposed);
    discourtesy(desk, proposed);
}

/// Whose a complaint is: as found, else as named, else whom the call was routed to; else nobody's until the lead decides.
fn whose<'a>(complaint: &'a ComplaintFact, call: Option<&'a CallFact>) -> Option<&'a StaffId> {
    complaint
        .verification
        .as_ref()
        .map(|found| &found.staff)
        .or(complaint.staff.as_ref())
        .or_else(|| call.and_then(|call| call.routed_to.as_ref()))
}

struct Counted<'a> {
    complaint: &'a ComplaintFact,
    call: &'a CallFact,
    date: WorkDate,
}

/// T11 电话响起超过五声未接,投诉3次以上,查明属实: enough complaints of the month about one person's unanswered calls,
/// none of them dismissed, and at least one of those counted found true.
fn unanswered_calls(desk: &Desk<'_>, proposed: &mut Vec<ProposedPenalty>) {
    let mut by_person: BTreeMap<&StaffId, Vec<Counted<'_>>> = BTreeMap::new();
    for complaint in &desk.month.complaints {
        let ComplaintAbout::UnansweredCall { call } = &complaint.about else {
            continue;
        };
        let date = desk.month.zone.date(complaint.happened_at);
        let (Some(policy), Some(call)) = (
            desk.policy_on(date),
            desk.month.calls.iter().find(|known| known.call == *call),
        ) else {
            continue;
        };
        let unanswered = call.answered_by.is_none() && call.rings > policy.phone.rings_max;
        let dismissed = complaint.verification.as_ref().is_some_and(|v| !v.upheld);
        if unanswered
            && !dismissed
            && let Some(staff) = whose(complaint, Some(call))
        {
            by_person.entry(staff).or_default().push(Counted {
                complaint,
                call,
                date,
            });
        }
    }
    for (staff, mut counted) in by_person {
        counted.sort_by_key(|c| (c.complaint.happened_at, c.complaint.complaint));
        let Some(policy) = counted.last().and_then(|last| desk.policy_on(last.date)) else {
            continue;
        };
        let size = usize::from(policy.phone.complaints.max(1));
        let groups: Vec<&[Counted<'_>]> = match policy.phone.counting {
            Counting::Per => counted.chunks_exact(size).collect(),
            Counting::Once if counted.len() >= size => vec![&counted],
            Counting::Once => Vec::new(),
        };
        for (index, group) in groups.into_iter().enumerate() {
            proposed.extend(
                unanswered(desk, staff, index + 1, size, group)
                    .and_then(|incident| desk.penalty(incident, policy)),
            );
        }
    }
}

/// The incident of one group; none while nobody has found any of it true. It rests on the complaints that reach the
/// count and the first that was found true, so that further complaints do not make it another incident.
fn unanswered<'a>(
    desk: &Desk<'_>,
    staff: &'a StaffId,
    number: usize,
    size: usize,
    group: &[Counted<'_>],
) -> Option<Incident<'a>> {
    let upheld = group
        .iter()
        .filter_map(|c| Some((c, c.complaint.verification.as_ref()?)))
        .filter(|(_, found)| found.upheld)
        .min_by_key(|(_, found)| (found.at, found.event))?;
    let reaching = group.get(..size)?;
    let mut evidence: BTreeSet<EventId> = reaching
        .iter()
        .flat_map(|c| [c.complaint.event, c.call.event])
        .collect();
    evidence.extend([
        upheld.0.complaint.event,
        upheld.0.call.event,
        upheld.1.event,
    ]);
    let date = reaching.last()?.date;
    Some(Incident {
        rule: RuleId::T11,
        amount: None,
        staff,
        work_date: date,
        subject: format!("{}#{number}", desk.month.month),
        subject_zh: format!(
            "{} 电话未接被投诉{}次,已查实",
            desk.month.month,
            group.len()
        ),
        subject_en: format!(
            "{}: {} complaints about unanswered calls, found true",
            desk.month.month,
            group.len()
        ),
        evidence,
        roster: desk.day(staff, date).and_then(|day| day.roster.clone()),
        quantity: i64::try_from(group.len()).unwrap_or(i64::MAX),
    })
}

/// T15 因服务态度接受顾客投诉: each complaint about manners that was found true.
fn discourtesy(desk: &Desk<'_>, proposed: &mut Vec<ProposedPenalty>) {
    for complaint in &desk.month.complaints {
        let (ComplaintAbout::Discourtesy, Some(found)) =
            (&complaint.about, complaint.verification.as_ref())
        else {
            continue;
        };
        let date = desk.month.zone.date(complaint.happened_at);
        let Some(policy) = desk.policy_on(date).filter(|_| found.upheld) else {
            continue;
        };
        let incident = discourteous(desk, complaint, &found.staff, found.event, date);
        proposed.extend(desk.penalty(incident, policy));
    }
}

fn discourteous<'a>(
    desk: &Desk<'_>,
    complaint: &ComplaintFact,
    staff: &'a StaffId,
    verification: EventId,
    date: WorkDate,
) -> Incident<'a> {
    Incident {
        rule: RuleId::T15,
        amount: None,
        staff,
        work_date: date,
        subject: complaint.complaint.to_string(),
        subject_zh: format!("{date} 服务态度被投诉,已查实"),
        subject_en: format!("{date}: complaint about discourtesy, found true"),
        evidence: [complaint.event, verification].into_iter().collect(),
        roster: desk.day(staff, date).and_then(|day| day.roster.clone()),
        quantity: 1,
    }
}
