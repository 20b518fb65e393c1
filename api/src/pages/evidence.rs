//! Complaints (T11, T15), spot checks (D3) and excused absences from the messenger (T10): what people add to what the
//! feeds report.

use super::breaches::{self, Breaches};
use super::parts::{Choice, Chrome, DeskChoice, Flash, Moment, Person};
use super::visit::{Posted, Query, Visit, civil_moment, encoded, fault, people_on};
use super::words::Words;
use crate::app::{App, ExcusePresence, FileComplaint, SpotCheck, VerifyComplaint};
use crate::http::extract::{Asked, At};
use crate::http::problem::Failed;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::event::{Complainant, ComplaintAbout, Stream};
use domain::ids::{CallId, ComplaintId, DeskId, EventId, StaffId};
use domain::who::Role;
use domain::work_date::{DayMinute, Month, WorkDate, Zone};
use projections::ComplaintRow;

/// Complaints and evidence of a day.
#[derive(Template)]
#[template(path = "evidence.html")]
pub struct EvidencePage {
    /// Words of the reader.
    pub w: Words,
    /// The frame.
    pub chrome: Chrome,
    /// Which desk.
    pub desk: DeskId,
    /// Desks to choose from.
    pub desks: Vec<DeskChoice>,
    /// Not used here.
    pub month_kept: Option<Month>,
    /// Which day.
    pub date: WorkDate,
    /// Open ones of any day, and those of this month.
    pub complaints: Vec<ComplaintLine>,
    /// What feeds and people reported that day.
    pub timeline: Vec<Moment>,
    /// People of the desk.
    pub people: Vec<Person>,
    /// Unanswered calls a complaint can be about.
    pub calls: Vec<Choice>,
    /// The complaint form as typed.
    pub complaint_form: ComplaintForm,
    /// Breaches recorded by hand.
    pub breaches: Breaches,
}

/// A complaint as a line.
pub struct ComplaintLine {
    /// Which.
    pub complaint: ComplaintId,
    /// About what, and who complained.
    pub title: String,
    /// About whom, if known.
    pub staff: Option<StaffId>,
    /// What was said.
    pub text: String,
    /// When it happened.
    pub happened: String,
    /// What looking into it showed.
    pub finding: Option<String>,
    /// Where it stands.
    pub status: String,
    /// `good`, `warn`, `bad` or nothing.
    pub class: &'static str,
}

/// The complaint form as typed.
#[derive(Default)]
pub struct ComplaintForm {
    /// The call it is about; empty: discourtesy.
    pub call: String,
    /// As chosen.
    pub staff: String,
    /// As chosen.
    pub complainant: String,
    /// As typed.
    pub happened: String,
    /// As typed.
    pub text: String,
}

/// `GET /evidence`.
pub async fn show(
    State(app): State<App>,
    visit: Visit,
    Asked(query): Asked<Query>,
) -> Result<Response, Failed> {
    page(&app, &visit, &query, ComplaintForm::default(), None).await
}

async fn page(
    app: &App,
    visit: &Visit,
    query: &Query,
    complaint_form: ComplaintForm,
    refused: Option<(StatusCode, Flash)>,
) -> Result<Response, Failed> {
    visit.needs(&[Role::Lead, Role::GmOffice])?;
    let desk = visit.desk_run(app, query.desk.as_deref()).await?;
    let today = desk.today(app.now());
    let date = query.date().unwrap_or(today);
    let (w, row) = (visit.w, desk.row.clone());
    let (complaints, timeline, people, calls, breaches) = app
        .read(move |view| {
            let mut rows = view.complaints_open(&row.desk)?;
            for found in view.complaints_of_desk(&row.desk, date.month())? {
                if !rows.iter().any(|known| known.complaint == found.complaint) {
                    rows.push(found);
                }
            }
            let complaints: Vec<ComplaintLine> =
                rows.iter().map(|found| line(found, row.zone, w)).collect();
            let events: Vec<EventId> = view
                .audit(&Stream::Evidence(row.desk.clone(), date))?
                .into_iter()
                .map(|told| told.event)
                .collect();
            let timeline = super::day::timeline(view, &events, Vec::new(), row.zone, w)?;
            let from = row.zone.instant(date.plus_days(-CALL_DAYS), DayMinute(0));
            let until = row.zone.instant(date.plus_days(1), DayMinute(0));
            let calls: Vec<Choice> = view
                .calls_unanswered(&row.desk, from, until)?
                .into_iter()
                .rev()
                .map(|call| Choice {
                    value: call.call.to_string(),
                    label: w.f2("complaint.call", w.at(&row.zone, &call.at), call.rings),
                    ..Choice::default()
                })
                .collect();
            Ok((
                complaints,
                timeline,
                people_on(view, &row.desk, date)?,
                calls,
                breaches::of_day(view, &row, date, w)?,
            ))
        })
        .await
        .map_err(|error| visit.failed(error))?;
    let mut chrome = visit.chrome(app, "/evidence", None).await?;
    let status = refused
        .as_ref()
        .map_or(StatusCode::OK, |(status, _)| *status);
    chrome.flash = refused.map(|(_, flash)| flash).or(chrome.flash);
    let page = EvidencePage {
        w,
        chrome,
        desks: desk.choices,
        month_kept: None,
        date,
        complaints,
        timeline,
        people,
        calls,
        complaint_form,
        breaches,
        desk: desk.row.desk,
    };
    visit.page_with(status, &page)
}

/// A complaint may be about an unanswered call of the days before.
const CALL_DAYS: i64 = 7;

