//! The five desks as they are played: the rules as shipped, shifts as their documents have them, and a night and a split
//! shift at each.

use domain::policy::document::{CALL_CENTRE, MALL, ONLINE_SHOP, PROPERTY, SERVICE_CENTRE};
use serde_json::{Value, json};

/// A kind of shift: segments, and meals as earliest start and length, in minutes of the day.
pub(crate) struct Kind {
    pub(crate) code: &'static str,
    pub(crate) segments: &'static [(i64, i64)],
    pub(crate) meals: &'static [(i64, i64)],
    pub(crate) night: bool,
}

/// A desk.
pub(crate) struct Desk {
    pub(crate) id: &'static str,
    pub(crate) policy: &'static str,
    /// What else its rules say from the fifteenth of October on: texts and what stands for them then.
    pub(crate) changes: &'static [(&'static str, &'static str)],
    pub(crate) shifts: &'static [Kind],
    pub(crate) skills: &'static [&'static str],
    pub(crate) week_minutes: i64,
    pub(crate) lead_minutes: i64,
    /// A messenger and a telephone report there.
    pub(crate) feeds: bool,
    /// The post is handed over at the end of a shift (P5).
    pub(crate) hands_over: bool,
    /// Work is given out for the day (S4).
    pub(crate) items: bool,
    /// Breaches are recorded by hand (D3, D6, D7).
    pub(crate) breaches: bool,
}

const fn kind(
    code: &'static str,
    segments: &'static [(i64, i64)],
    meals: &'static [(i64, i64)],
) -> Kind {
    Kind {
        code,
        segments,
        meals,
        night: false,
    }
}

const NIGHT: Kind = Kind {
    night: true,
    ..kind("N", &[(1320, 1800)], &[(1500, 30)])
};
const SPLIT: Kind = kind("S", &[(540, 720), (840, 1140)], &[]);

pub(crate) const SHOP: Desk = Desk {
    id: "online-shop",
    policy: ONLINE_SHOP,
    changes: &[
        ("late_grace_minutes = 0 ", "late_grace_minutes = 5 "),
        ("minutes_max = 35", "minutes_max = 30"),
        ("T8 = 1000", "T8 = 1500"),
        ("T12 = 3000", "T12 = 4000"),
        ("T13 = 0", "T13 = 200"),
    ],
    shifts: &[
        kind("A", &[(540, 1020)], &[(690, 35)]),
        kind("B", &[(660, 1140)], &[(840, 35)]),
        kind("C", &[(840, 1320)], &[(1050, 35)]),
        kind("D", &[(960, 1440)], &[(1110, 35)]),
        NIGHT,
        SPLIT,
    ],
    skills: &["presale"],
    week_minutes: 2400,
    lead_minutes: 0,
    feeds: true,
    hands_over: false,
    items: false,
    breaches: false,
};

pub(crate) const MALL_DESK: Desk = Desk {
    id: "mall",
    policy: MALL,
    changes: &[
        ("late_grace_minutes = 5 ", "late_grace_minutes = 0 "),
        ("mode = \"off\"", "mode = \"money\""),
        ("T8 = 0 ", "T8 = 500 "),
        ("T12 = 0 ", "T12 = 2500 "),
        ("paid = true", "paid = false"),
    ],
    shifts: &[
        kind("早", &[(540, 1020)], &[(690, 30)]),
        kind("中", &[(660, 1140)], &[(840, 30)]),
        kind("晚", &[(840, 1320)], &[(1050, 30)]),
        NIGHT,
        SPLIT,
    ],
    skills: &["cashier"],
    week_minutes: 2400,
    lead_minutes: 15,
    feeds: false,
    hands_over: false,
    items: false,
    breaches: false,
};

pub(crate) const SERVICE: Desk = Desk {
    id: "service-centre",
    policy: SERVICE_CENTRE,
    changes: &[
        (
            "late = [{ over_minutes = 0, amount_fen = 0 }]",
            "late = [{ over_minutes = 0, amount_fen = 0 }, { over_minutes = 10, amount_fen = 500 }]",
        ),
        (
            "early = [{ over_minutes = 0, amount_fen = 0 }]",
            "early = [{ over_minutes = 5, amount_fen = 300 }]",
        ),
        ("S2 = 0 ", "S2 = 1000 "),
        (
            "outside_shift = \"worked\" ",
            "outside_shift = \"overtime\" ",
        ),
    ],
    shifts: &[
        kind("日", &[(540, 1020)], &[(720, 45)]),
        kind("晚", &[(780, 1260)], &[(1050, 45)]),
        NIGHT,
        SPLIT,
    ],
    skills: &["service"],
    week_minutes: 2400,
    lead_minutes: 0,
    feeds: false,
    hands_over: false,
    items: true,
    breaches: false,
};

