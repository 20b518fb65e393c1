//! What a batch of events made stale.

use crate::columns::parse;
use crate::error::Result;
use chrono::{DateTime, Utc};
use domain::ids::{DeskId, StaffId};
use domain::work_date::{Month, WorkDate};
use rusqlite::Connection;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Days that a fact of local date L can touch begin so many days before L: punches are looked at up to two days after
/// the work date (a night shift's late out), and a day before it (early for a shift at midnight).
const DAYS_BEFORE: i64 = 2;
const DAYS_AFTER: i64 = 1;

/// People's days and desks' months to be derived again (of days and evidence, only where a closed day is concerned),
/// and months to be frozen. What follows from an in-punch or a closed day for others is found out when all is settled:
/// then once, however many there were.
#[derive(Debug, Default)]
pub(crate) struct Dirty {
    pub(crate) days: HashMap<StaffId, BTreeSet<WorkDate>>,
    pub(crate) months: BTreeSet<(DeskId, Month)>,
    pub(crate) evidence: Evidence,
    /// In-punches at a desk on a local date.
    pub(crate) came: BTreeMap<(DeskId, WorkDate), Vec<Came>>,
    /// The days of a desk's people that time passing may decide.
    pub(crate) passed: BTreeMap<DeskId, Passed>,
    pub(crate) closings: Vec<Closing>,
    days_count: usize,
}

/// Dates of desks on which something was seen or derived.
pub(crate) type Evidence = BTreeMap<DeskId, BTreeSet<WorkDate>>;

/// Who punched in, and when.
pub(crate) type Came = (StaffId, DateTime<Utc>);

/// From a day (none: from the first there is) to the last one closed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Passed {
    pub(crate) from: Option<WorkDate>,
    pub(crate) until: WorkDate,
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
        self.days_of(staff, [date]);
    }

    /// Every day on which something at local date `date` is looked at.
    pub(crate) fn around(&mut self, staff: &StaffId, date: WorkDate) {
        self.days_of(
            staff,
            (-DAYS_BEFORE..=DAYS_AFTER).map(|by| date.plus_days(by)),
        );
    }

    /// Every day whose windows a shift of `date` can move.
    pub(crate) fn neighbours(&mut self, staff: &StaffId, date: WorkDate) {
        self.days_of(staff, (-2..=2).map(|by| date.plus_days(by)));
    }

    fn days_of(&mut self, staff: &StaffId, dates: impl IntoIterator<Item = WorkDate>) {
        if let Some(days) = self.days.get_mut(staff) {
            for date in dates {
                self.days_count += usize::from(days.insert(date));
            }
        } else {
            let days = BTreeSet::from_iter(dates);
            self.days_count += days.len();
            self.days.insert(staff.clone(), days);
        }
    }

    /// How many days of people wait.
    pub(crate) fn days_count(&self) -> usize {
        self.days_count
    }

    /// Whether a day waits.
    pub(crate) fn has_day(&self, staff: &StaffId, date: WorkDate) -> bool {
        self.days
            .get(staff)
            .is_some_and(|days| days.contains(&date))
    }

    /// Somebody punched in at a desk.
    pub(crate) fn came(
        &mut self,
        desk: &DeskId,
        date: WorkDate,
        staff: &StaffId,
        at: DateTime<Utc>,
    ) {
        let came = self.came.entry((desk.clone(), date)).or_default();
        came.push((staff.clone(), at));
    }

    /// Time passed at a desk.
    pub(crate) fn passed(&mut self, desk: &DeskId, from: Option<WorkDate>, until: WorkDate) {
        let known = self.passed.entry(desk.clone());
        let passed = known.or_insert(Passed { from, until });
        // `None` is the least.
        passed.from = passed.from.min(from);
        passed.until = passed.until.max(until);
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
        if let Some(dates) = self.evidence.get_mut(desk) {
            dates.insert(date);
        } else {
            self.evidence.insert(desk.clone(), BTreeSet::from([date]));
        }
    }
}

/// The months in which something at local date `date` may count: a night shift's evening may lie in the month before,
/// its morning in the month after.
pub(crate) fn months_around(date: WorkDate) -> [Month; 3] {
    [-1, 0, 1].map(|offset| date.plus_days(offset).month())
}
