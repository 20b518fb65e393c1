//! Approve a day's overtime (加班), up to so many minutes.

use crate::attendance::AttendanceState;
use crate::decider::{Decision, ensure, not_own, permit, worded};
use crate::event::{AttendanceEvent, Compensation, OvertimeApproved};
use crate::ids::{OvertimeId, StaffId};
use crate::policy::Policy;
use crate::quantities::Minutes;
use crate::refusal::{Action, Fault, Refusal};
use crate::shift::Shift;
use crate::staff::StaffState;
use crate::who::{Issued, Role};
use crate::work_date::WorkDate;

/// Approve overtime.
#[derive(Clone, Debug)]
pub struct ApproveOvertime {
    /// Whose.
    pub staff: StaffId,
    /// Which day.
    pub work_date: WorkDate,
    /// At the most.
    pub minutes_max: Minutes,
    /// What it earns.
    pub compensation: Compensation,
    /// Why.
    pub reason: String,
    /// The request it grants, if somebody asked.
    pub request: Option<OvertimeId>,
}

/// Who approves overtime.
pub(super) const APPROVERS: [Role; 2] = [Role::Lead, Role::GmOffice];

/// The lead or the GM office, for somebody employed and not protected, within the law's caps. `shift` is the person's
/// shift that day; the daily cap is on hours added to one.
pub fn decide(
    state: &AttendanceState,
    command: &ApproveOvertime,
    staff: &StaffState,
    shift: Option<&Shift>,
    policy: &Policy,
    issued: &Issued,
) -> Decision<AttendanceEvent> {
    let work_date = command.work_date;
    let record = staff.employed(&command.staff, work_date)?;
    permit(issued, &APPROVERS, &record.desk, Action::ApproveOvertime)?;
    not_own(issued, &command.staff, Action::ApproveOvertime)?;
    let asked = command.minutes_max;
    if let Some(request) = command.request {
        let known = state.overtime_request(request)?;
        known.pending()?;
        ensure(
            asked <= known.requested.minutes,
            "minutes_max",
            Fault::TooLong,
        )?;
    }
    worded("reason", &command.reason)?;
    ensure(asked > Minutes::ZERO, "minutes_max", Fault::NotPositive)?;
    lawful(
        state,
        &command.staff,
        work_date,
        asked,
        staff,
        shift,
        policy,
    )?;
    Ok(vec![
        OvertimeApproved {
            staff: command.staff.clone(),
            work_date,
            minutes_max: asked,
            compensation: command.compensation,
            reason: command.reason.clone(),
            request: command.request,
            by: issued.by.staff.clone(),
            at: issued.at,
        }
        .into(),
    ])
}

/// Refuses what could not be approved: approved before, for the protected, beyond the law's caps.
pub(super) fn lawful(
    state: &AttendanceState,
    person: &StaffId,
    work_date: WorkDate,
    asked: Minutes,
    staff: &StaffState,
    shift: Option<&Shift>,
    policy: &Policy,
) -> Result<(), Refusal> {
    if let Some(before) = state.overtime.get(&work_date) {
        return Err(Refusal::OvertimeApprovedBefore {
            work_date,
            minutes_max: before.minutes_max,
        });
    }
    if policy.law.protected_no_overtime && staff.protected_on(work_date) {
        return Err(Refusal::OvertimeProtected {
            staff: person.clone(),
            work_date,
        });
    }
    let day_max = policy.law.overtime_day_minutes_max;
    if shift.is_some() && asked > day_max {
        return Err(Refusal::OvertimeDayCap {
            work_date,
            asked,
            minutes_max: day_max,
        });
    }
    let approved: Minutes = state.overtime.values().map(|known| known.minutes_max).sum();
    let minutes_max = policy.law.overtime_month_minutes_max;
    if approved + asked > minutes_max {
        return Err(Refusal::OvertimeMonthCap {
            month: work_date.month(),
            approved,
            asked,
            minutes_max,
        });
    }
    Ok(())
}
