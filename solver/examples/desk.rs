//! Solves a small made-up desk and prints how it went: `desk [people] [days] [work] [threads] [seed] [seconds]`.
#![allow(clippy::unwrap_used)]

use std::ops::ControlFlow;

use solver::problem::*;
use solver::{Limits, solve};

fn main() {
    let args: Vec<f64> = std::env::args()
        .skip(1)
        .map(|a| a.parse().unwrap())
        .collect();
    let arg = |i: usize, default: f64| args.get(i).copied().unwrap_or(default);
    let problem = desk(arg(0, 18.0) as usize, arg(1, 31.0) as usize, 1);
    let (work, threads, seed) = (arg(2, 50_000.0), arg(3, 1.0) as usize, arg(4, 1.0) as u64);
    let limits = match args.get(5) {
        Some(seconds) => Limits::by_time(*seconds, seed, threads),
        None => Limits::by_work(work as u64, seed, threads),
    };
    let plan = solve(&problem, &limits, &mut |p| {
        eprintln!(
            "{:6.1}s {:5.2} {} {:?} {:?} {}",
            p.seconds, p.done, p.phase, p.objective, p.bound, p.iterations
        );
        ControlFlow::Continue(())
    })
    .unwrap();
    println!(
        "{:?} objective {} bound {:?} gap {:?}",
        plan.status,
        plan.objective,
        plan.bound,
        plan.gap_percent()
    );
    println!("{:?}", plan.costs.by_term);
    println!("{:?}", plan.report);
    println!("shortfalls {}", plan.shortfalls.len());
    for s in plan
        .shortfalls
        .iter()
        .filter(|s| s.tier != solver::plan::Tier::Target)
        .take(12)
    {
        println!(
            "{} {}-{} {:?} {:?} x{} {}",
            s.day, s.start_minute, s.end_minute, s.tier, s.skill, s.missing, s.words.en
        );
        for r in &s.repairs {
            println!(
                "     {} ({} min, {})",
                r.words.en, r.minutes_removed, r.cost_change
            );
        }
    }
}

fn desk(people: usize, days: usize, seed: u64) -> Problem {
    let mut state = seed;
    let mut random = move |n: u64| {
        state = state
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (state >> 33) % n
    };
    let shift =
        |id: &str, start: i64, end: i64, meal: Option<(i64, i64)>, late: bool| ShiftTemplate {
            id: id.into(),
            name: id.into(),
            kind: String::new(),
            segments: vec![Segment {
                start_minute: start,
                end_minute: end,
            }],
            meals: meal
                .map(|(a, b)| MealWindow {
                    earliest_start_minute: a,
                    latest_start_minute: b,
                    duration_minutes: 35,
                })
                .into_iter()
                .collect(),
            worked_minutes: end - start - if meal.is_some() { 30 } else { 0 },
            night: false,
            late,
            skills_required: vec![],
            days: None,
        };
    let skills = ["phone", "chat", "aftersales"];
    let mut problem = Problem {
        name: "desk".into(),
        slot_minutes: 30,
        meal_grid_minutes: 5,
        days: (0..days)
            .map(|d| Day {
                date: format!("2026-12-{:02}", d + 1),
                weekend: (d + 1) % 7 >= 5,
                holiday: d == 24,
                week: ((d + 1) / 7) as u32,
            })
            .collect(),
        skills: skills
            .iter()
            .map(|s| Skill {
                id: (*s).into(),
                name_zh: (*s).into(),
                name_en: (*s).into(),
            })
            .collect(),
        demand: vec![],
        group_demand: vec![],
        shifts: vec![
            shift("early", 540, 1050, Some((690, 780)), false),
            shift("mid", 660, 1170, Some((780, 900)), false),
            shift("late", 930, 1440, Some((1050, 1200)), true),
            shift("evening", 1080, 1440, None, true),
        ],
        people: vec![],
        rules: Rules {
            rest_minutes_min: 660,
            forbidden_successions: vec![],
        },
        costs: Costs::default(),
        published: None,
    };
    for p in 0..people {
        let held: Vec<SkillId> = match p % 6 {
            0 | 1 => vec!["phone".into()],
            2 => vec!["chat".into()],
            3 => vec!["phone".into(), "chat".into()],
            4 => vec!["chat".into(), "aftersales".into()],
            _ => vec!["phone".into(), "aftersales".into()],
        };
        let mut person = Person {
            id: format!("p{p}").into(),
            name: format!("P{p}"),
            skills: held,
            minutes_min: None,
            minutes_target: Some(days as i64 * 480 * 21 / 31),
            minutes_max: Some(days as i64 * 480 * 24 / 31),
            minutes_week_max: Some(48 * 60),
            consecutive_work_days_max: Some(6),
            consecutive_work_days_min: None,
            consecutive_days_off_min: None,
            weekly_rest_day: true,
            weekends_max: None,
            nights_max: None,
            shift_max: Default::default(),
            unavailable: vec![],
            fixed: vec![],
            requests: vec![],
            fair_share: FairShare::default(),
            history: History {
                consecutive_work_days: random(5) as u32,
                ..History::default()
            },
        };
        let mut d = 0;
        while d < days {
            if random(100) < 3 {
                for k in 0..1 + random(4) as usize {
                    if d + k < days {
                        let cause = Cause {
                            id: format!("leave-{p}-{d}"),
                            zh: "年假".into(),
                            en: "annual leave".into(),
                        };
                        person.unavailable.push(Unavailable {
                            day: d + k,
                            interval: None,
                            cause,
                        });
                    }
                }
                d += 4;
            }
            if random(100) < 6 && d < days {
                person.requests.push(Request {
                    day: d,
                    wish: Wish::Off,
                    cost: 150,
                });
            }
            d += 1;
        }
        problem.people.push(person);
    }
    for day in 0..days {
        let busy = problem.days[day].weekend;
        for slot in 18..48 {
            let evening = (36..44).contains(&slot);
            let scale = people as f64 / 18.0
                * if busy { 1.25 } else { 1.0 }
                * if evening { 1.3 } else { 1.0 };
            for (skill, base) in skills.iter().zip([3.2, 1.9, 1.0]) {
                let target = (base * scale + random(100) as f64 / 120.0).round() as u32;
                let minimum = (target * 2).div_ceil(3).max(1).min(target);
                problem.demand.push(Demand {
                    day,
                    start_minute: slot * 30,
                    skill: (*skill).into(),
                    minimum,
                    target,
                });
            }
        }
    }
    problem.fill_fair_shares();
    problem
}
