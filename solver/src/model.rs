//! The roster as a linear (or integer) program: variables here, one function per constraint family in [`crate::constraints`].
//!
//! What a person may do on a day (leave, partial availability, locks, skills, shifts not offered) is never a row: a choice
//! that is not allowed has no variable.

use std::collections::BTreeMap;

use good_lp::{Constraint, Expression, Variable};

use crate::constraints;
use crate::program::{Outcome, Program, ProgramLimits, Running};
use crate::search::Compiled;

/// How finely cover is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Resolution {
    /// Every point of the meal grid (equal points merged): exact.
    Points,
    /// Sums over each demand slot: a relaxation with far fewer rows.
    Slots,
}

/// Between which values a convex cost of a total is straight: a relaxation either way, and the same for whole rosters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Totals {
    /// Between the whole units that can be counted, shifts of eight hours, say: the tighter.
    Whole,
    /// As if every minute could be worked by itself.
    Straight,
}

/// What takes whole values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Whole {
    /// Nothing: a linear program.
    #[default]
    Nothing,
    /// People. With a roster fixed, meals are nearly always whole by themselves, so little is lost.
    People,
    /// People and when they eat.
    Meals,
}

/// How a night shift's hours after midnight are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Nights {
    /// By the people who began it.
    Whole,
    /// By a count of the next day's own, which the whole roster holds equal: so days can be priced apart.
    Split,
}

/// A stretch of work over days `first..=last`.
pub(crate) struct Stretch {
    pub first: usize,
    pub last: usize,
    pub variable: Variable,
}

/// Meal starts of one class on one shift of a day: per meal one variable per start.
pub(crate) struct MealStarts {
    pub class: usize,
    pub shift: usize,
    /// Per meal: start points, and how many begin there.
    pub starts: Vec<Vec<(usize, Variable)>>,
}

/// The people's part: who works what.
pub(crate) struct PeoplePart {
    /// `work[person][day][shift]`, where allowed.
    pub shift: Vec<Vec<Vec<Option<Variable>>>>,
    pub stretches: Vec<Vec<Stretch>>,
}

/// The days' part: how many of each class work each shift, when they eat, what is missing.
pub(crate) struct DayPart {
    pub day: usize,
    /// `count[shift][class]`.
    pub count: Vec<Vec<Option<Variable>>>,
    pub meals: Vec<MealStarts>,
}

/// Whose cost it is: costs of the people and of the days can be told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Payer {
    Person(usize),
    Day(usize),
    /// People together.
    Team,
}

/// A program under construction.
pub(crate) struct Model<'a> {
    pub compiled: &'a Compiled<'a>,
    pub program: Program,
    /// The objective, by whose cost it is.
    costs: BTreeMap<Payer, Expression>,
    pub whole: Whole,
    pub totals: Totals,
    pub resolution: Resolution,
}

/// The whole roster problem: people, days, and the rows that tie them.
pub(crate) struct RosterModel<'a> {
    pub model: Model<'a>,
    pub people: PeoplePart,
    pub days: Vec<DayPart>,
    /// Rows `count = Σ people`: their duals are the worth of one more person there.
    pub links: Vec<Link>,
}

/// The row that ties a day's count to the people counted.
pub(crate) struct Link {
    /// Index of the row.
    pub row: usize,
    /// The day the shift begins on.
    pub day: usize,
    /// [`Compiled::halves`]: a shift as its own day counts it, or as the next day does.
    pub half: usize,
    pub class: usize,
}

impl<'a> Model<'a> {
    pub(crate) fn new(
        compiled: &'a Compiled<'a>,
        whole: Whole,
        totals: Totals,
        resolution: Resolution,
    ) -> Self {
        Self {
            compiled,
            program: Program::default(),
            costs: BTreeMap::new(),
            whole,
            totals,
            resolution,
        }
    }

    /// A variable that counts whole things between 0 and `most`.
    pub(crate) fn count(&mut self, most: f64) -> Variable {
        if self.whole != Whole::Nothing {
            self.program.add_whole(most)
        } else {
            self.program.add(most)
        }
    }

    /// How many begin a meal at one time.
    fn meal_count(&mut self, most: f64) -> Variable {
        if self.whole == Whole::Meals {
            self.program.add_whole(most)
        } else {
            self.program.add(most)
        }
    }

    /// A continuous variable between 0 and `most`, which no good answer passes.
    pub(crate) fn amount(&mut self, most: f64) -> Variable {
        self.program.add(most)
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, row: Constraint) {
        self.program.rows.push(row);
    }

    /// Adds to the objective.
    pub(crate) fn charge(&mut self, payer: Payer, cost: i64, what: impl Into<Expression>) {
        if cost != 0 {
            *self.costs.entry(payer).or_default() += what.into() * cost as f64;
        }
    }

    /// What somebody pays so far.
    pub(crate) fn paid(&self, payer: Payer) -> Expression {
        self.costs.get(&payer).cloned().unwrap_or_default()
    }

    /// Solves for the least sum of all costs.
    pub(crate) fn solve(self, limits: ProgramLimits) -> Outcome {
        self.start(limits).wait()
    }

    /// Begins to.
    pub(crate) fn start(mut self, limits: ProgramLimits) -> Running {
        self.program.objective = self.costs.into_values().sum();
        self.program.start(limits)
    }

