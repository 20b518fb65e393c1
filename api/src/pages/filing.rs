//! Approved corrections that go on file with the administration (行政留底, T6).

use super::parts::Chrome;
use super::words::Words;
use askama::Template;
use domain::ids::{CorrectionId, StaffId};
use domain::work_date::Month;

/// Corrections to file.
#[derive(Template)]
#[template(path = "filing.html")]
pub struct FilingPage {
    /// Words of the reader.
    pub w: Words,
    /// The frame.
    pub chrome: Chrome,
    /// Oldest first.
    pub items: Vec<ToFile>,
}

/// A correction to file.
pub struct ToFile {
    /// Which.
    pub correction: CorrectionId,
    /// Whose.
    pub staff: StaffId,
    /// 姓名
    pub name: String,
    /// The month of its stream.
    pub month: Month,
    /// What was asked for.
    pub what: String,
    /// In the person's words.
    pub reason: String,
    /// Who approved it, when.
    pub decided: String,
}
