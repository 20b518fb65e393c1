//! Short breaks: as cheap as enumeration finds them, judged apart, and named where they fit nowhere.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use solver::check::{Rule, check};
use solver::plan::{CauseKind, LeftOut, Meal, Tier};
use solver::problem::{MealWindow, Problem};
use solver::{Plan, place_breaks};
use support::{desk, person, shift, solved, want};

const H: i64 = 60;

fn window(earliest: i64, latest: i64, minutes: i64) -> MealWindow {
    MealWindow {
        earliest_start_minute: earliest,
        latest_start_minute: latest,
        duration_minutes: minutes,
    }
}

/// People on one shift from nine to one, with a meal and these breaks; so many wanted, half hour by half hour.
fn morning(people: usize, breaks: &[MealWindow], wanted: &[u32]) -> Problem {
    let mut problem = desk(1);
    let mut morning = shift("morning", 9 * H, 13 * H, Some((11 * H, 11 * H + 30)));
    morning.breaks = breaks.to_vec();
    problem.shifts.push(morning);
    for index in 0..people {
        let mut one = person(&format!("p{index}"), &["phone"]);
        one.fixed.push(solver::problem::FixedCell {
            day: 0,
            shift: Some("morning".into()),
        });
        problem.people.push(one);
    }
    for (slot, wanted) in wanted.iter().enumerate() {
        let start = 9 * H + slot as i64 * 30;
        want(&mut problem, 0, start, start + 30, "phone", *wanted);
    }
    problem
}

fn rested(problem: &Problem) -> Plan {
    let mut plan = solved(problem);
    place_breaks(problem, &mut plan, &[], 60.0).unwrap();
    let verdict = check(problem, &plan);
    assert_eq!(verdict.violations, [], "{:#?}", plan.breaks);
    plan
}

/// The cheapest breaks of everybody, tried one and all: person-minutes under the minimum beyond those of meals.
fn enumerated(problem: &Problem, plan: &Plan) -> i64 {
    let shift = &problem.shifts[0];
    let grid = problem.meal_grid_minutes;
    let away = |from: i64, until: i64, at: i64| from <= at && at < until;
    let meal = |person: usize| {
        let meal = plan.meals.iter().find(|m| m.person == person).unwrap();
        (meal.start_minute, meal.start_minute + meal.duration_minutes)
    };
    let mut options: Vec<Vec<Vec<i64>>> = Vec::new();
    for person in 0..problem.people.len() {
        let (from, until) = meal(person);
        let mut rows: Vec<Vec<i64>> = vec![vec![]];
        for window in &shift.breaks {
            let mut next = Vec::new();
            for row in rows {
                let mut start = window.earliest_start_minute;
                while start <= window.latest_start_minute {
                    let end = start + window.duration_minutes;
                    let after = row
                        .last()
                        .is_none_or(|last| last + window.duration_minutes <= start);
                    if after && (end <= from || until <= start) {
                        next.push([row.clone(), vec![start]].concat());
                    }
                    start += grid;
                }
            }
            rows = next;
        }
        options.push(rows);
    }
    let length = shift.breaks[0].duration_minutes;
    let cost = |chosen: &[&Vec<i64>]| -> i64 {
        let mut sum = 0;
        for demand in &problem.demand {
            let mut at = demand.start_minute;
            while at < demand.start_minute + problem.slot_minutes {
                let mut there = 0;
                for (person, breaks) in chosen.iter().enumerate() {
                    let (from, until) = meal(person);
                    let resting = breaks.iter().any(|start| away(*start, start + length, at));
                    there += u32::from(!away(from, until, at) && !resting);
                }
                sum += i64::from(demand.minimum.saturating_sub(there)) * grid;
                at += grid;
            }
        }
        sum
    };
    let none: Vec<Vec<i64>> = vec![vec![]; problem.people.len()];
    let before = cost(&none.iter().collect::<Vec<_>>());
    let mut best = i64::MAX;
    let mut index = vec![0; options.len()];
    loop {
        let chosen: Vec<&Vec<i64>> = index
            .iter()
            .zip(&options)
            .map(|(i, rows)| &rows[*i])
            .collect();
        best = best.min(cost(&chosen));
        let mut place = 0;
        while place < index.len() {
            index[place] += 1;
            if index[place] < options[place].len() {
                break;
            }
            index[place] = 0;
            place += 1;
        }
        if place == index.len() {
            return best - before;
        }
    }
}

