//! The month's roster: draft, hand edits, publication, amendments, the weekly duty table; and swaps.

use crate::app::access::may_run_desk;
use crate::app::{
    AmendRoster, App, AppError, Caller, CellEdit, ChangeCost, EditCells, Fault, FixCells,
    PublishRoster, Reason, Receipt, RequestSwap,
};
use domain::event::{CellKey, RosterEvent, Stream};
use domain::ids::{DeskId, SwapId};
use domain::refusal::Refusal;
use domain::roster::cost::BudgetCheck;
use domain::roster::{
    RosterContext, RosterState, agree_swap, amend, approve_swap, decline_swap, draft, edit_cells,
    fix_cells, publish, refuse_swap, request_swap, submit_duty_table, withdraw_swap,
};
use domain::shift::{Cell, PlannedMeal, Shift, ShiftTemplate};
use domain::who::{Actor, Issued};
use domain::work_date::{Month, WorkDate};
use projections::SwapRow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Rest, runs of days and weekly rest look this far beyond the month.
const NEIGHBOUR_DAYS: i64 = 14;
/// How often a publication is judged anew when the roster moves meanwhile.
const PUBLICATION_ATTEMPTS_MAX: u32 = 5;
/// Cells set by one command at most: a desk of several hundred for a month.
const CELLS_MAX: usize = 20_000;

impl App {
    /// A month's roster as the log knows it.
    pub async fn roster_state(
        &self,
        desk: &DeskId,
        month: Month,
    ) -> Result<Arc<RosterState>, AppError> {
        Ok(self.load(&Stream::Roster(desk.clone(), month)).await?.state)
    }

    /// What the hard rules of a month's roster need to know from elsewhere.
    pub(crate) async fn roster_context(
        &self,
        desk: &DeskId,
        month: Month,
    ) -> Result<RosterContext, AppError> {
        let (first, last) = (
            month.first().plus_days(-NEIGHBOUR_DAYS),
            month.last().plus_days(NEIGHBOUR_DAYS),
        );
        let mut staff = BTreeMap::new();
        let mut leaves = Vec::new();
        let mut neighbours = BTreeMap::new();
        for person in self.rosterable_of(desk, first, last).await? {
            let state = self.staff_state(&person).await?;
            for (date, shift) in self.shifts_elsewhere(desk, &state, first, last).await? {
                neighbours.insert((person.clone(), date), shift);
            }
            staff.insert(person.clone(), (*state).clone());
            for leave in self.approved_leave(&person, first, last).await? {
                leaves.push((person.clone(), leave.span));
            }
        }
        for near in [month.previous(), month.next()] {
            let roster = self.roster_state(desk, near).await?;
            for ((person, date), shift) in &roster.cells {
                if roster.revision() > 0
                    && first <= *date
                    && *date <= last
                    && let Some(shift) = shift
                {
                    neighbours.insert((person.clone(), *date), shift.clone());
                }
            }
        }
        Ok(RosterContext {
            desk: desk.clone(),
            policy: (*self.policy_on(desk, month.first()).await?).clone(),
            zone: self.zone(desk).await?,
            staff,
            leaves,
            neighbours,
        })
    }

    /// Begins to plan a month (T4).
    pub async fn draft_roster(
        &self,
        caller: &Caller,
        desk: &DeskId,
        month: Month,
    ) -> Result<Receipt, AppError> {
        may_run_desk(&caller.actor, desk)?;
        let state = self.desk_state(desk).await?;
        let command = draft::Draft {
            desk: desk.clone(),
            month,
        };
        self.on_roster(caller, desk, month, None, |roster, issued| {
            Ok(draft::decide(roster, &command, &state, issued)?)
        })
        .await
    }

    /// Sets cells of an unpublished roster, provided it is still at the revision the sender saw, if one is named. The
    /// answer says what it costs.
    pub async fn edit_cells(
        &self,
        caller: &Caller,
        desk: &DeskId,
        month: Month,
        seen: Option<u64>,
        input: EditCells,
    ) -> Result<Receipt<ChangeCost>, AppError> {
        may_run_desk(&caller.actor, desk)?;
        let command = edit_cells::EditCells {
            month,
            cells: self.cells(desk, &input.cells).await?,
        };
        let context = self.roster_context(desk, month).await?;
        let judge = self.judge(desk, month).await?;
        let receipt = self
            .on_roster(caller, desk, month, seen, |roster, issued| {
                let events = edit_cells::decide(roster, &command, &context, issued)?;
                judge.hold(roster, events)
            })
            .await?;
        self.with_cost(receipt, caller, desk, month, judge).await
    }

