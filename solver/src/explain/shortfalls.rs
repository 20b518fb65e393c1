//! Why people are missing, and the cheapest thing that would help.
//!
//! For everybody who could serve the queue but is not on post, the question is put to the shortest path: is there a legal row
//! that works then? If not, which single fact, freed, would make one? What the person's row would then cost against everybody
//! else as they are is the price of that repair.

use std::collections::BTreeMap;
use std::time::Instant;

use crate::facts::Binding;
use crate::paths::{Found, Paths};
use crate::person::{INFINITE, PersonModel, bars};
use crate::plan::{CauseKind, Fact, FactKind, Repair, Shortfall, Tier};
use crate::problem::ShiftId;
use crate::search::{Compiled, Search, Solution};
use crate::words::{self, Reasons};

/// Labels a day in a "what if".
const LABELS_MAX: usize = 150;
/// Shortfalls explained by "what if"; those under the target beyond this number get the plain facts of their day.
const DEEP_MAX: usize = 80;
/// Repairs kept per shortfall.
const REPAIRS_MAX: usize = 5;

/// Fills in cause, conflict, words and repairs of every shortfall; after `until` only the plain facts of its day.
pub(crate) fn explain(
    compiled: &Compiled<'_>,
    bounds: &[Binding],
    solution: &Solution,
    shortfalls: &mut [Shortfall],
    until: Option<Instant>,
) {
    let in_time = || until.is_none_or(|until| Instant::now() < until);
    let mut deep: Vec<usize> = (0..shortfalls.len()).collect();
    deep.sort_by_key(|&index| (shortfalls[index].tier == Tier::Target, index));
    deep.truncate(DEEP_MAX);
    let mut reasons: Vec<Reasons> = shortfalls
        .iter()
        .map(|short| reasons(compiled, solution, short))
        .collect();

    let mut search = Search::new(compiled, 0);
    search.load(solution);
    let mut paths = Paths::default();
    for (person, binding) in bounds.iter().enumerate() {
        let mine: Vec<usize> = (0..shortfalls.len())
            .filter(|&index| {
                serves(compiled, person, &shortfalls[index])
                    && presence(compiled, solution, person, &shortfalls[index]) == Presence::Away
            })
            .collect();
        if mine.is_empty() {
            continue;
        }
        let gains = search.gains_without(person);
        let row = &solution.rows[person];
        let width = compiled.off() + 1;
        let gained: i64 = row
            .iter()
            .enumerate()
            .map(|(day, &choice)| gains[day * width + choice as usize])
            .sum();
        let now = compiled.people[person].row_cost(row) - gained;
        let ask = WhatIf {
            compiled,
            person,
            gains: &gains,
            row,
            now,
        };
        for index in mine {
            let short = &mut shortfalls[index];
            if deep.contains(&index) && in_time() {
                ask.answer(binding, short, &mut reasons[index], &mut paths);
            } else {
                short
                    .conflict
                    .extend(binding.cells_as_facts(Some(short.day)));
            }
        }
    }
    for (short, reasons) in shortfalls.iter_mut().zip(&reasons) {
        short.conflict.sort();
        short.conflict.dedup();
        short
            .repairs
            .sort_by(|a, b| (a.cost_change, &a.fact).cmp(&(b.cost_change, &b.fact)));
        short.repairs.truncate(REPAIRS_MAX - 1);
        short.repairs.push(one_more(compiled, short));
        short.cause = cause(short, reasons);
        short.words = words::shortfall(compiled.problem, short, reasons);
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Presence {
    OnPost,
    Meal,
    Away,
}

/// Points of a shortfall.
pub(super) fn points(compiled: &Compiled<'_>, short: &Shortfall) -> std::ops::Range<usize> {
    let first = short.day * compiled.cover.day_points;
    let grid = compiled.cover.grid;
    first + (short.start_minute / grid) as usize..first + (short.end_minute / grid) as usize
}

/// Does a person count for the queue or group that is short?
pub(super) fn serves(compiled: &Compiled<'_>, person: usize, short: &Shortfall) -> bool {
    let who = &compiled.problem.people[person];
    match (&short.skill, &short.group) {
        (Some(skill), _) => who.skills.contains(skill),
        (None, Some(group)) => compiled
            .problem
            .group_demand
            .iter()
            .any(|g| &g.id == group && g.people.contains(&who.id)),
        (None, None) => short
            .shift
            .as_ref()
            .and_then(|id| compiled.problem.shifts.iter().find(|s| &s.id == id))
            .is_some_and(|s| {
                s.skills_required
                    .iter()
                    .all(|skill| who.skills.contains(skill))
            }),
    }
}

/// Where a person is when a shortfall begins.
pub(super) fn presence(
    compiled: &Compiled<'_>,
    solution: &Solution,
    person: usize,
    short: &Shortfall,
) -> Presence {
    if let Some(shift) = &short.shift {
        let works = compiled
            .problem
            .shifts
            .get(solution.rows[person][short.day] as usize);
        return match works {
            Some(works) if &works.id == shift => Presence::OnPost,
            _ => Presence::Away,
        };
    }
    let at = points(compiled, short).start;
    for day in short.day.saturating_sub(compiled.spill_days)..=short.day {
        let Some(shift) = compiled.shifts.get(solution.rows[person][day] as usize) else {
            continue;
        };
        let first = day * compiled.cover.day_points;
        if !shift
            .segments
            .iter()
            .any(|&(start, end)| (first + start..first + end).contains(&at))
        {
            continue;
        }
        let eating = shift.meals.iter().zip(&solution.meals[person][day]).any(
            |(&(_, _, length), &start)| {
                let start = first + start.max(0) as usize;
                (start..start + length).contains(&at)
            },
        );
        return if eating {
            Presence::Meal
        } else {
            Presence::OnPost
        };
    }
    Presence::Away
}

fn reasons(compiled: &Compiled<'_>, solution: &Solution, short: &Shortfall) -> Reasons {
    let mut reasons = Reasons {
        no_shift: covering(compiled, short, short.day) == 0,
        ..Reasons::default()
    };
    if compiled.spill_days > 0 && short.day > 0 {
        reasons.no_shift &= covering(compiled, short, short.day - 1) == 0;
    }
    for person in (0..compiled.people.len()).filter(|&person| serves(compiled, person, short)) {
        reasons.members += 1;
        match presence(compiled, solution, person, short) {
            Presence::OnPost => reasons.on_post += 1,
            Presence::Meal => reasons.at_meal += 1,
            Presence::Away => {}
        }
    }
    reasons
}

/// Shifts starting on `day` that are on post when the shortfall begins, bit per shift.
pub(super) fn covering(compiled: &Compiled<'_>, short: &Shortfall, day: usize) -> u64 {
    if let Some(shift) = &short.shift {
        return compiled
            .problem
            .shift_index(shift)
            .map_or(0, |index| 1 << index);
    }
    let at = points(compiled, short).start;
    let first = day * compiled.cover.day_points;
    let mut shifts = 0;
    for (index, shift) in compiled.shifts.iter().enumerate() {
        if shift
            .segments
            .iter()
            .any(|&(start, end)| (first + start..first + end).contains(&at))
        {
            shifts |= 1 << index;
        }
    }
    shifts
}

/// One person, everybody else as they are.
struct WhatIf<'a> {
    compiled: &'a Compiled<'a>,
    person: usize,
    gains: &'a [i64],
    row: &'a [u8],
    now: i64,
}

impl WhatIf<'_> {
    /// Why this person is not there, and what freeing a fact would bring.
    fn answer(
        &self,
        bound: &Binding,
        short: &mut Shortfall,
        reasons: &mut Reasons,
        paths: &mut Paths,
    ) {
        let day = short.day;
        let wanted = covering(self.compiled, short, day);
        if wanted == 0 {
            return;
        }
        if self
            .forced(&self.compiled.people[self.person], day, wanted, paths)
            .row
            .is_some()
        {
            reasons.dearer += 1;
            return;
        }
        // Facts of the day itself first, then rules and limits, then what is locked beside it.
        let mut beside: Vec<Fact> = Vec::new();
        for near in day.saturating_sub(2)..=(day + 2).min(self.compiled.days() - 1) {
            if near != day {
                beside.extend(bound.cells_as_facts(Some(near)));
            }
        }
        let direct = bound
            .cells_as_facts(Some(day))
            .into_iter()
            .filter(|fact| self.stands_in_the_way(bound, fact, wanted));
        for facts in [direct.collect(), bound.rules_as_facts(day), beside] {
            let mut helped = false;
            for fact in facts {
                let free = bound.freed(&fact);
                let class = self.compiled.people[self.person].class;
                let model = PersonModel::build(
                    self.compiled.problem,
                    self.person,
                    class,
                    &free.person,
                    &free.rules,
                );
                let found = self.forced(&model, day, wanted, paths);
                let Some(row) = &found.row else { continue };
                let minutes = self.minutes(short, row);
                short.repairs.push(Repair {
                    words: words::repair(self.compiled.problem, Some(&fact), day, minutes),
                    fact: Some(fact.clone()),
                    minutes_removed: minutes,
                    cost_change: found.cost - self.now,
                });
                short.conflict.push(fact);
                helped = true;
            }
            if helped {
                return;
            }
        }
        // No single fact suffices: name what stands in the way on the day itself.
        short.conflict.extend(bound.cells_as_facts(Some(day)));
    }

    /// Does an absence or lock bar the wanted shifts by itself?
    fn stands_in_the_way(&self, bound: &Binding, fact: &Fact, wanted: u64) -> bool {
        let shifts = &self.compiled.problem.shifts;
        let wanted = || (0..shifts.len()).filter(|s| wanted >> s & 1 == 1);
        match &fact.kind {
            FactKind::Locked(shift) => !wanted().any(|s| Some(&shifts[s].id) == shift.as_ref()),
            FactKind::Unavailable(cause) => bound
                .person
                .unavailable
                .iter()
                .filter(|u| u.day == fact.day && &u.cause == cause)
                .any(|u| wanted().any(|s| bars(u, fact.day, &shifts[s]))),
            _ => true,
        }
    }

    /// The best legal row that works one of the wanted shifts on the day.
    fn forced(&self, model: &PersonModel, day: usize, wanted: u64, paths: &mut Paths) -> Found {
        let mut mask = model.allowed.clone();
        mask[day] &= wanted;
        paths.best_row(model, self.gains, &mask, self.row, INFINITE - 1, LABELS_MAX)
    }

    /// Person-minutes of the shortfall that a row would be at work for (its meal may still fall into it).
    fn minutes(&self, short: &Shortfall, row: &[u8]) -> i64 {
        // On call nobody is on post; who works the shift is there for all of it.
        if short.tier == Tier::Standby {
            return short.end_minute - short.start_minute;
        }
        let Some(shift) = self.compiled.shifts.get(row[short.day] as usize) else {
            return 0;
        };
        let first = short.day * self.compiled.cover.day_points;
        let covered = points(self.compiled, short)
            .filter(|point| {
                shift
                    .segments
                    .iter()
                    .any(|&(start, end)| (first + start..first + end).contains(point))
            })
            .count();
        covered as i64 * self.compiled.cover.grid
    }
}

