//! Loans into the read models (D2).

use super::{Applier, At, Keys};
use crate::columns::word;
use crate::error::Result;
use crate::loan::LoanRow;
use crate::states::RequestDecision;
use domain::day::RequestStatus;
use domain::event::{LoanAgreed, LoanDeclined, LoanEnded, LoanRequested};
use domain::ids::LoanId;

impl Applier<'_> {
    pub(super) fn loan_requested(&mut self, at: &At<'_>, asked: LoanRequested) -> Result<()> {
        let Some(person) = self.facts.staff(&asked.staff)? else {
            return Ok(());
        };
        let row = LoanRow {
            loan: asked.loan,
            staff: asked.staff,
            name: String::new(),
            from: person.desk,
            to: asked.to,
            span: asked.span,
            skills: asked.skills,
            reason: asked.reason,
            asked_by: asked.by,
            asked_at: asked.at,
            status: RequestStatus::Pending,
            decision: None,
            events: Vec::new(),
        };
        self.put_loan(at, row)
    }

    pub(super) fn loan_agreed(&mut self, at: &At<'_>, agreed: LoanAgreed) -> Result<()> {
        self.loan(at, agreed.loan, |row| {
            row.status = RequestStatus::Approved;
            row.decision = Some(RequestDecision {
                by: agreed.by,
                role: Some(agreed.role),
                reason: None,
                at: agreed.at,
            });
        })
    }

    pub(super) fn loan_declined(&mut self, at: &At<'_>, declined: LoanDeclined) -> Result<()> {
        self.loan(at, declined.loan, |row| {
            row.status = RequestStatus::Refused;
            row.decision = Some(RequestDecision {
                by: declined.by,
                role: None,
                reason: Some(declined.reason),
                at: declined.at,
            });
        })
    }

    pub(super) fn loan_ended(&mut self, at: &At<'_>, ended: LoanEnded) -> Result<()> {
        self.loan(at, ended.loan, |row| {
            if ended.last < row.span.first {
                row.status = RequestStatus::Withdrawn;
            } else {
                row.span.last = ended.last;
            }
        })
    }

    fn loan(&mut self, at: &At<'_>, id: LoanId, change: impl FnOnce(&mut LoanRow)) -> Result<()> {
        let Some(mut row) = self.facts.loan(id)? else {
            return Ok(());
        };
        let before = row.span.clone();
        change(&mut row);
        // Where the person works, and who held which post, is looked at again for every day the loan covers or covered.
        for date in self.facts.days_touched(&row.staff, &before)? {
            self.dirty.day(&row.staff, date);
            self.dirty.evidence(&row.to, date);
        }
        self.put_loan(at, row)
    }

    fn put_loan(&mut self, at: &At<'_>, mut row: LoanRow) -> Result<()> {
        row.events.push(at.event);
        let keys = Keys {
            desk: Some(&row.to),
            staff: Some(&row.staff),
            first: Some(row.span.first),
            last: Some(row.span.last),
            status: Some(word(&row.status)?),
            ..Keys::default()
        };
        self.put(at, "loan", &row.loan.to_string(), keys, &row)
    }
}
