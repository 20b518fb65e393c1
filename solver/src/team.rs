//! What people cost together: shifts on call short of people, trainees without a mentor, pairs that must not meet, and money beyond
//! the budget. Kept up to date cell by cell, so that the search can ask what a cell would gain for one person, everybody else as
//! they are. With `others` the roster without the cell,
//! `gain(p, d, c) = cost(others, p off on d) − cost(others, p on c on d)`,
//! exact for one cell. Over several cells of one person gains add only where terms do not look at more than a day of that person
//! (a mentor's nights and the budget do); the search reckons the true cost of a move afterwards, so nothing but its aim suffers.

use std::collections::BTreeSet;

use crate::person::Row;
use crate::plan::{Fact, FactKind, Relaxation};
use crate::problem::{CostTerm, DAY_MINUTES, Problem};
use crate::search::{Compiled, Solution};
use crate::words;

/// A trainee and the mentors, by index.
#[derive(Clone, Debug)]
pub(crate) struct Lesson {
    pub trainee: usize,
    pub mentors: Vec<usize>,
    pub alone_max: i64,
    pub cost: i64,
}

/// Two people apart, by index.
#[derive(Clone, Debug)]
pub(crate) struct Pair {
    pub first: usize,
    pub second: usize,
    pub cost: i64,
    pub hard: bool,
}

/// The rules of [`Problem::team`] and of shifts on call, compiled.
#[derive(Clone, Debug)]
pub(crate) struct TeamRules {
    days: usize,
    off: usize,
    pub lessons: Vec<Lesson>,
    pub pairs: Vec<Pair>,
    /// Limit and cost per unit beyond.
    pub budget: Option<(i64, i64)>,
    /// What a person spends on a shift, `person * shifts + shift`; empty without a budget.
    amounts: Vec<i64>,
    /// People wanted and cost per person missing, by `day * shifts + shift`; empty if no shift is on call.
    pub standby: Vec<(i64, i64)>,
    /// Time on post per choice, minutes from the day's midnight.
    posts: Vec<Vec<(i64, i64)>>,
    /// Lessons and pairs each person is part of.
    lessons_of: Vec<Vec<usize>>,
    pairs_of: Vec<Vec<usize>>,
}

impl TeamRules {
    /// Compiles what costs anything.
    pub(crate) fn build(problem: &Problem) -> Self {
        let (days, off, people) = (
            problem.days.len(),
            problem.shifts.len(),
            problem.people.len(),
        );
        let team = &problem.team;
        let index = |id| problem.person_index(id);
        let lessons: Vec<Lesson> = team
            .mentors
            .iter()
            .filter(|pair| pair.minute_cost > 0)
            .filter_map(|pair| {
                Some(Lesson {
                    trainee: index(&pair.trainee)?,
                    mentors: pair.mentors.iter().filter_map(index).collect(),
                    alone_max: pair.alone_minutes_max,
                    cost: pair.minute_cost,
                })
            })
            .collect();
        let pairs: Vec<Pair> = team
            .apart
            .iter()
            .filter(|pair| pair.day_cost > 0)
            .filter_map(|pair| {
                Some(Pair {
                    first: index(&pair.first)?,
                    second: index(&pair.second)?,
                    cost: pair.day_cost,
                    hard: pair.hard,
                })
            })
            .collect();
        let budget = team.budget.as_ref().filter(|budget| budget.unit_cost > 0);
        let amounts = budget.map_or(Vec::new(), |budget| {
            let of = |person: usize, shift: usize| {
                let shifts = budget.amounts.get(&problem.people[person].id);
                shifts.and_then(|shifts| shifts.get(&problem.shifts[shift].id))
            };
            let cells = (0..people).flat_map(|person| (0..off).map(move |shift| (person, shift)));
            cells
                .map(|(person, shift)| of(person, shift).copied().unwrap_or(0))
                .collect()
        });
        let on_call = |day: usize, shift: usize| {
            let shift = &problem.shifts[shift];
            let offered = shift.days.as_ref().is_none_or(|days| days.contains(&day));
            let standby = shift.standby.filter(|_| offered);
            standby.map_or((0, 0), |standby| {
                (i64::from(standby.people), standby.under_cost)
            })
        };
        let any = problem.shifts.iter().any(|shift| shift.standby.is_some());
        let cells = (0..days).flat_map(|day| (0..off).map(move |shift| (day, shift)));
        let of = |list: Vec<BTreeSet<usize>>| -> Vec<Vec<usize>> {
            (0..people)
                .map(|person| {
                    (0..list.len())
                        .filter(|index| list[*index].contains(&person))
                        .collect()
                })
                .collect()
        };
        Self {
            days,
            off,
            lessons_of: of(lessons
                .iter()
                .map(|lesson| {
                    lesson
                        .mentors
                        .iter()
                        .copied()
                        .chain([lesson.trainee])
                        .collect()
                })
                .collect()),
            pairs_of: of(pairs
                .iter()
                .map(|pair| BTreeSet::from([pair.first, pair.second]))
                .collect()),
            lessons,
            pairs,
            budget: budget.map(|budget| (budget.limit, budget.unit_cost)),
            amounts,
            standby: if any {
                cells.map(|(day, shift)| on_call(day, shift)).collect()
            } else {
                Vec::new()
            },
            posts: problem
                .shifts
                .iter()
                .map(|shift| {
                    shift
                        .on_post()
                        .iter()
                        .map(|post| (post.start_minute, post.end_minute))
                        .collect()
                })
                .chain([Vec::new()])
                .collect(),
        }
    }

