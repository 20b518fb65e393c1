//! What happened, read back as of a log position.

use crate::columns::{event_id, from_json, from_word, instant, micros, parse};
use crate::error::Result;
use crate::states::{CalendarRow, DeskRow, ReopeningRow, SheetWordRow, StaffRow};
use chrono::{DateTime, Utc};
use domain::day::{Assignment, OvertimeFact, PunchFact, RosterVersion};
use domain::event::{DayKind, DemandSet};
use domain::ids::{DeskId, EventId, StaffId};
use domain::policy::Policy;
use domain::quantities::Minutes;
use domain::shift::Shift;
use domain::work_date::{Month, WorkDate};
use rusqlite::{Connection, OptionalExtension, Row};
use serde::de::DeserializeOwned;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

/// The facts at or before a position. Desks and calendars are read once.
pub(crate) struct Facts<'c> {
    pub(crate) connection: &'c Connection,
    as_of: i64,
    desks: RefCell<HashMap<DeskId, Option<Rc<DeskRow>>>>,
    calendars: RefCell<HashMap<i32, Rc<BTreeMap<WorkDate, DayKind>>>>,
}

/// A published cell.
#[derive(Clone, Debug)]
pub(crate) struct CellInForce {
    pub(crate) desk: DeskId,
    pub(crate) month: Month,
    pub(crate) revision: u32,
    pub(crate) event: EventId,
    pub(crate) shift: Option<Shift>,
}

impl CellInForce {
    pub(crate) fn assignment(self) -> Assignment {
        Assignment {
            roster: RosterVersion {
                desk: self.desk,
                month: self.month,
                revision: self.revision,
            },
            event: self.event,
            shift: self.shift,
        }
    }
}

