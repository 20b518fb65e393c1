//! Every text of every event is either declared personal, or known to name people, or known to be nobody's.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use domain::event::Event;
use domain::event::personal::{IMPERSONAL, NAMING, PERSONAL, Whose};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// Fields that hold an id, a kind, a code or a digest: typed in the domain, or made by a program.
const CODES: [&str; 34] = [
    "about",
    "absent",
    "as",
    "by",
    "call",
    "code",
    "colour",
    "compensation",
    "desk",
    "digest",
    "edge",
    "employment",
    "evidence",
    "filed_by",
    "kind",
    "lane",
    "leave",
    "node",
    "policy",
    "position",
    "problem_digest",
    "role",
    "rule",
    "sanction",
    "scope",
    "seal",
    "serial",
    "side",
    "skill",
    "solver_version",
    "staff",
    "suspicion",
    "tier",
    "zone",
];
/// Lists of ids.
const LISTS: [&str; 16] = [
    "costs",
    "cycle",
    "evidence",
    "items",
    "leads",
    "matters",
    "mentors",
    "order",
    "policy_versions",
    "present",
    "absent",
    "roles",
    "skills",
    "staff",
    "versions",
    "days",
];
/// More single fields of that sort.
const MORE: [&str; 25] = [
    "answered_by",
    "category",
    "complainant",
    "ended",
    "first",
    "from",
    "half",
    "notice",
    "others",
    "routed_to",
    "second",
    "severity",
    "source_month",
    "to",
    "trainee",
    "via",
    "who",
    "with",
    "word",
    "shift",
    "item",
    "loan",
    "not_shift",
    "strength",
    "wished",
];

fn samples() -> Vec<(String, Value)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../migrations/events");
    let newest: BTreeMap<&str, u16> = Event::types().collect();
    let files = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path());
    files
        .filter_map(|file| {
            let stem = file.file_name()?.to_str()?.strip_suffix(".json")?;
            let (name, version) = stem.rsplit_once(".v")?;
            let is_newest = newest.get(name) == Some(&version.parse().ok()?);
            is_newest.then(|| {
                let bytes = std::fs::read(&file).unwrap();
                (name.to_owned(), serde_json::from_slice(&bytes).unwrap())
            })
        })
        .collect()
}

/// Every text of an event, by its path with `*` for indexes.
fn texts(value: &Value, path: &str, found: &mut BTreeMap<String, String>) {
    let under = |name: &str| {
        if path.is_empty() {
            name.to_owned()
        } else {
            format!("{path}.{name}")
        }
    };
    match value {
        Value::Object(fields) => fields
            .iter()
            .for_each(|(name, field)| texts(field, &under(name), found)),
        Value::Array(items) => items
            .iter()
            .for_each(|item| texts(item, &under("*"), found)),
        Value::String(text) => {
            found.insert(path.to_owned(), text.clone());
        }
        _ => {}
    }
}

/// Whether nothing but a date, a moment, a number or an id can stand there.
fn is_typed(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_ascii_digit() || "-:.TZ+".contains(c))
        || { text.len() == 36 && text.chars().all(|c| c.is_ascii_hexdigit() || c == '-') }
}

fn is_code(path: &str) -> bool {
    let mut names = path.rsplit('.');
    let last = names.next().unwrap();
    if last == "*" {
        let list = names.find(|name| *name != "*").unwrap_or_default();
        return LISTS.contains(&list);
    }
    // A list of objects ends with a field; an id called `id` names one of them.
    last == "id" || CODES.contains(&last) || MORE.contains(&last)
}

fn declared() -> BTreeSet<(String, String)> {
    let personal = PERSONAL.iter().map(|field| (field.event, field.path));
    let all = personal
        .chain(NAMING.iter().copied())
        .chain(IMPERSONAL.iter().copied());
    all.map(|(event, path)| (event.to_owned(), path.to_owned()))
        .collect()
}

