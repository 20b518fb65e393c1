//! A month through the API: closing it, exporting it twice alike, and what comes late.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use acceptance::{DESK, House};
use serde_json::json;

#[test]
fn a_closed_month_is_sealed_exported_alike_and_only_adjusted() {
    let house = House::shop("2026-11-25 10:00");
    house.publish(&[("1001", 1, "A"), ("1002", 1, "A")]);
    house.work("1001", "2026-12-01 09:00", "2026-12-01 17:00");
    house.punch("1002", "in", "2026-12-01 09:00");
    house.set("2026-12-31 10:00");
    let (hr, lead, gm) = (house.to("H01"), house.to("L01"), house.to("G01"));
    let closing = format!("/desks/{DESK}/periods/2026-12/closing");
    hr.post(&closing, json!({}))
        .expect_problem(409, "days-not-closed");
    house.pass_until("2027-01-05 10:00");
    // A penalty nobody has decided stands open; it is named.
    let open = hr
        .post(&closing, json!({}))
        .expect_problem(409, "period-has-open-items");
    assert!(open.detail().contains("1002"), "{}", open.detail());
    let penalty = house.penalty_id("1002", "T8");
    lead.post(&format!("/sanctions/{penalty}/verification"), json!({}))
        .expect(204);
    hr.post(&format!("/sanctions/{penalty}/balance"), json!({}))
        .expect(204);
    gm.post(&format!("/sanctions/{penalty}/approval"), json!({}))
        .expect(204);
    lead.post(&closing, json!({})).expect(403);
    for staff in ["1001", "1002"] {
        let sheet = house
            .to(staff)
            .get(&format!("/staff/{staff}/sheets/2026-12"));
        let digest = sheet.expect(200).json["digest"].clone();
        house
            .to(staff)
            .post(
                &format!("/staff/{staff}/sheets/2026-12/confirmation"),
                json!({"digest": digest}),
            )
            .expect(204);
    }
    hr.post(&closing, json!({})).expect(204);
    hr.post(&closing, json!({}))
        .expect_problem(409, "month-closed");
    let status = hr
        .get(&format!("/desks/{DESK}/periods/2026-12"))
        .expect(200)
        .json;
    assert_eq!(status["closed"]["by"], "H01");
    assert_eq!(status["closed"]["seal"].as_str().unwrap().len(), 64);

    let file = |name: &str| {
        hr.get(&format!("/desks/{DESK}/exports/2026-12/{name}"))
            .expect(200)
    };
    let first: Vec<Vec<u8>> = ["attendance.xlsx", "attendance.csv"]
        .map(|name| file(name).body)
        .into();
    assert!(
        file("attendance.csv")
            .header("content-disposition")
            .unwrap()
            .contains("attendance-online-shop-2026-12.csv")
    );
    // The roster is locked, the books are shut, and later facts leave the files as they were.
    let change =
        json!({"cells": [{"staff": "1001", "date": "2026-12-30", "shift": "A"}], "reason": "x"});
    lead.post(&format!("/desks/{DESK}/rosters/2026-12/amendments"), change)
        .expect_problem(409, "roster-status");
    let reward = json!({"staff": "1001", "work_date": "2026-12-01", "amount_fen": 5000, "reason": "迟来的表扬"});
    let late = lead.post("/rewards", reward).expect(201).id();
    house.set("2027-01-20 10:00");
    let again: Vec<Vec<u8>> = ["attendance.xlsx", "attendance.csv"]
        .map(|name| file(name).body)
        .into();
    assert_eq!(first, again);

    // A difference is signed into a later month: of the amount that the late reward comes to.
    lead.post(&format!("/sanctions/{late}/verification"), json!({}))
        .expect(204);
    hr.post(&format!("/sanctions/{late}/balance"), json!({}))
        .expect(204);
    gm.post(&format!("/sanctions/{late}/approval"), json!({}))
        .expect(204);
    let adjust =
        json!({"staff": "1001", "source_month": "2026-12", "amount_fen": 5000, "reason": "补发"});
    let adjustments = format!("/desks/{DESK}/periods/2027-01/adjustments");
    lead.post(&adjustments, adjust.clone()).expect(403);
    hr.post(&adjustments, adjust.clone()).expect(204);
    hr.post(
        &format!("/desks/{DESK}/periods/2026-12/adjustments"),
        adjust,
    )
    .expect_problem(422, "field-invalid");
    let rows = hr.get(&adjustments).expect(200).json;
    assert_eq!(
        (rows[0]["staff"].as_str(), rows[0]["amount"].as_i64()),
        (Some("1001"), Some(5000))
    );
}

