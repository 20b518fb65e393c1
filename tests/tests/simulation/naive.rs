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
    pub(crate) id: String,
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
}

impl Books {
    /// Reads the stored events up to a position straight from the log's file.
    pub(crate) fn read(log: &Path, until: i64) -> Self {
        let open = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
        let file = rusqlite::Connection::open_with_flags(log, open).unwrap();
        let mut rows = file
            .prepare(
                "SELECT position, hex(event_id), stream, event_type, data FROM events \
                 WHERE position <= ? ORDER BY position",
            )
            .unwrap();
        let facts = rows.query_map([until], |row| {
            let data: Vec<u8> = row.get(4)?;
            Ok(Fact {
                position: row.get(0)?,
                id: row.get::<_, String>(1)?.to_lowercase(),
                stream: row.get(2)?,
                kind: row.get(3)?,
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
            if about && (near || named) && shown.len() < 1500 {
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
        let policy = self.policy(desk, day);
        let cell = self.cell(staff, day);
        let plan = self.segments(staff, day);
        let closed = self.closed(desk);
        let over = closed >= day;
        // T6: until the end of the third calendar day after the work date.
        let window_over = closed >= day + number(policy, "correction.window_days").unwrap();
        let all = self.punches(desk, staff);
        let mine: Vec<&Punch> = all
            .iter()
            .filter(|punch| !punch.suspect && self.is_of_shift(desk, staff, day, punch.at))
            .collect();
        // A suspect punch is of the day on which it came in.
        let suspects: Vec<&Punch> = all
            .iter()
            .filter(|punch| punch.suspect && punch.received.div_euclid(DAY) == day)
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

        self.match_punches(policy, staff, day, &mine, &mut segments);
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
                || self.is_shown(staff, &segment, &mine);
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
            off_post: 0,
            unrelieved: false,
        };
        self.sum_up(
            desk,
            staff,
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
    ) {
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
    fn is_shown(&self, staff: &str, segment: &Segment, mine: &[&Punch]) -> bool {
        let within = |at: i64| segment.start <= at && at <= segment.end;
        let ate = mine
            .iter()
            .any(|punch| punch.kind.starts_with("meal") && within(punch.at));
        let seen = self.facts.iter().any(|fact| {
            let about = fact.data["staff"] == staff;
            match fact.kind.as_str() {
                "evidence.presence_reported" => {
                    about && fact.data["online"] == true && within(sec(&fact.data["at"]))
                }
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
        ate || seen
    }

    #[allow(clippy::too_many_arguments)]
    fn sum_up(
        &self,
        desk: &str,
        staff: &str,
        over: bool,
        leave: &BTreeMap<String, i64>,
        all: &[Punch],
        outings: &[(i64, i64)],
        day: &mut Day,
        policy: &toml::Value,
    ) {
        let _ = (desk, outings);
        let on = day.segments.first().map(|s| s.start.div_euclid(DAY));
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
                    let nearest =
                        (0..punched.len()).min_by_key(|&n| (punched[n].start - start).abs());
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
            (Edge::At(came), Some((from, _))) => Some(minutes(came - (from - lead * 60)).min(lead)),
            _ => None,
        });
        put("lead_missed", missed.unwrap_or(0));
        let _ = (staff, all);
        day.figures = figures;
    }
}
