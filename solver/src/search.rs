//! Ruin and recreate on the exact model: rows by shortest path, meals by best response, accepted by annealing.
//!
//! Others fixed, a person's gains add over days, so one shortest path gives their best row together with their best meals.
//! A move empties a window of days for a few people and puts them back in random order.

use crate::cover::Cover;
use crate::facts::Binding;
use crate::legal_row::legal_row;
use crate::paths::{Paths, Query, ShiftLimits};
use crate::person::{INFINITE, PersonModel, Row};
use crate::posts::Posts;
use crate::problem::{DAY_MINUTES, Problem, ShiftId};
use crate::shift_cover::{self, ShiftHeads, Wanted};
use crate::team::{Team, TeamRules};

/// Labels kept per day in a move's shortest paths: narrow searches and more moves beat wide ones (measured on 18 people).
const LABELS_MAX: usize = 60;

/// Days up to which a first row is sought over the whole horizon at once; longer ones are swept by windows of so many days.
const WHOLE_DAYS_MAX: usize = 42;
const SWEEP_DAYS: usize = 28;

/// Days a move empties, and for how many people. With meals priced exactly, short windows find more than long ones (18 people,
/// equal work: 59,800 against 62,300 with windows of 4 to 31 days).
const WINDOW_DAYS: [usize; 5] = [2, 2, 3, 4, 5];
const VICTIMS: [usize; 5] = [1, 2, 2, 3, 5];

/// The same where cover is by shift; a horizon no longer than the last is a window too. Every pair gets equal work rather than equal
/// moves: long windows are many times dearer, and drawn as often as short ones they ate nearly all of it (public instance 13, 200,000
/// work units, one thread, seeds 1 and 2: 4,059 and 4,476, against 3,220 and 3,262).
const WINDOW_DAYS_BY_SHIFT: [usize; 8] = [7, 10, 14, 21, 28, 42, 84, 126];
const VICTIMS_BY_SHIFT: [usize; 4] = [1, 2, 3, 5];
/// Labels kept per day there.
const LABELS_BY_SHIFT_MAX: usize = 300;

/// There gains are counted in so many parts of a cost unit, and every gain is disturbed by up to half a unit: rows that cost the
/// same are told apart by chance, so the search drifts among them instead of meeting one row again and again (public instance 9,
/// 250,000 work units, one thread, seeds 1 to 3: 460, 477 and 465, against 480, 486 and 477 without).
const PARTS: i64 = 8;
const DRIFT: f64 = 0.5;

/// Cover is firm when so much of a search is done.
const FIRM_AT: f64 = 0.6;

/// How a search is annealed: it cools, and where cover is by shift, cover begins soft and grows firm. At firmness `f` the search minds
///
/// `cost of rows + f · cost of cover − (1 − f) · Σ price · people`,
///
/// minimums [`softened`](shift_cover::softened) below 1; so at 0 everybody follows the linear program's prices, whoever else comes,
/// and at 1 it is the objective. Otherwise no one temperature suits both: somebody missing costs a hundred times what a request does,
/// and is frozen where it is long before requests are told apart (public instances 16 and 18, a minute of two threads: 3,239 and
/// 4,619, against 3,528 and 5,101 firm from the start).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Annealing {
    /// Temperatures at the beginning and the end, in cost units.
    pub hot: f64,
    pub cold: f64,
    /// Firmness of cover at the beginning.
    pub firmness: f64,
}

impl Annealing {
    /// Firmness when so much of the search is done.
    fn firmness_at(&self, done: f64) -> f64 {
        self.firmness.powf((1.0 - done / FIRM_AT).max(0.0))
    }

    fn temperature_at(&self, done: f64) -> f64 {
        self.hot * (self.cold / self.hot).powf(done.clamp(0.0, 1.0))
    }

    /// Cover is firm when so much is done.
    pub(crate) fn is_firm(&self, done: f64) -> bool {
        self.firmness_at(done) >= 1.0
    }
}

/// A kind of move.
#[derive(Clone, Copy, Debug)]
struct Arm {
    days: usize,
    people: usize,
    /// Work spent on it.
    work: u64,
}

/// All kinds of moves for a horizon.
fn arms(days: usize) -> Vec<Arm> {
    let longest = WINDOW_DAYS_BY_SHIFT.into_iter().max().unwrap_or(days);
    let shorter = WINDOW_DAYS_BY_SHIFT.into_iter();
    shorter
        .filter(|&window| window < days.min(longest))
        .chain([days.min(longest)])
        .flat_map(|days| {
            VICTIMS_BY_SHIFT.map(|people| Arm {
                days,
                people,
                work: 0,
            })
        })
        .collect()
}

/// Meals of a cell: start points relative to the day's first point; unused places are −1.
pub(crate) type CellMeals = [i32; 2];
/// No meal.
pub(crate) const NO_MEALS: CellMeals = [-1, -1];

