//! Agree to open a closed month again, or not.

use crate::decider::{Decision, not_own, permit, worded};
use crate::event::{PeriodEvent, PeriodReopened, ReopeningRefused};
use crate::ids::DeskId;
use crate::period::PeriodState;
use crate::refusal::{Action, Refusal};
use crate::who::{Issued, Role};
use crate::work_date::Month;

/// Decide a reopening.
#[derive(Clone, Debug)]
pub struct DecideReopening {
    /// Whose.
    pub desk: DeskId,
    /// Which.
    pub month: Month,
    /// Whether the month is opened again.
    pub agreed: bool,
    /// What is said to it; a refusal says why.
    pub note: String,
}

/// The GM office, and never the person who asked, in whatever role: two people open a month. The roster stays locked: what
/// was worked is no plan any more.
pub fn decide(
    state: &PeriodState,
    command: &DecideReopening,
    issued: &Issued,
) -> Decision<PeriodEvent> {
    let month = command.month;
    let action = Action::DecideReopening;
    permit(issued, &[Role::GmOffice], &command.desk, action)?;
    let Some(asked) = &state.reopening else {
        return Err(Refusal::ReopeningNotAsked { month });
    };
    not_own(issued, &asked.by, action)?;
    let by = issued.by.staff.clone();
    let note = command.note.clone();
    let at = issued.at;
    if command.agreed {
        return Ok(vec![
            PeriodReopened {
                month,
                by,
                note,
                at,
            }
            .into(),
        ]);
    }
    worded("note", &note)?;
    Ok(vec![
        ReopeningRefused {
            month,
            by,
            note,
            at,
        }
        .into(),
    ])
}
