//! The roster being made: generate, read why a slot is short, set a cell, publish, hand in the week.

use super::grid::{Grid, GridDay, GridRow, HeadLine};
use super::parts::{Choice, Chrome, DeskChoice, ShiftLook};
use super::replan::failure;
use super::solving::{Solving, gap_words, relaxed_words};
use super::visit::{DeskAsked, Posted, Query, Visit, encoded};
use super::words::Words;
use crate::app::{
    AmendRoster, App, AppError, Caller, CellEdit, ChangeCost, EditCells, Fault, FixCells,
    MonthCost, PublishRoster, Receipt, SolveRoster,
};
use crate::http::extract::{Asked, At};
use crate::http::problem::Failed;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use domain::event::{CellKey, Shortfall, Skill, SolveReport, Tier};
use domain::ids::{DeskId, ShiftCode, SolveId, StaffId};
use domain::refusal::Lang;
use domain::who::Role;
use domain::work_date::{Month, WorkDate};
use projections::{
    DeskRow, DutyTable, DutyWeek, RosterAt, RosterState, RosterStatus, SolveRow, SolveStatus, View,
};
use std::collections::BTreeMap;

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
    /// Why it cannot be judged: what is wrong with what the desk asks for, in words.
    pub faults: Vec<String>,
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
    /// What it costs as it stands, against the month's budget (M10).
    pub cost: Option<MonthCost>,
    /// A proposal to plan part of it anew waits for an answer.
    pub proposed: bool,
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
    /// Whether somebody put it there, a shift or a day off.
    pub stands: bool,
    /// Whether a solve keeps it as it stands.
    pub fixed: bool,
    /// What "why not" may be asked about; an empty value is any shift.
    pub questions: Vec<Choice>,
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

    /// By how much the roster exceeds its budget, if it does.
    fn over_budget(&self) -> Option<String> {
        let over = self.cost.as_ref().and_then(|cost| cost.over);
        over.map(|over| self.w.money(&over))
    }

    fn may_publish(&self) -> bool {
        self.leads
            && self.solving.is_none()
            && !self.rows.is_empty()
            && matches!(
                self.stage,
                Stage::Draft | Stage::Published { edited: true, .. }
            )
    }

    fn may_edit(&self) -> bool {
        self.leads && self.solving.is_none() && !matches!(self.stage, Stage::Locked { .. })
    }

    /// Cells open their detail.
    fn grid_links(&self) -> bool {
        self.may_edit()
    }

    /// Stretches under the minimum.
    fn minimum_missed(&self) -> usize {
        self.count(&Tier::Minimum)
    }

    /// Stretches of a tier, in order of time; the first few unless all are asked for.
    fn stretches(&self, tier: Tier) -> Vec<&Shortfall> {
        let mut shown: Vec<&Shortfall> = self
            .shortfalls
            .iter()
            .filter(|short| short.tier == tier)
            .collect();
        shown.sort_by_key(|short| (short.date, short.start));
        if !self.all_shortfalls {
            shown.truncate(SHORTFALLS_SHOWN);
        }
        shown
    }

    /// What keeps the desk from opening, what is merely wished for.
    fn tiers(&self) -> [(Tier, Vec<&Shortfall>); 5] {
        [
            Tier::Minimum,
            Tier::OnPost,
            Tier::Standby,
            Tier::Shift,
            Tier::Target,
        ]
        .map(|tier| (tier, self.stretches(tier)))
    }

    fn is_target(&self, tier: &Tier) -> bool {
        *tier == Tier::Target
    }

    fn count(&self, tier: &Tier) -> usize {
        self.shortfalls
            .iter()
            .filter(|short| short.tier == *tier)
            .count()
    }

    fn tier_class(&self, short: &Shortfall) -> &'static str {
        match short.tier {
            Tier::Minimum => "bad",
            Tier::OnPost | Tier::Standby | Tier::Shift | Tier::Target => "warn",
        }
    }

    /// The skill's name, or what else is short.
    fn short_of<'a>(&'a self, short: &'a Shortfall) -> &'a str {
        let named = |skill: &&Skill| short.skill.as_ref() == Some(&skill.id);
        let known = self.skills.iter().find(named);
        known.map_or_else(|| short.short_of(), |skill| skill.name.as_str())
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

    /// How far the plan may lie from the best.
    fn gap_text(&self, report: &SolveReport) -> String {
        gap_words(report, self.w)
    }

    /// What the plan had to let go.
    fn relaxed(&self) -> Vec<String> {
        let report = self.report.as_ref();
        report.map_or_else(Vec::new, |report| relaxed_words(report, self.w))
    }

    /// A roster in force can be planned anew in part.
    fn may_replan(&self) -> bool {
        self.leads && matches!(self.stage, Stage::Published { .. })
    }
}

