//! What only a file can show: groups, failed commits, reopening, backups, other files, other processes.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::{path::Path, sync::Arc};

use eventlog::{
    AppendError, Appended, EventLog, ExpectedRevision, Filter, NewEvent, ReadError, Revision,
    Signal, StreamName,
    contract::{at, events_of},
    seal,
    sqlite::{OpenError, SqliteLog, SqliteOptions},
    verify,
};
use rusqlite::Connection;
use tokio::task::JoinHandle;

fn open(path: &Path) -> SqliteLog {
    SqliteLog::open(path, SqliteOptions::default()).unwrap()
}

async fn append(
    log: &SqliteLog,
    stream: &str,
    number: u128,
    count: u32,
) -> Result<Appended, AppendError> {
    log.append(
        &StreamName::from(stream),
        ExpectedRevision::Any,
        events_of(number, count),
        at(0),
    )
    .await
}

/// Makes the appends one group: while the file is locked they queue behind the first.
async fn as_one_group(
    log: &Arc<SqliteLog>,
    appends: Vec<(&str, ExpectedRevision, Vec<NewEvent>)>,
) -> Vec<Result<Appended, AppendError>> {
    let lock = Connection::open(log.path()).unwrap();
    lock.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut waiting: Vec<JoinHandle<_>> = Vec::new();
    for (stream, expected, events) in appends {
        let (log, stream) = (Arc::clone(log), StreamName::from(stream));
        waiting.push(tokio::spawn(async move {
            log.append(&stream, expected, events, at(0)).await
        }));
        // On a runtime of one thread this polls the append up to its waiting for the answer.
        tokio::task::yield_now().await;
    }
    lock.execute_batch("COMMIT").unwrap();
    let mut answers = Vec::new();
    for answer in waiting {
        answers.push(answer.await.unwrap());
    }
    answers
}

#[tokio::test]
async fn a_conflict_does_not_disturb_its_neighbours() {
    let folder = tempfile::tempdir().unwrap();
    let log = Arc::new(open(&folder.path().join("log.db")));
    append(&log, "a", 1, 1).await.unwrap();
    let any = ExpectedRevision::Any;
    let mut half_taken = events_of(3, 3);
    half_taken[2].id = events_of(1, 1)[0].id;
    let answers = as_one_group(
        &log,
        vec![
            ("b", any, events_of(2, 2)),
            ("a", ExpectedRevision::NoStream, events_of(9, 1)),
            ("b", any, half_taken),
            ("b", ExpectedRevision::Exact(Revision(1)), events_of(4, 1)),
            ("b", ExpectedRevision::Exact(Revision(1)), events_of(5, 1)),
            ("b", any, events_of(2, 2)),
            ("c", any, events_of(6, 1)),
        ],
    )
    .await;
    let revisions: Vec<_> = answers
        .iter()
        .map(|answer| answer.as_ref().ok().map(|it| (it.revision.0, it.repeated)))
        .collect();
    assert_eq!(
        revisions,
        [
            Some((1, false)),
            None,
            None,
            Some((2, false)),
            None,
            Some((1, true)),
            Some((0, false))
        ]
    );
    assert!(matches!(
        answers[1],
        Err(AppendError::WrongExpectedRevision {
            actual: Some(Revision(0)),
            ..
        })
    ));
    assert!(matches!(answers[2], Err(AppendError::IdTaken { .. })));
    assert!(matches!(
        answers[4],
        Err(AppendError::WrongExpectedRevision {
            actual: Some(Revision(2)),
            ..
        })
    ));
    assert_eq!(verify(log.as_ref()).await.unwrap().events, 5);
}

/// A deferred foreign key lets an insert pass and the commit fail.
const POISON: &str = "
    CREATE TABLE parents (id INTEGER PRIMARY KEY);
    CREATE TABLE children (parent INTEGER REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED);
    CREATE TRIGGER poison AFTER INSERT ON events WHEN NEW.event_type = 'poison'
    BEGIN INSERT INTO children VALUES (1); END;";

