//! The solver on its own, through the program: files in, files and words out.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../../solver/tests/support/bad.rs"]
mod bad;

use acceptance::{DESK, House, program};
use bad::{Outcome, table};
use paiban::app::Options;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn run(folder: &Path, line: &str) -> Output {
    Command::new(program())
        .arg("roster")
        .args(line.split_whitespace())
        .env("PAIBAN_LOG", "error")
        .current_dir(folder)
        .output()
        .unwrap()
}

fn good(folder: &Path, line: &str) -> String {
    let output = run(folder, line);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{line}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

/// What it says when it fails.
fn bad(folder: &Path, line: &str) -> String {
    let output = run(folder, line);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{line}: {said}");
    said
}

/// The example problems in a folder of their own.
fn examples() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../solver/examples/problems");
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
    }
    folder
}

#[test]
fn a_desks_month_is_written_as_a_problem_with_everybodys_name() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let house = House::shop_node(&data, "2026-11-25 10:00", Options::default());
    house.want_in_december(&[1; 24], &[2; 24]);
    drop(house);
    let line = format!("problem --data data --desk {DESK} --month 2026-12 --out problem.json");
    good(folder.path(), &line);
    let text = fs::read_to_string(folder.path().join("problem.json")).unwrap();
    let problem: Value = serde_json::from_str(&text).unwrap();
    let names = problem["people"].as_array().unwrap().iter();
    let names: Vec<&str> = names.map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names.len(), 6);
    assert!(names.contains(&"安一"), "{names:?}");
    assert!(!sealing::is_sealed(text.as_bytes()));
    let line = "solve --problem problem.json --out plan.json --time-limit 2 --threads 1";
    good(folder.path(), line);
    let said = good(
        folder.path(),
        "explain --problem problem.json --roster plan.json",
    );
    assert!(names.iter().any(|name| said.contains(name)), "{said}");
}

#[test]
fn solved_judged_and_explained() {
    let folder = examples();
    let folder = folder.path();
    let line = "solve --problem friday-late.json --out plan.json --work 50 --threads 1 --seed 3";
    let said: Value = serde_json::from_str(&good(folder, line)).unwrap();
    assert_eq!(
        (&said["objective"], &said["status"]),
        (&json!(9600), &json!("optimal"))
    );
    let first = fs::read(folder.join("plan.json")).unwrap();
    // A guard in seconds that is never reached changes nothing.
    good(folder, &format!("{line} --time-limit 60"));
    let same = |bytes: &[u8]| {
        let mut plan: Value = serde_json::from_slice(bytes).unwrap();
        plan["report"]["seconds"] = json!(0);
        plan
    };
    let second = fs::read(folder.join("plan.json")).unwrap();
    assert_eq!(
        same(&first),
        same(&second),
        "the same seed and work is the same plan"
    );
    let said = good(
        folder,
        "check --problem friday-late.json --roster plan.json",
    );
    assert_eq!(said, "holds; objective 9600\n");

    let ask = "explain --problem friday-late.json --roster plan.json";
    let said = good(folder, ask);
    for word in [
        "总成本 9600,不可能低于 9600",
        "低于最低人数 9600",
        "安一2026-10-16年假(放开这一项即可补上)",
    ] {
        assert!(said.contains(word), "{word}: {said}");
    }
    let said = good(folder, &format!("{ask} --lang en"));
    assert!(
        said.contains("1 short (under the minimum)") && said.contains("freeing this repairs it")
    );
    let said: Value = serde_json::from_str(&good(folder, &format!("{ask} --json"))).unwrap();
    assert_eq!(said["conflicts"][0]["facts"].as_array().unwrap().len(), 3);

    let said = good(folder, &format!("{ask} --lang en --why a:2026-10-16:late"));
    assert!(
        said.contains("not allowed") && said.contains("annual leave"),
        "{said}"
    );
    let said = good(folder, &format!("{ask} --lang en --why 丁四:5:off"));
    assert!(
        said.contains("not allowed") && said.contains("locked to 早班"),
        "{said}"
    );
    let said = good(folder, &format!("{ask} --lang zh --why c:4:off"));
    assert!(said.contains("可以排,但总成本增加9600"), "{said}");
    for (asked, word) in [
        ("a", "PERSON:DAY"),
        ("a:9", "neither a date nor an index"),
        ("z:1", "unknown person"),
        ("a:1:noon", "unknown shift"),
    ] {
        let said = bad(folder, &format!("{ask} --why {asked}"));
        assert!(said.contains(word), "{said}");
    }

    let said = good(
        folder,
        &format!("{ask} --lang en --one-more phone --work 50"),
    );
    assert!(
        said.contains("person-minutes under the minimum: 480 → 0 (-480)"),
        "{said}"
    );
    assert!(said.contains("not necessarily best"), "{said}");
    let said = good(
        folder,
        &format!("{ask} --lang en --one-more-like a --work 50"),
    );
    assert!(said.contains("480 → 0"), "{said}");
    let said = good(folder, &format!("{ask} --lang en --one-fewer c --work 50"));
    assert!(
        said.contains("person-minutes under the minimum: 480 → 960 (+480)"),
        "{said}"
    );
    assert!(bad(folder, &format!("{ask} --one-more chess")).contains("unknown skill chess"));
}

