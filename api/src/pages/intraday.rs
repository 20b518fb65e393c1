//! The day by hand (M2, D8): re-time somebody's shift or meals, raise an alert and close it.

use super::parts::{Chrome, DeskChoice};
use super::visit::{Posted, Query, Visit, encoded, local};
use super::words::Words;
use crate::app::{App, AppError, CloseAlert, RaiseAlert, RetimeShift};
use crate::http::extract::{Asked, At};
use crate::http::problem::Failed;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::ids::{AlertId, DeskId, StaffId};
use domain::quantities::Minutes;
use domain::shift::{PlannedMeal, Segment, Shift};
use domain::who::Role;
use domain::work_date::{DayMinute, Month, WorkDate};
use projections::{AlertRow, RosterAt};

/// Rows of the form that fit into a working day.
const ROWS: usize = 6;

/// The day by hand.
#[derive(Template)]
#[template(path = "intraday.html")]
pub struct IntradayPage {
    /// Words of the reader.
    pub w: Words,
    /// The frame.
    pub chrome: Chrome,
    /// Which desk.
    pub desk: DeskId,
    /// Its name.
    pub desk_name: String,
    /// Desks to choose from.
    pub desks: Vec<DeskChoice>,
    /// Not used here.
    pub month_kept: Option<Month>,
    /// Which day.
    pub date: WorkDate,
    /// People with a shift that day.
    pub people: Vec<AtWork>,
    /// The one whose shift is re-timed.
    pub chosen: Option<AtWork>,
    /// Alerts that stand, with when they were raised.
    pub alerts: Vec<(AlertRow, String)>,
}

/// Somebody with a shift.
#[derive(Clone)]
pub struct AtWork {
    /// 工号
    pub staff: StaffId,
    /// 姓名
    pub name: String,
    /// The shift in force.
    pub shift: Shift,
}

impl IntradayPage {
    /// The segments as rows of the form, and one more.
    fn segment_rows(&self, person: &AtWork) -> Vec<(String, String)> {
        let segments = person.shift.segments.iter();
        let mut rows: Vec<(String, String)> = segments
            .map(|segment| (self.w.clock(&segment.start), self.w.clock(&segment.end)))
            .collect();
        rows.truncate(ROWS - 1);
        rows.push(Default::default());
        rows
    }

    /// The meals as rows of the form, and one more.
    fn meal_rows(&self, person: &AtWork) -> Vec<(String, String)> {
        let meals = person.shift.meals.iter();
        let mut rows: Vec<(String, String)> = meals
            .map(|meal| (self.w.clock(&meal.start), meal.minutes.to_string()))
            .collect();
        rows.truncate(ROWS - 1);
        rows.push(Default::default());
        rows
    }

    /// Where somebody's short breaks lie.
    fn breaks(&self, person: &AtWork) -> String {
        let breaks = person.shift.breaks.iter();
        let parts: Vec<String> = breaks
            .map(|one| self.w.window(&one.start, &one.minutes))
            .collect();
        parts.join(self.w.t("list.separator"))
    }

    /// Where somebody's meals lie.
    fn meals(&self, person: &AtWork) -> String {
        let meals = person.shift.meals.iter();
        let parts: Vec<String> = meals
            .map(|meal| self.w.window(&meal.start, &meal.minutes))
            .collect();
        parts.join(self.w.t("list.separator"))
    }
}

