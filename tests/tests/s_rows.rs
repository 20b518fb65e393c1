//! One test per row of the service centre's rules (S1, S2, S3, S5) and of meetings at the mall (M11), driven through the
//! HTTP API.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use acceptance::{DESK, House};
use domain::policy::document::{CALL_CENTRE, SERVICE_CENTRE};
use serde_json::{Value, json};

/// The desk of the tests on the service centre's rules.
fn service_centre(local: &str) -> House {
    on(SERVICE_CENTRE, local)
}

fn on(policy: &str, local: &str) -> House {
    let house = House::shop("2026-11-25 10:00");
    house
        .to("H01")
        .put(
            &format!("/desks/{DESK}/policy"),
            json!({"document": policy}),
        )
        .expect(204);
    house.set(local);
    house
}

/// The desk's meetings of a day, cancelled ones too.
fn meetings(house: &House, date: &str) -> Vec<Value> {
    let path = format!("/desks/{DESK}/meetings?first={date}&last={date}");
    let rows = house.to("L01").get(&path).expect(200).json;
    rows.as_array().unwrap().clone()
}

fn only_meeting(house: &House, date: &str) -> String {
    let found = meetings(house, date);
    assert_eq!(found.len(), 1, "{found:#?}");
    found[0]["meeting"].as_str().unwrap().to_owned()
}

fn present(staff: &[&str]) -> Value {
    json!({"present": staff})
}

#[test]
fn s1_roster_times_are_on_post_times_and_no_lead_is_part_of_them() {
    let house = service_centre("2026-11-25 10:00");
    house.publish(&[("1001", 1, "A"), ("1001", 2, "A")]);
    house.work("1001", "2026-12-01 09:00", "2026-12-01 17:00");
    // Early by twenty minutes is neither worked time nor overtime.
    house.work("1001", "2026-12-02 08:40", "2026-12-02 17:00");
    house.pass_until("2026-12-10 08:00");
    for date in ["2026-12-01", "2026-12-02"] {
        let day = house.day("1001", date);
        assert_eq!(day["planned_minutes"], 480, "{date}");
        // The meal of 35 minutes is not paid here.
        assert_eq!(day["worked_minutes"], 445, "{date}");
        assert_eq!(day["late_minutes"], 0, "{date}");
        assert_eq!(day["overtime"]["workday"], 0, "{date}");
    }
    assert_eq!(house.penalties("1001"), []);
}

#[test]
fn s2_monday_nine_all_attend_or_say_so_in_writing_beforehand() {
    let house = service_centre("2026-11-25 10:00");
    house.publish(&[("1001", 7, "A"), ("1002", 7, "A"), ("1003", 7, "B")]);
    // Time passing puts the weekly meeting into the calendar, once however often it passes.
    house.pass_until("2026-12-04 08:00");
    house.pass_until("2026-12-05 08:00");
    let meeting = only_meeting(&house, "2026-12-07");
    let row = meetings(&house, "2026-12-07").remove(0);
    assert_eq!(row["title"], "部門例會");
    assert_eq!(
        (row["start"].as_i64(), row["recurring"].as_bool()),
        (Some(540), Some(true))
    );
    assert!(meetings(&house, "2026-12-08").is_empty());

    let path = format!("/meetings/{meeting}");
    // 1003 says so beforehand, 1004 too late, 1005 is on leave, 1006 simply stays away.
    let statement = json!({"text": "上午看病,建议增设晚班"});
    house
        .to("1003")
        .post(&format!("{path}/statements"), statement.clone())
        .expect(204);
    let leave =
        json!({"kind": "personal", "first": "2026-12-07", "last": "2026-12-07", "reason": "家事"});
    let leave = house
        .to("1005")
        .post("/leave-requests", leave)
        .expect(201)
        .id();
    house
        .to("L01")
        .post_empty(&format!("/leave-requests/{leave}/approval"))
        .expect(204);
    house
        .to("L01")
        .post(&format!("{path}/attendance"), present(&[]))
        .expect_problem(409, "meeting-not-begun");

    house.punch("1001", "in", "2026-12-07 09:00");
    house.set("2026-12-07 09:05");
    let late = house
        .to("1004")
        .post(&format!("{path}/statements"), statement)
        .expect_problem(409, "statement-too-late");
    assert_eq!(late.json["rule"], "S2");
    house
        .to("1001")
        .post(&format!("{path}/attendance"), present(&["1006"]))
        .expect(403);
    house
        .to("L01")
        .post(&format!("{path}/attendance"), present(&["1001", "1002"]))
        .expect(204);
    let row = house.to("L01").get(&path).expect(200).json;
    assert_eq!(
        row["attendance"]["absent"],
        json!(["1003", "1004", "1005", "1006"]),
        "everybody of the desk, the lead among those there: {row:#}"
    );
    // What 1003 wrote is for whoever runs the desk, and for 1003.
    assert_eq!(row["statements"][0]["text"], "上午看病,建议增设晚班");
    let others = house.to("1002").get(&path).expect(200).json;
    assert_eq!(others["statements"], json!([]));
    house.punch("1002", "out", "2026-12-07 17:00");

    house.pass_until("2026-12-12 08:00");
    let breach = |staff: &str| -> Vec<(String, i64)> {
        let found = house.penalties(staff).into_iter();
        found
            .filter(|(rule, _, _)| rule == "S2")
            .map(|(rule, fen, _)| (rule, fen))
            .collect()
    };
    for staff in ["1001", "1002", "1003", "1005"] {
        assert_eq!(breach(staff), [], "{staff}");
    }
    for staff in ["1004", "1006"] {
        assert_eq!(breach(staff), [("S2".to_owned(), 0)], "{staff}");
    }
    let id = house.penalty_id("1006", "S2");
    let evidence = house
        .to("1006")
        .get(&format!("/sanctions/{id}/evidence"))
        .expect(200)
        .json;
    assert!(
        evidence.to_string().contains("attendance taken"),
        "{evidence:#}"
    );

    // Attendance corrected: the penalty goes by itself.
    house
        .to("L01")
        .post(
            &format!("{path}/attendance"),
            present(&["1001", "1002", "1006"]),
        )
        .expect(204);
    assert_eq!(breach("1006"), []);
}

