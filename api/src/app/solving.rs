//! Solving a month's roster off the request's path: asked for, solved on a thread of its own, checked by the
//! independent judge, recorded.

use crate::app::access::may_run_desk;
use crate::app::{App, AppError, Caller, Receipt, SolveRoster};
use domain::event::{Category, RosterEvent, Stream};
use domain::ids::{DeskId, SolveId, StaffId};
use domain::refusal::Refusal;
use domain::roster::{RosterState, record_failed, record_generated, request_solve};
use domain::shift::Cell;
use domain::work_date::{Month, WorkDate};
use eventlog::CommandId;
use serde::{Deserialize, Serialize};
use solver::Limits;
use std::collections::{BTreeSet, HashMap};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{Semaphore, watch};
use utoipa::ToSchema;

/// Both cores of the machine the service is made for; part of what makes a solve repeatable.
const THREADS: u16 = 2;
/// Solves at once: each uses both cores.
const SOLVES_AT_ONCE: usize = 1;
/// Work when the lead names none: about a minute for a desk of twenty.
const WORK_LIMIT_DEFAULT: u64 = 400_000;
/// The most work a lead may ask for.
const WORK_LIMIT_MAX: u64 = 100_000_000;
/// Wall clock when the lead names none.
const LIMIT_SECONDS_DEFAULT: u32 = 60;
/// The longest wall clock.
const LIMIT_SECONDS_MAX: u32 = 3600;

/// Where a solve stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SolveState {
    /// Another one is being solved first.
    Waiting,
    /// At work.
    Running,
    /// Its plan is in the log.
    Recorded,
    /// It ended without a plan; the log says why.
    Failed,
}

/// How far a solve is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SolveProgress {
    /// Which.
    #[schema(value_type = String)]
    pub solve: SolveId,
    /// Whose roster.
    #[schema(value_type = String)]
    pub desk: DeskId,
    /// Which month.
    #[schema(value_type = String, example = "2026-12")]
    pub month: Month,
    /// Where it stands.
    pub state: SolveState,
    /// Part of its limits used, 0 to 1.
    pub done: f64,
    /// What it is doing.
    pub phase: String,
    /// Cost of the best plan so far.
    pub objective: Option<i64>,
    /// Proven lower bound so far; the best plan may be as cheap as this, never cheaper.
    pub bound: Option<i64>,
    /// Seconds at work.
    pub seconds: f64,
    /// Whether somebody asked it to stop; the best plan so far is then recorded.
    pub cancelled: bool,
}

struct Job {
    cancel: AtomicBool,
    progress: watch::Sender<SolveProgress>,
}

/// The solves of this process.
pub(crate) struct Solves {
    jobs: Mutex<HashMap<SolveId, Arc<Job>>>,
    turns: Arc<Semaphore>,
}

impl Default for Solves {
    fn default() -> Self {
        Self {
            jobs: Mutex::default(),
            turns: Arc::new(Semaphore::new(SOLVES_AT_ONCE)),
        }
    }
}

impl Solves {
    fn job(&self, solve: SolveId) -> Option<Arc<Job>> {
        self.jobs
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&solve)
            .cloned()
    }
}

/// A solve's cells with those that were set by hand for people it does not know: a plan for the others is no reason to
/// drop them.
fn with_kept(
    command: &record_generated::RecordGenerated,
    roster: &RosterState,
    kept: &BTreeSet<(StaffId, WorkDate)>,
) -> record_generated::RecordGenerated {
    let solved: BTreeSet<&StaffId> = command.cells.iter().map(|cell| &cell.staff).collect();
    let by_hand = roster
        .cells
        .iter()
        .filter(|(key, _)| kept.contains(*key) && !solved.contains(&key.0))
        .map(|((staff, date), shift)| Cell {
            staff: staff.clone(),
            date: *date,
            shift: shift.clone(),
        });
    let mut command = command.clone();
    command.cells.extend(by_hand.collect::<Vec<_>>());
    command
}

