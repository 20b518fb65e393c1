//! Asking a colleague to take a shift (调班, T9).

use super::parts::{Choice, Chrome, Person};
use super::words::Words;
use askama::Template;

/// The form. What was typed stays when it is refused.
#[derive(Template)]
#[template(path = "swap_form.html")]
pub struct SwapForm {
    /// Words of the reader.
    pub w: Words,
    /// The frame.
    pub chrome: Chrome,
    /// One's own coming shifts.
    pub shifts: Vec<Choice>,
    /// Colleagues of the desk.
    pub people: Vec<Person>,
    /// As chosen.
    pub give: String,
    /// As chosen.
    pub with: String,
    /// As typed.
    pub take: String,
    /// As typed.
    pub reason: String,
    /// The longest reason.
    pub reason_chars_max: usize,
}
