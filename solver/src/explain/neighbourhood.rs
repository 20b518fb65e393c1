//! A roster some of whose people give their best answer to the others.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::paths::Paths;
use crate::person::{INFINITE, PersonModel, Row};
use crate::search::first_meals;
use crate::search::{Compiled, NO_MEALS, Search, Solution};
use crate::solve::improve_day;

/// Labels a day of an answer, and where so few find no row at all.
const LABELS_MAX: [usize; 2] = [150, 5_000];
/// Days around the day asked about within which an answer is looked for first.
const REACHES: [usize; 4] = [0, 1, 3, 7];
/// Rounds in which the meals of a changed day settle.
const MEAL_ROUNDS: usize = 10;

pub(super) struct Neighbourhood<'a> {
    compiled: &'a Compiled<'a>,
    search: Search<'a>,
    paths: Paths,
    /// Days somebody's shift changed on.
    changed: BTreeSet<usize>,
}

impl<'a> Neighbourhood<'a> {
    pub(super) fn new(compiled: &'a Compiled<'a>, solution: &Solution) -> Self {
        let mut search = Search::new(compiled, 0);
        search.load(solution);
        Self {
            compiled,
            search,
            paths: Paths::default(),
            changed: BTreeSet::new(),
        }
    }

    /// The cheapest legal row of a person under `model` among the choices of `mask`, everybody else as they are, and how it
    /// changes the objective against the present row. Only rows that change it by less than `below`, if that is given.
    pub(super) fn answer(
        &mut self,
        person: usize,
        model: &PersonModel,
        mask: &[u64],
        below: Option<i64>,
    ) -> Option<(Row, i64)> {
        let gains = self.search.gains_without(person);
        let row = &self.search.rows[person];
        let width = self.compiled.off() + 1;
        let gained: i64 = row
            .iter()
            .enumerate()
            .map(|(day, &choice)| gains[day * width + choice as usize])
            .sum();
        let now = self.compiled.people[person].row_cost(row) - gained;
        let cutoff = below.map_or(INFINITE - 1, |below| now + below - 1);
        let breadths = if below.is_some() { 1 } else { LABELS_MAX.len() };
        for labels_max in &LABELS_MAX[..breadths] {
            let found = self
                .paths
                .best_row(model, &gains, mask, row, cutoff, *labels_max);
            if let Some(better) = found.row {
                return Some((better, found.cost - now));
            }
        }
        None
    }

    /// The same, disturbing as few days around `day` as the best change of the objective allows.
    pub(super) fn nearest_answer(
        &mut self,
        person: usize,
        model: &PersonModel,
        mask: &[u64],
        day: usize,
        below: Option<i64>,
    ) -> Option<(Row, i64)> {
        let (row, change) = self.answer(person, model, mask, below)?;
        let now = self.search.rows[person].clone();
        for reach in REACHES {
            let near: Vec<u64> = (0..self.compiled.days())
                .map(|at| match at.abs_diff(day) <= reach {
                    true => mask[at],
                    false => mask[at] & 1 << now[at],
                })
                .collect();
            let found = self.answer(person, model, &near, Some(change + 1));
            if let Some((row, change)) = found {
                return Some((row, change));
            }
        }
        Some((row, change))
    }

    /// The cheapest row within the narrowest stretch of days around `day` that has a legal one.
    pub(super) fn narrowest_answer(
        &mut self,
        person: usize,
        model: &PersonModel,
        mask: &[u64],
        day: usize,
    ) -> Option<(Row, i64)> {
        let now = self.search.rows[person].clone();
        let near = |reach: usize| -> Vec<u64> {
            (0..now.len())
                .map(|at| match at.abs_diff(day) <= reach {
                    true => mask[at],
                    false => mask[at] & 1 << now[at],
                })
                .collect()
        };
        REACHES
            .into_iter()
            .find_map(|reach| self.answer(person, model, &near(reach), None))
            .or_else(|| self.answer(person, model, mask, None))
    }

    /// Who has no better row as things stand.
    pub(super) fn content(&mut self) -> Vec<bool> {
        let people = self.compiled.people.iter().enumerate();
        people
            .map(|(person, model)| {
                let better = self.answer(person, model, &model.allowed, Some(0));
                better.is_none()
            })
            .collect()
    }

    /// Gives a person a row; meals of the days that change settle anew.
    pub(super) fn put(&mut self, person: usize, row: &Row) {
        for (day, &choice) in row.iter().enumerate() {
            if self.search.rows[person][day] != choice {
                let meals = first_meals(self.compiled, choice);
                self.search.set_cell(person, day, choice, meals);
                self.search.settle_meals(day, 2);
                self.changed.insert(day);
            }
        }
    }

    /// Of those who `may`, whoever can gain most takes a better row, at most `most` times. Outside `window`, around `day`,
    /// rows stay.
    pub(super) fn others_answer(
        &mut self,
        may: &[bool],
        day: usize,
        window: &Range<usize>,
        most: usize,
    ) {
        for _ in 0..most {
            let mut best: Option<(usize, Row, i64)> = None;
            for person in (0..self.compiled.people.len()).filter(|&p| may[p]) {
                let model = &self.compiled.people[person];
                let mask: Vec<u64> = (0..self.compiled.days())
                    .map(|day| {
                        if window.contains(&day) {
                            model.allowed[day]
                        } else {
                            1 << self.search.rows[person][day]
                        }
                    })
                    .collect();
                let below = best.as_ref().map_or(0, |(_, _, change)| *change);
                if let Some((row, change)) =
                    self.nearest_answer(person, model, &mask, day, Some(below))
                {
                    best = Some((person, row, change));
                }
            }
            let Some((person, row, _)) = best else { return };
            self.put(person, &row);
        }
    }

    /// One round of best answers by everybody in turn; whether anybody gained.
    pub(super) fn everybody_answers(&mut self) -> bool {
        let mut gained = false;
        for person in 0..self.compiled.people.len() {
            let model = &self.compiled.people[person];
            if let Some((row, _)) = self.answer(person, model, &model.allowed, Some(0)) {
                self.put(person, &row);
                gained = true;
            }
        }
        gained
    }

    /// The roster as it stands, exact meals on the days that changed.
    pub(super) fn settled(mut self) -> Solution {
        for &day in &self.changed {
            self.search.settle_meals(day, MEAL_ROUNDS);
        }
        let mut solution = self.search.solution();
        for &day in &self.changed {
            improve_day(self.compiled, &mut solution, day);
        }
        solution
    }
}

impl Search<'_> {
    /// What every choice would gain for a person who is taken out, everybody else as they are.
    pub(super) fn gains_without(&mut self, person: usize) -> Vec<i64> {
        let days = self.compiled.days();
        let (row, meals) = (self.rows[person].clone(), self.meals[person].clone());
        let off = self.compiled.off() as u8;
        for day in 0..days {
            self.set_cell(person, day, off, NO_MEALS);
        }
        let gains = self.gains_of_all(person);
        for day in 0..days {
            self.set_cell(person, day, row[day], meals[day]);
        }
        gains
    }
}
