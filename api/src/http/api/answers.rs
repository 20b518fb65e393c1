//! Shapes of answers, and what handlers of one kind have in common.

use crate::app::{App, AppError, Commit, Fault, FeedReport, ImportReport};
use crate::http::extract::Reader;
use crate::http::problem::{Failed, ProblemDetail};
use crate::http::{POSITION_HEADER, problem};
use axum::Json;
use axum::http::HeaderName;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use domain::refusal::Lang;
use domain::who::{Actor, Role};
use projections::View;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

/// A handler of a command: takes the path's parameters and the body, carries the command out, answers. `created`
/// answers with the id of what the command created.
macro_rules! command {
    ($name:ident($path:ty, $body:ty) |$app:ident, $caller:ident, $at:pat_param, $input:pat_param| $run:expr => created) => {
        command!(@ $name($path, $body) |$app, $caller, $at, $input| $run => |receipt: $crate::app::Receipt<_>| {
            $crate::http::extract::Done::created(receipt.map($crate::http::api::answers::Created::of))
        });
    };
    ($name:ident($path:ty, $body:ty) |$app:ident, $caller:ident, $at:pat_param, $input:pat_param| $run:expr => $done:ident) => {
        command!(@ $name($path, $body) |$app, $caller, $at, $input| $run => $crate::http::extract::Done::$done);
    };
    (@ $name:ident($path:ty, $body:ty) |$app:ident, $caller:ident, $at:pat_param, $input:pat_param| $run:expr => $done:expr) => {
        pub(super) async fn $name(
            axum::extract::State(app): axum::extract::State<$crate::app::App>,
            $crate::http::extract::At($at): $crate::http::extract::At<$path>,
            command: $crate::http::extract::Command<$body>,
        ) -> Result<impl axum::response::IntoResponse, $crate::http::problem::Failed> {
            let $crate::http::extract::Command {
                caller, lang, body, ..
            } = command;
            let ($app, $caller, $input) = (&app, &caller, body);
            ($run)
                .await
                .map($done)
                .map_err(|error| $crate::http::problem::Failed { error, lang })
        }
    };
}
pub(super) use command;

/// What was created.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Created {
    /// Its id.
    pub(super) id: String,
}

impl Created {
    pub(super) fn of(id: impl ToString) -> Self {
        Self { id: id.to_string() }
    }
}

/// A punch's receipt.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Punched {
    /// The punch's event.
    pub(super) id: String,
    /// The server's clock.
    pub(super) at: DateTime<Utc>,
}

/// What to do with an import.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct ImportQuery {
    /// `good`: take the good rows in; `all`: take all in if every one is good; absent: look only.
    #[param(value_type = Option<String>)]
    commit: Option<Commit>,
}

impl ImportQuery {
    pub(super) fn commit(&self) -> Commit {
        self.commit.unwrap_or(Commit::None)
    }
}

/// What to do with a demand import.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct DemandImportQuery {
    /// `good`: take the good rows in; `all`: take all in if every one is good; absent: look only.
    #[param(value_type = Option<String>)]
    commit: Option<Commit>,
    /// Length of a slot; absent: 30.
    slot_minutes: Option<u16>,
}

impl DemandImportQuery {
    pub(super) fn commit(&self) -> Commit {
        self.commit.unwrap_or(Commit::None)
    }
    pub(super) fn slot_minutes(&self) -> u16 {
        self.slot_minutes.unwrap_or(30)
    }
}

/// A good row.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct GoodRowAnswer {
    /// Its line in the file.
    line: u32,
    /// What it is about.
    subject: String,
}

/// What became of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ImportAnswer {
    /// Rows that are, or can be, taken in.
    good: Vec<GoodRowAnswer>,
    /// What is wrong with the others.
    errors: Vec<ProblemDetail>,
    /// Whether the good rows went in.
    committed: bool,
}

impl ImportAnswer {
    pub(super) fn of(report: ImportReport, lang: Lang) -> Self {
        let good = report.good.into_iter().map(|row| GoodRowAnswer {
            line: row.line,
            subject: row.subject,
        });
        Self {
            good: good.collect(),
            errors: details(&report.faults, lang),
            committed: report.committed,
        }
    }
}

/// What became of a feed's rows.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FeedAnswer {
    /// Rows in the log, from this report or an earlier one.
    taken: usize,
    /// What is wrong with the others.
    errors: Vec<ProblemDetail>,
}

