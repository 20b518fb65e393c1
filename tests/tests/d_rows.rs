//! One test per row of the decoration company's call centre (D3–D7), driven through the HTTP API, with the amounts and
//! words a person would see.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use acceptance::{DESK, House, at};
use domain::policy::document::CALL_CENTRE;
use serde_json::{Value, json};

/// The desk of the tests on the call centre's rules.
fn call_centre(local: &str) -> House {
    let house = House::shop("2026-11-25 10:00");
    house
        .to("H01")
        .put(
            &format!("/desks/{DESK}/policy"),
            json!({"document": CALL_CENTRE}),
        )
        .expect(204);
    house.set(local);
    house
}

fn breaches() -> String {
    format!("/desks/{DESK}/breaches")
}

fn breach(rule: &str, staff: &str, date: &str) -> Value {
    json!({"rule": rule, "staff": staff, "work_date": date, "subject": "串岗闲聊"})
}

/// Takes a sanction through the chain to payroll.
fn approve(house: &House, id: &str) {
    for (staff, step) in [
        ("L01", "verification"),
        ("H01", "balance"),
        ("G01", "approval"),
    ] {
        house
            .to(staff)
            .post(&format!("/sanctions/{id}/{step}"), json!({"note": "属实"}))
            .expect(204);
    }
}

/// Ids of somebody's December penalties by a rule.
fn ids(house: &House, staff: &str, rule: &str) -> Vec<String> {
    let path = format!("/staff/{staff}/sanctions?month=2026-12");
    let rows = house.to(staff).get(&path).expect(200).json;
    let rows = rows.as_array().unwrap().iter();
    rows.filter(|row| row["rule"] == rule)
        .map(|row| row["sanction"].as_str().unwrap().to_owned())
        .collect()
}

fn notices(house: &House) -> Vec<Value> {
    let path = format!("/desks/{DESK}/notices");
    let rows = house.to("H01").get(&path).expect(200).json;
    rows.as_array().unwrap().clone()
}

#[test]
fn d1_meals_are_moved_to_where_calls_allow_and_watched_live() {
    let house = House::shop("2026-11-25 10:00");
    house.publish(&[("1001", 1, "A"), ("1002", 1, "A")]);
    house.set("2026-12-01 08:50");
    for staff in ["1001", "1002"] {
        house.punch(staff, "in", "2026-12-01 08:50");
    }
    let planned = |staff: &str| {
        let path = format!("/staff/{staff}/days/2026-12-01");
        house.to(staff).get(&path).expect(200).json["shift"]["meals"].clone()
    };
    assert_eq!(planned("1001"), planned("1002"), "both would eat at once");
    // The lead staggers them as the calls come in; staff sees it at once, and nobody else may.
    let change = json!({
        "staff": "1002", "date": "2026-12-01", "meals": [{"start": 705, "minutes": 35}], "reason": "话务高峰"
    });
    let path = format!("/desks/{DESK}/shift-retimings");
    house.to("1002").post(&path, change.clone()).expect(403);
    house.to("L01").post(&path, change).expect(204);
    assert_eq!(planned("1002"), json!([{"start": 705, "minutes": 35}]));
    let shown = house.page("L01", &format!("/intraday?desk={DESK}&date=2026-12-01"));
    assert!(shown.contains("11:45–12:20"), "{shown}");

    // Watched live: at meal, back, and too long.
    house.punch("1001", "meal_start", "2026-12-01 11:00");
    let board = |local: &str| {
        house.set(local);
        let board = house.to("L01").get(&format!("/desks/{DESK}/board"));
        board.expect(200).json["counts"].clone()
    };
    assert_eq!(
        board("2026-12-01 11:20"),
        json!({"on_post": 1, "at_meal": 1})
    );
    house.punch("1001", "meal_end", "2026-12-01 11:50");
    assert_eq!(board("2026-12-01 11:51"), json!({"on_post": 2}));
    let path = format!("/desks/{DESK}/exceptions?first=2026-12-01&last=2026-12-01");
    let listed = house.to("L01").get(&path).expect(200).json;
    let listed = listed.as_array().unwrap().iter();
    let over: Vec<&Value> = listed.filter(|row| row["staff"] == "1001").collect();
    assert!(
        over.iter().any(|row| row["kind"] == "meal_over"),
        "{over:?}"
    );
}

