//! The engine on public instances, judged by others: `paiban bench nrp FILE`, `paiban bench inrc2 DIR`.

use super::{CliError, at, found, read_text};
use clap::{Args, Subcommand};
use serde::Serialize;
use solver::{Limits, Status, inrc2, nrp};
use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(super) enum Bench {
    /// A shift-scheduling instance of Curtois and Qu; prints one JSON line.
    Nrp(Nrp),
    /// A folder of the second nurse rostering competition; prints one JSON line. Exit status 1 if a hard rule is broken.
    Inrc2(Inrc2),
}

/// What a run may spend.
#[derive(Debug, Args)]
struct Effort {
    /// Wall-clock seconds, for all weeks together where there are stages; 60 if no limit is given.
    #[arg(long, value_parser = super::roster::seconds, conflicts_with = "work")]
    time_limit: Option<f64>,
    /// Work units; the same seed, threads and work give the same roster.
    #[arg(long)]
    work: Option<u64>,
    /// Threads, at most 16.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=16))]
    threads: u8,
    /// Seed of the search.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

impl Effort {
    fn limits(&self) -> Limits {
        Limits {
            time_limit_seconds: match self.work {
                Some(_) => None,
                None => Some(self.time_limit.unwrap_or(60.0)),
            },
            work_limit: self.work,
            seed: self.seed,
            threads: usize::from(self.threads),
        }
    }
}

#[derive(Debug, Args)]
pub(super) struct Nrp {
    /// The instance, as published.
    file: PathBuf,
    #[command(flatten)]
    effort: Effort,
    /// Where the roster goes, as `staff,0,1,…` rows of shift ids.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Where objective and bound go as they came, as `seconds,objective,bound` rows.
    #[arg(long)]
    trace: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct Inrc2 {
    /// The folder: one `Sc-…`, `H0-…` and `WD-…` files.
    folder: PathBuf,
    /// Which initial history.
    #[arg(long, default_value_t = 0)]
    history: usize,
    /// Which week data, in order; as many as the scenario has weeks.
    #[arg(long, value_delimiter = ',', required = true)]
    weeks: Vec<usize>,
    /// Stage by stage, as the competition was played; absent: all weeks known from the beginning.
    #[arg(long)]
    stages: bool,
    #[command(flatten)]
    effort: Effort,
    /// The folder the weeks' solutions go to, as `sol-week0.txt` and so on.
    #[arg(long)]
    out: Option<PathBuf>,
}

impl Inrc2 {
    fn run(self) -> Result<(), CliError> {
        let mut texts = inrc2::Texts::new();
        for entry in std::fs::read_dir(&self.folder).map_err(at(&self.folder))? {
            let path = entry.map_err(at(&self.folder))?.path();
            if path.extension().is_some_and(|ending| ending == "txt")
                && let Some(name) = path.file_name()
            {
                texts.insert(name.to_string_lossy().into_owned(), read_text(&path)?);
            }
        }
        let limits = self.effort.limits();
        let mode = if self.stages {
            inrc2::Mode::Stages
        } else {
            inrc2::Mode::Whole
        };
        let outcome = inrc2::solve_folder(&texts, self.history, &self.weeks, mode, &limits)
            .map_err(|error| found(&error))?;
        if let Some(folder) = &self.out {
            std::fs::create_dir_all(folder).map_err(at(folder))?;
            for (week, text) in outcome.solutions.iter().enumerate() {
                let path = folder.join(format!("sol-week{week}.txt"));
                std::fs::write(&path, text).map_err(at(&path))?;
            }
        }
        let line = serde_json::json!({
            "objective": outcome.objective,
            "bound": outcome.bound,
            "minimum_shortfalls": outcome.minimum_shortfalls,
            "hard_rules_broken": outcome.hard_rules_broken,
            "seconds": outcome.seconds,
            "score": outcome.score,
            "seed": self.effort.seed,
            "threads": self.effort.threads,
        });
        println!("{line}");
        if outcome.minimum_shortfalls + outcome.hard_rules_broken > 0 {
            return Err(CliError::Found("a hard rule is broken".to_owned()));
        }
        Ok(())
    }
}

#[derive(Serialize)]
struct Line {
    instance: String,
    objective: i64,
    bound: Option<i64>,
    proven: bool,
    seconds: f64,
    first_feasible_seconds: Option<f64>,
    seed: u64,
    threads: u8,
    engine_version: String,
}

pub(super) fn run(bench: Bench) -> Result<(), CliError> {
    match bench {
        Bench::Nrp(asked) => asked.run(),
        Bench::Inrc2(asked) => asked.run(),
    }
}

impl Nrp {
    fn run(self) -> Result<(), CliError> {
        let name = self
            .file
            .file_name()
            .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let problem = nrp::read(&name, &read_text(&self.file)?).map_err(|error| found(&error))?;
        let limits = self.effort.limits();
        let mut first = None;
        let mut trace = String::from("seconds,objective,bound\n");
        let figure = |figure: Option<i64>| figure.map_or_else(String::new, |f| f.to_string());
        let mut bound = None;
        let plan = solver::solve_unexplained(&problem, &limits, &mut |news| {
            if news.objective.is_some() {
                first.get_or_insert(news.seconds);
            }
            bound = bound.max(news.bound);
            let _ = writeln!(
                trace,
                "{:.2},{},{}",
                news.seconds,
                figure(news.objective),
                figure(bound)
            );
            ControlFlow::Continue(())
        })
        .map_err(|error| found(&error))?;
        let _ = writeln!(
            trace,
            "{:.2},{},{}",
            plan.report.seconds,
            plan.objective,
            figure(plan.bound)
        );
        if let Some(path) = &self.out {
            std::fs::write(path, nrp::to_csv(&problem, &plan.assignments)).map_err(at(path))?;
        }
        if let Some(path) = &self.trace {
            std::fs::write(path, trace).map_err(at(path))?;
        }
        let line = Line {
            instance: name,
            objective: plan.objective,
            bound: plan.bound,
            proven: plan.status == Status::Optimal,
            seconds: plan.report.seconds,
            first_feasible_seconds: first,
            seed: self.effort.seed,
            threads: self.effort.threads,
            engine_version: plan.report.engine_version,
        };
        let line = serde_json::to_string(&line).map_err(|error| found(&error))?;
        println!("{line}");
        Ok(())
    }
}
