//! The desk board: who is on post, at meal, away or missing, now or at any past moment, against the people needed.

use super::parts::{Chrome, DeskChoice, Note, Person, ShiftLook, ShiftLooks};
use super::post::DeskPosts;
use super::visit::{DeskAsked, Query, Visit, civil_moment, instant, may_decide, people_on};
use super::words::Words;
use crate::app::{App, AppError};
use crate::http::extract::Asked;
use crate::http::problem::Failed;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, NaiveDateTime, Utc};
use domain::event::DayDemand;
use domain::ids::{DeskId, StaffId};
use domain::moment::Post;
use domain::quantities::Minutes;
use domain::shift::Shift;
use domain::who::Role;
use domain::work_date::{DayMinute, Month, WorkDate, Zone, whole_minutes};
use projections::{AlertRow, RosterAt, View};

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
    /// What the lead said and nobody has closed (D8), with who said it and when.
    pub standing: Vec<(AlertRow, String)>,
    /// Whether the reader closes alerts here.
    pub leads: bool,
    /// Everybody rostered around the moment.
    pub people: Vec<BoardPerson>,
    /// People on post and people needed through the day.
    pub chart: Option<CoverChart>,
    /// Handovers that wait, work outside, what is to be done.
    pub posts: DeskPosts,
    /// Whether the reader decides for the desk.
    pub decides: bool,
    /// Who can be given something to do.
    pub assignees: Vec<Person>,
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
    /// In whose stead the person serves (P3).
    pub covers: Option<String>,
    /// The desk that lends the person (D2).
    pub lent_from: Option<String>,
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
    /// `have` for people, `low` for people missing.
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

const WIDTH: i32 = 720;
const LEFT: i32 = 30;
const FLOOR: i32 = 150;
const HEADROOM: i32 = 14;

