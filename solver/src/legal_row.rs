//! Some legal row of one person, whatever it costs: where a search may begin, and whether the rules contradict each other.

use crate::paths::{Paths, Query, ShiftLimits};
use crate::person::{INFINITE, PersonModel, Row};
use crate::search::Random;

/// Labels a day: few, then more, then all kept apart, since totals that must be met exactly need breadth.
const LABELS_MAX: [(usize, ShiftLimits); 3] = [
    (200, ShiftLimits::Riding),
    (2_000, ShiftLimits::Riding),
    (200_000, ShiftLimits::Apart),
];
/// Most a choice may gain.
const GAIN_MAX: usize = 1000;

/// A legal row, if there is one.
pub(crate) fn legal_row(model: &PersonModel, paths: &mut Paths) -> Option<Row> {
    let gains = directions(model);
    let reference = vec![model.off as u8; model.days];
    LABELS_MAX.into_iter().find_map(|(labels_max, limits)| {
        let query = Query {
            window: 0..model.days,
            row: &reference,
            gains: &gains,
            allowed: &model.allowed,
            cutoff: Some(INFINITE - 1),
            labels_max,
            scale: 1,
            any: true,
            limits,
            tight: false,
        };
        paths.best(model, &query).row
    })
}

/// Gains that lead to a legal row where any will do: all different, since among equal costs the search has no direction when
/// totals must be met, and against work on as many weekends as must be free.
fn directions(model: &PersonModel) -> Vec<i64> {
    let mut random = Random::new(model.days as u64);
    let width = model.off + 1;
    let mut gains: Vec<i64> = (0..model.days * width)
        .map(|_| random.below(GAIN_MAX) as i64)
        .collect();
    let mut weekends = model.weekends_counted();
    let free = weekends
        .len()
        .saturating_sub(model.weekends_max.map_or(usize::MAX, |max| max as usize));
    for _ in 0..free {
        let weekend = weekends.swap_remove(random.below(weekends.len()));
        for gain in &mut gains[weekend.start * width..weekend.end * width] {
            *gain -= 10 * GAIN_MAX as i64;
        }
        for day in weekend {
            gains[day * width + model.off] = 0;
        }
    }
    gains
}
