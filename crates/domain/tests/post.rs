//! The 24-hour desk: who relieves whom, when somebody may leave, and what of it stands in the day (P1–P6, S4, D9).
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use chrono::{DateTime, Utc};
use common::*;
use domain::day::{DayFacts, DayRecord, DayStatus};
use domain::ids::{ItemId, OutingId, RuleId, StaffId};
use domain::penalty::{DeskMonth, derive};
use domain::policy::document::{PROPERTY, SERVICE_CENTRE};
use domain::policy::{Policy, PolicyDocument, SanctionMode};
use domain::post::*;
use domain::quantities::Minutes;
use domain::reckoning::reckon;
use domain::refusal::{Lang, Refusal};
use std::collections::BTreeSet;

fn document() -> PolicyDocument {
    PolicyDocument::parse(PROPERTY).unwrap()
}

fn property() -> Policy {
    document().versions.remove(0)
}

fn at(text: &str) -> DateTime<Utc> {
    instant(shanghai(), date(MONDAY), text)
}

/// `ann 早 08:00-16:00 [leave 08:00-16:00]`; times may carry `+1` or `-1`.
fn duty(text: &str) -> Duty {
    let words: Vec<&str> = text.split_whitespace().collect();
    let span = |text: &str| {
        let (from, until) = text.split_once('-').unwrap();
        (at(from), at(until))
    };
    let [staff, code, segments, ref leave @ ..] = words[..] else {
        panic!("not a duty: {text}");
    };
    Duty {
        staff: staff.into(),
        date: date(MONDAY),
        code: code.into(),
        segments: segments.split(',').map(span).collect(),
        leave: match leave {
            ["leave", leave] => vec![span(leave)],
            _ => vec![],
        },
    }
}

/// P5: the next shift whose start meets or overlaps the end; not whoever ends earlier, is on leave, or comes later.
#[test]
fn p5_who_relieves_whom() {
    let desk = [
        "early 早 08:00-16:00",
        "normal 正 08:30-12:30,14:00-18:00",
        "late 晚 13:00-21:00",
        "night 夜 21:00-08:00+1",
        "next 早 08:00+1-16:00+1",
    ];
    let all: Vec<Duty> = desk.iter().map(|text| duty(text)).collect();
    let away: Vec<Duty> = desk
        .iter()
        .map(|text| match text.strip_prefix("late") {
            Some(_) => duty(&format!("{text} leave 13:00-21:00")),
            None => duty(text),
        })
        .collect();
    for (outgoing, desk, expected) in [
        // 早 ends at 16:00: 晚 is there since 13:00, and so is 正 in its second segment.
        ("early 早 08:00-16:00", &all, vec!["late", "normal"]),
        ("early 早 08:00-16:00", &away, vec!["normal"]),
        // 正 ends at 18:00 and 晚 goes on.
        ("normal 正 08:30-12:30,14:00-18:00", &all, vec!["late"]),
        ("normal 正 08:30-12:30,14:00-18:00", &away, vec![]),
        // Back to back, and over midnight.
        ("late 晚 13:00-21:00", &all, vec!["night"]),
        ("night 夜 21:00-08:00+1", &all, vec!["next"]),
        // The desk closes: nobody begins.
        ("next 早 08:00+1-16:00+1", &all, vec![]),
        // Somebody in the break of a split shift does not hold the post.
        ("brief 早 07:00-13:00", &all, vec!["late", "early"]),
        // Who began at the same moment does not relieve.
        ("twin 早 08:00-13:00", &away, vec![]),
    ] {
        let found = reliefs(&duty(outgoing), desk);
        let found: Vec<&str> = found.iter().map(|duty| duty.staff.as_str()).collect();
        assert_eq!(found, expected, "{outgoing}");
    }
}

