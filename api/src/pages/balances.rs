//! Leave balances as a ledger: what was granted and earned, what was taken, what expired, and what is left (T2).

use super::parts::Chrome;
use super::visit::{Posted, REASON_CHARS_MAX, Visit, encoded, fault};
use super::words::Words;
use crate::app::{App, AppError, MoveBalance};
use crate::http::extract::At;
use crate::http::problem::Failed;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::event::LeaveKind;
use domain::ids::StaffId;
use domain::leave::ledger::{Balance, Line, LineCause};
use domain::quantities::Minutes;
use domain::who::Role;
use domain::work_date::Zone;

/// Somebody's balances.
#[derive(Template)]
#[template(path = "balances.html")]
pub struct BalancesPage {
    /// Words of the reader.
    pub w: Words,
    /// The frame.
    pub chrome: Chrome,
    /// Whose.
    pub staff: StaffId,
    /// 姓名, when it is not the reader's own.
    pub somebody: Option<String>,
    /// By kind.
    pub balances: Vec<Balance>,
    /// The site's zone.
    pub zone: Zone,
    /// This year.
    pub year: i32,
    /// Whether the reader may move them.
    pub may_move: bool,
    /// The longest reason.
    pub reason_chars_max: usize,
}

impl BalancesPage {
    fn cause(&self, line: &Line) -> String {
        let w = &self.w;
        match &line.cause {
            LineCause::Granted {
                year,
                days,
                service_years,
            } => w.f3("balances.granted", year, days, service_years),
            LineCause::Moved => w.f("balances.moved", &line.reason),
            LineCause::Earned => w.t("balances.earned").to_owned(),
            LineCause::EarnedChanged => w.t("balances.earned_changed").to_owned(),
            LineCause::Taken { .. } => w.f("balances.taken", &line.reason),
            LineCause::GivenBack { .. } => w.f("balances.given_back", &line.reason),
            LineCause::Expired => w.t("balances.expired").to_owned(),
        }
    }
}

/// `GET /my/balances`.
pub async fn show(State(app): State<App>, visit: Visit) -> Result<Response, Failed> {
    visit.needs(&[Role::Staff])?;
    let staff = visit.actor.staff.clone();
    page(&app, &visit, staff).await
}

/// `GET /people/{staff}/balances`: somebody's, for those who may see them.
pub async fn show_somebody(
    State(app): State<App>,
    visit: Visit,
    At(staff): At<StaffId>,
) -> Result<Response, Failed> {
    app.may_see_person(&visit.actor, &staff)
        .await
        .map_err(|error| visit.failed(error))?;
    page(&app, &visit, staff).await
}

async fn page(app: &App, visit: &Visit, staff: StaffId) -> Result<Response, Failed> {
    let whose = staff.clone();
    let found = app
        .read(move |view| {
            let Some(person) = view.staff_one(&whose)? else {
                return Ok(None);
            };
            let desk = view.desk(&person.desk)?;
            Ok(desk.zip(Some((person, view.leave_balances(&whose)?))))
        })
        .await
        .map_err(|error| visit.failed(error))?;
    let (desk, (person, balances)) =
        found.ok_or_else(|| visit.failed(AppError::NotFound("person")))?;
    let own = staff == visit.actor.staff;
    let moves = [Role::Hr, Role::Lead];
    let page = BalancesPage {
        w: visit.w,
        chrome: visit
            .chrome(app, if own { "/my/requests" } else { "/summary" }, None)
            .await?,
        somebody: (!own).then_some(person.name),
        balances,
        zone: desk.zone,
        year: desk.zone.date(app.now()).month().year(),
        may_move: !own && visit.actor.acting_as(&moves, &desk.desk).is_some(),
        reason_chars_max: REASON_CHARS_MAX,
        staff,
    };
    visit.page(&page)
}

/// `POST /people/{staff}/balances`.
pub async fn move_balance(
    State(app): State<App>,
    At(staff): At<StaffId>,
    posted: Posted,
) -> Result<Response, Failed> {
    let read = || {
        let kind = match posted.text("kind").as_str() {
            "annual" => LeaveKind::Annual,
            "compensatory" => LeaveKind::Compensatory,
            _ => {
                return Err(fault("kind", "fault.missing", |w| {
                    w.t("leave.kind").to_owned()
                }));
            }
        };
        Ok(MoveBalance {
            kind,
            year: posted.parsed("year", "fault.number")?,
            minutes: Minutes(posted.parsed("minutes", "fault.number")?),
            reason: posted.words("reason", "reason")?,
            work_date: None,
        })
    };
    let result = match read() {
        Ok(input) => app.move_balance(&posted.caller(), &staff, input).await,
        Err(error) => Err(error),
    };
    let to = format!("/people/{}/balances", encoded(staff.as_str()));
    posted
        .outcome(&app, result, &to, "balances.moved.done")
        .await
}
