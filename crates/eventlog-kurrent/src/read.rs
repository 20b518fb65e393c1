//! Reading streams and the log, again and again until the store answers.

use std::sync::{Arc, Mutex, PoisonError};

use eventlog::{
    BoxFuture, Direction, Filter, Position, ReadError, RecordedEvent, Revision, StreamName,
    store_parts::{Page, PageSource},
};
use eventstore::{Client, ReadAllOptions, ReadStreamOptions, StreamPosition};

use crate::{
    Ledger,
    connection::{Connection, Failure, Patience},
    stored::{Decoded, Names, decode},
};

/// The greatest revision a store can hold; it refuses to be asked for more.
const REVISION_MAX: u64 = i64::MAX as u64;

/// Events of the store asked for at once, ours and others'.
const RAW_EVENTS_MIN: usize = 64;
const RAW_EVENTS_MAX: usize = 2048;

/// Where reading the store begins; exclusive.
pub(crate) type Start = Option<eventstore::Position>;

pub(crate) fn start(after: Option<Position>) -> Start {
    after.map(|position| eventstore::Position {
        commit: position.number(),
        prepare: position.number(),
    })
}

/// A stretch of the log.
pub(crate) struct Scanned {
    pub(crate) events: Vec<RecordedEvent>,
    /// The last event looked at, also of others.
    pub(crate) to: Start,
}

/// Repeats a call that changes nothing until it is answered.
pub(crate) async fn patiently<T, F>(
    ledger: &Ledger,
    mut call: impl FnMut() -> F,
) -> Result<T, ReadError>
where
    F: Future<Output = Result<T, Failure>>,
{
    let mut patience = Patience::new(ledger.options.patience);
    loop {
        match call().await {
            Ok(answer) => return Ok(answer),
            Err(Failure::NotDone(what) | Failure::Unknown(what)) => {
                if !patience.pause().await {
                    return Err(ReadError::Unavailable(what));
                }
            }
            Err(Failure::Refused(what)) => return Err(ReadError::Unavailable(what)),
            Err(Failure::NoStream | Failure::Conflict { .. }) => {
                return Err(ReadError::Unavailable(
                    "an answer to nothing we asked".into(),
                ));
            }
        }
    }
}

/// Raw events of a stream of the store; none if it does not exist.
pub(crate) async fn raw_stream(
    connection: &Connection,
    name: &str,
    from: StreamPosition<u64>,
    direction: Direction,
    limit: Option<usize>,
) -> Result<Vec<eventstore::RecordedEvent>, Failure> {
    let options = ReadStreamOptions::default().position(from);
    let options = match direction {
        Direction::Forwards => options.forwards(),
        Direction::Backwards => options.backwards(),
    };
    let options = match limit {
        Some(limit) => options.max_count(limit),
        None => options,
    };
    let options = options.requires_leader(true);
    let name = name.to_owned();
    let read = connection.call(|client: Client| async move {
        let mut answers = client.read_stream(name, &options).await?;
        let mut events = Vec::new();
        while let Some(answer) = answers.next().await? {
            events.extend(answer.event);
        }
        Ok(events)
    });
    match read.await {
        Err(Failure::NoStream) => Ok(Vec::new()),
        answer => answer,
    }
}

