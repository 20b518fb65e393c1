//! Plays months at a desk through the real server: everybody sends what people send, at its moment of a clock the test
//! sets. What happens is rolled from the seed; what comes of it is the rules' affair, and refusals are part of it.

use super::desks::Desk;
use super::naive::{DAY, clock, date, day, month};
use acceptance::{House, Reply};
use chrono::DateTime;
use paiban::app::Caller;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use uuid::Uuid;

/// A seeded stream of rolls (SplitMix64), of its own for every label: one more roll here changes nothing there.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64, label: &str) -> Self {
        let id = Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("{seed} {label}").as_bytes());
        Self(id.as_u64_pair().0)
    }
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
    /// From `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + i64::try_from(self.next() % (high - low + 1).unsigned_abs()).unwrap()
    }
    /// So many times in a hundred.
    pub(crate) fn happens(&mut self, percent: i64) -> bool {
        self.between(1, 100) <= percent
    }
    fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        let last = i64::try_from(items.len()).unwrap() - 1;
        (last >= 0).then(|| &items[usize::try_from(self.between(0, last)).unwrap()])
    }
}

/// What a simulation is made of.
#[derive(Clone, Copy)]
pub(crate) struct Plot {
    pub(crate) desk: &'static Desk,
    pub(crate) seed: u64,
    pub(crate) crew: usize,
    /// First and last day.
    pub(crate) first: &'static str,
    pub(crate) last: &'static str,
    /// The order in which feeds deliver what they kept; must make no difference.
    pub(crate) order: u64,
    /// Two people decide at once, in two threads: the log then depends on who was faster.
    pub(crate) races: bool,
}

type Act = Box<dyn FnOnce(&mut Play)>;

/// A play going on.
pub(crate) struct Play {
    pub(crate) house: House,
    pub(crate) plot: Plot,
    pub(crate) crew: Vec<String>,
    queue: BTreeMap<(i64, u64, u64), Act>,
    told: u64,
    sent: u64,
    /// What was answered, by address and outcome.
    pub(crate) answers: BTreeMap<String, u64>,
    plan: BTreeMap<(String, i64), Option<&'static str>>,
    away: BTreeSet<(String, i64)>,
    /// Hours of leave, as approved.
    part: BTreeMap<(String, i64), (i64, i64)>,
    feeds: BTreeMap<&'static str, String>,
    pub(crate) closed: Vec<String>,
}

fn rfc(second: i64) -> String {
    DateTime::from_timestamp(second - 8 * 3600, 0)
        .unwrap()
        .to_rfc3339()
}

impl Play {
    /// Opens the desk ten days before the first, in a data folder of its own.
    pub(crate) fn new(folder: &Path, plot: Plot) -> Self {
        let founded = day(plot.first) - 10;
        let house = House::stored(folder, &format!("{} 09:00", date(founded)));
        let mut play = Self {
            house,
            plot,
            crew: (1..=plot.crew).map(|n| format!("{}", 1000 + n)).collect(),
            queue: BTreeMap::new(),
            told: 0,
            sent: 0,
            answers: BTreeMap::new(),
            plan: BTreeMap::new(),
            away: BTreeSet::new(),
            part: BTreeMap::new(),
            feeds: BTreeMap::new(),
            closed: Vec::new(),
        };
        play.found(founded);
        play
    }

