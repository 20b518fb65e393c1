//! Calls of a desk (T11, T14).

use super::View;
use crate::columns::{event_id, instant, micros};
use crate::error::Result;
use chrono::{DateTime, Utc};
use domain::ids::{CallId, DeskId, EventId, StaffId};
use serde::Serialize;

/// A call that rang.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CallRow {
    /// Its event.
    pub event: EventId,
    /// The phone system's name for it.
    pub call: CallId,
    /// When it began to ring.
    pub at: DateTime<Utc>,
    /// Rings before it was answered or given up.
    pub rings: u16,
    /// Who answered; nobody: unanswered.
    pub answered_by: Option<StaffId>,
    /// Whom it was routed to; nobody: the desk.
    pub routed_to: Option<StaffId>,
}

impl View<'_> {
    /// A desk's unanswered calls in a stretch of time.
    pub fn calls_unanswered(
        &self,
        desk: &DeskId,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Vec<CallRow>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT event, call, at, rings, answered_by, routed_to FROM calls
             WHERE desk = ?1 AND at >= ?2 AND at < ?3 AND answered_by IS NULL ORDER BY at, position",
        )?;
        let rows = statement.query_map((desk.as_str(), micros(from), micros(until)), |row| {
            Ok(CallRow {
                event: event_id(row.get(0)?),
                call: CallId::new(row.get::<_, String>(1)?),
                at: instant(row.get(2)?),
                rings: row.get(3)?,
                answered_by: row.get::<_, Option<String>>(4)?.map(StaffId::new),
                routed_to: row.get::<_, Option<String>>(5)?.map(StaffId::new),
            })
        })?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?)
    }
}
