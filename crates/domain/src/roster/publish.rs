//! Bring the roster into force (T1, T4): never short of its minimum without saying so.

use crate::decider::{Decision, permit};
use crate::event::{BudgetOverrun, RosterEvent, RosterPublished, Shortfall, Tier};
use crate::refusal::{Action, Refusal};
use crate::roster::cost::BudgetCheck;
use crate::roster::{RosterContext, RosterState, RosterStatus, rules};
use crate::who::{Issued, Role};
use crate::work_date::Month;

/// Publish the roster.
#[derive(Clone, Debug)]
pub struct Publish {
    /// Which month.
    pub month: Month,
    /// The lead has read which slots are under their minimum and publishes all the same.
    pub acknowledged: bool,
}

/// The lead publishes a draft that breaks no hard rule. `shortfalls` are the checker's, of the cells as they stand.
pub fn decide(
    state: &RosterState,
    command: &Publish,
    shortfalls: &[Shortfall],
    context: &RosterContext,
    issued: &Issued,
) -> Decision<RosterEvent> {
    let (desk, month) =
        state.standing(&[RosterStatus::Draft], command.month, Action::PublishRoster)?;
    permit(issued, &[Role::Lead], desk, Action::PublishRoster)?;
    if state.cells.is_empty() {
        return Err(Refusal::RosterEmpty { month });
    }
    rules::hold(month, &state.cells, context)?;
    let under_minimum: Vec<Shortfall> = shortfalls
        .iter()
        .filter(|shortfall| shortfall.tier == Tier::Minimum)
        .cloned()
        .collect();
    if !under_minimum.is_empty() && !command.acknowledged {
        return Err(Refusal::ShortfallsNotAcknowledged {
            shortfalls: under_minimum,
        });
    }
    Ok(vec![
        RosterPublished {
            revision: state.revision() + 1,
            shortfalls: shortfalls.to_vec(),
            by: issued.by.staff.clone(),
            at: issued.at,
        }
        .into(),
    ])
}

/// The same, held to the month's budget (M10): a roster that costs more is published only when the lead says so, and
/// then the log says so, too.
pub fn decide_within_budget(
    state: &RosterState,
    command: &Publish,
    shortfalls: &[Shortfall],
    budget: &BudgetCheck,
    context: &RosterContext,
    issued: &Issued,
) -> Decision<RosterEvent> {
    let mut facts = decide(state, command, shortfalls, context, issued)?;
    if let Some(exceeded) = budget.acknowledged(command.month)? {
        facts.push(
            BudgetOverrun {
                cost: budget.cost,
                budget: exceeded,
                by: issued.by.staff.clone(),
                at: issued.at,
            }
            .into(),
        );
    }
    Ok(facts)
}
