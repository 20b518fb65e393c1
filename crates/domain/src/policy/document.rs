//! Reading a policy document from TOML. Every fault is reported, each with its line, so that one reading is enough to
//! mend them all.

mod conduct;
mod leave;
mod rules;

use super::*;
use crate::hours::Regime;
use chrono::NaiveDate;
use serde::de::DeserializeOwned;
use serde::de::value::{Error as WordError, StrDeserializer};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;
use std::ops::RangeInclusive;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The rules of the online shop's desk (T1–T16) as shipped.
pub const ONLINE_SHOP: &str = include_str!("../../policies/online_shop.toml");

/// The rules of a mall's cashier lanes (M1–M11) as shipped.
pub const MALL: &str = include_str!("../../policies/mall.toml");
/// The rules of the service centre's desk (S1–S5) as shipped.
pub const SERVICE_CENTRE: &str = include_str!("../../policies/service_centre.toml");

/// The rules of the decoration company's call centre (D1–D9) as shipped.
pub const CALL_CENTRE: &str = include_str!("../../policies/call_centre.toml");
/// The rules of the property company's 24-hour desk (P1–P7) as shipped.
pub const PROPERTY: &str = include_str!("../../policies/property.toml");

/// The schema this build reads.
const SCHEMA: i64 = 1;

/// The rules a penalty is derived from; only these may have an amount or a place in the precedence.
pub const PENALTY_RULES: [RuleId; 18] = [
    RuleId::T8,
    RuleId::T9,
    RuleId::T10,
    RuleId::T11,
    RuleId::T12,
    RuleId::T13,
    RuleId::T14,
    RuleId::T15,
    RuleId::S2,
    RuleId::S5,
    RuleId::D3,
    RuleId::D4,
    RuleId::D5,
    RuleId::D6,
    RuleId::D7,
    RuleId::D9,
    RuleId::P4,
    RuleId::P5,
];

/// What is wrong with a policy document, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyFault {
    /// Line of the document, from 1.
    pub line: usize,
    /// The key, such as `version[0].correction.window_days`.
    pub field: String,
    /// The row of the source document that the key carries out.
    pub rule: Option<RuleId>,
    /// In Chinese.
    pub message_zh: String,
    /// In English.
    pub message_en: String,
}

impl fmt::Display for PolicyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}: {}", self.line, self.field, self.message_en)?;
        self.rule.map_or(Ok(()), |rule| write!(f, " ({rule})"))
    }
}

impl PolicyDocument {
    /// Reads a document. Errors: every fault in it, in order of line.
    pub fn parse(text: &str) -> Result<Self, Vec<PolicyFault>> {
        let reader = Reader {
            text,
            faults: RefCell::default(),
        };
        let (root, errors) = DeTable::parse_recoverable(text);
        for error in errors {
            let line = error.span().map_or(1, |span| reader.line(span.start));
            reader.fault(
                line,
                "",
                None,
                format!("不是有效的 TOML:{}", error.message()),
                format!("not valid TOML: {}", error.message()),
            );
        }
        // A broken text would only make further faults of its own.
        let document = reader.is_clean().then(|| {
            document(&Section {
                reader: &reader,
                path: String::new(),
                line: 1,
                table: Some(root.get_ref()),
                known: RefCell::default(),
            })
        });
        let mut faults = reader.faults.into_inner();
        match document {
            Some(document) if faults.is_empty() => Ok(document),
            _ => {
                faults.sort_by(|a, b| (a.line, &a.field).cmp(&(b.line, &b.field)));
                Err(faults)
            }
        }
    }
}

struct Reader<'t> {
    text: &'t str,
    faults: RefCell<Vec<PolicyFault>>,
}

impl Reader<'_> {
    fn line(&self, offset: usize) -> usize {
        let before = self.text.as_bytes().iter().take(offset);
        1 + before.filter(|&&byte| byte == b'\n').count()
    }
    fn fault(&self, line: usize, field: &str, rule: Option<RuleId>, zh: String, en: String) {
        self.faults.borrow_mut().push(PolicyFault {
            line,
            field: field.to_owned(),
            rule,
            message_zh: zh,
            message_en: en,
        });
    }
    fn is_clean(&self) -> bool {
        self.faults.borrow().is_empty()
    }
}

/// A table being read. Getters note a fault and answer with a fallback, so that reading goes on to the next key; the
/// document is given out only when nothing was noted.
struct Section<'r, 't> {
    reader: &'r Reader<'t>,
    path: String,
    line: usize,
    /// None: the table itself is missing, which is one fault, not one for each of its keys.
    table: Option<&'r DeTable<'t>>,
    known: RefCell<BTreeSet<&'static str>>,
}

