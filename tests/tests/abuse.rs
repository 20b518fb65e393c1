//! What somebody might try (HAZARDS E). The matrix of roles, routes and ownership is generated from the OpenAPI
//! document, so a new route is tried before anybody thinks of it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use acceptance::{DESK, House, Reply, at, password};
use domain::policy::document::ONLINE_SHOP;
use paiban::app::Caller;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;

/// Everybody of the matrix. 1001 owns what is tried; 1003 is the colleague of their swap.
const PEOPLE: [&str; 7] = ["1001", "1002", "1003", "L01", "L02", "H01", "G01"];

struct Target {
    house: House,
    ids: BTreeMap<&'static str, String>,
}

/// A desk where 1001 has one of everything, and another desk that L02 leads.
fn target() -> Target {
    let house = House::shop("2026-11-25 10:00");
    house.block_on(async {
        let open = json!({"desk": "other", "name": "别的部门", "zone": "Asia/Shanghai", "opens": 540, "closes": 1440});
        house.app.open_desk(&Caller::system(), serde_json::from_value(open).unwrap()).await.unwrap();
        let third = json!({"desk": "third", "name": "夜班组", "zone": "Asia/Shanghai", "opens": 0, "closes": 1440});
        house.app.open_desk(&Caller::system(), serde_json::from_value(third).unwrap()).await.unwrap();
        let skills = json!({"skills": [{"id": "night", "name": "夜班"}]});
        let skills = serde_json::from_value(skills).unwrap();
        house.app.define_skills(&Caller::system(), &"third".into(), skills).await.unwrap();
        let hire = json!({
            "staff": "L02", "name": "别的主管", "desk": "other", "position": "主管", "roles": ["lead"], "leads": ["other"],
            "employment": "full_time", "week_minutes": 2400, "month_wage_fen": 900_000, "from": "2026-11-01"
        });
        house.app.hire(&Caller::system(), serde_json::from_value(hire).unwrap()).await.unwrap();
        house.app.accounts().set_password(&"L02".into(), &password("L02")).unwrap();
    });
    house.publish(&[("1001", 1, "A"), ("1001", 2, "A"), ("1001", 15, "A")]);
    house.punch("1001", "in", "2026-12-01 09:00");
    house.pass_until("2026-12-05 08:00");
    let ann = house.to("1001");
    house.punch("1001", "in", "2026-12-02 09:00");
    let outing = json!({
        "place": "仓库", "purpose": "取样品", "expected_return_at": at("2026-12-02 10:00").to_rfc3339()
    });
    let outing = ann.post("/outings", outing).expect(201).id();
    let item = ann
        .post(&format!("/desks/{DESK}/items"), json!({"text": "回访"}))
        .expect(201)
        .id();
    house.pass_until("2026-12-05 09:00");
    // A third desk, which nobody here leads, asks for 1001.
    let asked = json!({
        "staff": "1001", "first": "2026-12-21", "last": "2026-12-22", "skills": ["night"], "reason": "夜班"
    });
    let loan = house
        .to("G01")
        .post("/desks/third/loans", asked)
        .expect(201)
        .id();
    let correction = json!({
        "work_date": "2026-12-02", "edge": {"segment": 0, "side": "out"},
        "claimed_at": at("2026-12-02 17:00").to_rfc3339(), "reason": "忘了"
    });
    let leave =
        json!({"kind": "personal", "first": "2026-12-20", "last": "2026-12-20", "reason": "家事"});
    let overtime = json!({
        "work_date": "2026-12-15", "minutes": 60, "compensation": "money", "reason": "大促"
    });
    let complaint = json!({
        "about": {"about": "discourtesy"}, "staff": "1001", "complainant": "colleague", "text": "…",
        "happened_at": at("2026-12-01 10:00").to_rfc3339()
    });
    let swap = json!({"give": "2026-12-15", "with": "1003", "reason": "家里有事"});
    let meeting = json!({
        "kind": "meeting", "title": "例会", "date": "2026-12-21", "start": 540, "length_minutes": 60,
        "expected": {"who": "everybody"}
    });
    let ids = BTreeMap::from([
        ("desk", DESK.to_owned()),
        ("staff", "1001".to_owned()),
        ("month", "2026-12".to_owned()),
        ("date", "2026-12-01".to_owned()),
        ("year", "2026".to_owned()),
        ("solve", uuid::Uuid::nil().to_string()),
        (
            "correction",
            ann.post("/corrections", correction).expect(201).id(),
        ),
        ("leave", ann.post("/leave-requests", leave).expect(201).id()),
        (
            "overtime",
            ann.post("/overtime-requests", overtime).expect(201).id(),
        ),
        ("swap", ann.post("/swaps", swap).expect(201).id()),
        (
            "complaint",
            ann.post(&format!("/desks/{DESK}/complaints"), complaint)
                .expect(201)
                .id(),
        ),
        ("sanction", house.penalty_id("1001", "T8")),
        (
            "alert",
            house
                .to("L01")
                .post(&format!("/desks/{DESK}/alerts"), json!({"text": "…"}))
                .expect(201)
                .id(),
        ),
        (
            "meeting",
            house
                .to("L01")
                .post(&format!("/desks/{DESK}/meetings"), meeting)
                .expect(201)
                .id(),
        ),
        ("breach", uuid::Uuid::nil().to_string()),
        ("notice", "none".to_owned()),
        // The shop asks for no handover; the property desk's are tried with its own rows.
        ("handover", uuid::Uuid::nil().to_string()),
        ("item", item),
        ("outing", outing),
        ("loan", loan),
    ]);
    Target { house, ids }
}

