//! What feeds and people saw: presence (T10), calls (T11, T14), complaints (T11, T15), spot checks (D3).

use crate::accounts::{Feed, FeedKind};
use crate::app::access::may_run_desk;
use crate::app::{
    App, AppError, CallRow, Caller, CloseAlert, ExcusePresence, Fault, FileComplaint, PresenceRow,
    RaiseAlert, Receipt, ReportCalls, ReportPresence, SpotCheck, VerifyComplaint,
};
use domain::decider::State;
use domain::event::{CallRang, EvidenceEvent, Stream};
use domain::evidence::{
    EvidenceState, close_alert, excuse_presence, file_complaint, raise_alert, report_presence,
    ring_call, spot_check, verify_complaint,
};
use domain::ids::{AlertId, ComplaintId, DeskId, StaffId};
use domain::policy::Policy;
use domain::refusal::{Lang, Refusal};
use domain::staff::StaffState;
use domain::who::Issued;
use domain::work_date::{WorkDate, Zone};
use projections::{AlertRow, ComplaintRow};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Rows a feed sends at once at most.
const ROWS_MAX: usize = 20_000;

/// What became of a feed's rows: good ones are recorded, whatever the others were.
#[derive(Clone, Debug, Default)]
pub struct FeedReport {
    /// Rows in the log, from this report or an earlier one.
    pub taken: usize,
    /// What is wrong with the others, by index.
    pub faults: Vec<Fault>,
}

/// The rows of one day, with their indexes in the report.
type ByDay<T> = BTreeMap<WorkDate, Vec<(usize, T)>>;

impl App {
    /// Takes the messenger's report (T10).
    pub async fn report_presence(
        &self,
        caller: &Caller,
        desk: &DeskId,
        input: ReportPresence,
    ) -> Result<Receipt<FeedReport>, AppError> {
        let zone = self.zone(desk).await?;
        let people = self
            .states_of(desk, input.rows.iter().map(|row| &row.staff))
            .await?;
        let unknown = StaffState::default();
        self.take_rows(
            caller,
            desk,
            zone,
            input.rows,
            |row: &PresenceRow| row.at,
            |state, row, policy, issued| {
                let staff = people
                    .get(&row.staff)
                    .map_or(&unknown, |state| state.as_ref());
                let command = report_presence::ReportPresence {
                    staff: row.staff.clone(),
                    at: row.at,
                    online: row.online,
                };
                report_presence::decide(state, &command, staff, policy, zone, issued)
            },
        )
        .await
    }

    /// Takes the phone system's report (T11, T14).
    pub async fn report_calls(
        &self,
        caller: &Caller,
        desk: &DeskId,
        input: ReportCalls,
    ) -> Result<Receipt<FeedReport>, AppError> {
        let zone = self.zone(desk).await?;
        let known: BTreeSet<StaffId> = self.people_of(desk).await?.into_iter().collect();
        self.take_rows(
            caller,
            desk,
            zone,
            input.rows,
            |row: &CallRow| row.at,
            |state, row, policy, issued| {
                let command = ring_call::RingCall {
                    call: CallRang {
                        call: row.call.clone(),
                        at: row.at,
                        rings: row.rings,
                        answered_by: row.answered_by.clone(),
                        routed_to: row.routed_to.clone(),
                    },
                };
                ring_call::decide(state, &command, &known, policy, zone, issued)
            },
        )
        .await
    }

