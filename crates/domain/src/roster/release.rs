//! Take somebody off the days that another desk's roster has them on (D2): what a loan, or its end, comes to.

use crate::decider::Decision;
use crate::event::{CellChange, RosterAmended, RosterEvent};
use crate::ids::StaffId;
use crate::roster::{RosterState, RosterStatus, not_begun};
use crate::staff::StaffState;
use crate::who::Issued;
use crate::work_date::{WorkDate, Zone};

/// Release somebody.
#[derive(Clone, Debug)]
pub struct Release {
    /// Whom.
    pub staff: StaffId,
    /// From this day; earlier days stay as they were.
    pub from: WorkDate,
    /// Why.
    pub reason: String,
}

/// Shifts of a published roster on days that the desk no longer rosters the person. The loan was decided by those who
/// may; this only carries it out.
pub fn decide(
    state: &RosterState,
    command: &Release,
    person: &StaffState,
    zone: Zone,
    issued: &Issued,
) -> Decision<RosterEvent> {
    let Some((desk, _)) = &state.of else {
        return Ok(vec![]);
    };
    if state.status != RosterStatus::Published {
        return Ok(vec![]);
    }
    let mut changes = Vec::new();
    for ((staff, date), shift) in &state.cells {
        let Some(shift) = shift.as_ref().filter(|_| *staff == command.staff) else {
            continue;
        };
        if *date < command.from || person.rostered_by(*date) == Some(desk) {
            continue;
        }
        not_begun(shift, staff, *date, zone, issued.at)?;
        changes.push(CellChange {
            staff: staff.clone(),
            date: *date,
            before: Some(shift.clone()),
            after: None,
        });
    }
    if changes.is_empty() {
        return Ok(vec![]);
    }
    Ok(vec![
        RosterAmended {
            revision: state.revision() + 1,
            changes,
            reason: command.reason.clone(),
            covers: None,
            replan: None,
            by: issued.by.staff.clone(),
            at: issued.at,
        }
        .into(),
    ])
}
