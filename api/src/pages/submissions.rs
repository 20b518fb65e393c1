//! What the administration has received: next week's duty tables, by whom and when, and what is overdue (T3).

use super::parts::Chrome;
use super::visit::Visit;
use super::words::Words;
use crate::app::App;
use crate::http::problem::Failed;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::ids::DeskId;
use domain::who::Role;
use domain::work_date::WorkDate;
use projections::{DeskRow, DutyWeek};

/// Duty-table submissions.
#[derive(Template)]
#[template(path = "submissions.html")]
pub struct SubmissionsPage {
    /// Words of the reader.
    pub w: Words,
    /// The frame.
    pub chrome: Chrome,
    /// Every desk.
    pub desks: Vec<DeskWeeks>,
}

/// A desk's weeks.
pub struct DeskWeeks {
    /// Which.
    pub desk: DeskId,
    /// Its name.
    pub name: String,
    /// Newest first.
    pub weeks: Vec<SubmittedWeek>,
}

/// A week's submission.
pub struct SubmittedWeek {
    /// Its Monday.
    pub start: WorkDate,
    /// When it is due.
    pub due: String,
    /// Who handed it in, when.
    pub by: String,
    /// Where it stands.
    pub status: String,
    /// `good`, `warn` or `bad`.
    pub class: &'static str,
}

/// Weeks shown: the one to come, the present one and those before it.
const WEEKS_BACK: i64 = 8;

/// `GET /submissions`.
pub async fn show(State(app): State<App>, visit: Visit) -> Result<Response, Failed> {
    visit.needs(&[Role::Hr])?;
    let (w, now) = (visit.w, app.now());
    let desks = app
        .read(move |view| {
            let mut desks = Vec::new();
            for desk in view.desks()? {
                let next = desk.zone.date(now).week_start().plus_days(7);
                let weeks =
                    view.duty_weeks(&desk.desk, next.plus_days(-7 * WEEKS_BACK), next, now)?;
                // Before the desk had a roster, nothing was due.
                let first = view
                    .rosters(&desk.desk)?
                    .first()
                    .map(|roster| roster.month.first().week_start());
                desks.push(DeskWeeks {
                    weeks: weeks
                        .iter()
                        .rev()
                        .filter(|week| first.is_some_and(|first| first <= week.week_start))
                        .map(|week| submitted(week, &desk, w))
                        .collect(),
                    desk: desk.desk,
                    name: desk.name,
                });
            }
            Ok(desks)
        })
        .await
        .map_err(|error| visit.failed(error))?;
    let page = SubmissionsPage {
        w,
        chrome: visit.chrome(&app, "/submissions", None).await?,
        desks,
    };
    visit.page(&page)
}

fn submitted(week: &DutyWeek, desk: &DeskRow, w: Words) -> SubmittedWeek {
    let (key, class) = match (&week.submission, week.is_overdue, week.was_late) {
        (Some(_), _, _) if week.has_changed_since => ("submissions.changed", "warn"),
        (Some(_), _, true) => ("submissions.late", "warn"),
        (Some(_), _, false) => ("submissions.sent", "good"),
        (None, true, _) => ("submission.overdue", "bad"),
        (None, false, _) => ("submissions.waiting", ""),
    };
    SubmittedWeek {
        start: week.week_start,
        due: week
            .due_at
            .as_ref()
            .map_or_else(String::new, |due| w.at(&desk.zone, due)),
        by: week.submission.as_ref().map_or_else(String::new, |sent| {
            format!("{} {}", sent.by_name, w.at(&desk.zone, &sent.at))
        }),
        status: w.t(key).to_owned(),
        class,
    }
}
