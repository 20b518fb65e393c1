//! The second international nurse rostering competition (INRC-II; Ceschia et al., arXiv 1501.04177): its texts read, a whole
//! horizon or week after week solved, and scored by the competition's rules.
//!
//! A nurse works a shift type *in a skill*, so every pair of the two is a shift template whose kind is the type. Hard are one
//! assignment a day, the skill, forbidden successions (history included) and the minimum of every (day, type, skill). Soft, in
//! units outside what is asked for:
//!
//! | | | weight |
//! |---|---|---|
//! | S1 | nurses under the optimum of a (day, type, skill) | 30 |
//! | S2 | days worked in a row; days in a row on one shift type | 30; 15 |
//! | S3 | days off in a row | 30 |
//! | S4 | assignments a nurse asked not to have | 10 |
//! | S5 | weekends worked by half, where the contract wants them whole | 30 |
//! | S6 | assignments of the whole horizon, those of the history included | 20 |
//! | S7 | weekends of the whole horizon beyond the contract, those of the history included | 30 |
//!
//! Runs of S2 and S3 count their days in the history. A run still going on at the end of the horizon is not too short; of a run
//! too long, days of the history have cost before and do not cost again.

mod read;
mod roster;
mod score;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::ops::ControlFlow;

use serde::Serialize;

use crate::plan::Limits;
use crate::problem::Problem;
use crate::solve::{SolveError, solve};

pub use read::{read_history, read_scenario, read_week};
pub use roster::{assignments, cells, whole};
pub use score::{Score, after, score};

/// Days of a week; all begin on a Monday.
pub const WEEK_DAYS: usize = 7;
/// Names of the days, as the texts have them.
const DAY_NAMES: [&str; WEEK_DAYS] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
/// First day of the weekend.
const SATURDAY: usize = 5;

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum Inrc2Error {
    /// A text is faulty.
    #[error("{file}, line {line}: {message}")]
    Text {
        /// Name of the file.
        file: String,
        /// Line, from 1; 0 when it is about the whole file.
        line: usize,
        /// What is wrong, naming the field.
        message: String,
    },
    /// No text of that name.
    #[error("there is no file {0}")]
    Missing(String),
    /// The weeks are not as many as the scenario has.
    #[error("the scenario has {wanted} weeks, {given} are given")]
    Weeks {
        /// Weeks of the scenario.
        wanted: usize,
        /// Weeks given.
        given: usize,
    },
    /// The engine refused.
    #[error(transparent)]
    Solve(#[from] SolveError),
}

/// Units asked for, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// Fewest.
    pub min: u32,
    /// Most.
    pub max: u32,
}

/// What holds for all weeks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// Name.
    pub name: String,
    /// Weeks of the horizon.
    pub weeks: usize,
    /// Skills.
    pub skills: Vec<String>,
    /// Shift types, each with the days in a row asked for.
    pub shift_types: Vec<(String, Range)>,
    /// Pairs of shift types (one day, the next) that no nurse may work.
    pub forbidden: BTreeSet<(usize, usize)>,
    /// Contracts.
    pub contracts: Vec<Contract>,
    /// Nurses.
    pub nurses: Vec<Nurse>,
}

/// What a contract asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contract {
    /// Name.
    pub name: String,
    /// Assignments over the horizon.
    pub assignments: Range,
    /// Days worked in a row.
    pub work_days: Range,
    /// Days off in a row.
    pub days_off: Range,
    /// Most weekends over the horizon.
    pub weekends_max: u32,
    /// Weekends are worked in whole or not at all.
    pub complete_weekends: bool,
}

/// A nurse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nurse {
    /// Name.
    pub name: String,
    /// Index of the contract.
    pub contract: usize,
    /// Indices of the skills held.
    pub skills: Vec<usize>,
}

/// A nurse's past, up to the eve of a week.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Past {
    /// Assignments so far.
    pub assignments: u32,
    /// Weekends worked so far.
    pub weekends: u32,
    /// Shift type of the eve, and days in a row on it.
    pub last: Option<(usize, u32)>,
    /// Days worked in a row.
    pub work_days: u32,
    /// Days off in a row.
    pub days_off: u32,
}

/// What one week asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Week {
    /// Nurses per shift type and skill: minimum (`min`) and optimum (`max`) of every day.
    pub cover: BTreeMap<(usize, usize), [Range; WEEK_DAYS]>,
    /// (nurse, day, shift type) that the nurse asked not to have.
    pub refused: BTreeSet<(usize, usize, usize)>,
}

/// A roster: shift type and skill per nurse and day.
pub type Cells = Vec<Vec<Option<(usize, usize)>>>;

/// Texts by file name, as a folder of the competition holds them: `Sc-*.txt`, `H0-*-k.txt`, `WD-*-k.txt`.
pub type Texts = BTreeMap<String, String>;

/// How the weeks are solved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// All weeks are known from the beginning.
    Whole,
    /// As the competition was: each week knows nothing of those to come.
    Stages,
}

