//! People and days apart.
//!
//! The rows `N[d,s,g] = Σ_p x[p,d,s]` are priced instead of kept. For any prices `y`,
//!
//! `Σ_p min over rows (cost + y·x) + Σ_d min over whole numbers of people (cover and meals − y·N)`
//!
//! is a lower bound. A person's part is a shortest path, a day's part a small integer program. What a night shift is to the day it
//! ends on is counted and priced by itself, as that day's, so that no day needs to know of another. Prices start from the duals of the
//! linear relaxation and climb along the subgradient `Σ x − N`.
//!
//! What a round proves of each part (`cost ≥ least − y·x` of a person, `cost ≥ least + y·N` of a day) also cuts the exact program,
//! which then begins where the rounds ended.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use good_lp::{Expression, Variable, constraint};

use super::{Bound, round_up};
use crate::constraints;
use crate::model::{DayPart, Link, Model, Nights, Payer, Resolution, RosterModel, Totals, Whole};
use crate::paths::Paths;
use crate::person::INFINITE;
use crate::program::{Outcome, ProgramLimits, Running};
use crate::search::{Compiled, Solution};

/// Labels a day in the bound's shortest paths; when they do not suffice the bound stays valid, only weaker.
const LABELS_MAX: usize = 120_000;
/// Labels of a path: beyond a month its days have fewer each, so that a year takes no more time and memory.
const PATH_LABELS_MAX: usize = 31 * LABELS_MAX;
/// Labels a day in the pass before.
const LABELS_NEAR_MAX: usize = 3_000;
/// Nodes of a day's integer program, and with whole meals, where they are dear.
const NODES_MAX: i32 = 300;
const NODES_WHOLE_MEALS_MAX: i32 = 30;
/// How near to its value a day's bound suffices.
const DAY_GAP: f64 = 1.0;
/// Fair shares of the seconds left that a day may take: most end sooner.
const SHARES: f64 = 1.5;
/// Fewer seconds are too few for whole people.
const DAY_SECONDS_MIN: f64 = 0.2;
/// Seconds in which a day's linear program, summed over slots, is solved when none are left.
const LAST_SECONDS: f64 = 5.0;
/// Fewer seconds are no round.
const ROUND_SECONDS_MIN: f64 = 0.5;
/// A round begun in time may end so much later; then it is given up, for a bound needs every part.
const OVERTIME_SECONDS: f64 = 0.5;
/// First step, as a part of what is open; it shrinks by the second factor when a step brings nothing.
const AGILITY: f64 = 0.1;
const AGILITY_LESS: f64 = 0.4;

/// Prices per day a shift begins on, half ([`Compiled::halves`]) and class.
type Prices = Vec<Vec<Vec<f64>>>;
/// Day, half and class.
type Cell = (usize, usize, usize);

/// What one round of prices has taught: the least each part can cost there.
#[derive(Debug)]
struct Round {
    prices: Prices,
    least: BTreeMap<Payer, f64>,
    /// `Σ x − N`.
    slope: Prices,
}

/// The least a part can cost at some prices, and the people it then has.
#[derive(Clone, Debug, Default)]
struct Priced {
    least: f64,
    people: Vec<(Cell, f64)>,
    /// Nothing more is to be found out at these prices.
    proven: bool,
    /// How a day was priced last.
    whole: Whole,
}

/// All that was learned.
#[derive(Debug, Default)]
pub(super) struct Learned {
    rounds: Vec<Round>,
}

/// What ends the rounds.
pub(super) struct Effort<'e> {
    pub rounds_max: usize,
    pub threads: usize,
    /// Seconds left.
    pub left: &'e (dyn Fn() -> f64 + Sync),
}