/// What somebody does on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Placed {
    pub person: usize,
    pub day: usize,
    pub choice: u8,
    pub meals: CellMeals,
}

/// A shift on the grid.
#[derive(Clone, Debug)]
pub(crate) struct GridShift {
    /// Time on post, points from the day's first.
    pub segments: Vec<(usize, usize)>,
    /// Earliest start, latest start, length, in points.
    pub meals: Vec<(usize, usize, usize)>,
}

/// The problem compiled for the engine.
#[derive(Clone, Debug)]
pub(crate) struct Compiled<'a> {
    pub problem: &'a Problem,
    pub cover: Cover,
    pub shifts: Vec<GridShift>,
    pub people: Vec<PersonModel>,
    /// People wanted on shifts, by `day * shifts + shift`.
    pub wanted: Vec<Wanted>,
    /// The same while cover is soft, and where it is priced.
    pub softened: Vec<Wanted>,
    /// What people cost together.
    pub team: TeamRules,
    /// Calendar days a shift may reach into beyond its own.
    pub spill_days: usize,
}

impl<'a> Compiled<'a> {
    /// Compiles a valid problem. `bounds` says what binds each person, where that differs from the problem; `None` takes the
    /// problem as it is.
    pub(crate) fn build(problem: &'a Problem, bounds: Option<&[Binding]>) -> Self {
        let (cover, classes) = Cover::build(problem);
        let grid = problem.meal_grid_minutes;
        let point = |minute: i64| (minute / grid) as usize;
        let shifts: Vec<GridShift> = problem
            .shifts
            .iter()
            .map(|s| GridShift {
                segments: s
                    .on_post()
                    .iter()
                    .map(|g| (point(g.start_minute), point(g.end_minute)))
                    .collect(),
                meals: s
                    .meals
                    .iter()
                    .map(|m| {
                        (
                            point(m.earliest_start_minute),
                            point(m.latest_start_minute),
                            point(m.duration_minutes),
                        )
                    })
                    .collect(),
            })
            .collect();
        let people = problem
            .people
            .iter()
            .enumerate()
            .map(|(index, person)| match bounds.and_then(|b| b.get(index)) {
                Some(bound) => {
                    PersonModel::build(problem, index, classes[index], &bound.person, &bound.rules)
                }
                None => PersonModel::build(problem, index, classes[index], person, &problem.rules),
            })
            .collect();
        let wanted = shift_cover::wanted(problem);
        let spill_days = usize::from(problem.shifts.iter().any(|s| s.end_minute() > DAY_MINUTES));
        Self {
            problem,
            cover,
            shifts,
            people,
            softened: shift_cover::softened(&wanted),
            wanted,
            team: TeamRules::build(problem),
            spill_days,
        }
    }

    /// Days of the horizon.
    pub(crate) fn days(&self) -> usize {
        self.problem.days.len()
    }

    /// Whether a shift reaches into the next day.
    pub(crate) fn is_overnight(&self, shift: usize) -> bool {
        let shift = self.shifts.get(shift);
        shift.is_some_and(|s| {
            s.segments
                .iter()
                .any(|&(_, end)| end > self.cover.day_points)
        })
    }

    /// Shifts as their own day counts them, then, where any reaches into the next day, the same as that counts them.
    pub(crate) fn halves(&self) -> usize {
        self.off() * (1 + self.spill_days)
    }

    /// What is wanted of a shift on a day.
    pub(crate) fn wanted_of(&self, day: usize, shift: &ShiftId) -> Wanted {
        self.problem
            .shift_index(shift)
            .and_then(|index| self.wanted.get(day * self.off() + index))
            .copied()
            .unwrap_or_default()
    }

    /// Anything is wanted by the clock, so that meals matter.
    pub(crate) fn by_the_clock(&self) -> bool {
        self.cover.profiles.len() > 1
    }

    /// The choice that means off.
    pub(crate) fn off(&self) -> usize {
        self.shifts.len()
    }
}

/// A roster with meals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Solution {
    pub rows: Vec<Row>,
    pub meals: Vec<Vec<CellMeals>>,
    pub cost: i64,
}

/// A small reproducible generator (SplitMix64).
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed ^ 0x5DEE_CE66_D1CE_4E5B)
    }
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ z >> 31
    }
    /// Uniform in `0..n`.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        if n == 0 {
            0
        } else {
            (self.next() % n as u64) as usize
        }
    }
    /// Uniform in `[0, 1)`.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// The state of a search: a complete roster with meals, and who is on post.
