//! Files for payroll, the administration and the wall.

use super::views::Days;
use crate::app::access::may_run_desk;
use crate::app::{App, AppError};
use crate::http::extract::{Asked, At, Reader};
use crate::http::problem::Failed;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use domain::ids::DeskId;
use domain::work_date::Month;
use projections::{RosterAt, View};
use serde::Deserialize;
use utoipa::IntoParams;

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const CSV: &str = "text/csv; charset=utf-8";

/// A moment of the log.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct AsOf {
    /// A log position as an export prints it: the books as they stood there. Absent: now.
    as_of: Option<String>,
}

/// Two moments of the log.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct Between {
    /// A log position as an export prints it.
    before: String,
    /// A later one; absent: now.
    after: Option<String>,
}

pub(super) async fn attendance_xlsx(
    State(app): State<App>,
    At((desk, month)): At<(DeskId, Month)>,
    Asked(moment): Asked<AsOf>,
    reader: Reader,
) -> Result<Response, Failed> {
    let name = format!("attendance-{desk}-{month}.xlsx");
    file_as_of(&app, &reader, &moment, name, XLSX, move |view| {
        view.attendance_xlsx(&desk, month)
    })
    .await
}

pub(super) async fn attendance_csv(
    State(app): State<App>,
    At((desk, month)): At<(DeskId, Month)>,
    Asked(moment): Asked<AsOf>,
    reader: Reader,
) -> Result<Response, Failed> {
    let name = format!("attendance-{desk}-{month}.csv");
    file_as_of(&app, &reader, &moment, name, CSV, move |view| {
        view.attendance_csv(&desk, month)
    })
    .await
}

pub(super) async fn penalties_csv(
    State(app): State<App>,
    At((desk, month)): At<(DeskId, Month)>,
    reader: Reader,
) -> Result<Response, Failed> {
    may_run_desk(&reader.actor, &desk).map_err(|error| reader.failed(error))?;
    let name = format!("penalties-{desk}-{month}.csv");
    file(&app, &reader, name, CSV, move |view| {
        view.penalties_csv(&desk, month)
    })
    .await
}

pub(super) async fn duty_table_xlsx(
    State(app): State<App>,
    At((desk, month)): At<(DeskId, Month)>,
    reader: Reader,
) -> Result<Response, Failed> {
    app.may_see_desk(&reader.actor, &desk)
        .await
        .map_err(|error| reader.failed(error))?;
    let name = format!("duty-table-{desk}-{month}.xlsx");
    file(&app, &reader, name, XLSX, move |view| {
        view.duty_table_xlsx(&desk, month.first(), month.last(), RosterAt::Latest)
    })
    .await
}

pub(super) async fn changes(
    State(app): State<App>,
    At((desk, month)): At<(DeskId, Month)>,
    Asked(between): Asked<Between>,
    reader: Reader,
) -> Result<Response, Failed> {
    let compare = async {
        let before = app.position("before", &between.before)?;
        let after = between.after.as_deref();
        let after = after.map(|after| app.position("after", after));
        app.compare_positions(&desk, month, before, after.transpose()?)
            .await
    };
    let comparison = compare.await.map_err(|error| reader.failed(error))?;
    Ok(Json(comparison).into_response())
}

/// The file as it was, or is.
async fn file_as_of(
    app: &App,
    reader: &Reader,
    moment: &AsOf,
    name: String,
    kind: &'static str,
    make: impl FnOnce(&View<'_>) -> projections::Result<Vec<u8>> + Send + 'static,
) -> Result<Response, Failed> {
    let Some(as_of) = &moment.as_of else {
        return file(app, reader, name, kind, make).await;
    };
    let made = async {
        let position = app.position("as_of", as_of)?;
        app.read_as_of(position, make).await
    };
    let bytes = made.await.map_err(|error| match error {
        AppError::Models(error)
            if matches!(error.downcast_ref(), Some(projections::Error::Missing(_))) =>
        {
            reader.failed(AppError::NotFound("month"))
        }
        other => reader.failed(other),
    })?;
    Ok(download(&name, kind, bytes))
}

pub(super) async fn duty_table_days_xlsx(
    State(app): State<App>,
    At(desk): At<DeskId>,
    Asked(days): Asked<Days>,
    reader: Reader,
) -> Result<Response, Failed> {
    app.may_see_desk(&reader.actor, &desk)
        .await
        .map_err(|error| reader.failed(error))?;
    let (first, last) = days.checked().map_err(|error| reader.failed(error))?;
    let name = format!("duty-table-{desk}-{first}-{last}.xlsx");
    file(&app, &reader, name, XLSX, move |view| {
        view.duty_table_xlsx(&desk, first, last, RosterAt::Latest)
    })
    .await
}

pub(super) async fn utilisation_people_csv(
    State(app): State<App>,
    At(desk): At<DeskId>,
    Asked(days): Asked<Days>,
    reader: Reader,
) -> Result<Response, Failed> {
    may_run_desk(&reader.actor, &desk).map_err(|error| reader.failed(error))?;
    let (first, last) = days.checked().map_err(|error| reader.failed(error))?;
    let name = format!("utilisation-people-{desk}-{first}-{last}.csv");
    let now = app.now();
    file(&app, &reader, name, CSV, move |view| {
        view.utilisation_people_csv(&desk, first, last, now)
    })
    .await
}

pub(super) async fn utilisation_slots_csv(
    State(app): State<App>,
    At(desk): At<DeskId>,
    Asked(days): Asked<Days>,
    reader: Reader,
) -> Result<Response, Failed> {
    may_run_desk(&reader.actor, &desk).map_err(|error| reader.failed(error))?;
    let (first, last) = days.checked().map_err(|error| reader.failed(error))?;
    let name = format!("utilisation-slots-{desk}-{first}-{last}.csv");
    let now = app.now();
    file(&app, &reader, name, CSV, move |view| {
        view.utilisation_slots_csv(&desk, first, last, now)
    })
    .await
}

/// A file to keep. Files are made one at a time: a thousand asked for at once wait instead of eating the machine.
async fn file(
    app: &App,
    reader: &Reader,
    name: String,
    kind: &'static str,
    make: impl FnOnce(&View<'_>) -> projections::Result<Vec<u8>> + Send + 'static,
) -> Result<Response, Failed> {
    let _turn = app.export_turn().await;
    let bytes = app.models().read(make).await.map_err(|error| match error {
        projections::Error::Missing(_) => reader.failed(AppError::NotFound("month")),
        other => reader.failed(AppError::Models(Box::new(other))),
    })?;
    Ok(download(&name, kind, bytes))
}

fn download(name: &str, kind: &'static str, bytes: Vec<u8>) -> Response {
    // Desk ids and months are plain ASCII.
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""))
        .unwrap_or_else(|_| HeaderValue::from_static("attachment"));
    (
        [
            (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
            (header::CONTENT_DISPOSITION, disposition),
        ],
        bytes,
    )
        .into_response()
}
