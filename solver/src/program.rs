//! A linear or integer program on its way through good_lp to HiGHS, with the answers good_lp alone does not give: duals and
//! the true dual bound after a limit.

use std::collections::HashMap;

use good_lp::solvers::highs::highs;
use good_lp::variable::VariableDefinition;
use good_lp::{
    Constraint, Expression, IntoAffineExpression, ProblemVariables, SolverModel, Variable,
};
use highs::{HighsModelStatus, HighsSolutionStatus};

/// Variables, rows and an objective to minimise.
#[derive(Default)]
pub(crate) struct Program {
    variables: ProblemVariables,
    index: HashMap<Variable, usize>,
    integers: usize,
    pub rows: Vec<Constraint>,
    pub objective: Expression,
}

/// Values of a program's variables.
pub(crate) struct Values {
    index: HashMap<Variable, usize>,
    columns: Vec<f64>,
}

impl Values {
    /// Value of a variable.
    pub(crate) fn of(&self, variable: Variable) -> f64 {
        self.index
            .get(&variable)
            .and_then(|&index| self.columns.get(index))
            .copied()
            .unwrap_or(0.0)
    }
}

/// What came of a program.
pub(crate) enum Outcome {
    /// A feasible answer.
    Solved {
        /// Values of the variables.
        values: Values,
        /// Marginal cost of each row's right-hand side, in the order of the rows (linear programs only).
        duals: Vec<f64>,
        /// Its objective.
        objective: f64,
        /// Proven lower bound on the objective.
        bound: f64,
    },
    /// No answer within the limits; the bound holds all the same.
    Unsolved {
        /// Proven lower bound on the objective; negative infinity when there is none.
        bound: f64,
    },
    /// No feasible answer exists.
    Infeasible,
}

/// When a program stops.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ProgramLimits {
    /// Wall-clock seconds: a safety net, since a stop by it is not reproducible.
    pub seconds: f64,
    /// Branch-and-bound nodes.
    pub nodes: Option<i32>,
    /// Linear programs: interior point without crossover. Its duals are good prices, its objective proves nothing.
    pub interior_point: bool,
    /// Stop when objective and bound are this close.
    pub absolute_gap: f64,
}

impl Program {
    /// Adds a variable.
    pub(crate) fn add(&mut self, definition: VariableDefinition) -> Variable {
        let variable = self.variables.add(definition);
        self.index.insert(variable, self.index.len());
        variable
    }

    /// Adds a variable that takes whole values.
    pub(crate) fn add_whole(&mut self, definition: VariableDefinition) -> Variable {
        self.integers += 1;
        self.add(definition.integer())
    }

    /// Solves, as an integer program if any variable takes whole values.
    pub(crate) fn solve(self, limits: ProgramLimits) -> Outcome {
        let integer = self.integers > 0;
        let failed = Outcome::Unsolved {
            bound: f64::NEG_INFINITY,
        };
        let constant = IntoAffineExpression::constant(&self.objective);
        // good_lp normalises rows to `… ≤ b` unless they were written `≥`, which it turns back: duals keep the row's sense.
        let mut problem = highs(self.variables.minimise(self.objective));
        for row in self.rows {
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
        } else if proven && !limits.interior_point {
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
                index: self.index,
                columns: solution.columns().to_vec(),
            },
        }
    }
}
