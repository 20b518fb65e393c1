//! What changed in somebody's published roster, and why: what they are told of.

use super::View;
use crate::columns::{from_json, instant, parse};
use crate::error::Result;
use chrono::{DateTime, Utc};
use domain::ids::{DeskId, StaffId};
use domain::shift::Shift;
use domain::work_date::WorkDate;
use serde::Serialize;

/// A cell of somebody's that changed after it was published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RosterChange {
    /// The day.
    pub date: WorkDate,
    /// What it was; none: a day off.
    pub before: Option<Shift>,
    /// What it became.
    pub after: Option<Shift>,
    /// Whose roster.
    pub desk: DeskId,
    /// The revision that changed it.
    pub revision: u32,
    /// `amended` or `swapped`.
    pub cause: String,
    /// Why.
    pub reason: String,
    /// Who changed it.
    pub by: StaffId,
    /// 姓名
    pub by_name: String,
    /// When.
    pub at: DateTime<Utc>,
}

impl View<'_> {
    /// The changes of somebody's cells from `first` to `last` after they were published, newest first.
    pub fn roster_changes(
        &self,
        staff: &StaffId,
        first: WorkDate,
        last: WorkDate,
    ) -> Result<Vec<RosterChange>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT c.date, c.shift, c.desk, c.revision, r.cause, r.reason, r.by, r.at,
                    (SELECT older.shift FROM roster_cells older
                     WHERE older.staff = c.staff AND older.date = c.date AND older.position < c.position
                     ORDER BY older.position DESC LIMIT 1)
             FROM roster_cells c
             JOIN roster_revisions r ON r.desk = c.desk AND r.month = c.month AND r.position = c.position
             WHERE c.staff = ?1 AND c.date BETWEEN ?2 AND ?3 AND r.cause <> 'published'
             ORDER BY c.position DESC, c.date",
        )?;
        let mut rows = statement.query((staff.as_str(), first.to_string(), last.to_string()))?;
        let mut changes = Vec::new();
        let shift = |text: Option<String>| text.as_deref().map(from_json).transpose();
        while let Some(row) = rows.next()? {
            let by = StaffId::new(row.get::<_, String>(6)?);
            changes.push(RosterChange {
                date: parse(&row.get::<_, String>(0)?)?,
                before: shift(row.get(8)?)?,
                after: shift(row.get(1)?)?,
                desk: DeskId::new(row.get::<_, String>(2)?),
                revision: row.get(3)?,
                cause: row.get(4)?,
                reason: row.get(5)?,
                by_name: self.name(&by)?,
                by,
                at: instant(row.get(7)?),
            });
        }
        changes.retain(|change: &RosterChange| change.before != change.after);
        Ok(changes)
    }
}
