//! How people's time was used in a month (M7): by person, and by the time of day.

use super::parts::{Chrome, DeskChoice};
use super::visit::{Query, Visit};
use super::words::Words;
use crate::app::{App, AppError};
use crate::http::extract::Asked;
use crate::http::problem::Failed;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::ids::DeskId;
use domain::quantities::Minutes;
use domain::who::Role;
use domain::work_date::{DayMinute, Month};
use projections::PersonUseRow;
use std::collections::BTreeMap;

/// The use of people's time.
#[derive(Template)]
#[template(path = "utilisation.html")]
pub struct UtilisationPage {
    /// Words of the reader.
    pub w: Words,
    /// The frame.
    pub chrome: Chrome,
    /// Which desk.
    pub desk: DeskId,
    /// Desks to choose from.
    pub desks: Vec<DeskChoice>,
    /// Kept when another desk is chosen.
    pub month_kept: Option<Month>,
    /// Which month.
    pub month: Month,
    /// By number.
    pub people: Vec<PersonUseRow>,
    /// By time of day, summed over the month.
    pub hours: Vec<HourLine>,
}

/// A time of day, summed over the month.
#[derive(Default)]
pub struct HourLine {
    /// From and until.
    pub label: String,
    /// Rostered person-minutes.
    pub rostered: Minutes,
    /// On post.
    pub on_post: Minutes,
    /// Beyond the target.
    pub idle: Minutes,
    /// Under the minimum.
    pub short: Minutes,
}

impl UtilisationPage {
    /// `86.5 %`, or a dash.
    fn percent(&self, row: &PersonUseRow) -> String {
        row.sums.use_permille.map_or_else(
            || "–".to_owned(),
            |permille| format!("{}.{} %", permille / 10, (permille % 10).abs()),
        )
    }
}

/// `GET /utilisation`.
pub async fn show(
    State(app): State<App>,
    visit: Visit,
    Asked(query): Asked<Query>,
) -> Result<Response, Failed> {
    visit.needs(&[Role::Lead, Role::Hr, Role::GmOffice])?;
    let desk = visit.desk_run(&app, query.desk.as_deref()).await?;
    let now = app.now();
    let month = query.month().unwrap_or_else(|| desk.today(now).month());
    let id = desk.row.desk.clone();
    let report = app
        .read(move |view| view.utilisation(&id, month.first(), month.last(), now))
        .await
        .map_err(|error| visit.failed(error))?;
    let report = report.ok_or_else(|| visit.failed(AppError::NotFound("desk")))?;
    let mut hours: BTreeMap<(DayMinute, DayMinute), HourLine> = BTreeMap::new();
    for slot in &report.slots {
        let line = hours
            .entry((slot.start, slot.end))
            .or_insert_with(|| HourLine {
                label: visit.w.stretch(&slot.start, &slot.end),
                ..HourLine::default()
            });
        line.rostered += slot.rostered_minutes;
        line.on_post += slot.on_post_minutes;
        line.idle += slot.idle_minutes;
        line.short += slot.short_minutes;
    }
    let page = UtilisationPage {
        w: visit.w,
        chrome: visit.chrome(&app, "/utilisation", None).await?,
        desks: desk.choices,
        month_kept: Some(month),
        month,
        people: report.people,
        hours: hours.into_values().collect(),
        desk: desk.row.desk,
    };
    visit.page(&page)
}
