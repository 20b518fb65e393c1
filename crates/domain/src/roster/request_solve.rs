//! Ask the solver for the month's roster (T4).

use crate::decider::{Decision, permit};
use crate::desk::DeskState;
use crate::event::{RosterEvent, SolveRequested};
use crate::ids::SolveId;
use crate::refusal::{Action, Needed, Refusal};
use crate::roster::{RosterState, RosterStatus};
use crate::who::{Issued, Role};
use crate::work_date::Month;

/// Ask for a solve, with all that makes it repeatable.
#[derive(Clone, Debug)]
pub struct RequestSolve {
    /// Its id.
    pub solve: SolveId,
    /// Which month.
    pub month: Month,
    /// SHA-256 of the problem, hex.
    pub problem_digest: String,
    /// Seed of the search.
    pub seed: u64,
    /// Threads used.
    pub threads: u16,
    /// Work limit, in units of the search.
    pub work_limit: u64,
    /// Wall-clock limit.
    pub limit_seconds: u32,
    /// Version of the solver.
    pub solver_version: String,
}

/// The lead, for a draft of a desk that has what a roster needs, one solve at a time.
pub fn decide(
    state: &RosterState,
    command: &RequestSolve,
    desk: &DeskState,
    issued: &Issued,
) -> Decision<RosterEvent> {
    let (owner, month) =
        state.standing(&[RosterStatus::Draft], command.month, Action::PlanRoster)?;
    permit(issued, &[Role::Lead], owner, Action::PlanRoster)?;
    ready(desk, month)?;
    if let Some(open) = &state.solving {
        return Err(Refusal::SolveRunning {
            solve: open.solve(),
        });
    }
    Ok(vec![
        SolveRequested {
            solve: command.solve,
            problem_digest: command.problem_digest.clone(),
            seed: command.seed,
            threads: command.threads,
            work_limit: command.work_limit,
            limit_seconds: command.limit_seconds,
            solver_version: command.solver_version.clone(),
            replan: None,
            by: issued.by.staff.clone(),
            at: issued.at,
        }
        .into(),
    ])
}

/// Refuses a desk that lacks what a roster needs.
pub(super) fn ready(desk: &DeskState, month: Month) -> Result<(), Refusal> {
    let missing = [
        (
            desk.templates_on(month.first()).is_empty(),
            Needed::ShiftTemplates,
        ),
        (!desk.demand.contains_key(&month), Needed::Demand),
        (desk.policy.is_none(), Needed::Policy),
    ];
    let missing: Vec<Needed> = missing
        .into_iter()
        .filter_map(|(lacks, needed)| lacks.then_some(needed))
        .collect();
    if !missing.is_empty() {
        return Err(Refusal::DeskNotReady { missing });
    }
    Ok(())
}
