//! A person's month for payroll: the columns of the attendance report, as integers.

use crate::day::{DayRecord, DayStatus, EdgeState, OvertimeMinutes};
use crate::event::LeaveKind;
use crate::hours::HoursBalance;
use crate::ids::{DeskId, RuleId, SanctionId, StaffId};
use crate::policy::LawPolicy;
use crate::quantities::{Fen, Minutes};
use crate::work_date::Month;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Why money moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PayReason {
    /// 扣款: an approved penalty.
    Penalty {
        /// By which rule.
        rule: RuleId,
    },
    /// 奖励: an approved reward.
    Reward,
    /// 调整(上期): a late fact about a closed month.
    Adjustment,
}

/// One amount that reaches payroll. Only approved sanctions do (T16).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayLine {
    /// The sanction, or none for an adjustment.
    pub sanction: Option<SanctionId>,
    /// Why.
    pub reason: PayReason,
    /// A penalty's or reward's size, not negative; an adjustment's sign as it is: negative is money off.
    pub amount: Fen,
}

/// The law's limits on money off, for one person and month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeductionCheck {
    /// The wage earned in the month ([`crate::wage::earned`]).
    pub wage: Fen,
    /// Money off: penalties and negative adjustments.
    pub deduction: Fen,
    /// At most this much may be taken: the lower of the percentage and what keeps the minimum wage.
    pub deduction_max: Fen,
    /// More than the percentage of the wage.
    pub over_percent: bool,
    /// Leaves less than the minimum wage.
    pub under_wage_min: bool,
}

impl DeductionCheck {
    /// Checks `deduction` against the law; the percentage is rounded down, in the person's favour.
    pub fn of(wage: Fen, deduction: Fen, law: &LawPolicy) -> Self {
        let percent = i128::from(wage.0.max(0)) * i128::from(law.deduction_percent_max) / 100;
        let percent_max = Fen(i64::try_from(percent).unwrap_or(i64::MAX));
        let above_min = (wage - law.wage_min).at_least_zero();
        Self {
            wage,
            deduction,
            deduction_max: percent_max.min(above_min),
            over_percent: deduction > percent_max,
            under_wage_min: !deduction.is_zero() && deduction > above_min,
        }
    }
    /// Whether the law allows it.
    pub fn lawful(&self) -> bool {
        !self.over_percent && !self.under_wage_min
    }
}

/// A person's month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthSummary {
    /// Who.
    pub staff: StaffId,
    /// At which desk.
    pub desk: DeskId,
    /// Which month.
    pub month: Month,
    /// 应出勤天数: days with a shift in the roster in force.
    pub due_days: u16,
    /// 实出勤天数: of those, days worked, wholly or in part.
    pub attended_days: u16,
    /// 休息天数
    pub rest_days: u16,
    /// Days that cannot be told yet: open, or an absence that may still be explained.
    pub undecided_days: u16,
    /// Rostered time.
    pub planned_minutes: Minutes,
    /// 工作时长
    pub worked_minutes: Minutes,
    /// 迟到次数
    pub late_count: u16,
    /// 迟到时长
    pub late_minutes: Minutes,
    /// 严重迟到
    pub severe_late_count: u16,
    /// 早退次数
    pub early_count: u16,
    /// 早退时长
    pub early_minutes: Minutes,
    /// 上班缺卡
    pub missed_in_count: u16,
    /// 下班缺卡
    pub missed_out_count: u16,
    /// 旷工天数: days with an absence, each once.
    pub absent_days: u16,
    /// 旷工时长
    pub absent_minutes: Minutes,
    /// 补卡次数
    pub correction_count: u16,
    /// Leave by type.
    pub leave_minutes: BTreeMap<LeaveKind, Minutes>,
    /// 加班 in three buckets.
    pub overtime: OvertimeMinutes,
    /// Of it, what earns 调休.
    pub time_off_earned_minutes: Minutes,
    /// 夜班次数
    pub night_count: u16,
    /// 用餐超时次数
    pub meal_over_count: u16,
    /// 扣款 by rule.
    pub penalties: BTreeMap<RuleId, Fen>,
    /// 奖励
    pub rewards: Fen,
    /// 调整(上期)
    pub adjustments: Fen,
    /// The limits on money off; none when the wage is not known.
    pub deduction_check: Option<DeductionCheck>,
    /// The balance of hours, by the comprehensive regime.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<HoursBalance>,
}

/// Sums one person's month. `days` of other people or months are left out; `lines` are the person's own.
pub fn summarise<'a>(
    staff: &StaffId,
    desk: &DeskId,
    month: Month,
    days: impl IntoIterator<Item = &'a DayRecord>,
    lines: &[PayLine],
    wage: Option<Fen>,
    law: &LawPolicy,
) -> MonthSummary {
    let mut sum = MonthSummary {
        staff: staff.clone(),
        desk: desk.clone(),
        month,
        due_days: 0,
        attended_days: 0,
        rest_days: 0,
        undecided_days: 0,
        planned_minutes: Minutes::ZERO,
        worked_minutes: Minutes::ZERO,
        late_count: 0,
        late_minutes: Minutes::ZERO,
        severe_late_count: 0,
        early_count: 0,
        early_minutes: Minutes::ZERO,
        missed_in_count: 0,
        missed_out_count: 0,
        absent_days: 0,
        absent_minutes: Minutes::ZERO,
        correction_count: 0,
        leave_minutes: BTreeMap::new(),
        overtime: OvertimeMinutes::default(),
        time_off_earned_minutes: Minutes::ZERO,
        night_count: 0,
        meal_over_count: 0,
        penalties: BTreeMap::new(),
        rewards: Fen::ZERO,
        adjustments: Fen::ZERO,
        deduction_check: None,
        hours: None,
    };
    for day in days {
        if day.staff == *staff && month.contains(day.date) {
            sum.add_day(day);
        }
    }
    let mut deduction = Fen::ZERO;
    for line in lines {
        match line.reason {
            PayReason::Penalty { rule } => {
                *sum.penalties.entry(rule).or_default() += line.amount;
                deduction += line.amount;
            }
            PayReason::Reward => sum.rewards += line.amount,
            PayReason::Adjustment => {
                sum.adjustments += line.amount;
                deduction += (-line.amount).at_least_zero();
            }
        }
    }
    sum.deduction_check = wage.map(|wage| DeductionCheck::of(wage, deduction, law));
    sum
}

