//! Questions about a roster, one a file, each answered in figures and in words of both languages:
//!
//! - [`conflicts()`]: which facts together cause a stretch under its minimum, and which of them, freed alone, repairs it;
//! - [`why_not()`]: why somebody does not work then, or what it would cost;
//! - [`compare()`]: what differs between two rosters;
//! - [`one_more()`], [`one_fewer()`]: what one head more or fewer would change.
//!
//! Every answer is a function of its question: no clock, no chance. Where an answer rests on a search it is a roster that
//! exists, so a repair is real; that there is none better is claimed only where a bound says so.

mod blocking;
mod comparison;
mod conflicts;
mod headcount;
mod neighbourhood;
mod shortfalls;
mod why_not;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::plan::{Fact, Roster, Shortfall, Tier, Words};
use crate::problem::{CostTerm, Fault, Problem, ShiftId, SkillId};
use crate::search::{Compiled, Solution};
use crate::solve::{self, SolveError};
use crate::words;

pub use comparison::{CellChange, Comparison, DayChange, PersonChange, TermChange, compare};
pub use conflicts::{Blocking, Conflict, conflicts, conflicts_of_day};
pub use headcount::{Figures, HeadChange, Newcomer, one_fewer, one_more};
pub(crate) use shortfalls::explain;
pub use why_not::{Answer, Way, WhyNot, why_not};

/// People missing over an interval: a [`Shortfall`] without its causes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Stretch {
    /// Day index.
    pub day: usize,
    /// Start, minutes from the day's midnight.
    pub start_minute: i64,
    /// End (exclusive).
    pub end_minute: i64,
    /// Which promise is missed.
    pub tier: Tier,
    /// Skill missing; `None` for the tiers that have none.
    pub skill: Option<SkillId>,
    /// Group missing, for [`Tier::Group`].
    pub group: Option<String>,
    /// Shift wanting people, for [`Tier::Shift`] and [`Tier::Standby`].
    pub shift: Option<ShiftId>,
    /// People missing throughout.
    pub missing: u32,
}

impl From<&Shortfall> for Stretch {
    fn from(short: &Shortfall) -> Self {
        Self {
            day: short.day,
            start_minute: short.start_minute,
            end_minute: short.end_minute,
            tier: short.tier,
            skill: short.skill.clone(),
            group: short.group.clone(),
            shift: short.shift.clone(),
            missing: short.missing,
        }
    }
}

/// What somebody is asked to do on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    /// To work, whichever shift.
    Work,
    /// To work this shift.
    Shift(ShiftId),
    /// To be off.
    Off,
}

/// A fact in words.
#[must_use]
pub fn fact_words(problem: &Problem, fact: &Fact) -> Words {
    words::fact(problem, fact)
}

/// The name of a cost.
#[must_use]
pub fn term_words(term: CostTerm) -> Words {
    words::term(term)
}

/// Refuses a faulty problem.
fn sound(problem: &Problem) -> Result<(), SolveError> {
    let faults = problem.validate();
    if faults.is_empty() {
        Ok(())
    } else {
        Err(SolveError::Invalid(faults))
    }
}

fn fault(field: &str, message: impl Into<String>) -> SolveError {
    SolveError::Invalid(vec![Fault {
        field: field.to_owned(),
        message: message.into(),
    }])
}

/// A roster as the engine reads it; meals that are not given are placed.
fn read(compiled: &Compiled<'_>, roster: &Roster) -> Result<Solution, SolveError> {
    let mut solution = solve::read_assignments(compiled, &roster.assignments)?;
    match &roster.meals {
        Some(meals) => solve::read_meals(compiled, &mut solution, meals)?,
        None => solve::settle(compiled, &mut solution),
    }
    Ok(solution)
}
