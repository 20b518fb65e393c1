//! One person: what is allowed each day, what each choice costs, and the best legal row given everybody else.
//!
//! The best row is a shortest path. A label carries the run of days worked or off, the succession class left by the last
//! shift, and the counters (minutes, nights, weekends, …) that limits or costs look at. A backward pass that ignores the
//! counters, with their costs linearised at a reference row, gives each label a lower bound on the cost of finishing; labels
//! that cannot beat the cutoff are dropped.

use std::collections::BTreeMap;

use crate::problem::{CostTerm, DAY_MINUTES, Day, Person, Problem, Rules, Wish};

/// A path cost no real row reaches.
pub(crate) const INFINITE: i64 = i64::MAX / 4;

/// A row: a choice per day; `shift index`, or the number of shifts for off.
pub(crate) type Row = Vec<u8>;

/// A run of days: what the run rules need to know of the past.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Run {
    /// Working or off; `None` when the past is unknown.
    works: Option<bool>,
    /// Days in the run, counted as far as any rule looks.
    length: u32,
    /// The run began inside the horizon against a known neighbour: alone, it counts as an isolated day.
    fresh: bool,
    /// The run may end now.
    may_end: bool,
}

/// Two moves of the run automaton: next state and cost, `None` where a rule forbids it.
#[derive(Clone, Copy, Debug)]
struct RunMoves {
    work: Option<(u8, i64)>,
    off: Option<(u8, i64)>,
}

/// Something counted over days `first..=last`, with a hard range and a convex cost of the total.
#[derive(Clone, Debug)]
pub(crate) struct Counter {
    pub first: usize,
    pub last: usize,
    /// Real units per counted unit (greatest common divisor of the weights).
    pub unit: i64,
    /// Counted units per `day * (shifts + 1) + choice`.
    pub weight: Vec<i32>,
    pub min: i64,
    pub max: i64,
    /// Most units that allowed choices can add up to.
    pub reach: i64,
    pub cost: CounterCost,
}

/// Cost of a counter's total.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CounterCost {
    /// Only a limit.
    None,
    /// Per unit away from a target, after adding what was carried over.
    Deviation {
        carried: i64,
        target: i64,
        per_unit: i64,
    },
    /// The n-th unit above a share costs n times `per_unit`, after adding what was carried over.
    Excess {
        carried: i64,
        share: i64,
        per_unit: i64,
    },
}

impl CounterCost {
    /// Cost of `total` real units worked within the horizon. Units above the share before the horizon cost nothing here.
    pub(crate) fn of(self, total: i64) -> i64 {
        let triangle = |n: i64| {
            if n > 0 {
                n.saturating_mul(n + 1) / 2
            } else {
                0
            }
        };
        match self {
            Self::None => 0,
            Self::Deviation {
                carried,
                target,
                per_unit,
            } => per_unit.saturating_mul((total + carried - target).abs()),
            Self::Excess {
                carried,
                share,
                per_unit,
            } => per_unit
                .saturating_mul(triangle(total + carried - share) - triangle(carried - share)),
        }
    }

    /// The objective's name for it.
    pub(crate) fn term(self) -> CostTerm {
        match self {
            Self::Deviation { .. } => CostTerm::MinutesOffContract,
            _ => CostTerm::Fairness,
        }
    }
}

impl Counter {
    fn cost_of_units(&self, units: i64) -> i64 {
        self.cost.of(units * self.unit)
    }

    /// A slope that supports the convex cost at `units`.
    fn slope(&self, units: i64) -> i64 {
        if self.cost == CounterCost::None {
            return 0;
        }
        let right = self.cost_of_units(units + 1) - self.cost_of_units(units);
        let left = self.cost_of_units(units) - self.cost_of_units(units - 1);
        left + (right - left) / 2
    }
}

/// Which shifts may follow the last one, day by day from tomorrow on; shared by all people.
#[derive(Debug, Default)]
pub(crate) struct Successions {
    tails: Vec<Vec<u64>>,
    index: BTreeMap<Vec<u64>, u8>,
}

impl Successions {
    fn intern(&mut self, mut tail: Vec<u64>, all: u64) -> u8 {
        while tail.last() == Some(&all) {
            tail.pop();
        }
        if let Some(&known) = self.index.get(&tail) {
            return known;
        }
        let id = self.tails.len() as u8;
        self.tails.push(tail.clone());
        self.index.insert(tail.clone(), id);
        if !tail.is_empty() {
            // The class after a day off is the same tail one day later.
            self.intern(tail[1..].to_vec(), all);
        }
        id
    }
}