impl Learned {
    /// Goes from round to round until the bound meets the roster at hand, no price is left to move, or the effort is spent. `hear` is
    /// told of each better bound and may end it.
    pub(super) fn learn(
        compiled: &Compiled<'_>,
        best: &Solution,
        relaxation: Relaxation,
        effort: &Effort<'_>,
        hear: &mut dyn FnMut(i64) -> ControlFlow<()>,
    ) -> (Self, Option<Bound>) {
        // Out of time any prices give a bound, if a weak one.
        let first = relaxation.prices(compiled);
        let (mut prices, relaxed) = match first {
            Some((prices, value)) => (prices, Some(value)),
            None => (no_prices(compiled), None),
        };
        let mut told = i64::MIN;
        let mut hear = |value: i64| {
            if value <= told {
                return ControlFlow::Continue(());
            }
            told = value;
            if value >= best.cost {
                return ControlFlow::Break(());
            }
            hear(value)
        };
        if relaxed.is_some_and(|relaxed| hear(relaxed).is_break()) {
            return (Self::default(), relaxed.map(Bound::of_relaxation));
        }
        let mut rounds: Vec<Round> = Vec::new();
        let mut top: Option<usize> = None;
        let mut agility = AGILITY;
        for _ in 0..effort.rounds_max {
            if top.is_some() && (effort.left)() < ROUND_SECONDS_MIN {
                break;
            }
            let Some(round) = Round::price(compiled, best, prices, effort) else {
                break;
            };
            let (value, known) = (round.value(), top.map(|top: usize| &rounds[top]));
            if known.is_none_or(|known| known.value() < value) {
                top = Some(rounds.len());
                if hear(round_up(value)).is_break() {
                    rounds.push(round);
                    break;
                }
            } else {
                agility *= AGILITY_LESS;
            }
            rounds.push(round);
            let next = top.and_then(|top| rounds[top].climb(agility, best.cost));
            match next {
                // Prices are whole: a step too short leads back.
                Some(next) if rounds.iter().all(|round| round.prices != next) => prices = next,
                _ => break,
            }
        }
        let proven = top.map(|top| Bound {
            value: round_up(rounds[top].value()),
            from: "people and days",
            rows: None,
        });
        let relaxed = relaxed.map(Bound::of_relaxation);
        let bounds = relaxed.into_iter().chain(proven);
        (Self { rounds }, bounds.max_by_key(|bound| bound.value))
    }

    /// Adds what was learned to a program: `cost of a part + lift ≥ least + worth of its people`, the lift paid by the part. `most` is
    /// what no good roster costs.
    pub(super) fn cut(&self, roster: &mut RosterModel<'_>, most: i64) {
        let RosterModel {
            model,
            people,
            days,
            ..
        } = roster;
        let compiled = model.compiled;
        let payers = self.rounds.iter().flat_map(|round| round.least.keys());
        for payer in payers.copied().collect::<BTreeSet<Payer>>() {
            let lift = model.amount(most as f64);
            model.charge(payer, 1, lift);
            let paid = model.paid(payer);
            for Round { prices, least, .. } in &self.rounds {
                let Some(&least) = least.get(&payer) else {
                    continue;
                };
                let worth: Expression = match payer {
                    Payer::Person(person) => {
                        let class = compiled.people[person].class;
                        let cells = prices.iter().zip(&people.shift[person]);
                        let halves = cells
                            .flat_map(|(halves, shifts)| halves.iter().zip(shifts.iter().cycle()));
                        halves
                            .filter_map(|(prices, cell)| Some(-prices[class] * (*cell)?))
                            .sum()
                    }
                    Payer::Day(day) => {
                        let (own, over) = worth(compiled, prices, day);
                        let before = day.checked_sub(1).and_then(|day| days.get(day));
                        let of = |prices: &[Vec<f64>], part: &DayPart| -> Expression {
                            let counts = prices.iter().flatten().zip(part.count.iter().flatten());
                            counts
                                .filter_map(|(price, count)| Some(*price * (*count)?))
                                .sum()
                        };
                        of(own, &days[day])
                            + before.map_or_else(Expression::default, |part| of(over, part))
                    }
                    Payer::Team => continue,
                };
                model.row(constraint!(paid.clone() - worth >= least));
            }
        }
    }
}

fn no_prices(compiled: &Compiled<'_>) -> Prices {
    vec![vec![vec![0.0; compiled.cover.classes()]; compiled.halves()]; compiled.days()]
}

