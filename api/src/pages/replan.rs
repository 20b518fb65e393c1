//! Part of a roster in force planned anew with the least change (重排): asked for, read as a list of changed cells,
//! accepted or discarded.

use super::parts::{Chrome, DeskChoice, Flash, Person};
use super::roster_changes::{DayChange, both};
use super::solving::{Solving, gap_words, relaxed_words};
use super::visit::{DeskAsked, Posted, Query, Visit, encoded};
use super::words::Words;
use crate::app::{App, AppError, ReplanRoster};
use crate::http::extract::{Asked, At};
use crate::http::problem::Failed;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::event::{
    CellChange, ReplanOthers, ReplanProposed, ReplanScope, Shortfall, Skill, Tier,
};
use domain::ids::{DeskId, SolveId, StaffId};
use domain::refusal::Lang;
use domain::who::Role;
use domain::work_date::{Month, WorkDate};
use projections::{RosterState, RosterStatus, SolveRow, SolveStatus};
use std::collections::BTreeMap;

/// Planning part of a month's roster anew.
#[derive(Template)]
#[template(path = "replan.html")]
pub struct ReplanPage {
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
    /// Whether the reader leads the desk.
    pub leads: bool,
    /// Whether its roster is in force and can still change.
    pub published: bool,
    /// A solve that runs.
    pub solving: Option<Solving>,
    /// What a solve proposes, neither accepted nor discarded.
    pub proposal: Option<ProposalCard>,
    /// The first day that can still change.
    pub first: WorkDate,
    /// Who stands in the roster.
    pub people: Vec<Person>,
    /// The desk's skills, for their names.
    pub skills: Vec<Skill>,
}

/// A proposal to read.
pub struct ProposalCard {
    /// Which solve's.
    pub solve: SolveId,
    /// What it was asked for, in words.
    pub scope: String,
    /// The roster has changed since.
    pub outdated: bool,
    /// Cells it changes.
    pub cells: usize,
    /// By person.
    pub people: Vec<PersonChanges>,
    /// What the month costs as it stands, and as proposed.
    pub cost: (i64, i64),
    /// People-minutes under the minimum as it stands, and as proposed.
    pub short: (String, String),
    /// What stays short.
    pub shortfalls: Vec<Shortfall>,
    /// What had to be let go, in words.
    pub relaxed: Vec<String>,
    /// How far it may be from the best.
    pub gap: String,
    /// A reason to begin with.
    pub reason: String,
}

/// What a proposal changes for somebody.
pub struct PersonChanges {
    /// Whose.
    pub staff: StaffId,
    /// 姓名
    pub name: String,
    /// Each day with what it was and what it becomes, in words with the shift's colour.
    pub days: Vec<DayChange>,
    /// What it costs more (or less) for them, with its sign.
    pub cost: String,
}

impl ProposalCard {
    /// What stays under the minimum, and, to be folded away, what is merely wished for.
    fn tiers(&self) -> [(bool, Vec<&Shortfall>); 2] {
        let (minimum, target) = self
            .shortfalls
            .iter()
            .partition(|short| short.tier != Tier::Target);
        [(false, minimum), (true, target)]
    }
}

impl ReplanPage {
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

    fn tier_class(&self, short: &Shortfall) -> &'static str {
        match short.tier {
            Tier::Minimum => "bad",
            Tier::OnPost | Tier::Standby | Tier::Shift | Tier::Target => "warn",
        }
    }
}

/// What the page needs of one snapshot.
struct Known {
    state: Option<RosterState>,
    last: Option<SolveRow>,
    names: BTreeMap<StaffId, String>,
}

