//! A log in memory: the store tests use, and the plain model the durable stores are compared with.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, SubsecRound, Utc};
use tokio::sync::watch;

use crate::{
    AppendError, Appended, BoxFuture, Direction, EventId, EventLog, ExpectedRevision, Filter,
    NewEvent, Position, ReadError, RecordedEvent, Revision, StoreId, StreamName, Subscription,
    chain::{GENESIS, Link},
    store::{check_appendable, repeat_of, start_number},
    subscription::{CatchUp, Page, PageSource},
};

/// A log that is gone when it is dropped.
pub struct MemoryLog {
    store: StoreId,
    shared: Arc<Shared>,
    appended: watch::Sender<()>,
}

struct Shared {
    store: StoreId,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The log; an event's index is its position less one.
    events: Vec<RecordedEvent>,
    streams: HashMap<StreamName, Vec<usize>>,
    ids: HashMap<EventId, usize>,
}

impl MemoryLog {
    /// An empty log.
    pub fn new() -> Self {
        let store = StoreId::fresh();
        let shared = Arc::new(Shared {
            store,
            state: Mutex::default(),
        });
        Self {
            store,
            shared,
            appended: watch::Sender::new(()),
        }
    }
}

impl Default for MemoryLog {
    fn default() -> Self {
        Self::new()
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        // A poisoned state is whole all the same: nothing panics between its changes.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn all_after(
        &self,
        after: Option<Position>,
        limit: usize,
        filter: &Filter,
    ) -> Result<Page, ReadError> {
        let start = usize::try_from(start_number(after, self.store)?).unwrap_or(usize::MAX);
        let state = self.state();
        let scanned: Vec<_> = state.events.iter().skip(start).take(limit).collect();
        Ok(Page {
            scanned_to: scanned.last().map(|event| event.position),
            is_full: scanned.len() == limit,
            events: scanned
                .into_iter()
                .filter(|event| filter.admits(event.stream.as_str(), &event.event_type))
                .cloned()
                .collect(),
        })
    }
}

impl State {
    fn stream(&self, stream: &StreamName) -> impl DoubleEndedIterator<Item = &RecordedEvent> {
        self.streams
            .get(stream)
            .into_iter()
            .flatten()
            .filter_map(|&index| self.events.get(index))
    }

    fn append(
        &mut self,
        store: StoreId,
        stream: &StreamName,
        expected: ExpectedRevision,
        events: Vec<NewEvent>,
        recorded_at: DateTime<Utc>,
    ) -> Result<Appended, AppendError> {
        check_appendable(stream, &events)?;
        let known: Vec<_> = events
            .iter()
            .map(|event| {
                self.ids
                    .get(&event.id)
                    .and_then(|&index| self.events.get(index))
                    .cloned()
            })
            .collect();
        if let Some(repeat) = repeat_of(stream, &events, &known)? {
            return Ok(repeat);
        }
        let actual = self.stream(stream).next_back().map(|event| event.revision);
        if !expected.is_met_by(actual) {
            return Err(AppendError::WrongExpectedRevision { expected, actual });
        }
        let mut last = None;
        for event in events {
            last = Some(self.push(store, stream, event, recorded_at));
        }
        last.ok_or_else(|| AppendError::Invalid("no events".into()))
    }

    fn push(
        &mut self,
        store: StoreId,
        stream: &StreamName,
        event: NewEvent,
        recorded_at: DateTime<Utc>,
    ) -> Appended {
        let previous = self.stream(stream).next_back();
        let revision = previous.map_or(Revision(0), |event| event.revision.next());
        let prev_hash = previous.map_or(GENESIS, |event| event.hash);
        let index = self.events.len();
        let position = Position::new(store, index as u64 + 1);
        let hash = Link {
            stream,
            revision,
            id: event.id,
            event_type: &event.event_type,
            schema_version: event.schema_version,
            recorded_at,
            metadata: &event.metadata.to_bytes(),
            data: &event.data,
        }
        .hash(&prev_hash);
        self.ids.insert(event.id, index);
        self.streams.entry(stream.clone()).or_default().push(index);
        self.events.push(RecordedEvent {
            id: event.id,
            stream: stream.clone(),
            revision,
            position,
            event_type: event.event_type.into_owned(),
            schema_version: event.schema_version,
            data: event.data,
            metadata: event.metadata,
            recorded_at,
            prev_hash,
            hash,
        });
        Appended {
            revision,
            position,
            repeated: false,
        }
    }
}

impl PageSource for Shared {
    fn page<'a>(
        &'a self,
        after: Option<Position>,
        limit: usize,
        filter: &'a Filter,
    ) -> BoxFuture<'a, Result<Page, ReadError>> {
        Box::pin(async move { self.all_after(after, limit, filter) })
    }
}

impl EventLog for MemoryLog {
    fn store_id(&self) -> StoreId {
        self.store
    }

    fn append<'a>(
        &'a self,
        stream: &'a StreamName,
        expected: ExpectedRevision,
        events: Vec<NewEvent>,
        recorded_at: DateTime<Utc>,
    ) -> BoxFuture<'a, Result<Appended, AppendError>> {
        Box::pin(async move {
            let recorded_at = recorded_at.trunc_subsecs(6);
            let appended =
                self.shared
                    .state()
                    .append(self.store, stream, expected, events, recorded_at)?;
            self.appended.send_replace(());
            Ok(appended)
        })
    }

    fn read_stream<'a>(
        &'a self,
        stream: &'a StreamName,
        from: Option<Revision>,
        direction: Direction,
    ) -> BoxFuture<'a, Result<Vec<RecordedEvent>, ReadError>> {
        Box::pin(async move {
            let state = self.shared.state();
            let events = state.stream(stream);
            Ok(match direction {
                Direction::Forwards => events
                    .filter(|event| from.is_none_or(|from| event.revision >= from))
                    .cloned()
                    .collect(),
                Direction::Backwards => events
                    .rev()
                    .filter(|event| from.is_none_or(|from| event.revision <= from))
                    .cloned()
                    .collect(),
            })
        })
    }

    fn last_event<'a>(
        &'a self,
        stream: &'a StreamName,
    ) -> BoxFuture<'a, Result<Option<RecordedEvent>, ReadError>> {
        Box::pin(async move { Ok(self.shared.state().stream(stream).next_back().cloned()) })
    }

    fn read_all(
        &self,
        after: Option<Position>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<RecordedEvent>, ReadError>> {
        Box::pin(async move { Ok(self.shared.all_after(after, limit, &Filter::all())?.events) })
    }

    fn subscribe_all(
        &self,
        after: Option<Position>,
        filter: Filter,
    ) -> BoxFuture<'_, Result<Subscription, ReadError>> {
        Box::pin(async move {
            start_number(after, self.store)?;
            let wake = self.appended.subscribe();
            Ok(Subscription::new(CatchUp::new(
                Arc::clone(&self.shared),
                wake,
                after,
                filter,
            )))
        })
    }

    fn end(&self) -> BoxFuture<'_, Result<Option<Position>, ReadError>> {
        Box::pin(async move {
            Ok(self
                .shared
                .state()
                .events
                .last()
                .map(|event| event.position))
        })
    }

    fn positions_are_dense(&self) -> bool {
        true
    }
}
