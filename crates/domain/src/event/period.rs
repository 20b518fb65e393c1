//! `period-{desk}-{yyyy-mm}`: the passing of time, and the books closed.

use crate::event::events;
use crate::ids::{EventId, PolicyVersionId, StaffId};
use crate::period::Difference;
use crate::quantities::Fen;
use crate::work_date::{Month, WorkDate};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A working day is over: windows that ended with it are closed. Days close in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayClosed {
    /// Which.
    pub date: WorkDate,
    /// When.
    pub at: DateTime<Utc>,
}

/// The month is closed for payroll.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeriodClosed {
    /// Which.
    pub month: Month,
    /// The log position exported.
    pub position: String,
    /// Hash over all stream heads at that position, hex.
    pub seal: String,
    /// The policy versions the month was reckoned by.
    pub policy_versions: Vec<PolicyVersionId>,
    /// Who.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

/// A late fact changed a closed month; the difference counts in this one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Adjusted {
    /// Whose.
    pub staff: StaffId,
    /// The closed month.
    pub source_month: Month,
    /// The difference in money off (negative) or back (positive).
    pub amount: Fen,
    /// What changed, in words.
    pub reason: String,
    /// Who signed it.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
    /// What it was computed to be, figure by figure; none in adjustments signed before figures were kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub difference: Option<Difference>,
    /// The days of the closed month that differ.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<WorkDate>,
    /// The events that speak now and did not when the month was closed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<EventId>,
}

/// A person read their month's sheet and confirmed it (确认签字).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SheetConfirmed {
    /// Whose sheet, and who confirmed it.
    pub staff: StaffId,
    /// Digest of the figures confirmed, hex.
    pub digest: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// A person read their month's sheet and holds it to be wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SheetDisputed {
    /// Whose sheet, and who disputes it.
    pub staff: StaffId,
    /// Digest of the figures disputed, hex.
    pub digest: String,
    /// What is wrong, in their words.
    pub words: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// HR asks to open the closed month again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReopeningRequested {
    /// Which month.
    pub month: Month,
    /// Why.
    pub reason: String,
    /// Who.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

/// The GM office agreed: the month is open again. What it was closed on stays in the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeriodReopened {
    /// Which month.
    pub month: Month,
    /// Who agreed; never who asked.
    pub by: StaffId,
    /// What they said to it; may be empty.
    pub note: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// The GM office did not agree: the month stays closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReopeningRefused {
    /// Which month.
    pub month: Month,
    /// Who; never who asked.
    pub by: StaffId,
    /// Why.
    pub note: String,
    /// When.
    pub at: DateTime<Utc>,
}

events! {
    /// Facts of stream `period-{desk}-{yyyy-mm}`.
    PeriodEvent {
        "period.day_closed", 1 => DayClosed,
        "period.closed", 1 => PeriodClosed,
        "period.adjusted", 1 => Adjusted,
        "period.sheet_confirmed", 1 => SheetConfirmed,
        "period.sheet_disputed", 1 => SheetDisputed,
        "period.reopening_requested", 1 => ReopeningRequested,
        "period.reopened", 1 => PeriodReopened,
        "period.reopening_refused", 1 => ReopeningRefused,
    }
}
