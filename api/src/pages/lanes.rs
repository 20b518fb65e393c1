//! A day's lanes (银台): the order in which they open, who is at which, how many are open when (M3, M4). Read by
//! everybody of the desk, on the screen and on paper; planned by its lead.

use super::parts::{Chrome, DeskChoice};
use super::visit::{Posted, Query, Visit, encoded};
use super::words::Words;
use crate::app::{App, AppError, OpenLanes, PlanLanes};
use crate::http::extract::Asked;
use crate::http::problem::Failed;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::event::{LaneOpening, LaneStint};
use domain::ids::{DeskId, LaneId, StaffId};
use domain::who::Role;
use domain::work_date::{DayMinute, Month, WorkDate};
use projections::{LanePlan, RosterAt, View};

/// Rows of the forms: as many people and stretches as a desk of lanes has in a day.
const ROWS_MAX: usize = 200;
/// Empty rows offered after those that are filled.
const ROWS_FREE: usize = 4;

/// A day's lanes.
#[derive(Template)]
#[template(path = "lanes.html")]
pub struct LanesPage {
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
    /// The plan; none: the desk has no lanes.
    pub plan: Option<LanePlan>,
    /// When it was made and by whom, in words.
    pub planned: Option<String>,
    /// Whether the reader may plan it.
    pub may_plan: bool,
    /// People rostered that day, with their times.
    pub people: Vec<LanePerson>,
    /// Rows of the plan's form.
    pub stints: Vec<StintRow>,
    /// Rows of the openings' form.
    pub openings: Vec<OpeningRow>,
}

/// Somebody at work that day.
pub struct LanePerson {
    /// 工号
    pub staff: StaffId,
    /// 姓名 with the times.
    pub label: String,
}

/// A row of the plan's form.
#[derive(Default)]
pub struct StintRow {
    /// The lane chosen.
    pub lane: String,
    /// The person chosen.
    pub staff: String,
    /// From.
    pub start: String,
    /// Until.
    pub end: String,
}

/// A row of the openings' form.
#[derive(Default)]
pub struct OpeningRow {
    /// From.
    pub start: String,
    /// Until.
    pub end: String,
    /// How many.
    pub open: String,
}

impl LanesPage {
    /// The names of lanes, in order.
    fn names(&self, ids: &[LaneId]) -> String {
        let lines = self.plan.iter().flat_map(|plan| &plan.lanes);
        let known: Vec<(&LaneId, &str)> = lines
            .map(|line| (&line.lane.id, line.lane.name.as_str()))
            .collect();
        let names: Vec<&str> = ids
            .iter()
            .map(|id| {
                let found = known.iter().find(|(known, _)| *known == id);
                found.map_or(id.as_str(), |(_, name)| name)
            })
            .collect();
        names.join(self.w.t("list.separator"))
    }
}

/// `GET /lanes`: tomorrow's, unless another day is asked for.
pub async fn show(
    State(app): State<App>,
    visit: Visit,
    Asked(query): Asked<Query>,
) -> Result<Response, Failed> {
    let desk = visit.desk_seen(&app, query.desk.as_deref()).await?;
    app.may_see_desk(&visit.actor, &desk.row.desk)
        .await
        .map_err(|error| visit.failed(error))?;
    let today = desk.today(app.now());
    let date = query.date().unwrap_or_else(|| today.plus_days(1));
    let id = desk.row.desk.clone();
    let w = visit.w;
    let (plan, people) = app
        .read(move |view| Ok((view.lane_plan(&id, date)?, at_work(view, &id, date, w)?)))
        .await
        .map_err(|error| visit.failed(error))?;
    let leads = visit
        .actor
        .acting_as(&[Role::Lead], &desk.row.desk)
        .is_some();
    let planned = plan.as_ref().and_then(|plan| {
        let (by, at) = (plan.planned_by_name.as_ref()?, plan.planned_at.as_ref()?);
        Some(w.f2("lanes.planned", by, w.at(&desk.row.zone, at)))
    });
    let page = LanesPage {
        w,
        chrome: visit.chrome(&app, "/lanes", Some(&desk.row.desk)).await?,
        desk_name: desk.row.name,
        desks: desk.choices,
        month_kept: None,
        date,
        planned,
        may_plan: leads && today <= date && plan.is_some() && !people.is_empty(),
        people,
        stints: plan
            .as_ref()
            .map(|plan| stint_rows(plan, w))
            .unwrap_or_default(),
        openings: plan
            .as_ref()
            .map(|plan| opening_rows(plan, w))
            .unwrap_or_default(),
        plan,
        desk: desk.row.desk,
    };
    visit.page(&page)
}

