//! Closing the month: sheets confirmed by their people, late facts as computed adjustments, a month opened again by two
//! people, the law's limits on hours and deductions.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use acceptance::{DESK, House, Reply, at, password};
use calamine::{Reader, Xlsx};
use domain::policy::document::ONLINE_SHOP;
use paiban::app::Caller;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::Cursor;

fn period(month: &str, rest: &str) -> String {
    format!("/desks/{DESK}/periods/{month}{rest}")
}

fn sheet(house: &House, staff: &str) -> Value {
    house
        .to(staff)
        .get(&format!("/staff/{staff}/sheets/2026-12"))
        .expect(200)
        .json
}

fn say(house: &House, who: &str, whose: &str, act: &str, body: Value) -> Reply {
    house
        .to(who)
        .post(&format!("/staff/{whose}/sheets/2026-12/{act}"), body)
}

fn confirm(house: &House, staff: &str) {
    let digest = sheet(house, staff)["digest"].clone();
    say(
        house,
        staff,
        staff,
        "confirmation",
        json!({"digest": digest}),
    )
    .expect(204);
}

fn approve_step(house: &House, sanction: &str, from: &[&str]) {
    for step in from {
        let (who, act) = match *step {
            "verify" => ("L01", "verification"),
            "balance" => ("H01", "balance"),
            _ => ("G01", "approval"),
        };
        house
            .to(who)
            .post(&format!("/sanctions/{sanction}/{act}"), json!({}))
            .expect(204);
    }
}

fn close(house: &House, month: &str) {
    house
        .to("H01")
        .post(
            &period(month, "/closing"),
            json!({"acknowledge_open": true}),
        )
        .expect(204);
}

fn csv(house: &House, month: &str, query: &str) -> Vec<Vec<String>> {
    let path = format!("/desks/{DESK}/exports/{month}/attendance.csv{query}");
    let body = house.to("H01").get(&path).expect(200).body;
    String::from_utf8(body)
        .unwrap()
        .trim_start_matches('\u{feff}')
        .split("\r\n")
        .filter(|line| !line.is_empty())
        .map(|line| {
            let line = line.strip_prefix('"').unwrap().strip_suffix('"').unwrap();
            line.split("\",\"").map(ToOwned::to_owned).collect()
        })
        .collect()
}

fn cell(rows: &[Vec<String>], staff: &str, header: &str) -> String {
    let column = rows[0].iter().position(|name| name == header).unwrap();
    let row = rows.iter().find(|row| row[0] == staff);
    row.unwrap_or_else(|| panic!("{staff}: {rows:?}"))[column].clone()
}

fn workbook(house: &House, month: &str, query: &str) -> (Vec<u8>, Xlsx<Cursor<Vec<u8>>>) {
    let path = format!("/desks/{DESK}/exports/{month}/attendance.xlsx{query}");
    let body = house.to("H01").get(&path).expect(200).body;
    (body.clone(), Xlsx::new(Cursor::new(body)).unwrap())
}

fn table(book: &mut Xlsx<Cursor<Vec<u8>>>, name: &str) -> Vec<Vec<String>> {
    let range = book.worksheet_range(name).unwrap();
    range
        .rows()
        .map(|row| row.iter().map(ToString::to_string).collect())
        .collect()
}

/// Somebody more of the offices, with an account.
fn office(house: &House, staff: &str, roles: Value) {
    house.block_on(async {
        let hire = json!({
            "staff": staff, "name": "经理", "desk": DESK, "position": "经理", "roles": roles, "leads": [],
            "skills": [], "employment": "full_time", "week_minutes": 2400, "month_wage_fen": 900_000, "from": "2026-11-01"
        });
        let hire = serde_json::from_value(hire).unwrap();
        house.app.hire(&Caller::system(), hire).await.unwrap();
        house.app.accounts().set_password(&staff.into(), &password(staff)).unwrap();
    });
}

/// 1001 and 1002 rostered on the first; only 1001 comes. The days of December are closed.
fn december() -> House {
    let house = House::shop("2026-11-25 10:00");
    house.publish(&[("1001", 1, "A"), ("1002", 1, "A")]);
    house.punch("1001", "in", "2026-12-01 09:00");
    house.punch("1001", "out", "2026-12-01 19:00");
    house.pass_until("2027-01-05 10:00");
    house
}

