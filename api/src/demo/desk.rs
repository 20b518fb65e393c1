//! The demo's desk: an online shop's 客服部 with eighteen people on four overlapping shifts, and who runs it.

use crate::app::inputs::{
    AdoptCalendar, AdoptShiftTemplates, DefineSkills, Hire, OpenDesk, SetDemand,
};
use chrono_tz::Asia::Shanghai;
use domain::event::{DayDemand, Employment, Skill};
use domain::ids::{DeskId, SkillId, StaffId};
use domain::quantities::{Fen, Minutes};
use domain::shift::{MealWindow, Segment, ShiftTemplate};
use domain::who::Role;
use domain::work_date::{DayMinute, Month, WorkDate, Zone};
use staffing::demand::{DemandError, ShopDemand};
use std::collections::{BTreeMap, BTreeSet};

/// The desk's id.
pub(super) const DESK: &str = "online-shop";
/// The lead's login.
pub(super) const LEAD: &str = "L01";
/// The HR officer's login.
pub(super) const HR: &str = "H01";
/// The GM office's login.
pub(super) const GM: &str = "G01";
/// Everybody's password in the demo.
pub(super) const PASSWORD: &str = "paiban-demo";

/// The site's zone.
pub(super) const ZONE: Zone = Zone(Shanghai);

/// The desk's id, typed.
pub(super) fn desk() -> DeskId {
    DESK.into()
}

/// The desk as it opens.
pub(super) fn open() -> OpenDesk {
    OpenDesk {
        desk: desk(),
        name: "网店客服部".into(),
        zone: ZONE,
        opens: DayMinute(540),
        closes: DayMinute(1440),
    }
}

/// Its skills.
pub(super) fn skills() -> DefineSkills {
    let skill = |id: &str, name: &str| Skill {
        id: id.into(),
        name: name.into(),
    };
    DefineSkills {
        skills: vec![
            skill("presale", "售前"),
            skill("aftersale", "售后"),
            skill("phone", "电话"),
        ],
    }
}

/// Four overlapping shifts of eight hours, each with a staggered meal.
pub(super) fn templates(effective_from: WorkDate) -> AdoptShiftTemplates {
    let template =
        |code: &str, name: &str, colour: &str, start: i32, meal: (i32, i32), duty| ShiftTemplate {
            code: code.into(),
            name: name.into(),
            colour: colour.into(),
            segments: vec![Segment {
                start: DayMinute(start),
                end: DayMinute(start + 480),
            }],
            meals: vec![MealWindow {
                earliest_start: DayMinute(meal.0),
                latest_start: DayMinute(meal.1),
                minutes: Minutes(35),
            }],
            night: false,
            duty,
        };
    AdoptShiftTemplates {
        effective_from,
        templates: vec![
            template("A", "早班", "#c8e6c9", 540, (660, 790), false),
            template("B", "中班", "#bbdefb", 660, (810, 960), false),
            template("C", "晚班", "#ffe0b2", 840, (1020, 1140), false),
            template("D", "值班", "#d1c4e9", 960, (1080, 1230), true),
        ],
    }
}

/// One of the eighteen: number, name, skills, hours a week.
type Person = (&'static str, &'static str, &'static [&'static str], i64);

const PEOPLE: [Person; 18] = [
    ("1001", "陈晓燕", &["presale", "aftersale"], 2400),
    ("1002", "林志强", &["presale"], 2400),
    ("1003", "黄丽娟", &["aftersale", "phone"], 2400),
    ("1004", "周建国", &["phone", "presale"], 2400),
    ("1005", "吴美玲", &["presale"], 2400),
    ("1006", "徐海涛", &["aftersale", "phone"], 2400),
    ("1007", "孙玉兰", &["presale", "aftersale", "phone"], 2400),
    ("1008", "马俊杰", &["presale"], 2400),
    ("1009", "朱雪梅", &["aftersale"], 2400),
    ("1010", "胡志伟", &["presale", "phone"], 2400),
    ("1011", "郭秀英", &["aftersale", "phone"], 2400),
    ("1012", "何佳怡", &["presale"], 2400),
    ("1013", "高文博", &["presale", "aftersale"], 2400),
    ("1014", "罗晓峰", &["aftersale", "phone"], 2400),
    ("1015", "郑雅婷", &["presale", "aftersale"], 2400),
    ("1016", "梁永康", &["phone", "aftersale"], 2400),
    ("1017", "谢思琪", &["presale", "aftersale", "phone"], 2400),
    ("1018", "宋晨曦", &["presale", "phone"], 2400),
];

