//! The roster problem in plain data: who may work which shift on which day, how many people are wanted when, and what
//! every deviation costs.
//!
//! Units: a *day* is an index into [`Problem::days`]; a *minute* counts from that day's midnight and may exceed 1440 (a
//! night shift belongs to the day it starts); lengths are whole minutes; costs are whole cost units.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::catalogue::{self, absent};
pub use crate::catalogue::{
    Apart, Budget, Meeting, Mentor, Pattern, RowRules, SoftRange, Standby, Team,
};

/// Minutes in a day.
pub const DAY_MINUTES: i64 = 1440;
/// Largest length or moment accepted, in minutes: beyond it sums could overflow.
const MINUTES_LIMIT: i64 = 1_000_000_000;
/// Largest count of shifts or days carried over, or fair share of them, accepted: fairness squares it.
const COUNT_LIMIT: i64 = 10_000;
/// Largest number of minutes carried over, or fair share of them: more than a month has, and its square in hours still fits.
const FAIR_MINUTES_LIMIT: i64 = 60_000;
/// Largest objective a problem may come to: sums of a few of them still fit.
const OBJECTIVE_LIMIT: i128 = 100_000_000_000_000_000;
/// Largest single cost accepted: beyond it an objective could overflow.
pub(crate) const COST_LIMIT: i64 = 1_000_000_000;
/// Skills are combined by subset (every set of queues has its own cover row), so their number is bounded.
const SKILLS_LIMIT: usize = 6;
/// Short breaks of a shift.
const BREAKS_LIMIT: usize = 4;
/// Shift templates are kept in one machine word of bits.
const SHIFTS_LIMIT: usize = 60;

macro_rules! id_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }
        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}
id_type!(
    /// A person's id, unique in the problem.
    PersonId
);
id_type!(
    /// A shift template's id, unique in the problem.
    ShiftId
);
id_type!(
    /// A skill's (queue's) id, unique in the problem.
    SkillId
);

/// Who works what: `assignments[person][day]`, in the order of [`Problem::people`] and [`Problem::days`]; `None` is off.
pub type Assignments = Vec<Vec<Option<ShiftId>>>;

/// One roster problem. Build it, call [`Problem::validate`], then [`crate::solve()`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Problem {
    /// What the planner calls it ("phone desk, December 2026").
    pub name: String,
    /// Length of a demand slot, minutes.
    pub slot_minutes: i64,
    /// Grid of meal starts, minutes. Every moment in the problem lies on it.
    pub meal_grid_minutes: i64,
    /// The horizon, consecutive days.
    pub days: Vec<Day>,
    /// Skills (queues); a person on post serves one of the skills they hold at a time.
    pub skills: Vec<Skill>,
    /// People wanted per slot and skill; at most one entry per (day, start, skill).
    pub demand: Vec<Demand>,
    /// "A senior on post": at least so many of a named group on post.
    #[serde(default)]
    pub group_demand: Vec<GroupDemand>,
    /// People wanted on a shift of a day, whoever they are; at most one entry per (day, shift).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shift_cover: Vec<ShiftCover>,
    /// Shift templates.
    pub shifts: Vec<ShiftTemplate>,
    /// People.
    pub people: Vec<Person>,
    /// Rules for everybody.
    pub rules: Rules,
    /// What each deviation costs.
    pub costs: Costs,
    /// The published roster, if any: leaving it costs [`Costs::change_per_cell`].
    #[serde(default)]
    pub published: Option<Assignments>,
    /// Rules that tie people together.
    #[serde(default, skip_serializing_if = "absent")]
    pub team: Team,
}

/// One day of the horizon.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Day {
    /// ISO date, for words and exports.
    pub date: String,
    /// Counts for weekend limits and fairness.
    pub weekend: bool,
    /// Counts for holiday fairness.
    pub holiday: bool,
    /// Week the day belongs to, not decreasing: weekly rules hold within equal values.
    pub week: u32,
}

/// A skill, which is also a queue to serve.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Skill {
    /// Unique id.
    pub id: SkillId,
    /// Name for words, Chinese.
    pub name_zh: String,
    /// Name for words, English.
    pub name_en: String,
}

/// People wanted in one slot for one skill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Demand {
    /// Day index.
    pub day: usize,
    /// Start of the slot, minutes from the day's midnight; the slot lasts [`Problem::slot_minutes`].
    pub start_minute: i64,
    /// Skill wanted.
    pub skill: SkillId,
    /// Below this the desk is understaffed.
    pub minimum: u32,
    /// Wanted; at least `minimum`.
    pub target: u32,
}

/// At least `minimum` people of a group on post during an interval, for instance one senior all day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupDemand {
    /// Unique id.
    pub id: String,
    /// Name for words, Chinese.
    pub name_zh: String,
    /// Name for words, English.
    pub name_en: String,
    /// Members.
    pub people: Vec<PersonId>,
    /// Days it holds on.
    pub days: Vec<usize>,
    /// Start, minutes from the day's midnight.
    pub start_minute: i64,
    /// End (exclusive).
    pub end_minute: i64,
    /// Members wanted on post.
    pub minimum: u32,
}

/// People wanted on one shift of one day: cover by shift rather than by the clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShiftCover {
    /// Day index.
    pub day: usize,
    /// The shift.
    pub shift: ShiftId,
    /// People wanted.
    pub people: u32,
    /// Cost per person missing.
    pub under_cost: i64,
    /// Cost per person too many.
    pub over_cost: i64,
    /// At most `people`; a person missing below it costs [`ShiftCover::minimum_cost`] more.
    #[serde(default, skip_serializing_if = "absent")]
    pub minimum: u32,
    /// Cost per person under the minimum, beside [`ShiftCover::under_cost`].
    #[serde(default, skip_serializing_if = "absent")]
    pub minimum_cost: i64,
}

/// A shift as the duty table names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShiftTemplate {
    /// Unique id.
    pub id: ShiftId,
    /// Name for words ("早班").
    pub name: String,
    /// Kind label of the planner's choosing ("early", "duty"): rules on kinds of shifts ask for it.
    #[serde(default)]
    pub kind: String,
    /// Time on post, in order, not overlapping. Two or more make a split shift.
    pub segments: Vec<Segment>,
    /// Meals taken inside the shift, in order; at most two.
    #[serde(default)]
    pub meals: Vec<MealWindow>,
    /// Short breaks beside the meals, in order; at most four. Placed once the roster is settled.
    #[serde(default, skip_serializing_if = "absent")]
    pub breaks: Vec<MealWindow>,
    /// Minutes that count as worked (contract minutes).
    pub worked_minutes: i64,
    /// Counts against [`Person::nights_max`] and night fairness.
    #[serde(default)]
    pub night: bool,
    /// Counts for fairness of late shifts.
    #[serde(default)]
    pub late: bool,
    /// Counts for fairness of early shifts.
    #[serde(default, skip_serializing_if = "absent")]
    pub early: bool,
    /// Skills a person must all hold to work it.
    #[serde(default)]
    pub skills_required: Vec<SkillId>,
    /// Days it is offered on; `None` is every day.
    #[serde(default)]
    pub days: Option<Vec<usize>>,
    /// On call rather than on post.
    #[serde(default, skip_serializing_if = "absent")]
    pub standby: Option<Standby>,
    /// How many of its meals fall at an hour nobody likes; counts for fairness.
    #[serde(default, skip_serializing_if = "absent")]
    pub unpopular_meals: u32,
}

