//! A small desk whose history is written straight into a log.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

use chrono::{DateTime, Duration, Utc};
use domain::event::*;
use domain::ids::{
    CallId, ComplaintId, CorrectionId, DeskId, EventId, LeaveId, SkillId, SolveId, StaffId, SwapId,
};
use domain::policy::document::ONLINE_SHOP;
use domain::quantities::{Fen, Minutes};
use domain::shift::{Cell, PlannedMeal, Segment, Shift, ShiftTemplate};
use domain::who::Role;
use domain::work_date::{DayMinute, Month, WorkDate, Zone};
use eventlog::memory::MemoryLog;
use eventlog::{
    CommandId, EventLog, EventType, ExpectedRevision, Metadata, NewEvent, Position, StreamName,
};
use projections::ReadModels;
use std::collections::BTreeSet;
use std::path::Path;
use uuid::Uuid;

pub const ZONE: Zone = Zone(chrono_tz::Asia::Shanghai);

pub fn desk() -> DeskId {
    DeskId::new("shop")
}
pub fn month() -> Month {
    Month::new(2026, 12).unwrap()
}
pub fn day(number: i64) -> WorkDate {
    month().first().plus_days(number - 1)
}
pub fn person(number: u32) -> StaffId {
    StaffId::new(format!("S{number:02}"))
}
/// The instant at which the desk's clocks show `text` (`09:00`, `06:00+1`) on a day of the month.
pub fn at(number: i64, text: &str) -> DateTime<Utc> {
    ZONE.instant(day(number), text.parse::<DayMinute>().unwrap())
}
pub fn uuid(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

/// An event on its way into the log.
#[derive(Clone, Debug)]
pub struct Entry {
    pub stream: Stream,
    pub event: Event,
}

pub fn entry(stream: Stream, event: impl Into<Event>) -> Entry {
    Entry {
        stream,
        event: event.into(),
    }
}

/// Appends to the end of its stream; command ids count up, so two logs of the same entries hold the same events.
pub async fn append(log: &MemoryLog, entry: &Entry) -> Position {
    let number = log.end().await.unwrap().map_or(0, |end| end.number());
    let command = CommandId(uuid(u128::from(number) + 1));
    let (name, version) = entry.event.event_type();
    let new = NewEvent::new(
        command,
        0,
        EventType::new(name, version),
        entry.event.encode().unwrap(),
        Metadata::new("test", command),
    );
    let recorded_at = at(1, "00:00") + Duration::seconds(i64::try_from(number).unwrap());
    log.append(
        &StreamName::new(entry.stream.to_string()),
        ExpectedRevision::Any,
        vec![new],
        recorded_at,
    )
    .await
    .unwrap()
    .position
}

pub async fn append_all(log: &MemoryLog, entries: &[Entry]) -> Position {
    let mut last = None;
    for entry in entries {
        last = Some(append(log, entry).await);
    }
    last.unwrap()
}

/// Read models of a log, applied at once, with the folder they live in.
pub async fn models_of(log: &MemoryLog) -> (ReadModels, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let models = ReadModels::open(folder.path()).unwrap();
    models.catch_up(log).await.unwrap();
    (models, folder)
}

/// Every row of every table, as text.
pub fn dump(folder: &Path) -> Vec<String> {
    use rusqlite::types::ValueRef;
    let name = std::fs::read_to_string(folder.join("current")).unwrap();
    let connection = rusqlite::Connection::open(folder.join(name)).unwrap();
    let tables: Vec<String> = connection
        .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    let mut rows = Vec::new();
    for table in tables {
        let mut statement = connection
            .prepare(&format!("SELECT * FROM {table}"))
            .unwrap();
        let columns = statement.column_count();
        let mut found = statement.query([]).unwrap();
        let mut lines = Vec::new();
        while let Some(row) = found.next().unwrap() {
            let cells: Vec<String> = (0..columns)
                .map(|column| match row.get_ref(column).unwrap() {
                    ValueRef::Null => "∅".to_owned(),
                    ValueRef::Integer(number) => number.to_string(),
                    ValueRef::Real(number) => number.to_string(),
                    ValueRef::Text(text) | ValueRef::Blob(text) => {
                        String::from_utf8_lossy(text).into_owned()
                    }
                })
                .collect();
            lines.push(format!("{table}: {}", cells.join(" | ")));
        }
        lines.sort();
        rows.extend(lines);
    }
    rows
}

// -- the desk ------------------------------------------------------------------------------------------------------

pub fn shift(code: &str) -> Option<Shift> {
    let (segments, meal, night): (Vec<(i32, i32)>, i32, bool) = match code {
        "A" => (vec![(540, 1080)], 720, false),
        "B" => (vec![(900, 1440)], 1080, false),
        // Split: morning and evening.
        "C" => (vec![(540, 720), (1080, 1320)], 1140, false),
        "N" => (vec![(1320, 1800)], 1560, true),
        _ => return None,
    };
    Some(Shift {
        code: code.into(),
        segments: segments
            .into_iter()
            .map(|(start, end)| Segment {
                start: DayMinute(start),
                end: DayMinute(end),
            })
            .collect(),
        meals: vec![PlannedMeal {
            start: DayMinute(meal),
            minutes: Minutes(30),
        }],
        breaks: Vec::new(),
        night,
        duty: false,
    })
}

pub fn hired(number: u32, name: &str) -> Entry {
    entry(
        Stream::Staff(person(number)),
        StaffEvent::from(Hired {
            staff: person(number),
            name: name.to_owned(),
            desk: desk(),
            position: "客服".to_owned(),
            roles: BTreeSet::from([Role::Staff]),
            leads: BTreeSet::new(),
            skills: BTreeSet::from([SkillId::new("presale")]),
            contract: Contract {
                employment: Employment::FullTime,
                week_minutes: Minutes(2400),
                month_wage: Fen(500_000),
            },
            from: day(1).plus_days(-60),
            service_from: None,
        }),
    )
}

/// The desk, its rules and `people` persons.
pub fn founded(people: u32) -> Vec<Entry> {
    let on_desk = |event: DeskEvent| entry(Stream::Desk(desk()), event);
    let templates = ["A", "B", "C", "N"]
        .iter()
        .map(|code| {
            let shift = shift(code).unwrap();
            ShiftTemplate {
                code: shift.code,
                name: format!("{code}班次"),
                colour: "#204080".to_owned(),
                segments: shift.segments,
                meals: Vec::new(),
                breaks: Vec::new(),
                night: shift.night,
                duty: false,
            }
        })
        .collect();
    let mut entries = vec![
        on_desk(
            DeskOpened {
                desk: desk(),
                name: "网店客服部".to_owned(),
                zone: ZONE,
                opens: DayMinute(540),
                closes: DayMinute(1440),
            }
            .into(),
        ),
        on_desk(
            SkillsDefined {
                skills: vec![Skill {
                    id: SkillId::new("presale"),
                    name: "售前".to_owned(),
                }],
            }
            .into(),
        ),
        on_desk(
            PolicyAdopted {
                versions: vec!["2026-1".into()],
                digest: String::new(),
                document: ONLINE_SHOP.to_owned(),
                by: "HR".into(),
            }
            .into(),
        ),
        on_desk(
            ShiftTemplatesAdopted {
                effective_from: day(1).plus_days(-31),
                templates,
            }
            .into(),
        ),
        on_desk(
            DemandSet {
                month: month(),
                slot_minutes: 30,
                source: "test".to_owned(),
                days: vec![DayDemand {
                    date: day(1),
                    skill: SkillId::new("presale"),
                    start: DayMinute(540),
                    minimum: vec![1; 30],
                    target: vec![2; 30],
                }],
            }
            .into(),
        ),
        entry(
            Stream::Org,
            OrgEvent::from(CalendarAdopted {
                year: 2026,
                provisional: false,
                source: "test".to_owned(),
                days: vec![CalendarDay {
                    date: day(5),
                    kind: DayKind::Statutory,
                    name: "节".to_owned(),
                }],
            }),
        ),
    ];
    entries.extend((1..=people).map(|number| hired(number, &format!("员工{number}"))));
    entries
}

pub fn roster(event: impl Into<RosterEvent>) -> Entry {
    entry(Stream::Roster(desk(), month()), event.into())
}

/// A solve and its publication; `cells` gives each person's days from the first.
pub fn published(cells: &[(u32, Vec<&str>)]) -> Vec<Entry> {
    let solve = SolveId(uuid(900));
    let now = at(1, "00:00") - Duration::days(3);
    let cells = cells
        .iter()
        .flat_map(|(number, codes)| {
            (1..).zip(codes).map(|(date, code)| Cell {
                staff: person(*number),
                date: day(date),
                shift: shift(code),
            })
        })
        .collect();
    vec![
        roster(RosterDrafted {
            desk: desk(),
            month: month(),
            by: "LEAD".into(),
            at: now,
        }),
        roster(RosterGenerated {
            solve,
            cells,
            report: SolveReport {
                objective: 7,
                bound: Some(5),
                proven_optimal: false,
                costs: vec![],
                shortfalls: vec![],
                iterations: 1,
                ended: None,
                milliseconds: None,
                relaxed: vec![],
            },
            at: now,
        }),
        roster(RosterPublished {
            revision: 1,
            shortfalls: vec![],
            by: "LEAD".into(),
            at: now,
        }),
    ]
}

pub fn punch(number: u32, kind: PunchKind, moment: DateTime<Utc>) -> Entry {
    entry(
        Stream::Attendance(person(number), ZONE.date(moment).month()),
        AttendanceEvent::from(Punched {
            staff: person(number),
            desk: desk(),
            kind,
            at: moment,
            received_at: moment,
            source: PunchSource::Web,
            suspicion: None,
        }),
    )
}

pub fn closed_day(number: i64) -> Entry {
    entry(
        Stream::Period(desk(), day(number).month()),
        PeriodEvent::from(DayClosed {
            date: day(number),
            at: at(number, "06:00+1"),
        }),
    )
}

pub fn closed_period(position: Position) -> Entry {
    entry(
        Stream::Period(desk(), month()),
        PeriodEvent::from(PeriodClosed {
            month: month(),
            position: position.to_string(),
            seal: "5ea1".to_owned(),
            policy_versions: vec!["2026-1".into()],
            by: "HR".into(),
            at: at(31, "06:00+1"),
        }),
    )
}

pub fn correction(id: u128, number: u32, date: i64, side: Side, claimed: &str) -> Entry {
    entry(
        Stream::Attendance(person(number), month()),
        AttendanceEvent::from(CorrectionRequested {
            correction: CorrectionId(uuid(id)),
            staff: person(number),
            desk: desk(),
            work_date: day(date),
            edge: Edge { segment: 0, side },
            claimed_at: at(date, claimed),
            reason: "忘记打卡".to_owned(),
            at: at(date, "23:00"),
        }),
    )
}

pub fn correction_approved(id: u128, number: u32) -> Entry {
    entry(
        Stream::Attendance(person(number), month()),
        AttendanceEvent::from(CorrectionApproved {
            correction: CorrectionId(uuid(id)),
            by: "LEAD".into(),
            role: Role::Lead,
            at: at(31, "12:00"),
        }),
    )
}

pub fn leave(id: u128, number: u32, first: i64, last: i64) -> Entry {
    entry(
        Stream::Leave(person(number), 2026),
        LeaveEvent::from(LeaveRequested {
            leave: LeaveId(uuid(id)),
            staff: person(number),
            desk: desk(),
            kind: LeaveKind::Compensatory,
            span: LeaveSpan {
                first: day(first),
                last: day(last),
                window: None,
            },
            minutes: Minutes(480),
            reason: "家里有事".to_owned(),
            filed_by: person(number),
            emergency: None,
            half: None,
            evidence: None,
            at: at(first, "00:00") - Duration::days(1),
        }),
    )
}

pub fn leave_approved(id: u128, number: u32) -> Entry {
    entry(
        Stream::Leave(person(number), 2026),
        LeaveEvent::from(LeaveApproved {
            leave: LeaveId(uuid(id)),
            by: "LEAD".into(),
            role: Role::Lead,
            at: at(1, "00:00"),
        }),
    )
}

pub fn evidence(date: WorkDate, event: impl Into<EvidenceEvent>) -> Entry {
    entry(Stream::Evidence(desk(), date), event.into())
}

pub fn presence(number: u32, moment: DateTime<Utc>, online: bool) -> Entry {
    evidence(
        ZONE.date(moment),
        PresenceReported {
            staff: person(number),
            at: moment,
            online,
        },
    )
}

pub fn call(id: u32, moment: DateTime<Utc>, routed_to: Option<u32>) -> Entry {
    evidence(
        ZONE.date(moment),
        CallRang {
            call: CallId::new(format!("call-{id}")),
            at: moment,
            rings: 8,
            answered_by: None,
            routed_to: routed_to.map(person),
        },
    )
}

pub fn complaint(id: u128, number: u32, date: i64, upheld: Option<bool>) -> Vec<Entry> {
    let complaint = ComplaintId(uuid(id));
    let mut entries = vec![evidence(
        day(date),
        ComplaintFiled {
            complaint,
            about: ComplaintAbout::Discourtesy,
            staff: Some(person(number)),
            complainant: Complainant::Customer,
            text: "态度差".to_owned(),
            happened_at: at(date, "12:00"),
            at: at(date, "13:00"),
        },
    )];
    entries.extend(upheld.map(|upheld| {
        evidence(
            day(date),
            ComplaintVerified {
                complaint,
                staff: person(number),
                upheld,
                note: "听了录音".to_owned(),
                by: "LEAD".into(),
                at: at(date, "15:00"),
            },
        )
    }));
    entries
}

pub fn swap_requested(id: u128, from: u32, give: i64, with: u32, take: Option<i64>) -> Entry {
    roster(SwapRequested {
        swap: SwapId(uuid(id)),
        from: person(from),
        give: day(give),
        with: person(with),
        take: take.map(day),
        reason: "有事".to_owned(),
        at: at(give, "00:00") - Duration::days(1),
    })
}

pub fn change(number: u32, date: i64, before: &str, after: &str) -> CellChange {
    CellChange {
        staff: person(number),
        date: day(date),
        before: shift(before),
        after: shift(after),
    }
}

pub fn amended(revision: u32, moment: DateTime<Utc>, changes: Vec<CellChange>) -> Entry {
    roster(RosterAmended {
        revision,
        changes,
        reason: "临时调整".to_owned(),
        covers: None,
        replan: None,
        by: "LEAD".into(),
        at: moment,
    })
}

pub fn sanction_step(
    kind: &str,
    sanction: &domain::ids::SanctionId,
    number: u32,
    amount: i64,
) -> Entry {
    macro_rules! step {
        ($name:ident $(, $severity:ident)?) => {
            SanctionEvent::from($name {
                sanction: sanction.clone(),
                amount: Fen(amount),
                $($severity: None,)?
                note: "属实".to_owned(),
                by: "LEAD".into(),
                at: at(31, "12:00"),
            })
        };
    }
    let event = match kind {
        "verify" => step!(SanctionVerified, severity),
        "balance" => step!(SanctionBalanced),
        _ => step!(SanctionApproved),
    };
    entry(Stream::Sanctions(person(number), month()), event)
}

pub fn event_ids(rows: &[projections::EvidenceRow]) -> Vec<EventId> {
    rows.iter().map(|row| row.event).collect()
}
