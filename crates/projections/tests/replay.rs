//! However the log reaches the read models, the rows are the same.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use chrono::{DateTime, Duration, Utc};
use common::*;
use domain::event::*;
use domain::ids::SwapId;
use domain::quantities::{Fen, Minutes};
use eventlog::memory::MemoryLog;
use eventlog::{
    AppendError, Appended, BoxFuture, CommandId, Direction, EventLog, ExpectedRevision, Feed,
    Filter, Metadata, NewEvent, Position, ReadError, RecordedEvent, Revision, Signal, StoreId,
    StreamName, Subscription,
};
use projections::{Error, ReadModels, RosterAt};
use proptest::prelude::*;
use std::sync::Arc;

/// A small generator of our own, so that a script is one number.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
    fn is(&mut self, percent: u64) -> bool {
        self.roll(100) < percent
    }
    fn minutes(&mut self, from: i64, until: i64) -> Duration {
        let span = u64::try_from(until - from).unwrap();
        Duration::minutes(from + i64::try_from(self.roll(span)).unwrap())
    }
}

const PEOPLE: u32 = 4;
const DAYS: i64 = 9;

/// A believable mess: late and missing punches, requests, swaps, feeds, late facts, a closed period and decisions.
fn script(seed: u64) -> Vec<Entry> {
    let mut dice = Dice(seed);
    let codes = ["A", "B", "C", "N", "-"];
    let mut plan: Vec<(u32, Vec<&str>)> = Vec::new();
    for number in 1..=PEOPLE {
        let days = (0..DAYS)
            .map(|_| codes[usize::try_from(dice.roll(5)).unwrap()])
            .collect();
        plan.push((number, days));
    }
    let mut entries = published(&plan);
    let mut id = 10_000u128;
    for date in 1..=DAYS {
        for (number, days) in &plan {
            let Some(shift) = shift(days[usize::try_from(date - 1).unwrap()]) else {
                if dice.is(10) {
                    entries.push(punch(*number, PunchKind::In, at(date, "09:05")));
                }
                continue;
            };
            if dice.is(12) {
                continue;
            }
            for segment in &shift.segments {
                let start = ZONE.instant(day(date), segment.start);
                let end = ZONE.instant(day(date), segment.end);
                let around =
                    |dice: &mut Dice, moment: DateTime<Utc>| moment + dice.minutes(-20, 25);
                if dice.is(90) {
                    let moment = around(&mut dice, start);
                    entries.push(punch(*number, PunchKind::In, moment));
                    if dice.is(10) {
                        entries.push(punch(*number, PunchKind::In, moment + Duration::seconds(1)));
                    }
                }
                if dice.is(50) {
                    let meal = start + Duration::hours(2);
                    entries.push(punch(*number, PunchKind::MealStart, meal));
                    entries.push(punch(
                        *number,
                        PunchKind::MealEnd,
                        meal + dice.minutes(20, 50),
                    ));
                }
                if dice.is(25) {
                    let gone = start + dice.minutes(30, 100);
                    entries.push(presence(*number, start, true));
                    entries.push(presence(*number, gone, false));
                    if dice.is(70) {
                        entries.push(presence(*number, gone + dice.minutes(2, 30), true));
                    }
                }
                if dice.is(90) {
                    entries.push(punch(*number, PunchKind::Out, around(&mut dice, end)));
                }
            }
            if dice.is(15) {
                id += 1;
                entries.push(correction(id, *number, date, Side::In, "09:00"));
                if dice.is(60) {
                    entries.push(correction_approved(id, *number));
                }
            }
            if dice.is(10) {
                id += 1;
                entries.push(leave(id, *number, date, date + 1));
                if dice.is(60) {
                    entries.push(leave_approved(id, *number));
                }
            }
            if dice.is(10) {
                id += 1;
                let with = 1 + u32::try_from(dice.roll(u64::from(PEOPLE))).unwrap();
                entries.push(swap_requested(id, *number, date, with, None));
                if dice.is(50) {
                    entries.push(roster(SwapAgreed {
                        swap: SwapId(uuid(id)),
                        at: at(date, "00:10"),
                    }));
                }
            }
            if dice.is(15) {
                let routed = dice.is(50).then_some(*number);
                entries.push(call(u32::try_from(id).unwrap(), at(date, "12:30"), routed));
                id += 1;
                entries.extend(complaint(id, *number, date, Some(dice.is(60))));
            }
            if dice.is(5) {
                entries.push(evidence(
                    day(date),
                    SpotChecked {
                        staff: person(*number),
                        at: at(date, "16:00"),
                        on_post: true,
                        note: String::new(),
                        by: "LEAD".into(),
                    },
                ));
            }
            if dice.is(8) {
                entries.push(entry(
                    Stream::Attendance(person(*number), month()),
                    AttendanceEvent::from(OvertimeApproved {
                        staff: person(*number),
                        work_date: day(date),
                        minutes_max: Minutes(120),
                        compensation: Compensation::TimeOff,
                        reason: "忙".to_owned(),
                        request: None,
                        by: "LEAD".into(),
                        at: at(date, "23:30"),
                    }),
                ));
            }
        }
        for _ in 0..dice.roll(3) {
            let number = 1 + u32::try_from(dice.roll(u64::from(PEOPLE))).unwrap();
            let revision = u32::try_from(entries.len()).unwrap();
            let changed = date - 1 + i64::try_from(dice.roll(4)).unwrap();
            let to = codes[usize::try_from(dice.roll(5)).unwrap()];
            entries.push(amended(
                revision,
                at(date, "10:00"),
                vec![change(number, changed, "A", to)],
            ));
        }
        entries.push(closed_day(date));
    }
    // The rules, the desk and the people may come late too; and neighbours in the log change places.
    let mut mixed = founded(PEOPLE);
    for founding in [1, 3] {
        if dice.is(20) && founding < mixed.len() {
            let late = mixed.remove(founding);
            let place = usize::try_from(dice.roll(u64::try_from(entries.len()).unwrap())).unwrap();
            entries.insert(place, late);
        }
    }
    for _ in 0..entries.len() / 3 {
        let place = usize::try_from(dice.roll(u64::try_from(entries.len() - 6).unwrap())).unwrap();
        let other = place + usize::try_from(dice.roll(6)).unwrap();
        entries.swap(place, other);
    }
    mixed.extend(entries);
    mixed
}