    /// Fixes cells, so that a solve keeps them as they stand, or frees them.
    pub async fn fix_cells(
        &self,
        caller: &Caller,
        desk: &DeskId,
        month: Month,
        input: FixCells,
    ) -> Result<Receipt, AppError> {
        may_run_desk(&caller.actor, desk)?;
        if input.cells.len() > CELLS_MAX {
            return Err(AppError::fault(Fault::of(
                "cells",
                format!("一次最多{CELLS_MAX}格"),
                format!("at most {CELLS_MAX} at once"),
            )));
        }
        let command = fix_cells::FixCells {
            month,
            cells: input.cells,
            fixed: input.fixed,
        };
        self.on_roster(caller, desk, month, None, |roster, issued| {
            Ok(fix_cells::decide(roster, &command, issued)?)
        })
        .await
    }

    /// Which cells are fixed.
    pub async fn fixed_cells(
        &self,
        actor: &Actor,
        desk: &DeskId,
        month: Month,
    ) -> Result<Vec<CellKey>, AppError> {
        may_run_desk(actor, desk)?;
        let roster = self.roster_state(desk, month).await?;
        let cells = roster.fixed.iter().map(|(staff, date)| CellKey {
            staff: staff.clone(),
            date: *date,
        });
        Ok(cells.collect())
    }

    /// Brings a roster into force; what it is short of is told (T1), and by how much it exceeds its budget (M10).
    pub async fn publish_roster(
        &self,
        caller: &Caller,
        desk: &DeskId,
        month: Month,
        input: PublishRoster,
    ) -> Result<Receipt, AppError> {
        may_run_desk(&caller.actor, desk)?;
        let context = self.roster_context(desk, month).await?;
        let command = publish::Publish {
            month,
            acknowledged: input.acknowledge_shortfalls,
        };
        let stream = Stream::Roster(desk.clone(), month);
        let mut outcome = Err(AppError::Contended);
        for _ in 0..PUBLICATION_ATTEMPTS_MAX {
            // The shortfalls belong to the very cells that are published, so the roster must not move in between.
            let loaded = self.load::<RosterState>(&stream).await?;
            let shortfalls = if loaded.state.cells.is_empty() {
                Vec::new()
            } else {
                self.shortfalls_of(desk, month, &loaded.state).await?
            };
            let cost = self.roster_cost(desk, month, &loaded.state).await?;
            let budget = BudgetCheck {
                cost: cost.total,
                budget: self.desk_state(desk).await?.budgets.get(&month).copied(),
                acknowledged: input.acknowledge_over_budget,
            };
            let revision = loaded.revision.map(|revision| revision.0);
            outcome = self
                .on_roster(caller, desk, month, revision, |roster, issued| {
                    Ok(publish::decide_within_budget(
                        roster,
                        &command,
                        &shortfalls,
                        &budget,
                        &context,
                        issued,
                    )?)
                })
                .await;
            if !matches!(outcome, Err(AppError::Stale { .. })) {
                break;
            }
        }
        outcome
    }

    /// Changes cells of a published roster; the answer says what it costs.
    pub async fn amend_roster(
        &self,
        caller: &Caller,
        desk: &DeskId,
        month: Month,
        seen: Option<u64>,
        input: AmendRoster,
    ) -> Result<Receipt<ChangeCost>, AppError> {
        may_run_desk(&caller.actor, desk)?;
        let command = amend::Amend {
            month,
            cells: self.cells(desk, &input.cells).await?,
            reason: input.reason,
        };
        let context = self.roster_context(desk, month).await?;
        let judge = self.judge(desk, month).await?;
        let receipt = self
            .on_roster(caller, desk, month, seen, |roster, issued| {
                let events = amend::decide(roster, &command, &context, issued)?;
                judge.hold(roster, events)
            })
            .await?;
        self.with_cost(receipt, caller, desk, month, judge).await
    }

