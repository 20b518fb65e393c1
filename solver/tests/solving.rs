//! What the application relies on: the same seed gives the same plan, a change disturbs little, hand edits are costed, bad input
//! is refused by field, cancelling works.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::ops::ControlFlow;

use solver::check::check;
use solver::desk_instance::DeskSpec;
use solver::problem::{FixedCell, Problem};
use solver::{Limits, Plan, SolveError, Status, evaluate, solve};
use support::{cost, desk, leave, person, shift, solved, want};

const H: i64 = 60;

/// Everything but the time it took.
fn lasting(plan: &Plan) -> String {
    let mut plan = plan.clone();
    plan.report.seconds = 0.0;
    serde_json::to_string(&plan).unwrap()
}

#[test]
fn the_same_seed_and_work_give_the_same_plan() {
    let problem = DeskSpec {
        people: 5,
        first: 12,
        days: 4,
        seed: 3,
    }
    .generate();
    let run = || {
        solve(&problem, &Limits::by_work(300, 7, 2), &mut |_| {
            ControlFlow::Continue(())
        })
        .unwrap()
    };
    let (first, second) = (run(), run());
    assert_eq!(lasting(&first), lasting(&second));
    assert!(first.bound.is_some());
    let verdict = check(&problem, &first);
    assert_eq!(verdict.violations, []);
}

/// Three people, two shifts, one of each wanted every day.
fn small_desk() -> Problem {
    let mut problem = desk(5);
    problem
        .shifts
        .push(shift("early", 9 * H, 17 * H, Some((11 * H, 13 * H))));
    problem
        .shifts
        .push(shift("late", 16 * H, 24 * H, Some((19 * H, 20 * H))));
    problem
        .people
        .extend(["a", "b", "c"].map(|id| person(id, &["phone"])));
    for day in 0..5 {
        want(&mut problem, day, 9 * H, 24 * H, "phone", 1);
    }
    problem
}

#[test]
fn falling_ill_disturbs_only_the_day() {
    let mut problem = small_desk();
    let published = solved(&problem);
    // Days 0 and 1 are over; whoever works early on day 2 is ill.
    let ill = published
        .assignments
        .iter()
        .position(|row| row[2] == Some("early".into()))
        .unwrap();
    for (index, row) in published.assignments.iter().enumerate() {
        for (day, shift) in row.iter().enumerate().take(2) {
            problem.people[index].fixed.push(FixedCell {
                day,
                shift: shift.clone(),
            });
        }
    }
    problem.people[ill].unavailable.push(leave("ill", 2));
    problem.published = Some(published.assignments.clone());
    problem.costs.change_per_cell = cost(10);
    let plan = solved(&problem);
    assert_eq!(plan.status, Status::Optimal);
    let changed: Vec<(usize, usize)> = (0..3)
        .flat_map(|p| (0..5).map(move |d| (p, d)))
        .filter(|&(p, d)| plan.assignments[p][d] != published.assignments[p][d])
        .collect();
    assert!(
        !changed.is_empty() && changed.iter().all(|&(_, day)| day == 2),
        "{changed:?}"
    );
    assert!(
        changed.len() <= 2,
        "one falls out, at most one steps in: {changed:?}"
    );
}

#[test]
fn a_hand_edit_is_costed_with_exact_meals() {
    let problem = small_desk();
    let plan = solved(&problem);
    let again = evaluate(&problem, &plan.assignments, None).unwrap();
    assert_eq!(
        (again.objective, again.status, again.bound),
        (plan.objective, Status::Evaluated, None)
    );
    let as_given = evaluate(&problem, &plan.assignments, Some(&plan.meals)).unwrap();
    assert_eq!(as_given.meals, plan.meals);
    assert_eq!(as_given.costs, plan.costs);

    let mut edited = plan.assignments.clone();
    let late = edited
        .iter()
        .position(|row| row[4] == Some("late".into()))
        .unwrap();
    edited[late][4] = None;
    let worse = evaluate(&problem, &edited, None).unwrap();
    assert!(worse.objective > plan.objective);
    assert!(
        worse
            .shortfalls
            .iter()
            .any(|s| s.day == 4 && s.end_minute == 24 * H)
    );
    assert_eq!(check(&problem, &worse).violations, []);
}

