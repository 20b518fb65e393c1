//! Name the document for leave that wants one, or note that it was seen (T12).

use crate::day::RequestStatus;
use crate::decider::{Decision, permit, worded};
use crate::event::{EvidenceNoted, LeaveEvent};
use crate::ids::LeaveId;
use crate::leave::LeaveState;
use crate::policy::LeavePolicy;
use crate::refusal::Action;
use crate::who::{Issued, Role};

/// Note a document.
#[derive(Clone, Debug)]
pub struct NoteEvidence {
    /// For which leave.
    pub leave: LeaveId,
    /// Which document, in words.
    pub document: String,
}

/// The person names it; whoever may approve the leave, or HR, notes having seen it. Nobody sees their own.
pub fn decide(
    state: &LeaveState,
    command: &NoteEvidence,
    policy: &LeavePolicy,
    issued: &Issued,
) -> Decision<LeaveEvent> {
    let leave = state.leave(command.leave)?;
    let asked = &leave.requested;
    let seen = issued.by.staff != asked.staff;
    if seen {
        let mut offices = policy.approvers.clone();
        offices.push(Role::Hr);
        permit(issued, &offices, &asked.desk, Action::NoteEvidence)?;
    }
    worded("document", &command.document)?;
    match leave.status {
        RequestStatus::Pending | RequestStatus::Approved => {}
        RequestStatus::Refused | RequestStatus::Withdrawn => leave.pending()?,
    }
    Ok(vec![
        EvidenceNoted {
            leave: command.leave,
            document: command.document.trim().to_owned(),
            seen,
            by: issued.by.staff.clone(),
            at: issued.at,
        }
        .into(),
    ])
}
