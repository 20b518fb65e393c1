//! The judge, judged: each rule is broken once in a plan made by hand and must be found by its own name, each cost is
//! compared with a figure worked out on paper, and every mutation of a believable plan must be refused.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use solver::check::{Rule, Violation, broken_rules, check};
use solver::plan::{
    CauseKind, CostTable, Fact, FactKind, Meal, Plan, Relaxation, Report, Shortfall, Status, Tier,
    Words,
};
use solver::problem::{
    Cause, Cost, CostTerm, Costs, Day, Demand, FairShare, FixedCell, GroupDemand, History,
    MealWindow, Person, Problem, Request, Rules, Segment, ShiftId, ShiftTemplate, Skill,
    Succession, Unavailable, Wish,
};

const EARLY: &str = "early";
const LATE: &str = "late";
const SPLIT: &str = "split";
const NIGHT: &str = "night";

fn at(hour: i64, minute: i64) -> i64 {
    hour * 60 + minute
}

fn shift(id: &str, segments: &[(i64, i64)], meal: Option<(i64, i64)>) -> ShiftTemplate {
    let segment = |(start_minute, end_minute): &(i64, i64)| Segment {
        start_minute: *start_minute,
        end_minute: *end_minute,
    };
    let window = |(earliest_start_minute, latest_start_minute)| MealWindow {
        earliest_start_minute,
        latest_start_minute,
        duration_minutes: 35,
    };
    ShiftTemplate {
        id: id.into(),
        name: id.into(),
        kind: String::new(),
        segments: segments.iter().map(segment).collect(),
        meals: meal.into_iter().map(window).collect(),
        breaks: Vec::new(),
        worked_minutes: segments.iter().map(|(from, to)| to - from).sum(),
        night: false,
        late: false,
        early: false,
        skills_required: vec![],
        days: None,
        standby: None,
        unpopular_meals: 0,
    }
}

fn person(id: &str, skills: &[&str]) -> Person {
    Person {
        skills: skills.iter().map(|skill| (*skill).into()).collect(),
        ..Person::new(id)
    }
}

fn skill(id: &str) -> Skill {
    Skill {
        id: id.into(),
        name_zh: id.into(),
        name_en: id.into(),
    }
}

/// Fourteen days from a Monday; early 09–17, late 15–23, split 09–12 + 18–21, night 22–06. No people, no demand, no costs.
fn frame() -> Problem {
    let free = Cost {
        per_unit: 0,
        unit: String::new(),
        asked_by: String::new(),
    };
    let mut late = shift(
        LATE,
        &[(at(15, 0), at(23, 0))],
        Some((at(17, 0), at(20, 0))),
    );
    late.late = true;
    let mut night = shift(NIGHT, &[(at(22, 0), at(30, 0))], None);
    night.night = true;
    Problem {
        name: "by hand".into(),
        slot_minutes: 30,
        meal_grid_minutes: 5,
        days: (0..14)
            .map(|day| Day {
                date: format!("2026-12-{:02}", day + 7),
                weekend: day % 7 >= 5,
                holiday: false,
                week: day / 7,
            })
            .collect(),
        skills: vec![skill("chat"), skill("phone")],
        demand: vec![],
        group_demand: vec![],
        shift_cover: Vec::new(),
        shifts: vec![
            shift(
                EARLY,
                &[(at(9, 0), at(17, 0))],
                Some((at(11, 0), at(13, 0))),
            ),
            late,
            shift(
                SPLIT,
                &[(at(9, 0), at(12, 0)), (at(18, 0), at(21, 0))],
                None,
            ),
            night,
        ],
        people: vec![],
        rules: Rules {
            rest_minutes_min: 11 * 60,
            forbidden_successions: vec![],
        },
        costs: Costs {
            under_minimum: free.clone(),
            under_target: free.clone(),
            over_target: free.clone(),
            under_group: free.clone(),
            request: free.clone(),
            fairness: free.clone(),
            isolated_day_off: free.clone(),
            isolated_day_on: free.clone(),
            split_shift: free.clone(),
            change_per_cell: free.clone(),
            minutes_off_contract: free,
            more: Default::default(),
        },
        published: None,
        team: Default::default(),
    }
}

fn cells(problem: &Problem, row: &str) -> Vec<Option<ShiftId>> {
    let cell = |letter: char| match letter {
        'E' => Some(EARLY.into()),
        'L' => Some(LATE.into()),
        'S' => Some(SPLIT.into()),
        'N' => Some(NIGHT.into()),
        '.' => None,
        other => panic!("no shift {other}"),
    };
    let mut cells: Vec<_> = row.chars().map(cell).collect();
    cells.resize(problem.days.len(), None);
    cells
}

/// A plan for rows such as `"EE.LL.."` (early, late, split, night, off), every meal at the start of its window, whose claims
/// are those the judge recomputes.
fn plan(problem: &Problem, rows: &[&str]) -> Plan {
    let mut plan = Plan {
        assignments: rows.iter().map(|row| cells(problem, row)).collect(),
        meals: vec![],
        objective: 0,
        bound: None,
        status: Status::Evaluated,
        costs: CostTable::default(),
        shortfalls: vec![],
        relaxed: vec![],
        report: Report {
            problem_digest: problem.digest(),
            ..Report::default()
        },
        breaks: None,
    };
    for (person, row) in plan.assignments.iter().enumerate() {
        for (day, cell) in row.iter().enumerate() {
            let shift = cell
                .as_ref()
                .and_then(|id| problem.shifts.iter().find(|shift| shift.id == *id));
            for window in shift.into_iter().flat_map(|shift| &shift.meals) {
                let (start_minute, duration_minutes) =
                    (window.earliest_start_minute, window.duration_minutes);
                plan.meals.push(Meal {
                    person,
                    day,
                    start_minute,
                    duration_minutes,
                });
            }
        }
    }
    claim(problem, &mut plan);
    plan
}

