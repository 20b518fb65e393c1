//! One test per row P1–P7 of the property company's 24-hour desk, with S4 and D9, driven through the HTTP API on the
//! policy as shipped.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use acceptance::{House, Reply, at};
use chrono::NaiveDate;
use domain::policy::document::PROPERTY;
use paiban::app::Caller;
use serde_json::{Value, json};

const DESK: &str = "property";
const ROSTER: &str = "/desks/property/rosters/2026-12";

fn rfc(local: &str) -> String {
    at(local).to_rfc3339()
}

/// The property desk: 早 08:00–16:00, 正 08:30–12:30 and 14:00–18:00, 晚 13:00–21:00, 夜 21:00–08:00; customer service
/// 2001–2005, repair crew 3001 and 3002, lead L01, HR H01, GM office G01.
fn property() -> House {
    let house = House::empty("2026-11-20 09:00");
    let system = Caller::system();
    house.block_on(async {
        let open = json!({"desk": DESK, "name": "客户服务中心", "zone": "Asia/Shanghai", "opens": 0, "closes": 1440});
        house.app.open_desk(&system, serde_json::from_value(open).unwrap()).await.unwrap();
        let skills = json!({"skills": [{"id": "reception", "name": "客服接待"}, {"id": "repair", "name": "维修"}]});
        let skills = serde_json::from_value(skills).unwrap();
        house.app.define_skills(&Caller::system(), &DESK.into(), skills).await.unwrap();
        for (staff, position, role, skill) in [
            ("H01", "人事", "hr", None),
            ("G01", "总经办", "gm_office", None),
            ("L01", "主管", "lead", None),
            ("2001", "客服", "staff", Some("reception")),
            ("2002", "客服", "staff", Some("reception")),
            ("2003", "客服", "staff", Some("reception")),
            ("2004", "客服", "staff", Some("reception")),
            ("2005", "客服", "staff", Some("reception")),
            ("3001", "维修", "staff", Some("repair")),
            ("3002", "维修", "staff", Some("repair")),
        ] {
            let leads = if role == "lead" { vec![DESK] } else { vec![] };
            let hire = json!({
                "staff": staff, "name": format!("名{staff}"), "desk": DESK, "position": position, "roles": [role],
                "leads": leads, "skills": Vec::from_iter(skill), "employment": "full_time", "week_minutes": 2400,
                "month_wage_fen": 600_000, "from": "2026-11-01"
            });
            house.app.hire(&Caller::system(), serde_json::from_value(hire).unwrap()).await.unwrap();
            let account = house.app.accounts().set_password(&staff.into(), "a password of theirs");
            account.unwrap();
        }
    });
    house
        .to("H01")
        .put("/desks/property/policy", json!({"document": PROPERTY}))
        .expect(204);
    let template = |code: &str, segments: &[(i32, i32)]| {
        let segments: Vec<Value> = segments
            .iter()
            .map(|(start, end)| json!({"start": start, "end": end}))
            .collect();
        json!({
            "code": code, "name": code, "colour": "#3366cc", "night": code == "夜", "duty": code == "夜",
            "segments": segments, "meals": []
        })
    };
    let templates = json!({"effective_from": "2026-11-01", "templates": [
        template("早", &[(480, 960)]),
        template("正", &[(510, 750), (840, 1080)]),
        template("晚", &[(780, 1260)]),
        template("夜", &[(1260, 1920)]),
    ]});
    house
        .to("L01")
        .put("/desks/property/shift-templates", templates)
        .expect(204);
    house
}

fn demand(days: &[(u32, i32, u16)]) -> Value {
    let days: Vec<Value> = days
        .iter()
        .map(|(day, start, minimum)| {
            json!({
                "date": NaiveDate::from_ymd_opt(2026, 12, *day).unwrap().to_string(), "skill": "reception",
                "start": start, "minimum": [minimum], "target": [(*minimum).max(1)]
            })
        })
        .collect();
    json!({"slot_minutes": 60, "source": "test", "days": days})
}

fn draft(house: &House, cells: &[(&str, u32, &str)], wanted: &Value) {
    let lead = house.to("L01");
    lead.put("/desks/property/demand/2026-12", wanted.clone())
        .expect(204);
    lead.put_empty(ROSTER).expect(204);
    let cells: Vec<Value> = cells
        .iter()
        .map(|(staff, day, shift)| {
            let date = NaiveDate::from_ymd_opt(2026, 12, *day).unwrap().to_string();
            json!({"staff": staff, "date": date, "shift": shift})
        })
        .collect();
    lead.post(&format!("{ROSTER}/edits"), json!({"cells": cells}))
        .expect(200);
}

