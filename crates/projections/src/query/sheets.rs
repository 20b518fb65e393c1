//! Each person's month as a sheet to confirm (确认签字).

use super::View;
use super::month::PersonMonth;
use crate::error::Result;
use crate::facts::Facts;
use crate::states::SheetWordRow;
use domain::ids::{DeskId, StaffId};
use domain::work_date::Month;
use serde::Serialize;

/// What a person has said of the figures as they stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SheetStatus {
    /// Nothing.
    Unconfirmed,
    /// They are right.
    Confirmed,
    /// They confirmed others; these are not what they read.
    Outdated,
    /// They are wrong.
    Disputed,
}

/// A person's sheet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sheet {
    /// Whose.
    pub staff: StaffId,
    /// 姓名
    pub name: String,
    /// At which desk.
    pub desk: DeskId,
    /// Which month.
    pub month: Month,
    /// Digest of the figures as they stand: what is confirmed or disputed names it.
    pub digest: String,
    /// What the person has said of them.
    pub status: SheetStatus,
    /// The last time they said something.
    pub said: Option<SheetWordRow>,
    /// Whether it can be confirmed now: every day is closed, the month is not.
    pub is_open: bool,
}

/// How many sheets stand where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SheetCounts {
    /// 已确认
    pub confirmed: usize,
    /// 未确认
    pub unconfirmed: usize,
    /// The figures changed since.
    pub outdated: usize,
    /// 有异议
    pub disputed: usize,
}

impl SheetCounts {
    /// Of these sheets.
    pub fn of(sheets: &[Sheet]) -> Self {
        let mut counts = Self::default();
        for sheet in sheets {
            *match sheet.status {
                SheetStatus::Confirmed => &mut counts.confirmed,
                SheetStatus::Unconfirmed => &mut counts.unconfirmed,
                SheetStatus::Outdated => &mut counts.outdated,
                SheetStatus::Disputed => &mut counts.disputed,
            } += 1;
        }
        counts
    }
}

impl View<'_> {
    /// The sheets of a desk's month, by number: of everybody with a day or an amount in it.
    pub fn sheets(&self, desk: &DeskId, month: Month) -> Result<Vec<Sheet>> {
        let people = self.month_summary(desk, month)?;
        match self.facts.closed_month(desk, month)? {
            Some(position) => {
                let facts = Facts::as_of(self.connection, position);
                self.sheets_of(&facts, desk, month, &people)
            }
            None => self.sheets_of(&self.facts, desk, month, &people),
        }
    }

    /// One person's sheet; none: they have no figures in that month.
    pub fn sheet(&self, staff: &StaffId, month: Month) -> Result<Option<Sheet>> {
        let Some(person) = self.facts.staff(staff)? else {
            return Ok(None);
        };
        let sheets = self.sheets(&person.desk, month)?;
        Ok(sheets.into_iter().find(|sheet| sheet.staff == *staff))
    }

    pub(crate) fn sheets_of(
        &self,
        facts: &Facts<'_>,
        desk: &DeskId,
        month: Month,
        people: &[PersonMonth],
    ) -> Result<Vec<Sheet>> {
        let mut words = facts.sheet_words(desk, month)?;
        let days_closed = facts.closed_through(desk)? >= Some(month.last());
        let is_open = days_closed && self.facts.closed_month(desk, month)?.is_none();
        let people = people
            .iter()
            .filter(|person| !person.records.is_empty() || !person.pay_lines.is_empty());
        let sheets = people.map(|person| {
            let digest = person.summary.digest(person.points);
            let said = words.remove(&person.staff.staff);
            let status = match &said {
                None => SheetStatus::Unconfirmed,
                Some(word) if word.disputed.is_some() => SheetStatus::Disputed,
                Some(word) if word.digest == digest => SheetStatus::Confirmed,
                Some(_) => SheetStatus::Outdated,
            };
            Sheet {
                staff: person.staff.staff.clone(),
                name: person.staff.name.clone(),
                desk: desk.clone(),
                month,
                digest,
                status,
                said,
                is_open,
            }
        });
        Ok(sheets.collect())
    }
}
