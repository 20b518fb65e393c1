//! A second judge, written for tests only and from the words of the problem's fields alone: it calls nothing of the checker or
//! the engine. Slow and plain: strings of days, sets of minutes, people handed to demands one by one.

use std::collections::{BTreeMap, BTreeSet};

use solver::check::Rule;
use solver::plan::{CostTable, Fact, FactKind, Meal, Plan, Shortfall, Status, Tier};
use solver::problem::{CostTerm, Person, Problem, ShiftId, ShiftTemplate, Wish};

const DAY: i64 = 1440;

type Row = [Option<ShiftId>];

fn template<'a>(problem: &'a Problem, id: &ShiftId) -> Option<&'a ShiftTemplate> {
    problem.shifts.iter().find(|shift| &shift.id == id)
}

/// Days worked, with what is worked.
fn worked<'a>(problem: &'a Problem, row: &Row) -> Vec<(usize, &'a ShiftTemplate)> {
    let mut list = Vec::new();
    for (day, cell) in row.iter().enumerate() {
        if let Some(shift) = cell.as_ref().and_then(|id| template(problem, id)) {
            list.push((day, shift));
        }
    }
    list
}

/// Absolute minutes on post.
fn posts(shift: &ShiftTemplate, day: usize) -> Vec<std::ops::Range<i64>> {
    let midnight = day as i64 * DAY;
    let segments = shift.segments.iter();
    segments
        .map(|s| midnight + s.start_minute..midnight + s.end_minute)
        .collect()
}

/// Hard rules one person's row breaks.
pub(crate) fn row_rules(problem: &Problem, person: &Person, row: &Row) -> BTreeSet<Rule> {
    let mut broken = BTreeSet::new();
    let shifts = worked(problem, row);
    let history = &person.history;
    for cell in row.iter().flatten() {
        if template(problem, cell).is_none() {
            broken.insert(Rule::KnownShift);
        }
    }
    for (day, shift) in &shifts {
        if shift.days.as_ref().is_some_and(|days| !days.contains(day)) {
            broken.insert(Rule::ShiftOffered);
        }
        if shift
            .skills_required
            .iter()
            .any(|s| !person.skills.contains(s))
        {
            broken.insert(Rule::Skill);
        }
        for gone in &person.unavailable {
            let bars = match gone.interval {
                None => gone.day == *day,
                Some(part) => {
                    let midnight = gone.day as i64 * DAY;
                    let gone = midnight + part.start_minute..midnight + part.end_minute;
                    posts(shift, *day)
                        .into_iter()
                        .any(|mut post| post.any(|minute| gone.contains(&minute)))
                }
            };
            if bars {
                broken.insert(Rule::Unavailable);
            }
        }
    }
    for cell in &person.fixed {
        let now = row[cell.day]
            .as_ref()
            .filter(|id| template(problem, id).is_some());
        if now != cell.shift.as_ref() {
            broken.insert(Rule::FixedCell);
        }
    }

    // Rest: every end against every later start.
    let mut ends: Vec<i64> = history.last_shift_end_minute.into_iter().collect();
    for (day, shift) in &shifts {
        let (first, last) = (
            posts(shift, *day)[0].start,
            posts(shift, *day).last().unwrap().end,
        );
        if ends
            .iter()
            .any(|end| first - end < problem.rules.rest_minutes_min)
        {
            broken.insert(Rule::Rest);
        }
        ends.push(last);
    }
    let mut names: Vec<Option<&ShiftId>> = vec![history.last_shift.as_ref()];
    names.extend(
        row.iter()
            .map(|cell| cell.as_ref().filter(|id| template(problem, id).is_some())),
    );
    for pair in names.windows(2) {
        if let [Some(before), Some(after)] = pair
            && problem
                .rules
                .forbidden_successions
                .iter()
                .any(|s| &&s.previous == before && &&s.next == after)
        {
            broken.insert(Rule::Succession);
        }
    }

    runs(person, row, &shifts, &mut broken);
    weeks(problem, person, row, &shifts, &mut broken);

    let minutes: i64 = shifts.iter().map(|(_, s)| s.worked_minutes).sum();
    if person.minutes_min.is_some_and(|min| minutes < min) {
        broken.insert(Rule::MinutesMin);
    }
    if person.minutes_max.is_some_and(|max| minutes > max) {
        broken.insert(Rule::MinutesMax);
    }
    let nights = shifts.iter().filter(|(_, s)| s.night).count();
    if person.nights_max.is_some_and(|max| nights > max as usize) {
        broken.insert(Rule::NightsMax);
    }
    for (id, max) in &person.shift_max {
        if shifts.iter().filter(|(_, s)| &s.id == id).count() > *max as usize {
            broken.insert(Rule::ShiftMax);
        }
    }
    broken
}

