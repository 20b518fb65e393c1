//! HiGHS: the solver of every build that has a C++ compiler.

use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use good_lp::solvers::highs::highs;
use good_lp::{IntoAffineExpression, SolverModel};
use highs::{HighsModelStatus, HighsSolutionStatus};
use tracing::warn;

use super::{Backend, Outcome, Program, ProgramLimits, Running, Values};

/// How far below its objective an interior point's bound is taken, as a part of it: a hundred times its own tolerance.
const INTERIOR_TOLERANCE: f64 = 1e-5;

/// HiGHS does not look at its clock everywhere: what is not back so long after its time is given up.
const GRACE_SECONDS: f64 = 1.0;

/// HiGHS, on one thread.
pub(crate) struct Highs;

impl Backend for Highs {
    fn start(&self, program: Program, limits: ProgramLimits) -> Running {
        let seconds = limits.seconds;
        let answer = within(seconds + GRACE_SECONDS, move || run(program, limits));
        Running::new(move || {
            answer().unwrap_or_else(|| {
                warn!(seconds, "HiGHS passed its time limit and was given up");
                Outcome::Unsolved {
                    bound: f64::NEG_INFINITY,
                }
            })
        })
    }
}

/// What `work`, begun at once, gives if it does so in time. Otherwise its thread goes on alone: nothing can stop it from outside.
fn within<T: Send + 'static>(
    seconds: f64,
    work: impl FnOnce() -> T + Send + 'static,
) -> impl FnOnce() -> Option<T> + Send {
    let began = Instant::now();
    let (answer, answered) = mpsc::channel();
    let worker = thread::Builder::new().name("linear program".into());
    let spawned = worker.spawn(move || answer.send(work()));
    move || {
        spawned.ok()?;
        let patience = Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX);
        let left = patience.saturating_sub(began.elapsed());
        answered.recv_timeout(left).ok()
    }
}

fn run(program: Program, limits: ProgramLimits) -> Outcome {
    let began = Instant::now();
    let integer = program.integers > 0;
    let failed = Outcome::Unsolved {
        bound: f64::NEG_INFINITY,
    };
    let constant = IntoAffineExpression::constant(&program.objective);
    // good_lp normalises rows to `… ≤ b` unless they were written `≥`, which it turns back: duals keep the row's sense.
    let mut problem = highs(program.variables.minimise(program.objective));
    for row in program.rows {
        problem.add_constraint(row);
    }
    let Ok(mut model) = problem.try_into_inner() else {
        return failed;
    };
    let left = limits.seconds - began.elapsed().as_secs_f64();
    let set = model.try_set_option("threads", 1).is_ok()
        && model.try_set_option("random_seed", 1).is_ok()
        && model.try_set_option("time_limit", left.max(0.01)).is_ok()
        && model.try_set_option("parallel", "off").is_ok();
    if integer {
        let set = model.try_set_option("mip_rel_gap", 0.0).is_ok()
            && model
                .try_set_option("mip_abs_gap", limits.absolute_gap)
                .is_ok()
            && limits
                .nodes
                .is_none_or(|nodes| model.try_set_option("mip_max_nodes", nodes).is_ok());
        if !set {
            return failed;
        }
    }
    let set = set
        && (!limits.interior_point
            || model.try_set_option("solver", "ipm").is_ok()
                && model.try_set_option("run_crossover", "off").is_ok());
    if !set {
        return failed;
    }
    let Ok(solved) = model.try_solve() else {
        return failed;
    };
    let status = solved.status();
    if matches!(
        status,
        HighsModelStatus::Infeasible | HighsModelStatus::UnboundedOrInfeasible
    ) {
        return Outcome::Infeasible;
    }
    let proven = status == HighsModelStatus::Optimal;
    let bound = if integer {
        // Every limit comes back as one status: only the dual bound says what is proven.
        solved
            .double_info_value(c"mip_dual_bound")
            .unwrap_or(f64::NEG_INFINITY)
    } else if proven && limits.interior_point {
        // Optimal is said within tolerances, and nothing was crossed over to a vertex: stay below by more than they allow.
        let objective = solved.objective_value();
        objective - INTERIOR_TOLERANCE * (1.0 + objective.abs())
    } else if proven {
        solved.objective_value()
    } else {
        f64::NEG_INFINITY
    };
    if solved.primal_solution_status() != HighsSolutionStatus::Feasible
        || (!integer && !proven && !limits.interior_point)
    {
        return Outcome::Unsolved {
            bound: bound + constant,
        };
    }
    let solution = solved.get_solution();
    Outcome::Solved {
        duals: solution.dual_rows().to_vec(),
        objective: solved.objective_value() + constant,
        bound: bound + constant,
        values: Values {
            index: program.index,
            columns: solution.columns().to_vec(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_come_back_is_given_up() {
        let (release, held) = mpsc::channel::<()>();
        assert_eq!(within(0.01, move || held.recv().is_err())(), None);
        drop(release);
        assert_eq!(within(60.0, || 7)(), Some(7));
    }
}