#[test]
fn the_board_shows_any_moment_and_the_exceptions_what_was_out_of_order() {
    let house = House::shop("2026-11-25 10:00");
    house.publish(&[("1001", 1, "A"), ("1002", 1, "A")]);
    house.punch("1001", "in", "2026-12-01 09:07");
    house.punch("1001", "meal_start", "2026-12-01 11:00");
    house.punch("1001", "meal_end", "2026-12-01 11:30");
    house.punch("1001", "out", "2026-12-01 17:00");
    house.pass_until("2026-12-02 08:00");
    let post = |moment: &str, staff: &str| {
        let at = acceptance::at(moment).to_rfc3339().replace('+', "%2B");
        let board = house
            .to("L01")
            .get(&format!("/desks/{DESK}/board?at={at}"))
            .expect(200)
            .json;
        let people = board["people"].as_array().unwrap().clone();
        let text = people
            .iter()
            .find(|person| person.to_string().contains(&format!("\"{staff}\"")))
            .cloned();
        text.unwrap_or_default().to_string()
    };
    assert!(
        post("2026-12-01 09:05", "1001").contains("missing"),
        "{}",
        post("2026-12-01 09:05", "1001")
    );
    assert!(post("2026-12-01 10:00", "1001").contains("on_post"));
    assert!(post("2026-12-01 11:10", "1001").contains("at_meal"));
    assert!(post("2026-12-01 10:00", "1002").contains("missing"));
    let list = house
        .to("L01")
        .get(&format!(
            "/desks/{DESK}/exceptions?first=2026-12-01&last=2026-12-01"
        ))
        .expect(200)
        .json;
    let kinds: Vec<(&str, &str)> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            (
                row["staff"].as_str().unwrap(),
                row["kind"].as_str().unwrap(),
            )
        })
        .collect();
    assert!(kinds.contains(&("1001", "late")), "{kinds:?}");
    assert!(kinds.iter().any(|(staff, _)| *staff == "1002"), "{kinds:?}");
}

#[test]
fn a_view_waits_for_the_position_it_is_asked_to_show() {
    let house = House::shop("2026-11-25 10:00");
    let ann = house.to("1001");
    for _ in 0..20 {
        let done = ann.post("/punches", json!({"kind": "in"})).expect(201);
        let position = done
            .header("paiban-position")
            .expect("a position")
            .to_owned();
        let seen = ann
            .with("paiban-position", &position)
            .get("/staff/1001/punches?from=2026-11-24T00:00:00Z&until=2026-11-26T00:00:00Z");
        let seen = seen.expect(200);
        assert!(seen.json.to_string().contains(&done.id()), "{}", seen.json);
        house.clock.advance(chrono::Duration::minutes(2));
    }
    ann.with("paiban-position", "nonsense")
        .get("/session")
        .expect_problem(422, "invalid");
    // A page as well.
    ann.with("paiban-position", "nonsense")
        .get("root:/my/requests")
        .expect(422);
    ann.post("/overtime-requests", json!({"work_date": "2026-12-01", "minutes": 120, "compensation": "time_off", "reason": "双十二"}))
        .expect(201);
    assert!(house.page("1001", "/my/requests").contains("双十二"));
}

#[test]
fn a_solve_shows_its_progress_and_stops_when_asked_with_the_best_plan_it_has() {
    let house = House::shop("2026-11-25 10:00");
    let lead = house.to("L01");
    house.want_in_december(&[1; 24], &[2; 24]);
    let roster = format!("/desks/{DESK}/rosters/2026-12");
    // Nothing to solve before somebody begins to plan.
    lead.post(&format!("{roster}/solves"), json!({}))
        .expect_problem(409, "roster-status");
    lead.put_empty(&roster).expect(204);
    let asked = json!({"seed": 1, "work_limit": 100_000_000, "limit_seconds": 600});
    let solve = lead
        .post(&format!("{roster}/solves"), asked)
        .expect(202)
        .id();
    lead.post(&format!("{roster}/solves"), json!({}))
        .expect_problem(409, "solve-running");
    let path = format!("/solves/{solve}");
    let progress = lead.get(&path).expect(200).json["progress"].clone();
    assert!(
        ["waiting", "running"].contains(&progress["state"].as_str().unwrap()),
        "{progress}"
    );
    house.to("1001").delete(&path).expect(403);
    lead.delete(&path).expect(204);
    let id = domain::ids::SolveId(solve.parse().unwrap());
    house.block_on(house.app.finish_solve(id)).unwrap();
    house.block_on(house.app.catch_up()).unwrap();
    let ended = lead.get(&path).expect(200).json;
    assert_eq!(
        (&ended["progress"]["cancelled"], &ended["record"]["status"]),
        (&json!(true), &json!("done")),
        "{ended:#}"
    );
    assert_eq!(ended["record"]["report"]["proven_optimal"], false);
}
