//! The month's roster (值班表): draft → generated → published → amended → locked, and its swaps.

pub mod accept_replan;
pub mod agree_swap;
pub mod amend;
pub mod approve_swap;
pub mod cancel_solve;
pub mod claim_solve;
pub mod cost;
pub mod cover_shift;
pub mod decline_swap;
pub mod discard_replan;
pub mod draft;
pub mod edit_cells;
pub mod fix_cells;
pub mod lock;
pub mod open_lanes;
pub mod open_shifts;
pub mod plan_lanes;
pub mod publish;
pub mod record_failed;
pub mod record_generated;
pub mod record_proposed;
pub mod refuse_swap;
pub mod release;
pub mod release_solve;
pub mod request_replan;
pub mod request_solve;
pub mod request_swap;
pub mod retime;
pub mod rules;
mod solve;
pub mod submit_duty_table;
mod swap;
pub mod withdraw_swap;

pub use rules::RosterContext;
pub use solve::OpenSolve;
pub use swap::{Swap, SwapStatus};

use crate::decider::{State, ensure};
use crate::desk::{inside_one_segment, sound_segments};
use crate::event::{
    BudgetOverrun, CellChange, DutyTableSubmitted, LanesOpened, LanesPlanned, OpenShiftKey,
    ReplanProposed, RosterAmended, RosterEvent, Shortfall, SwapRequested,
};
use crate::ids::{DeskId, StaffId, SwapId};
use crate::quantities::Minutes;
use crate::refusal::{Action, Fault, Refusal};
use crate::shift::{Cell, Shift};
use crate::work_date::{Month, WorkDate, Zone};
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};

/// Where a roster stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum RosterStatus {
    /// Nobody began it.
    #[default]
    Absent,
    /// Being planned; in force for nobody.
    Draft,
    /// In force; changes make revisions.
    Published,
    /// In force for good.
    Locked,
}

/// Everybody's cells; `None` in a cell is a day off.
pub type Cells = BTreeMap<(StaffId, WorkDate), Option<Shift>>;

/// A publication, amendment or approved swap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    /// 1 for the first publication.
    pub revision: u32,
    /// In force from.
    pub at: DateTime<Utc>,
    /// The cells it changed; none for the publication.
    pub changes: Vec<CellChange>,
}

/// Folded from stream `roster-{desk}-{yyyy-mm}`.
#[derive(Clone, Debug, Default)]
pub struct RosterState {
    /// Whose and which month; none: not begun.
    pub of: Option<(DeskId, Month)>,
    /// Where it stands.
    pub status: RosterStatus,
    /// The cells as they stand now: drafted, or in force.
    pub cells: Cells,
    /// The publication and every change since, in order.
    pub revisions: Vec<Revision>,
    /// What the plan is short of, as the last solve or the publication said.
    pub shortfalls: Vec<Shortfall>,
    /// The solve that has not ended.
    pub solving: Option<OpenSolve>,
    /// What a solve proposes to change in the roster in force, neither accepted nor discarded.
    pub proposal: Option<ReplanProposed>,
    /// Duty tables handed in, the last one of each week, by its Monday.
    pub submissions: BTreeMap<WorkDate, DutyTableSubmitted>,
    /// Cells that a solve keeps as they stand.
    pub fixed: BTreeSet<(StaffId, WorkDate)>,
    /// Every swap that was asked for.
    pub swaps: BTreeMap<SwapId, Swap>,
    /// The lane plan of each day, as made last.
    pub lane_plans: BTreeMap<WorkDate, LanesPlanned>,
    /// The lanes opened by hand on each day, as set last.
    pub lane_openings: BTreeMap<WorkDate, LanesOpened>,
    /// The budget was exceeded at publication, and the lead said so.
    pub overrun: Option<BudgetOverrun>,
    /// The cells that cover open shifts, as they were given.
    pub covers: BTreeMap<OpenShiftKey, Cell>,
}

