//! `period-{desk}-{yyyy-mm}`: the passing of time, and the books closed.

use crate::event::events;
use crate::ids::{PolicyVersionId, StaffId};
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
}

events! {
    /// Facts of stream `period-{desk}-{yyyy-mm}`.
    PeriodEvent {
        "period.day_closed", 1 => DayClosed,
        "period.closed", 1 => PeriodClosed,
        "period.adjusted", 1 => Adjusted,
    }
}
