//! Ask another desk for somebody (D2).

use crate::day::RequestStatus;
use crate::decider::{Decision, ensure, permit, worded};
use crate::desk::{DAY_MINUTE_MAX, DeskState};
use crate::event::{LoanRequested, LoanSpan, StaffEvent};
use crate::ids::{DeskId, LoanId, SkillId, StaffId};
use crate::refusal::{Action, Fault, Refusal};
use crate::staff::StaffState;
use crate::who::{Issued, Role};
use crate::work_date::{DayMinute, Zone};
use std::collections::BTreeSet;

/// Ask for somebody.
#[derive(Clone, Debug)]
pub struct AskLoan {
    /// Its id.
    pub loan: LoanId,
    /// Whom.
    pub staff: StaffId,
    /// The desk that asks.
    pub to: DeskId,
    /// When.
    pub span: LoanSpan,
    /// What the person is to serve there.
    pub skills: BTreeSet<SkillId>,
    /// What for.
    pub reason: String,
}

/// The lead of the desk that asks or the GM office, for days from today on, over no other loan. `to` is the desk that
/// asks, `zone` its site's.
pub fn decide(
    state: &StaffState,
    command: &AskLoan,
    to: &DeskState,
    zone: Zone,
    issued: &Issued,
) -> Decision<StaffEvent> {
    let askers = [Role::Lead, Role::GmOffice];
    permit(issued, &askers, &command.to, Action::AskLoan)?;
    to.known(&command.to)?;
    let record = state.known(&command.staff)?;
    if state.loan(command.loan).is_ok() {
        let id = command.loan.to_string();
        return Err(Refusal::IdTaken { id });
    }
    ensure(record.desk != command.to, "to", Fault::OwnDesk)?;
    worded("reason", &command.reason)?;
    sound_span(&command.span)?;
    let today = zone.date(issued.at);
    ensure(command.span.first >= today, "first", Fault::Past)?;
    for date in [command.span.first, command.span.last] {
        state.employed(&command.staff, date)?;
    }
    ensure(!command.skills.is_empty(), "skills", Fault::Blank)?;
    for skill in &command.skills {
        let known = to.skills.iter().any(|defined| defined.id == *skill);
        ensure(known, "skills", Fault::Unknown)?;
    }
    let standing = |status| matches!(status, RequestStatus::Pending | RequestStatus::Approved);
    let mut others = state.loans.iter().filter(|loan| standing(loan.status));
    if let Some(other) = others.find(|loan| loan.requested.span.overlaps(&command.span)) {
        return Err(Refusal::LoanOverlaps {
            to: other.requested.to.clone(),
            span: other.requested.span.clone(),
        });
    }
    Ok(vec![
        LoanRequested {
            loan: command.loan,
            staff: command.staff.clone(),
            to: command.to.clone(),
            span: command.span.clone(),
            skills: command.skills.clone(),
            reason: command.reason.clone(),
            by: issued.by.staff.clone(),
            at: issued.at,
        }
        .into(),
    ])
}

fn sound_span(span: &LoanSpan) -> Result<(), Refusal> {
    ensure(span.first <= span.last, "last", Fault::EndsBeforeStart)?;
    let Some((start, end)) = span.window else {
        return Ok(());
    };
    ensure(span.first == span.last, "last", Fault::WindowOfManyDays)?;
    ensure(start < end, "window.end", Fault::EndsBeforeStart)?;
    let inside = DayMinute(0) <= start && end <= DAY_MINUTE_MAX;
    ensure(inside, "window", Fault::OutOfDay)
}
