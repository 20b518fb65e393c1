//! Shifts that approved leave leaves open in a published roster, how far the desk is then under its minimum, and who
//! could cover (T1).
//!
//! An open shift is derived: it is there while the leave is approved, the shift has not begun and nobody covers it.

use crate::event::{Category, DemandSet, LeaveKind, LeaveRequested, LeaveSpan, OpenShiftKey};
use crate::ids::{LeaveId, SkillId, StaffId};
use crate::leave::unit::on_shift;
use crate::quantities::Minutes;
use crate::refusal::{Lang, Say};
use crate::roster::rules::{HardRule, broken, contract_month_minutes};
use crate::roster::{Cells, RosterContext, RosterState, begins};
use crate::shift::{PlannedMeal, Segment, Shift};
use crate::work_date::{DayMinute, Month, WorkDate};
use chrono::{DateTime, Utc};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

const DAY_MINUTES: i32 = 1440;

/// A shift, or the part of one, that leave leaves open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OpenShift {
    /// Of which leave.
    pub leave: LeaveId,
    /// What kind of leave.
    pub kind: LeaveKind,
    /// Who is away.
    pub staff: StaffId,
    /// Which day.
    pub date: WorkDate,
    /// What there is to work.
    pub shift: Shift,
    /// What the person away can serve there.
    pub skills: BTreeSet<SkillId>,
    /// Where the desk is under its minimum meanwhile.
    pub under: Vec<Under>,
}

/// A stretch of the open time with too few people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Under {
    /// The skill short of.
    pub skill: SkillId,
    /// From.
    pub start: DayMinute,
    /// Until.
    pub end: DayMinute,
    /// People missing.
    pub missing: u16,
}

/// Somebody who has the skill, and what stands in the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Who.
    pub staff: StaffId,
    /// Whether the roster has a day off for them; none: they do not stand in it that day.
    pub day_off: bool,
    /// What they work already that day.
    pub works: Option<Shift>,
    /// Hard rules it would break; empty: they may be asked.
    pub broken: Vec<HardRule>,
    /// Minutes beyond the month's contract that it would make.
    pub overtime_minutes: Minutes,
    /// Rostered in the month as it stands.
    pub month_minutes: Minutes,
}

impl Candidate {
    /// Whether they may take it.
    pub fn possible(&self) -> bool {
        self.works.is_none() && self.broken.is_empty()
    }
}

/// The open shifts of a roster in force, by day and person.
pub fn open_shifts(
    state: &RosterState,
    leaves: &[LeaveRequested],
    demand: Option<&DemandSet>,
    context: &RosterContext,
    now: DateTime<Utc>,
) -> Vec<OpenShift> {
    if state.revision() == 0 {
        return Vec::new();
    }
    let mut found = Vec::new();
    for leave in leaves {
        for date in state.dates_of(&leave.staff) {
            let key = OpenShiftKey {
                leave: leave.leave,
                date,
            };
            if !leave.span.covers(date) || state.covered(&key) {
                continue;
            }
            let open = state
                .shift(&leave.staff, date)
                .and_then(|shift| open_part(shift, &on_shift(&leave.span, leave.half, shift)));
            let begun = |shift: &Shift| {
                begins(shift, date, context.zone).is_none_or(|begins| begins <= now)
            };
            let Some(shift) = open.filter(|shift| !begun(shift)) else {
                continue;
            };
            found.push(OpenShift {
                leave: leave.leave,
                kind: leave.kind,
                staff: leave.staff.clone(),
                date,
                skills: serves(&leave.staff, &shift, date, context),
                under: Vec::new(),
                shift,
            });
        }
    }
    found.sort_by(|a, b| (a.date, &a.staff).cmp(&(b.date, &b.staff)));
    for open in &mut found {
        open.under = under(open, state, leaves, demand, context);
    }
    found
}

/// What leave takes of a shift, if anything.
fn open_part(shift: &Shift, span: &LeaveSpan) -> Option<Shift> {
    let Some((start, end)) = span.window else {
        return Some(shift.clone());
    };
    let segments: Vec<Segment> = shift
        .segments
        .iter()
        .map(|segment| Segment {
            start: segment.start.max(start),
            end: segment.end.min(end),
        })
        .filter(|segment| segment.start < segment.end)
        .collect();
    let whole = |meal: &&PlannedMeal| {
        segments.iter().any(|segment| {
            segment.start <= meal.start
                && i64::from(meal.start.0) + meal.minutes.0 <= i64::from(segment.end.0)
        })
    };
    let meals = shift.meals.iter().filter(whole).copied().collect();
    let breaks = shift.breaks.iter().filter(whole).copied().collect();
    (!segments.is_empty()).then(|| Shift {
        segments,
        meals,
        breaks,
        ..shift.clone()
    })
}

