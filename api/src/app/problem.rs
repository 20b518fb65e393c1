//! From what the log knows to the solver's problem, and from the solver's plan back to cells.

mod catalogue;
mod past;
mod replan;

pub(crate) use replan::{Proposal, Replanning};

use crate::app::meetings::MeetingWanted;
use crate::app::{App, AppError, Fault};
use domain::desk::DeskState;
use domain::event::{DayKind, DemandSet, LeaveKind, SolveEnd, SolveReport};
use domain::ids::{DeskId, ShiftCode, StaffId};
use domain::org::OrgState;
use domain::policy::{Policy, RosterPolicy};
use domain::refusal::{Needed, Refusal};
use domain::roster::RosterState;
use domain::roster::rules::contract_month_minutes;
use domain::shift::{Cell, PlannedMeal, Shift, ShiftTemplate};
use domain::staff::StaffState;
use domain::work_date::{DayMinute, Month, WorkDate};
use domain::{event, quantities::Minutes};
use solver::explain::Stretch;
use solver::plan::{Meal, Plan, Relaxation, Shortfall, Status, Tier};
use solver::problem::{
    Cause, Costs, Day, Demand, FixedCell, History, MealWindow, Person, Rules, Segment, ShiftId,
    ShiftTemplate as SolverShift, Skill, SkillId, Unavailable,
};
use solver::{Assignments, Problem};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Meals start on this grid; a finer one costs time and gains nothing a person would notice (SOLVER.md).
const MEAL_GRID_MINUTES: i64 = 5;
/// A day's minutes.
const DAY: DayMinute = DayMinute(1440);
/// How far back a run of days is followed.
const HISTORY_DAYS: i64 = 31;

/// A month's problem, and what its shifts are in the duty table.
#[derive(Clone)]
pub(crate) struct RosterProblem {
    pub(crate) problem: Problem,
    shifts: BTreeMap<ShiftId, Offered>,
    /// Shifts of a roster whose times are no template's, as the roster has them.
    own_times: Vec<(ShiftId, Shift)>,
    staff: Vec<StaffId>,
    days: Vec<WorkDate>,
    /// Days on which another desk rosters the person (D2): the plan says nothing of them.
    elsewhere: BTreeSet<(StaffId, WorkDate)>,
}

#[derive(Clone)]
struct Offered {
    template: ShiftTemplate,
    days: Vec<usize>,
}

/// Somebody who may be rostered.
struct Candidate {
    staff: StaffId,
    state: StaffState,
    leave: Vec<event::LeaveRequested>,
    /// Shifts in the rosters of other desks (D2).
    elsewhere: Vec<(WorkDate, Shift)>,
    /// Leave approved in the months that fairness looks back on.
    past_leave: Vec<event::LeaveRequested>,
}

/// Everything a month's problem is made from.
struct Sources<'a> {
    id: &'a DeskId,
    desk: &'a DeskState,
    org: &'a OrgState,
    policy: &'a Policy,
    demand: &'a DemandSet,
    people: &'a [Candidate],
    previous: &'a RosterState,
    /// The rosters that fairness looks back on, the last month's first.
    past: &'a [(Month, Arc<RosterState>)],
    meetings: &'a [MeetingWanted],
    month: Month,
}

impl App {
    /// The problem of a desk's month, as the log stands.
    pub(crate) async fn roster_problem(
        &self,
        desk: &DeskId,
        month: Month,
    ) -> Result<RosterProblem, AppError> {
        let state = self.desk_state(desk).await?;
        state.known(desk)?;
        let mut missing = Vec::new();
        if state.templates_on(month.first()).is_empty() {
            missing.push(Needed::ShiftTemplates);
        }
        let demand = state.demand.get(&month);
        if demand.is_none() {
            missing.push(Needed::Demand);
        }
        if state.policy.is_none() {
            missing.push(Needed::Policy);
        }
        let (Some(demand), true) = (demand, missing.is_empty()) else {
            return Err(Refusal::DeskNotReady { missing }.into());
        };
        let policy = self.policy_on(desk, month.first()).await?;
        let mut past = Vec::new();
        let mut back = month;
        for _ in 0..policy.roster.rules.fair_months.unwrap_or(1) {
            back = back.previous();
            past.push((back, self.roster_state(desk, back).await?));
        }
        let mut people = Vec::new();
        for person in self
            .rosterable_of(desk, month.first(), month.last())
            .await?
        {
            let known = self.staff_state(&person).await?;
            if month.days().any(|date| is_rosterable(&known, desk, date)) {
                let leave = self
                    .approved_leave(&person, month.first(), month.last())
                    .await?;
                let around = (month.first().plus_days(-1), month.last().plus_days(1));
                let elsewhere = self
                    .shifts_elsewhere(desk, &known, around.0, around.1)
                    .await?;
                let past_leave = self
                    .approved_leave(&person, back.first(), month.first().plus_days(-1))
                    .await?;
                people.push(Candidate {
                    staff: person,
                    state: (*known).clone(),
                    leave,
                    elsewhere,
                    past_leave,
                });
            }
        }
        let meetings = match policy.roster.rules.meetings {
            Some(_) => self.meetings_wanted(desk, month).await?,
            None => Vec::new(),
        };
        let mut problem = build(&Sources {
            id: desk,
            desk: &state,
            org: self.org_state().await?.as_ref(),
            policy: policy.as_ref(),
            meetings: &meetings,
            demand,
            people: &people,
            previous: self.roster_state(desk, month.previous()).await?.as_ref(),
            past: &past,
            month,
        })?;
        problem.fix(self.roster_state(desk, month).await?.as_ref());
        Ok(problem)
    }
}