/// The days as a string, the past before a bar: `ww|wow`.
fn runs(
    person: &Person,
    row: &Row,
    shifts: &[(usize, &ShiftTemplate)],
    broken: &mut BTreeSet<Rule>,
) {
    let history = &person.history;
    let past = "w".repeat(history.consecutive_work_days as usize)
        + &"o".repeat(history.consecutive_days_off as usize);
    let days: String = (0..row.len())
        .map(|day| {
            if shifts.iter().any(|(d, _)| *d == day) {
                'w'
            } else {
                'o'
            }
        })
        .collect();
    let all = format!("{past}{days}");
    let mut from = 0;
    while from < all.len() {
        let letter = &all[from..=from];
        let length = all[from..]
            .chars()
            .take_while(|c| letter.starts_with(*c))
            .count();
        let to = from + length;
        let in_horizon = to > past.len();
        if letter == "w"
            && in_horizon
            && person
                .consecutive_work_days_max
                .is_some_and(|max| length > max as usize)
        {
            broken.insert(Rule::ConsecutiveWorkDaysMax);
        }
        // It may go on after the end; it may have begun before an unknown eve.
        let cut = to == all.len() || (from == 0 && past.is_empty());
        let (min, rule) = if letter == "w" {
            (
                person.consecutive_work_days_min,
                Rule::ConsecutiveWorkDaysMin,
            )
        } else {
            (person.consecutive_days_off_min, Rule::ConsecutiveDaysOffMin)
        };
        if !cut && min.is_some_and(|min| length < min as usize) {
            broken.insert(rule);
        }
        from = to;
    }
}

fn weeks(
    problem: &Problem,
    person: &Person,
    row: &Row,
    shifts: &[(usize, &ShiftTemplate)],
    broken: &mut BTreeSet<Rule>,
) {
    let history = &person.history;
    let works = |day: usize| shifts.iter().any(|(d, _)| *d == day);
    let names: BTreeSet<u32> = problem.days.iter().map(|day| day.week).collect();
    for week in &names {
        let days: Vec<usize> = (0..row.len())
            .filter(|d| problem.days[*d].week == *week)
            .collect();
        let first_week = days[0] == 0;
        let last_week = *days.last().unwrap() == row.len() - 1;
        let minutes: i64 = shifts
            .iter()
            .filter(|(day, _)| days.contains(day))
            .map(|(_, s)| s.worked_minutes)
            .sum();
        let carried = if first_week {
            history.minutes_this_week
        } else {
            0
        };
        // What was too much before the horizon is nobody's fault now.
        if minutes > 0
            && person
                .minutes_week_max
                .is_some_and(|max| carried + minutes > max)
        {
            broken.insert(Rule::MinutesWeekMax);
        }
        if !person.weekly_rest_day || (last_week && days.len() < 7) {
            continue;
        }
        let mut rested = days.iter().any(|day| !works(*day));
        if first_week && days.len() < 7 {
            let known = history.consecutive_work_days + history.consecutive_days_off > 0;
            let days_before = 7 - days.len();
            rested |= !known
                || history.rested_this_week
                || history.consecutive_days_off > 0
                || (history.consecutive_work_days as usize) < days_before;
        }
        if !rested {
            broken.insert(Rule::WeeklyRestDay);
        }
    }
    // A weekend is named by its week and its first day.
    let mut weekends: BTreeMap<usize, bool> = BTreeMap::new();
    for day in (0..row.len()).filter(|day| problem.days[*day].weekend) {
        let mut first = day;
        while first > 0
            && problem.days[first - 1].weekend
            && problem.days[first - 1].week == problem.days[day].week
        {
            first -= 1;
        }
        *weekends.entry(first).or_default() |= works(day);
    }
    if history.weekend_worked {
        weekends.remove(&0);
    }
    let count = weekends.values().filter(|worked| **worked).count();
    if person.weekends_max.is_some_and(|max| count > max as usize) {
        broken.insert(Rule::WeekendsMax);
    }
}

