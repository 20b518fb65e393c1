//! Asking a colleague to take a shift (调班, T9).

use super::parts::{Choice, Chrome, Flash, Person};
use super::visit::{Posted, Query, REASON_CHARS_MAX, Visit, people_on};
use super::words::Words;
use crate::app::{App, AppError, RequestSwap};
use crate::http::extract::Asked;
use crate::http::problem::Failed;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::ids::StaffId;
use domain::who::Role;

/// The form. What was typed stays when it is refused.
#[derive(Template)]
#[template(path = "swap_form.html")]
pub struct SwapForm {
    /// Words of the reader.
    pub w: Words,
    /// The frame.
    pub chrome: Chrome,
    /// One's own coming shifts.
    pub shifts: Vec<Choice>,
    /// Colleagues of the desk.
    pub people: Vec<Person>,
    /// As chosen.
    pub give: String,
    /// As chosen.
    pub with: String,
    /// As typed.
    pub take: String,
    /// As typed.
    pub reason: String,
    /// The longest reason.
    pub reason_chars_max: usize,
}

/// One's own shifts of this month and the next are offered.
const DAYS_AHEAD: i64 = 45;

/// `GET /my/swaps/new`.
pub async fn show(
    State(app): State<App>,
    visit: Visit,
    Asked(query): Asked<Query>,
) -> Result<Response, Failed> {
    let give = query.date.unwrap_or_default();
    form(
        &app,
        &visit,
        &|field| {
            if field == "give" {
                give.clone()
            } else {
                String::new()
            }
        },
        None,
    )
    .await
}

async fn form(
    app: &App,
    visit: &Visit,
    typed: &(dyn Fn(&str) -> String + Sync),
    refused: Option<(StatusCode, Flash)>,
) -> Result<Response, Failed> {
    visit.needs(&[Role::Staff])?;
    let desk = visit.own_desk(app).await?;
    let today = desk.today(app.now());
    let (w, staff, id) = (visit.w, visit.actor.staff.clone(), desk.row.desk.clone());
    let (cells, people) = app
        .read(move |view| {
            let cells = view.shifts_of(&staff, today, today.plus_days(DAYS_AHEAD))?;
            let mut people = people_on(view, &id, today)?;
            people.retain(|person| person.staff != staff);
            Ok((cells, people))
        })
        .await
        .map_err(|error| visit.failed(error))?;
    let shifts = cells
        .iter()
        .filter_map(|(date, cell)| Some((date, cell.shift.as_ref()?)))
        .map(|(date, shift)| Choice {
            value: date.to_string(),
            label: format!(
                "{} {} {}",
                w.date(date),
                desk.looks.words(&shift.code),
                w.segments(&shift.segments)
            ),
            ..Choice::default()
        })
        .collect();
    let mut chrome = visit.chrome(app, "/my/requests", None).await?;
    let status = refused
        .as_ref()
        .map_or(StatusCode::OK, |(status, _)| *status);
    chrome.flash = refused.map(|(_, flash)| flash).or(chrome.flash);
    let page = SwapForm {
        w,
        chrome,
        shifts,
        people,
        give: typed("give"),
        with: typed("with"),
        take: typed("take"),
        reason: typed("reason"),
        reason_chars_max: REASON_CHARS_MAX,
    };
    visit.page_with(status, &page)
}

fn read(posted: &Posted) -> Result<RequestSwap, AppError> {
    Ok(RequestSwap {
        give: posted.date("give")?,
        with: StaffId::new(posted.words("with", "swap.with")?),
        take: match posted.chosen("take") {
            Some(_) => Some(posted.date("take")?),
            None => None,
        },
        reason: posted.words("reason", "reason")?,
    })
}

/// `POST /my/swaps`.
pub async fn send(State(app): State<App>, posted: Posted) -> Result<Response, Failed> {
    let result = match read(&posted) {
        Ok(input) => app.request_swap(&posted.caller(), input).await,
        Err(error) => Err(error),
    };
    match result {
        Ok(receipt) => {
            posted
                .done(&app, &receipt, "/my/requests", "swap.done")
                .await
        }
        Err(error) => {
            let refused = posted.refused(error)?;
            form(
                &app,
                &posted.visit,
                &|field| posted.text(field),
                Some(refused),
            )
            .await
        }
    }
}