impl MonthSummary {
    /// By the comprehensive regime overtime is what the period's balance says; that on statutory holidays stays.
    #[must_use]
    pub fn balanced(mut self, balance: HoursBalance) -> Self {
        self.overtime.workday = balance.overtime_minutes;
        self.overtime.rest_day = Minutes::ZERO;
        self.hours = Some(balance);
        self
    }

    /// Names the figures, so that who confirmed them can be held to them and nothing else: figures that are zero are not
    /// in it, so a report with a new column says the same of an old month.
    pub fn digest(&self, points: i64) -> String {
        let counts = [
            ("due_days", i64::from(self.due_days)),
            ("attended_days", self.attended_days.into()),
            ("rest_days", self.rest_days.into()),
            ("undecided_days", self.undecided_days.into()),
            ("planned_minutes", self.planned_minutes.0),
            ("worked_minutes", self.worked_minutes.0),
            ("late_count", self.late_count.into()),
            ("late_minutes", self.late_minutes.0),
            ("severe_late_count", self.severe_late_count.into()),
            ("early_count", self.early_count.into()),
            ("early_minutes", self.early_minutes.0),
            ("missed_in_count", self.missed_in_count.into()),
            ("missed_out_count", self.missed_out_count.into()),
            ("absent_days", self.absent_days.into()),
            ("absent_minutes", self.absent_minutes.0),
            ("correction_count", self.correction_count.into()),
            ("overtime_workday", self.overtime.workday.0),
            ("overtime_rest_day", self.overtime.rest_day.0),
            ("overtime_statutory", self.overtime.statutory.0),
            ("time_off_earned", self.time_off_earned_minutes.0),
            ("night_count", self.night_count.into()),
            ("meal_over_count", self.meal_over_count.into()),
            ("rewards", self.rewards.0),
            ("adjustments", self.adjustments.0),
            ("points", points),
        ];
        let mut text = format!("{} {} {}", self.staff, self.desk, self.month);
        let leave = self.leave_minutes.iter();
        let leave = leave.map(|(kind, minutes)| (format!("leave_{kind:?}"), minutes.0));
        let off = self.penalties.iter();
        let off = off.map(|(rule, fen)| (format!("penalty_{rule}"), fen.0));
        let counts = counts.map(|(name, count)| (name.to_owned(), count));
        for (name, count) in counts.into_iter().chain(leave).chain(off) {
            if count != 0 {
                // Writing to a string cannot fail.
                let _ = write!(text, "\n{name}={count}");
            }
        }
        let digest = Sha256::digest(text.as_bytes());
        digest.iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }

    fn add_day(&mut self, day: &DayRecord) {
        let one_if = |truth: bool| u16::from(truth);
        self.due_days += one_if(day.shift.is_some());
        match day.status {
            DayStatus::Worked => self.attended_days += 1,
            DayStatus::DayOff => self.rest_days += 1,
            DayStatus::Open | DayStatus::AbsencePending => self.undecided_days += 1,
            DayStatus::Unrostered | DayStatus::OnLeave | DayStatus::Absent => {}
        }
        self.planned_minutes += day.planned_minutes;
        self.worked_minutes += day.worked_minutes;
        self.late_minutes += day.late_minutes;
        self.early_minutes += day.early_minutes;
        self.severe_late_count += one_if(day.severe_late);
        for segment in &day.segments {
            self.late_count += one_if(!segment.late_minutes.is_zero());
            self.early_count += one_if(!segment.early_minutes.is_zero());
            self.missed_in_count += one_if(matches!(segment.arrival, EdgeState::Missed { .. }));
            self.missed_out_count += one_if(matches!(segment.departure, EdgeState::Missed { .. }));
        }
        self.absent_days += one_if(!day.absent_minutes.is_zero());
        self.absent_minutes += day.absent_minutes;
        self.correction_count = self.correction_count.saturating_add(day.correction_count);
        for (kind, minutes) in &day.leave_minutes {
            *self.leave_minutes.entry(*kind).or_default() += *minutes;
        }
        self.overtime.workday += day.overtime.workday;
        self.overtime.rest_day += day.overtime.rest_day;
        self.overtime.statutory += day.overtime.statutory;
        self.time_off_earned_minutes += day.time_off_earned_minutes;
        let worked = matches!(day.status, DayStatus::Worked | DayStatus::Open)
            && day
                .segments
                .iter()
                .any(|s| s.arrival.at().is_some() || s.departure.at().is_some());
        self.night_count += one_if(day.night && worked);
        for meal in &day.meals {
            self.meal_over_count += one_if(!meal.over_minutes.is_zero());
        }
    }
}
