//! The desk board: who is on post, at meal, away or missing, now or at any past moment, against the people needed.

use super::parts::{Chrome, DeskChoice, Note, ShiftLook};
use super::words::Words;
use askama::Template;
use chrono::NaiveDateTime;
use domain::ids::{DeskId, StaffId};
use domain::work_date::{DayMinute, Month, WorkDate};

/// The desk board.
#[derive(Template)]
#[template(path = "board.html")]
pub struct BoardPage {
    /// Words of the reader.
    pub w: Words,
    /// The frame.
    pub chrome: Chrome,
    /// Which desk.
    pub desk: DeskId,
    /// Its name.
    pub desk_name: String,
    /// Desks to choose from.
    pub desks: Vec<DeskChoice>,
    /// Not used here; the desk choice keeps it elsewhere.
    pub month_kept: Option<Month>,
    /// The moment shown, by the site's clocks.
    pub now: NaiveDateTime,
    /// Whether that is the present.
    pub live: bool,
    /// How many are where.
    pub counts: Vec<Note>,
    /// What wants attention.
    pub alerts: Vec<String>,
    /// Everybody rostered around the moment.
    pub people: Vec<BoardPerson>,
    /// People on post and people needed through the day.
    pub chart: Option<CoverChart>,
}

/// Somebody on the board.
pub struct BoardPerson {
    /// 工号
    pub staff: StaffId,
    /// 姓名
    pub name: String,
    /// The work date the shift belongs to.
    pub date: WorkDate,
    /// The shift.
    pub shift: Option<ShiftLook>,
    /// Where the person is, in words.
    pub text: String,
    /// The meal, taken or planned.
    pub meal: Option<String>,
    /// `on`, `meal`, `missing`, `away` or nothing.
    pub class: &'static str,
}

/// People on post and people needed through a day, as the picture's coordinates.
pub struct CoverChart {
    /// Width of the picture.
    pub width: i32,
    /// One for each slot.
    pub bars: Vec<Bar>,
    /// The line of people needed.
    pub need: String,
    /// Hours under the picture.
    pub labels: Vec<Label>,
    /// Counts beside it.
    pub levels: Vec<Label>,
    /// Where the moment shown lies.
    pub now_x: Option<i32>,
    /// In words, for those who do not see it.
    pub summary: String,
}

/// A slot of the picture.
pub struct Bar {
    /// `have`, or `low` under the minimum.
    pub class: &'static str,
    /// Left.
    pub x: i32,
    /// Top.
    pub y: i32,
    /// Width.
    pub width: i32,
    /// Height.
    pub height: i32,
}

/// A word in the picture.
pub struct Label {
    /// Left, or height for counts.
    pub x: i32,
    /// What it says.
    pub text: String,
}

/// One slot: when it starts, people on post, people needed.
pub type SlotCover = (DayMinute, u32, u32);

const SLOT_WIDTH: i32 = 22;
const LEFT: i32 = 30;
const FLOOR: i32 = 150;
const HEADROOM: i32 = 14;

impl CoverChart {
    /// The picture of `slots`, each `slot_minutes` long; `at` is the moment shown, on the same day's scale.
    pub fn draw(slots: &[SlotCover], slot_minutes: i32, at: DayMinute, w: Words) -> Option<Self> {
        let (first, last) = (slots.first()?, slots.last()?);
        let most = slots.iter().map(|&(_, have, need)| have.max(need)).max()?.max(1);
        let scale = |people: u32| (FLOOR - HEADROOM) * i32::try_from(people).unwrap_or(0) / i32::try_from(most).unwrap_or(1);
        let x_of = |n: usize| LEFT + SLOT_WIDTH * i32::try_from(n).unwrap_or(0);
        let bars = slots.iter().enumerate().map(|(n, &(_, have, need))| Bar {
            class: if have < need { "low" } else { "have" },
            x: x_of(n) + 1,
            y: FLOOR - scale(have),
            width: SLOT_WIDTH - 2,
            height: scale(have),
        });
        let need: Vec<String> = slots
            .iter()
            .enumerate()
            .map(|(n, &(_, _, need))| {
                let y = FLOOR - scale(need);
                format!("{},{y} {},{y}", x_of(n), x_of(n + 1))
            })
            .collect();
        let labels = slots
            .iter()
            .enumerate()
            .filter(|(_, (start, ..))| start.0 % 180 == 0)
            .map(|(n, (start, ..))| Label {
                x: x_of(n),
                text: start.to_string(),
            });
        let step = (most / 4).max(1);
        let levels = (1..=most).filter(|people| people % step == 0).map(|people| Label {
            x: FLOOR - scale(people) + 4,
            text: people.to_string(),
        });
        let end = DayMinute(last.0.0 + slot_minutes);
        let passed = at.0 - first.0.0;
        Some(Self {
            width: x_of(slots.len()) + 6,
            bars: bars.collect(),
            need: need.join(" "),
            labels: labels.collect(),
            levels: levels.collect(),
            now_x: (first.0 <= at && at <= end).then(|| LEFT + passed * SLOT_WIDTH / slot_minutes.max(1)),
            summary: w.f2("board.chart_summary", first.0, end),
        })
    }
}
