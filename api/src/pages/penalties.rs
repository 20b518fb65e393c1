//! Penalties and rewards on their way to payroll (T16): the list, the evidence, and the reader's step.

use super::parts::{ChainLink, Chrome, DeskChoice, Moment, Person};
use super::words::Words;
use askama::Template;
use domain::ids::{DeskId, SanctionId, StaffId};
use domain::work_date::{Month, WorkDate};

/// Penalties and rewards of a month.
#[derive(Template)]
#[template(path = "penalties.html")]
pub struct PenaltiesPage {
    /// Words of the reader.
    pub w: Words,
    /// The frame.
    pub chrome: Chrome,
    /// Which desk.
    pub desk: DeskId,
    /// Desks to choose from.
    pub desks: Vec<DeskChoice>,
    /// Kept when another desk is chosen.
    pub month_kept: Option<Month>,
    /// Which month.
    pub month: Month,
    /// How many wait for the reader's step.
    pub waiting: i64,
    /// By day.
    pub items: Vec<PenaltyLine>,
    /// The one that is open.
    pub detail: Option<PenaltyDetail>,
    /// Whether the reader may propose a reward.
    pub may_propose: bool,
    /// People a reward can go to.
    pub people: Vec<Person>,
    /// The reward form as typed.
    pub reward: RewardForm,
}

/// A penalty or reward as a line.
pub struct PenaltyLine {
    /// Which.
    pub sanction: SanctionId,
    /// The day.
    pub date: WorkDate,
    /// Whose.
    pub name: String,
    /// The matter.
    pub title: String,
    /// Where it stands.
    pub status: String,
    /// `good`, `warn`, `bad` or nothing.
    pub class: &'static str,
    /// How much, in the policy's mode.
    pub amount: String,
    /// The open one.
    pub selected: bool,
}

/// A penalty or reward with everything behind it.
pub struct PenaltyDetail {
    /// Which.
    pub sanction: SanctionId,
    /// Whose.
    pub staff: StaffId,
    /// 姓名
    pub name: String,
    /// The day.
    pub date: WorkDate,
    /// The matter.
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
    /// What people noted at each step.
    pub notes: Vec<String>,
    /// The step the reader may take.
    pub next: Option<NextStep>,
    /// Whether the reader may waive it.
    pub may_waive: bool,
    /// Whether the reader may decide its appeal.
    pub may_decide_appeal: bool,
}

/// A step to take.
pub struct NextStep {
    /// Last part of the address.
    pub path: &'static str,
    /// The words of the button.
    pub label: String,
    /// The amount as it stands, in yuan.
    pub amount: String,
}

/// The reward form as typed.
#[derive(Default)]
pub struct RewardForm {
    /// It was typed and refused: show it open.
    pub open: bool,
    /// As chosen.
    pub staff: String,
    /// As typed.
    pub date: String,
    /// As typed.
    pub amount: String,
    /// As typed.
    pub reason: String,
}
