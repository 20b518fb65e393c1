//! An id means one event in the whole log, however many segments it has: 4,096 positions each.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::Path;

use eventlog::{
    AppendError, Appended, EventLog, ExpectedRevision, Position, StreamName,
    contract::{at, events_of},
    sqlite::{SqliteLog, SqliteOptions, Until},
    verify,
};
use rusqlite::{Connection, params};

/// Events of one append, and appends of a log of nearly three segments.
const TOGETHER: u32 = 100;
const APPENDS: u128 = 120;

fn open(path: &Path) -> SqliteLog {
    SqliteLog::open(path, SqliteOptions::default()).unwrap()
}

async fn append(log: &SqliteLog, stream: &str, number: u128) -> Result<Appended, AppendError> {
    let stream = StreamName::from(stream);
    let any = ExpectedRevision::Any;
    log.append(&stream, any, events_of(number, TOGETHER), at(0))
        .await
}

fn stream_of(number: u128) -> String {
    format!("s-{}", number % 7)
}

async fn fill(log: &SqliteLog, numbers: impl Iterator<Item = u128>) {
    for number in numbers {
        let appended = append(log, &stream_of(number), number).await.unwrap();
        assert!(!appended.repeated);
    }
}

/// Every append, made again, is known; and none of its ids is free for another stream.
async fn check_known(log: &SqliteLog, appends: u128) {
    for number in 1..=appends {
        let again = append(log, &stream_of(number), number).await.unwrap();
        assert!(again.repeated, "{number}");
        assert_eq!(
            again.position.number() as u128,
            number * u128::from(TOGETHER)
        );
        let elsewhere = append(log, "elsewhere", number).await;
        let taken = events_of(number, 1)[0].id;
        assert_eq!(elsewhere, Err(AppendError::IdTaken { id: taken }));
    }
    let events = verify(log).await.unwrap().events;
    assert_eq!(u128::from(events), appends * u128::from(TOGETHER));
    log.check_file().unwrap();
}

#[tokio::test]
async fn an_id_is_known_in_every_segment_and_over_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    let log = open(&path);
    fill(&log, 1..=APPENDS).await;
    check_known(&log, APPENDS).await;
    drop(log);
    check_known(&open(&path), APPENDS).await;
}

#[tokio::test]
async fn what_another_process_appended_is_known() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    let (ours, theirs) = (open(&path), open(&path));
    fill(&ours, 1..=30).await;
    fill(&theirs, 31..=90).await;
    fill(&ours, 91..=91).await;
    check_known(&ours, 91).await;
    check_known(&theirs, 91).await;
}

/// One append may begin in one segment and end in another.
#[tokio::test]
async fn an_id_twice_in_one_append_over_two_segments_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(&folder.path().join("log.db"));
    fill(&log, 1..=40).await;
    let stream = StreamName::from("a");
    let any = ExpectedRevision::Any;
    let mut events = events_of(50, 200);
    events[150].id = events_of(40, TOGETHER)[99].id;
    let taken = log.append(&stream, any, events, at(0)).await;
    assert!(
        matches!(taken, Err(AppendError::IdTaken { .. })),
        "{taken:?}"
    );
    let whole = log.append(&stream, any, events_of(50, 200), at(0)).await;
    assert_eq!(whole.unwrap().position.number(), 4200);
    assert_eq!(verify(&log).await.unwrap().events, 4200);
}

#[tokio::test]
async fn a_damaged_filter_and_an_id_written_twice_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(&folder.path().join("log.db"));
    fill(&log, 1..=100).await;
    log.check_file().unwrap();
    let file = Connection::open(log.path()).unwrap();
    let bits = |segment: i64| -> Vec<u8> {
        let select = "SELECT bits FROM id_filters WHERE segment = ?1";
        file.query_row(select, [segment], |row| row.get(0)).unwrap()
    };
    let store = |segment: i64, bits: &[u8]| {
        let update = "UPDATE id_filters SET bits = ?1 WHERE segment = ?2";
        assert_eq!(file.execute(update, params![bits, segment]).unwrap(), 1);
    };
    for segment in [0, 1] {
        let whole = bits(segment);
        let byte = whole.iter().rposition(|byte| *byte != 0).unwrap();
        let mut damaged = whole.clone();
        damaged[byte] &= damaged[byte] - 1;
        store(segment, &damaged);
        let said = log.check_file().unwrap_err().to_string();
        assert!(said.contains("is not found by its id"), "{said}");
        store(segment, &whole);
    }
    log.check_file().unwrap();
    // The first event's id once more, two segments on.
    file.execute_batch(
        "UPDATE events SET event_id = (SELECT event_id FROM events WHERE position = 1) WHERE position = 9000",
    )
    .unwrap();
    let said = log.check_file().unwrap_err().to_string();
    assert!(said.contains(&events_of(1, 1)[0].id.to_string()), "{said}");
}

/// The same log as a build wrote it that indexed all ids together.
fn as_first_release(new: &Path, old: &Path) {
    let file = Connection::open(old).unwrap();
    file.execute_batch(include_str!("../../../migrations/log/0001_events.sql"))
        .unwrap();
    file.execute("ATTACH ?1 AS new", [new.to_str().unwrap()])
        .unwrap();
    file.execute_batch(
        "INSERT INTO main.events SELECT * FROM new.events; INSERT INTO main.log SELECT * FROM new.log;
         PRAGMA main.application_id = 0x50424c47; PRAGMA main.user_version = 1;",
    )
    .unwrap();
}

#[tokio::test]
async fn a_log_of_the_first_release_opens_and_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let (new, old) = (folder.path().join("new.db"), folder.path().join("old.db"));
    let log = open(&new);
    fill(&log, 1..=APPENDS).await;
    let events = log.read_all(None, usize::MAX).await.unwrap();
    as_first_release(&new, &old);

    let restored_path = folder.path().join("restored.db");
    let until = Position::new(log.store_id(), 5000);
    SqliteLog::restore(&old, &restored_path, Some(Until::Position(until))).unwrap();
    let restored = open(&restored_path);
    check_known(&restored, 50).await;
    fill(&restored, 51..=APPENDS).await;
    check_known(&restored, APPENDS).await;

    let migrated = open(&old);
    assert_eq!(migrated.store_id(), log.store_id());
    assert_eq!(migrated.read_all(None, usize::MAX).await.unwrap(), events);
    check_known(&migrated, APPENDS).await;
    fill(&migrated, APPENDS + 1..=APPENDS + 10).await;
    check_known(&migrated, APPENDS + 10).await;
}

/// Saved with its newest event in the write-ahead log alone.
#[tokio::test]
async fn a_saved_log_of_an_older_build_opens_whole() {
    let saved = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations/folders/2026-11");
    let folder = tempfile::tempdir().unwrap();
    for name in ["log.db", "log.db-wal"] {
        std::fs::copy(saved.join(name), folder.path().join(name)).unwrap();
    }
    let log = open(&folder.path().join("log.db"));
    log.check_file().unwrap();
    let before = verify(&log).await.unwrap();
    assert!(before.events > 0);
    fill(&log, 1..=50).await;
    assert_eq!(verify(&log).await.unwrap().events, before.events + 5000);
    log.check_file().unwrap();
}
