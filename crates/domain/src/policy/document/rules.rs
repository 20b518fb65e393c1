//! `[version.roster.rules]`: rules that not every desk asks for.

use super::*;

/// Longest run of days a rule may speak of.
const RUN_DAYS_MAX: i64 = 31;
/// Most minutes of a week.
const WEEK_MINUTES: i64 = 10_080;
/// Most people a row may ask for.
const PEOPLE_MAX: i64 = 1_000;
/// The solver weighs at most so many kinds of people on post.
const ON_POST_MAX: usize = 8;

/// Longest past that fairness looks back on: a year.
const FAIR_MONTHS_MAX: i64 = 12;
/// Most cost points of one wish, or of a person on a shift.
const POINTS_MAX: i64 = 1_000_000;
/// Most wishes of a person for a month.
const WISHES_MAX: i64 = 31;

const T4: Option<RuleId> = Some(RuleId::T4);

pub(super) fn rules(section: &Section<'_, '_>) -> RosterRules {
    let count = |key| section.count_optional(key, 1..=RUN_DAYS_MAX);
    let minutes = |key, range| {
        let value = section.optional(key)?;
        Some(Minutes(section.whole_of(value, key, range, T4)))
    };
    let rules = RosterRules {
        forbidden_successions: successions(section),
        consecutive_days_off_max: count("consecutive_days_off_max"),
        consecutive_nights_min: count("consecutive_nights_min"),
        consecutive_nights_max: count("consecutive_nights_max"),
        days_off_after_nights_min: count("days_off_after_nights_min"),
        minutes_week_min: minutes("minutes_week_min", 0..=WEEK_MINUTES),
        minutes_week_max: minutes("minutes_week_max", 0..=WEEK_MINUTES),
        minutes_under_contract_max: minutes("minutes_under_contract_max", 0..=10_000),
        shift_max: counts(section, "shift_max", 0..=RUN_DAYS_MAX, |name| {
            ShiftCode::new(name)
        }),
        kind: kinds(section),
        kind_days_max: counts(section, "kind_days_max", 1..=RUN_DAYS_MAX, |name| {
            name.to_owned()
        }),
        kind_days_wanted: kind_days_wanted(section),
        complete_weekends: hardness(section, "complete_weekends"),
        identical_weekends: hardness(section, "identical_weekends"),
        weekends_wanted_max: section.count_optional("weekends_wanted_max", 0..=5),
        work_days_wanted: range(section, "work_days_wanted"),
        days_off_wanted: range(section, "days_off_wanted"),
        assignments_wanted: range(section, "assignments_wanted"),
        fair: section
            .optional("fair")
            .map(|value| section.words_of(value, "fair", T4)),
        unpopular_meals: counts(section, "unpopular_meals", 0..=2, |name| {
            ShiftCode::new(name)
        }),
        standby: standby(section),
        meetings: hardness(section, "meetings"),
        on_post: on_post(section),
        wishes: section
            .section_if_any("wishes")
            .map(|section| wishes(&section)),
        fair_months: section.count_optional("fair_months", 1..=FAIR_MONTHS_MAX),
        shift_cover: shift_cover(section),
    };
    check(section, &rules);
    section.finish();
    rules
}

