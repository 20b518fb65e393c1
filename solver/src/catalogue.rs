//! Rules that not every desk asks for, as plain data: limits and soft ranges of one person's row ([`RowRules`]), shifts on call
//! ([`Standby`]), and rules that tie people together ([`Team`]). Absent is not asked for. What a soft rule costs stands in
//! [`Costs::more`](crate::problem::Costs::more) under its [`CostTerm`], or beside the rule where it is one of several.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::automaton::{Automaton, Successions};
use crate::problem::{
    COST_LIMIT, CostTerm, DAY_MINUTES, Faults, Person, PersonId, Problem, ShiftId,
};
use crate::runs::Trackers;

/// Longest run a rule may speak of, days: runs are counted day by day.
const RUN_DAYS_LIMIT: u32 = 60;
/// Largest sum of a budget's cost: beyond it an objective could overflow.
const BUDGET_LIMIT: i128 = 1_000_000_000_000_000;
/// The terms that [`Costs::more`](crate::problem::Costs::more) may price.
const PRICED: [CostTerm; 12] = [
    CostTerm::ConsecutiveWorkDays,
    CostTerm::ConsecutiveDaysOff,
    CostTerm::ConsecutiveKind,
    CostTerm::Assignments,
    CostTerm::Weekends,
    CostTerm::BrokenWeekend,
    CostTerm::MixedWeekend,
    CostTerm::Pattern,
    CostTerm::Meeting,
    CostTerm::MinutesOver,
    CostTerm::MinutesUnder,
    CostTerm::FairnessMinutes,
];

/// Not asked for: such a field is left out of the problem's JSON.
pub(crate) fn absent<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// A range that may be left, at a cost per unit outside it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SoftRange {
    /// Units short of it cost.
    pub min: Option<u32>,
    /// Units beyond it cost.
    pub max: Option<u32>,
}

/// More rules on one person's row. The first fields are hard; the others cost what their term costs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RowRules {
    /// Most days off in a row (hard), history included.
    #[serde(skip_serializing_if = "absent")]
    pub consecutive_days_off_max: Option<u32>,
    /// Most days in a row on shifts of one kind (hard), by [`ShiftTemplate::kind`](crate::problem::ShiftTemplate::kind).
    #[serde(skip_serializing_if = "absent")]
    pub kind_days_max: BTreeMap<String, u32>,
    /// Most night shifts in a row (hard), history included.
    #[serde(skip_serializing_if = "absent")]
    pub consecutive_nights_max: Option<u32>,
    /// Fewest night shifts in a row (hard), except where cut by the end of the horizon.
    #[serde(skip_serializing_if = "absent")]
    pub consecutive_nights_min: Option<u32>,
    /// Fewest days off after the last of some nights in a row (hard).
    #[serde(skip_serializing_if = "absent")]
    pub days_off_after_nights_min: Option<u32>,
    /// Fewest minutes in every week of seven days within the horizon (hard); weeks cut by either end are not judged.
    #[serde(skip_serializing_if = "absent")]
    pub minutes_week_min: Option<i64>,
    /// All days of a weekend or none (hard). A weekend is a run of weekend days of one week within the horizon, with the day
    /// before it if [`History::weekend_worked`](crate::problem::History::weekend_worked).
    #[serde(skip_serializing_if = "absent")]
    pub complete_weekends: bool,
    /// The same, soft: [`CostTerm::BrokenWeekend`] per weekend.
    #[serde(skip_serializing_if = "absent")]
    pub complete_weekends_wanted: bool,
    /// One kind of shift a weekend: [`CostTerm::MixedWeekend`] per weekend worked on two kinds.
    #[serde(skip_serializing_if = "absent")]
    pub identical_weekends_wanted: bool,
    /// Working days in a row: [`CostTerm::ConsecutiveWorkDays`] per day beyond, or per day short of a run that ends within the
    /// horizon. A run counts its days before the horizon; days beyond cost only within it.
    #[serde(skip_serializing_if = "absent")]
    pub work_days_wanted: SoftRange,
    /// Days off in a row, likewise: [`CostTerm::ConsecutiveDaysOff`].
    #[serde(skip_serializing_if = "absent")]
    pub days_off_wanted: SoftRange,
    /// Days in a row on one kind of shift, likewise: [`CostTerm::ConsecutiveKind`].
    #[serde(skip_serializing_if = "absent")]
    pub kind_days_wanted: BTreeMap<String, SoftRange>,
    /// Days worked over the horizon and [`History::assignments`](crate::problem::History::assignments):
    /// [`CostTerm::Assignments`] per day outside.
    #[serde(skip_serializing_if = "absent")]
    pub assignments_wanted: SoftRange,
    /// Most weekends with any work, [`History::weekends`](crate::problem::History::weekends) included: [`CostTerm::Weekends`] per
    /// weekend of the horizon beyond.
    #[serde(skip_serializing_if = "absent")]
    pub weekends_wanted_max: Option<u32>,
    /// A rotation: [`CostTerm::Pattern`] per cell off it.
    #[serde(skip_serializing_if = "absent")]
    pub pattern: Option<Pattern>,
    /// Meetings to be at work for.
    #[serde(skip_serializing_if = "absent")]
    pub meetings: Vec<Meeting>,
}

