//! Reading on connections of their own, beside the writer.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use chrono::DateTime;
use rusqlite::{CachedStatement, Connection, Row, params, types::ValueRef};
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::schema::open_reader;
use crate::{
    BoxFuture, Direction, EventId, Filter, Metadata, Position, ReadError, RecordedEvent, Revision,
    StoreId, StreamName,
    store::start_number,
    subscription::{Page, PageSource},
};

/// Up to so many connections that read, opened when first needed.
pub(super) struct Readers {
    path: PathBuf,
    store: StoreId,
    busy_timeout: Duration,
    idle: Mutex<Vec<Connection>>,
    permits: Arc<Semaphore>,
}

impl Readers {
    pub(super) fn new(
        path: PathBuf,
        store: StoreId,
        busy_timeout: Duration,
        connections_max: usize,
    ) -> Self {
        let permits = Arc::new(Semaphore::new(connections_max.max(1)));
        Self {
            path,
            store,
            busy_timeout,
            idle: Mutex::default(),
            permits,
        }
    }

    /// Runs `read` on a connection, off the async threads.
    async fn with<T: Send + 'static>(
        self: &Arc<Self>,
        read: impl FnOnce(&Connection) -> Result<T, ReadError> + Send + 'static,
    ) -> Result<T, ReadError> {
        let permit = Arc::clone(&self.permits)
            .acquire_owned()
            .await
            .map_err(|_| ReadError::Closed)?;
        let readers = Arc::clone(self);
        let task = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let connection = readers.take()?;
            let result = read(&connection);
            // A connection that failed is not trusted again.
            if !matches!(result, Err(ReadError::Unavailable(_))) {
                readers
                    .idle
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(connection);
            }
            result
        });
        task.await
            .unwrap_or_else(|_| Err(ReadError::Unavailable("the read was interrupted".into())))
    }

    fn take(&self) -> Result<Connection, ReadError> {
        let idle = self
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        match idle {
            Some(connection) => Ok(connection),
            None => open_reader(&self.path, self.busy_timeout).map_err(unavailable),
        }
    }

    pub(super) async fn stream(
        self: &Arc<Self>,
        stream: StreamName,
        from: Option<Revision>,
        direction: Direction,
    ) -> Result<Vec<RecordedEvent>, ReadError> {
        let store = self.store;
        // No revision is beyond i64, so a start beyond it is as good as none or as far as can be.
        let from = from.map(|from| i64::try_from(from.0).unwrap_or(i64::MAX));
        self.with(move |connection| match direction {
            Direction::Forwards => {
                let sql = "WHERE stream = ?1 AND revision >= ?2 ORDER BY revision";
                collect(
                    select(connection, sql)?,
                    params![stream.as_str(), from.unwrap_or(0)],
                    store,
                )
            }
            Direction::Backwards => {
                let sql = "WHERE stream = ?1 AND revision <= ?2 ORDER BY revision DESC";
                collect(
                    select(connection, sql)?,
                    params![stream.as_str(), from.unwrap_or(i64::MAX)],
                    store,
                )
            }
        })
        .await
    }

    pub(super) async fn last_event(
        self: &Arc<Self>,
        stream: StreamName,
    ) -> Result<Option<RecordedEvent>, ReadError> {
        let store = self.store;
        self.with(move |connection| {
            let sql = "WHERE stream = ?1 ORDER BY revision DESC LIMIT 1";
            Ok(collect(select(connection, sql)?, [stream.as_str()], store)?.pop())
        })
        .await
    }

    pub(super) async fn all_after(
        self: &Arc<Self>,
        after: Option<Position>,
        limit: usize,
        filter: Filter,
    ) -> Result<Page, ReadError> {
        let start = start_number(after, self.store)?;
        let store = self.store;
        self.with(move |connection| page(connection, store, start, limit, &filter))
            .await
    }

    pub(super) async fn end(self: &Arc<Self>) -> Result<Option<Position>, ReadError> {
        let store = self.store;
        self.with(move |connection| {
            let end: i64 = connection
                .prepare_cached("SELECT end_position FROM log")
                .and_then(|mut statement| statement.query_row((), |row| row.get(0)))
                .map_err(unavailable)?;
            Ok((end > 0).then(|| Position::new(store, end.cast_unsigned())))
        })
        .await
    }
}

/// Our file's subscriptions share the readers.
pub(super) struct Pages(pub(super) Arc<Readers>);

impl PageSource for Pages {
    fn page<'a>(
        &'a self,
        after: Option<Position>,
        limit: usize,
        filter: &'a Filter,
    ) -> BoxFuture<'a, Result<Page, ReadError>> {
        Box::pin(self.0.all_after(after, limit, filter.clone()))
    }
}

pub(super) fn unavailable(error: rusqlite::Error) -> ReadError {
    ReadError::Unavailable(error.to_string())
}

