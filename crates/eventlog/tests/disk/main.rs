//! What the log promises while the disk fails, fills up, and loses power in the middle of a write: whatever was
//! acknowledged is there, whole and once; nothing else was made up; reads go on; and it recovers.
//!
//! `PAIBAN_SOAK_IMAGES` sets how many crash images are tried, `PAIBAN_SOAK_SEED` where they begin.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod state;
mod vfs;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use eventlog::{
    AppendError, Appended, Direction, EventLog, ExpectedRevision, NewEvent, RecordedEvent,
    StreamName,
    contract::{at, events_of},
    sqlite::{OpenError, SqliteLog, SqliteOptions},
    verify,
};
use tokio::{runtime::Runtime, task::JoinSet};

use self::{
    state::{Dice, Disk, Faults},
    vfs::Mount,
};

const STREAMS: [&str; 3] = ["a", "b", "c"];
const FILE: &str = "log.db";
/// Appends are repeated so often until they are acknowledged.
const TRIES: usize = 4;

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

fn number_in(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).map_or(otherwise, |text| text.parse().expect("a number"))
}

fn open(mount: &Mount) -> Result<SqliteLog, OpenError> {
    let options = SqliteOptions {
        busy_timeout: Duration::from_millis(200),
        ..SqliteOptions::default()
    };
    SqliteLog::open(mount.path(FILE), options)
}

/// One append, which may be tried several times.
#[derive(Clone)]
struct Attempt {
    stream: &'static str,
    events: Vec<NewEvent>,
}

impl Attempt {
    /// The `number`th, of a size and in a stream that chance picks.
    fn random(number: usize, dice: &mut Dice) -> Self {
        let count = if dice.is(60) {
            1
        } else {
            1 + dice.roll(5) as u32
        };
        let mut events = events_of(number as u128 + 1, count);
        for event in &mut events {
            let bytes = match dice.roll(20) {
                0 => 20_000 + dice.roll(100_000),
                1..5 => 1_000 + dice.roll(8_000),
                _ => dice.roll(300),
            };
            event.data.extend((0..bytes).map(|byte| (byte % 251) as u8));
        }
        Self {
            stream: STREAMS[dice.roll(3) as usize],
            events,
        }
    }

    async fn append(&self, log: &SqliteLog) -> Result<Appended, AppendError> {
        let stream = StreamName::from(self.stream);
        log.append(&stream, ExpectedRevision::Any, self.events.clone(), at(0))
            .await
    }
}

/// What was tried and what the log has promised of it, by number.
#[derive(Default)]
struct Story {
    attempts: Vec<Attempt>,
    promised: Vec<usize>,
}

impl Story {
    fn promise(&mut self, number: usize, mount: &Mount) {
        self.promised.push(number);
        mount.disk().promises += 1;
    }

    /// Appends one after the other, a few at once now and then, with the log closed and opened again between.
    async fn go_on(&mut self, mount: &Mount, steps: usize, dice: &mut Dice) {
        let mut log = Arc::new(open_surely(mount));
        for _ in 0..steps {
            if dice.is(8) {
                drop(log);
                log = Arc::new(open_surely(mount));
            }
            let at_once = if dice.is(30) { 1 + dice.roll(4) } else { 1 };
            let mut racing = JoinSet::new();
            for _ in 0..at_once {
                let number = self.attempts.len();
                self.attempts.push(Attempt::random(number, dice));
                let (log, attempt) = (Arc::clone(&log), self.attempts[number].clone());
                racing.spawn(async move {
                    for _ in 0..TRIES {
                        if attempt.append(&log).await.is_ok() {
                            return Some(number);
                        }
                    }
                    None
                });
            }
            while let Some(done) = racing.join_next().await {
                if let Some(number) = done.unwrap() {
                    self.promise(number, mount);
                }
            }
            if dice.is(20) {
                self.check_reads(&log).await;
            }
        }
    }

