//! Somebody who left is forgotten: no file keeps the name or what was said about them, and every figure stays.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use acceptance::served::Served;
use acceptance::{DESK, House, program};
use eventlog::Direction;
use paiban::app::Options;
use sealing::Within;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// What is to be gone.
const SECRETS: [&str; 10] = [
    "安一心",
    "母亲住院手机",
    "13912345678",
    "忘带工牌",
    "客户说态度差",
    "无名投诉内容",
    "查实属于安某",
    "巡视未见其人",
    "补偿那次加班",
    "转岗前结余的年假",
];

fn run(arguments: &[&str], data: &Path) -> Output {
    let mut command = Command::new(program());
    command.args(arguments).arg("--data").arg(data);
    command.output().unwrap()
}

fn ran(arguments: &[&str], data: &Path) -> String {
    let output = run(arguments, data);
    assert!(
        output.status.success(),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

/// Which secrets stand in the raw bytes of which files.
fn found_in(folder: &Path) -> Vec<(PathBuf, &'static str)> {
    let mut found = Vec::new();
    for file in files(folder) {
        let bytes = std::fs::read(&file).unwrap();
        for secret in SECRETS {
            if bytes
                .windows(secret.len())
                .any(|window| window == secret.as_bytes())
            {
                found.push((file.clone(), secret));
            }
        }
    }
    found
}

/// A shop in which 1007 works two days of December, says and hears all sorts of things, and leaves on the 20th.
fn story(folder: &Path) -> House {
    let house = House::shop_node(folder, "2026-11-25 09:00", Options::default());
    house
        .to("H01")
        .post(
            "/staff",
            json!({
                "staff": "1007", "name": "安一心", "desk": DESK, "position": "客服", "roles": ["staff"],
                "skills": ["presale"], "employment": "full_time", "week_minutes": 2400, "month_wage_fen": 600_000,
                "from": "2026-12-01"
            }),
        )
        .expect(204);
    let accounts = house.app.accounts();
    accounts
        .set_password(&"1007".into(), "password of 1007")
        .unwrap();
    house
        .to("H01")
        .post(
            "/staff/1007/leave-balances",
            json!({"kind": "annual", "year": 2026, "minutes": 480, "reason": "转岗前结余的年假"}),
        )
        .expect(204);
    house.publish(&[
        ("1007", 1, "A"),
        ("1007", 2, "A"),
        ("1007", 3, "A"),
        ("1002", 3, "A"),
    ]);
    let (staff, lead) = (house.to("1007"), house.to("L01"));
    // A day late, a day without an OUT.
    house.work("1007", "2026-12-01 09:20", "2026-12-01 17:00");
    house.punch("1007", "in", "2026-12-02 09:00");
    house.set("2026-12-02 18:00");
    let correction = staff
        .post("/corrections",
            json!({"work_date": "2026-12-02", "edge": {"segment": 0, "side": "out"},
                   "claimed_at": acceptance::at("2026-12-02 17:00").to_rfc3339(), "reason": "忘带工牌"}),
        )
        .expect(201)
        .id();
    lead.post_empty(&format!("/corrections/{correction}/approval"))
        .expect(204);
    let leave = json!({"kind": "personal", "first": "2026-12-03", "last": "2026-12-03", "reason": "母亲住院手机13912345678"});
    let leave = staff.post("/leave-requests", leave).expect(201).id();
    lead.post_empty(&format!("/leave-requests/{leave}/approval"))
        .expect(204);
    lead.post("/rewards", json!({"staff": "1007", "work_date": "2026-12-01", "amount_fen": 5_000, "reason": "补偿那次加班"}))
        .expect(201);
    let happened_at = acceptance::at("2026-12-02 10:00").to_rfc3339();
    lead.post(
        &format!("/desks/{DESK}/complaints"),
        json!({"about": {"about": "discourtesy"}, "staff": "1007", "complainant": "colleague", "text": "客户说态度差", "happened_at": happened_at}),
    )
    .expect(201);
    // Nobody knows yet whom it is about.
    let unnamed = lead
        .post(
            &format!("/desks/{DESK}/complaints"),
            json!({"about": {"about": "discourtesy"}, "staff": null, "complainant": "customer", "text": "无名投诉内容", "happened_at": happened_at}),
        )
        .expect(201)
        .id();
    lead.post(
        &format!("/complaints/{unnamed}/verification"),
        json!({"staff": "1007", "upheld": true, "note": "查实属于安某"}),
    )
    .expect(204);
    lead.post(
        &format!("/desks/{DESK}/spot-checks"),
        json!({"staff": "1007", "on_post": true, "note": "巡视未见其人"}),
    )
    .expect(204);
    house
}

/// The rest of the month, up to the closing of its books.
fn closed(house: &House) {
    house
        .to("H01")
        .put("/staff/1007/employment-end", json!({"last": "2026-12-20"}))
        .expect(204);
    house.pass_until("2027-01-05 09:00");
    house
        .to("H01")
        .post(
            &format!("/desks/{DESK}/periods/2026-12/closing"),
            json!({"acknowledge_open": true}),
        )
        .expect(204);
}

/// Every figure of the month that is not a word.
fn figures(house: &House) -> Value {
    let hr = house.to("H01");
    let days: Vec<Value> = (1..=3)
        .map(|day| {
            let path = format!("/staff/1007/day-records/2026-12-{day:02}");
            let mut day = hr.get(&path).expect(200).json;
            let record = day.as_object_mut().unwrap();
            record.retain(|_, value| !value.is_string());
            day
        })
        .collect();
    let sanctions = hr
        .get("/staff/1007/sanctions?month=2026-12")
        .expect(200)
        .json;
    let sanctions: Vec<Value> = sanctions
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            json!([
                row["sanction"],
                row["amount"],
                row["rule"],
                row["work_date"],
                row["status"]
            ])
        })
        .collect();
    let month = hr.get("/staff/1007/months/2026-12").expect(200).json;
    json!({"days": days, "sanctions": sanctions, "summary": month["summary"]})
}

