//! From a problem to a plan: construct, ruin and recreate, exact meals, bound, words.

use std::cell::Cell;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use crate::ascent;
use crate::bound::{self, Bound, BoundLimits, Relaxation};
use crate::columns::{self, StretchPrices};
use crate::costs;
use crate::explain::explain;
use crate::facts;
use crate::meals::exact_meals;
use crate::paths::Paths;
use crate::person::Row;
use crate::plan::{Limits, Meal, Plan, Progress, Report, Shortfall, Status};
use crate::problem::{Assignments, Fault, Problem};
use crate::search::{Annealing, CellMeals, Compiled, Search, Solution, first_meals};
use crate::team;

/// Work units that stop a solve without limits: about half a minute of one core for a desk of twenty.
const WORK_LIMIT_DEFAULT: u64 = 200_000;
/// Labels per work unit.
const LABELS_PER_WORK_UNIT: u64 = 1000;
/// Rounds of a search; after each the caller hears of progress and may cancel.
const ROUNDS: u64 = 40;
/// Rounds after which the threads go on from the best roster any of them has.
const ROUNDS_PER_EXCHANGE: u64 = 5;
/// Labels a thread extends before its moves are put together with the others': some 13 ms.
const STRETCH_LABELS: u64 = 200_000;
/// People from whom on threads cool one roster together; among fewer their moves meet too often (see `Run::anneal`).
const TOGETHER_PEOPLE_MIN: usize = 60;

/// Seconds between two reports of a bound that rises with every step.
const NEWS_SECONDS: f64 = 0.5;
/// Seconds beyond a time limit in which causes are still looked for.
const EXPLAIN_SECONDS: f64 = 1.0;

/// A search's share of the limits: it ends at this part of the seconds, and does this part of the work. Work belongs to searches alone.
#[derive(Clone, Copy, Debug)]
struct Share {
    until: f64,
    work: f64,
}

/// How far a search has come within its share.
#[derive(Clone, Copy, Debug)]
struct Course {
    started: Instant,
    /// Labels a thread may extend, where work ends it.
    work: Option<u64>,
    /// The seconds it begins and ends at, where time ends it.
    seconds: Option<(f64, f64)>,
}

impl Course {
    /// The part done when a thread has extended so many labels; from 1 on the share is spent.
    fn done(&self, labels: u64) -> f64 {
        let by_work = self.work.map(|work| match labels < work {
            true => labels as f64 / work as f64,
            false => 1.0,
        });
        let by_time = self.seconds.map(|(from, until)| {
            let now = self.started.elapsed().as_secs_f64();
            (now - from) / (until - from).max(1e-9)
        });
        by_work.unwrap_or(0.0).max(by_time.unwrap_or(0.0))
    }
}

