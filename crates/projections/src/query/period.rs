//! Periods: how far time has passed, what still stands in the way of closing, and what changed after it.

use super::View;
use super::month::PersonMonth;
use super::sheets::SheetCounts;
use crate::columns::{event_id, from_json, instant, parse};
use crate::error::Result;
use crate::facts::{By, Facts};
use crate::states::{ReopeningRow, SanctionStatus};
use chrono::{DateTime, Utc};
use domain::day::{DayRecord, DayStatus, EdgeState};
use domain::event::Adjusted;
use domain::ids::{DeskId, EventId, PolicyVersionId, StaffId};
use domain::period::{Difference, DifferenceDue};
use domain::quantities::{Fen, Minutes};
use domain::work_date::{Month, WorkDate};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// A closed month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClosedPeriod {
    /// The log position its figures rest on, as a number.
    pub position: u64,
    /// Hash over all stream heads at that position, hex.
    pub seal: String,
    /// The rules it was reckoned by.
    pub policy_versions: Vec<PolicyVersionId>,
    /// Who closed it.
    pub by: StaffId,
    /// 姓名
    pub by_name: String,
    /// When.
    pub at: DateTime<Utc>,
    /// The position of the closing itself: an export as of it is this closing's, bit for bit.
    pub closed_position: u64,
}

/// Where a desk's month stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PeriodStatus {
    /// Which desk.
    pub desk: DeskId,
    /// Which month.
    pub month: Month,
    /// The latest day closed at the desk, of any month.
    pub closed_through: Option<WorkDate>,
    /// Days of the month that are not closed.
    pub days_open: u16,
    /// Person-days that cannot be told yet.
    pub undecided_days: usize,
    /// Undecided corrections for its days.
    pub corrections_pending: u32,
    /// Undecided leave touching it.
    pub leaves_pending: u32,
    /// Penalties and rewards that are neither approved nor dropped.
    pub sanctions_open: usize,
    /// The rules its days were reckoned by so far.
    pub policy_versions: BTreeSet<PolicyVersionId>,
    /// While closed.
    pub closed: Option<ClosedPeriod>,
    /// Every closing, oldest first; all but the last were opened again.
    pub closings: Vec<ClosedPeriod>,
    /// When it was wanted open again, oldest first, and what came of it.
    pub reopenings: Vec<ReopeningRow>,
    /// What people have said of their sheets.
    pub sheets: SheetCounts,
    /// Years whose holiday arrangement is not announced yet and on which its figures rest.
    pub provisional_years: Vec<i32>,
}

/// A signed adjustment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AdjustmentRow {
    /// Its event.
    pub event: EventId,
    /// The month it counts in.
    pub month: Month,
    /// Whose.
    pub staff: StaffId,
    /// 姓名
    pub name: String,
    /// The closed month it makes good.
    pub source_month: Month,
    /// Money off (negative) or back (positive).
    pub amount: Fen,
    /// What changed.
    pub reason: String,
    /// Who signed it.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
    /// Figure by figure; none in adjustments signed before figures were kept.
    pub difference: Option<Difference>,
    /// The days of the closed month that differed.
    pub days: Vec<WorkDate>,
    /// The events that made the difference.
    pub evidence: Vec<EventId>,
}

/// The figures of a day that payroll looks at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DayFigures {
    /// What it turned out to be.
    pub status: DayStatus,
    /// 工作时长
    pub worked_minutes: Minutes,
    /// 迟到
    pub late_minutes: Minutes,
    /// 早退
    pub early_minutes: Minutes,
    /// 旷工
    pub absent_minutes: Minutes,
    /// 缺卡
    pub missed_punches: usize,
    /// 加班, all classes.
    pub overtime_minutes: Minutes,
    /// 请假, all kinds.
    pub leave_minutes: Minutes,
}

impl DayFigures {
    fn of(record: &DayRecord) -> Self {
        let missed = |edge: &EdgeState| matches!(edge, EdgeState::Missed { .. });
        Self {
            status: record.status,
            worked_minutes: record.worked_minutes,
            late_minutes: record.late_minutes,
            early_minutes: record.early_minutes,
            absent_minutes: record.absent_minutes,
            missed_punches: record
                .segments
                .iter()
                .flat_map(|segment| [&segment.arrival, &segment.departure])
                .filter(|edge| missed(edge))
                .count(),
            overtime_minutes: record.overtime.workday
                + record.overtime.rest_day
                + record.overtime.statutory,
            leave_minutes: record.leave_minutes.values().copied().sum(),
        }
    }
}

