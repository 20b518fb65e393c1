//! What happens at the desk: a seeded, believable timeline of what people do, feeds report and leads decide.
//!
//! Pure: given a day's roster it lists acts with their moments. `play` carries them out as real commands.

use super::desk::{SampleDesk, ZONE};
use super::dice::Dice;
use crate::app::inputs::{CallRow, RequestLeave, SpotCheck};
use chrono::{DateTime, Duration, Utc};
use domain::event::{Edge, LeaveKind, PunchKind, Side};
use domain::ids::{CallId, StaffId};
use domain::shift::{Cell, Shift};
use domain::work_date::{DayMinute, Month, WorkDate};

/// Something somebody does. `key` names a request, so that its answer finds it and a replay gives it the same id.
#[derive(Clone, Debug)]
pub(super) enum Act {
    Punch {
        staff: StaffId,
        kind: PunchKind,
    },
    Presence {
        staff: StaffId,
        online: bool,
    },
    Call(CallRow),
    SpotCheck(SpotCheck),
    RequestCorrection {
        key: String,
        staff: StaffId,
        date: WorkDate,
        edge: Edge,
        claimed_at: DateTime<Utc>,
    },
    DecideCorrection {
        key: String,
        by_gm: bool,
        approve: bool,
    },
    FileCorrection {
        key: String,
    },
    RequestLeave {
        key: String,
        staff: StaffId,
        request: RequestLeave,
    },
    EmergencyLeave {
        key: String,
        staff: StaffId,
        request: RequestLeave,
    },
    DecideLeave {
        key: String,
        approve: bool,
    },
    /// `arranged`: the lead will be asked in time; otherwise the giver stays away all the same (T9).
    RequestSwap {
        key: String,
        from: StaffId,
        give: WorkDate,
        with: StaffId,
        arranged: bool,
    },
    AgreeSwap {
        key: String,
        with: StaffId,
    },
    DecideSwap {
        key: String,
    },
    ComplainDiscourtesy {
        key: String,
        staff: StaffId,
        text: &'static str,
    },
    ComplainUnanswered {
        key: String,
        staff: StaffId,
        call: CallId,
        rang_at: DateTime<Utc>,
    },
    VerifyComplaint {
        key: String,
        staff: StaffId,
        upheld: bool,
    },
    ExcusePresence {
        staff: StaffId,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    },
    ProposeReward {
        staff: StaffId,
        date: WorkDate,
    },
    /// The post is handed to whoever relieves, before the last out-punch (P5).
    HandOver {
        staff: StaffId,
    },
    /// The day's meetings: who was there, the minutes, and who read them (S2, S3, D4).
    HoldMeetings(WorkDate),
    /// Tomorrow's lanes: the order in which they open, and who is at which (M4).
    PlanLanes(WorkDate),
    PlanMonth(Month),
    PublishMonth(Month),
    SubmitDutyTable {
        week_start: WorkDate,
    },
    BeginDay(WorkDate),
    CloseDays,
    VerifySanctions(Month),
    BalanceSanctions(Month),
    ApproveSanctions(Month),
    AppealOne(Month),
    ClosePeriod(Month),
}

/// An act and its moment.
pub(super) type Timed = (DateTime<Utc>, Act);

/// Days after a month's end on which it is decided and closed: corrections of its last day may be asked for until the
/// third day after (T6), so the fifth is the first calm day.
pub(super) const CLOSING_DAY: i64 = 5;

fn at(date: WorkDate, hour: i32, minute: i32) -> DateTime<Utc> {
    ZONE.instant(date, DayMinute(hour * 60 + minute))
}

