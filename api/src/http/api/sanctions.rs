//! Penalties and rewards.

use super::answers::{command, show};
use crate::app::{App, Caller, DecideAppeal, ProposeReward, Reason, TakeStep, VerifySanction};
use crate::http::extract::{At, JsonBody, Reader};
use crate::http::problem::Failed;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::ids::SanctionId;

pub(super) async fn one(
    State(app): State<App>,
    At(sanction): At<SanctionId>,
    reader: Reader,
) -> Result<Response, Failed> {
    let row = app
        .sanction(&Caller::new(reader.actor.clone()), &sanction)
        .await
        .map_err(|error| reader.failed(error))?;
    Ok(Json(row).into_response())
}

pub(super) async fn evidence(
    State(app): State<App>,
    At(sanction): At<SanctionId>,
    reader: Reader,
) -> Result<Response, Failed> {
    let row = app
        .sanction(&Caller::new(reader.actor.clone()), &sanction)
        .await
        .map_err(|error| reader.failed(error))?;
    show(&app, &reader, move |view| view.evidence(&row.evidence)).await
}

command!(propose_reward((), JsonBody<ProposeReward>) |app, caller, (), JsonBody(input)|
    app.propose_reward(caller, input) => created);

command!(verify(SanctionId, JsonBody<VerifySanction>) |app, caller, sanction, JsonBody(input)|
    app.verify_sanction(caller, &sanction, input) => nothing);
command!(balance(SanctionId, JsonBody<TakeStep>) |app, caller, sanction, JsonBody(input)|
    app.balance_sanction(caller, &sanction, input) => nothing);
command!(approve(SanctionId, JsonBody<TakeStep>) |app, caller, sanction, JsonBody(input)|
    app.approve_sanction(caller, &sanction, input) => nothing);
command!(waive(SanctionId, JsonBody<Reason>) |app, caller, sanction, JsonBody(input)|
    app.waive_sanction(caller, &sanction, input) => nothing);
command!(appeal(SanctionId, JsonBody<Reason>) |app, caller, sanction, JsonBody(input)|
    app.appeal_sanction(caller, &sanction, input) => nothing);
command!(decide_appeal(SanctionId, JsonBody<DecideAppeal>) |app, caller, sanction, JsonBody(input)|
    app.decide_appeal(caller, &sanction, input) => nothing);
