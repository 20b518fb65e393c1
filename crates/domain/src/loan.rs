//! Somebody lent to another desk (借调, D2): for whole days, which the other desk rosters, or for hours of a day, which
//! stay in the own desk's roster. Pay, penalties and the month's sheet stay with the own desk throughout.

pub mod agree;
pub mod ask;
pub mod decline;
pub mod end;

use crate::day::RequestStatus;
use crate::event::{LoanRequested, LoanSpan};
use crate::ids::{DeskId, LoanId};
use crate::refusal::Refusal;
use crate::staff::StaffState;
use crate::work_date::WorkDate;

/// A loan and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loan {
    /// What was asked; the span's last day is the one it came to when it was ended early.
    pub requested: LoanRequested,
    /// Where it stands; withdrawn: nothing came of it.
    pub status: RequestStatus,
}

impl Loan {
    /// Whether the person is lent, by the day or by the hour, on `date`.
    pub fn is_on(&self, date: WorkDate) -> bool {
        self.status == RequestStatus::Approved && self.requested.span.covers(date)
    }
    fn pending(&self) -> Result<(), Refusal> {
        if self.status == RequestStatus::Pending {
            return Ok(());
        }
        Err(Refusal::LoanNotPending {
            loan: self.requested.loan,
            status: self.status,
        })
    }
}

impl StaffState {
    /// The loan, or the refusal that there is none.
    pub fn loan(&self, id: LoanId) -> Result<&Loan, Refusal> {
        let found = self.loans.iter().find(|loan| loan.requested.loan == id);
        found.ok_or(Refusal::LoanUnknown { loan: id })
    }
    /// The loan for the whole of `date`, if any.
    pub fn lent_on(&self, date: WorkDate) -> Option<&LoanRequested> {
        let whole_day = |loan: &&Loan| loan.is_on(date) && loan.requested.span.window.is_none();
        self.loans
            .iter()
            .find(whole_day)
            .map(|loan| &loan.requested)
    }
    /// The desk in whose roster the person stands on `date`.
    pub fn rostered_by(&self, date: WorkDate) -> Option<&DeskId> {
        let own = self.record.as_ref().map(|record| &record.desk);
        self.lent_on(date).map_or(own, |loan| Some(&loan.to))
    }
    /// Loans that were agreed and reach `first` to `last`.
    pub fn loans_between(
        &self,
        first: WorkDate,
        last: WorkDate,
    ) -> impl Iterator<Item = &LoanRequested> {
        self.loans
            .iter()
            .filter(|loan| loan.status == RequestStatus::Approved)
            .map(|loan| &loan.requested)
            .filter(move |loan| loan.span.first <= last && first <= loan.span.last)
    }

    pub(crate) fn decide_loan(&mut self, id: LoanId, status: RequestStatus) {
        if let Some(loan) = self.loans.iter_mut().find(|loan| loan.requested.loan == id) {
            loan.status = status;
        }
    }

    pub(crate) fn end_loan(&mut self, id: LoanId, last: WorkDate) {
        let Some(loan) = self.loans.iter_mut().find(|loan| loan.requested.loan == id) else {
            return;
        };
        let LoanSpan { first, .. } = loan.requested.span;
        if last < first {
            loan.status = RequestStatus::Withdrawn;
        } else {
            loan.requested.span.last = last;
        }
    }
}
