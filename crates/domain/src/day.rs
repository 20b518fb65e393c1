//! A person's day: the facts known of it, and the record reckoned from them. Types only; `reckoning` computes.

use crate::event::{Compensation, DayKind, Edge, LeaveKind, LeaveSpan, PunchKind, Suspicion};
use crate::ids::{
    CorrectionId, DeskId, EventId, LeaveId, PolicyVersionId, ShiftCode, StaffId, SwapId,
};
use crate::post::{PostFacts, PostRecord};
use crate::quantities::Minutes;
use crate::shift::{PlannedMeal, Segment, Shift};
use crate::work_date::{Month, WorkDate, Zone};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A published roster at one of its revisions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RosterVersion {
    /// Whose.
    pub desk: DeskId,
    /// Which month.
    pub month: Month,
    /// 1 for the first publication.
    pub revision: u32,
}

/// What the roster in force says of a day. No assignment at all means no roster is in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    /// The roster it stands in.
    pub roster: RosterVersion,
    /// The event that brought this cell into force: the publication, or the amendment or swap that changed it last.
    pub event: EventId,
    /// What is worked; `None` is a day off.
    pub shift: Option<Shift>,
}

/// A punch as the log holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PunchFact {
    /// Its event.
    pub event: EventId,
    /// What.
    pub kind: PunchKind,
    /// When, by the clock of the source.
    pub at: DateTime<Utc>,
    /// When the server learned of it. Of the same punch sent twice the first received counts; a suspect punch belongs
    /// to the day it was received on, for its own clock cannot be right.
    pub received_at: DateTime<Utc>,
    /// The device it came from, `web` for the page.
    pub device: String,
    /// Flagged, if anything is odd.
    pub suspicion: Option<Suspicion>,
}

/// Where a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestStatus {
    /// Waits for a decision.
    Pending,
    /// Granted.
    Approved,
    /// Not granted.
    Refused,
    /// Taken back.
    Withdrawn,
}

/// A correction request of the day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CorrectionFact {
    /// Its id.
    pub correction: CorrectionId,
    /// Its events, request first.
    pub events: Vec<EventId>,
    /// Which punch.
    pub edge: Edge,
    /// When the person says it would have been.
    pub claimed_at: DateTime<Utc>,
    /// Where it stands.
    pub status: RequestStatus,
}

/// A leave request that touches the day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaveFact {
    /// Its id.
    pub leave: LeaveId,
    /// Its events, request first.
    pub events: Vec<EventId>,
    /// What kind.
    pub kind: LeaveKind,
    /// When.
    pub span: LeaveSpan,
    /// Filed at.
    pub filed_at: DateTime<Utc>,
    /// Filed by a lead in an emergency.
    pub emergency: bool,
    /// Where it stands.
    pub status: RequestStatus,
}

/// A swap that would have given the day's shift away but was not approved (T9).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnarrangedSwapFact {
    /// Its id.
    pub swap: SwapId,
    /// Its events.
    pub events: Vec<EventId>,
    /// The colleague who was asked.
    pub with: StaffId,
}

/// Something other than an in or out that shows somebody was there: IM online, spot check, handover.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PresenceShown {
    /// Its event.
    pub event: EventId,
    /// When.
    pub at: DateTime<Utc>,
}

/// Approved overtime of the day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OvertimeFact {
    /// Its event.
    pub event: EventId,
    /// At the most.
    pub minutes_max: Minutes,
    /// What it earns.
    pub compensation: Compensation,
}

/// A meeting of the day that the person attended (S2, M11, D4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttendedMeeting {
    /// The attendance.
    pub event: EventId,
    /// From.
    pub from: DateTime<Utc>,
    /// Until.
    pub until: DateTime<Utc>,
}

/// Time for which somebody is lent to another desk (D2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LentTime {
    /// To which desk.
    pub to: DeskId,
    /// From.
    pub from: DateTime<Utc>,
    /// Until.
    pub until: DateTime<Utc>,
}

