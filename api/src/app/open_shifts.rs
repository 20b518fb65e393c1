//! Shifts that leave leaves open, and who covers them (T1).

use crate::app::access::may_run_desk;
use crate::app::limits::Judge;
use crate::app::{App, AppError, Caller, ChangeCost, CoverShift, Receipt};
use domain::event::{LeaveRequested, OpenShiftKey};
use domain::ids::{DeskId, StaffId};
use domain::quantities::Minutes;
use domain::refusal::{Lang, Say};
use domain::roster::open_shifts::{Candidate, OpenShift, candidates, open_shifts};
use domain::roster::{RosterContext, RosterState, cover_shift};
use domain::who::Actor;
use domain::work_date::Month;
use serde::Serialize;
use std::sync::Arc;

/// An open shift with the cover proposed for it, best first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OpenShiftRow {
    /// What is open.
    #[serde(flatten)]
    pub open: OpenShift,
    /// 姓名 of who is away.
    pub name: String,
    /// Who could cover.
    pub proposals: Vec<CoverProposal>,
}

/// Somebody who has the skill to cover.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CoverProposal {
    /// Who.
    pub staff: StaffId,
    /// 姓名
    pub name: String,
    /// Whether the rules let them.
    pub possible: bool,
    /// Minutes beyond the month's contract that it would make.
    pub overtime_minutes: Minutes,
    /// Rostered in the month as it stands.
    pub month_minutes: Minutes,
    /// Why, in Chinese.
    pub reason_zh: String,
    /// Why, in English.
    pub reason_en: String,
}

/// What open shifts of a month rest on.
struct MonthOpen {
    roster: Arc<RosterState>,
    context: RosterContext,
    leaves: Vec<LeaveRequested>,
    open: Vec<OpenShift>,
}

impl App {
    /// A desk's open shifts of this month and the next, for whoever runs it.
    pub async fn open_shifts(
        &self,
        actor: &Actor,
        desk: &DeskId,
    ) -> Result<Vec<OpenShiftRow>, AppError> {
        may_run_desk(actor, desk)?;
        let today = self.zone(desk).await?.date(self.now());
        let mut rows = Vec::new();
        for month in [today.month(), today.month().next()] {
            if self.roster_state(desk, month).await?.revision() == 0 {
                continue;
            }
            let found = self.open_in(desk, month).await?;
            if found.open.is_empty() {
                continue;
            }
            let limits = self.limits(desk, month).await?;
            let unjudged = limits.as_ref().and_then(Judge::unjudged);
            let mut held = limits.as_ref().and_then(|judge| judge.held(&found.roster));
            for open in &found.open {
                let name = |staff: &StaffId| {
                    let record = found.context.staff.get(staff)?.record.as_ref()?;
                    Some(record.name.clone())
                };
                let named = |staff: &StaffId| name(staff).unwrap_or_else(|| staff.to_string());
                let mut forbidden = |one: &Candidate| {
                    if unjudged.is_some() {
                        return unjudged.clone();
                    }
                    let held = held.as_mut().filter(|_| one.possible())?;
                    let mut covered = RosterState::clone(&found.roster);
                    let cell = (one.staff.clone(), open.date);
                    covered.cells.insert(cell, Some(open.shift.clone()));
                    held.worsened(&covered)
                };
                let proposal = |one: Candidate| {
                    let forbidden = forbidden(&one);
                    let reason = |lang| match &forbidden {
                        Some(refusal) => refusal.text(lang),
                        None => one.say(lang),
                    };
                    CoverProposal {
                        name: named(&one.staff),
                        possible: one.possible() && forbidden.is_none(),
                        overtime_minutes: one.overtime_minutes,
                        month_minutes: one.month_minutes,
                        reason_zh: reason(Lang::Zh),
                        reason_en: reason(Lang::En),
                        staff: one.staff,
                    }
                };
                let ranked = candidates(open, &found.roster, &found.context);
                let mut proposals: Vec<CoverProposal> = ranked.into_iter().map(proposal).collect();
                // Best first, whom a limit forbids behind whom nothing does.
                proposals.sort_by_key(|one| !one.possible);
                rows.push(OpenShiftRow {
                    name: named(&open.staff),
                    proposals,
                    open: open.clone(),
                });
            }
        }
        Ok(rows)
    }

    /// Gives an open shift to a colleague: an amendment of the roster. The answer says what it costs.
    pub async fn cover_shift(
        &self,
        caller: &Caller,
        desk: &DeskId,
        input: CoverShift,
    ) -> Result<Receipt<ChangeCost>, AppError> {
        may_run_desk(&caller.actor, desk)?;
        let month = input.date.month();
        let found = self.open_in(desk, month).await?;
        let away = found.leaves.iter().find(|leave| leave.leave == input.leave);
        let reason = match (input.reason, away) {
            (Some(reason), _) => reason,
            (None, Some(away)) => format!("{} 请假,{} 顶班", away.staff, input.with),
            (None, None) => format!("{} 顶班", input.with),
        };
        let command = cover_shift::CoverShift {
            open: OpenShiftKey {
                leave: input.leave,
                date: input.date,
            },
            with: input.with,
            reason,
        };
        let (context, leaves) = (&found.context, &found.leaves);
        let state = self.desk_state(desk).await?;
        let demand = state.demand.get(&month);
        let judge = self.judge(desk, month).await?;
        let receipt = self
            .on_roster(caller, desk, month, None, |roster, issued| {
                let open = open_shifts(roster, leaves, demand, context, issued.at);
                let events = cover_shift::decide(roster, &command, &open, context, issued)?;
                judge.hold(roster, events)
            })
            .await?;
        self.with_cost(receipt, caller, desk, month, judge).await
    }

    async fn open_in(&self, desk: &DeskId, month: Month) -> Result<MonthOpen, AppError> {
        let roster = self.roster_state(desk, month).await?;
        let context = self.roster_context(desk, month).await?;
        let state = self.desk_state(desk).await?;
        let mut leaves = Vec::new();
        for staff in context.staff.keys() {
            // The night before the month reaches into it.
            let first = month.first().plus_days(-1);
            leaves.extend(self.approved_leave(staff, first, month.last()).await?);
        }
        let demand = state.demand.get(&month);
        let open = open_shifts(&roster, &leaves, demand, &context, self.now());
        Ok(MonthOpen {
            roster,
            context,
            leaves,
            open,
        })
    }
}
