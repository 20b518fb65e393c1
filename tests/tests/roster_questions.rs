//! A lead asks about the roster: why somebody does not work then, and what differs between two of its states.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use acceptance::{DESK, House};
use serde_json::{Value, json};

const MONTH: &str = "2026-12";
/// A Friday.
const DAY: &str = "2026-12-04";

fn roster(rest: &str) -> String {
    format!("/desks/{DESK}/rosters/{MONTH}{rest}")
}

/// Two agents are wanted on Friday from 13:00 to 21:00; 1002 is the only one rostered, 1001 is on leave. Published.
fn friday() -> House {
    let house = House::shop("2026-11-25 10:00");
    let lead = house.to("L01");
    let two = vec![2; 16];
    let demand = json!({
        "slot_minutes": 30, "source": "test",
        "days": [{"date": DAY, "skill": "presale", "start": 780, "minimum": two, "target": two}]
    });
    lead.put(&format!("/desks/{DESK}/demand/{MONTH}"), demand)
        .expect(204);
    let leave = json!({"kind": "personal", "first": DAY, "last": DAY, "reason": "家事"});
    let leave = house
        .to("1001")
        .post("/leave-requests", leave)
        .expect(201)
        .id();
    lead.post_empty(&format!("/leave-requests/{leave}/approval"))
        .expect(204);
    lead.put_empty(&roster("")).expect(204);
    let cells = json!([
        {"staff": "1002", "date": DAY, "shift": "B"},
        {"staff": "1003", "date": "2026-12-02", "shift": "A"}
    ]);
    lead.post(&roster("/edits"), json!({"cells": cells}))
        .expect(200);
    lead.post(
        &roster("/publication"),
        json!({"acknowledge_shortfalls": true}),
    )
    .expect(204);
    house
}

fn ask(house: &House, staff: &str, shift: &str) -> Value {
    let shift = if shift.is_empty() {
        String::new()
    } else {
        format!("&shift={shift}")
    };
    let path = roster(&format!("/why?staff={staff}&date={DAY}{shift}"));
    house.to("L01").get(&path).expect(200).json
}

