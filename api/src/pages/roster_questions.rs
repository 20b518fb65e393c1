//! Questions about the roster: "why not this person then?", and what differs between two of its states. Plain forms.

use super::parts::{Choice, Chrome};
use super::solving::relaxed_words;
use super::visit::{DeskAsked, Visit};
use super::words::Words;
use crate::app::{App, AppError, ConflictAnswer, ConflictFact, WhyAsked};
use crate::http::extract::Asked;
use crate::http::problem::Failed;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::event::Tier;
use domain::ids::{DeskId, StaffId};
use domain::refusal::Lang;
use domain::who::Role;
use domain::work_date::{Month, WorkDate};
use serde::Deserialize;

/// Why somebody does not work then.
#[derive(Template)]
#[template(path = "roster_why.html")]
pub struct WhyPage {
    /// Words of the reader.
    pub w: Words,
    /// The frame.
    pub chrome: Chrome,
    /// Which desk.
    pub desk: DeskId,
    /// Which month.
    pub month: Month,
    /// Who.
    pub staff: StaffId,
    /// Their name.
    pub name: String,
    /// Which day.
    pub date: WorkDate,
    /// What may be asked of them; an empty value is any shift.
    pub choices: Vec<Choice>,
    /// What was asked.
    pub chosen: String,
    /// The first line of the answer.
    pub head: String,
    /// The others.
    pub lines: Vec<String>,
    /// Whether it can be done.
    pub possible: bool,
}

/// What differs between two states of a roster.
#[derive(Template)]
#[template(path = "roster_comparison.html")]
pub struct ComparisonPage {
    /// Words of the reader.
    pub w: Words,
    /// The frame.
    pub chrome: Chrome,
    /// Which desk.
    pub desk: DeskId,
    /// Which month.
    pub month: Month,
    /// Published revisions, oldest first.
    pub revisions: Vec<u32>,
    /// The earlier state.
    pub before: u32,
    /// The later one; none: as it stands now.
    pub after: Option<u32>,
    /// The answer, line by line; none while there is nothing to compare.
    pub lines: Option<Vec<String>>,
}

/// Why people are missing on a day.
#[derive(Template)]
#[template(path = "roster_conflicts.html")]
pub struct ConflictsPage {
    /// Words of the reader.
    pub w: Words,
    /// The frame.
    pub chrome: Chrome,
    /// Which desk.
    pub desk: DeskId,
    /// Which month.
    pub month: Month,
    /// Which day.
    pub date: WorkDate,
    /// By stretch.
    pub conflicts: Vec<ConflictAnswer>,
    /// What the last plan had to let go that day, in words.
    pub relaxed: Vec<String>,
}

impl ConflictsPage {
    fn is_minimum(&self, conflict: &ConflictAnswer) -> bool {
        conflict.tier == Tier::Minimum
    }

    /// Nothing is listed that could be read instead of the words.
    fn is_bare(&self, conflict: &ConflictAnswer) -> bool {
        let lists = [
            &conflict.at_meal,
            &conflict.could_come,
            &conflict.wanted_elsewhere,
        ];
        conflict.facts.is_empty() && lists.iter().all(|names| names.is_empty())
    }

    fn names(&self, names: &[String]) -> String {
        names.join(self.w.t("list.separator"))
    }

    fn fact<'a>(&self, fact: &'a ConflictFact) -> &'a str {
        match self.w.lang {
            Lang::Zh => &fact.words_zh,
            Lang::En => &fact.words_en,
        }
    }

    fn words<'a>(&self, conflict: &'a ConflictAnswer) -> &'a str {
        match self.w.lang {
            Lang::Zh => &conflict.words_zh,
            Lang::En => &conflict.words_en,
        }
    }

    fn repair<'a>(&self, conflict: &'a ConflictAnswer) -> Option<&'a str> {
        match self.w.lang {
            Lang::Zh => conflict.repair_zh.as_deref(),
            Lang::En => conflict.repair_en.as_deref(),
        }
    }
}

impl ComparisonPage {
    fn is_before(&self, revision: &u32) -> bool {
        *revision == self.before
    }

    fn is_after(&self, revision: &u32) -> bool {
        Some(*revision) == self.after
    }
}

/// What an address asks.
#[derive(Debug, Deserialize)]
pub struct WhyQuery {
    desk: Option<String>,
    month: Month,
    staff: String,
    date: WorkDate,
    shift: Option<String>,
}

/// What an address asks.
#[derive(Debug, Deserialize)]
pub struct ComparisonQuery {
    desk: Option<String>,
    month: Month,
    before: Option<u32>,
    /// Empty: as it stands now.
    after: Option<String>,
}

fn in_language(w: Words, zh: Vec<String>, en: Vec<String>) -> Vec<String> {
    match w.lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}