/// Weekly rosters and what they cost.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Outcome {
    /// The competition's cost of all weeks, counted afresh by [`score`](fn@score). Of no worth if a hard rule is broken.
    pub objective: i64,
    /// Lower bound on every feasible roster that knows all weeks; `None` where nothing was proven.
    pub bound: Option<i64>,
    /// Nurses missing under a minimum: above 0 the roster is not feasible.
    pub minimum_shortfalls: u32,
    /// Other hard rules broken, one per nurse and day: above 0 the roster is not feasible.
    pub hard_rules_broken: u32,
    /// Seconds spent solving.
    pub seconds: f64,
    /// The cost by rule.
    pub score: Score,
    /// A solution text per week, in the competition's format.
    pub solutions: Vec<String>,
}

/// Reads the texts of a folder and solves the weeks named, in that order, from the history named.
pub fn solve_folder(
    texts: &Texts,
    history_index: usize,
    week_indices: &[usize],
    mode: Mode,
    limits: &Limits,
) -> Result<Outcome, Inrc2Error> {
    let find = |prefix: &str, suffix: &str| {
        texts
            .iter()
            .find(|(name, _)| name.starts_with(prefix) && name.ends_with(suffix))
            .ok_or_else(|| Inrc2Error::Missing(format!("{prefix}*{suffix}")))
    };
    let (file, text) = find("Sc-", ".txt")?;
    let scenario = read_scenario(file, text)?;
    let (file, text) = find("H0-", &format!("-{history_index}.txt"))?;
    let history = read_history(&scenario, file, text)?;
    let mut weeks = Vec::new();
    for index in week_indices {
        let (file, text) = find("WD-", &format!("-{index}.txt"))?;
        weeks.push(read_week(&scenario, file, text)?);
    }
    let (roster, bound, seconds) = match mode {
        Mode::Whole => {
            let problem = whole(&scenario, &history, &weeks)?;
            let plan = run(&problem, limits)?;
            let roster = cells(&problem, &scenario, &plan.assignments);
            (roster, plan.bound, plan.report.seconds)
        }
        Mode::Stages => {
            let (roster, seconds) = stages(&scenario, &history, &weeks, limits)?;
            (roster, None, seconds)
        }
    };
    let score = score(&scenario, &history, &weeks, &roster);
    Ok(Outcome {
        objective: score.total(),
        bound,
        minimum_shortfalls: score.minimum_shortfalls,
        hard_rules_broken: score.hard_rules_broken,
        seconds,
        solutions: (0..weeks.len())
            .map(|week| solution(&scenario, &roster, week))
            .collect(),
        score,
    })
}

/// Solves week after week, each from the history the weeks before have left, knowing nothing of those to come: they are taken to ask
/// for what the weeks so far did, solved with it, and thrown away. So totals and runs of days reach over the end of a week. Returns the
/// roster of all weeks and the seconds spent; every week gets an equal part of the limits.
pub fn stages(
    scenario: &Scenario,
    history: &[Past],
    weeks: &[Week],
    limits: &Limits,
) -> Result<(Cells, f64), Inrc2Error> {
    roster::whole_horizon(scenario, weeks)?;
    let parts = weeks.len().max(1);
    let limits = Limits {
        time_limit_seconds: limits.time_limit_seconds.map(|s| s / parts as f64),
        work_limit: limits.work_limit.map(|work| work / parts as u64),
        ..*limits
    };
    let mut past = history.to_vec();
    let mut roster: Cells = vec![Vec::new(); scenario.nurses.len()];
    let mut seconds = 0.0;
    for known in 1..=weeks.len() {
        let problem = roster::stage(scenario, &past, &weeks[..known]);
        let plan = run(&problem, &limits)?;
        seconds += plan.report.seconds;
        let mut rows = cells(&problem, scenario, &plan.assignments);
        for row in &mut rows {
            row.truncate(WEEK_DAYS);
        }
        past = past
            .iter()
            .zip(&rows)
            .map(|(past, row)| after(*past, row))
            .collect();
        for (all, row) in roster.iter_mut().zip(rows) {
            all.extend(row);
        }
    }
    Ok((roster, seconds))
}

fn run(problem: &Problem, limits: &Limits) -> Result<crate::plan::Plan, SolveError> {
    solve(problem, limits, &mut |_| ControlFlow::Continue(()))
}

/// A week's roster in the competition's format.
fn solution(scenario: &Scenario, roster: &Cells, week: usize) -> String {
    let mut lines = Vec::new();
    for (nurse, row) in scenario.nurses.iter().zip(roster) {
        let days = row.iter().skip(week * WEEK_DAYS).take(WEEK_DAYS);
        for (cell, day) in days.zip(DAY_NAMES) {
            if let Some((kind, skill)) = cell {
                lines.push(format!(
                    "{} {day} {} {}",
                    nurse.name, scenario.shift_types[*kind].0, scenario.skills[*skill]
                ));
            }
        }
    }
    let mut text = format!(
        "SOLUTION\n{week} {}\n\nASSIGNMENTS = {}\n",
        scenario.name,
        lines.len()
    );
    for line in lines {
        let _ = writeln!(text, "{line}");
    }
    text
}
