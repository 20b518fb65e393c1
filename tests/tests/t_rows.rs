//! One test per row T1–T16 of the online shop's rules, driven through the HTTP API, with the amounts and words a person
//! would see.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use acceptance::{DESK, House, Reply, at};
use serde_json::{Value, json};

const ROSTER: &str = "/desks/online-shop/rosters/2026-12";

fn rfc(local: &str) -> String {
    at(local).to_rfc3339()
}

fn claim(date: &str, side: &str, claimed: &str) -> Value {
    json!({"work_date": date, "edge": {"segment": 0, "side": side}, "claimed_at": rfc(claimed), "reason": "忘记打卡"})
}

/// Amounts of one rule, in fen.
fn amounts(house: &House, staff: &str, rule: &str) -> Vec<i64> {
    let penalties = house.penalties(staff).into_iter();
    penalties
        .filter(|(of, _, _)| of == rule)
        .map(|(_, fen, _)| fen)
        .collect()
}

#[test]
fn t1_a_roster_short_of_its_minimum_says_so_slot_by_slot_and_why() {
    let house = House::shop("2026-11-25 10:00");
    let lead = house.to("L01");
    let demand = json!({
        "slot_minutes": 30, "source": "test",
        "days": [{"date": "2026-12-01", "skill": "presale", "start": 900, "minimum": [2, 2], "target": [2, 2]}]
    });
    lead.put("/desks/online-shop/demand/2026-12", demand)
        .expect(204);
    lead.put_empty(ROSTER).expect(204);
    let cells = json!({"cells": [{"staff": "1001", "date": "2026-12-01", "shift": "A"}]});
    lead.post(&format!("{ROSTER}/edits"), cells).expect(200);

    let publication = format!("{ROSTER}/publication");
    let refused = lead
        .post(&publication, json!({}))
        .expect_problem(409, "shortfalls-not-acknowledged");
    assert_eq!(refused.json["rule"], "T1");
    for word in ["2026-12-01", "15:00", "16:00", "presale", "1 short"] {
        assert!(
            refused.detail().contains(word),
            "{word}: {}",
            refused.detail()
        );
    }
    let chinese = lead
        .with("accept-language", "zh-CN")
        .post(&publication, json!({}));
    assert!(
        chinese.detail().contains("少于最低人数"),
        "{}",
        chinese.detail()
    );

    lead.post(&publication, json!({"acknowledge_shortfalls": true}))
        .expect(204);
    let revisions = lead.get(&format!("{ROSTER}/revisions")).expect(200).json;
    let shortfall = &revisions[0]["shortfalls"][0];
    assert_eq!(shortfall["date"], "2026-12-01");
    assert_eq!(
        (shortfall["start"].as_i64(), shortfall["end"].as_i64()),
        (Some(900), Some(960))
    );
    assert_eq!(shortfall["missing"], 1);
    assert!(!shortfall["cause_en"].as_str().unwrap().is_empty());
    assert!(!shortfall["cause_zh"].as_str().unwrap().is_empty());
}

#[test]
fn t2_time_off_is_taken_from_a_ledger_and_duty_is_marked_in_the_roster() {
    let house = House::shop("2026-11-25 10:00");
    house.publish(&[("1001", 3, "A"), ("1001", 10, "B")]);
    let (hr, lead, ann) = (house.to("H01"), house.to("L01"), house.to("1001"));

    let day =
        |date: &str| json!({"kind": "compensatory", "first": date, "last": date, "reason": "调休"});
    let short = ann
        .post("/leave-requests", day("2026-12-03"))
        .expect_problem(409, "leave-balance-short");
    assert!(short.detail().contains("480"), "{}", short.detail());
    let earned = json!({
        "kind": "compensatory", "year": 2026, "minutes": 480, "reason": "11月22日加班", "work_date": "2026-11-22"
    });
    hr.post("/staff/1001/leave-balances", earned.clone())
        .expect(204);
    // Nobody adds to their own.
    ann.post("/staff/1001/leave-balances", earned).expect(403);

    let leave = ann
        .post("/leave-requests", day("2026-12-03"))
        .expect(201)
        .id();
    lead.post_empty(&format!("/leave-requests/{leave}/approval"))
        .expect(204);
    let balances = ann.get("/staff/1001/leave-balances").expect(200).json;
    let compensatory = balances
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["kind"] == "compensatory")
        .unwrap();
    assert_eq!(compensatory["minutes"], 0);
    ann.post("/leave-requests", day("2026-12-10"))
        .expect_problem(409, "leave-balance-short");

    let table = ann
        .get("/desks/online-shop/duty-table?first=2026-12-01&last=2026-12-31")
        .expect(200)
        .json;
    let text = table.to_string();
    assert!(text.contains("\"duty\":true"), "{text}");
}