/// A rotation a person keeps to, over and over.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pattern {
    /// Day index on which the cycle begins; it may lie before the horizon.
    pub anchor_day: i64,
    /// Kind of shift per day of the cycle, `None` is off.
    pub cycle: Vec<Option<String>>,
}

/// A meeting that a person is wanted at: on a post whose segment holds all of it, on a shift that begins that day.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Meeting {
    /// Id, unique for the person.
    pub id: String,
    /// Name for words, Chinese.
    pub name_zh: String,
    /// Name for words, English.
    pub name_en: String,
    /// Day index.
    pub day: usize,
    /// Start, minutes from the day's midnight.
    pub start_minute: i64,
    /// End (exclusive).
    pub end_minute: i64,
    /// Hard; otherwise an absence costs [`CostTerm::Meeting`].
    #[serde(default)]
    pub required: bool,
}

/// A shift on call: nobody is on post, and the shift wants its own people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Standby {
    /// People wanted on every day the shift is offered.
    pub people: u32,
    /// Cost per person missing and day ([`CostTerm::UnderStandby`]).
    pub under_cost: i64,
    /// Rest is owed before and after it as with any shift; otherwise it is rest itself.
    pub rests: bool,
}

/// Rules that tie people together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Team {
    /// Who learns from whom.
    #[serde(skip_serializing_if = "absent")]
    pub mentors: Vec<Mentor>,
    /// Who must not be on post together.
    #[serde(skip_serializing_if = "absent")]
    pub apart: Vec<Apart>,
    /// What the roster may spend.
    #[serde(skip_serializing_if = "absent")]
    pub budget: Option<Budget>,
}

/// While the trainee is on post, one of the mentors is. Meals are left out of account on both sides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Mentor {
    /// Who learns.
    pub trainee: PersonId,
    /// Any of these will do.
    pub mentors: Vec<PersonId>,
    /// Minutes of a shift the trainee may be alone.
    pub alone_minutes_max: i64,
    /// Cost per minute alone beyond them ([`CostTerm::Mentor`]).
    pub minute_cost: i64,
}

/// Two people who must not be on post at the same time, meals left out of account. A day on which the shift of the first
/// overlaps one of the second costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Apart {
    /// One.
    pub first: PersonId,
    /// The other.
    pub second: PersonId,
    /// Cost per day ([`CostTerm::NotTogether`]).
    pub day_cost: i64,
    /// A rule: every day it is broken is named among the rules let go. It costs `day_cost` all the same, which should
    /// outweigh what else is at stake.
    #[serde(default)]
    pub hard: bool,
}

/// What all shifts together may cost, in a unit of the planner's choosing (Fen).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// Most over the horizon.
    pub limit: i64,
    /// Per person and shift; what is not named costs nothing.
    pub amounts: BTreeMap<PersonId, BTreeMap<ShiftId, i64>>,
    /// Cost per unit spent beyond the limit ([`CostTerm::Budget`]).
    pub unit_cost: i64,
}

