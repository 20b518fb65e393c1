//! The solver on its own: a problem file goes in, a plan comes out, is judged and explained. No desk, no log.

use super::{CliError, at, found, open_existing, read_text};
use clap::{ArgGroup, Args, Subcommand, ValueEnum};
use domain::ids::DeskId;
use domain::work_date::Month;
use sealing::Within;
use serde::Serialize;
use serde::de::DeserializeOwned;
use solver::check::Violation;
use solver::explain::{self, Asked, Conflict, Newcomer};
use solver::plan::{CostTable, Words};
use solver::problem::{Fault, PersonId, ShiftId, SkillId};
use solver::{Limits, Plan, Problem, Status};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// Work of each of the two solves behind "one more" and "one fewer": seconds, not minutes, for a desk of twenty.
const HEADS_WORK_LIMIT: u64 = 20_000;
/// Wall-clock guard of each of them: past it nothing more is proven.
const HEADS_SECONDS_MAX: f64 = 30.0;
/// Costs by person and by day are listed down to this many lines.
const LINES_MAX: usize = 10;

#[derive(Debug, Subcommand)]
pub(super) enum Roster {
    /// Write a desk's month as a problem, as the log stands.
    Problem {
        #[command(flatten)]
        data: super::Data,
        /// The desk.
        #[arg(long)]
        desk: String,
        /// The month, such as 2026-12.
        #[arg(long)]
        month: Month,
        /// Where the problem goes (JSON).
        #[arg(long)]
        out: PathBuf,
    },
    /// Solve a problem; prints one JSON line with objective, bound and seconds.
    Solve {
        /// The problem (JSON; see `roster schema problem`).
        #[arg(long)]
        problem: PathBuf,
        /// Where the plan goes (JSON; see `roster schema plan`).
        #[arg(long)]
        out: PathBuf,
        /// Wall-clock seconds.
        #[arg(long, value_parser = seconds)]
        time_limit: Option<f64>,
        /// Work units; the same seed, threads and work give the same plan.
        #[arg(long, alias = "work-limit")]
        work: Option<u64>,
        /// Seed of the search.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Threads, at most 16.
        #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=16))]
        threads: u8,
    },
    /// Judge a roster by the independent checker; exit status 1 and every broken rule if it does not hold.
    Check {
        /// The problem (JSON).
        #[arg(long)]
        problem: PathBuf,
        /// A plan as `roster solve` writes it, or a roster made by hand: `{"assignments": [[…]], "meals": […]}`.
        #[arg(long, alias = "plan")]
        roster: PathBuf,
    },
    /// What a roster costs and why people are missing; or one of the questions below.
    Explain(Explain),
    /// Print the JSON Schema of a file.
    Schema {
        /// Which.
        what: File,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum File {
    /// What `solve` reads.
    Problem,
    /// What `solve` writes.
    Plan,
    /// A roster made by hand.
    Roster,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Language {
    Zh,
    En,
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("question").args(["why", "compare", "one_more", "one_more_like", "one_fewer"]))]
pub(super) struct Explain {
    /// The problem (JSON).
    #[arg(long)]
    problem: PathBuf,
    /// The plan, or a roster made by hand (JSON).
    #[arg(long, alias = "plan")]
    roster: PathBuf,
    /// Language of the answer.
    #[arg(long, value_enum, default_value = "zh")]
    lang: Language,
    /// The answer as JSON, in both languages and with every figure.
    #[arg(long)]
    json: bool,
    /// Why does this person not work then: PERSON:DAY or PERSON:DAY:SHIFT; the day is a date or an index, the shift an id
    /// or `off`.
    #[arg(long, value_name = "PERSON:DAY[:SHIFT]")]
    why: Option<String>,
    /// What differs in another roster of the same problem.
    #[arg(long, value_name = "OTHER")]
    compare: Option<PathBuf>,
    /// What one more person with these skills would change.
    #[arg(long, value_name = "SKILL,…", value_delimiter = ',')]
    one_more: Option<Vec<String>>,
    /// What one more person like this one would change.
    #[arg(long, value_name = "PERSON")]
    one_more_like: Option<String>,
    /// What one person fewer would change.
    #[arg(long, value_name = "PERSON")]
    one_fewer: Option<String>,
    /// Work units of each solve behind "one more" and "one fewer".
    #[arg(long, default_value_t = HEADS_WORK_LIMIT)]
    work: u64,
    /// Stretches under the minimum explained at most.
    #[arg(long, default_value_t = 40)]
    most: usize,
}

pub(super) fn seconds(text: &str) -> Result<f64, String> {
    let seconds: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if seconds.is_finite() && seconds > 0.0 {
        Ok(seconds)
    } else {
        Err("not a positive number of seconds".to_owned())
    }
}

pub(super) async fn run(question: Roster) -> Result<(), CliError> {
    match question {
        Roster::Problem {
            data,
            desk,
            month,
            out,
        } => {
            let app = open_existing(&data).await?;
            let problem = app.roster_problem(&DeskId::new(desk), month).await?;
            let json = serde_json::to_string(&problem.problem).map_err(|error| found(&error))?;
            // Names are sealed inside the program, and a file goes to people.
            let json = app.keys().open_text(&json, Within::Json);
            std::fs::write(&out, json.as_bytes()).map_err(at(&out))
        }
        Roster::Solve {
            problem,
            out,
            time_limit,
            work,
            seed,
            threads,
        } => {
            let limits = Limits {
                time_limit_seconds: time_limit,
                work_limit: work,
                seed,
                threads: usize::from(threads),
            };
            solve(&problem, &out, &limits)
        }
        Roster::Check { problem, roster } => check(&problem, &roster),
        Roster::Explain(asked) => asked.answer(),
        Roster::Schema { what } => {
            let schema = match what {
                File::Problem => solver::schema::problem(),
                File::Plan => solver::schema::plan(),
                File::Roster => solver::schema::roster(),
            };
            print_json(&schema)
        }
    }
}

fn write(out: &Path, value: &impl Serialize) -> Result<(), CliError> {
    let json = serde_json::to_vec(value).map_err(|error| found(&error))?;
    std::fs::write(out, json).map_err(at(out))
}

fn print_json(value: &impl Serialize) -> Result<(), CliError> {
    let json = serde_json::to_string_pretty(value).map_err(|error| found(&error))?;
    println!("{json}");
    Ok(())
}

/// Reads a file; what is wrong is named by its field.
fn read<T: DeserializeOwned>(file: &Path) -> Result<T, CliError> {
    let text = read_text(file)?;
    let mut json = serde_json::Deserializer::from_str(&text);
    let read = serde_path_to_error::deserialize(&mut json);
    let value = read.map_err(|error| {
        let field = match error.path().to_string() {
            root if root == "." => String::new(),
            field => format!("{field}: "),
        };
        CliError::Found(format!("{}: {field}{}", file.display(), error.inner()))
    })?;
    json.end()
        .map_err(|error| CliError::Found(format!("{}: {error}", file.display())))?;
    Ok(value)
}

/// A sound problem, or every fault with its field.
fn read_problem(file: &Path) -> Result<Problem, CliError> {
    let problem: Problem = read(file)?;
    let faults = problem.validate();
    if faults.is_empty() {
        Ok(problem)
    } else {
        Err(CliError::Found(lines(&faults)))
    }
}

fn lines(faults: &[Fault]) -> String {
    let words: Vec<String> = faults.iter().map(ToString::to_string).collect();
    words.join("\n")
}

/// A plan as it is, or a roster made by hand, costed.
fn read_plan(file: &Path, problem: &Problem) -> Result<Plan, CliError> {
    let value: serde_json::Value = read(file)?;
    if value.get("report").is_some() {
        return read(file);
    }
    let roster: solver::Roster = read(file)?;
    solver::evaluate(problem, &roster.assignments, roster.meals.as_deref())
        .map_err(|error| CliError::Found(format!("{}: {error}", file.display())))
}

/// Short breaks of a plan stopped by work are given within this.
const BREAK_SECONDS_MAX: f64 = 60.0;

fn solve(problem: &Path, out: &Path, limits: &Limits) -> Result<(), CliError> {
    let problem = read_problem(problem)?;
    let mut plan = solver::solve(&problem, limits, &mut |news| {
        eprintln!(
            "{:>5.1} s  {:>3.0} %  objective {}  bound {}",
            news.seconds,
            news.done * 100.0,
            news.objective.map_or("-".into(), |value| value.to_string()),
            news.bound.map_or("-".into(), |value| value.to_string())
        );
        ControlFlow::Continue(())
    })
    .map_err(|error| found(&error))?;
    if problem.shifts.iter().any(|shift| !shift.breaks.is_empty()) {
        // Who asks for seconds gets no more than the two that may follow them.
        let seconds = match limits.time_limit_seconds {
            Some(_) => 1.0,
            None => BREAK_SECONDS_MAX,
        };
        solver::place_breaks(&problem, &mut plan, &[], seconds).map_err(|error| found(&error))?;
    }
    write(out, &plan)?;
    println!(
        "{}",
        serde_json::json!({
            "objective": plan.objective,
            "bound": plan.bound,
            "gap_percent": plan.gap_percent(),
            "status": plan.status,
            "seconds": plan.report.seconds,
        })
    );
    Ok(())
}

fn check(problem: &Path, roster: &Path) -> Result<(), CliError> {
    let problem = read_problem(problem)?;
    let plan = read_plan(roster, &problem)?;
    let verdict = solver::check::check(&problem, &plan);
    if !verdict.violations.is_empty() {
        let broken = verdict.violations.iter().map(|one| broken(&problem, one));
        return Err(CliError::Found(broken.collect::<Vec<_>>().join("\n")));
    }
    for admitted in &verdict.admitted {
        println!("admitted: {}", broken(&problem, admitted));
    }
    println!("holds; objective {}", verdict.objective);
    Ok(())
}

/// A broken rule with the name and the date.
fn broken(problem: &Problem, violation: &Violation) -> String {
    let who = violation.person.and_then(|index| problem.people.get(index));
    let day = violation.day.and_then(|day| problem.days.get(day));
    let known: Vec<&str> = who
        .map(|person| person.name.as_str())
        .into_iter()
        .chain(day.map(|day| day.date.as_str()))
        .collect();
    if known.is_empty() {
        violation.to_string()
    } else {
        format!("{violation} ({})", known.join(", "))
    }
}

/// What `explain` says when nothing else is asked.
#[derive(Serialize)]
struct Account<'a> {
    objective: i64,
    bound: Option<i64>,
    status: Status,
    costs: &'a CostTable,
    conflicts: Vec<Conflict>,
    shortfalls: &'a [solver::plan::Shortfall],
    relaxed: &'a [solver::plan::Relaxation],
}

impl Explain {
    fn answer(&self) -> Result<(), CliError> {
        let problem = read_problem(&self.problem)?;
        let plan = read_plan(&self.roster, &problem)?;
        let roster = solver::Roster::from(&plan);
        let limits = Limits {
            time_limit_seconds: Some(HEADS_SECONDS_MAX),
            ..Limits::by_work(self.work, 1, 2)
        };
        if let Some(asked) = &self.why {
            let (person, day, asked) = question(&problem, asked)?;
            let answer = explain::why_not(&problem, &roster, &person, day, &asked)
                .map_err(|error| found(&error))?;
            return self.say(&answer, &answer.words);
        }
        if let Some(other) = &self.compare {
            let other = solver::Roster::from(&read_plan(other, &problem)?);
            let answer =
                explain::compare(&problem, &roster, &other).map_err(|error| found(&error))?;
            return self.say(&answer, &answer.words);
        }
        let newcomer = match (&self.one_more, &self.one_more_like) {
            (Some(skills), _) => {
                let skills = skills.iter().filter(|skill| !skill.is_empty());
                Some(Newcomer::Skills(
                    skills.map(|skill| SkillId::from(skill.as_str())).collect(),
                ))
            }
            (None, Some(like)) => Some(Newcomer::Like(person(&problem, like)?)),
            (None, None) => None,
        };
        if let Some(newcomer) = newcomer {
            let answer = explain::one_more(&problem, &roster, &newcomer, &limits)
                .map_err(|error| found(&error))?;
            return self.say(&answer, &answer.words);
        }
        if let Some(who) = &self.one_fewer {
            let answer = explain::one_fewer(&problem, &roster, &person(&problem, who)?, &limits)
                .map_err(|error| found(&error))?;
            return self.say(&answer, &answer.words);
        }
        let conflicts =
            explain::conflicts(&problem, &roster, self.most).map_err(|error| found(&error))?;
        let account = Account {
            objective: plan.objective,
            bound: plan.bound,
            status: plan.status,
            costs: &plan.costs,
            conflicts,
            shortfalls: &plan.shortfalls,
            relaxed: &plan.relaxed,
        };
        let words = account_words(&problem, &account);
        self.say(&account, &words)
    }