/// All that is known of one person's work date.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayFacts {
    /// Who.
    pub staff: StaffId,
    /// At which desk.
    pub desk: DeskId,
    /// Which day.
    pub date: WorkDate,
    /// The zone of the site worked at.
    pub zone: Zone,
    /// The roster in force; none: not rostered yet, or not employed that day.
    pub assignment: Option<Assignment>,
    /// The end of the last segment of the person's shift before this date, if within two days.
    pub previous_shift_end: Option<DateTime<Utc>>,
    /// The start of the first segment of the person's shift after this date, if within two days.
    pub next_shift_start: Option<DateTime<Utc>>,
    /// Punches from a day before to two days after (by `at`; a suspect one by `received_at`), in any order; reckoning
    /// takes those that belong to this date.
    pub punches: Vec<PunchFact>,
    /// Correction requests for this date.
    pub corrections: Vec<CorrectionFact>,
    /// Leave requests touching this date.
    pub leaves: Vec<LeaveFact>,
    /// Swaps giving this date away without approval.
    pub unarranged_swaps: Vec<UnarrangedSwapFact>,
    /// In-punches around this shift's start by colleagues who were not rostered to it: evidence, even with no swap
    /// asked for, that it was given away without approval (T9).
    pub colleague_punches: Vec<EventId>,
    /// Evidence of presence inside the shift.
    pub presence: Vec<PresenceShown>,
    /// Approved overtime.
    pub overtime: Vec<OvertimeFact>,
    /// Meetings attended.
    #[serde(default)]
    pub meetings: Vec<AttendedMeeting>,
    /// What the calendar says, if not simply the weekday.
    pub day_kind: Option<DayKind>,
    /// The latest day closed at the desk: how far time has passed.
    pub closed_through: Option<WorkDate>,
    /// Handover, open items and work outside (P5, S4, D9).
    #[serde(default)]
    pub post: PostFacts,
    /// When another desk has the person (D2).
    #[serde(default)]
    pub lent: Vec<LentTime>,
}

/// How a punch that was wanted stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum EdgeState {
    /// Its time has not come, or leave covers it: nothing is wanted.
    NotWanted,
    /// Punched.
    Punched {
        /// When.
        at: DateTime<Utc>,
        /// Its event.
        event: EventId,
    },
    /// Made good by an approved correction. A decision by an approver stands over a punch that says otherwise; such a
    /// punch is listed as unmatched.
    Corrected {
        /// As claimed.
        at: DateTime<Utc>,
        /// Which.
        correction: CorrectionId,
        /// Its events.
        events: Vec<EventId>,
    },
    /// Not punched; the window to ask for a correction is open, or a request is undecided: no penalty yet.
    Pending,
    /// Not punched, and nothing makes it good any more (T8).
    Missed {
        /// Requests for it that were refused or taken back.
        events: Vec<EventId>,
    },
    /// Not punched, as part of an absence, which counts instead (T12).
    Absent,
}

impl EdgeState {
    /// When it was passed, if that is known.
    pub fn at(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::Punched { at, .. } | Self::Corrected { at, .. } => Some(*at),
            Self::NotWanted | Self::Pending | Self::Missed { .. } | Self::Absent => None,
        }
    }
    /// The events behind it.
    pub fn events(&self) -> &[EventId] {
        match self {
            Self::Punched { event, .. } => std::slice::from_ref(event),
            Self::Corrected { events, .. } | Self::Missed { events } => events,
            Self::NotWanted | Self::Pending | Self::Absent => &[],
        }
    }
}

/// One segment of the shift, planned and done. Its minutes are conserved:
/// `planned = present + late + early + leave + absent + unproven`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SegmentRecord {
    /// As rostered.
    pub planned: Segment,
    /// Its true length; differs from the clock's when the clocks change inside it.
    pub planned_minutes: Minutes,
    /// Its in.
    pub arrival: EdgeState,
    /// Its out.
    pub departure: EdgeState,
    /// Late by, beyond grace whole (T5, S5).
    pub late_minutes: Minutes,
    /// Gone early by.
    pub early_minutes: Minutes,
    /// On post inside the planned time, meals included.
    pub present_minutes: Minutes,
    /// 旷工: nothing shows presence, no leave covers it, and the window to explain is over.
    pub absent_minutes: Minutes,
    /// Neither shown nor refuted: the segment lasts or is to come, or one of its punches is missing.
    pub unproven_minutes: Minutes,
    /// Covered by approved leave.
    pub leave_minutes: Minutes,
    /// After the planned end or before the planned start, before any approval is applied.
    pub beyond_minutes: Minutes,
}

