//! The demo's desks: one for each of the source documents, with who works there, in which shifts, and by which rules.

use crate::app::inputs::{AdoptShiftTemplates, DefineSkills, Hire, OpenDesk, SetDemand};
use chrono_tz::Asia::Shanghai;
use clap::ValueEnum;
use domain::event::{DayDemand, Employment, Lane, Skill};
use domain::ids::{DeskId, LaneId, SkillId, StaffId};
use domain::policy::document::{CALL_CENTRE, MALL, ONLINE_SHOP, PROPERTY, SERVICE_CENTRE};
use domain::quantities::{Fen, Minutes};
use domain::shift::{MealWindow, Segment, ShiftTemplate};
use domain::who::Role;
use domain::work_date::{DayMinute, Month, WorkDate, Zone};
use staffing::demand::{DemandError, ShopDemand};
use std::collections::{BTreeMap, BTreeSet};

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

/// Which of the desks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum SampleDesk {
    /// 网店客服部: 09:00–24:00, four overlapping shifts (T rows).
    #[default]
    Shop,
    /// 商场收银: cashier lanes 09:00–22:00 (M rows).
    Mall,
    /// 客户服务中心: the Monday meeting (S rows).
    ServiceCentre,
    /// 装饰公司呼叫中心: ten minutes early, 50 yuan a breach (D rows).
    CallCentre,
    /// 物业客服: round the clock, split shifts, handovers (P rows).
    Property,
}

type Skills = &'static [&'static str];

/// Shifts of one code: segments and meals in minutes of the day.
struct Kind {
    code: &'static str,
    name: &'static str,
    colour: &'static str,
    segments: &'static [(i32, i32)],
    /// Earliest and latest start, and length.
    meals: &'static [(i32, i32, i64)],
    night: bool,
    duty: bool,
}

const fn kind(
    code: &'static str,
    name: &'static str,
    colour: &'static str,
    segments: &'static [(i32, i32)],
    meals: &'static [(i32, i32, i64)],
) -> Kind {
    Kind {
        code,
        name,
        colour,
        segments,
        meals,
        night: false,
        duty: false,
    }
}

const SHOP_SHIFTS: [Kind; 4] = [
    kind("A", "早班", "#c8e6c9", &[(540, 1020)], &[(660, 790, 35)]),
    kind("B", "中班", "#bbdefb", &[(660, 1140)], &[(810, 960, 35)]),
    kind("C", "晚班", "#ffe0b2", &[(840, 1320)], &[(1020, 1140, 35)]),
    Kind {
        duty: true,
        ..kind("D", "值班", "#d1c4e9", &[(960, 1440)], &[(1080, 1230, 35)])
    },
];
const MALL_SHIFTS: [Kind; 3] = [
    kind("早", "早班", "#c8e6c9", &[(540, 1020)], &[(660, 780, 30)]),
    kind("中", "中班", "#bbdefb", &[(660, 1140)], &[(810, 960, 30)]),
    kind("晚", "晚班", "#ffe0b2", &[(840, 1320)], &[(1020, 1140, 30)]),
];
const SERVICE_SHIFTS: [Kind; 2] = [
    kind("日", "日班", "#c8e6c9", &[(540, 1020)], &[(690, 810, 30)]),
    kind("晚", "晚班", "#ffe0b2", &[(780, 1260)], &[(1020, 1110, 30)]),
];
const CALL_SHIFTS: [Kind; 3] = [
    kind("A", "早班", "#c8e6c9", &[(480, 960)], &[(660, 780, 35)]),
    kind("B", "中班", "#bbdefb", &[(660, 1140)], &[(810, 960, 35)]),
    kind("C", "晚班", "#ffe0b2", &[(840, 1320)], &[(1020, 1140, 35)]),
];
const PROPERTY_SHIFTS: [Kind; 4] = [
    kind("早", "早班", "#c8e6c9", &[(480, 960)], &[(660, 780, 30)]),
    kind("正", "正常班", "#bbdefb", &[(510, 750), (840, 1080)], &[]),
    kind("晚", "晚班", "#ffe0b2", &[(780, 1260)], &[(1020, 1110, 30)]),
    Kind {
        night: true,
        ..kind("夜", "夜间维修值班", "#b0bec5", &[(1260, 1920)], &[])
    },
];

const NAMES: [&str; 18] = [
    "陈晓燕",
    "林志强",
    "黄丽娟",
    "周建国",
    "吴美玲",
    "徐海涛",
    "孙玉兰",
    "马俊杰",
    "朱雪梅",
    "胡志伟",
    "郭秀英",
    "何佳怡",
    "高文博",
    "罗晓峰",
    "郑雅婷",
    "梁永康",
    "谢思琪",
    "宋晨曦",
];