/// Sound bodies by route, so that a refusal is for who asks and not for what is asked.
fn body(route: &str) -> Option<Value> {
    let hire = json!({
        "staff": "3001", "name": "新人", "desk": DESK, "position": "客服", "roles": ["gm_office"], "skills": [],
        "employment": "full_time", "week_minutes": 2400, "month_wage_fen": 600_000, "from": "2026-12-01"
    });
    let day = "2026-12-28";
    let moment = at("2026-12-01 10:00").to_rfc3339();
    Some(match route {
        "POST /session" => json!({"staff": "1001", "password": "wrong"}),
        "PUT /session/password" => json!({"current": "wrong", "new": "another password"}),
        "PUT /staff/{staff}/password" => json!({"password": "taken over!"}),
        "PUT /staff/{staff}/account" => json!({"disabled": true}),
        "POST /feeds" => json!({"name": "x", "kind": "presence", "desk": DESK}),
        "POST /staff" => hire,
        "PUT /staff/{staff}/skills" => json!({"from": day, "skills": []}),
        "PUT /staff/{staff}/roles" => json!({"roles": ["gm_office"], "leads": []}),
        "PUT /staff/{staff}/contract" => {
            json!({"from": day, "employment": "full_time", "week_minutes": 2400, "month_wage_fen": 9_900_000})
        }
        "POST /staff/{staff}/protections" => json!({"kind": "nursing", "from": day, "until": day}),
        "PUT /staff/{staff}/employment-end" => json!({"last": day}),
        "POST /staff/{staff}/forgetting" => json!({"confirm": "1001"}),
        "POST /desks" => {
            json!({"desk": "new", "name": "新部门", "zone": "Asia/Shanghai", "opens": 540, "closes": 1440})
        }
        "PUT /desks/{desk}/skills" => json!({"skills": [{"id": "presale", "name": "售前"}]}),
        "PUT /desks/{desk}/shift-templates" => json!({"effective_from": day, "templates": [{
            "code": "Z", "name": "Z", "colour": "#000000", "night": false, "duty": false, "meals": [],
            "segments": [{"start": 540, "end": 1020}]
        }]}),
        "PUT /desks/{desk}/demand/{month}" => json!({
            "slot_minutes": 30, "source": "x",
            "days": [{"date": day, "skill": "presale", "start": 540, "minimum": [9], "target": [9]}]
        }),
        "PUT /desks/{desk}/policy" | "POST /policy-checks" => {
            json!({"document": domain::policy::document::ONLINE_SHOP})
        }
        "PUT /calendars/{year}" => json!({"source": "x", "days": []}),
        "POST /desks/{desk}/rosters/{month}/solves" => json!({"seed": 1}),
        "POST /desks/{desk}/rosters/{month}/months-ahead" => {
            json!({"months": 2, "solve": {"seed": 1}})
        }
        "POST /desks/{desk}/rosters/{month}/replans" => {
            json!({"scope": {"scope": "day", "date": day}})
        }
        "POST /solves/{solve}/acceptance" => json!({"reason": "x"}),
        "POST /desks/{desk}/rosters/{month}/edits" => {
            json!({"cells": [{"staff": "1001", "date": day, "shift": "A"}]})
        }
        "POST /desks/{desk}/rosters/{month}/fixed-cells" => {
            json!({"cells": [{"staff": "1001", "date": day}], "fixed": true})
        }
        "PUT /wishes/{month}" => {
            json!({"wishes": [{"date": day, "wished": "off", "strength": "low"}]})
        }
        "POST /desks/{desk}/rosters/{month}/publication" => json!({"acknowledge_shortfalls": true}),
        "POST /desks/{desk}/rosters/{month}/amendments" => {
            json!({"cells": [{"staff": "1001", "date": day, "shift": "A"}], "reason": "x"})
        }
        "POST /desks/{desk}/shift-retimings" => {
            json!({"staff": "1001", "date": day, "meals": [], "reason": "x"})
        }
        "PUT /desks/{desk}/lanes" => {
            json!({"lanes": [{"id": "t1", "name": "1", "skill": "presale"}]})
        }
        "PUT /desks/{desk}/team" => {
            json!({"apart": [{"first": "1002", "second": "1003", "hard": false}]})
        }
        "PUT /desks/{desk}/lane-plans/{date}" => json!({"order": ["t1"], "stints": []}),
        "PUT /desks/{desk}/lane-openings/{date}" => json!({"openings": [], "reason": "x"}),
        "PUT /desks/{desk}/budgets/{month}" => json!({"amount_fen": 100}),
        "PUT /staff/{staff}/category" => json!({"from": day, "category": "promoter"}),
        "POST /desks/{desk}/alerts" => json!({"text": "x"}),
        "POST /alerts/{alert}/closing" => json!({"note": "x"}),
        "POST /desks/{desk}/duty-table-submissions" => json!({"week_start": "2026-12-07"}),
        "POST /swaps" => json!({"give": "2026-12-15", "with": "1003", "reason": "x"}),
        "POST /punches" => json!({"kind": "in"}),
        "POST /device-punches" => json!({"staff": "1001", "kind": "in", "at": moment}),
        "POST /corrections" => json!({
            "work_date": "2026-12-01", "edge": {"segment": 0, "side": "out"}, "claimed_at": moment, "reason": "x"
        }),
        "POST /overtime-approvals" => json!({
            "staff": "1001", "work_date": "2026-12-01", "minutes_max": 60, "compensation": "money", "reason": "x"
        }),
        "POST /overtime-requests" => json!({
            "work_date": "2026-12-15", "minutes": 60, "compensation": "money", "reason": "x"
        }),
        "POST /overtime-requests/{overtime}/approval" => json!({}),
        "POST /leave-requests/{leave}/evidence" => json!({"document": "x"}),
        "POST /desks/{desk}/open-shifts/covers" => json!({
            "leave": uuid::Uuid::nil(), "date": "2026-12-15", "with": "1003"
        }),
        "POST /leave-requests" => {
            json!({"kind": "personal", "first": day, "last": day, "reason": "x"})
        }
        "POST /emergency-leave-requests" => json!({
            "staff": "1001", "emergency": "x",
            "request": {"kind": "personal", "first": day, "last": day, "reason": "x"}
        }),
        "POST /staff/{staff}/leave-balances" => {
            json!({"kind": "annual", "year": 2026, "minutes": 4800, "reason": "x"})
        }
        "POST /desks/{desk}/presence" => {
            json!({"rows": [{"staff": "1001", "at": moment, "online": false}]})
        }
        "POST /desks/{desk}/calls" => json!({"rows": [{"call": "x", "at": moment, "rings": 9}]}),
        "POST /desks/{desk}/presence-excuses" => {
            json!({"staff": "1001", "from": moment, "until": at("2026-12-01 11:00").to_rfc3339(), "reason": "x"})
        }
        "POST /desks/{desk}/complaints" => json!({
            "about": {"about": "discourtesy"}, "staff": "1001", "complainant": "colleague", "text": "x",
            "happened_at": moment
        }),
        "POST /complaints/{complaint}/verification" => {
            json!({"staff": "1001", "upheld": true, "note": "x"})
        }
        "POST /desks/{desk}/spot-checks" => json!({"staff": "1001", "on_post": false, "note": "x"}),
        "POST /desks/{desk}/meetings" => json!({
            "kind": "meeting", "title": "x", "date": day, "start": 540, "length_minutes": 60,
            "expected": {"who": "everybody"}
        }),
        "POST /meetings/{meeting}/statements" | "POST /meetings/{meeting}/minutes" => {
            json!({"text": "x"})
        }
        "POST /meetings/{meeting}/attendance" => json!({"present": ["1001"]}),
        "POST /meetings/{meeting}/signatures" => json!({"revision": 1}),
        "POST /meetings/{meeting}/cancellation" | "POST /breaches/{breach}/retraction" => {
            json!({"reason": "x"})
        }
        "POST /desks/{desk}/breaches" => {
            json!({"rule": "D6", "staff": "1001", "work_date": "2026-12-01", "subject": "x"})
        }
        "POST /notices/{notice}/acknowledgement" => json!({"note": "x"}),
        "POST /desks/{desk}/what-if" => {
            json!({"document": ONLINE_SHOP, "from": "2026-12", "to": "2026-12"})
        }
        "POST /handovers" => json!({"notes": "x"}),
        "POST /handovers/{handover}/post-signature" => json!({"name": "x"}),
        "POST /desks/{desk}/handover-waivers" => {
            json!({"staff": "1001", "work_date": "2026-12-01", "reason": "x"})
        }
        "POST /desks/{desk}/items" => json!({"staff": "1001", "text": "x"}),
        "POST /items/{item}/closing" => json!({"note": "x"}),
        "POST /items/{item}/handover" => json!({"to": "1002"}),
        "POST /outings" => {
            json!({"place": "x", "purpose": "x", "expected_return_at": moment})
        }
        "POST /desks/{desk}/loans" => {
            json!({"staff": "L02", "first": "2026-12-28", "last": "2026-12-28", "skills": ["presale"], "reason": "x"})
        }
        "POST /loans/{loan}/end" => json!({"last": "2026-12-20"}),
        "POST /outings/{outing}/checks" => json!({"confirmed": false, "note": "x"}),
        "POST /rewards" => {
            json!({"staff": "1001", "work_date": "2026-12-01", "amount_fen": 100_000, "reason": "x"})
        }
        "POST /sanctions/{sanction}/verification"
        | "POST /sanctions/{sanction}/balance"
        | "POST /sanctions/{sanction}/approval" => json!({"note": "x"}),
        "POST /sanctions/{sanction}/appeal-decision" => json!({"upheld": true, "reason": "x"}),
        "POST /desks/{desk}/periods/{month}/reopening-request" => json!({"reason": "x"}),
        "POST /desks/{desk}/periods/{month}/reopening-decision" => json!({"agreed": true}),
        "POST /staff/{staff}/sheets/{month}/confirmation" => json!({"digest": "x"}),
        "POST /staff/{staff}/sheets/{month}/dispute" => json!({"digest": "x", "words": "x"}),
        "POST /calendar-imports" => {
            json!({"format": "csv", "text": "2026-10-01,statutory,x", "source": "x", "commit": true})
        }
        "POST /desks/{desk}/periods/{month}/closing" => json!({"acknowledge_open": true}),
        "POST /desks/{desk}/periods/{month}/adjustments" => {
            json!({"staff": "1001", "source_month": "2026-11", "amount_fen": 100, "reason": "x"})
        }
        route
            if route.ends_with("/refusal")
                || route.ends_with("/waiver")
                || route.ends_with("/appeal") =>
        {
            json!({"reason": "x"})
        }
        _ => return None,
    })
}

