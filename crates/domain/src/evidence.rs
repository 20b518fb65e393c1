//! What feeds and people saw on a day: presence in the messenger, calls, complaints, spot checks, alerts (T10, T11, T15,
//! D3, D8).

pub mod close_alert;
pub mod excuse_presence;
pub mod file_complaint;
pub mod raise_alert;
pub mod record_breach;
pub mod report_presence;
pub mod retract_breach;
pub mod ring_call;
pub mod spot_check;
pub mod verify_complaint;

use crate::decider::State;
use crate::event::{
    AlertClosed, AlertRaised, BreachRecorded, BreachRetracted, CallRang, ComplaintFiled,
    ComplaintVerified, EvidenceEvent, PresenceExcused, SpotChecked,
};
use crate::ids::{AlertId, BreachId, CallId, ComplaintId, StaffId};
use crate::quantities::Minutes;
use crate::refusal::Refusal;
use crate::who::Issued;
use crate::work_date::{Zone, whole_minutes};
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};

/// Folded from stream `evidence-{desk}-{yyyy-mm-dd}`.
#[derive(Clone, Debug, Default)]
pub struct EvidenceState {
    /// Every report of the messenger: who, when, online.
    pub presence: BTreeSet<(StaffId, DateTime<Utc>, bool)>,
    /// Accepted reasons for being offline.
    pub excuses: Vec<PresenceExcused>,
    /// Every call.
    pub calls: BTreeMap<CallId, CallRang>,
    /// Every complaint.
    pub complaints: BTreeMap<ComplaintId, Complaint>,
    /// Every spot check.
    pub spot_checks: Vec<SpotChecked>,
    /// Every alert.
    pub alerts: BTreeMap<AlertId, Alert>,
    /// Every breach recorded by hand.
    pub breaches: BTreeMap<BreachId, Breach>,
}

/// An alert (D8) and its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// What was said.
    pub raised: AlertRaised,
    /// What came of it; none: it stands.
    pub closed: Option<AlertClosed>,
}

/// A breach recorded by hand, and whether it was taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    /// As recorded.
    pub recorded: BreachRecorded,
    /// Taken back, if so.
    pub retracted: Option<BreachRetracted>,
}

/// A complaint (投诉) and what was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// What was said.
    pub filed: ComplaintFiled,
    /// What was found; none: nobody has looked.
    pub verified: Option<ComplaintVerified>,
}

impl State for EvidenceState {
    type Event = EvidenceEvent;
    fn evolve(&mut self, event: &EvidenceEvent) {
        match event {
            EvidenceEvent::PresenceReported(reported) => {
                let report = (reported.staff.clone(), reported.at, reported.online);
                self.presence.insert(report);
            }
            EvidenceEvent::PresenceExcused(excused) => self.excuses.push(excused.clone()),
            EvidenceEvent::CallRang(rang) => {
                self.calls.insert(rang.call.clone(), rang.clone());
            }
            EvidenceEvent::ComplaintFiled(filed) => {
                let complaint = Complaint {
                    filed: filed.clone(),
                    verified: None,
                };
                self.complaints.insert(filed.complaint, complaint);
            }
            EvidenceEvent::ComplaintVerified(verified) => {
                if let Some(complaint) = self.complaints.get_mut(&verified.complaint) {
                    complaint.verified = Some(verified.clone());
                }
            }
            EvidenceEvent::SpotChecked(checked) => self.spot_checks.push(checked.clone()),
            EvidenceEvent::AlertRaised(raised) => {
                let alert = Alert {
                    raised: raised.clone(),
                    closed: None,
                };
                self.alerts.insert(raised.alert, alert);
            }
            EvidenceEvent::AlertClosed(closed) => {
                if let Some(alert) = self.alerts.get_mut(&closed.alert) {
                    alert.closed = Some(closed.clone());
                }
            }
            EvidenceEvent::BreachRecorded(recorded) => {
                let breach = Breach {
                    recorded: recorded.clone(),
                    retracted: None,
                };
                self.breaches.insert(recorded.breach, breach);
            }
            EvidenceEvent::BreachRetracted(retracted) => {
                if let Some(breach) = self.breaches.get_mut(&retracted.breach) {
                    breach.retracted = Some(retracted.clone());
                }
            }
        }
    }
}

impl EvidenceState {
    /// Whether a spot check at this moment found the person off post (D3).
    pub fn found_off_post(&self, staff: &StaffId, at: DateTime<Utc>) -> bool {
        let mut checks = self.spot_checks.iter();
        checks.any(|check| check.staff == *staff && check.at == at && !check.on_post)
    }
}

/// Refuses what is told to have happened later than now, clocks differing by no more than `minutes_max`.
fn not_in_future(
    at: DateTime<Utc>,
    minutes_max: Minutes,
    zone: Zone,
    issued: &Issued,
) -> Result<(), Refusal> {
    if whole_minutes(issued.at, at) > minutes_max {
        return Err(Refusal::EvidenceInFuture {
            at: zone.civil(at),
            now: zone.civil(issued.at),
        });
    }
    Ok(())
}
