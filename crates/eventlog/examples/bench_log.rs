//! How fast the SQLite log is beside bare SQLite: the same columns, settings and batch sizes, in the same run, round
//! by round in turn. Prints medians and ratios (log / bare; higher is better). Bare appends go to a table that promises
//! what the log does by plain means, `UNIQUE (stream, revision)` and `UNIQUE (event_id)`; and once more to tables as the
//! log has them, whose index of ids is cheaper but does not keep an id unique by itself.
//!
//! Then one log grows, and at 10 thousand events, ten times as many and so on, appends to it are measured: the last
//! column is against the first size.
//!
//! `bench_log [--rounds N] [--dir DIR] [--events N] [--peer NAME COMMAND]…`; files go to DIR, by default beside the
//! executable; the log grows up to `--events`, by default a million (10 million take 10 GB and some minutes).
//!
//! With `--peer` only appends are measured, beside other event stores: COMMAND, called in a folder under DIR with the
//! numbers of clients and of appends of each, prints their events per second.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::{
    hint::black_box,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    time::{Duration, Instant},
};

use chrono::Utc;
use eventlog::{
    Codec, CommandId, EventLog, EventType, ExpectedRevision, Metadata, NewEvent, Revision,
    StreamName,
    sqlite::{SqliteLog, SqliteOptions},
};
use rusqlite::{Connection, params};
use serde::Deserialize;
use uuid::Uuid;

/// Clients at once, and appends each of them makes in a round.
const APPENDS: [(usize, usize); 3] = [(1, 300), (32, 100), (256, 50)];
/// The same beside a peer.
const PEER_APPENDS: [(usize, usize); 3] = [(1, 300), (32, 50), (256, 20)];
/// The same at each size of the log that grows.
const GROWTH_APPENDS: (usize, usize) = (256, 50);
const GROWTH_EVENTS_MIN: usize = 10_000;
const READ_EVENTS: usize = 60_000;
const READ_PAGE_EVENTS: usize = 4096;
const PUNCHED: EventType = EventType::new("punched", 1);
const COLUMNS: &str = "position, stream, revision, event_id, event_type, schema_version, recorded_at, metadata, data, \
                       prev_hash, hash";

#[derive(Deserialize)]
#[allow(dead_code)]
struct Punched {
    staff: String,
    device: String,
    at: i64,
    note: String,
}

fn main() {
    let options = Options::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let folder = tempfile::Builder::new()
        .prefix("bench-log-")
        .tempdir_in(&options.folder)
        .unwrap();
    println!(
        "{}, {} cores; SQLite {}, WAL, synchronous=FULL; {} rounds; events of {} bytes",
        cpu_model(),
        std::thread::available_parallelism().map_or(0, usize::from),
        rusqlite::version(),
        options.rounds,
        data(0).len(),
    );
    if !options.peers.is_empty() {
        beside_peers(&options, folder.path(), &runtime);
        return;
    }
    println!(
        "{:<32}{:>14}{:>14}{:>8}",
        "events/s, median", "bare SQLite", "log", "ratio"
    );
    for (clients, appends) in APPENDS {
        let (mut plain, mut same, mut log) = (Vec::new(), Vec::new(), Vec::new());
        for round in 0..options.rounds {
            let path = |kind: &str| folder.path().join(format!("{kind}-{clients}-{round}.db"));
            let mut bare = || {
                plain.push(on_a_fresh_thread(|| {
                    bare_appends(&path("plain"), Tables::Plain, clients, appends)
                }));
                same.push(on_a_fresh_thread(|| {
                    bare_appends(&path("same"), Tables::OfTheLog, clients, appends)
                }));
            };
            // Take turns at being first, so that neither always finds the disk quieter.
            if round % 2 == 0 {
                bare();
            }
            log.push(runtime.block_on(log_appends(&path("log"), clients, appends)));
            if round % 2 == 1 {
                bare();
            }
        }
        report(
            &format!("durable append, {clients} clients"),
            plain,
            log.clone(),
        );
        report("    bare on the log's tables", same, log);
    }
    let path = folder.path().join("read.db");
    let log = Arc::new(runtime.block_on(filled_log(&path)));
    let connection = Connection::open(&path).unwrap();
    let codec: Codec<Punched> = Codec::new().kind(PUNCHED, |punched| punched);
    let (mut bare, mut read, mut bare_decode, mut decode) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..options.rounds {
        bare.push(bare_read(&connection, |_| ()));
        read.push(runtime.block_on(log_read(&log, |_| ())));
        bare_decode.push(bare_read(&connection, |data| {
            drop(black_box(serde_json::from_slice::<Punched>(data).unwrap()))
        }));
        decode.push(runtime.block_on(log_read(&log, |event| {
            drop(black_box(codec.decode(event).unwrap()))
        })));
    }
    report("sequential read", bare, read);
    report("sequential read and decode", bare_decode, decode);
    drop((log, connection));
    runtime.block_on(growth(&folder.path().join("growth.db"), options.events_max));
}

