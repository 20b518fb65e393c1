//! One person, one shift, wanted every day of a week: each hard rule costs exactly the days it forbids. A rule lost in the
//! search makes the objective too low; lost in the exact model, the plan is no longer proven.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use solver::Status;
use solver::problem::{Cause, FixedCell, History, Problem, Segment, Succession, Unavailable};
use support::{cost, desk, leave, person, shift, skill, solved, want};

const H: i64 = 60;
const SHIFT: i64 = 8 * H;

/// A week from Monday, 10:00–18:00, one person who could work it all.
fn week() -> Problem {
    let mut problem = desk(7);
    problem.shifts.push(shift("day", 10 * H, 18 * H, None));
    problem.people.push(person("a", &["phone"]));
    problem.people[0].history.consecutive_days_off = 3;
    for day in 0..7 {
        want(&mut problem, day, 10 * H, 18 * H, "phone", 1);
    }
    problem
}

fn check(days_lost: i64, rule: impl FnOnce(&mut Problem)) {
    let mut problem = week();
    rule(&mut problem);
    assert_eq!(problem.validate(), []);
    let plan = solved(&problem);
    assert_eq!(plan.relaxed, []);
    assert_eq!(
        (plan.objective, plan.status),
        (days_lost * SHIFT, Status::Optimal)
    );
}

#[test]
fn without_rules_every_day_is_worked() {
    check(0, |_| {});
}

#[test]
fn one_shift_per_day() {
    check(7, |p| {
        p.shifts
            .push(shift("evening", 18 * H, 24 * H + 2 * H, None));
        for day in 0..7 {
            want(p, day, 18 * H, 26 * H, "phone", 1);
        }
    });
}

#[test]
fn minimum_rest() {
    // 18:00 to 10:00 is 16 hours.
    check(0, |p| p.rules.rest_minutes_min = 16 * H);
    check(3, |p| p.rules.rest_minutes_min = 17 * H);
}

#[test]
fn minimum_rest_over_a_day_off() {
    // 40 hours between the end of one shift and the start of the next but one.
    check(4, |p| p.rules.rest_minutes_min = 41 * H);
}

#[test]
fn minimum_rest_looks_back() {
    check(1, |p| {
        p.rules.rest_minutes_min = 11 * H;
        p.people[0].history = History {
            consecutive_work_days: 1,
            last_shift_end_minute: Some(0),
            ..History::default()
        };
    });
}

#[test]
fn forbidden_succession() {
    check(3, |p| {
        p.rules.forbidden_successions.push(Succession {
            previous: "day".into(),
            next: "day".into(),
        });
    });
}

#[test]
fn forbidden_succession_looks_back() {
    check(4, |p| {
        p.rules.forbidden_successions.push(Succession {
            previous: "day".into(),
            next: "day".into(),
        });
        p.people[0].history = History {
            consecutive_work_days: 1,
            last_shift: Some("day".into()),
            ..History::default()
        };
    });
}

#[test]
fn skill_the_shift_requires() {
    check(7, |p| {
        p.skills.push(skill("senior"));
        p.shifts[0].skills_required.push("senior".into());
    });
}

#[test]
fn shift_not_offered() {
    check(5, |p| p.shifts[0].days = Some(vec![0, 6]));
}

#[test]
fn leave_of_a_day() {
    check(1, |p| p.people[0].unavailable.push(leave("l", 3)));
}

#[test]
fn partly_available() {
    check(1, |p| {
        let cause = Cause {
            id: "t".into(),
            zh: "培训".into(),
            en: "training".into(),
        };
        let interval = Some(Segment {
            start_minute: 17 * H,
            end_minute: 20 * H,
        });
        p.people[0].unavailable.push(Unavailable {
            day: 3,
            interval,
            cause: cause.clone(),
        });
        // From 18:00 on the person has left anyway.
        let interval = Some(Segment {
            start_minute: 18 * H,
            end_minute: 20 * H,
        });
        p.people[0].unavailable.push(Unavailable {
            day: 4,
            interval,
            cause,
        });
    });
}

