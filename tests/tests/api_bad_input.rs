//! Bad input names field, line and rule, and loses nothing else.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use acceptance::{DESK, House};
use domain::policy::document::ONLINE_SHOP;
use serde_json::{Value, json};

const STAFF_CSV: &str = "工号,姓名,desk,position,roles,skills,employment,week_minutes,month_wage_fen,from\n\
    3001,甲,online-shop,客服,staff,presale,full_time,2400,600000,2026-12-01\n\
    3002,乙,online-shop,客服,staff,knitting,full_time,2400,600000,2026-12-01\n\
    3003,丙,online-shop,客服,boss,presale,full_time,2400,600000,2026-12-01\n\
    3004,丁,online-shop\n\
    3001,甲二,online-shop,客服,staff,presale,full_time,2400,600000,2026-12-01\n\
    1001,安一,online-shop,客服,staff,presale,full_time,2400,600000,2026-12-01\n\
    3005,戊,online-shop,客服,staff,presale,full_time,2400,600000,2026-12-01\n";

#[test]
fn good_rows_of_a_staff_list_are_listed_and_can_go_in() {
    let house = House::shop("2026-11-25 10:00");
    let hr = house.to("H01");
    let import = |query: &str, key: &str| {
        let client = hr.with("idempotency-key", key);
        client
            .send(
                "POST",
                &format!("/imports/staff{query}"),
                Some("text/csv"),
                STAFF_CSV.as_bytes(),
            )
            .expect(200)
            .json
    };
    let looked = import("", "look");
    let subjects: Vec<&str> = looked["good"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["subject"].as_str().unwrap())
        .collect();
    assert_eq!(subjects, ["3001", "3005"]);
    let faults: Vec<(i64, &str)> = looked["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| {
            (
                error["line"].as_i64().unwrap(),
                error["field"].as_str().unwrap(),
            )
        })
        .collect();
    let expected = [
        (4, "roles"),
        (5, "row"),
        (3, "skills.knitting"),
        (6, "staff"),
        (7, "row"),
    ];
    assert_eq!(faults, expected, "{:#}", looked["errors"]);
    assert_eq!(looked["committed"], false);
    assert_eq!(
        import("?commit=all", "all")["committed"],
        false,
        "not while any row is bad"
    );
    assert_eq!(hr.get("/staff/3001").status, 404);

    assert_eq!(import("?commit=good", "good")["committed"], true);
    assert_eq!(hr.get("/staff/3001").expect(200).json["name"], "甲");
    assert_eq!(hr.get("/staff/3002").status, 404);
    // The same sending again is the same answer, not a list of people already hired.
    let again = import("?commit=good", "good");
    assert_eq!(again["good"].as_array().unwrap().len(), 2, "{again:#}");
    // In the reader's language.
    let chinese = hr.with("accept-language", "zh");
    let chinese = chinese
        .send(
            "POST",
            "/imports/staff",
            Some("text/csv"),
            STAFF_CSV.as_bytes(),
        )
        .expect(200)
        .json;
    assert!(
        chinese["errors"].to_string().contains("未知的角色"),
        "{chinese:#}"
    );
    hr.with("accept-language", "en")
        .send("POST", "/imports/staff", Some("text/csv"), &[0xff, 0xfe])
        .expect_problem(422, "invalid");
}

