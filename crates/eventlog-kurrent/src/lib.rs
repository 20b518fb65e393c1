//! The event log on an EventStoreDB or KurrentDB cluster, through the `eventstore` client.
//!
//! Several logs may live in one cluster: the streams of a log are named `<log>:<stream>`. Beside them a log has a
//! stream `<log>`, which holds its identity, and a stream `<log>#<command>` for every command, which says to which
//! streams the command went. The store itself knows an event's id only within its stream and only for a while; the
//! second makes an id mean one event in the whole log, and a retry harmless however late it comes. Ids that were not
//! made by [`eventlog::event_id`] are looked up in the stream of the append alone.
//!
//! Everything is read by position or revision and asked again when it fails; see `connection` for what the client does
//! when its connection is lost, and `wake` for its subscriptions.

mod append;
mod connection;
mod copy;
mod options;
mod read;
mod stored;
mod wake;

use std::sync::Arc;

use chrono::{DateTime, SubsecRound, Utc};
use eventlog::{
    AppendError, Appended, BoxFuture, Direction, EventLog, ExpectedRevision, Filter, NewEvent,
    Position, ReadError, RecordedEvent, Revision, StoreId, StreamName, Subscription,
    store_parts::{CatchUp, check_appendable, start_number},
};
use thiserror::Error;
use tokio::sync::watch;

pub use copy::{Copied, CopyError, copy};
pub use options::{KurrentOptions, OptionsError};

use connection::Connection;
use read::Pages;
use wake::Waker;

/// Why a log could not be opened.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The address cannot be read.
    #[error(transparent)]
    Options(#[from] OptionsError),
    /// The cluster cannot be reached, or does not let us in.
    #[error("the store does not answer: {0}")]
    Unavailable(String),
    /// There is none, and none was to be made.
    #[error("the store has no log `{0}`")]
    NoLog(String),
    /// Something else is stored under the log's name.
    #[error("the stream `{0}` is not the head of a log")]
    NotALog(String),
    /// Threads could not be started.
    #[error("no thread for the store's client")]
    Thread(#[source] std::io::Error),
}

/// A log in a cluster. Its methods want a tokio runtime with a timer.
pub struct KurrentLog {
    ledger: Arc<Ledger>,
    /// Tells the subscriptions of this process that something was appended, here or elsewhere.
    appended: Arc<watch::Sender<()>>,
    _waker: Waker,
}

/// What every operation needs. Operations run as tasks of their own, so it is shared.
struct Ledger {
    store: StoreId,
    options: KurrentOptions,
    connection: Connection,
}

impl KurrentLog {
    /// Opens the log that the options name, making it if there is none.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub async fn open(options: KurrentOptions) -> Result<Self, OpenError> {
        let connection = Connection::new(&options)?;
        let store = append::head(&connection, &options).await?;
        let appended = Arc::new(watch::Sender::new(()));
        let waker = Waker::start(&options, Arc::downgrade(&appended))?;
        let ledger = Arc::new(Ledger {
            store,
            options,
            connection,
        });
        Ok(Self {
            ledger,
            appended,
            _waker: waker,
        })
    }
}

/// Runs an operation as a task: a caller that goes away does not cut an append in two, and a panic inside the client
/// stays there.
async fn apart<T: Send + 'static>(
    operation: impl Future<Output = T> + Send + 'static,
) -> Result<T, String> {
    tokio::spawn(operation)
        .await
        .map_err(|_| "the client gave up".to_owned())
}

impl EventLog for KurrentLog {
    fn store_id(&self) -> StoreId {
        self.ledger.store
    }

    fn append<'a>(
        &'a self,
        stream: &'a StreamName,
        expected: ExpectedRevision,
        events: Vec<NewEvent>,
        recorded_at: DateTime<Utc>,
    ) -> BoxFuture<'a, Result<Appended, AppendError>> {
        Box::pin(async move {
            check_appendable(stream, &events)?;
            let ledger = Arc::clone(&self.ledger);
            let (stream, recorded_at) = (stream.clone(), recorded_at.trunc_subsecs(6));
            let appended =
                apart(async move { ledger.append(stream, expected, events, recorded_at).await })
                    .await
                    .unwrap_or_else(|what| Err(AppendError::OutcomeUnknown(what)))?;
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
            let (ledger, stream) = (Arc::clone(&self.ledger), stream.clone());
            apart(async move { ledger.read_stream(&stream, from, direction, None).await })
                .await
                .unwrap_or_else(|what| Err(ReadError::Unavailable(what)))
        })
    }

    fn last_event<'a>(
        &'a self,
        stream: &'a StreamName,
    ) -> BoxFuture<'a, Result<Option<RecordedEvent>, ReadError>> {
        Box::pin(async move {
            let (ledger, stream) = (Arc::clone(&self.ledger), stream.clone());
            let last = apart(async move {
                ledger
                    .read_stream(&stream, None, Direction::Backwards, Some(1))
                    .await
            });
            let last = last
                .await
                .unwrap_or_else(|what| Err(ReadError::Unavailable(what)))?;
            Ok(last.into_iter().next())
        })
    }

    fn read_all(
        &self,
        after: Option<Position>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<RecordedEvent>, ReadError>> {
        Box::pin(async move {
            start_number(after, self.ledger.store)?;
            let ledger = Arc::clone(&self.ledger);
            let scanned = apart(async move { ledger.scan(read::start(after), limit).await })
                .await
                .unwrap_or_else(|what| Err(ReadError::Unavailable(what)))?;
            Ok(scanned.events)
        })
    }

    fn subscribe_all(
        &self,
        after: Option<Position>,
        filter: Filter,
    ) -> BoxFuture<'_, Result<Subscription, ReadError>> {
        Box::pin(async move {
            start_number(after, self.ledger.store)?;
            let pages = Arc::new(Pages::new(Arc::clone(&self.ledger)));
            Ok(Subscription::new(CatchUp::new(
                pages,
                self.appended.subscribe(),
                after,
                filter,
            )))
        })
    }

    fn end(&self) -> BoxFuture<'_, Result<Option<Position>, ReadError>> {
        Box::pin(async move {
            let ledger = Arc::clone(&self.ledger);
            apart(async move { ledger.end().await })
                .await
                .unwrap_or_else(|what| Err(ReadError::Unavailable(what)))
        })
    }
}
