//! What the pages ask, on a small desk.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use chrono::Duration;
use common::*;
use domain::day::{DayStatus, RequestStatus};
use domain::event::*;
use domain::ids::{RuleId, SwapId};
use domain::moment::Post;
use domain::quantities::{Fen, Minutes};
use domain::who::Role;
use eventlog::memory::MemoryLog;
use projections::{ExceptionKind, ReadModels, RosterAt, SanctionStatus, SwapStatus};

async fn given(
    people: u32,
    cells: &[(u32, Vec<&str>)],
    more: Vec<Entry>,
) -> (ReadModels, MemoryLog, tempfile::TempDir) {
    let log = MemoryLog::new();
    let mut entries = founded(people);
    entries.extend(published(cells));
    entries.extend(more);
    append_all(&log, &entries).await;
    let (models, folder) = models_of(&log).await;
    (models, log, folder)
}

#[tokio::test]
async fn the_roster_in_force_is_known_for_every_revision_and_moment() {
    let changes = vec![
        amended(2, at(1, "12:00"), vec![change(1, 3, "A", "B")]),
        amended(3, at(2, "12:00"), vec![change(1, 3, "B", "-")]),
        roster(CellsEdited {
            changes: vec![change(1, 3, "-", "N")],
            by: "LEAD".into(),
            at: at(2, "13:00"),
        }),
    ];
    let (models, _log, _folder) = given(1, &[(1, vec!["A", "A", "A"])], changes).await;
    let code = |asked: RosterAt| {
        let models = models.clone();
        async move {
            let found = models
                .read(move |view| view.roster_at(&desk(), month(), asked))
                .await
                .unwrap();
            let found = found?;
            let cell = found.lines[0].cells.get(&day(3))?.shift.clone();
            Some((
                found.revision.map(|r| r.revision),
                cell.map(|shift| shift.code.to_string()),
            ))
        }
    };
    let cases = [
        (RosterAt::Revision(1), Some((Some(1), Some("A".to_owned())))),
        (RosterAt::Revision(2), Some((Some(2), Some("B".to_owned())))),
        (RosterAt::Latest, Some((Some(3), None))),
        (RosterAt::Draft, Some((None, Some("N".to_owned())))),
        (
            RosterAt::Moment(at(1, "00:00")),
            Some((Some(1), Some("A".to_owned()))),
        ),
        (
            RosterAt::Moment(at(1, "12:00")),
            Some((Some(2), Some("B".to_owned()))),
        ),
        (RosterAt::Moment(at(9, "12:00")), Some((Some(3), None))),
        (RosterAt::Moment(at(1, "00:00") - Duration::days(30)), None),
        (RosterAt::Revision(9), None),
    ];
    for (asked, expected) in cases {
        assert_eq!(code(asked).await, expected, "{asked:?}");
    }
    let state = models
        .read(|view| view.roster_state(&desk(), month()))
        .await
        .unwrap()
        .unwrap();
    assert!(state.has_unpublished_edits);
    assert_eq!((state.revision, state.stream_revision), (Some(3), 5));
}

#[tokio::test]
async fn t4_a_roster_changed_after_the_day_was_closed_does_not_rewrite_the_day() {
    let before = amended(2, at(1, "12:00"), vec![change(1, 1, "A", "B")]);
    let after = amended(
        3,
        at(9, "12:00"),
        vec![change(1, 1, "B", "-"), change(1, 9, "A", "-")],
    );
    let more = vec![before, closed_day(1), after];
    let (models, _log, _folder) = given(1, &[(1, vec!["A"; 9])], more).await;
    let records = models
        .read(|view| view.day_records(&desk(), day(1), day(9)))
        .await
        .unwrap();
    assert_eq!(records[0].shift.as_ref().unwrap().as_str(), "B");
    assert_eq!(records[0].roster.as_ref().unwrap().revision, 2);
    assert_eq!(records[8].status, DayStatus::DayOff);
}

