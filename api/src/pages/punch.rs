//! The punch page: one large button whose words are the next sensible punch, and what waits for the person.

use super::parts::{Chrome, DayShift, Flash, ShiftLooks};
use super::post::PostCard;
use super::roster_changes::{DayChange, lines};
use super::visit::{Posted, Visit, fault, sent_on};
use super::words::Words;
use crate::app::{App, AppError, Punch};
use crate::http::problem::Failed;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, NaiveDateTime, Timelike, Utc};
use domain::day::{EdgeState, RequestStatus};
use domain::event::{Edge, PunchKind, Side};
use domain::ids::{StaffId, SwapId};
use domain::quantities::Minutes;
use domain::shift::PlannedMeal;
use domain::who::Role;
use domain::work_date::{DayMinute, WorkDate, whole_minutes};
use projections::{MyDay, MyPost, PunchRow, RosterChange, View};

/// Changes of the roster are told so far ahead.
const CHANGES_AHEAD_DAYS: i64 = 31;

/// The punch page.
#[derive(Template)]
#[template(path = "punch.html")]
pub struct PunchPage {
    /// Words of the reader.
    pub w: Words,
    /// The frame.
    pub chrome: Chrome,
    /// What the server's clock shows at the site.
    pub now: NaiveDateTime,
    /// The date of that.
    pub today: WorkDate,
    /// The desk.
    pub desk_name: String,
    /// The shift that lasts, or today's; a night shift of yesterday while it lasts.
    pub shift: Option<DayShift>,
    /// Every punch the shift asks for, in order.
    pub steps: Vec<Step>,
    /// The punch the button makes.
    pub next: PunchKind,
    /// The last punch of the day.
    pub last: Option<Receipt>,
    /// The longest meal allowed.
    pub meal_minutes_max: Minutes,
    /// How long the meal that lasts has taken.
    pub meal_taken_minutes: Option<Minutes>,
    /// Missing punches that can still be asked for.
    pub missing: Vec<MissingPunch>,
    /// Corrections that count in this month.
    pub corrections_used: usize,
    /// At most so many.
    pub corrections_max: u16,
    /// Swaps that wait for this person's word.
    pub swaps: Vec<AskedSwap>,
    /// Lanes of the day and the next (M4): the day, and which lane from when until when.
    pub lanes: Vec<(WorkDate, String)>,
    /// Handover, open items, work outside.
    pub card: Option<PostCard>,
    /// What changed in the roster of the days to come.
    pub changes: Vec<DayChange>,
}

/// One punch a shift asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Which.
    pub kind: PunchKind,
    /// Its planned time.
    pub at: DayMinute,
    /// Where it stands.
    pub state: StepState,
}

/// Where a step stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepState {
    /// Punched, or made good.
    Done,
    /// The next one.
    Now,
    /// Not punched, and past.
    Missed,
    /// Still to come.
    ToCome,
}

impl Step {
    fn class(&self) -> &'static str {
        match self.state {
            StepState::Done => "done",
            StepState::Now => "now",
            StepState::Missed => "missed",
            StepState::ToCome => "",
        }
    }
    fn is_now(&self) -> bool {
        self.state == StepState::Now
    }
    fn is_done(&self) -> bool {
        self.state == StepState::Done
    }
    fn title(&self) -> &'static str {
        match self.kind {
            PunchKind::In => "punch.step.in",
            PunchKind::Out => "punch.step.out",
            PunchKind::MealStart => "punch.step.meal_start",
            PunchKind::MealEnd => "punch.step.meal_end",
        }
    }
}

/// The last punch, as the server took it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Which.
    pub kind: PunchKind,
    /// When.
    pub at: NaiveDateTime,
    /// Whether anything about it is odd.
    pub suspect: bool,
}

/// A punch that is missing and can still be asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingPunch {
    /// The work date.
    pub date: WorkDate,
    /// Which punch.
    pub edge: Edge,
    /// The last day to ask on.
    pub until: WorkDate,
    /// Days left after today.
    pub days_left: i64,
    /// Whether a request is under way.
    pub asked: bool,
}

impl MissingPunch {
    fn urgent(&self) -> bool {
        self.days_left == 0 && !self.asked
    }
    fn deadline(&self, w: &Words) -> String {
        let left = match self.days_left {
            ..0 => return w.t("punch.deadline.over").to_owned(),
            0 => w.t("punch.deadline.today").to_owned(),
            days => w.f("punch.deadline.days", days),
        };
        w.f2("punch.deadline.until", w.day(&self.until), left)
    }
    fn side_value(&self) -> &'static str {
        match self.edge.side {
            Side::In => "in",
            Side::Out => "out",
        }
    }
}