    /// Hands a week's duty table to the administration (T3). A week of two months is handed in from both rosters that
    /// are in force.
    pub async fn submit_duty_table(
        &self,
        caller: &Caller,
        desk: &DeskId,
        week_start: WorkDate,
    ) -> Result<Receipt, AppError> {
        may_run_desk(&caller.actor, desk)?;
        let (first, second) = (week_start.month(), week_start.plus_days(6).month());
        let receipt = self.submit_week(caller, desk, first, week_start).await;
        if first == second {
            return receipt;
        }
        let next = self
            .submit_week(&caller.step("next month"), desk, second, week_start)
            .await;
        match (receipt, next) {
            (Ok(receipt), Ok(next)) => Ok(receipt.and(next)),
            // The month to come may not be published yet, or the month gone was never rostered here.
            (
                Ok(receipt),
                Err(AppError::Refused(
                    Refusal::RosterStands { .. } | Refusal::DutyTableSubmitted { .. },
                )),
            ) => Ok(receipt),
            (
                Err(AppError::Refused(
                    Refusal::RosterStands { .. } | Refusal::DutyTableSubmitted { .. },
                )),
                next,
            ) => next,
            (Err(error), _) | (Ok(_), Err(error)) => Err(error),
        }
    }

    async fn submit_week(
        &self,
        caller: &Caller,
        desk: &DeskId,
        month: Month,
        week_start: WorkDate,
    ) -> Result<Receipt, AppError> {
        let command = submit_duty_table::SubmitDutyTable { month, week_start };
        self.on_roster(caller, desk, month, None, |roster, issued| {
            Ok(submit_duty_table::decide(roster, &command, issued)?)
        })
        .await
    }

    /// Asks a colleague to take a shift of one's own (T9).
    pub async fn request_swap(
        &self,
        caller: &Caller,
        input: RequestSwap,
    ) -> Result<Receipt<SwapId>, AppError> {
        let staff = self.staff_state(&caller.actor.staff).await?;
        let desk = staff.known(&caller.actor.staff)?.desk.clone();
        let month = input.give.month();
        let context = self.roster_context(&desk, month).await?;
        let swap = SwapId(caller.new_id());
        let command = request_swap::RequestSwap {
            swap,
            give: input.give,
            with: input.with,
            take: input.take,
            reason: input.reason,
        };
        let receipt = self
            .on_roster(caller, &desk, month, None, |roster, issued| {
                Ok(request_swap::decide(roster, &command, &context, issued)?)
            })
            .await?;
        Ok(receipt.of(swap))
    }

    /// The colleague agrees.
    pub async fn agree_swap(&self, caller: &Caller, swap: SwapId) -> Result<Receipt, AppError> {
        let row = self.swap(caller, swap).await?;
        let zone = self.zone(&row.desk).await?;
        let command = agree_swap::AgreeSwap { swap };
        self.on_roster(caller, &row.desk, row.month, None, |roster, issued| {
            Ok(agree_swap::decide(roster, &command, zone, issued)?)
        })
        .await
    }

    /// The colleague declines.
    pub async fn decline_swap(&self, caller: &Caller, swap: SwapId) -> Result<Receipt, AppError> {
        let row = self.swap(caller, swap).await?;
        let command = decline_swap::DeclineSwap { swap };
        self.on_roster(caller, &row.desk, row.month, None, |roster, issued| {
            Ok(decline_swap::decide(roster, &command, issued)?)
        })
        .await
    }

    /// Approves a swap; from then on it is in force (T9). The answer says what it costs.
    pub async fn approve_swap(
        &self,
        caller: &Caller,
        swap: SwapId,
    ) -> Result<Receipt<ChangeCost>, AppError> {
        let row = self.swap(caller, swap).await?;
        let context = self.roster_context(&row.desk, row.month).await?;
        let judge = self.judge(&row.desk, row.month).await?;
        let command = approve_swap::ApproveSwap { swap };
        let receipt = self
            .on_roster(caller, &row.desk, row.month, None, |roster, issued| {
                let events = approve_swap::decide(roster, &command, &context, issued)?;
                judge.hold(roster, events)
            })
            .await?;
        self.with_cost(receipt, caller, &row.desk, row.month, judge)
            .await
    }

    /// Refuses a swap.
    pub async fn refuse_swap(
        &self,
        caller: &Caller,
        swap: SwapId,
        input: Reason,
    ) -> Result<Receipt, AppError> {
        let row = self.swap(caller, swap).await?;
        let policy = self.policy_on(&row.desk, row.give).await?;
        let command = refuse_swap::RefuseSwap {
            swap,
            reason: input.reason,
        };
        self.on_roster(caller, &row.desk, row.month, None, |roster, issued| {
            Ok(refuse_swap::decide(roster, &command, &policy, issued)?)
        })
        .await
    }

