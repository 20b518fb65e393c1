//! What a roster as it stands is short of. Judging explains every stretch, so a judgement is kept as long as nothing it
//! rests on changes.

use crate::app::problem::RosterProblem;
use crate::app::{App, AppError};
use domain::event::Shortfall;
use domain::ids::DeskId;
use domain::roster::RosterState;
use domain::work_date::Month;
use sha2::{Digest, Sha256};
use solver::SolveError;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// Judgements kept; the one made first goes first.
const JUDGEMENTS_MAX: usize = 64;

/// What a judgement rests on, hashed: demand, people, leave, rules, and the roster's every cell and meal.
type Version = [u8; 32];

/// The judgements kept.
#[derive(Default)]
pub(crate) struct Judgements(Mutex<VecDeque<(Version, Arc<Vec<Shortfall>>)>>);

impl Judgements {
    fn get(&self, version: &Version) -> Option<Arc<Vec<Shortfall>>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.iter().find(|(known, _)| known == version);
        found.map(|(_, shortfalls)| Arc::clone(shortfalls))
    }

    fn put(&self, version: Version, shortfalls: Arc<Vec<Shortfall>>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= JUDGEMENTS_MAX {
            kept.pop_front();
        }
        kept.push_back((version, shortfalls));
    }
}

impl App {
    /// What a roster as it stands is short of, whether it was solved or set by hand.
    pub(crate) async fn shortfalls_of(
        &self,
        desk: &DeskId,
        month: Month,
        roster: &RosterState,
    ) -> Result<Vec<Shortfall>, AppError> {
        let problem = self.roster_problem(desk, month).await?;
        self.shortfalls_in(problem, desk, month, roster).await
    }

    /// The same of a month's problem that is at hand.
    pub(crate) async fn shortfalls_in(
        &self,
        mut problem: RosterProblem,
        desk: &DeskId,
        month: Month,
        roster: &RosterState,
    ) -> Result<Vec<Shortfall>, AppError> {
        let (assignments, meals) = problem.read_roster(roster);
        let breaks = problem.breaks(roster);
        let mut hash = Sha256::new();
        hash.update(problem.problem.digest());
        hash.update(serde_json::to_vec(&(&assignments, &meals, &breaks))?);
        let version: Version = hash.finalize().into();
        let judged = match self.judgements().get(&version) {
            Some(judged) => judged,
            None => {
                let plan = tokio::task::spawn_blocking(move || {
                    let plan = solver::evaluate(&problem.problem, &assignments, Some(&meals))?;
                    let mut found = problem.shortfalls(&plan);
                    if !breaks.is_empty() {
                        let (during, _) = solver::judge_breaks(&problem.problem, &plan, &breaks)?;
                        found.extend(during.iter().filter_map(|short| problem.shortfall(short)));
                    }
                    Ok::<_, SolveError>(found)
                })
                .await
                .map_err(|_| AppError::internal("judging the roster stopped"))?;
                let judged = Arc::new(plan.map_err(|error| AppError::Internal {
                    what: "the roster could not be judged".to_owned(),
                    source: Some(Box::new(error)),
                })?);
                self.judgements().put(version, Arc::clone(&judged));
                judged
            }
        };
        let mut shortfalls = (*judged).clone();
        // Meetings are no part of the solver's problem.
        shortfalls.extend(self.meeting_shortfalls(desk, month, roster).await?);
        Ok(shortfalls)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_judgement_is_kept_until_many_newer_ones_were_made() {
        let judgements = Judgements::default();
        let version = |n: usize| -> Version { Sha256::digest(n.to_le_bytes()).into() };
        for n in 0..=JUDGEMENTS_MAX {
            assert!(judgements.get(&version(n)).is_none());
            judgements.put(version(n), Arc::new(Vec::new()));
            assert!(judgements.get(&version(n)).is_some());
        }
        assert!(judgements.get(&version(0)).is_none(), "memory is bounded");
        assert!(judgements.get(&version(1)).is_some());
    }
}
