//! Holding the post until somebody takes it over: who relieves whom (P5), which other posts may sign (P6), what is still
//! open (S4, P7), and what of it stands in a day's facts and record. Work outside (D9) holds the post elsewhere.

mod leave_post;
mod reckoned;

pub use leave_post::{Leaving, leave_post};
pub(crate) use reckoned::{PostDay, reckon_post};

use crate::ids::{EventId, ItemId, OutingId, ShiftCode, StaffId};
use crate::policy::HandoverPolicy;
use crate::quantities::Minutes;
use crate::shift::Shift;
use crate::work_date::{WorkDate, Zone};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Somebody's rostered shift, as instants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Duty {
    /// Whose.
    pub staff: StaffId,
    /// The day it begins on.
    pub date: WorkDate,
    /// Which.
    pub code: ShiftCode,
    /// Post time, in order; from and until.
    pub segments: Vec<(DateTime<Utc>, DateTime<Utc>)>,
    /// Approved leave, from and until.
    pub leave: Vec<(DateTime<Utc>, DateTime<Utc>)>,
}

impl Duty {
    /// A shift of a roster without leave; none without segments.
    pub fn of(staff: &StaffId, date: WorkDate, shift: &Shift, zone: Zone) -> Option<Self> {
        let segments: Vec<_> = shift
            .segments
            .iter()
            .map(|segment| {
                let from = zone.instant(date, segment.start);
                (from, zone.instant(date, segment.end).max(from))
            })
            .collect();
        (!segments.is_empty()).then(|| Self {
            staff: staff.clone(),
            date,
            code: shift.code.clone(),
            segments,
            leave: Vec::new(),
        })
    }
    /// When the first segment begins.
    pub fn from(&self) -> DateTime<Utc> {
        self.segments
            .first()
            .map_or(DateTime::<Utc>::MIN_UTC, |&(from, _)| from)
    }
    /// When the last segment ends.
    pub fn until(&self) -> DateTime<Utc> {
        self.segments
            .last()
            .map_or(DateTime::<Utc>::MIN_UTC, |&(_, until)| until)
    }
    /// When the last segment begins: whoever punches out from here on leaves for good.
    pub fn last_from(&self) -> DateTime<Utc> {
        self.segments
            .last()
            .map_or(DateTime::<Utc>::MAX_UTC, |&(from, _)| from)
    }
    /// Whether approved leave covers the instant.
    pub fn is_on_leave_at(&self, instant: DateTime<Utc>) -> bool {
        self.leave
            .iter()
            .any(|&(from, until)| from <= instant && instant < until)
    }
    /// Whether approved leave covers the end of the shift.
    fn ends_in_leave(&self) -> bool {
        let end = self.until();
        self.leave
            .iter()
            .any(|&(from, until)| from < end && end <= until)
    }
    /// Whether the post is held by this duty at and after the instant.
    fn takes_over_at(&self, instant: DateTime<Utc>) -> bool {
        self.segments
            .iter()
            .any(|&(from, until)| from <= instant && instant < until)
    }
}

/// What a shift's end asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandoverWanted {
    /// Who may take the post over; the first is expected to.
    pub reliefs: Vec<Duty>,
    /// Other posts that may (P6).
    pub posts: Vec<String>,
}

/// Who relieves an ending shift (接班人员): colleagues whose later shift is on post when it ends and goes on after it, and
/// who are not on leave then; first the one whose shift begins nearest to the end. Empty when the desk closes.
pub fn reliefs<'a>(outgoing: &Duty, desk: &'a [Duty]) -> Vec<&'a Duty> {
    let end = outgoing.until();
    let mut found: Vec<&Duty> = desk
        .iter()
        .filter(|duty| {
            duty.staff != outgoing.staff
                && duty.from() > outgoing.from()
                && duty.until() > end
                && duty.takes_over_at(end)
                && !duty.is_on_leave_at(end)
        })
        .collect();
    found.sort_by(|a, b| b.from().cmp(&a.from()).then(a.staff.cmp(&b.staff)));
    found
}

/// What is asked for at the end of a shift; none where the policy asks for nothing, the shift ends in leave, or nobody
/// is there to take over.
pub fn handover_wanted(
    outgoing: &Duty,
    desk: &[Duty],
    policy: &HandoverPolicy,
) -> Option<HandoverWanted> {
    if !policy.shifts.contains(&outgoing.code) || outgoing.ends_in_leave() {
        return None;
    }
    let wanted = HandoverWanted {
        reliefs: reliefs(outgoing, desk).into_iter().cloned().collect(),
        posts: policy
            .posts
            .iter()
            .filter(|post| post.shifts.contains(&outgoing.code))
            .map(|post| post.name.clone())
            .collect(),
    };
    (!wanted.reliefs.is_empty() || !wanted.posts.is_empty()).then_some(wanted)
}