#[derive(Debug)]
pub(crate) struct Search<'a> {
    pub compiled: &'a Compiled<'a>,
    posts: Posts<'a>,
    heads: ShiftHeads<'a>,
    team: Team<'a>,
    pub rows: Vec<Row>,
    pub meals: Vec<Vec<CellMeals>>,
    person_cost: Vec<i64>,
    paths: Paths,
    random: Random,
    pub iterations: u64,
    best: Option<Solution>,
    /// What the moves accepted in the last annealing of a part of the people have changed, move by move.
    pub moves: Vec<Vec<Placed>>,
    /// Labels extended by the caller's limit.
    labels_max: usize,
    /// How much of the cost of cover by shift counts beyond its prices.
    firmness: f64,
    /// Days and people of each kind of move where cover is by shift, and the work each has had.
    arms: Vec<Arm>,
    sums: Vec<i64>,
    gains: Vec<i64>,
    best_meals: Vec<CellMeals>,
}

impl<'a> Search<'a> {
    /// Everybody off.
    pub(crate) fn new(compiled: &'a Compiled<'a>, seed: u64) -> Self {
        let (people, days, off) = (compiled.people.len(), compiled.days(), compiled.off());
        Self {
            compiled,
            posts: Posts::new(&compiled.cover),
            heads: ShiftHeads::new(&compiled.wanted, &compiled.softened),
            team: Team::new(&compiled.team, people),
            rows: vec![vec![off as u8; days]; people],
            meals: vec![vec![NO_MEALS; days]; people],
            person_cost: compiled
                .people
                .iter()
                .map(|m| m.row_cost(&vec![off as u8; days]))
                .collect(),
            paths: Paths::default(),
            random: Random::new(seed),
            iterations: 0,
            best: None,
            moves: Vec::new(),
            labels_max: if compiled.by_the_clock() {
                LABELS_MAX
            } else {
                LABELS_BY_SHIFT_MAX
            },
            firmness: 1.0,
            arms: arms(compiled.days()),
            sums: Vec::new(),
            gains: Vec::new(),
            best_meals: Vec::new(),
        }
    }

    /// Work spent: labels extended, and cells priced counted as labels.
    pub(crate) fn work(&self) -> u64 {
        self.paths.extended
    }

    /// Objective of the present state.
    pub(crate) fn cost(&mut self) -> i64 {
        let posts = if self.compiled.by_the_clock() {
            self.posts.cost()
        } else {
            0
        };
        posts + self.heads.cost() + self.team.cost() + self.person_cost.iter().sum::<i64>()
    }

    /// The objective as it is minded at the present firmness.
    fn minded(&mut self) -> f64 {
        let cost = self.cost();
        if self.firmness < 1.0 {
            (cost - self.heads.cost()) as f64 + self.heads.minded(self.firmness)
        } else {
            cost as f64
        }
    }

    /// Prices of cover by shift to begin softly with.
    pub(crate) fn take_prices(&mut self, prices: &[i64]) {
        self.heads.take_prices(prices);
    }

    /// The present state.
    pub(crate) fn solution(&mut self) -> Solution {
        Solution {
            rows: self.rows.clone(),
            meals: self.meals.clone(),
            cost: self.cost(),
        }
    }

    /// Replaces the whole state.
    pub(crate) fn load(&mut self, solution: &Solution) {
        self.take(&solution.rows, &solution.meals);
    }

    /// Goes on where another search stands.
    pub(crate) fn follow(&mut self, other: &Self) {
        self.take(&other.rows, &other.meals);
    }

    fn take(&mut self, rows: &[Row], meals: &[Vec<CellMeals>]) {
        for (person, (row, meals)) in rows.iter().zip(meals).enumerate() {
            self.take_row(person, row, meals);
        }
    }

    /// Replaces one person's row.
    fn take_row(&mut self, person: usize, row: &[u8], meals: &[CellMeals]) {
        if self.rows[person] == row && self.meals[person] == meals {
            return;
        }
        for (day, (&choice, &meals)) in row.iter().zip(meals).enumerate() {
            if self.rows[person][day] != choice || self.meals[person][day] != meals {
                self.set_cell(person, day, choice, meals);
            }
        }
        self.person_cost[person] = self.compiled.people[person].row_cost(row);
    }

    /// Puts a person's presence of one cell in (`sign` 1) or takes it out (−1).
    fn place(&mut self, person: usize, day: usize, sign: i32) {
        let choice = self.rows[person][day] as usize;
        if choice == self.compiled.off() {
            return;
        }
        let compiled = self.compiled;
        self.heads.change(day * compiled.off() + choice, sign);
        self.team.place(person, day, choice as u8, sign);
        if !compiled.by_the_clock() {
            return;
        }
        let class = compiled.people[person].class;
        let shift = &compiled.shifts[choice];
        let first = day * compiled.cover.day_points;
        for &(start, end) in &shift.segments {
            self.posts
                .shift_heads(class, first + start, first + end, sign);
        }
        for (meal, &(_, _, length)) in shift.meals.iter().enumerate() {
            let start = first + self.meals[person][day][meal].max(0) as usize;
            self.posts.shift_heads(class, start, start + length, -sign);
        }
    }

