//! The best legal row of one person given everybody else: a shortest path with resources.
//!
//! Inside a window of days every choice is open, outside it the row at hand stands. A label is a day's state of the person's
//! [`Automaton`](crate::automaton::Automaton), the weekends worked and the counters that can still bind or cost within the
//! window; equal labels merge, the cheaper stays. A backward pass over states alone bounds what is to come. There a total of cost
//! `C` and limits enters by a price `λ` per unit:
//!
//! `min over paths (Σ price + λ·units)  +  min over allowed units u (C(u) − λ·u)  ≤  cost of every legal row`.
//!
//! `λ` begins as a slope of `C` at the row at hand, 0 where a total only binds, and is moved by a few of Kelley's cuts: for the first
//! hard total (minutes, as a rule) the relaxed path misses, and for each total where a bound is asked. Labels that cannot beat
//! the cutoff are dropped. A relaxed path that happens to be legal is a row at once.

use std::ops::Range;

use crate::automaton::FORBIDDEN;
use crate::person::{CounterCost, INFINITE, PersonModel, Row};

/// Cuts spent on the price of a total.
const CUTS_MAX: usize = 7;
/// Times all totals are priced, one after another, where a bound is asked.
const SWEEPS_MAX: usize = 3;
/// Complete paths tried when counters found no room in a label and are judged at the end.
const UNPACKED_TRIES: usize = 64;

const STATE_BITS: u32 = 12;
const STATE_MASK: u64 = (1 << STATE_BITS) - 1;
const IN_WEEKEND: u64 = 1 << STATE_BITS;
const RESTED: u64 = 1 << (STATE_BITS + 1);
const WEEKEND: u64 = 1 << (STATE_BITS + 2);
const WEEKENDS_MASK: u64 = 0xFF;
const COUNTERS_AT: u32 = STATE_BITS + 10;

/// What becomes of limits on single shifts, of which a person may have dozens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ShiftLimits {
    /// Labels that differ in them stay apart: nothing is lost, and labels multiply.
    Apart,
    /// They ride on the label and are obeyed, but labels merge without looking at them: rows are legal, the bound is void.
    Riding,
    /// All but so many, the tightest, are let go: the bound holds, a row may break them.
    Relaxed(usize),
}

/// What is asked.
#[derive(Clone, Debug)]
pub(crate) struct Query<'a> {
    /// Days that are open.
    pub window: Range<usize>,
    /// The row at hand: it stands outside the window, and convex costs are linearised at it.
    pub row: &'a [u8],
    /// What each choice gains, `gains[day * (shifts + 1) + choice]`; read inside the window only.
    pub gains: &'a [i64],
    /// Choices open per day, bit per choice; read inside the window only.
    pub allowed: &'a [u64],
    /// Rows that cost more are not wanted; `None` is the cost of the row at hand.
    pub cutoff: Option<i64>,
    /// Most labels kept a day.
    pub labels_max: usize,
    /// Personal costs are multiplied by it: gains may so be fractions of a cost unit.
    pub scale: i64,
    /// Any legal row will do.
    pub any: bool,
    /// What becomes of limits on single shifts.
    pub limits: ShiftLimits,
    /// Every total is priced, so that little is left to labels: for whoever wants the bound.
    pub tight: bool,
}

/// A shortest-path result. Costs are those the window can change: personal costs less gains.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    /// The best row met, if any costs no more than the cutoff.
    pub row: Option<Row>,
    /// Its cost.
    pub cost: i64,
    /// No legal row costs less than this (or than the cutoff, whichever is lower).
    pub lower: i64,
}

#[derive(Clone, Copy, Debug)]
struct Label {
    key: u64,
    riding: u128,
    cost: i64,
    bound: i64,
    parent: u32,
    choice: u8,
}

/// A counter in the labels' key.
#[derive(Debug)]
struct Slot {
    counter: usize,
    offset: u32,
    mask: u64,
    /// Counted beside the key.
    rides: bool,
    /// Units outside the range.
    base: i64,
    /// Limits for the units inside the range.
    min: i64,
    max: i64,
    /// Units still possible from each day of the range on.
    ahead: Vec<i64>,
    /// Price of a unit in the backward pass.
    slope: i64,
    /// Least cost less `slope` per unit, over units allowed, and the first and last where it is reached.
    floor: i64,
    settles: (i64, i64),
    /// Days it counts on.
    first: usize,
    last: usize,
}

impl Slot {
    /// Counts to the end of the range, in the key.
    fn is_total(&self, frame: &Frame) -> bool {
        !self.rides && self.last + 1 >= frame.range.end
    }
}

/// Scratch memory, reused between calls.
#[derive(Debug, Default)]
pub(crate) struct Paths {
    open: Vec<u64>,
    price: Vec<i64>,
    priced: Vec<i64>,
    ends: Vec<(u16, i64)>,
    to_go: Vec<i64>,
    delta: Vec<u64>,
    delta_riding: Vec<u128>,
    labels: Vec<Label>,
    layers: Vec<usize>,
    table: Vec<(u32, u32)>,
    stamp: u32,
    slots: Vec<Slot>,
    /// Counters without room in the key.
    unpacked: Vec<usize>,
    trace: Vec<u8>,
    /// Choices with a limit of their own that can bind in the range.
    limited: u64,
    constant: i64,
    scale: i64,
    first_day: usize,
    /// Labels extended so far, with other work in the same unit: the measure of work.
    pub extended: u64,
}

