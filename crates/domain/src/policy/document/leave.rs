//! Reading what a desk says of leave: units, annual leave, the life of time off in lieu. All of it is optional.

use super::*;

/// `personal = "hour"`.
pub(super) fn units(leave: &Section<'_, '_>) -> BTreeMap<LeaveKind, LeaveUnit> {
    let rule = Some(RuleId::T12);
    let Some(section) = leave.section_if_any("unit") else {
        return BTreeMap::new();
    };
    let mut units = BTreeMap::new();
    for (name, value) in section.table.into_iter().flat_map(|table| table.iter()) {
        let name_text = name.get_ref().as_ref();
        let kind = LeaveKind::deserialize(StrDeserializer::<WordError>::new(name_text));
        let Ok(kind) = kind else {
            section.fault(
                section.reader.line(name.span().start),
                name_text,
                rule,
                format!("没有请假类型 {name_text}"),
                format!("there is no leave called {name_text}"),
            );
            continue;
        };
        if let Some(unit) = section.word_of(value, name_text, rule) {
            units.insert(kind, unit);
        }
    }
    units
}

/// 年假 by years of service.
pub(super) fn annual(leave: &Section<'_, '_>) -> Option<AnnualLeavePolicy> {
    let rule = Some(RuleId::T2);
    let section = leave.section_if_any("annual")?;
    let tiers: Vec<AnnualTier> = section
        .sections("tier", rule)
        .iter()
        .map(|tier| {
            let read = AnnualTier {
                service_years_min: tier.count("service_years_min", 0..=60, rule),
                days: tier.count("days", 1..=60, rule),
            };
            tier.finish();
            read
        })
        .collect();
    let rising = tiers.windows(2).all(|pair| match pair {
        [first, second] => first.service_years_min < second.service_years_min,
        _ => true,
    });
    if !rising || tiers.is_empty() {
        section.fault(
            section.key_line("tier"),
            "tier",
            rule,
            "至少要有一档,且工龄依次增大".into(),
            "there is at least one tier, and they stand in order of rising years".into(),
        );
    }
    let policy = AnnualLeavePolicy {
        ahead_days: section.count("ahead_days", 0..=92, rule),
        carry_over_months: section.count("carry_over_months", 0..=24, rule),
        year_days: section.count("year_days", 360..=366, rule),
        tiers,
    };
    section.finish();
    Some(policy)
}

/// How long 调休 can be taken.
pub(super) fn compensatory(leave: &Section<'_, '_>) -> Option<CompensatoryPolicy> {
    let section = leave.section_if_any("compensatory")?;
    let policy = CompensatoryPolicy {
        expires_months: section.count("expires_months", 1..=60, Some(RuleId::T2)),
    };
    section.finish();
    Some(policy)
}
