//! How fast a log becomes read models, beside the least any reader of it must do: select each event and decode it.
//!
//! `cargo run -p projections --example bench_replay -- [--people N] [--days N] [--dir DIR] [--log FILE]` writes a month of so many
//! people's shifts to a log file in DIR (by default beside the executable), then prints both rates and their ratio,
//! the highest memory meanwhile, and how long the service's restart on what was built takes. 10,000 people make a
//! million events.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../tests/common/mod.rs"]
mod common;

use chrono::{DateTime, Duration, Utc};
use common::{ZONE, at, day, month, shift};
use domain::event::*;
use domain::ids::{DeskId, SkillId, SolveId, StaffId};
use domain::policy::document::ONLINE_SHOP;
use domain::quantities::{Fen, Minutes};
use domain::shift::{Cell, Shift};
use domain::who::Role;
use domain::work_date::DayMinute;
use eventlog::sqlite::{SqliteLog, SqliteOptions};
use eventlog::{CommandId, EventLog, EventType, ExpectedRevision, Metadata, NewEvent, StreamName};
use projections::ReadModels;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;
use tokio::task::JoinSet;
use uuid::Uuid;

/// People of one desk.
const DESK_PEOPLE: usize = 50;

/// Appends on their way at once: they share the log's commits.
const APPENDS_AT_ONCE: usize = 2000;

/// Days of a person, by turns; each person begins elsewhere.
const TURNS: [&str; 7] = ["A", "A", "B", "B", "C", "-", "-"];

struct Options {
    people: usize,
    days: usize,
    folder: PathBuf,
    /// A log to be kept: filled if it does not exist, else replayed as it is.
    log: Option<PathBuf>,
}

impl Options {
    fn parse() -> Self {
        let executable = std::env::current_exe().unwrap();
        let mut options = Self {
            people: 10_000,
            days: 31,
            folder: executable.parent().unwrap().to_owned(),
            log: None,
        };
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            match (word.as_str(), words.next()) {
                ("--people", Some(value)) => options.people = value.parse().expect("people"),
                ("--days", Some(value)) => options.days = value.parse().expect("days"),
                ("--dir", Some(value)) => options.folder = value.into(),
                ("--log", Some(value)) => options.log = Some(value.into()),
                _ => panic!("usage: bench_replay [--people N] [--days N] [--dir DIR] [--log FILE]"),
            }
        }
        options.days = options.days.clamp(1, 31);
        options
    }
}

fn desk_of(person: usize) -> DeskId {
    DeskId::new(format!("desk-{}", person / DESK_PEOPLE))
}

fn staff(person: usize) -> StaffId {
    StaffId::new(format!("S{person:05}"))
}

fn turn(person: usize, date: usize) -> Option<Shift> {
    shift(TURNS[(person + date) % TURNS.len()])
}

fn date_of(date: usize) -> domain::work_date::WorkDate {
    day(i64::try_from(date).unwrap())
}

/// A log being filled: each append a command of its own, many on their way at once.
struct Filling {
    log: Arc<SqliteLog>,
    appends: u128,
    at_work: JoinSet<()>,
}

impl Filling {
    async fn append(&mut self, stream: &Stream, events: Vec<Event>) {
        if self.at_work.len() >= APPENDS_AT_ONCE {
            self.at_work.join_next().await.unwrap().unwrap();
        }
        self.appends += 1;
        let command = CommandId(Uuid::from_u128(self.appends));
        let events = (0..)
            .zip(events)
            .map(|(index, event)| {
                let (name, version) = event.event_type();
                let metadata = Metadata::new("terminal-1", command);
                let kind = EventType::new(name, version);
                NewEvent::new(command, index, kind, event.encode().unwrap(), metadata)
            })
            .collect();
        let (log, stream) = (Arc::clone(&self.log), StreamName::new(stream.to_string()));
        self.at_work.spawn(async move {
            let appended = log.append(&stream, ExpectedRevision::Any, events, Utc::now());
            appended.await.unwrap();
        });
    }

    /// Until everything so far is in the log.
    async fn settle(&mut self) {
        while let Some(done) = self.at_work.join_next().await {
            done.unwrap();
        }
    }
}

fn founding(desk: &DeskId) -> Vec<Event> {
    let events: [DeskEvent; 2] = [
        DeskOpened {
            desk: desk.clone(),
            name: "网店客服部".to_owned(),
            zone: ZONE,
            opens: DayMinute(540),
            closes: DayMinute(1440),
        }
        .into(),
        PolicyAdopted {
            versions: vec!["2026-1".into()],
            digest: String::new(),
            document: ONLINE_SHOP.to_owned(),
            by: "HR".into(),
        }
        .into(),
    ];
    events.map(Event::from).into()
}

