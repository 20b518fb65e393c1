//! Every day of the month on which something is not as the roster says.

use super::month_summary::{WarningLine, warning_line};
use super::parts::{Chrome, DeskChoice, Note, ShiftLook};
use super::visit::{Query, Visit};
use super::words::Words;
use crate::app::App;
use crate::http::extract::Asked;
use crate::http::problem::Failed;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::event::{Category, Edge, Side};
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
    /// Newest first; of one day by category.
    pub items: Vec<ExceptionLine>,
    /// Only these, if asked for.
    pub category: Option<Category>,
    /// The categories of the desk's people.
    pub categories: Vec<CategoryChoice>,
    /// What the hours worked say against the law.
    pub warnings: Vec<WarningLine>,
}

/// A kind of worker to choose.
pub struct CategoryChoice {
    /// Its stored word.
    pub value: String,
    /// Its name.
    pub label: &'static str,
    /// Whether it is the one shown.
    pub chosen: bool,
}

/// A day that is not as it should be.
pub struct ExceptionLine {
    /// Which day.
    pub date: WorkDate,
    /// Whose.
    pub staff: StaffId,
    /// 姓名
    pub name: String,
    /// What kind of worker.
    pub category: Category,
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
    let category = query.category.as_deref().and_then(category_of);
    let (mut rows, people, warnings) = app
        .read(move |view| {
            let rows = view.exceptions(&id, month.first(), month.last())?;
            Ok((
                rows,
                view.staff_list(Some(&id))?,
                view.legal_warnings(&id, month)?,
            ))
        })
        .await
        .map_err(|error| visit.failed(error))?;
    let w = visit.w;
    rows.retain(|row| category.is_none_or(|category| row.category == category));
    let categories = Category::ALL
        .into_iter()
        .filter(|kind| {
            let held = |person: &projections::StaffRow| person.category_on(month.last()) == *kind;
            category == Some(*kind) || people.iter().any(held)
        })
        .map(|kind| CategoryChoice {
            value: word_of(kind),
            label: w.category(&kind),
            chosen: category == Some(kind),
        })
        .collect();
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
                category: row.category,
                notes: vec![note],
            }),
        }
    }
    // Newest first; within a day by category, then by number.
    items.sort_by_key(|line| (std::cmp::Reverse(line.date), line.category));
    let page = ExceptionsPage {
        w,
        chrome: visit
            .chrome_of(
                &app,
                "/exceptions",
                Some(&desk.row.desk),
                (month.first(), month.last()),
            )
            .await?,
        desks: desk.choices,
        month_kept: Some(month),
        month,
        items,
        category,
        categories,
        warnings: warnings
            .into_iter()
            .map(|row| warning_line(row, w))
            .collect(),
        desk: desk.row.desk,
    };
    visit.page(&page)
}

/// The stored word of a kind of worker.
fn word_of(category: Category) -> String {
    let word = serde_json::to_value(category).ok();
    word.and_then(|word| word.as_str().map(str::to_owned))
        .unwrap_or_default()
}

/// The kind of worker behind a stored word.
fn category_of(word: &str) -> Option<Category> {
    Category::ALL
        .into_iter()
        .find(|category| word_of(*category) == word)
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
        ExceptionKind::LeftUnrelieved => ("bad", w.t("note.left_unrelieved").to_owned()),
        ExceptionKind::KeptWaiting => ("warn", w.f("note.kept_waiting", minutes)),
        ExceptionKind::OffPost => ("bad", w.t("note.off_post").to_owned()),
        ExceptionKind::Unmatched => ("", w.f("note.unmatched", row.events.len())),
        ExceptionKind::Suspect => ("warn", w.f("note.suspect", row.events.len())),
    };
    Note { text, class }
}
