//! Approved corrections that go on file with the administration (行政留底, T6).

use super::parts::Chrome;
use super::visit::Visit;
use super::words::Words;
use crate::app::App;
use crate::http::problem::Failed;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::ids::{CorrectionId, StaffId};
use domain::who::Role;

/// Corrections to file.
#[derive(Template)]
#[template(path = "filing.html")]
pub struct FilingPage {
    /// Words of the reader.
    pub w: Words,
    /// The frame.
    pub chrome: Chrome,
    /// Oldest first.
    pub items: Vec<ToFile>,
}

/// A correction to file.
pub struct ToFile {
    /// Which.
    pub correction: CorrectionId,
    /// Whose.
    pub staff: StaffId,
    /// 姓名
    pub name: String,
    /// What was asked for.
    pub what: String,
    /// In the person's words.
    pub reason: String,
    /// Who approved it, when.
    pub decided: String,
}

/// `GET /filing`.
pub async fn show(State(app): State<App>, visit: Visit) -> Result<Response, Failed> {
    visit.needs(&[Role::Hr])?;
    let w = visit.w;
    let items = app
        .read(move |view| {
            let mut items = Vec::new();
            for desk in view.desks()? {
                for row in view.corrections_to_file(&desk.desk)? {
                    let claimed = desk.zone.civil(row.claimed_at).format("%H:%M");
                    let decided = match &row.decision {
                        Some(decision) => {
                            let at = w.at(&desk.zone, &decision.at);
                            w.f2("filing.decided", at, view.name(&decision.by)?)
                        }
                        None => String::new(),
                    };
                    items.push(ToFile {
                        correction: row.correction,
                        what: w.f3(
                            "correction.what",
                            w.date(&row.work_date),
                            w.edge(&row.edge),
                            claimed,
                        ),
                        reason: row.reason,
                        decided,
                        staff: row.staff,
                        name: row.name,
                    });
                }
            }
            Ok(items)
        })
        .await
        .map_err(|error| visit.failed(error))?;
    let page = FilingPage {
        w,
        chrome: visit.chrome(&app, "/filing", None).await?,
        items,
    };
    visit.page(&page)
}
