//! The naive reckoner: a second reckoning of every day and month, written from the words of the requirements and of the
//! policies' comments, to be compared with the product's. It shares nothing with the product: stored events are plain
//! JSON, policies plain TOML, and time is walked through minute by minute (or second by second). It is slow and obvious
//! on purpose; nothing here is remembered between two questions except the roster's cells and the parsed policies.

use chrono::{DateTime, Datelike, NaiveDate};
use serde_json::Value;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;

/// Seconds of a day.
pub(crate) const DAY: i64 = 86_400;
/// Every desk of the simulation lies in Shanghai: eight hours ahead, clocks never change.
const AHEAD: i64 = 8 * 3600;

/// A stored event.
#[derive(Clone, Debug)]
pub(crate) struct Fact {
    pub(crate) position: i64,
    pub(crate) stream: String,
    pub(crate) kind: String,
    pub(crate) data: Value,
}

/// Seconds since 1970 as the site's clock shows them.
pub(crate) fn sec(value: &Value) -> i64 {
    let text = value
        .as_str()
        .unwrap_or_else(|| panic!("no instant: {value}"));
    DateTime::parse_from_rfc3339(text).unwrap().timestamp() + AHEAD
}

/// A date as days since 1970.
pub(crate) fn day(text: &str) -> i64 {
    let date: NaiveDate = text
        .parse()
        .unwrap_or_else(|error| panic!("{text:?}: {error}"));
    (date - NaiveDate::from_ymd_opt(1970, 1, 1).unwrap()).num_days()
}

fn day_of(value: &Value) -> i64 {
    day(value.as_str().unwrap())
}

/// The date of a number of days.
pub(crate) fn date(day: i64) -> NaiveDate {
    NaiveDate::from_ymd_opt(1970, 1, 1).unwrap() + chrono::Duration::days(day)
}

/// `2026-10` of a day.
pub(crate) fn month(day: i64) -> String {
    date(day).format("%Y-%m").to_string()
}

/// `10-02 09:00:00`.
pub(crate) fn clock(second: i64) -> String {
    let rest = second.rem_euclid(DAY);
    let date = date(second.div_euclid(DAY)).format("%m-%d");
    format!(
        "{date} {:02}:{:02}:{:02}",
        rest / 3600,
        rest / 60 % 60,
        rest % 60
    )
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// A number of a policy, by its path.
fn number(policy: &toml::Value, path: &str) -> Option<i64> {
    find(policy, path)?.as_integer()
}

fn find<'p>(policy: &'p toml::Value, path: &str) -> Option<&'p toml::Value> {
    path.split('.')
        .try_fold(policy, |value, key| value.get(key))
}

fn flag(policy: &toml::Value, path: &str) -> bool {
    find(policy, path)
        .and_then(toml::Value::as_bool)
        .unwrap_or(false)
}

fn word<'p>(policy: &'p toml::Value, path: &str) -> &'p str {
    find(policy, path)
        .and_then(toml::Value::as_str)
        .unwrap_or_default()
}

fn words(policy: &toml::Value, path: &str) -> Vec<String> {
    let list = find(policy, path).and_then(toml::Value::as_array);
    list.into_iter()
        .flatten()
        .map(|v| v.as_str().unwrap().to_owned())
        .collect()
}

/// What stands in a published roster for a person's day.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell {
    None,
    Off,
    Shift(Value),
}

/// How a wanted punch stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Edge {
    NotWanted,
    At(i64),
    Pending,
    Missed,
    Absent,
}

/// One segment, reckoned.
#[derive(Clone, Debug)]
pub(crate) struct Segment {
    pub(crate) start: i64,
    pub(crate) end: i64,
    /// First and last second on post that leave does not cover; none: all of it is leave.
    pub(crate) wanted: Option<(i64, i64)>,
    pub(crate) came: Edge,
    pub(crate) went: Edge,
    pub(crate) late: i64,
    pub(crate) early: i64,
    pub(crate) present: i64,
    pub(crate) absent: i64,
}

/// A meal as punched.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Meal {
    pub(crate) start: i64,
    pub(crate) end: Option<i64>,
}

/// A day, reckoned. The maps are what is compared.
#[derive(Clone, Debug)]
pub(crate) struct Day {
    pub(crate) cell: Cell,
    pub(crate) segments: Vec<Segment>,
    pub(crate) meals: Vec<Meal>,
    pub(crate) figures: BTreeMap<String, i64>,
    pub(crate) status: &'static str,
    used: usize,
    suspects: usize,
    pub(crate) off_post: usize,
    pub(crate) unrelieved: bool,
}

/// A penalty, proposed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Penalty {
    pub(crate) staff: String,
    pub(crate) date: String,
    pub(crate) rule: String,
    pub(crate) amount: i64,
    pub(crate) mode: String,
}

#[derive(Clone, Debug)]
struct Punch {
    kind: String,
    at: i64,
    received: i64,
    device: String,
    suspect: bool,
}

/// A leave request with what became of it.
struct Leave {
    kind: String,
    first: i64,
    last: i64,
    window: Option<(i64, i64)>,
    filed: i64,
    emergency: bool,
    status: &'static str,
}

impl Leave {
    /// From and until on a day; all of the day's shift, when no hours are named.
    fn on(&self, day: i64) -> Option<(i64, i64)> {
        let named = |(from, until): (i64, i64)| (day * DAY + from * 60, day * DAY + until * 60);
        let whole = (day * DAY, (day + 3) * DAY);
        (self.first <= day && day <= self.last).then(|| self.window.map_or(whole, named))
    }
}

/// The log, as plain facts.
pub(crate) struct Books {
    pub(crate) facts: Vec<Fact>,
    cells: BTreeMap<(String, i64), Cell>,
    documents: Vec<(String, toml::Value)>,
    /// Each person's punches, as they were first asked for: looking for them again and again takes minutes.
    punched: RefCell<BTreeMap<String, Rc<Vec<Punch>>>>,
    /// Days, likewise.
    reckoned: RefCell<BTreeMap<(String, i64), Day>>,
}

impl Books {
    /// Reads the stored events up to a position straight from the log's file.
    pub(crate) fn read(log: &Path, until: i64) -> Self {
        let open = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
        let file = rusqlite::Connection::open_with_flags(log, open).unwrap();
        let mut rows = file
            .prepare(
                "SELECT position, stream, event_type, data FROM events \
                 WHERE position <= ? ORDER BY position",
            )
            .unwrap();
        let facts = rows.query_map([until], |row| {
            let data: Vec<u8> = row.get(3)?;
            Ok(Fact {
                position: row.get(0)?,
                stream: row.get(1)?,
                kind: row.get(2)?,
                data: serde_json::from_slice(&data).unwrap(),
            })
        });
        Self::of(facts.unwrap().map(Result::unwrap).collect())
    }

    fn of(facts: Vec<Fact>) -> Self {
        let mut drafts: BTreeMap<String, BTreeMap<(String, i64), Cell>> = BTreeMap::new();
        let mut cells = BTreeMap::new();
        let mut documents = Vec::new();
        let cell = |shift: &Value| match shift {
            Value::Null => Cell::Off,
            shift => Cell::Shift(shift.clone()),
        };
        for fact in &facts {
            let data = &fact.data;
            let draft = drafts.entry(fact.stream.clone()).or_default();
            let changes = || {
                let changes = data["changes"].as_array().unwrap();
                changes.iter().map(|change| {
                    let place = (text(&change["staff"]).to_owned(), day_of(&change["date"]));
                    (place, cell(&change["after"]))
                })
            };
            match fact.kind.as_str() {
                "roster.generated" => {
                    for made in data["cells"].as_array().unwrap() {
                        let place = (text(&made["staff"]).to_owned(), day_of(&made["date"]));
                        draft.insert(place, cell(&made["shift"]));
                    }
                }
                "roster.cells_edited" => draft.extend(changes()),
                "roster.published" => cells.extend(draft.clone()),
                "roster.amended" | "roster.swap_approved" => cells.extend(changes()),
                "desk.policy_adopted" => {
                    let document = toml::from_str(text(&data["document"])).unwrap();
                    documents.push((fact.stream.clone(), document));
                }
                _ => {}
            }
        }
        Self {
            facts,
            cells,
            documents,
            punched: RefCell::default(),
            reckoned: RefCell::default(),
        }
    }

    fn of_kind<'b>(&'b self, kind: &'b str) -> impl Iterator<Item = &'b Fact> {
        self.facts.iter().filter(move |fact| fact.kind == kind)
    }

    /// Everybody ever hired into the desk.
    pub(crate) fn people(&self, desk: &str) -> Vec<String> {
        let hired = self.of_kind("staff.hired");
        let here = hired.filter(|fact| fact.data["desk"] == desk);
        here.map(|fact| text(&fact.data["staff"]).to_owned())
            .collect()
    }

    fn is_employed(&self, staff: &str, day: i64) -> bool {
        let mut employed = false;
        let stream = format!("staff-{staff}");
        for fact in &self.facts {
            if fact.stream == stream {
                if fact.kind == "staff.hired" && day_of(&fact.data["from"]) <= day {
                    employed = true;
                }
                if fact.kind == "staff.left" && day_of(&fact.data["last"]) < day {
                    employed = false;
                }
            }
        }
        employed
    }

