//! What a person's rules say of neighbouring days, as one small machine: how long runs of work and rest may be, which shift
//! may follow which, and what isolated days cost. A state remembers just what a rule may still ask about; a move takes the
//! day's choice to the next state at a cost, or is forbidden.

use std::collections::BTreeMap;

use crate::problem::{DAY_MINUTES, Person, Problem, Rules};

/// No state: the move is forbidden.
pub(crate) const FORBIDDEN: u16 = u16::MAX;
/// States a machine may have: they share a word with other things in a path's label.
pub(crate) const STATES_MAX: usize = 1 << 12;

/// The machine, flat for the hot path.
#[derive(Clone, Debug)]
pub(crate) struct Automaton {
    /// State on the eve of the horizon.
    pub start: u16,
    width: usize,
    next: Vec<u16>,
    cost: Vec<i64>,
}

impl Automaton {
    /// Number of states.
    pub(crate) fn states(&self) -> usize {
        self.next.len() / self.width
    }

    /// Next states and costs of every choice.
    pub(crate) fn moves(&self, state: usize) -> (&[u16], &[i64]) {
        let at = state * self.width..(state + 1) * self.width;
        (&self.next[at.clone()], &self.cost[at])
    }

    /// Do two choices lead from every state to the same one at the same cost?
    pub(crate) fn alike(&self, one: usize, other: usize) -> bool {
        (0..self.states()).all(|state| {
            let (next, cost) = self.moves(state);
            next[one] == next[other] && cost[one] == cost[other]
        })
    }

    /// Next state and cost of one choice; `None` where a rule forbids it.
    pub(crate) fn step(&self, state: u16, choice: u8) -> Option<(u16, i64)> {
        let at = state as usize * self.width + choice as usize;
        let next = self.next[at];
        (next != FORBIDDEN).then(|| (next, self.cost[at]))
    }

    /// The machine of runs and successions for a person.
    pub(crate) fn build(problem: &Problem, person: &Person, successions: &Successions) -> Self {
        let off = problem.shifts.len();
        let width = off + 1;
        let runs = Runs::of(problem, person);
        let mut states = vec![(runs.start(person), successions.start)];
        let mut known = BTreeMap::from([(states[0], 0u16)]);
        let (mut next, mut cost) = (Vec::new(), Vec::new());
        let mut at = 0;
        while at < states.len() {
            let (run, succession) = states[at];
            at += 1;
            for choice in 0..width {
                let after = if choice == off {
                    Some(successions.after_off(succession))
                } else if successions.allows(succession) >> choice & 1 == 1 {
                    Some(successions.after_shift[choice])
                } else {
                    None
                };
                let step = after.and_then(|after| {
                    let (run, cost) = runs.step(run, choice != off)?;
                    Some(((run, after), cost))
                });
                match step {
                    Some((state, price))
                        if states.len() < STATES_MAX || known.contains_key(&state) =>
                    {
                        let id = *known.entry(state).or_insert_with(|| {
                            states.push(state);
                            (states.len() - 1) as u16
                        });
                        next.push(id);
                        cost.push(price);
                    }
                    _ => {
                        next.push(FORBIDDEN);
                        cost.push(0);
                    }
                }
            }
        }
        Self {
            start: 0,
            width,
            next,
            cost,
        }
    }
}

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

/// Rules on runs.
struct Runs {
    work_max: Option<u32>,
    work_min: u32,
    off_min: u32,
    work_cap: u32,
    off_cap: u32,
    isolated_day_on: i64,
    isolated_day_off: i64,
}

impl Runs {
    fn of(problem: &Problem, person: &Person) -> Self {
        let work_max = person.consecutive_work_days_max;
        let work_min = person.consecutive_work_days_min.unwrap_or(0);
        let off_min = person.consecutive_days_off_min.unwrap_or(0);
        let (isolated_day_on, isolated_day_off) = (
            problem.costs.isolated_day_on.per_unit,
            problem.costs.isolated_day_off.per_unit,
        );
        // A run is counted no further than some rule or cost can tell.
        let two = |cost: i64| if cost > 0 { 2 } else { 1 };
        Self {
            work_max,
            work_min,
            off_min,
            work_cap: work_max
                .unwrap_or(0)
                .max(work_min)
                .max(two(isolated_day_on)),
            off_cap: off_min.max(two(isolated_day_off)),
            isolated_day_on,
            isolated_day_off,
        }
    }

