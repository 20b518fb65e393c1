//! Whether somebody may punch out for good (P5, P6, S4). A punch of a device is a fact and is never refused; it shows in
//! the day's record instead.

use super::{Duty, HandoverWanted};
use crate::ids::StaffId;
use crate::policy::OpenItemsPolicy;
use crate::refusal::Refusal;
use chrono::{DateTime, Utc};
use std::collections::BTreeSet;

/// What somebody leaves behind.
#[derive(Clone, Debug)]
pub struct Leaving<'a> {
    /// The shift that ends.
    pub duty: &'a Duty,
    /// What its end asks for.
    pub wanted: Option<&'a HandoverWanted>,
    /// When the handover was signed or waived.
    pub released_at: Option<DateTime<Utc>>,
    /// Who of the reliefs has punched in.
    pub arrived: &'a BTreeSet<StaffId>,
    /// What is open and theirs.
    pub open_items: &'a [String],
}

/// Refuses an out-punch for good while something is open, or while nobody has taken the post over. In an earlier
/// segment of a split shift nobody leaves for good.
pub fn leave_post(
    leaving: &Leaving<'_>,
    open_items: Option<&OpenItemsPolicy>,
    at: DateTime<Utc>,
) -> Result<(), Refusal> {
    if at < leaving.duty.last_from() {
        return Ok(());
    }
    let items_asked = open_items.is_some_and(|policy| policy.clock_out_refused);
    if items_asked && !leaving.open_items.is_empty() {
        return Err(Refusal::ItemsLeftOpen {
            items: leaving.open_items.to_vec(),
        });
    }
    let Some(wanted) = leaving.wanted.filter(|_| leaving.released_at.is_none()) else {
        return Ok(());
    };
    let reliefs: Vec<StaffId> = wanted
        .reliefs
        .iter()
        .map(|duty| duty.staff.clone())
        .collect();
    if !wanted.posts.is_empty() {
        let posts = wanted.posts.clone();
        return Err(Refusal::PostHandoverNotSigned { posts });
    }
    if reliefs.iter().any(|staff| leaving.arrived.contains(staff)) {
        return Err(Refusal::HandoverNotSigned { reliefs });
    }
    Err(Refusal::ReliefNotArrived { reliefs })
}
