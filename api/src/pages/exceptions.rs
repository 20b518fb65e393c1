//! Every day of the month on which something is not as the roster says.

use super::parts::{Chrome, DeskChoice, Note, ShiftLook};
use super::words::Words;
use askama::Template;
use domain::ids::{DeskId, StaffId};
use domain::work_date::{Month, WorkDate};

/// The exception list.
#[derive(Template)]
#[template(path = "exceptions.html")]
pub struct ExceptionsPage {
    /// Words of the reader.
    pub w: Words,
    /// The frame.
    pub chrome: Chrome,
    /// Which desk.
    pub desk: DeskId,
    /// Desks to choose from.
    pub desks: Vec<DeskChoice>,
    /// Kept when another desk is chosen.
    pub month_kept: Option<Month>,
    /// Which month.
    pub month: Month,
    /// Newest first.
    pub items: Vec<ExceptionLine>,
}

/// A day that is not as it should be.
pub struct ExceptionLine {
    /// Which day.
    pub date: WorkDate,
    /// Whose.
    pub staff: StaffId,
    /// 姓名
    pub name: String,
    /// The shift.
    pub shift: Option<ShiftLook>,
    /// What is not as it should be.
    pub notes: Vec<Note>,
}
