//! Leave and balances.

use super::answers::{Created, command};
use crate::app::{
    App, Caller, FileEmergencyLeave, MoveBalance, NoteEvidence, Reason, RequestLeave,
};
use crate::http::extract::{At, Command, Done, JsonBody, Reader};
use crate::http::problem::Failed;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::ids::{LeaveId, StaffId};

pub(super) async fn request(
    State(app): State<App>,
    command: Command<JsonBody<RequestLeave>>,
) -> Result<Done<Created>, Failed> {
    let Command {
        caller, lang, body, ..
    } = command;
    let receipt = app
        .request_leave(&caller, body.0)
        .await
        .map_err(|error| Failed { error, lang })?;
    Ok(Done::created(receipt.map(Created::of)))
}

pub(super) async fn request_emergency(
    State(app): State<App>,
    command: Command<JsonBody<FileEmergencyLeave>>,
) -> Result<Done<Created>, Failed> {
    let Command {
        caller, lang, body, ..
    } = command;
    let receipt = app
        .file_emergency_leave(&caller, body.0)
        .await
        .map_err(|error| Failed { error, lang })?;
    Ok(Done::created(receipt.map(Created::of)))
}

pub(super) async fn one(
    State(app): State<App>,
    At(leave): At<LeaveId>,
    reader: Reader,
) -> Result<Response, Failed> {
    let row = app
        .leave(&Caller::new(reader.actor.clone()), leave)
        .await
        .map_err(|error| reader.failed(error))?;
    Ok(Json(row).into_response())
}

command!(approve(LeaveId, ()) |app, caller, leave, ()| app.approve_leave(caller, leave) => nothing);
command!(refuse(LeaveId, JsonBody<Reason>) |app, caller, leave, JsonBody(input)|
    app.refuse_leave(caller, leave, input) => nothing);
command!(withdraw(LeaveId, ()) |app, caller, leave, ()| app.withdraw_leave(caller, leave) => nothing);
command!(move_balance(StaffId, JsonBody<MoveBalance>) |app, caller, staff, JsonBody(input)|
    app.move_balance(caller, &staff, input) => nothing);
command!(note_evidence(LeaveId, JsonBody<NoteEvidence>) |app, caller, leave, JsonBody(input)|
    app.note_leave_evidence(caller, leave, input) => nothing);