#[test]
fn everybody_confirms_or_disputes_their_own_sheet_before_hr_closes() {
    let house = House::shop("2026-11-25 10:00");
    house.publish(&[("1001", 1, "A"), ("1002", 1, "A")]);
    house.work("1001", "2026-12-01 09:00", "2026-12-01 17:00");
    house.work("1002", "2026-12-01 09:07", "2026-12-01 17:00");
    house.pass_until("2026-12-31 10:00");
    let early = sheet(&house, "1001");
    assert_eq!(
        (&early["status"], &early["is_open"]),
        (&json!("unconfirmed"), &json!(false))
    );
    say(
        &house,
        "1001",
        "1001",
        "confirmation",
        json!({"digest": early["digest"]}),
    )
    .expect_problem(409, "days-not-closed");
    house.pass_until("2027-01-05 10:00");

    // Only the person speaks for a sheet, and only of the figures as they stand.
    let mine = sheet(&house, "1001");
    for who in ["1002", "L01", "H01", "G01"] {
        for act in ["confirmation", "dispute"] {
            let body = json!({"digest": mine["digest"]});
            let body = match act {
                "dispute" => json!({"digest": mine["digest"], "words": "x"}),
                _ => body,
            };
            say(&house, who, "1001", act, body).expect_problem(403, "sheet-not-yours");
        }
    }
    house
        .to("1002")
        .get("/staff/1001/sheets/2026-12")
        .expect(403);
    say(
        &house,
        "1001",
        "1001",
        "confirmation",
        json!({"digest": "0".repeat(64)}),
    )
    .expect_problem(409, "sheet-changed");
    say(
        &house,
        "1001",
        "1001",
        "confirmation",
        json!({"digest": mine["digest"], "staff": "1002"}),
    )
    .expect(422);
    let shown = house.page("1001", "/my/month?month=2026-12");
    assert!(
        shown.contains(mine["digest"].as_str().unwrap()),
        "the page carries what was read"
    );
    let digest = mine["digest"].as_str().unwrap();
    let path = "/sheets/2026-12/confirmation";
    assert_eq!(
        house.send_form("1001", path, &[("digest", digest)]).status,
        303
    );
    assert_eq!(sheet(&house, "1001")["status"], "confirmed");

    let theirs = sheet(&house, "1002")["digest"].clone();
    let words = json!({"digest": theirs, "words": "那天路上有事故"});
    say(&house, "1002", "1002", "dispute", words).expect(204);
    let hr = house.to("H01");
    let refused = hr
        .post(&period("2026-12", "/closing"), json!({}))
        .expect_problem(409, "period-has-open-items");
    assert!(
        refused.detail().contains("1002 the sheet is disputed"),
        "{}",
        refused.detail()
    );
    assert!(!refused.detail().contains("1001"), "{}", refused.detail());
    let shown = house.page("H01", &format!("/summary?desk={DESK}&month=2026-12"));
    assert!(
        shown.contains("那天路上有事故") && shown.contains("1 of 2 confirmed"),
        "{shown}"
    );

    // A figure changes: what was confirmed is outdated, and is confirmed again.
    let reward =
        json!({"staff": "1001", "work_date": "2026-12-01", "amount_fen": 5000, "reason": "表扬"});
    let reward = house.to("L01").post("/rewards", reward).expect(201).id();
    approve_step(&house, &reward, &["verify", "balance", "approve"]);
    assert_eq!(sheet(&house, "1001")["status"], "outdated");
    let counts = hr.get(&period("2026-12", "")).expect(200).json["sheets"].clone();
    assert_eq!(
        counts,
        json!({"confirmed": 0, "unconfirmed": 0, "outdated": 1, "disputed": 1})
    );
    let outdated = csv(&house, "2026-12", "");
    assert!(cell(&outdated, "1001", "确认签字").ends_with("确认后数字有变"));
    assert!(cell(&outdated, "1002", "确认签字").ends_with("那天路上有事故"));
    confirm(&house, "1001");
    confirm(&house, "1002");
    hr.post(&period("2026-12", "/closing"), json!({}))
        .expect(204);
    let closed = csv(&house, "2026-12", "");
    for staff in ["1001", "1002"] {
        let signed = cell(&closed, staff, "确认签字");
        assert_eq!(signed, "已确认 2027-01-05 10:00");
    }
    say(
        &house,
        "1001",
        "1001",
        "confirmation",
        json!({"digest": mine["digest"]}),
    )
    .expect_problem(409, "month-closed");
}

