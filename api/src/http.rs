//! The web server: pages, the JSON API under `/api/v1`, and what stands before both.

pub mod api;
pub mod endpoint;
pub mod extract;
pub mod guard;
pub mod problem;

use crate::app::{App, AppError};
use crate::http::problem::{Failed, Problem, lang_of};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use domain::refusal::Lang;
use std::any::Any;
use std::future::Future;
use std::time::Duration;
use tokio::net::TcpListener;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::TimeoutLayer;

pub use extract::{Csrf, Reader, log_in};
pub use guard::{Visitor, clear_cookie, set_cookie};

/// Carries a position of the log: in an answer, where the command's effect stands; in a view's request, what it is to
/// show at least.
pub const POSITION_HEADER: &str = "paiban-position";
/// A body is at most so long, unless its route says otherwise.
const BODY_BYTES_MAX: usize = 1024 * 1024;
/// The longest body of any route.
pub(crate) const LONGEST_BODY_BYTES: usize = 8 * 1024 * 1024;
/// A request is answered within this, its body included.
const REQUEST_SECONDS_MAX: u64 = 30;

/// Every route of the service.
pub fn router(app: App) -> Router {
    let (api, _) = api::build();
    Router::new()
        .nest(api::PREFIX, api)
        .merge(crate::pages::router())
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(from_fn(guard::refuse_sealed))
        .layer(from_fn_with_state(app.clone(), guard::authenticate))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(from_fn(guard::refuse_huge))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::REQUEST_TIMEOUT,
            Duration::from_secs(REQUEST_SECONDS_MAX),
        ))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn(crate::pages::frame))
        .layer(from_fn_with_state(app.clone(), guard::open_texts))
        .layer(from_fn(guard::harden))
        .layer(from_fn(guard::log_request))
        .with_state(app)
}

/// Serves until `shutdown` is ready, then finishes what is being answered.
pub async fn serve(
    app: App,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    axum::serve(listener, router(app))
        .with_graceful_shutdown(shutdown)
        .await
}

async fn not_found(headers: HeaderMap) -> Response {
    Failed {
        error: AppError::NotFound("page"),
        lang: lang_of(&headers),
    }
    .into_response()
}

async fn method_not_allowed(headers: HeaderMap) -> Response {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method-not-allowed",
        lang_of(&headers),
        (
            "此地址不支持该方法。",
            "This address does not take that method.",
        ),
    )
    .into_response()
}

fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    // The panic's own message has been printed by its thread; who asked is told nothing of it.
    tracing::error!("a handler panicked");
    Problem::of(&AppError::internal("panic"), Lang::Zh).into_response()
}
