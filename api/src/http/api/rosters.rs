//! The month's roster, its solves, the weekly duty table; and swaps.

use super::answers::{Created, command, show, show_if_any};
use super::views::Days;
use crate::app::access::may_run_desk;
use crate::app::{
    AmendRoster, App, AppError, Caller, EditCells, FixCells, PublishRoster, Reason, ReplanRoster,
    RequestSwap, SolveProgress, SolveRoster,
};
use crate::http::extract::{Asked, At, Command, Done, JsonBody, Reader, etag};
use crate::http::problem::Failed;
use crate::pages::progress_words;
use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use domain::ids::{DeskId, SolveId, SwapId};
use domain::refusal::Refusal;
use domain::work_date::{Month, WorkDate};
use projections::RosterAt;
use serde::{Deserialize, Serialize};
use tokio_stream::StreamExt;
use tokio_stream::wrappers::ReceiverStream;
use utoipa::{IntoParams, ToSchema};

/// Which state of a roster.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct RosterQuery {
    /// `draft` (what is being planned), `latest` (as published last); absent: `latest`, or the draft before that.
    state: Option<String>,
    /// A published revision.
    revision: Option<u32>,
    /// As it was in force at a moment.
    at: Option<DateTime<Utc>>,
}

pub(super) async fn one(
    State(app): State<App>,
    At((desk, month)): At<(DeskId, Month)>,
    Asked(query): Asked<RosterQuery>,
    reader: Reader,
) -> Result<Response, Failed> {
    may_run_desk(&reader.actor, &desk).map_err(|error| reader.failed(error))?;
    let (whose, asked) = (desk.clone(), query);
    let state = {
        let desk = desk.clone();
        app.read(move |view| view.roster_state(&desk, month))
            .await
            .map_err(|error| reader.failed(error))?
    };
    let state = state.ok_or_else(|| reader.failed(AppError::NotFound("roster")))?;
    let which = match (asked.revision, asked.at, asked.state.as_deref()) {
        (Some(revision), _, _) => RosterAt::Revision(revision),
        (None, Some(at), _) => RosterAt::Moment(at),
        (None, None, Some("draft")) => RosterAt::Draft,
        (None, None, Some("latest")) => RosterAt::Latest,
        (None, None, _) if state.revision.is_none() => RosterAt::Draft,
        (None, None, _) => RosterAt::Latest,
    };
    let mut answer = show_if_any(&app, &reader, "roster", move |view| {
        view.roster_at(&whose, month, which)
    })
    .await?;
    answer
        .headers_mut()
        .insert(header::ETAG, etag(state.stream_revision));
    Ok(answer)
}

pub(super) async fn revisions(
    State(app): State<App>,
    At((desk, month)): At<(DeskId, Month)>,
    reader: Reader,
) -> Result<Response, Failed> {
    may_run_desk(&reader.actor, &desk).map_err(|error| reader.failed(error))?;
    show(&app, &reader, move |view| {
        view.roster_revisions(&desk, month)
    })
    .await
}

pub(super) async fn solves(
    State(app): State<App>,
    At((desk, month)): At<(DeskId, Month)>,
    reader: Reader,
) -> Result<Response, Failed> {
    may_run_desk(&reader.actor, &desk).map_err(|error| reader.failed(error))?;
    show(&app, &reader, move |view| view.solves(&desk, month)).await
}

command!(draft((DeskId, Month), ()) |app, caller, (desk, month), ()| app.draft_roster(caller, &desk, month) => nothing);
command!(publish((DeskId, Month), JsonBody<PublishRoster>) |app, caller, (desk, month), JsonBody(input)|
    app.publish_roster(caller, &desk, month, input) => nothing);

command!(fix((DeskId, Month), JsonBody<FixCells>) |app, caller, (desk, month), JsonBody(input)|
    app.fix_cells(caller, &desk, month, input) => nothing);

