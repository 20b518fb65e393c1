//! What waits for the reader's approval: corrections (T6), leave (T12) and swaps (T9).

use super::parts::Chrome;
use super::words::Words;
use askama::Template;
use domain::ids::StaffId;
use domain::work_date::WorkDate;
use uuid::Uuid;

/// The approvals inbox.
#[derive(Template)]
#[template(path = "approvals.html")]
pub struct ApprovalsPage {
    /// Words of the reader.
    pub w: Words,
    /// The frame.
    pub chrome: Chrome,
    /// Whether the reader may file leave for somebody.
    pub leads: bool,
    /// Oldest first.
    pub items: Vec<Waiting>,
}

/// A request that waits.
pub struct Waiting {
    /// Its id.
    pub id: Uuid,
    /// Where its decision is sent; `/approval` or `/refusal` follows.
    pub action: String,
    /// `补卡`, `请假`, `调班`.
    pub kind: String,
    /// Who asks.
    pub staff: StaffId,
    /// 姓名
    pub name: String,
    /// The day it is about.
    pub date: WorkDate,
    /// What is asked for.
    pub what: String,
    /// In the person's words.
    pub reason: String,
    /// When it was filed.
    pub filed: String,
    /// What the reader should know: corrections used, the colleague's word.
    pub notes: Vec<String>,
    /// The reader's own request: somebody else decides.
    pub own: bool,
}
