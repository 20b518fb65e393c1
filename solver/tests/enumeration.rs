//! The rules of the catalogue against plain enumeration. Every row (or pair of rows) is judged by a naive reading of the rules
//! written here; the search alone, the exact model and the judge must all come to the same cheapest cost.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::ops::ControlFlow;

use proptest::prelude::*;
use solver::check::check;
use solver::problem::{
    Apart, Budget, CostTerm, Meeting, Mentor, Pattern, Problem, Request, SoftRange, Standby, Wish,
};
use solver::{Limits, Plan, Status, solve};
use support::{cost, desk, person, shift};

const H: i64 = 60;
const DAYS: usize = 5;

/// Reads a problem off random bytes.
struct Dice<'a>(std::slice::Iter<'a, u8>);

impl Dice<'_> {
    fn below(&mut self, n: u32) -> u32 {
        u32::from(self.0.next().copied().unwrap_or(0)) % n
    }
    fn one_in(&mut self, n: u32) -> bool {
        self.below(n) == n - 1
    }
    fn some(&mut self, n: u32) -> Option<u32> {
        self.one_in(3).then(|| self.below(n))
    }
    fn range(&mut self) -> SoftRange {
        let min = self.some(4);
        let max = self.some(3).map(|n| n.max(min.unwrap_or(0)).max(1));
        SoftRange { min, max }
    }
}

type Row = Vec<Option<usize>>;

/// Days in a row that count.
struct Run {
    total: u32,
    inside: u32,
    ended: bool,
    sure: bool,
}

fn runs(row: &Row, before: Option<u32>, counts: &dyn Fn(Option<usize>) -> bool) -> Vec<Run> {
    let carried = before.unwrap_or(0);
    let mut found = Vec::new();
    if carried > 0 && !counts(row[0]) {
        found.push(Run {
            total: carried,
            inside: 0,
            ended: true,
            sure: true,
        });
    }
    let mut day = 0;
    while day < row.len() {
        let end = (day..row.len())
            .find(|d| !counts(row[*d]))
            .unwrap_or(row.len());
        if end > day {
            let inside = (end - day) as u32;
            found.push(Run {
                total: inside + if day == 0 { carried } else { 0 },
                inside,
                ended: end < row.len(),
                sure: day > 0 || before.is_some(),
            });
        }
        day = end + 1;
    }
    found
}

fn outside(runs: &[Run], range: SoftRange) -> i64 {
    let mut days = 0;
    for run in runs {
        if let Some(max) = range.max {
            days += run.inside.min(run.total.saturating_sub(max));
        }
        if let Some(min) = range.min
            && run.ended
            && run.sure
        {
            days += min.saturating_sub(run.total);
        }
    }
    i64::from(days)
}

