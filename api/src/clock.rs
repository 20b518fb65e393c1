//! Where `now` comes from. The domain never asks; the service stamps every command with it.

use chrono::{DateTime, Duration, SubsecRound, Utc};
use std::sync::{Mutex, PoisonError};

/// A source of the present moment.
pub trait Clock: Send + Sync + 'static {
    /// The present moment, to the microsecond (what the log keeps).
    fn now(&self) -> DateTime<Utc>;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now().trunc_subsecs(6)
    }
}

/// A clock that stands still until it is moved: for the demo's history and for tests.
#[derive(Debug)]
pub struct SimulatedClock(Mutex<DateTime<Utc>>);

impl SimulatedClock {
    /// A clock that shows `start`.
    pub fn new(start: DateTime<Utc>) -> Self {
        Self(Mutex::new(start.trunc_subsecs(6)))
    }
    /// Moves it to `moment`, which may lie before what it shows.
    pub fn set(&self, moment: DateTime<Utc>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = moment.trunc_subsecs(6);
    }
    /// Moves it on.
    pub fn advance(&self, by: Duration) {
        let mut shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *shown = shown.checked_add_signed(by).unwrap_or(*shown);
    }
}

impl Clock for SimulatedClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
