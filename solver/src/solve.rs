//! From a problem to a plan: construct, ruin and recreate, exact meals, bound, words.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use crate::bound::{self, Bound, BoundLimits};
use crate::columns::{self, StretchPrices};
use crate::costs;
use crate::explain::explain;
use crate::facts;
use crate::meals::exact_meals;
use crate::paths::Paths;
use crate::person::Row;
use crate::plan::{Limits, Meal, Plan, Progress, Report, Shortfall, Status};
use crate::problem::{Assignments, Fault, Problem};
use crate::search::{Annealing, Compiled, Search, Solution, first_meals};
use crate::team;

/// Work units that stop a solve without limits: about half a minute of one core for a desk of twenty.
const WORK_LIMIT_DEFAULT: u64 = 200_000;
/// Labels per work unit.
const LABELS_PER_WORK_UNIT: u64 = 1000;
/// Rounds of a search; after each the caller hears of progress and may cancel.
const ROUNDS: u64 = 40;
/// Rounds after which the threads go on from the best roster any of them has.
const ROUNDS_PER_EXCHANGE: u64 = 5;

/// Seconds beyond a time limit in which causes are still looked for.
const EXPLAIN_SECONDS: f64 = 1.0;

/// A search's share of the limits: it ends at this part of the seconds, and does this part of the work. Work belongs to searches alone.
#[derive(Clone, Copy)]
struct Share {
    until: f64,
    work: f64,
}

/// By the clock: the seconds left are for exact meals, the bound and the words.
const CLOCK_SEARCH: Share = Share {
    until: 0.6,
    work: 1.0,
};
/// By shift: the linear program's prices, a search, the columns and the exact program, and a search from what they found.
const FIRST_PRICES_UNTIL: f64 = 0.2;
const FIRST_SEARCH: Share = Share {
    until: 0.35,
    work: 0.6,
};
const COLUMNS_UNTIL: f64 = 0.55;
const EXACT_UNTIL: f64 = 0.9;
const LAST_SEARCH: Share = Share {
    until: 1.0,
    work: 0.4,
};
/// Annealing temperatures where cover is by shift, in units of the dearest person missing: first search, and after the bound.
const HOT: f64 = 0.1;
const COLD: f64 = 0.003;
const REHEAT: f64 = 0.05;
const RECOLD: f64 = 0.003;
/// Firmness of cover where they begin.
const FIRMNESS: f64 = 0.05;
const FIRMNESS_AGAIN: f64 = 0.3;
/// Cells up to which columns are generated; beyond, only the roster's own worths are priced.
const COLUMN_CELLS_MAX: usize = 80_000;
/// Rounds of columns when no clock ends them.
const COLUMN_ROUNDS_MAX: usize = 60;
/// How near to the bound, as a part of the objective, the exact program at the end may be expected to close the gap.
const ENDGAME_GAP: f64 = 0.02;
/// Cells that may be left open for it there, and further off, where its seconds are better the search's.
const ENDGAME_CELLS_MAX: usize = 6_000;
const ENDGAME_FAR_CELLS_MAX: usize = 1_000;
/// Rounds of the price search for the bound when the solve is stopped by work: the first brings nearly all.
const BOUND_ROUNDS: usize = 1;
/// The same when it is stopped by time.
const BOUND_ROUNDS_BY_TIME: usize = 20;

/// Why there is no plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SolveError {
    /// The problem is faulty; every fault names its field.
    #[error("the problem is faulty: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Invalid(Vec<Fault>),
    /// The assignments do not fit the problem.
    #[error("{0}")]
    Assignments(Fault),
    /// A person has no legal row at all, not even with every fact freed that can be.
    #[error("person {person} has no legal row")]
    NoLegalRow {
        /// Who.
        person: String,
    },
    /// Cancelled before there was a roster.
    #[error("cancelled before there was a roster")]
    Cancelled,
}

