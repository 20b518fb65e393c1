//! Months at all five desks, played through the real server from a seed and reckoned a second time by a naive reckoner
//! that shares nothing with the product: every minute and every fen must agree. See `naive.rs` for the words it goes by.
//!
//! `PAIBAN_SIM_STAFF` (people a desk) and `PAIBAN_SIM_SEEDS` (plays a desk) make a longer run of it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod desks;
mod naive;
mod play;

use desks::Desk;
use naive::{Books, Cell, Penalty, date, day};
use play::{Play, Plot};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

fn setting(name: &str, otherwise: usize) -> usize {
    std::env::var(name).map_or(otherwise, |text| text.parse().unwrap())
}

/// What the product makes of a day, in the words of the naive reckoner.
fn figures(record: &Value) -> BTreeMap<String, i64> {
    let mut found = BTreeMap::new();
    let mut put = |name: &str, value: i64| {
        found.insert(name.to_owned(), value);
    };
    for (name, field) in [
        ("planned", "planned_minutes"),
        ("worked", "worked_minutes"),
        ("late", "late_minutes"),
        ("early", "early_minutes"),
        ("absent", "absent_minutes"),
        ("lead_missed", "lead_missed_minutes"),
    ] {
        put(name, record[field].as_i64().unwrap());
    }
    put("severe", i64::from(record["severe_late"] == true));
    put("night", i64::from(record["night"] == true));
    let segments = record["segments"].as_array().unwrap();
    for (name, edge) in [("missed_in", "arrival"), ("missed_out", "departure")] {
        let missed = segments
            .iter()
            .filter(|segment| segment[edge]["state"] == "missed")
            .count();
        put(name, i64::try_from(missed).unwrap());
    }
    let meals = record["meals"].as_array().unwrap();
    put(
        "meal_over",
        meals
            .iter()
            .map(|meal| meal["over_minutes"].as_i64().unwrap())
            .sum(),
    );
    for (name, class) in [
        ("ot workday", "workday"),
        ("ot rest_day", "rest_day"),
        ("ot statutory", "statutory"),
    ] {
        put(name, record["overtime"][class].as_i64().unwrap());
    }
    put(
        "time_off",
        record["time_off_earned_minutes"].as_i64().unwrap(),
    );
    put("meeting", record["meeting_minutes"].as_i64().unwrap());
    put(
        "handover_wait",
        record["post"]["handover_wait_minutes"].as_i64().unwrap(),
    );
    for (kind, minutes) in record["leave_minutes"].as_object().unwrap() {
        put(&format!("leave {kind}"), minutes.as_i64().unwrap());
    }
    found
}

/// Every person's every day: what the product says against what the naive reckoner does.
fn disagreements(play: &Play, log: &Path) -> Vec<String> {
    let desk = play.plot.desk.id;
    let books = Books::read(log, i64::MAX);
    let (first, last) = (day(play.plot.first), day(play.plot.last));
    let app = &play.house.app;
    let records = play.house.block_on(app.read(move |view| {
        let (first, last) = (date(first).to_string(), date(last).to_string());
        view.day_records(&desk.into(), first.parse().unwrap(), last.parse().unwrap())
    }));
    let records: Vec<Value> = records
        .unwrap()
        .iter()
        .map(|r| serde_json::to_value(r).unwrap())
        .collect();
    let mut faults = Vec::new();
    for staff in books.people(desk) {
        for on in first..=last {
            let text = date(on).to_string();
            let found = records
                .iter()
                .find(|r| r["staff"] == staff.as_str() && r["date"] == text.as_str());
            let mine = books.reckon(desk, &staff, on);
            let Some(record) = found else {
                if mine.cell != Cell::None {
                    faults.push(format!(
                        "{desk} {staff} {text}: the product has no record\n{mine:#?}"
                    ));
                }
                continue;
            };
            let theirs = figures(record);
            let status = record["status"].as_str().unwrap();
            if theirs != mine.figures || status != mine.status {
                let mut lines = format!(
                    "seed {} {desk} {staff} {text}: product {status}, naive {}\n",
                    play.plot.seed, mine.status
                );
                let names: std::collections::BTreeSet<&String> =
                    theirs.keys().chain(mine.figures.keys()).collect();
                for name in names {
                    let (a, b) = (theirs.get(name), mine.figures.get(name));
                    if a != b {
                        lines += &format!("  {name}: product {a:?}, naive {b:?}\n");
                    }
                }
                lines += &format!("  product segments: {}\n", record["segments"]);
                for s in &mine.segments {
                    lines += &format!(
                        "  naive segment {}–{}: wanted {:?} came {:?} went {:?} late {} early {} present {}\n",
                        naive::clock(s.start),
                        naive::clock(s.end),
                        s.wanted.map(|(a, b)| (naive::clock(a), naive::clock(b))),
                        edge(s.came),
                        edge(s.went),
                        s.late,
                        s.early,
                        s.present
                    );
                }
                lines += &format!("  events:\n{}", books.story(&staff, on));
                faults.push(lines);
            }
        }
    }
    faults
}

