//! What waits for the reader's approval: corrections (T6), leave (T12), overtime and swaps (T9).

use super::parts::Chrome;
use super::visit::{Posted, Visit, may_decide};
use super::words::Words;
use crate::app::{App, AppError, NoteEvidence};
use crate::http::extract::At;
use crate::http::problem::Failed;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use domain::event::{Compensation, EvidenceNoted, Half};
use domain::ids::{CorrectionId, LeaveId, StaffId, SwapId};
use domain::quantities::Minutes;
use domain::who::{Actor, Role};
use domain::work_date::{WorkDate, Zone};
use projections::{DeskRow, LeaveRow, View};
use uuid::Uuid;

/// The approvals inbox.
#[derive(Template)]
#[template(path = "approvals.html")]
pub struct ApprovalsPage {
    /// Words of the reader.
    pub w: Words,
    /// The frame.
    pub chrome: Chrome,
    /// Whether the reader may file leave for somebody.
    pub leads: bool,
    /// Oldest first.
    pub items: Vec<Waiting>,
}

/// A request that waits.
pub struct Waiting {
    /// Its id.
    pub id: Uuid,
    /// Where its decision is sent; `/approval` or `/refusal` follows.
    pub action: String,
    /// `补卡`, `请假`, `调班`.
    pub kind: String,
    /// Who asks.
    pub staff: StaffId,
    /// 姓名
    pub name: String,
    /// The day it is about.
    pub date: WorkDate,
    /// What is asked for.
    pub what: String,
    /// In the person's words.
    pub reason: String,
    /// When it was filed.
    pub filed: String,
    /// What the reader should know: corrections used, the colleague's word.
    pub notes: Vec<String>,
    /// The reader's own request: somebody else decides.
    pub own: bool,
    /// The document that has to be seen first, as named so far.
    pub document: Option<String>,
    /// Overtime asked for: at the most, and whether it earns time off.
    pub overtime: Option<(Minutes, bool)>,
}

/// `GET /approvals`.
pub async fn show(State(app): State<App>, visit: Visit) -> Result<Response, Failed> {
    visit.needs(&[Role::Lead, Role::GmOffice])?;
    let (w, actor) = (visit.w, visit.actor.clone());
    let items = app
        .read(move |view| {
            let mut found = Vec::new();
            for desk in view.desks()? {
                if may_decide(&actor, &desk.desk) {
                    waiting_at(view, &desk, &actor, w, &mut found)?;
                }
            }
            found.sort_by_key(|(at, _)| *at);
            Ok(found.into_iter().map(|(_, item)| item).collect())
        })
        .await
        .map_err(|error| visit.failed(error))?;
    let page = ApprovalsPage {
        w,
        chrome: visit.chrome(&app, "/approvals", None).await?,
        leads: visit.actor.is(Role::Lead) && !visit.actor.leads.is_empty(),
        items,
    };
    visit.page(&page)
}