/// Cost of the only person's row; `None` if it breaks a rule.
fn judge(problem: &Problem, row: &Row) -> Option<i64> {
    let person = &problem.people[0];
    let (rules, history) = (&person.more, &person.history);
    let price = |term| problem.costs.more.get(&term).map_or(0, |c| c.per_unit);
    let kind = |cell: Option<usize>| cell.map(|s| problem.shifts[s].kind.as_str());
    let night = |cell: Option<usize>| cell.is_some_and(|s| problem.shifts[s].night);
    let eve = match (history.consecutive_work_days, history.consecutive_days_off) {
        (0, 0) => None,
        (n, _) => Some(n > 0),
    };
    let last = history
        .last_shift
        .as_ref()
        .map(|id| problem.shifts.iter().position(|s| s.id == *id).unwrap());
    let kind_before = |name: &str| match (eve, last) {
        (Some(false), _) => Some(0),
        (_, Some(last)) if history.consecutive_kind_days > 0 => {
            Some(if kind(Some(last)) == Some(name) {
                history.consecutive_kind_days
            } else {
                0
            })
        }
        _ => None,
    };
    let nights_before = match (eve, last) {
        _ if history.consecutive_nights > 0 => Some(history.consecutive_nights),
        (Some(false), _) => Some(0),
        (_, Some(last)) if !night(Some(last)) => Some(0),
        _ => None,
    };
    let mut cost = 0;

    let work = runs(row, eve.map(|_| history.consecutive_work_days), &|c| {
        c.is_some()
    });
    cost += price(CostTerm::ConsecutiveWorkDays) * outside(&work, rules.work_days_wanted);
    let off = runs(row, eve.map(|_| history.consecutive_days_off), &|c| {
        c.is_none()
    });
    cost += price(CostTerm::ConsecutiveDaysOff) * outside(&off, rules.days_off_wanted);
    let too_long = |runs: &[Run], max: Option<u32>| {
        max.is_some_and(|max| runs.iter().any(|r| r.inside > 0 && r.total > max))
    };
    if too_long(&off, rules.consecutive_days_off_max) {
        return None;
    }
    for name in ["e", "l", "n"] {
        let of_kind = runs(row, kind_before(name), &|c| kind(c) == Some(name));
        if let Some(range) = rules.kind_days_wanted.get(name) {
            cost += price(CostTerm::ConsecutiveKind) * outside(&of_kind, *range);
        }
        if too_long(&of_kind, rules.kind_days_max.get(name).copied()) {
            return None;
        }
    }
    let nights = runs(row, nights_before, &night);
    let min = rules.consecutive_nights_min.unwrap_or(0);
    if too_long(&nights, rules.consecutive_nights_max)
        || nights.iter().any(|r| r.ended && r.sure && r.total < min)
    {
        return None;
    }
    if let Some(owed) = rules.days_off_after_nights_min.filter(|n| *n > 0) {
        let before = eve != Some(false)
            && (history.consecutive_nights > 0 || last.is_some_and(|s| night(Some(s))));
        // Days since the last night, and what that night is still owed.
        let mut due = if before {
            owed
        } else {
            history.night_rest_days_owed
        };
        let mut in_block = before;
        for cell in row {
            if night(*cell) {
                if !in_block && due > 0 {
                    return None;
                }
                (in_block, due) = (true, owed);
            } else {
                in_block = false;
                if due > 0 && cell.is_some() {
                    return None;
                }
                due = due.saturating_sub(1);
            }
        }
    }

    // Days 2 and 3 are a weekend, and day 0 if it is marked.
    let mut weekends: Vec<Vec<Option<usize>>> = vec![vec![row[2], row[3]]];
    let mut worked_weekends = i64::from(row[2].is_some() || row[3].is_some());
    if problem.days[0].weekend {
        let mut days = vec![row[0]];
        if history.weekend_worked {
            // The day before was worked, on a shift nobody knows.
            if rules.complete_weekends && row[0].is_none() {
                return None;
            }
            if rules.complete_weekends_wanted && row[0].is_none() {
                cost += price(CostTerm::BrokenWeekend);
            }
            days.clear();
        } else {
            worked_weekends += i64::from(row[0].is_some());
        }
        weekends.push(days);
    }
    for days in weekends {
        let worked: Vec<&str> = days.iter().filter_map(|c| kind(*c)).collect();
        if !worked.is_empty() && worked.len() < days.len() {
            if rules.complete_weekends {
                return None;
            }
            if rules.complete_weekends_wanted {
                cost += price(CostTerm::BrokenWeekend);
            }
        }
        if rules.identical_weekends_wanted && worked.iter().any(|k| k != &worked[0]) {
            cost += price(CostTerm::MixedWeekend);
        }
    }
    if let Some(max) = rules.weekends_wanted_max {
        let left = i64::from(max) - i64::from(history.weekends);
        cost += price(CostTerm::Weekends) * (worked_weekends - left.max(0)).max(0);
    }

    let worked = history.assignments + row.iter().flatten().count() as i64;
    let SoftRange { min, max } = rules.assignments_wanted;
    let away = (min.map_or(0, i64::from) - worked).max(worked - max.map_or(99, i64::from));
    cost += price(CostTerm::Assignments) * away.max(0);

    for (day, cell) in row.iter().enumerate() {
        if let Some(pattern) = &rules.pattern {
            let due = &pattern.cycle
                [(day as i64 + 60 - pattern.anchor_day) as usize % pattern.cycle.len()];
            cost += price(CostTerm::Pattern) * i64::from(due.as_deref() != kind(*cell));
        }
        for meeting in rules.meetings.iter().filter(|m| m.day == day) {
            let there = cell.is_some_and(|s| {
                let post = &problem.shifts[s].segments[0];
                post.start_minute <= meeting.start_minute && meeting.end_minute <= post.end_minute
            });
            if !there && meeting.required {
                return None;
            }
            cost += price(CostTerm::Meeting) * i64::from(!there);
        }
    }
    for request in &person.requests {
        if let Wish::Shift(id) = &request.wish
            && row[request.day].map(|s| &problem.shifts[s].id) != Some(id)
        {
            cost += request.cost;
        }
    }
    let minutes: i64 = row
        .iter()
        .flatten()
        .map(|s| problem.shifts[*s].worked_minutes)
        .sum();
    if let Some(target) = person.minutes_target {
        cost += price(CostTerm::MinutesOver) * (minutes - target).max(0);
        cost += price(CostTerm::MinutesUnder) * (target - minutes).max(0);
    }
    if let Some(share) = person.fair_share.minutes {
        for minute in 1..=minutes {
            let above = (history.minutes + minute - share).max(0);
            cost += price(CostTerm::FairnessMinutes) * ((above + 59) / 60);
        }
    }
    if let Some(share) = person.fair_share.unpopular_meals {
        let meals: i64 = row
            .iter()
            .flatten()
            .map(|s| i64::from(problem.shifts[*s].unpopular_meals))
            .sum();
        for meal in 1..=meals {
            cost +=
                problem.costs.fairness.per_unit * (history.unpopular_meals + meal - share).max(0);
        }
    }
    Some(cost)
}