#[test]
fn good_rows_of_a_demand_list_can_go_in() {
    let house = House::shop("2026-11-25 10:00");
    let csv = "date,start,skill,minimum,target\n\
        2026-12-01,09:00,presale,1,2\n\
        2026-12-01,09:10,presale,1,2\n\
        2026-12-01,10:00,presale,3,2\n\
        2027-01-01,09:00,presale,1,2\n\
        2026-12-01,10:30,presale,2,3\n\
        2026-12-01,25:00,presale,1,1\n\
        2026-12-01,11:00,knitting,1,1\n";
    let lead = house.to("L01");
    let path = format!("/desks/{DESK}/demand/2026-12/imports?commit=good");
    let answer = lead
        .with("accept-language", "en")
        .send("POST", &path, Some("text/csv"), csv.as_bytes())
        .expect(200)
        .json;
    let mut lines: Vec<i64> = answer["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["line"].as_i64().unwrap())
        .collect();
    lines.sort_unstable();
    assert_eq!(lines, [3, 4, 5, 7, 8], "{answer:#}");
    let demand = lead
        .get(&format!("/desks/{DESK}/demand/2026-12"))
        .expect(200)
        .json;
    assert_eq!(demand["days"][0]["minimum"], json!([1, 0, 0, 2]));
    assert_eq!(demand["days"][0]["target"], json!([2, 0, 0, 3]));
}

#[test]
fn a_policy_with_a_fault_names_its_line_and_rule() {
    let house = House::shop("2026-11-25 10:00");
    let hr = house.to("H01");
    let check = |document: String| hr.post("/policy-checks", json!({"document": document}));
    let line_of = |text: &str, part: &str| {
        text.lines().position(|line| line.contains(part)).unwrap() as i64 + 1
    };
    check(ONLINE_SHOP.to_owned()).expect(200);

    let unknown = ONLINE_SHOP.replace("month_max = 5", "month_maximum = 5");
    let refused = check(unknown.clone()).expect_problem(422, "invalid");
    let errors = refused.json["errors"].as_array().unwrap();
    assert!(
        errors
            .iter()
            .any(|error| error["line"] == line_of(&unknown, "month_maximum")),
        "{:#}",
        refused.json
    );

    let negative = ONLINE_SHOP.replace("T12 = 3000", "T12 = -3000");
    let refused = check(negative.clone()).expect_problem(422, "invalid");
    assert_eq!(
        refused.json["errors"][0]["line"],
        line_of(&negative, "T12 = -3000")
    );
    assert_eq!(refused.json["errors"][0]["rule"], "T12");

    let versions = ONLINE_SHOP.find("[[version]]").unwrap();
    let twice = format!(
        "{ONLINE_SHOP}\n{}",
        ONLINE_SHOP[versions..].replace("2026-1\"", "2026-2\"")
    );
    check(twice.clone()).expect_problem(422, "invalid");
    // And none of it can be adopted.
    for document in [unknown, negative, twice] {
        hr.put(
            &format!("/desks/{DESK}/policy"),
            json!({"document": document}),
        )
        .expect_problem(422, "invalid");
    }
}

#[test]
fn templates_and_cells_that_break_a_rule_are_named() {
    let house = House::shop("2026-11-25 10:00");
    let lead = house.to("L01");
    let templates = json!({"effective_from": "2026-12-01", "templates": [{
        "code": "C", "name": "两段", "colour": "#123456", "night": false, "duty": false, "meals": [],
        "segments": [{"start": 540, "end": 780}, {"start": 720, "end": 1020}]
    }]});
    let refused = lead
        .put(&format!("/desks/{DESK}/shift-templates"), templates)
        .expect_problem(422, "field-invalid");
    assert_eq!(
        refused.json["errors"][0]["field"],
        "templates[0].segments[1].start"
    );

    house.publish(&[("1001", 1, "B"), ("1002", 1, "A")]);
    let amend = |cells: Value| {
        lead.post(
            &format!("/desks/{DESK}/rosters/2026-12/amendments"),
            json!({"cells": cells, "reason": "x"}),
        )
    };
    // B ends at 21:00, A begins at 09:00: 12 hours are enough; but seven days in a row are not.
    let week: Vec<Value> = (2..=8)
        .map(|day| json!({"staff": "1001", "date": format!("2026-12-{day:02}"), "shift": "A"}))
        .collect();
    let refused = amend(json!(week)).expect_problem(422, "roster-rules-broken");
    assert!(
        refused.detail().contains("1001") && refused.detail().contains("in a row"),
        "{}",
        refused.detail()
    );
    let refused = amend(json!([{"staff": "1001", "date": "2026-12-02", "shift": "Q"}]))
        .expect_problem(422, "invalid");
    assert_eq!(refused.json["errors"][0]["field"], "cells[0].shift");
    amend(json!([{"staff": "9999", "date": "2026-12-02", "shift": "A"}]))
        .expect_problem(422, "roster-rules-broken");
    // Nothing of it came into force.
    let revisions = lead
        .get(&format!("/desks/{DESK}/rosters/2026-12/revisions"))
        .expect(200)
        .json;
    assert_eq!(revisions.as_array().unwrap().len(), 1);
}
