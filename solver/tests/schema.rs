//! Example problems and the plans made of them fit the schema; what does not fit is named by its field.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::path::Path;

use serde_json::{Value, json};
use solver::check::check;
use solver::{Plan, Problem, Roster, schema};
use support::searched;

/// Validates the keywords our schemas use, and refuses to judge any other. Returns the path of the first fault.
fn fault(schema: &Value, root: &Value, value: &Value, path: &str) -> Option<String> {
    if *schema == json!(true) {
        return None;
    }
    let rules = schema
        .as_object()
        .unwrap_or_else(|| panic!("{path}: {schema} is no schema"));
    let wrong = |what: &str| Some(format!("{path}: {what}"));
    for (keyword, rule) in rules {
        let found = match keyword.as_str() {
            "$schema"
            | "$defs"
            | "title"
            | "description"
            | "default"
            | "format"
            | "required"
            | "additionalProperties" => None,
            "$ref" => {
                let pointer = rule.as_str().unwrap().strip_prefix('#').unwrap();
                fault(root.pointer(pointer).unwrap(), root, value, path)
            }
            "type" => {
                let is = |name: &str| match name {
                    "object" => value.is_object(),
                    "array" => value.is_array(),
                    "string" => value.is_string(),
                    "boolean" => value.is_boolean(),
                    "null" => value.is_null(),
                    "integer" => value.is_i64() || value.is_u64(),
                    "number" => value.is_number(),
                    other => panic!("type {other}"),
                };
                let fits = match rule {
                    Value::String(name) => is(name),
                    Value::Array(names) => names.iter().any(|name| is(name.as_str().unwrap())),
                    other => panic!("type {other}"),
                };
                if fits { None } else { wrong("type") }
            }
            "enum" => (!rule.as_array().unwrap().contains(value)).then(|| format!("{path}: enum")),
            "const" => (rule != value).then(|| format!("{path}: const")),
            "minimum" => value
                .as_f64()
                .filter(|v| *v < rule.as_f64().unwrap())
                .map(|_| format!("{path}: minimum")),
            "anyOf" | "oneOf" => {
                let fit = rule
                    .as_array()
                    .unwrap()
                    .iter()
                    .filter(|one| fault(one, root, value, path).is_none())
                    .count();
                let fits = if keyword == "anyOf" {
                    fit > 0
                } else {
                    fit == 1
                };
                if fits { None } else { wrong(keyword) }
            }
            "items" => value.as_array().and_then(|items| {
                items
                    .iter()
                    .enumerate()
                    .find_map(|(k, item)| fault(rule, root, item, &format!("{path}[{k}]")))
            }),
            "properties" => value.as_object().and_then(|object| {
                object.iter().find_map(|(name, item)| {
                    fault(rule.get(name)?, root, item, &format!("{path}.{name}"))
                })
            }),
            other => panic!("{path}: this validator does not know {other}"),
        };
        if found.is_some() {
            return found;
        }
    }
    let object = value.as_object()?;
    for name in rules
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        let name = name.as_str().unwrap();
        if !object.contains_key(name) {
            return wrong(&format!("{name} is missing"));
        }
    }
    let known = |name: &str| {
        rules
            .get("properties")
            .is_some_and(|p| p.get(name).is_some())
    };
    match rules.get("additionalProperties") {
        Some(Value::Bool(false)) => {
            let strange = object.keys().find(|name| !known(name))?;
            wrong(&format!("{strange} is unknown"))
        }
        Some(rule) => object
            .iter()
            .filter(|(name, _)| !known(name))
            .find_map(|(name, item)| fault(rule, root, item, &format!("{path}.{name}"))),
        None => None,
    }
}

fn validate(schema: &schemars::Schema, value: &Value) -> Result<(), String> {
    let schema = schema.as_value();
    fault(schema, schema, value, "$").map_or(Ok(()), Err)
}

fn examples() -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/problems");
    let mut list: Vec<(String, Value)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "json"))
        .map(|path| {
            let text = std::fs::read_to_string(&path).unwrap();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, serde_json::from_str(&text).unwrap())
        })
        .collect();
    list.sort_by(|a, b| a.0.cmp(&b.0));
    list
}

#[test]
fn examples_and_their_plans_fit() {
    let mut problems = 0;
    for (name, value) in examples() {
        if name.ends_with(".roster.json") {
            assert_eq!(validate(&schema::roster(), &value), Ok(()), "{name}");
            serde_json::from_value::<Roster>(value).unwrap();
            continue;
        }
        problems += 1;
        assert_eq!(validate(&schema::problem(), &value), Ok(()), "{name}");
        let problem: Problem = serde_json::from_value(value).unwrap();
        assert_eq!(problem.validate(), [], "{name}");
        let plan = searched(&problem);
        assert_eq!(check(&problem, &plan).violations, [], "{name}");
        assert_eq!(plan.relaxed, [], "{name}");
        let plan = serde_json::to_value(&plan).unwrap();
        assert_eq!(validate(&schema::plan(), &plan), Ok(()), "{name}");
        // With every field written out as well.
        let full = serde_json::to_value(&problem).unwrap();
        assert_eq!(validate(&schema::problem(), &full), Ok(()), "{name}");
    }
    assert!(problems >= 3);
}

/// Schema and reader refuse the same things, and name them.
#[test]
fn what_does_not_fit_is_named() {
    let (_, example) = examples()
        .into_iter()
        .find(|(n, _)| n == "two-queues.json")
        .unwrap();
    for (pointer, bad, at) in [
        (
            "/rules",
            json!({"rest_minutes_min": 660, "rest": 1}),
            "rest",
        ),
        ("/people/0/minutes_max", json!("2880"), "minutes_max"),
        ("/people/0/skills", json!("phone"), "skills"),
        ("/demand/3/minimum", json!(-1), "minimum"),
        ("/demand/3/minimum", json!(1.5), "minimum"),
        (
            "/days/2",
            json!({"date": "2026-10-14", "weekend": false, "holiday": false}),
            "week",
        ),
        ("/people/0/requests/0/wish", json!("sleep"), "wish"),
        ("/shifts/0/colour", json!("red"), "colour"),
    ] {
        let mut value = example.clone();
        match value.pointer_mut(pointer) {
            Some(place) => *place = bad,
            None => {
                let (parent, name) = pointer.rsplit_once('/').unwrap();
                value.pointer_mut(parent).unwrap()[name] = bad;
            }
        }
        let by_schema = validate(&schema::problem(), &value).unwrap_err();
        assert!(by_schema.contains(at), "{pointer}: {by_schema}");
        serde_json::from_value::<Problem>(value).expect_err(pointer);
    }
    let plan = json!({"objective": 1, "applause": true});
    let by_schema = validate(&schema::plan(), &plan).unwrap_err();
    assert!(
        by_schema.contains("missing") || by_schema.contains("applause"),
        "{by_schema}"
    );
    assert!(serde_json::from_value::<Plan>(plan).is_err());
}

/// Every field of the schema says what it is.
#[test]
fn every_field_is_described() {
    for schema in [schema::problem(), schema::plan(), schema::roster()] {
        let schema = schema.as_value();
        let mut objects: Vec<&Value> = vec![schema];
        objects.extend(
            schema["$defs"]
                .as_object()
                .into_iter()
                .flat_map(|defs| defs.values()),
        );
        let mut fields = 0;
        for object in objects {
            for (name, field) in object["properties"].as_object().into_iter().flatten() {
                fields += 1;
                assert!(
                    field.get("description").is_some(),
                    "{name} of {}",
                    object["title"]
                );
            }
        }
        assert!(fields >= 2);
    }
}