/// Solves a problem. `progress` is called about forty times and may cancel; the best roster so far is returned then.
pub fn solve(
    problem: &Problem,
    limits: &Limits,
    progress: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
) -> Result<Plan, SolveError> {
    let until = |started: Instant, seconds: f64| {
        started + Duration::from_secs_f64((seconds + EXPLAIN_SECONDS).min(1e6))
    };
    solve_and(problem, limits, progress, |started, told| {
        let until = limits.time_limit_seconds.map(|s| until(started, s));
        explain(
            told.compiled,
            told.bounds,
            told.best,
            told.shortfalls,
            until,
        );
    })
}

/// [`solve`] without the words: shortfalls are listed, their causes are not looked for.
pub fn solve_unexplained(
    problem: &Problem,
    limits: &Limits,
    progress: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
) -> Result<Plan, SolveError> {
    solve_and(problem, limits, progress, |_, _| {})
}

/// A solved roster whose shortfalls wait for words.
struct Untold<'a> {
    compiled: &'a Compiled<'a>,
    bounds: &'a [facts::Binding],
    best: &'a Solution,
    shortfalls: &'a mut [Shortfall],
}

/// Solves, and lets `tell` find the causes of what is missing.
fn solve_and(
    problem: &Problem,
    limits: &Limits,
    progress: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
    tell: impl FnOnce(Instant, Untold<'_>),
) -> Result<Plan, SolveError> {
    let started = Instant::now();
    let mut faults = problem.validate();
    faults.extend(limits.faults());
    if !faults.is_empty() {
        return Err(SolveError::Invalid(faults));
    }
    // Contradictions first: what must be let go so that everybody has a legal row.
    let mut paths = Paths::default();
    let resolved: Vec<_> = (0..problem.people.len())
        .map(|p| facts::resolve(problem, p, &mut paths))
        .collect();
    let (bounds, relaxed): (Vec<_>, Vec<_>) = resolved.into_iter().unzip();
    let mut relaxed: Vec<_> = relaxed.into_iter().flatten().collect();
    let compiled = Compiled::build(problem, Some(&bounds));
    let mut run = Run::new(&compiled, limits, started)?;
    let (mut status, proven) = if compiled.by_the_clock() {
        run.by_the_clock(progress)
    } else {
        run.by_shift(progress)
    };
    let best = run.best.clone();
    let (table, objective) = costs::table(&compiled, &best);
    if objective != best.cost {
        tracing::warn!(
            counted = objective,
            searched = best.cost,
            "the search lost count of the objective"
        );
    }
    let bound = proven.as_ref().map(|p| p.value).filter(|&value| {
        if value > objective {
            tracing::error!(
                bound = value,
                objective,
                "a bound above a roster's cost proves a fault in the engine"
            );
        }
        value <= objective
    });
    if bound == Some(objective) {
        status = Status::Optimal;
    }
    relaxed.extend(team::let_go(&compiled, &best));
    let mut shortfalls = costs::shortfalls(&compiled, &best);
    tell(
        started,
        Untold {
            compiled: &compiled,
            bounds: &bounds,
            best: &best,
            shortfalls: &mut shortfalls,
        },
    );
    Ok(Plan {
        assignments: assignments(problem, &best),
        meals: costs::meals(&compiled, &best),
        objective,
        bound,
        status,
        costs: table,
        shortfalls,
        relaxed,
        report: Report {
            seconds: started.elapsed().as_secs_f64(),
            seed: limits.seed,
            threads: run.searches.len(),
            iterations: run.searches.iter().map(|s| s.iterations).sum(),
            work: run.searches.iter().map(Search::work).sum::<u64>() / LABELS_PER_WORK_UNIT,
            bound_from: proven.map_or("none", |p| p.from).into(),
            engine_version: env!("CARGO_PKG_VERSION").into(),
            problem_digest: problem.digest(),
        },
        breaks: None,
    })
}

/// Costs somebody's roster as it is: places meals as well as can be (or takes those given) and lists what is missing. It does
/// not judge hard rules; that is the checker's part.
pub fn evaluate(
    problem: &Problem,
    assignments: &Assignments,
    meals: Option<&[Meal]>,
) -> Result<Plan, SolveError> {
    let started = Instant::now();
    let faults = problem.validate();
    if !faults.is_empty() {
        return Err(SolveError::Invalid(faults));
    }
    let compiled = Compiled::build(problem, None);
    let mut solution = read_assignments(&compiled, assignments)?;
    match meals {
        Some(meals) => read_meals(&compiled, &mut solution, meals)?,
        None => {
            settle(&compiled, &mut solution);
        }
    }
    let (table, objective) = costs::table(&compiled, &solution);
    let bounds: Vec<_> = (0..problem.people.len())
        .map(|p| facts::Binding::of(problem, p))
        .collect();
    let mut shortfalls = costs::shortfalls(&compiled, &solution);
    explain(&compiled, &bounds, &solution, &mut shortfalls, None);
    Ok(Plan {
        assignments: assignments.clone(),
        meals: costs::meals(&compiled, &solution),
        objective,
        bound: None,
        status: Status::Evaluated,
        costs: table,
        shortfalls,
        relaxed: Vec::new(),
        report: Report {
            seconds: started.elapsed().as_secs_f64(),
            threads: 1,
            bound_from: "none".into(),
            engine_version: env!("CARGO_PKG_VERSION").into(),
            problem_digest: problem.digest(),
            ..Report::default()
        },
        breaks: None,
    })
}

/// A run of the search on one or more threads.
struct Run<'a> {
    compiled: &'a Compiled<'a>,
    limits: Limits,
    started: Instant,
    searches: Vec<Search<'a>>,
    best: Solution,
}