    /// The roster's word on a person's day.
    pub(crate) fn cell(&self, staff: &str, day: i64) -> Cell {
        let found = self.cells.get(&(staff.to_owned(), day)).cloned();
        match found {
            Some(cell) if self.is_employed(staff, day) => cell,
            _ => Cell::None,
        }
    }

    /// The rules of a day.
    fn policy(&self, desk: &str, day: i64) -> &toml::Value {
        let name = format!("desk-{desk}");
        let (_, document) = self
            .documents
            .iter()
            .rfind(|(stream, _)| *stream == name)
            .unwrap();
        let versions = document["version"].as_array().unwrap();
        let on = |value: &toml::Value| self::day(&value.as_datetime().unwrap().to_string());
        let holds = |version: &&toml::Value| {
            on(&version["effective_from"]) <= day
                && version
                    .get("effective_until")
                    .is_none_or(|last| day <= on(last))
        };
        versions.iter().find(holds).unwrap()
    }

    /// The latest day that is over.
    pub(crate) fn closed(&self, desk: &str) -> i64 {
        let stream = format!("period-{desk}-");
        self.of_kind("period.day_closed")
            .filter(|fact| fact.stream.starts_with(&stream))
            .map(|fact| day_of(&fact.data["date"]))
            .max()
            .unwrap_or(i64::MIN / DAY)
    }

    /// `statutory`, `adjusted_rest`, `make_up_workday`, or nothing.
    fn calendar(&self, day: i64) -> String {
        let year = i64::from(date(day).year());
        let found = self
            .of_kind("org.calendar_adopted")
            .filter(|fact| fact.data["year"] == year)
            .last();
        let days = found.and_then(|fact| fact.data["days"].as_array());
        let found = days
            .into_iter()
            .flatten()
            .find(|row| day_of(&row["date"]) == day);
        found
            .map(|row| text(&row["kind"]).to_owned())
            .unwrap_or_default()
    }

    /// Segments of a day's shift, in seconds.
    fn segments(&self, staff: &str, day: i64) -> Vec<(i64, i64)> {
        let Cell::Shift(shift) = self.cell(staff, day) else {
            return Vec::new();
        };
        let minute = |value: &Value| day * DAY + value.as_i64().unwrap() * 60;
        let list = shift["segments"].as_array().unwrap().iter();
        list.map(|s| (minute(&s["start"]), minute(&s["end"])))
            .collect()
    }

    /// Somebody's punches, the same punch sent again left out: same kind and device within the policy's time is one,
    /// and it is the first.
    fn punches(&self, desk: &str, staff: &str) -> Rc<Vec<Punch>> {
        let known = self.punched.borrow().get(staff).cloned();
        known.unwrap_or_else(|| {
            let found = Rc::new(self.find_punches(desk, staff));
            self.punched
                .borrow_mut()
                .insert(staff.to_owned(), Rc::clone(&found));
            found
        })
    }

    fn find_punches(&self, desk: &str, staff: &str) -> Vec<Punch> {
        let mut all: Vec<Punch> = Vec::new();
        for fact in self.of_kind("attendance.punched") {
            if fact.data["staff"] == staff {
                let source = &fact.data["source"];
                all.push(Punch {
                    kind: text(&fact.data["kind"]).to_owned(),
                    at: sec(&fact.data["at"]),
                    received: sec(&fact.data["received_at"]),
                    device: source["serial"].as_str().unwrap_or("web").to_owned(),
                    suspect: !fact.data["suspicion"].is_null(),
                });
            }
        }
        all.sort_by_key(|punch| (punch.at, punch.received));
        let mut kept: Vec<Punch> = Vec::new();
        for punch in all {
            let within = number(
                self.policy(desk, punch.received.div_euclid(DAY)),
                "punch.debounce_seconds",
            );
            let again = kept.iter().any(|earlier| {
                !punch.suspect
                    && !earlier.suspect
                    && earlier.kind == punch.kind
                    && earlier.device == punch.device
                    && punch.at - earlier.at <= within.unwrap()
            });
            if !again {
                kept.push(punch);
            }
        }
        kept
    }

    /// What became of a request: its events share an id under `key`.
    fn fate(&self, kinds: &str, key: &str, id: &Value) -> &'static str {
        let mut status = "pending";
        for fact in &self.facts {
            if fact.data.get(key) == Some(id) {
                match fact.kind.strip_prefix(kinds) {
                    Some("approved") => status = "approved",
                    Some("refused") => status = "refused",
                    Some("withdrawn") => status = "withdrawn",
                    _ => {}
                }
            }
        }
        status
    }

    fn leaves(&self, staff: &str, day: i64) -> Vec<Leave> {
        let asked = self
            .of_kind("leave.requested")
            .filter(|fact| fact.data["staff"] == staff);
        let leaves = asked.map(|fact| {
            let span = &fact.data["span"];
            let window = span["window"].as_array();
            Leave {
                kind: text(&fact.data["kind"]).to_owned(),
                first: day_of(&span["first"]),
                last: day_of(&span["last"]),
                window: window.map(|w| (w[0].as_i64().unwrap(), w[1].as_i64().unwrap())),
                filed: sec(&fact.data["at"]),
                emergency: !fact.data["emergency"].is_null(),
                status: self.fate("leave.", "leave", &fact.data["leave"]),
            }
        });
        leaves.filter(|leave| leave.on(day).is_some()).collect()
    }

    /// T12: filed before the shift begins, or by a lead in an emergency.
    fn in_time(&self, leave: &Leave, segments: &[(i64, i64)]) -> bool {
        leave.emergency
            || segments
                .first()
                .is_some_and(|&(start, _)| leave.filed < start)
    }

    /// Whether a punch is of the day's shift: from the window before it to the window after it, and nearer to it than
    /// to the shift before or after (the midpoint itself is the later one's).
    fn is_of_shift(&self, desk: &str, staff: &str, day: i64, at: i64) -> bool {
        let segments = self.segments(staff, day);
        let (Some(&(start, _)), Some(&(_, end))) = (segments.first(), segments.last()) else {
            return false;
        };
        let policy = self.policy(desk, day);
        let before = number(policy, "punch.window_before_minutes").unwrap() * 60;
        let after = number(policy, "punch.window_after_minutes").unwrap() * 60;
        let earlier = (1..=2).find_map(|n| self.segments(staff, day - n).last().copied());
        let later = (1..=2).find_map(|n| self.segments(staff, day + n).first().copied());
        start - before <= at
            && at <= end + after
            && earlier.is_none_or(|(_, other)| at * 2 >= other + start)
            && later.is_none_or(|(other, _)| at * 2 < end + other)
    }

    /// Whether an instant is a work date's: of its shift, or else of no shift and that calendar date.
    fn is_of_day(&self, desk: &str, staff: &str, day: i64, at: i64) -> bool {
        let of_another = || (-2..=2).any(|n| self.is_of_shift(desk, staff, day + n, at));
        self.is_of_shift(desk, staff, day, at) || (at.div_euclid(DAY) == day && !of_another())
    }

    /// The events of somebody's own on a day, for whoever must find out what went wrong.
    pub(crate) fn story(&self, staff: &str, day: i64) -> String {
        let mut lines = String::new();
        for fact in &self.facts {
            let shown = fact.data.to_string();
            let near = ["at", "claimed_at", "happened_at", "from"]
                .iter()
                .any(|key| {
                    fact.data
                        .get(key)
                        .and_then(Value::as_str)
                        .is_some_and(|text| text.len() > 10)
                        && (sec(&fact.data[key]).div_euclid(DAY) - day).abs() <= 1
                });
            let named = shown.contains(&date(day).to_string());
            let about = shown.contains(&format!("\"{staff}\"")) || fact.stream.contains(staff);
            if about && (near || named) && shown.len() < 1500 && fact.kind != "staff.hired" {
                lines += &format!("    {} {} {shown}\n", fact.position, fact.kind);
            }
        }
        lines
    }
}

/// Whole minutes passed: a started one does not count.
fn minutes(seconds: i64) -> i64 {
    seconds.max(0) / 60
}

/// Whole minutes of a stretch that lie in any of some others, counted second by second.
fn inside(from: i64, until: i64, others: &[(i64, i64)]) -> i64 {
    let counted = |second: &i64| others.iter().any(|&(a, b)| a <= *second && *second < b);
    minutes(i64::try_from((from..until).filter(counted).count()).unwrap())
}

impl Books {
    /// Reckons one person's day.
    pub(crate) fn reckon(&self, desk: &str, staff: &str, day: i64) -> Day {
        let place = (staff.to_owned(), day);
        let known = self.reckoned.borrow().get(&place).cloned();
        known.unwrap_or_else(|| {
            let found = self.reckon_afresh(desk, staff, day);
            self.reckoned.borrow_mut().insert(place, found.clone());
            found
        })
    }

