//! Short breaks (小休) beside the meals of a roster that is settled: each on the meal grid, inside its window and one segment of
//! the shift, after the break before it, never during a meal. The roster and its meals stay as they are, so its cost, its
//! bound and its shortfalls are those without breaks; what breaks make cover cost beside that is a figure of its own.
//!
//! A day is a small integer program, as for meals: `b[crew, break, t]` people of a crew (same class, shift and meals) begin a
//! break at `t`; `Σ_t b` = people of the crew; no more second breaks begun than first ones ended; at every point the cover
//! rows hold up to a shortfall with its cost. Within a crew the starts are handed out in order. A night shift's breaks are
//! those of the day it starts on, the breaks of the day before being as they are.

use std::collections::BTreeMap;
use std::time::Instant;

use good_lp::{Expression, Variable, constraint};

use crate::costs::{self, Missing};
use crate::cover::count;
use crate::meals::{Point, add_point};
use crate::plan::{Breaks, LeftOut, Meal, Plan, Shortfall, Tier};
use crate::problem::Problem;
use crate::program::{Outcome, Program, ProgramLimits};
use crate::search::{Compiled, Solution};
use crate::solve::{SolveError, read_assignments, read_meals};
use crate::words;

/// Most seconds for one day.
const DAY_SECONDS_MAX: f64 = 5.0;

/// Gives everybody on a shift its short breaks, where the plan's roster and meals leave the cheapest room, and lists what they
/// leave short. Breaks in `kept` stay. Days that are not proven within `seconds` are named; breaks that fit nowhere as well.
pub fn place_breaks(
    problem: &Problem,
    plan: &mut Plan,
    kept: &[Meal],
    seconds: f64,
) -> Result<(), SolveError> {
    let (compiled, solution) = settled(problem, plan)?;
    let until = Instant::now() + std::time::Duration::from_secs_f64(seconds.clamp(0.0, 3_600.0));
    let mut given = Given::new(&compiled, &solution);
    let mut found = Breaks::default();
    let kept: Vec<&Meal> = kept
        .iter()
        .filter(|taken| {
            compiled
                .windows(&solution, taken.person, taken.day)
                .is_some()
        })
        .collect();
    for taken in &kept {
        given.take(
            taken.person,
            taken.day,
            starts_at(&compiled, taken),
            length_of(&compiled, taken),
        );
        found.taken.push((*taken).clone());
    }
    for day in 0..compiled.days() {
        let has = |person: usize| {
            kept.iter()
                .any(|taken| (taken.person, taken.day) == (person, day))
        };
        let crews = crews(&compiled, &solution, day, has);
        if crews.is_empty() {
            continue;
        }
        // A break that fits nowhere needs no program to say so.
        let nowhere = crews
            .iter()
            .all(|crew| crew.breaks.iter().all(|(_, at)| at.is_empty()));
        let left = until
            .saturating_duration_since(Instant::now())
            .as_secs_f64();
        let exact = (left > 0.0 && !nowhere)
            .then(|| exact_day(&compiled, &given, day, &crews, left.min(DAY_SECONDS_MAX)))
            .flatten();
        let (placed, proven) = match exact {
            Some((placed, proven)) => (placed, proven),
            None => (
                greedy_day(&compiled, &mut given.clone(), day, &crews),
                false,
            ),
        };
        if !proven {
            found.days_unproven.push(day);
        }
        for (person, index, start) in placed {
            let window = &compiled.windows(&solution, person, day).unwrap_or_default()[index];
            match start {
                Some(start) => {
                    given.take(person, day, start, window.2);
                    found.taken.push(Meal {
                        person,
                        day,
                        start_minute: start as i64 * compiled.cover.grid,
                        duration_minutes: window.2 as i64 * compiled.cover.grid,
                    });
                }
                None => found.left_out.push(LeftOut { person, day, index }),
            }
        }
    }
    found.taken.sort();
    found.left_out.sort();
    found.cost = given.cost();
    found.shortfalls = given.shortfalls(problem);
    plan.breaks = Some(found);
    Ok(())
}

