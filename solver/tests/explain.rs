//! Questions about rosters, with answers known beforehand, and answers that must hold together on generated desks.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use solver::check::broken_rules;
use solver::desk_instance::DeskSpec;
use solver::explain::{Answer, Asked, Newcomer, compare, conflicts, one_fewer, one_more, why_not};
use solver::plan::{FactKind, Roster};
use solver::problem::{CostTerm, FixedCell, PersonId, Problem};
use solver::{Limits, evaluate};
use support::{searched, solved};

/// Friday late needs 2; a and b are on leave, c is free, d is locked to Saturday 08:00.
fn friday() -> Problem {
    serde_json::from_str(include_str!("../examples/problems/friday-late.json")).unwrap()
}

/// Only c works on Friday, d on Saturday.
fn friday_roster(problem: &Problem) -> Roster {
    let mut assignments = vec![vec![None; 7]; problem.people.len()];
    assignments[2][4] = Some("late".into());
    assignments[3][5] = Some("early".into());
    Roster {
        assignments,
        meals: None,
    }
}

#[test]
fn the_smallest_conflict_and_what_repairs_it() {
    let problem = friday();
    let plan = solved(&problem);
    for roster in [Roster::from(&plan), friday_roster(&problem)] {
        let found = conflicts(&problem, &roster, 10).unwrap();
        assert_eq!(found.len(), 1);
        let conflict = &found[0];
        assert_eq!((conflict.stretch.day, conflict.stretch.missing), (4, 1));
        let facts: Vec<(&str, bool)> = conflict
            .facts
            .iter()
            .map(|b| (b.fact.person.as_str(), b.repairs))
            .collect();
        assert_eq!(facts, [("a", true), ("b", true), ("d", true)]);
        assert!(matches!(
            conflict.facts[0].fact.kind,
            FactKind::Unavailable(_)
        ));
        assert!(matches!(
            conflict.facts[1].fact.kind,
            FactKind::Unavailable(_)
        ));
        assert_eq!(conflict.facts[2].fact.kind, FactKind::Rest);
        assert_eq!(
            (conflict.wanted_elsewhere.len(), conflict.could_come.len()),
            (0, 0)
        );
        let (zh, en) = (&conflict.words.zh, &conflict.words.en);
        assert_eq!(
            en,
            "2026-10-16 16:00–24:00 phone: 1 short (under the minimum): \
             安一: annual leave on 2026-10-16 (freeing this repairs it); \
             白二: annual leave on 2026-10-16 (freeing this repairs it); \
             丁四: rest of 11 h between shifts, or a forbidden succession (locked to 早班 on 2026-10-17) \
             (freeing this repairs it)"
        );
        assert_eq!(zh.matches("放开这一项即可补上").count(), 3, "{zh}");
        assert!(
            zh.contains("安一2026-10-16年假") && zh.contains("班间休息") && zh.contains("锁定早班"),
            "{zh}"
        );
    }
}

#[test]
fn what_does_not_repair_alone_is_not_said_to() {
    // a is on leave and locked off: neither alone brings a.
    let mut problem = friday();
    problem.people[0].fixed.push(FixedCell {
        day: 4,
        shift: None,
    });
    let found = conflicts(&problem, &friday_roster(&problem), 10).unwrap();
    let repairs: Vec<bool> = found[0].facts.iter().map(|b| b.repairs).collect();
    assert_eq!(repairs, [false, true, true]);
    // Two missing: no single fact is enough.
    let mut problem = friday();
    for slot in &mut problem.demand {
        (slot.minimum, slot.target) = (3, 3);
    }
    let found = conflicts(&problem, &friday_roster(&problem), 10).unwrap();
    assert_eq!(found[0].stretch.missing, 2);
    assert!(found[0].facts.iter().all(|b| !b.repairs));
    assert!(!found[0].words.en.contains("repairs it"));
    // Nobody has asked c yet.
    let mut roster = friday_roster(&problem);
    roster.assignments[2][4] = None;
    let found = conflicts(&friday(), &roster, 10).unwrap();
    assert_eq!(found[0].could_come, [PersonId::from("c")]);
    assert!(
        found[0].words.zh.contains("程三可排且更省"),
        "{}",
        found[0].words.zh
    );
}

