//! Logging in and out, passwords, accounts and feed tokens.

use crate::accounts::{AccountError, Feed, FeedKind};
use crate::app::{App, AppError, Fault, Receipt};
use crate::http::extract::{At, Command, Done, InLang, JsonBody, Reader, log_in};
use crate::http::guard::{SESSION_COOKIE, clear_cookie, set_cookie};
use crate::http::problem::Failed;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::ids::{DeskId, StaffId};
use domain::who::{Actor, Role};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Number and password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LogIn {
    /// 工号
    #[schema(value_type = String, example = "1001")]
    staff: StaffId,
    /// The password.
    password: String,
}

/// Who is signed in.
#[derive(Serialize, ToSchema)]
pub(super) struct Session {
    /// 工号
    #[schema(value_type = String)]
    staff: StaffId,
    /// 姓名
    name: String,
    /// 部门
    #[schema(value_type = String)]
    desk: Option<DeskId>,
    /// What the person may do.
    #[schema(value_type = Vec<String>)]
    roles: Vec<Role>,
    /// The desks a lead leads.
    #[schema(value_type = Vec<String>)]
    leads: Vec<DeskId>,
    /// For the header `X-CSRF-Token` of every changing request.
    csrf_token: String,
}

async fn session(app: &App, actor: &Actor, csrf_token: String) -> Result<Session, AppError> {
    let state = app.staff_state(&actor.staff).await?;
    Ok(Session {
        staff: actor.staff.clone(),
        name: state
            .record
            .as_ref()
            .map(|record| record.name.clone())
            .unwrap_or_default(),
        desk: state.record.as_ref().map(|record| record.desk.clone()),
        roles: actor.roles.iter().copied().collect(),
        leads: actor.leads.iter().cloned().collect(),
        csrf_token,
    })
}

pub(super) async fn open(
    State(app): State<App>,
    InLang(lang): InLang,
    headers: HeaderMap,
    bytes: axum::body::Bytes,
) -> Result<Response, Response> {
    let failed = |error| Failed { error, lang }.into_response();
    let JsonBody(input) =
        <JsonBody<LogIn> as crate::http::extract::Body>::read(&headers, &bytes, lang)
            .map_err(IntoResponse::into_response)?;
    let token = log_in(&app, &input.staff, input.password)
        .await
        .map_err(failed)?;
    let actor = app.actor(&input.staff).await.map_err(failed)?;
    let body = session(&app, &actor, token.csrf()).await.map_err(failed)?;
    let cookie = set_cookie(SESSION_COOKIE, token.secret(), app.secure_cookies());
    Ok((
        StatusCode::CREATED,
        [(header::SET_COOKIE, cookie)],
        Json(body),
    )
        .into_response())
}

pub(super) async fn show(State(app): State<App>, reader: Reader) -> Result<Json<Session>, Failed> {
    session(&app, &reader.actor, reader.session.csrf())
        .await
        .map(Json)
        .map_err(|error| reader.failed(error))
}

pub(super) async fn close(State(app): State<App>, reader: Reader) -> Result<Response, Failed> {
    app.accounts()
        .close_session(&reader.session)
        .map_err(|error| reader.failed(error))?;
    Ok((
        StatusCode::NO_CONTENT,
        [(header::SET_COOKIE, clear_cookie(SESSION_COOKIE))],
    )
        .into_response())
}

/// Change one's own password; every session of the person ends, this one too.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangePassword {
    /// The one that holds now.
    current: String,
    /// The one to hold.
    new: String,
}

pub(super) async fn change_password(
    State(app): State<App>,
    reader: Reader,
    command: Command<JsonBody<ChangePassword>>,
) -> Result<Response, Failed> {
    let JsonBody(input) = command.body;
    let (worker, staff) = (app.clone(), reader.actor.staff.clone());
    let _turn = app.password_turn().await;
    let outcome = tokio::task::spawn_blocking(move || {
        worker
            .accounts()
            .check_password(&staff, &input.current, worker.now())?;
        worker.accounts().set_password(&staff, &input.new)
    })
    .await
    .map_err(|_| reader.failed(AppError::internal("the password change stopped")))?;
    outcome.map_err(|error| match error {
        AccountError::WrongLogin => reader.failed(AppError::fault(Fault::of(
            "current",
            "当前密码不正确。",
            "The current password is wrong.",
        ))),
        other => reader.failed(other),
    })?;
    Ok((
        StatusCode::NO_CONTENT,
        [(header::SET_COOKIE, clear_cookie(SESSION_COOKIE))],
    )
        .into_response())
}