    fn desk(&self) -> &'static Desk {
        self.plot.desk
    }

    fn dice(&self, label: &str) -> Dice {
        Dice::new(self.plot.seed, &format!("{} {label}", self.desk().id))
    }

    fn found(&mut self, founded: i64) {
        let desk = self.desk();
        let system = Caller::system;
        self.house.block_on(async {
            let app = &self.house.app;
            let open = json!({"desk": desk.id, "name": desk.id, "zone": "Asia/Shanghai", "opens": 0, "closes": 1440});
            app.open_desk(&system(), serde_json::from_value(open).unwrap()).await.unwrap();
            let skills: Vec<Value> = desk.skills.iter().map(|s| json!({"id": s, "name": s})).collect();
            let skills = serde_json::from_value(json!({"skills": skills})).unwrap();
            app.define_skills(&system(), &desk.id.into(), skills).await.unwrap();
            let mut hires = vec![
                ("L01".to_owned(), "lead", founded),
                ("H01".to_owned(), "hr", founded),
                ("G01".to_owned(), "gm_office", founded),
                ("G02".to_owned(), "gm_office", founded),
            ];
            for (index, staff) in self.crew.iter().enumerate() {
                hires.push((staff.clone(), "staff", joins(self.plot, index)));
            }
            for (index, (staff, role, from)) in hires.into_iter().enumerate() {
                let skill = (role == "staff").then(|| desk.skill_of(index - 4));
                let leads = if role == "lead" { vec![desk.id] } else { vec![] };
                let hire = json!({
                    "staff": staff, "name": format!("名{staff}"), "desk": desk.id, "position": "客服", "roles": [role],
                    "leads": leads, "skills": Vec::from_iter(skill), "employment": "full_time",
                    "week_minutes": desk.week_minutes, "month_wage_fen": 600_000, "from": date(from).to_string()
                });
                app.hire(&system(), serde_json::from_value(hire).unwrap()).await.unwrap();
                let password = app.accounts().set_password(&staff.as_str().into(), "a password of theirs");
                password.unwrap();
            }
        });
        self.must(
            "H01",
            "PUT",
            &format!("/desks/{}/policy", desk.id),
            json!({"document": desk.policy}),
        );
        let days: Vec<Value> = [
            ("2026-09-20", "make_up_workday"),
            ("2026-09-25", "statutory"),
            ("2026-10-01", "statutory"),
            ("2026-10-02", "statutory"),
            ("2026-10-03", "statutory"),
            ("2026-10-04", "adjusted_rest"),
            ("2026-10-05", "adjusted_rest"),
            ("2026-10-06", "adjusted_rest"),
            ("2026-10-07", "adjusted_rest"),
            ("2026-10-10", "make_up_workday"),
        ]
        .iter()
        .map(|(date, kind)| json!({"date": date, "kind": kind, "name": kind}))
        .collect();
        self.must(
            "H01",
            "PUT",
            "/calendars/2026",
            json!({"source": "test", "days": days}),
        );
        let templates = desk.templates(&date(founded).to_string());
        self.must(
            "L01",
            "PUT",
            &format!("/desks/{}/shift-templates", desk.id),
            templates,
        );
        for kind in ["device", "presence", "calls"] {
            let body = json!({"name": format!("{kind}-1"), "kind": kind, "desk": desk.id});
            let answer = self.must("H01", "POST", "/feeds", body);
            self.feeds
                .insert(kind, answer.json["token"].as_str().unwrap().to_owned());
        }
        for staff in self.crew.clone() {
            for kind in ["annual", "compensatory"] {
                let body = json!({"kind": kind, "year": 2026, "minutes": 2400, "reason": "额度"});
                self.send(
                    "H01",
                    "POST",
                    &format!("/staff/{staff}/leave-balances"),
                    body,
                );
            }
        }
    }

    /// A request at this moment. The same play sends the same keys, so ids are the same in every run of a seed.
    pub(crate) fn send(&mut self, who: &str, method: &str, path: &str, body: Value) -> Reply {
        self.sent += 1;
        let key = format!("{}-{}", self.plot.seed, self.sent);
        self.send_keyed(who, method, path, &body, &key)
    }

    fn send_keyed(
        &mut self,
        who: &str,
        method: &str,
        path: &str,
        body: &Value,
        key: &str,
    ) -> Reply {
        let client = match who.strip_prefix("feed:") {
            Some(feed) => {
                let bearer = format!("Bearer {}", self.feeds[feed]);
                self.house.nobody().with("authorization", &bearer)
            }
            None => self.house.to(who).with("idempotency-key", key),
        };
        let client = if who.starts_with("feed:") {
            client.with("idempotency-key", key)
        } else {
            client
        };
        let bytes = if body.is_null() {
            Vec::new()
        } else {
            body.to_string().into_bytes()
        };
        let kind = (!body.is_null()).then_some("application/json");
        let reply = client.send(method, path, kind, &bytes);
        assert!(
            reply.status < 500,
            "{method} {path} {body} as {who}: {reply:?}"
        );
        let outcome = match reply.json["type"].as_str() {
            Some(problem) => problem.trim_start_matches("/problems/").to_owned(),
            None => reply.status.to_string(),
        };
        let place: Vec<&str> = path
            .split('/')
            .filter(|part| {
                part.chars().all(|c| c.is_ascii_lowercase() || c == '-')
                    && !part.is_empty()
                    && part.len() < 25
            })
            .collect();
        *self
            .answers
            .entry(format!("{method} {} {outcome}", place.join("/")))
            .or_default() += 1;
        reply
    }

    fn must(&mut self, who: &str, method: &str, path: &str, body: Value) -> Reply {
        let told = format!("{method} {path}");
        let reply = self.send(who, method, path, body);
        assert!(
            reply.status < 300,
            "{told}: {}",
            String::from_utf8_lossy(&reply.body)
        );
        reply
    }

    /// Something to do at a moment.
    fn at(&mut self, second: i64, act: impl FnOnce(&mut Play) + 'static) {
        self.told += 1;
        self.queue.insert((second, 0, self.told), Box::new(act));
    }

    /// Something a feed delivers at a moment: among others of the same moment in any order.
    fn deliver(&mut self, second: i64, act: impl FnOnce(&mut Play) + 'static) {
        self.told += 1;
        let place = Dice::new(self.plot.order, &format!("deliver {}", self.told)).next();
        self.queue
            .insert((second, place | 1, self.told), Box::new(act));
    }

    /// Plays it all.
    pub(crate) fn run(&mut self) {
        let (first, last) = (day(self.plot.first), day(self.plot.last));
        let mut planned = String::new();
        for on in first..=last + 6 {
            let this = month(on);
            if this != planned && on <= last {
                planned.clone_from(&this);
                let month_first = day(&format!("{this}-01")).max(first);
                self.at((month_first - 5) * DAY + 10 * 3600, move |play| {
                    play.publish(&this)
                });
            }
            self.at(on * DAY + 60, |play| play.close_days());
            self.at(on * DAY + 120, move |play| {
                if on <= last {
                    play.day(on);
                }
            });
        }
        self.frame(first, last);
        while let Some(((second, ..), act)) = self.queue.pop_first() {
            if second > (last + 6) * DAY {
                break;
            }
            self.house
                .clock
                .set(DateTime::from_timestamp(second - 8 * 3600, 0).unwrap());
            act(self);
        }
        self.house
            .block_on(async { self.house.app.catch_up().await.unwrap() });
    }

    /// What does not belong to a person's day: other rules from the fifteenth of the second month, somebody who leaves,
    /// the closing of months.
    /// The months played.
    pub(crate) fn months(&self) -> Vec<String> {
        let mut months: Vec<String> = (day(self.plot.first)..=day(self.plot.last))
            .map(month)
            .collect();
        months.dedup();
        months
    }

    fn frame(&mut self, first: i64, last: i64) {
        let changed = day("2026-10-12") * DAY + 11 * 3600;
        if first * DAY < changed && changed < last * DAY {
            self.at(changed, |play| {
                let desk = play.desk();
                let document = desk.later_policy();
                play.must(
                    "H01",
                    "PUT",
                    &format!("/desks/{}/policy", desk.id),
                    json!({"document": document}),
                );
            });
        }
        if let Some(ends) = leaves(self.plot) {
            let staff = self.crew[1].clone();
            self.at((ends - 6) * DAY + 15 * 3600, move |play| {
                let body = json!({"last": date(ends).to_string()});
                play.send(
                    "H01",
                    "PUT",
                    &format!("/staff/{staff}/employment-end"),
                    body,
                );
            });
        }
        let months = self.months();
        for (index, this) in months.iter().enumerate() {
            let next = (first..=last + 40).find(|on| month(*on) > *this).unwrap();
            let (desk, this) = (self.desk().id, this.clone());
            let is_last = index + 1 == months.len();
            self.at((next + 4) * DAY + 9 * 3600 + 30, move |play| {
                play.decide_sanctions(&this, is_last)
            });
            if !is_last {
                let this = months[index].clone();
                self.at((next + 5) * DAY + 9 * 3600, move |play| {
                    let path = format!("/desks/{desk}/periods/{this}/closing");
                    play.must("H01", "POST", &path, json!({"acknowledge_open": true}));
                    play.closed.push(this);
                });
            }
        }
    }

    fn close_days(&mut self) {
        let app = self.house.app.clone();
        self.house.block_on(async move {
            let receipt = app.close_due_days(app.now()).await.unwrap();
            app.wait(&receipt).await.unwrap();
            app.catch_up().await.unwrap();
        });
    }

    /// Five days on, two off, a shift kind a week; nights and days of somebody with a skill of their own as that asks.
    fn shift_of(&self, index: usize, on: i64) -> Option<&'static str> {
        let turn = i64::try_from(index).unwrap() * 3 + on;
        let (days, of) = self.desk().turn(index);
        let (week, place) = (turn.div_euclid(of), turn.rem_euclid(of));
        let codes = self.desk().shifts_of(index);
        let mut dice = self.dice(&format!("shift {index} {week}"));
        let code = *dice.pick(&codes).unwrap();
        (place < days).then_some(code)
    }

    fn publish(&mut self, this: &str) {
        let desk = self.desk().id;
        let first = day(&format!("{this}-01"));
        let days: Vec<i64> = (first..first + 31)
            .filter(|on| month(*on) == *this)
            .collect();
        let skill = self.desk().skills[0];
        let demand = json!({"slot_minutes": 30, "source": "test", "days": [
            {"date": date(first).to_string(), "skill": skill, "start": 900, "minimum": [0], "target": [1]}
        ]});
        self.must(
            "L01",
            "PUT",
            &format!("/desks/{desk}/demand/{this}"),
            demand,
        );
        self.must(
            "L01",
            "PUT",
            &format!("/desks/{desk}/rosters/{this}"),
            Value::Null,
        );
        let mut cells = Vec::new();
        for (index, staff) in self.crew.clone().into_iter().enumerate() {
            for &on in &days {
                let gone = leaves(self.plot)
                    .is_some_and(|ends| index == 1 && ends < on && first > ends - 6);
                if on < joins(self.plot, index)
                    || on < day(self.plot.first)
                    || on > day(self.plot.last)
                    || gone
                {
                    continue;
                }
                let shift = self.shift_of(index, on);
                self.plan.insert((staff.clone(), on), shift);
                cells.push(json!({"staff": staff, "date": date(on).to_string(), "shift": shift}));
            }
        }
        let base = format!("/desks/{desk}/rosters/{this}");
        self.must(
            "L01",
            "POST",
            &format!("{base}/edits"),
            json!({"cells": cells}),
        );
        let body = json!({"acknowledge_shortfalls": true});
        self.must("L01", "POST", &format!("{base}/publication"), body);
    }
}