/// Appends of ours and of each peer, in turn.
fn beside_peers(options: &Options, folder: &Path, runtime: &tokio::runtime::Runtime) {
    println!(
        "{:<32}{:>14}{:>14}{:>8}",
        "events/s, median", "peer", "log", "ratio"
    );
    for (name, command) in &options.peers {
        for (clients, appends) in PEER_APPENDS {
            let (mut peer, mut log) = (Vec::new(), Vec::new());
            for round in 0..options.rounds {
                let path = folder.join(format!("{name}-{clients}-{round}.db"));
                peer.push(peer_appends(command, folder, clients, appends));
                log.push(runtime.block_on(log_appends(&path, clients, appends)));
            }
            report(&format!("{name}, {clients} clients"), peer, log);
        }
    }
}

fn peer_appends(command: &Path, folder: &Path, clients: usize, appends: usize) -> f64 {
    let output = Command::new(command)
        .args([clients, appends].map(|number| number.to_string()))
        .current_dir(folder)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    said.trim().parse().unwrap_or_else(|_| {
        let complaint = String::from_utf8_lossy(&output.stderr);
        panic!("{} said {said}{complaint}", command.display())
    })
}

/// Appends a second at every size of one log, by powers of ten.
async fn growth(path: &Path, events_max: usize) {
    const TOGETHER: usize = 500;
    let log = Arc::new(SqliteLog::open(path, SqliteOptions::default()).unwrap());
    let (clients, appends) = GROWTH_APPENDS;
    println!(
        "{:<32}{:>14}{:>14}{:>8}",
        "the log grows", "events", "appends/s", "ratio"
    );
    let (mut size, mut events, mut first) = (GROWTH_EVENTS_MIN, 0, None);
    while size <= events_max {
        while events < size {
            let batch = (events..events + TOGETHER).map(event).collect();
            let stream = StreamName::new(format!("roster-{}", events / TOGETHER % 1000));
            log.append(&stream, ExpectedRevision::Any, batch, Utc::now())
                .await
                .unwrap();
            events += TOGETHER;
        }
        let prefix = format!("clients-at-{size}");
        let speed = appends_to(&log, &prefix, events, clients, appends).await;
        events += clients * appends;
        let ratio = speed / *first.get_or_insert(speed);
        println!(
            "{:<32}{size:>14}{speed:>14.0}{ratio:>8.2}",
            format!("durable append, {clients} clients")
        );
        size *= 10;
    }
}

/// The log's writer is a thread that has just begun; on a busy machine the scheduler is kinder to such.
fn on_a_fresh_thread(run: impl FnOnce() -> f64 + Send) -> f64 {
    std::thread::scope(|scope| {
        std::thread::Builder::new()
            .name("bare".into())
            .spawn_scoped(scope, run)
            .unwrap()
            .join()
            .unwrap()
    })
}

struct Options {
    rounds: usize,
    folder: PathBuf,
    events_max: usize,
    /// Names and commands.
    peers: Vec<(String, PathBuf)>,
}

