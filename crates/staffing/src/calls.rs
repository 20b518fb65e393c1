//! Interval counts: how many calls (or chats) began in each interval of each day.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Read;

use chrono::{Datelike, NaiveDate, Weekday};
use serde::Serialize;

/// Columns an interval CSV must have; others are ignored.
pub const COLUMNS: [&str; 4] = ["date", "weekday", "start_hhmm", "calls"];

/// Calls that began within one interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct IntervalCount {
    /// Calendar date.
    pub date: NaiveDate,
    /// Minutes from midnight to the start of the interval.
    pub start_minute: u32,
    /// Calls that began within it.
    pub calls: u32,
}

/// One row that could not be taken, or (line 1) a header that lacks a column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RowFault {
    /// Line in the file, 1 being the header.
    pub line: u64,
    /// Column name, or `row` when the row as a whole is at fault.
    pub field: &'static str,
    /// What is wrong and what was expected.
    pub reason: String,
}

impl fmt::Display for RowFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, {}: {}", self.line, self.field, self.reason)
    }
}

/// Counts of a stretch of days, in the order of the file, one per date and interval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CallHistory {
    /// Length of one interval in minutes.
    pub interval_minutes: u32,
    /// Good rows.
    pub counts: Vec<IntervalCount>,
}

impl CallHistory {
    /// Reads `date,weekday,start_hhmm,calls` rows, columns in any order, in UTF-8 with or without a byte-order mark.
    ///
    /// Good rows are kept whatever happens to the others; each row that is not taken is one fault, so that somebody can
    /// repair the file and know nothing else is missing. An unreadable header leaves no rows and one fault per column.
    pub fn read_csv(reader: impl Read, interval_minutes: u32) -> (Self, Vec<RowFault>) {
        let mut history = Self {
            interval_minutes,
            counts: Vec::new(),
        };
        let mut faults = Vec::new();
        if interval_minutes == 0 {
            faults.push(fault(
                1,
                "row",
                "the interval must be at least one minute".to_owned(),
            ));
            return (history, faults);
        }
        let mut csv = csv::ReaderBuilder::new()
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(reader);
        let header = match csv.headers() {
            Ok(header) => header.clone(),
            Err(error) => {
                faults.push(fault(
                    1,
                    "row",
                    format!("the header cannot be read: {error}"),
                ));
                return (history, faults);
            }
        };
        let column = |name: &'static str| {
            header
                .iter()
                .position(|cell| cell.trim_start_matches('\u{feff}') == name)
        };
        let [Some(date), Some(weekday), Some(start), Some(calls)] = COLUMNS.map(column) else {
            let missing = COLUMNS.into_iter().filter(|name| column(name).is_none());
            faults.extend(
                missing.map(|name| fault(1, name, "the header has no such column".to_owned())),
            );
            return (history, faults);
        };
        let mut first_line = BTreeMap::new();
        for record in csv.records() {
            let record = match record {
                Ok(record) => record,
                Err(error) => {
                    let line = error.position().map_or(0, csv::Position::line);
                    faults.push(fault(line, "row", error.to_string()));
                    if error.is_io_error() {
                        break;
                    }
                    continue;
                }
            };
            let line = record.position().map_or(0, csv::Position::line);
            let cell = |index: usize, field: &'static str| {
                record
                    .get(index)
                    .filter(|text| !text.is_empty())
                    .ok_or_else(|| fault(line, field, "is empty".to_owned()))
            };
            let row = cell(date, "date")
                .and_then(|text| parse_date(text, line))
                .and_then(|date| {
                    parse_weekday(cell(weekday, "weekday")?, date, line)?;
                    let start_minute =
                        parse_start(cell(start, "start_hhmm")?, interval_minutes, line)?;
                    let calls = parse_calls(cell(calls, "calls")?, line)?;
                    Ok(IntervalCount {
                        date,
                        start_minute,
                        calls,
                    })
                });
            match row {
                Err(fault) => faults.push(fault),
                Ok(row) => match first_line.entry((row.date, row.start_minute)) {
                    std::collections::btree_map::Entry::Occupied(first) => {
                        let reason = format!(
                            "the same date and start are already on line {}",
                            first.get()
                        );
                        faults.push(fault(line, "start_hhmm", reason));
                    }
                    std::collections::btree_map::Entry::Vacant(slot) => {
                        slot.insert(line);
                        history.counts.push(row);
                    }
                },
            }
        }
        (history, faults)
    }

    /// Mean calls per interval of each weekday, over the days of that weekday the history holds.
    ///
    /// A day counts for every interval it has a row for, so a partly recorded day distorts nothing.
    #[must_use]
    pub fn weekday_profile(&self) -> WeekdayProfile {
        let mut sums: BTreeMap<(u32, u32), (u64, u32)> = BTreeMap::new();
        for count in &self.counts {
            let key = (
                count.date.weekday().num_days_from_monday(),
                count.start_minute,
            );
            let (calls, days) = sums.entry(key).or_default();
            *calls += u64::from(count.calls);
            *days += 1;
        }
        let mean = |(calls, days): (u64, u32)| calls as f64 / f64::from(days);
        WeekdayProfile {
            interval_minutes: self.interval_minutes,
            means: sums
                .into_iter()
                .map(|(key, sum)| (key, mean(sum)))
                .collect(),
        }
    }
}

