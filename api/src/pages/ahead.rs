//! Several months planned ahead (滚动排班): where each stands, and the wish to plan them.

use super::parts::{Chrome, DeskChoice};
use super::solving::gap_of;
use super::visit::{Posted, Query, Visit, encoded};
use super::words::Words;
use crate::app::{App, MONTHS_AHEAD_MAX, MonthAhead, PlanAhead, SolveRoster, SolveState};
use crate::http::extract::Asked;
use crate::http::problem::Failed;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::ids::DeskId;
use domain::who::Role;
use domain::work_date::Month;

/// How far ahead a plan may reach, in months.
const REACHES: [u8; 4] = [1, 3, 6, MONTHS_AHEAD_MAX];

/// The year from a month on.
#[derive(Template)]
#[template(path = "ahead.html")]
pub struct AheadPage {
    /// Words of the reader.
    pub w: Words,
    /// The frame.
    pub chrome: Chrome,
    /// Which desk.
    pub desk: DeskId,
    /// Desks to choose from.
    pub desks: Vec<DeskChoice>,
    /// Kept when another desk is chosen.
    pub month_kept: Option<Month>,
    /// The first month.
    pub month: Month,
    /// A year of them.
    pub months: Vec<MonthAhead>,
    /// Months that may be chosen.
    pub reaches: [u8; 4],
}

impl AheadPage {
    /// Whether a month waits to be solved, or is.
    fn is_solving(&self) -> bool {
        self.months.iter().any(running)
    }

    fn stage(&self, row: &MonthAhead) -> &'static str {
        let before = |other: &&MonthAhead| other.month == row.month.previous();
        match row.state {
            Some(SolveState::Waiting) => match self.months.iter().find(before) {
                Some(before) if running(before) => self.w.t("ahead.waits"),
                Some(_) | None => self.w.t("ahead.waits_turn"),
            },
            Some(SolveState::Running) => self.w.t("ahead.runs"),
            Some(SolveState::Recorded | SolveState::Failed) | None => match row.roster {
                "absent" => self.w.t("ahead.absent"),
                "draft" => self.w.t("ahead.draft"),
                "published" => self.w.t("ahead.published"),
                _ => self.w.t("ahead.locked"),
            },
        }
    }

    fn gap(&self, row: &MonthAhead) -> String {
        row.objective
            .map_or_else(String::new, |cost| gap_of(cost, row.bound, self.w))
    }
}

fn running(row: &MonthAhead) -> bool {
    row.state.is_some_and(|state| !state.has_ended())
}

/// `GET /roster/ahead`: from the month to come on, unless another is asked for.
pub async fn show(
    State(app): State<App>,
    visit: Visit,
    Asked(query): Asked<Query>,
) -> Result<Response, Failed> {
    visit.needs(&[Role::Lead])?;
    let desk = visit.desk_run(&app, query.desk.as_deref()).await?;
    let month = query
        .month()
        .unwrap_or_else(|| desk.today(app.now()).month().next());
    let actor = &visit.actor;
    let months = app
        .months_ahead(actor, &desk.row.desk, month, MONTHS_AHEAD_MAX)
        .await
        .map_err(|error| visit.failed(error))?;
    let page = AheadPage {
        w: visit.w,
        chrome: visit.chrome(&app, "/roster", None).await?,
        desks: desk.choices,
        month_kept: Some(month),
        month,
        months,
        reaches: REACHES,
        desk: desk.row.desk,
    };
    visit.page(&page)
}

/// `POST /roster/ahead`: plans so many months.
pub async fn plan(State(app): State<App>, posted: Posted) -> Result<Response, Failed> {
    let failed = |error| posted.visit.failed(error);
    let desk = posted.desk();
    let month: Month = posted.parsed("month", "fault.date").map_err(failed)?;
    let months = posted.parsed("months", "fault.number").map_err(failed)?;
    let input = PlanAhead {
        months,
        solve: SolveRoster {
            seed: 0,
            work_limit: None,
            limit_seconds: None,
        },
    };
    let result = app.plan_ahead(&posted.caller(), &desk, month, input).await;
    let to = format!(
        "/roster/ahead?desk={}&month={month}",
        encoded(desk.as_str())
    );
    posted.outcome(&app, result, &to, "ahead.done").await
}