fn publish(house: &House, cells: &[(&str, u32, &str)]) {
    draft(house, cells, &demand(&[(1, 900, 0)]));
    let publication = json!({"acknowledge_shortfalls": true});
    house
        .to("L01")
        .post(&format!("{ROSTER}/publication"), publication)
        .expect(204);
}

fn out(house: &House, staff: &str, local: &str) -> Reply {
    house.set(local);
    house.to(staff).post("/punches", json!({"kind": "out"}))
}

fn offer(house: &House, staff: &str, local: &str, body: Value) -> Reply {
    house.set(local);
    house.to(staff).post("/handovers", body)
}

fn sign(house: &House, staff: &str, handover: &str) -> Reply {
    let path = format!("/handovers/{handover}/signature");
    house.to(staff).post_empty(&path)
}

fn post_of(house: &House, staff: &str) -> Value {
    house
        .to(staff)
        .get(&format!("/staff/{staff}/post"))
        .expect(200)
        .json
}

fn board(house: &House, local: &str) -> Value {
    let moment = rfc(local).replace('+', "%2B");
    house
        .to("L01")
        .get(&format!("/desks/property/board?at={moment}"))
        .expect(200)
        .json
}

/// Where somebody is on a board.
fn on_board(board: &Value, staff: &str) -> Value {
    let people = board["people"].as_array().unwrap();
    let found = people.iter().find(|person| person["staff"] == staff);
    found.cloned().unwrap_or(Value::Null)
}

fn exceptions(house: &House, staff: &str, kind: &str) -> Vec<Value> {
    let rows = house
        .to("L01")
        .get("/desks/property/exceptions?first=2026-12-01&last=2026-12-31")
        .expect(200)
        .json;
    let rows = rows.as_array().unwrap().iter();
    rows.filter(|row| row["staff"] == staff && row["kind"] == kind)
        .cloned()
        .collect()
}

#[test]
fn p1_the_clock_round_and_a_night_belongs_to_the_day_it_starts() {
    let house = property();
    publish(
        &house,
        &[("3001", 1, "夜"), ("3002", 31, "夜"), ("2001", 2, "正")],
    );
    house.punch("3001", "in", "2026-12-01 20:45");
    // Three in the morning: on post, and still of the first.
    house.set("2026-12-02 03:00");
    let night = on_board(&board(&house, "2026-12-02 03:00"), "3001");
    assert_eq!(
        (night["post"].as_str(), night["date"].as_str()),
        (Some("on_post"), Some("2026-12-01")),
        "{night:#}"
    );
    // The day is not over while its night lasts.
    house.pass_until("2026-12-02 07:59");
    assert_eq!(house.day("3001", "2026-12-01")["status"], "open");
    house.punch("3001", "out", "2026-12-02 08:00");
    house.pass_until("2026-12-03 00:30");
    let day = house.day("3001", "2026-12-01");
    assert_eq!(
        (
            day["status"].as_str(),
            day["night"].as_bool(),
            day["worked_minutes"].as_i64()
        ),
        (Some("worked"), Some(true), Some(660)),
        "{day:#}"
    );
    assert_eq!(day["segments"][0]["departure"]["state"], "punched");
    assert_eq!(day["early_minutes"], 0);
    // Nothing of it falls on the second, though its out-punch lies there.
    let next = house.day("3001", "2026-12-02");
    assert_eq!(next["status"], "unrostered", "{next:#}");
    assert_eq!(
        (next["worked_minutes"].as_i64(), &next["unmatched"]),
        (Some(0), &json!([]))
    );

    // The last night of the month is December's.
    house.punch("3002", "in", "2026-12-31 20:45");
    house.punch("3002", "out", "2027-01-01 07:50");
    house.pass_until("2027-01-02 09:00");
    let day = house.day("3002", "2026-12-31");
    assert_eq!(
        (
            day["worked_minutes"].as_i64(),
            day["early_minutes"].as_i64()
        ),
        (Some(650), Some(10))
    );
    let sheet = house
        .to("H01")
        .get("/desks/property/months/2026-12")
        .expect(200)
        .json;
    let lines = sheet.as_array().unwrap().iter();
    let worked: Vec<i64> = lines
        .filter(|line| line["summary"]["staff"] == "3002")
        .map(|line| line["summary"]["worked_minutes"].as_i64().unwrap())
        .collect();
    assert_eq!(worked, [650], "{sheet:#}");
}

