//! The phone system's feed says a call rang (T11, T14).

use crate::decider::{Decision, worded};
use crate::event::{CallRang, EvidenceEvent};
use crate::evidence::{EvidenceState, not_in_future};
use crate::ids::StaffId;
use crate::policy::Policy;
use crate::refusal::Refusal;
use crate::who::Issued;
use crate::work_date::Zone;
use std::collections::BTreeSet;

/// Record a call.
#[derive(Clone, Debug)]
pub struct RingCall {
    /// As the phone system tells it.
    pub call: CallRang,
}

/// Of known people (`known`), not in the future; a row sent twice is one fact, one told differently is refused.
pub fn decide(
    state: &EvidenceState,
    command: &RingCall,
    known: &BTreeSet<StaffId>,
    policy: &Policy,
    zone: Zone,
    issued: &Issued,
) -> Decision<EvidenceEvent> {
    let call = &command.call;
    worded("call", call.call.as_str())?;
    let named = [&call.answered_by, &call.routed_to];
    if let Some(staff) = named.into_iter().flatten().find(|&s| !known.contains(s)) {
        return Err(Refusal::StaffUnknown {
            staff: staff.clone(),
        });
    }
    not_in_future(call.at, policy.punch.future_minutes_max, zone, issued)?;
    match state.calls.get(&call.call) {
        None => Ok(vec![call.clone().into()]),
        Some(told) if told == call => Ok(vec![]),
        Some(_) => Err(Refusal::CallTold {
            call: call.call.clone(),
        }),
    }
}