/// Fills in costs, objective and shortfalls; what is missing is claimed on the skill `chat`.
fn claim(problem: &Problem, plan: &mut Plan) {
    plan.shortfalls.clear();
    let verdict = check(problem, plan);
    plan.objective = verdict.objective;
    plan.costs = verdict.costs;
    for point in verdict.shortfalls {
        let goes_on = |entry: &&mut Shortfall| {
            (entry.day, entry.end_minute, entry.tier) == (point.day, point.start_minute, point.tier)
                && (entry.missing, &entry.group) == (point.missing, &point.group)
                // Demand changes on the half hour, and with it the skill that is missing.
                && point.start_minute % 30 != 0
        };
        if let Some(entry) = plan.shortfalls.iter_mut().find(goes_on) {
            entry.end_minute += 5;
            continue;
        }
        plan.shortfalls.push(Shortfall {
            shift: None,
            day: point.day,
            start_minute: point.start_minute,
            end_minute: point.start_minute + 5,
            skill: (point.tier != Tier::Group).then(|| "chat".into()),
            group: point.group,
            missing: point.missing,
            tier: point.tier,
            cause: CauseKind::Headcount,
            conflict: vec![],
            words: Words::default(),
            repairs: vec![],
        });
    }
}

fn rules(violations: &[Violation]) -> Vec<Rule> {
    violations.iter().map(|violation| violation.rule).collect()
}

/// One person under one rule: every row of `good` keeps it, every row of `bad` breaks it and nothing else.
fn one_person(rule: Rule, set: impl Fn(&mut Problem), good: &[&str], bad: &[&str]) {
    let mut problem = frame();
    problem.people.push(person("a", &["chat"]));
    set(&mut problem);
    assert_eq!(
        problem.validate(),
        [],
        "the problem of this test must be sound"
    );
    for row in good {
        assert_eq!(
            check(&problem, &plan(&problem, &[row])).violations,
            [],
            "{rule:?}: {row} is legal"
        );
    }
    for row in bad {
        let violations = check(&problem, &plan(&problem, &[row])).violations;
        let broken = rules(&violations);
        assert!(
            !broken.is_empty() && broken.iter().all(|other| *other == rule),
            "{rule:?}: {row} gives {broken:?}"
        );
        assert_eq!(
            broken_rules(&problem, &vec![cells(&problem, row)]),
            violations
        );
    }
}

fn leave() -> Cause {
    Cause {
        id: "leave-1".into(),
        zh: "年假".into(),
        en: "annual leave".into(),
    }
}

#[test]
fn shift_offered() {
    let set = |problem: &mut Problem| problem.shifts[0].days = Some(vec![0, 2]);
    one_person(Rule::ShiftOffered, set, &["E.E", ".L"], &[".E", "EE"]);
}

#[test]
fn skill_required() {
    let set = |problem: &mut Problem| {
        problem.shifts[1].skills_required = vec!["chat".into(), "phone".into()]
    };
    one_person(Rule::Skill, set, &["E"], &["L"]);
}

#[test]
fn unavailable_all_day_bars_shifts_that_start_that_day() {
    let set = |problem: &mut Problem| {
        problem.people[0].unavailable.push(Unavailable {
            day: 2,
            interval: None,
            cause: leave(),
        });
    };
    one_person(Rule::Unavailable, set, &["EE.E", ".N.."], &["..E", "..N"]);
}

#[test]
fn unavailable_part_of_a_day_bars_what_overlaps_it() {
    let set = |problem: &mut Problem| {
        // Tuesday 02:00–09:00 and Thursday 12:00–15:00.
        let part = |day, start_minute, end_minute| {
            let interval = Some(Segment {
                start_minute,
                end_minute,
            });
            Unavailable {
                day,
                interval,
                cause: leave(),
            }
        };
        problem.people[0].unavailable =
            vec![part(1, at(2, 0), at(9, 0)), part(3, at(12, 0), at(15, 0))];
    };
    one_person(
        Rule::Unavailable,
        set,
        &[".E", "...L", "...S"],
        &["N", "...E"],
    );
}

#[test]
fn fixed_cells() {
    let set = |problem: &mut Problem| {
        problem.people[0].fixed = vec![
            FixedCell {
                day: 1,
                shift: Some(EARLY.into()),
            },
            FixedCell {
                day: 4,
                shift: None,
            },
        ];
    };
    one_person(
        Rule::FixedCell,
        set,
        &[".E", "EEEE.E"],
        &["..", ".L", ".E..E"],
    );
}

#[test]
fn rest_between_shifts() {
    // Late ends 23:00, early starts 09:00: ten hours. Night ends 06:00; the late of that day starts nine hours after.
    one_person(
        Rule::Rest,
        |_| {},
        &["EL", "L.E", "NN"],
        &["LE", "NL", "L.LE"],
    );
}

#[test]
fn rest_after_the_last_shift_of_the_past() {
    let set = |problem: &mut Problem| problem.people[0].history.last_shift_end_minute = Some(-60);
    one_person(Rule::Rest, set, &["L", ".E"], &["E"]);
}

#[test]
fn forbidden_successions() {
    let set = |problem: &mut Problem| {
        problem.rules.forbidden_successions = vec![Succession {
            previous: EARLY.into(),
            next: LATE.into(),
        }];
        problem.people[0].history.last_shift = Some(EARLY.into());
        problem.people[0].history.consecutive_work_days = 1;
    };
    one_person(Rule::Succession, set, &["EE.L", ".LL"], &["L", "EL"]);
}

#[test]
fn consecutive_work_days_max() {
    let set = |problem: &mut Problem| {
        problem.people[0].consecutive_work_days_max = Some(3);
        problem.people[0].history.consecutive_work_days = 2;
    };
    one_person(
        Rule::ConsecutiveWorkDaysMax,
        set,
        &["E.EEE", ".EEE.EEE"],
        &["EE", ".EEEE", ".EEE.EEEEE"],
    );
}

