//! Asking for a missed punch to be made good (补卡, T6).

use super::parts::{Choice, Chrome, Flash};
use super::visit::{Posted, Query, REASON_CHARS_MAX, Visit, fault};
use super::words::Words;
use crate::app::{App, AppError, Receipt, RequestCorrection};
use crate::http::extract::Asked;
use crate::http::problem::Failed;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::event::{Edge, Side};
use domain::ids::CorrectionId;
use domain::shift::Segment;
use domain::who::Role;
use domain::work_date::{DayMinute, WorkDate};

/// The form. What was typed stays when it is refused.
#[derive(Template)]
#[template(path = "correction_form.html")]
pub struct CorrectionForm {
    /// Words of the reader.
    pub w: Words,
    /// The frame.
    pub chrome: Chrome,
    /// Days within which to ask (T6).
    pub window_days: u16,
    /// At most so many a month (T7).
    pub month_max: u16,
    /// So many count already.
    pub corrections_used: usize,
    /// The punches a shift asks for.
    pub edges: Vec<Choice>,
    /// As typed.
    pub date: String,
    /// As chosen, such as `0:in`.
    pub edge: String,
    /// As typed.
    pub time: String,
    /// As typed.
    pub reason: String,
    /// The longest reason.
    pub reason_chars_max: usize,
}

/// What was typed.
#[derive(Clone, Debug, Default)]
struct Typed {
    date: String,
    edge: String,
    time: String,
    reason: String,
}

/// `GET /my/corrections/new`.
pub async fn show(
    State(app): State<App>,
    visit: Visit,
    Asked(query): Asked<Query>,
) -> Result<Response, Failed> {
    let typed = Typed {
        date: query.date.unwrap_or_default(),
        edge: query
            .side
            .map(|side| format!("{}:{side}", query.segment.as_deref().unwrap_or("0")))
            .unwrap_or_default(),
        ..Typed::default()
    };
    form(&app, &visit, typed, None).await
}

async fn form(
    app: &App,
    visit: &Visit,
    typed: Typed,
    refused: Option<(StatusCode, Flash)>,
) -> Result<Response, Failed> {
    visit.needs(&[Role::Staff])?;
    let desk = visit.own_desk(app).await?;
    let today = desk.today(app.now());
    let date: WorkDate = typed.date.parse().unwrap_or(today);
    let (staff, row) = (visit.actor.staff.clone(), desk.row.clone());
    let (shift, used, policy) = app
        .read(move |view| {
            let cells = view.shifts_of(&staff, date, date)?;
            let shift = cells.get(&date).and_then(|cell| cell.shift.clone());
            let used = view.corrections_used(&staff, date.month())?;
            Ok((shift, used, view.policy_on(&row.desk, date)?))
        })
        .await
        .map_err(|error| visit.failed(error))?;
    let w = visit.w;
    let segments = shift
        .as_ref()
        .map_or(1, |shift| shift.segments.len().max(1));
    let edges = (0..u8::try_from(segments).unwrap_or(u8::MAX))
        .flat_map(|segment| [Side::In, Side::Out].map(|side| Edge { segment, side }))
        .map(|edge| Choice {
            value: edge_value(edge),
            label: w.edge(&edge),
            ..Choice::default()
        })
        .collect();
    // What was planned is where most people would begin to type.
    let planned = parse_edge(&typed.edge).and_then(|edge| {
        let segment = shift.as_ref()?.segments.get(usize::from(edge.segment))?;
        Some(planned_minute(edge, segment))
    });
    let time = match planned {
        Some(minute) if typed.time.is_empty() => clock(minute),
        _ => typed.time,
    };
    let mut chrome = visit.chrome(app, "/my/requests", None).await?;
    let status = refused
        .as_ref()
        .map_or(StatusCode::OK, |(status, _)| *status);
    chrome.flash = refused.map(|(_, flash)| flash).or(chrome.flash);
    let page = CorrectionForm {
        w,
        chrome,
        window_days: policy
            .as_ref()
            .map_or(0, |policy| policy.correction.window_days),
        month_max: policy
            .as_ref()
            .map_or(0, |policy| policy.correction.month_max),
        corrections_used: used,
        edges,
        date: typed.date,
        edge: typed.edge,
        time,
        reason: typed.reason,
        reason_chars_max: REASON_CHARS_MAX,
    };
    visit.page_with(status, &page)
}