impl App {
    /// Asks for a month's roster (T4). The solve goes on by itself; see [`App::solve_progress`].
    pub async fn request_solve(
        &self,
        caller: &Caller,
        desk: &DeskId,
        month: Month,
        input: SolveRoster,
    ) -> Result<Receipt<SolveId>, AppError> {
        may_run_desk(&caller.actor, desk)?;
        let solve = SolveId(caller.new_id());
        let stream = Stream::Roster(desk.clone(), month);
        if let Some(receipt) = self.repeated(&stream, caller).await? {
            return Ok(receipt.of(solve));
        }
        let problem = self.roster_problem(desk, month).await?;
        let state = self.desk_state(desk).await?;
        let command = request_solve::RequestSolve {
            solve,
            month,
            problem_digest: problem.problem.digest(),
            seed: input.seed,
            threads: THREADS,
            work_limit: input
                .work_limit
                .unwrap_or(WORK_LIMIT_DEFAULT)
                .clamp(1, WORK_LIMIT_MAX),
            limit_seconds: input
                .limit_seconds
                .unwrap_or(LIMIT_SECONDS_DEFAULT)
                .clamp(1, LIMIT_SECONDS_MAX),
            solver_version: env!("CARGO_PKG_VERSION").to_owned(),
        };
        let receipt = self
            .execute::<RosterState>(&stream, caller, |roster, issued| {
                Ok(request_solve::decide(roster, &command, &state, issued)?)
            })
            .await?;
        if !receipt.repeated {
            let limits = Limits {
                time_limit_seconds: Some(f64::from(command.limit_seconds)),
                work_limit: Some(command.work_limit),
                seed: command.seed,
                threads: usize::from(THREADS),
            };
            self.start_solve(desk.clone(), month, solve, problem, limits);
        }
        Ok(receipt.of(solve))
    }

    fn start_solve(
        &self,
        desk: DeskId,
        month: Month,
        solve: SolveId,
        problem: super::problem::RosterProblem,
        limits: Limits,
    ) {
        let job = Arc::new(Job {
            cancel: AtomicBool::new(false),
            progress: watch::Sender::new(SolveProgress {
                solve,
                desk: desk.clone(),
                month,
                state: SolveState::Waiting,
                done: 0.0,
                phase: String::new(),
                objective: None,
                bound: None,
                seconds: 0.0,
                cancelled: false,
            }),
        });
        self.solves()
            .jobs
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(solve, Arc::clone(&job));
        let app = self.clone();
        tokio::spawn(async move {
            let turns = Arc::clone(&app.solves().turns);
            // Never closed; without a permit the solve would only run beside another.
            let _turn = turns.acquire_owned().await.ok();
            let outcome = app
                .run_solve(&desk, month, solve, problem, limits, &job)
                .await;
            let state = match outcome {
                Ok(state) => state,
                Err(error) => {
                    tracing::error!(solve.id = %solve, error = crate::http::problem::chain(&error), "a solve could not be recorded");
                    SolveState::Failed
                }
            };
            job.progress.send_modify(|progress| progress.state = state);
        });
    }

