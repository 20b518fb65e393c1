//! Ask for overtime of a day (加班申请), before it or soon after.

use crate::attendance::AttendanceState;
use crate::attendance::approve_overtime::lawful;
use crate::day::RequestStatus;
use crate::decider::{Decision, ensure, worded};
use crate::event::{AttendanceEvent, Compensation, OvertimeRequested};
use crate::ids::OvertimeId;
use crate::policy::Policy;
use crate::quantities::Minutes;
use crate::refusal::{Fault, Refusal};
use crate::shift::Shift;
use crate::staff::StaffState;
use crate::who::Issued;
use crate::work_date::{Month, WorkDate, Zone};
use std::collections::BTreeSet;

/// Ask for overtime of one's own.
#[derive(Clone, Debug)]
pub struct RequestOvertime {
    /// Its id.
    pub request: OvertimeId,
    /// Which day.
    pub work_date: WorkDate,
    /// At the most.
    pub minutes: Minutes,
    /// What it shall earn.
    pub compensation: Compensation,
    /// Why.
    pub reason: String,
}

/// What a request is held against.
#[derive(Clone, Debug)]
pub struct OvertimeContext {
    /// The person's record.
    pub staff: StaffState,
    /// The person's shift that day, if one is in force.
    pub shift: Option<Shift>,
    /// The rules of the day.
    pub policy: Policy,
    /// The desk's closed months.
    pub closed: BTreeSet<Month>,
    /// The site's zone.
    pub zone: Zone,
}

/// Within the policy's window, once a day, and only what could be approved.
pub fn decide(
    state: &AttendanceState,
    command: &RequestOvertime,
    context: &OvertimeContext,
    issued: &Issued,
) -> Decision<AttendanceEvent> {
    if state.overtime_requests.contains_key(&command.request) {
        let id = command.request.to_string();
        return Err(Refusal::IdTaken { id });
    }
    let (staff, work_date) = (&issued.by.staff, command.work_date);
    let record = context.staff.employed(staff, work_date)?;
    worded("reason", &command.reason)?;
    ensure(
        command.minutes > Minutes::ZERO,
        "minutes",
        Fault::NotPositive,
    )?;
    let Some(window) = &context.policy.overtime.request else {
        return Err(Refusal::OvertimeNotAskedFor {});
    };
    let today = context.zone.date(issued.at);
    let first = work_date.plus_days(-i64::from(window.ahead_days));
    let last = work_date.plus_days(i64::from(window.after_days));
    if today < first || last < today {
        return Err(Refusal::OvertimeRequestWindow {
            work_date,
            first,
            last,
        });
    }
    books_open(work_date, &context.closed)?;
    let standing = state.overtime_requests.values().any(|known| {
        known.requested.work_date == work_date && known.status == RequestStatus::Pending
    });
    if standing {
        return Err(Refusal::OvertimeRequestStands { work_date });
    }
    lawful(
        state,
        staff,
        work_date,
        command.minutes,
        &context.staff,
        context.shift.as_ref(),
        &context.policy,
    )?;
    Ok(vec![
        OvertimeRequested {
            request: command.request,
            staff: staff.clone(),
            desk: record.desk.clone(),
            work_date,
            minutes: command.minutes,
            compensation: command.compensation,
            reason: command.reason.clone(),
            at: issued.at,
        }
        .into(),
    ])
}

/// Refuses a day whose month's books are closed.
pub(super) fn books_open(work_date: WorkDate, closed: &BTreeSet<Month>) -> Result<(), Refusal> {
    let month = work_date.month();
    if closed.contains(&month) {
        return Err(Refusal::MonthClosed { month });
    }
    Ok(())
}
