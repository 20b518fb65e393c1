//! Shift templates, and a person's cell in a roster.

use crate::ids::{ShiftCode, StaffId};
use crate::quantities::Minutes;
use crate::work_date::{DayMinute, WorkDate};
use serde::{Deserialize, Serialize};

/// Short breaks start on this grid within their window.
const BREAK_GRID_MINUTES: usize = 5;

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

impl PlannedMeal {
    /// The minute it ends at.
    pub fn end(&self) -> i64 {
        i64::from(self.start.0).saturating_add(self.minutes.0)
    }

    /// Whether any minute is in both.
    pub fn overlaps(&self, other: &Self) -> bool {
        i64::from(self.start.0) < other.end() && i64::from(other.start.0) < self.end()
    }

    /// Whether all of it lies in one of these segments.
    pub fn is_inside(&self, segments: &[Segment]) -> bool {
        segments
            .iter()
            .any(|segment| segment.start <= self.start && self.end() <= i64::from(segment.end.0))
    }
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
    /// One entry for each short break (小休), in order: paid, not punched, off post.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub breaks: Vec<MealWindow>,
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

    /// The short breaks beside these meals, each as early as it fits; one that fits nowhere is left out.
    pub fn breaks_beside(&self, meals: &[PlannedMeal]) -> Vec<PlannedMeal> {
        let mut taken: Vec<PlannedMeal> = Vec::new();
        for window in &self.breaks {
            let starts = (window.earliest_start.0..=window.latest_start.0).map(DayMinute);
            let mut fits = starts
                .step_by(BREAK_GRID_MINUTES)
                .map(|start| PlannedMeal {
                    start,
                    minutes: window.minutes,
                })
                .filter(|one| meals.iter().chain(&taken).all(|other| !one.overlaps(other)));
            taken.extend(fits.next());
        }
        taken
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
    /// Short breaks (小休), in time order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub breaks: Vec<PlannedMeal>,
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