/// Three shifts of three kinds; days 2 and 3 are a weekend.
fn frame(dice: &mut Dice<'_>) -> Problem {
    let mut problem = desk(DAYS);
    problem.slot_minutes = 2 * H;
    problem.meal_grid_minutes = H;
    for (day, d) in problem.days.iter_mut().enumerate() {
        d.weekend = day == 2 || day == 3;
        d.week = 0;
    }
    problem.days[0].weekend = dice.one_in(3);
    problem.shifts = vec![
        shift("early", 8 * H, 14 * H, None),
        shift("late", 12 * H, 20 * H, None),
        shift("night", 22 * H, 30 * H, None),
    ];
    for (shift, kind) in problem.shifts.iter_mut().zip(["e", "l", "n"]) {
        shift.kind = kind.into();
    }
    problem.shifts[2].night = true;
    problem.shifts[1].unpopular_meals = 1;
    problem.shifts[0].worked_minutes = 50;
    problem.shifts[1].worked_minutes = 80;
    problem.shifts[2].worked_minutes = 110;
    problem.costs.request = cost(1);
    problem.costs.fairness = cost(i64::from(dice.below(2)) * 30);
    problem
}

fn one_row(dice: &mut Dice<'_>) -> Problem {
    let mut problem = frame(dice);
    for (term, unit) in [
        (CostTerm::ConsecutiveWorkDays, 31),
        (CostTerm::ConsecutiveDaysOff, 29),
        (CostTerm::ConsecutiveKind, 15),
        (CostTerm::Assignments, 20),
        (CostTerm::Weekends, 37),
        (CostTerm::BrokenWeekend, 33),
        (CostTerm::MixedWeekend, 17),
        (CostTerm::Pattern, 11),
        (CostTerm::Meeting, 23),
        (CostTerm::MinutesOver, 1),
        (CostTerm::MinutesUnder, 2),
        (CostTerm::FairnessMinutes, 1),
    ] {
        let per_unit = unit * i64::from(dice.below(3));
        problem.costs.more.insert(term, cost(per_unit));
    }
    let mut one = person("a", &["phone"]);
    let rules = &mut one.more;
    rules.consecutive_days_off_max = dice.some(4).map(|n| n + 1);
    rules.consecutive_nights_max = dice.some(3).map(|n| n + 1);
    rules.consecutive_nights_min = dice
        .some(3)
        .map(|n| n.min(rules.consecutive_nights_max.unwrap_or(9)));
    rules.days_off_after_nights_min = dice.some(3);
    for kind in ["e", "l", "n"] {
        if let Some(n) = dice.some(3) {
            rules.kind_days_max.insert(kind.into(), n + 1);
        }
        let range = dice.range();
        if dice.one_in(2) {
            rules.kind_days_wanted.insert(kind.into(), range);
        }
    }
    rules.complete_weekends = dice.one_in(4);
    rules.complete_weekends_wanted = dice.one_in(2);
    rules.identical_weekends_wanted = dice.one_in(2);
    rules.work_days_wanted = dice.range();
    rules.days_off_wanted = dice.range();
    rules.assignments_wanted = dice.range();
    rules.weekends_wanted_max = dice.some(3);
    if dice.one_in(2) {
        let cell = |n: u32| {
            [
                None,
                Some("e".to_owned()),
                Some("l".to_owned()),
                Some("n".to_owned()),
            ][n as usize]
                .clone()
        };
        rules.pattern = Some(Pattern {
            anchor_day: i64::from(dice.below(7)) - 3,
            cycle: (0..=dice.below(4)).map(|_| cell(dice.below(4))).collect(),
        });
    }
    if dice.one_in(2) {
        rules.meetings.push(Meeting {
            id: "m".into(),
            day: dice.below(DAYS as u32) as usize,
            start_minute: 13 * H,
            end_minute: (14 + i64::from(dice.below(2))) * H,
            required: dice.one_in(4),
            ..Meeting::default()
        });
    }
    for _ in 0..4 {
        let id = ["early", "late", "night"][dice.below(3) as usize];
        one.requests.push(Request {
            day: dice.below(DAYS as u32) as usize,
            wish: Wish::Shift(id.into()),
            cost: i64::from(dice.below(60)),
        });
    }
    one.minutes_target = dice.some(5).map(|n| i64::from(n) * 90);
    one.fair_share.minutes = dice.some(5).map(|n| i64::from(n) * 70);
    one.fair_share.unpopular_meals = dice.some(3).map(i64::from);
    let history = &mut one.history;
    match dice.below(4) {
        0 => {}
        1 => {
            history.consecutive_days_off = 1 + dice.below(3);
            history.night_rest_days_owed = dice.below(2);
        }
        _ => {
            history.consecutive_work_days = 1 + dice.below(3);
            let last = dice.below(4) as usize;
            if last < 3 {
                history.last_shift = Some(problem.shifts[last].id.clone());
                history.consecutive_kind_days = dice.below(history.consecutive_work_days + 1);
                history.consecutive_nights = if last == 2 {
                    history.consecutive_kind_days
                } else {
                    0
                };
            }
            history.weekend_worked = dice.one_in(2);
        }
    }
    history.assignments = i64::from(dice.below(2));
    history.weekends = dice.below(2);
    history.minutes = i64::from(dice.below(3)) * 50;
    history.unpopular_meals = i64::from(dice.below(2));
    problem.people.push(one);
    problem
}

