//! Weeks of the competition as a roster problem, and rosters back.

use std::collections::{BTreeMap, BTreeSet};

use super::{Cells, Inrc2Error, Past, Range, SATURDAY, Scenario, WEEK_DAYS, Week};
use crate::problem::{
    Assignments, COST_LIMIT, Cost, CostTerm, Costs, DAY_MINUTES, Day, History, Person, Problem,
    Request, RowRules, ShiftCover, ShiftId, ShiftTemplate, Skill, SkillId, SoftRange, Succession,
    Wish,
};

/// Weights of the competition.
const OPTIMUM: i64 = 30;
const REFUSED: i64 = 10;
const PRICES: [(CostTerm, i64); 6] = [
    (CostTerm::ConsecutiveWorkDays, 30),
    (CostTerm::ConsecutiveDaysOff, 30),
    (CostTerm::ConsecutiveKind, 15),
    (CostTerm::Assignments, 20),
    (CostTerm::Weekends, 30),
    (CostTerm::BrokenWeekend, 30),
];

/// Totals of the horizon that a nurse is held to.
type Totals = (SoftRange, u32);

/// As many weeks as the scenario has: its totals speak of all of them.
pub(super) fn whole_horizon(scenario: &Scenario, weeks: &[Week]) -> Result<(), Inrc2Error> {
    if weeks.len() == scenario.weeks {
        Ok(())
    } else {
        Err(Inrc2Error::Weeks {
            wanted: scenario.weeks,
            given: weeks.len(),
        })
    }
}

/// All weeks at once. Where no minimum is missed, the objective is the competition's cost; a nurse missing under a minimum costs
/// more than everything else can.
pub fn whole(scenario: &Scenario, history: &[Past], weeks: &[Week]) -> Result<Problem, Inrc2Error> {
    whole_horizon(scenario, weeks)?;
    Ok(problem(scenario, history, weeks, &totals(scenario)))
}

/// The last of the weeks known, and as many more as are left of the horizon: they are taken to ask for what the weeks known did, the
/// latest first, and nobody to wish for anything. A week alone, held to its share of the totals, is blind to where runs of days will
/// lie in the next one (competition instances n030w4 1 6-2-9-1 and n050w4 0 0-4-8-7, twenty seconds a week: 2,110 and 1,925 alone,
/// 1,880 and 1,550 so).
pub(super) fn stage(scenario: &Scenario, past: &[Past], known: &[Week]) -> Problem {
    let left = scenario.weeks.saturating_sub(known.len());
    let guessed = known.iter().rev().cycle().take(left).map(|week| Week {
        cover: week.cover.clone(),
        refused: BTreeSet::new(),
    });
    let weeks: Vec<Week> = known.last().cloned().into_iter().chain(guessed).collect();
    problem(scenario, past, &weeks, &totals(scenario))
}

/// What each contract asks for over the horizon.
fn totals(scenario: &Scenario) -> Vec<Totals> {
    let totals = scenario.contracts.iter().map(|contract| {
        let Range { min, max } = contract.assignments;
        let range = SoftRange {
            min: Some(min),
            max: Some(max),
        };
        (range, contract.weekends_max)
    });
    totals.collect()
}

fn problem(scenario: &Scenario, history: &[Past], weeks: &[Week], totals: &[Totals]) -> Problem {
    let mut costs = Costs::none();
    costs.more = PRICES
        .into_iter()
        .map(|(term, per_unit)| {
            let cost = Cost {
                per_unit,
                unit: "unit".into(),
                asked_by: "competition".into(),
            };
            (term, cost)
        })
        .collect();
    let days = (0..weeks.len() * WEEK_DAYS).map(day).collect();
    let mut problem = Problem {
        skills: scenario
            .skills
            .iter()
            .map(|name| Skill {
                id: name.as_str().into(),
                name_zh: name.clone(),
                name_en: name.clone(),
            })
            .collect(),
        costs,
        ..Problem::by_shift(&scenario.name, days)
    };
    for kind in 0..scenario.shift_types.len() {
        for skill in 0..scenario.skills.len() {
            problem.shifts.push(template(scenario, kind, skill));
        }
    }
    for (previous, next) in &scenario.forbidden {
        for previous in templates(scenario, *previous) {
            for next in templates(scenario, *next) {
                problem.rules.forbidden_successions.push(Succession {
                    previous: previous.clone(),
                    next,
                });
            }
        }
    }
    for (nurse, past) in history.iter().enumerate().take(scenario.nurses.len()) {
        let person = person(scenario, nurse, past, weeks, totals);
        problem.people.push(person);
    }
    let missed = above_everything(scenario, history, weeks);
    for (index, week) in weeks.iter().enumerate() {
        for ((kind, skill), days) in &week.cover {
            for (day, range) in days.iter().enumerate().filter(|(_, range)| range.max > 0) {
                problem.shift_cover.push(ShiftCover {
                    day: index * WEEK_DAYS + day,
                    shift: shift_id(scenario, *kind, *skill),
                    people: range.max,
                    under_cost: OPTIMUM,
                    over_cost: 0,
                    minimum: range.min,
                    minimum_cost: missed,
                });
            }
        }
    }
    problem
}

