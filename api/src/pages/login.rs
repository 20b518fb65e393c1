//! Logging in and out, and changing the password.

use super::error::LANGUAGE_COOKIE;
use super::parts::{self, Chrome, Flash};
use super::visit::{Posted, Query, Visit, local, sent_on};
use super::words::Words;
use crate::accounts::{AccountError, PASSWORD_CHARS_MIN};
use crate::app::{App, AppError};
use crate::http::extract::{Asked, Csrf, InLang, log_in};
use crate::http::guard::{SESSION_COOKIE, Visitor, clear_cookie, set_cookie};
use crate::http::problem::Failed;
use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use domain::ids::StaffId;
use domain::refusal::Lang;
use serde::Deserialize;

/// The login page.
#[derive(Template)]
#[template(path = "login.html")]
pub struct LoginPage {
    /// Words of the reader.
    pub w: Words,
    /// The frame.
    pub chrome: Chrome,
    /// As typed.
    pub staff: String,
    /// Where to go afterwards.
    pub next: String,
}

/// The page to change one's password.
#[derive(Template)]
#[template(path = "password.html")]
pub struct PasswordPage {
    /// Words of the reader.
    pub w: Words,
    /// The frame.
    pub chrome: Chrome,
    /// The shortest password.
    pub length_min: usize,
}

/// `GET /`: where this person begins.
pub async fn home(visit: Visit) -> Redirect {
    Redirect::to(parts::home(&visit.actor))
}

/// `GET /login`.
pub async fn ask(
    visitor: Visitor,
    csrf: Csrf,
    InLang(lang): InLang,
    Asked(query): Asked<Query>,
) -> Result<Response, Failed> {
    if matches!(visitor, Visitor::Person { .. }) {
        return Ok(Redirect::to("/").into_response());
    }
    let next = query.next.unwrap_or_default();
    let flash =
        (!next.is_empty() && next != "/").then(|| Flash::bad(Words::new(lang).t("login.ended")));
    form(lang, csrf, String::new(), next, flash, StatusCode::OK)
}

fn form(
    lang: Lang,
    csrf: Csrf,
    staff: String,
    next: String,
    flash: Option<Flash>,
    status: StatusCode,
) -> Result<Response, Failed> {
    let page = LoginPage {
        w: Words::new(lang),
        chrome: Chrome {
            csrf: csrf.token.clone(),
            flash,
            ..Chrome::default()
        },
        staff,
        next,
    };
    let html = page.render().map_err(|source| Failed {
        error: AppError::Internal {
            what: "a page could not be rendered".to_owned(),
            source: Some(Box::new(source)),
        },
        lang,
    })?;
    Ok((status, csrf, Html(html)).into_response())
}

/// What the login form sends.
#[derive(Deserialize)]
pub struct Entering {
    staff: String,
    password: String,
    #[serde(default)]
    next: String,
}

/// `POST /login`.
pub async fn enter(
    State(app): State<App>,
    csrf: Csrf,
    InLang(lang): InLang,
    Form(sent): Form<Entering>,
) -> Result<Response, Failed> {
    let staff = StaffId::new(sent.staff.trim());
    let w = Words::new(lang);
    match log_in(&app, &staff, sent.password).await {
        Ok(session) => {
            let cookie = set_cookie(SESSION_COOKIE, session.secret(), app.secure_cookies());
            let next = local(&sent.next);
            Ok(([(header::SET_COOKIE, cookie)], Redirect::to(next)).into_response())
        }
        Err(AppError::Account(AccountError::WrongLogin)) => {
            let flash = Flash::bad(w.t("login.wrong"));
            form(
                lang,
                csrf,
                staff.to_string(),
                sent.next,
                Some(flash),
                StatusCode::UNAUTHORIZED,
            )
        }
        Err(AppError::Account(AccountError::Throttled {
            retry_after_seconds,
        })) => {
            let flash = Flash::bad(w.f("login.throttled", retry_after_seconds));
            form(
                lang,
                csrf,
                staff.to_string(),
                sent.next,
                Some(flash),
                StatusCode::TOO_MANY_REQUESTS,
            )
        }
        Err(error) => Err(Failed { error, lang }),
    }
}

/// `POST /logout`.
pub async fn leave(State(app): State<App>, visit: Visit) -> Result<Response, Failed> {
    app.accounts()
        .close_session(&visit.session)
        .map_err(|error| visit.failed(error))?;
    Ok((
        [(header::SET_COOKIE, clear_cookie(SESSION_COOKIE))],
        Redirect::to("/login"),
    )
        .into_response())
}

/// `GET /language/{lang}`: remembers the choice and goes back.
pub async fn language(Path(lang): Path<String>, Asked(query): Asked<Query>) -> Response {
    let tag = if lang == "en" { "en" } else { "zh" };
    let cookie =
        format!("{LANGUAGE_COOKIE}={tag}; Path=/; HttpOnly; SameSite=Lax; Max-Age=31536000");
    let back = query.back.unwrap_or_default();
    ([(header::SET_COOKIE, cookie)], Redirect::to(local(&back))).into_response()
}

/// `GET /password`.
pub async fn password(State(app): State<App>, visit: Visit) -> Result<Response, Failed> {
    password_form(&app, &visit, None).await
}

async fn password_form(
    app: &App,
    visit: &Visit,
    refused: Option<(StatusCode, Flash)>,
) -> Result<Response, Failed> {
    let mut chrome = visit.chrome(app, "/password", None).await?;
    let status = refused
        .as_ref()
        .map_or(StatusCode::OK, |(status, _)| *status);
    chrome.flash = refused.map(|(_, flash)| flash).or(chrome.flash);
    visit.page_with(
        status,
        &PasswordPage {
            w: visit.w,
            chrome,
            length_min: PASSWORD_CHARS_MIN,
        },
    )
}

/// `POST /password`: every session of the person ends, and this one begins anew.
pub async fn change_password(State(app): State<App>, posted: Posted) -> Result<Response, Failed> {
    let w = posted.visit.w;
    // A password may begin or end with a space; it is taken as it was typed.
    let (old, new, again) = (posted.raw("old"), posted.raw("new"), posted.raw("again"));
    if new != again {
        let refused = (
            StatusCode::UNPROCESSABLE_ENTITY,
            Flash::bad(w.t("password.differ")),
        );
        return password_form(&app, &posted.visit, Some(refused)).await;
    }
    let (worker, staff) = (app.clone(), posted.visit.actor.staff.clone());
    let changed = {
        let _turn = app.password_turn().await;
        tokio::task::spawn_blocking(move || {
            worker
                .accounts()
                .check_password(&staff, &old, worker.now())?;
            worker.accounts().set_password(&staff, &new)?;
            worker.accounts().open_session(&staff, worker.now())
        })
        .await
    };
    match changed {
        Ok(Ok(session)) => {
            let mut response = sent_on("/", &Flash::good(w.t("password.changed.done")));
            let cookie = set_cookie(SESSION_COOKIE, session.secret(), app.secure_cookies());
            response.headers_mut().append(header::SET_COOKIE, cookie);
            Ok(response)
        }
        Ok(Err(AccountError::WrongLogin)) => {
            let refused = (
                StatusCode::UNPROCESSABLE_ENTITY,
                Flash::bad(w.t("password.wrong")),
            );
            password_form(&app, &posted.visit, Some(refused)).await
        }
        Ok(Err(error)) => {
            let refused = posted.refused(error.into())?;
            password_form(&app, &posted.visit, Some(refused)).await
        }
        Err(_) => Err(posted
            .visit
            .failed(AppError::internal("the password change stopped"))),
    }
}
