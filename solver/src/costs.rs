//! What a roster with meals costs, by term, person and day, and where people are missing. Counted afresh from the roster.

use crate::cover::{Profile, RowGroup, count};
use crate::plan::{CauseKind, CostTable, Meal, Shortfall, Tier, Words};
use crate::problem::CostTerm;
use crate::search::{Compiled, Solution};

/// People on post per point and class (`point * classes + class`).
pub(crate) fn presence(compiled: &Compiled<'_>, solution: &Solution) -> Vec<u16> {
    let cover = &compiled.cover;
    let classes = cover.classes();
    let mut present = vec![0u16; cover.points * classes];
    for (person, row) in solution.rows.iter().enumerate() {
        let class = compiled.people[person].class;
        for (day, &choice) in row.iter().enumerate() {
            let Some(shift) = compiled.shifts.get(choice as usize) else {
                continue;
            };
            let first = day * cover.day_points;
            for &(start, end) in &shift.segments {
                for point in first + start..(first + end).min(cover.points) {
                    present[point * classes + class] += 1;
                }
            }
            for (meal, &(_, _, length)) in shift.meals.iter().enumerate() {
                let start = first + solution.meals[person][day][meal].max(0) as usize;
                for point in start..(start + length).min(cover.points) {
                    let cell = &mut present[point * classes + class];
                    *cell = cell.saturating_sub(1);
                }
            }
        }
    }
    present
}

/// People on every shift, by `day * shifts + shift`.
fn shift_heads(compiled: &Compiled<'_>, solution: &Solution) -> Vec<i32> {
    let mut heads = vec![0; compiled.days() * compiled.off()];
    for row in &solution.rows {
        for (day, &choice) in row.iter().enumerate() {
            if (choice as usize) < compiled.off() {
                heads[day * compiled.off() + choice as usize] += 1;
            }
        }
    }
    heads
}

/// The objective, cut by term, person and day; and the objective itself.
pub(crate) fn table(compiled: &Compiled<'_>, solution: &Solution) -> (CostTable, i64) {
    let days = compiled.days();
    let mut table = CostTable {
        by_term: compiled
            .problem
            .costs
            .named()
            .iter()
            .map(|(term, _)| (*term, 0))
            .collect(),
        by_person: vec![Default::default(); compiled.people.len()],
        by_day: vec![Default::default(); days],
    };
    let present = presence(compiled, solution);
    let classes = compiled.cover.classes();
    for (point, &profile) in compiled.cover.profile_at.iter().enumerate() {
        if profile == 0 {
            continue;
        }
        let profile = &compiled.cover.profiles[profile as usize];
        let here = &present[point * classes..][..classes];
        let day = (point / compiled.cover.day_points).min(days - 1);
        let mut add = |term: CostTerm, cost: i64| {
            if cost != 0 {
                *table.by_term.entry(term).or_default() += cost;
                *table.by_day[day].entry(term).or_default() += cost;
            }
        };
        for group in &profile.groups {
            let term = match group.tier {
                Tier::Minimum => CostTerm::UnderMinimum,
                Tier::Target => CostTerm::UnderTarget,
                // No profile holds a shift's cover: that is counted by heads below.
                Tier::Group | Tier::Shift | Tier::Standby => CostTerm::UnderGroup,
            };
            add(term, group.cost * i64::from(group.short(here)));
        }
        if let Some(target) = profile.target_total {
            add(
                CostTerm::OverTarget,
                profile.over_cost * i64::from((count(here, profile.over_classes) - target).max(0)),
            );
        }
    }
    for (cell, people) in shift_heads(compiled, solution).into_iter().enumerate() {
        let wanted = compiled.wanted[cell];
        let cost = wanted.cost(people);
        if cost != 0 {
            let term = if people < wanted.people {
                CostTerm::UnderShift
            } else {
                CostTerm::OverShift
            };
            *table.by_term.entry(term).or_default() += cost;
            *table.by_day[cell / compiled.off()].entry(term).or_default() += cost;
        }
    }
    for (term, day, cost) in compiled.team.costs(&solution.rows) {
        *table.by_term.entry(term).or_default() += cost;
        if let Some(day) = day {
            *table.by_day[day].entry(term).or_default() += cost;
        }
    }
    for (person, model) in compiled.people.iter().enumerate() {
        for (term, day, cost) in model.row_costs(&solution.rows[person]) {
            *table.by_term.entry(term).or_default() += cost;
            *table.by_person[person].entry(term).or_default() += cost;
            if let Some(day) = day {
                *table.by_day[day].entry(term).or_default() += cost;
            }
        }
    }
    let objective = table.by_term.values().sum();
    (table, objective)
}

