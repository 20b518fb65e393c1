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
    /// At most `people`.
    pub minimum: i32,
    /// Cost per person under the minimum, beside `under`: the cost stays convex.
    pub under_minimum: i64,
}

impl Wanted {
    /// Cost of so many people.
    pub(crate) fn cost(self, people: i32) -> i64 {
        let away = i64::from(people - self.people);
        let beside = if away < 0 {
            -away * self.under
        } else {
            away * self.over
        };
        beside + i64::from((self.minimum - people).max(0)) * self.under_minimum
    }

    /// What one more than so many people takes off the cost.
    pub(crate) fn gain(self, people: i32) -> i64 {
        self.cost(people) - self.cost(people + 1)
    }

    /// Nothing is paid, whoever comes.
    pub(crate) fn is_free(self) -> bool {
        self.under == 0 && self.over == 0 && !self.has_minimum()
    }

    /// People under the minimum cost more than others missing.
    pub(crate) fn has_minimum(self) -> bool {
        self.minimum > 0 && self.under_minimum > 0
    }

    /// People missing that are paid for.
    pub(crate) fn missing(self, people: i32) -> i32 {
        let asked = if self.under > 0 {
            self.people
        } else if self.has_minimum() {
            self.minimum
        } else {
            0
        };
        (asked - people).max(0)
    }

    /// What one more person is worth where so many are missing.
    pub(crate) fn relief(self, missing: i32) -> i64 {
        self.gain(self.missing(0) - missing)
    }

    /// Most that one more person can be worth.
    pub(crate) fn worth_max(self) -> i64 {
        if self.has_minimum() {
            self.under + self.under_minimum
        } else {
            self.under
        }
    }

    /// The least of `scale · cost(n) + price · n` over all n: convex, and not falling beyond `people` as `price ≥ −scale · over`, so
    /// it lies where the slope changes or at nobody.
    pub(crate) fn least(self, price: i64, scale: i64) -> i64 {
        self.cheapest(price, scale).0
    }

    /// The people that have it.
    pub(crate) fn least_at(self, price: i64, scale: i64) -> i64 {
        self.cheapest(price, scale).1
    }

    fn cheapest(self, price: i64, scale: i64) -> (i64, i64) {
        let at = |n: i32| (scale * self.cost(n) + price * i64::from(n), i64::from(n));
        at(0).min(at(self.minimum)).min(at(self.people))
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
                minimum: cover.minimum as i32,
                under_minimum: cover.minimum_cost,
            };
        }
    }
    wanted
}

/// Somebody missing under a minimum counts no more than so many of the dearest missing elsewhere, where a search begins and where
/// prices are sought.
const MINIMUM_WORTH_MAX: i64 = 5;

/// The same wishes with minimums no dearer than needed. A minimum dearer than everything else drowns all other prices, and nobody
/// ever leaves it while cover is soft (competition instance n030w4 1 6-2-9-1, a minute of two threads: 1,770 with it, 1,690 so; the
/// best possible is 1,670). As it costs no roster more, a bound on it is one on the problem.
pub(crate) fn softened(wanted: &[Wanted]) -> Vec<Wanted> {
    let dearest = wanted.iter().map(|w| w.under).max().unwrap_or(0);
    let most = if dearest > 0 {
        dearest.saturating_mul(MINIMUM_WORTH_MAX)
    } else {
        i64::MAX
    };
    let soften = |&wanted: &Wanted| Wanted {
        under_minimum: wanted.under_minimum.min(most),
        ..wanted
    };
    wanted.iter().map(soften).collect()
}

/// Prices per `day * shifts + shift` are in so many parts of a cost unit.
pub(crate) const PRICE_PARTS: i64 = 1000;

/// People on every shift, and what that costs.
#[derive(Debug)]
pub(crate) struct ShiftHeads<'a> {
    wanted: &'a [Wanted],
    /// What counts while cover is soft.
    softened: &'a [Wanted],
    heads: Vec<i32>,
    cost: i64,
    cost_softened: i64,
    /// What one person on a shift is taken to be worth, in price parts.
    prices: Vec<i64>,
    /// Sum of the prices of everybody there.
    worth: i64,
}

