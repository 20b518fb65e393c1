//! Say what one wishes of a month's roster: to be off, to work, a shift or not that shift, and how much it matters.

use crate::decider::{Decision, ensure};
use crate::event::{RosterWish, StaffEvent, Wished, WishesStated};
use crate::ids::{DeskId, ShiftCode, StaffId};
use crate::policy::WishPolicy;
use crate::refusal::{Fault, Refusal};
use crate::roster::RosterStatus;
use crate::staff::StaffState;
use crate::who::Issued;
use crate::work_date::{Month, WorkDate};
use std::collections::BTreeSet;

/// State all wishes for a month; they replace what was wished before.
#[derive(Clone, Debug)]
pub struct StateWishes {
    /// Which month.
    pub month: Month,
    /// All of them.
    pub wishes: Vec<RosterWish>,
}

/// What a wish needs to know from elsewhere.
#[derive(Clone, Copy, Debug)]
pub struct WishContext<'a> {
    /// The person's desk.
    pub desk: &'a DeskId,
    /// The policy of the month; none: the desk takes no wishes.
    pub policy: Option<WishPolicy>,
    /// Where the month's roster stands.
    pub roster: RosterStatus,
    /// Today at the desk.
    pub today: WorkDate,
    /// The desk's shifts.
    pub shifts: &'a BTreeSet<ShiftCode>,
}

/// Whether wishes for a month can still be stated: until its roster is published, or the month is over.
pub fn are_open(roster: RosterStatus, month: Month, today: WorkDate) -> bool {
    !is_published(roster) && month.last() >= today
}

/// Whether everybody sees what became of the wishes.
pub fn is_published(roster: RosterStatus) -> bool {
    matches!(roster, RosterStatus::Published | RosterStatus::Locked)
}

/// The person, for themselves, while wishes are open.
pub fn decide(
    state: &StaffState,
    staff: &StaffId,
    command: &StateWishes,
    context: &WishContext<'_>,
    issued: &Issued,
) -> Decision<StaffEvent> {
    state.employed(staff, context.today)?;
    let Some(policy) = context.policy else {
        return Err(Refusal::WishesNotTaken {
            desk: context.desk.clone(),
        });
    };
    let month = command.month;
    if !are_open(context.roster, month, context.today) {
        return Err(Refusal::WishesClosed { month });
    }
    let count = u16::try_from(command.wishes.len()).unwrap_or(u16::MAX);
    if count > policy.month_max {
        return Err(Refusal::TooManyWishes {
            month,
            count,
            count_max: policy.month_max,
        });
    }
    let mut dates = BTreeSet::new();
    for (i, wish) in command.wishes.iter().enumerate() {
        let at = |name: &str| format!("wishes[{i}].{name}");
        ensure(month.contains(wish.date), at("date"), Fault::OtherMonth)?;
        ensure(wish.date > context.today, at("date"), Fault::Past)?;
        ensure(dates.insert(wish.date), at("date"), Fault::Duplicate)?;
        if let Wished::Shift(code) | Wished::NotShift(code) = &wish.wished {
            ensure(context.shifts.contains(code), at("wished"), Fault::Unknown)?;
        }
    }
    let mut wishes = command.wishes.clone();
    wishes.sort_by_key(|wish| wish.date);
    if wishes == state.wishes_of(month) {
        return Ok(vec![]);
    }
    Ok(vec![
        WishesStated {
            month,
            wishes,
            at: issued.at,
        }
        .into(),
    ])
}