#[test]
fn p2_overlapping_and_split_shifts_are_punched_segment_by_segment() {
    let house = property();
    publish(
        &house,
        &[
            ("2001", 1, "早"),
            ("2002", 1, "正"),
            ("2003", 1, "晚"),
            ("2004", 1, "正"),
        ],
    );
    house.punch("2001", "in", "2026-12-01 07:45");
    house.punch("2002", "in", "2026-12-01 08:15");
    house.punch("2004", "in", "2026-12-01 08:15");
    house.punch("2002", "out", "2026-12-01 12:30");
    house.punch("2004", "out", "2026-12-01 12:20");
    house.punch("2003", "in", "2026-12-01 12:45");
    // In the break only two hold the post, at half past two three do.
    house.set("2026-12-01 13:30");
    let noon = board(&house, "2026-12-01 13:30");
    assert_eq!(on_board(&noon, "2002")["post"], "between");
    assert_eq!(noon["counts"]["on_post"], 2, "{noon:#}");
    house.punch("2002", "in", "2026-12-01 13:50");
    house.set("2026-12-01 14:30");
    assert_eq!(board(&house, "2026-12-01 14:30")["counts"]["on_post"], 3);
    house.punch("2002", "out", "2026-12-01 18:00");
    // 2004 never punched in again, and out at 18:05.
    house.punch("2004", "out", "2026-12-01 18:05");
    house.pass_until("2026-12-06 09:00");

    let day = house.day("2002", "2026-12-01");
    assert_eq!(day["segments"].as_array().unwrap().len(), 2);
    assert_eq!(
        (day["worked_minutes"].as_i64(), day["late_minutes"].as_i64()),
        (Some(480), Some(0))
    );
    let day = house.day("2004", "2026-12-01");
    assert_eq!(day["segments"][0]["early_minutes"], 10);
    assert_eq!(day["segments"][0]["departure"]["state"], "punched");
    assert_eq!(day["segments"][1]["arrival"]["state"], "missed");
    assert_eq!(day["segments"][1]["departure"]["state"], "punched");
    let missed = exceptions(&house, "2004", "missed_in");
    assert_eq!(missed.len(), 1);
    assert_eq!(missed[0]["segment"], 1);
}

#[test]
fn p3_the_repair_crew_covers_the_desk_at_night() {
    let house = property();
    // One at the desk from 21:00 to 22:00 on the first, at least.
    let night = demand(&[(1, 1260, 1)]);
    draft(&house, &[("2001", 1, "早")], &night);
    let lead = house.to("L01");
    let publication = format!("{ROSTER}/publication");
    let short = lead.post(&publication, json!({}));
    let short = short.expect_problem(409, "shortfalls-not-acknowledged");
    assert!(short.detail().contains("reception"), "{}", short.detail());
    // Somebody of the repair crew on the night, and nothing is short.
    let cell = json!({"cells": [{"staff": "3001", "date": "2026-12-01", "shift": "夜"}]});
    lead.post(&format!("{ROSTER}/edits"), cell).expect(200);
    lead.post(&publication, json!({})).expect(204);

    house.punch("3001", "in", "2026-12-01 20:45");
    house.set("2026-12-01 21:30");
    let now = board(&house, "2026-12-01 21:30");
    let person = on_board(&now, "3001");
    assert_eq!(person["covers"], json!(["reception"]), "{person:#}");
    assert_eq!(person["position"], "维修");
    let slot = &now["demand"][0];
    assert_eq!(
        (slot["skill"].as_str(), slot["on_post"].as_u64()),
        (Some("reception"), Some(1))
    );
    let page = house.to("L01").get("root:/board").expect(200);
    let page = String::from_utf8_lossy(&page.body).into_owned();
    assert!(page.contains("维修 stands in: 客服接待"), "{page}");
}

