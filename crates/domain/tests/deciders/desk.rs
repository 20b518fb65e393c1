//! The desk's settings, and the calendar.

use crate::given::{Given, given};
use crate::world::*;
use domain::decider::Decision;
use domain::desk::DeskState;
use domain::desk::adopt_policy::{self, AdoptPolicy};
use domain::desk::adopt_shift_templates::{self, AdoptShiftTemplates};
use domain::desk::carry_demand::{self, CarryDemand};
use domain::desk::define_skills::{self, DefineSkills};
use domain::desk::open::{self, Open};
use domain::desk::set_demand::{self, SetDemand};
use domain::event::*;
use domain::org::adopt_calendar::{self, AdoptCalendar};
use domain::policy::PolicyDocument;
use domain::quantities::Minutes;
use domain::shift::{MealWindow, ShiftTemplate};
use domain::work_date::{DayMinute, Month};
use std::collections::BTreeSet;

fn shop() -> Given<DeskState> {
    given([opened(), skills(&["presale", "aftersale"])])
}

#[test]
fn a_desk_opens_once() {
    let command = Open {
        desk: desk(),
        name: "网店客服部".into(),
        zone: ZONE,
        opens: DayMinute(540),
        closes: DayMinute(1440),
    };
    let open = |state: &DeskState, command: &Open, by: &str| {
        open::decide(state, command, &issued(by, "03-01 09:00"))
    };
    given([])
        .when(|state| open(state, &command, "hr:hr"))
        .then([opened()])
        .when(|state| open(state, &command, "hr:hr"))
        .refused_as("desk-open", "shop");
    given([])
        .when(|state| open(state, &command, "boss:lead"))
        .refused_as("not-permitted", "open a desk");
    let cases = [
        (
            Open {
                name: String::new(),
                ..command.clone()
            },
            "name",
        ),
        (
            Open {
                desk: "".into(),
                ..command.clone()
            },
            "desk",
        ),
        (
            Open {
                closes: DayMinute(540),
                ..command.clone()
            },
            "closes: must end",
        ),
        (
            Open {
                opens: DayMinute(-1),
                ..command.clone()
            },
            "opens",
        ),
        (
            Open {
                closes: DayMinute(2881),
                ..command
            },
            "closes: lies outside",
        ),
    ];
    for (command, text) in cases {
        given([])
            .when(|state| open(state, &command, "hr:hr"))
            .refused_as("field-invalid", text);
    }
}

#[test]
fn skills_are_named_once_and_kept_while_demand_names_them() {
    let define = |state: &DeskState, ids: &[&str]| {
        let DeskEvent::SkillsDefined(defined) = skills(ids) else {
            panic!("skills")
        };
        let command = DefineSkills {
            desk: desk(),
            skills: defined.skills,
        };
        define_skills::decide(state, &command, &issued("boss:lead", "03-01 09:00"))
    };
    shop()
        .when(|state| define(state, &["presale", "english"]))
        .then([skills(&["presale", "english"])]);
    for (ids, text) in [
        (&[][..], "skills: must not be empty"),
        (&["a", ""], "skills[1].id"),
        (&["a", "b", "a"], "skills[2].id: is there twice"),
    ] {
        shop()
            .when(|state| define(state, ids))
            .refused_as("field-invalid", text);
    }
    shop()
        .when(|state| set_demand(state, &demand()))
        .go_on()
        .when(|state| define(state, &["aftersale"]))
        .refused_as("skill-in-use", "presale is used by the demand of 2026-12");
    given([])
        .when(|state| define(state, &["a"]))
        .refused_as("desk-unknown", "shop");
}

fn template(code: &str, segments: &[&str]) -> ShiftTemplate {
    ShiftTemplate {
        code: code.into(),
        name: "早班".into(),
        colour: "#3b82f6".into(),
        segments: segments.iter().map(|text| segment(text)).collect(),
        meals: vec![],
        breaks: Vec::new(),
        night: false,
        duty: false,
    }
}

fn window(earliest: &str, latest: &str, minutes: i64) -> MealWindow {
    MealWindow {
        earliest_start: earliest.parse().unwrap(),
        latest_start: latest.parse().unwrap(),
        minutes: Minutes(minutes),
    }
}

fn adopt(state: &DeskState, templates: &[ShiftTemplate]) -> Decision<DeskEvent> {
    let command = AdoptShiftTemplates {
        desk: desk(),
        effective_from: day("12-01"),
        templates: templates.to_vec(),
    };
    adopt_shift_templates::decide(state, &command, &issued("boss:lead", "11-01 09:00"))
}

