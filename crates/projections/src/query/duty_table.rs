//! The duty table (排班表), and who handed it in when (T3).

use super::View;
use super::roster::{RosterAt, RosterRevision};
use crate::columns::{instant, parse};
use crate::error::Result;
use crate::facts::policy_on;
use crate::states::StaffRow;
use chrono::{DateTime, Utc};
use domain::day::RequestStatus;
use domain::event::{DayKind, LeaveKind};
use domain::ids::{DeskId, ShiftCode, StaffId};
use domain::quantities::Minutes;
use domain::shift::{Shift, ShiftTemplate};
use domain::work_date::WorkDate;
use serde::Serialize;
use std::collections::BTreeMap;

/// A duty table handed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DutySubmission {
    /// Monday of the week.
    pub week_start: WorkDate,
    /// The revision handed in.
    pub revision: u32,
    /// Who.
    pub by: StaffId,
    /// 姓名
    pub by_name: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// One week's duty table, due or handed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DutyWeek {
    /// Its Monday.
    pub week_start: WorkDate,
    /// Until when it was to be handed in; none while the desk has no rules for that day.
    pub due_at: Option<DateTime<Utc>>,
    /// The last time it was handed in.
    pub submission: Option<DutySubmission>,
    /// Not handed in, and the time is over.
    pub is_overdue: bool,
    /// Handed in after the time was over.
    pub was_late: bool,
    /// The roster changed after it was handed in.
    pub has_changed_since: bool,
}

/// A day's column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DutyDay {
    /// Which.
    pub date: WorkDate,
    /// What the calendar says, if it is not simply its weekday.
    pub day_kind: Option<DayKind>,
}

/// A cell of the table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DutyCell {
    /// What is worked; none is a day off.
    pub shift: Option<Shift>,
    /// Approved leave touching the day.
    pub leave: Option<LeaveKind>,
}

/// One person's line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DutyTableLine {
    /// The person.
    pub staff: StaffRow,
    /// As long as the table's days; none: not rostered.
    pub cells: Vec<Option<DutyCell>>,
    /// Days with a shift.
    pub shift_days: u16,
    /// Days off.
    pub rest_days: u16,
    /// Post time, meals included.
    pub minutes: Minutes,
    /// Days by shift code.
    pub counts: BTreeMap<ShiftCode, u16>,
}

/// A duty table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DutyTable {
    /// Whose.
    pub desk: DeskId,
    /// 部门
    pub desk_name: String,
    /// First day.
    pub first: WorkDate,
    /// Last day.
    pub last: WorkDate,
    /// The revisions it shows, one for each month; none for a draft.
    pub revisions: Vec<RosterRevision>,
    /// Its columns.
    pub days: Vec<DutyDay>,
    /// Its lines, by number.
    pub lines: Vec<DutyTableLine>,
    /// Every template in use, for names and colours.
    pub templates: Vec<ShiftTemplate>,
    /// People by shift code and day, as long as the days.
    pub head_counts: BTreeMap<ShiftCode, Vec<u16>>,
    /// People at work by day.
    pub at_work: Vec<u16>,
    /// Years whose holiday arrangement is not announced yet.
    pub provisional_years: Vec<i32>,
}