/// What people are worth to a day: on its own shifts, and on those of the day before that reach into it.
fn worth<'p>(
    compiled: &Compiled<'_>,
    prices: &'p Prices,
    day: usize,
) -> (&'p [Vec<f64>], &'p [Vec<f64>]) {
    let own = &prices[day][..compiled.off()];
    let over = day
        .checked_sub(1)
        .map_or(&[][..], |before| &prices[before][compiled.off()..]);
    (own, over)
}

/// A linear relaxation that is being solved for its prices, cover summed over slots. By interior point without crossover: central
/// prices are better starts than a vertex's (54,437 against 52,591 on 18 people), and of sixty people a vertex is not found in 48 s.
/// Totals straight: their kinks at whole shifts leave prices free to lie anywhere between two slopes, and in the middle
/// they prove little (weeks of 10 and 18 people: 8,755 and 12,784, against 9,238 and 13,023).
pub(crate) struct Relaxation {
    running: Running,
    links: Vec<Link>,
}

impl Relaxation {
    /// Begins to solve it; it needs no roster.
    pub(crate) fn start(compiled: &Compiled<'_>, seconds: f64) -> Self {
        let RosterModel { model, links, .. } = RosterModel::build(
            compiled,
            Whole::Nothing,
            Totals::Straight,
            Resolution::Slots,
            Nights::Split,
        );
        let limits = ProgramLimits {
            seconds: seconds.clamp(0.01, 1e6),
            nodes: None,
            interior_point: true,
            absolute_gap: 0.0,
        };
        Self {
            running: model.start(limits),
            links,
        }
    }

    /// Its prices, and what it proves by itself.
    fn prices(self, compiled: &Compiled<'_>) -> Option<(Prices, i64)> {
        let Outcome::Solved { duals, bound, .. } = self.running.wait() else {
            return None;
        };
        let mut prices = no_prices(compiled);
        for link in self.links {
            let dual = duals.get(link.row).copied().unwrap_or(0.0);
            prices[link.day][link.half][link.class] = dual.round();
        }
        Some((prices, round_up(bound)))
    }
}

impl Bound {
    fn of_relaxation(value: i64) -> Self {
        Self {
            value,
            from: "linear relaxation",
            rows: None,
        }
    }
}

impl Round {
    /// Prices every part.
    fn price(
        compiled: &Compiled<'_>,
        best: &Solution,
        prices: Prices,
        effort: &Effort<'_>,
    ) -> Option<Self> {
        // Days that want the same of the same hands at the same prices have one answer.
        let mut alike: BTreeMap<DayKey<'_>, Vec<Payer>> = BTreeMap::new();
        for day in 0..compiled.days() {
            let key = DayKey::of(compiled, day, &prices);
            alike.entry(key).or_default().push(Payer::Day(day));
        }
        let people = (0..compiled.people.len()).map(|person| vec![Payer::Person(person)]);
        // People first: they take little time, and a day takes what it is given.
        let parts: Vec<Vec<Payer>> = people.chain(alike.into_values()).collect();
        let mut priced: Vec<Option<Priced>> = vec![None; parts.len()];
        // Once each, and with the seconds left the days that did not end another way.
        for _ in 0..2 {
            let open = (0..parts.len()).filter(|&at| priced[at].as_ref().is_none_or(|p| !p.proven));
            let open: Vec<usize> = open.collect();
            let parts = open.iter().map(|&at| (parts[at][0], priced[at].clone()));
            let found = sweep(compiled, best, &prices, &parts.collect::<Vec<_>>(), effort)?;
            for (at, found) in open.into_iter().zip(found) {
                priced[at] = Some(found);
            }
        }
        let mut round = Self {
            slope: no_prices(compiled),
            least: BTreeMap::new(),
            prices,
        };
        for (parts, priced) in parts.iter().zip(priced) {
            let priced = priced?;
            for &part in parts {
                let sign = if matches!(part, Payer::Day(_)) {
                    -1.0
                } else {
                    1.0
                };
                for ((day, half, class), heads) in priced.of(part, compiled.off()).people {
                    round.slope[day][half][class] += sign * heads;
                }
                round.least.insert(part, priced.least);
            }
        }
        Some(round)
    }

    /// The lower bound it proves.
    fn value(&self) -> f64 {
        self.least.values().sum()
    }

