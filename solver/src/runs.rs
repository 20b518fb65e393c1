//! What rules on neighbouring days must remember beyond the basic run of work: days in a row of some sort (work, days off, one
//! kind of shift, nights), the days off owed after nights, and how a weekend began. Each is a small machine of its own that a
//! day's choice moves on at a cost or breaks; the person's [`Automaton`](crate::automaton::Automaton) is their product, and a row
//! made by hand is costed by walking them one by one.
//!
//! For a run of `L` days (`H` of them before the horizon) the cost is
//! `over · |{days of the horizon beyond the max-th of the run}| + under · max(0, min − L)`, the second only if the run's end lies
//! within the horizon and its beginning is known.

use crate::problem::{CostTerm, Person, Problem};

/// A run of some sort of day, and its limits.
#[derive(Clone, Debug)]
pub(crate) struct RunRule {
    /// Choices that go on with the run, bit per choice (off is the last).
    pub choices: u64,
    /// Hard: at least 0, at most `u32::MAX`.
    pub min: u32,
    pub max: u32,
    /// Soft.
    pub wanted_min: u32,
    pub wanted_max: u32,
    /// Per day outside what is wanted.
    pub cost: i64,
    pub term: CostTerm,
    /// Days of the run up to the eve; `None` is unknown.
    pub before: Option<u32>,
}

/// Where a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RunState {
    /// Days so far, counted as far as the rule looks.
    length: u32,
    /// It may have begun earlier than is known.
    open: bool,
}

impl RunRule {
    fn cap(&self) -> u32 {
        let limit = |max: u32| if max == u32::MAX { 0 } else { max };
        self.longest_min()
            .max(limit(self.max))
            .max(limit(self.wanted_max))
            .max(1)
    }

    fn longest_min(&self) -> u32 {
        self.min.max(self.wanted_min)
    }

    fn at(&self, length: u32, open: bool) -> RunState {
        let length = length.min(self.cap());
        RunState {
            length,
            // Long enough is long enough, whenever it began.
            open: open && length < self.longest_min(),
        }
    }

    fn start(&self) -> RunState {
        self.at(self.before.unwrap_or(0), self.before.is_none())
    }

    /// The next state, its cost, and whether the hard limits hold.
    fn step(&self, state: RunState, choice: usize) -> (RunState, i64, bool) {
        if self.choices >> choice & 1 == 1 {
            let over = if state.length >= self.wanted_max {
                self.cost
            } else {
                0
            };
            return (
                self.at(state.length + 1, state.open),
                over,
                state.length < self.max,
            );
        }
        let ended = state.length > 0 && !state.open;
        let short = if ended {
            self.wanted_min.saturating_sub(state.length)
        } else {
            0
        };
        let legal = !ended || state.length >= self.min;
        (self.at(0, false), i64::from(short) * self.cost, legal)
    }
}

/// Days off after the last of some nights.
#[derive(Clone, Debug)]
pub(crate) struct NightRest {
    /// Night shifts, bit per choice.
    pub nights: u64,
    /// Days off owed.
    pub days: u32,
    /// The eve was a night.
    pub night_on_eve: bool,
    /// Days off owed from before the eve.
    pub owed: u32,
}

impl NightRest {
    /// 0: nothing owed; 1: a night was the day before; above: days owed and one.
    fn start(&self) -> u32 {
        if self.night_on_eve {
            1
        } else if self.owed > 0 {
            self.owed + 1
        } else {
            0
        }
    }

    fn step(&self, state: u32, choice: usize, off: usize) -> (u32, bool) {
        let owed = |days: u32| if days == 0 { 0 } else { days + 1 };
        let night = self.nights >> choice & 1 == 1;
        match state {
            _ if night => (1, state <= 1),
            0 => (0, true),
            1 if choice == off => (owed(self.days - 1), true),
            _ if choice == off => (owed(state - 2), true),
            _ => (0, false),
        }
    }
}

