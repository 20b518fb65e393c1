//! One person, compiled: what is allowed each day, what each choice costs, what neighbouring days ask of each other and what
//! is counted over many.

use crate::automaton::{Automaton, Successions};
use crate::problem::{
    CostTerm, DAY_MINUTES, Day, Meeting, Person, Problem, Rules, ShiftTemplate, Wish,
};
use crate::runs::Trackers;

/// A path cost no real row reaches.
pub(crate) const INFINITE: i64 = i64::MAX / 4;

/// A row: a choice per day; `shift index`, or the number of shifts for off.
pub(crate) type Row = Vec<u8>;

/// Something counted over days `first..=last`, with a hard range and a convex cost of the total.
#[derive(Clone, Debug)]
pub(crate) struct Counter {
    pub first: usize,
    pub last: usize,
    /// Real units per counted unit (greatest common divisor of the weights).
    pub unit: i64,
    /// Counted units per choice, on the days that count; a day off counts nothing.
    pub weight: Vec<i32>,
    /// Days that count, where not all between first and last do.
    days: Option<Vec<bool>>,
    pub min: i64,
    pub max: i64,
    /// Most units that allowed choices can add up to.
    pub reach: i64,
    pub cost: CounterCost,
    /// Counts one shift against its limit, and nothing else.
    pub one_shift: bool,
}

/// Cost of a counter's total.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CounterCost {
    /// Only a limit.
    None,
    /// Per unit away from a target, after adding what was carried over, and beside it per unit over and per unit under.
    Deviation {
        carried: i64,
        target: i64,
        per_unit: i64,
        over: i64,
        under: i64,
    },
    /// Per unit outside a range, after adding what was carried over.
    Range {
        carried: i64,
        min: i64,
        max: i64,
        per_unit: i64,
    },
    /// Each unit of the n-th sixty above a share costs n times `per_unit`, after adding what was carried over.
    Hours {
        carried: i64,
        share: i64,
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
                over,
                under,
            } => {
                let off = total + carried - target;
                let side = if off > 0 { over } else { under };
                (per_unit + side).saturating_mul(off.abs())
            }
            Self::Range {
                carried,
                min,
                max,
                per_unit,
            } => {
                let total = total + carried;
                per_unit.saturating_mul((min - total).max(total - max).max(0))
            }
            Self::Hours {
                carried,
                share,
                per_unit,
            } => {
                let above = |minutes: i64| {
                    let (hours, rest) = (minutes.max(0) / 60, minutes.max(0) % 60);
                    triangle(hours)
                        .saturating_mul(60)
                        .saturating_add(rest * (hours + 1))
                };
                per_unit.saturating_mul(above(total + carried - share) - above(carried - share))
            }
            Self::Excess {
                carried,
                share,
                per_unit,
            } => per_unit
                .saturating_mul(triangle(total + carried - share) - triangle(carried - share)),
        }
    }

    /// The cost of a total by the objective's names.
    pub(crate) fn terms(self, total: i64) -> Vec<(CostTerm, i64)> {
        match self {
            Self::Deviation {
                carried,
                target,
                per_unit,
                over,
                under,
            } => {
                let off = total + carried - target;
                vec![
                    (
                        CostTerm::MinutesOffContract,
                        per_unit.saturating_mul(off.abs()),
                    ),
                    (CostTerm::MinutesOver, over.saturating_mul(off.max(0))),
                    (CostTerm::MinutesUnder, under.saturating_mul((-off).max(0))),
                ]
            }
            Self::Range { .. } => vec![(CostTerm::Assignments, self.of(total))],
            Self::Hours { .. } => vec![(CostTerm::FairnessMinutes, self.of(total))],
            Self::Excess { .. } | Self::None => vec![(CostTerm::Fairness, self.of(total))],
        }
    }
}

impl Counter {
    /// Counted units of a choice on a day.
    pub(crate) fn weight(&self, day: usize, choice: usize) -> i64 {
        let counts = (self.first..=self.last).contains(&day)
            && self.days.as_ref().is_none_or(|days| days[day]);
        if counts {
            i64::from(self.weight[choice])
        } else {
            0
        }
    }

    /// Counted units of a row over some days.
    pub(crate) fn units(&self, row: &[u8], days: std::ops::Range<usize>) -> i64 {
        let range = days.start.max(self.first)..days.end.min(self.last + 1).min(row.len());
        match &self.days {
            None => range
                .map(|day| i64::from(self.weight[row[day] as usize]))
                .sum(),
            Some(counts) => range
                .filter(|&day| counts[day])
                .map(|day| i64::from(self.weight[row[day] as usize]))
                .sum(),
        }
    }