    /// The days' part of one day.
    pub(crate) fn day_part(&mut self, day: usize) -> DayPart {
        self.part_of(day, |_| true)
    }

    /// A day's shifts that reach into the next, as that one counts them.
    pub(crate) fn overnight_part(&mut self, day: usize) -> DayPart {
        let compiled = self.compiled;
        self.part_of(day, |shift| compiled.is_overnight(shift))
    }

    fn part_of(&mut self, day: usize, counts: impl Fn(usize) -> bool) -> DayPart {
        let compiled = self.compiled;
        let classes = compiled.cover.classes();
        let mut count = vec![vec![None; classes]; compiled.off()];
        for (shift, row) in count.iter_mut().enumerate() {
            for (class, cell) in row.iter_mut().enumerate() {
                let most = compiled
                    .people
                    .iter()
                    .filter(|p| p.class == class && p.allowed[day] >> shift & 1 == 1)
                    .count();
                if most > 0 && counts(shift) {
                    *cell = Some(self.count(most as f64));
                }
            }
        }
        let mut meals = Vec::new();
        for (shift, row) in count.iter().enumerate() {
            for (class, cell) in row.iter().enumerate() {
                if cell.is_none() || compiled.shifts[shift].meals.is_empty() {
                    continue;
                }
                let most = compiled.people.len() as f64;
                let starts = compiled.shifts[shift]
                    .meals
                    .iter()
                    .map(|&meal| {
                        self.meal_starts(meal)
                            .into_iter()
                            .map(|start| (start, self.meal_count(most)))
                            .collect()
                    })
                    .collect();
                meals.push(MealStarts {
                    class,
                    shift,
                    starts,
                });
            }
        }
        DayPart { day, count, meals }
    }

    /// Starts of a meal worth a variable. Summed over slots, what a meal takes from each slot is linear in its start between
    /// the moments where either end meets a slot's edge: a start between two such moments is a mixture of them.
    fn meal_starts(&self, (earliest, latest, length): (usize, usize, usize)) -> Vec<usize> {
        let slot = (self.compiled.problem.slot_minutes / self.compiled.cover.grid).max(1) as usize;
        let edge = |point: usize| point.is_multiple_of(slot);
        let shifts = &self.compiled.shifts;
        let shift_edge = |point: usize| {
            shifts
                .iter()
                .flat_map(|s| &s.segments)
                .any(|&(a, b)| a == point || b == point)
        };
        (earliest..=latest)
            .filter(|&start| {
                self.resolution == Resolution::Points
                    || start == earliest
                    || start == latest
                    || edge(start)
                    || edge(start + length)
                    || shift_edge(start)
                    || shift_edge(start + length)
            })
            .collect()
    }

    /// The people's part.
    fn people_part(&mut self) -> PeoplePart {
        let compiled = self.compiled;
        let mut shift = Vec::with_capacity(compiled.people.len());
        for person in &compiled.people {
            let mut days = Vec::with_capacity(person.days);
            for day in 0..person.days {
                let mut row = vec![None; compiled.off()];
                for (choice, cell) in row.iter_mut().enumerate() {
                    if person.allowed[day] >> choice & 1 == 1 && person.rested_at_start(day, choice)
                    {
                        *cell = Some(self.count(1.0));
                    }
                }
                days.push(row);
            }
            shift.push(days);
        }
        PeoplePart {
            shift,
            stretches: Vec::new(),
        }
    }
}

impl<'a> RosterModel<'a> {
    /// Variables, then every family of [`crate::constraints`].
    pub(crate) fn build(
        compiled: &'a Compiled<'a>,
        whole: Whole,
        totals: Totals,
        resolution: Resolution,
        nights: Nights,
    ) -> Self {
        let mut model = Model::new(compiled, whole, totals, resolution);
        let mut people = model.people_part();
        let days: Vec<DayPart> = (0..compiled.days())
            .map(|day| model.day_part(day))
            .collect();
        let overnights: Vec<DayPart> = match nights {
            Nights::Whole => Vec::new(),
            Nights::Split => (0..compiled.days() - 1)
                .map(|day| model.overnight_part(day))
                .collect(),
        };
        constraints::people(&mut model, &mut people);
        constraints::team(&mut model, &people);
        let mut links = constraints::head_counts::rows(&mut model, &people, &days);
        let split = constraints::head_counts::rows(&mut model, &people, &overnights);
        links.extend(split.into_iter().map(|link| Link {
            half: compiled.off() + link.half,
            ..link
        }));
        for (day, part) in days.iter().enumerate() {
            let before = match nights {
                Nights::Whole => day.checked_sub(1).and_then(|before| days.get(before)),
                Nights::Split => day.checked_sub(1).and_then(|before| overnights.get(before)),
            };
            constraints::day(&mut model, part, before);
        }
        for part in &overnights {
            constraints::staggered_meals::rows(&mut model, part);
        }
        Self {
            model,
            people,
            days,
            links,
        }
    }
}

impl PeoplePart {
    /// Shifts worked on a day (0 or 1).
    pub(crate) fn works(&self, person: usize, day: usize) -> Expression {
        self.shift[person][day].iter().flatten().sum()
    }

    /// Stretches that cover a day.
    pub(crate) fn covering(&self, person: usize, day: usize) -> Expression {
        self.stretches[person]
            .iter()
            .filter(|s| s.first <= day && day <= s.last)
            .map(|s| s.variable)
            .sum()
    }
}
