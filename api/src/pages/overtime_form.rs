//! Asking for overtime (加班申请), and what becomes of the request.

use super::parts::{Chrome, Flash};
use super::visit::{Posted, Query, REASON_CHARS_MAX, Visit, fault};
use super::words::Words;
use crate::app::{App, AppError, ApproveOvertimeRequest, RequestOvertime};
use crate::http::extract::{Asked, At};
use crate::http::problem::Failed;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::event::Compensation;
use domain::ids::OvertimeId;
use domain::quantities::Minutes;
use domain::who::Role;
use uuid::Uuid;

/// The form. What was typed stays when it is refused.
#[derive(Template)]
#[template(path = "overtime_form.html")]
pub struct OvertimeForm {
    /// Words of the reader.
    pub w: Words,
    /// The frame.
    pub chrome: Chrome,
    /// As typed.
    pub date: String,
    /// As typed.
    pub minutes: String,
    /// As chosen.
    pub compensation: String,
    /// As typed.
    pub reason: String,
    /// The longest reason.
    pub reason_chars_max: usize,
}

/// `GET /my/overtime/new`.
pub async fn show(
    State(app): State<App>,
    visit: Visit,
    Asked(query): Asked<Query>,
) -> Result<Response, Failed> {
    let date = query.date.unwrap_or_default();
    let typed = |field: &str| match field {
        "date" => date.clone(),
        _ => String::new(),
    };
    form(&app, &visit, &typed, None).await
}

async fn form(
    app: &App,
    visit: &Visit,
    typed: &(dyn Fn(&str) -> String + Sync),
    refused: Option<(StatusCode, Flash)>,
) -> Result<Response, Failed> {
    visit.needs(&[Role::Staff])?;
    let mut chrome = visit.chrome(app, "/my/requests", None).await?;
    let status = refused
        .as_ref()
        .map_or(StatusCode::OK, |(status, _)| *status);
    chrome.flash = refused.map(|(_, flash)| flash).or(chrome.flash);
    let page = OvertimeForm {
        w: visit.w,
        chrome,
        date: typed("date"),
        minutes: typed("minutes"),
        compensation: typed("compensation"),
        reason: typed("reason"),
        reason_chars_max: REASON_CHARS_MAX,
    };
    visit.page_with(status, &page)
}

fn compensation(posted: &Posted) -> Result<Compensation, AppError> {
    match posted.text("compensation").as_str() {
        "money" => Ok(Compensation::Money),
        "time_off" => Ok(Compensation::TimeOff),
        _ => Err(fault("compensation", "fault.missing", |w| {
            w.t("overtime.compensation").to_owned()
        })),
    }
}

fn minutes(posted: &Posted) -> Result<Minutes, AppError> {
    posted.parsed("minutes", "fault.number").map(Minutes)
}

/// `POST /my/overtime`.
pub async fn send(State(app): State<App>, posted: Posted) -> Result<Response, Failed> {
    let read = || {
        Ok(RequestOvertime {
            work_date: posted.date("date")?,
            minutes: minutes(&posted)?,
            compensation: compensation(&posted)?,
            reason: posted.words("reason", "reason")?,
        })
    };
    let result = match read() {
        Ok(input) => app.request_overtime(&posted.caller(), input).await,
        Err(error) => Err(error),
    };
    match result {
        Ok(receipt) => {
            posted
                .done(&app, &receipt, "/my/requests", "overtime.done")
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

/// `POST /overtime/{id}/approval`, `/refusal` or `/withdrawal`.
pub async fn act(
    State(app): State<App>,
    At((id, act)): At<(Uuid, String)>,
    posted: Posted,
) -> Result<Response, Failed> {
    let (caller, id) = (posted.caller(), OvertimeId(id));
    let (result, to, key) = match act.as_str() {
        "approval" => {
            let read = || {
                Ok(ApproveOvertimeRequest {
                    minutes_max: Some(minutes(&posted)?),
                    compensation: Some(compensation(&posted)?),
                    reason: None,
                })
            };
            let result = match read() {
                Ok(input) => app.approve_overtime_request(&caller, id, input).await,
                Err(error) => Err(error),
            };
            (result, "/approvals", "approvals.approved.done")
        }
        "refusal" => {
            let result = match posted.reason() {
                Ok(input) => app.refuse_overtime_request(&caller, id, input).await,
                Err(error) => Err(error),
            };
            (result, "/approvals", "approvals.refused.done")
        }
        "withdrawal" => (
            app.withdraw_overtime_request(&caller, id).await,
            "/my/requests",
            "request.withdrawn.done",
        ),
        _ => return Err(posted.visit.failed(AppError::NotFound("action"))),
    };
    posted.outcome(&app, result, to, key).await
}