    pub(crate) fn cost_of_units(&self, units: i64) -> i64 {
        self.cost.of(units * self.unit)
    }

    /// A slope that supports the convex cost at `units`.
    pub(crate) fn slope(&self, units: i64) -> i64 {
        if self.cost == CounterCost::None {
            return 0;
        }
        let right = self.cost_of_units(units + 1) - self.cost_of_units(units);
        let left = self.cost_of_units(units) - self.cost_of_units(units - 1);
        left + (right - left) / 2
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
    pub automaton: Automaton,
    successions: Successions,
    pub counters: Vec<Counter>,
    /// Costs no legal row reaches; a hand edit may.
    unreached: Vec<Counter>,
    pub weekends_max: Option<u32>,
    /// Weekends beyond so many cost each; hard or soft, some rule counts them.
    weekends_wanted_max: u64,
    weekend_cost: i64,
    pub weekends_counted: bool,
    /// What is remembered of neighbouring days beyond the basic runs.
    pub trackers: Trackers,
    /// The day starts a weekend (true) or continues one.
    pub weekend_day: Vec<Option<bool>>,
    pub weekend_worked_before: bool,
    /// Weekly rest: day on which the week ends and must have had a day off; `week_starts` resets.
    pub week_ends: Vec<bool>,
    pub week_starts: Vec<bool>,
    pub rested_before: bool,
    /// Some week asks for its day off beyond what the run rule gives.
    pub weekly_rest: bool,
    /// Choices that differ in price and limits on single shifts only, by group; groups of one are left out.
    pub twins: Vec<u64>,
    /// Per day: the first day from it on that begins neither inside a counted weekend nor inside a week whose day off is due.
    pub settled: Vec<usize>,
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
        let (allowed, choice_terms) = choices(problem, person_index, person);
        let mut choice_cost = vec![0; days * (off + 1)];
        for (_, costs) in &choice_terms {
            for (sum, cost) in choice_cost.iter_mut().zip(costs) {
                *sum += cost;
            }
        }
        let successions = Successions::build(problem, person, rules);
        let trackers = Trackers::build(problem, person);
        let automaton = Automaton::build(problem, person, &successions, &trackers);
        let history = &person.history;
        let weekend_cost = person
            .more
            .weekends_wanted_max
            .map_or(0, |_| problem.costs.priced(CostTerm::Weekends));
        let weeks = weeks(problem, person);
        let weekly_rest = weeks.0.contains(&true);
        let mut model = Self {
            days,
            off,
            class,
            allowed,
            choice_cost,
            choice_terms,
            eve: match (history.consecutive_work_days, history.consecutive_days_off) {
                (0, 0) => None,
                (worked, _) => Some(worked > 0),
            },
            isolated_day_off: problem.costs.isolated_day_off.per_unit,
            isolated_day_on: problem.costs.isolated_day_on.per_unit,
            work_max: person.consecutive_work_days_max.map(|n| n as usize),
            work_min: person.consecutive_work_days_min.unwrap_or(1).max(1) as usize,
            off_min: person.consecutive_days_off_min.unwrap_or(1).max(1) as usize,
            eve_length: history
                .consecutive_work_days
                .max(history.consecutive_days_off) as usize,
            automaton,
            successions,
            counters: Vec::new(),
            unreached: Vec::new(),
            weekends_max: person.weekends_max,
            weekends_wanted_max: u64::from(
                person
                    .more
                    .weekends_wanted_max
                    .unwrap_or(0)
                    .saturating_sub(history.weekends),
            ),
            weekend_cost,
            weekends_counted: person.weekends_max.is_some() || weekend_cost > 0,
            trackers,
            weekend_day: weekend_days(&problem.days),
            weekend_worked_before: history.weekend_worked,
            week_ends: weeks.0,
            week_starts: weeks.1,
            rested_before: weeks.2,
            weekly_rest,
            twins: Vec::new(),
            settled: Vec::new(),
        };
        model.settled = (0..=days)
            .map(|day| {
                (day..days)
                    .find(|&d| {
                        (!model.weekends_counted || model.weekend_day[d] != Some(false))
                            && (!weekly_rest || model.week_starts[d])
                    })
                    .unwrap_or(days)
            })
            .collect();
        (model.counters, model.unreached) = counters(problem, person, &model);
        model.twins = model.groups_of_twins();
        model
    }

    /// Limits on single shifts that are tighter than one of them.
    pub(crate) fn tighter_limits(&self, limit: &Counter) -> usize {
        let rank = |counter: &Counter| (counter.max, counter.weight.iter().position(|&w| w > 0));
        self.counters
            .iter()
            .filter(|other| other.one_shift && rank(other) < rank(limit))
            .count()
    }