/// What contradicts itself, or would be asked for in vain.
fn check(section: &Section<'_, '_>, rules: &RosterRules) {
    let fault = |key: &str, zh: &str, en: &str| {
        section.fault(section.key_line(key), key, T4, zh.into(), en.into());
    };
    if rules
        .consecutive_nights_min
        .zip(rules.consecutive_nights_max)
        .is_some_and(|(min, max)| min > max)
    {
        let key = "consecutive_nights_min";
        fault(
            key,
            "大于 consecutive_nights_max",
            "exceeds consecutive_nights_max",
        );
    }
    if rules
        .minutes_week_min
        .zip(rules.minutes_week_max)
        .is_some_and(|(min, max)| min > max)
    {
        let key = "minutes_week_min";
        fault(key, "大于 minutes_week_max", "exceeds minutes_week_max");
    }
    if rules.identical_weekends == Some(Hardness::Required) {
        let key = "identical_weekends";
        fault(key, "只能为 wanted", "can only be wanted");
    }
    let shared = rules.fair.iter().flatten();
    if shared.clone().any(|kind| *kind == FairKind::UnpopularMeals)
        && rules.unpopular_meals.is_empty()
    {
        fault(
            "fair",
            "unpopular_meals 需要列出各班次的用餐数",
            "unpopular_meals wants the table of that name, by shift",
        );
    }
    let mut placed: BTreeMap<&ShiftCode, &str> = BTreeMap::new();
    for (kind, codes) in &rules.kind {
        for code in codes {
            if let Some(other) = placed.insert(code, kind) {
                section.fault(
                    section.key_line("kind"),
                    "kind",
                    T4,
                    format!("班次 {code} 同属 {other} 和 {kind}"),
                    format!("shift {code} is both {other} and {kind}"),
                );
            }
        }
    }
}

fn hardness(section: &Section<'_, '_>, key: &'static str) -> Option<Hardness> {
    section.word_of(section.optional(key)?, key, T4)
}

/// A table of names nobody knows beforehand: shifts, kinds.
fn entries<'r, 't>(
    section: &Section<'r, 't>,
    key: &'static str,
) -> Vec<(&'r str, String, usize, Value<'r, 't>)> {
    let table = section.section_if_any(key);
    let Some((table, path)) = table.and_then(|found| Some((found.table?, found.path))) else {
        return Vec::new();
    };
    table
        .iter()
        .map(|(name, value)| {
            let text: &'r str = name.get_ref();
            let line = section.reader.line(name.span().start);
            (text, format!("{path}.{text}"), line, value)
        })
        .collect()
}

fn counts<K: Ord>(
    section: &Section<'_, '_>,
    key: &'static str,
    range: RangeInclusive<i64>,
    named: impl Fn(&str) -> K,
) -> BTreeMap<K, u16> {
    entries(section, key)
        .into_iter()
        .map(|(name, _, _, value)| {
            let count = section.whole_of(value, &format!("{key}.{name}"), range.clone(), T4);
            (named(name), u16::try_from(count).unwrap_or_default())
        })
        .collect()
}

fn range_in(section: &Section<'_, '_>) -> Wanted {
    let wanted = Wanted {
        min: section.count_optional("min", 0..=RUN_DAYS_MAX),
        max: section.count_optional("max", 1..=RUN_DAYS_MAX),
    };
    if wanted
        .min
        .zip(wanted.max)
        .is_some_and(|(min, max)| min > max)
    {
        section.fault(
            section.key_line("min"),
            "min",
            T4,
            "大于 max".into(),
            "exceeds max".into(),
        );
    }
    section.finish();
    wanted
}

fn range(section: &Section<'_, '_>, key: &'static str) -> Option<Wanted> {
    section.section_if_any(key).map(|range| range_in(&range))
}

fn kinds(section: &Section<'_, '_>) -> BTreeMap<String, Vec<ShiftCode>> {
    entries(section, "kind")
        .into_iter()
        .map(|(name, _, _, value)| {
            let codes = section.words_of(value, &format!("kind.{name}"), T4);
            (name.to_owned(), codes)
        })
        .collect()
}

fn kind_days_wanted(section: &Section<'_, '_>) -> BTreeMap<String, Wanted> {
    entries(section, "kind_days_wanted")
        .into_iter()
        .map(|(name, path, line, value)| {
            let range = range_in(&section.section_of(value, path, line));
            (name.to_owned(), range)
        })
        .collect()
}

