//! The hard rules that every hand edit, amendment, swap and publication is checked against. The solver has its own
//! model and its own checker; this judges only the cells a decision touches, so that an old fault elsewhere does not
//! stand in the way of an unrelated change.

use crate::event::{Category, CellChange, LeaveSpan};
use crate::ids::{DeskId, StaffId};
use crate::policy::Policy;
use crate::quantities::Minutes;
use crate::refusal::Refusal;
use crate::roster::{Cells, begins};
use crate::shift::Shift;
use crate::staff::StaffState;
use crate::work_date::{Month, WorkDate, Zone, whole_minutes};
use std::collections::{BTreeMap, BTreeSet};

/// What the hard rules need to know from other streams.
#[derive(Clone, Debug)]
pub struct RosterContext {
    /// Whose roster.
    pub desk: DeskId,
    /// The rules in force.
    pub policy: Policy,
    /// The site's zone.
    pub zone: Zone,
    /// Everybody who may be rostered. Somebody missing is not employed.
    pub staff: BTreeMap<StaffId, StaffState>,
    /// Approved leave that touches the month.
    pub leaves: Vec<(StaffId, LeaveSpan)>,
    /// Shifts in force of the weeks before and after the month, as far as rosters exist, and in the month those of
    /// people lent from or to another desk in its roster.
    pub neighbours: BTreeMap<(StaffId, WorkDate), Shift>,
}

/// A hard rule, with the figures that break it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HardRule {
    /// A person works one shift a day.
    OneShiftADay,
    /// Only the employed work.
    Employed,
    /// Whoever is lent for the day stands in the other desk's roster (D2).
    Elsewhere {
        /// That desk.
        desk: DeskId,
    },
    /// Somebody without skills is never rostered.
    Skilled,
    /// Nobody works on approved leave of the whole shift.
    OnLeave {
        /// Which.
        span: LeaveSpan,
    },
    /// Protected staff work no nights.
    ProtectedNight,
    /// Rest between two shifts.
    Rest {
        /// The day of the earlier shift.
        after: WorkDate,
        /// As it would be.
        minutes: Minutes,
        /// As it must be.
        minutes_min: Minutes,
    },
    /// Working days in a row.
    ConsecutiveDays {
        /// As it would be.
        days: u16,
        /// At most.
        days_max: u16,
    },
    /// Days off in a week from Monday.
    WeekRest {
        /// As it would be.
        days: u16,
        /// At least.
        days_min: u16,
    },
    /// Weekends worked in the month.
    Weekends {
        /// As it would be.
        count: u16,
        /// At most.
        count_max: u16,
    },
    /// Night shifts in the month.
    Nights {
        /// As it would be.
        count: u16,
        /// At most.
        count_max: u16,
    },
    /// Rostered minutes of the month.
    MonthMinutes {
        /// As it would be.
        minutes: Minutes,
        /// At most.
        minutes_max: Minutes,
    },
}

/// A hard rule broken in a person's row. The date is the cell's; for a run of days its last, for a week its Monday, for
/// a month's total the month's last shift.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Whose row.
    pub staff: StaffId,
    /// Where.
    pub date: WorkDate,
    /// Which rule.
    pub rule: HardRule,
}

/// Refuses `changes` to `cells` that would break a hard rule, with every broken one listed.
pub(super) fn hold_after(
    month: Month,
    cells: &Cells,
    changes: &[CellChange],
    context: &RosterContext,
) -> Result<(), Refusal> {
    let mut after = cells.clone();
    for change in changes {
        after.insert((change.staff.clone(), change.date), change.after.clone());
    }
    let touched = changes.iter().map(|change| (&change.staff, change.date));
    refuse(broken(month, &after, touched, context))
}

/// Refuses a roster that breaks a hard rule anywhere.
pub(super) fn hold(month: Month, cells: &Cells, context: &RosterContext) -> Result<(), Refusal> {
    let everywhere = cells.keys().map(|(staff, date)| (staff, *date));
    refuse(broken(month, cells, everywhere, context))
}

fn refuse(broken: Vec<Broken>) -> Result<(), Refusal> {
    if broken.is_empty() {
        return Ok(());
    }
    Err(Refusal::RosterRulesBroken { broken })
}