fn is_rosterable(staff: &StaffState, desk: &DeskId, date: WorkDate) -> bool {
    staff.employed_on(date)
        && staff.rostered_by(date) == Some(desk)
        && staff
            .skills_at(desk, date)
            .is_some_and(|skills| !skills.is_empty())
}

fn build(sources: &Sources<'_>) -> Result<RosterProblem, AppError> {
    let month = sources.month;
    let days: Vec<WorkDate> = month.days().collect();
    let shifts = offered(sources.desk, &days);
    let unknown = catalogue::unknown_shifts(sources);
    if !unknown.is_empty() {
        return Err(AppError::Invalid(unknown));
    }
    let rules = &sources.policy.roster.rules;
    let slot_minutes = i64::from(sources.demand.slot_minutes);
    let by_day = |offer: &&Offered| {
        !offer.template.night && !rules.standby.contains_key(&offer.template.code)
    };
    let last_end = shifts.values().filter(by_day).map(end_of).max();
    let first_end = shifts.values().filter(by_day).map(end_of).min();
    let first_start = shifts.values().filter(by_day).map(start_of).min();
    let last_start = shifts.values().filter(by_day).map(start_of).max();
    let solver_shifts: Vec<SolverShift> = shifts
        .iter()
        .map(|(id, offer)| SolverShift {
            id: id.clone(),
            name: offer.template.name.clone(),
            kind: catalogue::kind(rules, &offer.template.code),
            segments: offer
                .template
                .segments
                .iter()
                .map(|s| segment(s.start, s.end))
                .collect(),
            meals: offer.template.meals.iter().map(window).collect(),
            breaks: offer.template.breaks.iter().map(window).collect(),
            worked_minutes: if rules.counts_minutes(&offer.template.code) {
                offer.template.minutes().0
            } else {
                0
            },
            night: offer.template.night,
            // Late is the shift that closes the desk: the one people would rather share fairly.
            late: by_day(&offer) && first_end != last_end && Some(end_of(offer)) == last_end,
            // And early the one that opens it.
            early: by_day(&offer)
                && first_start != last_start
                && Some(start_of(offer)) == first_start,
            skills_required: covering(sources.policy, &offer.template.code),
            days: (offer.days.len() < days.len()).then(|| offer.days.clone()),
            standby: catalogue::standby(sources, &offer.template.code),
            unpopular_meals: rules
                .unpopular_meals
                .get(&offer.template.code)
                .map_or(0, |meals| u32::from(*meals)),
        })
        .collect();
    let meal_grid_minutes = solver_shifts
        .iter()
        .flat_map(|shift| {
            let edges = shift
                .segments
                .iter()
                .flat_map(|s| [s.start_minute, s.end_minute]);
            let meals = shift.meals.iter().chain(&shift.breaks).flat_map(|meal| {
                [
                    meal.earliest_start_minute,
                    meal.latest_start_minute,
                    meal.duration_minutes,
                ]
            });
            edges.chain(meals).collect::<Vec<_>>()
        })
        .chain(sources.demand.days.iter().map(|day| i64::from(day.start.0)))
        .chain(catalogue::edges(rules))
        .fold(gcd(MEAL_GRID_MINUTES, slot_minutes), gcd);
    let mut problem = Problem {
        name: format!(
            "{} {month}",
            sources
                .desk
                .opened
                .as_ref()
                .map_or("", |desk| desk.name.as_str())
        ),
        slot_minutes,
        meal_grid_minutes,
        days: days
            .iter()
            .map(|&date| day(sources.org, date, month.first()))
            .collect(),
        skills: sources
            .desk
            .skills
            .iter()
            .map(|skill| Skill {
                id: SkillId::from(skill.id.as_str()),
                name_zh: skill.name.clone(),
                name_en: skill.id.to_string(),
            })
            .collect(),
        demand: demand(sources.demand, month.first()),
        group_demand: Vec::new(),
        shift_cover: Vec::new(),
        shifts: solver_shifts,
        people: sources
            .people
            .iter()
            .map(|candidate| {
                let mut person = person(sources, candidate, &days);
                catalogue::bind(sources, &shifts, candidate, &days, &mut person);
                cover(sources.policy, &shifts, &mut person);
                person
            })
            .collect(),
        rules: Rules {
            rest_minutes_min: sources.policy.roster.rest_minutes_min.0,
            forbidden_successions: Vec::new(),
        },
        costs: costs(&sources.policy.roster)?,
        published: None,
        team: Default::default(),
    };
    past::carry(sources, &mut problem);
    catalogue::complete(sources, &shifts, &days, &mut problem)?;
    let faults = problem.validate();
    if !faults.is_empty() {
        let faults = faults.into_iter().map(|fault| {
            let (zh, en) = at_fault(&problem, &fault.field);
            let (zh, en) = (
                format!("排班数据有误({zh}):{}", fault.message),
                format!("{en}: {}", fault.message),
            );
            Fault::of(fault.field, zh, en)
        });
        return Err(AppError::Invalid(faults.collect()));
    }
    Ok(RosterProblem {
        problem,
        shifts,
        own_times: Vec::new(),
        staff: sources
            .people
            .iter()
            .map(|candidate| candidate.staff.clone())
            .collect(),
        elsewhere: lent_days(sources, &days),
        days,
    })
}

