//! Small random desks with several families of rules at once, read off a string of bytes so that shrinking shrinks the desk.

use solver::problem::{
    Cause, FairShare, FixedCell, GroupDemand, History, MealWindow, Problem, Request, Segment,
    Succession, Unavailable, Wish,
};

use super::{cost, desk, leave, person, shift, skill};

const H: i64 = 60;

/// Bytes as dice.
pub(crate) struct Dice<'a>(std::slice::Iter<'a, u8>);

impl<'a> Dice<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes.iter())
    }
    pub(crate) fn below(&mut self, n: i64) -> i64 {
        i64::from(self.0.next().copied().unwrap_or(0)) % n
    }
    pub(crate) fn one_in(&mut self, n: i64) -> bool {
        self.below(n) == n - 1
    }
    fn some(&mut self, one_in: i64, below: i64) -> Option<i64> {
        self.one_in(one_in).then(|| self.below(below))
    }
}

/// Bytes of a seed (SplitMix64).
pub(crate) fn bytes(seed: u64) -> Vec<u8> {
    let mut state = seed;
    (0..400)
        .map(|_| {
            state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut z = state;
            z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
            (z ^ z >> 31) as u8
        })
        .collect()
}

/// Every cost at some price, or at none.
pub(crate) fn any_costs(problem: &mut Problem, dice: &mut Dice<'_>) {
    let costs = &mut problem.costs;
    costs.under_minimum = cost(5 + dice.below(3));
    costs.under_target = cost(dice.below(3));
    costs.over_target = cost(dice.below(3));
    costs.under_group = cost(dice.below(3));
    costs.request = cost(dice.below(3) * 50);
    costs.fairness = cost(dice.below(3) * 70);
    costs.isolated_day_off = cost(dice.below(3) * 90);
    costs.isolated_day_on = cost(dice.below(3) * 80);
    costs.split_shift = cost(dice.below(2) * 60);
    costs.change_per_cell = cost(dice.below(2) * 110);
    costs.minutes_off_contract = cost(dice.below(2));
}

