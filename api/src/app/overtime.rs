//! Overtime that people ask for (加班申请).

use crate::app::{App, AppError, ApproveOvertimeRequest, Caller, Reason, Receipt, RequestOvertime};
use domain::attendance::request_overtime::OvertimeContext;
use domain::attendance::{
    AttendanceState, approve_overtime, refuse_overtime, request_overtime, withdraw_overtime,
};
use domain::event::{AttendanceEvent, Stream};
use domain::ids::{DeskId, OvertimeId, StaffId};
use domain::refusal::Refusal;
use domain::shift::Shift;
use domain::who::Issued;
use domain::work_date::WorkDate;
use projections::OvertimeRow;

impl App {
    /// Asks for overtime of one's own.
    pub async fn request_overtime(
        &self,
        caller: &Caller,
        input: RequestOvertime,
    ) -> Result<Receipt<OvertimeId>, AppError> {
        let staff = &caller.actor.staff;
        let request = OvertimeId(caller.new_id());
        let state = self.staff_state(staff).await?;
        let desk = state.known(staff)?.desk.clone();
        let context = OvertimeContext {
            shift: self.shift_in_force(&desk, staff, input.work_date).await?,
            policy: (*self.policy_on(&desk, input.work_date).await?).clone(),
            closed: self.closed_months(&desk).await?,
            zone: self.zone(&desk).await?,
            staff: (*state).clone(),
        };
        let command = request_overtime::RequestOvertime {
            request,
            work_date: input.work_date,
            minutes: input.minutes,
            compensation: input.compensation,
            reason: input.reason,
        };
        let stream = Stream::Attendance(staff.clone(), input.work_date.month());
        let receipt = self
            .execute::<AttendanceState>(&stream, caller, |state, issued| {
                Ok(request_overtime::decide(state, &command, &context, issued)?)
            })
            .await?;
        Ok(receipt.of(request))
    }

    /// Approves a request for overtime, for all of what was asked or for less.
    pub async fn approve_overtime_request(
        &self,
        caller: &Caller,
        request: OvertimeId,
        input: ApproveOvertimeRequest,
    ) -> Result<Receipt, AppError> {
        let row = self.overtime_request(caller, request).await?;
        let month = row.work_date.month();
        let staff = self.staff_state(&row.staff).await?;
        let policy = self.policy_on(&row.desk, row.work_date).await?;
        let shift = self
            .shift_in_force(&row.desk, &row.staff, row.work_date)
            .await?;
        let closed = self.closed_months(&row.desk).await?;
        let command = approve_overtime::ApproveOvertime {
            staff: row.staff.clone(),
            work_date: row.work_date,
            minutes_max: input.minutes_max.unwrap_or(row.minutes),
            compensation: input.compensation.unwrap_or(row.compensation),
            reason: input.reason.unwrap_or_else(|| row.reason.clone()),
            request: Some(request),
        };
        self.on_overtime(caller, &row, |state, issued| {
            let facts =
                approve_overtime::decide(state, &command, &staff, shift.as_ref(), &policy, issued)?;
            if closed.contains(&month) {
                return Err(Refusal::MonthClosed { month }.into());
            }
            Ok(facts)
        })
        .await
    }

    /// Refuses a request for overtime.
    pub async fn refuse_overtime_request(
        &self,
        caller: &Caller,
        request: OvertimeId,
        input: Reason,
    ) -> Result<Receipt, AppError> {
        let row = self.overtime_request(caller, request).await?;
        let command = refuse_overtime::RefuseOvertime {
            request,
            reason: input.reason,
        };
        self.on_overtime(caller, &row, |state, issued| {
            Ok(refuse_overtime::decide(state, &command, issued)?)
        })
        .await
    }

    /// Takes one's own request for overtime back.
    pub async fn withdraw_overtime_request(
        &self,
        caller: &Caller,
        request: OvertimeId,
    ) -> Result<Receipt, AppError> {
        let row = self.overtime_request(caller, request).await?;
        let command = withdraw_overtime::WithdrawOvertime { request };
        self.on_overtime(caller, &row, |state, issued| {
            Ok(withdraw_overtime::decide(state, &command, issued)?)
        })
        .await
    }

    /// A request for overtime, if `caller` may know of it.
    pub async fn overtime_request(
        &self,
        caller: &Caller,
        request: OvertimeId,
    ) -> Result<OvertimeRow, AppError> {
        self.catch_up().await?;
        let unknown = || AppError::Refused(Refusal::OvertimeUnknown { request });
        let row = self
            .read(move |view| view.overtime_request(request))
            .await?
            .ok_or_else(unknown)?;
        self.may_see_person(&caller.actor, &row.staff)
            .await
            .map_err(|_| unknown())?;
        Ok(row)
    }

    async fn on_overtime(
        &self,
        caller: &Caller,
        row: &OvertimeRow,
        decide: impl Fn(&AttendanceState, &Issued) -> Result<Vec<AttendanceEvent>, AppError> + Sync,
    ) -> Result<Receipt, AppError> {
        let stream = Stream::Attendance(row.staff.clone(), row.work_date.month());
        self.execute::<AttendanceState>(&stream, caller, decide)
            .await
    }

    /// A person's shift of a day, if a roster with one is in force.
    pub(super) async fn shift_in_force(
        &self,
        desk: &DeskId,
        staff: &StaffId,
        date: WorkDate,
    ) -> Result<Option<Shift>, AppError> {
        let roster = self.roster_state(desk, date.month()).await?;
        let shift = roster.shift(staff, date).cloned();
        Ok(shift.filter(|_| roster.revision() > 0))
    }
}
