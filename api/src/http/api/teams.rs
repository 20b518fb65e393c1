//! Who works with whom (带教, 不同班, 轮班顺序).

use super::answers::command;
use crate::app::{App, SetTeam};
use crate::http::extract::{At, JsonBody, Reader};
use crate::http::problem::Failed;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::ids::DeskId;

command!(set_team(DeskId, JsonBody<SetTeam>) |app, caller, desk, JsonBody(input)|
    app.set_team(caller, &desk, input) => nothing);

pub(super) async fn team(
    State(app): State<App>,
    At(desk): At<DeskId>,
    reader: Reader,
) -> Result<Response, Failed> {
    let team = app.team(&reader.actor, &desk).await;
    let team = team.map_err(|error| reader.failed(error))?;
    Ok(Json(team).into_response())
}
