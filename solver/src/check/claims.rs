//! What a plan says about itself, against what was recomputed.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::cover::{Point, missing, on_shift};
use super::sums::Sums;
use super::{MINUTES_A_DAY, Roster, Rule, Violation, moment};
use crate::plan::{Fact, FactKind, Plan, Shortfall, Status, Tier};
use crate::problem::{CostTerm, Person, Problem, ShiftId};

pub(super) fn check(
    problem: &Problem,
    plan: &Plan,
    roster: &Roster<'_>,
    points: &[Point],
    costs: &Sums,
    violations: &mut Vec<Violation>,
) {
    objective(plan, costs, violations);
    cost_table(plan, costs, violations);
    quality(plan, violations);
    digest(problem, plan, violations);
    shortfalls(problem, plan, points, violations);
    shift_shortfalls(problem, plan, roster, violations);
    facts(problem, plan, violations);
}

fn general(rule: Rule, detail: String) -> Violation {
    Violation {
        rule,
        person: None,
        day: None,
        minute: None,
        about: None,
        by: 1,
        detail,
    }
}

fn objective(plan: &Plan, costs: &Sums, violations: &mut Vec<Violation>) {
    let sum: i128 = costs.by_term.values().sum();
    if i128::from(plan.objective) != sum {
        violations.push(general(
            Rule::Objective,
            format!("says {}, costs {sum}", plan.objective),
        ));
    }
}

fn cost_table(plan: &Plan, costs: &Sums, violations: &mut Vec<Violation>) {
    let mut compare = |person: Option<usize>,
                       day: Option<usize>,
                       said: &BTreeMap<CostTerm, i64>,
                       is: &BTreeMap<CostTerm, i128>| {
        let terms: std::collections::BTreeSet<&CostTerm> = said.keys().chain(is.keys()).collect();
        for term in terms {
            let said = i128::from(said.get(term).copied().unwrap_or(0));
            let is = is.get(term).copied().unwrap_or(0);
            if said != is {
                let detail = format!("{term:?}: says {said}, costs {is}");
                violations.push(Violation {
                    rule: Rule::CostTable,
                    person,
                    day,
                    minute: None,
                    about: None,
                    by: 1,
                    detail,
                });
            }
        }
    };
    let nothing = BTreeMap::new();
    compare(None, None, &plan.costs.by_term, &costs.by_term);
    for person in 0..costs.by_person.len().max(plan.costs.by_person.len()) {
        let said = plan.costs.by_person.get(person).unwrap_or(&nothing);
        compare(
            Some(person),
            None,
            said,
            costs.by_person.get(person).unwrap_or(&BTreeMap::new()),
        );
    }
    for day in 0..costs.by_day.len().max(plan.costs.by_day.len()) {
        let said = plan.costs.by_day.get(day).unwrap_or(&nothing);
        compare(
            None,
            Some(day),
            said,
            costs.by_day.get(day).unwrap_or(&BTreeMap::new()),
        );
    }
}

fn quality(plan: &Plan, violations: &mut Vec<Violation>) {
    if let Some(bound) = plan.bound
        && bound > plan.objective
    {
        violations.push(general(
            Rule::Bound,
            format!(
                "the bound {bound} is above the objective {}",
                plan.objective
            ),
        ));
    }
    if plan.status == Status::Optimal && plan.bound != Some(plan.objective) {
        let bound = plan
            .bound
            .map_or("no bound".to_owned(), |bound| format!("bound {bound}"));
        violations.push(general(
            Rule::Optimal,
            format!("called optimal at {} with {bound}", plan.objective),
        ));
    }
}

fn digest(problem: &Problem, plan: &Plan, violations: &mut Vec<Violation>) {
    let digest = serde_json::to_vec(problem).map(|json| {
        Sha256::digest(json)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
    });
    if digest.ok().as_ref() != Some(&plan.report.problem_digest) {
        violations.push(general(
            Rule::ProblemDigest,
            "the plan was made for another problem".to_owned(),
        ));
    }
}

