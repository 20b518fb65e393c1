//! Every fact the log can hold, by stream. A new fact is a new variant here, and the compiler lists every fold.
//!
//! Stored names and versions are a public contract (`migrations/README.md`): never edited, only upcast on read.

mod attendance;
mod desk;
mod evidence;
mod leave;
mod meeting;
mod org;
mod period;
pub mod personal;
mod post;
mod roster;
mod sanction;
mod solve;
mod staff;

pub use attendance::*;
pub use desk::*;
pub use evidence::*;
pub use leave::*;
pub use meeting::*;
pub use org::*;
pub use period::*;
pub use post::*;
pub use roster::*;
pub use sanction::*;
pub use solve::*;
pub use staff::*;

use crate::ids::{DeskId, StaffId};
use crate::work_date::{Month, WorkDate};
use std::fmt;
use std::str::FromStr;

/// Why stored bytes are not an event of ours.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// No event has this name.
    #[error("unknown event type {0:?}")]
    UnknownType(String),
    /// The name is known, this version of it is not (newer than this build, or not upcast).
    #[error("event {name} has version {found}, this build reads {known}")]
    UnknownVersion {
        /// The stored name.
        name: &'static str,
        /// The stored version.
        found: u16,
        /// The version of this build.
        known: u16,
    },
    /// The payload does not fit the type.
    #[error("event {name} cannot be read: {source}")]
    Payload {
        /// The stored name.
        name: &'static str,
        /// What was wrong.
        source: serde_json::Error,
    },
}

/// Declares a stream's events: for each its stored name, version and payload struct, and the codec between them.
macro_rules! events {
    ($(#[$doc:meta])* $enum:ident { $($name:literal, $version:literal => $variant:ident,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        #[allow(missing_docs)]
        pub enum $enum { $($variant($variant),)* }

        impl $enum {
            /// Stored names and versions of this stream's events.
            pub const TYPES: &'static [(&'static str, u16)] = &[$(($name, $version)),*];

            /// The stored name and version.
            pub fn event_type(&self) -> (&'static str, u16) {
                match self { $(Self::$variant(_) => ($name, $version),)* }
            }
            /// The stored bytes: JSON.
            pub fn encode(&self) -> Result<Vec<u8>, serde_json::Error> {
                match self { $(Self::$variant(payload) => serde_json::to_vec(payload),)* }
            }
            /// Reads stored bytes; `None` when the name is of another stream.
            pub fn decode(name: &str, version: u16, data: &[u8]) -> Option<Result<Self, $crate::event::DecodeError>> {
                match name {
                    $($name if version == $version => Some(
                        serde_json::from_slice(data)
                            .map(Self::$variant)
                            .map_err(|source| $crate::event::DecodeError::Payload { name: $name, source }),
                    ),
                    $name => Some(Err($crate::event::DecodeError::UnknownVersion {
                        name: $name, found: version, known: $version,
                    })),)*
                    _ => None,
                }
            }
        }

        $(impl From<$variant> for $enum {
            fn from(payload: $variant) -> Self { Self::$variant(payload) }
        })*
    };
}
pub(crate) use events;

macro_rules! all_events {
    ($($variant:ident($inner:ident),)*) => {
        /// An event of any stream.
        #[derive(Clone, Debug, PartialEq)]
        #[allow(missing_docs)]
        pub enum Event { $($variant($inner),)* }

        impl Event {
            /// Stored names and versions of every event.
            pub fn types() -> impl Iterator<Item = (&'static str, u16)> {
                [$($inner::TYPES),*].into_iter().flatten().copied()
            }
            /// The stored name and version.
            pub fn event_type(&self) -> (&'static str, u16) {
                match self { $(Self::$variant(event) => event.event_type(),)* }
            }
            /// The stored bytes: JSON.
            pub fn encode(&self) -> Result<Vec<u8>, serde_json::Error> {
                match self { $(Self::$variant(event) => event.encode(),)* }
            }
            /// Reads stored bytes.
            pub fn decode(name: &str, version: u16, data: &[u8]) -> Result<Self, DecodeError> {
                $(if let Some(event) = $inner::decode(name, version, data) {
                    return event.map(Self::$variant);
                })*
                Err(DecodeError::UnknownType(name.to_owned()))
            }
        }

        $(impl From<$inner> for Event {
            fn from(event: $inner) -> Self { Self::$variant(event) }
        })*
    };
}

