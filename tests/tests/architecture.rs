//! Who may depend on whom, and what the pure rooms must not know. A new edge is a decision: it belongs into this list and
//! into `ARCHITECTURE.md`, not into a manifest alone.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Every crate of the workspace, and the workspace crates it may depend on, tests included.
const ALLOWED: [(&str, &[&str]); 10] = [
    ("domain", &[]),
    ("eventlog", &[]),
    ("eventlog-kurrent", &["eventlog", "test-store"]),
    ("projections", &["domain", "eventlog", "sealing"]),
    ("sealing", &[]),
    ("staffing", &[]),
    ("solver", &[]),
    (
        "paiban",
        &[
            "domain",
            "eventlog",
            "eventlog-kurrent",
            "projections",
            "sealing",
            "staffing",
            "solver",
        ],
    ),
    (
        "acceptance",
        &[
            "domain",
            "eventlog",
            "eventlog-kurrent",
            "projections",
            "sealing",
            "staffing",
            "solver",
            "paiban",
            "test-store",
        ],
    ),
    ("test-store", &[]),
];

/// Libraries a room must not use, and why.
const FORBIDDEN: [(&str, &[&str], &str); 3] = [
    (
        "domain",
        IO,
        "the domain is pure: no async, no I/O, no randomness",
    ),
    (
        "solver",
        IO,
        "the solver knows no event, no database and no HTTP",
    ),
    ("staffing", IO, "demand is plain arithmetic"),
];
const IO: &[&str] = &[
    "tokio",
    "async-std",
    "axum",
    "hyper",
    "reqwest",
    "ureq",
    "rusqlite",
    "sqlx",
    "rand",
    "fastrand",
    "getrandom",
];

/// Words the sources of the domain must not contain: time, chance and the outside world enter as data.
const FORBIDDEN_IN_DOMAIN: [&str; 13] = [
    "Utc::now",
    "Local::now",
    "Instant::now",
    "SystemTime",
    "new_v4",
    "now_v7",
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "std::thread",
    "async fn",
    "async move",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

/// Direct dependencies by package, of every kind.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()))
        .args([
            "metadata",
            "--no-deps",
            "--offline",
            "--format-version",
            "1",
        ])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap().iter();
    packages
        .map(|package| {
            let names = package["dependencies"].as_array().unwrap().iter();
            let names = names
                .map(|dependency| dependency["name"].as_str().unwrap().to_owned())
                .collect();
            (package["name"].as_str().unwrap().to_owned(), names)
        })
        .collect()
}

/// Everything wrong with these dependencies, a sentence each.
fn faults(dependencies: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let mut faults = Vec::new();
    for (package, used) in dependencies {
        let Some((_, allowed)) = ALLOWED.iter().find(|(name, _)| name == package) else {
            faults.push(format!(
                "the crate `{package}` is new: say in this test what it may depend on"
            ));
            continue;
        };
        for name in used.iter().filter(|name| dependencies.contains_key(*name)) {
            if !allowed.contains(&name.as_str()) {
                faults.push(format!("`{package}` must not depend on `{name}`"));
            }
        }
        for (_, forbidden, reason) in FORBIDDEN.iter().filter(|(name, _, _)| name == package) {
            for name in used
                .iter()
                .filter(|name| forbidden.contains(&name.as_str()))
            {
                faults.push(format!("`{package}` must not use `{name}`: {reason}"));
            }
        }
    }
    for (name, _) in ALLOWED
        .iter()
        .filter(|(name, _)| !dependencies.contains_key(*name))
    {
        faults.push(format!(
            "the crate `{name}` is gone: take it out of this test"
        ));
    }
    faults
}

#[test]
fn dependencies_between_the_rooms() {
    assert_eq!(faults(&dependencies()), Vec::<String>::new());
}

#[test]
fn a_new_edge_is_named() {
    let with = |package: &str, used: &str| {
        let mut changed = dependencies();
        changed
            .entry(package.to_owned())
            .or_default()
            .insert(used.to_owned());
        faults(&changed)
    };
    assert_eq!(
        with("domain", "eventlog"),
        ["`domain` must not depend on `eventlog`"]
    );
    assert_eq!(
        with("projections", "solver"),
        ["`projections` must not depend on `solver`"]
    );
    assert_eq!(
        with("solver", "rusqlite"),
        ["`solver` must not use `rusqlite`: the solver knows no event, no database and no HTTP"]
    );
    assert_eq!(
        with("xtask", "serde"),
        ["the crate `xtask` is new: say in this test what it may depend on"]
    );
    let mut gone = dependencies();
    gone.remove("staffing");
    assert_eq!(
        faults(&gone),
        ["the crate `staffing` is gone: take it out of this test"]
    );
}

/// Lines of Rust sources under `folder` with one of `words` outside a comment, as `file:line: word`.
fn lines_with(folder: &Path, words: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files += 1;
                let text = std::fs::read_to_string(&path).unwrap();
                for (number, line) in text.lines().enumerate() {
                    let code = line.split("//").next().unwrap_or_default();
                    for word in words.iter().filter(|word| code.contains(**word)) {
                        found.push(format!("{}:{}: {word}", path.display(), number + 1));
                    }
                }
            }
        }
    }
    assert!(files > 0, "no sources found");
    found.sort();
    found
}

#[test]
fn the_domain_reads_no_clock_and_touches_nothing() {
    let sources = root().join("crates/domain/src");
    assert_eq!(
        lines_with(&sources, &FORBIDDEN_IN_DOMAIN),
        Vec::<String>::new()
    );
}

#[test]
fn a_clock_would_be_seen() {
    let folder = tempfile::tempdir().unwrap();
    let text = "// Utc::now in a comment is fine\nlet now = chrono::Utc::now();\n";
    std::fs::write(folder.path().join("clock.rs"), text).unwrap();
    let found = lines_with(folder.path(), &FORBIDDEN_IN_DOMAIN);
    assert_eq!(found.len(), 1);
    assert!(found[0].ends_with("clock.rs:2: Utc::now"), "{found:?}");
}

#[test]
fn every_dependency_has_a_line_that_says_what_it_is_for() {
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let map = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let (_, table) = map.split_once("## Dependencies").unwrap();
    let dependencies = manifest
        .lines()
        .skip_while(|line| *line != "[workspace.dependencies]")
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .filter(|line| !line.contains("path ="))
        .filter_map(|line| line.split_once(" = "))
        .map(|(name, _)| name);
    let mut seen = 0;
    for name in dependencies {
        seen += 1;
        assert!(table.contains(&format!("`{name}`")), "{name} has no line");
    }
    assert!(seen > 20, "only {seen} dependencies were found");
}