fn select<'a>(connection: &'a Connection, rest: &str) -> Result<CachedStatement<'a>, ReadError> {
    const COLUMNS: &str = "position, stream, revision, event_id, event_type, schema_version, recorded_at, metadata, \
                           data, prev_hash, hash";
    connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM events {rest}"))
        .map_err(unavailable)
}

fn collect(
    mut statement: CachedStatement<'_>,
    params: impl rusqlite::Params,
    store: StoreId,
) -> Result<Vec<RecordedEvent>, ReadError> {
    let mut rows = statement.query(params).map_err(unavailable)?;
    let mut events = Vec::new();
    while let Some(row) = rows.next().map_err(unavailable)? {
        events.push(event_of(row, store)?);
    }
    Ok(events)
}

/// A page with this many events will have many more, as far as its limit allows: room is made for so many at once, since a
/// list that grows moves its events again and again.
const PAGE_LONG: usize = 64;
const PAGE_ROOM_MAX: usize = 4096;

fn page(
    connection: &Connection,
    store: StoreId,
    start: u64,
    limit: usize,
    filter: &Filter,
) -> Result<Page, ReadError> {
    let start = i64::try_from(start).unwrap_or(i64::MAX);
    let mut statement = select(connection, "WHERE position > ?1 ORDER BY position LIMIT ?2")?;
    let mut rows = statement
        .query(params![start, i64::try_from(limit).unwrap_or(i64::MAX)])
        .map_err(unavailable)?;
    let mut events = Vec::new();
    let mut scanned = 0;
    let mut scanned_to = None;
    while let Some(row) = rows.next().map_err(unavailable)? {
        scanned += 1;
        scanned_to = Some(Position::new(
            store,
            number(row, 0)
                .ok_or_else(|| ReadError::Unavailable("a position is negative".into()))?,
        ));
        if !filter.is_all()
            && let (Ok(stream), Ok(event_type)) = (text(row, 1), text(row, 4))
            && !filter.admits(stream, event_type)
        {
            continue;
        }
        if events.len() == PAGE_LONG {
            events.reserve(limit.min(PAGE_ROOM_MAX));
        }
        events.push(event_of(row, store)?);
    }
    Ok(Page {
        events,
        scanned_to,
        is_full: scanned == limit,
    })
}

/// The event that a segment has recorded under an id.
pub(super) fn event_in_segment(
    connection: &Connection,
    segment: u64,
    id: EventId,
    store: StoreId,
) -> Result<Option<RecordedEvent>, ReadError> {
    Ok(collect(
        select(connection, "WHERE position / 4096 = ?1 AND event_id = ?2")?,
        params![segment.cast_signed(), id.as_bytes()],
        store,
    )?
    .pop())
}

fn event_of(row: &Row<'_>, store: StoreId) -> Result<RecordedEvent, ReadError> {
    read_columns(row, store).map_err(|what| ReadError::Corrupt {
        stream: StreamName::new(match row.get_ref(1) {
            Ok(ValueRef::Text(bytes)) => String::from_utf8_lossy(bytes).into_owned(),
            _ => String::new(),
        }),
        revision: Revision(number(row, 2).unwrap_or_default()),
        id: id(row).ok(),
        what: what.into(),
    })
}

/// The error names the column that is not as we write it.
fn read_columns(row: &Row<'_>, store: StoreId) -> Result<RecordedEvent, &'static str> {
    Ok(RecordedEvent {
        position: Position::new(store, number(row, 0).ok_or("position")?),
        stream: StreamName::new(text(row, 1).map_err(|()| "stream")?),
        revision: Revision(number(row, 2).ok_or("revision")?),
        id: id(row)?,
        event_type: text(row, 4).map_err(|()| "event_type")?.to_owned(),
        schema_version: row.get(5).map_err(|_| "schema_version")?,
        recorded_at: row
            .get(6)
            .ok()
            .and_then(DateTime::from_timestamp_micros)
            .ok_or("recorded_at")?,
        metadata: bytes(row, 7)
            .and_then(Metadata::from_bytes)
            .ok_or("metadata")?,
        data: bytes(row, 8).ok_or("data")?.to_vec(),
        prev_hash: bytes(row, 9)
            .and_then(|hash| hash.try_into().ok())
            .ok_or("prev_hash")?,
        hash: bytes(row, 10)
            .and_then(|hash| hash.try_into().ok())
            .ok_or("hash")?,
    })
}

fn id(row: &Row<'_>) -> Result<EventId, &'static str> {
    bytes(row, 3)
        .and_then(|id| Uuid::from_slice(id).ok())
        .ok_or("event_id")
}

fn text<'a>(row: &'a Row<'_>, column: usize) -> Result<&'a str, ()> {
    row.get_ref(column)
        .map_err(|_| ())?
        .as_str()
        .map_err(|_| ())
}

fn bytes<'a>(row: &'a Row<'_>, column: usize) -> Option<&'a [u8]> {
    row.get_ref(column).ok()?.as_blob().ok()
}

fn number(row: &Row<'_>, column: usize) -> Option<u64> {
    row.get::<_, i64>(column).ok()?.try_into().ok()
}
