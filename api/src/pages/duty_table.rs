//! The duty table in force, for reading and for paper (A4 or A3 landscape).

use super::grid::{Grid, GridDay, GridRow, HeadLine};
use super::parts::{Chrome, DeskChoice, ShiftLook};
use super::visit::{Query, Visit};
use super::words::Words;
use crate::app::App;
use crate::http::extract::Asked;
use crate::http::problem::Failed;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::ids::DeskId;
use domain::work_date::Month;
use projections::RosterAt;

/// The duty table (值班表).
#[derive(Template)]
#[template(path = "duty_table.html")]
pub struct DutyTablePage {
    /// Words of the reader.
    pub w: Words,
    /// The frame.
    pub chrome: Chrome,
    /// Which desk.
    pub desk: DeskId,
    /// Its name.
    pub desk_name: String,
    /// Desks to choose from.
    pub desks: Vec<DeskChoice>,
    /// Kept when another desk is chosen.
    pub month_kept: Option<Month>,
    /// Which month.
    pub month: Month,
    /// The version in force.
    pub revision: Option<u32>,
    /// When it was published.
    pub published_at: String,
    /// Columns.
    pub days: Vec<GridDay>,
    /// Rows.
    pub rows: Vec<GridRow>,
    /// Head-counts.
    pub heads: Vec<HeadLine>,
    /// The shifts shown.
    pub legend: Vec<ShiftLook>,
}

impl DutyTablePage {
    /// Cells are not edited here.
    fn grid_links(&self) -> bool {
        false
    }
}

/// `GET /duty-table`.
pub async fn show(
    State(app): State<App>,
    visit: Visit,
    Asked(query): Asked<Query>,
) -> Result<Response, Failed> {
    let desk = visit.desk_seen(&app, query.desk.as_deref()).await?;
    app.may_see_desk(&visit.actor, &desk.row.desk)
        .await
        .map_err(|error| visit.failed(error))?;
    let month = query
        .month()
        .unwrap_or_else(|| desk.today(app.now()).month());
    let (w, id) = (visit.w, desk.row.desk.clone());
    let table = app
        .read(move |view| view.duty_table(&id, month.first(), month.last(), RosterAt::Latest))
        .await
        .map_err(|error| visit.failed(error))?;
    let shown = (month.first(), month.last());
    let published = table.as_ref().and_then(|table| table.revisions.last());
    let grid = table
        .as_ref()
        .map(|table| Grid::of(table, &desk.looks, None, &|_| false, w));
    let Grid {
        days,
        rows,
        heads,
        legend,
    } = grid.unwrap_or_default();
    let page = DutyTablePage {
        w,
        chrome: visit
            .chrome_of(&app, "/duty-table", Some(&desk.row.desk), shown)
            .await?,
        desk_name: desk.row.name,
        desks: desk.choices,
        month_kept: Some(month),
        month,
        revision: published.map(|revision| revision.revision),
        published_at: published
            .map_or_else(String::new, |revision| w.at(&desk.row.zone, &revision.at)),
        days,
        rows,
        heads,
        legend,
        desk: desk.row.desk,
    };
    visit.page(&page)
}
