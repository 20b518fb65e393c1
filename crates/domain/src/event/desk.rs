//! `desk-{desk}`: what the desk is, needs and goes by.

use crate::event::events;
use crate::ids::{DeskId, LaneId, PolicyVersionId, SkillId, StaffId};
use crate::quantities::{Fen, Minutes};
use crate::shift::ShiftTemplate;
use crate::work_date::{DayMinute, Month, WorkDate, Zone};
use serde::{Deserialize, Serialize};

/// A desk opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeskOpened {
    /// Its id.
    pub desk: DeskId,
    /// Its name, such as 网店客服部.
    pub name: String,
    /// The site's time zone.
    pub zone: Zone,
    /// Staffed from.
    pub opens: DayMinute,
    /// Staffed until.
    pub closes: DayMinute,
}

/// A skill of a desk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skill {
    /// Its id.
    pub id: SkillId,
    /// Its name, such as 售前.
    pub name: String,
}

/// The desk's skills, all of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkillsDefined {
    /// In display order.
    pub skills: Vec<Skill>,
}

/// The desk's shift templates, all of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShiftTemplatesAdopted {
    /// For rosters from this day.
    pub effective_from: WorkDate,
    /// In display order.
    pub templates: Vec<ShiftTemplate>,
}

/// People needed with one skill on one day, slot by slot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayDemand {
    /// The day.
    pub date: WorkDate,
    /// The skill.
    pub skill: SkillId,
    /// Start of the first slot.
    pub start: DayMinute,
    /// People that must be there, per slot.
    pub minimum: Vec<u16>,
    /// People wished for, per slot; as long as `minimum`.
    pub target: Vec<u16>,
}

/// A month's demand; the latest one for a month holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DemandSet {
    /// The month.
    pub month: Month,
    /// Length of a slot in minutes.
    pub slot_minutes: u16,
    /// Where the figures came from.
    pub source: String,
    /// By day and skill.
    pub days: Vec<DayDemand>,
}

/// A policy version was adopted with its whole text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyAdopted {
    /// The document's versions, by id, in effective order.
    pub versions: Vec<PolicyVersionId>,
    /// SHA-256 of the document, hex.
    pub digest: String,
    /// The TOML document as adopted.
    pub document: String,
    /// Who.
    pub by: StaffId,
}

/// A position of the desk that one person holds at a time: a till (银台), a counter (M3, M4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lane {
    /// Its id.
    pub id: LaneId,
    /// Its name, such as 1号银台.
    pub name: String,
    /// What one must be able to serve there.
    pub skill: SkillId,
}

/// The desk's lanes, all of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LanesDefined {
    /// In display order.
    pub lanes: Vec<Lane>,
}

/// What a month's roster may cost (M10); the latest one for a month holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetSet {
    /// The month.
    pub month: Month,
    /// At the most.
    pub amount: Fen,
    /// Who.
    pub by: StaffId,
}

/// While somebody learns, one of their mentors is on post with them (带教).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mentoring {
    /// Who learns.
    pub trainee: StaffId,
    /// Any one of these.
    pub mentors: Vec<StaffId>,
    /// Minutes of a shift that the trainee may be alone.
    pub alone_minutes_max: Minutes,
}

/// Two people who are not to be on post together (不同班).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Apart {
    /// One.
    pub first: StaffId,
    /// The other.
    pub second: StaffId,
    /// A rule rather than a wish: each day it is broken is named.
    pub hard: bool,
}

/// A rotation that somebody keeps to, over and over (轮班顺序).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rotation {
    /// Who.
    pub staff: StaffId,
    /// The day the cycle begins on.
    pub from: WorkDate,
    /// Shift code or kind of shift per day of the cycle; none is off.
    pub cycle: Vec<Option<String>>,
}

/// Who works with whom, who does not, and who rotates how: all of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamSet {
    /// Who learns from whom.
    pub mentors: Vec<Mentoring>,
    /// Who is kept apart.
    pub apart: Vec<Apart>,
    /// Who rotates.
    pub rotations: Vec<Rotation>,
    /// Who said so.
    pub by: StaffId,
}

events! {
    /// Facts of stream `desk-{desk}`.
    DeskEvent {
        "desk.opened", 1 => DeskOpened,
        "desk.skills_defined", 1 => SkillsDefined,
        "desk.shift_templates_adopted", 1 => ShiftTemplatesAdopted,
        "desk.demand_set", 1 => DemandSet,
        "desk.policy_adopted", 1 => PolicyAdopted,
        "desk.lanes_defined", 1 => LanesDefined,
        "desk.budget_set", 1 => BudgetSet,
        "desk.team_set", 1 => TeamSet,
    }
}