/// The part of a row a query looks at.
struct Frame {
    /// The window, and days after it until weekends and weeks are settled.
    range: Range<usize>,
    /// Key of the first label.
    start: u64,
    /// Weekends worked outside the range.
    weekends: u64,
    /// The day from which on it no longer matters what was chosen in the range.
    sync: usize,
}

impl Paths {
    /// The cheapest legal row over the whole horizon among the choices in `allowed`, not above `cutoff`.
    pub(crate) fn best_row(
        &mut self,
        model: &PersonModel,
        gains: &[i64],
        allowed: &[u64],
        reference: &[u8],
        cutoff: i64,
        labels_max: usize,
    ) -> Found {
        self.best(
            model,
            &Query {
                window: 0..model.days,
                row: reference,
                gains,
                allowed,
                cutoff: Some(cutoff),
                labels_max,
                scale: 1,
                any: false,
                limits: ShiftLimits::Apart,
                tight: true,
            },
        )
    }

    /// The cheapest legal row that answers the query.
    pub(crate) fn best(&mut self, model: &PersonModel, query: &Query<'_>) -> Found {
        let nothing = |lower: i64| Found {
            row: None,
            cost: INFINITE,
            lower,
        };
        let Some(frame) = self.open(model, query) else {
            return nothing(INFINITE);
        };
        self.drop_dearer_twins(model, &frame);
        let cutoff = query
            .cutoff
            .or_else(|| self.cost_of(model, query, &frame, query.row))
            .unwrap_or(INFINITE - 1);
        let mut met = Met {
            cutoff,
            best: None,
            any: query.any,
        };
        let Some(top) = self.tighten(model, query, &frame, &mut met) else {
            return nothing(INFINITE);
        };
        if met.enough(top) {
            let (row, cost) = match met.best {
                Some((cost, row)) => (Some(row), cost),
                None => (None, INFINITE),
            };
            let lower = top.min(cost);
            return Found { row, cost, lower };
        }
        let found = self.forward(model, query, &frame, met.cutoff);
        match met.best {
            Some((cost, row)) if found.row.is_none() || found.cost >= cost => Found {
                row: Some(row),
                cost,
                lower: found.lower.min(cost),
            },
            _ => found,
        }
    }

    /// Bounds every legal row, prices moved as the query asks; what is to go at these prices is left in memory unless the bound
    /// answers the query. `None` if there is no path at all.
    fn tighten(
        &mut self,
        model: &PersonModel,
        query: &Query<'_>,
        frame: &Frame,
        met: &mut Met,
    ) -> Option<i64> {
        let mut top = self.relax(model, query, frame, met)?;
        if !query.tight {
            if !met.enough(top)
                && let Some(hard) = self.missed(frame)
            {
                top = self.price_total(model, query, frame, hard, top, met);
            }
            return Some(top);
        }
        for _ in 0..SWEEPS_MAX {
            let before = top;
            for slot in 0..self.slots.len() {
                if !met.enough(top) && self.slots[slot].is_total(frame) {
                    top = self.price_total(model, query, frame, slot, top, met);
                }
            }
            if top == before {
                break;
            }
        }
        Some(top)
    }

    /// Moves the price of a total to where the bound is best, and returns that.
    fn price_total(
        &mut self,
        model: &PersonModel,
        query: &Query<'_>,
        frame: &Frame,
        slot: usize,
        bound: i64,
        met: &mut Met,
    ) -> i64 {
        let begun = self.slots[slot].slope;
        let pull = self.pull(slot);
        let sign = pull.signum();
        if sign == 0 {
            return bound;
        }
        // The bound is concave in the price; its slope is what the relaxed path has more than the total settles at.
        let mut low = (0i64, bound, pull.abs());
        let mut high: Option<(i64, i64, i64)> = None;
        let (mut top, mut now) = ((bound, 0), 0);
        for _ in 0..CUTS_MAX {
            let price = match high {
                None if low.0 == 0 => self.steepest(model, frame, slot),
                None => low.0 * 4,
                // Where the two tangents meet.
                Some(high) => ((high.1 - high.2 * high.0) - (low.1 - low.2 * low.0))
                    .div_euclid(low.2 - high.2)
                    .clamp(low.0, high.0),
            };
            if price == low.0 || high.is_some_and(|high| high.0 == price) {
                break;
            }
            now = price;
            self.set_price(model, query, slot, begun + sign * price);
            let Some(bound) = self.relax(model, query, frame, met) else {
                break;
            };
            if bound > top.0 {
                top = (bound, price);
            }
            let pull = sign * self.pull(slot);
            if pull == 0 || met.enough(bound) {
                break;
            }
            if pull > 0 {
                low = (price, bound, pull);
            } else {
                high = Some((price, bound, pull));
            }
        }
        if now != top.1 && !met.enough(top.0) {
            self.set_price(model, query, slot, begun + sign * top.1);
            self.relax(model, query, frame, met);
        }
        top.0
    }

