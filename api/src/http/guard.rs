//! What stands before every handler: who is asking, whether the request comes from our own page, and one log line.

use crate::accounts::{Feed, Token};
use crate::app::App;
use crate::app::error::AppError;
use crate::http::problem::{Failed, Problem, lang_of};
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::refusal::Lang;
use domain::who::Actor;
use sealing::Within;
use std::time::Instant;
use tokio_stream::StreamExt;

/// Name of the session cookie.
pub const SESSION_COOKIE: &str = "paiban_session";
/// Name of the cookie that ties a login form to the browser it was shown in.
pub const FORM_COOKIE: &str = "paiban_form";
/// Header that carries the form token of a script's request.
pub const CSRF_HEADER: &str = "x-csrf-token";
/// Field that carries it in a form.
pub const CSRF_FIELD: &str = "csrf_token";
/// A form's body is at most so long.
const FORM_BYTES_MAX: usize = 1024 * 1024;

/// Who is asking.
#[derive(Clone, Debug)]
pub enum Visitor {
    /// Nobody we know.
    Anonymous,
    /// A person with a session.
    Person {
        /// Who.
        actor: Actor,
        /// The session.
        session: Token,
    },
    /// A machine with a feed token.
    Machine(Feed),
}

/// Finds out who is asking, and refuses requests that another site made a browser send.
pub async fn authenticate(State(app): State<App>, request: Request, next: Next) -> Response {
    let lang = lang_of(request.headers());
    match admit(&app, request, lang).await {
        Ok(request) => next.run(request).await,
        Err(refused) => *refused,
    }
}

async fn admit(app: &App, mut request: Request, lang: Lang) -> Result<Request, Box<Response>> {
    let refuse = |problem: Problem| Box::new(problem.into_response());
    let visitor = identify(app, request.headers())
        .await
        .map_err(|error| Box::new(Failed { error, lang }.into_response()))?;
    if !matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    ) {
        if comes_from_elsewhere(request.headers()) {
            return Err(refuse(Problem::csrf(lang)));
        }
        request = match &visitor {
            // A browser sends a machine's token never by itself, so there is nothing to forge.
            Visitor::Machine(_) => request,
            Visitor::Person { session, .. } => {
                let expected = session.csrf();
                check_token(request, &expected, lang).await?
            }
            // An anonymous form is the login; its token must match the cookie of the browser it was shown in. JSON
            // cannot be sent across sites without asking first, and there is no session to ride on.
            Visitor::Anonymous => match cookie(request.headers(), FORM_COOKIE)
                .map(|value| Token::presented(value).csrf())
            {
                _ if !is_form(request.headers()) => request,
                Some(expected) => check_token(request, &expected, lang).await?,
                None => return Err(refuse(Problem::csrf(lang))),
            },
        };
    }
    request.extensions_mut().insert(visitor);
    Ok(request)
}

async fn identify(app: &App, headers: &HeaderMap) -> Result<Visitor, AppError> {
    if let Some(bearer) = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "))
    {
        let feed = app.accounts().feed(&Token::presented(bearer))?;
        return Ok(feed.map_or(Visitor::Anonymous, Visitor::Machine));
    }
    let Some(session) = cookie(headers, SESSION_COOKIE).map(Token::presented) else {
        return Ok(Visitor::Anonymous);
    };
    let Some(staff) = app.accounts().session(&session, app.now())? else {
        return Ok(Visitor::Anonymous);
    };
    match app.actor(&staff).await {
        Ok(actor) => Ok(Visitor::Person { actor, session }),
        // Left, or never hired: the account outlives the job, the session does not.
        Err(AppError::Forbidden | AppError::NotFound(_)) => Ok(Visitor::Anonymous),
        Err(error) => Err(error),
    }
}

/// Whether the browser itself says that another site made it send this.
fn comes_from_elsewhere(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    if let Some(site) = text("sec-fetch-site") {
        return !matches!(site, "same-origin" | "none");
    }
    let (Some(origin), Some(host)) = (text("origin"), text("host")) else {
        return false;
    };
    origin
        .split_once("://")
        .is_none_or(|(_, origin_host)| origin_host != host)
}

fn is_form(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|kind| {
            let kind = kind.split(';').next().unwrap_or_default().trim();
            // The three kinds a page of another site can send without being asked.
            matches!(
                kind,
                "application/x-www-form-urlencoded" | "multipart/form-data" | "text/plain"
            )
        })
}

/// Passes a request on if its header or its form carries the expected token.
async fn check_token(
    request: Request,
    expected: &str,
    lang: Lang,
) -> Result<Request, Box<Response>> {
    if let Some(given) = request.headers().get(CSRF_HEADER) {
        return if same(given.as_bytes(), expected.as_bytes()) {
            Ok(request)
        } else {
            Err(Box::new(Problem::csrf(lang).into_response()))
        };
    }
    let is_urlencoded = request
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| {
            kind.as_bytes()
                .starts_with(b"application/x-www-form-urlencoded")
        });
    if !is_urlencoded {
        return Err(Box::new(Problem::csrf(lang).into_response()));
    }
    let (head, body) = request.into_parts();
    let bytes: Bytes = to_bytes(body, FORM_BYTES_MAX)
        .await
        .map_err(|_| Box::new(too_large(lang).into_response()))?;
    let prefix = format!("{CSRF_FIELD}=");
    // Tokens are hexadecimal, so nothing in them is percent-encoded.
    let carries = bytes
        .split(|&byte| byte == b'&')
        .filter_map(|pair| pair.strip_prefix(prefix.as_bytes()))
        .any(|given| same(given, expected.as_bytes()));
    if !carries {
        return Err(Box::new(Problem::csrf(lang).into_response()));
    }
    Ok(Request::from_parts(head, Body::from(bytes)))
}

