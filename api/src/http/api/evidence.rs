//! Feeds, complaints and spot checks.

use super::answers::{Created, FeedAnswer, command};
use crate::accounts::FeedKind;
use crate::app::{
    App, CloseAlert, ExcusePresence, FileComplaint, RaiseAlert, ReportCalls, ReportPresence,
    SpotCheck, VerifyComplaint,
};
use crate::http::extract::{At, Command, Done, JsonBody};
use crate::http::problem::Failed;
use axum::extract::State;
use domain::ids::{AlertId, ComplaintId, DeskId};

pub(super) async fn presence(
    State(app): State<App>,
    At(desk): At<DeskId>,
    command: Command<JsonBody<ReportPresence>>,
) -> Result<Done<FeedAnswer>, Failed> {
    let Command {
        caller,
        machine,
        lang,
        body,
        ..
    } = command;
    let failed = |error| Failed { error, lang };
    if let Some(machine) = &machine {
        App::may_report(machine, FeedKind::Presence, &desk).map_err(failed)?;
    }
    let receipt = app
        .report_presence(&caller, &desk, body.0)
        .await
        .map_err(failed)?;
    Ok(Done::answered(
        receipt.map(|report| FeedAnswer::of(report, lang)),
    ))
}

pub(super) async fn calls(
    State(app): State<App>,
    At(desk): At<DeskId>,
    command: Command<JsonBody<ReportCalls>>,
) -> Result<Done<FeedAnswer>, Failed> {
    let Command {
        caller,
        machine,
        lang,
        body,
        ..
    } = command;
    let failed = |error| Failed { error, lang };
    if let Some(machine) = &machine {
        App::may_report(machine, FeedKind::Calls, &desk).map_err(failed)?;
    }
    let receipt = app
        .report_calls(&caller, &desk, body.0)
        .await
        .map_err(failed)?;
    Ok(Done::answered(
        receipt.map(|report| FeedAnswer::of(report, lang)),
    ))
}

command!(complain(DeskId, JsonBody<FileComplaint>) |app, caller, desk, JsonBody(input)|
    app.file_complaint(caller, &desk, input) => created);

command!(excuse(DeskId, JsonBody<ExcusePresence>) |app, caller, desk, JsonBody(input)|
    app.excuse_presence(caller, &desk, input) => nothing);
command!(verify(ComplaintId, JsonBody<VerifyComplaint>) |app, caller, complaint, JsonBody(input)|
    app.verify_complaint(caller, complaint, input) => nothing);
command!(spot_check(DeskId, JsonBody<SpotCheck>) |app, caller, desk, JsonBody(input)|
    app.spot_check(caller, &desk, input) => nothing);
command!(close_alert(AlertId, JsonBody<CloseAlert>) |app, caller, alert, JsonBody(input)|
    app.close_alert(caller, alert, input) => nothing);

pub(super) async fn raise_alert(
    State(app): State<App>,
    At(desk): At<DeskId>,
    command: Command<JsonBody<RaiseAlert>>,
) -> Result<Done<Created>, Failed> {
    let Command {
        caller, lang, body, ..
    } = command;
    let receipt = app
        .raise_alert(&caller, &desk, body.0)
        .await
        .map_err(|error| Failed { error, lang })?;
    Ok(Done::created(receipt.map(Created::of)))
}
