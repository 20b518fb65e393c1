//! A solve as it goes: asked for, claimed by a node, perhaps asked to stop.

use crate::event::{ReplanScope, SolveCancelRequested, SolveClaimed, SolveRequested};
use crate::ids::{NodeId, SolveId};
use crate::refusal::Refusal;
use chrono::{DateTime, Utc};

/// A solve that has not ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenSolve {
    /// What was asked for.
    pub request: SolveRequested,
    /// The last claim that was not given back.
    pub claim: Option<SolveClaimed>,
    /// Somebody asked it to stop.
    pub cancel: Option<SolveCancelRequested>,
}

impl OpenSolve {
    /// Its id.
    pub fn solve(&self) -> SolveId {
        self.request.solve
    }
    /// Which part of a roster in force it plans anew, if it does.
    pub fn replan(&self) -> Option<&ReplanScope> {
        self.request.replan.as_ref()
    }
    /// The claim that keeps others away at `now`. One that has run out keeps nobody away: its node is taken for dead.
    pub fn live_claim(&self, now: DateTime<Utc>) -> Option<&SolveClaimed> {
        self.claim.as_ref().filter(|claim| now < claim.until)
    }
}

/// The solve that `node` works on, or the refusal that says it does not (any more).
pub(super) fn held_by<'a>(
    open: Option<&'a OpenSolve>,
    solve: SolveId,
    node: &NodeId,
) -> Result<&'a OpenSolve, Refusal> {
    let open = open
        .filter(|open| open.solve() == solve)
        .ok_or(Refusal::SolveUnknown { solve })?;
    match &open.claim {
        Some(claim) if claim.node == *node => Ok(open),
        Some(claim) => Err(Refusal::SolveTaken {
            solve,
            node: claim.node.clone(),
        }),
        None => Err(Refusal::SolveUnknown { solve }),
    }
}