    /// Reads, which a call that fails may spoil once, show at least what was promised.
    async fn check_reads(&self, log: &SqliteLog) {
        let mut read = log.read_all(None, 100_000).await;
        if read.is_err() {
            read = log.read_all(None, 100_000).await;
        }
        self.check_events(&read.unwrap(), &self.promised);
    }

    /// All of what was promised, nothing that was not tried, no append in part.
    fn check_events(&self, events: &[RecordedEvent], promised: &[usize]) {
        let mut found: BTreeMap<u128, Vec<&RecordedEvent>> = BTreeMap::new();
        for event in events {
            found
                .entry(event.metadata.command_id.0.as_u128())
                .or_default()
                .push(event);
        }
        for (command, recorded) in &found {
            let attempt = &self.attempts[*command as usize - 1];
            assert_eq!(
                recorded.len(),
                attempt.events.len(),
                "command {command} is there in part"
            );
            for (wanted, recorded) in attempt.events.iter().zip(recorded) {
                assert_eq!(
                    (attempt.stream, wanted.id, &wanted.data),
                    (recorded.stream.as_str(), recorded.id, &recorded.data)
                );
            }
        }
        let lost: Vec<_> = promised
            .iter()
            .filter(|number| !found.contains_key(&(**number as u128 + 1)))
            .collect();
        assert_eq!(lost, Vec::<&usize>::new(), "acknowledged and gone");
    }

    /// The same of a log, whose chains hold and whose streams read as the whole does.
    async fn check(&self, log: &SqliteLog, promised: &[usize]) {
        verify(log).await.unwrap();
        let events = log.read_all(None, 100_000).await.unwrap();
        self.check_events(&events, promised);
        for stream in STREAMS {
            let wanted: Vec<_> = events
                .iter()
                .filter(|event| event.stream.as_str() == stream)
                .cloned()
                .collect();
            let name = StreamName::from(stream);
            let read = log.read_stream(&name, None, Direction::Forwards).await;
            assert_eq!(read.unwrap(), wanted);
        }
    }
}

/// A call that fails once may spoil an opening; the next one is good.
fn open_surely(mount: &Mount) -> SqliteLog {
    open(mount)
        .or_else(|_| open(mount))
        .expect("opens at the second try")
}

/// Power goes after the story: every disk that may be left holds what was promised.
async fn check_after_power_cut(story: &Story, mount: &Mount, images: u64, dice: &mut Dice) {
    let crash = mount.disk().crash();
    for _ in 0..images {
        let left = Mount::new(Disk::of(crash.image(dice)));
        let log = open(&left).unwrap();
        story.check(&log, &story.promised).await;
    }
}

/// The shortest story that opens, appends, reads, closes and opens again.
async fn short_story(mount: &Mount) -> Story {
    let mut story = Story::default();
    let mut dice = Dice::new(5);
    story.go_on(mount, 6, &mut dice).await;
    story.go_on(mount, 4, &mut dice).await;
    story
}

#[test]
fn every_call_fails_in_turn_and_nothing_false_is_acknowledged() {
    let runtime = runtime();
    let mut calls = 0;
    let mut failed = 0;
    loop {
        calls += 1;
        let disk = Disk {
            faults: Faults::Once(calls),
            ..Disk::default()
        };
        let mount = Mount::new(disk);
        runtime.block_on(async {
            let story = short_story(&mount).await;
            // One call that fails once keeps nobody from being acknowledged in the end.
            assert_eq!(story.promised.len(), story.attempts.len(), "call {calls}");
            check_after_power_cut(&story, &mount, 2, &mut Dice::new(calls)).await;
        });
        if mount.disk().failed == 0 {
            break;
        }
        failed += 1;
    }
    assert!(failed > 300, "{failed}");
    println!("{failed} calls failed in turn, then a clean run");
}