    /// Changes one cell; the person's own cost is left to the caller.
    pub(crate) fn set_cell(&mut self, person: usize, day: usize, choice: u8, meals: CellMeals) {
        self.place(person, day, -1);
        self.rows[person][day] = choice;
        self.meals[person][day] = meals;
        self.place(person, day, 1);
    }

    /// Gains of every choice on every day, allowed or not, for a person who is out.
    pub(crate) fn gains_of_all(&mut self, person: usize) -> Vec<i64> {
        self.price_choices(person, 0..self.compiled.days(), u64::MAX);
        self.gains.clone()
    }

    /// Gains of every choice on `days` for a person who is out on those days, and the best meals for each.
    fn price(&mut self, person: usize, days: std::ops::Range<usize>) {
        self.clear_prices(days.clone());
        let off = self.compiled.off();
        for day in days {
            let choices = self.compiled.people[person].allowed[day] & !(1 << off);
            if choices != 0 {
                self.price_day(person, day, choices);
            }
        }
    }

    /// The same for given choices, allowed or not.
    fn price_choices(&mut self, person: usize, days: std::ops::Range<usize>, choices: u64) {
        self.clear_prices(days.clone());
        for day in days {
            self.price_day(person, day, choices);
        }
    }

    fn clear_prices(&mut self, days: std::ops::Range<usize>) {
        let width = self.compiled.off() + 1;
        let cells = self.compiled.days() * width;
        self.gains.resize(cells, 0);
        self.best_meals.resize(cells, NO_MEALS);
        self.gains[days.start * width..days.end * width].fill(0);
        self.best_meals[days.start * width..days.end * width].fill(NO_MEALS);
    }

    fn price_day(&mut self, person: usize, day: usize, choices: u64) {
        let compiled = self.compiled;
        let width = compiled.off() + 1;
        for choice in 0..compiled.off() {
            if choices >> choice & 1 == 1 {
                self.gains[day * width + choice] = self.heads.gain(day * compiled.off() + choice)
                    + self.team.gain(person, day, choice);
            }
        }
        if !compiled.by_the_clock() {
            return;
        }
        // Pricing a day costs about as much as extending so many labels.
        self.paths.extended += 50;
        self.posts.refresh(day);
        if self.compiled.spill_days > 0 {
            self.posts.refresh(day + 1);
        }
        let model = &compiled.people[person];
        let first = day * compiled.cover.day_points;
        let span = compiled.cover.day_points * (1 + compiled.spill_days);
        self.posts
            .gain_sums(model.class, first, first + span, &mut self.sums);
        for (choice, shift) in compiled.shifts.iter().enumerate() {
            if choices >> choice & 1 == 0 {
                continue;
            }
            let mut gain: i64 = shift
                .segments
                .iter()
                .map(|&(start, end)| self.sums[end] - self.sums[start])
                .sum();
            let (meals, lost) = best_meals(&shift.meals, &self.sums);
            gain -= lost;
            self.gains[day * width + choice] += gain;
            self.best_meals[day * width + choice] = meals;
        }
    }

    /// What gains are disturbed by at the least.
    fn drift(&self) -> f64 {
        if self.compiled.by_the_clock() {
            0.0
        } else {
            DRIFT
        }
    }

    /// Takes a person out over a window and puts back their best row there, with best meals.
    fn reinsert(&mut self, person: usize, window: std::ops::Range<usize>) {
        let old = self.rows[person].clone();
        self.take_out(person, &window);
        self.insert(person, window, &old, self.drift());
    }

    fn take_out(&mut self, person: usize, window: &std::ops::Range<usize>) {
        for day in window.clone() {
            self.place(person, day, -1);
            self.rows[person][day] = self.compiled.off() as u8;
            self.meals[person][day] = NO_MEALS;
        }
    }

    /// Puts back a person who is out over a window: the best row there that fits `old_row` outside it. `noise` disturbs the
    /// gains by up to so many cost units per working cell.
    fn insert(
        &mut self,
        person: usize,
        window: std::ops::Range<usize>,
        old_row: &[u8],
        noise: f64,
    ) {
        let compiled = self.compiled;
        let model = &compiled.people[person];
        let (off, width) = (compiled.off(), compiled.off() + 1);
        self.price(person, window.clone());
        let scale = if compiled.by_the_clock() { 1 } else { PARTS };
        let shake = 2.0 * noise * scale as f64;
        if scale > 1 || shake > 0.0 {
            for day in window.clone() {
                for choice in 0..off {
                    let gain = &mut self.gains[day * width + choice];
                    let mut beside = (self.random.unit() - 0.5) * shake;
                    if self.firmness < 1.0 {
                        let cell = day * off + choice;
                        let minded = self.heads.minded_gain(cell, self.firmness);
                        beside += scale as f64 * (minded - self.heads.gain(cell) as f64);
                    }
                    *gain = *gain * scale + beside as i64;
                }
            }
        }
        // The row before is legal, so only what is at least as good is wanted.
        let query = Query {
            window: window.clone(),
            row: old_row,
            gains: &self.gains,
            allowed: &model.allowed,
            cutoff: None,
            labels_max: self.labels_max,
            scale,
            any: false,
            limits: ShiftLimits::Riding,
            tight: false,
        };
        let found = self.paths.best(model, &query);
        let row = found.row.as_deref().unwrap_or(old_row);
        for day in window {
            let choice = row[day];
            self.rows[person][day] = choice;
            self.meals[person][day] = self.best_meals[day * width + choice as usize];
            self.place(person, day, 1);
        }
        self.person_cost[person] = model.row_cost(&self.rows[person]);
    }