const SHOP_PEOPLE: [Skills; 18] = [
    &["presale", "aftersale"],
    &["presale"],
    &["aftersale", "phone"],
    &["phone", "presale"],
    &["presale"],
    &["aftersale", "phone"],
    &["presale", "aftersale", "phone"],
    &["presale"],
    &["aftersale"],
    &["presale", "phone"],
    &["aftersale", "phone"],
    &["presale"],
    &["presale", "aftersale"],
    &["aftersale", "phone"],
    &["presale", "aftersale"],
    &["phone", "aftersale"],
    &["presale", "aftersale", "phone"],
    &["presale", "phone"],
];
const CASHIER: Skills = &["cashier"];
const CASHIER_AND_DESK: Skills = &["cashier", "service"];
const MALL_PEOPLE: [Skills; 16] = [
    CASHIER_AND_DESK,
    CASHIER,
    CASHIER,
    CASHIER_AND_DESK,
    CASHIER,
    CASHIER,
    CASHIER_AND_DESK,
    CASHIER,
    CASHIER,
    CASHIER,
    CASHIER_AND_DESK,
    CASHIER,
    CASHIER,
    CASHIER_AND_DESK,
    CASHIER,
    CASHIER_AND_DESK,
];
const SERVICE_PEOPLE: [Skills; 10] = [&["service"]; 10];
const INBOUND: Skills = &["inbound"];
const BOTH_WAYS: Skills = &["inbound", "outbound"];
const CALL_PEOPLE: [Skills; 16] = [
    BOTH_WAYS, INBOUND, INBOUND, BOTH_WAYS, INBOUND, BOTH_WAYS, INBOUND, INBOUND, BOTH_WAYS,
    INBOUND, INBOUND, BOTH_WAYS, INBOUND, BOTH_WAYS, INBOUND, INBOUND,
];
const RECEPTION: Skills = &["reception"];
const NIGHT_REPAIR: Skills = &["repair"];
const PROPERTY_PEOPLE: [Skills; 13] = [
    RECEPTION,
    RECEPTION,
    RECEPTION,
    RECEPTION,
    RECEPTION,
    RECEPTION,
    RECEPTION,
    RECEPTION,
    RECEPTION,
    NIGHT_REPAIR,
    NIGHT_REPAIR,
    NIGHT_REPAIR,
    NIGHT_REPAIR,
];

/// What a skill needs through a day, hour by hour: from, until, minimum and target on working days, and on weekends.
type Hours = (i32, i32, (u16, u16), (u16, u16));

/// Curves of a day by skill, made by hand for desks without a recording.
fn curves(sample: SampleDesk) -> &'static [(&'static str, &'static [Hours])] {
    match sample {
        SampleDesk::Shop => &[],
        SampleDesk::Mall => &[
            (
                "cashier",
                &[
                    (9, 11, (2, 3), (3, 4)),
                    (11, 14, (3, 4), (4, 6)),
                    (14, 17, (3, 4), (5, 6)),
                    (17, 21, (4, 6), (5, 7)),
                    (21, 22, (2, 3), (3, 4)),
                ],
            ),
            ("service", &[(9, 22, (1, 1), (1, 1))]),
        ],
        SampleDesk::ServiceCentre => &[(
            "service",
            &[
                (9, 13, (2, 3), (1, 2)),
                (13, 17, (3, 5), (2, 3)),
                (17, 21, (1, 2), (1, 2)),
            ],
        )],
        SampleDesk::CallCentre => &[
            (
                "inbound",
                &[
                    (8, 11, (2, 4), (2, 3)),
                    (11, 14, (3, 5), (3, 4)),
                    (14, 19, (4, 5), (3, 4)),
                    (19, 22, (2, 3), (2, 2)),
                ],
            ),
            ("outbound", &[(14, 19, (1, 1), (0, 1))]),
        ],
        SampleDesk::Property => &[
            // At night the repair worker on duty receives calls and callers (P3).
            (
                "reception",
                &[
                    (0, 8, (1, 1), (1, 1)),
                    (8, 13, (1, 2), (1, 2)),
                    (13, 16, (2, 3), (1, 2)),
                    (16, 21, (1, 2), (1, 1)),
                    (21, 24, (1, 1), (1, 1)),
                ],
            ),
        ],
    }
}

