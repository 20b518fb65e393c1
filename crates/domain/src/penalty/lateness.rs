//! Lateness and early leaving in tiers (S5), and coming later than the arrival lead asks (D5).

use super::Incident;
use super::days::{incident, shift_code};
use crate::day::{DayRecord, EdgeState, SegmentRecord};
use crate::ids::RuleId;
use crate::policy::{LateTier, Policy, tier};
use crate::quantities::Minutes;
use crate::work_date::DayMinute;

/// What the day shows. Whoever is late for the shift itself is not told the missed lead besides: one incident, one
/// penalty.
pub(super) fn incidents<'a>(day: &'a DayRecord, policy: &'a Policy) -> Vec<Incident<'a>> {
    let tiers = policy.lateness.clone().unwrap_or_default();
    let mut found = Vec::new();
    let mut late_for_shift = false;
    for (index, segment) in day.segments.iter().enumerate() {
        if let Some(late) = late(day, index, segment, &tiers.late, policy) {
            late_for_shift |= index == 0;
            found.push(late);
        }
        found.extend(early(day, index, segment, &tiers.early, policy));
    }
    if !late_for_shift {
        found.extend(lead_missed(day, policy));
    }
    found
}

/// An incident of so many minutes, if a tier has an amount for them.
fn tiered<'a>(
    day: &'a DayRecord,
    subject: String,
    minutes: Minutes,
    tiers: &[LateTier],
    edge: &EdgeState,
    policy: &Policy,
) -> Option<Incident<'a>> {
    let tier = tier(tiers, minutes)?;
    let amount = policy
        .sanction
        .in_mode(tier.amount_fen, tier.amount_points)?;
    let mut found = incident(day, RuleId::S5, subject);
    found.amount = Some(amount);
    found.quantity = minutes.0;
    found.evidence.extend(edge.events());
    Some(found)
}

fn late<'a>(
    day: &'a DayRecord,
    index: usize,
    segment: &SegmentRecord,
    tiers: &[LateTier],
    policy: &Policy,
) -> Option<Incident<'a>> {
    let minutes = segment.late_minutes;
    let subject = format!("{}/{index}/late", day.date);
    let mut found = tiered(day, subject, minutes, tiers, &segment.arrival, policy)?;
    let start: DayMinute = segment.planned.start;
    found.subject_zh = format!(
        "{} {}班 {start} 上岗,迟到{minutes}分钟",
        day.date,
        shift_code(day)
    );
    found.subject_en = format!(
        "{}: {minutes} min late for shift {} at {start}",
        day.date,
        shift_code(day)
    );
    Some(found)
}

fn early<'a>(
    day: &'a DayRecord,
    index: usize,
    segment: &SegmentRecord,
    tiers: &[LateTier],
    policy: &Policy,
) -> Option<Incident<'a>> {
    let minutes = segment.early_minutes;
    let subject = format!("{}/{index}/early", day.date);
    let mut found = tiered(day, subject, minutes, tiers, &segment.departure, policy)?;
    let end: DayMinute = segment.planned.end;
    found.subject_zh = format!(
        "{} {}班 {end} 下岗,早退{minutes}分钟",
        day.date,
        shift_code(day)
    );
    found.subject_en = format!(
        "{}: left shift {} {minutes} min before {end}",
        day.date,
        shift_code(day)
    );
    Some(found)
}

/// D5 提前10分钟到达工作岗位.
fn lead_missed<'a>(day: &'a DayRecord, policy: &Policy) -> Option<Incident<'a>> {
    let missed = day.lead_missed_minutes;
    let first = day.segments.first().filter(|_| !missed.is_zero())?;
    let lead = policy.punch.arrival_lead_minutes;
    let mut found = incident(day, RuleId::D5, format!("{}/lead", day.date));
    found.quantity = missed.0;
    found.evidence.extend(first.arrival.events());
    found.subject_zh = format!(
        "{} {}班应提前{lead}分钟到岗,差{missed}分钟",
        day.date,
        shift_code(day)
    );
    found.subject_en = format!(
        "{}: to be there {lead} min before shift {}, {missed} min short",
        day.date,
        shift_code(day)
    );
    Some(found)
}
