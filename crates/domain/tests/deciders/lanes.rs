//! The mall's lanes: naming them, planning a day, opening them by hand, re-timing the day, its budget, its alerts.

use crate::given::given;
use crate::roster::{cell, context, drafted, edited, published};
use crate::world::*;
use domain::decider::Decision;
use domain::desk::define_lanes::{self, DefineLanes};
use domain::desk::set_budget::{self, SetBudget};
use domain::event::*;
use domain::evidence::EvidenceState;
use domain::evidence::close_alert::{self, CloseAlert};
use domain::evidence::raise_alert::{self, RaiseAlert};
use domain::ids::AlertId;
use domain::quantities::{Fen, Minutes};
use domain::refusal::Refusal;
use domain::roster::cost::{BudgetCheck, roster_cost};
use domain::roster::open_lanes::{self, OpenLanes};
use domain::roster::plan_lanes::{self, PlanLanes};
use domain::roster::publish::{self, Publish};
use domain::roster::retime::{self, Retime};
use domain::roster::{RosterContext, RosterState};
use domain::shift::{PlannedMeal, Segment};
use domain::staff::set_category::{self, SetCategory};
use domain::work_date::DayMinute;
use std::collections::{BTreeMap, BTreeSet};

fn lane(id: &str, skill: &str) -> Lane {
    Lane {
        id: id.into(),
        name: format!("{id}号银台"),
        skill: skill.into(),
    }
}

fn lanes() -> Vec<Lane> {
    vec![
        lane("t1", "presale"),
        lane("t2", "presale"),
        lane("t3", "aftersale"),
    ]
}

fn in_force() -> Vec<RosterEvent> {
    vec![
        drafted(),
        edited(&[
            cell("ann", "12-10", Some(early())),
            cell("bob", "12-10", Some(late())),
            cell("cat", "12-10", None),
        ]),
        published(),
    ]
}

fn stint(text: &str) -> LaneStint {
    let words: Vec<&str> = text.split(' ').collect();
    let Segment { start, end } = segment(words[2]);
    LaneStint {
        lane: words[0].into(),
        staff: words[1].into(),
        start,
        end,
    }
}

fn plan(
    state: &RosterState,
    order: &[&str],
    stints: &[&str],
    context: &RosterContext,
    now: &str,
) -> Decision<RosterEvent> {
    let command = PlanLanes {
        date: day("12-10"),
        order: order.iter().map(|&lane| lane.into()).collect(),
        stints: stints.iter().map(|text| stint(text)).collect(),
    };
    plan_lanes::decide(
        state,
        &command,
        &lanes(),
        context,
        &issued("boss:lead", now),
    )
}

#[test]
fn m3_lanes_are_named_once_with_a_skill_of_the_desk() {
    let define = |state: &domain::desk::DeskState, lanes: Vec<Lane>, who: &str| {
        let command = DefineLanes {
            desk: desk(),
            lanes,
        };
        define_lanes::decide(state, &command, &issued(who, "12-01 09:00"))
    };
    let open = || given([opened(), skills(&["presale", "aftersale"])]);
    open()
        .when(|state| define(state, lanes(), "boss:lead"))
        .then([LanesDefined { lanes: lanes() }.into()])
        .when(|state| define(state, lanes(), "boss:lead"))
        .then_nothing();
    open()
        .when(|state| {
            define(
                state,
                vec![lane("t1", "presale"), lane("t1", "presale")],
                "hr:hr",
            )
        })
        .refused_as("field-invalid", "lanes[1].id");
    open()
        .when(|state| define(state, vec![lane("t1", "cooking")], "boss:lead"))
        .refused_as("field-invalid", "lanes[0].skill");
    open()
        .when(|state| define(state, lanes(), "ann"))
        .refused_as("not-permitted", "configure");
}

