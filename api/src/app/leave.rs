//! Leave (请假) and its balances.

use crate::app::{
    App, AppError, Caller, FileEmergencyLeave, MoveBalance, NoteEvidence, Reason, Receipt,
    RequestLeave,
};
use domain::event::{LeaveEvent, LeaveSpan, Stream};
use domain::ids::{LeaveId, StaffId};
use domain::leave::approve::ApprovalContext;
use domain::leave::ledger::LedgerBook;
use domain::leave::request::LeaveContext;
use domain::leave::{LeaveState, approve, move_balance, note_evidence, refuse, request, withdraw};
use domain::refusal::Refusal;
use domain::who::Issued;
use domain::work_date::WorkDate;
use projections::LeaveRow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Leave is asked for at most so far at once: longer than any kind of it, and it bounds the days looked at.
const SPAN_DAYS_MAX: i64 = 366;

impl App {
    /// A person's leave of a year as the log knows it.
    pub async fn leave_state(
        &self,
        staff: &StaffId,
        year: i32,
    ) -> Result<Arc<LeaveState>, AppError> {
        Ok(self.load(&Stream::Leave(staff.clone(), year)).await?.state)
    }

    /// Asks for leave of one's own (T12).
    pub async fn request_leave(
        &self,
        caller: &Caller,
        input: RequestLeave,
    ) -> Result<Receipt<LeaveId>, AppError> {
        let staff = caller.actor.staff.clone();
        self.ask_leave(caller, staff, input, None).await
    }

    /// Files leave for somebody in an emergency (T12).
    pub async fn file_emergency_leave(
        &self,
        caller: &Caller,
        input: FileEmergencyLeave,
    ) -> Result<Receipt<LeaveId>, AppError> {
        self.ask_leave(caller, input.staff, input.request, Some(input.emergency))
            .await
    }

    async fn ask_leave(
        &self,
        caller: &Caller,
        staff: StaffId,
        input: RequestLeave,
        emergency: Option<String>,
    ) -> Result<Receipt<LeaveId>, AppError> {
        let leave = LeaveId(caller.new_id());
        let span = LeaveSpan {
            first: input.first,
            last: input.last,
            window: input.window.map(|window| (window.start, window.end)),
        };
        if span.first.days_until(span.last) > SPAN_DAYS_MAX {
            return Err(Refusal::FieldInvalid {
                field: "last".into(),
                fault: domain::refusal::Fault::TooLong,
            }
            .into());
        }
        let _turn = self.balance_turn().await;
        let context = self.leave_context(&staff, &span).await?;
        let stream = Stream::Leave(staff.clone(), span.first.month().year());
        let command = request::RequestLeave {
            leave,
            staff,
            kind: input.kind,
            span,
            half: input.half,
            reason: input.reason,
            evidence: input.evidence,
            emergency,
        };
        let receipt = self
            .execute::<LeaveState>(&stream, caller, |state, issued| {
                Ok(request::decide(state, &command, &context, issued)?)
            })
            .await?;
        Ok(receipt.of(leave))
    }

    async fn leave_context(
        &self,
        staff: &StaffId,
        span: &LeaveSpan,
    ) -> Result<LeaveContext, AppError> {
        let state = self.staff_state(staff).await?;
        let desk = state.known(staff)?.desk.clone();
        let mut cells = BTreeMap::new();
        let mut month = span.first.month();
        while month <= span.last.month() {
            let roster = self.roster_state(&desk, month).await?;
            let in_force = roster.revision() > 0;
            for date in month.days().filter(|date| in_force && span.covers(*date)) {
                if let Some(cell) = roster.cell(staff, date) {
                    cells.insert(date, cell.cloned());
                }
            }
            month = month.next();
        }
        let year = span.first.month().year();
        let mut neighbours = Vec::new();
        for near in [year - 1, year + 1] {
            neighbours.extend(self.leave_state(staff, near).await?.standing().cloned());
        }
        Ok(LeaveContext {
            staff: (*state).clone(),
            cells,
            neighbours,
            book: self.ledger_book(staff).await?,
            closed: self.closed_months(&desk).await?,
            policy: self.policy_on(&desk, span.first).await?.leave.clone(),
            zone: self.zone(&desk).await?,
        })
    }

    /// Approves leave (T12).
    pub async fn approve_leave(
        &self,
        caller: &Caller,
        leave: LeaveId,
    ) -> Result<Receipt, AppError> {
        let row = self.leave(caller, leave).await?;
        let _turn = self.balance_turn().await;
        let context = ApprovalContext {
            policy: self
                .policy_on(&row.desk, row.span.first)
                .await?
                .leave
                .clone(),
            closed: self.closed_months(&row.desk).await?,
            book: self.ledger_book(&row.staff).await?,
        };
        let command = approve::ApproveLeave { leave };
        self.on_leave(caller, &row, |state, issued| {
            Ok(approve::decide(state, &command, &context, issued)?)
        })
        .await
    }