    fn reckon_afresh(&self, desk: &str, staff: &str, day: i64) -> Day {
        let on = day;
        let policy = self.policy(desk, day);
        let cell = self.cell(staff, day);
        let plan = self.segments(staff, day);
        let closed = self.closed(desk);
        let over = closed >= day;
        // T6: until the end of the third calendar day after the work date.
        let window_over = closed >= day + number(policy, "correction.window_days").unwrap();
        let before = number(policy, "punch.window_before_minutes").unwrap() * 60;
        let all = self.punches(desk, staff);
        let mine: Vec<&Punch> = all
            .iter()
            .filter(|punch| !punch.suspect && self.is_of_shift(desk, staff, day, punch.at))
            .collect();
        // A suspect punch is of the day on which it came in.
        let suspects: Vec<&Punch> = all
            .iter()
            .filter(|punch| punch.suspect && self.is_of_day(desk, staff, day, punch.received))
            .collect();

        // Leave, minute by minute: the first request that covers a minute has it.
        let leaves = self.leaves(staff, day);
        let mut leave_minutes: BTreeMap<String, i64> = BTreeMap::new();
        let on_leave = |second: i64| {
            let granted = |leave: &&Leave| {
                let (from, until) = leave.on(day).unwrap();
                leave.status == "approved"
                    && self.in_time(leave, &plan)
                    && from <= second
                    && second < until
            };
            leaves.iter().find(granted)
        };
        let awaits_leave = leaves
            .iter()
            .any(|leave| leave.status == "pending" && self.in_time(leave, &plan));

        // What is wanted.
        let mut segments: Vec<Segment> = Vec::new();
        for &(start, end) in &plan {
            let mut wanted: Option<(i64, i64)> = None;
            for minute in (start..end).step_by(60) {
                if let Some(leave) = on_leave(minute) {
                    *leave_minutes.entry(leave.kind.clone()).or_default() += 1;
                } else {
                    let first = wanted.map_or(minute, |(first, _)| first);
                    wanted = Some((first, minute + 60));
                }
            }
            segments.push(Segment {
                start,
                end,
                wanted,
                came: Edge::NotWanted,
                went: Edge::NotWanted,
                late: 0,
                early: 0,
                present: 0,
                absent: 0,
            });
        }

        let used = self.match_punches(policy, staff, day, &mine, &mut segments);
        let meals = self.meals(&mine);
        let outings = self.outings(staff, day, over);

        // What was not punched.
        let asked = self.corrections(staff, day);
        for index in 0..segments.len() {
            let segment = segments[index].clone();
            let Some((from, until)) = segment.wanted else {
                continue;
            };
            let mut edges = [segment.came, segment.went];
            let there = |instant: i64| outings.iter().any(|&(a, b)| a <= instant && instant <= b);
            for (edge, instant) in edges.iter_mut().zip([from, until]) {
                // D9: who is at registered work outside cannot punch at the desk.
                if *edge == Edge::NotWanted && over && there(instant) {
                    *edge = Edge::At(instant);
                }
            }
            let shown = edges.iter().any(|edge| matches!(edge, Edge::At(_)))
                || self.is_shown(staff, &segment, &mine, plan[0].0 - before);
            let undecided = |side: &str| {
                asked.iter().any(|(number, asked, _, status)| {
                    *number == index && asked == side && *status == "pending"
                })
            };
            let suspect = |kind: &str| suspects.iter().any(|punch| punch.kind == kind);
            // Whether it may yet turn out to be no absence.
            let untold =
                undecided("in") || undecided("out") || awaits_leave || !suspects.is_empty();
            for (edge, side) in edges.iter_mut().zip(["in", "out"]) {
                if *edge != Edge::NotWanted {
                    continue;
                }
                *edge = if !over {
                    Edge::NotWanted
                } else if !window_over {
                    Edge::Pending
                } else if shown {
                    if undecided(side) || suspect(side) {
                        Edge::Pending
                    } else {
                        Edge::Missed
                    }
                } else if untold {
                    Edge::Pending
                } else {
                    Edge::Absent
                };
            }
            let segment = &mut segments[index];
            [segment.came, segment.went] = edges;
            let on_post: Vec<(i64, i64)> = (from..until)
                .step_by(60)
                .filter(|&minute| on_leave(minute).is_none())
                .map(|minute| (minute, minute + 60))
                .collect();
            if let Edge::At(came) = segment.came {
                let late = minutes(came.min(until) - from);
                let grace = number(policy, "punch.late_grace_minutes").unwrap();
                segment.late = if late > grace { late } else { 0 };
            }
            if let Edge::At(went) = segment.went {
                let early = minutes(until - went.max(from));
                let grace = number(policy, "punch.early_grace_minutes").unwrap();
                segment.early = if early > grace { early } else { 0 };
            }
            let length = i64::try_from(on_post.len()).unwrap();
            if let (Edge::At(_), Edge::At(_)) = (segment.came, segment.went) {
                segment.present = (length - segment.late - segment.early).max(0);
            }
            if segment.came == Edge::Absent && segment.went == Edge::Absent {
                segment.absent = length;
            }
        }

        let mut day = Day {
            cell,
            segments,
            meals,
            figures: BTreeMap::new(),
            status: "",
            used,
            suspects: suspects.len(),
            off_post: 0,
            unrelieved: false,
        };
        self.sum_up(
            desk,
            staff,
            on,
            over,
            &leave_minutes,
            &all,
            &outings,
            &mut day,
            policy,
        );
        day
    }

    /// Correction requests for a day: segment, side, claimed, fate.
    fn corrections(&self, staff: &str, on: i64) -> Vec<(usize, String, i64, &'static str)> {
        let asked = self.of_kind("attendance.correction_requested");
        asked
            .filter(|fact| fact.data["staff"] == staff && day_of(&fact.data["work_date"]) == on)
            .map(|fact| {
                let edge = &fact.data["edge"];
                let fate = self.fate(
                    "attendance.correction_",
                    "correction",
                    &fact.data["correction"],
                );
                let segment = usize::try_from(edge["segment"].as_u64().unwrap()).unwrap();
                (
                    segment,
                    text(&edge["side"]).to_owned(),
                    sec(&fact.data["claimed_at"]),
                    fate,
                )
            })
            .collect()
    }

    /// Gives each wanted punch the nearest one of its kind, no punch twice, no out before its in. Where that one is late
    /// (or early) and a spare one was there on time, that one counts. An approved correction stands over any punch.
    fn match_punches(
        &self,
        policy: &toml::Value,
        staff: &str,
        on: i64,
        mine: &[&Punch],
        segments: &mut [Segment],
    ) -> usize {
        let before = number(policy, "punch.window_before_minutes").unwrap() * 60;
        let after = number(policy, "punch.window_after_minutes").unwrap() * 60;
        for (segment, side, claimed, fate) in self.corrections(staff, on) {
            if fate == "approved" && segment < segments.len() {
                let edge = Edge::At(claimed);
                if side == "in" {
                    segments[segment].came = edge
                } else {
                    segments[segment].went = edge
                }
            }
        }
        let plan: Vec<(i64, i64)> = segments.iter().map(|s| (s.start, s.end)).collect();
        // "An in-punch up to 4 h before a segment is its own", "an out-punch up to 5 h after"; inside it any may be.
        let fits = |index: usize, side: &str, at: i64| {
            let (start, end) = plan[index];
            if side == "in" {
                start - before <= at && at <= end
            } else {
                start <= at && at <= end + after
            }
        };
        let mut pairs: Vec<(i64, usize, usize, &str)> = Vec::new();
        for (index, segment) in segments.iter().enumerate() {
            let Some((from, until)) = segment.wanted else {
                continue;
            };
            for (side, instant, edge) in [("in", from, segment.came), ("out", until, segment.went)]
            {
                for (number, punch) in mine.iter().enumerate() {
                    if edge == Edge::NotWanted && punch.kind == side && fits(index, side, punch.at)
                    {
                        pairs.push(((punch.at - instant).abs(), index, number, side));
                    }
                }
            }
        }
        pairs.sort_by_key(|&(distance, index, number, side)| {
            (distance, mine[number].at, index, side == "out")
        });
        let mut used: Vec<usize> = Vec::new();
        for &(_, index, number, side) in &pairs {
            let at = mine[number].at;
            let segment = &mut segments[index];
            let taken = if side == "in" {
                segment.came
            } else {
                segment.went
            } != Edge::NotWanted;
            let crossed = match (side, segment.came, segment.went) {
                ("in", _, Edge::At(went)) => at > went,
                ("out", Edge::At(came), _) => at < came,
                _ => false,
            };
            if !taken && !crossed && !used.contains(&number) {
                used.push(number);
                if side == "in" {
                    segment.came = Edge::At(at)
                } else {
                    segment.went = Edge::At(at)
                }
            }
        }
        for index in 0..segments.len() {
            let Some((from, until)) = segments[index].wanted else {
                continue;
            };
            for (side, instant) in [("in", from), ("out", until)] {
                let edge = if side == "in" {
                    segments[index].came
                } else {
                    segments[index].went
                };
                let Edge::At(now) = edge else { continue };
                let punched = used
                    .iter()
                    .position(|&n| mine[n].at == now && mine[n].kind == side);
                let Some(place) = punched else { continue };
                let on_time = |at: i64| {
                    if side == "in" {
                        at <= instant
                    } else {
                        at >= instant
                    }
                };
                if on_time(now) {
                    continue;
                }
                let spare = pairs.iter().find(|&&(_, i, number, s)| {
                    i == index && s == side && !used.contains(&number) && on_time(mine[number].at)
                });
                if let Some(&(_, _, number, _)) = spare {
                    used[place] = number;
                    let edge = Edge::At(mine[number].at);
                    if side == "in" {
                        segments[index].came = edge
                    } else {
                        segments[index].went = edge
                    }
                }
            }
        }
        used.len()
    }

