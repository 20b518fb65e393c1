//! The command line: from an empty folder to a served desk, and what it says when something is wrong.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use acceptance::program;
use domain::policy::document::ONLINE_SHOP;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn run(folder: &Path, arguments: &[&str], input: &str) -> Output {
    let mut process = Command::new(program())
        .args(arguments)
        .env("PAIBAN_DATA", folder.join("data"))
        .env("PAIBAN_LOG", "error")
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    process
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    process.wait_with_output().unwrap()
}

fn good(folder: &Path, arguments: &[&str], input: &str) -> String {
    let output = run(folder, arguments, input);
    assert!(
        output.status.success(),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// What it says when it fails: a line that begins with the program's name.
fn bad(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments, "");
    assert_eq!(output.status.code(), Some(1), "{arguments:?}");
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.starts_with("paiban: "), "{said}");
    said
}

#[test]
fn a_desk_is_set_up_verified_backed_up_and_broken_events_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    assert!(bad(folder, &["log", "verify"]).contains("there is no log"));
    good(
        folder,
        &["desk", "open", "--desk", "shop", "--name", "网店"],
        "",
    );
    assert!(
        bad(
            folder,
            &["desk", "open", "--desk", "shop", "--name", "网店"]
        )
        .contains("open already")
    );

    let list = "staff,name,desk,position,roles,skills,employment,week_minutes,month_wage_fen,from\n\
        H01,何人事,shop,人事,hr,,full_time,2400,600000,2026-01-01\n\
        1001,安一,shop,客服,captain,,full_time,2400,600000,2026-01-01\n";
    fs::write(folder.join("staff.csv"), list).unwrap();
    let said = bad(folder, &["import", "staff", "staff.csv"]);
    assert!(said.contains("line 3: roles"), "{said}");
    let output = run(
        folder,
        &["import", "staff", "staff.csv", "--commit", "good"],
        "",
    );
    assert_eq!(String::from_utf8_lossy(&output.stdout), "1 rows taken in\n");

    good(
        folder,
        &["user", "add", "--staff", "H01"],
        "a long password\n",
    );
    assert!(bad(folder, &["user", "add", "--staff", "H01"]).contains("has an account"));
    assert!(bad(folder, &["user", "add", "--staff", "1001"]).contains("nobody employed"));
    assert!(bad(folder, &["user", "passwd", "--staff", "H01"]).contains("at least 8 characters"));

    fs::write(folder.join("good.toml"), ONLINE_SHOP).unwrap();
    assert!(good(folder, &["policy", "check", "good.toml"], "").contains("2026-1 from 2026-01-01"));
    fs::write(
        folder.join("bad.toml"),
        ONLINE_SHOP.replace("month_max = 5", "month_max = -5"),
    )
    .unwrap();
    let line = ONLINE_SHOP
        .lines()
        .position(|line| line.starts_with("month_max"))
        .unwrap()
        + 1;
    assert!(bad(folder, &["policy", "check", "bad.toml"]).contains(&format!("line {line}: ")));

    let verified = good(folder, &["log", "verify"], "");
    assert!(
        verified.contains("2 events in 2 streams hold"),
        "{verified}"
    );
    good(folder, &["log", "replay"], "");
    good(folder, &["log", "backup", "--out", "backup.db"], "");
    good(
        folder,
        &[
            "log",
            "restore",
            "--data",
            "restored",
            "--backup",
            "backup.db",
        ],
        "",
    );
    assert!(good(folder, &["log", "verify", "--data", "restored"], "").contains("2 events"));

    // Somebody edits the past.
    let log = rusqlite::Connection::open(folder.join("data/log.db")).unwrap();
    log.execute("UPDATE events SET data = CAST(replace(CAST(data AS TEXT), '600000', '900000') AS BLOB) WHERE stream = 'staff-H01'", [])
        .unwrap();
    drop(log);
    let said = bad(folder, &["log", "verify"]);
    assert!(
        said.contains("staff-H01") && said.contains("revision 0"),
        "{said}"
    );
}

#[test]
fn a_problem_is_solved_and_judged_from_files() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let problem = solver::desk_instance::DeskSpec::month(10, 1).generate();
    fs::write(
        folder.join("problem.json"),
        serde_json::to_vec(&problem).unwrap(),
    )
    .unwrap();
    let asked = [
        "roster",
        "solve",
        "--problem",
        "problem.json",
        "--out",
        "plan.json",
        "--time-limit",
        "2",
    ];
    let line: serde_json::Value = serde_json::from_str(&good(folder, &asked, "")).unwrap();
    assert!(line["objective"].is_i64(), "{line}");
    let judged = good(
        folder,
        &[
            "roster",
            "check",
            "--problem",
            "problem.json",
            "--plan",
            "plan.json",
        ],
        "",
    );
    assert_eq!(judged, format!("holds; objective {}\n", line["objective"]));

    let mut plan: serde_json::Value =
        serde_json::from_slice(&fs::read(folder.join("plan.json")).unwrap()).unwrap();
    plan["objective"] = serde_json::json!(line["objective"].as_i64().unwrap() - 1);
    fs::write(folder.join("plan.json"), plan.to_string()).unwrap();
    assert!(
        bad(
            folder,
            &[
                "roster",
                "check",
                "--problem",
                "problem.json",
                "--plan",
                "plan.json"
            ]
        )
        .contains("Objective")
    );
}