#[test]
fn t3_the_weekly_duty_table_is_handed_in_and_overdue_is_visible() {
    let house = House::shop("2026-11-25 10:00");
    house.publish(&[("1001", 8, "A"), ("1002", 9, "B")]);
    let (lead, hr) = (house.to("L01"), house.to("H01"));
    let weeks = "/desks/online-shop/duty-table-weeks?first=2026-12-07&last=2026-12-13";

    // Due on the Friday before, 17:00.
    house.set("2026-12-04 16:59");
    assert_eq!(hr.get(weeks).expect(200).json[0]["is_overdue"], false);
    house.set("2026-12-04 17:01");
    let week = hr.get(weeks).expect(200).json[0].clone();
    assert_eq!(
        (week["week_start"].as_str(), week["is_overdue"].as_bool()),
        (Some("2026-12-07"), Some(true))
    );

    let submissions = "/desks/online-shop/duty-table-submissions";
    hr.post(submissions, json!({"week_start": "2026-12-07"}))
        .expect(403);
    lead.post(submissions, json!({"week_start": "2026-12-07"}))
        .expect(204);
    let week = hr.get(weeks).expect(200).json[0].clone();
    let text = week.to_string();
    assert!(
        text.contains("L01") && text.contains("2026-12-04T09:01:00Z"),
        "{text}"
    );
    let again = lead.post(submissions, json!({"week_start": "2026-12-07"}));
    again.expect_problem(409, "duty-table-submitted");
    lead.post(submissions, json!({"week_start": "2026-12-08"}))
        .expect_problem(422, "field-invalid");

    let file = hr
        .get("/desks/online-shop/exports/2026-12/duty-table.xlsx")
        .expect(200);
    assert_eq!(&file.body[..2], b"PK", "a workbook is a zip file");
}

#[test]
fn t4_next_month_is_generated_and_attendance_follows_the_roster_in_force() {
    let house = House::shop("2026-11-25 10:00");
    let lead = house.to("L01");
    house.draft_december();
    let asked = json!({"seed": 7, "work_limit": 2000, "limit_seconds": 3});
    let solve = lead
        .post(&format!("{ROSTER}/solves"), asked)
        .expect(202)
        .id();
    let solve = solve.parse().unwrap();
    house
        .block_on(house.app.finish_solve(domain::ids::SolveId(solve)))
        .unwrap();
    house.block_on(house.app.catch_up()).unwrap();
    let ended = lead.get(&format!("/solves/{solve}")).expect(200).json;
    assert_eq!(ended["record"]["status"], "done", "{ended:#}");
    let report = &ended["record"]["report"];
    assert!(report["objective"].is_i64());
    // What is not proven is not called optimal.
    if report["bound"] != report["objective"] {
        assert_eq!(report["proven_optimal"], false);
    }
    lead.post(
        &format!("{ROSTER}/publication"),
        json!({"acknowledge_shortfalls": true}),
    )
    .expect(204);

    // Somebody who was to come in the morning is moved to the afternoon, and is not late for the morning.
    let roster = lead.get(ROSTER).expect(200);
    let etag = roster.header("etag").unwrap().to_owned();
    let line = roster.json["lines"]
        .as_array()
        .unwrap()
        .iter()
        .find_map(|line| {
            let cells = line["cells"].as_object()?;
            let date = cells
                .iter()
                .find(|(date, cell)| date.as_str() > "2026-12-05" && cell["shift"]["code"] == "A")?
                .0;
            Some((line["staff"]["staff"].as_str()?.to_owned(), date.clone()))
        });
    let (staff, date) = line.expect("somebody works a morning");
    let change =
        json!({"cells": [{"staff": staff, "date": date, "shift": "B"}], "reason": "下午缺人"});
    let stale = lead
        .with("if-match", "\"0\"")
        .post(&format!("{ROSTER}/amendments"), change.clone());
    stale.expect_problem(412, "stale");
    let amended = lead
        .with("if-match", &etag)
        .post(&format!("{ROSTER}/amendments"), change);
    if amended.status == 422 {
        // Rest after a late shift to an early one may forbid this very cell; the rule is named then.
        amended.expect_problem(422, "roster-rules-broken");
        return;
    }
    amended.expect(200);
    house.work(&staff, &format!("{date} 13:00"), &format!("{date} 21:00"));
    house.pass_until("2026-12-31 10:00");
    let record = house.day(&staff, &date);
    assert_eq!(record["late_minutes"], 0, "{record:#}");
    assert_eq!(record["roster"]["revision"], 2);
    assert_eq!(record["shift"], "B");
}