/// One more person for the whole interval.
fn one_more(compiled: &Compiled<'_>, short: &Shortfall) -> Repair {
    let minutes = short.end_minute - short.start_minute;
    let costs = &compiled.problem.costs;
    // Under the minimum is under the target too.
    let per_minute = match short.tier {
        Tier::Minimum => costs.under_minimum.per_unit + costs.under_target.per_unit,
        Tier::Target => costs.under_target.per_unit,
        Tier::Group | Tier::Shift | Tier::Standby => costs.under_group.per_unit,
    };
    let on_call = |shift: &ShiftId| {
        let known = compiled.problem.shifts.iter().find(|s| s.id == *shift);
        known.and_then(|shift| shift.standby)
    };
    Repair {
        fact: None,
        minutes_removed: minutes,
        cost_change: match &short.shift {
            Some(shift) if short.tier == Tier::Standby => {
                -on_call(shift).map_or(0, |standby| standby.under_cost)
            }
            Some(shift) => -compiled
                .wanted_of(short.day, shift)
                .relief(short.missing as i32),
            None => -minutes * per_minute,
        },
        words: words::repair(compiled.problem, None, short.day, minutes),
    }
}

/// The kind of cause that stands first.
fn cause(short: &Shortfall, reasons: &Reasons) -> CauseKind {
    if reasons.members == 0 {
        return CauseKind::NoSkill;
    }
    if reasons.no_shift {
        return CauseKind::NoShift;
    }
    if reasons.at_meal >= short.missing as usize {
        return CauseKind::Meal;
    }
    let mut kinds: BTreeMap<CauseKind, usize> = BTreeMap::new();
    for fact in &short.conflict {
        let kind = match fact.kind {
            FactKind::Unavailable(_) => CauseKind::Absence,
            FactKind::Locked(_) => CauseKind::Lock,
            FactKind::Rest => CauseKind::Rest,
            _ => CauseKind::Limit,
        };
        *kinds.entry(kind).or_default() += 1;
    }
    // With people to spare who are worth more elsewhere, no fact is to blame.
    let (kind, count) = kinds
        .into_iter()
        .max_by(|a, b| a.1.cmp(&b.1).then(b.0.cmp(&a.0)))
        .unwrap_or((CauseKind::Headcount, 0));
    if reasons.dearer > count {
        CauseKind::Headcount
    } else {
        kind
    }
}
