//! Solves one generated desk and prints one line about it: `bench_desk PEOPLE [SECONDS] [THREADS] [SEED] [month|week|year]`.
//! One desk per process, so that the peak memory is that desk's.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::ops::ControlFlow;
use std::time::Instant;

use solver::check::check;
use solver::desk_instance::DeskSpec;
use solver::{Limits, solve};

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let number = |index: usize, default: u64| -> u64 {
        args.get(index)
            .map_or(default, |text| text.parse().expect("a number"))
    };
    let (people, seconds, threads, seed) = (
        number(0, 18) as usize,
        number(1, 60),
        number(2, 2) as usize,
        number(3, 1),
    );
    let spec = match args.get(4).map(String::as_str) {
        None | Some("month") => DeskSpec::month(people, seed),
        Some("week") => DeskSpec::week(people, seed),
        Some("year") => DeskSpec::year(people, seed),
        Some(other) => panic!("a horizon is month, week or year, not {other}"),
    };
    let problem = spec.generate();

    let mut first: Option<(f64, i64)> = None;
    let limits = Limits::by_time(seconds as f64, seed, threads);
    let plan = solve(&problem, &limits, &mut |progress| {
        if let (None, Some(objective)) = (first, progress.objective) {
            first = Some((progress.seconds, objective));
        }
        ControlFlow::Continue(())
    })
    .unwrap();
    let judged = Instant::now();
    let verdict = check(&problem, &plan);
    let judge_seconds = judged.elapsed().as_secs_f64();

    let under_minimum: u32 = verdict
        .shortfalls
        .iter()
        .filter(|point| point.tier == solver::plan::Tier::Minimum)
        .map(|point| point.missing * problem.meal_grid_minutes as u32)
        .sum();
    let text = |value: Option<String>| value.unwrap_or_else(|| "none".to_owned());
    println!(
        "{people} people, {} days, seed {seed}: objective {} (first {}), bound {}, gap {}, {:?} after {:.1} s on {threads} \
         threads; {under_minimum} person-minutes under the minimum; judge {} in {judge_seconds:.2} s; peak {} MB",
        problem.days.len(),
        plan.objective,
        text(first.map(|(seconds, objective)| format!("{objective} at {seconds:.1} s"))),
        text(plan.bound.map(|bound| bound.to_string())),
        text(plan.gap_percent().map(|gap| format!("{gap:.2} %"))),
        plan.status,
        plan.report.seconds,
        if verdict.violations.is_empty() {
            "agrees".to_owned()
        } else {
            format!("OBJECTS: {:?}", verdict.violations[0])
        },
        text(peak_megabytes().map(|megabytes| megabytes.to_string())),
    );
    if !verdict.violations.is_empty() {
        std::process::exit(1);
    }
}

/// High-water mark of resident memory, where the system tells it.
fn peak_megabytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(
        line.trim()
            .trim_end_matches("kB")
            .trim()
            .parse::<u64>()
            .ok()?
            / 1024,
    )
}