/// Everything wrong with the rules of this file.
pub(crate) fn validate(problem: &Problem, faults: &mut Faults) {
    for (term, cost) in &problem.costs.more {
        if !PRICED.contains(term) {
            faults.add(format!("costs.more.{term:?}"), "is priced elsewhere");
        }
        if !(0..=COST_LIMIT).contains(&cost.per_unit) {
            faults.add(
                format!("costs.more.{term:?}.per_unit"),
                format!("outside 0..{COST_LIMIT}"),
            );
        }
    }
    for (index, shift) in problem.shifts.iter().enumerate() {
        let at = format!("shifts[{index}]");
        if shift.unpopular_meals > 2 {
            faults.add(format!("{at}.unpopular_meals"), "more than two");
        }
        let Some(standby) = &shift.standby else {
            continue;
        };
        if !shift.meals.is_empty() {
            faults.add(format!("{at}.meals"), "a shift on call has no meals");
        }
        if standby.people > 10_000 || !(0..=COST_LIMIT).contains(&standby.under_cost) {
            faults.add(
                format!("{at}.standby"),
                format!("people outside 0..10000 or cost outside 0..{COST_LIMIT}"),
            );
        }
    }
    for (index, person) in problem.people.iter().enumerate() {
        if !absent(&person.more) {
            validate_row(problem, person, &format!("people[{index}].more"), faults);
        }
    }
    validate_team(problem, faults);
}

fn validate_row(problem: &Problem, person: &Person, at: &str, faults: &mut Faults) {
    let rules = &person.more;
    let before = faults.0.len();
    let ranges = [
        ("work_days_wanted", rules.work_days_wanted),
        ("days_off_wanted", rules.days_off_wanted),
    ];
    let kinds = rules
        .kind_days_wanted
        .iter()
        .map(|(kind, range)| (kind.as_str(), *range));
    for (name, range) in ranges.into_iter().chain(kinds) {
        if range.min.unwrap_or(0) > RUN_DAYS_LIMIT || range.max.unwrap_or(0) > RUN_DAYS_LIMIT {
            faults.add(format!("{at}.{name}"), format!("above {RUN_DAYS_LIMIT}"));
        }
        if range.max == Some(0) {
            faults.add(format!("{at}.{name}.max"), "must be at least 1");
        }
    }
    let all = ranges
        .into_iter()
        .map(|(_, range)| range)
        .chain(rules.kind_days_wanted.values().copied());
    if all
        .chain([rules.assignments_wanted])
        .any(|range| range.min.zip(range.max).is_some_and(|(min, max)| min > max))
    {
        faults.add(at, "a wanted range has its min above its max");
    }
    let limits = [
        ("consecutive_days_off_max", rules.consecutive_days_off_max),
        ("consecutive_nights_max", rules.consecutive_nights_max),
    ];
    let kinds = rules
        .kind_days_max
        .iter()
        .map(|(kind, max)| (kind.as_str(), Some(*max)));
    for (name, max) in limits.into_iter().chain(kinds) {
        if max.is_some_and(|max| max == 0 || max > RUN_DAYS_LIMIT) {
            faults.add(
                format!("{at}.{name}"),
                format!("outside 1..{RUN_DAYS_LIMIT}"),
            );
        }
    }
    for (name, value) in [
        ("consecutive_nights_min", rules.consecutive_nights_min),
        ("days_off_after_nights_min", rules.days_off_after_nights_min),
    ] {
        if value.is_some_and(|value| value > RUN_DAYS_LIMIT) {
            faults.add(format!("{at}.{name}"), format!("above {RUN_DAYS_LIMIT}"));
        }
    }
    for (name, min, max) in [
        (
            "consecutive_nights_min",
            rules.consecutive_nights_min,
            rules.consecutive_nights_max,
        ),
        (
            "consecutive_days_off_max",
            person.consecutive_days_off_min,
            rules.consecutive_days_off_max,
        ),
    ] {
        if min.zip(max).is_some_and(|(min, max)| min > max) {
            faults.add(format!("{at}.{name}"), "the fewest is above the most");
        }
    }
    if let Some(min) = rules.minutes_week_min
        && (min < 0 || min > person.minutes_week_max.unwrap_or(7 * DAY_MINUTES))
    {
        faults.add(
            format!("{at}.minutes_week_min"),
            "outside 0..minutes_week_max",
        );
    }
    let mut named: Vec<&String> = rules
        .kind_days_max
        .keys()
        .chain(rules.kind_days_wanted.keys())
        .collect();
    if let Some(pattern) = &rules.pattern {
        named.extend(pattern.cycle.iter().flatten());
        if pattern.cycle.is_empty() || pattern.cycle.len() > 400 {
            faults.add(format!("{at}.pattern.cycle"), "outside 1..400 days");
        }
        if pattern.anchor_day.abs() > 1_000_000 {
            faults.add(format!("{at}.pattern.anchor_day"), "beyond ±1000000");
        }
    }
    for kind in named {
        if !problem.shifts.iter().any(|shift| shift.kind == *kind) {
            faults.add(at, format!("no shift is of kind {kind:?}"));
        }
    }
    faults.duplicates(
        &format!("{at}.meetings"),
        "id",
        rules.meetings.iter().map(|m| m.id.as_str()),
    );
    for (k, meeting) in rules.meetings.iter().enumerate() {
        faults.day(problem, format!("{at}.meetings[{k}].day"), meeting.day);
        if meeting.start_minute < 0
            || meeting.end_minute > 2 * DAY_MINUTES
            || meeting.end_minute <= meeting.start_minute
        {
            faults.add(
                format!("{at}.meetings[{k}].start_minute"),
                "not an interval within 0..2880",
            );
        }
    }
    // What the rules together must remember of the past has to fit; judged only where every part of it is sound.
    if faults.0.len() == before {
        let successions = Successions::build(problem, person, &problem.rules);
        if !Automaton::build(
            problem,
            person,
            &successions,
            &Trackers::build(problem, person),
        )
        .complete
        {
            faults.add(at, "rules on runs of days that together look back too far");
        }
    }
}