/// Everything that binds one person, compiled.
#[derive(Clone, Debug)]
pub(crate) struct PersonModel {
    pub days: usize,
    /// Number of shifts; also the choice that means off.
    pub off: usize,
    /// Class for cover.
    pub class: usize,
    /// Choices allowed per day, bit per choice.
    pub allowed: Vec<u64>,
    /// Personal cost per `day * (shifts + 1) + choice`, by term and summed.
    pub choice_cost: Vec<i64>,
    choice_terms: Vec<(CostTerm, Vec<i64>)>,
    /// Day 0's eve: worked, off or unknown.
    eve: Option<bool>,
    pub isolated_day_off: i64,
    pub isolated_day_on: i64,
    pub work_max: Option<usize>,
    /// At least 1.
    pub work_min: usize,
    /// At least 1.
    pub off_min: usize,
    eve_length: usize,
    moves: Vec<RunMoves>,
    run_start: u8,
    /// Choices allowed today per succession class.
    succession_allows: Vec<u64>,
    succession_after_off: Vec<u8>,
    succession_after_shift: Vec<u8>,
    succession_start: u8,
    pub counters: Vec<Counter>,
    /// Costs no legal row reaches; a hand edit may.
    unreached: Vec<Counter>,
    pub weekends_max: Option<u32>,
    /// The day starts a weekend (true) or continues one.
    weekend_day: Vec<Option<bool>>,
    weekend_worked_before: bool,
    /// Weekly rest: day on which the week ends and must have had a day off; `week_starts` resets.
    week_ends: Vec<bool>,
    week_starts: Vec<bool>,
    rested_before: bool,
    /// Some week asks for its day off beyond what the run rule gives.
    weekly_rest: bool,
}

impl PersonModel {
    /// Compiles a person under the given rules; both may have been relaxed to ask "what if".
    pub(crate) fn build(
        problem: &Problem,
        person_index: usize,
        class: usize,
        person: &Person,
        rules: &Rules,
    ) -> Self {
        let (days, off) = (problem.days.len(), problem.shifts.len());
        let all = (1u64 << off) - 1;
        let mut successions = Successions::default();
        successions.intern(Vec::new(), all);
        let reach = ((rules.rest_minutes_min + 2 * DAY_MINUTES) / DAY_MINUTES + 1) as usize;
        let rested = |end: i64, gap: usize| {
            bits(problem.shifts.iter().map(|s| {
                gap as i64 * DAY_MINUTES + s.start_minute() - end >= rules.rest_minutes_min
            }))
        };
        let barred = |previous: &str| {
            bits(problem.shifts.iter().map(|s| {
                rules
                    .forbidden_successions
                    .iter()
                    .any(|r| r.previous.as_str() == previous && r.next == s.id)
            }))
        };
        let succession_after_shift: Vec<u8> = problem
            .shifts
            .iter()
            .map(|shift| {
                let mut tail: Vec<u64> = (1..=reach)
                    .map(|gap| rested(shift.end_minute(), gap))
                    .collect();
                if let Some(tomorrow) = tail.first_mut() {
                    *tomorrow &= !barred(shift.id.as_str());
                }
                successions.intern(tail, all)
            })
            .collect();
        let history = &person.history;
        let mut tail: Vec<u64> = match history.last_shift_end_minute {
            Some(end) => (0..reach).map(|day| rested(end, day)).collect(),
            None => vec![all; reach],
        };
        if let (Some(last), Some(today)) = (&history.last_shift, tail.first_mut()) {
            *today &= !barred(last.as_str());
        }
        let succession_start = successions.intern(tail, all);
        let succession_allows = successions
            .tails
            .iter()
            .map(|t| t.first().copied().unwrap_or(all) | 1 << off)
            .collect();
        let succession_after_off = successions
            .tails
            .iter()
            .map(|t| {
                successions
                    .index
                    .get(t.get(1..).unwrap_or(&[]))
                    .copied()
                    .unwrap_or(0)
            })
            .collect();

        let (allowed, choice_terms) = choices(problem, person_index, person);
        let mut choice_cost = vec![0; days * (off + 1)];
        for (_, costs) in &choice_terms {
            for (sum, cost) in choice_cost.iter_mut().zip(costs) {
                *sum += cost;
            }
        }
        let (runs, moves, run_start) = run_automaton(problem, person);
        let weeks = weeks(problem, person);
        let weekly_rest = weeks.0.contains(&true);
        let mut model = Self {
            days,
            off,
            class,
            allowed,
            choice_cost,
            choice_terms,
            eve: runs.first().and_then(|run| run.works),
            isolated_day_off: problem.costs.isolated_day_off.per_unit,
            isolated_day_on: problem.costs.isolated_day_on.per_unit,
            work_max: person.consecutive_work_days_max.map(|n| n as usize),
            work_min: person.consecutive_work_days_min.unwrap_or(1).max(1) as usize,
            off_min: person.consecutive_days_off_min.unwrap_or(1).max(1) as usize,
            eve_length: history
                .consecutive_work_days
                .max(history.consecutive_days_off) as usize,
            moves,
            run_start,
            succession_allows,
            succession_after_off,
            succession_after_shift,
            succession_start,
            counters: Vec::new(),
            unreached: Vec::new(),
            weekends_max: person.weekends_max,
            weekend_day: weekend_days(&problem.days),
            weekend_worked_before: history.weekend_worked,
            week_ends: weeks.0,
            week_starts: weeks.1,
            rested_before: weeks.2,
            weekly_rest,
        };
        (model.counters, model.unreached) = counters(problem, person, &model);
        model
    }

    /// Costs of a row by term and day (`None`: over the whole horizon), whether or not it is legal.
    pub(crate) fn row_costs(&self, row: &[u8]) -> Vec<(CostTerm, Option<usize>, i64)> {
        let mut found = Vec::new();
        for (term, costs) in &self.choice_terms {
            for (day, &choice) in row.iter().enumerate() {
                let cost = costs[day * (self.off + 1) + choice as usize];
                if cost != 0 {
                    found.push((*term, Some(day), cost));
                }
            }
        }
        found.extend(self.run_costs(row));
        for counter in self.counters.iter().chain(&self.unreached) {
            let cost = counter.cost_of_units(self.units(counter, row));
            if cost != 0 {
                found.push((counter.cost.term(), None, cost));
            }
        }
        found
    }

