//! Offline while on post: a month's occurrences and their excuses (T10).

use super::View;
use crate::columns::{event_id, instant, micros};
use crate::derive::{DeskMonthFacts, desk_month};
use crate::error::Result;
use chrono::{DateTime, Utc};
use domain::ids::{DeskId, EventId, RuleId, StaffId};
use domain::penalty::derive;
use domain::policy::Counting;
use domain::quantities::Fen;
use domain::work_date::{DayMinute, Month, WorkDate};
use serde::Serialize;
use std::collections::BTreeSet;

/// Once offline long enough while the desk counted on the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PresenceOccurrence {
    /// Who.
    pub staff: StaffId,
    /// 姓名
    pub name: String,
    /// The work date.
    pub work_date: WorkDate,
    /// Went offline.
    pub offline_at: Option<DateTime<Utc>>,
    /// Came back, if known.
    pub online_at: Option<DateTime<Utc>>,
    /// The lead accepted a reason: it does not count.
    pub excused: bool,
    /// The messenger's reports.
    pub events: Vec<EventId>,
}

/// A reason the lead accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExcuseRow {
    /// Its event.
    pub event: EventId,
    /// Who was offline.
    pub staff: StaffId,
    /// 姓名
    pub name: String,
    /// From.
    pub from: DateTime<Utc>,
    /// Until.
    pub until: DateTime<Utc>,
    /// Why.
    pub reason: String,
    /// Who accepted it.
    pub by: StaffId,
}

impl View<'_> {
    /// A desk's occurrences of a month, by person and day.
    pub fn presence_occurrences(
        &self,
        desk: &DeskId,
        month: Month,
    ) -> Result<Vec<PresenceOccurrence>> {
        let Some(DeskMonthFacts { facts, document }) = desk_month(&self.facts, desk, month, None)?
        else {
            return Ok(Vec::new());
        };
        // The rules themselves are asked, counting every single occurrence, once with the excuses and once without.
        let mut singly = document;
        for policy in &mut singly.versions {
            policy.presence.occurrences = 1;
            policy.presence.counting = Counting::Per;
            policy.sanction.amount_fen.insert(RuleId::T10, Fen::ZERO);
            policy.sanction.amount_points.insert(RuleId::T10, 0);
        }
        let key = |p: domain::penalty::ProposedPenalty| (p.staff, p.work_date, p.evidence);
        let counted: BTreeSet<_> = derive(&facts, &singly)
            .into_iter()
            .filter(|proposed| proposed.rule == RuleId::T10)
            .map(key)
            .collect();
        let mut without = facts.clone();
        without.excuses.clear();
        let all: BTreeSet<_> = derive(&without, &singly)
            .into_iter()
            .filter(|proposed| proposed.rule == RuleId::T10)
            .map(key)
            .collect();
        all.into_iter()
            .map(|found| {
                let excused = !counted.contains(&found);
                let (staff, work_date, events) = found;
                let report = |online: bool| {
                    facts
                        .presence
                        .iter()
                        .filter(|fact| fact.online == online && events.contains(&fact.event))
                        .map(|fact| fact.at)
                        .min()
                };
                Ok(PresenceOccurrence {
                    name: self.name(&staff)?,
                    offline_at: report(false),
                    online_at: report(true),
                    staff,
                    work_date,
                    excused,
                    events,
                })
            })
            .collect()
    }

    /// The reasons accepted at a desk for times touching a month.
    pub fn presence_excuses(&self, desk: &DeskId, month: Month) -> Result<Vec<ExcuseRow>> {
        let Some(row) = self.facts.desk(desk)? else {
            return Ok(Vec::new());
        };
        let from = row.zone.instant(month.first(), DayMinute(0));
        let until = row.zone.instant(month.next().first(), DayMinute(0));
        let mut statement = self.connection.prepare_cached(
            "SELECT event, staff, from_at, until_at, reason, by FROM presence_excuses
             WHERE desk = ?1 AND from_at < ?3 AND until_at >= ?2 ORDER BY from_at, position",
        )?;
        let mut rows = statement.query((desk.as_str(), micros(from), micros(until)))?;
        let mut excuses = Vec::new();
        while let Some(row) = rows.next()? {
            let staff = StaffId::new(row.get::<_, String>(1)?);
            excuses.push(ExcuseRow {
                event: event_id(row.get(0)?),
                name: self.name(&staff)?,
                staff,
                from: instant(row.get(2)?),
                until: instant(row.get(3)?),
                reason: row.get(4)?,
                by: StaffId::new(row.get::<_, String>(5)?),
            });
        }
        Ok(excuses)
    }
}