/// What people decide after looking at what was proposed, a closing, and facts that come too late.
async fn aftermath(log: &MemoryLog, seed: u64) -> Vec<Entry> {
    let mut dice = Dice(seed ^ 0xABCD);
    let (models, _folder) = models_of(log).await;
    let rows = models
        .read(|view| view.penalties(&desk(), month()))
        .await
        .unwrap();
    let mut entries = Vec::new();
    for row in rows {
        let number: u32 = row.staff.as_str()[1..].parse().unwrap();
        for kind in ["verify", "balance", "approve"] {
            if dice.is(80) {
                entries.push(sanction_step(kind, &row.sanction, number, row.amount.0));
            }
        }
    }
    entries.push(entry(
        Stream::Sanctions(person(1), month()),
        SanctionEvent::from(RewardProposed {
            sanction: "reward-1".into(),
            staff: person(1),
            work_date: day(2),
            amount: Fen(2000),
            reason: "表扬".to_owned(),
            by: "LEAD".into(),
            at: at(9, "12:00"),
        }),
    ));
    let end = log.end().await.unwrap().unwrap();
    entries.push(closed_period(Position::new(end.store(), end.number() - 5)));
    entries.push(correction(77, 2, 3, Side::Out, "18:00"));
    entries.push(correction_approved(77, 2));
    entries.push(entry(
        Stream::Period(desk(), month().next()),
        PeriodEvent::from(Adjusted {
            staff: person(2),
            source_month: month(),
            amount: Fen(1000),
            reason: "补卡".to_owned(),
            by: "HR".into(),
            at: at(31, "12:00"),
            difference: None,
            days: Vec::new(),
            evidence: Vec::new(),
        }),
    ));
    entries
}