/// A swap somebody asks this person to agree to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedSwap {
    /// Which.
    pub swap: SwapId,
    /// Who asks.
    pub from_name: String,
    /// The day to be taken.
    pub give: WorkDate,
    /// The shift of that day.
    pub give_shift: String,
    /// The day given in exchange.
    pub take: Option<WorkDate>,
    /// The shift of that day.
    pub take_shift: String,
    /// Why.
    pub reason: String,
}

/// The name a punch is sent by.
pub fn value(kind: PunchKind) -> &'static str {
    match kind {
        PunchKind::In => "in",
        PunchKind::Out => "out",
        PunchKind::MealStart => "meal_start",
        PunchKind::MealEnd => "meal_end",
    }
}

/// Reads it back.
pub fn kind(value: &str) -> Option<PunchKind> {
    ALL.into_iter().find(|&kind| self::value(kind) == value)
}

const ALL: [PunchKind; 4] = [
    PunchKind::In,
    PunchKind::MealStart,
    PunchKind::MealEnd,
    PunchKind::Out,
];

impl PunchPage {
    /// Seconds since midnight, for the clock on the page.
    fn clock_seconds(&self) -> u32 {
        self.now.num_seconds_from_midnight()
    }

    fn next_value(&self) -> &'static str {
        value(self.next)
    }

    /// The punches the button does not make.
    fn others(&self) -> impl Iterator<Item = (PunchKind, &'static str)> {
        let next = self.next;
        ALL.into_iter()
            .filter(move |&kind| kind != next)
            .map(|kind| (kind, value(kind)))
    }

    fn meals(&self) -> &[PlannedMeal] {
        self.shift
            .as_ref()
            .map_or(&[], |shift| shift.shift.meals.as_slice())
    }

    /// Today's short breaks, in words; none: the shift has none.
    fn breaks(&self) -> Option<String> {
        let shift = &self.shift.as_ref()?.shift;
        let parts: Vec<String> = shift
            .breaks
            .iter()
            .map(|one| self.w.window(&one.start, &one.minutes))
            .collect();
        (!parts.is_empty()).then(|| parts.join(self.w.t("list.separator")))
    }

    /// Why this punch is next, in small words under its name.
    fn next_hint(&self) -> String {
        let w = self.w;
        let Some(shift) = &self.shift else {
            return w.t("punch.hint.none").to_owned();
        };
        let Some(step) = self.steps.iter().find(|step| step.is_now()) else {
            return w.t("punch.hint.done").to_owned();
        };
        let passed = (self.now - shift.date.0.and_time(chrono::NaiveTime::MIN)).num_minutes();
        let ahead = Minutes(i64::from(step.at.0) - passed);
        match step.kind {
            PunchKind::In if ahead.0 > 0 => w.f("punch.hint.in_before", w.duration(&ahead)),
            PunchKind::In => w.f("punch.hint.in_due", step.at),
            PunchKind::Out if ahead.0 > 0 => {
                w.f2("punch.hint.out_before", step.at, w.duration(&ahead))
            }
            PunchKind::Out => w.t("punch.hint.out_due").to_owned(),
            PunchKind::MealStart => w.f("punch.hint.meal_start", step.at),
            PunchKind::MealEnd => w.f(
                "punch.hint.meal_end",
                self.meal_taken_minutes.unwrap_or(Minutes::ZERO),
            ),
        }
    }
}

/// The steps of a shift in order of time, meals between the segments' edges, with what was punched ticked off.
///
/// `done` says of each kind how many punches (or approved corrections) the day has.
pub fn steps(shift: &DayShift, done: &dyn Fn(PunchKind) -> usize, minute: DayMinute) -> Vec<Step> {
    let mut planned: Vec<(DayMinute, PunchKind)> = Vec::new();
    for segment in &shift.shift.segments {
        planned.push((segment.start, PunchKind::In));
        planned.push((segment.end, PunchKind::Out));
    }
    for meal in &shift.shift.meals {
        let end = meal.start.0 + i32::try_from(meal.minutes.0).unwrap_or(0);
        planned.push((meal.start, PunchKind::MealStart));
        planned.push((DayMinute(end), PunchKind::MealEnd));
    }
    planned.sort();
    let mut left: Vec<(PunchKind, usize)> = ALL.map(|kind| (kind, done(kind))).into();
    let mut steps: Vec<Step> = planned
        .into_iter()
        .map(|(at, kind)| {
            let count = left.iter_mut().find(|(counted, _)| *counted == kind);
            let state = match count {
                Some((_, count)) if *count > 0 => {
                    *count -= 1;
                    StepState::Done
                }
                _ => StepState::ToCome,
            };
            Step { kind, at, state }
        })
        .collect();
    // What lies before the last punch made is over; so is a meal that was not punched when the shift is nearly done.
    let last_done = steps.iter().rposition(|step| step.is_done());
    let last = steps.len().saturating_sub(1);
    for (n, step) in steps.iter_mut().enumerate() {
        let skipped = last_done.is_some_and(|last_done| n < last_done)
            || (n < last && !matches!(step.kind, PunchKind::In) && is_stale(step.at, minute));
        if step.state == StepState::ToCome && skipped {
            step.state = StepState::Missed;
        }
    }
    if let Some(next) = steps
        .iter_mut()
        .find(|step| step.state == StepState::ToCome)
    {
        next.state = StepState::Now;
    }
    steps
}

