//! What feeds and people saw on a day: presence in the messenger, calls, complaints, spot checks, alerts (T10, T11, T15,
//! D3, D8); handovers, open items and work outside (P5–P7, S4, D9).

pub mod check_outing;
pub mod close_alert;
pub mod close_item;
pub mod excuse_presence;
pub mod file_complaint;
pub mod hand_over_item;
pub mod offer_handover;
pub mod raise_alert;
pub mod raise_item;
pub mod record_breach;
pub mod register_outing;
pub mod report_presence;
pub mod retract_breach;
pub mod return_from_outing;
pub mod ring_call;
pub mod sign_handover;
pub mod spot_check;
pub mod verify_complaint;
pub mod waive_handover;

use crate::decider::State;
use crate::event::{
    AlertClosed, AlertRaised, BreachRecorded, BreachRetracted, CallRang, ComplaintFiled,
    ComplaintVerified, EvidenceEvent, HandoverOffered, HandoverSigned, HandoverWaived, ItemClosed,
    ItemRaised, OutingChecked, OutingRegistered, OutingReturned, PresenceExcused, SpotChecked,
};
use crate::ids::{AlertId, BreachId, CallId, ComplaintId, HandoverId, ItemId, OutingId, StaffId};
use crate::quantities::Minutes;
use crate::refusal::Refusal;
use crate::who::Issued;
use crate::work_date::{WorkDate, Zone, whole_minutes};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
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
    /// Every handover of shifts of this work date (P5).
    pub handovers: BTreeMap<HandoverId, Handover>,
    /// The order in which they were offered.
    pub handovers_offered: Vec<HandoverId>,
    /// Who was let go without one.
    pub handover_waivers: BTreeMap<(StaffId, WorkDate), HandoverWaived>,
    /// Items raised on the day (S4, P7).
    pub items: BTreeMap<ItemId, Item>,
    /// Work outside in shifts of this work date (D9).
    pub outings: BTreeMap<OutingId, Outing>,
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

/// A handover (交接班) and who took the post over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handover {
    /// What was offered.
    pub offered: HandoverOffered,
    /// Who signed; none: nobody yet.
    pub signed: Option<HandoverSigned>,
}

/// Something that is to be done (交办事项).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// What.
    pub raised: ItemRaised,
    /// What came of it; none: open.
    pub closed: Option<ItemClosed>,
}

/// With whom an item lies; a signed handover moves it too, so the answer stands in no one stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "with", rename_all = "snake_case")]
pub enum ItemHolder {
    /// Somebody.
    Staff {
        /// Who.
        staff: StaffId,
    },
    /// A post outside the desk, until the next shift takes it up (P6, P7).
    Post {
        /// Which.
        post: String,
    },
}

/// Work outside (外出).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outing {
    /// As registered.
    pub registered: OutingRegistered,
    /// The return.
    pub returned: Option<OutingReturned>,
    /// The latest check.
    pub checked: Option<OutingChecked>,
}

impl EvidenceState {
    /// The last handover somebody offered for a shift, and whether it is signed.
    pub fn current_handover(&self, staff: &StaffId, date: WorkDate) -> Option<(HandoverId, bool)> {
        self.handovers_offered.iter().rev().find_map(|id| {
            let handover = self.handovers.get(id)?;
            let of = &handover.offered;
            (of.staff == *staff && of.work_date == date).then_some((*id, handover.signed.is_some()))
        })
    }
    fn open_item(&self, item: ItemId) -> Result<&Item, Refusal> {
        let found = self.items.get(&item).ok_or(Refusal::ItemUnknown { item })?;
        match &found.closed {
            None => Ok(found),
            Some(closed) => Err(Refusal::ItemClosed {
                item,
                by: closed.by.clone(),
            }),
        }
    }
    fn outing(&self, outing: OutingId) -> Result<&Outing, Refusal> {
        self.outings
            .get(&outing)
            .ok_or(Refusal::OutingUnknown { outing })
    }
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
            EvidenceEvent::HandoverOffered(offered) => {
                let handover = Handover {
                    offered: offered.clone(),
                    signed: None,
                };
                self.handovers.insert(offered.handover, handover);
                self.handovers_offered.push(offered.handover);
            }
            EvidenceEvent::HandoverSigned(signed) => {
                if let Some(handover) = self.handovers.get_mut(&signed.handover) {
                    handover.signed = Some(signed.clone());
                }
            }
            EvidenceEvent::HandoverWaived(waived) => {
                let subject = (waived.staff.clone(), waived.work_date);
                self.handover_waivers.insert(subject, waived.clone());
            }
            EvidenceEvent::ItemRaised(raised) => {
                let item = Item {
                    raised: raised.clone(),
                    closed: None,
                };
                self.items.insert(raised.item, item);
            }
            // With whom it lies is told by the read models: a handover moves it too.
            EvidenceEvent::ItemHandedOver(_) => {}
            EvidenceEvent::ItemClosed(closed) => {
                if let Some(item) = self.items.get_mut(&closed.item) {
                    item.closed = Some(closed.clone());
                }
            }
            EvidenceEvent::OutingRegistered(registered) => {
                let outing = Outing {
                    registered: registered.clone(),
                    returned: None,
                    checked: None,
                };
                self.outings.insert(registered.outing, outing);
            }
            EvidenceEvent::OutingReturned(returned) => {
                if let Some(outing) = self.outings.get_mut(&returned.outing) {
                    outing.returned = Some(returned.clone());
                }
            }
            EvidenceEvent::OutingChecked(checked) => {
                if let Some(outing) = self.outings.get_mut(&checked.outing) {
                    outing.checked = Some(checked.clone());
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
