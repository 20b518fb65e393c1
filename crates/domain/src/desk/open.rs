//! Open a desk.

use crate::decider::{Decision, ensure, permit, worded};
use crate::desk::{DAY_MINUTE_MAX, DeskState};
use crate::event::{DeskEvent, DeskOpened};
use crate::ids::DeskId;
use crate::refusal::{Action, Fault, Refusal};
use crate::who::{Issued, Role};
use crate::work_date::{DayMinute, Zone};

/// Open a desk.
#[derive(Clone, Debug)]
pub struct Open {
    /// Its id.
    pub desk: DeskId,
    /// Its name.
    pub name: String,
    /// The site's time zone.
    pub zone: Zone,
    /// Staffed from.
    pub opens: DayMinute,
    /// Staffed until.
    pub closes: DayMinute,
}

/// HR or the GM office opens a desk once.
pub fn decide(state: &DeskState, command: &Open, issued: &Issued) -> Decision<DeskEvent> {
    let desk = command.desk.clone();
    permit(issued, &[Role::Hr, Role::GmOffice], &desk, Action::OpenDesk)?;
    if state.opened.is_some() {
        return Err(Refusal::DeskOpen { desk });
    }
    worded("desk", desk.as_str())?;
    worded("name", &command.name)?;
    ensure(
        command.opens < command.closes,
        "closes",
        Fault::EndsBeforeStart,
    )?;
    ensure(DayMinute(0) <= command.opens, "opens", Fault::OutOfDay)?;
    ensure(command.closes <= DAY_MINUTE_MAX, "closes", Fault::OutOfDay)?;
    Ok(vec![
        DeskOpened {
            desk,
            name: command.name.clone(),
            zone: command.zone,
            opens: command.opens,
            closes: command.closes,
        }
        .into(),
    ])
}