/// At every point the list must name as many people as are missing, tier by tier, and in skills where they would help:
/// with the missing ones there, everything is served.
fn shortfalls(problem: &Problem, plan: &Plan, points: &[Point], violations: &mut Vec<Violation>) {
    let mut broken = |day: usize, minute: i64, detail: String| {
        violations.push(Violation {
            rule: Rule::Shortfall,
            person: None,
            day: Some(day),
            minute: Some(minute),
            about: None,
            by: 1,
            detail,
        });
    };
    for entry in &plan.shortfalls {
        if let Some(fault) = malformed(problem, entry) {
            broken(entry.day, entry.start_minute, fault);
        }
    }
    let at = |entry: &Shortfall, now: i64| {
        moment(entry.day, entry.start_minute) <= now && now < moment(entry.day, entry.end_minute)
    };
    for point in points {
        let day = (point.moment / MINUTES_A_DAY) as usize;
        let minute = point.moment - moment(day, 0);
        let here: Vec<&Shortfall> = plan
            .shortfalls
            .iter()
            .filter(|entry| at(entry, point.moment))
            .collect();
        let by_skill = |tier: Tier| -> Vec<u32> {
            let of_skill = |skill: usize| {
                here.iter().filter(move |entry| {
                    entry.tier == tier && entry.skill.as_ref() == Some(&problem.skills[skill].id)
                })
            };
            (0..problem.skills.len())
                .map(|skill| of_skill(skill).map(|entry| entry.missing).sum())
                .collect()
        };
        let under_minimum = by_skill(Tier::Minimum);
        let under_target: Vec<u32> = by_skill(Tier::Target)
            .iter()
            .zip(&under_minimum)
            .map(|(a, b)| a + b)
            .collect();
        for (tier, said, wanted, is) in [
            (
                Tier::Minimum,
                under_minimum,
                &point.minimum,
                point.under_minimum,
            ),
            (
                Tier::Target,
                under_target,
                &point.target,
                point.under_target,
            ),
        ] {
            let sum: u32 = said.iter().sum();
            if sum != is {
                broken(
                    day,
                    minute,
                    format!("{tier:?}: says {sum} missing, {is} are"),
                );
                continue;
            }
            let left: Vec<u32> = wanted
                .iter()
                .zip(&said)
                .map(|(wanted, said)| wanted.saturating_sub(*said))
                .collect();
            if missing(&point.on_post, &left) > 0 {
                broken(
                    day,
                    minute,
                    format!("{tier:?}: {said:?} more would not serve {wanted:?}"),
                );
            }
        }
        for (index, group) in problem.group_demand.iter().enumerate() {
            let of_group = here.iter().filter(|entry| {
                entry.tier == Tier::Group && entry.group.as_ref() == Some(&group.id)
            });
            let said: u32 = of_group.map(|entry| entry.missing).sum();
            let is: u32 = point
                .under_group
                .iter()
                .filter(|(other, _)| *other == index)
                .map(|(_, missing)| missing)
                .sum();
            if said != is {
                broken(
                    day,
                    minute,
                    format!("group {}: says {said} missing, {is} are", group.id),
                );
            }
        }
    }
    // What is claimed where nothing is wanted.
    let by_time = |entry: &&Shortfall| !matches!(entry.tier, Tier::Shift | Tier::Standby);
    for entry in plan.shortfalls.iter().filter(by_time) {
        let mut now = moment(entry.day, entry.start_minute);
        while now < moment(entry.day, entry.end_minute) {
            if !points.iter().any(|point| point.moment == now) {
                broken(
                    entry.day,
                    now - moment(entry.day, 0),
                    "says people are missing where none are wanted".to_owned(),
                );
                break;
            }
            now += problem.meal_grid_minutes;
        }
    }
}