    /// Everybody's meals of a day by best response, until nothing changes (at most `rounds` times).
    pub(crate) fn settle_meals(&mut self, day: usize, rounds: usize) {
        let off = self.compiled.off();
        let width = off + 1;
        for _ in 0..rounds {
            let mut changed = false;
            for person in 0..self.rows.len() {
                let choice = self.rows[person][day] as usize;
                if choice == off || self.compiled.shifts[choice].meals.is_empty() {
                    continue;
                }
                let old = self.meals[person][day];
                self.place(person, day, -1);
                // Whatever they work, allowed or not: a hand edit may break rules and still wants its meals.
                self.price_choices(person, day..day + 1, 1 << choice);
                let best = self.best_meals[day * width + choice];
                let cost = |sums: &[i64], meals: &CellMeals| -> i64 {
                    self.compiled.shifts[choice]
                        .meals
                        .iter()
                        .zip(meals)
                        .map(|(&(_, _, length), &start)| {
                            sums[start.max(0) as usize + length] - sums[start.max(0) as usize]
                        })
                        .sum()
                };
                if cost(&self.sums, &best) < cost(&self.sums, &old) {
                    self.meals[person][day] = best;
                    changed = true;
                }
                self.place(person, day, 1);
            }
            if !changed {
                break;
            }
        }
    }

    /// A legal first roster: everybody's best row in turn, in an order drawn from the seed. Returns the first person without
    /// any legal row.
    pub(crate) fn construct(&mut self) -> Result<(), usize> {
        let compiled = self.compiled;
        let days = compiled.days();
        let mut order: Vec<usize> = (0..self.rows.len()).collect();
        self.shuffle(&mut order);
        for person in order {
            let whole = if days <= WHOLE_DAYS_MAX {
                self.best_whole_row(person)
            } else {
                None
            };
            let model = &compiled.people[person];
            if let Some((row, meals)) = whole {
                for (day, &choice) in row.iter().enumerate() {
                    self.set_cell(person, day, choice, meals[day]);
                }
                self.person_cost[person] = model.row_cost(&row);
            } else {
                let row = legal_row(model, &mut self.paths).ok_or(person)?;
                for (day, &choice) in row.iter().enumerate() {
                    self.set_cell(person, day, choice, first_meals(compiled, choice));
                }
                self.person_cost[person] = model.row_cost(&row);
                let mut first = 0;
                while first < days {
                    self.reinsert(person, first..(first + SWEEP_DAYS).min(days));
                    first += SWEEP_DAYS / 2;
                }
            }
        }
        for day in 0..days {
            self.settle_meals(day, 3);
        }
        Ok(())
    }

    /// The best row over the whole horizon for a person who is out, with its meals.
    fn best_whole_row(&mut self, person: usize) -> Option<(Row, Vec<CellMeals>)> {
        let compiled = self.compiled;
        let model = &compiled.people[person];
        self.price(person, 0..compiled.days());
        // A little noise breaks the ties of cells nobody works yet.
        for gain in &mut self.gains {
            *gain += *gain * self.random.below(21) as i64 / 100;
        }
        let query = Query {
            window: 0..compiled.days(),
            row: &self.rows[person],
            gains: &self.gains,
            allowed: &model.allowed,
            cutoff: Some(INFINITE - 1),
            labels_max: self.labels_max,
            scale: 1,
            any: false,
            limits: ShiftLimits::Riding,
            tight: false,
        };
        let row = self.paths.best(model, &query).row?;
        let width = compiled.off() + 1;
        let meals = row
            .iter()
            .enumerate()
            .map(|(day, &choice)| self.best_meals[day * width + choice as usize])
            .collect();
        Some((row, meals))
    }

    pub(crate) fn shuffle(&mut self, list: &mut [usize]) {
        for index in (1..list.len()).rev() {
            let other = self.random.below(index + 1);
            list.swap(index, other);
        }
    }

    /// The best solution met so far.
    pub(crate) fn best(&self) -> Option<&Solution> {
        self.best.as_ref()
    }