#[test]
fn consecutive_work_days_min() {
    let fresh = |problem: &mut Problem| {
        problem.people[0].consecutive_work_days_min = Some(2);
        problem.people[0].history.consecutive_days_off = 4;
    };
    one_person(
        Rule::ConsecutiveWorkDaysMin,
        fresh,
        &["EE", ".EE.EEE", ".............E"],
        &["E", ".EE.E"],
    );
    let begun = |problem: &mut Problem| {
        problem.people[0].consecutive_work_days_min = Some(3);
        problem.people[0].history.consecutive_work_days = 1;
    };
    one_person(
        Rule::ConsecutiveWorkDaysMin,
        begun,
        &["EE", "EEE"],
        &["E", ".EEE"],
    );
}

#[test]
fn consecutive_days_off_min() {
    let fresh = |problem: &mut Problem| {
        problem.people[0].consecutive_days_off_min = Some(2);
        problem.people[0].history.consecutive_work_days = 1;
    };
    one_person(
        Rule::ConsecutiveDaysOffMin,
        fresh,
        &["E..E", "EEEEEEEEEEEEE."],
        &["E.E", ".E"],
    );
    let begun = |problem: &mut Problem| {
        problem.people[0].consecutive_days_off_min = Some(2);
        problem.people[0].history.consecutive_days_off = 1;
    };
    one_person(Rule::ConsecutiveDaysOffMin, begun, &[".E"], &["E", "EEE"]);
}

#[test]
fn weekly_rest_day() {
    let set = |problem: &mut Problem| problem.people[0].weekly_rest_day = true;
    one_person(
        Rule::WeeklyRestDay,
        set,
        &["EEEEEE.EEEEEE"],
        &["EEEEEEE", ".......EEEEEEE"],
    );
    // Day 0 is a Thursday: three days of its week lie before the horizon.
    let thursday = |problem: &mut Problem, worked: u32, off: u32, rested: bool| {
        for (day, info) in problem.days.iter_mut().enumerate() {
            (info.weekend, info.week) = ((day + 3) % 7 >= 5, (day as u32 + 3) / 7);
        }
        let who = &mut problem.people[0];
        who.weekly_rest_day = true;
        who.history = History {
            consecutive_work_days: worked,
            consecutive_days_off: off,
            rested_this_week: rested,
            ..History::default()
        };
    };
    let all = &["EEEE", ".EEE"];
    one_person(
        Rule::WeeklyRestDay,
        |problem| thursday(problem, 3, 0, false),
        &[".EEE"],
        &["EEEE"],
    );
    one_person(
        Rule::WeeklyRestDay,
        |problem| thursday(problem, 3, 0, true),
        all,
        &["....EEEEEEE"],
    );
    one_person(
        Rule::WeeklyRestDay,
        |problem| thursday(problem, 2, 0, false),
        all,
        &["....EEEEEEE"],
    );
    one_person(
        Rule::WeeklyRestDay,
        |problem| thursday(problem, 0, 1, false),
        all,
        &["....EEEEEEE"],
    );
    one_person(
        Rule::WeeklyRestDay,
        |problem| thursday(problem, 0, 0, false),
        all,
        &["....EEEEEEE"],
    );
}

#[test]
fn minutes_of_the_horizon() {
    one_person(
        Rule::MinutesMin,
        |problem| problem.people[0].minutes_min = Some(960),
        &["EE", "E.L"],
        &["E", ""],
    );
    one_person(
        Rule::MinutesMax,
        |problem| problem.people[0].minutes_max = Some(960),
        &["EE", ""],
        &["EEE"],
    );
}

#[test]
fn minutes_of_a_week() {
    let set = |problem: &mut Problem| {
        problem.people[0].minutes_week_max = Some(960);
        problem.people[0].history.minutes_this_week = 480;
    };
    one_person(
        Rule::MinutesWeekMax,
        set,
        &["E", ".......EE"],
        &["EE", ".......EEE"],
    );
}

#[test]
fn weekends() {
    let set = |problem: &mut Problem| problem.people[0].weekends_max = Some(1);
    one_person(
        Rule::WeekendsMax,
        set,
        &[".....EE", "............E"],
        &[".....E......E"],
    );
    let continued = |problem: &mut Problem| {
        // Day 0 is a Sunday whose Saturday was worked and counted last month.
        for (day, info) in problem.days.iter_mut().enumerate() {
            (info.weekend, info.week) = ((day + 6) % 7 >= 5, (day as u32).div_ceil(7));
        }
        problem.people[0].weekends_max = Some(1);
        problem.people[0].history.weekend_worked = true;
    };
    one_person(
        Rule::WeekendsMax,
        continued,
        &["E.....E"],
        &["E.....E......E"],
    );
}

#[test]
fn nights_and_shift_counts() {
    one_person(
        Rule::NightsMax,
        |problem| problem.people[0].nights_max = Some(1),
        &["N", "E"],
        &["NN"],
    );
    one_person(
        Rule::NightsMax,
        |problem| problem.people[0].nights_max = Some(0),
        &["L"],
        &["N"],
    );
    let set = |problem: &mut Problem| {
        problem.people[0].shift_max.insert(LATE.into(), 2);
    };
    one_person(Rule::ShiftMax, set, &["LL", "LL.E"], &["LLL"]);
}

/// What the judge says after `change` to a one-person plan with one early shift on day 0.
fn after(change: impl Fn(&mut Plan)) -> Vec<Rule> {
    let mut problem = frame();
    problem.people.push(person("a", &["chat"]));
    let mut plan = plan(&problem, &["E"]);
    assert_eq!(check(&problem, &plan).violations, []);
    change(&mut plan);
    rules(&check(&problem, &plan).violations)
}

#[test]
fn shape_and_unknown_shifts() {
    assert_eq!(
        after(|plan| plan.assignments.push(vec![None; 14])),
        [Rule::Shape]
    );
    assert_eq!(after(|plan| plan.assignments[0].push(None)), [Rule::Shape]);
    assert!(after(|plan| plan.assignments.clear()).contains(&Rule::Shape));
    assert!(
        after(|plan| plan.assignments[0][3] = Some("lunch".into())).contains(&Rule::KnownShift)
    );
}