/// Weekends worked in whole and on one kind of shift.
#[derive(Clone, Debug)]
pub(crate) struct WeekendRule {
    /// Broken weekends are not allowed.
    pub complete: bool,
    /// Cost of a broken weekend.
    pub broken_cost: i64,
    /// Cost of a weekend on two kinds of shift.
    pub mixed_cost: i64,
    /// Kind per shift.
    pub kinds: Vec<u8>,
    /// Day 0 goes on with a weekend already worked.
    pub worked_before: bool,
}

/// Days so far of a weekend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Worked {
    NotYet,
    All,
    None,
    Some,
}

/// Kinds of shift so far of a weekend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kinds {
    Unknown,
    One(u8),
    Two,
}

/// How a weekend began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct WeekendState {
    worked: Worked,
    kinds: Kinds,
}

const WEEKDAY: WeekendState = WeekendState {
    worked: Worked::NotYet,
    kinds: Kinds::Unknown,
};

impl WeekendRule {
    fn start(&self) -> WeekendState {
        WeekendState {
            worked: if self.worked_before {
                Worked::All
            } else {
                Worked::NotYet
            },
            kinds: Kinds::Unknown,
        }
    }

    /// Next state, cost of breaking and of mixing, and whether it is allowed.
    fn step(
        &self,
        state: WeekendState,
        place: Place,
        choice: usize,
        off: usize,
    ) -> (WeekendState, i64, i64, bool) {
        let state = match place {
            Place::Weekday => return (WEEKDAY, 0, 0, true),
            Place::First => WEEKDAY,
            Place::Middle | Place::Last => state,
        };
        let works = choice != off;
        let worked = match (state.worked, works) {
            (Worked::NotYet | Worked::All, true) => Worked::All,
            (Worked::NotYet | Worked::None, false) => Worked::None,
            _ => Worked::Some,
        };
        let broken = worked == Worked::Some && state.worked != Worked::Some;
        let kinds = match (state.kinds, self.kinds.get(choice)) {
            (kinds, None) => kinds,
            (Kinds::Unknown, Some(&kind)) => Kinds::One(kind),
            (Kinds::One(known), Some(&kind)) if known == kind => Kinds::One(known),
            _ => Kinds::Two,
        };
        let mixed = kinds == Kinds::Two && state.kinds != Kinds::Two;
        let charge = |it: bool, cost: i64| if it { cost } else { 0 };
        let mut next = WeekendState {
            // What nothing asks for is not remembered.
            worked: if self.complete || self.broken_cost > 0 {
                worked
            } else {
                Worked::NotYet
            },
            kinds: if self.mixed_cost > 0 {
                kinds
            } else {
                Kinds::Unknown
            },
        };
        if place == Place::Last {
            next = WEEKDAY;
        }
        (
            next,
            charge(broken, self.broken_cost),
            charge(mixed, self.mixed_cost),
            !(broken && self.complete),
        )
    }
}

/// Where a day stands to its weekend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    /// No weekend, or one of a single day.
    Weekday,
    First,
    Middle,
    Last,
}

/// All machines of a person.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trackers {
    pub off: usize,
    pub runs: Vec<RunRule>,
    pub night_rest: Option<NightRest>,
    pub weekend: Option<WeekendRule>,
    /// Place of every day in its weekend; all weekdays where no rule asks.
    pub places: Vec<Place>,
}

/// Where all of them stand.
pub(crate) type Track = (Vec<RunState>, u32, WeekendState);

/// What a step costs, by term.
type Charges = Vec<(CostTerm, i64)>;