    /// Nothing ties anybody.
    pub(crate) fn is_empty(&self) -> bool {
        self.lessons.is_empty()
            && self.pairs.is_empty()
            && self.budget.is_none()
            && self.standby.is_empty()
    }

    /// What a person spends on a choice.
    pub(crate) fn amount(&self, person: usize, choice: usize) -> i64 {
        if choice == self.off {
            return 0;
        }
        self.amounts
            .get(person * self.off + choice)
            .copied()
            .unwrap_or(0)
    }

    /// Time on post of a choice on a day, minutes from the midnight of `origin`.
    pub(crate) fn posts(
        &self,
        day: usize,
        choice: usize,
        origin: usize,
    ) -> impl Iterator<Item = (i64, i64)> {
        let shift = (day as i64 - origin as i64) * DAY_MINUTES;
        self.posts[choice]
            .iter()
            .map(move |(start, end)| (start + shift, end + shift))
    }

    /// Days whose shifts may meet a shift of `day`.
    pub(crate) fn near(&self, day: usize) -> std::ops::Range<usize> {
        day.saturating_sub(1)..(day + 2).min(self.days)
    }

    /// Minutes a trainee is on post without a mentor on a day's shift.
    fn alone(&self, lesson: &Lesson, rows: &[Row], day: usize) -> i64 {
        let mut open: Vec<(i64, i64)> = self
            .posts(day, rows[lesson.trainee][day] as usize, day)
            .collect();
        if open.is_empty() {
            return 0;
        }
        for &mentor in &lesson.mentors {
            for near in self.near(day) {
                for (from, to) in self.posts(near, rows[mentor][near] as usize, day) {
                    let cut =
                        |(start, end): (i64, i64)| [(start, end.min(from)), (start.max(to), end)];
                    open = open
                        .into_iter()
                        .flat_map(cut)
                        .filter(|(start, end)| start < end)
                        .collect();
                }
            }
        }
        open.iter().map(|(start, end)| end - start).sum()
    }

    fn lesson_cost(&self, lesson: &Lesson, rows: &[Row], day: usize) -> i64 {
        (self.alone(lesson, rows, day) - lesson.alone_max).max(0) * lesson.cost
    }

    /// Are two choices on post at the same time?
    pub(crate) fn overlap(
        &self,
        day: usize,
        choice: usize,
        other_day: usize,
        other: usize,
    ) -> bool {
        self.posts(day, choice, day).any(|(start, end)| {
            self.posts(other_day, other, day)
                .any(|(from, to)| start < to && from < end)
        })
    }

    fn together(&self, pair: &Pair, rows: &[Row], day: usize) -> bool {
        let mine = rows[pair.first][day] as usize;
        self.near(day)
            .any(|near| self.overlap(day, mine, near, rows[pair.second][near] as usize))
    }

    fn budget_cost(&self, spent: i64) -> i64 {
        self.budget
            .map_or(0, |(limit, cost)| (spent - limit).max(0) * cost)
    }

