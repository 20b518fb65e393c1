//! The trait every store implements.

use std::{collections::HashSet, future::Future, pin::Pin};

use chrono::{DateTime, Utc};
use thiserror::Error;
use uuid::Uuid;

use crate::{
    EventId, Filter, NewEvent, Position, RecordedEvent, Revision, StoreId, StreamName, Subscription,
};

/// A future behind a pointer, so that the trait can be used as `Arc<dyn EventLog>`.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What the appender believes about the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExpectedRevision {
    /// It has no event.
    NoStream,
    /// Its last event has this revision.
    Exact(Revision),
    /// Nothing.
    Any,
}

impl ExpectedRevision {
    /// The expectation of someone who has read the stream up to `last`.
    pub fn after(last: Option<Revision>) -> Self {
        last.map_or(Self::NoStream, Self::Exact)
    }

    /// Whether a stream whose last event has revision `actual` is as expected.
    pub fn is_met_by(self, actual: Option<Revision>) -> bool {
        match self {
            Self::NoStream => actual.is_none(),
            Self::Exact(revision) => actual == Some(revision),
            Self::Any => true,
        }
    }
}

/// Which way to read a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Oldest first.
    Forwards,
    /// Newest first.
    Backwards,
}

/// Where the last of the appended events stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appended {
    /// In its stream.
    pub revision: Revision,
    /// In the log; a reader that has reached it sees all of the append.
    pub position: Position,
    /// The events were there already, from an earlier identical append.
    pub repeated: bool,
}

/// Why nothing was appended (or, for `OutcomeUnknown`, perhaps was).
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum AppendError {
    /// The stream has moved on. Read it again and decide again.
    #[error("expected {expected:?}, but the stream's last revision is {actual:?}")]
    WrongExpectedRevision {
        /// What the appender believed.
        expected: ExpectedRevision,
        /// The last revision there is.
        actual: Option<Revision>,
    },
    /// An event of this id exists with other content, in another stream, or beside events that do not exist.
    /// Two racing attempts at one command can meet here: read again, see [`crate::already_recorded`].
    #[error("event {id} is already recorded with different content")]
    IdTaken {
        /// The id.
        id: EventId,
    },
    /// The append is malformed: no events, an id twice, or a name or number the log cannot hold.
    #[error("not appendable: {0}")]
    Invalid(String),
    /// Nothing was appended and nothing can be now. Retry later.
    #[error("the log is unavailable: {0}")]
    Unavailable(String),
    /// The events may or may not be there. Retry identically; the retry is harmless.
    #[error("the outcome of the append is unknown: {0}")]
    OutcomeUnknown(String),
}

/// Why a read gave nothing.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ReadError {
    /// The position belongs to another store.
    #[error("position {position} does not belong to store {store}")]
    WrongStore {
        /// The position given.
        position: Position,
        /// The store asked.
        store: StoreId,
    },
    /// A stored event cannot be read: its row was damaged or edited.
    #[error("event {id:?} at revision {revision} of `{stream}` is unreadable: {what}")]
    Corrupt {
        /// Its stream, as far as readable.
        stream: StreamName,
        /// Its revision.
        revision: Revision,
        /// Its id, when readable.
        id: Option<Uuid>,
        /// Which part is damaged.
        what: String,
    },
    /// The store cannot be reached now. Retry later.
    #[error("the log is unavailable: {0}")]
    Unavailable(String),
    /// The log was closed; a subscription ends so.
    #[error("the log was closed")]
    Closed,
}