#[test]
fn late_facts_become_adjustments_of_exactly_what_they_come_to() {
    let house = december();
    office(&house, "G02", json!(["gm_office"]));
    let absence = house.penalty_id("1002", "T12");
    approve_step(&house, &absence, &["verify", "balance", "approve"]);
    close(&house, "2026-12");
    let hr = house.to("H01");
    let due = || {
        let rows = hr
            .get(&format!("/desks/{DESK}/adjustments-due"))
            .expect(200)
            .json;
        let rows = rows.as_array().unwrap().clone();
        let open = rows
            .into_iter()
            .filter(|row| row["amount"] != 0 || row["difference"]["overtime"]["workday"] != 0);
        open.collect::<Vec<Value>>()
    };
    assert_eq!(due(), [json!(null); 0]);
    let into = period("2027-01", "/adjustments");
    let sign = |staff: &str, fen: i64| {
        let body = json!({"staff": staff, "source_month": "2026-12", "amount_fen": fen, "reason": "迟到的事实"});
        hr.post(&into, body)
    };
    sign("1002", 3000).expect_problem(409, "nothing-to-adjust");

    // Late facts: an appeal upheld gives the money back, overtime approved late counts.
    house.set("2027-01-06 10:00");
    house
        .to("1002")
        .post(
            &format!("/sanctions/{absence}/appeal"),
            json!({"reason": "当天住院"}),
        )
        .expect(204);
    house
        .to("G02")
        .post(
            &format!("/sanctions/{absence}/appeal-decision"),
            json!({"upheld": true, "reason": "有病历"}),
        )
        .expect(204);
    let overtime = json!({
        "staff": "1001", "work_date": "2026-12-01", "minutes_max": 120, "compensation": "money", "reason": "赶工"
    });
    house
        .to("L01")
        .post("/overtime-approvals", overtime)
        .expect(204);
    let open = due();
    assert_eq!(open.len(), 2, "{open:#?}");
    assert_eq!(open[0]["staff"], "1001");
    assert_eq!(open[0]["difference"]["overtime"]["workday"], 120);
    assert_eq!(
        (&open[0]["amount"], &open[1]["amount"]),
        (&json!(0), &json!(3000))
    );
    assert_eq!(open[1]["difference"]["penalties"]["T12"], 3000);

    // Nobody chooses the amount, signs for themselves, or signs without the role.
    for fen in [2999, 3001, -3000, 0] {
        sign("1002", fen).expect_problem(409, "adjustment-differs");
    }
    sign("1001", 100).expect_problem(409, "adjustment-differs");
    sign("H01", 100).expect_problem(403, "own-matter");
    sign("1003", 100).expect_problem(409, "nothing-to-adjust");
    let body =
        json!({"staff": "1002", "source_month": "2026-12", "amount_fen": 3000, "reason": "x"});
    for who in ["1002", "L01", "G01"] {
        house.to(who).post(&into, body.clone()).expect(403);
    }
    let shown = house.page("H01", "/notices");
    assert!(
        shown.contains("name=\"amount_fen\" value=\"3000\""),
        "{shown}"
    );
    let fields = [
        ("desk", DESK),
        ("staff", "1002"),
        ("source_month", "2026-12"),
        ("month", "2027-01"),
        ("amount_fen", "3000"),
        ("reason", "申诉成立"),
    ];
    assert_eq!(house.send_form("H01", "/adjustments", &fields).status, 303);
    sign("1001", 0).expect(204);
    assert_eq!(due(), [json!(null); 0]);
    sign("1002", 3000).expect_problem(409, "nothing-to-adjust");
    sign("1001", 0).expect_problem(409, "nothing-to-adjust");

    let shown = house.page("H01", &format!("/summary?desk={DESK}&month=2027-01"));
    assert!(
        shown.contains("申诉成立") && shown.contains("/days/1001/2026-12-01"),
        "{shown}"
    );

    // In next month's file, with its trace.
    let january = csv(&house, "2027-01", "");
    assert_eq!(cell(&january, "1002", "调整(上期)(元)"), "30.00");
    assert!(cell(&january, "1001", "备注").contains("工作日加班 120分钟"));
    let (_, mut book) = workbook(&house, "2027-01", "");
    let rows = table(&mut book, "上期调整");
    let of = |staff: &str| rows.iter().find(|row| row[0] == staff).unwrap().clone();
    assert_eq!(of("1002")[2], "2026-12");
    assert!(
        of("1002")[4].contains("30.00元") && of("1002")[7] == "申诉成立",
        "{rows:?}"
    );
    assert!(of("1001")[5].contains("2026-12-01"), "{rows:?}");
    assert!(
        !of("1001")[6].is_empty(),
        "the approval that made the difference is named"
    );
}