type Value<'r, 't> = &'r Spanned<DeValue<'t>>;

impl<'r, 't> Section<'r, 't> {
    fn field(&self, key: &str) -> String {
        if self.path.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.path)
        }
    }
    fn line_of(&self, value: Value<'r, 't>) -> usize {
        self.reader.line(value.span().start)
    }
    fn fault(&self, line: usize, key: &str, rule: Option<RuleId>, zh: String, en: String) {
        self.reader.fault(line, &self.field(key), rule, zh, en);
    }
    /// The line of a key that is there, else of the table.
    fn key_line(&self, key: &str) -> usize {
        self.table
            .and_then(|table| table.iter().find(|(name, _)| name.get_ref() == key))
            .map_or(self.line, |(name, _)| self.reader.line(name.span().start))
    }
    fn optional(&self, key: &'static str) -> Option<Value<'r, 't>> {
        self.known.borrow_mut().insert(key);
        let found = self.table?.iter().find(|(name, _)| name.get_ref() == key);
        found.map(|(_, value)| value)
    }
    fn required(&self, key: &'static str, rule: Option<RuleId>) -> Option<Value<'r, 't>> {
        let value = self.optional(key);
        if value.is_none() && self.table.is_some() {
            self.fault(
                self.line,
                key,
                rule,
                "缺少此项".into(),
                "this key is missing".into(),
            );
        }
        value
    }
    fn wrong_type(
        &self,
        value: Value<'r, 't>,
        key: &str,
        rule: Option<RuleId>,
        zh: &str,
        en: &str,
    ) {
        let found = value.get_ref().type_str();
        self.fault(
            self.line_of(value),
            key,
            rule,
            format!("应为{zh},实为 {found}"),
            format!("must be {en}, not {found}"),
        );
    }

    fn whole_of(
        &self,
        value: Value<'r, 't>,
        key: &str,
        range: RangeInclusive<i64>,
        rule: Option<RuleId>,
    ) -> i64 {
        let Some(integer) = value.get_ref().as_integer() else {
            self.wrong_type(value, key, rule, "整数", "a whole number");
            return *range.start();
        };
        let (low, high) = (range.start(), range.end());
        match i64::from_str_radix(integer.as_str(), integer.radix()) {
            Ok(number) if range.contains(&number) => number,
            Ok(number) if number < 0 => {
                self.fault(
                    self.line_of(value),
                    key,
                    rule,
                    format!("不能为负数:{number}"),
                    format!("must not be negative: {number}"),
                );
                *low
            }
            _ => {
                self.fault(
                    self.line_of(value),
                    key,
                    rule,
                    format!("{} 不合理,应在 {low} 到 {high} 之间", integer.as_str()),
                    format!(
                        "{} is absurd; it must lie from {low} to {high}",
                        integer.as_str()
                    ),
                );
                *low
            }
        }
    }
    fn whole(&self, key: &'static str, range: RangeInclusive<i64>, rule: Option<RuleId>) -> i64 {
        let fallback = *range.start();
        self.required(key, rule)
            .map_or(fallback, |value| self.whole_of(value, key, range, rule))
    }
    fn minutes(
        &self,
        key: &'static str,
        range: RangeInclusive<i64>,
        rule: Option<RuleId>,
    ) -> Minutes {
        Minutes(self.whole(key, range, rule))
    }
    fn count(&self, key: &'static str, range: RangeInclusive<i64>, rule: Option<RuleId>) -> u16 {
        u16::try_from(self.whole(key, range, rule)).unwrap_or(u16::MAX)
    }
    fn count_optional(&self, key: &'static str, range: RangeInclusive<i64>) -> Option<u16> {
        let value = self.optional(key)?;
        u16::try_from(self.whole_of(value, key, range, None)).ok()
    }
    fn flag(&self, key: &'static str, rule: Option<RuleId>) -> bool {
        let Some(value) = self.required(key, rule) else {
            return false;
        };
        value.get_ref().as_bool().unwrap_or_else(|| {
            self.wrong_type(value, key, rule, "true 或 false", "true or false");
            false
        })
    }
    fn text_of(&self, value: Value<'r, 't>, key: &str, rule: Option<RuleId>) -> Option<&'r str> {
        let text = value.get_ref().as_str();
        match text {
            None => self.wrong_type(value, key, rule, "文字", "text"),
            Some(text) if text.trim().is_empty() => self.fault(
                self.line_of(value),
                key,
                rule,
                "不能为空".into(),
                "must not be empty".into(),
            ),
            Some(_) => {}
        }
        text
    }
    fn text(&self, key: &'static str) -> String {
        self.required(key, None)
            .and_then(|value| self.text_of(value, key, None))
            .unwrap_or_default()
            .to_owned()
    }
    fn date_of(&self, value: Value<'r, 't>, key: &str) -> WorkDate {
        let text = match value.get_ref() {
            DeValue::Datetime(date) => date.to_string(),
            DeValue::String(text) => text.to_string(),
            _ => String::new(),
        };
        text.parse().unwrap_or_else(|_| {
            self.fault(
                self.line_of(value),
                key,
                None,
                "应为日期,如 2026-01-01".into(),
                "must be a date such as 2026-01-01".into(),
            );
            WorkDate(NaiveDate::default())
        })
    }
    fn time(&self, key: &'static str, rule: Option<RuleId>) -> DayMinute {
        let Some(value) = self.required(key, rule) else {
            return DayMinute(0);
        };
        let Some(text) = self.text_of(value, key, rule) else {
            return DayMinute(0);
        };
        text.parse().unwrap_or_else(|_| {
            self.fault(
                self.line_of(value),
                key,
                rule,
                format!("应为时刻,如 17:00,而不是 {text}"),
                format!("must be a time of day such as 17:00, not {text}"),
            );
            DayMinute(0)
        })
    }
    /// A word of a closed vocabulary, such as a role.
    fn word_of<T: DeserializeOwned>(
        &self,
        value: Value<'r, 't>,
        key: &str,
        rule: Option<RuleId>,
    ) -> Option<T> {
        let text = self.text_of(value, key, rule)?;
        match T::deserialize(StrDeserializer::<WordError>::new(text)) {
            Ok(word) => Some(word),
            Err(error) => {
                self.fault(
                    self.line_of(value),
                    key,
                    rule,
                    format!("不认识 {text}"),
                    error.to_string(),
                );
                None
            }
        }
    }
    fn word<T: DeserializeOwned>(&self, key: &'static str, rule: Option<RuleId>, fallback: T) -> T {
        self.required(key, rule)
            .and_then(|value| self.word_of(value, key, rule))
            .unwrap_or(fallback)
    }
    /// A list of such words, none twice.
    fn words_of<T: DeserializeOwned + Ord + Clone>(
        &self,
        value: Value<'r, 't>,
        key: &str,
        rule: Option<RuleId>,
    ) -> Vec<T> {
        let Some(items) = value.get_ref().as_array() else {
            self.wrong_type(value, key, rule, "列表", "a list");
            return Vec::new();
        };
        let mut words: Vec<T> = Vec::new();
        for item in items.iter() {
            let Some(word) = self.word_of(item, key, rule) else {
                continue;
            };
            if words.contains(&word) {
                let text = item.get_ref().as_str().unwrap_or_default();
                self.fault(
                    self.line_of(item),
                    key,
                    rule,
                    format!("{text} 列了两次"),
                    format!("{text} is listed twice"),
                );
            } else {
                words.push(word);
            }
        }
        words
    }
    fn words<T: DeserializeOwned + Ord + Clone>(
        &self,
        key: &'static str,
        rule: Option<RuleId>,
    ) -> Vec<T> {
        self.required(key, rule)
            .map(|value| self.words_of(value, key, rule))
            .unwrap_or_default()
    }
    /// Roles of which any one may act; at least one.
    fn approvers(&self, key: &'static str, rule: Option<RuleId>) -> Vec<Role> {
        let Some(value) = self.required(key, rule) else {
            return Vec::new();
        };
        let empty = value
            .get_ref()
            .as_array()
            .is_some_and(|items| items.is_empty());
        if empty {
            self.fault(
                self.line_of(value),
                key,
                rule,
                "至少要有一个审批人".into(),
                "somebody must be able to approve".into(),
            );
        }
        self.words_of(value, key, rule)
    }
    fn section_of(&self, value: Value<'r, 't>, path: String, line: usize) -> Section<'r, 't> {
        let table = value.get_ref().as_table();
        if table.is_none() {
            self.wrong_type(value, "", None, "表", "a table");
        }
        Section {
            reader: self.reader,
            path,
            line,
            table,
            known: RefCell::default(),
        }
    }
    fn section(&self, key: &'static str, rule: Option<RuleId>) -> Section<'r, 't> {
        match self.required(key, rule) {
            Some(value) => self.section_of(value, self.field(key), self.key_line(key)),
            None => Section {
                reader: self.reader,
                path: self.field(key),
                line: self.line,
                table: None,
                known: RefCell::default(),
            },
        }
    }
    fn sections(&self, key: &'static str, rule: Option<RuleId>) -> Vec<Section<'r, 't>> {
        let Some(value) = self.required(key, rule) else {
            return Vec::new();
        };
        let Some(items) = value.get_ref().as_array() else {
            self.wrong_type(value, key, rule, "表的列表", "a list of tables");
            return Vec::new();
        };
        items
            .iter()
            .enumerate()
            .map(|(index, item)| {
                let path = format!("{}[{index}]", self.field(key));
                self.section_of(item, path, self.line_of(item))
            })
            .collect()
    }
    /// A table that need not be there.
    fn section_if_any(&self, key: &'static str) -> Option<Section<'r, 't>> {
        let value = self.optional(key)?;
        Some(self.section_of(value, self.field(key), self.key_line(key)))
    }
    /// Tables that need not be there.
    fn sections_if_any(&self, key: &'static str, rule: Option<RuleId>) -> Vec<Section<'r, 't>> {
        match self.optional(key) {
            Some(_) => self.sections(key, rule),
            None => Vec::new(),
        }
    }
    /// A list of at least one word.
    fn some_words<T: DeserializeOwned + Ord + Clone>(
        &self,
        key: &'static str,
        rule: Option<RuleId>,
    ) -> Vec<T> {
        let words = self.words(key, rule);
        let named = self.optional(key);
        if let Some(value) =
            named.filter(|value| value.get_ref().as_array().is_some_and(|a| a.is_empty()))
        {
            self.fault(
                self.line_of(value),
                key,
                rule,
                "不能为空".into(),
                "must not be empty".into(),
            );
        }
        words
    }
    /// Notes every key that nobody asked for.
    fn finish(&self) {
        let known = self.known.borrow();
        for (name, _) in self.table.into_iter().flat_map(|table| table.iter()) {
            if !known.contains(name.get_ref().as_ref()) {
                self.fault(
                    self.reader.line(name.span().start),
                    name.get_ref(),
                    None,
                    "没有这一项".into(),
                    "there is no such key".into(),
                );
            }
        }
    }
}