/// The last of the crew joins in the middle of the second month (or the tenth day of a shorter play).
fn joins(plot: Plot, index: usize) -> i64 {
    let first = day(plot.first);
    if index + 1 == plot.crew && plot.crew > 2 {
        first + 9
    } else {
        first - 10
    }
}

/// The second of the crew leaves in the seventh week.
fn leaves(plot: Plot) -> Option<i64> {
    let ends = day(plot.first) + 46;
    (plot.crew > 3 && ends < day(plot.last)).then_some(ends)
}

impl Play {
    fn punch(&mut self, staff: &str, kind: &'static str, at: i64, dice: &mut Dice) {
        let staff = staff.to_owned();
        if dice.happens(70) {
            let again = dice.happens(5).then(|| dice.between(1, 90));
            for second in [Some(at), again.map(|later| at + later)]
                .into_iter()
                .flatten()
            {
                let staff = staff.clone();
                self.at(second, move |play| {
                    let reply = play.send(&staff, "POST", "/punches", json!({"kind": kind}));
                    if reply.status == 409 || reply.status == 422 {
                        // Nobody lets them go: they try again, and at last only the terminal at the door sees them out.
                        for wait in [900, 2400] {
                            let staff = staff.clone();
                            play.at(second + wait, move |play| {
                                let body = json!({"kind": kind});
                                play.send(&staff, "POST", "/punches", body);
                            });
                        }
                    }
                });
            }
            return;
        }
        // A terminal delivers at once, in the evening, days later, or too late.
        let wait = match dice.between(1, 20) {
            1..=12 => 1,
            13..=16 => 5 * 3600,
            17..=19 => dice.between(1, 2) * DAY,
            _ => 4 * DAY,
        };
        let hour = 3600;
        let due = if wait == 1 {
            at + 1
        } else {
            (at + wait).div_euclid(hour) * hour + hour
        };
        let times = if dice.happens(15) {
            dice.between(2, 3)
        } else {
            1
        };
        let woke_up = dice.happens(2);
        for n in 0..times {
            let staff = staff.clone();
            // A terminal that lost power does not know the year.
            if woke_up {
                let body = json!({"staff": staff, "kind": kind, "at": rfc(946_684_800 + at % DAY)});
                self.deliver(at, move |play| {
                    play.send("feed:device", "POST", "/device-punches", body);
                });
                break;
            }
            // Sent again in the same second, in another one soon after, or as a rescan by hand.
            let at = if n > 0 && dice.happens(40) {
                at + dice.between(1, 80)
            } else {
                at
            };
            if at > due {
                continue;
            }
            self.deliver(due, move |play| {
                let body = json!({"staff": staff, "kind": kind, "at": rfc(at)});
                play.send("feed:device", "POST", "/device-punches", body);
            });
        }
    }

