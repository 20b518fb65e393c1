//! Refuse leave, with the reason (T12).

use crate::decider::{Decision, worded};
use crate::event::{LeaveEvent, LeaveRefused};
use crate::ids::LeaveId;
use crate::leave::{LeaveState, decidable};
use crate::policy::LeavePolicy;
use crate::who::Issued;
use crate::work_date::Month;
use std::collections::BTreeSet;

/// Refuse leave.
#[derive(Clone, Debug)]
pub struct RefuseLeave {
    /// Which.
    pub leave: LeaveId,
    /// Why.
    pub reason: String,
}

/// Whoever might approve it may refuse it, and says why.
pub fn decide(
    state: &LeaveState,
    command: &RefuseLeave,
    policy: &LeavePolicy,
    closed: &BTreeSet<Month>,
    issued: &Issued,
) -> Decision<LeaveEvent> {
    decidable(state, command.leave, policy, closed, issued)?;
    worded("reason", &command.reason)?;
    Ok(vec![
        LeaveRefused {
            leave: command.leave,
            by: issued.by.staff.clone(),
            reason: command.reason.clone(),
            at: issued.at,
        }
        .into(),
    ])
}