/// The product's proposals of a month, as its read models hold them.
fn proposals(log: &Path, desk: &str, month: &str) -> Vec<Value> {
    let open = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    let folder = log.parent().unwrap().join("models");
    let models = folder.join(std::fs::read_to_string(folder.join("current")).unwrap());
    let file = rusqlite::Connection::open_with_flags(models, open).unwrap();
    let mut rows = file
        .prepare("SELECT proposal FROM penalties WHERE desk = ? AND month = ?")
        .unwrap();
    let rows = rows
        .query_map([desk, month], |row| row.get::<_, String>(0))
        .unwrap();
    rows.map(|text| serde_json::from_str(&text.unwrap()).unwrap())
        .collect()
}

/// Every penalty proposed, against what the naive reckoner proposes.
fn penalty_disagreements(play: &Play, log: &Path) -> Vec<String> {
    let desk = play.plot.desk.id;
    let books = Books::read(log, i64::MAX);
    let mut faults = Vec::new();
    for this in play.months() {
        let mut theirs: Vec<Penalty> = proposals(log, desk, &this)
            .into_iter()
            .filter(|row| row["kind"] != "reward")
            .map(|row| Penalty {
                staff: row["staff"].as_str().unwrap().to_owned(),
                date: row["work_date"].as_str().unwrap().to_owned(),
                rule: row["rule"].as_str().unwrap().to_owned(),
                amount: row["amount"].as_i64().unwrap(),
                mode: row["mode"].as_str().unwrap().to_owned(),
            })
            .collect();
        theirs.sort();
        let mine = books.penalties(desk, &this);
        println!("{desk} {this}: {} penalties", mine.len());
        let mut only: Vec<(&str, Penalty)> = Vec::new();
        let mut rest = mine.clone();
        for row in &theirs {
            match rest.iter().position(|other| other == row) {
                Some(place) => drop(rest.remove(place)),
                None => only.push(("the product only", row.clone())),
            }
        }
        only.extend(rest.into_iter().map(|row| ("the naive reckoner only", row)));
        for (who, row) in only {
            let on = day(&row.date);
            let reckoned = books.reckon(desk, &row.staff, on);
            faults.push(format!(
                "seed {} {who}: {row:?}\n  {:?}\n  {:?}\n  events:\n{}",
                play.plot.seed,
                reckoned.figures,
                reckoned.segments,
                books.story(&row.staff, on)
            ));
        }
    }
    faults
}

fn edge(edge: naive::Edge) -> String {
    match edge {
        naive::Edge::At(at) => naive::clock(at),
        other => format!("{other:?}"),
    }
}

fn simulate(desk: &'static Desk, crew: usize) {
    for seed in 1..=setting("PAIBAN_SIM_SEEDS", 1) {
        let folder = tempfile::tempdir().unwrap();
        let plot = Plot {
            desk,
            seed: u64::try_from(seed).unwrap(),
            crew: setting("PAIBAN_SIM_STAFF", crew),
            first: "2026-09-01",
            last: "2026-11-30",
            order: 0,
            races: true,
        };
        let mut play = Play::new(folder.path(), plot);
        let began = std::time::Instant::now();
        play.run();
        println!("played in {:?}", began.elapsed());
        for (answer, count) in &play.answers {
            println!("{count:>6} {answer}");
        }
        let log = folder.path().join("log.db");
        let mut faults = disagreements(&play, &log);
        faults.extend(penalty_disagreements(&play, &log));
        assert!(
            faults.is_empty(),
            "{} days differ; the first:\n{}",
            faults.len(),
            faults
                .iter()
                .take(setting("PAIBAN_SIM_SHOW", 3))
                .cloned()
                .collect::<String>()
        );
    }
}

#[test]
fn the_online_shops_months_agree_with_the_naive_reckoner() {
    simulate(&desks::SHOP, 5);
}

#[test]
fn the_malls_months_agree_with_the_naive_reckoner() {
    simulate(&desks::MALL_DESK, 4);
}

#[test]
fn the_service_centres_months_agree_with_the_naive_reckoner() {
    simulate(&desks::SERVICE, 4);
}

#[test]
fn the_call_centres_months_agree_with_the_naive_reckoner() {
    simulate(&desks::CALLS, 5);
}

#[test]
fn the_propertys_months_agree_with_the_naive_reckoner() {
    simulate(&desks::PROPERTY_DESK, 6);
}