/// HR sets somebody's password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SetPassword {
    /// The password; the person changes it afterwards.
    password: String,
}

pub(super) async fn set_password(
    State(app): State<App>,
    At(staff): At<StaffId>,
    command: Command<JsonBody<SetPassword>>,
) -> Result<StatusCode, Failed> {
    let failed = |error| Failed {
        error,
        lang: command.lang,
    };
    may_administer(&app, &command.caller.actor, &staff)
        .await
        .map_err(failed)?;
    let password = command.body.0.password;
    let worker = app.clone();
    let _turn = app.password_turn().await;
    tokio::task::spawn_blocking(move || worker.accounts().set_password(&staff, &password))
        .await
        .map_err(|_| failed(AppError::internal("the password change stopped")))?
        .map_err(|error| failed(error.into()))?;
    Ok(StatusCode::NO_CONTENT)
}

/// Open or shut an account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SetAccount {
    /// Shut: every session ends at once.
    disabled: bool,
}

pub(super) async fn set_account(
    State(app): State<App>,
    At(staff): At<StaffId>,
    command: Command<JsonBody<SetAccount>>,
) -> Result<StatusCode, Failed> {
    let failed = |error| Failed {
        error,
        lang: command.lang,
    };
    may_administer(&app, &command.caller.actor, &staff)
        .await
        .map_err(failed)?;
    app.accounts()
        .set_disabled(&staff, command.body.0.disabled)
        .map_err(|error| failed(error.into()))?;
    Ok(StatusCode::NO_CONTENT)
}

/// HR administers accounts, but not those of the GM office: who approves penalties is not in HR's hand. Nobody does
/// their own here: that wants the current password.
async fn may_administer(app: &App, actor: &Actor, staff: &StaffId) -> Result<(), AppError> {
    let state = app.staff_state(staff).await?;
    state.known(staff)?;
    let above = state.roles.contains(&Role::GmOffice) && !actor.is(Role::GmOffice);
    if actor.staff == *staff || above {
        return Err(AppError::Forbidden);
    }
    Ok(())
}

/// A machine that reports to a desk.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RegisterFeed {
    /// Its name, such as a serial number.
    name: String,
    /// `presence`, `calls` or `device`.
    kind: String,
    /// The only desk it may report to.
    #[schema(value_type = String)]
    desk: DeskId,
}

/// A machine's token, said once.
#[derive(Serialize, ToSchema)]
pub(super) struct FeedToken {
    /// For `Authorization: Bearer …`.
    token: String,
}

pub(super) async fn register_feed(
    State(app): State<App>,
    command: Command<JsonBody<RegisterFeed>>,
) -> Result<Done<FeedToken>, Failed> {
    let failed = |error| Failed {
        error,
        lang: command.lang,
    };
    let input = command.body.0;
    let known: Result<FeedKind, _> = input.kind.parse();
    let kind = known.map_err(|error| {
        failed(AppError::fault(Fault::of(
            "kind",
            "须为 presence、calls 或 device",
            error.to_string(),
        )))
    })?;
    let is_named = (1..=64).contains(&input.name.len())
        && input.name.bytes().all(|byte| byte.is_ascii_graphic());
    if !is_named {
        return Err(failed(AppError::fault(Fault::of(
            "name",
            "须为1至64个可见的英文字符",
            "must be 1 to 64 visible ASCII characters",
        ))));
    }
    app.zone(&input.desk).await.map_err(failed)?;
    let feed = Feed {
        name: input.name,
        kind,
        desk: input.desk,
    };
    let token = app
        .accounts()
        .issue_feed_token(&feed)
        .map_err(|error| failed(error.into()))?;
    Ok(Done::created(Receipt::nothing().of(FeedToken {
        token: token.secret().to_owned(),
    })))
}
