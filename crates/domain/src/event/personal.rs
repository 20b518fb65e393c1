//! Which texts of events are personal, and whose they are. The domain keeps them plain; whoever stores an event seals
//! them, so that a person can be forgotten (`forget`). Every text of every event stands in one of the lists below, and
//! `tests/personal.rs` fails on one that does not.
//!
//! A path names a field of the event's JSON, `*` any index: `changes.*.staff`.

use crate::event::Stream;
use crate::ids::StaffId;

/// Whose a personal text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// The person's the stream is about.
    Stream,
    /// Everybody's these fields of the event name.
    Named(&'static [&'static str]),
    /// That of whoever the field names; nobody: the matter's own, until somebody is found to be concerned.
    NamedOr {
        /// Who, if it is known.
        staff: &'static str,
        /// The matter's id.
        matter: &'static str,
    },
    /// Everybody's whom the event that opened the matter names; it stands in the same stream.
    Opened {
        /// The field of both events that holds the matter's id.
        matter: &'static str,
        /// The event that opened it.
        by: &'static str,
        /// Its fields that name people.
        named: &'static [&'static str],
    },
}

/// A personal text of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PersonalField {
    /// The event's stored name.
    pub event: &'static str,
    /// The field.
    pub path: &'static str,
    /// Whose it is.
    pub whose: Whose,
}

macro_rules! personal {
    ($($event:literal { $($path:literal: $whose:expr),* $(,)? })*) => {
        &[$($(PersonalField { event: $event, path: $path, whose: $whose },)*)*]
    };
}

const STAFF: Whose = Whose::Named(&["staff"]);
const BREACH: Whose = Whose::Opened {
    matter: "breach",
    by: "evidence.breach_recorded",
    named: &["staff"],
};
const HANDOVER: Whose = Whose::Opened {
    matter: "handover",
    by: "evidence.handover_offered",
    named: &["staff"],
};
const ITEM: Whose = Whose::Opened {
    matter: "item",
    by: "evidence.item_raised",
    named: &["staff"],
};
const OUTING: Whose = Whose::Opened {
    matter: "outing",
    by: "evidence.outing_registered",
    named: &["staff"],
};
const SWAP: Whose = Whose::Opened {
    matter: "swap",
    by: "roster.swap_requested",
    named: &["from", "with"],
};

/// Every personal text.
pub const PERSONAL: &[PersonalField] = personal! {
    "staff.hired" { "name": Whose::Stream }
    "staff.loan_requested" { "reason": Whose::Stream }
    "staff.loan_declined" { "reason": Whose::Stream }
    "attendance.correction_requested" { "reason": Whose::Stream }
    "attendance.correction_refused" { "reason": Whose::Stream }
    "attendance.overtime_approved" { "reason": Whose::Stream }
    "attendance.overtime_requested" { "reason": Whose::Stream }
    "attendance.overtime_refused" { "reason": Whose::Stream }
    "leave.requested" { "reason": Whose::Stream, "emergency": Whose::Stream, "evidence": Whose::Stream }
    "leave.refused" { "reason": Whose::Stream }
    "leave.balance_moved" { "reason": Whose::Stream }
    "leave.evidence_noted" { "document": Whose::Stream }
    "sanction.reward_proposed" { "reason": Whose::Stream }
    "sanction.verified" { "note": Whose::Stream }
    "sanction.balanced" { "note": Whose::Stream }
    "sanction.approved" { "note": Whose::Stream }
    "sanction.waived" { "reason": Whose::Stream }
    "sanction.appealed" { "reason": Whose::Stream }
    "sanction.appeal_decided" { "reason": Whose::Stream }
    "sanction.notice_acknowledged" { "note": Whose::Stream }
    "period.adjusted" { "reason": STAFF }
    "period.sheet_disputed" { "words": STAFF }
    "roster.amended" { "reason": Whose::Named(&["changes.*.staff"]) }
    "roster.swap_requested" { "reason": Whose::Named(&["from", "with"]) }
    "roster.swap_refused" { "reason": SWAP }
    "evidence.presence_excused" { "reason": STAFF }
    "evidence.complaint_filed" { "text": Whose::NamedOr { staff: "staff", matter: "complaint" } }
    "evidence.complaint_verified" { "note": STAFF }
    "evidence.spot_checked" { "note": STAFF }
    "evidence.breach_recorded" { "subject": STAFF }
    "evidence.breach_retracted" { "reason": BREACH }
    "evidence.handover_offered" { "notes": STAFF }
    "evidence.handover_signed" { "signer.name": HANDOVER }
    "evidence.handover_waived" { "reason": STAFF }
    "evidence.item_raised" { "text": STAFF }
    "evidence.item_closed" { "note": ITEM }
    "evidence.outing_registered" { "place": STAFF, "purpose": STAFF }
    "evidence.outing_checked" { "note": OUTING }
    "meeting.statement_filed" { "text": STAFF }
};