    /// What the relaxed path has more of a total than it settles at.
    fn pull(&self, slot: usize) -> i64 {
        let units = self.units_on_trace(slot);
        let slot = &self.slots[slot];
        units - units.clamp(slot.settles.0, slot.settles.1)
    }

    /// Prices a total at so much a unit.
    fn set_price(&mut self, model: &PersonModel, query: &Query<'_>, slot: usize, price: i64) {
        let slot = &mut self.slots[slot];
        let counter = &model.counters[slot.counter];
        let least = slot.min.max(0);
        let most = slot.max.min(slot.ahead[0]).max(least);
        let cost = |units: i64| query.scale * counter.cost_of_units(slot.base + units);
        let one_more = |units: i64| cost(units + 1) - cost(units);
        // Costs are convex: one more unit costs ever more.
        let first_where = |is_there: &dyn Fn(i64) -> bool| {
            let (mut low, mut high) = (least, most);
            while low < high {
                let middle = low + (high - low) / 2;
                match is_there(middle) {
                    true => high = middle,
                    false => low = middle + 1,
                }
            }
            low
        };
        let first = first_where(&|units| one_more(units) >= price);
        let last = first_where(&|units| one_more(units) > price);
        slot.floor = cost(first) - price * first;
        slot.settles = (first, last);
        slot.slope = price;
    }

    /// Choices per day that some row not above the cutoff may hold.
    pub(crate) fn choices_within(&mut self, model: &PersonModel, query: &Query<'_>) -> Vec<u64> {
        let none = vec![0; model.days];
        let (Some(frame), Some(cutoff)) = (self.open(model, query), query.cutoff) else {
            return none;
        };
        let mut met = Met {
            cutoff,
            best: None,
            any: false,
        };
        if self.tighten(model, query, &frame, &mut met).is_none() {
            return none;
        }
        let states = model.automaton.states();
        let width = model.off + 1;
        let mut reached = vec![INFINITE; states];
        reached[(frame.start & STATE_MASK) as usize] = self.constant;
        let mut left = none;
        for (place, day) in frame.range.clone().enumerate() {
            let mut after = vec![INFINITE; states];
            for (state, &cost) in reached
                .iter()
                .enumerate()
                .filter(|(_, cost)| **cost < INFINITE)
            {
                let (next, moves) = model.automaton.moves(day, state);
                for choice in 0..width {
                    if self.open[place] >> choice & 1 == 0 || next[choice] == FORBIDDEN {
                        continue;
                    }
                    let next_state = next[choice] as usize;
                    let cost =
                        cost + moves[choice] * self.scale + self.priced[place * width + choice];
                    let rest = self.to_go[(place + 1) * states + next_state];
                    if rest < INFINITE && cost + rest <= cutoff {
                        left[day] |= 1 << choice;
                    }
                    after[next_state] = after[next_state].min(cost);
                }
            }
            reached = after;
        }
        left
    }

    /// Reads a query: frame, choices, prices, counters. `None` if the row's past breaks a rule.
    fn open(&mut self, model: &PersonModel, query: &Query<'_>) -> Option<Frame> {
        let frame = self.frame(model, query)?;
        self.scale = query.scale;
        self.first_day = frame.range.start;
        self.lay_out(model, query, &frame);
        self.open_slots(model, query, &frame);
        Some(frame)
    }

    /// Where the window stands between the row's past and future; `None` if the past breaks a rule.
    fn frame(&mut self, model: &PersonModel, query: &Query<'_>) -> Option<Frame> {
        let range = query.window.start..model.settled[query.window.end];
        let mut walk = Walk::start(model);
        for (day, &choice) in query.row.iter().enumerate().take(range.start) {
            walk.step(model, day, choice)?;
        }
        let start = walk.key(model);
        let mut weekends = walk.weekends;
        if model.weekends_counted {
            let mut in_weekend = false;
            for (day, &choice) in query.row.iter().enumerate().skip(range.end) {
                weekends += model.weekend_step(day, choice, &mut in_weekend);
            }
        }
        // What each state at the range's end still costs until the row's future is one and the same for all of them.
        self.ends.clear();
        self.ends
            .extend((0..model.automaton.states()).map(|state| (state as u16, 0)));
        let mut sync = range.end;
        while sync < model.days {
            let choice = query.row[sync];
            let mut alive: Option<u16> = None;
            let mut same = true;
            for (state, cost) in &mut self.ends {
                if *state == FORBIDDEN {
                    continue;
                }
                match model.automaton.step(sync, *state, choice) {
                    Some((next, step)) => {
                        (*state, *cost) = (next, *cost + step * query.scale);
                        same &= alive.is_none_or(|other| other == next);
                        alive = Some(next);
                    }
                    None => *state = FORBIDDEN,
                }
            }
            sync += 1;
            if same {
                break;
            }
        }
        Some(Frame {
            range,
            start,
            weekends,
            sync,
        })
    }

