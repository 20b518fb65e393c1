//! Solves a generated desk and prints how it went: `desk [people] [days] [work] [threads] [seed] [seconds or 0] [1 to skip the
//! bound]`.
#![allow(clippy::unwrap_used)]

use std::ops::ControlFlow;

use solver::desk_instance::DeskSpec;
use solver::{Limits, solve};

fn main() {
    let args: Vec<f64> = std::env::args()
        .skip(1)
        .map(|a| a.parse().unwrap())
        .collect();
    let arg = |i: usize, default: f64| args.get(i).copied().unwrap_or(default);
    let people = arg(0, 18.0) as usize;
    let spec = if arg(1, 31.0) < 10.0 {
        DeskSpec::week(people, 1)
    } else {
        DeskSpec::month(people, 1)
    };
    let problem = spec.generate();
    let (work, threads, seed) = (arg(2, 50_000.0), arg(3, 1.0) as usize, arg(4, 1.0) as u64);
    let limits = match args.get(5) {
        Some(seconds) if *seconds > 0.0 => Limits::by_time(*seconds, seed, threads),
        _ => Limits::by_work(work as u64, seed, threads),
    };
    let plan = solve(&problem, &limits, &mut |p| {
        eprintln!(
            "{:6.1}s {:5.2} {} {:?} {:?} {}",
            p.seconds, p.done, p.phase, p.objective, p.bound, p.iterations
        );
        if arg(6, 0.0) > 0.0 && p.done >= 1.0 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
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
