//! The files: their figures, their safety, and that they repeat.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use calamine::{Data, Reader, Xlsx};
use common::*;
use domain::event::*;
use domain::ids::{RuleId, SanctionId};
use domain::quantities::Fen;
use eventlog::EventLog;
use eventlog::memory::MemoryLog;
use projections::{ReadModels, Replica, RosterAt, SanctionStatus};
use std::io::Cursor;

const HOSTILE: &str = "=cmd|'/c calc'!A0";

async fn csv(models: &ReadModels) -> String {
    let bytes = models
        .read(|view| view.attendance_csv(&desk(), month()))
        .await
        .unwrap();
    String::from_utf8(bytes).unwrap()
}

/// The cell of a person under a header.
fn cell(csv: &str, number: u32, header: &str) -> String {
    let rows: Vec<Vec<String>> = csv
        .trim_start_matches('\u{feff}')
        .split("\r\n")
        .filter(|line| !line.is_empty())
        .map(|line| {
            let line = line.strip_prefix('"').unwrap().strip_suffix('"').unwrap();
            line.split("\",\"")
                .map(|cell| cell.replace("\"\"", "\""))
                .collect()
        })
        .collect();
    let column = rows[0]
        .iter()
        .position(|found| found == header)
        .expect(header);
    let row = rows
        .iter()
        .find(|row| row[0] == person(number).as_str())
        .unwrap();
    row[column].clone()
}

/// Two people, three rostered days each; person 2 never punches in on day 2 (T8) and is absent on day 3 (T12).
async fn three_days() -> MemoryLog {
    let log = MemoryLog::new();
    let mut entries = founded(1);
    entries.push(hired(2, HOSTILE));
    entries.extend(published(&[
        (1, vec!["A", "A", "-"]),
        (2, vec!["A", "A", "A"]),
    ]));
    for date in 1..=2 {
        entries.push(punch(1, PunchKind::In, at(date, "09:06")));
        entries.push(punch(1, PunchKind::Out, at(date, "18:00")));
        if date == 1 {
            entries.push(punch(2, PunchKind::In, at(date, "09:00")));
        }
        entries.push(punch(2, PunchKind::Out, at(date, "18:00")));
    }
    entries.extend((1..=8).map(closed_day));
    append_all(&log, &entries).await;
    log
}

async fn sanction_of(models: &ReadModels, number: u32, rule: RuleId) -> SanctionId {
    let rows = models
        .read(|view| view.penalties(&desk(), month()))
        .await
        .unwrap();
    let mut found = rows
        .iter()
        .filter(|row| row.staff == person(number) && row.rule == Some(rule));
    let row = found.next().unwrap();
    assert!(found.next().is_none());
    row.sanction.clone()
}

#[tokio::test]
async fn the_attendance_month_has_the_figures_payroll_expects() {
    let log = three_days().await;
    let (models, _folder) = models_of(&log).await;
    let csv = csv(&models).await;
    assert!(csv.starts_with("\u{feff}\"工号\",\"姓名\",\"部门\",\"岗位\",\"应出勤天数\""));
    assert!(csv.ends_with("\r\n") && !csv.replace("\r\n", "").contains('\n'));
    let expected = [
        (1, "应出勤天数", "2"),
        (1, "实出勤天数", "2"),
        (1, "休息天数", "1"),
        (1, "工作时长(小时)", "17.80"),
        (1, "迟到次数", "2"),
        (1, "迟到时长(分钟)", "12"),
        (1, "扣款合计(元)", "0.00"),
        (2, "应出勤天数", "3"),
        (2, "实出勤天数", "2"),
        (2, "上班缺卡次数", "1"),
        (2, "下班缺卡次数", "0"),
        (2, "旷工天数", "1"),
        (2, "规则版本", "2026-1"),
        (2, "封存", ""),
        (2, "确认签字", ""),
    ];
    for (number, header, value) in expected {
        assert_eq!(cell(&csv, number, header), value, "{number} {header}");
    }
    let end = log.end().await.unwrap().unwrap();
    assert_eq!(cell(&csv, 1, "日志位置"), end.number().to_string());
}