/// Says only which rows differ.
fn assert_same(found: &[String], expected: &[String]) {
    let missing: Vec<&String> = expected.iter().filter(|row| !found.contains(row)).collect();
    let extra: Vec<&String> = found.iter().filter(|row| !expected.contains(row)).collect();
    assert!(
        missing.is_empty() && extra.is_empty() && found.len() == expected.len(),
        "rows of one replay that are missing: {missing:#?}\nrows that should not be there: {extra:#?}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_cut_into_batches_gives_the_rows_of_one_replay(seed: u64, percent in 20usize..=100, cuts in prop::collection::vec(1usize..60, 1..40), page in 1usize..80, dirty_days in 1usize..200, held in 0usize..100) {
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap().block_on(async {
            let log = MemoryLog::new();
            let folder = tempfile::tempdir().unwrap();
            let mut models = ReadModels::open(folder.path()).unwrap();
            // The log may end anywhere: later events would derive again what was forgotten earlier.
            let entries = script(seed);
            let length = (entries.len() * percent / 100).max(20);
            let mut rest = entries.into_iter().take(length).peekable();
            let mut cuts = cuts.iter().cycle();
            while rest.peek().is_some() {
                let batch: Vec<Entry> = rest.by_ref().take(*cuts.next().unwrap()).collect();
                append_all(&log, &batch).await;
                models.catch_up(&log).await.unwrap();
            }
            // A restart in between changes nothing either.
            drop(models);
            models = ReadModels::open(folder.path()).unwrap();
            for late in aftermath(&log, seed).await {
                append(&log, &late).await;
                models.catch_up(&log).await.unwrap();
            }
            let (whole, whole_folder) = models_of(&log).await;
            let expected = dump(whole_folder.path());
            assert!(expected.len() > 100);
            assert_same(&dump(folder.path()), &expected);
            for file in ["attendance_csv", "attendance_xlsx", "penalties_csv", "duty_table_xlsx"] {
                let read = |models: ReadModels| async move {
                    models.read(move |view| match file {
                        "attendance_csv" => view.attendance_csv(&desk(), month()),
                        "attendance_xlsx" => view.attendance_xlsx(&desk(), month()),
                        "penalties_csv" => view.penalties_csv(&desk(), month()),
                        _ => view.duty_table_xlsx(&desk(), day(1), day(31), RosterAt::Latest),
                    }).await.unwrap()
                };
                let (live, fresh) = (read(models.clone()).await, read(whole.clone()).await);
                assert!(live == fresh, "{file} differs");
            }
            models.replay(&log).await.unwrap();
            assert_same(&dump(folder.path()), &expected);
            // Built from nothing: read in pages of any length, derived after any number of days, held or read back.
            models.replay_cut(&log, page, dirty_days, held).await.unwrap();
            assert_same(&dump(folder.path()), &expected);
        });
    }
}