impl CoverChart {
    /// The picture of `slots`, each `slot_minutes` long; `at` is the moment shown, on the same day's scale.
    pub fn draw(slots: &[SlotCover], slot_minutes: i32, at: DayMinute, w: Words) -> Option<Self> {
        let (first, last) = (slots.first()?, slots.last()?);
        let most = slots
            .iter()
            .map(|&(_, have, need)| have.max(need))
            .max()?
            .max(1);
        let scale = |people: u32| {
            (FLOOR - HEADROOM) * i32::try_from(people).unwrap_or(0)
                / i32::try_from(most).unwrap_or(1)
        };
        let count = i32::try_from(slots.len()).unwrap_or(i32::MAX).max(1);
        let x_of = |n: usize| LEFT + (WIDTH - LEFT) * i32::try_from(n).unwrap_or(0) / count;
        // What is missing stands on what is there, so that an empty slot is seen, too.
        let bars = slots.iter().enumerate().flat_map(|(n, &(_, have, need))| {
            let bar = |class, from: u32, until: u32| Bar {
                class,
                x: x_of(n) + 1,
                y: FLOOR - scale(until),
                width: x_of(n + 1) - x_of(n) - 2,
                height: scale(until) - scale(from),
            };
            [
                (have > 0).then(|| bar("have", 0, have)),
                (have < need).then(|| bar("low", have, need)),
            ]
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
        let levels = (1..=most)
            .filter(|people| people % step == 0)
            .map(|people| Label {
                x: FLOOR - scale(people) + 4,
                text: people.to_string(),
            });
        let end = DayMinute(last.0.0 + slot_minutes);
        let passed = at.0 - first.0.0;
        Some(Self {
            width: WIDTH + 6,
            bars: bars.flatten().collect(),
            need: need.join(" "),
            labels: labels.collect(),
            levels: levels.collect(),
            now_x: (first.0 <= at && at <= end)
                .then(|| LEFT + (WIDTH - LEFT) * passed / (slot_minutes * count).max(1)),
            summary: w.f2("board.chart_summary", first.0, end),
        })
    }
}

/// `GET /board`: now, or at a past moment `?at=2026-12-08T12:27`.
pub async fn show(
    State(app): State<App>,
    visit: Visit,
    Asked(query): Asked<Query>,
) -> Result<Response, Failed> {
    visit.needs(&[Role::Lead, Role::Hr, Role::GmOffice])?;
    let desk = visit.desk_run(&app, query.desk.as_deref()).await?;
    let (w, zone, now) = (visit.w, desk.row.zone, app.now());
    let asked = query
        .at
        .as_deref()
        .and_then(civil_moment)
        .map(|civil| instant(zone, civil));
    let at = asked.filter(|at| *at < now).unwrap_or(now);
    let live = at == now;
    let id = desk.row.desk.clone();
    let (board, limit, slots, items, assignees) = app
        .read(move |view| {
            let board = view.desk_board(&id, at)?;
            let limit = view
                .policy_on(&id, zone.date(at))?
                .map_or(Minutes::ZERO, |policy| policy.meal.minutes_max);
            let in_force = if live {
                RosterAt::Latest
            } else {
                RosterAt::Moment(at)
            };
            let today = zone.date(at);
            Ok((
                board,
                limit,
                cover(view, &id, today, in_force)?,
                view.open_items_of_desk(&id)?,
                people_on(view, &id, today)?,
            ))
        })
        .await
        .map_err(|error| visit.failed(error))?;
    let board = board.ok_or_else(|| visit.failed(AppError::NotFound("desk")))?;
    let minimum = u32::from(board.demand.iter().map(|slot| slot.minimum).sum::<u16>());
    let on_post = u32::from(board.counts.get(&Post::OnPost).copied().unwrap_or(0));
    let mut counts: Vec<Note> = [
        Post::OnPost,
        Post::AtMeal,
        Post::Outside,
        Post::Lent,
        Post::Missing,
        Post::Away,
        Post::OnLeave,
    ]
    .into_iter()
    .filter_map(|post| {
        let count = board
            .counts
            .get(&post)
            .copied()
            .filter(|&count| count > 0)?;
        let (key, _, class) = post_look(post);
        Some(Note {
            text: w.f2("board.count", w.t(key), count),
            class,
        })
    })
    .collect();
    if !board.demand.is_empty() {
        counts.push(Note {
            text: w.f("board.minimum", minimum),
            class: "",
        });
    }
    let mut alerts = Vec::new();
    for slot in board
        .demand
        .iter()
        .filter(|slot| slot.on_post < slot.minimum)
    {
        alerts.push(w.f3(
            "board.under_skill",
            &slot.skill_name,
            slot.on_post,
            slot.minimum,
        ));
    }
    // Somebody of two skills counts in both, so the whole can be short though no single skill is.
    if alerts.is_empty() && on_post < minimum {
        alerts.push(w.f2("board.under", on_post, minimum));
    }
    for call in &board.calls_unanswered {
        let clock = zone.civil(call.at).format("%H:%M");
        alerts.push(w.f2("board.call", clock, call.rings));
    }
    let people = board
        .people
        .iter()
        .map(|person| on_board(person, &desk, at, limit, w))
        .collect();
    let page = BoardPage {
        w,
        chrome: visit.chrome(&app, "/board", Some(&desk.row.desk)).await?,
        desk_name: board.desk_name,
        desks: desk.choices,
        month_kept: None,
        now: zone.civil(at),
        live,
        counts,
        alerts,
        standing: board
            .alerts
            .into_iter()
            .map(|alert| {
                let said = format!("{} {}", alert.by_name, w.at(&zone, &alert.raised_at));
                (alert, said)
            })
            .collect(),
        leads: visit
            .actor
            .acting_as(&[Role::Lead], &desk.row.desk)
            .is_some(),
        people,
        chart: slots
            .and_then(|(slots, minutes)| CoverChart::draw(&slots, minutes, board.minute, w)),
        posts: DeskPosts::new(
            board.handovers_pending,
            board.outside,
            if live { items } else { Vec::new() },
            zone,
            w,
        ),
        decides: live && may_decide(&visit.actor, &desk.row.desk),
        assignees,
        desk: desk.row.desk,
    };
    visit.page(&page)
}

/// Key of where somebody is, class of the card, class of the count.
fn post_look(post: Post) -> (&'static str, &'static str, &'static str) {
    match post {
        Post::OnPost => ("board.on_post", "on", "good"),
        Post::AtMeal => ("board.at_meal", "meal", "warn"),
        Post::Outside => ("board.outside", "away", "warn"),
        Post::Lent => ("board.lent", "", ""),
        Post::Away => ("board.away", "away", "bad"),
        Post::Missing => ("board.missing", "missing", "bad"),
        Post::OnLeave => ("board.on_leave", "", ""),
        Post::Between => ("board.between", "", ""),
        Post::Before => ("board.due", "", ""),
        Post::After => ("board.off", "", ""),
    }
}

fn on_board(
    person: &projections::BoardPerson,
    desk: &DeskAsked,
    at: DateTime<Utc>,
    limit: Minutes,
    w: Words,
) -> BoardPerson {
    let (looks, zone): (&ShiftLooks, Zone) = (&desk.looks, desk.row.zone);
    let place = &person.at;
    let (key, class, _) = post_look(place.post);
    let clock = |instant: &DateTime<Utc>| zone.civil(*instant).format("%H:%M").to_string();
    let mut words = vec![w.t(key).to_owned()];
    if let (Some(since), Post::OnPost) = (&place.since, place.post) {
        words.push(w.f("board.since", clock(since)));
    }
    if !person.late_minutes.is_zero() {
        words.push(w.f("board.late", person.late_minutes));
    }
    if place.presumed && place.post == Post::OnPost {
        words.push(w.t("board.presumed").to_owned());
    }
    if let Some(lane) = person.lane.as_ref().filter(|_| place.post == Post::OnPost) {
        words.push(lane.name.clone());
    }
    if person.online == Some(false) && place.post == Post::OnPost {
        words.push(w.t("board.offline").to_owned());
    }
    let running = person.meals.iter().find(|meal| {
        place.post == Post::AtMeal
            && meal.started_at.is_some_and(|start| start <= at)
            && meal.ended_at.is_none_or(|end| at < end)
    });
    let meal = match running.and_then(|meal| meal.started_at) {
        Some(start) => Some(w.f2("board.meal_taken", whole_minutes(start, at), limit)),
        None => {
            let minute = zone.day_minute(at, place.date);
            let planned = person.meals.iter().filter_map(|meal| meal.planned);
            planned
                .filter(|meal| minute <= meal.start && place.post != Post::OnLeave)
                .map(|meal| w.f("board.meal_plan", w.window(&meal.start, &meal.minutes)))
                .next()
        }
    };
    BoardPerson {
        staff: place.staff.clone(),
        name: person.name.clone(),
        date: place.date,
        shift: place
            .shift
            .as_ref()
            .and_then(|code| looks.look(code))
            .cloned(),
        text: words.join(" · "),
        meal,
        covers: covers_words(person, desk, w),
        lent_from: person
            .lent_from
            .as_ref()
            .map(|from| w.f("board.lent_from", from)),
        class: if person.online == Some(false) && place.post == Post::OnPost {
            "away"
        } else {
            class
        },
    }
}

/// In whose stead somebody serves: the names of the skills covered (P3).
fn covers_words(person: &projections::BoardPerson, desk: &DeskAsked, w: Words) -> Option<String> {
    let named = desk
        .row
        .skills
        .iter()
        .filter(|skill| person.covers.contains(&skill.id));
    let names: Vec<&str> = named.map(|skill| skill.name.as_str()).collect();
    (!person.covers.is_empty()).then(|| {
        w.f2(
            "board.covers",
            &person.position,
            names.join(w.t("list.separator")),
        )
    })
}

/// Meals are placed on this grid, so presence changes at its marks only.
const MARK_MINUTES: i32 = 5;

/// People on post by the roster, at the least, and people needed, slot by slot; and the length of a slot. None without
/// demand or roster.
fn cover(
    view: &View<'_>,
    desk: &DeskId,
    date: WorkDate,
    at: RosterAt,
) -> projections::Result<Option<(Vec<SlotCover>, i32)>> {
    let Some(demand) = view.demand(desk, date.month())? else {
        return Ok(None);
    };
    let of_day: Vec<_> = demand.days.iter().filter(|day| day.date == date).collect();
    let slot_minutes = i32::from(demand.slot_minutes.max(1));
    let Some(first) = of_day.iter().map(|day| day.start.0).min() else {
        return Ok(None);
    };
    let end_of = |day: &&DayDemand| {
        day.start.0 + slot_minutes * i32::try_from(day.minimum.len()).unwrap_or(0)
    };
    let last = of_day.iter().map(end_of).max().unwrap_or(first);
    // Yesterday's shifts may run into today; their minutes count from yesterday's midnight.
    let Some(table) = view.duty_table(desk, date.plus_days(-1), date, at)? else {
        return Ok(None);
    };
    let mut shifts: Vec<(i32, &Shift)> = Vec::new();
    for line in &table.lines {
        for (day, cell) in table.days.iter().zip(&line.cells) {
            let offset = if day.date == date { 0 } else { 1440 };
            let worked = cell.as_ref().filter(|cell| cell.leave.is_none());
            shifts.extend(
                worked
                    .and_then(|cell| cell.shift.as_ref())
                    .map(|shift| (offset, shift)),
            );
        }
    }
    let on_post = |minute: i32| {
        let here = |&&(offset, shift): &&(i32, &Shift)| {
            let minute = minute + offset;
            let within = |from: i32, until: i32| from <= minute && minute < until;
            let works = shift
                .segments
                .iter()
                .any(|segment| within(segment.start.0, segment.end.0));
            let eats = shift.meals.iter().any(|meal| {
                within(
                    meal.start.0,
                    meal.start.0 + i32::try_from(meal.minutes.0).unwrap_or(0),
                )
            });
            works && !eats
        };
        u32::try_from(shifts.iter().filter(here).count()).unwrap_or(u32::MAX)
    };
    let mut slots = Vec::new();
    let mut start = first;
    while start < last {
        let marks =
            (start..start + slot_minutes).step_by(usize::try_from(MARK_MINUTES).unwrap_or(1));
        let have = marks.map(on_post).min().unwrap_or(0);
        let need = of_day.iter().filter_map(|day| {
            let index = usize::try_from((start - day.start.0).div_euclid(slot_minutes)).ok()?;
            day.minimum.get(index).copied().map(u32::from)
        });
        slots.push((DayMinute(start), have, need.sum()));
        start += slot_minutes;
    }
    Ok(Some((slots, slot_minutes)))
}
