//! A person's day: the shift, the punches so far, what to punch next.

use super::View;
use super::lanes::MyLane;
use crate::columns::{event_id, from_word, instant, micros};
use crate::error::Result;
use crate::facts::policy_on;
use crate::rules;
use crate::states::{LeaveRow, StaffRow};
use chrono::{DateTime, Utc};
use domain::day::{DayRecord, RequestStatus};
use domain::event::{DayKind, PunchKind, Suspicion};
use domain::ids::{EventId, StaffId};
use domain::shift::{Shift, ShiftTemplate};
use domain::work_date::{DayMinute, WorkDate};
use rusqlite::OptionalExtension;
use serde::Serialize;

/// A punch as its person sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PunchRow {
    /// Its event: the receipt.
    pub event: EventId,
    /// What.
    pub kind: PunchKind,
    /// When.
    pub at: DateTime<Utc>,
    /// When the server learned of it.
    pub received_at: DateTime<Utc>,
    /// The device, `web` for the page.
    pub device: String,
    /// Flagged, if anything is odd.
    pub suspicion: Option<Suspicion>,
}

/// A person's day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MyDay {
    /// The person.
    pub staff: StaffRow,
    /// The desk's name.
    pub desk_name: String,
    /// The site's zone.
    pub zone: domain::work_date::Zone,
    /// The work date.
    pub date: WorkDate,
    /// What the calendar says, if it is not simply its weekday.
    pub day_kind: Option<DayKind>,
    /// Whether a roster covers it.
    pub is_rostered: bool,
    /// What is worked; none on a day off.
    pub shift: Option<Shift>,
    /// The template the shift came from: its name and colour.
    pub template: Option<ShiftTemplate>,
    /// Leave touching the day.
    pub leaves: Vec<LeaveRow>,
    /// Where the lane plan has the person, by time (M4).
    pub lanes: Vec<MyLane>,
    /// The day's punches, in order of time.
    pub punches: Vec<PunchRow>,
    /// What to punch next, the likeliest first.
    pub punch_next: Vec<PunchKind>,
    /// What became of the day so far.
    pub record: Option<DayRecord>,
    /// Corrections used of the month (T7).
    pub corrections_used: usize,
    /// At most so many; none while the desk has no rules for the day.
    pub corrections_max: Option<u16>,
    /// Days after the work date in which a correction may be asked for (T6).
    pub correction_window_days: Option<u16>,
}