pub(crate) const CALLS: Desk = Desk {
    id: "call-centre",
    policy: CALL_CENTRE,
    changes: &[
        ("mode = \"money\"", "mode = \"points\""),
        (
            "# D7 投诉到公司领导依情节轻重处以相关责任人100-300元处罚",
            "[version.sanction.amount_points]\nT8 = 1\nT12 = 6\nD5 = 1\nD6 = 5\n[version.sanction.range_points]\nD7 = [10, 30]",
        ),
        ("arrival_lead_minutes = 10 ", "arrival_lead_minutes = 5 "),
    ],
    shifts: &[
        kind("A", &[(540, 1020)], &[(690, 45)]),
        kind("B", &[(660, 1140)], &[(840, 45)]),
        kind("C", &[(840, 1320)], &[(1050, 45)]),
        NIGHT,
        SPLIT,
    ],
    skills: &["inbound"],
    week_minutes: 2400,
    lead_minutes: 10,
    feeds: true,
    hands_over: false,
    items: false,
    breaches: true,
};

pub(crate) const PROPERTY_DESK: Desk = Desk {
    id: "property",
    policy: PROPERTY,
    changes: &[
        ("mode = \"off\" ", "mode = \"money\" "),
        ("fines_allowed = false", "fines_allowed = true"),
        ("P4 = 0 ", "P4 = 1000 "),
        ("T12 = 0\n", "T12 = 4000\n"),
        ("late_grace_minutes = 0\n", "late_grace_minutes = 3\n"),
    ],
    shifts: &[
        kind("早", &[(480, 960)], &[(690, 45)]),
        kind("正", &[(510, 750), (840, 1080)], &[]),
        kind("晚", &[(780, 1260)], &[(1050, 45)]),
        Kind {
            night: true,
            ..kind("夜", &[(1260, 1920)], &[])
        },
    ],
    skills: &["reception", "repair"],
    week_minutes: 2600,
    lead_minutes: 15,
    feeds: false,
    hands_over: true,
    items: true,
    breaches: false,
};

impl Desk {
    /// The shift kind of a code.
    pub(crate) fn shift(&self, code: &str) -> &'static Kind {
        let shifts: &'static [Kind] = self.shifts;
        shifts.iter().find(|kind| kind.code == code).unwrap()
    }

    /// Whoever works nights for another role: every third of a crew whose desk has two skills (P3).
    fn is_cover(&self, index: usize) -> bool {
        self.skills.len() > 1 && index % 3 == 2
    }

    pub(crate) fn skill_of(&self, index: usize) -> &'static str {
        if self.is_cover(index) {
            self.skills[1]
        } else {
            self.skills[0]
        }
    }

    /// Days worked, of how many. Nights are twelve a month at the most.
    pub(crate) fn turn(&self, index: usize) -> (i64, i64) {
        if self.is_cover(index) { (3, 8) } else { (5, 7) }
    }

    pub(crate) fn shifts_of(&self, index: usize) -> Vec<&'static str> {
        let mine = self
            .shifts
            .iter()
            .filter(|kind| self.skills.len() == 1 || kind.night == self.is_cover(index));
        mine.map(|kind| kind.code).collect()
    }

    pub(crate) fn templates(&self, from: &str) -> Value {
        let kinds = self.shifts.iter().map(|kind| {
            let segments: Vec<Value> = kind.segments.iter().map(|(a, b)| json!({"start": a, "end": b})).collect();
            let meals: Vec<Value> = kind
                .meals
                .iter()
                .map(|(a, n)| json!({"earliest_start": a, "latest_start": a + 60, "minutes": n}))
                .collect();
            json!({
                "code": kind.code, "name": kind.code, "colour": "#3366cc", "night": kind.night, "duty": false,
                "segments": segments, "meals": meals
            })
        });
        json!({"effective_from": from, "templates": kinds.collect::<Vec<Value>>()})
    }

    /// The rules with a second version, in force from the middle of October.
    pub(crate) fn later_policy(&self) -> String {
        let (head, version) = self.policy.split_once("[[version]]").unwrap();
        let until = "effective_from = 2026-01-01\neffective_until = 2026-10-14\n";
        let first = version.replace("effective_from = 2026-01-01\n", until);
        let mut second =
            version.replace("effective_from = 2026-01-01", "effective_from = 2026-10-15");
        let id = second
            .lines()
            .find(|line| line.starts_with("id = "))
            .unwrap()
            .to_owned();
        second = second.replace(&id, "id = \"later\"");
        for (from, to) in self.changes {
            assert!(
                second.contains(from),
                "{}: {from:?} is not in its rules",
                self.id
            );
            second = second.replace(from, to);
        }
        format!("{head}[[version]]{first}\n[[version]]{second}")
    }
}
