//! People lent to another desk (D2).

use crate::app::access::may_run_desk;
use crate::app::{App, AppError, AskLoan, Caller, EndLoan, Reason, Receipt};
use domain::event::{LoanSpan, Stream};
use domain::ids::{DeskId, LoanId, StaffId};
use domain::loan::{agree, ask, decline, end};
use domain::refusal::{Fault, Refusal};
use domain::roster::{RosterState, release};
use domain::shift::Shift;
use domain::staff::StaffState;
use domain::work_date::WorkDate;
use projections::LoanRow;
use std::collections::BTreeSet;

/// A loan is for at most so many days at once: it bounds the rosters looked at.
const SPAN_DAYS_MAX: i64 = 366;

impl App {
    /// Asks for somebody of another desk.
    pub async fn ask_loan(
        &self,
        caller: &Caller,
        desk: &DeskId,
        input: AskLoan,
    ) -> Result<Receipt<LoanId>, AppError> {
        may_run_desk(&caller.actor, desk)?;
        if input.first.days_until(input.last) > SPAN_DAYS_MAX {
            return Err(Refusal::FieldInvalid {
                field: "last".into(),
                fault: Fault::TooLong,
            }
            .into());
        }
        let loan = LoanId(caller.new_id());
        let to = self.desk_state(desk).await?;
        let zone = self.zone(desk).await?;
        let command = ask::AskLoan {
            loan,
            staff: input.staff,
            to: desk.clone(),
            span: LoanSpan {
                first: input.first,
                last: input.last,
                window: input.window.map(|window| (window.start, window.end)),
            },
            skills: input.skills,
            reason: input.reason,
        };
        let receipt = self
            .on_staff(caller, &command.staff, |state, issued| {
                Ok(ask::decide(state, &command, &to, zone, issued)?)
            })
            .await?;
        Ok(receipt.of(loan))
    }

    /// Lends somebody: the own roster lets go of the days, and the other desk may roster them.
    pub async fn agree_loan(&self, caller: &Caller, loan: LoanId) -> Result<Receipt, AppError> {
        let row = self.loan(caller, loan).await?;
        let zone = self.zone(&row.from).await?;
        let first = self
            .shift_in_roster(&row.from, &row.staff, row.span.first)
            .await?;
        let command = agree::AgreeLoan { loan };
        let receipt = self
            .on_staff(caller, &row.staff, |state, issued| {
                Ok(agree::decide(
                    state,
                    &command,
                    first.as_ref(),
                    zone,
                    issued,
                )?)
            })
            .await?;
        let reason = format!("借调 {} → {}", row.from, row.to);
        let released = self
            .release(caller, &row.from, &row, row.span.first, reason)
            .await?;
        Ok(receipt.and(released))
    }

    /// Declines to lend somebody.
    pub async fn decline_loan(
        &self,
        caller: &Caller,
        loan: LoanId,
        input: Reason,
    ) -> Result<Receipt, AppError> {
        let row = self.loan(caller, loan).await?;
        let command = decline::DeclineLoan {
            loan,
            reason: input.reason,
        };
        self.on_staff(caller, &row.staff, |state, issued| {
            Ok(decline::decide(state, &command, issued)?)
        })
        .await
    }

    /// Calls somebody back, or takes a request back.
    pub async fn end_loan(
        &self,
        caller: &Caller,
        loan: LoanId,
        input: EndLoan,
    ) -> Result<Receipt, AppError> {
        let row = self.loan(caller, loan).await?;
        let zone = self.zone(&row.from).await?;
        let back = input.last.plus_days(1);
        let next = self.shift_in_roster(&row.to, &row.staff, back).await?;
        let command = end::EndLoan {
            loan,
            last: input.last,
        };
        let receipt = self
            .on_staff(caller, &row.staff, |state, issued| {
                Ok(end::decide(state, &command, next.as_ref(), zone, issued)?)
            })
            .await?;
        let reason = format!("借调结束 {} → {}", row.to, row.from);
        let released = self.release(caller, &row.to, &row, back, reason).await?;
        Ok(receipt.and(released))
    }

