//! Civil time and instants, and the only place where one becomes the other.
//!
//! Plans are civil: a [`WorkDate`] and minutes from its midnight, so a night shift that ends at 06:00 of the next day
//! ends at [`DayMinute`] 1800 of the day it starts (P1). Facts are instants: `DateTime<Utc>`.

use crate::quantities::Minutes;
use chrono::{
    DateTime, Datelike, Days, Duration, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc,
};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The day a shift belongs to: the local calendar date on which it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WorkDate(pub NaiveDate);

impl WorkDate {
    /// The day `days` later (negative: earlier).
    pub fn plus_days(self, days: i64) -> Self {
        let moved = if days >= 0 {
            self.0.checked_add_days(Days::new(days.unsigned_abs()))
        } else {
            self.0.checked_sub_days(Days::new(days.unsigned_abs()))
        };
        Self(moved.unwrap_or(self.0))
    }
    /// The same day of a later month, or that month's last when it has no such day.
    pub fn plus_months(self, months: u16) -> Self {
        let moved = self.0.checked_add_months(Months::new(u32::from(months)));
        Self(moved.unwrap_or(self.0))
    }
    /// Whole years from `self` to `later`; none when it lies before.
    pub fn years_until(self, later: Self) -> Option<u16> {
        u16::try_from(later.0.years_since(self.0)?).ok()
    }
    /// The calendar month it lies in.
    pub fn month(self) -> Month {
        Month {
            year: self.0.year(),
            month: self.0.month(),
        }
    }
    /// Monday is 0, Sunday is 6.
    pub fn weekday_from_monday(self) -> u32 {
        self.0.weekday().num_days_from_monday()
    }
    /// Monday of its week.
    pub fn week_start(self) -> Self {
        self.plus_days(-i64::from(self.weekday_from_monday()))
    }
    /// Saturday or Sunday.
    pub fn is_weekend(self) -> bool {
        self.weekday_from_monday() >= 5
    }
    /// Whole days from `self` to `later`.
    pub fn days_until(self, later: Self) -> i64 {
        (later.0 - self.0).num_days()
    }
}

impl fmt::Display for WorkDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for WorkDate {
    type Err = chrono::ParseError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        NaiveDate::from_str(text).map(Self)
    }
}

/// A calendar month, written `2026-12`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    year: i32,
    month: u32,
}

/// Why a text is not a month.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a month is written like 2026-12, not {0:?}")]
pub struct NotAMonth(pub String);