/// One person's own costs, by term and by the day they belong to.
pub(crate) fn own_costs(
    problem: &Problem,
    index: usize,
    row: &Row,
) -> Vec<(CostTerm, Option<usize>, i64)> {
    let (person, costs) = (&problem.people[index], &problem.costs);
    let history = &person.history;
    let shifts = worked(problem, row);
    let on = |day: usize| shifts.iter().find(|(d, _)| *d == day).map(|(_, s)| *s);
    let mut list = Vec::new();
    for request in &person.requests {
        let now = on(request.day).map(|s| &s.id);
        let met = match &request.wish {
            Wish::Off => now.is_none(),
            Wish::Work => now.is_some(),
            Wish::Shift(id) => now == Some(id),
            Wish::NotShift(id) => now != Some(id),
        };
        if !met {
            list.push((
                CostTerm::Request,
                Some(request.day),
                request.cost * costs.request.per_unit,
            ));
        }
    }
    let count = |of: &dyn Fn(usize, &ShiftTemplate) -> bool| {
        shifts.iter().filter(|(day, shift)| of(*day, shift)).count() as i64
    };
    let share = &person.fair_share;
    for (fair, before, now) in [
        (share.nights, history.nights, count(&|_, s| s.night)),
        (share.lates, history.lates, count(&|_, s| s.late)),
        (share.earlies, history.earlies, count(&|_, s| s.early)),
        (
            share.weekend_days,
            history.weekend_days,
            count(&|d, _| problem.days[d].weekend),
        ),
        (
            share.holidays,
            history.holidays,
            count(&|d, _| problem.days[d].holiday),
        ),
    ] {
        let Some(fair) = fair else { continue };
        // 1 + 2 + … + n for n units above the share.
        let above = |total: i64| {
            let n = (total - fair).max(0);
            n * (n + 1) / 2
        };
        let cost = (above(before + now) - above(before)) * costs.fairness.per_unit;
        list.push((CostTerm::Fairness, None, cost));
    }
    let eve = match (history.consecutive_work_days, history.consecutive_days_off) {
        (0, 0) => None,
        (0, _) => Some(false),
        _ => Some(true),
    };
    let days: Vec<Option<bool>> = std::iter::once(eve)
        .chain((0..row.len()).map(|day| Some(on(day).is_some())))
        .collect();
    for (day, three) in days.windows(3).enumerate() {
        match three {
            [Some(true), Some(false), Some(true)] => {
                list.push((
                    CostTerm::IsolatedDayOff,
                    Some(day),
                    costs.isolated_day_off.per_unit,
                ));
            }
            [Some(false), Some(true), Some(false)] => {
                list.push((
                    CostTerm::IsolatedDayOn,
                    Some(day),
                    costs.isolated_day_on.per_unit,
                ));
            }
            _ => {}
        }
    }
    for (day, shift) in &shifts {
        if shift.segments.len() > 1 {
            list.push((CostTerm::SplitShift, Some(*day), costs.split_shift.per_unit));
        }
    }
    if let Some(published) = &problem.published {
        for (day, was) in published[index].iter().enumerate() {
            if was.as_ref() != on(day).map(|s| &s.id) {
                let cost = costs.change_per_cell.per_unit;
                list.push((CostTerm::ChangePerCell, Some(day), cost));
            }
        }
    }
    if let Some(target) = person.minutes_target {
        let minutes: i64 = shifts.iter().map(|(_, s)| s.worked_minutes).sum();
        let off = (minutes + history.minutes_carried - target).abs();
        list.push((
            CostTerm::MinutesOffContract,
            None,
            off * costs.minutes_off_contract.per_unit,
        ));
    }
    list.retain(|(_, _, cost)| *cost != 0);
    list
}