#[test]
fn s2_a_meeting_stands_in_demand_and_what_it_leaves_unmanned_is_told_before_publication() {
    let house = service_centre("2026-11-25 10:00");
    let lead = house.to("L01");
    // Monday 7 December: two people for at least one; Tuesday has no meeting.
    let days: Vec<Value> = ["2026-12-07", "2026-12-08"]
        .iter()
        .map(|date| {
            json!({"date": date, "skill": "presale", "start": 540, "minimum": [1, 1], "target": [1, 2]})
        })
        .collect();
    let demand = json!({"slot_minutes": 60, "source": "test", "days": days});
    lead.put(&format!("/desks/{DESK}/demand/2026-12"), demand)
        .expect(204);
    let roster = format!("/desks/{DESK}/rosters/2026-12");
    lead.put_empty(&roster).expect(204);
    let cells: Vec<Value> = ["1001", "1002"]
        .iter()
        .flat_map(|staff| {
            ["2026-12-07", "2026-12-08"]
                .map(|date| json!({"staff": staff, "date": date, "shift": "A"}))
        })
        .collect();
    lead.post(&format!("{roster}/edits"), json!({"cells": cells}))
        .expect(200);
    let publication = format!("{roster}/publication");
    let refused = lead
        .post(&publication, json!({}))
        .expect_problem(409, "shortfalls-not-acknowledged");
    for word in ["2026-12-07", "09:00", "10:00", "1 short"] {
        assert!(refused.detail().contains(word), "{}", refused.detail());
    }
    let page = house.page("L01", &format!("/roster?desk={DESK}&month=2026-12"));
    assert!(
        page.contains("those at “部門例會” are off their posts"),
        "{page}"
    );
    lead.post(&publication, json!({"acknowledge_shortfalls": true}))
        .expect(204);
    let revisions = lead.get(&format!("{roster}/revisions")).expect(200).json;
    let told = revisions[0]["shortfalls"].as_array().unwrap();
    assert_eq!(told.len(), 1, "{told:#?}");
    let span = (told[0]["start"].as_i64(), told[0]["end"].as_i64());
    assert_eq!(span, (Some(540), Some(600)));

    // It was told of before the meeting stood in the calendar: the policy says it will be held.
    let monday = meetings(&house, "2026-12-07");
    assert!(monday.is_empty(), "not called yet: {monday:?}");
}

