//! Errors as a page that offers a way back.

use super::assets;
use super::visit::local;
use super::words::Words;
use crate::http::guard::cookie;
use crate::http::problem::{Problem, lang_of};
use askama::Template;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

/// The cookie of the language switch.
pub const LANGUAGE_COOKIE: &str = "paiban_lang";

/// An error page.
#[derive(Template)]
#[template(path = "error.html")]
pub struct ErrorPage {
    /// Words of the reader.
    pub w: Words,
    /// The HTTP status.
    pub status: u16,
    /// What happened, short.
    pub title: String,
    /// What to do about it.
    pub text: String,
    /// The page the reader came from.
    pub back: Option<String>,
}

impl ErrorPage {
    fn css(&self) -> &'static str {
        assets::CSS.address()
    }
    fn icon(&self) -> &'static str {
        assets::ICON.address()
    }
}

/// Stands around every route: the language chosen by the switch is what every handler hears, and a problem on its way
/// to somebody who reads pages becomes a page.
pub async fn frame(mut request: Request, next: Next) -> Response {
    if request.uri().path().starts_with("/api/") {
        return next.run(request).await;
    }
    let chosen = cookie(request.headers(), LANGUAGE_COOKIE).and_then(|tag| match tag {
        "zh" => Some(HeaderValue::from_static("zh")),
        "en" => Some(HeaderValue::from_static("en")),
        _ => None,
    });
    if let Some(chosen) = chosen {
        request
            .headers_mut()
            .insert(header::ACCEPT_LANGUAGE, chosen);
    }
    let w = Words::new(lang_of(request.headers()));
    let back = way_back(request.headers());
    let response = next.run(request).await;
    let is_problem = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/problem+json"));
    if !is_problem {
        return response;
    }
    as_page(response, w, back).await
}

/// The page the reader came from, if it is one of ours.
fn way_back(headers: &HeaderMap) -> Option<String> {
    let referer: axum::http::Uri = headers.get(header::REFERER)?.to_str().ok()?.parse().ok()?;
    let host = headers.get(header::HOST)?.to_str().ok()?;
    let ours = referer
        .authority()
        .is_some_and(|authority| authority.as_str() == host);
    let path = referer.path_and_query()?.as_str();
    ours.then(|| local(path).to_owned())
}

/// Problems are small; one that is not would not be read.
const PROBLEM_BYTES_MAX: usize = 256 * 1024;

async fn as_page(response: Response, w: Words, back: Option<String>) -> Response {
    let (mut parts, body) = response.into_parts();
    let problem: Option<Problem> = to_bytes(body, PROBLEM_BYTES_MAX)
        .await
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let status = parts.status.as_u16();
    let kind = problem.as_ref().map_or("", |problem| problem.kind.as_str());
    let key = match (status, kind) {
        (_, "/problems/csrf") => Some("error.csrf"),
        (404 | 405, _) => Some("error.not_found"),
        (403, "/problems/forbidden") => Some("error.forbidden"),
        (_, "/problems/contended") => Some("error.contended"),
        (500, _) => Some("error.failed"),
        _ => None,
    };
    let (title, text) = match (key, problem) {
        (Some(key), _) => (w.t(key).to_owned(), w.t(&format!("{key}.text")).to_owned()),
        (None, Some(problem)) => {
            let errors: Vec<String> = problem
                .errors
                .into_iter()
                .map(|error| error.message)
                .collect();
            (
                problem.title,
                format!("{} {}", problem.detail, errors.join(" ")),
            )
        }
        (None, None) => (
            w.t("error.failed").to_owned(),
            w.t("error.failed.text").to_owned(),
        ),
    };
    let page = ErrorPage {
        w,
        status,
        title,
        text,
        back,
    };
    // A template of two fields cannot fail to render; if it did, the status alone would say enough.
    let html = page.render().unwrap_or_default();
    parts.headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/html; charset=utf-8"),
    );
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(html))
}
