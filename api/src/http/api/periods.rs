//! The books of a month.

use super::answers::{command, show};
use crate::app::access::may_run_desk;
use crate::app::{Adjust, App, ClosePeriod};
use crate::http::extract::{At, JsonBody, Reader};
use crate::http::problem::Failed;
use axum::extract::State;
use axum::response::Response;
use domain::ids::DeskId;
use domain::work_date::Month;

pub(super) async fn status(
    State(app): State<App>,
    At((desk, month)): At<(DeskId, Month)>,
    reader: Reader,
) -> Result<Response, Failed> {
    may_run_desk(&reader.actor, &desk).map_err(|error| reader.failed(error))?;
    show(&app, &reader, move |view| view.period_status(&desk, month)).await
}

pub(super) async fn due(
    State(app): State<App>,
    At(desk): At<DeskId>,
    reader: Reader,
) -> Result<Response, Failed> {
    may_run_desk(&reader.actor, &desk).map_err(|error| reader.failed(error))?;
    show(&app, &reader, move |view| view.adjustments_due(&desk)).await
}

pub(super) async fn adjustments(
    State(app): State<App>,
    At((desk, month)): At<(DeskId, Month)>,
    reader: Reader,
) -> Result<Response, Failed> {
    may_run_desk(&reader.actor, &desk).map_err(|error| reader.failed(error))?;
    show(&app, &reader, move |view| view.adjustments(&desk, month)).await
}

command!(close((DeskId, Month), JsonBody<ClosePeriod>) |app, caller, (desk, month), JsonBody(input)|
    app.close_period(caller, &desk, month, input) => nothing);
command!(adjust((DeskId, Month), JsonBody<Adjust>) |app, caller, (desk, month), JsonBody(input)|
    app.adjust(caller, &desk, month, input) => nothing);
