//! The online shop in December 2026: people, shifts, policy, clock.

use chrono::{DateTime, NaiveDateTime, Utc};
use domain::event::{Contract, DeskEvent, DeskOpened, Employment, Hired, Skill, SkillsDefined};
use domain::ids::{DeskId, StaffId};
use domain::policy::{Policy, PolicyDocument};
use domain::quantities::{Fen, Minutes};
use domain::shift::{PlannedMeal, Segment, Shift};
use domain::staff::StaffState;
use domain::who::{Actor, Issued, Role};
use domain::work_date::{DayMinute, Month, WorkDate, Zone};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

pub(crate) const ZONE: Zone = Zone(chrono_tz::Asia::Shanghai);

/// What the desk's clock shows, as an instant: `12-03 09:00` of 2026.
pub(crate) fn at(text: &str) -> DateTime<Utc> {
    let (date, time) = text.split_once(' ').unwrap();
    let minute: DayMinute = time.parse().unwrap();
    ZONE.instant(day(date), minute)
}

pub(crate) fn civil(text: &str) -> NaiveDateTime {
    ZONE.civil(at(text))
}

/// `12-03` of 2026.
pub(crate) fn day(text: &str) -> WorkDate {
    format!("2026-{text}").parse().unwrap()
}

pub(crate) fn month(text: &str) -> Month {
    text.parse().unwrap()
}

pub(crate) fn december() -> Month {
    month("2026-12")
}

pub(crate) fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

pub(crate) fn desk() -> DeskId {
    "shop".into()
}

pub(crate) fn document() -> PolicyDocument {
    PolicyDocument::parse(include_str!("../../policies/online_shop.toml")).unwrap()
}

pub(crate) fn policy() -> Policy {
    document().on(day("12-01")).unwrap().clone()
}

/// `staff:role+role`; leads lead the shop. `issued("boss:lead", "12-03 09:00")`.
pub(crate) fn issued(who: &str, when: &str) -> Issued {
    Issued {
        by: actor(who),
        at: at(when),
    }
}

pub(crate) fn actor(who: &str) -> Actor {
    let (staff, roles) = who.split_once(':').unwrap_or((who, "staff"));
    let roles: BTreeSet<Role> = roles
        .split('+')
        .filter(|role| !role.is_empty())
        .map(|role| match role {
            "staff" => Role::Staff,
            "lead" | "otherlead" => Role::Lead,
            "hr" => Role::Hr,
            "gm" => Role::GmOffice,
            other => panic!("no role {other}"),
        })
        .collect();
    let leads = match who {
        _ if who.contains("otherlead") => [DeskId::from("other")].into(),
        _ if roles.contains(&Role::Lead) => [desk()].into(),
        _ => BTreeSet::new(),
    };
    Actor {
        staff: staff.into(),
        roles,
        leads,
    }
}

pub(crate) fn contract() -> Contract {
    Contract {
        employment: Employment::FullTime,
        week_minutes: Minutes(2400),
        month_wage: Fen(600_000),
    }
}

pub(crate) fn hired(staff: &str) -> Hired {
    Hired {
        staff: staff.into(),
        name: format!("名{staff}"),
        desk: desk(),
        position: "客服".into(),
        roles: [Role::Staff].into(),
        leads: BTreeSet::new(),
        skills: ["presale".into()].into(),
        contract: contract(),
        from: day("03-01"),
        service_from: None,
    }
}

/// Somebody hired on 1 March, and whatever came after.
pub(crate) fn staff(
    who: &str,
    more: impl IntoIterator<Item = domain::event::StaffEvent>,
) -> StaffState {
    let facts: Vec<_> = [hired(who).into()].into_iter().chain(more).collect();
    domain::decider::State::fold(&facts)
}

pub(crate) fn people(names: &[&str]) -> BTreeMap<StaffId, StaffState> {
    names
        .iter()
        .map(|&name| (name.into(), staff(name, [])))
        .collect()
}

pub(crate) fn opened() -> DeskEvent {
    DeskOpened {
        desk: desk(),
        name: "网店客服部".into(),
        zone: ZONE,
        opens: DayMinute(540),
        closes: DayMinute(1440),
    }
    .into()
}

pub(crate) fn skills(ids: &[&str]) -> DeskEvent {
    let skill = |&id: &&str| Skill {
        id: id.into(),
        name: id.into(),
    };
    SkillsDefined {
        skills: ids.iter().map(skill).collect(),
    }
    .into()
}

pub(crate) fn desk_state() -> domain::desk::DeskState {
    domain::decider::State::fold(&[opened(), skills(&["presale", "aftersale"])])
}

/// A shift of the given segments, such as `["09:00-12:00", "13:00-18:00"]`.
pub(crate) fn shift(code: &str, segments: &[&str]) -> Shift {
    Shift {
        code: code.into(),
        segments: segments.iter().map(|text| segment(text)).collect(),
        meals: vec![],
        breaks: Vec::new(),
        night: false,
        duty: false,
    }
}

pub(crate) fn segment(text: &str) -> Segment {
    let (start, end) = text.split_once('-').unwrap();
    Segment {
        start: start.parse().unwrap(),
        end: end.parse().unwrap(),
    }
}

pub(crate) fn meal(start: &str) -> PlannedMeal {
    PlannedMeal {
        start: start.parse().unwrap(),
        minutes: Minutes(35),
    }
}

/// 09:00–17:00.
pub(crate) fn early() -> Shift {
    shift("A", &["09:00-17:00"])
}

/// 16:00–24:00.
pub(crate) fn late() -> Shift {
    shift("C", &["16:00-24:00"])
}

/// 22:00–06:00 of the next day.
pub(crate) fn night() -> Shift {
    Shift {
        night: true,
        ..shift("N", &["22:00-06:00+1"])
    }
}
