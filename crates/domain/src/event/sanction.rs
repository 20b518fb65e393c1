//! `sanctions-{staff}-{yyyy-mm}`: what people decided about proposed penalties and rewards (T16). A penalty's proposal
//! itself is derived, never stored; its id ties the decision to it across replays.

use crate::event::events;
use crate::ids::{NoticeId, SanctionId, StaffId};
use crate::quantities::Fen;
use crate::work_date::WorkDate;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A reward was proposed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RewardProposed {
    /// Its id.
    pub sanction: SanctionId,
    /// For whom.
    pub staff: StaffId,
    /// For which day.
    pub work_date: WorkDate,
    /// How much.
    pub amount: Fen,
    /// Why.
    pub reason: String,
    /// Who.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

/// How grave a breach was found to be (情节轻重, D7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// 轻微
    Minor,
    /// 一般
    Moderate,
    /// 严重
    Serious,
}

macro_rules! steps {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        pub struct $name {
            /// Which.
            pub sanction: SanctionId,
            /// The amount as decided at this step.
            pub amount: Fen,
            /// What was found or why.
            pub note: String,
            /// Who.
            pub by: StaffId,
            /// When.
            pub at: DateTime<Utc>,
        }
    )*};
}

/// The lead looked into it and found it true.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SanctionVerified {
    /// Which.
    pub sanction: SanctionId,
    /// The amount as decided at this step.
    pub amount: Fen,
    /// How grave, where the amount is chosen by severity (D7).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// What was found or why.
    pub note: String,
    /// Who.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

steps! {
    /// HR weighed it against the whole company (总体平衡).
    SanctionBalanced;
    /// The GM office approved it; from here it reaches payroll.
    SanctionApproved;
}

/// It will not be carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SanctionWaived {
    /// Which.
    pub sanction: SanctionId,
    /// Why.
    pub reason: String,
    /// Who.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

/// The person disagrees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SanctionAppealed {
    /// Which.
    pub sanction: SanctionId,
    /// In the person's words.
    pub reason: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// The appeal was decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppealDecided {
    /// Which.
    pub sanction: SanctionId,
    /// Whether the person was right: then it is not carried out.
    pub upheld: bool,
    /// Why.
    pub reason: String,
    /// Who.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

/// HR has taken note of a notice (D6).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeAcknowledged {
    /// Which.
    pub notice: NoticeId,
    /// What is to be done.
    pub note: String,
    /// Who.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

events! {
    /// Facts of stream `sanctions-{staff}-{yyyy-mm}`.
    SanctionEvent {
        "sanction.reward_proposed", 1 => RewardProposed,
        "sanction.verified", 1 => SanctionVerified,
        "sanction.balanced", 1 => SanctionBalanced,
        "sanction.approved", 1 => SanctionApproved,
        "sanction.waived", 1 => SanctionWaived,
        "sanction.appealed", 1 => SanctionAppealed,
        "sanction.appeal_decided", 1 => AppealDecided,
        "sanction.notice_acknowledged", 1 => NoticeAcknowledged,
    }
}
