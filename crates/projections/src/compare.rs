//! Two states of a desk's month, compared person by person, in words.

use crate::error::Result;
use crate::query::{SanctionKind, View};
use crate::words::{leave_kind_words, rule_words};
use domain::event::LeaveKind;
use domain::ids::{DeskId, RuleId, StaffId};
use domain::policy::SanctionMode;
use domain::quantities::{Fen, Minutes};
use domain::refusal::Lang;
use domain::summary::MonthSummary;
use domain::work_date::Month;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// In what a figure is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Days.
    Days,
    /// Times.
    Times,
    /// Minutes.
    Minutes,
    /// Fen.
    Fen,
    /// Points.
    Points,
}

/// A figure of a person's month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Figure {
    /// A column of the attendance report, by its place in [`COLUMNS`].
    Column(usize),
    /// Leave of a kind.
    Leave(LeaveKind),
    /// How often a rule proposes a penalty.
    Proposals(RuleId),
    /// What a rule's penalties amount to, as they stand in the chain; in points or not.
    Proposed(RuleId, bool),
    /// What of a rule's penalties reaches payroll.
    Deducted(RuleId),
}

type Column = (&'static str, &'static str, Unit, fn(&MonthSummary) -> i64);

const COLUMNS: [Column; 21] = [
    ("应出勤", "due", Unit::Days, |m| m.due_days.into()),
    ("实出勤", "attended", Unit::Days, |m| {
        m.attended_days.into()
    }),
    ("休息", "rest days", Unit::Days, |m| m.rest_days.into()),
    ("待定", "undecided", Unit::Days, |m| {
        m.undecided_days.into()
    }),
    ("工作时长", "worked", Unit::Minutes, |m| {
        m.worked_minutes.0
    }),
    ("迟到次数", "late", Unit::Times, |m| m.late_count.into()),
    ("迟到时长", "late by", Unit::Minutes, |m| {
        m.late_minutes.0
    }),
    ("严重迟到", "severely late", Unit::Times, |m| {
        m.severe_late_count.into()
    }),
    ("早退次数", "early", Unit::Times, |m| {
        m.early_count.into()
    }),
    ("早退时长", "early by", Unit::Minutes, |m| {
        m.early_minutes.0
    }),
    ("上班缺卡", "in-punches missed", Unit::Times, |m| {
        m.missed_in_count.into()
    }),
    ("下班缺卡", "out-punches missed", Unit::Times, |m| {
        m.missed_out_count.into()
    }),
    ("旷工", "absent", Unit::Days, |m| m.absent_days.into()),
    ("补卡", "corrections", Unit::Times, |m| {
        m.correction_count.into()
    }),
    (
        "工作日加班",
        "overtime, working day",
        Unit::Minutes,
        |m| m.overtime.workday.0,
    ),
    (
        "休息日加班",
        "overtime, rest day",
        Unit::Minutes,
        |m| m.overtime.rest_day.0,
    ),
    (
        "法定节假日加班",
        "overtime, statutory holiday",
        Unit::Minutes,
        |m| m.overtime.statutory.0,
    ),
    ("夜班", "night shifts", Unit::Times, |m| {
        m.night_count.into()
    }),
    ("用餐超时", "meals over time", Unit::Times, |m| {
        m.meal_over_count.into()
    }),
    ("奖励", "rewards", Unit::Fen, |m| m.rewards.0),
    ("调整", "adjustments", Unit::Fen, |m| m.adjustments.0),
];

impl Figure {
    fn unit(self) -> Unit {
        match self {
            Self::Column(index) => COLUMNS.get(index).map_or(Unit::Times, |column| column.2),
            Self::Leave(_) => Unit::Minutes,
            Self::Proposals(_) => Unit::Times,
            Self::Proposed(_, true) => Unit::Points,
            Self::Proposed(_, false) | Self::Deducted(_) => Unit::Fen,
        }
    }

    fn words(self, lang: Lang) -> String {
        let say = |zh: &str, en: &str| match lang {
            Lang::Zh => zh.to_owned(),
            Lang::En => en.to_owned(),
        };
        match self {
            Self::Column(index) => COLUMNS
                .get(index)
                .map_or_else(String::new, |column| say(column.0, column.1)),
            Self::Leave(kind) => leave_kind_words(kind, lang).to_owned(),
            Self::Proposals(rule) => {
                format!("{} {}", rule_words(rule, lang), say("次数", "incidents"))
            }
            Self::Proposed(rule, _) => {
                format!("{} {}", rule_words(rule, lang), say("建议", "proposed"))
            }
            Self::Deducted(rule) => {
                format!("{} {}", rule_words(rule, lang), say("扣款", "deducted"))
            }
        }
    }

    fn rule(self) -> Option<RuleId> {
        match self {
            Self::Proposals(rule) | Self::Proposed(rule, _) | Self::Deducted(rule) => Some(rule),
            Self::Column(_) | Self::Leave(_) => None,
        }
    }
}

/// Everybody's figures of one month in one state of the books.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MonthFigures {
    people: BTreeMap<StaffId, (String, BTreeMap<Figure, i64>)>,
}

/// One figure of one person that is not the same in two states.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Which month.
    pub month: Month,
    /// Whose.
    pub staff: StaffId,
    /// 姓名
    pub name: String,
    #[serde(skip)]
    figure: Figure,
    /// By which rule, if it is about a penalty.
    pub rule: Option<RuleId>,
    /// What, in Chinese.
    pub figure_zh: String,
    /// What, in English.
    pub figure_en: String,
    /// In what it is counted.
    pub unit: Unit,
    /// In the first state.
    pub before: i64,
    /// In the second.
    pub after: i64,
}

