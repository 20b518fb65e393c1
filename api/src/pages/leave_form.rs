//! Asking for leave (请假, T12), or filing it for somebody in an emergency.

use super::parts::{Choice, Chrome, Flash, Person};
use super::visit::{Posted, Query, REASON_CHARS_MAX, Visit, fault, people_on};
use super::words::Words;
use crate::app::{App, AppError, FileEmergencyLeave, RequestLeave, Window};
use crate::http::extract::Asked;
use crate::http::problem::Failed;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::event::{Half, LeaveKind};
use domain::ids::StaffId;
use domain::who::Role;
use domain::work_date::DayMinute;

/// The form. What was typed stays when it is refused.
#[derive(Template)]
#[template(path = "leave_form.html")]
pub struct LeaveForm {
    /// Words of the reader.
    pub w: Words,
    /// The frame.
    pub chrome: Chrome,
    /// Where it is sent.
    pub action: &'static str,
    /// Where cancelling leads.
    pub cancel: &'static str,
    /// For whom a lead may file; empty: for oneself.
    pub people: Vec<Person>,
    /// Kinds of leave with what is left of each.
    pub kinds: Vec<Choice>,
    /// As chosen.
    pub staff: String,
    /// As typed.
    pub emergency: String,
    /// As chosen.
    pub kind: String,
    /// As typed.
    pub first: String,
    /// As typed.
    pub last: String,
    /// As typed.
    pub from: String,
    /// As typed.
    pub until: String,
    /// As chosen.
    pub part: String,
    /// As typed.
    pub evidence: String,
    /// As typed.
    pub reason: String,
    /// The longest reason.
    pub reason_chars_max: usize,
}

/// The kinds in the order they are offered, and the names they are sent by.
const KINDS: [(LeaveKind, &str); 8] = [
    (LeaveKind::Personal, "personal"),
    (LeaveKind::Sick, "sick"),
    (LeaveKind::Annual, "annual"),
    (LeaveKind::Compensatory, "compensatory"),
    (LeaveKind::Marriage, "marriage"),
    (LeaveKind::Maternity, "maternity"),
    (LeaveKind::Paternity, "paternity"),
    (LeaveKind::Bereavement, "bereavement"),
];

/// `GET /my/leaves/new`.
pub async fn show(
    State(app): State<App>,
    visit: Visit,
    Asked(query): Asked<Query>,
) -> Result<Response, Failed> {
    let date = query.date.unwrap_or_default();
    form(
        &app,
        &visit,
        false,
        &|field| {
            if matches!(field, "first" | "last") {
                date.clone()
            } else {
                String::new()
            }
        },
        None,
    )
    .await
}

/// `GET /approvals/leaves/new`: for somebody else, in an emergency.
pub async fn show_for_somebody(State(app): State<App>, visit: Visit) -> Result<Response, Failed> {
    form(&app, &visit, true, &|_| String::new(), None).await
}