    /// Open choices and prices of the range, without what counters add.
    fn lay_out(&mut self, model: &PersonModel, query: &Query<'_>, frame: &Frame) {
        let width = model.off + 1;
        self.open.clear();
        self.price.clear();
        for day in frame.range.clone() {
            let cells = day * width..(day + 1) * width;
            let own = model.choice_cost[cells.clone()]
                .iter()
                .map(|cost| cost * query.scale);
            if query.window.contains(&day) {
                self.open.push(query.allowed[day] & model.allowed[day]);
                let gains = &query.gains[cells];
                self.price
                    .extend(own.zip(gains).map(|(cost, gain)| cost - gain));
            } else {
                self.open.push(1 << query.row[day]);
                self.price.extend(own);
            }
        }
    }

    /// Gives every counter that can still bind or cost its bits in the key.
    fn open_slots(&mut self, model: &PersonModel, query: &Query<'_>, frame: &Frame) {
        let range = &frame.range;
        let width = model.off + 1;
        self.slots.clear();
        self.unpacked.clear();
        self.delta.clear();
        self.delta.resize(range.len() * width, 0);
        self.delta_riding.clear();
        self.delta_riding.resize(range.len() * width, 0);
        // Room that weeks already over leave to later ones: offset, bits, last day in use.
        let mut shared: Vec<(u32, u32, usize)> = Vec::new();
        let mut end = COUNTERS_AT;
        let mut riding_end = 0;
        self.limited = 0;
        for (index, counter) in model.counters.iter().enumerate() {
            if counter.last < range.start || counter.first >= range.end {
                continue;
            }
            let of_one_shift = counter.one_shift && query.limits == ShiftLimits::Riding;
            if let ShiftLimits::Relaxed(kept) = query.limits
                && counter.one_shift
                && model.tighter_limits(counter) >= kept
            {
                continue;
            }
            let base = counter.units(query.row, 0..range.start)
                + counter.units(query.row, range.end..model.days);
            let mut ahead = vec![0i64; range.len() + 1];
            for (at, day) in range.clone().enumerate().rev() {
                let mut open = self.open[at] & !(1 << model.off);
                let mut most = 0;
                while open != 0 {
                    let choice = open.trailing_zeros() as usize;
                    open &= open - 1;
                    most = most.max(counter.weight(day, choice));
                }
                ahead[at] = ahead[at + 1] + most;
            }
            let reach = ahead[0];
            let costs = counter.cost != CounterCost::None && reach > 0;
            let binds = base + reach > counter.max || base < counter.min;
            if !binds && !costs {
                continue;
            }
            // What exceeds a mere limit is dropped, so nothing beyond it need be counted.
            let most = if of_one_shift {
                reach.min(counter.max - base + 1)
            } else {
                reach
            };
            let bits = 64 - (most.max(1) as u64).leading_zeros();
            let room = shared
                .iter_mut()
                .find(|(_, size, last)| *size >= bits && *last < counter.first);
            let offset = if of_one_shift && riding_end + bits <= 128 {
                riding_end += bits;
                riding_end - bits
            } else if let Some(room) = room.filter(|_| !of_one_shift) {
                room.2 = counter.last;
                room.0
            } else if end + bits <= 64 && !of_one_shift {
                if counter.last + 1 < range.end {
                    shared.push((end, bits, counter.last));
                }
                end += bits;
                end - bits
            } else {
                self.unpacked.push(index);
                for choice in 0..model.off {
                    self.limited |=
                        u64::from(counter.one_shift && counter.weight[choice] > 0) << choice;
                }
                continue;
            };
            if counter.one_shift {
                for choice in 0..model.off {
                    self.limited |= u64::from(counter.weight[choice] > 0) << choice;
                }
            }
            let mask = (1 << bits) - 1;
            for (place, day) in range.clone().enumerate() {
                for choice in 0..model.off {
                    // A closed choice may weigh more than fits; it is never taken.
                    let units = counter.weight(day, choice) as u64 & mask;
                    if of_one_shift {
                        self.delta_riding[place * width + choice] += u128::from(units) << offset;
                    } else {
                        self.delta[place * width + choice] += units << offset;
                    }
                }
            }
            self.slots.push(Slot {
                counter: index,
                offset,
                mask,
                rides: of_one_shift,
                base,
                min: counter.min - base,
                max: counter.max - base,
                ahead,
                slope: 0,
                floor: 0,
                settles: (0, 0),
                first: counter.first,
                last: counter.last,
            });
            let at = base + counter.units(query.row, range.clone());
            let slope = query.scale * counter.slope(at);
            self.set_price(model, query, self.slots.len() - 1, slope);
        }
    }