/// Whom or what a field of the problem is about, as a lead knows it.
fn at_fault(problem: &Problem, field: &str) -> (String, String) {
    let part = |list: &str| -> Option<(usize, &str)> {
        let (index, rest) = field
            .strip_prefix(list)?
            .strip_prefix('[')?
            .split_once(']')?;
        Some((index.parse().ok()?, rest.trim_start_matches('.')))
    };
    let person = part("people").and_then(|(index, rest)| {
        let person = problem.people.get(index)?;
        Some((format!("员工 {}", person.name), person.name.clone(), rest))
    });
    let shift = || {
        let (index, rest) = part("shifts")?;
        let shift = problem.shifts.get(index)?;
        Some((
            format!("班次 {}", shift.name),
            format!("shift {}", shift.name),
            rest,
        ))
    };
    let day = |list: &str, day: &dyn Fn(usize) -> Option<usize>| {
        let (index, rest) = part(list)?;
        let date = &problem.days.get(day(index)?)?.date;
        Some((date.clone(), date.clone(), rest))
    };
    let found = person
        .or_else(shift)
        .or_else(|| day("days", &Some))
        .or_else(|| day("demand", &|index| Some(problem.demand.get(index)?.day)));
    match found {
        Some((zh, en, "")) => (zh, en),
        Some((zh, en, rest)) => (format!("{zh} {rest}"), format!("{en} {rest}")),
        None => (field.to_owned(), field.to_owned()),
    }
}

/// The skill without which nobody works a shift on which another role covers the desk (P3).
fn covering(policy: &Policy, code: &ShiftCode) -> Vec<SkillId> {
    let cover = policy
        .cover
        .iter()
        .filter(|cover| cover.shifts.contains(code));
    let skills: BTreeSet<&str> = cover.map(|cover| cover.holding.as_str()).collect();
    skills.into_iter().map(SkillId::from).collect()
}

/// Somebody of another role counts for the desk on the shifts they cover, and works no other of its shifts (P3).
fn cover(policy: &Policy, shifts: &BTreeMap<ShiftId, Offered>, person: &mut Person) {
    for cover in &policy.cover {
        let (holding, serves) = (
            SkillId::from(cover.holding.as_str()),
            SkillId::from(cover.serves.as_str()),
        );
        if !person.skills.contains(&holding) || person.skills.contains(&serves) {
            continue;
        }
        person.skills.push(serves);
        for (id, offer) in shifts {
            if !cover.shifts.contains(&offer.template.code) {
                person.shift_max.insert(id.clone(), 0);
            }
        }
    }
}

/// The shifts offered in a month. A template set that takes over within the month makes shifts of its own, offered on
/// its days only.
fn offered(desk: &DeskState, days: &[WorkDate]) -> BTreeMap<ShiftId, Offered> {
    let mut shifts: BTreeMap<ShiftId, Offered> = BTreeMap::new();
    for (index, &date) in days.iter().enumerate() {
        for template in desk.templates_on(date) {
            let mut id = ShiftId::from(template.code.as_str());
            let mut change = 1;
            while shifts
                .get(&id)
                .is_some_and(|known| known.template != *template)
            {
                change += 1;
                id = ShiftId::from(format!("{}#{change}", template.code));
            }
            let offer = shifts.entry(id).or_insert_with(|| Offered {
                template: template.clone(),
                days: Vec::new(),
            });
            offer.days.push(index);
        }
    }
    shifts
}

fn end_of(offer: &Offered) -> DayMinute {
    offer
        .template
        .segments
        .last()
        .map_or(DayMinute(0), |segment| segment.end)
}