    /// Everything of one day.
    fn day(&mut self, on: i64) {
        if self.desk().feeds {
            self.calls(on);
        }
        self.meetings(on);
        for staff in self.crew.clone() {
            if let Some(Some(code)) = self.plan.get(&(staff.clone(), on + 3)).copied() {
                self.ahead(&staff, on + 3, code);
            }
        }
        for (index, staff) in self.crew.clone().into_iter().enumerate() {
            if leaves(self.plot).is_some_and(|ends| index == 1 && on > ends) {
                continue;
            }
            match self.plan.get(&(staff.clone(), on)).copied() {
                Some(Some(code)) => self.shift_day(&staff, on, code),
                Some(None) => self.day_off(&staff, on),
                None => {}
            }
        }
    }

    fn day_off(&mut self, staff: &str, on: i64) {
        let mut dice = self.dice(&format!("off {staff} {on}"));
        if !dice.happens(10) {
            return;
        }
        let from = on * DAY + dice.between(9 * 60, 14 * 60) * 60 + dice.between(0, 59);
        let until = from + dice.between(20, 300) * 60 + dice.between(0, 59);
        self.punch(staff, "in", from, &mut dice);
        self.punch(staff, "out", until, &mut dice);
        if dice.happens(60) {
            self.approve_overtime(staff, on, until + 3600, &mut dice);
        }
    }

    fn approve_overtime(&mut self, staff: &str, on: i64, at: i64, dice: &mut Dice) {
        let body = json!({
            "staff": staff, "work_date": date(on).to_string(), "minutes_max": dice.between(2, 16) * 15,
            "compensation": if dice.happens(50) { "money" } else { "time_off" }, "reason": "忙"
        });
        self.at(at, move |play| {
            play.send("L01", "POST", "/overtime-approvals", body);
        });
    }

    fn shift_day(&mut self, staff: &str, on: i64, code: &'static str) {
        let mut dice = self.dice(&format!("shift day {staff} {on}"));
        let kind = self.desk().shift(code);
        let segments: Vec<(i64, i64)> = kind
            .segments
            .iter()
            .map(|&(a, b)| (on * DAY + a * 60, on * DAY + b * 60))
            .collect();
        let (start, end) = (segments[0].0, segments[segments.len() - 1].1);
        if self.away.contains(&(staff.to_owned(), on)) {
            if !dice.happens(8) {
                return;
            }
        } else if dice.happens(6) {
            return self.stay_away(staff, on, start, end, &mut dice);
        }
        self.around(staff, on, start, end, segments[segments.len() - 1].0);
        let part = self
            .part
            .get(&(staff.to_owned(), on))
            .map(|&(a, b)| (on * DAY + a * 60, on * DAY + b * 60));
        let lead = self.desk().lead_minutes;
        for (number, &(from, until)) in segments.iter().enumerate() {
            // Hours of leave at the beginning or the end: later, or earlier.
            let from = part
                .filter(|part| part.0 <= from)
                .map_or(from, |part| from.max(part.1));
            let until = part
                .filter(|part| until <= part.1)
                .map_or(until, |part| until.min(part.0));
            if from >= until {
                continue;
            }
            let early = dice.between(0, 8) + if number == 0 { lead } else { 0 };
            let came = from - early * 60 + dice.between(0, 59);
            let came = match dice.between(1, 100) {
                1..=10 => from + dice.between(0, 50) * 60 + dice.between(0, 59),
                11..=14 => from + dice.between(0, 119),
                15..=17 => from - dice.between(30, 100) * 60,
                _ => came - 60,
            };
            let went = match dice.between(1, 100) {
                1..=8 => until - dice.between(0, 50) * 60 - dice.between(0, 59),
                9..=12 => until - dice.between(0, 90),
                13..=24 => until + dice.between(25, 160) * 60 + dice.between(0, 59),
                _ => until + dice.between(0, 9) * 60 + dice.between(0, 59),
            };
            let stayed = went > until + 25 * 60;
            let (in_missed, out_missed) = match dice.between(1, 100) {
                1..=5 => (true, false),
                6..=10 => (false, true),
                11..=12 => (true, true),
                _ => (false, false),
            };
            if !in_missed {
                self.punch(staff, "in", came, &mut dice);
            }
            if !out_missed {
                if number + 1 == segments.len() {
                    self.leave_post(staff, on, code, went, &mut dice);
                }
                self.punch(staff, "out", went, &mut dice);
            }
            for (missed, side, claimed) in [(in_missed, "in", from), (out_missed, "out", until)] {
                if missed && dice.happens(65) {
                    self.ask_correction(staff, on, (number, side), claimed, end, &mut dice);
                }
            }
            if stayed && dice.happens(75) {
                self.approve_overtime(staff, on, went + 3600, &mut dice);
            }
        }
        for &(meal, length) in kind.meals {
            let from = on * DAY + (meal + dice.between(0, 15)) * 60 + dice.between(0, 59);
            let until = from + (length + dice.between(-10, 9)) * 60 + dice.between(0, 59);
            match dice.between(1, 100) {
                1..=10 => {}
                11..=14 => self.punch(staff, "meal_start", from, &mut dice),
                15..=17 => self.punch(staff, "meal_end", until, &mut dice),
                _ => {
                    self.punch(staff, "meal_start", from, &mut dice);
                    self.punch(staff, "meal_end", until, &mut dice);
                }
            }
        }
    }

