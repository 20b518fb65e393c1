//! What a month's roster costs in wages, against its budget (M10).
//!
//! A rostered minute costs the month's wage divided by the minutes that the contract comes to in a full month of that
//! length: `wage × 7 / (week minutes × days of the month)`. So somebody who joins or leaves within the month costs the
//! minutes rostered, an hourly worker's "monthly wage" is the wage of a full month at the contract's hours, and a change
//! of contract counts from its day. On top come the law's percents: minutes beyond the month's contract minutes are
//! overtime of a working day (not for hourly workers, who are paid by the hour), and minutes rostered on a statutory
//! holiday are paid at its own rate where the policy says so. Meals cost what other minutes cost, since contract minutes
//! include them. Employer's contributions are no part of it. Each person's cost is rounded to whole fen, half up, once
//! for each contract held in the month.

use crate::event::Employment;
use crate::ids::{DeskId, StaffId};
use crate::policy::Policy;
use crate::quantities::{Fen, Minutes};
use crate::refusal::Refusal;
use crate::roster::Cells;
use crate::roster::rules::contract_month_minutes;
use crate::shift::Shift;
use crate::staff::StaffState;
use crate::work_date::{Month, WorkDate};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What one person's row costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonCost {
    /// Whose.
    pub staff: StaffId,
    /// Rostered, meals included.
    pub rostered_minutes: Minutes,
    /// What the contract comes to in the days employed.
    pub contract_minutes: Minutes,
    /// Of the rostered, beyond the contract.
    pub beyond_minutes: Minutes,
    /// Of the rostered, on statutory holidays.
    pub statutory_minutes: Minutes,
    /// What it costs.
    pub wage_cost: Fen,
}

/// What a roster costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RosterCost {
    /// By number; people without a shift cost nothing and are left out.
    pub people: Vec<PersonCost>,
    /// Rostered, meals included.
    pub rostered_minutes: Minutes,
    /// The sum.
    pub total: Fen,
}

/// The cost of a desk's `cells` of `month`. `statutory` are the calendar's statutory holidays.
pub fn roster_cost(
    desk: &DeskId,
    month: Month,
    cells: &Cells,
    staff: &BTreeMap<StaffId, StaffState>,
    statutory: &BTreeSet<WorkDate>,
    policy: &Policy,
) -> RosterCost {
    let mut rows: BTreeMap<&StaffId, Vec<(WorkDate, &Shift)>> = BTreeMap::new();
    for ((whose, date), shift) in cells {
        // On call costs wages where its minutes count; whoever is called in is paid by what was worked.
        let counts = |shift: &&Shift| policy.roster.rules.counts_minutes(&shift.code);
        let shift = shift.as_ref().filter(counts);
        if let Some(shift) = shift.filter(|_| month.contains(*date)) {
            rows.entry(whose).or_default().push((*date, shift));
        }
    }
    let people: Vec<PersonCost> = rows
        .into_iter()
        .filter_map(|(whose, row)| {
            let state = staff.get(whose)?;
            Some(person_cost(
                desk, month, whose, &row, state, statutory, policy,
            ))
        })
        .collect();
    RosterCost {
        rostered_minutes: people.iter().map(|person| person.rostered_minutes).sum(),
        total: people.iter().map(|person| person.wage_cost).sum(),
        people,
    }
}

fn person_cost(
    desk: &DeskId,
    month: Month,
    whose: &StaffId,
    row: &[(WorkDate, &Shift)],
    state: &StaffState,
    statutory: &BTreeSet<WorkDate>,
    policy: &Policy,
) -> PersonCost {
    let contract_minutes = contract_month_minutes(state, desk, month);
    let mut cost = PersonCost {
        staff: whose.clone(),
        rostered_minutes: Minutes::ZERO,
        contract_minutes,
        beyond_minutes: Minutes::ZERO,
        statutory_minutes: Minutes::ZERO,
        wage_cost: Fen::ZERO,
    };
    let mut ordinary = Minutes::ZERO;
    // Minutes times percent, by the contract that pays them.
    let mut weighted: BTreeMap<(Fen, Minutes), i128> = BTreeMap::new();
    for (date, shift) in row {
        let minutes: Minutes = shift.segments.iter().map(|s| s.minutes()).sum();
        cost.rostered_minutes += minutes;
        let Some(contract) = state.contract_on(*date) else {
            continue;
        };
        let paid = weighted
            .entry((contract.month_wage, contract.week_minutes))
            .or_default();
        let mut pay = |minutes: Minutes, percent: u16| {
            *paid += i128::from(minutes.0) * i128::from(percent);
        };
        if policy.overtime.statutory_when_rostered && statutory.contains(date) {
            cost.statutory_minutes += minutes;
            pay(minutes, policy.law.overtime_statutory_percent);
            continue;
        }
        let within = minutes.min((contract_minutes - ordinary).at_least_zero());
        let beyond = minutes - within;
        ordinary += minutes;
        cost.beyond_minutes += beyond;
        pay(within, 100);
        match contract.employment {
            Employment::Hourly => pay(beyond, 100),
            Employment::FullTime | Employment::PartTime => {
                pay(beyond, policy.law.overtime_workday_percent);
            }
        }
    }
    let days = month.days().count();
    cost.wage_cost = weighted
        .into_iter()
        .map(|((wage, week), weighted)| priced(wage, week, weighted, days))
        .sum();
    cost
}

/// Half up to whole fen.
fn priced(wage: Fen, week_minutes: Minutes, weighted: i128, days: usize) -> Fen {
    let days = i128::try_from(days).unwrap_or(i128::MAX);
    let divisor = i128::from(week_minutes.0).saturating_mul(days).max(1) * 100;
    let product = i128::from(wage.0)
        .saturating_mul(7)
        .saturating_mul(weighted);
    let rounded = product.saturating_add(divisor / 2) / divisor;
    Fen(i64::try_from(rounded).unwrap_or(i64::MAX))
}

/// A roster's cost beside what it may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BudgetCheck {
    /// What it costs.
    pub cost: Fen,
    /// What it may cost; none: nobody set a budget.
    pub budget: Option<Fen>,
    /// The lead has read by how much it exceeds the budget and publishes all the same.
    pub acknowledged: bool,
}

impl BudgetCheck {
    /// By how much the cost exceeds the budget, if it does.
    pub fn over(&self) -> Option<Fen> {
        let over = self.cost - self.budget?;
        (over > Fen::ZERO).then_some(over)
    }

    /// Refuses an overrun that nobody acknowledged; answers with the budget it exceeds, if it does.
    pub(super) fn acknowledged(&self, month: Month) -> Result<Option<Fen>, Refusal> {
        match (self.over(), self.budget) {
            (Some(over), Some(budget)) if !self.acknowledged => Err(Refusal::BudgetExceeded {
                month,
                cost: self.cost,
                budget,
                over,
            }),
            (Some(_), budget) => Ok(budget),
            (None, _) => Ok(None),
        }
    }
}
