//! Punches, corrections (补卡) and overtime.

use crate::accounts::Feed;
use crate::app::{
    App, AppError, ApproveOvertime, Caller, DevicePunch, Punch, Reason, Receipt, RequestCorrection,
    log,
};
use chrono::{DateTime, Utc};
use domain::attendance::{
    AttendanceState, approve_correction, approve_overtime, file_correction, punch,
    refuse_correction, request_correction, withdraw_correction,
};
use domain::event::{AttendanceEvent, Stream};
use domain::ids::{CorrectionId, EventId, StaffId};
use domain::policy::Policy;
use domain::refusal::Refusal;
use domain::who::Issued;
use domain::work_date::Month;
use projections::CorrectionRow;
use std::sync::Arc;

/// A punch as the log took it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PunchTaken {
    /// Its event.
    pub event: EventId,
    /// When, by the clock it goes by.
    pub at: DateTime<Utc>,
}

impl App {
    /// A person's punches and corrections of a month as the log knows them.
    pub async fn attendance_state(
        &self,
        staff: &StaffId,
        month: Month,
    ) -> Result<Arc<AttendanceState>, AppError> {
        Ok(self
            .load(&Stream::Attendance(staff.clone(), month))
            .await?
            .state)
    }

    /// Punches oneself, by the server's clock.
    pub async fn punch(
        &self,
        caller: &Caller,
        input: Punch,
    ) -> Result<Receipt<PunchTaken>, AppError> {
        let command = punch::Punch {
            staff: caller.actor.staff.clone(),
            kind: input.kind,
            clock: punch::PunchClock::Server,
        };
        self.record_punch(caller, command).await
    }

    /// Takes a punch that a device kept, by the device's clock. A device punches for its own desk's people only.
    pub async fn device_punch(
        &self,
        caller: &Caller,
        device: &Feed,
        input: DevicePunch,
    ) -> Result<Receipt<PunchTaken>, AppError> {
        let staff = self.staff_state(&input.staff).await?;
        if staff.known(&input.staff)?.desk != device.desk {
            return Err(Refusal::StaffUnknown { staff: input.staff }.into());
        }
        let command = punch::Punch {
            staff: input.staff,
            kind: input.kind,
            clock: punch::PunchClock::Device {
                serial: device.name.clone(),
                at: input.at,
            },
        };
        self.record_punch(caller, command).await
    }

    async fn record_punch(
        &self,
        caller: &Caller,
        command: punch::Punch,
    ) -> Result<Receipt<PunchTaken>, AppError> {
        let staff = self.staff_state(&command.staff).await?;
        let desk = &staff.known(&command.staff)?.desk;
        let zone = self.zone(desk).await?;
        let issued = Issued {
            by: caller.actor.clone(),
            at: self.now(),
        };
        let policy = self.policy_on(desk, zone.date(issued.at)).await?;
        let month = command.month(&staff, &policy.punch, zone, &issued);
        let stream = Stream::Attendance(command.staff.clone(), month);
        // What a device took is a fact; a person at the page is told before they leave (P5, S4).
        if command.clock == punch::PunchClock::Server
            && self.repeated(&stream, caller).await?.is_none()
        {
            self.may_punch(&command.staff, desk, command.kind).await?;
        }
        let receipt = self
            .execute::<AttendanceState>(&stream, caller, |state, issued| {
                Ok(punch::decide(
                    state,
                    &command,
                    &staff,
                    &policy.punch,
                    zone,
                    issued,
                )?)
            })
            .await?;
        // What the log holds: a repeat of an earlier command is answered with the moment it had then.
        let recorded = self.recorded::<AttendanceEvent>(&stream, caller).await?;
        let at = recorded.into_iter().find_map(|event| match event {
            AttendanceEvent::Punched(punched) => Some(punched.at),
            _ => None,
        });
        let taken = PunchTaken {
            event: log::first_event_id(caller),
            at: at.unwrap_or_else(|| command.at(&issued)),
        };
        Ok(receipt.of(taken))
    }

    /// Asks for a missed punch of one's own to be made good (T6, T7).
    pub async fn request_correction(
        &self,
        caller: &Caller,
        input: RequestCorrection,
    ) -> Result<Receipt<CorrectionId>, AppError> {
        let staff = &caller.actor.staff;
        let correction = CorrectionId(caller.new_id());
        let stream = Stream::Attendance(staff.clone(), input.work_date.month());
        // A repeat is answered before the day is looked at: the request itself has changed it.
        if let Some(receipt) = self.repeated(&stream, caller).await? {
            return Ok(receipt.of(correction));
        }
        let state = self.staff_state(staff).await?;
        let desk = state.known(staff)?.desk.clone();
        let zone = self.zone(&desk).await?;
        let policy = self.policy_on(&desk, input.work_date).await?;
        // A day without a roster wants no punch at all.
        let no_edge = Refusal::CorrectionNoSuchEdge {
            work_date: input.work_date,
            edge: input.edge,
        };
        let day = self
            .fresh_day(staff, input.work_date)
            .await?
            .ok_or(no_edge)?;
        let command = request_correction::RequestCorrection {
            correction,
            work_date: input.work_date,
            edge: input.edge,
            claimed_at: input.claimed_at,
            reason: input.reason,
        };
        let receipt = self
            .execute::<AttendanceState>(&stream, caller, |state, issued| {
                Ok(request_correction::decide(
                    state, &command, &day, &policy, zone, issued,
                )?)
            })
            .await?;
        Ok(receipt.of(correction))
    }