impl RosterState {
    /// The revision in force now; 0 before the publication.
    pub fn revision(&self) -> u32 {
        self.revisions.last().map_or(0, |last| last.revision)
    }
    /// A person's cell as it stands now: `None` not rostered, `Some(None)` a day off.
    pub fn cell(&self, staff: &StaffId, date: WorkDate) -> Option<Option<&Shift>> {
        let cell = self.cells.get(&(staff.clone(), date))?;
        Some(cell.as_ref())
    }
    /// A person's shift as it stands now.
    pub fn shift(&self, staff: &StaffId, date: WorkDate) -> Option<&Shift> {
        self.cell(staff, date).flatten()
    }
    /// Who stands in the roster.
    pub fn staff(&self) -> BTreeSet<&StaffId> {
        self.cells.keys().map(|(staff, _)| staff).collect()
    }
    /// The revision in force at `instant` (T4), if any was.
    pub fn in_force_at(&self, instant: DateTime<Utc>) -> Option<u32> {
        let past = self.revisions.iter().rev().find(|past| past.at <= instant);
        past.map(|past| past.revision)
    }
    /// A person's cell in `revision`, read as in [`Self::cell`].
    pub fn cell_in(
        &self,
        revision: u32,
        staff: &StaffId,
        date: WorkDate,
    ) -> Option<Option<&Shift>> {
        let later = self
            .revisions
            .iter()
            .filter(|later| later.revision > revision);
        let first_change = later
            .flat_map(|later| &later.changes)
            .find(|change| change.staff == *staff && change.date == date);
        match first_change {
            Some(change) => Some(change.before.as_ref()),
            None => self.cell(staff, date),
        }
    }
    /// A person's cell in the roster in force at `instant` (T4), read as in [`Self::cell`].
    pub fn cell_in_force(
        &self,
        staff: &StaffId,
        date: WorkDate,
        instant: DateTime<Utc>,
    ) -> Option<Option<&Shift>> {
        self.cell_in(self.in_force_at(instant)?, staff, date)
    }
    /// Swaps that would have given the person's shift of `date` away and were neither approved nor taken back (T9).
    pub fn unarranged_swaps(&self, staff: &StaffId, date: WorkDate) -> impl Iterator<Item = &Swap> {
        self.swaps
            .values()
            .filter(move |swap| swap.unarranged_for(staff, date))
    }
    /// The swap, or the refusal that there is none.
    pub fn swap(&self, id: SwapId) -> Result<&Swap, Refusal> {
        self.swaps.get(&id).ok_or(Refusal::SwapUnknown { swap: id })
    }

    /// The days on which somebody stands in the roster.
    pub fn dates_of(&self, staff: &StaffId) -> impl Iterator<Item = WorkDate> {
        let own = self.cells.keys().filter(move |(whose, _)| whose == staff);
        own.map(|(_, date)| *date)
    }
    /// Whether somebody covers an open shift, and still has it.
    pub fn covered(&self, open: &OpenShiftKey) -> bool {
        self.covers.get(open).is_some_and(|cell| {
            self.shift(&cell.staff, cell.date)
                .zip(cell.shift.as_ref())
                .is_some_and(|(now, given)| now.code == given.code)
        })
    }

    fn remember_cover(&mut self, amended: &RosterAmended) {
        let (Some(open), Some(change)) = (&amended.covers, amended.changes.first()) else {
            return;
        };
        let cell = Cell {
            staff: change.staff.clone(),
            date: change.date,
            shift: change.after.clone(),
        };
        self.covers.insert(open.clone(), cell);
    }

    /// Desk and month of a roster in one of `statuses`, or the refusal that says where it stands.
    fn standing(
        &self,
        statuses: &[RosterStatus],
        month: Month,
        action: Action,
    ) -> Result<(&DeskId, Month), Refusal> {
        self.of
            .as_ref()
            .filter(|_| statuses.contains(&self.status))
            .map(|(desk, month)| (desk, *month))
            .ok_or(Refusal::RosterStands {
                month: self.of.as_ref().map_or(month, |(_, own)| *own),
                status: self.status,
                action,
            })
    }

    /// The changes that the wished cells make to the cells as they stand; a wish that changes nothing makes none.
    fn changes(&self, wishes: &[Cell]) -> Vec<CellChange> {
        let change = |wish: &Cell| CellChange {
            staff: wish.staff.clone(),
            date: wish.date,
            before: self.shift(&wish.staff, wish.date).cloned(),
            after: wish.shift.clone(),
        };
        let news = |wish: &&Cell| self.cell(&wish.staff, wish.date) != Some(wish.shift.as_ref());
        wishes.iter().filter(news).map(change).collect()
    }

    /// Puts the new content of each cell in place.
    fn apply(&mut self, changes: &[CellChange]) {
        for change in changes {
            let key = (change.staff.clone(), change.date);
            self.cells.insert(key, change.after.clone());
        }
    }

    fn revise(&mut self, revision: u32, at: DateTime<Utc>, changes: &[CellChange]) {
        self.apply(changes);
        self.revisions.push(Revision {
            revision,
            at,
            changes: changes.to_vec(),
        });
    }

    fn set_swap(&mut self, id: SwapId, status: SwapStatus) {
        if let Some(swap) = self.swaps.get_mut(&id) {
            swap.set(status);
        }
    }

    fn remember_swap(&mut self, requested: &SwapRequested) {
        let gives = self.shift(&requested.from, requested.give).cloned();
        let takes = requested
            .take
            .and_then(|date| self.shift(&requested.with, date).cloned());
        let swap = Swap::asked(requested.clone(), gives, takes);
        self.swaps.insert(requested.swap, swap);
    }
}