    /// Sum of [`Self::row_costs`].
    pub(crate) fn row_cost(&self, row: &[u8]) -> i64 {
        let mut total: i64 = row
            .iter()
            .enumerate()
            .map(|(day, &c)| self.choice_cost[day * (self.off + 1) + c as usize])
            .sum();
        total += self.run_costs(row).map(|(_, _, cost)| cost).sum::<i64>();
        total
            + self
                .counters
                .iter()
                .chain(&self.unreached)
                .map(|c| c.cost_of_units(self.units(c, row)))
                .sum::<i64>()
    }

    /// Isolated days of a row, judged on the row alone so that illegal rows can be costed too.
    fn run_costs(&self, row: &[u8]) -> impl Iterator<Item = (CostTerm, Option<usize>, i64)> {
        let works = |day: usize| row[day] as usize != self.off;
        let (off_cost, on_cost) = (self.isolated_day_off, self.isolated_day_on);
        let eve = self.eve;
        (0..row.len().saturating_sub(1)).filter_map(move |day| {
            let before = if day == 0 { eve? } else { works(day - 1) };
            if before == works(day) || works(day + 1) == works(day) {
                return None;
            }
            let (term, cost) = if works(day) {
                (CostTerm::IsolatedDayOn, on_cost)
            } else {
                (CostTerm::IsolatedDayOff, off_cost)
            };
            (cost != 0).then_some((term, Some(day), cost))
        })
    }

    /// Counted units of a row.
    pub(crate) fn units(&self, counter: &Counter, row: &[u8]) -> i64 {
        (counter.first..=counter.last.min(row.len().saturating_sub(1)))
            .map(|day| i64::from(counter.weight[day * (self.off + 1) + row[day] as usize]))
            .sum()
    }

    /// Is the row legal? Independent of the path search (used to confirm it).
    pub(crate) fn is_legal(&self, row: &[u8]) -> bool {
        let mut run = self.run_start;
        let mut succession = self.succession_start;
        let (mut weekends, mut in_weekend, mut rested) =
            (0, self.weekend_worked_before, self.rested_before);
        for (day, &choice) in row.iter().enumerate() {
            let choice = choice as usize;
            if (self.allowed[day] & self.succession_allows[succession as usize]) >> choice & 1 == 0
            {
                return false;
            }
            let moves = self.moves[run as usize];
            let Some((next, _)) = (if choice == self.off {
                moves.off
            } else {
                moves.work
            }) else {
                return false;
            };
            run = next;
            if self.weekend_day[day] == Some(true) {
                in_weekend = false;
            }
            if self.week_starts[day] {
                rested = false;
            }
            if choice == self.off {
                rested = true;
                succession = self.succession_after_off[succession as usize];
            } else {
                succession = self.succession_after_shift[choice];
                if self.weekend_day[day].is_some() && !in_weekend {
                    in_weekend = true;
                    weekends += 1;
                }
            }
            if self.week_ends[day] && !rested {
                return false;
            }
        }
        self.weekends_max.is_none_or(|max| weekends <= max)
            && self
                .counters
                .iter()
                .all(|c| (c.min..=c.max).contains(&self.units(c, row)))
    }
}

/// The eve of the horizon and the run that ends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Eve {
    Worked(usize),
    Off(usize),
    Unknown,
}

/// What the linear model asks of a person.
impl PersonModel {
    /// The run up to the eve.
    pub(crate) fn eve_run(&self) -> Eve {
        match self.eve {
            Some(true) => Eve::Worked(self.eve_length),
            Some(false) => Eve::Off(self.eve_length),
            None => Eve::Unknown,
        }
    }

    /// May the shift be worked on that day, as far as the last shift before the horizon matters?
    pub(crate) fn rested_at_start(&self, day: usize, shift: usize) -> bool {
        let mut class = self.succession_start;
        for _ in 0..day {
            class = self.succession_after_off[class as usize];
        }
        self.succession_allows[class as usize] >> shift & 1 == 1
    }

    /// Shifts that may not be worked `gap` days after `shift`, with nothing worked between.
    pub(crate) fn barred_after(&self, shift: usize, gap: usize) -> u64 {
        let mut class = self.succession_after_shift[shift];
        for _ in 1..gap {
            class = self.succession_after_off[class as usize];
        }
        !self.succession_allows[class as usize] & ((1 << self.off) - 1)
    }

    /// Days after which no shift bars anything any more.
    pub(crate) fn succession_reach(&self) -> usize {
        (1..)
            .take_while(|&gap| (0..self.off).any(|shift| self.barred_after(shift, gap) != 0))
            .last()
            .unwrap_or(0)
    }

    /// Weeks that must contain a day off inside the horizon.
    pub(crate) fn weeks_with_rest_due(&self) -> Vec<std::ops::Range<usize>> {
        let mut weeks = Vec::new();
        let mut first = 0;
        for day in 0..self.days {
            if self.week_starts[day] {
                first = day;
            }
            let rested = first == 0 && !self.week_starts[0] && self.rested_before;
            if self.week_ends[day] && !rested {
                weeks.push(first..day + 1);
            }
        }
        weeks
    }

