//! People lent to another desk (借调, D2), as the read models know them.

use crate::columns::parse;
use crate::error::Result;
use crate::facts::{By, Facts};
use crate::states::{DeskRow, RequestDecision, StaffRow};
use chrono::{DateTime, Utc};
use domain::day::{DayRecord, LentTime, RequestStatus};
use domain::event::LoanSpan;
use domain::ids::{DeskId, EventId, LoanId, SkillId, StaffId};
use domain::work_date::{DayMinute, WorkDate};
use rusqlite::OptionalExtension;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::rc::Rc;

/// Days after a lent one within which its shift is surely over.
const SHIFT_DAYS: i64 = 2;

/// A loan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoanRow {
    /// Its id.
    pub loan: LoanId,
    /// Whom.
    pub staff: StaffId,
    /// 姓名; filled on reading.
    #[serde(default)]
    pub name: String,
    /// The own desk.
    pub from: DeskId,
    /// The desk lent to.
    pub to: DeskId,
    /// When; the last day is the one it came to when it was ended early.
    pub span: LoanSpan,
    /// What the person serves there.
    pub skills: BTreeSet<SkillId>,
    /// What for.
    pub reason: String,
    /// Who asked.
    pub asked_by: StaffId,
    /// When it was asked for.
    pub asked_at: DateTime<Utc>,
    /// Where it stands; withdrawn: nothing came of it.
    pub status: RequestStatus,
    /// How it was decided.
    pub decision: Option<RequestDecision>,
    /// Its events, the request first.
    pub events: Vec<EventId>,
}

impl LoanRow {
    /// Whether the person is lent on `date`, by the day or by the hour.
    pub fn is_on(&self, date: WorkDate) -> bool {
        self.status == RequestStatus::Approved && self.span.covers(date)
    }
    /// Whether the person is lent for the whole of `date`.
    pub fn is_whole_day_on(&self, date: WorkDate) -> bool {
        self.is_on(date) && self.span.window.is_none()
    }
}

impl Facts<'_> {
    /// A loan.
    pub(crate) fn loan(&self, loan: LoanId) -> Result<Option<LoanRow>> {
        self.state("loan", &loan.to_string())
    }

    /// A person's loans that stand or stood on `date`.
    pub(crate) fn loans_on(&self, staff: &StaffId, date: WorkDate) -> Result<Vec<LoanRow>> {
        let day = date.to_string();
        let mut loans: Vec<LoanRow> =
            self.states("loan", By::Staff(staff.as_str()), Some((&day, &day)))?;
        loans.retain(|loan| loan.is_on(date));
        Ok(loans)
    }

    /// The desk in whose roster a person stands on `date`.
    pub(crate) fn rostered_by(&self, person: &StaffRow, date: WorkDate) -> Result<DeskId> {
        let mut loans = self.loans_on(&person.staff, date)?.into_iter();
        let lent = loans.find(|loan| loan.is_whole_day_on(date));
        Ok(lent.map_or_else(|| person.desk.clone(), |loan| loan.to))
    }

    /// Whether the latest word on a cell is this desk's.
    pub(crate) fn spoke_last(&self, desk: &DeskId, staff: &str, date: &str) -> Result<bool> {
        let last: Option<String> = self
            .connection
            .prepare_cached(
                "SELECT desk FROM roster_cells WHERE staff = ?1 AND date = ?2 AND position <= ?3
                 ORDER BY position DESC LIMIT 1",
            )?
            .query_row((staff, date, self.limit()), |row| row.get(0))
            .optional()?;
        Ok(last.as_deref() == Some(desk.as_str()))
    }

    /// The site at which a person works on `date`, and when another desk has them.
    pub(crate) fn lent_times(
        &self,
        person: &StaffRow,
        own: &Rc<DeskRow>,
        date: WorkDate,
    ) -> Result<(Rc<DeskRow>, Vec<LentTime>)> {
        let mut site = Rc::clone(own);
        let mut lent = Vec::new();
        for loan in self.loans_on(&person.staff, date)? {
            let (zone, from, until) = match loan.span.window {
                Some((from, until)) => (own.zone, (date, from), (date, until)),
                None => {
                    if let Some(found) = self.desk(&loan.to)? {
                        site = found;
                    }
                    let over = date.plus_days(SHIFT_DAYS);
                    (site.zone, (date, DayMinute(0)), (over, DayMinute(0)))
                }
            };
            lent.push(LentTime {
                to: loan.to,
                from: zone.instant(from.0, from.1),
                until: zone.instant(until.0, until.1),
            });
        }
        lent.sort_by_key(|lent| lent.from);
        Ok((site, lent))
    }

    /// Loans to a desk that stand or stood on a day from `first` to `last`.
    pub(crate) fn loans_to(
        &self,
        desk: &DeskId,
        first: WorkDate,
        last: WorkDate,
    ) -> Result<Vec<LoanRow>> {
        let mut loans: Vec<LoanRow> = self.states(
            "loan",
            By::Desk(desk.as_str()),
            Some((&first.to_string(), &last.to_string())),
        )?;
        loans.retain(|loan| loan.status == RequestStatus::Approved);
        Ok(loans)
    }

    /// The records of other desks' people while they are lent to this one, from `first` to `last`.
    pub(crate) fn guest_records(
        &self,
        desk: &DeskId,
        first: WorkDate,
        last: WorkDate,
    ) -> Result<Vec<DayRecord>> {
        let mut days: BTreeSet<(StaffId, WorkDate)> = BTreeSet::new();
        for loan in self.loans_to(desk, first, last)? {
            let mut date = loan.span.first.max(first);
            while date <= loan.span.last.min(last) {
                days.insert((loan.staff.clone(), date));
                date = date.plus_days(1);
            }
        }
        let mut records = Vec::new();
        for (staff, date) in days {
            records.extend(crate::derive::record(self, &staff, date)?);
        }
        Ok(records)
    }

    /// Every day on which a fact was ever known of the person within the loan.
    pub(crate) fn days_touched(
        &self,
        staff: &StaffId,
        span: &LoanSpan,
    ) -> Result<BTreeSet<WorkDate>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT date FROM days_touched WHERE staff = ?1 AND date BETWEEN ?2 AND ?3",
        )?;
        let dates = statement.query_map(
            (
                staff.as_str(),
                span.first.plus_days(-1).to_string(),
                span.last.plus_days(1).to_string(),
            ),
            |row| row.get::<_, String>(0),
        )?;
        dates.map(|date| parse(&date?)).collect()
    }
}
