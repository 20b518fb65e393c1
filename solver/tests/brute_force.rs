//! Random tiny desks against plain enumeration: every roster with every placement of meals, judged and costed by the checker;
//! and desks of three people under several families of rules at once, judged and costed by the tests' own second judge.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use proptest::prelude::*;
use solver::check::{broken_rules, check};
use solver::plan::Meal;
use solver::problem::{
    Assignments, Demand, FairShare, FixedCell, GroupDemand, History, MealWindow, Problem, Request,
    Segment, Succession, Wish,
};
use solver::{Status, evaluate};
use support::random::{Dice, any_costs, small_desk};
use support::{desk, leave, naive, person, shift, skill, solved};

const H: i64 = 60;

type RowWithMeals = (Vec<Option<usize>>, Vec<Meal>);

/// Cheapest objective over all legal rosters and meal placements; `None` if there is no legal roster.
fn cheapest(problem: &Problem) -> Option<i64> {
    let days = problem.days.len();
    let mut rows: Vec<Vec<RowWithMeals>> = Vec::new();
    for index in 0..problem.people.len() {
        let mut alone = problem.clone();
        alone.people = vec![problem.people[index].clone()];
        alone.published = None;
        for group in &mut alone.group_demand {
            group.people.retain(|id| *id == problem.people[index].id);
        }
        let mut mine = Vec::new();
        let choices = problem.shifts.len() + 1;
        for code in 0..choices.pow(days as u32) {
            let row: Vec<Option<usize>> = (0..days)
                .map(|d| code / choices.pow(d as u32) % choices)
                .map(|c| (c < problem.shifts.len()).then_some(c))
                .collect();
            if broken_rules(&alone, &vec![ids(problem, &row)]).is_empty() {
                with_meals(problem, index, &row, &mut mine);
            }
        }
        rows.push(mine);
    }
    let mut template =
        evaluate(problem, &vec![vec![None; days]; problem.people.len()], None).unwrap();
    let mut best: Option<i64> = None;
    let total: usize = rows.iter().map(Vec::len).product();
    for code in 0..total {
        let mut rest = code;
        template.meals.clear();
        for (person, mine) in rows.iter().enumerate() {
            let (row, meals) = &mine[rest % mine.len()];
            rest /= mine.len();
            template.assignments[person] = ids(problem, row);
            template.meals.extend(meals.iter().cloned());
        }
        let objective = check(problem, &template).objective;
        best = Some(best.map_or(objective, |b| b.min(objective)));
    }
    best
}

fn ids(problem: &Problem, row: &[Option<usize>]) -> Vec<Option<solver::problem::ShiftId>> {
    row.iter()
        .map(|c| c.map(|c| problem.shifts[c].id.clone()))
        .collect()
}

/// A row with every placement of its meals.
fn with_meals(
    problem: &Problem,
    person: usize,
    row: &[Option<usize>],
    out: &mut Vec<RowWithMeals>,
) {
    let mut placements = vec![Vec::new()];
    for (day, choice) in row.iter().enumerate() {
        for meal in choice.iter().flat_map(|c| &problem.shifts[*c].meals) {
            let mut longer = Vec::new();
            let mut start_minute = meal.earliest_start_minute;
            while start_minute <= meal.latest_start_minute {
                for placed in &placements {
                    let mut placed: Vec<Meal> = placed.clone();
                    placed.push(Meal {
                        person,
                        day,
                        start_minute,
                        duration_minutes: meal.duration_minutes,
                    });
                    longer.push(placed);
                }
                start_minute += problem.meal_grid_minutes;
            }
            placements = longer;
        }
    }
    out.extend(placements.into_iter().map(|meals| (row.to_vec(), meals)));
}

#[derive(Clone, Debug)]
struct Numbers(Vec<u8>);

