//! Between the log's bytes and the domain's events.

use domain::event::{
    AttendanceEvent, DecodeError, DeskEvent, EvidenceEvent, LeaveEvent, MeetingEvent, OrgEvent,
    PeriodEvent, RosterEvent, SanctionEvent, StaffEvent,
};
use eventlog::{RecordedEvent, UpcastError};
use projections::upcasters;

/// A stream's events as the log keeps them.
pub trait Stored: Sized {
    /// The stored name and version.
    fn event_type(&self) -> (&'static str, u16);
    /// The stored bytes.
    fn encode(&self) -> Result<Vec<u8>, serde_json::Error>;
    /// Reads stored bytes; `None` when the name is of another stream.
    fn decode(name: &str, version: u16, data: &[u8]) -> Option<Result<Self, DecodeError>>;
}

macro_rules! stored {
    ($($event:ty),*) => {$(
        impl Stored for $event {
            fn event_type(&self) -> (&'static str, u16) {
                self.event_type()
            }
            fn encode(&self) -> Result<Vec<u8>, serde_json::Error> {
                self.encode()
            }
            fn decode(name: &str, version: u16, data: &[u8]) -> Option<Result<Self, DecodeError>> {
                Self::decode(name, version, data)
            }
        }
    )*};
}
stored!(
    OrgEvent,
    DeskEvent,
    StaffEvent,
    AttendanceEvent,
    RosterEvent,
    LeaveEvent,
    EvidenceEvent,
    SanctionEvent,
    PeriodEvent,
    MeetingEvent
);

/// Why a recorded event could not be read.
#[derive(Debug, thiserror::Error)]
pub enum UnreadableEvent {
    /// It holds sealed texts, and is no JSON.
    #[error("event {id}: its sealed texts cannot be found")]
    Sealed {
        /// Which.
        id: uuid::Uuid,
        /// Why.
        source: sealing::LocateError,
    },
    /// An old version could not be brought to the newest.
    #[error("event {id} cannot be upcast")]
    Upcast {
        /// Which.
        id: uuid::Uuid,
        /// Why.
        source: UpcastError,
    },
    /// The bytes are not the event their name says.
    #[error("event {id} cannot be read")]
    Decode {
        /// Which.
        id: uuid::Uuid,
        /// Why.
        source: DecodeError,
    },
}

/// Reads a recorded event, upcasting it first. Its sealed texts stay sealed: nothing that is decided rests on them, and
/// what is said to people is opened on its way out.
pub fn read<E: Stored>(recorded: &RecordedEvent) -> Result<E, UnreadableEvent> {
    let id = recorded.id;
    let (name, newest) = upcasters().resolve(&recorded.event_type);
    let data = sealing::locate(id, &recorded.data)
        .map_err(|source| UnreadableEvent::Sealed { id, source })?;
    let data = upcasters()
        .to_newest(name, recorded.schema_version, &data)
        .map_err(|source| UnreadableEvent::Upcast { id, source })?;
    E::decode(name, newest.unwrap_or(recorded.schema_version), &data)
        .unwrap_or_else(|| Err(DecodeError::UnknownType(recorded.event_type.clone())))
        .map_err(|source| UnreadableEvent::Decode { id, source })
}
