//! Desks, their rules, demand and calendar.

use super::View;
use crate::error::Result;
use crate::facts::{By, policy_on};
use crate::states::{BudgetRow, CalendarRow, DeskRow};
use domain::day::DayRecord;
use domain::event::{DayKind, DemandSet};
use domain::ids::{DeskId, StaffId};
use domain::policy::Policy;
use domain::work_date::{Month, WorkDate};

impl View<'_> {
    /// Every desk.
    pub fn desks(&self) -> Result<Vec<DeskRow>> {
        self.facts.states("desk", By::All, None)
    }

    /// One desk with its skills, templates and rules.
    pub fn desk(&self, desk: &DeskId) -> Result<Option<DeskRow>> {
        Ok(self.facts.desk(desk)?.map(|row| (*row).clone()))
    }

    /// The rules of a desk on a day.
    pub fn policy_on(&self, desk: &DeskId, date: WorkDate) -> Result<Option<Policy>> {
        let row = self.facts.desk(desk)?;
        Ok(row.and_then(|row| policy_on(&row, date).cloned()))
    }

    /// A month's demand.
    pub fn demand(&self, desk: &DeskId, month: Month) -> Result<Option<DemandSet>> {
        self.facts.demand(desk, month)
    }

    /// What a month's roster may cost (M10), if anybody said.
    pub fn budget(&self, desk: &DeskId, month: Month) -> Result<Option<BudgetRow>> {
        self.facts.state("budget", &format!("{desk}/{month}"))
    }

    /// A year's calendar.
    pub fn calendar(&self, year: i32) -> Result<Option<CalendarRow>> {
        self.facts.state("calendar", &year.to_string())
    }

    /// The years from `first` to `last` whose arrangement is not announced yet: what rests on them is marked.
    pub fn provisional_years(&self, first: WorkDate, last: WorkDate) -> Result<Vec<i32>> {
        self.facts.provisional_years(first, last)
    }

    /// Every year's calendar that was adopted, by year.
    pub fn calendars(&self) -> Result<Vec<CalendarRow>> {
        let mut rows: Vec<CalendarRow> = self.facts.states("calendar", By::All, None)?;
        rows.sort_by_key(|row| row.year);
        Ok(rows)
    }

    /// What the calendar says of a day, if it is not simply its weekday.
    pub fn day_kind(&self, date: WorkDate) -> Result<Option<DayKind>> {
        self.facts.day_kind(date)
    }

    /// The latest day closed at a desk.
    pub fn closed_through(&self, desk: &DeskId) -> Result<Option<WorkDate>> {
        self.facts.closed_through(desk)
    }

    /// A desk's day records from `first` to `last`, by person and day.
    pub fn day_records(
        &self,
        desk: &DeskId,
        first: WorkDate,
        last: WorkDate,
    ) -> Result<Vec<DayRecord>> {
        crate::derive::stored_records(self.connection, desk, first, last)
    }

    /// One person's day record.
    pub fn day_record(&self, staff: &StaffId, date: WorkDate) -> Result<Option<DayRecord>> {
        use rusqlite::OptionalExtension;
        let found: Option<String> = self
            .connection
            .prepare_cached("SELECT record FROM day_records WHERE staff = ?1 AND date = ?2")?
            .query_row((staff.as_str(), date.to_string()), |row| row.get(0))
            .optional()?;
        found.as_deref().map(crate::columns::from_json).transpose()
    }
}