impl Change {
    /// As a sentence.
    pub fn words(&self, lang: Lang) -> String {
        let figure = match lang {
            Lang::Zh => &self.figure_zh,
            Lang::En => &self.figure_en,
        };
        format!(
            "{} {} {}: {} → {}",
            self.month,
            self.name,
            figure,
            amount(self.before, self.unit, lang),
            amount(self.after, self.unit, lang)
        )
    }
}

/// One figure over everybody it changed for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Total {
    /// By which rule, if it is about a penalty.
    pub rule: Option<RuleId>,
    /// What, in Chinese.
    pub figure_zh: String,
    /// What, in English.
    pub figure_en: String,
    /// In what it is counted.
    pub unit: Unit,
    /// People it changed for.
    pub people: usize,
    /// Their sum in the first state.
    pub before: i64,
    /// In the second.
    pub after: i64,
}

/// Changes summed by figure, in the order of the report.
pub fn totals(changes: &[Change]) -> Vec<Total> {
    let mut sums: BTreeMap<Figure, (Total, BTreeSet<&StaffId>)> = BTreeMap::new();
    for change in changes {
        let (total, people) = sums.entry(change.figure).or_insert_with(|| {
            let total = Total {
                rule: change.rule,
                figure_zh: change.figure_zh.clone(),
                figure_en: change.figure_en.clone(),
                unit: change.unit,
                people: 0,
                before: 0,
                after: 0,
            };
            (total, BTreeSet::new())
        });
        people.insert(&change.staff);
        total.people = people.len();
        total.before += change.before;
        total.after += change.after;
    }
    sums.into_values().map(|(total, _)| total).collect()
}

/// A number with its unit.
pub fn amount(number: i64, unit: Unit, lang: Lang) -> String {
    match (unit, lang) {
        (Unit::Days, Lang::Zh) => format!("{number}天"),
        (Unit::Days, Lang::En) => format!("{number} d"),
        (Unit::Times, Lang::Zh) => format!("{number}次"),
        (Unit::Times, Lang::En) => format!("{number}×"),
        (Unit::Minutes, Lang::Zh) => format!("{}分钟", Minutes(number)),
        (Unit::Minutes, Lang::En) => format!("{} min", Minutes(number)),
        (Unit::Fen, Lang::Zh) => format!("{}元", Fen(number)),
        (Unit::Fen, Lang::En) => format!("¥{}", Fen(number)),
        (Unit::Points, Lang::Zh) => format!("{number}分"),
        (Unit::Points, Lang::En) => format!("{number} points"),
    }
}

impl View<'_> {
    /// The figures of a desk's month: of a closed month those it was closed on.
    pub fn month_figures(&self, desk: &DeskId, month: Month) -> Result<MonthFigures> {
        let mut people: BTreeMap<StaffId, (String, BTreeMap<Figure, i64>)> = BTreeMap::new();
        for person in self.month_summary(desk, month)? {
            let mut figures = BTreeMap::new();
            for (index, column) in COLUMNS.iter().enumerate() {
                figures.insert(Figure::Column(index), column.3(&person.summary));
            }
            for (kind, minutes) in &person.summary.leave_minutes {
                figures.insert(Figure::Leave(*kind), minutes.0);
            }
            for (rule, fen) in &person.summary.penalties {
                figures.insert(Figure::Deducted(*rule), fen.0);
            }
            people.insert(person.staff.staff, (person.staff.name, figures));
        }
        for row in self.penalties(desk, month)? {
            let (SanctionKind::Penalty, Some(rule), Some(proposed)) =
                (row.kind, row.rule, row.proposed_amount)
            else {
                continue;
            };
            let (_, figures) = people
                .entry(row.staff)
                .or_insert_with(|| (row.name, BTreeMap::new()));
            *figures.entry(Figure::Proposals(rule)).or_default() += 1;
            let in_points = row.mode == SanctionMode::Points;
            *figures
                .entry(Figure::Proposed(rule, in_points))
                .or_default() += proposed.0;
        }
        Ok(MonthFigures { people })
    }
}

/// What differs between two states of a month, by person and figure. A figure that one state does not have is zero there.
pub fn compare(month: Month, before: &MonthFigures, after: &MonthFigures) -> Vec<Change> {
    let everybody: BTreeSet<&StaffId> = before.people.keys().chain(after.people.keys()).collect();
    let mut changes = Vec::new();
    for staff in everybody {
        let (was, is) = (before.people.get(staff), after.people.get(staff));
        let name = is.or(was).map(|(name, _)| name.clone());
        let known = was
            .iter()
            .chain(&is)
            .flat_map(|(_, figures)| figures.keys());
        let figures: BTreeSet<Figure> = known.copied().collect();
        for figure in figures {
            let number = |person: Option<&(String, BTreeMap<Figure, i64>)>| {
                person
                    .and_then(|(_, figures)| figures.get(&figure).copied())
                    .unwrap_or(0)
            };
            let (before, after) = (number(was), number(is));
            if before != after {
                changes.push(Change {
                    month,
                    staff: staff.clone(),
                    name: name.clone().unwrap_or_default(),
                    figure,
                    rule: figure.rule(),
                    figure_zh: figure.words(Lang::Zh),
                    figure_en: figure.words(Lang::En),
                    unit: figure.unit(),
                    before,
                    after,
                });
            }
        }
    }
    changes
}