#[test]
fn p3_a_generated_roster_gives_nights_to_the_repair_crew_alone() {
    let house = property();
    // One at nine in the morning, and one at nine in the evening.
    let wanted: Vec<u16> = (0..13).map(|slot| u16::from(slot % 12 == 0)).collect();
    let days: Vec<Value> = (1..=31)
        .map(|day| {
            json!({
                "date": format!("2026-12-{day:02}"), "skill": "reception", "start": 540,
                "minimum": wanted, "target": wanted
            })
        })
        .collect();
    let wanted = json!({"slot_minutes": 60, "source": "test", "days": days});
    let lead = house.to("L01");
    lead.put("/desks/property/demand/2026-12", wanted)
        .expect(204);
    lead.put_empty(ROSTER).expect(204);
    let asked = json!({"seed": 7, "work_limit": 1500, "limit_seconds": 3});
    let solve = lead
        .post(&format!("{ROSTER}/solves"), asked)
        .expect(202)
        .id();
    let id = domain::ids::SolveId(solve.parse().unwrap());
    house.block_on(house.app.finish_solve(id)).unwrap();
    house.block_on(house.app.catch_up()).unwrap();
    let roster = lead.get(ROSTER).expect(200).json;
    let mut nights = 0;
    for line in roster["lines"].as_array().unwrap() {
        let staff = line["staff"]["staff"].as_str().unwrap();
        for cell in line["cells"].as_object().unwrap().values() {
            let Some(code) = cell["shift"]["code"].as_str() else {
                continue;
            };
            assert_eq!(code == "夜", staff.starts_with('3'), "{staff} works {code}");
            nights += u32::from(code == "夜");
        }
    }
    assert!(nights > 10, "{nights} nights");
}

#[test]
fn p4_a_quarter_of_an_hour_before_the_shift_is_recorded_when_missed() {
    let house = property();
    publish(
        &house,
        &[("2001", 1, "早"), ("2002", 1, "早"), ("2003", 1, "早")],
    );
    house.punch("2001", "in", "2026-12-01 07:45:59");
    house.punch("2002", "in", "2026-12-01 07:50");
    house.punch("2003", "in", "2026-12-01 08:05");
    for staff in ["2001", "2002", "2003"] {
        house.punch(staff, "out", "2026-12-01 16:00");
    }
    house.pass_until("2026-12-02 09:00");
    let lead_and_late = |staff: &str| {
        let day = house.day(staff, "2026-12-01");
        (
            day["lead_missed_minutes"].as_i64().unwrap(),
            day["late_minutes"].as_i64().unwrap(),
        )
    };
    assert_eq!(lead_and_late("2001"), (0, 0));
    assert_eq!(lead_and_late("2002"), (5, 0));
    // Late is late, and the whole lead is missed.
    assert_eq!(lead_and_late("2003"), (15, 5));
    assert!(exceptions(&house, "2001", "lead_missed").is_empty());
    assert_eq!(exceptions(&house, "2002", "lead_missed")[0]["minutes"], 5);
    // A recorded breach that costs nothing: the document names no amount.
    assert_eq!(
        house.penalties("2002"),
        [("P4".to_owned(), 0, "2026-12-01".to_owned())]
    );
    let page = house
        .to("2002")
        .get("root:/days/2002/2026-12-01")
        .expect(200);
    let page = String::from_utf8_lossy(&page.body).into_owned();
    assert!(page.contains("Arrival lead missed"), "{page}");
}

