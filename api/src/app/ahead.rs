//! Several months planned ahead (滚动排班), each from the one before it.
//!
//! Nothing new is recorded: every month has its own demand, draft and solve. What makes a rolling plan of them is that a month
//! waits for the solve of the one before (`solving.rs`) and begins from its roster, published or not (`problem.rs`).

use crate::app::access::may_run_desk;
use crate::app::{App, AppError, Caller, Fault, PlanAhead, Receipt, SolveState};
use domain::desk::{DeskState, carry_demand};
use domain::event::{Stream, Tier};
use domain::ids::{DeskId, SolveId};
use domain::quantities::Minutes;
use domain::refusal::{Needed, Refusal};
use domain::roster::{RosterState, RosterStatus};
use domain::who::Actor;
use domain::work_date::Month;
use serde::Serialize;
use utoipa::ToSchema;

/// A year.
pub const MONTHS_MAX: u8 = 12;

/// A month that is being planned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct MonthPlanned {
    /// Which.
    #[schema(value_type = String, example = "2027-01")]
    pub month: Month,
    /// Its solve.
    #[schema(value_type = String)]
    pub solve: SolveId,
}

/// Where a month of a rolling plan stands.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct MonthAhead {
    /// Which.
    #[schema(value_type = String, example = "2027-01")]
    pub month: Month,
    /// Where its demand came from, a month if it was taken from one; none: it has none.
    pub demand: Option<String>,
    /// `absent`, `draft`, `published` or `locked`.
    pub roster: &'static str,
    /// Its last solve of the whole month.
    #[schema(value_type = Option<String>)]
    pub solve: Option<SolveId>,
    /// Where that stands.
    pub state: Option<SolveState>,
    /// Why it ended without a plan.
    pub failure: Option<String>,
    /// What its plan cost.
    pub objective: Option<i64>,
    /// Proven: no plan of it costs less.
    pub bound: Option<i64>,
    /// Person-minutes under the minimum, as the roster was solved or published; none without a roster.
    #[schema(value_type = Option<i64>)]
    pub under_minimum_minutes: Option<Minutes>,
}

impl App {
    /// Plans so many months from `first` on (T4): whoever has none gets the demand of the last month before that has, and a
    /// draft; each that is not published is solved, the earlier first. Published months stay as they are and are built on.
    pub async fn plan_ahead(
        &self,
        caller: &Caller,
        desk: &DeskId,
        first: Month,
        input: PlanAhead,
    ) -> Result<Receipt<Vec<MonthPlanned>>, AppError> {
        may_run_desk(&caller.actor, desk)?;
        let months = months_from(first, input.months)?;
        let state = self.desk_state(desk).await?;
        state.known(desk)?;
        let mut open = Vec::new();
        for &month in &months {
            let roster = self.roster_state(desk, month).await?;
            match roster.status {
                RosterStatus::Absent | RosterStatus::Draft => open.push((month, roster)),
                RosterStatus::Published | RosterStatus::Locked => {}
            }
        }
        // What was begun by this very command is gone on with; anything else in the way is said before a month is touched.
        for (month, roster) in &open {
            let asked = Stream::Roster(desk.clone(), *month);
            let solve = caller.step(&format!("solve {month}"));
            if let Some(running) = &roster.solving
                && self.repeated(&asked, &solve).await?.is_none()
            {
                return Err(Refusal::SolveRunning {
                    solve: running.solve(),
                }
                .into());
            }
            demand_for(&state, *month)?;
        }
        let mut planned = Vec::new();
        let mut receipt = Receipt::nothing();
        for (month, roster) in open {
            if let Some(from) = demand_for(&state, month)? {
                self.carry_demand(caller, desk, from, month).await?;
            }
            if roster.status == RosterStatus::Absent {
                let draft = caller.step(&format!("draft {month}"));
                self.draft_roster(&draft, desk, month).await?;
            }
            let step = caller.step(&format!("solve {month}"));
            let solve = input.solve.clone();
            let asked = self.request_solve(&step, desk, month, solve).await?;
            planned.push(MonthPlanned {
                month,
                solve: asked.value,
            });
            receipt = asked.map(drop);
        }
        if planned.is_empty() {
            return Err(AppError::fault(Fault::of(
                "months",
                "这些月份都已发布",
                "all of them are published",
            )));
        }
        Ok(receipt.of(planned))
    }

    async fn carry_demand(
        &self,
        caller: &Caller,
        desk: &DeskId,
        from: Month,
        to: Month,
    ) -> Result<Receipt, AppError> {
        let org = self.org_state().await?;
        let command = carry_demand::CarryDemand {
            desk: desk.clone(),
            from,
            to,
        };
        let step = caller.step(&format!("demand {to}"));
        self.on_desk(&step, desk, |state, issued| {
            Ok(carry_demand::decide(state, &command, &org, issued)?)
        })
        .await
    }

    /// Where so many months from `first` on stand.
    pub async fn months_ahead(
        &self,
        actor: &Actor,
        desk: &DeskId,
        first: Month,
        months: u8,
    ) -> Result<Vec<MonthAhead>, AppError> {
        may_run_desk(actor, desk)?;
        let state = self.desk_state(desk).await?;
        state.known(desk)?;
        let mut rows = Vec::new();
        for month in months_from(first, months)? {
            let roster = self.roster_state(desk, month).await?;
            let id = desk.clone();
            let solves = self.read(move |view| view.solves(&id, month)).await?;
            let solve = solves.into_iter().rev().find(|row| row.replan.is_none());
            let report = solve.as_ref().and_then(|row| row.report.as_ref());
            rows.push(MonthAhead {
                month,
                demand: state.demand.get(&month).map(|set| set.source.clone()),
                roster: match roster.status {
                    RosterStatus::Absent => "absent",
                    RosterStatus::Draft => "draft",
                    RosterStatus::Published => "published",
                    RosterStatus::Locked => "locked",
                },
                objective: report.map(|report| report.objective),
                bound: report.and_then(|report| report.bound),
                under_minimum_minutes: (!roster.cells.is_empty())
                    .then(|| under_minimum_minutes(&roster)),
                state: solve.as_ref().map(SolveState::of),
                failure: solve.as_ref().and_then(|row| row.failure.clone()),
                solve: solve.map(|row| row.solve),
            });
        }
        Ok(rows)
    }
}

fn months_from(first: Month, months: u8) -> Result<Vec<Month>, AppError> {
    if !(1..=MONTHS_MAX).contains(&months) {
        return Err(AppError::fault(Fault::of(
            "months",
            format!("须为 1–{MONTHS_MAX}"),
            format!("must be 1 to {MONTHS_MAX}"),
        )));
    }
    let all = std::iter::successors(Some(first), |month| Some(month.next()));
    Ok(all.take(usize::from(months)).collect())
}

/// The month whose demand is to be taken for one that has none; none: it has its own.
fn demand_for(desk: &DeskState, month: Month) -> Result<Option<Month>, Refusal> {
    if desk.demand.contains_key(&month) {
        return Ok(None);
    }
    let earlier = desk.demand.range(..month).next_back();
    match earlier {
        Some((from, _)) => Ok(Some(*from)),
        None => Err(Refusal::DeskNotReady {
            missing: vec![Needed::Demand],
        }),
    }
}

fn under_minimum_minutes(roster: &RosterState) -> Minutes {
    let short = roster.shortfalls.iter();
    let minutes = short
        .filter(|short| short.tier == Tier::Minimum)
        .map(|short| {
            let stretch = i64::from(short.end.0) - i64::from(short.start.0);
            Minutes(stretch * i64::from(short.missing))
        });
    minutes.sum()
}
