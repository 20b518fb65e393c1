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
            ];
            for (index, staff) in self.crew.iter().enumerate() {
                hires.push((staff.clone(), "staff", joins(self.plot, index)));
            }
            for (index, (staff, role, from)) in hires.into_iter().enumerate() {
                let skill = (role == "staff").then(|| desk.skill_of(index - 3));
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
        let told = format!("{method} {path} {body}");
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
        let mut months: Vec<String> = (first..=last).map(month).collect();
        months.dedup();
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
        let (week, place) = (turn.div_euclid(7), turn.rem_euclid(7));
        let days = self.desk().days_on(index);
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
        for n in 0..times {
            let staff = staff.clone();
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
        } else if dice.happens(4) {
            return self.stay_away(staff, on, start, end, &mut dice);
        }
        let lead = self.desk().lead_minutes;
        for (number, &(from, until)) in segments.iter().enumerate() {
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
                1..=3 => (true, false),
                4..=6 => (false, true),
                7 => (true, true),
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

    /// Does not come. Some had asked for leave, some say so in the morning by telephone, some are seen all the same.
    fn stay_away(&mut self, staff: &str, on: i64, start: i64, end: i64, dice: &mut Dice) {
        let _ = (staff, on, start, end, dice);
    }

    fn leave_post(&mut self, staff: &str, on: i64, code: &'static str, went: i64, dice: &mut Dice) {
        let _ = (staff, on, code, went, dice);
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

    fn decide_sanctions(&mut self, this: &str, is_last: bool) {
        let _ = (this, is_last);
    }
}