    /// Weekends that count against the limit when worked.
    pub(crate) fn weekends_counted(&self) -> Vec<std::ops::Range<usize>> {
        let mut weekends: Vec<std::ops::Range<usize>> = Vec::new();
        for (day, weekend) in self.weekend_day.iter().enumerate() {
            match (weekend, weekends.last_mut()) {
                (Some(false), Some(last)) if last.end == day => last.end = day + 1,
                (Some(_), _) => weekends.push(day..day + 1),
                (None, _) => {}
            }
        }
        weekends.retain(|w| {
            !(w.start == 0 && self.weekend_worked_before && self.weekend_day[0] == Some(false))
        });
        weekends
    }
}

fn bits(flags: impl Iterator<Item = bool>) -> u64 {
    flags
        .enumerate()
        .fold(0, |mask, (index, flag)| mask | u64::from(flag) << index)
}

/// Choices allowed per day, and the costs that belong to single cells.
fn choices(
    problem: &Problem,
    person_index: usize,
    person: &Person,
) -> (Vec<u64>, Vec<(CostTerm, Vec<i64>)>) {
    let (days, off) = (problem.days.len(), problem.shifts.len());
    let width = off + 1;
    let mut allowed = vec![(1u64 << width) - 1; days];
    for (s, shift) in problem.shifts.iter().enumerate() {
        let unskilled = shift
            .skills_required
            .iter()
            .any(|skill| !person.skills.contains(skill));
        let barred = person.nights_max == Some(0) && shift.night;
        for (day, mask) in allowed.iter_mut().enumerate() {
            let offered = shift.days.as_ref().is_none_or(|days| days.contains(&day));
            if unskilled
                || barred
                || !offered
                || person.unavailable.iter().any(|u| bars(u, day, shift))
            {
                *mask &= !(1 << s);
            }
        }
    }
    for cell in &person.fixed {
        let choice = match &cell.shift {
            Some(id) => problem.shift_index(id),
            None => Some(off),
        };
        if let (Some(choice), Some(mask)) = (choice, allowed.get_mut(cell.day)) {
            *mask &= 1 << choice;
        }
    }

    let costs = &problem.costs;
    let mut requests = vec![0; days * width];
    for request in &person.requests {
        let cost = request.cost * costs.request.per_unit;
        for choice in 0..width {
            let shift = problem.shifts.get(choice).map(|s| &s.id);
            let met = match &request.wish {
                Wish::Off => shift.is_none(),
                Wish::Work => shift.is_some(),
                Wish::Shift(id) => shift == Some(id),
                Wish::NotShift(id) => shift != Some(id),
            };
            if !met && request.day < days {
                requests[request.day * width + choice] += cost;
            }
        }
    }
    let mut split = vec![0; days * width];
    let mut change = vec![0; days * width];
    for day in 0..days {
        for choice in 0..width {
            let cell = day * width + choice;
            if problem
                .shifts
                .get(choice)
                .is_some_and(|s| s.segments.len() > 1)
            {
                split[cell] = costs.split_shift.per_unit;
            }
            if let Some(published) = &problem.published {
                let was = published
                    .get(person_index)
                    .and_then(|row| row.get(day))
                    .and_then(Option::as_ref);
                if was != problem.shifts.get(choice).map(|s| &s.id) {
                    change[cell] = costs.change_per_cell.per_unit;
                }
            }
        }
    }
    (
        allowed,
        vec![
            (CostTerm::Request, requests),
            (CostTerm::SplitShift, split),
            (CostTerm::ChangePerCell, change),
        ],
    )
}

/// Does an absence bar a shift that starts on `day`?
pub(crate) fn bars(
    gone: &crate::problem::Unavailable,
    day: usize,
    shift: &crate::problem::ShiftTemplate,
) -> bool {
    match gone.interval {
        None => gone.day == day,
        Some(part) => {
            let offset = (gone.day as i64 - day as i64) * DAY_MINUTES;
            shift.overlaps(part.start_minute + offset, part.end_minute + offset)
        }
    }
}

