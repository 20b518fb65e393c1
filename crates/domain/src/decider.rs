//! The shape every consistency boundary has: `decide` gives facts or a refusal, `evolve` folds facts into state.

use crate::ids::{DeskId, StaffId};
use crate::refusal::{Action, Fault, Refusal};
use crate::who::{Issued, Role};

/// A state folded from one stream. `evolve` is total: a fact already happened, and today's rules do not judge it.
pub trait State: Default + Clone {
    /// The stream's events.
    type Event;
    /// The state after `event`.
    fn evolve(&mut self, event: &Self::Event);
    /// The state after `events`.
    fn fold<'a>(events: impl IntoIterator<Item = &'a Self::Event>) -> Self
    where
        Self::Event: 'a,
    {
        let mut state = Self::default();
        events.into_iter().for_each(|event| state.evolve(event));
        state
    }
}

/// Facts, or why not. No facts at all means that nothing needs saying twice.
pub type Decision<E> = Result<Vec<E>, Refusal>;

/// The role in which the author may act for `desk`, or the refusal that names who may.
pub(crate) fn permit(
    issued: &Issued,
    roles: &[Role],
    desk: &DeskId,
    action: Action,
) -> Result<Role, Refusal> {
    issued
        .by
        .acting_as(roles, desk)
        .ok_or_else(|| Refusal::NotPermitted {
            action,
            roles: roles.to_vec(),
        })
}

/// Refuses whoever decides on a matter of their own, in whatever role.
pub(crate) fn not_own(issued: &Issued, subject: &StaffId, action: Action) -> Result<(), Refusal> {
    if issued.by.staff == *subject {
        return Err(Refusal::OwnMatter { action });
    }
    Ok(())
}

/// Refuses a text that says nothing.
pub(crate) fn worded(field: &str, text: &str) -> Result<(), Refusal> {
    ensure(!text.trim().is_empty(), field, Fault::Blank)
}

/// Refuses a field that is not as it must be.
pub(crate) fn ensure(holds: bool, field: impl Into<String>, fault: Fault) -> Result<(), Refusal> {
    if holds {
        return Ok(());
    }
    Err(Refusal::FieldInvalid {
        field: field.into(),
        fault,
    })
}