/// `POST /my/corrections`.
pub async fn send(State(app): State<App>, posted: Posted) -> Result<Response, Failed> {
    match request(&app, &posted).await {
        Ok(receipt) => {
            posted
                .done(&app, &receipt, "/my/requests", "correction.done")
                .await
        }
        Err(error) => {
            let refused = posted.refused(error)?;
            let typed = Typed {
                date: posted.text("date"),
                edge: posted.text("edge"),
                time: posted.text("time"),
                reason: posted.text("reason"),
            };
            form(&app, &posted.visit, typed, Some(refused)).await
        }
    }
}

async fn request(app: &App, posted: &Posted) -> Result<Receipt<CorrectionId>, AppError> {
    let work_date = posted.date("date")?;
    let edge = parse_edge(&posted.text("edge")).ok_or_else(|| {
        fault("edge", "fault.missing", |w| {
            w.t("correction.edge").to_owned()
        })
    })?;
    let time = posted.time("time")?;
    let reason = posted.words("reason", "reason")?;
    let staff = posted.visit.actor.staff.clone();
    let day = app.read(move |view| view.my_day(&staff, work_date)).await?;
    let day = day.ok_or(AppError::NotFound("person"))?;
    let planned = day
        .shift
        .as_ref()
        .and_then(|shift| shift.segments.get(usize::from(edge.segment)))
        .map(|segment| planned_minute(edge, segment));
    let input = RequestCorrection {
        work_date,
        edge,
        claimed_at: day.zone.instant(work_date, near(time, planned)),
        reason,
    };
    app.request_correction(&posted.caller(), input).await
}

fn planned_minute(edge: Edge, segment: &Segment) -> DayMinute {
    match edge.side {
        Side::In => segment.start,
        Side::Out => segment.end,
    }
}

/// A clock time of the work date or of the day after, whichever lies nearer to what was planned.
fn near(time: DayMinute, planned: Option<DayMinute>) -> DayMinute {
    let next_day = DayMinute(time.0 + 1440);
    match planned {
        Some(planned) if (next_day.0 - planned.0).abs() < (time.0 - planned.0).abs() => next_day,
        Some(_) | None => time,
    }
}

/// `HH:MM` within its day, as a time field has it.
fn clock(minute: DayMinute) -> String {
    DayMinute(minute.0.rem_euclid(1440)).to_string()
}

fn edge_value(edge: Edge) -> String {
    let side = match edge.side {
        Side::In => "in",
        Side::Out => "out",
    };
    format!("{}:{side}", edge.segment)
}

fn parse_edge(text: &str) -> Option<Edge> {
    let (segment, side) = text.split_once(':')?;
    let side = match side {
        "in" => Side::In,
        "out" => Side::Out,
        _ => return None,
    };
    Some(Edge {
        segment: segment.parse().ok()?,
        side,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_after_midnight_belongs_to_the_shift_that_ran_into_it() {
        for (time, planned, minute) in [
            (10, Some(1440), 1450),
            (1430, Some(1440), 1430),
            (545, Some(540), 545),
            (350, Some(1800), 1790),
            (10, None, 10),
        ] {
            let found = near(DayMinute(time), planned.map(DayMinute));
            assert_eq!(found, DayMinute(minute), "{time} against {planned:?}");
        }
    }

    #[test]
    fn edges_are_read_back() {
        for text in ["0:in", "1:out"] {
            assert_eq!(parse_edge(text).map(edge_value).as_deref(), Some(text));
        }
        assert_eq!(parse_edge("in"), None);
        assert_eq!(parse_edge("0:up"), None);
    }
}