async fn form(
    app: &App,
    visit: &Visit,
    for_somebody: bool,
    typed: &(dyn Fn(&str) -> String + Sync),
    refused: Option<(StatusCode, Flash)>,
) -> Result<Response, Failed> {
    visit.needs(if for_somebody {
        &[Role::Lead]
    } else {
        &[Role::Staff]
    })?;
    let w = visit.w;
    let (actor, now) = (visit.actor.clone(), app.now());
    let (people, balances) = app
        .read(move |view| {
            let mut people = Vec::new();
            if for_somebody {
                for desk in &actor.leads {
                    let today = view.desk(desk)?.map(|row| row.zone.date(now));
                    people.extend(
                        today.map_or(Ok(Vec::new()), |today| people_on(view, desk, today))?,
                    );
                }
                people.retain(|person: &Person| person.staff != actor.staff);
            }
            Ok((people, view.leave_balances(&actor.staff)?))
        })
        .await
        .map_err(|error| visit.failed(error))?;
    let kinds = KINDS
        .iter()
        .map(|(kind, value)| {
            let balance = balances
                .iter()
                .find(|balance| balance.kind == *kind && !for_somebody);
            Choice {
                value: (*value).to_owned(),
                label: w.leave(kind).to_owned(),
                more: balance
                    .map(|balance| w.f("leave.balance_left", w.duration(&balance.minutes))),
                ..Choice::default()
            }
        })
        .collect();
    let (here, action, cancel) = if for_somebody {
        ("/approvals", "/approvals/leaves", "/approvals")
    } else {
        ("/my/requests", "/my/leaves", "/my/requests")
    };
    let mut chrome = visit.chrome(app, here, None).await?;
    let status = refused
        .as_ref()
        .map_or(StatusCode::OK, |(status, _)| *status);
    chrome.flash = refused.map(|(_, flash)| flash).or(chrome.flash);
    let page = LeaveForm {
        w,
        chrome,
        action,
        cancel,
        people,
        kinds,
        staff: typed("staff"),
        emergency: typed("emergency"),
        kind: typed("kind"),
        first: typed("first"),
        last: typed("last"),
        from: typed("from"),
        until: typed("until"),
        part: typed("part"),
        evidence: typed("evidence"),
        reason: typed("reason"),
        reason_chars_max: REASON_CHARS_MAX,
    };
    visit.page_with(status, &page)
}

fn read(posted: &Posted) -> Result<RequestLeave, AppError> {
    let chosen = posted.text("kind");
    let kind = KINDS.iter().find(|(_, value)| *value == chosen);
    let (kind, _) =
        kind.ok_or_else(|| fault("kind", "fault.missing", |w| w.t("leave.kind").to_owned()))?;
    let half = match posted.text("part").as_str() {
        "first" => Some(Half::First),
        "second" => Some(Half::Second),
        _ => None,
    };
    let window = match (posted.chosen("from"), posted.chosen("until")) {
        (None, None) => None,
        _ => {
            let (start, end) = (posted.time("from")?, posted.time("until")?);
            // Until midnight is written 00:00 in a time field.
            let end = if end.0 == 0 { DayMinute(1440) } else { end };
            Some(Window { start, end })
        }
    };
    Ok(RequestLeave {
        kind: *kind,
        first: posted.date("first")?,
        last: posted.date("last")?,
        window,
        half,
        reason: posted.words("reason", "reason")?,
        evidence: posted.chosen("evidence"),
    })
}

/// `POST /my/leaves`.
pub async fn send(State(app): State<App>, posted: Posted) -> Result<Response, Failed> {
    let result = match read(&posted) {
        Ok(input) => app.request_leave(&posted.caller(), input).await,
        Err(error) => Err(error),
    };
    match result {
        Ok(receipt) => {
            posted
                .done(&app, &receipt, "/my/requests", "leave.done")
                .await
        }
        Err(error) => {
            let refused = posted.refused(error)?;
            form(
                &app,
                &posted.visit,
                false,
                &|field| posted.text(field),
                Some(refused),
            )
            .await
        }
    }
}

/// `POST /approvals/leaves`.
pub async fn send_for_somebody(State(app): State<App>, posted: Posted) -> Result<Response, Failed> {
    let read = || {
        Ok(FileEmergencyLeave {
            staff: StaffId::new(posted.words("staff", "col.person")?),
            request: read(&posted)?,
            emergency: posted.words("emergency", "leave.emergency")?,
        })
    };
    let result = match read() {
        Ok(input) => app.file_emergency_leave(&posted.caller(), input).await,
        Err(error) => Err(error),
    };
    match result {
        Ok(receipt) => {
            posted
                .done(&app, &receipt, "/approvals", "leave.done")
                .await
        }
        Err(error) => {
            let refused = posted.refused(error)?;
            form(
                &app,
                &posted.visit,
                true,
                &|field| posted.text(field),
                Some(refused),
            )
            .await
        }
    }
}
