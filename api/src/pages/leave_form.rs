//! Asking for leave (请假, T12), or filing it for somebody in an emergency.

use super::parts::{Choice, Chrome, Person};
use super::words::Words;
use askama::Template;

/// The form. What was typed stays when it is refused.
#[derive(Template)]
#[template(path = "leave_form.html")]
pub struct LeaveForm {
    /// Words of the reader.
    pub w: Words,
    /// The frame.
    pub chrome: Chrome,
    /// Where it is sent.
    pub action: &'static str,
    /// Where cancelling leads.
    pub cancel: &'static str,
    /// For whom a lead may file; empty: for oneself.
    pub people: Vec<Person>,
    /// Kinds of leave with what is left of each.
    pub kinds: Vec<Choice>,
    /// As chosen.
    pub staff: String,
    /// As typed.
    pub emergency: String,
    /// As chosen.
    pub kind: String,
    /// As typed.
    pub first: String,
    /// As typed.
    pub last: String,
    /// As typed.
    pub from: String,
    /// As typed.
    pub until: String,
    /// As typed.
    pub reason: String,
    /// The longest reason.
    pub reason_chars_max: usize,
}