impl<'a> Run<'a> {
    /// Constructs a first roster per thread.
    fn new(
        compiled: &'a Compiled<'a>,
        limits: &Limits,
        started: Instant,
    ) -> Result<Self, SolveError> {
        let threads = limits.threads.clamp(1, 16);
        let mut searches = Vec::with_capacity(threads);
        for thread in 0..threads {
            let seed = limits.seed.wrapping_mul(1_000_003);
            searches.push(Search::new(compiled, seed.wrapping_add(thread as u64)));
        }
        let constructed: Vec<Result<(), usize>> = std::thread::scope(|scope| {
            let workers: Vec<_> = searches
                .iter_mut()
                .map(|search| scope.spawn(|| search.construct()))
                .collect();
            workers
                .into_iter()
                .filter_map(|worker| worker.join().ok())
                .collect()
        });
        for made in constructed {
            made.map_err(|person| SolveError::NoLegalRow {
                person: compiled.problem.people[person].id.to_string(),
            })?;
        }
        let best = searches
            .iter_mut()
            .map(Search::solution)
            .min_by_key(|s| s.cost)
            .ok_or(SolveError::Cancelled)?;
        Ok(Self {
            compiled,
            limits: *limits,
            started,
            searches,
            best,
        })
    }

    /// Cover by the clock: search, exact meals of every day, then the bound.
    fn by_the_clock(
        &mut self,
        progress: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
    ) -> (Status, Option<Bound>) {
        let status = self.search(CLOCK_SEARCH, self.temperatures(), progress);
        self.exact_days();
        let proven = if status == Status::Cancelled {
            None
        } else {
            self.prove(progress)
        };
        (status, proven)
    }