impl<'a> ShiftHeads<'a> {
    /// Nobody anywhere.
    pub(crate) fn new(wanted: &'a [Wanted], softened: &'a [Wanted]) -> Self {
        let cost = |wanted: &[Wanted]| wanted.iter().map(|w| w.cost(0)).sum();
        Self {
            wanted,
            softened,
            heads: vec![0; wanted.len()],
            cost: cost(wanted),
            cost_softened: cost(softened),
            prices: vec![0; wanted.len()],
            worth: 0,
        }
    }

    /// Takes other prices, one a cell.
    pub(crate) fn take_prices(&mut self, prices: &[i64]) {
        self.prices = prices.to_vec();
        self.worth = (self.heads.iter().zip(prices))
            .map(|(&heads, price)| i64::from(heads) * price)
            .sum();
    }

    /// What is minded at a firmness below 1: `f · (cost, softened) − (1 − f) · Σ price · people`.
    pub(crate) fn minded(&self, firmness: f64) -> f64 {
        let worth = self.worth as f64 / PRICE_PARTS as f64;
        firmness * self.cost_softened as f64 - (1.0 - firmness) * worth
    }

    /// What one more person in a cell takes off that.
    pub(crate) fn minded_gain(&self, cell: usize, firmness: f64) -> f64 {
        let gain = self.softened[cell].gain(self.heads[cell]);
        firmness * gain as f64 + (1.0 - firmness) * self.prices[cell] as f64 / PRICE_PARTS as f64
    }

    /// Cost of the whole horizon.
    pub(crate) fn cost(&self) -> i64 {
        self.cost
    }

    /// Worth of one more person in a cell.
    pub(crate) fn gain(&self, cell: usize) -> i64 {
        self.wanted[cell].gain(self.heads[cell])
    }

    /// So many people more (or fewer) in a cell.
    pub(crate) fn change(&mut self, cell: usize, people: i32) {
        let (wanted, heads) = (self.wanted[cell], self.heads[cell]);
        self.cost += wanted.cost(heads + people) - wanted.cost(heads);
        let softened = self.softened[cell];
        self.cost_softened += softened.cost(heads + people) - softened.cost(heads);
        self.worth += self.prices[cell] * i64::from(people);
        self.heads[cell] = heads + people;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_at_a_price_is_the_least_over_all_counts() {
        for (minimum, people) in [(0, 0), (0, 3), (1, 3), (2, 2), (2, 5)] {
            let wanted = Wanted {
                people,
                under: 4,
                over: 3,
                minimum,
                under_minimum: 50,
            };
            for price in -30..=wanted.worth_max() * 10 {
                let least = (0..20)
                    .map(|n| 10 * wanted.cost(n) + price * i64::from(n))
                    .min();
                assert_eq!(
                    Some(wanted.least(price, 10)),
                    least,
                    "{wanted:?} at {price}"
                );
            }
        }
    }

    #[test]
    fn a_soft_change_costs_what_its_gain_says() {
        let wanted = [(3, 4), (1, 100)].map(|(people, under)| Wanted {
            people,
            under,
            over: 2,
            minimum: 1,
            under_minimum: 1_000_000,
        });
        let softened = softened(&wanted);
        let mut heads = ShiftHeads::new(&wanted, &softened);
        heads.change(1, 1);
        heads.take_prices(&[1500, -500]);
        for cell in [0, 0, 1, 0, 0, 1] {
            let (before, gain) = (heads.minded(0.3), heads.minded_gain(cell, 0.3));
            heads.change(cell, 1);
            assert!((before - gain - heads.minded(0.3)).abs() < 1e-9);
        }
    }

    #[test]
    fn a_minimum_is_softened_to_a_few_people_missing_where_people_missing_cost() {
        let wanted = |under, under_minimum| Wanted {
            people: 2,
            under,
            minimum: 1,
            under_minimum,
            ..Wanted::default()
        };
        let minimums = |all: &[Wanted]| -> Vec<i64> {
            softened(all).iter().map(|w| w.under_minimum).collect()
        };
        assert_eq!(minimums(&[wanted(30, 1_000), wanted(10, 40)]), [150, 40]);
        assert_eq!(minimums(&[wanted(0, 1_000)]), [1_000]);
    }

    #[test]
    fn without_a_minimum_the_least_is_at_the_people_wanted() {
        let wanted = Wanted {
            people: 3,
            under: 4,
            over: 3,
            ..Wanted::default()
        };
        for price in -30..=40 {
            assert_eq!(wanted.least(price, 10), 3 * price);
        }
    }
}
