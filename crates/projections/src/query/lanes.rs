//! A day's lanes: which open in which order, who is at which, how many are open when (M3, M4).

use super::View;
use crate::error::Result;
use crate::states::{DeskRow, LaneDayRow};
use chrono::{DateTime, Utc};
use domain::event::{DemandSet, Lane, LaneOpening, LaneStint};
use domain::ids::{DeskId, LaneId, SkillId, StaffId};
use domain::shift::Shift;
use domain::work_date::{DayMinute, WorkDate};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Somebody at a lane for a while.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LaneStintRow {
    /// Who.
    pub staff: StaffId,
    /// 姓名
    pub name: String,
    /// From.
    pub start: DayMinute,
    /// Until.
    pub end: DayMinute,
    /// The roster still has the person at work all that while; a shift changed after the plan was made may not.
    pub stands: bool,
}

/// One lane's day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LaneLine {
    /// Which, with what it asks for.
    pub lane: Lane,
    /// Its place in the opening order, from 1; none: it stays closed.
    pub place: Option<u16>,
    /// Who is there, by time.
    pub stints: Vec<LaneStintRow>,
}

/// A while with the same number of lanes open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LaneStretch {
    /// From.
    pub start: DayMinute,
    /// Until.
    pub end: DayMinute,
    /// People that the demand wishes for at lanes; none: it says nothing of that while.
    pub wanted: Option<u16>,
    /// Lanes open: as set by hand, else as wanted, as far as there are lanes.
    pub open: Vec<LaneId>,
    /// Set by hand.
    pub by_hand: bool,
    /// Open lanes that nobody was placed at.
    pub unheld: Vec<LaneId>,
}

/// A day's lanes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LanePlan {
    /// At which desk.
    pub desk: DeskId,
    /// Its name.
    pub desk_name: String,
    /// Which day.
    pub date: WorkDate,
    /// In opening order; lanes that stay closed last, in the desk's order.
    pub lanes: Vec<LaneLine>,
    /// Through the day.
    pub stretches: Vec<LaneStretch>,
    /// What was set by hand.
    pub openings: Vec<LaneOpening>,
    /// Who planned the day; none: nobody has.
    pub planned_by: Option<StaffId>,
    /// 姓名
    pub planned_by_name: Option<String>,
    /// When.
    pub planned_at: Option<DateTime<Utc>>,
    /// Why lanes were opened by hand.
    pub opened_reason: Option<String>,
}

/// A lane of one's own day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MyLane {
    /// Which.
    pub lane: LaneId,
    /// Its name.
    pub name: String,
    /// From.
    pub start: DayMinute,
    /// Until.
    pub end: DayMinute,
}

impl View<'_> {
    /// A day's lanes; none: no such desk, or one without lanes.
    pub fn lane_plan(&self, desk: &DeskId, date: WorkDate) -> Result<Option<LanePlan>> {
        let Some(row) = self.facts.desk(desk)?.filter(|row| !row.lanes.is_empty()) else {
            return Ok(None);
        };
        let day = self.lane_day(desk, date)?;
        let mut shifts: BTreeMap<StaffId, Option<Shift>> = BTreeMap::new();
        for stint in &day.stints {
            if !shifts.contains_key(&stint.staff) {
                let mut cells = self.shifts_of(&stint.staff, date, date)?;
                let shift = cells.remove(&date).and_then(|cell| cell.shift);
                shifts.insert(stint.staff.clone(), shift);
            }
        }
        let mut order = order_of(&day, &row);
        let planned = order.len();
        let rest = row.lanes.iter().map(|lane| &lane.id);
        let rest: Vec<LaneId> = rest.filter(|id| !order.contains(id)).cloned().collect();
        order.extend(rest);
        let mut lanes = Vec::new();
        for (index, id) in order.iter().enumerate() {
            let Some(lane) = row.lanes.iter().find(|lane| lane.id == *id) else {
                continue;
            };
            let mut stints = Vec::new();
            for stint in day.stints.iter().filter(|stint| stint.lane == *id) {
                let shift = shifts.get(&stint.staff).and_then(Option::as_ref);
                stints.push(LaneStintRow {
                    name: self.name(&stint.staff)?,
                    staff: stint.staff.clone(),
                    start: stint.start,
                    end: stint.end,
                    stands: stands(stint, shift),
                });
            }
            lanes.push(LaneLine {
                lane: lane.clone(),
                place: (index < planned && day.planned.is_some())
                    .then(|| u16::try_from(index + 1).unwrap_or(u16::MAX)),
                stints,
            });
        }
        let demand = self.facts.demand(desk, date.month())?;
        let (by, at) = day.planned.clone().unzip();
        Ok(Some(LanePlan {
            desk: desk.clone(),
            desk_name: row.name.clone(),
            date,
            stretches: stretches(&day, &order_of(&day, &row), &row, demand.as_ref(), &lanes),
            lanes,
            openings: day.openings,
            planned_by_name: by.as_ref().map(|by| self.name(by)).transpose()?,
            planned_by: by,
            planned_at: at,
            opened_reason: day.opened.map(|(reason, _, _)| reason),
        }))
    }

    fn lane_day(&self, desk: &DeskId, date: WorkDate) -> Result<LaneDayRow> {
        let known = self.facts.state("lane_day", &format!("{desk}/{date}"))?;
        Ok(known.unwrap_or(LaneDayRow {
            desk: desk.clone(),
            date,
            order: Vec::new(),
            stints: Vec::new(),
            planned: None,
            openings: Vec::new(),
            opened: None,
        }))
    }

    /// Where somebody of a desk is placed on a day, by time.
    pub fn lanes_of(&self, desk: &DeskId, staff: &StaffId, date: WorkDate) -> Result<Vec<MyLane>> {
        let plan = self.lane_plan(desk, date)?;
        Ok(plan.map_or_else(Vec::new, |plan| plan.of(staff)))
    }
}

