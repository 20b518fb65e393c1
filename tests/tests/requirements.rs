//! Every row of the source documents has a test that drives it through the product and a page where a person does it,
//! and every hazard that others fell into has a test of its own.
//! `tests/REQUIREMENTS.md` is made from that; `PAIBAN_WRITE_DOCS=1` writes it anew.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use acceptance::House;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

/// Rows each source document has (`REQUIREMENTS` of the product, by letter).
const ROWS: [(&str, usize); 5] = [("T", 16), ("M", 11), ("S", 5), ("D", 9), ("P", 7)];

struct Row {
    id: String,
    says: String,
    does: String,
    pages: Vec<String>,
}

fn document() -> toml::Table {
    include_str!("../requirements.toml").parse().unwrap()
}

fn text(value: &toml::Value, key: &str) -> String {
    value[key].as_str().unwrap().to_owned()
}

/// Hazards by id, in order, and what goes wrong in each.
fn hazards() -> Vec<(String, String)> {
    let table = document();
    let hazards = table["hazard"].as_array().unwrap().iter();
    hazards
        .map(|hazard| (text(hazard, "id"), text(hazard, "says")))
        .collect()
}

/// The table, its sources by letter first.
fn table() -> (BTreeMap<String, (String, String)>, Vec<Row>) {
    let table = document();
    let sources = table["source"].as_table().unwrap().iter();
    let sources = sources
        .map(|(letter, source)| {
            let named = (text(source, "title"), text(source, "desk"));
            (letter.clone(), named)
        })
        .collect();
    let rows = table["row"].as_array().unwrap().iter();
    let rows = rows
        .map(|row| Row {
            id: text(row, "id"),
            says: text(row, "says"),
            does: text(row, "does"),
            pages: row["pages"]
                .as_array()
                .unwrap()
                .iter()
                .map(|page| page.as_str().unwrap().to_owned())
                .collect(),
        })
        .collect();
    (sources, rows)
}

/// Tests by the id their name begins with: the file and the name.
fn tests() -> BTreeMap<String, Vec<(String, String)>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|suffix| suffix == "rs"))
        .collect();
    files.sort();
    let mut found: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for path in files {
        let source = std::fs::read_to_string(&path).unwrap();
        let file = path.file_name().unwrap().to_str().unwrap();
        for after in source.split("#[test]\nfn ").skip(1) {
            let name = after.split('(').next().unwrap();
            let id = name.split('_').next().unwrap().to_uppercase();
            let tests = found.entry(id).or_default();
            tests.push((file.to_owned(), name.to_owned()));
        }
    }
    found
}

/// Everything wrong with the table, a sentence each.
fn faults(rows: &[Row], tests: &BTreeMap<String, Vec<(String, String)>>) -> Vec<String> {
    let mut faults = Vec::new();
    for (letter, count) in ROWS {
        for number in 1..=count {
            let id = format!("{letter}{number}");
            let listed = rows.iter().filter(|row| row.id == id).count();
            if listed != 1 {
                faults.push(format!("{id} stands {listed} times in requirements.toml"));
            }
            if !tests.contains_key(&id) {
                faults.push(format!("{id} has no test named {}_…", id.to_lowercase()));
            }
        }
    }
    let nowhere = rows.iter().filter(|row| row.pages.is_empty());
    faults.extend(nowhere.map(|row| format!("{} has no page where a person does it", row.id)));
    faults
}

/// The test's name as a sentence.
fn sentence(name: &str) -> String {
    let (_, words) = name.split_once('_').unwrap();
    words.replace('_', " ")
}

/// Tests as links.
fn links(tests: &[(String, String)]) -> String {
    let links = tests
        .iter()
        .map(|(file, name)| format!("[{}](tests/{file})", sentence(name)));
    links.collect::<Vec<_>>().join("; ")
}

fn page() -> String {
    let (sources, rows) = table();
    let tests = tests();
    let mut page = String::from(
        "# Requirements\n\n\
         What the source documents ask for, where a person does it, and the test that drives it through the served\n\
         product. Made by `tests/tests/requirements.rs`, which fails when a row has no test or no page; the numbers are\n\
         cited by refusals, penalties and policy files.\n",
    );
    for (letter, _) in ROWS {
        let (title, desk) = &sources[letter];
        write!(
            page,
            "\n## {letter}: {title}\n\nIts sample desk: `./bin/demo --desk {desk}`\n\n\
             | id | the document says | a person | on | test |\n|---|---|---|---|---|\n"
        )
        .unwrap();
        for row in rows.iter().filter(|row| row.id.starts_with(letter)) {
            let pages: Vec<String> = row.pages.iter().map(|page| format!("`{page}`")).collect();
            let Row { id, says, does, .. } = row;
            let (pages, tests) = (pages.join(" "), links(&tests[&row.id]));
            writeln!(page, "| {id} | {says} | {does} | {pages} | {tests} |").unwrap();
        }
    }
    page.push_str("\n## Hazards: what others fell into\n\n| id | what goes wrong elsewhere | test |\n|---|---|---|\n");
    for (id, says) in hazards() {
        writeln!(page, "| {id} | {says} | {} |", links(&tests[&id])).unwrap();
    }
    page
}

#[test]
fn every_hazard_has_a_test() {
    let tests = tests();
    let ids: Vec<String> = hazards().into_iter().map(|(id, _)| id).collect();
    let expected: Vec<String> = (1..=10).map(|number| format!("A{number}")).collect();
    assert_eq!(ids, expected);
    for id in ids {
        assert!(tests.contains_key(&id), "{id} has no test of its name");
    }
}

#[test]
fn every_row_has_a_test_and_a_page() {
    let (_, rows) = table();
    let faults = faults(&rows, &tests());
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_row_without_test_or_page_is_found() {
    let (_, mut rows) = table();
    let mut tests = tests();
    tests.remove("T8");
    for row in &mut rows {
        if row.id == "P5" {
            row.pages.clear();
        }
    }
    rows.retain(|row| row.id != "S3");
    assert_eq!(
        faults(&rows, &tests),
        [
            "T8 has no test named t8_…",
            "S3 stands 0 times in requirements.toml",
            "P5 has no page where a person does it",
        ]
    );
}

/// Each page named is served to somebody of the desk.
#[test]
fn every_page_named_is_served() {
    let house = House::shop("2026-12-01 08:00");
    let (_, rows) = table();
    let mut pages: Vec<&String> = rows.iter().flat_map(|row| &row.pages).collect();
    pages.sort();
    pages.dedup();
    for page in pages {
        let served = ["1001", "L01", "H01"]
            .iter()
            .any(|staff| house.to(staff).get(&format!("root:{page}")).status == 200);
        assert!(served, "{page} is served to nobody");
    }
}

#[test]
fn the_page_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("REQUIREMENTS.md");
    let page = page();
    if std::env::var_os("PAIBAN_WRITE_DOCS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page,
        "tests/REQUIREMENTS.md is out of date; PAIBAN_WRITE_DOCS=1 cargo test -p acceptance --test requirements"
    );
}