#[test]
fn p2_split_overnight_and_back_to_back_segments_are_fine() {
    let templates = [
        template("A", &["09:00-17:00"]),
        template("S", &["08:30-12:30", "14:00-18:00"]),
        template("B", &["09:00-12:00", "12:00-18:00"]),
        template("N", &["22:00-06:00+1"]),
        ShiftTemplate {
            meals: vec![window("11:00", "12:25", 35), window("13:00", "16:25", 35)],
            ..template("M", &["09:00-17:00"])
        },
    ];
    shop()
        .when(|state| adopt(state, &templates))
        .then([ShiftTemplatesAdopted {
            effective_from: day("12-01"),
            templates: templates.to_vec(),
        }
        .into()]);
}

#[test]
fn a3_templates_that_do_not_fit_together_are_refused_by_field() {
    let with_meals = |meals: &[MealWindow]| ShiftTemplate {
        meals: meals.to_vec(),
        ..template("B", &["09:00-12:00", "13:00-18:00"])
    };
    let coloured = |colour: &str| ShiftTemplate {
        colour: colour.into(),
        ..template("B", &["09:00-12:00"])
    };
    let cases = [
        (
            template("B", &["09:00-12:00", "11:59-18:00"]),
            "templates[1].segments[1].start: overlaps",
        ),
        (
            template("B", &["13:00-18:00", "09:00-12:00"]),
            "templates[1].segments[1].start: overlaps",
        ),
        (
            template("B", &["12:00-12:00"]),
            "templates[1].segments[0].end: must end",
        ),
        (
            template("B", &["24:00-06:00+1"]),
            "templates[1].segments[0].start: lies outside",
        ),
        (
            template("B", &[]),
            "templates[1].segments: must not be empty",
        ),
        (
            template("A", &["09:00-12:00"]),
            "templates[1].code: is there twice",
        ),
        (
            template("", &["09:00-12:00"]),
            "templates[1].code: must not be empty",
        ),
        (coloured("blue"), "templates[1].colour"),
        (coloured("#12345g"), "templates[1].colour"),
        (
            with_meals(&[window("11:00", "11:30", 35)]),
            "templates[1].meals[0].latest_start: must lie inside",
        ),
        (
            with_meals(&[window("11:00", "13:30", 35)]),
            "templates[1].meals[0].latest_start: must lie inside",
        ),
        (
            with_meals(&[window("11:00", "10:30", 35)]),
            "templates[1].meals[0].latest_start: must end",
        ),
        (
            with_meals(&[window("11:00", "11:00", 0)]),
            "templates[1].meals[0].minutes",
        ),
        (
            with_meals(&[window("13:00", "14:00", 35), window("14:30", "15:00", 35)]),
            "templates[1].meals[1].earliest_start: overlaps",
        ),
    ];
    for (bad, text) in cases {
        shop()
            .when(|state| adopt(state, &[template("A", &["09:00-17:00"]), bad]))
            .refused_as("field-invalid", text);
    }
    shop()
        .when(|state| adopt(state, &[]))
        .refused_as("field-invalid", "templates");
}

#[test]
fn templates_hold_from_a_day_on() {
    let state = shop()
        .when(|state| adopt(state, &[template("A", &["09:00-17:00"])]))
        .go_on()
        .0;
    assert!(state.templates_on(day("11-30")).is_empty());
    assert_eq!(state.templates_on(day("12-01")).len(), 1);
}

fn demand() -> SetDemand {
    SetDemand {
        desk: desk(),
        month: december(),
        slot_minutes: 30,
        source: "calls of November".into(),
        days: vec![DayDemand {
            date: day("12-01"),
            skill: "presale".into(),
            start: DayMinute(540),
            minimum: vec![1, 2],
            target: vec![2, 2],
        }],
    }
}

fn set_demand(state: &DeskState, command: &SetDemand) -> Decision<DeskEvent> {
    set_demand::decide(state, command, &issued("boss:lead", "11-01 09:00"))
}