#[test]
fn t5_lateness_and_early_leaving_count_in_whole_minutes_passed() {
    let house = House::shop("2026-11-25 10:00");
    house.publish(&[("1001", 1, "A"), ("1002", 1, "A"), ("1003", 1, "A")]);
    house.punch("1001", "in", "2026-12-01 09:00:59");
    house.punch("1002", "in", "2026-12-01 09:01:00");
    house.punch("1003", "in", "2026-12-01 09:10:30");
    house.punch("1002", "out", "2026-12-01 16:55:00");
    house.punch("1001", "out", "2026-12-01 17:00:00");
    house.punch("1003", "out", "2026-12-01 17:00:00");
    house.pass_until("2026-12-02 08:00");
    let minutes = |staff: &str| {
        let day = house.day(staff, "2026-12-01");
        (
            day["late_minutes"].as_i64().unwrap(),
            day["early_minutes"].as_i64().unwrap(),
        )
    };
    assert_eq!(minutes("1001"), (0, 0));
    assert_eq!(minutes("1002"), (1, 5));
    assert_eq!(minutes("1003"), (10, 0));
    assert_eq!(
        house.day("1001", "2026-12-01")["segments"][0]["arrival"]["state"],
        "punched"
    );

    // Nobody says when, or for whom.
    let ann = house.to("1001");
    ann.post(
        "/punches",
        json!({"kind": "in", "at": rfc("2026-12-01 09:00")}),
    )
    .expect_problem(422, "invalid");
    ann.post("/punches", json!({"kind": "in", "staff": "1002"}))
        .expect_problem(422, "invalid");
    // A kind that is none.
    ann.post("/punches", json!({"kind": "nap"}))
        .expect_problem(422, "invalid");
}

#[test]
fn t6_a_missed_punch_is_made_good_within_three_days_by_lead_or_gm_and_goes_on_file() {
    let house = House::shop("2026-11-25 10:00");
    house.publish(&[("1001", 1, "A"), ("1002", 1, "A"), ("1003", 1, "A")]);
    for staff in ["1001", "1002", "1003"] {
        house.punch(staff, "in", "2026-12-01 09:00");
    }
    // The last minute of the third calendar day.
    house.pass_until("2026-12-04 23:59");
    let of = |staff: &str| {
        house.to(staff).post(
            "/corrections",
            claim("2026-12-01", "out", "2026-12-01 17:05"),
        )
    };
    let (by_lead, by_gm) = (of("1001").expect(201).id(), of("1002").expect(201).id());
    house.set("2026-12-05 00:00");
    let late = of("1003").expect_problem(409, "correction-window-over");
    assert_eq!(late.json["rule"], "T6");
    assert!(
        late.detail().contains("3 days") && late.detail().contains("2026-12-04"),
        "{}",
        late.detail()
    );

    // Not by oneself, not by HR, not by a colleague.
    house
        .to("1001")
        .post_empty(&format!("/corrections/{by_lead}/approval"))
        .expect(403);
    house
        .to("H01")
        .post_empty(&format!("/corrections/{by_lead}/approval"))
        .expect_problem(403, "not-permitted");
    house
        .to("1002")
        .post_empty(&format!("/corrections/{by_lead}/approval"))
        .expect(403);
    // Not on file before it is approved.
    house
        .to("H01")
        .post_empty(&format!("/corrections/{by_lead}/filing"))
        .expect_problem(409, "correction-not-approved");
    house
        .to("L01")
        .post_empty(&format!("/corrections/{by_lead}/approval"))
        .expect(204);
    house
        .to("G01")
        .post_empty(&format!("/corrections/{by_gm}/approval"))
        .expect(204);
    house
        .to("H01")
        .post_empty(&format!("/corrections/{by_lead}/filing"))
        .expect(204);
    let row = house
        .to("1001")
        .get(&format!("/corrections/{by_lead}"))
        .expect(200)
        .json;
    assert_eq!(
        (row["status"].as_str(), row["decision"]["role"].as_str()),
        (Some("approved"), Some("lead"))
    );
    assert_eq!(row["on_file"][0], "H01");
    let row = house
        .to("1002")
        .get(&format!("/corrections/{by_gm}"))
        .expect(200)
        .json;
    assert_eq!(row["decision"]["role"], "gm_office");

    house.pass_until("2026-12-06 08:00");
    assert_eq!(
        house.day("1001", "2026-12-01")["segments"][0]["departure"]["state"],
        "corrected"
    );
    assert!(amounts(&house, "1001", "T8").is_empty());
}

#[test]
fn t7_a_sixth_correction_in_a_month_is_refused_with_the_five_listed() {
    let house = House::shop("2026-11-25 10:00");
    house.publish(&[
        ("1001", 1, "A"),
        ("1001", 2, "A"),
        ("1001", 3, "A"),
        ("1001", 4, "A"),
        ("1001", 5, "A"),
        ("1001", 7, "A"),
    ]);
    let ann = house.to("1001");
    let mut ids = Vec::new();
    let ask = |day: u32| -> Reply {
        house.punch("1001", "in", &format!("2026-12-{day:02} 09:00"));
        house.pass_until(&format!("2026-12-{:02} 08:00", day + 1));
        let date = format!("2026-12-{day:02}");
        ann.post(
            "/corrections",
            claim(&date, "out", &format!("{date} 17:00")),
        )
    };
    for day in 1..=5 {
        ids.push(ask(day).expect(201).id());
    }
    let sixth = ask(7).expect_problem(409, "correction-month-cap");
    assert_eq!(sixth.json["rule"], "T7");
    for day in 1..=5 {
        let date = format!("2026-12-{day:02}");
        assert!(sixth.detail().contains(&date), "{date}: {}", sixth.detail());
    }
    assert!(
        sixth.detail().contains("no more than 5"),
        "{}",
        sixth.detail()
    );

    // A refused one gives its place back.
    house
        .to("L01")
        .post(
            &format!("/corrections/{}/refusal", ids[4]),
            json!({"reason": "监控显示已离岗"}),
        )
        .expect(204);
    ann.post(
        "/corrections",
        claim("2026-12-07", "out", "2026-12-07 17:00"),
    )
    .expect(201);
}

