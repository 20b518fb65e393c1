//! A person's leave of a year, and the ledger of balances it is taken from (T2, T12).

pub mod approve;
pub mod grant;
pub mod ledger;
pub mod move_balance;
pub mod note_evidence;
pub mod refuse;
pub mod request;
pub mod unit;
pub mod withdraw;

use crate::day::RequestStatus;
use crate::decider::{State, not_own, permit};
use crate::event::{
    BalanceMoved, EvidenceNoted, LeaveEvent, LeaveGranted, LeaveKind, LeaveRequested, LeaveSpan,
};
use crate::ids::{LeaveId, StaffId};
use crate::policy::LeavePolicy;
use crate::quantities::Minutes;
use crate::refusal::{Action, Refusal};
use crate::who::{Issued, Role};
use crate::work_date::{Month, WorkDate};
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};

/// Folded from stream `leave-{staff}-{yyyy}`.
#[derive(Clone, Debug, Default)]
pub struct LeaveState {
    /// Every request whose first day lies in the year.
    pub leaves: BTreeMap<LeaveId, Leave>,
    /// Every movement of a balance, in order.
    pub ledger: Vec<Movement>,
}

/// A leave request (请假申请) and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leave {
    /// What was asked.
    pub requested: LeaveRequested,
    /// Where it stands.
    pub status: RequestStatus,
    /// Documents named and seen, in order.
    pub evidence: Vec<EvidenceNoted>,
}

/// A line of the ledger. Negative takes away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movement {
    /// Of which kind.
    pub kind: LeaveKind,
    /// How much.
    pub minutes: Minutes,
    /// Why.
    pub why: MovementCause,
    /// When.
    pub at: DateTime<Utc>,
    /// Who, if anybody.
    pub by: Option<StaffId>,
    /// First day on which it can be taken; none: of its year.
    pub from: Option<WorkDate>,
    /// Last day on which it can be taken.
    pub expires: Option<WorkDate>,
}

/// What moved a balance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MovementCause {
    /// Somebody moved it: an entitlement, or time off earned.
    Moved {
        /// In words.
        reason: String,
        /// The day it was earned on, if any.
        work_date: Option<WorkDate>,
    },
    /// A year's entitlement came due.
    Granted {
        /// Which year.
        year: i32,
        /// Whole days.
        days: u16,
        /// Completed years of service.
        service_years: u16,
    },
    /// Leave was approved.
    Taken {
        /// Which.
        leave: LeaveId,
    },
    /// Approved leave was taken back.
    GivenBack {
        /// Which.
        leave: LeaveId,
    },
}

impl LeaveState {
    /// The request, or the refusal that there is none.
    pub fn leave(&self, id: LeaveId) -> Result<&Leave, Refusal> {
        self.leaves
            .get(&id)
            .ok_or(Refusal::LeaveUnknown { leave: id })
    }
    /// Whether a year's entitlement of a kind was granted.
    pub fn granted(&self, kind: LeaveKind, year: i32) -> bool {
        self.ledger.iter().any(|movement| {
            let of_year =
                matches!(movement.why, MovementCause::Granted { year: known, .. } if known == year);
            of_year && movement.kind == kind
        })
    }
    /// Approved leave.
    pub fn approved(&self) -> impl Iterator<Item = &LeaveRequested> {
        let approved = |leave: &&Leave| leave.status == RequestStatus::Approved;
        self.leaves
            .values()
            .filter(approved)
            .map(|leave| &leave.requested)
    }
    /// Spans of pending and approved leave, which another request must not overlap.
    pub fn standing(&self) -> impl Iterator<Item = &LeaveSpan> {
        let standing = |leave: &&Leave| match leave.status {
            RequestStatus::Pending | RequestStatus::Approved => true,
            RequestStatus::Refused | RequestStatus::Withdrawn => false,
        };
        self.leaves
            .values()
            .filter(standing)
            .map(|leave| &leave.requested.span)
    }