    /// Prints an answer.
    fn say(&self, answer: &impl Serialize, words: &[Words]) -> Result<(), CliError> {
        if self.json {
            return print_json(answer);
        }
        for line in words {
            match self.lang {
                Language::Zh => println!("{}", line.zh),
                Language::En => println!("{}", line.en),
            }
        }
        Ok(())
    }
}

fn account_words(problem: &Problem, account: &Account<'_>) -> Vec<Words> {
    let both = |zh: String, en: String| Words { zh, en };
    let mut words = vec![match account.bound {
        Some(bound) => both(
            format!("总成本 {},不可能低于 {bound}", account.objective),
            format!("all costs: {}, not below {bound}", account.objective),
        ),
        None => both(
            format!("总成本 {}", account.objective),
            format!("all costs: {}", account.objective),
        ),
    }];
    for (term, cost) in account.costs.by_term.iter().filter(|(_, cost)| **cost != 0) {
        let name = explain::term_words(*term);
        words.push(both(
            format!("  {} {cost}", name.zh),
            format!("  {}: {cost}", name.en),
        ));
    }
    let dearest = |names: Vec<&str>, sums: Vec<i64>| {
        let mut list: Vec<(i64, &str)> = sums.into_iter().zip(names).collect();
        list.retain(|(cost, _)| *cost != 0);
        list.sort_by_key(|(cost, _)| -cost);
        list.truncate(LINES_MAX);
        let list: Vec<String> = list
            .iter()
            .map(|(cost, name)| format!("{name} {cost}"))
            .collect();
        list.join(", ")
    };
    let sums = |tables: &[std::collections::BTreeMap<_, i64>]| {
        tables.iter().map(|table| table.values().sum()).collect()
    };
    let people = dearest(
        problem.people.iter().map(|p| p.name.as_str()).collect(),
        sums(&account.costs.by_person),
    );
    let days = dearest(
        problem.days.iter().map(|d| d.date.as_str()).collect(),
        sums(&account.costs.by_day),
    );
    for (zh, en, list) in [("按人", "by person", people), ("按日", "by day", days)] {
        if !list.is_empty() {
            words.push(both(format!("{zh}:{list}"), format!("{en}: {list}")));
        }
    }
    words.extend(account.relaxed.iter().map(|one| one.words.clone()));
    words.extend(account.conflicts.iter().map(|one| one.words.clone()));
    let target = account
        .shortfalls
        .iter()
        .filter(|short| short.tier == solver::plan::Tier::Target)
        .count();
    if target > 0 {
        words.push(both(
            format!("另有{target}段低于目标人数(--json 列出)"),
            format!("{target} more stretches are under the target (--json lists them)"),
        ));
    }
    words
}

/// `PERSON:DAY[:SHIFT]`.
fn question(problem: &Problem, asked: &str) -> Result<(PersonId, usize, Asked), CliError> {
    let parts: Vec<&str> = asked.split(':').collect();
    let (who, day, shift) = match parts.as_slice() {
        [who, day] => (who, day, None),
        [who, day, shift] => (who, day, Some(*shift)),
        _ => {
            return Err(CliError::Found(format!(
                "--why: {asked} is not PERSON:DAY or PERSON:DAY:SHIFT"
            )));
        }
    };
    let date = problem.days.iter().position(|known| known.date == **day);
    let index = day.parse().ok().filter(|day| *day < problem.days.len());
    let day = date.or(index).ok_or_else(|| {
        CliError::Found(format!(
            "--why: {day} is neither a date nor an index of the horizon"
        ))
    })?;
    let asked = match shift {
        None => Asked::Work,
        Some("off") => Asked::Off,
        Some(id) => {
            let id = ShiftId::from(id);
            if problem.shift_index(&id).is_none() {
                return Err(CliError::Found(format!("--why: unknown shift {id}")));
            }
            Asked::Shift(id)
        }
    };
    Ok((person(problem, who)?, day, asked))
}

/// By id, or by a name only one person has.
fn person(problem: &Problem, who: &str) -> Result<PersonId, CliError> {
    let id = PersonId::from(who);
    if problem.person_index(&id).is_some() {
        return Ok(id);
    }
    let mut named = problem.people.iter().filter(|person| person.name == who);
    match (named.next(), named.next()) {
        (Some(only), None) => Ok(only.id.clone()),
        (Some(_), Some(_)) => Err(CliError::Found(format!("several people are called {who}"))),
        (None, _) => Err(CliError::Found(format!("unknown person {who}"))),
    }
}
