//! The hash chain of every stream, its verification, and the seal over all streams.
//!
//! An event's value covers the value before it in its stream and every field but its position, which the store
//! chooses. So a changed, missing, added or moved event breaks its stream at that place. What a chain cannot
//! show, the loss of a stream's newest events, is shown by the store's own count and by a [`seal`] kept elsewhere.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::{
    CommandId, EventId, EventLog, Hash, Position, ReadError, RecordedEvent, Revision, StreamName,
    event_id,
};

/// The value before a stream's first event.
pub const GENESIS: Hash = [0; 32];

/// Events read at once while walking the log.
const PAGE_EVENTS: usize = 1000;

/// The fields a chain value covers. What each is, [`RecordedEvent`] says.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub struct Link<'a> {
    pub stream: &'a StreamName,
    pub revision: Revision,
    pub id: EventId,
    pub event_type: &'a str,
    pub schema_version: u16,
    pub recorded_at: DateTime<Utc>,
    pub metadata: &'a [u8],
    pub data: &'a [u8],
}

impl Link<'_> {
    /// SHA-256 of the previous value and of each field with its length before it (both 8 bytes, little endian
    /// for numbers), so that no two different events read as the same bytes.
    pub fn hash(&self, prev_hash: &Hash) -> Hash {
        let mut hasher = Sha256::new();
        hasher.update(prev_hash);
        for field in [
            self.stream.as_str().as_bytes(),
            &self.revision.0.to_le_bytes(),
            self.id.as_bytes(),
            self.event_type.as_bytes(),
            &self.schema_version.to_le_bytes(),
            &self.recorded_at.timestamp_micros().to_le_bytes(),
            self.metadata,
            self.data,
        ] {
            hasher.update((field.len() as u64).to_le_bytes());
            hasher.update(field);
        }
        hasher.finalize().into()
    }
}

impl RecordedEvent {
    /// The chain value this event should have.
    fn expected_hash(&self) -> Hash {
        Link {
            stream: &self.stream,
            revision: self.revision,
            id: self.id,
            event_type: &self.event_type,
            schema_version: self.schema_version,
            recorded_at: self.recorded_at,
            metadata: &self.metadata.to_bytes(),
            data: &self.data,
        }
        .hash(&self.prev_hash)
    }
}

/// A log whose chains all hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Events walked.
    pub events: u64,
    /// Streams they belong to.
    pub streams: u64,
    /// The last of them.
    pub end: Option<Position>,
}

/// What is wrong at an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A field was changed: the event does not give its own chain value.
    Altered,
    /// It does not follow the event before it in its stream: its `prev_hash` is another's value.
    Unlinked,
    /// Its stream should have continued with this revision: an event is missing, or the order was changed.
    OutOfOrder {
        /// The revision that should stand here.
        expected: Revision,
    },
    /// The log skips at least one event before this one.
    MissingBefore,
    /// The store never acknowledged an event at this place.
    BeyondEnd,
    /// The stored row cannot be read.
    Unreadable(String),
    /// Its id is not the one its command gives an event at this place.
    ForeignId,
    /// It records a seal, or a position for one, that is not the log's.
    SealBroken,
}

/// The first event, in log order, at which the log does not hold.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("event {id:?}, revision {revision} of `{stream}`: {fault:?}")]
pub struct BrokenEvent {
    /// Its stream.
    pub stream: StreamName,
    /// Its revision.
    pub revision: Revision,
    /// Its id, when readable.
    pub id: Option<EventId>,
    /// What is wrong.
    pub fault: Fault,
}

impl BrokenEvent {
    /// That `fault` was found at `event`.
    pub fn at(event: &RecordedEvent, fault: Fault) -> Self {
        Self {
            stream: event.stream.clone(),
            revision: event.revision,
            id: Some(event.id),
            fault,
        }
    }
}

/// Why a log could not be verified.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum VerifyError {
    /// An event is not what was recorded.
    #[error(transparent)]
    Broken(#[from] BrokenEvent),
    /// The newest events are gone.
    #[error("the log ends at {found:?}, but {acknowledged} was acknowledged")]
    Truncated {
        /// The last event found.
        found: Option<Position>,
        /// The last event acknowledged.
        acknowledged: Position,
    },
    /// The log could not be read.
    #[error("the log could not be read after {after:?}")]
    Read {
        /// The last event that could be read.
        after: Option<Position>,
        /// Why.
        #[source]
        source: ReadError,
    },
}

