//! The punch page: one large button whose words are the next sensible punch, and what waits for the person.

use super::parts::{Chrome, DayShift};
use super::words::Words;
use askama::Template;
use chrono::{NaiveDateTime, Timelike};
use domain::event::{Edge, PunchKind, Side};
use domain::ids::SwapId;
use domain::quantities::Minutes;
use domain::shift::PlannedMeal;
use domain::work_date::{DayMinute, WorkDate};

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
    pub corrections_used: u16,
    /// At most so many.
    pub corrections_max: u16,
    /// Swaps that wait for this person's word.
    pub swaps: Vec<AskedSwap>,
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
    /// The month of its roster.
    pub month: domain::work_date::Month,
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
