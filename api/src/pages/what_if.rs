//! What months would have cost under other rules: history replayed, nothing touched.

use super::parts::{Chrome, DeskChoice, Flash};
use super::visit::{Posted, Query, Visit, fault};
use super::words::Words;
use crate::app::{App, AppError, Comparison, WhatIf};
use crate::http::extract::Asked;
use crate::http::problem::Failed;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::ids::DeskId;
use domain::refusal::Lang;
use domain::who::Role;
use domain::work_date::Month;
use projections::{Unit, amount};

/// Other rules, and what would change.
#[derive(Template)]
#[template(path = "what_if.html")]
pub struct WhatIfPage {
    /// Words of the reader.
    pub w: Words,
    /// The frame.
    pub chrome: Chrome,
    /// Which desk.
    pub desk: DeskId,
    /// Desks to choose from.
    pub desks: Vec<DeskChoice>,
    /// Nothing is kept when another desk is chosen.
    pub month_kept: Option<Month>,
    /// First month, as typed.
    pub from: String,
    /// Last month, as typed.
    pub to: String,
    /// The rules as typed; at first those in force.
    pub document: String,
    /// What would change; none before it was asked.
    pub found: Option<Found>,
}

/// What would change.
pub struct Found {
    /// Over everybody.
    pub totals: Vec<Line>,
    /// Person by person.
    pub changes: Vec<Line>,
}

/// A figure before and after.
pub struct Line {
    /// Which month; none for a total.
    pub month: Option<Month>,
    /// Whose, or how many people.
    pub who: String,
    /// What.
    pub figure: String,
    /// As it is.
    pub before: String,
    /// As it would be.
    pub after: String,
}

const READERS: [Role; 3] = [Role::Lead, Role::Hr, Role::GmOffice];

/// `GET /what-if`.
pub async fn show(
    State(app): State<App>,
    visit: Visit,
    Asked(query): Asked<Query>,
) -> Result<Response, Failed> {
    visit.needs(&READERS)?;
    let desk = visit.desk_run(&app, query.desk.as_deref()).await?;
    let last = desk.today(app.now()).month();
    let state = app
        .desk_state(&desk.row.desk)
        .await
        .map_err(|error| visit.failed(error))?;
    let document = state
        .policy
        .as_ref()
        .map_or_else(String::new, |adopted| adopted.document.clone());
    let typed = Typed {
        desk: desk.row.desk.to_string(),
        from: last.previous().to_string(),
        to: last.to_string(),
        document,
    };
    page(&app, &visit, typed, None, None).await
}

struct Typed {
    desk: String,
    from: String,
    to: String,
    document: String,
}

async fn page(
    app: &App,
    visit: &Visit,
    typed: Typed,
    found: Option<&Comparison>,
    refused: Option<(StatusCode, Flash)>,
) -> Result<Response, Failed> {
    let desk = visit.desk_run(app, Some(&typed.desk)).await?;
    let mut chrome = visit.chrome(app, "/what-if", Some(&desk.row.desk)).await?;
    let status = refused
        .as_ref()
        .map_or(StatusCode::OK, |(status, _)| *status);
    chrome.flash = refused.map(|(_, flash)| flash).or(chrome.flash);
    let page = WhatIfPage {
        w: visit.w,
        chrome,
        desk: desk.row.desk,
        desks: desk.choices,
        month_kept: None,
        from: typed.from,
        to: typed.to,
        document: typed.document,
        found: found.map(|comparison| read(comparison, visit.w)),
    };
    visit.page_with(status, &page)
}

fn read(comparison: &Comparison, w: Words) -> Found {
    let figure = |zh: &String, en: &String| match w.lang {
        Lang::Zh => zh.clone(),
        Lang::En => en.clone(),
    };
    let number = |n: i64, unit: Unit| amount(n, unit, w.lang);
    Found {
        totals: comparison
            .totals
            .iter()
            .map(|total| Line {
                month: None,
                who: w.f("what_if.people", total.people),
                figure: figure(&total.figure_zh, &total.figure_en),
                before: number(total.before, total.unit),
                after: number(total.after, total.unit),
            })
            .collect(),
        changes: comparison
            .changes
            .iter()
            .map(|change| Line {
                month: Some(change.month),
                who: format!("{} {}", change.name, change.staff),
                figure: figure(&change.figure_zh, &change.figure_en),
                before: number(change.before, change.unit),
                after: number(change.after, change.unit),
            })
            .collect(),
    }
}

/// `POST /what-if`: asks, and changes nothing.
pub async fn ask(State(app): State<App>, posted: Posted) -> Result<Response, Failed> {
    let visit = &posted.visit;
    visit.needs(&READERS)?;
    let desk = visit
        .desk_run(&app, posted.chosen("desk").as_deref())
        .await?;
    let month = |field: &'static str, name: &'static str| {
        posted.text(field).parse::<Month>().map_err(|_| {
            fault(field, "fault.missing", move |w: &Words| {
                w.t(name).to_owned()
            })
        })
    };
    let input = || -> Result<WhatIf, AppError> {
        Ok(WhatIf {
            document: posted.text("document"),
            from: month("from", "what_if.from")?,
            to: month("to", "what_if.to")?,
        })
    };
    let result = match input() {
        Ok(input) => app.what_if(&desk.row.desk, &input).await,
        Err(error) => Err(error),
    };
    let typed = Typed {
        desk: desk.row.desk.to_string(),
        from: posted.text("from"),
        to: posted.text("to"),
        document: posted.text("document"),
    };
    match result {
        Ok(comparison) => page(&app, visit, typed, Some(&comparison), None).await,
        Err(error) => {
            let refused = posted.refused(error)?;
            page(&app, visit, typed, None, Some(refused)).await
        }
    }
}