fn start_of(offer: &Offered) -> DayMinute {
    let first = offer.template.segments.first();
    first.map_or(DayMinute(0), |segment| segment.start)
}

fn segment(start: DayMinute, end: DayMinute) -> Segment {
    Segment {
        start_minute: i64::from(start.0),
        end_minute: i64::from(end.0),
    }
}

fn window(meal: &domain::shift::MealWindow) -> MealWindow {
    MealWindow {
        earliest_start_minute: i64::from(meal.earliest_start.0),
        latest_start_minute: i64::from(meal.latest_start.0),
        duration_minutes: meal.minutes.0,
    }
}

fn gcd(a: i64, b: i64) -> i64 {
    if b == 0 { a.max(1) } else { gcd(b, a % b) }
}

fn day(org: &OrgState, date: WorkDate, first: WorkDate) -> Day {
    let kind = org.day(date).map(|day| day.kind);
    let week = first.week_start().days_until(date.week_start()) / 7;
    Day {
        date: date.to_string(),
        weekend: date.is_weekend(),
        holiday: matches!(kind, Some(DayKind::Statutory | DayKind::AdjustedRest)),
        week: u32::try_from(week).unwrap_or_default(),
    }
}

fn demand(set: &DemandSet, first: WorkDate) -> Vec<Demand> {
    let slot_minutes = i64::from(set.slot_minutes);
    let mut wanted = Vec::new();
    for day in &set.days {
        let Ok(index) = usize::try_from(first.days_until(day.date)) else {
            continue;
        };
        let slots = (0i64..).zip(day.minimum.iter().zip(&day.target));
        for (slot, (&minimum, &target)) in slots.filter(|(_, (_, target))| **target > 0) {
            wanted.push(Demand {
                day: index,
                start_minute: i64::from(day.start.0) + slot * slot_minutes,
                skill: SkillId::from(day.skill.as_str()),
                minimum: u32::from(minimum),
                target: u32::from(target),
            });
        }
    }
    wanted
}

/// Every day of the month on which another desk rosters somebody.
fn lent_days(sources: &Sources<'_>, days: &[WorkDate]) -> BTreeSet<(StaffId, WorkDate)> {
    let of = |candidate: &Candidate| {
        let lent = days.iter().filter(|&&date| {
            let by = candidate.state.rostered_by(date);
            by.is_some_and(|by| by != sources.id)
        });
        let staff = candidate.staff.clone();
        lent.map(move |&date| (staff.clone(), date))
            .collect::<Vec<_>>()
    };
    sources.people.iter().flat_map(of).collect()
}

/// When shifts at other desks and the rest around them leave no room, on the days before and after.
fn rest_around(
    sources: &Sources<'_>,
    elsewhere: &[(WorkDate, Shift)],
    days: &[WorkDate],
) -> Vec<Unavailable> {
    let rest = i32::try_from(sources.policy.roster.rest_minutes_min.0).unwrap_or(i32::MAX);
    let mut found = Vec::new();
    for (date, shift) in elsewhere {
        let (Some(first), Some(last)) = (shift.segments.first(), shift.segments.last()) else {
            continue;
        };
        let before = (first.start.0 + DAY.0 - rest, 2 * DAY.0);
        let after = (0, last.end.0.saturating_add(rest) - DAY.0);
        for (near, (from, until)) in [(date.plus_days(-1), before), (date.plus_days(1), after)] {
            let Some(day) = days.iter().position(|known| *known == near) else {
                continue;
            };
            if from.max(0) < until {
                found.push(Unavailable {
                    day,
                    interval: Some(segment(DayMinute(from.max(0)), DayMinute(until))),
                    cause: Cause {
                        id: format!("rest {date}"),
                        zh: format!("{date} 在其他部门上班,须休息"),
                        en: format!("rest around the shift at another desk on {date}"),
                    },
                });
            }
        }
    }
    found
}

