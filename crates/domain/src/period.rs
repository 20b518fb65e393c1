//! The passing of time at a desk, and its books: days close in order, then the month; what comes late is adjusted.

pub mod adjust;
pub mod close_day;
pub mod close_period;

use crate::decider::State;
use crate::event::{Adjusted, PeriodClosed, PeriodEvent};
use crate::work_date::WorkDate;

/// Folded from stream `period-{desk}-{yyyy-mm}`.
#[derive(Clone, Debug, Default)]
pub struct PeriodState {
    /// The latest day closed.
    pub closed_through: Option<WorkDate>,
    /// The closing of the month, once it is closed.
    pub closed: Option<PeriodClosed>,
    /// Differences of closed months that count in this one.
    pub adjustments: Vec<Adjusted>,
}

impl State for PeriodState {
    type Event = PeriodEvent;
    fn evolve(&mut self, event: &PeriodEvent) {
        match event {
            PeriodEvent::DayClosed(closed) => {
                self.closed_through = self.closed_through.max(Some(closed.date));
            }
            PeriodEvent::PeriodClosed(closed) => self.closed = Some(closed.clone()),
            PeriodEvent::Adjusted(adjusted) => self.adjustments.push(adjusted.clone()),
        }
    }
}