    /// Does not come, and nothing was arranged before. Some are excused in the morning by telephone, for some a colleague
    /// stands in without asking, some are seen all the same.
    fn stay_away(&mut self, staff: &str, on: i64, start: i64, end: i64, dice: &mut Dice) {
        let (desk, name) = (self.desk().id, staff.to_owned());
        let middle = i64::midpoint(start, end);
        let request = json!({"kind": "sick", "first": date(on).to_string(), "last": date(on).to_string(), "reason": "发烧"});
        match dice.between(1, 6) {
            1 | 2 => {
                let body = json!({"staff": staff, "request": request, "emergency": "早上来电"});
                let (approved, wait) = (dice.happens(80), dice.between(1, 50) * 3600);
                self.at(start + 600, move |play| {
                    let reply = play.send("L01", "POST", "/emergency-leave-requests", body);
                    if reply.status < 300 && approved {
                        let path = format!("/leave-requests/{}/approval", reply.id());
                        play.at(start + 600 + wait, move |play| {
                            play.send("G01", "POST", &path, Value::Null);
                        });
                    }
                });
            }
            3 => {
                // Asked for when the shift has begun.
                self.at(start + 1800, move |play| {
                    let reply = play.send(&name, "POST", "/leave-requests", request);
                    if reply.status < 300 {
                        let path = format!("/leave-requests/{}/approval", reply.id());
                        play.send("L01", "POST", &path, Value::Null);
                    }
                });
            }
            4 => {
                let free: Vec<String> = self
                    .crew
                    .iter()
                    .filter(|other| self.plan.get(&((*other).clone(), on)) == Some(&None))
                    .cloned()
                    .collect();
                if let Some(other) = dice.pick(&free).cloned() {
                    self.punch(&other, "in", start - dice.between(-5, 20) * 60, dice);
                    self.punch(&other, "out", end + dice.between(0, 9) * 60, dice);
                }
            }
            5 => {
                let body = json!({"staff": staff, "on_post": true, "note": "在岗"});
                self.at(middle, move |play| {
                    play.send("L01", "POST", &format!("/desks/{desk}/spot-checks"), body);
                });
            }
            _ => {}
        }
    }

    /// Hands the post over, or tries to, before leaving (P5, P6).
    fn leave_post(&mut self, staff: &str, on: i64, code: &'static str, went: i64, dice: &mut Dice) {
        let desk = self.desk().id;
        if !self.desk().hands_over || code == "正" {
            return;
        }
        let (staff, roll, wait) = (
            staff.to_owned(),
            dice.between(1, 100),
            dice.between(0, 30) * 60,
        );
        if roll > 90 {
            return;
        }
        self.at(went - 120, move |play| {
            let to_post = (code == "晚" && roll <= 50).then_some("监控中心");
            let body = json!({"to_post": to_post, "notes": "平安"});
            let reply = play.send(&staff, "POST", "/handovers", body);
            if reply.status >= 300 {
                return;
            }
            let path = format!("/handovers/{}", reply.id());
            if to_post.is_some() {
                play.send(&staff, "POST", &format!("{path}/post-signature"), json!({"name": "秩序维护员"}));
                return;
            }
            for later in [60, 60 + wait, 1500 + wait] {
                let (path, staff) = (path.clone(), staff.clone());
                play.at(went - 120 + later, move |play| {
                    for other in play.crew.clone() {
                        if other != staff && play.send(&other, "POST", &format!("{path}/signature"), Value::Null).status < 300 {
                            return;
                        }
                    }
                });
            }
            if roll > 70 {
                let body = json!({"staff": staff, "work_date": date(on).to_string(), "reason": "无人接班"});
                play.at(went + 1800, move |play| {
                    play.send("L01", "POST", &format!("/desks/{desk}/handover-waivers"), body);
                });
            }
        });
    }

    /// What is arranged days before a shift: leave, swaps, other cells.
    fn ahead(&mut self, staff: &str, on: i64, code: &'static str) {
        let mut dice = self.dice(&format!("ahead {staff} {on}"));
        let kind = self.desk().shift(code);
        let now = (on - 3) * DAY + dice.between(8, 20) * 3600;
        let (name, text) = (staff.to_owned(), date(on).to_string());
        let (roll, fate, wait) = (
            dice.between(1, 100),
            dice.between(1, 100),
            dice.between(1, 100) * 3600,
        );
        match roll {
            1..=7 => {
                let first = kind.segments[0];
                let last = kind.segments[kind.segments.len() - 1];
                let middle = i64::midpoint(first.0, last.1) / 30 * 30;
                let window = match dice.between(1, 4) {
                    1 => Some((first.0, middle)),
                    2 => Some((middle, last.1)),
                    _ => None,
                };
                let kind = *dice
                    .pick(&["personal", "sick", "annual", "compensatory"])
                    .unwrap();
                let body = json!({
                    "kind": kind, "first": text, "last": text, "reason": "家事",
                    "window": window.map(|(from, until)| json!({"start": from, "end": until}))
                });
                self.at(now, move |play| {
                    let reply = play.send(&name, "POST", "/leave-requests", body);
                    if reply.status >= 300 {
                        return;
                    }
                    let path = format!("/leave-requests/{}", reply.id());
                    if fate <= 90 && window.is_none() {
                        play.away.insert((name.clone(), on));
                    }
                    if let Some(window) = window.filter(|_| fate <= 60) {
                        play.part.insert((name.clone(), on), window);
                    }
                    play.at(now + wait, move |play| match fate {
                        1..=60 => {
                            let by = if fate % 2 == 0 { "L01" } else { "G01" };
                            play.send(by, "POST", &format!("{path}/approval"), Value::Null);
                        }
                        61..=75 => {
                            play.send(
                                "L01",
                                "POST",
                                &format!("{path}/refusal"),
                                json!({"reason": "人手不足"}),
                            );
                        }
                        76..=84 => {
                            play.send(&name, "POST", &format!("{path}/withdrawal"), Value::Null);
                        }
                        85..=93 => play.decide_twice(&path, if fate % 2 == 0 { "" } else { &name }),
                        _ => {}
                    });
                });
            }
            8..=14 => {
                let others: Vec<String> = self
                    .crew
                    .iter()
                    .filter(|other| *other != staff)
                    .cloned()
                    .collect();
                let Some(with) = dice.pick(&others).cloned() else {
                    return;
                };
                let theirs = self.plan.get(&(with.clone(), on)).copied();
                let Some(theirs) = theirs else { return };
                let take = theirs.map(|_| text.clone());
                let body = json!({"give": text, "with": with, "take": take, "reason": "有事"});
                let goes_anyway = dice.happens(30);
                self.at(now, move |play| {
                    let reply = play.send(&name, "POST", "/swaps", body);
                    if reply.status >= 300 {
                        return;
                    }
                    let path = format!("/swaps/{}", reply.id());
                    let answer = if fate > 85 {
                        "declination"
                    } else {
                        "agreement"
                    };
                    if fate <= 92 {
                        play.send(&with, "POST", &format!("{path}/{answer}"), Value::Null);
                    }
                    if fate > 45 && !goes_anyway && theirs.is_none() {
                        play.away.insert((name.clone(), on));
                    }
                    play.at(now + wait.min(60 * 3600), move |play| match fate {
                        1..=45 => {
                            if play
                                .send("L01", "POST", &format!("{path}/approval"), Value::Null)
                                .status
                                < 300
                            {
                                let mine = play.plan.insert((with.clone(), on), Some(code));
                                play.plan.insert((name.clone(), on), mine.flatten());
                            }
                        }
                        46..=60 => {
                            play.send(
                                "G01",
                                "POST",
                                &format!("{path}/refusal"),
                                json!({"reason": "不行"}),
                            );
                        }
                        61..=70 => {
                            play.send(&name, "POST", &format!("{path}/withdrawal"), Value::Null);
                        }
                        _ => {}
                    });
                });
            }
            15..=17 => {
                // The lead changes the published roster.
                let codes: Vec<&'static str> =
                    self.desk().shifts.iter().map(|kind| kind.code).collect();
                let to = if fate <= 50 {
                    None
                } else {
                    dice.pick(&codes).copied()
                };
                let desk = self.desk().id;
                let body = json!({"cells": [{"staff": staff, "date": text, "shift": to}], "reason": "客流"});
                self.at(now, move |play| {
                    let path = format!("/desks/{desk}/rosters/{}/amendments", month(on));
                    if play.send("L01", "POST", &path, body).status < 300 {
                        play.plan.insert((name, on), to);
                    }
                });
            }
            _ => {}
        }
    }