impl View<'_> {
    /// The duty table from `first` to `last`; none: no such desk, or no roster of that kind for any of its months.
    pub fn duty_table(
        &self,
        desk: &DeskId,
        first: WorkDate,
        last: WorkDate,
        at: RosterAt,
    ) -> Result<Option<DutyTable>> {
        let Some(row) = self.facts.desk(desk)? else {
            return Ok(None);
        };
        let length = usize::try_from(first.days_until(last) + 1).unwrap_or(0);
        let dates: Vec<WorkDate> = (0..length)
            .map(|offset| first.plus_days(i64::try_from(offset).unwrap_or(0)))
            .collect();
        let mut lines: BTreeMap<StaffId, DutyTableLine> = BTreeMap::new();
        let mut revisions = Vec::new();
        let mut found = false;
        let mut month = first.month();
        while month <= last.month() {
            if let Some(roster) = self.roster_at(desk, month, at)? {
                found = true;
                revisions.extend(roster.revision);
                for line in roster.lines {
                    let own =
                        lines
                            .entry(line.staff.staff.clone())
                            .or_insert_with(|| DutyTableLine {
                                staff: line.staff,
                                cells: vec![None; length],
                                shift_days: 0,
                                rest_days: 0,
                                minutes: Minutes::ZERO,
                                counts: BTreeMap::new(),
                            });
                    for (place, date) in own.cells.iter_mut().zip(&dates) {
                        if let Some(cell) = line.cells.get(date) {
                            *place = Some(DutyCell {
                                shift: cell.shift.clone(),
                                leave: None,
                            });
                        }
                    }
                }
            }
            month = month.next();
        }
        if !found {
            return Ok(None);
        }
        let mut head_counts: BTreeMap<ShiftCode, Vec<u16>> = BTreeMap::new();
        let mut at_work = vec![0; length];
        for line in lines.values_mut() {
            self.mark_leave(line, first, last, &dates)?;
            for (index, cell) in line.cells.iter().enumerate() {
                let Some(cell) = cell else { continue };
                let Some(shift) = &cell.shift else {
                    line.rest_days += 1;
                    continue;
                };
                line.shift_days += 1;
                line.minutes += shift.segments.iter().map(|s| s.minutes()).sum();
                *line.counts.entry(shift.code.clone()).or_default() += 1;
                let counts = head_counts
                    .entry(shift.code.clone())
                    .or_insert_with(|| vec![0; length]);
                for tally in [counts.get_mut(index), at_work.get_mut(index)]
                    .into_iter()
                    .flatten()
                {
                    *tally += 1;
                }
            }
        }
        let mut templates: Vec<ShiftTemplate> = Vec::new();
        for date in [last, first] {
            for template in row.templates_on(date) {
                if !templates.iter().any(|known| known.code == template.code) {
                    templates.push(template.clone());
                }
            }
        }
        let mut days = Vec::new();
        for date in dates {
            days.push(DutyDay {
                date,
                day_kind: self.facts.day_kind(date)?,
            });
        }
        Ok(Some(DutyTable {
            desk: desk.clone(),
            desk_name: row.name.clone(),
            first,
            last,
            revisions,
            days,
            lines: lines.into_values().collect(),
            templates,
            head_counts,
            at_work,
            provisional_years: self.facts.provisional_years(first, last)?,
        }))
    }

    fn mark_leave(
        &self,
        line: &mut DutyTableLine,
        first: WorkDate,
        last: WorkDate,
        dates: &[WorkDate],
    ) -> Result<()> {
        let leaves: Vec<crate::states::LeaveRow> = self.facts.states(
            "leave",
            crate::facts::By::Staff(line.staff.staff.as_str()),
            Some((&first.to_string(), &last.to_string())),
        )?;
        for leave in leaves
            .iter()
            .filter(|leave| leave.status == RequestStatus::Approved)
        {
            for (cell, date) in line.cells.iter_mut().zip(dates) {
                if let Some(cell) = cell
                    && leave.span.covers(*date)
                {
                    cell.leave = Some(leave.kind);
                }
            }
        }
        Ok(())
    }

    /// Every submission of a desk for weeks starting from `first` to `last`, oldest first.
    pub fn duty_submissions(
        &self,
        desk: &DeskId,
        first: WorkDate,
        last: WorkDate,
    ) -> Result<Vec<DutySubmission>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT week_start, revision, by, at FROM duty_submissions
             WHERE desk = ?1 AND week_start BETWEEN ?2 AND ?3 ORDER BY position",
        )?;
        let mut rows = statement.query((desk.as_str(), first.to_string(), last.to_string()))?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let by = StaffId::new(row.get::<_, String>(2)?);
            found.push(DutySubmission {
                week_start: parse(&row.get::<_, String>(0)?)?,
                revision: row.get(1)?,
                by_name: self.name(&by)?,
                by,
                at: instant(row.get(3)?),
            });
        }
        Ok(found)
    }

    /// The weeks whose Mondays lie from `first` to `last`: when each table was due, and whether it came (T3). `now` is
    /// the clock's.
    pub fn duty_weeks(
        &self,
        desk: &DeskId,
        first: WorkDate,
        last: WorkDate,
        now: DateTime<Utc>,
    ) -> Result<Vec<DutyWeek>> {
        let Some(row) = self.facts.desk(desk)? else {
            return Ok(Vec::new());
        };
        let submissions = self.duty_submissions(desk, first.week_start(), last)?;
        let mut monday = first.week_start();
        if monday < first {
            monday = monday.plus_days(7);
        }
        let mut weeks = Vec::new();
        while monday <= last {
            // The week before: 每周将下周的值班情况填好.
            let week_before = monday.plus_days(-7);
            let due_at = policy_on(&row, week_before).map(|policy| {
                let day =
                    week_before.plus_days(i64::from(policy.duty_table.due_weekday_from_monday));
                row.zone.instant(day, policy.duty_table.due_at)
            });
            let submission = submissions
                .iter()
                .rfind(|submission| submission.week_start == monday)
                .cloned();
            let first_at = submissions
                .iter()
                .find(|submission| submission.week_start == monday)
                .map(|submission| submission.at);
            let latest = self
                .roster_state(desk, monday.month())?
                .and_then(|state| state.revision);
            weeks.push(DutyWeek {
                week_start: monday,
                due_at,
                is_overdue: first_at.is_none() && due_at.is_some_and(|due| due < now),
                was_late: first_at
                    .zip(due_at)
                    .is_some_and(|(handed_in, due)| due < handed_in),
                has_changed_since: submission
                    .as_ref()
                    .zip(latest)
                    .is_some_and(|(submission, latest)| submission.revision < latest),
                submission,
            });
            monday = monday.plus_days(7);
        }
        Ok(weeks)
    }
}