    /// Cover by shift: prices, a search, the bound by columns, the exact program over what the bound leaves open, then search on.
    fn by_shift(
        &mut self,
        progress: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
    ) -> (Status, Option<Bound>) {
        if progress(&self.news("search", 0.0)).is_break() {
            return (Status::Cancelled, None);
        }
        let first = self.first_prices();
        let unit = self.dearest_missing();
        let soft = first.is_some();
        let annealing = |hot, cold, firmness| Annealing {
            hot: unit * hot,
            cold: unit * cold,
            firmness: if soft { firmness } else { 1.0 },
        };
        let status = self.search(FIRST_SEARCH, annealing(HOT, COLD, FIRMNESS), progress);
        if status == Status::Cancelled {
            return (status, None);
        }
        let mut cancelled = false;
        let proven = self.prove_by_columns(first, &mut |news| {
            let flow = progress(news);
            cancelled |= flow.is_break();
            flow
        });
        let open = proven
            .as_ref()
            .is_none_or(|bound| bound.value < self.best.cost);
        let status = match (cancelled, open) {
            (true, _) => Status::Cancelled,
            (false, true) => {
                let again = annealing(REHEAT, RECOLD, FIRMNESS_AGAIN);
                self.search(LAST_SEARCH, again, progress)
            }
            (false, false) => status,
        };
        (status, proven)
    }

    /// What the dearest person missing costs.
    fn dearest_missing(&self) -> f64 {
        let under = self.compiled.wanted.iter().map(|w| w.under).max();
        under.unwrap_or(1).max(1) as f64
    }

    /// The prices of the linear program over stretches, handed to the searches; `None` where there are too many cells for it or the
    /// seconds end.
    fn first_prices(&mut self) -> Option<StretchPrices> {
        if self.cells() > COLUMN_CELLS_MAX {
            return None;
        }
        let left = self.until(FIRST_PRICES_UNTIL) - self.started.elapsed().as_secs_f64();
        let first = columns::stretch_prices(self.compiled, left)?;
        self.take_prices(&first.prices);
        Some(first)
    }

    fn take_prices(&mut self, prices: &[i64]) {
        for search in &mut self.searches {
            search.take_prices(prices);
        }
    }

    /// A part of the time limit; infinite without one.
    fn until(&self, part: f64) -> f64 {
        let by_time = self.limits.time_limit_seconds;
        by_time.map_or(f64::INFINITY, |seconds| seconds * part)
    }

    /// How far the run is.
    fn news(&self, phase: &str, done: f64) -> Progress {
        Progress {
            seconds: self.started.elapsed().as_secs_f64(),
            phase: phase.into(),
            done,
            objective: Some(self.best.cost),
            bound: None,
            iterations: self.searches.iter().map(|s| s.iterations).sum(),
        }
    }

    /// Cells a roster has to choose from.
    fn cells(&self) -> usize {
        let open = self.compiled.people.iter().flat_map(|p| &p.allowed);
        open.map(|choices| (choices & !(1 << self.compiled.off())).count_ones() as usize)
            .sum()
    }