/// A shift's entry must say what is missing on it; a shift nobody pays for missing needs none.
fn shift_shortfalls(
    problem: &Problem,
    plan: &Plan,
    roster: &Roster<'_>,
    violations: &mut Vec<Violation>,
) {
    let said = |tier: Tier, day: usize, shift: &ShiftId| -> i64 {
        let entries = plan.shortfalls.iter().filter(|entry| {
            entry.tier == tier && entry.day == day && entry.shift.as_ref() == Some(shift)
        });
        entries.map(|entry| i64::from(entry.missing)).sum()
    };
    let mut broken = |day: usize, detail: String| {
        violations.push(Violation {
            rule: Rule::Shortfall,
            person: None,
            day: Some(day),
            minute: None,
            about: None,
            by: 1,
            detail,
        });
    };
    for cover in &problem.shift_cover {
        let asked = if cover.under_cost > 0 {
            cover.people
        } else if cover.minimum_cost > 0 {
            cover.minimum
        } else {
            0
        };
        let missing = (i64::from(asked) - on_shift(roster, cover)).max(0);
        let said = said(Tier::Shift, cover.day, &cover.shift);
        if said != missing {
            broken(
                cover.day,
                format!("shift {}: says {said} missing, {missing} are", cover.shift),
            );
        }
    }
    for entry in plan.shortfalls.iter().filter(|e| e.tier == Tier::Shift) {
        let wanted = problem
            .shift_cover
            .iter()
            .any(|cover| cover.day == entry.day && entry.shift.as_ref() == Some(&cover.shift));
        if !wanted {
            broken(
                entry.day,
                "says people are missing on a shift nobody asked for".to_owned(),
            );
        }
    }
    // On call: every day the shift is offered, whoever is there.
    for shift in &problem.shifts {
        let asked = shift.standby.filter(|standby| standby.under_cost > 0);
        let asked = asked.map_or(0, |standby| i64::from(standby.people));
        for day in 0..problem.days.len() {
            let offered = shift.days.as_ref().is_none_or(|days| days.contains(&day));
            let there = roster
                .worked
                .iter()
                .filter(|row| row[day].is_some_and(|on| on.id == shift.id))
                .count() as i64;
            let missing = if offered { (asked - there).max(0) } else { 0 };
            let said = said(Tier::Standby, day, &shift.id);
            if said != missing {
                broken(
                    day,
                    format!("on call {}: says {said} missing, {missing} are", shift.id),
                );
            }
        }
    }
}

fn malformed(problem: &Problem, entry: &Shortfall) -> Option<String> {
    let on_grid = |minute: i64| minute.rem_euclid(problem.meal_grid_minutes) == 0;
    if entry.day >= problem.days.len()
        || entry.end_minute <= entry.start_minute
        || entry.missing == 0
    {
        return Some("an empty entry".to_owned());
    }
    if !on_grid(entry.start_minute) || !on_grid(entry.end_minute) {
        return Some("an entry off the grid".to_owned());
    }
    let skill_known = entry
        .skill
        .as_ref()
        .is_some_and(|id| problem.skills.iter().any(|skill| skill.id == *id));
    let group_known = entry
        .group
        .as_ref()
        .is_some_and(|id| problem.group_demand.iter().any(|group| group.id == *id));
    let right = match entry.tier {
        Tier::Minimum | Tier::Target => {
            skill_known && entry.group.is_none() && entry.shift.is_none()
        }
        Tier::Group => group_known && entry.skill.is_none() && entry.shift.is_none(),
        Tier::Shift | Tier::Standby => {
            entry.skill.is_none() && entry.group.is_none() && entry.shift.is_some()
        }
    };
    (!right).then(|| {
        format!(
            "{:?} with skill {:?} and group {:?}",
            entry.tier, entry.skill, entry.group
        )
    })
}

/// Does the plan say that it lets this rule go for this person? Leave and locks are let go day by day, rest and
/// limits as a whole.
pub(super) fn admits(problem: &Problem, plan: &Plan, violation: &Violation) -> bool {
    let Some(person) = violation
        .person
        .and_then(|person| problem.people.get(person))
    else {
        return false;
    };
    let freed = plan
        .relaxed
        .iter()
        .map(|relaxation| &relaxation.freed)
        .filter(|fact| fact.person == person.id);
    freed
        .into_iter()
        .any(|fact| match (&fact.kind, violation.rule) {
            // A shift of the day before or after may reach into the absence.
            (FactKind::Unavailable(_), Rule::Unavailable) => {
                violation.day.is_some_and(|day| day.abs_diff(fact.day) <= 1)
            }
            (FactKind::Locked(_), Rule::FixedCell) => violation.day == Some(fact.day),
            (FactKind::Rest, Rule::Rest | Rule::Succession)
            | (FactKind::ConsecutiveWorkDaysMax, Rule::ConsecutiveWorkDaysMax)
            | (FactKind::ConsecutiveWorkDaysMin, Rule::ConsecutiveWorkDaysMin)
            | (FactKind::ConsecutiveDaysOffMin, Rule::ConsecutiveDaysOffMin)
            | (FactKind::WeeklyRestDay, Rule::WeeklyRestDay)
            | (FactKind::Minutes, Rule::MinutesMin | Rule::MinutesMax)
            | (FactKind::MinutesWeekMax, Rule::MinutesWeekMax)
            | (FactKind::WeekendsMax, Rule::WeekendsMax)
            | (FactKind::NightsMax, Rule::NightsMax)
            | (FactKind::ShiftMax(_), Rule::ShiftMax)
            | (FactKind::ConsecutiveDaysOffMax, Rule::ConsecutiveDaysOffMax)
            | (FactKind::KindDaysMax(_), Rule::KindDaysMax)
            | (
                FactKind::ConsecutiveNights,
                Rule::ConsecutiveNightsMin | Rule::ConsecutiveNightsMax,
            )
            | (FactKind::DaysOffAfterNights, Rule::DaysOffAfterNights)
            | (FactKind::CompleteWeekends, Rule::CompleteWeekends)
            | (FactKind::MinutesWeekMin, Rule::MinutesWeekMin) => true,
            (FactKind::Meeting(_), Rule::Meeting)
            | (FactKind::NotTogether(_), Rule::NotTogether) => violation.day == Some(fact.day),
            _ => false,
        })
}

