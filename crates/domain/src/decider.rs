//! The shape every consistency boundary has: `decide` gives facts or a refusal, `evolve` folds facts into state.

use crate::refusal::Refusal;

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

/// Facts, or why not.
pub type Decision<E> = Result<Vec<E>, Refusal>;
