//! The month's roster: as planned, in force now, at any revision, at any moment.

use super::View;
use crate::columns::{from_json, instant, micros, parse};
use crate::error::Result;
use crate::states::{RosterState, RosterStatus, StaffRow};
use chrono::{DateTime, Utc};
use domain::event::Shortfall;
use domain::ids::{DeskId, StaffId};
use domain::shift::Shift;
use domain::work_date::{Month, WorkDate};
use rusqlite::OptionalExtension;
use serde::Serialize;
use std::collections::BTreeMap;

/// Which state of a month's roster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RosterAt {
    /// What is being planned, published or not.
    Draft,
    /// The latest published revision.
    Latest,
    /// A published revision.
    Revision(u32),
    /// The revision in force at a moment.
    Moment(DateTime<Utc>),
}

/// One person's day in a roster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RosterCell {
    /// What is worked; none is a day off.
    pub shift: Option<Shift>,
}

/// One person's month in a roster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RosterLine {
    /// The person.
    pub staff: StaffRow,
    /// By day; a day without entry is not rostered.
    pub cells: BTreeMap<WorkDate, RosterCell>,
}

/// A month's roster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RosterMonth {
    /// Where the roster stands as a whole.
    pub state: RosterState,
    /// The revision shown; none: the draft.
    pub revision: Option<RosterRevision>,
    /// Everybody who can be rostered, by number.
    pub lines: Vec<RosterLine>,
}

/// A publication, amendment or swap.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RosterRevision {
    /// 1 for the first publication.
    pub revision: u32,
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub by: StaffId,
    /// 姓名
    pub by_name: String,
    /// `published`, `amended` or `swapped`.
    pub cause: String,
    /// Why.
    pub reason: String,
    /// What a publication was short of, as acknowledged (T1).
    pub shortfalls: Vec<Shortfall>,
    #[serde(skip)]
    position: i64,
}

