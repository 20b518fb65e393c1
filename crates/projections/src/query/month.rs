//! A month, by person: the sums for payroll, and everything a person sees of their own.

use super::View;
use super::penalties::{MonthBooks, PenaltyRow, pay_lines, points};
use super::period::AdjustmentRow;
use crate::error::Result;
use crate::facts::{Facts, policy_on};
use crate::states::{CorrectionRow, LeaveRow, MeetingRow, StaffRow, SwapRow};
use domain::day::DayRecord;
use domain::event::DayKind;
use domain::hours::{HoursPolicy, balance};
use domain::ids::{DeskId, MeetingId, PolicyVersionId, StaffId};
use domain::leave::ledger::Balance;
use domain::meeting::{Member, expected};
use domain::quantities::Minutes;
use domain::shift::Shift;
use domain::summary::{MonthSummary, PayLine, PayReason, summarise};
use domain::wage::earned;
use domain::who::Role;
use domain::work_date::{DayMinute, Month, WorkDate};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// One person's month as payroll takes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PersonMonth {
    /// The person, as of the figures.
    pub staff: StaffRow,
    /// The sums.
    pub summary: MonthSummary,
    /// The amounts behind 扣款, 奖励 and 调整.
    pub pay_lines: Vec<PayLine>,
    /// Approved penalties (negative) and rewards in points, where the rules count in points.
    pub points: i64,
    /// The rule versions the days were reckoned by.
    pub policies: BTreeSet<PolicyVersionId>,
    /// The days the sums are made of, in order.
    pub records: Vec<DayRecord>,
}

/// A meeting that a person is expected at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DayMeeting {
    /// Which.
    pub meeting: MeetingId,
    /// Its name.
    pub title: String,
    /// From.
    pub start: DayMinute,
    /// Until.
    pub end: DayMinute,
}

/// A day as its person sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MyMonthDay {
    /// Which.
    pub date: WorkDate,
    /// What the calendar says, if it is not simply its weekday.
    pub day_kind: Option<DayKind>,
    /// Whether a roster covers it.
    pub is_rostered: bool,
    /// What is worked; none on a day off, or when not rostered.
    pub shift: Option<Shift>,
    /// Meetings and briefings to come to (S2, M11, D4).
    pub meetings: Vec<DayMeeting>,
    /// What became of it.
    pub record: Option<DayRecord>,
}

/// A person's month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MyMonth {
    /// The person.
    pub staff: StaffRow,
    /// Which month.
    pub month: Month,
    /// Every day of it.
    pub days: Vec<MyMonthDay>,
    /// The sums; none while the desk has no rules for the month.
    pub summary: Option<MonthSummary>,
    /// Corrections for its days.
    pub corrections: Vec<CorrectionRow>,
    /// Leave touching it.
    pub leaves: Vec<LeaveRow>,
    /// Swaps in it.
    pub swaps: Vec<SwapRow>,
    /// Penalties and rewards.
    pub penalties: Vec<PenaltyRow>,
    /// Balances as of now.
    pub balances: Vec<Balance>,
}