/// Mean calls per interval of a typical Monday, Tuesday, …
#[derive(Debug, Clone, PartialEq)]
pub struct WeekdayProfile {
    interval_minutes: u32,
    means: BTreeMap<(u32, u32), f64>,
}

impl WeekdayProfile {
    /// Length of one interval in minutes.
    #[must_use]
    pub fn interval_minutes(&self) -> u32 {
        self.interval_minutes
    }

    /// Mean calls in the interval that starts at `start_minute`; `None` when the history has no such interval.
    #[must_use]
    pub fn calls(&self, weekday: Weekday, start_minute: u32) -> Option<f64> {
        self.means
            .get(&(weekday.num_days_from_monday(), start_minute))
            .copied()
    }
}

fn fault(line: u64, field: &'static str, reason: String) -> RowFault {
    RowFault {
        line,
        field,
        reason,
    }
}

fn parse_date(text: &str, line: u64) -> Result<NaiveDate, RowFault> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| {
        fault(
            line,
            "date",
            format!("{text:?} is not a date like 2026-12-31"),
        )
    })
}

fn parse_weekday(text: &str, date: NaiveDate, line: u64) -> Result<(), RowFault> {
    match text.parse::<Weekday>() {
        Ok(weekday) if weekday == date.weekday() => Ok(()),
        Ok(_) => Err(fault(
            line,
            "weekday",
            format!("{text:?}, but {date} is a {}", date.weekday()),
        )),
        Err(_) => Err(fault(
            line,
            "weekday",
            format!("{text:?} is not a weekday like Mon"),
        )),
    }
}

fn parse_start(text: &str, interval_minutes: u32, line: u64) -> Result<u32, RowFault> {
    let wrong = |reason: String| fault(line, "start_hhmm", reason);
    let digits = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    let minute = text
        .split_once(':')
        .filter(|(hour, minute)| digits(hour) && digits(minute))
        .and_then(|(hour, minute)| Some((hour.parse::<u32>().ok()?, minute.parse::<u32>().ok()?)))
        .filter(|(hour, minute)| *hour < 24 && *minute < 60)
        .map(|(hour, minute)| hour * 60 + minute)
        .ok_or_else(|| wrong(format!("{text:?} is not a time like 09:30")))?;
    if minute % interval_minutes == 0 {
        Ok(minute)
    } else {
        Err(wrong(format!(
            "{text:?} does not start a {interval_minutes}-minute interval"
        )))
    }
}

