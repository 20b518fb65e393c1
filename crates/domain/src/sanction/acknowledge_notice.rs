//! Take note of a notice to the administration (行政部, D6).

use crate::decider::{Decision, not_own, permit};
use crate::event::{NoticeAcknowledged, SanctionEvent};
use crate::ids::NoticeId;
use crate::penalty::notice::Notice;
use crate::refusal::{Action, Refusal};
use crate::sanction::SanctionState;
use crate::who::{Issued, Role};

/// Take note.
#[derive(Clone, Debug)]
pub struct AcknowledgeNotice {
    /// Of which.
    pub notice: NoticeId,
    /// What is to be done.
    pub note: String,
}

/// HR, once, never of oneself. `notice` is the notice as derived now; none: too few breaches are confirmed (any more).
pub fn decide(
    state: &SanctionState,
    command: &AcknowledgeNotice,
    notice: Option<&Notice>,
    issued: &Issued,
) -> Decision<SanctionEvent> {
    let id = &command.notice;
    let notice = notice.ok_or_else(|| Refusal::NoticeUnknown { notice: id.clone() })?;
    not_own(issued, &notice.staff, Action::AcknowledgeNotice)?;
    permit(issued, &[Role::Hr], &notice.desk, Action::AcknowledgeNotice)?;
    if let Some(known) = state.acknowledged.get(id) {
        return Err(Refusal::NoticeIsAcknowledged {
            by: known.by.clone(),
        });
    }
    Ok(vec![
        NoticeAcknowledged {
            notice: id.clone(),
            note: command.note.clone(),
            by: issued.by.staff.clone(),
            at: issued.at,
        }
        .into(),
    ])
}