fn person(sources: &Sources<'_>, candidate: &Candidate, days: &[WorkDate]) -> Person {
    let Candidate {
        staff,
        state,
        leave,
        elsewhere,
        past_leave: _,
    } = candidate;
    let policy = &sources.policy.roster;
    let mut unavailable = rest_around(sources, elsewhere, days);
    let mut leave_minutes: i64 = 0;
    for (index, &date) in days.iter().enumerate() {
        let elsewhere = state.rostered_by(date).filter(|by| *by != sources.id);
        let cause = if let Some(other) = elsewhere {
            Some(Cause {
                id: format!("loan {staff}"),
                zh: format!("由 {other} 排班(借调)"),
                en: format!("rostered by {other} (on loan)"),
            })
        } else if !is_rosterable(state, sources.id, date) {
            Some(Cause {
                id: format!("employment {staff}"),
                zh: "不在职或无可排班技能".to_owned(),
                en: "not employed, or without a skill".to_owned(),
            })
        } else {
            None
        };
        unavailable.extend(cause.map(|cause| Unavailable {
            day: index,
            interval: None,
            cause,
        }));
        for request in leave.iter().filter(|request| request.span.covers(date)) {
            // Approved leave stands for the work it replaces: a week's contract is five days of it. The contract is
            // that of the day, so that somebody who joins within the month is not asked to make the leave good.
            let here = state.employed_on(date) && elsewhere.is_none();
            if request.span.window.is_none() && here {
                let week = state.contract_on(date).map_or(0, |c| c.week_minutes.0);
                leave_minutes += week / 5;
            }
            unavailable.push(Unavailable {
                day: index,
                interval: request.span.window.map(|(start, end)| segment(start, end)),
                cause: Cause {
                    id: request.leave.to_string(),
                    zh: leave_words(request.kind).0.to_owned(),
                    en: leave_words(request.kind).1.to_owned(),
                },
            });
        }
    }
    // A skill counts when it is held on every day of the month somebody can be rostered on: a plan must not rest on
    // one that comes or goes within it.
    let mut skills: Option<BTreeSet<domain::ids::SkillId>> = None;
    for held in days
        .iter()
        .filter(|&&date| is_rosterable(state, sources.id, date))
        .filter_map(|&date| state.skills_at(sources.id, date))
    {
        skills = Some(match skills {
            None => held.clone(),
            Some(so_far) => so_far.intersection(held).cloned().collect(),
        });
    }
    let contract = contract_month_minutes(state, sources.id, sources.month);
    let target = (contract.0 - leave_minutes).max(0);
    let protected =
        sources.policy.law.protected_no_nights && days.iter().any(|&date| state.protected_on(date));
    Person {
        id: staff.as_str().into(),
        name: state
            .record
            .as_ref()
            .map(|record| record.name.clone())
            .unwrap_or_default(),
        skills: skills
            .unwrap_or_default()
            .iter()
            .map(|skill| SkillId::from(skill.as_str()))
            .collect(),
        minutes_min: None,
        minutes_target: Some(target),
        minutes_max: Some(contract.0 + policy.contract_slack_minutes.0),
        minutes_week_max: None,
        consecutive_work_days_max: Some(u32::from(policy.consecutive_days_max)),
        consecutive_work_days_min: Some(u32::from(policy.consecutive_days_min)),
        consecutive_days_off_min: Some(u32::from(policy.consecutive_days_off_min)),
        weekly_rest_day: sources.policy.law.week_rest_days_min > 0,
        weekends_max: policy.weekends_max.map(u32::from),
        nights_max: if protected {
            Some(0)
        } else {
            policy.nights_max.map(u32::from)
        },
        shift_max: BTreeMap::new(),
        unavailable,
        fixed: Vec::new(),
        requests: Vec::new(),
        fair_share: Default::default(),
        history: history(sources, staff),
        more: Default::default(),
    }
}

/// What the roster before the month, published or drafted, says of somebody: runs of days, the last shift's end, this week's rest.
fn history(sources: &Sources<'_>, staff: &StaffId) -> History {
    let first = sources.month.first();
    let mut history = History::default();
    if sources.previous.cells.is_empty() {
        return history;
    }
    let worked = |back: i64| sources.previous.shift(staff, first.plus_days(-back));
    let known = |back: i64| {
        sources
            .previous
            .cell(staff, first.plus_days(-back))
            .is_some()
    };
    let run = |on: bool| {
        let days =
            (1..=HISTORY_DAYS).take_while(|&back| known(back) && worked(back).is_some() == on);
        u32::try_from(days.count()).unwrap_or_default()
    };
    history.consecutive_work_days = run(true);
    history.consecutive_days_off = run(false);
    if let Some(shift) = worked(1) {
        let end = shift
            .segments
            .last()
            .map_or(0, |segment| i64::from(segment.end.0));
        history.last_shift_end_minute = Some(end - solver::problem::DAY_MINUTES);
    }
    let since_monday = i64::from(first.weekday_from_monday());
    history.minutes_this_week = (1..=since_monday)
        .filter_map(worked)
        .map(|shift| counted(sources, shift))
        .sum();
    history.rested_this_week = (1..=since_monday).any(|back| worked(back).is_none());
    history
}

/// Minutes of a shift as contract hours count them.
fn counted(sources: &Sources<'_>, shift: &Shift) -> i64 {
    if sources.policy.roster.rules.counts_minutes(&shift.code) {
        minutes_of(shift).0
    } else {
        0
    }
}

fn minutes_of(shift: &Shift) -> Minutes {
    shift.segments.iter().map(|segment| segment.minutes()).sum()
}