/// A planned punch that lies so far back that another one is more likely meant: two hours.
fn is_stale(planned: DayMinute, minute: DayMinute) -> bool {
    const STALE_MINUTES: i32 = 120;
    minute.0 - planned.0 > STALE_MINUTES
}

/// The punch the button makes: the next step; with no shift, or all done, out after in and in otherwise.
pub fn next_kind(steps: &[Step], last: Option<&Receipt>) -> PunchKind {
    if let Some(step) = steps.iter().find(|step| step.is_now()) {
        return step.kind;
    }
    match last.map(|last| last.kind) {
        Some(PunchKind::In | PunchKind::MealEnd) => PunchKind::Out,
        Some(PunchKind::MealStart) => PunchKind::MealEnd,
        Some(PunchKind::Out) if !steps.is_empty() => PunchKind::Out,
        Some(PunchKind::Out) | None => PunchKind::In,
    }
}

/// What the page needs of one snapshot.
struct Known {
    day: MyDay,
    last: Option<PunchRow>,
    policy_meal_minutes_max: Minutes,
    missing: Vec<MissingPunch>,
    corrections_used: usize,
    swaps: Vec<AskedSwap>,
    lanes: Vec<(WorkDate, String)>,
    post: Option<MyPost>,
    changes: Vec<RosterChange>,
}

fn known(
    view: &View<'_>,
    staff: &StaffId,
    now: DateTime<Utc>,
    looks: &ShiftLooks,
    w: Words,
) -> projections::Result<Option<Known>> {
    let Some(date) = view.work_date_at(staff, now)? else {
        return Ok(None);
    };
    let Some(day) = view.my_day(staff, date)? else {
        return Ok(None);
    };
    let today = day.zone.date(now);
    let policy = view.policy_on(&day.staff.desk, date)?;
    let window = i64::from(day.correction_window_days.unwrap_or(0));
    let mut missing = Vec::new();
    for back in (0..=window).rev() {
        let date = today.plus_days(-back);
        let Some(record) = view.day_record(staff, date)? else {
            continue;
        };
        let pending: Vec<Edge> = view
            .corrections_of(staff, date.month())?
            .into_iter()
            .filter(|row| row.work_date == date && row.status == RequestStatus::Pending)
            .map(|row| row.edge)
            .collect();
        let edges = record.segments.iter().enumerate().flat_map(|(n, segment)| {
            let segment_index = u8::try_from(n).unwrap_or(u8::MAX);
            [
                (Side::In, &segment.arrival, segment.planned.start),
                (Side::Out, &segment.departure, segment.planned.end),
            ]
            .map(|(side, state, at)| {
                (
                    Edge {
                        segment: segment_index,
                        side,
                    },
                    state,
                    at,
                )
            })
        });
        for (edge, state, at) in edges {
            // Before a punch is due it is not missing, however early the record says so.
            let over =
                day.zone.instant(date, at) < now && !(date == day.date && in_shift(&day, now));
            if *state == EdgeState::Pending && over {
                let until = date.plus_days(window);
                missing.push(MissingPunch {
                    date,
                    edge,
                    until,
                    days_left: today.days_until(until),
                    asked: pending.contains(&edge),
                });
            }
        }
    }
    Ok(Some(Known {
        last: view
            .last_punch(staff)?
            .filter(|punch| day.zone.date(punch.at) >= day.date),
        policy_meal_minutes_max: policy.map_or(Minutes::ZERO, |policy| policy.meal.minutes_max),
        missing,
        corrections_used: view.corrections_used(staff, today.month())?,
        swaps: asked_swaps(view, staff, looks)?,
        lanes: lanes(view, &day, w)?,
        post: view.my_post(staff, now)?,
        changes: view.roster_changes(staff, today, today.plus_days(CHANGES_AHEAD_DAYS))?,
        day,
    }))
}

