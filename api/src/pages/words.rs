//! The words of the pages, in the reader's language, and how dates, times and amounts are written in it.

use chrono::{Datelike, NaiveDate, NaiveDateTime, Timelike};
use domain::day::{DayStatus, RequestStatus};
use domain::event::{
    Category, Complainant, DayKind, Edge, LeaveKind, LeaveSpan, PunchKind, Side, Tier,
};
use domain::policy::SanctionStep;
use domain::quantities::{Fen, Minutes};
use domain::refusal::Lang;
use domain::shift::Segment;
use domain::work_date::{DayMinute, Month, WorkDate, Zone};
use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::LazyLock;

type Table = BTreeMap<String, String>;

/// Reads a locale file. A fault in an embedded file is a fault of the build; a test reads both.
fn read(text: &str) -> Table {
    serde_json::from_str(text).unwrap_or_default()
}

static ZH: LazyLock<Table> = LazyLock::new(|| read(include_str!("../../locales/zh.json")));
static EN: LazyLock<Table> = LazyLock::new(|| read(include_str!("../../locales/en.json")));

/// The words of one language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words {
    /// Which.
    pub lang: Lang,
}

impl Words {
    /// Words in `lang`.
    pub fn new(lang: Lang) -> Self {
        Self { lang }
    }