    /// Of choices that are alike but for their price, only the cheapest is worth a look, and cheaper ones that are limited.
    fn drop_dearer_twins(&mut self, model: &PersonModel, frame: &Frame) {
        let width = model.off + 1;
        for place in 0..frame.range.len() {
            for group in &model.twins {
                let mut members = self.open[place] & group;
                if members & members.wrapping_sub(1) == 0 {
                    continue;
                }
                let limited = |choice: usize| self.limited >> choice & 1 == 1;
                let price = |choice: usize| self.price[place * width + choice];
                let mut kept = 0u64;
                while members != 0 {
                    let choice = members.trailing_zeros() as usize;
                    members &= members - 1;
                    let mut others = kept;
                    let mut dominated = false;
                    while others != 0 {
                        let other = others.trailing_zeros() as usize;
                        others &= others - 1;
                        dominated |= !limited(other) && price(other) <= price(choice);
                        if !limited(choice) && price(choice) < price(other) {
                            kept &= !(1 << other);
                        }
                    }
                    if !dominated {
                        kept |= 1 << choice;
                    }
                }
                self.open[place] &= !group | kept;
            }
        }
    }

    /// Bound on every legal row at the prices of totals, backward over states. Leaves the relaxed path in `trace`, and hands it in if
    /// it is legal. `None` if there is no path at all.
    fn relax(
        &mut self,
        model: &PersonModel,
        query: &Query<'_>,
        frame: &Frame,
        met: &mut Met,
    ) -> Option<i64> {
        let width = model.off + 1;
        self.priced.clear();
        self.priced.extend_from_slice(&self.price);
        let mut constant = 0;
        for slot in &self.slots {
            constant += slot.floor;
            if slot.slope != 0 {
                let counter = &model.counters[slot.counter];
                for (place, day) in frame.range.clone().enumerate() {
                    for choice in 0..model.off {
                        self.priced[place * width + choice] +=
                            slot.slope * counter.weight(day, choice);
                    }
                }
            }
        }
        self.constant = constant;
        self.backward(model, frame);
        let start = (frame.start & STATE_MASK) as usize;
        let to_go = self.to_go[start];
        if to_go >= INFINITE {
            return None;
        }
        self.follow(model, frame);
        let bound = constant + to_go;
        if met.best.as_ref().is_none_or(|(cost, _)| *cost > bound)
            && let Some(row) = self.legal_trace(model, query, frame)
            && let Some(cost) = self.cost_of(model, query, frame, &row)
        {
            met.offer(cost, row);
        }
        Some(bound)
    }

    /// Cost to go of every day and state of the range.
    fn backward(&mut self, model: &PersonModel, frame: &Frame) {
        let states = model.automaton.states();
        let width = model.off + 1;
        let length = frame.range.len();
        self.extended += (length * states * width / 16) as u64;
        self.to_go.clear();
        self.to_go.resize((length + 1) * states, INFINITE);
        for (to_go, (state, cost)) in self.to_go[length * states..].iter_mut().zip(&self.ends) {
            if *state != FORBIDDEN {
                *to_go = *cost;
            }
        }
        for place in (0..length).rev() {
            let (here, after) = self.to_go[place * states..].split_at_mut(states);
            let prices = &self.priced[place * width..(place + 1) * width];
            let open = self.open[place];
            for (state, to_go) in here.iter_mut().enumerate() {
                let (next, cost) = model.automaton.moves(frame.range.start + place, state);
                let mut best = INFINITE;
                let mut choices = open;
                while choices != 0 {
                    let choice = choices.trailing_zeros() as usize;
                    choices &= choices - 1;
                    if next[choice] != FORBIDDEN {
                        let rest = after[next[choice] as usize];
                        if rest < INFINITE {
                            best = best.min(rest + cost[choice] * self.scale + prices[choice]);
                        }
                    }
                }
                *to_go = best;
            }
        }
    }

    /// Walks the relaxed path forward into `trace`.
    fn follow(&mut self, model: &PersonModel, frame: &Frame) {
        let states = model.automaton.states();
        let width = model.off + 1;
        self.trace.clear();
        let mut state = (frame.start & STATE_MASK) as usize;
        for place in 0..frame.range.len() {
            let wanted = self.to_go[place * states + state];
            let (next, cost) = model.automaton.moves(frame.range.start + place, state);
            let chosen = (0..width).find(|&choice| {
                self.open[place] >> choice & 1 == 1
                    && next[choice] != FORBIDDEN
                    && self.to_go[(place + 1) * states + next[choice] as usize]
                        + cost[choice] * self.scale
                        + self.priced[place * width + choice]
                        == wanted
            });
            let choice = chosen.unwrap_or(model.off);
            self.trace.push(choice as u8);
            if next[choice] == FORBIDDEN {
                return;
            }
            state = next[choice] as usize;
        }
    }