/// Three people, two skills, `shifts` shifts from early, late, night and split; each rule of a person once in `rare`.
pub(crate) fn small_desk(
    dice: &mut Dice<'_>,
    days: usize,
    shifts: usize,
    meals: bool,
    rare: i64,
) -> Problem {
    let mut problem = desk(days);
    problem.slot_minutes = 4 * H;
    problem.meal_grid_minutes = H;
    problem.skills = vec![skill("A"), skill("B")];
    let turn = dice.below(3) as usize;
    for (day, d) in problem.days.iter_mut().enumerate() {
        d.weekend = day % 4 == 1 || day % 4 == 2;
        d.holiday = day == 3;
        d.week = ((day + turn) / 3) as u32;
    }
    let meal = |from: i64| MealWindow {
        earliest_start_minute: from,
        latest_start_minute: from + H,
        duration_minutes: H,
    };
    let mut early = shift("early", 8 * H, 16 * H, None);
    early.early = true;
    let mut late = shift("late", 12 * H, 20 * H, None);
    late.late = true;
    let mut night = shift("night", 20 * H, 32 * H, None);
    night.night = true;
    let mut split = shift("split", 8 * H, 12 * H, None);
    split.segments.push(Segment {
        start_minute: 16 * H,
        end_minute: 20 * H,
    });
    split.worked_minutes = 8 * H;
    if meals {
        early.meals = vec![meal(10 * H), meal(11 * H + H)];
        late.meals = vec![meal(15 * H)];
        night.meals = vec![meal(23 * H)];
    }
    problem.shifts = vec![early, late, night, split];
    // Which of them this desk has.
    while problem.shifts.len() > shifts {
        let gone = dice.below(problem.shifts.len() as i64) as usize;
        problem.shifts.remove(gone);
    }
    let ids: Vec<_> = problem.shifts.iter().map(|s| s.id.clone()).collect();
    let any = |dice: &mut Dice<'_>| ids[dice.below(ids.len() as i64) as usize].clone();
    if dice.one_in(rare) {
        problem.shifts[0].skills_required.push("A".into());
    }
    if dice.one_in(rare) {
        problem.shifts[0].days = Some((0..days).filter(|day| day % 3 != 1).collect());
    }
    any_costs(&mut problem, dice);
    problem.rules.rest_minutes_min = dice.below(4) * 6 * H;
    if dice.one_in(2) {
        problem.rules.forbidden_successions.push(Succession {
            previous: any(dice),
            next: any(dice),
        });
    }
    for id in ["a", "b", "c"] {
        let skills: &[&str] = [&["A"][..], &["B"][..], &["A", "B"][..]][dice.below(3) as usize];
        let mut one = person(id, skills);
        one.minutes_target = dice.some(2, 5).map(|n| n * 8 * H + H);
        one.minutes_max = dice.some(rare, 4).map(|n| (n + 1) * 8 * H);
        one.minutes_min = dice.some(rare, 2).map(|n| n * 8 * H);
        one.minutes_week_max = dice.some(rare, 3).map(|n| (n + 1) * 8 * H);
        one.consecutive_work_days_max = dice.some(rare, 3).map(|n| n as u32 + 1);
        one.consecutive_work_days_min = dice
            .some(rare, 2)
            .map(|n| (n as u32 + 1).min(one.consecutive_work_days_max.unwrap_or(9)));
        one.consecutive_days_off_min = dice.some(rare, 3).map(|n| n as u32);
        one.weekly_rest_day = dice.one_in(rare);
        one.weekends_max = dice.some(rare, 2).map(|n| n as u32);
        one.nights_max = dice.some(rare, 3).map(|n| n as u32);
        if let Some(n) = dice.some(rare, 3) {
            one.shift_max.insert(any(dice), n as u32);
        }
        if dice.one_in(rare) {
            one.unavailable
                .push(leave(id, dice.below(days as i64) as usize));
        }
        if dice.one_in(rare) {
            let start_minute = 6 * H + dice.below(10) * H;
            one.unavailable.push(Unavailable {
                day: dice.below(days as i64) as usize,
                interval: Some(Segment {
                    start_minute,
                    end_minute: start_minute + 3 * H,
                }),
                cause: Cause {
                    id: "t".into(),
                    zh: "培训".into(),
                    en: "training".into(),
                },
            });
        }
        if dice.one_in(rare) {
            let shift = dice.one_in(2).then(|| any(dice));
            let day = dice.below(days as i64) as usize;
            one.fixed.push(FixedCell { day, shift });
        }
        for _ in 0..dice.below(3) {
            let wish = match dice.below(4) {
                0 => Wish::Off,
                1 => Wish::Work,
                2 => Wish::Shift(any(dice)),
                _ => Wish::NotShift(any(dice)),
            };
            one.requests.push(Request {
                day: dice.below(days as i64) as usize,
                wish,
                cost: 3,
            });
        }
        one.fair_share = FairShare {
            nights: dice.some(2, 2),
            lates: dice.some(2, 2),
            earlies: dice.some(2, 2),
            weekend_days: dice.some(2, 2),
            holidays: dice.some(2, 1),
            ..FairShare::default()
        };
        let (worked, off) = match dice.below(3) {
            0 => (0, 0),
            1 => (1 + dice.below(3) as u32, 0),
            _ => (0, 1 + dice.below(3) as u32),
        };
        one.history = History {
            consecutive_work_days: worked,
            consecutive_days_off: off,
            last_shift_end_minute: (worked > 0).then(|| dice.below(3) * 4 * H - 4 * H),
            last_shift: (worked > 0 && dice.one_in(2)).then(|| any(dice)),
            minutes_this_week: dice.below(3) * 4 * H,
            rested_this_week: dice.one_in(3),
            weekend_worked: dice.one_in(3),
            nights: dice.below(2),
            lates: dice.below(3),
            earlies: dice.below(3),
            minutes_carried: dice.below(3) * H - H,
            ..History::default()
        };
        problem.people.push(one);
    }
    for day in 0..days {
        for (skill, starts) in [("A", [8, 12, 16]), ("B", [8, 16, 24])] {
            for hour in starts {
                let minimum = dice.below(2) as u32;
                super::want(&mut problem, day, hour * H, hour * H + 1, skill, minimum);
                if dice.one_in(2) {
                    let last = problem.demand.last_mut().unwrap();
                    last.target += 1;
                }
            }
        }
    }
    if dice.one_in(2) {
        problem.group_demand.push(GroupDemand {
            id: "senior".into(),
            name_zh: "资深".into(),
            name_en: "senior".into(),
            people: vec!["b".into(), "c".into()],
            days: vec![0, 2],
            start_minute: 9 * H,
            end_minute: 18 * H,
            minimum: 1,
        });
    }
    if dice.one_in(2) {
        let rows = (0..3)
            .map(|_| {
                let mut row = Vec::new();
                for _ in 0..days {
                    row.push(dice.one_in(2).then(|| any(dice)));
                }
                row
            })
            .collect();
        problem.published = Some(rows);
    }
    problem
}
