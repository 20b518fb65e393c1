//! How people's time is used (M7), how many people demand asks for (M9), what a roster costs (M10).

use super::answers::{command, fit_for, show_if_any};
use super::views::Days;
use crate::app::access::may_run_desk;
use crate::app::{App, AppError, SetBudget};
use crate::http::extract::{Asked, At, JsonBody, Reader};
use crate::http::problem::Failed;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::headcount::Headcount;
use domain::ids::DeskId;
use domain::quantities::Minutes;
use domain::work_date::Month;
use serde::Deserialize;
use utoipa::IntoParams;

pub(super) async fn show_utilisation(
    State(app): State<App>,
    At(desk): At<DeskId>,
    Asked(days): Asked<Days>,
    reader: Reader,
) -> Result<Response, Failed> {
    may_run_desk(&reader.actor, &desk).map_err(|error| reader.failed(error))?;
    let (first, last) = days.checked().map_err(|error| reader.failed(error))?;
    let now = app.now();
    show_if_any(&app, &reader, "desk", move |view| {
        view.utilisation(&desk, first, last, now)
    })
    .await
}

/// By which standard.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct HeadcountQuery {
    /// Contract minutes a week of one post; absent: the policy's.
    week_minutes: Option<i64>,
}

pub(super) async fn show_headcount(
    State(app): State<App>,
    At((desk, month)): At<(DeskId, Month)>,
    Asked(query): Asked<HeadcountQuery>,
    reader: Reader,
) -> Result<Json<Headcount>, Failed> {
    may_run_desk(&reader.actor, &desk).map_err(|error| reader.failed(error))?;
    app.headcount(&desk, month, query.week_minutes.map(Minutes))
        .await
        .map(Json)
        .map_err(|error| reader.failed(error))
}

pub(super) async fn show_cost(
    State(app): State<App>,
    At((desk, month)): At<(DeskId, Month)>,
    reader: Reader,
) -> Result<Response, Failed> {
    may_run_desk(&reader.actor, &desk).map_err(|error| reader.failed(error))?;
    let failed = |error: AppError| reader.failed(error);
    let cost = app.month_cost(&desk, month).await.map_err(failed)?;
    let cost = serde_json::to_value(cost).map_err(|error| failed(error.into()))?;
    Ok(Json(fit_for(&reader.actor, cost)).into_response())
}

command!(set_budget((DeskId, Month), JsonBody<SetBudget>) |app, caller, (desk, month), JsonBody(input)|
    app.set_budget(caller, &desk, month, input) => nothing);
