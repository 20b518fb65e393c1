//! What happened, read back as of a log position.

use crate::columns::{event_id, from_json, from_word, instant, micros, parse};
use crate::error::{Error, Result};
use crate::kept::{Cells, DatedState, Kept, Moment};
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

/// The facts at or before a position. Desks and calendars are read once; of a stretch of days, if one is kept, all is.
pub(crate) struct Facts<'c> {
    pub(crate) connection: &'c Connection,
    as_of: i64,
    desks: RefCell<HashMap<DeskId, Option<Rc<DeskRow>>>>,
    calendars: RefCell<HashMap<i32, Rc<BTreeMap<WorkDate, DayKind>>>>,
    pub(crate) kept: Option<Kept>,
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

impl<'a> By<'a> {
    /// The condition, and the key it compares with.
    fn column(self) -> (&'static str, &'a str) {
        match self {
            By::All => ("", ""),
            By::Desk(desk) => (" AND v.desk = ?3", desk),
            By::Staff(staff) => (" AND v.staff = ?3", staff),
            By::Other(other) => (" AND v.other = ?3", other),
        }
    }
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
            kept: None,
        }
    }
    /// To be asked about many days from `first` to `last`, while no fact is written.
    pub(crate) fn keeping(self, first: WorkDate, last: WorkDate) -> Self {
        Self {
            kept: Some(Kept::of(first, last)),
            ..self
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
        kind: &'static str,
        by: By<'_>,
        dates: Option<(&str, &str)>,
    ) -> Result<Vec<T>> {
        let (from, until) = dates.unwrap_or(("", "~"));
        let Some(kept) = &self.kept else {
            let found = self.dated_states(kind, by, (from, until))?;
            return found.iter().map(|found| from_json(&found.state)).collect();
        };
        let (first, last) = (kept.dates.0.as_str(), kept.dates.1.as_str());
        let (column, key) = by.column();
        if !(first <= from && until <= last) {
            let found = self.dated_states(kind, by, (from, until))?;
            return found.iter().map(|found| from_json(&found.state)).collect();
        }
        let by_key = kept.states.get(&(kind, column), || Ok(Rc::default()))?;
        let all = by_key.get(key, || {
            Ok(self.dated_states(kind, by, (first, last))?.into())
        })?;
        all.iter()
            .filter(|found| found.first.as_str() <= until && found.last.as_str() >= from)
            .map(|found| from_json(&found.state))
            .collect()
    }

    fn dated_states(
        &self,
        kind: &str,
        by: By<'_>,
        (from, until): (&str, &str),
    ) -> Result<Vec<DatedState>> {
        // The newest version of each id decides whether it matches: a correction's row does not move to other
        // people or days, and where it could (a person's desk) the old version must not answer.
        let (column, key) = by.column();
        let sql = format!(
            "SELECT v.first, v.last, v.state FROM versions v
             WHERE v.kind = ?1 AND v.position <= ?2 AND ?3 = ?3{column}
               AND v.first <= ?5 AND v.last >= ?4
               AND NOT EXISTS (SELECT 1 FROM versions newer WHERE newer.kind = v.kind AND newer.id = v.id
                               AND newer.position > v.position AND newer.position <= ?2)
             ORDER BY v.first, v.id"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let rows = statement.query_map((kind, self.as_of, key, from, until), |row| {
            Ok(DatedState {
                first: row.get(0)?,
                last: row.get(1)?,
                state: row.get(2)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The states of a kind that stand at `status`, in the order they came to be.
    pub(crate) fn states_at<T: DeserializeOwned>(
        &self,
        kind: &str,
        by: By<'_>,
        status: &str,
    ) -> Result<Vec<T>> {
        let (column, key) = by.column();
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
        let read = || self.state("staff", staff.as_str());
        match &self.kept {
            Some(kept) => kept.staff.get(staff, read),
            None => read(),
        }
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
        match &self.kept {
            Some(kept) => kept
                .closed_through
                .get(desk, || self.read_closed_through(desk)),
            None => self.read_closed_through(desk),
        }
    }

    fn read_closed_through(&self, desk: &DeskId) -> Result<Option<WorkDate>> {
        let last: Option<String> = self
            .connection
            .prepare_cached(
                "SELECT date FROM days_closed WHERE desk = ?1 AND position <= ?2 ORDER BY date DESC LIMIT 1",
            )?
            .query_row((desk.as_str(), self.as_of), |row| row.get(0))
            .optional()?;
        last.as_deref().map(parse).transpose()
    }

    /// The positions at which a desk's days were closed.
    fn closed_at(
        &self,
        desk: &DeskId,
        first: WorkDate,
        last: WorkDate,
    ) -> Result<BTreeMap<WorkDate, i64>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT date, position FROM days_closed WHERE desk = ?1 AND date BETWEEN ?2 AND ?3 AND position <= ?4",
        )?;
        let rows = statement.query_map(
            (
                desk.as_str(),
                first.to_string(),
                last.to_string(),
                self.as_of,
            ),
            |row| Ok((row.get::<_, String>(0)?, row.get(1)?)),
        )?;
        rows.map(|row| {
            let (date, position) = row?;
            Ok((parse(&date)?, position))
        })
        .collect()
    }

    /// A person's cells from `first` to `last` that attendance is reckoned against: of each day, the cell in force
    /// when the day was closed. A roster changed afterwards does not rewrite the day (T4).
    pub(crate) fn cells_in_force(
        &self,
        staff: &StaffId,
        first: WorkDate,
        last: WorkDate,
    ) -> Result<Cells> {
        let cells = self.cells_about(staff, first, last)?;
        let cells = cells.range(first..=last);
        Ok(cells.map(|(date, cell)| (*date, cell.clone())).collect())
    }

    /// The same, and perhaps those of days beyond.
    pub(crate) fn cells_about(
        &self,
        staff: &StaffId,
        first: WorkDate,
        last: WorkDate,
    ) -> Result<Rc<Cells>> {
        let kept = self.kept.as_ref();
        match kept.filter(|kept| kept.covers_days(first, last)) {
            Some(kept) => kept.cells.get(staff, || {
                Ok(Rc::new(self.read_cells(staff, kept.first, kept.last)?))
            }),
            None => Ok(Rc::new(self.read_cells(staff, first, last)?)),
        }
    }

    fn read_cells(&self, staff: &StaffId, first: WorkDate, last: WorkDate) -> Result<Cells> {
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
        let mut closed: HashMap<DeskId, Rc<BTreeMap<WorkDate, i64>>> = HashMap::new();
        while let Some(row) = rows.next()? {
            let date = parse(text(row, 0)?)?;
            let (position, gone): (i64, bool) = (row.get(1)?, row.get(5)?);
            let cell = cell(row)?;
            if !closed.contains_key(&cell.desk) {
                let read = || Ok(Rc::new(self.closed_at(&cell.desk, first, last)?));
                let kept = self.kept.as_ref();
                let days = match kept.filter(|kept| (kept.first, kept.last) == (first, last)) {
                    Some(kept) => kept.closed_at.get(&cell.desk, read)?,
                    None => read()?,
                };
                closed.insert(cell.desk.clone(), days);
            }
            let closed_at = closed.get(&cell.desk).and_then(|days| days.get(&date));
            if closed_at.is_some_and(|closed_at| position > *closed_at) {
                continue;
            }
            if gone {
                cells.remove(&date);
            } else {
                cells.insert(date, cell);
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
        let kept = self.kept.as_ref();
        let kept = kept.filter(|kept| kept.covers(from, until));
        let (from, until) = (micros(from), micros(until));
        let Some(kept) = kept else {
            let found = self.read_punches(staff, from, until)?;
            return Ok(found.into_iter().map(|(_, punch)| punch).collect());
        };
        let all = kept.punches.get(staff, || {
            let (from, until) = (micros(kept.from), micros(kept.until));
            Ok(self.read_punches(staff, from, until)?.into())
        })?;
        let about = all
            .iter()
            .filter(|(day_at, _)| from <= *day_at && *day_at < until);
        Ok(about.map(|(_, punch)| punch.clone()).collect())
    }

    fn read_punches(
        &self,
        staff: &StaffId,
        from: i64,
        until: i64,
    ) -> Result<Vec<(i64, PunchFact)>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT event, kind, at, device, suspicion, received_at, day_at FROM punches
             WHERE staff = ?1 AND day_at >= ?2 AND day_at < ?3 AND position <= ?4 ORDER BY at, position",
        )?;
        let mut rows = statement.query((staff.as_str(), from, until, self.as_of))?;
        let mut punches = Vec::new();
        while let Some(row) = rows.next()? {
            punches.push((row.get(6)?, punch(row)?));
        }
        Ok(punches)
    }

    /// Whether somebody punched in in a stretch of time.
    pub(crate) fn has_come(
        &self,
        staff: &StaffId,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<bool> {
        Ok(self
            .connection
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM punches WHERE staff = ?1 AND day_at >= ?2 AND day_at < ?3
                 AND kind = 'in' AND position <= ?4)",
            )?
            .query_row(
                (staff.as_str(), micros(from), micros(until), self.as_of),
                |row| row.get(0),
            )?)
    }

    /// Approved overtime of a day.
    pub(crate) fn overtime(&self, staff: &StaffId, date: WorkDate) -> Result<Vec<OvertimeFact>> {
        let kept = self.kept.as_ref();
        let all = match kept.filter(|kept| kept.covers_days(date, date)) {
            Some(kept) => kept.overtime.get(staff, || {
                Ok(self.read_overtime(staff, kept.first, kept.last)?.into())
            })?,
            None => self.read_overtime(staff, date, date)?.into(),
        };
        let of_day = all.iter().filter(|(work_date, _)| *work_date == date);
        Ok(of_day.map(|(_, fact)| fact.clone()).collect())
    }

    fn read_overtime(
        &self,
        staff: &StaffId,
        first: WorkDate,
        last: WorkDate,
    ) -> Result<Vec<(WorkDate, OvertimeFact)>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT work_date, event, minutes_max, compensation FROM overtime_approvals
             WHERE staff = ?1 AND work_date BETWEEN ?2 AND ?3 AND position <= ?4 ORDER BY position",
        )?;
        let rows = statement.query_map(
            (
                staff.as_str(),
                first.to_string(),
                last.to_string(),
                self.as_of,
            ),
            |row| {
                let texts: (String, String) = (row.get(0)?, row.get(3)?);
                Ok((texts, row.get(1)?, row.get(2)?))
            },
        )?;
        rows.map(|row| {
            let ((date, compensation), event, minutes) = row?;
            let fact = OvertimeFact {
                event: event_id(event),
                minutes_max: Minutes(minutes),
                compensation: from_word(&compensation)?,
            };
            Ok((parse(&date)?, fact))
        })
        .collect()
    }

    /// The messenger's reports about somebody in a stretch of time.
    pub(crate) fn presence(
        &self,
        staff: &StaffId,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Vec<Moment>> {
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
    ) -> Result<Vec<Moment>> {
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
    ) -> Result<Vec<Moment>> {
        let kept = self.kept.as_ref();
        let Some(kept) = kept.filter(|kept| kept.covers(from, until)) else {
            return self.read_moments(sql, staff, from, until);
        };
        let of_people = kept.moments.get(&sql, || Ok(Rc::default()))?;
        let all = of_people.get(staff, || {
            Ok(self.read_moments(sql, staff, kept.from, kept.until)?.into())
        })?;
        let about = all.iter().filter(|(_, at, _)| from <= *at && *at < until);
        Ok(about.copied().collect())
    }

    fn read_moments(
        &self,
        sql: &'static str,
        staff: &StaffId,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Vec<Moment>> {
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

/// A punch from columns 0 (event), 1 (kind), 2 (at), 3 (device), 4 (suspicion) and 5 (received at).
fn punch(row: &Row<'_>) -> Result<PunchFact> {
    let suspicion = maybe_text(row, 4)?;
    Ok(PunchFact {
        event: event_id(row.get(0)?),
        kind: from_word(text(row, 1)?)?,
        at: instant(row.get(2)?),
        received_at: instant(row.get(5)?),
        device: row.get(3)?,
        suspicion: suspicion.map(from_word).transpose()?,
    })
}

/// A cell from columns 2 (desk), 3 (month), 4 (revision), 6 (shift) and 7 (event).
pub(crate) fn cell(row: &Row<'_>) -> Result<CellInForce> {
    let shift = maybe_text(row, 6)?;
    Ok(CellInForce {
        desk: DeskId::new(row.get::<_, String>(2)?),
        month: parse(text(row, 3)?)?,
        revision: row.get(4)?,
        event: event_id(row.get(7)?),
        shift: shift.map(from_json).transpose()?,
    })
}

/// A column's text.
pub(crate) fn text<'r>(row: &'r Row<'_>, column: usize) -> Result<&'r str> {
    row.get_ref(column)?
        .as_str()
        .map_err(|source| Error::row(format!("column {column}"), source))
}

fn maybe_text<'r>(row: &'r Row<'_>, column: usize) -> Result<Option<&'r str>> {
    row.get_ref(column)?
        .as_str_or_null()
        .map_err(|source| Error::row(format!("column {column}"), source))
}