/// The desk asked for, if the reader leads it.
async fn led(visit: &Visit, app: &App, asked: Option<&str>) -> Result<DeskAsked, Failed> {
    visit.needs(&[Role::Lead])?;
    let desk = visit.desk_run(app, asked).await?;
    match visit.actor.acting_as(&[Role::Lead], &desk.row.desk) {
        Some(_) => Ok(desk),
        None => Err(visit.failed(AppError::Forbidden)),
    }
}

/// `GET /roster/why`.
pub async fn why(
    State(app): State<App>,
    visit: Visit,
    Asked(query): Asked<WhyQuery>,
) -> Result<Response, Failed> {
    let desk = led(&visit, &app, query.desk.as_deref()).await?;
    let (w, staff, date) = (visit.w, StaffId::new(query.staff), query.date);
    let asked = WhyAsked::of(query.shift.as_deref());
    let answer = app
        .why_not(
            &visit.actor,
            &desk.row.desk,
            query.month,
            &staff,
            date,
            &asked,
        )
        .await
        .map_err(|error| visit.failed(error))?;
    let whose = staff.clone();
    let name = app
        .read(move |view| view.name(&whose))
        .await
        .map_err(|error| visit.failed(error))?;
    let mut lines = in_language(w, answer.lines_zh, answer.lines_en).into_iter();
    let page = WhyPage {
        w,
        chrome: visit.chrome(&app, "/roster", None).await?,
        month: query.month,
        name,
        staff,
        date,
        choices: choices(&desk, date, w),
        chosen: query.shift.unwrap_or_default(),
        head: lines.next().unwrap_or_default(),
        lines: lines.collect(),
        possible: matches!(answer.answer, "possible" | "already_so"),
        desk: desk.row.desk,
    };
    visit.page(&page)
}

/// What may be asked of somebody on a day.
pub(super) fn choices(desk: &DeskAsked, date: WorkDate, w: Words) -> Vec<Choice> {
    let word = |value: &str, key: &str| Choice {
        value: value.to_owned(),
        label: w.t(key).to_owned(),
        ..Choice::default()
    };
    let shifts = desk.row.templates_on(date).iter().map(|template| Choice {
        value: template.code.to_string(),
        label: w.segments(&template.segments),
        more: None,
        class: desk.looks.class(&template.code),
    });
    std::iter::once(word("", "why.any"))
        .chain(shifts)
        .chain(std::iter::once(word("off", "day.off")))
        .collect()
}

/// What an address asks.
#[derive(Debug, Deserialize)]
pub struct ConflictsQuery {
    desk: Option<String>,
    month: Month,
    date: WorkDate,
}

/// `GET /roster/conflicts`.
pub async fn conflicts(
    State(app): State<App>,
    visit: Visit,
    Asked(query): Asked<ConflictsQuery>,
) -> Result<Response, Failed> {
    let desk = led(&visit, &app, query.desk.as_deref()).await?;
    let (w, id, month) = (visit.w, desk.row.desk, query.month);
    let conflicts = app
        .conflicts(&visit.actor, &id, month, query.date)
        .await
        .map_err(|error| visit.failed(error))?;
    let whose = id.clone();
    let solves = app
        .read(move |view| view.solves(&whose, month))
        .await
        .map_err(|error| visit.failed(error))?;
    let mut report = solves
        .into_iter()
        .rev()
        .find_map(|solve| solve.report.filter(|_| solve.proposal.is_none()));
    if let Some(report) = &mut report {
        report.relaxed.retain(|relaxed| relaxed.date == query.date);
    }
    let page = ConflictsPage {
        w,
        chrome: visit.chrome(&app, "/roster", None).await?,
        desk: id,
        month,
        date: query.date,
        conflicts,
        relaxed: report.map_or_else(Vec::new, |report| relaxed_words(&report, w)),
    };
    visit.page(&page)
}

/// `GET /roster/comparison`.
pub async fn comparison(
    State(app): State<App>,
    visit: Visit,
    Asked(query): Asked<ComparisonQuery>,
) -> Result<Response, Failed> {
    let desk = led(&visit, &app, query.desk.as_deref()).await?;
    let w = visit.w;
    let roster = app
        .roster_state(&desk.row.desk, query.month)
        .await
        .map_err(|error| visit.failed(error))?;
    let revisions: Vec<u32> = roster.revisions.iter().map(|past| past.revision).collect();
    let after = match query.after.as_deref() {
        None | Some("") => None,
        Some(text) => Some(
            text.parse()
                .map_err(|_| visit.failed(AppError::NotFound("revision")))?,
        ),
    };
    let first = revisions.first().copied();
    let before = query.before.or(first).unwrap_or_default();
    let lines = match first {
        None => None,
        Some(_) => {
            let found = app
                .compare_rosters(&visit.actor, &desk.row.desk, query.month, before, after)
                .await
                .map_err(|error| visit.failed(error))?;
            Some(in_language(w, found.lines_zh, found.lines_en))
        }
    };
    let page = ComparisonPage {
        w,
        chrome: visit.chrome(&app, "/roster", None).await?,
        month: query.month,
        revisions,
        before,
        after,
        lines,
        desk: desk.row.desk,
    };
    visit.page(&page)
}
