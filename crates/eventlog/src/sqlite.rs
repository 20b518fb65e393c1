//! The embedded default: a log in one SQLite file, written by one thread with group commit.

mod backup;
mod check;
mod ids;
mod ledger;
mod reader;
mod schema;
mod writer;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    thread::JoinHandle,
    time::Duration,
};

use chrono::{DateTime, SubsecRound, Utc};
use tokio::sync::{mpsc, oneshot, watch};

pub use backup::Until;
pub use schema::{FileFault, OpenError};

use self::{
    ledger::{Command, Ledger},
    reader::{Pages, Readers},
    writer::{Request, Writer},
};
use crate::{
    AppendError, Appended, BoxFuture, Direction, EventLog, ExpectedRevision, Filter, NewEvent,
    Position, ReadError, RecordedEvent, Revision, StoreId, StreamName, Subscription,
    store::{check_appendable, start_number},
    subscription::CatchUp,
};

/// How a log is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SqliteOptions {
    /// Appends that may share one commit.
    pub group_commands_max: usize,
    /// Connections that read, beside the one that writes.
    pub reader_connections_max: usize,
    /// How long to wait for another process that writes to the same file.
    pub busy_timeout: Duration,
}

impl Default for SqliteOptions {
    fn default() -> Self {
        Self {
            group_commands_max: 1024,
            reader_connections_max: 4,
            busy_timeout: Duration::from_secs(5),
        }
    }
}

/// Appends that may wait for the writer; more wait for room.
const INBOX_COMMANDS_MAX: usize = 1024;

/// A log in a SQLite file. Its methods want a tokio runtime with a timer.
pub struct SqliteLog {
    store: StoreId,
    path: PathBuf,
    options: SqliteOptions,
    /// `None` only while the log is dropped.
    inbox: Option<mpsc::Sender<Request>>,
    writer: Option<JoinHandle<()>>,
    readers: Arc<Readers>,
    appended: watch::Receiver<()>,
}

impl SqliteLog {
    /// Opens the log at `path`, creating it if there is none. Blocks for a moment.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open(path: impl AsRef<Path>, options: SqliteOptions) -> Result<Self, OpenError> {
        let path = path.as_ref().to_owned();
        let (connection, store) = schema::open_writer(&path, options.busy_timeout)?;
        schema::settle(&connection, &path)?;
        let anchor =
            schema::open_anchor(&path, options.busy_timeout).map_err(OpenError::sqlite(&path))?;
        let (inbox, commands) = mpsc::channel(INBOX_COMMANDS_MAX);
        let (wake, appended) = watch::channel(());
        let writer = Writer {
            path: path.clone(),
            store,
            busy_timeout: options.busy_timeout,
            ledger: Some(Ledger::new(connection, store)),
            inbox: commands,
            appended: wake,
            group_commands_max: options.group_commands_max.max(1),
            _anchor: anchor,
        };
        let writer = std::thread::Builder::new()
            .name("log-writer".into())
            .spawn(move || writer.run())
            .map_err(OpenError::io(&path))?;
        let readers = Arc::new(Readers::new(
            path.clone(),
            store,
            options.busy_timeout,
            options.reader_connections_max,
        ));
        Ok(Self {
            store,
            path,
            options,
            inbox: Some(inbox),
            writer: Some(writer),
            readers,
            appended,
        })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes the log as it is now to a new file, while appends go on. Blocks until it is durable.
    ///
    /// # Errors
    /// When the file exists or cannot be written; then nothing is left of it.
    pub fn backup_to(&self, path: impl AsRef<Path>) -> Result<(), OpenError> {
        backup::copy(&self.path, path.as_ref(), self.options.busy_timeout, |_| {
            Ok(())
        })
    }

