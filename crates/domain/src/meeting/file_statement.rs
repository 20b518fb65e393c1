//! Say beforehand, in writing, that one cannot come (提前以書面的形式, S2).

use crate::decider::{Decision, worded};
use crate::event::{MeetingEvent, StatementFiled};
use crate::ids::{MeetingId, StaffId};
use crate::meeting::MeetingState;
use crate::refusal::Refusal;
use crate::who::Issued;
use crate::work_date::Zone;
use std::collections::BTreeSet;

/// File a statement.
#[derive(Clone, Debug)]
pub struct FileStatement {
    /// For which meeting.
    pub meeting: MeetingId,
    /// In the person's words.
    pub text: String,
}

/// The person, for oneself, before the meeting begins; said again, the later words hold. `expected` is who is to come.
pub fn decide(
    state: &MeetingState,
    command: &FileStatement,
    expected: &BTreeSet<StaffId>,
    zone: Zone,
    issued: &Issued,
) -> Decision<MeetingEvent> {
    let staff = &issued.by.staff;
    let meeting = state.standing(command.meeting)?;
    if !expected.contains(staff) {
        return Err(Refusal::MeetingNotExpected {
            staff: staff.clone(),
        });
    }
    worded("text", &command.text)?;
    let starts = meeting.starts(zone);
    if starts <= issued.at {
        let starts = zone.civil(starts);
        return Err(Refusal::StatementTooLate { starts });
    }
    Ok(vec![
        StatementFiled {
            meeting: command.meeting,
            staff: staff.clone(),
            text: command.text.clone(),
            at: issued.at,
        }
        .into(),
    ])
}
