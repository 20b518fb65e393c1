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
        .expect(204);
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
    .expect(204);
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
