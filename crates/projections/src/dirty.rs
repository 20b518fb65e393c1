//! What a batch of events made stale.

use crate::columns::parse;
use crate::error::Result;
use domain::ids::{DeskId, StaffId};
use domain::work_date::{Month, WorkDate};
use rusqlite::Connection;
use std::collections::BTreeSet;

/// Days that a fact of local date L can touch begin so many days before L: punches are looked at up to two days after
/// the work date (a night shift's late out), and a day before it (early for a shift at midnight).
const DAYS_BEFORE: i64 = 2;
const DAYS_AFTER: i64 = 1;

/// People's days and desks' months to be derived again (of days and evidence, only where a closed day is concerned),
/// and months to be frozen.
#[derive(Debug, Default)]
pub(crate) struct Dirty {
    pub(crate) days: BTreeSet<(StaffId, WorkDate)>,
    pub(crate) months: BTreeSet<(DeskId, Month)>,
    pub(crate) evidence: BTreeSet<(DeskId, WorkDate)>,
    pub(crate) closings: Vec<Closing>,
}

/// A month was closed on the figures of a position.
#[derive(Clone, Debug)]
pub(crate) struct Closing {
    pub(crate) desk: DeskId,
    pub(crate) month: Month,
    pub(crate) exported_position: i64,
}

impl Dirty {
    /// One day of one person.
    pub(crate) fn day(&mut self, staff: &StaffId, date: WorkDate) {
        self.days.insert((staff.clone(), date));
    }

    /// Every day on which something at local date `date` is looked at.
    pub(crate) fn around(&mut self, staff: &StaffId, date: WorkDate) {
        for offset in -DAYS_BEFORE..=DAYS_AFTER {
            self.day(staff, date.plus_days(offset));
        }
    }

    /// Every day whose windows a shift of `date` can move.
    pub(crate) fn neighbours(&mut self, staff: &StaffId, date: WorkDate) {
        for offset in -2..=2 {
            self.day(staff, date.plus_days(offset));
        }
    }

    /// Every day of a person that a fact ever touched.
    pub(crate) fn everything_of(&mut self, connection: &Connection, staff: &StaffId) -> Result<()> {
        let mut statement =
            connection.prepare_cached("SELECT date FROM days_touched WHERE staff = ?1")?;
        let dates = statement.query_map([staff.as_str()], |row| row.get::<_, String>(0))?;
        for date in dates {
            self.day(staff, parse(&date?)?);
        }
        // Days marked by this very batch are dirty already.
        Ok(())
    }

    /// Something seen at a desk at local date `date`.
    pub(crate) fn evidence(&mut self, desk: &DeskId, date: WorkDate) {
        self.evidence.insert((desk.clone(), date));
    }
}

/// The months in which something at local date `date` may count: a night shift's evening may lie in the month before,
/// its morning in the month after.
pub(crate) fn months_around(date: WorkDate) -> [Month; 3] {
    [-1, 0, 1].map(|offset| date.plus_days(offset).month())
}