#[test]
fn d3_off_post_on_a_spot_check_while_on_duty_becomes_a_breach() {
    let house = call_centre("2026-11-25 10:00");
    house.publish(&[("1001", 1, "A"), ("1002", 1, "B")]);
    house.punch("1001", "in", "2026-12-01 08:50");
    let lead = house.to("L01");
    let check = |staff: &str, on_post: bool, local: &str| {
        house.set(local);
        let seen = json!({"staff": staff, "on_post": on_post, "note": "巡视"});
        lead.post(&format!("/desks/{DESK}/spot-checks"), seen)
            .expect(204);
        at(local).to_rfc3339()
    };
    let off_post = check("1001", false, "2026-12-01 10:00");
    let on_post = check("1001", true, "2026-12-01 10:10");
    let not_yet = check("1002", false, "2026-12-01 10:20");

    let record = |staff: &str, spot: Option<&str>| {
        let mut body = breach("D3", staff, "2026-12-01");
        body["spot_check_at"] = json!(spot);
        lead.post(&breaches(), body)
    };
    record("1001", None).expect_problem(422, "breach-wants-spot-check");
    record("1001", Some(&on_post)).expect_problem(422, "breach-evidence-unknown");
    // 1002's shift begins at 13:00: not on duty at 10:20.
    let refused = record("1002", Some(&not_yet)).expect_problem(422, "breach-not-on-duty");
    assert_eq!(refused.json["rule"], "D3");
    let body = breach("D6", "1001", "2026-12-01");
    house.to("1002").post(&breaches(), body.clone()).expect(403);
    house.to("H01").post(&breaches(), body).expect(403);
    record("1001", Some(&off_post)).expect(201);
    // What the policy does not list is not recorded by hand.
    lead.post(&breaches(), breach("T12", "1001", "2026-12-01"))
        .expect_problem(422, "breach-not-recordable");

    house.punch("1001", "out", "2026-12-01 17:00");
    house.pass_until("2026-12-06 08:00");
    let found = house.penalties("1001");
    assert_eq!(found, [("D3".to_owned(), 5000, "2026-12-01".to_owned())]);
    let id = house.penalty_id("1001", "D3");
    let evidence = house
        .to("1001")
        .get(&format!("/sanctions/{id}/evidence"))
        .expect(200)
        .json
        .to_string();
    assert!(
        evidence.contains("spot_checked") && evidence.contains("breach_recorded"),
        "{evidence}"
    );
}

#[test]
fn d4_pre_and_post_shift_briefings_are_called_and_attended() {
    let house = call_centre("2026-11-25 10:00");
    house.publish(&[("1001", 1, "A"), ("1002", 1, "A"), ("1003", 1, "B")]);
    house.pass_until("2026-11-30 08:00");
    let path = format!("/desks/{DESK}/meetings?first=2026-12-01&last=2026-12-01");
    let rows = house.to("1001").get(&path).expect(200).json;
    let rows: Vec<(&str, &str, i64)> = rows
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            let text = |field: &str| row[field].as_str().unwrap();
            (text("title"), text("kind"), row["start"].as_i64().unwrap())
        })
        .collect();
    assert_eq!(
        rows,
        [("班前会", "briefing", 530), ("班后会", "briefing", 1020)]
    );
    let list = house.to("1001").get(&path).expect(200).json;
    let briefing = list[0]["meeting"].as_str().unwrap().to_owned();

    house.punch("1001", "in", "2026-12-01 08:45");
    house.punch("1002", "in", "2026-12-01 08:50");
    house
        .to("L01")
        .post(
            &format!("/meetings/{briefing}/attendance"),
            json!({"present": ["1001"]}),
        )
        .expect(204);
    house.punch("1001", "out", "2026-12-01 17:00");
    house.punch("1002", "out", "2026-12-01 17:00");
    house.pass_until("2026-12-06 08:00");
    // Whoever has the shift is expected, nobody else; a briefing missed is recorded, the document names no amount.
    assert_eq!(house.penalties("1001"), []);
    assert_eq!(
        house.penalties("1002"),
        [("D4".to_owned(), 0, "2026-12-01".to_owned())]
    );
    assert!(ids(&house, "1003", "D4").is_empty());
}

