//! The passing of time, and the books: days close by themselves in order, HR closes the month.

use crate::accounts::hex;
use crate::app::{
    Adjust, App, AppError, Caller, ClosePeriod, ConfirmSheet, DecideReopening, DisputeSheet,
    Reason, Receipt,
};
use chrono::{DateTime, Utc};
use domain::day::{DayStatus, EdgeState, RequestStatus};
use domain::event::{LeaveEvent, PeriodEvent, Stream};
use domain::ids::{DeskId, StaffId};
use domain::leave::{LeaveState, grant};
use domain::period::{
    PeriodState, adjust, ask_reopening, close_day, close_period, confirm_sheet, decide_reopening,
    dispute_sheet,
};
use domain::refusal::{OpenItem, OpenKind, Refusal};
use domain::roster::{RosterState, lock};
use domain::work_date::{Month, WorkDate};
use eventlog::CommandId;
use projections::{SanctionStatus, SheetStatus, SwapStatus};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// The server looks for days to close this often.
const LOOK_SECONDS: u64 = 30;

impl App {
    /// A desk's books of a month as the log knows them.
    pub async fn period_state(
        &self,
        desk: &DeskId,
        month: Month,
    ) -> Result<Arc<PeriodState>, AppError> {
        Ok(self.load(&Stream::Period(desk.clone(), month)).await?.state)
    }

    /// Closes every day that is over by `now`, desk by desk and in order, and calls the meetings that are due. A desk whose books cannot be read stands in
    /// nobody else's way.
    pub async fn close_due_days(
        &self,
        now: DateTime<Utc>,
    ) -> Result<Receipt<Vec<(DeskId, WorkDate)>>, AppError> {
        self.catch_up().await?;
        let desks = self
            .read(|view| {
                let mut found = Vec::new();
                for desk in view.desks()? {
                    let first = view.rosters(&desk.desk)?.first().map(|roster| roster.month);
                    found.push((desk.desk.clone(), view.closed_through(&desk.desk)?, first));
                }
                Ok(found)
            })
            .await?;
        let mut receipt = Receipt::nothing();
        let mut closed = Vec::new();
        for (desk, closed_through, first_month) in desks {
            let start = closed_through
                .map(|last| last.plus_days(1))
                .or(first_month.map(Month::first));
            let Some(start) = start else {
                continue;
            };
            match self.close_days(&desk, start, now).await {
                Ok(done) => {
                    if let Some(last) = done.value.last() {
                        receipt = receipt.and(self.grant_due_leave(&desk, *last).await?);
                    }
                    closed.extend(done.value.iter().map(|date| (desk.clone(), *date)));
                    receipt = receipt.and(done.map(|_| ()));
                }
                Err(error) => {
                    tracing::error!(desk.id = %desk, error = crate::http::problem::chain(&error), "days could not be closed");
                }
            }
        }
        receipt = receipt.and(self.schedule_due_meetings(now).await?);
        Ok(receipt.of(closed))
    }

