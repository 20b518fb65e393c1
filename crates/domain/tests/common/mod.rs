//! Days and desks written as text, and records read back as text, so that a rule's cases stand as rows of a table.
//!
//! A day: `09:00-18:00 meal 12:00 | in 08:58; out 18:02; closed +4`. Left of the bar the shift (segments joined by `,`,
//! `off`, or `none` for no roster; `meal`s and `night` as wanted), right of it what happened:
//! `in T`, `out T`, `meal T-T`, `meal-start T`, `meal-end T` (T: `09:00[:30][+1|-1][@device][?]`, `?` is suspect),
//! `fix in0 T status` (correction), `leave whole|T-T kind status [late|emergency]`, `seen T`, `swap`, `colleague T`,
//! `overtime N money|time_off`, `prev T` / `next T` (neighbouring shifts), `statutory`, `closed +N` (days after).
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

use chrono::{DateTime, Duration, Utc};
use domain::day::*;
use domain::event::*;
use domain::ids::*;
use domain::policy::document::ONLINE_SHOP;
use domain::policy::{Policy, PolicyDocument};
use domain::post::PostFacts;
use domain::quantities::Minutes;
use domain::reckoning::reckon;
use domain::shift::{PlannedMeal, Segment, Shift};
use domain::work_date::{DayMinute, WorkDate, Zone};
use uuid::Uuid;

pub(crate) const MONDAY: &str = "2026-12-07";

pub(crate) fn shop() -> PolicyDocument {
    PolicyDocument::parse(ONLINE_SHOP).unwrap()
}

pub(crate) fn rules() -> Policy {
    shop().versions.remove(0)
}

pub(crate) fn zone(name: &str) -> Zone {
    Zone(name.parse().unwrap())
}

pub(crate) fn shanghai() -> Zone {
    zone("Asia/Shanghai")
}

pub(crate) fn date(text: &str) -> WorkDate {
    text.parse().unwrap()
}

/// A repeatable id for a thing named in words.
pub(crate) fn id(words: &str) -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_OID, words.as_bytes())
}

pub(crate) fn event(words: &str) -> EventId {
    EventId(id(words))
}

/// `09:00`, `09:00:30`, `06:00+1`, `23:00-1` on `date`.
pub(crate) fn instant(zone: Zone, date: WorkDate, text: &str) -> DateTime<Utc> {
    let (clock, days) = if let Some(clock) = text.strip_suffix("+1") {
        (clock, 1)
    } else if let Some(clock) = text.strip_suffix("-1") {
        (clock, -1)
    } else {
        (text, 0)
    };
    let mut parts = clock.split(':').map(|part| part.parse::<i32>().unwrap());
    let (hour, minute) = (parts.next().unwrap(), parts.next().unwrap());
    let second = parts.next().unwrap_or(0);
    zone.instant(date.plus_days(days), DayMinute(hour * 60 + minute))
        + Duration::seconds(second.into())
}

fn status(word: &str) -> RequestStatus {
    serde_json::from_value(word.into()).unwrap()
}