fn validate_team(problem: &Problem, faults: &mut Faults) {
    let team = &problem.team;
    let person = |faults: &mut Faults, at: String, id: &PersonId| {
        if problem.person_index(id).is_none() {
            faults.add(at, format!("unknown person {id}"));
        }
    };
    for (k, pair) in team.mentors.iter().enumerate() {
        let at = format!("team.mentors[{k}]");
        person(faults, format!("{at}.trainee"), &pair.trainee);
        for mentor in &pair.mentors {
            person(faults, format!("{at}.mentors"), mentor);
            if *mentor == pair.trainee {
                faults.add(format!("{at}.mentors"), "the trainee is no mentor");
            }
        }
        if pair.mentors.iter().collect::<BTreeSet<_>>().len() != pair.mentors.len() {
            faults.add(format!("{at}.mentors"), "somebody occurs twice");
        }
        if !(0..=2 * DAY_MINUTES).contains(&pair.alone_minutes_max) {
            faults.add(format!("{at}.alone_minutes_max"), "outside 0..2880");
        }
        if !(0..=COST_LIMIT).contains(&pair.minute_cost) {
            faults.add(
                format!("{at}.minute_cost"),
                format!("outside 0..{COST_LIMIT}"),
            );
        }
    }
    for (k, pair) in team.apart.iter().enumerate() {
        let at = format!("team.apart[{k}]");
        person(faults, format!("{at}.first"), &pair.first);
        person(faults, format!("{at}.second"), &pair.second);
        if pair.first == pair.second {
            faults.add(format!("{at}.second"), "the same person");
        }
        if !(i64::from(pair.hard)..=COST_LIMIT).contains(&pair.day_cost) {
            faults.add(
                format!("{at}.day_cost"),
                format!("outside 0..{COST_LIMIT}, or nothing for a hard rule"),
            );
        }
    }
    if let Some(budget) = &team.budget {
        let mut most = 0_i128;
        for (id, amounts) in &budget.amounts {
            person(faults, "team.budget.amounts".to_owned(), id);
            for (shift, amount) in amounts {
                faults.shift(problem, format!("team.budget.amounts.{id}"), shift);
                if *amount < 0 {
                    faults.add(format!("team.budget.amounts.{id}.{shift}"), "below 0");
                }
            }
            most += amounts
                .values()
                .map(|amount| i128::from(*amount))
                .max()
                .unwrap_or(0)
                * problem.days.len() as i128;
        }
        if budget.limit < 0 || budget.unit_cost < 0 {
            faults.add("team.budget", "limit or unit_cost below 0");
        } else if (most + i128::from(budget.limit)) * i128::from(budget.unit_cost.max(1))
            > BUDGET_LIMIT
        {
            faults.add("team.budget", "the cost of all shifts overflows");
        }
    }
}
