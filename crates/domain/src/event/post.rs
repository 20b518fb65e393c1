//! Facts about holding the post until relieved, in `evidence-{desk}-{yyyy-mm-dd}`: handovers (P5–P7), open items (S4, P7)
//! and work outside (D9).

use crate::ids::{HandoverId, ItemId, OutingId, StaffId};
use crate::work_date::WorkDate;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The person on the post offers it to whoever comes next, and signs (交班, P5). Stands in the stream of the work date;
/// a later offer of the same person and day takes the place of an unsigned one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandoverOffered {
    /// Its id.
    pub handover: HandoverId,
    /// Who goes.
    pub staff: StaffId,
    /// The day the ending shift began on.
    pub work_date: WorkDate,
    /// The post it is given to, such as 监控中心 (P6); none: to a colleague.
    pub to_post: Option<String>,
    /// What the next shift should know (P7).
    pub notes: String,
    /// Open items that go with it.
    pub items: Vec<ItemId>,
    /// When.
    pub at: DateTime<Utc>,
}

/// Who signed for taking a post over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "as", rename_all = "snake_case")]
pub enum HandoverSigner {
    /// The colleague who relieves.
    Relief {
        /// Who.
        staff: StaffId,
    },
    /// Somebody at the post named by the offer (P6).
    Post {
        /// The post.
        post: String,
        /// Who signed there.
        name: String,
    },
}

/// The post was taken over (接班, P5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandoverSigned {
    /// Which.
    pub handover: HandoverId,
    /// By whom.
    pub signer: HandoverSigner,
    /// When.
    pub at: DateTime<Utc>,
}

/// A lead let somebody go without a signed handover (P5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandoverWaived {
    /// Who may go.
    pub staff: StaffId,
    /// The day the shift began on.
    pub work_date: WorkDate,
    /// Why.
    pub reason: String,
    /// Who let them.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

/// Something is to be done and is somebody's (交办事项, S4, P7). Stands in the stream of the day it was raised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemRaised {
    /// Its id.
    pub item: ItemId,
    /// Whose it is.
    pub staff: StaffId,
    /// What is to be done.
    pub text: String,
    /// Who wrote it down.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

/// An open item became somebody else's, outside a handover of the post.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemHandedOver {
    /// Which.
    pub item: ItemId,
    /// Whose it is now.
    pub to: StaffId,
    /// Who gave it.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

/// An open item is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemClosed {
    /// Which.
    pub item: ItemId,
    /// What came of it.
    pub note: String,
    /// Who did it.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

/// Somebody leaves the post for work outside and says so before going (外出登记, D9). Stands in the stream of the work
/// date.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutingRegistered {
    /// Its id.
    pub outing: OutingId,
    /// Who.
    pub staff: StaffId,
    /// The day the shift began on.
    pub work_date: WorkDate,
    /// Where to.
    pub place: String,
    /// What for.
    pub purpose: String,
    /// When back.
    pub expected_return_at: DateTime<Utc>,
    /// When; the way begins here.
    pub at: DateTime<Utc>,
}

/// Somebody is back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutingReturned {
    /// From which.
    pub outing: OutingId,
    /// When.
    pub at: DateTime<Utc>,
}

/// Somebody asked at the place whether the person was there (查证, D9).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutingChecked {
    /// Which.
    pub outing: OutingId,
    /// Whether it was as registered.
    pub confirmed: bool,
    /// What was found.
    pub note: String,
    /// Who asked.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}
