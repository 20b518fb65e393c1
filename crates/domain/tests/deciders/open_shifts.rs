//! Shifts that leave leaves open, and who covers them (T1).

use crate::roster::{cell, context, in_force};
use crate::world::*;
use domain::decider::State;
use domain::event::*;
use domain::ids::LeaveId;
use domain::quantities::Minutes;
use domain::refusal::{Lang, Say};
use domain::roster::cover_shift::{self, CoverShift};
use domain::roster::open_shifts::{OpenShift, Under, candidates, open_shifts};
use domain::roster::{RosterContext, RosterState};
use domain::shift::Shift;
use domain::work_date::DayMinute;

const NOW: &str = "12-01 09:00";

fn leave(n: u128, staff: &str, date: &str, half: Option<Half>) -> LeaveRequested {
    LeaveRequested {
        leave: LeaveId(id(n)),
        staff: staff.into(),
        desk: desk(),
        kind: LeaveKind::Sick,
        span: LeaveSpan {
            first: day(date),
            last: day(date),
            // As of the shift that was in force when it was filed.
            window: half.map(|_| (DayMinute(0), DayMinute(60))),
        },
        minutes: Minutes::ZERO,
        reason: "发烧".into(),
        filed_by: staff.into(),
        emergency: None,
        half,
        evidence: None,
        at: at(NOW),
    }
}

/// One agent of presale from 09:00 to 17:00 on the 10th.
fn demand() -> DemandSet {
    DemandSet {
        month: december(),
        slot_minutes: 60,
        source: "test".into(),
        days: vec![DayDemand {
            date: day("12-10"),
            skill: "presale".into(),
            start: DayMinute(540),
            minimum: vec![1; 8],
            target: vec![1; 8],
        }],
    }
}

fn people(names: &[&str]) -> RosterContext {
    RosterContext {
        staff: crate::world::people(names),
        ..context()
    }
}

fn roster() -> RosterState {
    let cells: Vec<_> = [
        cell("ann", "12-10", Some(early())),
        cell("bob", "12-10", None),
        cell("bob", "12-09", Some(night())),
        cell("cat", "12-10", Some(shift("B", &["13:00-21:00"]))),
    ]
    .into();
    in_force(&cells).0
}

fn open(state: &RosterState, leaves: &[LeaveRequested], now: &str) -> Vec<OpenShift> {
    let context = people(&["ann", "bob", "cat", "dan", "eve"]);
    open_shifts(state, leaves, Some(&demand()), &context, at(now))
}

fn short(start: i32, end: i32) -> Under {
    Under {
        skill: "presale".into(),
        start: DayMinute(start),
        end: DayMinute(end),
        missing: 1,
    }
}

#[test]
fn t1_leave_over_a_published_shift_leaves_it_open_and_says_how_far_under_the_minimum() {
    let roster = roster();
    let found = open(&roster, &[leave(1, "ann", "12-10", None)], NOW);
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].staff.as_str(), &found[0].shift),
        ("ann", &early())
    );
    // Cat comes at 13:00.
    assert_eq!(found[0].under, [short(540, 780)]);
    // Half of the shift as it is in force, whatever it was when it was asked for.
    let half = open(
        &roster,
        &[leave(1, "ann", "12-10", Some(Half::Second))],
        NOW,
    );
    assert_eq!(half[0].shift.segments, [segment("13:00-17:00")]);
    assert_eq!(half[0].under, []);
    // A day off, a day without roster, and a shift that has begun leave nothing open.
    for (staff, date, now) in [
        ("bob", "12-10", NOW),
        ("ann", "12-20", NOW),
        ("ann", "12-10", "12-10 09:00"),
    ] {
        assert_eq!(open(&roster, &[leave(1, staff, date, None)], now), []);
    }
    // Both gone: the whole day is short.
    let both = [
        leave(1, "ann", "12-10", None),
        leave(2, "cat", "12-10", None),
    ];
    let found = open(&roster, &both, NOW);
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].under, [short(540, 1020)]);
    assert_eq!(found[1].under, [short(780, 1020)]);
}