impl View<'_> {
    /// The work date a person is in at a moment: yesterday while its shift lasts (and may still be punched out of),
    /// else the calendar date.
    pub fn work_date_at(&self, staff: &StaffId, at: DateTime<Utc>) -> Result<Option<WorkDate>> {
        let Some(person) = self.facts.staff(staff)? else {
            return Ok(None);
        };
        let Some(desk) = self.facts.desk(&person.desk)? else {
            return Ok(None);
        };
        let today = desk.zone.date(at);
        let yesterday = today.plus_days(-1);
        let cells = self.shifts_of(staff, yesterday, today)?;
        let span = |date: WorkDate| {
            let shift = cells.get(&date)?.shift.as_ref()?;
            rules::span(shift, desk.zone, date)
        };
        let Some((_, end)) = span(yesterday) else {
            return Ok(Some(today));
        };
        let midnight = desk.zone.instant(today, DayMinute(0));
        if end <= midnight {
            return Ok(Some(today));
        }
        // Between two shifts the midpoint divides, as it does for their punches.
        let until = match (span(today), policy_on(&desk, yesterday)) {
            (Some((start, _)), _) => end + (start - end) / 2,
            (None, Some(policy)) => rules::moved(end, policy.punch.window_after_minutes),
            (None, None) => end,
        };
        Ok(Some(if at < until { yesterday } else { today }))
    }

    /// A person's day; none: nobody of that number, or the desk is unknown.
    pub fn my_day(&self, staff: &StaffId, date: WorkDate) -> Result<Option<MyDay>> {
        let Some(person) = self.facts.staff(staff)? else {
            return Ok(None);
        };
        let Some(desk) = self.facts.desk(&person.desk)? else {
            return Ok(None);
        };
        let cells = self.shifts_of(staff, date.plus_days(-1), date.plus_days(1))?;
        let cell = cells.get(&date);
        let shift = cell.and_then(|cell| cell.shift.clone());
        let template = shift.as_ref().and_then(|shift| {
            let templates = desk.templates_on(date);
            templates.iter().find(|t| t.code == shift.code).cloned()
        });
        let policy = policy_on(&desk, date);
        let midnight = |offset: i64| desk.zone.instant(date.plus_days(offset), DayMinute(0));
        // A night shift's morning belongs to the day it began; and yesterday's morning is not today's.
        let until = match shift.as_ref().and_then(|s| rules::span(s, desk.zone, date)) {
            Some((_, end)) if end > midnight(1) => rules::moved(
                end,
                policy.map_or_else(Default::default, |p| p.punch.window_after_minutes),
            ),
            _ => midnight(1),
        };
        let yesterday = cells
            .get(&date.plus_days(-1))
            .and_then(|cell| cell.shift.as_ref())
            .and_then(|shift| rules::span(shift, desk.zone, date.plus_days(-1)));
        let from = match (
            yesterday,
            shift.as_ref().and_then(|s| rules::span(s, desk.zone, date)),
        ) {
            (Some((_, end)), Some((start, _))) if end > midnight(0) => end + (start - end) / 2,
            (Some((_, end)), None) if end > midnight(0) => rules::moved(
                end,
                policy.map_or_else(Default::default, |p| p.punch.window_after_minutes),
            ),
            _ => midnight(0),
        };
        let punches = self.punches_of(staff, from, until)?;
        let record = self.day_record(staff, date)?;
        let mut leaves = self.leaves_of(staff, date.month())?;
        leaves.retain(|leave| {
            leave.span.covers(date)
                && matches!(
                    leave.status,
                    RequestStatus::Approved | RequestStatus::Pending
                )
        });
        Ok(Some(MyDay {
            desk_name: desk.name.clone(),
            zone: desk.zone,
            date,
            day_kind: self.facts.day_kind(date)?,
            is_rostered: cell.is_some(),
            shift,
            template,
            leaves,
            lanes: self.lanes_of(&desk.desk, staff, date)?,
            punch_next: punch_next(&punches),
            punches,
            record,
            corrections_used: self.corrections_used(staff, date.month())?,
            corrections_max: policy.map(|policy| policy.correction.month_max),
            correction_window_days: policy.map(|policy| policy.correction.window_days),
            staff: person,
        }))
    }

    /// A person's punches in a stretch of time, in order of time.
    pub fn punches_of(
        &self,
        staff: &StaffId,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Vec<PunchRow>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT event, kind, at, received_at, device, suspicion FROM punches
             WHERE staff = ?1 AND day_at >= ?2 AND day_at < ?3 ORDER BY at, position",
        )?;
        let mut rows = statement.query((staff.as_str(), micros(from), micros(until)))?;
        let mut punches = Vec::new();
        while let Some(row) = rows.next()? {
            punches.push(punch_row(row)?);
        }
        Ok(punches)
    }

    /// The last punch a person made, by the clock of its source: the receipt.
    pub fn last_punch(&self, staff: &StaffId) -> Result<Option<PunchRow>> {
        let found = self
            .connection
            .prepare_cached(
                "SELECT event, kind, at, received_at, device, suspicion FROM punches
                 WHERE staff = ?1 AND suspicion IS NULL ORDER BY day_at DESC, position DESC LIMIT 1",
            )?
            .query_row([staff.as_str()], |row| Ok(punch_row(row)))
            .optional()?;
        found.transpose()
    }
}

fn punch_row(row: &rusqlite::Row<'_>) -> Result<PunchRow> {
    let suspicion: Option<String> = row.get(5)?;
    Ok(PunchRow {
        event: event_id(row.get(0)?),
        kind: from_word(&row.get::<_, String>(1)?)?,
        at: instant(row.get(2)?),
        received_at: instant(row.get(3)?),
        device: row.get(4)?,
        suspicion: suspicion.as_deref().map(from_word).transpose()?,
    })
}

fn punch_next(punches: &[PunchRow]) -> Vec<PunchKind> {
    let last = punches.iter().rfind(|punch| punch.suspicion.is_none());
    match last.map(|punch| punch.kind) {
        None | Some(PunchKind::Out) => vec![PunchKind::In],
        Some(PunchKind::MealStart) => vec![PunchKind::MealEnd],
        Some(PunchKind::In) => vec![PunchKind::MealStart, PunchKind::Out],
        Some(PunchKind::MealEnd) => vec![PunchKind::Out, PunchKind::MealStart],
    }
}