impl From<ReadError> for VerifyError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Corrupt {
                stream,
                revision,
                id,
                what,
            } => Self::Broken(BrokenEvent {
                stream,
                revision,
                id,
                fault: Fault::Unreadable(what),
            }),
            source => Self::Read {
                after: None,
                source,
            },
        }
    }
}

/// Events in log order, checked one by one: what verification of a store and of an exported file share.
pub struct Walk {
    is_dense: bool,
    heads: HashMap<StreamName, (Revision, Hash)>,
    end: Option<Position>,
    events: u64,
    /// Stream, command and index of the last event.
    last: Option<(StreamName, CommandId, u32)>,
}

impl Walk {
    /// From the beginning of a log; `is_dense`: its positions are numbered without gaps from 1.
    pub fn new(is_dense: bool) -> Self {
        Self {
            is_dense,
            heads: HashMap::new(),
            end: None,
            events: 0,
            last: None,
        }
    }

    /// The next event.
    ///
    /// # Errors
    /// What is wrong with it; then the walk is over.
    pub fn take(&mut self, event: &RecordedEvent) -> Result<(), BrokenEvent> {
        let number = event.position.number();
        let is_next = match self.end {
            None => !self.is_dense || number == 1,
            Some(end) if self.is_dense => number == end.number() + 1,
            Some(end) => number > end.number(),
        };
        if !is_next {
            return Err(BrokenEvent::at(event, Fault::MissingBefore));
        }
        check_link(event, self.heads.get(&event.stream))?;
        self.heads
            .insert(event.stream.clone(), (event.revision, event.hash));
        self.end = Some(event.position);
        self.events += 1;
        Ok(())
    }

    /// The same, and the event's id must be the one its command gives it. Everything recorded through
    /// [`NewEvent::new`](crate::NewEvent::new), one command to an append, holds to this.
    ///
    /// # Errors
    /// What is wrong with it; then the walk is over.
    pub fn take_named(&mut self, event: &RecordedEvent) -> Result<(), BrokenEvent> {
        self.take(event)?;
        let command = event.metadata.command_id;
        let index = match self.last.take() {
            Some((stream, last, index)) if stream == event.stream && last == command => index + 1,
            _ => 0,
        };
        if event.id != event_id(command, index) {
            return Err(BrokenEvent::at(event, Fault::ForeignId));
        }
        self.last = Some((event.stream.clone(), command, index));
        Ok(())
    }

    /// The seal of what was walked so far.
    pub fn seal(&self) -> Hash {
        seal_of(&self.heads.iter().collect())
    }

    /// What was walked so far.
    pub fn verified(&self) -> Verified {
        Verified {
            events: self.events,
            streams: self.heads.len() as u64,
            end: self.end,
        }
    }
}

/// Walks the whole log and recomputes every chain.
///
/// # Errors
/// The first event that does not hold, or why the log could not be read. Events appended meanwhile are walked too.
pub async fn verify(log: &dyn EventLog) -> Result<Verified, VerifyError> {
    verify_each(log, |walk, event| walk.take(event)).await
}

/// The same, with `take` to hand each event to the walk and to look at what it likes.
///
/// # Errors
/// Those of [`verify`], and those of `take`.
pub async fn verify_each(
    log: &dyn EventLog,
    mut take: impl FnMut(&mut Walk, &RecordedEvent) -> Result<(), BrokenEvent>,
) -> Result<Verified, VerifyError> {
    let acknowledged_before = log.end().await?;
    let mut walk = Walk::new(log.positions_are_dense());
    let mut page_events = PAGE_EVENTS;
    let mut last_event = None;
    loop {
        let page = match log.read_all(walk.end, page_events).await {
            Ok(page) => page,
            // One by one, to come as near to the fault as can be.
            Err(_) if page_events > 1 => {
                page_events = 1;
                continue;
            }
            Err(source @ ReadError::Corrupt { .. }) => return Err(source.into()),
            Err(source) => {
                let after = walk.end;
                return Err(VerifyError::Read { after, source });
            }
        };
        for event in &page {
            take(&mut walk, event)?;
        }
        let is_last = page.len() < page_events;
        last_event = page.into_iter().next_back().or(last_event);
        if is_last {
            break;
        }
    }
    let end = walk.end;
    if let Some(acknowledged) = acknowledged_before
        && end.is_none_or(|end| end < acknowledged)
    {
        return Err(VerifyError::Truncated {
            found: end,
            acknowledged,
        });
    }
    let acknowledged_after = log.end().await?;
    if let Some(event) = &last_event
        && acknowledged_after.is_none_or(|acknowledged| event.position > acknowledged)
    {
        return Err(BrokenEvent::at(event, Fault::BeyondEnd).into());
    }
    Ok(walk.verified())
}

