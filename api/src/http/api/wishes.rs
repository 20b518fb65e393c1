//! What staff wish of a month's roster (排班意愿).

use super::answers::command;
use crate::app::{App, OwnWishes, StateWishes, WishRow};
use crate::http::extract::{At, JsonBody, Reader};
use crate::http::problem::Failed;
use axum::Json;
use axum::extract::State;
use domain::ids::DeskId;
use domain::work_date::Month;

command!(state(Month, JsonBody<StateWishes>) |app, caller, month, JsonBody(input)|
    app.state_wishes(caller, month, input) => nothing);

pub(super) async fn own(
    State(app): State<App>,
    At(month): At<Month>,
    reader: Reader,
) -> Result<Json<OwnWishes>, Failed> {
    let wishes = app.own_wishes(&reader.actor, month).await;
    wishes.map(Json).map_err(|error| reader.failed(error))
}

pub(super) async fn of_desk(
    State(app): State<App>,
    At((desk, month)): At<(DeskId, Month)>,
    reader: Reader,
) -> Result<Json<Vec<WishRow>>, Failed> {
    let wishes = app.wishes_of(&reader.actor, &desk, month).await;
    wishes.map(Json).map_err(|error| reader.failed(error))
}
