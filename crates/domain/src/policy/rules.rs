//! Rules of a roster that not every desk asks for. What is absent is not asked for; what a soft rule costs stands under
//! its name in [`RosterPolicy::cost`](super::RosterPolicy::cost).
//!
//! Hard ones bind what is planned, and a change by hand may neither break one nor break one further. What the law and every desk ask for is
//! judged by [`crate::roster::rules`] as well.

use crate::event::WishStrength;
use crate::ids::{ShiftCode, SkillId};
use crate::quantities::Minutes;
use crate::work_date::DayMinute;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Whether a rule binds or is weighed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hardness {
    /// No roster breaks it.
    Required,
    /// Breaking it costs.
    Wanted,
}

/// A range that may be left at a cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Wanted {
    /// At least.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<u16>,
    /// At most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<u16>,
}

/// What is shared fairly among people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FairKind {
    /// Night shifts.
    Nights,
    /// Shifts that close the desk.
    Lates,
    /// Shifts that open the desk.
    Earlies,
    /// Days of weekends.
    WeekendDays,
    /// Holidays.
    Holidays,
    /// Minutes worked, at the price `fairness_minutes`.
    Minutes,
    /// Meals at an hour nobody likes ([`RosterRules::unpopular_meals`]).
    UnpopularMeals,
}

/// What is shared fairly where a policy does not say.
pub const FAIR_KINDS: [FairKind; 4] = [
    FairKind::Nights,
    FairKind::Lates,
    FairKind::WeekendDays,
    FairKind::Holidays,
];

/// People on call: nobody is on post.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StandbyPolicy {
    /// People wanted on every day the shift is offered.
    pub people: u16,
    /// Rest is owed before and after it, as with any shift; otherwise it is rest itself.
    pub rests: bool,
    /// Its minutes count in contract hours and limits of minutes.
    #[serde(default)]
    pub counts_minutes: bool,
}

/// People wanted on a shift of every day it is offered, whoever they are and whatever the demand by the clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShiftCoverPolicy {
    /// On a working day.
    pub people: u16,
    /// On a day of a weekend; none: as on a working day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weekend: Option<u16>,
    /// On a holiday; none: as on a weekend.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holiday: Option<u16>,
    /// Cost points per person missing.
    pub under_cost: i64,
    /// Cost points per person too many.
    pub over_cost: i64,
}

/// Somebody of a kind on post at all times: "a senior on the desk".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OnPostPolicy {
    /// What it is called, such as 班长在岗.
    pub name: String,
    /// Whoever holds this skill counts.
    pub holding: SkillId,
    /// From.
    pub start: DayMinute,
    /// Until; later than `start`.
    pub end: DayMinute,
    /// People at least.
    pub minimum: u16,
}

/// Wishes that people may have of a month's roster, and what a wish not granted costs, by how much it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WishPolicy {
    /// Wishes of a person for a month at most.
    pub month_max: u16,
    /// Cost points of a wish that matters little.
    pub low: i64,
    /// Of one as wishes are.
    pub normal: i64,
    /// Of one that matters much.
    pub high: i64,
}

impl WishPolicy {
    /// Cost points of a wish that is not granted.
    pub fn points(&self, strength: WishStrength) -> i64 {
        match strength {
            WishStrength::Low => self.low,
            WishStrength::Normal => self.normal,
            WishStrength::High => self.high,
        }
    }
}

/// Rules that not every desk asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RosterRules {
    /// Shifts that may not follow one another on the next day: first, then second.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub forbidden_successions: Vec<(ShiftCode, ShiftCode)>,
    /// Days off in a row at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consecutive_days_off_max: Option<u16>,
    /// Night shifts in a row at least.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consecutive_nights_min: Option<u16>,
    /// Night shifts in a row at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consecutive_nights_max: Option<u16>,
    /// Days off after the last of some nights.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub days_off_after_nights_min: Option<u16>,
    /// Minutes of a week at least.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minutes_week_min: Option<Minutes>,
    /// Minutes of a week at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minutes_week_max: Option<Minutes>,
    /// How far a month's minutes may lie under the contract, after leave.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minutes_under_contract_max: Option<Minutes>,
    /// A shift in a month at most.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub shift_max: BTreeMap<ShiftCode, u16>,
    /// Kinds of shift. A shift of no kind is one of its own, named by its code.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub kind: BTreeMap<String, Vec<ShiftCode>>,
    /// Days in a row on one kind of shift at most.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub kind_days_max: BTreeMap<String, u16>,
    /// The same, as wanted.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub kind_days_wanted: BTreeMap<String, Wanted>,
    /// Weekends worked in whole or not at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub complete_weekends: Option<Hardness>,
    /// Weekends on one kind of shift; wanted only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identical_weekends: Option<Hardness>,
    /// Weekends worked in a month at most, as wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weekends_wanted_max: Option<u16>,
    /// Working days in a row, as wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub work_days_wanted: Option<Wanted>,
    /// Days off in a row, as wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub days_off_wanted: Option<Wanted>,
    /// Days worked in a month, as wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assignments_wanted: Option<Wanted>,
    /// What is shared fairly; none: [`FAIR_KINDS`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fair: Option<Vec<FairKind>>,
    /// How many of a shift's meals fall at an hour nobody likes.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub unpopular_meals: BTreeMap<ShiftCode, u16>,
    /// Shifts on call.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub standby: BTreeMap<ShiftCode, StandbyPolicy>,
    /// Whether people are to be at work for the desk's meetings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meetings: Option<Hardness>,
    /// Somebody of a kind on post at all times.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub on_post: Vec<OnPostPolicy>,
    /// Wishes of staff; none: not taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wishes: Option<WishPolicy>,
    /// Months of past rosters that what is shared fairly looks back on; none: one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fair_months: Option<u16>,
    /// People wanted on a shift, whatever the time of day.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub shift_cover: BTreeMap<ShiftCode, ShiftCoverPolicy>,
}

impl RosterRules {
    /// Whether minutes on a shift count as worked: those on call do where the policy says so.
    pub fn counts_minutes(&self, code: &ShiftCode) -> bool {
        self.standby
            .get(code)
            .is_none_or(|standby| standby.counts_minutes)
    }
    /// The kind of a shift, if the policy names one.
    pub fn kind_of(&self, code: &ShiftCode) -> Option<&str> {
        let named = self.kind.iter().find(|(_, codes)| codes.contains(code));
        named.map(|(kind, _)| kind.as_str())
    }
}