fn line(row: &ComplaintRow, zone: Zone, w: Words) -> ComplaintLine {
    let about = match row.about {
        ComplaintAbout::UnansweredCall { .. } => w.t("complaint.unanswered"),
        ComplaintAbout::Discourtesy => w.t("complaint.discourtesy"),
    };
    let about = if row.name.is_empty() {
        about.to_owned()
    } else {
        format!("{} · {about}", row.name)
    };
    let (key, class) = match row.finding.as_ref().map(|finding| finding.upheld) {
        None => ("complaint.status.open", "warn"),
        Some(true) => ("complaint.status.true", "bad"),
        Some(false) => ("complaint.status.untrue", "good"),
    };
    ComplaintLine {
        complaint: row.complaint,
        title: w.f2("complaint.title", about, w.complainant(&row.complainant)),
        staff: row.staff.clone(),
        text: row.text.clone(),
        happened: w.at(&zone, &row.happened_at),
        finding: row.finding.as_ref().map(|finding| finding.note.clone()),
        status: w.t(key).to_owned(),
        class,
    }
}

fn address(posted: &Posted) -> String {
    format!(
        "/evidence?desk={}&date={}",
        encoded(&posted.text("desk")),
        encoded(&posted.text("day"))
    )
}

async fn zone_of(app: &App, posted: &Posted) -> Result<Zone, Failed> {
    app.zone(&posted.desk())
        .await
        .map_err(|error| posted.visit.failed(error))
}

/// `POST /complaints`.
pub async fn complain(State(app): State<App>, posted: Posted) -> Result<Response, Failed> {
    let zone = zone_of(&app, &posted).await?;
    let desk = posted.desk();
    let about = posted.text("about");
    let discourtesy = about == "discourtesy";
    let read = || {
        Ok(FileComplaint {
            about: if discourtesy {
                ComplaintAbout::Discourtesy
            } else {
                ComplaintAbout::UnansweredCall {
                    call: CallId::new(about.as_str()),
                }
            },
            staff: posted.chosen("staff").map(StaffId::new),
            complainant: match posted.text("complainant").as_str() {
                "colleague" => Complainant::Colleague,
                _ => Complainant::Customer,
            },
            text: posted.words("text", "complaint.said")?,
            happened_at: posted.moment("happened", zone)?,
        })
    };
    let result = match read() {
        Ok(input) => app.file_complaint(&posted.caller(), &desk, input).await,
        Err(error) => Err(error),
    };
    match result {
        Ok(receipt) => {
            let happened =
                civil_moment(&posted.text("happened")).map(|civil| WorkDate(civil.date()));
            let day = happened.map_or_else(String::new, |date| date.to_string());
            let to = format!("/evidence?desk={}&date={day}", encoded(desk.as_str()));
            posted.done(&app, &receipt, &to, "complaint.done").await
        }
        Err(error) => {
            let refused = posted.refused(error)?;
            let typed = ComplaintForm {
                call: if discourtesy {
                    String::new()
                } else {
                    about.clone()
                },
                staff: posted.text("staff"),
                complainant: posted.text("complainant"),
                happened: posted.text("happened"),
                text: posted.text("text"),
            };
            let query = Query {
                desk: Some(desk.to_string()),
                ..Query::default()
            };
            page(&app, &posted.visit, &query, typed, Some(refused)).await
        }
    }
}

/// `POST /complaints/{id}/verification`.
pub async fn verify(
    State(app): State<App>,
    At(id): At<uuid::Uuid>,
    posted: Posted,
) -> Result<Response, Failed> {
    let read = || {
        Ok(VerifyComplaint {
            staff: StaffId::new(posted.words("staff", "complaint.whose")?),
            upheld: posted.text("upheld") == "yes",
            note: posted.words("note", "complaint.note")?,
        })
    };
    let result = match read() {
        Ok(input) => {
            app.verify_complaint(&posted.caller(), ComplaintId(id), input)
                .await
        }
        Err(error) => Err(error),
    };
    posted
        .outcome(&app, result, &address(&posted), "complaint.verified.done")
        .await
}

/// `POST /spot-checks`: what was seen just now.
pub async fn spot_check(State(app): State<App>, posted: Posted) -> Result<Response, Failed> {
    let read = || {
        Ok(SpotCheck {
            staff: StaffId::new(posted.words("staff", "col.person")?),
            on_post: match posted.text("on_post").as_str() {
                "yes" => true,
                "no" => false,
                _ => {
                    return Err(fault("on_post", "fault.missing", |w| {
                        w.t("spot.seen").to_owned()
                    }));
                }
            },
            note: posted.text("note"),
        })
    };
    let result = match read() {
        Ok(input) => {
            app.spot_check(&posted.caller(), &posted.desk(), input)
                .await
        }
        Err(error) => Err(error),
    };
    posted
        .outcome(&app, result, &address(&posted), "spot.done")
        .await
}

/// `POST /excuses`: a time offline of the day shown.
pub async fn excuse(State(app): State<App>, posted: Posted) -> Result<Response, Failed> {
    let zone = zone_of(&app, &posted).await?;
    let read = || {
        let day = posted.date("day")?;
        let (from, until) = (posted.time("from")?, posted.time("until")?);
        // A time that ends before it begins ends on the next day.
        let until = if until <= from {
            DayMinute(until.0 + 1440)
        } else {
            until
        };
        Ok(ExcusePresence {
            staff: StaffId::new(posted.words("staff", "col.person")?),
            from: zone.instant(day, from),
            until: zone.instant(day, until),
            reason: posted.words("reason", "reason")?,
        })
    };
    let result = match read() {
        Ok(input) => {
            app.excuse_presence(&posted.caller(), &posted.desk(), input)
                .await
        }
        Err(error) => Err(error),
    };
    posted
        .outcome(&app, result, &address(&posted), "excuse.done")
        .await
}