#[test]
fn t8_a_missed_punch_costs_ten_yuan_once_the_window_has_closed_and_is_pending_before() {
    let house = House::shop("2026-11-25 10:00");
    house.publish(&[("1001", 1, "A"), ("1002", 1, "A")]);
    house.punch("1001", "in", "2026-12-01 09:00");
    // Both punches missing, but the meal shows presence: two missed punches, not an absence.
    house.punch("1002", "meal_start", "2026-12-01 12:00");
    house.punch("1002", "meal_end", "2026-12-01 12:30");

    house.pass_until("2026-12-04 23:59");
    assert_eq!(
        house.day("1001", "2026-12-01")["segments"][0]["departure"]["state"],
        "pending"
    );
    assert!(
        house.penalties("1001").is_empty(),
        "{:?}",
        house.penalties("1001")
    );

    house.pass_until("2026-12-05 00:01");
    assert_eq!(
        house.day("1001", "2026-12-01")["segments"][0]["departure"]["state"],
        "missed"
    );
    assert_eq!(amounts(&house, "1001", "T8"), [1000]);
    assert_eq!(amounts(&house, "1002", "T8"), [1000, 1000]);
    assert!(amounts(&house, "1002", "T12").is_empty());

    // The figure opens to what is behind it.
    let id = house.penalty_id("1001", "T8");
    let row = house
        .to("1001")
        .get(&format!("/sanctions/{id}"))
        .expect(200)
        .json;
    assert_eq!(row["policy"], "2026-1");
    assert_eq!(row["roster"]["revision"], 1);
    assert!(
        row["subject_zh"].as_str().unwrap().contains("2026-12-01"),
        "{row:#}"
    );
    let evidence = house
        .to("1001")
        .get(&format!("/sanctions/{id}/evidence"))
        .expect(200)
        .json;
    assert!(!evidence.as_array().unwrap().is_empty());
}

#[test]
fn t9_absent_on_an_unarranged_swap_costs_twenty_yuan_and_racing_approvals_cannot_both_win() {
    let house = House::shop("2026-11-25 10:00");
    house.publish(&[
        ("1001", 1, "A"),
        ("1001", 8, "A"),
        ("1002", 3, "A"),
        ("1004", 15, "A"),
        ("1005", 16, ""),
    ]);
    let swap = |from: &str, give: &str, with: &str| {
        let body = json!({"give": give, "with": with, "reason": "家里有事"});
        house.to(from).post("/swaps", body).expect(201).id()
    };
    // Agreed, never approved, and not there: ¥20, and not ¥30 for the absence as well.
    let unarranged = swap("1001", "2026-12-01", "1003");
    house
        .to("1003")
        .post_empty(&format!("/swaps/{unarranged}/agreement"))
        .expect(204);
    // Approval wants the colleague's agreement first; and neither party approves.
    let arranged = swap("1001", "2026-12-08", "1003");
    house
        .to("L01")
        .post_empty(&format!("/swaps/{arranged}/approval"))
        .expect_problem(409, "swap-not-agreed");
    house
        .to("1001")
        .post_empty(&format!("/swaps/{arranged}/approval"))
        .expect(403);
    house
        .to("1003")
        .post_empty(&format!("/swaps/{arranged}/agreement"))
        .expect(204);
    house
        .to("L01")
        .post_empty(&format!("/swaps/{arranged}/approval"))
        .expect(200);

    // One shift, given to two colleagues, approved at once by two people: one approval wins.
    let rivals = ["1005", "1006"].map(|with| {
        let id = swap("1004", "2026-12-15", with);
        house
            .to(with)
            .post_empty(&format!("/swaps/{id}/agreement"))
            .expect(204);
        id
    });
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let approvals = [("L01", &rivals[0]), ("G01", &rivals[1])].map(|(who, id)| {
            let house = &house;
            scope.spawn(move || {
                house
                    .to(who)
                    .post_empty(&format!("/swaps/{id}/approval"))
                    .status
            })
        });
        approvals
            .into_iter()
            .map(|approval| approval.join().unwrap())
            .collect()
    });
    assert_eq!(
        statuses.iter().filter(|&&status| status == 200).count(),
        1,
        "{statuses:?}"
    );
    assert_eq!(
        statuses.iter().filter(|&&status| status == 409).count(),
        1,
        "{statuses:?}"
    );

    house.work("1003", "2026-12-08 09:00", "2026-12-08 17:00");
    house.pass_until("2026-12-12 10:00");
    assert_eq!(amounts(&house, "1001", "T9"), [2000]);
    assert!(
        amounts(&house, "1001", "T12").is_empty(),
        "{:?}",
        house.penalties("1001")
    );
    assert!(amounts(&house, "1001", "T8").is_empty());
    // The arranged one costs nobody anything, and plain absence is not T9.
    assert!(house.penalties("1003").is_empty());
    assert!(amounts(&house, "1002", "T9").is_empty());
}

