//! `evidence-{desk}-{yyyy-mm-dd}`: what feeds and people saw.

use crate::event::{
    HandoverOffered, HandoverSigned, HandoverWaived, ItemClosed, ItemHandedOver, ItemRaised,
    OutingChecked, OutingRegistered, OutingReturned, events,
};
use crate::ids::{AlertId, BreachId, CallId, ComplaintId, RuleId, StaffId};
use crate::work_date::WorkDate;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The instant messenger says somebody came online or went offline (T10).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PresenceReported {
    /// Who.
    pub staff: StaffId,
    /// When.
    pub at: DateTime<Utc>,
    /// Which way.
    pub online: bool,
}

/// The lead accepted the reason for being offline (T10).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PresenceExcused {
    /// Who was offline.
    pub staff: StaffId,
    /// The excused time, from.
    pub from: DateTime<Utc>,
    /// Until.
    pub until: DateTime<Utc>,
    /// Why.
    pub reason: String,
    /// Who accepted it.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

/// A call rang (T11, T14).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallRang {
    /// The phone system's name for it.
    pub call: CallId,
    /// When it began to ring.
    pub at: DateTime<Utc>,
    /// Rings before it was answered or given up.
    pub rings: u16,
    /// Who answered; nobody: unanswered.
    pub answered_by: Option<StaffId>,
    /// Whom it was routed to; nobody: the desk.
    pub routed_to: Option<StaffId>,
}

/// What a complaint is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum ComplaintAbout {
    /// A call that nobody answered (T11).
    UnansweredCall {
        /// Which.
        call: CallId,
    },
    /// Discourtesy (T15).
    Discourtesy,
}

/// Who complained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Complainant {
    /// 客户
    Customer,
    /// 同事
    Colleague,
}

/// Somebody complained.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComplaintFiled {
    /// Its id.
    pub complaint: ComplaintId,
    /// About what.
    pub about: ComplaintAbout,
    /// About whom; nobody yet: the lead decides.
    pub staff: Option<StaffId>,
    /// Who complained.
    pub complainant: Complainant,
    /// What was said.
    pub text: String,
    /// When it happened.
    pub happened_at: DateTime<Utc>,
    /// When it was filed.
    pub at: DateTime<Utc>,
}

/// Somebody looked into a complaint (查明情况).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComplaintVerified {
    /// Which.
    pub complaint: ComplaintId,
    /// Whose it is.
    pub staff: StaffId,
    /// Whether it is true.
    pub upheld: bool,
    /// What was found.
    pub note: String,
    /// Who looked.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

/// Somebody walked the floor (D3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpotChecked {
    /// Who was looked for.
    pub staff: StaffId,
    /// When.
    pub at: DateTime<Utc>,
    /// Whether on post.
    pub on_post: bool,
    /// What was seen.
    pub note: String,
    /// Who looked.
    pub by: StaffId,
}

/// The lead said that the desk is short right now (D8).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertRaised {
    /// Its id.
    pub alert: AlertId,
    /// What is wrong.
    pub text: String,
    /// What is to be done about it; may be empty.
    pub remedy: String,
    /// Who.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

/// What a breach recorded by hand rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum BreachEvidence {
    /// A spot check of that day that found the person off post (D3).
    SpotCheck {
        /// When it was made.
        at: DateTime<Utc>,
    },
    /// A complaint.
    Complaint {
        /// Which.
        complaint: ComplaintId,
    },
}

/// A lead recorded a breach of one of the rules that are recorded by hand (D3, D6, D7).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BreachRecorded {
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
    /// Who recorded it.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

/// The alert is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertClosed {
    /// Which.
    pub alert: AlertId,
    /// What came of it; may be empty.
    pub note: String,
    /// Who.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

/// A recorded breach turned out to be none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BreachRetracted {
    /// Which.
    pub breach: BreachId,
    /// Why.
    pub reason: String,
    /// Who.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

events! {
    /// Facts of stream `evidence-{desk}-{yyyy-mm-dd}`.
    EvidenceEvent {
        "evidence.presence_reported", 1 => PresenceReported,
        "evidence.presence_excused", 1 => PresenceExcused,
        "evidence.call_rang", 1 => CallRang,
        "evidence.complaint_filed", 1 => ComplaintFiled,
        "evidence.complaint_verified", 1 => ComplaintVerified,
        "evidence.spot_checked", 1 => SpotChecked,
        "evidence.alert_raised", 1 => AlertRaised,
        "evidence.alert_closed", 1 => AlertClosed,
        "evidence.breach_recorded", 1 => BreachRecorded,
        "evidence.breach_retracted", 1 => BreachRetracted,
        "evidence.handover_offered", 1 => HandoverOffered,
        "evidence.handover_signed", 1 => HandoverSigned,
        "evidence.handover_waived", 1 => HandoverWaived,
        "evidence.item_raised", 1 => ItemRaised,
        "evidence.item_handed_over", 1 => ItemHandedOver,
        "evidence.item_closed", 1 => ItemClosed,
        "evidence.outing_registered", 1 => OutingRegistered,
        "evidence.outing_returned", 1 => OutingReturned,
        "evidence.outing_checked", 1 => OutingChecked,
    }
}
