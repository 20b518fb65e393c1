//! What is looked at: days, months, the board, exceptions, lists.

use super::answers::{show, show_if_any};
use crate::app::access::may_run_desk;
use crate::app::{App, AppError, Fault};
use crate::http::extract::{Asked, At, Reader};
use crate::http::problem::Failed;
use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Duration, Utc};
use domain::event::Category;
use domain::ids::{DeskId, StaffId};
use domain::work_date::{Month, WorkDate};
use serde::Deserialize;
use utoipa::IntoParams;

/// Days looked at at once at most.
const DAYS_MAX: i64 = 100;
/// Of a list of punches or calls.
const SPAN_DAYS_MAX: i64 = 100;

/// Of one desk.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct OfDesk {
    /// The desk; absent: every one.
    #[param(value_type = Option<String>)]
    pub(super) desk: Option<DeskId>,
}

/// Of one month.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct OfMonth {
    /// Such as `2026-12`.
    #[param(value_type = String, example = "2026-12")]
    month: Month,
}

/// Of one month, or what waits for a decision.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct MonthOrPending {
    /// Such as `2026-12`; absent: those that wait.
    #[param(value_type = Option<String>)]
    month: Option<Month>,
}

/// From a day to a day.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct Days {
    /// First day.
    #[param(value_type = String, format = Date)]
    first: WorkDate,
    /// Last day.
    #[param(value_type = String, format = Date)]
    last: WorkDate,
}

impl Days {
    /// The days, if they are in order and not too many.
    pub(super) fn checked(&self) -> Result<(WorkDate, WorkDate), AppError> {
        if self.last < self.first || self.first.days_until(self.last) > DAYS_MAX {
            return Err(AppError::fault(Fault::of(
                "last",
                format!("须不早于 first,且最多 {DAYS_MAX} 天"),
                format!("must not lie before first, nor more than {DAYS_MAX} days after it"),
            )));
        }
        Ok((self.first, self.last))
    }
}

/// From a day to a day, of everybody or of one kind of worker.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct ExceptionDays {
    /// First day.
    #[param(value_type = String, format = Date)]
    first: WorkDate,
    /// Last day.
    #[param(value_type = String, format = Date)]
    last: WorkDate,
    /// `regular`, `assistant`, `foreman`, `promoter` or `trainee`; absent: everybody (M6).
    #[param(value_type = Option<String>)]
    category: Option<Category>,
}

/// From a moment to a moment.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct Between {
    /// From.
    from: DateTime<Utc>,
    /// Until (exclusive).
    until: DateTime<Utc>,
}

impl Between {
    fn checked(&self) -> Result<(DateTime<Utc>, DateTime<Utc>), AppError> {
        if self.until < self.from || self.until - self.from > Duration::days(SPAN_DAYS_MAX) {
            return Err(AppError::fault(Fault::of(
                "until",
                format!("须不早于 from,且最多 {SPAN_DAYS_MAX} 天"),
                format!("must not lie before from, nor more than {SPAN_DAYS_MAX} days after it"),
            )));
        }
        Ok((self.from, self.until))
    }
}

/// A moment.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct Moment {
    /// Absent: now.
    at: Option<DateTime<Utc>>,
}

macro_rules! person {
    ($app:ident, $reader:ident, $view:ident, $staff:ident, $run:expr) => {{
        $app.may_see_person(&$reader.actor, &$staff)
            .await
            .map_err(|error| $reader.failed(error))?;
        show(&$app, &$reader, move |$view| $run).await
    }};
}

/// A view of a person's things.
macro_rules! of_person {
    ($name:ident<$query:ty> |$view:ident, $staff:ident, $asked:pat_param| $run:expr) => {
        pub(super) async fn $name(
            State(app): State<App>,
            At($staff): At<StaffId>,
            Asked($asked): Asked<$query>,
            reader: Reader,
        ) -> Result<Response, Failed> {
            person!(app, reader, $view, $staff, $run)
        }
    };
}
/// A view of a desk's things for whoever runs it.
macro_rules! of_desk {
    ($name:ident<$query:ty> |$view:ident, $desk:ident, $asked:pat_param| $run:expr) => {
        pub(super) async fn $name(
            State(app): State<App>,
            At($desk): At<DeskId>,
            Asked($asked): Asked<$query>,
            reader: Reader,
        ) -> Result<Response, Failed> {
            may_run_desk(&reader.actor, &$desk).map_err(|error| reader.failed(error))?;
            show(&app, &reader, move |$view| $run).await
        }
    };
}

of_person!(swaps_of<OfMonth> |view, staff, asked| view.swaps_of(&staff, asked.month));
of_person!(corrections_of<OfMonth> |view, staff, asked| view.corrections_of(&staff, asked.month));
of_person!(leaves_of<OfMonth> |view, staff, asked| view.leaves_of(&staff, asked.month));
of_person!(overtime_of<OfMonth> |view, staff, asked| view.overtime_requests_of(&staff, asked.month));
of_person!(sanctions_of<OfMonth> |view, staff, asked| view.penalties_of(&staff, asked.month));
of_person!(balances<Nothing> |view, staff, _| view.leave_balances(&staff));

