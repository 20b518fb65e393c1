//! The costs, recomputed from the roster and the points. Sums are 128 bits wide: nothing here can overflow.

use std::collections::BTreeMap;

use super::cover::{Point, on_shift};
use super::{MINUTES_A_DAY, Roster, catalogue};
use crate::plan::CostTable;
use crate::problem::{CostTerm, Problem, Wish};

/// The cost table, wide.
pub(super) struct Sums {
    pub(super) by_term: BTreeMap<CostTerm, i128>,
    pub(super) by_person: Vec<BTreeMap<CostTerm, i128>>,
    pub(super) by_day: Vec<BTreeMap<CostTerm, i128>>,
}

impl Sums {
    pub(super) fn add(
        &mut self,
        term: CostTerm,
        person: Option<usize>,
        day: Option<usize>,
        amount: i128,
    ) {
        if amount == 0 {
            return;
        }
        *self.by_term.entry(term).or_default() += amount;
        if let Some(row) = person.and_then(|person| self.by_person.get_mut(person)) {
            *row.entry(term).or_default() += amount;
        }
        if let Some(row) = day.and_then(|day| self.by_day.get_mut(day)) {
            *row.entry(term).or_default() += amount;
        }
    }

    pub(super) fn into_table(self) -> CostTable {
        let narrow = |row: BTreeMap<CostTerm, i128>| -> BTreeMap<CostTerm, i64> {
            row.into_iter()
                .map(|(term, amount)| (term, i64::try_from(amount).unwrap_or(i64::MAX)))
                .collect()
        };
        CostTable {
            by_term: narrow(self.by_term),
            by_person: self.by_person.into_iter().map(narrow).collect(),
            by_day: self.by_day.into_iter().map(narrow).collect(),
        }
    }
}

pub(super) fn recompute(problem: &Problem, roster: &Roster<'_>, points: &[Point]) -> Sums {
    let mut sums = Sums {
        by_term: BTreeMap::new(),
        by_person: vec![BTreeMap::new(); problem.people.len()],
        by_day: vec![BTreeMap::new(); problem.days.len()],
    };
    cover(problem, points, &mut sums);
    for person in 0..problem.people.len() {
        requests(problem, roster, person, &mut sums);
        fairness(problem, roster, person, &mut sums);
        isolated_days(problem, roster, person, &mut sums);
        split_shifts(problem, roster, person, &mut sums);
        changes(problem, roster, person, &mut sums);
        contract(problem, roster, person, &mut sums);
        catalogue::row_costs(problem, roster, person, &mut sums);
    }
    shift_cover(problem, roster, &mut sums);
    catalogue::team_costs(problem, roster, &mut sums);
    sums
}

fn shift_cover(problem: &Problem, roster: &Roster<'_>, sums: &mut Sums) {
    for cover in &problem.shift_cover {
        let there = on_shift(roster, cover);
        let (term, away, each) = if there < i64::from(cover.people) {
            (
                CostTerm::UnderShift,
                i64::from(cover.people) - there,
                cover.under_cost,
            )
        } else {
            (
                CostTerm::OverShift,
                there - i64::from(cover.people),
                cover.over_cost,
            )
        };
        sums.add(
            term,
            None,
            Some(cover.day),
            i128::from(away) * i128::from(each),
        );
        let below = (i64::from(cover.minimum) - there).max(0);
        sums.add(
            CostTerm::UnderShift,
            None,
            Some(cover.day),
            i128::from(below) * i128::from(cover.minimum_cost),
        );
    }
}

fn cover(problem: &Problem, points: &[Point], sums: &mut Sums) {
    let costs = &problem.costs;
    let minutes = i128::from(problem.meal_grid_minutes);
    for point in points {
        // Slots beyond the last midnight belong to the last day.
        let day = (point.moment / MINUTES_A_DAY).min(problem.days.len() as i64 - 1) as usize;
        if point.any_demand {
            let wanted: i128 = point.target.iter().map(|target| i128::from(*target)).sum();
            let over = (point.on_post.len() as i128 - wanted).max(0);
            let mut add = |term: CostTerm, people: i128, per_unit: i64| {
                sums.add(
                    term,
                    None,
                    Some(day),
                    people * minutes * i128::from(per_unit),
                );
            };
            add(
                CostTerm::UnderMinimum,
                i128::from(point.under_minimum),
                costs.under_minimum.per_unit,
            );
            add(
                CostTerm::UnderTarget,
                i128::from(point.under_target),
                costs.under_target.per_unit,
            );
            add(CostTerm::OverTarget, over, costs.over_target.per_unit);
        }
        for (_, missing) in &point.under_group {
            let amount = i128::from(*missing) * minutes * i128::from(costs.under_group.per_unit);
            sums.add(CostTerm::UnderGroup, None, Some(day), amount);
        }
    }
}