/// A day whose figures are no longer what the month was closed on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DayDifference {
    /// Which.
    pub date: WorkDate,
    /// As closed.
    pub closed: Option<DayFigures>,
    /// As the facts stand now.
    pub now: Option<DayFigures>,
    /// The events that speak now and did not then.
    pub new_evidence: Vec<EventId>,
}

/// What late facts changed about a person's closed month and nobody has signed yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AdjustmentDue {
    /// Whose.
    pub staff: StaffId,
    /// 姓名
    pub name: String,
    /// The closed month.
    pub source_month: Month,
    /// Rewards less penalties, as closed.
    pub closed_net: Fen,
    /// The same as the facts and decisions stand now.
    pub net_now: Fen,
    /// What was adjusted already.
    pub signed: Fen,
    /// What is left to adjust: money off (negative) or back (positive). Zero when only figures differ.
    pub amount: Fen,
    /// The same, figure by figure.
    pub difference: Difference,
    /// The days that differ.
    pub days: Vec<DayDifference>,
}

impl View<'_> {
    /// Where a desk's month stands.
    pub fn period_status(&self, desk: &DeskId, month: Month) -> Result<PeriodStatus> {
        let closed_through = self.facts.closed_through(desk)?;
        let books = self.books_now(desk, month)?;
        let (first, last) = (month.first().to_string(), month.last().to_string());
        let days_closed: u16 = self
            .connection
            .prepare_cached(
                "SELECT count(*) FROM days_closed WHERE desk = ?1 AND date BETWEEN ?2 AND ?3",
            )?
            .query_row((desk.as_str(), &first, &last), |row| row.get(0))?;
        let days = u16::try_from(month.days().count()).unwrap_or(u16::MAX);
        let pending = |kind: &str| -> Result<u32> {
            Ok(self
                .connection
                .prepare_cached(
                    "SELECT count(*) FROM versions v WHERE v.kind = ?1 AND v.desk = ?2 AND v.status = 'pending'
                     AND v.first <= ?4 AND v.last >= ?3 AND NOT EXISTS
                       (SELECT 1 FROM versions newer WHERE newer.kind = v.kind AND newer.id = v.id
                        AND newer.position > v.position)",
                )?
                .query_row((kind, desk.as_str(), &first, &last), |row| row.get(0))?)
        };
        Ok(PeriodStatus {
            desk: desk.clone(),
            month,
            closed_through,
            days_open: days.saturating_sub(days_closed),
            undecided_days: books
                .records
                .iter()
                .filter(|record| {
                    matches!(record.status, DayStatus::Open | DayStatus::AbsencePending)
                        || record
                            .segments
                            .iter()
                            .flat_map(|segment| [&segment.arrival, &segment.departure])
                            .any(|edge| *edge == EdgeState::Pending)
                })
                .count(),
            corrections_pending: pending("correction")?,
            leaves_pending: pending("leave")?,
            sanctions_open: books
                .sanctions
                .iter()
                .filter(|row| {
                    matches!(
                        row.status,
                        SanctionStatus::Proposed
                            | SanctionStatus::Verified
                            | SanctionStatus::Balanced
                            | SanctionStatus::Appealed
                    )
                })
                .count(),
            policy_versions: books
                .records
                .iter()
                .map(|record| record.policy.clone())
                .collect(),
            closed: self.closed_period(desk, month)?,
            closings: self.closings(desk, month)?,
            reopenings: self.reopenings(desk, month)?,
            sheets: SheetCounts::of(&self.sheets(desk, month)?),
            provisional_years: self.facts.provisional_years(month.first(), month.last())?,
        })
    }

    /// When a month was wanted open again, oldest first, and what came of it.
    pub fn reopenings(&self, desk: &DeskId, month: Month) -> Result<Vec<ReopeningRow>> {
        let mut rows = self.facts.reopenings(desk, month)?;
        for row in &mut rows {
            row.by_name = self.name(&row.by)?;
            if let Some(by) = &row.decided_by {
                row.decided_by_name = Some(self.name(by)?);
            }
        }
        Ok(rows)
    }

    /// How a month was closed; none: it is open.
    pub fn closed_period(&self, desk: &DeskId, month: Month) -> Result<Option<ClosedPeriod>> {
        if self.facts.closed_month(desk, month)?.is_none() {
            return Ok(None);
        }
        Ok(self.closings(desk, month)?.pop())
    }

    /// Every closing of a month, oldest first, those that were opened again too.
    pub fn closings(&self, desk: &DeskId, month: Month) -> Result<Vec<ClosedPeriod>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT exported_position, seal, policy_versions, by, at, position FROM periods_closed
             WHERE desk = ?1 AND month = ?2 ORDER BY position",
        )?;
        let mut rows = statement.query((desk.as_str(), month.to_string()))?;
        let mut closings = Vec::new();
        while let Some(row) = rows.next()? {
            let by = StaffId::new(row.get::<_, String>(3)?);
            closings.push(ClosedPeriod {
                position: row.get::<_, i64>(0)?.unsigned_abs(),
                seal: row.get(1)?,
                policy_versions: from_json(&row.get::<_, String>(2)?)?,
                by_name: self.name(&by)?,
                by,
                at: instant(row.get(4)?),
                closed_position: row.get::<_, i64>(5)?.unsigned_abs(),
            });
        }
        Ok(closings)
    }

    /// The months a desk has closed, oldest first.
    pub fn closed_months(&self, desk: &DeskId) -> Result<Vec<Month>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT DISTINCT month FROM periods_closed WHERE desk = ?1 ORDER BY month",
        )?;
        let months = statement.query_map([desk.as_str()], |row| row.get::<_, String>(0))?;
        let mut closed = Vec::new();
        for month in months {
            let month = parse(&month?)?;
            if self.facts.closed_month(desk, month)?.is_some() {
                closed.push(month);
            }
        }
        Ok(closed)
    }

    /// The adjustments signed into a month.
    pub fn adjustments(&self, desk: &DeskId, month: Month) -> Result<Vec<AdjustmentRow>> {
        self.adjustments_as_of(&self.facts, desk, month)
    }

    pub(crate) fn adjustments_as_of(
        &self,
        facts: &Facts<'_>,
        desk: &DeskId,
        month: Month,
    ) -> Result<Vec<AdjustmentRow>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT event, staff, source_month, amount_fen, reason, by, at, adjusted FROM adjustments
             WHERE desk = ?1 AND month = ?2 AND position <= ?3 ORDER BY position",
        )?;
        let mut rows = statement.query((desk.as_str(), month.to_string(), facts.limit()))?;
        let mut adjustments = Vec::new();
        while let Some(row) = rows.next()? {
            let staff = StaffId::new(row.get::<_, String>(1)?);
            let adjusted: Adjusted = from_json(&row.get::<_, String>(7)?)?;
            adjustments.push(AdjustmentRow {
                event: event_id(row.get(0)?),
                month,
                name: self.name(&staff)?,
                staff,
                source_month: parse(&row.get::<_, String>(2)?)?,
                amount: Fen(row.get(3)?),
                reason: row.get(4)?,
                by: StaffId::new(row.get::<_, String>(5)?),
                at: instant(row.get(6)?),
                difference: adjusted.difference,
                days: adjusted.days,
                evidence: adjusted.evidence,
            });
        }
        Ok(adjustments)
    }

    /// What late facts and decisions changed about a desk's closed months, by month and person.
    pub fn adjustments_due(&self, desk: &DeskId) -> Result<Vec<AdjustmentDue>> {
        let mut due = Vec::new();
        for month in self.closed_months(desk)? {
            due.extend(self.due_of(desk, month, None)?);
        }
        Ok(due)
    }

    /// What is due of one closed month, not counting what was signed into `except`: there the month's own books decide.
    pub fn adjustment_due(
        &self,
        desk: &DeskId,
        source: Month,
        staff: &StaffId,
        except: Month,
    ) -> Result<DifferenceDue> {
        let rows = self.due_of(desk, source, Some(except))?;
        let row = rows.into_iter().find(|row| row.staff == *staff);
        Ok(
            row.map_or_else(DifferenceDue::default, |row| DifferenceDue {
                difference: row.difference,
                days: row.days.iter().map(|day| day.date).collect(),
                evidence: row
                    .days
                    .into_iter()
                    .flat_map(|day| day.new_evidence)
                    .collect(),
            }),
        )
    }

    fn due_of(
        &self,
        desk: &DeskId,
        month: Month,
        except: Option<Month>,
    ) -> Result<Vec<AdjustmentDue>> {
        let signed = self.signed(desk, month, except)?;
        let closed = self.month_summary(desk, month)?;
        let now = self.month_summary_now(desk, month)?;
        let by_staff = |months: Vec<PersonMonth>| -> BTreeMap<StaffId, PersonMonth> {
            months
                .into_iter()
                .map(|found| (found.staff.staff.clone(), found))
                .collect()
        };
        let (closed, now) = (by_staff(closed), by_staff(now));
        let people: BTreeSet<&StaffId> = closed.keys().chain(now.keys()).collect();
        let mut due = Vec::new();
        for staff in people {
            let (before, after) = (closed.get(staff), now.get(staff));
            let (closed_net, net_now) = (net(before), net(after));
            let signed = signed.get(staff).cloned().unwrap_or_default();
            let sheet = |month: Option<&PersonMonth>| month.map(|month| month.summary.clone());
            let whole = Difference::between(sheet(before).as_ref(), sheet(after).as_ref());
            let difference = whole.less(&signed);
            let days = differences(before, after);
            if !difference.is_zero() || !days.is_empty() {
                due.push(AdjustmentDue {
                    staff: staff.clone(),
                    name: self.name(staff)?,
                    source_month: month,
                    closed_net,
                    net_now,
                    signed: signed.amount,
                    amount: difference.amount,
                    difference,
                    days,
                });
            }
        }
        Ok(due)
    }

    /// What was adjusted already for a closed month, by person, in any month but one.
    fn signed(
        &self,
        desk: &DeskId,
        source: Month,
        except: Option<Month>,
    ) -> Result<BTreeMap<StaffId, Difference>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT month, adjusted FROM adjustments WHERE desk = ?1 AND source_month = ?2 ORDER BY position",
        )?;
        let mut rows = statement.query((desk.as_str(), source.to_string()))?;
        let mut signed: BTreeMap<StaffId, Difference> = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let month: Month = parse(&row.get::<_, String>(0)?)?;
            if Some(month) == except {
                continue;
            }
            let adjusted: Adjusted = from_json(&row.get::<_, String>(1)?)?;
            let sum = signed.entry(adjusted.staff.clone()).or_default();
            *sum = std::mem::take(sum).plus(&Difference::signed(&adjusted));
        }
        Ok(signed)
    }

    /// Undecided sanctions of every month of a desk: what waits for the lead, HR or the GM office.
    pub fn sanctions_waiting(
        &self,
        desk: &DeskId,
        status: SanctionStatus,
    ) -> Result<Vec<super::PenaltyRow>> {
        let mut months: BTreeSet<Month> = BTreeSet::new();
        let mut statement = self
            .connection
            .prepare_cached("SELECT DISTINCT month FROM penalties WHERE desk = ?1")?;
        for month in statement.query_map([desk.as_str()], |row| row.get::<_, String>(0))? {
            months.insert(parse(&month?)?);
        }
        let states: Vec<crate::states::SanctionState> =
            self.facts.states("sanction", By::All, None)?;
        months.extend(states.iter().map(|state| state.month));
        let mut rows = Vec::new();
        for month in months {
            rows.extend(self.penalties(desk, month)?);
        }
        rows.retain(|row| row.status == status);
        Ok(rows)
    }
}

