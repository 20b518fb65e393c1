//! Months at all five desks, played through the real server from a seed and reckoned a second time by a naive reckoner
//! that shares nothing with the product: every minute and every fen must agree. See `naive.rs` for the words it goes by.
//!
//! `PAIBAN_SIM_STAFF` (people a desk) and `PAIBAN_SIM_SEEDS` (plays a desk) make a longer run of it;
//! `PAIBAN_SIM_SHOW` says how many differences are shown.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]
// Obvious rather than short.
#![allow(clippy::needless_range_loop, clippy::collapsible_match)]

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
    for name in ["unmatched", "suspect"] {
        let listed = record[name].as_array().unwrap().len();
        put(name, i64::try_from(listed).unwrap());
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
fn disagreements(play: &Play, books: &Books) -> Vec<String> {
    let desk = play.plot.desk.id;
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

/// The product's proposals of a month, as its read models hold them: as they stand, or as the month was closed.
fn proposals(log: &Path, desk: &str, month: &str, frozen: bool) -> Vec<Value> {
    let open = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    let folder = log.parent().unwrap().join("models");
    let models = folder.join(std::fs::read_to_string(folder.join("current")).unwrap());
    let file = rusqlite::Connection::open_with_flags(models, open).unwrap();
    let table = if frozen {
        "frozen_penalties"
    } else {
        "penalties"
    };
    let mut rows = file
        .prepare(&format!(
            "SELECT proposal FROM {table} WHERE desk = ? AND month = ?"
        ))
        .unwrap();
    let rows = rows
        .query_map([desk, month], |row| row.get::<_, String>(0))
        .unwrap();
    rows.map(|text| serde_json::from_str(&text.unwrap()).unwrap())
        .collect()
}

/// The penalties among proposals, sorted.
fn penalties_of(proposals: &[Value]) -> Vec<Penalty> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut found: Vec<Penalty> = proposals
        .iter()
        .filter(|row| row["kind"] != "reward")
        .map(|row| Penalty {
            staff: text(&row["staff"]),
            date: text(&row["work_date"]),
            rule: text(&row["rule"]),
            amount: row["amount"].as_i64().unwrap(),
            mode: text(&row["mode"]),
        })
        .collect();
    found.sort();
    found
}

/// Every penalty proposed, against what the naive reckoner proposes.
fn penalty_disagreements(play: &Play, books: &Books, log: &Path) -> Vec<String> {
    let desk = play.plot.desk.id;
    let mut faults = Vec::new();
    for this in play.months() {
        let theirs = penalties_of(&proposals(log, desk, &this, false));
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

/// The file for payroll, cell by cell: of a closed month as of the closing, of an open one as of now.
fn payroll_disagreements(play: &Play, log: &Path) -> Vec<String> {
    let desk = play.plot.desk.id;
    let mut faults = Vec::new();
    for this in play.months() {
        let path = format!("/desks/{desk}/exports/{this}/attendance.csv");
        let file = play.house.to("H01").get(&path).expect(200).body;
        let mut table = table(&file);
        let header = table.remove(0);
        let place = |name: &str| {
            header
                .iter()
                .position(|cell| cell == name)
                .unwrap_or_else(|| panic!("{name}: {header:?}"))
        };
        let at: i64 = table[0][place("日志位置")].parse().unwrap();
        let is_closed = play.closed.contains(&this);
        assert_eq!(is_closed, !table[0][place("封存")].is_empty(), "{this}");
        let books = Books::read(log, at);
        let proposed = proposals(log, desk, &this, is_closed);
        let mine = books.penalties(desk, &this);
        if is_closed && penalties_of(&proposed) != mine {
            faults.push(format!(
                "{desk} {this}, closed at {at}: frozen {:#?}\nnaive {mine:#?}",
                penalties_of(&proposed)
            ));
        }
        for staff in books.people(desk) {
            let rows: Vec<&Vec<String>> = table
                .iter()
                .filter(|row| row[place("工号")] == staff)
                .collect();
            // Whoever stands in the roster stands in the file, once.
            let first = day(&format!("{this}-01"));
            let mut days = (first..first + 31).filter(|on| naive::month(*on) == this);
            let is_rostered = days.any(|on| books.cell(&staff, on) != Cell::None);
            // Others only where something else reaches them.
            if rows.len() > 1 || (is_rostered && rows.is_empty()) {
                faults.push(format!("{staff} stands {} times in {this}\n", rows.len()));
            }
            if rows.is_empty() {
                continue;
            }
            for (name, expected) in books.payroll(desk, &staff, &this, &proposed) {
                // A desk that never counted in points has no column for them.
                if !header.contains(&name) && expected == 0 {
                    continue;
                }
                let found = &rows[0][place(&name)];
                // Hours and yuan in hundredths, everything else as it is.
                let found = if name.contains("小时") || name.contains("(元)") {
                    (found.parse::<f64>().unwrap() * 100.0).round() as i64
                } else {
                    found.parse().unwrap()
                };
                if found != expected {
                    faults.push(format!(
                        "seed {} {desk} {this} {staff} {name} at {at}: file {found}, naive {expected}\n",
                        play.plot.seed
                    ));
                }
            }
        }
    }
    faults
}

/// A CSV file's cells.
fn table(file: &[u8]) -> Vec<Vec<String>> {
    let text = String::from_utf8(file.to_vec()).unwrap();
    let (mut rows, mut row, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    for c in text.trim_start_matches('\u{feff}').chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut cell)),
            '\r' => {}
            '\n' if !quoted => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            other => cell.push(other),
        }
    }
    rows
}