/// A late fact derives again every day it speaks to, and nothing is left as an earlier state of the log had it.
#[tokio::test]
async fn a_late_fact_reaches_every_day_it_speaks_to() {
    let closings = || (1..=6).map(closed_day).collect::<Vec<_>>();
    let night = [
        punch(1, PunchKind::In, at(1, "22:00")),
        punch(1, PunchKind::Out, at(1, "08:00+1")),
    ];
    let cases: Vec<(&str, Vec<&str>, Vec<Entry>, Entry)> = vec![
        (
            "a night shift's out comes after midnight",
            vec!["N", "-"],
            [vec![night[0].clone()], closings()].concat(),
            night[1].clone(),
        ),
        (
            "the next day's new shift takes a late out away",
            vec!["N", "-"],
            vec![night[1].clone()],
            amended(2, at(1, "12:00"), vec![change(1, 2, "-", "A")]),
        ),
        (
            "a colleague's punch on a day off",
            vec!["A", "-"],
            closings(),
            punch(2, PunchKind::In, at(1, "08:58")),
        ),
        (
            "online through the messenger",
            vec!["A", "-"],
            closings(),
            presence(1, at(1, "08:55"), true),
        ),
        (
            "leave filed in time, approved late",
            vec!["A", "-"],
            [vec![leave(9, 1, 1, 1)], closings()].concat(),
            leave_approved(9, 1),
        ),
        (
            "a correction approved late",
            vec!["A", "-"],
            [vec![correction(9, 1, 1, Side::In, "09:00")], closings()].concat(),
            correction_approved(9, 1),
        ),
        (
            "a swap asked for",
            vec!["A", "-"],
            closings(),
            swap_requested(9, 1, 1, 2, None),
        ),
        (
            "the window to explain runs out",
            vec!["A", "-"],
            (1..=3).map(closed_day).collect(),
            closed_day(4),
        ),
        (
            "the calendar makes the day a holiday",
            vec!["A", "-"],
            vec![
                punch(1, PunchKind::In, at(1, "09:00")),
                punch(1, PunchKind::Out, at(1, "18:00")),
            ],
            entry(
                Stream::Org,
                OrgEvent::from(CalendarAdopted {
                    year: 2026,
                    provisional: false,
                    source: "test".to_owned(),
                    days: vec![CalendarDay {
                        date: day(1),
                        kind: DayKind::Statutory,
                        name: "节".to_owned(),
                    }],
                }),
            ),
        ),
    ];
    for (name, codes, before, late) in cases {
        let log = MemoryLog::new();
        let mut entries = founded(2);
        entries.extend(published(&[(1, codes), (2, vec!["-", "-"])]));
        entries.extend(before);
        append_all(&log, &entries).await;
        let (models, folder) = models_of(&log).await;
        let record = || async {
            let found = models.read(|view| view.day_record(&person(1), day(1)));
            found.await.unwrap().unwrap()
        };
        let was = record().await;
        append(&log, &late).await;
        models.catch_up(&log).await.unwrap();
        assert_ne!(record().await, was, "{name}: the day did not change");
        let (_whole, whole_folder) = models_of(&log).await;
        assert_same(&dump(folder.path()), &dump(whole_folder.path()));
    }
}

/// What the logs of this file leave to the one they stand before: all but reading and subscribing to everything.
macro_rules! pass_on {
    ($log:tt) => {
        fn store_id(&self) -> StoreId {
            self.$log.store_id()
        }
        fn append<'a>(
            &'a self,
            stream: &'a StreamName,
            expected: ExpectedRevision,
            events: Vec<NewEvent>,
            recorded_at: DateTime<Utc>,
        ) -> BoxFuture<'a, Result<Appended, AppendError>> {
            self.$log.append(stream, expected, events, recorded_at)
        }
        fn read_stream<'a>(
            &'a self,
            stream: &'a StreamName,
            from: Option<Revision>,
            direction: Direction,
        ) -> BoxFuture<'a, Result<Vec<RecordedEvent>, ReadError>> {
            self.$log.read_stream(stream, from, direction)
        }
        fn last_event<'a>(
            &'a self,
            stream: &'a StreamName,
        ) -> BoxFuture<'a, Result<Option<RecordedEvent>, ReadError>> {
            self.$log.last_event(stream)
        }
        fn end(&self) -> BoxFuture<'_, Result<Option<Position>, ReadError>> {
            self.$log.end()
        }
    };
}

/// Gives events again that were given before, as a subscription after a broken connection may.
struct Repeating(MemoryLog);

impl EventLog for Repeating {
    pass_on!(0);
    fn read_all(
        &self,
        after: Option<Position>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<RecordedEvent>, ReadError>> {
        Box::pin(async move {
            let fresh = self.0.read_all(after, limit).await?;
            if fresh.is_empty() {
                return Ok(fresh);
            }
            let mut events = self.0.read_all(None, usize::MAX).await?;
            let last = fresh.last().unwrap().position;
            events.retain(|event| event.position <= last);
            Ok(events)
        })
    }
    fn subscribe_all(
        &self,
        after: Option<Position>,
        filter: Filter,
    ) -> BoxFuture<'_, Result<Subscription, ReadError>> {
        self.0.subscribe_all(after, filter)
    }
}

