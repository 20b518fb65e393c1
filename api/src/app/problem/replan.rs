//! Part of a roster in force as a problem of its own: the published cells cost a change each, what lies outside the part
//! is fixed, those away are barred; and from the solver's plan to the changes proposed.

use super::{RosterProblem, minute};
use crate::app::{App, AppError};
use domain::event::{CostMove, ReplanScope, SolveReport, Tier};
use domain::ids::{DeskId, StaffId};
use domain::quantities::Minutes;
use domain::roster::RosterState;
use domain::shift::{Cell, PlannedMeal, Shift};
use domain::work_date::{Month, WorkDate, Zone};
use solver::plan::{Meal, Plan, Status};
use solver::problem::{Cause, FixedCell, Segment, ShiftId, Unavailable, Wish};
use solver::{Assignments, SolveError};
use std::collections::BTreeSet;

/// Cells whose meals may move where the desk would be under its minimum; more take long and are much to ask.
const MEALS_MOVED_MAX: usize = 120;

/// Most seconds for the short breaks of a proposal.
const BREAK_SECONDS_MAX: f64 = 5.0;

/// A problem about part of a roster in force.
pub(crate) struct Replanning {
    pub(crate) problem: RosterProblem,
    /// The revision it is made of.
    pub(crate) base: u32,
    /// The roster as it stands; those away are off.
    standing: Assignments,
    /// Its meals.
    meals: Vec<Meal>,
    /// Its short breaks.
    breaks: Vec<Meal>,
    /// The cells that may change, by person and day.
    free: BTreeSet<(usize, usize)>,
    /// The days it is about.
    days: BTreeSet<WorkDate>,
    /// Shifts that those away give up.
    given_up: Vec<(StaffId, WorkDate)>,
}

/// What a plan proposes to change.
pub(crate) struct Proposal {
    pub(crate) cells: Vec<Cell>,
    pub(crate) cost_before: i64,
    pub(crate) minutes_short_before: Minutes,
    pub(crate) minutes_short_after: Minutes,
    pub(crate) people: Vec<CostMove>,
    pub(crate) report: SolveReport,
}

impl App {
    /// The problem to plan part of a roster in force anew.
    pub(crate) async fn replan_problem(
        &self,
        desk: &DeskId,
        month: Month,
        scope: &ReplanScope,
    ) -> Result<Replanning, AppError> {
        let problem = self.roster_problem(desk, month).await?;
        let roster = self.roster_state(desk, month).await?;
        let moment = Moment {
            zone: self.zone(desk).await?,
            now: self.now(),
        };
        let replanning = build(problem, &roster, scope, &moment);
        let faults = replanning.problem.problem.validate();
        if faults.is_empty() {
            return Ok(replanning);
        }
        let faults = faults.into_iter().map(|fault| {
            let en = fault.message;
            crate::app::Fault::of(fault.field, format!("排班数据有误:{en}"), en)
        });
        Err(AppError::Invalid(faults.collect()))
    }
}

/// The present at the desk.
struct Moment {
    zone: Zone,
    now: chrono::DateTime<chrono::Utc>,
}

impl Moment {
    fn today(&self) -> WorkDate {
        self.zone.date(self.now)
    }
    /// Whether a shift of `date` has begun.
    fn has_begun(&self, date: WorkDate, shift: &Shift) -> bool {
        let first = shift.segments.first();
        first.is_some_and(|first| self.zone.instant(date, first.start) <= self.now)
    }
}

