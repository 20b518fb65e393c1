//! What changed in somebody's roster after it was published: what they are told of.

use super::parts::ShiftLooks;
use super::words::Words;
use domain::shift::Shift;
use domain::work_date::{WorkDate, Zone};
use projections::RosterChange;

/// A shift in words.
pub struct ShiftWords {
    /// Its code.
    pub code: String,
    /// Its colour.
    pub class: String,
    /// Its times.
    pub times: String,
}

/// What a day was and what it becomes; where only meals move, these are said, too.
pub fn both(
    before: Option<&Shift>,
    after: Option<&Shift>,
    looks: &ShiftLooks,
    w: Words,
) -> [Option<ShiftWords>; 2] {
    let times =
        |shift: Option<&Shift>| shift.map(|shift| (shift.code.clone(), shift.segments.clone()));
    let only_meals = times(before) == times(after);
    let words = |shift: &Shift| {
        let times = w.segments(&shift.segments);
        let meals = shift.meals.iter().map(|meal| w.clock(&meal.start));
        let meals = meals.collect::<Vec<_>>().join(" ");
        ShiftWords {
            code: shift.code.to_string(),
            class: looks.class(&shift.code),
            times: if only_meals {
                w.f2("changes.meal", times, meals)
            } else {
                times
            },
        }
    };
    [before.map(words), after.map(words)]
}

/// A day that changed.
pub struct DayChange {
    /// The day.
    pub date: WorkDate,
    /// What it was; none: a day off.
    pub before: Option<ShiftWords>,
    /// What it became.
    pub after: Option<ShiftWords>,
    /// Who, when and why, in words; empty for a proposal.
    pub by: String,
}

/// Changes as somebody reads them.
pub(super) fn lines(
    changes: Vec<RosterChange>,
    looks: &ShiftLooks,
    zone: &Zone,
    w: Words,
) -> Vec<DayChange> {
    let line = |change: RosterChange| {
        let [before, after] = both(change.before.as_ref(), change.after.as_ref(), looks, w);
        DayChange {
            date: change.date,
            before,
            after,
            by: w.f3(
                "changes.by",
                w.at(zone, &change.at),
                &change.by_name,
                &change.reason,
            ),
        }
    };
    changes.into_iter().map(line).collect()
}