fn waiting_at(
    view: &View<'_>,
    desk: &DeskRow,
    actor: &Actor,
    w: Words,
    found: &mut Vec<(DateTime<Utc>, Waiting)>,
) -> projections::Result<()> {
    let filed = |at: &DateTime<Utc>| w.f("approvals.filed", w.at(&desk.zone, at));
    for row in view.corrections_pending(&desk.desk)? {
        let used = view.corrections_used(&row.staff, row.work_date.month())?;
        let max = view.policy_on(&desk.desk, row.work_date)?;
        let max = max.map_or(0, |policy| policy.correction.month_max);
        let claimed = desk.zone.civil(row.claimed_at).format("%H:%M");
        found.push((
            row.requested_at,
            Waiting {
                id: row.correction.0,
                action: format!("/corrections/{}", row.correction),
                kind: w.t("correction.kind").to_owned(),
                date: row.work_date,
                what: w.f3(
                    "correction.what",
                    w.date(&row.work_date),
                    w.edge(&row.edge),
                    claimed,
                ),
                reason: row.reason,
                filed: filed(&row.requested_at),
                notes: vec![w.f2("approvals.used", used, max)],
                own: row.staff == actor.staff,
                staff: row.staff,
                name: row.name,
                document: None,
                overtime: None,
            },
        ));
    }
    for row in view.overtime_pending(&desk.desk)? {
        let earns = row.compensation == Compensation::TimeOff;
        found.push((
            row.requested_at,
            Waiting {
                id: row.request.0,
                action: format!("/overtime/{}", row.request),
                kind: w.t("overtime.kind").to_owned(),
                date: row.work_date,
                what: w.f3(
                    "overtime.what",
                    w.date(&row.work_date),
                    w.duration(&row.minutes),
                    w.t(if earns {
                        "overtime.time_off"
                    } else {
                        "overtime.money"
                    }),
                ),
                reason: row.reason,
                filed: filed(&row.requested_at),
                notes: Vec::new(),
                own: row.staff == actor.staff,
                staff: row.staff,
                name: row.name,
                document: None,
                overtime: Some((row.minutes, earns)),
            },
        ));
    }
    for row in view.leaves_pending(&desk.desk)? {
        let policy = view.policy_on(&desk.desk, row.span.first)?;
        let wants = policy.is_some_and(|policy| policy.leave.evidence_required.contains(&row.kind));
        let seen = row.evidence.iter().any(|noted| noted.seen);
        let named = row.evidence.last().map(|noted| noted.document.clone());
        let mut notes: Vec<String> = row
            .emergency
            .iter()
            .map(|why| w.f("approvals.by_lead", why))
            .collect();
        notes.extend(evidence_notes(&row, &desk.zone, w));
        found.push((
            row.requested_at,
            Waiting {
                id: row.leave.0,
                action: format!("/leaves/{}", row.leave),
                kind: w.t("leave.kind_label").to_owned(),
                date: row.span.first,
                what: leave_words(&row, w),
                reason: row.reason,
                filed: filed(&row.requested_at),
                notes,
                own: row.staff == actor.staff,
                staff: row.staff,
                name: row.name,
                document: (wants && !seen).then(|| named.unwrap_or_default()),
                overtime: None,
            },
        ));
    }
    for row in view.swaps_pending(&desk.desk)? {
        let give = w.f3(
            "swap.what_for",
            &row.from_name,
            w.date(&row.give),
            &row.with_name,
        );
        let agreed = row.agreed_at.as_ref();
        found.push((
            row.requested_at,
            Waiting {
                id: row.swap.0,
                action: format!("/swaps/{}", row.swap),
                kind: w.t("swap.kind").to_owned(),
                date: row.give,
                what: match &row.take {
                    Some(take) => w.f2("swap.what_for_swap", give, w.date(take)),
                    None => give,
                },
                reason: row.reason,
                filed: filed(&row.requested_at),
                notes: agreed
                    .map(|at| w.f("approvals.agreed", w.at(&desk.zone, at)))
                    .into_iter()
                    .collect(),
                own: row.from == actor.staff || row.with == actor.staff,
                staff: row.from,
                name: row.from_name,
                document: None,
                overtime: None,
            },
        ));
    }
    Ok(())
}

/// Documents named for leave, and seen by whom.
pub(super) fn evidence_notes(row: &LeaveRow, zone: &Zone, w: Words) -> Vec<String> {
    let note = |noted: &EvidenceNoted| {
        let key = if noted.seen {
            "leave.evidence_seen"
        } else {
            "leave.evidence_named"
        };
        w.f3(key, &noted.document, &noted.by, w.at(zone, &noted.at))
    };
    row.evidence.iter().map(note).collect()
}

/// Kind and time of leave, and which half of the day it is.
pub(super) fn leave_words(row: &LeaveRow, w: Words) -> String {
    let what = format!("{} {}", w.leave(&row.kind), w.span(&row.span));
    match row.half {
        None => what,
        Some(Half::First) => w.f("leave.half_first", what),
        Some(Half::Second) => w.f("leave.half_second", what),
    }
}

