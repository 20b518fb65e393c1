//! What people decide about proposed penalties and rewards: proposed → verified → balanced → approved, or waived; then
//! perhaps appealed (奖惩, T16). Nothing reaches payroll before it is approved.
//!
//! A penalty's proposal is derived, never stored; whoever decides brings it along as a [`Subject`]. It must still be
//! proposed at that moment: when a late fact takes the incident away, there is nothing left to decide.

pub mod acknowledge_notice;
pub mod appeal;
pub mod approve;
pub mod balance;
pub mod decide_appeal;
pub mod propose_reward;
pub mod verify;
pub mod waive;

use crate::decider::{State, not_own, permit};
use crate::event::{
    AppealDecided, NoticeAcknowledged, RewardProposed, SanctionAppealed, SanctionEvent,
    SanctionWaived, Severity,
};
use crate::ids::{DeskId, NoticeId, RuleId, SanctionId, StaffId};
use crate::penalty::ProposedPenalty;
use crate::policy::{AmountRange, ChainStep, SanctionMode, SanctionPolicy, SanctionStep};
use crate::quantities::Fen;
use crate::refusal::{Action, Refusal, Worth};
use crate::who::Issued;
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

/// Folded from stream `sanctions-{staff}-{yyyy-mm}`.
#[derive(Clone, Debug, Default)]
pub struct SanctionState {
    /// What was decided, by penalty or reward.
    pub sanctions: BTreeMap<SanctionId, Sanction>,
    /// Notices that HR has taken note of (D6).
    pub acknowledged: BTreeMap<NoticeId, NoticeAcknowledged>,
}

/// What was decided about one penalty or reward.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sanction {
    /// As proposed, if it is a reward.
    pub reward: Option<RewardProposed>,
    /// The steps taken, in order.
    pub steps: Vec<StepTaken>,
    /// Waived, if so.
    pub waived: Option<SanctionWaived>,
    /// Appealed, if so.
    pub appealed: Option<SanctionAppealed>,
    /// How the appeal ended, if it did.
    pub appeal_decided: Option<AppealDecided>,
}

/// One step of the chain, taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepTaken {
    /// Which.
    pub step: SanctionStep,
    /// The amount as decided.
    pub amount: Fen,
    /// How grave, where the amount is chosen by severity.
    pub severity: Option<Severity>,
    /// What was found or why.
    pub note: String,
    /// Who.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

/// What a decision is about: a penalty as derived now, or a reward as proposed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Whom it concerns.
    pub staff: StaffId,
    /// Whose desk it is.
    pub desk: DeskId,
    /// As proposed; a decision may go below, never above.
    pub amount: Fen,
    /// In what it is expressed.
    pub mode: SanctionMode,
    /// A penalty whose amount is chosen by severity: within this, and by this rule (D7).
    pub range: Option<(RuleId, AmountRange)>,
}

impl From<&ProposedPenalty> for Subject {
    fn from(proposed: &ProposedPenalty) -> Self {
        Self {
            staff: proposed.staff.clone(),
            desk: proposed.desk.clone(),
            amount: proposed.amount,
            mode: proposed.mode,
            range: proposed.range.map(|range| (proposed.rule, range)),
        }
    }
}

impl SanctionState {
    /// A proposed reward as the subject of a decision; `desk` is the person's.
    pub fn reward(&self, id: &SanctionId, desk: &DeskId, mode: SanctionMode) -> Option<Subject> {
        let reward = self.sanctions.get(id)?.reward.as_ref()?;
        Some(Subject {
            staff: reward.staff.clone(),
            desk: desk.clone(),
            amount: reward.amount,
            mode,
            range: None,
        })
    }

    fn of(&mut self, id: &SanctionId) -> &mut Sanction {
        self.sanctions.entry(id.clone()).or_default()
    }
}

impl Sanction {
    /// The approval, once it is there.
    pub fn approval(&self) -> Option<&StepTaken> {
        self.taken(SanctionStep::Approve)
    }
    /// The amount as decided last, if any step was taken.
    pub fn amount(&self) -> Option<Fen> {
        self.steps.last().map(|step| step.amount)
    }
    /// Whether the appeal was won: then it is not carried out.
    pub fn overturned(&self) -> bool {
        self.appeal_decided
            .as_ref()
            .is_some_and(|appeal| appeal.upheld)
    }
    /// The amount that reaches payroll; none before approval, when waived, or when overturned.
    pub fn payable(&self) -> Option<Fen> {
        let approval = self.approval()?;
        (self.waived.is_none() && !self.overturned()).then_some(approval.amount)
    }
    /// The step of `chain` that comes next, if any is left.
    pub fn next_step<'a>(&self, chain: &'a [ChainStep]) -> Option<&'a ChainStep> {
        chain.iter().find(|link| self.taken(link.step).is_none())
    }

    fn taken(&self, step: SanctionStep) -> Option<&StepTaken> {
        self.steps.iter().find(|taken| taken.step == step)
    }

    /// Refuses what was waived or approved: neither is decided any further.
    fn undecided(&self, sanction: &SanctionId) -> Result<(), Refusal> {
        let sanction = sanction.clone();
        if self.waived.is_some() {
            return Err(Refusal::SanctionWaived { sanction });
        }
        if self.approval().is_some() {
            return Err(Refusal::SanctionApproved { sanction });
        }
        Ok(())
    }
}