    /// Records a feed's rows day by day; a row the rules refuse is named and loses nothing else.
    async fn take_rows<T: Sync>(
        &self,
        caller: &Caller,
        desk: &DeskId,
        zone: Zone,
        rows: Vec<T>,
        at: impl Fn(&T) -> chrono::DateTime<chrono::Utc>,
        decide: impl Fn(&EvidenceState, &T, &Policy, &Issued) -> Result<Vec<EvidenceEvent>, Refusal>
        + Sync,
    ) -> Result<Receipt<FeedReport>, AppError> {
        if rows.len() > ROWS_MAX {
            return Err(AppError::fault(Fault::of(
                "rows",
                format!("一次最多{ROWS_MAX}行"),
                format!("at most {ROWS_MAX} at once"),
            )));
        }
        let mut days: ByDay<T> = BTreeMap::new();
        for (index, row) in rows.into_iter().enumerate() {
            days.entry(zone.date(at(&row)))
                .or_default()
                .push((index, row));
        }
        let mut report = FeedReport::default();
        let mut receipt = Receipt::nothing();
        for (date, rows) in days {
            let policy = self.policy_on(desk, date).await?;
            let judge = |state: &EvidenceState, issued: &Issued| {
                let mut state = state.clone();
                let (mut events, mut faults) = (Vec::new(), Vec::new());
                for (index, row) in &rows {
                    match decide(&state, row, &policy, issued) {
                        Ok(news) => {
                            news.iter().for_each(|event| state.evolve(event));
                            events.extend(news);
                        }
                        Err(refusal) => faults.push(Fault {
                            field: format!(
                                "rows[{index}]{}",
                                refusal.field().map(|f| format!(".{f}")).unwrap_or_default()
                            ),
                            line: None,
                            rule: refusal.rule(),
                            zh: refusal.text(Lang::Zh),
                            en: refusal.text(Lang::En),
                        }),
                    }
                }
                (events, faults)
            };
            let stream = Stream::Evidence(desk.clone(), date);
            let done = self
                .execute::<EvidenceState>(
                    &stream,
                    &caller.step(&date.to_string()),
                    |state, issued| Ok(judge(state, issued).0),
                )
                .await?;
            // Judged again on the state that now holds them: a good row is no news there, a bad one is still bad.
            let state = self.load::<EvidenceState>(&stream).await?.state;
            let issued = Issued {
                by: caller.actor.clone(),
                at: self.now(),
            };
            let faults = judge(&state, &issued).1;
            report.taken += rows.len() - faults.len();
            report.faults.extend(faults);
            receipt = receipt.and(done);
        }
        Ok(receipt.of(report))
    }

    /// Accepts somebody's reason for being offline (T10).
    pub async fn excuse_presence(
        &self,
        caller: &Caller,
        desk: &DeskId,
        input: ExcusePresence,
    ) -> Result<Receipt, AppError> {
        let staff = self.of_desk(desk, &input.staff).await?;
        let date = self.zone(desk).await?.date(input.from);
        let command = excuse_presence::ExcusePresence {
            staff: input.staff,
            from: input.from,
            until: input.until,
            reason: input.reason,
        };
        self.on_evidence(caller, desk, date, |_, issued| {
            Ok(excuse_presence::decide(&command, &staff, issued)?)
        })
        .await
    }

    /// Writes a complaint down (T11, T15).
    pub async fn file_complaint(
        &self,
        caller: &Caller,
        desk: &DeskId,
        input: FileComplaint,
    ) -> Result<Receipt<ComplaintId>, AppError> {
        self.may_see_desk(&caller.actor, desk).await?;
        let zone = self.zone(desk).await?;
        let known = self.people_of(desk).await?.into_iter().collect();
        let complaint = ComplaintId(caller.new_id());
        let date = zone.date(input.happened_at);
        let policy = self.policy_on(desk, date).await?;
        let command = file_complaint::FileComplaint {
            complaint,
            about: input.about,
            staff: input.staff,
            complainant: input.complainant,
            text: input.text,
            happened_at: input.happened_at,
        };
        let receipt = self
            .on_evidence(caller, desk, date, |state, issued| {
                Ok(file_complaint::decide(
                    state, &command, &known, &policy, zone, issued,
                )?)
            })
            .await?;
        Ok(receipt.of(complaint))
    }

    /// Says what looking into a complaint showed (查明情况).
    pub async fn verify_complaint(
        &self,
        caller: &Caller,
        complaint: ComplaintId,
        input: VerifyComplaint,
    ) -> Result<Receipt, AppError> {
        let row = self.complaint(caller, complaint).await?;
        let staff = self.of_desk(&row.desk, &input.staff).await?;
        let command = verify_complaint::VerifyComplaint {
            complaint,
            staff: input.staff,
            upheld: input.upheld,
            note: input.note,
        };
        self.on_evidence(caller, &row.desk, row.date, |state, issued| {
            Ok(verify_complaint::decide(state, &command, &staff, issued)?)
        })
        .await
    }

    /// A complaint, for whoever runs its desk.
    pub async fn complaint(
        &self,
        caller: &Caller,
        complaint: ComplaintId,
    ) -> Result<ComplaintRow, AppError> {
        self.catch_up().await?;
        let unknown = || AppError::Refused(Refusal::ComplaintUnknown { complaint });
        let row = self
            .read(move |view| view.complaint(complaint))
            .await?
            .ok_or_else(unknown)?;
        may_run_desk(&caller.actor, &row.desk).map_err(|_| unknown())?;
        Ok(row)
    }