#[tokio::test]
async fn t16_nothing_reaches_payroll_before_it_is_approved() {
    let log = three_days().await;
    let (models, _folder) = models_of(&log).await;
    let missed = sanction_of(&models, 2, RuleId::T8).await;
    let absent = sanction_of(&models, 2, RuleId::T12).await;
    for (kind, expected) in [
        ("verify", "0.00"),
        ("balance", "0.00"),
        ("approve", "10.00"),
    ] {
        append(&log, &sanction_step(kind, &missed, 2, 1000)).await;
        models.catch_up(&log).await.unwrap();
        let csv = csv(&models).await;
        assert_eq!(cell(&csv, 2, "扣款 缺卡未补 T8(元)"), expected, "{kind}");
        assert_eq!(cell(&csv, 2, "扣款合计(元)"), expected, "{kind}");
        assert_eq!(cell(&csv, 2, "扣款 旷工 T12(元)"), "0.00", "{kind}");
    }
    // An appeal takes it off again until it is decided.
    let on_sanctions = |event: SanctionEvent| entry(Stream::Sanctions(person(2), month()), event);
    let appealed = SanctionAppealed {
        sanction: missed.clone(),
        reason: "设备坏了".to_owned(),
        at: at(20, "12:00"),
    };
    append(&log, &on_sanctions(appealed.into())).await;
    models.catch_up(&log).await.unwrap();
    assert_eq!(cell(&csv(&models).await, 2, "扣款合计(元)"), "0.00");
    let rejected = AppealDecided {
        sanction: missed.clone(),
        upheld: false,
        reason: "设备正常".to_owned(),
        by: "GM".into(),
        at: at(21, "12:00"),
    };
    append(&log, &on_sanctions(rejected.into())).await;
    models.catch_up(&log).await.unwrap();
    assert_eq!(cell(&csv(&models).await, 2, "扣款合计(元)"), "10.00");

    let row = models
        .read(move |view| view.penalty(&absent))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (row.status, row.amount),
        (SanctionStatus::Proposed, Fen(3000))
    );
}

#[tokio::test]
async fn a_penalty_whose_facts_vanish_is_withdrawn_and_its_decisions_stay_readable() {
    let log = three_days().await;
    let (models, _folder) = models_of(&log).await;
    let missed = sanction_of(&models, 2, RuleId::T8).await;
    for kind in ["verify", "balance", "approve"] {
        append(&log, &sanction_step(kind, &missed, 2, 1000)).await;
    }

    append(&log, &correction(50, 2, 2, Side::In, "09:00")).await;
    append(&log, &correction_approved(50, 2)).await;
    models.catch_up(&log).await.unwrap();
    let id = missed.clone();
    let row = models
        .read(move |view| view.penalty(&id))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(row.status, SanctionStatus::Withdrawn);
    assert!(!row.reaches_payroll);
    assert_eq!(row.steps.len(), 3);
    assert_eq!(cell(&csv(&models).await, 2, "扣款合计(元)"), "0.00");
}