#[test]
fn a_month_is_opened_again_by_two_people_and_the_old_export_stays() {
    let house = december();
    let (hr, gm, lead) = (house.to("H01"), house.to("G01"), house.to("L01"));
    office(&house, "HG1", json!(["hr", "gm_office"]));
    let ask = period("2026-12", "/reopening-request");
    let decide = period("2026-12", "/reopening-decision");
    let why = json!({"reason": "漏了急诊请假"});
    hr.post(&ask, why.clone())
        .expect_problem(409, "month-not-closed");
    close(&house, "2026-12");
    let first = csv(&house, "2026-12", "");
    let (first_book, _) = workbook(&house, "2026-12", "");
    let position = cell(&first, "1001", "日志位置");
    assert_eq!(cell(&first, "1002", "旷工天数"), "1");

    let emergency = json!({
        "staff": "1002", "emergency": "急诊",
        "request": {"kind": "personal", "first": "2026-12-01", "last": "2026-12-01", "reason": "急诊"}
    });
    lead.post("/emergency-leave-requests", emergency.clone())
        .expect_problem(409, "month-closed");

    // One person alone opens nothing, in whatever roles.
    lead.post(&ask, why.clone()).expect(403);
    gm.post(&ask, why.clone()).expect(403);
    hr.post(&ask, json!({"reason": ""})).expect(422);
    gm.post(&decide, json!({"agreed": true}))
        .expect_problem(409, "reopening-not-asked");
    house.to("HG1").post(&ask, why.clone()).expect(204);
    house
        .to("HG1")
        .post(&decide, json!({"agreed": true}))
        .expect_problem(403, "own-matter");
    hr.post(&decide, json!({"agreed": true})).expect(403);
    hr.post(&ask, why.clone())
        .expect_problem(409, "reopening-asked");
    gm.post(&decide, json!({"agreed": false}))
        .expect_problem(422, "field-invalid");
    gm.post(&decide, json!({"agreed": false, "note": "先查清"}))
        .expect(204);
    hr.post(
        &period("2026-12", "/closing"),
        json!({"acknowledge_open": true}),
    )
    .expect_problem(409, "month-closed");
    assert_eq!(csv(&house, "2026-12", ""), first);

    // HR asks on the page, the GM office agrees there.
    let summary = format!("/summary?desk={DESK}&month=2026-12");
    assert!(
        house
            .page("H01", &summary)
            .contains("/periods/reopening-request")
    );
    let fields = [
        ("desk", DESK),
        ("month", "2026-12"),
        ("reason", "漏了急诊请假"),
    ];
    assert_eq!(
        house
            .send_form("H01", "/periods/reopening-request", &fields)
            .status,
        303
    );
    assert!(
        !house
            .page("H01", &summary)
            .contains("/periods/reopening-decision")
    );
    assert!(
        house
            .page("G01", &summary)
            .contains("/periods/reopening-decision")
    );
    let fields = [
        ("desk", DESK),
        ("month", "2026-12"),
        ("act", "agree"),
        ("note", "同意"),
    ];
    assert_eq!(
        house
            .send_form("G01", "/periods/reopening-decision", &fields)
            .status,
        303
    );
    let status = hr.get(&period("2026-12", "")).expect(200).json;
    assert_eq!(status["closed"], json!(null));
    assert_eq!(status["reopenings"][0]["status"], "refused");
    assert_eq!(status["reopenings"][1]["status"], "agreed");
    assert_eq!(status["reopenings"][1]["by"], "H01");
    assert_eq!(status["reopenings"][1]["decided_by"], "G01");

    // Facts can be decided again; the roster, which is history, cannot change.
    let leave = lead
        .post("/emergency-leave-requests", emergency)
        .expect(201)
        .id();
    gm.post_empty(&format!("/leave-requests/{leave}/approval"))
        .expect(204);
    let change =
        json!({"cells": [{"staff": "1001", "date": "2026-12-30", "shift": "A"}], "reason": "x"});
    lead.post(&format!("/desks/{DESK}/rosters/2026-12/amendments"), change)
        .expect_problem(409, "roster-status");
    confirm(&house, "1002");
    close(&house, "2026-12");
    let second = csv(&house, "2026-12", "");
    assert_eq!(cell(&second, "1002", "旷工天数"), "0");
    assert_eq!(cell(&second, "1002", "事假(小时)"), "8.00");
    assert_ne!(cell(&second, "1001", "封存"), cell(&first, "1001", "封存"));
    let (_, mut book) = workbook(&house, "2026-12", "");
    let origin = table(&mut book, "出处");
    let line = origin
        .iter()
        .find(|row| row[0] == "重开")
        .expect("the trace");
    for words in [
        "何人事",
        "漏了急诊请假",
        "总经办",
        &position,
        &cell(&first, "1001", "封存"),
    ] {
        assert!(line[1].contains(words), "{words}: {line:?}");
    }
    let status = hr.get(&period("2026-12", "")).expect(200).json;
    assert_eq!(status["closings"].as_array().unwrap().len(), 2);
    let shown = house.page("H01", &summary);
    assert!(shown.contains("漏了急诊请假"), "{shown}");

    // What was exported at first comes out again, bit for bit.
    let query = format!("?as_of={position}");
    assert_eq!(csv(&house, "2026-12", &query), first);
    assert!(
        workbook(&house, "2026-12", &query).0 == first_book,
        "the workbook differs"
    );
    let due = hr
        .get(&format!("/desks/{DESK}/adjustments-due"))
        .expect(200)
        .json;
    assert_eq!(
        due,
        json!([]),
        "what the second closing holds is not due again"
    );
}