/// The frame of a month: planning before it, routine during it, closing after it.
pub(super) fn month_frame(sample: SampleDesk, seed: u64, month: Month) -> Vec<Timed> {
    let planning = month.first().plus_days(-8);
    let mut acts = leave_asked_before(sample, seed, month, planning);
    acts.push((at(planning.plus_days(1), 14, 0), Act::PlanMonth(month)));
    acts.push((at(planning.plus_days(2), 10, 0), Act::PublishMonth(month)));
    for date in month.days() {
        acts.push((at(date, 0, 1), Act::CloseDays));
        acts.push((at(date, 0, 2), Act::BeginDay(date)));
        if !sample.lanes().is_empty() {
            acts.push((at(date.plus_days(-1), 18, 0), Act::PlanLanes(date)));
        }
        if date.weekday_from_monday() == 4 {
            acts.push(duty_table(seed, date));
        }
    }
    // The weeks that began before the month's first Friday were handed in with the month before, if it was played.
    let first_week = month.first().week_start();
    acts.push((
        at(planning.plus_days(2), 10, 30),
        Act::SubmitDutyTable {
            week_start: first_week,
        },
    ));
    let after = month.last().plus_days(CLOSING_DAY);
    for days in 1..=CLOSING_DAY {
        acts.push((at(month.last().plus_days(days), 0, 1), Act::CloseDays));
    }
    acts.push((at(after, 9, 0), Act::VerifySanctions(month)));
    acts.push((at(after, 10, 0), Act::BalanceSanctions(month)));
    acts.push((at(after, 11, 0), Act::ApproveSanctions(month)));
    acts.push((at(after, 13, 0), Act::AppealOne(month)));
    acts.push((at(after, 16, 0), Act::ClosePeriod(month)));
    acts
}

/// Fridays at four the next week's duty table goes to the administration (T3); once in a while it is late.
fn duty_table(seed: u64, friday: WorkDate) -> Timed {
    let mut dice = Dice::new(seed, &format!("duty table {friday}"));
    let late_days = if dice.happens(150) { 2 } else { 0 };
    let week_start = friday.plus_days(3);
    (
        at(
            friday.plus_days(late_days),
            15,
            i32::try_from(dice.between(20, 55)).unwrap_or(30),
        ),
        Act::SubmitDutyTable { week_start },
    )
}

/// About one working day in twelve is leave asked for before the roster is made.
fn leave_asked_before(
    sample: SampleDesk,
    seed: u64,
    month: Month,
    planning: WorkDate,
) -> Vec<Timed> {
    let mut acts = Vec::new();
    for staff in sample.people() {
        let mut dice = Dice::new(seed, &format!("leave {staff} {month}"));
        let blocks = dice.between(0, 2);
        for block in 0..blocks {
            let days_in_month = month.first().days_until(month.last()) + 1;
            let first = month
                .first()
                .plus_days(dice.between(0, days_in_month - 3) / 2 + block * days_in_month / 2);
            let length = dice.between(1, 2);
            let kind = *dice
                .pick(&[
                    LeaveKind::Annual,
                    LeaveKind::Compensatory,
                    LeaveKind::Personal,
                ])
                .unwrap_or(&LeaveKind::Personal);
            let last = first.plus_days(length - 1);
            if !month.contains(last) {
                continue;
            }
            let key = format!("leave {staff} {first}");
            let asked = at(planning, 9, i32::try_from(dice.between(0, 59)).unwrap_or(0));
            let reason = *dice
                .pick(&["家里有事", "探亲", "陪孩子", "办证件"])
                .unwrap_or(&"家里有事");
            let request = RequestLeave {
                kind,
                first,
                last,
                window: None,
                half: None,
                reason: reason.into(),
                evidence: None,
            };
            acts.push((
                asked,
                Act::RequestLeave {
                    key: key.clone(),
                    staff: staff.clone(),
                    request,
                },
            ));
            let approve = !dice.happens(60);
            acts.push((
                asked + Duration::hours(3),
                Act::DecideLeave { key, approve },
            ));
        }
    }
    acts
}

/// How often something happens to a person, in a thousand shifts.
struct Habits {
    late: i64,
    forgets: i64,
    long_meal: i64,
    offline: i64,
}

impl Habits {
    /// Most people are careful; every sixth is not.
    fn of(seed: u64, staff: &StaffId) -> Self {
        let careless = Dice::new(seed, &format!("habits {staff}")).happens(170);
        let times = if careless { 3 } else { 1 };
        Self {
            late: 30 * times,
            forgets: 12 * times,
            long_meal: 25 * times,
            offline: 10 * times,
        }
    }
}