/// One meal, planned and taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MealRecord {
    /// As rostered, if it was.
    pub planned: Option<PlannedMeal>,
    /// Start punch.
    pub started_at: Option<DateTime<Utc>>,
    /// End punch.
    pub ended_at: Option<DateTime<Utc>>,
    /// Whole minutes taken; none while it lasts or when a punch is missing.
    pub taken_minutes: Option<Minutes>,
    /// Over the limit by (T13).
    pub over_minutes: Minutes,
    /// The punches.
    pub events: Vec<EventId>,
}

/// What kind of day it turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayStatus {
    /// No roster in force.
    Unrostered,
    /// A day off.
    DayOff,
    /// The shift has not begun, lasts, or its day is not closed.
    Open,
    /// Leave covers the whole shift.
    OnLeave,
    /// Worked, wholly or in part.
    Worked,
    /// Nothing shows presence, and the window to explain is open.
    AbsencePending,
    /// 旷工: nothing shows presence, no approved leave, the window is over.
    Absent,
}

/// Overtime by class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OvertimeMinutes {
    /// 工作日
    pub workday: Minutes,
    /// 休息日
    pub rest_day: Minutes,
    /// 法定节假日
    pub statutory: Minutes,
}

/// What became of one person's work date: the row every board, export and penalty is made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayRecord {
    /// Who.
    pub staff: StaffId,
    /// At which desk.
    pub desk: DeskId,
    /// Which day.
    pub date: WorkDate,
    /// What it turned out to be.
    pub status: DayStatus,
    /// The shift's code.
    pub shift: Option<ShiftCode>,
    /// Counts as a night shift.
    pub night: bool,
    /// Segment by segment.
    pub segments: Vec<SegmentRecord>,
    /// Meal by meal.
    pub meals: Vec<MealRecord>,
    /// Rostered post time.
    pub planned_minutes: Minutes,
    /// Worked inside the planned time; unpaid meals taken off.
    pub worked_minutes: Minutes,
    /// 旷工 time.
    pub absent_minutes: Minutes,
    /// Leave by kind.
    pub leave_minutes: BTreeMap<LeaveKind, Minutes>,
    /// Sum over segments.
    pub late_minutes: Minutes,
    /// Of those, late beyond the severe tier.
    pub severe_late: bool,
    /// Sum over segments.
    pub early_minutes: Minutes,
    /// Counted overtime.
    pub overtime: OvertimeMinutes,
    /// Before the plan, after it or on a day off, before any approval is applied.
    pub beyond_minutes: Minutes,
    /// Of the counted overtime, what earns time off instead of pay (T2).
    pub time_off_earned_minutes: Minutes,
    /// Attended meetings outside the shift; what of it counts stands in the worked time or the overtime.
    #[serde(default)]
    pub meeting_minutes: Minutes,
    /// Came later than the arrival lead asks, by minutes.
    pub lead_missed_minutes: Minutes,
    /// Somebody was asked to take the shift, without approval (T9).
    pub unarranged_swap: Option<SwapId>,
    /// What shows that the shift was given away without approval: the swap's events, the colleague's punches (T9).
    pub swap_evidence: Vec<EventId>,
    /// Leave requests that did not excuse an absence (T12).
    pub absence_evidence: Vec<EventId>,
    /// Correction requests of the day that count towards the month's limit: pending and approved (T7).
    pub correction_count: u16,
    /// Punches that belong to the day but fit nothing; never dropped.
    pub unmatched: Vec<EventId>,
    /// Suspect punches of the day (never fined automatically).
    pub suspect: Vec<EventId>,
    /// Every event the record rests on, sorted.
    pub evidence: Vec<EventId>,
    /// The roster it was reckoned against.
    pub roster: Option<RosterVersion>,
    /// The event that brought the cell into force.
    pub roster_event: Option<EventId>,
    /// The rules it was reckoned by.
    pub policy: PolicyVersionId,
    /// What became of the post: handover, open items, work outside.
    #[serde(default)]
    pub post: PostRecord,
    /// When another desk had the person (D2).
    #[serde(default)]
    pub lent: Vec<LentTime>,
}
