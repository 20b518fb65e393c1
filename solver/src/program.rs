//! A linear or integer program on its way through good_lp to a [`Backend`], with the answers good_lp alone does not give: duals and
//! the true dual bound after a limit.

#[cfg(feature = "highs")]
mod highs;
#[cfg(any(test, not(feature = "highs")))]
mod microlp;

use std::collections::HashMap;

use good_lp::variable::VariableDefinition;
use good_lp::{Constraint, Expression, ProblemVariables, Variable, variable};

#[cfg(feature = "highs")]
const BACKEND: highs::Highs = highs::Highs;
#[cfg(not(feature = "highs"))]
const BACKEND: microlp::MicroLp = microlp::MicroLp;

/// What solves programs.
pub(crate) trait Backend {
    /// Begins to solve, as an integer program if any variable takes whole values.
    fn start(&self, program: Program, limits: ProgramLimits) -> Running;
}

/// A program that is being solved, where the backend can do so on a thread of its own. Whoever drops it gives it up.
pub(crate) struct Running(Box<dyn FnOnce() -> Outcome + Send>);

impl Running {
    fn new(outcome: impl FnOnce() -> Outcome + Send + 'static) -> Self {
        Self(Box::new(outcome))
    }

    /// What came of it; its seconds have counted since it was begun.
    pub(crate) fn wait(self) -> Outcome {
        (self.0)()
    }
}

/// Variables, rows and an objective to minimise.
#[derive(Default)]
pub(crate) struct Program {
    variables: ProblemVariables,
    index: HashMap<Variable, usize>,
    integers: usize,
    endless: bool,
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
        /// Marginal cost of each row's right-hand side, in the order of the rows (linear programs only, and empty without HiGHS).
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
#[cfg_attr(
    not(feature = "highs"),
    allow(
        dead_code,
        reason = "microlp has no interior point and no absolute gap"
    )
)]
pub(crate) struct ProgramLimits {
    /// Wall-clock seconds: a safety net, since a stop by it is not reproducible.
    pub seconds: f64,
    /// Branch-and-bound nodes.
    pub nodes: Option<i32>,
    /// Linear programs: interior point without crossover, whose central duals are good prices.
    pub interior_point: bool,
    /// Stop when objective and bound are this close.
    pub absolute_gap: f64,
}

impl Program {
    /// Adds a variable between 0 and `most`: a finite one in an integer program.
    pub(crate) fn add(&mut self, most: f64) -> Variable {
        self.endless |= most.is_infinite();
        self.define(variable().min(0.0).max(most))
    }

    /// Adds a variable that takes whole values between 0 and `most`.
    pub(crate) fn add_whole(&mut self, most: f64) -> Variable {
        self.integers += 1;
        self.define(variable().min(0.0).max(most).integer())
    }

    fn define(&mut self, definition: VariableDefinition) -> Variable {
        let variable = self.variables.add(definition);
        self.index.insert(variable, self.index.len());
        variable
    }

    /// Solves, as an integer program if any variable takes whole values.
    pub(crate) fn solve(self, limits: ProgramLimits) -> Outcome {
        self.start(limits).wait()
    }

    /// Begins to.
    pub(crate) fn start(self, limits: ProgramLimits) -> Running {
        if self.endless && self.integers > 0 {
            // The preprocessing of HiGHS 1.15 might never end.
            tracing::error!(
                "a variable of an integer program without an upper end is a fault of the model"
            );
            return Running::new(|| Outcome::Unsolved {
                bound: f64::NEG_INFINITY,
            });
        }
        BACKEND.start(self, limits)
    }
}

#[cfg(test)]
mod tests {
    use good_lp::constraint;
    use proptest::prelude::*;

    use super::*;

    const LIMITS: ProgramLimits = ProgramLimits {
        seconds: 10.0,
        nodes: None,
        interior_point: false,
        absolute_gap: 0.0,
    };

    /// The bound on a diet of three dishes.
    #[cfg(feature = "highs")]
    fn bound(interior_point: bool) -> f64 {
        let mut program = Program::default();
        let [a, b, c] = [(); 3].map(|()| program.add(10.0));
        program.objective = 2.0 * a + 3.0 * b + 4.0 * c;
        program.rows.push(constraint!(3.0 * a + b + 2.0 * c >= 6.0));
        program.rows.push(constraint!(a + 2.0 * b + 2.0 * c >= 5.0));
        let limits = ProgramLimits {
            interior_point,
            ..LIMITS
        };
        match program.solve(limits) {
            Outcome::Solved { bound, .. } => bound,
            _ => f64::NAN,
        }
    }

    #[cfg(feature = "highs")]
    #[test]
    fn an_interior_point_proves_hardly_less_than_a_vertex_and_never_more() {
        let (interior, vertex) = (bound(true), bound(false));
        assert!(
            interior < vertex && vertex - interior < 1e-3,
            "{interior} against {vertex}"
        );
    }

    #[test]
    fn an_integer_program_is_refused_a_variable_without_an_upper_end() {
        let solved = |most: f64| {
            let mut program = Program::default();
            let (whole, part) = (program.add_whole(1.0), program.add(most));
            program.objective = whole + part;
            program.rows.push(constraint!(whole + 2.0 * part >= 1.0));
            figures(program.solve(LIMITS))
        };
        assert!(solved(1.0).is_some());
        assert_eq!(solved(f64::INFINITY), None);
    }

    /// At least so much of every row, of up to three each of four dishes, at the least cost.
    fn dishes(costs: &[i32], rows: &[(Vec<i32>, i32)]) -> Program {
        let mut program = Program::default();
        let dishes: Vec<Variable> = costs.iter().map(|_| program.add_whole(3.0)).collect();
        for (&cost, &dish) in costs.iter().zip(&dishes) {
            program.objective += f64::from(cost) * dish;
        }
        for (row, least) in rows {
            let there: Expression = row
                .iter()
                .zip(&dishes)
                .map(|(&part, &dish)| f64::from(part) * dish)
                .sum();
            program.rows.push(constraint!(there >= f64::from(*least)));
        }
        program
    }

    /// Objective and bound; nothing if there is no answer.
    fn figures(outcome: Outcome) -> Option<(i64, i64)> {
        match outcome {
            Outcome::Solved {
                objective, bound, ..
            } => Some((objective.round() as i64, bound.round() as i64)),
            _ => None,
        }
    }

    proptest! {
        #[test]
        fn both_backends_find_the_same_best(
            costs in prop::collection::vec(1..20, 4),
            rows in prop::collection::vec((prop::collection::vec(0..5, 4), 0..25), 1..4),
        ) {
            let ours = figures(dishes(&costs, &rows).solve(LIMITS));
            let micro = microlp::MicroLp.start(dishes(&costs, &rows), LIMITS);
            let micro = figures(micro.wait());
            prop_assert_eq!(ours, micro);
        }
    }
}