/// Every hard rule that the worked cells among `touched` break or help to break, each once, by person and date.
pub fn broken<'a>(
    month: Month,
    cells: &'a Cells,
    touched: impl Iterator<Item = (&'a StaffId, WorkDate)>,
    context: &'a RosterContext,
) -> Vec<Broken> {
    let mut dates: BTreeMap<&StaffId, BTreeSet<WorkDate>> = BTreeMap::new();
    for (staff, date) in touched {
        dates.entry(staff).or_default().insert(date);
    }
    dates
        .into_iter()
        .flat_map(|(staff, dates)| {
            let row = Row {
                staff,
                month,
                cells,
                context,
            };
            row.broken(&dates)
        })
        .collect()
}

/// The minutes that a contract comes to in a month at a desk: its weekly minutes for the days employed and rostered by
/// the desk, rounded up to a minute.
pub fn contract_month_minutes(staff: &StaffState, desk: &DeskId, month: Month) -> Minutes {
    let weekly = |date: WorkDate| {
        let here = staff.employed_on(date) && staff.rostered_by(date) == Some(desk);
        let contract = staff.contract_on(date).filter(|_| here);
        contract.map_or(Minutes::ZERO, |contract| contract.week_minutes)
    };
    let sevenfold: Minutes = month.days().map(weekly).sum();
    Minutes(sevenfold.0.saturating_add(6) / 7)
}

/// A person's month and what surrounds it.
struct Row<'a> {
    staff: &'a StaffId,
    month: Month,
    cells: &'a Cells,
    context: &'a RosterContext,
}