/// The meals of a solution in minutes.
pub(crate) fn meals(compiled: &Compiled<'_>, solution: &Solution) -> Vec<Meal> {
    let grid = compiled.cover.grid;
    let mut list = Vec::new();
    for (person, row) in solution.rows.iter().enumerate() {
        for (day, &choice) in row.iter().enumerate() {
            let Some(shift) = compiled.shifts.get(choice as usize) else {
                continue;
            };
            for (meal, &(_, _, length)) in shift.meals.iter().enumerate() {
                let start = i64::from(solution.meals[person][day][meal]);
                list.push(Meal {
                    person,
                    day,
                    start_minute: start * grid,
                    duration_minutes: length as i64 * grid,
                });
            }
        }
    }
    list
}

/// People missing per skill at a point. Which skill goes short is a matter of deployment; the total is not. Skills named first
/// in the problem are served first.
fn missing_by_skill(
    compiled: &Compiled<'_>,
    profile: &Profile,
    group: &RowGroup,
    present: &[u16],
) -> Vec<u32> {
    let mut wanted: Vec<i32> = profile
        .wanted
        .iter()
        .map(|w| {
            if group.tier == Tier::Minimum {
                w.0 as i32
            } else {
                w.1 as i32
            }
        })
        .collect();
    let deficiency = |wanted: &[i32]| -> i32 {
        let mut most = 0;
        for set in 1u64..1 << wanted.len() {
            let classes = compiled
                .cover
                .class_skills
                .iter()
                .enumerate()
                .fold(0u64, |mask, (class, held)| {
                    mask | u64::from(held & set != 0) << class
                });
            let total: i32 = wanted
                .iter()
                .enumerate()
                .filter(|(skill, _)| set >> skill & 1 == 1)
                .map(|(_, w)| w)
                .sum();
            most = most.max(total - count(present, classes));
        }
        most
    };
    let mut left = deficiency(&wanted);
    let mut missing = vec![0; wanted.len()];
    for skill in (0..wanted.len()).rev() {
        if left == 0 {
            break;
        }
        let was = wanted[skill];
        wanted[skill] = 0;
        let relieved = left - deficiency(&wanted);
        missing[skill] = relieved.max(0) as u32;
        wanted[skill] = was - relieved;
        left -= relieved;
    }
    missing
}

/// People missing at a point: tier, skill and group (indices), how many.
pub(crate) type Missing = (Tier, Option<usize>, Option<usize>, u32);

/// Who is missing at a point with these people of each class on post. Under the target only what is missing beyond the minimum.
pub(crate) fn missing_at(compiled: &Compiled<'_>, point: usize, people: &[u16]) -> Vec<Missing> {
    let mut here: Vec<Missing> = Vec::new();
    let profile = compiled.cover.profile_at[point];
    if profile == 0 {
        return here;
    }
    let profile = &compiled.cover.profiles[profile as usize];
    let mut under_minimum = vec![0u32; compiled.problem.skills.len()];
    for group in &profile.groups {
        if group.short(people) == 0 {
            continue;
        }
        if group.tier == Tier::Group {
            let missing = group.short(people) as u32;
            here.push((Tier::Group, None, Some(group.group), missing));
            continue;
        }
        for (skill, missing) in missing_by_skill(compiled, profile, group, people)
            .into_iter()
            .enumerate()
        {
            let beyond = if group.tier == Tier::Minimum {
                under_minimum[skill] = missing;
                missing
            } else {
                missing.saturating_sub(under_minimum[skill])
            };
            if beyond > 0 {
                here.push((group.tier, Some(skill), None, beyond));
            }
        }
    }
    here
}