    fn table(self) -> &'static Table {
        match self.lang {
            Lang::Zh => &ZH,
            Lang::En => &EN,
        }
    }

    /// The words behind `key`. A test keeps every key in both files, so the key itself is never shown.
    pub fn t<'a>(&self, key: &'a str) -> &'a str {
        self.table().get(key).map_or(key, String::as_str)
    }

    /// The words behind `key`, with `{0}` replaced.
    pub fn f(&self, key: &str, first: impl Display) -> String {
        self.t(key).replace("{0}", &first.to_string())
    }

    /// The words behind `key`, with `{0}` and `{1}` replaced.
    pub fn f2(&self, key: &str, first: impl Display, second: impl Display) -> String {
        self.f(key, first).replace("{1}", &second.to_string())
    }

    /// The words behind `key`, with `{0}`, `{1}` and `{2}` replaced.
    pub fn f3(
        &self,
        key: &str,
        first: impl Display,
        second: impl Display,
        third: impl Display,
    ) -> String {
        self.f2(key, first, second)
            .replace("{2}", &third.to_string())
    }

    /// A count with its noun: key `x.one` for one, `x.many` otherwise.
    pub fn n(&self, key: &str, count: impl Display) -> String {
        let count = count.to_string();
        let form = if count == "1" { "one" } else { "many" };
        self.f(&format!("{key}.{form}"), count)
    }

    /// Both languages know the tag, for the `lang` attribute.
    pub fn tag(&self) -> &'static str {
        match self.lang {
            Lang::Zh => "zh-Hans",
            Lang::En => "en",
        }
    }

    /// The tag of the other language, for the switch.
    pub fn other(&self) -> &'static str {
        match self.lang {
            Lang::Zh => "en",
            Lang::En => "zh",
        }
    }

    /// `12月8日` or `8 Dec`.
    pub fn day(&self, date: &WorkDate) -> String {
        match self.lang {
            Lang::Zh => format!("{}月{}日", date.0.month(), date.0.day()),
            Lang::En => date.0.format("%-d %b").to_string(),
        }
    }

    /// `12月8日 周二` or `Tue 8 Dec`.
    pub fn date(&self, date: &WorkDate) -> String {
        match self.lang {
            Lang::Zh => format!("{} 周{}", self.day(date), self.weekday(date)),
            Lang::En => date.0.format("%a %-d %b").to_string(),
        }
    }

    /// `二` or `Tu`.
    pub fn weekday(&self, date: &WorkDate) -> &'static str {
        let names = match self.lang {
            Lang::Zh => ["一", "二", "三", "四", "五", "六", "日"],
            Lang::En => ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"],
        };
        names[date.weekday_from_monday() as usize % 7]
    }

    /// The weekdays' short names, Monday first.
    pub fn weekdays(&self) -> [&'static str; 7] {
        let monday = WorkDate(NaiveDate::default()).week_start();
        std::array::from_fn(|n| self.weekday(&monday.plus_days(n as i64)))
    }

    /// `2026年12月` or `December 2026`.
    pub fn month(&self, month: &Month) -> String {
        match self.lang {
            Lang::Zh => format!("{}年{}月", month.year(), month.number()),
            Lang::En => month.first().0.format("%B %Y").to_string(),
        }
    }

    /// `12月8日 周二 09:00`.
    pub fn moment(&self, at: &NaiveDateTime) -> String {
        format!(
            "{} {:02}:{:02}",
            self.date(&WorkDate(at.date())),
            at.hour(),
            at.minute()
        )
    }

    /// An instant as the site's clocks show it: `12月8日 周二 09:00`.
    pub fn at(&self, zone: &Zone, instant: &chrono::DateTime<chrono::Utc>) -> String {
        self.moment(&zone.civil(*instant))
    }

    /// `09:00–13:00` of a segment.
    pub fn segment(&self, segment: &Segment) -> String {
        format!("{}–{}", segment.start, segment.end)
    }

    /// `09:00–13:00, 14:00–18:00`.
    pub fn segments(&self, segments: &[Segment]) -> String {
        let parts: Vec<String> = segments.iter().map(|s| self.segment(s)).collect();
        parts.join(self.t("list.separator"))
    }

    /// `12:05–12:40` of something that starts and lasts.
    pub fn window(&self, start: &DayMinute, minutes: &Minutes) -> String {
        let end = DayMinute(start.0 + i32::try_from(minutes.0).unwrap_or(0));
        format!("{start}–{end}")
    }

    /// `7 小时 30 分` or `7 h 30 min`.
    pub fn duration(&self, minutes: &Minutes) -> String {
        let (sign, total) = (
            if minutes.0 < 0 { "−" } else { "" },
            minutes.0.unsigned_abs(),
        );
        match (total / 60, total % 60) {
            (0, rest) => format!("{sign}{rest} {}", self.t("unit.minutes")),
            (hours, 0) => format!("{sign}{hours} {}", self.t("unit.hours")),
            (hours, rest) => format!(
                "{sign}{hours} {} {rest} {}",
                self.t("unit.hours"),
                self.t("unit.minutes")
            ),
        }
    }

    /// Hours with one decimal, such as `176.5`; exact to the nearest six minutes below.
    pub fn hours(&self, minutes: &Minutes) -> String {
        let tenths = minutes.0 / 6;
        if tenths % 10 == 0 {
            format!("{}", tenths / 10)
        } else {
            format!("{}.{}", tenths / 10, (tenths % 10).abs())
        }
    }

    /// `¥10` or `−¥10.50`.
    pub fn money(&self, amount: &Fen) -> String {
        let (sign, fen) = (if amount.0 < 0 { "−" } else { "" }, amount.0.unsigned_abs());
        match fen % 100 {
            0 => format!("{sign}¥{}", fen / 100),
            rest => format!("{sign}¥{}.{rest:02}", fen / 100),
        }
    }

    /// The name of a punch.
    pub fn punch(&self, kind: &PunchKind) -> &'static str {
        self.word(match kind {
            PunchKind::In => "punch.kind.in",
            PunchKind::Out => "punch.kind.out",
            PunchKind::MealStart => "punch.kind.meal_start",
            PunchKind::MealEnd => "punch.kind.meal_end",
        })
    }

    /// Like [`Self::t`] for keys known to the program.
    fn word(&self, key: &'static str) -> &'static str {
        self.table().get(key).map_or(key, String::as_str)
    }

    /// The punch that is missing: `上班卡`, `第 2 段下班卡`.
    pub fn edge(&self, edge: &Edge) -> String {
        let side = self.side(&edge.side);
        match edge.segment {
            0 => side.to_owned(),
            n => self.f2("edge.segment", u16::from(n) + 1, side),
        }
    }

    /// `上班卡` or `下班卡`.
    pub fn side(&self, side: &Side) -> &'static str {
        self.word(match side {
            Side::In => "edge.in",
            Side::Out => "edge.out",
        })
    }

    /// The name of a kind of leave.
    pub fn leave(&self, kind: &LeaveKind) -> &'static str {
        self.word(match kind {
            LeaveKind::Personal => "leave.personal",
            LeaveKind::Sick => "leave.sick",
            LeaveKind::Annual => "leave.annual",
            LeaveKind::Compensatory => "leave.compensatory",
            LeaveKind::Marriage => "leave.marriage",
            LeaveKind::Maternity => "leave.maternity",
            LeaveKind::Paternity => "leave.paternity",
            LeaveKind::Bereavement => "leave.bereavement",
        })
    }

    /// `09:00–13:00` of two times.
    pub fn stretch(&self, start: &DayMinute, end: &DayMinute) -> String {
        format!("{start}–{end}")
    }

    /// A time as an input of its kind shows it: one past midnight without its day.
    pub fn clock(&self, minute: &DayMinute) -> String {
        DayMinute(minute.0.rem_euclid(1440)).to_string()
    }

    /// The name of a kind of worker.
    pub fn category(&self, category: &Category) -> &'static str {
        projections::category_words(*category, self.lang)
    }

    /// `12月8日 – 12月9日` or `12月8日 13:00–18:00`.
    pub fn span(&self, span: &LeaveSpan) -> String {
        match span.window {
            Some((from, until)) => format!("{} {from}–{until}", self.date(&span.first)),
            None if span.first == span.last => self.date(&span.first),
            None => format!("{} – {}", self.date(&span.first), self.date(&span.last)),
        }
    }

    /// Where a request stands.
    pub fn request(&self, status: &RequestStatus) -> &'static str {
        self.word(match status {
            RequestStatus::Pending => "status.pending",
            RequestStatus::Approved => "status.approved",
            RequestStatus::Refused => "status.refused",
            RequestStatus::Withdrawn => "status.withdrawn",
        })
    }

    /// What kind of day it turned out to be.
    pub fn day_status(&self, status: &DayStatus) -> &'static str {
        self.word(match status {
            DayStatus::Unrostered => "day.unrostered",
            DayStatus::DayOff => "day.off",
            DayStatus::Open => "day.open",
            DayStatus::OnLeave => "day.on_leave",
            DayStatus::Worked => "day.worked",
            DayStatus::AbsencePending => "day.absence_pending",
            DayStatus::Absent => "day.absent",
        })
    }

    /// What a calendar says of a day.
    pub fn day_kind(&self, kind: &DayKind) -> &'static str {
        self.word(match kind {
            DayKind::Statutory => "day.kind.statutory",
            DayKind::AdjustedRest => "day.kind.adjusted_rest",
            DayKind::MakeUpWorkday => "day.kind.make_up",
        })
    }

    /// A step of the sanction chain.
    pub fn step(&self, step: &SanctionStep) -> &'static str {
        self.word(match step {
            SanctionStep::Verify => "step.verify",
            SanctionStep::Balance => "step.balance",
            SanctionStep::Approve => "step.approve",
        })
    }

    /// How far a shortfall goes.
    pub fn tier(&self, tier: &Tier) -> &'static str {
        self.word(match tier {
            Tier::Minimum => "tier.minimum",
            Tier::OnPost => "tier.on_post",
            Tier::Standby => "tier.standby",
            Tier::Shift => "tier.shift",
            Tier::Target => "tier.target",
        })
    }

    /// Who complained.
    pub fn complainant(&self, who: &Complainant) -> &'static str {
        self.word(match who {
            Complainant::Customer => "complainant.customer",
            Complainant::Colleague => "complainant.colleague",
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::{Path, PathBuf};

    fn keys(text: &str) -> BTreeSet<String> {
        let table: Table = serde_json::from_str(text).unwrap();
        table.into_keys().collect()
    }

    fn files(folder: &str, ending: &str) -> Vec<(PathBuf, String)> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let found: Vec<(PathBuf, String)> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|found| found == ending))
            .map(|path| (path.clone(), fs::read_to_string(&path).unwrap()))
            .collect();
        assert!(!found.is_empty(), "no .{ending} files");
        found
    }

    /// The string literals of a source text.
    fn literals(text: &str) -> impl Iterator<Item = &str> {
        text.split('"').skip(1).step_by(2)
    }

    /// Looks like a key: `punch.kind.in`.
    fn is_key(text: &str, first_parts: &BTreeSet<&str>) -> bool {
        let plain = |part: &str| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
        };
        let mut parts = text.split('.');
        parts.next().is_some_and(|part| first_parts.contains(part))
            && text.contains('.')
            && parts.all(plain)
    }

    #[test]
    fn both_languages_say_the_same_things() {
        let (zh, en) = (
            keys(include_str!("../../locales/zh.json")),
            keys(include_str!("../../locales/en.json")),
        );
        assert_eq!(
            zh.difference(&en).collect::<Vec<_>>(),
            Vec::<&String>::new(),
            "only in zh"
        );
        assert_eq!(
            en.difference(&zh).collect::<Vec<_>>(),
            Vec::<&String>::new(),
            "only in en"
        );
        for key in &zh {
            let holes = |table: &Table| ["{0}", "{1}", "{2}"].map(|hole| table[key].contains(hole));
            assert_eq!(
                holes(&ZH),
                holes(&EN),
                "{key}: both have the same places to fill"
            );
        }
    }

    #[test]
    fn every_key_in_use_has_words_and_every_word_is_used() {
        let known = keys(include_str!("../../locales/zh.json"));
        let first_parts: BTreeSet<&str> = known
            .iter()
            .filter_map(|key| key.split('.').next())
            .collect();
        let mut used = BTreeSet::new();
        for (path, text) in files("templates", "html") {
            // In a template a key is the first thing handed to `w`.
            for call in text.split("w.").skip(1) {
                let Some((name, rest)) = call.split_once("(\"") else {
                    continue;
                };
                if !matches!(name, "t" | "f" | "f2" | "f3" | "n") {
                    continue;
                }
                let key = rest.split('"').next().unwrap();
                let forms = if name == "n" {
                    vec![format!("{key}.one"), format!("{key}.many")]
                } else {
                    vec![key.to_owned()]
                };
                for form in forms {
                    assert!(
                        known.contains(&form),
                        "{}: {form:?} has no words",
                        path.display()
                    );
                    used.insert(form);
                }
            }
        }
        for (path, text) in files("src/pages", "rs") {
            let code = text.split("#[cfg(test)]").next().unwrap();
            let code: String = code
                .lines()
                .filter(|line| !line.trim_start().starts_with("//"))
                .collect();
            for literal in literals(&code) {
                // A title that is a key may have its text beside it.
                for key in [
                    literal.to_owned(),
                    format!("{literal}.text"),
                    format!("{literal}.one"),
                    format!("{literal}.many"),
                ] {
                    if known.contains(&key) {
                        used.insert(key);
                    }
                }
                let file = literal.ends_with(".html")
                    || literal.ends_with(".css")
                    || literal.ends_with(".js")
                    || literal.ends_with(".svg");
                if is_key(literal, &first_parts) && !file {
                    assert!(
                        known.contains(literal),
                        "{}: {literal:?} has no words",
                        path.display()
                    );
                }
            }
        }
        let unused: Vec<&String> = known.difference(&used).collect();
        assert_eq!(unused, Vec::<&String>::new(), "words nobody says");
    }

    #[test]
    fn times_and_amounts_read_well() {
        let (zh, en) = (Words::new(Lang::Zh), Words::new(Lang::En));
        let date: WorkDate = "2026-12-08".parse().unwrap();
        assert_eq!(zh.date(&date), "12月8日 周二");
        assert_eq!(en.date(&date), "Tue 8 Dec");
        for (minutes, words) in [
            (0, "0 分"),
            (35, "35 分"),
            (60, "1 小时"),
            (475, "7 小时 55 分"),
            (-90, "−1 小时 30 分"),
        ] {
            assert_eq!(zh.duration(&Minutes(minutes)), words);
        }
        for (minutes, words) in [(480, "8"), (475, "7.9"), (10560, "176")] {
            assert_eq!(en.hours(&Minutes(minutes)), words);
        }
        for (fen, words) in [(1000, "¥10"), (-1050, "−¥10.50"), (5, "¥0.05")] {
            assert_eq!(en.money(&Fen(fen)), words);
        }
        let night = [Segment {
            start: DayMinute(1320),
            end: DayMinute(1800),
        }];
        assert_eq!(zh.segments(&night), "22:00–06:00+1");
        assert_eq!(en.n("penalties.waiting", 1), "1 waits for me");
        assert_eq!(en.n("penalties.waiting", 2), "2 wait for me");
    }
}