/// `GET /roster`.
pub async fn show(
    State(app): State<App>,
    visit: Visit,
    Asked(query): Asked<Query>,
) -> Result<Response, Failed> {
    visit.needs(&[Role::Lead, Role::GmOffice])?;
    let desk = visit.desk_run(&app, query.desk.as_deref()).await?;
    let (w, now, id) = (visit.w, app.now(), desk.row.desk.clone());
    let today = desk.today(now);
    // Planning is about the month to come, unless it has come.
    let month = query.month().unwrap_or_else(|| today.month().next());
    let known = app
        .read(move |view| Known::load(view, &id, month, now))
        .await
        .map_err(|error| visit.failed(error))?;
    let solving = known
        .solves
        .last()
        .filter(|solve| solve.status == SolveStatus::Running);
    let (shortfalls, faults) = if known.table.is_some() && solving.is_none() {
        match shortfalls(&app, &desk.row.desk, month).await {
            Ok(found) => (found, Vec::new()),
            Err(AppError::Invalid(faults)) => {
                let words = |fault: &Fault| format!("{}: {}", fault.field, fault.text(w.lang));
                (Vec::new(), faults.iter().map(words).collect())
            }
            Err(error) => return Err(visit.failed(error)),
        }
    } else {
        (Vec::new(), Vec::new())
    };
    let cost = match app.month_cost(&desk.row.desk, month).await {
        Ok(cost) => Some(cost),
        // A desk without rules prices nothing.
        Err(AppError::Refused(_)) => None,
        Err(error) => return Err(visit.failed(error)),
    };
    let staff = query.staff.as_deref().map(StaffId::new);
    let selected = staff
        .as_ref()
        .zip(query.date().filter(|date| month.contains(*date)));
    let under_minimum = |date: WorkDate| {
        let missed = shortfalls
            .iter()
            .filter(|short| short.tier == Tier::Minimum);
        missed.into_iter().any(|short| short.date == date)
    };
    let planned = app
        .roster_state(&desk.row.desk, month)
        .await
        .map_err(|error| visit.failed(error))?;
    let grid = known.table.as_ref().map(|table| {
        let mut grid = Grid::of(table, &desk.looks, selected, &under_minimum, w);
        grid.mark_fixed(&planned.fixed, w);
        grid
    });
    let Grid {
        days,
        rows,
        heads,
        legend,
    } = grid.unwrap_or_default();
    let cell =
        selected.and_then(|(staff, date)| cell_detail(&known, &planned, &desk, staff, date, w));
    let leads = visit
        .actor
        .acting_as(&[Role::Lead], &desk.row.desk)
        .is_some();
    let mut chrome = visit
        .chrome_of(
            &app,
            "/roster",
            Some(&desk.row.desk),
            (month.first(), month.last()),
        )
        .await?;
    let failed = known
        .solves
        .last()
        .filter(|solve| solve.status == SolveStatus::Failed);
    if let (Some(solve), None) = (failed, &chrome.flash) {
        let name = |staff: &StaffId| known.names.get(staff).cloned();
        let name = |staff: &StaffId| name(staff).unwrap_or_else(|| staff.to_string());
        chrome.flash = Some(failure(solve, w, &name));
    }
    let stage = known.stage();
    let solving = match solving {
        Some(solve) => Some(Solving::of(&app, solve, now, w).await),
        None => None,
    };
    let page = RosterPage {
        w,
        chrome,
        desk_name: desk.row.name.clone(),
        desks: desk.choices,
        month_kept: Some(month),
        month,
        stage,
        leads,
        solving,
        has_demand: known.has_demand,
        days,
        rows,
        heads,
        legend,
        cell,
        shortfalls,
        faults,
        all_shortfalls: query.shortfalls.as_deref() == Some("all"),
        report: known
            .solves
            .iter()
            .rev()
            .find_map(|solve| solve.report.clone().filter(|_| solve.proposal.is_none())),
        published: matches!(stage, Stage::Published { .. } | Stage::Locked { .. }),
        weeks: known
            .weeks
            .iter()
            .map(|week| RosterWeek::of(week, &desk.row, leads, w))
            .collect(),
        skills: desk.row.skills.clone(),
        cost,
        proposed: known
            .solves
            .last()
            .is_some_and(|solve| solve.proposal.is_some() && solve.answer.is_none()),
        desk: desk.row.desk,
    };
    visit.page(&page)
}