/// Words a program made, with people's names in them. They carry the names as they were stored, sealed.
pub const NAMING: &[(&str, &str)] = &[
    ("roster.generated", "report.shortfalls.*.cause_zh"),
    ("roster.generated", "report.shortfalls.*.cause_en"),
    ("roster.generated", "report.shortfalls.*.repairs_zh.*"),
    ("roster.generated", "report.shortfalls.*.repairs_en.*"),
    ("roster.generated", "report.relaxed.*.words_zh"),
    ("roster.generated", "report.relaxed.*.words_en"),
    ("roster.replan_proposed", "report.shortfalls.*.cause_zh"),
    ("roster.replan_proposed", "report.shortfalls.*.cause_en"),
    ("roster.replan_proposed", "report.shortfalls.*.repairs_zh.*"),
    ("roster.replan_proposed", "report.shortfalls.*.repairs_en.*"),
    ("roster.replan_proposed", "report.relaxed.*.words_zh"),
    ("roster.replan_proposed", "report.relaxed.*.words_en"),
    ("roster.published", "shortfalls.*.cause_zh"),
    ("roster.published", "shortfalls.*.cause_en"),
    ("roster.published", "shortfalls.*.repairs_zh.*"),
    ("roster.published", "shortfalls.*.repairs_en.*"),
    ("roster.solve_failed", "reason"),
];

/// Texts that are about a desk or the house, not about a person, and stay for good.
pub const IMPERSONAL: &[(&str, &str)] = &[
    ("org.calendar_adopted", "source"),
    ("org.calendar_adopted", "days.*.name"),
    ("desk.opened", "name"),
    ("desk.skills_defined", "skills.*.name"),
    ("desk.shift_templates_adopted", "templates.*.name"),
    ("desk.demand_set", "source"),
    ("desk.policy_adopted", "document"),
    ("desk.lanes_defined", "lanes.*.name"),
    ("staff.hired", "position"),
    ("roster.generated", "report.shortfalls.*.what"),
    ("roster.replan_proposed", "report.shortfalls.*.what"),
    ("roster.published", "shortfalls.*.what"),
    ("roster.lanes_opened", "reason"),
    ("evidence.alert_raised", "text"),
    ("evidence.alert_raised", "remedy"),
    ("evidence.alert_closed", "note"),
    ("evidence.handover_offered", "to_post"),
    ("evidence.handover_signed", "signer.post"),
    ("meeting.scheduled", "title"),
    ("meeting.cancelled", "reason"),
    ("meeting.minutes_published", "text"),
    ("period.reopening_requested", "reason"),
    ("period.reopened", "note"),
    ("period.reopening_refused", "note"),
];

/// The personal texts of a kind of event.
pub fn personal_fields(event: &str) -> impl Iterator<Item = &'static PersonalField> {
    PERSONAL.iter().filter(move |field| field.event == event)
}

/// Whether words of this kind of event may name people.
pub fn names_people(event: &str) -> bool {
    NAMING.iter().any(|(naming, _)| *naming == event)
}

/// The name under which a matter without a person is sealed.
pub fn matter_owner(matter: &str, id: &str) -> String {
    format!("{matter}/{id}")
}

impl Stream {
    /// Whom the stream is about, if it is about one person.
    pub fn person(&self) -> Option<&StaffId> {
        match self {
            Self::Staff(staff)
            | Self::Attendance(staff, _)
            | Self::Leave(staff, _)
            | Self::Sanctions(staff, _) => Some(staff),
            Self::Org
            | Self::Desk(_)
            | Self::Roster(..)
            | Self::Evidence(..)
            | Self::Period(..)
            | Self::Meetings(..) => None,
        }
    }
}
