//! What was out of order on a day, against the roster (M6).

use super::View;
use crate::error::Result;
use domain::day::{DayRecord, DayStatus, EdgeState};
use domain::event::Category;
use domain::ids::{DeskId, EventId, ShiftCode, StaffId};
use domain::quantities::Minutes;
use domain::work_date::WorkDate;
use serde::{Deserialize, Serialize};

/// What was out of order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExceptionKind {
    /// 旷工
    Absent,
    /// Nothing shows presence; may still be explained.
    AbsencePending,
    /// The shift was given away without approval (T9).
    UnarrangedSwap,
    /// 上班缺卡
    MissedIn,
    /// 下班缺卡
    MissedOut,
    /// An in is missing; the window to correct it is open.
    InPending,
    /// An out is missing; the window to correct it is open.
    OutPending,
    /// 迟到
    Late,
    /// 早退
    Early,
    /// 用餐超时
    MealOver,
    /// Came later than the arrival lead asks.
    LeadMissed,
    /// Went before the post was taken over (P5).
    LeftUnrelieved,
    /// A colleague waited beyond their shift for this person (P5).
    KeptWaiting,
    /// Off the post without registered work outside (D9).
    OffPost,
    /// Punches that fit nothing.
    Unmatched,
    /// Punches whose clock cannot be right.
    Suspect,
}

/// One thing out of order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExceptionRow {
    /// Which day.
    pub date: WorkDate,
    /// Who.
    pub staff: StaffId,
    /// 姓名
    pub name: String,
    /// 岗位
    pub position: String,
    /// What kind of worker, that day.
    pub category: Category,
    /// The shift.
    pub shift: Option<ShiftCode>,
    /// What.
    pub kind: ExceptionKind,
    /// The segment it is about, from 0.
    pub segment: Option<u8>,
    /// How many minutes, where it is about time.
    pub minutes: Option<Minutes>,
    /// What shows it.
    pub events: Vec<EventId>,
}

impl View<'_> {
    /// A desk's exceptions from `first` to `last`, by day, person and kind.
    pub fn exceptions(
        &self,
        desk: &DeskId,
        first: WorkDate,
        last: WorkDate,
    ) -> Result<Vec<ExceptionRow>> {
        let mut rows = Vec::new();
        for record in self.day_records(desk, first, last)? {
            let person = self.facts.staff(&record.staff)?;
            let category = person
                .as_ref()
                .map(|person| person.category_on(record.date))
                .unwrap_or_default();
            let position = person.map(|person| person.position).unwrap_or_default();
            let name = self.name(&record.staff)?;
            for found in of_record(&record) {
                rows.push(ExceptionRow {
                    date: record.date,
                    staff: record.staff.clone(),
                    name: name.clone(),
                    position: position.clone(),
                    category,
                    shift: record.shift.clone(),
                    kind: found.kind,
                    segment: found.segment,
                    minutes: found.minutes,
                    events: found.events,
                });
            }
        }
        rows.sort_by(|a, b| {
            (a.date, &a.staff, a.kind, a.segment).cmp(&(b.date, &b.staff, b.kind, b.segment))
        });
        Ok(rows)
    }
}

struct Found {
    kind: ExceptionKind,
    segment: Option<u8>,
    minutes: Option<Minutes>,
    events: Vec<EventId>,
}

fn of_record(record: &DayRecord) -> Vec<Found> {
    let mut found = Vec::new();
    let mut add = |kind, segment, minutes: Option<Minutes>, events: Vec<EventId>| {
        if minutes.is_none_or(|minutes| !minutes.is_zero()) {
            found.push(Found {
                kind,
                segment,
                minutes,
                events,
            });
        }
    };
    let whole_day_absent = matches!(record.status, DayStatus::Absent | DayStatus::AbsencePending);
    match record.status {
        DayStatus::Absent => add(
            ExceptionKind::Absent,
            None,
            Some(record.absent_minutes),
            record.absence_evidence.clone(),
        ),
        DayStatus::AbsencePending => add(ExceptionKind::AbsencePending, None, None, Vec::new()),
        _ => {}
    }
    let gone = record.segments.iter().any(|s| !s.absent_minutes.is_zero());
    if gone && !record.swap_evidence.is_empty() {
        add(
            ExceptionKind::UnarrangedSwap,
            None,
            None,
            record.swap_evidence.clone(),
        );
    }
    for (index, segment) in record.segments.iter().enumerate() {
        let index = u8::try_from(index).ok();
        if !whole_day_absent {
            let edges = [
                (
                    &segment.arrival,
                    ExceptionKind::MissedIn,
                    ExceptionKind::InPending,
                ),
                (
                    &segment.departure,
                    ExceptionKind::MissedOut,
                    ExceptionKind::OutPending,
                ),
            ];
            for (edge, missed, pending) in edges {
                match edge {
                    EdgeState::Missed { events } => add(missed, index, None, events.clone()),
                    EdgeState::Pending => add(pending, index, None, Vec::new()),
                    _ => {}
                }
            }
            if record.status != DayStatus::Absent {
                add(
                    ExceptionKind::Absent,
                    index,
                    Some(segment.absent_minutes),
                    Vec::new(),
                );
            }
        }
        add(
            ExceptionKind::Late,
            index,
            Some(segment.late_minutes),
            segment.arrival.events().to_vec(),
        );
        add(
            ExceptionKind::Early,
            index,
            Some(segment.early_minutes),
            segment.departure.events().to_vec(),
        );
    }
    for meal in &record.meals {
        add(
            ExceptionKind::MealOver,
            None,
            Some(meal.over_minutes),
            meal.events.clone(),
        );
    }
    add(
        ExceptionKind::LeadMissed,
        None,
        Some(record.lead_missed_minutes),
        Vec::new(),
    );
    let post = &record.post;
    if !post.left_unrelieved.is_empty() {
        let events = post.left_unrelieved.clone();
        add(ExceptionKind::LeftUnrelieved, None, None, events);
    }
    for kept in &post.kept_waiting {
        add(
            ExceptionKind::KeptWaiting,
            None,
            Some(kept.minutes),
            kept.events.clone(),
        );
    }
    if !post.off_post.is_empty() {
        add(ExceptionKind::OffPost, None, None, post.off_post.clone());
    }
    if !record.unmatched.is_empty() {
        add(
            ExceptionKind::Unmatched,
            None,
            None,
            record.unmatched.clone(),
        );
    }
    if !record.suspect.is_empty() {
        add(ExceptionKind::Suspect, None, None, record.suspect.clone());
    }
    found
}
