//! Breaches recorded by hand (D3, D6, D7) and the notices they come to (D6).

use crate::app::access::may_run_desk;
use crate::app::{AcknowledgeNotice, App, AppError, Caller, Fault, Reason, Receipt, RecordBreach};
use domain::event::{BreachEvidence, Stream};
use domain::evidence::record_breach::{self, Grounds};
use domain::evidence::{EvidenceState, retract_breach};
use domain::ids::{BreachId, ComplaintId, DeskId, NoticeId, StaffId};
use domain::moment::{Post, person_at};
use domain::refusal::Refusal;
use domain::sanction::SanctionState;
use domain::sanction::acknowledge_notice;
use domain::work_date::WorkDate;
use projections::{BreachRow, NoticeRow};

impl App {
    /// Records a breach.
    pub async fn record_breach(
        &self,
        caller: &Caller,
        desk: &DeskId,
        input: RecordBreach,
    ) -> Result<Receipt<BreachId>, AppError> {
        may_run_desk(&caller.actor, desk)?;
        let staff = self.of_desk(desk, &input.staff).await?;
        let zone = self.zone(desk).await?;
        let policy = self.policy_on(desk, input.work_date).await?;
        let evidence = match (input.spot_check_at, input.complaint) {
            (None, None) => None,
            (Some(at), None) => Some(BreachEvidence::SpotCheck { at }),
            (None, Some(complaint)) => Some(BreachEvidence::Complaint { complaint }),
            (Some(_), Some(_)) => {
                return Err(AppError::fault(Fault::of(
                    "complaint",
                    "巡查和投诉只能引用一项",
                    "name a spot check or a complaint, not both",
                )));
            }
        };
        let grounds = self
            .grounds(desk, &input.staff, input.work_date, evidence.as_ref())
            .await?;
        let breach = BreachId(caller.new_id());
        let stream = Stream::Evidence(desk.clone(), input.work_date);
        let command = record_breach::RecordBreach {
            breach,
            rule: input.rule,
            staff: input.staff,
            work_date: input.work_date,
            subject: input.subject,
            evidence,
        };
        let receipt = self
            .execute::<EvidenceState>(&stream, caller, |state, issued| {
                Ok(record_breach::decide(
                    state,
                    &command,
                    grounds,
                    &staff,
                    &policy.sanction,
                    zone,
                    issued,
                )?)
            })
            .await?;
        Ok(receipt.of(breach))
    }

    /// What the evidence named comes to: a spot check may lie after midnight of a night shift's work date.
    async fn grounds(
        &self,
        desk: &DeskId,
        staff: &StaffId,
        work_date: WorkDate,
        evidence: Option<&BreachEvidence>,
    ) -> Result<Grounds, AppError> {
        match evidence {
            None => Ok(Grounds::default()),
            Some(BreachEvidence::Complaint { complaint }) => Ok(Grounds {
                complaint_known: self.complaint_of(desk, *complaint).await?,
                ..Grounds::default()
            }),
            Some(BreachEvidence::SpotCheck { at }) => {
                let zone = self.zone(desk).await?;
                let stream = Stream::Evidence(desk.clone(), zone.date(*at));
                let seen = self.load::<EvidenceState>(&stream).await?.state;
                let day = self.fresh_day(staff, work_date).await?;
                let post: Option<Post> = day
                    .and_then(|day| person_at(*at, zone, &day))
                    .map(|person| person.post);
                Ok(Grounds {
                    found_off_post: seen.found_off_post(staff, *at),
                    post,
                    ..Grounds::default()
                })
            }
        }
    }

    async fn complaint_of(&self, desk: &DeskId, complaint: ComplaintId) -> Result<bool, AppError> {
        self.catch_up().await?;
        let row = self.read(move |view| view.complaint(complaint)).await?;
        Ok(row.is_some_and(|row| row.desk == *desk))
    }

    /// Takes a breach back; the penalty it proposed goes with it.
    pub async fn retract_breach(
        &self,
        caller: &Caller,
        breach: BreachId,
        input: Reason,
    ) -> Result<Receipt, AppError> {
        let row = self.breach(caller, breach).await?;
        let command = retract_breach::RetractBreach {
            breach,
            reason: input.reason,
        };
        let stream = Stream::Evidence(row.desk.clone(), row.work_date);
        self.execute::<EvidenceState>(&stream, caller, |state, issued| {
            Ok(retract_breach::decide(state, &command, &row.desk, issued)?)
        })
        .await
    }

    /// A breach, for whoever runs its desk.
    pub async fn breach(&self, caller: &Caller, breach: BreachId) -> Result<BreachRow, AppError> {
        self.catch_up().await?;
        let unknown = || AppError::Refused(Refusal::BreachUnknown { breach });
        let row = self
            .read(move |view| view.breach(breach))
            .await?
            .ok_or_else(unknown)?;
        may_run_desk(&caller.actor, &row.desk).map_err(|_| unknown())?;
        Ok(row)
    }

    /// HR takes note of a notice (D6).
    pub async fn acknowledge_notice(
        &self,
        caller: &Caller,
        notice: &NoticeId,
        input: AcknowledgeNotice,
    ) -> Result<Receipt, AppError> {
        let row = self.notice(caller, notice).await?.notice;
        let stream = Stream::Sanctions(row.staff.clone(), row.from);
        let command = acknowledge_notice::AcknowledgeNotice {
            notice: notice.clone(),
            note: input.note,
        };
        self.execute::<SanctionState>(&stream, caller, |state, issued| {
            Ok(acknowledge_notice::decide(
                state,
                &command,
                Some(&row),
                issued,
            )?)
        })
        .await
    }

    /// A notice while it stands, for whoever runs the desk.
    async fn notice(&self, caller: &Caller, notice: &NoticeId) -> Result<NoticeRow, AppError> {
        // It is derived, so it rests on everything the log holds by now.
        self.catch_up().await?;
        let unknown = || {
            AppError::Refused(Refusal::NoticeUnknown {
                notice: notice.clone(),
            })
        };
        let id = notice.clone();
        let row = self
            .read(move |view| view.notice(&id))
            .await?
            .ok_or_else(unknown)?;
        may_run_desk(&caller.actor, &row.notice.desk).map_err(|_| unknown())?;
        Ok(row)
    }
}
