//! Whose things a person may see. What they may *do* is decided by the domain; this is about looking.
//!
//! The answer is the same whether the thing exists or not, so that nobody can find out by asking.

use crate::app::{App, AppError};
use domain::ids::{DeskId, StaffId};
use domain::who::{Actor, Role};

/// Which people's things somebody may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Visible {
    /// Everybody's.
    All,
    /// Those of these desks' people, and their own.
    Desks(Vec<DeskId>),
    /// Their own alone.
    Own,
}

impl Visible {
    /// What `actor` may see.
    pub fn to(actor: &Actor) -> Self {
        if actor.is(Role::Hr) || actor.is(Role::GmOffice) {
            Self::All
        } else if actor.is(Role::Lead) && !actor.leads.is_empty() {
            Self::Desks(actor.leads.iter().cloned().collect())
        } else {
            Self::Own
        }
    }
}

/// Whether `actor` runs this desk or stands above it: its lead, HR, the GM office.
pub fn may_run_desk(actor: &Actor, desk: &DeskId) -> Result<(), AppError> {
    match Visible::to(actor) {
        Visible::All => Ok(()),
        Visible::Desks(desks) if desks.contains(desk) => Ok(()),
        Visible::Desks(_) | Visible::Own => Err(AppError::Forbidden),
    }
}

impl App {
    /// Whether `actor` may see this person's punches, leave, pay and penalties.
    pub async fn may_see_person(&self, actor: &Actor, staff: &StaffId) -> Result<(), AppError> {
        if actor.staff == *staff || Visible::to(actor) == Visible::All {
            return Ok(());
        }
        let desk = self
            .staff_state(staff)
            .await?
            .record
            .as_ref()
            .map(|record| record.desk.clone());
        desk.map_or(Err(AppError::Forbidden), |desk| may_run_desk(actor, &desk))
    }

    /// Whether `actor` may see what hangs on this desk's wall: the duty table, who is on post.
    pub async fn may_see_desk(&self, actor: &Actor, desk: &DeskId) -> Result<(), AppError> {
        if may_run_desk(actor, desk).is_ok() {
            return Ok(());
        }
        let own = self.staff_state(&actor.staff).await?;
        let works_here = own
            .record
            .as_ref()
            .is_some_and(|record| record.desk == *desk);
        if works_here {
            Ok(())
        } else {
            Err(AppError::Forbidden)
        }
    }
}