    /// What happens around a shift that somebody works.
    fn around(&mut self, staff: &str, on: i64, start: i64, end: i64, last_start: i64) {
        let mut dice = self.dice(&format!("around {staff} {on}"));
        let (desk, name) = (self.desk().id, staff.to_owned());
        let moment = |dice: &mut Dice| {
            start + dice.between(10, ((end - start) / 60 - 30).max(11)) * 60 + dice.between(0, 59)
        };
        if dice.happens(7) {
            let at = moment(&mut dice);
            let on_post = dice.happens(40);
            let body = json!({"staff": staff, "on_post": on_post, "note": "巡视"});
            let breach = json!({
                "rule": "D3", "staff": staff, "work_date": date(on).to_string(), "subject": "巡视不在岗", "spot_check_at": rfc(at)
            });
            let recorded = dice.happens(70);
            self.at(at, move |play| {
                play.send("L01", "POST", &format!("/desks/{desk}/spot-checks"), body);
                if !on_post && recorded && play.desk().breaches {
                    play.send("L01", "POST", &format!("/desks/{desk}/breaches"), breach);
                }
            });
        }
        if dice.happens(5) && self.desk().breaches {
            let rule = if dice.happens(70) { "D6" } else { "D7" };
            let body = json!({"rule": rule, "staff": staff, "work_date": date(on).to_string(), "subject": "串岗"});
            let at = end + dice.between(1, 60) * 3600;
            let taken_back = dice.happens(20);
            self.at(at, move |play| {
                let reply = play.send("L01", "POST", &format!("/desks/{desk}/breaches"), body);
                if reply.status < 300 && taken_back {
                    let path = format!("/breaches/{}/retraction", reply.id());
                    play.send("L01", "POST", &path, json!({"reason": "看错了"}));
                }
            });
        }
        if dice.happens(5) {
            let from = moment(&mut dice);
            let until = from + dice.between(20, 200) * 60;
            let (returns, late, check) = (
                dice.happens(75),
                dice.between(-15, 15) * 60,
                dice.between(1, 100),
            );
            let name = name.clone();
            self.at(from, move |play| {
                let body =
                    json!({"place": "5栋", "purpose": "回访", "expected_return_at": rfc(until)});
                let reply = play.send(&name, "POST", "/outings", body);
                if reply.status >= 300 {
                    return;
                }
                let path = format!("/outings/{}", reply.id());
                if returns {
                    let path = path.clone();
                    play.at((until + late).max(from + 60), move |play| {
                        play.send(&name, "POST", &format!("{path}/return"), Value::Null);
                    });
                }
                if check <= 30 {
                    play.at(from + 300, move |play| {
                        let body = json!({"confirmed": check > 12, "note": "电话核实"});
                        play.send("L01", "POST", &format!("{path}/checks"), body);
                    });
                }
            });
        }
        if dice.happens(9) && self.desk().items {
            let at = last_start + dice.between(10, 200) * 60;
            let done = end + dice.between(-60, 70) * 60;
            let body = json!({"staff": staff, "text": "回访客户"});
            let name = name.clone();
            self.at(at, move |play| {
                let reply = play.send("L01", "POST", &format!("/desks/{desk}/items"), body);
                if reply.status < 300 {
                    let path = format!("/items/{}/closing", reply.id());
                    play.at(done.max(at + 60), move |play| {
                        play.send(&name, "POST", &path, json!({"note": "完成"}));
                    });
                }
            });
        }
        if self.desk().feeds {
            let mut rows = Vec::new();
            if dice.happens(90) {
                rows.push((start + dice.between(-5, 8) * 60, true));
            }
            for _ in 0..2 {
                if dice.happens(22) {
                    let from = moment(&mut dice);
                    let length = dice.between(180, 1500);
                    rows.push((from, false));
                    if dice.happens(92) {
                        rows.push((from + length, true));
                    }
                    if dice.happens(15) {
                        let body = json!({
                            "staff": staff, "from": rfc(from + 30), "until": rfc(from + length), "reason": "断网"
                        });
                        self.at(end + dice.between(1, 70) * 3600, move |play| {
                            play.send(
                                "L01",
                                "POST",
                                &format!("/desks/{desk}/presence-excuses"),
                                body,
                            );
                        });
                    }
                }
            }
            rows.push((end + dice.between(0, 20) * 60, false));
            for (at, online) in rows {
                let wait = if dice.happens(80) {
                    0
                } else {
                    dice.between(1, 50)
                };
                let due = (at.div_euclid(3600) + 1 + wait) * 3600;
                for _ in 0..dice.between(1, 2) {
                    let body = json!({"rows": [{"staff": staff, "at": rfc(at), "online": online}]});
                    self.deliver(due, move |play| {
                        play.send(
                            "feed:presence",
                            "POST",
                            &format!("/desks/{desk}/presence"),
                            body,
                        );
                    });
                }
            }
        }
        if dice.happens(3) {
            let body = json!({
                "about": {"about": "discourtesy"}, "staff": staff, "complainant": "customer", "text": "态度不好",
                "happened_at": rfc(moment(&mut dice))
            });
            let upheld = dice.happens(60);
            self.complain(
                body,
                staff,
                upheld,
                end + dice.between(1, 40) * 3600,
                dice.between(1, 90) * 3600,
            );
        }
        if dice.happens(2) {
            // Today's end is put off, or brought forward, while the shift lasts.
            let at = last_start + 1800;
            let by = dice.between(-3, 4) * 30;
            let body = json!({
                "staff": staff, "date": date(on).to_string(), "reason": "客流",
                "segments": self.plan.get(&(name, on)).copied().flatten().map(|code| {
                    let mut list = self.desk().shift(code).segments.to_vec();
                    let last = list.len() - 1;
                    list[last].1 += by;
                    list.iter().map(|(a, b)| json!({"start": a, "end": b})).collect::<Vec<Value>>()
                })
            });
            self.at(at, move |play| {
                play.send(
                    "L01",
                    "POST",
                    &format!("/desks/{desk}/shift-retimings"),
                    body,
                );
            });
        }
    }