fn document(root: &Section<'_, '_>) -> PolicyDocument {
    let schema = root.whole("schema", SCHEMA..=SCHEMA, None);
    let title = root.text("title");
    let source = root.text("source");
    let region = root.text("region");
    let sections = root.sections("version", None);
    if sections.is_empty() && root.optional("version").is_some() {
        root.fault(
            root.key_line("version"),
            "version",
            None,
            "至少要有一个版本".into(),
            "there must be a version".into(),
        );
    }
    let versions: Vec<Policy> = sections.iter().map(version).collect();
    check_ranges(&sections, &versions);
    root.finish();
    PolicyDocument {
        schema: u16::try_from(schema).unwrap_or_default(),
        title,
        source,
        region,
        versions,
    }
}

/// Versions follow each other: none overlaps another, no id twice. Gaps are allowed: nothing is in force then.
fn check_ranges(sections: &[Section<'_, '_>], versions: &[Policy]) {
    for (index, (section, version)) in sections.iter().zip(versions).enumerate() {
        for (before, earlier) in versions.iter().enumerate().take(index) {
            if earlier.id == version.id {
                section.fault(
                    section.key_line("id"),
                    "id",
                    None,
                    format!("编号 {} 与第 {} 个版本重复", version.id, before + 1),
                    format!("id {} is already that of version[{before}]", version.id),
                );
            }
            let overlap = version.effective_from
                <= earlier.effective_until.unwrap_or(WorkDate(NaiveDate::MAX))
                && earlier.effective_from
                    <= version.effective_until.unwrap_or(WorkDate(NaiveDate::MAX));
            if overlap {
                section.fault(
                    section.key_line("effective_from"),
                    "effective_from",
                    None,
                    format!("生效期与版本 {} 重叠", earlier.id),
                    format!("the effective range overlaps that of {}", earlier.id),
                );
            } else if version.effective_from < earlier.effective_from {
                section.fault(
                    section.key_line("effective_from"),
                    "effective_from",
                    None,
                    format!("应排在版本 {} 之前", earlier.id),
                    format!(
                        "belongs before {}: versions stand in effective order",
                        earlier.id
                    ),
                );
            }
        }
    }
}

