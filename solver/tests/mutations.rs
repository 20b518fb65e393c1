//! The checker against systematically mutated plans. A second judge (`support/naive.rs`), which shares nothing with it, says for
//! every mutation which rules are broken; the checker must name the same rules, no more and no fewer.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use solver::check::{Rule, check};
use solver::desk_instance::DeskSpec;
use solver::plan::{Fact, FactKind, Meal, Plan, Status, Tier};
use solver::problem::{CostTerm, Problem, ShiftId};
use support::random::{Dice, bytes, small_desk};
use support::{naive, solved};

/// How often each rule was found broken, and how many mutations broke nothing.
#[derive(Default)]
struct Tally {
    rules: BTreeMap<Rule, usize>,
    rejected: usize,
    accepted: usize,
}

impl Tally {
    fn judge(&mut self, problem: &Problem, plan: &Plan, what: &dyn Fn() -> String) {
        let wanted = naive::broken(problem, plan);
        let verdict = check(problem, plan);
        let said: BTreeSet<Rule> = verdict.violations.iter().map(|v| v.rule).collect();
        assert_eq!(said, wanted, "{}: {:?}", what(), verdict.violations);
        assert!(verdict.admitted.is_empty());
        for rule in &wanted {
            *self.rules.entry(*rule).or_default() += 1;
        }
        if wanted.is_empty() {
            self.accepted += 1;
        } else {
            self.rejected += 1;
        }
    }
}

/// The meals of a shift as early as they can be.
fn earliest_meals(
    problem: &Problem,
    person: usize,
    day: usize,
    shift: Option<&ShiftId>,
) -> Vec<Meal> {
    let mut free = 0;
    let shift = shift.and_then(|id| problem.shifts.iter().find(|s| &s.id == id));
    let windows = shift.iter().flat_map(|s| &s.meals);
    windows
        .map(|window| {
            let start_minute = window.earliest_start_minute.max(free);
            free = start_minute + window.duration_minutes;
            Meal {
                person,
                day,
                start_minute,
                duration_minutes: window.duration_minutes,
            }
        })
        .collect()
}

/// Every cell to every other content; once with the old claims, once with claims that are true of it.
fn mutate_cells(problem: &Problem, plan: &Plan, tally: &mut Tally) {
    let mut contents: Vec<Option<ShiftId>> = vec![None, Some("unheard of".into())];
    contents.extend(problem.shifts.iter().map(|shift| Some(shift.id.clone())));
    for person in 0..problem.people.len() {
        for day in 0..problem.days.len() {
            for content in &contents {
                if *content == plan.assignments[person][day] {
                    continue;
                }
                let what = || format!("person {person}, day {day} to {content:?}");
                let mut stale = plan.clone();
                stale.assignments[person][day] = content.clone();
                tally.judge(problem, &stale, &what);
                let mut meals = plan.meals.clone();
                meals.retain(|meal| (meal.person, meal.day) != (person, day));
                meals.extend(earliest_meals(problem, person, day, content.as_ref()));
                let honest =
                    naive::with_true_claims(problem, plan, stale.assignments.clone(), meals);
                tally.judge(problem, &honest, &what);
            }
        }
    }
}

/// Every meal moved, dropped, doubled, stretched, or put where it does not belong; again with old and with true claims.
fn mutate_meals(problem: &Problem, plan: &Plan, tally: &mut Tally) {
    let grid = problem.meal_grid_minutes;
    for index in 0..plan.meals.len() {
        let mut variants: Vec<Vec<Meal>> = Vec::new();
        let mut changed = |change: &dyn Fn(&mut Vec<Meal>)| {
            let mut meals = plan.meals.clone();
            change(&mut meals);
            variants.push(meals);
        };
        for shift in [-2 * grid, -grid, -1, 1, grid, 2 * grid, 6 * grid] {
            changed(&|meals| meals[index].start_minute += shift);
        }
        for longer in [-grid, grid] {
            changed(&|meals| meals[index].duration_minutes += longer);
        }
        changed(&|meals| {
            meals.remove(index);
        });
        changed(&|meals| meals.push(meals[index].clone()));
        changed(&|meals| meals[index].day = (meals[index].day + 1) % problem.days.len());
        changed(&|meals| meals[index].person = (meals[index].person + 1) % problem.people.len());
        changed(&|meals| meals[index].person = problem.people.len());
        for meals in variants {
            let what = || format!("meal {:?}, now {meals:?}", plan.meals[index]);
            let mut stale = plan.clone();
            stale.meals = meals.clone();
            tally.judge(problem, &stale, &what);
            let honest =
                naive::with_true_claims(problem, plan, plan.assignments.clone(), meals.clone());
            tally.judge(problem, &honest, &what);
        }
    }
}