impl LanePlan {
    /// Where somebody is placed, by time; what the roster no longer has is left out.
    pub fn of(&self, staff: &StaffId) -> Vec<MyLane> {
        let mut mine = Vec::new();
        for line in &self.lanes {
            let own = line
                .stints
                .iter()
                .filter(|stint| stint.staff == *staff && stint.stands);
            mine.extend(own.map(|stint| MyLane {
                lane: line.lane.id.clone(),
                name: line.lane.name.clone(),
                start: stint.start,
                end: stint.end,
            }));
        }
        mine.sort_by_key(|lane| lane.start);
        mine
    }
}

/// As planned; as the desk lists them, where nobody planned. A lane that is gone is left out.
fn order_of(day: &LaneDayRow, row: &DeskRow) -> Vec<LaneId> {
    let known = |id: &&LaneId| row.lanes.iter().any(|lane| lane.id == **id);
    if day.planned.is_some() {
        return day.order.iter().filter(known).cloned().collect();
    }
    row.lanes.iter().map(|lane| lane.id.clone()).collect()
}

fn stands(stint: &LaneStint, shift: Option<&Shift>) -> bool {
    shift.is_some_and(|shift| {
        shift
            .segments
            .iter()
            .any(|segment| segment.start <= stint.start && stint.end <= segment.end)
    })
}

/// People wished for at `minute` with the lanes' skills.
fn wanted(
    demand: Option<&DemandSet>,
    date: WorkDate,
    skills: &BTreeSet<&SkillId>,
    minute: DayMinute,
) -> Option<u16> {
    let demand = demand?;
    let slot = i32::from(demand.slot_minutes.max(1));
    let of_day = demand
        .days
        .iter()
        .filter(|day| day.date == date && skills.contains(&day.skill));
    of_day
        .filter_map(|day| {
            let index = usize::try_from((minute.0 - day.start.0).div_euclid(slot)).ok()?;
            day.target.get(index).copied()
        })
        .reduce(u16::saturating_add)
}

fn stretches(
    day: &LaneDayRow,
    order: &[LaneId],
    row: &DeskRow,
    demand: Option<&DemandSet>,
    lanes: &[LaneLine],
) -> Vec<LaneStretch> {
    let skills: BTreeSet<&SkillId> = row.lanes.iter().map(|lane| &lane.skill).collect();
    let mut marks: BTreeSet<DayMinute> = BTreeSet::new();
    for opening in &day.openings {
        marks.extend([opening.start, opening.end]);
    }
    for stint in &day.stints {
        marks.extend([stint.start, stint.end]);
    }
    if let Some(set) = demand {
        let slot = i32::from(set.slot_minutes.max(1));
        let of_day = set
            .days
            .iter()
            .filter(|found| found.date == day.date && skills.contains(&found.skill));
        for found in of_day {
            let slots = 0..=i32::try_from(found.target.len()).unwrap_or(0);
            marks.extend(slots.map(|n| DayMinute(found.start.0.saturating_add(n * slot))));
        }
    }
    let marks: Vec<DayMinute> = marks.into_iter().collect();
    let mut stretches: Vec<LaneStretch> = Vec::new();
    for pair in marks.windows(2) {
        let &[start, end] = pair else { continue };
        let wanted = wanted(demand, day.date, &skills, start);
        let by_hand = day
            .openings
            .iter()
            .find(|opening| opening.start <= start && start < opening.end);
        let count = match (by_hand, wanted) {
            (Some(opening), _) => usize::from(opening.open),
            (None, Some(wanted)) => usize::from(wanted),
            (None, None) => 0,
        };
        let open: Vec<LaneId> = order.iter().take(count).cloned().collect();
        let held = |id: &LaneId| {
            let of_lane = lanes.iter().filter(|line| line.lane.id == *id);
            of_lane
                .flat_map(|line| &line.stints)
                .any(|stint| stint.stands && stint.start <= start && end <= stint.end)
        };
        let unheld = open.iter().filter(|id| !held(id)).cloned().collect();
        let stretch = LaneStretch {
            start,
            end,
            wanted,
            open,
            by_hand: by_hand.is_some(),
            unheld,
        };
        match stretches.last_mut() {
            Some(last) if last.end == start && same(last, &stretch) => last.end = end,
            _ => stretches.push(stretch),
        }
    }
    // A while that nothing is said of is no part of the day.
    stretches.retain(|stretch| stretch.by_hand || stretch.wanted.is_some());
    stretches
}

fn same(a: &LaneStretch, b: &LaneStretch) -> bool {
    (a.wanted, &a.open, a.by_hand, &a.unheld) == (b.wanted, &b.open, b.by_hand, &b.unheld)
}
