//! People lent to another desk (D2), for days and for hours, through the HTTP API and the pages.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use acceptance::{DESK, House, password};
use domain::policy::document::CALL_CENTRE;
use paiban::app::Caller;
use serde_json::{Value, json};

/// The shop, and a chat desk that L02 leads: agent 2001, the skill `chat`, a shift N 10:00–18:00, one wanted from ten to
/// six.
fn planning(local: &str) -> House {
    let house = House::shop("2026-11-25 10:00");
    house.block_on(async {
        let system = Caller::system;
        let open = json!({"desk": "chat", "name": "在线组", "zone": "Asia/Shanghai", "opens": 540, "closes": 1440});
        house.app.open_desk(&system(), serde_json::from_value(open).unwrap()).await.unwrap();
        let skills = json!({"skills": [{"id": "chat", "name": "在线"}]});
        let skills = serde_json::from_value(skills).unwrap();
        house.app.define_skills(&system(), &"chat".into(), skills).await.unwrap();
        for (staff, role, skills) in [("L02", "lead", json!([])), ("2001", "staff", json!(["chat"]))] {
            let leads = if role == "lead" { json!(["chat"]) } else { json!([]) };
            let hire = json!({
                "staff": staff, "name": format!("名{staff}"), "desk": "chat", "position": "在线客服", "roles": [role],
                "leads": leads, "skills": skills, "employment": "full_time", "week_minutes": 2400,
                "month_wage_fen": 600_000, "from": "2026-11-01"
            });
            house.app.hire(&system(), serde_json::from_value(hire).unwrap()).await.unwrap();
            house.app.accounts().set_password(&staff.into(), &password(staff)).unwrap();
        }
    });
    let policy = json!({"document": CALL_CENTRE});
    house
        .to("H01")
        .put("/desks/chat/policy", policy)
        .expect(204);
    let lead = house.to("L02");
    lead.put(
        "/desks/chat/shift-templates",
        json!({"effective_from": "2026-11-01", "templates": [{
            "code": "N", "name": "N", "colour": "#3366cc", "night": false, "duty": false,
            "segments": [{"start": 600, "end": 1080}], "meals": []
        }]}),
    )
    .expect(204);
    let slots = [1; 8];
    let days: Vec<Value> = (1..=31)
        .map(|day| json!({"date": format!("2026-12-{day:02}"), "skill": "chat", "start": 600, "minimum": slots, "target": slots}))
        .collect();
    lead.put(
        "/desks/chat/demand/2026-12",
        json!({"slot_minutes": 60, "source": "manual", "days": days}),
    )
    .expect(204);
    lead.put_empty("/desks/chat/rosters/2026-12").expect(204);
    house.set(local);
    house
}

/// The same with both rosters in force: 1001 and 1002 work A on the first days of December, 2001 N on the first.
fn two_desks(local: &str) -> House {
    let house = planning("2026-11-25 10:00");
    house.publish(&[
        ("1001", 1, "A"),
        ("1002", 1, "A"),
        ("1001", 2, "A"),
        ("1002", 2, "A"),
        ("1001", 7, "A"),
    ]);
    publish_chat(&house, &[("2001", 1)]);
    house.set(local);
    house
}

/// Brings the chat desk's roster into force with these people on N.
fn publish_chat(house: &House, cells: &[(&str, u32)]) {
    let lead = house.to("L02");
    lead.post(
        "/desks/chat/rosters/2026-12/edits",
        json!({"cells": cells_on(cells)}),
    )
    .expect(200);
    lead.post(
        "/desks/chat/rosters/2026-12/publication",
        json!({"acknowledge_shortfalls": true}),
    )
    .expect(204);
}

fn cells_on(cells: &[(&str, u32)]) -> Value {
    let cells = cells.iter();
    cells
        .map(|(staff, day)| json!({"staff": staff, "date": format!("2026-12-{day:02}"), "shift": "N"}))
        .collect()
}

fn ask(house: &House, first: &str, last: &str, window: Option<(u32, u32)>) -> String {
    let mut body = json!({
        "staff": "1001", "first": first, "last": last, "skills": ["chat"], "reason": "在线组高峰"
    });
    if let Some((start, end)) = window {
        body["window"] = json!({"start": start, "end": end});
    }
    house
        .to("L02")
        .post("/desks/chat/loans", body)
        .expect(201)
        .id()
}