    /// Goes on from another solution.
    pub(crate) fn restart(&mut self, solution: &Solution) {
        self.load(solution);
        if self
            .best
            .as_ref()
            .is_none_or(|best| solution.cost < best.cost)
        {
            self.best = Some(solution.clone());
        }
    }

    /// Keeps the present state if it is the best so far; what the best costs.
    pub(crate) fn keep_best(&mut self) -> i64 {
        let cost = self.cost();
        match &self.best {
            Some(best) if best.cost <= cost => best.cost,
            _ => {
                self.best = Some(self.solution());
                cost
            }
        }
    }

    /// Ruin and recreate of `movable` people with annealing until `stop` says so (it is asked before every move and gives the part of
    /// the run done, which sets temperature and firmness).
    pub(crate) fn anneal(
        &mut self,
        annealing: Annealing,
        movable: &[usize],
        stop: &mut dyn FnMut(&Self) -> Option<f64>,
    ) {
        let days = self.compiled.days();
        self.moves.clear();
        let mut current = self.minded();
        let mut best_cost = self.keep_best();
        let mut undo: Vec<Placed> = Vec::new();
        let mut undo_cost: Vec<(usize, i64)> = Vec::new();
        while let Some(done) = stop(self) {
            self.iterations += 1;
            let temperature = annealing.temperature_at(done);
            let firmness = annealing.firmness_at(done);
            if firmness != self.firmness {
                self.firmness = firmness;
                current = self.minded();
            }
            let before = self.paths.extended;
            let (arm, length, count) = self.next_arm();
            let length = length.min(days);
            let start = self.random.below(days - length + 1);
            let window = start..start + length;
            let victims = self.choose(movable, count);
            undo.clear();
            undo_cost.clear();
            // Everything the move may touch: the victims' window, and the meals of everybody on those days.
            let everybody = 0..self.rows.len();
            let touched: Vec<usize> = if self.compiled.by_the_clock() {
                everybody.collect()
            } else {
                victims.clone()
            };
            for person in touched {
                undo.extend(window.clone().map(|day| self.placed(person, day)));
            }
            for &person in &victims {
                undo_cost.push((person, self.person_cost[person]));
            }
            let noise = if self.random.below(10) < 3 {
                temperature * (1.0 + self.random.unit() * 4.0)
            } else {
                self.drift()
            };
            self.recreate(&victims, &window, noise);
            let mut minded = self.minded();
            // Meals of the others are worth settling only where a cell changed, and only if the move is not hopeless.
            if self.compiled.by_the_clock() && minded - current < 4.0 * temperature {
                for (index, day) in window.clone().enumerate() {
                    let changed = |&person: &usize| {
                        undo[person * window.len() + index].choice != self.rows[person][day]
                    };
                    if victims.iter().any(changed) {
                        self.settle_meals(day, 1);
                    }
                }
                minded = self.minded();
            }
            if self.accepts(minded - current, temperature) {
                current = minded;
                if self.cost() < best_cost {
                    best_cost = self.keep_best();
                }
                // Whoever moves everybody has nobody to tell.
                if movable.len() < self.rows.len() {
                    let now = undo.iter().map(|was| self.placed(was.person, was.day));
                    let moved = now.zip(&undo).filter(|(now, was)| now != *was);
                    self.moves.push(moved.map(|(now, _)| now).collect());
                }
            } else {
                self.put_back(&undo, &undo_cost);
            }
            if let Some(arm) = arm {
                self.arms[arm].work += self.paths.extended - before;
            }
        }
    }

    /// Takes over moves made elsewhere from the state this search had, each judged once more as if it came now. Whoever's move is
    /// turned down keeps their row: later moves began from another.
    pub(crate) fn judge(&mut self, moves: &[Vec<Placed>], annealing: Annealing, done: f64) {
        let temperature = annealing.temperature_at(done);
        let mut settled = vec![false; self.rows.len()];
        for moved in moves {
            let mut people: Vec<usize> = moved.iter().map(|cell| cell.person).collect();
            people.dedup();
            let free = !people.iter().any(|&person| settled[person]);
            if !free || !self.try_move(moved, &people, temperature) {
                for person in people {
                    settled[person] = true;
                }
            }
        }
        self.keep_best();
    }

    /// Makes a move of `people` unless it is turned down; whether it was made.
    fn try_move(&mut self, moved: &[Placed], people: &[usize], temperature: f64) -> bool {
        let before = self.minded();
        let cells = moved.iter();
        let undo: Vec<Placed> = cells.map(|c| self.placed(c.person, c.day)).collect();
        let costs = people.iter().map(|&p| (p, self.person_cost[p]));
        let undo_cost: Vec<(usize, i64)> = costs.collect();
        for cell in moved {
            self.set_cell(cell.person, cell.day, cell.choice, cell.meals);
        }
        for &person in people {
            self.person_cost[person] = self.compiled.people[person].row_cost(&self.rows[person]);
        }
        let worse = self.minded() - before;
        let taken = self.accepts(worse, temperature);
        if !taken {
            self.put_back(&undo, &undo_cost);
        }
        taken
    }