/// The runs of days worked and off as a small automaton.
fn run_automaton(problem: &Problem, person: &Person) -> (Vec<Run>, Vec<RunMoves>, u8) {
    let work_max = person.consecutive_work_days_max;
    let work_min = person.consecutive_work_days_min.unwrap_or(0);
    let off_min = person.consecutive_days_off_min.unwrap_or(0);
    let work_cap = work_max.unwrap_or(0).max(work_min).max(2);
    let off_cap = off_min.max(2);
    let history = &person.history;
    let start = if history.consecutive_work_days > 0 {
        let length = history.consecutive_work_days.min(work_cap);
        Run {
            works: Some(true),
            length,
            fresh: false,
            may_end: length >= work_min,
        }
    } else if history.consecutive_days_off > 0 {
        let length = history.consecutive_days_off.min(off_cap);
        Run {
            works: Some(false),
            length,
            fresh: false,
            may_end: length >= off_min,
        }
    } else {
        Run {
            works: None,
            length: 0,
            fresh: false,
            may_end: true,
        }
    };
    let step = |run: Run, works: bool| -> Option<(Run, i64)> {
        let (cap, min) = if works {
            (work_cap, work_min)
        } else {
            (off_cap, off_min)
        };
        if run.works == Some(works) {
            if works && work_max.is_some_and(|max| run.length >= max) {
                return None;
            }
            let length = (run.length + 1).min(cap);
            let next = Run {
                works: Some(works),
                length,
                fresh: false,
                may_end: run.may_end || length >= min,
            };
            return Some((next, 0));
        }
        if !run.may_end {
            return None;
        }
        let known = run.works.is_some();
        let alone = run.fresh && run.length == 1;
        let cost = match (alone, works) {
            (true, true) => problem.costs.isolated_day_off.per_unit,
            (true, false) => problem.costs.isolated_day_on.per_unit,
            (false, _) => 0,
        };
        Some((
            Run {
                works: Some(works),
                length: 1,
                fresh: known,
                may_end: !known || min <= 1,
            },
            cost,
        ))
    };
    let mut runs = vec![start];
    let mut moves = Vec::new();
    while moves.len() < runs.len() {
        let run = runs[moves.len()];
        let mut go = |works: bool| {
            step(run, works).map(|(next, cost)| {
                let id = runs.iter().position(|r| *r == next).unwrap_or_else(|| {
                    runs.push(next);
                    runs.len() - 1
                });
                (id as u8, cost)
            })
        };
        let (work, off) = (go(true), go(false));
        moves.push(RunMoves { work, off });
    }
    (runs, moves, 0)
}

/// Per day: `Some(true)` starts a weekend, `Some(false)` continues it, `None` is a weekday.
fn weekend_days(days: &[Day]) -> Vec<Option<bool>> {
    (0..days.len())
        // Day 0 continues whatever weekend history tells of.
        .map(|d| {
            days[d]
                .weekend
                .then(|| d > 0 && (!days[d - 1].weekend || days[d - 1].week != days[d].week))
        })
        .collect()
}

/// Where the weekly day off is due: days that end a week, days that start one, and whether day 0's week was already rested.
fn weeks(problem: &Problem, person: &Person) -> (Vec<bool>, Vec<bool>, bool) {
    let count = problem.days.len();
    let (mut ends, mut starts) = (vec![false; count], vec![false; count]);
    let history = &person.history;
    let mut rested = history.rested_this_week;
    let mut first = 0;
    while first < count {
        let week = problem.days[first].week;
        let mut last = first;
        while last + 1 < count && problem.days[last + 1].week == week {
            last += 1;
        }
        let length = last - first + 1;
        let mut due = person.weekly_rest_day && (last + 1 < count || length >= 7);
        // At most six in a row already leave a day off in seven.
        due &= !(person.consecutive_work_days_max.is_some_and(|max| max <= 6)
            && (length >= 7 || first == 0));
        if first == 0 && length < 7 {
            let before = 7 - length as u32;
            let known = history.consecutive_work_days > 0 || history.consecutive_days_off > 0;
            rested |= history.consecutive_days_off > 0 || history.consecutive_work_days < before;
            due &= known;
        } else {
            starts[first] = true;
        }
        ends[last] = due;
        first = last + 1;
    }
    (ends, starts, rested)
}