impl Trackers {
    /// The machines that some rule of the person asks for.
    pub(crate) fn build(problem: &Problem, person: &Person) -> Self {
        let off = problem.shifts.len();
        let (rules, history, costs) = (&person.more, &person.history, &problem.costs);
        let eve_worked = match (history.consecutive_work_days, history.consecutive_days_off) {
            (0, 0) => None,
            (worked, _) => Some(worked > 0),
        };
        let mut runs = Vec::new();
        let mut run = |choices: u64,
                       hard: (u32, u32),
                       wanted: crate::problem::SoftRange,
                       term,
                       before: Option<u32>| {
            let cost = costs.priced(term);
            // A run longer than there are days is nothing to watch for.
            let most = problem.days.len() as u32 + before.unwrap_or(0);
            let reached = |max: u32| if max < most { max } else { u32::MAX };
            let soft = |limit: Option<u32>| limit.filter(|_| cost > 0);
            let rule = RunRule {
                choices,
                min: hard.0,
                max: reached(hard.1),
                wanted_min: soft(wanted.min).unwrap_or(0),
                wanted_max: reached(soft(wanted.max).unwrap_or(u32::MAX)),
                cost,
                term,
                before,
            };
            if rule.longest_min() > 1 || rule.max < u32::MAX || rule.wanted_max < u32::MAX {
                runs.push(rule);
            }
        };
        let shifts_of = |of: &dyn Fn(usize) -> bool| {
            (0..off)
                .filter(|s| of(*s))
                .fold(0_u64, |mask, s| mask | 1 << s)
        };
        let none = u32::MAX;
        run(
            shifts_of(&|_| true),
            (0, none),
            rules.work_days_wanted,
            CostTerm::ConsecutiveWorkDays,
            eve_worked.map(|_| history.consecutive_work_days),
        );
        run(
            1 << off,
            (0, rules.consecutive_days_off_max.unwrap_or(none)),
            rules.days_off_wanted,
            CostTerm::ConsecutiveDaysOff,
            eve_worked.map(|_| history.consecutive_days_off),
        );
        let last = history
            .last_shift
            .as_ref()
            .and_then(|id| problem.shift_index(id));
        let kinds: std::collections::BTreeSet<&String> = rules
            .kind_days_max
            .keys()
            .chain(rules.kind_days_wanted.keys())
            .collect();
        for kind in kinds {
            let before = match last {
                _ if eve_worked == Some(false) => Some(0),
                Some(last) if history.consecutive_kind_days > 0 => {
                    Some(if problem.shifts[last].kind == *kind {
                        history.consecutive_kind_days
                    } else {
                        0
                    })
                }
                _ => None,
            };
            run(
                shifts_of(&|s| problem.shifts[s].kind == *kind),
                (0, rules.kind_days_max.get(kind).copied().unwrap_or(none)),
                rules
                    .kind_days_wanted
                    .get(kind)
                    .copied()
                    .unwrap_or_default(),
                CostTerm::ConsecutiveKind,
                before,
            );
        }
        let nights = shifts_of(&|s| problem.shifts[s].night);
        let last_was_night = last.map(|last| problem.shifts[last].night);
        run(
            nights,
            (
                rules.consecutive_nights_min.unwrap_or(0),
                rules.consecutive_nights_max.unwrap_or(none),
            ),
            Default::default(),
            CostTerm::ConsecutiveKind,
            match last_was_night {
                _ if history.consecutive_nights > 0 => Some(history.consecutive_nights),
                _ if eve_worked == Some(false) => Some(0),
                Some(false) => Some(0),
                _ => None,
            },
        );
        let night_on_eve = eve_worked != Some(false)
            && (history.consecutive_nights > 0 || last_was_night == Some(true));
        let asked = rules.days_off_after_nights_min.filter(|days| *days > 0);
        let night_rest = asked.map(|days| NightRest {
            nights,
            days,
            night_on_eve,
            owed: if night_on_eve {
                0
            } else {
                history.night_rest_days_owed
            },
        });
        let wanted = |asked: bool, term| if asked { costs.priced(term) } else { 0 };
        let (broken_cost, mixed_cost) = (
            wanted(rules.complete_weekends_wanted, CostTerm::BrokenWeekend),
            wanted(rules.identical_weekends_wanted, CostTerm::MixedWeekend),
        );
        let kind = |s: usize| {
            problem
                .shifts
                .iter()
                .position(|other| other.kind == problem.shifts[s].kind)
        };
        let weekend =
            (rules.complete_weekends || broken_cost > 0 || mixed_cost > 0).then(|| WeekendRule {
                complete: rules.complete_weekends,
                broken_cost,
                mixed_cost,
                kinds: (0..off).map(|s| kind(s).unwrap_or(s) as u8).collect(),
                worked_before: history.weekend_worked,
            });
        let days = &problem.days;
        let goes_on = |eve: usize, day: usize| {
            days.get(day)
                .is_some_and(|d| d.weekend && days[eve].weekend && d.week == days[eve].week)
        };
        let place = |day: usize| {
            if weekend.is_none() || !days[day].weekend {
                return Place::Weekday;
            }
            let begun = day
                .checked_sub(1)
                .map_or(history.weekend_worked, |eve| goes_on(eve, day));
            match (begun, goes_on(day, day + 1)) {
                (false, false) => Place::Weekday,
                (false, true) => Place::First,
                (true, true) => Place::Middle,
                (true, false) => Place::Last,
            }
        };
        Self {
            off,
            runs,
            night_rest,
            places: (0..days.len()).map(place).collect(),
            weekend,
        }
    }

