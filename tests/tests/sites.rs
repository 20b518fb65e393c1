//! Several sites, each with its own clock: days begin, close and are reckoned by the site's time, and an hour that a
//! change of the clocks adds or takes is counted as it was worked.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use acceptance::{House, at, password};
use chrono::{DateTime, NaiveDateTime, TimeZone, Utc};
use domain::policy::document::PROPERTY;
use paiban::app::Caller;
use serde_json::{Value, json};

/// The instant at which New York's clock shows `local`; of an hour that comes twice, the first.
fn new_york(local: &str) -> DateTime<Utc> {
    let civil = NaiveDateTime::parse_from_str(local, "%Y-%m-%d %H:%M").unwrap();
    let zoned = chrono_tz::America::New_York.from_local_datetime(&civil);
    zoned.earliest().unwrap().to_utc()
}

/// Two desks on the property desk's rules, in Shanghai and in New York, each with somebody on a night shift 22:00–06:00
/// on 31 October 2026, the night on which New York's clocks go back.
fn two_sites() -> House {
    let house = House::empty("2026-10-20 09:00");
    house.block_on(async {
        let app = &house.app;
        let system = Caller::system;
        for (desk, zone) in [("east", "Asia/Shanghai"), ("west", "America/New_York")] {
            let open = json!({"desk": desk, "name": desk, "zone": zone, "opens": 0, "closes": 1440});
            app.open_desk(&system(), serde_json::from_value(open).unwrap()).await.unwrap();
            let skills = json!({"skills": [{"id": "desk", "name": "前台"}]});
            app.define_skills(&system(), &desk.into(), serde_json::from_value(skills).unwrap())
                .await
                .unwrap();
        }
        for (staff, desk, role, skills) in [
            ("H01", "east", "hr", json!([])),
            ("LE", "east", "lead", json!([])),
            ("LW", "west", "lead", json!([])),
            ("E1", "east", "staff", json!(["desk"])),
            ("W1", "west", "staff", json!(["desk"])),
        ] {
            let leads = if role == "lead" { json!([desk]) } else { json!([]) };
            let hire = json!({
                "staff": staff, "name": staff, "desk": desk, "position": "值班", "roles": [role], "leads": leads,
                "skills": skills, "employment": "full_time", "week_minutes": 2400, "month_wage_fen": 600_000,
                "from": "2026-10-01"
            });
            app.hire(&system(), serde_json::from_value(hire).unwrap()).await.unwrap();
            app.accounts().set_password(&staff.into(), &password(staff)).unwrap();
        }
    });
    for (desk, lead, staff) in [("east", "LE", "E1"), ("west", "LW", "W1")] {
        house
            .to("H01")
            .put(
                &format!("/desks/{desk}/policy"),
                json!({"document": PROPERTY}),
            )
            .expect(204);
        let lead = house.to(lead);
        let templates = json!({"effective_from": "2026-10-01", "templates": [{
            "code": "X", "name": "X", "colour": "#3366cc", "night": true, "duty": false,
            "segments": [{"start": 1320, "end": 1800}], "meals": []
        }]});
        lead.put(&format!("/desks/{desk}/shift-templates"), templates)
            .expect(204);
        let roster = format!("/desks/{desk}/rosters/2026-10");
        let demand = json!({"slot_minutes": 60, "source": "test", "days": [
            {"date": "2026-10-31", "skill": "desk", "start": 1320, "minimum": [0], "target": [1]}
        ]});
        lead.put(&format!("/desks/{desk}/demand/2026-10"), demand)
            .expect(204);
        lead.put_empty(&roster).expect(204);
        let cells = json!({"cells": [{"staff": staff, "date": "2026-10-31", "shift": "X"}]});
        lead.post(&format!("{roster}/edits"), cells).expect(200);
        lead.post(
            &format!("{roster}/publication"),
            json!({"acknowledge_shortfalls": true}),
        )
        .expect(204);
    }
    house
}

fn punch(house: &House, staff: &str, kind: &str, at: DateTime<Utc>) {
    house.clock.set(at);
    house
        .to(staff)
        .post("/punches", json!({"kind": kind}))
        .expect(201);
}

#[test]
fn p1_each_site_goes_by_its_own_clock_and_a_night_of_nine_hours_is_nine_hours() {
    let house = two_sites();
    punch(&house, "E1", "in", at("2026-10-31 22:05"));
    punch(&house, "E1", "out", at("2026-11-01 06:00"));
    // Twelve hours later the same evening comes to New York.
    punch(&house, "W1", "in", new_york("2026-10-31 22:05"));
    let closed = |desk: &str, lead: &str| -> Value {
        house
            .block_on(house.app.close_due_days(house.app.now()))
            .unwrap();
        house.block_on(house.app.catch_up()).unwrap();
        let period = house
            .to(lead)
            .get(&format!("/desks/{desk}/periods/2026-10"));
        period.expect(200).json["closed_through"].clone()
    };
    assert_eq!(
        closed("east", "LE"),
        "2026-10-31",
        "the night is over in Shanghai"
    );
    assert_eq!(
        closed("west", "LW"),
        "2026-10-30",
        "in New York it has begun"
    );
    punch(&house, "W1", "out", new_york("2026-11-01 06:00"));
    house.clock.set(new_york("2026-11-01 05:59"));
    assert_eq!(
        closed("west", "LW"),
        "2026-10-30",
        "the night is not over before its shift"
    );
    house.clock.set(new_york("2026-11-01 06:01"));
    assert_eq!(closed("west", "LW"), "2026-10-31");
    let minutes = |staff: &str| {
        let day = house.day(staff, "2026-10-31");
        let of = |field: &str| day[field].as_i64().unwrap();
        (
            of("planned_minutes"),
            of("late_minutes"),
            of("worked_minutes"),
        )
    };
    assert_eq!(minutes("E1"), (480, 5, 475));
    assert_eq!(minutes("W1"), (540, 5, 535), "the clocks went back at two");
    // The page speaks the site's time.
    let page = house.page("W1", "/days/W1/2026-10-31");
    assert!(page.contains("22:05") && page.contains("06:00"), "{page}");
}