/// Demand at a moment: minimum and target per skill, if any is stated; and the groups that hold.
pub(crate) struct Wanted {
    pub(crate) moment: i64,
    pub(crate) skills: Option<(Vec<u32>, Vec<u32>)>,
    pub(crate) groups: Vec<usize>,
}

/// Every point of the meal grid at which somebody is asked for.
pub(crate) fn wanted(problem: &Problem) -> Vec<Wanted> {
    let mut all: BTreeMap<i64, Wanted> = BTreeMap::new();
    let empty = |moment| Wanted {
        moment,
        skills: None,
        groups: vec![],
    };
    let grid = problem.meal_grid_minutes as usize;
    for demand in &problem.demand {
        let skill = problem
            .skills
            .iter()
            .position(|s| s.id == demand.skill)
            .unwrap();
        let start = demand.day as i64 * DAY + demand.start_minute;
        for moment in (start..start + problem.slot_minutes).step_by(grid) {
            let here = all.entry(moment).or_insert_with(|| empty(moment));
            let none = vec![0; problem.skills.len()];
            let (minimum, target) = here.skills.get_or_insert((none.clone(), none));
            minimum[skill] += demand.minimum;
            target[skill] += demand.target;
        }
    }
    for (index, group) in problem.group_demand.iter().enumerate() {
        for day in &group.days {
            let midnight = *day as i64 * DAY;
            for moment in (midnight + group.start_minute..midnight + group.end_minute).step_by(grid)
            {
                all.entry(moment)
                    .or_insert_with(|| empty(moment))
                    .groups
                    .push(index);
            }
        }
    }
    let mut list: Vec<Wanted> = all.into_values().collect();
    for point in &mut list {
        point.groups.sort_unstable();
        point.groups.dedup();
    }
    list
}

/// Demand units nobody serves when people are handed out as well as can be, by skill. Augmenting paths, unit by unit.
pub(crate) fn unserved(problem: &Problem, on_post: &[usize], wanted: &[u32]) -> Vec<u32> {
    fn hand_out(
        unit: usize,
        units: &[usize],
        able: &dyn Fn(usize, usize) -> bool,
        people: usize,
        tried: &mut [bool],
        of: &mut [Option<usize>],
    ) -> bool {
        for person in 0..people {
            if tried[person] || !able(person, units[unit]) {
                continue;
            }
            tried[person] = true;
            let held = of[person];
            if held.is_none_or(|held| hand_out(held, units, able, people, tried, of)) {
                of[person] = Some(unit);
                return true;
            }
        }
        false
    }
    let units: Vec<usize> = wanted
        .iter()
        .enumerate()
        .flat_map(|(skill, count)| std::iter::repeat_n(skill, *count as usize))
        .collect();
    let able = |person: usize, skill: usize| {
        problem.people[on_post[person]]
            .skills
            .contains(&problem.skills[skill].id)
    };
    let mut of = vec![None; on_post.len()];
    let mut missing = vec![0; wanted.len()];
    for unit in 0..units.len() {
        let mut tried = vec![false; on_post.len()];
        if !hand_out(unit, &units, &able, on_post.len(), &mut tried, &mut of) {
            missing[units[unit]] += 1;
        }
    }
    missing
}

