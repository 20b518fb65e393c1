//! Conduct as data: lateness in tiers (S5), meetings (S2, M11, D4), breaches recorded by hand (D3, D6, D7), notices and
//! full attendance (T16).

use super::{SanctionMode, SanctionPolicy};
use crate::event::MeetingKind;
use crate::ids::{RuleId, ShiftCode};
use crate::quantities::{Fen, Minutes};
use crate::work_date::DayMinute;
use serde::{Deserialize, Serialize};

/// From this many minutes on, this much (S5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LateTier {
    /// More than this, beyond grace.
    pub over_minutes: Minutes,
    /// What it costs; zero is a recorded breach.
    pub amount_fen: Fen,
    /// The same in points; none: no penalty in mode `points`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount_points: Option<i64>,
}

/// 迟到、早退 (S5): each list by rising minutes; the last tier that is passed holds. An empty list makes no penalty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LatenessPolicy {
    /// 迟到, per segment.
    #[serde(default)]
    pub late: Vec<LateTier>,
    /// 早退, per segment.
    #[serde(default)]
    pub early: Vec<LateTier>,
}

/// The tier that so many minutes reach.
pub fn tier(tiers: &[LateTier], minutes: Minutes) -> Option<&LateTier> {
    tiers
        .iter()
        .filter(|tier| minutes > tier.over_minutes)
        .max_by_key(|tier| tier.over_minutes)
}

/// What meeting time outside the shift of a working day counts as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutsideShift {
    /// Nothing.
    Nothing,
    /// Worked time.
    Worked,
    /// Overtime of the day's class, with no further approval.
    Overtime,
}

/// A meeting that comes again every week.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecurringMeeting {
    /// What kind.
    pub kind: MeetingKind,
    /// Its name.
    pub title: String,
    /// On these days, Monday 0.
    pub weekdays_from_monday: Vec<u8>,
    /// From.
    pub start: DayMinute,
    /// Its length.
    pub minutes: Minutes,
    /// Only those who have this shift that day; none: everybody (S2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shift: Option<ShiftCode>,
}

/// 例会、班前会、班后会 (S2, S3, M11, D4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeetingPolicy {
    /// People with a day off are expected, too.
    pub day_off_expected: bool,
    /// What its time outside the shift of a working day counts as.
    pub outside_shift: OutsideShift,
    /// Its time on a day off is overtime of the day's class, with no further approval.
    pub day_off_overtime: bool,
    /// Weekly ones are put into the calendar so many days ahead.
    pub ahead_days: u16,
    /// Every week.
    #[serde(default)]
    pub recurring: Vec<RecurringMeeting>,
}

/// An amount chosen by severity lies from `low` to `high` (D7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AmountRange {
    /// At least; also what is proposed.
    pub low: Fen,
    /// At most.
    pub high: Fen,
}

impl AmountRange {
    /// Whether it holds the amount.
    pub fn holds(self, amount: Fen) -> bool {
        self.low <= amount && amount <= self.high
    }
}

/// Over which time breaches add up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CountingPeriod {
    /// The calendar month.
    Month,
    /// The calendar quarter.
    Quarter,
    /// The calendar year.
    Year,
}

/// After so many confirmed breaches a notice to the administration (D6).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Escalation {
    /// Penalties by these rules count, as they are cited.
    pub rules: Vec<RuleId>,
    /// So many approved ones.
    pub confirmed: u16,
    /// Within this.
    pub period: CountingPeriod,
}

/// 全勤奖: a reward proposed for a month without lateness, absence, missed punch or leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FullAttendance {
    /// How much.
    pub amount_fen: Fen,
    /// The same in points.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount_points: Option<i64>,
    /// Only for at least so many shifts in the month.
    pub due_days_min: u16,
}

impl SanctionPolicy {
    /// The row that a penalty by `rule` cites at this desk.
    pub fn cited(&self, rule: RuleId) -> RuleId {
        self.cites.get(&rule).copied().unwrap_or(rule)
    }

    /// Every row that a penalty of this desk can cite.
    pub fn cited_rules(&self) -> impl Iterator<Item = RuleId> {
        let amounts = self.amount_fen.keys().chain(self.amount_points.keys());
        let ranges = self.range_fen.keys().chain(self.range_points.keys());
        amounts.chain(ranges).map(|&rule| self.cited(rule))
    }

    /// The amount that goes with the mode in force; none where the mode has none.
    pub fn in_mode(&self, fen: Fen, points: Option<i64>) -> Option<Fen> {
        match self.mode {
            SanctionMode::Money => Some(fen),
            SanctionMode::Points => points.map(Fen),
            SanctionMode::Off => Some(Fen::ZERO),
        }
    }

    /// In what a reward is expressed: where nothing is taken off, rewards are still paid.
    pub fn reward_mode(&self) -> SanctionMode {
        match self.mode {
            SanctionMode::Off => SanctionMode::Money,
            mode => mode,
        }
    }

    /// The range in which severity decides, in the mode in force (D7).
    pub fn range(&self, rule: RuleId) -> Option<AmountRange> {
        match self.mode {
            SanctionMode::Money => self.range_fen.get(&rule).copied(),
            SanctionMode::Points => self.range_points.get(&rule).copied(),
            SanctionMode::Off => None,
        }
    }
}