#[tokio::test]
async fn a_closed_month_stays_as_it_was_and_late_facts_are_adjustments_due() {
    let log = three_days().await;
    let (models, _folder) = models_of(&log).await;
    let missed = sanction_of(&models, 2, RuleId::T8).await;
    for kind in ["verify", "balance", "approve"] {
        append(&log, &sanction_step(kind, &missed, 2, 1000)).await;
    }
    let exported = log.end().await.unwrap().unwrap();
    // A punch slips in between the export and the closing: it is not among the closed figures.
    append(&log, &punch(1, PunchKind::In, at(1, "08:50"))).await;
    append(&log, &closed_period(exported)).await;
    models.catch_up(&log).await.unwrap();
    let read = |models: ReadModels| async move {
        models
            .read(|view| {
                Ok((
                    view.attendance_csv(&desk(), month())?,
                    view.attendance_xlsx(&desk(), month())?,
                ))
            })
            .await
            .unwrap()
    };
    let closed = read(models.clone()).await;
    let text = String::from_utf8(closed.0.clone()).unwrap();
    assert_eq!(cell(&text, 1, "迟到次数"), "2");
    assert_eq!(cell(&text, 2, "扣款合计(元)"), "10.00");
    assert_eq!(cell(&text, 2, "封存"), "5ea1");
    // The closing's own position: as of it the same file is made again.
    let closing = log.end().await.unwrap().unwrap();
    assert_eq!(cell(&text, 2, "日志位置"), closing.number().to_string());

    append(&log, &correction(50, 2, 2, Side::In, "09:00")).await;
    append(&log, &correction_approved(50, 2)).await;
    append(&log, &hired(2, "改名")).await;
    models.catch_up(&log).await.unwrap();
    assert!(
        read(models.clone()).await == closed,
        "a closed export changed"
    );
    let (fresh, _fresh_folder) = models_of(&log).await;
    assert!(read(fresh).await == closed, "a replay gives another export");
    let as_of = Replica {
        until: Some(closing),
        ..Replica::default()
    };
    let folder = tempfile::tempdir().unwrap();
    let replica = as_of.build(folder.path(), &log).await.unwrap();
    assert!(
        read(replica).await == closed,
        "as of the closing it differs"
    );

    let due = models
        .read(|view| view.adjustments_due(&desk()))
        .await
        .unwrap();
    let of = |number| due.iter().find(|due| due.staff == person(number)).unwrap();
    assert_eq!((of(1).amount, of(1).days.len()), (Fen::ZERO, 1));
    assert_eq!(of(1).days[0].closed.as_ref().unwrap().late_minutes.0, 6);
    assert_eq!(of(1).days[0].now.as_ref().unwrap().late_minutes.0, 0);
    assert_eq!((of(2).amount, of(2).days[0].date), (Fen(1000), day(2)));
    assert!(!of(2).days[0].new_evidence.is_empty());

    append(
        &log,
        &entry(
            Stream::Period(desk(), month().next()),
            PeriodEvent::from(Adjusted {
                staff: person(2),
                source_month: month(),
                amount: Fen(1000),
                reason: "=补卡".to_owned(),
                by: "HR".into(),
                at: at(31, "12:00"),
                difference: None,
                days: Vec::new(),
                evidence: Vec::new(),
            }),
        ),
    )
    .await;
    models.catch_up(&log).await.unwrap();
    let due = models
        .read(|view| view.adjustments_due(&desk()))
        .await
        .unwrap();
    assert_eq!(
        due.iter()
            .find(|due| due.staff == person(2))
            .unwrap()
            .amount,
        Fen::ZERO
    );
    let next = models
        .read(|view| view.attendance_csv(&desk(), month().next()))
        .await
        .unwrap();
    let next = String::from_utf8(next).unwrap();
    assert_eq!(cell(&next, 2, "调整(上期)(元)"), "10.00");
    assert_eq!(cell(&next, 2, "备注"), "2026-12调整10.00元:=补卡");
}