pub(super) async fn fixed_cells(
    State(app): State<App>,
    At((desk, month)): At<(DeskId, Month)>,
    reader: Reader,
) -> Result<Response, Failed> {
    let cells = app.fixed_cells(&reader.actor, &desk, month).await;
    let cells = cells.map_err(|error| reader.failed(error))?;
    Ok(Json(cells).into_response())
}

pub(super) async fn solve(
    State(app): State<App>,
    At((desk, month)): At<(DeskId, Month)>,
    command: Command<JsonBody<SolveRoster>>,
) -> Result<Done<Created>, Failed> {
    let Command {
        caller, lang, body, ..
    } = command;
    let receipt = app
        .request_solve(&caller, &desk, month, body.0)
        .await
        .map_err(|error| Failed { error, lang })?;
    Ok(Done::accepted(receipt.map(Created::of)))
}

/// A solve's progress and end.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SolveAnswer {
    /// How far it is; absent when another process ran it.
    progress: Option<SolveProgress>,
    /// What the log says: what was asked for, and the report or the failure once it has ended.
    #[schema(value_type = Object)]
    record: Option<serde_json::Value>,
}

pub(super) async fn solve_status(
    State(app): State<App>,
    At(solve): At<SolveId>,
    reader: Reader,
) -> Result<Json<SolveAnswer>, Failed> {
    let failed = |error: AppError| reader.failed(error);
    let unknown = || reader.failed(AppError::Refused(Refusal::SolveUnknown { solve }));
    let record = app
        .read(move |view| view.solve(solve))
        .await
        .map_err(failed)?;
    let progress = app.solve_news(solve).await.map_err(failed)?;
    let desk = progress
        .as_ref()
        .map(|progress| &progress.desk)
        .or(record.as_ref().map(|row| &row.desk));
    let desk = desk.ok_or_else(unknown)?;
    may_run_desk(&reader.actor, desk).map_err(|_| unknown())?;
    let record = record
        .map(serde_json::to_value)
        .transpose()
        .map_err(|error| failed(error.into()))?;
    Ok(Json(SolveAnswer { progress, record }))
}

/// What a stream of progress tells.
#[derive(Debug, Serialize)]
struct SolveNews {
    #[serde(flatten)]
    progress: SolveProgress,
    /// In the reader's language.
    text: String,
}

/// Server-sent events: `progress` as it goes, `end` once its outcome is in the log.
pub(super) async fn solve_events(
    State(app): State<App>,
    At(solve): At<SolveId>,
    reader: Reader,
) -> Result<Response, Failed> {
    let unknown = || reader.failed(AppError::Refused(Refusal::SolveUnknown { solve }));
    let news = app
        .solve_news(solve)
        .await
        .map_err(|error| reader.failed(error))?
        .ok_or_else(unknown)?;
    may_run_desk(&reader.actor, &news.desk).map_err(|_| unknown())?;
    let lang = reader.lang;
    let events = ReceiverStream::new(app.follow_solve(solve)).map(move |progress| {
        let name = if progress.state.has_ended() {
            "end"
        } else {
            "progress"
        };
        let text = progress_words(&progress, lang);
        Event::default()
            .event(name)
            .json_data(SolveNews { progress, text })
    });
    Ok(Sse::new(events)
        .keep_alive(KeepAlive::default())
        .into_response())
}

command!(cancel_solve(SolveId, ()) |app, caller, solve, ()| app.cancel_solve(caller, solve) => nothing);
command!(accept_replan(SolveId, JsonBody<Reason>) |app, caller, solve, JsonBody(input)|
    app.accept_replan(caller, solve, input) => nothing);
command!(discard_replan(SolveId, ()) |app, caller, solve, ()| app.discard_replan(caller, solve) => nothing);

pub(super) async fn replan(
    State(app): State<App>,
    At((desk, month)): At<(DeskId, Month)>,
    command: Command<JsonBody<ReplanRoster>>,
) -> Result<Done<Created>, Failed> {
    let Command {
        caller, lang, body, ..
    } = command;
    let receipt = app
        .request_replan(&caller, &desk, month, body.0)
        .await
        .map_err(|error| Failed { error, lang })?;
    Ok(Done::accepted(receipt.map(Created::of)))
}