fn post_of(house: &House, lead: &str, desk: &str, staff: &str) -> Option<Value> {
    let path = format!("/desks/{desk}/board");
    let board = house.to(lead).get(&path).expect(200).json;
    let mut people = board["people"].as_array().unwrap().iter();
    people.find(|person| person["staff"] == staff).cloned()
}

/// Whether no roster says anything of 1001's day.
fn unrostered(house: &House, date: &str) -> bool {
    let path = format!("/staff/1001/day-records/{date}");
    house.to("1001").get(&path).status == 404
}

fn on_post(house: &House) -> i64 {
    let board = house.to("L02").get("/desks/chat/board").expect(200).json;
    board["demand"][0]["on_post"].as_i64().unwrap()
}

#[test]
fn d2_somebody_lent_for_days_is_rostered_by_the_other_desk_and_paid_by_their_own() {
    let house = two_desks("2026-12-01 08:00");
    let (shop, chat) = (house.to("L01"), house.to("L02"));
    // Only the own desk lends.
    let loan = ask(&house, "2026-12-02", "2026-12-07", None);
    chat.post_empty(&format!("/loans/{loan}/agreement"))
        .expect_problem(403, "not-permitted");
    house
        .to("1001")
        .post_empty(&format!("/loans/{loan}/agreement"))
        .expect(403);
    let waiting = shop.get(&format!("/desks/{DESK}/loans")).expect(200).json;
    assert_eq!(waiting[0]["status"], "pending");
    assert_eq!(waiting[0]["name"], "安一");
    shop.post_empty(&format!("/loans/{loan}/agreement"))
        .expect(204);

    // The own roster has let go of the days, and takes none of them back.
    assert!(
        unrostered(&house, "2026-12-02"),
        "nobody has rostered the day yet"
    );
    let edit =
        json!({"cells": [{"staff": "1001", "date": "2026-12-03", "shift": "A"}], "reason": "x"});
    let refused = shop
        .post(&format!("/desks/{DESK}/rosters/2026-12/amendments"), edit)
        .expect_problem(422, "roster-rules-broken");
    assert!(
        refused.detail().contains("is rostered by chat that day"),
        "{}",
        refused.detail()
    );
    // The other desk rosters them, and nobody else's people.
    let amend = |cells: &[(&str, u32)]| json!({"cells": cells_on(cells), "reason": "借调"});
    let path = "/desks/chat/rosters/2026-12/amendments";
    chat.post(path, amend(&[("1001", 2), ("1001", 3)]))
        .expect(200);
    chat.post(path, amend(&[("1002", 2)]))
        .expect_problem(422, "roster-rules-broken");
    chat.post(path, amend(&[("1001", 8)]))
        .expect_problem(422, "roster-rules-broken");

    // Late by the other desk's shift, at the own desk's price: the shop records lateness and fines none.
    house.set("2026-12-02 10:12");
    house.punch("1001", "in", "2026-12-02 10:12");
    let here = post_of(&house, "L02", "chat", "1001").unwrap();
    assert_eq!(
        (&here["post"], &here["lent_from"]),
        (&json!("on_post"), &json!(DESK))
    );
    assert_eq!(here["skills"], json!(["chat"]));
    assert_eq!(on_post(&house), 1);
    assert_eq!(
        post_of(&house, "L01", DESK, "1001").unwrap()["post"],
        "lent"
    );
    house.punch("1001", "out", "2026-12-02 18:00");
    house.pass_until("2026-12-07 01:00");
    let day = house.day("1001", "2026-12-02");
    assert_eq!((&day["desk"], &day["shift"]), (&json!(DESK), &json!("N")));
    assert_eq!(
        (&day["late_minutes"], &day["worked_minutes"]),
        (&json!(12), &json!(468))
    );
    let missed = house.day("1001", "2026-12-03");
    assert_eq!(missed["status"], "absent");
    let mine: Vec<_> = house.penalties("1001");
    assert!(
        mine.iter()
            .any(|(rule, amount, _)| rule == "T12" && *amount == 3000),
        "{mine:?}"
    );
    let month = |lead: &str, desk: &str| {
        let path = format!("/desks/{desk}/months/2026-12");
        let rows = house.to(lead).get(&path).expect(200).json;
        let rows = rows.as_array().unwrap().iter();
        rows.map(|row| {
            row["staff"]["staff"]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        })
        .collect::<Vec<_>>()
    };
    assert!(month("L01", DESK).contains(&"1001".to_owned()));
    assert!(!month("L02", "chat").contains(&"1001".to_owned()));

    // Called back early: the rest of the days are the own desk's again.
    shop.post(&format!("/loans/{loan}/end"), json!({"last": "2026-12-06"}))
        .expect(204);
    let edit =
        json!({"cells": [{"staff": "1001", "date": "2026-12-07", "shift": "A"}], "reason": "回来"});
    shop.post(&format!("/desks/{DESK}/rosters/2026-12/amendments"), edit)
        .expect(200);
    assert_eq!(house.day("1001", "2026-12-07")["shift"], "A");
}