    /// Where all stand on the eve.
    pub(crate) fn start(&self) -> Track {
        (
            self.runs.iter().map(RunRule::start).collect(),
            self.night_rest.as_ref().map_or(0, NightRest::start),
            self.weekend.as_ref().map_or(WEEKDAY, WeekendRule::start),
        )
    }

    /// The places that days have: one, if weekends are nobody's matter.
    pub(crate) fn day_classes(&self) -> Vec<Place> {
        let mut classes = self.places.clone();
        classes.sort_unstable();
        classes.dedup();
        classes
    }

    /// A day's choice: next state, what it costs, and whether the hard rules hold.
    fn walk(&self, track: &Track, place: Place, choice: usize) -> (Track, Charges, bool) {
        let mut charges = Vec::new();
        let mut legal = true;
        let mut charge = |term: CostTerm, cost: i64| {
            if cost != 0 {
                charges.push((term, cost));
            }
        };
        let mut runs = Vec::with_capacity(self.runs.len());
        for (rule, state) in self.runs.iter().zip(&track.0) {
            let (next, cost, fine) = rule.step(*state, choice);
            runs.push(next);
            charge(rule.term, cost);
            legal &= fine;
        }
        let mut rest = 0;
        if let Some(rule) = &self.night_rest {
            let (next, fine) = rule.step(track.1, choice, self.off);
            rest = next;
            legal &= fine;
        }
        let mut weekend = WEEKDAY;
        if let Some(rule) = &self.weekend {
            let (next, broken, mixed, fine) = rule.step(track.2, place, choice, self.off);
            weekend = next;
            charge(CostTerm::BrokenWeekend, broken);
            charge(CostTerm::MixedWeekend, mixed);
            legal &= fine;
        }
        ((runs, rest, weekend), charges, legal)
    }

    /// The next state and its cost; `None` where a hard rule forbids it.
    pub(crate) fn step(&self, track: &Track, place: Place, choice: usize) -> Option<(Track, i64)> {
        let (next, charges, legal) = self.walk(track, place, choice);
        legal.then(|| (next, charges.iter().map(|(_, cost)| cost).sum()))
    }

    /// Costs of a row by term and day, whether or not it is legal.
    pub(crate) fn costs(&self, row: &[u8]) -> Vec<(CostTerm, usize, i64)> {
        let mut found = Vec::new();
        if self.runs.is_empty() && self.weekend.is_none() {
            return found;
        }
        let mut track = self.start();
        for (day, &choice) in row.iter().enumerate() {
            let (next, charges, _) = self.walk(&track, self.places[day], choice as usize);
            track = next;
            found.extend(charges.into_iter().map(|(term, cost)| (term, day, cost)));
        }
        found
    }
}