fn day(index: usize) -> Day {
    Day {
        date: format!("day {index}"),
        weekend: index % WEEK_DAYS >= SATURDAY,
        holiday: false,
        week: (index / WEEK_DAYS) as u32,
    }
}

fn shift_id(scenario: &Scenario, kind: usize, skill: usize) -> ShiftId {
    format!(
        "{} {}",
        scenario.shift_types[kind].0, scenario.skills[skill]
    )
    .into()
}

/// A shift type in every skill.
fn templates(scenario: &Scenario, kind: usize) -> impl Iterator<Item = ShiftId> + '_ {
    (0..scenario.skills.len()).map(move |skill| shift_id(scenario, kind, skill))
}

fn template(scenario: &Scenario, kind: usize, skill: usize) -> ShiftTemplate {
    ShiftTemplate {
        kind: scenario.shift_types[kind].0.clone(),
        skills_required: vec![SkillId::from(scenario.skills[skill].as_str())],
        ..ShiftTemplate::whole_day(shift_id(scenario, kind, skill), DAY_MINUTES)
    }
}

fn person(
    scenario: &Scenario,
    nurse: usize,
    past: &Past,
    weeks: &[Week],
    totals: &[Totals],
) -> Person {
    let who = &scenario.nurses[nurse];
    let contract = &scenario.contracts[who.contract];
    let (assignments, weekends) = totals[who.contract];
    let soft = |range: Range| SoftRange {
        min: Some(range.min),
        max: Some(range.max),
    };
    let mut requests = Vec::new();
    for (index, week) in weeks.iter().enumerate() {
        let mut refused: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (_, day, kind) in week.refused.iter().filter(|(who, ..)| *who == nurse) {
            refused.entry(*day).or_default().push(*kind);
        }
        for (day, kinds) in refused {
            let wishes = if kinds.len() == scenario.shift_types.len() {
                vec![Wish::Off]
            } else {
                let shifts = kinds.into_iter().flat_map(|kind| templates(scenario, kind));
                shifts.map(Wish::NotShift).collect()
            };
            requests.extend(wishes.into_iter().map(|wish| Request {
                day: index * WEEK_DAYS + day,
                wish,
                cost: REFUSED,
            }));
        }
    }
    Person {
        skills: who
            .skills
            .iter()
            .map(|skill| SkillId::from(scenario.skills[*skill].as_str()))
            .collect(),
        requests,
        history: History {
            consecutive_work_days: past.work_days,
            consecutive_days_off: past.days_off,
            // In whichever skill: successions and runs go by the type.
            last_shift: past
                .last
                .and_then(|(kind, _)| templates(scenario, kind).next()),
            consecutive_kind_days: past.last.map_or(0, |(_, days)| days),
            assignments: i64::from(past.assignments),
            weekends: past.weekends,
            ..History::default()
        },
        more: RowRules {
            work_days_wanted: soft(contract.work_days),
            days_off_wanted: soft(contract.days_off),
            kind_days_wanted: scenario
                .shift_types
                .iter()
                .map(|(name, range)| (name.clone(), soft(*range)))
                .collect(),
            assignments_wanted: assignments,
            weekends_wanted_max: Some(weekends),
            complete_weekends_wanted: contract.complete_weekends,
            ..RowRules::default()
        },
        ..Person::new(who.name.as_str())
    }
}

