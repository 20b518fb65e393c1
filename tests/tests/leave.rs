//! Leave and overtime to the letter (T2, T12, A4, T1): units, documents, the ledger of balances, leave filed by a lead,
//! shifts left open and their cover, overtime asked for; through the API and the pages.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use acceptance::{DESK, House, at, password};
use paiban::app::Caller;
use serde_json::{Value, json};

fn leave(kind: &str, first: &str, last: &str) -> Value {
    json!({"kind": kind, "first": first, "last": last, "reason": "家里有事"})
}

fn half(kind: &str, date: &str, half: &str) -> Value {
    let mut body = leave(kind, date, date);
    body["half"] = json!(half);
    body
}

fn hours(kind: &str, date: &str, start: i32, end: i32) -> Value {
    let mut body = leave(kind, date, date);
    body["window"] = json!({"start": start, "end": end});
    body
}

fn ask(house: &House, staff: &str, body: Value) -> String {
    house
        .to(staff)
        .post("/leave-requests", body)
        .expect(201)
        .id()
}

fn approve(house: &House, id: &str) {
    house
        .to("L01")
        .post_empty(&format!("/leave-requests/{id}/approval"))
        .expect(204);
}

fn see(house: &House, who: &str, id: &str) {
    house
        .to(who)
        .post(
            &format!("/leave-requests/{id}/evidence"),
            json!({"document": "病假条 市一医院"}),
        )
        .expect(204);
}

/// A balance of December 2026's house.
fn balance(house: &House, staff: &str, kind: &str) -> Value {
    let rows = house
        .to(staff)
        .get(&format!("/staff/{staff}/leave-balances"))
        .expect(200)
        .json;
    let rows = rows.as_array().unwrap();
    let found = rows.iter().find(|row| row["kind"] == kind);
    found.cloned().unwrap_or(Value::Null)
}

/// What a balance consists of: cause, minutes, balance after it.
fn lines(balance: &Value) -> Vec<(String, i64, i64)> {
    let lines = balance["lines"].as_array().unwrap().iter();
    lines
        .map(|line| {
            (
                line["cause"]["what"].as_str().unwrap().to_owned(),
                line["minutes"].as_i64().unwrap(),
                line["balance"].as_i64().unwrap(),
            )
        })
        .collect()
}

fn line(what: &str, minutes: i64, balance: i64) -> (String, i64, i64) {
    (what.to_owned(), minutes, balance)
}

/// Another desk, which L02 leads.
fn other_desk(house: &House) {
    house.block_on(async {
        let open = json!({"desk": "other", "name": "别的部门", "zone": "Asia/Shanghai", "opens": 540, "closes": 1440});
        let app = &house.app;
        app.open_desk(&Caller::system(), serde_json::from_value(open).unwrap()).await.unwrap();
        let hire = json!({
            "staff": "L02", "name": "别的主管", "desk": "other", "position": "主管", "roles": ["lead"], "leads": ["other"],
            "employment": "full_time", "week_minutes": 2400, "month_wage_fen": 900_000, "from": "2026-11-01"
        });
        app.hire(&Caller::system(), serde_json::from_value(hire).unwrap()).await.unwrap();
        app.accounts().set_password(&"L02".into(), &password("L02")).unwrap();
    });
}