    fn groups_of_twins(&self) -> Vec<u64> {
        let mut groups: Vec<u64> = Vec::new();
        for choice in 0..self.off {
            let alike = |group: &&mut u64| {
                let other = group.trailing_zeros() as usize;
                self.automaton.alike(choice, other)
                    && self
                        .counters
                        .iter()
                        .filter(|counter| !counter.one_shift)
                        .all(|counter| counter.weight[choice] == counter.weight[other])
            };
            match groups.iter_mut().find(alike) {
                Some(group) => *group |= 1 << choice,
                None => groups.push(1 << choice),
            }
        }
        groups.retain(|group| group.count_ones() > 1);
        groups
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
        let tracked = self.trackers.costs(row).into_iter();
        found.extend(tracked.map(|(term, day, cost)| (term, Some(day), cost)));
        for counter in self.counters.iter().chain(&self.unreached) {
            let total = self.units(counter, row) * counter.unit;
            for (term, cost) in counter.cost.terms(total) {
                if cost != 0 {
                    found.push((term, None, cost));
                }
            }
        }
        let weekends = self.weekends_cost(self.weekends_worked(row));
        if weekends != 0 {
            found.push((CostTerm::Weekends, None, weekends));
        }
        found
    }

    /// Cost of so many weekends.
    pub(crate) fn weekends_cost(&self, weekends: u64) -> i64 {
        weekends.saturating_sub(self.weekends_wanted_max) as i64 * self.weekend_cost
    }

    /// Weekends that count on a row; 0 where only the hard limit looks at them.
    pub(crate) fn weekends_worked(&self, row: &[u8]) -> u64 {
        if self.weekend_cost == 0 {
            return 0;
        }
        let mut in_weekend = self.weekend_worked_before;
        row.iter()
            .enumerate()
            .map(|(day, &choice)| self.weekend_step(day, choice, &mut in_weekend))
            .sum()
    }

    /// What the machine charges for a row; `None` if some hard rule on neighbouring days is broken.
    fn machine_cost(&self, row: &[u8]) -> Option<i64> {
        let mut state = self.automaton.start;
        let mut sum = 0;
        for (day, &choice) in row.iter().enumerate() {
            let (next, cost) = self.automaton.step(day, state, choice)?;
            state = next;
            sum += cost;
        }
        Some(sum)
    }

