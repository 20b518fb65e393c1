//! The ledger of balances (T2): what was granted, earned and moved, what was taken from it, what expired, with the
//! balance after each line.
//!
//! Derived from a person's leave of all years and from the time off that day records show as earned, so a late fact
//! that changes a day changes the ledger. What was granted or earned is a lot with a life of its own; leave is taken
//! from the lots that hold on its first day, the one that expires first before the others.

use crate::day::RequestStatus;
use crate::event::LeaveKind;
use crate::ids::{LeaveId, StaffId};
use crate::leave::grant::year_of;
use crate::leave::{LeaveState, MovementCause};
use crate::quantities::Minutes;
use crate::work_date::{DayMinute, WorkDate, Zone};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Time off that a closed day earned (调休).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Earned {
    /// The day.
    pub date: WorkDate,
    /// As the facts stand.
    pub minutes: Minutes,
    /// As its month was closed, if it is.
    pub closed_minutes: Option<Minutes>,
    /// Last day on which it can be taken.
    pub expires: Option<WorkDate>,
}

/// All that a person's balances rest on.
#[derive(Clone, Debug)]
pub struct LedgerBook {
    /// The person's leave by year.
    pub years: BTreeMap<i32, LeaveState>,
    /// Time off earned.
    pub earned: Vec<Earned>,
    /// How far time has passed; what expired by then is gone.
    pub closed_through: Option<WorkDate>,
    /// The site's zone.
    pub zone: Zone,
}

/// Which leave is counted as taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claims {
    /// Approved leave.
    Approved,
    /// Approved leave, and what waits for a decision.
    Standing,
}

/// A balance of one kind of leave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balance {
    /// Which kind.
    pub kind: LeaveKind,
    /// What is left: entitlements and earnings, less approved leave and what expired.
    pub minutes: Minutes,
    /// Asked for and undecided; not taken off yet.
    pub pending_minutes: Minutes,
    /// What it consists of, first to expire first; used up and expired ones are gone.
    pub lots: Vec<Lot>,
    /// Every movement, oldest first.
    pub lines: Vec<Line>,
}

/// Something granted or earned at one time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lot {
    /// First day on which it can be taken.
    pub from: WorkDate,
    /// Last day on which it can be taken; none: it does not expire.
    pub expires: Option<WorkDate>,
    /// As granted.
    pub minutes: Minutes,
    /// What is left of it.
    pub left: Minutes,
}

/// A movement of a balance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// When it was recorded or decided, or the day was over.
    pub at: DateTime<Utc>,
    /// How much; what is taken is negative.
    pub minutes: Minutes,
    /// The balance after it.
    pub balance: Minutes,
    /// What moved it.
    pub cause: LineCause,
    /// In somebody's words, if any.
    pub reason: String,
    /// The day it was earned on, or the first day of the leave.
    pub work_date: Option<WorkDate>,
    /// Last day on which it can be taken.
    pub expires: Option<WorkDate>,
    /// Who recorded or approved it.
    pub by: Option<StaffId>,
}

/// What moved a balance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum LineCause {
    /// A year's entitlement.
    Granted {
        /// Which year.
        year: i32,
        /// Whole days.
        days: u16,
        /// Completed years of service.
        service_years: u16,
    },
    /// Somebody moved it.
    Moved,
    /// A day earned it.
    Earned,
    /// A late fact changed what a day of a closed month earned.
    EarnedChanged,
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
    /// It was not taken in time.
    Expired,
}

/// Something taken on a day.
#[derive(Clone, Copy)]
struct Taking {
    day: WorkDate,
    at: DateTime<Utc>,
    minutes: Minutes,
}

impl LedgerBook {
    /// A book with nothing in it.
    pub fn empty(zone: Zone) -> Self {
        Self {
            years: BTreeMap::new(),
            earned: Vec::new(),
            closed_through: None,
            zone,
        }
    }

    /// The same book with a year as it stands now.
    #[must_use]
    pub fn with(&self, year: i32, state: &LeaveState) -> Self {
        let mut book = self.clone();
        book.years.insert(year, state.clone());
        book
    }