/// The eighteen's numbers.
pub(super) fn people() -> impl Iterator<Item = StaffId> {
    PEOPLE.iter().map(|(number, ..)| StaffId::from(*number))
}

/// Everybody to hire: the eighteen, their lead, HR and the GM office.
pub(super) fn hires(from: WorkDate) -> Vec<Hire> {
    let hire = |number: &str,
                name: &str,
                position: &str,
                roles: &[Role],
                skills: &[&str],
                week_minutes,
                wage| Hire {
        staff: number.into(),
        name: name.into(),
        desk: desk(),
        position: position.into(),
        roles: roles.iter().copied().collect(),
        leads: if roles.contains(&Role::Lead) {
            BTreeSet::from([desk()])
        } else {
            BTreeSet::new()
        },
        skills: skills.iter().map(|skill| SkillId::from(*skill)).collect(),
        employment: Employment::FullTime,
        week_minutes: Minutes(week_minutes),
        month_wage_fen: Fen(wage),
        from,
    };
    let mut all = vec![
        hire(
            GM,
            "赵国华",
            "总经办",
            &[Role::GmOffice],
            &[],
            2400,
            1_500_000,
        ),
        hire(HR, "钱淑芬", "人力资源部", &[Role::Hr], &[], 2400, 800_000),
        hire(
            LEAD,
            "李明辉",
            "部门主管",
            &[Role::Staff, Role::Lead],
            &[],
            2400,
            1_000_000,
        ),
    ];
    all.extend(
        PEOPLE
            .iter()
            .zip(0..)
            .map(|((number, name, skills, week_minutes), place)| {
                hire(
                    number,
                    name,
                    "客服",
                    &[Role::Staff],
                    skills,
                    *week_minutes,
                    520_000 + 10_000 * (place % 5),
                )
            }),
    );
    all
}

/// The year's holiday arrangement, for the years that have been announced.
pub(super) fn calendar(year: i32) -> Result<Option<AdoptCalendar>, serde_json::Error> {
    match year {
        2026 => serde_json::from_str(include_str!("cn_2026.json")).map(Some),
        _ => Ok(None),
    }
}

/// The month's demand from the recorded call volumes.
pub(super) fn demand(month: Month) -> Result<SetDemand, DemandError> {
    let shop = ShopDemand::online_shop()?;
    let ids = skills().skills;
    let start = DayMinute(i32::try_from(shop.rules.open_minute).unwrap_or_default());
    let mut days: BTreeMap<(WorkDate, usize), DayDemand> = BTreeMap::new();
    for need in shop.needs(month.first().0, month.last().0)? {
        let Some(skill) = ids.get(need.skill) else {
            continue;
        };
        let date = WorkDate(need.date);
        let day = days.entry((date, need.skill)).or_insert_with(|| DayDemand {
            date,
            skill: skill.id.clone(),
            start,
            minimum: Vec::new(),
            target: Vec::new(),
        });
        day.minimum
            .push(u16::try_from(need.minimum).unwrap_or(u16::MAX));
        day.target
            .push(u16::try_from(need.target).unwrap_or(u16::MAX));
    }
    Ok(SetDemand {
        slot_minutes: u16::try_from(shop.rules.slot_minutes).unwrap_or(30),
        source: "crates/staffing/fixtures: anonymous bank call centre, December 1999, mapped to a shop's week".into(),
        days: days.into_values().collect(),
    })
}