fn problem(numbers: &Numbers) -> Problem {
    let mut dice = Dice::new(&numbers.0);
    let days = 3;
    let mut problem = desk(days);
    problem.slot_minutes = 2 * H;
    problem.meal_grid_minutes = H;
    problem.skills = vec![skill("A"), skill("B")];
    for (day, d) in problem.days.iter_mut().enumerate() {
        d.weekend = day == 1;
        d.holiday = day == 2;
        d.week = u32::from(day == 2);
    }
    let meal = |from: i64| MealWindow {
        earliest_start_minute: from,
        latest_start_minute: from + H,
        duration_minutes: H,
    };
    let mut early = shift("early", 8 * H, 14 * H, None);
    early.meals = vec![meal(10 * H)];
    let mut late = shift("late", 12 * H, 20 * H, None);
    late.late = true;
    late.night = dice.one_in(3);
    late.worked_minutes = 6 * H;
    if dice.one_in(3) {
        late.segments = vec![
            Segment {
                start_minute: 12 * H,
                end_minute: 14 * H,
            },
            Segment {
                start_minute: 16 * H,
                end_minute: 20 * H,
            },
        ];
    }
    if dice.one_in(3) {
        // Reaches into the next morning.
        late.segments = vec![Segment {
            start_minute: 20 * H,
            end_minute: 34 * H,
        }];
    }
    problem.shifts = vec![early, late];
    any_costs(&mut problem, &mut dice);
    problem.rules.rest_minutes_min = dice.below(5) * 9 * H;
    if dice.one_in(3) {
        problem.rules.forbidden_successions.push(Succession {
            previous: "late".into(),
            next: "early".into(),
        });
    }
    for id in ["a", "b"] {
        let skills: &[&str] = [&["A"][..], &["B"][..], &["A", "B"][..]][dice.below(3) as usize];
        let mut one = person(id, skills);
        let some = |dice: &mut Dice<'_>, n: i64| dice.one_in(3).then(|| dice.below(n));
        one.minutes_target = some(&mut dice, 4).map(|n| n * 6 * H + H);
        one.minutes_max = some(&mut dice, 4).map(|n| n * 6 * H);
        one.minutes_min = if one.minutes_max.is_none() {
            some(&mut dice, 3).map(|n| n * 6 * H)
        } else {
            None
        };
        one.minutes_week_max = some(&mut dice, 3).map(|n| n * 6 * H);
        one.consecutive_work_days_max = some(&mut dice, 3).map(|n| n as u32 + 1);
        one.consecutive_work_days_min = if one.consecutive_work_days_max.is_none() {
            some(&mut dice, 3).map(|n| n as u32)
        } else {
            None
        };
        one.consecutive_days_off_min = some(&mut dice, 3).map(|n| n as u32);
        one.weekly_rest_day = dice.one_in(3);
        one.weekends_max = some(&mut dice, 2).map(|n| n as u32);
        one.nights_max = some(&mut dice, 3).map(|n| n as u32);
        if let Some(n) = some(&mut dice, 3) {
            one.shift_max.insert("late".into(), n as u32);
        }
        if dice.one_in(3) {
            one.unavailable.push(leave(id, dice.below(3) as usize));
        }
        if dice.one_in(4) {
            let shift =
                [None, Some("early".into()), Some("late".into())][dice.below(3) as usize].clone();
            one.fixed.push(FixedCell {
                day: dice.below(3) as usize,
                shift,
            });
        }
        if dice.one_in(2) {
            let wish = match dice.below(4) {
                0 => Wish::Off,
                1 => Wish::Work,
                2 => Wish::Shift("late".into()),
                _ => Wish::NotShift("early".into()),
            };
            one.requests.push(Request {
                day: dice.below(3) as usize,
                wish,
                cost: 3,
            });
        }
        one.fair_share = FairShare {
            nights: some(&mut dice, 2),
            lates: some(&mut dice, 2),
            earlies: some(&mut dice, 2),
            weekend_days: some(&mut dice, 2),
            holidays: some(&mut dice, 2),
            ..FairShare::default()
        };
        let (worked, off) = match dice.below(3) {
            0 => (0, 0),
            1 => (1 + dice.below(2) as u32, 0),
            _ => (0, 1 + dice.below(2) as u32),
        };
        one.history = History {
            consecutive_work_days: worked,
            consecutive_days_off: off,
            last_shift_end_minute: (worked > 0).then(|| dice.below(3) * 5 * H - 4 * H),
            last_shift: (worked > 0 && dice.one_in(2)).then(|| "late".into()),
            lates: dice.below(3),
            earlies: dice.below(3),
            minutes_carried: dice.below(3) * H - H,
            ..History::default()
        };
        problem.people.push(one);
    }
    for day in 0..days {
        for (skill, slots) in [("A", [8, 12, 16]), ("B", [10, 12, 24])] {
            for hour in slots {
                let minimum = dice.below(3) as u32 % 2;
                let target = minimum + dice.below(2) as u32;
                problem.demand.push(Demand {
                    day,
                    start_minute: hour * H,
                    skill: skill.into(),
                    minimum,
                    target,
                });
            }
        }
    }
    if dice.one_in(2) {
        problem.group_demand.push(GroupDemand {
            id: "senior".into(),
            name_zh: "资深".into(),
            name_en: "senior".into(),
            people: vec!["b".into()],
            days: vec![0, 2],
            start_minute: 9 * H,
            end_minute: 18 * H,
            minimum: 1,
        });
    }
    if dice.one_in(2) {
        let cell = |dice: &mut Dice<'_>| {
            [None, Some("early".into()), Some("late".into())][dice.below(3) as usize].clone()
        };
        let published: Assignments = (0..2)
            .map(|_| (0..days).map(|_| cell(&mut dice)).collect())
            .collect();
        problem.published = Some(published);
    }
    problem
}

