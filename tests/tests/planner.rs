//! What a planner asks for beyond the ordinary: rules named by the policy, who works with whom, people on call, and why
//! somebody is missing.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use acceptance::{DESK, House};
use domain::ids::SolveId;
use domain::policy::document::ONLINE_SHOP;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const ROSTER: &str = "/desks/online-shop/rosters/2026-12";
const AGENTS: [&str; 6] = ["1001", "1002", "1003", "1004", "1005", "1006"];

/// The shop's rules with more of them.
fn policy(more: &str) -> String {
    format!("{ONLINE_SHOP}\n{more}")
}

fn adopt(house: &House, more: &str) {
    house
        .to("H01")
        .put(
            &format!("/desks/{DESK}/policy"),
            json!({"document": policy(more)}),
        )
        .expect(204);
}

/// Generates December; the solve's record.
fn solve(house: &House) -> Value {
    let body = json!({"seed": 1, "work_limit": 3_000, "limit_seconds": 30});
    let asked = house.to("L01").post(&format!("{ROSTER}/solves"), body);
    let id = asked.expect(202).id();
    let solve = SolveId(id.parse().unwrap());
    house.block_on(house.app.finish_solve(solve)).unwrap();
    house.block_on(house.app.catch_up()).unwrap();
    let ended = house
        .to("L01")
        .get(&format!("/solves/{id}"))
        .expect(200)
        .json;
    assert_eq!(ended["record"]["status"], "done", "{ended:#}");
    ended["record"].clone()
}

/// Codes by person and day of month, from 1; off is empty.
fn rows(house: &House) -> BTreeMap<String, Vec<String>> {
    let roster = house.to("L01").get(ROSTER).expect(200).json;
    let line = |line: &Value| {
        let day = |day: u32| {
            let cell = &line["cells"][format!("2026-12-{day:02}")];
            cell["shift"]["code"].as_str().unwrap_or("").to_owned()
        };
        let staff = line["staff"]["staff"].as_str().unwrap_or_default();
        (staff.to_owned(), (1..=31).map(day).collect())
    };
    let lines = roster["lines"].as_array();
    lines
        .unwrap_or_else(|| panic!("{roster:#}"))
        .iter()
        .map(line)
        .collect()
}

fn cost(record: &Value, term: &str) -> i64 {
    let costs = record["report"]["costs"].as_array().unwrap();
    let found = costs.iter().find(|cost| cost[0] == term);
    found.map_or(0, |cost| cost[1].as_i64().unwrap())
}

#[test]
fn a_policy_names_rules_of_the_catalogue_and_the_roster_keeps_them() {
    let house = House::shop("2026-11-25 10:00");
    adopt(
        &house,
        "[version.roster.rules]\n\
         forbidden_successions = [[\"B\", \"A\"]]\n\
         complete_weekends = \"required\"\n\
         days_off_wanted = { min = 2 }\n\
         consecutive_days_off_max = 4\n\
         fair = [\"lates\", \"weekend_days\"]\n\
         [version.roster.rules.shift_max]\n\
         B = 11\n",
    );
    house.draft_december();
    let record = solve(&house);
    let rows = rows(&house);
    assert_eq!(rows.len(), 6, "{rows:?}");
    for (staff, row) in &rows {
        let follows = |pair: &[String]| pair[0] == "B" && pair[1] == "A";
        assert!(!row.windows(2).any(follows), "{staff}: {row:?}");
        let late = row.iter().filter(|code| *code == "B").count();
        assert!(late <= 11, "{staff}: {row:?}");
        // 5 and 6 December are the first weekend.
        for saturday in [5, 12, 19, 26] {
            let worked = |day: usize| !row[day - 1].is_empty();
            assert_eq!(worked(saturday), worked(saturday + 1), "{staff}: {row:?}");
        }
        let mut off = 0;
        for code in row {
            off = if code.is_empty() { off + 1 } else { 0 };
            assert!(off <= 4, "{staff}: {row:?}");
        }
    }
    assert!(rows.values().flatten().any(|code| !code.is_empty()));
    // A wish of the policy has its price among the others.
    let terms = record["report"]["costs"].as_array().unwrap();
    assert!(
        terms.iter().any(|cost| cost[0] == "consecutive_days_off"),
        "{terms:?}"
    );
}

