//! Asking for a missed punch to be made good (补卡, T6).

use super::parts::{Choice, Chrome};
use super::words::Words;
use askama::Template;

/// The form. What was typed stays when it is refused.
#[derive(Template)]
#[template(path = "correction_form.html")]
pub struct CorrectionForm {
    /// Words of the reader.
    pub w: Words,
    /// The frame.
    pub chrome: Chrome,
    /// Days within which to ask (T6).
    pub window_days: u16,
    /// At most so many a month (T7).
    pub month_max: u16,
    /// So many count already.
    pub corrections_used: u16,
    /// The punches a shift asks for.
    pub edges: Vec<Choice>,
    /// As typed.
    pub date: String,
    /// As chosen, such as `0:in`.
    pub edge: String,
    /// As typed.
    pub time: String,
    /// As typed.
    pub reason: String,
    /// The longest reason.
    pub reason_chars_max: usize,
}
