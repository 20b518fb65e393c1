//! The mall's rules: its policy, how people's time is used (M7), how many it needs (M9).
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::*;
use domain::day::DayRecord;
use domain::event::{DayDemand, DemandSet, Skill};
use domain::headcount::{Employed, HeadcountPolicy, headcount};
use domain::policy::PolicyDocument;
use domain::policy::document::{MALL, ONLINE_SHOP};
use domain::quantities::Minutes;
use domain::reckoning::reckon;
use domain::utilisation::{PersonDay, Utilisation, utilisation};
use domain::work_date::DayMinute;

#[test]
fn the_malls_policy_is_whole_and_takes_no_money_off_anybody() {
    let document = PolicyDocument::parse(MALL).unwrap();
    let policy = document.on(date("2026-12-31")).unwrap();
    assert!(policy.sanction.amount_fen.values().all(|fen| fen.is_zero()));
    assert_eq!(
        policy.headcount,
        Some(HeadcountPolicy {
            week_minutes: Minutes(2400),
            off_post_percent: 9,
            absence_percent: 5
        })
    );
    // A policy without the section is as it was.
    assert_eq!(
        PolicyDocument::parse(ONLINE_SHOP).unwrap().versions[0].headcount,
        None
    );
}

#[test]
fn a_staffing_standard_must_leave_something() {
    let cases = [
        (
            "off_post_percent = 9 ",
            "off_post_percent = 95 ",
            "absence_percent",
        ),
        (
            "off_post_percent = 9 ",
            "off_post_percent = 120 ",
            "off_post_percent",
        ),
        ("week_minutes = 2400", "week_minutes = 0", "week_minutes"),
        ("week_minutes = 2400", "weeks = 2400", "week_minutes"),
    ];
    for (from, to, field) in cases {
        assert_eq!(MALL.matches(from).count(), 1, "{from}");
        let faults = PolicyDocument::parse(&MALL.replace(from, to)).unwrap_err();
        let named = format!("version[0].headcount.{field}");
        assert!(
            faults.iter().any(|fault| fault.field == named),
            "{faults:?}"
        );
    }
}

/// Days of Monday as the DSL writes them, by person.
fn records(days: &[(&str, &str)]) -> Vec<DayRecord> {
    days.iter()
        .map(|(staff, text)| reckon(&facts_of(shanghai(), staff, MONDAY, text), &rules()))
        .collect()
}

fn monday(slot_minutes: u16, start: i32, figures: &[(u16, u16)]) -> DemandSet {
    DemandSet {
        month: date(MONDAY).month(),
        slot_minutes,
        source: "test".into(),
        days: vec![DayDemand {
            date: date(MONDAY),
            skill: "till".into(),
            start: DayMinute(start),
            minimum: figures.iter().map(|(minimum, _)| *minimum).collect(),
            target: figures.iter().map(|(_, target)| *target).collect(),
        }],
    }
}

fn used(days: &[(&str, &str)], not_serving: &[&str], demand: &DemandSet) -> Utilisation {
    let records = records(days);
    let days: Vec<PersonDay<'_>> = records
        .iter()
        .map(|record| PersonDay {
            record,
            serves: !not_serving.contains(&record.staff.as_str()),
        })
        .collect();
    let now = instant(shanghai(), date("2026-12-20"), "00:00");
    utilisation(
        &"online-shop".into(),
        shanghai(),
        date(MONDAY),
        date(MONDAY),
        &days,
        &[demand],
        now,
    )
}

/// `staff rostered/worked/on post/idle/overtime use‰`.
fn people(used: &Utilisation) -> Vec<String> {
    used.people
        .iter()
        .map(|p| {
            format!(
                "{} {}/{}/{}/{}/{} {}",
                p.staff,
                p.rostered_minutes,
                p.worked_minutes,
                p.on_post_minutes,
                p.idle_minutes,
                p.overtime_minutes,
                p.use_permille
                    .map_or("-".into(), |permille| permille.to_string())
            )
        })
        .collect()
}

/// `start rostered/on post/idle/short`.
fn slots(used: &Utilisation) -> Vec<String> {
    used.slots
        .iter()
        .map(|s| {
            format!(
                "{} {}/{}/{}/{}",
                s.start, s.rostered_minutes, s.on_post_minutes, s.idle_minutes, s.short_minutes
            )
        })
        .collect()
}

