//! A desk that hands its post over: a day's record rests on colleagues, and still the rows are the same however the log
//! reached the read models (P5, P7, S4, D9).
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use chrono::Duration;
use common::*;
use domain::event::*;
use domain::ids::{HandoverId, ItemId, OutingId};
use domain::policy::document::ONLINE_SHOP;
use eventlog::memory::MemoryLog;
use projections::ReadModels;
use proptest::prelude::*;

const PEOPLE: u32 = 4;
const DAYS: i64 = 5;

/// A small generator of our own, so that a script is one number.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
    fn is(&mut self, percent: usize) -> bool {
        self.roll(100) < percent
    }
    fn minutes(&mut self, from: i64, until: i64) -> Duration {
        let span = usize::try_from(until - from).unwrap();
        Duration::minutes(from + i64::try_from(self.roll(span)).unwrap())
    }
    fn person(&mut self) -> u32 {
        1 + u32::try_from(self.roll(usize::try_from(PEOPLE).unwrap())).unwrap()
    }
}

/// The desk on rules that ask for handovers.
fn founded_handing_over() -> Vec<Entry> {
    let mut entries = founded(PEOPLE);
    for entry in &mut entries {
        if let Event::Desk(DeskEvent::PolicyAdopted(adopted)) = &mut entry.event {
            adopted.document = format!(
                "{ONLINE_SHOP}\n[version.handover]\nshifts = [\"A\", \"B\", \"C\", \"N\"]\n\
                 [version.open_items]\nclock_out_refused = true\novertime_counts = true\n"
            );
        }
    }
    entries
}