    /// Column generation, then the exact program over what the prices leave open.
    fn prove_by_columns(
        &mut self,
        first: Option<StretchPrices>,
        progress: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
    ) -> Option<Bound> {
        let (started, compiled) = (self.started, self.compiled);
        let objective = self.best.cost;
        let news = self.news("bound", COLUMNS_UNTIL);
        let soft = first.is_some();
        let mut rows: Vec<Vec<Row>> = vec![Vec::new(); compiled.people.len()];
        let known = self.searches.iter().filter_map(Search::best);
        for solution in known.chain([&self.best]) {
            for (rows, row) in rows.iter_mut().zip(&solution.rows) {
                if !rows.contains(row) {
                    rows.push(row.clone());
                }
            }
        }
        let mut cancelled = false;
        let priced = columns::prove(
            compiled,
            first,
            &rows,
            &self.best,
            &columns::Effort {
                started,
                until_seconds: self.until(COLUMNS_UNTIL),
                // The next search goes by these prices: a solve given work stays repeatable, its time limit is only a guard.
                rounds_max: match (self.limits.time_limit_seconds, self.limits.work_limit) {
                    (Some(_), None) => usize::MAX,
                    _ => COLUMN_ROUNDS_MAX,
                },
                threads: self.searches.len(),
            },
            &mut |bound| {
                let flow = progress(&Progress {
                    seconds: started.elapsed().as_secs_f64(),
                    bound: Some(bound),
                    ..news.clone()
                });
                cancelled |= flow.is_break();
                flow
            },
        )?;
        if soft {
            self.take_prices(priced.prices());
        }
        let mut bound = Bound {
            value: priced.round_up(),
            from: "columns",
            rows: None,
        };
        let left = self.until(EXACT_UNTIL) - started.elapsed().as_secs_f64();
        let too_large = self.cells() > COLUMN_CELLS_MAX;
        if bound.value >= objective || cancelled || too_large || left <= 1.0 {
            return Some(bound);
        }
        let mut narrow = compiled.clone();
        for (model, left) in narrow
            .people
            .iter_mut()
            .zip(columns::choices_left(compiled, &priced, objective))
        {
            for (allowed, left) in model.allowed.iter_mut().zip(left) {
                *allowed &= left;
            }
        }
        let open = narrow.people.iter().flat_map(|p| &p.allowed);
        let open: u32 = open
            .map(|choices| choices.count_ones().saturating_sub(1))
            .sum();
        tracing::debug!(
            solve.cells_open = open,
            solve.cells = self.cells(),
            "narrowed by the bound"
        );
        let near = (objective - bound.value) as f64 <= ENDGAME_GAP * objective as f64;
        let cells_max = if near {
            ENDGAME_CELLS_MAX
        } else {
            ENDGAME_FAR_CELLS_MAX
        };
        if open as usize <= cells_max
            && let Some(exact) = bound::exact_among(&narrow, &self.best, left)
        {
            bound.value = bound.value.max(exact.value);
            bound.from = "columns and exact model";
            if let Some(rows) = exact.rows {
                self.take_rows(rows);
            }
        }
        Some(bound)
    }

    /// Goes on from better rows, if they are.
    fn take_rows(&mut self, rows: Vec<Row>) {
        let meals = rows
            .iter()
            .map(|row| row.iter().map(|&c| first_meals(self.compiled, c)).collect())
            .collect();
        let mut better = Solution {
            rows,
            meals,
            cost: 0,
        };
        settle(self.compiled, &mut better);
        if better.cost < self.best.cost {
            self.best = better;
            for search in &mut self.searches {
                search.restart(&self.best);
            }
        }
    }