/// Costs of one point with these people on post, by term.
pub(crate) fn point_costs(
    problem: &Problem,
    point: &Wanted,
    on_post: &[usize],
) -> Vec<(CostTerm, i64)> {
    let (costs, minutes) = (&problem.costs, problem.meal_grid_minutes);
    let mut list = Vec::new();
    if let Some((minimum, target)) = &point.skills {
        let missing =
            |wanted: &[u32]| i64::from(unserved(problem, on_post, wanted).iter().sum::<u32>());
        let over = on_post.len() as i64 - i64::from(target.iter().sum::<u32>());
        list.push((
            CostTerm::UnderMinimum,
            missing(minimum) * minutes * costs.under_minimum.per_unit,
        ));
        list.push((
            CostTerm::UnderTarget,
            missing(target) * minutes * costs.under_target.per_unit,
        ));
        list.push((
            CostTerm::OverTarget,
            over.max(0) * minutes * costs.over_target.per_unit,
        ));
    }
    for group in &point.groups {
        let missing = i64::from(group_missing(problem, *group, on_post));
        list.push((
            CostTerm::UnderGroup,
            missing * minutes * costs.under_group.per_unit,
        ));
    }
    list.retain(|(_, cost)| *cost != 0);
    list
}

fn group_missing(problem: &Problem, group: usize, on_post: &[usize]) -> u32 {
    let group = &problem.group_demand[group];
    let there = on_post
        .iter()
        .filter(|p| group.people.contains(&problem.people[**p].id));
    group.minimum.saturating_sub(there.count() as u32)
}

/// Who is on post when: per person a set of grid moments.
fn presence(
    problem: &Problem,
    assignments: &[Vec<Option<ShiftId>>],
    meals: &[Meal],
) -> Vec<BTreeSet<i64>> {
    let grid = problem.meal_grid_minutes;
    let mut all = Vec::new();
    for (person, row) in assignments.iter().enumerate() {
        let mut there = BTreeSet::new();
        for (day, shift) in worked(problem, row) {
            for post in posts(shift, day) {
                there.extend(post.step_by(grid as usize));
            }
        }
        for meal in meals.iter().filter(|meal| meal.person == person) {
            let start = meal.day as i64 * DAY + meal.start_minute;
            there.retain(|moment| !(start..start + meal.duration_minutes).contains(moment));
        }
        all.push(there);
    }
    all
}

fn meal_rules(problem: &Problem, plan: &Plan, broken: &mut BTreeSet<Rule>) {
    let on = |person: usize, day: usize| {
        let cell = plan.assignments.get(person)?.get(day)?.as_ref()?;
        template(problem, cell)
    };
    for meal in &plan.meals {
        if on(meal.person, meal.day).is_none() {
            broken.insert(Rule::MealCount);
        }
    }
    for person in 0..plan.assignments.len() {
        for day in 0..problem.days.len() {
            let Some(shift) = on(person, day) else {
                continue;
            };
            let mut mine: Vec<(i64, i64)> = plan
                .meals
                .iter()
                .filter(|meal| (meal.person, meal.day) == (person, day))
                .map(|meal| (meal.start_minute, meal.duration_minutes))
                .collect();
            mine.sort_by_key(|meal| meal.0);
            if mine.len() != shift.meals.len() {
                broken.insert(Rule::MealCount);
            }
            for (place, (start, length)) in mine.iter().enumerate() {
                if mine[..place]
                    .iter()
                    .any(|(other, lasts)| other + lasts > *start)
                {
                    broken.insert(Rule::MealOverlap);
                }
                let Some(window) = shift.meals.get(place) else {
                    continue;
                };
                let fits = (window.earliest_start_minute..=window.latest_start_minute)
                    .contains(start)
                    && start % problem.meal_grid_minutes == 0
                    && shift
                        .segments
                        .iter()
                        .any(|s| s.start_minute <= *start && start + length <= s.end_minute);
                if !fits {
                    broken.insert(Rule::MealWindow);
                }
                if *length != window.duration_minutes {
                    broken.insert(Rule::MealDuration);
                }
            }
        }
    }
}