/// `GET /replan`.
pub async fn show(
    State(app): State<App>,
    visit: Visit,
    Asked(query): Asked<Query>,
) -> Result<Response, Failed> {
    visit.needs(&[Role::Lead, Role::GmOffice])?;
    let desk = visit.desk_run(&app, query.desk.as_deref()).await?;
    let (w, now, id) = (visit.w, app.now(), desk.row.desk.clone());
    let today = desk.today(now);
    let month = query.month().unwrap_or_else(|| today.month());
    let known = app
        .read(move |view| {
            let last = view.solves(&id, month)?;
            let people = view.staff_list(None)?;
            Ok(Known {
                state: view.roster_state(&id, month)?,
                last: last.into_iter().next_back(),
                names: people
                    .into_iter()
                    .map(|row| (row.staff, row.name))
                    .collect(),
            })
        })
        .await
        .map_err(|error| visit.failed(error))?;
    let roster = app
        .roster_state(&desk.row.desk, month)
        .await
        .map_err(|error| visit.failed(error))?;
    let name = |staff: &StaffId| {
        let known = known.names.get(staff).cloned();
        known.unwrap_or_else(|| staff.to_string())
    };
    let last = known.last.as_ref();
    let solving = last.filter(|solve| solve.status == SolveStatus::Running);
    let revision = known.state.as_ref().and_then(|state| state.revision);
    let proposal = last
        .filter(|solve| solve.answer.is_none())
        .and_then(|solve| Some((solve, solve.proposal.as_ref()?)))
        .map(|(solve, proposal)| ProposalCard {
            outdated: revision != Some(proposal.base),
            ..card(solve, proposal, &desk, &name, w)
        });
    let mut chrome = visit
        .chrome_of(
            &app,
            "/roster",
            Some(&desk.row.desk),
            (month.first(), month.last()),
        )
        .await?;
    let failed = last.filter(|solve| solve.status == SolveStatus::Failed && solve.replan.is_some());
    if let (Some(solve), None) = (failed, &chrome.flash) {
        chrome.flash = Some(failure(solve, w, &name));
    }
    let solving = match solving {
        Some(solve) => Some(Solving::of(&app, solve, now, w).await),
        None => None,
    };
    let page = ReplanPage {
        w,
        chrome,
        desk_name: desk.row.name.clone(),
        month_kept: Some(month),
        month,
        leads: visit
            .actor
            .acting_as(&[Role::Lead], &desk.row.desk)
            .is_some(),
        published: known
            .state
            .as_ref()
            .is_some_and(|state| state.status == RosterStatus::Published),
        solving,
        proposal,
        first: today.max(month.first()),
        people: roster
            .staff()
            .into_iter()
            .map(|staff| Person {
                staff: staff.clone(),
                name: name(staff),
            })
            .collect(),
        skills: desk.row.skills,
        desk: desk.row.desk,
        desks: desk.choices,
    };
    visit.page(&page)
}

/// Why a solve came to nothing; who stopped it, if somebody did.
pub(super) fn failure(solve: &SolveRow, w: Words, name: &dyn Fn(&StaffId) -> String) -> Flash {
    match &solve.cancel {
        Some(cancel) => Flash::good(w.f("roster.cancelled", name(&cancel.by))),
        None => Flash::bad(w.f(
            "roster.failed",
            solve.failure.as_deref().unwrap_or_default(),
        )),
    }
}

fn card(
    solve: &SolveRow,
    proposal: &ReplanProposed,
    desk: &DeskAsked,
    name: &dyn Fn(&StaffId) -> String,
    w: Words,
) -> ProposalCard {
    let mut by_person: BTreeMap<&StaffId, Vec<&CellChange>> = BTreeMap::new();
    for change in &proposal.changes {
        by_person.entry(&change.staff).or_default().push(change);
    }
    let people = by_person.into_iter().map(|(staff, changes)| {
        let moved = proposal.people.iter().find(|person| person.staff == *staff);
        let more = moved.map_or(0, |person| person.after - person.before);
        PersonChanges {
            staff: staff.clone(),
            name: name(staff),
            days: changes
                .into_iter()
                .map(|change| {
                    let (was, becomes) = (change.before.as_ref(), change.after.as_ref());
                    let [before, after] = both(was, becomes, &desk.looks, w);
                    DayChange {
                        date: change.date,
                        before,
                        after,
                        by: String::new(),
                    }
                })
                .collect(),
            cost: signed(more),
        }
    });
    let mut shortfalls = proposal.report.shortfalls.clone();
    shortfalls.sort_by_key(|short| (short.tier, short.date, short.start));
    let scope = solve
        .replan
        .as_ref()
        .map_or_else(String::new, |scope| scope_words(scope, w, name));
    ProposalCard {
        solve: proposal.solve,
        outdated: false,
        cells: proposal.changes.len(),
        people: people.collect(),
        cost: (proposal.cost_before, proposal.report.objective),
        short: (
            w.duration(&proposal.minutes_short_before),
            w.duration(&proposal.minutes_short_after),
        ),
        shortfalls,
        relaxed: relaxed_words(&proposal.report, w),
        gap: gap_words(&proposal.report, w),
        reason: scope.clone(),
        scope,
    }
}

