//! 全勤奖: a reward proposed for a month without lateness, absence, missed punch or leave (T16).

use super::{Desk, ProposalKind, ProposedPenalty, sanction_id};
use crate::day::{DayRecord, DayStatus, EdgeState};
use crate::ids::{RuleId, SanctionId, StaffId};
use crate::policy::{Policy, SanctionMode};
use crate::quantities::Fen;
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn propose(desk: &Desk<'_>, proposed: &mut Vec<ProposedPenalty>) {
    let last = desk.month.month.last();
    let Some(policy) = desk.policy_on(last) else {
        return;
    };
    // Until the last day's window to explain is over, nothing is certain.
    let settled = last.plus_days(i64::from(policy.correction.window_days));
    if desk
        .month
        .closed_through
        .is_none_or(|closed| closed < settled)
    {
        return;
    }
    let Some(amount) = amount(policy) else {
        return;
    };
    let mut people: BTreeMap<&StaffId, Vec<&DayRecord>> = BTreeMap::new();
    for day in &desk.month.days {
        if desk.month.month.contains(day.date) {
            people.entry(&day.staff).or_default().push(day);
        }
    }
    for (staff, days) in people {
        proposed.extend(reward(desk, staff, &days, policy, amount));
    }
}

fn amount(policy: &Policy) -> Option<Fen> {
    let reward = policy.sanction.full_attendance?;
    match policy.sanction.reward_mode() {
        SanctionMode::Points => reward.amount_points.map(Fen),
        SanctionMode::Money | SanctionMode::Off => Some(reward.amount_fen),
    }
}

/// Whether the day takes nothing away: off, or worked on time with every punch, and no leave.
fn faultless(day: &DayRecord) -> bool {
    let punched = |edge: &EdgeState| {
        matches!(
            edge,
            EdgeState::Punched { .. } | EdgeState::Corrected { .. }
        )
    };
    match day.status {
        DayStatus::DayOff | DayStatus::Unrostered => true,
        DayStatus::Worked => {
            day.late_minutes.is_zero()
                && day.early_minutes.is_zero()
                && day.absent_minutes.is_zero()
                && day.leave_minutes.values().all(|minutes| minutes.is_zero())
                && day
                    .segments
                    .iter()
                    .all(|segment| punched(&segment.arrival) && punched(&segment.departure))
        }
        DayStatus::Open | DayStatus::OnLeave | DayStatus::AbsencePending | DayStatus::Absent => {
            false
        }
    }
}

fn reward(
    desk: &Desk<'_>,
    staff: &StaffId,
    days: &[&DayRecord],
    policy: &Policy,
    amount: Fen,
) -> Option<ProposedPenalty> {
    let due_days_min = policy.sanction.full_attendance?.due_days_min;
    let due = days.iter().filter(|day| day.shift.is_some()).count();
    if due < usize::from(due_days_min) || !days.iter().all(|day| faultless(day)) {
        return None;
    }
    let month = desk.month.month;
    let evidence: BTreeSet<_> = days
        .iter()
        .flat_map(|day| &day.segments)
        .flat_map(|segment| [&segment.arrival, &segment.departure])
        .flat_map(|edge| edge.events().iter().copied())
        .collect();
    // The month alone names it: a correction that leaves it standing does not make it another.
    let hash = sanction_id(RuleId::T16, staff, &format!("full-attendance/{month}"), &[]);
    Some(ProposedPenalty {
        id: SanctionId::new(format!("reward-{hash}")),
        kind: ProposalKind::Reward,
        rule: RuleId::T16,
        staff: staff.clone(),
        desk: desk.month.desk.clone(),
        work_date: month.last(),
        amount,
        range: None,
        mode: policy.sanction.reward_mode(),
        subject_zh: format!("{month} 全勤:{due}个班无迟到、早退、缺卡、旷工、请假"),
        subject_en: format!("{month}: full attendance, {due} shifts without a fault or leave"),
        evidence: evidence.into_iter().collect(),
        roster: None,
        policy: policy.id.clone(),
        quantity: i64::try_from(due).unwrap_or(i64::MAX),
    })
}