/// The cost table as it should be.
fn costs(problem: &Problem, assignments: &[Vec<Option<ShiftId>>], meals: &[Meal]) -> CostTable {
    let mut table = CostTable {
        by_term: BTreeMap::new(),
        by_person: vec![BTreeMap::new(); problem.people.len()],
        by_day: vec![BTreeMap::new(); problem.days.len()],
    };
    for (person, row) in assignments.iter().enumerate() {
        for (term, day, cost) in own_costs(problem, person, row) {
            *table.by_term.entry(term).or_default() += cost;
            *table.by_person[person].entry(term).or_default() += cost;
            if let Some(day) = day {
                *table.by_day[day].entry(term).or_default() += cost;
            }
        }
    }
    let there = presence(problem, assignments, meals);
    for point in wanted(problem) {
        let on_post: Vec<usize> = (0..there.len())
            .filter(|p| there[*p].contains(&point.moment))
            .collect();
        let day = ((point.moment / DAY) as usize).min(problem.days.len() - 1);
        for (term, cost) in point_costs(problem, &point, &on_post) {
            *table.by_term.entry(term).or_default() += cost;
            *table.by_day[day].entry(term).or_default() += cost;
        }
    }
    table
}

fn without_zeros(table: &BTreeMap<CostTerm, i64>) -> BTreeMap<CostTerm, i64> {
    table
        .iter()
        .filter(|(_, c)| **c != 0)
        .map(|(t, c)| (*t, *c))
        .collect()
}

/// `plan` with this roster, and with claims that are true of it; every shortfall as one entry a point.
pub(crate) fn with_true_claims(
    problem: &Problem,
    plan: &Plan,
    assignments: Vec<Vec<Option<ShiftId>>>,
    meals: Vec<Meal>,
) -> Plan {
    let mut honest = plan.clone();
    honest.costs = costs(problem, &assignments, &meals);
    honest.objective = honest.costs.by_term.values().sum();
    (honest.bound, honest.status) = (None, Status::Evaluated);
    honest.shortfalls.clear();
    let blank = |point: &Wanted, tier: Tier, missing: u32| {
        let day = ((point.moment / DAY) as usize).min(problem.days.len() - 1);
        let start_minute = point.moment - day as i64 * DAY;
        Shortfall {
            day,
            start_minute,
            end_minute: start_minute + problem.meal_grid_minutes,
            skill: None,
            group: None,
            shift: None,
            missing,
            tier,
            cause: solver::plan::CauseKind::Headcount,
            conflict: vec![],
            words: Default::default(),
            repairs: vec![],
        }
    };
    let there = presence(problem, &assignments, &meals);
    for point in wanted(problem) {
        let on_post: Vec<usize> = (0..there.len())
            .filter(|p| there[*p].contains(&point.moment))
            .collect();
        if let Some((minimum, target)) = &point.skills {
            let under_minimum = unserved(problem, &on_post, minimum);
            let left: Vec<u32> = target
                .iter()
                .zip(&under_minimum)
                .map(|(t, m)| t - m)
                .collect();
            let beyond = unserved(problem, &on_post, &left);
            for (tier, list) in [(Tier::Minimum, under_minimum), (Tier::Target, beyond)] {
                for (skill, missing) in list.into_iter().enumerate().filter(|(_, m)| *m > 0) {
                    let mut entry = blank(&point, tier, missing);
                    entry.skill = Some(problem.skills[skill].id.clone());
                    honest.shortfalls.push(entry);
                }
            }
        }
        for group in &point.groups {
            let missing = group_missing(problem, *group, &on_post);
            if missing > 0 {
                let mut entry = blank(&point, Tier::Group, missing);
                entry.group = Some(problem.group_demand[*group].id.clone());
                honest.shortfalls.push(entry);
            }
        }
    }
    (honest.assignments, honest.meals) = (assignments, meals);
    honest
}