#[test]
fn somebody_needed_more_elsewhere_is_named_so() {
    // Friday early is worth as much, and c cannot do both.
    let mut problem = friday();
    support::want(&mut problem, 4, 480, 960, "phone", 1);
    problem.people[3].fixed.push(FixedCell {
        day: 4,
        shift: None,
    });
    let mut roster = friday_roster(&problem);
    roster.assignments[2][4] = Some("early".into());
    let found = conflicts(&problem, &roster, 10).unwrap();
    assert_eq!(found[0].wanted_elsewhere, [PersonId::from("c")]);
    assert!(
        found[0]
            .words
            .en
            .contains("程三: could come, but needed more elsewhere")
    );
}

#[test]
fn where_everybody_is_there_and_too_few_it_says_so() {
    // c alone, who works the late shift that wants two.
    let mut problem = friday();
    problem.people = vec![problem.people[2].clone()];
    let mut assignments = vec![vec![None; 7]];
    assignments[0][4] = Some("late".into());
    let roster = Roster {
        assignments,
        meals: None,
    };
    let found = conflicts(&problem, &roster, 10).unwrap();
    assert!(found[0].facts.is_empty(), "{found:?}");
    let (zh, en) = (&found[0].words.zh, &found[0].words.en);
    assert!(zh.ends_with("能排的人都已在岗,人手不够"), "{zh}");
    assert!(en.ends_with("too few people"), "{en}");
}

#[test]
fn why_not_names_the_facts_or_the_price() {
    let problem = friday();
    let roster = friday_roster(&problem);
    let late = Asked::Shift("late".into());
    let ask = |person: &str, day: usize, asked: &Asked| {
        why_not(&problem, &roster, &person.into(), day, asked).unwrap()
    };
    let answer = ask("a", 4, &late);
    let Answer::Forbidden { conflict, ways } = &answer.answer else {
        panic!("{answer:?}");
    };
    assert_eq!((conflict.len(), ways.len()), (1, 1));
    assert!(matches!(conflict[0].kind, FactKind::Unavailable(_)));
    assert_eq!(ways[0].cost_change, -480 * 20);
    assert!(
        answer.words[0].zh.contains("安一 2026-10-16 晚班:不可排"),
        "{:?}",
        answer.words
    );
    let answer = ask("d", 4, &late);
    let Answer::Forbidden { conflict, ways } = &answer.answer else {
        panic!("{answer:?}");
    };
    assert_eq!(conflict[0].kind, FactKind::Rest);
    // The lock on Saturday is another way.
    let kinds: Vec<bool> = ways
        .iter()
        .map(|way| way.fact.kind == FactKind::Rest)
        .collect();
    assert_eq!(kinds.len(), 2);
    assert!(kinds.contains(&true) && kinds.contains(&false));

    assert_eq!(ask("c", 4, &late).answer, Answer::AlreadySo);
    assert_eq!(ask("a", 4, &Asked::Off).answer, Answer::AlreadySo);
    // c off on Friday: both are missing then, at twice the price.
    let Answer::Possible(change) = ask("c", 4, &Asked::Off).answer else {
        panic!("c may be off");
    };
    assert_eq!(
        (change.objective_before, change.objective_after),
        (480 * 20, 960 * 20)
    );
    assert_eq!(change.terms.len(), 1);
    assert_eq!(change.terms[0].term, CostTerm::UnderMinimum);
    assert_eq!(change.gained.len(), 1);
    assert_eq!(
        (change.gained[0].start_minute, change.gained[0].end_minute),
        (960, 1440)
    );
    // d early on Friday costs nothing: d is free then.
    let Answer::Possible(change) = ask("d", 4, &Asked::Shift("early".into())).answer else {
        panic!("d may work early on Friday");
    };
    assert_eq!(change.objective_before, change.objective_after);
    assert_eq!(change.cells.len(), 1);

    let mut offered = problem.clone();
    offered.shifts[1].days = Some(vec![4]);
    let answer = why_not(&offered, &roster, &"c".into(), 2, &late).unwrap();
    assert_eq!(answer.answer, Answer::NotOffered);
    for (person, day, asked, field) in [
        ("nobody", 0, late.clone(), "person"),
        ("a", 7, late.clone(), "day"),
        ("a", 0, Asked::Shift("noon".into()), "shift"),
    ] {
        let error = why_not(&problem, &roster, &person.into(), day, &asked).unwrap_err();
        assert!(error.to_string().contains(field), "{error}");
    }
}

