//! Punches, corrections and overtime.

use super::answers::{Created, Punched, command};
use crate::accounts::FeedKind;
use crate::app::{
    App, AppError, ApproveOvertime, Caller, DevicePunch, Punch, Reason, RequestCorrection,
};
use crate::http::extract::{At, Command, Done, JsonBody, Reader};
use crate::http::problem::Failed;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::ids::CorrectionId;

pub(super) async fn punch(
    State(app): State<App>,
    command: Command<JsonBody<Punch>>,
) -> Result<Done<Punched>, Failed> {
    let Command {
        caller, lang, body, ..
    } = command;
    let receipt = app
        .punch(&caller, body.0)
        .await
        .map_err(|error| Failed { error, lang })?;
    // The recorded moment, also when this is a repeat of an earlier punch.
    Ok(Done::created(receipt.map(|punch| Punched {
        id: punch.event.to_string(),
        at: punch.at,
    })))
}

pub(super) async fn device_punch(
    State(app): State<App>,
    command: Command<JsonBody<DevicePunch>>,
) -> Result<Done<Created>, Failed> {
    let Command {
        caller,
        machine,
        lang,
        body,
        ..
    } = command;
    let failed = |error| Failed { error, lang };
    let device = machine
        .filter(|machine| machine.kind == FeedKind::Device)
        .ok_or_else(|| failed(AppError::Forbidden))?;
    let receipt = app
        .device_punch(&caller, &device, body.0)
        .await
        .map_err(failed)?;
    Ok(Done::created(receipt.map(|punch| Created::of(punch.event))))
}

pub(super) async fn request_correction(
    State(app): State<App>,
    command: Command<JsonBody<RequestCorrection>>,
) -> Result<Done<Created>, Failed> {
    let Command {
        caller, lang, body, ..
    } = command;
    let receipt = app
        .request_correction(&caller, body.0)
        .await
        .map_err(|error| Failed { error, lang })?;
    Ok(Done::created(receipt.map(Created::of)))
}

pub(super) async fn show_correction(
    State(app): State<App>,
    At(correction): At<CorrectionId>,
    reader: Reader,
) -> Result<Response, Failed> {
    let row = app
        .correction(&Caller::new(reader.actor.clone()), correction)
        .await
        .map_err(|error| reader.failed(error))?;
    Ok(Json(row).into_response())
}

command!(approve_correction(CorrectionId, ()) |app, caller, correction, ()|
    app.approve_correction(caller, correction) => nothing);
command!(refuse_correction(CorrectionId, JsonBody<Reason>) |app, caller, correction, JsonBody(input)|
    app.refuse_correction(caller, correction, input) => nothing);
command!(withdraw_correction(CorrectionId, ()) |app, caller, correction, ()|
    app.withdraw_correction(caller, correction) => nothing);
command!(file_correction(CorrectionId, ()) |app, caller, correction, ()|
    app.file_correction(caller, correction) => nothing);
command!(approve_overtime((), JsonBody<ApproveOvertime>) |app, caller, (), JsonBody(input)|
    app.approve_overtime(caller, input) => nothing);
