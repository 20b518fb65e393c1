//! How many people a month's demand asks for, against those employed (M9), and what its roster may cost (M10).

use super::parts::{Chrome, DeskChoice, Flash};
use super::visit::{Posted, Query, Visit, encoded};
use super::words::Words;
use crate::app::{App, AppError, MonthCost, SetBudget};
use crate::http::extract::Asked;
use crate::http::problem::Failed;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::headcount::{Headcount, SkillNeed};
use domain::ids::DeskId;
use domain::quantities::Minutes;
use domain::who::Role;
use domain::work_date::Month;

/// A month's head-count and budget.
#[derive(Template)]
#[template(path = "headcount.html")]
pub struct HeadcountPage {
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
    /// The need; none: why not is said above.
    pub need: Option<Headcount>,
    /// Contract minutes a week as typed.
    pub week_minutes: String,
    /// What the roster costs; none while the desk has no rules.
    pub cost: Option<MonthCost>,
    /// Whether the reader sets the budget.
    pub may_set: bool,
}

impl HeadcountPage {
    /// `5.23`.
    fn posts(&self, need: &SkillNeed) -> String {
        let hundredths = need.posts_hundredths.max(0);
        format!("{}.{:02}", hundredths / 100, hundredths % 100)
    }

    /// The budget as an input shows it.
    fn budget(&self) -> String {
        let budget = self.cost.as_ref().and_then(|cost| cost.budget);
        budget.map_or_else(String::new, |budget| budget.to_string())
    }
}

/// `GET /headcount`: of the month to come, unless another is asked for.
pub async fn show(
    State(app): State<App>,
    visit: Visit,
    Asked(query): Asked<Query>,
) -> Result<Response, Failed> {
    visit.needs(&[Role::Lead, Role::Hr, Role::GmOffice])?;
    let desk = visit.desk_run(&app, query.desk.as_deref()).await?;
    let month = query
        .month()
        .unwrap_or_else(|| desk.today(app.now()).month().next());
    let asked = query
        .week_minutes
        .as_deref()
        .and_then(|text| text.trim().parse().ok())
        .map(Minutes);
    let w = visit.w;
    let mut chrome = visit.chrome(&app, "/headcount", None).await?;
    let need = match app.headcount(&desk.row.desk, month, asked).await {
        Ok(need) => Some(need),
        Err(AppError::Refused(refusal)) => {
            chrome.flash = chrome.flash.or(Some(Flash::bad(refusal.text(w.lang))));
            None
        }
        Err(AppError::Invalid(faults)) => {
            let text = faults.first().map_or("", |fault| fault.text(w.lang));
            chrome.flash = chrome.flash.or(Some(Flash::bad(text.to_owned())));
            None
        }
        Err(error) => return Err(visit.failed(error)),
    };
    let cost = match app.month_cost(&desk.row.desk, month).await {
        Ok(cost) => Some(cost),
        Err(AppError::Refused(_)) => None,
        Err(error) => return Err(visit.failed(error)),
    };
    let page = HeadcountPage {
        w,
        chrome,
        desks: desk.choices,
        month_kept: Some(month),
        month,
        week_minutes: need.as_ref().map_or_else(
            || query.week_minutes.clone().unwrap_or_default(),
            |need| need.standard.week_minutes.to_string(),
        ),
        need,
        cost,
        may_set: visit.actor.is(Role::Hr) || visit.actor.is(Role::GmOffice),
        desk: desk.row.desk,
    };
    visit.page(&page)
}

/// `POST /budgets`.
pub async fn set_budget(State(app): State<App>, posted: Posted) -> Result<Response, Failed> {
    let desk = posted.desk();
    let read = || -> Result<(Month, SetBudget), AppError> {
        let month = posted.parsed("month", "fault.date")?;
        let amount_fen = posted.amount("amount")?;
        Ok((month, SetBudget { amount_fen }))
    };
    let result = match read() {
        Ok((month, input)) => app.set_budget(&posted.caller(), &desk, month, input).await,
        Err(error) => Err(error),
    };
    let to = format!(
        "/headcount?desk={}&month={}",
        encoded(desk.as_str()),
        encoded(&posted.text("month"))
    );
    posted.outcome(&app, result, &to, "budget.set.done").await
}
