//! One person's day: its figures, what they rest on, and every event behind them.

use super::my_month::Figure;
use super::parts::{Chrome, Moment, Note};
use super::visit::Visit;
use super::words::Words;
use crate::app::{App, AppError};
use crate::http::extract::At;
use crate::http::problem::Failed;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use domain::day::{DayRecord, DayStatus, EdgeState, MealRecord};
use domain::event::{Edge, Side};
use domain::ids::{DeskId, EventId, RuleId, StaffId};
use domain::quantities::{Fen, Minutes};
use domain::refusal::Lang;
use domain::work_date::{WorkDate, Zone};
use projections::{PenaltyRow, View};

/// A day and its evidence.
#[derive(Template)]
#[template(path = "day.html")]
pub struct DayPage {
    /// Words of the reader.
    pub w: Words,
    /// The frame.
    pub chrome: Chrome,
    /// Whose.
    pub staff: StaffId,
    /// 姓名
    pub person_name: String,
    /// Which day.
    pub date: WorkDate,
    /// The site's zone.
    pub zone: Zone,
    /// What became of it.
    pub record: Option<DayRecord>,
    /// Handover, open items and work outside, in words.
    pub post: Vec<Note>,
    /// Penalties that rest on it.
    pub penalties: Vec<DayPenalty>,
    /// Every event, in order of time.
    pub timeline: Vec<Moment>,
}

/// A penalty that rests on the day.
pub struct DayPenalty {
    /// Its rule.
    pub rule: RuleId,
    /// In words.
    pub text: String,
    /// How much.
    pub amount: Fen,
}

impl DayPage {
    fn status_class(&self) -> &'static str {
        match self.record.as_ref().map(|record| record.status) {
            Some(DayStatus::Absent) => "bad",
            Some(DayStatus::AbsencePending) => "warn",
            Some(DayStatus::Worked) => "good",
            _ => "",
        }
    }

    /// The figures that are not nothing, and always the planned and worked time.
    fn figures(&self) -> Vec<Figure> {
        let Some(record) = &self.record else {
            return Vec::new();
        };
        let overtime =
            record.overtime.workday + record.overtime.rest_day + record.overtime.statutory;
        let meal_over = record.meals.iter().map(|meal| meal.over_minutes).sum();
        let leave = record.leave_minutes.values().copied().sum();
        [
            ("col.planned", "planned", record.planned_minutes, true),
            ("col.worked", "worked", record.worked_minutes, true),
            ("col.late", "late", record.late_minutes, false),
            ("col.early", "early", record.early_minutes, false),
            ("col.absent", "absent", record.absent_minutes, false),
            ("col.meal_over", "meal", meal_over, false),
            ("col.leave", "leave", leave, false),
            ("col.overtime", "overtime", overtime, false),
            ("col.lead_missed", "lead", record.lead_missed_minutes, false),
            (
                "col.handover_wait",
                "wait",
                record.post.handover_wait_minutes,
                false,
            ),
        ]
        .into_iter()
        .filter(|(_, _, minutes, always)| *always || !minutes.is_zero())
        .map(|(label, anchor, minutes, _)| Figure {
            label,
            anchor,
            minutes,
        })
        .collect()
    }

    fn clock(&self, at: &chrono::DateTime<chrono::Utc>) -> String {
        self.zone.day_minute(*at, self.date).to_string()
    }

    /// How a wanted punch stands: `08:58`, `缺卡`, `09:00(补卡)`.
    fn edge_text(&self, state: &EdgeState) -> String {
        let w = self.w;
        match state {
            EdgeState::NotWanted => match self.record.as_ref().map(|record| record.status) {
                Some(DayStatus::Open) | None => w.t("edge.state.not_wanted").to_owned(),
                Some(_) => w.t("edge.state.covered").to_owned(),
            },
            EdgeState::Punched { at, .. } => self.clock(at),
            EdgeState::Corrected { at, .. } => w.f("edge.state.corrected", self.clock(at)),
            EdgeState::Pending => w.t("edge.state.pending").to_owned(),
            EdgeState::Absent => w.t("day.absent").to_owned(),
            EdgeState::Missed { .. } => w.t("edge.state.missed").to_owned(),
        }
    }

    /// How a meal went: planned, taken, over.
    fn meal_text(&self, meal: &MealRecord) -> String {
        let w = self.w;
        let planned = meal
            .planned
            .map(|meal| w.f("meal.planned", w.window(&meal.start, &meal.minutes)));
        let taken = match (&meal.started_at, &meal.ended_at, meal.taken_minutes) {
            (Some(start), Some(end), Some(minutes)) => {
                let over = if meal.over_minutes.is_zero() {
                    String::new()
                } else {
                    w.f("meal.over", meal.over_minutes)
                };
                w.f3("meal.taken", self.clock(start), self.clock(end), minutes) + &over
            }
            (Some(start), _, _) => w.f("meal.running", self.clock(start)),
            _ => w.t("meal.not_taken").to_owned(),
        };
        planned.map_or(taken.clone(), |planned| format!("{planned} · {taken}"))
    }
}

