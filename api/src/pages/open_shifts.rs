//! Shifts that leave leaves open, how far the desk is under its minimum, and who could cover: one click gives it away (T1).

use super::parts::{Chrome, DeskChoice};
use super::visit::{Posted, Query, Visit, encoded};
use super::words::Words;
use crate::app::{App, CoverProposal, CoverShift, OpenShiftRow};
use crate::http::extract::Asked;
use crate::http::problem::Failed;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::event::Skill;
use domain::ids::{DeskId, LeaveId, SkillId, StaffId};
use domain::refusal::Lang;
use domain::who::Role;
use domain::work_date::Month;
use uuid::Uuid;

/// A desk's open shifts.
#[derive(Template)]
#[template(path = "open_shifts.html")]
pub struct OpenShiftsPage {
    /// Words of the reader.
    pub w: Words,
    /// The frame.
    pub chrome: Chrome,
    /// Which desk.
    pub desk: DeskId,
    /// The desks to choose from.
    pub desks: Vec<DeskChoice>,
    /// The desk bar keeps no month here.
    pub month_kept: Option<Month>,
    /// Whether the reader may give them away.
    pub leads: bool,
    /// By day.
    pub rows: Vec<OpenShiftRow>,
    /// The desk's skills.
    pub skills: Vec<Skill>,
}

impl OpenShiftRow {
    /// How many could cover; they stand first.
    fn possible(&self) -> usize {
        let could = |proposal: &&CoverProposal| proposal.possible;
        self.proposals.iter().filter(could).count()
    }

    /// How many a rule stands in the way of.
    fn barred(&self) -> usize {
        self.proposals.len() - self.possible()
    }
}

impl OpenShiftsPage {
    /// A skill's name.
    fn skill<'p>(&'p self, id: &'p SkillId) -> &'p str {
        let known = self.skills.iter().find(|skill| skill.id == *id);
        known.map_or(id.as_str(), |skill| &skill.name)
    }

    fn reason<'p>(&self, proposal: &'p CoverProposal) -> &'p str {
        match self.w.lang {
            Lang::Zh => &proposal.reason_zh,
            Lang::En => &proposal.reason_en,
        }
    }
}

/// `GET /open-shifts`.
pub async fn show(
    State(app): State<App>,
    visit: Visit,
    Asked(query): Asked<Query>,
) -> Result<Response, Failed> {
    visit.needs(&[Role::Lead, Role::Hr, Role::GmOffice])?;
    let desk = visit.desk_run(&app, query.desk.as_deref()).await?;
    let rows = app
        .open_shifts(&visit.actor, &desk.row.desk)
        .await
        .map_err(|error| visit.failed(error))?;
    let page = OpenShiftsPage {
        w: visit.w,
        chrome: visit
            .chrome(&app, "/open-shifts", Some(&desk.row.desk))
            .await?,
        leads: visit
            .actor
            .acting_as(&[Role::Lead], &desk.row.desk)
            .is_some(),
        desk: desk.row.desk,
        skills: desk.row.skills,
        desks: desk.choices,
        month_kept: None,
        rows,
    };
    visit.page(&page)
}

/// `POST /open-shifts`.
pub async fn cover(State(app): State<App>, posted: Posted) -> Result<Response, Failed> {
    let desk = posted.desk();
    let read = || {
        Ok(CoverShift {
            leave: LeaveId(posted.parsed::<Uuid>("leave", "fault.missing")?),
            date: posted.date("date")?,
            with: StaffId::new(posted.words("with", "col.person")?),
            reason: None,
        })
    };
    let result = match read() {
        Ok(input) => app.cover_shift(&posted.caller(), &desk, input).await,
        Err(error) => Err(error),
    };
    let to = format!("/open-shifts?desk={}", encoded(desk.as_str()));
    posted
        .costed(&app, result, &to, "open_shifts.covered.done")
        .await
}
