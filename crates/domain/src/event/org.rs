//! `org`: what holds for every desk.

use crate::event::events;
use crate::work_date::WorkDate;
use serde::{Deserialize, Serialize};

/// What a calendar says of a day that is not simply its weekday.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayKind {
    /// A statutory holiday (法定节假日): overtime at the statutory rate.
    Statutory,
    /// A rest day by the holiday arrangement (调休日), not statutory.
    AdjustedRest,
    /// A weekend day worked in exchange (补班).
    MakeUpWorkday,
}

/// A day of a calendar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarDay {
    /// When.
    pub date: WorkDate,
    /// What.
    pub kind: DayKind,
    /// Its name, such as 国庆节.
    pub name: String,
}

/// A year's holiday arrangement was adopted; the latest one for a year holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarAdopted {
    /// The year.
    pub year: i32,
    /// Not announced yet: every figure that rests on it is marked.
    pub provisional: bool,
    /// Where it came from.
    pub source: String,
    /// In date order.
    pub days: Vec<CalendarDay>,
}

events! {
    /// Facts of stream `org`.
    OrgEvent {
        "org.calendar_adopted", 1 => CalendarAdopted,
    }
}