#[test]
fn p5_nobody_leaves_before_the_relief_has_come_and_signed() {
    let house = property();
    publish(
        &house,
        &[("3001", 1, "夜"), ("2001", 2, "早"), ("2003", 2, "晚")],
    );
    house.punch("3001", "in", "2026-12-01 20:45");
    let refused = out(&house, "3001", "2026-12-02 08:00").expect_problem(409, "relief-not-arrived");
    assert_eq!(refused.json["rule"], "P5");
    assert!(refused.detail().contains("2001"), "{}", refused.detail());
    let chinese = house
        .to("3001")
        .with("accept-language", "zh-CN")
        .post("/punches", json!({"kind": "out"}));
    assert!(
        chinese.detail().contains("坚守岗位"),
        "{}",
        chinese.detail()
    );
    // The lead sees who waits for whom.
    house.set("2026-12-02 08:30");
    let pending = board(&house, "2026-12-02 08:30")["handovers_pending"][0].clone();
    assert_eq!(pending["staff"], "3001", "{pending:#}");
    assert_eq!(pending["reliefs"][0]["staff"], "2001");
    assert_eq!(pending["reliefs"][0]["arrived_at"], Value::Null);
    let page = house.to("L01").get("root:/board").expect(200);
    let page = String::from_utf8_lossy(&page.body).into_owned();
    assert!(
        page.contains("名2001") && page.contains("/handover-waivers"),
        "{page}"
    );

    let offered = json!({"notes": "3栋电梯待修"});
    let handover = offer(&house, "3001", "2026-12-02 08:40", offered)
        .expect(201)
        .id();
    // Not before having come, not by oneself, not by somebody who does not relieve.
    sign(&house, "2001", &handover).expect_problem(409, "not-on-post");
    house.punch("2001", "in", "2026-12-02 08:50");
    out(&house, "3001", "2026-12-02 08:51").expect_problem(409, "handover-not-signed");
    sign(&house, "3001", &handover).expect_problem(403, "own-matter");
    sign(&house, "2003", &handover).expect_problem(403, "not-the-relief");
    house.set("2026-12-02 08:58");
    sign(&house, "2001", &handover).expect(204);
    sign(&house, "2001", &handover).expect_problem(409, "handover-signed");
    out(&house, "3001", "2026-12-02 09:00").expect(201);
    assert!(
        board(&house, "2026-12-02 09:00")["handovers_pending"]
            .as_array()
            .unwrap()
            .is_empty()
    );

    house.pass_until("2026-12-03 09:00");
    let day = house.day("3001", "2026-12-01");
    assert_eq!(day["post"]["handover_wait_minutes"], 58, "{day:#}");
    assert_eq!(day["post"]["handover_wait_for"], "2001");
    // Overtime without anybody's approval.
    assert_eq!(day["overtime"]["workday"], 58);
    let relief = house.day("2001", "2026-12-02");
    assert_eq!(relief["late_minutes"], 50);
    assert_eq!(
        relief["post"]["kept_waiting"][0]["staff"], "3001",
        "{relief:#}"
    );
    assert_eq!(relief["post"]["kept_waiting"][0]["minutes"], 58);
    assert_eq!(exceptions(&house, "2001", "kept_waiting")[0]["minutes"], 58);
    let rows = house
        .to("L01")
        .get("/desks/property/handovers?first=2026-12-01&last=2026-12-02")
        .expect(200)
        .json;
    assert_eq!(rows[0]["signer"], json!({"as": "relief", "staff": "2001"}));
    house
        .to("2001")
        .get("/desks/property/handovers?first=2026-12-01&last=2026-12-02")
        .expect(403);
}

#[test]
fn p5_a_lead_lets_somebody_go_and_a_terminal_tells_who_left_unrelieved() {
    let house = property();
    publish(
        &house,
        &[
            ("3001", 1, "夜"),
            ("2001", 2, "早"),
            ("3002", 3, "夜"),
            ("2002", 4, "早"),
            ("3001", 5, "夜"),
            ("3002", 7, "夜"),
            ("2003", 8, "早"),
        ],
    );
    let waivers = "/desks/property/handover-waivers";
    let waiver =
        json!({"staff": "3001", "work_date": "2026-12-01", "reason": "接班人员住院,主管代守"});
    house.punch("3001", "in", "2026-12-01 20:45");
    out(&house, "3001", "2026-12-02 09:30").expect_problem(409, "relief-not-arrived");
    house.to("3001").post(waivers, waiver.clone()).expect(403);
    house
        .to("H01")
        .post(waivers, waiver.clone())
        .expect_problem(403, "not-permitted");
    let silent = json!({"staff": "3001", "work_date": "2026-12-01", "reason": " "});
    house
        .to("L01")
        .post(waivers, silent)
        .expect_problem(422, "field-invalid");
    house.to("L01").post(waivers, waiver).expect(204);
    out(&house, "3001", "2026-12-02 09:31").expect(201);

    // A terminal takes an out-punch whatever stands open; the record tells it.
    house.punch("3002", "in", "2026-12-03 20:45");
    let token = house.to("H01").post(
        "/feeds",
        json!({"name": "d1", "kind": "device", "desk": DESK}),
    );
    let token = token.expect(201).json["token"].as_str().unwrap().to_owned();
    house.set("2026-12-04 08:01");
    house
        .nobody()
        .with("authorization", &format!("Bearer {token}"))
        .post(
            "/device-punches",
            json!({"staff": "3002", "kind": "out", "at": rfc("2026-12-04 08:00")}),
        )
        .expect(201);
    // Nobody follows the night of the fifth: the desk closes.
    house.punch("3001", "in", "2026-12-05 20:45");
    out(&house, "3001", "2026-12-06 08:00").expect(201);
    // The relief of the eighth is on leave: nobody is waited for.
    let leave =
        json!({"kind": "personal", "first": "2026-12-08", "last": "2026-12-08", "reason": "家事"});
    let leave = house
        .to("2003")
        .post("/leave-requests", leave)
        .expect(201)
        .id();
    house
        .to("L01")
        .post_empty(&format!("/leave-requests/{leave}/approval"))
        .expect(204);
    house.punch("3002", "in", "2026-12-07 20:45");
    out(&house, "3002", "2026-12-08 08:00").expect(201);

    house.pass_until("2026-12-13 09:00");
    let waited = house.day("3001", "2026-12-01");
    assert_eq!(waited["post"]["handover_wait_minutes"], 90, "{waited:#}");
    assert_eq!(waited["overtime"]["workday"], 90);
    assert!(exceptions(&house, "3001", "left_unrelieved").is_empty());
    assert_eq!(exceptions(&house, "3002", "left_unrelieved").len(), 1);
    let breaches = house.penalties("3002");
    assert_eq!(breaches, [("P5".to_owned(), 0, "2026-12-03".to_owned())]);
}