/// Days between asking a colleague and the shift given away.
pub(super) const SWAP_AHEAD_DAYS: i64 = 3;

/// Everything that happens on a day, and what follows from it on later days. `stays_away` tells who is on leave or gave
/// the shift away without approval; `ahead` is the roster of the day for which swaps are asked today.
pub(super) fn day(
    sample: SampleDesk,
    seed: u64,
    date: WorkDate,
    cells: &[Cell],
    ahead: &[Cell],
    stays_away: &dyn Fn(&StaffId) -> bool,
) -> Vec<Timed> {
    let mut acts = Vec::new();
    let working: Vec<(&StaffId, &Shift)> = cells
        .iter()
        .filter_map(|cell| Some((&cell.staff, cell.shift.as_ref()?)))
        .filter(|(staff, _)| !stays_away(staff))
        .collect();
    for (staff, shift) in &working {
        person_day(sample, seed, date, staff, shift, &mut acts);
    }
    if sample.has_feeds() {
        feeds(seed, date, &working, &mut acts);
    }
    if sample.meets() {
        acts.push((at(date, 20, 30), Act::HoldMeetings(date)));
    }
    spot_check(seed, date, &working, &mut acts);
    swap(seed, date, ahead, &mut acts);
    acts
}

fn person_day(
    sample: SampleDesk,
    seed: u64,
    date: WorkDate,
    staff: &StaffId,
    shift: &Shift,
    acts: &mut Vec<Timed>,
) {
    let mut dice = Dice::new(seed, &format!("day {staff} {date}"));
    let habits = Habits::of(seed, staff);
    let (Some(first), Some(last)) = (shift.segments.first(), shift.segments.last()) else {
        return;
    };
    let start = ZONE.instant(date, first.start);
    let end = ZONE.instant(date, last.end);

    // Twice in a thousand shifts somebody simply does not come; a little more often somebody falls ill that morning and
    // the lead files the leave before the shift begins (T12).
    if dice.happens(3) {
        return;
    }
    if dice.happens(6) {
        let key = format!("sick {staff} {date}");
        let request = RequestLeave {
            kind: LeaveKind::Sick,
            first: date,
            last: date,
            window: None,
            half: None,
            reason: "发烧".into(),
            evidence: Some("病假条".into()),
        };
        acts.push((
            start - Duration::minutes(70),
            Act::EmergencyLeave {
                key: key.clone(),
                staff: staff.clone(),
                request,
            },
        ));
        acts.push((
            start - Duration::minutes(60),
            Act::DecideLeave { key, approve: true },
        ));
        return;
    }

    let seconds = |dice: &mut Dice| Duration::seconds(dice.between(0, 59));
    let lead = Duration::minutes(sample.arrival_lead_minutes());
    let (mut arrival, mut departure) = (start, end);
    // Each segment of a split shift is punched (P2).
    for (index, segment) in (0u8..).zip(&shift.segments) {
        let starts = ZONE.instant(date, segment.start);
        let ends = ZONE.instant(date, segment.end);
        let comes = if dice.happens(habits.late) {
            starts + Duration::minutes(dice.between(1, 22)) + seconds(&mut dice)
        } else if index == 0 {
            starts - lead - Duration::minutes(dice.between(2, 14)) - seconds(&mut dice)
        } else {
            starts - Duration::minutes(dice.between(2, 9)) - seconds(&mut dice)
        };
        let goes = ends + Duration::minutes(dice.between(0, 9)) + seconds(&mut dice);
        if index == 0 {
            arrival = comes;
        }
        departure = goes;
        for (side, kind, moment, planned) in [
            (Side::In, PunchKind::In, comes, starts),
            (Side::Out, PunchKind::Out, goes, ends),
        ] {
            if dice.happens(habits.forgets) {
                let edge = Edge {
                    segment: index,
                    side,
                };
                forgotten(staff, date, edge, planned, &mut dice, acts);
            } else {
                acts.push((
                    moment,
                    Act::Punch {
                        staff: staff.clone(),
                        kind,
                    },
                ));
            }
        }
    }

    if sample.hands_over() {
        acts.push((
            departure - Duration::seconds(20),
            Act::HandOver {
                staff: staff.clone(),
            },
        ));
    }
    if sample.has_feeds() {
        let online_from = arrival.max(start) + Duration::seconds(dice.between(5, 50));
        for (moment, online) in [
            (online_from, true),
            (departure - Duration::seconds(30), false),
        ] {
            acts.push((
                moment,
                Act::Presence {
                    staff: staff.clone(),
                    online,
                },
            ));
        }
    }

    let mut meal_end = start;
    for meal in &shift.meals {
        let begins = ZONE.instant(date, meal.start)
            + Duration::minutes(dice.between(0, 2))
            + seconds(&mut dice);
        let minutes = if dice.happens(habits.long_meal) {
            dice.between(36, 47)
        } else {
            dice.between(27, 34)
        };
        meal_end = begins + Duration::minutes(minutes) + seconds(&mut dice);
        acts.push((
            begins,
            Act::Punch {
                staff: staff.clone(),
                kind: PunchKind::MealStart,
            },
        ));
        acts.push((
            meal_end,
            Act::Punch {
                staff: staff.clone(),
                kind: PunchKind::MealEnd,
            },
        ));
    }

    if sample.has_feeds() && dice.happens(habits.offline) {
        let from =
            meal_end.max(start + Duration::minutes(60)) + Duration::minutes(dice.between(10, 60));
        let until = from + Duration::minutes(dice.between(5, 14));
        if until < end - Duration::minutes(10) {
            acts.push((
                from,
                Act::Presence {
                    staff: staff.clone(),
                    online: false,
                },
            ));
            acts.push((
                until,
                Act::Presence {
                    staff: staff.clone(),
                    online: true,
                },
            ));
            if dice.happens(250) {
                acts.push((
                    at(date.plus_days(1), 11, 0),
                    Act::ExcusePresence {
                        staff: staff.clone(),
                        from,
                        until,
                    },
                ));
            }
        }
    }
}