    /// What everything costs on a roster, by term and day (`None`: over the horizon).
    pub(crate) fn costs(&self, rows: &[Row]) -> Vec<(CostTerm, Option<usize>, i64)> {
        let mut found = Vec::new();
        if self.is_empty() {
            return found;
        }
        for (cell, (people, cost)) in self.standby.iter().enumerate() {
            let (day, shift) = (cell / self.off, cell % self.off);
            let there = rows.iter().filter(|row| row[day] as usize == shift).count() as i64;
            found.push((
                CostTerm::UnderStandby,
                Some(day),
                (people - there).max(0) * cost,
            ));
        }
        for day in 0..self.days {
            for lesson in &self.lessons {
                found.push((
                    CostTerm::Mentor,
                    Some(day),
                    self.lesson_cost(lesson, rows, day),
                ));
            }
            for pair in self
                .pairs
                .iter()
                .filter(|pair| self.together(pair, rows, day))
            {
                found.push((CostTerm::NotTogether, Some(day), pair.cost));
            }
        }
        let spent = rows.iter().enumerate().map(|(person, row)| {
            row.iter()
                .map(|choice| self.amount(person, *choice as usize))
                .sum::<i64>()
        });
        found.push((CostTerm::Budget, None, self.budget_cost(spent.sum())));
        found.retain(|(_, _, cost)| *cost != 0);
        found
    }
}

/// Hard pairs that are together all the same, each named as let go.
pub(crate) fn let_go(compiled: &Compiled<'_>, solution: &Solution) -> Vec<Relaxation> {
    let (rules, problem) = (&compiled.team, compiled.problem);
    let mut found = Vec::new();
    for pair in rules.pairs.iter().filter(|pair| pair.hard) {
        for day in (0..rules.days).filter(|day| rules.together(pair, &solution.rows, *day)) {
            let fact = Fact {
                person: problem.people[pair.first].id.clone(),
                day,
                kind: FactKind::NotTogether(problem.people[pair.second].id.clone()),
            };
            found.push(Relaxation {
                person: fact.person.clone(),
                conflict: vec![fact.clone()],
                words: words::together(problem, &fact),
                freed: fact,
            });
        }
    }
    found
}

/// The roster as the rules see it, and what it costs.
#[derive(Debug)]
pub(crate) struct Team<'a> {
    rules: &'a TeamRules,
    rows: Vec<Row>,
    /// People on shifts on call, by `day * shifts + shift`.
    on_call: Vec<i64>,
    spent: i64,
    /// Without the budget.
    cost: i64,
}

impl<'a> Team<'a> {
    /// Everybody off.
    pub(crate) fn new(rules: &'a TeamRules, people: usize) -> Self {
        Self {
            rules,
            rows: vec![
                vec![rules.off as u8; rules.days];
                if rules.is_empty() { 0 } else { people }
            ],
            on_call: vec![0; rules.standby.len()],
            spent: 0,
            cost: rules
                .standby
                .iter()
                .map(|(people, cost)| people * cost)
                .sum(),
        }
    }

    /// What everything costs.
    pub(crate) fn cost(&self) -> i64 {
        self.cost + self.rules.budget_cost(self.spent)
    }

    /// Somebody works a choice of a day from now on (`sign` 1), or is off again (−1).
    pub(crate) fn place(&mut self, person: usize, day: usize, choice: u8, sign: i32) {
        if self.rules.is_empty() {
            return;
        }
        let off = self.rules.off as u8;
        let (old, new) = if sign > 0 {
            (off, choice)
        } else {
            (choice, off)
        };
        self.change(person, day, old, new);
    }

    /// A cell changes.
    fn change(&mut self, person: usize, day: usize, old: u8, new: u8) {
        self.cost -= self.beside(person, day);
        self.rows[person][day] = new;
        self.cost += self.beside(person, day);
        self.spent +=
            self.rules.amount(person, new as usize) - self.rules.amount(person, old as usize);
        for (choice, people) in [(old, -1), (new, 1)] {
            let cell = day * self.rules.off + choice as usize;
            if choice as usize != self.rules.off
                && let Some(&(wanted, cost)) = self.rules.standby.get(cell)
            {
                let missing = |there: i64| (wanted - there).max(0) * cost;
                self.cost += missing(self.on_call[cell] + people) - missing(self.on_call[cell]);
                self.on_call[cell] += people;
            }
        }
    }

