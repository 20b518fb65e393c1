//! Lanes, alerts, categories and budgets in the read models (M3, M4, M6, M10, D8).
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::*;
use domain::event::*;
use domain::ids::AlertId;
use domain::quantities::Fen;
use domain::work_date::DayMinute;
use eventlog::memory::MemoryLog;
use projections::{ReadModels, View};

fn stint(lane: &str, number: u32, start: i32, end: i32) -> LaneStint {
    LaneStint {
        lane: lane.into(),
        staff: person(number),
        start: DayMinute(start),
        end: DayMinute(end),
    }
}

/// Two tills; the first day planned for two people of shift A, one of whom is taken off it afterwards; an alert from
/// 11:00 to 11:40; a promoter; a budget.
fn story() -> Vec<Entry> {
    let on_desk = |event: DeskEvent| entry(Stream::Desk(desk()), event);
    let lane = |id: &str| Lane {
        id: id.into(),
        name: format!("{id}号"),
        skill: "presale".into(),
    };
    let alert = AlertId(uuid(77));
    let mut entries = founded(2);
    entries.extend(published(&[(1, vec!["A"]), (2, vec!["A"])]));
    entries.push(on_desk(
        LanesDefined {
            lanes: vec![lane("t1"), lane("t2")],
        }
        .into(),
    ));
    entries.push(on_desk(
        BudgetSet {
            month: month(),
            amount: Fen(100),
            by: "HR".into(),
        }
        .into(),
    ));
    entries.push(entry(
        Stream::Staff(person(2)),
        StaffEvent::from(CategorySet {
            from: day(2),
            category: Category::Promoter,
            by: "LEAD".into(),
        }),
    ));
    entries.push(roster(LanesPlanned {
        date: day(1),
        order: vec!["t2".into(), "t1".into()],
        stints: vec![stint("t2", 1, 540, 1080), stint("t1", 2, 540, 1080)],
        by: "LEAD".into(),
        at: at(1, "08:00"),
    }));
    entries.push(roster(LanesOpened {
        date: day(1),
        openings: vec![LaneOpening {
            start: DayMinute(600),
            end: DayMinute(660),
            open: 1,
        }],
        reason: "客少".into(),
        by: "LEAD".into(),
        at: at(1, "09:00"),
    }));
    entries.push(amended(2, at(1, "08:30"), vec![change(2, 1, "A", "-")]));
    entries.push(evidence(
        day(1),
        AlertRaised {
            alert,
            text: "排队".into(),
            remedy: String::new(),
            by: person(1),
            at: at(1, "11:00"),
        },
    ));
    entries.push(evidence(
        day(1),
        AlertClosed {
            alert,
            note: "好了".into(),
            by: person(1),
            at: at(1, "11:40"),
        },
    ));
    entries
}

async fn asked<T: Send + 'static>(
    models: &ReadModels,
    query: impl FnOnce(&View<'_>) -> projections::Result<T> + Send + 'static,
) -> T {
    models.read(query).await.unwrap()
}

#[tokio::test]
async fn a_day_of_lanes_is_told_as_it_was_planned_opened_and_changed() {
    let log = MemoryLog::new();
    append_all(&log, &story()).await;
    let (models, _folder) = models_of(&log).await;
    let plan = asked(&models, |view| view.lane_plan(&desk(), day(1)))
        .await
        .unwrap();
    let lanes: Vec<String> = plan
        .lanes
        .iter()
        .map(|line| {
            format!(
                "{} {:?} {}",
                line.lane.id, line.place, line.stints[0].stands
            )
        })
        .collect();
    // Whoever was taken off the roster no longer stands at the lane.
    assert_eq!(lanes, ["t2 Some(1) true", "t1 Some(2) false"]);
    let open: Vec<String> = plan
        .stretches
        .iter()
        .map(|s| {
            let ids = |ids: &[domain::ids::LaneId]| {
                ids.iter()
                    .map(ToString::to_string)
                    .collect::<Vec<_>>()
                    .join("+")
            };
            format!(
                "{}-{} {} unheld {}",
                s.start,
                s.end,
                ids(&s.open),
                ids(&s.unheld)
            )
        })
        .collect();
    // Two wished for from 09:00 to 24:00, one by hand from 10:00 to 11:00; after 18:00 nobody is placed anywhere.
    assert_eq!(
        open,
        [
            "09:00-10:00 t2+t1 unheld t1",
            "10:00-11:00 t2 unheld ",
            "11:00-18:00 t2+t1 unheld t1",
            "18:00-24:00 t2+t1 unheld t2+t1",
        ]
    );
    let of = |number| {
        let models = models.clone();
        async move {
            asked(&models, move |view| {
                view.lanes_of(&desk(), &person(number), day(1))
            })
            .await
        }
    };
    assert_eq!(of(1).await.len(), 1);
    assert_eq!(of(2).await, []);
    // A day nobody planned is in the desk's own order; another desk has none.
    let next = asked(&models, |view| view.lane_plan(&desk(), day(2)))
        .await
        .unwrap();
    assert_eq!((next.planned_at, next.lanes[0].place), (None, None));
}

#[tokio::test]
async fn an_alert_stood_while_it_stood() {
    let log = MemoryLog::new();
    append_all(&log, &story()).await;
    let (models, _folder) = models_of(&log).await;
    for (moment, standing) in [("10:59", 0), ("11:00", 1), ("11:39", 1), ("11:40", 0)] {
        let then = asked(&models, move |view| view.alerts_at(&desk(), at(1, moment))).await;
        assert_eq!(then.len(), standing, "{moment}");
    }
    assert!(
        asked(&models, |view| view.alerts_open(&desk()))
            .await
            .is_empty()
    );
    let told = asked(&models, |view| view.alerts_of_desk(&desk(), day(1), day(1))).await;
    assert_eq!(told[0].closed.as_ref().unwrap().note, "好了");
}

#[tokio::test]
async fn a_category_goes_by_its_day_and_a_budget_by_its_month() {
    let log = MemoryLog::new();
    append_all(&log, &story()).await;
    let (models, _folder) = models_of(&log).await;
    let two = asked(&models, |view| view.staff_one(&person(2)))
        .await
        .unwrap();
    assert_eq!(two.category_on(day(1)), Category::Regular);
    assert_eq!(two.category_on(day(2)), Category::Promoter);
    let budget = asked(&models, |view| view.budget(&desk(), month())).await;
    assert_eq!(budget.unwrap().amount, Fen(100));
    let other = asked(&models, |view| view.budget(&desk(), month().next())).await;
    assert_eq!(other, None);
}

#[tokio::test]
async fn event_by_event_or_all_at_once_the_rows_are_the_same() {
    let log = MemoryLog::new();
    let folder = tempfile::tempdir().unwrap();
    let models = ReadModels::open(folder.path()).unwrap();
    for entry in story() {
        append(&log, &entry).await;
        models.catch_up(&log).await.unwrap();
    }
    let (_at_once, other) = models_of(&log).await;
    assert_eq!(dump(folder.path()), dump(other.path()));
}
