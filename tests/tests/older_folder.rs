//! A data folder as an older build left it, killed with its newest event in the write-ahead log alone, opens and goes on.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use acceptance::{at, program};
use domain::ids::StaffId;
use paiban::app::{App, Caller, Options};
use paiban::clock::SimulatedClock;
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

/// Every saved folder; a release that changes how something is stored adds one.
fn saved() -> Vec<PathBuf> {
    let folders = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations/folders");
    let entries = fs::read_dir(folders).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn a_data_folder_written_by_an_older_build_opens() {
    let saved = saved();
    assert!(!saved.is_empty());
    for saved in saved {
        let folder = tempfile::tempdir().unwrap();
        for entry in fs::read_dir(&saved).unwrap() {
            let file = entry.unwrap();
            fs::copy(file.path(), folder.path().join(file.file_name())).unwrap();
        }
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let events = runtime.block_on(async {
            let clock = Arc::new(SimulatedClock::new(at("2026-12-01 09:00")));
            let app = App::open(folder.path(), clock, Options::default()).await.unwrap();
            app.catch_up().await.unwrap();
            let people = app.read(|view| view.staff_list(None)).await.unwrap();
            assert!(people.iter().any(|person| person.name == "安一"), "{people:?}");
            assert!(app.accounts().exists(&StaffId::new("1001")).unwrap());
            // It was only in the write-ahead log.
            let years = app.read(|view| view.calendars()).await.unwrap();
            assert!(years.iter().any(|row| row.year == 2025));
            let before = app.log().end().await.unwrap().unwrap().number();
            let hire = json!({
                "staff": "1003", "name": "陈三", "desk": "shop", "position": "客服", "roles": ["staff"], "skills": [],
                "employment": "full_time", "week_minutes": 2400, "month_wage_fen": 600_000, "from": "2026-12-01"
            });
            let hire = serde_json::from_value(hire).unwrap();
            let receipt = app.hire(&Caller::system(), hire).await.unwrap();
            app.wait(&receipt).await.unwrap();
            before + 1
        });
        let verified = Command::new(program())
            .args(["log", "verify", "--data"])
            .arg(folder.path())
            .output()
            .unwrap();
        let said = String::from_utf8(verified.stdout).unwrap();
        assert!(
            said.starts_with(&format!("{events} events")),
            "{}: {said}",
            saved.display()
        );
    }
}