#[test]
fn d5_ten_minutes_before_the_shift_are_policy() {
    let house = call_centre("2026-11-25 10:00");
    house.publish(&[("1001", 1, "A"), ("1001", 2, "A"), ("1001", 3, "A")]);
    house.work("1001", "2026-12-01 08:50:59", "2026-12-01 17:00");
    house.work("1001", "2026-12-02 08:56", "2026-12-02 17:00");
    house.work("1001", "2026-12-03 09:05", "2026-12-03 17:00");
    house.pass_until("2026-12-08 08:00");
    let missed = |date: &str| house.day("1001", date)["lead_missed_minutes"].clone();
    assert_eq!(missed("2026-12-01"), 0);
    assert_eq!(missed("2026-12-02"), 6);
    let mut found = house.penalties("1001");
    found.sort_by(|a, b| a.2.cmp(&b.2));
    // Too late for the lead, and on the 3rd for the shift itself: one recorded breach each.
    let row = |date: &str| ("D5".to_owned(), 0, date.to_owned());
    assert_eq!(found, [row("2026-12-02"), row("2026-12-03")]);
    assert_eq!(house.day("1001", "2026-12-02")["late_minutes"], 0);
    assert_eq!(house.day("1001", "2026-12-03")["late_minutes"], 5);
}