/// What given breaks leave short beyond the roster's own shortfalls, and what that costs.
pub fn judge_breaks(
    problem: &Problem,
    plan: &Plan,
    breaks: &[Meal],
) -> Result<(Vec<Shortfall>, i64), SolveError> {
    let (compiled, solution) = settled(problem, plan)?;
    let mut given = Given::new(&compiled, &solution);
    for taken in breaks {
        let worked = solution
            .rows
            .get(taken.person)
            .is_some_and(|row| taken.day < row.len());
        if worked {
            given.take(
                taken.person,
                taken.day,
                starts_at(&compiled, taken),
                length_of(&compiled, taken),
            );
        }
    }
    Ok((given.shortfalls(problem), given.cost()))
}

fn settled<'a>(problem: &'a Problem, plan: &Plan) -> Result<(Compiled<'a>, Solution), SolveError> {
    let faults = problem.validate();
    if !faults.is_empty() {
        return Err(SolveError::Invalid(faults));
    }
    let compiled = Compiled::build(problem, None);
    let mut solution = read_assignments(&compiled, &plan.assignments)?;
    read_meals(&compiled, &mut solution, &plan.meals)?;
    Ok((compiled, solution))
}

fn starts_at(compiled: &Compiled<'_>, taken: &Meal) -> usize {
    (taken.start_minute / compiled.cover.grid).max(0) as usize
}

fn length_of(compiled: &Compiled<'_>, taken: &Meal) -> usize {
    (taken.duration_minutes / compiled.cover.grid).max(0) as usize
}

/// Earliest and latest start and length, in points of the grid.
type Window = (usize, usize, usize);

impl Compiled<'_> {
    /// The short breaks of whoever works that day.
    fn windows(&self, solution: &Solution, person: usize, day: usize) -> Option<Vec<Window>> {
        let choice = *solution.rows.get(person)?.get(day)? as usize;
        let shift = self.problem.shifts.get(choice)?;
        let points = |minutes: i64| (minutes / self.cover.grid).max(0) as usize;
        let windows = shift.breaks.iter().map(|window| {
            (
                points(window.earliest_start_minute),
                points(window.latest_start_minute),
                points(window.duration_minutes),
            )
        });
        (!shift.breaks.is_empty()).then(|| windows.collect())
    }
}

/// People on post with the breaks given so far.
#[derive(Clone)]
struct Given<'a> {
    compiled: &'a Compiled<'a>,
    /// Before any break.
    without: Vec<u16>,
    with: Vec<u16>,
}

impl<'a> Given<'a> {
    fn new(compiled: &'a Compiled<'a>, solution: &Solution) -> Self {
        let without = costs::presence(compiled, solution);
        Self {
            compiled,
            with: without.clone(),
            without,
        }
    }

    fn take(&mut self, person: usize, day: usize, start: usize, length: usize) {
        let cover = &self.compiled.cover;
        let class = self.compiled.people[person].class;
        let first = day * cover.day_points + start;
        for point in first..(first + length).min(cover.points) {
            let cell = &mut self.with[point * cover.classes() + class];
            *cell = cell.saturating_sub(1);
        }
    }

