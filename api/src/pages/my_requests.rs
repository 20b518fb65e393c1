//! A person's own requests, and swaps that colleagues ask them to agree to.

use super::approvals::{evidence_notes, leave_words};
use super::parts::Chrome;
use super::punch::{AskedSwap, asked_swaps};
use super::visit::Visit;
use super::words::Words;
use crate::app::App;
use crate::http::problem::Failed;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use domain::day::RequestStatus;
use domain::event::Compensation;
use domain::ids::StaffId;
use domain::who::Role;
use domain::work_date::{WorkDate, Zone};
use projections::{SwapStatus, View};
use std::collections::BTreeSet;

/// One's own requests.
#[derive(Template)]
#[template(path = "my_requests.html")]
pub struct MyRequestsPage {
    /// Words of the reader.
    pub w: Words,
    /// The frame.
    pub chrome: Chrome,
    /// Swaps that wait for this person's word.
    pub asked_of_me: Vec<AskedSwap>,
    /// Newest first.
    pub mine: Vec<OwnRequest>,
    /// Corrections that count in this month.
    pub corrections_used: usize,
    /// At most so many.
    pub corrections_max: u16,
}

/// A request of one's own, of any kind.
pub struct OwnRequest {
    /// `补卡`, `请假`, `调班`.
    pub title: String,
    /// What is asked for.
    pub what: String,
    /// In one's own words.
    pub reason: String,
    /// Where it stands.
    pub status: String,
    /// `good`, `warn`, `bad` or nothing.
    pub class: &'static str,
    /// Why it was refused.
    pub refusal: Option<String>,
    /// Where it can be taken back, if it can.
    pub withdraw: Option<String>,
    /// What else there is to say: documents named and seen.
    pub notes: Vec<String>,
    /// Where a document can be named, if one is wanted still.
    pub evidence: Option<String>,
}

/// `GET /my/requests`: this month's, last month's and next month's.
pub async fn show(State(app): State<App>, visit: Visit) -> Result<Response, Failed> {
    visit.needs(&[Role::Staff])?;
    let desk = visit.own_desk(&app).await?;
    let today = desk.today(app.now());
    let (w, staff, row, looks) = (
        visit.w,
        visit.actor.staff.clone(),
        desk.row.clone(),
        desk.looks.clone(),
    );
    let (asked_of_me, mine, used, max) = app
        .read(move |view| {
            let policy = view.policy_on(&row.desk, today)?;
            Ok((
                asked_swaps(view, &staff, &looks)?,
                own_requests(view, &staff, today, row.zone, w)?,
                view.corrections_used(&staff, today.month())?,
                policy.map_or(0, |policy| policy.correction.month_max),
            ))
        })
        .await
        .map_err(|error| visit.failed(error))?;
    let page = MyRequestsPage {
        w,
        chrome: visit
            .chrome(&app, "/my/requests", Some(&desk.row.desk))
            .await?,
        asked_of_me,
        mine,
        corrections_used: used,
        corrections_max: max,
    };
    visit.page(&page)
}