/// A person's legal rows: what each costs, and on which of the wanted points it has the person on post.
fn rows_of(problem: &Problem, index: usize, points: &[naive::Wanted]) -> Vec<(i64, Vec<bool>)> {
    let (days, choices) = (problem.days.len(), problem.shifts.len() + 1);
    let mut rows = Vec::new();
    for code in 0..choices.pow(days as u32) {
        let row: Vec<Option<usize>> = (0..days)
            .map(|d| code / choices.pow(d as u32) % choices)
            .map(|c| (c < problem.shifts.len()).then_some(c))
            .collect();
        let row = ids(problem, &row);
        if !naive::row_rules(problem, &problem.people[index], &row).is_empty() {
            continue;
        }
        let cost = naive::own_costs(problem, index, &row)
            .iter()
            .map(|(_, _, c)| c)
            .sum();
        let there = |point: &naive::Wanted| {
            row.iter().enumerate().any(|(day, id)| {
                let shift = problem.shifts.iter().find(|s| Some(&s.id) == id.as_ref());
                let midnight = day as i64 * 1440;
                shift.is_some_and(|s| {
                    s.segments.iter().any(|s| {
                        (midnight + s.start_minute..midnight + s.end_minute).contains(&point.moment)
                    })
                })
            })
        };
        rows.push((cost, points.iter().map(there).collect()));
    }
    rows
}

/// Cheapest objective over every roster of three people without meals; `None` if somebody has no legal row.
fn cheapest_of_three(problem: &Problem) -> Option<i64> {
    let points = naive::wanted(problem);
    // What a point costs with each of the eight sets of people on post.
    let costs: Vec<[i64; 8]> = points
        .iter()
        .map(|point| {
            std::array::from_fn(|set| {
                let on_post: Vec<usize> = (0..3).filter(|p| set >> p & 1 == 1).collect();
                naive::point_costs(problem, point, &on_post)
                    .iter()
                    .map(|(_, c)| c)
                    .sum()
            })
        })
        .collect();
    let rows: Vec<_> = (0..3)
        .map(|index| rows_of(problem, index, &points))
        .collect();
    let mut best: Option<i64> = None;
    for (a, there_a) in &rows[0] {
        for (b, there_b) in &rows[1] {
            for (c, there_c) in &rows[2] {
                let mut cost = a + b + c;
                for (point, costs) in costs.iter().enumerate() {
                    if best.is_some_and(|best| cost >= best) {
                        break;
                    }
                    let set = usize::from(there_a[point])
                        | usize::from(there_b[point]) << 1
                        | usize::from(there_c[point]) << 2;
                    cost += costs[set];
                }
                best = Some(best.map_or(cost, |best| best.min(cost)));
            }
        }
    }
    best
}

/// Desks this small are always proven, demand beyond the last midnight included.
#[test]
fn small_desks_are_proven() {
    let (mut proven, mut legal) = (0, 0);
    for seed in 0..20 {
        let bytes = support::random::bytes(1_000 + seed);
        let problem = small_desk(&mut Dice::new(&bytes), 4, 2, false, 5);
        let plan = solved(&problem);
        if !plan.relaxed.is_empty() {
            continue;
        }
        legal += 1;
        if plan.status == Status::Optimal {
            let cheapest = cheapest_of_three(&problem);
            assert_eq!(Some(plan.objective), cheapest, "seed {seed}");
            proven += 1;
        }
    }
    assert!(legal >= 8 && proven == legal, "{proven} of {legal} proven");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn several_families_of_rules_at_once(bytes in prop::collection::vec(any::<u8>(), 220)) {
        let mut dice = Dice::new(&bytes);
        let shifts = 2 + dice.below(2) as usize;
        let problem = small_desk(&mut dice, if shifts == 2 { 4 } else { 3 }, shifts, false, 3);
        prop_assert_eq!(problem.validate(), vec![]);
        let plan = solved(&problem);
        match cheapest_of_three(&problem) {
            Some(optimum) => {
                prop_assert_eq!(&plan.relaxed, &vec![]);
                prop_assert!(plan.objective >= optimum, "cheaper than the best: {} < {optimum}", plan.objective);
                if let Some(bound) = plan.bound {
                    prop_assert!(bound <= optimum, "bound {bound} above the best {optimum}");
                }
                if plan.status == Status::Optimal {
                    prop_assert_eq!(plan.objective, optimum);
                }
                prop_assert_eq!(naive::broken(&problem, &plan), std::collections::BTreeSet::new());
                let verdict = check(&problem, &plan);
                prop_assert!(verdict.violations.is_empty(), "{:?}", verdict.violations);
            }
            None => prop_assert!(!plan.relaxed.is_empty()),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn bound_below_optimum_below_plan(bytes in prop::collection::vec(any::<u8>(), 160)) {
        let problem = problem(&Numbers(bytes));
        prop_assert_eq!(problem.validate(), vec![]);
        let plan = solved(&problem);
        match cheapest(&problem) {
            Some(optimum) => {
                prop_assert_eq!(&plan.relaxed, &vec![]);
                prop_assert!(plan.objective >= optimum, "cheaper than the best: {} < {optimum}", plan.objective);
                if let Some(bound) = plan.bound {
                    prop_assert!(bound <= optimum, "bound {bound} above the best {optimum}");
                }
                if plan.status == Status::Optimal {
                    prop_assert_eq!(plan.objective, optimum);
                }
                let verdict = check(&problem, &plan);
                prop_assert!(verdict.violations.is_empty(), "{:?}", verdict.violations);
            }
            None => prop_assert!(!plan.relaxed.is_empty()),
        }
    }
}
