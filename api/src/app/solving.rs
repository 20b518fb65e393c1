//! Solving off the request's path: asked for, claimed through the log by one node, solved on threads of its own, checked
//! by the independent judge, recorded. Any node may ask, stop and follow a solve; the log says who works on it.

use crate::app::access::may_run_desk;
use crate::app::problem::{Proposal, Replanning, RosterProblem};
use crate::app::solve_news::SolveNews;
use crate::app::{App, AppError, Caller, Receipt, ReplanRoster, SolveRoster};
use domain::event::{Category, Stream};
use domain::ids::{DeskId, NodeId, SolveId, StaffId};
use domain::refusal::{Lang, Refusal};
use domain::roster::{
    RosterState, cancel_solve, claim_solve, record_failed, record_generated, record_proposed,
    release_solve, request_replan, request_solve,
};
use domain::shift::Cell;
use domain::work_date::{Month, WorkDate};
use projections::{SolveRow, SolveStatus};
use serde::{Deserialize, Serialize};
use solver::{Limits, Plan};
use std::collections::{BTreeSet, HashMap};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Semaphore, mpsc, watch};
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

/// The same for part of a roster: seconds.
const REPLAN_WORK_LIMIT_DEFAULT: u64 = 20_000;
/// Wall clock of part of a roster when the lead names none.
const REPLAN_LIMIT_SECONDS_DEFAULT: u32 = 5;
/// Short breaks of a settled month are given within this beyond the limit, proven or not; well inside a claim's grace.
const BREAK_SECONDS_MAX: f64 = 1.0;
/// How often a node looks into the log for solves that nobody works on.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// How often whoever works on or follows a solve looks into the log for what others say about it.
const FOLLOW_EVERY: Duration = Duration::from_millis(500);
/// A stream of progress ends after this and is asked for again: by then the reader may have lost their session.
const FOLLOW_MAX: Duration = Duration::from_secs(300);
/// Ended solves whose progress is remembered.
const ENDED_KEPT_MAX: usize = 64;

/// How a node takes part in solving.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Solving {
    /// Whether it works on solves at all; one that only serves pages leaves them to others.
    pub takes: bool,
    /// Beyond a solve's wall-clock limit, until others take its node for dead.
    pub grace_seconds: u32,
}

impl Default for Solving {
    fn default() -> Self {
        Self {
            takes: true,
            grace_seconds: 30,
        }
    }
}

/// Where a solve stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SolveState {
    /// No node works on it yet.
    Waiting,
    /// At work.
    Running,
    /// Its plan is in the log.
    Recorded,
    /// It ended without a plan; the log says why.
    Failed,
}

impl SolveState {
    /// As the log tells it.
    pub(crate) fn of(row: &SolveRow) -> Self {
        match (row.status, &row.claim) {
            (SolveStatus::Done, _) => Self::Recorded,
            (SolveStatus::Failed, _) => Self::Failed,
            (SolveStatus::Running, Some(_)) => Self::Running,
            (SolveStatus::Running, None) => Self::Waiting,
        }
    }

    /// Whether nothing more will happen.
    pub fn has_ended(self) -> bool {
        matches!(self, Self::Recorded | Self::Failed)
    }
}

/// How far a solve is. What it has found so far is known where it is worked on, and told to the nodes that share its folder.
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
    /// Another node works on it, or it was given back: what comes of it here is not recorded.
    lost: AtomicBool,
    progress: watch::Sender<SolveProgress>,
}

impl Job {
    fn stop(&self) {
        self.cancel.store(true, Ordering::Relaxed);
    }
}

/// The solves this node works on.
pub(crate) struct Solves {
    node: NodeId,
    how: Solving,
    news: SolveNews,
    jobs: Mutex<HashMap<SolveId, Arc<Job>>>,
    turns: Arc<Semaphore>,
    stopping: watch::Sender<bool>,
}

impl Solves {
    /// A node that has just started.
    pub(crate) fn new(how: Solving, news: SolveNews) -> Self {
        Self {
            node: NodeId::new(uuid::Uuid::now_v7().simple().to_string()),
            how,
            news,
            jobs: Mutex::default(),
            turns: Arc::new(Semaphore::new(SOLVES_AT_ONCE)),
            stopping: watch::Sender::new(false),
        }
    }

