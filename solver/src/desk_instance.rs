//! Believable desks by seed: the instances the engine is measured on, one month (or week, or year) of a desk of any size.
//!
//! From October 2026, a month that begins in mid-week and on a holiday. Small desks open 09:00–24:00; from 60 people up there is a
//! night shift and demand round the clock. Demand follows the calls of a real call centre and is scaled so that its target
//! asks for a little less than what the people can give; leave, wishes, part-timers, protected staff, seniors, locked cells
//! and a past in mid-run are spread by the seed. The same spec and version always give the same problem.

use std::collections::BTreeMap;

use crate::problem::{
    Cause, Costs, Day, Demand, FairShare, FixedCell, GroupDemand, History, MealWindow, Person,
    Problem, Request, Rules, Segment, ShiftId, ShiftTemplate, Skill, SkillId, Succession,
    Unavailable, Wish,
};

/// Sizes the published figures are about.
pub const SIZES: [usize; 5] = [10, 18, 60, 120, 300];

const SHIFT_MINUTES: i64 = 8 * 60;
const MEAL_MINUTES: i64 = 35;
const SLOT_MINUTES: i64 = 30;
/// Working days of October 2026's contracts.
const CONTRACT_SHIFTS: i64 = 21;
/// Days of leave per hundred person-days.
const LEAVE_PERCENT: usize = 8;
/// Target cover in per cent of what the people can give on post.
const LOAD_PERCENT: f64 = 97.0;
/// Minimum in per cent of the target.
const MINIMUM_PERCENT: f64 = 70.0;
/// October 2026 to September 2027.
const YEAR_DAYS: usize = 365;
const MONTHS: [(&str, usize); 12] = [
    ("2026-10", 31),
    ("2026-11", 30),
    ("2026-12", 31),
    ("2027-01", 31),
    ("2027-02", 28),
    ("2027-03", 31),
    ("2027-04", 30),
    ("2027-05", 31),
    ("2027-06", 30),
    ("2027-07", 31),
    ("2027-08", 31),
    ("2027-09", 30),
];
/// Days of the year that are holidays: its first three, New Year, Spring Festival, Qingming, Labour Day, Dragon Boat, Mid-Autumn.
const HOLIDAYS: [usize; 14] = [
    0, 1, 2, 92, 127, 128, 129, 130, 186, 212, 213, 251, 349, 350,
];
/// From this size up the desk never closes.
const NIGHTS_FROM_PEOPLE: usize = 60;

/// Mean calls per half hour of a full working day, midnight first: December 1999 of the bank in the fixtures of the demand
/// crate, with the day mirrored as there (a shop is busiest when a bank is closed).
const CALLS: [u32; 48] = [
    4, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 3, 20, 29, 34, 33, 37, 32, 35, 31, 38, 40, 43, 48, 49,
    46, 57, 60, 71, 74, 74, 68, 67, 64, 63, 67, 73, 75, 80, 91, 84, 65, 52, 39, 21, 16,
];
/// Factor of Monday to Sunday in per cent.
const WEEKDAY_PERCENT: [u32; 7] = [95, 95, 95, 100, 115, 135, 130];

/// What to generate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeskSpec {
    /// People, at least 1.
    pub people: usize,
    /// First day of the horizon, as a day of October 2026 (1..=31).
    pub first: usize,
    /// Days, cut a year after 30 September 2026.
    pub days: usize,
    /// Seed.
    pub seed: u64,
}

impl DeskSpec {
    /// The whole month.
    #[must_use]
    pub fn month(people: usize, seed: u64) -> Self {
        Self {
            people,
            first: 1,
            days: 31,
            seed,
        }
    }

    /// One week from a Monday.
    #[must_use]
    pub fn week(people: usize, seed: u64) -> Self {
        Self {
            people,
            first: 12,
            days: 7,
            seed,
        }
    }

    /// A year from the month's first day.
    #[must_use]
    pub fn year(people: usize, seed: u64) -> Self {
        Self {
            people,
            first: 1,
            days: YEAR_DAYS,
            seed,
        }
    }

