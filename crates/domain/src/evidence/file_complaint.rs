//! A customer or a colleague complains (T11, T15).

use crate::decider::{Decision, worded};
use crate::event::{Complainant, ComplaintAbout, ComplaintFiled, EvidenceEvent};
use crate::evidence::{EvidenceState, not_in_future};
use crate::ids::{ComplaintId, StaffId};
use crate::policy::Policy;
use crate::refusal::Refusal;
use crate::who::Issued;
use crate::work_date::Zone;
use chrono::{DateTime, Utc};
use std::collections::BTreeSet;

/// File a complaint with the day on which it happened.
#[derive(Clone, Debug)]
pub struct FileComplaint {
    /// Its id.
    pub complaint: ComplaintId,
    /// About what.
    pub about: ComplaintAbout,
    /// About whom; nobody yet: the lead decides.
    pub staff: Option<StaffId>,
    /// Who complained.
    pub complainant: Complainant,
    /// What was said.
    pub text: String,
    /// When it happened.
    pub happened_at: DateTime<Utc>,
}

/// Anybody may write a complaint down. A call it is about is one of that day that nobody answered.
pub fn decide(
    state: &EvidenceState,
    command: &FileComplaint,
    known: &BTreeSet<StaffId>,
    policy: &Policy,
    zone: Zone,
    issued: &Issued,
) -> Decision<EvidenceEvent> {
    if state.complaints.contains_key(&command.complaint) {
        let id = command.complaint.to_string();
        return Err(Refusal::IdTaken { id });
    }
    worded("text", &command.text)?;
    if let Some(staff) = command.staff.as_ref().filter(|&s| !known.contains(s)) {
        return Err(Refusal::StaffUnknown {
            staff: staff.clone(),
        });
    }
    not_in_future(
        command.happened_at,
        policy.punch.future_minutes_max,
        zone,
        issued,
    )?;
    if let ComplaintAbout::UnansweredCall { call } = &command.about {
        let rang = state
            .calls
            .get(call)
            .ok_or_else(|| Refusal::CallUnknown { call: call.clone() })?;
        if let Some(by) = rang.answered_by.clone() {
            let call = call.clone();
            return Err(Refusal::CallAnswered { call, by });
        }
    }
    Ok(vec![
        ComplaintFiled {
            complaint: command.complaint,
            about: command.about.clone(),
            staff: command.staff.clone(),
            complainant: command.complainant,
            text: command.text.clone(),
            happened_at: command.happened_at,
            at: issued.at,
        }
        .into(),
    ])
}