    fn jobs(&self) -> std::sync::MutexGuard<'_, HashMap<SolveId, Arc<Job>>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn job(&self, solve: SolveId) -> Option<Arc<Job>> {
        self.jobs().get(&solve).cloned()
    }

    fn is_stopping(&self) -> bool {
        *self.stopping.borrow()
    }

    /// A place for a solve that is not worked on here; none if it is, or was.
    fn begin(&self, solve: SolveId, desk: &DeskId, month: Month) -> Option<Arc<Job>> {
        let mut jobs = self.jobs();
        if self.is_stopping() || jobs.contains_key(&solve) {
            return None;
        }
        if jobs.len() >= ENDED_KEPT_MAX {
            jobs.retain(|_, job| !job.progress.borrow().state.has_ended());
        }
        let job = Arc::new(Job {
            cancel: AtomicBool::new(false),
            lost: AtomicBool::new(false),
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
        jobs.insert(solve, Arc::clone(&job));
        Some(job)
    }
}

/// What is to be solved.
enum Task {
    Month(RosterProblem),
    Part(Replanning),
}

/// What came of it.
enum Solved {
    Month {
        cells: Vec<Cell>,
        report: domain::event::SolveReport,
    },
    Part {
        base: u32,
        proposal: Proposal,
    },
}

impl Task {
    fn problem(&self) -> &RosterProblem {
        match self {
            Self::Month(problem) => problem,
            Self::Part(part) => &part.problem,
        }
    }

    /// Solves it. Nothing the model made is believed before the judge, which shares no code with it, agrees.
    fn solve(self, limits: &Limits, job: &Job) -> Result<(Solved, Plan), String> {
        let problem = &self.problem().problem;
        let mut plan = solver::solve(problem, limits, &mut |news| {
            job.progress.send_modify(|progress| {
                progress.done = news.done;
                progress.phase.clone_from(&news.phase);
                progress.objective = news.objective;
                progress.bound = news.bound;
                progress.seconds = news.seconds;
            });
            if job.cancel.load(Ordering::Relaxed) {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })
        .map_err(|error| error.to_string())?;
        let judge = |plan: &Plan| match solver::check::check(problem, plan).violations.first() {
            None => Ok(()),
            Some(violation) => Err(format!("the checker refuses the plan: {violation}")),
        };
        judge(&plan)?;
        if let Self::Month(month) = &self
            && month.has_breaks()
        {
            solver::place_breaks(problem, &mut plan, &[], BREAK_SECONDS_MAX)
                .map_err(|error| error.to_string())?;
            judge(&plan)?;
        }
        let solved = match &self {
            Self::Month(problem) => Solved::Month {
                cells: problem.cells(&plan),
                report: problem.report(&plan),
            },
            Self::Part(part) => {
                let (proposal, proposed) =
                    part.proposal(&plan).map_err(|error| error.to_string())?;
                judge(&proposed)?;
                Solved::Part {
                    base: part.base,
                    proposal,
                }
            }
        };
        Ok((solved, plan))
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

/// A solve as it goes into the log: enough to do it again, and no more than a desk may ask for.
fn requested(
    solve: SolveId,
    month: Month,
    problem: &RosterProblem,
    seed: u64,
    work_limit: u64,
    limit_seconds: u32,
) -> request_solve::RequestSolve {
    request_solve::RequestSolve {
        solve,
        month,
        problem_digest: problem.problem.digest(),
        seed,
        threads: THREADS,
        work_limit: work_limit.clamp(1, WORK_LIMIT_MAX),
        limit_seconds: limit_seconds.clamp(1, LIMIT_SECONDS_MAX),
        solver_version: env!("CARGO_PKG_VERSION").to_owned(),
    }
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
        let command = requested(
            solve,
            month,
            &problem,
            input.seed,
            input.work_limit.unwrap_or(WORK_LIMIT_DEFAULT),
            input.limit_seconds.unwrap_or(LIMIT_SECONDS_DEFAULT),
        );
        let receipt = self
            .execute::<RosterState>(&stream, caller, |roster, issued| {
                Ok(request_solve::decide(roster, &command, &state, issued)?)
            })
            .await?;
        if !receipt.repeated && !self.waits_for_the_month_before(desk, month).await? {
            self.take(desk, month, solve);
        }
        Ok(receipt.of(solve))
    }

    /// Whether the month before is being solved: a month begins from where the one before it ends.
    async fn waits_for_the_month_before(
        &self,
        desk: &DeskId,
        month: Month,
    ) -> Result<bool, AppError> {
        let before = self.roster_state(desk, month.previous()).await?;
        Ok(before
            .solving
            .as_ref()
            .is_some_and(|open| open.replan().is_none()))
    }

    /// Asks how part of a roster in force could be planned anew with the least change (重排). The answer is a proposal.
    pub async fn request_replan(
        &self,
        caller: &Caller,
        desk: &DeskId,
        month: Month,
        input: ReplanRoster,
    ) -> Result<Receipt<SolveId>, AppError> {
        may_run_desk(&caller.actor, desk)?;
        let solve = SolveId(caller.new_id());
        let stream = Stream::Roster(desk.clone(), month);
        if let Some(receipt) = self.repeated(&stream, caller).await? {
            return Ok(receipt.of(solve));
        }
        let (state, zone) = (self.desk_state(desk).await?, self.zone(desk).await?);
        let part = self.replan_problem(desk, month, &input.scope).await?;
        let command = request_replan::RequestReplan {
            solve: requested(
                solve,
                month,
                &part.problem,
                input.seed,
                input.work_limit.unwrap_or(REPLAN_WORK_LIMIT_DEFAULT),
                input.limit_seconds.unwrap_or(REPLAN_LIMIT_SECONDS_DEFAULT),
            ),
            scope: input.scope,
        };
        let receipt = self
            .execute::<RosterState>(&stream, caller, |roster, issued| {
                Ok(request_replan::decide(
                    roster, &command, &state, zone, issued,
                )?)
            })
            .await?;
        if !receipt.repeated {
            self.take(desk, month, solve);
        }
        Ok(receipt.of(solve))
    }

    /// Begins to work on a solve, unless it is worked on here or this node leaves them to others. Whether another node
    /// does is found out by claiming it.
    fn take(&self, desk: &DeskId, month: Month, solve: SolveId) -> bool {
        if !self.solves().how.takes {
            return false;
        }
        let Some(job) = self.solves().begin(solve, desk, month) else {
            return false;
        };
        let (app, desk) = (self.clone(), desk.clone());
        tokio::spawn(async move {
            let turns = Arc::clone(&app.solves().turns);
            // Never closed; without a permit the solve would only run beside another.
            let _turn = turns.acquire_owned().await.ok();
            let outcome = app.work_on(&desk, month, solve, &job).await;
            app.solves().news.forget(solve).await;
            match outcome {
                Ok(Some(state)) => job.progress.send_modify(|progress| progress.state = state),
                // It is another node's: from now on the log says how it goes.
                Ok(None) => {
                    app.solves().jobs().remove(&solve);
                }
                Err(error) => {
                    tracing::error!(solve.id = %solve, error = crate::http::problem::chain(&error), "a solve could not be recorded");
                    // Its claim runs out, and it is taken up again.
                    app.solves().jobs().remove(&solve);
                }
            }
        });
        true
    }

    /// Claims a solve, solves it, records what came of it. None: it is not this node's.
    async fn work_on(
        &self,
        desk: &DeskId,
        month: Month,
        solve: SolveId,
        job: &Arc<Job>,
    ) -> Result<Option<SolveState>, AppError> {
        let stream = Stream::Roster(desk.clone(), month);
        let roster = self.roster_state(desk, month).await?;
        let Some(open) = roster.solving.as_ref().filter(|open| open.solve() == solve) else {
            return Ok(None);
        };
        if open.replan().is_none() && self.waits_for_the_month_before(desk, month).await? {
            // It was asked for while this one waited for its turn.
            return Ok(None);
        }
        let task = match open.replan() {
            None => self.roster_problem(desk, month).await.map(Task::Month),
            Some(scope) => {
                let part = self.replan_problem(desk, month, scope).await;
                part.map(Task::Part)
            }
        };
        let claim = claim_solve::ClaimSolve {
            solve,
            node: self.solves().node.clone(),
            problem_digest: match &task {
                Ok(task) => task.problem().problem.digest(),
                Err(_) => open.request.problem_digest.clone(),
            },
            solver_version: env!("CARGO_PKG_VERSION").to_owned(),
            grace_seconds: self.solves().how.grace_seconds,
        };
        let claimed = self
            .execute::<RosterState>(&stream, &Caller::system(), |roster, issued| {
                Ok(claim_solve::decide(roster, &claim, issued)?)
            })
            .await;
        match claimed {
            Ok(_) => {}
            Err(AppError::Refused(Refusal::SolveTaken { .. } | Refusal::SolveUnknown { .. })) => {
                return Ok(None);
            }
            Err(error) => return Err(error),
        }
        if self.stop_of(desk, month, solve).await? == Some(Stop::Lost) {
            // It had been asked to stop and ended with the claim.
            return Ok(None);
        }
        let solved = match task {
            Ok(task) => {
                let limits = Limits {
                    time_limit_seconds: Some(f64::from(open.request.limit_seconds)),
                    work_limit: Some(open.request.work_limit),
                    seed: open.request.seed,
                    threads: usize::from(open.request.threads),
                };
                self.solve_watched(desk, month, solve, task, limits, job)
                    .await?
            }
            Err(error) => Err(crate::http::problem::Problem::of(&error, Lang::En).detail),
        };
        if job.lost.load(Ordering::Relaxed) {
            return Ok(None);
        }
        self.record(desk, month, solve, solved).await
    }

    /// Solves on threads of its own; meanwhile the log is watched for a wish to stop, from whichever node it comes.
    async fn solve_watched(
        &self,
        desk: &DeskId,
        month: Month,
        solve: SolveId,
        task: Task,
        limits: Limits,
        job: &Arc<Job>,
    ) -> Result<Result<Solved, String>, AppError> {
        job.progress
            .send_modify(|progress| progress.state = SolveState::Running);
        let (worker, (people, days)) = (Arc::clone(job), task.problem().size());
        let mut solving = tokio::task::spawn_blocking(move || task.solve(&limits, &worker));
        let solved = loop {
            tokio::select! {
                solved = &mut solving => break solved.unwrap_or_else(|_| Err("the solver stopped".to_owned())),
                () = tokio::time::sleep(FOLLOW_EVERY) => {
                    let progress = job.progress.borrow().clone();
                    self.solves().news.tell(&self.solves().node, &progress).await;
                    match self.stop_of(desk, month, solve).await {
                        Ok(Some(Stop::Asked)) => job.stop(),
                        Ok(Some(Stop::Lost)) => {
                            job.lost.store(true, Ordering::Relaxed);
                            job.stop();
                        }
                        Ok(None) => {}
                        Err(error) => {
                            tracing::warn!(solve.id = %solve, error = crate::http::problem::chain(&error), "the log could not be asked about a solve");
                        }
                    }
                }
            }
        };
        Ok(solved.map(|(solved, plan)| {
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
            solved
        }))
    }

    /// Why this node should stop working on a solve, if it should.
    async fn stop_of(
        &self,
        desk: &DeskId,
        month: Month,
        solve: SolveId,
    ) -> Result<Option<Stop>, AppError> {
        let roster = self.roster_state(desk, month).await?;
        let node = &self.solves().node;
        let own = roster.solving.as_ref().filter(|open| {
            open.solve() == solve && open.claim.as_ref().is_some_and(|claim| claim.node == *node)
        });
        Ok(match own {
            None => Some(Stop::Lost),
            Some(open) => open.cancel.as_ref().map(|_| Stop::Asked),
        })
    }

    /// Records what came of a solve. None: it is not this node's any more.
    async fn record(
        &self,
        desk: &DeskId,
        month: Month,
        solve: SolveId,
        solved: Result<Solved, String>,
    ) -> Result<Option<SolveState>, AppError> {
        let stream = Stream::Roster(desk.clone(), month);
        let node = self.solves().node.clone();
        let caller = Caller::system();
        let recorded = match solved {
            Err(reason) => Err(reason),
            Ok(Solved::Month { cells, report }) => {
                let command = record_generated::RecordGenerated {
                    solve,
                    node: node.clone(),
                    month,
                    cells,
                    report,
                };
                let promoters = self.promoters(desk, month).await?;
                Ok(self
                    .execute::<RosterState>(&stream, &caller, |roster, issued| {
                        let command = with_kept(&command, roster, &promoters);
                        Ok(record_generated::decide(roster, &command, issued)?)
                    })
                    .await)
            }
            Ok(Solved::Part { base, proposal }) => {
                let command = record_proposed::RecordProposed {
                    solve,
                    node: node.clone(),
                    month,
                    base,
                    cells: proposal.cells,
                    cost_before: proposal.cost_before,
                    minutes_short_before: proposal.minutes_short_before,
                    minutes_short_after: proposal.minutes_short_after,
                    people: proposal.people,
                    report: proposal.report,
                };
                let context = self.roster_context(desk, month).await?;
                Ok(self
                    .execute::<RosterState>(&stream, &caller, |roster, issued| {
                        Ok(record_proposed::decide(roster, &command, &context, issued)?)
                    })
                    .await)
            }
        };
        let reason = match recorded {
            Ok(Ok(_)) => return Ok(Some(SolveState::Recorded)),
            Ok(Err(AppError::Refused(
                Refusal::SolveTaken { .. } | Refusal::SolveUnknown { .. },
            ))) => return Ok(None),
            Ok(Err(AppError::Refused(refusal))) => refusal.to_string(),
            Ok(Err(error)) => return Err(error),
            Err(reason) => reason,
        };
        tracing::warn!(solve.id = %solve, reason, "a solve came to nothing");
        let command = record_failed::RecordFailed {
            solve,
            node,
            reason,
        };
        let failed = self
            .execute::<RosterState>(&stream, &Caller::system(), |roster, issued| {
                Ok(record_failed::decide(roster, &command, issued)?)
            })
            .await;
        match failed {
            Ok(_) => Ok(Some(SolveState::Failed)),
            Err(AppError::Refused(Refusal::SolveTaken { .. } | Refusal::SolveUnknown { .. })) => {
                Ok(None)
            }
            Err(error) => Err(error),
        }
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

    /// How far a solve is that this node works on, or worked on.
    pub fn solve_progress(&self, solve: SolveId) -> Option<SolveProgress> {
        let job = self.solves().job(solve)?;
        let mut progress = job.progress.borrow().clone();
        progress.cancelled = job.cancel.load(Ordering::Relaxed);
        Some(progress)
    }

    /// How far a solve is, whichever node works on it.
    pub async fn solve_news(&self, solve: SolveId) -> Result<Option<SolveProgress>, AppError> {
        let here = self.solve_progress(solve);
        if here
            .as_ref()
            .is_some_and(|here| here.state != SolveState::Waiting)
        {
            return Ok(here);
        }
        let row = self.read(move |view| view.solve(solve)).await?;
        match row {
            Some(row) => Ok(Some(self.told(row).await)),
            None => Ok(here),
        }
    }

    /// How far a solve is that runs, as its own node knows or tells it; none while nothing is known of it.
    pub(crate) async fn solve_figures(&self, row: &SolveRow) -> Option<SolveProgress> {
        let here = self.solve_progress(row.solve);
        if here
            .as_ref()
            .is_some_and(|here| here.state != SolveState::Waiting)
        {
            return here;
        }
        let claim = row.claim.as_ref()?;
        self.solves().news.heard(row.solve, &claim.node).await
    }

    /// What the log says of a solve, with the figures of the node that works on it.
    async fn told(&self, row: SolveRow) -> SolveProgress {
        let figures = self.solve_figures(&row).await;
        let log = told_by_the_log(row);
        match figures {
            Some(figures) if log.state == SolveState::Running => SolveProgress {
                state: log.state,
                cancelled: log.cancelled || figures.cancelled,
                ..figures
            },
            _ => log,
        }
    }

    /// Returns when there may be news of a solve.
    async fn solve_moves(&self, solve: SolveId) {
        match self.solves().job(solve) {
            Some(job) => {
                let mut progress = job.progress.subscribe();
                // A node that only waits for another hears of it in the log.
                let _ = tokio::time::timeout(FOLLOW_EVERY, progress.changed()).await;
            }
            None => tokio::time::sleep(FOLLOW_EVERY).await,
        }
    }

    /// Waits until a solve's outcome is in the log.
    pub async fn finish_solve(&self, solve: SolveId) -> Option<SolveProgress> {
        loop {
            let news = self.solve_news(solve).await.ok()??;
            if news.state.has_ended() {
                return Some(news);
            }
            self.solve_moves(solve).await;
        }
    }

    /// What there is to tell of a solve as it goes, until it ends, the reader is gone, or the service stops.
    pub fn follow_solve(&self, solve: SolveId) -> mpsc::Receiver<SolveProgress> {
        let (news_to, news_for) = mpsc::channel(4);
        let app = self.clone();
        tokio::spawn(async move {
            let mut stopping = app.solves().stopping.subscribe();
            let telling = async {
                let mut told = None;
                while let Ok(Some(news)) = app.solve_news(solve).await {
                    let ended = news.state.has_ended();
                    if ended {
                        // Whoever is told of the end may look at once.
                        let _ = app.catch_up().await;
                    }
                    if told.as_ref() != Some(&news) {
                        told = Some(news.clone());
                        if news_to.send(news).await.is_err() {
                            return;
                        }
                    }
                    if ended {
                        return;
                    }
                    app.solve_moves(solve).await;
                }
            };
            tokio::select! {
                () = telling => {}
                () = news_to.closed() => {}
                _ = stopping.wait_for(|stopping| *stopping) => {}
                () = tokio::time::sleep(FOLLOW_MAX) => {}
            }
        });
        news_for
    }

    /// Asks a solve to stop, on whichever node it is; the best plan it has is recorded. Only who leads the desk may.
    pub async fn cancel_solve(&self, caller: &Caller, solve: SolveId) -> Result<Receipt, AppError> {
        let unknown = || AppError::Refused(Refusal::SolveUnknown { solve });
        self.catch_up().await?;
        let row = self.read(move |view| view.solve(solve)).await?;
        let row = row.ok_or_else(unknown)?;
        may_run_desk(&caller.actor, &row.desk).map_err(|_| unknown())?;
        let command = cancel_solve::CancelSolve { solve };
        let stream = Stream::Roster(row.desk, row.month);
        let receipt = self
            .execute::<RosterState>(&stream, caller, |roster, issued| {
                Ok(cancel_solve::decide(roster, &command, issued)?)
            })
            .await?;
        if let Some(job) = self.solves().job(solve) {
            job.stop();
        }
        Ok(receipt)
    }

    /// Takes up every solve that nobody works on: asked for of a node that is gone, or of one that leaves them to others.
    /// Returns those begun here.
    pub async fn take_up_solves(&self) -> Result<Vec<SolveId>, AppError> {
        if !self.solves().how.takes {
            return Ok(Vec::new());
        }
        self.catch_up().await?;
        let mut begun = Vec::new();
        for row in self.read(|view| view.solves_running()).await? {
            let roster = self.roster_state(&row.desk, row.month).await?;
            let free = roster.solving.as_ref().is_some_and(|open| {
                open.solve() == row.solve && open.live_claim(self.now()).is_none()
            });
            let waits = row.replan.is_none()
                && self
                    .waits_for_the_month_before(&row.desk, row.month)
                    .await?;
            if free && !waits && self.take(&row.desk, row.month, row.solve) {
                begun.push(row.solve);
            }
        }
        Ok(begun)
    }

    /// Takes up solves for as long as the service runs.
    pub async fn keep_solving(self) {
        loop {
            match self.take_up_solves().await {
                Ok(begun) if begun.is_empty() => {}
                Ok(begun) => tracing::info!(solves = begun.len(), "solves were taken up"),
                Err(error) => {
                    tracing::error!(
                        error = crate::http::problem::chain(&error),
                        "solves could not be taken up"
                    );
                }
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Ends every stream of progress and begins no more solves: the service is shutting down.
    pub fn stop(&self) {
        self.solves().stopping.send_replace(true);
    }

    /// Gives every solve back that this node works on, so that another may take it at once.
    pub async fn release_solves(&self) {
        self.stop();
        let jobs: Vec<Arc<Job>> = self.solves().jobs().values().cloned().collect();
        for job in jobs {
            let of = job.progress.borrow().clone();
            if of.state.has_ended() {
                continue;
            }
            job.lost.store(true, Ordering::Relaxed);
            job.stop();
            let command = release_solve::ReleaseSolve {
                solve: of.solve,
                node: self.solves().node.clone(),
            };
            let stream = Stream::Roster(of.desk, of.month);
            let released = self
                .execute::<RosterState>(&stream, &Caller::system(), |roster, issued| {
                    Ok(release_solve::decide(roster, &command, issued)?)
                })
                .await;
            match released {
                // It waited for its turn and was never claimed.
                Ok(_) | Err(AppError::Refused(_)) => {}
                Err(error) => {
                    tracing::warn!(solve.id = %of.solve, error = crate::http::problem::chain(&error), "a solve could not be given back");
                }
            }
        }
    }
}

/// Why a node stops working on a solve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stop {
    /// Somebody asked it to: the best plan is recorded.
    Asked,
    /// It is not this node's any more.
    Lost,
}

/// A solve as far as the log knows it.
fn told_by_the_log(row: SolveRow) -> SolveProgress {
    let state = SolveState::of(&row);
    let report = row.report.as_ref();
    SolveProgress {
        solve: row.solve,
        desk: row.desk,
        month: row.month,
        state,
        done: if state.has_ended() { 1.0 } else { 0.0 },
        phase: String::new(),
        objective: report.map(|report| report.objective),
        bound: report.and_then(|report| report.bound),
        seconds: report
            .and_then(|report| report.milliseconds)
            .map_or(0.0, |milliseconds| milliseconds as f64 / 1000.0),
        cancelled: row.cancel.is_some(),
    }
}