    /// The problem.
    #[must_use]
    pub fn generate(&self) -> Problem {
        let people = self.people.max(1);
        let first = self.first.clamp(1, 31);
        let days = self.days.clamp(1, YEAR_DAYS + 1 - first);
        let mut desk = Desk {
            random: Random(self.seed ^ (people as u64) << 32),
            people,
            first,
            days,
        };
        desk.problem()
    }
}

/// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number in `0..below`; `below` is at least 1.
    fn below(&mut self, below: usize) -> usize {
        (self.next() % below.max(1) as u64) as usize
    }

    fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

/// The date so many days after 1 October 2026.
fn date(day: usize) -> String {
    let mut left = day;
    for (month, days) in MONTHS {
        if left < days {
            return format!("{month}-{:02}", left + 1);
        }
        left -= days;
    }
    format!("day {day}")
}

struct Desk {
    random: Random,
    people: usize,
    first: usize,
    days: usize,
}

impl Desk {
    fn nights(&self) -> bool {
        self.people >= NIGHTS_FROM_PEOPLE
    }

    /// 0 is Monday; 1 October 2026 is a Thursday. Negative days lie before the horizon.
    fn weekday(&self, day: i64) -> usize {
        (self.first as i64 + 2 + day).rem_euclid(7) as usize
    }

    fn problem(&mut self) -> Problem {
        let skills = self.skills();
        let shifts = self.shifts();
        let mut people: Vec<Person> = (0..self.people)
            .map(|index| self.person(index, &skills, &shifts))
            .collect();
        self.leave(&mut people);
        self.locks(&mut people, &shifts);
        let days = (0..self.days)
            .map(|day| Day {
                date: date(self.first - 1 + day),
                weekend: self.weekday(day as i64) >= 5,
                holiday: HOLIDAYS.contains(&(self.first - 1 + day)),
                week: ((self.first + 2 + day) / 7) as u32,
            })
            .collect();
        let capacity = self.capacity_minutes(&people);
        let mut problem = Problem {
            name: format!("desk of {} people, {} days", self.people, self.days),
            slot_minutes: SLOT_MINUTES,
            meal_grid_minutes: 5,
            days,
            demand: self.demand(&skills, capacity),
            group_demand: self.seniors(&people),
            shift_cover: Vec::new(),
            skills,
            shifts,
            people,
            rules: Rules {
                rest_minutes_min: 11 * 60,
                forbidden_successions: vec![Succession {
                    previous: "evening".into(),
                    next: "early".into(),
                }],
            },
            costs: Costs::default(),
            published: None,
            team: Default::default(),
        };
        problem.fill_fair_shares();
        problem
    }