#[test]
fn t1_demand_is_checked_field_by_field() {
    let state = shop().when(|state| set_demand(state, &demand())).go_on().0;
    assert_eq!(state.demand[&december()].days, demand().days);
    let with_day = |change: &dyn Fn(&mut DayDemand)| {
        let mut command = demand();
        change(&mut command.days[0]);
        command
    };
    let mut twice = demand();
    twice.days.push(twice.days[0].clone());
    let cases = [
        (
            SetDemand {
                slot_minutes: 0,
                ..demand()
            },
            "slot_minutes",
        ),
        (
            SetDemand {
                slot_minutes: 7,
                ..demand()
            },
            "slot_minutes",
        ),
        (
            SetDemand {
                source: String::new(),
                ..demand()
            },
            "source",
        ),
        (
            SetDemand {
                days: vec![],
                ..demand()
            },
            "days",
        ),
        (with_day(&|d| d.date = day("11-30")), "days[0].date"),
        (
            with_day(&|d| d.skill = "juggling".into()),
            "days[0].skill: names nothing",
        ),
        (twice, "days[1].skill: is there twice"),
        (with_day(&|d| d.start = DayMinute(-30)), "days[0].start"),
        (
            with_day(&|d| d.start = DayMinute(2850)),
            "days[0].minimum: lies outside",
        ),
        (
            with_day(&|d| (d.minimum, d.target) = (vec![], vec![])),
            "days[0].minimum: must not be empty",
        ),
        (
            with_day(&|d| d.target = vec![2]),
            "days[0].target: has another length",
        ),
        (
            with_day(&|d| d.target = vec![2, 1]),
            "days[0].target[1]: must not be below",
        ),
    ];
    for (command, text) in cases {
        shop()
            .when(|state| set_demand(state, &command))
            .refused_as("field-invalid", text);
    }
    shop()
        .when(|state| set_demand::decide(state, &demand(), &issued("ann", "11-01 09:00")))
        .refused_as("not-permitted", "demand");
}

const TEXT: &str = include_str!("../../policies/online_shop.toml");

fn adopt_policy(
    state: &DeskState,
    text: &str,
    current: Option<&PolicyDocument>,
    closed: &[Month],
) -> Decision<DeskEvent> {
    let command = AdoptPolicy {
        desk: desk(),
        document: text.into(),
    };
    let parsed = PolicyDocument::parse(text).unwrap();
    let closed: BTreeSet<Month> = closed.iter().copied().collect();
    adopt_policy::decide(
        state,
        &command,
        &parsed,
        current,
        &closed,
        &issued("hr:hr", "12-05 09:00"),
    )
}

#[test]
fn a_policy_is_adopted_whole_and_once() {
    let adopted = shop()
        .when(|state| adopt_policy(state, TEXT, None, &[]))
        .go_on();
    let policy = adopted.0.policy.clone().unwrap();
    assert_eq!(policy.document, TEXT);
    assert_eq!(policy.digest.len(), 64);
    assert_eq!(policy.versions, vec!["2026-1".into()]);
    adopted
        .when(|state| adopt_policy(state, TEXT, Some(&document()), &[]))
        .then_nothing();
}

#[test]
fn a_policy_leaves_closed_months_alone() {
    let dearer = TEXT.replace("T8 = 1000", "T8 = 2000");
    let current = document();
    let november = month("2026-11");
    shop()
        .when(|state| adopt_policy(state, &dearer, Some(&current), &[]))
        .go_on();
    shop()
        .when(|state| adopt_policy(state, &dearer, Some(&current), &[november]))
        .refused_as(
            "policy-rewrites-closed-month",
            "2026-1 in force on 2026-11-01",
        );
    // Ending the open version after the closed month changes nothing in it.
    let dated = "effective_from = 2026-01-01";
    let ended = TEXT.replace(dated, &format!("{dated}\neffective_until = 2026-11-30"));
    shop()
        .when(|state| adopt_policy(state, &ended, Some(&current), &[november]))
        .go_on();
    let cut = TEXT.replace(dated, &format!("{dated}\neffective_until = 2026-11-29"));
    shop()
        .when(|state| adopt_policy(state, &cut, Some(&current), &[november]))
        .refused_as("policy-rewrites-closed-month", "2026-11-30");
}

