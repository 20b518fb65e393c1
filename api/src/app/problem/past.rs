//! What people carry over from past rosters into what is shared fairly: how far each lies above or below their part of it.
//!
//! A person's part of the past is what everybody here worked of it, spread by contract minutes of those months less leave.
//! So whoever joined in between owes nothing for the time before, and whoever was away has nothing to make good.

use super::{Candidate, Sources, counted};
use domain::event::DayKind;
use domain::ids::ShiftCode;
use domain::roster::RosterState;
use domain::roster::rules::contract_month_minutes;
use domain::shift::Shift;
use domain::work_date::{Month, WorkDate};
use solver::Problem;
use solver::problem::{History, ShiftTemplate};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Working days of a contract's week.
const WEEK_DAYS: i64 = 5;

/// What is shared: nights, lates, weekend days, holidays, minutes, meals at hours nobody likes, earlies.
type Shared = [i64; 7];

/// Puts on everybody what they carry over.
pub(super) fn carry(sources: &Sources<'_>, problem: &mut Problem) {
    let codes = |of: fn(&ShiftTemplate) -> bool| -> BTreeSet<ShiftCode> {
        let shifts = problem.shifts.iter().filter(|shift| of(shift));
        // A template set that takes over within the month makes `A#2` of A.
        let ids = shifts.filter_map(|shift| shift.id.as_str().split('#').next());
        ids.map(ShiftCode::new).collect()
    };
    let (late, early) = (codes(|shift| shift.late), codes(|shift| shift.early));
    let had: Vec<Shared> = sources
        .people
        .iter()
        .map(|candidate| worked(sources, candidate, &late, &early))
        .collect();
    let weights: Vec<i64> = sources
        .people
        .iter()
        .map(|candidate| present_minutes(sources, candidate))
        .collect();
    let all: i64 = weights.iter().sum();
    if all == 0 {
        return;
    }
    let mut total: Shared = [0; 7];
    for row in &had {
        for (sum, units) in total.iter_mut().zip(row) {
            *sum += units;
        }
    }
    for ((person, had), weight) in problem.people.iter_mut().zip(&had).zip(&weights) {
        let above = |kind: usize| {
            let part = (2 * total[kind] * weight + all).div_euclid(2 * all);
            had[kind] - part
        };
        let history: &mut History = &mut person.history;
        history.nights = above(0);
        history.lates = above(1);
        history.weekend_days = above(2);
        history.holidays = above(3);
        history.minutes = above(4);
        history.unpopular_meals = above(5);
        history.earlies = above(6);
    }
}

/// The rosters looked back on that say something: in force, or drafted for months not published yet.
fn known<'a>(sources: &Sources<'a>) -> impl Iterator<Item = &'a (Month, Arc<RosterState>)> {
    let past = sources.past.iter();
    past.filter(|(_, roster)| !roster.cells.is_empty())
}

/// What somebody worked of it in those rosters.
fn worked(
    sources: &Sources<'_>,
    candidate: &Candidate,
    late: &BTreeSet<ShiftCode>,
    early: &BTreeSet<ShiftCode>,
) -> Shared {
    let rules = &sources.policy.roster.rules;
    let mut units: Shared = [0; 7];
    for (_, roster) in known(sources) {
        let cells = roster.cells.iter();
        let own = cells.filter(|((whose, _), _)| *whose == candidate.staff);
        let shifts: Vec<(WorkDate, &Shift)> = own
            .filter_map(|((_, date), shift)| Some((*date, shift.as_ref()?)))
            .collect();
        for (date, shift) in shifts {
            let kind = sources.org.day(date).map(|day| day.kind);
            let holiday = matches!(kind, Some(DayKind::Statutory | DayKind::AdjustedRest));
            let meals = rules.unpopular_meals.get(&shift.code);
            let of = [
                i64::from(shift.night),
                i64::from(late.contains(&shift.code)),
                i64::from(date.is_weekend()),
                i64::from(holiday),
                counted(sources, shift),
                meals.map_or(0, |meals| i64::from(*meals)),
                i64::from(early.contains(&shift.code)),
            ];
            for (sum, unit) in units.iter_mut().zip(of) {
                *sum += unit;
            }
        }
    }
    units
}

/// Contract minutes of the months looked back on, less leave.
fn present_minutes(sources: &Sources<'_>, candidate: &Candidate) -> i64 {
    let of_month = known(sources).map(|(month, _)| {
        let contract = contract_month_minutes(&candidate.state, sources.id, *month);
        let on_leave = |date: &WorkDate| {
            let mut leave = candidate.past_leave.iter();
            leave.any(|request| request.span.window.is_none() && request.span.covers(*date))
        };
        let away: i64 = month
            .days()
            .filter(|date| candidate.state.employed_on(*date) && on_leave(date))
            .filter_map(|date| candidate.state.contract_on(date))
            .map(|contract| contract.week_minutes.0 / WEEK_DAYS)
            .sum();
        (contract.0 - away).max(0)
    });
    of_month.sum()
}