fn own_requests(
    view: &View<'_>,
    staff: &StaffId,
    today: WorkDate,
    zone: Zone,
    w: Words,
) -> projections::Result<Vec<OwnRequest>> {
    let mut found: Vec<(DateTime<Utc>, OwnRequest)> = Vec::new();
    let this = today.month();
    let mut seen = BTreeSet::new();
    for month in [this.previous(), this, this.next()] {
        for row in view.corrections_of(staff, month)? {
            found.push((
                row.requested_at,
                OwnRequest {
                    title: w.t("correction.kind").to_owned(),
                    what: w.f3(
                        "correction.what",
                        w.date(&row.work_date),
                        w.edge(&row.edge),
                        zone.civil(row.claimed_at).format("%H:%M"),
                    ),
                    reason: row.reason,
                    status: w.request(&row.status).to_owned(),
                    class: request_class(row.status),
                    refusal: row.decision.and_then(|decision| decision.reason),
                    withdraw: (row.status == RequestStatus::Pending)
                        .then(|| format!("/corrections/{}/withdrawal", row.correction)),
                    notes: Vec::new(),
                    evidence: None,
                },
            ));
        }
        for row in view.leaves_of(staff, month)? {
            // Leave over the end of a month is of both.
            if !seen.insert(row.leave) {
                continue;
            }
            let policy = view.policy_on(&row.desk, row.span.first)?;
            let wants =
                policy.is_some_and(|policy| policy.leave.evidence_required.contains(&row.kind));
            let pending = row.status == RequestStatus::Pending;
            let ahead = row.status == RequestStatus::Approved && today < row.span.first;
            found.push((
                row.requested_at,
                OwnRequest {
                    title: w.t("leave.kind_label").to_owned(),
                    what: leave_words(&row, w),
                    notes: evidence_notes(&row, &zone, w),
                    reason: row.reason,
                    status: w.request(&row.status).to_owned(),
                    class: request_class(row.status),
                    refusal: row.decision.and_then(|decision| decision.reason),
                    withdraw: (pending || ahead)
                        .then(|| format!("/leaves/{}/withdrawal", row.leave)),
                    evidence: (wants && pending).then(|| format!("/leaves/{}/evidence", row.leave)),
                },
            ));
        }
        for row in view.overtime_requests_of(staff, month)? {
            let time_off = row.compensation == Compensation::TimeOff;
            found.push((
                row.requested_at,
                OwnRequest {
                    title: w.t("overtime.kind").to_owned(),
                    what: w.f3(
                        "overtime.what",
                        w.date(&row.work_date),
                        w.duration(&row.approved_minutes.unwrap_or(row.minutes)),
                        w.t(if time_off {
                            "overtime.time_off"
                        } else {
                            "overtime.money"
                        }),
                    ),
                    reason: row.reason,
                    status: w.request(&row.status).to_owned(),
                    class: request_class(row.status),
                    refusal: row.decision.and_then(|decision| decision.reason),
                    withdraw: (row.status == RequestStatus::Pending)
                        .then(|| format!("/overtime/{}/withdrawal", row.request)),
                    notes: Vec::new(),
                    evidence: None,
                },
            ));
        }
        for row in view.swaps_of(staff, month)? {
            if row.from != *staff {
                continue;
            }
            let give = w.date(&row.give);
            let what = match row.take {
                Some(take) => w.f3("swap.what_swap", give, &row.with_name, w.date(&take)),
                None => w.f2("swap.what_give", give, &row.with_name),
            };
            let (key, class) = swap_status(row.status);
            found.push((
                row.requested_at,
                OwnRequest {
                    title: w.t("swap.kind").to_owned(),
                    what,
                    reason: row.reason,
                    status: w.t(key).to_owned(),
                    class,
                    refusal: row.decision.and_then(|decision| decision.reason),
                    withdraw: matches!(row.status, SwapStatus::Asked | SwapStatus::Agreed)
                        .then(|| format!("/swaps/{}/withdrawal", row.swap)),
                    notes: Vec::new(),
                    evidence: None,
                },
            ));
        }
    }
    found.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    Ok(found.into_iter().map(|(_, request)| request).collect())
}

fn request_class(status: RequestStatus) -> &'static str {
    match status {
        RequestStatus::Pending => "warn",
        RequestStatus::Approved => "good",
        RequestStatus::Refused => "bad",
        RequestStatus::Withdrawn => "",
    }
}

/// Key and class of where a swap stands.
fn swap_status(status: SwapStatus) -> (&'static str, &'static str) {
    match status {
        SwapStatus::Asked => ("swap.status.asked", "warn"),
        SwapStatus::Agreed => ("swap.status.agreed", "warn"),
        SwapStatus::Declined => ("swap.status.declined", "bad"),
        SwapStatus::Approved => ("swap.status.approved", "good"),
        SwapStatus::Refused => ("swap.status.refused", "bad"),
        SwapStatus::Withdrawn => ("swap.status.withdrawn", ""),
    }
}
