//! What handlers are handed: who, which command, in which language, and a body that is what it says.

use crate::accounts::{Feed, Token};
use crate::app::App;
use crate::app::caller::{self, Caller};
use crate::app::error::{AppError, Fault};
use crate::app::log::Receipt;
use crate::http::POSITION_HEADER;
use crate::http::guard::{self, Visitor};
use crate::http::problem::{Failed, Problem, lang_of};
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, IntoResponseParts, Response, ResponseParts};
use domain::ids::StaffId;
use domain::refusal::Lang;
use domain::who::Actor;
use eventlog::Position;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::convert::Infallible;

/// An `Idempotency-Key` is at most so long.
const KEY_BYTES_MAX: usize = 200;

/// The reader's language.
#[derive(Clone, Copy, Debug)]
pub struct InLang(pub Lang);

impl<S: Send + Sync> FromRequestParts<S> for InLang {
    type Rejection = Infallible;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(lang_of(&parts.headers)))
    }
}

/// Whoever is asking, signed in or not.
impl<S: Send + Sync> FromRequestParts<S> for Visitor {
    type Rejection = Infallible;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get().cloned().unwrap_or(Self::Anonymous))
    }
}

/// A person with a session, and the language they read.
#[derive(Clone, Debug)]
pub struct Reader {
    /// Who.
    pub actor: Actor,
    /// Their session.
    pub session: Token,
    /// Their language.
    pub lang: Lang,
}

impl Reader {
    /// An error as this reader gets it.
    pub fn failed(&self, error: impl Into<AppError>) -> Failed {
        Failed {
            error: error.into(),
            lang: self.lang,
        }
    }
}

/// A reader that has just changed something asks to see it: waits until what is read shows the position of `Paiban-Position`.
pub async fn shown(app: &App, parts: &Parts, lang: Lang) -> Result<(), Response> {
    let Some(position) = parts.headers.get(POSITION_HEADER) else {
        return Ok(());
    };
    let position: Position = position
        .to_str()
        .ok()
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| {
            let fault = Fault::of(
                "Paiban-Position",
                "不是日志位置",
                "not a position of the log",
            );
            Problem::invalid(lang, &[fault]).into_response()
        })?;
    app.wait_for(position)
        .await
        .map_err(|error| Failed { error, lang }.into_response())
}

impl FromRequestParts<App> for Reader {
    type Rejection = Response;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let lang = lang_of(&parts.headers);
        let Some(Visitor::Person { actor, session }) = parts.extensions.get().cloned() else {
            return Err(Problem::unauthenticated(lang).into_response());
        };
        shown(app, parts, lang).await?;
        Ok(Self {
            actor,
            session,
            lang,
        })
    }
}

/// Who sends a command.
#[derive(Clone, Debug)]
pub enum Sender {
    /// A person.
    Person(Actor),
    /// A machine.
    Machine(Feed),
}

/// A command as sent: who, which one, in which language, what is asked. Unknown fields are refused by the body's type.
pub struct Command<T> {
    /// Who sends it, and its id.
    pub caller: Caller,
    /// The machine, when a machine sends it.
    pub machine: Option<Feed>,
    /// The sender's language.
    pub lang: Lang,
    /// `If-Match`: the revision the sender saw.
    pub seen: Option<u64>,
    /// What is asked.
    pub body: T,
}

impl<T> Command<T> {
    /// An error as this sender gets it.
    pub fn failed(lang: Lang) -> impl Fn(AppError) -> Failed {
        move |error| Failed { error, lang }
    }
}

/// A command without a body.
pub type Bare = Command<()>;

/// How a body is read.
pub trait Body: Sized {
    /// Reads it, or says what is wrong with which field.
    fn read(headers: &HeaderMap, bytes: &[u8], lang: Lang) -> Result<Self, Problem>;
}

impl Body for () {
    fn read(_: &HeaderMap, bytes: &[u8], lang: Lang) -> Result<Self, Problem> {
        if bytes.is_empty() || bytes == b"{}" {
            return Ok(());
        }
        Err(Problem::invalid(
            lang,
            &[Fault::of(
                "body",
                "此请求不带内容",
                "this request takes no body",
            )],
        ))
    }
}

/// A body that is text, such as a CSV.
#[derive(Clone, Debug)]
pub struct Text(pub String);

impl Body for Text {
    fn read(_: &HeaderMap, bytes: &[u8], lang: Lang) -> Result<Self, Problem> {
        let text = std::str::from_utf8(bytes).map_err(|_| {
            Problem::invalid(
                lang,
                &[Fault::of(
                    "body",
                    "文件须为UTF-8编码",
                    "the text is not UTF-8",
                )],
            )
        })?;
        Ok(Self(
            text.strip_prefix('\u{feff}').unwrap_or(text).to_owned(),
        ))
    }
}

/// A body that is JSON.
#[derive(Clone, Debug)]
pub struct JsonBody<T>(pub T);

