//! Offer the post to whoever comes next, with notes and open items (交班, P5–P7). The offer is the signature of who goes.

use crate::decider::{Decision, ensure};
use crate::event::{EvidenceEvent, HandoverOffered};
use crate::evidence::EvidenceState;
use crate::ids::{HandoverId, ItemId};
use crate::post::{Duty, HandoverWanted};
use crate::refusal::{Fault, Refusal};
use crate::who::Issued;
use std::collections::BTreeSet;

/// Offer a handover of one's own shift.
#[derive(Clone, Debug)]
pub struct OfferHandover {
    /// Its id.
    pub handover: HandoverId,
    /// The post it is given to (P6); none: to a colleague.
    pub to_post: Option<String>,
    /// What the next shift should know.
    pub notes: String,
    /// Open items that go with it.
    pub items: Vec<ItemId>,
}

/// Who stands at the desk as the shift ends.
#[derive(Clone, Copy, Debug)]
pub struct Handing<'a> {
    /// The author's shift; none: not rostered.
    pub duty: Option<&'a Duty>,
    /// What its end asks for.
    pub wanted: Option<&'a HandoverWanted>,
    /// Whether the author has punched in.
    pub has_arrived: bool,
    /// The open items that are the author's.
    pub items: &'a BTreeSet<ItemId>,
}

/// Whoever is on the post and will be relieved, of items that are theirs. A signed handover stands.
pub fn decide(
    state: &EvidenceState,
    command: &OfferHandover,
    handing: Handing<'_>,
    issued: &Issued,
) -> Decision<EvidenceEvent> {
    let staff = &issued.by.staff;
    let duty = handing.duty.ok_or_else(|| Refusal::HandoverNoShift {
        staff: staff.clone(),
    })?;
    let wanted = handing.wanted.ok_or_else(|| Refusal::NobodyToRelieve {
        code: duty.code.clone(),
        date: duty.date,
    })?;
    if !handing.has_arrived {
        return Err(Refusal::NotOnPost {
            staff: staff.clone(),
        });
    }
    let names_a_post = |post: &String| wanted.posts.contains(post);
    ensure(
        command.to_post.as_ref().is_none_or(names_a_post),
        "to_post",
        Fault::Unknown,
    )?;
    let known = command.items.iter().collect::<BTreeSet<_>>();
    ensure(
        known.len() == command.items.len(),
        "items",
        Fault::Duplicate,
    )?;
    for &item in &command.items {
        if !handing.items.contains(&item) {
            return Err(Refusal::ItemNotYours { item });
        }
    }
    if state.handovers.contains_key(&command.handover) {
        return Err(Refusal::IdTaken {
            id: command.handover.to_string(),
        });
    }
    if let Some((handover, true)) = state.current_handover(staff, duty.date) {
        return Err(Refusal::HandoverSigned { handover });
    }
    Ok(vec![
        HandoverOffered {
            handover: command.handover,
            staff: staff.clone(),
            work_date: duty.date,
            to_post: command.to_post.clone(),
            notes: command.notes.clone(),
            items: command.items.clone(),
            at: issued.at,
        }
        .into(),
    ])
}