#[test]
fn a_rule_that_nobody_knows_is_refused_with_its_field_and_line() {
    let house = House::shop("2026-11-25 10:00");
    let check = |more: &str| {
        let text = policy(more);
        let lines = text.lines().count();
        let reply = house
            .to("H01")
            .post("/policy-checks", json!({"document": text}));
        (reply.expect(422).json, i64::try_from(lines).unwrap())
    };
    let (answer, last) = check("[version.roster.rules]\nidentical_weekend = \"wanted\"");
    let fault = &answer["errors"][0];
    assert_eq!(
        fault["field"], "version[0].roster.rules.identical_weekend",
        "{answer:#}"
    );
    assert_eq!(fault["line"], last);
    for (more, field) in [
        (
            "[version.roster.rules]\ncomplete_weekends = \"always\"",
            "complete_weekends",
        ),
        (
            "[version.roster.rules]\nidentical_weekends = \"required\"",
            "identical_weekends",
        ),
        ("[version.roster.rules]\nfair = [\"luck\"]", "fair"),
        (
            "[version.roster.rules]\nforbidden_successions = [[\"B\"]]",
            "forbidden_successions",
        ),
        (
            "[version.roster.rules.standby.S]\npeople = 1\nrests = true\npay = 3",
            "standby.S.pay",
        ),
        (
            "[version.roster.rules]\nwork_days_wanted = { min = 5, max = 3 }",
            "work_days_wanted.min",
        ),
    ] {
        let (answer, _) = check(more);
        let named = answer["errors"][0]["field"].as_str().unwrap();
        assert!(named.ends_with(field), "{named} for {field}");
    }
    // Shifts come and go without the policy: one the desk never had is refused where the roster is asked for.
    adopt(&house, "[version.roster.rules.shift_max]\nZ = 3\n");
    house.draft_december();
    let reply = house
        .to("L01")
        .post(&format!("{ROSTER}/solves"), json!({"seed": 1}));
    let answer = reply.expect(422).json;
    assert_eq!(
        answer["errors"][0]["field"], "roster.rules.shift_max",
        "{answer:#}"
    );
}