impl State for SanctionState {
    type Event = SanctionEvent;
    fn evolve(&mut self, event: &SanctionEvent) {
        // The three steps have one shape and three types.
        macro_rules! taken {
            ($step:ident, $event:ident, $severity:expr) => {{
                let step = StepTaken {
                    step: SanctionStep::$step,
                    amount: $event.amount,
                    severity: $severity,
                    note: $event.note.clone(),
                    by: $event.by.clone(),
                    at: $event.at,
                };
                self.of(&$event.sanction).steps.push(step);
            }};
        }
        match event {
            SanctionEvent::RewardProposed(reward) => {
                self.of(&reward.sanction).reward = Some(reward.clone());
            }
            SanctionEvent::SanctionVerified(verified) => {
                taken!(Verify, verified, verified.severity)
            }
            SanctionEvent::SanctionBalanced(balanced) => taken!(Balance, balanced, None),
            SanctionEvent::SanctionApproved(approved) => taken!(Approve, approved, None),
            SanctionEvent::SanctionWaived(waived) => {
                self.of(&waived.sanction).waived = Some(waived.clone());
            }
            SanctionEvent::SanctionAppealed(appealed) => {
                self.of(&appealed.sanction).appealed = Some(appealed.clone());
            }
            SanctionEvent::AppealDecided(decided) => {
                self.of(&decided.sanction).appeal_decided = Some(decided.clone());
            }
            SanctionEvent::NoticeAcknowledged(acknowledged) => {
                self.acknowledged
                    .insert(acknowledged.notice.clone(), acknowledged.clone());
            }
        }
    }
}

/// A step of the chain to be taken.
struct Step<'a> {
    step: SanctionStep,
    action: Action,
    sanction: &'a SanctionId,
    amount: Option<Fen>,
}

/// The amount to decide on, if this step is the next one, the author may take it, and the amount lies between nothing
/// and what is proposed. Without one of its own a step keeps the amount of the step before.
fn take(
    state: &SanctionState,
    step: &Step<'_>,
    subject: Option<&Subject>,
    policy: &SanctionPolicy,
    issued: &Issued,
) -> Result<Fen, Refusal> {
    let subject = proposed(step.sanction, subject)?;
    not_own(issued, &subject.staff, step.action)?;
    let wanted = step.step;
    let done = Refusal::SanctionStepDone { step: wanted };
    let Some(link) = policy.chain.iter().find(|link| link.step == wanted) else {
        return Err(done);
    };
    permit(issued, &link.by, &subject.desk, step.action)?;
    let decided = state
        .sanctions
        .get(step.sanction)
        .cloned()
        .unwrap_or_default();
    decided.undecided(step.sanction)?;
    if decided.taken(wanted).is_some() {
        return Err(done);
    }
    match decided.next_step(&policy.chain).map(|link| link.step) {
        Some(next) if next != wanted => {
            return Err(Refusal::SanctionStepOutOfOrder { wanted, next });
        }
        Some(_) | None => {}
    }
    let worth = |amount| Worth {
        amount,
        mode: subject.mode,
    };
    let amount = step.amount.or(decided.amount()).unwrap_or(subject.amount);
    match subject.range {
        Some((rule, range)) if !range.holds(amount) => Err(Refusal::SanctionOutOfRange {
            rule,
            amount: worth(amount),
            low: worth(range.low),
            high: worth(range.high),
        }),
        None if amount < Fen::ZERO || subject.amount < amount => Err(Refusal::SanctionAmount {
            amount: worth(amount),
            amount_max: worth(subject.amount),
        }),
        Some(_) | None => Ok(amount),
    }
}

/// The subject, or the refusal that nothing is proposed.
fn proposed<'a>(
    sanction: &SanctionId,
    subject: Option<&'a Subject>,
) -> Result<&'a Subject, Refusal> {
    subject.ok_or_else(|| Refusal::SanctionUnknown {
        sanction: sanction.clone(),
    })
}
