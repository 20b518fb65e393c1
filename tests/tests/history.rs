//! Other states of the books: an earlier export again, what differs between two, and months under other rules.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use acceptance::{DESK, House};
use domain::policy::document::ONLINE_SHOP;
use serde_json::json;

fn csv(house: &House, query: &str) -> Vec<u8> {
    house
        .to("H01")
        .get(&format!(
            "/desks/{DESK}/exports/2026-12/attendance.csv{query}"
        ))
        .expect(200)
        .body
}

/// What the file says it rests on.
fn position(file: &[u8]) -> String {
    let text = String::from_utf8(file.to_vec()).unwrap().replace('"', "");
    let mut lines = text.trim_start_matches('\u{feff}').lines();
    let header = lines.next().unwrap().split(',');
    let column = header.clone().position(|name| name == "日志位置").unwrap();
    let row: Vec<&str> = lines.next().unwrap().split(',').collect();
    row[row.len() - (header.count() - column)].to_owned()
}

#[test]
fn an_earlier_export_can_be_made_again_bit_for_bit_and_compared_with_a_later_one() {
    let house = House::shop("2026-11-25 10:00");
    house.publish(&[("1001", 1, "A"), ("1002", 1, "A")]);
    house.work("1001", "2026-12-01 09:07", "2026-12-01 17:00");
    house.pass_until("2026-12-02 08:00");
    let hr = house.to("H01");
    let first = csv(&house, "");
    let then = position(&first);
    let workbook = hr
        .get(&format!("/desks/{DESK}/exports/2026-12/attendance.xlsx"))
        .expect(200)
        .body;

    // Time passes, and the second person's absence becomes one.
    house.pass_until("2026-12-07 08:00");
    let second = csv(&house, "");
    assert_ne!(first, second);
    assert_eq!(csv(&house, &format!("?as_of={then}")), first);
    let again = hr
        .get(&format!(
            "/desks/{DESK}/exports/2026-12/attendance.xlsx?as_of={then}"
        ))
        .expect(200);
    assert_eq!(again.body, workbook);

    let changes = format!("/desks/{DESK}/exports/2026-12/changes?before={then}");
    let report = hr.get(&changes).expect(200).json;
    let found: Vec<String> = report["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| {
            format!(
                "{} {} {}→{}",
                change["staff"].as_str().unwrap(),
                change["figure_en"].as_str().unwrap(),
                change["before"],
                change["after"]
            )
        })
        .collect();
    assert!(found.contains(&"1002 absent 0→1".to_owned()), "{found:?}");
    assert!(
        found.contains(&"1002 absence T12 incidents 0→1".to_owned()),
        "{found:?}"
    );
    assert!(
        !found.iter().any(|line| line.starts_with("1001")),
        "{found:?}"
    );
    let same = hr.get(&format!("{changes}&after={then}")).expect(200).json;
    assert_eq!(same["changes"], json!([]));

    for (query, field) in [
        ("?as_of=99999999", "position"),
        ("?as_of=yesterday", "as_of"),
        ("?as_of=00000000-0000-0000-0000-000000000001:3", "as_of"),
    ] {
        let refused = hr
            .get(&format!(
                "/desks/{DESK}/exports/2026-12/attendance.csv{query}"
            ))
            .expect(422);
        assert!(refused.json.to_string().contains(field), "{}", refused.json);
    }
    house.to("1001").get(&changes).expect(403);
}

#[test]
fn other_rules_are_tried_on_past_months_and_touch_nothing() {
    let house = House::shop("2026-11-25 10:00");
    house.publish(&[("1001", 1, "A"), ("1002", 1, "A"), ("1003", 1, "B")]);
    house.work("1001", "2026-12-01 09:07", "2026-12-01 17:00");
    house.work("1003", "2026-12-01 13:00", "2026-12-01 21:00");
    house.pass_until("2026-12-07 08:00");
    let hr = house.to("H01");
    let before = csv(&house, "");

    // Grace of ten minutes, and a dearer absence.
    let document = ONLINE_SHOP
        .replace("late_grace_minutes = 0 ", "late_grace_minutes = 10 ")
        .replace("T12 = 3000", "T12 = 5000")
        .replace("id = \"2026-1\"", "id = \"2026-2\"");
    assert_eq!(document.matches("T12 = 5000").count(), 1);
    let ask = json!({"document": document, "from": "2026-12", "to": "2026-12"});
    let what_if = format!("/desks/{DESK}/what-if");
    let report = hr.post(&what_if, ask.clone()).expect(200).json;
    let found: Vec<(String, String, i64, i64)> = report["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| {
            (
                change["staff"].as_str().unwrap().to_owned(),
                change["figure_en"].as_str().unwrap().to_owned(),
                change["before"].as_i64().unwrap(),
                change["after"].as_i64().unwrap(),
            )
        })
        .collect();
    let line = |staff: &str, figure: &str, before, after| {
        (staff.to_owned(), figure.to_owned(), before, after)
    };
    assert_eq!(
        found,
        [
            line("1001", "worked", 473, 480),
            line("1001", "late", 1, 0),
            line("1001", "late by", 7, 0),
            line("1002", "absence T12 proposed", 3000, 5000),
        ],
        "{report:#}"
    );
    let total = &report["totals"][3];
    assert_eq!(
        (
            total["people"].as_i64(),
            total["before"].as_i64(),
            total["after"].as_i64()
        ),
        (Some(1), Some(3000), Some(5000))
    );

    // Nothing was touched: not the log, not the books.
    assert_eq!(csv(&house, ""), before);
    // From a later month on they change nothing of this one.
    let later = json!({"document": document, "from": "2027-01", "to": "2027-01"});
    let report = hr.post(&what_if, later).expect(200).json;
    assert_eq!(report["changes"], json!([]));

    let broken = json!({"document": "schema = 1\nfoo = 2", "from": "2026-12", "to": "2026-12"});
    let refused = hr.post(&what_if, broken).expect(422).json.to_string();
    assert!(refused.contains("\"line\":2"), "{refused}");
    let backwards = json!({"document": document, "from": "2026-12", "to": "2026-11"});
    hr.post(&what_if, backwards).expect_problem(422, "invalid");
    house.to("1001").post(&what_if, ask).expect(403);
}
