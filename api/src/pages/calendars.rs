//! The holiday arrangements of the years: those in force, those that come with the program, and later ones from files,
//! each shown before it is adopted.

use super::parts::{Chrome, Flash};
use super::visit::{Posted, Visit, fault};
use super::words::Words;
use crate::app::{App, CalendarImport, ImportCalendar};
use crate::http::extract::At;
use crate::http::problem::Failed;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::event::{CalendarDay, DayKind};
use domain::org::calendar_file::CalendarFormat;
use domain::org::{shipped, shipped_years};
use domain::refusal::Lang;
use domain::who::Role;

/// The calendars.
#[derive(Template)]
#[template(path = "calendars.html")]
pub struct CalendarsPage {
    /// Words of the reader.
    pub w: Words,
    /// The frame.
    pub chrome: Chrome,
    /// By year.
    pub years: Vec<YearLine>,
    /// The file as read, before it is adopted.
    pub preview: Option<YearLine>,
    /// What is wrong with the file, by line.
    pub faults: Vec<String>,
    /// As typed.
    pub typed: Typed,
}

/// A year.
pub struct YearLine {
    /// Which.
    pub year: i32,
    /// In force, not only shipped.
    pub adopted: bool,
    /// It comes with the program otherwise than it is in force, so it can be adopted.
    pub may_adopt: bool,
    /// Not announced yet.
    pub provisional: bool,
    /// Where it came from.
    pub source: String,
    /// Statutory days, days taken off, days worked in exchange.
    pub days: [(&'static str, String); 3],
}

/// What was typed.
#[derive(Default)]
pub struct Typed {
    /// The file's text.
    pub text: String,
    /// Its format.
    pub format: String,
    /// Which year.
    pub year: String,
    /// Where it came from.
    pub source: String,
    /// Not announced yet.
    pub provisional: bool,
}

const READERS: [Role; 2] = [Role::Hr, Role::GmOffice];

fn line(year: i32, provisional: bool, source: &str, days: &[CalendarDay], w: Words) -> YearLine {
    let of = |kind: DayKind| {
        let days = days.iter().filter(|day| day.kind == kind);
        let days: Vec<String> = days
            .map(|day| format!("{} {}", w.date(&day.date), day.name))
            .collect();
        days.join("、")
    };
    YearLine {
        year,
        adopted: false,
        may_adopt: false,
        provisional,
        source: source.to_owned(),
        days: [
            ("calendar.statutory", of(DayKind::Statutory)),
            ("calendar.adjusted_rest", of(DayKind::AdjustedRest)),
            ("calendar.make_up", of(DayKind::MakeUpWorkday)),
        ],
    }
}

/// `GET /calendars`.
pub async fn show(State(app): State<App>, visit: Visit) -> Result<Response, Failed> {
    visit.needs(&READERS)?;
    page(&app, &visit, Typed::default(), None, None).await
}

async fn page(
    app: &App,
    visit: &Visit,
    typed: Typed,
    read: Option<CalendarImport>,
    refused: Option<(StatusCode, Flash)>,
) -> Result<Response, Failed> {
    let w = visit.w;
    let adopted = app
        .read(|view| view.calendars())
        .await
        .map_err(|error| visit.failed(error))?;
    let mut years: Vec<YearLine> = adopted
        .iter()
        .map(|row| {
            let other = shipped(row.year).is_some_and(|file| {
                (file.provisional, &file.source, &file.days)
                    != (row.provisional, &row.source, &row.days)
            });
            YearLine {
                adopted: true,
                may_adopt: other,
                ..line(row.year, row.provisional, &row.source, &row.days, w)
            }
        })
        .collect();
    let known = |year: i32| adopted.iter().any(|row| row.year == year);
    let others = shipped_years().filter(|year| !known(*year));
    years.extend(others.filter_map(shipped).map(|file| YearLine {
        may_adopt: true,
        ..line(file.year, file.provisional, &file.source, &file.days, w)
    }));
    years.sort_by_key(|year| year.year);
    let mut chrome = visit.chrome(app, "/calendars", None).await?;
    let (mut preview, mut faults) = (None, Vec::new());
    if let Some(read) = read {
        preview = read
            .calendar
            .map(|file| line(file.year, file.provisional, &file.source, &file.days, w));
        faults.extend(read.faults.iter().map(|fault| {
            let text = match w.lang {
                Lang::Zh => &fault.message_zh,
                Lang::En => &fault.message_en,
            };
            w.f3("calendar.fault", fault.line, fault.field, text)
        }));
    }
    let wrong = match faults.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let status = refused.as_ref().map_or(wrong, |(status, _)| *status);
    chrome.flash = refused.map(|(_, flash)| flash).or(chrome.flash);
    let page = CalendarsPage {
        w,
        chrome,
        years,
        preview,
        faults,
        typed,
    };
    visit.page_with(status, &page)
}

/// `POST /calendars`: reads a file and shows it; adopts it once the reader says so.
pub async fn import(State(app): State<App>, posted: Posted) -> Result<Response, Failed> {
    let visit = &posted.visit;
    visit.needs(&READERS)?;
    let typed = Typed {
        text: posted.raw("text"),
        format: posted.text("format"),
        year: posted.text("year"),
        source: posted.text("source"),
        provisional: posted.text("provisional") == "yes",
    };
    let format = CalendarFormat::of_name(&format!("x.{}", typed.format));
    let year = posted.chosen("year").map(|year| year.parse::<i32>());
    let wrong = |field: &'static str, name: &'static str| {
        fault(field, "fault.missing", move |w: &Words| {
            w.t(name).to_owned()
        })
    };
    let input = match (format, year.transpose()) {
        (Some(format), Ok(year)) => Ok(ImportCalendar {
            format,
            text: typed.text.clone(),
            year,
            source: posted.chosen("source"),
            provisional: typed.provisional,
            commit: posted.text("act") == "adopt",
        }),
        (None, _) => Err(wrong("format", "calendar.format")),
        (_, Err(_)) => Err(wrong("year", "calendar.year")),
    };
    let result = match input {
        Ok(input) => app.import_calendar(&posted.caller(), input).await,
        Err(error) => Err(error),
    };
    match result {
        Ok(receipt) if receipt.value.adopted => {
            posted
                .done(&app, &receipt, "/calendars", "calendar.done")
                .await
        }
        Ok(receipt) => page(&app, visit, typed, Some(receipt.value), None).await,
        Err(error) => {
            let refused = posted.refused(error)?;
            page(&app, visit, typed, None, Some(refused)).await
        }
    }
}

/// `POST /calendars/{year}`: adopts the year as it comes with the program.
pub async fn adopt_shipped(
    State(app): State<App>,
    At(year): At<i32>,
    posted: Posted,
) -> Result<Response, Failed> {
    posted.visit.needs(&READERS)?;
    let result = app.adopt_shipped_calendar(&posted.caller(), year).await;
    posted
        .outcome(&app, result, "/calendars", "calendar.done")
        .await
}
