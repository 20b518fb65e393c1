//! One suite that every store passes, written against the trait alone. Each check panics at what does not hold.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::{future::Future, sync::Arc};

use chrono::{DateTime, TimeZone, Utc};
use uuid::Uuid;

use crate::{
    AppendError, Appended, CommandId, Direction, EventLog, EventType, ExpectedRevision, Filter,
    Metadata, NewEvent, Position, ReadError, RecordedEvent, Revision, Signal, StoreId, StreamName,
    Subscription, already_recorded, event_id, seal, seal_at, verify,
};

/// A log under test.
pub type Log = Arc<dyn EventLog>;

/// Runs every check, each on a log of its own. `make` gives a new, empty log every time.
pub async fn run<F: Future<Output = Log>>(make: impl Fn() -> F) {
    appends_with_the_expected_revision_only(make().await).await;
    a_racing_append_loses(make().await).await;
    an_append_is_whole(make().await).await;
    a_repeated_append_gets_its_first_answer(make().await).await;
    an_id_means_one_event(make().await).await;
    malformed_appends_are_refused(make().await).await;
    events_come_back_as_they_went(make().await).await;
    streams_read_both_ways(make().await).await;
    the_log_reads_in_pages(make().await).await;
    a_foreign_position_is_refused(make().await).await;
    a_subscription_catches_up_and_stays_live(make().await).await;
    a_subscription_sees_concurrent_appends_once(make().await).await;
    a_filter_lets_checkpoints_through(make().await).await;
    a_slow_subscription_says_that_it_fell_behind(make().await).await;
    a_dropped_wait_loses_nothing(make().await).await;
    chains_and_seals_hold(make().await).await;
}

/// The clock of the suite: seconds after a fixed moment.
pub fn at(second: i64) -> DateTime<Utc> {
    Utc.timestamp_opt(1_790_000_000 + second, 0)
        .single()
        .expect("a moment")
}

/// A command with a number for its id.
pub fn command(number: u128) -> CommandId {
    CommandId(Uuid::from_u128(number))
}

/// `count` events of a command, their data naming the command and their place.
pub fn events_of(number: u128, count: u32) -> Vec<NewEvent> {
    (0..count)
        .map(|index| {
            NewEvent::new(
                command(number),
                index,
                EventType::new("noted", 1),
                format!("{{\"command\":{number},\"index\":{index}}}").into_bytes(),
                Metadata::new("tester", command(number)),
            )
        })
        .collect()
}

async fn append(
    log: &Log,
    stream: &str,
    expected: ExpectedRevision,
    number: u128,
) -> Result<Appended, AppendError> {
    log.append(
        &StreamName::from(stream),
        expected,
        events_of(number, 1),
        at(0),
    )
    .await
}

async fn stream(log: &Log, name: &str) -> Vec<RecordedEvent> {
    log.read_stream(&StreamName::from(name), None, Direction::Forwards)
        .await
        .unwrap()
}

fn exact(revision: u64) -> ExpectedRevision {
    ExpectedRevision::Exact(Revision(revision))
}

fn revisions(events: &[RecordedEvent]) -> Vec<u64> {
    events.iter().map(|event| event.revision.0).collect()
}

async fn appends_with_the_expected_revision_only(log: Log) {
    use ExpectedRevision::{Any, NoStream};
    let wrong = |expected, actual: Option<u64>| {
        Err(AppendError::WrongExpectedRevision {
            expected,
            actual: actual.map(Revision),
        })
    };
    assert_eq!(append(&log, "a", exact(0), 1).await, wrong(exact(0), None));
    assert_eq!(
        append(&log, "a", NoStream, 1).await.unwrap().revision,
        Revision(0)
    );
    assert_eq!(
        append(&log, "a", NoStream, 2).await,
        wrong(NoStream, Some(0))
    );
    assert_eq!(
        append(&log, "a", exact(1), 2).await,
        wrong(exact(1), Some(0))
    );
    assert_eq!(
        append(&log, "a", exact(0), 2).await.unwrap().revision,
        Revision(1)
    );
    assert_eq!(
        append(&log, "a", exact(0), 3).await,
        wrong(exact(0), Some(1))
    );
    assert_eq!(
        append(&log, "a", Any, 3).await.unwrap().revision,
        Revision(2)
    );
    assert_eq!(
        append(&log, "b", Any, 4).await.unwrap().revision,
        Revision(0)
    );
    assert_eq!(revisions(&stream(&log, "a").await), [0, 1, 2]);
    assert_eq!(revisions(&stream(&log, "b").await), [0]);
}