/// Where the lane plans have the person on the day and the next.
fn lanes(view: &View<'_>, day: &MyDay, w: Words) -> projections::Result<Vec<(WorkDate, String)>> {
    let next = day.date.plus_days(1);
    let tomorrow = view.lanes_of(&day.staff.desk, &day.staff.staff, next)?;
    let today = day.lanes.iter().map(|lane| (day.date, lane));
    let all = today.chain(tomorrow.iter().map(|lane| (next, lane)));
    Ok(all
        .map(|(date, lane)| {
            let words = format!("{} {}", lane.name, w.stretch(&lane.start, &lane.end));
            (date, words)
        })
        .collect())
}

/// Whether the day's shift lasts at `now`.
fn in_shift(day: &MyDay, now: DateTime<Utc>) -> bool {
    let end = day.shift.as_ref().and_then(|shift| shift.segments.last());
    end.is_some_and(|last| now < day.zone.instant(day.date, last.end))
}

/// Swaps that wait for this person's word.
pub fn asked_swaps(
    view: &View<'_>,
    staff: &StaffId,
    looks: &ShiftLooks,
) -> projections::Result<Vec<AskedSwap>> {
    let shift_on = |staff: &StaffId, date: WorkDate| -> projections::Result<String> {
        let cells = view.shifts_of(staff, date, date)?;
        let shift = cells.get(&date).and_then(|cell| cell.shift.as_ref());
        Ok(shift.map_or_else(String::new, |shift| looks.words(&shift.code)))
    };
    view.swaps_to_answer(staff)?
        .into_iter()
        .map(|row| {
            Ok(AskedSwap {
                give_shift: shift_on(&row.from, row.give)?,
                take_shift: row
                    .take
                    .map_or(Ok(String::new()), |take| shift_on(staff, take))?,
                swap: row.swap,
                from_name: row.from_name,
                give: row.give,
                take: row.take,
                reason: row.reason,
            })
        })
        .collect()
}

/// `GET /punch`.
pub async fn show(State(app): State<App>, visit: Visit) -> Result<Response, Failed> {
    visit.needs(&[Role::Staff])?;
    let desk = visit.own_desk(&app).await?;
    let (w, now, staff) = (visit.w, app.now(), visit.actor.staff.clone());
    let looks = desk.looks.clone();
    let known = app
        .read(move |view| known(view, &staff, now, &looks, w))
        .await
        .map_err(|error| visit.failed(error))?
        .ok_or_else(|| visit.failed(AppError::NotFound("person")))?;
    let day = known.day;
    let zone = day.zone;
    let shift = day
        .shift
        .as_ref()
        .map(|shift| desk.looks.day_shift(day.date, shift));
    let minute = zone.day_minute(now, day.date);
    let corrected = |side: Side| {
        let segments = day.record.iter().flat_map(|record| &record.segments);
        segments
            .filter(|segment| {
                let state = match side {
                    Side::In => &segment.arrival,
                    Side::Out => &segment.departure,
                };
                matches!(state, EdgeState::Corrected { .. })
            })
            .count()
    };
    let done = |kind: PunchKind| {
        let punched = day
            .punches
            .iter()
            .filter(|punch| punch.kind == kind && punch.suspicion.is_none());
        punched.count()
            + match kind {
                PunchKind::In => corrected(Side::In),
                PunchKind::Out => corrected(Side::Out),
                PunchKind::MealStart | PunchKind::MealEnd => 0,
            }
    };
    let steps = shift
        .as_ref()
        .map_or_else(Vec::new, |shift| steps(shift, &done, minute));
    let last = known.last.map(|punch| Receipt {
        kind: punch.kind,
        at: zone.civil(punch.at),
        suspect: punch.suspicion.is_some(),
    });
    let open_meal = day.punches.iter().rfind(|punch| punch.suspicion.is_none());
    let page = PunchPage {
        w,
        chrome: visit.chrome(&app, "/punch", Some(&desk.row.desk)).await?,
        now: zone.civil(now),
        today: zone.date(now),
        desk_name: day.desk_name.clone(),
        next: next_kind(&steps, last.as_ref()),
        meal_taken_minutes: open_meal
            .filter(|punch| punch.kind == PunchKind::MealStart)
            .map(|punch| whole_minutes(punch.at, now)),
        steps,
        shift,
        last,
        meal_minutes_max: known.policy_meal_minutes_max,
        missing: known.missing,
        corrections_used: known.corrections_used,
        corrections_max: day.corrections_max.unwrap_or(0),
        swaps: known.swaps,
        lanes: known.lanes,
        card: known.post.map(|post| PostCard::new(post, zone, w)),
        changes: lines(known.changes, &desk.looks, &zone, w),
    };
    visit.page(&page)
}