#[tokio::test]
async fn events_delivered_twice_count_once() {
    let log = Repeating(MemoryLog::new());
    let folder = tempfile::tempdir().unwrap();
    let models = ReadModels::open(folder.path()).unwrap();
    for batch in script(3).chunks(40) {
        append_all(&log.0, batch).await;
        models.catch_up(&log).await.unwrap();
    }
    let (_whole, whole_folder) = models_of(&log.0).await;
    assert_same(&dump(folder.path()), &dump(whole_folder.path()));
}

/// Delivers half of the events twice, and every stretch of a few in any order.
struct Careless {
    log: Arc<MemoryLog>,
    dice: u64,
}

struct CarelessFeed {
    ordered: Subscription,
    dice: Dice,
    held: Vec<RecordedEvent>,
    ready: Vec<Signal>,
}

impl Feed for CarelessFeed {
    fn next(&mut self) -> BoxFuture<'_, Result<Signal, ReadError>> {
        Box::pin(async move {
            loop {
                if let Some(signal) = self.ready.pop() {
                    return Ok(signal);
                }
                let signal = self.ordered.next().await?;
                let is_event = matches!(signal, Signal::Event(_));
                if let Signal::Event(event) = signal {
                    if self.dice.is(50) {
                        self.held.push(event.clone());
                    }
                    self.held.push(event);
                } else {
                    self.ready.push(signal);
                }
                if !is_event || self.held.len() > 7 {
                    while !self.held.is_empty() {
                        let sides = u64::try_from(self.held.len()).unwrap();
                        let place = usize::try_from(self.dice.roll(sides)).unwrap();
                        let event = self.held.swap_remove(place);
                        // Some come again much later.
                        if self.dice.is(20) && self.ready.len() < 40 {
                            self.ready.insert(0, Signal::Event(event.clone()));
                        }
                        self.ready.push(Signal::Event(event));
                    }
                }
            }
        })
    }
}

impl EventLog for Careless {
    pass_on!(log);
    fn read_all(
        &self,
        after: Option<Position>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<RecordedEvent>, ReadError>> {
        self.log.read_all(after, limit)
    }
    fn subscribe_all(
        &self,
        after: Option<Position>,
        filter: Filter,
    ) -> BoxFuture<'_, Result<Subscription, ReadError>> {
        Box::pin(async move {
            Ok(Subscription::new(CarelessFeed {
                ordered: self.log.subscribe_all(after, filter).await?,
                dice: Dice(self.dice),
                held: Vec::new(),
                ready: Vec::new(),
            }))
        })
    }
    fn positions_are_dense(&self) -> bool {
        true
    }
}

#[tokio::test]
async fn events_delivered_twice_and_out_of_order_give_the_same_rows() {
    for seed in 1..=6 {
        let log = Arc::new(MemoryLog::new());
        let folder = tempfile::tempdir().unwrap();
        let models = ReadModels::open(folder.path()).unwrap();
        let careless = Careless {
            log: Arc::clone(&log),
            dice: seed,
        };
        let follower = models.follow(Arc::new(careless));
        let patience = std::time::Duration::from_secs(60);
        for batch in script(seed).chunks(25) {
            append_all(&log, batch).await;
            let end = log.end().await.unwrap().unwrap();
            models.wait_for(end, patience).await.unwrap();
        }
        drop(follower);
        let (_whole, whole_folder) = models_of(&log).await;
        assert_same(&dump(folder.path()), &dump(whole_folder.path()));
    }
}

