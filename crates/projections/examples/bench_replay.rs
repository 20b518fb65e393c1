//! How fast a log becomes read models, beside the least any reader of it must do: select each event and decode it.
//!
//! `cargo run -p projections --example bench_replay -- [--people N] [--days N]` prints both rates and their ratio.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../tests/common/mod.rs"]
mod common;

use chrono::Duration;
use common::*;
use domain::event::{Event, PunchKind};
use domain::work_date::DayMinute;
use eventlog::memory::MemoryLog;
use eventlog::{EventLog, RecordedEvent};
use projections::ReadModels;
use std::time::Instant;

fn argument(name: &str, default: i64) -> i64 {
    let mut arguments = std::env::args().skip_while(|argument| argument != name);
    arguments
        .nth(1)
        .map_or(default, |value| value.parse().expect("a number"))
}

/// A month of shifts with four to six punches each, feeds and a closing day by day.
fn history(people: u32, days: i64) -> Vec<Entry> {
    let codes = ["A", "A", "B", "B", "C", "-", "-"];
    let plan: Vec<(u32, Vec<&str>)> = (1..=people)
        .map(|number| {
            let days = usize::try_from(days).unwrap();
            let offset = usize::try_from(number).unwrap();
            (
                number,
                (0..days)
                    .map(|day| codes[(day + offset) % codes.len()])
                    .collect(),
            )
        })
        .collect();
    let mut entries = founded(people);
    entries.extend(published(&plan));
    for date in 1..=days {
        for (number, line) in &plan {
            let Some(shift) = shift(line[usize::try_from(date - 1).unwrap()]) else {
                continue;
            };
            let jitter = Duration::minutes((i64::from(*number) * 7 + date * 3) % 13 - 6);
            for segment in &shift.segments {
                let instant = |minute: DayMinute| ZONE.instant(day(date), minute);
                let start = instant(segment.start);
                entries.push(punch(*number, PunchKind::In, start + jitter));
                entries.push(presence(*number, start, true));
                entries.push(punch(
                    *number,
                    PunchKind::MealStart,
                    start + Duration::hours(1),
                ));
                entries.push(punch(
                    *number,
                    PunchKind::MealEnd,
                    start + Duration::minutes(92),
                ));
                entries.push(punch(
                    *number,
                    PunchKind::Out,
                    instant(segment.end) + jitter,
                ));
                entries.push(presence(*number, instant(segment.end), false));
            }
        }
        entries.push(call(
            u32::try_from(date).unwrap(),
            at(date, "12:30"),
            Some(1),
        ));
        entries.push(closed_day(date));
    }
    entries
}

/// The events in a bare table, read back and decoded one by one; events a second.
fn bare_loop(events: &[RecordedEvent]) -> f64 {
    let folder = tempfile::tempdir().unwrap();
    let mut connection = rusqlite::Connection::open(folder.path().join("bare.sqlite")).unwrap();
    connection
        .execute_batch("CREATE TABLE events (position INTEGER PRIMARY KEY, type TEXT, version INTEGER, data BLOB)")
        .unwrap();
    let transaction = connection.transaction().unwrap();
    for event in events {
        transaction
            .prepare_cached("INSERT INTO events VALUES (?1, ?2, ?3, ?4)")
            .unwrap()
            .execute((
                i64::try_from(event.position.number()).unwrap(),
                &event.event_type,
                event.schema_version,
                &event.data,
            ))
            .unwrap();
    }
    transaction.commit().unwrap();
    let started = Instant::now();
    let mut statement = connection
        .prepare("SELECT type, version, data FROM events ORDER BY position")
        .unwrap();
    let mut rows = statement.query([]).unwrap();
    let mut decoded = 0;
    while let Some(row) = rows.next().unwrap() {
        let name: String = row.get(0).unwrap();
        let data: Vec<u8> = row.get(2).unwrap();
        Event::decode(&name, row.get(1).unwrap(), &data).unwrap();
        decoded += 1;
    }
    assert_eq!(decoded, events.len());
    rate(events.len(), started)
}

#[allow(clippy::cast_precision_loss)]
fn rate(events: usize, started: Instant) -> f64 {
    events as f64 / started.elapsed().as_secs_f64()
}

#[tokio::main(flavor = "multi_thread", worker_threads = 1)]
async fn main() {
    let people = u32::try_from(argument("--people", 18)).expect("people");
    let days = argument("--days", 31).clamp(1, 31);
    let log = MemoryLog::new();
    append_all(&log, &history(people, days)).await;
    let events = log.read_all(None, usize::MAX).await.unwrap();

    let bare = bare_loop(&events);
    let folder = tempfile::tempdir().unwrap();
    let models = ReadModels::open(folder.path()).unwrap();
    let started = Instant::now();
    models.catch_up(&log).await.unwrap();
    let replay = rate(events.len(), started);
    let (records, penalties) = models
        .read(|view| {
            let records = view.day_records(&desk(), day(1), day(31))?.len();
            Ok((records, view.penalties(&desk(), month())?.len()))
        })
        .await
        .unwrap();

    println!("events                  {:>10}", events.len());
    println!("day records derived     {records:>10}");
    println!("penalties derived       {penalties:>10}");
    println!("select + decode         {bare:>10.0} events/s");
    println!("replay into read models {replay:>10.0} events/s");
    println!("ratio                   {:>10.3}", replay / bare);
}