#[test]
fn t10_the_third_unexcused_time_offline_in_a_month_costs_ten_yuan() {
    let house = House::shop("2026-11-25 10:00");
    house.publish(&[
        ("1001", 1, "A"),
        ("1001", 2, "A"),
        ("1001", 3, "A"),
        ("1002", 1, "A"),
    ]);
    let token = house.feed("presence");
    let report = |rows: Value| {
        let bearer = format!("Bearer {token}");
        let feed = house.nobody().with("authorization", &bearer);
        feed.post("/desks/online-shop/presence", json!({"rows": rows}))
            .expect(200)
    };
    let row = |staff: &str, local: &str, online: bool| json!({"staff": staff, "at": rfc(local), "online": online});
    for day in 1..=3 {
        let date = format!("2026-12-{day:02}");
        house.punch("1001", "in", &format!("{date} 09:00"));
        house.punch("1001", "out", &format!("{date} 17:00"));
        house.set(&format!("{date} 18:00"));
        report(json!([
            row("1001", &format!("{date} 08:55"), true),
            row("1001", &format!("{date} 10:00"), false),
            // 4 minutes on the first day would not count; 10 do.
            row("1001", &format!("{date} 10:10"), true),
        ]));
        house.pass_until(&format!("2026-12-{:02} 00:30", day + 1));
        let expected: &[i64] = if day == 3 { &[1000] } else { &[] };
        assert_eq!(amounts(&house, "1001", "T10"), expected, "after day {day}");
    }
    // A row of somebody unknown is named and loses nothing else.
    house.set("2026-12-04 10:00");
    let mixed = report(json!([
        row("9999", "2026-12-04 09:00", true),
        row("1002", "2026-12-04 09:00", true)
    ]));
    assert_eq!(mixed.json["taken"], 1, "{:#}", mixed.json);
    assert_eq!(mixed.json["errors"][0]["field"], "rows[0]");

    // An excuse the lead accepts removes the occurrence.
    let excuse = json!({
        "staff": "1001", "from": rfc("2026-12-02 10:00"), "until": rfc("2026-12-02 10:10"), "reason": "网络故障"
    });
    house
        .to("1001")
        .post("/desks/online-shop/presence-excuses", excuse.clone())
        .expect(403);
    house
        .to("L01")
        .post("/desks/online-shop/presence-excuses", excuse)
        .expect(204);
    assert!(amounts(&house, "1001", "T10").is_empty());
}

fn ring(house: &House, token: &str, call: &str, local: &str, rings: u16, routed_to: Option<&str>) {
    let bearer = format!("Bearer {token}");
    let row = json!({"call": call, "at": rfc(local), "rings": rings, "routed_to": routed_to});
    let reply = house
        .nobody()
        .with("authorization", &bearer)
        .post("/desks/online-shop/calls", json!({"rows": [row]}))
        .expect(200);
    assert_eq!(reply.json["taken"], 1, "{:#}", reply.json);
}

#[test]
fn t11_an_unanswered_call_costs_five_yuan_after_three_complaints_and_somebodys_verification() {
    let house = House::shop("2026-11-25 10:00");
    house.publish(&[("1001", 1, "A"), ("1002", 1, "A")]);
    let token = house.feed("calls");
    house.punch("1001", "in", "2026-12-01 09:00");
    house.punch("1002", "in", "2026-12-01 09:00");
    house.set("2026-12-01 10:05");
    ring(
        &house,
        &token,
        "call-7",
        "2026-12-01 10:00",
        6,
        Some("1001"),
    );
    // Five rings are not more than five.
    ring(
        &house,
        &token,
        "call-8",
        "2026-12-01 10:01",
        5,
        Some("1002"),
    );
    house.punch("1001", "out", "2026-12-01 17:00");
    house.punch("1002", "out", "2026-12-01 17:00");
    let complaints: Vec<String> = (0..6)
        .map(|n| {
            let call = if n < 3 { "call-7" } else { "call-8" };
            let body = json!({
                "about": {"about": "unanswered_call", "call": call}, "complainant": "customer",
                "text": format!("没人接 {n}"), "happened_at": rfc("2026-12-01 10:00")
            });
            house
                .to("1002")
                .post("/desks/online-shop/complaints", body)
                .expect(201)
                .id()
        })
        .collect();
    house.pass_until("2026-12-02 08:00");
    assert!(
        house.penalties("1001").is_empty(),
        "nobody has looked into it"
    );

    let finding = json!({"staff": "1001", "upheld": true, "note": "录音核实"});
    house
        .to("1001")
        .post(
            &format!("/complaints/{}/verification", complaints[0]),
            finding,
        )
        .expect(403);
    // A call routed to somebody is that person's.
    let other = json!({"staff": "1002", "upheld": true, "note": "录音核实"});
    house
        .to("L01")
        .post(
            &format!("/complaints/{}/verification", complaints[0]),
            other,
        )
        .expect_problem(422, "call-routed-to");
    for (n, complaint) in complaints.iter().enumerate() {
        let whose = if n < 3 { "1001" } else { "1002" };
        let finding = json!({"staff": whose, "upheld": true, "note": "录音核实"});
        house
            .to("L01")
            .post(&format!("/complaints/{complaint}/verification"), finding)
            .expect(204);
    }
    assert_eq!(amounts(&house, "1001", "T11"), [500]);
    assert!(house.penalties("1002").is_empty());
}