fn leave_words(kind: LeaveKind) -> (&'static str, &'static str) {
    match kind {
        LeaveKind::Personal => ("事假", "personal leave"),
        LeaveKind::Sick => ("病假", "sick leave"),
        LeaveKind::Annual => ("年假", "annual leave"),
        LeaveKind::Compensatory => ("调休", "time off in lieu"),
        LeaveKind::Marriage => ("婚假", "marriage leave"),
        LeaveKind::Maternity => ("产假", "maternity leave"),
        LeaveKind::Paternity => ("陪产假", "paternity leave"),
        LeaveKind::Bereavement => ("丧假", "bereavement leave"),
    }
}

/// The solver's costs with those the policy names.
fn costs(policy: &RosterPolicy) -> Result<Costs, AppError> {
    let mut costs = Costs::default();
    let mut faults = Vec::new();
    for (name, &per_unit) in &policy.cost {
        let field = match name.as_str() {
            "under_minimum" => &mut costs.under_minimum,
            "under_target" => &mut costs.under_target,
            "over_target" => &mut costs.over_target,
            "under_group" => &mut costs.under_group,
            "request" => &mut costs.request,
            "fairness" => &mut costs.fairness,
            "isolated_day_off" => &mut costs.isolated_day_off,
            "isolated_day_on" => &mut costs.isolated_day_on,
            "split_shift" => &mut costs.split_shift,
            "change_per_cell" => &mut costs.change_per_cell,
            "minutes_off_contract" => &mut costs.minutes_off_contract,
            // Priced beside the rule that asks for it.
            _ if catalogue::term(name).is_some() => continue,
            _ => {
                faults.push(Fault::of(
                    format!("roster.cost.{name}"),
                    "没有这项排班成本",
                    "the solver has no such cost",
                ));
                continue;
            }
        };
        field.per_unit = per_unit;
    }
    if faults.is_empty() {
        Ok(costs)
    } else {
        Err(AppError::Invalid(faults))
    }
}

impl RosterProblem {
    /// Fixes the cells that a lead fixed, as they stand in the roster.
    fn fix(&mut self, roster: &RosterState) {
        for (staff, date) in &roster.fixed {
            let person = self.staff.iter().position(|known| known == staff);
            let (Some(person), Some(day)) = (person, self.day_of(*date)) else {
                continue;
            };
            let shift = roster.shift(staff, *date);
            let shift = shift.map(|shift| self.shift_id(shift, day));
            if let Some(person) = self.problem.people.get_mut(person) {
                person.fixed.push(FixedCell { day, shift });
            }
        }
    }

    /// How many people and days it is about.
    pub(crate) fn size(&self) -> (usize, usize) {
        (self.staff.len(), self.days.len())
    }

    /// Somebody by their place in the problem.
    pub(crate) fn staff_at(&self, person: usize) -> Option<&StaffId> {
        self.staff.get(person)
    }

    /// Whether somebody's month is filled in: every day on which they can be rostered has a cell. Of nobody in
    /// particular: everybody's.
    pub(crate) fn is_filled(&self, roster: &RosterState, person: Option<usize>) -> bool {
        let rows = self.staff.iter().zip(&self.problem.people).enumerate();
        let mut asked = rows.filter(|(index, _)| person.is_none_or(|person| person == *index));
        asked.all(|(_, (staff, known))| {
            self.days.iter().enumerate().all(|(day, date)| {
                let away = |away: &Unavailable| away.day == day && away.interval.is_none();
                roster.cell(staff, *date).is_some() || known.unavailable.iter().any(away)
            })
        })
    }

    /// Which day of the horizon a date is.
    pub(crate) fn day_of(&self, date: WorkDate) -> Option<usize> {
        self.days.iter().position(|day| *day == date)
    }

    /// A day of the horizon.
    pub(crate) fn date(&self, day: usize) -> Option<WorkDate> {
        self.days.get(day).copied()
    }

    /// The shift that a code is on a day.
    pub(crate) fn offered_as(&self, code: &ShiftCode, day: usize) -> Option<ShiftId> {
        let mut offered = self.shifts.iter();
        let found =
            offered.find(|(_, offer)| offer.template.code == *code && offer.days.contains(&day));
        found.map(|(id, _)| id.clone())
    }