    /// Whether a move that costs so much more is taken.
    fn accepts(&mut self, worse: f64, temperature: f64) -> bool {
        worse <= 0.0 || self.random.unit() < (-worse / temperature.max(1e-9)).exp()
    }

    fn placed(&self, person: usize, day: usize) -> Placed {
        Placed {
            person,
            day,
            choice: self.rows[person][day],
            meals: self.meals[person][day],
        }
    }

    /// Takes a move back.
    fn put_back(&mut self, cells: &[Placed], costs: &[(usize, i64)]) {
        for &was in cells {
            if self.placed(was.person, was.day) != was {
                self.set_cell(was.person, was.day, was.choice, was.meals);
            }
        }
        for &(person, cost) in costs {
            self.person_cost[person] = cost;
        }
    }

    /// How many days to empty for how many people: by the clock at random, by shift the arm that has had the least work.
    fn next_arm(&mut self) -> (Option<usize>, usize, usize) {
        let least = (0..self.arms.len()).min_by_key(|&arm| self.arms[arm].work);
        match least.filter(|_| !self.compiled.by_the_clock()) {
            Some(arm) => (Some(arm), self.arms[arm].days, self.arms[arm].people),
            None => (
                None,
                WINDOW_DAYS[self.random.below(WINDOW_DAYS.len())],
                VICTIMS[self.random.below(VICTIMS.len())],
            ),
        }
    }

    /// So many of those movable, whose rows in the window are emptied.
    fn choose(&mut self, movable: &[usize], count: usize) -> Vec<usize> {
        let count = count.min(movable.len());
        let mut victims: Vec<usize> = Vec::with_capacity(count);
        while victims.len() < count {
            let person = movable[self.random.below(movable.len())];
            if !victims.contains(&person) {
                victims.push(person);
            }
        }
        victims
    }

    /// Empties the victims' window and puts each back in turn, then each once more against all others.
    fn recreate(&mut self, victims: &[usize], window: &std::ops::Range<usize>, noise: f64) {
        let old: Vec<Row> = victims
            .iter()
            .map(|&person| self.rows[person].clone())
            .collect();
        for &person in victims {
            self.take_out(person, window);
        }
        for (&person, row) in victims.iter().zip(&old) {
            self.insert(person, window.clone(), row, noise);
        }
        if victims.len() > 1 {
            for &person in victims {
                self.reinsert(person, window.clone());
            }
        }
    }
}

/// The cheapest meal starts for a shift given running sums of gains, and what they lose.
fn best_meals(windows: &[(usize, usize, usize)], sums: &[i64]) -> (CellMeals, i64) {
    let lost = |start: usize, length: usize| sums[start + length] - sums[start];
    match windows {
        [] => (NO_MEALS, 0),
        [(earliest, latest, length)] => {
            let mut best = (i64::MAX, 0);
            for start in *earliest..=*latest {
                best = best.min((lost(start, *length), start));
            }
            ([best.1 as i32, -1], best.0)
        }
        [first, second, ..] => {
            let mut best = (i64::MAX, 0, 0);
            // The best first start that is over by the time the second begins.
            let mut earlier = (i64::MAX, 0);
            let mut next = first.0;
            for start in second.0..=second.1 {
                while next <= first.1 && next + first.2 <= start {
                    earlier = earlier.min((lost(next, first.2), next));
                    next += 1;
                }
                if earlier.0 < i64::MAX {
                    best = best.min((earlier.0 + lost(start, second.2), earlier.1, start));
                }
            }
            ([best.1 as i32, best.2 as i32], best.0)
        }
    }
}

/// The earliest meals of a shift that follow each other.
pub(crate) fn first_meals(compiled: &Compiled<'_>, choice: u8) -> CellMeals {
    let mut meals = NO_MEALS;
    let mut free = 0;
    for (meal, &(earliest, _, length)) in compiled
        .shifts
        .get(choice as usize)
        .iter()
        .flat_map(|s| s.meals.iter())
        .enumerate()
    {
        let start = earliest.max(free);
        meals[meal] = start as i32;
        free = start + length;
    }
    meals
}

#[cfg(test)]
mod tests {
    #![allow(clippy::expect_used)]

    use super::*;
    use crate::{columns, costs, nrp};

