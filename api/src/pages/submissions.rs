//! What the administration has received: next week's duty tables, by whom and when, and what is overdue (T3).

use super::parts::Chrome;
use super::words::Words;
use askama::Template;
use domain::ids::DeskId;
use domain::work_date::WorkDate;

/// Duty-table submissions.
#[derive(Template)]
#[template(path = "submissions.html")]
pub struct SubmissionsPage {
    /// Words of the reader.
    pub w: Words,
    /// The frame.
    pub chrome: Chrome,
    /// Every desk.
    pub desks: Vec<DeskWeeks>,
}

/// A desk's weeks.
pub struct DeskWeeks {
    /// Which.
    pub desk: DeskId,
    /// Its name.
    pub name: String,
    /// Newest first.
    pub weeks: Vec<SubmittedWeek>,
}

/// A week's submission.
pub struct SubmittedWeek {
    /// Its Monday.
    pub start: WorkDate,
    /// When it is due.
    pub due: String,
    /// Who handed it in, when.
    pub by: String,
    /// Where it stands.
    pub status: String,
    /// `good`, `warn` or `bad`.
    pub class: &'static str,
}
