//! Cover by shift: the public instances' problem, small enough to enumerate.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use proptest::prelude::*;
use solver::plan::Tier;
use solver::problem::{Assignments, Problem};
use solver::{Limits, Plan, Status, nrp};
use std::ops::ControlFlow;

const HEAD: &str = "SECTION_HORIZON\n5\nSECTION_SHIFTS\nE,480,\nL,480,E\n\
    SECTION_STAFF\nA,E=5|L=2,1920,960,4,2,2,1\nB,E=5|L=5,1920,480,3,1,1,1\n\
    SECTION_DAYS_OFF\nA,0\n\
    SECTION_SHIFT_ON_REQUESTS\nB,1,L,2\n\
    SECTION_SHIFT_OFF_REQUESTS\nA,3,E,3\n\
    SECTION_COVER\n";

fn instance(cover: &str) -> Problem {
    nrp::read("small", &format!("{HEAD}{cover}")).expect("an instance")
}

fn solve(problem: &Problem) -> Plan {
    let limits = Limits::by_work(20, 1, 2);
    solver::solve(problem, &limits, &mut |_| ControlFlow::Continue(())).expect("a plan")
}

/// The instance's rules and costs as its publishers state them, in plain loops: `None` where a hard rule is broken.
fn judge(problem: &Problem, roster: &[Vec<Option<&str>>]) -> Option<i64> {
    let days = problem.days.len();
    let mut cost = 0;
    for (person, row) in problem.people.iter().zip(roster) {
        let worked = |day: usize| row[day].is_some();
        let minutes = 480 * row.iter().flatten().count() as i64;
        let late_then_early = (1..days).any(|d| row[d - 1] == Some("L") && row[d] == Some("E"));
        let too_many = person.shift_max.iter().any(|(shift, most)| {
            row.iter()
                .flatten()
                .filter(|s| **s == shift.as_str())
                .count()
                > *most as usize
        });
        let away = person.unavailable.iter().any(|gone| worked(gone.day));
        if late_then_early
            || too_many
            || away
            || !(person.minutes_min?..=person.minutes_max?).contains(&minutes)
        {
            return None;
        }
        let mut first = 0;
        while first < days {
            let mut last = first;
            while last + 1 < days && worked(last + 1) == worked(first) {
                last += 1;
            }
            let (length, edge) = ((last - first + 1) as u32, first == 0 || last + 1 == days);
            if worked(first)
                && (length > person.consecutive_work_days_max?
                    || length < person.consecutive_work_days_min? && !edge)
                || !worked(first) && length < person.consecutive_days_off_min? && !edge
            {
                return None;
            }
            first = last + 1;
        }
    }
    if roster[1][1] != Some("L") {
        cost += 2;
    }
    if roster[0][3] == Some("E") {
        cost += 3;
    }
    for cover in &problem.shift_cover {
        let there = roster
            .iter()
            .filter(|row| row[cover.day] == Some(cover.shift.as_str()))
            .count() as i64;
        let missing = i64::from(cover.people) - there;
        cost += if missing > 0 {
            missing * cover.under_cost
        } else {
            -missing * cover.over_cost
        };
    }
    Some(cost)
}

/// The best of all rosters, by trying each.
fn enumerated(problem: &Problem) -> i64 {
    const CHOICES: [Option<&str>; 3] = [None, Some("E"), Some("L")];
    let rows: Vec<Vec<Option<&str>>> = (0..3usize.pow(5))
        .map(|code| {
            (0..5u32)
                .map(|day| CHOICES[code / 3usize.pow(day) % 3])
                .collect()
        })
        .collect();
    let mut best = i64::MAX;
    for first in &rows {
        for second in &rows {
            let cost = judge(problem, &[first.clone(), second.clone()]);
            best = best.min(cost.unwrap_or(i64::MAX));
        }
    }
    best
}

fn read<'a>(assignments: &'a Assignments) -> Vec<Vec<Option<&'a str>>> {
    let row = |row: &'a Vec<_>| {
        row.iter()
            .map(|c: &'a Option<solver::problem::ShiftId>| c.as_ref().map(|s| s.as_str()))
            .collect()
    };
    assignments.iter().map(row).collect()
}

#[test]
fn missing_and_surplus_people_cost_what_the_shift_says() {
    let problem = instance("0,E,2,100,1\n1,L,1,100,1\n2,E,1,50,1\n3,L,1,100,1\n4,E,0,100,7\n");
    let plan = solve(&problem);
    assert_eq!(plan.status, Status::Optimal);
    assert_eq!(plan.objective, enumerated(&problem));
    assert_eq!(
        judge(&problem, &read(&plan.assignments)),
        Some(plan.objective)
    );
    assert!(solver::check::check(&problem, &plan).violations.is_empty());
    // A is off on day 0, so one early is missing there, and the plan says so in words.
    let short = plan
        .shortfalls
        .iter()
        .find(|s| s.tier == Tier::Shift && s.day == 0)
        .expect("listed");
    assert_eq!(
        (short.missing, short.shift.as_ref().unwrap().as_str()),
        (1, "E")
    );
    assert!(!short.words.zh.is_empty() && !short.conflict.is_empty());
}