    /// Takes one's own swap back.
    pub async fn withdraw_swap(&self, caller: &Caller, swap: SwapId) -> Result<Receipt, AppError> {
        let row = self.swap(caller, swap).await?;
        let command = withdraw_swap::WithdrawSwap { swap };
        self.on_roster(caller, &row.desk, row.month, None, |roster, issued| {
            Ok(withdraw_swap::decide(roster, &command, issued)?)
        })
        .await
    }

    /// A swap, if `caller` may know of it: its parties, and whoever runs the desk.
    pub async fn swap(&self, caller: &Caller, swap: SwapId) -> Result<SwapRow, AppError> {
        self.catch_up().await?;
        let unknown = || AppError::Refused(Refusal::SwapUnknown { swap });
        let row = self
            .read(move |view| view.swap(swap))
            .await?
            .ok_or_else(unknown)?;
        let is_party = caller.actor.staff == row.from || caller.actor.staff == row.with;
        if !is_party {
            may_run_desk(&caller.actor, &row.desk).map_err(|_| unknown())?;
        }
        Ok(row)
    }

    pub(super) async fn on_roster(
        &self,
        caller: &Caller,
        desk: &DeskId,
        month: Month,
        seen: Option<u64>,
        decide: impl Fn(&RosterState, &Issued) -> Result<Vec<RosterEvent>, AppError> + Sync,
    ) -> Result<Receipt, AppError> {
        let stream = Stream::Roster(desk.clone(), month);
        self.execute_at::<RosterState>(&stream, seen, caller, decide)
            .await
    }

    /// The cells that edits name, with the times of the templates in force on each day.
    async fn cells(&self, desk: &DeskId, edits: &[CellEdit]) -> Result<Vec<Cell>, AppError> {
        if edits.len() > CELLS_MAX {
            return Err(AppError::fault(Fault::of(
                "cells",
                format!("一次最多{CELLS_MAX}格"),
                format!("at most {CELLS_MAX} at once"),
            )));
        }
        let state = self.desk_state(desk).await?;
        state.known(desk)?;
        let mut faults = Vec::new();
        let mut cells = Vec::with_capacity(edits.len());
        for (index, edit) in edits.iter().enumerate() {
            let shift = match &edit.shift {
                None => None,
                Some(code) => {
                    let template = state
                        .templates_on(edit.date)
                        .iter()
                        .find(|template| template.code == *code);
                    match template.map(|template| shift_of(template, edit)) {
                        Some(Some(shift)) => Some(shift),
                        Some(None) => {
                            faults.push(Fault::of(
                                format!("cells[{index}].meal_starts"),
                                "用餐次数与班次不符",
                                "not one start for each meal of the shift",
                            ));
                            continue;
                        }
                        None => {
                            faults.push(Fault::of(
                                format!("cells[{index}].shift"),
                                format!("{} 没有班次 {code}", edit.date),
                                format!("there is no shift {code} on {}", edit.date),
                            ));
                            continue;
                        }
                    }
                }
            };
            cells.push(Cell {
                staff: edit.staff.clone(),
                date: edit.date,
                shift,
            });
        }
        if faults.is_empty() {
            Ok(cells)
        } else {
            Err(AppError::Invalid(faults))
        }
    }
}

/// A template as worked, with its meals at the starts named, or else at the earliest.
fn shift_of(template: &ShiftTemplate, edit: &CellEdit) -> Option<Shift> {
    let starts = match &edit.meal_starts {
        Some(starts) if starts.len() != template.meals.len() => return None,
        Some(starts) => starts.clone(),
        None => template
            .meals
            .iter()
            .map(|meal| meal.earliest_start)
            .collect(),
    };
    let meals: Vec<PlannedMeal> = template
        .meals
        .iter()
        .zip(starts)
        .map(|(meal, start)| PlannedMeal {
            start,
            minutes: meal.minutes,
        })
        .collect();
    Some(Shift {
        code: template.code.clone(),
        segments: template.segments.clone(),
        breaks: template.breaks_beside(&meals),
        meals,
        night: template.night,
        duty: template.duty,
    })
}
