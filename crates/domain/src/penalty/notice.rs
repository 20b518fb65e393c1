//! After so many confirmed breaches a notice to the administration (D6 累计达五次;行政部通知…): derived like a penalty,
//! so that it goes when the breaches do.

use crate::ids::{DeskId, EventId, NoticeId, RuleId, SanctionId, StaffId};
use crate::policy::{CountingPeriod, PolicyDocument};
use crate::work_date::{Month, WorkDate};
use chrono::Datelike;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// An approved penalty that stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmed {
    /// Which.
    pub sanction: SanctionId,
    /// Against whom.
    pub staff: StaffId,
    /// By which rule, as cited.
    pub rule: RuleId,
    /// The day it is about.
    pub work_date: WorkDate,
    /// The approval.
    pub event: EventId,
}

/// A notice to the administration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// The same for the same person and time, however many breaches come on top.
    pub id: NoticeId,
    /// About whom.
    pub staff: StaffId,
    /// At which desk.
    pub desk: DeskId,
    /// Over which time, such as `2026`, `2026-Q4` or `2026-12`.
    pub period: String,
    /// The first month of it: whose stream keeps what HR notes.
    pub from: Month,
    /// Confirmed breaches so far.
    pub count: usize,
    /// So many raise the notice.
    pub confirmed_min: u16,
    /// The breach that raised it was on this day.
    pub work_date: WorkDate,
    /// The penalties that count, by day.
    pub sanctions: Vec<SanctionId>,
    /// Their approvals.
    pub evidence: Vec<EventId>,
}

/// Breaches by person and period (its words, its first month), each with how many raise a notice.
type Counted<'a> = BTreeMap<(&'a StaffId, String, Month), Vec<(&'a Confirmed, u16)>>;

/// The notices that confirmed penalties of a desk come to, by day and person; each person and time at most once.
pub fn notices(desk: &DeskId, confirmed: &[Confirmed], document: &PolicyDocument) -> Vec<Notice> {
    let mut counted: Counted<'_> = BTreeMap::new();
    for breach in confirmed {
        let escalation = document
            .on(breach.work_date)
            .and_then(|policy| policy.sanction.escalation.as_ref());
        let Some(escalation) = escalation.filter(|e| e.rules.contains(&breach.rule)) else {
            continue;
        };
        let (period, from) = period_of(breach.work_date, escalation.period);
        counted
            .entry((&breach.staff, period, from))
            .or_default()
            .push((breach, escalation.confirmed));
    }
    let mut notices: Vec<Notice> = counted
        .into_iter()
        .filter_map(|((staff, period, from), mut breaches)| {
            breaches.sort_by_key(|(breach, _)| (breach.work_date, breach.sanction.clone()));
            let raised_by = breaches
                .iter()
                .enumerate()
                .find(|(index, (_, wanted))| index + 1 >= usize::from(*wanted));
            let (_, &(raising, confirmed_min)) = raised_by?;
            Some(Notice {
                id: notice_id(desk, staff, &period),
                staff: staff.clone(),
                desk: desk.clone(),
                period,
                from,
                count: breaches.len(),
                confirmed_min,
                work_date: raising.work_date,
                sanctions: breaches.iter().map(|(b, _)| b.sanction.clone()).collect(),
                evidence: breaches.iter().map(|(b, _)| b.event).collect(),
            })
        })
        .collect();
    notices.sort_by(|a, b| (a.work_date, &a.staff).cmp(&(b.work_date, &b.staff)));
    notices
}

/// The period that holds `date`, in words, and its first month.
fn period_of(date: WorkDate, period: CountingPeriod) -> (String, Month) {
    let year = date.0.year();
    let quarter = date.0.month0() / 3;
    let (words, first) = match period {
        CountingPeriod::Month => (date.month().to_string(), date.0.month()),
        CountingPeriod::Quarter => (format!("{year:04}-Q{}", quarter + 1), quarter * 3 + 1),
        CountingPeriod::Year => (format!("{year:04}"), 1),
    };
    (words, Month::new(year, first).unwrap_or(date.month()))
}

fn notice_id(desk: &DeskId, staff: &StaffId, period: &str) -> NoticeId {
    let mut hash = Sha256::new();
    for part in [desk.as_str(), staff.as_str(), period] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    let hex: String = hash
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    NoticeId::new(format!("notice-{hex}"))
}