fn version(section: &Section<'_, '_>) -> Policy {
    let id = PolicyVersionId::new(section.text("id"));
    let effective_from = section
        .required("effective_from", None)
        .map_or(WorkDate(NaiveDate::default()), |value| {
            section.date_of(value, "effective_from")
        });
    let effective_until = section
        .optional("effective_until")
        .map(|value| section.date_of(value, "effective_until"));
    if effective_until.is_some_and(|last| last < effective_from) {
        section.fault(
            section.key_line("effective_until"),
            "effective_until",
            None,
            "早于生效日".into(),
            "lies before effective_from".into(),
        );
    }
    let read = |key, rule| section.section(key, rule);
    let punch = punch(&read("punch", Some(RuleId::T5)));
    let correction = correction(&read("correction", Some(RuleId::T6)));
    let swap = swap(&read("swap", Some(RuleId::T9)));
    let leave = leave(&read("leave", Some(RuleId::T12)));
    let presence = presence(&read("presence", Some(RuleId::T10)));
    let phone = phone(&read("phone", Some(RuleId::T11)));
    let meal = meal(&read("meal", Some(RuleId::T13)));
    let overtime = overtime(&read("overtime", None));
    let law = law(&read("law", None));
    let sanction = sanction(&read("sanction", Some(RuleId::T16)), &law);
    let lateness = conduct::lateness(section);
    let meeting = conduct::meeting(section);
    let duty_table = duty_table(&read("duty_table", Some(RuleId::T3)));
    let roster = roster(&read("roster", Some(RuleId::T4)));
    let headcount = section.optional("headcount").map(|value| {
        let (path, line) = (section.field("headcount"), section.key_line("headcount"));
        headcount(&section.section_of(value, path, line))
    });
    let hours = section.section_if_any("hours");
    let hours = hours.map(|section| hours_of(&section));
    let handover = section
        .section_if_any("handover")
        .map(|section| handover(&section));
    let open_items = section
        .section_if_any("open_items")
        .map(|section| open_items(&section));
    let cover = section.sections_if_any("cover", Some(RuleId::P3));
    let cover = cover.iter().map(cover_of).collect();
    section.finish();
    Policy {
        id,
        effective_from,
        effective_until,
        punch,
        correction,
        swap,
        leave,
        presence,
        phone,
        meal,
        overtime,
        sanction,
        lateness,
        meeting,
        duty_table,
        roster,
        law,
        hours,
        headcount,
        handover,
        open_items,
        cover,
    }
}