#[test]
fn a_skill_the_shift_asks_for_is_a_fact() {
    let mut problem = friday();
    problem.skills.push(support::skill("lead"));
    problem.shifts[1].skills_required.push("lead".into());
    for person in [0, 1, 3] {
        problem.people[person].skills.push("lead".into());
    }
    let mut roster = friday_roster(&problem);
    roster.assignments[2][4] = None;
    let answer = why_not(
        &problem,
        &roster,
        &"c".into(),
        4,
        &Asked::Shift("late".into()),
    )
    .unwrap();
    let Answer::Forbidden { conflict, ways } = &answer.answer else {
        panic!("{answer:?}");
    };
    assert_eq!(conflict[0].kind, FactKind::Skill("lead".into()));
    assert_eq!(ways.len(), 1);
    let found = conflicts(&problem, &roster, 10).unwrap();
    let kinds: Vec<&FactKind> = found[0].facts.iter().map(|b| &b.fact.kind).collect();
    assert!(
        kinds.contains(&&FactKind::Skill("lead".into())),
        "{kinds:?}"
    );
}

#[test]
fn two_rosters_are_compared_cell_by_cell_and_cost_by_cost() {
    let problem = friday();
    let (before, mut after) = (friday_roster(&problem), friday_roster(&problem));
    after.assignments[2][4] = None;
    after.assignments[2][0] = Some("early".into());
    let change = compare(&problem, &before, &after).unwrap();
    assert_eq!(change.cells.len(), 2);
    assert_eq!(
        (change.objective_before, change.objective_after),
        (9600, 19200)
    );
    assert_eq!((change.days.len(), change.days[0].day), (1, 4));
    assert_eq!((change.gained.len(), change.lost.len()), (1, 0));
    let zh: Vec<&str> = change.words.iter().map(|w| w.zh.as_str()).collect();
    assert!(zh.contains(&"总成本 9600 → 19200 (+9600)"), "{zh:?}");
    assert!(zh.contains(&"低于最低人数 9600 → 19200 (+9600)"), "{zh:?}");
    assert!(
        zh.contains(&"新增缺口:2026-10-16 16:00–24:00 电话缺1人(低于最低人数)"),
        "{zh:?}"
    );
    assert!(zh.contains(&"程三 2026-10-16:晚班 → 休"), "{zh:?}");
    let back = compare(&problem, &after, &before).unwrap();
    assert_eq!((back.gained, back.lost), (change.lost, change.gained));
    let same = compare(&problem, &before, &before).unwrap();
    assert!(same.cells.is_empty() && same.terms.is_empty() && same.words.len() == 2);
    let mut short = before.clone();
    short.assignments.pop();
    let error = compare(&problem, &before, &short).unwrap_err();
    assert!(error.to_string().contains("assignments"), "{error}");
}

#[test]
fn one_head_more_or_fewer() {
    let problem = friday();
    let roster = friday_roster(&problem);
    let limits = Limits::by_work(100, 1, 1);
    for newcomer in [
        Newcomer::Skills(vec!["phone".into()]),
        Newcomer::Like("a".into()),
    ] {
        let more = one_more(&problem, &roster, &newcomer, &limits).unwrap();
        assert_eq!(
            (
                more.before.under_minimum_minutes,
                more.after.under_minimum_minutes
            ),
            (480, 0)
        );
        assert_eq!((more.after.objective, more.after.bound), (0, Some(0)));
        assert_eq!((more.gained.len(), more.lost.len()), (0, 1));
        assert!(
            more.words
                .iter()
                .any(|w| w.en.contains("after proven best")),
            "{:?}",
            more.words
        );
    }
    // Somebody without the skill helps nobody.
    let more = one_more(&problem, &roster, &Newcomer::Skills(vec![]), &limits).unwrap();
    assert_eq!(more.before.objective, more.after.objective);
    let fewer = one_fewer(&problem, &roster, &"c".into(), &limits).unwrap();
    assert_eq!(
        (
            fewer.before.under_minimum_minutes,
            fewer.after.under_minimum_minutes
        ),
        (480, 960)
    );
    assert!(one_fewer(&problem, &roster, &"z".into(), &limits).is_err());
    assert!(
        one_more(
            &problem,
            &roster,
            &Newcomer::Skills(vec!["z".into()]),
            &limits
        )
        .is_err()
    );
}