fn build(
    mut problem: RosterProblem,
    roster: &RosterState,
    scope: &ReplanScope,
    moment: &Moment,
) -> Replanning {
    let (mut standing, mut meals) = problem.read_roster(roster);
    let (mut free, mut given_up) = (BTreeSet::new(), Vec::new());
    let today = moment.today();
    let grid = problem.problem.meal_grid_minutes;
    let now_minute = i64::from(moment.zone.day_minute(moment.now, today).0);
    let passed_minute = (now_minute + grid - 1).div_euclid(grid) * grid;
    let own_times: Vec<ShiftId> = problem.own_times.iter().map(|(id, _)| id.clone()).collect();
    for (p, staff) in problem.staff.iter().enumerate() {
        let person = &mut problem.problem.people[p];
        // Fixed cells are kept below, unless somebody is away.
        person.fixed.clear();
        // A wish that was not granted is no reason to change what is published; one that was is not taken back lightly.
        let row = &standing[p];
        person.requests.retain(|request| {
            granted(&request.wish, row.get(request.day).and_then(Option::as_ref))
        });
        // Short runs are a matter of taste, and an absence makes some: they cost as isolated days, and forbid nothing.
        person.consecutive_work_days_min = None;
        person.consecutive_days_off_min = None;
        // Times of the roster that are no template's are nobody else's to work.
        for id in own_times
            .iter()
            .filter(|id| !standing[p].contains(&Some((*id).clone())))
        {
            person.shift_max.insert(id.clone(), 0);
        }
        for (d, &date) in problem.days.iter().enumerate() {
            let shift = roster.shift(staff, date);
            let begun = shift.is_some_and(|shift| moment.has_begun(date, shift));
            // Leave keeps its shift: what is paid for it depends on that. It counts as away all the same.
            let on_leave = |away: &Unavailable| away.day == d && away.interval.is_none();
            if person.unavailable.iter().any(on_leave) {
                standing[p][d] = None;
                continue;
            }
            if scope.bars(staff, date) && !begun {
                standing[p][d] = None;
                given_up.extend(shift.map(|_| (staff.clone(), date)));
                free.insert((p, d));
                person.unavailable.push(Unavailable {
                    day: d,
                    interval: None,
                    cause: Cause {
                        id: format!("away {staff}"),
                        zh: "缺勤(重排)".to_owned(),
                        en: "away (re-plan)".to_owned(),
                    },
                });
                continue;
            }
            let on_leave_for_a_part = shift.is_some()
                && person
                    .unavailable
                    .iter()
                    .any(|away| away.day == d && away.interval.is_some());
            let fixed = roster.fixed.contains(&(staff.clone(), date));
            if fixed || !scope.covers(date) || date < today || begun || on_leave_for_a_part {
                person.unavailable.retain(|away| away.day != d);
                person.fixed.push(FixedCell {
                    day: d,
                    shift: standing[p][d].clone(),
                });
                continue;
            }
            free.insert((p, d));
            if date == today && passed_minute > 0 {
                person.unavailable.push(Unavailable {
                    day: d,
                    interval: Some(Segment {
                        start_minute: 0,
                        end_minute: passed_minute,
                    }),
                    cause: Cause {
                        id: "past".to_owned(),
                        zh: "时间已过".to_owned(),
                        en: "this has passed".to_owned(),
                    },
                });
            }
        }
    }
    // The least change: minutes as published are what was agreed to, so a person's contract is no reason to move shifts.
    let minutes_of = |row: &[Option<ShiftId>]| -> i64 {
        let worked = row.iter().flatten().filter_map(|id| {
            let shift = problem
                .problem
                .shifts
                .iter()
                .find(|shift| shift.id == *id)?;
            Some(shift.worked_minutes)
        });
        worked.sum()
    };
    let agreed: Vec<i64> = standing.iter().map(|row| minutes_of(row)).collect();
    for (person, agreed) in problem.problem.people.iter_mut().zip(agreed) {
        person.minutes_target = Some(agreed + person.history.minutes_carried);
    }
    meals.retain(|meal| standing[meal.person][meal.day].is_some());
    let breaks = problem.breaks(roster);
    problem.problem.published = Some(standing.clone());
    let days = problem
        .days
        .iter()
        .copied()
        .filter(|&date| scope.covers(date) && today <= date);
    Replanning {
        base: roster.revision(),
        days: days.collect(),
        standing,
        meals,
        breaks,
        free,
        given_up,
        problem,
    }
}

/// Whether a cell is as wished.
fn granted(wish: &Wish, cell: Option<&ShiftId>) -> bool {
    match wish {
        Wish::Off => cell.is_none(),
        Wish::Work => cell.is_some(),
        Wish::Shift(shift) => cell == Some(shift),
        Wish::NotShift(shift) => cell != Some(shift),
    }
}