/// What the page needs of one snapshot.
struct Known {
    state: Option<RosterState>,
    table: Option<DutyTable>,
    solves: Vec<SolveRow>,
    weeks: Vec<DutyWeek>,
    has_demand: bool,
    names: BTreeMap<StaffId, String>,
}

impl Known {
    fn load(
        view: &View<'_>,
        desk: &DeskId,
        month: Month,
        now: DateTime<Utc>,
    ) -> projections::Result<Self> {
        let state = view.roster_state(desk, month)?;
        let planning = state
            .as_ref()
            .is_some_and(|state| state.status == RosterStatus::Draft);
        let at = if planning {
            RosterAt::Draft
        } else {
            RosterAt::Latest
        };
        let table = view.duty_table(desk, month.first(), month.last(), at)?;
        let filled = |table: &DutyTable| {
            table
                .lines
                .iter()
                .any(|line| line.cells.iter().any(Option::is_some))
        };
        let first_monday = month.first().week_start();
        Ok(Self {
            table: table.filter(filled),
            solves: view.solves(desk, month)?,
            weeks: view.duty_weeks(desk, first_monday, month.last().week_start(), now)?,
            has_demand: view.demand(desk, month)?.is_some(),
            names: view
                .staff_list(None)?
                .into_iter()
                .map(|row| (row.staff, row.name))
                .collect(),
            state,
        })
    }

    fn stage(&self) -> Stage {
        let Some(state) = &self.state else {
            return Stage::None;
        };
        match (state.status, state.revision) {
            (RosterStatus::Published, Some(revision)) => Stage::Published {
                revision,
                edited: state.has_unpublished_edits,
            },
            (RosterStatus::Locked, Some(revision)) => Stage::Locked { revision },
            (RosterStatus::Draft | RosterStatus::Published | RosterStatus::Locked, _) => {
                Stage::Draft
            }
        }
    }
}

/// What the roster as it stands is short of. A desk whose demand or rules are missing has nothing to be short of.
async fn shortfalls(app: &App, desk: &DeskId, month: Month) -> Result<Vec<Shortfall>, AppError> {
    let roster = app.roster_state(desk, month).await?;
    match app.shortfalls_of(desk, month, &roster).await {
        Err(AppError::Refused(_)) => Ok(Vec::new()),
        other => other,
    }
}