pub(super) async fn edit(
    State(app): State<App>,
    At((desk, month)): At<(DeskId, Month)>,
    command: Command<JsonBody<EditCells>>,
) -> Result<impl IntoResponse, Failed> {
    let Command {
        caller,
        lang,
        seen,
        body,
        ..
    } = command;
    app.edit_cells(&caller, &desk, month, seen, body.0)
        .await
        .map(Done::answered)
        .map_err(|error| Failed { error, lang })
}

pub(super) async fn amend(
    State(app): State<App>,
    At((desk, month)): At<(DeskId, Month)>,
    command: Command<JsonBody<AmendRoster>>,
) -> Result<impl IntoResponse, Failed> {
    let Command {
        caller,
        lang,
        seen,
        body,
        ..
    } = command;
    app.amend_roster(&caller, &desk, month, seen, body.0)
        .await
        .map(Done::answered)
        .map_err(|error| Failed { error, lang })
}

/// Which week.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SubmitWeek {
    /// Its Monday.
    #[schema(value_type = String, format = Date)]
    week_start: WorkDate,
}

command!(submit(DeskId, JsonBody<SubmitWeek>) |app, caller, desk, JsonBody(input)|
    app.submit_duty_table(caller, &desk, input.week_start) => nothing);

pub(super) async fn duty_table(
    State(app): State<App>,
    At(desk): At<DeskId>,
    Asked(days): Asked<Days>,
    reader: Reader,
) -> Result<Response, Failed> {
    app.may_see_desk(&reader.actor, &desk)
        .await
        .map_err(|error| reader.failed(error))?;
    let (first, last) = days.checked().map_err(|error| reader.failed(error))?;
    show_if_any(&app, &reader, "duty table", move |view| {
        view.duty_table(&desk, first, last, RosterAt::Latest)
    })
    .await
}

pub(super) async fn duty_weeks(
    State(app): State<App>,
    At(desk): At<DeskId>,
    Asked(days): Asked<Days>,
    reader: Reader,
) -> Result<Response, Failed> {
    may_run_desk(&reader.actor, &desk).map_err(|error| reader.failed(error))?;
    let (first, last) = days.checked().map_err(|error| reader.failed(error))?;
    let now = app.now();
    show(&app, &reader, move |view| {
        view.duty_weeks(&desk, first, last, now)
    })
    .await
}

pub(super) async fn show_swap(
    State(app): State<App>,
    At(swap): At<SwapId>,
    reader: Reader,
) -> Result<Response, Failed> {
    let row = app
        .swap(&Caller::new(reader.actor.clone()), swap)
        .await
        .map_err(|error| reader.failed(error))?;
    Ok(Json(row).into_response())
}

pub(super) async fn request_swap(
    State(app): State<App>,
    command: Command<JsonBody<RequestSwap>>,
) -> Result<Done<Created>, Failed> {
    let Command {
        caller, lang, body, ..
    } = command;
    let receipt = app
        .request_swap(&caller, body.0)
        .await
        .map_err(|error| Failed { error, lang })?;
    Ok(Done::created(receipt.map(Created::of)))
}

command!(agree_swap(SwapId, ()) |app, caller, swap, ()| app.agree_swap(caller, swap) => nothing);
command!(decline_swap(SwapId, ()) |app, caller, swap, ()| app.decline_swap(caller, swap) => nothing);
command!(approve_swap(SwapId, ()) |app, caller, swap, ()| app.approve_swap(caller, swap) => answered);
command!(refuse_swap(SwapId, JsonBody<Reason>) |app, caller, swap, JsonBody(input)|
    app.refuse_swap(caller, swap, input) => nothing);
command!(withdraw_swap(SwapId, ()) |app, caller, swap, ()| app.withdraw_swap(caller, swap) => nothing);