#[test]
fn a_shortfall_of_a_shift_may_neither_be_hidden_nor_invented() {
    let problem = instance("0,E,2,100,1\n");
    let plan = solve(&problem);
    let mut hidden = plan.clone();
    hidden.shortfalls.clear();
    assert!(
        !solver::check::check(&problem, &hidden)
            .violations
            .is_empty()
    );
    let mut invented = plan;
    invented.shortfalls[0].missing += 1;
    assert!(
        !solver::check::check(&problem, &invented)
            .violations
            .is_empty()
    );
}

#[test]
fn a_faulty_line_is_named() {
    let read = |text: &str| nrp::read("x", text).unwrap_err().to_string();
    assert_eq!(
        read("SECTION_HORIZON\nseven\n"),
        "line 2: horizon is no fitting number: seven"
    );
    assert!(read(&format!("{HEAD}0,E\n")).contains("requirement is missing"));
    assert!(read(&format!("{HEAD}9,E,1,1,1\n")).contains("day 9 is outside the horizon"));
    assert!(read(&format!("{HEAD}SECTION_DAYS_OFF\nZ,1\n")).contains("unknown employee Z"));
    assert_eq!(
        read(""),
        "line 0: SECTION_HORIZON is missing".to_string().as_str()
    );
}

#[test]
fn nobody_wanted_may_be_written_with_a_sign() {
    let signed = instance("1,E,-0,100,1\n");
    assert_eq!(signed, instance("1,E,0,100,1\n"));
}

#[test]
fn the_roster_is_written_as_the_judge_reads_it() {
    let problem = instance("1,E,1,100,1\n");
    let plan = solve(&problem);
    let csv = nrp::to_csv(&problem, &plan.assignments);
    let mut lines = csv.lines();
    assert_eq!(lines.next(), Some("staff,0,1,2,3,4"));
    assert_eq!(lines.next().map(|line| line.split(',').count()), Some(6));
    assert_eq!(lines.count(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn the_proven_best_is_the_enumerated_best(cells in prop::collection::vec((0u32..3, 0i64..120, 0i64..9), 10)) {
        let cover: String = cells
            .iter()
            .enumerate()
            .map(|(cell, (people, under, over))| {
                format!("{},{},{people},{under},{over}\n", cell / 2, ["E", "L"][cell % 2])
            })
            .collect();
        let problem = instance(&cover);
        let plan = solve(&problem);
        prop_assert_eq!(plan.status, Status::Optimal);
        prop_assert_eq!(plan.objective, enumerated(&problem));
        prop_assert!(solver::check::check(&problem, &plan).violations.is_empty());
    }
}

/// Four weeks of four shifts a day that want so many people each.
fn four_weeks(people: usize, wanted: usize) -> Problem {
    let mut text = "SECTION_HORIZON\n28\nSECTION_SHIFTS\n".to_owned();
    for shift in ["A", "B", "C", "D"] {
        text += &format!("{shift},480,\n");
    }
    text += "SECTION_STAFF\n";
    for person in 0..people {
        text += &format!("P{person},A=28|B=28|C=28|D=28,9600,7680,5,2,2,1\n");
    }
    text +=
        "SECTION_DAYS_OFF\nSECTION_SHIFT_ON_REQUESTS\nSECTION_SHIFT_OFF_REQUESTS\nSECTION_COVER\n";
    for day in 0..28 {
        for shift in ["A", "B", "C", "D"] {
            text += &format!("{day},{shift},{wanted},100,1\n");
        }
    }
    nrp::read("four weeks", &text).expect("an instance")
}

#[test]
fn threads_that_cool_one_roster_together_give_the_same_plan_each_time() {
    let problem = four_weeks(64, 12);
    let solve = || {
        let limits = Limits::by_work(12_000, 5, 3);
        let mut plan =
            solver::solve(&problem, &limits, &mut |_| ControlFlow::Continue(())).expect("a plan");
        plan.report.seconds = 0.0;
        plan
    };
    let plan = solve();
    assert_eq!(plan, solve());
    let verdict = solver::check::check(&problem, &plan);
    assert_eq!(verdict.violations, []);
}

#[test]
fn what_is_proven_stays_told_while_the_search_goes_on() {
    let problem = four_weeks(9, 2);
    let mut heard = Vec::new();
    let plan = solver::solve(&problem, &Limits::by_work(4_000, 1, 2), &mut |news| {
        heard.push((news.phase.clone(), news.bound));
        ControlFlow::Continue(())
    });
    let proven = plan.expect("a plan").bound;
    let bounded = heard.iter().skip_while(|(_, bound)| bound.is_none());
    let told: Vec<_> = bounded.collect();
    assert!(told.iter().any(|(phase, _)| phase == "search"), "{heard:?}");
    assert!(told.iter().all(|(_, bound)| bound.is_some()), "{heard:?}");
    assert_eq!(told.last().and_then(|(_, bound)| *bound), proven);
}

#[test]
fn a_solve_ended_while_prices_are_sought_ends_before_any_search() {
    let problem = four_weeks(40, 8);
    let mut heard = Vec::new();
    let plan = solver::solve(&problem, &Limits::by_work(100_000, 1, 2), &mut |news| {
        heard.push((news.phase.clone(), news.bound));
        match news.bound {
            Some(_) => ControlFlow::Break(()),
            None => ControlFlow::Continue(()),
        }
    })
    .expect("the roster it began with");
    assert_eq!(plan.status, Status::Cancelled);
    assert_eq!(plan.report.iterations, 0, "{heard:?}");
    assert_eq!(heard.len(), 2, "{heard:?}");
    assert_eq!(plan.assignments.len(), 40);
}