impl State for RosterState {
    type Event = RosterEvent;
    fn evolve(&mut self, event: &RosterEvent) {
        match event {
            RosterEvent::RosterDrafted(drafted) => {
                self.of = Some((drafted.desk.clone(), drafted.month));
                self.status = RosterStatus::Draft;
            }
            RosterEvent::SolveRequested(requested) => {
                self.proposal = None;
                self.solving = Some(OpenSolve {
                    request: requested.clone(),
                    claim: None,
                    cancel: None,
                });
            }
            RosterEvent::SolveClaimed(claimed) => {
                if let Some(open) = &mut self.solving {
                    open.claim = Some(claimed.clone());
                }
            }
            RosterEvent::SolveReleased(_) => {
                if let Some(open) = &mut self.solving {
                    open.claim = None;
                }
            }
            RosterEvent::SolveCancelRequested(cancel) => {
                if let Some(open) = &mut self.solving {
                    open.cancel = Some(cancel.clone());
                }
            }
            RosterEvent::ReplanProposed(proposed) => {
                self.solving = None;
                self.proposal = Some(proposed.clone());
            }
            RosterEvent::ReplanDiscarded(_) => self.proposal = None,
            RosterEvent::RosterGenerated(generated) => {
                self.solving = None;
                self.cells = generated
                    .cells
                    .iter()
                    .map(|cell| ((cell.staff.clone(), cell.date), cell.shift.clone()))
                    .collect();
                self.shortfalls = generated.report.shortfalls.clone();
            }
            RosterEvent::SolveFailed(_) => self.solving = None,
            RosterEvent::CellsEdited(edited) => self.apply(&edited.changes),
            RosterEvent::CellsFixed(fixed) => {
                let cells = fixed.cells.iter();
                self.fixed
                    .extend(cells.map(|cell| (cell.staff.clone(), cell.date)));
            }
            RosterEvent::CellsFreed(freed) => {
                for cell in &freed.cells {
                    self.fixed.remove(&(cell.staff.clone(), cell.date));
                }
            }
            RosterEvent::RosterPublished(published) => {
                self.status = RosterStatus::Published;
                self.shortfalls = published.shortfalls.clone();
                self.revise(published.revision, published.at, &[]);
            }
            RosterEvent::RosterAmended(amended) => {
                self.revise(amended.revision, amended.at, &amended.changes);
                self.remember_cover(amended);
                if amended.replan.is_some() {
                    self.proposal = None;
                }
            }
            RosterEvent::DutyTableSubmitted(submitted) => {
                self.submissions
                    .insert(submitted.week_start, submitted.clone());
            }
            RosterEvent::RosterLocked(_) => self.status = RosterStatus::Locked,
            RosterEvent::SwapRequested(requested) => self.remember_swap(requested),
            RosterEvent::SwapAgreed(agreed) => self.set_swap(agreed.swap, SwapStatus::Agreed),
            RosterEvent::SwapDeclined(declined) => {
                self.set_swap(declined.swap, SwapStatus::Declined);
            }
            RosterEvent::SwapApproved(approved) => {
                self.set_swap(approved.swap, SwapStatus::Approved);
                self.revise(approved.revision, approved.at, &approved.changes);
            }
            RosterEvent::LanesPlanned(planned) => {
                self.lane_plans.insert(planned.date, planned.clone());
            }
            RosterEvent::LanesOpened(opened) => {
                self.lane_openings.insert(opened.date, opened.clone());
            }
            RosterEvent::BudgetOverrun(overrun) => self.overrun = Some(overrun.clone()),
            RosterEvent::SwapRefused(refused) => self.set_swap(refused.swap, SwapStatus::Refused),
            RosterEvent::SwapWithdrawn(withdrawn) => {
                self.set_swap(withdrawn.swap, SwapStatus::Withdrawn);
            }
        }
    }
}

/// When a shift of `date` begins.
pub(crate) fn begins(shift: &Shift, date: WorkDate, zone: Zone) -> Option<DateTime<Utc>> {
    let first = shift.segments.first()?;
    Some(zone.instant(date, first.start))
}

/// Refuses a shift that has begun by `now`.
pub(crate) fn not_begun(
    shift: &Shift,
    staff: &StaffId,
    date: WorkDate,
    zone: Zone,
    now: DateTime<Utc>,
) -> Result<(), Refusal> {
    match begins(shift, date, zone).filter(|begins| *begins <= now) {
        None => Ok(()),
        Some(begins) => Err(Refusal::ShiftBegun {
            staff: staff.clone(),
            date,
            begins: zone.civil(begins),
        }),
    }
}

/// Cells are of the month, each said once, and their shifts hold together; the refusal names the field.
fn sound_cells(month: Month, cells: &[Cell]) -> Result<(), Refusal> {
    let mut seen = BTreeSet::new();
    ensure(!cells.is_empty(), "cells", Fault::Blank)?;
    for (i, cell) in cells.iter().enumerate() {
        let at = format!("cells[{i}].");
        ensure(
            month.contains(cell.date),
            format!("{at}date"),
            Fault::OtherMonth,
        )?;
        let first = seen.insert((&cell.staff, cell.date));
        ensure(first, format!("{at}staff"), Fault::Duplicate)?;
        let Some(shift) = &cell.shift else { continue };
        let at = format!("{at}shift.");
        sound_segments(&at, &shift.segments)?;
        for (i, meal) in shift.meals.iter().enumerate() {
            let field = |name: &str| format!("{at}meals[{i}].{name}");
            let long = meal.minutes > Minutes::ZERO;
            ensure(long, field("minutes"), Fault::NotPositive)?;
            let inside =
                inside_one_segment(&shift.segments, meal.start, meal.start, meal.minutes.0);
            ensure(inside, field("start"), Fault::OutsideSegment)?;
        }
    }
    Ok(())
}