/// What somebody serves on a shift: skills held, and those they stand in for (P3).
fn serves(
    staff: &StaffId,
    shift: &Shift,
    date: WorkDate,
    context: &RosterContext,
) -> BTreeSet<SkillId> {
    let held = context
        .staff
        .get(staff)
        .and_then(|state| state.skills_at(&context.desk, date));
    let Some(held) = held else {
        return BTreeSet::new();
    };
    let mut all = held.clone();
    all.extend(context.policy.cover(&shift.code, held).cloned());
    all
}

/// Whether somebody is rostered and not on leave from `start` to `end` of `date`; a shift of the day before may reach
/// into it.
fn there(
    staff: &StaffId,
    date: WorkDate,
    start: i32,
    end: i32,
    state: &RosterState,
    leaves: &[LeaveRequested],
    context: &RosterContext,
) -> Option<BTreeSet<SkillId>> {
    [(date, 0), (date.plus_days(-1), DAY_MINUTES)]
        .into_iter()
        .find_map(|(day, shift_by)| {
            let shift = match state.shift(staff, day) {
                Some(shift) => shift,
                None => context.neighbours.get(&(staff.clone(), day))?,
            };
            let (from, until) = (start + shift_by, end + shift_by);
            let works = shift
                .segments
                .iter()
                .any(|segment| segment.start.0 <= from && until <= segment.end.0);
            let away = leaves.iter().any(|leave| {
                let span = on_shift(&leave.span, leave.half, shift);
                leave.staff == *staff
                    && span.covers(day)
                    && span
                        .window
                        .is_none_or(|(begin, stop)| begin.0 < until && from < stop.0)
            });
            (works && !away).then(|| serves(staff, shift, day, context))
        })
}

/// Somebody of several skills counts for each of them.
fn under(
    open: &OpenShift,
    state: &RosterState,
    leaves: &[LeaveRequested],
    demand: Option<&DemandSet>,
    context: &RosterContext,
) -> Vec<Under> {
    let mut found: Vec<Under> = Vec::new();
    let Some(demand) = demand else {
        return found;
    };
    let people = state.staff();
    let slot_minutes = i32::from(demand.slot_minutes);
    for day in &demand.days {
        let ahead = open.date.days_until(day.date);
        if !(0..=1).contains(&ahead) || !open.skills.contains(&day.skill) {
            continue;
        }
        let offset = if ahead == 1 { DAY_MINUTES } else { 0 };
        let mut start = day.start.0;
        for &minimum in &day.minimum {
            let end = start + slot_minutes;
            let touched =
                open.shift.segments.iter().any(|segment| {
                    segment.start.0 < end + offset && start + offset < segment.end.0
                });
            if touched && minimum > 0 {
                let on_post = people.iter().filter(|staff| {
                    there(staff, day.date, start, end, state, leaves, context)
                        .is_some_and(|skills| skills.contains(&day.skill))
                });
                let on_post = u16::try_from(on_post.count()).unwrap_or(u16::MAX);
                let missing = minimum.saturating_sub(on_post);
                if missing > 0 {
                    let (start, end) = (DayMinute(start + offset), DayMinute(end + offset));
                    extend(&mut found, &day.skill, start, end, missing);
                }
            }
            start = end;
        }
    }
    found.sort_by(|a, b| (a.start, &a.skill).cmp(&(b.start, &b.skill)));
    found
}

fn extend(found: &mut Vec<Under>, skill: &SkillId, start: DayMinute, end: DayMinute, missing: u16) {
    let joins = found
        .iter_mut()
        .find(|known| known.skill == *skill && known.end == start && known.missing == missing);
    match joins {
        Some(known) => known.end = end,
        None => found.push(Under {
            skill: skill.clone(),
            start,
            end,
            missing,
        }),
    }
}

/// The skills that whoever covers must have: those the desk is short of, or else any one of the person's away.
fn lacks(open: &OpenShift, held: &BTreeSet<SkillId>) -> Vec<SkillId> {
    if open.under.is_empty() {
        let any = open.skills.is_empty() || open.skills.iter().any(|skill| held.contains(skill));
        return if any {
            Vec::new()
        } else {
            open.skills.iter().cloned().collect()
        };
    }
    let short: BTreeSet<&SkillId> = open.under.iter().map(|under| &under.skill).collect();
    short
        .into_iter()
        .filter(|skill| !held.contains(*skill))
        .cloned()
        .collect()
}

