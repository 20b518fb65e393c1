//! The connection that writes: one transaction for a group of commands, each recorded wholly or not at all.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use rusqlite::{CachedStatement, Connection, ErrorCode, OptionalExtension, ffi, params};

use super::{
    ids::{IdFilters, segment_of},
    reader::event_in_segment,
};
use crate::{
    AppendError, Appended, EventId, ExpectedRevision, Hash, NewEvent, Position, ReadError,
    RecordedEvent, Revision, StoreId, StreamName,
    chain::{GENESIS, Link},
    store::repeat_of,
};

/// One append.
pub(super) struct Command {
    pub(super) stream: StreamName,
    pub(super) expected: ExpectedRevision,
    /// Each with its metadata's stored form.
    pub(super) events: Vec<(NewEvent, Vec<u8>)>,
    pub(super) recorded_at: DateTime<Utc>,
}

pub(super) type Answer = Result<Appended, AppendError>;

/// Why no command of a group was recorded. The connection is in doubt then, and dropping it rolls back.
pub(super) struct GroupFailure(pub(super) AppendError);

impl From<rusqlite::Error> for GroupFailure {
    fn from(error: rusqlite::Error) -> Self {
        Self(unavailable(error))
    }
}

/// Streams whose last event is remembered; beyond that all are forgotten and read again.
const HEADS_MAX: usize = 20_000;

pub(super) struct Ledger {
    connection: Connection,
    known: Known,
}

/// What is known of the file.
struct Known {
    store: StoreId,
    /// The last event of streams written to. True as long as nobody else writes to the file.
    heads: HashMap<StreamName, Head>,
    ids: IdFilters,
    /// Changes when another connection has written to the file.
    data_version: i64,
    /// The last position in the log, this group's events included.
    end: u64,
    /// The last position that the file says was acknowledged.
    acknowledged: u64,
}

/// A transaction that commands are recorded in; rolled back unless it is committed.
pub(super) struct Group<'a> {
    connection: &'a Connection,
    known: &'a mut Known,
    insert: CachedStatement<'a>,
}

#[derive(Clone, Copy)]
struct Head {
    revision: Revision,
    hash: Hash,
}

enum Attempt {
    Inserted(Appended),
    /// The stream is not as expected; its last revision.
    Unexpected(Option<Revision>),
    /// One of the ids is in the log.
    IdTaken,
}

impl Ledger {
    pub(super) fn new(connection: Connection, store: StoreId) -> Self {
        let known = Known {
            store,
            heads: HashMap::new(),
            ids: IdFilters::default(),
            data_version: -1,
            end: 0,
            acknowledged: 0,
        };
        Self { connection, known }
    }

    /// Begins a group.
    pub(super) fn begin(&mut self) -> Result<Group<'_>, GroupFailure> {
        let Self { connection, known } = self;
        // Immediate, so that what is read from here on stays true until the commit.
        run(connection, "BEGIN IMMEDIATE")?;
        known.catch_up(connection)?;
        let insert = connection.prepare_cached(
            "INSERT INTO events (position, stream, revision, event_id, event_type, schema_version, recorded_at, \
             metadata, data, prev_hash, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?;
        Ok(Group {
            connection,
            known,
            insert,
        })
    }
}

impl Known {
    /// Takes note of what other connections have written.
    fn catch_up(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        let data_version = connection
            .prepare_cached("PRAGMA data_version")?
            .query_row((), |row| row.get(0))?;
        if data_version != self.data_version {
            self.heads.clear();
            self.end = connection
                .prepare_cached("SELECT coalesce(max(position), 0) FROM events")?
                .query_row((), |row| row.get::<_, i64>(0))?
                .cast_unsigned();
            self.ids.catch_up(connection, self.end)?;
            self.data_version = data_version;
        }
        if self.heads.len() > HEADS_MAX {
            self.heads.clear();
        }
        self.acknowledged = self.end;
        Ok(())
    }

    fn head(&self, connection: &Connection, stream: &StreamName) -> rusqlite::Result<Option<Head>> {
        if let Some(head) = self.heads.get(stream) {
            return Ok(Some(*head));
        }
        connection
            .prepare_cached("SELECT revision, hash FROM events WHERE stream = ?1 ORDER BY revision DESC LIMIT 1")?
            .query_row([stream.as_str()], |row| {
                Ok(Head { revision: Revision(row.get::<_, i64>(0)?.cast_unsigned()), hash: row.get(1)? })
            })
            .optional()
    }

    fn remember(&mut self, stream: &StreamName, head: Head) {
        match self.heads.get_mut(stream) {
            Some(known) => *known = head,
            None => drop(self.heads.insert(stream.clone(), head)),
        }
    }

    fn event_by_id(
        &self,
        connection: &Connection,
        id: EventId,
    ) -> Result<Option<RecordedEvent>, ReadError> {
        self.ids.first_in(id, segment_of(self.end) + 1, |segment| {
            event_in_segment(connection, segment, id, self.store)
        })
    }
}