#[test]
fn a_desk_says_who_works_with_whom_and_the_roster_goes_by_it() {
    let house = House::shop("2026-11-25 10:00");
    let team = format!("/desks/{DESK}/team");
    let (lead, hr) = (house.to("L01"), house.to("H01"));
    house.draft_december();
    house
        .to("1001")
        .put(&team, json!({"apart": []}))
        .expect(403);
    // A name that is none, and a kind of shift that is none.
    let unknown = json!({"apart": [{"first": "1001", "second": "9999", "hard": true}]});
    lead.put(&team, unknown).expect(422);
    let unknown =
        json!({"rotations": [{"staff": "1003", "from": "2026-12-01", "cycle": ["Q", null]}]});
    lead.put(&team, unknown).expect(422);
    let set = json!({
        "mentors": [{"trainee": "1005", "mentors": ["1006"], "alone_minutes_max": 0}],
        "apart": [{"first": "1001", "second": "1002", "hard": true}],
        "rotations": [{"staff": "1003", "from": "2026-12-01", "cycle": ["A", "A", "A", "A", null, null]}]
    });
    lead.put(&team, set.clone()).expect(204);
    assert_eq!(hr.get(&team).expect(200).json, set);
    // The page shows the same, and its form sets it.
    let page = house.page("L01", &format!("/team?desk={DESK}"));
    assert!(page.contains("A A A A - -"), "{page}");
    let sent = house.send_form(
        "L01",
        "/team",
        &[
            ("desk", DESK),
            ("trainee-0", "1005"),
            ("mentor-0-0", "1006"),
            ("alone-0", "0"),
            ("first-0", "1001"),
            ("second-0", "1002"),
            ("hard-0", "yes"),
            ("rotates-0", "1003"),
            ("from-0", "2026-12-01"),
            ("cycle-0", "A A A A - -"),
        ],
    );
    assert_eq!(sent.status, 303);
    assert_eq!(lead.get(&team).expect(200).json, set);

    let record = solve(&house);
    let rows = rows(&house);
    let both = |one: &str, other: &str| {
        let days = rows[one].iter().zip(&rows[other]);
        days.filter(|(a, b)| !a.is_empty() && !b.is_empty()).count()
    };
    // A (09–17) and B (13–21) overlap, so whoever is kept apart shares no day.
    assert_eq!(both("1001", "1002"), 0, "{rows:?}");
    assert!(record["report"]["relaxed"].is_null(), "{record:#}");
    // Whoever learns is never there without the mentor for long: what that costs is what the roster weighs.
    let alone = rows["1005"]
        .iter()
        .zip(&rows["1006"])
        .filter(|(trainee, mentor)| !trainee.is_empty() && mentor.is_empty())
        .count();
    assert!(alone <= 3, "{rows:?}");
    // The rotation is kept but for a few days.
    let wanted = ["A", "A", "A", "A", "", ""];
    let row = &rows["1003"];
    let off = (0..31).filter(|day| row[*day] != wanted[day % 6]).count();
    assert!(off <= 10, "{off} off the rotation: {row:?}");
    assert_eq!(cost(&record, "pattern"), 150 * i64::try_from(off).unwrap());
    // More mentors than a form begins with: all are shown, one place is left, and sent as shown they stay.
    let mentors = ["1001", "1002", "1003", "1006"];
    let many = json!({
        "mentors": [{"trainee": "1005", "mentors": mentors, "alone_minutes_max": 30}],
        "apart": [], "rotations": []
    });
    lead.put(&team, many.clone()).expect(204);
    let page = house.page("L01", &format!("/team?desk={DESK}"));
    assert!(page.contains("name=\"mentor-0-4\""), "{page}");
    let mut fields = vec![("desk", DESK), ("trainee-0", "1005"), ("alone-0", "30")];
    let names = ["mentor-0-0", "mentor-0-1", "mentor-0-2", "mentor-0-3"];
    fields.extend(names.into_iter().zip(mentors));
    assert_eq!(house.send_form("L01", "/team", &fields).status, 303);
    assert_eq!(lead.get(&team).expect(200).json, many);
    // Taken back, it is gone.
    lead.put(&team, json!({})).expect(204);
    assert_eq!(
        lead.get(&team).expect(200).json,
        json!({"mentors": [], "apart": [], "rotations": []})
    );
}

/// A shift on call from 18:00 to 22:00 beside the shop's A and B.
fn with_call(house: &House) {
    let template = |code: &str, start: i32, end: i32, meals: Value| {
        json!({
            "code": code, "name": code, "colour": "#3366cc", "night": false, "duty": false, "meals": meals,
            "segments": [{"start": start, "end": end}]
        })
    };
    let meal =
        |from: i32| json!([{"earliest_start": from, "latest_start": from + 120, "minutes": 35}]);
    let templates = json!({
        "effective_from": "2026-12-01",
        "templates": [
            template("A", 540, 1020, meal(660)), template("B", 780, 1260, meal(1020)),
            template("C", 1080, 1320, json!([]))
        ]
    });
    house
        .to("L01")
        .put(&format!("/desks/{DESK}/shift-templates"), templates)
        .expect(204);
}

#[test]
fn people_missing_on_call_are_listed_with_their_cause() {
    let house = House::shop("2026-11-25 10:00");
    with_call(&house);
    adopt(
        &house,
        "[version.roster.rules.standby.C]\npeople = 6\nrests = true\n",
    );
    house.draft_december();
    let record = solve(&house);
    let shortfalls = record["report"]["shortfalls"].as_array().unwrap();
    let on_call: Vec<&Value> = shortfalls
        .iter()
        .filter(|short| short["tier"] == "standby")
        .collect();
    // Nobody can be on call every day of a month: every day lacks somebody, and says who and why.
    let rows = rows(&house);
    let missing: usize = on_call
        .iter()
        .map(|short| short["missing"].as_u64().unwrap() as usize)
        .sum();
    let there = rows.values().flatten().filter(|code| *code == "C").count();
    assert_eq!(there + missing, 6 * 31);
    let first = on_call[0];
    assert_eq!(
        (&first["what"], &first["start"]),
        (&json!("C"), &json!(1080))
    );
    assert!(first["skill"].is_null());
    let cause = first["cause_zh"].as_str().unwrap();
    assert!(cause.contains("备勤"), "{cause}");
    assert!(
        first["cause_en"].as_str().unwrap().contains("on call"),
        "{first}"
    );
    assert!(!first["repairs_en"].as_array().unwrap().is_empty());
    let page = house.page(
        "L01",
        &format!("/roster?desk={DESK}&month=2026-12&shortfalls=all"),
    );
    assert!(page.contains("under the number on call"), "{page}");
    assert_eq!(
        cost(&record, "under_standby"),
        4_000 * i64::try_from(missing).unwrap()
    );
}