#[test]
fn p5_p6_what_the_end_of_a_shift_asks_for() {
    let policy = property().handover.unwrap();
    let desk = [
        duty("late 晚 13:00-21:00"),
        duty("night 夜 21:00-08:00+1"),
        duty("normal 正 08:30-12:30,14:00-18:00"),
    ];
    let wanted = |outgoing: &str| handover_wanted(&duty(outgoing), &desk, &policy);
    // 晚 may hand over to the monitoring centre (P6), or to the night.
    let late = wanted("late 晚 13:00-21:00").unwrap();
    assert_eq!(late.posts, ["监控中心"]);
    assert_eq!(late.reliefs[0].staff, StaffId::from("night"));
    // 早 has no other post.
    let early = wanted("ann 早 08:00-16:00").unwrap();
    assert!(early.posts.is_empty());
    // 正 is not asked, nobody follows the night, and who is on leave at the end has nothing to hand over.
    assert_eq!(wanted("normal 正 08:30-12:30,14:00-18:00"), None);
    assert_eq!(wanted("night 夜 21:00-08:00+1"), None);
    assert_eq!(wanted("ann 早 08:00-16:00 leave 12:00-16:00"), None);
}

#[test]
fn p5_p6_s4_nobody_leaves_before_the_post_is_taken_over_and_the_work_is_done() {
    let policy = property();
    let desk = [duty("late 晚 13:00-21:00"), duty("night 夜 21:00-08:00+1")];
    let handover = policy.handover.as_ref().unwrap();
    let refused = |outgoing: &str, clock: &str, released: bool, came: &[&str], items: &[&str]| {
        let duty = duty(outgoing);
        let wanted = handover_wanted(&duty, &desk, handover);
        let arrived: BTreeSet<StaffId> = came.iter().map(|&staff| staff.into()).collect();
        let items: Vec<String> = items.iter().map(|&item| item.to_owned()).collect();
        let leaving = Leaving {
            duty: &duty,
            wanted: wanted.as_ref(),
            released_at: released.then(|| at(clock)),
            arrived: &arrived,
            open_items: &items,
        };
        leave_post(&leaving, policy.open_items.as_ref(), at(clock))
            .err()
            .map(|refusal| (refusal.code(), refusal.rule()))
    };
    let (p5, p6, s4) = (Some(RuleId::P5), Some(RuleId::P6), Some(RuleId::S4));
    let early = "ann 早 08:00-16:00";
    for (outgoing, clock, released, came, items, expected) in [
        (
            early,
            "16:00",
            false,
            &[][..],
            &[][..],
            Some(("relief-not-arrived", p5)),
        ),
        // Going early does not help either.
        (
            early,
            "15:00",
            false,
            &[],
            &[],
            Some(("relief-not-arrived", p5)),
        ),
        (
            early,
            "16:10",
            false,
            &["late"],
            &[],
            Some(("handover-not-signed", p5)),
        ),
        (early, "16:15", true, &["late"], &[], None),
        // A lead may let somebody go whom nobody relieves.
        (early, "17:00", true, &[], &[], None),
        (
            "late 晚 13:00-21:00",
            "21:00",
            false,
            &[],
            &[],
            Some(("post-handover-not-signed", p6)),
        ),
        ("late 晚 13:00-21:00", "21:00", true, &[], &[], None),
        // Nobody follows the night here.
        ("night 夜 21:00-08:00+1", "08:00+1", false, &[], &[], None),
        (
            early,
            "16:15",
            true,
            &["late"],
            &["回访"],
            Some(("items-left-open", s4)),
        ),
        // Between the segments of a split shift nobody leaves for good.
        (
            "ann 早 08:00-10:00,11:00-16:00",
            "10:00",
            false,
            &[],
            &["回访"],
            None,
        ),
        (
            "ann 早 08:00-10:00,11:00-16:00",
            "16:00",
            false,
            &[],
            &[],
            Some(("relief-not-arrived", p5)),
        ),
    ] {
        let found = refused(outgoing, clock, released, came, items);
        assert_eq!(found, expected, "{outgoing} at {clock}");
    }
    let refusal = Refusal::ReliefNotArrived {
        reliefs: vec!["late".into()],
    };
    assert!(refusal.text(Lang::Zh).contains("坚守岗位"));
    assert!(refusal.text(Lang::En).contains("late"));
}

/// A day on the property's rules.
fn record_of(day: &str, post: PostFacts) -> DayRecord {
    let facts = DayFacts { post, ..facts(day) };
    conserved(reckon(&facts, &property()))
}

