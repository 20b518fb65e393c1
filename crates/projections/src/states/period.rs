//! What people say of a closed month: their sheets, and that it be opened again.

use chrono::{DateTime, Utc};
use domain::ids::{DeskId, StaffId};
use domain::work_date::Month;
use serde::{Deserialize, Serialize};

/// What a person said last of their month's sheet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SheetWordRow {
    /// Whose.
    pub staff: StaffId,
    /// Digest of the figures it was said of.
    pub digest: String,
    /// What they hold to be wrong; none: confirmed.
    pub disputed: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

/// Where a reopening stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReopeningStatus {
    /// HR asks.
    Asked,
    /// The GM office agreed.
    Agreed,
    /// The GM office did not.
    Refused,
}

/// A closed month that somebody wants open again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReopeningRow {
    /// Whose.
    pub desk: DeskId,
    /// Which month.
    pub month: Month,
    /// The log position of the request, by which it goes.
    pub position: i64,
    /// Why.
    pub reason: String,
    /// Who asked.
    pub by: StaffId,
    /// 姓名
    #[serde(default)]
    pub by_name: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Where it stands.
    pub status: ReopeningStatus,
    /// Who decided.
    pub decided_by: Option<StaffId>,
    /// 姓名
    #[serde(default)]
    pub decided_by_name: Option<String>,
    /// What they said to it.
    pub note: String,
    /// When.
    pub decided_at: Option<DateTime<Utc>>,
}
