//! The passing of time at a desk, and its books: days close in order, people confirm their sheets, then the month closes;
//! what comes late is adjusted in a later month, or the month is opened again by two people.

pub mod adjust;
pub mod ask_reopening;
pub mod close_day;
pub mod close_period;
pub mod confirm_sheet;
pub mod decide_reopening;
mod difference;
pub mod dispute_sheet;

pub use difference::{Difference, DifferenceDue};

use crate::decider::State;
use crate::event::{Adjusted, PeriodClosed, PeriodEvent, PeriodReopened, ReopeningRequested};
use crate::ids::StaffId;
use crate::refusal::Refusal;
use crate::who::Issued;
use crate::work_date::{Month, WorkDate};
use std::collections::BTreeMap;

/// Folded from stream `period-{desk}-{yyyy-mm}`.
#[derive(Clone, Debug, Default)]
pub struct PeriodState {
    /// The latest day closed.
    pub closed_through: Option<WorkDate>,
    /// The closing of the month, while it is closed.
    pub closed: Option<PeriodClosed>,
    /// HR asks to open the closed month again, and nobody has decided.
    pub reopening: Option<ReopeningRequested>,
    /// How often it was opened again, oldest first.
    pub reopened: Vec<PeriodReopened>,
    /// Differences of closed months that count in this one.
    pub adjustments: Vec<Adjusted>,
    /// What each person said of their sheet last.
    pub sheets: BTreeMap<StaffId, SheetWord>,
}

/// What a person said of their month's sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetWord {
    /// Digest of the figures it was said of.
    pub digest: String,
    /// What they hold to be wrong; none: confirmed.
    pub disputed: Option<String>,
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
            PeriodEvent::SheetConfirmed(said) => {
                let word = SheetWord {
                    digest: said.digest.clone(),
                    disputed: None,
                };
                self.sheets.insert(said.staff.clone(), word);
            }
            PeriodEvent::SheetDisputed(said) => {
                let word = SheetWord {
                    digest: said.digest.clone(),
                    disputed: Some(said.words.clone()),
                };
                self.sheets.insert(said.staff.clone(), word);
            }
            PeriodEvent::ReopeningRequested(asked) => self.reopening = Some(asked.clone()),
            PeriodEvent::PeriodReopened(reopened) => {
                self.closed = None;
                self.reopening = None;
                self.reopened.push(reopened.clone());
            }
            PeriodEvent::ReopeningRefused(_) => self.reopening = None,
        }
    }
}

/// Whether `staff` may say something of their sheet: their own, of figures as they stand, when every day is closed and
/// the month is not.
fn may_say(
    state: &PeriodState,
    month: Month,
    staff: &StaffId,
    seen: &str,
    now: Option<&str>,
    issued: &Issued,
) -> Result<(), Refusal> {
    if issued.by.staff != *staff {
        return Err(Refusal::SheetNotYours {
            staff: staff.clone(),
        });
    }
    if state.closed.is_some() {
        return Err(Refusal::MonthClosed { month });
    }
    if state.closed_through != Some(month.last()) {
        return Err(Refusal::DaysNotClosed {
            month,
            closed_through: state.closed_through,
        });
    }
    match now {
        None => Err(Refusal::SheetUnknown {
            staff: staff.clone(),
            month,
        }),
        Some(now) if now != seen => Err(Refusal::SheetChanged { month }),
        Some(_) => Ok(()),
    }
}