impl Options {
    fn parse() -> Self {
        let beside = std::env::current_exe()
            .unwrap()
            .parent()
            .unwrap()
            .to_owned();
        let mut options = Self {
            rounds: 7,
            folder: beside,
            events_max: 1_000_000,
            peers: Vec::new(),
        };
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            let value = words.next();
            match (word.as_str(), value) {
                ("--rounds", Some(value)) => {
                    options.rounds = value.parse().expect("--rounds takes a number")
                }
                ("--dir", Some(value)) => options.folder = value.into(),
                ("--events", Some(value)) => {
                    options.events_max = value.parse().expect("--events takes a number")
                }
                ("--peer", Some(name)) => {
                    let command = words.next().expect("--peer takes a name and a command");
                    options.peers.push((name, command.into()));
                }
                _ => panic!(
                    "usage: bench_log [--rounds N] [--dir DIR] [--events N] [--peer NAME COMMAND]…"
                ),
            }
        }
        options.rounds = options.rounds.max(1);
        options
    }
}

fn data(number: usize) -> Vec<u8> {
    let note = "x".repeat(220);
    format!(
        r#"{{"staff":"s-{number:06}","device":"terminal-1","at":{},"note":"{note}"}}"#,
        1_790_000_000 + number
    )
    .into_bytes()
}

fn stream(prefix: &str, client: usize) -> StreamName {
    StreamName::new(format!("{prefix}-s{client:04}-2026-12"))
}

fn event(number: usize) -> NewEvent {
    let command = CommandId(Uuid::from_u128(number as u128 + 1));
    NewEvent::new(
        command,
        0,
        PUNCHED,
        data(number),
        Metadata::new("terminal-1", command),
    )
}

/// What a bare loop writes to.
enum Tables {
    /// A table whose constraints promise what the log does.
    Plain,
    /// Those of a log.
    OfTheLog,
}

const PLAIN: &str = "
    CREATE TABLE events (
        position INTEGER PRIMARY KEY, stream TEXT NOT NULL, revision INTEGER NOT NULL, event_id BLOB NOT NULL,
        event_type TEXT NOT NULL, schema_version INTEGER NOT NULL, recorded_at INTEGER NOT NULL,
        metadata BLOB NOT NULL, data BLOB NOT NULL, prev_hash BLOB NOT NULL, hash BLOB NOT NULL,
        UNIQUE (stream, revision), UNIQUE (event_id)
    ) STRICT;";

/// One transaction for every `clients` events: no check, no chain, no answer.
fn bare_appends(path: &Path, tables: Tables, clients: usize, appends: usize) -> f64 {
    match tables {
        Tables::Plain => Connection::open(path)
            .unwrap()
            .execute_batch(PLAIN)
            .unwrap(),
        Tables::OfTheLog => drop(SqliteLog::open(path, SqliteOptions::default()).unwrap()),
    }
    let mut connection = Connection::open(path).unwrap();
    connection
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -8000; PRAGMA wal_autocheckpoint = 4000;",
        )
        .unwrap();
    let rounds: Vec<Vec<_>> = (0..appends)
        .map(|round| {
            let row = |turn| {
                // Clients come in no particular order; 101 has no factor in common with their number.
                let client = turn * 101 % clients;
                let event = event(round * clients + client);
                let metadata = event.metadata.to_bytes();
                (stream("attendance", client), round, event, metadata)
            };
            (0..clients).map(row).collect()
        })
        .collect();
    let started = Instant::now();
    for rows in &rounds {
        let transaction = connection.transaction().unwrap();
        {
            let mut insert = transaction
                .prepare_cached(
                    "INSERT INTO events (stream, revision, event_id, event_type, schema_version, recorded_at, \
                     metadata, data, prev_hash, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
                )
                .unwrap();
            for (stream, revision, event, metadata) in rows {
                insert
                    .execute(params![
                        stream.as_str(),
                        *revision as i64,
                        event.id.as_bytes(),
                        event.event_type,
                        event.schema_version,
                        Utc::now().timestamp_micros(),
                        metadata,
                        event.data,
                        [7_u8; 32],
                        [8_u8; 32],
                    ])
                    .unwrap();
            }
        }
        transaction.commit().unwrap();
    }
    per_second(clients * appends, started.elapsed())
}