/// An append-only log of streams.
///
/// Every append goes to one stream, wholly or not at all, and is durable when it is answered. Events get dense
/// revisions in their stream and growing positions in the log.
pub trait EventLog: Send + Sync + 'static {
    /// The log's identity; every [`Position`] carries it.
    fn store_id(&self) -> StoreId;

    /// Appends `events` to `stream` if it is as `expected`. `recorded_at` is the service's clock.
    ///
    /// Events already in the stream (same ids, same content, in a row) are answered as the first time, whatever
    /// is expected of the stream.
    fn append<'a>(
        &'a self,
        stream: &'a StreamName,
        expected: ExpectedRevision,
        events: Vec<NewEvent>,
        recorded_at: DateTime<Utc>,
    ) -> BoxFuture<'a, Result<Appended, AppendError>>;

    /// The events of a stream from revision `from` on (inclusive) in the given direction; `None` starts at the
    /// end that comes first. A stream that does not exist has no events.
    fn read_stream<'a>(
        &'a self,
        stream: &'a StreamName,
        from: Option<Revision>,
        direction: Direction,
    ) -> BoxFuture<'a, Result<Vec<RecordedEvent>, ReadError>>;

    /// The last event of a stream.
    fn last_event<'a>(
        &'a self,
        stream: &'a StreamName,
    ) -> BoxFuture<'a, Result<Option<RecordedEvent>, ReadError>>;

    /// Up to `limit` events after a position (exclusive; `None` is the beginning) in log order. Fewer than
    /// `limit` means the end was reached.
    fn read_all(
        &self,
        after: Option<Position>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<RecordedEvent>, ReadError>>;

    /// Follows the log after a position (exclusive; `None` is the beginning): catches up, then stays live.
    fn subscribe_all(
        &self,
        after: Option<Position>,
        filter: Filter,
    ) -> BoxFuture<'_, Result<Subscription, ReadError>>;

    /// The position of the last event the store has acknowledged; `None` while the log is empty.
    fn end(&self) -> BoxFuture<'_, Result<Option<Position>, ReadError>>;

    /// Whether positions are numbered without gaps from 1, so that a gap is a missing event.
    fn positions_are_dense(&self) -> bool {
        false
    }
}

/// The number of the position to read after; 0 for the beginning.
///
/// # Errors
/// When the position is another store's.
pub fn start_number(after: Option<Position>, store: StoreId) -> Result<u64, ReadError> {
    match after {
        None => Ok(0),
        Some(position) if position.store() == store => Ok(position.number()),
        Some(position) => Err(ReadError::WrongStore { position, store }),
    }
}

/// Bytes of data an event may have: a solved roster fits many times over, a runaway does not.
const DATA_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Refuses what no store could hold or tell apart later.
///
/// # Errors
/// [`AppendError::Invalid`] with the reason.
pub fn check_appendable(stream: &StreamName, events: &[NewEvent]) -> Result<(), AppendError> {
    let refuse = |what: String| Err(AppendError::Invalid(what));
    if !stream.is_valid() {
        return refuse(format!(
            "a stream's name has 1 to {} bytes and no control characters",
            StreamName::BYTES_MAX
        ));
    }
    if events.is_empty() {
        return refuse("no events".into());
    }
    for event in events {
        if event.event_type.is_empty() {
            return refuse(format!("event {} has no type", event.id));
        }
        if event.data.len() > DATA_BYTES_MAX {
            return refuse(format!(
                "event {} has more than {DATA_BYTES_MAX} bytes of data",
                event.id
            ));
        }
    }
    if events.len() > 1 {
        let mut ids = HashSet::with_capacity(events.len());
        if let Some(twin) = events.iter().find(|event| !ids.insert(event.id)) {
            return refuse(format!("event {} stands in the append twice", twin.id));
        }
    }
    Ok(())
}

/// The first answer to an append whose events are all recorded; `None` when none of them is. `known` holds what
/// is recorded under the id of each event.
///
/// # Errors
/// [`AppendError::IdTaken`] when what is recorded is not these events in a row.
pub fn repeat_of<'a>(
    stream: &StreamName,
    events: impl IntoIterator<Item = &'a NewEvent>,
    known: &[Option<RecordedEvent>],
) -> Result<Option<Appended>, AppendError> {
    if known.iter().all(Option::is_none) {
        return Ok(None);
    }
    let mut previous: Option<&RecordedEvent> = None;
    for (event, recorded) in events.into_iter().zip(known) {
        let taken = AppendError::IdTaken { id: event.id };
        let recorded = recorded.as_ref().ok_or_else(|| taken.clone())?;
        let follows = previous.is_none_or(|previous| previous.revision.next() == recorded.revision);
        if recorded.stream != *stream || !event.is_recorded_as(recorded) || !follows {
            return Err(taken);
        }
        previous = Some(recorded);
    }
    Ok(previous.map(|last| Appended {
        revision: last.revision,
        position: last.position,
        repeated: true,
    }))
}
