//! Holiday arrangements that come with the program, as data with their source: China 2025 and 2026 as announced by the
//! State Council's office, 2027 provisional (the statutory days follow from decree 795 and the lunar calendar; which
//! other days are taken off or worked in exchange is announced late in the year before).

use crate::event::CalendarDay;
use crate::work_date::WorkDate;
use serde::{Deserialize, Serialize};

/// A year's arrangement as a file holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalendarFile {
    /// The year.
    pub year: i32,
    /// Not announced yet.
    #[serde(default)]
    pub provisional: bool,
    /// Where it came from.
    pub source: String,
    /// In date order.
    pub days: Vec<CalendarDay>,
}

const SHIPPED: [(i32, &str); 3] = [
    (2025, include_str!("../../calendars/cn_2025.json")),
    (2026, include_str!("../../calendars/cn_2026.json")),
    (2027, include_str!("../../calendars/cn_2027.json")),
];

/// The statutory days (法定节假日) of the years to come, `date,name`.
const STATUTORY: &str = include_str!("../../calendars/cn_statutory.csv");

/// The years that come with the program.
pub fn shipped_years() -> impl Iterator<Item = i32> {
    SHIPPED.iter().map(|(year, _)| *year)
}

/// A year's arrangement, if it comes with the program.
pub fn shipped(year: i32) -> Option<CalendarFile> {
    let (_, text) = SHIPPED.iter().find(|(known, _)| *known == year)?;
    serde_json::from_str(text).ok()
}

/// The statutory days of a year with their names; empty when they are not known.
pub fn statutory_days(year: i32) -> Vec<(WorkDate, &'static str)> {
    let rows = STATUTORY.lines().skip(1);
    rows.filter_map(|row| {
        let (date, name) = row.split_once(',')?;
        Some((date.parse::<WorkDate>().ok()?, name))
    })
    .filter(|(date, _)| date.month().year() == year)
    .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::event::DayKind;

    #[test]
    fn every_year_shipped_reads_and_has_its_thirteen_statutory_days() {
        for year in shipped_years() {
            let file = shipped(year).unwrap();
            assert_eq!(file.year, year);
            assert!(!file.source.is_empty());
            let dates: Vec<WorkDate> = file.days.iter().map(|day| day.date).collect();
            assert!(dates.windows(2).all(|pair| pair[0] < pair[1]), "{year}");
            assert!(dates.iter().all(|date| date.month().year() == year));
            let statutory: Vec<WorkDate> = file
                .days
                .iter()
                .filter(|day| day.kind == DayKind::Statutory)
                .map(|day| day.date)
                .collect();
            assert_eq!(statutory.len(), 13, "{year}");
            let table: Vec<WorkDate> = statutory_days(year).into_iter().map(|day| day.0).collect();
            assert_eq!(statutory, table, "{year}");
            assert_eq!(file.provisional, year == 2027);
        }
    }

    #[test]
    fn make_up_workdays_are_the_weekend_days_announced() {
        let make_up = |year| {
            let days = shipped(year).unwrap().days;
            let days = days
                .into_iter()
                .filter(|day| day.kind == DayKind::MakeUpWorkday);
            days.map(|day| {
                assert!(day.date.is_weekend(), "{}", day.date);
                day.date.to_string()
            })
            .collect::<Vec<_>>()
        };
        let in_2025 = [
            "2025-01-26",
            "2025-02-08",
            "2025-04-27",
            "2025-09-28",
            "2025-10-11",
        ];
        assert_eq!(make_up(2025), in_2025);
        let in_2026 = [
            "2026-01-04",
            "2026-02-14",
            "2026-02-28",
            "2026-05-09",
            "2026-09-20",
            "2026-10-10",
        ];
        assert_eq!(make_up(2026), in_2026);
        assert_eq!(make_up(2027), [""; 0], "not announced");
    }
}