fn punch(section: &Section<'_, '_>) -> PunchPolicy {
    let rule = Some(RuleId::T5);
    let policy = PunchPolicy {
        window_before_minutes: section.minutes("window_before_minutes", 0..=720, rule),
        window_after_minutes: section.minutes("window_after_minutes", 0..=720, rule),
        debounce_seconds: section.whole("debounce_seconds", 0..=600, rule),
        future_minutes_max: section.minutes("future_minutes_max", 0..=60, rule),
        age_minutes_max: section.minutes("age_minutes_max", 60..=44_640, rule),
        late_grace_minutes: section.minutes("late_grace_minutes", 0..=60, Some(RuleId::S5)),
        early_grace_minutes: section.minutes("early_grace_minutes", 0..=60, Some(RuleId::S5)),
        severe_late_minutes: section.optional("severe_late_minutes").map(|value| {
            let key = "severe_late_minutes";
            Minutes(section.whole_of(value, key, 1..=600, Some(RuleId::S5)))
        }),
        arrival_lead_minutes: section.minutes("arrival_lead_minutes", 0..=120, Some(RuleId::D5)),
    };
    if policy
        .severe_late_minutes
        .is_some_and(|tier| tier < policy.late_grace_minutes)
    {
        section.fault(
            section.key_line("severe_late_minutes"),
            "severe_late_minutes",
            Some(RuleId::S5),
            "不能小于迟到宽限".into(),
            "must not be below late_grace_minutes".into(),
        );
    }
    section.finish();
    policy
}

fn correction(section: &Section<'_, '_>) -> CorrectionPolicy {
    let policy = CorrectionPolicy {
        window_days: section.count("window_days", 0..=31, Some(RuleId::T6)),
        month_max: section.count("month_max", 0..=62, Some(RuleId::T7)),
        approvers: section.approvers("approvers", Some(RuleId::T6)),
    };
    section.finish();
    policy
}

fn swap(section: &Section<'_, '_>) -> ApprovalPolicy {
    let policy = ApprovalPolicy {
        approvers: section.approvers("approvers", Some(RuleId::T9)),
    };
    section.finish();
    policy
}

