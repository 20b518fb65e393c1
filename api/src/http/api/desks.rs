//! What a desk is, needs and goes by; and the house's calendar.

use super::answers::{DemandImportQuery, ImportAnswer, command, show, show_if_any};
use crate::app::access::may_run_desk;
use crate::app::{
    AdoptCalendar, AdoptShiftTemplates, App, CalendarImport, Comparison, DefineSkills,
    ImportCalendar, OpenDesk, PolicyText, SetDemand, WhatIf,
};
use crate::http::extract::{Asked, At, Command, Done, JsonBody, Reader, Text};
use crate::http::problem::Failed;
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use domain::ids::DeskId;
use domain::org::{CalendarFile, shipped, shipped_years};
use domain::policy::PolicyDocument;
use domain::work_date::Month;
use projections::CalendarRow;
use serde::Serialize;

pub(super) async fn list(State(app): State<App>, reader: Reader) -> Result<Response, Failed> {
    show(&app, &reader, |view| view.desks()).await
}

pub(super) async fn one(
    State(app): State<App>,
    At(desk): At<DeskId>,
    reader: Reader,
) -> Result<Response, Failed> {
    show_if_any(&app, &reader, "desk", move |view| view.desk(&desk)).await
}

pub(super) async fn demand(
    State(app): State<App>,
    At((desk, month)): At<(DeskId, Month)>,
    reader: Reader,
) -> Result<Response, Failed> {
    may_run_desk(&reader.actor, &desk).map_err(|error| reader.failed(error))?;
    show_if_any(&app, &reader, "demand", move |view| {
        view.demand(&desk, month)
    })
    .await
}

pub(super) async fn calendar(
    State(app): State<App>,
    At(year): At<i32>,
    reader: Reader,
) -> Result<Response, Failed> {
    show_if_any(&app, &reader, "calendar", move |view| view.calendar(year)).await
}

/// The arrangements adopted, and the years that come with the program.
#[derive(Serialize)]
struct Calendars {
    adopted: Vec<CalendarRow>,
    shipped: Vec<CalendarFile>,
}

pub(super) async fn calendars(State(app): State<App>, reader: Reader) -> Result<Response, Failed> {
    show(&app, &reader, |view| {
        Ok(Calendars {
            adopted: view.calendars()?,
            shipped: shipped_years().filter_map(shipped).collect(),
        })
    })
    .await
}

pub(super) async fn import_calendar(
    State(app): State<App>,
    command: Command<JsonBody<ImportCalendar>>,
) -> Result<Done<CalendarImport>, Failed> {
    let Command {
        caller, lang, body, ..
    } = command;
    let receipt = app
        .import_calendar(&caller, body.0)
        .await
        .map_err(|error| Failed { error, lang })?;
    Ok(Done::answered(receipt))
}

command!(adopt_shipped(i32, ()) |app, caller, year, ()| app.adopt_shipped_calendar(caller, year) => nothing);
command!(open((), JsonBody<OpenDesk>) |app, caller, (), JsonBody(input)| app.open_desk(caller, input) => nothing);
command!(define_skills(DeskId, JsonBody<DefineSkills>) |app, caller, desk, JsonBody(input)|
    app.define_skills(caller, &desk, input) => nothing);
command!(adopt_templates(DeskId, JsonBody<AdoptShiftTemplates>) |app, caller, desk, JsonBody(input)|
    app.adopt_shift_templates(caller, &desk, input) => nothing);
command!(set_demand((DeskId, Month), JsonBody<SetDemand>) |app, caller, (desk, month), JsonBody(input)|
    app.set_demand(caller, &desk, month, input) => nothing);
command!(adopt_policy(DeskId, JsonBody<PolicyText>) |app, caller, desk, JsonBody(input)|
    app.adopt_policy(caller, &desk, input) => nothing);
command!(adopt_calendar(i32, JsonBody<AdoptCalendar>) |app, caller, year, JsonBody(input)|
    app.adopt_calendar(caller, year, input) => nothing);

pub(super) async fn check_policy(
    command: Command<JsonBody<PolicyText>>,
) -> Result<Json<PolicyDocument>, Failed> {
    let Command { lang, body, .. } = command;
    App::check_policy(&body.0.document)
        .map(Json)
        .map_err(|error| Failed { error, lang })
}

pub(super) async fn what_if(
    State(app): State<App>,
    At(desk): At<DeskId>,
    command: Command<JsonBody<WhatIf>>,
) -> Result<Json<Comparison>, Failed> {
    let Command {
        caller, lang, body, ..
    } = command;
    let failed = |error| Failed { error, lang };
    may_run_desk(&caller.actor, &desk).map_err(failed)?;
    app.what_if(&desk, &body.0).await.map(Json).map_err(failed)
}

pub(super) async fn import_demand(
    State(app): State<App>,
    At((desk, month)): At<(DeskId, Month)>,
    Asked(query): Asked<DemandImportQuery>,
    command: Command<Text>,
) -> Result<Done<ImportAnswer>, Failed> {
    let Command {
        caller, lang, body, ..
    } = command;
    let failed = |error| Failed { error, lang };
    may_run_desk(&caller.actor, &desk).map_err(failed)?;
    let receipt = app
        .import_demand(
            &caller,
            &desk,
            month,
            query.slot_minutes(),
            &body.0,
            query.commit(),
        )
        .await
        .map_err(failed)?;
    Ok(Done::answered(
        receipt.map(|report| ImportAnswer::of(report, lang)),
    ))
}
