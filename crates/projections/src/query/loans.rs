//! People lent from and to a desk (D2).

use super::View;
use crate::error::Result;
use crate::facts::By;
use crate::loan::LoanRow;
use domain::ids::{DeskId, LoanId};
use domain::work_date::WorkDate;

impl View<'_> {
    /// A loan.
    pub fn loan(&self, loan: LoanId) -> Result<Option<LoanRow>> {
        let found = self.facts.loan(loan)?;
        found.map(|row| self.named_loan(row)).transpose()
    }

    /// Loans from or to a desk that reach `first` or a later day, undecided ones first, then by day.
    pub fn loans_of_desk(&self, desk: &DeskId, first: WorkDate) -> Result<Vec<LoanRow>> {
        let from = first.to_string();
        let mut rows: Vec<LoanRow> = self.facts.states("loan", By::All, Some((&from, "~")))?;
        rows.retain(|row| row.from == *desk || row.to == *desk);
        rows.sort_by_key(|row| (row.decision.is_some(), row.span.first, row.loan));
        rows.into_iter().map(|row| self.named_loan(row)).collect()
    }

    fn named_loan(&self, row: LoanRow) -> Result<LoanRow> {
        Ok(LoanRow {
            name: self.name(&row.staff)?,
            ..row
        })
    }
}