#[test]
fn a_calendar_holds_days_of_its_year_in_order() {
    let named = |date: &str| CalendarDay {
        date: day(date),
        kind: DayKind::Statutory,
        name: "国庆节".into(),
    };
    let command = |dates: &[&str]| AdoptCalendar {
        year: 2026,
        provisional: false,
        source: "国务院办公厅".into(),
        days: dates.iter().map(|date| named(date)).collect(),
    };
    let adopt = |state: &domain::org::OrgState, command: &AdoptCalendar, by: &str| {
        adopt_calendar::decide(state, command, &issued(by, "01-01 09:00"))
    };
    let fine = command(&["10-01", "10-02"]);
    let adopted = given([]).when(|state| adopt(state, &fine, "hr:hr")).go_on();
    assert_eq!(adopted.0.day(day("10-02")), Some(&named("10-02")));
    assert_eq!(adopted.0.day(day("10-03")), None);
    adopted
        .when(|state| adopt(state, &fine, "hr:hr"))
        .then_nothing();
    let mut nameless = command(&["10-01"]);
    nameless.days[0].name.clear();
    let cases = [
        (
            command(&["10-02", "10-01"]),
            "days[1].date: is out of order",
        ),
        (command(&["10-01", "10-01"]), "days[1].date: is there twice"),
        (
            AdoptCalendar {
                year: 2027,
                ..command(&["10-01"])
            },
            "days[0].date: lies in another year",
        ),
        (
            AdoptCalendar {
                source: String::new(),
                ..command(&[])
            },
            "source",
        ),
        (nameless, "days[0].name"),
    ];
    for (command, text) in cases {
        given([])
            .when(|state| adopt(state, &command, "hr:hr"))
            .refused_as("field-invalid", text);
    }
    given([])
        .when(|state| adopt(state, &fine, "boss:lead"))
        .refused_as("not-permitted", "calendar");
}

#[test]
fn t1_demand_is_carried_to_days_of_the_same_kind() {
    // December asks for as many as the day of the month says, New Year's Day of 2027 is a holiday, its Monday one worked in exchange.
    let mut known = demand();
    known.days = (1..=31)
        .map(|number: u16| DayDemand {
            date: day(&format!("12-{number:02}")),
            minimum: vec![number],
            target: vec![number],
            ..demand().days[0].clone()
        })
        .collect();
    let state = shop().when(|state| set_demand(state, &known)).go_on().0;
    let kinds = [
        ("2027-01-01", DayKind::Statutory),
        ("2027-01-04", DayKind::AdjustedRest),
        ("2027-01-09", DayKind::MakeUpWorkday),
    ];
    let calendar = AdoptCalendar {
        year: 2027,
        provisional: true,
        source: "国务院办公厅".into(),
        days: kinds
            .iter()
            .map(|(date, kind)| CalendarDay {
                date: date.parse().unwrap(),
                kind: *kind,
                name: "元旦".into(),
            })
            .collect(),
    };
    let org = given([])
        .when(|state| adopt_calendar::decide(state, &calendar, &issued("hr:hr", "01-01 09:00")))
        .go_on()
        .0;
    let command = CarryDemand {
        desk: desk(),
        from: december(),
        to: december().next(),
    };
    let carry = |state: &DeskState, command: &CarryDemand, by: &str| {
        carry_demand::decide(state, command, &org, &issued(by, "11-01 09:00"))
    };
    let decided = carry(&state, &command, "boss:lead").unwrap();
    let [DeskEvent::DemandSet(set)] = &decided[..] else {
        panic!("{decided:?}");
    };
    assert_eq!(
        (set.month, set.source.as_str()),
        (december().next(), "2026-12")
    );
    let of = |date: &str| {
        let mut days = set.days.iter();
        let asked = days.find(|asked| asked.date == date.parse().unwrap());
        asked.map(|asked| asked.minimum[0])
    };
    assert_eq!(set.days.len(), 31);
    let cases = [
        ("2027-01-05", 29, "a Tuesday like the last Tuesday"),
        ("2027-01-10", 27, "a Sunday like the last Sunday"),
        (
            "2027-01-01",
            25,
            "a holiday like its weekday: December has none",
        ),
        (
            "2027-01-04",
            27,
            "a rest day on a Monday like the last rest day",
        ),
        (
            "2027-01-09",
            31,
            "a Saturday worked in exchange like the last workday",
        ),
    ];
    for (date, asked, why) in cases {
        assert_eq!(of(date), Some(asked), "{date}: {why}");
    }
    given([])
        .when(|state| carry(state, &command, "boss:lead"))
        .refused_as("desk-unknown", "shop");
    shop()
        .when(|state| carry(state, &command, "boss:lead"))
        .refused_as("desk-not-ready", "demand");
    shop()
        .when(|state| set_demand(state, &known))
        .go_on()
        .when(|state| carry(state, &command, "ann"))
        .refused_as("not-permitted", "demand");
}