    /// A loan, if `caller` may know of it: whoever runs one of the two desks.
    pub async fn loan(&self, caller: &Caller, loan: LoanId) -> Result<LoanRow, AppError> {
        self.catch_up().await?;
        let unknown = || AppError::Refused(Refusal::LoanUnknown { loan });
        let row = self
            .read(move |view| view.loan(loan))
            .await?
            .ok_or_else(unknown)?;
        may_run_desk(&caller.actor, &row.from)
            .or_else(|_| may_run_desk(&caller.actor, &row.to))
            .map_err(|_| unknown())?;
        Ok(row)
    }

    /// People who stand in a desk's roster on some day from `first` to `last`: its own, and those lent to it.
    pub(crate) async fn rosterable_of(
        &self,
        desk: &DeskId,
        first: WorkDate,
        last: WorkDate,
    ) -> Result<BTreeSet<StaffId>, AppError> {
        let mut people: BTreeSet<StaffId> = self.people_of(desk).await?.into_iter().collect();
        let to = desk.clone();
        let loans = self
            .read(move |view| view.loans_of_desk(&to, first))
            .await?;
        let lent_here = loans.into_iter().filter(|loan| loan.to == *desk);
        let lent_here = lent_here.filter(|loan| loan.span.first <= last);
        people.extend(lent_here.map(|loan| loan.staff));
        Ok(people)
    }

    /// The shifts from `first` to `last` on which rosters of desks other than `desk` have a person.
    pub(crate) async fn shifts_elsewhere(
        &self,
        desk: &DeskId,
        person: &StaffState,
        first: WorkDate,
        last: WorkDate,
    ) -> Result<Vec<(WorkDate, Shift)>, AppError> {
        let Some(record) = &person.record else {
            return Ok(Vec::new());
        };
        let loans = person.loans_between(first, last);
        let mut desks: BTreeSet<&DeskId> = loans.map(|loan| &loan.to).collect();
        if desks.is_empty() {
            return Ok(Vec::new());
        }
        desks.insert(&record.desk);
        desks.remove(desk);
        let mut found = Vec::new();
        for other in desks {
            let mut month = first.month();
            while month <= last.month() {
                let roster = self.roster_state(other, month).await?;
                let here = month.days().filter(|date| first <= *date && *date <= last);
                found.extend(here.filter(|_| roster.revision() > 0).filter_map(|date| {
                    let theirs = person.rostered_by(date) == Some(other);
                    let shift = roster.shift(&record.staff, date).filter(|_| theirs)?;
                    Some((date, shift.clone()))
                }));
                month = month.next();
            }
        }
        Ok(found)
    }

    async fn shift_in_roster(
        &self,
        desk: &DeskId,
        staff: &StaffId,
        date: WorkDate,
    ) -> Result<Option<Shift>, AppError> {
        let roster = self.roster_state(desk, date.month()).await?;
        let in_force = roster.revision() > 0;
        Ok(roster.shift(staff, date).filter(|_| in_force).cloned())
    }

    /// Takes the person off the roster of a desk that no longer has them, month by month.
    async fn release(
        &self,
        caller: &Caller,
        desk: &DeskId,
        loan: &LoanRow,
        from: WorkDate,
        reason: String,
    ) -> Result<Receipt, AppError> {
        let mut receipt = Receipt::nothing();
        let zone = self.zone(desk).await?;
        let command = release::Release {
            staff: loan.staff.clone(),
            from,
            reason,
        };
        let person = self.staff_state(&loan.staff).await?;
        let mut month = from.month();
        while month <= loan.span.last.month() {
            let stream = Stream::Roster(desk.clone(), month);
            let step = caller.step(&format!("release {desk} {month}"));
            let done = self
                .execute::<RosterState>(&stream, &step, |roster, issued| {
                    Ok(release::decide(roster, &command, &person, zone, issued)?)
                })
                .await?;
            receipt = receipt.and(done);
            month = month.next();
        }
        Ok(receipt)
    }
}