async fn a_racing_append_loses(log: Log) {
    const RACERS: u128 = 16;
    let racers: Vec<_> = (1..=RACERS)
        .map(|number| {
            let log = Arc::clone(&log);
            tokio::spawn(async move {
                append(&log, "last-slot", ExpectedRevision::NoStream, number).await
            })
        })
        .collect();
    let mut won = 0;
    for racer in racers {
        match racer.await.unwrap() {
            Ok(appended) => {
                assert!(!appended.repeated);
                won += 1;
            }
            Err(error) => assert!(
                matches!(
                    error,
                    AppendError::WrongExpectedRevision {
                        actual: Some(Revision(0)),
                        ..
                    }
                ),
                "{error}"
            ),
        }
    }
    assert_eq!(won, 1);
    assert_eq!(stream(&log, "last-slot").await.len(), 1);
}

async fn an_append_is_whole(log: Log) {
    append(&log, "a", ExpectedRevision::NoStream, 1)
        .await
        .unwrap();
    let mut events = events_of(2, 3);
    events[2].id = event_id(command(1), 0);
    let refused = log
        .append(&StreamName::from("a"), exact(0), events, at(0))
        .await;
    assert!(
        matches!(refused, Err(AppendError::IdTaken { .. })),
        "{refused:?}"
    );
    assert_eq!(
        revisions(&stream(&log, "a").await),
        [0],
        "nothing of a refused append stays"
    );
    let appended = log
        .append(&StreamName::from("a"), exact(0), events_of(2, 3), at(0))
        .await
        .unwrap();
    assert_eq!(appended.revision, Revision(3));
    let all = log.read_all(None, 10).await.unwrap();
    assert_eq!(all.len(), 4);
    assert_eq!(
        all[3].position, appended.position,
        "the answer names the last event"
    );
}

async fn a_repeated_append_gets_its_first_answer(log: Log) {
    let name = StreamName::from("a");
    let first = log
        .append(&name, ExpectedRevision::NoStream, events_of(1, 2), at(1))
        .await
        .unwrap();
    assert!(!first.repeated);
    append(&log, "a", exact(1), 2).await.unwrap();
    for expected in [
        ExpectedRevision::NoStream,
        exact(1),
        exact(2),
        ExpectedRevision::Any,
    ] {
        let mut again = events_of(1, 2);
        again[0].metadata.correlation_id = Some(Uuid::from_u128(99));
        let again = log.append(&name, expected, again, at(2)).await.unwrap();
        assert_eq!(
            again,
            Appended {
                repeated: true,
                ..first
            },
            "{expected:?}"
        );
    }
    let events = stream(&log, "a").await;
    assert_eq!(revisions(&events), [0, 1, 2]);
    assert_eq!(events[0].recorded_at, at(1), "the first time stands");
    assert_eq!(
        already_recorded(&events, command(1)),
        Some(Appended {
            repeated: true,
            ..first
        })
    );
    assert_eq!(already_recorded(&events, command(3)), None);

    // Twice at the same moment is twice all the same.
    let twins: Vec<_> = (0..8)
        .map(|_| {
            let log = Arc::clone(&log);
            tokio::spawn(async move {
                append(&log, "twins", ExpectedRevision::NoStream, 3)
                    .await
                    .unwrap()
            })
        })
        .collect();
    let mut firsts = 0;
    for twin in twins {
        let twin = twin.await.unwrap();
        assert_eq!(twin.revision, Revision(0));
        firsts += u32::from(!twin.repeated);
    }
    assert_eq!(firsts, 1);
    assert_eq!(stream(&log, "twins").await.len(), 1);
}