#[tokio::test]
async fn m1_the_board_knows_who_was_where_at_any_moment() {
    let more = vec![
        punch(1, PunchKind::In, at(1, "08:55")),
        punch(2, PunchKind::In, at(1, "09:00")),
        presence(1, at(1, "09:00"), true),
        punch(1, PunchKind::MealStart, at(1, "12:00")),
        punch(1, PunchKind::MealEnd, at(1, "12:30")),
        punch(2, PunchKind::Out, at(1, "15:00")),
        punch(1, PunchKind::Out, at(1, "18:00")),
        call(1, at(1, "12:10"), None),
    ];
    let cells = [
        (1, vec!["A"]),
        (2, vec!["A"]),
        (3, vec!["A"]),
        (4, vec!["B"]),
        (5, vec!["-"]),
    ];
    let (models, _log, _folder) = given(5, &cells, more).await;
    let board = |text: &'static str| {
        let models = models.clone();
        async move {
            models
                .read(move |view| view.desk_board(&desk(), at(1, text)))
                .await
                .unwrap()
                .unwrap()
        }
    };
    let cases = [
        (
            "08:00",
            [Post::Before, Post::Before, Post::Before, Post::Before],
        ),
        (
            "09:30",
            [Post::OnPost, Post::OnPost, Post::Missing, Post::Before],
        ),
        (
            "12:15",
            [Post::AtMeal, Post::OnPost, Post::Missing, Post::Before],
        ),
        (
            "12:40",
            [Post::OnPost, Post::OnPost, Post::Missing, Post::Before],
        ),
        (
            "15:30",
            [Post::OnPost, Post::Away, Post::Missing, Post::Missing],
        ),
        (
            "19:00",
            [Post::After, Post::After, Post::After, Post::Missing],
        ),
    ];
    for (text, expected) in cases {
        let found: Vec<Post> = board(text)
            .await
            .people
            .iter()
            .map(|person| person.at.post)
            .collect();
        assert_eq!(found, expected, "{text}");
    }
    let noon = board("12:15").await;
    assert_eq!(
        (noon.people[0].online, noon.people[1].online),
        (Some(true), None)
    );
    assert_eq!(noon.calls_unanswered.len(), 1);
    let slot = &noon.demand[0];
    assert_eq!(
        (slot.start.to_string(), slot.end.to_string()),
        ("12:00".to_owned(), "12:30".to_owned())
    );
    assert_eq!(
        (slot.minimum, slot.target, slot.on_post, slot.at_meal),
        (1, 2, 1, 1)
    );
    assert!(board("03:00").await.demand.is_empty());
}