/// The counters that some limit or cost looks at, and the costs that only illegal rows reach.
fn counters(
    problem: &Problem,
    person: &Person,
    model: &PersonModel,
) -> (Vec<Counter>, Vec<Counter>) {
    let days = problem.days.len();
    let costs = &problem.costs;
    let history = &person.history;
    let (mut list, mut unreached) = (Vec::new(), Vec::new());
    let horizon = days.saturating_sub(1);
    let mut add =
        |first: usize, last: usize, of: &dyn Fn(usize, usize) -> i64, min: i64, max: i64, cost| {
            let width = model.off + 1;
            let mut unit = 0;
            let mut raw = vec![0i64; days * width];
            for day in first..=last {
                for choice in 0..model.off {
                    let value = of(day, choice);
                    raw[day * width + choice] = value;
                    // Only what can be chosen decides the unit; counting stays exact because the rest is never counted.
                    unit = gcd(unit, value);
                }
            }
            let unit = unit.max(1);
            let weight: Vec<i32> = raw.iter().map(|v| (v / unit) as i32).collect();
            let mut most: Vec<i64> = (first..=last)
                .map(|d| {
                    let allowed = (0..model.off).filter(|c| model.allowed[d] >> c & 1 == 1);
                    allowed
                        .map(|c| i64::from(weight[d * width + c]))
                        .max()
                        .unwrap_or(0)
                })
                .collect();
            if last - first == 6 && model.work_max.is_some_and(|max| max <= 6) {
                // Seven days hold at most six of work: a weekly limit of six full shifts never binds.
                most.sort_unstable();
                most.remove(0);
            }
            let reach: i64 = most.iter().sum();
            // A hand-made row may hold what is not allowed, and is costed all the same.
            let reach_of_any: i64 = (first..=last)
                .filter_map(|d| weight.get(d * width..d * width + model.off)?.iter().max())
                .map(|&most| i64::from(most))
                .sum();
            let (min, max) = (
                min.div_euclid(unit) + i64::from(min.rem_euclid(unit) > 0),
                max.div_euclid(unit),
            );
            let idle = match cost {
                CounterCost::None => true,
                CounterCost::Deviation { per_unit, .. } => per_unit == 0,
                CounterCost::Excess {
                    carried,
                    share,
                    per_unit,
                } => per_unit == 0 || reach_of_any * unit + carried <= share,
            };
            let counter = Counter {
                first,
                last,
                unit,
                weight,
                min,
                max,
                reach,
                cost,
            };
            if idle && cost != CounterCost::None {
                unreached.push(counter.clone());
            }
            if !idle {
                list.push(counter);
            } else if min > 0 || max < reach {
                list.push(Counter {
                    cost: CounterCost::None,
                    ..counter
                });
            }
        };
    let minutes = |_: usize, s: usize| problem.shifts[s].worked_minutes;
    let no_limit = i64::MAX / 8;
    add(
        0,
        horizon,
        &minutes,
        person.minutes_min.unwrap_or(0),
        person.minutes_max.unwrap_or(no_limit),
        person
            .minutes_target
            .map_or(CounterCost::None, |target| CounterCost::Deviation {
                carried: history.minutes_carried,
                target,
                per_unit: costs.minutes_off_contract.per_unit,
            }),
    );
    let excess = |share: Option<i64>, carried: i64| {
        share.map_or(CounterCost::None, |share| CounterCost::Excess {
            carried,
            share,
            per_unit: costs.fairness.per_unit,
        })
    };
    let fair = &person.fair_share;
    let nights = |_: usize, s: usize| i64::from(problem.shifts[s].night);
    let nights_max = person.nights_max.map_or(no_limit, i64::from);
    add(
        0,
        horizon,
        &nights,
        0,
        nights_max,
        excess(fair.nights, history.nights),
    );
    let lates = |_: usize, s: usize| i64::from(problem.shifts[s].late);
    add(
        0,
        horizon,
        &lates,
        0,
        no_limit,
        excess(fair.lates, history.lates),
    );
    let weekend = |d: usize, _: usize| i64::from(problem.days[d].weekend);
    add(
        0,
        horizon,
        &weekend,
        0,
        no_limit,
        excess(fair.weekend_days, history.weekend_days),
    );
    let holiday = |d: usize, _: usize| i64::from(problem.days[d].holiday);
    add(
        0,
        horizon,
        &holiday,
        0,
        no_limit,
        excess(fair.holidays, history.holidays),
    );
    for (id, &most) in &person.shift_max {
        let Some(index) = problem.shift_index(id) else {
            continue;
        };
        let of = |_: usize, s: usize| i64::from(s == index);
        add(0, horizon, &of, 0, i64::from(most), CounterCost::None);
    }
    if let Some(most) = person.minutes_week_max {
        let mut first = 0;
        while first < days {
            let mut last = first;
            while last + 1 < days && problem.days[last + 1].week == problem.days[first].week {
                last += 1;
            }
            let before = if first == 0 {
                history.minutes_this_week
            } else {
                0
            };
            add(
                first,
                last,
                &minutes,
                0,
                (most - before).max(0),
                CounterCost::None,
            );
            first = last + 1;
        }
    }
    (list, unreached)
}

fn gcd(a: i64, b: i64) -> i64 {
    if b == 0 { a.abs() } else { gcd(b, a % b) }
}

/// A shortest-path result.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    /// The best row met, if any costs no more than the cutoff.
    pub row: Option<Row>,
    /// Its cost (personal costs less gains).
    pub cost: i64,
    /// No legal row costs less than this (or than the cutoff, whichever is lower).
    pub lower: i64,
}

#[derive(Clone, Copy, Debug)]
struct Label {
    key: u128,
    cost: i64,
    bound: i64,
    parent: u32,
    choice: u8,
    run: u8,
    succession: u8,
    /// Bit 0: worked in this weekend; bit 1: rested this week.
    flags: u8,
    weekends: u8,
}

/// Scratch memory of the shortest path, reused between calls.
#[derive(Debug, Default)]
pub(crate) struct Paths {
    price: Vec<i64>,
    to_go: Vec<i64>,
    delta: Vec<u128>,
    labels: Vec<Label>,
    layers: Vec<usize>,
    table: Vec<(u32, u32)>,
    stamp: u32,
    /// Labels extended so far: the measure of work.
    pub extended: u64,
}

/// Where a counter sits in a label's key.
struct Slot {
    offset: u32,
    mask: u128,
    min: i64,
    max: i64,
    /// Units still possible from each day on.
    ahead: Vec<i64>,
}

