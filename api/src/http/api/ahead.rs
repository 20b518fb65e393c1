//! Several months planned ahead, each from the one before it.

use super::answers::command;
use crate::app::{App, MonthAhead, PlanAhead};
use crate::http::extract::{Asked, At, JsonBody, Reader};
use crate::http::problem::Failed;
use axum::Json;
use axum::extract::State;
use domain::ids::DeskId;
use domain::work_date::Month;
use serde::Deserialize;
use utoipa::IntoParams;

command!(plan((DeskId, Month), JsonBody<PlanAhead>) |app, caller, (desk, first), JsonBody(input)|
    app.plan_ahead(caller, &desk, first, input) => accepted);

/// How far to look.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct AheadQuery {
    /// Months, 1 to 12.
    months: u8,
}

pub(super) async fn show(
    State(app): State<App>,
    At((desk, first)): At<(DeskId, Month)>,
    Asked(query): Asked<AheadQuery>,
    reader: Reader,
) -> Result<Json<Vec<MonthAhead>>, Failed> {
    app.months_ahead(&reader.actor, &desk, first, query.months)
        .await
        .map(Json)
        .map_err(|error| reader.failed(error))
}
