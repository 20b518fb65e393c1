//! Handovers, open items and work outside.

use super::answers::{command, show};
use super::views::Days;
use crate::app::access::may_run_desk;
use crate::app::{
    App, CheckOuting, CloseItem, HandOverItem, OfferHandover, RaiseItem, RegisterOuting,
    SignAtPost, WaiveHandover,
};
use crate::http::extract::{Asked, At, JsonBody, Reader};
use crate::http::problem::Failed;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::ids::{DeskId, HandoverId, ItemId, OutingId, StaffId};

pub(super) async fn of_person(
    State(app): State<App>,
    At(staff): At<StaffId>,
    reader: Reader,
) -> Result<Response, Failed> {
    app.may_see_person(&reader.actor, &staff)
        .await
        .map_err(|error| reader.failed(error))?;
    let post = app
        .post_of(&staff)
        .await
        .map_err(|error| reader.failed(error))?;
    Ok(Json(post).into_response())
}

command!(offer((), JsonBody<OfferHandover>) |app, caller, (), JsonBody(input)|
    app.offer_handover(caller, input) => created);

command!(raise(DeskId, JsonBody<RaiseItem>) |app, caller, desk, JsonBody(input)|
    app.raise_item(caller, &desk, input) => created);

command!(go_out((), JsonBody<RegisterOuting>) |app, caller, (), JsonBody(input)|
    app.register_outing(caller, input) => created);

pub(super) async fn handovers(
    State(app): State<App>,
    At(desk): At<DeskId>,
    Asked(days): Asked<Days>,
    reader: Reader,
) -> Result<Response, Failed> {
    may_run_desk(&reader.actor, &desk).map_err(|error| reader.failed(error))?;
    let (first, last) = days.checked().map_err(|error| reader.failed(error))?;
    show(&app, &reader, move |view| {
        view.handovers_of_desk(&desk, first, last)
    })
    .await
}

pub(super) async fn items(
    State(app): State<App>,
    At(desk): At<DeskId>,
    reader: Reader,
) -> Result<Response, Failed> {
    app.may_see_desk(&reader.actor, &desk)
        .await
        .map_err(|error| reader.failed(error))?;
    show(&app, &reader, move |view| view.open_items_of_desk(&desk)).await
}

pub(super) async fn outings(
    State(app): State<App>,
    At(desk): At<DeskId>,
    Asked(days): Asked<Days>,
    reader: Reader,
) -> Result<Response, Failed> {
    may_run_desk(&reader.actor, &desk).map_err(|error| reader.failed(error))?;
    let (first, last) = days.checked().map_err(|error| reader.failed(error))?;
    show(&app, &reader, move |view| {
        view.outings_of_desk(&desk, first, last)
    })
    .await
}

command!(sign(HandoverId, ()) |app, caller, handover, ()|
    app.sign_handover(caller, handover) => nothing);
command!(sign_at_post(HandoverId, JsonBody<SignAtPost>) |app, caller, handover, JsonBody(input)|
    app.sign_handover_at_post(caller, handover, input) => nothing);
command!(waive(DeskId, JsonBody<WaiveHandover>) |app, caller, desk, JsonBody(input)|
    app.waive_handover(caller, &desk, input) => nothing);
command!(close(ItemId, JsonBody<CloseItem>) |app, caller, item, JsonBody(input)|
    app.close_item(caller, item, input) => nothing);
command!(hand_over(ItemId, JsonBody<HandOverItem>) |app, caller, item, JsonBody(input)|
    app.hand_over_item(caller, item, input) => nothing);
command!(come_back(OutingId, ()) |app, caller, outing, ()|
    app.return_from_outing(caller, outing) => nothing);
command!(check(OutingId, JsonBody<CheckOuting>) |app, caller, outing, JsonBody(input)|
    app.check_outing(caller, outing, input) => nothing);