    /// Each meal start with the end that follows it.
    fn meals(&self, mine: &[&Punch]) -> Vec<Meal> {
        let mut meals: Vec<Meal> = Vec::new();
        for punch in mine {
            match punch.kind.as_str() {
                "meal_start" => meals.push(Meal {
                    start: punch.at,
                    end: None,
                }),
                "meal_end" => {
                    if let Some(meal) = meals.last_mut().filter(|meal| meal.end.is_none()) {
                        meal.end = Some(punch.at);
                    }
                }
                _ => {}
            }
        }
        meals
    }

    /// Registered work outside that no check refuted: from and until.
    fn outings(&self, staff: &str, on: i64, over: bool) -> Vec<(i64, i64)> {
        let mut found = Vec::new();
        for fact in self.of_kind("evidence.outing_registered") {
            if fact.data["staff"] == staff && day_of(&fact.data["work_date"]) == on {
                let same = |other: &&Fact| other.data["outing"] == fact.data["outing"];
                let back = self.of_kind("evidence.outing_returned").find(same);
                let refuted = self
                    .of_kind("evidence.outing_checked")
                    .filter(same)
                    .any(|check| check.data["confirmed"] == false);
                if !refuted && (back.is_some() || over) {
                    let until = back.map_or(sec(&fact.data["expected_return_at"]), |fact| {
                        sec(&fact.data["at"])
                    });
                    found.push((sec(&fact.data["at"]), until));
                }
            }
        }
        found
    }

    /// Whether something beside in and out shows presence inside the segment: a meal punch, the messenger, a spot check,
    /// a handover.
    fn is_shown(&self, staff: &str, segment: &Segment, mine: &[&Punch], before: i64) -> bool {
        let within = |at: i64| segment.start <= at && at <= segment.end;
        let ate = mine
            .iter()
            .any(|punch| punch.kind.starts_with("meal") && within(punch.at));
        let seen = self.facts.iter().any(|fact| {
            let about = fact.data["staff"] == staff;
            match fact.kind.as_str() {
                "evidence.spot_checked" => {
                    about && fact.data["on_post"] == true && within(sec(&fact.data["at"]))
                }
                "evidence.handover_offered" => about && within(sec(&fact.data["at"])),
                "evidence.handover_signed" => {
                    fact.data["signer"]["staff"] == staff && within(sec(&fact.data["at"]))
                }
                _ => false,
            }
        });
        ate || seen || self.is_online(staff, segment, before) || self.is_met(staff, segment)
    }

    /// Came online in the segment, or was online when it began and had come so for this shift.
    fn is_online(&self, staff: &str, segment: &Segment, earliest: i64) -> bool {
        let mut reports: Vec<(i64, bool)> = self
            .of_kind("evidence.presence_reported")
            .filter(|fact| fact.data["staff"] == staff)
            .map(|fact| (sec(&fact.data["at"]), fact.data["online"] == true))
            .collect();
        reports.sort_unstable();
        let inside = reports
            .iter()
            .any(|&(at, online)| online && segment.start <= at && at < segment.end);
        let last = reports.iter().rfind(|(at, _)| *at < segment.start);
        inside || last.is_some_and(|&(at, online)| online && earliest <= at)
    }

    /// Was at a meeting in the segment.
    fn is_met(&self, staff: &str, segment: &Segment) -> bool {
        self.of_kind("meeting.scheduled").any(|called| {
            let desk = called.stream.trim_start_matches("meetings-");
            let desk = &desk[..desk.len() - 8];
            let on = day_of(&called.data["date"]);
            let attended = self.attended(desk, staff, on);
            attended
                .iter()
                .any(|&(from, _)| segment.start <= from && from < segment.end)
        })
    }

    #[allow(clippy::too_many_arguments)]
    fn sum_up(
        &self,
        desk: &str,
        staff: &str,
        on_day: i64,
        over: bool,
        leave: &BTreeMap<String, i64>,
        all: &[Punch],
        outings: &[(i64, i64)],
        day: &mut Day,
        policy: &toml::Value,
    ) {
        let on = day.segments.first().map(|_| on_day);
        let mut figures: BTreeMap<String, i64> = BTreeMap::new();
        let mut put = |name: &str, value: i64| {
            figures.insert(name.to_owned(), value);
        };
        let segments = &day.segments;
        let total = |of: fn(&Segment) -> i64| segments.iter().map(of).sum::<i64>();
        let count = |edge: fn(&Segment) -> Edge, state: Edge| {
            i64::try_from(segments.iter().filter(|s| edge(s) == state).count()).unwrap()
        };
        let states: Vec<Edge> = segments
            .iter()
            .filter(|s| s.wanted.is_some())
            .flat_map(|s| [s.came, s.went])
            .collect();
        day.status = match &day.cell {
            Cell::None => "unrostered",
            Cell::Off => "day_off",
            Cell::Shift(_) if states.is_empty() => "on_leave",
            Cell::Shift(_) if !over => "open",
            Cell::Shift(_) if states.iter().all(|s| *s == Edge::Absent) => "absent",
            Cell::Shift(_)
                if states
                    .iter()
                    .any(|s| matches!(s, Edge::At(_) | Edge::Missed)) =>
            {
                "worked"
            }
            Cell::Shift(_) => "absence_pending",
        };
        put("planned", total(|s| minutes(s.end - s.start)));
        put("late", total(|s| s.late));
        put("early", total(|s| s.early));
        put("absent", total(|s| s.absent));
        put("missed_in", count(|s| s.came, Edge::Missed));
        put("missed_out", count(|s| s.went, Edge::Missed));
        let severe = number(policy, "punch.severe_late_minutes");
        put(
            "severe",
            i64::from(severe.is_some_and(|severe| segments.iter().any(|s| s.late > severe))),
        );
        for (kind, minutes) in leave {
            put(&format!("leave {kind}"), *minutes);
        }
        let night = matches!(&day.cell, Cell::Shift(shift) if shift["night"] == true);
        put("night", i64::from(night));

        // Meals: as punched, else as planned; an unpaid one is no worked time.
        let limit = number(policy, "meal.minutes_max").unwrap();
        let over_limit = day
            .meals
            .iter()
            .filter_map(|meal| Some(minutes(meal.end? - meal.start) - limit));
        put("meal_over", over_limit.filter(|over| *over > 0).sum());
        let mut worked = total(|s| s.present);
        if !flag(policy, "meal.paid") {
            let mut eaten: Vec<(i64, i64)> = Vec::new();
            let mut punched = day.meals.clone();
            if let (Cell::Shift(shift), Some(on)) = (&day.cell, on) {
                for meal in shift["meals"].as_array().unwrap() {
                    let start = on * DAY + meal["start"].as_i64().unwrap() * 60;
                    let planned = (start, start + meal["minutes"].as_i64().unwrap() * 60);
                    let nearest = (0..punched.len()).min_by_key(|&n| {
                        (punched[n].end.is_none(), (punched[n].start - start).abs())
                    });
                    let taken = nearest.map(|n| punched.remove(n));
                    eaten.push(
                        taken
                            .and_then(|meal| Some((meal.start, meal.end?)))
                            .unwrap_or(planned),
                    );
                }
            }
            eaten.extend(
                punched
                    .iter()
                    .filter_map(|meal| Some((meal.start, meal.end?))),
            );
            for segment in segments.iter().filter(|s| s.present > 0) {
                if let (Edge::At(came), Edge::At(went), Some((from, until))) =
                    (segment.came, segment.went, segment.wanted)
                {
                    // A minute of grace is a minute on post.
                    let from = if segment.late == 0 {
                        from
                    } else {
                        came.max(from)
                    };
                    let until = if segment.early == 0 {
                        until
                    } else {
                        went.min(until)
                    };
                    worked -= inside(from, until, &eaten);
                }
            }
        }
        put("worked", worked);
        let lead = number(policy, "punch.arrival_lead_minutes").unwrap_or(0);
        let missed = segments.first().and_then(|s| match (s.came, s.wanted) {
            // Who is on leave as the shift begins has nothing to be early for.
            (Edge::At(came), Some((from, _))) if from == s.start => {
                Some(minutes(came - (from - lead * 60)).min(lead))
            }
            _ => None,
        });
        put("lead_missed", missed.unwrap_or(0));
        let counted = self.overtime(desk, staff, on_day, all, outings, day, policy);
        for (name, minutes) in counted {
            *figures.entry(name).or_default() += minutes;
        }
        if figures.remove("statutory rostered") == Some(1) {
            *figures.entry("ot statutory".to_owned()).or_default() += figures["worked"];
        }
        for class in ["ot workday", "ot rest_day", "ot statutory"] {
            figures.entry(class.to_owned()).or_default();
        }
        day.figures = figures;
    }