    /// How much of `wanted` the balance bears on `day`, beside what is taken from it already.
    pub fn room(&self, kind: LeaveKind, day: WorkDate, wanted: Minutes, claims: Claims) -> Minutes {
        let mut takings = self.takings(kind, claims);
        let before = take(&mut self.lots(kind), &mut takings);
        takings.push(Taking {
            day,
            at: DateTime::<Utc>::MAX_UTC,
            minutes: wanted,
        });
        let after = take(&mut self.lots(kind), &mut takings);
        (wanted - (after - before)).at_least_zero()
    }

    /// The balances of every kind that ever moved or is asked for.
    pub fn balances(&self) -> Vec<Balance> {
        let mut kinds: BTreeSet<LeaveKind> = BTreeSet::new();
        if !self.earned.is_empty() {
            kinds.insert(LeaveKind::Compensatory);
        }
        for state in self.years.values() {
            kinds.extend(state.ledger.iter().map(|movement| movement.kind));
            let asked = state.leaves.values().map(|leave| &leave.requested);
            let balanced = asked.filter(|asked| !asked.minutes.is_zero());
            kinds.extend(balanced.map(|asked| asked.kind));
        }
        kinds.into_iter().map(|kind| self.balance(kind)).collect()
    }

    /// The balance of a kind.
    pub fn balance(&self, kind: LeaveKind) -> Balance {
        let mut lots = self.lots(kind);
        take(&mut lots, &mut self.takings(kind, Claims::Approved));
        let mut lines = self.movements(kind);
        for lot in &mut lots {
            let Some(expires) = lot.expires.filter(|last| self.over(*last)) else {
                continue;
            };
            if lot.left > Minutes::ZERO {
                lines.push(Line {
                    expires: Some(expires),
                    ..line(self.end_of(expires), -lot.left, LineCause::Expired)
                });
                lot.left = Minutes::ZERO;
            }
        }
        lines.sort_by_key(|line| line.at);
        let mut minutes = Minutes::ZERO;
        for line in &mut lines {
            minutes += line.minutes;
            line.balance = minutes;
        }
        lots.retain(|lot| lot.left > Minutes::ZERO);
        let pending = self.leaves(kind, RequestStatus::Pending);
        Balance {
            kind,
            minutes,
            pending_minutes: pending.map(|taking| taking.minutes).sum(),
            lots,
            lines,
        }
    }

    fn over(&self, day: WorkDate) -> bool {
        self.closed_through.is_some_and(|closed| day <= closed)
    }

    fn end_of(&self, day: WorkDate) -> DateTime<Utc> {
        self.zone.instant(day.plus_days(1), DayMinute(0))
    }

    /// Lots as granted, first to expire first.
    fn lots(&self, kind: LeaveKind) -> Vec<Lot> {
        let lot = |from, expires, minutes| Lot {
            from,
            expires,
            minutes,
            left: minutes,
        };
        let mut lots = Vec::new();
        for (year, state) in &self.years {
            for movement in state.ledger.iter().filter(|movement| movement.kind == kind) {
                let granted = match &movement.why {
                    MovementCause::Moved { .. } | MovementCause::Granted { .. } => {
                        movement.minutes > Minutes::ZERO
                    }
                    MovementCause::Taken { .. } | MovementCause::GivenBack { .. } => false,
                };
                if granted {
                    let first = year_of(*year).map(|(first, _)| first);
                    let recorded = self.zone.date(movement.at);
                    let from = movement.from.or(first).unwrap_or(recorded);
                    lots.push(lot(from, movement.expires, movement.minutes));
                }
            }
        }
        if kind == LeaveKind::Compensatory {
            let earned = self.earned.iter();
            lots.extend(earned.map(|earned| lot(earned.date, earned.expires, earned.minutes)));
        }
        lots.sort_by_key(|lot| (lot.expires.is_none(), lot.expires, lot.from));
        lots
    }

