//! Approve leave (T12): the lead or the GM office, never for oneself, until the books close.

use crate::decider::Decision;
use crate::event::{LeaveApproved, LeaveEvent};
use crate::ids::LeaveId;
use crate::leave::ledger::{Claims, LedgerBook};
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

/// What an approval is held against.
#[derive(Clone, Debug)]
pub struct ApprovalContext {
    /// The rules in force on the first day.
    pub policy: LeavePolicy,
    /// The desk's closed months.
    pub closed: BTreeSet<Month>,
    /// The person's leave of other years, and what was earned.
    pub book: LedgerBook,
}

/// Any one of the policy's approvers approves a pending request of somebody else, if a document that its kind wants was
/// seen, and the balance still bears it.
pub fn decide(
    state: &LeaveState,
    command: &ApproveLeave,
    context: &ApprovalContext,
    issued: &Issued,
) -> Decision<LeaveEvent> {
    let policy = &context.policy;
    let (leave, role) = decidable(state, command.leave, policy, &context.closed, issued)?;
    let asked = &leave.requested;
    let kind = asked.kind;
    if policy.evidence_required.contains(&kind) && !leave.evidence.iter().any(|noted| noted.seen) {
        let named = leave.evidence.last().map(|noted| noted.document.clone());
        return Err(Refusal::LeaveEvidenceMissing { kind, named });
    }
    let (first, wanted) = (asked.span.first, asked.minutes);
    let book = context.book.with(first.month().year(), state);
    let available = book.room(kind, first, wanted, Claims::Approved);
    if wanted > available {
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