/// As `paiban log replay` does from another process while the service runs.
#[tokio::test]
async fn read_models_made_beside_the_live_ones_take_their_place() {
    let log = Arc::new(MemoryLog::new());
    append_all(&log, &script(4)).await;
    let folder = tempfile::tempdir().unwrap();
    let models = ReadModels::open(folder.path()).unwrap();
    models.catch_up(log.as_ref()).await.unwrap();
    let follower = models.follow(log.clone());
    let in_use = || std::fs::read_to_string(folder.path().join("current")).unwrap();
    let old = in_use();
    let replayed = ReadModels::replay_beside(folder.path(), log.as_ref())
        .await
        .unwrap();
    assert_eq!(replayed.position, log.end().await.unwrap());
    let new = in_use();
    assert_ne!(new, old);
    // The live ones answer all the while, and follow; they are gone once nobody uses them.
    let mut minute = 0;
    while folder.path().join(&old).exists() {
        minute += 1;
        assert!(minute < 600, "nobody went over");
        let moment = at(2, "09:00") + Duration::minutes(minute);
        let position = append(&log, &punch(1, PunchKind::In, moment)).await;
        let patience = std::time::Duration::from_secs(60);
        models.wait_for(position, patience).await.unwrap();
        let last = models
            .read(|view| view.last_punch(&person(1)))
            .await
            .unwrap();
        assert!(last.is_some());
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    drop(follower);
    let (_whole, whole_folder) = models_of(&log).await;
    assert_same(&dump(folder.path()), &dump(whole_folder.path()));
}

/// The order of the log is the order of recording, whatever the clock says.
#[tokio::test]
async fn a_clock_that_jumps_changes_no_order() {
    let hour = Duration::hours(1);
    let start = at(1, "09:00");
    // Forwards, back, back again, and over the hour that is shown twice when summer time ends.
    let clock = [
        start,
        start + hour,
        start,
        start - hour,
        DateTime::parse_from_rfc3339("2026-11-01T01:30:00-04:00")
            .unwrap()
            .to_utc(),
        DateTime::parse_from_rfc3339("2026-11-01T01:30:00-05:00")
            .unwrap()
            .to_utc(),
        DateTime::parse_from_rfc3339("2026-11-01T01:10:00-05:00")
            .unwrap()
            .to_utc(),
    ];
    let folder = tempfile::tempdir().unwrap();
    let open = || {
        let options = eventlog::sqlite::SqliteOptions::default();
        eventlog::sqlite::SqliteLog::open(folder.path().join("log.db"), options).unwrap()
    };
    let mut log = open();
    let mut wanted = Vec::new();
    for (number, recorded_at) in (0u128..).zip(clock.iter().cycle().take(40)) {
        if number % 11 == 10 {
            drop(log);
            log = open();
        }
        let command = CommandId(uuid(900 + number));
        let event = NewEvent::new(
            command,
            0,
            eventlog::EventType::new("noted", 1),
            number.to_string().into_bytes(),
            Metadata::new("test", command),
        );
        wanted.push((event.id, *recorded_at));
        let stream = StreamName::new(format!("s-{}", number % 3));
        log.append(&stream, ExpectedRevision::Any, vec![event], *recorded_at)
            .await
            .unwrap();
    }
    let read = log.read_all(None, 1000).await.unwrap();
    let found: Vec<_> = read
        .iter()
        .map(|event| (event.id, event.recorded_at))
        .collect();
    assert_eq!(found, wanted);
    assert!(
        read.windows(2)
            .all(|pair| pair[0].position < pair[1].position)
    );
    eventlog::verify(&log).await.unwrap();
}

#[tokio::test]
async fn a_batch_that_cannot_be_read_leaves_rows_and_checkpoint_as_they_were() {
    let log = MemoryLog::new();
    append_all(&log, &script(5)).await;
    let (models, folder) = models_of(&log).await;
    let (rows, position) = (dump(folder.path()), models.position());

    append(&log, &punch(1, PunchKind::In, at(8, "09:00"))).await;
    let command = CommandId::fresh();
    let unknown = NewEvent {
        id: uuid(424_242),
        event_type: "desk.teleported".into(),
        schema_version: 1,
        data: b"{}".to_vec(),
        metadata: Metadata::new("test", command),
    };
    log.append(
        &StreamName::new("desk-shop"),
        ExpectedRevision::Any,
        vec![unknown],
        Utc::now(),
    )
    .await
    .unwrap();
    let refused = models.catch_up(&log).await;
    assert!(matches!(refused, Err(Error::Decode { event, .. }) if event == uuid(424_242)));
    assert_eq!(models.position(), position);
    assert_eq!(dump(folder.path()), rows);
}

/// Answers some reads of pages, then fails as a disk or a network does.
struct Failing {
    log: MemoryLog,
    reads_left: std::sync::atomic::AtomicUsize,
}

impl EventLog for Failing {
    pass_on!(log);
    fn read_all(
        &self,
        after: Option<Position>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<RecordedEvent>, ReadError>> {
        use std::sync::atomic::Ordering::Relaxed;
        let left = self
            .reads_left
            .fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1));
        match left {
            Ok(_) => self.log.read_all(after, limit),
            Err(_) => Box::pin(async { Err(ReadError::Unavailable("unplugged".into())) }),
        }
    }
    fn subscribe_all(
        &self,
        after: Option<Position>,
        filter: Filter,
    ) -> BoxFuture<'_, Result<Subscription, ReadError>> {
        self.log.subscribe_all(after, filter)
    }
}

