//! Penalties derived from a desk's month: never stored, always proposed afresh, and tied to people's decisions by an id
//! that is a hash of what they are about (T16).

mod breaches;
mod complaints;
mod days;
mod full_attendance;
mod lateness;
mod meetings;
pub mod notice;
mod phone;
mod presence;

use crate::day::{DayRecord, LeaveFact, RosterVersion};
use crate::event::{Complainant, ComplaintAbout, MeetingKind};
use crate::ids::{
    BreachId, CallId, ComplaintId, DeskId, EventId, MeetingId, PolicyVersionId, RuleId, SanctionId,
    StaffId,
};
use crate::policy::{AmountRange, Policy, PolicyDocument, SanctionMode};
use crate::quantities::Fen;
use crate::work_date::{DayMinute, Month, WorkDate, Zone};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

/// A call that rang at the desk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallFact {
    /// Its event.
    pub event: EventId,
    /// The phone system's name for it.
    pub call: CallId,
    /// When it began to ring.
    pub at: DateTime<Utc>,
    /// Rings before it was answered or given up.
    pub rings: u16,
    /// Who answered; nobody: unanswered.
    pub answered_by: Option<StaffId>,
    /// Whom it was routed to; nobody: the desk.
    pub routed_to: Option<StaffId>,
}

/// What was found about a complaint (查明情况).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerificationFact {
    /// Its event.
    pub event: EventId,
    /// Whose it is.
    pub staff: StaffId,
    /// Whether it is true.
    pub upheld: bool,
    /// When.
    pub at: DateTime<Utc>,
}

/// A complaint; it counts in the month in which it happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComplaintFact {
    /// Its event.
    pub event: EventId,
    /// Its id.
    pub complaint: ComplaintId,
    /// About what.
    pub about: ComplaintAbout,
    /// About whom, if somebody was named.
    pub staff: Option<StaffId>,
    /// Who complained.
    pub complainant: Complainant,
    /// When it happened.
    pub happened_at: DateTime<Utc>,
    /// What was found, the latest; none: not looked into yet.
    pub verification: Option<VerificationFact>,
}

/// The messenger said somebody came online or went offline (T10).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PresenceFact {
    /// Its event.
    pub event: EventId,
    /// Who.
    pub staff: StaffId,
    /// When.
    pub at: DateTime<Utc>,
    /// Which way.
    pub online: bool,
}

/// The lead accepted a reason for being offline (T10).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExcuseFact {
    /// Its event.
    pub event: EventId,
    /// Who was offline.
    pub staff: StaffId,
    /// The excused time, from.
    pub from: DateTime<Utc>,
    /// Until.
    pub until: DateTime<Utc>,
}

/// Somebody who was expected at a meeting and was not there (S2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeetingAbsence {
    /// Who.
    pub staff: StaffId,
    /// The written statement, if there is one: its event and when it was filed.
    pub statement: Option<(EventId, DateTime<Utc>)>,
    /// Leave requests that touch the day.
    pub leaves: Vec<LeaveFact>,
}

/// A meeting whose attendance was taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeetingFact {
    /// Its id.
    pub meeting: MeetingId,
    /// Its events: the calling and the attendance that holds.
    pub events: Vec<EventId>,
    /// What kind.
    pub kind: MeetingKind,
    /// Its name.
    pub title: String,
    /// Which day.
    pub date: WorkDate,
    /// From.
    pub start: DayMinute,
    /// Until.
    pub end: DayMinute,
    /// Who was missing.
    pub absent: Vec<MeetingAbsence>,
}

/// A breach that a lead recorded and that stands (D3, D6, D7).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BreachFact {
    /// Its id.
    pub breach: BreachId,
    /// The recording, and what it rests on.
    pub events: Vec<EventId>,
    /// Of which rule.
    pub rule: RuleId,
    /// By whom.
    pub staff: StaffId,
    /// On which day.
    pub work_date: WorkDate,
    /// What happened.
    pub subject: String,
}

/// All that penalties of a desk's month rest on. Order within the lists does not matter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeskMonth {
    /// Which desk.
    pub desk: DeskId,
    /// Which month.
    pub month: Month,
    /// The site's zone.
    pub zone: Zone,
    /// The latest day closed: nothing after it is judged.
    pub closed_through: Option<WorkDate>,
    /// Everybody's records of the month, and of the day before and after it: night shifts reach in and out, and whoever
    /// held the post counts whatever month the shift belongs to.
    pub days: Vec<DayRecord>,
    /// The same of other desks' people lent to this one: they hold the post, and are judged at their own desk (D2).
    #[serde(default)]
    pub guests: Vec<DayRecord>,
    /// Calls of the month, and of the day after it, while its last night shifts last.
    pub calls: Vec<CallFact>,
    /// Complaints about the month.
    pub complaints: Vec<ComplaintFact>,
    /// Messenger reports of the month and of the day after it, and each person's last one before it.
    pub presence: Vec<PresenceFact>,
    /// Accepted reasons for being offline.
    pub excuses: Vec<ExcuseFact>,
    /// Meetings of the month whose attendance was taken.
    #[serde(default)]
    pub meetings: Vec<MeetingFact>,
    /// Breaches recorded by hand about the month.
    #[serde(default)]
    pub breaches: Vec<BreachFact>,
}

