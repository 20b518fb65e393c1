//! Shift templates, and a person's cell in a roster.

use crate::ids::{ShiftCode, StaffId};
use crate::quantities::Minutes;
use crate::work_date::{DayMinute, WorkDate};
use serde::{Deserialize, Serialize};

/// A stretch of post time inside a shift (P2); punched in and out on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// On post from.
    pub start: DayMinute,
    /// Off post from; later than `start`.
    pub end: DayMinute,
}

impl Segment {
    /// Its length.
    pub fn minutes(self) -> Minutes {
        Minutes(i64::from(self.end.0 - self.start.0))
    }
}

/// When a meal may be taken in a shift.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MealWindow {
    /// Earliest start.
    pub earliest_start: DayMinute,
    /// Latest start.
    pub latest_start: DayMinute,
    /// Its planned length.
    pub minutes: Minutes,
}

/// A meal placed by the roster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedMeal {
    /// Start.
    pub start: DayMinute,
    /// Length.
    pub minutes: Minutes,
}

/// A kind of working day that a roster can assign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShiftTemplate {
    /// The code printed in the duty table.
    pub code: ShiftCode,
    /// Its name in Chinese.
    pub name: String,
    /// `#rrggbb`, always shown beside the code.
    pub colour: String,
    /// In time order, not overlapping, back-to-back allowed.
    pub segments: Vec<Segment>,
    /// One entry for each meal.
    pub meals: Vec<MealWindow>,
    /// Counts as a night shift.
    pub night: bool,
    /// Counts as duty (值班, T2).
    pub duty: bool,
}

impl ShiftTemplate {
    /// Post time, meals included.
    pub fn minutes(&self) -> Minutes {
        self.segments.iter().map(|segment| segment.minutes()).sum()
    }
}

/// A worked cell of the roster. It carries its own times, so a later change of templates leaves it alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shift {
    /// The template it came from.
    pub code: ShiftCode,
    /// In time order.
    pub segments: Vec<Segment>,
    /// In time order.
    pub meals: Vec<PlannedMeal>,
    /// Counts as a night shift.
    pub night: bool,
    /// Counts as duty (值班, T2).
    pub duty: bool,
}

/// One person on one day; `None` is a day off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    /// Whose.
    pub staff: StaffId,
    /// The day it starts on.
    pub date: WorkDate,
    /// What is worked.
    pub shift: Option<Shift>,
}
