//! Several months planned ahead (T4): each waits for the month before and begins from its draft.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use acceptance::{DESK, House, program};
use domain::ids::SolveId;
use paiban::app::{App, Options};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

const AHEAD: &str = "/desks/online-shop/rosters/2026-12/months-ahead";

fn front(folder: &Path) -> House {
    let house = House::front(folder, "2026-11-25 10:00");
    house.want_in_december(&[1; 24], &[2; 24]);
    house
}

async fn solver(house: &House, folder: &Path) -> App {
    let clock = house.clock.clone();
    App::open_node(folder, &folder.join("solver"), clock, Options::default())
        .await
        .unwrap()
}

fn asked(months: u8) -> Value {
    json!({"months": months, "solve": {"seed": 1, "work_limit": 300, "limit_seconds": 3}})
}

fn solves(reply: &Value) -> Vec<SolveId> {
    let planned = reply.as_array().unwrap().iter();
    planned
        .map(|month| SolveId(month["solve"].as_str().unwrap().parse().unwrap()))
        .collect()
}

/// Takes up what may begin, and waits for it.
fn solve_next(house: &House, node: &App) -> Vec<SolveId> {
    house.block_on(async {
        let begun = node.take_up_solves().await.unwrap();
        for solve in &begun {
            assert!(node.finish_solve(*solve).await.unwrap().state.has_ended());
        }
        begun
    })
}

fn rows(house: &House, months: u8) -> Vec<Value> {
    house.block_on(house.app.catch_up()).unwrap();
    let reply = house.to("L01").get(&format!("{AHEAD}?months={months}"));
    reply.expect(200).json.as_array().unwrap().clone()
}

/// How many days without a day off each person works up to the end of December's draft.
fn last_runs(house: &House) -> BTreeMap<String, usize> {
    let path = format!("/desks/{DESK}/rosters/2026-12");
    house.block_on(house.app.catch_up()).unwrap();
    let roster = house.to("L01").get(&path).expect(200).json;
    let lines = roster["lines"].as_array().unwrap().iter();
    lines
        .map(|line| {
            let works = |day: &u32| line["cells"][format!("2026-12-{day:02}")]["shift"].is_object();
            let run = (1..=31).rev().take_while(works).count();
            (line["staff"]["staff"].as_str().unwrap().to_owned(), run)
        })
        .collect()
}

fn problem(folder: &Path, month: &str) -> Value {
    let out = folder.join("problem.json");
    let status = Command::new(program())
        .args(["roster", "problem", "--desk", DESK, "--month", month])
        .arg("--data")
        .arg(folder)
        .arg("--out")
        .arg(&out)
        .env("PAIBAN_LOG", "error")
        .status()
        .unwrap();
    assert!(status.success());
    serde_json::from_str(&std::fs::read_to_string(out).unwrap()).unwrap()
}

