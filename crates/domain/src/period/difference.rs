//! What late facts change about a closed month: its figures as they stand now less those it was closed on.

use crate::day::OvertimeMinutes;
use crate::event::{Adjusted, LeaveKind};
use crate::ids::{EventId, RuleId};
use crate::quantities::{Fen, Minutes};
use crate::summary::MonthSummary;
use crate::work_date::WorkDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A difference of one person's month, figure by figure. Money is as the person feels it: back is positive.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Difference {
    /// Money off (negative) or back (positive).
    pub amount: Fen,
    /// Of it, by the rule of a penalty.
    pub penalties: BTreeMap<RuleId, Fen>,
    /// Of it, rewards.
    pub rewards: Fen,
    /// Overtime by class.
    pub overtime: OvertimeMinutes,
    /// 旷工天数
    pub absent_days: i64,
    /// 旷工时长
    pub absent_minutes: Minutes,
    /// Leave by kind.
    pub leave_minutes: BTreeMap<LeaveKind, Minutes>,
}

impl Difference {
    /// From `before` to `after`; a sheet that is not there is all zero.
    pub fn between(before: Option<&MonthSummary>, after: Option<&MonthSummary>) -> Self {
        Self::of(after).less(&Self::of(before))
    }

    fn of(sheet: Option<&MonthSummary>) -> Self {
        let Some(sheet) = sheet else {
            return Self::default();
        };
        let off: Fen = sheet.penalties.values().copied().sum();
        Self {
            amount: sheet.rewards - off,
            penalties: sheet
                .penalties
                .iter()
                .map(|(&rule, &fen)| (rule, -fen))
                .collect(),
            rewards: sheet.rewards,
            overtime: sheet.overtime,
            absent_days: sheet.absent_days.into(),
            absent_minutes: sheet.absent_minutes,
            leave_minutes: sheet.leave_minutes.clone(),
        }
    }

    /// What of it an adjustment has made good. Before figures were kept it was an amount alone.
    pub fn signed(adjusted: &Adjusted) -> Self {
        adjusted.difference.clone().unwrap_or(Self {
            amount: adjusted.amount,
            ..Self::default()
        })
    }

    /// What is left of it after `other`.
    #[must_use]
    pub fn less(mut self, other: &Self) -> Self {
        self.amount = self.amount - other.amount;
        self.rewards = self.rewards - other.rewards;
        self.overtime.workday = self.overtime.workday - other.overtime.workday;
        self.overtime.rest_day = self.overtime.rest_day - other.overtime.rest_day;
        self.overtime.statutory = self.overtime.statutory - other.overtime.statutory;
        self.absent_days -= other.absent_days;
        self.absent_minutes = self.absent_minutes - other.absent_minutes;
        for (rule, fen) in &other.penalties {
            let left = self.penalties.entry(*rule).or_default();
            *left = *left - *fen;
        }
        self.penalties.retain(|_, fen| !fen.is_zero());
        for (kind, minutes) in &other.leave_minutes {
            let left = self.leave_minutes.entry(*kind).or_default();
            *left = *left - *minutes;
        }
        self.leave_minutes.retain(|_, minutes| !minutes.is_zero());
        self
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: &Self) -> Self {
        let nothing_less = Self::default().less(other);
        self.less(&nothing_less)
    }

    /// Whether nothing is left to make good: no money, and no figure that payroll works with. How the money splits by
    /// rule is its reason and nothing to pay by itself.
    pub fn is_zero(&self) -> bool {
        self.amount.is_zero()
            && self.overtime == OvertimeMinutes::default()
            && self.absent_days == 0
            && self.absent_minutes.is_zero()
            && self.leave_minutes.is_empty()
    }
}

/// What a person's closed month differs by, and what shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DifferenceDue {
    /// As it stands now less as closed, less what was signed in other months.
    pub difference: Difference,
    /// The days that differ.
    pub days: Vec<WorkDate>,
    /// The events that speak now and did not then.
    pub evidence: Vec<EventId>,
}