fn parse_calls(text: &str, line: u64) -> Result<u32, RowFault> {
    text.parse().map_err(|_| {
        fault(
            line,
            "calls",
            format!("{text:?} is not a whole number of calls, 0 or more"),
        )
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;

    fn read(text: &str) -> (CallHistory, Vec<String>) {
        let (history, faults) = CallHistory::read_csv(text.as_bytes(), 30);
        (history, faults.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn every_bad_row_names_line_and_field_and_good_rows_stay() {
        let (history, faults) = read(
            "date,weekday,start_hhmm,calls\n\
             1999-12-01,Wed,09:00,41\n\
             1999-13-01,Wed,09:30,1\n\
             1999-12-01,Thu,09:30,1\n\
             1999-12-01,Wday,09:30,1\n\
             1999-12-01,Wed,9:30,1\n\
             1999-12-01,Wed,09:45,1\n\
             1999-12-01,Wed,24:00,1\n\
             1999-12-01,Wed,09:30,-3\n\
             1999-12-01,Wed,09:30,2.5\n\
             1999-12-01,Wed,09:30,\n\
             1999-12-01,Wed,09:30\n\
             1999-12-01,Wed,09:00,40\n\
             1999-12-01,Wed,09:30,38\n",
        );
        assert_eq!(
            faults,
            [
                "line 3, date: \"1999-13-01\" is not a date like 2026-12-31",
                "line 4, weekday: \"Thu\", but 1999-12-01 is a Wed",
                "line 5, weekday: \"Wday\" is not a weekday like Mon",
                "line 6, start_hhmm: \"9:30\" is not a time like 09:30",
                "line 7, start_hhmm: \"09:45\" does not start a 30-minute interval",
                "line 8, start_hhmm: \"24:00\" is not a time like 09:30",
                "line 9, calls: \"-3\" is not a whole number of calls, 0 or more",
                "line 10, calls: \"2.5\" is not a whole number of calls, 0 or more",
                "line 11, calls: is empty",
                "line 12, calls: is empty",
                "line 13, start_hhmm: the same date and start are already on line 2",
            ]
        );
        let calls: Vec<_> = history
            .counts
            .iter()
            .map(|count| (count.start_minute, count.calls))
            .collect();
        assert_eq!(calls, [(540, 41), (570, 38)]);
    }

    #[test]
    fn a_header_without_a_column_is_one_fault_per_column() {
        let (history, faults) = read("date,start_hhmm\n1999-12-01,09:00\n");
        assert_eq!(
            faults,
            [
                "line 1, weekday: the header has no such column",
                "line 1, calls: the header has no such column"
            ]
        );
        assert!(history.counts.is_empty());
    }

    #[test]
    fn column_order_byte_order_mark_and_crlf_do_not_matter() {
        let (history, faults) =
            read("\u{feff}date,calls,note,weekday,start_hhmm\r\n1999-12-01,7,x,Wed,23:30\r\n");
        assert!(faults.is_empty(), "{faults:?}");
        assert_eq!(history.counts[0].start_minute, 1410);
        assert_eq!(history.counts[0].calls, 7);
    }

    #[test]
    fn bytes_that_are_not_utf8_cost_one_row_only() {
        let bytes =
            b"date,weekday,start_hhmm,calls\n1999-12-01,\xff,09:00,1\n1999-12-01,Wed,09:30,2\n";
        let (history, faults) = CallHistory::read_csv(&bytes[..], 30);
        assert_eq!(
            faults.iter().map(|fault| fault.line).collect::<Vec<_>>(),
            [2]
        );
        assert_eq!(history.counts.len(), 1);
    }

    #[test]
    fn the_profile_is_the_mean_of_the_days_recorded() {
        let (history, faults) = read(
            "date,weekday,start_hhmm,calls\n1999-12-01,Wed,09:00,4\n1999-12-08,Wed,09:00,7\n1999-12-08,Wed,09:30,5\n",
        );
        assert!(faults.is_empty());
        let profile = history.weekday_profile();
        assert_eq!(profile.calls(Weekday::Wed, 540), Some(5.5));
        assert_eq!(profile.calls(Weekday::Wed, 570), Some(5.0));
        assert_eq!(profile.calls(Weekday::Thu, 540), None);
    }
}
