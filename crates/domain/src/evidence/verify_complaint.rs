//! Look into a complaint and say whether it is true (查明情况, T11, T15).

use crate::decider::{Decision, not_own, permit, worded};
use crate::event::{ComplaintAbout, ComplaintVerified, EvidenceEvent};
use crate::evidence::EvidenceState;
use crate::ids::{ComplaintId, StaffId};
use crate::refusal::{Action, Refusal};
use crate::staff::StaffState;
use crate::who::{Issued, Role};

/// Verify a complaint.
#[derive(Clone, Debug)]
pub struct VerifyComplaint {
    /// Which.
    pub complaint: ComplaintId,
    /// Whose it is.
    pub staff: StaffId,
    /// Whether it is true.
    pub upheld: bool,
    /// What was found.
    pub note: String,
}

/// The lead or the GM office, once, not about themselves. A complaint that names somebody, and a call that was routed
/// to somebody, are that person's; else whoever looks decides. `staff` is the record of the person it is laid to.
pub fn decide(
    state: &EvidenceState,
    command: &VerifyComplaint,
    staff: &StaffState,
    issued: &Issued,
) -> Decision<EvidenceEvent> {
    let complaint = state
        .complaints
        .get(&command.complaint)
        .ok_or(Refusal::ComplaintUnknown {
            complaint: command.complaint,
        })?;
    let record = staff.known(&command.staff)?;
    let named = complaint.filed.staff.as_ref();
    for about in named.into_iter().chain([&command.staff]) {
        not_own(issued, about, Action::VerifyComplaint)?;
    }
    permit(
        issued,
        &[Role::Lead, Role::GmOffice],
        &record.desk,
        Action::VerifyComplaint,
    )?;
    worded("note", &command.note)?;
    if let Some(verified) = &complaint.verified {
        return Err(Refusal::ComplaintVerified {
            complaint: command.complaint,
            by: verified.by.clone(),
        });
    }
    if let Some(staff) = named.filter(|&named| *named != command.staff).cloned() {
        return Err(Refusal::ComplaintAboutOther {
            complaint: command.complaint,
            staff,
        });
    }
    if let ComplaintAbout::UnansweredCall { call } = &complaint.filed.about
        && let Some(staff) = state.calls.get(call).and_then(|c| c.routed_to.clone())
        && staff != command.staff
    {
        let call = call.clone();
        return Err(Refusal::CallRoutedTo { call, staff });
    }
    Ok(vec![
        ComplaintVerified {
            complaint: command.complaint,
            staff: command.staff.clone(),
            upheld: command.upheld,
            note: command.note.clone(),
            by: issued.by.staff.clone(),
            at: issued.at,
        }
        .into(),
    ])
}