/// A forgotten punch: most people ask for a correction within a day or two and get it; some never ask (T6, T8).
fn forgotten(
    staff: &StaffId,
    date: WorkDate,
    edge: Edge,
    claimed_at: DateTime<Utc>,
    dice: &mut Dice,
    acts: &mut Vec<Timed>,
) {
    if dice.happens(250) {
        return;
    }
    let key = format!("correction {staff} {date} {} {:?}", edge.segment, edge.side);
    let asked = at(
        date.plus_days(dice.between(1, 2)),
        12,
        i32::try_from(dice.between(0, 59)).unwrap_or(0),
    );
    acts.push((
        asked,
        Act::RequestCorrection {
            key: key.clone(),
            staff: staff.clone(),
            date,
            edge,
            claimed_at,
        },
    ));
    let (by_gm, approve) = (dice.happens(150), !dice.happens(80));
    let decided = asked + Duration::hours(4);
    acts.push((
        decided,
        Act::DecideCorrection {
            key: key.clone(),
            by_gm,
            approve,
        },
    ));
    if approve {
        acts.push((decided + Duration::minutes(50), Act::FileCorrection { key }));
    }
}

/// The phone system reports a few routed calls a day; now and then one rings out, and somebody complains (T11, T15).
fn feeds(seed: u64, date: WorkDate, working: &[(&StaffId, &Shift)], acts: &mut Vec<Timed>) {
    let mut dice = Dice::new(seed, &format!("feeds {date}"));
    for number in 0..dice.between(8, 14) {
        let Some((staff, shift)) = dice.pick(working).copied() else {
            return;
        };
        let (Some(first), Some(last)) = (shift.segments.first(), shift.segments.last()) else {
            continue;
        };
        let minute = dice.between(i64::from(first.start.0) + 20, i64::from(last.end.0) - 20);
        let rang_at = ZONE.instant(
            date,
            DayMinute(i32::try_from(minute).unwrap_or(first.start.0)),
        );
        let call = CallId::new(format!("C{}-{number:02}", date.0.format("%Y%m%d")));
        let unanswered = dice.happens(25);
        let row = CallRow {
            call: call.clone(),
            at: rang_at,
            rings: u16::try_from(if unanswered {
                dice.between(6, 9)
            } else {
                dice.between(1, 4)
            })
            .unwrap_or(1),
            answered_by: (!unanswered).then(|| staff.clone()),
            routed_to: Some(staff.clone()),
        };
        acts.push((rang_at + Duration::seconds(40), Act::Call(row)));
        if unanswered && dice.happens(600) {
            let key = format!("complaint {call}");
            acts.push((
                rang_at + Duration::minutes(30),
                Act::ComplainUnanswered {
                    key: key.clone(),
                    staff: staff.clone(),
                    call,
                    rang_at,
                },
            ));
            acts.push((
                at(date.plus_days(1), 10, 20),
                Act::VerifyComplaint {
                    key,
                    staff: staff.clone(),
                    upheld: dice.happens(800),
                },
            ));
        }
    }
    if dice.happens(70)
        && let Some((staff, shift)) = dice.pick(working).copied()
        && let Some(first) = shift.segments.first()
    {
        let happened = ZONE.instant(date, first.start) + Duration::hours(3);
        let key = format!("discourtesy {date}");
        let text = *dice
            .pick(&["回复态度冷淡", "说话不耐烦", "挂断客户电话"])
            .unwrap_or(&"态度不好");
        acts.push((
            happened,
            Act::ComplainDiscourtesy {
                key: key.clone(),
                staff: staff.clone(),
                text,
            },
        ));
        acts.push((
            at(date.plus_days(1), 10, 40),
            Act::VerifyComplaint {
                key,
                staff: staff.clone(),
                upheld: dice.happens(600),
            },
        ));
    }
    if dice.happens(60)
        && let Some((staff, _)) = dice.pick(working).copied()
    {
        acts.push((
            at(date.plus_days(1), 9, 30),
            Act::ProposeReward {
                staff: staff.clone(),
                date,
            },
        ));
    }
}