fn leave(section: &Section<'_, '_>) -> LeavePolicy {
    let policy = LeavePolicy {
        approvers: section.approvers("approvers", Some(RuleId::T12)),
        day_minutes: section.minutes("day_minutes", 60..=1440, Some(RuleId::T12)),
        balanced: section.words("balanced", Some(RuleId::T2)),
        evidence_required: section
            .optional("evidence_required")
            .map(|value| section.words_of(value, "evidence_required", Some(RuleId::T12)))
            .unwrap_or_default(),
        unit: leave::units(section),
        day_start: section
            .optional("day_start")
            .map(|_| section.time("day_start", Some(RuleId::T12))),
        annual: leave::annual(section),
        compensatory: leave::compensatory(section),
    };
    section.finish();
    policy
}

fn presence(section: &Section<'_, '_>) -> PresencePolicy {
    let rule = Some(RuleId::T10);
    let policy = PresencePolicy {
        offline_minutes_min: section.minutes("offline_minutes_min", 1..=480, rule),
        occurrences: section.count("occurrences", 1..=100, rule),
        counting: section.word("counting", rule, Counting::Once),
    };
    section.finish();
    policy
}

fn phone(section: &Section<'_, '_>) -> PhonePolicy {
    let rule = Some(RuleId::T11);
    let policy = PhonePolicy {
        rings_max: section.count("rings_max", 1..=60, rule),
        complaints: section.count("complaints", 1..=100, rule),
        counting: section.word("counting", rule, Counting::Once),
    };
    section.finish();
    policy
}

fn meal(section: &Section<'_, '_>) -> MealPolicy {
    let policy = MealPolicy {
        minutes_max: section.minutes("minutes_max", 5..=240, Some(RuleId::T13)),
        paid: section.flag("paid", Some(RuleId::T13)),
    };
    section.finish();
    policy
}

fn overtime(section: &Section<'_, '_>) -> OvertimePolicy {
    let policy = OvertimePolicy {
        minutes_min: section.minutes("minutes_min", 0..=480, None),
        approval_required: section.flag("approval_required", None),
        statutory_when_rostered: section.flag("statutory_when_rostered", None),
        request: section.section_if_any("request").map(|section| {
            let policy = OvertimeRequestPolicy {
                ahead_days: section.count("ahead_days", 0..=92, None),
                after_days: section.count("after_days", 0..=31, None),
            };
            section.finish();
            policy
        }),
    };
    section.finish();
    policy
}

fn sanction(section: &Section<'_, '_>, law: &LawPolicy) -> SanctionPolicy {
    let mode = section.word("mode", Some(RuleId::T16), SanctionMode::Off);
    if mode == SanctionMode::Money && law_is_read(section) && !law.fines_allowed {
        section.fault(
            section.key_line("mode"),
            "mode",
            Some(RuleId::T16),
            "该地区不允许罚款(law.fines_allowed = false),请用 points 或 off".into(),
            "the region allows no fines (law.fines_allowed = false): use points or off".into(),
        );
    }
    let chain: Vec<ChainStep> = section
        .sections("chain", Some(RuleId::T16))
        .iter()
        .map(|step| {
            let read = ChainStep {
                step: step.word("step", Some(RuleId::T16), SanctionStep::Approve),
                by: step.approvers("by", Some(RuleId::T16)),
            };
            step.finish();
            read
        })
        .collect();
    let ordered = chain.windows(2).all(|pair| match pair {
        [first, second] => first.step < second.step,
        _ => true,
    });
    let ends = chain
        .last()
        .is_some_and(|last| last.step == SanctionStep::Approve);
    if section.table.is_some() && !(ordered && ends) {
        section.fault(
            section.key_line("chain"),
            "chain",
            Some(RuleId::T16),
            "步骤应依次为 verify、balance、approve,每步至多一次,以 approve 结束".into(),
            "steps stand in the order verify, balance, approve, each at most once, and end with approve"
                .into(),
        );
    }
    let precedence: Vec<RuleId> = section.words("precedence", Some(RuleId::T16));
    for rule in &precedence {
        if !PENALTY_RULES.contains(rule) {
            section.fault(
                section.key_line("precedence"),
                "precedence",
                Some(*rule),
                format!("{rule} 不产生处罚"),
                format!("no penalty is derived from {rule}"),
            );
        }
    }
    let policy = SanctionPolicy {
        mode,
        chain,
        precedence,
        appeal_days: section.count("appeal_days", 0..=365, Some(RuleId::T16)),
        amount_fen: amounts(&section.section("amount_fen", Some(RuleId::T16)), 100_000)
            .into_iter()
            .map(|(rule, amount)| (rule, Fen(amount)))
            .collect(),
        amount_points: section
            .optional("amount_points")
            .map(|value| {
                let path = section.field("amount_points");
                let line = section.key_line("amount_points");
                amounts(&section.section_of(value, path, line), 1_000)
            })
            .unwrap_or_default(),
        range_fen: conduct::ranges(section, "range_fen", 1_000_000),
        range_points: conduct::ranges(section, "range_points", 1_000),
        cites: conduct::cites(section),
        recordable: section
            .optional("recordable")
            .map(|value| section.words_of(value, "recordable", Some(RuleId::D6)))
            .unwrap_or_default(),
        escalation: conduct::escalation(section),
        full_attendance: conduct::full_attendance(section),
    };
    conduct::check(section, &policy);
    if mode == SanctionMode::Points && policy.amount_points.is_empty() {
        section.fault(
            section.key_line("mode"),
            "mode",
            Some(RuleId::T16),
            "积分方式需要 amount_points".into(),
            "mode points needs amount_points".into(),
        );
    }
    section.finish();
    policy
}

