//! A swap (调班): agreed with a colleague *and* approved (T9). It remembers the cells it was asked for, so that of two
//! racing approvals the second finds them changed.

use crate::decider::{not_own, permit};
use crate::event::{CellChange, SwapRequested};
use crate::ids::StaffId;
use crate::policy::ApprovalPolicy;
use crate::refusal::{Action, Refusal};
use crate::roster::rules::{Broken, HardRule};
use crate::roster::{RosterState, RosterStatus, not_begun};
use crate::shift::Shift;
use crate::who::{Issued, Role};
use crate::work_date::{WorkDate, Zone};
use chrono::{DateTime, Utc};

/// Where a swap stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SwapStatus {
    /// The colleague has not answered.
    Asked,
    /// The colleague agreed; nobody approved.
    Agreed,
    /// The colleague declined.
    Declined,
    /// In force.
    Approved,
    /// Not granted.
    Refused,
    /// Taken back.
    Withdrawn,
}

/// A swap that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Swap {
    /// What was asked.
    pub requested: SwapRequested,
    /// The shift to give, as it stood when it was asked.
    pub gives: Option<Shift>,
    /// The shift to take in exchange, as it stood when it was asked.
    pub takes: Option<Shift>,
    /// Where it stands.
    pub status: SwapStatus,
    /// Whether the colleague agreed, whatever came after.
    pub agreed: bool,
}

impl Swap {
    pub(super) fn asked(
        requested: SwapRequested,
        gives: Option<Shift>,
        takes: Option<Shift>,
    ) -> Self {
        Self {
            requested,
            gives,
            takes,
            status: SwapStatus::Asked,
            agreed: false,
        }
    }

    pub(super) fn set(&mut self, status: SwapStatus) {
        self.status = status;
        self.agreed |= status == SwapStatus::Agreed;
    }

    /// Whether it would have given `staff`'s shift of `date` away and was neither approved nor taken back (T9). The
    /// colleague's own shift counts once the colleague agreed to give it.
    pub fn unarranged_for(&self, staff: &StaffId, date: WorkDate) -> bool {
        let asked = &self.requested;
        let open = match self.status {
            SwapStatus::Approved | SwapStatus::Withdrawn => false,
            SwapStatus::Asked | SwapStatus::Agreed | SwapStatus::Declined | SwapStatus::Refused => {
                true
            }
        };
        let gave = asked.from == *staff && asked.give == date;
        let would_give = self.agreed && asked.with == *staff && asked.take == Some(date);
        open && (gave || would_give)
    }

    /// Refuses unless the swap stands at one of `statuses`.
    pub(super) fn standing(&self, statuses: &[SwapStatus], action: Action) -> Result<(), Refusal> {
        if statuses.contains(&self.status) {
            return Ok(());
        }
        Err(Refusal::SwapStands {
            swap: self.requested.swap,
            status: self.status,
            action,
        })
    }

    /// Refuses when either shift has begun.
    pub(super) fn not_begun(&self, zone: Zone, now: DateTime<Utc>) -> Result<(), Refusal> {
        let asked = &self.requested;
        if let Some(shift) = &self.gives {
            not_begun(shift, &asked.from, asked.give, zone, now)?;
        }
        if let (Some(shift), Some(date)) = (&self.takes, asked.take) {
            not_begun(shift, &asked.with, date, zone, now)?;
        }
        Ok(())
    }

    /// The cells as they would change, if they are still what was asked for and the day to be taken over is free.
    pub(super) fn changes(&self, state: &RosterState) -> Result<Vec<CellChange>, Refusal> {
        let SwapRequested {
            from,
            with,
            give,
            take,
            ..
        } = &self.requested;
        let gives = as_asked(state, from, *give, self.gives.as_ref())?;
        let move_to = |staff: &StaffId, date, before: Option<&Shift>, after: Option<&Shift>| {
            let (before, after) = (before.cloned(), after.cloned());
            let staff = staff.clone();
            CellChange {
                staff,
                date,
                before,
                after,
            }
        };
        let Some(take) = *take else {
            free(state, with, *give)?;
            return Ok(vec![
                move_to(from, *give, Some(gives), None),
                move_to(with, *give, None, Some(gives)),
            ]);
        };
        let takes = as_asked(state, with, take, self.takes.as_ref())?;
        if take == *give {
            return Ok(vec![
                move_to(from, *give, Some(gives), Some(takes)),
                move_to(with, *give, Some(takes), Some(gives)),
            ]);
        }
        free(state, with, *give)?;
        free(state, from, take)?;
        Ok(vec![
            move_to(from, *give, Some(gives), None),
            move_to(with, *give, None, Some(gives)),
            move_to(with, take, Some(takes), None),
            move_to(from, take, None, Some(takes)),
        ])
    }
}

fn as_asked<'a>(
    state: &'a RosterState,
    staff: &StaffId,
    date: WorkDate,
    asked: Option<&Shift>,
) -> Result<&'a Shift, Refusal> {
    let staff = || staff.clone();
    match (state.shift(&staff(), date), asked) {
        (Some(now), Some(then)) if now == then => Ok(now),
        (_, Some(_)) => Err(Refusal::SwapCellChanged {
            staff: staff(),
            date,
        }),
        (_, None) => Err(Refusal::SwapNoShift {
            staff: staff(),
            date,
        }),
    }
}

fn free(state: &RosterState, staff: &StaffId, date: WorkDate) -> Result<(), Refusal> {
    if state.shift(staff, date).is_none() {
        return Ok(());
    }
    Err(Refusal::RosterRulesBroken {
        broken: vec![Broken {
            staff: staff.clone(),
            date,
            rule: HardRule::OneShiftADay,
        }],
    })
}

/// A swap of a roster in force, and the role in which the author may decide it: no party to it.
pub(super) fn decidable<'a>(
    state: &'a RosterState,
    id: crate::ids::SwapId,
    policy: &ApprovalPolicy,
    issued: &Issued,
) -> Result<(&'a Swap, Role), Refusal> {
    let swap = state.swap(id)?;
    let asked = &swap.requested;
    let (desk, _) = state.standing(
        &[RosterStatus::Published],
        asked.give.month(),
        Action::DecideSwap,
    )?;
    not_own(issued, &asked.from, Action::DecideSwap)?;
    not_own(issued, &asked.with, Action::DecideSwap)?;
    let role = permit(issued, &policy.approvers, desk, Action::DecideSwap)?;
    Ok((swap, role))
}