/// The lead walks the floor once a day and notes one person (D3).
fn spot_check(seed: u64, date: WorkDate, working: &[(&StaffId, &Shift)], acts: &mut Vec<Timed>) {
    let mut dice = Dice::new(seed, &format!("spot check {date}"));
    if let Some((staff, shift)) = dice.pick(working).copied()
        && let Some(first) = shift.segments.first()
    {
        let moment = ZONE.instant(date, first.start) + Duration::minutes(dice.between(50, 110));
        let check = SpotCheck {
            staff: staff.clone(),
            on_post: true,
            note: "巡视".into(),
        };
        acts.push((moment, Act::SpotCheck(check)));
    }
}

/// Every few days somebody arranges a swap a few days ahead; mostly the lead is asked too, and approves (T9).
fn swap(seed: u64, today: WorkDate, ahead: &[Cell], acts: &mut Vec<Timed>) {
    let mut dice = Dice::new(seed, &format!("swap {today}"));
    if !dice.happens(220) {
        return;
    }
    let give = today.plus_days(SWAP_AHEAD_DAYS);
    let (on, off): (Vec<&Cell>, Vec<&Cell>) = ahead.iter().partition(|cell| cell.shift.is_some());
    let (Some(giver), Some(taker)) = (dice.pick(&on), dice.pick(&off)) else {
        return;
    };
    let key = format!("swap {today}");
    let asked = at(today, 18, 0);
    let (from, with) = (giver.staff.clone(), taker.staff.clone());
    let arranged = dice.happens(850);
    acts.push((
        asked,
        Act::RequestSwap {
            key: key.clone(),
            from,
            give,
            with: with.clone(),
            arranged,
        },
    ));
    acts.push((
        asked + Duration::hours(1),
        Act::AgreeSwap {
            key: key.clone(),
            with,
        },
    ));
    if arranged {
        acts.push((asked + Duration::hours(18), Act::DecideSwap { key }));
    }
}