impl RosterWeek {
    fn of(week: &DutyWeek, desk: &DeskRow, leads: bool, w: Words) -> Self {
        let text = match (&week.submission, &week.due_at) {
            (Some(sent), _) => w.f2("submission.sent", w.at(&desk.zone, &sent.at), &sent.by_name),
            (None, Some(due)) => w.f("submission.due", w.at(&desk.zone, due)),
            (None, None) => String::new(),
        };
        Self {
            start: week.week_start,
            text,
            may_submit: leads && (week.submission.is_none() || week.has_changed_since),
            overdue: week.is_overdue,
        }
    }
}

fn cell_detail(
    known: &Known,
    roster: &domain::roster::RosterState,
    desk: &DeskAsked,
    staff: &StaffId,
    date: WorkDate,
    w: Words,
) -> Option<CellDetail> {
    let table = known.table.as_ref()?;
    let line = table.lines.iter().find(|line| line.staff.staff == *staff)?;
    let column = table.days.iter().position(|day| day.date == date)?;
    let cell = line.cells.get(column)?.as_ref();
    let shift = cell.and_then(|cell| cell.shift.as_ref());
    let offered = desk.row.templates_on(date);
    let choices = offered.iter().map(|template| Choice {
        value: template.code.to_string(),
        label: w.segments(&template.segments),
        more: None,
        class: desk.looks.class(&template.code),
    });
    Some(CellDetail {
        staff: staff.clone(),
        name: line.staff.name.clone(),
        date,
        now: shift.map_or_else(
            || w.t("day.off").to_owned(),
            |shift| {
                format!(
                    "{} {}",
                    desk.looks.words(&shift.code),
                    w.segments(&shift.segments)
                )
            },
        ),
        leave: cell
            .and_then(|cell| cell.leave)
            .map(|kind| w.leave(&kind).to_owned()),
        choices: std::iter::once(Choice::default()).chain(choices).collect(),
        chosen: shift.map_or_else(String::new, |shift| shift.code.to_string()),
        stands: roster.cell(staff, date).is_some(),
        fixed: roster.fixed.contains(&(staff.clone(), date)),
        questions: super::roster_questions::choices(desk, date, w),
    })
}

pub(super) fn address(desk: &DeskId, month: Month) -> String {
    format!("/roster?desk={}&month={month}", encoded(desk.as_str()))
}

fn month_of(posted: &Posted) -> Result<Month, Failed> {
    let month = posted.parsed("month", "fault.date");
    month.map_err(|error| posted.visit.failed(error))
}

/// `POST /roster/generation`: begins the month if need be, and solves it.
pub async fn generate(State(app): State<App>, posted: Posted) -> Result<Response, Failed> {
    let (desk, month, caller) = (posted.desk(), month_of(&posted)?, posted.caller());
    let result = solve(&app, &caller, &desk, month).await;
    posted
        .outcome(
            &app,
            result,
            &address(&desk, month),
            "roster.generated.done",
        )
        .await
}

async fn solve(
    app: &App,
    caller: &Caller,
    desk: &DeskId,
    month: Month,
) -> Result<Receipt<SolveId>, AppError> {
    let known = desk.clone();
    let begun = app
        .read(move |view| view.roster_state(&known, month))
        .await?;
    if begun.is_none() {
        app.draft_roster(&caller.step("draft"), desk, month).await?;
    }
    let input = SolveRoster {
        seed: 0,
        work_limit: None,
        limit_seconds: None,
    };
    app.request_solve(caller, desk, month, input).await
}

/// `POST /roster/solves/{solve}/cancellation`: the best plan so far is kept.
pub async fn stop(
    State(app): State<App>,
    At(solve): At<uuid::Uuid>,
    posted: Posted,
) -> Result<Response, Failed> {
    let (desk, month) = (posted.desk(), month_of(&posted)?);
    let solve = SolveId(solve);
    let result = app.cancel_solve(&posted.caller(), solve).await;
    let row = app
        .read(move |view| view.solve(solve))
        .await
        .map_err(|error| posted.visit.failed(error))?;
    let to = if row.is_some_and(|row| row.replan.is_some()) {
        super::replan::address(&desk, month)
    } else {
        address(&desk, month)
    };
    posted
        .outcome(&app, result, &to, "roster.stopped.done")
        .await
}

