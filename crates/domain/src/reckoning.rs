//! From a day's facts to its record: punches, leave and corrections against the roster in force, in whole minutes.
//!
//! Pure and total: the same facts and rules give the same record at any later time. How far time has passed is a fact
//! too ([`DayFacts::closed_through`]); nobody is missing anything before the day is closed.

mod meals;
mod meetings;
mod overtime;
mod plan;
mod punches;

use crate::day::{
    DayFacts, DayRecord, DayStatus, EdgeState, LeaveFact, RequestStatus, SegmentRecord,
};
use crate::event::{Edge, LeaveKind, PunchKind, Side};
use crate::ids::EventId;
use crate::policy::Policy;
use crate::post::{PostDay, reckon_post};
use crate::quantities::Minutes;
use crate::work_date::{Zone, whole_minutes};
use plan::{DayPlan, PlannedSegment, overlap_minutes};
use punches::Matching;
use std::collections::{BTreeMap, BTreeSet};

/// Reckons one person's work date.
pub fn reckon(facts: &DayFacts, policy: &Policy) -> DayRecord {
    let plan = DayPlan::of(facts, policy);
    let punches = punches::owned(facts, &plan, policy);
    let matching = punches::match_edges(&plan, &punches.real);
    let meals = meals::pair(facts, &punches.real, policy);

    let mut evidence: BTreeSet<EventId> = BTreeSet::new();
    evidence.extend(facts.assignment.as_ref().map(|assignment| assignment.event));
    evidence.extend(meals.iter().flat_map(|meal| meal.events.iter().copied()));
    evidence.extend(punches.suspect.iter().copied());

    let day = Day {
        facts,
        policy,
        plan: &plan,
        matching: &matching,
        suspect_in: punches.suspect_in,
        suspect_out: punches.suspect_out,
        closed: facts.closed_through.is_some_and(|last| facts.date <= last),
        window_over: facts.closed_through.is_some_and(|last| {
            facts
                .date
                .plus_days(i64::from(policy.correction.window_days))
                <= last
        }),
        meal_times: meals
            .iter()
            .flat_map(|meal| meal.started_at.into_iter().chain(meal.ended_at))
            .collect(),
    };
    let segments: Vec<SegmentRecord> = plan
        .segments
        .iter()
        .enumerate()
        .map(|(index, segment)| day.segment(index, segment))
        .collect();

    for record in &segments {
        evidence.extend(record.arrival.events());
        evidence.extend(record.departure.events());
    }
    let used: BTreeSet<EventId> = segments
        .iter()
        .flat_map(|record| [&record.arrival, &record.departure])
        .filter_map(|edge| match edge {
            EdgeState::Punched { event, .. } => Some(*event),
            _ => None,
        })
        .chain(matching.inner_events())
        .collect();
    evidence.extend(&used);
    evidence.extend(day.presence_used());
    for leave in &facts.leaves {
        evidence.extend(&leave.events);
    }
    for correction in &facts.corrections {
        evidence.extend(&correction.events);
    }

    let status = day.status(&segments);
    let absent = segments.iter().any(|s| !s.absent_minutes.is_zero());
    let swap_evidence = swap_evidence(facts);
    evidence.extend(&swap_evidence);

    let present: Minutes = segments.iter().map(|s| s.present_minutes).sum();
    let worked_minutes = if policy.meal.paid {
        present
    } else {
        (present - meals::off_work(facts, &plan, &segments, &meals)).at_least_zero()
    };
    let wanted: Vec<Vec<_>> = plan
        .segments
        .iter()
        .map(|segment| segment.wanted.iter().map(|s| (s.from, s.until)).collect())
        .collect();
    let post = reckon_post(
        &PostDay {
            facts: &facts.post,
            wanted: &wanted,
            segments: &segments,
            meals: &meals,
        },
        policy,
    );
    evidence.extend(&post.handover_events);
    evidence.extend(post.kept_waiting.iter().flat_map(|kept| &kept.events));
    evidence.extend(post.stayed_on.iter().flat_map(|stayed| &stayed.events));
    evidence.extend(facts.post.outings.iter().flat_map(|outing| &outing.events));
    evidence.extend(&post.off_post);
    let extra = overtime::count(
        facts,
        policy,
        &plan,
        &punches.real,
        &segments,
        worked_minutes,
        &post,
    );
    evidence.extend(&extra.events);
    let met = meetings::count(facts, policy, &plan, &segments, &punches.real, &extra);
    evidence.extend(facts.meetings.iter().map(|meeting| meeting.event));
    let mut overtime = extra.overtime;
    overtime.workday += met.overtime.workday;
    overtime.rest_day += met.overtime.rest_day;
    overtime.statutory += met.overtime.statutory;
    // What counts as worked is work on the holiday like the rest of the shift.
    if overtime::is_paid_as_holiday(facts, policy, &segments) {
        overtime.statutory += met.worked;
    }

    let on_shift = !plan.segments.is_empty();
    let unmatched = punches
        .real
        .iter()
        .filter(|punch| match punch.kind {
            PunchKind::In | PunchKind::Out => {
                !used.contains(&punch.event) && !extra.events.contains(&punch.event)
            }
            PunchKind::MealStart | PunchKind::MealEnd => !on_shift,
        })
        .map(|punch| punch.event)
        .collect();

    let shift = plan.shift.as_ref();
    DayRecord {
        staff: facts.staff.clone(),
        desk: facts.desk.clone(),
        date: facts.date,
        status,
        shift: shift.map(|shift| shift.code.clone()),
        night: shift.is_some_and(|shift| shift.night),
        planned_minutes: segments.iter().map(|s| s.planned_minutes).sum(),
        worked_minutes: worked_minutes + met.worked,
        absent_minutes: segments.iter().map(|s| s.absent_minutes).sum(),
        leave_minutes: plan.leave_minutes.clone(),
        late_minutes: segments.iter().map(|s| s.late_minutes).sum(),
        severe_late: policy
            .punch
            .severe_late_minutes
            .is_some_and(|tier| segments.iter().any(|s| s.late_minutes > tier)),
        early_minutes: segments.iter().map(|s| s.early_minutes).sum(),
        overtime,
        meeting_minutes: met.minutes,
        beyond_minutes: extra.beyond_minutes,
        time_off_earned_minutes: extra.time_off_earned_minutes,
        lead_missed_minutes: day.lead_missed(&segments),
        unarranged_swap: facts.unarranged_swaps.first().map(|swap| swap.swap),
        swap_evidence,
        absence_evidence: if absent {
            unexcusing(facts, &plan)
        } else {
            Vec::new()
        },
        correction_count: count(facts.corrections.iter().filter(|correction| {
            matches!(
                correction.status,
                RequestStatus::Pending | RequestStatus::Approved
            )
        })),
        segments,
        meals,
        unmatched,
        suspect: punches.suspect,
        evidence: evidence.into_iter().collect(),
        roster: facts.assignment.as_ref().map(|a| a.roster.clone()),
        roster_event: facts.assignment.as_ref().map(|a| a.event),
        policy: policy.id.clone(),
        post,
        lent: facts.lent.clone(),
    }
}