impl Ledger {
    pub(crate) fn names(&self) -> Names<'_> {
        Names(&self.options.log)
    }

    /// Events of a stream with the appends they came by, in one try.
    pub(crate) async fn decoded(
        &self,
        stream: &StreamName,
        from: StreamPosition<u64>,
        direction: Direction,
        limit: Option<usize>,
    ) -> Result<Vec<Result<Decoded, ReadError>>, Failure> {
        let name = self.names().stream(stream);
        let raw = raw_stream(&self.connection, &name, from, direction, limit).await?;
        let decoded = raw
            .into_iter()
            .map(|raw| decode(self.store, stream.clone(), raw));
        Ok(decoded.collect())
    }

    pub(crate) async fn read_stream(
        &self,
        stream: &StreamName,
        from: Option<Revision>,
        direction: Direction,
        limit: Option<usize>,
    ) -> Result<Vec<RecordedEvent>, ReadError> {
        let from = match (from, direction) {
            (Some(Revision(from)), Direction::Forwards) if from > REVISION_MAX => {
                return Ok(Vec::new());
            }
            (Some(Revision(from)), Direction::Backwards) if from > REVISION_MAX => {
                StreamPosition::End
            }
            (Some(Revision(from)), _) => StreamPosition::Position(from),
            (None, Direction::Forwards) => StreamPosition::Start,
            (None, Direction::Backwards) => StreamPosition::End,
        };
        patiently(self, || self.decoded(stream, from, direction, limit))
            .await?
            .into_iter()
            .map(|decoded| Ok(decoded?.event))
            .collect()
    }

    /// Raw events of the whole store, `count` of them unless it ends before.
    async fn raw_all(
        &self,
        from: StreamPosition<eventstore::Position>,
        direction: Direction,
        count: usize,
    ) -> Result<Vec<eventstore::RecordedEvent>, ReadError> {
        let options = ReadAllOptions::default().position(from).max_count(count);
        let options = match direction {
            Direction::Forwards => options.forwards(),
            Direction::Backwards => options.backwards(),
        };
        let options = options.requires_leader(true);
        patiently(self, || {
            let options = options.clone();
            self.connection.call(|client: Client| async move {
                let mut answers = client.read_all(&options).await?;
                let mut events = Vec::new();
                while let Some(answer) = answers.next().await? {
                    events.extend(answer.event);
                }
                Ok(events)
            })
        })
        .await
    }

    /// Up to `limit` events of the log after a place in the store. Fewer mean that the store ended.
    pub(crate) async fn scan(&self, after: Start, limit: usize) -> Result<Scanned, ReadError> {
        let mut scanned = Scanned {
            events: Vec::new(),
            to: after,
        };
        while scanned.events.len() < limit {
            // Of every two events of ours one is the claim of a command, and the first is the one we start after.
            let missing = limit - scanned.events.len();
            let count = missing
                .saturating_mul(2)
                .clamp(RAW_EVENTS_MIN, RAW_EVENTS_MAX);
            let from = scanned
                .to
                .map_or(StreamPosition::Start, StreamPosition::Position);
            let raw = self.raw_all(from, Direction::Forwards, count).await?;
            let is_end = raw.len() < count;
            for raw in raw {
                if scanned.to.is_some_and(|to| raw.position <= to) {
                    continue;
                }
                if scanned.events.len() == limit {
                    return Ok(scanned);
                }
                scanned.to = Some(raw.position);
                if let Some(stream) = self.names().stream_of(&raw.stream_id) {
                    scanned.events.push(decode(self.store, stream, raw)?.event);
                }
            }
            if is_end {
                break;
            }
        }
        Ok(scanned)
    }

    /// The position of the log's last event.
    pub(crate) async fn end(&self) -> Result<Option<Position>, ReadError> {
        let mut from = StreamPosition::End;
        let mut count = RAW_EVENTS_MIN;
        loop {
            let raw = self.raw_all(from, Direction::Backwards, count).await?;
            let is_all = raw.len() < count;
            let Some(first) = raw.last().map(|raw| raw.position) else {
                return Ok(None);
            };
            let last = raw.into_iter().find_map(|raw| {
                let stream = self.names().stream_of(&raw.stream_id)?;
                Some(decode(self.store, stream, raw))
            });
            if let Some(last) = last {
                return Ok(Some(last?.event.position));
            }
            if is_all {
                return Ok(None);
            }
            from = StreamPosition::Position(first);
            count = RAW_EVENTS_MAX;
        }
    }
}

/// Pages of one subscription. It remembers how far it has looked beyond the log's own events, so that others' events in
/// the same store are not looked at twice.
pub(crate) struct Pages {
    ledger: Arc<Ledger>,
    looked: Mutex<(Option<Position>, Start)>,
}

impl Pages {
    pub(crate) fn new(ledger: Arc<Ledger>) -> Self {
        Self {
            ledger,
            looked: Mutex::new((None, None)),
        }
    }

    async fn page(
        &self,
        after: Option<Position>,
        limit: usize,
        filter: &Filter,
    ) -> Result<Page, ReadError> {
        let looked = *self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        let from = match looked {
            (position, to) if position == after && to.is_some() => to,
            _ => start(after),
        };
        let ledger = Arc::clone(&self.ledger);
        let scanned = crate::apart(async move { ledger.scan(from, limit).await })
            .await
            .unwrap_or_else(|what| Err(ReadError::Unavailable(what)))?;
        let scanned_to = scanned.events.last().map(|event| event.position);
        *self.looked.lock().unwrap_or_else(PoisonError::into_inner) =
            (scanned_to.or(after), scanned.to);
        Ok(Page {
            scanned_to,
            is_full: scanned.events.len() == limit,
            events: scanned
                .events
                .into_iter()
                .filter(|event| filter.admits(event.stream.as_str(), &event.event_type))
                .collect(),
        })
    }
}

impl PageSource for Pages {
    fn page<'a>(
        &'a self,
        after: Option<Position>,
        limit: usize,
        filter: &'a Filter,
    ) -> BoxFuture<'a, Result<Page, ReadError>> {
        Box::pin(self.page(after, limit, filter))
    }
}