#[test]
fn d6_fifty_yuan_each_and_five_confirmed_tell_the_administration_once() {
    let house = call_centre("2026-12-01 10:00");
    house.publish(&[("1001", 1, "")]);
    let lead = house.to("L01");
    let mut recorded = Vec::new();
    for day in 1..=6 {
        let date = format!("2026-12-{day:02}");
        house.set(&format!("{date} 12:00"));
        let id = lead
            .post(&breaches(), breach("D6", "1001", &date))
            .expect(201)
            .id();
        recorded.push(id);
    }
    house.pass_until("2026-12-10 08:00");
    let row = |day: u32| ("D6".to_owned(), 5000, format!("2026-12-{day:02}"));
    let mut found = house.penalties("1001");
    found.sort_by(|a, b| a.2.cmp(&b.2));
    assert_eq!(found, (1..=6).map(row).collect::<Vec<_>>());

    let on = |date: &str| -> String {
        let path = "/staff/1001/sanctions?month=2026-12";
        let rows = house.to("1001").get(path).expect(200).json;
        let rows = rows.as_array().unwrap().iter();
        let mut of_day = rows.filter(|row| row["work_date"] == date);
        of_day.next().unwrap()["sanction"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    for day in 1..=4 {
        approve(&house, &on(&format!("2026-12-{day:02}")));
    }
    assert_eq!(notices(&house), Vec::<Value>::new());
    approve(&house, &on("2026-12-05"));
    let raised = notices(&house);
    assert_eq!(raised.len(), 1, "{raised:#?}");
    assert_eq!(
        (raised[0]["count"].as_i64(), raised[0]["staff"].as_str()),
        (Some(5), Some("1001"))
    );
    approve(&house, &on("2026-12-06"));
    let again = notices(&house);
    assert_eq!(
        (again.len(), &again[0]["id"]),
        (1, &raised[0]["id"]),
        "once only"
    );

    let path = format!(
        "/notices/{}/acknowledgement",
        raised[0]["id"].as_str().unwrap()
    );
    lead.post(&path, json!({"note": "x"})).expect(403);
    house
        .to("H01")
        .post(&path, json!({"note": "约谈"}))
        .expect(204);
    house
        .to("H01")
        .post(&path, json!({"note": "再次"}))
        .expect_problem(409, "notice-acknowledged");
    assert_eq!(notices(&house)[0]["noted"]["note"], "约谈");

    // Two breaches turn out to be none: too few are left, the penalties go, and so does the notice.
    for breach in &recorded[..2] {
        lead.post(
            &format!("/breaches/{breach}/retraction"),
            json!({"reason": "认错人"}),
        )
        .expect(204);
    }
    assert_eq!(notices(&house), Vec::<Value>::new());
    let path = "/staff/1001/sanctions?month=2026-12";
    let rows = house.to("1001").get(path).expect(200).json;
    let rows = rows.as_array().unwrap();
    let withdrawn = rows.iter().filter(|row| row["status"] == "withdrawn");
    assert_eq!(
        withdrawn.count(),
        2,
        "decided, and now without effect: {rows:#?}"
    );
}

#[test]
fn d7_a_hundred_to_three_hundred_by_severity_with_the_reason_kept() {
    let house = call_centre("2026-12-01 10:00");
    house.publish(&[("1001", 2, "A")]);
    let complaint = json!({
        "about": {"about": "discourtesy"}, "staff": "1001", "complainant": "customer", "text": "投诉到总经理处",
        "happened_at": at("2026-12-01 09:30").to_rfc3339()
    });
    let lead = house.to("L01");
    let complaint = lead
        .post(&format!("/desks/{DESK}/complaints"), complaint)
        .expect(201)
        .id();
    let mut body = breach("D7", "1001", "2026-12-01");
    body["complaint"] = json!(complaint);
    lead.post(&breaches(), body).expect(201);
    house.pass_until("2026-12-02 08:00");
    let id = house.penalty_id("1001", "D7");
    let path = format!("/sanctions/{id}/verification");
    let row = house
        .to("1001")
        .get(&format!("/sanctions/{id}"))
        .expect(200)
        .json;
    assert_eq!(row["range"], json!({"low": 10_000, "high": 30_000}));

    let step = |fen: i64| json!({"amount_fen": fen, "severity": "serious", "note": "多次劝阻无效"});
    for fen in [5_000, 30_001] {
        let refused = lead
            .post(&path, step(fen))
            .expect_problem(422, "sanction-out-of-range");
        assert_eq!(refused.json["rule"], "D7");
        for word in ["100", "300"] {
            assert!(refused.detail().contains(word), "{}", refused.detail());
        }
    }
    lead.post(&path, json!({"amount_fen": 20_000}))
        .expect_problem(422, "severity-missing");
    // Nobody decides on a matter of their own.
    house.to("1001").post(&path, step(20_000)).expect(403);
    lead.post(&path, step(20_000)).expect(204);
    let row = house
        .to("1001")
        .get(&format!("/sanctions/{id}"))
        .expect(200)
        .json;
    assert_eq!(row["steps"][0]["severity"], "serious");
    assert_eq!(row["steps"][0]["note"], "多次劝阻无效");
    assert_eq!(row["amount"], 20_000);
    // HR may weigh it within the range, not below.
    let hr = house.to("H01");
    hr.post(
        &format!("/sanctions/{id}/balance"),
        json!({"amount_fen": 1_000}),
    )
    .expect_problem(422, "sanction-out-of-range");
    hr.post(
        &format!("/sanctions/{id}/balance"),
        json!({"amount_fen": 15_000}),
    )
    .expect(204);
    house
        .to("G01")
        .post(&format!("/sanctions/{id}/approval"), json!({}))
        .expect(204);
    let row = house
        .to("1001")
        .get(&format!("/sanctions/{id}"))
        .expect(200)
        .json;
    assert_eq!(
        (row["amount"].as_i64(), row["reaches_payroll"].as_bool()),
        (Some(15_000), Some(true))
    );
    // An appeal within the policy's seven days, and none after.
    house.set("2026-12-10 08:00");
    let late = house.to("1001").post(
        &format!("/sanctions/{id}/appeal"),
        json!({"reason": "事实有出入"}),
    );
    late.expect_problem(409, "appeal-too-late");
    house.set("2026-12-09 08:00");
    house
        .to("1001")
        .post(
            &format!("/sanctions/{id}/appeal"),
            json!({"reason": "事实有出入"}),
        )
        .expect(204);
}

#[test]
fn d6_a_breach_taken_back_after_closing_becomes_a_signed_adjustment() {
    let house = call_centre("2026-12-01 10:00");
    house.publish(&[("1001", 1, "")]);
    let lead = house.to("L01");
    let recorded = lead
        .post(&breaches(), breach("D6", "1001", "2026-12-01"))
        .expect(201)
        .id();
    house.pass_until("2027-01-06 08:00");
    approve(&house, &house.penalty_id("1001", "D6"));
    let hr = house.to("H01");
    hr.post(
        &format!("/desks/{DESK}/periods/2026-12/closing"),
        json!({"acknowledge_open": true}),
    )
    .expect(204);
    let due = || {
        let path = format!("/desks/{DESK}/adjustments-due");
        let rows = hr.get(&path).expect(200).json;
        let rows = rows.as_array().unwrap().clone();
        rows.into_iter()
            .filter(|row| row["amount"] != 0)
            .map(|row| (row["staff"].clone(), row["amount"].clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(due(), []);
    lead.post(
        &format!("/breaches/{recorded}/retraction"),
        json!({"reason": "认错人"}),
    )
    .expect(204);
    assert_eq!(due(), [(json!("1001"), json!(5_000))], "to be given back");
    let adjustment = json!({"staff": "1001", "source_month": "2026-12", "amount_fen": 5_000, "reason": "违规撤销"});
    hr.post(
        &format!("/desks/{DESK}/periods/2027-01/adjustments"),
        adjustment,
    )
    .expect(204);
    assert_eq!(due(), []);
}
