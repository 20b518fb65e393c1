//! The words of the pages, in the reader's language, and how dates, times and amounts are written in it.

use chrono::{Datelike, NaiveDate, NaiveDateTime, Timelike};
use domain::day::{DayStatus, RequestStatus};
use domain::event::{
    Complainant, DayKind, Edge, LeaveKind, LeaveSpan, PunchKind, Side, Suspicion, Tier,
};
use domain::policy::SanctionStep;
use domain::quantities::{Fen, Minutes};
use domain::refusal::Lang;
use domain::shift::Segment;
use domain::who::Role;
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

    /// A role.
    pub fn role(&self, role: &Role) -> &'static str {
        self.word(match role {
            Role::Staff => "role.staff",
            Role::Lead => "role.lead",
            Role::Hr => "role.hr",
            Role::GmOffice => "role.gm",
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

    /// Why a punch is not taken at face value.
    pub fn suspicion(&self, suspicion: &Suspicion) -> &'static str {
        self.word(match suspicion {
            Suspicion::DeviceClock => "suspicion.device_clock",
        })
    }
}