/// The skills that somebody lacks to cover an open shift; empty: none.
pub fn skills_lacking(open: &OpenShift, staff: &StaffId, context: &RosterContext) -> Vec<SkillId> {
    lacks(open, &serves(staff, &open.shift, open.date, context))
}

/// Everybody of the desk who has the skill: who may take it first, of them whoever it gives the least overtime, then
/// whoever is rostered least.
pub fn candidates(
    open: &OpenShift,
    state: &RosterState,
    context: &RosterContext,
) -> Vec<Candidate> {
    let month = open.date.month();
    let mut cells = state.cells.clone();
    let mut minutes: BTreeMap<&StaffId, Minutes> = BTreeMap::new();
    for ((staff, date), shift) in &state.cells {
        if month.contains(*date)
            && let Some(shift) = shift
        {
            *minutes.entry(staff).or_default() += length(shift);
        }
    }
    let mut found: Vec<Candidate> = context
        .staff
        .iter()
        .filter(|(staff, record)| {
            **staff != open.staff
                && record.employed_on(open.date)
                && (record.category_on(open.date) != Category::Promoter || open.skills.is_empty())
                && skills_lacking(open, staff, context).is_empty()
        })
        .map(|(staff, record)| {
            let month_minutes = minutes.get(staff).copied().unwrap_or_default();
            let cell = state.cell(staff, open.date);
            let works = cell.flatten().cloned();
            let broken = match &works {
                Some(_) => vec![HardRule::OneShiftADay],
                None => broken_by(open, staff, month, &mut cells, context),
            };
            let contract = contract_month_minutes(record, &context.desk, month);
            let beyond = |minutes: Minutes| (minutes - contract).at_least_zero();
            Candidate {
                staff: staff.clone(),
                day_off: cell == Some(None),
                works,
                broken,
                overtime_minutes: beyond(month_minutes + length(&open.shift))
                    - beyond(month_minutes),
                month_minutes,
            }
        })
        .collect();
    found.sort_by(|a, b| {
        let rank = |one: &Candidate| (!one.possible(), one.overtime_minutes, one.month_minutes);
        (rank(a), &a.staff).cmp(&(rank(b), &b.staff))
    });
    found
}

fn broken_by(
    open: &OpenShift,
    staff: &StaffId,
    month: Month,
    cells: &mut Cells,
    context: &RosterContext,
) -> Vec<HardRule> {
    let key = (staff.clone(), open.date);
    let before = cells.insert(key.clone(), Some(open.shift.clone()));
    let touched = std::iter::once((staff, open.date));
    let found = broken(month, cells, touched, context);
    match before {
        Some(before) => cells.insert(key, before),
        None => cells.remove(&key),
    };
    found.into_iter().map(|broken| broken.rule).collect()
}

fn length(shift: &Shift) -> Minutes {
    shift.segments.iter().map(|segment| segment.minutes()).sum()
}

impl Say for Candidate {
    /// Why they are proposed, or why not.
    fn say(&self, lang: Lang) -> String {
        let zh = lang == Lang::Zh;
        if let Some(shift) = &self.works {
            let code = &shift.code;
            return if zh {
                format!("当天已上 {code} 班")
            } else {
                format!("works {code} that day")
            };
        }
        if !self.broken.is_empty() {
            return self.broken.say(lang);
        }
        let free = match (self.day_off, zh) {
            (true, true) => "当天休息",
            (true, false) => "is off that day",
            (false, true) => "当天未排班",
            (false, false) => "is not rostered that day",
        };
        let (overtime, month) = (self.overtime_minutes, self.month_minutes);
        match (overtime.is_zero(), zh) {
            (true, true) => {
                format!("{free},休息时间和连续上班天数都合规,不产生加班(当月已排 {month} 分钟)")
            }
            (true, false) => format!(
                "{free}, keeps rest and runs of days, no overtime ({month} minutes rostered in the month)"
            ),
            (false, true) => format!(
                "{free},休息时间和连续上班天数都合规,超出合同工时 {overtime} 分钟(当月已排 {month} 分钟)"
            ),
            (false, false) => format!(
                "{free}, keeps rest and runs of days, {overtime} minutes beyond contract ({month} minutes rostered in the month)"
            ),
        }
    }
}