#[test]
fn t12_leave_is_asked_for_before_the_shift_and_approved_or_the_absence_costs_thirty_yuan() {
    let house = House::shop("2026-11-25 10:00");
    house.publish(&[
        ("1001", 1, "A"),
        ("1002", 1, "A"),
        ("1003", 1, "A"),
        ("1004", 1, "A"),
    ]);
    let leave = |staff: &str| {
        let body = json!({"kind": "personal", "first": "2026-12-01", "last": "2026-12-01", "reason": "家事"});
        house.to(staff).post("/leave-requests", body)
    };
    let approved = leave("1001").expect(201).id();
    let refused = leave("1002").expect(201).id();
    house
        .to("1001")
        .post_empty(&format!("/leave-requests/{approved}/approval"))
        .expect(403);
    house
        .to("L01")
        .post_empty(&format!("/leave-requests/{approved}/approval"))
        .expect(204);
    house
        .to("G01")
        .post(
            &format!("/leave-requests/{refused}/refusal"),
            json!({"reason": "人手不足"}),
        )
        .expect(204);
    house.set("2026-12-01 09:00");
    let late = leave("1003").expect_problem(409, "leave-too-late");
    assert_eq!(late.json["rule"], "T12");
    // A lead may file for somebody in an emergency, and says why.
    let emergency = json!({
        "staff": "1004", "emergency": "送医,本人无法填写",
        "request": {"kind": "sick", "first": "2026-12-01", "last": "2026-12-01", "reason": "急诊"}
    });
    house
        .to("1003")
        .post("/emergency-leave-requests", emergency.clone())
        .expect(403);
    let filed = house
        .to("L01")
        .post("/emergency-leave-requests", emergency)
        .expect(201)
        .id();
    // Sick leave wants a document, seen by somebody who may.
    let approval = format!("/leave-requests/{filed}/approval");
    house
        .to("G01")
        .post_empty(&approval)
        .expect_problem(409, "leave-evidence-missing");
    house
        .to("G01")
        .post(
            &format!("/leave-requests/{filed}/evidence"),
            json!({"document": "急诊病历"}),
        )
        .expect(204);
    house.to("G01").post_empty(&approval).expect(204);

    house.pass_until("2026-12-05 08:00");
    assert!(house.penalties("1001").is_empty());
    assert_eq!(house.day("1001", "2026-12-01")["status"], "on_leave");
    assert_eq!(
        amounts(&house, "1002", "T12"),
        [3000],
        "refused and absent all the same"
    );
    assert_eq!(amounts(&house, "1003", "T12"), [3000]);
    assert_eq!(house.day("1003", "2026-12-01")["status"], "absent");
    // One incident, one penalty.
    assert_eq!(
        house.penalties("1003").len(),
        1,
        "{:?}",
        house.penalties("1003")
    );
    assert!(house.penalties("1004").is_empty());
}

#[test]
fn t13_a_meal_of_thirty_five_minutes_and_fifty_nine_seconds_is_not_over() {
    let house = House::shop("2026-11-25 10:00");
    house.publish(&[("1001", 1, "A"), ("1002", 1, "A")]);
    for (staff, end) in [("1001", "11:35:59"), ("1002", "11:36:00")] {
        house.punch(staff, "in", "2026-12-01 09:00");
        house.punch(staff, "meal_start", "2026-12-01 11:00:00");
        house.punch(staff, "meal_end", &format!("2026-12-01 {end}"));
        house.punch(staff, "out", "2026-12-01 17:00");
    }
    house.pass_until("2026-12-02 08:00");
    let meal = |staff: &str| {
        let day = house.day(staff, "2026-12-01");
        let meal = &day["meals"][0];
        (
            meal["taken_minutes"].as_i64().unwrap(),
            meal["over_minutes"].as_i64().unwrap(),
        )
    };
    assert_eq!(meal("1001"), (35, 0));
    assert_eq!(meal("1002"), (36, 1));
    assert!(house.penalties("1001").is_empty());
    // The document names no amount: a recorded breach.
    assert_eq!(amounts(&house, "1002", "T13"), [0]);
}