impl View<'_> {
    /// A desk's month by person: as it was closed once it is, else as it stands.
    pub fn month_summary(&self, desk: &DeskId, month: Month) -> Result<Vec<PersonMonth>> {
        match self.facts.closed_month(desk, month)? {
            Some(position) => {
                let facts = Facts::as_of(self.connection, position);
                let books = self.books_closed(&facts, desk, month)?;
                self.person_months(&facts, desk, month, &books)
            }
            None => self.month_summary_now(desk, month),
        }
    }

    /// A desk's month by person as the facts stand now, closed or not.
    pub fn month_summary_now(&self, desk: &DeskId, month: Month) -> Result<Vec<PersonMonth>> {
        let books = self.books_now(desk, month)?;
        self.person_months(&self.facts, desk, month, &books)
    }

    pub(crate) fn person_months(
        &self,
        facts: &Facts<'_>,
        desk: &DeskId,
        month: Month,
        books: &MonthBooks,
    ) -> Result<Vec<PersonMonth>> {
        let Some(row) = facts.desk(desk)? else {
            return Ok(Vec::new());
        };
        let Some(policy) = month.days().find_map(|date| policy_on(&row, date)) else {
            return Ok(Vec::new());
        };
        let hours = policy.hours.clone().filter(HoursPolicy::is_comprehensive);
        let (first, last) = match &hours {
            Some(hours) => hours.period.around(month),
            None => (month, month),
        };
        let kinds = facts.day_kinds(first.first(), last.last())?;
        let mut records: BTreeMap<&StaffId, Vec<&DayRecord>> = BTreeMap::new();
        for record in &books.records {
            records.entry(&record.staff).or_default().push(record);
        }
        let adjustments = self.adjustments_as_of(facts, desk, month)?;
        let mut months = Vec::new();
        for staff in facts.staff_of(Some(desk))? {
            let own = records.remove(&staff.staff).unwrap_or_default();
            let here =
                staff.from <= month.last() && staff.until.is_none_or(|last| month.first() <= last);
            let mut lines = pay_lines(&staff.staff, &books.sanctions);
            lines.extend(adjustment_lines(&staff.staff, &adjustments));
            if own.is_empty() && lines.is_empty() && !(here && staff.is_rosterable()) {
                continue;
            }
            let employed = (staff.from, staff.until);
            let kind = |date: WorkDate| kinds.get(&date).copied();
            let contract = staff.contract_on(month.last());
            let wage = contract.map(|c| earned(c.month_wage, month, employed, kind, &policy.law));
            let mut summary = summarise(
                &staff.staff,
                desk,
                month,
                own.iter().copied(),
                &lines,
                wage,
                &policy.law,
            );
            if let Some(hours) = &hours {
                let worked = books.hours.get(&staff.staff).copied();
                let worked = worked.unwrap_or(Minutes::ZERO);
                summary = summary.balanced(balance(hours, month, employed, worked, kind));
            }
            months.push(PersonMonth {
                summary,
                pay_lines: lines,
                points: points(&staff.staff, &books.sanctions),
                policies: own.iter().map(|record| record.policy.clone()).collect(),
                records: own.into_iter().cloned().collect(),
                staff,
            });
        }
        Ok(months)
    }

    /// Everything a person sees of a month of their own.
    pub fn my_month(&self, staff: &StaffId, month: Month) -> Result<Option<MyMonth>> {
        let Some(person) = self.facts.staff(staff)? else {
            return Ok(None);
        };
        let cells = self.shifts_of(staff, month.first(), month.last())?;
        let called = self.meetings(&person.desk, month.first(), month.last())?;
        let mut days = Vec::new();
        for date in month.days() {
            let cell = cells.get(&date);
            let member = Member {
                staff: staff.clone(),
                of_desk: person.roles.contains(&Role::Staff) || person.leads.contains(&person.desk),
                shift: cell.and_then(|cell| Some(cell.shift.as_ref()?.code.clone())),
            };
            let rules = self.policy_on(&person.desk, date)?;
            let day_off_expected = rules
                .and_then(|policy| policy.meeting)
                .is_none_or(|meeting| meeting.day_off_expected);
            let comes = |row: &&MeetingRow| {
                row.date == date
                    && row.cancelled.is_none()
                    && !expected(
                        &row.expected,
                        std::slice::from_ref(&member),
                        day_off_expected,
                        cell.is_some(),
                    )
                    .is_empty()
            };
            let meetings = called.iter().filter(comes).map(|row| DayMeeting {
                meeting: row.meeting,
                title: row.title.clone(),
                start: row.start,
                end: row.end(),
            });
            let meetings = meetings.collect();
            days.push(MyMonthDay {
                date,
                day_kind: self.facts.day_kind(date)?,
                is_rostered: cell.is_some(),
                shift: cell.and_then(|cell| cell.shift.clone()),
                meetings,
                record: self.day_record(staff, date)?,
            });
        }
        let summary = self
            .month_summary(&person.desk, month)?
            .into_iter()
            .find(|found| found.staff.staff == *staff)
            .map(|found| found.summary);
        Ok(Some(MyMonth {
            month,
            days,
            summary,
            corrections: self.corrections_of(staff, month)?,
            leaves: self.leaves_of(staff, month)?,
            swaps: self.swaps_of(staff, month)?,
            penalties: self.penalties_of(staff, month)?,
            balances: self.leave_balances(staff)?,
            staff: person,
        }))
    }
}

fn adjustment_lines(staff: &StaffId, adjustments: &[AdjustmentRow]) -> Vec<PayLine> {
    adjustments
        .iter()
        .filter(|adjustment| adjustment.staff == *staff)
        .map(|adjustment| PayLine {
            sanction: None,
            reason: PayReason::Adjustment,
            amount: adjustment.amount,
        })
        .collect()
}