#[test]
fn every_text_of_every_sample_is_declared() {
    let declared = declared();
    let mut undeclared = Vec::new();
    for (event, sample) in samples() {
        let mut found = BTreeMap::new();
        texts(&sample, "", &mut found);
        for (path, text) in found {
            let known = declared.contains(&(event.clone(), path.clone()));
            if !known && !is_typed(&text) && !is_code(&path) {
                undeclared.push(format!("{event}: {path} = {text:?}"));
            }
        }
    }
    assert!(
        undeclared.is_empty(),
        "neither personal nor known to be nobody's:\n{}",
        undeclared.join("\n")
    );
}

/// A sample may leave a field out, so the types speak too: whatever an event, or a part of one, calls a `String`.
#[test]
fn every_field_that_is_a_text_by_its_type_is_declared() {
    let declared = declared();
    let source = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src");
    let events = std::fs::read_dir(source.join("event")).unwrap();
    let files = events
        .map(|file| file.unwrap().path())
        .chain([source.join("shift.rs")])
        .filter(|file| !file.ends_with("personal.rs"));
    let text: String = files
        .map(|file| std::fs::read_to_string(file).unwrap())
        .collect();
    // `"roster.amended", 1 => RosterAmended,`
    let stored: BTreeMap<&str, &str> = text
        .lines()
        .filter_map(|line| {
            let (name, payload) = line.trim().strip_suffix(',')?.split_once(" => ")?;
            Some((payload, name.strip_prefix('"')?.split_once('"')?.0))
        })
        .collect();
    let codes = [
        "colour",
        "costs",
        "cycle",
        "digest",
        "matters",
        "position",
        "problem_digest",
        "seal",
        "serial",
        "solver_version",
    ];
    let (mut owner, mut texts, mut undeclared) = ("", 0, Vec::new());
    for line in text.lines() {
        let line = line.trim();
        let declares = ["pub struct ", "pub enum "]
            .iter()
            .find_map(|kind| line.strip_prefix(kind));
        if let Some(name) = declares {
            owner = name.split([' ', '(', '<']).next().unwrap();
        }
        let Some((name, kind)) = line.trim_start_matches("pub ").split_once(": ") else {
            continue;
        };
        if !kind.contains("String") || !kind.ends_with(',') || codes.contains(&name) {
            continue;
        }
        texts += 1;
        let is_declared = match stored.get(owner) {
            Some(event) => declared
                .iter()
                .any(|(of, path)| of == event && path.split('.').next() == Some(name)),
            // A part of events: of which ones is for the samples to say.
            None => declared
                .iter()
                .any(|(_, path)| path.split('.').any(|part| part == name)),
        };
        if !is_declared {
            undeclared.push(format!("{owner}: {name}"));
        }
    }
    assert!(
        undeclared.is_empty(),
        "in no list of event/personal.rs:\n{}",
        undeclared.join("\n")
    );
    assert!(texts > 50, "only {texts} texts were found");
}

#[test]
fn what_is_declared_exists_and_says_whose_it_is() {
    let samples: BTreeMap<String, Value> = samples().into_iter().collect();
    for field in PERSONAL {
        // Sealing takes the path as it is.
        assert!(!field.path.contains('*'), "{field:?}");
        let sample = &samples[field.event];
        let names_somebody = |event: &Value, path: &str| match path.split_once(".*.") {
            Some((list, name)) => event[list]
                .as_array()
                .is_some_and(|items| items.iter().all(|item| item[name].is_string())),
            None => event[path].is_string(),
        };
        match field.whose {
            Whose::Stream => {
                let about = ["staff.", "attendance.", "leave.", "sanction."];
                assert!(
                    about.iter().any(|stream| field.event.starts_with(stream)),
                    "{field:?}"
                );
            }
            Whose::Named(paths) => assert!(
                paths.iter().all(|path| names_somebody(sample, path)),
                "{field:?}"
            ),
            Whose::NamedOr { matter, .. } => assert!(sample[matter].is_string(), "{field:?}"),
            Whose::Opened { matter, by, named } => {
                assert!(sample[matter].is_string(), "{field:?}");
                let opening = &samples[by];
                assert!(opening[matter].is_string(), "{field:?}");
                assert!(
                    named.iter().all(|path| names_somebody(opening, path)),
                    "{field:?}"
                );
            }
        }
    }
}
