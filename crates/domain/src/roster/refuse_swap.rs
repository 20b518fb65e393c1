//! Refuse a swap, with the reason (T9).

use crate::decider::{Decision, worded};
use crate::event::{RosterEvent, SwapRefused};
use crate::ids::SwapId;
use crate::policy::Policy;
use crate::refusal::Action;
use crate::roster::swap::decidable;
use crate::roster::{RosterState, SwapStatus};
use crate::who::Issued;

/// Refuse a swap.
#[derive(Clone, Debug)]
pub struct RefuseSwap {
    /// Which.
    pub swap: SwapId,
    /// Why.
    pub reason: String,
}

/// Whoever might approve it may refuse it, and says why.
pub fn decide(
    state: &RosterState,
    command: &RefuseSwap,
    policy: &Policy,
    issued: &Issued,
) -> Decision<RosterEvent> {
    let (swap, _) = decidable(state, command.swap, &policy.swap, issued)?;
    swap.standing(&[SwapStatus::Asked, SwapStatus::Agreed], Action::DecideSwap)?;
    worded("reason", &command.reason)?;
    Ok(vec![
        SwapRefused {
            swap: command.swap,
            by: issued.by.staff.clone(),
            reason: command.reason.clone(),
            at: issued.at,
        }
        .into(),
    ])
}
