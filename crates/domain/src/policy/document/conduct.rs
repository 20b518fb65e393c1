//! Reading what a desk says of conduct: lateness, meetings, breaches recorded by hand, notices. All of it is optional.

use super::*;
use crate::event::MeetingKind;
use crate::ids::ShiftCode;

/// A table that may be missing.
fn section_if<'r, 't>(section: &Section<'r, 't>, key: &'static str) -> Option<Section<'r, 't>> {
    let value = section.optional(key)?;
    Some(section.section_of(value, section.field(key), section.key_line(key)))
}

/// A list of tables that may be missing.
fn sections_if<'r, 't>(
    section: &Section<'r, 't>,
    key: &'static str,
    rule: RuleId,
) -> Vec<Section<'r, 't>> {
    match section.optional(key) {
        Some(_) => section.sections(key, Some(rule)),
        None => Vec::new(),
    }
}

fn whole_if(
    section: &Section<'_, '_>,
    key: &'static str,
    range: RangeInclusive<i64>,
    rule: RuleId,
) -> Option<i64> {
    let value = section.optional(key)?;
    Some(section.whole_of(value, key, range, Some(rule)))
}

pub(super) fn lateness(version: &Section<'_, '_>) -> Option<LatenessPolicy> {
    let section = section_if(version, "lateness")?;
    let policy = LatenessPolicy {
        late: tiers(&section, "late"),
        early: tiers(&section, "early"),
    };
    section.finish();
    Some(policy)
}

fn tiers(section: &Section<'_, '_>, key: &'static str) -> Vec<LateTier> {
    let rule = RuleId::S5;
    let tiers: Vec<LateTier> = sections_if(section, key, rule)
        .iter()
        .map(|tier| {
            let read = LateTier {
                over_minutes: tier.minutes("over_minutes", 0..=1440, Some(rule)),
                amount_fen: Fen(tier.whole("amount_fen", 0..=100_000, Some(rule))),
                amount_points: whole_if(tier, "amount_points", 0..=1_000, rule),
            };
            tier.finish();
            read
        })
        .collect();
    let rising = tiers.windows(2).all(|pair| match pair {
        [first, second] => first.over_minutes < second.over_minutes,
        _ => true,
    });
    if !rising {
        section.fault(
            section.key_line(key),
            key,
            Some(rule),
            "各档的分钟数应依次增大".into(),
            "tiers stand in order of rising minutes".into(),
        );
    }
    tiers
}

pub(super) fn meeting(version: &Section<'_, '_>) -> Option<MeetingPolicy> {
    let section = section_if(version, "meeting")?;
    let rule = RuleId::S2;
    let policy = MeetingPolicy {
        day_off_expected: section.flag("day_off_expected", Some(rule)),
        outside_shift: section.word("outside_shift", Some(rule), OutsideShift::Nothing),
        day_off_overtime: section.flag("day_off_overtime", Some(rule)),
        ahead_days: section.count("ahead_days", 1..=62, Some(rule)),
        recurring: sections_if(&section, "recurring", rule)
            .iter()
            .map(|recurring| recurring_meeting(recurring, rule))
            .collect(),
    };
    section.finish();
    Some(policy)
}

fn recurring_meeting(section: &Section<'_, '_>, rule: RuleId) -> RecurringMeeting {
    let meeting = RecurringMeeting {
        kind: section.word("kind", Some(rule), MeetingKind::Meeting),
        title: section.text("title"),
        weekdays_from_monday: weekdays(section, rule),
        start: section.time("start", Some(rule)),
        minutes: section.minutes("minutes", 1..=480, Some(rule)),
        shift: section
            .optional("shift")
            .and_then(|value| section.text_of(value, "shift", Some(rule)))
            .map(ShiftCode::new),
    };
    section.finish();
    meeting
}

fn weekdays(section: &Section<'_, '_>, rule: RuleId) -> Vec<u8> {
    const KEY: &str = "weekdays_from_monday";
    let Some(value) = section.required(KEY, Some(rule)) else {
        return Vec::new();
    };
    let Some(items) = value.get_ref().as_array().filter(|items| !items.is_empty()) else {
        section.wrong_type(
            value,
            KEY,
            Some(rule),
            "非空列表",
            "a list that is not empty",
        );
        return Vec::new();
    };
    items
        .iter()
        .filter_map(|item| u8::try_from(section.whole_of(item, KEY, 0..=6, Some(rule))).ok())
        .collect()
}

