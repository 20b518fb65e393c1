//! What no planner should send comes to a fault that names its field, or to a roster that says what it is short of.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/bad.rs"]
mod bad;

use std::ops::ControlFlow;

use bad::{Outcome, table};
use solver::check::check;
use solver::desk_instance::DeskSpec;
use solver::{Limits, Problem, SolveError, Status, solve};

#[test]
fn every_row_of_the_table() {
    for (name, text, outcome) in table() {
        let mut json = serde_json::Deserializer::from_str(&text);
        let problem: Problem = match (serde_path_to_error::deserialize(&mut json), outcome) {
            (Ok(problem), _) => problem,
            (Err(error), Outcome::Unreadable(field)) => {
                assert!(error.to_string().contains(field), "{name}: {error}");
                continue;
            }
            (Err(error), _) => panic!("{name}: {error}"),
        };
        let solved = solve(&problem, &Limits::by_work(100, 1, 2), &mut |_| {
            ControlFlow::Continue(())
        });
        let plan = match (solved, outcome) {
            (Err(SolveError::Invalid(faults)), Outcome::Refused(field)) => {
                assert!(
                    faults.iter().any(|fault| fault.field == field),
                    "{name}: {faults:?}"
                );
                assert!(faults.iter().all(|fault| !fault.message.is_empty()));
                continue;
            }
            (Ok(plan), _) => plan,
            (Err(error), _) => panic!("{name}: {error}"),
        };
        let verdict = check(&problem, &plan);
        assert_eq!(verdict.violations, [], "{name}");
        match outcome {
            Outcome::Short(words) => {
                let short = plan
                    .shortfalls
                    .iter()
                    .find(|short| short.words.en.contains(words));
                let short = short.unwrap_or_else(|| panic!("{name}: {:?}", plan.shortfalls));
                assert!(!short.words.zh.is_empty());
            }
            Outcome::LetGo(words) => {
                assert!(!verdict.admitted.is_empty(), "{name}: nothing was let go");
                let said = &plan.relaxed[0].words;
                assert!(
                    said.en.contains(words) && !said.zh.is_empty(),
                    "{name}: {said:?}"
                );
            }
            Outcome::Solved => assert_eq!(plan.relaxed, [], "{name}"),
            Outcome::Unreadable(_) | Outcome::Refused(_) => panic!("{name}: taken for a problem"),
        }
    }
}

#[test]
fn limits_that_are_no_numbers_are_refused() {
    let problem = DeskSpec::week(10, 1).generate();
    for seconds in [f64::NAN, f64::INFINITY, -1.0] {
        let limits = Limits::by_time(seconds, 1, 1);
        let error = solve(&problem, &limits, &mut |_| ControlFlow::Continue(())).unwrap_err();
        assert!(error.to_string().contains("time_limit_seconds"), "{error}");
    }
}

/// However short the time, a plan comes, and it says what stopped it.
#[test]
fn the_time_limit_stops_a_solve_with_a_plan() {
    let problem = DeskSpec::month(18, 1).generate();
    let limits = Limits::by_time(0.2, 1, 2);
    let plan = solve(&problem, &limits, &mut |_| ControlFlow::Continue(())).unwrap();
    println!("asked for 0.2 s, took {:.2} s", plan.report.seconds);
    assert_eq!(plan.status, Status::TimeLimit);
    assert_eq!(check(&problem, &plan).violations, []);
}
