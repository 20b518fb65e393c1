//! The working-hours regime (工时制): what a person is due by law in a stretch of months, and what they worked beyond it.
//!
//! By the standard regime overtime is counted day by day ([`crate::reckoning`]). By the comprehensive one (综合计算工时制)
//! rest days and long days balance out within a period; overtime is what was worked beyond the period's statutory
//! standard, and work on statutory holidays stands beside it at its own rate.

use crate::day::DayRecord;
use crate::event::DayKind;
use crate::quantities::Minutes;
use crate::work_date::{Month, WorkDate};
use serde::{Deserialize, Serialize};

/// How hours are accounted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Regime {
    /// 标准工时制: day by day.
    #[default]
    Standard,
    /// 综合计算工时制: over a period.
    Comprehensive,
}

/// Over how long hours balance out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HoursPeriod {
    /// 月
    #[default]
    Month,
    /// 季: January to March, and so on.
    Quarter,
    /// 年
    Year,
}

impl HoursPeriod {
    /// The period's months, the first and the last, around one of them.
    pub fn around(self, month: Month) -> (Month, Month) {
        let before = match self {
            Self::Month => 0,
            Self::Quarter => (month.number() - 1) % 3,
            Self::Year => month.number() - 1,
        };
        let length = match self {
            Self::Month => 1,
            Self::Quarter => 3,
            Self::Year => 12,
        };
        let first = (0..before).fold(month, |month, _| month.previous());
        let last = (1..length).fold(first, |month, _| month.next());
        (first, last)
    }
}

/// 工时制, as a desk has it approved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HoursPolicy {
    /// Which.
    pub regime: Regime,
    /// Over how long hours balance out; of no meaning to the standard regime.
    #[serde(default)]
    pub period: HoursPeriod,
    /// A working day by law.
    pub day_minutes: Minutes,
    /// Overtime of a period at most, averaged over its months.
    pub overtime_average_minutes_max: Minutes,
}

impl HoursPolicy {
    /// Whether hours balance out over a period.
    pub fn is_comprehensive(&self) -> bool {
        self.regime == Regime::Comprehensive
    }
}

/// A person's period up to a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoursBalance {
    /// First month of the period.
    pub first: Month,
    /// Last month of it.
    pub last: Month,
    /// Due by law in the whole period: working days of the calendar, while employed, times the day's minutes.
    pub standard_minutes: Minutes,
    /// Worked so far, statutory holidays left out.
    pub worked_minutes: Minutes,
    /// Worked beyond the standard; zero until the period is over.
    pub overtime_minutes: Minutes,
    /// The same for each month of the period, on average.
    pub overtime_average_minutes: Minutes,
    /// The period is over with this month, for this person: they leave, or it ends.
    pub settled: bool,
}

/// A working day by the calendar, and where it says nothing, by the weekday.
pub fn is_workday(date: WorkDate, kind: Option<DayKind>) -> bool {
    match kind {
        Some(DayKind::MakeUpWorkday) => true,
        Some(DayKind::Statutory | DayKind::AdjustedRest) => false,
        None => !date.is_weekend(),
    }
}

/// What a day adds to the hours that balance out: all of it that counts, but for statutory holidays.
pub fn balanced_minutes(record: &DayRecord, kind: Option<DayKind>) -> Minutes {
    if kind == Some(DayKind::Statutory) {
        return Minutes::ZERO;
    }
    record.worked_minutes + record.overtime.workday + record.overtime.rest_day
}