/// What is remarkable about a day, worst first.
pub fn notes(record: &DayRecord, w: Words) -> Vec<Note> {
    let mut notes = Vec::new();
    let mut note = |class, text: String| notes.push(Note { text, class });
    match record.status {
        DayStatus::Absent => note("bad", w.t("note.absent").to_owned()),
        DayStatus::AbsencePending => note("warn", w.t("note.absence_pending").to_owned()),
        DayStatus::OnLeave
        | DayStatus::Unrostered
        | DayStatus::DayOff
        | DayStatus::Open
        | DayStatus::Worked => {}
    }
    if record.unarranged_swap.is_some() || !record.swap_evidence.is_empty() {
        note("bad", w.t("note.swap").to_owned());
    }
    let explained = matches!(record.status, DayStatus::Absent | DayStatus::AbsencePending);
    for (n, segment) in record.segments.iter().enumerate() {
        for (side, state) in [
            (Side::In, &segment.arrival),
            (Side::Out, &segment.departure),
        ] {
            let edge = Edge {
                segment: u8::try_from(n).unwrap_or(u8::MAX),
                side,
            };
            match state {
                EdgeState::Missed { .. } if !explained => {
                    note("bad", w.f("note.missed", w.edge(&edge)));
                }
                EdgeState::Pending if !explained => {
                    note("warn", w.f("note.missed_pending", w.edge(&edge)));
                }
                EdgeState::Missed { .. }
                | EdgeState::Pending
                | EdgeState::Absent
                | EdgeState::NotWanted
                | EdgeState::Punched { .. }
                | EdgeState::Corrected { .. } => {}
            }
        }
    }
    if !record.late_minutes.is_zero() {
        let key = if record.severe_late {
            "note.severe_late"
        } else {
            "note.late"
        };
        note("warn", w.f(key, record.late_minutes));
    }
    if !record.early_minutes.is_zero() {
        note("warn", w.f("note.early", record.early_minutes));
    }
    let meal_over: Minutes = record.meals.iter().map(|meal| meal.over_minutes).sum();
    if !meal_over.is_zero() {
        note("warn", w.f("note.meal_over", meal_over));
    }
    if !record.lead_missed_minutes.is_zero() {
        note("", w.f("note.lead_missed", record.lead_missed_minutes));
    }
    if !record.post.left_unrelieved.is_empty() {
        note("bad", w.t("note.left_unrelieved").to_owned());
    }
    for kept in &record.post.kept_waiting {
        note("warn", w.f("note.kept_waiting", kept.minutes));
    }
    if !record.post.off_post.is_empty() {
        note("bad", w.t("note.off_post").to_owned());
    }
    if !record.unmatched.is_empty() {
        note("", w.f("note.unmatched", record.unmatched.len()));
    }
    if !record.suspect.is_empty() {
        note("warn", w.f("note.suspect", record.suspect.len()));
    }
    notes
}