    /// A complaint, and somebody who looks into it some day.
    fn complain(&mut self, body: Value, staff: &str, upheld: bool, at: i64, wait: i64) {
        let (desk, staff) = (self.desk().id, staff.to_owned());
        self.at(at, move |play| {
            let reply = play.send("L01", "POST", &format!("/desks/{desk}/complaints"), body);
            if reply.status < 300 && wait % 7 != 0 {
                let path = format!("/complaints/{}/verification", reply.id());
                let body = json!({"staff": staff, "upheld": upheld, "note": "查过"});
                play.at(at + wait, move |play| {
                    play.send("L01", "POST", &path, body);
                });
            }
        });
    }

    /// The telephone of a day.
    fn calls(&mut self, on: i64) {
        let mut dice = self.dice(&format!("calls {on}"));
        let desk = self.desk().id;
        for n in 0..dice.between(1, 5) {
            let at = on * DAY + dice.between(9 * 60, 25 * 60) * 60 + dice.between(0, 59);
            let crew = self.crew.clone();
            let answered = dice
                .happens(50)
                .then(|| dice.pick(&crew).cloned())
                .flatten();
            let routed = dice
                .happens(60)
                .then(|| dice.pick(&crew).cloned())
                .flatten();
            let rings = dice.between(1, 10);
            let call = format!("{on}-{n}");
            let body = json!({"rows": [{"call": call, "at": rfc(at), "rings": rings, "answered_by": answered, "routed_to": routed}]});
            let due = (at.div_euclid(3600)
                + 1
                + if dice.happens(80) {
                    0
                } else {
                    dice.between(1, 60)
                })
                * 3600;
            for _ in 0..dice.between(1, 2) {
                let body = body.clone();
                self.deliver(due, move |play| {
                    play.send("feed:calls", "POST", &format!("/desks/{desk}/calls"), body);
                });
            }
            if answered.is_none() && dice.happens(75) {
                let about = routed
                    .clone()
                    .or_else(|| dice.pick(&crew).cloned())
                    .unwrap();
                let named = dice.happens(30).then(|| about.clone());
                let body = json!({
                    "about": {"about": "unanswered_call", "call": call}, "staff": named, "complainant": "customer",
                    "text": "没人接", "happened_at": rfc(at)
                });
                let upheld = dice.happens(80);
                self.complain(body, &about, upheld, due + 3600, dice.between(1, 80) * 3600);
            }
        }
    }

    /// Who was at the day's meetings, and who had said beforehand that they could not come (S2, D4).
    fn meetings(&mut self, on: i64) {
        let desk = self.desk().id;
        let path = format!("/desks/{desk}/meetings?first={0}&last={0}", date(on));
        self.at(on * DAY + 180, move |play| {
            let list = play.send("L01", "GET", &path, Value::Null).json;
            for row in list.as_array().cloned().unwrap_or_default() {
                let id = row["meeting"].as_str().unwrap().to_owned();
                let start = on * DAY + row["start"].as_i64().unwrap() * 60;
                let shift = row["expected"]["shift"].as_str();
                let is_meant = |staff: &String| {
                    let planned = play.plan.get(&(staff.clone(), on)).copied().flatten();
                    shift.is_none_or(|shift| planned == Some(shift))
                };
                let expected: Vec<String> =
                    play.crew.iter().filter(|s| is_meant(s)).cloned().collect();
                let mut present = Vec::new();
                for staff in &expected {
                    let mut dice = play.dice(&format!("meeting {staff} {on} {start}"));
                    let away = play.away.contains(&(staff.clone(), on));
                    if !away && dice.happens(85) {
                        present.push(staff.clone());
                    } else if dice.happens(40) {
                        let (staff, path) = (staff.clone(), format!("/meetings/{id}/statements"));
                        let late = if dice.happens(20) { 60 } else { -1800 };
                        play.at(start + late, move |play| {
                            play.send(&staff, "POST", &path, json!({"text": "有事"}));
                        });
                    }
                }
                let path = format!("/meetings/{id}/attendance");
                play.at(start + 4000, move |play| {
                    if play
                        .send("L01", "POST", &path, json!({"present": present}))
                        .status
                        >= 300
                    {
                        for n in 0..present.len() {
                            let fewer: Vec<&String> = present
                                .iter()
                                .enumerate()
                                .filter(|(i, _)| *i != n)
                                .map(|(_, s)| s)
                                .collect();
                            if play
                                .send("L01", "POST", &path, json!({"present": fewer}))
                                .status
                                < 300
                            {
                                break;
                            }
                        }
                    }
                });
            }
        });
    }