#[test]
fn t14_a_call_unanswered_while_all_on_duty_are_at_meal_costs_five_yuan_once_a_day() {
    let house = House::shop("2026-11-25 10:00");
    house.publish(&[
        ("1001", 1, "A"),
        ("1002", 1, "A"),
        ("1001", 2, "A"),
        ("1002", 2, "A"),
    ]);
    let token = house.feed("calls");
    for day in ["2026-12-01", "2026-12-02"] {
        for staff in ["1001", "1002"] {
            house.punch(staff, "in", &format!("{day} 09:00"));
        }
        house.punch("1001", "meal_start", &format!("{day} 11:00"));
        // On the second day one stays on post.
        if day == "2026-12-01" {
            house.punch("1002", "meal_start", &format!("{day} 11:05"));
        }
        house.set(&format!("{day} 11:20"));
        ring(
            &house,
            &token,
            &format!("a-{day}"),
            &format!("{day} 11:10"),
            6,
            None,
        );
        ring(
            &house,
            &token,
            &format!("b-{day}"),
            &format!("{day} 11:15"),
            6,
            None,
        );
        house.punch("1001", "meal_end", &format!("{day} 11:30"));
        if day == "2026-12-01" {
            house.punch("1002", "meal_end", &format!("{day} 11:35"));
        }
        for staff in ["1001", "1002"] {
            house.punch(staff, "out", &format!("{day} 17:00"));
        }
    }
    house.pass_until("2026-12-03 08:00");
    for staff in ["1001", "1002"] {
        let of_rule: Vec<_> = house
            .penalties(staff)
            .into_iter()
            .filter(|(rule, _, _)| rule == "T14")
            .collect();
        assert_eq!(
            of_rule,
            [("T14".to_owned(), 500, "2026-12-01".to_owned())],
            "{staff}"
        );
    }
}

#[test]
fn t14_reaches_to_the_end_of_the_months_last_night_and_so_does_t10() {
    let house = House::shop("2026-11-25 10:00");
    let lead = house.to("L01");
    let night = json!({"effective_from": "2026-11-01", "templates": [{
        "code": "N", "name": "N", "colour": "#3366cc", "night": true, "duty": false,
        "segments": [{"start": 1320, "end": 1800}],
        "meals": [{"earliest_start": 1470, "latest_start": 1500, "minutes": 35}]
    }]});
    lead.put("/desks/online-shop/shift-templates", night)
        .expect(204);
    house.publish(&[("1001", 31, "N")]);
    let token = house.feed("calls");
    house.punch("1001", "in", "2026-12-31 22:00");
    house.punch("1001", "meal_start", "2027-01-01 00:30");
    house.set("2027-01-01 00:40");
    ring(&house, &token, "last-night", "2027-01-01 00:40", 8, None);
    house.punch("1001", "meal_end", "2027-01-01 01:00");
    // Three times offline on post, all of them after midnight.
    house.punch("1001", "out", "2027-01-01 06:00");
    let times = [
        ("2026-12-31 22:00", true),
        ("2027-01-01 02:00", false),
        ("2027-01-01 02:10", true),
        ("2027-01-01 03:00", false),
        ("2027-01-01 03:10", true),
        ("2027-01-01 04:00", false),
        ("2027-01-01 04:10", true),
    ];
    let rows: Vec<Value> = times
        .iter()
        .map(|(local, online)| json!({"staff": "1001", "at": rfc(local), "online": online}))
        .collect();
    let bearer = format!("Bearer {}", house.feed("presence"));
    let feed = house.nobody().with("authorization", &bearer);
    feed.post("/desks/online-shop/presence", json!({"rows": rows}))
        .expect(200);
    house.pass_until("2027-01-02 09:00");
    assert_eq!(amounts(&house, "1001", "T14"), [500]);
    assert_eq!(amounts(&house, "1001", "T10"), [1000]);
    // They are of the night's own month, and stay so once its books are closed.
    house.pass_until("2027-01-06 09:00");
    let closing = json!({"acknowledge_open": true});
    house
        .to("H01")
        .post("/desks/online-shop/periods/2026-12/closing", closing)
        .expect(204);
    assert_eq!(amounts(&house, "1001", "T14"), [500]);
    assert_eq!(amounts(&house, "1001", "T10"), [1000]);
}

#[test]
fn t15_a_verified_complaint_of_discourtesy_costs_five_yuan() {
    let house = House::shop("2026-11-25 10:00");
    house.publish(&[("1001", 1, "A")]);
    house.work("1001", "2026-12-01 09:00", "2026-12-01 17:00");
    let complaint = |text: &str| {
        let body = json!({
            "about": {"about": "discourtesy"}, "staff": "1001", "complainant": "customer", "text": text,
            "happened_at": rfc("2026-12-01 11:00")
        });
        house
            .to("L01")
            .post("/desks/online-shop/complaints", body)
            .expect(201)
            .id()
    };
    let (true_one, untrue_one) = (complaint("态度恶劣"), complaint("不回复"));
    house.pass_until("2026-12-02 08:00");
    assert!(house.penalties("1001").is_empty());
    let finding = |upheld: bool| json!({"staff": "1001", "upheld": upheld, "note": "查看聊天记录"});
    house
        .to("L01")
        .post(
            &format!("/complaints/{untrue_one}/verification"),
            finding(false),
        )
        .expect(204);
    assert!(house.penalties("1001").is_empty());
    house
        .to("L01")
        .post(
            &format!("/complaints/{true_one}/verification"),
            finding(true),
        )
        .expect(204);
    assert_eq!(amounts(&house, "1001", "T15"), [500]);
    // Looked into once.
    house
        .to("L01")
        .post(
            &format!("/complaints/{true_one}/verification"),
            finding(false),
        )
        .expect_problem(409, "complaint-verified");
}