async fn an_id_means_one_event(log: Log) {
    let name = StreamName::from("a");
    log.append(&name, ExpectedRevision::NoStream, events_of(1, 2), at(0))
        .await
        .unwrap();
    let taken = |index| {
        Err(AppendError::IdTaken {
            id: event_id(command(1), index),
        })
    };

    let mut other_data = events_of(1, 2);
    other_data[1].data = b"{}".to_vec();
    assert_eq!(
        log.append(&name, ExpectedRevision::Any, other_data, at(0))
            .await,
        taken(1)
    );
    let mut other_type = events_of(1, 1);
    other_type[0].event_type = "withdrawn".into();
    assert_eq!(
        log.append(&name, ExpectedRevision::Any, other_type, at(0))
            .await,
        taken(0)
    );
    let mut other_version = events_of(1, 1);
    other_version[0].schema_version = 2;
    assert_eq!(
        log.append(&name, ExpectedRevision::Any, other_version, at(0))
            .await,
        taken(0)
    );
    let mut other_actor = events_of(1, 1);
    other_actor[0].metadata.actor = "somebody else".into();
    assert_eq!(
        log.append(&name, ExpectedRevision::Any, other_actor, at(0))
            .await,
        taken(0)
    );

    let elsewhere = log
        .append(
            &StreamName::from("b"),
            ExpectedRevision::Any,
            events_of(1, 2),
            at(0),
        )
        .await;
    assert_eq!(elsewhere, taken(0), "the same events in another stream");
    let mut swapped = events_of(1, 2);
    swapped.reverse();
    assert_eq!(
        log.append(&name, ExpectedRevision::Any, swapped, at(0))
            .await,
        taken(0),
        "in another order"
    );
    assert_eq!(
        log.append(&name, ExpectedRevision::Any, events_of(1, 3), at(0))
            .await,
        Err(AppendError::IdTaken {
            id: event_id(command(1), 2)
        }),
        "with one that does not exist"
    );
    assert_eq!(log.read_all(None, 10).await.unwrap().len(), 2);
}

async fn malformed_appends_are_refused(log: Log) {
    let invalid = |answer: Result<Appended, AppendError>| {
        assert!(matches!(answer, Err(AppendError::Invalid(_))), "{answer:?}")
    };
    let any = ExpectedRevision::Any;
    invalid(
        log.append(&StreamName::from("a"), any, Vec::new(), at(0))
            .await,
    );
    invalid(
        log.append(&StreamName::from(""), any, events_of(1, 1), at(0))
            .await,
    );
    invalid(
        log.append(&StreamName::from("a\nb"), any, events_of(1, 1), at(0))
            .await,
    );
    invalid(
        log.append(
            &StreamName::new("x".repeat(256)),
            any,
            events_of(1, 1),
            at(0),
        )
        .await,
    );
    invalid(
        log.append(
            &StreamName::from("a"),
            any,
            [events_of(1, 1), events_of(1, 1)].concat(),
            at(0),
        )
        .await,
    );
    let mut nameless = events_of(1, 1);
    nameless[0].event_type = "".into();
    invalid(
        log.append(&StreamName::from("a"), any, nameless, at(0))
            .await,
    );
    assert_eq!(log.read_all(None, 10).await.unwrap(), []);
    assert_eq!(log.end().await.unwrap(), None);
}