#[test]
fn t4_each_month_ahead_waits_for_the_one_before_and_begins_from_its_draft() {
    let folder = tempfile::tempdir().unwrap();
    let house = front(folder.path());
    let lead = house.to("L01");
    let keyed = lead.with("idempotency-key", "0192f0c1-2a3b-7c4d-8e5f-00112233aa01");
    let planned = keyed.post(AHEAD, asked(3)).expect(202).json;
    let months: Vec<&Value> = planned
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["month"])
        .collect();
    assert_eq!(months, ["2026-12", "2027-01", "2027-02"]);
    let [december, january, february] = solves(&planned)[..] else {
        panic!("{planned}");
    };
    // January and February had no demand: December's was taken, day for day like it.
    let demand: Vec<Value> = rows(&house, 4)
        .iter()
        .map(|row| row["demand"].clone())
        .collect();
    assert_eq!(
        demand,
        [
            json!("test"),
            json!("2026-12"),
            json!("2026-12"),
            json!(null)
        ]
    );
    assert!(rows(&house, 3).iter().all(|row| row["state"] == "waiting"));

    let node = house.block_on(solver(&house, folder.path()));
    assert_eq!(solve_next(&house, &node), [december], "the others wait");
    let runs = last_runs(&house);
    assert_eq!(solve_next(&house, &node), [january]);
    // What January was made from: everybody goes on from December's last days, though it is not published.
    let problem = problem(folder.path(), "2027-01");
    let mut begun_in_a_run = 0;
    for person in problem["people"].as_array().unwrap() {
        let run = runs[person["id"].as_str().unwrap()];
        assert_eq!(
            person["history"]["consecutive_work_days"],
            json!(run),
            "{person}"
        );
        begun_in_a_run += usize::from(run > 0);
    }
    assert!(
        begun_in_a_run > 0,
        "nobody works on the last day of the year"
    );

    // Sent again under the same key, it is the same plan; under another, a month is being solved already.
    let again = keyed.post(AHEAD, asked(3)).expect(202).json;
    assert_eq!(solves(&again), [december, january, february]);
    let refused = lead
        .post(AHEAD, asked(3))
        .expect_problem(409, "solve-running");
    assert!(
        refused.detail().contains(&february.to_string()),
        "{}",
        refused.detail()
    );

    assert_eq!(solve_next(&house, &node), [february]);
    assert_eq!(solve_next(&house, &node), []);
    let ended = rows(&house, 4);
    for row in &ended[..3] {
        assert_eq!(
            (&row["state"], &row["roster"]),
            (&json!("recorded"), &json!("draft"))
        );
        assert!(
            row["objective"].is_i64() && row["under_minimum_minutes"].is_i64(),
            "{row}"
        );
    }
    assert_eq!(
        (&ended[3]["roster"], &ended[3]["solve"]),
        (&json!("absent"), &json!(null))
    );
}

#[test]
fn t4_a_published_month_is_built_on_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let house = front(folder.path());
    let lead = house.to("L01");
    let node = house.block_on(solver(&house, folder.path()));
    lead.post(AHEAD, asked(1)).expect(202);
    solve_next(&house, &node);
    house.block_on(house.app.catch_up()).unwrap();
    let publication = format!("/desks/{DESK}/rosters/2026-12/publication");
    lead.post(&publication, json!({"acknowledge_shortfalls": true}))
        .expect(204);
    lead.post(AHEAD, asked(1)).expect_problem(422, "invalid");
    let planned = lead.post(AHEAD, asked(2)).expect(202).json;
    assert_eq!(planned.as_array().unwrap().len(), 1);
    assert_eq!(planned[0]["month"], "2027-01");
    assert_eq!(solve_next(&house, &node), solves(&planned));
    assert_eq!(rows(&house, 1)[0]["roster"], "published");
}

#[test]
fn t4_months_ahead_are_asked_for_on_their_page_and_bad_wishes_refused() {
    let folder = tempfile::tempdir().unwrap();
    let house = front(folder.path());
    let page = "/roster/ahead?desk=online-shop&month=2026-12";
    assert!(
        house
            .page("L01", "/roster?desk=online-shop&month=2026-12")
            .contains("/roster/ahead")
    );
    let empty = house.page("L01", page);
    assert!(
        empty.contains("December 2026") && empty.contains("November 2027"),
        "{empty}"
    );
    let said = house.form(
        "L01",
        "/roster/ahead",
        &[("desk", DESK), ("month", "2026-12"), ("months", "3")],
    );
    assert!(said.contains("Planning has begun"), "{said}");
    assert_eq!(said.matches("Waits to be solved").count(), 1, "{said}");
    let waiting = said.matches("Waits for the month before").count();
    assert_eq!(waiting, 2, "{said}");
    // Nothing to go by, too many months, nobody's to ask.
    let lead = house.to("L01");
    for months in [0, 13] {
        lead.post(AHEAD, asked(months))
            .expect_problem(422, "invalid");
    }
    let earlier = "/desks/online-shop/rosters/2026-11/months-ahead";
    let refused = lead
        .post(earlier, asked(1))
        .expect_problem(409, "desk-not-ready");
    assert!(refused.detail().contains("demand"), "{}", refused.detail());
    house.to("1001").post(AHEAD, asked(1)).expect(403);
    house
        .to("1001")
        .get(&format!("{AHEAD}?months=1"))
        .expect(403);
}