/// What was asked for, in words; also the reason proposed for the amendment.
fn scope_words(scope: &ReplanScope, w: Words, name: &dyn Fn(&StaffId) -> String) -> String {
    match scope {
        ReplanScope::Day { date } => w.f("replan.scope.day", w.date(date)),
        ReplanScope::Rest { from } => w.f("replan.scope.rest", w.date(from)),
        ReplanScope::Person {
            staff, first, last, ..
        } if first == last => w.f2("replan.scope.person_day", name(staff), w.date(first)),
        ReplanScope::Person {
            staff, first, last, ..
        } => w.f3(
            "replan.scope.person",
            name(staff),
            w.date(first),
            w.date(last),
        ),
    }
}

fn signed(more: i64) -> String {
    match more {
        0 => "0".to_owned(),
        more if more < 0 => format!("−{}", more.unsigned_abs()),
        more => format!("+{more}"),
    }
}

/// Where the page of a desk's month is.
pub(super) fn address(desk: &DeskId, month: Month) -> String {
    format!("/replan?desk={}&month={month}", encoded(desk.as_str()))
}

fn month_of(posted: &Posted) -> Result<Month, Failed> {
    let month = posted.parsed("month", "fault.date");
    month.map_err(|error| posted.visit.failed(error))
}

/// `POST /replan`: asks for a proposal.
pub async fn ask(State(app): State<App>, posted: Posted) -> Result<Response, Failed> {
    let (desk, month) = (posted.desk(), month_of(&posted)?);
    let result = match scope(&posted) {
        Ok(scope) => {
            let input = ReplanRoster {
                scope,
                seed: 0,
                work_limit: None,
                limit_seconds: None,
            };
            app.request_replan(&posted.caller(), &desk, month, input)
                .await
        }
        Err(error) => Err(error),
    };
    posted
        .outcome(&app, result, &address(&desk, month), "replan.asked.done")
        .await
}

fn scope(posted: &Posted) -> Result<ReplanScope, AppError> {
    Ok(match posted.text("scope").as_str() {
        "person" => ReplanScope::Person {
            staff: StaffId::new(posted.words("staff", "col.person")?),
            first: posted.date("first")?,
            last: posted.date("last")?,
            others: match posted.text("others").as_str() {
                "from_then" => ReplanOthers::FromThen,
                _ => ReplanOthers::ThoseDays,
            },
        },
        "rest" => ReplanScope::Rest {
            from: posted.date("from")?,
        },
        _ => ReplanScope::Day {
            date: posted.date("date")?,
        },
    })
}

/// `POST /replan/{solve}/{act}`: `acceptance` or `discarding`.
pub async fn answer(
    State(app): State<App>,
    At((solve, act)): At<(uuid::Uuid, String)>,
    posted: Posted,
) -> Result<Response, Failed> {
    let (desk, month) = (posted.desk(), month_of(&posted)?);
    let (caller, solve) = (posted.caller(), SolveId(solve));
    match act.as_str() {
        "acceptance" => {
            let result = match posted.reason() {
                Ok(input) => app.accept_replan(&caller, solve, input).await,
                Err(error) => Err(error),
            };
            let to = match &result {
                Ok(_) => super::roster::address(&desk, month),
                Err(_) => address(&desk, month),
            };
            posted
                .outcome(&app, result, &to, "replan.accepted.done")
                .await
        }
        "discarding" => {
            let result = app.discard_replan(&caller, solve).await;
            let to = address(&desk, month);
            posted
                .outcome(&app, result, &to, "replan.discarded.done")
                .await
        }
        _ => Err(posted.visit.failed(AppError::NotFound("page"))),
    }
}