fn count<T>(items: impl Iterator<Item = T>) -> u16 {
    u16::try_from(items.count()).unwrap_or(u16::MAX)
}

/// What shows that the shift was given away without approval (T9), sorted.
fn swap_evidence(facts: &DayFacts) -> Vec<EventId> {
    let events: BTreeSet<EventId> = facts
        .unarranged_swaps
        .iter()
        .flat_map(|swap| swap.events.iter().copied())
        .chain(facts.colleague_punches.iter().copied())
        .collect();
    events.into_iter().collect()
}

/// Leave requests that did not excuse the day: refused, taken back, or filed too late.
fn unexcusing(facts: &DayFacts, plan: &DayPlan) -> Vec<EventId> {
    let events: BTreeSet<EventId> = facts
        .leaves
        .iter()
        .filter(|leave| !(leave.status == RequestStatus::Approved && plan.in_time(leave)))
        .flat_map(|leave| leave.events.iter().copied())
        .collect();
    events.into_iter().collect()
}

/// What the reckoning of a segment looks at.
struct Day<'a> {
    facts: &'a DayFacts,
    policy: &'a Policy,
    plan: &'a DayPlan,
    matching: &'a Matching,
    suspect_in: bool,
    suspect_out: bool,
    /// The day is over.
    closed: bool,
    /// The time to ask for a correction is over (T6).
    window_over: bool,
    meal_times: Vec<chrono::DateTime<chrono::Utc>>,
}