    /// Units of a slot on the relaxed path.
    fn units_on_trace(&self, slot: usize) -> i64 {
        let slot = &self.slots[slot];
        let width = self.delta.len() / self.open.len().max(1);
        self.trace
            .iter()
            .enumerate()
            .filter(|(place, _)| (slot.first..=slot.last).contains(&(self.first_day + place)))
            .map(|(place, &choice)| {
                let cell = place * width + choice as usize;
                if slot.rides {
                    (self.delta_riding[cell] >> slot.offset & u128::from(slot.mask)) as i64
                } else {
                    (self.delta[cell] >> slot.offset & slot.mask) as i64
                }
            })
            .sum()
    }

    /// The first hard total over the whole range that the relaxed path misses.
    fn missed(&self, frame: &Frame) -> Option<usize> {
        (0..self.slots.len())
            .filter(|&index| self.slots[index].is_total(frame))
            .find(|&index| {
                let slot = &self.slots[index];
                !(slot.min..=slot.max).contains(&self.units_on_trace(index))
            })
    }

    /// A first step for the price of a total: the dearest choice per unit.
    fn steepest(&self, model: &PersonModel, frame: &Frame, hard: usize) -> i64 {
        let width = model.off + 1;
        let counter = &model.counters[self.slots[hard].counter];
        let mut steepest = 1;
        for (place, day) in frame.range.clone().enumerate() {
            for choice in 0..model.off {
                let units = counter.weight(day, choice);
                if self.open[place] >> choice & 1 == 1 && units > 0 {
                    let off = self.price[place * width + model.off];
                    let saved = (self.price[place * width + choice] - off).abs();
                    steepest = steepest.max(saved / units + 1);
                }
            }
        }
        steepest
    }

    /// The relaxed path as a row, if it breaks nothing.
    fn legal_trace(&self, model: &PersonModel, query: &Query<'_>, frame: &Frame) -> Option<Row> {
        let fits = (0..self.slots.len()).all(|index| {
            let units = self.units_on_trace(index);
            (self.slots[index].min..=self.slots[index].max).contains(&units)
        });
        if !fits || self.trace.len() < frame.range.len() {
            return None;
        }
        let mut row = query.row.to_vec();
        row[frame.range.clone()].copy_from_slice(&self.trace);
        let plain = model.weekends_max.is_none() && !model.weekly_rest && self.unpacked.is_empty();
        (plain || model.keeps(&row, !matches!(query.limits, ShiftLimits::Relaxed(_))))
            .then_some(row)
    }

    /// Exact cost of a legal row that agrees with the row at hand outside the range, as far as the window can change it.
    fn cost_of(
        &self,
        model: &PersonModel,
        query: &Query<'_>,
        frame: &Frame,
        row: &[u8],
    ) -> Option<i64> {
        let width = model.off + 1;
        let mut state = (frame.start & STATE_MASK) as u16;
        let mut cost = 0;
        let touched = row.iter().enumerate().take(frame.sync);
        for (day, &choice) in touched.skip(frame.range.start) {
            let (next, step) = model.automaton.step(day, state, choice)?;
            state = next;
            cost += step * query.scale;
            if day < frame.range.end {
                let place = day - frame.range.start;
                cost += self.price[place * width + choice as usize];
            }
        }
        let weekends =
            model.weekends_cost(model.weekends_worked(row)) - model.weekends_cost(frame.weekends);
        cost += query.scale * weekends;
        for counter in &model.counters {
            let touched = counter.first < frame.range.end && counter.last >= frame.range.start;
            if counter.cost != CounterCost::None && touched {
                cost += query.scale * counter.cost_of_units(model.units(counter, row));
            }
        }
        Some(cost)
    }

    /// Labels day by day through the range, pruned by the cost to go.
    fn forward(
        &mut self,
        model: &PersonModel,
        query: &Query<'_>,
        frame: &Frame,
        cutoff: i64,
    ) -> Found {
        let width = model.off + 1;
        let states = model.automaton.states();
        self.labels.clear();
        self.layers.clear();
        self.labels.push(Label {
            key: frame.start,
            riding: 0,
            cost: 0,
            bound: self.constant + self.to_go[(frame.start & STATE_MASK) as usize],
            parent: 0,
            choice: 0,
        });
        self.layers.push(0);
        let mut dropped = INFINITE;
        for place in 0..frame.range.len() {
            let (from, to) = (self.layers[place], self.labels.len());
            self.layers.push(to);
            self.stamp = self.stamp.wrapping_add(1);
            let wanted = ((to - from) * width * 2).next_power_of_two().max(64);
            if self.table.len() < wanted || self.stamp == 0 {
                self.table.clear();
                self.table.resize(wanted, (0, 0));
                self.stamp = 1;
            }
            self.extend(model, frame, place, from..to, states, cutoff);
            let layer = &mut self.labels[to..];
            if layer.len() > query.labels_max {
                layer.select_nth_unstable_by(query.labels_max, |a, b| {
                    (a.bound, a.key).cmp(&(b.bound, b.key))
                });
                let least = layer[query.labels_max..].iter().map(|l| l.bound).min();
                dropped = dropped.min(least.unwrap_or(INFINITE));
                self.labels.truncate(to + query.labels_max);
            }
            if self.labels.len() == to {
                return Found {
                    row: None,
                    cost: INFINITE,
                    lower: dropped.min(cutoff.saturating_add(1)),
                };
            }
        }
        self.finish(model, query, frame, cutoff, dropped)
    }

