//! What a lead asks about a roster: why somebody does not work then, what differs between two of its states.

use crate::app::{App, AppError, ConflictAnswer, Fault, RosterComparison, WhyAsked, WhyNotAnswer};
use crate::http::extract::{Asked, At, Reader};
use crate::http::problem::Failed;
use axum::Json;
use axum::extract::State;
use domain::ids::{DeskId, ShiftCode, StaffId};
use domain::work_date::{Month, WorkDate};
use serde::Deserialize;
use utoipa::IntoParams;

/// Who, when, and what they would do.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct WhyQuery {
    /// 工号
    staff: String,
    /// The day.
    #[param(value_type = String, format = Date)]
    date: String,
    /// A shift's code, or `off`; absent: any shift.
    shift: Option<String>,
}

pub(super) async fn why(
    State(app): State<App>,
    At((desk, month)): At<(DeskId, Month)>,
    Asked(query): Asked<WhyQuery>,
    reader: Reader,
) -> Result<Json<WhyNotAnswer>, Failed> {
    let date = day(&query.date).map_err(|error| reader.failed(error))?;
    let asked = WhyAsked::of(query.shift.as_deref());
    app.why_not(
        &reader.actor,
        &desk,
        month,
        &StaffId::new(query.staff),
        date,
        &asked,
    )
    .await
    .map(Json)
    .map_err(|error| reader.failed(error))
}

/// Which day.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct ConflictsQuery {
    /// The day.
    #[param(value_type = String, format = Date)]
    date: String,
}

pub(super) async fn conflicts(
    State(app): State<App>,
    At((desk, month)): At<(DeskId, Month)>,
    Asked(query): Asked<ConflictsQuery>,
    reader: Reader,
) -> Result<Json<Vec<ConflictAnswer>>, Failed> {
    let date = day(&query.date).map_err(|error| reader.failed(error))?;
    app.conflicts(&reader.actor, &desk, month, date)
        .await
        .map(Json)
        .map_err(|error| reader.failed(error))
}

fn day(text: &str) -> Result<WorkDate, AppError> {
    let fault = |_| AppError::fault(Fault::of("date", "不是日期", "not a date"));
    text.parse().map_err(fault)
}

/// Which two states.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct ComparisonQuery {
    /// A published revision.
    before: u32,
    /// A later one; absent: as it stands now.
    after: Option<u32>,
}

pub(super) async fn comparison(
    State(app): State<App>,
    At((desk, month)): At<(DeskId, Month)>,
    Asked(query): Asked<ComparisonQuery>,
    reader: Reader,
) -> Result<Json<RosterComparison>, Failed> {
    app.compare_rosters(&reader.actor, &desk, month, query.before, query.after)
        .await
        .map(Json)
        .map_err(|error| reader.failed(error))
}

impl WhyAsked {
    /// As an address says it: nothing for any shift, `off`, or a shift's code.
    pub(crate) fn of(shift: Option<&str>) -> Self {
        match shift {
            None | Some("") => Self::Work,
            Some("off") => Self::Off,
            Some(code) => Self::Shift(ShiftCode::new(code)),
        }
    }
}
