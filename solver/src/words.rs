//! Facts, shortfalls and repairs in words, Chinese and English.

use crate::explain::Stretch;
use crate::plan::{Fact, FactKind, Shortfall, Tier, Words};
use crate::problem::{CostTerm, PersonId, Problem, ShiftId};

/// `20:00`; after midnight `24:00` and on, as duty tables write it.
fn clock(minute: i64) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

pub(crate) fn name<'a>(problem: &'a Problem, id: &'a PersonId) -> &'a str {
    problem
        .people
        .iter()
        .find(|p| &p.id == id)
        .map_or(id.as_str(), |p| p.name.as_str())
}

pub(crate) fn date(problem: &Problem, day: usize) -> &str {
    problem.days.get(day).map_or("?", |d| d.date.as_str())
}

/// A fact, with the person's name.
pub(crate) fn fact(problem: &Problem, fact: &Fact) -> Words {
    let who = name(problem, &fact.person);
    let day = date(problem, fact.day);
    let (zh, en) = match &fact.kind {
        FactKind::Unavailable(cause) => (
            format!("{who}{day}{}", cause.zh),
            format!("{who}: {} on {day}", cause.en),
        ),
        FactKind::Locked(None) => (
            format!("{who}{day}锁定休息"),
            format!("{who}: locked off on {day}"),
        ),
        FactKind::Locked(Some(shift)) => {
            let shift = problem
                .shifts
                .iter()
                .find(|s| &s.id == shift)
                .map_or(shift.as_str(), |s| s.name.as_str());
            (
                format!("{who}{day}锁定{shift}"),
                format!("{who}: locked to {shift} on {day}"),
            )
        }
        FactKind::Rest => {
            let hours = problem.rules.rest_minutes_min as f64 / 60.0;
            (
                format!("{who}班间休息不足{hours}小时或班次衔接不允许"),
                format!("{who}: rest of {hours} h between shifts, or a forbidden succession"),
            )
        }
        FactKind::ConsecutiveWorkDaysMax => (
            format!("{who}连续上班天数上限"),
            format!("{who}: most working days in a row"),
        ),
        FactKind::ConsecutiveWorkDaysMin => (
            format!("{who}连续上班天数下限"),
            format!("{who}: fewest working days in a row"),
        ),
        FactKind::ConsecutiveDaysOffMin => (
            format!("{who}连续休息天数下限"),
            format!("{who}: fewest days off in a row"),
        ),
        FactKind::WeeklyRestDay => (
            format!("{who}每周至少休息一天"),
            format!("{who}: one day off a week"),
        ),
        FactKind::Minutes => (
            format!("{who}本期工时上下限"),
            format!("{who}: minutes of the period"),
        ),
        FactKind::MinutesWeekMax => (
            format!("{who}每周工时上限"),
            format!("{who}: minutes of the week"),
        ),
        FactKind::WeekendsMax => (
            format!("{who}周末上班次数上限"),
            format!("{who}: most weekends worked"),
        ),
        FactKind::NightsMax => (
            format!("{who}夜班次数上限"),
            format!("{who}: most night shifts"),
        ),
        FactKind::ShiftMax(shift) => (
            format!("{who}班次{shift}次数上限"),
            format!("{who}: most shifts {shift}"),
        ),
        FactKind::ConsecutiveDaysOffMax => (
            format!("{who}连续休息天数上限"),
            format!("{who}: most days off in a row"),
        ),
        FactKind::KindDaysMax(kind) => (
            format!("{who}连续上{kind}类班次天数上限"),
            format!("{who}: most days in a row on shifts of kind {kind}"),
        ),
        FactKind::ConsecutiveNights => (
            format!("{who}连续夜班天数上下限"),
            format!("{who}: nights in a row"),
        ),
        FactKind::DaysOffAfterNights => (
            format!("{who}夜班后休息天数"),
            format!("{who}: days off after nights"),
        ),
        FactKind::CompleteWeekends => (
            format!("{who}周末须整休或整上"),
            format!("{who}: weekends worked in whole or not at all"),
        ),
        FactKind::MinutesWeekMin => (
            format!("{who}每周工时下限"),
            format!("{who}: fewest minutes of the week"),
        ),
        FactKind::Meeting(id) => {
            let all = problem.people.iter().flat_map(|p| &p.more.meetings);
            let (zh, en) = all
                .into_iter()
                .find(|meeting| &meeting.id == id)
                .map_or((id.as_str(), id.as_str()), |meeting| {
                    (meeting.name_zh.as_str(), meeting.name_en.as_str())
                });
            (
                format!("{who}{day}须参加{zh}"),
                format!("{who}: due at {en} on {day}"),
            )
        }
        FactKind::NotTogether(other) => {
            let other = name(problem, other);
            (
                format!("{day}{who}与{other}不能同时在岗"),
                format!("{who}: not on post together with {other} on {day}"),
            )
        }
        FactKind::Skill(skill) => {
            let (zh, en) = problem
                .skills
                .iter()
                .find(|known| &known.id == skill)
                .map_or((skill.as_str(), skill.as_str()), |known| {
                    (known.name_zh.as_str(), known.name_en.as_str())
                });
            (
                format!("{who}不具备班次所需技能{zh}"),
                format!("{who}: lacks the skill {en} that the shift asks for"),
            )
        }
    };
    Words { zh, en }
}

