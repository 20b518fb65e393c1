//! The one writer: a thread that takes all commands waiting, records them in one transaction and answers
//! after the commit, so that many appends share one fsync and nobody is answered before it.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use rusqlite::{Connection, ErrorCode, OptionalExtension, ffi, params};
use tokio::sync::{mpsc, oneshot, watch};

use super::{reader::event_by_id, schema::open_writer};
use crate::{
    AppendError, Appended, ExpectedRevision, Hash, NewEvent, Position, Revision, StoreId,
    StreamName,
    chain::{GENESIS, Link},
    store::repeat_of,
};

type Answer = Result<Appended, AppendError>;

/// One append on its way to the writer.
pub(super) struct Command {
    pub(super) stream: StreamName,
    pub(super) expected: ExpectedRevision,
    /// Each with its metadata's stored form.
    pub(super) events: Vec<(NewEvent, Vec<u8>)>,
    pub(super) recorded_at: DateTime<Utc>,
    pub(super) reply: oneshot::Sender<Answer>,
}

impl Command {
    fn bytes(&self) -> usize {
        self.events
            .iter()
            .map(|(event, metadata)| event.data.len() + metadata.len())
            .sum()
    }
}

/// Bytes of events in one transaction, so that a group of large ones does not hold up the rest for long.
const GROUP_BYTES_MAX: usize = 8 * 1024 * 1024;

pub(super) struct Writer {
    pub(super) path: PathBuf,
    pub(super) store: StoreId,
    pub(super) busy_timeout: Duration,
    /// `None` after a failed commit, until it could be opened again.
    pub(super) connection: Option<Connection>,
    pub(super) inbox: mpsc::Receiver<Command>,
    pub(super) appended: watch::Sender<()>,
    pub(super) group_commands_max: usize,
}

impl Writer {
    /// Works until the log is dropped and every waiting command is answered.
    pub(super) fn run(mut self) {
        let mut pace = Pace::default();
        while let Some(first) = self.inbox.blocking_recv() {
            let group = self.gather(first, &pace);
            let started = Instant::now();
            let answers = self.record(&group);
            pace = Pace {
                commands: group.len(),
                commit: started.elapsed(),
            };
            if answers
                .iter()
                .any(|answer| matches!(answer, Ok(appended) if !appended.repeated))
            {
                self.appended.send_replace(());
            }
            for (command, answer) in group.into_iter().zip(answers) {
                // Whoever no longer waits does not mind.
                let _ = command.reply.send(answer);
            }
        }
    }

    /// The commands waiting now, and those that the clients just answered are about to send again.
    fn gather(&mut self, first: Command, pace: &Pace) -> Vec<Command> {
        let started = Instant::now();
        let mut bytes = first.bytes();
        let mut group = vec![first];
        while group.len() < self.group_commands_max && bytes < GROUP_BYTES_MAX {
            match self.inbox.try_recv() {
                Ok(command) => {
                    bytes += command.bytes();
                    group.push(command);
                }
                Err(_) if pace.is_worth_waiting(group.len(), started.elapsed()) => {
                    std::thread::yield_now()
                }
                Err(_) => break,
            }
        }
        group
    }

    fn record(&mut self, group: &[Command]) -> Vec<Answer> {
        let outcome = match self.connection() {
            Ok(connection) => record_group(connection, group),
            Err(error) => Err(GroupFailure {
                error,
                reopen: false,
            }),
        };
        match outcome {
            Ok(answers) => answers,
            Err(failure) => {
                tracing::error!(
                    commands = group.len(),
                    error = %failure.error,
                    "The log could not commit a group of appends"
                );
                if failure.reopen {
                    self.connection = None;
                }
                group.iter().map(|_| Err(failure.error.clone())).collect()
            }
        }
    }

    fn connection(&mut self) -> Result<(&mut Connection, StoreId), AppendError> {
        if self.connection.is_none() {
            let (connection, store) = open_writer(&self.path, self.busy_timeout)
                .map_err(|error| AppendError::Unavailable(error.to_string()))?;
            if store != self.store {
                return Err(AppendError::Unavailable(
                    "another log was put in this one's place".into(),
                ));
            }
            self.connection = Some(connection);
        }
        let connection = self.connection.as_mut();
        connection
            .map(|connection| (connection, self.store))
            .ok_or_else(|| AppendError::Unavailable("closed".into()))
    }
}

/// How the last group went. Clients that wait for an answer before their next append come back in a burst after
/// each commit; without a moment's patience the first of them would cost the others a commit of their own.
#[derive(Default)]
struct Pace {
    commands: usize,
    commit: Duration,
}

impl Pace {
    const PATIENCE_MAX: Duration = Duration::from_millis(2);

    fn is_worth_waiting(&self, commands: usize, waited: Duration) -> bool {
        commands < self.commands && waited < (self.commit / 4).min(Self::PATIENCE_MAX)
    }
}

/// Why no command of a group was recorded.
struct GroupFailure {
    error: AppendError,
    /// The connection is in doubt.
    reopen: bool,
}

impl GroupFailure {
    fn nothing_done(error: &rusqlite::Error) -> Self {
        Self {
            error: AppendError::Unavailable(error.to_string()),
            reopen: true,
        }
    }
}