#[test]
fn edits_that_do_not_fit_are_refused_by_field() {
    let problem = small_desk();
    let refused = |result: Result<Plan, SolveError>| match result {
        Err(SolveError::Assignments(fault)) => fault.field,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(evaluate(&problem, &vec![], None)), "assignments");
    assert_eq!(
        refused(evaluate(&problem, &vec![vec![None; 4]; 3], None)),
        "assignments[0]"
    );
    let mut unknown = vec![vec![None; 5]; 3];
    unknown[1][2] = Some("nap".into());
    assert_eq!(
        refused(evaluate(&problem, &unknown, None)),
        "assignments[1][2]"
    );
}

#[test]
fn bad_problems_are_refused_with_every_field() {
    let mut problem = small_desk();
    problem.people[1].id = "a".into();
    problem.people[2].skills = vec!["juggling".into()];
    problem.people[2].minutes_max = Some(i64::MAX);
    problem.shifts[0].segments[0].end_minute = 8 * H;
    problem.shifts[1].meals[0].latest_start_minute = 23 * H + 50;
    problem.people[0].fixed = vec![
        FixedCell {
            day: 0,
            shift: None,
        },
        FixedCell {
            day: 0,
            shift: Some("late".into()),
        },
        FixedCell {
            day: 9,
            shift: None,
        },
    ];
    let Err(SolveError::Invalid(faults)) = solve(&problem, &Limits::by_work(1, 1, 1), &mut |_| {
        ControlFlow::Continue(())
    }) else {
        panic!("accepted")
    };
    let fields: Vec<&str> = faults.iter().map(|f| f.field.as_str()).collect();
    for field in [
        "people[1].id",
        "people[2].skills[0]",
        "people[2].minutes_max",
        "shifts[0].segments[0]",
        "shifts[1].meals[0]",
        "people[0].fixed[1]",
        "people[0].fixed[2].day",
    ] {
        assert!(fields.contains(&field), "{field} is not among {fields:?}");
    }
    problem.days.clear();
    assert!(problem.validate().iter().any(|f| f.field == "days"));
}

#[test]
fn demand_beyond_everybody_is_a_shortfall_not_an_error() {
    let mut problem = small_desk();
    for demand in &mut problem.demand {
        (demand.minimum, demand.target) = (50, 50);
    }
    let plan = solved(&problem);
    assert!(
        plan.shortfalls
            .iter()
            .all(|s| !s.words.en.is_empty() && !s.words.zh.is_empty() && !s.repairs.is_empty())
    );
    assert_eq!(check(&problem, &plan).violations, []);
}

#[test]
fn cancelling_keeps_the_best_roster_so_far() {
    let problem = DeskSpec::week(10, 1).generate();
    let mut calls = 0;
    let plan = solve(&problem, &Limits::by_work(5_000, 1, 1), &mut |progress| {
        calls += 1;
        assert!(progress.objective.is_some());
        if calls == 3 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    })
    .unwrap();
    assert_eq!(
        (calls, plan.status, plan.bound),
        (3, Status::Cancelled, None)
    );
    assert_eq!(check(&problem, &plan).violations, []);
}

#[test]
fn a_year_is_solved_whole() {
    let problem = DeskSpec::year(10, 1).generate();
    let mut first = None;
    let plan = solve(&problem, &Limits::by_time(5.0, 1, 2), &mut |news| {
        first = first.or(news.objective);
        ControlFlow::Continue(())
    })
    .unwrap();
    assert_eq!(check(&problem, &plan).violations, []);
    assert!(
        plan.objective < first.unwrap(),
        "{} {first:?}",
        plan.objective
    );
}