    fn decide_on(
        &mut self,
        id: LeaveId,
        status: RequestStatus,
        by: Option<&StaffId>,
        at: DateTime<Utc>,
    ) {
        let Some(leave) = self.leaves.get_mut(&id) else {
            return;
        };
        let asked = &leave.requested;
        let taken = |status| status == RequestStatus::Approved;
        let why_and_minutes = match (taken(leave.status), taken(status)) {
            (false, true) => Some((MovementCause::Taken { leave: id }, -asked.minutes)),
            (true, false) => Some((MovementCause::GivenBack { leave: id }, asked.minutes)),
            (true, true) | (false, false) => None,
        };
        if let Some((why, minutes)) = why_and_minutes.filter(|(_, minutes)| !minutes.is_zero()) {
            let kind = asked.kind;
            self.ledger.push(Movement {
                kind,
                minutes,
                why,
                at,
                by: by.cloned(),
                from: None,
                expires: None,
            });
        }
        leave.status = status;
    }

    fn remember_move(&mut self, moved: &BalanceMoved) {
        self.ledger.push(Movement {
            kind: moved.kind,
            minutes: moved.minutes,
            why: MovementCause::Moved {
                reason: moved.reason.clone(),
                work_date: moved.work_date,
            },
            at: moved.at,
            by: Some(moved.by.clone()),
            from: moved.work_date,
            expires: moved.expires,
        });
    }

    fn remember_grant(&mut self, granted: &LeaveGranted) {
        self.ledger.push(Movement {
            kind: granted.kind,
            minutes: granted.minutes,
            why: MovementCause::Granted {
                year: granted.year,
                days: granted.days,
                service_years: granted.service_years,
            },
            at: granted.at,
            by: None,
            from: Some(granted.from),
            expires: Some(granted.expires),
        });
    }
}

impl State for LeaveState {
    type Event = LeaveEvent;
    fn evolve(&mut self, event: &LeaveEvent) {
        match event {
            LeaveEvent::LeaveRequested(requested) => {
                let named = requested.evidence.iter().map(|document| EvidenceNoted {
                    leave: requested.leave,
                    document: document.clone(),
                    seen: false,
                    by: requested.filed_by.clone(),
                    at: requested.at,
                });
                let leave = Leave {
                    requested: requested.clone(),
                    status: RequestStatus::Pending,
                    evidence: named.collect(),
                };
                self.leaves.insert(requested.leave, leave);
            }
            LeaveEvent::LeaveApproved(approved) => {
                let by = Some(&approved.by);
                self.decide_on(approved.leave, RequestStatus::Approved, by, approved.at);
            }
            LeaveEvent::LeaveRefused(refused) => {
                let by = Some(&refused.by);
                self.decide_on(refused.leave, RequestStatus::Refused, by, refused.at);
            }
            LeaveEvent::LeaveWithdrawn(withdrawn) => {
                self.decide_on(
                    withdrawn.leave,
                    RequestStatus::Withdrawn,
                    None,
                    withdrawn.at,
                );
            }
            LeaveEvent::BalanceMoved(moved) => self.remember_move(moved),
            LeaveEvent::EvidenceNoted(noted) => {
                if let Some(leave) = self.leaves.get_mut(&noted.leave) {
                    leave.evidence.push(noted.clone());
                }
            }
            LeaveEvent::LeaveGranted(granted) => self.remember_grant(granted),
        }
    }
}

/// A pending request, and the role in which the author may decide it (T12): not for oneself, nor when the books of its
/// days are closed.
fn decidable<'a>(
    state: &'a LeaveState,
    id: LeaveId,
    policy: &LeavePolicy,
    closed: &BTreeSet<Month>,
    issued: &Issued,
) -> Result<(&'a Leave, Role), Refusal> {
    let leave = state.leave(id)?;
    let asked = &leave.requested;
    not_own(issued, &asked.staff, Action::DecideLeave)?;
    let role = permit(issued, &policy.approvers, &asked.desk, Action::DecideLeave)?;
    leave.pending()?;
    books_open(&asked.span, closed)?;
    Ok((leave, role))
}

impl Leave {
    fn pending(&self) -> Result<(), Refusal> {
        if self.status != RequestStatus::Pending {
            return Err(Refusal::LeaveNotPending {
                leave: self.requested.leave,
                status: self.status,
            });
        }
        Ok(())
    }
}

fn books_open(span: &LeaveSpan, closed: &BTreeSet<Month>) -> Result<(), Refusal> {
    let touched = closed.range(span.first.month()..=span.last.month().max(span.first.month()));
    match touched.copied().next() {
        None => Ok(()),
        Some(month) => Err(Refusal::MonthClosed { month }),
    }
}