struct Route {
    /// Such as `POST /swaps/{swap}/approval`.
    name: String,
    method: String,
    /// With everything filled in.
    path: String,
    access: Value,
    scope: String,
    wants_json: bool,
    wants_text: bool,
    /// Whether it is about one thing that somebody owns.
    has_object: bool,
}

fn routes(target: &Target) -> Vec<Route> {
    let document = target.house.nobody().get("/openapi.json").expect(200).json;
    assert_eq!(document["openapi"], "3.1.0");
    let mut routes = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let short = path
            .strip_prefix("/api/v1")
            .expect("everything lives under the prefix");
        for (method, operation) in item.as_object().unwrap() {
            let method = method.to_uppercase();
            let mut filled = short.to_owned();
            for (name, id) in &target.ids {
                filled = filled.replace(&format!("{{{name}}}"), id);
            }
            assert!(
                !filled.contains('{'),
                "{method} {short}: what stands for its parameter?"
            );
            let query: Vec<String> = operation["parameters"]
                .as_array()
                .into_iter()
                .flatten()
                .filter(|parameter| parameter["in"] == "query" && parameter["required"] == true)
                .map(|parameter| {
                    let name = parameter["name"].as_str().unwrap();
                    let value = match name {
                        "month" => "2026-12",
                        "months" => "2",
                        "before" => "1",
                        "staff" => "1001",
                        "date" => "2026-12-02",
                        "first" => "2026-12-01",
                        "last" => "2026-12-07",
                        "from" => "2026-12-01T00:00:00Z",
                        "until" => "2026-12-08T00:00:00Z",
                        other => panic!("{method} {short}: what stands for {other}?"),
                    };
                    format!("{name}={value}")
                })
                .collect();
            if !query.is_empty() {
                filled = format!("{filled}?{}", query.join("&"));
            }
            let content = &operation["requestBody"]["content"];
            routes.push(Route {
                name: format!("{method} {short}"),
                method,
                path: filled,
                access: operation["x-paiban-access"].clone(),
                scope: operation["x-paiban-scope"]
                    .as_str()
                    .expect("a scope")
                    .to_owned(),
                wants_json: content.get("application/json").is_some(),
                wants_text: content.get("text/csv").is_some(),
                has_object: [
                    "{correction}",
                    "{leave}",
                    "{overtime}",
                    "{swap}",
                    "{sanction}",
                    "{outing}",
                    "{loan}",
                    "/sheets/",
                ]
                .iter()
                .any(|id| short.contains(id)),
            });
        }
    }
    routes
}