#[test]
fn a_roster_made_by_hand_is_judged_costed_and_compared() {
    let folder = examples();
    let folder = folder.path();
    // The example breaks the rest before its locked Saturday.
    let said = bad(
        folder,
        "check --problem friday-late.json --roster friday-late.roster.json",
    );
    assert!(
        said.contains("Rest") && said.contains("丁四") && said.contains("2026-10-17"),
        "{said}"
    );
    let mut hand: Value =
        serde_json::from_slice(&fs::read(folder.join("friday-late.roster.json")).unwrap()).unwrap();
    hand["assignments"][3][4] = Value::Null;
    fs::write(folder.join("hand.json"), hand.to_string()).unwrap();
    let said = good(
        folder,
        "check --problem friday-late.json --roster hand.json",
    );
    assert_eq!(said, "holds; objective 9600\n");
    let said = good(
        folder,
        "explain --problem friday-late.json --roster hand.json --compare friday-late.roster.json --lang en",
    );
    assert!(said.contains("all costs: 9600 → 0 (-9600)"), "{said}");
    assert!(said.contains("丁四 on 2026-10-16: off → 晚班"), "{said}");
    assert!(said.contains("no longer short: "), "{said}");
    // Every broken rule is listed, one a line.
    let week = ["late", "early", "late", "early", "late", "early", "late"];
    hand["assignments"] = json!(vec![week; 4]);
    fs::write(folder.join("wild.json"), hand.to_string()).unwrap();
    let said = bad(
        folder,
        "check --problem friday-late.json --roster wild.json",
    );
    assert!(
        said.lines().count() > 10 && said.contains("Unavailable") && said.contains("Rest"),
        "{said}"
    );
    fs::write(
        folder.join("hand.json"),
        r#"{"assignments": [[]], "mood": 1}"#,
    )
    .unwrap();
    let said = bad(
        folder,
        "check --problem friday-late.json --roster hand.json",
    );
    assert!(said.contains("mood"), "{said}");
}

#[test]
fn the_schemas_are_printed_and_name_their_fields() {
    let folder = tempfile::tempdir().unwrap();
    for (what, field) in [
        ("problem", "people"),
        ("plan", "shortfalls"),
        ("roster", "assignments"),
    ] {
        let schema: Value =
            serde_json::from_str(&good(folder.path(), &format!("schema {what}"))).unwrap();
        assert_eq!(schema["type"], "object");
        assert_eq!(schema["additionalProperties"], false);
        assert!(
            schema["properties"][field]["description"].is_string(),
            "{what}"
        );
    }
}

#[test]
fn what_nobody_should_send() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let line = "solve --problem bad.json --out plan.json --work 100";
    for (name, text, outcome) in table() {
        fs::write(folder.join("bad.json"), text).unwrap();
        match outcome {
            Outcome::Unreadable(field) => {
                let said = bad(folder, line);
                assert!(
                    said.contains("bad.json: ") && said.contains(field),
                    "{name}: {said}"
                );
            }
            Outcome::Refused(field) => {
                let said = bad(folder, line);
                assert!(said.contains(&format!("{field}: ")), "{name}: {said}");
            }
            Outcome::Short(words) | Outcome::LetGo(words) => {
                good(folder, line);
                let plan = fs::read_to_string(folder.join("plan.json")).unwrap();
                assert!(plan.contains(words), "{name}: {plan}");
                good(folder, "check --problem bad.json --roster plan.json");
            }
            Outcome::Solved => {
                good(folder, line);
                good(folder, "check --problem bad.json --roster plan.json");
            }
        }
    }
    for limit in ["NaN", "inf", "-1", "0", "soon"] {
        let output = run(
            folder,
            &format!("solve --problem bad.json --out plan.json --time-limit={limit}"),
        );
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            !output.status.success() && said.contains("--time-limit"),
            "{said}"
        );
    }
    assert!(bad(folder, "solve --problem none.json --out plan.json").contains("none.json"));
}

/// However short the time, a plan comes, and it says what stopped it.
#[test]
fn the_time_limit_stops_with_a_plan() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let problem = solver::desk_instance::DeskSpec::month(18, 1).generate();
    fs::write(folder.join("p.json"), serde_json::to_vec(&problem).unwrap()).unwrap();
    let line = "solve --problem p.json --out plan.json --time-limit 0.3";
    let said: Value = serde_json::from_str(&good(folder, line)).unwrap();
    println!("asked for 0.3 s, took {} s", said["seconds"]);
    assert_eq!(said["status"], "time_limit");
    good(folder, "check --problem p.json --roster plan.json");
}