impl Paths {
    /// The cheapest legal row for `model` given what each choice gains (`gains[day * (shifts + 1) + choice]`), among the
    /// choices in `mask` and not above `cutoff`. `reference` is where convex costs are linearised; at most `labels_max`
    /// labels a day are kept.
    pub(crate) fn best_row(
        &mut self,
        model: &PersonModel,
        gains: &[i64],
        mask: &[u64],
        reference: &[u8],
        cutoff: i64,
        labels_max: usize,
    ) -> Found {
        let (days, width) = (model.days, model.off + 1);
        let constant = self.reprice(model, gains, reference);
        let slots = self.pack(model);
        self.backward(model, mask);
        let runs = model.moves.len();
        let kinds = model.succession_allows.len();
        let start = self.to_go[model.run_start as usize * kinds + model.succession_start as usize];
        let nothing = Found {
            row: None,
            cost: INFINITE,
            lower: INFINITE,
        };
        if start >= INFINITE || constant + start > cutoff {
            return Found {
                lower: if start >= INFINITE {
                    INFINITE
                } else {
                    constant + start
                },
                ..nothing
            };
        }
        let flags = u8::from(model.weekend_worked_before) | u8::from(model.rested_before) << 1;
        self.labels.clear();
        self.layers.clear();
        self.labels.push(Label {
            key: 0,
            cost: 0,
            bound: constant + start,
            parent: 0,
            choice: 0,
            run: model.run_start,
            succession: model.succession_start,
            flags,
            weekends: 0,
        });
        self.layers.push(0);
        let mut dropped = INFINITE;
        for (day, open) in mask.iter().enumerate().take(days) {
            let (from, to) = (self.layers[day], self.labels.len());
            self.layers.push(to);
            self.stamp += 1;
            let wanted = ((to - from) * width * 2).next_power_of_two().max(64);
            if self.table.len() < wanted {
                self.table.resize(wanted, (0, 0));
            }
            for parent in from..to {
                let label = self.labels[parent];
                let choices =
                    open & model.allowed[day] & model.succession_allows[label.succession as usize];
                self.extend(
                    model,
                    &slots,
                    day,
                    parent,
                    label,
                    choices,
                    constant,
                    cutoff,
                    runs * kinds,
                );
            }
            let layer = &mut self.labels[to..];
            if layer.len() > labels_max {
                layer.select_nth_unstable_by(labels_max, |a, b| {
                    (a.bound, a.key).cmp(&(b.bound, b.key))
                });
                dropped = layer[labels_max..]
                    .iter()
                    .map(|l| l.bound)
                    .min()
                    .unwrap_or(INFINITE)
                    .min(dropped);
                self.labels.truncate(to + labels_max);
            }
            if self.labels.len() == to {
                return Found {
                    lower: dropped.min(cutoff.saturating_add(1)),
                    ..nothing
                };
            }
        }
        self.finish(model, &slots, reference, cutoff, dropped)
    }

    /// Prices with linearised counter costs; returns the constant of the linearisation.
    fn reprice(&mut self, model: &PersonModel, gains: &[i64], reference: &[u8]) -> i64 {
        self.price.clear();
        self.price.extend(
            model
                .choice_cost
                .iter()
                .zip(gains)
                .map(|(cost, gain)| cost - gain),
        );
        let mut constant = 0;
        for counter in &model.counters {
            if counter.cost == CounterCost::None {
                continue;
            }
            let at = model.units(counter, reference);
            let slope = counter.slope(at);
            constant += counter.cost_of_units(at) - slope * at;
            if slope != 0 {
                for (price, weight) in self.price.iter_mut().zip(&counter.weight) {
                    *price += slope * i64::from(*weight);
                }
            }
        }
        constant
    }

    /// Gives each counter its bits in the key.
    fn pack(&mut self, model: &PersonModel) -> Vec<Slot> {
        let width = model.off + 1;
        self.delta.clear();
        self.delta.resize(model.days * width, 0);
        // Bits 0..24 hold run, succession, flags and weekends.
        let mut offset = 32;
        let mut slots = Vec::with_capacity(model.counters.len());
        for counter in &model.counters {
            let mut ahead = vec![0i64; model.days + 1];
            for day in (0..model.days).rev() {
                let most = (0..model.off)
                    .filter(|c| model.allowed[day] >> c & 1 == 1)
                    .map(|c| i64::from(counter.weight[day * width + c]))
                    .max()
                    .unwrap_or(0);
                ahead[day] = ahead[day + 1] + most;
            }
            let size = 64 - (ahead[0].max(1) as u64).leading_zeros();
            if offset + size > 128 {
                // No room: the counters left out are judged by the final legality check, which keeps results legal.
                break;
            }
            for (delta, weight) in self.delta.iter_mut().zip(&counter.weight) {
                *delta += (*weight as u128) << offset;
            }
            slots.push(Slot {
                offset,
                mask: (1u128 << size) - 1,
                min: counter.min,
                max: counter.max,
                ahead,
            });
            offset += size;
        }
        slots
    }