    /// Names, with each skill's share of the contacts in per cent.
    fn skill_shares(&self) -> &'static [(&'static str, &'static str, usize)] {
        match self.people {
            0..=15 => &[("售前", "presale", 60), ("售后", "aftersale", 40)],
            16..=59 => &[
                ("售前", "presale", 53),
                ("售后", "aftersale", 35),
                ("电话", "phone", 12),
            ],
            _ => &[
                ("售前", "presale", 40),
                ("售后", "aftersale", 30),
                ("电话", "phone", 20),
                ("投诉", "complaints", 10),
            ],
        }
    }

    fn skills(&self) -> Vec<Skill> {
        let skill = |(zh, en, _): &(&str, &str, usize)| Skill {
            id: (*en).into(),
            name_zh: (*zh).to_owned(),
            name_en: (*en).to_owned(),
        };
        self.skill_shares().iter().map(skill).collect()
    }

    fn shifts(&self) -> Vec<ShiftTemplate> {
        let day_shift = |id: &str, name: &str, start_hour: i64, meal: (i64, i64)| {
            let start_minute = start_hour * 60;
            ShiftTemplate {
                id: id.into(),
                name: name.to_owned(),
                kind: id.to_owned(),
                segments: vec![Segment {
                    start_minute,
                    end_minute: start_minute + SHIFT_MINUTES,
                }],
                meals: vec![MealWindow {
                    earliest_start_minute: meal.0,
                    latest_start_minute: meal.1,
                    duration_minutes: MEAL_MINUTES,
                }],
                breaks: Vec::new(),
                worked_minutes: SHIFT_MINUTES,
                night: false,
                late: start_minute + SHIFT_MINUTES > 22 * 60,
                early: false,
                skills_required: vec![],
                days: None,
                standby: None,
                unpopular_meals: 0,
            }
        };
        let mut shifts = vec![
            day_shift("early", "早班", 9, (11 * 60, 13 * 60)),
            day_shift("middle", "中班", 11, (14 * 60, 16 * 60)),
            day_shift("late", "晚班", 13, (16 * 60 + 30, 18 * 60 + 30)),
            day_shift("evening", "夜宵班", 16, (19 * 60, 21 * 60)),
        ];
        if self.nights() {
            let mut night = day_shift("night", "夜班", 23, (26 * 60, 28 * 60));
            night.night = true;
            let mut split = day_shift("split", "两头班", 10, (19 * 60, 19 * 60 + 30));
            split.segments = vec![
                Segment {
                    start_minute: 10 * 60,
                    end_minute: 14 * 60,
                },
                Segment {
                    start_minute: 18 * 60,
                    end_minute: 22 * 60,
                },
            ];
            shifts.extend([
                day_shift("dawn", "清晨班", 7, (10 * 60, 12 * 60)),
                night,
                split,
            ]);
        }
        shifts
    }

    fn person(&mut self, index: usize, skills: &[Skill], shifts: &[ShiftTemplate]) -> Person {
        let part_time = self.random.percent(10);
        let protected = self.nights() && self.random.percent(5);
        let contract = if part_time {
            CONTRACT_SHIFTS * 3 / 5
        } else {
            CONTRACT_SHIFTS
        };
        let minutes_target = contract * SHIFT_MINUTES * self.days as i64 / 31;
        let overtime_minutes_max = 36 * 60 * self.days as i64 / 31;
        Person {
            id: format!("p{:03}", index + 1).into(),
            name: format!("客服{:03}", index + 1),
            skills: self.skill_set(index, skills),
            minutes_min: None,
            minutes_target: Some(minutes_target),
            minutes_max: Some(minutes_target + overtime_minutes_max),
            minutes_week_max: Some(6 * SHIFT_MINUTES),
            consecutive_work_days_max: Some(6),
            consecutive_work_days_min: None,
            consecutive_days_off_min: None,
            weekly_rest_day: true,
            weekends_max: None,
            nights_max: self.nights().then_some(if protected { 0 } else { 8 }),
            shift_max: BTreeMap::new(),
            unavailable: vec![],
            fixed: vec![],
            requests: self.requests(shifts),
            fair_share: FairShare::default(),
            history: self.history(shifts),
            more: Default::default(),
        }
    }

    /// First skills are dealt out by share, so that every queue has its people; half hold a second, some hold all.
    fn skill_set(&mut self, index: usize, skills: &[Skill]) -> Vec<SkillId> {
        let mut held = vec![false; skills.len()];
        let mut place = (index * 100 + 50) / self.people;
        for (skill, (_, _, share)) in self.skill_shares().iter().enumerate() {
            if place < *share {
                held[skill] = true;
                break;
            }
            place -= share;
        }
        if self.random.percent(15) || self.is_senior(index) {
            held.fill(true);
        } else if self.random.percent(60) {
            let second = self.random.below(skills.len());
            held[second] = true;
        }
        skills
            .iter()
            .zip(held)
            .filter(|(_, held)| *held)
            .map(|(skill, _)| skill.id.clone())
            .collect()
    }

    /// Every fifth person.
    fn is_senior(&self, index: usize) -> bool {
        self.people >= 16 && index % 5 == 2
    }

    fn seniors(&self, people: &[Person]) -> Vec<GroupDemand> {
        let seniors: Vec<_> = people
            .iter()
            .enumerate()
            .filter(|(index, _)| self.is_senior(*index))
            .map(|(_, who)| who.id.clone())
            .collect();
        if seniors.is_empty() {
            return vec![];
        }
        vec![GroupDemand {
            id: "senior".to_owned(),
            name_zh: "资深客服".to_owned(),
            name_en: "a senior".to_owned(),
            people: seniors,
            days: (0..self.days).collect(),
            start_minute: 11 * 60,
            end_minute: 22 * 60,
            minimum: 1,
        }]
    }

    fn requests(&mut self, shifts: &[ShiftTemplate]) -> Vec<Request> {
        let mut requests = Vec::new();
        let mut taken = vec![false; self.days];
        for _ in 0..(self.days * 3).div_ceil(31) {
            let day = self.random.below(self.days);
            let shift = shifts[self.random.below(shifts.len())].id.clone();
            let wish = match self.random.below(10) {
                0..=5 => Wish::Off,
                6 => Wish::Work,
                7 => Wish::Shift(shift),
                _ => Wish::NotShift(shift),
            };
            let cost = 60 * (1 + self.random.below(5) as i64);
            if !std::mem::replace(&mut taken[day], true) {
                requests.push(Request { day, wish, cost });
            }
        }
        requests
    }

    /// Five days on one shift, two off, in mid-cycle: what the two weeks before the horizon leave behind.
    fn history(&mut self, shifts: &[ShiftTemplate]) -> History {
        let phase = self.random.below(7) as i64;
        // Nights are dealt out afresh each month, so the run of the eve is a day shift.
        let by_day: Vec<&ShiftTemplate> = shifts.iter().filter(|shift| !shift.night).collect();
        let shift = by_day[self.random.below(by_day.len())];
        let worked = |days_ago: i64| (days_ago - 1 + phase).rem_euclid(7) < 5;
        let run = |works: bool| {
            (1..=14)
                .take_while(|days_ago| worked(*days_ago) == works)
                .count() as u32
        };
        let days_of_week_before = self.weekday(0) as i64;
        let this_week = (1..=days_of_week_before)
            .filter(|days_ago| worked(*days_ago))
            .count() as i64;
        let last = (1..=14).find(|days_ago| worked(*days_ago));
        let end_minute = shift.segments.last().map(|segment| segment.end_minute);
        History {
            consecutive_work_days: run(true),
            consecutive_days_off: run(false),
            last_shift_end_minute: last
                .zip(end_minute)
                .map(|(days_ago, end)| end - days_ago * 24 * 60),
            last_shift: worked(1).then(|| shift.id.clone()),
            minutes_this_week: this_week * SHIFT_MINUTES,
            rested_this_week: this_week < days_of_week_before,
            weekend_worked: self.weekday(0) == 6 && worked(1),
            nights: if self.nights() {
                self.random.below(3) as i64
            } else {
                0
            },
            lates: self.random.below(3) as i64,
            weekend_days: self.random.below(3) as i64,
            holidays: self.random.below(2) as i64,
            minutes_carried: 60 * (self.random.below(9) as i64 - 4),
            ..History::default()
        }
    }

    /// Leave in blocks of one to five days until its share of all person-days is used up.
    fn leave(&mut self, people: &mut [Person]) {
        let mut left = self.people * self.days * LEAVE_PERCENT / 100;
        let mut number = 0;
        while left > 0 {
            let who = self.random.below(self.people);
            let first = self.random.below(self.days);
            let length = (1 + self.random.below(5)).min(self.days - first).min(left);
            let person = &mut people[who];
            let free = (first..first + length)
                .all(|day| person.unavailable.iter().all(|absence| absence.day != day));
            // A crowded week may have no room for this block; a shorter one later will fit.
            if !free || person.unavailable.len() + length > self.days / 2 + 1 {
                left -= usize::from(self.random.percent(5));
                continue;
            }
            number += 1;
            let cause = Cause {
                id: format!("leave-{number}"),
                zh: "年假".to_owned(),
                en: "annual leave".to_owned(),
            };
            for day in first..first + length {
                person.unavailable.push(Unavailable {
                    day,
                    interval: None,
                    cause: cause.clone(),
                });
                person.requests.retain(|request| request.day != day);
                // Leave on what would have been a working day is paid out of the contract.
                if (day - first) < 5 && self.random.percent(70) {
                    person.minutes_target = person
                        .minutes_target
                        .map(|minutes| (minutes - SHIFT_MINUTES).max(0));
                }
            }
            left -= length;
        }
        for person in people {
            person.unavailable.sort_by_key(|absence| absence.day);
        }
    }

    /// Trainings and promised shifts: one locked cell for every tenth person, none next to another.
    fn locks(&mut self, people: &mut [Person], shifts: &[ShiftTemplate]) {
        for person in people.iter_mut() {
            let day = self.random.below(self.days);
            let shift: ShiftId = shifts[self.random.below(3)].id.clone();
            let off = self.random.percent(30);
            if self.random.percent(10)
                && day >= 2
                && person.unavailable.iter().all(|absence| absence.day != day)
            {
                person.fixed.push(FixedCell {
                    day,
                    shift: (!off).then_some(shift),
                });
            }
        }
    }

    /// Person-minutes on post the contracts can give.
    fn capacity_minutes(&self, people: &[Person]) -> f64 {
        let minutes: i64 = people
            .iter()
            .filter_map(|person| person.minutes_target)
            .sum();
        minutes as f64 * (SHIFT_MINUTES - MEAL_MINUTES) as f64 / SHIFT_MINUTES as f64
    }

    /// Demand whose targets add up to the wanted load, found by halving.
    fn demand(&mut self, skills: &[Skill], capacity_minutes: f64) -> Vec<Demand> {
        let noise: Vec<u32> = (0..self.days)
            .map(|_| 92 + self.random.below(17) as u32)
            .collect();
        let wanted = capacity_minutes * LOAD_PERCENT / 100.0;
        let (mut low, mut high) = (0.0, 10.0 * self.people as f64);
        for _ in 0..60 {
            let middle = (low + high) / 2.0;
            let demand = self.demand_at(skills, middle, &noise);
            let minutes: i64 = demand
                .iter()
                .map(|slot| i64::from(slot.target) * SLOT_MINUTES)
                .sum();
            if minutes as f64 > wanted {
                high = middle;
            } else {
                low = middle;
            }
        }
        self.demand_at(skills, low, &noise)
    }

    /// Demand with `busiest` people wanted in the busiest half hour of an ordinary day.
    fn demand_at(&self, skills: &[Skill], busiest: f64, noise: &[u32]) -> Vec<Demand> {
        let calls_max = f64::from(CALLS.iter().copied().max().unwrap_or(1));
        let open = if self.nights() { 0..48 } else { 18..48 };
        let mut demand = Vec::new();
        for (day, noise) in noise.iter().enumerate() {
            let factor = f64::from(WEEKDAY_PERCENT[self.weekday(day as i64)]) / 100.0
                * f64::from(*noise)
                / 100.0;
            for half_hour in open.clone() {
                let all = busiest * factor * f64::from(CALLS[half_hour]) / calls_max;
                for (skill, (_, _, share)) in skills.iter().zip(self.skill_shares()) {
                    let people = all * *share as f64 / 100.0;
                    let target = (people.round() as u32).max(1);
                    let minimum =
                        ((people * MINIMUM_PERCENT / 100.0).round() as u32).clamp(1, target);
                    let start_minute = half_hour as i64 * SLOT_MINUTES;
                    demand.push(Demand {
                        day,
                        start_minute,
                        skill: skill.id.clone(),
                        minimum,
                        target,
                    });
                }
            }
        }
        demand
    }
}