    /// A plan as cells of the roster.
    pub(crate) fn cells(&self, plan: &Plan) -> Vec<Cell> {
        let by_cell = |taken: &[Meal]| {
            let mut cells: BTreeMap<(usize, usize), Vec<PlannedMeal>> = BTreeMap::new();
            for meal in taken {
                let cell = cells.entry((meal.person, meal.day)).or_default();
                cell.push(PlannedMeal {
                    start: minute(meal.start_minute),
                    minutes: Minutes(meal.duration_minutes),
                });
            }
            cells
        };
        let meals = by_cell(&plan.meals);
        let breaks = by_cell(plan.breaks.as_ref().map_or(&[], |breaks| &breaks.taken));
        let mut cells = Vec::with_capacity(self.staff.len() * self.days.len());
        for (person, (staff, row)) in self.staff.iter().zip(&plan.assignments).enumerate() {
            for (day, (&date, id)) in self.days.iter().zip(row).enumerate() {
                if self.elsewhere.contains(&(staff.clone(), date)) {
                    continue;
                }
                let shift = id.as_ref().and_then(|id| self.shifts.get(id)).map(|offer| {
                    let mut meals = meals.get(&(person, day)).cloned().unwrap_or_default();
                    meals.sort_by_key(|meal| meal.start);
                    let mut breaks = breaks.get(&(person, day)).cloned().unwrap_or_default();
                    breaks.sort_by_key(|taken| taken.start);
                    Shift {
                        code: offer.template.code.clone(),
                        segments: offer.template.segments.clone(),
                        breaks,
                        meals,
                        night: offer.template.night,
                        duty: offer.template.duty,
                    }
                });
                cells.push(Cell {
                    staff: staff.clone(),
                    date,
                    shift,
                });
            }
        }
        cells
    }

    /// A plan's shortfalls as the log keeps them.
    pub(crate) fn shortfalls(&self, plan: &Plan) -> Vec<event::Shortfall> {
        let breaks = plan.breaks.iter().flat_map(|breaks| &breaks.shortfalls);
        plan.shortfalls
            .iter()
            .chain(breaks)
            .filter_map(|shortfall| self.shortfall(shortfall))
            .collect()
    }

    /// The short breaks of a roster as it stands.
    pub(crate) fn breaks(&self, roster: &RosterState) -> Vec<Meal> {
        let mut taken = Vec::new();
        for (person, staff) in self.staff.iter().enumerate() {
            for (day, date) in self.days.iter().enumerate() {
                let shift = roster.shift(staff, *date);
                for one in shift.iter().flat_map(|shift| &shift.breaks) {
                    taken.push(Meal {
                        person,
                        day,
                        start_minute: i64::from(one.start.0),
                        duration_minutes: one.minutes.0,
                    });
                }
            }
        }
        taken
    }

    /// Whether any shift of the month has short breaks.
    pub(crate) fn has_breaks(&self) -> bool {
        self.problem
            .shifts
            .iter()
            .any(|shift| !shift.breaks.is_empty())
    }

    pub(crate) fn shortfall(&self, shortfall: &Shortfall) -> Option<event::Shortfall> {
        let repairs = |zh: bool| {
            let words = shortfall.repairs.iter().map(|repair| &repair.words);
            words
                .map(|words| {
                    if zh {
                        words.zh.clone()
                    } else {
                        words.en.clone()
                    }
                })
                .collect()
        };
        Some(event::Shortfall {
            cause_zh: shortfall.words.zh.clone(),
            cause_en: shortfall.words.en.clone(),
            repairs_zh: repairs(true),
            repairs_en: repairs(false),
            ..self.stretch(&shortfall.into())?
        })
    }

    /// What is short then, without its causes; none where nobody asks for people so.
    pub(crate) fn stretch(&self, short: &Stretch) -> Option<event::Shortfall> {
        Some(event::Shortfall {
            date: *self.days.get(short.day)?,
            start: minute(short.start_minute),
            end: minute(short.end_minute),
            skill: short
                .skill
                .as_ref()
                .map(|skill| domain::ids::SkillId::new(skill.as_str())),
            what: self.named(short),
            tier: match short.tier {
                Tier::Minimum => event::Tier::Minimum,
                Tier::Target => event::Tier::Target,
                Tier::Group => event::Tier::OnPost,
                Tier::Standby => event::Tier::Standby,
                Tier::Shift => event::Tier::Shift,
            },
            missing: u16::try_from(short.missing).unwrap_or(u16::MAX),
            cause_zh: String::new(),
            cause_en: String::new(),
            repairs_zh: Vec::new(),
            repairs_en: Vec::new(),
        })
    }

    /// What is short where it is no skill.
    fn named(&self, short: &Stretch) -> Option<String> {
        let shift = short.shift.as_ref().and_then(|id| {
            let known = self.problem.shifts.iter().find(|shift| shift.id == *id)?;
            Some(known.name.clone())
        });
        shift.or_else(|| {
            let id = short.group.as_ref()?;
            let known = self.problem.group_demand.iter();
            let group = known.into_iter().find(|group| group.id == *id)?;
            Some(group.name_zh.clone())
        })
    }

