//! Holiday arrangements: shipped, imported from files, and marked wherever a provisional one is used.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use acceptance::{DESK, House, Reply, program};
use calamine::{Reader, Xlsx};
use serde_json::{Value, json};
use std::fs;
use std::io::Cursor;
use std::process::{Command, Output};

const ICS: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20270101\r\n\
    DTEND;VALUE=DATE:20270104\r\nSUMMARY:元旦(休)\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20270220\r\n\
    SUMMARY:春节(班)\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

fn dates(calendar: &Value, kind: &str) -> Vec<String> {
    calendar["days"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|day| day["kind"] == kind)
        .map(|day| day["date"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn the_years_shipped_are_adopted_as_announced() {
    let house = House::shop("2026-11-25 10:00");
    let hr = house.to("H01");
    let list = hr.get("/calendars").expect(200).json;
    assert_eq!(list["adopted"], json!([]));
    assert_eq!(list["shipped"].as_array().unwrap().len(), 3);
    house
        .to("L01")
        .put_empty("/calendars/2025/shipped")
        .expect(403);
    for year in [2025, 2026] {
        hr.put_empty(&format!("/calendars/{year}/shipped"))
            .expect(204);
    }
    hr.put_empty("/calendars/2024/shipped").expect(422);
    let of = |year: i32| hr.get(&format!("/calendars/{year}")).expect(200).json;
    assert_eq!(
        dates(&of(2025), "make_up_workday"),
        [
            "2025-01-26",
            "2025-02-08",
            "2025-04-27",
            "2025-09-28",
            "2025-10-11"
        ]
    );
    assert_eq!(
        dates(&of(2026), "make_up_workday"),
        [
            "2026-01-04",
            "2026-02-14",
            "2026-02-28",
            "2026-05-09",
            "2026-09-20",
            "2026-10-10"
        ]
    );
    for year in [2025, 2026] {
        assert_eq!(dates(&of(year), "statutory").len(), 13);
        assert!(
            of(year)["source"]
                .as_str()
                .unwrap()
                .contains("国务院办公厅")
        );
        assert_eq!(of(year)["provisional"], false);
    }
    let shown = house.page("H01", "/calendars");
    assert!(
        shown.contains("action=\"/calendars/2027\"") && shown.contains("provisional"),
        "{shown}"
    );
    assert_eq!(house.send_form("H01", "/calendars/2027", &[]).status, 303);
    assert_eq!(of(2027)["provisional"], true);
    assert_eq!(house.send_form("1001", "/calendars/2027", &[]).status, 403);
}

fn import(house: &House, who: &str, format: &str, text: &str, commit: bool) -> Reply {
    let body = json!({
        "format": format, "text": text, "year": 2027, "source": "国办发明电〔2026〕1号", "commit": commit
    });
    house.to(who).post("/calendar-imports", body)
}

#[test]
fn later_years_are_read_from_ics_json_and_csv_after_a_preview() {
    let house = House::shop("2026-11-25 10:00");
    import(&house, "L01", "ics", ICS, true).expect(403);
    let preview = import(&house, "H01", "ics", ICS, false).expect(200).json;
    assert_eq!(
        (&preview["adopted"], &preview["faults"]),
        (&json!(false), &json!([]))
    );
    assert_eq!(dates(&preview["calendar"], "statutory"), ["2027-01-01"]);
    assert_eq!(
        dates(&preview["calendar"], "adjusted_rest"),
        ["2027-01-02", "2027-01-03"]
    );
    assert_eq!(
        dates(&preview["calendar"], "make_up_workday"),
        ["2027-02-20"]
    );
    let hr = house.to("H01");
    hr.get("/calendars/2027").expect(404);
    import(&house, "H01", "ics", ICS, true).expect(200);
    let from_ics = hr.get("/calendars/2027").expect(200).json;
    assert_eq!(from_ics["source"], "国办发明电〔2026〕1号");

    let csv = "date,kind,name\n2027-01-01,statutory,元旦\n2027-02-20,make_up_workday,补班\n";
    import(&house, "H01", "csv", csv, true).expect(200);
    assert_eq!(
        dates(&hr.get("/calendars/2027").expect(200).json, "statutory"),
        ["2027-01-01"]
    );
    let text = json!({"days": [{"date": "2027-05-01", "kind": "statutory", "name": "劳动节"}]});
    import(&house, "H01", "json", &text.to_string(), true).expect(200);
    assert_eq!(
        dates(&hr.get("/calendars/2027").expect(200).json, "statutory"),
        ["2027-05-01"]
    );

    // Faults name line and field, and nothing is adopted.
    let bad = "date,kind,name\n2027-01-01,statutory,元旦\n2027-02-30,statutory,春节\n2027-02-22,make_up_workday,补班\n";
    let answer = import(&house, "H01", "csv", bad, true).expect(200).json;
    let faults: Vec<(i64, &str)> = answer["faults"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| {
            (
                fault["line"].as_i64().unwrap(),
                fault["field"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(faults, [(3, "date"), (4, "kind")], "{answer:#}");
    assert_eq!(
        (&answer["adopted"], &answer["calendar"]),
        (&json!(false), &json!(null))
    );
    assert_eq!(
        dates(&hr.get("/calendars/2027").expect(200).json, "statutory"),
        ["2027-05-01"]
    );

    // The page shows what it read, then adopts it.
    let typed = [
        ("format", "csv"),
        ("year", "2027"),
        ("source", "通知"),
        ("text", csv),
    ];
    let answer = house.send_form("H01", "/calendars", &typed);
    let status = answer.status;
    let shown = String::from_utf8(answer.body).unwrap();
    assert!(
        status == 200 && shown.contains("Preview of 2027") && shown.contains("补班"),
        "{shown}"
    );
    assert_eq!(
        dates(&hr.get("/calendars/2027").expect(200).json, "statutory"),
        ["2027-05-01"]
    );
    let mut adopt = typed.to_vec();
    adopt.push(("act", "adopt"));
    assert_eq!(house.send_form("H01", "/calendars", &adopt).status, 303);
    assert_eq!(hr.get("/calendars/2027").expect(200).json["source"], "通知");
    let typed = [
        ("format", "csv"),
        ("year", "2027"),
        ("source", "通知"),
        ("text", bad),
    ];
    let answer = house.send_form("H01", "/calendars", &typed);
    let status = answer.status;
    let shown = String::from_utf8(answer.body).unwrap();
    assert!(status == 422 && shown.contains("line 3, date"), "{shown}");
}

#[test]
fn the_command_line_imports_a_calendar_and_names_its_faults() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let run = |arguments: &[&str]| -> Output {
        Command::new(program())
            .args(arguments)
            .env("PAIBAN_DATA", folder.join("data"))
            .env("PAIBAN_LOG", "error")
            .current_dir(folder)
            .output()
            .unwrap()
    };
    let out = |output: &Output| String::from_utf8(output.stdout.clone()).unwrap();
    assert!(
        run(&["desk", "open", "--desk", "shop", "--name", "网店"])
            .status
            .success()
    );
    fs::write(folder.join("cn.ics"), ICS).unwrap();
    let source = ["--source", "通知", "--year", "2027"];
    let check = run(&[
        &["calendar", "import", "cn.ics", "--check"][..],
        &source[..],
    ]
    .concat());
    assert!(
        check.status.success() && out(&check).contains("2027-02-20 MakeUpWorkday"),
        "{check:?}"
    );
    assert!(!out(&run(&["calendar", "list"])).contains("2027 adopted"));
    let done = run(&[&["calendar", "import", "cn.ics"][..], &source[..]].concat());
    assert!(done.status.success(), "{done:?}");
    assert!(run(&["calendar", "adopt", "2026"]).status.success());
    let list = out(&run(&["calendar", "list"]));
    assert!(
        list.contains("2026 adopted: 国务院办公厅") && list.contains("2027 adopted: 通知"),
        "{list}"
    );
    assert!(list.contains("2025 shipped"), "{list}");
    fs::write(
        folder.join("bad.csv"),
        "date,kind,name\n2027-01-01,party,元旦\n",
    )
    .unwrap();
    let bad = run(&["calendar", "import", "bad.csv", "--source", "x"]);
    assert_eq!(bad.status.code(), Some(1));
    let said = String::from_utf8(bad.stderr).unwrap();
    assert!(said.contains("line 2: kind"), "{said}");
    assert_eq!(
        run(&["calendar", "import", "cn.txt"]).status.code(),
        Some(1)
    );
}

#[test]
fn a_make_up_workday_is_due_and_its_overtime_is_a_working_days() {
    let house = House::shop("2026-11-25 10:00");
    let saturday = json!({
        "source": "test", "days": [{"date": "2026-12-05", "kind": "make_up_workday", "name": "补班"}]
    });
    house.to("H01").put("/calendars/2026", saturday).expect(204);
    house.publish(&[("1001", 5, "A"), ("1003", 12, "A")]);
    // 1001 is rostered on it and stays two hours; 1002 is not rostered and comes; on the next Saturday likewise.
    house.work("1001", "2026-12-05 09:00", "2026-12-05 19:00");
    house.work("1002", "2026-12-05 09:00", "2026-12-05 11:00");
    house.work("1002", "2026-12-12 09:00", "2026-12-12 11:00");
    for (staff, date) in [
        ("1001", "2026-12-05"),
        ("1002", "2026-12-05"),
        ("1002", "2026-12-12"),
    ] {
        let body = json!({
            "staff": staff, "work_date": date, "minutes_max": 120, "compensation": "money", "reason": "x"
        });
        house
            .to("L01")
            .post("/overtime-approvals", body)
            .expect(204);
    }
    house.pass_until("2026-12-20 10:00");
    let class = |staff: &str, date: &str| house.day(staff, date)["overtime"].clone();
    let workday = json!({"workday": 120, "rest_day": 0, "statutory": 0});
    let rest_day = json!({"workday": 0, "rest_day": 120, "statutory": 0});
    assert_eq!(class("1001", "2026-12-05"), workday);
    assert_eq!(class("1002", "2026-12-05"), workday);
    assert_eq!(class("1002", "2026-12-12"), rest_day);
    let months = house
        .to("H01")
        .get(&format!("/desks/{DESK}/months/2026-12"))
        .expect(200)
        .json;
    let row = months
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["staff"]["staff"] == "1001");
    assert_eq!(row.unwrap()["summary"]["due_days"], 1);
}

#[test]
fn whatever_rests_on_a_provisional_year_says_so() {
    let house = House::shop("2026-11-25 10:00");
    house.publish(&[("1001", 1, "A")]);
    let lead = house.to("L01");
    let demand = json!({
        "slot_minutes": 30, "source": "test",
        "days": [{"date": "2027-01-05", "skill": "presale", "start": 900, "minimum": [0], "target": [1]}]
    });
    lead.put(&format!("/desks/{DESK}/demand/2027-01"), demand)
        .expect(204);
    let roster = format!("/desks/{DESK}/rosters/2027-01");
    lead.put_empty(&roster).expect(204);
    let cells = json!({"cells": [{"staff": "1001", "date": "2027-01-04", "shift": "A"}]});
    lead.post(&format!("{roster}/edits"), cells).expect(200);
    lead.post(
        &format!("{roster}/publication"),
        json!({"acknowledge_shortfalls": true}),
    )
    .expect(204);
    let hr = house.to("H01");
    for year in [2026, 2027] {
        hr.put_empty(&format!("/calendars/{year}/shipped"))
            .expect(204);
    }
    house.work("1001", "2027-01-04 09:00", "2027-01-04 17:00");
    house.pass_until("2027-01-10 10:00");

    let pages = |month: &str, day: &str| {
        let about = format!("desk={DESK}&month={month}");
        [
            house.page("L01", &format!("/roster?{about}")),
            house.page("L01", &format!("/duty-table?{about}")),
            house.page("L01", &format!("/summary?{about}")),
            house.page("L01", &format!("/exceptions?{about}")),
            house.page("L01", &format!("/days/1001/{day}")),
            house.page("1001", &format!("/my/month?month={month}")),
        ]
    };
    let files = |month: &str| {
        let get = |name: &str| {
            hr.get(&format!("/desks/{DESK}/exports/{month}/{name}"))
                .expect(200)
                .body
        };
        let text = |book: Vec<u8>| {
            let mut book: Xlsx<_> = Xlsx::new(Cursor::new(book)).unwrap();
            let sheets = book.worksheets();
            let cells = sheets.iter().flat_map(|(_, sheet)| sheet.rows().flatten());
            cells
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join("\n")
        };
        [
            String::from_utf8(get("attendance.csv")).unwrap(),
            text(get("attendance.xlsx")),
            text(get("duty-table.xlsx")),
        ]
    };
    let says = "the holiday arrangement of 2027 is provisional";
    for (index, shown) in pages("2027-01", "2027-01-04").iter().enumerate() {
        assert!(shown.contains(says), "page {index}: {shown}");
    }
    for (index, shown) in pages("2026-12", "2026-12-01").iter().enumerate() {
        assert!(!shown.contains("is provisional"), "page {index}");
    }
    for (index, file) in files("2027-01").iter().enumerate() {
        assert!(
            file.contains("2027 年节假日安排尚未公布"),
            "file {index}: {file}"
        );
    }
    for file in files("2026-12") {
        assert!(!file.contains("尚未公布"), "{file}");
    }
    let status = hr
        .get(&format!("/desks/{DESK}/periods/2027-01"))
        .expect(200)
        .json;
    assert_eq!(status["provisional_years"], json!([2027]));

    // Once it is announced nothing is marked any more.
    let csv = "date,kind,name\n2027-01-01,statutory,元旦\n";
    import(&house, "H01", "csv", csv, true).expect(200);
    for shown in pages("2027-01", "2027-01-04") {
        assert!(!shown.contains("is provisional"));
    }
}
