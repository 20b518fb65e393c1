//! Say what is wrong with one's own month.

use crate::decider::{Decision, worded};
use crate::event::{PeriodEvent, SheetDisputed};
use crate::ids::StaffId;
use crate::period::{PeriodState, SheetWord, may_say};
use crate::who::Issued;
use crate::work_date::Month;

/// Dispute a sheet.
#[derive(Clone, Debug)]
pub struct DisputeSheet {
    /// Of which month.
    pub month: Month,
    /// Whose.
    pub staff: StaffId,
    /// Digest of the figures as they were read.
    pub digest: String,
    /// What is wrong.
    pub words: String,
}

/// The person alone, of the figures as they stand (`now`). HR reads it before closing; nothing else follows from it.
pub fn decide(
    state: &PeriodState,
    command: &DisputeSheet,
    now: Option<&str>,
    issued: &Issued,
) -> Decision<PeriodEvent> {
    let DisputeSheet {
        month,
        staff,
        digest,
        words,
    } = command;
    may_say(state, *month, staff, digest, now, issued)?;
    worded("words", words)?;
    let word = SheetWord {
        digest: digest.clone(),
        disputed: Some(words.clone()),
    };
    if state.sheets.get(staff) == Some(&word) {
        return Ok(vec![]);
    }
    Ok(vec![
        SheetDisputed {
            staff: staff.clone(),
            digest: digest.clone(),
            words: words.clone(),
            at: issued.at,
        }
        .into(),
    ])
}