async fn events_come_back_as_they_went(log: Log) {
    let mut event = events_of(1, 1).remove(0);
    event.event_type = "已打卡".into();
    event.schema_version = u16::MAX;
    event.data = (0..=255).collect();
    event.metadata.actor = "阿 \"quoted\" \\ \u{1}".into();
    event.metadata.causation_id = Some(Uuid::from_u128(5));
    event.metadata.correlation_id = Some(Uuid::from_u128(6));
    let name = StreamName::from("desk-前台");
    let recorded_at = at(0) + chrono::TimeDelta::nanoseconds(123_456_789);
    log.append(
        &name,
        ExpectedRevision::NoStream,
        vec![event.clone()],
        recorded_at,
    )
    .await
    .unwrap();

    let recorded = log.last_event(&name).await.unwrap().unwrap();
    assert_eq!(recorded.stream, name);
    assert_eq!(recorded.id, event.id);
    assert_eq!(recorded.event_type, event.event_type);
    assert_eq!(recorded.schema_version, event.schema_version);
    assert_eq!(recorded.data, event.data);
    assert_eq!(recorded.metadata, event.metadata);
    assert_eq!(
        recorded.recorded_at,
        at(0) + chrono::TimeDelta::microseconds(123_456),
        "to the microsecond"
    );
    assert_eq!(recorded.prev_hash, [0; 32]);
    assert_eq!(
        stream(&log, "desk-前台").await,
        std::slice::from_ref(&recorded)
    );
    assert_eq!(log.read_all(None, 1).await.unwrap(), [recorded]);
    assert_eq!(
        log.last_event(&StreamName::from("none")).await.unwrap(),
        None
    );
}

async fn streams_read_both_ways(log: Log) {
    let name = StreamName::from("a");
    for number in 0..5 {
        append(&log, "a", ExpectedRevision::Any, number * 2 + 1)
            .await
            .unwrap();
        append(&log, "other", ExpectedRevision::Any, number * 2 + 2)
            .await
            .unwrap();
    }
    let read = async |from: Option<u64>, direction| {
        revisions(
            &log.read_stream(&name, from.map(Revision), direction)
                .await
                .unwrap(),
        )
    };
    assert_eq!(read(None, Direction::Forwards).await, [0, 1, 2, 3, 4]);
    assert_eq!(read(Some(0), Direction::Forwards).await, [0, 1, 2, 3, 4]);
    assert_eq!(read(Some(3), Direction::Forwards).await, [3, 4]);
    assert_eq!(read(Some(5), Direction::Forwards).await, [0; 0]);
    assert_eq!(read(Some(u64::MAX), Direction::Forwards).await, [0; 0]);
    assert_eq!(read(None, Direction::Backwards).await, [4, 3, 2, 1, 0]);
    assert_eq!(read(Some(1), Direction::Backwards).await, [1, 0]);
    assert_eq!(
        read(Some(u64::MAX), Direction::Backwards).await,
        [4, 3, 2, 1, 0]
    );
    assert_eq!(stream(&log, "none").await, []);
}

async fn the_log_reads_in_pages(log: Log) {
    let mut answers = Vec::new();
    for number in 1..=7 {
        let name = if number % 2 == 0 { "even" } else { "odd" };
        answers.push(
            append(&log, name, ExpectedRevision::Any, number)
                .await
                .unwrap()
                .position,
        );
    }
    assert!(answers.is_sorted());
    let mut after = None;
    let mut pages = Vec::new();
    loop {
        let page = log.read_all(after, 3).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.position);
        pages.push(page.iter().map(|event| event.position).collect::<Vec<_>>());
    }
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [3, 3, 1]);
    assert_eq!(
        pages.concat(),
        answers,
        "log order, none missing, none twice"
    );
    assert_eq!(log.end().await.unwrap(), answers.last().copied());
    let text = answers[4].to_string();
    let resumed = log.read_all(Some(text.parse().unwrap()), 10).await.unwrap();
    assert_eq!(
        resumed
            .iter()
            .map(|event| event.position)
            .collect::<Vec<_>>(),
        answers[5..]
    );
}

async fn a_foreign_position_is_refused(log: Log) {
    append(&log, "a", ExpectedRevision::Any, 1).await.unwrap();
    let foreign = Position::new(StoreId::fresh(), 1);
    let refused = ReadError::WrongStore {
        position: foreign,
        store: log.store_id(),
    };
    assert_eq!(log.read_all(Some(foreign), 1).await, Err(refused.clone()));
    assert_eq!(
        log.subscribe_all(Some(foreign), Filter::all()).await.err(),
        Some(refused.clone())
    );
    assert_eq!(seal_at(log.as_ref(), foreign).await, Err(refused));
}

