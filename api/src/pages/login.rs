//! Logging in and out, and changing the password.

use super::parts::Chrome;
use super::words::Words;
use askama::Template;

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