#[test]
fn breaks_are_as_cheap_as_enumeration_finds() {
    let both = [
        window(9 * H + 30, 10 * H, 10),
        window(10 * H, 10 * H + 30, 10),
    ];
    let around_the_meal = [window(10 * H + 50, 11 * H + 40, 10)];
    for (people, breaks, wanted) in [
        // One may always be away: nothing is short.
        (3, both.as_slice(), [2; 8]),
        // Nobody may be away then: every break costs its ten minutes, wherever it is.
        (3, both.as_slice(), [3; 8]),
        // The first half hour lets one go, the next nobody.
        (3, both.as_slice(), [2, 2, 3, 1, 1, 1, 1, 1]),
        (3, both.as_slice(), [3, 3, 2, 2, 3, 3, 3, 3]),
        // Beside meals that are staggered over the same hour.
        (4, around_the_meal.as_slice(), [3; 8]),
        (3, around_the_meal.as_slice(), [2, 2, 2, 3, 1, 2, 2, 2]),
    ] {
        let problem = morning(people, breaks, &wanted);
        let plan = rested(&problem);
        let found = plan.breaks.as_ref().unwrap();
        assert_eq!(found.taken.len(), people * breaks.len());
        assert_eq!(found.days_unproven, Vec::<usize>::new());
        assert_eq!(found.cost, enumerated(&problem, &plan), "{wanted:?}");
        let minutes: i64 = found
            .shortfalls
            .iter()
            .map(|s| (s.end_minute - s.start_minute) * i64::from(s.missing))
            .sum();
        assert_eq!(minutes, found.cost, "one unit a person-minute");
        for short in &found.shortfalls {
            assert_eq!((short.tier, short.cause), (Tier::Minimum, CauseKind::Break));
            assert!(short.words.zh.contains("小休"), "{:?}", short.words);
        }
    }
}

#[test]
fn a_break_with_no_room_beside_the_meal_is_named() {
    let mut problem = morning(2, &[window(11 * H + 5, 11 * H + 10, 10)], &[1; 8]);
    // Everybody eats from eleven on.
    problem.shifts[0].meals[0].latest_start_minute = 11 * H;
    let plan = rested(&problem);
    let found = plan.breaks.unwrap();
    assert_eq!(found.taken, []);
    let left = |person| LeftOut {
        person,
        day: 0,
        index: 0,
    };
    assert_eq!(found.left_out, [left(0), left(1)]);
}

#[test]
fn kept_breaks_stay_and_the_others_give_way() {
    let problem = morning(3, &[window(9 * H + 30, 10 * H, 10)], &[2; 8]);
    let mut plan = solved(&problem);
    let kept = Meal {
        person: 1,
        day: 0,
        start_minute: 9 * H + 45,
        duration_minutes: 10,
    };
    place_breaks(&problem, &mut plan, std::slice::from_ref(&kept), 60.0).unwrap();
    assert_eq!(check(&problem, &plan).violations, []);
    let found = plan.breaks.unwrap();
    assert!(found.taken.contains(&kept));
    assert_eq!((found.taken.len(), found.cost), (3, 0));
}

#[test]
fn without_a_moment_to_spare_breaks_are_given_one_after_the_other_and_not_called_proven() {
    let problem = morning(3, &[window(9 * H + 30, 10 * H, 10)], &[2; 8]);
    let mut plan = solved(&problem);
    place_breaks(&problem, &mut plan, &[], 0.0).unwrap();
    assert_eq!(check(&problem, &plan).violations, []);
    let found = plan.breaks.unwrap();
    assert_eq!((found.taken.len(), found.cost), (3, 0));
    assert_eq!(found.days_unproven, [0]);
}

#[test]
fn the_judge_finds_every_change_of_a_break() {
    let problem = morning(3, &[window(9 * H + 30, 10 * H, 10)], &[2; 8]);
    let plan = rested(&problem);
    let broken = |change: &dyn Fn(&mut Plan)| {
        let mut changed = plan.clone();
        change(&mut changed);
        let found: Vec<Rule> = check(&problem, &changed)
            .violations
            .iter()
            .map(|violation| violation.rule)
            .collect();
        found
    };
    fn taken(plan: &mut Plan) -> &mut Vec<Meal> {
        &mut plan.breaks.as_mut().unwrap().taken
    }
    type Change<'a> = (&'a str, &'a dyn Fn(&mut Plan));
    let changes: [Change<'_>; 6] = [
        ("gone", &|plan| {
            taken(plan).remove(0);
        }),
        ("too early", &|plan| taken(plan)[0].start_minute = 9 * H),
        ("off the grid", &|plan| taken(plan)[0].start_minute += 1),
        ("too long", &|plan| taken(plan)[0].duration_minutes = 15),
        ("twice", &|plan| {
            let again = taken(plan)[0].clone();
            taken(plan).push(again);
        }),
        ("at a meal", &|plan| {
            let meal = plan.meals[0].start_minute;
            taken(plan)[0].start_minute = meal;
        }),
    ];
    for (name, change) in changes {
        assert!(broken(change).contains(&Rule::Break), "{name}");
    }
    // All at once: two people are missing, and it costs.
    let together = broken(&|plan| {
        for taken in taken(plan) {
            taken.start_minute = 9 * H + 30;
        }
    });
    assert!(together.contains(&Rule::BreakShortfall), "{together:?}");
    let dearer = broken(&|plan| plan.breaks.as_mut().unwrap().cost += 1);
    assert_eq!(dearer, [Rule::BreakShortfall]);
}