/// `POST /roster/cells`: one cell of a draft, or of the roster in force with a reason.
pub async fn set_cell(State(app): State<App>, posted: Posted) -> Result<Response, Failed> {
    let (desk, month) = (posted.desk(), month_of(&posted)?);
    let result = edit(&app, &posted, &desk, month).await;
    let to = match &result {
        Ok(_) => address(&desk, month),
        // A refused edit leaves its cell open.
        Err(_) => format!(
            "{}&staff={}&date={}",
            address(&desk, month),
            encoded(&posted.text("staff")),
            encoded(&posted.text("date"))
        ),
    };
    posted.costed(&app, result, &to, "roster.saved.done").await
}

async fn edit(
    app: &App,
    posted: &Posted,
    desk: &DeskId,
    month: Month,
) -> Result<Receipt<ChangeCost>, AppError> {
    let cell = CellEdit {
        staff: StaffId::new(posted.text("staff")),
        date: posted.date("date")?,
        shift: posted.chosen("shift").map(ShiftCode::new),
        meal_starts: None,
    };
    let known = desk.clone();
    let state = app
        .read(move |view| view.roster_state(&known, month))
        .await?;
    let caller = posted.caller();
    if state.is_some_and(|state| state.status == RosterStatus::Draft) {
        return app
            .edit_cells(&caller, desk, month, None, EditCells { cells: vec![cell] })
            .await;
    }
    let input = AmendRoster {
        cells: vec![cell],
        reason: posted.words("reason", "roster.amend_reason")?,
    };
    app.amend_roster(&caller, desk, month, None, input).await
}

/// `POST /roster/fixed-cells`: a solve keeps the cell as it stands, or no longer.
pub async fn fix_cell(State(app): State<App>, posted: Posted) -> Result<Response, Failed> {
    let (desk, month) = (posted.desk(), month_of(&posted)?);
    let result = match posted.date("date") {
        Ok(date) => {
            let input = FixCells {
                cells: vec![CellKey {
                    staff: StaffId::new(posted.text("staff")),
                    date,
                }],
                fixed: posted.text("fixed") == "yes",
            };
            app.fix_cells(&posted.caller(), &desk, month, input).await
        }
        Err(error) => Err(error),
    };
    let to = format!(
        "{}&staff={}&date={}",
        address(&desk, month),
        encoded(&posted.text("staff")),
        encoded(&posted.text("date"))
    );
    posted.outcome(&app, result, &to, "roster.saved.done").await
}

/// `POST /roster/publication`.
pub async fn publish(State(app): State<App>, posted: Posted) -> Result<Response, Failed> {
    let (desk, month) = (posted.desk(), month_of(&posted)?);
    let input = PublishRoster {
        acknowledge_shortfalls: posted.text("acknowledged") == "yes",
        acknowledge_over_budget: posted.text("over_budget") == "yes",
    };
    let result = app
        .publish_roster(&posted.caller(), &desk, month, input)
        .await;
    posted
        .outcome(
            &app,
            result,
            &address(&desk, month),
            "roster.published.done",
        )
        .await
}

/// `POST /roster/submissions`: next week's duty table goes to the administration (T3).
pub async fn submit_week(State(app): State<App>, posted: Posted) -> Result<Response, Failed> {
    let desk = posted.desk();
    let week = posted
        .date("week")
        .map_err(|error| posted.visit.failed(error))?;
    let month = posted
        .parsed("month", "fault.date")
        .unwrap_or_else(|_| week.month());
    let result = app.submit_duty_table(&posted.caller(), &desk, week).await;
    posted
        .outcome(&app, result, &address(&desk, month), "submission.done")
        .await
}
