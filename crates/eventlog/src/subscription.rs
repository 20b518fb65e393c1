//! Following the log: catch up, then live, with no gap and no duplicate.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use tokio::sync::watch;

use crate::{BoxFuture, Position, ReadError, RecordedEvent};

/// Which events a subscription yields. An empty list means any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    stream_prefixes: Vec<String>,
    event_types: Vec<String>,
}

impl Filter {
    /// Every event.
    pub fn all() -> Self {
        Self::default()
    }

    /// Adds streams whose names begin with `prefix`.
    pub fn stream_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.stream_prefixes.push(prefix.into());
        self
    }

    /// Adds a kind of event.
    pub fn event_type(mut self, name: impl Into<String>) -> Self {
        self.event_types.push(name.into());
        self
    }

    /// Whether every event passes.
    pub(crate) fn is_all(&self) -> bool {
        self.stream_prefixes.is_empty() && self.event_types.is_empty()
    }

    /// Whether an event of this stream and kind passes both lists.
    pub fn admits(&self, stream: &str, event_type: &str) -> bool {
        (self.stream_prefixes.is_empty()
            || self
                .stream_prefixes
                .iter()
                .any(|prefix| stream.starts_with(prefix)))
            && (self.event_types.is_empty()
                || self.event_types.iter().any(|name| name == event_type))
    }
}

/// What a subscription says.
// Nearly every signal is an event, so a box would only add an allocation to each.
#[allow(clippy::large_enum_variant)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signal {
    /// The next event that passes the filter.
    Event(RecordedEvent),
    /// Everything up to here has been seen; what lay between did not pass the filter.
    Checkpoint(Position),
    /// All events there are have been yielded; from now on they come as they are appended.
    CaughtUp,
    /// After `CaughtUp`: events are appended faster than they are taken. `CaughtUp` follows in time.
    FellBehind,
}

/// Where a subscription's signals come from; each store has one.
pub trait Feed: Send {
    /// The next signal. Dropping the future before it is ready loses nothing.
    fn next(&mut self) -> BoxFuture<'_, Result<Signal, ReadError>>;
}

/// A position in the log that moves along. It never ends by itself: [`ReadError::Closed`] says that the log was
/// closed. Any other error may be retried by calling `next` again.
pub struct Subscription(Box<dyn Feed>);

impl Subscription {
    /// For stores: a subscription to a feed.
    pub fn new(feed: impl Feed + 'static) -> Self {
        Self(Box::new(feed))
    }

    /// Waits for the next signal. Dropping the future before it is ready loses nothing, so it may stand in a
    /// `select!`.
    pub async fn next(&mut self) -> Result<Signal, ReadError> {
        self.0.next().await
    }
}

/// A stretch of the log: the events that pass the filter among up to `limit` scanned.
pub struct Page {
    /// Those that pass the filter, in log order.
    pub events: Vec<RecordedEvent>,
    /// The last position looked at; `None` when there was nothing after the start.
    pub scanned_to: Option<Position>,
    /// The limit was reached, so that more may follow.
    pub is_full: bool,
}

/// Where pages come from.
pub trait PageSource: Send + Sync + 'static {
    /// The events after a position (exclusive; `None` is the beginning).
    fn page<'a>(
        &'a self,
        after: Option<Position>,
        limit: usize,
        filter: &'a Filter,
    ) -> BoxFuture<'a, Result<Page, ReadError>>;
}

/// Events scanned at once.
const PAGE_EVENTS: usize = 512;

/// Another process may append to the same file without waking us, so we look by ourselves this often.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);

/// The feed of every store of ours. It always reads by position and is only woken by appends; so what it yields
/// cannot depend on when it was woken.
pub struct CatchUp<S> {
    source: Arc<S>,
    wake: watch::Receiver<()>,
    filter: Filter,
    after: Option<Position>,
    ready: VecDeque<Signal>,
    is_live: bool,
}

impl<S: PageSource> CatchUp<S> {
    /// A feed of what `source` holds after a position. It looks again when `wake` changes, and now and then.
    pub fn new(
        source: Arc<S>,
        wake: watch::Receiver<()>,
        after: Option<Position>,
        filter: Filter,
    ) -> Self {
        Self {
            source,
            wake,
            filter,
            after,
            ready: VecDeque::new(),
            is_live: false,
        }
    }

    async fn advance(&mut self) -> Result<Signal, ReadError> {
        loop {
            if let Some(signal) = self.ready.pop_front() {
                return Ok(signal);
            }
            // Before reading, so that an append during the read wakes us again. Asked before reading too, so
            // that the last events before the closing are still read.
            let is_closed = self.wake.has_changed().is_err();
            self.wake.borrow_and_update();
            let page = self
                .source
                .page(self.after, PAGE_EVENTS, &self.filter)
                .await?;
            match page.scanned_to {
                Some(scanned_to) => self.take(page.events, scanned_to, page.is_full),
                None if !self.is_live => {
                    self.is_live = true;
                    return Ok(Signal::CaughtUp);
                }
                None if is_closed => return Err(ReadError::Closed),
                None => {
                    // Either outcome, also the closing, is found out by the next round.
                    let _ = tokio::time::timeout(LOOK_INTERVAL, self.wake.changed()).await;
                }
            }
        }
    }

    fn take(&mut self, events: Vec<RecordedEvent>, scanned_to: Position, is_full: bool) {
        if self.is_live && is_full {
            self.is_live = false;
            self.ready.push_back(Signal::FellBehind);
        }
        let last_yielded = events.last().map(|event| event.position);
        self.ready.extend(events.into_iter().map(Signal::Event));
        if last_yielded != Some(scanned_to) {
            self.ready.push_back(Signal::Checkpoint(scanned_to));
        }
        self.after = Some(scanned_to);
    }
}

impl<S: PageSource> Feed for CatchUp<S> {
    fn next(&mut self) -> BoxFuture<'_, Result<Signal, ReadError>> {
        Box::pin(self.advance())
    }
}