fn wishes(section: &Section<'_, '_>) -> WishPolicy {
    let points = |key| section.whole(key, 0..=POINTS_MAX, T4);
    let policy = WishPolicy {
        month_max: section.count("month_max", 0..=WISHES_MAX, T4),
        low: points("low"),
        normal: points("normal"),
        high: points("high"),
    };
    let ascending = policy.low <= policy.normal && policy.normal <= policy.high;
    if section.table.is_some() && !ascending {
        section.fault(
            section.key_line("high"),
            "high",
            T4,
            "须 low ≤ normal ≤ high".into(),
            "must not lie below normal, nor normal below low".into(),
        );
    }
    section.finish();
    policy
}

fn shift_cover(section: &Section<'_, '_>) -> BTreeMap<ShiftCode, ShiftCoverPolicy> {
    entries(section, "shift_cover")
        .into_iter()
        .map(|(name, path, line, value)| {
            let section = section.section_of(value, path, line);
            let points = |key| section.whole(key, 0..=POINTS_MAX, T4);
            let policy = ShiftCoverPolicy {
                people: section.count("people", 0..=PEOPLE_MAX, T4),
                weekend: section.count_optional("weekend", 0..=PEOPLE_MAX),
                holiday: section.count_optional("holiday", 0..=PEOPLE_MAX),
                under_cost: points("under_cost"),
                over_cost: points("over_cost"),
            };
            section.finish();
            (ShiftCode::new(name), policy)
        })
        .collect()
}

fn standby(section: &Section<'_, '_>) -> BTreeMap<ShiftCode, StandbyPolicy> {
    entries(section, "standby")
        .into_iter()
        .map(|(name, path, line, value)| {
            let section = section.section_of(value, path, line);
            let policy = StandbyPolicy {
                people: section.count("people", 1..=PEOPLE_MAX, T4),
                rests: section.flag("rests", T4),
                counts_minutes: section.optional("counts_minutes").is_some()
                    && section.flag("counts_minutes", T4),
            };
            section.finish();
            (ShiftCode::new(name), policy)
        })
        .collect()
}

fn successions(section: &Section<'_, '_>) -> Vec<(ShiftCode, ShiftCode)> {
    let key = "forbidden_successions";
    let Some(value) = section.optional(key) else {
        return Vec::new();
    };
    let Some(items) = value.get_ref().as_array() else {
        section.wrong_type(value, key, T4, "列表", "a list");
        return Vec::new();
    };
    let mut pairs = Vec::new();
    for item in items.iter() {
        let codes = item.get_ref().as_array().map(|pair| {
            let codes = pair.iter().map(|code| section.word_of(code, key, T4));
            codes.collect::<Vec<Option<ShiftCode>>>()
        });
        match codes.as_deref() {
            Some([Some(first), Some(second)]) => pairs.push((first.clone(), second.clone())),
            // A word that is none was named already.
            Some([_, _]) => {}
            _ => section.fault(
                section.line_of(item),
                key,
                T4,
                "应为两个班次,如 [\"N\", \"A\"]".into(),
                "must be two shifts such as [\"N\", \"A\"]".into(),
            ),
        }
    }
    pairs
}

fn on_post(section: &Section<'_, '_>) -> Vec<OnPostPolicy> {
    let rows = section.sections_if_any("on_post", T4);
    if rows.len() > ON_POST_MAX {
        section.fault(
            section.key_line("on_post"),
            "on_post",
            T4,
            format!("最多 {ON_POST_MAX} 项"),
            format!("at most {ON_POST_MAX}"),
        );
    }
    rows.iter()
        .map(|row| {
            let policy = OnPostPolicy {
                name: row.text("name"),
                holding: SkillId::new(row.text("holding")),
                start: row.time("start", T4),
                end: row.time("end", T4),
                minimum: row.count("minimum", 1..=PEOPLE_MAX, T4),
            };
            if row.table.is_some() && policy.end <= policy.start {
                row.fault(
                    row.key_line("end"),
                    "end",
                    T4,
                    "不晚于开始时间".into(),
                    "does not lie after start".into(),
                );
            }
            row.finish();
            policy
        })
        .collect()
}
