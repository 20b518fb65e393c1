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

impl ShiftWords {
    /// A shift as the desk shows it.
    pub fn of(shift: &Shift, looks: &ShiftLooks, w: Words) -> Self {
        Self {
            code: shift.code.to_string(),
            class: looks.class(&shift.code),
            times: w.segments(&shift.segments),
        }
    }
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
    let words = |shift: &Option<Shift>| {
        let shift = shift.as_ref()?;
        Some(ShiftWords::of(shift, looks, w))
    };
    let line = |change: RosterChange| DayChange {
        date: change.date,
        before: words(&change.before),
        after: words(&change.after),
        by: w.f3(
            "changes.by",
            w.at(zone, &change.at),
            &change.by_name,
            &change.reason,
        ),
    };
    changes.into_iter().map(line).collect()
}