    fn here<'p>(&self, present: &'p [u16], point: usize) -> &'p [u16] {
        let classes = self.compiled.cover.classes();
        &present[point * classes..][..classes]
    }

    /// What cover costs at a point with these people of each class.
    fn point_cost(&self, here: &[u16], point: usize) -> i64 {
        let cover = &self.compiled.cover;
        let profile = cover.profile_at[point];
        if profile == 0 {
            return 0;
        }
        let profile = &cover.profiles[profile as usize];
        let short: i64 = profile
            .groups
            .iter()
            .map(|group| group.cost * i64::from(group.short(here)))
            .sum();
        let over = profile.target_total.map_or(0, |target| {
            profile.over_cost * i64::from((count(here, profile.over_classes) - target).max(0))
        });
        short + over
    }

    /// What one more person of a class on a break at a point would cost.
    fn cost_of_one(&self, class: usize, point: usize) -> i64 {
        let mut fewer = self.here(&self.with, point).to_vec();
        fewer[class] = fewer[class].saturating_sub(1);
        self.point_cost(&fewer, point) - self.point_cost(self.here(&self.with, point), point)
    }

    fn cost(&self) -> i64 {
        let cost = |present, point| self.point_cost(self.here(present, point), point);
        (0..self.compiled.cover.points)
            .map(|point| cost(&self.with, point) - cost(&self.without, point))
            .sum()
    }

    /// Beyond what is missing without breaks.
    fn shortfalls(&self, problem: &Problem) -> Vec<Shortfall> {
        let beyond = |point: usize| -> Vec<Missing> {
            let with = costs::missing_at(self.compiled, point, self.here(&self.with, point));
            if with.is_empty() {
                return with;
            }
            let without = costs::missing_at(self.compiled, point, self.here(&self.without, point));
            let of = |list: &[Missing], tier: Tier| -> u32 {
                let here = list.iter().filter(|(known, ..)| *known == tier);
                here.map(|(.., missing)| *missing).sum()
            };
            // Which skill goes short is a matter of deployment; the total is not.
            let mut left: BTreeMap<Tier, u32> = [Tier::Minimum, Tier::Target]
                .map(|tier| (tier, of(&with, tier).saturating_sub(of(&without, tier))))
                .into();
            with.into_iter()
                .filter_map(|(tier, skill, group, missing)| {
                    let before = without
                        .iter()
                        .find(|(t, s, g, _)| (*t, *s, *g) == (tier, skill, group))
                        .map_or(0, |(.., missing)| *missing);
                    let mut more = missing.saturating_sub(before);
                    if let Some(left) = left.get_mut(&tier) {
                        more = more.min(*left);
                        *left -= more;
                    }
                    (more > 0).then_some((tier, skill, group, more))
                })
                .collect()
        };
        let mut found = costs::stretches(self.compiled, beyond);
        for short in &mut found {
            short.cause = crate::plan::CauseKind::Break;
            short.words = words::during_breaks(problem, short);
        }
        found
    }
}

/// People of one class on one shift with the same meals.
struct Crew {
    class: usize,
    people: Vec<usize>,
    /// Per break: its length, and the starts at which nobody of the crew is at a meal.
    breaks: Vec<(usize, Vec<usize>)>,
}

fn crews(
    compiled: &Compiled<'_>,
    solution: &Solution,
    day: usize,
    has: impl Fn(usize) -> bool,
) -> Vec<Crew> {
    type Key = (usize, u8, Vec<usize>);
    let mut groups: BTreeMap<Key, Vec<usize>> = BTreeMap::new();
    for (person, row) in solution.rows.iter().enumerate() {
        if compiled.windows(solution, person, day).is_none() || has(person) {
            continue;
        }
        let shift = &compiled.shifts[row[day] as usize];
        let meals = solution.meals[person][day]
            .iter()
            .take(shift.meals.len())
            .map(|start| (*start).max(0) as usize)
            .collect();
        let key = (compiled.people[person].class, row[day], meals);
        groups.entry(key).or_default().push(person);
    }
    groups
        .into_iter()
        .filter_map(|((class, choice, meals), people)| {
            let shift = &compiled.shifts[choice as usize];
            let windows = compiled.windows(solution, *people.first()?, day)?;
            let free = |start: usize, length: usize| {
                let beside = meals
                    .iter()
                    .zip(&shift.meals)
                    .all(|(&meal, &(_, _, lasts))| start + length <= meal || meal + lasts <= start);
                let inside = shift
                    .segments
                    .iter()
                    .any(|&(from, until)| from <= start && start + length <= until);
                beside && inside
            };
            Some(Crew {
                class,
                people,
                breaks: windows
                    .iter()
                    .map(|&(earliest, latest, length)| {
                        let starts = (earliest..=latest).filter(|start| free(*start, length));
                        (length, starts.collect())
                    })
                    .collect(),
            })
        })
        .collect()
}

/// Person, which break, and when it starts; none: it fits nowhere.
type Placed = Vec<(usize, usize, Option<usize>)>;