/// The balance at the end of `month` of somebody employed `from` to `until` who worked `worked_minutes`
/// ([`balanced_minutes`]) in the period so far.
pub fn balance(
    policy: &HoursPolicy,
    month: Month,
    (from, until): (WorkDate, Option<WorkDate>),
    worked_minutes: Minutes,
    kind: impl Fn(WorkDate) -> Option<DayKind>,
) -> HoursBalance {
    let (first, last) = policy.period.around(month);
    let mut day = first.first().max(from);
    let end = until.map_or(last.last(), |until| until.min(last.last()));
    let mut workdays = 0;
    while day <= end {
        workdays += i64::from(is_workday(day, kind(day)));
        day = day.plus_days(1);
    }
    let months = {
        let mut month = first.max(from.month());
        let mut count = 1;
        while month < end.month() {
            month = month.next();
            count += 1;
        }
        count
    };
    let standard_minutes = Minutes(policy.day_minutes.0.saturating_mul(workdays));
    let settled = month >= end.month();
    let overtime_minutes = if settled {
        (worked_minutes - standard_minutes).at_least_zero()
    } else {
        Minutes::ZERO
    };
    HoursBalance {
        first,
        last,
        standard_minutes,
        worked_minutes,
        overtime_minutes,
        overtime_average_minutes: Minutes(overtime_minutes.0 / months),
        settled,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn month(text: &str) -> Month {
        text.parse().unwrap()
    }

    fn date(text: &str) -> WorkDate {
        text.parse().unwrap()
    }

    fn quarterly() -> HoursPolicy {
        HoursPolicy {
            regime: Regime::Comprehensive,
            period: HoursPeriod::Quarter,
            day_minutes: Minutes(480),
            overtime_average_minutes_max: Minutes(2160),
        }
    }

    #[test]
    fn periods_lie_in_the_calendar_year() {
        let around = |period: HoursPeriod, of: &str| {
            let (first, last) = period.around(month(of));
            format!("{first}..{last}")
        };
        assert_eq!(around(HoursPeriod::Month, "2026-05"), "2026-05..2026-05");
        assert_eq!(around(HoursPeriod::Quarter, "2026-04"), "2026-04..2026-06");
        assert_eq!(around(HoursPeriod::Quarter, "2026-12"), "2026-10..2026-12");
        assert_eq!(around(HoursPeriod::Year, "2026-12"), "2026-01..2026-12");
    }

    #[test]
    fn overtime_is_what_lies_beyond_the_period_and_only_once_it_is_over() {
        let all = (date("2020-01-01"), None);
        // October to December 2026 without a calendar: 66 weekdays.
        let at =
            |of: &str, worked| balance(&quarterly(), month(of), all, Minutes(worked), |_| None);
        let during = at("2026-11", 66 * 480 + 600);
        assert_eq!(
            (during.standard_minutes, during.settled),
            (Minutes(66 * 480), false)
        );
        assert_eq!(during.overtime_minutes, Minutes::ZERO);
        let over = at("2026-12", 66 * 480 + 600);
        assert_eq!((over.overtime_minutes, over.settled), (Minutes(600), true));
        assert_eq!(over.overtime_average_minutes, Minutes(200));
        assert_eq!(at("2026-12", 480).overtime_minutes, Minutes::ZERO);
    }

    #[test]
    fn the_calendar_and_the_employment_decide_what_is_due() {
        // A statutory day and a rest day off, a make-up workday on: one day less than the weekdays.
        let kind = |day: WorkDate| match day.to_string().as_str() {
            "2026-10-01" => Some(DayKind::Statutory),
            "2026-10-02" => Some(DayKind::AdjustedRest),
            "2026-10-10" => Some(DayKind::MakeUpWorkday),
            _ => None,
        };
        let monthly = HoursPolicy {
            period: HoursPeriod::Month,
            ..quarterly()
        };
        let due = |from: &str, until: Option<&str>| {
            let span = (date(from), until.map(date));
            balance(&monthly, month("2026-10"), span, Minutes::ZERO, kind).standard_minutes
        };
        assert_eq!(due("2020-01-01", None), Minutes(21 * 480));
        assert_eq!(due("2026-10-09", Some("2026-10-10")), Minutes(2 * 480));
        // Who leaves is settled in the month of leaving.
        let left = (date("2020-01-01"), Some(date("2026-10-15")));
        let settled = balance(
            &quarterly(),
            month("2026-10"),
            left,
            Minutes(99 * 480),
            |_| None,
        );
        assert!(settled.settled);
        assert_eq!(settled.standard_minutes, Minutes(11 * 480));
    }
}