/// Whether the law's own faults would not make a second one here.
fn law_is_read(section: &Section<'_, '_>) -> bool {
    !section
        .reader
        .faults
        .borrow()
        .iter()
        .any(|fault| fault.field.ends_with("law") || fault.field.ends_with("law.fines_allowed"))
}

/// A table from rule to amount.
fn amounts(section: &Section<'_, '_>, max: i64) -> BTreeMap<RuleId, i64> {
    let mut amounts = BTreeMap::new();
    for (name, value) in section.table.into_iter().flat_map(|table| table.iter()) {
        let text: &str = name.get_ref();
        let rule = RuleId::deserialize(StrDeserializer::<WordError>::new(text)).ok();
        match rule {
            Some(RuleId::S5) => section.fault(
                section.reader.line(name.span().start),
                text,
                Some(RuleId::S5),
                "迟到早退的金额写在 lateness 的分档里".into(),
                "amounts of lateness stand in the tiers of lateness".into(),
            ),
            Some(rule) if PENALTY_RULES.contains(&rule) => {
                amounts.insert(rule, section.whole_of(value, text, 0..=max, Some(rule)));
            }
            Some(rule) => section.fault(
                section.reader.line(name.span().start),
                text,
                Some(rule),
                format!("{rule} 不产生处罚"),
                format!("no penalty is derived from {rule}"),
            ),
            None => section.fault(
                section.reader.line(name.span().start),
                text,
                None,
                format!("没有规则 {text}"),
                format!("there is no rule {text}"),
            ),
        }
    }
    amounts
}

fn handover(section: &Section<'_, '_>) -> HandoverPolicy {
    let policy = HandoverPolicy {
        shifts: section.some_words("shifts", Some(RuleId::P5)),
        posts: section
            .sections_if_any("post", Some(RuleId::P6))
            .iter()
            .map(|post| {
                let read = HandoverPost {
                    name: post.text("name"),
                    shifts: post.some_words("shifts", Some(RuleId::P6)),
                };
                post.finish();
                read
            })
            .collect(),
    };
    section.finish();
    policy
}

fn open_items(section: &Section<'_, '_>) -> OpenItemsPolicy {
    let policy = OpenItemsPolicy {
        clock_out_refused: section.flag("clock_out_refused", Some(RuleId::S4)),
        overtime_counts: section.flag("overtime_counts", Some(RuleId::S4)),
    };
    section.finish();
    policy
}

fn cover_of(section: &Section<'_, '_>) -> CoverPolicy {
    let rule = Some(RuleId::P3);
    let skill = |key| {
        let value = section.required(key, rule);
        let text = value.and_then(|value| section.text_of(value, key, rule));
        SkillId::new(text.unwrap_or_default())
    };
    let policy = CoverPolicy {
        shifts: section.some_words("shifts", rule),
        holding: skill("holding"),
        serves: skill("serves"),
    };
    section.finish();
    policy
}

fn duty_table(section: &Section<'_, '_>) -> DutyTablePolicy {
    let rule = Some(RuleId::T3);
    let weekday = section.whole("due_weekday_from_monday", 0..=6, rule);
    let policy = DutyTablePolicy {
        due_weekday_from_monday: u8::try_from(weekday).unwrap_or_default(),
        due_at: section.time("due_at", rule),
    };
    section.finish();
    policy
}

