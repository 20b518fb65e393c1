//! A person's month: the calendar, the figures, and every day's record, each figure opening its evidence.

use super::parts::{Chrome, DayShift, Note, ShiftLook};
use super::words::Words;
use askama::Template;
use chrono::Datelike;
use domain::day::DayRecord;
use domain::event::{DayKind, LeaveKind};
use domain::quantities::Minutes;
use domain::work_date::{Month, WorkDate};

/// A person's month.
#[derive(Template)]
#[template(path = "my_month.html")]
pub struct MyMonthPage {
    /// Words of the reader.
    pub w: Words,
    /// The frame.
    pub chrome: Chrome,
    /// Which month.
    pub month: Month,
    /// Today at the site.
    pub today: WorkDate,
    /// Whether a roster is in force.
    pub published: bool,
    /// Sums of the month.
    pub facts: Vec<Fact>,
    /// Corrections that count in this month.
    pub corrections_used: u16,
    /// At most so many.
    pub corrections_max: u16,
    /// What is left of each kind of leave that has a balance.
    pub balances: Vec<(LeaveKind, Minutes)>,
    /// Every day.
    pub days: Vec<CalendarCell>,
    /// The shifts shown.
    pub legend: Vec<ShiftLook>,
    /// Days that have a record worth a line, newest first.
    pub records: Vec<RecordLine>,
}

/// A sum of the month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Key of its name.
    pub label: &'static str,
    /// As shown.
    pub value: String,
    /// Small words beside it.
    pub more: Option<String>,
}

/// A day of the calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarCell {
    /// Which.
    pub date: WorkDate,
    /// The shift, if any.
    pub shift: Option<DayShift>,
    /// Leave covers it.
    pub on_leave: bool,
    /// A roster is in force.
    pub rostered: bool,
    /// What the calendar says.
    pub kind: Option<DayKind>,
    /// What went wrong that day.
    pub notes: Vec<Note>,
}

impl CalendarCell {
    fn number(&self) -> u32 {
        self.date.0.day()
    }
}

/// A day's record as a line.
pub struct RecordLine {
    /// The record.
    pub record: DayRecord,
    /// Style class of its shift.
    pub class: String,
    /// What is remarkable.
    pub notes: Vec<Note>,
}

/// A figure of a day that opens its evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figure {
    /// Key of its name.
    pub label: &'static str,
    /// Where on the day's page.
    pub anchor: &'static str,
    /// How much.
    pub minutes: Minutes,
}

impl RecordLine {
    fn figures(&self) -> [Figure; 5] {
        let record = &self.record;
        let meal_minutes = record
            .meals
            .iter()
            .filter_map(|meal| meal.taken_minutes)
            .sum();
        let overtime =
            record.overtime.workday + record.overtime.rest_day + record.overtime.statutory;
        [
            ("col.worked", "worked", record.worked_minutes),
            ("col.late", "late", record.late_minutes),
            ("col.early", "early", record.early_minutes),
            ("col.meal", "meal", meal_minutes),
            ("col.overtime", "overtime", overtime),
        ]
        .map(|(label, anchor, minutes)| Figure {
            label,
            anchor,
            minutes,
        })
    }
}

impl MyMonthPage {
    /// Empty places before the first day, in a week that begins on Monday.
    fn blanks(&self) -> u32 {
        self.month.first().weekday_from_monday()
    }
}