/// People with a shift in force that day.
fn at_work(
    view: &View<'_>,
    desk: &DeskId,
    date: WorkDate,
    w: Words,
) -> projections::Result<Vec<LanePerson>> {
    let table = view.duty_table(desk, date, date, RosterAt::Latest)?;
    let lines = table.into_iter().flat_map(|table| table.lines);
    Ok(lines
        .filter_map(|line| {
            let cell = line.cells.into_iter().next().flatten()?;
            let shift = cell.shift.filter(|_| cell.leave.is_none())?;
            Some(LanePerson {
                label: format!("{} {}", line.staff.name, w.segments(&shift.segments)),
                staff: line.staff.staff,
            })
        })
        .collect())
}

fn stint_rows(plan: &LanePlan, w: Words) -> Vec<StintRow> {
    let lines = plan.lanes.iter();
    let mut rows: Vec<StintRow> = lines
        .flat_map(|line| {
            line.stints.iter().map(|stint| StintRow {
                lane: line.lane.id.to_string(),
                staff: stint.staff.to_string(),
                start: w.clock(&stint.start),
                end: w.clock(&stint.end),
            })
        })
        .collect();
    let wanted = rows.len().max(plan.lanes.len()) + ROWS_FREE;
    rows.resize_with(wanted.min(ROWS_MAX), StintRow::default);
    rows
}

fn opening_rows(plan: &LanePlan, w: Words) -> Vec<OpeningRow> {
    let openings = plan.openings.iter();
    let mut rows: Vec<OpeningRow> = openings
        .map(|opening| OpeningRow {
            start: w.clock(&opening.start),
            end: w.clock(&opening.end),
            open: opening.open.to_string(),
        })
        .collect();
    let wanted = rows.len() + ROWS_FREE;
    rows.resize_with(wanted.min(ROWS_MAX), OpeningRow::default);
    rows
}

fn address(posted: &Posted) -> String {
    format!(
        "/lanes?desk={}&date={}",
        encoded(&posted.text("desk")),
        encoded(&posted.text("day"))
    )
}

/// A row's times; what ends before it starts ends on the next day.
fn times(posted: &Posted, n: usize) -> Result<(DayMinute, DayMinute), AppError> {
    let start = posted.time(&format!("from-{n}"))?;
    let end = posted.time(&format!("until-{n}"))?;
    let end = if end <= start {
        DayMinute(end.0.saturating_add(1440))
    } else {
        end
    };
    Ok((start, end))
}

/// `POST /lanes/plan`: rows with a lane and a person; an empty row says nothing.
pub async fn plan(State(app): State<App>, posted: Posted) -> Result<Response, Failed> {
    let read = || -> Result<(WorkDate, PlanLanes), AppError> {
        let date = posted.date("day")?;
        let mut places: Vec<(u16, LaneId)> = Vec::new();
        for n in 0..ROWS_MAX {
            let Some(lane) = posted.chosen(&format!("order-lane-{n}")) else {
                continue;
            };
            if posted.chosen(&format!("order-place-{n}")).is_some() {
                let place = posted.parsed(&format!("order-place-{n}"), "fault.number")?;
                places.push((place, LaneId::new(lane)));
            }
        }
        places.sort_by_key(|(place, _)| *place);
        let mut stints = Vec::new();
        for n in 0..ROWS_MAX {
            let Some(staff) = posted.chosen(&format!("staff-{n}")) else {
                continue;
            };
            let (start, end) = times(&posted, n)?;
            stints.push(LaneStint {
                lane: LaneId::new(posted.text(&format!("lane-{n}"))),
                staff: StaffId::new(staff),
                start,
                end,
            });
        }
        let order = places.into_iter().map(|(_, lane)| lane).collect();
        Ok((date, PlanLanes { order, stints }))
    };
    let desk = posted.desk();
    let result = match read() {
        Ok((date, input)) => app.plan_lanes(&posted.caller(), &desk, date, input).await,
        Err(error) => Err(error),
    };
    posted
        .outcome(&app, result, &address(&posted), "lanes.planned.done")
        .await
}

/// `POST /lanes/openings`.
pub async fn open(State(app): State<App>, posted: Posted) -> Result<Response, Failed> {
    let read = || -> Result<(WorkDate, OpenLanes), AppError> {
        let date = posted.date("day")?;
        let mut openings = Vec::new();
        for n in 0..ROWS_MAX {
            if posted.chosen(&format!("open-{n}")).is_none() {
                continue;
            }
            let (start, end) = times(&posted, n)?;
            openings.push(LaneOpening {
                start,
                end,
                open: posted.parsed(&format!("open-{n}"), "fault.number")?,
            });
        }
        openings.sort_by_key(|opening: &LaneOpening| opening.start);
        let reason = posted.reason()?.reason;
        Ok((date, OpenLanes { openings, reason }))
    };
    let desk = posted.desk();
    let result = match read() {
        Ok((date, input)) => app.open_lanes(&posted.caller(), &desk, date, input).await,
        Err(error) => Err(error),
    };
    posted
        .outcome(&app, result, &address(&posted), "lanes.opened.done")
        .await
}
