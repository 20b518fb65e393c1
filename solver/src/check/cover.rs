//! Who is on post at every point of the meal grid, and how many are missing however they are deployed.

use std::collections::BTreeMap;

use super::{MINUTES_A_DAY, PointShortfall, Roster, moment};
use crate::plan::{Meal, Tier};
use crate::problem::{Problem, ShiftCover};

/// One point of the meal grid with demand by skill or by group, lasting one grid step.
pub(super) struct Point {
    /// Minutes from the midnight of day 0.
    pub(super) moment: i64,
    /// Some skill has demand here, be it for nobody.
    pub(super) any_demand: bool,
    /// Skills of each person on post, as indexes into the problem's skills.
    pub(super) on_post: Vec<Vec<usize>>,
    /// Minimum per skill.
    pub(super) minimum: Vec<u32>,
    /// Target per skill.
    pub(super) target: Vec<u32>,
    /// Missing under the minimum, over all skills.
    pub(super) under_minimum: u32,
    /// Missing under the target, over all skills; what is under the minimum is part of it.
    pub(super) under_target: u32,
    /// Groups that are short: index into the problem's group demand, and members missing.
    pub(super) under_group: Vec<(usize, u32)>,
}

pub(super) fn points(problem: &Problem, roster: &Roster<'_>, meals: &[Meal]) -> Vec<Point> {
    let mut points = Vec::new();
    let posts: Vec<Vec<(i64, i64)>> = (0..roster.worked.len())
        .map(|person| posts(roster, person))
        .collect();
    let meals: Vec<Vec<(i64, i64)>> = (0..roster.worked.len())
        .map(|person| {
            let own = meals.iter().filter(|meal| meal.person == person);
            own.map(|meal| {
                let start = moment(meal.day, meal.start_minute);
                (start, start + meal.duration_minutes)
            })
            .collect()
        })
        .collect();
    let skills: Vec<Vec<usize>> = problem
        .people
        .iter()
        .map(|person| {
            (0..problem.skills.len())
                .filter(|skill| person.skills.contains(&problem.skills[*skill].id))
                .collect()
        })
        .collect();

    // A demand slot or a shift may reach into the day after the last.
    let end = moment(problem.days.len() + 2, 0);
    let mut now = 0;
    while now < end {
        let mut point = Point {
            moment: now,
            any_demand: false,
            on_post: Vec::new(),
            minimum: vec![0; problem.skills.len()],
            target: vec![0; problem.skills.len()],
            under_minimum: 0,
            under_target: 0,
            under_group: Vec::new(),
        };
        for demand in nearby_demand(problem, now) {
            let start = moment(demand.day, demand.start_minute);
            let skill = problem
                .skills
                .iter()
                .position(|skill| skill.id == demand.skill);
            if let Some(skill) = skill
                && start <= now
                && now < start + problem.slot_minutes
            {
                point.minimum[skill] += demand.minimum;
                point.target[skill] += demand.target;
                point.any_demand = true;
            }
        }
        let groups: Vec<usize> = (0..problem.group_demand.len())
            .filter(|group| group_holds(problem, *group, now))
            .collect();
        now += problem.meal_grid_minutes;
        if !point.any_demand && groups.is_empty() {
            continue;
        }
        let within = |intervals: &[(i64, i64)]| {
            intervals
                .iter()
                .any(|(from, to)| *from <= point.moment && point.moment < *to)
        };
        let on_post: Vec<usize> = (0..posts.len())
            .filter(|person| within(&posts[*person]) && !within(&meals[*person]))
            .collect();
        for group in groups {
            let members = &problem.group_demand[group].people;
            let there = on_post
                .iter()
                .filter(|person| members.contains(&problem.people[**person].id))
                .count();
            let missing = problem.group_demand[group]
                .minimum
                .saturating_sub(there as u32);
            if missing > 0 {
                point.under_group.push((group, missing));
            }
        }
        point.on_post = on_post
            .into_iter()
            .map(|person| skills[person].clone())
            .collect();
        point.under_minimum = missing(&point.on_post, &point.minimum);
        point.under_target = missing(&point.on_post, &point.target);
        points.push(point);
    }
    points
}

