//! Penalties and rewards with what people decided about them (T16).

use super::View;
use crate::columns::from_json;
use crate::derive::stored_records;
use crate::error::Result;
use crate::facts::{By, Facts, policy_on};
use crate::period_close::{
    frozen_hours, frozen_proposals, frozen_records, hours_begin, hours_worked,
};
use crate::states::{SanctionState, SanctionStatus, SanctionStepRow};
use domain::day::{DayRecord, RosterVersion};
use domain::ids::{DeskId, EventId, PolicyVersionId, RuleId, SanctionId, StaffId};
use domain::penalty::{ProposalKind, ProposedPenalty};
use domain::policy::{AmountRange, SanctionMode};
use domain::quantities::{Fen, Minutes};
use domain::summary::{PayLine, PayReason};
use domain::work_date::{Month, WorkDate};
use rusqlite::OptionalExtension;
use serde::Serialize;
use std::collections::BTreeMap;

/// Money off or money on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SanctionKind {
    /// 惩
    Penalty,
    /// 奖
    Reward,
}

/// A penalty or reward.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PenaltyRow {
    /// Its id.
    pub sanction: SanctionId,
    /// Which way.
    pub kind: SanctionKind,
    /// Against or for whom.
    pub staff: StaffId,
    /// 姓名
    pub name: String,
    /// At which desk.
    pub desk: DeskId,
    /// Its month.
    pub month: Month,
    /// The day it is about; none for a withdrawn one, whose facts are gone.
    pub work_date: Option<WorkDate>,
    /// By which rule; none for a reward, or a withdrawn one.
    pub rule: Option<RuleId>,
    /// In what a penalty is expressed.
    pub mode: SanctionMode,
    /// What the rules propose now; none for a withdrawn one.
    pub proposed_amount: Option<Fen>,
    /// The amount is chosen by severity within this (D7).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub range: Option<AmountRange>,
    /// As last decided, else as proposed. Fen, or points in mode `points`.
    pub amount: Fen,
    /// What it is about, in Chinese; for a reward, its reason.
    pub subject_zh: String,
    /// The same in English.
    pub subject_en: String,
    /// How much of it: minutes, occurrences, complaints; else 1.
    pub quantity: i64,
    /// Where it stands.
    pub status: SanctionStatus,
    /// Whether it reaches payroll: approved, and still founded.
    pub reaches_payroll: bool,
    /// What people decided, oldest first.
    pub steps: Vec<SanctionStepRow>,
    /// Every event it rests on; open them with [`View::evidence`].
    pub evidence: Vec<EventId>,
    /// The roster it was reckoned against.
    pub roster: Option<RosterVersion>,
    /// The rules it was reckoned by.
    pub policy: Option<PolicyVersionId>,
}

/// What a month's figures are made of, as it stands or as it was closed.
pub(crate) struct MonthBooks {
    pub(crate) records: Vec<DayRecord>,
    pub(crate) sanctions: Vec<PenaltyRow>,
    /// By the comprehensive regime: what balances out in the period so far, by person.
    pub(crate) hours: BTreeMap<StaffId, Minutes>,
}