#[test]
fn nobody_who_works_here_is_forgotten_and_nobody_with_an_open_month() {
    let folder = tempfile::tempdir().unwrap();
    let house = story(folder.path());
    let (hr, confirm) = (house.to("H01"), json!({"confirm": "1007"}));
    house
        .to("L01")
        .post("/staff/1007/forgetting", confirm.clone())
        .expect(403);
    hr.post("/staff/1007/forgetting", json!({"confirm": "1006"}))
        .expect_problem(422, "invalid");
    hr.post("/staff/1007/forgetting", confirm.clone())
        .expect_problem(409, "forget-employed");
    hr.put("/staff/1007/employment-end", json!({"last": "2026-12-20"}))
        .expect(204);
    hr.post("/staff/1007/forgetting", confirm.clone())
        .expect_problem(409, "forget-employed");
    assert!(
        !house
            .page("H01", "/people/1007/2026-12")
            .contains("forgetting")
    );
    house.pass_until("2026-12-22 09:00");
    let refused = hr
        .post("/staff/1007/forgetting", confirm)
        .expect_problem(409, "forget-month-open");
    assert!(refused.detail().contains("2026-12"), "{}", refused.detail());
    assert!(house.page("H01", "/people/1007/2026-12").contains("安一心"));
}

#[test]
fn the_name_and_what_was_said_are_gone_from_every_file_and_every_figure_stays() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let house = story(&data);
    closed(&house);
    // Sealed from the start: no file but the keys' could tell, and those hold no text.
    assert_eq!(found_in(&data), []);
    let before = figures(&house);
    assert!(
        before["sanctions"].as_array().unwrap().len() > 1,
        "{before:#}"
    );
    let shown = house.page("H01", "/people/1007/2026-12");
    assert!(shown.contains("安一心") && shown.contains("/people/1007/forgetting"));
    let hr = house.to("H01");
    let leaves = hr
        .get("/staff/1007/leave-requests?month=2026-12")
        .expect(200)
        .json
        .to_string();
    assert!(leaves.contains("13912345678"), "{leaves}");
    let exported = |house: &House| {
        let path = format!("/desks/{DESK}/exports/2026-12/attendance.csv");
        String::from_utf8(house.to("H01").get(&path).expect(200).body).unwrap()
    };
    let payroll = exported(&house);
    assert!(payroll.contains("安一心"));
    let early = ran(
        &[
            "log",
            "export",
            "--out",
            folder.path().join("early.jsonl").to_str().unwrap(),
        ],
        &data,
    );
    let seal = early.trim().rsplit(' ').next().unwrap().to_owned();
    // A copy of the keys from before, as a backup would hold.
    std::fs::copy(data.join("keys.db"), folder.path().join("old-keys.db")).unwrap();

    // By the page, with the number typed again.
    let page = |confirm| {
        house.form(
            "H01",
            "/people/1007/forgetting",
            &[("month", "2026-12"), ("confirm", confirm)],
        )
    };
    assert!(page("1006").contains("must be the number"));
    assert!(house.page("H01", "/people/1007/2026-12").contains("安一心"));
    let page = page("1007");
    assert!(page.contains("Forgotten: the name"), "{page}");
    let shown = house.page("H01", "/people/1007/2026-12");
    assert!(
        shown.contains("已遗忘 / forgotten") && !shown.contains("/people/1007/forgetting"),
        "{shown}"
    );

    // Nobody reads them any more, by whatever way.
    for path in [
        "/staff/1007",
        "/staff/1007/leave-requests?month=2026-12",
        "/staff/1007/corrections?month=2026-12",
        "/staff/1007/sanctions?month=2026-12",
        "/staff/1007/months/2026-12",
        "/staff",
    ] {
        let answer = hr.get(path).expect(200).json.to_string();
        assert!(
            SECRETS.iter().all(|secret| !answer.contains(secret)),
            "{path}: {answer}"
        );
        assert!(!answer.contains('\u{FDD0}'), "{path}: {answer}");
    }
    let of_leave = hr
        .get("/staff/1007/leave-requests?month=2026-12")
        .expect(200)
        .json;
    assert_eq!(of_leave[0]["reason"], "已遗忘 / forgotten");
    // The account went with the name, and the number stands for nobody new.
    assert!(!house.app.accounts().exists(&"1007".into()).unwrap());
    let again = json!({
        "staff": "1007", "name": "新人", "desk": DESK, "position": "客服", "roles": ["staff"], "skills": ["presale"],
        "employment": "full_time", "week_minutes": 2400, "month_wage_fen": 600_000, "from": "2027-02-01"
    });
    hr.post("/staff", again)
        .expect_problem(409, "staff-forgotten");
    hr.post("/staff/1007/forgetting", json!({"confirm": "1007"}))
        .expect(204);

    // Minutes, penalties, payroll: as before but for the name.
    assert_eq!(figures(&house), before);
    let payroll_now = exported(&house);
    assert!(!payroll_now.contains("安一心"));
    let row = |csv: &str| {
        csv.lines()
            .find(|line| line.contains("1007"))
            .unwrap()
            .to_owned()
    };
    assert!(row(&payroll_now).contains("已遗忘 / forgotten"));
    assert_eq!(
        row(&payroll).replace("安一心", "已遗忘 / forgotten"),
        row(&payroll_now)
    );

    // The chain holds without any key, and its past is what it was.
    drop(house);
    let keys = data.join("keys.db");
    std::fs::rename(&keys, folder.path().join("aside.db")).unwrap();
    assert!(ran(&["log", "verify"], &data).contains("hold"));
    let late = folder.path().join("late.jsonl");
    ran(&["log", "export", "--out", late.to_str().unwrap()], &data);
    let checked = Command::new(program())
        .args(["log", "check", "--seal", &seal, "--at"])
        .arg(
            early
                .split("up to ")
                .nth(1)
                .unwrap()
                .split(',')
                .next()
                .unwrap(),
        )
        .arg("--export")
        .arg(&late)
        .output()
        .unwrap();
    assert!(
        checked.status.success(),
        "{}",
        String::from_utf8_lossy(&checked.stderr)
    );
    let backup = folder.path().join("backup.db");
    ran(&["log", "backup", "--out", backup.to_str().unwrap()], &data);
    ran(&["log", "replay"], &data);
    std::fs::rename(folder.path().join("aside.db"), &keys).unwrap();
    assert_eq!(found_in(folder.path()), []);

    // Restored elsewhere, with yesterday's keys put back beside it: opening deletes them again.
    let restored = folder.path().join("restored");
    std::fs::create_dir(&restored).unwrap();
    ran(
        &["log", "restore", "--backup", backup.to_str().unwrap()],
        &restored,
    );
    std::fs::copy(folder.path().join("old-keys.db"), restored.join("keys.db")).unwrap();
    let csv = folder.path().join("restored.csv");
    ran(
        &[
            "export",
            "attendance",
            "--desk",
            DESK,
            "--month",
            "2026-12",
            "--out",
            csv.to_str().unwrap(),
        ],
        &restored,
    );
    let text = std::fs::read_to_string(&csv).unwrap();
    assert!(
        text.contains("已遗忘 / forgotten") && text.contains("白二"),
        "{text}"
    );
    assert!(
        !sealing::Keys::open(&restored.join("keys.db"))
            .unwrap()
            .holds("1007")
            .unwrap()
    );
    assert_eq!(found_in(folder.path()), []);
}