impl Month {
    /// The month, if `month` is 1 to 12 and the year is four digits.
    pub fn new(year: i32, month: u32) -> Option<Self> {
        ((1..=12).contains(&month) && (1900..=9999).contains(&year)).then_some(Self { year, month })
    }
    /// Its first day.
    pub fn first(self) -> WorkDate {
        // The constructor admits only real months, so the fallback is never taken.
        WorkDate(NaiveDate::from_ymd_opt(self.year, self.month, 1).unwrap_or_default())
    }
    /// Its last day.
    pub fn last(self) -> WorkDate {
        self.next().first().plus_days(-1)
    }
    /// The month after.
    pub fn next(self) -> Self {
        if self.month == 12 {
            Self {
                year: self.year + 1,
                month: 1,
            }
        } else {
            Self {
                year: self.year,
                month: self.month + 1,
            }
        }
    }
    /// The month before.
    pub fn previous(self) -> Self {
        if self.month == 1 {
            Self {
                year: self.year - 1,
                month: 12,
            }
        } else {
            Self {
                year: self.year,
                month: self.month - 1,
            }
        }
    }
    /// Its days in order.
    pub fn days(self) -> impl Iterator<Item = WorkDate> {
        let (first, last) = (self.first(), self.last());
        (0..=first.days_until(last)).map(move |n| first.plus_days(n))
    }
    /// The year, such as 2026.
    pub fn year(self) -> i32 {
        self.year
    }
    /// The month's number, 1 to 12.
    pub fn number(self) -> u32 {
        self.month
    }
    /// Whether `date` lies in it.
    pub fn contains(self, date: WorkDate) -> bool {
        date.month() == self
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl FromStr for Month {
    type Err = NotAMonth;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let month = text.split_once('-').and_then(|(year, month)| {
            (year.len() == 4 && month.len() == 2).then_some(())?;
            Self::new(year.parse().ok()?, month.parse().ok()?)
        });
        month.ok_or_else(|| NotAMonth(text.to_owned()))
    }
}

impl Serialize for Month {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Month {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Minutes from a work date's civil midnight. 1440 is the next midnight; a night shift goes beyond it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DayMinute(pub i32);

impl fmt::Display for DayMinute {
    /// `09:00`; 24:00 is `24:00`; 06:00 of the next day is `06:00+1`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (day, minute) = if self.0 > 1440 {
            (1, self.0 - 1440)
        } else {
            (0, self.0)
        };
        write!(f, "{:02}:{:02}", minute / 60, minute % 60)?;
        if day == 1 { f.write_str("+1") } else { Ok(()) }
    }
}

/// Why a text is not a time of day.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a time of day is written like 09:00, 24:00 or 06:00+1, not {0:?}")]
pub struct NotATimeOfDay(pub String);

impl FromStr for DayMinute {
    type Err = NotATimeOfDay;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parse = || {
            let (clock, next_day) = text
                .strip_suffix("+1")
                .map_or((text, false), |clock| (clock, true));
            let (hour, minute) = clock.split_once(':')?;
            let digits = |s: &str| s.len() == 2 && s.bytes().all(|b| b.is_ascii_digit());
            (digits(hour) && digits(minute)).then_some(())?;
            let (hour, minute): (i32, i32) = (hour.parse().ok()?, minute.parse().ok()?);
            (minute < 60 && (hour < 24 || (hour == 24 && minute == 0))).then_some(())?;
            Some(Self(hour * 60 + minute + if next_day { 1440 } else { 0 }))
        };
        parse().ok_or_else(|| NotATimeOfDay(text.to_owned()))
    }
}

/// A site's time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Zone(pub Tz);

impl Zone {
    /// The instant at which the site's clocks show `minute` of `date`. A time that clocks show twice is the earlier
    /// one; a time that clocks skip is the instant of the skip.
    pub fn instant(self, date: WorkDate, minute: DayMinute) -> DateTime<Utc> {
        let civil = date.0.and_time(NaiveTime::MIN) + Duration::minutes(i64::from(minute.0));
        self.instant_of(civil)
    }

    fn instant_of(self, civil: NaiveDateTime) -> DateTime<Utc> {
        let mut probe = civil;
        // A skipped hour is left after at most a day of 15-minute steps in any zone of the database.
        for _ in 0..96 {
            if let Some(found) = self.0.from_local_datetime(&probe).earliest() {
                return found.with_timezone(&Utc);
            }
            probe += Duration::minutes(15);
        }
        civil.and_utc()
    }

    /// What the site's calendar and clock show at `instant`.
    pub fn civil(self, instant: DateTime<Utc>) -> NaiveDateTime {
        instant.with_timezone(&self.0).naive_local()
    }
    /// The site's calendar date at `instant`.
    pub fn date(self, instant: DateTime<Utc>) -> WorkDate {
        WorkDate(self.civil(instant).date())
    }
    /// What the site's clock shows at `instant`, as minutes from the midnight of `date` (below zero or above 1440 on
    /// neighbouring days).
    pub fn day_minute(self, instant: DateTime<Utc>, date: WorkDate) -> DayMinute {
        let civil = self.civil(instant) - date.0.and_time(NaiveTime::MIN);
        DayMinute(i32::try_from(civil.num_minutes()).unwrap_or(i32::MAX))
    }
}

/// Whole minutes passed from `from` to `to`; a started minute does not count, in the person's favour. Never negative.
pub fn whole_minutes(from: DateTime<Utc>, to: DateTime<Utc>) -> Minutes {
    Minutes((to - from).num_minutes().max(0))
}
