//! A log moves into the cluster: every event, every hash, and what was sent before is still known.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::Duration;

use eventlog::{
    EventLog, ExpectedRevision, StreamName,
    contract::{at, events_of},
    seal, verify,
};
use eventlog::{
    Revision,
    sqlite::{SqliteLog, SqliteOptions},
};
use eventlog_kurrent::{CopyError, KurrentLog, copy};
use test_store::{Fault, TestStore};

async fn write(log: &dyn EventLog, commands: std::ops::RangeInclusive<u128>) {
    for command in commands {
        let name = StreamName::new(format!("s-{}", command % 7));
        let events = events_of(command, 3);
        log.append(&name, ExpectedRevision::Any, events, at(command as i64))
            .await
            .unwrap();
    }
}

async fn open(store: &TestStore) -> KurrentLog {
    KurrentLog::open(store.connection().parse().unwrap())
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_is_moved_and_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let from = SqliteLog::open(folder.path().join("log.db"), SqliteOptions::default()).unwrap();
    write(&from, 1..=250).await;
    let store = TestStore::start();
    let to = open(&store).await;
    for fault in [
        Fault::CutAfter,
        Fault::CutBefore,
        Fault::CutAfterClaim,
        Fault::CutAndLate(Duration::from_millis(50)),
    ] {
        store.fail(fault);
    }
    let copied = copy(&from, &to).await.unwrap();
    assert_eq!(store.faults_left(), 0);
    assert_eq!((copied.events, copied.found), (750, 0));
    assert_eq!(copied.seal, seal(&from).await.unwrap());

    // The service went on meanwhile; the second run takes the rest.
    write(&from, 251..=260).await;
    let copied = copy(&from, &to).await.unwrap();
    assert_eq!((copied.events, copied.found), (30, 750));
    let (before, after) = (
        from.read_all(None, 1000).await.unwrap(),
        to.read_all(None, 1000).await.unwrap(),
    );
    assert_eq!(after.len(), 780);
    for (mut before, after) in before.into_iter().zip(after) {
        before.position = after.position;
        assert_eq!(before, after, "all but the position");
    }

    // A command from before the move is answered as then.
    let name = StreamName::from("s-1");
    let again = to
        .append(&name, ExpectedRevision::Any, events_of(1, 3), at(0))
        .await
        .unwrap();
    assert!(again.repeated);
    assert_eq!(again.revision, Revision(2));
    let more = to
        .append(&name, ExpectedRevision::Any, events_of(300, 1), at(0))
        .await
        .unwrap();
    assert!(!more.repeated);
    verify(&to).await.unwrap();
    let longer = copy(&from, &to).await;
    assert!(matches!(longer, Err(CopyError::Longer)), "{longer:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_onto_another_log_is_refused() {
    let from = eventlog::memory::MemoryLog::new();
    write(&from, 1..=20).await;
    let store = TestStore::start();
    let to = open(&store).await;
    write(&to, 5..=6).await;
    let refused = copy(&from, &to).await;
    assert!(
        matches!(refused, Err(CopyError::Differs { .. })),
        "{refused:?}"
    );
    assert_eq!(to.read_all(None, 100).await.unwrap().len(), 6);
}

/// What does not hold is not passed on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broken_log_is_not_moved() {
    let (source, target) = (TestStore::start(), TestStore::start());
    let (from, to) = (open(&source).await, open(&target).await);
    write(&from, 1..=20).await;
    source.tamper("paiban:s-3", 1);
    let refused = copy(&from, &to).await;
    assert!(
        matches!(
            &refused,
            Err(CopyError::Broken {
                which: "the log to move",
                ..
            })
        ),
        "{refused:?}"
    );
    assert_eq!(target.count("paiban:"), 0);
}