    /// The class of work on a day: what the calendar calls statutory is statutory; a rostered shift makes a working day,
    /// a rostered day off a rest day; where no roster speaks the calendar and the weekday do.
    fn class(&self, on: i64, cell: &Cell) -> &'static str {
        let calendar = self.calendar(on);
        let weekend = date(on).weekday().num_days_from_monday() >= 5;
        match (calendar.as_str(), cell) {
            ("statutory", _) => "ot statutory",
            (_, Cell::Shift(_)) => "ot workday",
            (_, Cell::Off) | ("adjusted_rest", _) => "ot rest_day",
            ("make_up_workday", _) => "ot workday",
            _ if weekend => "ot rest_day",
            _ => "ot workday",
        }
    }

    /// Approved overtime of a day, in order: at the most, and whether it earns time off.
    fn approvals(&self, staff: &str, on: i64) -> Vec<(i64, bool)> {
        let approved = self.of_kind("attendance.overtime_approved");
        approved
            .filter(|fact| fact.data["staff"] == staff && day_of(&fact.data["work_date"]) == on)
            .map(|fact| {
                (
                    fact.data["minutes_max"].as_i64().unwrap(),
                    fact.data["compensation"] == "time_off",
                )
            })
            .collect()
    }

    /// Meetings of a day that the person attended: from and until. Taken again, the later attendance holds.
    fn attended(&self, desk: &str, staff: &str, on: i64) -> Vec<(i64, i64)> {
        let mut found = Vec::new();
        for (meeting, taken) in self.meetings_held(desk) {
            let there = taken["present"]
                .as_array()
                .unwrap()
                .iter()
                .any(|name| name == staff);
            if there && day_of(&meeting["date"]) == on {
                let from = on * DAY + meeting["start"].as_i64().unwrap() * 60;
                found.push((from, from + meeting["minutes"].as_i64().unwrap() * 60));
            }
        }
        found
    }

    /// Meetings whose attendance was taken, and who was there.
    fn meetings_held(&self, desk: &str) -> Vec<(&Value, &Value)> {
        let mut held = Vec::new();
        for called in self.of_kind("meeting.scheduled") {
            let same = |fact: &&Fact| fact.data["meeting"] == called.data["meeting"];
            let cancelled = self.of_kind("meeting.cancelled").any(|fact| same(&fact));
            let taken = self.of_kind("meeting.attendance_taken").filter(same).last();
            if let (Some(taken), false) = (taken, cancelled)
                && called.stream.starts_with(&format!("meetings-{desk}-"))
            {
                held.push((&called.data, &taken.data));
            }
        }
        held
    }

    /// Time beyond the plan and what of it counts, by class.
    #[allow(clippy::too_many_arguments)]
    fn overtime(
        &self,
        desk: &str,
        staff: &str,
        on: i64,
        all: &[Punch],
        outings: &[(i64, i64)],
        day: &mut Day,
        policy: &toml::Value,
    ) -> Vec<(String, i64)> {
        let _ = outings;
        let class = self.class(on, &day.cell).to_owned();
        let least = number(policy, "overtime.minutes_min").unwrap();
        let mut beyond: Vec<i64> = Vec::new();
        let mut stays: Vec<(i64, i64)> = Vec::new();
        let mut paired = 0;
        match &day.cell {
            Cell::Shift(_) => {
                for segment in &day.segments {
                    if let (Edge::At(came), true) = (segment.came, segment.wanted.is_some()) {
                        stays.push((came, segment.start));
                    }
                    if let (Edge::At(went), true) = (segment.went, segment.wanted.is_some()) {
                        stays.push((segment.end, went));
                    }
                }
            }
            Cell::Off | Cell::None => {
                // Each in with the out that follows it, of the punches that no shift claims.
                let claimed = |at: i64| (-2..=2).any(|n| self.is_of_shift(desk, staff, on + n, at));
                let mut came = None;
                for punch in all {
                    if punch.suspect || punch.at.div_euclid(DAY) != on || claimed(punch.at) {
                        continue;
                    }
                    match punch.kind.as_str() {
                        "in" if came.is_none() => came = Some(punch.at),
                        "out" => {
                            if let Some(from) = came.take() {
                                stays.push((from, punch.at));
                                paired += 2;
                            }
                        }
                        _ => {}
                    }
                }
            }
        }
        let plan: Vec<(i64, i64)> = day.segments.iter().map(|s| (s.start, s.end)).collect();
        for &(from, until) in &stays {
            beyond.push(minutes(until - from) - inside(from, until, &plan));
        }
        // Shorter stays do not count; nothing counts that was not approved, nor more than that.
        let long: i64 = beyond.iter().filter(|minutes| **minutes >= least).sum();
        let approvals = self.approvals(staff, on);
        let mut counted = long.min(approvals.iter().map(|(most, _)| most).sum());
        let mut left = counted;
        let mut time_off = 0;
        for (most, is_time_off) in approvals {
            let taken = left.min(most);
            left -= taken;
            time_off += if is_time_off { taken } else { 0 };
        }
        let held = self.post(desk, staff, on, day, policy);
        counted = counted.max(held.wait).max(held.stayed);
        // What fits nothing is listed: on a day off everything but pairs that an approval speaks of.
        let mine = all
            .iter()
            .filter(|punch| !punch.suspect && self.is_of_day(desk, staff, on, punch.at));
        let on_shift = matches!(day.cell, Cell::Shift(_));
        let listed = mine
            .filter(|punch| !on_shift || !punch.kind.starts_with("meal"))
            .count();
        let paired = if self.approvals(staff, on).is_empty() {
            0
        } else {
            paired
        };
        let unmatched = listed - if on_shift { day.used } else { paired };
        let mut found = vec![
            ("unmatched".to_owned(), i64::try_from(unmatched).unwrap()),
            ("suspect".to_owned(), i64::try_from(day.suspects).unwrap()),
            ("time_off".to_owned(), time_off),
            ("handover_wait".to_owned(), held.wait),
        ];

        // Meetings outside the shift: what approval has counted already is not counted again.
        let mut outside = 0;
        let mut shown = 0;
        for (from, until) in self.attended(desk, staff, on) {
            let free: Vec<i64> = (from..until)
                .step_by(60)
                .filter(|minute| !plan.iter().any(|&(a, b)| a <= *minute && *minute < b))
                .collect();
            outside += i64::try_from(free.len()).unwrap();
            let in_stay = |minute: &&i64| {
                stays
                    .iter()
                    .any(|&(a, b)| a <= **minute && **minute + 60 <= b)
            };
            shown += i64::try_from(free.iter().filter(in_stay).count()).unwrap();
        }
        let fresh = outside - shown.min(counted);
        // A working day of somebody who is never rostered, such as the lead, is no day off.
        let is_day_off = match day.cell {
            Cell::Shift(_) => false,
            Cell::Off => true,
            Cell::None => class != "ot workday",
        };
        found.push(("meeting".to_owned(), outside));
        if is_day_off {
            if flag(policy, "meeting.day_off_overtime") {
                counted += fresh;
            }
        } else {
            match word(policy, "meeting.outside_shift") {
                "worked" => found.push(("worked".to_owned(), fresh)),
                "overtime" => counted += fresh,
                _ => {}
            }
        }
        found.push((class.clone(), counted));
        // Labour Law art. 44 (3): rostered work on a statutory holiday is paid at its own rate.
        let rostered =
            matches!(day.cell, Cell::Shift(_)) && flag(policy, "overtime.statutory_when_rostered");
        found.push((
            "statutory rostered".to_owned(),
            i64::from(rostered && class == "ot statutory"),
        ));
        day.off_post = held.off_post;
        day.unrelieved = held.unrelieved;
        found
    }

    /// What the post comes to: waiting for a relief (P5), finishing what was given out (S4), not found (D9).
    fn post(&self, desk: &str, staff: &str, on: i64, day: &Day, policy: &toml::Value) -> Held {
        let mut held = Held::default();
        let (Cell::Shift(shift), Some(last)) = (&day.cell, day.segments.last()) else {
            return held;
        };
        let went = match last.went {
            Edge::At(went) => Some(went),
            _ => None,
        };
        let code = text(&shift["code"]);
        let ends_in_leave = last.wanted.is_none_or(|(_, until)| until < last.end);
        if words(policy, "handover.shifts")
            .iter()
            .any(|name| name == code)
            && !ends_in_leave
        {
            let posts = find(policy, "handover.post").and_then(toml::Value::as_array);
            let other_post = posts
                .into_iter()
                .flatten()
                .any(|post| words(post, "shifts").iter().any(|name| name == code));
            let relief = self.relief(desk, staff, on, last.end, policy);
            let released = self.released(staff, on);
            if let (Some(went), true) = (went, relief.is_some() || other_post) {
                held.unrelieved = released.is_none_or(|released| released > went);
                // Another post is always there; only a colleague can be late.
                if let (Some((due, came)), false) = (relief, other_post)
                    && came.is_none_or(|came| came > due)
                {
                    held.wait =
                        minutes(released.map_or(went, |released| released.min(went)) - last.end);
                }
            }
        }
        if let (Some(went), true) = (went, flag(policy, "open_items.overtime_counts")) {
            for closed in self
                .of_kind("evidence.item_closed")
                .filter(|fact| fact.data["by"] == staff)
            {
                let at = sec(&closed.data["at"]);
                if last.end < at && at <= went {
                    held.stayed = held.stayed.max(minutes(at - last.end));
                }
            }
        }
        let outside = self.outings(staff, on, true);
        for check in self.of_kind("evidence.spot_checked") {
            let at = sec(&check.data["at"]);
            let of_person = check.data["staff"] == staff && check.data["on_post"] == false;
            let in_segment = |s: &Segment| {
                let (Some((from, until)), Edge::At(came)) = (s.wanted, s.came) else {
                    return false;
                };
                let gone = match s.went {
                    Edge::At(went) => went.min(until),
                    _ => until,
                };
                from.max(came) <= at && at < gone
            };
            let eats = day
                .meals
                .iter()
                .any(|meal| meal.start <= at && meal.end.is_none_or(|end| at < end));
            let registered = outside.iter().any(|&(a, b)| a <= at && at <= b);
            if of_person && day.segments.iter().any(in_segment) && !eats && !registered {
                held.off_post += 1;
            }
        }
        for outing in self.of_kind("evidence.outing_registered") {
            let mine = outing.data["staff"] == staff && day_of(&outing.data["work_date"]) == on;
            let refuted = self.of_kind("evidence.outing_checked").any(|check| {
                check.data["outing"] == outing.data["outing"] && check.data["confirmed"] == false
            });
            held.off_post += usize::from(mine && refuted);
        }
        held
    }

    /// Who relieves a shift that ends: on post at its end and after it, begun later than it; of several the one who began
    /// last. When that person was due and came.
    fn relief(
        &self,
        desk: &str,
        staff: &str,
        on: i64,
        end: i64,
        policy: &toml::Value,
    ) -> Option<(i64, Option<i64>)> {
        let mine = self.segments(staff, on)[0].0;
        let lead = number(policy, "punch.arrival_lead_minutes").unwrap_or(0) * 60;
        let mut best: Option<(i64, i64, String)> = None;
        for other in self.people(desk) {
            for day in on - 1..=on + 2 {
                let plan = self.segments(&other, day);
                let (Some(first), Some(last)) = (plan.first(), plan.last()) else {
                    continue;
                };
                let holds = plan.iter().any(|&(a, b)| a <= end && end < b);
                let on_leave = self.leaves(&other, day).iter().any(|leave| {
                    let (from, until) = leave.on(day).unwrap();
                    leave.status == "approved"
                        && self.in_time(leave, &plan)
                        && from <= end
                        && end < until
                });
                let later = best.as_ref().is_none_or(|(start, ..)| first.0 > *start);
                if other != staff && first.0 > mine && last.1 > end && holds && !on_leave && later {
                    best = Some((first.0, day, other.clone()));
                }
            }
        }
        let (start, day, other) = best?;
        let reckoned = self.arrivals(desk, &other, day);
        let came = reckoned.iter().find_map(|edge| match edge {
            Edge::At(at) => Some(*at),
            _ => None,
        });
        // Due when they are to begin, or the post is to be given up.
        Some((start.max(end) - lead, came))
    }

    /// When somebody came, segment by segment.
    fn arrivals(&self, desk: &str, staff: &str, on: i64) -> Vec<Edge> {
        let policy = self.policy(desk, on);
        let all = self.punches(desk, staff);
        let mine: Vec<&Punch> = all
            .iter()
            .filter(|punch| !punch.suspect && self.is_of_shift(desk, staff, on, punch.at))
            .collect();
        let mut segments: Vec<Segment> = self
            .segments(staff, on)
            .into_iter()
            .map(|(start, end)| Segment {
                start,
                end,
                wanted: Some((start, end)),
                came: Edge::NotWanted,
                went: Edge::NotWanted,
                late: 0,
                early: 0,
                present: 0,
                absent: 0,
            })
            .collect();
        self.match_punches(policy, staff, on, &mine, &mut segments);
        segments.iter().map(|s| s.came).collect()
    }

    /// When the post was taken over, or a lead let the person go.
    fn released(&self, staff: &str, on: i64) -> Option<i64> {
        let about =
            |fact: &&Fact| fact.data["staff"] == staff && day_of(&fact.data["work_date"]) == on;
        let waived = self
            .of_kind("evidence.handover_waived")
            .filter(about)
            .map(|fact| sec(&fact.data["at"]));
        let offered: Vec<&Fact> = self
            .of_kind("evidence.handover_offered")
            .filter(about)
            .collect();
        let signed = self
            .of_kind("evidence.handover_signed")
            .filter(|fact| {
                offered
                    .iter()
                    .any(|offer| offer.data["handover"] == fact.data["handover"])
            })
            .map(|fact| sec(&fact.data["at"]));
        waived.chain(signed).min()
    }
}

