//! Decline a colleague's swap (T9).

use crate::decider::Decision;
use crate::event::{RosterEvent, SwapDeclined};
use crate::ids::SwapId;
use crate::refusal::{Action, Refusal};
use crate::roster::{RosterState, RosterStatus, SwapStatus};
use crate::who::Issued;

/// Decline a colleague's swap.
#[derive(Clone, Debug)]
pub struct DeclineSwap {
    /// Which.
    pub swap: SwapId,
}

/// The colleague who was asked declines.
pub fn decide(
    state: &RosterState,
    command: &DeclineSwap,
    issued: &Issued,
) -> Decision<RosterEvent> {
    let swap = state.swap(command.swap)?;
    state.standing(
        &[RosterStatus::Published],
        swap.requested.give.month(),
        Action::AnswerSwap,
    )?;
    if swap.requested.with != issued.by.staff {
        return Err(Refusal::SwapNotYours {
            action: Action::AnswerSwap,
        });
    }
    swap.standing(&[SwapStatus::Asked], Action::AnswerSwap)?;
    Ok(vec![
        SwapDeclined {
            swap: command.swap,
            at: issued.at,
        }
        .into(),
    ])
}