impl View<'_> {
    /// Where a month's roster stands; none: not begun.
    pub fn roster_state(&self, desk: &DeskId, month: Month) -> Result<Option<RosterState>> {
        self.facts.state("roster", &format!("{desk}/{month}"))
    }

    /// The months a desk has rosters for, oldest first.
    pub fn rosters(&self, desk: &DeskId) -> Result<Vec<RosterState>> {
        self.facts
            .states("roster", crate::facts::By::Desk(desk.as_str()), None)
    }

    /// Every revision of a month's roster, oldest first.
    pub fn roster_revisions(&self, desk: &DeskId, month: Month) -> Result<Vec<RosterRevision>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT revision, at, by, cause, reason, shortfalls, position FROM roster_revisions
             WHERE desk = ?1 AND month = ?2 ORDER BY position",
        )?;
        let rows = statement.query_map((desk.as_str(), month.to_string()), |row| {
            Ok((
                RosterRevision {
                    revision: row.get(0)?,
                    at: instant(row.get(1)?),
                    by: StaffId::new(row.get::<_, String>(2)?),
                    by_name: String::new(),
                    cause: row.get(3)?,
                    reason: row.get(4)?,
                    shortfalls: Vec::new(),
                    position: row.get(6)?,
                },
                row.get::<_, String>(5)?,
            ))
        })?;
        rows.map(|row| {
            let (mut revision, shortfalls) = row?;
            revision.shortfalls = from_json(&shortfalls)?;
            revision.by_name = self.name(&revision.by)?;
            Ok(revision)
        })
        .collect()
    }

    /// A month's roster; none: it was not begun, or had not come into force.
    pub fn roster_at(
        &self,
        desk: &DeskId,
        month: Month,
        at: RosterAt,
    ) -> Result<Option<RosterMonth>> {
        let Some(state) = self.roster_state(desk, month)? else {
            return Ok(None);
        };
        let revision = match at {
            RosterAt::Draft => None,
            RosterAt::Latest | RosterAt::Revision(_) | RosterAt::Moment(_) => {
                let found = self
                    .roster_revisions(desk, month)?
                    .into_iter()
                    .rfind(|revision| match at {
                        RosterAt::Revision(number) => revision.revision == number,
                        RosterAt::Moment(moment) => revision.at <= moment,
                        RosterAt::Draft | RosterAt::Latest => true,
                    });
                match found {
                    Some(found) => Some(found),
                    None => return Ok(None),
                }
            }
        };
        let mut cells = match &revision {
            None => self.draft_cells(desk, month)?,
            Some(revision) => self.published_cells(desk, month, revision.position)?,
        };
        let mut lines = Vec::new();
        for staff in self.facts.staff_of(Some(desk))? {
            let own = cells.remove(&staff.staff);
            let here =
                staff.from <= month.last() && staff.until.is_none_or(|last| month.first() <= last);
            if own.is_some() || (staff.is_rosterable() && here) {
                lines.push(RosterLine {
                    staff,
                    cells: own.unwrap_or_default(),
                });
            }
        }
        // Somebody of another desk lent to this one (D2).
        for loan in self.facts.loans_to(desk, month.first(), month.last())? {
            if loan.span.window.is_none() {
                cells.entry(loan.staff).or_default();
            }
        }
        for (staff, cells) in cells {
            if let Some(staff) = self.facts.staff(&staff)? {
                lines.push(RosterLine { staff, cells });
            }
        }
        Ok(Some(RosterMonth {
            state,
            revision,
            lines,
        }))
    }

    fn draft_cells(&self, desk: &DeskId, month: Month) -> Result<Cells> {
        let mut statement = self.connection.prepare_cached(
            "SELECT staff, date, shift FROM roster_drafts WHERE desk = ?1 AND month = ?2",
        )?;
        let mut rows = statement.query((desk.as_str(), month.to_string()))?;
        let mut cells = Cells::new();
        while let Some(row) = rows.next()? {
            let shift: Option<String> = row.get(2)?;
            cells
                .entry(StaffId::new(row.get::<_, String>(0)?))
                .or_default()
                .insert(parse(&row.get::<_, String>(1)?)?, cell(shift)?);
        }
        Ok(cells)
    }

    fn published_cells(&self, desk: &DeskId, month: Month, position: i64) -> Result<Cells> {
        let mut statement = self.connection.prepare_cached(
            "SELECT staff, date, shift, gone FROM roster_cells
             WHERE desk = ?1 AND month = ?2 AND position <= ?3 ORDER BY position",
        )?;
        let mut rows = statement.query((desk.as_str(), month.to_string(), position))?;
        let mut cells = Cells::new();
        while let Some(row) = rows.next()? {
            let line = cells
                .entry(StaffId::new(row.get::<_, String>(0)?))
                .or_default();
            let date = parse(&row.get::<_, String>(1)?)?;
            if row.get(3)? {
                line.remove(&date);
            } else {
                line.insert(date, cell(row.get(2)?)?);
            }
        }
        Ok(cells)
    }

    /// A person's published shifts from `first` to `last`, as the latest revisions have them; a day without entry is
    /// not rostered.
    pub fn shifts_of(
        &self,
        staff: &StaffId,
        first: WorkDate,
        last: WorkDate,
    ) -> Result<BTreeMap<WorkDate, RosterCell>> {
        self.shifts_of_at(staff, first, last, None)
    }

    /// The same as published at a moment.
    pub(crate) fn shifts_of_at(
        &self,
        staff: &StaffId,
        first: WorkDate,
        last: WorkDate,
        moment: Option<DateTime<Utc>>,
    ) -> Result<BTreeMap<WorkDate, RosterCell>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT c.date, c.shift, c.gone FROM roster_cells c
             JOIN roster_revisions r ON r.desk = c.desk AND r.month = c.month AND r.position = c.position
             WHERE c.staff = ?1 AND c.date BETWEEN ?2 AND ?3 AND r.at <= ?4 ORDER BY c.date, c.position",
        )?;
        let mut rows = statement.query((
            staff.as_str(),
            first.to_string(),
            last.to_string(),
            moment.map_or(i64::MAX, micros),
        ))?;
        let mut cells = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let date = parse(&row.get::<_, String>(0)?)?;
            if row.get(2)? {
                cells.remove(&date);
            } else {
                cells.insert(date, cell(row.get(1)?)?);
            }
        }
        Ok(cells)
    }

    /// Whether a desk's month has a roster in force.
    pub fn is_published(&self, desk: &DeskId, month: Month) -> Result<bool> {
        let status: Option<String> = self
            .connection
            .prepare_cached(
                "SELECT cause FROM roster_revisions WHERE desk = ?1 AND month = ?2 LIMIT 1",
            )?
            .query_row((desk.as_str(), month.to_string()), |row| row.get(0))
            .optional()?;
        Ok(status.is_some())
    }
}

impl RosterMonth {
    /// Whether it can still be changed.
    pub fn is_locked(&self) -> bool {
        self.state.status == RosterStatus::Locked
    }
}

type Cells = BTreeMap<StaffId, BTreeMap<WorkDate, RosterCell>>;

fn cell(shift: Option<String>) -> Result<RosterCell> {
    Ok(RosterCell {
        shift: shift.as_deref().map(from_json).transpose()?,
    })
}
