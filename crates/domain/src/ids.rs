//! Typed identifiers. All of them are declared here.

use serde::{Deserialize, Serialize};
use std::fmt;
use uuid::Uuid;

macro_rules! text_ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Wraps the text as it is.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }
            /// The text of the id.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }
    )*};
}

macro_rules! uuid_ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

text_ids! {
    /// A desk (客服部/组), such as `online-shop`.
    DeskId;
    /// A person's number (工号); also the login name.
    StaffId;
    /// A shift template's code as printed in the duty table, such as `A`.
    ShiftCode;
    /// A skill, such as `presale`.
    SkillId;
    /// A lane (银台) of a desk, such as `t1`.
    LaneId;
    /// A call, as named by the phone system.
    CallId;
    /// A version of a desk's policy, such as `2026-1`.
    PolicyVersionId;
    /// A penalty or reward. A derived penalty's id is a hash of rule, person, subject and evidence.
    SanctionId;
    /// A notice to the administration (D6): a hash of the person and the time over which breaches added up.
    NoticeId;
    /// A running service that works on solves; a new one each time it starts.
    NodeId;
}

uuid_ids! {
    /// An event in the log.
    EventId;
    /// A correction request (补卡申请).
    CorrectionId;
    /// A leave request (请假申请).
    LeaveId;
    /// A swap request (调班申请).
    SwapId;
    /// A request for overtime (加班申请).
    OvertimeId;
    /// A complaint (投诉).
    ComplaintId;
    /// An intraday alert (现场警示).
    AlertId;
    /// One run of the roster solver.
    SolveId;
    /// A meeting or briefing (例会、班前会).
    MeetingId;
    /// A breach recorded by hand (违规).
    BreachId;
    /// A handover of the post (交接班).
    HandoverId;
    /// Something that is to be done (交办事项).
    ItemId;
    /// Work outside (外出).
    OutingId;
    /// Somebody lent to another desk (借调).
    LoanId;
}

/// A row of the source documents, cited by refusals, penalties and payslip lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum RuleId {
    T1,
    T2,
    T3,
    T4,
    T5,
    T6,
    T7,
    T8,
    T9,
    T10,
    T11,
    T12,
    T13,
    T14,
    T15,
    T16,
    M1,
    M2,
    M3,
    M4,
    M5,
    M6,
    M7,
    M8,
    M9,
    M10,
    M11,
    S1,
    S2,
    S3,
    S4,
    S5,
    D1,
    D2,
    D3,
    D4,
    D5,
    D6,
    D7,
    D8,
    D9,
    P1,
    P2,
    P3,
    P4,
    P5,
    P6,
    P7,
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}