/// What is missing point by point, merged over time, without causes.
pub(crate) fn stretches(
    compiled: &Compiled<'_>,
    missing: impl Fn(usize) -> Vec<Missing>,
) -> Vec<Shortfall> {
    let grid = compiled.cover.grid;
    let problem = compiled.problem;
    let mut found: Vec<Shortfall> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    for point in 0..compiled.cover.profile_at.len() {
        let day = (point / compiled.cover.day_points).min(compiled.days() - 1);
        let start = (point - day * compiled.cover.day_points) as i64 * grid;
        let mut still = Vec::new();
        for (tier, skill, group, missing) in missing(point) {
            let skill = skill.map(|s| problem.skills[s].id.clone());
            let group = group.map(|g| problem.group_demand[g].id.clone());
            let running = open.iter().copied().find(|&index| {
                let f = &found[index];
                f.day == day
                    && f.end_minute == start
                    && f.tier == tier
                    && f.skill == skill
                    && f.group == group
                    && f.missing == missing
            });
            if let Some(index) = running {
                found[index].end_minute = start + grid;
                still.push(index);
            } else {
                still.push(found.len());
                found.push(Shortfall {
                    day,
                    start_minute: start,
                    end_minute: start + grid,
                    skill,
                    group,
                    shift: None,
                    missing,
                    tier,
                    cause: CauseKind::Headcount,
                    conflict: Vec::new(),
                    words: Words::default(),
                    repairs: Vec::new(),
                });
            }
        }
        open = still;
    }
    found
}

/// Every shortfall, merged over time, without causes yet. A shortfall under the target lists only what is missing beyond a
/// shortfall under the minimum at the same moment and skill.
pub(crate) fn shortfalls(compiled: &Compiled<'_>, solution: &Solution) -> Vec<Shortfall> {
    let present = presence(compiled, solution);
    let classes = compiled.cover.classes();
    let problem = compiled.problem;
    let mut found = stretches(compiled, |point| {
        missing_at(compiled, point, &present[point * classes..][..classes])
    });
    let mut on_shift = |cell: usize, tier: Tier, missing: u32| {
        let shift = &problem.shifts[cell % compiled.off()];
        found.push(Shortfall {
            day: cell / compiled.off(),
            start_minute: shift.start_minute(),
            end_minute: shift.end_minute(),
            skill: None,
            group: None,
            shift: Some(shift.id.clone()),
            missing,
            tier,
            cause: CauseKind::Headcount,
            conflict: Vec::new(),
            words: Words::default(),
            repairs: Vec::new(),
        });
    };
    for (cell, people) in shift_heads(compiled, solution).into_iter().enumerate() {
        let wanted = compiled.wanted[cell];
        if wanted.missing(people) > 0 {
            on_shift(cell, Tier::Shift, wanted.missing(people) as u32);
        }
        // Nobody is missed whose absence costs nothing.
        if let Some(&(on_call, cost)) = compiled.team.standby.get(cell)
            && cost > 0
            && on_call > i64::from(people)
        {
            on_shift(
                cell,
                Tier::Standby,
                (on_call - i64::from(people)).min(i64::from(u32::MAX)) as u32,
            );
        }
    }
    found.sort_by(|a, b| {
        (a.day, a.start_minute, a.tier, &a.skill, &a.group, &a.shift).cmp(&(
            b.day,
            b.start_minute,
            b.tier,
            &b.skill,
            &b.group,
            &b.shift,
        ))
    });
    found
}
