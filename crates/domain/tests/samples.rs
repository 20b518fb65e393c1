//! Stored events are a public contract: a saved sample of every version must stay readable, and say the same.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use domain::event::Event;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../migrations/events")
}

fn saved() -> BTreeSet<String> {
    let files = std::fs::read_dir(folder()).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.ends_with(".json")).collect()
}

/// `attendance.punched.v1.json` → name and version.
fn parse(file: &str) -> (&str, u16) {
    let stem = file.strip_suffix(".json").unwrap();
    let (name, version) = stem
        .rsplit_once(".v")
        .expect("a name like attendance.punched.v1.json");
    (name, version.parse().unwrap())
}

#[test]
fn every_event_has_a_sample_of_its_version() {
    let saved = saved();
    for (name, version) in Event::types() {
        let file = format!("{name}.v{version}.json");
        assert!(saved.contains(&file), "migrations/events/{file} is missing");
    }
}

#[test]
fn every_sample_of_the_newest_version_decodes_and_says_the_same_again() {
    let newest: BTreeMap<&str, u16> = Event::types().collect();
    for file in saved() {
        let (name, version) = parse(&file);
        let newest = newest.get(name);
        let newest = newest.unwrap_or_else(|| panic!("{file} is of no event of this build"));
        assert!(version <= *newest, "{file} is newer than this build");
        // Older ones are upcast first: `crates/projections/src/upcast.rs`.
        if version < *newest {
            continue;
        }
        let bytes = std::fs::read(folder().join(&file)).unwrap();
        let event =
            Event::decode(name, version, &bytes).unwrap_or_else(|fault| panic!("{file}: {fault}"));
        assert_eq!(event.event_type(), (name, version));
        let before: Value = serde_json::from_slice(&bytes).unwrap();
        let after: Value = serde_json::from_slice(&event.encode().unwrap()).unwrap();
        assert_eq!(before, after, "{file} does not round-trip");
    }
}