#[tokio::test]
async fn requests_wait_in_their_inbox_until_decided() {
    let refused = entry(
        Stream::Attendance(person(1), month()),
        AttendanceEvent::from(CorrectionRefused {
            correction: domain::ids::CorrectionId(uuid(2)),
            by: "LEAD".into(),
            reason: "不属实".to_owned(),
            at: at(3, "12:00"),
        }),
    );
    let more = vec![
        correction(1, 1, 1, Side::In, "09:00"),
        correction(2, 1, 2, Side::In, "09:00"),
        correction(3, 2, 2, Side::In, "09:00"),
        refused,
        correction_approved(3, 2),
        leave(4, 1, 3, 4),
        swap_requested(5, 1, 3, 2, Some(4)),
        swap_requested(6, 2, 3, 1, None),
        roster(SwapAgreed {
            swap: SwapId(uuid(5)),
            at: at(1, "10:00"),
        }),
    ];
    let (models, log, _folder) = given(2, &[(1, vec!["A"; 4]), (2, vec!["B"; 4])], more).await;
    let ids = models
        .read(|view| {
            let corrections = view.corrections_pending(&desk())?;
            let to_file = view.corrections_to_file(&desk())?;
            let leaves = view.leaves_pending(&desk())?;
            let swaps = view.swaps_pending(&desk())?;
            let answers = view.swaps_to_answer(&person(1))?;
            assert_eq!(corrections[0].name, "员工1");
            assert_eq!(swaps[0].with_name, "员工2");
            assert_eq!(view.corrections_used(&person(1), month())?, 1);
            assert_eq!(view.corrections_of(&person(1), month())?.len(), 2);
            assert_eq!(view.swaps_of(&person(2), month())?.len(), 2);
            let status = view.period_status(&desk(), month())?;
            assert_eq!((status.corrections_pending, status.leaves_pending), (1, 1));
            assert_eq!((status.days_open, status.closed), (31, None));
            Ok([
                corrections
                    .iter()
                    .map(|row| row.correction.0)
                    .collect::<Vec<_>>(),
                to_file.iter().map(|row| row.correction.0).collect(),
                leaves.iter().map(|row| row.leave.0).collect(),
                swaps.iter().map(|row| row.swap.0).collect(),
                answers.iter().map(|row| row.swap.0).collect(),
            ])
        })
        .await
        .unwrap();
    assert_eq!(
        ids,
        [
            vec![uuid(1)],
            vec![uuid(3)],
            vec![uuid(4)],
            vec![uuid(5)],
            vec![uuid(6)]
        ]
    );

    let approved = roster(SwapApproved {
        swap: SwapId(uuid(5)),
        revision: 2,
        changes: vec![change(1, 3, "A", "-"), change(2, 3, "B", "A")],
        by: "LEAD".into(),
        role: Role::Lead,
        at: at(2, "10:00"),
    });
    append(&log, &approved).await;
    models.catch_up(&log).await.unwrap();
    let swap = models
        .read(|view| view.swap(SwapId(uuid(5))))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (swap.status, swap.revision),
        (SwapStatus::Approved, Some(2))
    );
    let shifts = models
        .read(|view| view.shifts_of(&person(2), day(3), day(3)))
        .await
        .unwrap();
    assert_eq!(shifts[&day(3)].shift.as_ref().unwrap().code.as_str(), "A");
}

#[tokio::test]
async fn t2_a_balance_is_a_ledger_of_what_was_earned_and_taken() {
    let earned = entry(
        Stream::Leave(person(1), 2026),
        LeaveEvent::from(BalanceMoved {
            staff: person(1),
            kind: LeaveKind::Compensatory,
            minutes: Minutes(600),
            reason: "加班".to_owned(),
            work_date: Some(day(1)),
            expires: None,
            by: "LEAD".into(),
            at: at(1, "00:00") - Duration::days(9),
        }),
    );
    let more = vec![
        earned,
        leave(1, 1, 3, 3),
        leave_approved(1, 1),
        leave(2, 1, 4, 4),
    ];
    let (models, _log, _folder) = given(1, &[(1, vec!["A"; 4])], more).await;
    let balances = models
        .read(|view| view.leave_balances(&person(1)))
        .await
        .unwrap();
    assert_eq!(balances.len(), 1);
    let balance = &balances[0];
    assert_eq!(
        (balance.minutes, balance.pending_minutes),
        (Minutes(120), Minutes(480))
    );
    let moves: Vec<i64> = balance.lines.iter().map(|line| line.minutes.0).collect();
    assert_eq!(moves, [600, -480]);
}