of_desk!(swaps_of_desk<MonthOrPending> |view, desk, asked| match asked.month {
    Some(month) => view.swaps_of_desk(&desk, month),
    None => view.swaps_pending(&desk),
});
of_desk!(corrections_of_desk<MonthOrPending> |view, desk, asked| match asked.month {
    Some(month) => view.corrections_of_desk(&desk, month),
    None => view.corrections_pending(&desk),
});
of_desk!(leaves_of_desk<MonthOrPending> |view, desk, asked| match asked.month {
    Some(month) => view.leaves_of_desk(&desk, month),
    None => view.leaves_pending(&desk),
});
of_desk!(overtime_of_desk<MonthOrPending> |view, desk, asked| match asked.month {
    Some(month) => view.overtime_requests_of_desk(&desk, month),
    None => view.overtime_pending(&desk),
});
of_desk!(complaints<MonthOrPending> |view, desk, asked| match asked.month {
    Some(month) => view.complaints_of_desk(&desk, month),
    None => view.complaints_open(&desk),
});
of_desk!(alerts<MonthOrPending> |view, desk, asked| match asked.month {
    Some(month) => view.alerts_of_desk(&desk, month.first(), month.last()),
    None => view.alerts_open(&desk),
});
of_desk!(breaches<OfMonth> |view, desk, asked| view.breaches(&desk, asked.month));
of_desk!(sanctions_of_desk<OfMonth> |view, desk, asked| view.penalties(&desk, asked.month));
of_desk!(occurrences<OfMonth> |view, desk, asked| view.presence_occurrences(&desk, asked.month));

/// No query at all.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

pub(super) async fn punches(
    State(app): State<App>,
    At(staff): At<StaffId>,
    Asked(span): Asked<Between>,
    reader: Reader,
) -> Result<Response, Failed> {
    let (from, until) = span.checked().map_err(|error| reader.failed(error))?;
    person!(
        app,
        reader,
        view,
        staff,
        view.punches_of(&staff, from, until)
    )
}

pub(super) async fn unanswered(
    State(app): State<App>,
    At(desk): At<DeskId>,
    Asked(span): Asked<Between>,
    reader: Reader,
) -> Result<Response, Failed> {
    may_run_desk(&reader.actor, &desk).map_err(|error| reader.failed(error))?;
    let (from, until) = span.checked().map_err(|error| reader.failed(error))?;
    show(&app, &reader, move |view| {
        view.calls_unanswered(&desk, from, until)
    })
    .await
}

pub(super) async fn board(
    State(app): State<App>,
    At(desk): At<DeskId>,
    Asked(moment): Asked<Moment>,
    reader: Reader,
) -> Result<Response, Failed> {
    app.may_see_desk(&reader.actor, &desk)
        .await
        .map_err(|error| reader.failed(error))?;
    let at = moment.at.unwrap_or_else(|| app.now());
    show_if_any(&app, &reader, "desk", move |view| {
        view.desk_board(&desk, at)
    })
    .await
}

pub(super) async fn exceptions(
    State(app): State<App>,
    At(desk): At<DeskId>,
    Asked(asked): Asked<ExceptionDays>,
    reader: Reader,
) -> Result<Response, Failed> {
    may_run_desk(&reader.actor, &desk).map_err(|error| reader.failed(error))?;
    let ExceptionDays {
        first,
        last,
        category,
    } = asked;
    let days = Days { first, last };
    let (first, last) = days.checked().map_err(|error| reader.failed(error))?;
    show(&app, &reader, move |view| {
        let mut rows = view.exceptions(&desk, first, last)?;
        rows.retain(|row| category.is_none_or(|category| row.category == category));
        Ok(rows)
    })
    .await
}

pub(super) async fn day_records_of_desk(
    State(app): State<App>,
    At(desk): At<DeskId>,
    Asked(days): Asked<Days>,
    reader: Reader,
) -> Result<Response, Failed> {
    may_run_desk(&reader.actor, &desk).map_err(|error| reader.failed(error))?;
    let (first, last) = days.checked().map_err(|error| reader.failed(error))?;
    show(&app, &reader, move |view| {
        view.day_records(&desk, first, last)
    })
    .await
}

pub(super) async fn roster_changes(
    State(app): State<App>,
    At(staff): At<StaffId>,
    Asked(days): Asked<Days>,
    reader: Reader,
) -> Result<Response, Failed> {
    app.may_see_person(&reader.actor, &staff)
        .await
        .map_err(|error| reader.failed(error))?;
    let (first, last) = days.checked().map_err(|error| reader.failed(error))?;
    show(&app, &reader, move |view| {
        view.roster_changes(&staff, first, last)
    })
    .await
}

pub(super) async fn day(
    State(app): State<App>,
    At((staff, date)): At<(StaffId, WorkDate)>,
    reader: Reader,
) -> Result<Response, Failed> {
    app.may_see_person(&reader.actor, &staff)
        .await
        .map_err(|error| reader.failed(error))?;
    show_if_any(&app, &reader, "day", move |view| view.my_day(&staff, date)).await
}

pub(super) async fn day_record(
    State(app): State<App>,
    At((staff, date)): At<(StaffId, WorkDate)>,
    reader: Reader,
) -> Result<Response, Failed> {
    app.may_see_person(&reader.actor, &staff)
        .await
        .map_err(|error| reader.failed(error))?;
    show_if_any(&app, &reader, "day record", move |view| {
        view.day_record(&staff, date)
    })
    .await
}

pub(super) async fn month(
    State(app): State<App>,
    At((staff, month)): At<(StaffId, Month)>,
    reader: Reader,
) -> Result<Response, Failed> {
    app.may_see_person(&reader.actor, &staff)
        .await
        .map_err(|error| reader.failed(error))?;
    show_if_any(&app, &reader, "month", move |view| {
        view.my_month(&staff, month)
    })
    .await
}

pub(super) async fn desk_month(
    State(app): State<App>,
    At((desk, month)): At<(DeskId, Month)>,
    reader: Reader,
) -> Result<Response, Failed> {
    may_run_desk(&reader.actor, &desk).map_err(|error| reader.failed(error))?;
    show(&app, &reader, move |view| view.month_summary(&desk, month)).await
}