#[test]
fn p6_the_evening_is_handed_over_to_the_monitoring_centre() {
    let house = property();
    publish(&house, &[("2001", 1, "晚"), ("2002", 1, "正")]);
    house.punch("2001", "in", "2026-12-01 12:45");
    let refused =
        out(&house, "2001", "2026-12-01 21:00").expect_problem(409, "post-handover-not-signed");
    assert_eq!(refused.json["rule"], "P6");
    assert!(
        refused.detail().contains("监控中心"),
        "{}",
        refused.detail()
    );
    offer(
        &house,
        "2001",
        "2026-12-01 20:50",
        json!({"to_post": "门卫"}),
    )
    .expect_problem(422, "field-invalid");
    let to_post = json!({"to_post": "监控中心", "notes": "2栋301漏水,已通知维修"});
    let first = offer(&house, "2001", "2026-12-01 20:51", to_post.clone())
        .expect(201)
        .id();
    let second = offer(&house, "2001", "2026-12-01 20:52", to_post)
        .expect(201)
        .id();
    let signature = |handover: &str| format!("/handovers/{handover}/post-signature");
    let named = json!({"name": "秩序维护员 王"});
    house
        .to("2001")
        .post(&signature(&first), named.clone())
        .expect_problem(409, "handover-replaced");
    house
        .to("2002")
        .post(&signature(&second), named.clone())
        .expect_problem(403, "not-your-request");
    house
        .to("2001")
        .post(&signature(&second), json!({"name": ""}))
        .expect_problem(422, "field-invalid");
    house
        .to("2001")
        .post(&signature(&second), named)
        .expect(204);
    out(&house, "2001", "2026-12-01 21:00").expect(201);
    let rows = house
        .to("L01")
        .get("/desks/property/handovers?first=2026-12-01&last=2026-12-01");
    let rows = rows.expect(200).json;
    assert_eq!(
        rows[1]["signer"],
        json!({"as": "post", "post": "监控中心", "name": "秩序维护员 王"})
    );
    assert_eq!(rows[0]["status"], "replaced");
    // 正 hands nothing over.
    house.punch("2002", "in", "2026-12-01 13:50");
    offer(&house, "2002", "2026-12-01 17:50", json!({})).expect_problem(422, "nobody-to-relieve");
}