fn handed_over(came: Option<&str>, released: Option<&str>) -> PostFacts {
    PostFacts {
        handover: Some(HandoverFact {
            relief: Some("bob".into()),
            relief_due_at: Some(at("15:45")),
            relief_arrived_at: came.map(at),
            released_at: released.map(at),
            events: vec![event("offered"), event("signed")],
        }),
        ..PostFacts::default()
    }
}

/// P5: the wait is overtime without approval and on the late relief's account; staying for another reason is not.
#[test]
fn p5_waiting_for_a_late_relief_is_overtime_on_their_account() {
    let came = "08:00-16:00 | in 07:45; out";
    for (out, relief, released, wait, overtime, unrelieved) in [
        ("16:00", Some("15:45"), Some("15:58"), 0, 0, false),
        // 5 minutes late for the lead, and the handover took until 16:07.
        ("16:08", Some("15:50"), Some("16:07"), 7, 7, false),
        ("17:05", Some("16:50"), Some("17:02"), 62, 62, false),
        // On time, but the outgoing person stayed: ordinary overtime, to be approved.
        ("17:00", Some("15:40"), Some("17:00"), 0, 0, false),
        // Let go by a lead, nobody ever came.
        ("18:30", None, Some("18:30"), 150, 150, false),
        // A terminal takes an out-punch whatever stands open.
        ("16:20", None, None, 20, 20, true),
        ("16:05", Some("16:20"), Some("16:25"), 5, 5, true),
    ] {
        let record = record_of(&format!("{came} {out}"), handed_over(relief, released));
        let post = &record.post;
        assert_eq!(post.handover_wait_minutes, Minutes(wait), "{out}");
        let on_account = post.handover_wait_for.as_ref().map(StaffId::as_str);
        assert_eq!(on_account, (wait > 0).then_some("bob"), "{out}");
        assert_eq!(record.overtime.workday, Minutes(overtime), "{out}");
        assert_eq!(!post.left_unrelieved.is_empty(), unrelieved, "{out}");
        assert!(record.evidence.contains(&event("signed")));
    }
    // What was approved besides is not counted twice.
    let approved = record_of(
        "08:00-16:00 | in 07:45; out 17:05; overtime 30 money",
        handed_over(Some("16:50"), Some("17:02")),
    );
    assert_eq!(approved.overtime.workday, Minutes(62));
}

#[test]
fn s4_staying_on_to_finish_is_overtime_with_its_reason() {
    let closed = |when: &str, text: &str| ItemClosedFact {
        item: ItemId(id(text)),
        text: text.into(),
        at: at(when),
        event: event(text),
    };
    let post = PostFacts {
        items_closed: vec![
            closed("15:30", "交表"),
            closed("16:40", "回访2栋301"),
            closed("16:25", "开工单"),
        ],
        ..PostFacts::default()
    };
    let record = record_of("08:00-16:00 | in 07:45; out 16:45", post.clone());
    let stayed = record.post.stayed_on.unwrap();
    assert_eq!(stayed.minutes, Minutes(40));
    assert_eq!(stayed.reason, "开工单;回访2栋301");
    assert_eq!(record.overtime.workday, Minutes(40));
    // Closed after leaving: no reason to have stayed.
    let left = record_of("08:00-16:00 | in 07:45; out 16:00", post);
    assert_eq!(left.post.stayed_on, None);
}

fn outing(from: &str, expected: &str, returned: Option<&str>, refuted: bool) -> PostFacts {
    PostFacts {
        outings: vec![OutingFact {
            outing: OutingId(id(from)),
            place: "5栋".into(),
            from: at(from),
            expected_return_at: at(expected),
            returned_at: returned.map(at),
            refuted,
            events: vec![event("registered"), event("checked")],
        }],
        ..PostFacts::default()
    }
}