/// The events up to the next `CaughtUp`, as command numbers.
async fn until_caught_up(subscription: &mut Subscription) -> Vec<RecordedEvent> {
    let mut events = Vec::new();
    loop {
        match subscription.next().await.unwrap() {
            Signal::Event(event) => events.push(event),
            Signal::CaughtUp => return events,
            Signal::Checkpoint(_) | Signal::FellBehind => {}
        }
    }
}

async fn next_event(subscription: &mut Subscription) -> RecordedEvent {
    loop {
        if let Signal::Event(event) = subscription.next().await.unwrap() {
            return event;
        }
    }
}

async fn a_subscription_catches_up_and_stays_live(log: Log) {
    let mut from_empty = log.subscribe_all(None, Filter::all()).await.unwrap();
    assert_eq!(from_empty.next().await.unwrap(), Signal::CaughtUp);
    for number in 1..=3 {
        append(&log, "a", ExpectedRevision::Any, number)
            .await
            .unwrap();
    }
    let all = log.read_all(None, 10).await.unwrap();
    for event in &all {
        assert_eq!(&next_event(&mut from_empty).await, event);
    }
    let mut from_first = log
        .subscribe_all(Some(all[0].position), Filter::all())
        .await
        .unwrap();
    assert_eq!(until_caught_up(&mut from_first).await, all[1..]);
    let appended = append(&log, "b", ExpectedRevision::Any, 4).await.unwrap();
    assert_eq!(
        next_event(&mut from_empty).await.position,
        appended.position
    );
    assert_eq!(
        next_event(&mut from_first).await.position,
        appended.position
    );
}

async fn a_subscription_sees_concurrent_appends_once(log: Log) {
    const WRITERS: u128 = 4;
    const APPENDS: u128 = 60;
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let log = Arc::clone(&log);
            tokio::spawn(async move {
                for round in 0..APPENDS {
                    let number = writer * APPENDS + round + 1;
                    append(
                        &log,
                        &format!("s-{}", number % 7),
                        ExpectedRevision::Any,
                        number,
                    )
                    .await
                    .unwrap();
                }
            })
        })
        .collect();
    let total = (WRITERS * APPENDS) as usize;
    // Subscribers that begin at different moments of the storm, each from the very beginning.
    let mut seen = Vec::new();
    for _ in 0..4 {
        let mut subscription = log.subscribe_all(None, Filter::all()).await.unwrap();
        seen.push(tokio::spawn(async move {
            let mut positions = Vec::new();
            while positions.len() < total {
                positions.push(next_event(&mut subscription).await.position);
            }
            positions
        }));
        tokio::task::yield_now().await;
    }
    for writer in writers {
        writer.await.unwrap();
    }
    let all: Vec<_> = log
        .read_all(None, total + 1)
        .await
        .unwrap()
        .iter()
        .map(|event| event.position)
        .collect();
    assert_eq!(all.len(), total);
    for positions in seen {
        assert_eq!(
            positions.await.unwrap(),
            all,
            "no gap, no duplicate, in order"
        );
    }
}

async fn a_filter_lets_checkpoints_through(log: Log) {
    for number in 1..=20 {
        append(&log, "noise", ExpectedRevision::Any, number)
            .await
            .unwrap();
    }
    let wanted = append(&log, "desk-1", ExpectedRevision::Any, 21)
        .await
        .unwrap();
    let end = append(&log, "noise", ExpectedRevision::Any, 22)
        .await
        .unwrap()
        .position;
    let mut desks = log
        .subscribe_all(None, Filter::all().stream_prefix("desk-"))
        .await
        .unwrap();
    let mut signals = Vec::new();
    loop {
        match desks.next().await.unwrap() {
            Signal::CaughtUp => break,
            signal => signals.push(signal),
        }
    }
    let events: Vec<_> = signals
        .iter()
        .filter_map(|signal| match signal {
            Signal::Event(event) => Some(event.position),
            _ => None,
        })
        .collect();
    assert_eq!(events, [wanted.position]);
    assert_eq!(
        signals.last(),
        Some(&Signal::Checkpoint(end)),
        "a reader learns that it has seen all"
    );

    // Live as well: what does not pass still moves the checkpoint.
    let end = append(&log, "noise", ExpectedRevision::Any, 23)
        .await
        .unwrap()
        .position;
    assert_eq!(desks.next().await.unwrap(), Signal::Checkpoint(end));

    let mut other = events_of(24, 1);
    other[0].event_type = "withdrawn".into();
    log.append(
        &StreamName::from("desk-1"),
        ExpectedRevision::Any,
        other,
        at(0),
    )
    .await
    .unwrap();
    let both = Filter::all()
        .stream_prefix("desk-")
        .event_type("withdrawn")
        .event_type("unheard-of");
    let mut withdrawn = log.subscribe_all(None, both).await.unwrap();
    let events = until_caught_up(&mut withdrawn).await;
    assert_eq!(
        events
            .iter()
            .map(|event| event.event_type.as_str())
            .collect::<Vec<_>>(),
        ["withdrawn"]
    );
}