    /// What is taken: leave on its first day, and what somebody took away.
    fn takings(&self, kind: LeaveKind, claims: Claims) -> Vec<Taking> {
        let mut takings: Vec<Taking> = self.leaves(kind, RequestStatus::Approved).collect();
        if claims == Claims::Standing {
            takings.extend(self.leaves(kind, RequestStatus::Pending));
        }
        let moved = self.years.values().flat_map(|state| &state.ledger);
        let away = moved.filter(|movement| {
            movement.kind == kind
                && movement.minutes < Minutes::ZERO
                && matches!(movement.why, MovementCause::Moved { .. })
        });
        takings.extend(away.map(|movement| Taking {
            day: self.zone.date(movement.at),
            at: movement.at,
            minutes: -movement.minutes,
        }));
        takings
    }

    fn leaves(&self, kind: LeaveKind, status: RequestStatus) -> impl Iterator<Item = Taking> {
        let leaves = self.years.values().flat_map(|state| state.leaves.values());
        leaves
            .filter(move |leave| leave.status == status && leave.requested.kind == kind)
            .map(|leave| Taking {
                day: leave.requested.span.first,
                at: leave.requested.at,
                minutes: leave.requested.minutes,
            })
    }

    /// Every movement but what expired, without running balances.
    fn movements(&self, kind: LeaveKind) -> Vec<Line> {
        let mut lines = Vec::new();
        for state in self.years.values() {
            for movement in state.ledger.iter().filter(|movement| movement.kind == kind) {
                let of_leave = |cause, leave: &LeaveId| {
                    let asked = state.leaves.get(leave).map(|leave| &leave.requested);
                    Line {
                        reason: asked.map_or_else(String::new, |asked| asked.reason.clone()),
                        work_date: asked.map(|asked| asked.span.first),
                        ..line(movement.at, movement.minutes, cause)
                    }
                };
                let made = match &movement.why {
                    MovementCause::Moved { reason, work_date } => Line {
                        reason: reason.clone(),
                        work_date: *work_date,
                        ..line(movement.at, movement.minutes, LineCause::Moved)
                    },
                    MovementCause::Granted {
                        year,
                        days,
                        service_years,
                    } => {
                        let cause = LineCause::Granted {
                            year: *year,
                            days: *days,
                            service_years: *service_years,
                        };
                        line(movement.at, movement.minutes, cause)
                    }
                    MovementCause::Taken { leave } => {
                        of_leave(LineCause::Taken { leave: *leave }, leave)
                    }
                    MovementCause::GivenBack { leave } => {
                        of_leave(LineCause::GivenBack { leave: *leave }, leave)
                    }
                };
                lines.push(Line {
                    expires: movement.expires,
                    by: movement.by.clone(),
                    ..made
                });
            }
        }
        if kind == LeaveKind::Compensatory {
            for earned in &self.earned {
                let first = earned.closed_minutes.unwrap_or(earned.minutes);
                let news = earned.minutes - first;
                let moves = [(first, LineCause::Earned), (news, LineCause::EarnedChanged)];
                let told = moves.into_iter().filter(|(minutes, _)| !minutes.is_zero());
                lines.extend(told.map(|(minutes, cause)| Line {
                    work_date: Some(earned.date),
                    expires: earned.expires,
                    ..line(self.end_of(earned.date), minutes, cause)
                }));
            }
        }
        lines
    }
}

fn line(at: DateTime<Utc>, minutes: Minutes, cause: LineCause) -> Line {
    Line {
        at,
        minutes,
        balance: Minutes::ZERO,
        cause,
        reason: String::new(),
        work_date: None,
        expires: None,
        by: None,
    }
}

/// Takes everything from the lots that hold on its day, first to expire first; what no lot bears is the answer. Day by
/// day this order serves as much as any other could.
fn take(lots: &mut [Lot], takings: &mut [Taking]) -> Minutes {
    takings.sort_by_key(|taking| (taking.day, taking.at));
    let mut unborne = Minutes::ZERO;
    for taking in takings {
        let mut wanted = taking.minutes;
        let holds = |lot: &&mut Lot| {
            lot.from <= taking.day && lot.expires.is_none_or(|last| taking.day <= last)
        };
        for lot in lots.iter_mut().filter(holds) {
            let part = wanted.min(lot.left).at_least_zero();
            lot.left = lot.left - part;
            wanted = wanted - part;
        }
        unborne += wanted;
    }
    unborne
}