impl SampleDesk {
    /// What the command line calls it.
    pub(crate) fn argument(self) -> &'static str {
        match self {
            Self::Shop => "shop",
            Self::Mall => "mall",
            Self::ServiceCentre => "service-centre",
            Self::CallCentre => "call-centre",
            Self::Property => "property",
        }
    }

    /// The desk's id.
    pub(super) fn id(self) -> DeskId {
        match self {
            Self::Shop => "online-shop",
            Self::Mall => "mall-cashiers",
            Self::ServiceCentre => "service-centre",
            Self::CallCentre => "call-centre",
            Self::Property => "property-desk",
        }
        .into()
    }

    /// Its name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Shop => "网店客服部",
            Self::Mall => "商场收银部",
            Self::ServiceCentre => "客户服务中心",
            Self::CallCentre => "装饰公司呼叫中心",
            Self::Property => "物业客户服务台",
        }
    }

    /// Its rules.
    pub(super) fn policy(self) -> &'static str {
        match self {
            Self::Shop => ONLINE_SHOP,
            Self::Mall => MALL,
            Self::ServiceCentre => SERVICE_CENTRE,
            Self::CallCentre => CALL_CENTRE,
            Self::Property => PROPERTY,
        }
    }

    /// Whether a messenger and a telephone system report there.
    pub(super) fn has_feeds(self) -> bool {
        match self {
            Self::Shop | Self::CallCentre => true,
            Self::Mall | Self::ServiceCentre | Self::Property => false,
        }
    }

    /// Its lanes, in the order they open (M4); most desks have none.
    pub(super) fn lanes(self) -> Vec<Lane> {
        let many = if self == Self::Mall { 8 } else { 0 };
        (1..=many)
            .map(|number| Lane {
                id: LaneId::new(format!("{number}")),
                name: format!("{number}号银台"),
                skill: "cashier".into(),
            })
            .collect()
    }

    /// Whether the post is handed over at the end of a shift (P5).
    pub(super) fn hands_over(self) -> bool {
        self == Self::Property
    }

    /// Whether meetings or briefings are held (S2, D4).
    pub(super) fn meets(self) -> bool {
        matches!(self, Self::ServiceCentre | Self::CallCentre)
    }

    /// How long before the shift people are to be there (D5, P4); the policy says the same.
    pub(super) fn arrival_lead_minutes(self) -> i64 {
        match self {
            Self::Shop | Self::Mall | Self::ServiceCentre => 0,
            Self::CallCentre => 10,
            Self::Property => 15,
        }
    }

    /// The desk as it opens.
    pub(super) fn open(self) -> OpenDesk {
        let (opens, closes) = match self {
            Self::Shop => (540, 1440),
            Self::Mall => (540, 1320),
            Self::ServiceCentre => (540, 1260),
            Self::CallCentre => (480, 1320),
            Self::Property => (0, 1440),
        };
        OpenDesk {
            desk: self.id(),
            name: self.name().into(),
            zone: ZONE,
            opens: DayMinute(opens),
            closes: DayMinute(closes),
        }
    }

    /// Its skills.
    pub(super) fn skills(self) -> DefineSkills {
        let skills: &[(&str, &str)] = match self {
            Self::Shop => &[
                ("presale", "售前"),
                ("aftersale", "售后"),
                ("phone", "电话"),
            ],
            Self::Mall => &[("cashier", "收银"), ("service", "服务台")],
            Self::ServiceCentre => &[("service", "客户服务")],
            Self::CallCentre => &[("inbound", "呼入"), ("outbound", "回访")],
            Self::Property => &[("reception", "前台"), ("repair", "夜间维修值班")],
        };
        DefineSkills {
            skills: skills
                .iter()
                .map(|&(id, name)| Skill {
                    id: id.into(),
                    name: name.into(),
                })
                .collect(),
        }
    }

    fn shifts(self) -> &'static [Kind] {
        match self {
            Self::Shop => &SHOP_SHIFTS,
            Self::Mall => &MALL_SHIFTS,
            Self::ServiceCentre => &SERVICE_SHIFTS,
            Self::CallCentre => &CALL_SHIFTS,
            Self::Property => &PROPERTY_SHIFTS,
        }
    }

    /// Its shifts.
    pub(super) fn templates(self, effective_from: WorkDate) -> AdoptShiftTemplates {
        let template = |kind: &Kind| ShiftTemplate {
            code: kind.code.into(),
            name: kind.name.into(),
            colour: kind.colour.into(),
            segments: kind
                .segments
                .iter()
                .map(|&(start, end)| Segment {
                    start: DayMinute(start),
                    end: DayMinute(end),
                })
                .collect(),
            meals: kind
                .meals
                .iter()
                .map(|&(earliest, latest, minutes)| MealWindow {
                    earliest_start: DayMinute(earliest),
                    latest_start: DayMinute(latest),
                    minutes: Minutes(minutes),
                })
                .collect(),
            breaks: Vec::new(),
            night: kind.night,
            duty: kind.duty,
        };
        AdoptShiftTemplates {
            effective_from,
            templates: self.shifts().iter().map(template).collect(),
        }
    }

    fn crew(self) -> &'static [Skills] {
        match self {
            Self::Shop => &SHOP_PEOPLE,
            Self::Mall => &MALL_PEOPLE,
            Self::ServiceCentre => &SERVICE_PEOPLE,
            Self::CallCentre => &CALL_PEOPLE,
            Self::Property => &PROPERTY_PEOPLE,
        }
    }

    /// The numbers of those who are rostered.
    pub(super) fn people(self) -> impl Iterator<Item = StaffId> {
        (1001..)
            .take(self.crew().len())
            .map(|number: u32| StaffId::new(number.to_string()))
    }

    /// Everybody to hire: those who are rostered, their lead, HR and the GM office.
    pub(super) fn hires(self, from: WorkDate) -> Vec<Hire> {
        let hire =
            |number: StaffId, name: &str, position: &str, roles: &[Role], skills: Skills, wage| {
                Hire {
                    staff: number,
                    name: name.into(),
                    desk: self.id(),
                    position: position.into(),
                    roles: roles.iter().copied().collect(),
                    leads: if roles.contains(&Role::Lead) {
                        BTreeSet::from([self.id()])
                    } else {
                        BTreeSet::new()
                    },
                    skills: skills.iter().map(|skill| SkillId::from(*skill)).collect(),
                    employment: Employment::FullTime,
                    week_minutes: Minutes(2400),
                    month_wage_fen: Fen(wage),
                    from,
                    service_from: None,
                }
            };
        let mut all = vec![
            hire(
                GM.into(),
                "赵国华",
                "总经办",
                &[Role::GmOffice],
                &[],
                1_500_000,
            ),
            hire(HR.into(), "钱淑芬", "人力资源部", &[Role::Hr], &[], 800_000),
            hire(
                LEAD.into(),
                "李明辉",
                "部门主管",
                &[Role::Staff, Role::Lead],
                &[],
                1_000_000,
            ),
        ];
        let crew = self.people().zip(NAMES).zip(self.crew());
        all.extend(crew.zip(0..).map(|(((number, name), skills), place)| {
            let position = if *skills == NIGHT_REPAIR {
                "维修"
            } else {
                "客服"
            };
            hire(
                number,
                name,
                position,
                &[Role::Staff],
                skills,
                520_000 + 10_000 * (place % 5),
            )
        }));
        all
    }

    /// The month's demand: the shop's from recorded call volumes, the others' from curves by hand.
    pub(super) fn demand(self, month: Month) -> Result<SetDemand, DemandError> {
        match self {
            Self::Shop => recorded(self, month),
            Self::Mall | Self::ServiceCentre | Self::CallCentre | Self::Property => {
                Ok(by_hand(self, month))
            }
        }
    }
}