/// Every row of every table of read models, as text.
fn rows(folder: &Path) -> BTreeMap<String, Vec<String>> {
    let open = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    let models = folder.join(std::fs::read_to_string(folder.join("current")).unwrap());
    let file = rusqlite::Connection::open_with_flags(models, open).unwrap();
    let mut names = file
        .prepare("SELECT name FROM sqlite_master WHERE type = 'table'")
        .unwrap();
    let names: Vec<String> = names
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let of = |name: &String| {
        let mut all = file.prepare(&format!("SELECT * FROM {name}")).unwrap();
        let width = all.column_count();
        let rows = all.query_map([], |row| {
            let cells = (0..width).map(|n| row.get::<_, rusqlite::types::Value>(n));
            cells
                .map(|cell| cell.map(|cell| format!("{cell:?}")))
                .collect::<Result<Vec<_>, _>>()
        });
        let mut rows: Vec<String> = rows.unwrap().map(|row| row.unwrap().join("|")).collect();
        rows.sort();
        rows
    };
    names.iter().map(|name| (name.clone(), of(name))).collect()
}

/// Fresh read models replayed from the log's first event against those that followed it live, row for row.
fn replay_differences(play: &Play, folder: &Path) -> Vec<String> {
    let fresh = tempfile::tempdir().unwrap();
    let models = projections::ReadModels::open(fresh.path()).unwrap();
    play.house
        .block_on(async { models.catch_up(play.house.app.log()).await.unwrap() });
    let (live, again) = (rows(&folder.join("models")), rows(fresh.path()));
    assert!(live["day_records"].len() > 100 && live["penalties"].len() > 3);
    let mut faults = Vec::new();
    for (table, rows) in &live {
        for row in rows
            .iter()
            .filter(|row| !again[table].contains(row))
            .take(3)
        {
            faults.push(format!("{table}: live only {row}\n"));
        }
        for row in again[table]
            .iter()
            .filter(|row| !rows.contains(row))
            .take(3)
        {
            faults.push(format!("{table}: replayed only {row}\n"));
        }
    }
    faults
}

/// A play of three weeks, in one thread: what it leaves is a matter of the seed alone.
fn short(order: u64) -> (BTreeMap<String, String>, Vec<Penalty>, Vec<Vec<u8>>) {
    let folder = tempfile::tempdir().unwrap();
    let plot = Plot {
        desk: &desks::SHOP,
        seed: 11,
        crew: 4,
        first: "2026-09-01",
        last: "2026-09-21",
        order,
        races: false,
    };
    let mut play = Play::new(folder.path(), plot);
    play.run();
    let app = &play.house.app;
    let records = play.house.block_on(app.read(|view| {
        view.day_records(
            &"online-shop".into(),
            "2026-09-01".parse().unwrap(),
            "2026-09-21".parse().unwrap(),
        )
    }));
    let days = records.unwrap().into_iter().map(|record| {
        let record = serde_json::to_value(record).unwrap();
        (
            format!("{} {}", record["staff"], record["date"]),
            format!("{} {:?}", record["status"], figures(&record)),
        )
    });
    let days = days.collect();
    let penalties = penalties_of(&proposals(
        &folder.path().join("log.db"),
        "online-shop",
        "2026-09",
        false,
    ));
    let files = [
        "attendance.csv",
        "penalties.csv",
        "attendance.xlsx",
        "duty-table.xlsx",
    ]
    .map(|name| {
        play.house
            .to("H01")
            .get(&format!("/desks/online-shop/exports/2026-09/{name}"))
            .expect(200)
            .body
    });
    (days, penalties, files.to_vec())
}

#[test]
fn the_same_seed_leaves_the_same_bytes_and_another_order_of_delivery_the_same_days() {
    let (days, penalties, files) = short(0);
    let (again_days, again_penalties, again_files) = short(0);
    assert_eq!((&days, &penalties), (&again_days, &again_penalties));
    assert!(files == again_files, "the files differ");
    // Terminals, messenger and telephone deliver what they kept the other way round.
    let (other_days, other_penalties, _) = short(7);
    assert!(days.len() > 50 && !penalties.is_empty());
    assert_eq!(days, other_days);
    assert_eq!(penalties, other_penalties);
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
        let books = Books::read(&log, i64::MAX);
        let mut faults = disagreements(&play, &books);
        faults.extend(penalty_disagreements(&play, &books, &log));
        faults.extend(payroll_disagreements(&play, &log));
        faults.extend(replay_differences(&play, folder.path()));
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
    simulate(&desks::SHOP, 4);
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
    simulate(&desks::CALLS, 4);
}

#[test]
fn the_propertys_months_agree_with_the_naive_reckoner() {
    simulate(&desks::PROPERTY_DESK, 5);
}