/// Every figure of the cost table, the objective, the bound, the status and the digest.
fn mutate_claims(problem: &Problem, plan: &Plan, tally: &mut Tally) {
    let mut judge = |what: &str, change: &dyn Fn(&mut Plan)| {
        let mut changed = plan.clone();
        change(&mut changed);
        tally.judge(problem, &changed, &|| what.to_owned());
    };
    let terms: Vec<CostTerm> = problem
        .costs
        .named()
        .iter()
        .map(|(term, _)| *term)
        .collect();
    for off in [-1, 1, 1_000_000_007] {
        judge("objective", &|p| p.objective += off);
        for term in &terms {
            judge("by_term", &|p| {
                *p.costs.by_term.entry(*term).or_default() += off
            });
            for row in 0..problem.people.len() {
                judge("by_person", &|p| {
                    *p.costs.by_person[row].entry(*term).or_default() += off;
                });
            }
            for row in 0..problem.days.len() {
                judge("by_day", &|p| {
                    *p.costs.by_day[row].entry(*term).or_default() += off
                });
            }
        }
    }
    for term in &terms {
        judge("term left out", &|p| {
            p.costs.by_term.remove(term);
        });
    }
    for bound in [
        None,
        Some(-7),
        Some(plan.objective - 1),
        Some(plan.objective),
        Some(plan.objective + 1),
    ] {
        for status in [
            Status::Optimal,
            Status::TimeLimit,
            Status::WorkLimit,
            Status::Cancelled,
            Status::Evaluated,
        ] {
            judge("bound and status", &|p| {
                (p.bound, p.status) = (bound, status)
            });
        }
    }
    judge("digest", &|p| {
        p.report.problem_digest.replace_range(0..1, "x")
    });
    judge("digest", &|p| p.report.problem_digest.clear());
}

/// Every entry of the list of shortfalls, and every fact in it.
fn mutate_shortfalls(problem: &Problem, plan: &Plan, tally: &mut Tally) {
    let grid = problem.meal_grid_minutes;
    let mut judge = |what: &str, change: &dyn Fn(&mut Plan)| {
        let mut changed = plan.clone();
        change(&mut changed);
        tally.judge(problem, &changed, &|| format!("shortfall: {what}"));
    };
    // One stretch is as good as another: some from all over the horizon.
    for index in (0..plan.shortfalls.len()).step_by(plan.shortfalls.len() / 4 + 1) {
        judge("dropped", &|p| {
            p.shortfalls.remove(index);
        });
        judge("doubled", &|p| {
            p.shortfalls.push(p.shortfalls[index].clone())
        });
        judge("more", &|p| p.shortfalls[index].missing += 1);
        judge("fewer", &|p| p.shortfalls[index].missing -= 1);
        judge("earlier", &|p| p.shortfalls[index].start_minute -= grid);
        judge("later", &|p| p.shortfalls[index].start_minute += grid);
        judge("longer", &|p| p.shortfalls[index].end_minute += grid);
        judge("shorter", &|p| p.shortfalls[index].end_minute -= grid);
        judge("off the grid", &|p| p.shortfalls[index].end_minute -= 1);
        judge("another day", &|p| p.shortfalls[index].day += 1);
        for tier in [Tier::Minimum, Tier::Target, Tier::Group] {
            judge("tier", &|p| p.shortfalls[index].tier = tier);
        }
        for skill in problem
            .skills
            .iter()
            .map(|s| s.id.clone())
            .chain(["none such".into()])
        {
            judge("skill", &|p| {
                p.shortfalls[index].skill = Some(skill.clone())
            });
        }
        judge("no skill", &|p| p.shortfalls[index].skill = None);
        judge("group", &|p| {
            p.shortfalls[index].group = Some("senior".into())
        });
        for kind in [
            FactKind::Rest,
            FactKind::NightsMax,
            FactKind::WeeklyRestDay,
            FactKind::Locked(None),
            FactKind::Skill("A".into()),
            FactKind::Skill("none such".into()),
        ] {
            for person in problem
                .people
                .iter()
                .map(|p| p.id.clone())
                .chain(["nobody".into()])
            {
                let fact = Fact {
                    person,
                    day: 0,
                    kind: kind.clone(),
                };
                judge("fact", &|p| p.shortfalls[index].conflict.push(fact.clone()));
            }
        }
    }
}

