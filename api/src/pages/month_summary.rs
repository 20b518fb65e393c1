//! The month's attendance of everybody, as payroll takes it, the files, and the closing of the month.

use super::parts::{Chrome, DeskChoice};
use super::words::Words;
use askama::Template;
use domain::ids::{DeskId, StaffId};
use domain::work_date::Month;

/// The month summary.
#[derive(Template)]
#[template(path = "month_summary.html")]
pub struct MonthSummaryPage {
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
    /// Who closed it, when, and the seal.
    pub closed: Option<String>,
    /// Titles.
    pub columns: Vec<String>,
    /// People.
    pub rows: Vec<SummaryLine>,
    /// What is left undone before closing.
    pub checks: Vec<String>,
    /// Whether the reader may take the files.
    pub may_export: bool,
    /// Whether the reader may close the month.
    pub may_close: bool,
}

/// A person's month.
pub struct SummaryLine {
    /// 工号
    pub staff: StaffId,
    /// 姓名
    pub name: String,
    /// One for each column.
    pub cells: Vec<SummaryCell>,
}

/// A figure, and where its days are listed.
pub struct SummaryCell {
    /// As shown.
    pub text: String,
    /// Where it opens.
    pub href: Option<String>,
}