impl<T: DeserializeOwned> Body for JsonBody<T> {
    fn read(headers: &HeaderMap, bytes: &[u8], lang: Lang) -> Result<Self, Problem> {
        let is_json = headers
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|kind| {
                kind.split(';').next().unwrap_or_default().trim() == "application/json"
            });
        if !is_json {
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported-media-type",
                lang,
                ("请以 application/json 提交。", "Send application/json."),
            ));
        }
        serde_json::from_slice(bytes).map(Self).map_err(|fault| {
            let line = u32::try_from(fault.line()).ok();
            let words = fault.to_string();
            let field = field_of(&words).unwrap_or("body").to_owned();
            let mut fault = Fault::of(field, format!("内容无法识别:{words}"), words);
            fault.line = line;
            Problem::invalid(lang, &[fault])
        })
    }
}

/// The field serde names in its message: unknown field `x`, missing field `x`.
fn field_of(words: &str) -> Option<&str> {
    let rest = words
        .strip_prefix("unknown field `")
        .or_else(|| words.strip_prefix("missing field `"))
        .or_else(|| words.strip_prefix("duplicate field `"))?;
    rest.split('`').next()
}

impl<T: Body> FromRequest<App> for Command<T> {
    type Rejection = Response;
    async fn from_request(request: Request, app: &App) -> Result<Self, Response> {
        let sent = Sent::read(request, app).await?;
        let body =
            T::read(&sent.headers, &sent.bytes, sent.lang).map_err(IntoResponse::into_response)?;
        Ok(Self {
            caller: sent.caller,
            machine: sent.machine,
            lang: sent.lang,
            seen: sent.seen,
            body,
        })
    }
}

/// A command before its body is understood: the part that is alike for all of them.
struct Sent {
    caller: Caller,
    machine: Option<Feed>,
    lang: Lang,
    seen: Option<u64>,
    headers: HeaderMap,
    bytes: Bytes,
}

impl Sent {
    async fn read(request: Request, app: &App) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        let lang = lang_of(&parts.headers);
        let visitor = parts
            .extensions
            .get::<Visitor>()
            .cloned()
            .unwrap_or(Visitor::Anonymous);
        let (actor, machine) = match visitor {
            Visitor::Anonymous => return Err(Problem::unauthenticated(lang).into_response()),
            Visitor::Person { actor, .. } => (actor, None),
            Visitor::Machine(feed) => (App::machine_actor(&feed), Some(feed)),
        };
        let key =
            idempotency_key(&parts.headers, lang).map_err(|problem| problem.into_response())?;
        let seen = if_match(&parts.headers, lang).map_err(|problem| problem.into_response())?;
        let target = format!("{} {}", parts.method, parts.uri);
        let headers = parts.headers.clone();
        let bytes = Bytes::from_request(Request::from_parts(parts, body), app)
            .await
            .map_err(|rejection| unreadable(&rejection, lang))?;
        let caller = match key {
            Some(key) => {
                let command = caller::command_id(&actor.staff, &target, &key, &bytes);
                Caller::with_command(actor, command)
            }
            None => Caller::new(actor),
        };
        Ok(Self {
            caller,
            machine,
            lang,
            seen,
            headers,
            bytes,
        })
    }
}

fn unreadable(rejection: &BytesRejection, lang: Lang) -> Response {
    let status = rejection.status();
    let words = if status == StatusCode::PAYLOAD_TOO_LARGE {
        ("提交的内容过大。", "What was sent is too large.")
    } else {
        ("提交的内容无法读取。", "What was sent could not be read.")
    };
    let code = if status == StatusCode::PAYLOAD_TOO_LARGE {
        "too-large"
    } else {
        "unreadable"
    };
    Problem::new(status, code, lang, words).into_response()
}

fn idempotency_key(headers: &HeaderMap, lang: Lang) -> Result<Option<String>, Box<Problem>> {
    let Some(value) = headers.get("idempotency-key") else {
        return Ok(None);
    };
    let key = value
        .to_str()
        .ok()
        .map(str::trim)
        .filter(|key| !key.is_empty() && key.len() <= KEY_BYTES_MAX);
    key.map(|key| Some(key.to_owned())).ok_or_else(|| {
        let fault = Fault::of(
            "Idempotency-Key",
            "须为1至200个可见字符",
            "must be 1 to 200 visible characters",
        );
        Box::new(Problem::invalid(lang, &[fault]))
    })
}

fn if_match(headers: &HeaderMap, lang: Lang) -> Result<Option<u64>, Box<Problem>> {
    let Some(value) = headers.get(header::IF_MATCH) else {
        return Ok(None);
    };
    let text = value.to_str().unwrap_or_default().trim();
    let revision = text
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'))
        .and_then(|text| text.parse().ok());
    revision.map(Some).ok_or_else(|| {
        let fault = Fault::of(
            "If-Match",
            "须为一个版本号,如 \"7\"",
            "must be one revision, like \"7\"",
        );
        Box::new(Problem::invalid(lang, &[fault]))
    })
}

/// The `ETag` of a stream's revision.
pub fn etag(revision: u64) -> HeaderValue {
    HeaderValue::from_str(&format!("\"{revision}\""))
        .unwrap_or_else(|_| HeaderValue::from_static("\"\""))
}