fn lines(answer: &Value, language: &str) -> String {
    let lines = answer[format!("lines_{language}")].as_array().unwrap();
    lines
        .iter()
        .map(|line| line.as_str().unwrap())
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn why_not_names_the_leave_or_the_price() {
    let house = friday();
    let before = house.to("L01").get(&roster("")).expect(200);

    let leave = ask(&house, "1001", "B");
    assert_eq!(leave["answer"], "forbidden");
    assert!(
        lines(&leave, "zh").contains("安一2026-12-04事假"),
        "{leave}"
    );
    assert!(lines(&leave, "zh").contains("放开这一项即可排"), "{leave}");
    assert!(lines(&leave, "en").contains("personal leave"), "{leave}");

    // 1002 off: eight hours more are missing, at the policy's price.
    let off = ask(&house, "1002", "off");
    assert_eq!(off["answer"], "possible");
    assert!(off["cost_change"].as_i64().unwrap() > 0, "{off}");
    let under = off["terms"]
        .as_array()
        .unwrap()
        .iter()
        .find(|t| t["term"] == "under_minimum");
    let under = under.unwrap();
    assert!(under["after"].as_i64().unwrap() > under["before"].as_i64().unwrap());
    let cells = off["cells"].as_array().unwrap();
    assert_eq!(
        cells,
        &[json!({"staff": "1002", "date": DAY, "before": "B", "after": null})]
    );

    // Nobody has asked 1004 yet: the roster would be cheaper.
    let any = ask(&house, "1004", "");
    assert_eq!(any["answer"], "possible");
    assert!(any["cost_change"].as_i64().unwrap() < 0, "{any}");
    assert_eq!(ask(&house, "1002", "B")["answer"], "already_so");

    for (query, field) in [
        ("staff=9999&date=2026-12-04", "staff"),
        ("staff=1002&date=2027-01-04", "date"),
        ("staff=1002&date=soon", "date"),
        ("staff=1002&date=2026-12-04&shift=Z", "shift"),
    ] {
        let reply = house.to("L01").get(&roster(&format!("/why?{query}")));
        let reply = reply.expect(422);
        assert_eq!(reply.json["errors"][0]["field"], field, "{query}");
    }
    // Asking changes nothing.
    let after = house.to("L01").get(&roster("")).expect(200);
    assert_eq!(before.header("etag"), after.header("etag"));
    assert_eq!(before.json, after.json);
}

#[test]
fn two_states_of_a_roster_are_compared() {
    let house = friday();
    let lead = house.to("L01");
    let cells = json!([
        {"staff": "1002", "date": DAY, "shift": null},
        {"staff": "1003", "date": DAY, "shift": "B"},
        {"staff": "1004", "date": DAY, "shift": "B"}
    ]);
    lead.post(
        &roster("/amendments"),
        json!({"cells": cells, "reason": "换人"}),
    )
    .expect(200);
    let found = lead.get(&roster("/comparison?before=1")).expect(200).json;
    assert_eq!(found["cells"].as_array().unwrap().len(), 3);
    assert!(found["cost_after"].as_i64().unwrap() < found["cost_before"].as_i64().unwrap());
    let zh = lines(&found, "zh");
    assert!(
        zh.contains("不再缺:2026-12-04 13:00–") && zh.contains("白二 2026-12-04:B → 休"),
        "{zh}"
    );
    assert!(lines(&found, "en").contains("no longer short: "));
    let same = lead
        .get(&roster("/comparison?before=1&after=1"))
        .expect(200)
        .json;
    assert_eq!((&same["cells"], &same["terms"]), (&json!([]), &json!([])));
    let by_number = lead
        .get(&roster("/comparison?before=1&after=2"))
        .expect(200)
        .json;
    assert_eq!(by_number["cells"], found["cells"]);
    lead.get(&roster("/comparison?before=9")).expect(404);
}

#[test]
fn the_pages_answer_without_a_script_and_only_to_the_lead() {
    let house = friday();
    let address = format!("desk={DESK}&month={MONTH}&staff=1001&date={DAY}");
    let page = house.page("L01", &format!("/roster?{address}"));
    assert!(
        page.contains("action=\"/roster/why\"") && page.contains("method=\"get\""),
        "{page}"
    );
    assert!(page.contains("/roster/comparison?"));
    let page = house.page("L01", &format!("/roster/why?{address}&shift=B"));
    assert!(
        page.contains("not allowed") && page.contains("personal leave"),
        "{page}"
    );
    let chinese = |path: String| {
        let lead = house.to("L01").with("accept-language", "zh");
        String::from_utf8(lead.get(&format!("root:{path}")).expect(200).body).unwrap()
    };
    let page = chinese(format!("/roster/why?{address}&shift="));
    assert!(
        page.contains("安一 2026-12-04 上班:不可排") && page.contains("事假"),
        "{page}"
    );
    let page = chinese(format!("/roster/comparison?desk={DESK}&month={MONTH}"));
    assert!(page.contains("班次没有不同"), "{page}");
    for staff in ["1001", "H01", "G01"] {
        for path in [
            format!("root:/roster/why?{address}"),
            format!("root:/roster/comparison?desk={DESK}&month={MONTH}"),
            roster(&format!("/why?staff=1001&date={DAY}")),
            roster("/comparison?before=1"),
        ] {
            house.to(staff).get(&path).expect(403);
        }
    }
}

/// Of costs by person or day, one's own.
fn cost_of<'a>(list: &'a Value, field: &str, who: &str) -> &'a Value {
    let found = list
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one[field] == who);
    found.unwrap_or_else(|| panic!("{who} in {list:#}"))
}