fn group_holds(problem: &Problem, group: usize, now: i64) -> bool {
    let group = &problem.group_demand[group];
    group
        .days
        .iter()
        .any(|day| moment(*day, group.start_minute) <= now && now < moment(*day, group.end_minute))
}

/// Demand entries that may hold at a moment: those of its day and of the two days before.
fn nearby_demand(problem: &Problem, now: i64) -> impl Iterator<Item = &crate::problem::Demand> {
    let today = now / MINUTES_A_DAY;
    problem
        .demand
        .iter()
        .filter(move |demand| (today - 2..=today).contains(&(demand.day as i64)))
}

fn posts(roster: &Roster<'_>, person: usize) -> Vec<(i64, i64)> {
    let mut posts = Vec::new();
    for (day, shift) in roster.worked[person].iter().enumerate() {
        let on_post = shift.filter(|shift| shift.standby.is_none());
        for segment in on_post.iter().flat_map(|shift| &shift.segments) {
            posts.push((
                moment(day, segment.start_minute),
                moment(day, segment.end_minute),
            ));
        }
    }
    posts
}

/// People missing when those on post are deployed as well as possible, each to one skill they hold: wanted less the largest
/// assignment, found by letting one person after the other take a place, moving those before them where that frees one.
pub(super) fn missing(on_post: &[Vec<usize>], wanted: &[u32]) -> u32 {
    // People who hold the same skills are counted together.
    let mut teams: BTreeMap<&[usize], u32> = BTreeMap::new();
    for skills in on_post {
        *teams.entry(skills).or_default() += 1;
    }
    let skills: Vec<&[usize]> = teams.keys().copied().collect();
    let mut serving = vec![vec![0; wanted.len()]; skills.len()];
    for (team, people) in teams.values().enumerate() {
        for _ in 0..*people {
            take_a_place(
                team,
                &skills,
                wanted,
                &mut serving,
                &mut vec![false; wanted.len()],
            );
        }
    }
    wanted.iter().sum::<u32>() - serving.iter().flatten().sum::<u32>()
}

fn take_a_place(
    team: usize,
    skills: &[&[usize]],
    wanted: &[u32],
    serving: &mut [Vec<u32>],
    tried: &mut [bool],
) -> bool {
    for skill in skills[team] {
        if std::mem::replace(&mut tried[*skill], true) {
            continue;
        }
        let free = serving.iter().map(|served| served[*skill]).sum::<u32>() < wanted[*skill];
        let other = (0..skills.len()).filter(|_| !free).find(|other| {
            serving[*other][*skill] > 0 && take_a_place(*other, skills, wanted, serving, tried)
        });
        if let Some(other) = other {
            serving[other][*skill] -= 1;
        }
        if free || other.is_some() {
            serving[team][*skill] += 1;
            return true;
        }
    }
    false
}

/// People on a shift of a day.
pub(super) fn on_shift(roster: &Roster<'_>, cover: &ShiftCover) -> i64 {
    let there = roster
        .worked
        .iter()
        .filter_map(|row| row.get(cover.day).copied().flatten());
    there.filter(|shift| shift.id == cover.shift).count() as i64
}

/// The shortfalls of all points, as the verdict lists them.
pub(super) fn shortfalls(problem: &Problem, points: &[Point]) -> Vec<PointShortfall> {
    let mut shortfalls = Vec::new();
    for point in points {
        let day = (point.moment / MINUTES_A_DAY)
            .min(problem.days.len() as i64 - 1)
            .max(0) as usize;
        let start_minute = point.moment - moment(day, 0);
        let mut add = |tier: Tier, group: Option<String>, missing: u32| {
            if missing > 0 {
                shortfalls.push(PointShortfall {
                    day,
                    start_minute,
                    tier,
                    group,
                    missing,
                });
            }
        };
        add(Tier::Minimum, None, point.under_minimum);
        add(Tier::Target, None, point.under_target - point.under_minimum);
        for (group, missing) in &point.under_group {
            add(
                Tier::Group,
                Some(problem.group_demand[*group].id.clone()),
                *missing,
            );
        }
    }
    shortfalls
}
