//! What a person's rules say of neighbouring days, as one small machine: how long runs of work and rest may be, which shift
//! may follow which, what isolated days cost, and what the rules of [`crate::runs`] ask. A state remembers just what a rule may
//! still ask about; a move takes the day's choice to the next state at a cost, or is forbidden. Days differ only by their place in
//! a weekend, and only where a rule looks at it: each place has its own moves.

use std::collections::BTreeMap;

use crate::problem::{DAY_MINUTES, Person, Problem, Rules};
use crate::runs::Trackers;

/// No state: the move is forbidden.
pub(crate) const FORBIDDEN: u16 = u16::MAX;
/// States a machine may have: they share a word with other things in a path's label.
pub(crate) const STATES_MAX: usize = 1 << 12;

/// The machine, flat for the hot path.
#[derive(Clone, Debug)]
pub(crate) struct Automaton {
    /// State on the eve of the horizon.
    pub start: u16,
    /// All states found room.
    pub complete: bool,
    width: usize,
    /// Moves of the whole machine for one place of a day in its weekend.
    block: usize,
    /// Where the moves of each day begin.
    blocks: Vec<usize>,
    next: Vec<u16>,
    cost: Vec<i64>,
}

impl Automaton {
    /// Number of states.
    pub(crate) fn states(&self) -> usize {
        self.block / self.width
    }

    /// Next states and costs of every choice on a day.
    pub(crate) fn moves(&self, day: usize, state: usize) -> (&[u16], &[i64]) {
        let at = self.blocks[day] + state * self.width;
        let at = at..at + self.width;
        (&self.next[at.clone()], &self.cost[at])
    }

    /// Do two choices lead from every state to the same one at the same cost, whatever the day?
    pub(crate) fn alike(&self, one: usize, other: usize) -> bool {
        let moves = self
            .next
            .chunks(self.width)
            .zip(self.cost.chunks(self.width));
        moves
            .into_iter()
            .all(|(next, cost)| next[one] == next[other] && cost[one] == cost[other])
    }

    /// Next state and cost of one choice on a day; `None` where a rule forbids it.
    pub(crate) fn step(&self, day: usize, state: u16, choice: u8) -> Option<(u16, i64)> {
        let at = self.blocks[day] + state as usize * self.width + choice as usize;
        let next = self.next[at];
        (next != FORBIDDEN).then(|| (next, self.cost[at]))
    }

    /// The machine of a person: runs, successions and trackers, their reachable states only.
    pub(crate) fn build(
        problem: &Problem,
        person: &Person,
        successions: &Successions,
        trackers: &Trackers,
    ) -> Self {
        let off = problem.shifts.len();
        let width = off + 1;
        let runs = Runs::of(problem, person);
        let places = trackers.day_classes();
        let mut states = vec![(runs.start(person), successions.start, trackers.start())];
        let mut known = BTreeMap::from([(states[0].clone(), 0u16)]);
        let mut moves: Vec<Vec<(u16, i64)>> = vec![Vec::new(); places.len()];
        let mut complete = true;
        let mut at = 0;
        while at < states.len() {
            let (run, succession, track) = states[at].clone();
            at += 1;
            for (moves, place) in moves.iter_mut().zip(&places) {
                for choice in 0..width {
                    let step = successions.after(succession, choice).and_then(|after| {
                        let (run, isolated) = runs.step(run, choice != off)?;
                        let (track, cost) = trackers.step(&track, *place, choice)?;
                        Some(((run, after, track), isolated + cost))
                    });
                    let Some((state, cost)) = step else {
                        moves.push((FORBIDDEN, 0));
                        continue;
                    };
                    let id = match known.get(&state) {
                        Some(&id) => id,
                        None if states.len() < STATES_MAX => {
                            let id = states.len() as u16;
                            known.insert(state.clone(), id);
                            states.push(state);
                            id
                        }
                        None => {
                            complete = false;
                            FORBIDDEN
                        }
                    };
                    moves.push((id, cost));
                }
            }
        }
        let block = states.len() * width;
        let class = |day: usize| {
            places
                .iter()
                .position(|place| *place == trackers.places[day])
        };
        Self {
            start: 0,
            complete,
            width,
            block,
            blocks: (0..problem.days.len())
                .map(|day| class(day).unwrap_or(0) * block)
                .collect(),
            next: moves.iter().flatten().map(|(next, _)| *next).collect(),
            cost: moves.iter().flatten().map(|(_, cost)| *cost).collect(),
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
    /// Class after each shift, rest being known to be over where the shift owes none itself.
    pub after_shift: Vec<u8>,
    /// Class after each shift on call that is rest itself, by the class before; empty for the others.
    after_standby: Vec<Vec<u8>>,
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
                !s.rests()
                    || gap as i64 * DAY_MINUTES + s.start_minute() - end >= rules.rest_minutes_min
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
                let mut tail: Vec<u64> = if shift.rests() {
                    (1..=reach)
                        .map(|gap| rested(shift.end_minute(), gap))
                        .collect()
                } else {
                    vec![all; reach]
                };
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
        found.after_standby = vec![Vec::new(); problem.shifts.len()];
        let mut class = 0;
        while class < found.tails.len() {
            for (index, shift) in problem.shifts.iter().enumerate() {
                if !shift.rests() {
                    // The rest goes on, and what may not follow the shift itself may not follow.
                    let mut tail = found.tails[class].get(1..).unwrap_or(&[]).to_vec();
                    tail.resize(tail.len().max(1), all);
                    tail[0] &= !barred(shift.id.as_str());
                    let after = found.class(tail);
                    found.after_standby[index].push(after);
                }
            }
            class += 1;
        }
        found
    }

    /// Class after a choice; `None` where it is not allowed.
    pub(crate) fn after(&self, class: u8, choice: usize) -> Option<u8> {
        let Some(&after) = self.after_shift.get(choice) else {
            return Some(self.after_off(class));
        };
        let allowed = self.allows(class) >> choice & 1 == 1;
        let standby = self.after_standby[choice].get(class as usize);
        allowed.then(|| standby.copied().unwrap_or(after))
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
