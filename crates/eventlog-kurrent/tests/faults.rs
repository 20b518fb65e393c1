//! What goes wrong between the log and its store: nothing acknowledged is lost, nothing is recorded twice.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{sync::Arc, time::Duration};

use eventlog::{
    AppendError, Appended, Direction, EventLog, ExpectedRevision, Filter, ReadError, Revision,
    Signal, StreamName, VerifyError,
    contract::{at, events_of},
    verify,
};
use eventlog_kurrent::{KurrentLog, KurrentOptions};
use test_store::{Fault, TestStore};

/// Short enough that a call given up costs a test little.
const CALL_TIMEOUT: Duration = Duration::from_millis(400);

fn options(connection: &str) -> KurrentOptions {
    let mut options: KurrentOptions = connection.parse().unwrap();
    options.call_timeout = CALL_TIMEOUT;
    options
}

async fn open(store: &TestStore) -> KurrentLog {
    KurrentLog::open(options(&store.connection()))
        .await
        .unwrap()
}

async fn append(
    log: &KurrentLog,
    stream: &str,
    expected: ExpectedRevision,
    command: u128,
) -> Result<Appended, AppendError> {
    let events = events_of(command, 2);
    log.append(&StreamName::from(stream), expected, events, at(0))
        .await
}

fn exact(revision: u64) -> ExpectedRevision {
    ExpectedRevision::Exact(Revision(revision))
}

