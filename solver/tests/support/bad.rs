//! Problems that no planner should send, and what each must come to. The same table is driven through the engine and through
//! the command line.

use serde_json::{Value, json};

/// What a problem must come to.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Outcome {
    /// Not a problem at all: the file is refused, naming this field.
    Unreadable(&'static str),
    /// Refused with a fault of this field.
    Refused(&'static str),
    /// A plan with a shortfall whose words hold this.
    Short(&'static str),
    /// A plan that says which contradiction it let go, in words that hold this.
    LetGo(&'static str),
    /// A plan like any other.
    Solved,
}

/// Name, file and outcome.
pub(crate) fn table() -> Vec<(&'static str, String, Outcome)> {
    let good: Value =
        serde_json::from_str(include_str!("../../examples/problems/friday-late.json")).unwrap();
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut problem = good.clone();
        change(&mut problem);
        problem.to_string()
    };
    let with = |pointer: &str, value: Value| {
        changed(&|problem| {
            let (parent, name) = pointer.rsplit_once('/').unwrap();
            let place = problem.pointer_mut(parent).unwrap();
            match (place, name.parse::<usize>()) {
                (Value::Array(list), Ok(index)) if index == list.len() => list.push(value.clone()),
                (Value::Array(list), Ok(index)) => list[index] = value.clone(),
                (place, _) => place[name] = value.clone(),
            }
        })
    };
    // Numbers JSON has no word for.
    let text = |field: &str, number: &str| {
        good.to_string().replacen(
            &format!("\"{field}\":"),
            &format!("\"{field}\":{number},\"was_{field}\":"),
            1,
        )
    };
    let leave = |id: &str| json!({"day": 4, "cause": {"id": id, "zh": "事假", "en": "leave"}});
    let largest = i64::MAX;
    let smallest = i64::MIN;
    vec![
        (
            "two locks of one day contradict",
            with("/people/3/fixed/1", json!({"day": 5, "shift": null})),
            Outcome::Refused("people[3].fixed[1]"),
        ),
        (
            "locks that rest forbids",
            with("/people/3/fixed/1", json!({"day": 4, "shift": "late"})),
            Outcome::LetGo("rest of 11 h"),
        ),
        (
            "a lock on a day of leave",
            with(
                "/people/3/unavailable",
                json!([{"day": 5, "cause": leave("x")["cause"]}]),
            ),
            Outcome::LetGo("leave"),
        ),
        (
            "more minutes than the rules allow",
            changed(&|p| {
                p["people"][2]["minutes_min"] = json!(4800);
                p["people"][2]["consecutive_work_days_max"] = json!(1);
            }),
            Outcome::LetGo("minutes of the period"),
        ),
        (
            "empty horizon",
            with("/days", json!([])),
            Outcome::Refused("days"),
        ),
        (
            "a skill nobody has",
            changed(&|p| {
                p["skills"]
                    .as_array_mut()
                    .unwrap()
                    .push(json!({"id": "chat", "name_zh": "在线", "name_en": "chat"}));
                p["demand"][0]["skill"] = json!("chat");
            }),
            Outcome::Short("nobody holds the skill"),
        ),
        (
            "a skill nobody knows",
            with("/demand/0/skill", json!("chat")),
            Outcome::Refused("demand[0].skill"),
        ),
        (
            "demand beyond everybody",
            changed(&|p| {
                for slot in p["demand"].as_array_mut().unwrap() {
                    (slot["minimum"], slot["target"]) = (json!(9000), json!(9000));
                }
            }),
            Outcome::Short("8999 short"),
        ),
        (
            "demand at an hour no shift reaches",
            with("/demand/0/start_minute", json!(0)),
            Outcome::Short("no shift reaches this time"),
        ),
        (
            "more demand than there are people in the world",
            with("/demand/0/target", json!(4_000_000_000_u32)),
            Outcome::Refused("demand[0].target"),
        ),
        (
            "100,000 requests",
            changed(&|p| {
                let one = |n: usize| json!({"day": n % 7, "wish": if n.is_multiple_of(2) { "off" } else { "work" }, "cost": 1});
                p["people"][2]["requests"] = (0..100_000).map(one).collect();
            }),
            Outcome::Solved,
        ),
        (
            "requests whose costs overflow",
            changed(&|p| {
                let one = |_| json!({"day": 0, "wish": "off", "cost": 1_000_000_000});
                p["people"][2]["requests"] = (0..100).map(one).collect();
                p["costs"]["request"]["per_unit"] = json!(1_000_000_000);
            }),
            Outcome::Refused("people[2].requests"),
        ),
        (
            "costs that overflow together",
            changed(&|p| {
                p["costs"]["under_minimum"]["per_unit"] = json!(1_000_000_000);
                p["costs"]["fairness"]["per_unit"] = json!(1_000_000_000);
                (p["demand"][0]["minimum"], p["demand"][0]["target"]) =
                    (json!(10_000), json!(10_000));
            }),
            Outcome::Refused("costs"),
        ),
        (
            "a cost below nothing",
            with("/costs/fairness/per_unit", json!(-1)),
            Outcome::Refused("costs.Fairness.per_unit"),
        ),
        (
            "minutes that overflow",
            with("/people/0/minutes_max", json!(largest)),
            Outcome::Refused("people[0].minutes_max"),
        ),
        (
            "carried minutes that overflow",
            with("/people/0/history", json!({"minutes_carried": smallest})),
            Outcome::Refused("people[0].history.minutes_carried"),
        ),
        (
            "carried nights that overflow",
            with("/people/0/history", json!({"nights": largest})),
            Outcome::Refused("people[0].history.nights"),
        ),
        (
            "a fair share that overflows",
            with("/people/0/fair_share", json!({"lates": smallest})),
            Outcome::Refused("people[0].fair_share.lates"),
        ),
        (
            "worked minutes that overflow",
            with("/shifts/0/worked_minutes", json!(largest)),
            Outcome::Refused("shifts[0].worked_minutes"),
        ),
        (
            "a segment that overflows",
            with(
                "/shifts/0/segments/0/end_minute",
                json!(largest - largest % 5),
            ),
            Outcome::Refused("shifts[0].segments[0]"),
        ),
        (
            "a segment before time",
            with("/shifts/0/segments/0/start_minute", json!(smallest)),
            Outcome::Refused("shifts[0].segments[0]"),
        ),
        (
            "a meal before time",
            with(
                "/shifts/0/meals",
                json!([{"earliest_start_minute": smallest, "latest_start_minute": largest, "duration_minutes": 30}]),
            ),
            Outcome::Refused("shifts[0].meals[0]"),
        ),
        (
            "a slot longer than time",
            with("/slot_minutes", json!(largest - largest % 5)),
            Outcome::Refused("slot_minutes"),
        ),
        (
            "no grid",
            with("/meal_grid_minutes", json!(0)),
            Outcome::Refused("meal_grid_minutes"),
        ),
        (
            "a day outside the horizon",
            with("/demand/0/day", json!(u64::MAX)),
            Outcome::Refused("demand[0].day"),
        ),
        (
            "rest below nothing",
            with("/rules/rest_minutes_min", json!(-660)),
            Outcome::Refused("rules.rest_minutes_min"),
        ),
        (
            "one id for two people",
            with("/people/1/id", json!("a")),
            Outcome::Refused("people[1].id"),
        ),
        (
            "one id for two shifts",
            with("/shifts/1/id", json!("early")),
            Outcome::Refused("shifts[1].id"),
        ),
        (
            "one id for two skills",
            with(
                "/skills/1",
                json!({"id": "phone", "name_zh": "", "name_en": ""}),
            ),
            Outcome::Refused("skills[1].id"),
        ),
        (
            "one date twice",
            with("/days/1/date", json!("2026-10-12")),
            Outcome::Refused("days[1].date"),
        ),
        (
            "an unknown shift in a request",
            with(
                "/people/0/requests",
                json!([{"day": 0, "wish": {"shift": "noon"}, "cost": 1}]),
            ),
            Outcome::Refused("people[0].requests[0].wish"),
        ),
        (
            "an unknown shift in a lock",
            with("/people/0/fixed", json!([{"day": 0, "shift": "noon"}])),
            Outcome::Refused("people[0].fixed[0].shift"),
        ),
        (
            "nobody",
            with("/people", json!([])),
            Outcome::Refused("people"),
        ),
        (
            "no shift",
            with("/shifts", json!([])),
            Outcome::Refused("shifts"),
        ),
        (
            "not a number",
            text("rest_minutes_min", "NaN"),
            Outcome::Unreadable("rules"),
        ),
        (
            "infinite",
            text("rest_minutes_min", "1e999"),
            Outcome::Unreadable("rules.rest_minutes_min"),
        ),
        (
            "half a minute",
            text("rest_minutes_min", "0.5"),
            Outcome::Unreadable("rules.rest_minutes_min"),
        ),
        (
            "beyond 64 bits",
            text("rest_minutes_min", "9223372036854775808"),
            Outcome::Unreadable("rules.rest_minutes_min"),
        ),
        (
            "people below nothing",
            text("minimum", "-1"),
            Outcome::Unreadable("demand[0].minimum"),
        ),
        (
            "minutes in words",
            with("/people/0/minutes_max", json!("40 h")),
            Outcome::Unreadable("people[0].minutes_max"),
        ),
        (
            "a field nobody knows",
            with("/people/0/mood", json!("good")),
            Outcome::Unreadable("people[0].mood"),
        ),
        (
            "a field left out",
            changed(&|p| {
                p.as_object_mut().unwrap().remove("rules");
            }),
            Outcome::Unreadable("rules"),
        ),
        (
            "half a file",
            good.to_string()[..200].to_owned(),
            Outcome::Unreadable(""),
        ),
        ("nothing", String::new(), Outcome::Unreadable("")),
        ("a list", "[]".to_owned(), Outcome::Unreadable("")),
    ]
}