fn roster(section: &Section<'_, '_>) -> RosterPolicy {
    let rule = Some(RuleId::T4);
    let policy = RosterPolicy {
        rest_minutes_min: section.minutes("rest_minutes_min", 0..=2880, rule),
        consecutive_days_max: section.count("consecutive_days_max", 1..=31, rule),
        consecutive_days_min: section.count("consecutive_days_min", 1..=31, rule),
        consecutive_days_off_min: section.count("consecutive_days_off_min", 1..=7, rule),
        weekends_max: section.count_optional("weekends_max", 0..=5),
        nights_max: section.count_optional("nights_max", 0..=31),
        contract_slack_minutes: section.minutes("contract_slack_minutes", 0..=10_000, rule),
        cost: costs(&section.section("cost", rule)),
        rules: section
            .section_if_any("rules")
            .map(|section| rules::rules(&section))
            .unwrap_or_default(),
    };
    if policy.consecutive_days_min > policy.consecutive_days_max {
        section.fault(
            section.key_line("consecutive_days_min"),
            "consecutive_days_min",
            rule,
            "大于 consecutive_days_max".into(),
            "exceeds consecutive_days_max".into(),
        );
    }
    section.finish();
    policy
}

fn headcount(section: &Section<'_, '_>) -> HeadcountPolicy {
    let rule = Some(RuleId::M9);
    let percent = |key| u8::try_from(section.whole(key, 0..=99, rule)).unwrap_or_default();
    let policy = HeadcountPolicy {
        week_minutes: section.minutes("week_minutes", 60..=10_080, rule),
        off_post_percent: percent("off_post_percent"),
        absence_percent: percent("absence_percent"),
    };
    if policy
        .off_post_percent
        .saturating_add(policy.absence_percent)
        >= 100
    {
        section.fault(
            section.key_line("absence_percent"),
            "absence_percent",
            rule,
            "与 off_post_percent 合计须小于 100".into(),
            "must leave something together with off_post_percent: less than 100".into(),
        );
    }
    section.finish();
    policy
}

fn costs(section: &Section<'_, '_>) -> BTreeMap<String, i64> {
    let cost = COST_NAMES
        .iter()
        .filter_map(|&name| {
            let value = section.optional(name)?;
            let cost = section.whole_of(value, name, 0..=1_000_000, Some(RuleId::T4));
            Some((name.to_owned(), cost))
        })
        .collect();
    section.finish();
    cost
}

fn law(section: &Section<'_, '_>) -> LawPolicy {
    let percent = section.whole("deduction_percent_max", 0..=100, None);
    let policy = LawPolicy {
        overtime_day_minutes_max: section.minutes("overtime_day_minutes_max", 0..=1440, None),
        overtime_month_minutes_max: section.minutes("overtime_month_minutes_max", 0..=20_000, None),
        overtime_workday_percent: section.count("overtime_workday_percent", 100..=1000, None),
        overtime_rest_day_percent: section.count("overtime_rest_day_percent", 100..=1000, None),
        overtime_statutory_percent: section.count("overtime_statutory_percent", 100..=1000, None),
        week_rest_days_min: section.count("week_rest_days_min", 0..=7, None),
        fines_allowed: section.flag("fines_allowed", None),
        protected_no_nights: section.flag("protected_no_nights", None),
        protected_no_overtime: section.flag("protected_no_overtime", None),
        deduction_percent_max: u8::try_from(percent).unwrap_or_default(),
        wage_min: Fen(section.whole("wage_min", 0..=10_000_000, None)),
        wage_share: word_if(section, "wage_share"),
        paid_days_hundredths: section
            .count_optional("paid_days_hundredths", 1..=3_100)
            .unwrap_or(2175),
    };
    section.finish();
    policy
}

/// A word that may be missing.
fn word_if<T: DeserializeOwned + Default>(section: &Section<'_, '_>, key: &'static str) -> T {
    let value = section.optional(key);
    value
        .and_then(|value| section.word_of(value, key, None))
        .unwrap_or_default()
}

fn hours_of(section: &Section<'_, '_>) -> HoursPolicy {
    let policy = HoursPolicy {
        regime: section.word("regime", None, Regime::Standard),
        period: word_if(section, "period"),
        day_minutes: section.minutes("day_minutes", 60..=1440, None),
        overtime_average_minutes_max: section.minutes(
            "overtime_average_minutes_max",
            0..=20_000,
            None,
        ),
    };
    section.finish();
    policy
}