/// Is the list of shortfalls what is missing, tier by tier, in skills where the missing ones would help?
fn shortfalls_true(problem: &Problem, plan: &Plan) -> bool {
    let grid = problem.meal_grid_minutes;
    let points = wanted(problem);
    for entry in &plan.shortfalls {
        let known = match entry.tier {
            // These desks want nobody on a shift as such.
            Tier::Shift | Tier::Standby => false,
            Tier::Group => {
                entry.skill.is_none()
                    && problem
                        .group_demand
                        .iter()
                        .any(|g| Some(&g.id) == entry.group.as_ref())
            }
            Tier::Minimum | Tier::Target => {
                entry.group.is_none()
                    && problem
                        .skills
                        .iter()
                        .any(|s| Some(&s.id) == entry.skill.as_ref())
            }
        };
        let shaped = entry.day < problem.days.len()
            && entry.missing > 0
            && entry.start_minute < entry.end_minute
            && entry.start_minute % grid == 0
            && entry.end_minute % grid == 0;
        let midnight = entry.day as i64 * DAY;
        let asked = || {
            (midnight + entry.start_minute..midnight + entry.end_minute)
                .step_by(grid as usize)
                .all(|moment| points.iter().any(|point| point.moment == moment))
        };
        if !known || !shaped || !asked() {
            return false;
        }
    }
    let there = presence(problem, &plan.assignments, &plan.meals);
    points.iter().all(|point| {
        let on_post: Vec<usize> = (0..there.len())
            .filter(|p| there[*p].contains(&point.moment))
            .collect();
        let said = |tier: Tier, skill: Option<usize>, group: Option<usize>| -> u32 {
            plan.shortfalls
                .iter()
                .filter(|e| {
                    let midnight = e.day as i64 * DAY;
                    let at = midnight + e.start_minute..midnight + e.end_minute;
                    e.tier == tier
                        && at.contains(&point.moment)
                        && e.skill.as_ref() == skill.map(|s| &problem.skills[s].id)
                        && e.group.as_ref() == group.map(|g| &problem.group_demand[g].id)
                })
                .map(|e| e.missing)
                .sum()
        };
        let skills = 0..problem.skills.len();
        let minimum: Vec<u32> = skills
            .clone()
            .map(|s| said(Tier::Minimum, Some(s), None))
            .collect();
        let beyond: Vec<u32> = skills
            .clone()
            .map(|s| said(Tier::Target, Some(s), None))
            .collect();
        let none = || vec![0; problem.skills.len()];
        let (wants_minimum, wants_target) = point.skills.clone().unwrap_or((none(), none()));
        let target: Vec<u32> = minimum.iter().zip(&beyond).map(|(a, b)| a + b).collect();
        let true_of = |said: &[u32], wants: &[u32]| {
            let missing: u32 = unserved(problem, &on_post, wants).iter().sum();
            let left: Vec<u32> = wants
                .iter()
                .zip(said)
                .map(|(w, s)| w.saturating_sub(*s))
                .collect();
            said.iter().sum::<u32>() == missing
                && unserved(problem, &on_post, &left).iter().all(|m| *m == 0)
        };
        let groups = (0..problem.group_demand.len()).all(|group| {
            let missing = if point.groups.contains(&group) {
                group_missing(problem, group, &on_post)
            } else {
                0
            };
            said(Tier::Group, None, Some(group)) == missing
        });
        true_of(&minimum, &wants_minimum) && true_of(&target, &wants_target) && groups
    })
}