    /// One day's extensions.
    fn extend(
        &mut self,
        model: &PersonModel,
        frame: &Frame,
        place: usize,
        parents: Range<usize>,
        states: usize,
        cutoff: i64,
    ) {
        let width = model.off + 1;
        let day = frame.range.start + place;
        let prices = &self.priced[place * width..(place + 1) * width];
        let deltas = &self.delta[place * width..(place + 1) * width];
        let riding = &self.delta_riding[place * width..(place + 1) * width];
        let to_go = &self.to_go[(place + 1) * states..(place + 2) * states];
        let open = self.open[place];
        let (week_ends, week_starts) = (model.week_ends[day], model.week_starts[day]);
        let weekend = model.weekend_day[day];
        let weekends_max = model.weekends_counted.then(|| {
            let max = model.weekends_max.map_or(WEEKENDS_MASK, u64::from);
            max.min(WEEKENDS_MASK - 1)
        });
        let over: u64 = self
            .slots
            .iter()
            .filter(|slot| !slot.rides && slot.last == day && slot.last + 1 < frame.range.end)
            .fold(0, |bits, slot| bits | slot.mask << slot.offset);
        let table_mask = self.table.len() - 1;
        for parent in parents {
            let label = self.labels[parent];
            let (next, cost) = model
                .automaton
                .moves(day, (label.key & STATE_MASK) as usize);
            let mut choices = open;
            'choices: while choices != 0 {
                let choice = choices.trailing_zeros() as usize;
                choices &= choices - 1;
                let state = next[choice];
                if state == FORBIDDEN {
                    continue;
                }
                self.extended += 1;
                let mut reached = label.cost + cost[choice] * self.scale + prices[choice];
                let rest = to_go[state as usize];
                let mut bound = self.constant + reached + rest;
                if rest >= INFINITE || bound > cutoff {
                    continue;
                }
                let works = choice != model.off;
                let mut key = label.key & !STATE_MASK | u64::from(state);
                if let Some(most) = weekends_max {
                    if weekend != Some(false) {
                        key &= !IN_WEEKEND;
                    }
                    if works && weekend.is_some() && key & IN_WEEKEND == 0 {
                        key = (key | IN_WEEKEND) + WEEKEND;
                        let weekends = ((key / WEEKEND) & WEEKENDS_MASK) + frame.weekends;
                        if weekends > most {
                            continue;
                        }
                        let one_more =
                            model.weekends_cost(weekends) - model.weekends_cost(weekends - 1);
                        reached += one_more * self.scale;
                        bound += one_more * self.scale;
                        if bound > cutoff {
                            continue;
                        }
                    }
                }
                if model.weekly_rest {
                    if week_starts {
                        key &= !RESTED;
                    }
                    if !works {
                        key |= RESTED;
                    }
                    if week_ends && key & RESTED == 0 {
                        continue;
                    }
                }
                key += deltas[choice];
                let carried = label.riding + riding[choice];
                for slot in &self.slots {
                    if slot.rides {
                        if riding[choice] != 0
                            && (carried >> slot.offset & u128::from(slot.mask)) as i64 > slot.max
                        {
                            continue 'choices;
                        }
                        continue;
                    }
                    let units = (key >> slot.offset & slot.mask) as i64;
                    if day <= slot.last
                        && day >= slot.first
                        && (units > slot.max || units + slot.ahead[place + 1] < slot.min)
                    {
                        continue 'choices;
                    }
                }
                key &= !over;
                let label = Label {
                    key,
                    riding: carried,
                    cost: reached,
                    bound,
                    parent: parent as u32,
                    choice: choice as u8,
                };
                let hash = (key ^ key >> 29).wrapping_mul(0x9E37_79B9_7F4A_7C15);
                let mut at = (hash >> 32) as usize & table_mask;
                loop {
                    let (stamp, index) = self.table[at];
                    if stamp != self.stamp {
                        self.table[at] = (self.stamp, self.labels.len() as u32);
                        self.labels.push(label);
                        break;
                    }
                    let known = &mut self.labels[index as usize];
                    if known.key == key {
                        if reached < known.cost {
                            *known = label;
                        }
                        break;
                    }
                    at = (at + 1) & table_mask;
                }
            }
        }
    }

    /// Prices the complete paths exactly and walks the best one back.
    fn finish(
        &mut self,
        model: &PersonModel,
        query: &Query<'_>,
        frame: &Frame,
        cutoff: i64,
        dropped: i64,
    ) -> Found {
        let mut ends: Vec<(i64, u64, usize)> = Vec::new();
        let states = model.automaton.states();
        let length = frame.range.len();
        for index in self.layers[length]..self.labels.len() {
            let label = &self.labels[index];
            let mut cost =
                label.cost + self.to_go[length * states + (label.key & STATE_MASK) as usize];
            for slot in self.slots.iter().filter(|slot| !slot.rides) {
                let counter = &model.counters[slot.counter];
                if slot.slope != 0 || counter.cost != CounterCost::None {
                    let units = (label.key >> slot.offset & slot.mask) as i64;
                    cost +=
                        query.scale * counter.cost_of_units(slot.base + units) - slot.slope * units;
                }
            }
            if cost <= cutoff {
                ends.push((cost, label.key, index));
            }
        }
        ends.sort_unstable();
        let tries = if self.unpacked.is_empty() {
            1
        } else {
            UNPACKED_TRIES
        };
        let mut lower = dropped.min(cutoff.saturating_add(1));
        if let Some(first) = ends.first() {
            lower = lower.min(first.0);
        }
        let mut best: Option<(i64, Row)> = None;
        for &(cost, _, end) in ends.iter().take(tries) {
            if best.as_ref().is_some_and(|(known, _)| *known <= cost) {
                break;
            }
            let mut row = query.row.to_vec();
            let mut index = end;
            for day in frame.range.clone().rev() {
                row[day] = self.labels[index].choice;
                index = self.labels[index].parent as usize;
            }
            let exact = if self.unpacked.is_empty() {
                Some(cost)
            } else if model.keeps(&row, !matches!(query.limits, ShiftLimits::Relaxed(_))) {
                self.cost_of(model, query, frame, &row)
            } else {
                None
            };
            if let Some(exact) = exact
                && exact <= cutoff
                && best.as_ref().is_none_or(|(known, _)| exact < *known)
            {
                best = Some((exact, row));
            }
        }
        match best {
            Some((cost, row)) => Found {
                row: Some(row),
                cost,
                lower,
            },
            None => Found {
                row: None,
                cost: INFINITE,
                lower,
            },
        }
    }
}