#[tokio::test]
async fn an_interrupted_replay_leaves_the_live_rows_and_nothing_else() {
    let log = MemoryLog::new();
    append_all(&log, &script(6)).await;
    let (models, folder) = models_of(&log).await;
    let files = || {
        let entries = std::fs::read_dir(folder.path()).unwrap().flatten();
        let mut names: Vec<_> = entries.map(|entry| entry.file_name()).collect();
        names.sort();
        names
    };
    let (rows, position, before) = (dump(folder.path()), models.position(), files());
    let log = Failing {
        log,
        reads_left: 3.into(),
    };
    for reads in 0..4 {
        log.reads_left
            .store(reads, std::sync::atomic::Ordering::Relaxed);
        let interrupted = models.replay_cut(&log, 20, 30, 10).await;
        assert!(
            matches!(interrupted, Err(Error::Log(ReadError::Unavailable(_)))),
            "after {reads} reads: {interrupted:?}"
        );
        assert_eq!((models.position(), files()), (position, before.clone()));
        assert_same(&dump(folder.path()), &rows);
    }
    // An event that cannot be read ends it the same way.
    let command = CommandId::fresh();
    let unknown = NewEvent {
        id: uuid(424_243),
        event_type: "desk.teleported".into(),
        schema_version: 1,
        data: b"{}".to_vec(),
        metadata: Metadata::new("test", command),
    };
    let stream = StreamName::new("desk-shop");
    let events = vec![unknown];
    log.append(&stream, ExpectedRevision::Any, events, Utc::now())
        .await
        .unwrap();
    let refused = models.replay(&log.log).await;
    assert!(matches!(refused, Err(Error::Decode { event, .. }) if event == uuid(424_243)));
    assert_eq!((models.position(), files()), (position, before));
}

/// As a command of the command line does beside the service: both apply what happens, one of them first.
#[tokio::test]
async fn two_programs_may_feed_the_read_models_of_one_folder() {
    let log = Arc::new(MemoryLog::new());
    append_all(&log, &founded(1)).await;
    let folder = tempfile::tempdir().unwrap();
    let both = [(); 2].map(|()| ReadModels::open(folder.path()).unwrap());
    let _followers = both.each_ref().map(|models| models.follow(log.clone()));
    let patience = std::time::Duration::from_secs(60);
    for minute in 0..200 {
        let moment = at(2, "09:00") + Duration::minutes(minute);
        let position = append(&log, &punch(1, PunchKind::In, moment)).await;
        for models in &both {
            models.wait_for(position, patience).await.unwrap();
        }
    }
    let (_whole, whole_folder) = models_of(&log).await;
    assert_same(&dump(folder.path()), &dump(whole_folder.path()));
}