/// Publishes cells `(staff, day, shift)` of a month.
fn publish(house: &House, month: &str, cells: &[(&str, u32, &str)]) {
    let lead = house.to("L01");
    lead.put(
        &format!("/desks/{DESK}/demand/{month}"),
        json!({
            "slot_minutes": 30, "source": "test",
            "days": [{"date": format!("{month}-05"), "skill": "presale", "start": 900, "minimum": [0], "target": [1]}]
        }),
    )
    .expect(204);
    let roster = format!("/desks/{DESK}/rosters/{month}");
    lead.put_empty(&roster).expect(204);
    let cells: Vec<Value> = cells
        .iter()
        .map(|(staff, day, shift)| {
            json!({"staff": staff, "date": format!("{month}-{day:02}"), "shift": shift})
        })
        .collect();
    lead.post(&format!("{roster}/edits"), json!({"cells": cells}))
        .expect(200);
    lead.post(
        &format!("{roster}/publication"),
        json!({"acknowledge_shortfalls": true}),
    )
    .expect(204);
}

#[test]
fn a8_the_lock_of_a_month_swallows_no_midnight_and_exports_keep_to_their_month() {
    let house = House::shop("2026-11-25 10:00");
    let template = |code: &str, start: i32, night: bool| {
        json!({
            "code": code, "name": code, "colour": "#3366cc", "night": night, "duty": false,
            "segments": [{"start": start, "end": start + 480}], "meals": []
        })
    };
    house
        .to("L01")
        .put(
            &format!("/desks/{DESK}/shift-templates"),
            json!({
                "effective_from": "2026-11-02",
                "templates": [template("A", 540, false), template("N", 1320, true), template("M", 0, true)]
            }),
        )
        .expect(204);
    house.publish(&[("1001", 31, "N"), ("1002", 31, "A")]);
    publish(&house, "2027-01", &[("1003", 1, "M"), ("1002", 2, "A")]);
    house.work("1002", "2026-12-31 09:00", "2026-12-31 17:00");
    house.punch("1001", "in", "2026-12-31 22:00");
    house.punch("1003", "in", "2026-12-31 23:58");
    house.punch("1001", "out", "2027-01-01 06:00");
    house.pass_until("2027-01-02 08:00");
    close(&house, "2026-12");

    // December is shut, and the first of January, which begins at 00:00, is not.
    let correction = |staff: &str, date: &str, claimed: &str| {
        json!({
            "work_date": date, "edge": {"segment": 0, "side": "out"}, "claimed_at": at(claimed).to_rfc3339(),
            "reason": format!("{staff} 忘了")
        })
    };
    let filed = house
        .to("1003")
        .post(
            "/corrections",
            correction("1003", "2027-01-01", "2027-01-01 08:00"),
        )
        .expect(201)
        .id();
    house
        .to("L01")
        .post_empty(&format!("/corrections/{filed}/approval"))
        .expect(204);
    let leave = |date: &str| {
        let request = json!({"kind": "personal", "first": date, "last": date, "reason": "x"});
        let body = json!({"staff": "1002", "emergency": "x", "request": request});
        house.to("L01").post("/emergency-leave-requests", body)
    };
    leave("2026-12-31").expect_problem(409, "month-closed");
    leave("2027-01-01").expect(201);

    house.pass_until("2027-02-05 10:00");
    close(&house, "2027-01");
    let (december, january) = (csv(&house, "2026-12", ""), csv(&house, "2027-01", ""));
    // The night of the last day is December's, whole; the shift from midnight is January's, whole.
    assert_eq!(cell(&december, "1001", "应出勤天数"), "1");
    assert_eq!(cell(&december, "1001", "工作时长(小时)"), "8.00");
    assert_eq!(cell(&january, "1001", "应出勤天数"), "0");
    assert_eq!(cell(&january, "1001", "工作时长(小时)"), "0.00");
    assert_eq!(cell(&december, "1003", "应出勤天数"), "0");
    assert_eq!(cell(&december, "1003", "工作时长(小时)"), "0.00");
    assert_eq!(cell(&january, "1003", "应出勤天数"), "1");
    assert_eq!(cell(&january, "1003", "工作时长(小时)"), "8.00");
    for (month, rows) in [("2026-12", december), ("2027-01", january)] {
        let people: Vec<&str> = rows[1..].iter().map(|row| row[0].as_str()).collect();
        let once: BTreeSet<&str> = people.iter().copied().collect();
        assert_eq!(
            once.len(),
            people.len(),
            "{month}: somebody is there twice: {people:?}"
        );
        let (_, mut book) = workbook(&house, month, "");
        let days = table(&mut book, "每日明细");
        let days: Vec<(String, String)> = days[1..]
            .iter()
            .map(|row| (row[0].clone(), row[2].clone()))
            .collect();
        assert!(!days.is_empty());
        for (staff, date) in &days {
            assert!(date.starts_with(month), "{month} holds {date} of {staff}");
        }
        let once: BTreeSet<_> = days.iter().collect();
        assert_eq!(once.len(), days.len(), "{month}: a day is there twice");
    }
}

