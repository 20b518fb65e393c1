//! A person's own penalties and rewards, each with its evidence, and the appeal against it.

use super::parts::{ChainLink, Chrome, Moment};
use super::words::Words;
use askama::Template;
use domain::ids::SanctionId;
use domain::work_date::Month;

/// One's own penalties and rewards.
#[derive(Template)]
#[template(path = "my_penalties.html")]
pub struct MyPenaltiesPage {
    /// Words of the reader.
    pub w: Words,
    /// The frame.
    pub chrome: Chrome,
    /// Which month.
    pub month: Month,
    /// By day.
    pub items: Vec<OwnPenalty>,
}

/// A penalty or reward of one's own.
pub struct OwnPenalty {
    /// Which.
    pub sanction: SanctionId,
    /// The day and the matter.
    pub title: String,
    /// How much, in the policy's mode.
    pub amount: String,
    /// Rule, policy version and roster revision.
    pub basis: String,
    /// What happened.
    pub text: String,
    /// The way to payroll.
    pub chain: Vec<ChainLink>,
    /// The events behind it.
    pub timeline: Vec<Moment>,
    /// Whether an appeal is in time.
    pub may_appeal: bool,
    /// An appeal was typed and refused: show the form again.
    pub appeal_open: bool,
}