    /// Names the document for one's own leave, or notes having seen somebody's (T12).
    pub async fn note_leave_evidence(
        &self,
        caller: &Caller,
        leave: LeaveId,
        input: NoteEvidence,
    ) -> Result<Receipt, AppError> {
        let row = self.leave(caller, leave).await?;
        let policy = self.policy_on(&row.desk, row.span.first).await?;
        let command = note_evidence::NoteEvidence {
            leave,
            document: input.document,
        };
        self.on_leave(caller, &row, |state, issued| {
            Ok(note_evidence::decide(
                state,
                &command,
                &policy.leave,
                issued,
            )?)
        })
        .await
    }

    /// All that a person's balances rest on, as of everything in the log.
    async fn ledger_book(&self, staff: &StaffId) -> Result<LedgerBook, AppError> {
        self.catch_up().await?;
        let staff = staff.clone();
        self.read(move |view| view.ledger_book(&staff)).await
    }

    /// Refuses leave.
    pub async fn refuse_leave(
        &self,
        caller: &Caller,
        leave: LeaveId,
        input: Reason,
    ) -> Result<Receipt, AppError> {
        let row = self.leave(caller, leave).await?;
        let policy = self.policy_on(&row.desk, row.span.first).await?;
        let closed = self.closed_months(&row.desk).await?;
        let command = refuse::RefuseLeave {
            leave,
            reason: input.reason,
        };
        self.on_leave(caller, &row, |state, issued| {
            Ok(refuse::decide(
                state,
                &command,
                &policy.leave,
                &closed,
                issued,
            )?)
        })
        .await
    }

    /// Takes one's own leave back.
    pub async fn withdraw_leave(
        &self,
        caller: &Caller,
        leave: LeaveId,
    ) -> Result<Receipt, AppError> {
        let row = self.leave(caller, leave).await?;
        let zone = self.zone(&row.desk).await?;
        let command = withdraw::WithdrawLeave { leave };
        self.on_leave(caller, &row, |state, issued| {
            Ok(withdraw::decide(state, &command, zone, issued)?)
        })
        .await
    }

    /// Moves a balance (T2).
    pub async fn move_balance(
        &self,
        caller: &Caller,
        staff: &StaffId,
        input: MoveBalance,
    ) -> Result<Receipt, AppError> {
        let state = self.staff_state(staff).await?;
        let desk = &state.known(staff)?.desk;
        let today = self.zone(desk).await?.date(self.now());
        let policy = self.policy_on(desk, today).await?;
        let stream = Stream::Leave(staff.clone(), input.year);
        let command = move_balance::MoveBalance {
            staff: staff.clone(),
            kind: input.kind,
            year: input.year,
            minutes: input.minutes,
            reason: input.reason,
            work_date: input.work_date,
        };
        let _turn = self.balance_turn().await;
        let book = self.ledger_book(staff).await?;
        self.execute::<LeaveState>(&stream, caller, |leave, issued| {
            Ok(move_balance::decide(
                leave,
                &command,
                &state,
                &policy.leave,
                &book,
                issued,
            )?)
        })
        .await
    }

    /// A leave request, if `caller` may know of it.
    pub async fn leave(&self, caller: &Caller, leave: LeaveId) -> Result<LeaveRow, AppError> {
        self.catch_up().await?;
        let unknown = || AppError::Refused(Refusal::LeaveUnknown { leave });
        let row = self
            .read(move |view| view.leave(leave))
            .await?
            .ok_or_else(unknown)?;
        self.may_see_person(&caller.actor, &row.staff)
            .await
            .map_err(|_| unknown())?;
        Ok(row)
    }

    async fn on_leave(
        &self,
        caller: &Caller,
        row: &LeaveRow,
        decide: impl Fn(&LeaveState, &Issued) -> Result<Vec<LeaveEvent>, AppError> + Sync,
    ) -> Result<Receipt, AppError> {
        let stream = Stream::Leave(row.staff.clone(), row.span.first.month().year());
        self.execute::<LeaveState>(&stream, caller, decide).await
    }

    /// Approved leave of a person that touches the days from `first` to `last`.
    pub(crate) async fn approved_leave(
        &self,
        staff: &StaffId,
        first: WorkDate,
        last: WorkDate,
    ) -> Result<Vec<domain::event::LeaveRequested>, AppError> {
        let mut found = Vec::new();
        // A request lives in the year it begins in and may reach into the next.
        for year in first.month().year() - 1..=last.month().year() {
            let state = self.leave_state(staff, year).await?;
            let touching = state
                .approved()
                .filter(|leave| leave.span.first <= last && first <= leave.span.last);
            found.extend(touching.cloned());
        }
        Ok(found)
    }
}
