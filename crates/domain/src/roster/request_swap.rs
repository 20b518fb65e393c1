//! Ask a colleague to take one's shift over, or to exchange shifts (调班, T9).

use crate::decider::{Decision, ensure, worded};
use crate::event::{RosterEvent, SwapRequested};
use crate::ids::{StaffId, SwapId};
use crate::refusal::{Action, Fault, Refusal};
use crate::roster::swap::Swap;
use crate::roster::{RosterContext, RosterState, RosterStatus, rules};
use crate::who::Issued;
use crate::work_date::WorkDate;

/// Ask for a swap of one's own shift.
#[derive(Clone, Debug)]
pub struct RequestSwap {
    /// Its id.
    pub swap: SwapId,
    /// The day given away.
    pub give: WorkDate,
    /// Who is to take it.
    pub with: StaffId,
    /// The colleague's day taken in exchange, if any; a day of the same month.
    pub take: Option<WorkDate>,
    /// In the person's words.
    pub reason: String,
}

/// A shift of one's own that has not begun, to a colleague of the desk, so that no hard rule would break.
pub fn decide(
    state: &RosterState,
    command: &RequestSwap,
    context: &RosterContext,
    issued: &Issued,
) -> Decision<RosterEvent> {
    let (desk, month) = state.standing(
        &[RosterStatus::Published],
        command.give.month(),
        Action::RequestSwap,
    )?;
    let (from, with) = (&issued.by.staff, &command.with);
    if state.swaps.contains_key(&command.swap) {
        let id = command.swap.to_string();
        return Err(Refusal::IdTaken { id });
    }
    worded("reason", &command.reason)?;
    ensure(from != with, "with", Fault::Oneself)?;
    ensure(month.contains(command.give), "give", Fault::OtherMonth)?;
    let take_in_month = command.take.is_none_or(|take| month.contains(take));
    ensure(take_in_month, "take", Fault::OtherMonth)?;
    let colleague = context
        .staff
        .get(with)
        .ok_or_else(|| Refusal::StaffUnknown {
            staff: with.clone(),
        })?;
    if colleague.employed(with, command.give)?.desk != *desk {
        return Err(Refusal::SwapOtherDesk {
            with: with.clone(),
            desk: desk.clone(),
        });
    }
    let requested = SwapRequested {
        swap: command.swap,
        from: from.clone(),
        give: command.give,
        with: with.clone(),
        take: command.take,
        reason: command.reason.clone(),
        at: issued.at,
    };
    let gives = state.shift(from, command.give).cloned();
    let takes = command
        .take
        .and_then(|take| state.shift(with, take).cloned());
    let swap = Swap::asked(requested.clone(), gives, takes);
    let changes = swap.changes(state)?;
    swap.not_begun(context.zone, issued.at)?;
    rules::hold_after(month, &state.cells, &changes, context)?;
    Ok(vec![requested.into()])
}
