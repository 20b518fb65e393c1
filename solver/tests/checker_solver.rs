//! The judge accepts what the engine makes of generated desks.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::ops::ControlFlow;

use solver::check::{Rule, Verdict, check};
use solver::desk_instance::DeskSpec;
use solver::{Limits, Plan, Problem, evaluate, solve};

/// Enough search to leave the first roster behind; the time limit only keeps the proof of a bound from taking over the test.
fn solved(problem: &Problem, seed: u64, seconds: f64) -> (Plan, Verdict) {
    let limits = Limits {
        time_limit_seconds: Some(seconds),
        ..Limits::by_work(2_000, seed, 1)
    };
    let plan = solve(problem, &limits, &mut |_| ControlFlow::Continue(())).unwrap();
    let verdict = check(problem, &plan);
    (plan, verdict)
}

#[test]
fn weeks_of_small_desks() {
    for people in [4, 7, 10] {
        for seed in 0..2 {
            let problem = DeskSpec::week(people, seed).generate();
            let (plan, verdict) = solved(&problem, seed, 2.0);
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
    assert_eq!(solved(&problem, 1, 5.0).1.violations, []);
}

#[test]
fn a_week_with_nights() {
    let problem = DeskSpec::week(60, 1).generate();
    assert_eq!(solved(&problem, 1, 5.0).1.violations, []);
}

/// Somebody's roster, thrown together: it breaks rules, but what the engine says about its cost and its gaps is true.
#[test]
fn rosters_thrown_together_are_costed_truly() {
    let mut state = 11_u64;
    let mut random = |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    for round in 0..60 {
        let problem = match round % 3 {
            0 => DeskSpec::week(10, round).generate(),
            1 => DeskSpec::week(18, round).generate(),
            _ => DeskSpec::week(60, round).generate(),
        };
        let at_work_percent = 20 + random(70);
        let rows = (0..problem.people.len())
            .map(|_| {
                let mut cell = || {
                    (random(100) < at_work_percent)
                        .then(|| problem.shifts[random(problem.shifts.len())].id.clone())
                };
                (0..problem.days.len()).map(|_| cell()).collect()
            })
            .collect();
        let plan = evaluate(&problem, &rows, None).unwrap();
        let verdict = check(&problem, &plan);
        let untrue: Vec<_> = verdict
            .violations
            .iter()
            .filter(|violation| !of_a_row(violation.rule))
            .collect();
        assert!(
            untrue.is_empty(),
            "round {round}: {:#?}",
            &untrue[..untrue.len().min(5)]
        );
    }
}

/// Rules about who may work when, rather than about what a plan says.
fn of_a_row(rule: Rule) -> bool {
    use Rule::*;
    matches!(
        rule,
        Skill
            | Unavailable
            | FixedCell
            | Rest
            | Succession
            | ConsecutiveWorkDaysMax
            | ConsecutiveWorkDaysMin
            | ConsecutiveDaysOffMin
            | WeeklyRestDay
            | MinutesMin
            | MinutesMax
            | MinutesWeekMax
            | WeekendsMax
            | NightsMax
            | ShiftMax
    )
}
