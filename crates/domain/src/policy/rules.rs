//! Rules of a roster that not every desk asks for. What is absent is not asked for; what a soft rule costs stands under
//! its name in [`RosterPolicy::cost`](super::RosterPolicy::cost).
//!
//! Hard ones bind what is planned. A hand edit is held to the rules of [`crate::roster::rules`] only: whoever changes one
//! cell of a roster in force is not to be stopped by a rule on runs of nights.

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
}

impl RosterRules {
    /// The kind of a shift, if the policy names one.
    pub fn kind_of(&self, code: &ShiftCode) -> Option<&str> {
        let named = self.kind.iter().find(|(_, codes)| codes.contains(code));
        named.map(|(kind, _)| kind.as_str())
    }
}