/// Path parameters; what does not parse is not found.
pub struct At<T>(pub T);

impl<T, S> FromRequestParts<S> for At<T>
where
    T: DeserializeOwned + Send,
    S: Send + Sync,
{
    type Rejection = Response;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let lang = lang_of(&parts.headers);
        axum::extract::Path::<T>::from_request_parts(parts, state)
            .await
            .map(|axum::extract::Path(value)| Self(value))
            .map_err(|_: PathRejection| {
                Failed {
                    error: AppError::NotFound("thing"),
                    lang,
                }
                .into_response()
            })
    }
}

/// Query parameters; what does not parse is named.
pub struct Asked<T>(pub T);

impl<T, S> FromRequestParts<S> for Asked<T>
where
    T: DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = Response;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let lang = lang_of(&parts.headers);
        axum::extract::Query::<T>::from_request_parts(parts, state)
            .await
            .map(|axum::extract::Query(value)| Self(value))
            .map_err(|rejection: QueryRejection| {
                let words = rejection.body_text();
                Problem::invalid(
                    lang,
                    &[Fault::of("query", format!("查询条件有误:{words}"), words)],
                )
                .into_response()
            })
    }
}

/// `Paiban-Position` and `ETag` of a done command.
pub struct Done<T> {
    status: StatusCode,
    receipt: Receipt<T>,
}

impl<T: Serialize> Done<T> {
    /// Something was created; the answer says what.
    pub fn created(receipt: Receipt<T>) -> Self {
        Self {
            status: StatusCode::CREATED,
            receipt,
        }
    }
    /// It was done; the answer says what came of it.
    pub fn answered(receipt: Receipt<T>) -> Self {
        Self {
            status: StatusCode::OK,
            receipt,
        }
    }
    /// It was begun and goes on.
    pub fn accepted(receipt: Receipt<T>) -> Self {
        Self {
            status: StatusCode::ACCEPTED,
            receipt,
        }
    }
}

impl Done<()> {
    /// It was done; there is no more to say.
    pub fn nothing(receipt: Receipt) -> Self {
        Self {
            status: StatusCode::NO_CONTENT,
            receipt,
        }
    }
}

impl<T: Serialize> IntoResponse for Done<T> {
    fn into_response(self) -> Response {
        let mut response = if self.status == StatusCode::NO_CONTENT {
            self.status.into_response()
        } else {
            (self.status, Json(&self.receipt.value)).into_response()
        };
        let headers = response.headers_mut();
        if let Some(position) = self.receipt.position
            && let Ok(value) = HeaderValue::from_str(&position.to_string())
        {
            headers.insert(HeaderName::from_static(POSITION_HEADER), value);
        }
        if let Some(revision) = self.receipt.revision {
            headers.insert(header::ETAG, etag(revision.0));
        }
        response
    }
}

/// The token a form must carry, and the cookie that goes with it when nobody is signed in yet.
#[derive(Clone, Debug)]
pub struct Csrf {
    /// For the hidden field `csrf_token`, or the header `X-CSRF-Token`.
    pub token: String,
    new_cookie: Option<HeaderValue>,
}

impl FromRequestParts<App> for Csrf {
    type Rejection = Infallible;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        if let Some(Visitor::Person { session, .. }) = parts.extensions.get() {
            return Ok(Self {
                token: session.csrf(),
                new_cookie: None,
            });
        }
        if let Some(known) = guard::cookie(&parts.headers, guard::FORM_COOKIE) {
            return Ok(Self {
                token: Token::presented(known).csrf(),
                new_cookie: None,
            });
        }
        let fresh = Token::fresh();
        Ok(Self {
            token: fresh.csrf(),
            new_cookie: Some(guard::set_cookie(
                guard::FORM_COOKIE,
                fresh.secret(),
                app.secure_cookies(),
            )),
        })
    }
}

/// Put it first into an answer that shows a form: `(csrf, Html(page))`.
impl IntoResponseParts for Csrf {
    type Error = Infallible;
    fn into_response_parts(self, mut response: ResponseParts) -> Result<ResponseParts, Infallible> {
        if let Some(cookie) = self.new_cookie {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        Ok(response)
    }
}

/// Checks a password and opens a session; the session's token goes into the cookie.
pub async fn log_in(app: &App, staff: &StaffId, password: String) -> Result<Token, AppError> {
    let (checker, who) = (app.clone(), staff.clone());
    let _turn = app.password_turn().await;
    tokio::task::spawn_blocking(move || {
        checker
            .accounts()
            .check_password(&who, &password, checker.now())
    })
    .await
    .map_err(|_| AppError::internal("the password check stopped"))??;
    // Somebody who has left keeps no way in.
    app.actor(staff).await.map_err(|error| match error {
        AppError::Forbidden | AppError::NotFound(_) => {
            AppError::Account(crate::accounts::AccountError::WrongLogin)
        }
        other => other,
    })?;
    Ok(app.accounts().open_session(staff, app.now())?)
}