#[test]
fn meals() {
    let started = |start_minute: i64| after(|plan| plan.meals[0].start_minute = start_minute);
    assert_eq!(started(at(13, 0)), [], "the latest start is allowed");
    assert_eq!(started(at(13, 5)), [Rule::MealWindow]);
    assert_eq!(started(at(10, 55)), [Rule::MealWindow]);
    assert_eq!(started(at(12, 2)), [Rule::MealWindow], "off the grid");
    assert_eq!(
        started(at(16, 30)),
        [Rule::MealWindow; 2],
        "and beyond the segment"
    );
    assert_eq!(
        after(|plan| plan.meals[0].duration_minutes = 30),
        [Rule::MealDuration]
    );
    assert_eq!(after(|plan| plan.meals.clear()), [Rule::MealCount]);
    assert_eq!(after(|plan| plan.meals[0].day = 1), [Rule::MealCount; 2]);
    assert_eq!(after(|plan| plan.meals[0].person = 7), [Rule::MealCount; 2]);
    let second = |start_minute: i64| {
        after(|plan| {
            plan.meals.push(Meal {
                start_minute,
                ..plan.meals[0].clone()
            })
        })
    };
    assert_eq!(second(at(12, 0)), [Rule::MealCount]);
    assert_eq!(second(at(11, 30)), [Rule::MealCount, Rule::MealOverlap]);
}

#[test]
fn two_meals_take_their_own_windows() {
    let mut problem = frame();
    let tea = MealWindow {
        earliest_start_minute: at(13, 0),
        latest_start_minute: at(16, 0),
        duration_minutes: 20,
    };
    problem.shifts[0].meals.push(tea);
    problem.people.push(person("a", &["chat"]));
    let mut plan = plan(&problem, &["E"]);
    plan.meals.reverse();
    assert_eq!(check(&problem, &plan).violations, [], "in any order");
    let lunch = plan
        .meals
        .iter_mut()
        .find(|meal| meal.duration_minutes == 35)
        .unwrap();
    lunch.start_minute = at(12, 30);
    assert_eq!(
        rules(&check(&problem, &plan).violations),
        [Rule::MealOverlap]
    );
}

/// One day: a shift over `hours` per person, meal windows (the last one serves everybody beyond), and who eats when.
struct MealCase<'a> {
    hours: (i64, i64),
    windows: &'a [(i64, i64)],
    skills: &'a [&'a [&'a str]],
    demand: &'a [(i64, i64, &'a str, u32)],
}

impl MealCase<'_> {
    /// Person-minutes missing under the minimum with meals at these starts.
    fn missing_minutes(&self, starts: &[i64]) -> u32 {
        let mut problem = frame();
        problem.slot_minutes = 5;
        problem.days.truncate(1);
        let shifts = self.windows.iter().enumerate();
        problem.shifts = shifts
            .map(|(k, window)| shift(&format!("s{k}"), &[self.hours], Some(*window)))
            .collect();
        let people = self.skills.iter().enumerate();
        problem.people = people
            .map(|(k, skills)| person(&format!("p{k}"), skills))
            .collect();
        for (from, to, skill, minimum) in self.demand {
            for start_minute in (*from..*to).step_by(5) {
                let (skill, minimum) = ((*skill).into(), *minimum);
                problem.demand.push(Demand {
                    day: 0,
                    start_minute,
                    skill,
                    minimum,
                    target: minimum,
                });
            }
        }
        assert_eq!(problem.validate(), []);
        let mut plan = plan(&problem, &vec![""; self.skills.len()]);
        for (person, start_minute) in starts.iter().enumerate() {
            plan.assignments[person][0] =
                Some(format!("s{}", person.min(self.windows.len() - 1)).into());
            plan.meals.push(Meal {
                person,
                day: 0,
                start_minute: *start_minute,
                duration_minutes: 35,
            });
        }
        let verdict = check(&problem, &plan);
        assert_eq!(broken_rules(&problem, &plan.assignments), []);
        assert!(!rules(&verdict.violations).contains(&Rule::MealWindow));
        verdict
            .shortfalls
            .iter()
            .filter(|point| point.tier == Tier::Minimum)
            .map(|point| point.missing * 5)
            .sum()
    }
}

#[test]
fn three_eat_one_after_the_other_and_a_fourth_costs_one_meal() {
    let case = |people: usize, need: u32, starts: &[i64]| {
        let demand = [(at(9, 0), at(13, 0), "chat", need)];
        let skills: Vec<&[&str]> = vec![&["chat"]; people];
        let windows = [(at(10, 0), at(11, 10))];
        MealCase {
            hours: (at(9, 0), at(13, 0)),
            windows: &windows,
            skills: &skills,
            demand: &demand,
        }
        .missing_minutes(starts)
    };
    assert_eq!(case(3, 2, &[at(10, 0), at(10, 35), at(11, 10)]), 0);
    assert_eq!(case(3, 2, &[at(10, 0), at(10, 35), at(10, 35)]), 35);
    assert_eq!(case(3, 2, &[at(10, 0), at(10, 30), at(11, 10)]), 5);
    assert_eq!(
        case(4, 3, &[at(10, 0), at(10, 35), at(11, 10), at(11, 10)]),
        35
    );
}

#[test]
fn nested_windows_cost_twenty_person_minutes() {
    let case = MealCase {
        hours: (at(10, 0), at(13, 0)),
        windows: &[(at(11, 0), at(12, 0)), (at(11, 20), at(11, 40))],
        skills: &[&["chat"], &["chat"]],
        demand: &[
            (at(10, 0), at(11, 35), "chat", 1),
            (at(11, 35), at(12, 0), "chat", 2),
            (at(12, 0), at(13, 0), "chat", 1),
        ],
    };
    let mut found = Vec::new();
    for wide in (at(11, 0)..=at(12, 0)).step_by(5) {
        for narrow in (at(11, 20)..=at(11, 40)).step_by(5) {
            found.push((case.missing_minutes(&[wide, narrow]), wide, narrow));
        }
    }
    found.sort_unstable();
    assert_eq!(
        found[..2],
        [(20, at(11, 0), at(11, 40)), (20, at(12, 0), at(11, 20))]
    );
    assert!(found[2].0 > 20, "only these two cost 20: {:?}", found[2]);
}

