//! Approve a swap that both agreed on (T9); from then on it is in force.

use crate::decider::Decision;
use crate::event::{RosterEvent, SwapApproved};
use crate::ids::SwapId;
use crate::refusal::{Action, Refusal};
use crate::roster::swap::decidable;
use crate::roster::{RosterContext, RosterState, SwapStatus, rules};
use crate::who::Issued;

/// Approve a swap.
#[derive(Clone, Debug)]
pub struct ApproveSwap {
    /// Which.
    pub swap: SwapId,
}

/// The lead or the GM office, no party to it, before the shifts begin, if the cells are still what was asked for and
/// no hard rule breaks.
pub fn decide(
    state: &RosterState,
    command: &ApproveSwap,
    context: &RosterContext,
    issued: &Issued,
) -> Decision<RosterEvent> {
    let (swap, role) = decidable(state, command.swap, &context.policy.swap, issued)?;
    if swap.status == SwapStatus::Asked {
        return Err(Refusal::SwapNotAgreed {
            swap: command.swap,
            with: swap.requested.with.clone(),
        });
    }
    swap.standing(&[SwapStatus::Agreed], Action::DecideSwap)?;
    swap.not_begun(context.zone, issued.at)?;
    let changes = swap.changes(state)?;
    let month = swap.requested.give.month();
    rules::hold_after(month, &state.cells, &changes, context)?;
    Ok(vec![
        SwapApproved {
            swap: command.swap,
            revision: state.revision() + 1,
            changes,
            by: issued.by.staff.clone(),
            role,
            at: issued.at,
        }
        .into(),
    ])
}