/// Rows of the attendance CSV by staff number, as column → cell.
fn payroll(house: &House) -> Vec<std::collections::BTreeMap<String, String>> {
    let file = house
        .to("H01")
        .get("/desks/online-shop/exports/2026-12/attendance.csv")
        .expect(200);
    let text = String::from_utf8(file.body).unwrap();
    let text = text.strip_prefix('\u{feff}').expect("a byte order mark");
    let cells = |line: &str| -> Vec<String> {
        line.trim_matches('"')
            .split("\",\"")
            .map(str::to_owned)
            .collect()
    };
    let mut lines = text.lines();
    let header = cells(lines.next().unwrap());
    lines
        .map(|line| header.iter().cloned().zip(cells(line)).collect())
        .collect()
}

#[test]
fn t16_penalties_and_rewards_go_through_the_chain_and_nothing_reaches_payroll_before() {
    let house = House::shop("2026-11-25 10:00");
    house.publish(&[("1001", 1, "A"), ("1002", 1, "A")]);
    house.punch("1001", "in", "2026-12-01 09:00");
    house.work("1002", "2026-12-01 09:00", "2026-12-01 17:00");
    house.pass_until("2026-12-05 08:00");
    let penalty = house.penalty_id("1001", "T8");
    let (lead, hr, gm) = (house.to("L01"), house.to("H01"), house.to("G01"));
    let step = |name: &str| format!("/sanctions/{penalty}/{name}");
    let money = |staff: &str| {
        let row = payroll(&house)
            .into_iter()
            .find(|row| row["工号"] == staff)
            .unwrap();
        (row["扣款合计(元)"].clone(), row["奖励(元)"].clone())
    };

    assert_eq!(money("1001").0, "0.00");
    // No step is skipped, and each is its own office's.
    gm.post(&step("approval"), json!({}))
        .expect_problem(409, "sanction-step-out-of-order");
    hr.post(&step("verification"), json!({}))
        .expect_problem(403, "not-permitted");
    house
        .to("1001")
        .post(&step("verification"), json!({}))
        .expect(403);
    lead.post(&step("verification"), json!({"note": "属实"}))
        .expect(204);
    assert_eq!(money("1001").0, "0.00");
    // Never above what is proposed.
    hr.post(&step("balance"), json!({"amount_fen": 1001}))
        .expect_problem(422, "sanction-amount");
    hr.post(&step("balance"), json!({"note": "与其他部门一致"}))
        .expect(204);
    assert_eq!(money("1001").0, "0.00");
    house
        .to("1001")
        .post(&step("appeal"), json!({"reason": "尚未批准"}))
        .expect_problem(409, "sanction-not-approved");
    gm.post(&step("approval"), json!({"note": "同意"}))
        .expect(204);
    assert_eq!(money("1001").0, "10.00");
    let row = lead.get(&format!("/sanctions/{penalty}")).expect(200).json;
    assert_eq!(
        (row["amount"].as_i64(), row["reaches_payroll"].as_bool()),
        (Some(1000), Some(true))
    );
    lead.post(&step("waiver"), json!({"reason": "太晚"}))
        .expect_problem(409, "sanction-approved");

    // An appeal: by the person, in time, decided by neither the person nor who approved it.
    lead.post(&step("appeal"), json!({"reason": "代为申诉"}))
        .expect_problem(403, "appeal-not-yours");
    house
        .to("1001")
        .post(&step("appeal"), json!({"reason": "打卡机故障"}))
        .expect(204);
    gm.post(
        &step("appeal-decision"),
        json!({"upheld": true, "reason": "-"}),
    )
    .expect_problem(403, "appeal-of-own-approval");
    hr.post(
        &step("appeal-decision"),
        json!({"upheld": true, "reason": "确有故障"}),
    )
    .expect(204);
    assert_eq!(money("1001").0, "0.00");

    // A reward walks the same way.
    let reward = json!({"staff": "1002", "work_date": "2026-12-01", "amount_fen": 5000, "reason": "客户表扬"});
    house
        .to("1001")
        .post("/rewards", reward.clone())
        .expect(403);
    let reward = lead.post("/rewards", reward).expect(201).id();
    for (who, name) in [("L01", "verification"), ("H01", "balance")] {
        house
            .to(who)
            .post(&format!("/sanctions/{reward}/{name}"), json!({}))
            .expect(204);
        assert_eq!(money("1002").1, "0.00");
    }
    gm.post(&format!("/sanctions/{reward}/approval"), json!({}))
        .expect(204);
    assert_eq!(money("1002").1, "50.00");
    let table = house
        .to("H01")
        .get(&format!("/desks/{DESK}/sanctions?month=2026-12"))
        .expect(200)
        .json;
    assert_eq!(table.as_array().unwrap().len(), 2);
}
