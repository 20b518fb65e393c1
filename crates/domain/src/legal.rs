//! What the hours that were really worked say against the law: warnings for people to act on, never a refusal or a penalty.

use crate::day::DayRecord;
use crate::event::{DayKind, Protected};
use crate::hours::HoursBalance;
use crate::ids::StaffId;
use crate::policy::Policy;
use crate::quantities::Minutes;
use crate::work_date::{Month, WorkDate};
use serde::{Deserialize, Serialize};

/// What the law is against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LegalConcern {
    /// More overtime on a working day than allowed.
    OvertimeDay,
    /// More overtime in a month than allowed.
    OvertimeMonth,
    /// More overtime in a period of the comprehensive regime than allowed on average.
    OvertimeAverage,
    /// A week without the rest days due.
    WeekWithoutRest,
    /// A protected person worked overtime.
    ProtectedOvertime,
    /// A protected person worked a night.
    ProtectedNight,
}

/// One thing the law is against, about one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LegalWarning {
    /// Who.
    pub staff: StaffId,
    /// What.
    pub concern: LegalConcern,
    /// From this day.
    pub first: WorkDate,
    /// To this one.
    pub last: WorkDate,
    /// How much: minutes of overtime, or days worked in a week.
    pub amount: i64,
    /// How much is allowed.
    pub amount_max: i64,
}

/// One person's month as it was worked.
pub struct MonthWorked<'a> {
    /// Who.
    pub staff: &'a StaffId,
    /// Which month.
    pub month: Month,
    /// The days of the month and, for whole weeks, of the six before it, in order.
    pub records: &'a [&'a DayRecord],
    /// Times of legal protection.
    pub protections: &'a [Protected],
    /// The balance of the period, by the comprehensive regime.
    pub balance: Option<&'a HoursBalance>,
}

/// What the law is against in a person's month, in order of kind and day. Overtime is what was worked beyond the plan,
/// approved or not; stays too short to be counted are left out.
pub fn warnings(
    worked: &MonthWorked<'_>,
    policy: &Policy,
    kind: impl Fn(WorkDate) -> Option<DayKind>,
) -> Vec<LegalWarning> {
    let law = &policy.law;
    let mut found = Vec::new();
    let mut warn = |concern, first, last, amount, amount_max| {
        found.push(LegalWarning {
            staff: worked.staff.clone(),
            concern,
            first,
            last,
            amount,
            amount_max,
        });
    };
    let own = || {
        let days = worked.records.iter().copied();
        days.filter(|record| worked.month.contains(record.date))
    };
    let month = (worked.month.first(), worked.month.last());
    if let Some(balance) = worked.balance {
        let max = policy
            .hours
            .as_ref()
            .map(|hours| hours.overtime_average_minutes_max);
        let average = balance.overtime_average_minutes;
        if max.is_some_and(|max| average > max) {
            let concern = LegalConcern::OvertimeAverage;
            let max = max.unwrap_or(Minutes::ZERO).0;
            warn(concern, balance.first.first(), month.1, average.0, max);
        }
    } else {
        let max = law.overtime_day_minutes_max;
        for record in own().filter(|record| record.shift.is_some()) {
            let statutory = kind(record.date) == Some(DayKind::Statutory);
            let extra = overtime(record, policy);
            if !statutory && extra > max {
                let date = record.date;
                warn(LegalConcern::OvertimeDay, date, date, extra.0, max.0);
            }
        }
        let total: Minutes = own().map(|record| overtime(record, policy)).sum();
        let max = law.overtime_month_minutes_max;
        if total > max {
            warn(
                LegalConcern::OvertimeMonth,
                month.0,
                month.1,
                total.0,
                max.0,
            );
        }
    }
    let days_max = 7_i64.saturating_sub(law.week_rest_days_min.into());
    let mut sunday = month.0.week_start().plus_days(6);
    while sunday <= month.1 {
        let monday = sunday.plus_days(-6);
        let week = worked.records.iter();
        let days =
            week.filter(|record| (monday..=sunday).contains(&record.date) && was_at_work(record));
        let days = i64::try_from(days.count()).unwrap_or(7);
        if days > days_max {
            warn(
                LegalConcern::WeekWithoutRest,
                monday,
                sunday,
                days,
                days_max,
            );
        }
        sunday = sunday.plus_days(7);
    }
    for record in own() {
        let date = record.date;
        let protected = |time: &Protected| time.from <= date && date <= time.until;
        if !worked.protections.iter().any(protected) {
            continue;
        }
        let extra = overtime(record, policy);
        if law.protected_no_overtime && !extra.is_zero() {
            warn(LegalConcern::ProtectedOvertime, date, date, extra.0, 0);
        }
        if law.protected_no_nights && record.night && was_at_work(record) {
            warn(
                LegalConcern::ProtectedNight,
                date,
                date,
                record.worked_minutes.0,
                0,
            );
        }
    }
    found.sort_by_key(|warning| (warning.concern, warning.first));
    found
}

/// Time worked beyond the plan, or on a day off, or on a statutory holiday, whichever way it counts.
fn overtime(record: &DayRecord, policy: &Policy) -> Minutes {
    let counted = record.overtime.workday + record.overtime.rest_day + record.overtime.statutory;
    if record.beyond_minutes < policy.overtime.minutes_min {
        return counted;
    }
    counted.max(record.beyond_minutes)
}

fn was_at_work(record: &DayRecord) -> bool {
    !record.worked_minutes.is_zero() || !record.beyond_minutes.is_zero()
}
