//! microlp, in pure Rust: for builds without a C++ compiler, and what HiGHS is compared with in tests. It gives no duals, so what is
//! priced by them elsewhere is bounded more weakly.

use std::time::Duration;

use good_lp::solvers::microlp::microlp;
use good_lp::{IntoAffineExpression, SolverModel};
use microlp::{Error, SolveOptions, SolveOutcome};

use super::{Backend, Outcome, Program, ProgramLimits, Running, Values};

/// microlp.
pub(crate) struct MicroLp;

impl Backend for MicroLp {
    /// Once somebody waits for it.
    fn start(&self, program: Program, limits: ProgramLimits) -> Running {
        Running::new(move || run(program, limits))
    }
}

fn run(program: Program, limits: ProgramLimits) -> Outcome {
    let constant = IntoAffineExpression::constant(&program.objective);
    let mut problem = microlp(program.variables.minimise(program.objective));
    for row in program.rows {
        problem.add_constraint(row);
    }
    let mut options = SolveOptions::default();
    options.time_limit = Duration::try_from_secs_f64(limits.seconds).ok();
    options.node_limit = limits.nodes.and_then(|nodes| u64::try_from(nodes).ok());
    match problem.as_inner().solve_with(options) {
        Ok(SolveOutcome::Solution(solution)) => {
            let bound = solution.stats().best_bound.unwrap_or(f64::NEG_INFINITY);
            Outcome::Solved {
                duals: Vec::new(),
                objective: solution.objective() + constant,
                bound: bound + constant,
                values: Values {
                    index: program.index,
                    columns: solution.iter().map(|(_, value)| value).collect(),
                },
            }
        }
        Err(Error::Infeasible) => Outcome::Infeasible,
        Ok(SolveOutcome::Interrupted(_)) | Err(_) => Outcome::Unsolved {
            bound: f64::NEG_INFINITY,
        },
    }
}