fn mutate(problem: &Problem, tally: &mut Tally) {
    let plan = solved(problem);
    if !plan.relaxed.is_empty() {
        return;
    }
    tally.judge(problem, &plan, &|| "the plan as it is".to_owned());
    mutate_cells(problem, &plan, tally);
    mutate_meals(problem, &plan, tally);
    mutate_claims(problem, &plan, tally);
    mutate_shortfalls(problem, &plan, tally);
}

#[test]
fn the_checker_and_the_second_judge_agree_on_every_mutation() {
    let mut tally = Tally::default();
    for seed in 0..24 {
        let bytes = bytes(seed);
        let mut dice = Dice::new(&bytes);
        let shifts = 2 + seed as usize % 3;
        let problem = small_desk(&mut dice, 5, shifts, true, 4);
        assert_eq!(problem.validate(), [], "seed {seed}");
        mutate(&problem, &mut tally);
    }
    println!(
        "{} mutations rejected, {} accepted; {:?}",
        tally.rejected, tally.accepted, tally.rules
    );
    assert!(
        tally.rejected > 10_000 && tally.accepted > 200,
        "too few to mean anything"
    );
    for rule in [
        Rule::KnownShift,
        Rule::ShiftOffered,
        Rule::Skill,
        Rule::Unavailable,
        Rule::FixedCell,
        Rule::Rest,
        Rule::Succession,
        Rule::ConsecutiveWorkDaysMax,
        Rule::ConsecutiveWorkDaysMin,
        Rule::ConsecutiveDaysOffMin,
        Rule::WeeklyRestDay,
        Rule::MinutesMin,
        Rule::MinutesMax,
        Rule::MinutesWeekMax,
        Rule::WeekendsMax,
        Rule::NightsMax,
        Rule::ShiftMax,
        Rule::MealCount,
        Rule::MealWindow,
        Rule::MealDuration,
        Rule::MealOverlap,
        Rule::Shortfall,
        Rule::Fact,
        Rule::Objective,
        Rule::CostTable,
        Rule::Bound,
        Rule::Optimal,
        Rule::ProblemDigest,
    ] {
        assert!(
            tally.rules.contains_key(&rule),
            "no mutation broke {rule:?}"
        );
    }
}

/// A generated desk of the measured kind, its cells and meals on the five-minute grid.
#[test]
fn they_agree_on_a_generated_desk() {
    let mut tally = Tally::default();
    let problem = DeskSpec {
        people: 6,
        first: 12,
        days: 3,
        seed: 1,
    }
    .generate();
    let plan = solved(&problem);
    assert_eq!(plan.relaxed, []);
    mutate_cells(&problem, &plan, &mut tally);
    mutate_meals(&problem, &plan, &mut tally);
    assert!(tally.rejected > 100 && tally.accepted > 10);
}

/// A roster of the wrong shape is told so, whatever else it says.
#[test]
fn rows_and_cells_of_the_wrong_number() {
    let bytes = bytes(3);
    let problem = small_desk(&mut Dice::new(&bytes), 4, 2, true, 9);
    let plan = solved(&problem);
    for change in [
        |p: &mut Plan| {
            p.assignments.pop();
        },
        |p: &mut Plan| p.assignments.push(vec![None; 4]),
        |p: &mut Plan| {
            p.assignments[1].pop();
        },
        |p: &mut Plan| p.assignments[2].push(None),
    ] {
        let mut changed = plan.clone();
        change(&mut changed);
        let violations = check(&problem, &changed).violations;
        assert!(
            violations.iter().any(|v| v.rule == Rule::Shape),
            "{violations:?}"
        );
    }
}
