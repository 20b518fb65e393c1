//! The books of a month.

use super::answers::{command, show, show_if_any};
use crate::app::access::may_run_desk;
use crate::app::{Adjust, App, ClosePeriod, ConfirmSheet, DecideReopening, DisputeSheet, Reason};
use crate::http::extract::{At, JsonBody, Reader};
use crate::http::problem::Failed;
use axum::extract::State;
use axum::response::Response;
use domain::ids::{DeskId, StaffId};
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

pub(super) async fn sheets(
    State(app): State<App>,
    At((desk, month)): At<(DeskId, Month)>,
    reader: Reader,
) -> Result<Response, Failed> {
    may_run_desk(&reader.actor, &desk).map_err(|error| reader.failed(error))?;
    show(&app, &reader, move |view| view.sheets(&desk, month)).await
}

pub(super) async fn sheet(
    State(app): State<App>,
    At((staff, month)): At<(StaffId, Month)>,
    reader: Reader,
) -> Result<Response, Failed> {
    app.may_see_person(&reader.actor, &staff)
        .await
        .map_err(|error| reader.failed(error))?;
    show_if_any(&app, &reader, "sheet", move |view| {
        view.sheet(&staff, month)
    })
    .await
}

pub(super) async fn legal_warnings(
    State(app): State<App>,
    At((desk, month)): At<(DeskId, Month)>,
    reader: Reader,
) -> Result<Response, Failed> {
    may_run_desk(&reader.actor, &desk).map_err(|error| reader.failed(error))?;
    show(&app, &reader, move |view| view.legal_warnings(&desk, month)).await
}

command!(confirm((StaffId, Month), JsonBody<ConfirmSheet>) |app, caller, (staff, month), JsonBody(input)|
    app.confirm_sheet(caller, &staff, month, input) => nothing);
command!(dispute((StaffId, Month), JsonBody<DisputeSheet>) |app, caller, (staff, month), JsonBody(input)|
    app.dispute_sheet(caller, &staff, month, input) => nothing);
command!(ask_reopening((DeskId, Month), JsonBody<Reason>) |app, caller, (desk, month), JsonBody(input)|
    app.ask_reopening(caller, &desk, month, input) => nothing);
command!(decide_reopening((DeskId, Month), JsonBody<DecideReopening>) |app, caller, (desk, month), JsonBody(input)|
    app.decide_reopening(caller, &desk, month, input) => nothing);
