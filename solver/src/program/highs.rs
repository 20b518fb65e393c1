//! HiGHS: the solver of every build that has a C++ compiler.

use good_lp::solvers::highs::highs;
use good_lp::{IntoAffineExpression, SolverModel};
use highs::{HighsModelStatus, HighsSolutionStatus};

use super::{Backend, Outcome, Program, ProgramLimits, Values};

/// How far below its objective an interior point's bound is taken, as a part of it: a hundred times its own tolerance.
const INTERIOR_TOLERANCE: f64 = 1e-5;

/// HiGHS, on one thread.
pub(crate) struct Highs;

impl Backend for Highs {
    fn solve(&self, program: Program, limits: ProgramLimits) -> Outcome {
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
        let set = model.try_set_option("threads", 1).is_ok()
            && model.try_set_option("random_seed", 1).is_ok()
            && model
                .try_set_option("time_limit", limits.seconds.max(0.01))
                .is_ok()
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
}