#[test]
fn m4_a_plan_names_the_order_and_who_is_where() {
    given(in_force())
        .when(|state| {
            let stints = [
                "t2 bob 16:00-20:00",
                "t1 ann 09:00-12:00",
                "t2 ann 12:00-16:00",
            ];
            plan(state, &["t2", "t1"], &stints, &context(), "12-09 18:00")
        })
        .then([LanesPlanned {
            date: day("12-10"),
            order: vec!["t2".into(), "t1".into()],
            stints: [
                "t1 ann 09:00-12:00",
                "t2 ann 12:00-16:00",
                "t2 bob 16:00-20:00",
            ]
            .map(stint)
            .into(),
            by: "boss".into(),
            at: at("12-09 18:00"),
        }
        .into()])
        .when(|state| {
            let stints = [
                "t1 ann 09:00-12:00",
                "t2 ann 12:00-16:00",
                "t2 bob 16:00-20:00",
            ];
            plan(state, &["t2", "t1"], &stints, &context(), "12-10 08:00")
        })
        .then_nothing();
}

#[test]
fn m4_a_plan_is_refused_with_its_reason() {
    /// Order, stints, now, code and a word of the refusal.
    type Case<'a> = (&'a [&'a str], &'a [&'a str], &'a str, &'a str, &'a str);
    let cases: [Case<'_>; 10] = [
        (&[], &[], "12-09 18:00", "field-invalid", "order"),
        (&["t9"], &[], "12-09 18:00", "field-invalid", "order[0]"),
        (
            &["t1", "t1"],
            &[],
            "12-09 18:00",
            "field-invalid",
            "order[1]",
        ),
        (
            &["t1"],
            &["t2 ann 09:00-12:00"],
            "12-09 18:00",
            "field-invalid",
            "stints[0].lane",
        ),
        (
            &["t1"],
            &["t1 ann 12:00-09:00"],
            "12-09 18:00",
            "field-invalid",
            "stints[0].end",
        ),
        // Not rostered, outside of the shift, the lane's skill, one lane for two, one person for two, a day gone.
        (
            &["t1"],
            &["t1 cat 09:00-12:00"],
            "12-09 18:00",
            "lane-not-at-work",
            "cat",
        ),
        (
            &["t1"],
            &["t1 ann 08:00-12:00"],
            "12-09 18:00",
            "lane-not-at-work",
            "08:00",
        ),
        (
            &["t3"],
            &["t3 ann 09:00-12:00"],
            "12-09 18:00",
            "lane-skill-missing",
            "aftersale",
        ),
        (
            &["t1"],
            &["t1 ann 09:00-17:00", "t1 bob 16:00-20:00"],
            "12-09 18:00",
            "lane-taken",
            "from 16:00 to 17:00",
        ),
        (
            &["t1", "t2"],
            &["t1 ann 09:00-12:00", "t2 ann 11:00-13:00"],
            "12-09 18:00",
            "lane-person-taken",
            "from 11:00 to 12:00",
        ),
    ];
    for (order, stints, now, code, word) in cases {
        given(in_force())
            .when(|state| plan(state, order, stints, &context(), now))
            .refused_as(code, word);
    }
    given(in_force())
        .when(|state| plan(state, &["t1"], &[], &context(), "12-11 00:00"))
        .refused(Refusal::LaneDayOver { date: day("12-10") });
    let on_leave = RosterContext {
        leaves: vec![(
            "ann".into(),
            LeaveSpan {
                first: day("12-10"),
                last: day("12-10"),
                window: Some((DayMinute(540), DayMinute(600))),
            },
        )],
        ..context()
    };
    given(in_force())
        .when(|state| {
            plan(
                state,
                &["t1"],
                &["t1 ann 09:30-12:00"],
                &on_leave,
                "12-09 18:00",
            )
        })
        .refused_as("lane-not-at-work", "ann");
    given(in_force())
        .when(|state| {
            plan(
                state,
                &["t1"],
                &["t1 ann 10:00-12:00"],
                &on_leave,
                "12-09 18:00",
            )
        })
        .go_on();
    given([drafted()])
        .when(|state| plan(state, &["t1"], &[], &context(), "12-09 18:00"))
        .refused_as("roster-status", "draft");
    let by_ann = |state: &RosterState| {
        let command = PlanLanes {
            date: day("12-10"),
            order: vec!["t1".into()],
            stints: vec![],
        };
        plan_lanes::decide(
            state,
            &command,
            &lanes(),
            &context(),
            &issued("ann", "12-09 18:00"),
        )
    };
    given(in_force())
        .when(by_ann)
        .refused_as("not-permitted", "plan the lanes");
}

fn opening(text: &str, open: u16) -> LaneOpening {
    let Segment { start, end } = segment(text);
    LaneOpening { start, end, open }
}

fn open(state: &RosterState, openings: &[LaneOpening], now: &str) -> Decision<RosterEvent> {
    let command = OpenLanes {
        date: day("12-10"),
        openings: openings.to_vec(),
        reason: "客流高峰".into(),
    };
    open_lanes::decide(
        state,
        &command,
        &lanes(),
        &context(),
        &issued("boss:lead", now),
    )
}

fn opened_lanes(openings: &[LaneOpening], now: &str) -> RosterEvent {
    LanesOpened {
        date: day("12-10"),
        openings: openings.to_vec(),
        reason: "客流高峰".into(),
        by: "boss".into(),
        at: at(now),
    }
    .into()
}

#[test]
fn m3_lanes_open_by_hand_and_what_has_passed_stays() {
    let morning = [opening("09:00-12:00", 1), opening("12:00-20:00", 2)];
    given(in_force())
        .when(|state| open(state, &morning, "12-10 08:00"))
        .then([opened_lanes(&morning, "12-10 08:00")])
        .when(|state| open(state, &[opening("08:00-14:00", 3)], "12-10 11:00"))
        .then([opened_lanes(
            &[opening("09:00-11:00", 1), opening("11:00-14:00", 3)],
            "12-10 11:00",
        )])
        // The same again from now on is no news.
        .when(|state| open(state, &[opening("11:00-14:00", 3)], "12-10 11:30"))
        .then_nothing();
    given(in_force())
        .when(|state| open(state, &[opening("09:00-12:00", 4)], "12-10 08:00"))
        .refused(Refusal::LanesTooMany { open: 4, lanes: 3 });
    given(in_force())
        .when(|state| {
            let overlapping = [opening("09:00-12:00", 1), opening("11:00-13:00", 2)];
            open(state, &overlapping, "12-10 08:00")
        })
        .refused_as("field-invalid", "openings[1].start");
    given(in_force())
        .when(|state| open(state, &morning, "12-11 00:00"))
        .refused(Refusal::LaneDayOver { date: day("12-10") });
}

fn retime(
    state: &RosterState,
    staff: &str,
    segments: Option<&[&str]>,
    meals: Option<&[&str]>,
    now: &str,
) -> Decision<RosterEvent> {
    let command = Retime {
        staff: staff.into(),
        date: day("12-10"),
        segments: segments.map(|all| all.iter().map(|text| segment(text)).collect()),
        meals: meals.map(|all| all.iter().map(|start| meal(start)).collect()),
        reason: "客流高峰".into(),
    };
    retime::decide(state, &command, &context(), &issued("boss:lead", now))
}

#[test]
fn m2_the_rest_of_a_day_is_re_timed_and_what_has_passed_is_not() {
    let after = |state: &RosterState| state.shift(&"ann".into(), day("12-10")).cloned().unwrap();
    // The end and a meal of a shift that has begun.
    let then = given(in_force())
        .when(|state| {
            retime(
                state,
                "ann",
                Some(&["09:00-19:00"]),
                Some(&["13:00"]),
                "12-10 10:00",
            )
        })
        .go_on();
    let shift = after(&then.0);
    assert_eq!(shift.segments, [segment("09:00-19:00")]);
    assert_eq!(shift.meals, [meal("13:00")]);
    assert_eq!(shift.code, early().code);
    assert_eq!(then.0.revision(), 2);
    // The meal again, before it begins; then it has begun.
    let then = then
        .when(|state| retime(state, "ann", None, Some(&["12:30"]), "12-10 12:00"))
        .go_on();
    assert_eq!(after(&then.0).meals, [meal("12:30")]);
    then.when(|state| retime(state, "ann", None, Some(&["14:00"]), "12-10 12:31"))
        .refused_as("shift-begun", "ann");
    given(in_force())
        .when(|state| retime(state, "ann", Some(&["10:00-18:00"]), None, "12-10 09:30"))
        .refused_as("shift-begun", "what has passed cannot change");
    given(in_force())
        .when(|state| retime(state, "ann", Some(&["09:00-17:30"]), None, "12-10 17:10"))
        .refused_as("shift-begun", "ann");
    given(in_force())
        .when(|state| retime(state, "cat", Some(&["09:00-17:00"]), None, "12-10 08:00"))
        .refused(Refusal::NoShiftToRetime {
            staff: "cat".into(),
            date: day("12-10"),
        });
    given(in_force())
        .when(|state| retime(state, "ann", None, None, "12-10 08:00"))
        .refused_as("field-invalid", "segments");
    given(in_force())
        .when(|state| retime(state, "ann", None, Some(&["12:00", "12:10"]), "12-10 08:00"))
        .refused_as("field-invalid", "meals");
    given(in_force())
        .when(|state| retime(state, "ann", None, Some(&["16:50"]), "12-10 08:00"))
        .refused_as("field-invalid", "meals[0].start");
}

#[test]
fn m2_hard_rules_are_checked_again() {
    let mut facts = in_force();
    facts.insert(2, edited(&[cell("bob", "12-11", Some(early()))]));
    // 11 hours between the end of today and tomorrow's 09:00: 22:00 at the latest. 24:00 stood before, by hand.
    given(facts)
        .when(|state| retime(state, "bob", Some(&["16:00-23:00"]), None, "12-10 15:00"))
        .refused_as("roster-rules-broken", "600 minutes of rest");
}

#[test]
fn m6_a_promoter_stands_in_the_roster_without_a_skill() {
    let set = |who: &str| {
        let facts: Vec<StaffEvent> = vec![
            SkillsSet {
                from: day("03-01"),
                skills: BTreeSet::new(),
            }
            .into(),
        ];
        let state = staff("ann", facts);
        let command = SetCategory {
            staff: "ann".into(),
            from: day("12-01"),
            category: Category::Promoter,
        };
        (
            set_category::decide(&state, &command, &issued(who, "12-01 09:00")),
            state,
        )
    };
    assert_eq!(set("ann:hr").0.unwrap_err().code(), "own-matter");
    assert_eq!(set("bob").0.unwrap_err().code(), "not-permitted");
    let (decision, unskilled) = set("boss:lead");
    let mut promoter = unskilled.clone();
    for fact in decision.unwrap() {
        domain::decider::State::evolve(&mut promoter, &fact);
    }
    assert_eq!(promoter.category_on(day("11-30")), Category::Regular);
    assert_eq!(promoter.category_on(day("12-01")), Category::Promoter);
    let amend = |ann: domain::staff::StaffState| {
        let context = RosterContext {
            staff: BTreeMap::from([("ann".into(), ann)]),
            ..context()
        };
        let command = domain::roster::amend::Amend {
            month: december(),
            cells: vec![cell("ann", "12-12", Some(early()))],
            reason: "促销".into(),
        };
        let state: RosterState = domain::decider::State::fold(&in_force());
        domain::roster::amend::decide(
            &state,
            &command,
            &context,
            &issued("boss:lead", "12-01 09:00"),
        )
    };
    assert_eq!(amend(unskilled).unwrap_err().code(), "roster-rules-broken");
    assert!(amend(promoter).is_ok());
}

#[test]
fn m10_a_budget_is_set_by_hr_or_the_gm_office() {
    let set = |state: &domain::desk::DeskState, fen: i64, who: &str| {
        let command = SetBudget {
            desk: desk(),
            month: december(),
            amount: Fen(fen),
        };
        set_budget::decide(state, &command, &issued(who, "11-20 09:00"))
    };
    given([opened()])
        .when(|state| set(state, 5_000_000, "hr:hr"))
        .then([BudgetSet {
            month: december(),
            amount: Fen(5_000_000),
            by: "hr".into(),
        }
        .into()])
        .when(|state| set(state, 5_000_000, "gm:gm"))
        .then_nothing();
    given([opened()])
        .when(|state| set(state, 5_000_000, "boss:lead"))
        .refused_as("not-permitted", "set the roster's budget");
    given([opened()])
        .when(|state| set(state, 0, "hr:hr"))
        .refused_as("field-invalid", "amount_fen");
}

#[test]
fn m10_a_roster_above_its_budget_is_published_only_when_the_lead_says_so() {
    let publish = |state: &RosterState, cost: i64, budget: Option<i64>, acknowledged: bool| {
        let check = BudgetCheck {
            cost: Fen(cost),
            budget: budget.map(Fen),
            acknowledged,
        };
        let command = Publish {
            month: december(),
            acknowledged: false,
        };
        publish::decide_within_budget(
            state,
            &command,
            &[],
            &check,
            &context(),
            &issued("boss:lead", "11-25 09:00"),
        )
    };
    let draft = || given([drafted(), edited(&[cell("ann", "12-10", Some(early()))])]);
    draft()
        .when(|state| publish(state, 100, Some(100), false))
        .then([published()]);
    draft()
        .when(|state| publish(state, 100, None, false))
        .then([published()]);
    draft()
        .when(|state| publish(state, 101, Some(100), false))
        .refused(Refusal::BudgetExceeded {
            month: december(),
            cost: Fen(101),
            budget: Fen(100),
            over: Fen(1),
        });
    draft()
        .when(|state| publish(state, 101, Some(100), true))
        .then([
            published(),
            BudgetOverrun {
                cost: Fen(101),
                budget: Fen(100),
                by: "boss".into(),
                at: at("11-25 09:00"),
            }
            .into(),
        ]);
}

/// `employment week_minutes wage` of a person hired on 1 March, unless `more` says otherwise.
fn paid(
    employment: Employment,
    week_minutes: i64,
    wage: i64,
    from: &str,
) -> domain::staff::StaffState {
    let hired = Hired {
        contract: Contract {
            employment,
            week_minutes: Minutes(week_minutes),
            month_wage: Fen(wage),
        },
        from: day(from),
        ..hired("ann")
    };
    domain::decider::State::fold(&[StaffEvent::from(hired)])
}

#[test]
fn m10_a_roster_costs_its_minutes_at_the_contracts_rate() {
    let full = || paid(Employment::FullTime, 2400, 600_000, "03-01");
    // A shift is 480 minutes; a full December at 2400 a week comes to 2400 × 31 / 7 = 10628.57, 10629 rounded up.
    // One minute costs 600000 × 7 / (2400 × 31) = 56.4516… fen.
    /// Name, person, shifts, holidays, minutes and fen.
    type Case<'a> = (
        &'a str,
        domain::staff::StaffState,
        u32,
        &'a [&'a str],
        i64,
        i64,
    );
    let cases: [Case<'_>; 6] = [
        ("one shift", full(), 1, &[], 480, 27_097),
        (
            "22 shifts are within the contract",
            full(),
            22,
            &[],
            22 * 480,
            596_129,
        ),
        // 23 × 480 = 11040: 411 minutes beyond 10629 at 150 %. (10629 + 411 × 1.5) × 56.4516 = 634 827.
        (
            "the 23rd is overtime in part",
            full(),
            23,
            &[],
            23 * 480,
            634_827,
        ),
        // 480 × 300 %.
        ("a statutory holiday", full(), 1, &["12-01"], 480, 81_290),
        // Hourly: 1200 a week, 300000 for a full month: 56.4516 a minute too; nothing beyond is overtime.
        (
            "by the hour",
            paid(Employment::Hourly, 1200, 300_000, "03-01"),
            15,
            &[],
            15 * 480,
            406_452,
        ),
        // Part-time, joined on the 22nd: 10 days × 1200 / 7 = 1715 contract minutes; four shifts are 1920, 205 beyond.
        (
            "part-time from the 22nd",
            paid(Employment::PartTime, 1200, 300_000, "12-22"),
            31,
            &[],
            4 * 480,
            114_173,
        ),
    ];
    for (name, ann, shifts, holidays, minutes, fen) in cases {
        let first = if name.starts_with("part-time") { 28 } else { 1 };
        let cells = (first..first + if first == 28 { 4 } else { shifts })
            .map(|n| (("ann".into(), day(&format!("12-{n:02}"))), Some(early())))
            .collect();
        let statutory: BTreeSet<_> = holidays.iter().map(|date| day(date)).collect();
        let staff = BTreeMap::from([("ann".into(), ann)]);
        let cost = roster_cost(&desk(), december(), &cells, &staff, &statutory, &policy());
        assert_eq!(cost.rostered_minutes, Minutes(minutes), "{name}");
        assert_eq!(cost.total, Fen(fen), "{name}");
        assert_eq!(cost.people.len(), 1, "{name}");
    }
}