/// Answers repeat what was sent, and are opened on their way out.
#[test]
fn nobody_has_a_sealed_text_opened_by_sending_it() {
    let folder = tempfile::tempdir().unwrap();
    let house = story(&folder.path().join("data"));
    let stream = "leave-1007-2026".into();
    let read = house
        .app
        .log()
        .read_stream(&stream, None, Direction::Forwards);
    let events = house.block_on(read).unwrap();
    let asked = events
        .iter()
        .find(|event| event.event_type == "leave.requested")
        .unwrap();
    let located = sealing::locate(asked.id, &asked.data).unwrap();
    let data: Value = serde_json::from_slice(&located).unwrap();
    let sealed = data["reason"].as_str().unwrap();
    assert!(sealing::is_sealed(sealed.as_bytes()), "{data}");
    let keys = house.app.keys();
    assert!(
        keys.open_text(sealed, Within::Text)
            .contains("母亲住院手机")
    );

    // Somebody with a copy of the log and a session of their own, but no key.
    let (cookie, csrf) = house.to("1002").session();
    let send = |method: &str, path: &str, kind: &str, body: &str| {
        let sender = house
            .nobody()
            .with("cookie", &cookie)
            .with("x-csrf-token", &csrf);
        sender.send(method, path, Some(kind), body.as_bytes())
    };
    let body = |sealed: &str| {
        let wish = r#"{"wishes": [{"date": "2026-12-28", "wished": "off", "strength": "?"}]}"#;
        wish.replace('?', sealed)
    };
    let json = "application/json";
    // What is sent is repeated, so the text would be there for them.
    let told = send("PUT", "/wishes/2026-12", json, &body("loud"));
    assert!(told.expect(422).json.to_string().contains("loud"));
    let escaped = sealed
        .replace('\u{FDD0}', "\\uFDD0")
        .replace('\u{FDD1}', "\\ufdd1");
    let encoded = sealed
        .replace('\u{FDD0}', "%ef%b7%90")
        .replace('\u{FDD1}', "%EF%B7%91");
    for (path, kind, body) in [
        ("/wishes/2026-12", json, body(sealed)),
        ("/wishes/2026-12", json, body(&escaped)),
        (
            "/wishes/2026-12",
            "application/x-www-form-urlencoded",
            format!("strength={encoded}"),
        ),
        (&format!("/wishes/{encoded}"), json, body("low")),
    ] {
        let refused = send("PUT", path, kind, &body).expect_problem(400, "unreadable");
        assert!(!refused.json.to_string().contains("住院"), "{path}");
    }
}