#[tokio::test]
async fn when_the_commit_fails_nobody_is_acknowledged_and_the_writer_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let log = Arc::new(open(&folder.path().join("log.db")));
    append(&log, "a", 1, 1).await.unwrap();
    Connection::open(log.path())
        .unwrap()
        .execute_batch(POISON)
        .unwrap();
    let any = ExpectedRevision::Any;
    let mut poison = events_of(3, 1);
    poison[0].event_type = "poison".into();
    let answers = as_one_group(
        &log,
        vec![
            ("a", any, events_of(2, 1)),
            ("b", any, poison),
            ("c", any, events_of(4, 2)),
        ],
    )
    .await;
    for answer in answers {
        assert!(
            matches!(answer, Err(AppendError::Unavailable(_))),
            "{answer:?}"
        );
    }
    assert_eq!(
        verify(log.as_ref()).await.unwrap().events,
        1,
        "nothing of the group is there"
    );
    for (stream, number, revision) in [("a", 2, 1), ("c", 4, 1)] {
        let count = if number == 4 { 2 } else { 1 };
        let retried = append(&log, stream, number, count).await.unwrap();
        assert_eq!(
            (retried.revision, retried.repeated),
            (Revision(revision), false)
        );
    }
    assert_eq!(verify(log.as_ref()).await.unwrap().events, 4);
}

#[tokio::test]
async fn an_event_that_cannot_be_written_takes_its_command_back_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(&folder.path().join("log.db"));
    append(&log, "a", 1, 1).await.unwrap();
    // The second event of three fails.
    Connection::open(log.path())
        .unwrap()
        .execute_batch(
            "CREATE TRIGGER refuse BEFORE INSERT ON events WHEN NEW.revision = 2
             BEGIN SELECT RAISE(ABORT, 'no room'); END;",
        )
        .unwrap();
    let refused = append(&log, "a", 2, 3).await;
    assert!(
        matches!(&refused, Err(AppendError::Unavailable(what)) if what.contains("no room")),
        "{refused:?}"
    );
    append(&log, "b", 3, 2).await.unwrap();
    assert_eq!(verify(&log).await.unwrap().events, 3);
}

#[tokio::test]
async fn everything_is_there_after_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    let log = open(&path);
    for number in 1..=20 {
        append(&log, &format!("s-{}", number % 3), number, 2)
            .await
            .unwrap();
    }
    let (store, events, sealed) = (
        log.store_id(),
        log.read_all(None, 100).await.unwrap(),
        seal(&log).await.unwrap(),
    );
    drop(log);
    let log = open(&path);
    assert_eq!(log.store_id(), store);
    assert_eq!(log.read_all(None, 100).await.unwrap(), events);
    assert_eq!(seal(&log).await.unwrap(), sealed);
    let answer = append(&log, "s-1", 1, 2).await.unwrap();
    assert!(answer.repeated, "a command is remembered over a restart");
    let next = append(&log, "s-1", 21, 1).await.unwrap();
    assert_eq!(next.position.number(), 41);
    verify(&log).await.unwrap();
}

#[tokio::test]
async fn appends_waiting_when_the_log_closes_are_answered() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    let log = Arc::new(open(&path));
    let mut subscription = log.subscribe_all(None, Filter::all()).await.unwrap();
    let waiting: Vec<_> = (1..=50)
        .map(|number| {
            let log = Arc::clone(&log);
            tokio::spawn(async move { append(&log, "a", number, 1).await })
        })
        .collect();
    drop(log);
    for answer in waiting {
        answer.await.unwrap().unwrap();
    }
    let mut seen = 0;
    let ended = loop {
        match subscription.next().await {
            Ok(Signal::Event(_)) => seen += 1,
            Ok(_) => {}
            Err(error) => break error,
        }
    };
    assert_eq!(
        (seen, ended),
        (50, ReadError::Closed),
        "all events, then the end"
    );
}

/// Another process may write to the file: an import beside the server.
#[tokio::test]
async fn two_logs_on_one_file_agree() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    let (ours, theirs) = (open(&path), open(&path));
    assert_eq!(ours.store_id(), theirs.store_id());
    let mut subscription = ours.subscribe_all(None, Filter::all()).await.unwrap();
    for number in 1..=10 {
        let log = if number % 2 == 0 { &ours } else { &theirs };
        let expected = ExpectedRevision::after((number > 1).then(|| Revision(number as u64 - 2)));
        log.append(
            &StreamName::from("a"),
            expected,
            events_of(number, 1),
            at(0),
        )
        .await
        .unwrap();
    }
    append(&theirs, "b", 11, 1).await.unwrap();
    let mut seen = 0;
    while seen < 11 {
        if let Signal::Event(_) = subscription.next().await.unwrap() {
            seen += 1;
        }
    }
    assert_eq!(verify(&ours).await.unwrap().events, 11);
}