#[test]
fn somebody_with_two_skills_serves_one_at_a_time() {
    let case = |third: &[&str]| {
        let demand = [
            (at(9, 0), at(17, 0), "chat", 1),
            (at(9, 0), at(17, 0), "phone", 1),
        ];
        let skills = [&["chat"][..], &["phone"], third];
        MealCase {
            hours: (at(9, 0), at(17, 0)),
            windows: &[(at(12, 0), at(13, 10))],
            skills: &skills,
            demand: &demand,
        }
        .missing_minutes(&[at(12, 0), at(12, 35), at(13, 10)])
    };
    assert_eq!(case(&["chat", "phone"]), 0);
    assert_eq!(
        case(&["chat"]),
        35,
        "though two of three are always on post"
    );
}

/// The judge deploys people by augmenting paths; the textbook's answer is the largest deficiency over sets of skills (Hall).
#[test]
fn deployment_equals_the_largest_deficiency() {
    let mut state = 7_u64;
    let mut random = |below: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let names = ["a", "b", "c", "d"];
    for round in 0..300 {
        let held: Vec<u64> = (0..random(7)).map(|_| random(16)).collect();
        let wanted: Vec<u32> = names.iter().map(|_| random(4) as u32).collect();
        let deficiency = |set: u64| {
            let asked: u32 = (0..4)
                .filter(|skill| set >> skill & 1 == 1)
                .map(|skill| wanted[skill])
                .sum();
            let able = held.iter().filter(|held| **held & set != 0).count();
            asked.saturating_sub(able as u32)
        };
        let deficiency = (0..16).map(deficiency).max().unwrap();

        let mut problem = frame();
        problem.days.truncate(1);
        problem.skills = names.map(skill).into();
        problem.people.push(person("without a skill", &[]));
        for (k, held) in held.iter().enumerate() {
            let skills: Vec<&str> = (0..4)
                .filter(|skill| held >> skill & 1 == 1)
                .map(|skill| names[skill])
                .collect();
            problem.people.push(person(&format!("p{k}"), &skills));
        }
        for (skill, minimum) in names.iter().zip(&wanted) {
            let (skill, minimum) = ((*skill).into(), *minimum);
            problem.demand.push(Demand {
                day: 0,
                start_minute: at(9, 0),
                skill,
                minimum,
                target: minimum,
            });
        }
        let rows = vec!["E"; problem.people.len()];
        let mut plan = plan(&problem, &vec![""; problem.people.len()]);
        plan.assignments = rows.iter().map(|row| cells(&problem, row)).collect();
        let verdict = check(&problem, &plan);
        let missing = verdict.shortfalls.first().map_or(0, |point| point.missing);
        assert_eq!(
            missing, deficiency,
            "round {round}: {held:?} for {wanted:?}"
        );
    }
}

/// One cost term at a time: the rows of two people, and the cost on paper.
fn costs(term: CostTerm, set: impl Fn(&mut Problem), cases: &[(&[&str], i64)]) {
    let mut problem = frame();
    problem.people = vec![person("a", &["chat"]), person("b", &["chat"])];
    set(&mut problem);
    assert_eq!(problem.validate(), []);
    for (rows, expected) in cases {
        let mut rows = rows.to_vec();
        rows.resize(2, "");
        let verdict = check(&problem, &plan(&problem, &rows));
        assert_eq!(verdict.violations, [], "{term:?} {rows:?}");
        assert_eq!(
            verdict.costs.by_term.get(&term).copied().unwrap_or(0),
            *expected,
            "{term:?} of {rows:?}"
        );
        assert_eq!(
            verdict.objective, *expected,
            "{term:?} is the only cost of {rows:?}"
        );
    }
}

fn wanted(problem: &mut Problem, from: i64, to: i64, minimum: u32, target: u32) {
    for start_minute in (from..to).step_by(30) {
        problem.demand.push(Demand {
            day: 0,
            start_minute,
            skill: "chat".into(),
            minimum,
            target,
        });
    }
}

#[test]
fn cost_of_cover() {
    // Minimum 1, target 2 from 09:00 to 18:00. One early (lunch 11:00–11:35, home at 17:00): nobody for 35 + 60 minutes.
    let nobody = 35 + 60;
    let under_minimum = |problem: &mut Problem| {
        wanted(problem, at(9, 0), at(18, 0), 1, 2);
        problem.costs.under_minimum.per_unit = 20;
    };
    costs(
        CostTerm::UnderMinimum,
        under_minimum,
        &[(&["E"], 20 * nobody), (&[], 20 * 540)],
    );
    let under_target = |problem: &mut Problem| {
        wanted(problem, at(9, 0), at(18, 0), 1, 2);
        problem.costs.under_target.per_unit = 2;
    };
    costs(
        CostTerm::UnderTarget,
        under_target,
        &[(&["E"], 2 * (540 + nobody)), (&[], 2 * 1080)],
    );
    // One wanted until 12:00; two early are there but for their common lunch. A late is on post outside the demand only.
    let over_target = |problem: &mut Problem| {
        wanted(problem, at(9, 0), at(12, 0), 0, 1);
        problem.costs.over_target.per_unit = 1;
    };
    costs(
        CostTerm::OverTarget,
        over_target,
        &[(&["E", "E"], 180 - 35), (&["E"], 0), (&["L"], 0)],
    );
}

#[test]
fn a_night_covers_the_next_morning() {
    let set = |problem: &mut Problem| {
        problem.costs.under_minimum.per_unit = 1;
        for (day, start_minute) in [(0, at(25, 0)), (1, at(2, 0))] {
            problem.demand.push(Demand {
                day,
                start_minute,
                skill: "chat".into(),
                minimum: 1,
                target: 1,
            });
        }
    };
    costs(CostTerm::UnderMinimum, set, &[(&["N"], 0), (&[".N"], 60)]);
}