/// Columns of `versions` that select states.
#[derive(Clone, Copy)]
pub(crate) enum By<'a> {
    /// Every one.
    All,
    /// Of this desk.
    Desk(&'a str),
    /// Of this person.
    Staff(&'a str),
    /// With this colleague.
    Other(&'a str),
}

impl<'c> Facts<'c> {
    /// Everything applied so far.
    pub(crate) fn now(connection: &'c Connection) -> Self {
        Self::as_of(connection, i64::MAX)
    }
    /// What had been applied at `position`.
    pub(crate) fn as_of(connection: &'c Connection, position: i64) -> Self {
        Self {
            connection,
            as_of: position,
            desks: RefCell::default(),
            calendars: RefCell::default(),
        }
    }
    /// The last position looked at.
    pub(crate) fn limit(&self) -> i64 {
        self.as_of
    }

    /// A thing's state.
    pub(crate) fn state<T: DeserializeOwned>(&self, kind: &str, id: &str) -> Result<Option<T>> {
        let found: Option<String> = self
            .connection
            .prepare_cached(
                "SELECT state FROM versions WHERE kind = ?1 AND id = ?2 AND position <= ?3
                 ORDER BY position DESC LIMIT 1",
            )?
            .query_row((kind, id, self.as_of), |row| row.get(0))
            .optional()?;
        found.as_deref().map(from_json).transpose()
    }

    /// The states of a kind whose dates (`first` to `last`) touch the given ones, in order of first date and id.
    pub(crate) fn states<T: DeserializeOwned>(
        &self,
        kind: &str,
        by: By<'_>,
        dates: Option<(&str, &str)>,
    ) -> Result<Vec<T>> {
        // The newest version of each id decides whether it matches: a correction's row does not move to other
        // people or days, and where it could (a person's desk) the old version must not answer.
        let (column, key) = match by {
            By::All => ("", ""),
            By::Desk(desk) => (" AND v.desk = ?3", desk),
            By::Staff(staff) => (" AND v.staff = ?3", staff),
            By::Other(other) => (" AND v.other = ?3", other),
        };
        let sql = format!(
            "SELECT v.state FROM versions v
             WHERE v.kind = ?1 AND v.position <= ?2 AND ?3 = ?3{column}
               AND v.first <= ?5 AND v.last >= ?4
               AND NOT EXISTS (SELECT 1 FROM versions newer WHERE newer.kind = v.kind AND newer.id = v.id
                               AND newer.position > v.position AND newer.position <= ?2)
             ORDER BY v.first, v.id"
        );
        let (from, until) = dates.unwrap_or(("", "~"));
        let mut statement = self.connection.prepare_cached(&sql)?;
        let rows = statement.query_map((kind, self.as_of, key, from, until), |row| {
            row.get::<_, String>(0)
        })?;
        rows.map(|state| from_json(&state?)).collect()
    }

    /// The states of a kind that stand at `status`, in the order they came to be.
    pub(crate) fn states_at<T: DeserializeOwned>(
        &self,
        kind: &str,
        by: By<'_>,
        status: &str,
    ) -> Result<Vec<T>> {
        let (column, key) = match by {
            By::All => ("", ""),
            By::Desk(desk) => (" AND v.desk = ?3", desk),
            By::Staff(staff) => (" AND v.staff = ?3", staff),
            By::Other(other) => (" AND v.other = ?3", other),
        };
        let sql = format!(
            "SELECT v.state FROM versions v
             WHERE v.kind = ?1 AND v.position <= ?2 AND ?3 = ?3{column} AND v.status = ?4
               AND NOT EXISTS (SELECT 1 FROM versions newer WHERE newer.kind = v.kind AND newer.id = v.id
                               AND newer.position > v.position AND newer.position <= ?2)
             ORDER BY v.position"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let rows = statement.query_map((kind, self.as_of, key, status), |row| {
            row.get::<_, String>(0)
        })?;
        rows.map(|state| from_json(&state?)).collect()
    }

    /// Somebody.
    pub(crate) fn staff(&self, staff: &StaffId) -> Result<Option<StaffRow>> {
        self.state("staff", staff.as_str())
    }

    /// Everybody of a desk, or of every desk, by number.
    pub(crate) fn staff_of(&self, desk: Option<&DeskId>) -> Result<Vec<StaffRow>> {
        let by = desk.map_or(By::All, |desk| By::Desk(desk.as_str()));
        let mut people: Vec<StaffRow> = self.states("staff", by, None)?;
        people.sort_by(|a, b| a.staff.cmp(&b.staff));
        Ok(people)
    }

    /// A desk.
    pub(crate) fn desk(&self, desk: &DeskId) -> Result<Option<Rc<DeskRow>>> {
        if let Some(known) = self.desks.borrow().get(desk) {
            return Ok(known.clone());
        }
        let found: Option<Rc<DeskRow>> = self.state("desk", desk.as_str())?.map(Rc::new);
        self.desks.borrow_mut().insert(desk.clone(), found.clone());
        Ok(found)
    }

    /// A month's demand.
    pub(crate) fn demand(&self, desk: &DeskId, month: Month) -> Result<Option<DemandSet>> {
        self.state("demand", &format!("{desk}/{month}"))
    }

    /// What the calendar says of a day, if it is not simply its weekday.
    pub(crate) fn day_kind(&self, date: WorkDate) -> Result<Option<DayKind>> {
        let year = date.month().year();
        let known = self.calendars.borrow().get(&year).cloned();
        let calendar = match known {
            Some(calendar) => calendar,
            None => {
                let row: Option<CalendarRow> = self.state("calendar", &year.to_string())?;
                let days = row.map(|row| row.days).unwrap_or_default();
                let days = Rc::new(days.into_iter().map(|day| (day.date, day.kind)).collect());
                self.calendars.borrow_mut().insert(year, Rc::clone(&days));
                days
            }
        };
        Ok(calendar.get(&date).copied())
    }

    /// The latest day closed at a desk.
    pub(crate) fn closed_through(&self, desk: &DeskId) -> Result<Option<WorkDate>> {
        let last: Option<String> = self
            .connection
            .prepare_cached(
                "SELECT date FROM days_closed WHERE desk = ?1 AND position <= ?2 ORDER BY date DESC LIMIT 1",
            )?
            .query_row((desk.as_str(), self.as_of), |row| row.get(0))
            .optional()?;
        last.as_deref().map(parse).transpose()
    }

    /// The position at which a desk's day was closed.
    fn day_closed_at(&self, desk: &DeskId, date: WorkDate) -> Result<Option<i64>> {
        Ok(self
            .connection
            .prepare_cached(
                "SELECT position FROM days_closed WHERE desk = ?1 AND date = ?2 AND position <= ?3",
            )?
            .query_row((desk.as_str(), date.to_string(), self.as_of), |row| {
                row.get(0)
            })
            .optional()?)
    }

    /// A person's cells from `first` to `last` that attendance is reckoned against: of each day, the cell in force
    /// when the day was closed. A roster changed afterwards does not rewrite the day (T4).
    pub(crate) fn cells_in_force(
        &self,
        staff: &StaffId,
        first: WorkDate,
        last: WorkDate,
    ) -> Result<BTreeMap<WorkDate, CellInForce>> {
        struct Found {
            date: WorkDate,
            position: i64,
            gone: bool,
            cell: CellInForce,
        }
        let mut statement = self.connection.prepare_cached(
            "SELECT date, position, desk, month, revision, gone, shift, event FROM roster_cells
             WHERE staff = ?1 AND date BETWEEN ?2 AND ?3 AND position <= ?4 ORDER BY date, position",
        )?;
        let mut rows = statement.query((
            staff.as_str(),
            first.to_string(),
            last.to_string(),
            self.as_of,
        ))?;
        let mut cells = BTreeMap::new();
        let mut closed: HashMap<(DeskId, WorkDate), Option<i64>> = HashMap::new();
        while let Some(row) = rows.next()? {
            let found = Found {
                date: parse(&row.get::<_, String>(0)?)?,
                position: row.get(1)?,
                gone: row.get(5)?,
                cell: cell(row)?,
            };
            let key = (found.cell.desk.clone(), found.date);
            let closed_at = match closed.get(&key) {
                Some(known) => *known,
                None => {
                    let at = self.day_closed_at(&key.0, found.date)?;
                    closed.insert(key, at);
                    at
                }
            };
            if closed_at.is_some_and(|closed_at| found.position > closed_at) {
                continue;
            }
            if found.gone {
                cells.remove(&found.date);
            } else {
                cells.insert(found.date, found.cell);
            }
        }
        Ok(cells)
    }

    /// A person's punches in a stretch of time, in order of time, then of the log.
    pub(crate) fn punches(
        &self,
        staff: &StaffId,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Vec<PunchFact>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT event, kind, at, device, suspicion, received_at FROM punches
             WHERE staff = ?1 AND day_at >= ?2 AND day_at < ?3 AND position <= ?4 ORDER BY at, position",
        )?;
        let rows = statement.query_map(
            (staff.as_str(), micros(from), micros(until), self.as_of),
            raw_punch,
        )?;
        rows.map(|raw| punch(raw?)).collect()
    }

    /// Approved overtime of a day.
    pub(crate) fn overtime(&self, staff: &StaffId, date: WorkDate) -> Result<Vec<OvertimeFact>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT event, minutes_max, compensation FROM overtime_approvals
             WHERE staff = ?1 AND work_date = ?2 AND position <= ?3 ORDER BY position",
        )?;
        let rows = statement.query_map((staff.as_str(), date.to_string(), self.as_of), |row| {
            Ok((row.get(0)?, row.get(1)?, row.get::<_, String>(2)?))
        })?;
        rows.map(|row| {
            let (event, minutes, compensation) = row?;
            Ok(OvertimeFact {
                event: event_id(event),
                minutes_max: Minutes(minutes),
                compensation: from_word(&compensation)?,
            })
        })
        .collect()
    }

    /// The messenger's reports about somebody in a stretch of time.
    pub(crate) fn presence(
        &self,
        staff: &StaffId,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Vec<(EventId, DateTime<Utc>, bool)>> {
        self.moments(
            "SELECT event, at, online FROM presence
             WHERE staff = ?1 AND at >= ?2 AND at < ?3 AND position <= ?4 ORDER BY at, position",
            staff,
            from,
            until,
        )
    }

    /// The spot checks on somebody in a stretch of time, and whether the person was on post.
    pub(crate) fn spot_checks(
        &self,
        staff: &StaffId,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Vec<(EventId, DateTime<Utc>, bool)>> {
        self.moments(
            "SELECT event, at, on_post FROM spot_checks
             WHERE staff = ?1 AND at >= ?2 AND at < ?3 AND position <= ?4 ORDER BY at, position",
            staff,
            from,
            until,
        )
    }

    fn moments(
        &self,
        sql: &'static str,
        staff: &StaffId,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Vec<(EventId, DateTime<Utc>, bool)>> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map(
            (staff.as_str(), micros(from), micros(until), self.as_of),
            |row| Ok((event_id(row.get(0)?), instant(row.get(1)?), row.get(2)?)),
        )?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Whether the desk's month is closed, and the position its figures rest on.
    pub(crate) fn closed_month(&self, desk: &DeskId, month: Month) -> Result<Option<i64>> {
        Ok(self
            .connection
            .prepare_cached(
                "SELECT exported_position FROM periods_closed c
                 WHERE desk = ?1 AND month = ?2 AND position <= ?3 AND NOT EXISTS
                   (SELECT 1 FROM periods_reopened r WHERE r.desk = c.desk AND r.month = c.month
                    AND r.position > c.position AND r.position <= ?3)
                 ORDER BY position DESC LIMIT 1",
            )?
            .query_row((desk.as_str(), month.to_string(), self.as_of), |row| {
                row.get(0)
            })
            .optional()?)
    }

    /// When a month was wanted open again, oldest first, and what came of it.
    pub(crate) fn reopenings(&self, desk: &DeskId, month: Month) -> Result<Vec<ReopeningRow>> {
        let first = month.first().to_string();
        let dates = Some((first.as_str(), first.as_str()));
        let mut rows: Vec<ReopeningRow> =
            self.states("reopening", By::Desk(desk.as_str()), dates)?;
        rows.sort_by_key(|row| row.position);
        Ok(rows)
    }

    /// What each person of a desk said last of their month's sheet.
    pub(crate) fn sheet_words(
        &self,
        desk: &DeskId,
        month: Month,
    ) -> Result<BTreeMap<StaffId, SheetWordRow>> {
        let first = month.first().to_string();
        let dates = Some((first.as_str(), first.as_str()));
        let rows: Vec<SheetWordRow> = self.states("sheet", By::Desk(desk.as_str()), dates)?;
        Ok(rows
            .into_iter()
            .map(|row| (row.staff.clone(), row))
            .collect())
    }

    /// What the calendar says of the days from `first` to `last` that are not simply their weekday.
    pub(crate) fn day_kinds(
        &self,
        first: WorkDate,
        last: WorkDate,
    ) -> Result<BTreeMap<WorkDate, DayKind>> {
        let mut kinds = BTreeMap::new();
        let mut date = first;
        while date <= last {
            if let Some(kind) = self.day_kind(date)? {
                kinds.insert(date, kind);
            }
            date = date.plus_days(1);
        }
        Ok(kinds)
    }

    /// The years from `first` to `last` whose arrangement is not announced yet: what rests on them is marked.
    pub(crate) fn provisional_years(&self, first: WorkDate, last: WorkDate) -> Result<Vec<i32>> {
        let mut years = Vec::new();
        for year in first.month().year()..=last.month().year() {
            let row: Option<CalendarRow> = self.state("calendar", &year.to_string())?;
            if row.is_some_and(|row| row.provisional) {
                years.push(year);
            }
        }
        Ok(years)
    }
}

/// The rules of a desk on a day.
pub(crate) fn policy_on(desk: &DeskRow, date: WorkDate) -> Option<&Policy> {
    desk.policy.as_ref().and_then(|document| document.on(date))
}

type RawPunch = ([u8; 16], String, i64, String, Option<String>, i64);

fn raw_punch(row: &Row<'_>) -> rusqlite::Result<RawPunch> {
    Ok((
        row.get(0)?,
        row.get(1)?,
        row.get(2)?,
        row.get(3)?,
        row.get(4)?,
        row.get(5)?,
    ))
}

fn punch((event, kind, at, device, suspicion, received_at): RawPunch) -> Result<PunchFact> {
    Ok(PunchFact {
        event: event_id(event),
        kind: from_word(&kind)?,
        at: instant(at),
        received_at: instant(received_at),
        device,
        suspicion: suspicion.as_deref().map(from_word).transpose()?,
    })
}

/// A cell from columns 2 (desk), 3 (month), 4 (revision), 6 (shift) and 7 (event).
pub(crate) fn cell(row: &Row<'_>) -> Result<CellInForce> {
    let shift: Option<String> = row.get(6)?;
    Ok(CellInForce {
        desk: DeskId::new(row.get::<_, String>(2)?),
        month: parse(&row.get::<_, String>(3)?)?,
        revision: row.get(4)?,
        event: event_id(row.get(7)?),
        shift: shift.as_deref().map(from_json).transpose()?,
    })
}