#[test]
fn d8_an_alert_stands_until_it_is_closed() {
    let alert = AlertId(id(8));
    let raise = |state: &EvidenceState, who: &str, text: &str| {
        let command = RaiseAlert {
            alert,
            desk: desk(),
            text: text.into(),
            remedy: "助理顶岗".into(),
        };
        raise_alert::decide(state, &command, &issued(who, "12-10 11:00"))
    };
    let close = |state: &EvidenceState, who: &str| {
        let command = CloseAlert {
            alert,
            desk: desk(),
            note: String::new(),
        };
        close_alert::decide(state, &command, &issued(who, "12-10 11:40"))
    };
    given([])
        .when(|state| close(state, "boss:lead"))
        .refused(Refusal::AlertUnknown { alert });
    given([])
        .when(|state| raise(state, "ann", "排队"))
        .refused_as("not-permitted", "raise an alert");
    given([])
        .when(|state| raise(state, "boss:otherlead", "排队"))
        .refused_as("not-permitted", "raise an alert");
    given([])
        .when(|state| raise(state, "boss:lead", " "))
        .refused_as("field-invalid", "text");
    let raised = || {
        given([])
            .when(|state| raise(state, "boss:lead", "排队"))
            .go_on()
    };
    raised()
        .when(|state| raise(state, "boss:lead", "排队"))
        .refused_as("id-taken", "");
    raised()
        .when(|state| close(state, "ann"))
        .refused_as("not-permitted", "close an alert");
    raised()
        .when(|state| close(state, "boss:lead"))
        .go_on()
        .when(|state| close(state, "boss:lead"))
        .refused(Refusal::AlertClosed { alert });
}

#[test]
fn a_meal_of_another_length_is_a_re_timing_too() {
    let long = PlannedMeal {
        start: DayMinute(720),
        minutes: Minutes(45),
    };
    let command = Retime {
        staff: "ann".into(),
        date: day("12-10"),
        segments: None,
        meals: Some(vec![long]),
        reason: "客流高峰".into(),
    };
    let then = given(in_force())
        .when(|state| {
            retime::decide(
                state,
                &command,
                &context(),
                &issued("boss:lead", "12-10 08:00"),
            )
        })
        .go_on();
    let shift = then.0.shift(&"ann".into(), day("12-10")).unwrap();
    assert_eq!(shift.meals, [long]);
}