/// How the post was given up at the end of a shift that asked for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandoverFact {
    /// Who was expected; none: only another post.
    pub relief: Option<StaffId>,
    /// When the relief was due on the post, the arrival lead included.
    pub relief_due_at: Option<DateTime<Utc>>,
    /// When the relief punched in.
    pub relief_arrived_at: Option<DateTime<Utc>>,
    /// When the handover was signed or waived; none: not yet.
    pub released_at: Option<DateTime<Utc>>,
    /// The events behind it.
    pub events: Vec<EventId>,
}

/// Somebody waited for this person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptWaiting {
    /// Who.
    pub staff: StaffId,
    /// The day of their shift.
    pub date: WorkDate,
    /// How long.
    pub minutes: Minutes,
    /// The events behind it.
    pub events: Vec<EventId>,
}

/// Work outside on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutingFact {
    /// Its id.
    pub outing: OutingId,
    /// Where to.
    pub place: String,
    /// Registered and gone at.
    pub from: DateTime<Utc>,
    /// When the person meant to be back.
    pub expected_return_at: DateTime<Utc>,
    /// Back at; none: not told.
    pub returned_at: Option<DateTime<Utc>>,
    /// Whether a check found otherwise.
    pub refuted: bool,
    /// Its events, the registration first.
    pub events: Vec<EventId>,
}

impl OutingFact {
    /// Until when it counts: the return, else the return expected.
    pub fn until(&self) -> DateTime<Utc> {
        self.returned_at.unwrap_or(self.expected_return_at)
    }
    /// Whether the person was there at the instant, as far as anybody knows.
    pub fn covers(&self, instant: DateTime<Utc>) -> bool {
        !self.refuted && self.from <= instant && instant <= self.until()
    }
}

/// An item that the person closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemClosedFact {
    /// Which.
    pub item: ItemId,
    /// What was to be done.
    pub text: String,
    /// When it was done.
    pub at: DateTime<Utc>,
    /// The closing.
    pub event: EventId,
}

/// A moment at which somebody looked and did not find the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotFoundFact {
    /// The spot check.
    pub event: EventId,
    /// When.
    pub at: DateTime<Utc>,
}

/// What is known of a day beyond punches and leave.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PostFacts {
    /// How the post was given up, where that was asked for.
    pub handover: Option<HandoverFact>,
    /// Who waited for this person.
    pub kept_waiting: Vec<KeptWaiting>,
    /// Work outside.
    pub outings: Vec<OutingFact>,
    /// Items that the person closed.
    pub items_closed: Vec<ItemClosedFact>,
    /// Spot checks that did not find the person.
    pub not_found: Vec<NotFoundFact>,
}

/// Staying on to finish what was open (S4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StayedOn {
    /// From the planned end until the last item was closed.
    pub minutes: Minutes,
    /// What was finished.
    pub reason: String,
    /// The closings.
    pub events: Vec<EventId>,
}

/// Work outside as it counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutingRecord {
    /// Its id.
    pub outing: OutingId,
    /// Where to.
    pub place: String,
    /// From.
    pub from: DateTime<Utc>,
    /// Back; none: not told.
    pub returned_at: Option<DateTime<Utc>>,
    /// When the person meant to be back.
    pub expected_return_at: DateTime<Utc>,
    /// Minutes of it inside the planned time; none of an outing that a check refuted.
    pub minutes: Minutes,
    /// Whether a check found otherwise.
    pub refuted: bool,
}

/// What became of the post on a day.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PostRecord {
    /// Waited beyond the planned end for a late relief; overtime with no further approval (P5).
    pub handover_wait_minutes: Minutes,
    /// On whose account.
    pub handover_wait_for: Option<StaffId>,
    /// The events behind the handover.
    pub handover_events: Vec<EventId>,
    /// Went before the post was taken over (P5): the out-punch.
    pub left_unrelieved: Vec<EventId>,
    /// Who waited for this person, and how long.
    pub kept_waiting: Vec<KeptWaiting>,
    /// Stayed on to finish what was open (S4).
    pub stayed_on: Option<StayedOn>,
    /// Work outside (D9).
    pub outings: Vec<OutingRecord>,
    /// Off the post, and no registered work outside tells why (D9): each spot check or refuted outing.
    pub off_post: Vec<EventId>,
}