    /// How a solve went, for the log.
    pub(crate) fn report(&self, plan: &Plan) -> SolveReport {
        SolveReport {
            objective: plan.objective,
            bound: plan.bound,
            proven_optimal: plan.status == Status::Optimal,
            costs: plan
                .costs
                .by_term
                .iter()
                .map(|(term, cost)| {
                    let name = serde_json::to_value(term)
                        .ok()
                        .and_then(|name| name.as_str().map(str::to_owned));
                    (name.unwrap_or_default(), *cost)
                })
                .collect(),
            shortfalls: self.shortfalls(plan),
            iterations: plan.report.iterations,
            ended: match plan.status {
                Status::Optimal => Some(SolveEnd::Optimal),
                Status::TimeLimit => Some(SolveEnd::TimeLimit),
                Status::WorkLimit => Some(SolveEnd::WorkLimit),
                Status::Cancelled => Some(SolveEnd::Cancelled),
                Status::Evaluated => None,
            },
            milliseconds: Some((plan.report.seconds.max(0.0) * 1000.0).round() as u64),
            relaxed: plan
                .relaxed
                .iter()
                .filter_map(|relaxed| self.relaxed(relaxed))
                .collect(),
        }
    }

    /// What a plan had to let go, as the log keeps it.
    fn relaxed(&self, relaxed: &Relaxation) -> Option<event::Relaxed> {
        Some(event::Relaxed {
            staff: StaffId::new(relaxed.person.as_str()),
            date: *self.days.get(relaxed.freed.day)?,
            words_zh: relaxed.words.zh.clone(),
            words_en: relaxed.words.en.clone(),
        })
    }

    /// A roster as the solver reads it. A cell whose times are no longer any template's is offered as a shift of its
    /// own.
    pub(crate) fn read_roster(&mut self, roster: &RosterState) -> (Assignments, Vec<Meal>) {
        let mut meals = Vec::new();
        let mut assignments = Vec::with_capacity(self.staff.len());
        for (person, staff) in self.staff.clone().iter().enumerate() {
            let mut row = Vec::with_capacity(self.days.len());
            for (day, date) in self.days.clone().into_iter().enumerate() {
                let shift = roster.shift(staff, date);
                row.push(shift.map(|shift| self.shift_id(shift, day)));
                for meal in shift.iter().flat_map(|shift| &shift.meals) {
                    meals.push(Meal {
                        person,
                        day,
                        start_minute: i64::from(meal.start.0),
                        duration_minutes: meal.minutes.0,
                    });
                }
            }
            assignments.push(row);
        }
        (assignments, meals)
    }

    /// Minutes of a shift of the roster as contract hours count them: none where its template counts none.
    fn counted_as(&self, shift: &Shift) -> i64 {
        let mut offered = self.shifts.iter();
        let template = offered.find(|(_, offer)| offer.template.code == shift.code);
        let known = template.and_then(|(id, _)| {
            let mut known = self.problem.shifts.iter();
            known.find(|known| known.id == *id)
        });
        let counts = known.is_none_or(|known| known.standby.is_none() || known.worked_minutes > 0);
        if counts { minutes_of(shift).0 } else { 0 }
    }

    fn shift_id(&mut self, shift: &Shift, day: usize) -> ShiftId {
        let fits = |offer: &Offered| {
            offer.template.code == shift.code
                && offer.template.segments == shift.segments
                && offer.template.meals.len() == shift.meals.len()
                && offer.days.contains(&day)
                && offer
                    .template
                    .meals
                    .iter()
                    .zip(&shift.meals)
                    .all(|(window, meal)| {
                        window.minutes == meal.minutes
                            && window.earliest_start <= meal.start
                            && meal.start <= window.latest_start
                    })
        };
        if let Some((id, _)) = self.shifts.iter().find(|(_, offer)| fits(offer)) {
            return id.clone();
        }
        if let Some((id, _)) = self.own_times.iter().find(|(_, known)| known == shift) {
            let known = self.problem.shifts.iter_mut().find(|known| known.id == *id);
            if let Some(days) = known.and_then(|known| known.days.as_mut())
                && !days.contains(&day)
            {
                days.push(day);
            }
            return id.clone();
        }
        let id = ShiftId::from(format!("{}@{}", shift.code, self.problem.shifts.len()));
        self.own_times.push((id.clone(), shift.clone()));
        self.problem.shifts.push(SolverShift {
            id: id.clone(),
            name: shift.code.to_string(),
            kind: String::new(),
            segments: shift
                .segments
                .iter()
                .map(|s| segment(s.start, s.end))
                .collect(),
            meals: shift
                .meals
                .iter()
                .map(|meal| MealWindow {
                    earliest_start_minute: i64::from(meal.start.0),
                    latest_start_minute: i64::from(meal.start.0),
                    duration_minutes: meal.minutes.0,
                })
                .collect(),
            breaks: Vec::new(),
            worked_minutes: self.counted_as(shift),
            night: shift.night,
            late: false,
            early: false,
            skills_required: Vec::new(),
            days: Some(vec![day]),
            standby: None,
            unpopular_meals: 0,
        });
        id
    }
}

fn minute(minute: i64) -> DayMinute {
    DayMinute(i32::try_from(minute).unwrap_or(i32::MAX))
}