fn adopt(house: &House, document: &str) {
    house
        .to("H01")
        .put(
            &format!("/desks/{DESK}/policy"),
            json!({"document": document}),
        )
        .expect(204);
}

fn summary_of(house: &House, who: &str, staff: &str) -> Value {
    let rows = house
        .to(who)
        .get(&format!("/desks/{DESK}/months/2026-12"))
        .expect(200)
        .json;
    let rows = rows.as_array().unwrap();
    let row = rows.iter().find(|row| row["staff"]["staff"] == staff);
    row.unwrap()["summary"].clone()
}

#[test]
fn deductions_are_held_against_the_wage_earned_in_the_month() {
    let house = House::shop("2026-11-25 10:00");
    house.block_on(async {
        let joins = json!({
            "staff": "3001", "name": "新人", "desk": DESK, "position": "客服", "roles": ["staff"], "leads": [],
            "skills": ["presale"], "employment": "full_time", "week_minutes": 2400, "month_wage_fen": 600_000,
            "from": "2026-12-16"
        });
        let joins = serde_json::from_value(joins).unwrap();
        house.app.hire(&Caller::system(), joins).await.unwrap();
    });
    house
        .to("H01")
        .put("/staff/1002/employment-end", json!({"last": "2026-12-10"}))
        .expect(204);
    house.publish(&[("3001", 17, "A"), ("1001", 1, "A"), ("1002", 1, "A")]);
    house.pass_until("2027-01-05 10:00");
    let check = |staff: &str| {
        let check = summary_of(&house, "H01", staff)["deduction_check"].clone();
        (
            check["wage"].as_i64().unwrap(),
            check["deduction_max"].as_i64().unwrap(),
        )
    };
    // 12 weekdays from the 16th and 8 to the 10th, of 21.75 paid days; at most 20 %, and never under the minimum wage.
    assert_eq!(check("1001"), (600_000, 120_000));
    assert_eq!(check("3001"), (331_034, 66_206));
    assert_eq!(
        check("1002"),
        (220_689, 0),
        "under the minimum wage nothing may be taken"
    );
    assert_eq!(
        summary_of(&house, "L01", "3001")["deduction_check"],
        json!(null)
    );
    let path = format!("/summary?desk={DESK}&month=2026-12");
    let shown = house.page("H01", &path);
    for words in ["Deduction limit", "3310.34", "662.06"] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    assert!(!house.page("L01", &path).contains("Deduction limit"));
    assert!(
        house
            .page("1001", "/my/month?month=2026-12")
            .contains("Deduction limit")
    );
    assert!(
        !house
            .page("L01", "/people/1001/2026-12")
            .contains("Deduction limit")
    );

    adopt(
        &house,
        &ONLINE_SHOP.replace(
            "wage_share = \"paid_days\"",
            "wage_share = \"calendar_days\"",
        ),
    );
    assert_eq!(check("3001").0, 309_677, "16 of 31 days");
    adopt(&house, &ONLINE_SHOP.replace("= 2175", "= 2200"));
    assert_eq!(check("3001").0, 327_272, "12 of 22 days");
    let wrong = ONLINE_SHOP.replace("wage_share = \"paid_days\"", "wage_share = \"half\"");
    let refused = house
        .to("H01")
        .put(&format!("/desks/{DESK}/policy"), json!({"document": wrong}))
        .expect(422);
    assert!(
        refused.json.to_string().contains("wage_share"),
        "{}",
        refused.json
    );
}