#[test]
fn m7_use_of_time_by_person_and_slot() {
    let two = monday(60, 540, &[(1, 1), (1, 2), (1, 1)]);
    type Case<'a> = (
        &'a str,
        &'a [(&'a str, &'a str)],
        &'a [&'a str],
        &'a [&'a str],
        &'a [&'a str],
    );
    let cases: [Case<'_>; 6] = [
        (
            "two where one, two and one are wished for: an hour each of the first and last is idle, shared",
            &[
                ("a", "09:00-12:00 | in 09:00; out 12:00"),
                ("b", "09:00-12:00 | in 09:00; out 12:00"),
            ],
            &[],
            &["a 180/180/180/60/0 667", "b 180/180/180/60/0 667"],
            &[
                "09:00 120/120/60/0",
                "10:00 120/120/0/0",
                "11:00 120/120/60/0",
            ],
        ),
        (
            "a meal is not on post; the odd minute goes to the larger remainder, then to the first by number",
            &[
                (
                    "a",
                    "09:00-12:00 meal 10:00 | in 09:00; meal 10:00-10:31; out 12:00",
                ),
                ("b", "09:00-12:00 | in 09:00; out 12:00"),
            ],
            &[],
            &["a 180/180/149/60/0 494", "b 180/180/180/60/0 667"],
            &[
                "09:00 120/120/60/0",
                "10:00 85/89/0/0",
                "11:00 120/120/60/0",
            ],
        ),
        (
            "nobody comes: short, not idle",
            &[("a", "09:00-12:00 |")],
            &[],
            &["a 180/0/0/0/0 0"],
            &["09:00 60/0/0/60", "10:00 60/0/0/60", "11:00 60/0/0/60"],
        ),
        (
            "a missed punch proves nothing",
            &[("a", "09:00-12:00 | in 09:00")],
            &[],
            &["a 180/0/0/0/0 0"],
            &["09:00 60/0/0/60", "10:00 60/0/0/60", "11:00 60/0/0/60"],
        ),
        (
            "a promoter is on post and in no slot",
            &[
                ("a", "09:00-12:00 | in 09:00; out 12:00"),
                ("p", "09:00-12:00 | in 09:00; out 12:00"),
            ],
            &["p"],
            &["a 180/180/180/0/0 1000", "p 180/180/180/0/0 1000"],
            &["09:00 60/60/0/0", "10:00 60/60/0/0", "11:00 60/60/0/0"],
        ),
        (
            "late, and staying on with approval: on post beyond the plan counts, outside of the slots it is not idle",
            &[("a", "09:00-12:00 | in 09:30; out 13:00; overtime 60 money")],
            &[],
            &["a 180/150/210/0/60 1167"],
            &["09:00 60/30/0/30", "10:00 60/60/0/0", "11:00 60/60/0/0"],
        ),
    ];
    for (name, days, not_serving, expected_people, expected_slots) in cases {
        let found = used(days, not_serving, &two);
        assert_eq!(people(&found), expected_people, "{name}");
        assert_eq!(slots(&found), expected_slots, "{name}");
        let of_people: Minutes = found.people.iter().map(|p| p.idle_minutes).sum();
        let of_slots: Minutes = found.slots.iter().map(|s| s.idle_minutes).sum();
        assert_eq!(
            of_people, of_slots,
            "{name}: every idle minute is somebody's"
        );
    }
}

#[test]
fn m7_a_shift_across_midnight_fills_the_slots_of_the_next_day() {
    let night = reckon(
        &facts_of(
            shanghai(),
            "n",
            "2026-12-06",
            "22:00-06:00+1 | in 22:00; out 06:00+1",
        ),
        &rules(),
    );
    let days = [PersonDay {
        record: &night,
        serves: true,
    }];
    let demand = monday(60, 0, &[(1, 1), (0, 0)]);
    let now = instant(shanghai(), date("2026-12-20"), "00:00");
    let found = utilisation(
        &"online-shop".into(),
        shanghai(),
        date(MONDAY),
        date(MONDAY),
        &days,
        &[&demand],
        now,
    );
    assert_eq!(slots(&found), ["00:00 60/60/0/0", "01:00 60/60/60/0"]);
    // Its own sums belong to the day it began on; only the idle hour of Monday's slot is here.
    assert_eq!(people(&found), ["n 0/0/0/60/0 -"]);
}

#[test]
fn m9_the_demand_of_a_month_in_people() {
    let skills = [
        Skill {
            id: "till".into(),
            name: "收银".into(),
        },
        Skill {
            id: "refund".into(),
            name: "退换货".into(),
        },
    ];
    let standard = HeadcountPolicy {
        week_minutes: Minutes(2400),
        off_post_percent: 9,
        absence_percent: 5,
    };
    let month = date(MONDAY).month();
    // Every day of December two at the till for 12 hours, three wished for; one at refunds in one slot.
    let day = |offset: i64, skill: &str, start: i32, figures: Vec<(u16, u16)>| DayDemand {
        date: month.first().plus_days(offset),
        skill: skill.into(),
        start: DayMinute(start),
        minimum: figures.iter().map(|(minimum, _)| *minimum).collect(),
        target: figures.iter().map(|(_, target)| *target).collect(),
    };
    let mut days: Vec<DayDemand> = (0..31)
        .map(|n| day(n, "till", 540, vec![(2, 3); 12]))
        .collect();
    days.push(day(0, "refund", 600, vec![(4, 5)]));
    let demand = DemandSet {
        month,
        slot_minutes: 60,
        source: "test".into(),
        days,
    };
    let person = |staff: &str, skills: &[&str], minutes: i64| Employed {
        staff: staff.into(),
        skills: skills.iter().map(|&skill| skill.into()).collect(),
        contract_minutes: Minutes(minutes),
    };
    let employed = [
        person("a", &["till"], 10_629),
        person("b", &["till"], 10_629),
        person("c", &["till", "refund"], 10_629),
        // Joined in the middle of the month.
        person("d", &["till"], 5_314),
        // A promoter fills no post.
        person("p", &[], 10_629),
    ];
    let found = headcount(month, &demand, &skills, standard, &employed);
    // 2400 × 31 / 7, rounded down; of them 86 % on post.
    assert_eq!(
        (found.post_minutes, found.on_post_minutes),
        (Minutes(10_628), Minutes(9_140))
    );
    let till = &found.skills[0];
    assert_eq!(
        (till.minimum_minutes, till.target_minutes),
        (Minutes(44_640), Minutes(66_960))
    );
    // 44640 / 9140 = 4.88; 66960 / 9140 = 7.33.
    assert_eq!((till.minimum_posts, till.target_posts), (5, 8));
    // Two whole ones, half of c, half of d.
    assert_eq!((till.people, till.posts_hundredths), (4, 300));
    assert_eq!((till.short, till.spare), (2, 0));
    let refund = &found.skills[1];
    // Four at once want four people, however few minutes it is.
    assert_eq!((refund.minimum_posts, refund.target_posts), (4, 5));
    assert_eq!(
        (refund.people, refund.posts_hundredths, refund.short),
        (1, 50, 4)
    );
}