/// Time on post, `[start, end)`, minutes from the midnight of the day the shift starts.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct Segment {
    /// Start.
    pub start_minute: i64,
    /// End (exclusive).
    pub end_minute: i64,
}

/// When a meal may start; it lies inside one segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MealWindow {
    /// Earliest start, minutes from the midnight of the day the shift starts.
    pub earliest_start_minute: i64,
    /// Latest start (inclusive).
    pub latest_start_minute: i64,
    /// Length, minutes; the person is off post for it.
    pub duration_minutes: i64,
}

/// A person and everything that binds them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// Unique id.
    pub id: PersonId,
    /// Name for words.
    pub name: String,
    /// Skills held.
    pub skills: Vec<SkillId>,
    /// Fewest minutes over the horizon (hard).
    #[serde(default)]
    pub minutes_min: Option<i64>,
    /// Contract minutes over the horizon; each minute off costs [`Costs::minutes_off_contract`].
    #[serde(default)]
    pub minutes_target: Option<i64>,
    /// Most minutes over the horizon (hard).
    #[serde(default)]
    pub minutes_max: Option<i64>,
    /// Most minutes within one week of [`Day::week`] (hard); minutes worked in that week before the horizon are
    /// [`History::minutes_this_week`].
    #[serde(default)]
    pub minutes_week_max: Option<i64>,
    /// Most working days in a row (hard), history included.
    #[serde(default)]
    pub consecutive_work_days_max: Option<u32>,
    /// Fewest working days in a row (hard), except where cut by the end of the horizon. 0 and 1 mean no rule.
    #[serde(default)]
    pub consecutive_work_days_min: Option<u32>,
    /// Fewest days off in a row (hard), except where cut by the end of the horizon. 0 and 1 mean no rule.
    #[serde(default)]
    pub consecutive_days_off_min: Option<u32>,
    /// At least one day off in every week (equal [`Day::week`]) that ends within the horizon (hard). The horizon's last week ends
    /// within it if it has seven days there. The first week, if shorter than seven days, is judged only when the run before
    /// the horizon is known, and counts as rested by [`History::rested_this_week`], by a day off on the eve, or when fewer days
    /// were worked in a row than the week had before the horizon.
    #[serde(default)]
    pub weekly_rest_day: bool,
    /// Most weekends with any work (hard). A weekend is a run of weekend days of one week.
    #[serde(default)]
    pub weekends_max: Option<u32>,
    /// Most night shifts (hard); 0 for protected staff.
    #[serde(default)]
    pub nights_max: Option<u32>,
    /// Most of one shift template (hard).
    #[serde(default)]
    pub shift_max: BTreeMap<ShiftId, u32>,
    /// Days and parts of days not available, each with its cause.
    #[serde(default)]
    pub unavailable: Vec<Unavailable>,
    /// Cells already decided (hard).
    #[serde(default)]
    pub fixed: Vec<FixedCell>,
    /// Wishes.
    #[serde(default)]
    pub requests: Vec<Request>,
    /// Fair totals, history included; what exceeds them costs.
    #[serde(default)]
    pub fair_share: FairShare,
    /// What happened before the horizon.
    #[serde(default)]
    pub history: History,
    /// More rules, each absent by default.
    #[serde(default, skip_serializing_if = "absent")]
    pub more: RowRules,
}

/// Not available: no shift whose time on post overlaps it. A whole day off (`interval` absent) bars every shift that
/// *starts* that day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Unavailable {
    /// Day index.
    pub day: usize,
    /// Part of the day; `None` is the whole day.
    #[serde(default)]
    pub interval: Option<Segment>,
    /// Why, for words ("年假", "annual leave").
    pub cause: Cause,
}

/// Where a fact came from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cause {
    /// Id of the leave, request or note that says so.
    pub id: String,
    /// In words, Chinese.
    pub zh: String,
    /// In words, English.
    pub en: String,
}

/// A cell that is decided: `shift: None` is a fixed day off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FixedCell {
    /// Day index.
    pub day: usize,
    /// Shift, or off.
    pub shift: Option<ShiftId>,
}

/// A wish for one day; `cost` is charged when it is not met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Day index.
    pub day: usize,
    /// What is wished.
    pub wish: Wish,
    /// Cost units when not met.
    pub cost: i64,
}

/// What a request asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Wish {
    /// To be off.
    Off,
    /// To work, whichever shift.
    Work,
    /// To work this shift.
    Shift(ShiftId),
    /// Not to work this shift.
    NotShift(ShiftId),
}

/// Fair totals per person, history included. `None`: the measure is not weighed for this person.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct FairShare {
    /// Night shifts.
    pub nights: Option<i64>,
    /// Late shifts.
    pub lates: Option<i64>,
    /// Early shifts.
    #[serde(skip_serializing_if = "absent")]
    pub earlies: Option<i64>,
    /// Weekend days worked.
    pub weekend_days: Option<i64>,
    /// Holidays worked.
    pub holidays: Option<i64>,
    /// Minutes worked ([`CostTerm::FairnessMinutes`]).
    #[serde(skip_serializing_if = "absent")]
    pub minutes: Option<i64>,
    /// Meals at an hour nobody likes.
    #[serde(skip_serializing_if = "absent")]
    pub unpopular_meals: Option<i64>,
}

