//! kill -9 in a loop while many clients append: whatever was acknowledged is there once and whole, and nothing that
//! was never sent. The appending process is this test's own program, started again for each life.
//!
//! `PAIBAN_SOAK_KILLS` and `PAIBAN_SOAK_EVENTS` set how many kills and acknowledged events there are at the least.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use eventlog::{
    AppendError, EventLog, ExpectedRevision, StreamName, Walk,
    contract::{at, events_of},
    sqlite::{SqliteLog, SqliteOptions},
    verify_each,
};

const CLIENTS: usize = 64;
const STREAMS: u64 = 97;
/// In each append.
const EVENTS: u32 = 10;

/// Tells the program that it is the one to append: the file.
const CHILD_FILE: &str = "PAIBAN_KILL_FILE";
/// And from which number on.
const CHILD_FROM: &str = "PAIBAN_KILL_FROM";

fn number_in(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).map_or(otherwise, |text| text.parse().expect("a number"))
}

fn open(path: &Path) -> SqliteLog {
    SqliteLog::open(path, SqliteOptions::default()).unwrap()
}

/// One client: appends under the next free number and says so once it is answered, until it is killed.
async fn appending(log: Arc<SqliteLog>, next: Arc<AtomicU64>) -> Result<(), AppendError> {
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        let stream = StreamName::new(format!("s-{}", number % STREAMS));
        let events = events_of(u128::from(number) + 1, EVENTS);
        log.append(&stream, ExpectedRevision::Any, events, at(0))
            .await?;
        // One write, so that a line is there wholly or not.
        let line = format!("acknowledged {number}\n");
        std::io::stdout().write_all(line.as_bytes()).unwrap();
    }
}

/// Not a test by itself: one life of the appending process, which says each number it was answered.
#[test]
fn one_life() {
    let Ok(path) = std::env::var(CHILD_FILE) else {
        return;
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let log = Arc::new(open(Path::new(&path)));
        let next = Arc::new(AtomicU64::new(number_in(CHILD_FROM, 0)));
        let clients: Vec<_> = (0..CLIENTS)
            .map(|_| tokio::spawn(appending(Arc::clone(&log), Arc::clone(&next))))
            .collect();
        for client in clients {
            client.await.unwrap().unwrap();
        }
    });
}

#[test]
fn no_acknowledged_event_is_lost_or_doubled_by_kill_9() {
    let kills = number_in("PAIBAN_SOAK_KILLS", 8);
    let events_min = number_in("PAIBAN_SOAK_EVENTS", 20_000);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    // Whether each number was acknowledged.
    let mut acknowledged: Vec<bool> = Vec::new();
    let mut count = 0;
    let mut killed = 0;
    while killed < kills || count * u64::from(EVENTS) < events_min {
        // What the last life sent and was not answered is sent again, and so is what followed it.
        let from = acknowledged
            .iter()
            .position(|it| !it)
            .unwrap_or(acknowledged.len());
        let mut life = Command::new(std::env::current_exe().unwrap())
            .args(["one_life", "--exact", "--nocapture"])
            .env(CHILD_FILE, &path)
            .env(CHILD_FROM, from.to_string())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // Lives of different lengths.
        let share = events_min / u64::from(EVENTS) / kills + 1;
        let mut left = share / 2 + share * (killed * 7 % 11) / 10 + 1;
        for line in BufReader::new(life.stdout.take().unwrap()).lines() {
            let Ok(line) = line else { break };
            let Some((_, number)) = line.split_once("acknowledged ") else {
                continue;
            };
            let number: usize = number.parse().unwrap();
            if acknowledged.len() <= number {
                acknowledged.resize(number + 1, false);
            }
            if !std::mem::replace(&mut acknowledged[number], true) {
                count += 1;
                left = left.saturating_sub(1);
            }
            // Once; the rest of the pipe is still read.
            if left == 0 {
                let _ = life.kill();
            }
        }
        // SIGKILL, also when it ended by itself, which it must not.
        let _ = life.kill();
        let ended = life.wait().unwrap();
        assert!(
            !ended.success() && ended.code().is_none(),
            "not killed: {ended}"
        );
        killed += 1;
    }

    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let log = open(&path);
        let mut found: Vec<u32> = Vec::new();
        let verified = verify_each(&log, |walk: &mut Walk, event| {
            walk.take_named(event)?;
            let number = event.metadata.command_id.0.as_u128() as usize - 1;
            if found.len() <= number {
                found.resize(number + 1, 0);
            }
            found[number] += 1;
            Ok(())
        })
        .await
        .unwrap();
        log.check_file().unwrap();
        for (number, events) in found.iter().enumerate() {
            assert!([0, EVENTS].contains(events), "append {number} has {events} events");
        }
        let lost = acknowledged
            .iter()
            .enumerate()
            .filter(|(number, is_acknowledged)| {
                **is_acknowledged && found.get(*number) != Some(&EVENTS)
            })
            .count();
        assert_eq!(lost, 0);
        println!(
            "{killed} kills, {} events acknowledged, {} recorded: 0 lost, 0 doubled, every chain holds",
            count * u64::from(EVENTS),
            verified.events
        );
    });
}