fn hired(person: usize) -> Event {
    StaffEvent::from(Hired {
        staff: staff(person),
        name: format!("员工{person}"),
        desk: desk_of(person),
        position: "客服".to_owned(),
        roles: BTreeSet::from([Role::Staff]),
        leads: BTreeSet::new(),
        skills: BTreeSet::from([SkillId::new("presale")]),
        contract: Contract {
            employment: Employment::FullTime,
            week_minutes: Minutes(2400),
            month_wage: Fen(500_000),
        },
        from: day(1).plus_days(-60),
        service_from: None,
    })
    .into()
}

fn roster_of(people: std::ops::Range<usize>, days: usize) -> Vec<Event> {
    let cells = people.flat_map(|person| {
        (1..=days).map(move |date| Cell {
            staff: staff(person),
            date: date_of(date),
            shift: turn(person, date),
        })
    });
    let now = at(1, "00:00") - Duration::days(3);
    let events: [RosterEvent; 2] = [
        RosterGenerated {
            solve: SolveId(Uuid::from_u128(900)),
            cells: cells.collect(),
            report: SolveReport {
                objective: 7,
                bound: Some(5),
                proven_optimal: false,
                costs: vec![],
                shortfalls: vec![],
                iterations: 1,
                ended: None,
                milliseconds: None,
                relaxed: vec![],
            },
            at: now,
        }
        .into(),
        RosterPublished {
            revision: 1,
            shortfalls: vec![],
            by: "LEAD".into(),
            at: now,
        }
        .into(),
    ];
    events.map(Event::from).into()
}

fn punched(person: usize, kind: PunchKind, moment: DateTime<Utc>) -> Event {
    AttendanceEvent::from(Punched {
        staff: staff(person),
        desk: desk_of(person),
        kind,
        at: moment,
        received_at: moment,
        source: PunchSource::Device {
            serial: "terminal-1".to_owned(),
        },
        suspicion: None,
    })
    .into()
}

/// Everybody's punches as a day goes by: who comes, who eats, who leaves, everybody of every desk in between.
async fn work_a_day(filling: &mut Filling, people: usize, date: usize) {
    for part in 0..3 {
        for person in 0..people {
            let Some(shift) = turn(person, date) else {
                continue;
            };
            let minutes = (person * 7 + date * 3) % 13;
            let jitter = Duration::minutes(4 * (i64::try_from(minutes).unwrap() - 6));
            let instant = |minute: DayMinute| ZONE.instant(date_of(date), minute);
            let segments = shift.segments.iter();
            let eats = instant(shift.segments[0].start) + Duration::hours(1);
            let events = match part {
                0 => segments
                    .map(|part| punched(person, PunchKind::In, instant(part.start) + jitter))
                    .collect(),
                1 => vec![
                    punched(person, PunchKind::MealStart, eats),
                    punched(person, PunchKind::MealEnd, eats + Duration::minutes(32)),
                ],
                _ => segments
                    .map(|part| punched(person, PunchKind::Out, instant(part.end) + jitter))
                    .collect(),
            };
            let stream = Stream::Attendance(staff(person), month());
            filling.append(&stream, events).await;
            // Every second person is seen by the messenger too.
            if part == 0 && person % 2 == 0 {
                let came = PresenceReported {
                    staff: staff(person),
                    at: instant(shift.segments[0].start),
                    online: true,
                };
                let stream = Stream::Evidence(desk_of(person), date_of(date));
                filling
                    .append(&stream, vec![EvidenceEvent::from(came).into()])
                    .await;
            }
        }
        filling.settle().await;
    }
}

/// A month at desks of fifty people each, in the order in which it would happen.
async fn fill(path: &Path, people: usize, days: usize) {
    let log = SqliteLog::open(path, SqliteOptions::default()).unwrap();
    let mut filling = Filling {
        log: Arc::new(log),
        appends: 0,
        at_work: JoinSet::new(),
    };
    let desks: Vec<usize> = (0..people).step_by(DESK_PEOPLE).collect();
    for &first in &desks {
        let (desk, of_desk) = (desk_of(first), first..(first + DESK_PEOPLE).min(people));
        filling
            .append(&Stream::Desk(desk.clone()), founding(&desk))
            .await;
        filling.settle().await;
        for person in of_desk.clone() {
            filling
                .append(&Stream::Staff(staff(person)), vec![hired(person)])
                .await;
        }
        filling.settle().await;
        filling
            .append(&Stream::Roster(desk, month()), roster_of(of_desk, days))
            .await;
    }
    filling.settle().await;
    for date in 1..=days {
        work_a_day(&mut filling, people, date).await;
        for &first in &desks {
            let closed = PeriodEvent::from(DayClosed {
                date: date_of(date),
                at: at(i64::try_from(date).unwrap(), "06:00+1"),
            });
            let stream = Stream::Period(desk_of(first), month());
            filling.append(&stream, vec![closed.into()]).await;
        }
        filling.settle().await;
    }
}