fn term<'a>(terms: &'a Value, name: &str) -> &'a Value {
    cost_of(terms, "term", name)
}

#[test]
fn a_change_by_hand_says_what_it_costs() {
    let house = friday();
    let lead = house.to("L01");
    let before = lead.get(&roster("/comparison?before=1")).expect(200).json["cost_after"].clone();
    // A second agent for Friday: the afternoon is no longer short, and 1004 works a single day.
    let second = json!({
        "cells": [{"staff": "1004", "date": DAY, "shift": "B"}], "reason": "顶班"
    });
    let send = || {
        let lead = lead.with("idempotency-key", "0192f0c1-2a3b-7c4d-8e5f-001122334455");
        lead.post(&roster("/amendments"), second.clone())
            .expect(200)
    };
    let told = send().json;
    assert_eq!(told["cost_before"], before);
    let after = lead.get(&roster("/comparison?before=1")).expect(200).json["cost_after"].clone();
    assert_eq!(told["cost_after"], after);
    let under = term(&told["terms"], "under_minimum");
    assert!(
        under["after"].as_i64() < under["before"].as_i64(),
        "{told:#}"
    );
    let alone = term(&told["terms"], "isolated_day_on");
    assert!(
        alone["after"].as_i64() > alone["before"].as_i64(),
        "{told:#}"
    );
    // Whose it is, and on which day.
    let own = cost_of(&told["people"], "staff", "1004");
    assert_eq!(
        term(&own["terms"], "isolated_day_on")["before"],
        0,
        "{own:#}"
    );
    assert_eq!(told["people"].as_array().unwrap().len(), 1, "{told:#}");
    let day = cost_of(&told["days"], "date", DAY);
    assert_eq!(term(&day["terms"], "under_minimum"), under);
    let (zh, en) = (lines(&told, "zh"), lines(&told, "en"));
    assert!(
        zh.starts_with(&format!("总成本 {before} → {after} (")),
        "{zh}"
    );
    for words in [
        "低于最低人数 ",
        "单独上班日 ",
        "个人成本 ",
        "2026-12-04成本 ",
        "不再缺:",
    ] {
        assert!(zh.contains(words), "{words} in {zh}");
    }
    assert!(
        en.starts_with("all costs: ") && en.contains("single working days"),
        "{en}"
    );
    // Sent again it is one change, and the same answer.
    assert_eq!(send().json, told);
    // What changes nothing costs nothing.
    let same = lead.post(&roster("/amendments"), second.clone());
    let same = same.expect(200).json;
    assert_eq!(
        (&same["cost_before"], &same["terms"]),
        (&same["cost_after"], &json!([]))
    );

    // The page says so above the roster, in the reader's language.
    let fields = [
        ("desk", DESK),
        ("month", MONTH),
        ("staff", "1004"),
        ("date", DAY),
        ("shift", ""),
        ("reason", "病了"),
    ];
    let page = house.form("L01", "/roster/cells", &fields);
    assert!(
        page.contains(&format!("all costs: {after} → {before} (+")),
        "{page}"
    );
    assert!(page.contains("under the minimum: "), "{page}");
}

#[test]
fn a_month_that_cannot_be_priced_says_why() {
    let house = House::shop("2026-11-25 10:00");
    let lead = house.to("L01");
    // Nobody has said yet how many people December wants.
    lead.put_empty(&roster("")).expect(204);
    let cells = json!([{"staff": "1002", "date": DAY, "shift": "B"}]);
    let told = lead
        .post(&roster("/edits"), json!({"cells": cells}))
        .expect(200)
        .json;
    assert!(told["cost_after"].is_null(), "{told:#}");
    assert!(
        lines(&told, "zh").contains("排班成本无法计算:还不能排班"),
        "{told:#}"
    );
    assert!(
        lines(&told, "en").contains("the month's demand"),
        "{told:#}"
    );
}