/// `GET /intraday`.
pub async fn show(
    State(app): State<App>,
    visit: Visit,
    Asked(query): Asked<Query>,
) -> Result<Response, Failed> {
    visit.needs(&[Role::Lead])?;
    let desk = visit.desk_run(&app, query.desk.as_deref()).await?;
    let date = query.date().unwrap_or_else(|| desk.today(app.now()));
    let id = desk.row.desk.clone();
    let (table, alerts) = app
        .read(move |view| {
            Ok((
                view.duty_table(&id, date, date, RosterAt::Latest)?,
                view.alerts_open(&id)?,
            ))
        })
        .await
        .map_err(|error| visit.failed(error))?;
    let people: Vec<AtWork> = table
        .into_iter()
        .flat_map(|table| table.lines)
        .filter_map(|line| {
            Some(AtWork {
                shift: line.cells.into_iter().next()??.shift?,
                staff: line.staff.staff,
                name: line.staff.name,
            })
        })
        .collect();
    let (w, zone) = (visit.w, desk.row.zone);
    let page = IntradayPage {
        w,
        chrome: visit
            .chrome(&app, "/intraday", Some(&desk.row.desk))
            .await?,
        desk_name: desk.row.name,
        desks: desk.choices,
        month_kept: None,
        date,
        chosen: query
            .staff
            .as_deref()
            .and_then(|staff| people.iter().find(|person| person.staff.as_str() == staff))
            .cloned(),
        people,
        alerts: alerts
            .into_iter()
            .map(|alert| {
                let raised = w.at(&zone, &alert.raised_at);
                (alert, raised)
            })
            .collect(),
        desk: desk.row.desk,
    };
    visit.page(&page)
}

fn address(posted: &Posted) -> String {
    format!(
        "/intraday?desk={}&date={}",
        encoded(&posted.text("desk")),
        encoded(&posted.text("day"))
    )
}

/// `POST /intraday/retimings`: all segments and meals as they shall be; an empty row says nothing.
pub async fn retime(State(app): State<App>, posted: Posted) -> Result<Response, Failed> {
    let read = || -> Result<RetimeShift, AppError> {
        let (mut segments, mut meals) = (Vec::new(), Vec::new());
        for n in 0..ROWS {
            if posted.chosen(&format!("start-{n}")).is_some() {
                let (start, end) = (
                    posted.time(&format!("start-{n}"))?,
                    posted.time(&format!("end-{n}"))?,
                );
                // What ends before it starts ends on the next day.
                let end = if end <= start {
                    DayMinute(end.0.saturating_add(1440))
                } else {
                    end
                };
                segments.push(Segment { start, end });
            }
            if posted.chosen(&format!("meal-{n}")).is_some() {
                let minutes = posted.parsed(&format!("meal-minutes-{n}"), "fault.number")?;
                meals.push(PlannedMeal {
                    start: posted.time(&format!("meal-{n}"))?,
                    minutes: Minutes(minutes),
                });
            }
        }
        Ok(RetimeShift {
            staff: StaffId::new(posted.words("staff", "col.person")?),
            date: posted.date("day")?,
            segments: Some(segments),
            meals: Some(meals),
            reason: posted.reason()?.reason,
        })
    };
    let result = match read() {
        Ok(input) => {
            app.retime_shift(&posted.caller(), &posted.desk(), None, input)
                .await
        }
        Err(error) => Err(error),
    };
    let to = match &result {
        Ok(_) => address(&posted),
        // A refused change leaves its form open.
        Err(_) => format!(
            "{}&staff={}",
            address(&posted),
            encoded(&posted.text("staff"))
        ),
    };
    posted
        .outcome(&app, result, &to, "intraday.retimed.done")
        .await
}

/// `POST /alerts`.
pub async fn raise(State(app): State<App>, posted: Posted) -> Result<Response, Failed> {
    let read = || {
        Ok(RaiseAlert {
            text: posted.words("text", "alert.text")?,
            remedy: posted.text("remedy"),
        })
    };
    let result = match read() {
        Ok(input) => {
            app.raise_alert(&posted.caller(), &posted.desk(), input)
                .await
        }
        Err(error) => Err(error),
    };
    posted
        .outcome(&app, result, &address(&posted), "alert.raised.done")
        .await
}

/// `POST /alerts/{id}/closing`: from here or from the board.
pub async fn close(
    State(app): State<App>,
    At(id): At<uuid::Uuid>,
    posted: Posted,
) -> Result<Response, Failed> {
    let input = CloseAlert {
        note: posted.text("note"),
    };
    let result = app.close_alert(&posted.caller(), AlertId(id), input).await;
    let back = posted.text("back");
    let to = if back.is_empty() {
        address(&posted)
    } else {
        local(&back).to_owned()
    };
    posted.outcome(&app, result, &to, "alert.closed.done").await
}