#[test]
fn cost_of_a_missing_senior() {
    let set = |problem: &mut Problem| {
        problem.costs.under_group.per_unit = 10;
        problem.group_demand.push(GroupDemand {
            id: "senior".into(),
            name_zh: "资深".into(),
            name_en: "senior".into(),
            people: vec!["a".into()],
            days: vec![0, 1],
            start_minute: at(9, 0),
            end_minute: at(12, 0),
            minimum: 1,
        });
    };
    let cases: [(&[&str], i64); 3] = [
        (&["EE"], 10 * 2 * 35),
        (&["E", "EE"], 10 * (35 + 180)),
        (&[], 10 * 360),
    ];
    costs(CostTerm::UnderGroup, set, &cases);
}

#[test]
fn cost_of_requests() {
    let set = |problem: &mut Problem| {
        problem.costs.request.per_unit = 3;
        let request = |day, wish, cost| Request { day, wish, cost };
        problem.people[0].requests = vec![
            request(0, Wish::Off, 1),
            request(1, Wish::Work, 10),
            request(2, Wish::Shift(EARLY.into()), 100),
            request(3, Wish::NotShift(EARLY.into()), 1000),
        ];
    };
    let cases: [(&[&str], i64); 4] = [
        (&[".EE."], 0),
        (&["E..E"], 3 * 1111),
        (&["...L"], 3 * 110),
        (&["S.E."], 3 * 11),
    ];
    costs(CostTerm::Request, set, &cases);
}

#[test]
fn a_violation_says_by_how_much_and_of_which_limit() {
    let mut problem = frame();
    let mut one = person("one", &["chat"]);
    one.shift_max = [(EARLY.into(), 2), (LATE.into(), 0)].into();
    one.consecutive_work_days_max = Some(3);
    one.minutes_max = Some(0);
    problem.people = vec![one];
    let found = broken_rules(&problem, &vec![cells(&problem, "EEEEE.L")]);
    let found: Vec<(Rule, Option<&str>, i64)> = found
        .iter()
        .map(|one| (one.rule, one.about.as_deref(), one.by))
        .collect();
    let worked: i64 = [EARLY, EARLY, EARLY, EARLY, EARLY, LATE]
        .map(|id| {
            problem
                .shifts
                .iter()
                .find(|shift| shift.id == id.into())
                .unwrap()
        })
        .map(|shift| shift.worked_minutes)
        .iter()
        .sum();
    for expected in [
        (Rule::ConsecutiveWorkDaysMax, None, 2),
        (Rule::ShiftMax, Some(EARLY), 3),
        (Rule::ShiftMax, Some(LATE), 1),
        (Rule::MinutesMax, None, worked),
    ] {
        assert!(found.contains(&expected), "{expected:?} in {found:?}");
    }
}

#[test]
fn cost_of_unfairness_grows() {
    let set = |problem: &mut Problem| {
        problem.costs.fairness.per_unit = 60;
        problem.people[0].fair_share = FairShare {
            nights: Some(0),
            lates: Some(2),
            weekend_days: Some(1),
            holidays: Some(0),
            ..FairShare::default()
        };
        problem.people[0].history.lates = 1;
        problem.days[0].holiday = true;
    };
    let cases: [(&[&str], i64); 8] = [
        (&[".L"], 0),
        (&[".LL"], 60),
        (&[".LLL"], 60 * 3),
        (&[".....EE"], 60),
        (&["E"], 60),
        (&[".N"], 60),
        (&["N..LLL"], 60 + 60 + 180),
        (&["", "NNN"], 0),
    ];
    costs(CostTerm::Fairness, set, &cases);
    // Early ones are counted apart from late ones.
    let early = |problem: &mut Problem| {
        problem.costs.fairness.per_unit = 60;
        let opens = problem
            .shifts
            .iter_mut()
            .find(|shift| shift.id.as_str() == EARLY);
        opens.unwrap().early = true;
        problem.people[0].fair_share.earlies = Some(2);
        problem.people[0].history.earlies = 1;
    };
    let cases: [(&[&str], i64); 4] = [
        (&["E"], 0),
        (&["EE"], 60),
        (&["EELL.E"], 60 + 120),
        (&["", "EEE"], 0),
    ];
    costs(CostTerm::Fairness, early, &cases);
    let overdrawn = |problem: &mut Problem| {
        problem.costs.fairness.per_unit = 60;
        problem.people[0].fair_share.lates = Some(2);
        problem.people[0].history.lates = 4;
    };
    // Two above the share before the month; the third and fourth above it are this month's.
    costs(
        CostTerm::Fairness,
        overdrawn,
        &[(&[], 0), (&["L"], 60 * 3), (&["LL"], 60 * (3 + 4))],
    );
}

#[test]
fn cost_of_isolated_days() {
    let off = |problem: &mut Problem| problem.costs.isolated_day_off.per_unit = 60;
    let cases: [(&[&str], i64); 5] = [
        (&["EE.EE"], 60),
        (&["EE..EE"], 0),
        (&["E.E.E"], 120),
        (&[".E"], 0),
        (&["EEEEEEEEEEEEE."], 0),
    ];
    costs(CostTerm::IsolatedDayOff, off, &cases);
    let off_after_work = |problem: &mut Problem| {
        problem.costs.isolated_day_off.per_unit = 60;
        problem.people[0].history.consecutive_work_days = 3;
    };
    costs(
        CostTerm::IsolatedDayOff,
        off_after_work,
        &[(&[".E"], 60), (&["..E"], 0)],
    );
    let on = |problem: &mut Problem| problem.costs.isolated_day_on.per_unit = 60;
    let cases: [(&[&str], i64); 4] = [
        (&[".E."], 60),
        (&[".EE"], 0),
        (&["E."], 0),
        (&[".............E"], 0),
    ];
    costs(CostTerm::IsolatedDayOn, on, &cases);
    let on_after_off = |problem: &mut Problem| {
        problem.costs.isolated_day_on.per_unit = 60;
        problem.people[0].history.consecutive_days_off = 2;
    };
    costs(
        CostTerm::IsolatedDayOn,
        on_after_off,
        &[(&["E."], 60), (&["EE."], 0)],
    );
}