    /// Checks what no chain covers: the file's structure, that every index agrees with its table, and that nothing
    /// was added to the tables. Reads the whole file; blocks meanwhile.
    ///
    /// # Errors
    /// What is damaged.
    pub fn check_file(&self) -> Result<(), FileFault> {
        let connection = schema::open_reader(&self.path, self.options.busy_timeout)
            .map_err(FileFault::sqlite(&self.path))?;
        check::check(&connection, &self.path)
    }

    /// Makes a log at `path` from a backup or from a log in use, whole or up to a moment. It is a new store: positions
    /// and checkpoints taken from the old one may lie beyond it, so they are refused, and read models are built anew.
    ///
    /// # Errors
    /// When `backup` is no log or does not reach up to the position, or `path` exists or cannot be written.
    pub fn restore(
        backup: impl AsRef<Path>,
        path: impl AsRef<Path>,
        until: Option<Until>,
    ) -> Result<(), OpenError> {
        let busy_timeout = SqliteOptions::default().busy_timeout;
        let backup = backup.as_ref();
        backup::copy(backup, path.as_ref(), busy_timeout, |copy| {
            // The backup may be an older build's.
            schema::migrate(copy, backup)?;
            if let Some(until) = until {
                backup::cut(copy, backup, until)?;
            }
            copy.execute(
                "UPDATE log SET store_id = ?1",
                [StoreId::fresh().0.as_bytes()],
            )
            .map(drop)
            .map_err(OpenError::sqlite(path.as_ref()))
        })
    }
}

impl Drop for SqliteLog {
    /// Answers the waiting appends and closes the file.
    fn drop(&mut self) {
        self.inbox = None;
        if let Some(writer) = self.writer.take()
            && writer.join().is_err()
        {
            tracing::error!("The log's writer had panicked");
        }
    }
}

impl EventLog for SqliteLog {
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
            check_appendable(stream, &events)?;
            let closed = || AppendError::Unavailable("the writer has stopped".into());
            let (reply, answer) = oneshot::channel();
            let events = events.into_iter().map(|event| {
                let metadata = event.metadata.to_bytes();
                (event, metadata)
            });
            let command = Command {
                stream: stream.clone(),
                expected,
                events: events.collect(),
                recorded_at: recorded_at.trunc_subsecs(6),
            };
            self.inbox
                .as_ref()
                .ok_or_else(closed)?
                .send(Request { command, reply })
                .await
                .map_err(|_| closed())?;
            answer
                .await
                .unwrap_or_else(|_| Err(AppendError::OutcomeUnknown("the writer stopped".into())))
        })
    }

    fn read_stream<'a>(
        &'a self,
        stream: &'a StreamName,
        from: Option<Revision>,
        direction: Direction,
    ) -> BoxFuture<'a, Result<Vec<RecordedEvent>, ReadError>> {
        Box::pin(self.readers.stream(stream.clone(), from, direction))
    }

    fn last_event<'a>(
        &'a self,
        stream: &'a StreamName,
    ) -> BoxFuture<'a, Result<Option<RecordedEvent>, ReadError>> {
        Box::pin(self.readers.last_event(stream.clone()))
    }

    fn read_all(
        &self,
        after: Option<Position>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<RecordedEvent>, ReadError>> {
        Box::pin(async move {
            Ok(self
                .readers
                .all_after(after, limit, Filter::all())
                .await?
                .events)
        })
    }

    fn subscribe_all(
        &self,
        after: Option<Position>,
        filter: Filter,
    ) -> BoxFuture<'_, Result<Subscription, ReadError>> {
        Box::pin(async move {
            start_number(after, self.store)?;
            let pages = Arc::new(Pages(Arc::clone(&self.readers)));
            Ok(Subscription::new(CatchUp::new(
                pages,
                self.appended.clone(),
                after,
                filter,
            )))
        })
    }

    fn end(&self) -> BoxFuture<'_, Result<Option<Position>, ReadError>> {
        Box::pin(self.readers.end())
    }

    fn positions_are_dense(&self) -> bool {
        true
    }
}
