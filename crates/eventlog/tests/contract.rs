//! Every store passes the one suite.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use eventlog::{
    contract::{self, Log},
    memory::MemoryLog,
    sqlite::{SqliteLog, SqliteOptions},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn memory() {
    contract::run(async || Arc::new(MemoryLog::new()) as Log).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let count = AtomicU32::new(0);
    contract::run(async || {
        let path = folder
            .path()
            .join(format!("{}.db", count.fetch_add(1, Ordering::Relaxed)));
        Arc::new(SqliteLog::open(path, SqliteOptions::default()).unwrap()) as Log
    })
    .await;
}

/// Nothing may depend on appends sharing a commit, nor on more than one reader.
#[tokio::test]
async fn sqlite_without_groups() {
    let folder = tempfile::tempdir().unwrap();
    let count = AtomicU32::new(0);
    let options = SqliteOptions {
        group_commands_max: 1,
        reader_connections_max: 1,
        ..SqliteOptions::default()
    };
    contract::run(async || {
        let path = folder
            .path()
            .join(format!("{}.db", count.fetch_add(1, Ordering::Relaxed)));
        Arc::new(SqliteLog::open(path, options).unwrap()) as Log
    })
    .await;
}