    /// Sum of [`Self::row_costs`].
    pub(crate) fn row_cost(&self, row: &[u8]) -> i64 {
        let mut total: i64 = row
            .iter()
            .enumerate()
            .map(|(day, &c)| self.choice_cost[day * (self.off + 1) + c as usize])
            .sum();
        total += self.machine_cost(row).unwrap_or_else(|| {
            let runs = self.run_costs(row).map(|(_, _, cost)| cost).sum::<i64>();
            let tracked = self.trackers.costs(row).into_iter();
            runs + tracked.map(|(_, _, cost)| cost).sum::<i64>()
        });
        total += self.weekends_cost(self.weekends_worked(row));
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

    /// Counted units of a whole row.
    pub(crate) fn units(&self, counter: &Counter, row: &[u8]) -> i64 {
        counter.units(row, 0..row.len())
    }

    /// Counts a weekend on its first day worked: 1 or 0.
    pub(crate) fn weekend_step(&self, day: usize, choice: u8, in_weekend: &mut bool) -> u64 {
        if self.weekend_day[day] != Some(false) {
            *in_weekend = false;
        }
        let begins = choice as usize != self.off && self.weekend_day[day].is_some() && !*in_weekend;
        *in_weekend |= begins;
        u64::from(begins)
    }

    /// Does the row keep every rule (limits on single shifts aside, if so asked)? Independent of the path search.
    pub(crate) fn keeps(&self, row: &[u8], limits_on_shifts: bool) -> bool {
        let mut state = self.automaton.start;
        let (mut weekends, mut in_weekend, mut rested) =
            (0, self.weekend_worked_before, self.rested_before);
        for (day, &choice) in row.iter().enumerate() {
            if self.allowed[day] >> choice & 1 == 0 {
                return false;
            }
            let Some((next, _)) = self.automaton.step(day, state, choice) else {
                return false;
            };
            state = next;
            let choice = choice as usize;
            if self.weekend_day[day] == Some(true) {
                in_weekend = false;
            }
            if self.week_starts[day] {
                rested = false;
            }
            if choice == self.off {
                rested = true;
            } else if self.weekend_day[day].is_some() && !in_weekend {
                in_weekend = true;
                weekends += 1;
            }
            if self.week_ends[day] && !rested {
                return false;
            }
        }
        self.weekends_max.is_none_or(|max| weekends <= max)
            && self
                .counters
                .iter()
                .filter(|c| limits_on_shifts || !c.one_shift)
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
        let mut class = self.successions.start;
        for _ in 0..day {
            class = self.successions.after_off(class);
        }
        self.successions.allows(class) >> shift & 1 == 1
    }

    /// Shifts that may not be worked `gap` days after `shift`, with nothing worked between.
    pub(crate) fn barred_after(&self, shift: usize, gap: usize) -> u64 {
        let mut class = self.successions.after_shift[shift];
        for _ in 1..gap {
            class = self.successions.after_off(class);
        }
        !self.successions.allows(class) & ((1 << self.off) - 1)
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

    /// Weekends wanted at most, and the cost of each beyond.
    pub(crate) fn weekends_priced(&self) -> Option<(u64, i64)> {
        (self.weekend_cost > 0).then_some((self.weekends_wanted_max, self.weekend_cost))
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
        let barred = person.nights_max == Some(0) && shift.night
            || person.shift_max.get(&shift.id) == Some(&0);
        for (day, mask) in allowed.iter_mut().enumerate() {
            let offered = shift.days.as_ref().is_none_or(|days| days.contains(&day));
            let missed =
                person.more.meetings.iter().any(|meeting| {
                    meeting.required && meeting.day == day && !attends(shift, meeting)
                });
            if unskilled
                || barred
                || missed
                || !offered
                || person.unavailable.iter().any(|u| bars(u, day, shift))
            {
                *mask &= !(1 << s);
            }
        }
    }
    for meeting in person.more.meetings.iter().filter(|m| m.required) {
        if let Some(mask) = allowed.get_mut(meeting.day) {
            *mask &= !(1 << off);
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
    let mut meetings = vec![0; days * width];
    for meeting in person.more.meetings.iter().filter(|m| m.day < days) {
        for choice in 0..width {
            let shift = problem.shifts.get(choice);
            if !shift.is_some_and(|shift| attends(shift, meeting)) {
                meetings[meeting.day * width + choice] += costs.priced(CostTerm::Meeting);
            }
        }
    }
    let mut pattern = vec![0; days * width];
    if let Some(rotation) = &person.more.pattern {
        for day in 0..days {
            let at = (day as i64 - rotation.anchor_day).rem_euclid(rotation.cycle.len() as i64);
            let due = rotation.cycle[at as usize].as_ref();
            for choice in 0..width {
                if problem.shifts.get(choice).map(|s| &s.kind) != due {
                    pattern[day * width + choice] = costs.priced(CostTerm::Pattern);
                }
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
            (CostTerm::Meeting, meetings),
            (CostTerm::Pattern, pattern),
        ],
    )
}

/// Is somebody on this shift at work for all of a meeting of its day?
fn attends(shift: &ShiftTemplate, meeting: &Meeting) -> bool {
    shift.on_post().iter().any(|post| {
        post.start_minute <= meeting.start_minute && meeting.end_minute <= post.end_minute
    })
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
    let mut add = |first: usize,
                   last: usize,
                   of: &dyn Fn(usize) -> i64,
                   on: Option<&dyn Fn(usize) -> bool>,
                   min: i64,
                   max: i64,
                   cost| {
        let counts = |day: usize| on.is_none_or(|on| on(day));
        let raw: Vec<i64> = (0..model.off).map(of).collect();
        let unit = raw.iter().fold(0, |unit, &value| gcd(unit, value));
        let unit = unit.max(1);
        let mut weight: Vec<i32> = raw.iter().map(|v| (v / unit) as i32).collect();
        weight.push(0);
        let mut most: Vec<i64> = (first..=last)
            .filter(|&d| counts(d))
            .map(|d| {
                let allowed = (0..model.off).filter(|c| model.allowed[d] >> c & 1 == 1);
                allowed.map(|c| i64::from(weight[c])).max().unwrap_or(0)
            })
            .collect();
        if most.len() == 7 && model.work_max.is_some_and(|max| max <= 6) {
            // Seven days hold at most six of work: a weekly limit of six full shifts never binds.
            most.sort_unstable();
            most.remove(0);
        }
        let reach: i64 = most.iter().sum();
        // A hand-made row may hold what is not allowed, and is costed all the same.
        let heaviest = weight.iter().copied().max().unwrap_or(0);
        let reach_of_any =
            i64::from(heaviest) * (first..=last).filter(|&d| counts(d)).count() as i64;
        let (min, max) = (
            min.div_euclid(unit) + i64::from(min.rem_euclid(unit) > 0),
            max.div_euclid(unit),
        );
        let idle = match cost {
            CounterCost::None => true,
            CounterCost::Deviation {
                per_unit,
                over,
                under,
                ..
            } => per_unit + over + under == 0,
            CounterCost::Range { per_unit, .. } => per_unit == 0,
            CounterCost::Excess {
                carried,
                share,
                per_unit,
            }
            | CounterCost::Hours {
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
            days: on.map(|on| (0..days).map(on).collect()),
            min,
            max,
            reach,
            cost,
            one_shift: false,
        };
        if idle && cost != CounterCost::None {
            unreached.push(counter.clone());
        }
        if !idle {
            list.push(counter);
        } else if min > 0 || max < reach {
            let shifts = counter.weight.iter().filter(|&&units| units > 0).count();
            list.push(Counter {
                one_shift: shifts == 1 && unit == 1 && min <= 0 && on.is_none(),
                cost: CounterCost::None,
                ..counter
            });
        }
    };
    let minutes = |s: usize| problem.shifts[s].worked_minutes;
    let no_limit = i64::MAX / 8;
    add(
        0,
        horizon,
        &minutes,
        None,
        person.minutes_min.unwrap_or(0),
        person.minutes_max.unwrap_or(no_limit),
        person
            .minutes_target
            .map_or(CounterCost::None, |target| CounterCost::Deviation {
                carried: history.minutes_carried,
                target,
                per_unit: costs.minutes_off_contract.per_unit,
                over: costs.priced(CostTerm::MinutesOver),
                under: costs.priced(CostTerm::MinutesUnder),
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
    let nights = |s: usize| i64::from(problem.shifts[s].night);
    let nights_max = person.nights_max.map_or(no_limit, i64::from);
    add(
        0,
        horizon,
        &nights,
        None,
        0,
        nights_max,
        excess(fair.nights, history.nights),
    );
    let lates = |s: usize| i64::from(problem.shifts[s].late);
    add(
        0,
        horizon,
        &lates,
        None,
        0,
        no_limit,
        excess(fair.lates, history.lates),
    );
    let earlies = |s: usize| i64::from(problem.shifts[s].early);
    add(
        0,
        horizon,
        &earlies,
        None,
        0,
        no_limit,
        excess(fair.earlies, history.earlies),
    );
    let any = |_: usize| 1;
    let weekend = |d: usize| problem.days[d].weekend;
    add(
        0,
        horizon,
        &any,
        Some(&weekend),
        0,
        no_limit,
        excess(fair.weekend_days, history.weekend_days),
    );
    let holiday = |d: usize| problem.days[d].holiday;
    add(
        0,
        horizon,
        &any,
        Some(&holiday),
        0,
        no_limit,
        excess(fair.holidays, history.holidays),
    );
    let wanted = person.more.assignments_wanted;
    if wanted.min.is_some() || wanted.max.is_some() {
        let cost = CounterCost::Range {
            carried: history.assignments,
            min: wanted.min.map_or(-no_limit, i64::from),
            max: wanted.max.map_or(no_limit, i64::from),
            per_unit: costs.priced(CostTerm::Assignments),
        };
        add(0, horizon, &any, None, 0, no_limit, cost);
    }
    let meals = |s: usize| i64::from(problem.shifts[s].unpopular_meals);
    add(
        0,
        horizon,
        &meals,
        None,
        0,
        no_limit,
        excess(fair.unpopular_meals, history.unpopular_meals),
    );
    if let Some(share) = fair.minutes {
        let cost = CounterCost::Hours {
            carried: history.minutes,
            share,
            per_unit: costs.priced(CostTerm::FairnessMinutes),
        };
        add(0, horizon, &minutes, None, 0, no_limit, cost);
    }
    for (id, &most) in &person.shift_max {
        let Some(index) = problem.shift_index(id) else {
            continue;
        };
        let of = |s: usize| i64::from(s == index);
        add(0, horizon, &of, None, 0, i64::from(most), CounterCost::None);
    }
    if person.minutes_week_max.is_some() || person.more.minutes_week_min.is_some() {
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
            let whole = last + 1 - first >= 7;
            let least = person.more.minutes_week_min.filter(|_| whole);
            let most = person.minutes_week_max;
            add(
                first,
                last,
                &minutes,
                None,
                least.unwrap_or(0),
                most.map_or(no_limit, |most| (most - before).max(0)),
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