    /// Prices a step up the slope; `None` on level ground.
    fn climb(&self, agility: f64, cost: i64) -> Option<Prices> {
        let length: f64 = self.slope.iter().flatten().flatten().map(|s| s * s).sum();
        if length < 0.5 {
            return None;
        }
        let step = agility * (cost as f64 - self.value()).max(1.0) / length;
        let mut prices = self.prices.clone();
        let slope = self.slope.iter().flatten().flatten();
        for (price, slope) in prices.iter_mut().flatten().flatten().zip(slope) {
            *price = (*price + step * slope).round();
        }
        Some(prices)
    }
}

impl Priced {
    /// The same on another day, of as many shifts.
    fn of(&self, part: Payer, shifts: usize) -> Self {
        let mut same = self.clone();
        if let Payer::Day(day) = part {
            for ((begun, half, _), _) in &mut same.people {
                *begun = day - usize::from(*half >= shifts);
            }
        }
        same
    }
}

/// Prices parts on all threads, each with what is known of it; in their order.
fn sweep(
    compiled: &Compiled<'_>,
    best: &Solution,
    prices: &Prices,
    parts: &[(Payer, Option<Priced>)],
    effort: &Effort<'_>,
) -> Option<Vec<Priced>> {
    let threads = effort.threads.clamp(1, 16);
    let is_day = |(part, _): &&(Payer, Option<Priced>)| matches!(part, Payer::Day(_));
    // Which thread prices what is fixed: what one day teaches about the next must not hang on the clock.
    let work = |thread: usize| {
        let mut pricer = Pricer {
            compiled,
            best,
            prices,
            paths: Paths::default(),
            whole: Whole::Meals,
            turns: 1,
            left: effort.left,
        };
        let mut found = Vec::new();
        for (at, (part, known)) in parts.iter().enumerate().skip(thread).step_by(threads) {
            if (effort.left)() < -OVERTIME_SECONDS {
                return None;
            }
            let days = parts[at..].iter().filter(is_day).count();
            pricer.turns = days.div_ceil(threads).max(1);
            found.push((at, pricer.price(*part, known.as_ref())?));
        }
        Some(found)
    };
    let found: Vec<Option<Vec<(usize, Priced)>>> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|thread| scope.spawn(move || work(thread)))
            .collect();
        workers
            .into_iter()
            .map(|worker| worker.join().ok().flatten())
            .collect()
    });
    let mut found: Vec<_> = found.into_iter().collect::<Option<Vec<_>>>()?.concat();
    found.sort_by_key(|(at, _)| *at);
    Some(found.into_iter().map(|(_, priced)| priced).collect())
}

/// Prices parts, one after another.
struct Pricer<'p> {
    compiled: &'p Compiled<'p>,
    best: &'p Solution,
    prices: &'p Prices,
    paths: Paths,
    /// How the next day is tried. Whole meals let HiGHS see that costs are whole, and end a day of eighteen people in one second instead
    /// of eight; on a day of ten they come to nothing in a minute, where fractional ones end in one second. What was in vain on
    /// one day is not tried on the next.
    whole: Whole,
    /// Days this thread has still to price, this one among them.
    turns: usize,
    left: &'p (dyn Fn() -> f64 + Sync),
}