fn requests(problem: &Problem, roster: &Roster<'_>, person: usize, sums: &mut Sums) {
    for request in &problem.people[person].requests {
        let Some(worked) = roster.worked[person].get(request.day) else {
            continue;
        };
        let met = match (&request.wish, worked) {
            (Wish::Off, worked) => worked.is_none(),
            (Wish::Work, worked) => worked.is_some(),
            (Wish::Shift(wished), worked) => worked.is_some_and(|shift| shift.id == *wished),
            (Wish::NotShift(unwished), worked) => worked.is_none_or(|shift| shift.id != *unwished),
        };
        if !met {
            let amount = i128::from(request.cost) * i128::from(problem.costs.request.per_unit);
            sums.add(CostTerm::Request, Some(person), Some(request.day), amount);
        }
    }
}

fn fairness(problem: &Problem, roster: &Roster<'_>, person: usize, sums: &mut Sums) {
    let who = &problem.people[person];
    let (mut nights, mut lates) = (who.history.nights, who.history.lates);
    let mut earlies = who.history.earlies;
    let (mut weekend_days, mut holidays) = (who.history.weekend_days, who.history.holidays);
    let mut unpopular_meals = who.history.unpopular_meals;
    for (day, shift) in roster.worked[person].iter().enumerate() {
        let Some(shift) = shift else { continue };
        nights += i64::from(shift.night);
        lates += i64::from(shift.late);
        earlies += i64::from(shift.early);
        unpopular_meals += i64::from(shift.unpopular_meals);
        weekend_days += i64::from(problem.days[day].weekend);
        holidays += i64::from(problem.days[day].holiday);
    }
    let fair = &who.fair_share;
    let history = &who.history;
    for (carried, count, fair) in [
        (history.nights, nights, fair.nights),
        (history.lates, lates, fair.lates),
        (history.earlies, earlies, fair.earlies),
        (history.weekend_days, weekend_days, fair.weekend_days),
        (history.holidays, holidays, fair.holidays),
        (
            history.unpopular_meals,
            unpopular_meals,
            fair.unpopular_meals,
        ),
    ] {
        let Some(fair) = fair else { continue };
        // The n-th unit above the share costs n times the unit; those above it before the horizon are past.
        let mut amount = 0;
        for unit in carried + 1..=count {
            amount +=
                i128::from((unit - fair).max(0)) * i128::from(problem.costs.fairness.per_unit);
        }
        sums.add(CostTerm::Fairness, Some(person), None, amount);
    }
}

fn isolated_days(problem: &Problem, roster: &Roster<'_>, person: usize, sums: &mut Sums) {
    let history = &problem.people[person].history;
    let row = &roster.worked[person];
    for day in 0..row.len() {
        let eve_worked = match day.checked_sub(1) {
            Some(eve) => Some(row[eve].is_some()),
            None if history.consecutive_work_days > 0 => Some(true),
            None if history.consecutive_days_off > 0 => Some(false),
            None => None,
        };
        let next_worked = row.get(day + 1).map(Option::is_some);
        match (eve_worked, row[day].is_some(), next_worked) {
            (Some(true), false, Some(true)) => {
                let amount = i128::from(problem.costs.isolated_day_off.per_unit);
                sums.add(CostTerm::IsolatedDayOff, Some(person), Some(day), amount);
            }
            (Some(false), true, Some(false)) => {
                let amount = i128::from(problem.costs.isolated_day_on.per_unit);
                sums.add(CostTerm::IsolatedDayOn, Some(person), Some(day), amount);
            }
            _ => {}
        }
    }
}

fn split_shifts(problem: &Problem, roster: &Roster<'_>, person: usize, sums: &mut Sums) {
    for (day, shift) in roster.worked[person].iter().enumerate() {
        if shift.is_some_and(|shift| shift.segments.len() > 1) {
            let amount = i128::from(problem.costs.split_shift.per_unit);
            sums.add(CostTerm::SplitShift, Some(person), Some(day), amount);
        }
    }
}

fn changes(problem: &Problem, roster: &Roster<'_>, person: usize, sums: &mut Sums) {
    let Some(published) = problem.published.as_ref().and_then(|rows| rows.get(person)) else {
        return;
    };
    for (day, (before, now)) in published.iter().zip(&roster.worked[person]).enumerate() {
        if before.as_ref() != now.map(|shift| &shift.id) {
            let amount = i128::from(problem.costs.change_per_cell.per_unit);
            sums.add(CostTerm::ChangePerCell, Some(person), Some(day), amount);
        }
    }
}

fn contract(problem: &Problem, roster: &Roster<'_>, person: usize, sums: &mut Sums) {
    let who = &problem.people[person];
    let Some(target) = who.minutes_target else {
        return;
    };
    let worked: i64 = roster.worked[person]
        .iter()
        .flatten()
        .map(|shift| shift.worked_minutes)
        .sum();
    let off = (worked + who.history.minutes_carried - target).abs();
    let amount = i128::from(off) * i128::from(problem.costs.minutes_off_contract.per_unit);
    sums.add(CostTerm::MinutesOffContract, Some(person), None, amount);
    let side = if worked + who.history.minutes_carried > target {
        CostTerm::MinutesOver
    } else {
        CostTerm::MinutesUnder
    };
    let amount = i128::from(off) * catalogue::price(problem, side);
    sums.add(side, Some(person), None, amount);
}
