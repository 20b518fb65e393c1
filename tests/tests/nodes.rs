//! Several nodes on one log in a cluster: three processes of the program, each with read models of its own, share nothing
//! but the log and the accounts. They are killed under load while the store goes wrong; nothing acknowledged is lost, and
//! what happens by itself happens once.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use acceptance::served::{Served, until_acknowledged};
use acceptance::{DESK, ZONE, agent, program};
use chrono::{SecondsFormat, TimeDelta, Utc};
use domain::ids::StaffId;
use domain::policy::document::ONLINE_SHOP;
use domain::work_date::{DayMinute, Month};
use eventlog::{EventLog, RecordedEvent, verify};
use eventlog_kurrent::KurrentLog;
use paiban::app::{App, Caller, Options};
use paiban::clock::{Clock, SimulatedClock, SystemClock};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use test_store::{Fault, TestStore};

const NODES: usize = 3;
const KILLS: usize = 12;
/// One roster is solved once at a time.
const SOLVES: usize = 1;
const STAFF: [&str; 6] = ["1001", "1002", "1003", "1004", "1005", "1006"];
/// Far more than anything here takes; so that a fault fails and does not hang.
const LOOKS_MAX: usize = 3_000;

fn input<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

async fn open(store: &TestStore) -> KurrentLog {
    KurrentLog::open(store.connection().parse().unwrap())
        .await
        .unwrap()
}

fn this_month() -> Month {
    ZONE.date(Utc::now()).month()
}

/// Cookie and token of everybody's session.
type Sessions = BTreeMap<&'static str, (String, String)>;

/// A desk whose last month was planned and then left alone: its days are over and wait to be closed.
async fn found(log: Arc<dyn EventLog>, folder: &Path) -> Sessions {
    let (last, next) = (this_month().previous(), this_month().next());
    let long_ago = last.previous().first();
    let clock = Arc::new(SimulatedClock::new(ZONE.instant(long_ago, DayMinute(600))));
    let models = folder.join("founding");
    let app = App::open_on(log, folder, &models, clock, Options::default())
        .await
        .unwrap();
    let (system, desk) = (Caller::system, DESK.into());
    let shop = json!({"desk": DESK, "name": "网店客服部", "zone": "Asia/Shanghai", "opens": 540, "closes": 1440});
    app.open_desk(&system(), input(shop)).await.unwrap();
    let skills = json!({"skills": [{"id": "presale", "name": "售前"}]});
    app.define_skills(&system(), &desk, input(skills))
        .await
        .unwrap();
    let policy = json!({"document": ONLINE_SHOP});
    app.adopt_policy(&system(), &desk, input(policy))
        .await
        .unwrap();
    let mut sessions = BTreeMap::new();
    for staff in STAFF.into_iter().chain(["L01"]) {
        let is_lead = staff == "L01";
        let hire = json!({
            "staff": staff, "name": staff, "desk": DESK, "position": "客服", "employment": "full_time",
            "roles": [if is_lead { "lead" } else { "staff" }], "leads": if is_lead { vec![DESK] } else { vec![] },
            "skills": if is_lead { vec![] } else { vec!["presale"] },
            "week_minutes": 2400, "month_wage_fen": 600_000, "from": long_ago.to_string()
        });
        app.hire(&system(), input(hire)).await.unwrap();
        let id = StaffId::new(staff);
        app.accounts().set_password(&id, "a long password").unwrap();
        let token = app.accounts().open_session(&id, SystemClock.now()).unwrap();
        let cookie = format!("paiban_session={}", token.secret());
        sessions.insert(staff, (cookie, token.csrf()));
    }
    let lead = app.actor(&StaffId::new("L01")).await.unwrap();
    let lead = || Caller::new(lead.clone());
    let template = |code: &str, start: i32, meal: (i32, i32)| {
        json!({
            "code": code, "name": code, "colour": "#3366cc", "night": false, "duty": code == "B",
            "segments": [{"start": start, "end": start + 480}],
            "meals": [{"earliest_start": meal.0, "latest_start": meal.1, "minutes": 35}]
        })
    };
    let templates = json!({
        "effective_from": long_ago.to_string(),
        "templates": [template("A", 540, (660, 780)), template("B", 780, (1020, 1140))]
    });
    app.adopt_shift_templates(&lead(), &desk, input(templates))
        .await
        .unwrap();
    let days: Vec<_> = next
        .days()
        .map(|date| {
            json!({
                "date": date.to_string(), "skill": "presale", "start": 540,
                "minimum": vec![1; 24], "target": vec![2; 24]
            })
        })
        .collect();
    let demand = json!({"slot_minutes": 30, "source": "test", "days": days});
    app.set_demand(&lead(), &desk, next, input(demand))
        .await
        .unwrap();
    for month in [last, next] {
        app.draft_roster(&lead(), &desk, month).await.unwrap();
    }
    sessions
}

