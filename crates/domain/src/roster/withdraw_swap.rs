//! Take one's own swap request back (T9).

use crate::decider::Decision;
use crate::event::{RosterEvent, SwapWithdrawn};
use crate::ids::SwapId;
use crate::refusal::{Action, Refusal};
use crate::roster::{RosterState, SwapStatus};
use crate::who::Issued;

/// Withdraw a swap.
#[derive(Clone, Debug)]
pub struct WithdrawSwap {
    /// Which.
    pub swap: SwapId,
}

/// Its author, while nobody has decided it.
pub fn decide(
    state: &RosterState,
    command: &WithdrawSwap,
    issued: &Issued,
) -> Decision<RosterEvent> {
    let swap = state.swap(command.swap)?;
    if swap.requested.from != issued.by.staff {
        return Err(Refusal::SwapNotYours {
            action: Action::WithdrawSwap,
        });
    }
    swap.standing(
        &[SwapStatus::Asked, SwapStatus::Agreed],
        Action::WithdrawSwap,
    )?;
    Ok(vec![
        SwapWithdrawn {
            swap: command.swap,
            at: issued.at,
        }
        .into(),
    ])
}
