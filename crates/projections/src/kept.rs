//! What was read of a stretch of days while nothing is written: people are reckoned day by day, their facts are read
//! once. Without it every day asks some twenty questions of the database, most of them about the same week.

use crate::error::Result;
use crate::facts::CellInForce;
use crate::states::StaffRow;
use chrono::{DateTime, Duration, Utc};
use domain::day::{OvertimeFact, PunchFact};
use domain::ids::{DeskId, EventId, StaffId};
use domain::work_date::{DayMinute, WorkDate, Zone};
use std::borrow::Borrow;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::rc::Rc;

/// Days before and after those reckoned that their windows and neighbours reach into.
const REACH_DAYS: i64 = 5;

/// Answers by question; each is read the first time it is asked for.
pub(crate) struct Memo<K, V>(RefCell<HashMap<K, V>>);

impl<K, V> Default for Memo<K, V> {
    fn default() -> Self {
        Self(RefCell::default())
    }
}

impl<K: Hash + Eq, V: Clone> Memo<K, V> {
    /// The answer known, or the one `read` gives.
    pub(crate) fn get<Q>(&self, key: &Q, read: impl FnOnce() -> Result<V>) -> Result<V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ToOwned<Owned = K> + ?Sized,
    {
        if let Some(known) = self.0.borrow().get(key) {
            return Ok(known.clone());
        }
        let found = read()?;
        self.0.borrow_mut().insert(key.to_owned(), found.clone());
        Ok(found)
    }
}

/// A state with its dates.
pub(crate) struct DatedState {
    pub(crate) first: String,
    pub(crate) last: String,
    pub(crate) state: String,
}

/// An event about somebody at a moment, and what it said.
pub(crate) type Moment = (EventId, DateTime<Utc>, bool);

/// What is known of each person, in order.
type OfPeople<T> = Memo<StaffId, Rc<[T]>>;

/// The states found by a key.
type StatesByKey = Memo<String, Rc<[DatedState]>>;

/// Where and when a shift begins, and whose rules say what is about then.
type ShiftBegun = (DeskId, DeskId, WorkDate, DateTime<Utc>);

/// Everything read so far of a stretch of days.
pub(crate) struct Kept {
    pub(crate) first: WorkDate,
    pub(crate) last: WorkDate,
    /// Both as columns say them.
    pub(crate) dates: (String, String),
    pub(crate) from: DateTime<Utc>,
    pub(crate) until: DateTime<Utc>,
    pub(crate) staff: Memo<StaffId, Option<StaffRow>>,
    pub(crate) cells: Memo<StaffId, Rc<Cells>>,
    /// By kind of state and column, then by key.
    pub(crate) states: Memo<(&'static str, &'static str), Rc<StatesByKey>>,
    /// With the instants (as columns say them) that say which day each belongs to.
    pub(crate) punches: OfPeople<(i64, PunchFact)>,
    /// By the question that finds them, then by person.
    pub(crate) moments: Memo<&'static str, Rc<OfPeople<Moment>>>,
    pub(crate) overtime: OfPeople<(WorkDate, OvertimeFact)>,
    pub(crate) closed_through: Memo<DeskId, Option<WorkDate>>,
    pub(crate) closed_at: Memo<DeskId, Rc<BTreeMap<WorkDate, i64>>>,
    /// Who punched in then without a shift of their own.
    pub(crate) stand_ins: Memo<ShiftBegun, Rc<[(EventId, StaffId)]>>,
}

impl Kept {
    /// To be asked about the days from `first` to `last` and what is about them.
    pub(crate) fn of(first: WorkDate, last: WorkDate) -> Self {
        let (first, last) = (first.plus_days(-REACH_DAYS), last.plus_days(REACH_DAYS));
        // A day begins somewhere on earth up to half a day before and after it does in UTC.
        let midnight = |date| Zone(chrono_tz::UTC).instant(date, DayMinute(0));
        Self {
            first,
            last,
            dates: (first.to_string(), last.to_string()),
            from: midnight(first) + Duration::days(1),
            until: midnight(last) - Duration::days(1),
            staff: Memo::default(),
            cells: Memo::default(),
            states: Memo::default(),
            punches: Memo::default(),
            moments: Memo::default(),
            overtime: Memo::default(),
            closed_through: Memo::default(),
            closed_at: Memo::default(),
            stand_ins: Memo::default(),
        }
    }

    pub(crate) fn covers_days(&self, first: WorkDate, last: WorkDate) -> bool {
        self.first <= first && last <= self.last
    }

    pub(crate) fn covers(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> bool {
        self.from <= from && until <= self.until
    }
}

/// The cells of somebody that are in force.
pub(crate) type Cells = BTreeMap<WorkDate, CellInForce>;