fn start(store: &TestStore, folder: &Path, number: usize) -> Served {
    Served::start(|command| {
        command
            .args(["--solve-grace-seconds", "1"])
            .args(["--log", &store.connection()])
            .arg("--data")
            .arg(folder)
            .arg("--models")
            .arg(folder.join(format!("node-{number}")))
            .env("PAIBAN_LOG", "off");
    })
}

/// Where the nodes that live listen.
type Addresses = Mutex<BTreeMap<usize, String>>;

/// Sends a request under a key to one node after the other until it is acknowledged; the answer and the position.
fn send(
    addresses: &Addresses,
    session: &(String, String),
    path: &str,
    key: &str,
    body: &Value,
    over: &AtomicBool,
) -> Option<(Value, String)> {
    let target = |attempt: usize| {
        let living = addresses.lock().unwrap();
        let turn = attempt % living.len().max(1);
        living.values().nth(turn).cloned()
    };
    until_acknowledged(target, session, path, key, body, over)
}

/// What a node shows once it has reached a position.
fn get(node: &str, session: &(String, String), path: &str, position: Option<&str>) -> Value {
    let agent = agent();
    let mut request = agent
        .get(format!("{node}/api/v1{path}"))
        .header("cookie", &session.0);
    if let Some(position) = position {
        request = request.header("paiban-position", position);
    }
    let mut answer = request.call().unwrap();
    let status = answer.status();
    let body: Value = answer.body_mut().read_json().unwrap();
    assert_eq!(status, 200, "{path}: {body:#}");
    body
}

