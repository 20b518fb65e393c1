//! Whole copies of a log, made beside a running writer.

use std::{
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OpenFlags, OptionalExtension};

use super::{
    ids::segment_of,
    schema::{OpenError, refuse_foreign, store_of, sync_file},
};
use crate::Position;

/// How much of a backup a restored log has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// Up to this event, inclusive.
    Position(Position),
    /// Everything before the first event recorded after this moment.
    Time(DateTime<Utc>),
}

/// Copies the log at `from`, as of one moment, to the new file `to`; `adapt` may change the copy before it gets
/// its name.
pub(super) fn copy(
    from: &Path,
    to: &Path,
    busy_timeout: Duration,
    adapt: impl FnOnce(&mut Connection) -> Result<(), OpenError>,
) -> Result<(), OpenError> {
    if to.exists() {
        return Err(OpenError::Exists(to.to_owned()));
    }
    // Under another name until it is whole and durable, so that half a copy is never taken for one.
    let mut partial = to.as_os_str().to_owned();
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    if partial.exists() {
        std::fs::remove_file(&partial).map_err(OpenError::io(&partial))?;
    }
    let copied = copy_into(from, &partial, busy_timeout)
        .and_then(|()| {
            let mut copy = Connection::open(&partial).map_err(OpenError::sqlite(&partial))?;
            adapt(&mut copy)
        })
        .and_then(|()| sync_file(&partial))
        .and_then(|()| std::fs::rename(&partial, to).map_err(OpenError::io(to)))
        .and_then(|()| sync_file(to));
    if copied.is_err() {
        // The copy failed already; that its remains cannot be removed either adds nothing.
        let _ = std::fs::remove_file(&partial);
    }
    copied
}

/// Takes the events after a moment out of a copy of `backup`, pages and all.
pub(super) fn cut(copy: &Connection, backup: &Path, until: Until) -> Result<(), OpenError> {
    let refused = OpenError::sqlite(backup);
    let end: i64 = copy
        .query_row("SELECT end_position FROM log", (), |row| row.get(0))
        .map_err(&refused)?;
    let until = match until {
        Until::Position(until) => {
            let store = store_of(copy).map_err(&refused)?;
            if until.store() != store || until.number() > end.cast_unsigned() {
                return Err(OpenError::NotReached {
                    path: backup.to_owned(),
                    until,
                });
            }
            until.number().cast_signed()
        }
        Until::Time(moment) => copy
            .query_row(
                "SELECT position - 1 FROM events WHERE recorded_at > ?1 ORDER BY position LIMIT 1",
                [moment.timestamp_micros()],
                |row| row.get(0),
            )
            .optional()
            .map_err(&refused)?
            .unwrap_or(end),
    };
    let cut = || -> rusqlite::Result<()> {
        copy.execute("DELETE FROM events WHERE position > ?1", [until])?;
        copy.execute(
            "DELETE FROM id_filters WHERE segment >= ?1",
            [segment_of(until.cast_unsigned() + 1).cast_signed()],
        )?;
        copy.execute("UPDATE log SET end_position = ?1", [until])?;
        copy.execute_batch("VACUUM")
    };
    cut().map_err(&refused)
}

fn copy_into(from: &Path, to: &Path, busy_timeout: Duration) -> Result<(), OpenError> {
    let refused = OpenError::sqlite(from);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(from, flags).map_err(&refused)?;
    connection.busy_timeout(busy_timeout).map_err(&refused)?;
    refuse_foreign(&connection, from)?;
    let name = to
        .to_str()
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "the path is not UTF-8"));
    connection
        .execute("VACUUM INTO ?1", [name.map_err(OpenError::io(to))?])
        .map_err(&refused)?;
    Ok(())
}