pub(crate) fn facts_of(zone: Zone, staff: &str, on: &str, text: &str) -> DayFacts {
    let on = date(on);
    let (plan, happened) = text.split_once('|').unwrap_or((text, ""));
    let mut facts = DayFacts {
        staff: staff.into(),
        desk: "online-shop".into(),
        date: on,
        zone,
        assignment: assignment(staff, on, plan.trim()),
        previous_shift_end: None,
        next_shift_start: None,
        punches: Vec::new(),
        corrections: Vec::new(),
        leaves: Vec::new(),
        unarranged_swaps: Vec::new(),
        colleague_punches: Vec::new(),
        presence: Vec::new(),
        overtime: Vec::new(),
        meetings: Vec::new(),
        day_kind: None,
        closed_through: Some(on.plus_days(30)),
        post: PostFacts::default(),
        lent: Vec::new(),
    };
    let items = happened
        .split(';')
        .map(str::trim)
        .filter(|item| !item.is_empty());
    for (index, item) in items.enumerate() {
        let named = |what: &str| event(&format!("{staff} {on} {what} {item} {index}"));
        let words: Vec<&str> = item.split_whitespace().collect();
        match words[..] {
            ["in", at] => facts
                .punches
                .push(punch(zone, on, PunchKind::In, at, named("p"))),
            ["out", at] => facts
                .punches
                .push(punch(zone, on, PunchKind::Out, at, named("p"))),
            ["meal-start", at] => {
                facts
                    .punches
                    .push(punch(zone, on, PunchKind::MealStart, at, named("p")));
            }
            ["meal-end", at] => {
                facts
                    .punches
                    .push(punch(zone, on, PunchKind::MealEnd, at, named("p")));
            }
            ["meal", span] => {
                let (from, until) = span.split_once('-').unwrap();
                facts
                    .punches
                    .push(punch(zone, on, PunchKind::MealStart, from, named("s")));
                facts
                    .punches
                    .push(punch(zone, on, PunchKind::MealEnd, until, named("e")));
            }
            ["fix", edge, at, state] => {
                let (side, segment) = edge.split_at(edge.len() - 1);
                facts.corrections.push(CorrectionFact {
                    correction: CorrectionId(id(item)),
                    events: vec![named("requested"), named("decided")],
                    edge: Edge {
                        segment: segment.parse().unwrap(),
                        side: if side == "in" { Side::In } else { Side::Out },
                    },
                    claimed_at: instant(zone, on, at),
                    status: status(state),
                });
            }
            ["leave", span, kind, state, ref filed @ ..] => facts.leaves.push(LeaveFact {
                leave: LeaveId(id(item)),
                events: vec![named("requested")],
                kind: serde_json::from_value(kind.into()).unwrap(),
                span: LeaveSpan {
                    first: on,
                    last: on,
                    window: span
                        .split_once('-')
                        .map(|(from, until)| (from.parse().unwrap(), until.parse().unwrap())),
                },
                filed_at: if filed == ["late"] || filed == ["emergency"] {
                    instant(zone, on, "23:00+1")
                } else {
                    instant(zone, on, "09:00-1")
                },
                emergency: filed == ["emergency"],
                status: status(state),
            }),
            ["seen", at] => facts.presence.push(PresenceShown {
                event: named("seen"),
                at: instant(zone, on, at),
            }),
            ["swap"] => facts.unarranged_swaps.push(UnarrangedSwapFact {
                swap: SwapId(id(item)),
                events: vec![named("asked")],
                with: "other".into(),
            }),
            ["colleague", at] => facts.colleague_punches.push(event(at)),
            ["overtime", minutes, earns] => facts.overtime.push(OvertimeFact {
                event: named("approved"),
                minutes_max: Minutes(minutes.parse().unwrap()),
                compensation: serde_json::from_value(earns.into()).unwrap(),
            }),
            ["prev", at] => facts.previous_shift_end = Some(instant(zone, on, at)),
            ["next", at] => facts.next_shift_start = Some(instant(zone, on, at)),
            ["statutory"] => facts.day_kind = Some(DayKind::Statutory),
            ["closed", "never"] => facts.closed_through = None,
            ["closed", days] => {
                facts.closed_through = Some(on.plus_days(days.parse().unwrap()));
            }
            _ => panic!("not an item: {item}"),
        }
    }
    facts
}

fn punch(zone: Zone, on: WorkDate, kind: PunchKind, text: &str, event: EventId) -> PunchFact {
    let (text, suspect) = text
        .strip_suffix('?')
        .map_or((text, false), |text| (text, true));
    let (at, device) = text.split_once('@').unwrap_or((text, "web"));
    let at = instant(zone, on, at);
    PunchFact {
        event,
        kind,
        // A device whose clock lost power says it is the year 2000.
        at: if suspect {
            instant(zone, date("2000-01-01"), "00:05")
        } else {
            at
        },
        received_at: at,
        device: device.to_owned(),
        suspicion: suspect.then_some(Suspicion::DeviceClock),
    }
}

