//! Disagree with an approved penalty (申诉, T16).

use crate::decider::{Decision, worded};
use crate::event::{SanctionAppealed, SanctionEvent};
use crate::ids::SanctionId;
use crate::policy::SanctionPolicy;
use crate::refusal::Refusal;
use crate::sanction::{SanctionState, Subject, proposed};
use crate::who::Issued;
use crate::work_date::Zone;

/// Appeal.
#[derive(Clone, Debug)]
pub struct Appeal {
    /// Against which.
    pub sanction: SanctionId,
    /// In the person's words.
    pub reason: String,
}

/// The person, once, within the policy's days after approval.
pub fn decide(
    state: &SanctionState,
    command: &Appeal,
    subject: Option<&Subject>,
    policy: &SanctionPolicy,
    zone: Zone,
    issued: &Issued,
) -> Decision<SanctionEvent> {
    let subject = proposed(&command.sanction, subject)?;
    if subject.staff != issued.by.staff {
        return Err(Refusal::AppealNotYours {
            staff: subject.staff.clone(),
        });
    }
    worded("reason", &command.reason)?;
    let sanction = || command.sanction.clone();
    let decided = state.sanctions.get(&command.sanction);
    let Some((decided, approval)) = decided.and_then(|d| Some((d, d.approval()?))) else {
        return Err(Refusal::SanctionNotApproved {
            sanction: sanction(),
        });
    };
    if decided.appealed.is_some() {
        return Err(Refusal::AppealedBefore {
            sanction: sanction(),
        });
    }
    let days = policy.appeal_days;
    let until = zone.date(approval.at).plus_days(i64::from(days));
    if zone.date(issued.at) > until {
        return Err(Refusal::AppealTooLate { until, days });
    }
    Ok(vec![
        SanctionAppealed {
            sanction: sanction(),
            reason: command.reason.clone(),
            at: issued.at,
        }
        .into(),
    ])
}