fn roles(staff: &str) -> &'static [&'static str] {
    match staff {
        "L01" | "L02" => &["lead"],
        "H01" => &["hr"],
        "G01" => &["gm_office"],
        _ => &["staff"],
    }
}

/// Whether the document lets somebody through: by role, and by whose thing it is.
fn may(route: &Route, staff: &str) -> bool {
    let access = &route.access;
    let by_role = access["public"] == true
        || access["signed_in"] == true
        || access["roles"]
            .as_array()
            .into_iter()
            .flatten()
            .any(|role| roles(staff).contains(&role.as_str().unwrap()));
    let above = ["H01", "G01"].contains(&staff);
    let by_object = match route.scope.as_str() {
        "open" => true,
        "own" if !route.has_object => true,
        "own" if route.name.contains("agreement") || route.name.contains("declination") => {
            staff == "1003"
        }
        "own" => staff == "1001",
        // A list of people one may see is for everybody; what it holds is another test's.
        "person" if route.name == "GET /staff" => true,
        "person" if route.name == "GET /swaps/{swap}" && staff == "1003" => true,
        "person" => above || staff == "L01" || staff == "1001",
        "desk" => above || staff != "L02",
        "house" => above,
        other => panic!("{other}"),
    };
    by_role && by_object
}

fn send(house: &House, route: &Route, who: Option<&str>, bearer: Option<&str>) -> Reply {
    let client = match (who, bearer) {
        (Some(staff), _) => house.to(staff).with("accept-language", "en"),
        (None, Some(token)) => house
            .nobody()
            .with("authorization", &format!("Bearer {token}")),
        (None, None) => house.nobody(),
    };
    if route.wants_json {
        let body = body(&route.name)
            .unwrap_or_else(|| panic!("{}: a sound body is wanted here", route.name));
        client.send(
            &route.method,
            &route.path,
            Some("application/json"),
            body.to_string().as_bytes(),
        )
    } else if route.wants_text {
        client.send(
            &route.method,
            &route.path,
            Some("text/csv"),
            b"staff\n1001\n",
        )
    } else {
        client.send(&route.method, &route.path, None, b"")
    }
}

