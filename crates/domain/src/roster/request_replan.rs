//! Ask the solver to plan part of a roster in force anew, changing as little as it can (重排; T1, T4).

use crate::decider::{Decision, ensure, permit};
use crate::desk::DeskState;
use crate::event::{ReplanScope, RosterEvent, SolveRequested};
use crate::refusal::{Action, Fault, Refusal};
use crate::roster::request_solve::{RequestSolve, ready};
use crate::roster::{RosterState, RosterStatus};
use crate::who::{Issued, Role};
use crate::work_date::Zone;

/// Ask for a proposal.
#[derive(Clone, Debug)]
pub struct RequestReplan {
    /// The solve, with all that makes it repeatable.
    pub solve: RequestSolve,
    /// Which part.
    pub scope: ReplanScope,
}

/// The lead, for days of a published roster that are not over, one solve at a time. A proposal that is open makes way.
pub fn decide(
    state: &RosterState,
    command: &RequestReplan,
    desk: &DeskState,
    zone: Zone,
    issued: &Issued,
) -> Decision<RosterEvent> {
    let solve = &command.solve;
    let (owner, month) =
        state.standing(&[RosterStatus::Published], solve.month, Action::AmendRoster)?;
    permit(issued, &[Role::Lead], owner, Action::AmendRoster)?;
    let today = zone.date(issued.at);
    let (field, first) = match &command.scope {
        ReplanScope::Day { date } => ("date", *date),
        ReplanScope::Rest { from } => ("from", *from),
        ReplanScope::Person {
            staff, first, last, ..
        } => {
            let rostered = state.dates_of(staff).next().is_some();
            ensure(rostered, "staff", Fault::Unknown)?;
            ensure(first <= last, "last", Fault::EndsBeforeStart)?;
            ensure(month.contains(*last), "last", Fault::OtherMonth)?;
            ("first", *first)
        }
    };
    ensure(month.contains(first), field, Fault::OtherMonth)?;
    ensure(today <= first, field, Fault::Past)?;
    ready(desk, month)?;
    if let Some(open) = &state.solving {
        return Err(Refusal::SolveRunning {
            solve: open.solve(),
        });
    }
    Ok(vec![
        SolveRequested {
            solve: solve.solve,
            problem_digest: solve.problem_digest.clone(),
            seed: solve.seed,
            threads: solve.threads,
            work_limit: solve.work_limit,
            limit_seconds: solve.limit_seconds,
            solver_version: solve.solver_version.clone(),
            replan: Some(command.scope.clone()),
            by: issued.by.staff.clone(),
            at: issued.at,
        }
        .into(),
    ])
}