    fn ask_correction(
        &mut self,
        staff: &str,
        on: i64,
        edge: (usize, &'static str),
        claimed: i64,
        end: i64,
        dice: &mut Dice,
    ) {
        let slip = if dice.happens(30) {
            dice.between(-20, 20) * 60
        } else {
            0
        };
        let body = json!({
            "work_date": date(on).to_string(), "edge": {"segment": edge.0, "side": edge.1},
            "claimed_at": rfc(claimed + slip), "reason": "忘记打卡"
        });
        let asked = end.max((on + 1) * DAY) + dice.between(0, 95) * 3600;
        let (staff, decision, wait) = (
            staff.to_owned(),
            dice.between(1, 100),
            dice.between(1, 70) * 3600,
        );
        let decider = if dice.happens(50) { "L01" } else { "G01" };
        self.at(asked, move |play| {
            let reply = play.send(&staff, "POST", "/corrections", body);
            if reply.status >= 300 {
                return;
            }
            let path = format!("/corrections/{}", reply.id());
            play.at(asked + wait, move |play| match decision {
                1..=65 => {
                    play.send(decider, "POST", &format!("{path}/approval"), Value::Null);
                    play.send("H01", "POST", &format!("{path}/filing"), Value::Null);
                }
                66..=80 => {
                    play.send(
                        decider,
                        "POST",
                        &format!("{path}/refusal"),
                        json!({"reason": "不属实"}),
                    );
                }
                81..=88 => {
                    play.send(&staff, "POST", &format!("{path}/withdrawal"), Value::Null);
                }
                89..=95 => play.decide_twice(&path, &staff),
                _ => {}
            });
        });
    }

    /// Two decide at once: one approves, one refuses or takes back. The stream settles it.
    fn decide_twice(&mut self, path: &str, staff: &str) {
        let other = if staff.is_empty() {
            ("G01", "refusal")
        } else {
            (staff, "withdrawal")
        };
        if !self.plot.races {
            self.send("L01", "POST", &format!("{path}/approval"), Value::Null);
            let body = if other.1 == "refusal" {
                json!({"reason": "不行"})
            } else {
                Value::Null
            };
            self.send(other.0, "POST", &format!("{path}/{}", other.1), body);
            return;
        }
        let house = &self.house;
        let statuses = std::thread::scope(|scope| {
            let first = scope.spawn(|| {
                house
                    .to("L01")
                    .post_empty(&format!("{path}/approval"))
                    .status
            });
            let second = scope.spawn(|| match other {
                (who, "refusal") => {
                    house
                        .to(who)
                        .post(&format!("{path}/refusal"), json!({"reason": "不行"}))
                        .status
                }
                (who, step) => house.to(who).post_empty(&format!("{path}/{step}")).status,
            });
            [first.join().unwrap(), second.join().unwrap()]
        });
        let won = statuses.iter().filter(|status| **status < 300).count();
        assert_eq!(won, 1, "{path} at {}: {statuses:?}", clock(0));
    }

    /// Looks into what is proposed for a month: most of it goes the whole way, some is waived, some appealed against.
    fn decide_sanctions(&mut self, this: &str, is_last: bool) {
        let desk = self.desk().id;
        let list = self
            .send(
                "H01",
                "GET",
                &format!("/desks/{desk}/sanctions?month={this}"),
                Value::Null,
            )
            .json;
        for row in list.as_array().cloned().unwrap_or_default() {
            let id = row["sanction"].as_str().unwrap().to_owned();
            let staff = row["staff"].as_str().unwrap().to_owned();
            let mut dice = self.dice(&format!(
                "sanction {} {} {}",
                row["staff"], row["work_date"], row["rule"]
            ));
            if dice.happens(if is_last { 50 } else { 10 }) {
                continue;
            }
            let path = format!("/sanctions/{id}");
            let mut body = json!({"note": "属实"});
            if !row["range"].is_null() {
                body = json!({"amount_fen": row["range"]["high"], "severity": "serious", "note": "多次"});
            }
            self.send("L01", "POST", &format!("{path}/verification"), body);
            if dice.happens(10) {
                self.send(
                    "G01",
                    "POST",
                    &format!("{path}/waiver"),
                    json!({"reason": "初犯"}),
                );
                continue;
            }
            let less = dice
                .happens(15)
                .then(|| row["amount"].as_i64().unwrap_or(0) / 2);
            let less = less.filter(|_| row["range"].is_null());
            self.send(
                "H01",
                "POST",
                &format!("{path}/balance"),
                json!({"note": "", "amount_fen": less}),
            );
            self.send(
                "G01",
                "POST",
                &format!("{path}/approval"),
                json!({"note": ""}),
            );
            if dice.happens(12) {
                self.send(
                    &staff,
                    "POST",
                    &format!("{path}/appeal"),
                    json!({"reason": "不服"}),
                );
                let upheld = dice.happens(50);
                self.send(
                    "G01",
                    "POST",
                    &format!("{path}/appeal-decision"),
                    json!({"upheld": upheld, "reason": "再查"}),
                );
            }
        }
    }
}
