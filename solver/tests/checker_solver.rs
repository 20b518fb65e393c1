//! The judge accepts what the engine makes of generated desks.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::ops::ControlFlow;

use solver::check::{Verdict, check};
use solver::desk_instance::DeskSpec;
use solver::{Limits, Plan, Problem, solve};

/// Enough search to leave the first roster behind, little enough for a test.
const WORK_LIMIT: u64 = 2_000;

fn solved(problem: &Problem, seed: u64) -> (Plan, Verdict) {
    let plan = solve(problem, &Limits::by_work(WORK_LIMIT, seed, 1), &mut |_| {
        ControlFlow::Continue(())
    })
    .unwrap();
    let verdict = check(problem, &plan);
    (plan, verdict)
}

#[test]
fn weeks_of_small_desks() {
    for people in [4, 7, 10] {
        for seed in 0..4 {
            let problem = DeskSpec::week(people, seed).generate();
            let (plan, verdict) = solved(&problem, seed);
            assert_eq!(verdict.violations, [], "{people} people, seed {seed}");
            assert_eq!(
                verdict.admitted,
                [],
                "nothing contradicts itself in a generated desk"
            );
            assert_eq!(verdict.objective, plan.objective);
        }
    }
}

#[test]
fn a_month_of_eighteen() {
    let problem = DeskSpec::month(18, 1).generate();
    assert_eq!(solved(&problem, 1).1.violations, []);
}

#[test]
fn a_week_with_nights() {
    let problem = DeskSpec::week(60, 1).generate();
    assert_eq!(solved(&problem, 1).1.violations, []);
}