/// Compares without telling by time how much of it fits.
fn same(given: &[u8], expected: &[u8]) -> bool {
    given.len() == expected.len()
        && given
            .iter()
            .zip(expected)
            .fold(0u8, |differs, (a, b)| differs | (a ^ b))
            == 0
}

/// A cookie's value.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

/// A cookie no script can read. Its age is the session's affair, so it lasts as long as the browser keeps it.
pub fn set_cookie(name: &str, value: &str, secure: bool) -> HeaderValue {
    let secure = if secure { "; Secure" } else { "" };
    HeaderValue::from_str(&format!(
        "{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}"
    ))
    .unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// A cookie that takes the one of this name away.
pub fn clear_cookie(name: &str) -> HeaderValue {
    HeaderValue::from_str(&format!(
        "{name}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0"
    ))
    .unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// Opens sealed texts that were not read through the read models: names in states, and in words made of them. The last
/// place before people, so that nothing inside has to hold a name in the clear.
pub async fn open_texts(State(app): State<App>, request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let kind = response.headers().get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let is_stream = kind.starts_with("text/event-stream");
    let within = match kind.split(';').next().unwrap_or_default().trim() {
        "text/html" => Within::Html,
        "application/json" | "application/problem+json" | "text/event-stream" => Within::Json,
        _ => return response,
    };
    let keys = app.keys();
    let open = move |bytes: Bytes| match std::str::from_utf8(&bytes) {
        Ok(text) if sealing::is_sealed(&bytes) => {
            if let Err(error) = keys.look() {
                tracing::error!(%error, "the key store cannot be read");
            }
            keys.open_text(text, within).into_owned().into()
        }
        Ok(_) | Err(_) => bytes,
    };
    let (mut head, body) = response.into_parts();
    if is_stream {
        // Each message is one piece.
        let pieces = body.into_data_stream().map(move |piece| piece.map(&open));
        return Response::from_parts(head, Body::from_stream(pieces));
    }
    match to_bytes(body, usize::MAX).await {
        Ok(bytes) => {
            let opened = open(bytes);
            if head.headers.contains_key(header::CONTENT_LENGTH) {
                head.headers
                    .insert(header::CONTENT_LENGTH, opened.len().into());
            }
            Response::from_parts(head, Body::from(opened))
        }
        Err(error) => {
            tracing::error!(%error, "an answer broke off");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Nobody gets a text opened by sending it here: an answer may repeat what was sent, and answers are opened.
pub async fn refuse_sealed(request: Request, next: Next) -> Response {
    let lang = lang_of(request.headers());
    let (head, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, super::LONGEST_BODY_BYTES).await else {
        return too_large(lang).into_response();
    };
    let uri = head.uri.to_string();
    if sealing::spells_mark(uri.as_bytes()) || sealing::spells_mark(&bytes) {
        let words = ("提交的内容无法读取。", "What was sent could not be read.");
        return Problem::new(StatusCode::BAD_REQUEST, "unreadable", lang, words).into_response();
    }
    next.run(Request::from_parts(head, Body::from(bytes))).await
}

/// One line per request. The route's template, never its path: ids name people.
pub async fn log_request(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "-".to_owned(), |path| path.as_str().to_owned());
    let response = next.run(request).await;
    let position = response
        .headers()
        .get(super::POSITION_HEADER)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("-");
    tracing::info!(
        http.method = %method,
        http.route = route,
        http.status = response.status().as_u16(),
        log.position = position,
        duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        "request"
    );
    response
}

/// Refuses what announces to be longer than anything we take, before a byte of it is read.
pub async fn refuse_huge(request: Request, next: Next) -> Response {
    let announced = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > super::LONGEST_BODY_BYTES as u64) {
        return too_large(lang_of(request.headers())).into_response();
    }
    next.run(request).await
}

fn too_large(lang: Lang) -> Problem {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "too-large",
        lang,
        ("提交的内容过大。", "What was sent is too large."),
    )
}

/// What every answer says to the browser: nothing of ours is framed, sniffed, cached or fetched from elsewhere.
pub async fn harden(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (
            "content-security-policy",
            "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
        ),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "same-origin"),
    ] {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|&(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn another_site_gives_itself_away() {
        for (elsewhere, pairs) in [
            (true, vec![("sec-fetch-site", "cross-site")]),
            (true, vec![("sec-fetch-site", "same-site")]),
            (false, vec![("sec-fetch-site", "same-origin")]),
            (
                true,
                vec![("origin", "https://evil.example"), ("host", "desk.example")],
            ),
            (true, vec![("origin", "null"), ("host", "desk.example")]),
            (
                false,
                vec![
                    ("origin", "http://desk.example:8080"),
                    ("host", "desk.example:8080"),
                ],
            ),
            (
                true,
                vec![
                    ("origin", "http://desk.example:8081"),
                    ("host", "desk.example:8080"),
                ],
            ),
            (false, vec![("host", "desk.example")]),
        ] {
            assert_eq!(
                comes_from_elsewhere(&headers(&pairs)),
                elsewhere,
                "{pairs:?}"
            );
        }
    }

    #[test]
    fn cookies_are_found_by_their_whole_name() {
        let headers = headers(&[(
            "cookie",
            "xpaiban_session=1; paiban_session=2; paiban_session_old=3",
        )]);
        assert_eq!(cookie(&headers, SESSION_COOKIE), Some("2"));
        assert_eq!(cookie(&headers, "session"), None);
    }

    #[test]
    fn tokens_are_the_same_or_not() {
        assert!(same(b"abc", b"abc"));
        assert!(!same(b"abd", b"abc"));
        assert!(!same(b"ab", b"abc"));
        assert!(!same(b"", b"abc"));
    }
}