fn join(words: &[Words]) -> Words {
    let zh: Vec<&str> = words.iter().map(|w| w.zh.as_str()).collect();
    let en: Vec<&str> = words.iter().map(|w| w.en.as_str()).collect();
    Words {
        zh: zh.join(";"),
        en: en.join("; "),
    }
}

/// Facts that contradict each other, and the one let go.
pub(crate) fn contradiction(problem: &Problem, conflict: &[Fact], freed: &Fact) -> Words {
    let all = join(
        &conflict
            .iter()
            .map(|f| fact(problem, f))
            .collect::<Vec<_>>(),
    );
    let let_go = fact(problem, freed);
    Words {
        zh: format!("以下条件互相矛盾:{}。排班时放开了:{}", all.zh, let_go.zh),
        en: format!(
            "these contradict each other: {}. Let go to have a roster: {}",
            all.en, let_go.en
        ),
    }
}

/// Two people on post together who must not be.
pub(crate) fn together(problem: &Problem, freed: &Fact) -> Words {
    let words = fact(problem, freed);
    Words {
        zh: format!("排班时放开了:{}", words.zh),
        en: format!("let go to have a roster: {}", words.en),
    }
}

/// What keeps people from an interval.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reasons {
    /// People who hold the skill (or belong to the group).
    pub members: usize,
    pub on_post: usize,
    pub at_meal: usize,
    /// Could legally work then, but the roster as a whole would cost more.
    pub dearer: usize,
    pub no_shift: bool,
}

/// Who is missing when.
pub(crate) fn stretch(problem: &Problem, short: &Stretch) -> Words {
    let day = date(problem, short.day);
    let (from, to) = (clock(short.start_minute), clock(short.end_minute));
    let (queue_zh, queue_en) = match (&short.skill, &short.group) {
        (Some(id), _) => problem
            .skills
            .iter()
            .find(|s| &s.id == id)
            .map_or((id.as_str(), id.as_str()), |s| {
                (s.name_zh.as_str(), s.name_en.as_str())
            }),
        (None, Some(id)) => problem
            .group_demand
            .iter()
            .find(|g| &g.id == id)
            .map_or((id.as_str(), id.as_str()), |g| {
                (g.name_zh.as_str(), g.name_en.as_str())
            }),
        (None, None) => short
            .shift
            .as_ref()
            .and_then(|id| problem.shifts.iter().find(|s| &s.id == id))
            .map_or(("", ""), |s| (s.name.as_str(), s.name.as_str())),
    };
    let (tier_zh, tier_en) = match short.tier {
        Tier::Minimum => ("低于最低人数", "under the minimum"),
        Tier::Target => ("低于目标人数", "under the target"),
        Tier::Group => ("低于要求人数", "under the group's minimum"),
        Tier::Shift => ("低于班次人数", "under the shift's number"),
        Tier::Standby => ("低于备勤人数", "under the number on call"),
    };
    Words {
        zh: format!(
            "{day} {from}–{to} {queue_zh}缺{}人({tier_zh})",
            short.missing
        ),
        en: format!(
            "{day} {from}–{to} {queue_en}: {} short ({tier_en})",
            short.missing
        ),
    }
}

/// What a cell holds.
pub(crate) fn cell(problem: &Problem, shift: Option<&ShiftId>) -> Words {
    match shift {
        None => Words {
            zh: "休".into(),
            en: "off".into(),
        },
        Some(id) => {
            let known = problem.shifts.iter().find(|s| &s.id == id);
            let name = known.map_or(id.as_str(), |s| s.name.as_str());
            Words {
                zh: name.to_owned(),
                en: name.to_owned(),
            }
        }
    }
}

