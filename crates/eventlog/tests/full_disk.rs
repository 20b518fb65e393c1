//! A real file system of 1 MiB fills up. Where none may be mounted this says so; the same on a disk in memory is
//! `tests/disk`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{path::Path, process::Command};

use eventlog::{
    AppendError, EventLog, ExpectedRevision, NewEvent, StreamName,
    contract::{at, events_of},
    sqlite::{SqliteLog, SqliteOptions},
    verify,
};

/// A file system in memory; gone when dropped.
struct Tmpfs<'a>(&'a Path);

impl<'a> Tmpfs<'a> {
    fn mount(folder: &'a Path) -> Option<Self> {
        let mut mount = Command::new("mount");
        mount
            .args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"])
            .arg(folder);
        let is_mounted = mount.output().is_ok_and(|output| output.status.success());
        is_mounted.then_some(Self(folder))
    }
}

impl Drop for Tmpfs<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0).status();
    }
}

fn event(number: u128) -> Vec<NewEvent> {
    let mut events = events_of(number, 1);
    events[0].data.extend([b' '; 3000]);
    events
}

#[tokio::test]
async fn a_full_file_system_acknowledges_nothing_and_goes_on_once_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let Some(small) = Tmpfs::mount(folder.path()) else {
        eprintln!("NOT RUN: no tmpfs can be mounted here");
        return;
    };
    // Something that can be deleted when room is wanted.
    let ballast = small.0.join("ballast");
    std::fs::write(&ballast, vec![1; 400_000]).unwrap();
    let path = small.0.join("log.db");
    let log = SqliteLog::open(&path, SqliteOptions::default()).unwrap();
    let any = ExpectedRevision::Any;
    let stream = StreamName::from("a");
    let mut acknowledged = 0;
    let refused = loop {
        match log
            .append(&stream, any, event(acknowledged + 1), at(0))
            .await
        {
            Ok(_) => acknowledged += 1,
            Err(error) => break error,
        }
    };
    assert!(
        matches!(refused, AppendError::Unavailable(_)),
        "{refused:?}"
    );
    assert!(acknowledged > 20, "{acknowledged}");
    for number in 0..5 {
        let again = log.append(&stream, any, event(1000 + number), at(0)).await;
        assert!(again.is_err(), "{again:?}");
    }
    let verified = verify(&log).await.unwrap();
    assert_eq!(u128::from(verified.events), acknowledged, "reads go on");

    std::fs::remove_file(&ballast).unwrap();
    for number in 0..5 {
        log.append(&stream, any, event(1000 + number), at(0))
            .await
            .unwrap();
    }
    drop(log);
    let log = SqliteLog::open(&path, SqliteOptions::default()).unwrap();
    let verified = verify(&log).await.unwrap();
    assert_eq!(u128::from(verified.events), acknowledged + 5);
    drop(log);
    println!("{acknowledged} appends fitted on 1 MiB, then none, then five more");
}