#[test]
fn t1_cover_is_proposed_fewest_overtime_minutes_first_with_the_reason() {
    let mut roster = roster();
    // Dan has worked his month out; Eve has worked little.
    let shifts = |staff: &str, days: &[u32]| {
        let cells = days
            .iter()
            .map(|day| cell(staff, &format!("12-{day:02}"), Some(early())));
        cells.collect::<Vec<_>>()
    };
    let mut cells = shifts("eve", &[1]);
    let dan: Vec<u32> = (1..=31)
        .filter(|day| ![6, 10, 13, 20, 27].contains(day))
        .take(22)
        .collect();
    cells.extend(shifts("dan", &dan));
    for one in cells {
        roster.cells.insert((one.staff, one.date), one.shift);
    }
    let context = people(&["ann", "bob", "cat", "dan", "eve"]);
    let found = open(&roster, &[leave(1, "ann", "12-10", None)], NOW);
    let ranked = candidates(&found[0], &roster, &context);
    let order: Vec<(&str, bool)> = ranked
        .iter()
        .map(|one| (one.staff.as_str(), one.possible()))
        .collect();
    assert_eq!(order[0], ("eve", true));
    assert!(order.iter().all(|(staff, _)| *staff != "ann"));
    let why = |staff: &str, lang| {
        let one = ranked.iter().find(|one| one.staff.as_str() == staff);
        one.unwrap().say(lang)
    };
    assert!(
        why("eve", Lang::En).contains("no overtime"),
        "{}",
        why("eve", Lang::En)
    );
    assert!(
        why("cat", Lang::En).contains("works B"),
        "{}",
        why("cat", Lang::En)
    );
    // Bob's night ends at 06:00 of the 10th: three hours of rest.
    assert!(
        why("bob", Lang::En).contains("180 minutes of rest"),
        "{}",
        why("bob", Lang::En)
    );
    assert!(
        why("bob", Lang::Zh).contains("休息"),
        "{}",
        why("bob", Lang::Zh)
    );
    assert!(
        !ranked
            .iter()
            .find(|one| one.staff.as_str() == "dan")
            .unwrap()
            .overtime_minutes
            .is_zero()
    );
}

#[test]
fn t1_the_lead_gives_the_open_shift_away_and_it_is_open_no_more() {
    let leaves = [leave(1, "ann", "12-10", None)];
    let context = people(&["ann", "bob", "cat", "dan", "eve"]);
    let cover = |state: &RosterState, with: &str, by: &str, now: &str| {
        let command = CoverShift {
            open: OpenShiftKey {
                leave: LeaveId(id(1)),
                date: day("12-10"),
            },
            with: with.into(),
            reason: "顶班".into(),
        };
        let open = open(state, &leaves, now);
        cover_shift::decide(state, &command, &open, &context, &issued(by, now))
    };
    let refused =
        |with: &str, by: &str, now: &str| cover(&roster(), with, by, now).unwrap_err().code();
    assert_eq!(refused("dan", "dan", NOW), "not-permitted");
    assert_eq!(refused("dan", "eve:otherlead", NOW), "not-permitted");
    assert_eq!(refused("dan", "hr:hr", NOW), "not-permitted");
    assert_eq!(refused("cat", "boss:lead", NOW), "roster-rules-broken");
    assert_eq!(refused("bob", "boss:lead", NOW), "roster-rules-broken");
    assert_eq!(refused("zoe", "boss:lead", NOW), "cover-skill-missing");
    assert_eq!(
        refused("dan", "boss:lead", "12-10 09:00"),
        "open-shift-unknown"
    );

    let mut state = roster();
    let facts = cover(&state, "dan", "boss:lead", NOW).unwrap();
    let RosterEvent::RosterAmended(amended) = &facts[0] else {
        panic!("{facts:?}");
    };
    assert_eq!(amended.covers.as_ref().unwrap().leave, LeaveId(id(1)));
    assert_eq!(amended.changes[0].after, Some(early()));
    facts.iter().for_each(|fact| state.evolve(fact));
    assert_eq!(open(&state, &leaves, NOW), []);
    assert_eq!(
        state.shift(&"ann".into(), day("12-10")),
        Some(&early()),
        "her leave is of a shift"
    );
    assert_eq!(
        cover(&state, "eve", "boss:lead", NOW).unwrap_err().code(),
        "open-shift-unknown"
    );
    // Dan is taken off it again: it is open again.
    let back = |shift: Option<Shift>| CellChange {
        staff: "dan".into(),
        date: day("12-10"),
        before: Some(early()),
        after: shift,
    };
    let undone = RosterAmended {
        revision: 3,
        changes: vec![back(None)],
        reason: "改派".into(),
        covers: None,
        replan: None,
        by: "boss".into(),
        at: at(NOW),
    };
    state.evolve(&undone.into());
    assert_eq!(open(&state, &leaves, NOW).len(), 1);
    // The leave is taken back: nothing is open.
    assert_eq!(open(&state, &[], NOW), []);
}
