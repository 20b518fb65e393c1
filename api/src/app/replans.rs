//! Proposals to plan part of a roster in force anew (重排): accepted by amending the roster, or discarded.

use crate::app::access::may_run_desk;
use crate::app::{App, AppError, Caller, Reason, Receipt};
use domain::ids::SolveId;
use domain::refusal::Refusal;
use domain::roster::{accept_replan, discard_replan};
use projections::SolveRow;

impl App {
    /// Amends the roster by what a solve proposes, provided the roster is still the one it was made of.
    pub async fn accept_replan(
        &self,
        caller: &Caller,
        solve: SolveId,
        input: Reason,
    ) -> Result<Receipt, AppError> {
        let row = self.proposal(caller, solve).await?;
        let context = self.roster_context(&row.desk, row.month).await?;
        let command = accept_replan::AcceptReplan {
            solve,
            reason: input.reason,
        };
        self.on_roster(caller, &row.desk, row.month, None, |roster, issued| {
            Ok(accept_replan::decide(roster, &command, &context, issued)?)
        })
        .await
    }

    /// Discards what a solve proposes.
    pub async fn discard_replan(
        &self,
        caller: &Caller,
        solve: SolveId,
    ) -> Result<Receipt, AppError> {
        let row = self.proposal(caller, solve).await?;
        let command = discard_replan::DiscardReplan { solve };
        self.on_roster(caller, &row.desk, row.month, None, |roster, issued| {
            Ok(discard_replan::decide(roster, &command, issued)?)
        })
        .await
    }

    /// A solve of a desk that `caller` runs; whoever does not learns nothing of it.
    async fn proposal(&self, caller: &Caller, solve: SolveId) -> Result<SolveRow, AppError> {
        let unknown = || AppError::Refused(Refusal::ProposalUnknown { solve });
        self.catch_up().await?;
        let row = self.read(move |view| view.solve(solve)).await?;
        let row = row.ok_or_else(unknown)?;
        may_run_desk(&caller.actor, &row.desk).map_err(|_| unknown())?;
        Ok(row)
    }
}