impl View<'_> {
    /// A desk's penalties and rewards of a month as they stand now, by day, person and rule.
    pub fn penalties(&self, desk: &DeskId, month: Month) -> Result<Vec<PenaltyRow>> {
        sanction_rows(self, &self.facts, desk, month, self.proposals(desk, month)?)
    }

    /// One person's penalties and rewards of a month.
    pub fn penalties_of(&self, staff: &StaffId, month: Month) -> Result<Vec<PenaltyRow>> {
        let Some(person) = self.facts.staff(staff)? else {
            return Ok(Vec::new());
        };
        let mut rows = self.penalties(&person.desk, month)?;
        rows.retain(|row| row.staff == *staff);
        Ok(rows)
    }

    /// One penalty or reward.
    pub fn penalty(&self, sanction: &SanctionId) -> Result<Option<PenaltyRow>> {
        let proposed: Option<(String, String)> = self
            .connection
            .prepare_cached("SELECT desk, month FROM penalties WHERE sanction = ?1")?
            .query_row([sanction.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let (desk, month) = match proposed {
            Some((desk, month)) => (DeskId::new(desk), crate::columns::parse(&month)?),
            None => {
                let state: Option<SanctionState> =
                    self.facts.state("sanction", sanction.as_str())?;
                let Some(state) = state else { return Ok(None) };
                let Some(person) = self.facts.staff(&state.staff)? else {
                    return Ok(None);
                };
                (person.desk, state.month)
            }
        };
        let rows = self.penalties(&desk, month)?;
        Ok(rows.into_iter().find(|row| row.sanction == *sanction))
    }

    fn proposals(&self, desk: &DeskId, month: Month) -> Result<Vec<ProposedPenalty>> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT proposal FROM penalties WHERE desk = ?1 AND month = ?2")?;
        let rows = statement.query_map((desk.as_str(), month.to_string()), |row| {
            row.get::<_, String>(0)
        })?;
        rows.map(|proposal| from_json(&proposal?)).collect()
    }

    /// The month as it stands now.
    pub(crate) fn books_now(&self, desk: &DeskId, month: Month) -> Result<MonthBooks> {
        let hours = match hours_begin(&self.facts, desk, month)? {
            Some(first) => {
                let records = stored_records(self.connection, desk, first, month.last())?;
                hours_worked(&self.facts, desk, month, &records)?
            }
            None => BTreeMap::new(),
        };
        Ok(MonthBooks {
            records: stored_records(self.connection, desk, month.first(), month.last())?,
            sanctions: self.penalties(desk, month)?,
            hours,
        })
    }

    /// The month as it was closed, read with facts as of that position.
    pub(crate) fn books_closed(
        &self,
        facts: &Facts<'_>,
        desk: &DeskId,
        month: Month,
    ) -> Result<MonthBooks> {
        let proposals = frozen_proposals(self.connection, desk, month)?;
        Ok(MonthBooks {
            records: frozen_records(self.connection, desk, month)?,
            sanctions: sanction_rows(self, facts, desk, month, proposals)?,
            hours: frozen_hours(self.connection, desk, month)?,
        })
    }
}