impl Replanning {
    /// What a plan proposes: its cells where they may change and are another shift, everything else, meals included, as
    /// it stands. Where the plan costs more than leaving the others alone, they are left alone.
    pub(crate) fn proposal(&self, plan: &Plan) -> Result<(Proposal, Plan), SolveError> {
        let problem = &self.problem.problem;
        let before = solver::evaluate(problem, &self.standing, Some(&self.meals))?;
        let mut rows = self.standing.clone();
        for &(p, d) in &self.free {
            rows[p][d].clone_from(&plan.assignments[p][d]);
        }
        let stays =
            |meal: &&Meal| rows[meal.person][meal.day] == self.standing[meal.person][meal.day];
        let kept: Vec<Meal> = self.meals.iter().filter(stays).cloned().collect();
        let mut after = solver::place_meals(problem, &rows, &kept, &BTreeSet::new())?;
        let stays =
            |&(p, d): &(usize, usize)| rows[p][d].is_some() && rows[p][d] == self.standing[p][d];
        let short = self.days_short(&after);
        let movable: BTreeSet<(usize, usize)> = self
            .free
            .iter()
            .filter(|&&(p, d)| stays(&(p, d)) && short.contains(&self.problem.days[d]))
            .take(MEALS_MOVED_MAX)
            .copied()
            .collect();
        if !movable.is_empty() {
            // Still under its minimum: a colleague's meal may move before the desk goes short.
            after = solver::place_meals(problem, &rows, &kept, &movable)?;
        }
        if after.objective > before.objective {
            after = before.clone();
        }
        after.relaxed.clone_from(&plan.relaxed);
        let eats = |meals: &[Meal], (p, d): (usize, usize)| -> BTreeSet<i64> {
            let own = meals
                .iter()
                .filter(|meal| (meal.person, meal.day) == (p, d));
            own.map(|meal| meal.start_minute).collect()
        };
        let mut changed: Vec<(usize, usize)> = Vec::new();
        for &(p, d) in &self.free {
            let given_up = self
                .given_up
                .contains(&(self.problem.staff[p].clone(), self.problem.days[d]));
            if given_up
                || after.assignments[p][d] != self.standing[p][d]
                || eats(&after.meals, (p, d)) != eats(&self.meals, (p, d))
            {
                changed.push((p, d));
            }
        }
        changed.sort_by_key(|&(p, d)| (d, p));
        if self.problem.has_breaks() {
            // Whoever keeps shift and meals keeps their breaks; the others' go where the desk can spare them best.
            let kept = self.breaks_kept(&after, &changed);
            solver::place_breaks(problem, &mut after, &kept, BREAK_SECONDS_MAX)?;
        }
        let people: BTreeSet<usize> = changed.iter().map(|&(p, _)| p).collect();
        let cost = |plan: &Plan, p: usize| -> i64 { plan.costs.by_person[p].values().sum() };
        let mut report = self.problem.report(&after);
        report
            .shortfalls
            .retain(|short| self.days.contains(&short.date));
        let touched: BTreeSet<&StaffId> = people.iter().map(|&p| &self.problem.staff[p]).collect();
        report
            .relaxed
            .retain(|relaxed| touched.contains(&relaxed.staff));
        // What was proven is about the plan; keeping everybody's meals may cost a little more.
        let solved = self.problem.report(plan);
        report.bound = solved.bound.filter(|&bound| bound <= report.objective);
        report.proven_optimal =
            plan.status == Status::Optimal && report.bound == Some(report.objective);
        report.ended = solved.ended;
        report.milliseconds = solved.milliseconds;
        report.iterations = solved.iterations;
        let proposal = Proposal {
            cells: changed
                .iter()
                .map(|&(p, d)| self.cell(&after, p, d))
                .collect(),
            cost_before: before.objective,
            minutes_short_before: self.minutes_short(&before),
            minutes_short_after: self.minutes_short(&after),
            people: people
                .into_iter()
                .map(|p| CostMove {
                    staff: self.problem.staff[p].clone(),
                    before: cost(&before, p),
                    after: cost(&after, p),
                })
                .collect(),
            report,
        };
        Ok((proposal, after))
    }

