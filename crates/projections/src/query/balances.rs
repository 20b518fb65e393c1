//! Leave balances as a ledger (T2).

use super::View;
use crate::columns::{from_word, instant, parse};
use crate::error::Result;
use crate::facts::By;
use crate::states::LeaveRow;
use chrono::{DateTime, Utc};
use domain::day::RequestStatus;
use domain::event::LeaveKind;
use domain::ids::StaffId;
use domain::quantities::Minutes;
use domain::work_date::WorkDate;
use serde::Serialize;
use std::collections::BTreeMap;

/// A movement of a balance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BalanceLine {
    /// When it was recorded or decided.
    pub at: DateTime<Utc>,
    /// How much; leave taken is negative.
    pub minutes: Minutes,
    /// Why.
    pub reason: String,
    /// The day it was earned on, or the first day of the leave.
    pub work_date: Option<WorkDate>,
    /// Who recorded or approved it.
    pub by: Option<StaffId>,
}

/// A person's balance of one kind of leave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeaveBalance {
    /// Which kind.
    pub kind: LeaveKind,
    /// What is left: entitlements and earnings, less approved leave.
    pub minutes: Minutes,
    /// Asked for and undecided; not taken off yet.
    pub pending_minutes: Minutes,
    /// Every movement, oldest first.
    pub lines: Vec<BalanceLine>,
}

impl View<'_> {
    /// A person's balances, of the kinds that ever moved.
    pub fn leave_balances(&self, staff: &StaffId) -> Result<Vec<LeaveBalance>> {
        let mut balances: BTreeMap<LeaveKind, LeaveBalance> = BTreeMap::new();
        fn of(
            balances: &mut BTreeMap<LeaveKind, LeaveBalance>,
            kind: LeaveKind,
        ) -> &mut LeaveBalance {
            balances.entry(kind).or_insert_with(|| LeaveBalance {
                kind,
                minutes: Minutes::ZERO,
                pending_minutes: Minutes::ZERO,
                lines: Vec::new(),
            })
        }
        let mut statement = self.connection.prepare_cached(
            "SELECT kind, minutes, reason, work_date, by, at FROM balance_moves
             WHERE staff = ?1 ORDER BY position",
        )?;
        let mut rows = statement.query([staff.as_str()])?;
        while let Some(row) = rows.next()? {
            let balance = of(&mut balances, from_word(&row.get::<_, String>(0)?)?);
            let work_date: Option<String> = row.get(3)?;
            balance.lines.push(BalanceLine {
                at: instant(row.get(5)?),
                minutes: Minutes(row.get(1)?),
                reason: row.get(2)?,
                work_date: work_date.as_deref().map(parse).transpose()?,
                by: Some(StaffId::new(row.get::<_, String>(4)?)),
            });
        }
        // A leave of a kind without balance takes no minutes from one.
        let leaves: Vec<LeaveRow> = self
            .facts
            .states("leave", By::Staff(staff.as_str()), None)?;
        for leave in leaves.into_iter().filter(|leave| !leave.minutes.is_zero()) {
            let balance = of(&mut balances, leave.kind);
            match leave.status {
                RequestStatus::Pending => balance.pending_minutes += leave.minutes,
                RequestStatus::Approved => balance.lines.push(BalanceLine {
                    at: leave.decision.as_ref().map_or(leave.requested_at, |d| d.at),
                    minutes: -leave.minutes,
                    reason: leave.reason,
                    work_date: Some(leave.span.first),
                    by: leave.decision.map(|decision| decision.by),
                }),
                RequestStatus::Refused | RequestStatus::Withdrawn => {}
            }
        }
        Ok(balances
            .into_values()
            .map(|mut balance| {
                balance.lines.sort_by_key(|line| line.at);
                balance.minutes = balance.lines.iter().map(|line| line.minutes).sum();
                balance
            })
            .collect())
    }
}
