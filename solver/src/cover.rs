//! Demand as the engine sees it: points of the meal grid, each with cover rows, and the marginal worth of one more person.
//!
//! People with the same skills and groups are interchangeable for cover: a *class*. At a point, the people missing are the
//! largest deficiency over all sets `Q` of skills: `max_Q (demand(Q) − people on post who hold a skill of Q)` (Hall). That is
//! exact for multi-skilled people and needs no assignment of people to queues.

use std::collections::BTreeMap;

use crate::plan::Tier;
use crate::problem::{DAY_MINUTES, Problem};

/// One cover row: the classes that count, and how many people are wanted of them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct CoverRow {
    /// Bit per class.
    pub classes: u64,
    /// People wanted.
    pub wanted: i32,
}

/// Rows that share one shortfall: `short = max(0, max over rows (wanted − present))`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RowGroup {
    /// What the shortfall is called.
    pub tier: Tier,
    /// Index into the problem's group demands, for [`Tier::Group`].
    pub group: usize,
    /// Cost per person and point.
    pub cost: i64,
    /// The rows.
    pub rows: Vec<CoverRow>,
}

/// What is wanted at a point; equal points share one profile.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Profile {
    /// Shortfall terms.
    pub groups: Vec<RowGroup>,
    /// Wanted per skill: minimum and target.
    pub wanted: Vec<(u32, u32)>,
    /// Sum of targets; beyond it people cost `over_cost` each. `None` outside demand.
    pub target_total: Option<i32>,
    /// Cost per person and point beyond the sum of targets.
    pub over_cost: i64,
    /// Classes that count towards `target_total`.
    pub over_classes: u64,
}

impl RowGroup {
    /// People missing.
    pub(crate) fn short(&self, present: &[u16]) -> i32 {
        self.rows
            .iter()
            .map(|row| row.wanted - count(present, row.classes))
            .max()
            .unwrap_or(0)
            .max(0)
    }
}

/// People present of the classes in a bit set.
pub(crate) fn count(present: &[u16], classes: u64) -> i32 {
    let mut total = 0;
    for (class, people) in present.iter().enumerate() {
        if classes >> class & 1 == 1 {
            total += i32::from(*people);
        }
    }
    total
}

/// Demand over the whole horizon, point by point.
#[derive(Clone, Debug)]
pub(crate) struct Cover {
    /// Minutes per point.
    pub grid: i64,
    /// Points in a day.
    pub day_points: usize,
    /// Points in all: the horizon plus what night shifts may spill beyond it.
    pub points: usize,
    /// Skills held by each class, bit per skill.
    pub class_skills: Vec<u64>,
    /// Profile index of each point.
    pub profile_at: Vec<u16>,
    /// Distinct profiles; 0 is "nothing wanted".
    pub profiles: Vec<Profile>,
}

impl Cover {
    /// Classes of people, and the cover they are wanted for. Returns each person's class beside it.
    pub(crate) fn build(problem: &Problem) -> (Self, Vec<usize>) {
        let grid = problem.meal_grid_minutes;
        let day_points = (DAY_MINUTES / grid) as usize;
        let points = (problem.days.len() + 1) * day_points;
        let (person_class, class_skills, class_groups) = classes(problem);

        // What is wanted at each point: per skill, and which group demands hold.
        let skills = problem.skills.len();
        let mut wanted: BTreeMap<usize, Vec<(u32, u32)>> = BTreeMap::new();
        for demand in &problem.demand {
            let Some(skill) = problem.skill_index(&demand.skill) else {
                continue;
            };
            let first = demand.day * day_points + (demand.start_minute / grid) as usize;
            for point in first..first + (problem.slot_minutes / grid) as usize {
                if point < points {
                    let entry = wanted.entry(point).or_insert_with(|| vec![(0, 0); skills]);
                    entry[skill].0 += demand.minimum;
                    entry[skill].1 += demand.target;
                }
            }
        }
        let mut held: BTreeMap<usize, u64> = BTreeMap::new();
        for (index, group) in problem.group_demand.iter().enumerate() {
            for day in &group.days {
                let offset = day * day_points;
                let (start, end) = (
                    (group.start_minute / grid) as usize,
                    (group.end_minute / grid) as usize,
                );
                for point in offset + start..(offset + end).min(points) {
                    *held.entry(point).or_default() |= 1 << index;
                }
            }
        }

        let mut profiles = vec![Profile::default()];
        let mut known: BTreeMap<(Vec<(u32, u32)>, u64), u16> = BTreeMap::new();
        let mut profile_at = vec![0u16; points];
        for (point, at) in profile_at.iter_mut().enumerate() {
            let groups = held.get(&point).copied().unwrap_or(0);
            let want = wanted.get(&point);
            if want.is_none() && groups == 0 {
                continue;
            }
            let key = (want.cloned().unwrap_or_default(), groups);
            let next = profiles.len() as u16;
            *at = *known.entry(key.clone()).or_insert_with(|| {
                profiles.push(profile(
                    problem,
                    &key.0,
                    key.1,
                    &class_skills,
                    &class_groups,
                ));
                next
            });
        }
        (
            Self {
                grid,
                day_points,
                points,
                class_skills,
                profile_at,
                profiles,
            },
            person_class,
        )
    }

