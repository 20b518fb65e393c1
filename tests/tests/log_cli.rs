//! The log on the command line: verified, exported and checked apart, restored up to a moment.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use acceptance::{DESK, House, program};
use paiban::app::Options;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

/// What the program says, on standard output if it succeeds and on standard error if not.
fn paiban(folder: &Path, arguments: &[&str]) -> Result<String, String> {
    let output = Command::new(program())
        .args(arguments)
        .env("PAIBAN_LOG", "error")
        .current_dir(folder)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    match output.status.code() {
        Some(0) => Ok(text(output.stdout)),
        Some(1) => Err(text(output.stderr)),
        other => panic!("{arguments:?} ended with {other:?}"),
    }
}

/// A data folder `data` with a closed December; the seal of its closing.
fn closed_month(folder: &Path) -> String {
    let house = House::shop_node(&folder.join("data"), "2026-11-25 10:00", Options::default());
    house.publish(&[("1001", 1, "A"), ("1002", 1, "A")]);
    house.work("1001", "2026-12-01 09:00", "2026-12-01 17:00");
    house.work("1002", "2026-12-01 09:00", "2026-12-01 17:00");
    house.pass_until("2027-01-05 10:00");
    let hr = house.to("H01");
    hr.post(
        &format!("/desks/{DESK}/periods/2026-12/closing"),
        json!({"acknowledge_open": true}),
    )
    .expect(204);
    // Something after the closing.
    house.punch("1001", "in", "2027-01-05 10:30");
    let status = hr
        .get(&format!("/desks/{DESK}/periods/2026-12"))
        .expect(200);
    status.json["closed"]["seal"].as_str().unwrap().to_owned()
}

fn events_of(file: &Path) -> Vec<Value> {
    let text = fs::read_to_string(file).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn write_events(file: &Path, events: &[Value]) {
    let lines: Vec<String> = events.iter().map(Value::to_string).collect();
    fs::write(file, lines.join("\n") + "\n").unwrap();
}

/// The file without the events of one stream, its positions closed up, so that every chain holds.
fn without(events: &[Value], left_out: impl Fn(&Value) -> bool) -> Vec<Value> {
    let mut kept: Vec<Value> = events
        .iter()
        .filter(|event| !left_out(event))
        .cloned()
        .collect();
    for (number, event) in (1..).zip(&mut kept) {
        let store = event["position"]
            .as_str()
            .unwrap()
            .split(':')
            .next()
            .unwrap()
            .to_owned();
        event["position"] = json!(format!("{store}:{number}"));
    }
    kept
}

#[test]
fn a_printed_seal_proves_an_exported_log() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let seal = closed_month(folder);
    let verified = paiban(folder, &["log", "verify", "--data", "data"]).unwrap();
    assert!(verified.contains("1 seals hold"), "{verified}");

    paiban(
        folder,
        &["log", "export", "--data", "data", "--out", "log.jsonl"],
    )
    .unwrap();
    // What follows needs the file and the seal alone.
    fs::rename(folder.join("data"), folder.join("elsewhere")).unwrap();
    let check = |file: &str, more: &[&str]| {
        let arguments = [&["log", "check", "--export", file][..], more].concat();
        paiban(folder, &arguments)
    };
    let said = check("log.jsonl", &["--seal", &seal]).unwrap();
    assert!(said.contains(&format!("seal {seal} holds at")), "{said}");
    assert!(said.contains("1 seals hold"), "{said}");

    let events = events_of(&folder.join("log.jsonl"));
    let closing = events
        .iter()
        .find(|event| event["type"] == "period.closed")
        .unwrap();
    let data: Value = serde_json::from_str(closing["data"].as_str().unwrap()).unwrap();
    let at = data["position"].as_str().unwrap();
    for at in [at, at.split(':').next_back().unwrap()] {
        check("log.jsonl", &["--seal", &seal, "--at", at]).unwrap();
    }
    let other = "0".repeat(64);
    let said = check("log.jsonl", &["--seal", &other]).unwrap_err();
    assert!(said.contains("no closing in the file records"), "{said}");
    let said = check("log.jsonl", &["--seal", &other, "--at", at]).unwrap_err();
    assert!(said.contains("does not hold at"), "{said}");

    // One figure is changed.
    let mut changed = events.clone();
    let punch = changed
        .iter()
        .position(|event| event["type"] == "attendance.punched")
        .unwrap();
    let data = changed[punch]["data"]
        .as_str()
        .unwrap()
        .replace("2026-12-01", "2026-12-02");
    changed[punch]["data"] = json!(data);
    write_events(&folder.join("changed.jsonl"), &changed);
    let said = check("changed.jsonl", &[]).unwrap_err();
    let id = events[punch]["id"].as_str().unwrap();
    assert!(
        said.contains(&format!("line {}", punch + 1)) && said.contains(id),
        "{said}"
    );

    // Somebody's punches vanish without a trace; every chain holds, and the seal does not.
    let stream = events[punch]["stream"].clone();
    let vanished = without(&events, |event| event["stream"] == stream);
    write_events(&folder.join("vanished.jsonl"), &vanished);
    let said = check("vanished.jsonl", &[]).unwrap_err();
    assert!(said.contains("SealBroken"), "{said}");
    // The closing goes with them: only whoever has the old export sees it.
    let periods = closing["stream"].clone();
    let vanished = without(&events, |event| {
        event["stream"] == stream || event["stream"] == periods
    });
    write_events(&folder.join("vanished.jsonl"), &vanished);
    check("vanished.jsonl", &[]).unwrap();
    let said = check("vanished.jsonl", &["--seal", &seal]).unwrap_err();
    assert!(said.contains("no closing in the file records"), "{said}");
    let said = check("vanished.jsonl", &["--seal", &seal, "--at", at]).unwrap_err();
    assert!(
        said.contains("does not hold at") || said.contains("before the position"),
        "{said}"
    );
}

