//! Who is on post at every point of the horizon, what the cover costs, and what one more person would be worth.

use crate::cover::Cover;

/// A profile laid out for the hot path.
#[derive(Debug, Default)]
struct Flat {
    /// Per row: people wanted and the classes that count.
    rows: Vec<(i32, u64)>,
    /// Per shortfall term: its rows and its cost.
    groups: Vec<(usize, usize, i64)>,
    /// Per class: its rows.
    rows_of_class: Vec<Vec<u8>>,
    target_total: Option<i32>,
    over_cost: i64,
}

/// People on post, kept up to date as cells come and go; cover cost and gains are refreshed per calendar day on demand.
#[derive(Debug)]
pub(crate) struct Posts<'a> {
    cover: &'a Cover,
    flats: std::sync::Arc<Vec<Flat>>,
    rows_max: usize,
    /// `wanted − present` per point and row of its profile.
    deficit: Vec<i32>,
    /// Everybody on post per point.
    heads: Vec<i32>,
    /// Worth of one more person of a class at a point, cost units.
    gain: Vec<i64>,
    day_cost: Vec<i64>,
    stale: Vec<bool>,
}

impl<'a> Posts<'a> {
    /// Nobody on post.
    pub(crate) fn new(cover: &'a Cover) -> Self {
        let flats: Vec<Flat> = cover
            .profiles
            .iter()
            .map(|profile| {
                let mut flat = Flat {
                    rows_of_class: vec![Vec::new(); cover.classes()],
                    target_total: profile.target_total,
                    over_cost: profile.over_cost,
                    ..Flat::default()
                };
                for group in &profile.groups {
                    let start = flat.rows.len();
                    for row in &group.rows {
                        for (class, rows) in flat.rows_of_class.iter_mut().enumerate() {
                            if row.classes >> class & 1 == 1 {
                                rows.push(flat.rows.len() as u8);
                            }
                        }
                        flat.rows.push((row.wanted, row.classes));
                    }
                    flat.groups.push((start, flat.rows.len(), group.cost));
                }
                flat
            })
            .collect();
        let rows_max = flats.iter().map(|f| f.rows.len()).max().unwrap_or(0);
        let mut deficit = vec![0; cover.points * rows_max];
        for (point, &profile) in cover.profile_at.iter().enumerate() {
            for (row, (wanted, _)) in flats[profile as usize].rows.iter().enumerate() {
                deficit[point * rows_max + row] = *wanted;
            }
        }
        let days = cover.points / cover.day_points;
        Self {
            cover,
            flats: std::sync::Arc::new(flats),
            rows_max,
            deficit,
            heads: vec![0; cover.points],
            gain: vec![0; cover.points * cover.classes()],
            day_cost: vec![0; days],
            stale: vec![true; days],
        }
    }

    /// One person of `class` more (`sign` 1) or fewer (−1) on post over points `[start, end)`.
    pub(crate) fn shift_heads(&mut self, class: usize, start: usize, end: usize, sign: i32) {
        let end = end.min(self.cover.points);
        if start >= end {
            return;
        }
        for point in start..end {
            let profile = self.cover.profile_at[point];
            if profile != 0 {
                let flat = &self.flats[profile as usize];
                for &row in &flat.rows_of_class[class] {
                    self.deficit[point * self.rows_max + row as usize] -= sign;
                }
                self.heads[point] += sign;
            }
        }
        for day in start / self.cover.day_points..=(end - 1) / self.cover.day_points {
            self.stale[day] = true;
        }
    }

    /// Brings cost and gains of a calendar day up to date.
    pub(crate) fn refresh(&mut self, day: usize) {
        if !self.stale[day] {
            return;
        }
        self.stale[day] = false;
        let width = self.cover.classes();
        let flats = std::sync::Arc::clone(&self.flats);
        let mut total = 0;
        for point in day * self.cover.day_points..(day + 1) * self.cover.day_points {
            let profile = self.cover.profile_at[point];
            if profile == 0 {
                continue;
            }
            let flat = &flats[profile as usize];
            let deficit = &self.deficit[point * self.rows_max..][..flat.rows.len()];
            let gain = &mut self.gain[point * width..][..width];
            let mut base = 0;
            if let Some(target) = flat.target_total {
                let over = self.heads[point] - target;
                if over >= 0 {
                    base = -flat.over_cost;
                    total += flat.over_cost * i64::from(over);
                }
            }
            gain.fill(base);
            for &(start, end, cost) in &flat.groups {
                let mut short = 0;
                let mut tight = 0u64;
                for (&missing, &(_, classes)) in
                    deficit[start..end].iter().zip(&flat.rows[start..end])
                {
                    if missing > short {
                        short = missing;
                        tight = classes;
                    } else if missing == short && short > 0 {
                        tight &= classes;
                    }
                }
                if short > 0 {
                    total += cost * i64::from(short);
                    while tight != 0 {
                        let class = tight.trailing_zeros() as usize;
                        tight &= tight - 1;
                        if let Some(worth) = gain.get_mut(class) {
                            *worth += cost;
                        }
                    }
                }
            }
        }
        self.day_cost[day] = total;
    }

    /// Cover cost of the whole horizon.
    pub(crate) fn cost(&mut self) -> i64 {
        for day in 0..self.stale.len() {
            self.refresh(day);
        }
        self.day_cost.iter().sum()
    }

    /// Running sums of a class's gains over points `[start, end)`: `sums[i]` is the gain of the first `i` points. Days must be
    /// fresh.
    pub(crate) fn gain_sums(&self, class: usize, start: usize, end: usize, sums: &mut Vec<i64>) {
        let classes = self.cover.classes();
        sums.clear();
        sums.push(0);
        let mut total = 0;
        for point in start..end.min(self.cover.points) {
            total += self.gain[point * classes + class];
            sums.push(total);
        }
        sums.resize(end - start + 1, total);
    }
}
