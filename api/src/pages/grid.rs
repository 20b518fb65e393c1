//! The month grid: people by days, a letter and a colour in the cell, sums at the right, head-counts at the bottom.

use domain::event::DayKind;
use domain::ids::StaffId;
use domain::quantities::Minutes;
use domain::work_date::WorkDate;

/// A column.
pub struct GridDay {
    /// Which day.
    pub date: WorkDate,
    /// A day off by the calendar.
    pub rest: bool,
    /// What the calendar says.
    pub kind: Option<DayKind>,
}

impl GridDay {
    /// The day of the month.
    pub fn number(&self) -> u32 {
        chrono::Datelike::day(&self.date.0)
    }
}

/// A row.
pub struct GridRow {
    /// 工号
    pub staff: StaffId,
    /// 姓名
    pub name: String,
    /// One for each day.
    pub cells: Vec<GridCell>,
    /// Shifts of the month.
    pub shifts: usize,
    /// Days off of the month.
    pub off: usize,
    /// Rostered post time.
    pub minutes: Minutes,
}

/// A cell.
pub struct GridCell {
    /// Which day.
    pub date: WorkDate,
    /// The shift's code; empty on a day off.
    pub text: String,
    /// Style classes.
    pub class: String,
    /// For those who hear it: code and name, or “off”.
    pub label: String,
    /// A day off by the calendar.
    pub rest: bool,
    /// The cell whose detail is open.
    pub selected: bool,
}

/// A line of head-counts.
pub struct HeadLine {
    /// A shift's code, or the words for “on duty”.
    pub label: String,
    /// Style class of the shift.
    pub class: Option<String>,
    /// One for each day.
    pub counts: Vec<HeadCount>,
}

/// A head-count.
pub struct HeadCount {
    /// As shown; nothing for nobody.
    pub text: String,
    /// Some slot of the day is under its minimum.
    pub short: bool,
}
