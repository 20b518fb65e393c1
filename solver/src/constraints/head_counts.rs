//! `N[d,s,g] = Σ_{people of class g} x[d,s]`: for cover and meals, people of one class are interchangeable.

use good_lp::{Expression, constraint};

use crate::model::{DayPart, Model, PeoplePart};

/// Adds the rows; returns each with its day, shift and class.
pub(crate) fn rows(
    model: &mut Model<'_>,
    people: &PeoplePart,
    days: &[DayPart],
) -> Vec<(usize, usize, usize, usize)> {
    let mut links = Vec::new();
    for part in days {
        for (shift, classes) in part.count.iter().enumerate() {
            for (class, count) in classes.iter().enumerate() {
                let Some(count) = count else { continue };
                let crew: Expression = model
                    .compiled
                    .people
                    .iter()
                    .enumerate()
                    .filter(|(_, rules)| rules.class == class)
                    .filter_map(|(person, _)| people.shift[person][part.day][shift])
                    .sum();
                links.push((model.program.rows.len(), part.day, shift, class));
                model.row(constraint!(*count - crew == 0.0));
            }
        }
    }
    links
}