fn assignment(staff: &str, on: WorkDate, text: &str) -> Option<Assignment> {
    if text == "none" {
        return None;
    }
    let mut shift = Shift {
        code: "A".into(),
        segments: Vec::new(),
        meals: Vec::new(),
        breaks: Vec::new(),
        night: false,
        duty: false,
    };
    let mut words = text.split_whitespace();
    while let Some(word) = words.next() {
        match word {
            "off" => {}
            "night" => shift.night = true,
            "meal" => shift.meals.push(PlannedMeal {
                start: words.next().unwrap().parse().unwrap(),
                minutes: Minutes(35),
            }),
            segments => {
                for segment in segments.split(',') {
                    let (start, end) = segment.split_once('-').unwrap();
                    shift.segments.push(Segment {
                        start: start.parse().unwrap(),
                        end: end.parse().unwrap(),
                    });
                }
            }
        }
    }
    Some(Assignment {
        roster: RosterVersion {
            desk: "online-shop".into(),
            month: on.month(),
            revision: 1,
        },
        event: event(&format!("published {staff} {on}")),
        shift: (!shift.segments.is_empty()).then_some(shift),
    })
}

pub(crate) fn facts(text: &str) -> DayFacts {
    facts_of(shanghai(), "s1", MONDAY, text)
}

pub(crate) fn record(text: &str) -> DayRecord {
    conserved(reckon(&facts(text), &rules()))
}

/// Every record that a test makes holds the identity of minutes.
pub(crate) fn conserved(record: DayRecord) -> DayRecord {
    for segment in &record.segments {
        let parts = [
            segment.present_minutes,
            segment.late_minutes,
            segment.early_minutes,
            segment.leave_minutes,
            segment.absent_minutes,
            segment.unproven_minutes,
        ];
        assert!(parts.iter().all(|part| part.0 >= 0), "{segment:?}");
        assert_eq!(
            parts.into_iter().sum::<Minutes>(),
            segment.planned_minutes,
            "{segment:?}"
        );
    }
    record
}

/// A record in words: status, each segment in brackets, then what is not zero.
pub(crate) fn words(record: &DayRecord, zone: Zone) -> String {
    let clock = |at: DateTime<Utc>| zone.civil(at).format("%H:%M").to_string();
    let edge = |edge: &EdgeState| match edge {
        EdgeState::NotWanted => "-".to_owned(),
        EdgeState::Punched { at, .. } => clock(*at),
        EdgeState::Corrected { at, .. } => format!("{}c", clock(*at)),
        EdgeState::Pending => "pending".to_owned(),
        EdgeState::Missed { .. } => "missed".to_owned(),
        EdgeState::Absent => "absent".to_owned(),
    };
    let mut words = vec![
        serde_json::to_value(record.status)
            .unwrap()
            .as_str()
            .unwrap()
            .to_owned(),
    ];
    let number = |words: &mut Vec<String>, name: &str, minutes: Minutes| {
        if !minutes.is_zero() {
            words.push(format!("{name} {minutes}"));
        }
    };
    for segment in &record.segments {
        let mut inner = vec![edge(&segment.arrival), edge(&segment.departure)];
        number(&mut inner, "present", segment.present_minutes);
        number(&mut inner, "late", segment.late_minutes);
        number(&mut inner, "early", segment.early_minutes);
        number(&mut inner, "leave", segment.leave_minutes);
        number(&mut inner, "absent", segment.absent_minutes);
        number(&mut inner, "unproven", segment.unproven_minutes);
        words.push(format!("[{}]", inner.join(" ")));
    }
    for meal in &record.meals {
        let taken = meal
            .taken_minutes
            .map_or("?".to_owned(), |taken| taken.to_string());
        words.push(format!("meal {taken}"));
        number(&mut words, "over", meal.over_minutes);
    }
    if record.severe_late {
        words.push("severe".to_owned());
    }
    number(&mut words, "lead", record.lead_missed_minutes);
    number(&mut words, "workday", record.overtime.workday);
    number(&mut words, "rest-day", record.overtime.rest_day);
    number(&mut words, "statutory", record.overtime.statutory);
    number(&mut words, "time-off", record.time_off_earned_minutes);
    let count = |count: usize| Minutes(i64::try_from(count).unwrap());
    number(&mut words, "unmatched", count(record.unmatched.len()));
    number(&mut words, "suspect", count(record.suspect.len()));
    words.join(" ")
}

/// Checks rows of `(requirement, day, record in words)` and shows every row that differs.
pub(crate) fn check_days(rows: &[(&str, &str, &str)]) {
    let mut wrong = Vec::new();
    for (requirement, day, expected) in rows {
        let found = words(&record(day), shanghai());
        if found != *expected {
            wrong.push(format!(
                "{requirement}: {day}\n  expected {expected}\n  found    {found}"
            ));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
