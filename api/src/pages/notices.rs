//! What the administration is told: notices that confirmed breaches come to (D6), and what late facts changed about
//! closed months, to be signed into an open one.

use super::parts::Chrome;
use super::visit::{Posted, Visit};
use super::words::Words;
use crate::app::{AcknowledgeNotice, Adjust, App};
use crate::http::extract::At;
use crate::http::problem::Failed;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::ids::{DeskId, NoticeId, StaffId};
use domain::quantities::Fen;
use domain::who::Role;
use domain::work_date::Month;
use projections::difference_words;

/// Notices and differences.
#[derive(Template)]
#[template(path = "notices.html")]
pub struct NoticesPage {
    /// Words of the reader.
    pub w: Words,
    /// The frame.
    pub chrome: Chrome,
    /// By desk and day.
    pub notices: Vec<NoticeLine>,
    /// By desk, month and person.
    pub due: Vec<DueLine>,
}

/// A notice as a line.
pub struct NoticeLine {
    /// Which.
    pub notice: NoticeId,
    /// 姓名
    pub name: String,
    /// About whom.
    pub staff: StaffId,
    /// What it says.
    pub text: String,
    /// What HR noted, if so.
    pub noted: Option<String>,
    /// Whether the reader may take note of it.
    pub may_note: bool,
}

/// A difference in a closed month as a line.
pub struct DueLine {
    /// At which desk.
    pub desk: DeskId,
    /// Whose.
    pub staff: StaffId,
    /// 姓名
    pub name: String,
    /// What changed.
    pub text: String,
    /// The closed month.
    pub source_month: Month,
    /// The open month it would count in.
    pub month: Month,
    /// Off (negative) or back (positive).
    pub amount: Fen,
    /// Whether the reader may sign it.
    pub may_sign: bool,
}

/// `GET /notices`.
pub async fn show(State(app): State<App>, visit: Visit) -> Result<Response, Failed> {
    visit.needs(&[Role::Hr])?;
    let (w, me) = (visit.w, visit.actor.staff.clone());
    let (notices, due) = app
        .read(move |view| {
            let (mut notices, mut due) = (Vec::new(), Vec::new());
            for desk in view.desks()? {
                for row in view.notices(&desk.desk)? {
                    let noted = row.noted.as_ref().map(|noted| {
                        let by = row.noted_by_name.clone().unwrap_or_default();
                        w.f3("notice.noted", by, w.at(&desk.zone, &noted.at), &noted.note)
                    });
                    let notice = row.notice;
                    notices.push(NoticeLine {
                        name: row.name,
                        text: w.f3(
                            "notice.text",
                            &notice.period,
                            notice.count,
                            notice.confirmed_min,
                        ),
                        may_note: noted.is_none() && notice.staff != me,
                        noted,
                        notice: notice.id,
                        staff: notice.staff,
                    });
                }
                let closed = view.closed_months(&desk.desk)?;
                for found in view.adjustments_due(&desk.desk)? {
                    if found.difference.is_zero() {
                        continue;
                    }
                    let mut month = found.source_month.next();
                    while closed.contains(&month) {
                        month = month.next();
                    }
                    due.push(DueLine {
                        desk: desk.desk.clone(),
                        text: w.f3(
                            "adjust.text",
                            w.money(&found.closed_net),
                            w.money(&found.net_now),
                            difference_words(&found.difference, w.lang),
                        ),
                        may_sign: found.staff != me,
                        staff: found.staff,
                        name: found.name,
                        source_month: found.source_month,
                        month,
                        amount: found.amount,
                    });
                }
            }
            Ok((notices, due))
        })
        .await
        .map_err(|error| visit.failed(error))?;
    let page = NoticesPage {
        w,
        chrome: visit.chrome(&app, "/notices", None).await?,
        notices,
        due,
    };
    visit.page(&page)
}

/// `POST /notices/{id}/acknowledgement`.
pub async fn acknowledge(
    State(app): State<App>,
    At(id): At<String>,
    posted: Posted,
) -> Result<Response, Failed> {
    let input = AcknowledgeNotice {
        note: posted.text("note"),
    };
    let result = app
        .acknowledge_notice(&posted.caller(), &NoticeId::new(id), input)
        .await;
    posted
        .outcome(&app, result, "/notices", "notice.noted.done")
        .await
}

/// `POST /adjustments`: sign the difference, into the open month named.
pub async fn adjust(State(app): State<App>, posted: Posted) -> Result<Response, Failed> {
    let read = || {
        Ok((
            posted.parsed("month", "fault.date")?,
            Adjust {
                staff: StaffId::new(posted.words("staff", "col.person")?),
                source_month: posted.parsed("source_month", "fault.date")?,
                amount_fen: Fen(posted.parsed("amount_fen", "fault.amount")?),
                reason: posted.words("reason", "reason")?,
            },
        ))
    };
    let result = match read() {
        Ok((month, input)) => {
            app.adjust(&posted.caller(), &posted.desk(), month, input)
                .await
        }
        Err(error) => Err(error),
    };
    posted
        .outcome(&app, result, "/notices", "adjust.done")
        .await
}
