//! One SQLite file: a writer connection and a small pool of readers.

use crate::error::Result;
use crate::opening;
use crate::replica::Hypothesis;
use crate::rules::DERIVATION;
use eventlog::{Position, StoreId};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, OptionalExtension};
use sealing::Keys;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use uuid::Uuid;

const SCHEMA: &str = concat!(
    include_str!("../../../migrations/read_models/0001_read_models.sql"),
    include_str!("../../../migrations/read_models/0002_period_reopening.sql"),
    include_str!("../../../migrations/read_models/0003_day_records.sql"),
);

/// Idle readers kept open; more are opened under load and closed afterwards.
const IDLE_READERS_MAX: usize = 4;

/// Distinct statements of the crate, with room.
const STATEMENTS_CACHED: usize = 128;

/// Bytes of a page: a day's record has room in one with others.
const PAGE_BYTES: i64 = 8192;

/// Kilobytes of a file's pages held while it is built.
const BUILDING_CACHE_KB: i64 = 64 * 1024;

/// The same for each who reads it meanwhile: the facts of a desk's month.
const WORKER_CACHE_KB: i64 = 16 * 1024;

pub(crate) struct Database {
    file: PathBuf,
    hypothesis: Option<Hypothesis>,
    keys: Arc<Keys>,
    writer: Mutex<Connection>,
    idle_readers: Mutex<Vec<Connection>>,
}

/// A panic while the lock was held rolled its transaction back, so the connection is whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Database {
    /// Opens a file made by this build, or says that there is none (`None`): made by another build, damaged, absent.
    pub(crate) fn open_current(file: &Path, keys: &Arc<Keys>) -> Result<Option<Self>> {
        if !file.exists() {
            return Ok(None);
        }
        let writer = connect(file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let stamp: Result<Option<String>, rusqlite::Error> = writer
            .query_row("SELECT stamp FROM built_with", [], |row| row.get(0))
            .optional();
        Ok(match stamp {
            Ok(Some(stamp)) if stamp == build_stamp() => Some(Self::with(file, writer, keys)),
            _ => None,
        })
    }

    /// Makes an empty file.
    pub(crate) fn create(file: &Path, keys: &Arc<Keys>) -> Result<Self> {
        let mut writer = connect(
            file,
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
        )?;
        make_tables(&mut writer)?;
        Ok(Self::with(file, writer, keys))
    }

    fn with(file: &Path, writer: Connection, keys: &Arc<Keys>) -> Self {
        Self {
            file: file.to_owned(),
            hypothesis: None,
            keys: Arc::clone(keys),
            writer: Mutex::new(writer),
            idle_readers: Mutex::default(),
        }
    }

    /// Kept under other rules than those adopted.
    pub(crate) fn under(mut self, hypothesis: Option<Hypothesis>) -> Self {
        self.hypothesis = hypothesis;
        self
    }

    pub(crate) fn hypothesis(&self) -> Option<&Hypothesis> {
        self.hypothesis.as_ref()
    }

    pub(crate) fn file(&self) -> &Path {
        &self.file
    }

    /// What opens the sealed texts of the rows.
    pub(crate) fn keys(&self) -> &Keys {
        &self.keys
    }

    /// The only connection that writes. It reads rows as they are stored, sealed.
    pub(crate) fn writer(&self) -> MutexGuard<'_, Connection> {
        lock(&self.writer)
    }

    /// Runs `query` inside one read transaction, in which sealed texts are open.
    pub(crate) fn read<T>(&self, query: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let idle = lock(&self.idle_readers).pop();
        let mut reader = match idle {
            Some(reader) => reader,
            None => {
                let reader = connect(&self.file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
                opening::open_texts(&reader, &self.keys)?;
                reader
            }
        };
        self.keys.look()?;
        let answer = {
            let snapshot = reader.transaction()?;
            query(&snapshot)
        };
        let mut idle = lock(&self.idle_readers);
        if idle.len() < IDLE_READERS_MAX {
            idle.push(reader);
        }
        answer
    }
}

fn make_tables(connection: &mut Connection) -> Result<()> {
    let transaction = connection.transaction()?;
    transaction.execute_batch(SCHEMA)?;
    transaction.execute(
        "INSERT INTO built_with (stamp) VALUES (?1)",
        [build_stamp()],
    )?;
    Ok(transaction.commit()?)
}

/// A file with empty tables to be filled in one go. Until [`end_building`] a crash leaves it of no use, and nobody but
/// who fills it may know its name.
pub(crate) fn begin_building(file: &Path) -> Result<Connection> {
    let mut connection = open(
        file,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
    )?;
    connection.pragma_update(None, "journal_mode", "OFF")?;
    connection.pragma_update(None, "synchronous", "OFF")?;
    connection.pragma_update(None, "cache_size", -BUILDING_CACHE_KB)?;
    make_tables(&mut connection)?;
    Ok(connection)
}

/// From here on others read what was committed while the rest is written.
pub(crate) fn let_read(connection: &Connection) -> Result<()> {
    Ok(connection.pragma_update(None, "journal_mode", "WAL")?)
}

/// One of those.
pub(crate) fn open_worker(file: &Path) -> Result<Connection> {
    let connection = open(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.pragma_update(None, "cache_size", -WORKER_CACHE_KB)?;
    Ok(connection)
}

/// Makes what was built outlive a power cut; from now on it is a file like any other.
pub(crate) fn end_building(connection: Connection, file: &Path) -> Result<()> {
    let_read(&connection)?;
    drop(connection);
    std::fs::File::open(file)?.sync_all()?;
    if let Some(folder) = file.parent() {
        std::fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}

fn open(file: &Path, flags: OpenFlags) -> Result<Connection> {
    let connection = Connection::open_with_flags(file, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(std::time::Duration::from_secs(10))?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_CACHED);
    // Otherwise every new value bound to a range makes SQLite (built with STAT4) compile the statement again.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    // Of a new file; one that exists keeps its own.
    connection.pragma_update(None, "page_size", PAGE_BYTES)?;
    Ok(connection)
}

fn connect(file: &Path, flags: OpenFlags) -> Result<Connection> {
    let connection = open(file, flags)?;
    // The log is the truth: a power loss may cost the last batches, never their consistency with the checkpoint.
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    if !flags.contains(OpenFlags::SQLITE_OPEN_READ_ONLY) {
        connection.pragma_update(None, "journal_mode", "WAL")?;
    }
    Ok(connection)
}

/// What made the rows: the tables, and the version of what is derived into them.
fn build_stamp() -> String {
    let mut hasher = Sha256::new();
    for part in [SCHEMA, env!("CARGO_PKG_VERSION"), DERIVATION] {
        hasher.update(part.len().to_le_bytes());
        hasher.update(part);
    }
    hasher
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// How far the log has been applied.
pub(crate) fn checkpoint(connection: &Connection) -> Result<Option<Position>> {
    let found: Option<(String, i64)> = connection
        .prepare_cached("SELECT store, position FROM checkpoint")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    found
        .map(|(store, position)| {
            let store: Uuid = crate::columns::parse(&store)?;
            Ok(Position::new(StoreId(store), position.unsigned_abs()))
        })
        .transpose()
}

/// Moves the checkpoint.
pub(crate) fn set_checkpoint(connection: &Connection, position: Position) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO checkpoint (one, store, position) VALUES (1, ?1, ?2)",
        )?
        .execute((
            position.store().to_string(),
            column_position(position.number()),
        ))?;
    Ok(())
}

/// A position's number as a column.
pub(crate) fn column_position(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
