//! Ask for leave in writing, before the shift begins (T12).

use crate::decider::{Decision, ensure, worded};
use crate::desk::DAY_MINUTE_MAX;
use crate::event::{Half, LeaveEvent, LeaveKind, LeaveRequested, LeaveSpan};
use crate::ids::{LeaveId, StaffId};
use crate::leave::ledger::{Claims, LedgerBook};
use crate::leave::{LeaveState, books_open, unit};
use crate::policy::LeavePolicy;
use crate::quantities::Minutes;
use crate::refusal::{Fault, Refusal};
use crate::roster::begins;
use crate::shift::{Segment, Shift};
use crate::staff::StaffState;
use crate::who::{Issued, Role};
use crate::work_date::{DayMinute, Month, WorkDate, Zone};
use std::collections::{BTreeMap, BTreeSet};

/// Ask for leave, for oneself or, as a lead in an emergency, for somebody.
#[derive(Clone, Debug)]
pub struct RequestLeave {
    /// Its id.
    pub leave: LeaveId,
    /// For whom.
    pub staff: StaffId,
    /// What kind.
    pub kind: LeaveKind,
    /// When.
    pub span: LeaveSpan,
    /// A half of the one day's shift, instead of a window.
    pub half: Option<Half>,
    /// Why.
    pub reason: String,
    /// The document that bears it out, if one is named.
    pub evidence: Option<String>,
    /// Why somebody else files it, if so.
    pub emergency: Option<String>,
}

/// What a request is held against.
#[derive(Clone, Debug)]
pub struct LeaveContext {
    /// The record of the person it is for.
    pub staff: StaffState,
    /// The person's cells in force on the days of the span; a day without a roster is missing.
    pub cells: BTreeMap<WorkDate, Option<Shift>>,
    /// Pending and approved leave of the years before and after, whose spans may reach into this one.
    pub neighbours: Vec<LeaveSpan>,
    /// The person's leave of other years, and what was earned.
    pub book: LedgerBook,
    /// The desk's closed months.
    pub closed: BTreeSet<Month>,
    /// The rules in force on the first day.
    pub policy: LeavePolicy,
    /// The site's zone.
    pub zone: Zone,
}

/// In writing, before the shift begins, over no other leave, in its unit, within the balance.
pub fn decide(
    state: &LeaveState,
    command: &RequestLeave,
    context: &LeaveContext,
    issued: &Issued,
) -> Decision<LeaveEvent> {
    if state.leaves.contains_key(&command.leave) {
        let id = command.leave.to_string();
        return Err(Refusal::IdTaken { id });
    }
    let span = &resolved(command, context)?;
    let record = context.staff.known(&command.staff)?;
    let emergency = emergency(command, &record.desk, issued)?;
    worded("reason", &command.reason)?;
    if let Some(evidence) = &command.evidence {
        worded("evidence", evidence)?;
    }
    sound_span(span)?;
    for date in [span.first, span.last] {
        context.staff.employed(&command.staff, date)?;
    }
    books_open(span, &context.closed)?;
    if emergency.is_none() {
        before_the_shift(span, context, issued)?;
    }
    let mut others = state.standing().chain(&context.neighbours);
    if let Some(other) = others.find(|other| overlap(span, other)) {
        let span = other.clone();
        return Err(Refusal::LeaveOverlaps { span });
    }
    let day = day_segments(span.first, context);
    let half = unit::fitting(command.kind, span.window, &day, &context.policy)?;
    let minutes = minutes(command.kind, span, half, context);
    let book = context.book.with(span.first.month().year(), state);
    let available = book.room(command.kind, span.first, minutes, Claims::Standing);
    if minutes > available {
        return Err(Refusal::LeaveBalanceShort {
            kind: command.kind,
            available,
            wanted: minutes,
        });
    }
    Ok(vec![
        LeaveRequested {
            leave: command.leave,
            staff: command.staff.clone(),
            desk: record.desk.clone(),
            kind: command.kind,
            span: span.clone(),
            minutes,
            reason: command.reason.clone(),
            filed_by: issued.by.staff.clone(),
            emergency,
            half,
            evidence: command.evidence.clone(),
            at: issued.at,
        }
        .into(),
    ])
}

/// The span with the window of the half that is asked for.
fn resolved(command: &RequestLeave, context: &LeaveContext) -> Result<LeaveSpan, Refusal> {
    let span = &command.span;
    let Some(half) = command.half else {
        return Ok(span.clone());
    };
    ensure(
        span.first == span.last && span.window.is_none(),
        "half",
        Fault::WindowOfManyDays,
    )?;
    let date = span.first;
    let window = unit::half_window(&day_segments(date, context), half);
    Ok(LeaveSpan {
        window: Some(window.ok_or(Refusal::LeaveHalfOfNothing { date })?),
        ..span.clone()
    })
}