/// What happened before the horizon.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct History {
    /// Working days in a row up to the eve of the horizon (0 if the eve was off).
    pub consecutive_work_days: u32,
    /// Days off in a row up to the eve of the horizon (0 if the eve was worked). 0 with `consecutive_work_days` 0 means
    /// unknown: a run that includes day 0 is then bound by no minimum length.
    pub consecutive_days_off: u32,
    /// End of the last shift, minutes from the midnight of day 0 (at or below 0, or a little above for a night shift).
    pub last_shift_end_minute: Option<i64>,
    /// Last shift, if it was worked on the eve: forbidden successions look back.
    pub last_shift: Option<ShiftId>,
    /// Minutes worked in the week of day 0, before day 0.
    pub minutes_this_week: i64,
    /// The week of day 0 already had a day off before day 0.
    pub rested_this_week: bool,
    /// The weekend that day 0 continues was already worked, so it is already counted.
    pub weekend_worked: bool,
    /// Night shifts carried over.
    pub nights: i64,
    /// Late shifts carried over.
    pub lates: i64,
    /// Early shifts carried over.
    #[serde(skip_serializing_if = "absent")]
    pub earlies: i64,
    /// Weekend days carried over.
    pub weekend_days: i64,
    /// Holidays carried over.
    pub holidays: i64,
    /// Minutes beyond (or, negative, short of) contract carried over: added to worked minutes before they are compared with
    /// [`Person::minutes_target`].
    pub minutes_carried: i64,
    /// Days in a row, up to the eve, on shifts of the kind of `last_shift`; 0 with a shift worked on the eve means unknown.
    #[serde(skip_serializing_if = "absent")]
    pub consecutive_kind_days: u32,
    /// Night shifts in a row up to the eve; 0 with a night shift worked on the eve means unknown.
    #[serde(skip_serializing_if = "absent")]
    pub consecutive_nights: u32,
    /// Days off still owed after a night shift before the eve.
    #[serde(skip_serializing_if = "absent")]
    pub night_rest_days_owed: u32,
    /// Days worked, carried over for [`RowRules::assignments_wanted`].
    #[serde(skip_serializing_if = "absent")]
    pub assignments: i64,
    /// Weekends worked, carried over for [`RowRules::weekends_wanted_max`].
    #[serde(skip_serializing_if = "absent")]
    pub weekends: u32,
    /// Minutes worked, carried over for [`FairShare::minutes`].
    #[serde(skip_serializing_if = "absent")]
    pub minutes: i64,
    /// Meals at an hour nobody likes, carried over.
    #[serde(skip_serializing_if = "absent")]
    pub unpopular_meals: i64,
}

/// Rules for everybody.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// Fewest minutes between the end of one shift and the start of the next (hard).
    pub rest_minutes_min: i64,
    /// Shift pairs not allowed on consecutive days (hard).
    #[serde(default)]
    pub forbidden_successions: Vec<Succession>,
}

/// `next` may not follow `previous` on the next day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Succession {
    /// Shift of a day.
    pub previous: ShiftId,
    /// Shift of the day after.
    pub next: ShiftId,
}

/// A cost with its unit and who asked for it; the name is the field's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cost {
    /// Cost units per unit.
    pub per_unit: i64,
    /// Unit in words ("person-minute").
    pub unit: String,
    /// Who asked for it ("T1", "lead").
    pub asked_by: String,
}

/// What every deviation costs. Costs are no money and nothing to do with penalties.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Costs {
    /// Per person-minute under the minimum: over all skills together, with people on post deployed as well as can be.
    pub under_minimum: Cost,
    /// Per person-minute under the target, also charged where the minimum is missed.
    pub under_target: Cost,
    /// Per person-minute on post (everybody, whatever they can do) beyond the sum of targets, in slots with demand.
    pub over_target: Cost,
    /// Per member-minute missing of a [`GroupDemand`].
    pub under_group: Cost,
    /// Multiplies [`Request::cost`].
    pub request: Cost,
    /// Per unit above fair share, growing: the n-th unit above costs n times this. What was carried over above the share
    /// already costs nothing now, but makes the next unit dearer.
    pub fairness: Cost,
    /// Per single day off between two working days: the day itself and the day after lie in the horizon; before day 0 history
    /// says whether the eve was worked, and an unknown eve makes day 0 never isolated.
    pub isolated_day_off: Cost,
    /// Per single working day between two days off, judged like `isolated_day_off`.
    pub isolated_day_on: Cost,
    /// Per split shift worked.
    pub split_shift: Cost,
    /// Per cell that differs from the published roster.
    pub change_per_cell: Cost,
    /// Per minute above or below contract.
    pub minutes_off_contract: Cost,
    /// What not every desk prices, by term; a term that is not named costs nothing.
    #[serde(default, skip_serializing_if = "absent")]
    pub more: BTreeMap<CostTerm, Cost>,
}

impl Costs {
    /// Every cost with its name, in the order of the struct.
    pub fn named(&self) -> Vec<(CostTerm, &Cost)> {
        let mut named = vec![
            (CostTerm::UnderMinimum, &self.under_minimum),
            (CostTerm::UnderTarget, &self.under_target),
            (CostTerm::OverTarget, &self.over_target),
            (CostTerm::UnderGroup, &self.under_group),
            (CostTerm::Request, &self.request),
            (CostTerm::Fairness, &self.fairness),
            (CostTerm::IsolatedDayOff, &self.isolated_day_off),
            (CostTerm::IsolatedDayOn, &self.isolated_day_on),
            (CostTerm::SplitShift, &self.split_shift),
            (CostTerm::ChangePerCell, &self.change_per_cell),
            (CostTerm::MinutesOffContract, &self.minutes_off_contract),
        ];
        named.extend(self.more.iter().map(|(term, cost)| (*term, cost)));
        named
    }

    /// What a rule of [`Costs::more`], a shift on call or a rule between people costs a desk that asks for it and names no
    /// price. Nothing for what is asked for by naming its price.
    pub fn usual(term: CostTerm) -> Cost {
        let (per_unit, unit, asked_by) = match term {
            CostTerm::ConsecutiveWorkDays
            | CostTerm::ConsecutiveDaysOff
            | CostTerm::ConsecutiveKind
            | CostTerm::Assignments => (60, "day", "lead"),
            CostTerm::Weekends => (240, "weekend", "staff"),
            CostTerm::BrokenWeekend => (120, "weekend", "staff"),
            CostTerm::MixedWeekend => (60, "weekend", "staff"),
            CostTerm::Pattern => (150, "cell", "staff"),
            CostTerm::Meeting => (300, "meeting", "lead"),
            CostTerm::UnderStandby => (4_000, "person and day", "lead"),
            CostTerm::Mentor => (3, "minute alone", "lead"),
            CostTerm::NotTogether => (500, "day", "lead"),
            CostTerm::MinutesOver | CostTerm::MinutesUnder | CostTerm::FairnessMinutes => {
                (0, "minute", "hr")
            }
            _ => (0, "unit", "lead"),
        };
        Cost {
            per_unit,
            unit: unit.into(),
            asked_by: asked_by.into(),
        }
    }

    /// Cost per unit of a term of [`Costs::more`].
    pub(crate) fn priced(&self, term: CostTerm) -> i64 {
        self.more.get(&term).map_or(0, |cost| cost.per_unit)
    }
}

impl Costs {
    /// Nothing by the clock costs anything: what is asked for is asked for by shift, and wishes at their own cost.
    pub fn none() -> Self {
        let mut costs = Self::default();
        for cost in [
            &mut costs.under_minimum,
            &mut costs.under_target,
            &mut costs.over_target,
            &mut costs.under_group,
            &mut costs.fairness,
            &mut costs.isolated_day_off,
            &mut costs.isolated_day_on,
            &mut costs.split_shift,
            &mut costs.change_per_cell,
            &mut costs.minutes_off_contract,
        ] {
            cost.per_unit = 0;
        }
        costs
    }
}

