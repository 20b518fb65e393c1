//! The style sheet, the script and the icon: embedded in the binary, addressed by content, so a browser may keep them
//! for ever.

use super::parts::ShiftLooks;
use super::visit::Visit;
use crate::app::{App, AppError};
use crate::http::problem::Failed;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::ids::DeskId;
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

/// An embedded file.
pub struct Asset {
    address: String,
    kind: &'static str,
    bytes: &'static [u8],
}

impl Asset {
    fn new(name: &str, kind: &'static str, bytes: &'static [u8]) -> Self {
        let digest = Sha256::digest(bytes);
        let short: String = digest
            .iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Self {
            address: format!("/assets/{short}/{name}"),
            kind,
            bytes,
        }
    }
    /// Where it is served.
    pub fn address(&self) -> &str {
        &self.address
    }
}

/// The style sheet.
pub static CSS: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new(
        "paiban.css",
        "text/css; charset=utf-8",
        include_bytes!("../../assets/paiban.css"),
    )
});
/// The script; every page works without it.
pub static JS: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new(
        "paiban.js",
        "text/javascript; charset=utf-8",
        include_bytes!("../../assets/paiban.js"),
    )
});
/// The icon.
pub static ICON: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new(
        "icon.svg",
        "image/svg+xml",
        include_bytes!("../../assets/icon.svg"),
    )
});

/// `GET /assets/{digest}/{name}`. An address of an older build is answered with today's file, kept by nobody.
pub async fn serve(Path((digest, name)): Path<(String, String)>) -> Response {
    let asset: &Asset = match name.as_str() {
        "paiban.css" => &CSS,
        "paiban.js" => &JS,
        "icon.svg" => &ICON,
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    let kept = if asset.address.contains(&digest) && digest.len() == 16 {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    (
        [
            (header::CONTENT_TYPE, HeaderValue::from_static(asset.kind)),
            (header::CACHE_CONTROL, HeaderValue::from_static(kept)),
        ],
        asset.bytes,
    )
        .into_response()
}

/// `GET /shift-colours/{desk}.css`: the colours of a desk's shifts, for those who may see the desk.
pub async fn shift_colours(
    State(app): State<App>,
    visit: Visit,
    Path(file): Path<String>,
) -> Result<Response, Failed> {
    let desk = DeskId::new(file.strip_suffix(".css").unwrap_or(&file));
    app.may_see_desk(&visit.actor, &desk)
        .await
        .map_err(|error| visit.failed(error))?;
    let w = visit.w;
    let sheet = app
        .read(move |view| {
            Ok(view.desk(&desk)?.map(|row| {
                ShiftLooks::of(
                    row.templates.iter().flat_map(|adopted| &adopted.templates),
                    w,
                )
                .style_sheet()
            }))
        })
        .await
        .map_err(|error| visit.failed(error))?
        .ok_or_else(|| visit.failed(AppError::NotFound("desk")))?;
    Ok((
        [
            (
                header::CONTENT_TYPE,
                HeaderValue::from_static("text/css; charset=utf-8"),
            ),
            (
                header::CACHE_CONTROL,
                HeaderValue::from_static("private, max-age=60"),
            ),
        ],
        sheet,
    )
        .into_response())
}
