//! What a month's roster costs against its budget (M10), and how many people its demand asks for (M9).

use crate::app::{App, AppError, Caller, Fault, Receipt, SetBudget};
use domain::desk::set_budget;
use domain::event::DayKind;
use domain::headcount::{Employed, Headcount, HeadcountPolicy, headcount};
use domain::ids::DeskId;
use domain::quantities::{Fen, Minutes};
use domain::refusal::{Needed, Refusal};
use domain::roster::RosterState;
use domain::roster::cost::{BudgetCheck, PersonCost, RosterCost, roster_cost};
use domain::roster::rules::contract_month_minutes;
use domain::work_date::Month;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// A week's minutes: no contract asks for more.
const WEEK_MINUTES: i64 = 7 * 24 * 60;

/// A month's roster as it stands, in money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MonthCost {
    /// Whose.
    pub desk: DeskId,
    /// Which month.
    pub month: Month,
    /// In force; otherwise as drafted.
    pub published: bool,
    /// What it may cost; none: nobody set a budget.
    pub budget: Option<Fen>,
    /// What it costs.
    pub total: Fen,
    /// By how much it exceeds the budget, if it does.
    pub over: Option<Fen>,
    /// Rostered, meals included.
    pub rostered_minutes: Minutes,
    /// By number.
    pub people: Vec<PersonCost>,
}

impl App {
    /// Sets what a month's roster may cost.
    pub async fn set_budget(
        &self,
        caller: &Caller,
        desk: &DeskId,
        month: Month,
        input: SetBudget,
    ) -> Result<Receipt, AppError> {
        let command = set_budget::SetBudget {
            desk: desk.clone(),
            month,
            amount: input.amount_fen,
        };
        self.on_desk(caller, desk, |state, issued| {
            Ok(set_budget::decide(state, &command, issued)?)
        })
        .await
    }

    /// What a roster's cells cost.
    pub(crate) async fn roster_cost(
        &self,
        desk: &DeskId,
        month: Month,
        roster: &RosterState,
    ) -> Result<RosterCost, AppError> {
        let mut staff = BTreeMap::new();
        for person in roster.staff() {
            staff.insert(person.clone(), (*self.staff_state(person).await?).clone());
        }
        let org = self.org_state().await?;
        let statutory: BTreeSet<_> = month
            .days()
            .filter(|&date| {
                org.day(date)
                    .is_some_and(|day| day.kind == DayKind::Statutory)
            })
            .collect();
        let policy = self.policy_on(desk, month.first()).await?;
        Ok(roster_cost(
            desk,
            month,
            &roster.cells,
            &staff,
            &statutory,
            &policy,
        ))
    }

    /// A month's roster as it stands, drafted or in force, against its budget.
    pub async fn month_cost(&self, desk: &DeskId, month: Month) -> Result<MonthCost, AppError> {
        let roster = self.roster_state(desk, month).await?;
        let cost = self.roster_cost(desk, month, &roster).await?;
        let budget = self.desk_state(desk).await?.budgets.get(&month).copied();
        let check = BudgetCheck {
            cost: cost.total,
            budget,
            acknowledged: false,
        };
        Ok(MonthCost {
            desk: desk.clone(),
            month,
            published: roster.revision() > 0,
            budget,
            total: cost.total,
            over: check.over(),
            rostered_minutes: cost.rostered_minutes,
            people: cost.people,
        })
    }

    /// How many people the month's demand asks for, against those employed. `week_minutes` are those of one post, where
    /// the policy's staffing standard is to be tried otherwise. A desk whose policy has no standard goes by the contract
    /// most common among its people, all of it on post.
    pub async fn headcount(
        &self,
        desk: &DeskId,
        month: Month,
        week_minutes: Option<Minutes>,
    ) -> Result<Headcount, AppError> {
        let state = self.desk_state(desk).await?;
        state.known(desk)?;
        let demand = state.demand.get(&month).ok_or(Refusal::DeskNotReady {
            missing: vec![Needed::Demand],
        })?;
        let mut employed = Vec::new();
        // How many people of a skill have a contract of so many minutes a week.
        let mut contracts: BTreeMap<Minutes, usize> = BTreeMap::new();
        for staff in self.people_of(desk).await? {
            let person = self.staff_state(&staff).await?;
            let last = month.days().filter(|&date| person.employed_on(date)).last();
            let skills = last
                .and_then(|date| person.skills_on(date))
                .cloned()
                .unwrap_or_default();
            let contract = last.and_then(|date| person.contract_on(date));
            if let Some(contract) = contract.filter(|_| !skills.is_empty()) {
                *contracts.entry(contract.week_minutes).or_default() += 1;
            }
            employed.push(Employed {
                staff,
                skills,
                contract_minutes: contract_month_minutes(&person, desk, month),
            });
        }
        // Of contracts equally common the longer one: `max_by_key` returns the last of equals.
        let usual = contracts.into_iter().max_by_key(|(_, people)| *people);
        let known = self.policy_on(desk, month.first()).await?.headcount;
        let standard = match (week_minutes, known, usual) {
            (Some(week_minutes), _, _) if !(1..=WEEK_MINUTES).contains(&week_minutes.0) => {
                return Err(AppError::fault(Fault::of(
                    "week_minutes",
                    format!("须在 1 到 {WEEK_MINUTES} 之间"),
                    format!("must lie from 1 to {WEEK_MINUTES}"),
                )));
            }
            (Some(week_minutes), Some(known), _) => HeadcountPolicy {
                week_minutes,
                ..known
            },
            (None, Some(known), _) => known,
            (Some(week_minutes), None, _) | (None, None, Some((week_minutes, _))) => {
                HeadcountPolicy {
                    week_minutes,
                    off_post_percent: 0,
                    absence_percent: 0,
                }
            }
            (None, None, None) => {
                return Err(AppError::fault(Fault::of(
                    "week_minutes",
                    "制度中没有人员配置标准,也没有在职人员可参照,请填写每个岗位的周工时",
                    "the policy has no staffing standard and nobody is employed to go by: say the contract minutes a week of one post",
                )));
            }
        };
        Ok(headcount(month, demand, &state.skills, standard, &employed))
    }
}
