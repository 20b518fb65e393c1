//! Shift-type cover: people wanted on a shift of a day, whoever they are and whenever they eat. One more person is worth what the
//! cell's cost falls by, so gains are exact for one person and add over days.

use crate::problem::Problem;

/// What is wanted of one shift on one day.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wanted {
    /// People.
    pub people: i32,
    /// Cost per person missing.
    pub under: i64,
    /// Cost per person too many.
    pub over: i64,
}

impl Wanted {
    /// Cost of so many people.
    pub(crate) fn cost(self, people: i32) -> i64 {
        let away = i64::from(people - self.people);
        if away < 0 {
            -away * self.under
        } else {
            away * self.over
        }
    }
}

/// The wishes of the problem by `day * shifts + shift`.
pub(crate) fn wanted(problem: &Problem) -> Vec<Wanted> {
    let shifts = problem.shifts.len();
    let mut wanted = vec![Wanted::default(); problem.days.len() * shifts];
    for cover in &problem.shift_cover {
        if let Some(shift) = problem.shift_index(&cover.shift)
            && let Some(cell) = wanted.get_mut(cover.day * shifts + shift)
        {
            *cell = Wanted {
                people: cover.people as i32,
                under: cover.under_cost,
                over: cover.over_cost,
            };
        }
    }
    wanted
}

/// People on every shift, and what that costs.
#[derive(Debug)]
pub(crate) struct ShiftHeads<'a> {
    wanted: &'a [Wanted],
    heads: Vec<i32>,
    cost: i64,
}

impl<'a> ShiftHeads<'a> {
    /// Nobody anywhere.
    pub(crate) fn new(wanted: &'a [Wanted]) -> Self {
        Self {
            wanted,
            heads: vec![0; wanted.len()],
            cost: wanted.iter().map(|w| w.cost(0)).sum(),
        }
    }

    /// Cost of the whole horizon.
    pub(crate) fn cost(&self) -> i64 {
        self.cost
    }

    /// Worth of one more person in a cell.
    pub(crate) fn gain(&self, cell: usize) -> i64 {
        let (wanted, heads) = (self.wanted[cell], self.heads[cell]);
        wanted.cost(heads) - wanted.cost(heads + 1)
    }

    /// So many people more (or fewer) in a cell.
    pub(crate) fn change(&mut self, cell: usize, people: i32) {
        let (wanted, heads) = (self.wanted[cell], self.heads[cell]);
        self.cost += wanted.cost(heads + people) - wanted.cost(heads);
        self.heads[cell] = heads + people;
    }
}