    fn backward(&mut self, model: &PersonModel, mask: &[u64]) {
        let (runs, kinds, width) = (
            model.moves.len(),
            model.succession_allows.len(),
            model.off + 1,
        );
        let states = runs * kinds;
        self.to_go.clear();
        self.to_go.resize((model.days + 1) * states, INFINITE);
        self.to_go[model.days * states..].fill(0);
        for day in (0..model.days).rev() {
            for run in 0..runs {
                let moves = model.moves[run];
                for kind in 0..kinds {
                    let mut best = INFINITE;
                    let mut choices =
                        mask[day] & model.allowed[day] & model.succession_allows[kind];
                    while choices != 0 {
                        let choice = choices.trailing_zeros() as usize;
                        choices &= choices - 1;
                        let (step, next_kind) = if choice == model.off {
                            (moves.off, model.succession_after_off[kind])
                        } else {
                            (moves.work, model.succession_after_shift[choice])
                        };
                        let Some((next, cost)) = step else { continue };
                        let rest = self.to_go
                            [(day + 1) * states + next as usize * kinds + next_kind as usize];
                        if rest < INFINITE {
                            best = best.min(rest + cost + self.price[day * width + choice]);
                        }
                    }
                    self.to_go[day * states + run * kinds + kind] = best;
                }
            }
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn extend(
        &mut self,
        model: &PersonModel,
        slots: &[Slot],
        day: usize,
        parent: usize,
        label: Label,
        mut choices: u64,
        constant: i64,
        cutoff: i64,
        states: usize,
    ) {
        let width = model.off + 1;
        let kinds = model.succession_allows.len();
        let moves = model.moves[label.run as usize];
        let table_mask = self.table.len() - 1;
        'choices: while choices != 0 {
            let choice = choices.trailing_zeros() as usize;
            choices &= choices - 1;
            self.extended += 1;
            let works = choice != model.off;
            let Some((run, run_cost)) = (if works { moves.work } else { moves.off }) else {
                continue;
            };
            let succession = if works {
                model.succession_after_shift[choice]
            } else {
                model.succession_after_off[label.succession as usize]
            };
            let cell = day * width + choice;
            let cost = label.cost + run_cost + self.price[cell];
            let to_go = self.to_go[(day + 1) * states + run as usize * kinds + succession as usize];
            let bound = constant + cost + to_go;
            if to_go >= INFINITE || bound > cutoff {
                continue;
            }
            let (mut in_weekend, mut rested, mut weekends) =
                (label.flags & 1 == 1, label.flags & 2 == 2, label.weekends);
            if model.weekends_max.is_some() {
                match model.weekend_day[day] {
                    Some(true) => in_weekend = false,
                    Some(false) => {}
                    None => in_weekend = false,
                }
                if works && model.weekend_day[day].is_some() && !in_weekend {
                    in_weekend = true;
                    weekends += 1;
                    if model
                        .weekends_max
                        .is_some_and(|max| u32::from(weekends) > max)
                    {
                        continue;
                    }
                }
            }
            rested = (rested && !model.week_starts[day]) || !works;
            if model.week_ends[day] && !rested {
                continue;
            }
            let mut counted = (label.key >> 32 << 32) + self.delta[cell];
            for (slot, counter) in slots.iter().zip(&model.counters) {
                let units = (counted >> slot.offset & slot.mask) as i64;
                if units > slot.max || units + slot.ahead[day + 1] < slot.min {
                    continue 'choices;
                }
                if counter.last == day && counter.cost == CounterCost::None {
                    counted &= !(slot.mask << slot.offset);
                }
            }
            let flags = u8::from(in_weekend) | u8::from(rested && model.weekly_rest) << 1;
            let key = counted
                | u128::from(run)
                | u128::from(succession) << 8
                | u128::from(flags) << 16
                | u128::from(weekends) << 24;
            let next = Label {
                key,
                cost,
                bound,
                parent: parent as u32,
                choice: choice as u8,
                run,
                succession,
                flags,
                weekends,
            };
            let hash = (key ^ key >> 61) as u64;
            let mut at = (hash.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20) as usize & table_mask;
            loop {
                let (stamp, index) = self.table[at];
                if stamp != self.stamp {
                    self.table[at] = (self.stamp, self.labels.len() as u32);
                    self.labels.push(next);
                    break;
                }
                let known = &mut self.labels[index as usize];
                if known.key == key {
                    if cost < known.cost {
                        *known = next;
                    }
                    break;
                }
                at = (at + 1) & table_mask;
            }
        }
    }

    /// Prices the complete rows exactly and walks the best one back.
    fn finish(
        &mut self,
        model: &PersonModel,
        slots: &[Slot],
        reference: &[u8],
        cutoff: i64,
        dropped: i64,
    ) -> Found {
        let mut slopes = Vec::new();
        let mut constant_rest = 0;
        for (index, counter) in model.counters.iter().enumerate() {
            if counter.cost != CounterCost::None {
                let at = model.units(counter, reference);
                let slope = counter.slope(at);
                match slots.get(index) {
                    Some(_) => slopes.push((index, slope)),
                    None => constant_rest += counter.cost_of_units(at) - slope * at,
                }
            }
        }
        let mut best: Option<(i64, u128, usize)> = None;
        for index in self.layers[model.days]..self.labels.len() {
            let label = &self.labels[index];
            let mut cost = label.cost + constant_rest;
            for &(counter, slope) in &slopes {
                let units = (label.key >> slots[counter].offset & slots[counter].mask) as i64;
                cost += model.counters[counter].cost_of_units(units) - slope * units;
            }
            if cost <= cutoff && best.is_none_or(|b| (cost, label.key) < (b.0, b.1)) {
                best = Some((cost, label.key, index));
            }
        }
        let Some((cost, _, mut index)) = best else {
            return Found {
                row: None,
                cost: INFINITE,
                lower: dropped.min(cutoff.saturating_add(1)),
            };
        };
        let mut row = vec![0; model.days];
        for day in (0..model.days).rev() {
            row[day] = self.labels[index].choice;
            index = self.labels[index].parent as usize;
        }
        if slots.len() < model.counters.len() && !model.is_legal(&row) {
            return Found {
                row: None,
                cost: INFINITE,
                lower: dropped.min(cost),
            };
        }
        Found {
            row: Some(row),
            cost,
            lower: dropped.min(cost),
        }
    }
}