/// Which way a proposal goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProposalKind {
    /// 惩
    #[default]
    Penalty,
    /// 奖
    Reward,
}

/// A penalty that the rules propose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposedPenalty {
    /// A hash of rule, person, subject and evidence: the same incident keeps its id across replays.
    pub id: SanctionId,
    /// Off or on.
    #[serde(default)]
    pub kind: ProposalKind,
    /// By which rule, as the desk cites it.
    pub rule: RuleId,
    /// Against whom.
    pub staff: StaffId,
    /// At which desk.
    pub desk: DeskId,
    /// The day it is about.
    pub work_date: WorkDate,
    /// In fen, or points in mode `points`; zero is a recorded breach.
    pub amount: Fen,
    /// The amount is chosen by severity within this (D7).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<AmountRange>,
    /// In what it is expressed.
    pub mode: SanctionMode,
    /// What it is about, without names, in Chinese.
    pub subject_zh: String,
    /// The same in English.
    pub subject_en: String,
    /// Every event it rests on, sorted.
    pub evidence: Vec<EventId>,
    /// The roster it was reckoned against.
    pub roster: Option<RosterVersion>,
    /// The rules it was reckoned by.
    pub policy: PolicyVersionId,
    /// How much of it: minutes over (T13), minutes absent (T9, T12), occurrences (T10), complaints (T11); else 1.
    pub quantity: i64,
}

/// What the rules propose for the month, by day, person and rule. Days not closed yet propose nothing.
pub fn derive(month: &DeskMonth, document: &PolicyDocument) -> Vec<ProposedPenalty> {
    let desk = Desk { month, document };
    let mut proposed = Vec::new();
    days::propose(&desk, &mut proposed);
    presence::propose(&desk, &mut proposed);
    complaints::propose(&desk, &mut proposed);
    phone::propose(&desk, &mut proposed);
    meetings::propose(&desk, &mut proposed);
    breaches::propose(&desk, &mut proposed);
    full_attendance::propose(&desk, &mut proposed);
    proposed.sort_by(|a, b| {
        (a.work_date, &a.staff, a.rule, &a.id).cmp(&(b.work_date, &b.staff, b.rule, &b.id))
    });
    proposed
}

/// The month with its rules.
struct Desk<'a> {
    month: &'a DeskMonth,
    document: &'a PolicyDocument,
}

/// What is proposed, before its amount and id.
struct Incident<'a> {
    /// The general rule; the desk may cite a row of its own.
    rule: RuleId,
    /// Its amount, where the rule has no single one.
    amount: Option<Fen>,
    staff: &'a StaffId,
    work_date: WorkDate,
    /// Tells two incidents of one rule, person and evidence apart; part of the id.
    subject: String,
    subject_zh: String,
    subject_en: String,
    evidence: BTreeSet<EventId>,
    roster: Option<RosterVersion>,
    quantity: i64,
}

impl<'a> Desk<'a> {
    /// The rules for a day of this month that is closed.
    fn policy_on(&self, date: WorkDate) -> Option<&'a Policy> {
        let judged = self.month.month.contains(date)
            && self.month.closed_through.is_some_and(|last| date <= last);
        judged.then(|| self.document.on(date)).flatten()
    }

    /// The record of a person's day.
    fn day(&self, staff: &StaffId, date: WorkDate) -> Option<&'a DayRecord> {
        self.month
            .days
            .iter()
            .find(|day| day.date == date && day.staff == *staff)
    }

    /// The penalty for an incident; none when the policy names no amount for its rule.
    fn penalty(&self, incident: Incident<'_>, policy: &Policy) -> Option<ProposedPenalty> {
        let amount = incident
            .amount
            .or_else(|| policy.sanction.amount(incident.rule))?;
        let evidence: Vec<EventId> = incident.evidence.into_iter().collect();
        Some(ProposedPenalty {
            id: sanction_id(incident.rule, incident.staff, &incident.subject, &evidence),
            kind: ProposalKind::Penalty,
            rule: policy.sanction.cited(incident.rule),
            staff: incident.staff.clone(),
            desk: self.month.desk.clone(),
            work_date: incident.work_date,
            amount,
            range: policy.sanction.range(incident.rule),
            mode: policy.sanction.mode,
            subject_zh: incident.subject_zh,
            subject_en: incident.subject_en,
            evidence,
            roster: incident.roster,
            policy: policy.id.clone(),
            quantity: incident.quantity,
        })
    }
}

/// Hex SHA-256 of the parts, each with its length, so that no two lists of parts look alike.
fn sanction_id(rule: RuleId, staff: &StaffId, subject: &str, evidence: &[EventId]) -> SanctionId {
    let mut hash = Sha256::new();
    let mut part = |bytes: &[u8]| {
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    };
    part(rule.to_string().as_bytes());
    part(staff.as_str().as_bytes());
    part(subject.as_bytes());
    for event in evidence {
        part(event.0.as_bytes());
    }
    let hex: String = hash
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    SanctionId::new(hex)
}