/// What holding the post comes to.
#[derive(Default)]
struct Held {
    wait: i64,
    stayed: i64,
    off_post: usize,
    unrelieved: bool,
}

/// Where somebody is at a moment.
#[derive(PartialEq)]
enum Place {
    OnPost,
    AtMeal,
    Elsewhere,
}

impl Books {
    /// What a breach of a rule costs in the mode in force; none: the policy names no amount for it.
    fn amount(&self, policy: &toml::Value, rule: &str) -> Option<i64> {
        let named = |table: &str| {
            find(policy, &format!("sanction.{table}")).and_then(|table| table.get(rule))
        };
        let low = |table: &str| {
            named(table)
                .and_then(|range| range.as_array())
                .and_then(|range| range[0].as_integer())
        };
        match word(policy, "sanction.mode") {
            "money" => named("amount_fen")
                .and_then(toml::Value::as_integer)
                .or_else(|| low("range_fen")),
            "points" => named("amount_points")
                .and_then(toml::Value::as_integer)
                .or_else(|| low("range_points")),
            _ => (named("amount_fen").is_some() || named("range_fen").is_some()).then_some(0),
        }
    }

    /// What lateness of so many minutes costs: the last tier that is passed.
    fn tier(&self, policy: &toml::Value, tiers: &str, late: i64) -> Option<i64> {
        let list = find(policy, tiers)?.as_array()?;
        let passed = list
            .iter()
            .rfind(|tier| late > tier["over_minutes"].as_integer().unwrap())?;
        match word(policy, "sanction.mode") {
            "money" => passed["amount_fen"].as_integer(),
            "points" => passed.get("amount_points")?.as_integer(),
            _ => Some(0),
        }
    }