/// The shift in force, or the policy's day where no roster is; empty on a day off.
fn day_segments(date: WorkDate, context: &LeaveContext) -> Vec<Segment> {
    match context.cells.get(&date) {
        Some(cell) => cell
            .as_ref()
            .map_or_else(Vec::new, |shift| shift.segments.clone()),
        None => unit::policy_day(&context.policy).into_iter().collect(),
    }
}

/// The reason for filing for somebody else: wanted then, and never given for oneself.
fn emergency(
    command: &RequestLeave,
    desk: &crate::ids::DeskId,
    issued: &Issued,
) -> Result<Option<String>, Refusal> {
    let staff = || command.staff.clone();
    if issued.by.staff == command.staff {
        return match command.emergency {
            None => Ok(None),
            Some(_) => Err(Refusal::LeaveOwnEmergency { staff: staff() }),
        };
    }
    let may = issued.by.acting_as(&[Role::Lead, Role::GmOffice], desk);
    match &command.emergency {
        Some(why) if may.is_some() => {
            worded("emergency", why)?;
            Ok(Some(why.clone()))
        }
        Some(_) | None => Err(Refusal::LeaveForOther { staff: staff() }),
    }
}

fn sound_span(span: &LeaveSpan) -> Result<(), Refusal> {
    ensure(span.first <= span.last, "span.last", Fault::EndsBeforeStart)?;
    let Some((start, end)) = span.window else {
        return Ok(());
    };
    ensure(
        span.first == span.last,
        "span.last",
        Fault::WindowOfManyDays,
    )?;
    ensure(start < end, "span.window", Fault::EndsBeforeStart)?;
    let in_day = DayMinute(0) <= start && end <= DAY_MINUTE_MAX;
    ensure(in_day, "span.window", Fault::OutOfDay)
}

/// T12: no shift of the span has begun, and a day without one is not over.
fn before_the_shift(
    span: &LeaveSpan,
    context: &LeaveContext,
    issued: &Issued,
) -> Result<(), Refusal> {
    let zone = context.zone;
    let today = zone.date(issued.at);
    let past_and_today = days(span).take_while(|date| *date <= today);
    for date in past_and_today {
        let shift = context.cells.get(&date).and_then(Option::as_ref);
        let deadline = match shift.and_then(|shift| begins(shift, date, zone)) {
            Some(begins) => begins,
            None => zone.instant(date.plus_days(1), DayMinute(0)),
        };
        if deadline <= issued.at {
            let begins = zone.civil(deadline);
            return Err(Refusal::LeaveTooLate { date, begins });
        }
    }
    Ok(())
}

fn days(span: &LeaveSpan) -> impl Iterator<Item = WorkDate> {
    let (first, last) = (span.first, span.last);
    (0..=first.days_until(last)).map(move |n| first.plus_days(n))
}

/// Two spans share a day, and if each is a part of it, share a minute; back-to-back is no overlap.
fn overlap(one: &LeaveSpan, other: &LeaveSpan) -> bool {
    let days = one.first <= other.last && other.first <= one.last;
    let minutes = match (one.window, other.window) {
        (Some((start, end)), Some((other_start, other_end))) => {
            start < other_end && other_start < end
        }
        (None, _) | (_, None) => true,
    };
    days && minutes
}

/// What the request takes from its balance: a day's minutes for each day of the span that is not a day off, half of them
/// for a half, or the part of the shift that its window covers.
fn minutes(
    kind: LeaveKind,
    span: &LeaveSpan,
    half: Option<Half>,
    context: &LeaveContext,
) -> Minutes {
    if !context.policy.balanced.contains(&kind) {
        return Minutes::ZERO;
    }
    let day_minutes = context.policy.day_minutes;
    if half.is_some() {
        return Minutes(day_minutes.0 / 2);
    }
    let of_day = |date: WorkDate| match (context.cells.get(&date), span.window) {
        (Some(None), _) => Minutes::ZERO,
        (Some(Some(_)) | None, None) => day_minutes,
        (None, Some((start, end))) => Minutes(i64::from(end.0 - start.0)).min(day_minutes),
        (Some(Some(shift)), Some((start, end))) => {
            let covered = shift.segments.iter().map(|segment| {
                let shared = segment.end.0.min(end.0) - segment.start.0.max(start.0);
                Minutes(i64::from(shared.max(0)))
            });
            covered.sum::<Minutes>().min(day_minutes)
        }
    };
    days(span).map(of_day).sum()
}
