//! Shifts that leave leaves open, and who covers them.

use super::answers::command;
use crate::app::{App, CoverShift};
use crate::http::extract::{At, JsonBody, Reader};
use crate::http::problem::Failed;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::ids::DeskId;

pub(super) async fn list(
    State(app): State<App>,
    At(desk): At<DeskId>,
    reader: Reader,
) -> Result<Response, Failed> {
    let rows = app
        .open_shifts(&reader.actor, &desk)
        .await
        .map_err(|error| reader.failed(error))?;
    Ok(Json(rows).into_response())
}

command!(cover(DeskId, JsonBody<CoverShift>) |app, caller, desk, JsonBody(input)|
    app.cover_shift(caller, &desk, input) => answered);