async fn revisions(log: &KurrentLog, stream: &str) -> Vec<u64> {
    log.read_stream(&StreamName::from(stream), None, Direction::Forwards)
        .await
        .unwrap()
        .iter()
        .map(|event| event.revision.0)
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_append_that_meets_a_fault_is_recorded_once() {
    let store = TestStore::start();
    let log = open(&store).await;
    let late = Duration::from_millis(300);
    for (number, fault) in (0u64..).zip([
        Fault::CutBefore,
        Fault::CutAfter,
        Fault::CutAndLate(late),
        Fault::SlowAnswer(CALL_TIMEOUT * 2),
        Fault::Twice,
        Fault::Unavailable,
        Fault::CutBeforeClaim,
        Fault::CutAfterClaim,
        Fault::CutRead,
    ]) {
        let command = u128::from(number) + 1;
        let expected = match number {
            0 => ExpectedRevision::NoStream,
            _ => exact(number * 2 - 1),
        };
        store.fail(fault);
        let appended = append(&log, "a", expected, command).await.unwrap();
        assert_eq!(appended.revision, Revision(number * 2 + 1), "{fault:?}");
        assert!(!appended.repeated, "{fault:?}: it is the first answer");
        if fault == Fault::CutRead {
            // The append reads single events, which have no middle.
            revisions(&log, "a").await;
        }
        assert_eq!(store.faults_left(), 0, "{fault:?} did not happen");
        let again = append(&log, "a", expected, command).await.unwrap();
        assert!(again.repeated, "{fault:?}");
        assert_eq!(
            (again.revision, again.position),
            (appended.revision, appended.position),
            "{fault:?}"
        );
    }
    tokio::time::sleep(late * 2).await;
    assert_eq!(revisions(&log, "a").await, (0..18).collect::<Vec<_>>());
    assert_eq!(verify(&log).await.unwrap().events, 18);
    assert_eq!(store.count("paiban:"), 18);
}

/// The answer is lost and the store stays away: the caller learns that nobody knows, and a retry finds out.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unknown_outcome_is_retried_identically() {
    for (fault, is_recorded) in [(Fault::CutAfter, true), (Fault::CutBefore, false)] {
        let store = TestStore::cluster(1);
        let mut options = options(&store.connection());
        options.patience = Duration::from_millis(600);
        let log = KurrentLog::open(options).await.unwrap();
        append(&log, "a", ExpectedRevision::NoStream, 1)
            .await
            .unwrap();
        store.fail(fault);
        let went_down = async {
            while store.faults_left() > 0 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            tokio::task::block_in_place(|| store.down(0));
        };
        let (unknown, ()) = tokio::join!(append(&log, "a", exact(1), 2), went_down);
        assert!(
            matches!(unknown, Err(AppendError::OutcomeUnknown(_))),
            "{unknown:?}"
        );
        let away = append(&log, "a", exact(1), 3).await;
        assert!(matches!(away, Err(AppendError::Unavailable(_))), "{away:?}");
        let away = log.read_all(None, 1).await;
        assert!(matches!(away, Err(ReadError::Unavailable(_))), "{away:?}");

        tokio::task::block_in_place(|| store.up(0));
        let retried = append(&log, "a", exact(1), 2).await.unwrap();
        assert_eq!(retried.revision, Revision(3));
        assert_eq!(retried.repeated, is_recorded, "{fault:?}");
        assert_eq!(revisions(&log, "a").await, [0, 1, 2, 3]);
        verify(&log).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_store_calls_malformed_is_not_retried() {
    let store = TestStore::start();
    let log = open(&store).await;
    store.fail(Fault::Malformed);
    let refused = append(&log, "a", ExpectedRevision::Any, 1).await;
    assert!(
        matches!(refused, Err(AppendError::Invalid(_))),
        "{refused:?}"
    );
    assert_eq!(store.count("paiban:"), 0);
}

/// The client is told to go elsewhere, or has to find out by itself that its node died.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_follows_the_leader() {
    let store = TestStore::cluster(3);
    let log = open(&store).await;
    append(&log, "a", ExpectedRevision::NoStream, 1)
        .await
        .unwrap();
    store.lead(1);
    append(&log, "a", exact(1), 2).await.unwrap();
    for (round, (dies, leads)) in (1u64..).zip([(1, 2), (2, 0)]) {
        tokio::task::block_in_place(|| store.down(dies));
        store.lead(leads);
        let expected = exact(round * 2 + 1);
        let appended = append(&log, "a", expected, u128::from(round) + 2)
            .await
            .unwrap();
        assert_eq!(appended.revision, Revision(round * 2 + 3));
        tokio::task::block_in_place(|| store.up(dies));
    }
    assert_eq!(revisions(&log, "a").await, (0..8).collect::<Vec<_>>());
    verify(&log).await.unwrap();
}

async fn next_event(subscription: &mut eventlog::Subscription) -> u128 {
    loop {
        match subscription.next().await {
            Ok(Signal::Event(event)) => return event.metadata.command_id.0.as_u128(),
            Ok(_) | Err(ReadError::Unavailable(_)) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

/// Two nodes on one log; the store ends subscriptions in good order, cuts them, and goes away.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_subscription_survives_its_end() {
    let store = TestStore::start();
    let (here, there) = (open(&store).await, open(&store).await);
    let mut subscription = here.subscribe_all(None, Filter::all()).await.unwrap();
    assert_eq!(subscription.next().await, Ok(Signal::CaughtUp));
    store.subscribed(2).await;
    let mut made = 2;
    for round in 0..6u64 {
        match round % 3 {
            // Without the watchdog, both subscriptions' threads would turn forever and never come again.
            0 => {
                store.end_subscriptions();
                made += 2;
                store.subscribed(made).await;
            }
            1 => {
                store.cut(0);
                made += 2;
                store.subscribed(made).await;
            }
            _ => tokio::task::block_in_place(|| {
                store.down(0);
                store.up(0);
            }),
        }
        let command = u128::from(round) + 1;
        append(&there, "a", ExpectedRevision::Any, command)
            .await
            .unwrap();
        assert_eq!(next_event(&mut subscription).await, command);
        assert_eq!(next_event(&mut subscription).await, command);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn catching_up_takes_every_event_once() {
    let store = TestStore::start();
    let log = open(&store).await;
    for command in 1..=40 {
        append(&log, "a", ExpectedRevision::Any, command)
            .await
            .unwrap();
    }
    let expected: Vec<_> = (1..=40).flat_map(|command| [command; 2]).collect();
    for fault in [Fault::CutRead, Fault::DoubledRead] {
        store.fail(fault);
        let mut subscription = log.subscribe_all(None, Filter::all()).await.unwrap();
        let mut commands = Vec::new();
        while commands.len() < expected.len() {
            commands.push(next_event(&mut subscription).await);
        }
        assert_eq!(commands, expected, "{fault:?}");
        assert_eq!(store.faults_left(), 0);
    }
}

/// Two nodes, one log, many writers on one stream: one order, one chain.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_share_one_chain() {
    const APPENDS: u128 = 20;
    let store = TestStore::start();
    let nodes: Vec<_> = [open(&store).await, open(&store).await]
        .into_iter()
        .map(Arc::new)
        .collect();
    assert_eq!(nodes[0].store_id(), nodes[1].store_id());
    let writers: Vec<_> = (0..4u128)
        .map(|writer| {
            let node = Arc::clone(&nodes[(writer % 2) as usize]);
            tokio::spawn(async move {
                for round in 0..APPENDS {
                    let command = writer * APPENDS + round + 1;
                    append(&node, "a", ExpectedRevision::Any, command)
                        .await
                        .unwrap();
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    let events = APPENDS as u64 * 8;
    assert_eq!(
        revisions(&nodes[0], "a").await,
        (0..events).collect::<Vec<_>>()
    );
    for node in &nodes {
        assert_eq!(verify(node.as_ref()).await.unwrap().events, events);
    }
}

/// One command, sent to two nodes with different content at the same time: one content is recorded and the other told so.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twins_of_different_content_are_told_apart() {
    let store = TestStore::start();
    let (here, there) = (open(&store).await, open(&store).await);
    for command in 1..=20 {
        let name = StreamName::new(format!("twins-{command}"));
        let mut other = events_of(command, 1);
        other[0].data = b"{}".to_vec();
        let (a, b) = tokio::join!(
            here.append(
                &name,
                ExpectedRevision::NoStream,
                events_of(command, 1),
                at(0)
            ),
            there.append(&name, ExpectedRevision::NoStream, other.clone(), at(0)),
        );
        let recorded = here.last_event(&name).await.unwrap().unwrap();
        let (won, lost) = if recorded.data == other[0].data {
            (b, a)
        } else {
            (a, b)
        };
        assert!(!won.unwrap().repeated);
        assert!(matches!(lost, Err(AppendError::IdTaken { .. })), "{lost:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_event_is_found() {
    let store = TestStore::start();
    let log = open(&store).await;
    append(&log, "a", ExpectedRevision::NoStream, 1)
        .await
        .unwrap();
    append(&log, "b", ExpectedRevision::NoStream, 2)
        .await
        .unwrap();
    verify(&log).await.unwrap();
    store.tamper("paiban:b", 1);
    let Err(VerifyError::Broken(broken)) = verify(&log).await else {
        panic!("it holds");
    };
    assert_eq!(
        (broken.stream.as_str(), broken.revision),
        ("b", Revision(1))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_is_not_there_is_said() {
    let store = TestStore::start();
    tokio::task::block_in_place(|| store.down(0));
    let mut options = options(&store.connection());
    options.patience = Duration::from_millis(200);
    let refused = KurrentLog::open(options)
        .await
        .err()
        .expect("nobody answers");
    assert!(
        refused.to_string().starts_with("the store does not answer"),
        "{refused}"
    );
}