fn fact_exists(problem: &Problem, fact: &Fact) -> bool {
    let Some(person) = problem.people.iter().find(|p| p.id == fact.person) else {
        return false;
    };
    match &fact.kind {
        FactKind::Unavailable(cause) => {
            let same = |u: &&solver::problem::Unavailable| u.day == fact.day && &u.cause == cause;
            person.unavailable.iter().any(|u| same(&u))
        }
        FactKind::Locked(shift) => person
            .fixed
            .iter()
            .any(|c| c.day == fact.day && &c.shift == shift),
        FactKind::Rest => {
            problem.rules.rest_minutes_min > 0 || !problem.rules.forbidden_successions.is_empty()
        }
        FactKind::NightsMax => person.nights_max.is_some(),
        FactKind::WeekendsMax => person.weekends_max.is_some(),
        FactKind::WeeklyRestDay => person.weekly_rest_day,
        FactKind::Minutes => person.minutes_min.is_some() || person.minutes_max.is_some(),
        FactKind::MinutesWeekMax => person.minutes_week_max.is_some(),
        FactKind::ConsecutiveWorkDaysMax => person.consecutive_work_days_max.is_some(),
        FactKind::ConsecutiveWorkDaysMin => person.consecutive_work_days_min.is_some(),
        FactKind::ConsecutiveDaysOffMin => person.consecutive_days_off_min.is_some(),
        FactKind::ShiftMax(shift) => person.shift_max.contains_key(shift),
        FactKind::Skill(skill) => {
            problem.skills.iter().any(|s| &s.id == skill) && !person.skills.contains(skill)
        }
        // This judge knows no rule of the catalogue's second part; its problems have none.
        FactKind::ConsecutiveDaysOffMax
        | FactKind::KindDaysMax(_)
        | FactKind::ConsecutiveNights
        | FactKind::DaysOffAfterNights
        | FactKind::CompleteWeekends
        | FactKind::MinutesWeekMin
        | FactKind::Meeting(_)
        | FactKind::NotTogether(_) => false,
    }
}

/// Everything wrong with a plan that lets no rule go.
pub(crate) fn broken(problem: &Problem, plan: &Plan) -> BTreeSet<Rule> {
    assert!(plan.relaxed.is_empty(), "this judge knows no exceptions");
    let mut broken = BTreeSet::new();
    for (person, row) in problem.people.iter().zip(&plan.assignments) {
        broken.extend(row_rules(problem, person, row));
    }
    meal_rules(problem, plan, &mut broken);
    let table = costs(problem, &plan.assignments, &plan.meals);
    if plan.objective != table.by_term.values().sum::<i64>() {
        broken.insert(Rule::Objective);
    }
    let same = |said: &[BTreeMap<CostTerm, i64>], is: &[BTreeMap<CostTerm, i64>]| {
        said.len() == is.len()
            && said
                .iter()
                .zip(is)
                .all(|(a, b)| without_zeros(a) == without_zeros(b))
    };
    if without_zeros(&plan.costs.by_term) != without_zeros(&table.by_term)
        || !same(&plan.costs.by_person, &table.by_person)
        || !same(&plan.costs.by_day, &table.by_day)
    {
        broken.insert(Rule::CostTable);
    }
    if plan.bound.is_some_and(|bound| bound > plan.objective) {
        broken.insert(Rule::Bound);
    }
    if plan.status == Status::Optimal && plan.bound != Some(plan.objective) {
        broken.insert(Rule::Optimal);
    }
    if plan.report.problem_digest != problem.digest() {
        broken.insert(Rule::ProblemDigest);
    }
    if !shortfalls_true(problem, plan) {
        broken.insert(Rule::Shortfall);
    }
    let named = plan.shortfalls.iter().flat_map(|short| {
        let repairs = short
            .repairs
            .iter()
            .filter_map(|repair| repair.fact.as_ref());
        short.conflict.iter().chain(repairs)
    });
    for fact in named {
        if !fact_exists(problem, fact) {
            broken.insert(Rule::Fact);
        }
    }
    broken
}
