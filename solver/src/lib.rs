//! The roster solver: a month of shifts and meals for a desk, what it costs, what is missing and why, and how far from the

//! best it can be. Knows no event, no database, no clock of the application: a [`Problem`] goes in, a [`Plan`] comes out.

mod ascent;
mod automaton;
mod bound;
mod breaks;
pub mod catalogue;
pub mod check;
mod columns;
mod constraints;
mod costs;
mod cover;
pub mod desk_instance;
pub mod explain;
mod facts;
pub mod inrc2;
mod legal_row;
mod meals;
mod model;
pub mod nrp;
mod paths;
mod person;
mod place;
pub mod plan;
mod posts;
pub mod problem;
mod program;
mod runs;
pub mod schema;
mod search;
mod shift_cover;
pub mod solve;
mod team;
mod words;

pub use breaks::{judge_breaks, place_breaks};
pub use place::place_meals;
pub use plan::{Limits, Plan, Progress, Roster, Status};
pub use problem::{Assignments, Fault, Problem};
pub use solve::{SolveError, evaluate, solve, solve_unexplained};