#[tokio::test]
async fn no_cell_can_become_a_formula() {
    let log = three_days().await;
    let (models, _folder) = models_of(&log).await;
    let missed = sanction_of(&models, 2, RuleId::T8).await;
    append(
        &log,
        &entry(
            Stream::Sanctions(person(2), month()),
            SanctionEvent::from(SanctionVerified {
                sanction: missed,
                amount: Fen(1000),
                severity: None,
                note: "+1;@x".to_owned(),
                by: "LEAD".into(),
                at: at(9, "12:00"),
            }),
        ),
    )
    .await;
    models.catch_up(&log).await.unwrap();
    assert_eq!(cell(&csv(&models).await, 2, "姓名"), format!("'{HOSTILE}"));
    let penalties = models
        .read(|view| view.penalties_csv(&desk(), month()))
        .await
        .unwrap();
    let penalties = String::from_utf8(penalties).unwrap();
    assert!(penalties.contains("+1;'@x"), "{penalties}");
    for line in penalties
        .trim_start_matches('\u{feff}')
        .split("\r\n")
        .filter(|line| !line.is_empty())
    {
        let line = line.strip_prefix('"').unwrap().strip_suffix('"').unwrap();
        for cell in line.split("\",\"") {
            assert!(
                !cell.starts_with(['=', '+', '-', '@', '\t', '\r']),
                "{cell:?}"
            );
        }
    }

    let files = models
        .read(|view| {
            Ok([
                view.attendance_xlsx(&desk(), month())?,
                view.duty_table_xlsx(&desk(), day(1), day(31), RosterAt::Latest)?,
            ])
        })
        .await
        .unwrap();
    for file in files {
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(file)).unwrap();
        let mut names = 0;
        for sheet in book.sheet_names() {
            assert_eq!(
                book.worksheet_formula(&sheet).unwrap().used_cells().count(),
                0
            );
            let range = book.worksheet_range(&sheet).unwrap();
            names += range
                .used_cells()
                .filter(|(_, _, data)| **data == Data::String(HOSTILE.to_owned()))
                .count();
        }
        assert!(names > 0, "the name stands in the file as it is, as text");
    }
}

#[tokio::test]
async fn the_duty_table_reads_back_as_it_was_published() {
    let log = three_days().await;
    append(&log, &leave(60, 1, 2, 2)).await;
    append(&log, &leave_approved(60, 1)).await;
    let (models, _folder) = models_of(&log).await;
    let file = models
        .read(|view| view.duty_table_xlsx(&desk(), day(1), day(31), RosterAt::Latest))
        .await
        .unwrap();
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(file)).unwrap();
    let range = book.worksheet_range("排班表").unwrap();
    let text = |row: u32, column: u32| match range.get_value((row, column)) {
        Some(Data::String(text)) => text.clone(),
        Some(Data::Float(number)) => number.to_string(),
        other => format!("{other:?}"),
    };
    assert_eq!(text(0, 0), "网店客服部排班表");
    assert_eq!(text(1, 0), "2026-12-01 至 2026-12-31  第1版");
    assert_eq!(
        [text(2, 0), text(2, 1), text(2, 2)],
        ["工号", "姓名", "部门"]
    );
    // 1 December 2026 is a Tuesday.
    assert_eq!(
        [text(2, 3), text(3, 3), text(2, 4), text(3, 4)],
        ["1", "二", "2", "三"]
    );
    assert_eq!(
        [text(4, 0), text(4, 3), text(4, 4), text(4, 5)],
        ["S01", "A", "调休", "休"]
    );
    assert_eq!([text(5, 1), text(5, 3), text(5, 5)], [HOSTILE, "A", "A"]);
    assert_eq!(
        [text(2, 34), text(5, 34), text(5, 35), text(5, 36)],
        ["出勤天数", "3", "0", "27"]
    );
    assert_eq!([text(6, 0), text(6, 3), text(6, 5)], ["A班人数", "2", "1"]);
    assert_eq!([text(7, 0), text(7, 3), text(7, 5)], ["当日在岗", "2", "1"]);
}

#[tokio::test]
async fn the_same_prefix_gives_the_same_bytes_whenever_it_is_asked() {
    let log = three_days().await;
    let files = |models: ReadModels| async move {
        models
            .read(|view| {
                Ok([
                    view.attendance_csv(&desk(), month())?,
                    view.attendance_xlsx(&desk(), month())?,
                    view.penalties_csv(&desk(), month())?,
                    view.duty_table_xlsx(&desk(), day(1), day(7), RosterAt::Revision(1))?,
                ])
            })
            .await
            .unwrap()
    };
    let (first, _first_folder) = models_of(&log).await;
    let before = files(first.clone()).await;
    // Past the two seconds a ZIP file's clock resolves, so that a wall clock in the file would show.
    tokio::time::sleep(std::time::Duration::from_millis(2100)).await;
    assert!(files(first).await == before);
    let (second, _second_folder) = models_of(&log).await;
    assert!(files(second).await == before);
}
