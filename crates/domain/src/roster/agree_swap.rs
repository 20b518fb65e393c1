//! Agree to take the colleague's shift (T9).

use crate::decider::Decision;
use crate::event::{RosterEvent, SwapAgreed};
use crate::ids::SwapId;
use crate::refusal::{Action, Refusal};
use crate::roster::{RosterState, RosterStatus, SwapStatus};
use crate::who::Issued;
use crate::work_date::Zone;

/// Agree to take the colleague's shift.
#[derive(Clone, Debug)]
pub struct AgreeSwap {
    /// Which.
    pub swap: SwapId,
}

/// The colleague who was asked agrees, before the shift begins.
pub fn decide(
    state: &RosterState,
    command: &AgreeSwap,
    zone: Zone,
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
    swap.not_begun(zone, issued.at)?;
    Ok(vec![
        SwapAgreed {
            swap: command.swap,
            at: issued.at,
        }
        .into(),
    ])
}
