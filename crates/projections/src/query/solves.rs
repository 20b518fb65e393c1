//! The solver's runs.

use super::View;
use crate::error::Result;
use crate::facts::By;
use crate::states::SolveRow;
use domain::ids::{DeskId, SolveId};
use domain::work_date::Month;

impl View<'_> {
    /// A month's solves, in the order they were asked for.
    pub fn solves(&self, desk: &DeskId, month: Month) -> Result<Vec<SolveRow>> {
        let first = month.first().to_string();
        let mut solves: Vec<SolveRow> =
            self.facts
                .states("solve", By::Desk(desk.as_str()), Some((&first, &first)))?;
        solves.sort_by_key(|solve| (solve.requested_at.or(solve.ended_at), solve.solve));
        Ok(solves)
    }

    /// Every solve of any desk that has not ended, in the order they were asked for.
    pub fn solves_running(&self) -> Result<Vec<SolveRow>> {
        let mut solves: Vec<SolveRow> = self.facts.states_at("solve", By::All, "running")?;
        solves.sort_by_key(|solve| (solve.requested_at, solve.solve));
        Ok(solves)
    }

    /// One solve.
    pub fn solve(&self, id: SolveId) -> Result<Option<SolveRow>> {
        self.facts.state("solve", &id.to_string())
    }
}