#[test]
fn s3_minutes_are_read_and_signed_by_each_and_the_unsigned_are_listed() {
    let house = service_centre("2026-12-04 10:00");
    house.pass_until("2026-12-04 10:00");
    let meeting = only_meeting(&house, "2026-12-07");
    let path = format!("/meetings/{meeting}");
    let (lead, ann) = (house.to("L01"), house.to("1001"));
    house.set("2026-12-07 09:10");
    lead.post(&format!("{path}/attendance"), present(&["1001", "1002"]))
        .expect(204);
    ann.post(&format!("{path}/signatures"), json!({"revision": 1}))
        .expect_problem(409, "minutes-not-published");
    ann.post(&format!("{path}/minutes"), json!({"text": "x"}))
        .expect(403);
    lead.post(&format!("{path}/minutes"), json!({"text": "下周增设晚班"}))
        .expect(204);

    let unsigned = |staff: &str| {
        let rows = house
            .to(staff)
            .get(&format!("/staff/{staff}/minutes-to-sign"))
            .expect(200)
            .json;
        rows.as_array().unwrap().len()
    };
    let listed = || {
        let rows = lead
            .get(&format!("/desks/{DESK}/unsigned-minutes"))
            .expect(200)
            .json;
        rows[0]["unsigned"].clone()
    };
    assert_eq!((unsigned("1001"), unsigned("1003")), (1, 0));
    assert_eq!(listed(), json!(["1001", "1002", "L01"]));
    ann.post(&format!("{path}/signatures"), json!({"revision": 1}))
        .expect(204);
    assert_eq!(unsigned("1001"), 0);
    assert_eq!(listed(), json!(["1002", "L01"]));
    // Whoever was not there does not sign.
    house
        .to("1003")
        .post(&format!("{path}/signatures"), json!({"revision": 1}))
        .expect_problem(403, "minutes-not-yours");
    // Other words are signed anew.
    lead.post(
        &format!("{path}/minutes"),
        json!({"text": "更正:下月增设晚班"}),
    )
    .expect(204);
    assert_eq!(unsigned("1001"), 1);
    ann.post(&format!("{path}/signatures"), json!({"revision": 1}))
        .expect_problem(409, "minutes-revised");
    for staff in ["1001", "1002", "L01"] {
        house
            .to(staff)
            .post(&format!("{path}/signatures"), json!({"revision": 2}))
            .expect(204);
    }
    assert_eq!(listed(), Value::Null);
}

#[test]
fn s5_lateness_and_early_leaving_in_tiers_and_absence_under_the_desks_own_row() {
    let tiers = SERVICE_CENTRE.replace(
        "late = [{ over_minutes = 0, amount_fen = 0 }]",
        "late = [{ over_minutes = 0, amount_fen = 0 }, { over_minutes = 10, amount_fen = 500 }]",
    );
    let house = on(&tiers, "2026-11-25 10:00");
    house.publish(&[
        ("1001", 1, "A"),
        ("1001", 2, "A"),
        ("1001", 3, "A"),
        ("1001", 4, "A"),
        ("1002", 1, "A"),
    ]);
    house.work("1001", "2026-12-01 09:00:59", "2026-12-01 17:00");
    house.work("1001", "2026-12-02 09:10", "2026-12-02 17:00");
    house.work("1001", "2026-12-03 09:11", "2026-12-03 16:30");
    house.work("1001", "2026-12-04 09:00", "2026-12-04 17:00");
    house.pass_until("2026-12-10 08:00");
    let mut found = house.penalties("1001");
    found.sort_by(|a, b| (&a.2, a.1).cmp(&(&b.2, b.1)));
    let row = |fen: i64, date: &str| ("S5".to_owned(), fen, date.to_owned());
    assert_eq!(
        found,
        [
            row(0, "2026-12-02"),
            row(0, "2026-12-03"),
            row(500, "2026-12-03")
        ]
    );
    // Absent without leave: the service centre's own row, at no amount.
    assert_eq!(house.penalties("1002"), [row(0, "2026-12-01")]);
    let summary = house
        .to("H01")
        .get(&format!("/desks/{DESK}/exports/2026-12/penalties.csv"))
        .expect(200);
    let csv = String::from_utf8_lossy(&summary.body).into_owned();
    assert!(
        csv.contains("迟到11分钟") && csv.contains("旷工480分钟"),
        "{csv}"
    );
}

