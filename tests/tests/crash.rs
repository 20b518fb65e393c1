//! kill -9 in a loop during a punch storm: every acknowledged punch is in the log exactly once, none twice, and every
//! chain holds. `PAIBAN_SOAK_KILLS` sets how many kills; many more events: `crates/eventlog/tests/kill.rs`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use acceptance::served::{Served, until_acknowledged};
use acceptance::{DESK, program};
use domain::event::{AttendanceEvent, Stream};
use domain::ids::StaffId;
use domain::policy::document::ONLINE_SHOP;
use eventlog::sqlite::{SqliteLog, SqliteOptions};
use eventlog::{Direction, EventLog, StreamName};
use paiban::app::{App, Caller, Options, files};
use paiban::clock::{Clock, SystemClock};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

fn kills() -> usize {
    std::env::var("PAIBAN_SOAK_KILLS").map_or(50, |text| text.parse().expect("a number"))
}

const STAFF: [&str; 6] = ["1001", "1002", "1003", "1004", "1005", "1006"];

/// A desk with people who have sessions, in a folder on disk.
async fn found(folder: &Path) -> BTreeMap<&'static str, (String, String)> {
    let app = App::open(folder, Arc::new(SystemClock), Options::default())
        .await
        .unwrap();
    let open = json!({"desk": DESK, "name": "网店客服部", "zone": "Asia/Shanghai", "opens": 540, "closes": 1440});
    app.open_desk(&Caller::system(), serde_json::from_value(open).unwrap())
        .await
        .unwrap();
    let skills =
        serde_json::from_value(json!({"skills": [{"id": "presale", "name": "售前"}]})).unwrap();
    app.define_skills(&Caller::system(), &DESK.into(), skills)
        .await
        .unwrap();
    let policy = serde_json::from_value(json!({"document": ONLINE_SHOP})).unwrap();
    app.adopt_policy(&Caller::system(), &DESK.into(), policy)
        .await
        .unwrap();
    let mut sessions = BTreeMap::new();
    for staff in STAFF {
        let hire = json!({
            "staff": staff, "name": staff, "desk": DESK, "position": "客服", "roles": ["staff"], "skills": ["presale"],
            "employment": "full_time", "week_minutes": 2400, "month_wage_fen": 600_000, "from": "2026-01-01"
        });
        app.hire(&Caller::system(), serde_json::from_value(hire).unwrap())
            .await
            .unwrap();
        let id = StaffId::new(staff);
        app.accounts().set_password(&id, "a long password").unwrap();
        let token = app.accounts().open_session(&id, SystemClock.now()).unwrap();
        sessions.insert(
            staff,
            (format!("paiban_session={}", token.secret()), token.csrf()),
        );
    }
    sessions
}

#[test]
fn no_acknowledged_punch_is_lost_or_doubled_by_kill_9() {
    let program = program();
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let sessions = runtime.block_on(found(folder.path()));
    runtime.block_on(async { tokio::time::sleep(Duration::from_millis(50)).await });

    let kills = kills();
    let address: Mutex<Option<String>> = Mutex::default();
    let over = AtomicBool::new(false);
    let acknowledged: Mutex<BTreeMap<&str, BTreeSet<String>>> = Mutex::default();
    std::thread::scope(|scope| {
        for (staff, session) in &sessions {
            let (address, over, acknowledged) = (&address, &over, &acknowledged);
            scope.spawn(move || {
                for n in 0.. {
                    let (key, body) = (format!("{staff}-{n}"), json!({"kind": "in"}));
                    let target = |_| address.lock().unwrap().clone();
                    let Some((punch, _)) =
                        until_acknowledged(target, session, "/punches", &key, &body, over)
                    else {
                        return;
                    };
                    let id = punch["id"].as_str().unwrap().to_owned();
                    let fresh = acknowledged
                        .lock()
                        .unwrap()
                        .entry(staff)
                        .or_default()
                        .insert(id);
                    assert!(fresh, "two keys were answered with one punch");
                    std::thread::sleep(Duration::from_millis(4));
                }
            });
        }
        for round in 0..kills {
            let served = Served::start(|command| {
                command
                    .arg("--data")
                    .arg(folder.path())
                    .env("PAIBAN_LOG", "error");
            });
            *address.lock().unwrap() = Some(served.address.clone());
            // Another moment of the storm each time.
            std::thread::sleep(Duration::from_millis(40 + 13 * (round as u64 % 11)));
            drop(served);
            *address.lock().unwrap() = None;
        }
        over.store(true, Ordering::Relaxed);
    });
    let acknowledged = acknowledged.into_inner().unwrap();
    let total: usize = acknowledged.values().map(BTreeSet::len).sum();
    assert!(total > kills, "the storm was no storm: {total} punches");

    let verified = Command::new(program)
        .args(["log", "verify", "--data"])
        .arg(folder.path())
        .output()
        .unwrap();
    assert!(
        verified.status.success(),
        "{}",
        String::from_utf8_lossy(&verified.stderr)
    );

    let log = SqliteLog::open(folder.path().join(files::LOG), SqliteOptions::default()).unwrap();
    for (staff, ids) in &acknowledged {
        let recorded = runtime.block_on(punches(&log, staff));
        let commands: BTreeSet<_> = recorded.iter().map(|(_, command)| command).collect();
        assert_eq!(
            commands.len(),
            recorded.len(),
            "{staff}: a command is recorded twice"
        );
        let events: BTreeSet<&String> = recorded.iter().map(|(event, _)| event).collect();
        let lost: Vec<_> = ids.iter().filter(|id| !events.contains(id)).collect();
        assert!(lost.is_empty(), "{staff}: lost {lost:?}");
        // At most one more: the one whose answer never arrived.
        assert!(
            recorded.len() <= ids.len() + 1,
            "{staff}: {} for {}",
            recorded.len(),
            ids.len()
        );
    }
    println!("{total} punches acknowledged over {kills} kills");
}

/// Event and command of every punch in the log.
async fn punches(log: &SqliteLog, staff: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    // The storm may run over the end of a month.
    let now = acceptance::ZONE.date(SystemClock.now()).month();
    for month in [now.previous(), now] {
        let stream = StreamName::new(Stream::Attendance(StaffId::new(staff), month).to_string());
        for event in log
            .read_stream(&stream, None, Direction::Forwards)
            .await
            .unwrap()
        {
            let decoded =
                AttendanceEvent::decode(&event.event_type, event.schema_version, &event.data);
            assert!(
                matches!(decoded, Some(Ok(AttendanceEvent::Punched(_)))),
                "{}",
                event.event_type
            );
            found.push((event.id.to_string(), event.metadata.command_id.to_string()));
        }
    }
    found
}