    /// Ruin and recreate in rounds, over a share of the limits. The threads go on from the best roster once cover is firm.
    fn search(
        &mut self,
        share: Share,
        annealing: Annealing,
        progress: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
    ) -> Status {
        let started = self.started;
        let threads = self.searches.len() as u64;
        let by_time = self.limits.time_limit_seconds;
        let work = match (self.limits.work_limit, by_time) {
            (Some(work), _) => Some(work),
            (None, None) => Some(WORK_LIMIT_DEFAULT),
            (None, Some(_)) => None,
        };
        let quota = work.map(|w| {
            (w.saturating_mul(LABELS_PER_WORK_UNIT) as f64 * share.work) as u64 / threads / ROUNDS
        });
        let begun: Vec<u64> = self.searches.iter().map(Search::work).collect();
        let base = started.elapsed().as_secs_f64();
        let seconds = by_time.map(|s| (s * share.until - base).max(0.0));
        for round in 0..ROUNDS {
            std::thread::scope(|scope| {
                for (search, begun) in self.searches.iter_mut().zip(&begun) {
                    scope.spawn(move || {
                        let until = quota.map(|q| begun + q * (round + 1));
                        let time_until =
                            seconds.map(|s| base + s * (round + 1) as f64 / ROUNDS as f64);
                        search.anneal(annealing, &mut |search: &Search<'_>| {
                            let mut done: f64 = 0.0;
                            if let (Some(until), Some(quota)) = (until, quota) {
                                if search.work() >= until {
                                    return None;
                                }
                                done = done.max(
                                    (search.work() - begun) as f64 / (quota * ROUNDS).max(1) as f64,
                                );
                            }
                            if let (Some(until), Some(seconds)) = (time_until, seconds) {
                                let now = started.elapsed().as_secs_f64();
                                if now >= until {
                                    return None;
                                }
                                done = done.max((now - base) / seconds.max(1e-9));
                            }
                            Some(done)
                        });
                    });
                }
            });
            for search in &self.searches {
                if let Some(best) = search.best().filter(|b| b.cost < self.best.cost) {
                    self.best = best.clone();
                }
            }
            let done = (round + 1) as f64 / ROUNDS as f64;
            if (round + 1) % ROUNDS_PER_EXCHANGE == 0 && annealing.is_firm(done) {
                for search in &mut self.searches {
                    search.restart(&self.best);
                }
            }
            if progress(&self.news("search", done)).is_break() {
                return Status::Cancelled;
            }
        }
        if by_time.is_some_and(|s| started.elapsed().as_secs_f64() >= s * share.until) {
            Status::TimeLimit
        } else {
            Status::WorkLimit
        }
    }

    /// Temperatures in cost units: from a slot of one person under target down to a grid point of it.
    fn temperatures(&self) -> Annealing {
        let costs = &self.compiled.problem.costs;
        let unit = costs
            .under_target
            .per_unit
            .max(costs.over_target.per_unit)
            .max(1) as f64;
        Annealing {
            hot: unit * self.compiled.problem.slot_minutes as f64 * 2.0,
            cold: unit * self.compiled.cover.grid as f64 * 0.5,
            firmness: 1.0,
        }
    }

    /// The bound, and a better roster if its exact program finds one.
    fn prove(&mut self, progress: &mut dyn FnMut(&Progress) -> ControlFlow<()>) -> Option<Bound> {
        let limits = BoundLimits {
            until_seconds: self.limits.time_limit_seconds.unwrap_or(f64::INFINITY),
            // A solve given work stays repeatable: its time limit is only a guard.
            rounds: match (self.limits.time_limit_seconds, self.limits.work_limit) {
                (Some(_), None) => BOUND_ROUNDS_BY_TIME,
                _ => BOUND_ROUNDS,
            },
            threads: self.searches.len(),
        };
        let started = self.started;
        let news = self.news("bound", 1.0);
        let proven = bound::prove(self.compiled, &self.best, started, limits, &mut |bound| {
            progress(&Progress {
                seconds: started.elapsed().as_secs_f64(),
                bound: Some(bound),
                ..news.clone()
            })
        })?;
        if let Some(rows) = proven.rows.clone() {
            self.take_rows(rows);
        }
        Some(proven)
    }

    /// Exact meals of every day for the best roster.
    fn exact_days(&mut self) {
        for day in 0..self.compiled.days() {
            improve_day(self.compiled, &mut self.best, day);
        }
    }
}

/// Meals of every day: best responses first, then exactly.
pub(crate) fn settle(compiled: &Compiled<'_>, solution: &mut Solution) {
    let mut search = Search::new(compiled, 0);
    search.load(solution);
    for day in 0..compiled.days() {
        search.settle_meals(day, 10);
    }
    *solution = search.solution();
    for day in 0..compiled.days() {
        improve_day(compiled, solution, day);
    }
}

/// Replaces a day's meals by the exact ones where they are cheaper.
pub(crate) fn improve_day(compiled: &Compiled<'_>, solution: &mut Solution, day: usize) {
    let Some(meals) = exact_meals(compiled, &solution.rows, &solution.meals, day) else {
        return;
    };
    let before = costs::table(compiled, solution).1;
    let old: Vec<_> = meals
        .iter()
        .map(|&(person, _)| (person, solution.meals[person][day]))
        .collect();
    for &(person, cell) in &meals {
        solution.meals[person][day] = cell;
    }
    solution.cost = costs::table(compiled, solution).1;
    if solution.cost > before {
        for (person, cell) in old {
            solution.meals[person][day] = cell;
        }
        solution.cost = before;
    }
}