fn net(month: Option<&PersonMonth>) -> Fen {
    month.map_or(Fen::ZERO, |month| {
        let penalties: Fen = month.summary.penalties.values().copied().sum();
        month.summary.rewards - penalties
    })
}

fn differences(before: Option<&PersonMonth>, after: Option<&PersonMonth>) -> Vec<DayDifference> {
    let days = |month: Option<&PersonMonth>| -> BTreeMap<WorkDate, DayRecord> {
        let records = month.map(|month| month.records.clone()).unwrap_or_default();
        records
            .into_iter()
            .map(|record| (record.date, record))
            .collect()
    };
    let (before, after) = (days(before), days(after));
    let dates: BTreeSet<&WorkDate> = before.keys().chain(after.keys()).collect();
    dates
        .into_iter()
        .filter_map(|date| {
            let (then, now) = (before.get(date), after.get(date));
            let closed = then.map(DayFigures::of);
            let figures = now.map(DayFigures::of);
            (closed != figures).then(|| DayDifference {
                date: *date,
                closed,
                now: figures,
                new_evidence: now
                    .iter()
                    .flat_map(|record| record.evidence.iter().copied())
                    .filter(|event| !then.is_some_and(|record| record.evidence.contains(event)))
                    .collect(),
            })
        })
        .collect()
}