/// Joins what the rules propose with what people decided.
fn sanction_rows(
    view: &View<'_>,
    facts: &Facts<'_>,
    desk: &DeskId,
    month: Month,
    proposals: Vec<ProposedPenalty>,
) -> Result<Vec<PenaltyRow>> {
    let (first, last) = (month.first().to_string(), month.last().to_string());
    let states: Vec<SanctionState> = facts.states("sanction", By::All, Some((&first, &last)))?;
    let mut states: BTreeMap<SanctionId, SanctionState> = states
        .into_iter()
        .map(|state| (state.sanction.clone(), state))
        .collect();
    let mut rows = Vec::new();
    for proposal in proposals {
        let state = states.remove(&proposal.id);
        let status = state
            .as_ref()
            .map_or(SanctionStatus::Proposed, |s| s.status);
        let decided = state.as_ref().and_then(|state| state.amount);
        rows.push(PenaltyRow {
            sanction: proposal.id,
            kind: match proposal.kind {
                ProposalKind::Penalty => SanctionKind::Penalty,
                ProposalKind::Reward => SanctionKind::Reward,
            },
            name: view.name(&proposal.staff)?,
            staff: proposal.staff,
            desk: desk.clone(),
            month,
            work_date: Some(proposal.work_date),
            rule: Some(proposal.rule),
            mode: proposal.mode,
            proposed_amount: Some(proposal.amount),
            range: proposal.range,
            amount: decided.unwrap_or(proposal.amount),
            subject_zh: proposal.subject_zh,
            subject_en: proposal.subject_en,
            quantity: proposal.quantity,
            status,
            reaches_payroll: status == SanctionStatus::Approved
                && proposal.mode == SanctionMode::Money,
            steps: named_steps(view, state)?,
            evidence: proposal.evidence,
            roster: proposal.roster,
            policy: Some(proposal.policy),
        });
    }
    for (sanction, state) in states {
        let person = facts.staff(&state.staff)?;
        if person.is_none_or(|person| person.desk != *desk) {
            continue;
        }
        let reward = state.reward.clone();
        // Decisions about a penalty that the facts no longer propose: it is withdrawn, and they stay to be read.
        // A reward that the rules proposed goes by its id.
        let (kind, status) = match &reward {
            Some(_) => (SanctionKind::Reward, state.status),
            None if sanction.as_str().starts_with("reward-") => {
                (SanctionKind::Reward, SanctionStatus::Withdrawn)
            }
            None => (SanctionKind::Penalty, SanctionStatus::Withdrawn),
        };
        let date = reward
            .as_ref()
            .map_or(month.first(), |reward| reward.work_date);
        let desk_row = facts.desk(desk)?;
        let rules = desk_row.as_ref().and_then(|row| policy_on(row, date));
        let mode = rules.map_or(SanctionMode::Money, |policy| match kind {
            SanctionKind::Reward => policy.sanction.reward_mode(),
            SanctionKind::Penalty => policy.sanction.mode,
        });
        let subject = reward.as_ref().map(|r| r.reason.clone());
        rows.push(PenaltyRow {
            sanction,
            kind,
            staff: state.staff.clone(),
            name: view.name(&state.staff)?,
            desk: desk.clone(),
            month,
            work_date: reward.as_ref().map(|reward| reward.work_date),
            rule: None,
            mode,
            range: None,
            proposed_amount: reward
                .as_ref()
                .and_then(|_| state.steps.first().and_then(|step| step.amount)),
            amount: state.amount.unwrap_or(Fen::ZERO),
            subject_zh: subject.clone().unwrap_or_default(),
            subject_en: subject.unwrap_or_default(),
            quantity: 1,
            status,
            reaches_payroll: kind == SanctionKind::Reward
                && status == SanctionStatus::Approved
                && mode == SanctionMode::Money,
            evidence: state.steps.iter().map(|step| step.event).collect(),
            steps: named_steps(view, Some(state))?,
            roster: None,
            policy: None,
        });
    }
    rows.sort_by(|a, b| {
        (a.work_date, &a.staff, a.rule, &a.sanction).cmp(&(
            b.work_date,
            &b.staff,
            b.rule,
            &b.sanction,
        ))
    });
    Ok(rows)
}

fn named_steps(view: &View<'_>, state: Option<SanctionState>) -> Result<Vec<SanctionStepRow>> {
    let steps = state.map(|state| state.steps).unwrap_or_default();
    steps
        .into_iter()
        .map(|mut step| {
            step.by_name = view.name(&step.by)?;
            Ok(step)
        })
        .collect()
}

/// What a person's approved penalties and rewards come to in points (mode `points`): off is negative.
pub(crate) fn points(staff: &StaffId, sanctions: &[PenaltyRow]) -> i64 {
    sanctions
        .iter()
        .filter(|row| row.staff == *staff && row.mode == SanctionMode::Points)
        .filter(|row| row.status == SanctionStatus::Approved)
        .map(|row| match row.kind {
            SanctionKind::Penalty => -row.amount.0,
            SanctionKind::Reward => row.amount.0,
        })
        .sum()
}

/// The amounts of a person's sanctions that reach payroll.
pub(crate) fn pay_lines(staff: &StaffId, sanctions: &[PenaltyRow]) -> Vec<PayLine> {
    sanctions
        .iter()
        .filter(|row| row.staff == *staff && row.reaches_payroll)
        .filter_map(|row| {
            let reason = match (row.kind, row.rule) {
                (SanctionKind::Penalty, Some(rule)) => PayReason::Penalty { rule },
                (SanctionKind::Penalty, None) => return None,
                (SanctionKind::Reward, _) => PayReason::Reward,
            };
            Some(PayLine {
                sanction: Some(row.sanction.clone()),
                reason,
                amount: row.amount,
            })
        })
        .collect()
}
