//! Whatever is changed in the stored log, verification names the place. `PAIBAN_SOAK_FLIPS` and `PAIBAN_SOAK_SEED`
//! set how many bits are flipped and which.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::Path;

use eventlog::{
    BrokenEvent, EventId, EventLog, ExpectedRevision, Fault, Revision, StreamName, VerifyError,
    contract::{at, events_of},
    sqlite::{SqliteLog, SqliteOptions},
    verify,
};
use rusqlite::{Connection, params};
use uuid::Uuid;

fn number_in(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).map_or(otherwise, |text| text.parse().expect("a number"))
}

const STREAMS: u64 = 5;
const EVENTS: u64 = 60;

async fn a_log(path: &Path) -> SqliteLog {
    let log = SqliteLog::open(path, SqliteOptions::default()).unwrap();
    for number in 0..u128::from(EVENTS) {
        let mut events = events_of(number + 1, 1);
        if number % 2 == 0 {
            events[0].metadata.causation_id = Some(Uuid::from_u128(number));
        }
        let stream = StreamName::new(format!("s-{}", number % u128::from(STREAMS)));
        log.append(&stream, ExpectedRevision::Any, events, at(0))
            .await
            .unwrap();
    }
    log
}

async fn broken(log: &SqliteLog) -> BrokenEvent {
    match verify(log).await {
        Err(VerifyError::Broken(broken)) => broken,
        other => panic!("not found: {other:?}"),
    }
}

fn id_at(file: &Connection, position: u64) -> (String, u64, EventId) {
    let sql = "SELECT stream, revision, event_id FROM events WHERE position = ?1";
    file.query_row(sql, [position.cast_signed()], |row| {
        Ok((
            row.get(0)?,
            row.get::<_, i64>(1)?.cast_unsigned(),
            Uuid::from_bytes(row.get(2)?),
        ))
    })
    .unwrap()
}

#[tokio::test]
async fn every_flipped_bit_is_found_where_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let log = a_log(&folder.path().join("log.db")).await;
    let file = Connection::open(log.path()).unwrap();
    // Numerical Recipes' generator: the same flips every time.
    let mut state: u64 = 2025 + number_in("PAIBAN_SOAK_SEED", 1);
    let mut below = |limit: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) % limit as u64) as usize
    };
    for round in 0..number_in("PAIBAN_SOAK_FLIPS", 400) as usize {
        let column = ["data", "hash", "metadata", "prev_hash"][round % 4];
        let position = below(EVENTS as usize) as i64 + 1;
        let select = format!("SELECT {column} FROM events WHERE position = ?1");
        let whole: Vec<u8> = file
            .query_row(&select, [position], |row| row.get(0))
            .unwrap();
        let mut flipped = whole.clone();
        let bit = below(whole.len() * 8);
        flipped[bit / 8] ^= 1 << (bit % 8);
        let update = format!("UPDATE events SET {column} = ?1 WHERE position = ?2");
        file.execute(&update, params![flipped, position]).unwrap();
        let (stream, revision, id) = id_at(&file, position.cast_unsigned());
        let found = broken(&log).await;
        assert_eq!(
            (found.stream.as_str(), found.revision, found.id),
            (stream.as_str(), Revision(revision), Some(id)),
            "bit {bit} of {column} at {position}: {found:?}"
        );
        file.execute(&update, params![whole, position]).unwrap();
    }
    assert_eq!(verify(&log).await.unwrap().events, EVENTS);
    let flips = number_in("PAIBAN_SOAK_FLIPS", 400);
    println!("{flips} bits of stored columns flipped, each found at its event");
}

/// Changes row 31 (stream `s-0`, revision 6) and expects the fault to be found there.
async fn check(change: &str, expected: impl Fn(&Fault) -> bool) {
    let folder = tempfile::tempdir().unwrap();
    let log = a_log(&folder.path().join("log.db")).await;
    let file = Connection::open(log.path()).unwrap();
    file.execute_batch(change).unwrap();
    let found = broken(&log).await;
    assert!(expected(&found.fault), "{change}: {found:?}");
}

#[tokio::test]
async fn every_changed_field_is_found() {
    let altered = |fault: &Fault| *fault == Fault::Altered;
    let unreadable = |fault: &Fault| matches!(fault, Fault::Unreadable(_));
    check(
        "UPDATE events SET event_type = 'renamed' WHERE position = 31",
        altered,
    )
    .await;
    check(
        "UPDATE events SET schema_version = 2 WHERE position = 31",
        altered,
    )
    .await;
    check(
        "UPDATE events SET recorded_at = recorded_at + 1 WHERE position = 31",
        altered,
    )
    .await;
    check(
        "UPDATE events SET event_id = zeroblob(16) WHERE position = 31",
        altered,
    )
    .await;
    check(
        "UPDATE events SET event_id = zeroblob(15) WHERE position = 31",
        unreadable,
    )
    .await;
    check(
        "UPDATE events SET hash = zeroblob(31) WHERE position = 31",
        unreadable,
    )
    .await;
    check(
        "UPDATE events SET schema_version = 70000 WHERE position = 31",
        unreadable,
    )
    .await;
    let other_actor = "UPDATE events SET metadata = CAST(replace(CAST(metadata AS TEXT), 'tester', 'nobody') AS BLOB)
                       WHERE position = 31";
    check(other_actor, altered).await;
    let other_spacing =
        "UPDATE events SET metadata = CAST(replace(CAST(metadata AS TEXT), ':', ': ') AS BLOB)
                         WHERE position = 31";
    check(other_spacing, unreadable).await;
}

#[tokio::test]
async fn missing_moved_and_foreign_events_are_found() {
    let out_of_order = |fault: &Fault| matches!(fault, Fault::OutOfOrder { .. });
    let missing = |fault: &Fault| *fault == Fault::MissingBefore;
    check(
        "UPDATE events SET revision = 99 WHERE position = 31",
        out_of_order,
    )
    .await;
    check(
        "UPDATE events SET stream = 's-9' WHERE position = 31",
        out_of_order,
    )
    .await;
    check("DELETE FROM events WHERE position = 31", missing).await;
    check("DELETE FROM events WHERE position = 1", missing).await;
    check("DELETE FROM events WHERE position = 59", missing).await;
    // Two events of one stream change places.
    check(
        "UPDATE events SET position = -1 WHERE position = 31; UPDATE events SET position = 31 WHERE position = 36;
         UPDATE events SET position = 36 WHERE position = -1;",
        out_of_order,
    )
    .await;
    // The tail of one stream is cut off and the rest of the log closed up.
    check(
        "DELETE FROM events WHERE position = 31;
         UPDATE events SET position = position - 1000 WHERE position > 31;
         UPDATE events SET position = position + 999 WHERE position < 0;",
        out_of_order,
    )
    .await;
    // An event is added that the log never acknowledged.
    check(
        "INSERT INTO events SELECT 61, 's-new', 0, zeroblob(16), event_type, schema_version, recorded_at, metadata, \
         data, prev_hash, hash FROM events WHERE position = 1",
        |fault| *fault == Fault::Altered,
    )
    .await;
}

#[tokio::test]
async fn a_cut_off_end_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let log = a_log(&folder.path().join("log.db")).await;
    let end = log.end().await.unwrap().unwrap();
    Connection::open(log.path())
        .unwrap()
        .execute("DELETE FROM events WHERE position > 57", ())
        .unwrap();
    match verify(&log).await {
        Err(VerifyError::Truncated {
            found: Some(found),
            acknowledged,
        }) => {
            assert_eq!((found.number(), acknowledged), (57, end));
        }
        other => panic!("not found: {other:?}"),
    }
}