/// The rule that a key of a table names, if it makes penalties.
fn penalty_rule(section: &Section<'_, '_>, name: &str, line: usize) -> Option<RuleId> {
    let rule = RuleId::deserialize(StrDeserializer::<WordError>::new(name)).ok();
    match rule {
        Some(rule) if PENALTY_RULES.contains(&rule) => Some(rule),
        Some(rule) => {
            section.fault(
                line,
                name,
                Some(rule),
                format!("{rule} 不产生处罚"),
                format!("no penalty is derived from {rule}"),
            );
            None
        }
        None => {
            section.fault(
                line,
                name,
                None,
                format!("没有规则 {name}"),
                format!("there is no rule {name}"),
            );
            None
        }
    }
}

/// `D7 = [10000, 30000]`.
pub(super) fn ranges(
    sanction: &Section<'_, '_>,
    key: &'static str,
    max: i64,
) -> BTreeMap<RuleId, AmountRange> {
    let mut ranges = BTreeMap::new();
    let Some(section) = section_if(sanction, key) else {
        return ranges;
    };
    for (name, value) in section.table.into_iter().flat_map(|table| table.iter()) {
        let (name, line) = (
            name.get_ref().as_ref(),
            section.reader.line(name.span().start),
        );
        let Some(rule) = penalty_rule(&section, name, line) else {
            continue;
        };
        let bounds: Vec<i64> = value
            .get_ref()
            .as_array()
            .into_iter()
            .flat_map(|items| items.iter())
            .map(|item| section.whole_of(item, name, 0..=max, Some(rule)))
            .collect();
        match bounds[..] {
            [low, high] if low < high => {
                let (low, high) = (Fen(low), Fen(high));
                ranges.insert(rule, AmountRange { low, high });
            }
            _ => section.fault(
                line,
                name,
                Some(rule),
                "应为 [下限, 上限],下限小于上限".into(),
                "must be [low, high], low below high".into(),
            ),
        }
    }
    ranges
}

/// `T12 = "S5"`.
pub(super) fn cites(sanction: &Section<'_, '_>) -> BTreeMap<RuleId, RuleId> {
    let mut cites = BTreeMap::new();
    let Some(section) = section_if(sanction, "cites") else {
        return cites;
    };
    for (name, value) in section.table.into_iter().flat_map(|table| table.iter()) {
        let (name, line) = (
            name.get_ref().as_ref(),
            section.reader.line(name.span().start),
        );
        if let Some(rule) = penalty_rule(&section, name, line)
            && let Some(cited) = section.word_of(value, name, Some(rule))
        {
            cites.insert(rule, cited);
        }
    }
    cites
}

pub(super) fn escalation(sanction: &Section<'_, '_>) -> Option<Escalation> {
    let section = section_if(sanction, "escalation")?;
    let rule = Some(RuleId::D6);
    let escalation = Escalation {
        rules: section.words("rules", rule),
        confirmed: section.count("confirmed", 1..=100, rule),
        period: section.word("period", rule, CountingPeriod::Year),
    };
    section.finish();
    Some(escalation)
}

pub(super) fn full_attendance(sanction: &Section<'_, '_>) -> Option<FullAttendance> {
    let section = section_if(sanction, "full_attendance")?;
    let rule = RuleId::T16;
    let reward = FullAttendance {
        amount_fen: Fen(section.whole("amount_fen", 1..=1_000_000, Some(rule))),
        amount_points: whole_if(&section, "amount_points", 1..=1_000, rule),
        due_days_min: section.count("due_days_min", 1..=31, Some(rule)),
    };
    section.finish();
    Some(reward)
}

/// What hangs together: a rule that is recorded by hand or chosen by severity has an amount, and somebody to choose it.
pub(super) fn check(section: &Section<'_, '_>, policy: &SanctionPolicy) {
    for &rule in &policy.recordable {
        let named = policy.amount_fen.contains_key(&rule)
            || policy.range_fen.contains_key(&rule)
            || policy.amount_points.contains_key(&rule)
            || policy.range_points.contains_key(&rule);
        if !named {
            section.fault(
                section.key_line("recordable"),
                "recordable",
                Some(rule),
                format!("{rule} 没有金额,也没有金额区间"),
                format!("{rule} has neither an amount nor a range"),
            );
        }
    }
    let ranged = policy.range_fen.keys().chain(policy.range_points.keys());
    let verified = policy
        .chain
        .iter()
        .any(|link| link.step == SanctionStep::Verify);
    if let Some(&rule) = ranged.clone().next()
        && !verified
    {
        section.fault(
            section.key_line("chain"),
            "chain",
            Some(rule),
            "按情节轻重定金额,须有 verify 一步".into(),
            "an amount chosen by severity needs the step verify".into(),
        );
    }
    for rule in ranged {
        if policy.amount_fen.contains_key(rule) || policy.amount_points.contains_key(rule) {
            section.fault(
                section.key_line("range_fen"),
                "range_fen",
                Some(*rule),
                format!("{rule} 既有金额又有区间"),
                format!("{rule} has both an amount and a range"),
            );
        }
    }
}
