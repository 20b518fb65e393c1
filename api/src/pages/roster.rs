//! The roster being made: generate, read why a slot is short, set a cell, publish, hand in the week.

use super::grid::{GridDay, GridRow, HeadLine};
use super::parts::{Choice, Chrome, DeskChoice, ShiftLook};
use super::words::Words;
use askama::Template;
use domain::event::{Shortfall, Skill, SolveReport, Tier};
use domain::ids::{DeskId, SkillId, StaffId};
use domain::refusal::Lang;
use domain::work_date::{Month, WorkDate};

/// A month's roster.
#[derive(Template)]
#[template(path = "roster.html")]
pub struct RosterPage {
    /// Words of the reader.
    pub w: Words,
    /// The frame.
    pub chrome: Chrome,
    /// Which desk.
    pub desk: DeskId,
    /// Its name.
    pub desk_name: String,
    /// Desks to choose from.
    pub desks: Vec<DeskChoice>,
    /// Kept when another desk is chosen.
    pub month_kept: Option<Month>,
    /// Which month.
    pub month: Month,
    /// Where it stands.
    pub stage: Stage,
    /// Whether the reader leads the desk.
    pub leads: bool,
    /// A solve that runs.
    pub solving: Option<Solving>,
    /// Whether the month has demand to solve for.
    pub has_demand: bool,
    /// Columns.
    pub days: Vec<GridDay>,
    /// Rows.
    pub rows: Vec<GridRow>,
    /// Head-counts.
    pub heads: Vec<HeadLine>,
    /// The shifts shown.
    pub legend: Vec<ShiftLook>,
    /// The cell whose detail is open.
    pub cell: Option<CellDetail>,
    /// Every stretch under minimum or target.
    pub shortfalls: Vec<Shortfall>,
    /// Whether all of them are shown.
    pub all_shortfalls: bool,
    /// How the last solve went.
    pub report: Option<SolveReport>,
    /// A version is in force.
    pub published: bool,
    /// The month's weeks for the weekly submission.
    pub weeks: Vec<RosterWeek>,
    /// The desk's skills, for their names.
    pub skills: Vec<Skill>,
}

/// Where a roster stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Nothing yet.
    None,
    /// Being planned.
    Draft,
    /// In force.
    Published {
        /// Which version.
        revision: u32,
        /// With edits that are not in force.
        edited: bool,
    },
    /// Its period is closed.
    Locked {
        /// Which version.
        revision: u32,
    },
}

/// A solve that runs.
pub struct Solving {
    /// Since.
    pub seconds: i64,
    /// At most.
    pub limit_seconds: Option<i64>,
    /// Best cost and bound so far, in words.
    pub text: String,
}

/// The cell whose detail is open.
pub struct CellDetail {
    /// Whose.
    pub staff: StaffId,
    /// 姓名
    pub name: String,
    /// Which day.
    pub date: WorkDate,
    /// What it holds, in words.
    pub now: String,
    /// Leave of the day, in words.
    pub leave: Option<String>,
    /// Shifts to choose from; an empty value is a day off.
    pub choices: Vec<Choice>,
    /// The one chosen.
    pub chosen: String,
    /// Why it changes, as typed.
    pub reason: String,
}

/// A week to hand in.
pub struct RosterWeek {
    /// Its Monday.
    pub start: WorkDate,
    /// Handed in by whom, or due when.
    pub text: String,
    /// Whether it can be handed in here.
    pub may_submit: bool,
    /// Whether it is too late.
    pub overdue: bool,
}

/// So many shortfalls are shown before the reader asks for all.
const SHORTFALLS_SHOWN: usize = 6;

impl RosterPage {
    fn stage_text(&self) -> String {
        let w = self.w;
        match self.stage {
            Stage::None => w.t("roster.stage.none").to_owned(),
            Stage::Draft => w.t("roster.stage.draft").to_owned(),
            Stage::Published {
                revision,
                edited: false,
            } => w.f("roster.stage.published", revision),
            Stage::Published {
                revision,
                edited: true,
            } => w.f("roster.stage.edited", revision),
            Stage::Locked { revision } => w.f("roster.stage.locked", revision),
        }
    }

    fn stage_class(&self) -> &'static str {
        match self.stage {
            Stage::None | Stage::Locked { .. } => "",
            Stage::Draft | Stage::Published { edited: true, .. } => "warn",
            Stage::Published { edited: false, .. } => "good",
        }
    }

    fn may_generate(&self) -> bool {
        self.leads && self.has_demand && matches!(self.stage, Stage::None | Stage::Draft)
    }

    fn may_publish(&self) -> bool {
        self.leads
            && self.solving.is_none()
            && !self.rows.is_empty()
            && matches!(self.stage, Stage::Draft | Stage::Published { edited: true, .. })
    }

    fn may_edit(&self) -> bool {
        self.leads && self.solving.is_none() && !matches!(self.stage, Stage::Locked { .. })
    }

    /// Cells open their detail.
    fn grid_links(&self) -> bool {
        self.may_edit()
    }

    /// Stretches under the minimum.
    fn minimum_missed(&self) -> i64 {
        let missed = self
            .shortfalls
            .iter()
            .filter(|short| short.tier == Tier::Minimum);
        i64::try_from(missed.count()).unwrap_or(i64::MAX)
    }

    /// Those under the minimum first, and only the first few unless all are asked for.
    fn shown_shortfalls(&self) -> Vec<&Shortfall> {
        let mut shown: Vec<&Shortfall> = self.shortfalls.iter().collect();
        shown.sort_by_key(|short| (short.tier, short.date, short.start));
        if !self.all_shortfalls {
            shown.truncate(SHORTFALLS_SHOWN);
        }
        shown
    }

    fn hidden_shortfalls(&self) -> usize {
        self.shortfalls.len() - self.shown_shortfalls().len()
    }

    fn tier_class(&self, short: &Shortfall) -> &'static str {
        match short.tier {
            Tier::Minimum => "bad",
            Tier::Target => "warn",
        }
    }

    fn skill<'a>(&'a self, id: &'a SkillId) -> &'a str {
        let known = self.skills.iter().find(|skill| skill.id == *id);
        known.map_or(id.as_str(), |skill| skill.name.as_str())
    }

    fn cause<'a>(&self, short: &'a Shortfall) -> &'a str {
        match self.w.lang {
            Lang::Zh => &short.cause_zh,
            Lang::En => &short.cause_en,
        }
    }

    /// What would free it, cheapest first; two are enough to act on.
    fn repairs<'a>(&self, short: &'a Shortfall) -> &'a [String] {
        let repairs = match self.w.lang {
            Lang::Zh => &short.repairs_zh,
            Lang::En => &short.repairs_en,
        };
        &repairs[..repairs.len().min(2)]
    }

    /// How far the plan may lie from the best, as proven; never called optimal unless it is.
    fn gap_text(&self, report: &SolveReport) -> String {
        let w = self.w;
        if report.proven_optimal {
            return w.t("solve.gap_proven").to_owned();
        }
        match report.bound {
            Some(bound) if report.objective > 0 && bound <= report.objective => {
                // Hundredths of a percent, rounded up: the gap is never shown smaller than it is.
                let gap = (i128::from(report.objective) - i128::from(bound)) * 10_000;
                let objective = i128::from(report.objective);
                let hundredths = (gap + objective - 1) / objective;
                w.f(
                    "solve.gap_at_most",
                    format!("{}.{:02}", hundredths / 100, hundredths % 100),
                )
            }
            Some(_) | None => w.t("solve.gap_unknown").to_owned(),
        }
    }
}