#[test]
fn t12_leave_that_does_not_fit_its_unit_is_refused() {
    let house = House::shop("2026-11-25 10:00");
    house.publish(&[("1001", 3, "A"), ("1001", 4, "")]);
    let ann = house.to("1001");
    let refused = |body: Value, code: &str| {
        let reply = ann.post("/leave-requests", body).expect_problem(422, code);
        assert_eq!(reply.json["rule"], "T12");
        reply.detail().to_owned()
    };
    let text = refused(
        half("marriage", "2026-12-03", "first"),
        "leave-unit-mismatch",
    );
    assert!(
        text.contains("marriage leave is taken in whole days"),
        "{text}"
    );
    refused(hours("sick", "2026-12-03", 540, 720), "leave-unit-mismatch");
    refused(
        hours("personal", "2026-12-03", 540, 630),
        "leave-unit-mismatch",
    );
    refused(half("sick", "2026-12-04", "first"), "leave-half-of-nothing");
    // 09:00–13:00 is the first half of 09:00–17:00.
    let id = ask(&house, "1001", hours("sick", "2026-12-03", 540, 780));
    let row = ann.get(&format!("/leave-requests/{id}")).expect(200).json;
    assert_eq!(
        (&row["half"], &row["status"]),
        (&json!("first"), &json!("pending"))
    );
    ask(&house, "1001", hours("personal", "2026-12-03", 780, 900));
    // The form says it too, and keeps what was typed.
    let answer = house.form(
        "1001",
        "/my/leaves",
        &[
            ("kind", "marriage"),
            ("first", "2026-12-10"),
            ("last", "2026-12-10"),
            ("part", "second"),
            ("reason", "登记"),
        ],
    );
    assert!(
        answer.contains("whole days") && answer.contains("登记"),
        "{answer}"
    );
}

#[test]
fn a4_half_a_day_with_punches_in_the_other_half() {
    let house = House::shop("2026-11-25 10:00");
    let days: Vec<(&str, u32, &str)> = (1..=4).map(|day| ("1001", day, "A")).collect();
    house.publish(&days);
    for (date, part) in [
        ("2026-12-01", "first"),
        ("2026-12-02", "second"),
        ("2026-12-03", "first"),
        ("2026-12-04", "first"),
        ("2026-12-07", "second"), // not rostered yet
    ] {
        let id = ask(&house, "1001", half("personal", date, part));
        approve(&house, &id);
    }
    // The half moves with the shift that comes to be in force.
    let amend =
        json!({"cells": [{"staff": "1001", "date": "2026-12-07", "shift": "B"}], "reason": "补排"});
    house
        .to("L01")
        .post(&format!("/desks/{DESK}/rosters/2026-12/amendments"), amend)
        .expect(200);
    house.work("1001", "2026-12-01 12:55", "2026-12-01 17:00");
    house.work("1001", "2026-12-02 09:00", "2026-12-02 13:00");
    house.work("1001", "2026-12-03 13:10", "2026-12-03 16:50");
    house.work("1001", "2026-12-07 13:00", "2026-12-07 17:00");
    house.pass_until("2026-12-12 08:00");
    let figures = |date: &str| {
        let day = house.day("1001", date);
        (
            day["status"].as_str().unwrap().to_owned(),
            day["leave_minutes"]["personal"].as_i64().unwrap(),
            day["worked_minutes"].as_i64().unwrap(),
            day["late_minutes"].as_i64().unwrap(),
            day["early_minutes"].as_i64().unwrap(),
            day["absent_minutes"].as_i64().unwrap(),
        )
    };
    let worked = |minutes, late, early| ("worked".to_owned(), 240, minutes, late, early, 0);
    assert_eq!(figures("2026-12-01"), worked(240, 0, 0));
    assert_eq!(figures("2026-12-02"), worked(240, 0, 0));
    assert_eq!(figures("2026-12-03"), worked(220, 10, 10));
    // Half on leave, and not there for the other half: that half is absent.
    assert_eq!(
        figures("2026-12-04"),
        ("absent".to_owned(), 240, 0, 0, 0, 240)
    );
    assert_eq!(figures("2026-12-07"), worked(240, 0, 0));
    let found = house.penalties("1001");
    assert_eq!(found, [("T12".to_owned(), 3000, "2026-12-04".to_owned())]);
}

