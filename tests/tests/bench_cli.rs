//! Public instances through the program: one line of JSON, a roster for the judge, a trace.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use acceptance::program;
use serde_json::{Value, json};
use std::fs;
use std::process::Command;

/// Two people, one of them away on the first day, and one of each wanted on both.
const INSTANCE: &str = "SECTION_HORIZON\n2\nSECTION_SHIFTS\nD,480,\nSECTION_STAFF\nA,D=2,960,0,2,1,1,1\nB,D=2,960,0,2,1,1,1\n\
    SECTION_DAYS_OFF\nA,0\nSECTION_SHIFT_ON_REQUESTS\nSECTION_SHIFT_OFF_REQUESTS\nB,1,D,4\nSECTION_COVER\n0,D,2,100,1\n1,D,1,100,1\n";

#[test]
fn an_instance_is_solved_proven_and_written_for_the_judge() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("small.txt"), INSTANCE).unwrap();
    let output = Command::new(program())
        .args(["bench", "nrp"])
        .arg(at("small.txt"))
        .args(["--time-limit", "5", "--threads", "1", "--out"])
        .arg(at("roster.csv"))
        .arg("--trace")
        .arg(at("trace.csv"))
        .env("PAIBAN_LOG", "error")
        .output()
        .unwrap();
    assert!(output.status.success());
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    // A is away on day 0: one person is missing there. On day 1 A works, as B would rather not.
    assert_eq!(said["objective"], json!(100));
    assert_eq!(said["bound"], json!(100));
    assert_eq!(said["proven"], json!(true));
    assert!(said["first_feasible_seconds"].is_number());
    assert_eq!(
        fs::read_to_string(at("roster.csv")).unwrap(),
        "staff,0,1\nA,,D\nB,D,\n"
    );
    let trace = fs::read_to_string(at("trace.csv")).unwrap();
    assert_eq!(trace.lines().next(), Some("seconds,objective,bound"));
    assert!(trace.lines().last().unwrap().ends_with(",100,100"));
}

#[test]
fn a_faulty_instance_is_refused_by_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bad.txt");
    fs::write(&file, INSTANCE.replace("A,D=2,960", "A,D=2,lots")).unwrap();
    let output = Command::new(program())
        .args(["bench", "nrp"])
        .arg(&file)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("line 6: most minutes is no fitting number: lots"),
        "{said}"
    );
}

/// One nurse, one week, wanted on Monday and Tuesday.
fn competition(folder: &std::path::Path, monday: &str) {
    let files = [
        (
            "Sc-tiny.txt",
            "SCENARIO = tiny\n\nWEEKS = 1\n\nSKILLS = 1\nNurse\n\nSHIFT_TYPES = 1\nEarly (2,5)\n\n\
             FORBIDDEN_SHIFT_TYPES_SUCCESSIONS\nEarly 0\n\nCONTRACTS = 1\nFull (0,7) (1,7) (1,7) 1 0\n\n\
             NURSES = 1\nAnn Full 1 Nurse\n"
                .to_owned(),
        ),
        (
            "H0-tiny-0.txt",
            "HISTORY\n0 tiny\n\nNURSE_HISTORY\nAnn 0 0 None 0 0 1\n".to_owned(),
        ),
        (
            "WD-tiny-0.txt",
            format!(
                "WEEK_DATA\ntiny\n\nREQUIREMENTS\nEarly Nurse {monday} (1,1) (0,0) (0,0) (0,0) (0,0) (0,0)\n\n\
                 SHIFT_OFF_REQUESTS = 0\n"
            ),
        ),
    ];
    for (name, text) in files {
        fs::write(folder.join(name), text).unwrap();
    }
}

fn inrc2(folder: &std::path::Path, mode: &[&str]) -> (Option<i32>, Value) {
    let output = Command::new(program())
        .args(["bench", "inrc2"])
        .arg(folder)
        .args(["--weeks", "0", "--time-limit", "4", "--threads", "1"])
        .args(mode)
        .arg("--out")
        .arg(folder.join("out"))
        .env("PAIBAN_LOG", "error")
        .output()
        .unwrap();
    let said = serde_json::from_slice(&output.stdout).unwrap();
    (output.status.code(), said)
}

#[test]
fn the_competition_is_played_whole_and_stage_by_stage() {
    let folder = tempfile::tempdir().unwrap();
    competition(folder.path(), "(1,1)");
    for mode in [&["--stages"][..], &[]] {
        let (status, said) = inrc2(folder.path(), mode);
        assert_eq!(status, Some(0), "{said}");
        assert_eq!(said["objective"], json!(0), "{said}");
        let solution = fs::read_to_string(folder.path().join("out/sol-week0.txt")).unwrap();
        assert!(solution.contains("Ann Mon Early Nurse"), "{solution}");
    }
}

#[test]
fn a_minimum_nobody_can_meet_is_an_error_with_figures() {
    let folder = tempfile::tempdir().unwrap();
    competition(folder.path(), "(2,2)");
    let (status, said) = inrc2(folder.path(), &[]);
    assert_eq!((status, &said["minimum_shortfalls"]), (Some(1), &json!(1)));
}