impl Default for Costs {
    /// Costs of an ordinary desk: minimum far above target, cover above wishes, wishes above tidiness.
    fn default() -> Self {
        let cost = |per_unit: i64, unit: &str, asked_by: &str| Cost {
            per_unit,
            unit: unit.into(),
            asked_by: asked_by.into(),
        };
        Self {
            under_minimum: cost(20, "person-minute", "T1"),
            under_target: cost(2, "person-minute", "T1"),
            over_target: cost(1, "person-minute", "lead"),
            under_group: cost(10, "person-minute", "lead"),
            request: cost(1, "request cost", "staff"),
            fairness: cost(60, "unit above fair share, growing", "staff"),
            isolated_day_off: cost(60, "day", "staff"),
            isolated_day_on: cost(60, "day", "staff"),
            split_shift: cost(120, "shift", "staff"),
            change_per_cell: cost(200, "cell", "staff"),
            minutes_off_contract: cost(1, "minute", "hr"),
            more: BTreeMap::new(),
        }
    }
}

/// The named terms of the objective.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum CostTerm {
    /// [`Costs::under_minimum`].
    UnderMinimum,
    /// [`Costs::under_target`].
    UnderTarget,
    /// [`Costs::over_target`].
    OverTarget,
    /// [`Costs::under_group`].
    UnderGroup,
    /// [`Costs::request`].
    Request,
    /// [`Costs::fairness`].
    Fairness,
    /// [`Costs::isolated_day_off`].
    IsolatedDayOff,
    /// [`Costs::isolated_day_on`].
    IsolatedDayOn,
    /// [`Costs::split_shift`].
    SplitShift,
    /// [`Costs::change_per_cell`].
    ChangePerCell,
    /// [`Costs::minutes_off_contract`].
    MinutesOffContract,
    /// [`ShiftCover::under_cost`] and [`ShiftCover::minimum_cost`].
    UnderShift,
    /// [`ShiftCover::over_cost`].
    OverShift,
    /// Per day beyond or short of [`RowRules::work_days_wanted`].
    ConsecutiveWorkDays,
    /// Per day beyond or short of [`RowRules::days_off_wanted`].
    ConsecutiveDaysOff,
    /// Per day beyond or short of [`RowRules::kind_days_wanted`].
    ConsecutiveKind,
    /// Per day worked outside [`RowRules::assignments_wanted`].
    Assignments,
    /// Per weekend beyond [`RowRules::weekends_wanted_max`].
    Weekends,
    /// Per weekend worked in part ([`RowRules::complete_weekends_wanted`]).
    BrokenWeekend,
    /// Per weekend worked on two kinds of shift ([`RowRules::identical_weekends_wanted`]).
    MixedWeekend,
    /// Per cell off the [`RowRules::pattern`].
    Pattern,
    /// Per [`Meeting`] missed.
    Meeting,
    /// Per minute above contract, beside [`Costs::minutes_off_contract`].
    MinutesOver,
    /// Per minute below contract, beside [`Costs::minutes_off_contract`].
    MinutesUnder,
    /// Per minute above [`FairShare::minutes`], growing: each minute of the n-th hour above costs n times this. Minutes carried
    /// over count as with [`Costs::fairness`].
    FairnessMinutes,
    /// [`Standby::under_cost`].
    UnderStandby,
    /// [`Mentor::minute_cost`].
    Mentor,
    /// [`Apart::day_cost`].
    NotTogether,
    /// [`Budget::unit_cost`].
    Budget,
}

/// A fault in a problem: which field, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Fault {
    /// Path of the field, `people[3].fixed[0].shift`.
    pub field: String,
    /// What is wrong, in words.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.message)
    }
}

impl Problem {
    /// An empty problem that knows no clock: what is asked for is asked for by shift, and a shift takes its whole day.
    pub(crate) fn by_shift(name: &str, days: Vec<Day>) -> Self {
        Self {
            name: name.to_owned(),
            slot_minutes: DAY_MINUTES,
            meal_grid_minutes: DAY_MINUTES,
            days,
            skills: Vec::new(),
            demand: Vec::new(),
            group_demand: Vec::new(),
            shift_cover: Vec::new(),
            shifts: Vec::new(),
            people: Vec::new(),
            rules: Rules::default(),
            costs: Costs::none(),
            published: None,
            team: Team::default(),
        }
    }
}

impl ShiftTemplate {
    /// A shift that takes its whole day, for a problem that knows no clock.
    pub(crate) fn whole_day(id: ShiftId, worked_minutes: i64) -> Self {
        Self {
            name: id.0.clone(),
            id,
            kind: String::new(),
            segments: vec![Segment {
                start_minute: 0,
                end_minute: DAY_MINUTES,
            }],
            meals: Vec::new(),
            breaks: Vec::new(),
            worked_minutes,
            night: false,
            late: false,
            early: false,
            skills_required: Vec::new(),
            days: None,
            standby: None,
            unpopular_meals: 0,
        }
    }
}

impl Person {
    /// A person whom nothing binds, named by their id.
    pub fn new(id: impl Into<PersonId>) -> Self {
        let id = id.into();
        Self {
            name: id.0.clone(),
            id,
            skills: Vec::new(),
            minutes_min: None,
            minutes_target: None,
            minutes_max: None,
            minutes_week_max: None,
            consecutive_work_days_max: None,
            consecutive_work_days_min: None,
            consecutive_days_off_min: None,
            weekly_rest_day: false,
            weekends_max: None,
            nights_max: None,
            shift_max: BTreeMap::new(),
            unavailable: Vec::new(),
            fixed: Vec::new(),
            requests: Vec::new(),
            fair_share: FairShare::default(),
            history: History::default(),
            more: RowRules::default(),
        }
    }
}

impl ShiftTemplate {
    /// First minute on post.
    pub fn start_minute(&self) -> i64 {
        self.segments.first().map_or(0, |s| s.start_minute)
    }
    /// Last minute on post (exclusive).
    pub fn end_minute(&self) -> i64 {
        self.segments.last().map_or(0, |s| s.end_minute)
    }
    /// Time on post: none on call.
    pub(crate) fn on_post(&self) -> &[Segment] {
        if self.standby.is_some() {
            &[]
        } else {
            &self.segments
        }
    }
    /// Rest is owed before and after it.
    pub(crate) fn rests(&self) -> bool {
        self.standby.is_none_or(|standby| standby.rests)
    }
    /// Overlaps `[start, end)`, minutes from the midnight of the day it starts?
    pub fn overlaps(&self, start_minute: i64, end_minute: i64) -> bool {
        self.segments
            .iter()
            .any(|s| s.start_minute < end_minute && start_minute < s.end_minute)
    }
}

