//! Every day of the month on which something is not as the roster says.

use super::parts::{Chrome, DeskChoice, Note, ShiftLook};
use super::visit::{Query, Visit};
use super::words::Words;
use crate::app::App;
use crate::http::extract::Asked;
use crate::http::problem::Failed;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::event::{Edge, Side};
use domain::ids::{DeskId, StaffId};
use domain::quantities::Minutes;
use domain::who::Role;
use domain::work_date::{Month, WorkDate};
use projections::{ExceptionKind, ExceptionRow};

/// The exception list.
#[derive(Template)]
#[template(path = "exceptions.html")]
pub struct ExceptionsPage {
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
    /// Newest first.
    pub items: Vec<ExceptionLine>,
}

/// A day that is not as it should be.
pub struct ExceptionLine {
    /// Which day.
    pub date: WorkDate,
    /// Whose.
    pub staff: StaffId,
    /// 姓名
    pub name: String,
    /// The shift.
    pub shift: Option<ShiftLook>,
    /// What is not as it should be.
    pub notes: Vec<Note>,
}

/// `GET /exceptions`.
pub async fn show(
    State(app): State<App>,
    visit: Visit,
    Asked(query): Asked<Query>,
) -> Result<Response, Failed> {
    visit.needs(&[Role::Lead, Role::Hr, Role::GmOffice])?;
    let desk = visit.desk_run(&app, query.desk.as_deref()).await?;
    let month = query
        .month()
        .unwrap_or_else(|| desk.today(app.now()).month());
    let id = desk.row.desk.clone();
    let rows = app
        .read(move |view| view.exceptions(&id, month.first(), month.last()))
        .await
        .map_err(|error| visit.failed(error))?;
    let w = visit.w;
    let mut items: Vec<ExceptionLine> = Vec::new();
    for row in rows {
        let note = note(&row, w);
        match items.last_mut() {
            Some(line) if line.date == row.date && line.staff == row.staff => line.notes.push(note),
            _ => items.push(ExceptionLine {
                date: row.date,
                shift: row
                    .shift
                    .as_ref()
                    .and_then(|code| desk.looks.look(code))
                    .cloned(),
                staff: row.staff,
                name: row.name,
                notes: vec![note],
            }),
        }
    }
    // Newest first; within a day by number.
    items.sort_by_key(|line| std::cmp::Reverse(line.date));
    let page = ExceptionsPage {
        w,
        chrome: visit
            .chrome(&app, "/exceptions", Some(&desk.row.desk))
            .await?,
        desks: desk.choices,
        month_kept: Some(month),
        month,
        items,
        desk: desk.row.desk,
    };
    visit.page(&page)
}

fn note(row: &ExceptionRow, w: Words) -> Note {
    let minutes = row.minutes.unwrap_or(Minutes::ZERO);
    let edge = |side| {
        w.edge(&Edge {
            segment: row.segment.unwrap_or(0),
            side,
        })
    };
    let (class, text) = match row.kind {
        ExceptionKind::Absent => ("bad", w.t("note.absent").to_owned()),
        ExceptionKind::AbsencePending => ("warn", w.t("note.absence_pending").to_owned()),
        ExceptionKind::UnarrangedSwap => ("bad", w.t("note.swap").to_owned()),
        ExceptionKind::MissedIn => ("bad", w.f("note.missed", edge(Side::In))),
        ExceptionKind::MissedOut => ("bad", w.f("note.missed", edge(Side::Out))),
        ExceptionKind::InPending => ("warn", w.f("note.missed_pending", edge(Side::In))),
        ExceptionKind::OutPending => ("warn", w.f("note.missed_pending", edge(Side::Out))),
        ExceptionKind::Late => ("warn", w.f("note.late", minutes)),
        ExceptionKind::Early => ("warn", w.f("note.early", minutes)),
        ExceptionKind::MealOver => ("warn", w.f("note.meal_over", minutes)),
        ExceptionKind::LeadMissed => ("", w.f("note.lead_missed", minutes)),
        ExceptionKind::Unmatched => ("", w.f("note.unmatched", row.events.len())),
        ExceptionKind::Suspect => ("warn", w.f("note.suspect", row.events.len())),
    };
    Note { text, class }
}
