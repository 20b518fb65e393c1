//! People lent from and to a desk (借调, D2): ask, lend or keep, call back.

use super::parts::{Chrome, DeskChoice};
use super::visit::{Posted, Query, Visit, encoded, may_decide};
use super::words::Words;
use crate::app::{App, AppError, AskLoan, EndLoan, Window};
use crate::http::extract::{Asked, At};
use crate::http::problem::Failed;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::day::RequestStatus;
use domain::event::Skill;
use domain::ids::{DeskId, LoanId, SkillId, StaffId};
use domain::who::Role;
use domain::work_date::{Month, WorkDate};
use projections::LoanRow;
use uuid::Uuid;

/// Loans of a desk.
#[derive(Template)]
#[template(path = "loans.html")]
pub struct LoansPage {
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
    /// Not used here.
    pub month_kept: Option<Month>,
    /// Today at the desk.
    pub today: WorkDate,
    /// Today's and later ones, undecided first.
    pub loans: Vec<LoanLine>,
    /// People of other desks.
    pub candidates: Vec<Candidate>,
    /// What the desk can ask them to serve.
    pub skills: Vec<Skill>,
    /// Whether the reader may ask for the desk.
    pub may_ask: bool,
}

/// A loan as a line.
pub struct LoanLine {
    /// The loan.
    pub row: LoanRow,
    /// From one desk to the other, in words.
    pub way: String,
    /// When, in words.
    pub when: String,
    /// What is served there, in words.
    pub skills: String,
    /// Where it stands, in words.
    pub status: &'static str,
    /// Whether the reader may lend or keep.
    pub may_decide: bool,
    /// Whether the reader may end it.
    pub may_end: bool,
}

/// Somebody of another desk.
pub struct Candidate {
    /// 工号
    pub staff: StaffId,
    /// 姓名
    pub name: String,
    /// 部门
    pub desk_name: String,
    /// 岗位
    pub position: String,
}

/// `GET /loans`.
pub async fn show(
    State(app): State<App>,
    visit: Visit,
    Asked(query): Asked<Query>,
) -> Result<Response, Failed> {
    visit.needs(&[Role::Lead, Role::GmOffice])?;
    let desk = visit.desk_run(&app, query.desk.as_deref()).await?;
    let today = desk.today(app.now());
    let id = desk.row.desk.clone();
    let (loans, desks, people) = app
        .read(move |view| {
            Ok((
                view.loans_of_desk(&id, today)?,
                view.desks()?,
                view.staff_list(None)?,
            ))
        })
        .await
        .map_err(|error| visit.failed(error))?;
    let (w, actor) = (visit.w, &visit.actor);
    let name = |desk: &DeskId| {
        let known = desks.iter().find(|row| row.desk == *desk);
        known.map_or_else(|| desk.to_string(), |row| row.name.clone())
    };
    let skill_name = |desk: &DeskId, skill: &SkillId| {
        let known = desks.iter().find(|row| row.desk == *desk);
        let known = known.and_then(|row| row.skills.iter().find(|known| known.id == *skill));
        known.map_or_else(|| skill.to_string(), |known| known.name.clone())
    };
    let loans = loans
        .into_iter()
        .map(|row| {
            let pending = row.status == RequestStatus::Pending;
            let standing = pending || row.status == RequestStatus::Approved;
            let runs = may_decide(actor, &row.from) || may_decide(actor, &row.to);
            let skills = row.skills.iter().map(|skill| skill_name(&row.to, skill));
            LoanLine {
                way: w.f2("loan.way", name(&row.from), name(&row.to)),
                when: match row.span.window {
                    Some((from, until)) => w.f3("loan.hours", w.date(&row.span.first), from, until),
                    None if row.span.first == row.span.last => w.date(&row.span.first),
                    None => w.f2("loan.days", w.date(&row.span.first), w.date(&row.span.last)),
                },
                skills: skills.collect::<Vec<_>>().join(w.t("list.separator")),
                status: w.t(match row.status {
                    RequestStatus::Pending => "loan.pending",
                    RequestStatus::Approved => "loan.agreed",
                    RequestStatus::Refused => "loan.declined",
                    RequestStatus::Withdrawn => "loan.withdrawn",
                }),
                may_decide: pending && may_decide(actor, &row.from) && row.staff != actor.staff,
                may_end: standing && runs,
                row,
            }
        })
        .collect();
    let own = &desk.row.desk;
    let others = people
        .into_iter()
        .filter(|person| person.desk != *own && person.is_employed_on(today));
    let candidates = others
        .filter(|person| person.is_rosterable())
        .map(|person| Candidate {
            desk_name: name(&person.desk),
            staff: person.staff,
            name: person.name,
            position: person.position,
        })
        .collect();
    let page = LoansPage {
        w,
        chrome: visit.chrome(&app, "/loans", None).await?,
        may_ask: may_decide(actor, own),
        desk_name: desk.row.name,
        desks: desk.choices,
        month_kept: None,
        today,
        loans,
        candidates,
        skills: desk.row.skills,
        desk: desk.row.desk,
    };
    visit.page(&page)
}

fn address(posted: &Posted) -> String {
    format!("/loans?desk={}", encoded(&posted.text("desk")))
}

/// `POST /loans`: for whole days, or for hours when both are given.
pub async fn ask(State(app): State<App>, posted: Posted) -> Result<Response, Failed> {
    let read = || -> Result<AskLoan, AppError> {
        let first = posted.date("first")?;
        let hours = posted.chosen("from").is_some() || posted.chosen("until").is_some();
        let window = if hours {
            Some(Window {
                start: posted.time("from")?,
                end: posted.time("until")?,
            })
        } else {
            None
        };
        let last = match posted.chosen("last") {
            Some(_) => posted.date("last")?,
            None => first,
        };
        Ok(AskLoan {
            staff: StaffId::new(posted.words("staff", "col.person")?),
            first,
            last,
            window,
            skills: posted.ticked("skill-").map(SkillId::new).collect(),
            reason: posted.reason()?.reason,
        })
    };
    let result = match read() {
        Ok(input) => app.ask_loan(&posted.caller(), &posted.desk(), input).await,
        Err(error) => Err(error),
    };
    posted
        .outcome(&app, result, &address(&posted), "loan.asked.done")
        .await
}

/// `POST /loans/{id}/{act}`: `agreement`, `refusal`, `end`.
pub async fn act(
    State(app): State<App>,
    At((id, act)): At<(Uuid, String)>,
    posted: Posted,
) -> Result<Response, Failed> {
    let (loan, caller) = (LoanId(id), posted.caller());
    let (result, done) = match act.as_str() {
        "agreement" => (app.agree_loan(&caller, loan).await, "loan.agreed.done"),
        "refusal" => {
            let result = match posted.reason() {
                Ok(reason) => app.decline_loan(&caller, loan, reason).await,
                Err(error) => Err(error),
            };
            (result, "loan.declined.done")
        }
        "end" => {
            let result = match posted.date("last") {
                Ok(last) => app.end_loan(&caller, loan, EndLoan { last }).await,
                Err(error) => Err(error),
            };
            (result, "loan.ended.done")
        }
        _ => (Err(AppError::NotFound("action")), ""),
    };
    posted.outcome(&app, result, &address(&posted), done).await
}