/// On a generated week: every "possible" is a legal roster that does what was asked and costs what it says.
#[test]
fn answers_hold_together_on_a_generated_desk() {
    let problem = DeskSpec::week(10, 1).generate();
    let plan = searched(&problem);
    let roster = Roster::from(&plan);
    let (mut possible, mut forbidden) = (0, 0);
    for person in (0..10).step_by(3) {
        for day in [0, 3, 6] {
            let id = &problem.people[person].id;
            let asked = match plan.assignments[person][day] {
                None => Asked::Work,
                Some(_) => Asked::Off,
            };
            let answer = why_not(&problem, &roster, id, day, &asked).unwrap();
            assert_eq!(answer, why_not(&problem, &roster, id, day, &asked).unwrap());
            match &answer.answer {
                Answer::Possible(change) => {
                    possible += 1;
                    let terms: i64 = change.terms.iter().map(|t| t.after - t.before).sum();
                    assert_eq!(terms, change.objective_after - change.objective_before);
                    assert_eq!(change.objective_before, plan.objective);
                    let mut after = plan.assignments.clone();
                    for cell in &change.cells {
                        let who = problem.person_index(&cell.person).unwrap();
                        assert_eq!(after[who][cell.day], cell.before);
                        after[who][cell.day].clone_from(&cell.after);
                    }
                    assert_eq!(after[person][day].is_some(), asked == Asked::Work);
                    assert_eq!(broken_rules(&problem, &after), []);
                    // Meals placed afresh can only be cheaper.
                    assert!(
                        evaluate(&problem, &after, None).unwrap().objective
                            <= change.objective_after
                    );
                }
                Answer::Forbidden { .. } => forbidden += 1,
                other => panic!("{other:?}"),
            }
        }
    }
    assert!(possible >= 4, "{possible} possible, {forbidden} forbidden");
    // Leave forbids, and freeing it is the way.
    let (person, day) = problem
        .people
        .iter()
        .enumerate()
        .find_map(|(index, person)| Some((index, person.unavailable.first()?.day)))
        .unwrap();
    let answer = why_not(
        &problem,
        &roster,
        &problem.people[person].id,
        day,
        &Asked::Work,
    )
    .unwrap();
    let Answer::Forbidden { conflict, .. } = &answer.answer else {
        panic!("{answer:?}");
    };
    assert!(
        conflict
            .iter()
            .any(|fact| matches!(fact.kind, FactKind::Unavailable(_)))
    );
}

/// In a draft half made, where everybody could do better, the answer is about the question alone.
#[test]
fn a_draft_half_made_is_not_finished_by_asking() {
    let problem = DeskSpec::week(10, 1).generate();
    let plan = searched(&problem);
    let mut roster = Roster::from(&plan);
    let (person, day) = (0..10)
        .flat_map(|person| (0..7).map(move |day| (person, day)))
        .find(|&(person, day)| plan.assignments[person][day].is_some())
        .unwrap();
    for other in (0..10).filter(|other| *other != person) {
        roster.assignments[other] = vec![None; 7];
        for cell in &problem.people[other].fixed {
            roster.assignments[other][cell.day].clone_from(&cell.shift);
        }
    }
    roster.meals = None;
    let id = &problem.people[person].id;
    let answer = why_not(&problem, &roster, id, day, &Asked::Off).unwrap();
    let Answer::Possible(change) = &answer.answer else {
        panic!("{answer:?}");
    };
    assert!(
        change.cells.iter().all(|cell| cell.person == *id),
        "{:?}",
        change.cells
    );
    assert!(change.objective_after > change.objective_before);
}