    /// Everything proposed against anybody about a month.
    pub(crate) fn penalties(&self, desk: &str, this: &str) -> Vec<Penalty> {
        let mut found: Vec<Penalty> = Vec::new();
        let closed = self.closed(desk);
        let first = day(&format!("{this}-01"));
        let days: Vec<i64> = (first..first + 31)
            .filter(|on| month(*on) == this && *on <= closed)
            .collect();
        let mut fine = |staff: &str, on: i64, rule: &str, amount: Option<i64>| {
            let policy = self.policy(desk, on);
            let cited = find(policy, "sanction.cites")
                .and_then(|cites| cites.get(rule))
                .and_then(toml::Value::as_str);
            if let (Some(amount), true) = (amount, days.contains(&on)) {
                found.push(Penalty {
                    staff: staff.to_owned(),
                    date: date(on).to_string(),
                    rule: cited.unwrap_or(rule).to_owned(),
                    amount,
                    mode: word(policy, "sanction.mode").to_owned(),
                });
            }
        };
        let people = self.people(desk);
        let reckoned: Vec<(String, i64, Day)> = people
            .iter()
            .flat_map(|staff| (first - 1..first + 32).map(move |on| (staff.clone(), on)))
            .map(|(staff, on)| {
                let day = self.reckon(desk, &staff, on);
                (staff, on, day)
            })
            .collect();

        for (staff, on, day) in &reckoned {
            let (policy, on) = (self.policy(desk, *on), *on);
            let amount = |rule: &str| self.amount(policy, rule);
            // One incident, one penalty: the first of the policy's order that applies.
            let absent = day.figures["absent"] > 0;
            let missed = day.figures["missed_in"] + day.figures["missed_out"];
            for rule in words(policy, "sanction.precedence") {
                let times = match rule.as_str() {
                    "T9" => i64::from(absent && self.is_given_away(desk, staff, on)),
                    "T12" => i64::from(absent),
                    "T8" => missed,
                    _ => 0,
                };
                if let (true, Some(fen)) = (times > 0, amount(&rule)) {
                    (0..times).for_each(|_| fine(staff, on, &rule, Some(fen)));
                    break;
                }
            }
            let limit = number(policy, "meal.minutes_max").unwrap();
            for meal in &day.meals {
                if meal
                    .end
                    .is_some_and(|end| minutes(end - meal.start) > limit)
                {
                    fine(staff, on, "T13", amount("T13"));
                }
            }
            let mut late_told = false;
            for segment in &day.segments {
                if segment.late > 0 {
                    let late = self.tier(policy, "lateness.late", segment.late);
                    late_told |= late.is_some();
                    fine(staff, on, "S5", late);
                }
                if segment.early > 0 {
                    let early = self.tier(policy, "lateness.early", segment.early);
                    fine(staff, on, "S5", early);
                }
            }
            if day.figures["lead_missed"] > 0 {
                // Late for the shift itself: told once, if lateness has an amount.
                if !late_told {
                    fine(staff, on, "D5", amount("D5"));
                }
                fine(staff, on, "P4", amount("P4"));
            }
            if day.unrelieved {
                fine(staff, on, "P5", amount("P5"));
            }
            (0..day.off_post).for_each(|_| fine(staff, on, "D9", amount("D9")));
        }

        for recorded in self.of_kind("evidence.breach_recorded") {
            let same = |fact: &Fact| fact.data["breach"] == recorded.data["breach"];
            let here = recorded.stream.starts_with(&format!("evidence-{desk}-"));
            if here && !self.of_kind("evidence.breach_retracted").any(same) {
                let on = day_of(&recorded.data["work_date"]);
                let rule = text(&recorded.data["rule"]);
                fine(
                    text(&recorded.data["staff"]),
                    on,
                    rule,
                    self.amount(self.policy(desk, on), rule),
                );
            }
        }

        for (meeting, taken) in self.meetings_held(desk) {
            let on = day_of(&meeting["date"]);
            let start = on * DAY + meeting["start"].as_i64().unwrap() * 60;
            let end = start + meeting["minutes"].as_i64().unwrap() * 60;
            let rule = if meeting["kind"] == "briefing" {
                "D4"
            } else {
                "S2"
            };
            for staff in taken["absent"].as_array().unwrap() {
                let staff = text(staff);
                let said = self.of_kind("meeting.statement_filed").any(|fact| {
                    fact.data["meeting"] == meeting["meeting"]
                        && fact.data["staff"] == staff
                        && sec(&fact.data["at"]) < start
                });
                let excused = self.leaves(staff, on).iter().any(|leave| {
                    let (from, until) = leave.on(on).unwrap();
                    ["approved", "pending"].contains(&leave.status)
                        && (leave.emergency || leave.filed < start)
                        && from <= start
                        && end <= until
                });
                let absent = reckoned.iter().any(|(name, day, reckoned)| {
                    let inside = |s: &Segment| s.absent > 0 && s.start <= start && end <= s.end;
                    name == staff && *day == on && reckoned.segments.iter().any(inside)
                });
                if !said && !excused && !absent {
                    fine(staff, on, rule, self.amount(self.policy(desk, on), rule));
                }
            }
        }

        // T14: somebody on duty at meal, nobody on post, and nobody answers.
        let mut told: Vec<(String, i64)> = Vec::new();
        for call in self.calls(desk) {
            let at = sec(&call["at"]);
            if !call["answered_by"].is_null() {
                continue;
            }
            let places: Vec<(&String, i64, Place)> = reckoned
                .iter()
                .map(|(staff, on, day)| (staff, *on, self.place(staff, *on, day, at)))
                .collect();
            if places.iter().any(|(.., place)| *place == Place::OnPost) {
                continue;
            }
            for (staff, on, place) in places {
                if place == Place::AtMeal && !told.contains(&(staff.clone(), on)) {
                    told.push((staff.clone(), on));
                    fine(staff, on, "T14", self.amount(self.policy(desk, on), "T14"));
                }
            }
        }

        // T10: the third time offline in a month.
        for staff in &people {
            let mut times: Vec<(i64, i64)> = Vec::new();
            for (_, on, day) in reckoned
                .iter()
                .filter(|(name, on, _)| name == staff && days.contains(on))
            {
                times.extend(
                    self.offline(desk, staff, *on, day)
                        .into_iter()
                        .map(|at| (at, *on)),
                );
            }
            times.sort_unstable();
            for (on, count) in days.iter().map(|on| {
                (
                    *on,
                    number(self.policy(desk, *on), "presence.occurrences").unwrap(),
                )
            }) {
                let by_then = times.iter().filter(|(_, day)| *day <= on).count();
                let before = times.iter().filter(|(_, day)| *day < on).count();
                let count = usize::try_from(count).unwrap();
                if before < count && count <= by_then {
                    fine(staff, on, "T10", self.amount(self.policy(desk, on), "T10"));
                }
            }
        }
        self.complaints(desk, this, &people, &mut fine);
        found.sort();
        found
    }

    /// T11 and T15.
    fn complaints(
        &self,
        desk: &str,
        this: &str,
        people: &[String],
        fine: &mut impl FnMut(&str, i64, &str, Option<i64>),
    ) {
        let mut about_calls: Vec<(String, i64, Option<bool>)> = Vec::new();
        for filed in self.of_kind("evidence.complaint_filed") {
            let on = sec(&filed.data["happened_at"]).div_euclid(DAY);
            if month(on) != this || !filed.stream.starts_with(&format!("evidence-{desk}-")) {
                continue;
            }
            let same = |fact: &&Fact| fact.data["complaint"] == filed.data["complaint"];
            let verified = self
                .of_kind("evidence.complaint_verified")
                .filter(same)
                .last();
            let upheld = verified.map(|fact| fact.data["upheld"] == true);
            if filed.data["about"]["about"] == "discourtesy" {
                if upheld == Some(true) {
                    let staff = text(&verified.unwrap().data["staff"]);
                    fine(staff, on, "T15", self.amount(self.policy(desk, on), "T15"));
                }
                continue;
            }
            let number_of = &filed.data["about"]["call"];
            let Some(call) = self
                .calls(desk)
                .into_iter()
                .find(|call| call["call"] == *number_of)
            else {
                continue;
            };
            let rings = number(self.policy(desk, on), "phone.rings_max").unwrap();
            if !call["answered_by"].is_null() || call["rings"].as_i64().unwrap() <= rings {
                continue;
            }
            let whose = [
                verified.map(|fact| &fact.data["staff"]),
                Some(&filed.data["staff"]),
                Some(&call["routed_to"]),
            ];
            if let Some(staff) = whose.into_iter().flatten().find(|value| !value.is_null()) {
                about_calls.push((
                    text(staff).to_owned(),
                    sec(&filed.data["happened_at"]),
                    upheld,
                ));
            }
        }
        for staff in people {
            let mut counted: Vec<(i64, bool)> = about_calls
                .iter()
                .filter(|(name, _, upheld)| name == staff && *upheld != Some(false))
                .map(|(_, at, upheld)| (*at, *upheld == Some(true)))
                .collect();
            counted.sort_unstable();
            let Some(&(first, _)) = counted.first() else {
                continue;
            };
            let wanted =
                number(self.policy(desk, first.div_euclid(DAY)), "phone.complaints").unwrap();
            let Some(&(reached, _)) = counted.get(usize::try_from(wanted - 1).unwrap()) else {
                continue;
            };
            if counted.iter().any(|(_, found_true)| *found_true) {
                let on = reached.div_euclid(DAY);
                fine(staff, on, "T11", self.amount(self.policy(desk, on), "T11"));
            }
        }
    }

    /// A desk's calls; what the telephone told twice is one.
    fn calls(&self, desk: &str) -> Vec<&Value> {
        let mut calls: Vec<&Value> = Vec::new();
        for fact in self.of_kind("evidence.call_rang") {
            let known = calls.iter().any(|call| call["call"] == fact.data["call"]);
            if !known && fact.stream.starts_with(&format!("evidence-{desk}-")) {
                calls.push(&fact.data);
            }
        }
        calls
    }

    /// Where a day's record has somebody at a moment. A missing punch is presumed at its edge of the plan, so that nobody
    /// else is blamed for a post that may have been held; a meal whose end is missing lasts as long as planned.
    fn place(&self, staff: &str, on: i64, day: &Day, at: i64) -> Place {
        let outside = self
            .outings(staff, on, true)
            .iter()
            .any(|&(from, until)| from <= at && at < until);
        for segment in &day.segments {
            if outside && segment.start <= at && at < segment.end {
                return Place::Elsewhere;
            }
            let there = match (segment.came, segment.went) {
                (Edge::At(came), Edge::At(went)) => (came, went),
                (Edge::At(came), _) => (came, segment.end),
                (_, Edge::At(went)) => (segment.start, went),
                (Edge::Missed, Edge::Missed) => (segment.start, segment.end),
                _ => continue,
            };
            if there.0 <= at && at < there.1 {
                let lasts = |(meal, planned): (&Meal, &Option<i64>)| {
                    let end = meal.end.unwrap_or(meal.start + planned.unwrap_or(0) * 60);
                    meal.start <= at && at < end
                };
                let eats = day.meals.iter().zip(&self.planned_lengths(day)).any(lasts);
                return if eats { Place::AtMeal } else { Place::OnPost };
            }
        }
        Place::Elsewhere
    }