/// A long log is not applied batch by batch to read models of nothing: they answer nothing, then everything.
#[tokio::test]
async fn read_models_of_nothing_are_built_whole_from_a_long_log() {
    let log = Arc::new(MemoryLog::new());
    append_all(&log, &script(8)).await;
    for minute in 0..5000 {
        let moment = at(10, "00:00") + Duration::minutes(minute);
        append(&log, &presence(1, moment, minute % 3 > 0)).await;
    }
    let folder = tempfile::tempdir().unwrap();
    let models = ReadModels::open(folder.path()).unwrap();
    let empty = std::fs::read_to_string(folder.path().join("current")).unwrap();
    let follower = models.follow(log.clone());
    let mut applied = Vec::new();
    let end = log.end().await.unwrap();
    while models.position() != end {
        applied.push(models.position());
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
    assert!(applied.iter().all(Option::is_none), "{applied:?}");
    assert_ne!(
        std::fs::read_to_string(folder.path().join("current")).unwrap(),
        empty
    );
    // Following goes on from there, and the rows are those of any other cut.
    let position = append(&log, &punch(1, PunchKind::In, at(9, "09:00"))).await;
    let patience = std::time::Duration::from_secs(60);
    models.wait_for(position, patience).await.unwrap();
    drop(follower);
    let (whole, whole_folder) = models_of(&log).await;
    whole.replay_cut(log.as_ref(), 700, 3, 10).await.unwrap();
    assert_same(&dump(folder.path()), &dump(whole_folder.path()));
}

#[tokio::test]
async fn a_folder_may_have_any_name() {
    let log = MemoryLog::new();
    append_all(&log, &script(7)).await;
    let (_, plain) = models_of(&log).await;
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("100% 排班?mode=ro#1");
    let models = ReadModels::open(&folder).unwrap();
    models.replay(&log).await.unwrap();
    assert_same(&dump(&folder), &dump(plain.path()));
}

#[tokio::test]
async fn a_reader_waits_for_what_it_wrote() {
    let log = Arc::new(MemoryLog::new());
    append_all(&log, &founded(1)).await;
    let folder = tempfile::tempdir().unwrap();
    let models = ReadModels::open(folder.path()).unwrap();
    let follower = models.follow(log.clone());
    let patience = std::time::Duration::from_secs(60);
    for minute in 0..20 {
        let moment = at(2, "09:00") + Duration::minutes(minute);
        let position = append(&log, &punch(1, PunchKind::In, moment)).await;
        models.wait_for(position, patience).await.unwrap();
        let last = models
            .read(|view| view.last_punch(&person(1)))
            .await
            .unwrap();
        assert_eq!(last.unwrap().at, moment);
    }
    let end = log.end().await.unwrap().unwrap();
    let beyond = Position::new(end.store(), end.number() + 1);
    let behind = models
        .wait_for(beyond, std::time::Duration::from_millis(1))
        .await;
    assert!(matches!(behind, Err(Error::Behind(position)) if position == beyond));
    let elsewhere = Position::new(StoreId::fresh(), 1);
    assert!(matches!(
        models.wait_for(elsewhere, patience).await,
        Err(Error::WrongStore { .. })
    ));
    drop(log);
    drop(follower);
}

#[tokio::test]
async fn a_replay_takes_the_place_of_the_live_rows_and_following_goes_on() {
    let log = Arc::new(MemoryLog::new());
    append_all(&log, &script(11)).await;
    let folder = tempfile::tempdir().unwrap();
    let models = ReadModels::open(folder.path()).unwrap();
    let _follower = models.follow(log.clone());
    let end = log.end().await.unwrap().unwrap();
    let patience = std::time::Duration::from_secs(60);
    models.wait_for(end, patience).await.unwrap();
    let before = std::fs::read_to_string(folder.path().join("current")).unwrap();
    let replayed = models.replay(log.as_ref()).await.unwrap();
    assert_eq!(replayed.events, end.number());
    assert_ne!(
        std::fs::read_to_string(folder.path().join("current")).unwrap(),
        before
    );
    let files = std::fs::read_dir(folder.path()).unwrap().flatten();
    let left: Vec<_> = files
        .filter(|file| file.file_name().to_string_lossy().starts_with(&before))
        .collect();
    assert!(left.is_empty(), "the old database is still there: {left:?}");

    let position = append(&log, &punch(1, PunchKind::In, at(9, "09:00"))).await;
    models.wait_for(position, patience).await.unwrap();
    let (_whole, whole_folder) = models_of(&log).await;
    assert_same(&dump(folder.path()), &dump(whole_folder.path()));
}

#[tokio::test]
async fn read_models_of_another_log_are_refused() {
    let log = MemoryLog::new();
    append_all(&log, &founded(1)).await;
    let (models, _folder) = models_of(&log).await;
    let other = MemoryLog::new();
    append_all(&other, &founded(1)).await;
    assert!(matches!(
        models.catch_up(&other).await,
        Err(Error::WrongStore { .. })
    ));
}