/// D9: registered work outside counts as worked, also where no punch could be made; unregistered is off post.
#[test]
fn d9_registered_work_outside_counts_as_worked() {
    // In the middle: nothing is lost.
    let middle = record_of(
        "08:00-16:00 | in 07:45; out 16:00",
        outing("10:00", "11:00", Some("11:20"), false),
    );
    assert_eq!(middle.worked_minutes, Minutes(480));
    assert_eq!(middle.post.outings[0].minutes, Minutes(80));
    // To the end of the shift, with no out-punch: worked, nothing missed.
    let until_end = "08:00-16:00 | in 07:45; closed +4";
    let end = record_of(until_end, outing("14:00", "17:00", None, false));
    assert_eq!(words(&end, shanghai()), "worked [07:45 16:00 present 480]");
    // The same, found untrue: a missed punch and off post.
    let untrue = record_of(until_end, outing("14:00", "17:00", None, true));
    assert_eq!(
        words(&untrue, shanghai()),
        "worked [07:45 missed unproven 480]"
    );
    assert_eq!(untrue.post.off_post, [event("checked")]);
    assert_eq!(untrue.post.outings[0].minutes, Minutes::ZERO);
    // Straight there in the morning.
    let straight = record_of(
        "08:00-16:00 | out 16:00; closed +4",
        outing("07:30", "09:00", Some("09:10"), false),
    );
    assert_eq!(straight.late_minutes, Minutes::ZERO);
    assert_eq!(straight.worked_minutes, Minutes(480));
    // While it lasts the end is not told yet.
    let lasts = record_of(
        "08:00-16:00 | in 07:45; closed never",
        outing("14:00", "17:00", None, false),
    );
    assert_eq!(lasts.status, DayStatus::Open);
    assert_eq!(lasts.segments[0].departure.at(), None);
}

#[test]
fn d9_not_found_without_registration_is_a_recorded_breach() {
    let seen = |when: &str, more: PostFacts| PostFacts {
        not_found: vec![NotFoundFact {
            event: event("looked"),
            at: at(when),
        }],
        ..more
    };
    let none = PostFacts::default;
    let day = "08:00-16:00 | in 08:05; out 15:50; meal 12:00-12:30";
    for (when, more, breach) in [
        ("10:00", none(), true),
        // Late, at meal, gone: those tell themselves.
        ("08:02", none(), false),
        ("12:10", none(), false),
        ("15:55", none(), false),
        ("10:00", outing("09:30", "11:00", None, false), false),
        ("11:10", outing("09:30", "11:00", None, false), true),
    ] {
        let record = record_of(day, seen(when, more));
        assert_eq!(!record.post.off_post.is_empty(), breach, "{when}");
    }
}

/// P4, P5, D9 as the shipped policy has them: recorded, never money.
#[test]
fn p4_p5_d9_breaches_are_recorded_and_cost_nothing() {
    let mut facts = facts("08:00-16:00 | in 07:50; out 16:20");
    facts.post = handed_over(None, None);
    facts.post.not_found = vec![NotFoundFact {
        event: event("looked"),
        at: at("10:00"),
    }];
    let record = reckon(&facts, &property());
    assert_eq!(record.lead_missed_minutes, Minutes(5));
    let month = |document: &PolicyDocument| {
        let facts = DeskMonth {
            desk: "online-shop".into(),
            month: date(MONDAY).month(),
            zone: shanghai(),
            closed_through: Some(date("2026-12-31")),
            days: vec![record.clone()],
            calls: vec![],
            complaints: vec![],
            presence: vec![],
            excuses: vec![],
            breaches: vec![],
            guests: vec![],
            meetings: vec![],
        };
        let proposed = derive(&facts, document);
        let rows = proposed
            .iter()
            .map(|p| (p.rule, p.amount.0, p.quantity, p.mode));
        rows.collect::<Vec<_>>()
    };
    let off = SanctionMode::Off;
    assert_eq!(
        month(&document()),
        [
            (RuleId::D9, 0, 1, off),
            (RuleId::P4, 0, 5, off),
            (RuleId::P5, 0, 1, off)
        ]
    );
    // Another house may put a price on it.
    let priced = PROPERTY
        .replace("mode = \"off\"", "mode = \"money\"")
        .replace("fines_allowed = false", "fines_allowed = true")
        .replace("P4 = 0 ", "P4 = 1000 ");
    let priced = PolicyDocument::parse(&priced).unwrap();
    let amounts: Vec<_> = month(&priced)
        .into_iter()
        .map(|(rule, fen, ..)| (rule, fen))
        .collect();
    assert_eq!(
        amounts,
        [(RuleId::D9, 0), (RuleId::P4, 1000), (RuleId::P5, 0)]
    );
    // The online shop's policy names none of them.
    let shop: Vec<_> = month(&shop()).into_iter().map(|(rule, ..)| rule).collect();
    assert!(shop.is_empty(), "{shop:?}");
}