#[test]
fn locked_off() {
    check(1, |p| {
        p.people[0].fixed.push(FixedCell {
            day: 2,
            shift: None,
        })
    });
}

#[test]
fn locked_to_a_shift() {
    check(1, |p| {
        p.shifts.push(shift("night", 20 * H, 28 * H, None));
        p.people[0].fixed.push(FixedCell {
            day: 2,
            shift: Some("night".into()),
        });
    });
}

#[test]
fn consecutive_work_days_max() {
    check(1, |p| p.people[0].consecutive_work_days_max = Some(3));
    check(2, |p| {
        p.people[0].consecutive_work_days_max = Some(3);
        p.people[0].history = History {
            consecutive_work_days: 2,
            ..History::default()
        };
    });
}

#[test]
fn consecutive_work_days_min() {
    // The two days before the leave are too short a stretch.
    check(3, |p| {
        p.people[0].consecutive_work_days_min = Some(3);
        p.people[0].unavailable.push(leave("l", 2));
    });
    // Unless the stretch began before the horizon.
    check(1, |p| {
        p.people[0].consecutive_work_days_min = Some(3);
        p.people[0].unavailable.push(leave("l", 2));
        p.people[0].history = History {
            consecutive_work_days: 1,
            ..History::default()
        };
    });
}

#[test]
fn consecutive_days_off_min() {
    check(3, |p| {
        p.people[0].consecutive_days_off_min = Some(3);
        p.people[0].unavailable.push(leave("l", 2));
    });
}

#[test]
fn weekly_rest_day() {
    check(1, |p| p.people[0].weekly_rest_day = true);
}

#[test]
fn minutes_max() {
    check(2, |p| p.people[0].minutes_max = Some(5 * SHIFT + 1));
}

#[test]
fn minutes_min() {
    let mut problem = week();
    problem.demand.clear();
    for day in 0..7 {
        want(&mut problem, day, 10 * H, 18 * H, "phone", 0);
    }
    problem.costs.over_target = cost(1);
    problem.people[0].minutes_min = Some(2 * SHIFT - 1);
    let plan = solved(&problem);
    assert_eq!((plan.objective, plan.status), (2 * SHIFT, Status::Optimal));
}

#[test]
fn minutes_week_max() {
    check(3, |p| p.people[0].minutes_week_max = Some(4 * SHIFT));
    check(4, |p| {
        p.people[0].minutes_week_max = Some(4 * SHIFT);
        p.people[0].history.minutes_this_week = SHIFT;
    });
}

#[test]
fn weekends_max() {
    check(2, |p| p.people[0].weekends_max = Some(0));
    check(0, |p| p.people[0].weekends_max = Some(1));
}

#[test]
fn nights_max() {
    check(5, |p| {
        p.shifts[0].night = true;
        p.people[0].nights_max = Some(2);
    });
    check(7, |p| {
        p.shifts[0].night = true;
        p.people[0].nights_max = Some(0);
    });
}

#[test]
fn shift_max() {
    check(4, |p| {
        p.people[0].shift_max.insert("day".into(), 3);
    });
}

#[test]
fn contradictory_rules_are_let_go_by_name() {
    let mut problem = week();
    problem.rules.rest_minutes_min = 17 * H;
    for day in [2, 3] {
        problem.people[0].fixed.push(FixedCell {
            day,
            shift: Some("day".into()),
        });
    }
    let plan = solved(&problem);
    assert_eq!(plan.relaxed.len(), 1);
    let relaxed = &plan.relaxed[0];
    assert_eq!(relaxed.conflict.len(), 3, "{relaxed:?}");
    assert_eq!(relaxed.freed.kind, solver::plan::FactKind::Rest);
    assert!(
        relaxed.words.en.contains("contradict"),
        "{}",
        relaxed.words.en
    );
    assert_eq!(plan.assignments[0][2], Some("day".into()));
    assert_eq!(plan.assignments[0][3], Some("day".into()));
}