#[test]
fn three_nodes_killed_under_load_do_everything_once() {
    program();
    let store = TestStore::cluster(NODES);
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let log = runtime.block_on(open(&store));
    let log: Arc<dyn EventLog> = Arc::new(log);
    let sessions = runtime.block_on(found(Arc::clone(&log), folder.path()));

    let addresses = Addresses::default();
    let start = |number| {
        let node = start(&store, folder.path(), number);
        addresses
            .lock()
            .unwrap()
            .insert(number, node.address.clone());
        node
    };
    let (over, acknowledged) = (
        AtomicBool::new(false),
        Mutex::new(BTreeMap::<&str, BTreeSet<String>>::new()),
    );
    let last_position = Mutex::new(None);
    let mut solves = Vec::new();
    let nodes = std::thread::scope(|scope| {
        // All three find a month of days to close.
        let mut nodes: Vec<_> = (0..NODES).map(|number| Some(start(number))).collect();
        for number in 0..SOLVES {
            let path = format!("/desks/{DESK}/rosters/{}/solves", this_month().next());
            let ask = json!({"seed": number, "work_limit": 100_000_000, "limit_seconds": 3});
            let key = format!("solve-{number}");
            let (asked, _) = send(&addresses, &sessions["L01"], &path, &key, &ask, &over).unwrap();
            solves.push(asked["id"].as_str().unwrap().to_owned());
        }
        for staff in STAFF {
            let (addresses, over, acknowledged) = (&addresses, &over, &acknowledged);
            let (session, last_position) = (&sessions[staff], &last_position);
            scope.spawn(move || {
                for n in 0.. {
                    let (key, body) = (format!("{staff}-{n}"), json!({"kind": "in"}));
                    let Some((punch, position)) =
                        send(addresses, session, "/punches", &key, &body, over)
                    else {
                        return;
                    };
                    let id = punch["id"].as_str().unwrap().to_owned();
                    let mut acknowledged = acknowledged.lock().unwrap();
                    let fresh = acknowledged.entry(staff).or_default().insert(id);
                    assert!(fresh, "two keys were answered with one punch");
                    *last_position.lock().unwrap() = Some(position);
                    drop(acknowledged);
                    std::thread::sleep(Duration::from_millis(15));
                }
            });
        }
        for round in 0..KILLS {
            // Another moment of the storm each time.
            std::thread::sleep(Duration::from_millis(60 + 17 * (round as u64 % 7)));
            match round % 4 {
                0 => store.fail(Fault::CutAfter),
                1 => store.end_subscriptions(),
                2 => {
                    store.fail(Fault::CutAndLate(Duration::from_millis(150)));
                    store.cut(round % NODES);
                }
                _ => {
                    // A node of the store dies too, and another leads.
                    let dies = (round / 4) % NODES;
                    store.lead((dies + 1) % NODES);
                    store.down(dies);
                    store.up(dies);
                }
            }
            let number = round % NODES;
            addresses.lock().unwrap().remove(&number);
            // First gone, then there again.
            nodes[number] = None;
            nodes[number] = Some(start(number));
        }
        std::thread::sleep(Duration::from_millis(300));
        over.store(true, Ordering::Relaxed);
        nodes
    });
    let acknowledged = acknowledged.into_inner().unwrap();
    let total: usize = acknowledged.values().map(BTreeSet::len).sum();
    assert!(
        total > 10 * KILLS,
        "the storm was no storm: {total} punches"
    );

    // Solves of nodes that died are taken up by others.
    let living = nodes[0].as_ref().unwrap().address.clone();
    for solve in &solves {
        let path = format!("/solves/{solve}");
        let is_recorded = (0..LOOKS_MAX).any(|_| {
            let shown = get(&living, &sessions["L01"], &path, None);
            std::thread::sleep(Duration::from_millis(20));
            shown["progress"]["state"] == "recorded"
        });
        assert!(is_recorded, "{solve} was never answered");
    }
    let yesterday = ZONE.date(Utc::now()).plus_days(-1);
    let first = this_month().previous().first();
    let days = usize::try_from(first.days_until(yesterday)).unwrap() + 1;
    let events = |name: &str| -> Vec<RecordedEvent> {
        let all = runtime.block_on(log.read_all(None, usize::MAX)).unwrap();
        all.into_iter()
            .filter(|event| event.event_type == name)
            .collect()
    };
    let are_closed = (0..LOOKS_MAX).any(|_| {
        std::thread::sleep(Duration::from_millis(20));
        events("period.day_closed").len() >= days
    });
    assert!(are_closed, "days were left open");

    // Every acknowledged punch is there, and no command twice.
    for (staff, ids) in &acknowledged {
        let actor = |event: &RecordedEvent| event.metadata.actor == *staff;
        let punches: Vec<_> = events("attendance.punched")
            .into_iter()
            .filter(actor)
            .collect();
        let commands: BTreeSet<_> = punches
            .iter()
            .map(|event| event.metadata.command_id)
            .collect();
        assert_eq!(commands.len(), punches.len(), "{staff}: a command twice");
        let recorded: BTreeSet<_> = punches.iter().map(|event| event.id.to_string()).collect();
        let lost: Vec<_> = ids.iter().filter(|id| !recorded.contains(*id)).collect();
        assert!(lost.is_empty(), "{staff}: lost {lost:?}");
        assert!(recorded.len() <= ids.len() + 1, "{staff}");
    }
    // What happens by itself happened once: days closed, solves answered, meetings called.
    for (name, subject) in [
        ("period.day_closed", "date"),
        ("roster.generated", "solve"),
        ("meeting.scheduled", "meeting"),
    ] {
        let all: Vec<Value> = events(name)
            .iter()
            .map(|event| serde_json::from_slice(&event.data).unwrap())
            .collect();
        let subjects: BTreeSet<_> = all.iter().map(|data| data[subject].to_string()).collect();
        assert_eq!(subjects.len(), all.len(), "{name} happened twice: {all:#?}");
        let expected = match name {
            "period.day_closed" => days,
            "roster.generated" => SOLVES,
            _ => all.len(),
        };
        assert_eq!(all.len(), expected, "{name}");
    }
    let all = runtime.block_on(log.read_all(None, usize::MAX)).unwrap();
    let ids: BTreeSet<_> = all.iter().map(|event| event.id).collect();
    assert_eq!(ids.len(), all.len(), "an id stands twice in the log");

    // All nodes show the same books once they have reached the same position.
    let position = last_position.into_inner().unwrap().unwrap();
    let (from, until) = (Utc::now() - TimeDelta::days(1), Utc::now());
    let span = [from, until].map(|at| at.to_rfc3339_opts(SecondsFormat::Secs, true));
    for staff in STAFF {
        let path = format!("/staff/{staff}/punches?from={}&until={}", span[0], span[1]);
        let shown: Vec<_> = nodes
            .iter()
            .flatten()
            .map(|node| get(&node.address, &sessions["L01"], &path, Some(&position)))
            .collect();
        assert_eq!(shown.len(), NODES);
        let punches = shown[0].as_array().map_or(0, Vec::len);
        assert!(punches >= acknowledged[staff].len(), "{staff}: {punches}");
        assert!(
            shown.windows(2).all(|pair| pair[0] == pair[1]),
            "{shown:#?}"
        );
    }

    drop(nodes);
    let held = runtime.block_on(verify(log.as_ref())).unwrap();
    let verified = Command::new(program())
        .args(["log", "verify", "--log", &store.connection()])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&verified.stdout);
    assert!(verified.status.success(), "{verified:?}");
    assert!(
        said.starts_with(&format!("{} events", held.events)),
        "{said}"
    );
    println!("{total} punches acknowledged by {NODES} nodes over {KILLS} kills");
}

