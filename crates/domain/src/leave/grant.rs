//! Grant a year's annual leave when it comes due (T2): by years of service, pro rata by day, whole days.

use crate::decider::Decision;
use crate::event::{LeaveEvent, LeaveGranted, LeaveKind};
use crate::ids::StaffId;
use crate::leave::LeaveState;
use crate::policy::{AnnualLeavePolicy, Policy};
use crate::quantities::Minutes;
use crate::staff::StaffState;
use crate::who::Issued;
use crate::work_date::{Month, WorkDate};

/// Grant what is due.
#[derive(Clone, Debug)]
pub struct GrantAnnualLeave {
    /// Whose.
    pub staff: StaffId,
    /// For which year.
    pub year: i32,
    /// The day that is over: how far time has passed.
    pub closed: WorkDate,
}

/// A year's annual leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entitlement {
    /// Whole days.
    pub days: u16,
    /// The first day of the year on which there is any.
    pub from: WorkDate,
    /// Completed years of service on that day.
    pub service_years: u16,
}

/// What a year entitles to: each day of employment earns its share of the tier it lies in.
pub fn entitlement(
    staff: &StaffState,
    year: i32,
    policy: &AnnualLeavePolicy,
) -> Option<Entitlement> {
    let began = staff.service_start()?;
    let (first, last) = year_of(year)?;
    let mut shares: u32 = 0;
    let mut days_max = 0;
    let mut start = None;
    for offset in 0..=first.days_until(last) {
        let date = first.plus_days(offset);
        let Some(service_years) = began.years_until(date).filter(|_| staff.employed_on(date))
        else {
            continue;
        };
        let tier = policy
            .tiers
            .iter()
            .rfind(|tier| tier.service_years_min <= service_years);
        if let Some(tier) = tier {
            shares += u32::from(tier.days);
            days_max = tier.days.max(days_max);
            start = start.or(Some((date, service_years)));
        }
    }
    let whole = shares / u32::from(policy.year_days).max(1);
    let days = u16::try_from(whole).unwrap_or(u16::MAX).min(days_max);
    let (from, service_years) = start.filter(|_| days > 0)?;
    Some(Entitlement {
        days,
        from,
        service_years,
    })
}

/// The first and the last day of a year.
pub(super) fn year_of(year: i32) -> Option<(WorkDate, WorkDate)> {
    Some((Month::new(year, 1)?.first(), Month::new(year, 12)?.last()))
}

/// The last day on which a year's annual leave can be taken.
pub(super) fn last_day(year: i32, policy: &AnnualLeavePolicy) -> Option<WorkDate> {
    let mut month = Month::new(year, 12)?;
    for _ in 0..policy.carry_over_months {
        month = month.next();
    }
    Some(month.last())
}

/// Once a year, as soon as it may be asked for. Nothing else is a refusal: it is not due, or there is none.
pub fn decide(
    state: &LeaveState,
    command: &GrantAnnualLeave,
    staff: &StaffState,
    policy: &Policy,
    issued: &Issued,
) -> Decision<LeaveEvent> {
    let kind = LeaveKind::Annual;
    let Some(annual) = &policy.leave.annual else {
        return Ok(vec![]);
    };
    let entitled = entitlement(staff, command.year, annual);
    let (Some(entitled), Some(expires)) = (entitled, last_day(command.year, annual)) else {
        return Ok(vec![]);
    };
    let reached = command.closed.plus_days(1 + i64::from(annual.ahead_days));
    if reached < entitled.from || state.granted(kind, command.year) {
        return Ok(vec![]);
    }
    let minutes = policy.leave.day_minutes.checked_mul(entitled.days.into());
    Ok(vec![
        LeaveGranted {
            staff: command.staff.clone(),
            kind,
            year: command.year,
            days: entitled.days,
            minutes: minutes.unwrap_or(Minutes::ZERO),
            service_years: entitled.service_years,
            from: entitled.from,
            expires,
            policy: policy.id.clone(),
            at: issued.at,
        }
        .into(),
    ])
}
