//! The competition's score in plain loops over the texts' own data: it shares nothing with the problem, the model or the judge,
//! so that the three can be held against it.

use serde::Serialize;

use super::{Cells, Past, Range, SATURDAY, Scenario, WEEK_DAYS, Week};

/// Weights of the competition.
const OPTIMUM: i64 = 30;
const WORK_DAYS: i64 = 30;
const TYPE_DAYS: i64 = 15;
const DAYS_OFF: i64 = 30;
const REFUSED: i64 = 10;
const HALF_WEEKEND: i64 = 30;
const ASSIGNMENTS: i64 = 20;
const WEEKENDS: i64 = 30;

/// The cost by rule, weights included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Score {
    /// S1.
    pub optimum: i64,
    /// S2, days worked in a row.
    pub work_days: i64,
    /// S2, days in a row on one shift type.
    pub type_days: i64,
    /// S3.
    pub days_off: i64,
    /// S4.
    pub refused: i64,
    /// S5.
    pub half_weekends: i64,
    /// S6.
    pub assignments: i64,
    /// S7.
    pub weekends: i64,
    /// Nurses missing under a minimum (hard).
    pub minimum_shortfalls: u32,
    /// Forbidden successions and skills not held (hard).
    pub hard_rules_broken: u32,
}

impl Score {
    /// The competition's cost.
    pub fn total(&self) -> i64 {
        self.optimum
            + self.work_days
            + self.type_days
            + self.days_off
            + self.refused
            + self.half_weekends
            + self.assignments
            + self.weekends
    }
}

/// Scores a roster of all weeks.
pub fn score(scenario: &Scenario, history: &[Past], weeks: &[Week], roster: &Cells) -> Score {
    let mut score = Score::default();
    for (index, week) in weeks.iter().enumerate() {
        for (asked, days) in &week.cover {
            for (day, range) in days.iter().enumerate() {
                let mut there = 0;
                for row in roster {
                    if row[index * WEEK_DAYS + day] == Some(*asked) {
                        there += 1;
                    }
                }
                score.minimum_shortfalls += range.min.saturating_sub(there);
                score.optimum += OPTIMUM * i64::from(range.max.saturating_sub(there));
            }
        }
        for (nurse, day, kind) in &week.refused {
            if let Some((worked, _)) = roster[*nurse][index * WEEK_DAYS + day]
                && worked == *kind
            {
                score.refused += REFUSED;
            }
        }
    }
    for ((nurse, past), row) in scenario.nurses.iter().zip(history).zip(roster) {
        let contract = &scenario.contracts[nurse.contract];
        let work: Vec<bool> = row.iter().map(Option::is_some).collect();
        let off: Vec<bool> = row.iter().map(Option::is_none).collect();
        score.work_days += WORK_DAYS * outside(&work, past.work_days, contract.work_days);
        score.days_off += DAYS_OFF * outside(&off, past.days_off, contract.days_off);
        for (kind, (_, range)) in scenario.shift_types.iter().enumerate() {
            let on: Vec<bool> = row
                .iter()
                .map(|cell| cell.is_some_and(|(worked, _)| worked == kind))
                .collect();
            let before = match past.last {
                Some((last, days)) if last == kind => days,
                _ => 0,
            };
            score.type_days += TYPE_DAYS * outside(&on, before, *range);
        }
        let mut weekends = past.weekends;
        for week in row.chunks(WEEK_DAYS) {
            let days = week[SATURDAY..].iter().flatten().count();
            if days > 0 {
                weekends += 1;
            }
            if days == 1 && contract.complete_weekends {
                score.half_weekends += HALF_WEEKEND;
            }
        }
        let most = contract.weekends_max;
        score.weekends += WEEKENDS * i64::from(weekends.saturating_sub(most));
        let assignments = past.assignments + row.iter().flatten().count() as u32;
        let Range { min, max } = contract.assignments;
        score.assignments += ASSIGNMENTS
            * i64::from(min.saturating_sub(assignments) + assignments.saturating_sub(max));

        let mut before = past.last.map(|(kind, _)| kind);
        for cell in row {
            let kind = cell.map(|(kind, _)| kind);
            let forbidden = before
                .zip(kind)
                .is_some_and(|pair| scenario.forbidden.contains(&pair));
            let unskilled = cell.is_some_and(|(_, skill)| !nurse.skills.contains(&skill));
            score.hard_rules_broken += u32::from(forbidden) + u32::from(unskilled);
            before = kind;
        }
    }
    score
}

/// Days beyond the longest run asked for, and days that runs ended too early lack.
fn outside(days: &[bool], before: u32, range: Range) -> i64 {
    let (mut run, mut units) = (before, 0);
    for on in days {
        if *on {
            run += 1;
            if run > range.max {
                units += 1;
            }
        } else {
            if run > 0 && run < range.min {
                units += i64::from(range.min - run);
            }
            run = 0;
        }
    }
    units
}

/// A nurse's past after one more week.
pub fn after(past: Past, week: &[Option<(usize, usize)>]) -> Past {
    let mut past = past;
    for cell in week {
        match cell {
            Some((kind, _)) => {
                past.assignments += 1;
                past.work_days += 1;
                past.days_off = 0;
                past.last = match past.last {
                    Some((last, days)) if last == *kind => Some((*kind, days + 1)),
                    _ => Some((*kind, 1)),
                };
            }
            None => {
                past.work_days = 0;
                past.days_off += 1;
                past.last = None;
            }
        }
    }
    if week.iter().skip(SATURDAY).any(Option::is_some) {
        past.weekends += 1;
    }
    past
}
