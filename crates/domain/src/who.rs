//! Who acts, and when.

use crate::ids::{DeskId, StaffId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What a person may do. One person may hold several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 客服: clocks in, asks.
    Staff,
    /// 部门主管/班长: rosters, approves, for the desks led.
    Lead,
    /// 行政部/人力资源部: receives, balances, exports.
    Hr,
    /// 总经办: approves what the lead may not.
    GmOffice,
}

/// The person behind a command, as the server knows it (never as a request body claims).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The person.
    pub staff: StaffId,
    /// What the person may do.
    pub roles: BTreeSet<Role>,
    /// The desks a lead leads.
    pub leads: BTreeSet<DeskId>,
}

impl Actor {
    /// Whether the person holds the role.
    pub fn is(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }
    /// The first of `approvers` that the person may act as for `desk`. A lead acts only for the desks led.
    pub fn acting_as(&self, approvers: &[Role], desk: &DeskId) -> Option<Role> {
        approvers
            .iter()
            .copied()
            .find(|&role| self.is(role) && (role != Role::Lead || self.leads.contains(desk)))
    }
}

/// A command's author and moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issued {
    /// Who.
    pub by: Actor,
    /// The server's clock when the command arrived.
    pub at: DateTime<Utc>,
}
