//! Opening the file: version, settings, tables.

use std::{
    fs::File,
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, OptionalExtension, TransactionBehavior};
use thiserror::Error;
use uuid::Uuid;

use crate::{Position, StoreId};

/// Marks the file as ours ("PBLG").
const APPLICATION_ID: i32 = 0x5042_4c47;

/// `PRAGMA user_version` after each of these, in order. A released one is never edited.
pub(super) const MIGRATIONS: [&str; 2] = [
    include_str!("../../../../migrations/log/0001_events.sql"),
    include_str!("../../../../migrations/log/0002_event_ids.sql"),
];

/// The first SQLite in which a write and a checkpoint at the same moment cannot corrupt the write-ahead log.
const SQLITE_VERSION_MIN: i32 = 3_051_003;

/// Why a file could not be opened as a log.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The library is too old to be trusted with the only truth there is.
    #[error("SQLite {0} is too old for the log; 3.51.3 is the oldest that will do")]
    SqliteTooOld(&'static str),
    /// The file is some other database.
    #[error("{} is a database, but not an event log", .0.display())]
    NotALog(PathBuf),
    /// The file was written by a newer release.
    #[error("{} has schema version {found}; this release knows versions up to {known}", .path.display())]
    NewerSchema {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u32,
        /// The newest we know.
        known: u32,
    },
    /// The file system offers no shared memory for a write-ahead log.
    #[error("{} cannot have a write-ahead log (journal mode stays `{mode}`)", .path.display())]
    NoWal {
        /// The file.
        path: PathBuf,
        /// The mode SQLite chose.
        mode: String,
    },
    /// A log restored up to a moment would have to hold it.
    #[error("{} does not reach up to {until}", .path.display())]
    NotReached {
        /// The backup.
        path: PathBuf,
        /// The position wanted.
        until: Position,
    },
    /// The target of a backup or a restore is there already.
    #[error("{} exists and is not overwritten", .0.display())]
    Exists(PathBuf),
    /// The file system refused.
    #[error("{} could not be written or read", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// SQLite refused.
    #[error("SQLite refused {}", .path.display())]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: rusqlite::Error,
    },
}

/// What is wrong with a log's file beyond its events.
#[derive(Debug, Error)]
pub enum FileFault {
    /// A table, an index or the file's own structure is not as it was written.
    #[error("{} is damaged: {what}", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Where.
        what: String,
    },
    /// It could not be looked at.
    #[error("SQLite could not check {}", .path.display())]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: rusqlite::Error,
    },
}

impl FileFault {
    pub(super) fn sqlite(path: &Path) -> impl Fn(rusqlite::Error) -> Self + '_ {
        |source| Self::Sqlite {
            path: path.to_owned(),
            source,
        }
    }
}

impl OpenError {
    pub(super) fn sqlite(path: &Path) -> impl Fn(rusqlite::Error) -> Self + '_ {
        |source| Self::Sqlite {
            path: path.to_owned(),
            source,
        }
    }

    pub(super) fn io(path: &Path) -> impl Fn(std::io::Error) -> Self + '_ {
        |source| Self::Io {
            path: path.to_owned(),
            source,
        }
    }
}

/// The one connection that writes, on a file that has every table.
pub(super) fn open_writer(
    path: &Path,
    busy_timeout: Duration,
) -> Result<(Connection, StoreId), OpenError> {
    if rusqlite::version_number() < SQLITE_VERSION_MIN {
        return Err(OpenError::SqliteTooOld(rusqlite::version()));
    }
    let refused = OpenError::sqlite(path);
    let mut connection = Connection::open(path).map_err(&refused)?;
    connection.busy_timeout(busy_timeout).map_err(&refused)?;
    refuse_foreign(&connection, path)?;
    let mode: String = connection
        .query_row("PRAGMA journal_mode = WAL", (), |row| row.get(0))
        .map_err(&refused)?;
    if mode != "wal" {
        return Err(OpenError::NoWal {
            path: path.to_owned(),
            mode,
        });
    }
    // FULL: the answer to an append is a promise that outlives a power cut.
    // A page that many commits change is copied from the write-ahead log into the file once for all of them: at 4,000
    // pages, 16 MB, not at 1,000.
    // Savepoints keep their copies of pages in memory, not in a temporary file.
    connection
        .execute_batch(
            "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000; PRAGMA temp_store = MEMORY; \
             PRAGMA cache_size = -8000;",
        )
        .map_err(&refused)?;
    migrate(&mut connection, path)?;
    let store = store_of(&connection).map_err(&refused)?;
    Ok((connection, store))
}