#[test]
fn d2_the_plan_of_each_desk_has_who_is_lent_on_the_right_days() {
    let house = planning("2026-12-01 08:00");
    let (minimum, target) = ([2; 12], [3; 12]);
    let days: Vec<Value> = (1..=31)
        .map(|day| json!({"date": format!("2026-12-{day:02}"), "skill": "presale", "start": 540, "minimum": minimum, "target": target}))
        .collect();
    let shop = house.to("L01");
    let demand = json!({"slot_minutes": 60, "source": "test", "days": days});
    shop.put(&format!("/desks/{DESK}/demand/2026-12"), demand)
        .expect(204);
    shop.put_empty(&format!("/desks/{DESK}/rosters/2026-12"))
        .expect(204);
    let loan = ask(&house, "2026-12-07", "2026-12-11", None);
    house
        .to("L01")
        .post_empty(&format!("/loans/{loan}/agreement"))
        .expect(204);
    let worked = |lead: &str, desk: &str| -> Vec<u32> {
        let path = format!("/desks/{desk}/rosters/2026-12");
        let person = house.to(lead);
        let solve = person
            .post(
                &format!("{path}/solves"),
                json!({"seed": 1, "work_limit": 2000, "limit_seconds": 3}),
            )
            .expect(202)
            .id();
        let solve = domain::ids::SolveId(solve.parse().unwrap());
        house.block_on(house.app.finish_solve(solve)).unwrap();
        house.block_on(house.app.catch_up()).unwrap();
        let roster = person.get(&format!("{path}?state=draft")).expect(200).json;
        let lines = roster["lines"].as_array().unwrap().iter();
        let mut lines = lines.filter(|line| line["staff"]["staff"] == "1001");
        let cells = lines.next().unwrap()["cells"].as_object().unwrap();
        let days = cells.iter().filter(|(_, shift)| !shift.is_null());
        days.map(|(date, _)| date[8..].parse().unwrap()).collect()
    };
    let own = worked("L01", DESK);
    assert!(
        !own.is_empty() && own.iter().all(|day| !(7..=11).contains(day)),
        "{own:?}"
    );
    let other = worked("L02", "chat");
    assert!(
        !other.is_empty() && other.iter().all(|day| (7..=11).contains(day)),
        "{other:?}"
    );
}