async fn a_slow_subscription_says_that_it_fell_behind(log: Log) {
    let mut subscription = log.subscribe_all(None, Filter::all()).await.unwrap();
    assert_eq!(subscription.next().await.unwrap(), Signal::CaughtUp);
    let name = StreamName::from("burst");
    for number in 1..=20 {
        log.append(&name, ExpectedRevision::Any, events_of(number, 100), at(0))
            .await
            .unwrap();
    }
    let mut fell_behind = false;
    let mut positions = Vec::new();
    loop {
        match subscription.next().await.unwrap() {
            Signal::Event(event) => positions.push(event.position),
            Signal::FellBehind => fell_behind = true,
            Signal::CaughtUp => break,
            Signal::Checkpoint(_) => {}
        }
    }
    assert!(fell_behind);
    let all = log.read_all(None, 2001).await.unwrap();
    assert_eq!(
        positions,
        all.iter().map(|event| event.position).collect::<Vec<_>>()
    );
}

async fn a_dropped_wait_loses_nothing(log: Log) {
    let mut subscription = log.subscribe_all(None, Filter::all()).await.unwrap();
    let writer = {
        let log = Arc::clone(&log);
        tokio::spawn(async move {
            for number in 1..=100 {
                append(&log, "a", ExpectedRevision::Any, number)
                    .await
                    .unwrap();
            }
        })
    };
    let mut revisions = Vec::new();
    while revisions.len() < 100 {
        // Every other wait is given up after its first poll.
        let signal = tokio::select! {
            biased;
            signal = subscription.next() => signal,
            () = std::future::ready(()) => subscription.next().await,
        };
        if let Signal::Event(event) = signal.unwrap() {
            revisions.push(event.revision.0);
        }
    }
    writer.await.unwrap();
    assert_eq!(revisions, (0..100).collect::<Vec<_>>());
}

async fn chains_and_seals_hold(log: Log) {
    let empty = seal(log.as_ref()).await.unwrap();
    assert_eq!(verify(log.as_ref()).await.unwrap().events, 0);
    let mut sealed = Vec::new();
    for number in 1..=9 {
        let name = StreamName::new(format!("s-{}", number % 3));
        let appended = log
            .append(&name, ExpectedRevision::Any, events_of(number, 2), at(0))
            .await
            .unwrap();
        sealed.push((appended.position, seal(log.as_ref()).await.unwrap()));
    }
    for name in ["s-0", "s-1", "s-2"] {
        let events = stream(&log, name).await;
        assert_eq!(events[0].prev_hash, [0; 32]);
        for pair in events.windows(2) {
            assert_eq!(pair[1].prev_hash, pair[0].hash);
            assert_ne!(pair[1].hash, pair[0].hash);
        }
    }
    let verified = verify(log.as_ref()).await.unwrap();
    assert_eq!((verified.events, verified.streams), (18, 3));
    assert_eq!(verified.end, log.end().await.unwrap());
    for (index, (position, seal)) in sealed.iter().enumerate() {
        assert_eq!(
            seal_at(log.as_ref(), *position).await.unwrap(),
            *seal,
            "the past can be sealed again"
        );
        assert_ne!(*seal, empty);
        assert!(
            sealed[..index].iter().all(|(_, earlier)| earlier != seal),
            "every append changes the seal"
        );
    }
}