const COMPREHENSIVE: &str = "
[version.hours]
regime = \"comprehensive\"
period = \"month\"
day_minutes = 60
overtime_average_minutes_max = 300
";

#[test]
fn under_the_comprehensive_regime_overtime_is_what_lies_beyond_the_period() {
    let house = House::shop("2026-11-25 10:00");
    adopt(&house, &format!("{ONLINE_SHOP}{COMPREHENSIVE}"));
    // The 4th is made a statutory holiday; a working day has an hour by law, so 22 of them are due.
    let holiday = json!({
        "source": "test", "days": [{"date": "2026-12-04", "kind": "statutory", "name": "节日"}]
    });
    house.to("H01").put("/calendars/2026", holiday).expect(204);
    let days = [1, 2, 3, 4, 5];
    let cells: Vec<(&str, u32, &str)> = days.map(|day| ("1001", day, "A")).into();
    house.publish(&cells);
    for day in days {
        let (from, until) = (
            format!("2026-12-{day:02} 09:00"),
            format!("2026-12-{day:02} 17:00"),
        );
        house.work("1001", &from, &until);
    }
    house.pass_until("2027-01-05 10:00");
    let sum = summary_of(&house, "H01", "1001");
    // Four shifts beside the holiday, 1920 minutes, against 22 × 60; the holiday at its own rate; no rest days.
    assert_eq!(sum["hours"]["standard_minutes"], 1320, "{sum:#}");
    assert_eq!(sum["hours"]["worked_minutes"], 1920);
    assert_eq!(
        sum["overtime"],
        json!({"workday": 600, "rest_day": 0, "statutory": 480})
    );
    let rows = csv(&house, "2026-12", "");
    assert_eq!(cell(&rows, "1001", "工作日加班(小时)"), "10.00");
    assert_eq!(cell(&rows, "1001", "法定节假日加班(小时)"), "8.00");
    let (_, mut book) = workbook(&house, "2026-12", "");
    let origin = table(&mut book, "出处");
    assert!(
        origin
            .iter()
            .any(|row| row[0] == "工时制" && row[1].contains("综合计算工时制"))
    );
    let warnings = house
        .to("L01")
        .get(&period("2026-12", "/legal-warnings"))
        .expect(200)
        .json;
    assert_eq!(warnings.as_array().unwrap().len(), 1, "{warnings:#}");
    assert_eq!(warnings[0]["concern"], "overtime_average");
    assert_eq!(
        (&warnings[0]["amount"], &warnings[0]["amount_max"]),
        (&json!(600), &json!(300))
    );
    // Closed, the figures stay, and a replay gives them again.
    close(&house, "2026-12");
    let closed = csv(&house, "2026-12", "");
    assert_eq!(cell(&closed, "1001", "工作日加班(小时)"), "10.00");
    let query = format!("?as_of={}", cell(&closed, "1001", "日志位置"));
    assert_eq!(csv(&house, "2026-12", &query), closed);

    let wrong = ONLINE_SHOP.to_owned() + &COMPREHENSIVE.replace("\"month\"", "\"fortnight\"");
    let refused = house
        .to("H01")
        .put(&format!("/desks/{DESK}/policy"), json!({"document": wrong}))
        .expect(422);
    assert!(
        refused.json.to_string().contains("hours.period"),
        "{}",
        refused.json
    );
}