    /// Notes a spot check (D3).
    pub async fn spot_check(
        &self,
        caller: &Caller,
        desk: &DeskId,
        input: SpotCheck,
    ) -> Result<Receipt, AppError> {
        let staff = self.of_desk(desk, &input.staff).await?;
        let zone = self.zone(desk).await?;
        let command = spot_check::SpotCheck {
            staff: input.staff,
            on_post: input.on_post,
            note: input.note,
        };
        self.on_evidence(caller, desk, zone.date(self.now()), |_, issued| {
            Ok(spot_check::decide(&command, &staff, zone, issued)?)
        })
        .await
    }

    /// Raises an intraday alert (D8).
    pub async fn raise_alert(
        &self,
        caller: &Caller,
        desk: &DeskId,
        input: RaiseAlert,
    ) -> Result<Receipt<AlertId>, AppError> {
        let date = self.zone(desk).await?.date(self.now());
        let alert = AlertId(caller.new_id());
        let command = raise_alert::RaiseAlert {
            alert,
            desk: desk.clone(),
            text: input.text,
            remedy: input.remedy,
        };
        let receipt = self
            .on_evidence(caller, desk, date, |state, issued| {
                Ok(raise_alert::decide(state, &command, issued)?)
            })
            .await?;
        Ok(receipt.of(alert))
    }

    /// Closes an intraday alert (D8).
    pub async fn close_alert(
        &self,
        caller: &Caller,
        alert: AlertId,
        input: CloseAlert,
    ) -> Result<Receipt, AppError> {
        let row = self.alert(caller, alert).await?;
        let command = close_alert::CloseAlert {
            alert,
            desk: row.desk.clone(),
            note: input.note,
        };
        self.on_evidence(caller, &row.desk, row.date, |state, issued| {
            Ok(close_alert::decide(state, &command, issued)?)
        })
        .await
    }

    /// An alert, for whoever runs its desk.
    pub async fn alert(&self, caller: &Caller, alert: AlertId) -> Result<AlertRow, AppError> {
        self.catch_up().await?;
        let unknown = || AppError::Refused(Refusal::AlertUnknown { alert });
        let row = self
            .read(move |view| view.alert(alert))
            .await?
            .ok_or_else(unknown)?;
        may_run_desk(&caller.actor, &row.desk).map_err(|_| unknown())?;
        Ok(row)
    }

    async fn on_evidence(
        &self,
        caller: &Caller,
        desk: &DeskId,
        date: WorkDate,
        decide: impl Fn(&EvidenceState, &Issued) -> Result<Vec<EvidenceEvent>, AppError> + Sync,
    ) -> Result<Receipt, AppError> {
        self.execute::<EvidenceState>(&Stream::Evidence(desk.clone(), date), caller, decide)
            .await
    }

    /// Somebody of this desk; anybody else is unknown here, so that evidence lands at the desk it is about.
    pub(crate) async fn of_desk(
        &self,
        desk: &DeskId,
        staff: &StaffId,
    ) -> Result<Arc<StaffState>, AppError> {
        let state = self.staff_state(staff).await?;
        if state
            .record
            .as_ref()
            .is_none_or(|record| record.desk != *desk)
        {
            return Err(Refusal::StaffUnknown {
                staff: staff.clone(),
            }
            .into());
        }
        Ok(state)
    }

    async fn states_of(
        &self,
        desk: &DeskId,
        named: impl Iterator<Item = &StaffId>,
    ) -> Result<BTreeMap<StaffId, Arc<StaffState>>, AppError> {
        let mut states = BTreeMap::new();
        for staff in named.collect::<BTreeSet<_>>() {
            let state = self.staff_state(staff).await?;
            if state
                .record
                .as_ref()
                .is_some_and(|record| record.desk == *desk)
            {
                states.insert(staff.clone(), state);
            }
        }
        Ok(states)
    }

    /// Whether a machine may report this to this desk.
    pub fn may_report(machine: &Feed, kind: FeedKind, desk: &DeskId) -> Result<(), AppError> {
        if machine.kind == kind && machine.desk == *desk {
            return Ok(());
        }
        Err(AppError::Forbidden)
    }
}