#[test]
fn t12_a_document_is_seen_before_sick_leave_is_approved() {
    let house = House::shop("2026-11-25 10:00");
    other_desk(&house);
    house.publish(&[("1001", 3, "A"), ("1001", 4, "A")]);
    let mut body = leave("sick", "2026-12-03", "2026-12-03");
    body["evidence"] = json!("病假条");
    let id = ask(&house, "1001", body);
    let approval = format!("/leave-requests/{id}/approval");
    let evidence = format!("/leave-requests/{id}/evidence");
    let note = || json!({"document": "病假条 市一医院"});
    let refused = house
        .to("L01")
        .post_empty(&approval)
        .expect_problem(409, "leave-evidence-missing");
    assert_eq!(refused.json["rule"], "T12");
    assert!(refused.detail().contains("病假条"), "{}", refused.detail());
    // A colleague and another desk's lead do not even learn of it; the person's own word is no sight of it.
    for staff in ["1002", "L02"] {
        house.to(staff).post(&evidence, note()).expect(404);
    }
    house.to("1001").post(&evidence, note()).expect(204);
    house
        .to("L01")
        .post_empty(&approval)
        .expect_problem(409, "leave-evidence-missing");
    see(&house, "H01", &id);
    approve(&house, &id);
    let row = house
        .to("1001")
        .get(&format!("/leave-requests/{id}"))
        .expect(200)
        .json;
    let noted: Vec<(bool, &str)> = row["evidence"]
        .as_array()
        .unwrap()
        .iter()
        .map(|noted| {
            (
                noted["seen"].as_bool().unwrap(),
                noted["by"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(noted, [(false, "1001"), (false, "1001"), (true, "H01")]);

    // The same on the pages: asked for, named later, seen and approved by the lead.
    let answer = house.form(
        "1001",
        "/my/leaves",
        &[
            ("kind", "sick"),
            ("first", "2026-12-04"),
            ("last", "2026-12-04"),
            ("part", "second"),
            ("reason", "复诊"),
        ],
    );
    assert!(answer.contains("second half"), "{answer}");
    let waiting = house
        .to("L01")
        .get(&format!("/desks/{DESK}/leave-requests"))
        .expect(200)
        .json;
    let id = waiting[0]["leave"].as_str().unwrap().to_owned();
    let to = |act: &str| format!("/leaves/{id}/{act}");
    let answer = house.form(
        "1001",
        &to("evidence"),
        &[("document", "复诊单"), ("own", "yes")],
    );
    assert!(answer.contains("复诊单 (named by 1001"), "{answer}");
    let answer = house.form("L01", &to("approval"), &[]);
    assert!(answer.contains("wants a document"), "{answer}");
    let answer = house.form("L01", &to("evidence"), &[("document", "复诊单")]);
    assert!(answer.contains("复诊单 (seen by L01"), "{answer}");
    house.form("L01", &to("approval"), &[]);
    let row = house
        .to("1001")
        .get(&format!("/leave-requests/{id}"))
        .expect(200)
        .json;
    assert_eq!(row["status"], "approved");
}

#[test]
fn t2_annual_leave_comes_due_as_days_pass_and_is_carried_over_until_march() {
    let house = House::shop("2026-11-25 10:00");
    let hire = json!({
        "staff": "1010", "name": "老张", "desk": DESK, "position": "客服", "roles": ["staff"], "skills": ["presale"],
        "employment": "full_time", "week_minutes": 2400, "month_wage_fen": 600_000, "from": "2026-11-01",
        "service_from": "2010-06-01"
    });
    let hr = house.to("H01");
    let mut wrong = hire.clone();
    wrong["service_from"] = json!("2026-11-02");
    hr.post("/staff", wrong)
        .expect_problem(422, "field-invalid");
    hr.post("/staff", hire).expect(204);
    house.block_on(async {
        house
            .app
            .accounts()
            .set_password(&"1010".into(), &password("1010"))
            .unwrap();
    });
    house.publish(&[("1001", 1, "A"), ("1010", 1, "A")]);
    assert_eq!(balance(&house, "1010", "annual"), Value::Null);

    // 16 years of service: 10 days a year, 61 of 365 days of this one; next year's is granted 31 days ahead.
    house.pass_until("2026-12-02 08:00");
    let granted = balance(&house, "1010", "annual");
    assert_eq!(
        lines(&granted),
        [line("granted", 480, 480), line("granted", 4800, 5280)]
    );
    let causes = &granted["lines"];
    assert_eq!(
        causes[0]["cause"],
        json!({"what": "granted", "year": 2026, "days": 1, "service_years": 16})
    );
    assert_eq!(granted["lots"][0]["expires"], "2027-03-31");
    assert_eq!(
        (&granted["lots"][1]["from"], &granted["lots"][1]["expires"]),
        (&json!("2027-01-01"), &json!("2028-03-31"))
    );
    // Under a year of service there is none.
    assert_eq!(balance(&house, "1001", "annual"), Value::Null);
    house.pass_until("2026-12-10 08:00");
    assert_eq!(balance(&house, "1010", "annual")["minutes"], 5280, "once");

    // Next year's is not taken this year; this year's is carried over and goes first.
    let old = house.to("1010");
    let short = old
        .post(
            "/leave-requests",
            leave("annual", "2026-12-28", "2026-12-29"),
        )
        .expect_problem(409, "leave-balance-short");
    assert!(
        short.detail().contains("480 minutes are left"),
        "{}",
        short.detail()
    );
    let id = ask(&house, "1010", leave("annual", "2027-01-05", "2027-01-06"));
    assert_eq!(balance(&house, "1010", "annual")["pending_minutes"], 960);
    approve(&house, &id);
    let after = balance(&house, "1010", "annual");
    assert_eq!(after["minutes"], 4320);
    assert_eq!(after["lots"].as_array().unwrap().len(), 1);
    assert_eq!(after["lots"][0]["left"], 4320);
    // Taken back it is whole again; what was carried over then expires with March.
    old.post_empty(&format!("/leave-requests/{id}/withdrawal"))
        .expect(204);
    assert_eq!(balance(&house, "1010", "annual")["lots"][0]["left"], 480);
    house.pass_until("2027-04-01 08:00");
    let spring = balance(&house, "1010", "annual");
    assert_eq!(spring["minutes"], 4800);
    assert_eq!(
        lines(&spring),
        [
            line("granted", 480, 480),
            line("granted", 4800, 5280),
            line("taken", -960, 4320),
            line("given_back", 960, 5280),
            line("expired", -480, 4800),
        ]
    );
    let shown = house.page("1010", "/my/balances");
    for words in [
        "2026: 1 days (16 years of service)",
        "Expired unused",
        "80 h",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
}

#[test]
fn t2_time_off_earned_by_overtime_arrives_in_the_ledger_and_follows_late_facts() {
    let house = House::shop("2026-11-25 10:00");
    house.publish(&[("1001", 1, "A"), ("1001", 2, "A"), ("1001", 10, "A")]);
    let (lead, ann) = (house.to("L01"), house.to("1001"));
    for date in ["2026-12-01", "2026-12-02"] {
        let approval = json!({
            "staff": "1001", "work_date": date, "minutes_max": 120, "compensation": "time_off", "reason": "双十二"
        });
        lead.post("/overtime-approvals", approval).expect(204);
    }
    house.work("1001", "2026-12-01 09:00", "2026-12-01 19:00");
    assert_eq!(
        balance(&house, "1001", "compensatory"),
        Value::Null,
        "the day is not over"
    );
    house.punch("1001", "in", "2026-12-02 09:00"); // and forgets to punch out
    house.pass_until("2026-12-03 08:00");
    let found = balance(&house, "1001", "compensatory");
    assert_eq!(lines(&found), [line("earned", 120, 120)]);
    assert_eq!(
        (
            &found["lines"][0]["work_date"],
            &found["lots"][0]["expires"]
        ),
        (&json!("2026-12-01"), &json!("2027-06-01"))
    );
    // The out of the 2nd is made good: that day earned an hour as well.
    let correction = json!({
        "work_date": "2026-12-02", "edge": {"segment": 0, "side": "out"},
        "claimed_at": at("2026-12-02 18:00").to_rfc3339(), "reason": "忘打卡"
    });
    let correction = ann.post("/corrections", correction).expect(201).id();
    lead.post_empty(&format!("/corrections/{correction}/approval"))
        .expect(204);
    let found = balance(&house, "1001", "compensatory");
    assert_eq!(
        lines(&found),
        [line("earned", 120, 120), line("earned", 60, 180)]
    );
    // Three hours off take all of it, not a minute more is there.
    ann.post(
        "/leave-requests",
        hours("compensatory", "2026-12-10", 540, 780),
    )
    .expect_problem(409, "leave-balance-short");
    let id = ask(
        &house,
        "1001",
        hours("compensatory", "2026-12-10", 540, 720),
    );
    approve(&house, &id);
    let found = balance(&house, "1001", "compensatory");
    assert_eq!((&found["minutes"], &found["lots"]), (&json!(0), &json!([])));
    let shown = house.page("L01", "/people/1001/balances");
    assert!(
        shown.contains("Time off earned") && shown.contains("−3 h"),
        "{shown}"
    );
}

#[test]
fn t2_time_off_is_used_in_the_order_it_expires_and_nobody_moves_their_own() {
    let house = House::shop("2026-11-25 10:00");
    other_desk(&house);
    house.publish(&[("1001", 10, "A")]);
    let give = |minutes: i64, earned: &str| {
        json!({
            "kind": "compensatory", "year": 2026, "minutes": minutes, "reason": "加班", "work_date": earned
        })
    };
    let path = "/staff/1001/leave-balances";
    for staff in ["1001", "1002", "L02"] {
        house
            .to(staff)
            .post(path, give(60, "2026-11-20"))
            .expect(403);
    }
    house
        .to("H01")
        .post(path, give(120, "2026-11-20"))
        .expect(204);
    house
        .to("L01")
        .post(path, give(60, "2026-06-20"))
        .expect(204);
    let id = ask(
        &house,
        "1001",
        hours("compensatory", "2026-12-10", 540, 600),
    );
    approve(&house, &id);
    // The lot of June, which ends on 20 December, went.
    let found = balance(&house, "1001", "compensatory");
    let lots = found["lots"].as_array().unwrap();
    assert_eq!(lots.len(), 1);
    assert_eq!(
        (&lots[0]["left"], &lots[0]["expires"]),
        (&json!(120), &json!("2027-05-20"))
    );
    // What somebody takes away is not there twice.
    house
        .to("H01")
        .post(path, give(-121, "2026-11-20"))
        .expect_problem(409, "leave-balance-short");
    let answer = house.form(
        "L01",
        "/people/1001/balances",
        &[
            ("kind", "compensatory"),
            ("year", "2026"),
            ("minutes", "-20"),
            ("reason", "更正"),
        ],
    );
    assert!(
        answer.contains("The balance is moved.") && answer.contains("更正"),
        "{answer}"
    );
    assert_eq!(balance(&house, "1001", "compensatory")["minutes"], 100);
    house
        .to("1002")
        .get("root:/people/1001/balances")
        .expect(403);
}

#[test]
fn t12_leave_filed_by_a_lead_is_held_against_overlap_balance_and_closed_books() {
    let house = House::shop("2026-11-25 10:00");
    house.publish(&[("1001", 1, "A"), ("1001", 2, "A")]);
    let lead = house.to("L01");
    let emergency = |request: Value| json!({"staff": "1001", "emergency": "送医,本人无法填写", "request": request});
    let path = "/emergency-leave-requests";
    house.set("2026-12-01 15:00");
    // Late, but an emergency; the person could not ask any more.
    house
        .to("1001")
        .post(
            "/leave-requests",
            leave("personal", "2026-12-01", "2026-12-01"),
        )
        .expect_problem(409, "leave-too-late");
    let id = lead
        .post(path, emergency(leave("sick", "2026-12-01", "2026-12-01")))
        .expect(201)
        .id();
    lead.post(
        path,
        emergency(leave("personal", "2026-12-01", "2026-12-02")),
    )
    .expect_problem(409, "leave-overlaps");
    lead.post(
        path,
        emergency(leave("compensatory", "2026-12-02", "2026-12-02")),
    )
    .expect_problem(409, "leave-balance-short");
    lead.post(path, emergency(half("marriage", "2026-12-02", "first")))
        .expect_problem(422, "leave-unit-mismatch");
    // The document that sick leave wants may come later: then it is approved.
    lead.post_empty(&format!("/leave-requests/{id}/approval"))
        .expect_problem(409, "leave-evidence-missing");
    house.pass_until("2026-12-03 08:00");
    see(&house, "L01", &id);
    approve(&house, &id);
    assert_eq!(house.day("1001", "2026-12-01")["status"], "on_leave");

    house.pass_until("2027-01-06 08:00");
    house
        .to("H01")
        .post(
            &format!("/desks/{DESK}/periods/2026-12/closing"),
            json!({"acknowledge_open": true}),
        )
        .expect(204);
    lead.post(
        path,
        emergency(leave("personal", "2026-12-02", "2026-12-02")),
    )
    .expect_problem(409, "month-closed");
}

#[test]
fn t1_leave_opens_a_published_shift_and_the_lead_takes_the_proposed_cover() {
    let house = House::shop("2026-11-25 10:00");
    other_desk(&house);
    house.publish(&[
        ("1001", 10, "A"),
        ("1001", 11, "A"),
        ("1002", 10, "B"),
        ("1003", 10, ""),
        ("1004", 9, "B"), // ends at 21:00: 12 hours of rest
        ("1004", 8, "B"),
    ]);
    let demand = json!({
        "slot_minutes": 60, "source": "test",
        "days": [{"date": "2026-12-10", "skill": "presale", "start": 540, "minimum": [1, 1, 1, 1, 1, 1, 1, 1], "target": [1, 1, 1, 1, 1, 1, 1, 1]}]
    });
    let lead = house.to("L01");
    lead.put(&format!("/desks/{DESK}/demand/2026-12"), demand)
        .expect(204);
    let path = format!("/desks/{DESK}/open-shifts");
    let open = || lead.get(&path).expect(200).json;
    assert_eq!(open(), json!([]));
    let first = ask(
        &house,
        "1001",
        leave("personal", "2026-12-10", "2026-12-10"),
    );
    let second = ask(
        &house,
        "1001",
        leave("personal", "2026-12-11", "2026-12-11"),
    );
    assert_eq!(open(), json!([]), "nothing is decided");
    approve(&house, &first);
    approve(&house, &second);
    let rows = open();
    assert_eq!(rows.as_array().unwrap().len(), 2);
    let row = &rows[0];
    assert_eq!(
        (
            &row["date"],
            &row["staff"],
            &row["shift"]["code"],
            &row["skills"]
        ),
        (
            &json!("2026-12-10"),
            &json!("1001"),
            &json!("A"),
            &json!(["presale"])
        )
    );
    // 1002 comes at 13:00.
    assert_eq!(
        row["under"],
        json!([{"skill": "presale", "start": 540, "end": 780, "missing": 1}])
    );
    let proposals = row["proposals"].as_array().unwrap();
    let best = proposals[0]["staff"].as_str().unwrap();
    assert_eq!(
        best, "1003",
        "off that day and not rostered else: {proposals:#?}"
    );
    assert!(
        proposals[0]["reason_en"]
            .as_str()
            .unwrap()
            .contains("off that day")
    );
    let of = |staff: &str| proposals.iter().find(|one| one["staff"] == staff).unwrap();
    assert_eq!(of("1002")["possible"], false);
    assert!(of("1002")["reason_zh"].as_str().unwrap().contains("B 班"));
    assert!(proposals.iter().all(|one| one["staff"] != "1001"));

    // Whose it is not to give away.
    let cover = |with: &str| json!({"leave": first, "date": "2026-12-10", "with": with});
    let covers = format!("{path}/covers");
    for staff in ["1001", "1003", "H01", "G01", "L02"] {
        house.to(staff).post(&covers, cover("1003")).expect(403);
    }
    for staff in ["1003", "L02"] {
        house.to(staff).get(&path).expect(403);
    }
    lead.post(&covers, cover("1002"))
        .expect_problem(422, "roster-rules-broken");
    let shown = house.page("L01", "/open-shifts");
    assert!(shown.contains("09:00–13:00 售前 1 short"), "{shown}");
    let answer = house.form(
        "L01",
        "/open-shifts",
        &[
            ("desk", DESK),
            ("leave", &first),
            ("date", "2026-12-10"),
            ("with", "1003"),
        ],
    );
    assert!(answer.contains("the roster is amended"), "{answer}");
    let left = open();
    assert_eq!(left.as_array().unwrap().len(), 1);
    assert_eq!(left[0]["date"], "2026-12-11");
    lead.post(&covers, cover("1005"))
        .expect_problem(404, "open-shift-unknown");
    let revisions = lead
        .get(&format!("/desks/{DESK}/rosters/2026-12/revisions"))
        .expect(200)
        .json;
    assert!(revisions.to_string().contains("1003 顶班"), "{revisions}");
    // The leave of the 11th is taken back: nothing is open.
    house
        .to("1001")
        .post_empty(&format!("/leave-requests/{second}/withdrawal"))
        .expect(204);
    assert_eq!(open(), json!([]));
    // On the day the cover works the shift, and who is on leave is on leave.
    house.work("1003", "2026-12-10 09:00", "2026-12-10 17:00");
    house.pass_until("2026-12-11 08:00");
    assert_eq!(house.day("1003", "2026-12-10")["status"], "worked");
    assert_eq!(house.day("1001", "2026-12-10")["status"], "on_leave");
}

#[test]
fn t2_overtime_is_asked_for_by_staff_and_decided_by_the_lead() {
    let house = House::shop("2026-11-25 10:00");
    other_desk(&house);
    house.publish(&[("1001", 1, "A"), ("1001", 2, "A"), ("1001", 3, "A")]);
    let (lead, ann) = (house.to("L01"), house.to("1001"));
    let request = |date: &str, minutes: i64| json!({"work_date": date, "minutes": minutes, "compensation": "time_off", "reason": "双十二"});
    ann.post("/overtime-requests", request("2026-12-01", 181))
        .expect_problem(409, "overtime-day-cap");
    ann.post("/overtime-requests", request("2027-01-15", 60))
        .expect_problem(409, "overtime-request-window");
    let id = ann
        .post("/overtime-requests", request("2026-12-01", 120))
        .expect(201)
        .id();
    ann.post("/overtime-requests", request("2026-12-01", 60))
        .expect_problem(409, "overtime-request-stands");
    let waiting = lead
        .get(&format!("/desks/{DESK}/overtime-requests"))
        .expect(200)
        .json;
    assert_eq!(
        (&waiting[0]["request"], &waiting[0]["name"]),
        (&json!(id), &json!("安一"))
    );

    let to = |act: &str| format!("/overtime-requests/{id}/{act}");
    ann.post(&to("approval"), json!({})).expect(403);
    house
        .to("1002")
        .post(&to("approval"), json!({}))
        .expect(403);
    house.to("L02").post(&to("approval"), json!({})).expect(404);
    house.to("1002").post_empty(&to("withdrawal")).expect(404);
    house.to("H01").post(&to("approval"), json!({})).expect(403);
    lead.post(&to("approval"), json!({"minutes_max": 121}))
        .expect_problem(422, "field-invalid");
    lead.post(&to("approval"), json!({"minutes_max": 60}))
        .expect(204);
    lead.post(&to("refusal"), json!({"reason": "x"}))
        .expect_problem(409, "overtime-not-pending");
    house.work("1001", "2026-12-01 09:00", "2026-12-01 19:00");
    house.pass_until("2026-12-02 08:00");
    assert_eq!(house.day("1001", "2026-12-01")["overtime"]["workday"], 60);
    assert_eq!(balance(&house, "1001", "compensatory")["minutes"], 60);

    // Refused with the reason, taken back, and on the pages.
    let second = ann
        .post("/overtime-requests", request("2026-12-02", 60))
        .expect(201)
        .id();
    lead.post(
        &format!("/overtime-requests/{second}/refusal"),
        json!({"reason": "人手已够"}),
    )
    .expect(204);
    assert!(house.page("1001", "/my/requests").contains("人手已够"));
    let third = ann
        .post("/overtime-requests", request("2026-12-02", 60))
        .expect(201)
        .id();
    ann.post_empty(&format!("/overtime-requests/{third}/withdrawal"))
        .expect(204);
    let answer = house.form(
        "1001",
        "/my/overtime",
        &[
            ("date", "2026-12-03"),
            ("minutes", "90"),
            ("compensation", "money"),
            ("reason", "盘点"),
        ],
    );
    assert!(answer.contains("1 h 30 min"), "{answer}");
    assert!(house.page("L01", "/approvals").contains("盘点"));
    let month = ann
        .get("/staff/1001/overtime-requests?month=2026-12")
        .expect(200)
        .json;
    let stands = |status: &str| {
        let rows = month.as_array().unwrap().iter();
        rows.filter(|row| row["status"] == status).count()
    };
    assert_eq!(
        [
            stands("approved"),
            stands("refused"),
            stands("withdrawn"),
            stands("pending")
        ],
        [1, 1, 1, 1]
    );
    let rows = month.as_array().unwrap().iter();
    let mut pending = rows.filter(|row| row["status"] == "pending");
    let fourth = pending.next().unwrap()["request"].as_str().unwrap();
    let answer = house.form(
        "L01",
        &format!("/overtime/{fourth}/approval"),
        &[("minutes", "90"), ("compensation", "time_off")],
    );
    assert!(answer.contains("0 waiting"), "{answer}");
    // Whoever holds an office asks like anybody, and somebody else decides.
    let own = house
        .to("L01")
        .post("/overtime-requests", request("2026-12-05", 60))
        .expect(201)
        .id();
    let approval = format!("/overtime-requests/{own}/approval");
    lead.post(&approval, json!({}))
        .expect_problem(403, "own-matter");
    house.to("G01").post(&approval, json!({})).expect(204);
}

#[test]
fn t1_a_cover_is_held_to_the_limits_of_the_policy() {
    let house = House::shop("2026-11-25 10:00");
    let document = format!(
        "{}\n[version.roster.rules]\nforbidden_successions = [[\"A\", \"B\"]]\n",
        domain::policy::document::ONLINE_SHOP
    );
    let policy = format!("/desks/{DESK}/policy");
    house
        .to("H01")
        .put(&policy, json!({"document": document}))
        .expect(204);
    // 1003 would come from an A the day before, 1004 from a B.
    house.publish(&[
        ("1001", 10, "B"),
        ("1003", 9, "A"),
        ("1003", 10, ""),
        ("1004", 9, "B"),
        ("1004", 10, ""),
    ]);
    let away = ask(
        &house,
        "1001",
        leave("personal", "2026-12-10", "2026-12-10"),
    );
    approve(&house, &away);
    let lead = house.to("L01");
    let path = format!("/desks/{DESK}/open-shifts");
    let rows = lead.get(&path).expect(200).json;
    let proposals = rows[0]["proposals"].as_array().unwrap();
    let of = |staff: &str| {
        proposals
            .iter()
            .position(|one| one["staff"] == staff)
            .unwrap()
    };
    let (forbidden, free) = (of("1003"), of("1004"));
    assert_eq!(proposals[free]["possible"], true, "{proposals:#?}");
    assert_eq!(proposals[forbidden]["possible"], false, "{proposals:#?}");
    assert!(free < forbidden);
    let reason = proposals[forbidden]["reason_en"].as_str().unwrap();
    assert!(reason.contains("may not follow one another"), "{reason}");
    let shown = house.page("L01", "/open-shifts");
    assert!(shown.contains("may not follow one another"), "{shown}");
    let cover = |with: &str| json!({"leave": away, "date": "2026-12-10", "with": with});
    let covers = format!("{path}/covers");
    lead.post(&covers, cover("1003"))
        .expect_problem(422, "roster-limits-broken");
    lead.post(&covers, cover("1004")).expect(200);
}