/// Every event of the log's file selected and decoded one by one; events and events a second.
fn bare_loop(log: &Path) -> (usize, f64) {
    let connection = rusqlite::Connection::open(log).unwrap();
    let started = Instant::now();
    let mut statement = connection
        .prepare("SELECT event_type, schema_version, data FROM events ORDER BY position")
        .unwrap();
    let mut rows = statement.query([]).unwrap();
    let mut decoded = 0;
    while let Some(row) = rows.next().unwrap() {
        let name = row.get_ref(0).unwrap().as_str().unwrap();
        let data = row.get_ref(2).unwrap().as_blob().unwrap();
        Event::decode(name, row.get(1).unwrap(), data).unwrap();
        decoded += 1;
    }
    (decoded, rate(decoded, started))
}

#[allow(clippy::cast_precision_loss)]
fn rate(events: usize, started: Instant) -> f64 {
    events as f64 / started.elapsed().as_secs_f64()
}

/// The highest resident memory since [`forget_peak`], in MB; Linux only.
fn peak_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.unwrap_or_default() / 1024
}

/// Processor time of this process so far, in seconds; Linux only. Unlike the clock it hardly minds the neighbours.
fn processor_seconds() -> f64 {
    const TICKS_PER_SECOND: f64 = 100.0;
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The second field, a name in brackets, may hold spaces; user and system time are the 14th and 15th.
    let fields = stat.rsplit(')').next().unwrap_or_default();
    let ticks = fields.split_whitespace().skip(11).take(2);
    ticks
        .filter_map(|ticks| ticks.parse::<f64>().ok())
        .sum::<f64>()
        / TICKS_PER_SECOND
}

fn forget_peak() {
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

#[tokio::main]
async fn main() {
    let options = Options::parse();
    let folder = tempfile::Builder::new()
        .prefix("bench-replay-")
        .tempdir_in(&options.folder)
        .unwrap();
    let path = options.log.unwrap_or_else(|| folder.path().join("log.db"));
    if !path.exists() {
        fill(&path, options.people, options.days).await;
    }
    let models_folder = folder.path().join("models");
    let log = SqliteLog::open(&path, SqliteOptions::default()).unwrap();

    // Twice, before and after: the file is then in the kernel's memory for both.
    let processor_before = processor_seconds();
    let (events, before) = bare_loop(&path);
    let processor_bare = processor_seconds() - processor_before;
    forget_peak();
    let started = Instant::now();
    let models = ReadModels::open(&models_folder).unwrap();
    models.catch_up(&log).await.unwrap();
    let replay = rate(events, started);
    let processor_replay = processor_seconds() - processor_before - processor_bare;
    let peak = peak_mb();
    let (_, after) = bare_loop(&path);
    let bare = f64::midpoint(before, after);

    let restarted = Instant::now();
    drop((models, log));
    let log = SqliteLog::open(&path, SqliteOptions::default()).unwrap();
    let models = ReadModels::open(&models_folder).unwrap();
    models.catch_up(&log).await.unwrap();
    let restart = restarted.elapsed();
    assert_eq!(models.position(), log.end().await.unwrap());
    let (mut records, mut penalties) = (0, 0);
    for person in (0..options.people).step_by(DESK_PEOPLE) {
        let desk = desk_of(person);
        let (of_desk, against) = models
            .read(move |view| {
                let records = view.day_records(&desk, day(1), day(31))?.len();
                Ok((records, view.penalties(&desk, month())?.len()))
            })
            .await
            .unwrap();
        records += of_desk;
        penalties += against;
    }

    println!("events                  {events:>10}");
    println!("day records derived     {records:>10}");
    println!("penalties derived       {penalties:>10}");
    println!("select + decode         {bare:>10.0} events/s");
    println!("replay into read models {replay:>10.0} events/s");
    println!("ratio                   {:>10.3}", replay / bare);
    println!(
        "processor time          {processor_bare:>10.2} s and {processor_replay:.2} s, ratio {:.3}",
        processor_bare / processor_replay
    );
    println!("peak memory             {peak:>10} MB");
    println!("restart                 {:>10} ms", restart.as_millis());
}
