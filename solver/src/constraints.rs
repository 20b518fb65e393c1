//! The rules of a roster as rows, one family per file, named as a roster planner would.
//!
//! | family | rows |
//! |---|---|
//! | [`stretches`] | work and rest alternate in runs of legal length; isolated days cost |
//! | [`one_shift_per_day`] | a day inside a stretch has exactly one shift, a day outside none |
//! | [`minimum_rest`] | rest between shifts and forbidden successions |
//! | [`weekly_rest`] | one day off a week |
//! | [`runs`] | days in a row of one kind, of nights and of rest after them; soft runs |
//! | [`weekends`] | most weekends worked; weekends in whole and of one kind |
//! | [`limits`] | minutes, nights, most of a shift: hard ranges |
//! | [`fairness`] | contract minutes and fair shares: convex costs of totals |
//! | [`cell_costs`] | requests, split shifts, changes from the published roster |
//! | [`head_counts`] | people on a shift, counted by class |
//! | [`staggered_meals`] | everybody eats once per meal, inside its window |
//! | [`shift_cover`] | people on a shift against what is wanted of it, under and over priced |
//! | [`standby`] | people on a shift on call |
//! | [`mentors`] | trainees beside a mentor |
//! | [`not_together`] | two people apart |
//! | [`budget`] | what all shifts may cost |
//! | [`slot_minimum`] | people on post against minimum, target and group demand, with named shortfalls |
//!
//! Leave, partial availability, locked cells, required skills and shifts not offered are choices without a variable
//! (`model.rs`).

pub(crate) mod budget;
pub(crate) mod cell_costs;
pub(crate) mod fairness;
pub(crate) mod head_counts;
pub(crate) mod limits;
pub(crate) mod mentors;
pub(crate) mod minimum_rest;
pub(crate) mod not_together;
pub(crate) mod one_shift_per_day;
pub(crate) mod runs;
pub(crate) mod shift_cover;
pub(crate) mod slot_minimum;
pub(crate) mod staggered_meals;
pub(crate) mod standby;
pub(crate) mod stretches;
pub(crate) mod weekends;
pub(crate) mod weekly_rest;

use crate::model::{DayPart, Model, PeoplePart};

/// Every rule that binds one person.
pub(crate) fn people(model: &mut Model<'_>, people: &mut PeoplePart) {
    stretches::rows(model, people);
    one_shift_per_day::rows(model, people);
    minimum_rest::rows(model, people);
    weekly_rest::rows(model, people);
    runs::rows(model, people);
    weekends::rows(model, people);
    limits::rows(model, people);
    fairness::rows(model, people);
    cell_costs::charge(model, people);
}

/// What people cost together. It is at least 0 and belongs to no day alone: a bound that prices people and days apart leaves it
/// out and stays a bound.
pub(crate) fn team(model: &mut Model<'_>, people: &PeoplePart) {
    standby::rows(model, people);
    mentors::rows(model, people);
    not_together::rows(model, people);
    budget::rows(model, people);
}

/// Everything the desk wants of a day. Whoever began a night shift the day `before` may still be there.
pub(crate) fn day(model: &mut Model<'_>, day: &DayPart, before: Option<&DayPart>) {
    staggered_meals::rows(model, day);
    slot_minimum::rows(model, day, before);
    shift_cover::rows(model, day);
}
