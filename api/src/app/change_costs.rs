//! What a change by hand costs: the roster before and after it, priced once each by the rules and demand of today. Nothing
//! is searched, so it is told at once. Not knowing it never undoes a change that is recorded.

use crate::app::explaining::split;
use crate::app::limits::{Basis, Judge};
use crate::app::problem::RosterProblem;
use crate::app::{
    App, AppError, Caller, CostChange, DayCostChange, Fault, PersonCostChange, Receipt,
};
use domain::event::Stream;
use domain::ids::DeskId;
use domain::refusal::{Lang, Refusal};
use domain::roster::RosterState;
use domain::work_date::Month;
use serde::Serialize;
use solver::explain;
use utoipa::ToSchema;

/// What a change of a roster by hand costs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct ChangeCost {
    /// All costs before; absent where the month cannot be priced.
    pub cost_before: Option<i64>,
    /// All costs after.
    pub cost_after: Option<i64>,
    /// Costs that rise or fall.
    pub terms: Vec<CostChange>,
    /// Whose own costs rise or fall.
    pub people: Vec<PersonCostChange>,
    /// Days whose costs rise or fall.
    pub days: Vec<DayCostChange>,
    /// All of it in Chinese, line by line; or why it cannot be told.
    pub lines_zh: Vec<String>,
    /// The same in English.
    pub lines_en: Vec<String>,
}

impl ChangeCost {
    /// In the reader's language.
    pub fn lines(&self, lang: Lang) -> &[String] {
        match lang {
            Lang::Zh => &self.lines_zh,
            Lang::En => &self.lines_en,
        }
    }

    fn untold(zh: &str, en: &str) -> Self {
        Self {
            lines_zh: vec![format!("排班成本无法计算:{zh}")],
            lines_en: vec![format!("what it costs cannot be told: {en}")],
            ..Self::default()
        }
    }

    fn failed(error: &dyn std::error::Error) -> Self {
        tracing::warn!(%error, "the cost of a change by hand could not be told");
        Self::untold("系统无法评估这张班表", "the roster could not be judged")
    }

    fn of_nothing(refusal: &Refusal) -> Self {
        Self::untold(&refusal.text(Lang::Zh), &refusal.text(Lang::En))
    }

    fn of_faults(faults: &[Fault]) -> Self {
        let (zh, en) = fault_words(faults);
        Self::untold(&zh, &en)
    }

    fn of(mut problem: RosterProblem, before: &RosterState, after: &RosterState) -> Self {
        // Both are read before either is priced: a shift timed by hand is a template of its own.
        let (was, is) = (problem.read(before), problem.read(after));
        match explain::compare(&problem.problem, &was, &is) {
            Ok(found) => {
                let (lines_zh, lines_en) = split(&found.cost_words(&problem.problem));
                Self {
                    cost_before: Some(found.objective_before),
                    cost_after: Some(found.objective_after),
                    terms: RosterProblem::terms(&found.terms),
                    people: RosterProblem::people(&found.people),
                    days: problem.by_day(&found.days),
                    lines_zh,
                    lines_en,
                }
            }
            Err(error) => Self::failed(&error),
        }
    }
}

/// Each fault with its field, in both languages.
pub(super) fn fault_words(faults: &[Fault]) -> (String, String) {
    let words = |lang, between: &str| {
        let each = faults
            .iter()
            .map(|fault| format!("{}: {}", fault.field, fault.text(lang)));
        each.collect::<Vec<_>>().join(between)
    };
    (words(Lang::Zh, ";"), words(Lang::En, "; "))
}

impl App {
    /// The receipt of a change by hand, with what it costs. A change sent again is answered as the first time, by the rules of
    /// today.
    pub(super) async fn with_cost(
        &self,
        receipt: Receipt,
        caller: &Caller,
        desk: &DeskId,
        month: Month,
        judge: Judge,
    ) -> Result<Receipt<ChangeCost>, AppError> {
        let problem = match judge.basis {
            Basis::Problem(problem) => *problem,
            Basis::Nothing(refusal) => return Ok(receipt.of(ChangeCost::of_nothing(&refusal))),
            Basis::Faulty(faults) => return Ok(receipt.of(ChangeCost::of_faults(&faults))),
        };
        let stream = Stream::Roster(desk.clone(), month);
        let (before, after) = self
            .before_and_after::<RosterState>(&stream, caller)
            .await?;
        let cost = tokio::task::spawn_blocking(move || ChangeCost::of(problem, &before, &after));
        let cost = cost
            .await
            .unwrap_or_else(|error| ChangeCost::failed(&error));
        Ok(receipt.of(cost))
    }
}