#[tokio::test]
async fn t3_weekly_duty_tables_are_due_overdue_or_late() {
    // Weeks of 7, 14 and 21 December; the policy's due moment decides.
    let monday = day(7);
    let (models, log, _folder) = given(1, &[(1, vec!["A"; 31])], vec![]).await;
    let due = models
        .read(move |view| view.duty_weeks(&desk(), monday, monday, at(1, "00:00")))
        .await
        .unwrap()[0]
        .due_at
        .unwrap();
    assert!(due < at(7, "00:00") && due > at(1, "00:00") - Duration::days(1));
    let submitted = |week: i64, moment| {
        roster(DutyTableSubmitted {
            week_start: day(week),
            revision: 1,
            by: "LEAD".into(),
            at: moment,
        })
    };
    append(&log, &submitted(7, due)).await;
    append(
        &log,
        &submitted(14, due + Duration::days(7) + Duration::minutes(1)),
    )
    .await;
    append(
        &log,
        &amended(2, at(10, "12:00"), vec![change(1, 20, "A", "B")]),
    )
    .await;
    models.catch_up(&log).await.unwrap();
    let weeks = models
        .read(|view| view.duty_weeks(&desk(), day(7), day(21), at(21, "00:00")))
        .await
        .unwrap();
    let seen: Vec<_> = weeks
        .iter()
        .map(|week| {
            (
                week.submission.is_some(),
                week.is_overdue,
                week.was_late,
                week.has_changed_since,
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            (true, false, false, true),
            (true, false, true, true),
            (false, true, false, false)
        ]
    );
    let early = models
        .read(|view| view.duty_weeks(&desk(), day(21), day(21), at(10, "00:00")))
        .await
        .unwrap();
    assert!(!early[0].is_overdue);
}

#[tokio::test]
async fn t10_occurrences_are_listed_with_their_excuse() {
    let mut more = vec![
        punch(1, PunchKind::In, at(1, "09:00")),
        punch(1, PunchKind::Out, at(1, "18:00")),
    ];
    for (off, on) in [
        ("10:00", "10:04"),
        ("11:00", "11:05"),
        ("13:00", "13:30"),
        ("15:00", "15:20"),
    ] {
        more.push(presence(1, at(1, off), false));
        more.push(presence(1, at(1, on), true));
    }
    more.push(evidence(
        day(1),
        PresenceExcused {
            staff: person(1),
            from: at(1, "13:00"),
            until: at(1, "13:30"),
            reason: "停电".to_owned(),
            by: "LEAD".into(),
            at: at(1, "14:00"),
        },
    ));
    more.push(closed_day(1));
    let (models, log, _folder) = given(1, &[(1, vec!["A", "A"])], more).await;
    let read = || async {
        models
            .read(|view| view.presence_occurrences(&desk(), month()))
            .await
            .unwrap()
    };
    let mut seen: Vec<_> = read()
        .await
        .iter()
        .map(|found| (found.offline_at.unwrap(), found.excused))
        .collect();
    seen.sort();
    assert_eq!(
        seen,
        [
            (at(1, "11:00"), false),
            (at(1, "13:00"), true),
            (at(1, "15:00"), false)
        ]
    );
    let rules = |rows: Vec<projections::PenaltyRow>| {
        rows.into_iter()
            .filter_map(|row| row.rule)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        rules(
            models
                .read(|view| view.penalties(&desk(), month()))
                .await
                .unwrap()
        ),
        []
    );
    // The third one that counts makes the penalty.
    for entry in [
        punch(1, PunchKind::In, at(2, "09:00")),
        presence(1, at(2, "10:00"), false),
        presence(1, at(2, "10:09"), true),
        punch(1, PunchKind::Out, at(2, "18:00")),
        closed_day(2),
    ] {
        append(&log, &entry).await;
    }
    models.catch_up(&log).await.unwrap();
    let rows = models
        .read(|view| view.penalties(&desk(), month()))
        .await
        .unwrap();
    assert_eq!(rules(rows), [RuleId::T10]);
}

#[tokio::test]
async fn a_penalty_opens_to_the_events_behind_it() {
    let mut more = complaint(7, 1, 1, Some(true));
    more.extend([
        punch(1, PunchKind::In, at(1, "09:00")),
        punch(1, PunchKind::Out, at(1, "18:00")),
        closed_day(1),
    ]);
    let (models, _log, _folder) = given(1, &[(1, vec!["A"])], more).await;
    let (row, evidence, trail) = models
        .read(|view| {
            let row = view.penalties_of(&person(1), month())?.remove(0);
            let evidence = view.evidence(&row.evidence)?;
            let trail = view.audit(&Stream::Evidence(desk(), day(1)))?;
            Ok((row, evidence, trail))
        })
        .await
        .unwrap();
    assert_eq!(
        (row.rule, row.amount, row.status),
        (Some(RuleId::T15), Fen(500), SanctionStatus::Proposed)
    );
    let words: Vec<&str> = evidence
        .iter()
        .map(|event| event.words_zh.as_str())
        .collect();
    assert!(
        words.contains(&"LEAD查明员工1的投诉属实:听了录音"),
        "{words:?}"
    );
    assert!(
        evidence.iter().any(|event| event.words_en
            == "customer complaint (discourtesy, 2026-12-01 12:00:00): 态度差")
    );
    assert_eq!(event_ids(&trail).len(), 2);
    assert!(
        event_ids(&evidence)
            .iter()
            .all(|event| row.evidence.contains(event))
    );
}

#[tokio::test]
async fn t9_a_colleagues_punch_in_the_place_of_an_absent_one_is_evidence() {
    // Nobody asked for a swap; person 2, off that day, punched in for person 1's shift.
    let mut more = vec![
        punch(2, PunchKind::In, at(1, "08:58")),
        punch(2, PunchKind::Out, at(1, "18:00")),
    ];
    more.extend((1..=5).map(closed_day));
    let (models, log, _folder) = given(2, &[(1, vec!["A"]), (2, vec!["-"])], more).await;
    let rules = || async {
        let rows = models
            .read(|view| view.penalties_of(&person(1), month()))
            .await
            .unwrap();
        rows.iter().filter_map(|row| row.rule).collect::<Vec<_>>()
    };
    assert_eq!(rules().await, [RuleId::T9]);
    let rows = models
        .read(|view| view.exceptions(&desk(), day(1), day(1)))
        .await
        .unwrap();
    let kinds: Vec<ExceptionKind> = rows
        .iter()
        .filter(|row| row.staff == person(1))
        .map(|row| row.kind)
        .collect();
    assert_eq!(
        kinds,
        [ExceptionKind::Absent, ExceptionKind::UnarrangedSwap]
    );
    let _ = log;
}

#[tokio::test]
async fn a_persons_day_and_month_show_what_is_theirs() {
    let more = vec![
        punch(1, PunchKind::In, at(1, "21:50")),
        punch(1, PunchKind::MealStart, at(1, "02:00+1")),
    ];
    let (models, _log, _folder) = given(2, &[(1, vec!["N", "-", "A"]), (2, vec!["A"])], more).await;
    let (date, mine, month_of) = models
        .read(|view| {
            Ok((
                view.work_date_at(&person(1), at(1, "02:05+1"))?,
                view.my_day(&person(1), day(1))?.unwrap(),
                view.my_month(&person(1), month())?.unwrap(),
            ))
        })
        .await
        .unwrap();
    assert_eq!(
        date,
        Some(day(1)),
        "a night shift's small hours belong to the day it began"
    );
    assert_eq!(mine.punches.len(), 2);
    assert_eq!(mine.punch_next, [PunchKind::MealEnd]);
    assert_eq!((mine.corrections_used, mine.corrections_max), (0, Some(5)));
    assert_eq!(mine.template.unwrap().code.as_str(), "N");
    assert_eq!(month_of.days.len(), 31);
    assert!(month_of.days[1].is_rostered && month_of.days[1].shift.is_none());
    assert!(!month_of.days[3].is_rostered);
    assert_eq!(month_of.days[4].day_kind, Some(DayKind::Statutory));
    assert_eq!(month_of.summary.unwrap().due_days, 2);
    let after = models
        .read(|view| view.work_date_at(&person(1), at(2, "20:00")))
        .await
        .unwrap();
    assert_eq!(after, Some(day(2)));
    let nobody = models
        .read(|view| view.my_day(&person(9), day(1)))
        .await
        .unwrap();
    assert_eq!(nobody, None);
}

#[tokio::test]
async fn a_refused_leave_is_read_with_its_reason() {
    let refused = entry(
        Stream::Leave(person(1), 2026),
        LeaveEvent::from(LeaveRefused {
            leave: domain::ids::LeaveId(uuid(1)),
            by: "LEAD".into(),
            reason: "人手不够".to_owned(),
            at: at(1, "12:00"),
        }),
    );
    let (models, _log, _folder) =
        given(1, &[(1, vec!["A"])], vec![leave(1, 1, 1, 1), refused]).await;
    let row = models
        .read(|view| view.leaves_of(&person(1), month()))
        .await
        .unwrap()
        .remove(0);
    assert_eq!(row.status, RequestStatus::Refused);
    assert_eq!(row.decision.unwrap().reason.as_deref(), Some("人手不够"));
}