/// `POST /punch`: by the server's clock.
pub async fn make(State(app): State<App>, posted: Posted) -> Result<Response, Failed> {
    let visit = &posted.visit;
    let Some(kind) = kind(&posted.text("kind")) else {
        return Err(visit.failed(fault("kind", "fault.unknown", |_| posted.text("kind"))));
    };
    let now = app.now();
    match app.punch(&posted.caller(), Punch { kind }).await {
        Ok(receipt) => {
            app.wait(&receipt)
                .await
                .map_err(|error| visit.failed(error))?;
            let zone = visit.own_desk(&app).await?.row.zone;
            let clock = zone.civil(now).format("%H:%M:%S");
            let words = visit.w.f2("punch.done", visit.w.punch(&kind), clock);
            Ok(sent_on("/punch", &Flash::good(words)))
        }
        Err(error) => {
            let (_, flash) = posted.refused(error)?;
            Ok(sent_on("/punch", &flash))
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use domain::shift::{Segment, Shift};

    fn at(text: &str) -> DayMinute {
        text.parse().unwrap()
    }

    fn early_shift() -> DayShift {
        let shift = Shift {
            code: "A".into(),
            segments: vec![Segment {
                start: at("09:00"),
                end: at("17:30"),
            }],
            meals: vec![PlannedMeal {
                start: at("12:05"),
                minutes: Minutes(35),
            }],
            breaks: Vec::new(),
            night: false,
            duty: false,
        };
        DayShift {
            date: "2026-12-08".parse().unwrap(),
            shift,
            name: String::new(),
            class: String::new(),
        }
    }

    /// The button's punch for a morning shift with a meal at 12:05, by what was punched and the clock.
    #[test]
    fn the_button_makes_the_next_sensible_punch() {
        use PunchKind::{In, MealEnd, MealStart, Out};
        for (punched, clock, next) in [
            (vec![], "08:50", In),
            (vec![], "10:30", In),
            (vec![In], "09:05", MealStart),
            (vec![In, MealStart], "12:20", MealEnd),
            (vec![In, MealStart, MealEnd], "12:41", Out),
            // Nobody goes to a meal planned hours ago at the end of the shift.
            (vec![In], "17:25", Out),
            (vec![In, MealStart, MealEnd, Out], "17:31", Out),
        ] {
            let done = |kind| punched.iter().filter(|&&made| made == kind).count();
            let steps = steps(&early_shift(), &done, at(clock));
            let last = punched.last().map(|&kind| Receipt {
                kind,
                at: NaiveDateTime::default(),
                suspect: false,
            });
            assert_eq!(
                next_kind(&steps, last.as_ref()),
                next,
                "{punched:?} at {clock}"
            );
        }
    }

    #[test]
    fn without_a_shift_the_button_turns_in_to_out() {
        use PunchKind::{In, MealEnd, MealStart, Out};
        for (last, next) in [
            (None, In),
            (Some(In), Out),
            (Some(MealStart), MealEnd),
            (Some(MealEnd), Out),
            (Some(Out), In),
        ] {
            let last = last.map(|kind| Receipt {
                kind,
                at: NaiveDateTime::default(),
                suspect: false,
            });
            assert_eq!(next_kind(&[], last.as_ref()), next);
        }
    }

    #[test]
    fn a_skipped_step_is_shown_as_missed() {
        let done = |kind| usize::from(kind == PunchKind::MealStart);
        let steps = steps(&early_shift(), &done, at("12:20"));
        let states: Vec<StepState> = steps.iter().map(|step| step.state).collect();
        assert_eq!(
            states,
            [
                StepState::Missed,
                StepState::Done,
                StepState::Now,
                StepState::ToCome
            ]
        );
    }

    #[test]
    fn deadlines_count_down_to_the_last_day() {
        let w = Words::new(domain::refusal::Lang::Zh);
        for (days_left, words) in [
            (2, "补卡截止 12月8日 24:00 · 还剩 2 天"),
            (0, "补卡截止 12月8日 24:00 · 今天是最后一天"),
            (-1, "补卡期限已过"),
        ] {
            let punch = MissingPunch {
                date: "2026-12-05".parse().unwrap(),
                edge: Edge {
                    segment: 0,
                    side: Side::Out,
                },
                until: "2026-12-08".parse().unwrap(),
                days_left,
                asked: false,
            };
            assert_eq!(punch.deadline(&w), words);
        }
    }
}