impl Day<'_> {
    fn segment(&self, index: usize, planned: &PlannedSegment) -> SegmentRecord {
        let wanted: Minutes = planned.wanted.iter().map(|span| span.minutes()).sum();
        let (mut arrival, mut departure) = if planned.wanted.is_empty() {
            (EdgeState::NotWanted, EdgeState::NotWanted)
        } else {
            (self.edge(index, Side::In), self.edge(index, Side::Out))
        };
        let shown = self.shows_presence(planned, &arrival, &departure)
            || self.matching.inner(index).next().is_some();

        let (mut late, mut early) = (Minutes::ZERO, Minutes::ZERO);
        let (mut present, mut absent, mut unproven) = (Minutes::ZERO, Minutes::ZERO, Minutes::ZERO);
        if let (Some(first), Some(last)) = (planned.wanted.first(), planned.wanted.last()) {
            if let Some(at) = arrival.at() {
                let passed = overlap_minutes(&planned.wanted, first.from, at);
                late = beyond_grace(passed, self.policy.punch.late_grace_minutes);
            }
            if let Some(at) = departure.at() {
                let passed = overlap_minutes(&planned.wanted, at, last.until);
                early = beyond_grace(passed, self.policy.punch.early_grace_minutes);
            }
            for (edge, punch) in self.matching.inner(index) {
                match edge.side {
                    Side::In => {
                        late += beyond_grace(
                            whole_minutes(edge.at, punch.at),
                            self.policy.punch.late_grace_minutes,
                        );
                    }
                    Side::Out => {
                        early += beyond_grace(
                            whole_minutes(punch.at, edge.at),
                            self.policy.punch.early_grace_minutes,
                        );
                    }
                }
            }
            // A claimed time may lie anywhere; nobody loses more than there was.
            late = late.min(wanted);
            early = early.min(wanted - late);
            let rest = wanted - late - early;
            if arrival.at().is_some() && departure.at().is_some() {
                present = rest;
            } else if shown || !self.closed || self.waiting() {
                unproven = rest;
                if !shown && self.closed {
                    (arrival, departure) = (EdgeState::Pending, EdgeState::Pending);
                }
            } else {
                absent = rest;
                (arrival, departure) = (EdgeState::Absent, EdgeState::Absent);
            }
        }

        let [before, after] = overtime::stays(planned, &arrival, &departure);
        SegmentRecord {
            planned: planned.segment,
            planned_minutes: planned.span.minutes(),
            arrival,
            departure,
            late_minutes: late,
            early_minutes: early,
            present_minutes: present,
            absent_minutes: absent,
            unproven_minutes: unproven,
            leave_minutes: planned.span.minutes() - wanted,
            beyond_minutes: before + after,
        }
    }

    /// How one wanted punch stands.
    fn edge(&self, segment: usize, side: Side) -> EdgeState {
        let requests = || {
            self.facts.corrections.iter().filter(move |correction| {
                correction.edge
                    == Edge {
                        segment: u8::try_from(segment).unwrap_or(u8::MAX),
                        side,
                    }
            })
        };
        if let Some(approved) = requests().find(|c| c.status == RequestStatus::Approved) {
            return EdgeState::Corrected {
                at: approved.claimed_at,
                correction: approved.correction,
                events: approved.events.clone(),
            };
        }
        if let Some(punch) = self.matching.required(segment, side) {
            return EdgeState::Punched {
                at: punch.at,
                event: punch.event,
            };
        }
        if let Some(outside) = self.outside_at(segment, side) {
            return outside;
        }
        let asked = requests().any(|c| c.status == RequestStatus::Pending);
        if !self.closed {
            // Without a clock, only what came after it shows that a punch is overdue.
            let overdue = asked || self.matching.any_after(segment, side);
            return if overdue {
                EdgeState::Pending
            } else {
                EdgeState::NotWanted
            };
        }
        let suspect = match side {
            Side::In => self.suspect_in,
            Side::Out => self.suspect_out,
        };
        if asked || suspect || !self.window_over {
            EdgeState::Pending
        } else {
            EdgeState::Missed {
                events: requests().flat_map(|c| c.events.iter().copied()).collect(),
            }
        }
    }

    /// Somebody who was at registered work outside when the segment began or ended could not punch (D9). Known once the
    /// person is back or the day is over.
    fn outside_at(&self, segment: usize, side: Side) -> Option<EdgeState> {
        let wanted = &self.plan.segments.get(segment)?.wanted;
        let at = match side {
            Side::In => wanted.first()?.from,
            Side::Out => wanted.last()?.until,
        };
        let outing =
            self.facts.post.outings.iter().find(|outing| {
                outing.covers(at) && (self.closed || outing.returned_at.is_some())
            })?;
        Some(EdgeState::Punched {
            at,
            event: *outing.events.first()?,
        })
    }

    /// Whether an absence cannot be told yet: it may still be corrected or excused, or a suspect punch speaks against it.
    fn waiting(&self) -> bool {
        !self.window_over
            || self.suspect_in
            || self.suspect_out
            || self
                .facts
                .corrections
                .iter()
                .any(|c| c.status == RequestStatus::Pending)
            || self
                .facts
                .leaves
                .iter()
                .any(|leave| leave.status == RequestStatus::Pending && self.plan.in_time(leave))
    }

    fn shows_presence(
        &self,
        planned: &PlannedSegment,
        arrival: &EdgeState,
        departure: &EdgeState,
    ) -> bool {
        arrival.at().is_some()
            || departure.at().is_some()
            || self.meal_times.iter().any(|&at| planned.span.holds(at))
            || self
                .facts
                .presence
                .iter()
                .any(|shown| planned.span.holds(shown.at))
    }

    fn presence_used(&self) -> impl Iterator<Item = EventId> {
        self.facts
            .presence
            .iter()
            .filter(|shown| {
                self.plan
                    .segments
                    .iter()
                    .any(|planned| planned.span.holds(shown.at))
            })
            .map(|shown| shown.event)
    }

    fn status(&self, segments: &[SegmentRecord]) -> DayStatus {
        if self.facts.assignment.is_none() {
            return DayStatus::Unrostered;
        }
        if segments.is_empty() {
            return DayStatus::DayOff;
        }
        if self.plan.segments.iter().all(|s| s.wanted.is_empty()) {
            return DayStatus::OnLeave;
        }
        if !self.closed {
            return DayStatus::Open;
        }
        let absent = |record: &SegmentRecord| record.arrival == EdgeState::Absent;
        let unknown = |index: usize| {
            self.plan.segments.get(index).is_some_and(|planned| {
                segments.get(index).is_some_and(|record| {
                    !self.shows_presence(planned, &record.arrival, &record.departure)
                        && self.matching.inner(index).next().is_none()
                })
            })
        };
        let wanted = || {
            (0..segments.len()).filter(|&index| {
                self.plan
                    .segments
                    .get(index)
                    .is_some_and(|planned| !planned.wanted.is_empty())
            })
        };
        if wanted().all(unknown) {
            if wanted().all(|index| segments.get(index).is_some_and(absent)) {
                DayStatus::Absent
            } else {
                DayStatus::AbsencePending
            }
        } else {
            DayStatus::Worked
        }
    }

    /// How much of the arrival lead was missed; being late counts on its own.
    fn lead_missed(&self, segments: &[SegmentRecord]) -> Minutes {
        let lead = self.policy.punch.arrival_lead_minutes;
        let (Some(planned), Some(record)) = (self.plan.segments.first(), segments.first()) else {
            return Minutes::ZERO;
        };
        let whole_start = planned.wanted.first().map(|span| span.from) == Some(planned.span.from);
        match record.arrival.at() {
            Some(at) if whole_start => {
                whole_minutes(plan::moved(planned.span.from, -lead), at).min(lead)
            }
            _ => Minutes::ZERO,
        }
    }
}

/// All of it, or nothing when within grace.
fn beyond_grace(passed: Minutes, grace: Minutes) -> Minutes {
    if passed > grace {
        passed
    } else {
        Minutes::ZERO
    }
}