/// Facts that are named as a cause, or as let go, are the problem's.
fn facts(problem: &Problem, plan: &Plan, violations: &mut Vec<Violation>) {
    let of_shortfalls = plan.shortfalls.iter().flat_map(|entry| {
        entry.conflict.iter().chain(
            entry
                .repairs
                .iter()
                .filter_map(|repair| repair.fact.as_ref()),
        )
    });
    let of_relaxed = plan
        .relaxed
        .iter()
        .flat_map(|relaxation| relaxation.conflict.iter().chain([&relaxation.freed]));
    for fact in of_shortfalls.chain(of_relaxed) {
        let Some(index) = problem
            .people
            .iter()
            .position(|person| person.id == fact.person)
        else {
            violations.push(general(
                Rule::Fact,
                format!("there is no person {}", fact.person),
            ));
            continue;
        };
        if !exists(problem, &problem.people[index], fact) {
            let detail = format!("{:?} of {} is not in the problem", fact.kind, fact.person);
            violations.push(Violation::of(Rule::Fact, index, fact.day, detail));
        }
    }
}

fn exists(problem: &Problem, person: &Person, fact: &Fact) -> bool {
    match &fact.kind {
        FactKind::Unavailable(cause) => person
            .unavailable
            .iter()
            .any(|absence| absence.day == fact.day && absence.cause == *cause),
        FactKind::Locked(shift) => person
            .fixed
            .iter()
            .any(|cell| cell.day == fact.day && cell.shift == *shift),
        FactKind::ConsecutiveWorkDaysMax => person.consecutive_work_days_max.is_some(),
        FactKind::ConsecutiveWorkDaysMin => person.consecutive_work_days_min.is_some(),
        FactKind::ConsecutiveDaysOffMin => person.consecutive_days_off_min.is_some(),
        FactKind::WeeklyRestDay => person.weekly_rest_day,
        FactKind::Minutes => person.minutes_max.is_some() || person.minutes_min.is_some(),
        FactKind::MinutesWeekMax => person.minutes_week_max.is_some(),
        FactKind::WeekendsMax => person.weekends_max.is_some(),
        FactKind::NightsMax => person.nights_max.is_some(),
        FactKind::ShiftMax(shift) => person.shift_max.contains_key(shift),
        FactKind::ConsecutiveDaysOffMax => person.more.consecutive_days_off_max.is_some(),
        FactKind::KindDaysMax(kind) => person.more.kind_days_max.contains_key(kind),
        FactKind::ConsecutiveNights => {
            person.more.consecutive_nights_min.is_some()
                || person.more.consecutive_nights_max.is_some()
        }
        FactKind::DaysOffAfterNights => person.more.days_off_after_nights_min.is_some(),
        FactKind::CompleteWeekends => person.more.complete_weekends,
        FactKind::MinutesWeekMin => person.more.minutes_week_min.is_some(),
        FactKind::Meeting(id) => person
            .more
            .meetings
            .iter()
            .any(|meeting| meeting.id == *id && meeting.day == fact.day),
        FactKind::NotTogether(other) => problem
            .team
            .apart
            .iter()
            .any(|pair| pair.hard && pair.first == person.id && pair.second == *other),
        FactKind::Skill(skill) => {
            problem.skills.iter().any(|known| known.id == *skill) && !person.skills.contains(skill)
        }
        FactKind::Rest => {
            problem.rules.rest_minutes_min > 0 || !problem.rules.forbidden_successions.is_empty()
        }
    }
}
