//! Whatever is appended in whatever order, the SQLite log answers and holds what the plain in-memory log does.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use eventlog::{
    AppendError, Appended, Direction, EventLog, ExpectedRevision, RecordedEvent, Revision,
    StreamName,
    contract::{at, events_of},
    memory::MemoryLog,
    sqlite::{SqliteLog, SqliteOptions},
    verify,
};
use proptest::prelude::*;

#[derive(Clone, Debug)]
struct Append {
    stream: u8,
    expected: ExpectedRevision,
    command: u128,
    events: u32,
    is_changed: bool,
}

fn append() -> impl Strategy<Value = Append> {
    let expected = prop_oneof![
        2 => Just(ExpectedRevision::NoStream),
        3 => Just(ExpectedRevision::Any),
        3 => (0_u64..6).prop_map(|revision| ExpectedRevision::Exact(Revision(revision))),
    ];
    (
        0_u8..3,
        expected,
        1_u128..12,
        1_u32..4,
        prop::bool::weighted(0.1),
    )
        .prop_map(|(stream, expected, command, events, is_changed)| Append {
            stream,
            expected,
            command,
            events,
            is_changed,
        })
}

async fn perform(
    log: &dyn EventLog,
    append: &Append,
) -> Result<(Revision, u64, bool), AppendError> {
    let mut events = events_of(append.command, append.events);
    if append.is_changed {
        events[0].data.push(b' ');
    }
    let stream = StreamName::new(format!("s-{}", append.stream));
    let answer = log
        .append(
            &stream,
            append.expected,
            events,
            at(i64::from(append.events)),
        )
        .await;
    answer.map(
        |Appended {
             revision,
             position,
             repeated,
         }| (revision, position.number(), repeated),
    )
}

/// An event without its store's id.
fn content(event: &RecordedEvent) -> (u64, String) {
    let RecordedEvent { position, .. } = event;
    (
        position.number(),
        format!("{event:?}").replace(&format!("{position:?}"), ""),
    )
}

async fn contents(log: &dyn EventLog) -> Vec<(u64, String)> {
    log.read_all(None, 10_000)
        .await
        .unwrap()
        .iter()
        .map(content)
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn one_after_the_other_both_logs_are_alike(appends in prop::collection::vec(append(), 1..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let folder = tempfile::tempdir().unwrap();
            let sqlite = SqliteLog::open(folder.path().join("log.db"), SqliteOptions::default()).unwrap();
            let memory = MemoryLog::new();
            for append in &appends {
                assert_eq!(perform(&sqlite, append).await, perform(&memory, append).await, "{append:?}");
            }
            assert_eq!(contents(&sqlite).await, contents(&memory).await);
            assert_eq!(verify(&sqlite).await.unwrap().events, contents(&memory).await.len() as u64);
        });
    }

    /// Appends at the same moment share groups, and the writer chooses their order: the log must be what the
    /// same appends give one after the other in the order of the positions they were answered.
    #[test]
    fn all_at_once_is_some_order_of_one_after_the_other(appends in prop::collection::vec(append(), 1..40)) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("log.db");
            let sqlite = std::sync::Arc::new(SqliteLog::open(&path, SqliteOptions::default()).unwrap());
            let racing: Vec<_> = appends
                .iter()
                .cloned()
                .map(|append| {
                    let log = std::sync::Arc::clone(&sqlite);
                    tokio::spawn(async move { (perform(log.as_ref(), &append).await, append) })
                })
                .collect();
            let mut recorded = Vec::new();
            for racer in racing {
                if let (Ok((_, position, false)), append) = racer.await.unwrap() {
                    recorded.push((position, append));
                }
            }
            recorded.sort_by_key(|(position, _)| *position);
            let memory = MemoryLog::new();
            for (position, append) in &recorded {
                let (_, replayed, repeated) = perform(&memory, append).await.unwrap();
                assert_eq!((replayed, repeated), (*position, false), "{append:?}");
            }
            assert_eq!(contents(sqlite.as_ref()).await, contents(&memory).await);
            verify(sqlite.as_ref()).await.unwrap();
            for stream in ["s-0", "s-1", "s-2"].map(StreamName::from) {
                let mut backwards = sqlite.read_stream(&stream, None, Direction::Backwards).await.unwrap();
                backwards.reverse();
                assert_eq!(backwards, sqlite.read_stream(&stream, None, Direction::Forwards).await.unwrap());
            }
        });
    }
}