/// Moves what stands in the write-ahead log into the file proper, durably, and begins that log anew.
///
/// After a crash SQLite finds there whole transactions whose fsync may never have happened, or has failed: the
/// kernel shows them from its memory, the disk may not have them, and a later fsync does not bring them there. An
/// answer must not rest on one, nor may a transaction be appended behind it. Once copied and synced they are safe.
///
/// While another process has the log open nothing needs to be done, since it did it when it opened: so when its
/// readers are in the way longer than the busy timeout, the opening goes on.
pub(super) fn settle(connection: &Connection, path: &Path) -> Result<(), OpenError> {
    let refused = OpenError::sqlite(path);
    let is_busy: bool = connection
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", (), |row| row.get(0))
        .map_err(&refused)?;
    if is_busy {
        tracing::info!(path = %path.display(), "The log is in use by another process");
        return Ok(());
    }
    // SQLite does not sync the truncation. A commit writes a new header, which makes the old frames void.
    connection
        .pragma_update(None, "user_version", MIGRATIONS.len() as u32)
        .map_err(&refused)
}

pub(super) fn store_of(connection: &Connection) -> rusqlite::Result<StoreId> {
    connection
        .query_row("SELECT store_id FROM log", (), |row| {
            row.get::<_, [u8; 16]>(0)
        })
        .map(|id| StoreId(Uuid::from_bytes(id)))
}

/// A connection that only reads, on a file that a writer has opened before.
pub(super) fn open_reader(path: &Path, busy_timeout: Duration) -> rusqlite::Result<Connection> {
    // Not SQLITE_OPEN_READ_ONLY: after a crash the first reader may have to rebuild the write-ahead log's index.
    // No mutex: a connection is used by one thread at a time.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(busy_timeout)?;
    connection.execute_batch("PRAGMA query_only = ON;")?;
    Ok(connection)
}

/// A connection that does nothing but keep the write-ahead log's index alive while the writer is opened anew.
///
/// The index knows only commits whose fsync succeeded. Were it lost with the last connection, SQLite would make it
/// again from the file, and find there the commit that has just failed. And to make it takes room, which a full disk
/// does not have: with it, readers can still be opened.
pub(super) fn open_anchor(path: &Path, busy_timeout: Duration) -> rusqlite::Result<Connection> {
    let connection = open_reader(path, busy_timeout)?;
    // SQLite opens the write-ahead log at the first read.
    store_of(&connection)?;
    Ok(connection)
}

pub(super) fn refuse_foreign(connection: &Connection, path: &Path) -> Result<(), OpenError> {
    let refused = OpenError::sqlite(path);
    let application: i32 = connection
        .query_row("PRAGMA application_id", (), |row| row.get(0))
        .map_err(&refused)?;
    let has_tables = connection
        .query_row("SELECT 1 FROM sqlite_schema LIMIT 1", (), |_| Ok(()))
        .optional()
        .map_err(&refused)?
        .is_some();
    if has_tables && application != APPLICATION_ID {
        return Err(OpenError::NotALog(path.to_owned()));
    }
    Ok(())
}

pub(super) fn migrate(connection: &mut Connection, path: &Path) -> Result<(), OpenError> {
    let refused = OpenError::sqlite(path);
    // Immediate, so that of two processes that open a new file one makes the tables and the other finds them.
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(&refused)?;
    let found: u32 = transaction
        .query_row("PRAGMA user_version", (), |row| row.get(0))
        .map_err(&refused)?;
    let known = MIGRATIONS.len() as u32;
    if found > known {
        return Err(OpenError::NewerSchema {
            path: path.to_owned(),
            found,
            known,
        });
    }
    if found == known {
        return Ok(());
    }
    for migration in MIGRATIONS.iter().skip(found as usize) {
        transaction.execute_batch(migration).map_err(&refused)?;
    }
    if found == 0 {
        let store = StoreId::fresh();
        transaction
            .execute(
                "INSERT INTO log (only_row, store_id, end_position) VALUES (1, ?1, 0)",
                [store.0.as_bytes()],
            )
            .map_err(&refused)?;
    }
    transaction
        .pragma_update(None, "application_id", APPLICATION_ID)
        .map_err(&refused)?;
    transaction
        .pragma_update(None, "user_version", known)
        .map_err(&refused)?;
    transaction.commit().map_err(&refused)
}

/// Makes a file's content, and its name in the folder, outlive a power cut.
pub(super) fn sync_file(path: &Path) -> Result<(), OpenError> {
    let refused = OpenError::io(path);
    File::open(path)
        .and_then(|file| file.sync_all())
        .map_err(&refused)?;
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(&refused)
}