#[test]
fn hours_really_worked_are_held_against_the_law() {
    let house = House::shop("2026-11-25 10:00");
    let nursing = json!({"kind": "nursing", "from": "2026-12-01", "until": "2026-12-31"});
    house
        .to("H01")
        .post("/staff/1002/protections", nursing)
        .expect(204);
    let mut cells: Vec<(&str, u32, &str)> = (7..=12).map(|day| ("1001", day, "A")).collect();
    cells.extend([("1001", 13, ""), ("1002", 8, "A"), ("1003", 8, "A")]);
    house.publish(&cells);
    // 1001 works six days and comes on the seventh as well; on the 9th stays on for four hours. Nothing is approved.
    for day in 7..=13 {
        let end = if day == 9 { "21:00" } else { "17:00" };
        let (from, until) = (
            format!("2026-12-{day:02} 09:00"),
            format!("2026-12-{day:02} {end}"),
        );
        house.work("1001", &from, &until);
        if day == 8 {
            house.work("1002", "2026-12-08 09:00", "2026-12-08 18:00");
            house.work("1003", "2026-12-08 09:00", "2026-12-08 18:00");
        }
    }
    house.pass_until("2027-01-05 10:00");
    let path = period("2026-12", "/legal-warnings");
    let rows = house.to("L01").get(&path).expect(200).json;
    let found: BTreeSet<(String, String, String, i64, i64)> = rows
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            let text = |name: &str| row[name].as_str().unwrap().to_owned();
            let number = |name: &str| row[name].as_i64().unwrap();
            (
                text("staff"),
                text("concern"),
                text("first"),
                number("amount"),
                number("amount_max"),
            )
        })
        .collect();
    let row = |staff: &str, concern: &str, first: &str, amount, max| {
        (
            staff.to_owned(),
            concern.to_owned(),
            first.to_owned(),
            amount,
            max,
        )
    };
    let wanted = BTreeSet::from([
        row("1001", "overtime_day", "2026-12-09", 240, 180),
        row("1001", "week_without_rest", "2026-12-07", 7, 6),
        row("1002", "protected_overtime", "2026-12-08", 60, 0),
    ]);
    assert_eq!(found, wanted);
    house.to("1001").get(&path).expect(403);
    for place in ["/exceptions", "/summary"] {
        let shown = house.page("L01", &format!("{place}?desk={DESK}&month=2026-12"));
        assert!(
            shown.contains("worked 7 days of a week, 6 allowed"),
            "{place}: {shown}"
        );
    }
}
