//! Take the post over (接班, P5): the relief signs, or the outgoing person records who signed at the other post (P6).

use crate::decider::{Decision, not_own, worded};
use crate::event::{EvidenceEvent, HandoverSigned, HandoverSigner};
use crate::evidence::EvidenceState;
use crate::ids::{HandoverId, StaffId};
use crate::post::HandoverWanted;
use crate::refusal::{Action, Refusal};
use crate::who::Issued;
use std::collections::BTreeSet;

/// Sign a handover.
#[derive(Clone, Debug)]
pub struct SignHandover {
    /// Which.
    pub handover: HandoverId,
    /// Who signed at the other post (P6); none: the author relieves.
    pub post_name: Option<String>,
}

/// A colleague who relieves and has arrived, never the person who goes; or, for another post, the person who goes.
/// `wanted` is what the ending shift asks for, `arrived` who of the reliefs has punched in.
pub fn decide(
    state: &EvidenceState,
    command: &SignHandover,
    wanted: Option<&HandoverWanted>,
    arrived: &BTreeSet<StaffId>,
    issued: &Issued,
) -> Decision<EvidenceEvent> {
    let unknown = || Refusal::HandoverUnknown {
        handover: command.handover,
    };
    let handover = state.handovers.get(&command.handover).ok_or_else(unknown)?;
    let offered = &handover.offered;
    if handover.signed.is_some() {
        return Err(Refusal::HandoverSigned {
            handover: command.handover,
        });
    }
    let current = state.current_handover(&offered.staff, offered.work_date);
    if current.is_some_and(|(id, _)| id != command.handover) {
        return Err(Refusal::HandoverReplaced {
            handover: command.handover,
        });
    }
    let signer = match (&command.post_name, &offered.to_post) {
        (Some(name), Some(post)) => {
            if issued.by.staff != offered.staff {
                return Err(Refusal::NotYourRequest {
                    action: Action::SignHandover,
                });
            }
            worded("name", name)?;
            HandoverSigner::Post {
                post: post.clone(),
                name: name.clone(),
            }
        }
        (Some(_), None) => {
            return Err(Refusal::HandoverNotToAPost {
                handover: command.handover,
            });
        }
        (None, _) => {
            let staff = &issued.by.staff;
            not_own(issued, &offered.staff, Action::SignHandover)?;
            let relieves =
                wanted.is_some_and(|wanted| wanted.reliefs.iter().any(|duty| duty.staff == *staff));
            if !relieves {
                return Err(Refusal::NotTheRelief {
                    staff: staff.clone(),
                });
            }
            if !arrived.contains(staff) {
                return Err(Refusal::NotOnPost {
                    staff: staff.clone(),
                });
            }
            HandoverSigner::Relief {
                staff: staff.clone(),
            }
        }
    };
    Ok(vec![
        HandoverSigned {
            handover: command.handover,
            signer,
            at: issued.at,
        }
        .into(),
    ])
}
