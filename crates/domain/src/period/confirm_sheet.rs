//! Confirm one's own month (确认签字).

use crate::decider::Decision;
use crate::event::{PeriodEvent, SheetConfirmed};
use crate::ids::StaffId;
use crate::period::{PeriodState, SheetWord, may_say};
use crate::who::Issued;
use crate::work_date::Month;

/// Confirm a sheet.
#[derive(Clone, Debug)]
pub struct ConfirmSheet {
    /// Of which month.
    pub month: Month,
    /// Whose.
    pub staff: StaffId,
    /// Digest of the figures as they were read.
    pub digest: String,
}

/// The person alone, of the figures as they stand (`now`; none: they have no sheet). Said already is no news.
pub fn decide(
    state: &PeriodState,
    command: &ConfirmSheet,
    now: Option<&str>,
    issued: &Issued,
) -> Decision<PeriodEvent> {
    let ConfirmSheet {
        month,
        staff,
        digest,
    } = command;
    may_say(state, *month, staff, digest, now, issued)?;
    let word = SheetWord {
        digest: digest.clone(),
        disputed: None,
    };
    if state.sheets.get(staff) == Some(&word) {
        return Ok(vec![]);
    }
    Ok(vec![
        SheetConfirmed {
            staff: staff.clone(),
            digest: digest.clone(),
            at: issued.at,
        }
        .into(),
    ])
}