#[test]
fn p7_notes_and_open_items_travel_to_the_next_shift() {
    let house = property();
    publish(
        &house,
        &[("2001", 1, "早"), ("2002", 1, "晚"), ("2003", 2, "早")],
    );
    house.punch("2001", "in", "2026-12-01 07:45");
    let item = house
        .to("2001")
        .post("/desks/property/items", json!({"text": "回访2栋301漏水"}));
    let item = item.expect(201).id();
    house.punch("2002", "in", "2026-12-01 12:45");
    // Only what is one's own can be handed over.
    offer(&house, "2002", "2026-12-01 15:49", json!({"items": [item]}))
        .expect_problem(422, "item-not-yours");
    let body = json!({"notes": "3栋电梯待修", "items": [item]});
    let handover = offer(&house, "2001", "2026-12-01 15:50", body)
        .expect(201)
        .id();
    let seen = post_of(&house, "2002");
    assert_eq!(seen["to_sign"][0]["notes"], "3栋电梯待修", "{seen:#}");
    assert!(seen["open_items"].as_array().unwrap().is_empty());
    sign(&house, "2002", &handover).expect(204);
    let seen = post_of(&house, "2002");
    assert_eq!(seen["received"][0]["notes"], "3栋电梯待修");
    assert_eq!(seen["open_items"][0]["text"], "回访2栋301漏水");
    let page = house.to("2002").get("root:/punch").expect(200);
    let page = String::from_utf8_lossy(&page.body).into_owned();
    assert!(
        page.contains("3栋电梯待修") && page.contains("回访2栋301漏水"),
        "{page}"
    );
    out(&house, "2001", "2026-12-01 16:00").expect(201);

    // The evening gives it to the monitoring centre, and the next morning takes it up.
    let body = json!({"to_post": "监控中心", "notes": "业主不在家", "items": [item]});
    let handover = offer(&house, "2002", "2026-12-01 20:50", body)
        .expect(201)
        .id();
    let signed = json!({"name": "王"});
    house
        .to("2002")
        .post(&format!("/handovers/{handover}/post-signature"), signed)
        .expect(204);
    out(&house, "2002", "2026-12-01 21:00").expect(201);
    house.punch("2003", "in", "2026-12-02 07:45");
    let seen = post_of(&house, "2003");
    assert_eq!(seen["received"][0]["notes"], "业主不在家", "{seen:#}");
    assert_eq!(seen["items_at_posts"][0]["holder_name"], "监控中心");
    house
        .to("2003")
        .post(&format!("/items/{item}/handover"), json!({"to": "2003"}))
        .expect(204);
    assert_eq!(post_of(&house, "2003")["open_items"][0]["item"], item);
    house
        .to("2001")
        .post(&format!("/items/{item}/closing"), json!({"note": "x"}))
        .expect_problem(403, "not-permitted");
    house
        .to("2003")
        .post(&format!("/items/{item}/closing"), json!({"note": "已修好"}))
        .expect(204);
    house
        .to("2003")
        .post(&format!("/items/{item}/closing"), json!({"note": "x"}))
        .expect_problem(409, "item-closed");
    assert!(
        house
            .to("2003")
            .get("/desks/property/items")
            .expect(200)
            .json
            .as_array()
            .unwrap()
            .is_empty()
    );
}

#[test]
fn s4_the_work_of_the_day_is_done_or_handed_over_before_leaving() {
    let house = property();
    publish(
        &house,
        &[("2001", 1, "正"), ("2002", 1, "正"), ("2003", 1, "晚")],
    );
    house.punch("2001", "in", "2026-12-01 08:15");
    house.punch("2002", "in", "2026-12-01 08:15");
    let items = "/desks/property/items";
    let give = |staff: &str, text: &str| {
        let item = json!({"staff": staff, "text": text});
        house.to("L01").post(items, item).expect(201).id()
    };
    let (first, second) = (give("2001", "开维修工作单"), give("2002", "催缴物业费"));
    // Only the lead gives work to others.
    house
        .to("2001")
        .post(items, json!({"staff": "2002", "text": "x"}))
        .expect_problem(403, "not-permitted");
    // To lunch anybody may go.
    out(&house, "2001", "2026-12-01 12:30").expect(201);
    house.punch("2001", "in", "2026-12-01 13:50");
    let refused = out(&house, "2001", "2026-12-01 18:00").expect_problem(409, "items-left-open");
    assert_eq!(refused.json["rule"], "S4");
    assert!(
        refused.detail().contains("开维修工作单"),
        "{}",
        refused.detail()
    );
    house.set("2026-12-01 18:40");
    house
        .to("2001")
        .post(&format!("/items/{first}/closing"), json!({"note": "已开"}))
        .expect(204);
    out(&house, "2001", "2026-12-01 18:45").expect(201);
    // The other one gives it to a colleague who stays.
    house.punch("2003", "in", "2026-12-01 12:45");
    house.set("2026-12-01 17:59");
    house
        .to("2002")
        .post(&format!("/items/{second}/handover"), json!({"to": "2003"}))
        .expect(204);
    out(&house, "2002", "2026-12-01 18:00").expect(201);
    assert_eq!(
        post_of(&house, "2003")["open_items"][0]["text"],
        "催缴物业费"
    );

    house.pass_until("2026-12-02 09:00");
    let day = house.day("2001", "2026-12-01");
    assert_eq!(day["post"]["stayed_on"]["minutes"], 40, "{day:#}");
    assert_eq!(day["post"]["stayed_on"]["reason"], "开维修工作单");
    assert_eq!(day["overtime"]["workday"], 40);
    assert_eq!(
        house.day("2002", "2026-12-01")["post"]["stayed_on"],
        Value::Null
    );
}