#[test]
fn every_route_lets_in_whom_the_document_says_and_nobody_else() {
    let target = target();
    let house = &target.house;
    let routes = routes(&target);
    assert!(routes.len() > 90, "{}", routes.len());
    let mut wrong = Vec::new();
    for route in &routes {
        let public = route.access["public"] == true;
        let reply = send(house, route, None, None);
        if !public && reply.status != 401 {
            wrong.push(format!("{}: nobody got {}", route.name, reply.status));
        }
        for staff in PEOPLE {
            let allowed = may(route, staff);
            // Commands are only tried by those who may not: what follows should find the desk as it was.
            if allowed && route.method != "GET" {
                continue;
            }
            let status = send(house, route, Some(staff), None).status;
            let denied = matches!(status, 403 | 404);
            let fine = if allowed {
                matches!(status, 200 | 404)
            } else {
                denied
            };
            if !fine {
                wrong.push(format!(
                    "{}: {staff} got {status}, allowed: {allowed}",
                    route.name
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    // None of it left a trace.
    let row = house
        .to("1001")
        .get(&format!("/sanctions/{}", target.ids["sanction"]))
        .expect(200)
        .json;
    assert_eq!(row["status"], "proposed");
    let row = house
        .to("1001")
        .get(&format!("/corrections/{}", target.ids["correction"]))
        .expect(200)
        .json;
    assert_eq!(row["status"], "pending");
}

#[test]
fn a_machine_reports_its_own_kind_to_its_own_desk_and_nothing_else() {
    let target = target();
    let house = &target.house;
    let presence = house.feed("presence");
    for route in &routes(&target) {
        if route.access["public"] == true || route.name == "POST /desks/{desk}/presence" {
            continue;
        }
        let status = send(house, route, None, Some(&presence)).status;
        assert_eq!(status, 403, "{}", route.name);
    }
    let rows = json!({"rows": []});
    let feed = |token: &str| {
        house
            .nobody()
            .with("authorization", &format!("Bearer {token}"))
    };
    feed(&presence)
        .post("/desks/online-shop/presence", rows.clone())
        .expect(200);
    feed(&presence)
        .post("/desks/other/presence", rows.clone())
        .expect(403);
    feed("0123")
        .post("/desks/online-shop/presence", rows)
        .expect(401);
}

#[test]
fn no_other_route_exists_than_the_document_knows() {
    // The list makes the router and the document alike; so the router is built nowhere else.
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .join("api/src/http");
    let mut files = vec![folder];
    let mut routed = Vec::new();
    while let Some(path) = files.pop() {
        if path.is_dir() {
            files.extend(
                std::fs::read_dir(&path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
        } else if std::fs::read_to_string(&path).unwrap().contains(".route(") {
            routed.push(path.file_name().unwrap().to_string_lossy().into_owned());
        }
    }
    assert_eq!(routed, ["endpoint.rs"]);
    let house = House::empty("2026-11-25 10:00");
    house
        .nobody()
        .get("/nothing-here")
        .expect_problem(404, "not-found");
    house
        .nobody()
        .send("DELETE", "/health", None, b"")
        .expect(405);
}

#[test]
fn a_session_ends_with_logout_a_new_password_a_shut_account_and_the_job() {
    let house = House::shop("2026-11-25 10:00");
    let open = || {
        let (cookie, csrf) = house.to("1001").session();
        let probe = cookie.clone();
        let get = move |house: &House| house.nobody().with("cookie", &probe).get("/session").status;
        (cookie, csrf, get)
    };
    let (cookie, csrf, alive) = open();
    assert_eq!(alive(&house), 200);
    let out = house
        .nobody()
        .with("cookie", &cookie)
        .with("x-csrf-token", &csrf)
        .send("DELETE", "/session", None, b"");
    assert_eq!(out.status, 204);
    assert_eq!(alive(&house), 401);

    let (cookie, csrf, alive) = open();
    let change = json!({"current": password("1001"), "new": "a better password"});
    let changed = house
        .nobody()
        .with("cookie", &cookie)
        .with("x-csrf-token", &csrf)
        .put("/session/password", change);
    assert_eq!(changed.status, 204);
    assert_eq!(alive(&house), 401);

    let (_, _, alive) = open();
    house
        .to("H01")
        .put("/staff/1001/account", json!({"disabled": true}))
        .expect(204);
    assert_eq!(alive(&house), 401);
    let login = json!({"staff": "1001", "password": "a better password"});
    house
        .nobody()
        .post("/session", login.clone())
        .expect_problem(401, "wrong-login");
    house
        .to("H01")
        .put("/staff/1001/account", json!({"disabled": false}))
        .expect(204);
    house.nobody().post("/session", login.clone()).expect(201);

    let (_, _, alive) = open();
    house
        .to("H01")
        .put("/staff/1001/employment-end", json!({"last": "2026-11-26"}))
        .expect(204);
    assert_eq!(alive(&house), 200);
    house.set("2026-11-28 00:00");
    let (_, _, alive) = open();
    assert_eq!(alive(&house), 401, "the last day is over");
    house
        .nobody()
        .post("/session", login)
        .expect_problem(401, "wrong-login");
}

#[test]
fn hr_does_not_take_over_the_gm_office() {
    let house = House::shop("2026-11-25 10:00");
    house
        .to("H01")
        .put("/staff/G01/password", json!({"password": "taken over!"}))
        .expect_problem(403, "forbidden");
    house
        .to("H01")
        .put("/staff/G01/account", json!({"disabled": true}))
        .expect(403);
    house
        .to("H01")
        .put(
            "/staff/H01/roles",
            json!({"roles": ["hr", "gm_office"], "leads": []}),
        )
        .expect(403);
    house
        .to("H01")
        .put(
            "/staff/1001/password",
            json!({"password": "a first password"}),
        )
        .expect(204);
}

#[test]
fn wrong_passwords_are_slowed_down() {
    let house = House::shop("2026-11-25 10:00");
    let login = |password: &str| {
        house
            .nobody()
            .post("/session", json!({"staff": "1001", "password": password}))
    };
    for _ in 0..6 {
        login("wrong").expect_problem(401, "wrong-login");
    }
    let slowed = login(&password("1001")).expect_problem(429, "login-throttled");
    assert_eq!(slowed.header("retry-after"), Some("30"));
    house.set("2026-11-25 10:01");
    let session = login(&password("1001")).expect(201);
    let cookie = session.header("set-cookie").unwrap();
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"),
        "{cookie}"
    );
    assert!(
        !session
            .body
            .windows(64)
            .any(|part| cookie.as_bytes().windows(64).any(|token| token == part))
    );
}

#[test]
fn a_request_another_site_made_is_refused() {
    let house = House::shop("2026-11-25 10:00");
    let ann = house.to("1001");
    let (cookie, csrf) = ann.session();
    let punch = json!({"kind": "in"});
    let with_cookie = || house.nobody().with("cookie", &cookie);
    with_cookie()
        .post("/punches", punch.clone())
        .expect_problem(403, "csrf");
    with_cookie()
        .with("x-csrf-token", "0000")
        .post("/punches", punch.clone())
        .expect_problem(403, "csrf");
    let foreign = with_cookie()
        .with("x-csrf-token", &csrf)
        .with("sec-fetch-site", "cross-site");
    foreign
        .post("/punches", punch.clone())
        .expect_problem(403, "csrf");
    let foreign = with_cookie()
        .with("x-csrf-token", &csrf)
        .with("origin", "https://evil.example");
    foreign
        .post("/punches", punch.clone())
        .expect_problem(403, "csrf");
    // Another session's token is no token.
    let (_, other) = house.to("1002").session();
    with_cookie()
        .with("x-csrf-token", &other)
        .post("/punches", punch.clone())
        .expect_problem(403, "csrf");
    // What a form of another site can send without asking is no JSON.
    let text = with_cookie().with("x-csrf-token", &csrf).send(
        "POST",
        "/punches",
        Some("text/plain"),
        b"{\"kind\":\"in\"}",
    );
    text.expect_problem(415, "unsupported-media-type");
    let login = br#"{"staff":"1001","password":"password of 1001"}"#;
    house
        .nobody()
        .send("POST", "/session", Some("text/plain"), login)
        .expect_problem(403, "csrf");
    with_cookie()
        .with("x-csrf-token", &csrf)
        .post("/punches", punch)
        .expect(201);

    // The pages' forms stand behind the same guard: without the field nothing gets through.
    for (path, form) in [
        ("root:/login", "staff=1001&password=x"),
        ("root:/punch", "kind=in"),
        ("root:/logout", ""),
    ] {
        let kind = Some("application/x-www-form-urlencoded");
        assert_eq!(
            with_cookie()
                .send("POST", path, kind, form.as_bytes())
                .status,
            403,
            "{path}"
        );
        assert_eq!(
            house
                .nobody()
                .send("POST", path, kind, form.as_bytes())
                .status,
            403,
            "{path}"
        );
    }
}

#[test]
fn nobody_decides_on_a_matter_of_their_own_not_even_through_a_second_role() {
    let house = House::shop("2026-11-25 10:00");
    house
        .to("G01")
        .put(
            "/staff/L01/roles",
            json!({"roles": ["lead", "gm_office", "hr"], "leads": [DESK]}),
        )
        .expect(204);
    let lead = house.to("L01");
    let leave =
        json!({"kind": "personal", "first": "2026-12-01", "last": "2026-12-01", "reason": "家事"});
    let leave = lead.post("/leave-requests", leave).expect(201).id();
    lead.post_empty(&format!("/leave-requests/{leave}/approval"))
        .expect_problem(403, "own-matter");
    let earned = json!({"kind": "annual", "year": 2026, "minutes": 480, "reason": "x"});
    lead.post("/staff/L01/leave-balances", earned)
        .expect_problem(403, "own-matter");
    let reward =
        json!({"staff": "L01", "work_date": "2026-11-25", "amount_fen": 100, "reason": "x"});
    lead.post("/rewards", reward)
        .expect_problem(403, "own-matter");
    lead.put(
        "/staff/L01/roles",
        json!({"roles": ["gm_office"], "leads": []}),
    )
    .expect_problem(403, "own-matter");
    house
        .to("G01")
        .post_empty(&format!("/leave-requests/{leave}/approval"))
        .expect(204);
}

#[test]
fn a_body_that_says_more_than_it_may_is_refused() {
    let house = House::shop("2026-11-25 10:00");
    let ann = house.to("1001");
    for (path, body) in [
        ("/punches", json!({"kind": "in", "staff": "1002"})),
        (
            "/punches",
            json!({"kind": "in", "received_at": "2026-11-25T01:00:00Z"}),
        ),
        (
            "/leave-requests",
            json!({"kind": "sick", "first": "2026-12-01", "last": "2026-12-01", "reason": "x", "staff": "1002"}),
        ),
        (
            "/leave-requests",
            json!({"kind": "sick", "first": "2026-12-01", "last": "2026-12-01", "reason": "x", "status": "approved"}),
        ),
        (
            "/leave-requests",
            json!({"kind": "sick", "first": "2026-12-01", "last": "2026-12-01", "reason": "x", "role": "lead"}),
        ),
    ] {
        let refused = ann.post(path, body.clone()).expect_problem(422, "invalid");
        let unknown = body
            .as_object()
            .unwrap()
            .keys()
            .find(|key| refused.json["errors"][0]["field"] == **key);
        assert!(unknown.is_some(), "{:#}", refused.json);
    }
}

#[test]
fn a_punch_is_neither_replayed_nor_back_dated_nor_put_off() {
    let house = House::shop("2026-11-25 09:00");
    let key = |staff: &str| {
        house
            .to(staff)
            .with("idempotency-key", "punch-1")
            .post("/punches", json!({"kind": "in"}))
    };
    let first = key("1001").expect(201);
    house.set("2026-11-25 09:30");
    let again = key("1001").expect(201);
    assert_eq!(
        again.json, first.json,
        "the same command is answered as the first time"
    );
    assert_eq!(
        again.header("paiban-position"),
        first.header("paiban-position")
    );
    // Another person's key of the same name is another command.
    assert_ne!(key("1002").expect(201).id(), first.id());
    let punches = "/staff/1001/punches?from=2026-11-24T00:00:00Z&until=2026-11-26T00:00:00Z";
    assert_eq!(
        house
            .to("1001")
            .get(punches)
            .expect(200)
            .json
            .as_array()
            .unwrap()
            .len(),
        1
    );

    let token = house.feed("device");
    let device = |staff: &str, at: String| {
        let device = house
            .nobody()
            .with("authorization", &format!("Bearer {token}"));
        device.post(
            "/device-punches",
            json!({"staff": staff, "kind": "out", "at": at}),
        )
    };
    device("1001", at("2026-11-25 09:20").to_rfc3339()).expect(201);
    device("1001", at("2026-11-25 09:40").to_rfc3339()).expect_problem(422, "punch-in-future");
    device("1001", at("2026-11-21 09:00").to_rfc3339()).expect_problem(422, "punch-too-old");
    device("9999", at("2026-11-25 09:20").to_rfc3339()).expect_problem(404, "staff-unknown");
    // A device that woke up in the year 2000 is flagged, never believed.
    device("1001", "2000-01-01T00:00:00Z".to_owned()).expect(201);
}

#[test]
fn too_much_too_deep_and_malformed_is_refused() {
    let house = House::shop("2026-11-25 10:00");
    let ann = house.to("1001");
    // Refused by what it announces, before a byte of it is read.
    let (cookie, csrf) = ann.session();
    let mut stream = TcpStream::connect(house.address).unwrap();
    let head = format!(
        "POST /api/v1/punches HTTP/1.1\r\nhost: x\r\ncookie: {cookie}\r\nx-csrf-token: {csrf}\r\n\
         content-type: application/json\r\ncontent-length: 30000000\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut status = [0; 12];
    stream.read_exact(&mut status).unwrap();
    assert_eq!(&status, b"HTTP/1.1 413");
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let json = Some("application/json");
    ann.with("accept-language", "en")
        .send("POST", "/punches", json, deep.as_bytes())
        .expect_problem(422, "invalid");
    let broken = ann
        .with("accept-language", "en")
        .send("POST", "/punches", json, b"{\"kind\":\n\"in\"")
        .expect_problem(422, "invalid");
    assert_eq!(broken.json["errors"][0]["line"], 2);
    ann.get("/staff/1001/punches?from=2020-01-01T00:00:00Z&until=2026-01-01T00:00:00Z")
        .expect_problem(422, "invalid");
    ann.get("/staff/1001/swaps?month=2026-13")
        .expect_problem(422, "invalid");
    ann.get("/staff/1001/swaps?month=2026-12&staff=1002")
        .expect_problem(422, "invalid");
    ann.get("/swaps/not-an-id").expect_problem(404, "not-found");
}

#[test]
fn no_text_becomes_a_formula_in_a_file() {
    let house = House::shop("2026-11-25 10:00");
    let hire = json!({
        "staff": "2001", "name": "=cmd|' /C calc'!A0", "desk": DESK, "position": "@SUM(1)", "roles": ["staff"],
        "skills": ["presale"], "employment": "full_time", "week_minutes": 2400, "month_wage_fen": 600_000,
        "from": "2026-11-01"
    });
    house.to("H01").post("/staff", hire).expect(204);
    house.publish(&[("2001", 1, "A")]);
    let file = house
        .to("H01")
        .get(&format!("/desks/{DESK}/exports/2026-12/attendance.csv"))
        .expect(200);
    let text = String::from_utf8(file.body).unwrap();
    assert!(text.contains("\"'=cmd"), "{text}");
    assert!(text.contains("\"'@SUM"), "{text}");
    assert!(!text.contains("\"=") && !text.contains("\"@"), "{text}");
}

#[test]
fn answers_are_never_framed_sniffed_or_kept() {
    let house = House::shop("2026-11-25 10:00");
    let reply = house.to("1001").get("/session").expect(200);
    assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(reply.header("x-frame-options"), Some("DENY"));
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    assert!(
        reply
            .header("content-security-policy")
            .unwrap()
            .contains("default-src 'self'")
    );
}

#[test]
fn a_lead_sees_no_wages_and_staff_see_only_themselves() {
    let house = House::shop("2026-11-25 10:00");
    let list = |staff: &str| house.to(staff).get("/staff").expect(200).json;
    let own = list("1001");
    assert_eq!(own.as_array().unwrap().len(), 1);
    assert!(
        own.to_string().contains("month_wage"),
        "one's own wage is one's own to see"
    );
    let lead = list("L01");
    assert_eq!(lead.as_array().unwrap().len(), 9);
    let others: Vec<&Value> = lead
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["staff"] != "L01")
        .collect();
    assert!(
        others
            .iter()
            .all(|row| !row.to_string().contains("month_wage"))
    );
    assert!(list("H01").to_string().contains("month_wage"));
    let month = house
        .to("L01")
        .get(&format!("/desks/{DESK}/months/2026-12"))
        .expect(200);
    assert!(!String::from_utf8_lossy(&month.body).contains("600000"));
}