impl FeedAnswer {
    pub(super) fn of(report: FeedReport, lang: Lang) -> Self {
        Self {
            taken: report.taken,
            errors: details(&report.faults, lang),
        }
    }
}

fn details(faults: &[Fault], lang: Lang) -> Vec<ProblemDetail> {
    problem::Problem::invalid(lang, faults).errors
}

/// A question as the read models are asked it: what was found, as JSON.
type Query = Box<
    dyn FnOnce(&View<'_>) -> projections::Result<Result<Option<Value>, serde_json::Error>> + Send,
>;

/// Answers a view with one consistent snapshot, and says which.
pub(super) async fn show<T: Serialize + Send + 'static>(
    app: &App,
    reader: &Reader,
    query: impl FnOnce(&View<'_>) -> projections::Result<T> + Send + 'static,
) -> Result<Response, Failed> {
    show_value(
        app,
        reader,
        "thing",
        Box::new(|view| Ok(serde_json::to_value(query(view)?).map(Some))),
    )
    .await
}

/// The same where there may be nothing to show.
pub(super) async fn show_if_any<T: Serialize + Send + 'static>(
    app: &App,
    reader: &Reader,
    what: &'static str,
    query: impl FnOnce(&View<'_>) -> projections::Result<Option<T>> + Send + 'static,
) -> Result<Response, Failed> {
    show_value(
        app,
        reader,
        what,
        Box::new(|view| Ok(query(view)?.map(serde_json::to_value).transpose())),
    )
    .await
}

async fn show_value(
    app: &App,
    reader: &Reader,
    what: &'static str,
    query: Query,
) -> Result<Response, Failed> {
    let (value, position) = app
        .read(|view| Ok((query(view)?, view.position())))
        .await
        .map_err(|error| reader.failed(error))?;
    let value = value.map_err(|error| reader.failed(AppError::from(error)))?;
    let value = value.ok_or_else(|| reader.failed(AppError::NotFound(what)))?;
    let value = fit_for(&reader.actor, value);
    let position = position.map(|position| {
        (
            HeaderName::from_static(POSITION_HEADER),
            position.to_string(),
        )
    });
    Ok(match position {
        Some(header) => ([header], Json(value)).into_response(),
        None => Json(value).into_response(),
    })
}

/// Wages are for HR, the GM office and the person alone; a lead's view of the same rows goes without.
pub(super) fn fit_for(reader: &Actor, mut value: Value) -> Value {
    if !reader.is(Role::Hr) && !reader.is(Role::GmOffice) {
        hide_wages(reader.staff.as_str(), false, &mut value);
    }
    value
}

/// Takes `month_wage`, and what can be computed back to it for one person, out of every object that is not the reader's own.
fn hide_wages(reader: &str, own: bool, value: &mut Value) {
    match value {
        Value::Array(items) => items
            .iter_mut()
            .for_each(|item| hide_wages(reader, own, item)),
        Value::Object(fields) => {
            let own = match fields.get("staff") {
                Some(Value::String(staff)) => staff == reader,
                _ => own,
            };
            if !own {
                fields.remove("month_wage");
                fields.remove("deduction_check");
                fields.remove("wage_cost");
            }
            fields
                .values_mut()
                .for_each(|field| hide_wages(reader, own, field));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::collections::BTreeSet;

    #[test]
    fn a_lead_sees_no_wage_but_their_own() {
        let lead = Actor {
            staff: "1".into(),
            roles: BTreeSet::from([Role::Lead]),
            leads: BTreeSet::from(["shop".into()]),
        };
        let rows = json!([
            {"staff": "1", "contracts": [{"contract": {"month_wage": 5, "week_minutes": 2400}}]},
            {"staff": "2", "contracts": [{"contract": {"month_wage": 6, "week_minutes": 2400}}]},
        ]);
        let shown = fit_for(&lead, rows.clone());
        assert_eq!(shown[0]["contracts"][0]["contract"]["month_wage"], 5);
        assert_eq!(
            shown[1]["contracts"][0]["contract"],
            json!({"week_minutes": 2400})
        );
        let hr = Actor {
            roles: BTreeSet::from([Role::Hr]),
            ..lead
        };
        assert_eq!(fit_for(&hr, rows.clone()), rows);
    }
}
