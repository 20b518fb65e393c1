//! The month grid: people by days, a letter and a colour in the cell, sums at the right, head-counts at the bottom.

use super::parts::{ShiftLook, ShiftLooks};
use super::words::Words;
use domain::event::DayKind;
use domain::ids::StaffId;
use domain::quantities::Minutes;
use domain::work_date::WorkDate;
use projections::{DutyCell, DutyTable};
use std::collections::BTreeSet;

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
    /// A solve keeps it as it stands.
    pub fixed: bool,
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

/// A duty table as the month grid shows it.
#[derive(Default)]
pub struct Grid {
    /// Columns.
    pub days: Vec<GridDay>,
    /// Rows.
    pub rows: Vec<GridRow>,
    /// Head-counts: by shift, then everybody.
    pub heads: Vec<HeadLine>,
    /// The shifts shown.
    pub legend: Vec<ShiftLook>,
}

impl Grid {
    /// The grid of `table`. `selected` is the cell whose detail is open; `short` says which days fall under a minimum.
    pub fn of(
        table: &DutyTable,
        looks: &ShiftLooks,
        selected: Option<(&StaffId, WorkDate)>,
        short: &dyn Fn(WorkDate) -> bool,
        w: Words,
    ) -> Self {
        let days: Vec<GridDay> = table
            .days
            .iter()
            .map(|day| GridDay {
                date: day.date,
                rest: is_rest(day.date, day.day_kind),
                kind: day.day_kind,
            })
            .collect();
        let rows = table
            .lines
            .iter()
            .map(|line| GridRow {
                staff: line.staff.staff.clone(),
                name: line.staff.name.clone(),
                cells: days
                    .iter()
                    .zip(&line.cells)
                    .map(|(day, cell)| {
                        let is_selected = selected == Some((&line.staff.staff, day.date));
                        grid_cell(day, cell.as_ref(), looks, is_selected, w)
                    })
                    .collect(),
                shifts: usize::from(line.shift_days),
                off: usize::from(line.rest_days),
                minutes: line.minutes,
            })
            .collect();
        let count = |count: u16, short: bool| HeadCount {
            text: if count == 0 && !short {
                String::new()
            } else {
                count.to_string()
            },
            short,
        };
        let in_use = |look: &&ShiftLook| {
            table
                .head_counts
                .get(&look.code)
                .is_some_and(|counts| counts.iter().any(|&n| n > 0))
        };
        let legend: Vec<ShiftLook> = looks.0.iter().filter(in_use).cloned().collect();
        let mut heads: Vec<HeadLine> = legend
            .iter()
            .filter_map(|look| {
                Some(HeadLine {
                    label: look.code.to_string(),
                    class: Some(look.class.clone()),
                    counts: table
                        .head_counts
                        .get(&look.code)?
                        .iter()
                        .map(|&n| count(n, false))
                        .collect(),
                })
            })
            .collect();
        heads.push(HeadLine {
            label: w.t("grid.head").to_owned(),
            class: None,
            counts: days
                .iter()
                .zip(&table.at_work)
                .map(|(day, &n)| count(n, short(day.date)))
                .collect(),
        });
        Self {
            days,
            rows,
            heads,
            legend,
        }
    }
}

impl Grid {
    /// Marks the cells that a solve keeps as they stand.
    pub fn mark_fixed(&mut self, fixed: &BTreeSet<(StaffId, WorkDate)>, w: Words) {
        for row in &mut self.rows {
            for cell in &mut row.cells {
                if fixed.contains(&(row.staff.clone(), cell.date)) {
                    cell.fixed = true;
                    cell.label = format!("{} {}", cell.label, w.t("roster.fixed"));
                }
            }
        }
    }
}

/// Whether a day is a day off by the calendar: a weekend that is not worked in exchange, or a holiday.
fn is_rest(date: WorkDate, kind: Option<DayKind>) -> bool {
    match kind {
        Some(DayKind::Statutory | DayKind::AdjustedRest) => true,
        Some(DayKind::MakeUpWorkday) => false,
        None => date.is_weekend(),
    }
}

fn grid_cell(
    day: &GridDay,
    cell: Option<&DutyCell>,
    looks: &ShiftLooks,
    selected: bool,
    w: Words,
) -> GridCell {
    let shift = cell.and_then(|cell| cell.shift.as_ref());
    let leave = cell.and_then(|cell| cell.leave);
    let (text, class, label) = match (shift, leave) {
        (Some(shift), None) => (
            shift.code.to_string(),
            looks.class(&shift.code),
            looks.words(&shift.code),
        ),
        (_, Some(kind)) => (
            w.t("leave.short").to_owned(),
            "leave".to_owned(),
            w.leave(&kind).to_owned(),
        ),
        (None, None) if cell.is_none() => (
            String::new(),
            String::new(),
            w.t("day.unrostered").to_owned(),
        ),
        (None, None) => (String::new(), String::new(), w.t("day.off").to_owned()),
    };
    GridCell {
        date: day.date,
        text,
        class,
        label,
        rest: day.rest,
        selected,
        fixed: false,
    }
}