fn check_link(event: &RecordedEvent, head: Option<&(Revision, Hash)>) -> Result<(), BrokenEvent> {
    let (expected, prev_hash) = head.map_or((Revision(0), GENESIS), |(revision, hash)| {
        (revision.next(), *hash)
    });
    if event.revision != expected {
        return Err(BrokenEvent::at(event, Fault::OutOfOrder { expected }));
    }
    if event.prev_hash != prev_hash {
        return Err(BrokenEvent::at(event, Fault::Unlinked));
    }
    if event.hash != event.expected_hash() {
        return Err(BrokenEvent::at(event, Fault::Altered));
    }
    Ok(())
}

/// One value for the whole log as it is now: SHA-256 over the last revision and chain value of every stream, in
/// the order of the streams' names. Whoever keeps it can later prove the log's past with [`seal_at`].
///
/// # Errors
/// When the log cannot be read.
pub async fn seal(log: &dyn EventLog) -> Result<Hash, ReadError> {
    match log.end().await? {
        Some(end) => seal_at(log, end).await,
        None => Ok(seal_of(&BTreeMap::new())),
    }
}

/// The seal of the log as it was when `position` (inclusive) was its end.
///
/// # Errors
/// When the log cannot be read, or the position belongs to another store.
pub async fn seal_at(log: &dyn EventLog, position: Position) -> Result<Hash, ReadError> {
    if position.store() != log.store_id() {
        return Err(ReadError::WrongStore {
            position,
            store: log.store_id(),
        });
    }
    let mut heads = BTreeMap::new();
    let seal = |heads: &BTreeMap<StreamName, (Revision, Hash)>| seal_of(&heads.iter().collect());
    let mut after = None;
    loop {
        let page = log.read_all(after, PAGE_EVENTS).await?;
        let is_last = page.len() < PAGE_EVENTS;
        after = page.last().map(|event| event.position);
        for event in page {
            if event.position > position {
                return Ok(seal(&heads));
            }
            heads.insert(event.stream, (event.revision, event.hash));
        }
        if is_last {
            return Ok(seal(&heads));
        }
    }
}

fn seal_of(heads: &BTreeMap<&StreamName, &(Revision, Hash)>) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update((heads.len() as u64).to_le_bytes());
    for (stream, (revision, hash)) in heads {
        hasher.update((stream.as_str().len() as u64).to_le_bytes());
        hasher.update(stream.as_str());
        hasher.update(revision.0.to_le_bytes());
        hasher.update(hash);
    }
    hasher.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone;
    use uuid::Uuid;

    fn link<'a>(stream: &'a StreamName, event_type: &'a str, data: &'a [u8]) -> Link<'a> {
        Link {
            stream,
            revision: Revision(0),
            id: Uuid::from_u128(1),
            event_type,
            schema_version: 1,
            recorded_at: Utc
                .timestamp_opt(1_800_000_000, 0)
                .single()
                .unwrap_or_default(),
            metadata: b"{}",
            data,
        }
    }

    /// The formula is a contract with every log ever written.
    #[test]
    fn the_formula_stays_what_it_is() {
        let hash = link(&StreamName::from("desk-1"), "punched", b"{}").hash(&GENESIS);
        let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(
            hex,
            "b220407c268b38261e555021c44badfdff73085981e42f04d3cc5e5db2535c54"
        );
    }

    #[test]
    fn a_byte_moved_from_one_field_to_the_next_changes_the_value() {
        let (a, ab) = (StreamName::from("a"), StreamName::from("ab"));
        assert_ne!(
            link(&a, "bc", b"").hash(&GENESIS),
            link(&ab, "c", b"").hash(&GENESIS)
        );
        assert_ne!(
            link(&a, "b", b"").hash(&GENESIS),
            link(&a, "b", b"").hash(&[1; 32])
        );
    }
}