#[test]
fn a_lead_reads_which_facts_together_leave_the_desk_short() {
    let house = House::shop("2026-11-25 10:00");
    let lead = house.to("L01");
    // One agent from 09:00 to 11:00.
    house.want_in_december(&[1; 4], &[1; 4]);
    lead.put_empty(ROSTER).expect(204);
    for staff in AGENTS {
        let request = json!({
            "kind": "personal", "first": "2026-12-08", "last": "2026-12-08", "reason": "家事"
        });
        let leave = house.to(staff).post("/leave-requests", request);
        let leave = leave.expect(201).id();
        lead.post(&format!("/leave-requests/{leave}/approval"), json!({}))
            .expect(204);
    }
    let cells = json!({"cells": [{"staff": "1001", "date": "2026-12-01", "shift": "A"}]});
    lead.post(&format!("{ROSTER}/edits"), cells).expect(204);

    let ask = format!("{ROSTER}/conflicts?date=2026-12-08");
    house.to("1001").get(&ask).expect(403);
    let found = lead.get(&ask).expect(200).json;
    let [conflict] = found.as_array().unwrap().as_slice() else {
        panic!("{found:#}");
    };
    assert_eq!(
        (&conflict["start"], &conflict["end"], &conflict["missing"]),
        (&json!(540), &json!(660), &json!(1))
    );
    assert_eq!(conflict["short_of"], "售前");
    let facts = conflict["facts"].as_array().unwrap();
    assert_eq!(facts.len(), 6, "{conflict:#}");
    for fact in facts {
        assert!(fact["words_zh"].as_str().unwrap().contains("事假"));
        assert!(
            fact["words_en"]
                .as_str()
                .unwrap()
                .contains("personal leave")
        );
        // Whoever of them comes, the morning is covered.
        assert_eq!(fact["repairs"], true, "{fact}");
    }
    // On the day before nobody is away: they have not been asked.
    let before = lead
        .get(&format!("{ROSTER}/conflicts?date=2026-12-07"))
        .expect(200)
        .json;
    assert_eq!(before[0]["facts"], json!([]), "{before:#}");
    assert_eq!(before[0]["could_come"].as_array().unwrap().len(), 6);
    lead.get(&format!("{ROSTER}/conflicts?date=2027-01-01"))
        .expect(422);

    // From the roster a click away, in both languages.
    let link = format!("/roster/conflicts?desk={DESK}&amp;month=2026-12&amp;date=2026-12-08");
    let roster = house.page(
        "L01",
        &format!("/roster?desk={DESK}&month=2026-12&shortfalls=all"),
    );
    assert!(roster.contains(&link), "{roster}");
    let address = format!("/roster/conflicts?desk={DESK}&month=2026-12&date=2026-12-08");
    for (language, repairs, cheapest) in [
        ("zh", "放开即可", "最省的办法"),
        ("en", "freeing it repairs", "Cheapest repair"),
    ] {
        let (cookie, _) = lead.session();
        let reply = house
            .nobody()
            .with("cookie", &cookie)
            .with("accept-language", language)
            .get(&format!("root:{address}"));
        let page = String::from_utf8(reply.expect(200).body).unwrap();
        assert!(page.contains(repairs) && page.contains(cheapest), "{page}");
    }
}

