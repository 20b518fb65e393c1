//! Approve leave (T12): the lead or the GM office, never for oneself, until the books close.

use crate::decider::Decision;
use crate::event::{LeaveApproved, LeaveEvent};
use crate::ids::LeaveId;
use crate::leave::{LeaveState, decidable};
use crate::policy::LeavePolicy;
use crate::refusal::Refusal;
use crate::who::Issued;
use crate::work_date::Month;
use std::collections::BTreeSet;

/// Approve leave.
#[derive(Clone, Debug)]
pub struct ApproveLeave {
    /// Which.
    pub leave: LeaveId,
}

/// Any one of the policy's approvers approves a pending request of somebody else, if the balance still bears it.
/// `closed` are the desk's closed months.
pub fn decide(
    state: &LeaveState,
    command: &ApproveLeave,
    policy: &LeavePolicy,
    closed: &BTreeSet<Month>,
    issued: &Issued,
) -> Decision<LeaveEvent> {
    let (leave, role) = decidable(state, command.leave, policy, closed, issued)?;
    let kind = leave.requested.kind;
    let (wanted, available) = (leave.requested.minutes, state.balance(kind));
    if wanted > available.at_least_zero() {
        return Err(Refusal::LeaveBalanceShort {
            kind,
            available,
            wanted,
        });
    }
    Ok(vec![
        LeaveApproved {
            leave: command.leave,
            by: issued.by.staff.clone(),
            role,
            at: issued.at,
        }
        .into(),
    ])
}
