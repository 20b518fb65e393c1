//! What the pages, the API and the files ask. One file for each question's subject; every query is a method of [`View`].

mod alerts;
mod balances;
mod conduct;
mod desk_board;
mod desks;
mod duty_table;
mod evidence;
mod exceptions;
mod inbox;
mod lanes;
mod legal;
mod loans;
mod month;
mod my_day;
mod penalties;
mod period;
mod phone;
mod post;
mod presence;
mod roster;
mod roster_changes;
mod sheets;
mod solves;
mod staff;
mod utilisation;

pub use conduct::NoticeRow;
pub use desk_board::{BoardPerson, DemandSlot, DeskBoard};
pub use duty_table::{DutyCell, DutyDay, DutySubmission, DutyTable, DutyTableLine, DutyWeek};
pub use evidence::EvidenceRow;
pub use exceptions::{ExceptionKind, ExceptionRow};
pub use lanes::{LaneLine, LanePlan, LaneStintRow, LaneStretch, MyLane};
pub use legal::LegalWarningRow;
pub use month::{DayMeeting, MyMonth, MyMonthDay, PersonMonth};
pub use my_day::{MyDay, PunchRow};
pub use penalties::{PenaltyRow, SanctionKind};
pub use period::{
    AdjustmentDue, AdjustmentRow, ClosedPeriod, DayDifference, DayFigures, PeriodStatus,
};
pub use phone::CallRow;
pub use post::{HandoverPending, MyPost, ReliefRow, arrived};
pub use presence::{ExcuseRow, PresenceOccurrence};
pub use roster::{RosterAt, RosterCell, RosterLine, RosterMonth, RosterRevision};
pub use roster_changes::RosterChange;
pub use sheets::{Sheet, SheetCounts, SheetStatus};
pub use utilisation::{PersonUseRow, UtilisationReport};

use crate::error::Result;
use crate::facts::Facts;
use domain::ids::StaffId;
use eventlog::Position;
use rusqlite::Connection;
use std::cell::RefCell;
use std::collections::HashMap;

/// One consistent snapshot of the read models.
pub struct View<'c> {
    pub(crate) connection: &'c Connection,
    pub(crate) facts: Facts<'c>,
    position: Option<Position>,
    names: RefCell<HashMap<StaffId, String>>,
}

impl<'c> View<'c> {
    pub(crate) fn new(connection: &'c Connection, position: Option<Position>) -> Self {
        Self {
            connection,
            facts: Facts::now(connection),
            position,
            names: RefCell::default(),
        }
    }

    /// The log position the snapshot rests on; none: nothing was applied yet.
    pub fn position(&self) -> Option<Position> {
        self.position
    }

    /// Somebody's name, or the number where nobody of it is known.
    pub fn name(&self, staff: &StaffId) -> Result<String> {
        if let Some(name) = self.names.borrow().get(staff) {
            return Ok(name.clone());
        }
        let person = self.facts.staff(staff)?;
        let name = person.map_or_else(|| staff.to_string(), |person| person.name);
        self.names.borrow_mut().insert(staff.clone(), name.clone());
        Ok(name)
    }
}
