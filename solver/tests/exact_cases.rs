//! Cases whose answers are known: meals, windows that nest, skills that must not be pooled, and the words of a shortfall.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use solver::Status;
use solver::plan::{CauseKind, FactKind, Tier};
use solver::problem::{FixedCell, Rules};
use support::{desk, leave, person, shift, skill, solved, want};

const H: i64 = 60;

fn meal_starts(plan: &solver::Plan) -> Vec<i64> {
    let mut starts: Vec<i64> = plan.meals.iter().map(|m| m.start_minute).collect();
    starts.sort_unstable();
    starts
}

#[test]
fn three_staggered_meals_keep_two_on_post() {
    let mut problem = desk(1);
    problem
        .shifts
        .push(shift("morning", 9 * H, 13 * H, Some((10 * H, 11 * H + 10))));
    problem
        .people
        .extend(["a", "b", "c"].map(|id| person(id, &["phone"])));
    want(&mut problem, 0, 9 * H, 13 * H, "phone", 2);
    let plan = solved(&problem);
    assert_eq!((plan.objective, plan.status), (0, Status::Optimal));
    assert!(plan.shortfalls.is_empty());
    if plan.meals.len() == 3 {
        assert_eq!(meal_starts(&plan), [10 * H, 10 * H + 35, 11 * H + 10]);
    }
}

#[test]
fn a_fourth_meal_does_not_fit() {
    let mut problem = desk(1);
    problem
        .shifts
        .push(shift("morning", 9 * H, 13 * H, Some((10 * H, 11 * H + 10))));
    problem
        .people
        .extend(["a", "b", "c", "d"].map(|id| person(id, &["phone"])));
    want(&mut problem, 0, 9 * H, 13 * H, "phone", 3);
    let plan = solved(&problem);
    assert_eq!((plan.objective, plan.status), (35, Status::Optimal));
    let missing: i64 = plan
        .shortfalls
        .iter()
        .map(|s| (s.end_minute - s.start_minute) * i64::from(s.missing))
        .sum();
    assert_eq!(missing, 35);
    assert!(
        plan.shortfalls
            .iter()
            .all(|s| s.cause == CauseKind::Meal && s.tier == Tier::Minimum)
    );
    assert!(
        plan.shortfalls[0].words.en.contains("at a meal"),
        "{}",
        plan.shortfalls[0].words.en
    );
    assert!(plan.shortfalls[0].words.zh.contains("用餐"));
}

#[test]
fn nested_windows_leave_twenty_minutes() {
    let mut problem = desk(1);
    problem.slot_minutes = 5;
    problem
        .shifts
        .push(shift("wide", 10 * H, 13 * H, Some((11 * H, 12 * H))));
    problem.shifts.push(shift(
        "narrow",
        10 * H,
        13 * H,
        Some((11 * H + 20, 11 * H + 40)),
    ));
    for (id, on) in [("a", "wide"), ("b", "narrow")] {
        let mut one = person(id, &["phone"]);
        one.fixed.push(FixedCell {
            day: 0,
            shift: Some(on.into()),
        });
        problem.people.push(one);
    }
    want(&mut problem, 0, 10 * H, 11 * H + 35, "phone", 1);
    want(&mut problem, 0, 11 * H + 35, 12 * H, "phone", 2);
    want(&mut problem, 0, 12 * H, 13 * H, "phone", 1);
    let plan = solved(&problem);
    assert_eq!((plan.objective, plan.status), (20, Status::Optimal));
    let starts: Vec<i64> = plan.meals.iter().map(|m| m.start_minute).collect();
    assert!(
        starts == [11 * H, 11 * H + 40] || starts == [12 * H, 11 * H + 20],
        "{starts:?} is none of the two best placements"
    );
}

#[test]
fn skills_are_not_pooled() {
    let with_third = |third: &[&str]| {
        let mut problem = desk(1);
        problem.skills = vec![skill("A"), skill("B")];
        problem
            .shifts
            .push(shift("day", 9 * H, 17 * H, Some((12 * H, 13 * H + 10))));
        problem.people.push(person("a", &["A"]));
        problem.people.push(person("b", &["B"]));
        problem.people.push(person("c", third));
        want(&mut problem, 0, 9 * H, 17 * H, "A", 1);
        want(&mut problem, 0, 9 * H, 17 * H, "B", 1);
        solved(&problem)
    };
    let both = with_third(&["A", "B"]);
    assert_eq!((both.objective, both.status), (0, Status::Optimal));
    assert_eq!(meal_starts(&both), [12 * H, 12 * H + 35, 13 * H + 10]);
    let only_a = with_third(&["A"]);
    assert_eq!((only_a.objective, only_a.status), (35, Status::Optimal));
}

#[test]
fn a_shortfall_names_its_conflict_and_every_single_repair() {
    let mut problem = desk(2);
    problem.rules = Rules {
        rest_minutes_min: 11 * H,
        forbidden_successions: vec![],
    };
    problem.shifts.push(shift("late", 16 * H, 24 * H, None));
    problem.shifts.push(shift("early", 8 * H, 16 * H, None));
    let mut people = ["a", "b", "c", "d"].map(|id| person(id, &["phone"]));
    people[0].unavailable.push(leave("leave-a", 0));
    people[1].unavailable.push(leave("leave-b", 0));
    people[3].fixed.push(FixedCell {
        day: 1,
        shift: Some("early".into()),
    });
    problem.people.extend(people);
    want(&mut problem, 0, 16 * H, 24 * H, "phone", 2);
    let plan = solved(&problem);
    assert_eq!((plan.objective, plan.status), (480, Status::Optimal));
    assert_eq!(plan.shortfalls.len(), 1);
    let short = &plan.shortfalls[0];
    assert_eq!(
        (short.start_minute, short.end_minute, short.missing),
        (16 * H, 24 * H, 1)
    );
    let conflict: Vec<(&str, bool)> = short
        .conflict
        .iter()
        .map(|f| (f.person.as_str(), f.kind == FactKind::Rest))
        .collect();
    assert_eq!(conflict, [("a", false), ("b", false), ("d", true)]);
    assert!(matches!(short.conflict[0].kind, FactKind::Unavailable(_)));
    let freed: Vec<&str> = short
        .repairs
        .iter()
        .filter_map(|r| r.fact.as_ref())
        .map(|f| f.person.as_str())
        .collect();
    assert_eq!(freed, ["a", "b", "d"]);
    for repair in short.repairs.iter().filter(|r| r.fact.is_some()) {
        assert_eq!((repair.minutes_removed, repair.cost_change), (480, -480));
    }
    assert!(
        short.words.en.contains("annual leave") && short.words.en.contains("rest of 11 h"),
        "{}",
        short.words.en
    );
    assert!(
        short.words.zh.contains("年假") && short.words.zh.contains("班间休息"),
        "{}",
        short.words.zh
    );

    // Freeing any one of them does repair it.
    for freed in 0..3 {
        let mut eased = problem.clone();
        match freed {
            0 | 1 => eased.people[freed].unavailable.clear(),
            _ => eased.rules.rest_minutes_min = 0,
        }
        assert_eq!(solved(&eased).objective, 0);
    }
}
