//! Forget somebody who left (遗忘): what the law on personal information gives a person a right to, once the records
//! have been kept for as long as they must be.

use crate::decider::{Decision, not_own, permit};
use crate::event::{Forgotten, StaffEvent};
use crate::ids::{DeskId, StaffId};
use crate::refusal::{Action, Refusal};
use crate::staff::StaffState;
use crate::who::{Issued, Role};
use crate::work_date::{Month, WorkDate};

/// Forget somebody.
#[derive(Clone, Debug)]
pub struct Forget {
    /// Whom.
    pub staff: StaffId,
    /// Matters of the person that were sealed before anybody knew whom they concern.
    pub matters: Vec<String>,
    /// The desks and months the person worked in that are not closed.
    pub open_months: Vec<(DeskId, Month)>,
    /// The site's date.
    pub today: WorkDate,
}

/// HR or the GM office forgets somebody who has left and whose months are all closed. Asked again, it is done already.
pub fn decide(state: &StaffState, command: &Forget, issued: &Issued) -> Decision<StaffEvent> {
    let staff = &command.staff;
    let record = state.known(staff)?;
    permit(
        issued,
        &[Role::Hr, Role::GmOffice],
        &record.desk,
        Action::Forget,
    )?;
    not_own(issued, staff, Action::Forget)?;
    if state.forgotten.is_some() {
        return Ok(vec![]);
    }
    let has_left =
        |&(_, last): &(WorkDate, Option<WorkDate>)| last.is_some_and(|last| last < command.today);
    if !state.employments.iter().all(has_left) {
        return Err(Refusal::ForgetEmployed {
            staff: staff.clone(),
        });
    }
    if let Some((desk, month)) = command.open_months.first() {
        return Err(Refusal::ForgetMonthOpen {
            staff: staff.clone(),
            desk: desk.clone(),
            month: *month,
        });
    }
    Ok(vec![
        Forgotten {
            staff: staff.clone(),
            matters: command.matters.clone(),
            by: issued.by.staff.clone(),
            at: issued.at,
        }
        .into(),
    ])
}
