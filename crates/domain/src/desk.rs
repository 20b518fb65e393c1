//! What the desk is, needs and goes by: skills, shift templates, demand, policy.

pub mod adopt_policy;
pub mod adopt_shift_templates;
pub mod carry_demand;
pub mod define_lanes;
pub mod define_skills;
pub mod open;
pub mod set_budget;
pub mod set_demand;
pub mod set_team;

use crate::decider::{State, ensure};
use crate::event::{
    DemandSet, DeskEvent, DeskOpened, Lane, PolicyAdopted, ShiftTemplatesAdopted, Skill, TeamSet,
};
use crate::ids::{DeskId, SkillId};
use crate::quantities::Fen;
use crate::refusal::{Fault, Refusal};
use crate::shift::{Segment, ShiftTemplate};
use crate::work_date::{DayMinute, Month, WorkDate};
use std::collections::BTreeMap;

/// Folded from stream `desk-{desk}`.
#[derive(Clone, Debug, Default)]
pub struct DeskState {
    /// Name, zone and hours; none: not open.
    pub opened: Option<DeskOpened>,
    /// In display order.
    pub skills: Vec<Skill>,
    /// Template sets in the order they were adopted.
    pub template_sets: Vec<ShiftTemplatesAdopted>,
    /// The demand of each month, as set last.
    pub demand: BTreeMap<Month, DemandSet>,
    /// The policy document, as adopted last.
    pub policy: Option<PolicyAdopted>,
    /// Positions that one person holds at a time, in display order.
    pub lanes: Vec<Lane>,
    /// What each month's roster may cost, as set last.
    pub budgets: BTreeMap<Month, Fen>,
    /// Who works with whom, as set last.
    pub team: Option<TeamSet>,
}

impl DeskState {
    /// The desk, if it is open; `desk` names the one that was looked for.
    pub fn known(&self, desk: &DeskId) -> Result<&DeskOpened, Refusal> {
        self.opened
            .as_ref()
            .ok_or_else(|| Refusal::DeskUnknown { desk: desk.clone() })
    }
    /// Whether the desk has this skill.
    pub fn has_skill(&self, skill: &SkillId) -> bool {
        self.skills.iter().any(|known| known.id == *skill)
    }
    /// The templates for rosters on `date`.
    pub fn templates_on(&self, date: WorkDate) -> &[ShiftTemplate] {
        let valid = self
            .template_sets
            .iter()
            .filter(|set| set.effective_from <= date);
        // Of two sets for one day the later one holds: `max_by_key` returns the last of equals.
        valid
            .max_by_key(|set| set.effective_from)
            .map_or(&[], |set| &set.templates)
    }
}

impl State for DeskState {
    type Event = DeskEvent;
    fn evolve(&mut self, event: &DeskEvent) {
        match event {
            DeskEvent::DeskOpened(opened) => self.opened = Some(opened.clone()),
            DeskEvent::SkillsDefined(defined) => self.skills = defined.skills.clone(),
            DeskEvent::ShiftTemplatesAdopted(adopted) => self.template_sets.push(adopted.clone()),
            DeskEvent::DemandSet(demand) => {
                self.demand.insert(demand.month, demand.clone());
            }
            DeskEvent::PolicyAdopted(adopted) => self.policy = Some(adopted.clone()),
            DeskEvent::LanesDefined(defined) => self.lanes = defined.lanes.clone(),
            DeskEvent::BudgetSet(set) => {
                self.budgets.insert(set.month, set.amount);
            }
            DeskEvent::TeamSet(set) => self.team = Some(set.clone()),
        }
    }
}

/// The last minute a work date can hold: a shift that starts on it may end on the next day.
pub(crate) const DAY_MINUTE_MAX: DayMinute = DayMinute(2 * 1440);
/// Midnight after the work date: a shift starts before it.
pub(crate) const NEXT_MIDNIGHT: DayMinute = DayMinute(1440);

/// Segments are there, in time order, without overlap (back-to-back is none), and inside a work date. `at` is the
/// path of the list's owner in the command, with its dot.
pub(crate) fn sound_segments(at: &str, segments: &[Segment]) -> Result<(), Refusal> {
    ensure(!segments.is_empty(), format!("{at}segments"), Fault::Blank)?;
    for (i, segment) in segments.iter().enumerate() {
        let field = |name: &str| format!("{at}segments[{i}].{name}");
        ensure(
            segment.start < segment.end,
            field("end"),
            Fault::EndsBeforeStart,
        )?;
        ensure(
            DayMinute(0) <= segment.start,
            field("start"),
            Fault::OutOfDay,
        )?;
        ensure(segment.end <= DAY_MINUTE_MAX, field("end"), Fault::OutOfDay)?;
        match i.checked_sub(1).and_then(|before| segments.get(before)) {
            None => ensure(
                segment.start < NEXT_MIDNIGHT,
                field("start"),
                Fault::OutOfDay,
            )?,
            Some(before) => ensure(before.end <= segment.start, field("start"), Fault::Overlaps)?,
        }
    }
    Ok(())
}

/// A meal of `minutes` that starts anywhere from `earliest` to `latest` stays inside one segment.
pub(crate) fn inside_one_segment(
    segments: &[Segment],
    earliest: DayMinute,
    latest: DayMinute,
    minutes: i64,
) -> bool {
    segments.iter().any(|segment| {
        segment.start <= earliest
            && i64::from(latest.0).saturating_add(minutes) <= i64::from(segment.end.0)
    })
}