/// The same appends to a log of their own, which must hold afterwards.
async fn log_appends(path: &Path, clients: usize, appends: usize) -> f64 {
    let log = Arc::new(SqliteLog::open(path, SqliteOptions::default()).unwrap());
    let speed = appends_to(&log, "attendance", 0, clients, appends).await;
    assert_eq!(
        eventlog::verify(log.as_ref()).await.unwrap().events,
        (clients * appends) as u64
    );
    speed
}

/// Clients that each append to a stream of their own, one event at a time, waiting for every answer. Events are
/// numbered from `first`.
async fn appends_to(
    log: &Arc<SqliteLog>,
    prefix: &str,
    first: usize,
    clients: usize,
    appends: usize,
) -> f64 {
    let work: Vec<_> = (0..clients)
        .map(|client| {
            let events: Vec<_> = (0..appends)
                .map(|round| event(first + round * clients + client))
                .collect();
            (Arc::clone(log), stream(prefix, client), events)
        })
        .collect();
    let started = Instant::now();
    let clients_at_work: Vec<_> = work
        .into_iter()
        .map(|(log, stream, events)| {
            tokio::spawn(async move {
                let mut last = None;
                for event in events {
                    let expected = ExpectedRevision::after(last);
                    let appended = log
                        .append(&stream, expected, vec![event], Utc::now())
                        .await
                        .unwrap();
                    assert_eq!(appended.revision, last.map_or(Revision(0), Revision::next));
                    last = Some(appended.revision);
                }
            })
        })
        .collect();
    for client in clients_at_work {
        client.await.unwrap();
    }
    per_second(clients * appends, started.elapsed())
}

async fn filled_log(path: &Path) -> SqliteLog {
    const TOGETHER: usize = 500;
    let log = SqliteLog::open(path, SqliteOptions::default()).unwrap();
    for first in (0..READ_EVENTS).step_by(TOGETHER) {
        let events = (first..first + TOGETHER).map(event).collect();
        log.append(
            &stream("attendance", first / TOGETHER % 20),
            ExpectedRevision::Any,
            events,
            Utc::now(),
        )
        .await
        .unwrap();
    }
    log
}

fn bare_read(connection: &Connection, mut each: impl FnMut(&[u8])) -> f64 {
    let mut select = connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM events ORDER BY position"))
        .unwrap();
    let started = Instant::now();
    let mut rows = select.query(()).unwrap();
    let mut count = 0;
    while let Some(row) = rows.next().unwrap() {
        for column in 0..11 {
            black_box(row.get_ref(column).unwrap());
        }
        each(row.get_ref(8).unwrap().as_blob().unwrap());
        count += 1;
    }
    assert_eq!(count, READ_EVENTS);
    per_second(count, started.elapsed())
}

/// Page by page, the next one read while this one is looked at, as a replay does.
async fn log_read(log: &Arc<SqliteLog>, mut each: impl FnMut(&eventlog::RecordedEvent)) -> f64 {
    let page_after = |after| {
        let log = Arc::clone(log);
        tokio::spawn(async move { log.read_all(after, READ_PAGE_EVENTS).await.unwrap() })
    };
    let started = Instant::now();
    let mut count = 0;
    let mut next = page_after(None);
    loop {
        let page = next.await.unwrap();
        let Some(last) = page.last() else { break };
        next = page_after(Some(last.position));
        count += page.len();
        page.iter().for_each(&mut each);
    }
    assert_eq!(count, READ_EVENTS);
    per_second(count, started.elapsed())
}

fn per_second(count: usize, elapsed: Duration) -> f64 {
    count as f64 / elapsed.as_secs_f64()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// The ratio is the median of the rounds' ratios: both sides of a round met the same neighbours on the machine.
fn report(what: &str, bare: Vec<f64>, log: Vec<f64>) {
    let ratio = median(
        bare.iter()
            .zip(&log)
            .map(|(bare, log)| log / bare)
            .collect(),
    );
    println!(
        "{what:<32}{:>14.0}{:>14.0}{ratio:>8.2}",
        median(bare),
        median(log)
    );
}

fn cpu_model() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    model.map_or_else(
        || std::env::consts::ARCH.to_owned(),
        |(_, model)| model.to_owned(),
    )
}