    /// Approves a correction (T6).
    pub async fn approve_correction(
        &self,
        caller: &Caller,
        correction: CorrectionId,
    ) -> Result<Receipt, AppError> {
        let command = approve_correction::ApproveCorrection { correction };
        self.on_correction(caller, correction, |state, policy, issued| {
            Ok(approve_correction::decide(state, &command, policy, issued)?)
        })
        .await
    }

    /// Refuses a correction.
    pub async fn refuse_correction(
        &self,
        caller: &Caller,
        correction: CorrectionId,
        input: Reason,
    ) -> Result<Receipt, AppError> {
        let command = refuse_correction::RefuseCorrection {
            correction,
            reason: input.reason,
        };
        self.on_correction(caller, correction, |state, policy, issued| {
            Ok(refuse_correction::decide(state, &command, policy, issued)?)
        })
        .await
    }

    /// Takes one's own correction back.
    pub async fn withdraw_correction(
        &self,
        caller: &Caller,
        correction: CorrectionId,
    ) -> Result<Receipt, AppError> {
        let command = withdraw_correction::WithdrawCorrection { correction };
        self.on_correction(caller, correction, |state, _, issued| {
            Ok(withdraw_correction::decide(state, &command, issued)?)
        })
        .await
    }

    /// Puts an approved correction on file (行政留底).
    pub async fn file_correction(
        &self,
        caller: &Caller,
        correction: CorrectionId,
    ) -> Result<Receipt, AppError> {
        let command = file_correction::FileCorrection { correction };
        self.on_correction(caller, correction, |state, _, issued| {
            Ok(file_correction::decide(state, &command, issued)?)
        })
        .await
    }

    /// A correction, if `caller` may know of it.
    pub async fn correction(
        &self,
        caller: &Caller,
        correction: CorrectionId,
    ) -> Result<CorrectionRow, AppError> {
        self.catch_up().await?;
        let row = self.read(move |view| view.correction(correction)).await?;
        let row = row.ok_or(AppError::Refused(Refusal::CorrectionUnknown { correction }))?;
        self.may_see_person(&caller.actor, &row.staff)
            .await
            .map_err(|_| AppError::Refused(Refusal::CorrectionUnknown { correction }))?;
        Ok(row)
    }

    async fn on_correction(
        &self,
        caller: &Caller,
        correction: CorrectionId,
        decide: impl Fn(&AttendanceState, &Policy, &Issued) -> Result<Vec<AttendanceEvent>, AppError>
        + Sync,
    ) -> Result<Receipt, AppError> {
        let row = self.correction(caller, correction).await?;
        let policy = self.policy_on(&row.desk, row.work_date).await?;
        let stream = Stream::Attendance(row.staff, row.work_date.month());
        self.execute::<AttendanceState>(&stream, caller, |state, issued| {
            decide(state, &policy, issued)
        })
        .await
    }

    /// Approves overtime of a day.
    pub async fn approve_overtime(
        &self,
        caller: &Caller,
        input: ApproveOvertime,
    ) -> Result<Receipt, AppError> {
        let staff = self.staff_state(&input.staff).await?;
        let policy = self
            .policy_on(&staff.known(&input.staff)?.desk, input.work_date)
            .await?;
        let stream = Stream::Attendance(input.staff.clone(), input.work_date.month());
        let desk = staff.known(&input.staff)?.desk.clone();
        let roster = self.roster_state(&desk, input.work_date.month()).await?;
        let shift = roster
            .shift(&input.staff, input.work_date)
            .filter(|_| roster.revision() > 0)
            .cloned();
        let command = approve_overtime::ApproveOvertime {
            staff: input.staff,
            work_date: input.work_date,
            minutes_max: input.minutes_max,
            compensation: input.compensation,
            reason: input.reason,
            request: None,
        };
        self.execute::<AttendanceState>(&stream, caller, |state, issued| {
            Ok(approve_overtime::decide(
                state,
                &command,
                &staff,
                shift.as_ref(),
                &policy,
                issued,
            )?)
        })
        .await
    }
}