    /// The planned length that each punched meal is: whole meals before half ones, the nearest first.
    fn planned_lengths(&self, day: &Day) -> Vec<Option<i64>> {
        let mut lengths = vec![None; day.meals.len()];
        let (Cell::Shift(shift), Some(first)) = (&day.cell, day.segments.first()) else {
            return lengths;
        };
        let midnight = first.start.div_euclid(DAY) * DAY;
        for planned in shift["meals"].as_array().unwrap() {
            let start = midnight + planned["start"].as_i64().unwrap() * 60;
            let free = (0..lengths.len()).filter(|n| lengths[*n].is_none());
            let best = free.min_by_key(|n| {
                let meal = &day.meals[*n];
                (meal.end.is_none(), (meal.start - start).abs())
            });
            if let Some(n) = best {
                lengths[n] = planned["minutes"].as_i64();
            }
        }
        lengths
    }

    /// T9: asked for, agreed or carried out without approval. A swap that was taken back is none; a colleague without a
    /// shift that day who came for this one is.
    fn is_given_away(&self, desk: &str, staff: &str, on: i64) -> bool {
        for asked in self.of_kind("roster.swap_requested") {
            let gives = asked.data["from"] == staff && day_of(&asked.data["give"]) == on;
            let fate = self.fate("roster.swap_", "swap", &asked.data["swap"]);
            if gives && fate != "approved" && fate != "withdrawn" {
                return true;
            }
        }
        let Some(&(start, _)) = self.segments(staff, on).first() else {
            return false;
        };
        let policy = self.policy(desk, on);
        let before = number(policy, "punch.window_before_minutes").unwrap() * 60;
        let after = number(policy, "punch.window_after_minutes").unwrap() * 60;
        let people = self.people(desk);
        let free = |other: &&String| *other != staff && self.segments(other, on).is_empty();
        people.iter().filter(free).any(|other| {
            // What belongs to a shift of their own of the day before or after is no punch on this one.
            let own = |at: i64| (-2..=2).any(|n| self.is_of_shift(desk, other, on + n, at));
            self.punches(desk, other).iter().any(|punch| {
                let near = start - before <= punch.at && punch.at <= start + after;
                !punch.suspect && punch.kind == "in" && near && !own(punch.at)
            })
        })
    }

    /// Times offline long enough while on post and not at meal, without an excuse: the longest stretch of each counts once.
    fn offline(&self, desk: &str, staff: &str, on: i64, day: &Day) -> Vec<i64> {
        let least = number(self.policy(desk, on), "presence.offline_minutes_min").unwrap();
        let mut reports: Vec<(i64, bool)> = Vec::new();
        for fact in self
            .of_kind("evidence.presence_reported")
            .filter(|fact| fact.data["staff"] == staff)
        {
            reports.push((sec(&fact.data["at"]), fact.data["online"] == true));
        }
        reports.sort_unstable();
        let mut spells: Vec<(i64, i64)> = Vec::new();
        let mut since: Option<i64> = None;
        for (at, online) in reports {
            match (online, since) {
                (false, None) => since = Some(at),
                (true, Some(from)) => {
                    spells.push((from, at));
                    since = None;
                }
                _ => {}
            }
        }
        spells.extend(since.map(|from| (from, from + 40 * DAY)));
        let mut found = Vec::new();
        for (from, until) in spells {
            let on_post = |second: i64| {
                day.segments.iter().any(|s| match (s.came, s.went) {
                    (Edge::At(came), Edge::At(went)) => {
                        s.start.max(came) <= second && second < s.end.min(went)
                    }
                    _ => false,
                }) && !day
                    .meals
                    .iter()
                    .any(|meal| meal.start <= second && meal.end.is_none_or(|end| second < end))
            };
            let (mut best, mut run) = ((0, 0), (0, 0));
            for second in from.max(on * DAY)..until.min((on + 2) * DAY) {
                run = if on_post(second) {
                    (if run.1 > run.0 { run.0 } else { second }, second + 1)
                } else {
                    (0, 0)
                };
                if run.1 - run.0 > best.1 - best.0 {
                    best = run;
                }
            }
            let excused = self.of_kind("evidence.presence_excused").any(|fact| {
                fact.data["staff"] == staff
                    && sec(&fact.data["from"]) < best.1
                    && best.0 < sec(&fact.data["until"])
            });
            if minutes(best.1 - best.0) >= least && !excused {
                found.push(best.0);
            }
        }
        found
    }
}

impl Books {
    /// What was decided about a penalty: the amount that reaches payroll, once the last step of the chain is done and
    /// nothing took it back. While an appeal is open it waits.
    fn decided(&self, sanction: &Value) -> i64 {
        let (mut amount, mut stands) = (0, false);
        for fact in &self.facts {
            if fact.data.get("sanction") != Some(sanction) {
                continue;
            }
            match fact.kind.as_str() {
                "sanction.approved" => {
                    (amount, stands) = (fact.data["amount"].as_i64().unwrap(), true)
                }
                "sanction.waived" | "sanction.appealed" => stands = false,
                "sanction.appeal_decided" => stands = fact.data["upheld"] == false,
                _ => {}
            }
        }
        if stands { amount } else { 0 }
    }

    /// A person's line of the file for payroll. What each id stands for is taken from the proposals, which are compared
    /// by themselves.
    pub(crate) fn payroll(
        &self,
        desk: &str,
        staff: &str,
        this: &str,
        proposals: &[Value],
    ) -> Vec<(String, i64)> {
        let first = day(&format!("{this}-01"));
        let days: Vec<i64> = (first..first + 31)
            .filter(|on| month(*on) == this)
            .collect();
        let reckoned: Vec<Day> = days
            .iter()
            .map(|on| self.reckon(desk, staff, *on))
            .collect();
        let sum = |name: &str| {
            reckoned
                .iter()
                .map(|day| day.figures.get(name).copied().unwrap_or(0))
                .sum::<i64>()
        };
        let count = |is: &dyn Fn(&Day) -> bool| {
            i64::try_from(reckoned.iter().filter(|day| is(day)).count()).unwrap()
        };
        let times =
            |name: &'static str| move |day: &Day| day.figures.get(name).copied().unwrap_or(0) > 0;
        // Each segment by itself: late twice on a day is twice.
        let segments = |of: &dyn Fn(&Segment) -> i64| {
            let all = reckoned.iter().flat_map(|day| &day.segments);
            i64::try_from(all.filter(|segment| of(segment) > 0).count()).unwrap()
        };
        // Hundredths of an hour, rounded as at school.
        let hours = |minutes: i64| (minutes * 100 + 30).div_euclid(60);
        let corrections: i64 = days
            .iter()
            .flat_map(|on| self.corrections(staff, *on))
            .filter(|(.., fate)| ["pending", "approved"].contains(fate))
            .count()
            .try_into()
            .unwrap();
        let of = |mode: &str| {
            let mine = proposals.iter().filter(|row| {
                row["staff"] == staff && row["mode"] == mode && row["kind"] != "reward"
            });
            mine.map(|row| self.decided(&row["id"])).sum::<i64>()
        };
        let mut line = vec![
            (
                "应出勤天数",
                count(&|day| matches!(day.cell, Cell::Shift(_))),
            ),
            ("实出勤天数", count(&|day| day.status == "worked")),
            ("休息天数", count(&|day| day.cell == Cell::Off)),
            ("工作时长(小时)", hours(sum("worked"))),
            ("迟到次数", segments(&|s| s.late)),
            ("迟到时长(分钟)", sum("late")),
            ("严重迟到次数", sum("severe")),
            ("早退次数", segments(&|s| s.early)),
            ("早退时长(分钟)", sum("early")),
            ("上班缺卡次数", sum("missed_in")),
            ("下班缺卡次数", sum("missed_out")),
            ("旷工天数", count(&times("absent"))),
            ("补卡次数", corrections),
            ("事假(小时)", hours(sum("leave personal"))),
            ("病假(小时)", hours(sum("leave sick"))),
            ("年假(小时)", hours(sum("leave annual"))),
            ("调休(小时)", hours(sum("leave compensatory"))),
            ("工作日加班(小时)", hours(sum("ot workday"))),
            ("休息日加班(小时)", hours(sum("ot rest_day"))),
            ("法定节假日加班(小时)", hours(sum("ot statutory"))),
            // A night that no punch proves counts for nothing.
            (
                "夜班次数",
                count(&|day| {
                    let punched = |s: &Segment| {
                        matches!((s.came, s.went), (Edge::At(_), _) | (_, Edge::At(_)))
                    };
                    day.figures["night"] == 1 && day.segments.iter().any(punched)
                }),
            ),
            ("扣款合计(元)", of("money")),
            ("积分(分)", -of("points")),
        ];
        let limit = |on: i64| number(self.policy(desk, on), "meal.minutes_max").unwrap();
        let long = |(on, day): (&i64, &Day)| {
            day.meals
                .iter()
                .filter(|meal| {
                    meal.end
                        .is_some_and(|end| minutes(end - meal.start) > limit(*on))
                })
                .count()
        };
        let long: usize = days.iter().zip(&reckoned).map(long).sum();
        line.push(("用餐超时次数", i64::try_from(long).unwrap()));
        line.into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }
}
