//! Breaches that a lead recorded by hand (D3, D6, D7).

use super::{Desk, Incident, ProposedPenalty};

pub(super) fn propose(desk: &Desk<'_>, proposed: &mut Vec<ProposedPenalty>) {
    for breach in &desk.month.breaches {
        let Some(policy) = desk.policy_on(breach.work_date) else {
            continue;
        };
        let day = desk.day(&breach.staff, breach.work_date);
        let incident = Incident {
            rule: breach.rule,
            amount: None,
            staff: &breach.staff,
            work_date: breach.work_date,
            subject: breach.breach.to_string(),
            subject_zh: format!("{} {}", breach.work_date, breach.subject),
            subject_en: format!("{}: {}", breach.work_date, breach.subject),
            evidence: breach.events.iter().copied().collect(),
            roster: day.and_then(|day| day.roster.clone()),
            quantity: 1,
        };
        proposed.extend(desk.penalty(incident, policy));
    }
}
