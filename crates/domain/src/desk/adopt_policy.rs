//! Adopt a policy document whole.

use crate::decider::{Decision, permit};
use crate::desk::DeskState;
use crate::event::{DeskEvent, PolicyAdopted};
use crate::ids::DeskId;
use crate::policy::{Policy, PolicyDocument};
use crate::refusal::{Action, Refusal};
use crate::who::{Issued, Role};
use crate::work_date::Month;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

/// Adopt a policy document.
#[derive(Clone, Debug)]
pub struct AdoptPolicy {
    /// Whose.
    pub desk: DeskId,
    /// The TOML text.
    pub document: String,
}

/// HR or the GM office adopts a document that leaves closed months as they were reckoned. `parsed` is the command's
/// document, `current` the one in force (none: the first), `closed` the desk's closed months.
pub fn decide(
    state: &DeskState,
    command: &AdoptPolicy,
    parsed: &PolicyDocument,
    current: Option<&PolicyDocument>,
    closed: &BTreeSet<Month>,
    issued: &Issued,
) -> Decision<DeskEvent> {
    state.known(&command.desk)?;
    permit(
        issued,
        &[Role::Hr, Role::GmOffice],
        &command.desk,
        Action::AdoptPolicy,
    )?;
    if let Some(current) = current {
        leaves_closed_months(parsed, current, closed)?;
    }
    let digest = hex(&Sha256::digest(command.document.as_bytes()));
    if state
        .policy
        .as_ref()
        .is_some_and(|policy| policy.digest == digest)
    {
        return Ok(vec![]);
    }
    Ok(vec![
        PolicyAdopted {
            versions: parsed.versions.iter().map(|v| v.id.clone()).collect(),
            digest,
            document: command.document.clone(),
            by: issued.by.staff.clone(),
        }
        .into(),
    ])
}

fn leaves_closed_months(
    parsed: &PolicyDocument,
    current: &PolicyDocument,
    closed: &BTreeSet<Month>,
) -> Result<(), Refusal> {
    for &month in closed {
        for date in month.days() {
            if let Some(was) = current.on(date)
                && !parsed.on(date).is_some_and(|now| same_rules(was, now))
            {
                return Err(Refusal::PolicyRewritesClosedMonth {
                    month,
                    date,
                    was: was.id.clone(),
                });
            }
        }
    }
    Ok(())
}

/// Whether two versions rule alike; to end an open version later on is no change of its rules.
fn same_rules(was: &Policy, now: &Policy) -> bool {
    let open_ended = |policy: &Policy| Policy {
        effective_until: None,
        ..policy.clone()
    };
    was == now || open_ended(was) == open_ended(now)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