    async fn close_days(
        &self,
        desk: &DeskId,
        start: WorkDate,
        now: DateTime<Utc>,
    ) -> Result<Receipt<Vec<WorkDate>>, AppError> {
        let zone = self.zone(desk).await?;
        let today = zone.date(now);
        let mut receipt = Receipt::nothing();
        let mut closed = Vec::new();
        let mut date = start;
        while date < today {
            let month = date.month();
            let previous = self.period_state(desk, month.previous()).await?;
            let roster = self.roster_state(desk, month).await?;
            let ends = roster
                .cells
                .iter()
                .filter(|((_, day), _)| *day == date && roster.revision() > 0);
            let last_shift_end = ends
                .filter_map(|(_, shift)| shift.as_ref()?.segments.last())
                .map(|segment| zone.instant(date, segment.end))
                .max();
            // Named by what it says, so that two nodes that find the day over say it once.
            let name = format!("day closed {desk} {date}");
            let caller = Caller::with_command(
                Caller::system().actor,
                CommandId(Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes())),
            );
            let command = close_day::CloseDay { date };
            let stream = Stream::Period(desk.clone(), month);
            let outcome = self
                .execute::<PeriodState>(&stream, &caller, |state, issued| {
                    Ok::<Vec<PeriodEvent>, AppError>(close_day::decide(
                        state,
                        &command,
                        &previous,
                        last_shift_end,
                        zone,
                        issued,
                    )?)
                })
                .await;
            match outcome {
                Ok(done) => receipt = receipt.and(done),
                // A night shift of yesterday still lasts.
                Err(AppError::Refused(Refusal::DayNotOver { .. })) => break,
                Err(error) => return Err(error),
            }
            closed.push(date);
            date = date.plus_days(1);
        }
        if !closed.is_empty() {
            tracing::info!(desk.id = %desk, days = closed.len(), "days closed");
        }
        Ok(receipt.of(closed))
    }

    /// Grants the annual leave that has come due at a desk by the end of `closed` (T2). Somebody whose leave cannot be
    /// reckoned stands in nobody else's way; the next day finds it due again.
    async fn grant_due_leave(&self, desk: &DeskId, closed: WorkDate) -> Result<Receipt, AppError> {
        let mut receipt = Receipt::nothing();
        let policy = match self.policy_on(desk, closed).await {
            Ok(policy) => policy,
            // A day without rules grants nothing.
            Err(error) => {
                tracing::warn!(desk.id = %desk, error = crate::http::problem::chain(&error), "no leave is granted");
                return Ok(receipt);
            }
        };
        let Some(annual) = &policy.leave.annual else {
            return Ok(receipt);
        };
        let ahead = closed.plus_days(1 + i64::from(annual.ahead_days));
        let years: BTreeSet<i32> = [closed.month().year(), ahead.month().year()].into();
        for staff in self.people_of(desk).await? {
            let person = self.staff_state(&staff).await?;
            for &year in &years {
                let name = format!("annual leave {staff} {year}");
                let caller = Caller::with_command(
                    Caller::system().actor,
                    CommandId(Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes())),
                );
                let command = grant::GrantAnnualLeave {
                    staff: staff.clone(),
                    year,
                    closed,
                };
                let stream = Stream::Leave(staff.clone(), year);
                let granted = self
                    .execute::<LeaveState>(&stream, &caller, |state, issued| {
                        Ok::<Vec<LeaveEvent>, AppError>(grant::decide(
                            state, &command, &person, &policy, issued,
                        )?)
                    })
                    .await;
                match granted {
                    Ok(done) => receipt = receipt.and(done),
                    Err(error) => {
                        tracing::error!(staff.id = %staff, error = crate::http::problem::chain(&error), "leave could not be granted");
                    }
                }
            }
        }
        Ok(receipt)
    }

    /// Closes days as they pass, for as long as the server runs.
    pub async fn keep_closing_days(self) {
        loop {
            if let Err(error) = self.close_due_days(self.now()).await {
                tracing::error!(
                    error = crate::http::problem::chain(&error),
                    "closing days failed; trying again"
                );
            }
            tokio::time::sleep(Duration::from_secs(LOOK_SECONDS)).await;
        }
    }

    /// The months a desk has closed.
    pub(crate) async fn closed_months(&self, desk: &DeskId) -> Result<BTreeSet<Month>, AppError> {
        self.catch_up().await?;
        let desk = desk.clone();
        let months = self.read(move |view| view.closed_months(&desk)).await?;
        Ok(months.into_iter().collect())
    }

    /// Closes a desk's month for payroll, sealed at the log's present end, and locks its roster.
    pub async fn close_period(
        &self,
        caller: &Caller,
        desk: &DeskId,
        month: Month,
        input: ClosePeriod,
    ) -> Result<Receipt, AppError> {
        let stream = Stream::Period(desk.clone(), month);
        let receipt = match self.repeated(&stream, caller).await? {
            Some(receipt) => receipt,
            None => {
                self.zone(desk).await?;
                let end = self
                    .log()
                    .end()
                    .await?
                    .ok_or_else(|| Refusal::DeskUnknown { desk: desk.clone() })?;
                self.wait_for(end).await?;
                let (open, policy_versions) = self.open_items(desk, month).await?;
                let seal = eventlog::seal_at(self.log(), end).await?;
                let command = close_period::ClosePeriod {
                    desk: desk.clone(),
                    month,
                    position: end.to_string(),
                    seal: hex(&seal),
                    policy_versions,
                    acknowledged: input.acknowledge_open,
                };
                self.execute::<PeriodState>(&stream, caller, |state, issued| {
                    Ok(close_period::decide(state, &command, &open, issued)?)
                })
                .await?
            }
        };
        let zone = self.zone(desk).await?;
        let command = lock::Lock { month };
        let roster = Stream::Roster(desk.clone(), month);
        let locked = self
            .execute::<RosterState>(&roster, &caller.step("lock"), |state, issued| {
                Ok(lock::decide(state, &command, zone, issued)?)
            })
            .await;
        match locked {
            Ok(locked) => Ok(receipt.and(locked)),
            // A month without a roster in force closes all the same.
            Err(AppError::Refused(Refusal::RosterStands { .. })) => Ok(receipt),
            Err(error) => Err(error),
        }
    }

    /// What of a month waits for a decision, and the rules it was reckoned by.
    async fn open_items(
        &self,
        desk: &DeskId,
        month: Month,
    ) -> Result<(Vec<OpenItem>, Vec<domain::ids::PolicyVersionId>), AppError> {
        let desk = desk.clone();
        self.read(move |view| {
            let mut open = Vec::new();
            let mut add = |kind, staff: &StaffId, date| {
                open.push(OpenItem {
                    kind,
                    staff: staff.clone(),
                    date,
                });
            };
            for row in view.corrections_of_desk(&desk, month)? {
                if row.status == RequestStatus::Pending {
                    add(OpenKind::Correction, &row.staff, row.work_date);
                }
            }
            for row in view.leaves_of_desk(&desk, month)? {
                if row.status == RequestStatus::Pending {
                    add(OpenKind::Leave, &row.staff, row.span.first);
                }
            }
            for row in view.overtime_requests_of_desk(&desk, month)? {
                if row.status == RequestStatus::Pending {
                    add(OpenKind::Overtime, &row.staff, row.work_date);
                }
            }
            for row in view.swaps_of_desk(&desk, month)? {
                if matches!(row.status, SwapStatus::Asked | SwapStatus::Agreed) {
                    add(OpenKind::Swap, &row.from, row.give);
                }
            }
            for record in view.day_records(&desk, month.first(), month.last())? {
                let waits = matches!(record.status, DayStatus::Open | DayStatus::AbsencePending)
                    || record.segments.iter().any(|segment| {
                        matches!(segment.arrival, EdgeState::Pending)
                            || matches!(segment.departure, EdgeState::Pending)
                    });
                if waits {
                    add(OpenKind::PendingDay, &record.staff, record.date);
                }
            }
            for row in view.penalties(&desk, month)? {
                let undecided = matches!(
                    row.status,
                    SanctionStatus::Proposed
                        | SanctionStatus::Verified
                        | SanctionStatus::Balanced
                        | SanctionStatus::Appealed
                );
                if undecided {
                    add(
                        OpenKind::Sanction,
                        &row.staff,
                        row.work_date.unwrap_or(month.first()),
                    );
                }
            }
            for sheet in view.sheets(&desk, month)? {
                let kind = match sheet.status {
                    SheetStatus::Confirmed => continue,
                    SheetStatus::Unconfirmed => OpenKind::SheetUnconfirmed,
                    SheetStatus::Outdated => OpenKind::SheetOutdated,
                    SheetStatus::Disputed => OpenKind::SheetDisputed,
                };
                add(kind, &sheet.staff, month.last());
            }
            let status = view.period_status(&desk, month)?;
            Ok((open, status.policy_versions.into_iter().collect()))
        })
        .await
    }

    /// Signs the difference a late fact makes to a closed month; it counts in this one.
    pub async fn adjust(
        &self,
        caller: &Caller,
        desk: &DeskId,
        month: Month,
        input: Adjust,
    ) -> Result<Receipt, AppError> {
        let staff = self.staff_state(&input.staff).await?;
        if staff
            .record
            .as_ref()
            .is_none_or(|record| record.desk != *desk)
        {
            return Err(Refusal::StaffUnknown { staff: input.staff }.into());
        }
        let source = self.period_state(desk, input.source_month).await?;
        self.catch_up().await?;
        let (id, whose, of) = (desk.clone(), input.staff.clone(), input.source_month);
        let due = self
            .read(move |view| {
                // Of a month that is open nothing is due; the decision says so.
                match view.closed_period(&id, of)? {
                    Some(_) => view.adjustment_due(&id, of, &whose, month),
                    None => Ok(domain::period::DifferenceDue::default()),
                }
            })
            .await?;
        let command = adjust::Adjust {
            month,
            staff: input.staff,
            source_month: input.source_month,
            amount: input.amount_fen,
            reason: input.reason,
        };
        self.execute::<PeriodState>(
            &Stream::Period(desk.clone(), month),
            caller,
            |state, issued| {
                Ok(adjust::decide(
                    state, &command, &source, &staff, &due, issued,
                )?)
            },
        )
        .await
    }

    /// The digest of somebody's figures as they stand, and the books they belong to.
    async fn sheet_now(
        &self,
        staff: &StaffId,
        month: Month,
    ) -> Result<(Stream, Option<String>), AppError> {
        let state = self.staff_state(staff).await?;
        let desk = state.known(staff)?.desk.clone();
        self.catch_up().await?;
        let whose = staff.clone();
        let sheet = self.read(move |view| view.sheet(&whose, month)).await?;
        let digest = sheet.map(|sheet| sheet.digest);
        Ok((Stream::Period(desk, month), digest))
    }

    /// Confirms one's own month (确认签字).
    pub async fn confirm_sheet(
        &self,
        caller: &Caller,
        staff: &StaffId,
        month: Month,
        input: ConfirmSheet,
    ) -> Result<Receipt, AppError> {
        let (stream, now) = self.sheet_now(staff, month).await?;
        let command = confirm_sheet::ConfirmSheet {
            month,
            staff: staff.clone(),
            digest: input.digest,
        };
        self.execute::<PeriodState>(&stream, caller, |state, issued| {
            Ok(confirm_sheet::decide(
                state,
                &command,
                now.as_deref(),
                issued,
            )?)
        })
        .await
    }

    /// Says what is wrong with one's own month.
    pub async fn dispute_sheet(
        &self,
        caller: &Caller,
        staff: &StaffId,
        month: Month,
        input: DisputeSheet,
    ) -> Result<Receipt, AppError> {
        let (stream, now) = self.sheet_now(staff, month).await?;
        let command = dispute_sheet::DisputeSheet {
            month,
            staff: staff.clone(),
            digest: input.digest,
            words: input.words,
        };
        self.execute::<PeriodState>(&stream, caller, |state, issued| {
            Ok(dispute_sheet::decide(
                state,
                &command,
                now.as_deref(),
                issued,
            )?)
        })
        .await
    }

    /// Asks to open a closed month again; the GM office decides.
    pub async fn ask_reopening(
        &self,
        caller: &Caller,
        desk: &DeskId,
        month: Month,
        input: Reason,
    ) -> Result<Receipt, AppError> {
        let command = ask_reopening::AskReopening {
            desk: desk.clone(),
            month,
            reason: input.reason,
        };
        self.execute::<PeriodState>(
            &Stream::Period(desk.clone(), month),
            caller,
            |state, issued| Ok(ask_reopening::decide(state, &command, issued)?),
        )
        .await
    }

    /// Opens a closed month again, or not. Its roster stays locked: what was worked is no plan any more.
    pub async fn decide_reopening(
        &self,
        caller: &Caller,
        desk: &DeskId,
        month: Month,
        input: DecideReopening,
    ) -> Result<Receipt, AppError> {
        let command = decide_reopening::DecideReopening {
            desk: desk.clone(),
            month,
            agreed: input.agreed,
            note: input.note,
        };
        self.execute::<PeriodState>(
            &Stream::Period(desk.clone(), month),
            caller,
            |state, issued| Ok(decide_reopening::decide(state, &command, issued)?),
        )
        .await
    }
}