const APPROVED: &str = "approvals.approved.done";
const REFUSED: &str = "approvals.refused.done";
const WITHDRAWN: &str = "request.withdrawn.done";

/// `POST /corrections/{id}/approval`, `/refusal`, `/withdrawal` or `/filing`.
pub async fn correction(
    State(app): State<App>,
    At((id, act)): At<(Uuid, String)>,
    posted: Posted,
) -> Result<Response, Failed> {
    let (caller, id) = (posted.caller(), CorrectionId(id));
    let (result, to, key) = match act.as_str() {
        "approval" => (
            app.approve_correction(&caller, id).await,
            "/approvals",
            APPROVED,
        ),
        "refusal" => {
            let result = match posted.reason() {
                Ok(input) => app.refuse_correction(&caller, id, input).await,
                Err(error) => Err(error),
            };
            (result, "/approvals", REFUSED)
        }
        "withdrawal" => (
            app.withdraw_correction(&caller, id).await,
            "/my/requests",
            WITHDRAWN,
        ),
        "filing" => (
            app.file_correction(&caller, id).await,
            "/filing",
            "filing.done",
        ),
        _ => return Err(posted.visit.failed(AppError::NotFound("action"))),
    };
    posted.outcome(&app, result, to, key).await
}

/// `POST /leaves/{id}/approval`, `/refusal`, `/evidence` or `/withdrawal`.
pub async fn leave(
    State(app): State<App>,
    At((id, act)): At<(Uuid, String)>,
    posted: Posted,
) -> Result<Response, Failed> {
    let (caller, id) = (posted.caller(), LeaveId(id));
    let (result, to, key) = match act.as_str() {
        "approval" => (app.approve_leave(&caller, id).await, "/approvals", APPROVED),
        "refusal" => {
            let result = match posted.reason() {
                Ok(input) => app.refuse_leave(&caller, id, input).await,
                Err(error) => Err(error),
            };
            (result, "/approvals", REFUSED)
        }
        "evidence" => {
            let result = match posted.words("document", "leave.document") {
                Ok(document) => {
                    let input = NoteEvidence { document };
                    app.note_leave_evidence(&caller, id, input).await
                }
                Err(error) => Err(error),
            };
            let own = posted.text("own") == "yes";
            let to = if own { "/my/requests" } else { "/approvals" };
            (result, to, "leave.evidence.done")
        }
        "withdrawal" => (
            app.withdraw_leave(&caller, id).await,
            "/my/requests",
            WITHDRAWN,
        ),
        _ => return Err(posted.visit.failed(AppError::NotFound("action"))),
    };
    posted.outcome(&app, result, to, key).await
}

/// `POST /swaps/{id}/agreement`, `/decline`, `/approval`, `/refusal` or `/withdrawal`.
pub async fn swap(
    State(app): State<App>,
    At((id, act)): At<(Uuid, String)>,
    posted: Posted,
) -> Result<Response, Failed> {
    let (caller, id) = (posted.caller(), SwapId(id));
    let (result, to, key) = match act.as_str() {
        "agreement" => (
            app.agree_swap(&caller, id).await,
            "/my/requests",
            "swap.agreed.done",
        ),
        "decline" => (
            app.decline_swap(&caller, id).await,
            "/my/requests",
            "swap.declined.done",
        ),
        "approval" => {
            let result = app.approve_swap(&caller, id).await;
            return posted.costed(&app, result, "/approvals", APPROVED).await;
        }
        "refusal" => {
            let result = match posted.reason() {
                Ok(input) => app.refuse_swap(&caller, id, input).await,
                Err(error) => Err(error),
            };
            (result, "/approvals", REFUSED)
        }
        "withdrawal" => (
            app.withdraw_swap(&caller, id).await,
            "/my/requests",
            WITHDRAWN,
        ),
        _ => return Err(posted.visit.failed(AppError::NotFound("action"))),
    };
    posted.outcome(&app, result, to, key).await
}
