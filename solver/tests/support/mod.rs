//! Small desks for tests: one cost unit per person-minute under the minimum, nothing else costs.
#![allow(dead_code, clippy::unwrap_used)]

pub(crate) mod naive;
pub(crate) mod random;

use std::ops::ControlFlow;

use solver::problem::{
    Cause, Cost, Costs, Day, Demand, MealWindow, Person, Problem, Rules, Segment, ShiftTemplate,
    Skill, Unavailable,
};
use solver::{Limits, Plan, solve};

pub(crate) fn cost(per_unit: i64) -> Cost {
    Cost {
        per_unit,
        unit: "unit".into(),
        asked_by: "test".into(),
    }
}

pub(crate) fn free_costs() -> Costs {
    Costs {
        under_minimum: cost(1),
        under_target: cost(0),
        over_target: cost(0),
        under_group: cost(0),
        request: cost(0),
        fairness: cost(0),
        isolated_day_off: cost(0),
        isolated_day_on: cost(0),
        split_shift: cost(0),
        change_per_cell: cost(0),
        minutes_off_contract: cost(0),
        more: Default::default(),
    }
}

/// A desk from a Monday on, without people, shifts or demand.
pub(crate) fn desk(days: usize) -> Problem {
    Problem {
        name: "test".into(),
        slot_minutes: 30,
        meal_grid_minutes: 5,
        days: (0..days)
            .map(|d| Day {
                date: format!("day {d}"),
                weekend: d % 7 >= 5,
                holiday: false,
                week: (d / 7) as u32,
            })
            .collect(),
        skills: vec![skill("phone")],
        demand: vec![],
        group_demand: vec![],
        shift_cover: Vec::new(),
        shifts: vec![],
        people: vec![],
        rules: Rules::default(),
        costs: free_costs(),
        published: None,
        team: Default::default(),
    }
}

pub(crate) fn skill(id: &str) -> Skill {
    Skill {
        id: id.into(),
        name_zh: id.into(),
        name_en: id.into(),
    }
}

pub(crate) fn shift(
    id: &str,
    start_minute: i64,
    end_minute: i64,
    meal: Option<(i64, i64)>,
) -> ShiftTemplate {
    ShiftTemplate {
        id: id.into(),
        name: id.into(),
        kind: String::new(),
        segments: vec![Segment {
            start_minute,
            end_minute,
        }],
        meals: meal
            .map(|(earliest_start_minute, latest_start_minute)| MealWindow {
                earliest_start_minute,
                latest_start_minute,
                duration_minutes: 35,
            })
            .into_iter()
            .collect(),
        breaks: Vec::new(),
        worked_minutes: end_minute - start_minute,
        night: false,
        late: false,
        early: false,
        skills_required: vec![],
        days: None,
        standby: None,
        unpopular_meals: 0,
    }
}

pub(crate) fn person(id: &str, skills: &[&str]) -> Person {
    Person {
        skills: skills.iter().map(|s| (*s).into()).collect(),
        ..Person::new(id)
    }
}

pub(crate) fn leave(id: &str, day: usize) -> Unavailable {
    let cause = Cause {
        id: id.into(),
        zh: "年假".into(),
        en: "annual leave".into(),
    };
    Unavailable {
        day,
        interval: None,
        cause,
    }
}

/// Wants `minimum` people of a skill over `[from, to)` of a day.
pub(crate) fn want(
    problem: &mut Problem,
    day: usize,
    from: i64,
    to: i64,
    skill: &str,
    minimum: u32,
) {
    let mut start_minute = from;
    while start_minute < to {
        problem.demand.push(Demand {
            day,
            start_minute,
            skill: skill.into(),
            minimum,
            target: minimum,
        });
        start_minute += problem.slot_minutes;
    }
}

/// Searches a problem and asks for no proof: as quick as the search.
pub(crate) fn searched(problem: &Problem) -> Plan {
    solve(problem, &Limits::by_work(100, 1, 1), &mut |news| {
        if news.done < 1.0 {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    })
    .unwrap()
}

/// Solves a small problem to the end.
pub(crate) fn solved(problem: &Problem) -> Plan {
    solve(problem, &Limits::by_work(100, 1, 1), &mut |_| {
        ControlFlow::Continue(())
    })
    .unwrap()
}
