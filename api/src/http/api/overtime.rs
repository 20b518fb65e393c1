//! Overtime that people ask for.

use super::answers::{Created, command};
use crate::app::{App, ApproveOvertimeRequest, Caller, Reason, RequestOvertime};
use crate::http::extract::{At, Command, Done, JsonBody, Reader};
use crate::http::problem::Failed;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::ids::OvertimeId;

pub(super) async fn request(
    State(app): State<App>,
    command: Command<JsonBody<RequestOvertime>>,
) -> Result<Done<Created>, Failed> {
    let Command {
        caller, lang, body, ..
    } = command;
    let receipt = app
        .request_overtime(&caller, body.0)
        .await
        .map_err(|error| Failed { error, lang })?;
    Ok(Done::created(receipt.map(Created::of)))
}

pub(super) async fn one(
    State(app): State<App>,
    At(request): At<OvertimeId>,
    reader: Reader,
) -> Result<Response, Failed> {
    let row = app
        .overtime_request(&Caller::new(reader.actor.clone()), request)
        .await
        .map_err(|error| reader.failed(error))?;
    Ok(Json(row).into_response())
}

command!(approve(OvertimeId, JsonBody<ApproveOvertimeRequest>) |app, caller, request, JsonBody(input)|
    app.approve_overtime_request(caller, request, input) => nothing);
command!(refuse(OvertimeId, JsonBody<Reason>) |app, caller, request, JsonBody(input)|
    app.refuse_overtime_request(caller, request, input) => nothing);
command!(withdraw(OvertimeId, ()) |app, caller, request, ()|
    app.withdraw_overtime_request(caller, request) => nothing);