/// A desk that outgrew its machine: its log moves, and the service goes on where it was.
#[test]
fn a_live_installation_moves_into_a_cluster() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let run = |arguments: &[&str]| {
        let done = Command::new(program())
            .args(arguments)
            .env("PAIBAN_LOG", "off")
            .output()
            .unwrap();
        let said = String::from_utf8(done.stdout).unwrap();
        let faults = String::from_utf8(done.stderr).unwrap();
        (done.status.success(), said, faults)
    };
    let house = acceptance::House::shop_node(&data, "2026-12-01 08:00", Options::default());
    house.publish(&[("1001", 1, "A")]);
    house.work("1001", "2026-12-01 08:40", "2026-12-01 17:05");
    house.pass_until("2026-12-02 08:00");
    let before = house.day("1001", "2026-12-01");

    let store = TestStore::start();
    let (from, to) = (format!("sqlite:{}", data.display()), store.connection());
    let nothing = run(&["log", "verify", "--log", &to]);
    assert!(
        !nothing.0 && nothing.2.contains("the store has no log"),
        "{nothing:?}"
    );
    assert_eq!(store.count("paiban"), 0, "looking makes nothing");

    // While the service runs, and once more when it has stopped.
    let (is_good, said, faults) = run(&["log", "copy", "--from", &from, "--to", &to]);
    assert!(is_good, "{faults}");
    assert!(
        said.contains(" events copied, 0 were there; both logs hold, sealed "),
        "{said}"
    );
    house.work("1001", "2026-12-02 08:40", "2026-12-02 17:05");
    let source = house.block_on(verify(house.app.log())).unwrap();
    let seal = house.block_on(eventlog::seal(house.app.log())).unwrap();
    let seal = eventlog::export::to_hex(&seal);
    drop(house);
    let (is_good, said, faults) = run(&["log", "copy", "--from", &from, "--to", &to]);
    assert!(is_good, "{faults}");
    assert!(
        said.starts_with("2 events copied") && said.contains(&seal),
        "{said}"
    );
    let (is_good, said, _) = run(&["log", "verify", "--log", &to]);
    let expected = format!(
        "{} events in {} streams hold",
        source.events, source.streams
    );
    assert!(is_good && said.starts_with(&expected), "{said}");

    // A node that never saw the file shows the same day.
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let after = runtime.block_on(async {
        let clock = Arc::new(SystemClock);
        let models = folder.path().join("elsewhere");
        let log = Arc::new(open(&store).await);
        let app = App::open_on(log, &data, &models, clock, Options::default());
        let app = app.await.unwrap();
        let date = "2026-12-01".parse().unwrap();
        app.fresh_day(&StaffId::new("1001"), date).await.unwrap()
    });
    assert_eq!(
        serde_json::to_value(after).unwrap()["worked_minutes"],
        before["worked_minutes"]
    );

    // The old log is as it was, and a copy onto a log that went its own way is refused.
    let other = folder.path().join("other");
    let house = acceptance::House::shop_node(&other, "2026-12-01 08:00", Options::default());
    drop(house);
    let from = format!("sqlite:{}", other.display());
    let (is_good, _, faults) = run(&["log", "copy", "--from", &from, "--to", &to]);
    assert!(
        !is_good && faults.contains("the target is no copy of the log"),
        "{faults}"
    );
}