fn all_rows(shifts: usize) -> impl Iterator<Item = Row> {
    let choices = shifts + 1;
    (0..choices.pow(DAYS as u32)).map(move |code| {
        (0..DAYS as u32)
            .map(|day| code / choices.pow(day) % choices)
            .map(|choice| (choice < shifts).then_some(choice))
            .collect()
    })
}

/// The plan with its bound, and what the search finds by itself.
fn both(problem: &Problem) -> (Plan, Plan) {
    let limits = Limits::by_work(40, 1, 1);
    let whole = solve(problem, &limits, &mut |_| ControlFlow::Continue(())).unwrap();
    let searched = solve(problem, &limits, &mut |now| {
        if now.done < 1.0 {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    });
    (whole, searched.unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, max_shrink_iters: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn one_row_costs_what_enumeration_says(bytes in prop::collection::vec(any::<u8>(), 160)) {
        let problem = one_row(&mut Dice(bytes.iter()));
        prop_assert_eq!(problem.validate(), vec![]);
        let cheapest = all_rows(3).filter_map(|row| judge(&problem, &row)).min();
        let (plan, searched) = both(&problem);
        let Some(cheapest) = cheapest else {
            prop_assert!(!plan.relaxed.is_empty());
            let verdict = check(&problem, &plan);
            prop_assert!(verdict.violations.is_empty(), "{:?}", verdict.violations);
            return Ok(());
        };
        prop_assert_eq!(&plan.relaxed, &vec![]);
        for plan in [&plan, &searched] {
            let verdict = check(&problem, plan);
            prop_assert!(verdict.violations.is_empty(), "{:?}", verdict.violations);
        }
        prop_assert_eq!(
            (searched.objective, plan.objective, plan.status),
            (cheapest, cheapest, Status::Optimal),
            "{:?} {:?}",
            plan.assignments,
            problem
        );
    }

    #[test]
    fn two_rows_cost_what_enumeration_says(bytes in prop::collection::vec(any::<u8>(), 80)) {
        let problem = two_rows(&mut Dice(bytes.iter()));
        prop_assert_eq!(problem.validate(), vec![]);
        let rows: Vec<Row> = all_rows(3).filter(|row| row[3..].iter().all(Option::is_none)).collect();
        let rows: Vec<Row> = rows.into_iter().filter(|row| rested(&problem, row)).collect();
        let alone: Vec<Vec<i64>> = (0..2).map(|person| rows.iter().map(|row| wishes(&problem, person, row)).collect()).collect();
        let mut cheapest = i64::MAX;
        for (a, cost_a) in rows.iter().zip(&alone[0]) {
            for (b, cost_b) in rows.iter().zip(&alone[1]) {
                cheapest = cheapest.min(cost_a + cost_b + together(&problem, [a, b]));
            }
        }
        let (plan, searched) = both(&problem);
        for plan in [&plan, &searched] {
            let verdict = check(&problem, plan);
            prop_assert!(verdict.violations.is_empty(), "{:?}", verdict.violations);
            let hard = problem.team.apart[0].hard;
            prop_assert_eq!(plan.relaxed.is_empty(), !hard || !plan.costs.by_term.contains_key(&CostTerm::NotTogether));
        }
        prop_assert_eq!((plan.objective, plan.status), (cheapest, Status::Optimal));
        prop_assert!(searched.objective >= cheapest);
    }
}

/// Two people over three days, tied by everything that can tie them.
fn two_rows(dice: &mut Dice<'_>) -> Problem {
    let mut problem = frame(dice);
    // A night reaches into the next morning's early shift.
    problem.shifts[2].segments[0].end_minute = 34 * H;
    if dice.one_in(2) {
        problem.shifts[dice.below(3) as usize].standby = Some(Standby {
            people: 1 + dice.below(2),
            under_cost: i64::from(dice.below(50)),
            rests: dice.one_in(2),
        });
    }
    problem.team.apart.push(Apart {
        first: "a".into(),
        second: "b".into(),
        day_cost: i64::from(1 + dice.below(60)),
        hard: dice.one_in(2),
    });
    problem.team.mentors.push(Mentor {
        trainee: "b".into(),
        mentors: vec!["a".into()],
        alone_minutes_max: i64::from(dice.below(3)) * H,
        minute_cost: i64::from(dice.below(2)),
    });
    let mut amounts = std::collections::BTreeMap::new();
    for id in ["a", "b"] {
        let shifts = ["early", "late", "night"].map(|s| (s.into(), i64::from(dice.below(9))));
        amounts.insert(id.into(), shifts.into());
    }
    problem.team.budget = Some(Budget {
        limit: i64::from(dice.below(20)),
        amounts,
        unit_cost: i64::from(dice.below(8)),
    });
    for id in ["a", "b"] {
        let mut one = person(id, &["phone"]);
        for _ in 0..4 {
            let shift = ["early", "late", "night"][dice.below(3) as usize];
            one.requests.push(Request {
                day: dice.below(3) as usize,
                wish: Wish::Shift(shift.into()),
                cost: i64::from(dice.below(90)),
            });
        }
        for day in 3..DAYS {
            one.fixed
                .push(solver::problem::FixedCell { day, shift: None });
        }
        problem.people.push(one);
    }
    problem
}

/// No shift begins before the last one has ended; on call may be rest itself.
fn rested(problem: &Problem, row: &Row) -> bool {
    let mut free_from = 0;
    for (day, shift) in row.iter().enumerate() {
        let Some(shift) = shift
            .map(|s| &problem.shifts[s])
            .filter(|s| s.standby.is_none_or(|it| it.rests))
        else {
            continue;
        };
        let at = |minute: i64| day as i64 * 24 * H + minute;
        if at(shift.segments[0].start_minute) < free_from {
            return false;
        }
        free_from = at(shift.segments[0].end_minute);
    }
    true
}

fn wishes(problem: &Problem, person: usize, row: &Row) -> i64 {
    let requests = problem.people[person].requests.iter();
    let missed = requests.filter(|r| {
        row[r.day].map(|s| Wish::Shift(problem.shifts[s].id.clone())) != Some(r.wish.clone())
    });
    missed.map(|r| r.cost).sum()
}

/// Hours of the horizon a row is on post, and the day each belongs to.
fn hours(problem: &Problem, row: &Row) -> Vec<(i64, usize)> {
    let mut hours = Vec::new();
    for (day, shift) in row.iter().enumerate() {
        let Some(shift) = shift
            .map(|s| &problem.shifts[s])
            .filter(|s| s.standby.is_none())
        else {
            continue;
        };
        let post = &shift.segments[0];
        hours.extend(
            (post.start_minute / H..post.end_minute / H).map(|hour| (day as i64 * 24 + hour, day)),
        );
    }
    hours
}

fn together(problem: &Problem, rows: [&Row; 2]) -> i64 {
    let on = rows.map(|row| hours(problem, row));
    let there = |person: usize, hour: i64| on[person].iter().any(|(h, _)| *h == hour);
    let mut cost = 0;
    let apart = &problem.team.apart[0];
    let lesson = &problem.team.mentors[0];
    for day in 0..DAYS {
        if on[0].iter().any(|(hour, d)| *d == day && there(1, *hour)) {
            cost += apart.day_cost;
        }
        let alone = on[1]
            .iter()
            .filter(|(hour, d)| *d == day && !there(0, *hour))
            .count() as i64
            * H;
        cost += lesson.minute_cost * (alone - lesson.alone_minutes_max).max(0);
        for (index, shift) in problem.shifts.iter().enumerate() {
            if let Some(standby) = shift.standby {
                let people = rows.iter().filter(|row| row[day] == Some(index)).count() as i64;
                cost += standby.under_cost * (i64::from(standby.people) - people).max(0);
            }
        }
    }
    let budget = problem.team.budget.as_ref().unwrap();
    let spent: i64 = rows
        .iter()
        .zip(["a", "b"])
        .flat_map(|(row, id)| row.iter().flatten().map(move |s| (id, *s)))
        .map(|(id, s)| budget.amounts[&id.into()][&problem.shifts[s].id])
        .sum();
    cost + budget.unit_cost * (spent - budget.limit).max(0)
}