all_events! {
    Org(OrgEvent),
    Desk(DeskEvent),
    Staff(StaffEvent),
    Attendance(AttendanceEvent),
    Roster(RosterEvent),
    Leave(LeaveEvent),
    Evidence(EvidenceEvent),
    Sanction(SanctionEvent),
    Period(PeriodEvent),
    Meeting(MeetingEvent),
}

/// A consistency boundary of the log; its text is the stream's name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stream {
    /// `org`
    Org,
    /// `desk-{desk}`
    Desk(DeskId),
    /// `staff-{staff}`
    Staff(StaffId),
    /// `attendance-{staff}-{yyyy-mm}`: by the punch's local calendar date; a correction's by its work date.
    Attendance(StaffId, Month),
    /// `roster-{desk}-{yyyy-mm}`
    Roster(DeskId, Month),
    /// `leave-{staff}-{yyyy}`: by the leave's first day.
    Leave(StaffId, i32),
    /// `evidence-{desk}-{yyyy-mm-dd}`
    Evidence(DeskId, WorkDate),
    /// `sanctions-{staff}-{yyyy-mm}`: by the incident's work date.
    Sanctions(StaffId, Month),
    /// `period-{desk}-{yyyy-mm}`
    Period(DeskId, Month),
    /// `meetings-{desk}-{yyyy-mm}`: by the meeting's date.
    Meetings(DeskId, Month),
}

/// Why a stream name is not one of ours.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not a stream of this service: {0:?}")]
pub struct NotAStream(pub String);

impl fmt::Display for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Org => f.write_str("org"),
            Self::Desk(desk) => write!(f, "desk-{desk}"),
            Self::Staff(staff) => write!(f, "staff-{staff}"),
            Self::Attendance(staff, month) => write!(f, "attendance-{staff}-{month}"),
            Self::Roster(desk, month) => write!(f, "roster-{desk}-{month}"),
            Self::Leave(staff, year) => write!(f, "leave-{staff}-{year:04}"),
            Self::Evidence(desk, date) => write!(f, "evidence-{desk}-{date}"),
            Self::Sanctions(staff, month) => write!(f, "sanctions-{staff}-{month}"),
            Self::Period(desk, month) => write!(f, "period-{desk}-{month}"),
            Self::Meetings(desk, month) => write!(f, "meetings-{desk}-{month}"),
        }
    }
}

impl FromStr for Stream {
    type Err = NotAStream;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        /// Splits `id-tail` where the tail has a fixed length; an id may contain dashes.
        fn split_tail(rest: &str, tail_len: usize) -> Option<(&str, &str)> {
            let cut = rest.len().checked_sub(tail_len + 1)?;
            let (id, tail) = (rest.get(..cut)?, rest.get(cut..)?);
            (!id.is_empty()).then_some((id, tail.strip_prefix('-')?))
        }
        let parse = || {
            if text == "org" {
                return Some(Self::Org);
            }
            let (kind, rest) = text.split_once('-')?;
            let monthly = || {
                let (id, month) = split_tail(rest, 7)?;
                Some((id, month.parse::<Month>().ok()?))
            };
            match kind {
                "desk" => Some(Self::Desk(rest.into())),
                "staff" => Some(Self::Staff(rest.into())),
                "attendance" => monthly().map(|(id, month)| Self::Attendance(id.into(), month)),
                "roster" => monthly().map(|(id, month)| Self::Roster(id.into(), month)),
                "sanctions" => monthly().map(|(id, month)| Self::Sanctions(id.into(), month)),
                "period" => monthly().map(|(id, month)| Self::Period(id.into(), month)),
                "meetings" => monthly().map(|(id, month)| Self::Meetings(id.into(), month)),
                "leave" => {
                    let (id, year) = split_tail(rest, 4)?;
                    Some(Self::Leave(id.into(), year.parse().ok()?))
                }
                "evidence" => {
                    let (id, date) = split_tail(rest, 10)?;
                    Some(Self::Evidence(id.into(), date.parse().ok()?))
                }
                _ => None,
            }
        };
        parse().ok_or_else(|| NotAStream(text.to_owned()))
    }
}