#[test]
fn short_breaks_are_placed_beside_the_meals_where_the_desk_can_spare_them() {
    let house = House::shop("2026-11-25 10:00");
    let lead = house.to("L01");
    let template = |code: &str, start: i32, meal: i32, breaks: Value| {
        json!({
            "code": code, "name": code, "colour": "#3366cc", "night": false, "duty": false,
            "segments": [{"start": start, "end": start + 480}], "breaks": breaks,
            "meals": [{"earliest_start": meal, "latest_start": meal + 120, "minutes": 35}]
        })
    };
    let window = |from: i32, until: i32| json!({"earliest_start": from, "latest_start": until, "minutes": 10});
    let adopt = |breaks: Value| {
        let templates = json!({"effective_from": "2026-12-01", "templates": [
            template("A", 540, 660, breaks), template("B", 780, 1020, json!([window(870, 960), window(1170, 1230)]))
        ]});
        lead.put(&format!("/desks/{DESK}/shift-templates"), templates)
    };
    // A break must lie inside the shift, and there are only so many.
    adopt(json!([window(1010, 1020)])).expect(422);
    adopt(json!([
        window(600, 610),
        window(620, 630),
        window(800, 810),
        window(820, 830),
        window(840, 850)
    ]))
    .expect(422);
    adopt(json!([window(600, 700), window(870, 960)])).expect(204);
    house.draft_december();
    let record = solve(&house);
    let roster = lead.get(ROSTER).expect(200).json;
    let mut worked = 0;
    for line in roster["lines"].as_array().unwrap() {
        for cell in line["cells"].as_object().unwrap().values() {
            let Some(shift) = cell.get("shift").filter(|shift| shift.is_object()) else {
                continue;
            };
            worked += 1;
            let windows = match shift["code"].as_str().unwrap() {
                "A" => [(600, 700), (870, 960)],
                _ => [(870, 960), (1170, 1230)],
            };
            let breaks = shift["breaks"].as_array().unwrap();
            assert_eq!(breaks.len(), 2, "{shift}");
            let meal = shift["meals"][0]["start"].as_i64().unwrap();
            for (taken, (earliest, latest)) in breaks.iter().zip(windows) {
                let start = taken["start"].as_i64().unwrap();
                assert_eq!((&taken["minutes"], start % 5), (&json!(10), 0));
                assert!((earliest..=latest).contains(&start), "{shift}");
                assert!(start + 10 <= meal || meal + 35 <= start, "{shift}");
            }
        }
    }
    assert!(worked > 60, "{worked}");
    // What breaks leave short is listed like everything else that is.
    let shortfalls = record["report"]["shortfalls"].as_array().unwrap();
    let during: Vec<&Value> = shortfalls
        .iter()
        .filter(|short| short["cause_zh"].as_str().unwrap().contains("小休"))
        .collect();
    assert!(
        during.iter().all(|short| short["cause_en"]
            .as_str()
            .unwrap()
            .contains("during short breaks")),
        "{during:#?}"
    );
    // A cell set by hand gets its breaks as well, as early as they fit beside its meal.
    let cells = json!({"cells": [{"staff": "1001", "date": "2026-12-02", "shift": "A", "meal_starts": [700]}]});
    lead.post(&format!("{ROSTER}/edits"), cells).expect(204);
    let roster = lead.get(ROSTER).expect(200).json;
    let lines = roster["lines"].as_array().unwrap();
    let mine = lines
        .iter()
        .find(|line| line["staff"]["staff"] == "1001")
        .unwrap();
    assert_eq!(
        mine["cells"]["2026-12-02"]["shift"]["breaks"],
        json!([{"start": 600, "minutes": 10}, {"start": 870, "minutes": 10}])
    );
    // Whoever works that day reads them, as does the lead.
    lead.post(
        &format!("{ROSTER}/publication"),
        json!({"acknowledge_shortfalls": true}),
    )
    .expect(204);
    house.set("2026-12-02 09:30");
    let page = house.page("1001", "/punch");
    assert!(page.contains("short breaks 10:00–10:10"), "{page}");
    let page = house.page("L01", &format!("/intraday?desk={DESK}&date=2026-12-02"));
    assert!(page.contains("short breaks 10:00–10:10"), "{page}");
}