#[tokio::test]
async fn a_backup_is_the_log_and_a_restored_log_is_another_store() {
    let folder = tempfile::tempdir().unwrap();
    let log = Arc::new(open(&folder.path().join("log.db")));
    for number in 1..=10 {
        append(&log, "a", number, 1).await.unwrap();
    }
    let writer = {
        let log = Arc::clone(&log);
        tokio::spawn(async move {
            for number in 11..=60 {
                append(&log, "a", number, 1).await.unwrap();
            }
        })
    };
    let backup = folder.path().join("backup.db");
    {
        let (log, backup) = (Arc::clone(&log), backup.clone());
        tokio::task::spawn_blocking(move || log.backup_to(backup))
            .await
            .unwrap()
            .unwrap();
    }
    writer.await.unwrap();
    assert!(matches!(log.backup_to(&backup), Err(OpenError::Exists(_))));

    let restored_path = folder.path().join("restored.db");
    SqliteLog::restore(&backup, &restored_path, None).unwrap();
    let (restored, copy) = (open(&restored_path), open(&backup));
    let (all, kept) = (
        log.read_all(None, 100).await.unwrap(),
        copy.read_all(None, 100).await.unwrap(),
    );
    assert!(kept.len() >= 10);
    assert_eq!(kept, all[..kept.len()], "a moment of the log, whole");
    assert_eq!(
        verify(&copy).await.unwrap(),
        eventlog::Verified {
            events: kept.len() as u64,
            streams: 1,
            end: kept.last().map(|event| event.position)
        }
    );
    assert_eq!(verify(&restored).await.unwrap().events, kept.len() as u64);
    assert_eq!(seal(&restored).await.unwrap(), seal(&copy).await.unwrap());
    assert_ne!(restored.store_id(), log.store_id());
    let beyond = all.last().map(|event| event.position);
    assert!(matches!(
        restored.read_all(beyond, 1).await,
        Err(ReadError::WrongStore { .. })
    ));
    assert!(!folder.path().join("backup.db.partial").exists());
}

#[test]
fn other_files_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let options = SqliteOptions::default();
    let other = folder.path().join("other.db");
    Connection::open(&other)
        .unwrap()
        .execute_batch("CREATE TABLE t (x)")
        .unwrap();
    assert!(matches!(
        SqliteLog::open(&other, options),
        Err(OpenError::NotALog(_))
    ));
    assert!(matches!(
        SqliteLog::restore(&other, folder.path().join("r.db"), None),
        Err(OpenError::NotALog(_))
    ));
    let text = folder.path().join("notes.txt");
    std::fs::write(
        &text,
        "not a database, but long enough to look into".repeat(100),
    )
    .unwrap();
    assert!(matches!(
        SqliteLog::open(&text, options),
        Err(OpenError::Sqlite { .. })
    ));
    assert!(matches!(
        SqliteLog::open(folder.path().join("none/log.db"), options),
        Err(OpenError::Sqlite { .. })
    ));
    let newer = folder.path().join("newer.db");
    drop(open(&newer));
    Connection::open(&newer)
        .unwrap()
        .execute_batch("PRAGMA user_version = 99")
        .unwrap();
    assert!(matches!(
        SqliteLog::open(&newer, options),
        Err(OpenError::NewerSchema { found: 99, .. })
    ));
}

#[test]
fn the_file_is_written_as_promised() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    drop(open(&path));
    let connection = Connection::open(&path).unwrap();
    let mode: String = connection
        .query_row("PRAGMA journal_mode", (), |row| row.get(0))
        .unwrap();
    assert_eq!(mode, "wal");
    // Positions and chains rest on these, whatever the code does.
    let insert = "INSERT INTO events (stream, revision, event_id, event_type, schema_version, recorded_at, metadata, \
                  data, prev_hash, hash) VALUES (?1, ?2, ?3, 't', 1, 0, x'', x'', x'', x'')";
    connection.execute(insert, ("a", 0, [1_u8; 16])).unwrap();
    assert!(
        connection.execute(insert, ("a", 0, [2_u8; 16])).is_err(),
        "one event per revision"
    );
    assert!(
        connection.execute(insert, ("a", 1, [1_u8; 16])).is_err(),
        "one event per id and stream"
    );
}
