//! Errors as a page that offers a way back.

use super::assets;
use super::words::Words;
use askama::Template;

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