impl Pricer<'_> {
    fn price(&mut self, part: Payer, known: Option<&Priced>) -> Option<Priced> {
        match (part, known) {
            (Payer::Day(day), _) => self.day(day, known),
            (_, Some(known)) => Some(known.clone()),
            (Payer::Person(person), None) => self.person(person),
            // What people cost together is at least 0.
            (Payer::Team, None) => Some(Priced::default()),
        }
    }

    /// A person's least cost at the prices.
    fn person(&mut self, person: usize) -> Option<Priced> {
        let off = self.compiled.off();
        let rules = &self.compiled.people[person];
        let mut gains = vec![0i64; self.compiled.days() * (off + 1)];
        for (day, halves) in self.prices.iter().enumerate() {
            for (half, classes) in halves.iter().enumerate() {
                gains[day * (off + 1) + half % off] -= classes[rules.class] as i64;
            }
        }
        let row = &self.best.rows[person];
        let cells = row.iter().enumerate();
        let gained: i64 = cells
            .map(|(day, &choice)| gains[day * (off + 1) + choice as usize])
            .sum();
        let at_hand = rules.row_cost(row) - gained;
        // A narrow pass finds a good row; with it as cutoff and reference the wide pass has few labels left to keep.
        let mut best_row = |row, cutoff, labels_max| {
            let paths = &mut self.paths;
            paths.best_row(rules, &gains, &rules.allowed, row, cutoff, labels_max)
        };
        let near = best_row(row, at_hand, LABELS_NEAR_MAX);
        let (row, cutoff) = match &near.row {
            Some(found) => (found, near.cost),
            None => (row, at_hand),
        };
        let labels_max = LABELS_MAX.min(PATH_LABELS_MAX / self.compiled.days().max(1));
        let found = best_row(row, cutoff, labels_max);
        let cells = found.row.as_ref().unwrap_or(row).iter().enumerate();
        let worked = cells.filter(|(_, choice)| (**choice as usize) < off);
        let halves = worked.flat_map(|(day, &choice)| {
            let shift = usize::from(choice);
            let over = self.compiled.is_overnight(shift).then_some(off + shift);
            [Some(shift), over]
                .into_iter()
                .flatten()
                .map(move |half| (day, half))
        });
        (found.lower < INFINITE).then(|| Priced {
            least: found.lower as f64,
            people: halves
                .map(|(day, half)| ((day, half, rules.class), 1.0))
                .collect(),
            proven: true,
            whole: Whole::Nothing,
        })
    }

    /// A day's least cost at the prices: whole people if time allows, at least summed over slots and fractional, which is quick.
    fn day(&mut self, day: usize, known: Option<&Priced>) -> Option<Priced> {
        let cheapest = |whole, seconds| {
            let found = cheapest_day(self.compiled, day, self.prices, whole, seconds)?;
            Some(Priced { whole, ..found })
        };
        let (whole, before) = match known {
            Some(known) => (other(known.whole), known.clone()),
            None => (self.whole, cheapest(Whole::Nothing, LAST_SECONDS)?),
        };
        let left = (self.left)();
        if left < DAY_SECONDS_MIN {
            return Some(before);
        }
        let fair = left / self.turns as f64;
        let Some(found) = cheapest(whole, left.min(SHARES * fair)) else {
            return Some(before);
        };
        if known.is_none() && !found.proven {
            self.whole = other(whole);
        }
        Some(if found.least >= before.least {
            found
        } else {
            Priced { whole, ..before }
        })
    }
}

/// The other way to price a day.
fn other(whole: Whole) -> Whole {
    match whole {
        Whole::Meals => Whole::People,
        Whole::People | Whole::Nothing => Whole::Meals,
    }
}

/// All that tells one day's part from another's.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct DayKey<'a> {
    /// What is wanted, point by point.
    profiles: &'a [u16],
    /// What each person may work: class, choices, and whether there is a day before, its overnight choices.
    hands: Vec<(usize, u64, Option<u64>)>,
    /// What is wanted of each shift.
    wanted: Vec<(i32, i64, i64, i32, i64)>,
    /// Whole numbers.
    prices: Vec<i64>,
}

impl<'a> DayKey<'a> {
    fn of(compiled: &'a Compiled<'_>, day: usize, prices: &Prices) -> Self {
        let points = compiled.cover.day_points;
        let (own, over) = worth(compiled, prices, day);
        let overnight = (0..compiled.off())
            .filter(|&shift| compiled.is_overnight(shift))
            .fold(0u64, |choices, shift| choices | 1 << shift);
        let before = day.checked_sub(1).filter(|_| overnight != 0);
        let mut hands: Vec<_> = compiled
            .people
            .iter()
            .map(|p| {
                let before = before.map(|before| p.allowed[before] & overnight);
                (p.class, p.allowed[day], before)
            })
            .collect();
        hands.sort_unstable();
        Self {
            // What is wanted after the last midnight belongs to the last day.
            profiles: if day + 1 == compiled.days() {
                &compiled.cover.profile_at[day * points..]
            } else {
                &compiled.cover.profile_at[day * points..(day + 1) * points]
            },
            hands,
            wanted: compiled.wanted[day * compiled.off()..(day + 1) * compiled.off()]
                .iter()
                .map(|w| (w.people, w.under, w.over, w.minimum, w.under_minimum))
                .collect(),
            prices: own
                .iter()
                .chain(over)
                .flatten()
                .map(|&price| price as i64)
                .collect(),
        }
    }
}