#[test]
fn cost_of_split_shifts_changes_and_contracts() {
    let split = |problem: &mut Problem| problem.costs.split_shift.per_unit = 120;
    costs(CostTerm::SplitShift, split, &[(&["S.S"], 240), (&["E"], 0)]);
    let published = |problem: &mut Problem| {
        problem.costs.change_per_cell.per_unit = 200;
        problem.published = Some(vec![cells(problem, "E"), cells(problem, "")]);
    };
    costs(
        CostTerm::ChangePerCell,
        published,
        &[(&["E"], 0), (&["L"], 200), (&["", "E"], 400)],
    );
    let contract = |problem: &mut Problem| {
        problem.costs.minutes_off_contract.per_unit = 2;
        problem.people[0].minutes_target = Some(1000);
        problem.people[0].history.minutes_carried = 40;
    };
    costs(
        CostTerm::MinutesOffContract,
        contract,
        &[(&["EE"], 0), (&["E"], 2 * 480), (&["EEE"], 2 * 480)],
    );
}

/// Two weeks of a small desk with everything in it that can go wrong; demand on the first two days only, so that judging it
/// hundreds of times is quick.
fn believable() -> (Problem, Plan) {
    let mut problem = frame();
    problem.costs = Costs::default();
    problem.people = vec![
        person("ann", &["chat", "phone"]),
        person("bo", &["chat"]),
        person("cy", &["phone"]),
        person("di", &["chat", "phone"]),
    ];
    for (index, who) in problem.people.iter_mut().enumerate() {
        who.consecutive_work_days_max = Some(5);
        who.weekly_rest_day = true;
        who.minutes_target = Some(10 * 480);
        who.history.consecutive_days_off = 1 + index as u32;
    }
    problem.shifts[3].skills_required = vec!["chat".into(), "phone".into()];
    problem.people[0].unavailable.push(Unavailable {
        day: 5,
        interval: None,
        cause: leave(),
    });
    problem.people[1].fixed.push(FixedCell {
        day: 0,
        shift: Some(LATE.into()),
    });
    problem.people[3].requests.push(Request {
        day: 1,
        wish: Wish::Off,
        cost: 50,
    });
    for day in 0..2 {
        for (start_minute, chat, phone) in [
            (at(9, 0), 1, 1),
            (at(12, 0), 1, 0),
            (at(15, 0), 2, 0),
            (at(18, 0), 1, 0),
        ] {
            for start_minute in (start_minute..start_minute + 180).step_by(30) {
                let mut add = |skill: &str, minimum| {
                    let skill = skill.into();
                    problem.demand.push(Demand {
                        day,
                        start_minute,
                        skill,
                        minimum,
                        target: minimum + 1,
                    });
                };
                add("chat", chat);
                add("phone", phone);
            }
        }
    }
    assert_eq!(problem.validate(), []);
    let mut plan = plan(
        &problem,
        &[
            "EEEEE..EEEEE..",
            "LLLLL..LLLLL..",
            "..EEEEE..EEEEE",
            "NN.LLLL.LLLL..",
        ],
    );
    let wrong = claims_moved_to_phone(&problem, &mut plan);
    assert_eq!(wrong, 0, "{:?}", check(&problem, &plan).violations);
    (problem, plan)
}

/// Claims name skills, and a skill named must be one where people are missing. Moves claims from chat to phone, one person at
/// a time, where that makes fewer of them wrong; returns how many are left wrong.
fn claims_moved_to_phone(problem: &Problem, plan: &mut Plan) -> usize {
    let mut wrong = check(problem, plan).violations.len();
    for index in 0..plan.shortfalls.len() {
        let all = plan.shortfalls[index].missing;
        for phone in 1..=all {
            let mut moved = plan.clone();
            moved.shortfalls[index].missing = all - phone;
            moved.shortfalls.push(Shortfall {
                skill: Some("phone".into()),
                missing: phone,
                ..plan.shortfalls[index].clone()
            });
            let now = check(problem, &moved)
                .violations
                .iter()
                .filter(|v| !v.detail.contains("an empty entry"))
                .count();
            if now < wrong {
                (*plan, wrong) = (moved, now);
                break;
            }
        }
    }
    plan.shortfalls.retain(|entry| entry.missing > 0);
    wrong
}

