//! Given facts, when somebody commands, then facts or a refusal.

use domain::decider::{Decision, State};
use domain::refusal::Refusal;
use std::fmt::Debug;

pub(crate) struct Given<S>(pub(crate) S);

/// The state after these facts.
pub(crate) fn given<S: State>(facts: impl IntoIterator<Item = S::Event>) -> Given<S> {
    let facts: Vec<S::Event> = facts.into_iter().collect();
    Given(S::fold(&facts))
}

impl<S: State> Given<S> {
    pub(crate) fn when(self, decide: impl FnOnce(&S) -> Decision<S::Event>) -> Then<S> {
        let decision = decide(&self.0);
        Then {
            state: self.0,
            decision,
        }
    }
}

pub(crate) struct Then<S: State> {
    state: S,
    decision: Decision<S::Event>,
}

impl<S: State> Then<S>
where
    S::Event: Debug + PartialEq,
{
    /// Exactly these facts.
    #[track_caller]
    pub(crate) fn then(self, facts: impl IntoIterator<Item = S::Event>) -> Given<S> {
        let facts: Vec<S::Event> = facts.into_iter().collect();
        assert_eq!(self.decision, Ok(facts));
        self.go_on()
    }
    /// Nothing needs saying.
    #[track_caller]
    pub(crate) fn then_nothing(self) {
        assert_eq!(self.decision, Ok(vec![]));
    }
    /// Some facts, folded for the next step.
    #[track_caller]
    pub(crate) fn go_on(mut self) -> Given<S> {
        let facts = self.decision.expect("accepted");
        assert!(!facts.is_empty(), "no fact at all");
        facts.iter().for_each(|fact| self.state.evolve(fact));
        Given(self.state)
    }
    /// Exactly this refusal.
    #[track_caller]
    pub(crate) fn refused(self, refusal: Refusal) {
        assert_eq!(self.decision, Err(refusal));
    }
    /// A refusal of this code, whose English sentence holds this text.
    #[track_caller]
    pub(crate) fn refused_as(self, code: &str, text: &str) {
        let refusal = self.decision.expect_err("refused");
        assert_eq!(refusal.code(), code, "{refusal}");
        let sentence = refusal.to_string();
        assert!(sentence.contains(text), "{sentence:?} lacks {text:?}");
    }
}