/// From some call on the disk takes nothing more, until it is mended.
fn dies_and_is_mended(dead: impl Fn(u64) -> Faults) {
    let runtime = runtime();
    let clean = {
        let mount = Mount::new(Disk::default());
        runtime.block_on(short_story(&mount));
        mount.calls()
    };
    let mut refused = 0;
    // Every fifth call: each takes its tries.
    for number in (1..clean).step_by(5) {
        let mount = Mount::new(Disk::default());
        runtime.block_on(async {
            let mut story = Story::default();
            let mut dice = Dice::new(number);
            let log = open(&mount).unwrap();
            let already = mount.disk().calls;
            mount.disk().faults = dead(already + number);
            for number in 0..12 {
                let attempt = Attempt::random(number, &mut dice);
                let was_dead = mount.disk().failed > 0;
                let answer = attempt.append(&log).await;
                story.attempts.push(attempt);
                match answer {
                    Ok(_) => {
                        assert!(!was_dead, "acknowledged though nothing reaches the disk");
                        story.promise(number, &mount);
                    }
                    Err(_) => refused += 1,
                }
                story.check_reads(&log).await;
            }
            check_after_power_cut(&story, &mount, 1, &mut dice).await;
            mount.disk().faults = Faults::None;
            // The same log, not opened anew, takes again what it refused.
            for (number, attempt) in story.attempts.clone().iter().enumerate() {
                attempt.append(&log).await.unwrap();
                story.promise(number, &mount);
            }
            story.check(&log, &story.promised).await;
            drop(log);
            check_after_power_cut(&story, &mount, 2, &mut dice).await;
            assert_eq!(
                story.promised.iter().collect::<BTreeSet<_>>().len(),
                story.attempts.len()
            );
        });
    }
    assert!(refused > 200, "{refused}");
}

#[test]
fn while_nothing_can_be_written_nothing_is_acknowledged_and_reads_go_on() {
    dies_and_is_mended(Faults::ChangesFrom);
}

#[test]
fn while_no_fsync_succeeds_nothing_is_acknowledged_and_reads_go_on() {
    dies_and_is_mended(Faults::SyncsFrom);
}

#[test]
fn a_full_disk_acknowledges_nothing_and_goes_on_once_there_is_room() {
    let runtime = runtime();
    for seed in 0..10 {
        let disk = Disk {
            bytes_max: Some(400_000 + 37_000 * seed as usize),
            ..Disk::default()
        };
        let mount = Mount::new(disk);
        runtime.block_on(async {
            let mut story = Story::default();
            let mut dice = Dice::new(seed);
            let log = open(&mount).unwrap();
            let mut refused = Vec::new();
            for number in 0..400 {
                let attempt = Attempt::random(number, &mut dice);
                match attempt.append(&log).await {
                    Ok(_) => story.promise(number, &mount),
                    Err(AppendError::Unavailable(_)) => refused.push(number),
                    other => panic!("{other:?}"),
                }
                story.attempts.push(attempt);
                if refused.len() == 20 {
                    break;
                }
            }
            assert_eq!(refused.len(), 20, "the disk was filled");
            story.check(&log, &story.promised).await;
            let events = log.read_all(None, 100_000).await.unwrap();
            let of_refused = events.iter().any(|event| {
                refused.contains(&(event.metadata.command_id.0.as_u128() as usize - 1))
            });
            assert!(!of_refused, "refused for good means not there");
            check_after_power_cut(&story, &mount, 3, &mut dice).await;
            mount.disk().bytes_max = None;
            for number in refused {
                assert!(!story.attempts[number].append(&log).await.unwrap().repeated);
                story.promise(number, &mount);
            }
            story.check(&log, &story.promised).await;
            check_after_power_cut(&story, &mount, 3, &mut dice).await;
        });
    }
}

/// Images that one story is tried with, each of a moment of its own.
const IMAGES_OF_A_STORY: u64 = 40;