/// By the clock: the seconds left are for exact meals, the bound and the words.
const CLOCK_SEARCH: Share = Share {
    until: 0.6,
    work: 1.0,
};
/// The same where few cells make a proof likely.
const CLOCK_SEARCH_SMALL: Share = Share {
    until: 0.4,
    work: 1.0,
};
/// The part of the seconds that search leaves in which the bound's first prices are still waited for.
const PRICES: f64 = 0.6;
/// The most they may take: nothing ends them before when a solve is cancelled.
const PRICES_SECONDS_MAX: f64 = 600.0;
/// Where the bound ends early, a search again takes what is left, if so many seconds are, less exact meals so many times over.
const AGAIN_SECONDS_MIN: f64 = 1.0;
const AGAIN_MARGIN: f64 = 2.0;
/// How hot it begins, as a part of how the first did.
const CLOCK_REHEAT: f64 = 0.25;
/// By shift: prices, a search, columns, the exact program with a search beside it, and a search from what they found.
#[derive(Clone, Copy, Debug)]
struct Stages {
    first: Share,
    columns_until: f64,
    /// The exact program runs until this ends, on a thread of its own.
    beside: Share,
    last: Share,
}
/// Few cells are soon proven, so that comes first.
const FEW_CELLS: Stages = Stages {
    first: Share {
        until: 0.1,
        work: 0.1,
    },
    columns_until: 0.3,
    beside: Share {
        until: 0.9,
        work: 0.6,
    },
    last: Share {
        until: 1.0,
        work: 0.3,
    },
};
const MANY_CELLS: Stages = Stages {
    first: Share {
        until: 0.35,
        work: 0.6,
    },
    columns_until: 0.55,
    beside: Share {
        until: 0.9,
        work: 0.2,
    },
    last: Share {
        until: 1.0,
        work: 0.2,
    },
};
/// How many are few: the linear program over stretches ends in a second or two.
const FEW_CELLS_MAX: usize = 4_000;
/// The part of the seconds left, and the steps, in which first prices are sought.
const FIRST_PRICES: f64 = 0.2;
const FIRST_PRICES_ROUNDS_MAX: usize = 1_000;
/// With one thread the exact program is alone until then.
const EXACT_ALONE_UNTIL: f64 = 0.6;
/// Annealing temperatures where cover is by shift, in units of the dearest person missing: first search, and after the bound.
const HOT: f64 = 0.1;
const COLD: f64 = 0.003;
const REHEAT: f64 = 0.05;
const RECOLD: f64 = 0.003;
/// Cells up to which cover begins softly; half a year of a hundred people has too few moves in a minute to find back to firm cover
/// (public instances 21 and 22, 3,600,000 work units, two threads: 25,372 and 35,414 softly, 22,028 and 34,034 firmly).
const SOFT_CELLS_MAX: usize = 80_000;
/// Firmness of cover where they begin.
const FIRMNESS: f64 = 0.05;
const FIRMNESS_AGAIN: f64 = 0.3;
/// Cells up to which columns are generated; beyond, first prices are all that is proven.
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
    /// What is proven so far.
    bound: Option<i64>,
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
            bound: None,
        })
    }

    /// Cover by the clock: search, exact meals of every day, the bound, and a search again if there is time.
    fn by_the_clock(
        &mut self,
        progress: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
    ) -> (Status, Option<Bound>) {
        let share = if bound::is_small(self.compiled) {
            CLOCK_SEARCH_SMALL
        } else {
            CLOCK_SEARCH
        };
        // The bound's first prices need no roster: they are sought while one is.
        let compiled = self.compiled;
        let limit = self.limits.time_limit_seconds.unwrap_or(f64::INFINITY);
        let priced_until =
            (limit * (share.until + (1.0 - share.until) * PRICES)).min(PRICES_SECONDS_MAX);
        let (status, relaxation) = std::thread::scope(|scope| {
            let prices = scope.spawn(|| Relaxation::start(compiled, priced_until));
            let status = self.search(share, self.temperatures(), progress);
            (status, prices.join().ok())
        });
        let begun = Instant::now();
        self.exact_days();
        let days_seconds = begun.elapsed().as_secs_f64();
        let Some(relaxation) = relaxation.filter(|_| status != Status::Cancelled) else {
            return (status, None);
        };
        let mut cancelled = false;
        let proven = self.prove(relaxation, &mut |news| {
            let flow = progress(news);
            cancelled |= flow.is_break();
            flow
        });
        self.bound = proven.as_ref().map(|proven| proven.value);
        let open = self.bound.is_none_or(|bound| bound < self.best.cost);
        let spent = self.started.elapsed().as_secs_f64();
        let again = again(&self.limits, spent, days_seconds).filter(|_| open && !cancelled);
        let Some(again) = again else {
            return (status, proven);
        };
        for search in &mut self.searches {
            search.restart(&self.best);
        }
        let cooled = self.temperatures();
        let reheated = Annealing {
            hot: cooled.hot * CLOCK_REHEAT,
            ..cooled
        };
        let status = self.search(again, reheated, progress);
        self.exact_days();
        (status, proven)
    }

    /// Cover by shift: see [`Stages`].
    fn by_shift(
        &mut self,
        progress: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
    ) -> (Status, Option<Bound>) {
        if progress(&self.news("search", 0.0)).is_break() {
            return (Status::Cancelled, None);
        }
        let stages = if self.cells() <= FEW_CELLS_MAX {
            FEW_CELLS
        } else {
            MANY_CELLS
        };
        let cancelled = Cell::new(false);
        let mut progress = |news: &Progress| {
            let flow = progress(news);
            cancelled.set(cancelled.get() || flow.is_break());
            flow
        };
        let first = self.first_prices(&mut progress);
        if cancelled.get() {
            return (Status::Cancelled, None);
        }
        let unit = self.dearest_missing();
        let soft = first.is_some() && self.cells() <= SOFT_CELLS_MAX;
        let annealing = |hot, cold, firmness| Annealing {
            hot: unit * hot,
            cold: unit * cold,
            firmness: if soft { firmness } else { 1.0 },
        };
        let from_hot = annealing(HOT, COLD, FIRMNESS);
        let again = annealing(REHEAT, RECOLD, FIRMNESS_AGAIN);
        let status = self.search(stages.first, from_hot, &mut progress);
        let Some(first) = first.filter(|_| status != Status::Cancelled) else {
            return (status, None);
        };
        let (mut bound, narrow) = self.prove_by_columns(first, stages.columns_until, &mut progress);
        self.bound = Some(bound.value);
        // A short first search is no anneal yet: the next one begins hot.
        let short = stages.first.work < stages.beside.work;
        let next = if short { from_hot } else { again };
        let (mut last, mut onward) = (stages.last, again);
        match narrow {
            Some(narrow) => {
                self.prove_exactly(&narrow, &mut bound, stages.beside, next, &mut progress);
            }
            None => {
                last.work += stages.beside.work;
                onward = next;
            }
        }
        self.bound = Some(bound.value);
        let open = bound.value < self.best.cost;
        let status = match (cancelled.get(), open) {
            (true, _) => Status::Cancelled,
            (false, true) => self.search(last, onward, &mut progress),
            (false, false) => status,
        };
        (status, Some(bound))
    }

    /// What the dearest person missing costs.
    fn dearest_missing(&self) -> f64 {
        let under = self.compiled.wanted.iter().map(|w| w.under).max();
        under.unwrap_or(1).max(1) as f64
    }

    /// Prices to begin with, handed to the searches: of the linear program over stretches where there are few cells, else near them.
    fn first_prices(
        &mut self,
        progress: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
    ) -> Option<StretchPrices> {
        let spent = self.started.elapsed().as_secs_f64();
        let seconds = FIRST_PRICES * (self.until(1.0) - spent);
        let by_program = (self.cells() <= FEW_CELLS_MAX)
            .then(|| columns::stretch_prices(self.compiled, seconds))
            .flatten();
        let first = match by_program {
            Some(first) => first,
            None => self.prices_by_ascent(seconds, progress)?,
        };
        self.take_prices(&first.prices);
        self.bound = Some(columns::round_up(first.floor));
        Some(first)
    }

    fn prices_by_ascent(
        &self,
        seconds: f64,
        progress: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
    ) -> Option<StretchPrices> {
        let (started, news) = (self.started, self.news("bound", 0.0));
        let effort = ascent::Effort {
            rounds_max: FIRST_PRICES_ROUNDS_MAX,
            // A solve given work stays repeatable: its time limit is only a guard.
            seconds: match self.limits.work_limit {
                Some(_) => f64::INFINITY,
                None => seconds,
            },
            threads: self.searches.len(),
        };
        let mut told = f64::NEG_INFINITY;
        let starts = ascent::simple_prices(self.compiled, &self.best.rows);
        ascent::prices(self.compiled, &starts, &effort, &mut |bound| {
            let seconds = started.elapsed().as_secs_f64();
            if seconds - told < NEWS_SECONDS {
                return ControlFlow::Continue(());
            }
            told = seconds;
            progress(&Progress {
                seconds,
                bound: Some(bound),
                ..news.clone()
            })
        })
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

    /// How far the run is; `done` where work ends it, else the clock says.
    fn news(&self, phase: &str, done: f64) -> Progress {
        let seconds = self.started.elapsed().as_secs_f64();
        let by_time = time_alone(&self.limits).map(|limit| (seconds / limit).min(1.0));
        Progress {
            seconds,
            phase: phase.into(),
            done: by_time.unwrap_or(done),
            objective: Some(self.best.cost),
            bound: self.bound,
            iterations: self.searches.iter().map(|s| s.iterations).sum(),
        }
    }

    /// Cells a roster has to choose from.
    fn cells(&self) -> usize {
        let open = self.compiled.people.iter().flat_map(|p| &p.allowed);
        open.map(|choices| (choices & !(1 << self.compiled.off())).count_ones() as usize)
            .sum()
    }

    /// Column generation; beside the bound, what its prices leave open, if an exact program may be expected to close the rest.
    fn prove_by_columns(
        &mut self,
        first: StretchPrices,
        until: f64,
        progress: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
    ) -> (Bound, Option<Compiled<'a>>) {
        let (started, compiled) = (self.started, self.compiled);
        let objective = self.best.cost;
        let proven = |value, from| Bound {
            value,
            from,
            rows: None,
        };
        let floor = proven(columns::round_up(first.floor), "ascent");
        if self.cells() > COLUMN_CELLS_MAX {
            return (floor, None);
        }
        let news = self.news("bound", until);
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
                until_seconds: self.until(until),
                // The next search goes by these prices: a solve given work stays repeatable, its time limit is only a guard.
                rounds_max: match time_alone(&self.limits) {
                    Some(_) => usize::MAX,
                    None => COLUMN_ROUNDS_MAX,
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
        );
        let Some(priced) = priced else {
            return (floor, None);
        };
        self.take_prices(priced.prices());
        let bound = proven(priced.round_up(), "columns");
        if bound.value >= objective || cancelled {
            return (bound, None);
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
        (bound, (open as usize <= cells_max).then_some(narrow))
    }

    /// The exact program over what is left open, while all threads but one search on. Work alone ends the search where the solve is
    /// stopped by work; else it ends with the program.
    fn prove_exactly(
        &mut self,
        narrow: &Compiled<'_>,
        bound: &mut Bound,
        share: Share,
        annealing: Annealing,
        progress: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
    ) {
        let alone = self.searches.len() == 1;
        let until = if alone {
            EXACT_ALONE_UNTIL
        } else {
            share.until
        };
        let seconds = self.until(until) - self.started.elapsed().as_secs_f64();
        if seconds <= 1.0 {
            return;
        }
        let known = self.best.clone();
        let resting = if alone { None } else { self.searches.pop() };
        let proven = std::thread::scope(|scope| {
            let program = scope.spawn(|| bound::exact_among(narrow, &known, seconds));
            if !alone {
                let by_work = self.limits.work_limit.is_some();
                self.search(share, annealing, &mut |news| {
                    if program.is_finished() && !by_work {
                        return ControlFlow::Break(());
                    }
                    progress(news)
                });
            }
            program.join().ok().flatten()
        });
        if let Some(mut search) = resting {
            search.restart(&self.best);
            self.searches.push(search);
        }
        if let Some(exact) = proven {
            bound.value = bound.value.max(exact.value);
            bound.from = "columns and exact model";
            if let Some(rows) = exact.rows {
                self.take_rows(rows);
            }
        }
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
        let work = work.map(|work| {
            let labels = work.saturating_mul(LABELS_PER_WORK_UNIT) as f64 * share.work;
            labels as u64 / threads / ROUNDS * ROUNDS
        });
        let from = started.elapsed().as_secs_f64();
        let course = Course {
            started,
            work,
            seconds: by_time.map(|s| (from, (s * share.until).max(from))),
        };
        let begun: Vec<u64> = self.searches.iter().map(Search::work).collect();
        for round in 0..ROUNDS {
            let done = (round + 1) as f64 / ROUNDS as f64;
            self.anneal(course, &begun, done, annealing);
            for search in &self.searches {
                if let Some(best) = search.best().filter(|b| b.cost < self.best.cost) {
                    self.best = best.clone();
                }
            }
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

    /// All threads until so much of a search is done. By the clock, and among few people, each goes its own way. Where many are to
    /// cover shifts they go on together: each moves people of its own for a while, then what they moved is put together, and all go on
    /// from there. With two threads one annealing of twice the length ends lower than the better of two: public instances 13
    /// (120 people, 400,000 work units) 2,352 and 2,123 for seeds 1 and 2 against 2,308 and 2,257, and 21 (100 people, 800,000)
    /// 23,832 and 23,918 against 24,475 and 24,836. Among few people moves meet too often: on 15 (45 people, 500,000, four
    /// seeds) it ends at 4,474 on average against 4,376, on 16 (20 people, 400,000) at 3,430 and 3,339 against 3,240 and 3,232.
    fn anneal(&mut self, course: Course, begun: &[u64], until: f64, annealing: Annealing) {
        let everybody: Vec<usize> = (0..self.compiled.people.len()).collect();
        let together = !self.compiled.by_the_clock()
            && self.searches.len() > 1
            && self.compiled.people.len() >= TOGETHER_PEOPLE_MIN;
        let stretch_labels = if together { STRETCH_LABELS } else { u64::MAX };
        loop {
            let parts = if together {
                self.follow_first();
                self.deal(&everybody)
            } else {
                vec![everybody.clone(); self.searches.len()]
            };
            std::thread::scope(|scope| {
                for ((search, begun), movable) in self.searches.iter_mut().zip(begun).zip(&parts) {
                    scope.spawn(move || {
                        let work_max = search.work().saturating_add(stretch_labels);
                        search.anneal(annealing, movable, &mut |search: &Search<'_>| {
                            let done = course.done(search.work() - begun);
                            (done < until && search.work() < work_max).then_some(done)
                        });
                    });
                }
            });
            let works = self.searches.iter().zip(begun);
            let done = works
                .map(|(search, begun)| course.done(search.work() - begun))
                .fold(1.0, f64::min);
            if together {
                self.put_together(annealing, done);
            }
            if done >= until {
                break;
            }
        }
    }

    /// Everybody in parts, one a thread, by chance.
    fn deal(&mut self, everybody: &[usize]) -> Vec<Vec<usize>> {
        let (mut people, threads) = (everybody.to_vec(), self.searches.len());
        if let Some(search) = self.searches.first_mut() {
            search.shuffle(&mut people);
        }
        let part = |thread: usize| people.iter().skip(thread).step_by(threads);
        (0..threads).map(|t| part(t).copied().collect()).collect()
    }

    /// Puts all threads where the first stands.
    fn follow_first(&mut self) {
        if let Some((first, others)) = self.searches.split_first_mut() {
            others.iter_mut().for_each(|other| other.follow(first));
        }
    }

    /// The first thread takes over what the others moved.
    fn put_together(&mut self, annealing: Annealing, done: f64) {
        if let Some((first, others)) = self.searches.split_first_mut() {
            for other in others {
                first.judge(&other.moves, annealing, done);
            }
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
    fn prove(
        &mut self,
        relaxation: Relaxation,
        progress: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
    ) -> Option<Bound> {
        let limits = BoundLimits {
            until_seconds: self.limits.time_limit_seconds.unwrap_or(f64::INFINITY),
            // A solve given work stays repeatable: its time limit is only a guard.
            rounds: match time_alone(&self.limits) {
                Some(_) => BOUND_ROUNDS_BY_TIME,
                None => BOUND_ROUNDS,
            },
            threads: self.searches.len(),
        };
        let started = self.started;
        let news = self.news("bound", 1.0);
        let mut hear = |bound| {
            progress(&Progress {
                seconds: started.elapsed().as_secs_f64(),
                bound: Some(bound),
                ..news.clone()
            })
        };
        let (compiled, best) = (self.compiled, &self.best);
        let proven = bound::prove(compiled, best, relaxation, started, limits, &mut hear)?;
        if let Some(rows) = proven.rows.clone() {
            self.take_rows(rows);
        }
        Some(proven)
    }

    /// Exact meals of every day for the best roster, found on all threads from the meals as they are; of as many days as there is
    /// time for.
    fn exact_days(&mut self) {
        let (compiled, best, threads) = (self.compiled, &self.best, self.searches.len());
        let (limit, started) = (self.limits.time_limit_seconds, self.started);
        let in_time = |_: &usize| limit.is_none_or(|s| started.elapsed().as_secs_f64() < s);
        let of_thread = |thread: usize| {
            let days = (thread..compiled.days())
                .step_by(threads)
                .take_while(in_time);
            let exact = days.map(|day| (day, exact_meals(compiled, &best.rows, &best.meals, day)));
            exact.collect::<Vec<_>>()
        };
        let mut found: Vec<_> = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..threads)
                .map(|thread| scope.spawn(move || of_thread(thread)))
                .collect();
            workers
                .into_iter()
                .filter_map(|worker| worker.join().ok())
                .flatten()
                .collect()
        });
        found.sort_by_key(|(day, _)| *day);
        for (day, meals) in found {
            if let Some(meals) = meals {
                take_meals(compiled, &mut self.best, day, &meals);
            }
        }
    }
}

/// The seconds of a solve that nothing but the clock ends.
fn time_alone(limits: &Limits) -> Option<f64> {
    limits
        .time_limit_seconds
        .filter(|_| limits.work_limit.is_none())
}

/// A search from what the bound leaves of the time, if that is worth one; a solve given work stays repeatable.
fn again(limits: &Limits, spent_seconds: f64, days_seconds: f64) -> Option<Share> {
    let limit = time_alone(limits)?;
    let end = limit - AGAIN_MARGIN * days_seconds;
    (end - spent_seconds >= AGAIN_SECONDS_MIN).then_some(Share {
        until: end / limit,
        work: 0.0,
    })
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
    if let Some(meals) = exact_meals(compiled, &solution.rows, &solution.meals, day) {
        take_meals(compiled, solution, day, &meals);
    }
}

/// Takes a day's meals over unless the roster costs more with them.
fn take_meals(
    compiled: &Compiled<'_>,
    solution: &mut Solution,
    day: usize,
    meals: &[(usize, CellMeals)],
) {
    let old: Vec<(usize, CellMeals)> = meals
        .iter()
        .map(|&(person, _)| (person, solution.meals[person][day]))
        .collect();
    if old == meals {
        return;
    }
    for &(person, cell) in meals {
        solution.meals[person][day] = cell;
    }
    let cost = costs::table(compiled, solution).1;
    if cost <= solution.cost {
        solution.cost = cost;
    } else {
        for (person, cell) in old {
            solution.meals[person][day] = cell;
        }
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn what_the_bound_leaves_of_the_time_is_searched_in() {
        let by_time = Limits::by_time(100.0, 1, 2);
        let left = |spent, days| again(&by_time, spent, days).map(|share| share.until);
        assert_eq!(left(80.0, 0.5), Some(0.99));
        // Exact meals of every day have to fit behind it.
        assert_eq!(left(80.0, 10.0), None);
        assert_eq!(left(99.5, 0.0), None);
        // A solve given work ends by it alone.
        assert!(again(&Limits::by_work(1_000, 1, 2), 1.0, 0.0).is_none());
        let both = Limits {
            work_limit: Some(1_000),
            ..by_time
        };
        assert!(again(&both, 1.0, 0.0).is_none());
    }
}
