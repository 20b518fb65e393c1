//! A person's own penalties and rewards, each with its evidence, and the appeal against it.

use super::parts::{ChainLink, Chrome, Moment};
use super::penalties::Teller;
use super::visit::{Query, Visit};
use super::words::Words;
use crate::app::App;
use crate::http::extract::Asked;
use crate::http::problem::Failed;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::ids::SanctionId;
use domain::who::Role;
use domain::work_date::Month;
use projections::{SanctionKind, SanctionStatus};

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
}

/// `GET /my/penalties`.
pub async fn show(
    State(app): State<App>,
    visit: Visit,
    Asked(query): Asked<Query>,
) -> Result<Response, Failed> {
    visit.needs(&[Role::Staff])?;
    let desk = visit.own_desk(&app).await?;
    let (now, today) = (app.now(), desk.today(app.now()));
    let month = query.month().unwrap_or_else(|| today.month());
    let (w, staff, row) = (visit.w, visit.actor.staff.clone(), desk.row.clone());
    let items = app
        .read(move |view| {
            let teller = Teller {
                view,
                desk: &row,
                w,
            };
            let mut items = Vec::new();
            for found in view.penalties_of(&staff, month)? {
                let date = teller.date(&found);
                let appeal_days = view
                    .policy_on(&row.desk, date)?
                    .map_or(0, |policy| policy.sanction.appeal_days);
                let approved = found
                    .steps
                    .iter()
                    .rfind(|step| step.status == SanctionStatus::Approved);
                let in_time = approved.is_some_and(|step| {
                    let until = row.zone.date(step.at).plus_days(i64::from(appeal_days));
                    row.zone.date(now) <= until
                });
                items.push(OwnPenalty {
                    title: format!("{} {}", w.day(&date), teller.title(&found)),
                    amount: teller.amount(&found),
                    basis: teller.basis(&found),
                    text: teller.text(&found),
                    chain: teller.chain(&found),
                    timeline: teller.timeline(&found)?,
                    may_appeal: found.kind == SanctionKind::Penalty
                        && found.status == SanctionStatus::Approved
                        && in_time
                        && !found
                            .steps
                            .iter()
                            .any(|step| step.status == SanctionStatus::Appealed),
                    sanction: found.sanction,
                });
            }
            Ok(items)
        })
        .await
        .map_err(|error| visit.failed(error))?;
    let page = MyPenaltiesPage {
        w,
        chrome: visit.chrome(&app, "/my/penalties", None).await?,
        month,
        items,
    };
    visit.page(&page)
}