impl Row<'_> {
    fn shift(&self, date: WorkDate) -> Option<&Shift> {
        let key = (self.staff.clone(), date);
        let here = self.cells.get(&key).filter(|_| self.month.contains(date));
        let here = here.and_then(Option::as_ref);
        here.or_else(|| self.context.neighbours.get(&key))
    }

    /// The shift in this roster, whatever stands in another.
    fn shift_here(&self, date: WorkDate) -> Option<&Shift> {
        self.cells.get(&(self.staff.clone(), date))?.as_ref()
    }

    fn worked(&self, date: WorkDate) -> bool {
        self.shift(date).is_some()
    }

    fn worked_in_month(&self) -> impl Iterator<Item = (WorkDate, &Shift)> {
        let days = self.month.days();
        days.filter_map(|date| Some((date, self.shift_here(date)?)))
    }

    fn broken(&self, dates: &BTreeSet<WorkDate>) -> Vec<Broken> {
        let mut found = Vec::new();
        for &date in dates {
            if let Some(shift) = self.shift_here(date) {
                found.extend(self.cell(date, shift));
                found.extend(self.rest(date.plus_days(-1), date));
                found.extend(self.rest(date, date.plus_days(1)));
                found.extend(self.consecutive_days(date));
                found.extend(self.week_rest(date));
            }
        }
        if dates.iter().any(|&date| self.worked(date)) {
            found.extend(self.month_totals());
        }
        // Two touched cells of one row may find the same fault.
        let mut listed: Vec<Broken> = Vec::new();
        for (date, rule) in found {
            let broken = Broken {
                staff: self.staff.clone(),
                date,
                rule,
            };
            if !listed.contains(&broken) {
                listed.push(broken);
            }
        }
        listed.sort_by_key(|broken| broken.date);
        listed
    }

    fn cell(&self, date: WorkDate, shift: &Shift) -> Vec<(WorkDate, HardRule)> {
        let mut found = Vec::new();
        let staff = self
            .context
            .staff
            .get(self.staff)
            .filter(|staff| staff.employed_on(date));
        let Some(staff) = staff else {
            return vec![(date, HardRule::Employed)];
        };
        if let Some(other) = staff
            .rostered_by(date)
            .filter(|&by| *by != self.context.desk)
        {
            let desk = other.clone();
            found.push((date, HardRule::Elsewhere { desk }));
        }
        // A promoter serves no skill of the desk's, but stands in its roster all the same (M6).
        let skills = staff.skills_at(&self.context.desk, date);
        let skilled = skills.is_some_and(|held| !held.is_empty());
        if !skilled && staff.category_on(date) != Category::Promoter {
            found.push((date, HardRule::Skilled));
        }
        let leave = self.context.leaves.iter().find(|(whose, span)| {
            whose == self.staff && span.covers(date) && covers_whole(span, shift)
        });
        if let Some((_, span)) = leave {
            let span = span.clone();
            found.push((date, HardRule::OnLeave { span }));
        }
        let protected = self.context.policy.law.protected_no_nights && staff.protected_on(date);
        if protected && shift.night {
            found.push((date, HardRule::ProtectedNight));
        }
        found
    }

    fn rest(&self, earlier: WorkDate, later: WorkDate) -> Option<(WorkDate, HardRule)> {
        let zone = self.context.zone;
        let (before, after) = (self.shift(earlier)?, self.shift(later)?);
        let ends = zone.instant(earlier, before.segments.last()?.end);
        let minutes = whole_minutes(ends, begins(after, later, zone)?);
        let minutes_min = self.context.policy.roster.rest_minutes_min;
        let broken = HardRule::Rest {
            after: earlier,
            minutes,
            minutes_min,
        };
        (minutes < minutes_min).then_some((later, broken))
    }

    fn consecutive_days(&self, date: WorkDate) -> Option<(WorkDate, HardRule)> {
        let run = |step: i64| {
            let ahead = (1..).map(|n| date.plus_days(n * step));
            let count = ahead.take_while(|&date| self.worked(date)).count();
            i64::try_from(count).unwrap_or(i64::MAX)
        };
        let (back, ahead) = (run(-1), run(1));
        let days = u16::try_from(back + 1 + ahead).unwrap_or(u16::MAX);
        let days_max = self.context.policy.roster.consecutive_days_max;
        let broken = HardRule::ConsecutiveDays { days, days_max };
        (days > days_max).then_some((date.plus_days(ahead), broken))
    }

    fn week_rest(&self, date: WorkDate) -> Option<(WorkDate, HardRule)> {
        let monday = date.week_start();
        let week = (0..7).map(|n| monday.plus_days(n));
        let days = count(week.filter(|&date| !self.worked(date)));
        let days_min = self.context.policy.law.week_rest_days_min;
        let broken = HardRule::WeekRest { days, days_min };
        (days < days_min).then_some((monday, broken))
    }

    fn month_totals(&self) -> Vec<(WorkDate, HardRule)> {
        let Some((last, _)) = self.worked_in_month().last() else {
            return vec![];
        };
        let rules = &self.context.policy.roster;
        let mut found = Vec::new();
        let weekends: BTreeSet<WorkDate> = self
            .worked_in_month()
            .filter(|(date, _)| date.is_weekend())
            .map(|(date, _)| date.week_start())
            .collect();
        let weekends = count(weekends.into_iter());
        if let Some(count_max) = rules.weekends_max.filter(|&max| weekends > max) {
            let count = weekends;
            found.push((last, HardRule::Weekends { count, count_max }));
        }
        let nights = count(self.worked_in_month().filter(|(_, shift)| shift.night));
        if let Some(count_max) = rules.nights_max.filter(|&max| nights > max) {
            let count = nights;
            found.push((last, HardRule::Nights { count, count_max }));
        }
        if let Some(staff) = self.context.staff.get(self.staff) {
            let counts = |(_, shift): &(WorkDate, &Shift)| rules.rules.counts_minutes(&shift.code);
            let worked = |(_, shift): (WorkDate, &Shift)| {
                let segments = shift.segments.iter();
                segments.map(|segment| segment.minutes()).sum::<Minutes>()
            };
            let minutes: Minutes = self.worked_in_month().filter(counts).map(worked).sum();
            let minutes_max = contract_month_minutes(staff, &self.context.desk, self.month)
                + rules.contract_slack_minutes;
            if minutes > minutes_max {
                let broken = HardRule::MonthMinutes {
                    minutes,
                    minutes_max,
                };
                found.push((last, broken));
            }
        }
        found
    }
}

fn count<T>(items: impl Iterator<Item = T>) -> u16 {
    u16::try_from(items.count()).unwrap_or(u16::MAX)
}

/// Leave of a part of the day leaves the rest of the shift to work.
fn covers_whole(span: &LeaveSpan, shift: &Shift) -> bool {
    span.window.is_none_or(|(start, end)| {
        let inside = |segment: &crate::shift::Segment| start <= segment.start && segment.end <= end;
        shift.segments.iter().all(inside)
    })
}