fn record_group(
    (connection, store): (&mut Connection, StoreId),
    group: &[Command],
) -> Result<Vec<Answer>, GroupFailure> {
    run(connection, "BEGIN IMMEDIATE").map_err(|error| GroupFailure::nothing_done(&error))?;
    let mut answers = Vec::with_capacity(group.len());
    for command in group {
        let answer = record_in_savepoint(connection, store, command);
        // Some errors (disk full, I/O) make SQLite give up the whole transaction, neighbours and all.
        if connection.is_autocommit() {
            let error = answer
                .err()
                .unwrap_or_else(|| AppendError::Unavailable("the transaction was lost".into()));
            return Err(GroupFailure {
                error,
                reopen: true,
            });
        }
        answers.push(answer);
    }
    let end = answers
        .iter()
        .flatten()
        .filter(|appended| !appended.repeated)
        .map(|appended| appended.position.number())
        .max();
    commit(connection, end)?;
    Ok(answers)
}

/// Commits what the group wrote; `end` is its last position.
fn commit(connection: &Connection, end: Option<u64>) -> Result<(), GroupFailure> {
    if let Some(end) = end {
        let moved = connection
            .prepare_cached("UPDATE log SET end_position = ?1")
            .and_then(|mut statement| statement.execute([end.cast_signed()]));
        if let Err(error) = moved {
            // Dropping the connection rolls back.
            return Err(GroupFailure::nothing_done(&error));
        }
    }
    let Err(error) = run(connection, "COMMIT") else {
        return Ok(());
    };
    let is_rolled_back = connection.is_autocommit() || run(connection, "ROLLBACK").is_ok();
    let failed_before_writing = matches!(
        error.sqlite_error_code(),
        Some(
            ErrorCode::ConstraintViolation
                | ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::DiskFull
        )
    );
    // When the fsync itself fails the commit may still be found on the disk later.
    let error = if is_rolled_back && failed_before_writing {
        AppendError::Unavailable(error.to_string())
    } else {
        AppendError::OutcomeUnknown(error.to_string())
    };
    Err(GroupFailure {
        error,
        reopen: true,
    })
}

/// Records a command or leaves no trace of it.
fn record_in_savepoint(connection: &Connection, store: StoreId, command: &Command) -> Answer {
    let unavailable = |error: rusqlite::Error| AppendError::Unavailable(error.to_string());
    run(connection, "SAVEPOINT command").map_err(unavailable)?;
    let attempt = insert(connection, store, command);
    if !matches!(attempt, Ok(Attempt::Inserted(_))) && !connection.is_autocommit() {
        run(connection, "ROLLBACK TO command").map_err(unavailable)?;
    }
    let answer = match attempt.map_err(unavailable)? {
        Attempt::Inserted(appended) => Ok(appended),
        Attempt::Unexpected(actual) => {
            let expected = command.expected;
            repeated(connection, store, command).and_then(|repeat| {
                repeat.ok_or(AppendError::WrongExpectedRevision { expected, actual })
            })
        }
        Attempt::IdTaken => repeated(connection, store, command).and_then(|repeat| {
            repeat.ok_or_else(|| AppendError::Unavailable("an event id is taken by none".into()))
        }),
    };
    run(connection, "RELEASE command").map_err(unavailable)?;
    answer
}

enum Attempt {
    Inserted(Appended),
    /// The stream is not as expected; its last revision.
    Unexpected(Option<Revision>),
    /// One of the ids is in the log.
    IdTaken,
}

fn insert(connection: &Connection, store: StoreId, command: &Command) -> rusqlite::Result<Attempt> {
    let head: Option<(i64, Hash)> = connection
        .prepare_cached(
            "SELECT revision, hash FROM events WHERE stream = ?1 ORDER BY revision DESC LIMIT 1",
        )?
        .query_row([command.stream.as_str()], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    let actual = head.map(|(revision, _)| Revision(revision.cast_unsigned()));
    if !command.expected.is_met_by(actual) {
        return Ok(Attempt::Unexpected(actual));
    }
    let mut prev_hash = head.map_or(GENESIS, |(_, hash)| hash);
    let mut revision = actual.map_or(Revision(0), Revision::next);
    let mut last = None;
    let mut statement = connection.prepare_cached(
        "INSERT INTO events (stream, revision, event_id, event_type, schema_version, recorded_at, metadata, data, \
         prev_hash, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?;
    for (event, metadata) in &command.events {
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
        let inserted = statement.insert(params![
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
        let number = match inserted {
            Ok(number) => number.cast_unsigned(),
            Err(error) if is_unique_violation(&error) => return Ok(Attempt::IdTaken),
            Err(error) => return Err(error),
        };
        last = Some(Appended {
            revision,
            position: Position::new(store, number),
            repeated: false,
        });
        prev_hash = hash;
        revision = revision.next();
    }
    last.map(Attempt::Inserted)
        .ok_or(rusqlite::Error::QueryReturnedNoRows)
}

/// The first answer to a command whose events are all recorded.
fn repeated(
    connection: &Connection,
    store: StoreId,
    command: &Command,
) -> Result<Option<Appended>, AppendError> {
    let known = command
        .events
        .iter()
        .map(|(event, _)| event_by_id(connection, event.id, store))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| AppendError::Unavailable(error.to_string()))?;
    repeat_of(
        &command.stream,
        command.events.iter().map(|(event, _)| event),
        &known,
    )
}

fn is_unique_violation(error: &rusqlite::Error) -> bool {
    error
        .sqlite_error()
        .is_some_and(|error| error.extended_code == ffi::SQLITE_CONSTRAINT_UNIQUE)
}

fn run(connection: &Connection, sql: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(sql)?.execute(()).map(drop)
}