    /// What a choice gains for a person who is off that day.
    pub(crate) fn gain(&mut self, person: usize, day: usize, choice: usize) -> i64 {
        if self.rules.is_empty() {
            return 0;
        }
        let off = self.rules.off as u8;
        let before = self.cost();
        self.change(person, day, off, choice as u8);
        let after = self.cost();
        self.change(person, day, choice as u8, off);
        before - after
    }

    /// Cost of the lessons and pairs that a cell of a person touches.
    fn beside(&self, person: usize, day: usize) -> i64 {
        let rules = self.rules;
        let mut sum = 0;
        for &index in &rules.lessons_of[person] {
            let lesson = &rules.lessons[index];
            let days = if lesson.trainee == person {
                day..day + 1
            } else {
                rules.near(day)
            };
            sum += days
                .map(|day| rules.lesson_cost(lesson, &self.rows, day))
                .sum::<i64>();
        }
        for &index in &rules.pairs_of[person] {
            let pair = &rules.pairs[index];
            let days = if pair.first == person {
                day..day + 1
            } else {
                rules.near(day)
            };
            sum += days
                .filter(|day| rules.together(pair, &self.rows, *day))
                .count() as i64
                * pair.cost;
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::desk_instance::DeskSpec;
    use crate::problem::{Apart, Budget, Mentor, Standby};
    use crate::search::Random;

    /// Nights, lessons, pairs, a budget and a shift on call.
    fn problem() -> Problem {
        let mut problem = DeskSpec::week(60, 1).generate();
        problem.people.truncate(4);
        let id = |index: usize| problem.people[index].id.clone();
        problem.team.mentors.push(Mentor {
            trainee: id(0),
            mentors: vec![id(1), id(2)],
            alone_minutes_max: 30,
            minute_cost: 3,
        });
        problem.team.apart.push(Apart {
            first: id(1),
            second: id(3),
            day_cost: 70,
            hard: false,
        });
        let amounts = |index: usize| {
            let shifts = problem.shifts.iter().enumerate();
            let of = shifts.map(|(s, shift)| (shift.id.clone(), (7 * s + 3 * index) as i64));
            of.collect()
        };
        problem.team.budget = Some(Budget {
            limit: 100,
            amounts: (0..4).map(|index| (id(index), amounts(index))).collect(),
            unit_cost: 5,
        });
        // A night that reaches into the next morning's shifts.
        for night in problem.shifts.iter_mut().filter(|shift| shift.night) {
            night.segments[0].end_minute += 180;
        }
        problem.shifts[1].meals.clear();
        problem.shifts[1].standby = Some(Standby {
            people: 2,
            under_cost: 11,
            rests: true,
        });
        assert!(
            problem
                .validate()
                .iter()
                .all(|f| f.field.starts_with("group"))
        );
        problem
    }

    /// Cell by cell the cost stays what it is when counted afresh, and a gain is what it turns out to be.
    #[test]
    fn kept_cell_by_cell() {
        let problem = problem();
        let rules = TeamRules::build(&problem);
        let mut team = Team::new(&rules, 4);
        let mut random = Random::new(5);
        let counted = |team: &Team<'_>| -> i64 {
            let costs = rules.costs(&team.rows);
            costs.iter().map(|(_, _, cost)| cost).sum()
        };
        let mut seen = BTreeSet::new();
        for _ in 0..3000 {
            let (person, day) = (random.below(4), random.below(7));
            let was = team.rows[person][day];
            if was as usize != rules.off {
                team.place(person, day, was, -1);
            } else {
                let choice = random.below(rules.off);
                let before = team.cost();
                let gain = team.gain(person, day, choice);
                assert_eq!(team.cost(), before);
                team.place(person, day, choice as u8, 1);
                assert_eq!(before - team.cost(), gain);
            }
            assert_eq!(team.cost(), counted(&team));
            seen.extend(rules.costs(&team.rows).iter().map(|(term, ..)| *term));
        }
        assert_eq!(seen.len(), 4, "every term was met");
    }
}