/// The cheapest pattern of one day, people bought at the given prices: how many of each class on each shift, and their meals; and what
/// is proven of its cost. As a linear program, cover is summed over slots.
fn cheapest_day(
    compiled: &Compiled<'_>,
    day: usize,
    prices: &Prices,
    whole: Whole,
    seconds: f64,
) -> Option<Priced> {
    let (resolution, nodes_max) = match whole {
        Whole::Nothing => (Resolution::Slots, None),
        Whole::People => (Resolution::Points, Some(NODES_MAX)),
        Whole::Meals => (Resolution::Points, Some(NODES_WHOLE_MEALS_MAX)),
    };
    let mut model = Model::new(compiled, whole, Totals::Whole, resolution);
    let own = model.day_part(day);
    let over = day
        .checked_sub(1)
        .filter(|_| compiled.spill_days > 0)
        .map(|before| model.overnight_part(before));
    // What people cost together (`constraints::team`) is left out: it only adds.
    constraints::day(&mut model, &own, over.as_ref());
    if let Some(over) = &over {
        constraints::staggered_meals::rows(&mut model, over);
    }
    let (own_prices, over_prices) = worth(compiled, prices, day);
    let halves = [
        (Some(&own), own_prices, 0),
        (over.as_ref(), over_prices, compiled.off()),
    ];
    let halves = halves
        .iter()
        .filter_map(|&(part, prices, first)| Some((part?, prices, first)));
    let mut counts: Vec<(Cell, Variable)> = Vec::new();
    for (part, prices, first) in halves {
        for class in 0..compiled.cover.classes() {
            let shifts = part.count.iter().enumerate();
            let counted: Vec<(usize, Variable)> = shifts
                .filter_map(|(shift, classes)| Some((shift, classes[class]?)))
                .collect();
            let choices = counted
                .iter()
                .fold(0u64, |choices, (shift, _)| choices | 1 << shift);
            let most = compiled
                .people
                .iter()
                .filter(|p| p.class == class && p.allowed[part.day] & choices != 0)
                .count();
            let heads: Expression = counted.iter().map(|(_, count)| *count).sum();
            model.row(constraint!(heads <= most as f64));
            for (shift, count) in counted {
                model.charge(Payer::Day(day), -prices[shift][class] as i64, count);
                counts.push(((part.day, first + shift, class), count));
            }
        }
    }
    let limits = ProgramLimits {
        seconds: seconds.clamp(0.01, 1e6),
        nodes: nodes_max,
        interior_point: false,
        absolute_gap: DAY_GAP,
    };
    match model.solve(limits) {
        Outcome::Solved {
            values,
            objective,
            bound,
            ..
        } => {
            let heads = |(cell, count): (Cell, Variable)| (cell, values.of(count).round());
            Some(Priced {
                least: bound,
                people: counts.into_iter().map(heads).collect(),
                proven: objective - bound <= DAY_GAP + 0.01,
                whole,
            })
        }
        Outcome::Unsolved { bound } if bound.is_finite() => Some(Priced {
            least: bound,
            ..Priced::default()
        }),
        Outcome::Unsolved { .. } | Outcome::Infeasible => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::desk_instance::DeskSpec;
    #[cfg(feature = "highs")]
    use crate::problem::{Demand, Problem};
    #[cfg(feature = "highs")]
    use crate::search::Search;

    #[test]
    fn a_day_priced_alone_pays_for_its_own_demand_only() {
        let mut problem = DeskSpec::week(4, 1).generate();
        problem.demand.retain(|demand| demand.day == 1);
        problem.group_demand.clear();
        let compiled = Compiled::build(&problem, None);
        let free = no_prices(&compiled);
        let cost = |day| {
            cheapest_day(&compiled, day, &free, Whole::Nothing, 5.0).map(|priced| priced.least)
        };
        assert_eq!(cost(0), Some(0.0));
        assert!(cost(1).unwrap() > 0.0);
    }

    /// The relaxation with what was learned.
    fn relaxed(compiled: &Compiled<'_>, totals: Totals, learned: &Learned, most: i64) -> i64 {
        let mut roster = RosterModel::build(
            compiled,
            Whole::Nothing,
            totals,
            Resolution::Slots,
            Nights::Whole,
        );
        learned.cut(&mut roster, most);
        let limits = ProgramLimits {
            seconds: 60.0,
            nodes: None,
            interior_point: false,
            absolute_gap: 0.0,
        };
        match roster.model.solve(limits) {
            Outcome::Solved { bound, .. } => round_up(bound),
            _ => i64::MIN,
        }
    }

    #[test]
    fn totals_that_are_whole_shifts_prove_more_than_straight_ones() {
        let problem = DeskSpec::week(10, 1).generate();
        let compiled = Compiled::build(&problem, None);
        let bound = |totals| relaxed(&compiled, totals, &Learned::default(), 0);
        assert!(0 < bound(Totals::Straight));
        assert!(bound(Totals::Straight) < bound(Totals::Whole));
    }

    /// Three days of a desk with somebody there all night.
    #[cfg(feature = "highs")]
    fn with_nights(mut problem: Problem) -> Problem {
        let mut night = problem.shifts[0].clone();
        night.id = "night".into();
        night.night = true;
        (night.segments[0].start_minute, night.segments[0].end_minute) = (23 * 60, 31 * 60);
        let meal = &mut night.meals[0];
        (meal.earliest_start_minute, meal.latest_start_minute) = (26 * 60, 28 * 60);
        problem.shifts.push(night);
        let asked = problem.demand[0].clone();
        for day in 0..problem.days.len() {
            for half_hour in 0..14 {
                problem.demand.push(Demand {
                    day,
                    start_minute: half_hour * 30,
                    ..asked.clone()
                });
            }
        }
        problem.fill_fair_shares();
        problem
    }

    // Prices are duals, which microlp does not give.
    #[cfg(feature = "highs")]
    #[test]
    fn rounds_prove_more_than_the_relaxation_and_no_more_than_a_roster_costs() {
        let desk = |days| DeskSpec {
            days,
            ..DeskSpec::week(10, 1)
        };
        rounds_prove_more(&desk(2).generate());
        rounds_prove_more(&with_nights(desk(3).generate()));
    }

    #[cfg(feature = "highs")]
    fn rounds_prove_more(problem: &Problem) {
        let compiled = Compiled::build(problem, None);
        let mut search = Search::new(&compiled, 1);
        search.construct().unwrap();
        let best = search.solution();
        let effort = Effort {
            rounds_max: 8,
            threads: 2,
            left: &|| f64::INFINITY,
        };
        let mut heard = Vec::new();
        let relaxation = Relaxation::start(&compiled, 60.0);
        let (learned, bound) =
            Learned::learn(&compiled, &best, relaxation, &effort, &mut |bound| {
                heard.push(bound);
                ControlFlow::Continue(())
            });
        let bound = bound.map(|bound| bound.value);
        assert_eq!(bound, heard.last().copied());
        assert!(heard.is_sorted(), "{heard:?}");
        // No prices are tried twice.
        let tried: BTreeSet<String> = learned
            .rounds
            .iter()
            .map(|r| format!("{:?}", r.prices))
            .collect();
        assert_eq!(tried.len(), learned.rounds.len());
        let bound = bound.unwrap();
        let relaxation = relaxed(&compiled, Totals::Whole, &Learned::default(), best.cost);
        assert!(
            relaxation < bound && bound <= best.cost,
            "{relaxation} {bound} {}",
            best.cost
        );
        // What the rounds have taught lifts the relaxation to where they ended, and not above what rosters cost.
        let lifted = relaxed(&compiled, Totals::Whole, &learned, best.cost);
        assert!(bound <= lifted && lifted <= best.cost, "{bound} {lifted}");
    }
}
