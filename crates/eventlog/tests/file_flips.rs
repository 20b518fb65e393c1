//! One bit of the stored file is flipped, anywhere. Either the check says so, or the bit held nothing: every event
//! reads as before, along the log, along its stream and by its id.
//!
//! `PAIBAN_SOAK_FLIPS` sets how many, `PAIBAN_SOAK_SEED` where they begin. The 16 bytes of the store's own random id
//! are the one thing no check can know; with another id the log refuses every position ever taken from it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;

use eventlog::{
    Direction, EventLog, ExpectedRevision, RecordedEvent, StreamName, Walk,
    contract::{at, events_of},
    sqlite::{SqliteLog, SqliteOptions},
    verify, verify_each,
};
use rusqlite::Connection;

const STREAMS: u128 = 7;
const EVENTS: u128 = 240;

fn number_in(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).map_or(otherwise, |text| text.parse().expect("a number"))
}

fn open(path: &Path) -> Result<SqliteLog, String> {
    SqliteLog::open(path, SqliteOptions::default()).map_err(|error| format!("{error:?}"))
}

/// What the log's users would do: open it, and check all there is to check.
async fn check(path: &Path) -> Result<SqliteLog, String> {
    let log = open(path)?;
    verify(&log).await.map_err(|error| format!("{error:?}"))?;
    log.check_file().map_err(|error| format!("{error:?}"))?;
    Ok(log)
}

/// An event as its bytes, without its store's id.
fn content(event: &RecordedEvent) -> (u64, String) {
    let position = format!("{:?}", event.position);
    (
        event.position.number(),
        format!("{event:?}").replace(&position, ""),
    )
}

async fn contents(log: &SqliteLog) -> Vec<Vec<(u64, String)>> {
    let mut all = vec![log.read_all(None, 10_000).await.unwrap()];
    for number in 0..STREAMS {
        let name = StreamName::new(format!("s-{number}"));
        for direction in [Direction::Forwards, Direction::Backwards] {
            all.push(log.read_stream(&name, None, direction).await.unwrap());
        }
    }
    // A repeated append is found by its id.
    for number in 0..EVENTS {
        let name = StreamName::new(format!("s-{}", number % STREAMS));
        let events = events_of(number + 1, 1);
        let answer = log
            .append(&name, ExpectedRevision::Any, events, at(0))
            .await;
        assert!(answer.unwrap().repeated);
    }
    all.iter()
        .map(|events| events.iter().map(content).collect())
        .collect()
}

#[tokio::test]
async fn every_flipped_bit_of_the_file_is_found_or_held_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    {
        let log = open(&path).unwrap();
        for number in 0..EVENTS {
            let name = StreamName::new(format!("s-{}", number % STREAMS));
            log.append(
                &name,
                ExpectedRevision::Any,
                events_of(number + 1, 1),
                at(0),
            )
            .await
            .unwrap();
        }
    }
    let whole = std::fs::read(&path).unwrap();
    let wanted = contents(&check(&path).await.unwrap()).await;

    let flips = number_in("PAIBAN_SOAK_FLIPS", 300);
    let seed = number_in("PAIBAN_SOAK_SEED", 1);
    let mut state = seed;
    let mut below = |limit: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % limit
    };
    let (mut found, mut held_nothing) = (0, 0);
    for _ in 0..flips {
        let bit = below(whole.len() as u64 * 8);
        let mut flipped = whole.clone();
        flipped[bit as usize / 8] ^= 1 << (bit % 8);
        for ending in ["-wal", "-shm"] {
            let _ = std::fs::remove_file(folder.path().join(format!("log.db{ending}")));
        }
        std::fs::write(&path, flipped).unwrap();
        match check(&path).await {
            Err(_) => found += 1,
            Ok(log) => {
                assert!(
                    contents(&log).await == wanted,
                    "seed {seed}: bit {bit} changed the log unnoticed"
                );
                held_nothing += 1;
            }
        }
    }
    assert!(found > flips / 2, "{found} of {flips}");
    println!(
        "{flips} bits flipped, seed {seed}: {found} found, {held_nothing} held nothing, 0 unnoticed"
    );
}

#[tokio::test]
async fn what_was_added_to_the_tables_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    let log = open(&path).unwrap();
    log.check_file().unwrap();
    let file = Connection::open(&path).unwrap();
    file.execute_batch("CREATE TRIGGER forge AFTER INSERT ON events BEGIN DELETE FROM events; END")
        .unwrap();
    let said = log.check_file().unwrap_err().to_string();
    assert!(
        said.contains("the trigger `forge` is not the log's"),
        "{said}"
    );
}

#[tokio::test]
async fn an_id_its_command_did_not_give_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(&folder.path().join("log.db")).unwrap();
    let stream = StreamName::from("a");
    let any = ExpectedRevision::Any;
    log.append(&stream, any, events_of(1, 3), at(0))
        .await
        .unwrap();
    log.append(&stream, any, events_of(2, 1), at(0))
        .await
        .unwrap();
    verify_each(&log, Walk::take_named).await.unwrap();
    let mut events = events_of(3, 2);
    events[1].id = events_of(4, 1)[0].id;
    log.append(&stream, any, events, at(0)).await.unwrap();
    verify(&log).await.unwrap();
    let said = verify_each(&log, Walk::take_named)
        .await
        .unwrap_err()
        .to_string();
    assert!(
        said.contains("ForeignId") && said.contains("revision 5"),
        "{said}"
    );
}
