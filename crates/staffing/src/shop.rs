//! A recorded month of one desk, read as the volume of an online shop's desk in another month.
//!
//! The recording is a bank's phone desk: busiest in the morning, quiet in the evening, Friday a short day and Saturday
//! closed. A shop's chat desk lives the other way round: it wakes up late, is busiest after supper and at weekends. Three
//! documented steps turn the one into the other and keep the recorded shape, size and unevenness of real calls:
//!
//! 1. **The day is mirrored.** The interval `[t, t+L)` of the shop reads the recorded interval `[M−t−L, M−t)` with
//!    `M = mirror_minute`. With `M` = 31:00 the shop's 09:00 is the bank's late evening, its 20:30 the bank's 10:00 peak, its
//!    midnight the bank's 07:00.
//! 2. **Weekdays read a full recorded day.** Each of the shop's weekdays names the recorded weekday it reads, so that no
//!    day reads the short Friday or the closed Saturday; the weekend reads the recorded Sunday, that bank's first working
//!    day after its closing day, when calls had piled up.
//! 3. **Factors.** A percentage per weekday, another for named dates (a sales day), and one for the size of the shop.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

use crate::calls::WeekdayProfile;

/// How a recorded weekday profile becomes the contacts of a target month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShopMapping {
    /// Minute `M` around which the day is mirrored (31:00 = 1860).
    pub mirror_minute: u32,
    /// Contacts of the shop per 100 recorded calls, before the factors below.
    pub contacts_percent: u32,
    /// Recorded weekday read by Monday, Tuesday, … Sunday.
    pub recorded_weekday: [Weekday; 7],
    /// Factor of Monday, Tuesday, … Sunday in percent.
    pub weekday_percent: [u32; 7],
    /// Factor of named dates in percent, on top of their weekday's.
    #[serde(default)]
    pub date_percent: BTreeMap<NaiveDate, u32>,
}

impl ShopMapping {
    /// Expected contacts within the profile's interval that starts at `start_minute` of `date`.
    ///
    /// `None` when the mirrored interval lies outside the recorded day or was never recorded.
    #[must_use]
    pub fn contacts(
        &self,
        profile: &WeekdayProfile,
        date: NaiveDate,
        start_minute: u32,
    ) -> Option<f64> {
        let weekday = date.weekday().num_days_from_monday() as usize;
        let recorded_start = self
            .mirror_minute
            .checked_sub(start_minute.checked_add(profile.interval_minutes())?)?;
        let recorded = profile.calls(self.recorded_weekday[weekday], recorded_start)?;
        let date_percent = self.date_percent.get(&date).copied().unwrap_or(100);
        let percents = [
            self.contacts_percent,
            self.weekday_percent[weekday],
            date_percent,
        ];
        Some(percents.into_iter().fold(recorded, |contacts, percent| {
            contacts * f64::from(percent) / 100.0
        }))
    }
}