/// The best legal row met by chance, and what still is wanted.
struct Met {
    cutoff: i64,
    best: Option<(i64, Row)>,
    any: bool,
}

impl Met {
    fn offer(&mut self, cost: i64, row: Row) {
        if cost <= self.cutoff && self.best.as_ref().is_none_or(|(known, _)| cost < *known) {
            self.cutoff = cost;
            self.best = Some((cost, row));
        }
    }

    /// Nothing better can be found.
    fn enough(&self, bound: i64) -> bool {
        bound > self.cutoff
            || self
                .best
                .as_ref()
                .is_some_and(|(cost, _)| self.any || *cost <= bound)
    }
}

/// A row walked day by day.
struct Walk {
    state: u16,
    in_weekend: bool,
    rested: bool,
    weekends: u64,
}

impl Walk {
    fn start(model: &PersonModel) -> Self {
        Self {
            state: model.automaton.start,
            in_weekend: model.weekend_worked_before,
            rested: model.rested_before,
            weekends: 0,
        }
    }

    fn step(&mut self, model: &PersonModel, day: usize, choice: u8) -> Option<()> {
        self.state = model.automaton.step(day, self.state, choice)?.0;
        self.weekends += model.weekend_step(day, choice, &mut self.in_weekend);
        if model.week_starts[day] {
            self.rested = false;
        }
        self.rested |= choice as usize == model.off;
        Some(())
    }

    /// The key of a label that stands here, with no counter counted.
    fn key(&self, model: &PersonModel) -> u64 {
        let flag = |set: bool, bit: u64| if set { bit } else { 0 };
        u64::from(self.state)
            | flag(self.in_weekend && model.weekends_counted, IN_WEEKEND)
            | flag(self.rested && model.weekly_rest, RESTED)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::desk_instance::DeskSpec;
    use crate::search::{Compiled, Search};

    /// A total that is dearest to miss on either side, at gains that call for more of it: no slope found beside the row at hand
    /// says what all rows cost, and labels alone would have to.
    #[test]
    fn prices_of_totals_prove_what_labels_would_have_to() {
        let problem = DeskSpec::month(10, 1).generate();
        let compiled = Compiled::build(&problem, None);
        let mut search = Search::new(&compiled, 1);
        search.construct().unwrap();
        let rows = search.solution().rows;
        let gains = vec![185; compiled.days() * (compiled.off() + 1)];
        let mut paths = Paths::default();
        let mut lower = |tight| -> Vec<(i64, i64)> {
            let people = compiled.people.iter().zip(&rows);
            let found = people.map(|(model, row)| {
                let query = Query {
                    window: 0..model.days,
                    row,
                    gains: &gains,
                    allowed: &model.allowed,
                    cutoff: None,
                    labels_max: 300,
                    scale: 1,
                    any: false,
                    limits: ShiftLimits::Apart,
                    tight,
                };
                let found = paths.best(model, &query);
                (found.lower, found.cost)
            });
            found.collect()
        };
        let (tight, loose) = (lower(true), lower(false));
        for ((tight, cost), (loose, _)) in tight.iter().zip(&loose) {
            assert!(
                tight <= cost && cost - tight < cost.abs() / 20,
                "{tight} {cost}"
            );
            assert!(loose - tight < tight / 2, "{loose} {tight}");
        }
    }
}
