//! What holds for every desk: the holiday calendar.

pub mod adopt_calendar;
pub mod calendar_file;
mod shipped;

pub use shipped::{CalendarFile, shipped, shipped_years, statutory_days};

use crate::decider::State;
use crate::event::{CalendarAdopted, CalendarDay, OrgEvent};
use crate::work_date::WorkDate;
use std::collections::BTreeMap;

/// Folded from stream `org`.
#[derive(Clone, Debug, Default)]
pub struct OrgState {
    /// The calendar of each year, as adopted last.
    pub calendars: BTreeMap<i32, CalendarAdopted>,
}

impl OrgState {
    /// What the calendar says of `date`, if it is not simply its weekday.
    pub fn day(&self, date: WorkDate) -> Option<&CalendarDay> {
        let calendar = self.calendars.get(&date.month().year())?;
        calendar.days.iter().find(|day| day.date == date)
    }
}

impl State for OrgState {
    type Event = OrgEvent;
    fn evolve(&mut self, event: &OrgEvent) {
        match event {
            OrgEvent::CalendarAdopted(adopted) => {
                self.calendars.insert(adopted.year, adopted.clone());
            }
        }
    }
}
