//! One person's day: its figures, what they rest on, and every event behind them.

use super::my_month::Figure;
use super::parts::{Chrome, Moment, Note};
use super::words::Words;
use askama::Template;
use domain::day::{DayRecord, DayStatus, EdgeState, MealRecord};
use domain::event::{Edge, Side};
use domain::ids::{RuleId, StaffId};
use domain::quantities::{Fen, Minutes};
use domain::work_date::{WorkDate, Zone};

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
    if !record.unmatched.is_empty() {
        note("", w.f("note.unmatched", record.unmatched.len()));
    }
    if !record.suspect.is_empty() {
        note("warn", w.f("note.suspect", record.suspect.len()));
    }
    notes
}