impl Group<'_> {
    /// Records a command, or leaves no trace of it and says why.
    pub(super) fn record(&mut self, command: &Command) -> Result<Answer, GroupFailure> {
        let answer = self
            .record_alone(command)
            .unwrap_or_else(|error| Err(unavailable(error)));
        // Some errors (disk full, I/O) make SQLite give up the whole transaction, neighbours and all.
        if self.connection.is_autocommit() {
            let error = answer
                .err()
                .unwrap_or_else(|| AppendError::Unavailable("the transaction was lost".into()));
            return Err(GroupFailure(error));
        }
        Ok(answer)
    }

    /// Makes the group durable.
    pub(super) fn commit(self) -> Result<(), GroupFailure> {
        if self.known.end != self.known.acknowledged {
            self.connection
                .prepare_cached("UPDATE log SET end_position = ?1")?
                .execute([self.known.end.cast_signed()])?;
            self.known.ids.catch_up(self.connection, self.known.end)?;
        }
        let Err(error) = run(self.connection, "COMMIT") else {
            return Ok(());
        };
        let is_rolled_back =
            self.connection.is_autocommit() || run(self.connection, "ROLLBACK").is_ok();
        let failed_before_writing = matches!(
            error.sqlite_error_code(),
            Some(
                ErrorCode::ConstraintViolation
                    | ErrorCode::DatabaseBusy
                    | ErrorCode::DatabaseLocked
                    | ErrorCode::DiskFull
            )
        );
        // When the fsync itself fails, the commit may still be found on the disk later.
        Err(GroupFailure(if is_rolled_back && failed_before_writing {
            unavailable(error)
        } else {
            AppendError::OutcomeUnknown(error.to_string())
        }))
    }

    fn record_alone(&mut self, command: &Command) -> rusqlite::Result<Answer> {
        // A savepoint lets a command fail without its neighbours. One insert alone undoes itself when it fails,
        // and a savepoint copies every page it touches.
        let needs_savepoint = command.events.len() > 1;
        if needs_savepoint {
            run(self.connection, "SAVEPOINT command")?;
        }
        let attempt = self.insert(command);
        let is_inserted = matches!(attempt, Ok(Attempt::Inserted(_)));
        if needs_savepoint && !self.connection.is_autocommit() {
            if !is_inserted {
                run(self.connection, "ROLLBACK TO command")?;
            }
            run(self.connection, "RELEASE command")?;
        }
        let (otherwise, repeat) = match attempt? {
            Attempt::Inserted(appended) => return Ok(Ok(appended)),
            Attempt::Unexpected(actual) => {
                let expected = command.expected;
                (
                    AppendError::WrongExpectedRevision { expected, actual },
                    self.repeated(command),
                )
            }
            Attempt::IdTaken => (
                AppendError::Unavailable("an event id is taken by no event".into()),
                self.repeated(command),
            ),
        };
        Ok(repeat.and_then(|repeat| repeat.ok_or(otherwise)))
    }

    fn insert(&mut self, command: &Command) -> rusqlite::Result<Attempt> {
        let head = self.known.head(self.connection, &command.stream)?;
        let actual = head.map(|head| head.revision);
        if !command.expected.is_met_by(actual) {
            return Ok(Attempt::Unexpected(actual));
        }
        let mut prev_hash = head.map_or(GENESIS, |head| head.hash);
        let mut revision = actual.map_or(Revision(0), Revision::next);
        let mut last = None;
        for (number, (event, metadata)) in (self.known.end + 1..).zip(&command.events) {
            // In its own segment the index refuses it.
            let segment = segment_of(number);
            if self
                .known
                .ids
                .is_recorded(self.connection, event.id, segment)?
            {
                return Ok(Attempt::IdTaken);
            }
            let hash = Link {
                stream: &command.stream,
                revision,
                id: event.id,
                event_type: &event.event_type,
                schema_version: event.schema_version,
                recorded_at: command.recorded_at,
                metadata,
                data: &event.data,
            }
            .hash(&prev_hash);
            let inserted = self.insert.execute(params![
                number.cast_signed(),
                command.stream.as_str(),
                revision.0.cast_signed(),
                event.id.as_bytes(),
                event.event_type,
                event.schema_version,
                command.recorded_at.timestamp_micros(),
                metadata,
                event.data,
                prev_hash,
                hash,
            ]);
            match inserted {
                Ok(_) => {}
                Err(error) if is_unique_violation(&error) => return Ok(Attempt::IdTaken),
                Err(error) => return Err(error),
            }
            last = Some((number, Head { revision, hash }));
            prev_hash = hash;
            revision = revision.next();
        }
        let (number, head) = last.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
        self.known.remember(&command.stream, head);
        self.known.end = number;
        let position = Position::new(self.known.store, number);
        Ok(Attempt::Inserted(Appended {
            revision: head.revision,
            position,
            repeated: false,
        }))
    }

    /// The first answer to a command whose events are all recorded.
    fn repeated(&self, command: &Command) -> Result<Option<Appended>, AppendError> {
        let known = command
            .events
            .iter()
            .map(|(event, _)| self.known.event_by_id(self.connection, event.id))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| AppendError::Unavailable(error.to_string()))?;
        repeat_of(
            &command.stream,
            command.events.iter().map(|(event, _)| event),
            &known,
        )
    }
}

fn run(connection: &Connection, sql: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(sql)?.execute(()).map(drop)
}

fn unavailable(error: rusqlite::Error) -> AppendError {
    AppendError::Unavailable(error.to_string())
}

fn is_unique_violation(error: &rusqlite::Error) -> bool {
    error
        .sqlite_error()
        .is_some_and(|error| error.extended_code == ffi::SQLITE_CONSTRAINT_UNIQUE)
}