    /// Three people for a desk that wants two on each of seven days, who would rather not work the third.
    const WEEK: &str = "SECTION_HORIZON\n7\nSECTION_SHIFTS\nE,480,\nSECTION_STAFF\nA,E=7,1920,0,4,1,1,1\n\
        B,E=7,1920,0,4,1,1,1\nC,E=7,1440,0,3,1,1,1\nSECTION_DAYS_OFF\nSECTION_SHIFT_ON_REQUESTS\n\
        SECTION_SHIFT_OFF_REQUESTS\nA,2,E,3\nB,2,E,2\nSECTION_COVER\n0,E,2,100,1\n1,E,2,100,1\n2,E,2,100,1\n\
        3,E,2,100,1\n4,E,2,100,1\n5,E,2,100,1\n6,E,2,100,1\n";

    #[test]
    fn cover_that_begins_soft_ends_firm_and_the_best_roster_is_the_best_by_its_real_cost() {
        let problem = nrp::read("week", WEEK).expect("an instance");
        let compiled = Compiled::build(&problem, None);
        let first = columns::stretch_prices(&compiled, 60.0).expect("prices");
        let mut search = Search::new(&compiled, 1);
        // From nobody at work, so that the best is met on the way.
        search.take_prices(&first.prices);
        let annealing = Annealing {
            hot: 20.0,
            cold: 0.3,
            firmness: 0.05,
        };
        let (mut moves, mut least, mut was_soft) = (0, search.cost(), false);
        search.anneal(annealing, &[0, 1, 2], &mut |search| {
            let posts = search.heads.cost() + search.person_cost.iter().sum::<i64>();
            least = least.min(posts);
            was_soft |= search.firmness < 0.06;
            moves += 1;
            // Too few soft moves to meet the best roster in.
            let firm = FIRM_AT + (1.0 - FIRM_AT) * f64::from(moves) / 400.0;
            (moves <= 400).then_some(if moves <= 2 { 0.0 } else { firm })
        });
        assert!(was_soft);
        assert_eq!(search.firmness, 1.0);
        assert_eq!(search.minded(), search.cost() as f64);
        let best = search.best().expect("a best roster").clone();
        assert_eq!(best.cost, least);
        assert_eq!(best.cost, costs::table(&compiled, &best).1);
    }

    #[test]
    fn a_move_made_elsewhere_is_judged_anew_and_whoever_is_turned_down_keeps_their_row() {
        let problem = nrp::read("week", WEEK).expect("an instance");
        let compiled = Compiled::build(&problem, None);
        let cold = Annealing {
            hot: 1e-3,
            cold: 1e-3,
            firmness: 1.0,
        };
        let (e, off) = (0, compiled.off() as u8);
        let works = |person, days: std::ops::Range<usize>| -> Vec<Placed> {
            let meals = first_meals(&compiled, e);
            days.map(|day| Placed {
                person,
                day,
                choice: e,
                meals,
            })
            .collect()
        };
        let there = |people: &[usize]| {
            let mut search = Search::new(&compiled, 1);
            let moves: Vec<_> = people.iter().map(|&person| works(person, 0..2)).collect();
            search.judge(&moves, cold, 1.0);
            search
        };
        let began = [e, e, off, off, off, off, off];
        // Two are wanted: the second person is welcome, a third is one too many, and so is what follows of theirs.
        let mut search = there(&[1]);
        search.judge(&[works(0, 0..2), works(2, 0..2), works(2, 4..6)], cold, 1.0);
        assert_eq!(search.rows, [began.to_vec(), began.to_vec(), vec![off; 7]]);
        let cost = search.cost();
        assert_eq!(cost, costs::table(&compiled, &search.solution()).1);
        assert_eq!(search.best().map(|best| best.cost), Some(cost));

        let mut other = there(&[2]);
        other.follow(&search);
        assert_eq!(other.solution(), search.solution());
    }

    #[test]
    fn only_those_movable_are_moved_and_their_moves_lead_to_where_they_are() {
        let problem = nrp::read("week", WEEK).expect("an instance");
        let compiled = Compiled::build(&problem, None);
        let mut search = Search::new(&compiled, 1);
        let annealing = Annealing {
            hot: 20.0,
            cold: 0.3,
            firmness: 1.0,
        };
        let mut steps = 0;
        search.anneal(annealing, &[0, 2], &mut |_| {
            steps += 1;
            (steps <= 50).then_some(0.0)
        });
        let mut rows = vec![vec![compiled.off() as u8; 7]; 3];
        for cell in search.moves.iter().flatten() {
            rows[cell.person][cell.day] = cell.choice;
        }
        assert_eq!(rows, search.rows);
        assert_eq!(rows[1], [compiled.off() as u8; 7]);
        assert_ne!(rows[0], rows[1]);
    }

    #[test]
    fn no_window_is_longer_than_the_horizon_or_four_months() {
        let longest = |days| arms(days).iter().map(|arm| arm.days).max();
        for (days, longest_days) in [(5, 5), (28, 28), (56, 56), (126, 126), (364, 126)] {
            assert_eq!(longest(days), Some(longest_days));
        }
    }
}