    fn start(&self, person: &Person) -> Run {
        let history = &person.history;
        let run = |works, days: u32, cap: u32, min| {
            let length = days.min(cap);
            Run {
                works: Some(works),
                length,
                fresh: false,
                may_end: length >= min,
            }
        };
        if history.consecutive_work_days > 0 {
            run(
                true,
                history.consecutive_work_days,
                self.work_cap,
                self.work_min,
            )
        } else if history.consecutive_days_off > 0 {
            run(
                false,
                history.consecutive_days_off,
                self.off_cap,
                self.off_min,
            )
        } else {
            Run {
                works: None,
                length: 0,
                fresh: false,
                may_end: true,
            }
        }
    }

    fn step(&self, run: Run, works: bool) -> Option<(Run, i64)> {
        let (cap, min) = if works {
            (self.work_cap, self.work_min)
        } else {
            (self.off_cap, self.off_min)
        };
        if run.works == Some(works) {
            if works && self.work_max.is_some_and(|max| run.length >= max) {
                return None;
            }
            let length = (run.length + 1).min(cap);
            let may_end = run.may_end || length >= min;
            let next = Run {
                works: Some(works),
                length,
                fresh: false,
                may_end,
            };
            return Some((next, 0));
        }
        if !run.may_end {
            return None;
        }
        let known = run.works.is_some();
        let alone = run.fresh && run.length == 1;
        let cost = match (alone, works) {
            (true, true) => self.isolated_day_off,
            (true, false) => self.isolated_day_on,
            (false, _) => 0,
        };
        let priced = if works {
            self.isolated_day_on
        } else {
            self.isolated_day_off
        };
        Some((
            Run {
                works: Some(works),
                length: 1,
                fresh: known && priced > 0,
                may_end: !known || min <= 1,
            },
            cost,
        ))
    }
}

/// Which shifts may follow the last one, day by day from tomorrow on. People who may do the same from here on share a class.
#[derive(Clone, Debug, Default)]
pub(crate) struct Successions {
    tails: Vec<Vec<u64>>,
    index: BTreeMap<Vec<u64>, u8>,
    all: u64,
    /// Class on the eve.
    pub start: u8,
    /// Class after each shift.
    pub after_shift: Vec<u8>,
}

impl Successions {
    /// Rests and forbidden successions as they bind a person.
    pub(crate) fn build(problem: &Problem, person: &Person, rules: &Rules) -> Self {
        let all = (1u64 << problem.shifts.len()) - 1;
        let mut found = Self {
            all,
            ..Self::default()
        };
        found.class(Vec::new());
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
        found.after_shift = problem
            .shifts
            .iter()
            .map(|shift| {
                let mut tail: Vec<u64> = (1..=reach)
                    .map(|gap| rested(shift.end_minute(), gap))
                    .collect();
                if let Some(tomorrow) = tail.first_mut() {
                    *tomorrow &= !barred(shift.id.as_str());
                }
                found.class(tail)
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
        found.start = found.class(tail);
        found
    }

    /// Shifts that may be worked today.
    pub(crate) fn allows(&self, class: u8) -> u64 {
        let tail = &self.tails[class as usize];
        tail.first().copied().unwrap_or(self.all)
    }

    /// Class after a day off.
    pub(crate) fn after_off(&self, class: u8) -> u8 {
        let rest = self.tails[class as usize].get(1..).unwrap_or(&[]);
        self.index.get(rest).copied().unwrap_or(0)
    }

    fn class(&mut self, mut tail: Vec<u64>) -> u8 {
        while tail.last() == Some(&self.all) {
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
            self.class(tail[1..].to_vec());
        }
        id
    }
}

pub(crate) fn bits(flags: impl Iterator<Item = bool>) -> u64 {
    flags
        .enumerate()
        .fold(0, |mask, (index, flag)| mask | u64::from(flag) << index)
}