    /// The breaks of cells that stay, where they are those of the shift as the problem has it.
    fn breaks_kept(&self, after: &Plan, changed: &[(usize, usize)]) -> Vec<Meal> {
        let problem = &self.problem.problem;
        let mut kept = Vec::new();
        for (p, row) in after.assignments.iter().enumerate() {
            for (d, id) in row.iter().enumerate() {
                let shift = id
                    .as_ref()
                    .and_then(|id| problem.shifts.iter().find(|shift| shift.id == *id));
                let Some(shift) = shift.filter(|_| !changed.contains(&(p, d))) else {
                    continue;
                };
                let own = self.breaks.iter();
                let mut own: Vec<&Meal> = own
                    .filter(|taken| (taken.person, taken.day) == (p, d))
                    .collect();
                own.sort_by_key(|taken| taken.start_minute);
                let fits = own.len() == shift.breaks.len()
                    && own.iter().zip(&shift.breaks).all(|(taken, window)| {
                        let (from, until) =
                            (window.earliest_start_minute, window.latest_start_minute);
                        (from..=until).contains(&taken.start_minute)
                            && taken.start_minute % problem.meal_grid_minutes == 0
                            && taken.duration_minutes == window.duration_minutes
                    });
                if fits {
                    kept.extend(own.into_iter().cloned());
                }
            }
        }
        kept
    }

    /// The days it is about on which the desk is under its minimum.
    fn days_short(&self, plan: &Plan) -> BTreeSet<WorkDate> {
        let shortfalls = self.problem.shortfalls(plan).into_iter();
        let days = shortfalls
            .filter(|short| short.tier == Tier::Minimum)
            .map(|short| short.date);
        days.filter(|date| self.days.contains(date)).collect()
    }

    /// People-minutes under the minimum on the days it is about.
    fn minutes_short(&self, plan: &Plan) -> Minutes {
        let shortfalls = self.problem.shortfalls(plan).into_iter();
        let short = shortfalls
            .filter(|short| short.tier == Tier::Minimum && self.days.contains(&short.date));
        short
            .map(|short| {
                let minutes = i64::from(short.end.0) - i64::from(short.start.0);
                Minutes(minutes.max(0) * i64::from(short.missing))
            })
            .sum()
    }

    fn cell(&self, plan: &Plan, person: usize, day: usize) -> Cell {
        let of_cell = |taken: &[Meal]| {
            let own = taken
                .iter()
                .filter(|one| one.person == person && one.day == day);
            let mut own: Vec<PlannedMeal> = own
                .map(|one| PlannedMeal {
                    start: minute(one.start_minute),
                    minutes: Minutes(one.duration_minutes),
                })
                .collect();
            own.sort_by_key(|one| one.start);
            own
        };
        let meals = of_cell(&plan.meals);
        let breaks = of_cell(plan.breaks.as_ref().map_or(&[], |breaks| &breaks.taken));
        Cell {
            staff: self.problem.staff[person].clone(),
            date: self.problem.days[day],
            shift: plan.assignments[person][day]
                .as_ref()
                .and_then(|id| self.problem.worked(id, meals, breaks)),
        }
    }
}

impl RosterProblem {
    /// A shift of the problem as worked, with these meals and breaks; without breaks: as early as they fit.
    fn worked(
        &self,
        id: &ShiftId,
        meals: Vec<PlannedMeal>,
        breaks: Vec<PlannedMeal>,
    ) -> Option<Shift> {
        if let Some((_, shift)) = self.own_times.iter().find(|(known, _)| known == id) {
            return Some(shift.clone());
        }
        let template = &self.shifts.get(id)?.template;
        Some(Shift {
            code: template.code.clone(),
            segments: template.segments.clone(),
            breaks: if breaks.is_empty() {
                template.breaks_beside(&meals)
            } else {
                breaks
            },
            meals,
            night: template.night,
            duty: template.duty,
        })
    }
}