    async fn run_solve(
        &self,
        desk: &DeskId,
        month: Month,
        solve: SolveId,
        problem: super::problem::RosterProblem,
        limits: Limits,
        job: &Arc<Job>,
    ) -> Result<SolveState, AppError> {
        job.progress
            .send_modify(|progress| progress.state = SolveState::Running);
        let worker = Arc::clone(job);
        let (people, days) = problem.size();
        let solved = tokio::task::spawn_blocking(move || {
            let plan = solver::solve(&problem.problem, &limits, &mut |news| {
                worker.progress.send_modify(|progress| {
                    progress.done = news.done;
                    progress.phase.clone_from(&news.phase);
                    progress.objective = news.objective;
                    progress.bound = news.bound;
                    progress.seconds = news.seconds;
                });
                if worker.cancel.load(Ordering::Relaxed) {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            });
            // Nothing the model made is believed before the judge, which shares no code with it, agrees.
            plan.map_err(|error| error.to_string()).and_then(|plan| {
                let verdict = solver::check::check(&problem.problem, &plan);
                match verdict.violations.first() {
                    None => Ok((problem.cells(&plan), problem.report(&plan), plan)),
                    Some(violation) => Err(format!("the checker refuses the plan: {violation}")),
                }
            })
        })
        .await
        .unwrap_or_else(|_| Err("the solver stopped".to_owned()));
        let caller = Caller::with_command(
            Caller::system().actor,
            CommandId(uuid::Uuid::new_v5(&solve.0, b"outcome")),
        );
        let stream = Stream::Roster(desk.clone(), month);
        let reason = match solved {
            Ok((cells, report, plan)) => {
                tracing::info!(
                    solve.id = %solve,
                    solve.people = people,
                    solve.days = days,
                    solve.status = ?plan.status,
                    solve.objective = plan.objective,
                    solve.gap_percent = plan.gap_percent(),
                    solve.seed = plan.report.seed,
                    duration_ms = (plan.report.seconds * 1000.0).round(),
                    "solved"
                );
                let command = record_generated::RecordGenerated {
                    solve,
                    month,
                    cells,
                    report,
                };
                let promoters = self.promoters(desk, month).await?;
                let recorded = self
                    .execute::<RosterState>(&stream, &caller, |roster, issued| {
                        let command = with_kept(&command, roster, &promoters);
                        Ok(record_generated::decide(roster, &command, issued)?)
                    })
                    .await;
                match recorded {
                    Ok(_) => return Ok(SolveState::Recorded),
                    Err(AppError::Refused(refusal)) => refusal.to_string(),
                    Err(error) => return Err(error),
                }
            }
            Err(reason) => reason,
        };
        tracing::warn!(solve.id = %solve, reason, "a solve came to nothing");
        self.fail_solve(&stream, &caller.step("failure"), solve, reason)
            .await?;
        Ok(SolveState::Failed)
    }

    /// People rostered by hand whom the solver does not know (M6), and the days they may be kept on.
    async fn promoters(
        &self,
        desk: &DeskId,
        month: Month,
    ) -> Result<BTreeSet<(StaffId, WorkDate)>, AppError> {
        let mut kept = BTreeSet::new();
        for staff in self.people_of(desk).await? {
            let state = self.staff_state(&staff).await?;
            let days = month.days().filter(|&date| {
                state.employed_on(date) && state.category_on(date) == Category::Promoter
            });
            kept.extend(days.map(|date| (staff.clone(), date)));
        }
        Ok(kept)
    }

    async fn fail_solve(
        &self,
        stream: &Stream,
        caller: &Caller,
        solve: SolveId,
        reason: String,
    ) -> Result<(), AppError> {
        let command = record_failed::RecordFailed { solve, reason };
        self.execute::<RosterState>(stream, caller, |roster, issued| {
            Ok::<Vec<RosterEvent>, AppError>(record_failed::decide(roster, &command, issued)?)
        })
        .await?;
        Ok(())
    }

    /// How far a solve of this process is.
    pub fn solve_progress(&self, solve: SolveId) -> Option<SolveProgress> {
        let job = self.solves().job(solve)?;
        let mut progress = job.progress.borrow().clone();
        progress.cancelled = job.cancel.load(Ordering::Relaxed);
        Some(progress)
    }

    /// Waits until a solve's outcome is in the log.
    pub async fn finish_solve(&self, solve: SolveId) -> Option<SolveProgress> {
        let job = self.solves().job(solve)?;
        let mut progress = job.progress.subscribe();
        let ended = progress
            .wait_for(|progress| {
                matches!(progress.state, SolveState::Recorded | SolveState::Failed)
            })
            .await;
        ended.ok().map(|progress| progress.clone())
    }

    /// Asks a solve to stop; the best plan it has is recorded. Only who leads the desk may.
    pub fn cancel_solve(&self, caller: &Caller, solve: SolveId) -> Result<(), AppError> {
        let unknown = || AppError::Refused(Refusal::SolveUnknown { solve });
        let job = self.solves().job(solve).ok_or_else(unknown)?;
        let desk = job.progress.borrow().desk.clone();
        may_run_desk(&caller.actor, &desk).map_err(|_| unknown())?;
        job.cancel.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// Stops every solve: the service is shutting down.
    pub fn cancel_solves(&self) {
        for job in self
            .solves()
            .jobs
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .values()
        {
            job.cancel.store(true, Ordering::Relaxed);
        }
    }

    /// Ends solves that another process began and did not finish, so that new ones may begin.
    pub async fn end_orphaned_solves(&self) -> Result<Vec<SolveId>, AppError> {
        self.catch_up().await?;
        let rosters = self
            .read(|view| {
                let mut found = Vec::new();
                for desk in view.desks()? {
                    found.extend(view.rosters(&desk.desk)?);
                }
                Ok(found)
            })
            .await?;
        let mut ended = Vec::new();
        for roster in rosters {
            let state = self.roster_state(&roster.desk, roster.month).await?;
            if let Some(solve) = state
                .solving
                .filter(|&solve| self.solves().job(solve).is_none())
            {
                let stream = Stream::Roster(roster.desk, roster.month);
                let caller = Caller::with_command(
                    Caller::system().actor,
                    CommandId(uuid::Uuid::new_v5(&solve.0, b"orphan")),
                );
                self.fail_solve(
                    &stream,
                    &caller,
                    solve,
                    "the service stopped while solving".to_owned(),
                )
                .await?;
                ended.push(solve);
            }
        }
        Ok(ended)
    }
}