/// The cheapest breaks of a day, and whether that is proven. None when the program gave no answer.
fn exact_day(
    compiled: &Compiled<'_>,
    given: &Given<'_>,
    day: usize,
    crews: &[Crew],
    seconds: f64,
) -> Option<(Placed, bool)> {
    let cover = &compiled.cover;
    let first = day * cover.day_points;
    let span = (cover.day_points * (1 + compiled.spill_days)).min(cover.points - first);
    let mut program = Program::default();
    // Per crew and break: a variable per start; none where it fits nowhere.
    let starts: Vec<Vec<Vec<Variable>>> = crews
        .iter()
        .map(|crew| {
            let most = crew.people.len() as f64;
            crew.breaks
                .iter()
                .map(|(_, at)| at.iter().map(|_| program.add_whole(most)).collect())
                .collect()
        })
        .collect();
    for (crew, starts) in crews.iter().zip(&starts) {
        let open: Vec<usize> = (0..crew.breaks.len())
            .filter(|index| !starts[*index].is_empty())
            .collect();
        for &index in &open {
            let total: Expression = starts[index].iter().sum();
            program
                .rows
                .push(constraint!(total == crew.people.len() as f64));
        }
        for pair in open.windows(2) {
            let (length, early) = &crew.breaks[pair[0]];
            let late = &crew.breaks[pair[1]].1;
            for (n, at) in late.iter().enumerate() {
                let begun: Expression = starts[pair[1]][..=n].iter().sum();
                let ended: Expression = early
                    .iter()
                    .zip(&starts[pair[0]])
                    .filter(|(start, _)| *start + length <= *at)
                    .map(|(_, variable)| *variable)
                    .sum();
                program.rows.push(constraint!(begun <= ended));
            }
        }
    }
    let mut objective = Expression::default();
    for point in 0..span {
        let profile = cover.profile_at[first + point];
        // Who is on a break then.
        let resting: Vec<(usize, Variable)> = crews
            .iter()
            .zip(&starts)
            .flat_map(|(crew, starts)| {
                crew.breaks
                    .iter()
                    .zip(starts)
                    .flat_map(move |((length, at), variables)| {
                        at.iter()
                            .zip(variables)
                            .filter(move |(start, _)| (**start..**start + length).contains(&point))
                            .map(move |(_, variable)| (crew.class, *variable))
                    })
            })
            .collect();
        if profile == 0 || resting.is_empty() {
            continue;
        }
        let away = |classes: u64| -> Expression {
            resting
                .iter()
                .filter(|(class, _)| classes >> class & 1 == 1)
                .map(|(_, variable)| *variable)
                .sum()
        };
        let away_most = |classes: u64| -> i32 {
            crews
                .iter()
                .filter(|crew| classes >> crew.class & 1 == 1)
                .map(|crew| crew.people.len() as i32)
                .sum()
        };
        let equal = Point {
            present: given.here(&given.with, first + point),
            points: 1.0,
            away: &away,
            away_most: &away_most,
        };
        add_point(
            &cover.profiles[profile as usize],
            &equal,
            &mut program,
            &mut objective,
        );
    }
    program.objective = objective;
    let Outcome::Solved {
        values,
        objective,
        bound,
        ..
    } = program.solve(ProgramLimits {
        seconds,
        nodes: None,
        interior_point: false,
        absolute_gap: 0.99,
    })
    else {
        return None;
    };
    let mut placed = Vec::new();
    for (crew, starts) in crews.iter().zip(&starts) {
        for (index, ((_, at), variables)) in crew.breaks.iter().zip(starts).enumerate() {
            let mut people = crew.people.iter();
            for (start, variable) in at.iter().zip(variables) {
                for _ in 0..values.of(*variable).round() as usize {
                    placed.push((*people.next()?, index, Some(*start)));
                }
            }
            // Nobody is left where the break has a place at all.
            if !at.is_empty() && people.len() > 0 {
                return None;
            }
            placed.extend(people.map(|person| (*person, index, None)));
        }
    }
    Some((placed, objective - bound < 1.0))
}

/// One after the other, each where it costs least now.
fn greedy_day(
    compiled: &Compiled<'_>,
    given: &mut Given<'_>,
    day: usize,
    crews: &[Crew],
) -> Placed {
    let first = day * compiled.cover.day_points;
    let mut placed = Vec::new();
    for crew in crews {
        for &person in &crew.people {
            let mut free_from = 0;
            for (index, (length, at)) in crew.breaks.iter().enumerate() {
                let cost = |start: usize| -> i64 {
                    let points = first + start..(first + start + length).min(compiled.cover.points);
                    points
                        .map(|point| given.cost_of_one(crew.class, point))
                        .sum()
                };
                let open = at.iter().copied().filter(|start| *start >= free_from);
                let best = open.min_by_key(|start| (cost(*start), *start));
                if let Some(start) = best {
                    given.take(person, day, start, *length);
                    free_from = start + length;
                }
                placed.push((person, index, best));
            }
        }
    }
    placed
}