#[test]
fn after_a_power_cut_all_that_was_acknowledged_is_there_and_nothing_in_part() {
    let runtime = runtime();
    let images = number_in("PAIBAN_SOAK_IMAGES", 400);
    let seed = number_in("PAIBAN_SOAK_SEED", 1);
    let (mut tried, mut at_risk, mut stories) = (0, 0, 0);
    while tried < images {
        let mut dice = Dice::new(seed + stories);
        let steps = if stories % 5 == 4 { 120 } else { 25 };
        // Once to learn how many calls it makes, once to cut the power in between.
        let plan = dice.clone();
        let calls = {
            let mount = Mount::new(Disk::default());
            runtime.block_on(Story::default().go_on(&mount, steps, &mut dice));
            mount.calls()
        };
        let crash_at = (0..IMAGES_OF_A_STORY)
            .map(|_| 1 + dice.roll(calls))
            .collect();
        let mount = Mount::new(Disk {
            crash_at,
            ..Disk::default()
        });
        let mut story = Story::default();
        runtime.block_on(story.go_on(&mount, steps, &mut plan.clone()));
        let crashes = std::mem::take(&mut mount.disk().crashes);
        for crash in crashes {
            let left = Mount::new(Disk::of(crash.image(&mut dice)));
            let promised = &story.promised[..crash.promises];
            runtime.block_on(async {
                let log = open(&left).unwrap_or_else(|error| {
                    panic!(
                        "seed {seed}, story {stories}, call {}: {error:?}",
                        crash.call
                    )
                });
                story.check(&log, promised).await;
                at_risk += promised.len();
                check_second_cut(&story, &left, &log, &mut dice).await;
            });
            tried += 1;
        }
        stories += 1;
    }
    println!(
        "{tried} crash images of {stories} stories, seed {seed}: {at_risk} acknowledged appends, 0 lost, 0 in part"
    );
}

/// Everything is sent again to the recovered log. What it then acknowledges, as new or as known, outlives the next
/// power cut: an answer never rests on what only the kernel's memory holds.
async fn check_second_cut(story: &Story, left: &Mount, log: &SqliteLog, dice: &mut Dice) {
    let some = story.attempts.len().min(1 + dice.roll(30) as usize);
    for attempt in &story.attempts[..some] {
        attempt.append(log).await.unwrap();
    }
    let promised: Vec<usize> = (0..some).collect();
    let image = left.disk().crash().image(dice);
    let again = Mount::new(Disk::of(image));
    story.check(&open(&again).unwrap(), &promised).await;
}

/// A killed process may leave commits whose fsync never happened, or failed. Found by the next one, they are answered
/// as known when they are sent again; so by then they must be durable, and so must what is appended behind them.
#[test]
fn what_a_killed_process_left_unsynced_is_durable_before_anything_rests_on_it() {
    let runtime = runtime();
    let calls = {
        let mount = Mount::new(Disk::default());
        runtime.block_on(short_story(&mount));
        mount.calls()
    };
    let mut found_again = 0;
    for (number, fails) in (1..calls).flat_map(|number| [(number, false), (number, true)]) {
        let disk = Disk {
            crash_at: vec![number + 1],
            faults: if fails {
                Faults::Once(number)
            } else {
                Faults::None
            },
            ..Disk::default()
        };
        let mount = Mount::new(disk);
        let story = runtime.block_on(short_story(&mount));
        let Some(killed) = mount.disk().crashes.pop() else {
            continue;
        };
        let killed = Mount::new(killed.after_kill());
        let mut dice = Dice::new(number);
        runtime.block_on(async {
            let log = open(&killed).unwrap();
            for attempt in &story.attempts {
                found_again += u64::from(attempt.append(&log).await.unwrap().repeated);
                // Each answer counts from its moment on.
                if dice.is(20) {
                    let left = Mount::new(Disk::of(killed.disk().crash().image(&mut dice)));
                    let promised = story
                        .attempts
                        .iter()
                        .position(|it| it.events == attempt.events);
                    let promised: Vec<usize> = (0..=promised.unwrap()).collect();
                    story.check(&open(&left).unwrap(), &promised).await;
                }
            }
        });
    }
    assert!(found_again > 1000, "{found_again}");
}
