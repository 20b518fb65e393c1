//! What others fell into (HAZARDS A), one named test for each number, through the real server. The reckoning's own cases
//! stand in `crates/domain/tests/reckoning_hazards.rs`; here each hazard comes in as requests and is read back as people
//! read it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use acceptance::{House, Reply, at};
use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Europe::Berlin;
use domain::policy::document::ONLINE_SHOP;
use paiban::app::{App, Caller};
use serde_json::{Value, json};
use std::time::Duration;

const DESK: &str = "online-shop";

/// A shift template: code and segments in minutes of the day.
type Template<'a> = (&'a str, &'a [(i32, i32)]);

const SHIFTS: &[Template<'_>] = &[
    ("A", &[(540, 1020)]),
    ("B", &[(780, 1260)]),
    ("L", &[(960, 1440)]),
    ("N", &[(1320, 1800)]),
    ("E", &[(0, 420)]),
    ("S", &[(540, 720), (840, 1140)]),
    ("T", &[(480, 720), (720, 960)]),
];

fn templates(shifts: &[Template<'_>]) -> Value {
    let list: Vec<Value> = shifts
        .iter()
        .map(|(code, segments)| {
            let segments: Vec<Value> = segments.iter().map(|(a, b)| json!({"start": a, "end": b})).collect();
            json!({
                "code": code, "name": code, "colour": "#3366cc", "night": *code == "N", "duty": false,
                "segments": segments, "meals": []
            })
        })
        .collect();
    json!({"effective_from": "2026-10-01", "templates": list})
}

/// Opens a desk with lead `{lead}` and people, on the online shop's rules.
fn open(house: &House, desk: &str, zone: &str, people: &[(&str, &str)]) {
    house.block_on(async {
        let open = json!({"desk": desk, "name": desk, "zone": zone, "opens": 0, "closes": 1440});
        house.app.open_desk(&Caller::system(), serde_json::from_value(open).unwrap()).await.unwrap();
        let skills = serde_json::from_value(json!({"skills": [{"id": "presale", "name": "售前"}]})).unwrap();
        house.app.define_skills(&Caller::system(), &desk.into(), skills).await.unwrap();
        for (staff, role) in people {
            let skills = if *role == "staff" { vec!["presale"] } else { vec![] };
            let leads = if *role == "lead" { vec![desk] } else { vec![] };
            let hire = json!({
                "staff": staff, "name": format!("名{staff}"), "desk": desk, "position": "客服", "roles": [role],
                "leads": leads, "skills": skills, "employment": "full_time", "week_minutes": 2400,
                "month_wage_fen": 600_000, "from": "2026-10-01"
            });
            house.app.hire(&Caller::system(), serde_json::from_value(hire).unwrap()).await.unwrap();
            house.app.accounts().set_password(&(*staff).into(), "a password of theirs").unwrap();
        }
    });
}

/// A house of one desk with every shift above, agents 1001–1006, lead L01, HR H01, GM office G01.
fn house() -> House {
    let house = House::empty("2026-10-01 09:00");
    let people = [
        ("H01", "hr"),
        ("G01", "gm_office"),
        ("L01", "lead"),
        ("1001", "staff"),
        ("1002", "staff"),
        ("1003", "staff"),
        ("1004", "staff"),
        ("1005", "staff"),
        ("1006", "staff"),
    ];
    open(&house, DESK, "Asia/Shanghai", &people);
    let rules = json!({"document": ONLINE_SHOP});
    house
        .to("H01")
        .put(&format!("/desks/{DESK}/policy"), rules)
        .expect(204);
    house
        .to("L01")
        .put(&format!("/desks/{DESK}/shift-templates"), templates(SHIFTS))
        .expect(204);
    house.set("2026-11-25 10:00");
    house
}

fn publish_at(house: &House, desk: &str, lead: &str, cells: &[(&str, &str, &str)]) {
    let month = &cells[0].1[..7];
    let lead = house.to(lead);
    let demand = json!({"slot_minutes": 30, "source": "test", "days": [
        {"date": format!("{month}-01"), "skill": "presale", "start": 900, "minimum": [0], "target": [1]}
    ]});
    lead.put(&format!("/desks/{desk}/demand/{month}"), demand)
        .expect(204);
    let roster = format!("/desks/{desk}/rosters/{month}");
    lead.put_empty(&roster).expect(204);
    let cells: Vec<Value> = cells
        .iter()
        .map(|(staff, date, shift)| {
            let shift = (!shift.is_empty()).then_some(shift);
            json!({"staff": staff, "date": date, "shift": shift})
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

fn publish(house: &House, cells: &[(&str, &str, &str)]) {
    publish_at(house, DESK, "L01", cells);
}

fn figures(day: &Value) -> (&str, i64, i64, i64) {
    let minutes = |field: &str| day[field].as_i64().unwrap();
    (
        day["status"].as_str().unwrap(),
        minutes("worked_minutes"),
        minutes("late_minutes"),
        minutes("absent_minutes"),
    )
}

fn unmatched(day: &Value) -> usize {
    day["unmatched"].as_array().unwrap().len()
}

fn edges(day: &Value) -> Vec<[String; 2]> {
    let segments = day["segments"].as_array().unwrap().iter();
    let state = |segment: &Value, edge: &str| segment[edge]["state"].as_str().unwrap().to_owned();
    segments
        .map(|s| [state(s, "arrival"), state(s, "departure")])
        .collect()
}

fn device(house: &House, token: &str, staff: &str, kind: &str, at: &str) -> Reply {
    let feed = house
        .nobody()
        .with("authorization", &format!("Bearer {token}"));
    feed.post(
        "/device-punches",
        json!({"staff": staff, "kind": kind, "at": at}),
    )
}

fn token(house: &House, name: &str) -> String {
    let feed = json!({"name": name, "kind": "device", "desk": DESK});
    let answer = house.to("H01").post("/feeds", feed).expect(201);
    answer.json["token"].as_str().unwrap().to_owned()
}

/// A1: a night's OUT stays with the day it began, wherever the next shift or no shift at all lies.
#[test]
fn a1_a_nights_out_is_never_the_next_days() {
    let house = house();
    publish(
        &house,
        &[
            ("1001", "2026-12-01", "N"),
            ("1001", "2026-12-02", "N"),
            ("1001", "2026-12-03", ""),
            ("1002", "2026-12-01", "L"),
            ("1002", "2026-12-02", "B"),
            ("1003", "2026-12-02", ""),
        ],
    );
    house.work("1002", "2026-12-01 15:50", "2026-12-02 00:20");
    house.work("1001", "2026-12-01 21:55", "2026-12-02 06:10");
    house.work("1002", "2026-12-02 12:55", "2026-12-02 21:00");
    house.punch("1003", "out", "2026-12-02 21:05");
    house.work("1001", "2026-12-02 21:58", "2026-12-03 06:02");
    // Nobody rostered 1004 at all.
    house.punch("1004", "out", "2026-12-03 18:00");
    house.pass_until("2026-12-10 09:00");
    for (staff, date, expected) in [
        ("1001", "2026-12-01", ("worked", 480, 0, 0)),
        ("1001", "2026-12-02", ("worked", 480, 0, 0)),
        ("1001", "2026-12-03", ("day_off", 0, 0, 0)),
        // Only the stay after the shift crosses midnight.
        ("1002", "2026-12-01", ("worked", 480, 0, 0)),
        ("1002", "2026-12-02", ("worked", 480, 0, 0)),
        ("1003", "2026-12-02", ("day_off", 0, 0, 0)),
        ("1004", "2026-12-03", ("unrostered", 0, 0, 0)),
    ] {
        let day = house.day(staff, date);
        assert_eq!(figures(&day), expected, "{staff} {date} {day:#}");
        // An OUT on a day without a shift is listed, not dropped, and nobody pays for it.
        let listed = usize::from(["1003", "1004"].contains(&staff));
        assert_eq!(unmatched(&day), listed, "{staff} {date}");
        assert!(house.penalties(staff).is_empty(), "{staff}");
    }
}

/// A1: coming back to a night says nothing about a colleague's shift of the morning after.
#[test]
fn a1_a_nights_second_in_is_no_evidence_about_the_next_mornings_shift() {
    let house = house();
    publish(
        &house,
        &[
            ("1001", "2026-12-01", "N"),
            ("1001", "2026-12-02", ""),
            ("1002", "2026-12-02", "A"),
            ("1003", "2026-12-02", ""),
            ("1004", "2026-12-03", "A"),
        ],
    );
    house.work("1001", "2026-12-01 21:55", "2026-12-02 05:20");
    house.work("1001", "2026-12-02 05:30", "2026-12-02 06:02");
    // On the third somebody without a shift does come for 1004.
    house.work("1003", "2026-12-03 08:58", "2026-12-03 17:01");
    house.pass_until("2026-12-08 09:00");
    let of = |staff: &str| {
        let rows = house.penalties(staff).into_iter();
        rows.map(|(rule, ..)| rule).collect::<Vec<_>>()
    };
    assert_eq!(of("1002"), ["T12"]);
    assert_eq!(of("1004"), ["T9"]);
}

/// A2: nobody is absent before the window has closed, nobody ever on a day off, and no absence is skipped.
#[test]
fn a2_absent_only_when_the_window_has_closed_and_never_on_a_day_off() {
    let house = house();
    publish(
        &house,
        &[
            ("1001", "2026-12-01", "A"),
            ("1002", "2026-12-01", ""),
            ("1003", "2026-12-01", "A"),
            ("1003", "2026-12-02", "A"),
            ("1003", "2026-12-03", "A"),
            ("1001", "2026-12-02", ""),
        ],
    );
    house.pass_until("2026-12-01 16:59");
    assert_eq!(house.day("1001", "2026-12-01")["status"], "open");
    for passed in ["2026-12-02 00:30", "2026-12-04 23:59"] {
        house.pass_until(passed);
        assert_eq!(
            house.day("1001", "2026-12-01")["status"],
            "absence_pending",
            "{passed}"
        );
        assert!(house.penalties("1001").is_empty(), "{passed}");
    }
    house.pass_until("2026-12-07 00:30");
    assert_eq!(
        figures(&house.day("1001", "2026-12-01")),
        ("absent", 0, 0, 480)
    );
    assert_eq!(house.day("1001", "2026-12-02")["status"], "day_off");
    assert_eq!(
        house.penalties("1001"),
        [("T12".to_owned(), 3000, "2026-12-01".to_owned())]
    );
    assert_eq!(house.day("1002", "2026-12-01")["status"], "day_off");
    assert!(house.penalties("1002").is_empty());
    // Three absences in a row are three.
    let days: Vec<String> = house
        .penalties("1003")
        .into_iter()
        .map(|(_, _, date)| date)
        .collect();
    assert_eq!(days, ["2026-12-01", "2026-12-02", "2026-12-03"]);
}

/// A3: what overlaps is refused, what is back to back is not, for segments, leave and shifts.
#[test]
fn a3_overlaps_are_refused_and_back_to_back_is_no_conflict() {
    let house = house();
    let lead = house.to("L01");
    let path = format!("/desks/{DESK}/shift-templates");
    lead.put(&path, templates(&[("X", &[(480, 720), (720, 960)])]))
        .expect(204);
    lead.put(&path, templates(&[("X", &[(480, 721), (720, 960)])]))
        .expect(422);
    lead.put(&path, templates(SHIFTS)).expect(204);
    publish(
        &house,
        &[
            ("1001", "2026-12-01", "T"),
            ("1002", "2026-12-07", "A"),
            ("1002", "2026-12-08", "A"),
            ("1002", "2026-12-09", "A"),
        ],
    );
    let ask = |staff: &str, first: &str, last: &str, window: Option<(i32, i32)>| {
        let window = window.map(|(start, end)| json!({"start": start, "end": end}));
        let body = json!({"kind": "personal", "first": first, "last": last, "window": window, "reason": "家事"});
        house.to(staff).post("/leave-requests", body).status
    };
    let (d7, d8, d9) = ("2026-12-07", "2026-12-08", "2026-12-09");
    // Days: next to each other, then over each other from either side.
    assert_eq!(ask("1002", d7, d7, None), 201);
    assert_eq!(ask("1002", d8, d8, None), 201);
    assert!(ask("1002", d8, d9, None) >= 400);
    assert!(ask("1002", "2026-12-06", d7, None) >= 400);
    // Hours of one day.
    assert_eq!(ask("1002", d9, d9, Some((540, 720))), 201);
    assert_eq!(ask("1002", d9, d9, Some((720, 900))), 201);
    assert!(ask("1002", d9, d9, Some((899, 960))) >= 400);
    assert_eq!(ask("1002", d9, d9, Some((900, 960))), 201);
    // A shift of two segments that touch is punched four times, the middle two in one minute.
    house.work("1001", "2026-12-01 07:58", "2026-12-01 12:00");
    house.work("1001", "2026-12-01 12:00", "2026-12-01 16:00");
    house.pass_until("2026-12-06 09:00");
    assert_eq!(
        figures(&house.day("1001", "2026-12-01")),
        ("worked", 480, 0, 0)
    );
}

/// A4: each segment of a split shift is punched; half a day of leave takes only its own segment away.
#[test]
fn a4_split_shifts_and_half_days_of_leave() {
    let house = house();
    publish(
        &house,
        &[
            ("1001", "2026-12-01", "S"),
            ("1002", "2026-12-01", "S"),
            ("1003", "2026-12-01", "S"),
            ("1004", "2026-12-01", "S"),
            ("1005", "2026-12-01", "A"),
        ],
    );
    let leave = |staff: &str, from: i32, until: i32| {
        let body = json!({
            "kind": "personal", "first": "2026-12-01", "last": "2026-12-01", "reason": "家事",
            "window": {"start": from, "end": until}
        });
        let id = house
            .to(staff)
            .post("/leave-requests", body)
            .expect(201)
            .id();
        house
            .to("L01")
            .post_empty(&format!("/leave-requests/{id}/approval"))
            .expect(204);
    };
    leave("1003", 540, 720);
    leave("1005", 540, 780);
    for (staff, from, until) in [
        ("1001", "08:55", "12:01"),
        ("1002", "08:55", "12:00"),
        ("1005", "13:00", "17:00"),
        ("1001", "13:50", "19:00"),
        ("1003", "13:55", "19:00"),
        ("1004", "13:55", "19:00"),
    ] {
        house.work(
            staff,
            &format!("2026-12-01 {from}"),
            &format!("2026-12-01 {until}"),
        );
    }
    // 1002 came back and forgot to punch out.
    house.punch("1002", "in", "2026-12-01 19:00");
    house.pass_until("2026-12-06 09:00");
    let day = |staff: &str| house.day(staff, "2026-12-01");
    assert_eq!(figures(&day("1001")), ("worked", 480, 0, 0));
    assert_eq!(
        edges(&day("1002")),
        [["punched", "punched"], ["punched", "missed"]]
    );
    assert_eq!(house.penalties("1002").len(), 1);
    assert_eq!(figures(&day("1003")), ("worked", 300, 0, 0));
    assert_eq!(day("1003")["leave_minutes"]["personal"], 180);
    assert!(house.penalties("1003").is_empty());
    // The morning missed without leave is an absence of the morning alone, and one penalty.
    assert_eq!(figures(&day("1004")), ("worked", 300, 0, 180));
    assert_eq!(
        house.penalties("1004"),
        [("T12".to_owned(), 3000, "2026-12-01".to_owned())]
    );
    assert_eq!(figures(&day("1005")), ("worked", 240, 0, 0));
    assert_eq!(day("1005")["leave_minutes"]["personal"], 240);
}

/// A5: overtime across UTC midnight is whole, reckoning again doubles nothing, and a night on which the clocks go back
/// is an hour longer.
#[test]
fn a5_overtime_across_utc_midnight_once_and_the_25_hour_day() {
    let house = house();
    publish(
        &house,
        &[("1001", "2026-12-01", "E"), ("1002", "2026-12-01", "N")],
    );
    // 08:00 in Shanghai is midnight in UTC.
    house.work("1001", "2026-12-01 00:00", "2026-12-01 10:00");
    house.work("1002", "2026-12-01 22:00", "2026-12-02 06:00");
    house.set("2026-12-02 11:00");
    let approval = json!({
        "staff": "1001", "work_date": "2026-12-01", "minutes_max": 180, "compensation": "money", "reason": "盘点"
    });
    house
        .to("L01")
        .post("/overtime-approvals", approval.clone())
        .expect(204);
    house
        .to("L01")
        .post("/overtime-approvals", approval)
        .expect_problem(409, "overtime-approved-before");
    house.pass_until("2026-12-03 09:00");
    let before = house.day("1001", "2026-12-01");
    assert_eq!(before["overtime"]["workday"], 180);
    // A late fact has the day reckoned again.
    let terminal = token(&house, "gate");
    device(
        &house,
        &terminal,
        "1001",
        "in",
        &at("2026-12-01 00:05").to_rfc3339(),
    )
    .expect(201);
    house.pass_until("2026-12-06 09:00");
    let after = house.day("1001", "2026-12-01");
    assert_eq!(after["overtime"], before["overtime"]);
    assert_eq!(unmatched(&after), 1);
    let month = house
        .to("H01")
        .get(&format!("/desks/{DESK}/months/2026-12"))
        .expect(200)
        .json;
    let lines = month.as_array().unwrap().iter();
    let line = lines
        .filter(|line| line["summary"]["staff"] == "1001")
        .collect::<Vec<_>>();
    assert_eq!(line.len(), 1);
    assert_eq!(line[0]["summary"]["overtime"]["workday"], 180);
    // A band from 22 to 6 is eight hours.
    assert_eq!(
        figures(&house.day("1002", "2026-12-01")),
        ("worked", 480, 0, 0)
    );

    let berlin = House::empty("2026-10-01 09:00");
    open(
        &berlin,
        "berlin",
        "Europe/Berlin",
        &[
            ("H01", "hr"),
            ("L02", "lead"),
            ("2001", "staff"),
            ("2002", "staff"),
        ],
    );
    berlin
        .to("H01")
        .put("/desks/berlin/policy", json!({"document": ONLINE_SHOP}))
        .expect(204);
    berlin
        .to("L02")
        .put("/desks/berlin/shift-templates", templates(SHIFTS))
        .expect(204);
    publish_at(
        &berlin,
        "berlin",
        "L02",
        &[("2001", "2026-10-24", "N"), ("2002", "2026-10-25", "A")],
    );
    let civil = |text: &str| -> DateTime<Utc> {
        let civil = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap();
        Berlin
            .from_local_datetime(&civil)
            .earliest()
            .unwrap()
            .with_timezone(&Utc)
    };
    for (staff, kind, when) in [
        ("2001", "in", "2026-10-24 22:00"),
        ("2001", "out", "2026-10-25 06:00"),
        ("2002", "in", "2026-10-25 09:01"),
        ("2002", "out", "2026-10-25 17:00"),
    ] {
        berlin.clock.set(civil(when));
        berlin
            .to(staff)
            .post("/punches", json!({"kind": kind}))
            .expect(201);
    }
    berlin.pass_until("2026-10-30 12:00");
    let night = berlin.day("2001", "2026-10-24");
    assert_eq!(figures(&night), ("worked", 540, 0, 0));
    assert_eq!(night["planned_minutes"], 540);
    assert_eq!(
        figures(&berlin.day("2002", "2026-10-25")),
        ("worked", 479, 1, 0)
    );
}

/// A6: a punch told three times is one; OUT and IN of one second are two; two terminals make one person.
#[test]
fn a6_triple_punches_rescans_and_out_and_in_of_one_second() {
    let house = house();
    publish(
        &house,
        &[
            ("1001", "2026-12-01", "A"),
            ("1002", "2026-12-01", "T"),
            ("1003", "2026-12-01", "A"),
        ],
    );
    let (gate, hall) = (token(&house, "gate"), token(&house, "hall"));
    house.set("2026-12-01 18:00");
    let when = |clock: &str| at(&format!("2026-12-01 {clock}")).to_rfc3339();
    for _ in 0..3 {
        device(&house, &gate, "1001", "in", &when("08:59:00")).expect(201);
    }
    for (kind, clock) in [
        ("in", "08:59:20"),
        ("in", "08:59:45"),
        ("out", "17:00:00"),
        ("out", "17:00:30"),
    ] {
        device(&house, &gate, "1001", kind, &when(clock)).expect(201);
    }
    for (kind, clock) in [
        ("in", "08:00:00"),
        ("out", "12:00:00"),
        ("in", "12:00:00"),
        ("out", "16:00:00"),
    ] {
        device(&house, &gate, "1002", kind, &when(clock)).expect(201);
    }
    device(&house, &gate, "1003", "in", &when("08:58:00")).expect(201);
    device(&house, &hall, "1003", "in", &when("08:58:00")).expect(201);
    device(&house, &hall, "1003", "out", &when("17:00:00")).expect(201);
    house.pass_until("2026-12-06 09:00");
    for (staff, listed) in [("1001", 0), ("1002", 0), ("1003", 1)] {
        let day = house.day(staff, "2026-12-01");
        assert_eq!(figures(&day), ("worked", 480, 0, 0), "{staff} {day:#}");
        assert_eq!(unmatched(&day), listed, "{staff} {day:#}");
        assert!(house.penalties(staff).is_empty());
    }
    let day = house.day("1002", "2026-12-01");
    assert_ne!(
        day["segments"][0]["departure"]["event"],
        day["segments"][1]["arrival"]["event"]
    );
    // The very same row sent thrice is one fact, too; a rescan is another that counts for nothing.
    let punches = house
        .to("1001")
        .get("/staff/1001/punches?from=2026-11-30T16:00:00Z&until=2026-12-01T16:00:00Z")
        .expect(200)
        .json;
    assert_eq!(punches.as_array().unwrap().len(), 5, "{punches:#}");
}

/// A7: a terminal that woke up in the year 2000 is flagged and believed in nothing: it proves no presence and costs
/// nobody anything.
#[test]
fn a7_a_terminals_wrong_clock_is_flagged_and_never_fined() {
    let house = house();
    publish(
        &house,
        &[
            ("1001", "2026-12-01", "A"),
            ("1002", "2026-12-01", "A"),
            ("1003", "2026-12-01", "A"),
        ],
    );
    let gate = token(&house, "gate");
    house.set("2026-12-01 09:01");
    device(&house, &gate, "1001", "in", "2000-01-01T00:00:13Z").expect(201);
    device(&house, &gate, "1002", "in", "2000-01-01T00:00:20Z").expect(201);
    house.set("2026-12-01 17:02");
    device(&house, &gate, "1001", "out", "2000-01-01T08:01:13Z").expect(201);
    house.punch("1002", "out", "2026-12-01 17:03");
    house.pass_until("2026-12-08 09:00");
    let day = house.day("1001", "2026-12-01");
    assert_eq!(day["status"], "absence_pending", "{day:#}");
    assert_eq!(day["suspect"].as_array().unwrap().len(), 2);
    assert_eq!(
        edges(&house.day("1002", "2026-12-01")),
        [["pending", "punched"]]
    );
    for staff in ["1001", "1002"] {
        assert!(
            house.penalties(staff).is_empty(),
            "{:?}",
            house.penalties(staff)
        );
    }
    // Beside them, who really did not come is absent.
    assert_eq!(house.penalties("1003").len(), 1);
    // Nothing was filed under the year 2000.
    for date in ["2000-01-01", "1999-12-31"] {
        let path = format!("/staff/1001/day-records/{date}");
        house.to("1001").get(&path).expect(404);
    }
}

/// A8: a closed month ends with its last night, keeps nobody from the next day's 00:00, and each file holds its own month
/// and each person once.
#[test]
fn a8_the_edges_of_a_period_and_of_its_file() {
    let house = house();
    publish(
        &house,
        &[
            ("1001", "2026-12-30", "A"),
            ("1002", "2026-12-31", "N"),
            ("1001", "2026-12-29", "A"),
        ],
    );
    publish(
        &house,
        &[
            ("1003", "2027-01-01", "E"),
            ("1001", "2027-01-04", "A"),
            ("1003", "2027-01-06", "E"),
        ],
    );
    for day in ["29", "30"] {
        house.work(
            "1001",
            &format!("2026-12-{day} 09:10"),
            &format!("2026-12-{day} 17:00"),
        );
    }
    house.punch("1002", "in", "2026-12-31 21:55");
    house.punch("1003", "in", "2027-01-01 00:00");
    house.punch("1002", "out", "2027-01-01 06:00");
    house.punch("1003", "out", "2027-01-01 07:00");
    house.work("1001", "2027-01-04 09:00", "2027-01-04 17:00");
    house.pass_until("2027-01-05 10:00");
    let hr = house.to("H01");
    let closing = json!({"acknowledge_open": true});
    hr.post(&format!("/desks/{DESK}/periods/2026-12/closing"), closing)
        .expect(204);
    // December is shut; the first second of January and of any other day of it is not.
    house.punch("1003", "in", "2027-01-06 00:00");
    house.punch("1003", "out", "2027-01-06 07:00");
    house.pass_until("2027-01-11 10:00");
    assert_eq!(
        figures(&house.day("1003", "2027-01-01")),
        ("worked", 420, 0, 0)
    );
    assert_eq!(
        figures(&house.day("1003", "2027-01-06")),
        ("worked", 420, 0, 0)
    );
    assert_eq!(
        figures(&house.day("1002", "2026-12-31")),
        ("worked", 480, 0, 0)
    );
    // The file of the month asked for, each person once: number, days attended, minutes late.
    let file = |month: &str| -> Vec<(String, String, String)> {
        let body = hr
            .get(&format!("/desks/{DESK}/exports/{month}/attendance.csv"))
            .expect(200)
            .body;
        let text = String::from_utf8(body).unwrap().replace('"', "");
        let mut lines = text
            .trim_start_matches('\u{feff}')
            .lines()
            .map(|line| line.split(',').collect::<Vec<_>>());
        let header = lines.next().unwrap();
        let column = |name: &str| header.iter().position(|cell| *cell == name).unwrap();
        let wanted = ["工号", "实出勤天数", "迟到时长(分钟)"].map(column);
        lines
            .map(|line| {
                (
                    line[wanted[0]].to_owned(),
                    line[wanted[1]].to_owned(),
                    line[wanted[2]].to_owned(),
                )
            })
            .filter(|(staff, ..)| ["1001", "1002", "1003"].contains(&staff.as_str()))
            .collect()
    };
    let row =
        |staff: &str, days: &str, late: &str| (staff.to_owned(), days.to_owned(), late.to_owned());
    assert_eq!(
        file("2026-12"),
        [
            row("1001", "2", "20"),
            row("1002", "1", "0"),
            row("1003", "0", "0")
        ]
    );
    assert_eq!(
        file("2027-01"),
        [
            row("1001", "1", "0"),
            row("1002", "0", "0"),
            row("1003", "2", "0")
        ]
    );
}

/// A9: one person is given one shift a day and one shift one person, however many approve at once.
#[test]
fn a9_racing_approvals_neither_overfill_a_shift_nor_double_a_person() {
    let house = house();
    let mut cells = Vec::new();
    for day in 14..=18 {
        let date: &'static str = format!("2026-12-{day}").leak();
        cells.extend([
            ("1001", date, "A"),
            ("1002", date, "A"),
            ("1003", date, ""),
            ("1004", date, ""),
        ]);
    }
    publish(&house, &cells);
    let swap = |from: &str, give: &str, with: &str| {
        let body = json!({"give": give, "with": with, "reason": "家里有事"});
        let id = house.to(from).post("/swaps", body).expect(201).id();
        house
            .to(with)
            .post_empty(&format!("/swaps/{id}/agreement"))
            .expect(204);
        id
    };
    for (day, pairs) in [
        // One shift to two colleagues; two shifts to one colleague.
        ("2026-12-14", [("1001", "1003"), ("1001", "1004")]),
        ("2026-12-15", [("1001", "1003"), ("1002", "1003")]),
        ("2026-12-16", [("1002", "1004"), ("1002", "1003")]),
    ] {
        let ids = pairs.map(|(from, with)| swap(from, day, with));
        let statuses = std::thread::scope(|scope| {
            let approve = |who: &'static str, id: &str| {
                let path = format!("/swaps/{id}/approval");
                let house = &house;
                scope.spawn(move || house.to(who).post_empty(&path).status)
            };
            [approve("L01", &ids[0]), approve("G01", &ids[1])].map(|thread| thread.join().unwrap())
        });
        // The other comes too late, or would break a rule by now.
        let won = statuses.iter().filter(|status| **status == 200).count();
        let refused = statuses
            .iter()
            .filter(|status| [409, 422].contains(*status))
            .count();
        assert_eq!((won, refused), (1, 1), "{day}: {statuses:?}");
        // Two worked before, two work now.
        let roster = house
            .block_on(
                house
                    .app
                    .roster_state(&DESK.into(), "2026-12".parse().unwrap()),
            )
            .unwrap();
        let date = domain::work_date::WorkDate(day.parse::<NaiveDate>().unwrap());
        let working = roster
            .cells
            .iter()
            .filter(|((_, on), cell)| *on == date && cell.is_some())
            .count();
        assert_eq!(working, 2, "{day}");
    }
    // One request, approved by one and taken back by its author at once: one of the two.
    let id = swap("1001", "2026-12-17", "1003");
    let statuses = std::thread::scope(|scope| {
        let (house, id) = (&house, &id);
        let approved = scope.spawn(move || {
            house
                .to("L01")
                .post_empty(&format!("/swaps/{id}/approval"))
                .status
        });
        let taken_back = scope.spawn(move || {
            house
                .to("1001")
                .post_empty(&format!("/swaps/{id}/withdrawal"))
                .status
        });
        [approved.join().unwrap(), taken_back.join().unwrap()]
    });
    assert_eq!(
        statuses.iter().filter(|status| **status < 300).count(),
        1,
        "{statuses:?}"
    );
}

/// A10: one desk or person that cannot be dealt with stops nobody else's run, and a run cut off goes on where it was.
#[test]
fn a10_one_bad_desk_or_person_stops_nobody_and_a_run_cut_off_loses_nothing() {
    let house = house();
    // A desk without any rules, whose people punch all the same; it comes before the other one in every list.
    open(
        &house,
        "a-new-desk",
        "Asia/Shanghai",
        &[("L09", "lead"), ("9001", "staff")],
    );
    publish(
        &house,
        &[
            ("1001", "2026-12-01", "A"),
            ("1002", "2026-12-01", "A"),
            ("1003", "2026-12-01", "A"),
        ],
    );
    house.set("2026-12-01 08:00");
    let lawless = house.to("9001").post("/punches", json!({"kind": "in"}));
    assert!((400..500).contains(&lawless.status), "{lawless:?}");
    // Somebody whose every punch is of the year 2000, and somebody who left on the day.
    let gate = token(&house, "gate");
    device(&house, &gate, "1002", "in", "2000-01-01T00:00:00Z").expect(201);
    house.work("1001", "2026-12-01 08:59", "2026-12-01 17:00");
    house
        .to("H01")
        .put("/staff/1003/employment-end", json!({"last": "2026-12-01"}))
        .expect(204);

    // The first run over a month of days is cut off as soon as it has closed one.
    house.set("2027-01-06 09:00");
    let app = house.app.clone();
    let closed = async |app: &App| {
        app.catch_up().await.unwrap();
        let through = app
            .read(|view| view.closed_through(&DESK.into()))
            .await
            .unwrap();
        through.map(|date| date.to_string())
    };
    let halfway = house.block_on(async {
        let running = app.clone();
        let run = tokio::spawn(async move { running.close_due_days(running.now()).await.is_ok() });
        while closed(&app).await.is_none() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        run.abort();
        let _ = run.await;
        closed(&app).await
    });
    assert!(halfway.as_deref() >= Some("2026-12-01"), "{halfway:?}");
    // What it had done stays done, and the next run closes the rest, each day once.
    house.pass_until("2027-01-06 09:00");
    let through = house.block_on(closed(&app));
    assert_eq!(through.as_deref(), Some("2027-01-05"));
    let events = house.block_on(async {
        let month = |name: &str| domain::event::Stream::Period(DESK.into(), name.parse().unwrap());
        let view = house.app.read(move |view| {
            Ok((
                view.audit(&month("2026-12"))?,
                view.audit(&month("2027-01"))?,
            ))
        });
        view.await.unwrap()
    });
    let days = |rows: &[projections::EvidenceRow]| {
        rows.iter()
            .filter(|row| row.event_type == "period.day_closed")
            .count()
    };
    assert_eq!((days(&events.0), days(&events.1)), (31, 5));
    assert_eq!(
        figures(&house.day("1001", "2026-12-01")),
        ("worked", 480, 0, 0)
    );
    assert_eq!(house.day("1002", "2026-12-01")["status"], "absence_pending");
    let left = house
        .to("L01")
        .get("/staff/1003/day-records/2026-12-01")
        .expect(200)
        .json;
    assert_eq!(figures(&left), ("absent", 0, 0, 480));
}
