//! Penalties and rewards (奖惩, T16): proposed → verified → balanced → approved, waived, appealed.

use crate::app::{
    App, AppError, Caller, DecideAppeal, ProposeReward, Reason, Receipt, TakeStep, VerifySanction,
};
use domain::event::{SanctionEvent, Stream};
use domain::ids::SanctionId;
use domain::policy::Policy;
use domain::refusal::Refusal;
use domain::sanction::{
    SanctionState, Subject, appeal, approve, balance, decide_appeal, propose_reward, verify, waive,
};
use domain::who::Issued;
use projections::{PenaltyRow, SanctionKind};
use std::sync::Arc;

/// What a decision on a sanction is handed.
struct Matter {
    row: PenaltyRow,
    policy: Arc<Policy>,
}

impl App {
    /// Proposes a reward.
    pub async fn propose_reward(
        &self,
        caller: &Caller,
        input: ProposeReward,
    ) -> Result<Receipt<SanctionId>, AppError> {
        let staff = self.staff_state(&input.staff).await?;
        let sanction = SanctionId::new(format!("reward-{}", caller.new_id().simple()));
        let stream = Stream::Sanctions(input.staff.clone(), input.work_date.month());
        let command = propose_reward::ProposeReward {
            sanction: sanction.clone(),
            staff: input.staff,
            work_date: input.work_date,
            amount: input.amount_fen,
            reason: input.reason,
        };
        let receipt = self
            .execute::<SanctionState>(&stream, caller, |state, issued| {
                Ok(propose_reward::decide(state, &command, &staff, issued)?)
            })
            .await?;
        Ok(receipt.of(sanction))
    }

    /// The lead found it true.
    pub async fn verify_sanction(
        &self,
        caller: &Caller,
        sanction: &SanctionId,
        input: VerifySanction,
    ) -> Result<Receipt, AppError> {
        let command = verify::VerifySanction {
            sanction: sanction.clone(),
            amount: input.amount_fen,
            severity: input.severity,
            note: input.note,
        };
        self.on_sanction(caller, sanction, |state, subject, matter, issued| {
            Ok(verify::decide(
                state,
                &command,
                subject,
                &matter.policy.sanction,
                issued,
            )?)
        })
        .await
    }

    /// HR weighed it against the whole company.
    pub async fn balance_sanction(
        &self,
        caller: &Caller,
        sanction: &SanctionId,
        input: TakeStep,
    ) -> Result<Receipt, AppError> {
        let command = balance::BalanceSanction {
            sanction: sanction.clone(),
            amount: input.amount_fen,
            note: input.note,
        };
        self.on_sanction(caller, sanction, |state, subject, matter, issued| {
            Ok(balance::decide(
                state,
                &command,
                subject,
                &matter.policy.sanction,
                issued,
            )?)
        })
        .await
    }

    /// The GM office approves it; from here it reaches payroll.
    pub async fn approve_sanction(
        &self,
        caller: &Caller,
        sanction: &SanctionId,
        input: TakeStep,
    ) -> Result<Receipt, AppError> {
        let command = approve::ApproveSanction {
            sanction: sanction.clone(),
            amount: input.amount_fen,
            note: input.note,
        };
        self.on_sanction(caller, sanction, |state, subject, matter, issued| {
            Ok(approve::decide(
                state,
                &command,
                subject,
                &matter.policy.sanction,
                issued,
            )?)
        })
        .await
    }

    /// It will not be carried out.
    pub async fn waive_sanction(
        &self,
        caller: &Caller,
        sanction: &SanctionId,
        input: Reason,
    ) -> Result<Receipt, AppError> {
        let command = waive::WaiveSanction {
            sanction: sanction.clone(),
            reason: input.reason,
        };
        self.on_sanction(caller, sanction, |state, subject, matter, issued| {
            Ok(waive::decide(
                state,
                &command,
                subject,
                &matter.policy.sanction,
                issued,
            )?)
        })
        .await
    }

    /// The person disagrees.
    pub async fn appeal_sanction(
        &self,
        caller: &Caller,
        sanction: &SanctionId,
        input: Reason,
    ) -> Result<Receipt, AppError> {
        let row = self.sanction(caller, sanction).await?;
        let zone = self.zone(&row.desk).await?;
        let command = appeal::Appeal {
            sanction: sanction.clone(),
            reason: input.reason,
        };
        self.on_sanction(caller, sanction, |state, subject, matter, issued| {
            Ok(appeal::decide(
                state,
                &command,
                subject,
                &matter.policy.sanction,
                zone,
                issued,
            )?)
        })
        .await
    }

    /// Decides an appeal.
    pub async fn decide_appeal(
        &self,
        caller: &Caller,
        sanction: &SanctionId,
        input: DecideAppeal,
    ) -> Result<Receipt, AppError> {
        let command = decide_appeal::DecideAppeal {
            sanction: sanction.clone(),
            upheld: input.upheld,
            reason: input.reason,
        };
        self.on_sanction(caller, sanction, |state, subject, _, issued| {
            Ok(decide_appeal::decide(state, &command, subject, issued)?)
        })
        .await
    }

    /// A penalty or reward, if `caller` may know of it.
    pub async fn sanction(
        &self,
        caller: &Caller,
        sanction: &SanctionId,
    ) -> Result<PenaltyRow, AppError> {
        // What is proposed is derived, so a decision rests on everything the log holds by now.
        self.catch_up().await?;
        let unknown = || {
            AppError::Refused(Refusal::SanctionUnknown {
                sanction: sanction.clone(),
            })
        };
        let id = sanction.clone();
        let row = self
            .read(move |view| view.penalty(&id))
            .await?
            .ok_or_else(unknown)?;
        self.may_see_person(&caller.actor, &row.staff)
            .await
            .map_err(|_| unknown())?;
        Ok(row)
    }

    async fn on_sanction(
        &self,
        caller: &Caller,
        sanction: &SanctionId,
        decide: impl Fn(
            &SanctionState,
            Option<&Subject>,
            &Matter,
            &Issued,
        ) -> Result<Vec<SanctionEvent>, AppError>
        + Sync,
    ) -> Result<Receipt, AppError> {
        let row = self.sanction(caller, sanction).await?;
        let date = row.work_date.unwrap_or_else(|| row.month.first());
        let policy = self.policy_on(&row.desk, date).await?;
        let stream = Stream::Sanctions(row.staff.clone(), row.month);
        let matter = Matter { row, policy };
        self.execute::<SanctionState>(&stream, caller, |state, issued| {
            let row = &matter.row;
            let derived = || {
                row.proposed_amount.map(|amount| Subject {
                    staff: row.staff.clone(),
                    desk: row.desk.clone(),
                    amount,
                    mode: row.mode,
                    range: row.rule.zip(row.range),
                })
            };
            let subject = match row.kind {
                SanctionKind::Reward => {
                    let by_hand = state.reward(sanction, &row.desk, row.mode);
                    by_hand.or_else(derived)
                }
                SanctionKind::Penalty => derived(),
            };
            decide(state, subject.as_ref(), &matter, issued)
        })
        .await
    }
}