#[test]
fn d9_work_outside_is_registered_checked_and_counts_as_worked() {
    let house = property();
    publish(
        &house,
        &[("2001", 1, "正"), ("2002", 1, "正"), ("2003", 1, "正")],
    );
    for staff in ["2001", "2002", "2003"] {
        house.punch(staff, "in", "2026-12-01 08:15");
    }
    let going = |place: &str, back: &str| json!({"place": place, "purpose": "上门回访", "expected_return_at": rfc(back)});
    house.set("2026-12-01 09:30");
    // Whoever has no shift has nothing to register; nor does anybody register what has passed.
    house
        .to("2004")
        .post("/outings", going("5栋", "2026-12-01 10:00"))
        .expect_problem(422, "outing-no-shift");
    house
        .to("2001")
        .post("/outings", going("5栋", "2026-12-01 09:00"))
        .expect_problem(422, "field-invalid");
    house
        .to("2001")
        .post("/outings", going("", "2026-12-01 10:30"))
        .expect_problem(422, "field-invalid");
    let outing = house
        .to("2001")
        .post("/outings", going("5栋1202", "2026-12-01 10:30"))
        .expect(201)
        .id();
    house
        .to("2001")
        .post("/outings", going("6栋", "2026-12-01 10:30"))
        .expect_problem(409, "outing-open");
    // The board tells where; a spot check finds what was registered, and what was not.
    house.set("2026-12-01 10:00");
    let now = board(&house, "2026-12-01 10:00");
    assert_eq!(on_board(&now, "2001")["post"], "outside", "{now:#}");
    assert_eq!(now["outside"][0]["place"], "5栋1202");
    let page = house.to("L01").get("root:/board").expect(200);
    assert!(String::from_utf8_lossy(&page.body).contains("5栋1202"));
    for staff in ["2001", "2002"] {
        let check = json!({"staff": staff, "on_post": false, "note": "不在座位"});
        house
            .to("L01")
            .post("/desks/property/spot-checks", check)
            .expect(204);
    }
    let found = json!({"confirmed": true, "note": "电话问过业主"});
    house
        .to("2001")
        .post(&format!("/outings/{outing}/checks"), found.clone())
        .expect(403);
    house
        .to("L01")
        .post(&format!("/outings/{outing}/checks"), found)
        .expect(204);
    house.set("2026-12-01 10:20");
    house
        .to("2002")
        .post_empty(&format!("/outings/{outing}/return"))
        .expect(404);
    house
        .to("2001")
        .post_empty(&format!("/outings/{outing}/return"))
        .expect(204);
    house
        .to("2001")
        .post_empty(&format!("/outings/{outing}/return"))
        .expect_problem(409, "outing-returned");
    // Work outside to the end of the shift needs no out-punch; found untrue, it does.
    house.set("2026-12-01 14:30");
    house
        .to("2001")
        .post("/outings", going("区办事处", "2026-12-01 18:30"))
        .expect(201);
    let untrue = house
        .to("2003")
        .post("/outings", going("区办事处", "2026-12-01 18:30"))
        .expect(201)
        .id();
    let found = json!({"confirmed": false, "note": "人不在那里"});
    house
        .to("L01")
        .post(&format!("/outings/{untrue}/checks"), found)
        .expect(204);
    house.punch("2002", "out", "2026-12-01 18:00");
    house.pass_until("2026-12-06 09:00");

    let day = house.day("2001", "2026-12-01");
    assert_eq!(
        day["segments"][1]["departure"]["state"], "punched",
        "{day:#}"
    );
    assert_eq!(day["post"]["outings"][0]["minutes"], 50);
    assert!(exceptions(&house, "2001", "off_post").is_empty());
    assert_eq!(exceptions(&house, "2002", "off_post").len(), 1);
    assert_eq!(exceptions(&house, "2003", "off_post").len(), 1);
    let rules = |staff: &str| -> Vec<(String, i64)> {
        let rows = house.penalties(staff).into_iter();
        rows.filter(|(rule, ..)| rule == "D9")
            .map(|(rule, fen, _)| (rule, fen))
            .collect()
    };
    assert_eq!(rules("2001"), []);
    assert_eq!(rules("2002"), [("D9".to_owned(), 0)]);
    assert_eq!(rules("2003"), [("D9".to_owned(), 0)]);
    let rows = house
        .to("L01")
        .get("/desks/property/outings?first=2026-12-01&last=2026-12-01");
    assert_eq!(rows.expect(200).json.as_array().unwrap().len(), 3);
}