/// `GET /days/{staff}/{date}`.
pub async fn show(
    State(app): State<App>,
    visit: Visit,
    At((staff, date)): At<(String, WorkDate)>,
) -> Result<Response, Failed> {
    let staff = StaffId::new(staff);
    app.may_see_person(&visit.actor, &staff)
        .await
        .map_err(|error| visit.failed(error))?;
    let (w, whom) = (visit.w, staff.clone());
    let known = app
        .read(move |view| known(view, &whom, date, w))
        .await
        .map_err(|error| visit.failed(error))?;
    let Some((person_name, desk, zone, record, post, penalties, timeline)) = known else {
        return Err(visit.failed(AppError::NotFound("person")));
    };
    let here = if staff == visit.actor.staff {
        "/my/month"
    } else {
        "/exceptions"
    };
    let page = DayPage {
        w,
        chrome: visit
            .chrome_of(&app, here, Some(&desk), (date, date))
            .await?,
        staff,
        person_name,
        date,
        zone,
        record,
        post,
        penalties,
        timeline,
    };
    visit.page(&page)
}

type Known = (
    String,
    DeskId,
    Zone,
    Option<DayRecord>,
    Vec<Note>,
    Vec<DayPenalty>,
    Vec<Moment>,
);

fn known(
    view: &View<'_>,
    staff: &StaffId,
    date: WorkDate,
    w: Words,
) -> projections::Result<Option<Known>> {
    let Some(person) = view.staff_one(staff)? else {
        return Ok(None);
    };
    let Some(desk) = view.desk(&person.desk)? else {
        return Ok(None);
    };
    let record = view.day_record(staff, date)?;
    let name = |staff: &StaffId| view.name(staff).unwrap_or_else(|_| staff.to_string());
    let post = record
        .iter()
        .flat_map(|record| super::post::notes(&record.post, &name, w))
        .map(|(class, text)| Note { text, class })
        .collect();
    let mut events: Vec<EventId> = record
        .iter()
        .flat_map(|record| record.evidence.clone())
        .collect();
    let penalties: Vec<PenaltyRow> = view
        .penalties_of(staff, date.month())?
        .into_iter()
        .filter(|row| row.work_date == Some(date))
        .collect();
    events.extend(
        penalties
            .iter()
            .flat_map(|row| row.evidence.iter().copied()),
    );
    events.sort();
    events.dedup();
    let mut plans = Vec::new();
    for segment in record.iter().flat_map(|record| &record.segments) {
        for (key, at) in [
            ("timeline.plan_start", segment.planned.start),
            ("timeline.plan_end", segment.planned.end),
        ] {
            plans.push((desk.zone.instant(date, at), w.f(key, at)));
        }
    }
    let timeline = timeline(view, &events, plans, desk.zone, w)?;
    let penalties = penalties
        .into_iter()
        .filter_map(|row| {
            Some(DayPenalty {
                rule: row.rule?,
                text: match w.lang {
                    Lang::Zh => row.subject_zh,
                    Lang::En => row.subject_en,
                },
                amount: row.amount,
            })
        })
        .collect();
    Ok(Some((
        person.name,
        desk.desk,
        desk.zone,
        record,
        post,
        penalties,
        timeline,
    )))
}

/// Events as an evidence timeline, with plans between them, in order of when each happened.
pub fn timeline(
    view: &View<'_>,
    events: &[EventId],
    plans: Vec<(DateTime<Utc>, String)>,
    zone: Zone,
    w: Words,
) -> projections::Result<Vec<Moment>> {
    let told = view.evidence(events)?.into_iter().map(|row| {
        let text = match w.lang {
            Lang::Zh => row.words_zh,
            Lang::En => row.words_en,
        };
        // An event says itself when it happened; what only records something does it when it is recorded.
        let at = ["happened_at", "at"]
            .iter()
            .find_map(|field| row.data.get(field)?.as_str()?.parse().ok())
            .unwrap_or(row.recorded_at);
        (at, 1, text, Some(row.event), "")
    });
    let mut all: Vec<_> = plans
        .into_iter()
        .map(|(at, text)| (at, 0, text, None, "plan"))
        .chain(told)
        .collect();
    all.sort_by_key(|(at, order, ..)| (*at, *order));
    Ok(all
        .into_iter()
        .map(|(at, _, text, event, class)| Moment {
            at: w.at(&zone, &at),
            text,
            event,
            class,
        })
        .collect())
}