#[test]
fn s5_points_are_told_as_points_and_never_reach_payroll() {
    let points = SERVICE_CENTRE
        .replace("mode = \"money\"", "mode = \"points\"")
        .replace(
            "late = [{ over_minutes = 0, amount_fen = 0 }]",
            "late = [{ over_minutes = 0, amount_fen = 0, amount_points = 2 }]",
        )
        .replace(
            "[version.sanction.cites]",
            "[version.sanction.amount_points]\nT12 = 6\n\n[version.sanction.cites]",
        );
    let house = on(&points, "2026-11-25 10:00");
    house.publish(&[("1001", 1, "A")]);
    house.work("1001", "2026-12-01 09:30", "2026-12-01 17:00");
    house.pass_until("2026-12-06 08:00");
    let id = house.penalty_id("1001", "S5");
    let lead = house.to("L01").with("accept-language", "zh-CN");
    let refused = lead.post(
        &format!("/sanctions/{id}/verification"),
        json!({"amount_fen": 3}),
    );
    assert!(refused.detail().contains("3 分"), "{}", refused.detail());
    for (staff, step) in [
        ("L01", "verification"),
        ("H01", "balance"),
        ("G01", "approval"),
    ] {
        house
            .to(staff)
            .post(&format!("/sanctions/{id}/{step}"), json!({}))
            .expect(204);
    }
    let row = house
        .to("1001")
        .get(&format!("/sanctions/{id}"))
        .expect(200)
        .json;
    assert_eq!(
        (row["mode"].as_str(), row["amount"].as_i64()),
        (Some("points"), Some(2))
    );
    assert_eq!(row["reaches_payroll"], false);
    let csv = house
        .to("H01")
        .get(&format!("/desks/{DESK}/exports/2026-12/attendance.csv"))
        .expect(200);
    let csv = String::from_utf8_lossy(&csv.body).into_owned();
    let column = csv
        .lines()
        .next()
        .unwrap()
        .split(',')
        .position(|name| name.contains("积分(分)"));
    let line = csv.lines().find(|line| line.contains("1001")).unwrap();
    assert_eq!(
        line.split(',').nth(column.unwrap()),
        Some("\"-2\""),
        "{csv}"
    );
}

#[test]
fn m11_briefings_and_shift_change_meetings_are_in_the_roster_and_attended() {
    // The mall cites its own row for a missed briefing.
    let mall = CALL_CENTRE.replace("T9 = \"D6\"", "D4 = \"M11\"\nT9 = \"D6\"");
    let house = on(&mall, "2026-11-25 10:00");
    house.publish(&[("1001", 1, "A"), ("1002", 1, "A"), ("1003", 1, "B")]);
    house.pass_until("2026-11-30 08:00");
    let briefings = meetings(&house, "2026-12-01");
    let titles: Vec<&str> = briefings
        .iter()
        .map(|row| row["title"].as_str().unwrap())
        .collect();
    assert_eq!(titles, ["班前会", "班后会"]);
    // It stands in the person's own roster, for whoever has the shift and nobody else.
    let month = |staff: &str| {
        let path = format!("/staff/{staff}/months/2026-12");
        house.to(staff).get(&path).expect(200).json["days"][0]["meetings"].clone()
    };
    assert_eq!(month("1001").as_array().map(Vec::len), Some(2));
    assert_eq!(month("1003"), json!([]));

    // A shift-change meeting called by the lead for everybody.
    let called = json!({
        "kind": "briefing", "title": "交接班会", "date": "2026-12-01", "start": 770, "length_minutes": 20,
        "expected": {"who": "people", "staff": ["1001", "1003"]}
    });
    house
        .to("1001")
        .post(&format!("/desks/{DESK}/meetings"), called.clone())
        .expect(403);
    house
        .to("L01")
        .post(&format!("/desks/{DESK}/meetings"), called)
        .expect(201);

    house.punch("1001", "in", "2026-12-01 08:45");
    house.punch("1002", "in", "2026-12-01 08:50");
    house.set("2026-12-01 08:55");
    let before = briefings[0]["meeting"].as_str().unwrap();
    house
        .to("L01")
        .post(
            &format!("/meetings/{before}/attendance"),
            present(&["1001"]),
        )
        .expect(204);
    house.punch("1001", "out", "2026-12-01 17:00");
    house.punch("1002", "out", "2026-12-01 17:00");
    house.pass_until("2026-12-06 08:00");
    // The ten minutes before the shift are worked time for who sat in it.
    assert_eq!(house.day("1001", "2026-12-01")["meeting_minutes"], 10);
    let worked = |staff: &str| {
        house.day(staff, "2026-12-01")["worked_minutes"]
            .as_i64()
            .unwrap()
    };
    assert_eq!(worked("1001") - worked("1002"), 10);
    assert_eq!(
        house.penalties("1002"),
        [("M11".to_owned(), 0, "2026-12-01".to_owned())]
    );
    assert_eq!(house.penalties("1001"), []);
}