    /// Number of classes.
    pub(crate) fn classes(&self) -> usize {
        self.class_skills.len()
    }
}

/// Each person's class; per class the skills held and the groups belonged to.
fn classes(problem: &Problem) -> (Vec<usize>, Vec<u64>, Vec<u64>) {
    let mut known: BTreeMap<(u64, u64), usize> = BTreeMap::new();
    let (mut skills_of, mut groups_of) = (Vec::new(), Vec::new());
    let person_class = problem
        .people
        .iter()
        .map(|person| {
            let skills = person
                .skills
                .iter()
                .filter_map(|s| problem.skill_index(s))
                .fold(0u64, |m, s| m | 1 << s);
            let groups = problem
                .group_demand
                .iter()
                .enumerate()
                .filter(|(_, g)| g.people.contains(&person.id))
                .fold(0u64, |m, (index, _)| m | 1 << index);
            *known.entry((skills, groups)).or_insert_with(|| {
                skills_of.push(skills);
                groups_of.push(groups);
                skills_of.len() - 1
            })
        })
        .collect();
    (person_class, skills_of, groups_of)
}

fn profile(
    problem: &Problem,
    wanted: &[(u32, u32)],
    groups: u64,
    class_skills: &[u64],
    class_groups: &[u64],
) -> Profile {
    let grid = problem.meal_grid_minutes;
    let mut terms = Vec::new();
    let tiers = [
        (Tier::Minimum, problem.costs.under_minimum.per_unit, 0),
        (Tier::Target, problem.costs.under_target.per_unit, 1),
    ];
    for (tier, cost, which) in tiers {
        let want = |skill: usize| {
            if which == 0 {
                wanted[skill].0
            } else {
                wanted[skill].1
            }
        };
        let demanded: Vec<usize> = (0..wanted.len()).filter(|&skill| want(skill) > 0).collect();
        // One row per set of demanded skills; of rows with the same classes only the largest demand matters.
        let mut rows: BTreeMap<u64, i32> = BTreeMap::new();
        for set in 1u64..1 << demanded.len() {
            let mut skills = 0u64;
            let mut total = 0i32;
            for (bit, &skill) in demanded.iter().enumerate() {
                if set >> bit & 1 == 1 {
                    skills |= 1 << skill;
                    total = total.saturating_add(want(skill) as i32);
                }
            }
            let classes = bits(class_skills.iter().map(|held| held & skills != 0));
            let row = rows.entry(classes).or_insert(0);
            *row = (*row).max(total);
        }
        if !rows.is_empty() {
            let rows = rows
                .into_iter()
                .map(|(classes, wanted)| CoverRow { classes, wanted })
                .collect();
            terms.push(RowGroup {
                tier,
                group: 0,
                cost: cost * grid,
                rows,
            });
        }
    }
    for (index, group) in problem.group_demand.iter().enumerate() {
        if groups >> index & 1 == 1 && group.minimum > 0 {
            let classes = bits(class_groups.iter().map(|member| member >> index & 1 == 1));
            terms.push(RowGroup {
                tier: Tier::Group,
                group: index,
                cost: problem.costs.under_group.per_unit * grid,
                rows: vec![CoverRow {
                    classes,
                    wanted: group.minimum as i32,
                }],
            });
        }
    }
    let target_total = (!wanted.is_empty()).then(|| wanted.iter().map(|w| w.1 as i32).sum());
    Profile {
        groups: terms,
        wanted: wanted.to_vec(),
        target_total,
        over_cost: problem.costs.over_target.per_unit * grid,
        over_classes: bits(class_skills.iter().map(|_| true)),
    }
}

fn bits(flags: impl Iterator<Item = bool>) -> u64 {
    flags
        .enumerate()
        .fold(0, |mask, (index, flag)| mask | u64::from(flag) << index)
}