/// The name of a cost.
pub(crate) fn term(term: CostTerm) -> Words {
    let (zh, en) = match term {
        CostTerm::UnderMinimum => ("低于最低人数", "under the minimum"),
        CostTerm::UnderTarget => ("低于目标人数", "under the target"),
        CostTerm::OverTarget => ("超出目标人数", "over the target"),
        CostTerm::UnderGroup => ("低于组内要求人数", "under a group's minimum"),
        CostTerm::Request => ("未满足的愿望", "wishes not met"),
        CostTerm::Fairness => ("公平", "fairness"),
        CostTerm::IsolatedDayOff => ("单独休息日", "single days off"),
        CostTerm::IsolatedDayOn => ("单独上班日", "single working days"),
        CostTerm::SplitShift => ("两头班", "split shifts"),
        CostTerm::ChangePerCell => ("与已发布班表不同", "changes from the published roster"),
        CostTerm::MinutesOffContract => ("偏离合同工时", "minutes off contract"),
        CostTerm::UnderShift => ("低于班次人数", "under a shift's number"),
        CostTerm::OverShift => ("超出班次人数", "over a shift's number"),
        CostTerm::ConsecutiveWorkDays => ("连续上班天数", "working days in a row"),
        CostTerm::ConsecutiveDaysOff => ("连续休息天数", "days off in a row"),
        CostTerm::ConsecutiveKind => ("连续同类班次天数", "days in a row on one kind of shift"),
        CostTerm::Assignments => ("上班天数", "days worked"),
        CostTerm::Weekends => ("上班周末数", "weekends worked"),
        CostTerm::BrokenWeekend => ("只上一半的周末", "weekends worked in part"),
        CostTerm::MixedWeekend => ("班次不同的周末", "weekends on two kinds of shift"),
        CostTerm::Pattern => ("偏离轮班顺序", "off the rotation"),
        CostTerm::Meeting => ("缺席会议", "meetings missed"),
        CostTerm::MinutesOver => ("超出合同工时", "minutes above contract"),
        CostTerm::MinutesUnder => ("不足合同工时", "minutes below contract"),
        CostTerm::FairnessMinutes => ("工时公平", "fairness of hours"),
        CostTerm::UnderStandby => ("备勤人数不足", "people on call missing"),
        CostTerm::Mentor => ("新人无师傅同班", "trainees without a mentor"),
        CostTerm::NotTogether => ("不宜同班", "people not to be together"),
        CostTerm::Budget => ("超出预算", "above budget"),
    };
    Words {
        zh: zh.into(),
        en: en.into(),
    }
}

/// A shortfall and its cause.
pub(crate) fn shortfall(problem: &Problem, short: &Shortfall, reasons: &Reasons) -> Words {
    let head = stretch(problem, &short.into());
    let mut zh = vec![];
    let mut en = vec![];
    if reasons.members == 0 {
        zh.push("无人具备该技能".to_owned());
        en.push("nobody holds the skill".to_owned());
    } else if reasons.no_shift {
        zh.push("没有班次覆盖该时段".to_owned());
        en.push("no shift reaches this time".to_owned());
    } else {
        let (there_zh, there_en) = if short.tier == Tier::Standby {
            ("备勤", "on call")
        } else {
            ("在岗", "on post")
        };
        zh.push(format!(
            "{}人中{}人{there_zh}",
            reasons.members, reasons.on_post
        ));
        en.push(format!(
            "{} of {} {there_en}",
            reasons.on_post, reasons.members
        ));
        if reasons.at_meal > 0 {
            zh.push(format!("{}人用餐", reasons.at_meal));
            en.push(format!("{} at a meal", reasons.at_meal));
        }
    }
    // Long lists tell nobody anything: the first six, then how many more.
    for one in short.conflict.iter().take(6).map(|f| fact(problem, f)) {
        zh.push(one.zh);
        en.push(one.en);
    }
    if short.conflict.len() > 6 {
        zh.push(format!("另有{}项", short.conflict.len() - 6));
        en.push(format!("{} more", short.conflict.len() - 6));
    }
    if reasons.dearer > 0 {
        zh.push(format!(
            "{}人可排但会造成别处更大缺口或代价",
            reasons.dearer
        ));
        en.push(format!(
            "{} could work then, at a higher cost elsewhere",
            reasons.dearer
        ));
    }
    Words {
        zh: format!("{}:{}", head.zh, zh.join(";")),
        en: format!("{}: {}", head.en, en.join("; ")),
    }
}

/// A shortfall that short breaks bring about.
pub(crate) fn during_breaks(problem: &Problem, short: &Shortfall) -> Words {
    let head = stretch(problem, &short.into());
    Words {
        zh: format!("{}:小休期间,各人小休已错开到代价最小", head.zh),
        en: format!(
            "{}: during short breaks, staggered at the least cost",
            head.en
        ),
    }
}

/// A repair: a fact to free, or one more person.
pub(crate) fn repair(problem: &Problem, freed: Option<&Fact>, day: usize, minutes: i64) -> Words {
    match freed {
        Some(freed) => {
            let words = fact(problem, freed);
            Words {
                zh: format!("放开:{}(补上{minutes}人分钟)", words.zh),
                en: format!("free: {} (brings {minutes} person-minutes)", words.en),
            }
        }
        None => {
            let day = date(problem, day);
            Words {
                zh: format!("{day}该时段增加一人(补上{minutes}人分钟)"),
                en: format!(
                    "one more person at that time on {day} (brings {minutes} person-minutes)"
                ),
            }
        }
    }
}