/// A solution's assignments in the problem's words.
fn assignments(problem: &Problem, solution: &Solution) -> Assignments {
    solution
        .rows
        .iter()
        .map(|row| {
            row.iter()
                .map(|&choice| problem.shifts.get(choice as usize).map(|s| s.id.clone()))
                .collect()
        })
        .collect()
}

pub(crate) fn read_assignments(
    compiled: &Compiled<'_>,
    assignments: &Assignments,
) -> Result<Solution, SolveError> {
    let problem = compiled.problem;
    let fault = |field: String, message: &str| {
        SolveError::Assignments(Fault {
            field,
            message: message.into(),
        })
    };
    if assignments.len() != problem.people.len() {
        return Err(fault("assignments".into(), "not one row per person"));
    }
    let mut rows = Vec::with_capacity(assignments.len());
    for (p, row) in assignments.iter().enumerate() {
        if row.len() != problem.days.len() {
            return Err(fault(format!("assignments[{p}]"), "not one cell per day"));
        }
        let mut choices = Vec::with_capacity(row.len());
        for (d, shift) in row.iter().enumerate() {
            choices.push(match shift {
                None => compiled.off() as u8,
                Some(id) => problem.shift_index(id).ok_or_else(|| {
                    fault(
                        format!("assignments[{p}][{d}]"),
                        &format!("unknown shift {id}"),
                    )
                })? as u8,
            });
        }
        rows.push(choices);
    }
    let meals = rows
        .iter()
        .map(|row| {
            row.iter()
                .map(|&choice| first_meals(compiled, choice))
                .collect()
        })
        .collect();
    Ok(Solution {
        rows,
        meals,
        cost: 0,
    })
}

pub(crate) fn read_meals(
    compiled: &Compiled<'_>,
    solution: &mut Solution,
    meals: &[Meal],
) -> Result<(), SolveError> {
    let grid = compiled.cover.grid;
    let fault = |field: String, message: &str| {
        SolveError::Assignments(Fault {
            field,
            message: message.into(),
        })
    };
    let mut given = std::collections::BTreeMap::<(usize, usize), Vec<&Meal>>::new();
    for (index, meal) in meals.iter().enumerate() {
        let choice = solution
            .rows
            .get(meal.person)
            .and_then(|row| row.get(meal.day));
        let Some(&choice) = choice else {
            return Err(fault(format!("meals[{index}]"), "no such person or day"));
        };
        if compiled.shifts.get(choice as usize).is_none() {
            return Err(fault(
                format!("meals[{index}]"),
                "the person is off that day",
            ));
        }
        if meal.start_minute % grid != 0
            || !(0..4 * crate::problem::DAY_MINUTES).contains(&meal.start_minute)
        {
            return Err(fault(
                format!("meals[{index}].start_minute"),
                "not on the meal grid of the day",
            ));
        }
        given.entry((meal.person, meal.day)).or_default().push(meal);
    }
    for (person, row) in solution.rows.iter().enumerate() {
        for (day, &choice) in row.iter().enumerate() {
            let Some(shift) = compiled.shifts.get(choice as usize) else {
                continue;
            };
            let mut mine = given.remove(&(person, day)).unwrap_or_default();
            mine.sort_by_key(|meal| meal.start_minute);
            if mine.len() != shift.meals.len() {
                let field = format!("meals of person {person} on day {day}");
                return Err(fault(
                    field,
                    &format!("{} given, the shift has {}", mine.len(), shift.meals.len()),
                ));
            }
            for (place, (meal, &(_, _, length))) in mine.iter().zip(&shift.meals).enumerate() {
                if meal.duration_minutes != length as i64 * grid {
                    return Err(fault(
                        format!("meals of person {person} on day {day}"),
                        "not the shift's meal length",
                    ));
                }
                solution.meals[person][day][place] = (meal.start_minute / grid) as i32;
            }
        }
    }
    Ok(())
}