/// More than any roster can cost by the soft rules: a day lies beyond or ends at most one run of work or of days off, and one of
/// a shift type, and breaks one wish.
fn above_everything(scenario: &Scenario, history: &[Past], weeks: &[Week]) -> i64 {
    let days = (weeks.len() * WEEK_DAYS) as i64;
    let contracts = scenario.contracts.iter();
    let run = contracts
        .map(|contract| contract.work_days.min.max(contract.days_off.min).max(1))
        .max()
        .unwrap_or(1);
    let of_type = scenario
        .shift_types
        .iter()
        .map(|(_, range)| range.min.max(1));
    let of_type = of_type.max().unwrap_or(1);
    let a_day = 2 * 30 * i64::from(run) + 2 * 15 * i64::from(of_type) + REFUSED;
    let mut sum = 1;
    for (nurse, past) in scenario.nurses.iter().zip(history) {
        let contract = &scenario.contracts[nurse.contract];
        let assignments = i64::from(contract.assignments.min.max(past.assignments)) + days;
        sum += days * a_day + assignments * 20 + (2 * weeks.len() as i64) * 30;
    }
    let cover = weeks.iter().flat_map(|week| week.cover.values()).flatten();
    sum += cover
        .map(|range| OPTIMUM * i64::from(range.max))
        .sum::<i64>();
    sum.min(COST_LIMIT)
}

/// The roster of a plan in the competition's terms.
pub fn cells(problem: &Problem, scenario: &Scenario, assignments: &Assignments) -> Cells {
    let skills = scenario.skills.len().max(1);
    assignments
        .iter()
        .map(|row| {
            row.iter()
                .map(|shift| {
                    let index = problem.shift_index(shift.as_ref()?)?;
                    Some((index / skills, index % skills))
                })
                .collect()
        })
        .collect()
}

/// A roster of the competition in a plan's terms.
pub fn assignments(scenario: &Scenario, roster: &Cells) -> Assignments {
    let shift = |&(kind, skill): &(usize, usize)| shift_id(scenario, kind, skill);
    roster
        .iter()
        .map(|row| row.iter().map(|cell| cell.as_ref().map(shift)).collect())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inrc2::{Contract, Nurse};

    /// One nurse and one shift type for three weeks.
    fn scenario() -> Scenario {
        let range = |min, max| Range { min, max };
        Scenario {
            name: "three".into(),
            weeks: 3,
            skills: vec!["Nurse".into()],
            shift_types: vec![("Day".into(), range(1, 7))],
            forbidden: BTreeSet::new(),
            contracts: vec![Contract {
                name: "Full".into(),
                assignments: range(9, 12),
                work_days: range(1, 7),
                days_off: range(1, 7),
                weekends_max: 2,
                complete_weekends: false,
            }],
            nurses: vec![Nurse {
                name: "Ann".into(),
                contract: 0,
                skills: vec![0],
            }],
        }
    }

    fn week(optimum: u32, refused_on: usize) -> Week {
        let asked = Range {
            min: 0,
            max: optimum,
        };
        Week {
            cover: [((0, 0), [asked; WEEK_DAYS])].into(),
            refused: [(0, refused_on, 0)].into(),
        }
    }

    #[test]
    fn a_stage_is_held_to_the_whole_contract_and_guesses_what_is_left_from_the_latest_week_on() {
        let (scenario, past) = (scenario(), [Past::default()]);
        let known = [week(1, 2), week(2, 3)];
        let guessed = |known: &[Week]| -> Vec<u32> {
            let problem = stage(&scenario, &past, known);
            let person = &problem.people[0];
            let wished: Vec<usize> = person.requests.iter().map(|wish| wish.day).collect();
            let own = known.last().map(|week| week.refused.iter().map(|r| r.1));
            assert_eq!(wished, own.into_iter().flatten().collect::<Vec<_>>());
            let totals = (
                person.more.assignments_wanted,
                person.more.weekends_wanted_max,
            );
            let contract = SoftRange {
                min: Some(9),
                max: Some(12),
            };
            assert_eq!(totals, (contract, Some(2)));
            assert_eq!(problem.days.len() % WEEK_DAYS, 0);
            let mondays = problem.shift_cover.iter().step_by(WEEK_DAYS);
            mondays.map(|cover| cover.people).collect()
        };
        assert_eq!(guessed(&known[..1]), [1, 1, 1]);
        assert_eq!(guessed(&known), [2, 2]);
        let all = [week(1, 2), week(2, 3), week(3, 4)];
        assert_eq!(guessed(&all), [3]);
        // Of four weeks to guess the latest comes first, and the first again after the last.
        let longer = Scenario {
            weeks: 5,
            ..scenario
        };
        let days = stage(&longer, &past, &known).shift_cover;
        let people: Vec<u32> = days.iter().step_by(WEEK_DAYS).map(|c| c.people).collect();
        assert_eq!(people, [2, 2, 1, 2]);
    }
}