fn by_hand(sample: SampleDesk, month: Month) -> SetDemand {
    let mut days = Vec::new();
    for date in month.days() {
        let is_weekend = date.weekday_from_monday() >= 5;
        for (skill, hours) in curves(sample) {
            let first = hours.iter().map(|h| h.0).min().unwrap_or_default();
            let last = hours.iter().map(|h| h.1).max().unwrap_or_default();
            let needed: Vec<(u16, u16)> = (first..last)
                .flat_map(|hour| {
                    let at = hours.iter().find(|h| h.0 <= hour && hour < h.1);
                    let needed = at.map_or((0, 0), |h| if is_weekend { h.3 } else { h.2 });
                    // A month's first small hours belong to the last night of the month before.
                    let before = date == month.first() && hour < 8;
                    [if before { (0, 0) } else { needed }; 2]
                })
                .collect();
            days.push(DayDemand {
                date,
                skill: (*skill).into(),
                start: DayMinute(first * 60),
                minimum: needed.iter().map(|n| n.0).collect(),
                target: needed.iter().map(|n| n.1).collect(),
            });
        }
    }
    SetDemand {
        slot_minutes: 30,
        source: "sample curve, made by hand".into(),
        days,
    }
}

fn recorded(sample: SampleDesk, month: Month) -> Result<SetDemand, DemandError> {
    let shop = ShopDemand::online_shop()?;
    let ids = sample.skills().skills;
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