#[test]
fn a_believable_plan_is_accepted_and_every_mutation_refused() {
    let (problem, plan) = believable();
    assert_eq!(check(&problem, &plan).violations, []);
    assert!(
        plan.shortfalls
            .iter()
            .any(|entry| entry.tier == Tier::Minimum),
        "the plan has something to hide"
    );
    assert!(
        plan.shortfalls
            .iter()
            .any(|entry| entry.skill == Some("phone".into()))
    );

    let mut refused = 0;
    let mut mutate = |what: String, change: &dyn Fn(&mut Plan)| {
        let mut mutated = plan.clone();
        change(&mut mutated);
        assert_ne!(mutated, plan, "{what} changes nothing");
        assert!(
            !check(&problem, &mutated).violations.is_empty(),
            "accepted although {what}"
        );
        refused += 1;
    };

    for person in 0..4 {
        for day in 0..14 {
            for choice in [None, Some(EARLY), Some(LATE), Some(SPLIT), Some(NIGHT)] {
                let choice: Option<ShiftId> = choice.map(Into::into);
                if plan.assignments[person][day] != choice {
                    let what = format!("person {person}, day {day} became {choice:?}");
                    mutate(what, &|plan| {
                        plan.assignments[person][day].clone_from(&choice)
                    });
                }
            }
        }
    }
    for person in 1..4 {
        for day in (0..14).filter(|day| plan.assignments[0][*day] != plan.assignments[person][*day])
        {
            mutate(
                format!("people 0 and {person} swapped day {day}"),
                &|plan| {
                    let other = plan.assignments[person][day].clone();
                    plan.assignments[person][day] =
                        std::mem::replace(&mut plan.assignments[0][day], other);
                },
            );
        }
    }
    for meal in 0..plan.meals.len() {
        mutate(format!("meal {meal} was deleted"), &|plan| {
            plan.meals.remove(meal);
        });
        mutate(format!("meal {meal} was doubled"), &|plan| {
            plan.meals.push(plan.meals[meal].clone())
        });
        mutate(format!("meal {meal} began after its window"), &|plan| {
            plan.meals[meal].start_minute += 185
        });
        mutate(format!("meal {meal} began before its window"), &|plan| {
            plan.meals[meal].start_minute -= 5
        });
        mutate(format!("meal {meal} was cut short"), &|plan| {
            plan.meals[meal].duration_minutes -= 5
        });
        mutate(format!("meal {meal} went to somebody else"), &|plan| {
            plan.meals[meal].person ^= 1
        });
    }
    for entry in 0..plan.shortfalls.len() {
        mutate(format!("shortfall {entry} was left out"), &|plan| {
            plan.shortfalls.remove(entry);
        });
        mutate(format!("shortfall {entry} was belittled"), &|plan| {
            plan.shortfalls[entry].missing -= 1
        });
        mutate(format!("shortfall {entry} was exaggerated"), &|plan| {
            plan.shortfalls[entry].missing += 1
        });
        mutate(
            format!("shortfall {entry} was moved to another day"),
            &|plan| plan.shortfalls[entry].day += 2,
        );
        mutate(format!("shortfall {entry} was doubled"), &|plan| {
            plan.shortfalls.push(plan.shortfalls[entry].clone())
        });
        mutate(format!("shortfall {entry} changed its tier"), &|plan| {
            let tier = &mut plan.shortfalls[entry].tier;
            *tier = if *tier == Tier::Minimum {
                Tier::Target
            } else {
                Tier::Minimum
            };
        });
    }
    mutate("the objective was lowered".into(), &|plan| {
        plan.objective -= 1
    });
    mutate("the objective was raised".into(), &|plan| {
        plan.objective += 1
    });
    for term in plan.costs.by_term.keys() {
        mutate(format!("{term:?} was lowered"), &|plan| {
            *plan.costs.by_term.get_mut(term).unwrap() -= 1
        });
        mutate(
            format!("{term:?} and the objective were lowered"),
            &|plan| {
                *plan.costs.by_term.get_mut(term).unwrap() -= 1;
                plan.objective -= 1;
            },
        );
    }
    for (person, row) in plan.costs.by_person.iter().enumerate() {
        for term in row.keys() {
            mutate(
                format!("{term:?} of person {person} was lowered"),
                &|plan| {
                    *plan.costs.by_person[person].get_mut(term).unwrap() -= 1;
                },
            );
        }
    }
    mutate("a day lost its costs".into(), &|plan| {
        plan.costs.by_day[0].clear()
    });
    mutate("it was called optimal without a bound".into(), &|plan| {
        plan.status = Status::Optimal
    });
    mutate("it was called optimal above its bound".into(), &|plan| {
        plan.status = Status::Optimal;
        plan.bound = Some(plan.objective - 1);
    });
    mutate("the bound is above the objective".into(), &|plan| {
        plan.bound = Some(plan.objective + 1)
    });
    mutate("it was made for another problem".into(), &|plan| {
        plan.report.problem_digest = "0".into()
    });
    println!("{refused} mutations refused");
    assert!(refused > 500, "only {refused} mutations were tried");
}

#[test]
fn a_proven_plan_may_be_called_optimal() {
    let (problem, mut plan) = believable();
    plan.status = Status::Optimal;
    plan.bound = Some(plan.objective);
    assert_eq!(check(&problem, &plan).violations, []);
}

#[test]
fn a_cause_that_is_not_in_the_problem_is_found() {
    let (problem, mut plan) = believable();
    let told = Fact {
        person: "ann".into(),
        day: 5,
        kind: FactKind::Unavailable(leave()),
    };
    plan.shortfalls[0].conflict = vec![told.clone()];
    assert_eq!(check(&problem, &plan).violations, []);
    for invented in [
        Fact {
            day: 6,
            ..told.clone()
        },
        Fact {
            person: "bo".into(),
            ..told.clone()
        },
        Fact {
            person: "eve".into(),
            ..told.clone()
        },
        Fact {
            kind: FactKind::Locked(None),
            ..told.clone()
        },
        Fact {
            kind: FactKind::NightsMax,
            ..told
        },
    ] {
        plan.shortfalls[0].conflict = vec![invented];
        let broken = rules(&check(&problem, &plan).violations);
        assert_eq!(broken, [Rule::Fact], "{:?}", plan.shortfalls[0].conflict);
    }
}

#[test]
fn a_rule_let_go_must_be_named() {
    let mut problem = frame();
    problem.people.push(person("a", &["chat"]));
    let locks = [(0, LATE), (1, EARLY)].map(|(day, shift)| FixedCell {
        day,
        shift: Some(shift.into()),
    });
    problem.people[0].fixed = locks.into();
    let mut plan = plan(&problem, &["LE"]);
    assert_eq!(rules(&check(&problem, &plan).violations), [Rule::Rest]);

    let fact = |day, kind| Fact {
        person: "a".into(),
        day,
        kind,
    };
    let freed = |freed: Fact| {
        vec![Relaxation {
            person: "a".into(),
            conflict: vec![],
            freed,
            words: Words::default(),
        }]
    };
    plan.relaxed = freed(fact(1, FactKind::Rest));
    let verdict = check(&problem, &plan);
    assert_eq!(verdict.violations, []);
    assert_eq!(rules(&verdict.admitted), [Rule::Rest]);

    plan.relaxed = freed(fact(1, FactKind::Locked(Some(EARLY.into()))));
    assert_eq!(
        rules(&check(&problem, &plan).violations),
        [Rule::Rest],
        "another rule was named"
    );
    // A rule is let go for the whole horizon, whatever day it is named with; a lock for its day.
    plan.relaxed = freed(fact(0, FactKind::Rest));
    assert_eq!(rules(&check(&problem, &plan).admitted), [Rule::Rest]);
    plan.relaxed = freed(fact(1, FactKind::NightsMax));
    assert_eq!(
        rules(&check(&problem, &plan).violations),
        [Rule::Rest, Rule::Fact],
        "there is no such rule"
    );
}