impl Problem {
    /// SHA-256 over the problem's canonical JSON, in hex.
    pub fn digest(&self) -> String {
        let bytes = serde_json::to_vec(self).unwrap_or_default();
        Sha256::digest(&bytes)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    /// Index of a shift.
    pub fn shift_index(&self, id: &ShiftId) -> Option<usize> {
        self.shifts.iter().position(|s| &s.id == id)
    }

    /// Index of a skill.
    pub fn skill_index(&self, id: &SkillId) -> Option<usize> {
        self.skills.iter().position(|s| &s.id == id)
    }

    /// Index of a person.
    pub fn person_index(&self, id: &PersonId) -> Option<usize> {
        self.people.iter().position(|p| &p.id == id)
    }

    /// Fills in fair shares nobody set: the expected number of units (lates, earlies, nights, weekend days, holidays) that the
    /// target cover needs, with what was carried over, spread by contract minutes and rounded up.
    pub fn fill_fair_shares(&mut self) {
        let weights: Vec<i64> = self
            .people
            .iter()
            .map(|p| p.minutes_target.unwrap_or(1).max(1))
            .collect();
        let weight_sum: i64 = weights.iter().sum::<i64>().max(1);
        let on_post: Vec<i64> = self
            .shifts
            .iter()
            .map(|s| {
                let posted: i64 = s
                    .segments
                    .iter()
                    .map(|g| g.end_minute - g.start_minute)
                    .sum();
                (posted - s.meals.iter().map(|m| m.duration_minutes).sum::<i64>()).max(1)
            })
            .collect();
        let average = (on_post.iter().sum::<i64>() / on_post.len().max(1) as i64).max(1);
        let wanted = |day: &dyn Fn(&Day) -> bool, inside: &dyn Fn(i64) -> bool| -> i64 {
            self.demand
                .iter()
                .filter(|d| self.days.get(d.day).is_some_and(day) && inside(d.start_minute))
                .map(|d| i64::from(d.target) * self.slot_minutes)
                .sum()
        };
        // Of every day the most people wanted at once then, over the days.
        let heads = |alone: &dyn Fn(i64) -> bool| -> i64 {
            let mut per_day: BTreeMap<usize, BTreeMap<i64, i64>> = BTreeMap::new();
            for d in self.demand.iter().filter(|d| alone(d.start_minute)) {
                *per_day
                    .entry(d.day)
                    .or_default()
                    .entry(d.start_minute)
                    .or_default() += i64::from(d.target);
            }
            per_day
                .values()
                .map(|slots| slots.values().copied().max().unwrap_or(0))
                .sum()
        };
        // People needed late (or at night) are counted where only such shifts reach: after every other shift has ended.
        let kind_units = |wanted_kind: &dyn Fn(&ShiftTemplate) -> bool| -> i64 {
            let others = self.shifts.iter().filter(|s| !wanted_kind(s));
            let others_end = others.map(ShiftTemplate::end_minute).max().unwrap_or(0);
            heads(&|minute| minute >= others_end)
        };
        // And early before every other one begins; hours before the first early one are a night's of the day before.
        let early_units = || -> i64 {
            let start = |early: bool| {
                let shifts = self.shifts.iter().filter(|s| s.early == early);
                shifts
                    .map(ShiftTemplate::start_minute)
                    .min()
                    .unwrap_or(DAY_MINUTES)
            };
            heads(&|minute| (start(true)..start(false)).contains(&minute))
        };
        let all = |_: i64| true;
        let units = [
            kind_units(&|s| s.night),
            kind_units(&|s| s.late),
            wanted(&|d| d.weekend, &all) / average,
            wanted(&|d| d.holiday, &all) / average,
            early_units(),
        ];
        let carried = [
            self.people.iter().map(|p| p.history.nights).sum::<i64>(),
            self.people.iter().map(|p| p.history.lates).sum(),
            self.people.iter().map(|p| p.history.weekend_days).sum(),
            self.people.iter().map(|p| p.history.holidays).sum(),
            self.people.iter().map(|p| p.history.earlies).sum(),
        ];
        let any_early = self.shifts.iter().any(|shift| shift.early);
        for (person, weight) in self.people.iter_mut().zip(&weights) {
            let share = |m: usize| {
                let total = (units[m] + carried[m]) * weight;
                Some((total + weight_sum - 1) / weight_sum)
            };
            let fair = &mut person.fair_share;
            fair.nights = fair.nights.or_else(|| share(0));
            fair.lates = fair.lates.or_else(|| share(1));
            fair.weekend_days = fair.weekend_days.or_else(|| share(2));
            fair.holidays = fair.holidays.or_else(|| share(3));
            if any_early {
                fair.earlies = fair.earlies.or_else(|| share(4));
            }
        }
        self.fill_catalogue_shares(&weights, weight_sum);
    }

    /// Shares of what the catalogue adds, where it is asked for: of the minutes that serve the demand if fairness of hours
    /// has a price, of meals at an hour nobody likes if a shift has any.
    fn fill_catalogue_shares(&mut self, weights: &[i64], weight_sum: i64) {
        let minutes = |s: &ShiftTemplate| -> (i64, i64) {
            let posted: i64 = s
                .segments
                .iter()
                .map(|g| g.end_minute - g.start_minute)
                .sum();
            let meals: i64 = s.meals.iter().map(|m| m.duration_minutes).sum();
            ((posted - meals).max(1), s.worked_minutes)
        };
        let (on_post, worked) = self
            .shifts
            .iter()
            .filter(|s| s.standby.is_none())
            .map(minutes)
            .fold((0, 0), |sum, s| (sum.0 + s.0, sum.1 + s.1));
        let on_post = on_post.max(1);
        let wanted: i64 = self
            .demand
            .iter()
            .map(|d| i64::from(d.target) * self.slot_minutes)
            .sum();
        let unpopular: i64 = self
            .shifts
            .iter()
            .map(|s| i64::from(s.unpopular_meals))
            .sum();
        let hours = self.costs.priced(CostTerm::FairnessMinutes) > 0;
        let carried = |of: fn(&History) -> i64| self.people.iter().map(|p| of(&p.history)).sum();
        let (past_minutes, past_meals): (i64, i64) =
            (carried(|h| h.minutes), carried(|h| h.unpopular_meals));
        // Minutes on post are served by minutes at work, meals included; shifts are taken to be worked equally often.
        let minutes = wanted.saturating_mul(worked) / on_post + past_minutes;
        let meals = wanted.saturating_mul(unpopular) / on_post + past_meals;
        for (person, weight) in self.people.iter_mut().zip(weights) {
            let share = |total: i64| Some((total * weight + weight_sum - 1).div_euclid(weight_sum));
            let fair = &mut person.fair_share;
            if hours {
                fair.minutes = fair.minutes.or_else(|| share(minutes));
            }
            if unpopular > 0 {
                fair.unpopular_meals = fair.unpopular_meals.or_else(|| share(meals));
            }
        }
    }

    /// Everything wrong with the problem, in field order; empty when it can be solved or found contradictory in words.
    pub fn validate(&self) -> Vec<Fault> {
        let mut faults = Faults(Vec::new());
        self.validate_frame(&mut faults);
        self.validate_shifts(&mut faults);
        self.validate_demand(&mut faults);
        self.validate_people(&mut faults);
        self.validate_rules(&mut faults);
        catalogue::validate(self, &mut faults);
        faults.0
    }

    fn validate_frame(&self, faults: &mut Faults) {
        if self.days.is_empty() {
            faults.add("days", "the horizon is empty");
        }
        if self.days.len() > 400 {
            faults.add("days", "the horizon is longer than 400 days");
        }
        if self.people.is_empty() {
            faults.add("people", "nobody to roster");
        }
        if self.shifts.is_empty() {
            faults.add("shifts", "no shift template");
        }
        if self.shifts.len() > SHIFTS_LIMIT {
            faults.add(
                "shifts",
                format!("more than {SHIFTS_LIMIT} shift templates"),
            );
        }
        if self.skills.len() > SKILLS_LIMIT {
            faults.add("skills", format!("more than {SKILLS_LIMIT} skills"));
        }
        if self.meal_grid_minutes <= 0 || DAY_MINUTES % self.meal_grid_minutes.max(1) != 0 {
            faults.add("meal_grid_minutes", "must be positive and divide a day");
        }
        if self.slot_minutes <= 0 || self.slot_minutes % self.meal_grid_minutes.max(1) != 0 {
            faults.add(
                "slot_minutes",
                "must be a positive multiple of meal_grid_minutes",
            );
        }
        if self.slot_minutes > DAY_MINUTES {
            faults.add("slot_minutes", "longer than a day");
        }
        for (index, pair) in self.days.windows(2).enumerate() {
            if pair[1].week < pair[0].week {
                faults.add(
                    format!("days[{}].week", index + 1),
                    "weeks must not decrease",
                );
            }
        }
        faults.duplicates("days", "date", self.days.iter().map(|d| d.date.as_str()));
        faults.duplicates("skills", "id", self.skills.iter().map(|s| s.id.as_str()));
        faults.duplicates("shifts", "id", self.shifts.iter().map(|s| s.id.as_str()));
        faults.duplicates("people", "id", self.people.iter().map(|p| p.id.as_str()));
        faults.duplicates(
            "group_demand",
            "id",
            self.group_demand.iter().map(|g| g.id.as_str()),
        );
    }

    fn validate_shifts(&self, faults: &mut Faults) {
        let grid = self.meal_grid_minutes.max(1);
        for (index, shift) in self.shifts.iter().enumerate() {
            let at = format!("shifts[{index}]");
            if shift.segments.is_empty() {
                faults.add(format!("{at}.segments"), "no segment");
            }
            for (k, segment) in shift.segments.iter().enumerate() {
                let field = format!("{at}.segments[{k}]");
                if segment.start_minute < 0 || segment.end_minute > 2 * DAY_MINUTES {
                    faults.add(&field, "outside 0..2880 minutes of its day");
                } else if segment.end_minute <= segment.start_minute {
                    faults.add(&field, "ends before it starts");
                }
                if segment.start_minute % grid != 0 || segment.end_minute % grid != 0 {
                    faults.add(&field, format!("not on the {grid}-minute grid"));
                }
            }
            for (k, pair) in shift.segments.windows(2).enumerate() {
                if pair[1].start_minute < pair[0].end_minute {
                    faults.add(
                        format!("{at}.segments[{}]", k + 1),
                        "overlaps the segment before it or is out of order",
                    );
                }
            }
            if shift.meals.len() > 2 {
                faults.add(format!("{at}.meals"), "more than two meals");
            }
            for (k, meal) in shift.meals.iter().enumerate() {
                self.validate_meal(faults, &format!("{at}.meals[{k}]"), shift, meal);
            }
            if shift.breaks.len() > BREAKS_LIMIT {
                faults.add(format!("{at}.breaks"), "more than four short breaks");
            }
            for (k, window) in shift.breaks.iter().enumerate() {
                self.validate_meal(faults, &format!("{at}.breaks[{k}]"), shift, window);
            }
            if let [first, second] = shift.meals.as_slice()
                && second.latest_start_minute < first.earliest_start_minute + first.duration_minutes
            {
                faults.add(
                    format!("{at}.meals[1]"),
                    "cannot start after the first meal has ended",
                );
            }
            if shift.worked_minutes < 0 || shift.worked_minutes > 2 * DAY_MINUTES {
                faults.add(format!("{at}.worked_minutes"), "outside 0..2880");
            }
            for (k, skill) in shift.skills_required.iter().enumerate() {
                if self.skill_index(skill).is_none() {
                    faults.add(
                        format!("{at}.skills_required[{k}]"),
                        format!("unknown skill {skill}"),
                    );
                }
            }
            for (k, day) in shift.days.iter().flatten().enumerate() {
                faults.day(self, format!("{at}.days[{k}]"), *day);
            }
        }
    }

    fn validate_meal(
        &self,
        faults: &mut Faults,
        field: &str,
        shift: &ShiftTemplate,
        meal: &MealWindow,
    ) {
        let grid = self.meal_grid_minutes.max(1);
        let (earliest, latest, length) = (
            meal.earliest_start_minute,
            meal.latest_start_minute,
            meal.duration_minutes,
        );
        if length <= 0 || length > DAY_MINUTES {
            faults.add(format!("{field}.duration_minutes"), "outside 1..1440");
            return;
        }
        let near = -3 * DAY_MINUTES..=3 * DAY_MINUTES;
        if !near.contains(&earliest) || !near.contains(&latest) {
            faults.add(field, "outside its segment");
            return;
        }
        if latest < earliest {
            faults.add(field, "latest start before earliest start");
        }
        if earliest % grid != 0 || latest % grid != 0 || length % grid != 0 {
            faults.add(field, format!("not on the {grid}-minute grid"));
        }
        if !shift
            .segments
            .iter()
            .any(|s| s.start_minute <= earliest && latest + length <= s.end_minute)
        {
            faults.add(field, "meal window outside its segment");
        }
    }

    fn validate_demand(&self, faults: &mut Faults) {
        let mut seen = BTreeSet::new();
        for (index, demand) in self.demand.iter().enumerate() {
            let at = format!("demand[{index}]");
            faults.day(self, format!("{at}.day"), demand.day);
            if self.skill_index(&demand.skill).is_none() {
                faults.add(
                    format!("{at}.skill"),
                    format!("unknown skill {}", demand.skill),
                );
            }
            let start = demand.start_minute;
            if !(0..2 * DAY_MINUTES).contains(&start) || start % self.slot_minutes.max(1) != 0 {
                faults.add(
                    format!("{at}.start_minute"),
                    "not on the slot grid of its day",
                );
            }
            if demand.target < demand.minimum {
                faults.add(format!("{at}.target"), "below minimum");
            }
            if demand.target > 10_000 {
                faults.add(format!("{at}.target"), "above 10000 people");
            }
            let absolute = (demand.day as i64)
                .saturating_mul(DAY_MINUTES)
                .saturating_add(start);
            if !seen.insert((absolute, &demand.skill)) {
                faults.add(&at, "second entry for the same slot and skill");
            }
        }
        for (index, group) in self.group_demand.iter().enumerate() {
            let at = format!("group_demand[{index}]");
            for (k, person) in group.people.iter().enumerate() {
                if self.person_index(person).is_none() {
                    faults.add(
                        format!("{at}.people[{k}]"),
                        format!("unknown person {person}"),
                    );
                }
            }
            for (k, day) in group.days.iter().enumerate() {
                faults.day(self, format!("{at}.days[{k}]"), *day);
            }
            let (start, end) = (group.start_minute, group.end_minute);
            if start < 0 || end > 2 * DAY_MINUTES || end <= start {
                faults.add(
                    format!("{at}.start_minute"),
                    "not an interval within 0..2880",
                );
            } else if start % self.meal_grid_minutes.max(1) != 0
                || end % self.meal_grid_minutes.max(1) != 0
            {
                faults.add(
                    format!("{at}.start_minute"),
                    format!("not on the {}-minute grid", self.meal_grid_minutes),
                );
            }
            if group.minimum > 10_000 {
                faults.add(format!("{at}.minimum"), "above 10000 people");
            }
        }
        let mut seen = BTreeSet::new();
        for (index, cover) in self.shift_cover.iter().enumerate() {
            let at = format!("shift_cover[{index}]");
            faults.day(self, format!("{at}.day"), cover.day);
            faults.shift(self, format!("{at}.shift"), &cover.shift);
            if cover.people > 10_000 {
                faults.add(format!("{at}.people"), "above 10000 people");
            }
            if cover.minimum > cover.people {
                faults.add(format!("{at}.minimum"), "above the people wanted");
            }
            for (name, cost) in [
                ("under_cost", cover.under_cost),
                ("over_cost", cover.over_cost),
                ("minimum_cost", cover.minimum_cost),
            ] {
                if !(0..=COST_LIMIT).contains(&cost) {
                    faults.add(format!("{at}.{name}"), format!("outside 0..{COST_LIMIT}"));
                }
            }
            if !seen.insert((cover.day, &cover.shift)) {
                faults.add(&at, "second entry for the same day and shift");
            }
        }
        if self.group_demand.len() > 8 {
            faults.add("group_demand", "more than 8 groups");
        }
    }

    fn validate_people(&self, faults: &mut Faults) {
        for (index, person) in self.people.iter().enumerate() {
            let at = format!("people[{index}]");
            for (k, skill) in person.skills.iter().enumerate() {
                if self.skill_index(skill).is_none() {
                    faults.add(
                        format!("{at}.skills[{k}]"),
                        format!("unknown skill {skill}"),
                    );
                }
            }
            for (name, value) in [
                ("minutes_min", person.minutes_min),
                ("minutes_target", person.minutes_target),
                ("minutes_max", person.minutes_max),
                ("minutes_week_max", person.minutes_week_max),
            ] {
                if value.is_some_and(|v| !(0..=MINUTES_LIMIT).contains(&v)) {
                    faults.add(
                        format!("{at}.{name}"),
                        format!("outside 0..{MINUTES_LIMIT}"),
                    );
                }
            }
            if let (Some(min), Some(max)) = (person.minutes_min, person.minutes_max)
                && min > max
            {
                faults.add(format!("{at}.minutes_min"), "above minutes_max");
            }
            if let (Some(min), Some(max)) = (
                person.consecutive_work_days_min,
                person.consecutive_work_days_max,
            ) && min > max
            {
                faults.add(
                    format!("{at}.consecutive_work_days_min"),
                    "above consecutive_work_days_max",
                );
            }
            if person.consecutive_work_days_max == Some(0) {
                faults.add(
                    format!("{at}.consecutive_work_days_max"),
                    "must be at least 1",
                );
            }
            for (name, value) in [
                (
                    "consecutive_work_days_min",
                    person.consecutive_work_days_min,
                ),
                ("consecutive_days_off_min", person.consecutive_days_off_min),
            ] {
                if value.is_some_and(|v| v > 60) {
                    faults.add(format!("{at}.{name}"), "above 60");
                }
            }
            for shift in person.shift_max.keys() {
                faults.shift(self, format!("{at}.shift_max"), shift);
            }
            for (k, gone) in person.unavailable.iter().enumerate() {
                faults.day(self, format!("{at}.unavailable[{k}].day"), gone.day);
                if let Some(part) = gone.interval
                    && (part.end_minute <= part.start_minute
                        || part.start_minute < -2 * DAY_MINUTES
                        || part.end_minute > 3 * DAY_MINUTES)
                {
                    faults.add(
                        format!("{at}.unavailable[{k}].interval"),
                        "not an interval near its day",
                    );
                }
            }
            self.validate_fixed(faults, &at, person);
            for (k, request) in person.requests.iter().enumerate() {
                faults.day(self, format!("{at}.requests[{k}].day"), request.day);
                if let Wish::Shift(shift) | Wish::NotShift(shift) = &request.wish {
                    faults.shift(self, format!("{at}.requests[{k}].wish"), shift);
                }
                if !(0..=COST_LIMIT).contains(&request.cost) {
                    faults.add(
                        format!("{at}.requests[{k}].cost"),
                        format!("outside 0..{COST_LIMIT}"),
                    );
                }
            }
            self.validate_history(faults, &at, person);
        }
    }

    fn validate_fixed(&self, faults: &mut Faults, at: &str, person: &Person) {
        let mut fixed: BTreeMap<usize, &Option<ShiftId>> = BTreeMap::new();
        for (k, cell) in person.fixed.iter().enumerate() {
            faults.day(self, format!("{at}.fixed[{k}].day"), cell.day);
            if let Some(shift) = &cell.shift {
                faults.shift(self, format!("{at}.fixed[{k}].shift"), shift);
            }
            if let Some(other) = fixed.insert(cell.day, &cell.shift)
                && other != &cell.shift
            {
                faults.add(
                    format!("{at}.fixed[{k}]"),
                    "contradicts another lock of the same day",
                );
            }
        }
    }

    fn validate_history(&self, faults: &mut Faults, at: &str, person: &Person) {
        let history = &person.history;
        if history.consecutive_work_days > 0 && history.consecutive_days_off > 0 {
            faults.add(format!("{at}.history"), "both worked and off on the eve");
        }
        if history.consecutive_work_days > 10_000 || history.consecutive_days_off > 10_000 {
            faults.add(format!("{at}.history"), "a run longer than 10000 days");
        }
        if let Some(shift) = &history.last_shift {
            faults.shift(self, format!("{at}.history.last_shift"), shift);
        }
        for (name, value) in [
            (
                "last_shift_end_minute",
                history.last_shift_end_minute.unwrap_or(0),
            ),
            ("minutes_this_week", history.minutes_this_week),
            ("minutes_carried", history.minutes_carried),
        ] {
            if !(-MINUTES_LIMIT..=MINUTES_LIMIT).contains(&value) {
                faults.add(
                    format!("{at}.history.{name}"),
                    format!("beyond ±{MINUTES_LIMIT}"),
                );
            }
        }
        for (name, value) in [
            ("nights", history.nights),
            ("lates", history.lates),
            ("earlies", history.earlies),
            ("weekend_days", history.weekend_days),
            ("holidays", history.holidays),
            ("assignments", history.assignments),
            ("unpopular_meals", history.unpopular_meals),
            ("weekends", i64::from(history.weekends)),
            (
                "consecutive_kind_days",
                i64::from(history.consecutive_kind_days),
            ),
            ("consecutive_nights", i64::from(history.consecutive_nights)),
            (
                "night_rest_days_owed",
                i64::from(history.night_rest_days_owed),
            ),
        ] {
            if !(-COUNT_LIMIT..=COUNT_LIMIT).contains(&value) {
                faults.add(
                    format!("{at}.history.{name}"),
                    format!("beyond ±{COUNT_LIMIT}"),
                );
            }
        }
        let fair = &person.fair_share;
        for (name, value) in [
            ("history.minutes", Some(history.minutes)),
            ("fair_share.minutes", fair.minutes),
        ] {
            if value.is_some_and(|v| !(-FAIR_MINUTES_LIMIT..=FAIR_MINUTES_LIMIT).contains(&v)) {
                faults.add(
                    format!("{at}.{name}"),
                    format!("beyond ±{FAIR_MINUTES_LIMIT}"),
                );
            }
        }
        for (name, value) in [
            ("nights", fair.nights),
            ("lates", fair.lates),
            ("earlies", fair.earlies),
            ("weekend_days", fair.weekend_days),
            ("holidays", fair.holidays),
            ("unpopular_meals", fair.unpopular_meals),
        ] {
            if value.is_some_and(|v| !(-COUNT_LIMIT..=COUNT_LIMIT).contains(&v)) {
                faults.add(
                    format!("{at}.fair_share.{name}"),
                    format!("beyond ±{COUNT_LIMIT}"),
                );
            }
        }
    }

    /// More than any roster of this problem can cost.
    fn objective_max(&self) -> i128 {
        let costs = &self.costs;
        let unit = |cost: &Cost| i128::from(cost.per_unit.max(0));
        let horizon = (self.days.len() as i128 + 1) * i128::from(DAY_MINUTES);
        let (people, days) = (self.people.len() as i128, self.days.len() as i128);
        let targets: i128 = self.demand.iter().map(|d| i128::from(d.target)).sum();
        let members: i128 = self
            .group_demand
            .iter()
            .map(|group| i128::from(group.minimum))
            .sum();
        let cover = targets
            * i128::from(self.slot_minutes)
            * (unit(&costs.under_minimum) + unit(&costs.under_target))
            + people * horizon * unit(&costs.over_target)
            + members * horizon * unit(&costs.under_group);
        let counted = days + 2 * i128::from(COUNT_LIMIT);
        let cells = days
            * (unit(&costs.isolated_day_off)
                + unit(&costs.isolated_day_on)
                + unit(&costs.split_shift)
                + unit(&costs.change_per_cell));
        let mut own = people * (cells + 5 * counted * counted * unit(&costs.fairness));
        for person in &self.people {
            let wishes: i128 = person.requests.iter().map(|r| i128::from(r.cost)).sum();
            let off_contract = i128::from(person.minutes_target.unwrap_or(0))
                + i128::from(person.history.minutes_carried).abs()
                + 2 * horizon;
            own += wishes * unit(&costs.request) + off_contract * unit(&costs.minutes_off_contract);
        }
        let by_shift: i128 = self
            .shift_cover
            .iter()
            .map(|c| {
                let under = i128::from(c.people) * i128::from(c.under_cost.max(0));
                under.max(people * i128::from(c.over_cost.max(0)))
            })
            .sum();
        cover + own + by_shift
    }

    fn validate_rules(&self, faults: &mut Faults) {
        if !(0..=7 * DAY_MINUTES).contains(&self.rules.rest_minutes_min) {
            faults.add("rules.rest_minutes_min", "outside 0..10080");
        }
        for (index, pair) in self.rules.forbidden_successions.iter().enumerate() {
            faults.shift(
                self,
                format!("rules.forbidden_successions[{index}].previous"),
                &pair.previous,
            );
            faults.shift(
                self,
                format!("rules.forbidden_successions[{index}].next"),
                &pair.next,
            );
        }
        for (term, cost) in self.costs.named() {
            if !(0..=COST_LIMIT).contains(&cost.per_unit) {
                faults.add(
                    format!("costs.{term:?}.per_unit"),
                    format!("outside 0..{COST_LIMIT}"),
                );
            }
        }
        if self.objective_max() > OBJECTIVE_LIMIT {
            faults.add(
                "costs",
                format!("the objective could exceed {OBJECTIVE_LIMIT}"),
            );
        }
        let request = i128::from(self.costs.request.per_unit);
        for (index, person) in self.people.iter().enumerate() {
            let sum: i128 = person
                .requests
                .iter()
                .map(|r| i128::from(r.cost) * request)
                .sum();
            if sum > 1_000_000_000_000_000 {
                faults.add(
                    format!("people[{index}].requests"),
                    "the costs of the requests overflow",
                );
            }
        }
        if let Some(published) = &self.published {
            if published.len() != self.people.len() {
                faults.add("published", "not one row per person");
            }
            for (p, row) in published.iter().enumerate() {
                if row.len() != self.days.len() {
                    faults.add(format!("published[{p}]"), "not one cell per day");
                }
                for (d, shift) in row.iter().enumerate() {
                    if let Some(shift) = shift {
                        faults.shift(self, format!("published[{p}][{d}]"), shift);
                    }
                }
            }
        }
    }
}

/// Collects faults.
pub(crate) struct Faults(pub(crate) Vec<Fault>);

impl Faults {
    pub(crate) fn add(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.0.push(Fault {
            field: field.into(),
            message: message.into(),
        });
    }

    pub(crate) fn day(&mut self, problem: &Problem, field: String, day: usize) {
        if day >= problem.days.len() {
            self.add(field, format!("day {day} is outside the horizon"));
        }
    }

    pub(crate) fn shift(&mut self, problem: &Problem, field: String, shift: &ShiftId) {
        if problem.shift_index(shift).is_none() {
            self.add(field, format!("unknown shift {shift}"));
        }
    }

    pub(crate) fn duplicates<'a>(
        &mut self,
        list: &str,
        key: &str,
        ids: impl Iterator<Item = &'a str>,
    ) {
        let mut seen = BTreeSet::new();
        for (index, id) in ids.enumerate() {
            if !seen.insert(id) {
                self.add(
                    format!("{list}[{index}].{key}"),
                    format!("{id} occurs twice"),
                );
            }
        }
    }
}
