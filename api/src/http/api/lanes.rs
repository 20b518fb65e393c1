//! Lanes (M3, M4), and shifts re-timed by hand (M2).

use super::answers::{command, show_if_any};
use crate::app::{App, DefineLanes, OpenLanes, PlanLanes, RetimeShift};
use crate::http::extract::{At, Command, Done, JsonBody, Reader};
use crate::http::problem::Failed;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::ids::DeskId;
use domain::work_date::WorkDate;

command!(define(DeskId, JsonBody<DefineLanes>) |app, caller, desk, JsonBody(input)|
    app.define_lanes(caller, &desk, input) => nothing);
command!(set_plan((DeskId, WorkDate), JsonBody<PlanLanes>) |app, caller, (desk, date), JsonBody(input)|
    app.plan_lanes(caller, &desk, date, input) => nothing);
command!(set_openings((DeskId, WorkDate), JsonBody<OpenLanes>) |app, caller, (desk, date), JsonBody(input)|
    app.open_lanes(caller, &desk, date, input) => nothing);

pub(super) async fn plan(
    State(app): State<App>,
    At((desk, date)): At<(DeskId, WorkDate)>,
    reader: Reader,
) -> Result<Response, Failed> {
    app.may_see_desk(&reader.actor, &desk)
        .await
        .map_err(|error| reader.failed(error))?;
    show_if_any(&app, &reader, "lanes", move |view| {
        view.lane_plan(&desk, date)
    })
    .await
}

pub(super) async fn retime(
    State(app): State<App>,
    At(desk): At<DeskId>,
    command: Command<JsonBody<RetimeShift>>,
) -> Result<impl IntoResponse, Failed> {
    let Command {
        caller,
        lang,
        seen,
        body,
        ..
    } = command;
    app.retime_shift(&caller, &desk, seen, body.0)
        .await
        .map(Done::nothing)
        .map_err(|error| Failed { error, lang })
}