#[test]
fn a_log_is_restored_up_to_a_position_or_a_moment() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    closed_month(folder);
    paiban(
        folder,
        &["log", "backup", "--data", "data", "--out", "backup.db"],
    )
    .unwrap();
    paiban(
        folder,
        &["log", "export", "--data", "data", "--out", "all.jsonl"],
    )
    .unwrap();
    let all = events_of(&folder.join("all.jsonl"));
    let hashes = |events: &[Value]| -> Vec<String> {
        events
            .iter()
            .map(|event| event["hash"].to_string())
            .collect()
    };
    let middle = all[all.len() / 2]["position"].as_str().unwrap();
    let moment = "2026-12-01T12:00:00+08:00";
    let micros = chrono::DateTime::parse_from_rfc3339(moment)
        .unwrap()
        .timestamp_micros();
    let before = all
        .iter()
        .take_while(|event| event["recorded_at_micros"].as_i64().unwrap() <= micros)
        .count();
    assert!(before > 0 && before < all.len());
    for (until, name, wanted) in [
        (Some(middle), "to-position", all.len() / 2 + 1),
        (Some(moment), "to-moment", before),
        (None, "whole", all.len()),
    ] {
        let mut arguments = vec!["log", "restore", "--data", name, "--backup", "backup.db"];
        arguments.extend(until.iter().flat_map(|until| ["--until", until]));
        paiban(folder, &arguments).unwrap();
        let verified = paiban(folder, &["log", "verify", "--data", name]).unwrap();
        assert!(
            verified.starts_with(&format!("{wanted} events")),
            "{verified}"
        );
        paiban(
            folder,
            &["log", "export", "--data", name, "--out", "part.jsonl"],
        )
        .unwrap();
        assert_eq!(
            hashes(&events_of(&folder.join("part.jsonl"))),
            hashes(&all[..wanted])
        );
        let replayed = paiban(folder, &["log", "replay", "--data", name]).unwrap();
        assert!(
            replayed.starts_with(&format!("{wanted} events")),
            "{replayed}"
        );
        let again = paiban(folder, &arguments).unwrap_err();
        assert!(again.contains("is not overwritten"), "{again}");
    }
    // Nothing of what was cut off is left in the file.
    let cut = fs::read(folder.join("to-moment/log.db")).unwrap();
    let lost = all[before..]
        .iter()
        .map(|event| event["id"].as_str().unwrap());
    let ids: BTreeSet<Vec<u8>> = lost
        .map(|id| uuid::Uuid::parse_str(id).unwrap().into_bytes().to_vec())
        .collect();
    assert!(!cut.windows(16).any(|bytes| ids.contains(bytes)));
    // A live log's file will do; a position it does not reach will not.
    paiban(
        folder,
        &[
            "log",
            "restore",
            "--data",
            "copy",
            "--backup",
            "data/log.db",
        ],
    )
    .unwrap();
    let store = middle.split(':').next().unwrap();
    for until in [format!("{store}:999999"), "yesterday".to_owned()] {
        let arguments = [
            "log",
            "restore",
            "--data",
            "none",
            "--backup",
            "backup.db",
            "--until",
            &until,
        ];
        let said = paiban(folder, &arguments).unwrap_err();
        assert!(
            said.contains("does not reach up to") || said.contains("neither a position"),
            "{said}"
        );
        assert!(!folder.join("none/log.db").exists());
    }
}
