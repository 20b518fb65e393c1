//! Record a breach by hand (D3, D6, D7).

use crate::decider::{Decision, not_own, permit, worded};
use crate::event::{BreachEvidence, BreachRecorded, EvidenceEvent};
use crate::evidence::EvidenceState;
use crate::ids::{BreachId, RuleId, StaffId};
use crate::moment::Post;
use crate::policy::SanctionPolicy;
use crate::refusal::{Action, Refusal};
use crate::staff::StaffState;
use crate::who::{Issued, Role};
use crate::work_date::{WorkDate, Zone};

/// Record a breach.
#[derive(Clone, Debug)]
pub struct RecordBreach {
    /// Its id.
    pub breach: BreachId,
    /// Of which rule.
    pub rule: RuleId,
    /// By whom.
    pub staff: StaffId,
    /// On which day.
    pub work_date: WorkDate,
    /// What happened.
    pub subject: String,
    /// What it rests on, beside the lead's word.
    pub evidence: Option<BreachEvidence>,
}

/// What the evidence that was named comes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Grounds {
    /// The complaint named is one of this desk.
    pub complaint_known: bool,
    /// The spot check named is there, and found the person off post.
    pub found_off_post: bool,
    /// Where the person was to be at the moment of the spot check named, by roster and punches; none: not rostered.
    pub post: Option<Post>,
}

/// The lead, never of oneself, of a rule that the desk's policy lists. D3 wants a spot check that found somebody off post
/// who was to be on it.
pub fn decide(
    state: &EvidenceState,
    command: &RecordBreach,
    grounds: Grounds,
    staff: &StaffState,
    policy: &SanctionPolicy,
    zone: Zone,
    issued: &Issued,
) -> Decision<EvidenceEvent> {
    let record = staff.employed(&command.staff, command.work_date)?;
    not_own(issued, &command.staff, Action::RecordBreach)?;
    permit(issued, &[Role::Lead], &record.desk, Action::RecordBreach)?;
    if !policy.recordable.contains(&command.rule) {
        return Err(Refusal::BreachNotRecordable {
            rule: command.rule,
            recordable: policy.recordable.clone(),
        });
    }
    if state.breaches.contains_key(&command.breach) {
        let id = command.breach.to_string();
        return Err(Refusal::IdTaken { id });
    }
    worded("subject", &command.subject)?;
    let today = zone.date(issued.at);
    if today < command.work_date {
        return Err(Refusal::BreachInFuture {
            date: command.work_date,
            today,
        });
    }
    let rule = command.rule;
    match &command.evidence {
        Some(BreachEvidence::SpotCheck { at }) => {
            if !grounds.found_off_post {
                return Err(Refusal::BreachEvidenceUnknown { rule });
            }
            let on_duty = matches!(
                grounds.post,
                Some(Post::OnPost | Post::Away | Post::Missing)
            );
            if !on_duty {
                return Err(Refusal::BreachNotOnDuty {
                    staff: command.staff.clone(),
                    at: zone.civil(*at),
                    rule,
                });
            }
        }
        Some(BreachEvidence::Complaint { .. }) if !grounds.complaint_known => {
            return Err(Refusal::BreachEvidenceUnknown { rule });
        }
        Some(BreachEvidence::Complaint { .. }) | None if rule == RuleId::D3 => {
            return Err(Refusal::BreachWantsSpotCheck { rule });
        }
        Some(BreachEvidence::Complaint { .. }) | None => {}
    }
    Ok(vec![
        BreachRecorded {
            breach: command.breach,
            rule,
            staff: command.staff.clone(),
            work_date: command.work_date,
            subject: command.subject.clone(),
            evidence: command.evidence.clone(),
            by: issued.by.staff.clone(),
            at: issued.at,
        }
        .into(),
    ])
}
