//! The store passes the suite that all stores pass: through the real client against the small store of the tests, and
//! against a real cluster when `PAIBAN_TEST_ESDB` holds its connection string.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::sync::Arc;

use eventlog::contract::{self, Log};
use eventlog_kurrent::{KurrentLog, KurrentOptions};
use test_store::TestStore;
use uuid::Uuid;

/// A new log of its own name.
async fn new_log(connection: &str) -> Log {
    let address = format!("{connection}#t-{}", Uuid::new_v4().simple());
    let options: KurrentOptions = address.parse().unwrap();
    Arc::new(KurrentLog::open(options).await.unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn small_store() {
    let store = TestStore::start();
    let connection = store.connection();
    contract::run(async || new_log(&connection).await).await;
}

/// Whoever asks a node that does not lead is sent to the one that does.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cluster_asked_through_a_follower() {
    let store = TestStore::cluster(3);
    store.lead(2);
    let connection = store.connection();
    contract::run(async || new_log(&connection).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn real_cluster() {
    match std::env::var("PAIBAN_TEST_ESDB") {
        Ok(connection) => contract::run(async || new_log(&connection).await).await,
        Err(_) => eprintln!(
            "NOT RUN: the suite against a real cluster; PAIBAN_TEST_ESDB holds no connection string"
        ),
    }
}