/// Everybody comes late at times, hands over or does not, works outside, finishes things; facts come in any order.
fn script(seed: u64) -> Vec<Entry> {
    let mut dice = Dice(seed);
    let codes = ["A", "B", "N", "-"];
    let plan: Vec<(u32, Vec<&str>)> = (1..=PEOPLE)
        .map(|number| (number, (0..DAYS).map(|_| codes[dice.roll(4)]).collect()))
        .collect();
    let mut entries = published(&plan);
    let mut id = 10_000u128;
    for date in 1..=DAYS {
        for (number, days) in &plan {
            let code = days[usize::try_from(date - 1).unwrap()];
            let Some(shift) = shift(code) else { continue };
            let start = ZONE.instant(day(date), shift.segments[0].start);
            let end = ZONE.instant(day(date), shift.segments[0].end);
            id += 10;
            if dice.is(90) {
                entries.push(punch(
                    *number,
                    PunchKind::In,
                    start + dice.minutes(-30, 120),
                ));
            }
            let (item, handover, outing) = (
                ItemId(uuid(id)),
                HandoverId(uuid(id + 1)),
                OutingId(uuid(id + 2)),
            );
            if dice.is(50) {
                let raised = ItemRaised {
                    item,
                    staff: person(*number),
                    text: format!("事项 {id}"),
                    by: "LEAD".into(),
                    at: start,
                };
                entries.push(evidence(day(date), raised));
            }
            if dice.is(30) {
                let left = start + dice.minutes(30, 300);
                let registered = OutingRegistered {
                    outing,
                    staff: person(*number),
                    work_date: day(date),
                    place: "外".to_owned(),
                    purpose: "访".to_owned(),
                    expected_return_at: left + dice.minutes(30, 400),
                    at: left,
                };
                entries.push(evidence(day(date), registered));
                if dice.is(50) {
                    let at = left + dice.minutes(20, 300);
                    entries.push(evidence(day(date), OutingReturned { outing, at }));
                }
                if dice.is(30) {
                    let checked = OutingChecked {
                        outing,
                        confirmed: dice.is(50),
                        note: String::new(),
                        by: "LEAD".into(),
                        at: left,
                    };
                    entries.push(evidence(day(date), checked));
                }
            }
            if dice.is(20) {
                let checked = SpotChecked {
                    staff: person(*number),
                    at: start + dice.minutes(0, 400),
                    on_post: false,
                    note: String::new(),
                    by: "LEAD".into(),
                };
                entries.push(evidence(day(date), checked));
            }
            let released = end + dice.minutes(-10, 90);
            if dice.is(70) {
                let offered = HandoverOffered {
                    handover,
                    staff: person(*number),
                    work_date: day(date),
                    to_post: None,
                    notes: "注意".to_owned(),
                    items: vec![item],
                    at: end,
                };
                entries.push(evidence(day(date), offered));
                if dice.is(80) {
                    let staff = person(dice.person());
                    let signed = HandoverSigned {
                        handover,
                        signer: HandoverSigner::Relief { staff },
                        at: released,
                    };
                    entries.push(evidence(day(date), signed));
                }
            } else if dice.is(40) {
                let waived = HandoverWaived {
                    staff: person(*number),
                    work_date: day(date),
                    reason: "急".to_owned(),
                    by: "LEAD".into(),
                    at: released,
                };
                entries.push(evidence(day(date), waived));
            }
            if dice.is(40) {
                let closed = ItemClosed {
                    item,
                    note: String::new(),
                    by: person(dice.person()),
                    at: end + dice.minutes(-60, 60),
                };
                entries.push(evidence(day(date), closed));
            }
            if dice.is(90) {
                entries.push(punch(
                    *number,
                    PunchKind::Out,
                    released + dice.minutes(-5, 30),
                ));
            }
            if dice.is(10) {
                entries.push(leave(id, *number, date, date));
                entries.push(leave_approved(id, *number));
            }
            if dice.is(10) {
                entries.push(correction(id, *number, date, Side::In, "09:00"));
                entries.push(correction_approved(id, *number));
            }
        }
        if dice.is(60) {
            let revision = u32::try_from(entries.len()).unwrap();
            let changed = date - 1 + i64::try_from(dice.roll(3)).unwrap();
            let change = change(dice.person(), changed, "A", codes[dice.roll(4)]);
            entries.push(amended(revision, at(date, "10:00"), vec![change]));
        }
        entries.push(closed_day(date));
    }
    for _ in 0..entries.len() / 3 {
        let place = dice.roll(entries.len() - 8);
        let other = place + dice.roll(8);
        entries.swap(place, other);
    }
    // The rules may come late, too.
    let mut founding = founded_handing_over();
    if dice.is(30) {
        let late = founding.remove(2);
        let place = dice.roll(entries.len());
        entries.insert(place, late);
    }
    founding.extend(entries);
    founding
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn handovers_give_the_rows_of_one_replay(seed: u64, percent in 30usize..=100, cuts in prop::collection::vec(1usize..30, 1..20)) {
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap().block_on(async {
            let log = MemoryLog::new();
            let folder = tempfile::tempdir().unwrap();
            let models = ReadModels::open(folder.path()).unwrap();
            let entries = script(seed);
            let length = (entries.len() * percent / 100).max(20);
            let mut rest = entries.into_iter().take(length).peekable();
            let mut cuts = cuts.iter().cycle();
            while rest.peek().is_some() {
                let batch: Vec<Entry> = rest.by_ref().take(*cuts.next().unwrap()).collect();
                append_all(&log, &batch).await;
                models.catch_up(&log).await.unwrap();
            }
            let (_whole, whole_folder) = models_of(&log).await;
            let (found, expected) = (dump(folder.path()), dump(whole_folder.path()));
            assert!(expected.len() > 20);
            let missing: Vec<&String> = expected.iter().filter(|row| !found.contains(row)).collect();
            let extra: Vec<&String> = found.iter().filter(|row| !expected.contains(row)).collect();
            assert!(missing.is_empty() && extra.is_empty(), "missing: {missing:#?}\nextra: {extra:#?}");
        });
    }
}

/// Of many scripts some hold what this is about: waiting, being waited for, leaving unrelieved, staying on, outings.
#[tokio::test]
async fn the_scripts_hold_what_they_are_about() {
    let (mut waited, mut kept, mut left, mut stayed, mut off) = (0, 0, 0, 0, 0);
    for seed in 0..16 {
        let log = MemoryLog::new();
        append_all(&log, &script(seed)).await;
        let (models, _folder) = models_of(&log).await;
        let found = models.read(|view| view.day_records(&desk(), day(1), day(DAYS)));
        for record in found.await.unwrap() {
            let post = record.post;
            waited += usize::from(!post.handover_wait_minutes.is_zero());
            kept += post.kept_waiting.len();
            left += post.left_unrelieved.len();
            stayed += usize::from(post.stayed_on.is_some());
            off += post.off_post.len();
        }
    }
    let counts = [waited, kept, left, stayed, off];
    assert!(counts.iter().all(|&count| count > 1), "{counts:?}");
    // Every wait on somebody's account stands in that person's record, where they have one.
    assert!(kept <= waited, "{counts:?}");
}