#[test]
fn the_command_line_forgets_beside_a_running_server() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    // The program goes by the real clock, so this happened long ago.
    let house = House::shop_node(&data, "2026-11-25 09:00", Options::default());
    let hire = |staff: &str, name: &str, roles: Value| {
        let hire = json!({
            "staff": staff, "name": name, "desk": DESK, "position": "客服", "roles": roles, "skills": [],
            "employment": "full_time", "week_minutes": 2400, "month_wage_fen": 600_000, "from": "2020-01-01"
        });
        house.to("H01").post("/staff", hire).expect(204);
    };
    hire("1007", "安一心", json!(["staff"]));
    hire("H09", "旧人事", json!(["hr"]));
    house
        .to("H01")
        .put("/staff/1007/employment-end", json!({"last": "2020-02-01"}))
        .expect(204);
    let now = paiban::clock::Clock::now(&paiban::clock::SystemClock);
    let accounts = house.app.accounts();
    accounts
        .set_password(&"H09".into(), "correct horse")
        .unwrap();
    let session = accounts.open_session(&"H09".into(), now).unwrap();
    let cookie = format!("paiban_session={}", session.secret());
    drop(house);

    let keys = folder.path().join("elsewhere.db");
    std::fs::rename(data.join("keys.db"), &keys).unwrap();
    let served = Served::start(|command| {
        command.arg("--data").arg(&data).arg("--keys").arg(&keys);
        command.arg("--models").arg(data.join("models-of-two"));
    });
    let shown = || -> String {
        let request = acceptance::agent().get(format!("{}/api/v1/staff/1007", served.address));
        let mut answer = request.header("cookie", &cookie).call().unwrap();
        assert_eq!(answer.status(), 200);
        let person: Value = answer.body_mut().read_json().unwrap();
        person["name"].as_str().unwrap().to_owned()
    };
    assert_eq!(shown(), "安一心");
    let forget = |staff: &str, keys: &Path| {
        let mut command = Command::new(program());
        command.args(["forget", staff, "--data"]).arg(&data);
        command.arg("--keys").arg(keys).output().unwrap()
    };
    let refused = forget("H09", &keys);
    assert!(!refused.status.success());
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("still employed"), "{said}");
    let old = folder.path().join("old-keys.db");
    std::fs::copy(&keys, &old).unwrap();
    let done = forget("1007", &keys);
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    // The server that runs has no copy of the key.
    assert_eq!(shown(), "已遗忘 / forgotten");
    drop(served);
    assert_eq!(found_in(folder.path()), []);

    // Without its key store the service runs all the same and says what is missing, which is not what was forgotten.
    let lost = folder.path().join("new-keys.db");
    let served = Served::start(|command| {
        command.arg("--data").arg(&data).arg("--keys").arg(&lost);
    });
    let request = acceptance::agent().get(format!("{}/api/v1/staff", served.address));
    let mut answer = request.header("cookie", &cookie).call().unwrap();
    let people: Value = answer.body_mut().read_json().unwrap();
    let name = |staff: &str| {
        let row = people
            .as_array()
            .unwrap()
            .iter()
            .find(|row| row["staff"] == staff);
        row.unwrap()["name"].as_str().unwrap().to_owned()
    };
    assert_eq!(name("1007"), "已遗忘 / forgotten");
    assert_eq!(name("1001"), "密钥遗失 / key lost");
    drop(served);
    assert!(ran(&["log", "verify"], &data).contains("hold"));
}