#[test]
fn d2_somebody_lent_for_hours_keeps_the_own_shift_and_counts_where_they_are() {
    let house = two_desks("2026-12-01 09:00");
    house.punch("1001", "in", "2026-12-01 09:00");
    house.punch("2001", "in", "2026-12-01 09:00");
    let loan = ask(&house, "2026-12-01", "2026-12-01", Some((840, 960)));
    house
        .to("L01")
        .post_empty(&format!("/loans/{loan}/agreement"))
        .expect(204);
    let where_is = |local: &str| {
        house.set(local);
        let post = |lead: &str, desk: &str| {
            let found = post_of(&house, lead, desk, "1001");
            found.map_or("-".to_owned(), |person| {
                person["post"].as_str().unwrap().to_owned()
            })
        };
        (post("L01", DESK), post("L02", "chat"), on_post(&house))
    };
    let owned = |own: &str, other: &str, count| (own.to_owned(), other.to_owned(), count);
    assert_eq!(where_is("2026-12-01 13:59"), owned("on_post", "-", 1));
    assert_eq!(where_is("2026-12-01 14:00"), owned("lent", "on_post", 2));
    assert_eq!(where_is("2026-12-01 16:00"), owned("on_post", "-", 1));
    house.punch("1001", "out", "2026-12-01 17:00");
    house.pass_until("2026-12-03 09:00");
    let day = house.day("1001", "2026-12-01");
    assert_eq!(
        (&day["shift"], &day["worked_minutes"]),
        (&json!("A"), &json!(480))
    );
    let used = |lead: &str, desk: &str| {
        let path = format!("/desks/{desk}/utilisation?first=2026-12-01&last=2026-12-01");
        let report = house.to(lead).get(&path).expect(200).json;
        let slots = report["slots"].as_array().unwrap().iter();
        slots
            .filter(|slot| slot["start"] == 840 || slot["start"] == 960)
            .map(|slot| slot["rostered_minutes"].as_i64().unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(used("L02", "chat"), [120, 60]);
    // An hour that has begun is not taken back.
    house
        .to("L02")
        .post(&format!("/loans/{loan}/end"), json!({"last": "2026-11-30"}))
        .expect_problem(409, "loan-over");
}

#[test]
fn d2_a_lead_asks_and_another_agrees_on_the_page() {
    let house = two_desks("2026-12-01 08:00");
    let page = |staff: &str, desk: &str| house.page(staff, &format!("/loans?desk={desk}"));
    assert!(page("L02", "chat").contains("安一 1001"));
    house.form(
        "L02",
        "/loans",
        &[
            ("desk", "chat"),
            ("staff", "1001"),
            ("first", "2026-12-07"),
            ("last", "2026-12-08"),
            ("skill-chat", "on"),
            ("reason", "peak"),
        ],
    );
    let loans = house
        .to("L01")
        .get(&format!("/desks/{DESK}/loans"))
        .expect(200)
        .json;
    let loan = loans[0]["loan"].as_str().unwrap().to_owned();
    let asked = page("L01", DESK);
    assert!(
        asked.contains("peak") && asked.contains("网店客服部 → 在线组"),
        "{asked}"
    );
    house.form(
        "L01",
        &format!("/loans/{loan}/agreement"),
        &[("desk", DESK)],
    );
    assert!(unrostered(&house, "2026-12-07"));
    assert!(page("L02", "chat").contains("agreed"));
    house.form(
        "L02",
        &format!("/loans/{loan}/end"),
        &[("desk", "chat"), ("last", "2026-12-07")],
    );
    let loans = house.to("L02").get("/desks/chat/loans").expect(200).json;
    assert_eq!(loans[0]["span"]["last"], "2026-12-07");
}

#[test]
fn d2_a_loan_is_asked_for_within_reason() {
    let house = two_desks("2026-12-01 08:00");
    let lead = house.to("L02");
    let ask = |body: Value| lead.post("/desks/chat/loans", body);
    let body = |change: &[(&str, Value)]| {
        let mut body = json!({
            "staff": "1001", "first": "2026-12-02", "last": "2026-12-03", "skills": ["chat"], "reason": "x"
        });
        for (field, value) in change {
            body[*field] = value.clone();
        }
        body
    };
    ask(body(&[("skills", json!(["presale"]))])).expect_problem(422, "field-invalid");
    ask(body(&[("first", json!("2026-11-30"))])).expect_problem(422, "field-invalid");
    ask(body(&[("staff", json!("9999"))])).expect_problem(404, "staff-unknown");
    ask(body(&[("last", json!("2099-01-01"))])).expect_problem(422, "field-invalid");
    ask(body(&[("staff", json!("2001"))])).expect_problem(422, "field-invalid");
    ask(body(&[])).expect(201);
    ask(body(&[])).expect_problem(409, "loan-overlaps");
    // Another desk's loans are nobody's business, and its desk is not asked for in its name.
    house.to("L01").get("/desks/chat/loans").expect(403);
    house
        .to("L01")
        .post("/desks/chat/loans", body(&[]))
        .expect(403);
    house
        .to("1001")
        .get(&format!("/desks/{DESK}/loans"))
        .expect(403);
}