/// P1, P2: the day a shift starts owns it, and each segment is punched on its own.
#[test]
fn p1_p2_nights_and_split_shifts() {
    let rows = [
        (
            "21:00-08:00+1 night | in 20:45; out 08:00+1; next 21:00+1",
            "worked [20:45 08:00 present 660]",
        ),
        (
            "21:00-08:00+1 night | in 20:50; out 07:30+1; next 21:00+1",
            "worked [20:50 07:30 present 630 early 30] lead 5",
        ),
        (
            "08:30-12:30,14:00-18:00 | in 08:15; out 12:30; in 13:50; out 18:00",
            "worked [08:15 12:30 present 240] [13:50 18:00 present 240]",
        ),
        (
            "08:30-12:30,14:00-18:00 | in 08:15; out 12:30; out 18:00; closed +4",
            "worked [08:15 12:30 present 240] [missed 18:00 unproven 240]",
        ),
        (
            "08:30-12:30,14:00-18:00 | in 08:15; out 12:20; in 14:05; out 18:00",
            "worked [08:15 12:20 present 230 early 10] [14:05 18:00 present 235 late 5]",
        ),
    ];
    for (day, expected) in rows {
        let record = record_of(day, PostFacts::default());
        assert_eq!(words(&record, shanghai()), expected, "{day}");
    }
}

#[test]
fn p3_the_repair_crew_counts_for_the_desk_at_night() {
    let policy = property();
    let covers = |shift: &str, skills: &[&str]| -> Vec<String> {
        let skills = skills.iter().map(|&skill| skill.into()).collect();
        policy
            .cover(&shift.into(), &skills)
            .map(ToString::to_string)
            .collect()
    };
    assert_eq!(covers("夜", &["repair"]), ["reception"]);
    assert!(covers("早", &["repair"]).is_empty());
    // Whoever serves the desk anyway stands in for nobody.
    assert!(covers("夜", &["repair", "reception"]).is_empty());
    assert!(covers("夜", &["reception"]).is_empty());
}

#[test]
fn a_fault_in_the_new_sections_names_its_line() {
    for (from, to, field, words) in [
        (
            "shifts = [\"早\", \"晚\", \"夜\"]",
            "shifts = []",
            "version[0].handover.shifts",
            "empty",
        ),
        (
            "name = \"监控中心\"\n",
            "",
            "version[0].handover.post[0].name",
            "missing",
        ),
        (
            "clock_out_refused = true",
            "clock_out_refused = 1",
            "version[0].open_items.clock_out_refused",
            "true or false",
        ),
        (
            "holding = \"repair\"",
            "holding = \"\"",
            "version[0].cover[0].holding",
            "empty",
        ),
    ] {
        assert!(PROPERTY.contains(from), "{from}");
        let faults = PolicyDocument::parse(&PROPERTY.replacen(from, to, 1)).unwrap_err();
        let found = faults.iter().find(|fault| fault.field == field);
        let found = found.unwrap_or_else(|| panic!("{field}: {faults:?}"));
        assert!(found.message_en.contains(words), "{found}");
        assert!(found.line > 40, "{found}");
    }
}

/// The service centre asks for its work to be done as well, and for no handover (S4).
#[test]
fn s4_the_service_centre_asks_before_anybody_leaves() {
    let document = PolicyDocument::parse(SERVICE_CENTRE).unwrap();
    let policy = &document.versions[0];
    let items = policy.open_items.as_ref().unwrap();
    assert!(items.clock_out_refused && items.overtime_counts);
    assert!(policy.handover.is_none());
    assert!(shop().versions[0].open_items.is_none());
}
