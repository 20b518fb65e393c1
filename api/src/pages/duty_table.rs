//! The duty table in force, for reading and for paper (A4 or A3 landscape).

use super::grid::{GridDay, GridRow, HeadLine};
use super::parts::{Chrome, ShiftLook};
use super::words::Words;
use askama::Template;
use domain::ids::DeskId;
use domain::work_date::Month;

/// The duty table (值班表).
#[derive(Template)]
#[template(path = "duty_table.html")]
pub struct DutyTablePage {
    /// Words of the reader.
    pub w: Words,
    /// The frame.
    pub chrome: Chrome,
    /// Which desk.
    pub desk: DeskId,
    /// Its name.
    pub desk_name: String,
    /// Which month.
    pub month: Month,
    /// The version in force.
    pub revision: Option<u32>,
    /// When it was published.
    pub published_at: String,
    /// Whether the reader may take it as a file.
    pub may_export: bool,
    /// Columns.
    pub days: Vec<GridDay>,
    /// Rows.
    pub rows: Vec<GridRow>,
    /// Head-counts.
    pub heads: Vec<HeadLine>,
    /// The shifts shown.
    pub legend: Vec<ShiftLook>,
}

impl DutyTablePage {
    /// Cells are not edited here.
    fn grid_links(&self) -> bool {
        false
    }
}
